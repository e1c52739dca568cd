#include "page/map.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

/* ---- reading ------------------------------------------------------------------------- */

struct reader {
    struct ctx *c;
    struct arena *mem;
    size_t points;
};

#define BAD(what) FAIL(r->c, ERR_INPUT, "map.bad-file", "%s", (what))

static bool degree(const json_t *v, double limit, int32_t *e4)
{
    double d = json_number_value(v);
    if (!json_is_number(v) || !(d >= -limit && d <= limit))
        return false;
    *e4 = (int32_t)lround(d * 10000);
    return true;
}

static enum err read_line(struct reader *r, const json_t *a, struct geo_line *out)
{
    size_t n = json_array_size(a);
    r->points += n;
    if (n < 2 || r->points > GEO_POINTS)
        return BAD(n < 2 ? "a line of less than two points" : "too many points");
    struct geo_point *p = NEW_N(r->mem, struct geo_point, n);
    if (!p)
        return FAIL(r->c, ERR_NOMEM, "map.bad-file", "%zu points", n);
    for (size_t i = 0; i < n; i++) {
        const json_t *xy = json_array_get(a, i);
        if (!degree(json_array_get(xy, 0), 180, &p[i].lon_e4) ||
            !degree(json_array_get(xy, 1), 90, &p[i].lat_e4))
            return BAD("a point that is none");
    }
    *out = (struct geo_line){ p, n };
    return ERR_OK;
}

/* depth 1: LineString; 2: Polygon, MultiLineString; 3: MultiPolygon. */
static size_t count_lines(const json_t *a, int depth)
{
    size_t n = 0;
    if (depth == 1)
        return 1;
    for (size_t i = 0; i < json_array_size(a); i++)
        n += count_lines(json_array_get(a, i), depth - 1);
    return n;
}

static enum err read_lines(struct reader *r, const json_t *a, int depth, struct geo_line *out, size_t *at)
{
    if (depth == 1)
        return read_line(r, a, &out[(*at)++]);
    for (size_t i = 0; i < json_array_size(a); i++)
        TRY(read_lines(r, json_array_get(a, i), depth - 1, out, at));
    return ERR_OK;
}

static struct str property(struct reader *r, const json_t *feature, const char *name)
{
    const json_t *v = json_object_get(json_object_get(feature, "properties"), name);
    if (!json_is_string(v))
        return (struct str){ 0 };
    return arena_dup(r->mem, (struct str){ json_string_value(v), json_string_length(v) });
}

static const struct { const char *type; int depth; bool open; } geometries[] = {
    { "Polygon", 2, false }, { "MultiPolygon", 3, false },
    { "LineString", 1, true }, { "MultiLineString", 2, true },
};

static enum err read_shape(struct reader *r, const json_t *feature, struct geo_shape *out, size_t *n)
{
    const json_t *g = json_object_get(feature, "geometry");
    const char *type = json_string_value(json_object_get(g, "type"));
    const json_t *a = json_object_get(g, "coordinates");
    size_t k = 0, at = 0;
    while (k < COUNT_OF(geometries) && (!type || strcmp(type, geometries[k].type) != 0))
        k++;
    if (k == COUNT_OF(geometries))
        return ERR_OK;
    struct geo_shape s = { .id = property(r, feature, "id"), .parent = property(r, feature, "parent"),
                           .name = property(r, feature, "name"), .open = geometries[k].open };
    s.n = count_lines(a, geometries[k].depth);
    struct geo_line *lines = NEW_N(r->mem, struct geo_line, s.n + 1);
    if (!lines)
        return FAIL(r->c, ERR_NOMEM, "map.bad-file", "%zu lines", s.n);
    TRY(read_lines(r, a, geometries[k].depth, lines, &at));
    s.line = lines;
    *out = s;
    (*n)++;
    return ERR_OK;
}

static enum err read_all(struct reader *r, const json_t *root, struct geo *out)
{
    const json_t *features = json_object_get(root, "features");
    size_t all = json_array_size(features), n = 0;
    if (!json_is_array(features) || all > GEO_SHAPES)
        return BAD("no FeatureCollection of that size");
    struct geo_shape *s = NEW_N(r->mem, struct geo_shape, all + 1);
    if (!s)
        return FAIL(r->c, ERR_NOMEM, "map.bad-file", "%zu shapes", all);
    for (size_t i = 0; i < all; i++)
        TRY(read_shape(r, json_array_get(features, i), &s[n], &n));
    *out = (struct geo){ s, n };
    return ERR_OK;
}

enum err geo_parse(struct ctx *c, struct arena *mem, struct str json, struct geo *out)
{
    struct reader r = { c, mem, 0 };
    json_error_t why;
    if (json.n > GEO_MAX)
        return FAIL(c, ERR_INPUT, "map.bad-file", "%zu bytes", json.n);
    json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return FAIL(c, ERR_INPUT, "map.bad-file", "line %d", why.line);
    enum err e = read_all(&r, root, out);
    json_decref(root);
    return e;
}

/* ---- drawing --------------------------------------------------------------------------- */

/* Plate carrée stretched by the cosine of the middle latitude: right enough
 * for a country, and straight. */
struct frame { int32_t west, south, east, north; double x, y; int w, h; };

static bool wanted(const struct map_view *v, const struct geo_shape *s)
{
    return !v->only_parent.n || str_eq(s->parent, v->only_parent) || str_eq(s->id, v->only_parent);
}

