/* flow_link.c - after reading: references become indices, flows find their
 * nodes, expressions are compiled. */
#include "flow/flow_link.h"

#include <stdlib.h>

bool kind_is_activity(enum flow_kind k)
{
    return k <= FLOW_CALL;
}

bool kind_is_step(enum flow_kind k)
{
    return k <= FLOW_RECEIVE && k != FLOW_SEND;
}

/* A call of a global task and a sub-process with nothing in it are done by hand. */
bool node_is_step(const struct node *n)
{
    return kind_is_step(n->kind) || (kind_is_activity(n->kind) && n->kind != FLOW_SEND && n->inner < 0);
}

bool kind_is_gate(enum flow_kind k)
{
    return k >= FLOW_XOR && k <= FLOW_COMPLEX;
}

struct str node_process(const struct flow_model *m, const struct node *n)
{
    return m->process.v[n->process].id;
}

/* ---- lists of indices --------------------------------------------------------- */

/* counts[i] becomes an array of that many ints, filled by the caller. */
static int *int_array(struct ctx *c, struct flow_model *m, int n, enum err *e)
{
    if (n == 0)
        return NULL;
    int *v = NEW_N(&m->mem, int, (size_t)n);
    if (!v)
        *e = NOMEM(c);
    return v;
}

static enum err link_boxes(struct ctx *c, struct flow_model *m)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < m->node.n; i++) {
        struct box *b = &m->box.v[m->node.v[i].box];
        b->n_nodes++;
        b->n_event_subs += m->node.v[i].by_event && m->node.v[i].kind == FLOW_SUB;
    }
    for (size_t i = 0; i < m->node.n; i++)
        if (m->node.v[i].kind == FLOW_SUB && m->box.v[m->node.v[i].inner].n_nodes == 0)
            m->node.v[i].inner = -1;
    for (size_t i = 0; i < m->box.n; i++) {
        struct box *b = &m->box.v[i];
        b->nodes = int_array(c, m, b->n_nodes, &e);
        b->event_subs = int_array(c, m, b->n_event_subs, &e);
        b->n_nodes = b->n_event_subs = 0;
    }
    TRY(e);
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        struct box *b = &m->box.v[n->box];
        b->nodes[b->n_nodes++] = (int)i;
        if (n->by_event && n->kind == FLOW_SUB)
            b->event_subs[b->n_event_subs++] = (int)i;
        m->process.v[n->process].n_nodes++;
    }
    return ERR_OK;
}

static int ref_node(const struct flow_model *m, struct str ref)
{
    struct el el = index_ref(m, ref);
    return el.kind == EL_NODE ? el.at : -1;
}

static enum err link_ways(struct ctx *c, struct flow_model *m)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < m->way.n; i++) {
        struct way *w = &m->way.v[i];
        w->source = ref_node(m, w->source_ref);
        w->target = ref_node(m, w->target_ref);
        m->process.v[m->box.v[w->box].process].n_ways++;
        if (w->source < 0 || w->target < 0) {
            struct str what = w->source < 0 ? w->source_ref : w->target_ref;
            TRY(remark_add(c, m, FLOW_WRONG, "flow.loose-flow", w->id, what, w->line));
            w->source = w->target = -1;
            continue;
        }
        if (m->node.v[w->source].box != m->node.v[w->target].box) {
            TRY(remark_add(c, m, FLOW_WRONG, "flow.crosses", w->id, w->target_ref, w->line));
            w->source = w->target = -1;
            continue;
        }
        m->node.v[w->source].n_out++;
        m->node.v[w->target].n_in++;
    }
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        n->out = int_array(c, m, n->n_out, &e);
        n->in = int_array(c, m, n->n_in, &e);
        n->n_out = n->n_in = 0;
    }
    TRY(e);
    for (size_t i = 0; i < m->way.n; i++) {
        struct way *w = &m->way.v[i];
        if (w->source < 0)
            continue;
        struct node *s = &m->node.v[w->source], *t = &m->node.v[w->target];
        s->out[s->n_out++] = (int)i;
        t->in[t->n_in++] = (int)i;
    }
    return ERR_OK;
}

static enum err link_defaults(struct ctx *c, struct flow_model *m)
{
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        if (!n->way_else_ref.n)
            continue;
        struct el el = index_ref(m, n->way_else_ref);
        if (el.kind == EL_WAY && m->way.v[el.at].source == (int)i)
            n->way_else = el.at;
        else
            TRY(remark_add(c, m, FLOW_WRONG, "flow.bad-default", n->id, n->way_else_ref, n->line));
    }
    return ERR_OK;
}

