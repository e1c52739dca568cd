/* flow_read_di.c - diagrams: where the author put things. */
#include "flow/flow_link.h"
#include "flow/flow_read.h"

static struct area read_bounds(const xmlNode *e)
{
    return (struct area){ xml_hundredths(e, "x"), xml_hundredths(e, "y"),
                          xml_hundredths(e, "width"), xml_hundredths(e, "height") };
}

static const xmlNode *child_any(const xmlNode *e, const char *local)
{
    for (const xmlNode *k = xml_first(e); k; k = xml_next(k))
        if (xml_is(k, local))
            return k;
    return NULL;
}

static bool label_bounds(const xmlNode *e, struct area *out)
{
    const xmlNode *label = child_any(e, "BPMNLabel");
    const xmlNode *b = label ? child_any(label, "Bounds") : NULL;
    if (!b)
        return false;
    *out = read_bounds(b);
    return out->w > 0;
}

static enum err read_shape(struct reader *r, const xmlNode *e, struct diagram *d)
{
    const xmlNode *b = child_any(e, "Bounds");
    if (!b)
        return ERR_OK;
    struct shape *s = VEC_PUSH(r->mem, &d->shape);
    if (!s)
        return NOMEM(r->c);
    s->ref = xml_attr(r->mem, e, "bpmnElement");
    s->at = read_bounds(b);
    s->has_label = label_bounds(e, &s->label);
    s->known_expanded = xml_has(e, "isExpanded");
    s->expanded = xml_flag(e, "isExpanded", false);
    s->marker = xml_flag(e, "isMarkerVisible", false);
    s->horizontal = xml_flag(e, "isHorizontal", s->at.w >= s->at.h);
    s->line = xml_line(e);
    return ERR_OK;
}

static enum err read_edge(struct reader *r, const xmlNode *e, struct diagram *d)
{
    VEC(struct point) p = { 0 };
    for (const xmlNode *k = xml_first(e); k; k = xml_next(k)) {
        if (!xml_is(k, "waypoint"))
            continue;
        struct point *q = VEC_PUSH(r->mem, &p);
        if (!q)
            return NOMEM(r->c);
        *q = (struct point){ xml_hundredths(k, "x"), xml_hundredths(k, "y") };
    }
    if (p.n < 2)
        return ERR_OK;
    struct line *l = VEC_PUSH(r->mem, &d->line);
    if (!l)
        return NOMEM(r->c);
    l->ref = xml_attr(r->mem, e, "bpmnElement");
    l->p = p.v;
    l->n = (int)p.n;
    l->has_label = label_bounds(e, &l->label);
    l->at_line = xml_line(e);
    return ERR_OK;
}

enum err read_diagram(struct reader *r, const xmlNode *e)
{
    const xmlNode *plane = child_any(e, "BPMNPlane");
    if (!plane)
        return ERR_OK;
    struct diagram d = { .id = xml_attr(r->mem, e, "id"), .name = xml_attr(r->mem, e, "name"),
                         .plane = xml_attr(r->mem, plane, "bpmnElement") };
    for (const xmlNode *k = xml_first(plane); k; k = xml_next(k)) {
        if (xml_is(k, "BPMNShape"))
            TRY(read_shape(r, k, &d));
        else if (xml_is(k, "BPMNEdge"))
            TRY(read_edge(r, k, &d));
    }
    struct diagram *to = VEC_PUSH(r->mem, &r->m->diagram);
    if (!to)
        return NOMEM(r->c);
    *to = d;
    return ERR_OK;
}

enum err di_resolve(struct ctx *c, struct flow_model *m)
{
    for (size_t i = 0; i < m->diagram.n; i++) {
        struct diagram *d = &m->diagram.v[i];
        for (size_t k = 0; k < d->shape.n; k++) {
            struct shape *s = &d->shape.v[k];
            s->el = index_ref(m, s->ref);
            if (s->el.kind == EL_NONE && s->ref.n)
                TRY(remark_add(c, m, FLOW_NOTE, "flow.drawn-unknown", s->ref, (struct str){ 0 },
                               s->line));
        }
        for (size_t k = 0; k < d->line.n; k++)
            d->line.v[k].el = index_ref(m, d->line.v[k].ref);
    }
    return ERR_OK;
}
