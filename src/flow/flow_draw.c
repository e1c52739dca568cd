/* flow_draw.c - a diagram as SVG: pools, lines, artifacts, and the order of it all. */
#include "flow/flow_pen.h"

#include <stdlib.h>

/* ---- which diagram -------------------------------------------------------------------- */

static const struct diagram *find_diagram(const struct flow_model *m, struct str id)
{
    for (size_t i = 0; i < m->diagram.n; i++) {
        const struct diagram *d = &m->diagram.v[i];
        if (d->shape.n && (!id.n || str_eq(d->id, id) || str_eq(d->plane, id)))
            return d;
    }
    int process = index_process(m, id);
    int pool = process >= 0 ? m->process.v[process].pool : -1;
    for (size_t i = 0; pool >= 0 && i < m->diagram.n; i++)
        for (size_t k = 0; k < m->diagram.v[i].shape.n; k++)
            if (m->diagram.v[i].shape.v[k].el.kind == EL_POOL &&
                m->diagram.v[i].shape.v[k].el.at == pool)
                return &m->diagram.v[i];
    return NULL;
}

static enum err choose(struct ctx *c, const struct flow_model *m, struct str id,
                       const struct diagram **out)
{
    struct diagram *made;
    *out = find_diagram(m, id);
    if (*out)
        return ERR_OK;
    int process = id.n ? index_process(m, id) : -1;
    if (id.n && process < 0 && index_get(m, id).kind != EL_COLLABORATION)
        return FAIL(c, ERR_NOT_FOUND, "flow.no-diagram", "diagram of %zu bytes", id.n);
    TRY(layout_make(c, m, process, &made));
    *out = made;
    return ERR_OK;
}

/* ---- bounds ------------------------------------------------------------------------------ */

static void stretch(struct area *a, bool *any, int64_t x, int64_t y)
{
    if (!*any)
        *a = (struct area){ x, y, 0, 0 };
    *any = true;
    if (x < a->x) {
        a->w += a->x - x;
        a->x = x;
    }
    if (y < a->y) {
        a->h += a->y - y;
        a->y = y;
    }
    if (x > a->x + a->w)
        a->w = x - a->x;
    if (y > a->y + a->h)
        a->h = y - a->y;
}

static void stretch_area(struct area *a, bool *any, struct area b)
{
    stretch(a, any, b.x, b.y);
    stretch(a, any, b.x + b.w, b.y + b.h);
}