static enum err link_hosts(struct ctx *c, struct flow_model *m)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        if (n->kind != FLOW_BOUNDARY)
            continue;
        int host = ref_node(m, n->host_ref);
        if (host >= 0 && kind_is_activity(m->node.v[host].kind) && m->node.v[host].box == n->box) {
            n->host = host;
            m->node.v[host].n_edge++;
        } else {
            TRY(remark_add(c, m, FLOW_WRONG, "flow.no-host", n->id, n->host_ref, n->line));
        }
    }
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        n->edge = int_array(c, m, n->n_edge, &e);
        n->n_edge = 0;
    }
    TRY(e);
    for (size_t i = 0; i < m->node.n; i++)
        if (m->node.v[i].host >= 0) {
            struct node *h = &m->node.v[m->node.v[i].host];
            h->edge[h->n_edge++] = (int)i;
        }
    return ERR_OK;
}

/* ---- event definitions ------------------------------------------------------------ */

static void link_thing(const struct flow_model *m, struct def *d)
{
    struct el el = index_ref(m, d->ref);
    if (el.kind == EL_THING) {
        const struct thing *t = &m->thing.v[el.at];
        d->ref = t->id;
        d->name = t->name;
        d->code = t->code;
    } else if (d->ref.n) {
        d->name = d->ref;                   /* a tool that writes the name itself */
    }
}

static enum err link_defs(struct ctx *c, struct flow_model *m)
{
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        int keep = 0;
        for (int k = 0; k < n->n_def; k++) {
            struct def d = n->def[k];
            if (d.line == -1) {
                struct el el = index_ref(m, d.id);
                if (el.kind != EL_DEF) {
                    TRY(remark_add(c, m, FLOW_WRONG, "flow.no-definition", n->id, d.id, n->line));
                    continue;
                }
                d = m->root_def.v[el.at];
            }
            if (d.kind != DEF_LINK)
                link_thing(m, &d);
            n->def[keep++] = d;
        }
        n->n_def = keep;
    }
    return ERR_OK;
}

/* Catching links in order of container and name, to be found by halving. */
struct catcher { int box, node; struct str name; };

static int by_name(const void *a, const void *b)
{
    const struct catcher *x = a, *y = b;
    if (x->box != y->box)
        return x->box < y->box ? -1 : 1;
    int d = str_cmp(x->name, y->name);
    return d ? d : (x->node > y->node) - (x->node < y->node);
}

static bool is_link(const struct node *n, enum flow_kind kind)
{
    return n->kind == kind && n->n_def && n->def[0].kind == DEF_LINK;
}

static int find_catcher(const struct catcher *v, size_t n, int box, struct str name)
{
    struct catcher want = { box, -1, name };
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (by_name(&v[mid], &want) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && v[lo].box == box && str_eq(v[lo].name, name) ? v[lo].node : -1;
}

static enum err link_links(struct ctx *c, struct flow_model *m)
{
    VEC(struct catcher) v = { 0 };
    for (size_t i = 0; i < m->node.n; i++) {
        if (!is_link(&m->node.v[i], FLOW_CATCH))
            continue;
        struct catcher *k = VEC_PUSH(&m->mem, &v);
        if (!k)
            return NOMEM(c);
        *k = (struct catcher){ m->node.v[i].box, (int)i, m->node.v[i].def[0].name };
    }
    if (v.n)
        qsort(v.v, v.n, sizeof *v.v, by_name);
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        if (!is_link(n, FLOW_THROW))
            continue;
        n->link = find_catcher(v.v, v.n, n->box, n->def[0].name);
        if (n->link < 0) {
            TRY(remark_add(c, m, FLOW_WRONG, "flow.no-link", n->id, n->def[0].name, n->line));
            continue;
        }
        n->link_next = m->node.v[n->link].link_first;
        m->node.v[n->link].link_first = (int)i;
    }
    return ERR_OK;
}

/* ---- calls -------------------------------------------------------------------------- */

static enum err link_calls(struct ctx *c, struct flow_model *m)
{
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        if (n->kind != FLOW_CALL)
            continue;
        struct el el = index_ref(m, n->called);
        if (el.kind == EL_PROCESS)
            n->inner = m->process.v[el.at].box;
        else if (el.kind == EL_GLOBAL_TASK)
            n->global_task = true;
        else
            TRY(remark_add(c, m, FLOW_WRONG, "flow.no-called", n->id, n->called, n->line));
    }
    return ERR_OK;
}

