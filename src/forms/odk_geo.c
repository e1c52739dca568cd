/* Places: "lat lon [alt [acc]]", several separated by semicolons.  Lengths in
 * metres on a sphere of 6,378,100 m, as ODK clients use; areas in square metres. */
#include "forms/odk_args.h"
#include "forms/vec.h"

#include <math.h>
#include <stdlib.h>

#define EARTH_M 6378100.0
#define RAD     (3.14159265358979323846 / 180)

struct point { double lat, lon; };
struct line { struct point *v; size_t n, room; };

static bool point_of(struct str s, struct point *p)
{
    double v[4];
    size_t n = 0;
    for (s = str_trim(s); s.n; s = str_trim(s)) {
        size_t i = 0;
        while (i < s.n && !ascii_space(s.p[i]))
            i++;
        if (n == 4 || isnan(v[n++] = odk_num(str_sub(s, 0, i))))
            return false;
        s = str_sub(s, i, SIZE_MAX);
    }
    if (n < 2 || fabs(v[0]) > 90 || fabs(v[1]) > 180)
        return false;
    *p = (struct point){ v[0], v[1] };
    return true;
}

/* Add the points of "a;b;c".  False when one is not a point. */
static bool line_add(struct arena *mem, struct line *l, struct str s)
{
    struct str item;
    struct point p;
    while (str_next(&s, ';', &item)) {
        if (str_trim(item).n == 0)
            continue;
        if (l->n >= 20000 || !point_of(item, &p) || !VEC_PUT(mem, l->v, l->n, l->room, p))
            return false;
    }
    return true;
}

/* All arguments as one line: one trace, many points, or a node-set of points. */
static bool line_of(xmlXPathParserContextPtr x, int n, struct line *l)
{
    struct str *v;
    size_t k = odk_values(x, n, &v);
    *l = (struct line){ 0 };
    for (size_t i = 0; i < k; i++)
        if (!line_add(&odk_of(x)->c->mem, l, v[i]))
            return false;
    return true;
}

static double between(struct point a, struct point b)
{
    double dlat = (b.lat - a.lat) * RAD / 2, dlon = (b.lon - a.lon) * RAD / 2;
    double h = sin(dlat) * sin(dlat) + cos(a.lat * RAD) * cos(b.lat * RAD) * sin(dlon) * sin(dlon);
    return 2 * EARTH_M * asin(sqrt(h < 1 ? h : 1));
}

static void fn_distance(xmlXPathParserContextPtr x, int n)
{
    struct line l;
    double sum = 0;
    if (!line_of(x, n, &l)) {
        odk_push_num(x, NAN);
        return;
    }
    for (size_t i = 1; i < l.n; i++)
        sum += between(l.v[i - 1], l.v[i]);
    odk_push_num(x, sum);
}

static void fn_area(xmlXPathParserContextPtr x, int n)
{
    struct line l;
    double sum = 0;
    if (!line_of(x, n, &l)) {
        odk_push_num(x, NAN);
        return;
    }
    for (size_t i = 0; l.n >= 3 && i < l.n; i++) {     /* the formula of Collect, for the same answers */
        struct point a = l.v[i], b = l.v[(i + 1) % l.n];
        sum += (b.lon - a.lon) * RAD * (2 + sin(a.lat * RAD) + sin(b.lat * RAD));
    }
    odk_push_num(x, fabs(sum) * EARTH_M * EARTH_M / 2);
}

/* Ray casting on plain latitude and longitude. */
static bool contains(const struct line *l, struct point p)
{
    bool in = false;
    for (size_t i = 0, j = l->n - 1; i < l->n; j = i++) {
        struct point a = l->v[i], b = l->v[j];
        if ((a.lat > p.lat) != (b.lat > p.lat) &&
            p.lon < (b.lon - a.lon) * (p.lat - a.lat) / (b.lat - a.lat) + a.lon)
            in = !in;
    }
    return in;
}

static void fn_geofence(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct line shape = { 0 };
    struct point p;
    struct str s = odk_pop(x), at = odk_pop(x);
    bool ok = line_add(&odk_of(x)->c->mem, &shape, s) && shape.n >= 3 && point_of(at, &p);
    odk_push_bool(x, ok && contains(&shape, p));
}

static double side(struct point a, struct point b, struct point p)
{
    return (b.lon - a.lon) * (p.lat - a.lat) - (b.lat - a.lat) * (p.lon - a.lon);
}

static bool on_segment(struct point a, struct point b, struct point p)
{
    return side(a, b, p) == 0 && fmin(a.lat, b.lat) <= p.lat && p.lat <= fmax(a.lat, b.lat) &&
           fmin(a.lon, b.lon) <= p.lon && p.lon <= fmax(a.lon, b.lon);
}

static bool cross(struct point a, struct point b, struct point p, struct point q)
{
    if (side(a, b, p) * side(a, b, q) < 0 && side(p, q, a) * side(p, q, b) < 0)
        return true;
    return on_segment(a, b, p) || on_segment(a, b, q) || on_segment(p, q, a) || on_segment(p, q, b);
}

/* Do two parts of one line touch that are not neighbours? */
static void fn_intersects(xmlXPathParserContextPtr x, int n)
{
    struct line l;
    struct odk_env *e = odk_of(x);
    bool ok = line_of(x, n, &l), hit = false;
    size_t parts = ok && l.n ? l.n - 1 : 0;
    bool closed = parts > 2 && l.v[0].lat == l.v[parts].lat && l.v[0].lon == l.v[parts].lon;
    for (size_t i = 0; i < parts && !hit; i++)
        for (size_t j = i + 2; j < parts && !hit; j++) {
            if (--e->steps_left < 0)
                e->refused = true;
            if (e->refused)
                break;
            if (!(closed && i == 0 && j == parts - 1))
                hit = cross(l.v[i], l.v[i + 1], l.v[j], l.v[j + 1]);
        }
    odk_push_bool(x, hit);
}

const struct odk_fn odk_geo_fns[] = {
    { "distance", 1, -1, fn_distance },
    { "area", 1, -1, fn_area },
    { "geofence", 2, 2, fn_geofence },
    { "intersects", 1, 1, fn_intersects },
    { 0 },
};