static struct area bounds(const struct diagram *d)
{
    struct area a = { 0, 0, 10000, 5000 };
    bool any = false;
    for (size_t i = 0; i < d->shape.n; i++) {
        stretch_area(&a, &any, d->shape.v[i].at);
        if (d->shape.v[i].has_label)
            stretch_area(&a, &any, d->shape.v[i].label);
    }
    for (size_t i = 0; i < d->line.n; i++) {
        for (int k = 0; k < d->line.v[i].n; k++)
            stretch(&a, &any, d->line.v[i].p[k].x, d->line.v[i].p[k].y);
        if (d->line.v[i].has_label)
            stretch_area(&a, &any, d->line.v[i].label);
    }
    return (struct area){ a.x - 2000, a.y - 2000, a.w + 4000, a.h + 5000 };
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void polyline(struct pen *p, const struct line *l)
{
    svg_put(p, "<polyline points=\"");
    for (int i = 0; i < l->n; i++) {
        if (i)
            buf_char(p->out, ' ');
        svg_num(p, l->p[i].x);
        buf_char(p->out, ',');
        svg_num(p, l->p[i].y);
    }
    buf_char(p->out, '"');
}

static void arrow(struct pen *p, const char *which)
{
    svg_put(p, " marker-end=\"url(#");
    buf_put(p->out, str_c(p->v->id_prefix ? p->v->id_prefix : "flow"));
    svg_put(p, "-");
    buf_put(p->out, str_c(which));
    svg_put(p, ")\"");
}

static struct area middle(const struct line *l)
{
    const struct point *a = &l->p[(l->n - 1) / 2], *b = &l->p[(l->n - 1) / 2 + 1];
    return (struct area){ (a->x + b->x) / 2 - 3000, (a->y + b->y) / 2 - 1700, 6000, 0 };
}

static void draw_way(struct pen *p, const struct line *l)
{
    const struct way *w = &p->m->way.v[l->el.at];
    bool taken = p->r && p->r->taken[l->el.at];
    if (taken)
        svg_put(p, "<g class=\"flow-way flow-taken\" fill=\"none\" stroke=\"#32632e\" stroke-width=\"3\">");
    else
        svg_put(p, "<g class=\"flow-way\" fill=\"none\" stroke=\"#4b585e\" stroke-width=\"1.5\">");
    polyline(p, l);
    arrow(p, taken ? "taken" : "arrow");
    svg_put(p, "/>");
    const struct node *s = w->source >= 0 ? &p->m->node.v[w->source] : NULL;
    if (s && s->way_else == l->el.at) {                 /* the default: a stroke near its start */
        svg_put(p, "<path d=\"M");
        svg_num(p, l->p[0].x + 500);
        buf_char(p->out, ' ');
        svg_num(p, l->p[0].y + 500);
        svg_put(p, "l5 -10\"/>");
    }
    svg_label(p, w->name, l->has_label ? l->label : middle(l));
    svg_put(p, "</g>\n");
}

static void draw_line(struct pen *p, const struct line *l)
{
    if (l->el.kind == EL_WAY) {
        draw_way(p, l);
    } else if (l->el.kind == EL_MAIL) {
        svg_put(p, "<g class=\"flow-mail\" fill=\"none\" stroke=\"#16556a\" stroke-width=\"1.5\" "
                   "stroke-dasharray=\"8 5\">");
        polyline(p, l);
        arrow(p, "mail");
        svg_put(p, "/>");
        svg_label(p, p->m->mail.v[l->el.at].name, l->has_label ? l->label : middle(l));
        svg_put(p, "</g>\n");
    } else if (l->el.kind == EL_ART) {
        svg_put(p, "<g class=\"flow-association\" fill=\"none\" stroke=\"#857e6f\" stroke-width=\"1.5\" "
                   "stroke-dasharray=\"2 4\">");
        polyline(p, l);
        if (p->m->art.v[l->el.at].arrow)
            arrow(p, "arrow");
        svg_put(p, "/></g>\n");
    }
}

/* ---- pools and lanes ---------------------------------------------------------------------------- */

static void draw_swim(struct pen *p, const struct shape *s, struct str name, bool pool)
{
    bool wide = s->horizontal;
    struct area bar = wide ? (struct area){ s->at.x, s->at.y, 3000, s->at.h }
                           : (struct area){ s->at.x, s->at.y, s->at.w, 3000 };
    if (pool)
        svg_put(p, "<g class=\"flow-pool\" fill=\"#ffffff\" stroke=\"#4b585e\" stroke-width=\"1.5\"><rect");
    else
        svg_put(p, "<g class=\"flow-lane\" fill=\"#ffffff\" stroke=\"#ddd6c8\" stroke-width=\"1\"><rect");
    svg_area(p, s->at);
    svg_put(p, "/>");
    svg_bar(p, name, s->at.h < 9000 && pool ? s->at : bar, wide && !(s->at.h < 9000 && pool));
    svg_put(p, "</g>\n");
}

/* ---- artifacts ---------------------------------------------------------------------------------- */

static void draw_art(struct pen *p, const struct shape *s)
{
    const struct art *a = &p->m->art.v[s->el.at];
    struct area at = s->at;
    svg_put(p, "<g class=\"flow-artifact\" fill=\"#ffffff\" stroke=\"#857e6f\" stroke-width=\"1.5\">");
    if (a->kind == ART_NOTE) {
        svg_put(p, "<path fill=\"none\" d=\"M");
        svg_num(p, at.x + 1000);
        buf_char(p->out, ' ');
        svg_num(p, at.y);
        svg_put(p, "h-10v");
        svg_num(p, at.h);
        svg_put(p, "h10\"/>");
        svg_wrap(p, a->text, at.x + at.w / 2, at.y + at.h / 2, at.w, 12);
    } else if (a->kind == ART_GROUP) {
        svg_put(p, "<rect rx=\"10\" fill=\"none\" stroke-dasharray=\"8 4 2 4\"");
        svg_area(p, at);
        svg_put(p, "/>");
        svg_label(p, a->text, (struct area){ at.x, at.y, at.w, 0 });
    } else {
        svg_put(p, "<rect");
        if (a->kind == ART_STORE)
            svg_put(p, " rx=\"12\"");
        svg_area(p, at);
        svg_put(p, "/>");
        svg_label(p, a->text, s->has_label ? s->label
                                           : (struct area){ at.x - 2500, at.y + at.h, at.w + 5000, 0 });
    }
    svg_put(p, "</g>\n");
}

/* ---- order: what holds others first, then lines, then the rest ------------------------------------ */

struct place { const struct shape *s; int rank; size_t at; };

static int rank_of(const struct flow_model *m, const struct diagram *d, const struct shape *s)
{
    if (s->el.kind == EL_POOL)
        return 0;
    if (s->el.kind == EL_LANE)
        return 1;
    if (draws_inside(m, d, s))
        return 2;
    if (s->el.kind == EL_ART)
        return 4;
    bool edge = s->el.kind == EL_NODE && m->node.v[s->el.at].kind == FLOW_BOUNDARY;
    return edge ? 6 : 5;
}

static int by_rank(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank - y->rank;
    int64_t ax = x->s->at.w / 100 * (x->s->at.h / 100), ay = y->s->at.w / 100 * (y->s->at.h / 100);
    if (x->rank < 3 && ax != ay)
        return ax < ay ? 1 : -1;
    return (x->at > y->at) - (x->at < y->at);
}

static void draw_shape(struct pen *p, const struct shape *s)
{
    switch (s->el.kind) {
    case EL_POOL: draw_swim(p, s, p->m->pool.v[s->el.at].name, true); break;
    case EL_LANE: draw_swim(p, s, p->m->lane.v[s->el.at].name, p->m->lane.v[s->el.at].pool); break;
    case EL_NODE: draw_node(p, s); break;
    case EL_ART: draw_art(p, s); break;
    default: break;
    }
}

static enum err draw_all(struct pen *p)
{
    const struct diagram *d = p->d;
    struct place *list = NEW_N(&p->c->mem, struct place, d->shape.n + 1);
    if (!list)
        return NOMEM(p->c);
    for (size_t i = 0; i < d->shape.n; i++)
        list[i] = (struct place){ &d->shape.v[i], rank_of(p->m, d, &d->shape.v[i]), i };
    qsort(list, d->shape.n, sizeof *list, by_rank);
    size_t i = 0;
    for (; i < d->shape.n && list[i].rank < 3; i++)
        draw_shape(p, list[i].s);
    for (size_t k = 0; k < d->line.n; k++)
        draw_line(p, &d->line.v[k]);
    for (; i < d->shape.n; i++)
        draw_shape(p, list[i].s);
    return ERR_OK;
}

/* ---- words for who does not see it ------------------------------------------------------------------ */

static struct str title_of(const struct flow_model *m, const struct diagram *d)
{
    int process = index_process(m, d->plane);
    if (process >= 0 && m->process.v[process].name.n)
        return m->process.v[process].name;
    if (d->name.n)
        return d->name;
    return m->pool.n && m->pool.v[0].name.n ? m->pool.v[0].name : m->name;
}

static void describe(struct pen *p)
{
    bool any = false;
    svg_put(p, "<desc>");
    for (size_t i = 0; p->r && i < p->r->token.n; i++) {
        const struct token *t = &p->r->token.v[i];
        bool counts = t->phase != PH_SUB && t->phase != PH_MANY;
        if (!counts)
            continue;
        const struct node *n = t->node >= 0 ? &p->m->node.v[t->node] : NULL;
        enum state_mark s = n ? mark_of(p, t->node) : MARK_NOW;
        if (any)
            svg_put(p, "; ");
        any = true;
        svg_text(p, !n ? t->name : n->name.n ? n->name : n->id);
        if (n && n->lane >= 0 && p->m->lane.v[n->lane].name.n) {
            svg_put(p, " (");
            svg_text(p, p->m->lane.v[n->lane].name);
            svg_put(p, ")");
        }
        svg_put(p, ": ");
        svg_text(p, svg_word(p, n ? mark_key(s) : "flow.draw.added"));
    }
    if (p->r && !any)
        svg_text(p, svg_word(p, "flow.draw.nothing"));
    svg_put(p, "</desc>\n");
}

/* Steps that officers added stand below the diagram. */
static int64_t draw_added(struct pen *p, struct area a)
{
    int64_t x = a.x + 2000, n = 0;
    for (size_t i = 0; p->r && i < p->r->token.n; i++) {
        const struct token *t = &p->r->token.v[i];
        if (t->node >= 0)
            continue;
        struct area at = { x + n++ * 14000, a.y + a.h, 12000, 7000 };
        svg_put(p, "<g class=\"flow-node flow-added flow-now\" fill=\"#e2eef2\" stroke=\"#16556a\" "
                   "stroke-width=\"3\" stroke-dasharray=\"10 4\"><title>");
        svg_text(p, t->name);
        svg_put(p, ": ");
        svg_text(p, svg_word(p, "flow.draw.added"));
        svg_put(p, "</title><rect rx=\"8\"");
        svg_area(p, at);
        svg_put(p, "/>");
        svg_wrap(p, t->name, at.x + at.w / 2, at.y + at.h / 2, at.w - 800, 4);
        svg_put(p, "</g>\n");
    }
    return n;
}

static void one_marker(struct pen *p, const char *name, const char *colour, bool open)
{
    svg_put(p, "<marker id=\"");
    buf_put(p->out, str_c(p->v->id_prefix ? p->v->id_prefix : "flow"));
    svg_put(p, "-");
    buf_put(p->out, str_c(name));
    svg_put(p, "\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"10\" markerHeight=\"10\" "
               "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"");
    buf_put(p->out, str_c(open ? "#ffffff" : colour));
    svg_put(p, "\" stroke=\"");
    buf_put(p->out, str_c(colour));
    svg_put(p, "\"/></marker>");
}

static size_t added(const struct pen *p)
{
    size_t n = 0;
    for (size_t i = 0; p->r && i < p->r->token.n; i++)
        n += p->r->token.v[i].node < 0;
    return n;
}

static void open_svg(struct pen *p, struct area a)
{
    const char *prefix = p->v->id_prefix ? p->v->id_prefix : "flow";
    int64_t extra = (int64_t)added(p);
    if (p->v->standalone)
        svg_put(p, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    svg_put(p, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow\" role=\"img\" aria-labelledby=\"");
    buf_put(p->out, str_c(prefix));
    svg_put(p, "-title\" viewBox=\"");
    int64_t box[4] = { a.x, a.y, a.w < 4000 + extra * 14000 ? 4000 + extra * 14000 : a.w,
                       a.h + (extra ? 8000 : 0) };
    for (int i = 0; i < 4; i++) {
        if (i)
            buf_char(p->out, ' ');
        svg_num(p, box[i]);
    }
    svg_put(p, "\"");
    svg_attr(p, "width", box[2]);
    svg_attr(p, "height", box[3]);
    svg_put(p, " font-family=\"sans-serif\" font-size=\"12\"><title id=\"");
    buf_put(p->out, str_c(prefix));
    svg_put(p, "-title\">");
    struct str title = title_of(p->m, p->d);
    svg_text(p, title.n ? title : svg_word(p, "flow.draw.route"));
    svg_put(p, "</title>");
    describe(p);
    svg_put(p, "<defs>");
    one_marker(p, "arrow", "#4b585e", false);
    one_marker(p, "taken", "#32632e", false);
    one_marker(p, "mail", "#16556a", true);
    svg_put(p, "</defs>\n");
    if (p->v->standalone) {
        svg_put(p, "<rect class=\"flow-paper\" fill=\"#faf8f3\"");
        svg_area(p, (struct area){ box[0], box[1], box[2], box[3] });
        svg_put(p, "/>\n");
    }
}

enum err flow_draw(struct ctx *c, const struct flow_model *m, const struct flow_view *v,
                   struct buf *out)
{
    struct flow_run *r = NULL;
    struct pen p = { c, m, v, NULL, out, NULL };
    if (v->state.n)
        TRY(flow_run_parse(c, m, v->state, &r));
    p.r = r;
    TRY(choose(c, m, v->diagram, &p.d));
    struct area a = bounds(p.d);
    open_svg(&p, a);
    TRY(draw_all(&p));
    (void)draw_added(&p, a);
    svg_put(&p, "</svg>\n");
    TRY(ctx_check(c));
    return out->failed ? FAIL(c, ERR_INPUT, "flow.too-large", "drawing above %zu bytes", out->max)
                       : ERR_OK;
}