/* ---- own attributes -------------------------------------------------------------------- */

static void own_on_node(struct node *n, const struct attr *a)
{
    if (str_is(a->name, "calendar"))
        n->calendar = a->value;
    else if (str_is(a->name, "due"))
        n->due = (struct flow_when){ flow_when_of(a->value), a->value, { 0 } };
    else if (str_is(a->name, "each") && n->loop.kind == LOOP_EACH) {
        n->loop.each = (struct expr){ .text = a->value, .line = n->line };
        n->loop.each_given = true;
    }
}

static void link_own(struct flow_model *m)
{
    for (size_t i = 0; i < m->attr.n; i++) {
        const struct attr *a = &m->attr.v[i];
        struct el el = index_get(m, m->attr_id.v[i]);
        if (el.kind == EL_NODE)
            own_on_node(&m->node.v[el.at], a);
        else if (el.kind == EL_LANE && str_is(a->name, "role"))
            m->lane.v[el.at].role = a->value;
        else if (el.kind == EL_POOL && str_is(a->name, "role"))
            m->pool.v[el.at].role = a->value;
        else if (el.kind == EL_PROCESS && str_is(a->name, "calendar"))
            m->process.v[el.at].calendar = a->value;
        else if (!m->attr_id.v[i].n && str_is(a->name, "calendar"))
            m->calendar = a->value;
    }
}

static struct str calendar_for(const struct flow_model *m, const struct node *n)
{
    const struct node *at[] = { n, n->host >= 0 ? &m->node.v[n->host] : n };
    for (size_t i = 0; i < COUNT_OF(at); i++)
        for (const struct node *k = at[i]; k;) {
            if (k->calendar.n)
                return k->calendar;
            int up = m->box.v[k->box].node;
            k = up >= 0 ? &m->node.v[up] : NULL;
        }
    struct str s = m->process.v[n->process].calendar;
    return s.n ? s : m->calendar;
}

static void link_clocks(struct flow_model *m)
{
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        for (int k = 0; k < n->n_def; k++)
            if (n->def[k].kind == DEF_TIMER && !n->def[k].when.calendar.n)
                n->def[k].when.calendar = calendar_for(m, n);
        if (n->due.text.n)
            n->due.calendar = calendar_for(m, n);
    }
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        for (int k = 0; k < n->n_edge && !n->due.text.n; k++) {
            const struct node *b = &m->node.v[n->edge[k]];
            if (b->n_def && b->def[0].kind == DEF_TIMER && b->def[0].when.kind != FLOW_NEVER)
                n->due = b->def[0].when;
        }
    }
}

/* ---- expressions ------------------------------------------------------------------------ */

static enum err compile(struct ctx *c, struct flow_model *m, struct expr *x)
{
    if (!x->text.n || !m->eval)
        return ERR_OK;
    return m->eval->compile(c, &m->mem, x->text, x->language, &x->prog, &x->why);
}

/* loopDataInputRef names an element; conditions know its name. */
static void each_by_name(const struct flow_model *m, struct expr *x)
{
    struct el el = index_ref(m, x->text);
    if (el.kind == EL_ART && m->art.v[el.at].text.n)
        x->text = m->art.v[el.at].text;
}

static enum err link_exprs(struct ctx *c, struct flow_model *m)
{
    for (size_t i = 0; i < m->way.n; i++)
        TRY(compile(c, m, &m->way.v[i].cond));
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        each_by_name(m, &n->loop.each);
        TRY(compile(c, m, &n->loop.each));
        TRY(compile(c, m, &n->loop.until));
        TRY(compile(c, m, &n->until));
        for (int k = 0; k < n->n_def; k++)
            TRY(compile(c, m, &n->def[k].expr));
    }
    return ERR_OK;
}

enum err model_link(struct ctx *c, struct flow_model *m)
{
    TRY(link_boxes(c, m));
    TRY(link_ways(c, m));
    TRY(link_defaults(c, m));
    TRY(link_hosts(c, m));
    TRY(link_defs(c, m));
    TRY(link_links(c, m));
    TRY(link_calls(c, m));
    TRY(di_resolve(c, m));
    link_own(m);
    TRY(link_pools(c, m));
    link_clocks(m);
    return link_exprs(c, m);
}