static void widen(struct frame *f, struct geo_point p)
{
    f->west = p.lon_e4 < f->west ? p.lon_e4 : f->west;
    f->east = p.lon_e4 > f->east ? p.lon_e4 : f->east;
    f->south = p.lat_e4 < f->south ? p.lat_e4 : f->south;
    f->north = p.lat_e4 > f->north ? p.lat_e4 : f->north;
}

static bool frame_of(const struct map_view *v, struct frame *f)
{
    *f = (struct frame){ .west = INT32_MAX, .south = INT32_MAX, .east = INT32_MIN, .north = INT32_MIN };
    for (size_t i = 0; v->land && i < v->land->n; i++)
        for (size_t k = 0; wanted(v, &v->land->shape[i]) && k < v->land->shape[i].n; k++)
            for (size_t p = 0; p < v->land->shape[i].line[k].n; p++)
                widen(f, v->land->shape[i].line[k].p[p]);
    if (f->east <= f->west || f->north <= f->south)
        return false;
    double middle = ((double)f->south + f->north) / 20000 * M_PI / 180;
    f->w = v->width ? v->width : 600;
    f->x = (double)(f->w - 8) / ((double)f->east - f->west);
    f->y = f->x / cos(middle);
    f->h = (int)(((double)f->north - f->south) * f->y) + 8;
    return f->h < 10000;
}

static long long px(const struct frame *f, struct geo_point p)
{
    return 4 + llround(((double)p.lon_e4 - f->west) * f->x);
}
static long long py(const struct frame *f, struct geo_point p)
{
    return 4 + llround(((double)f->north - p.lat_e4) * f->y);
}

/* Whole pixels, relative, and nothing for a point on the same pixel. */
static void path_of_line(struct out *o, const struct frame *f, const struct geo_line *l, bool open)
{
    long long x = px(f, l->p[0]), y = py(f, l->p[0]);
    bool drawn = false;
    buf_fmt(&o->b, "M%lld %lld", x, y);
    for (size_t i = 1; i < l->n; i++) {
        long long nx = px(f, l->p[i]), ny = py(f, l->p[i]);
        if (nx == x && ny == y)
            continue;
        if (!drawn)
            html(o, "l");
        buf_fmt(&o->b, nx - x < 0 || !drawn ? "%lld" : " %lld", nx - x);
        drawn = true;
        buf_fmt(&o->b, ny - y < 0 ? "%lld" : " %lld", ny - y);
        x = nx;
        y = ny;
    }
    if (!drawn)
        html(o, "h0");
    if (!open)
        html(o, "z");
}

static const struct map_area *area_of(const struct map_view *v, struct str id)
{
    for (size_t i = 0; i < v->areas_n; i++)
        if (str_eq(v->areas[i].id, id))
            return &v->areas[i];
    return NULL;
}

static void shape_path(struct out *o, const struct frame *f, const struct geo_shape *s, int shade)
{
    html(o, "<path class=\"");
    if (s->open)
        html(o, "water");
    else
        buf_fmt(&o->b, "land sh%d", shade < 0 ? 0 : shade > 4 ? 4 : shade);
    html(o, "\" d=\"");
    for (size_t k = 0; k < s->n; k++)
        path_of_line(o, f, &s->line[k], s->open);
    html(o, "\">");
}

static void draw_area(struct out *o, const struct frame *f, const struct geo_shape *s,
                      const struct map_area *a)
{
    if (a && a->path.n) {
        html(o, "<a");
        attr_url(o, "href", a->path);
        attr(o, "aria-label", a->label);
        html(o, ">");
    }
    shape_path(o, f, s, a ? a->shade : 0);
    html(o, "<title>");
    text(o, a && a->label.n ? a->label : s->name);
    html(o, "</title></path>");
    if (a && a->path.n)
        html(o, "</a>");
    html(o, "\n");
}

static void draw_pin(struct out *o, const struct frame *f, const struct map_pin *p)
{
    html(o, "<g class=\"pinbody\"><circle class=\"");
    if (p->kind == PIN_ALERT)
        html(o, "alert\"");
    else
        html(o, "help\"");
    buf_fmt(&o->b, " cx=\"%lld\" cy=\"%lld\" r=\"9\"><title>", px(f, p->at), py(f, p->at));
    text(o, p->label);
    buf_fmt(&o->b, "</title></circle><text class=\"pin\" x=\"%lld\" y=\"%lld\">%d</text></g>\n",
            px(f, p->at), py(f, p->at) + 4, p->number);
}

void map_draw(struct out *o, const struct map_view *v)
{
    struct frame f;
    int id = ++o->ids;
    if (!frame_of(v, &f))
        return;
    buf_fmt(&o->b, "<svg class=\"map\" viewBox=\"0 0 %d %d\" role=\"group\" aria-labelledby=\"map%d\">\n"
            "<title id=\"map%d\">", f.w, f.h, id, id);
    text(o, v->title);
    html(o, "</title>\n<desc>");
    text(o, v->desc);
    html(o, "</desc>\n");
    for (size_t i = 0; i < v->land->n; i++)
        if (wanted(v, &v->land->shape[i]))
            draw_area(o, &f, &v->land->shape[i], area_of(v, v->land->shape[i].id));
    for (size_t i = 0; v->water && i < v->water->n; i++)
        if (v->water->shape[i].open) {
            shape_path(o, &f, &v->water->shape[i], 0);
            html(o, "</path>\n");
        }
    for (size_t i = 0; i < v->pins_n; i++)
        draw_pin(o, &f, &v->pins[i]);
    html(o, "</svg>\n");
}
