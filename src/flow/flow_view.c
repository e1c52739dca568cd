/* flow_view.c - reading models and instances from outside. */
#include "flow/flow_pen.h"

/* ---- models ------------------------------------------------------------------------ */

size_t flow_processes(const struct flow_model *m) { return m->process.n; }
size_t flow_lanes(const struct flow_model *m) { return m->lane.n; }
size_t flow_nodes(const struct flow_model *m) { return m->node.n; }

struct flow_process flow_process_at(const struct flow_model *m, size_t i)
{
    const struct process *p = &m->process.v[i];
    return (struct flow_process){ p->id, p->name,
                                  p->pool >= 0 ? m->pool.v[p->pool].name : (struct str){ 0 },
                                  p->executable, p->n_nodes, p->n_ways, p->n_lanes };
}

struct flow_lane flow_lane_at(const struct flow_model *m, size_t i)
{
    const struct lane *l = &m->lane.v[i];
    return (struct flow_lane){ l->id, l->name, l->role, m->process.v[l->process].id, l->pool };
}

struct flow_step flow_node_at(const struct flow_model *m, size_t i)
{
    const struct node *n = &m->node.v[i];
    struct flow_step s = { .id = n->id, .name = n->name, .doc = n->doc, .kind = n->kind,
                           .process = node_process(m, n), .due = n->due, .line = n->line };
    if (n->lane >= 0) {
        s.lane = m->lane.v[n->lane].id;
        s.lane_name = m->lane.v[n->lane].name;
        s.role = m->lane.v[n->lane].role;
    }
    return s;
}

bool flow_node_find(const struct flow_model *m, struct str id, struct flow_step *out)
{
    int at = index_node(m, id);
    if (at >= 0)
        *out = flow_node_at(m, (size_t)at);
    return at >= 0;
}

enum err flow_ways(struct ctx *c, const struct flow_model *m, struct str node,
                   struct flow_way **out, size_t *n)
{
    int at = index_node(m, node);
    if (at < 0)
        return FAIL(c, ERR_NOT_FOUND, "flow.no-node", "node of %zu bytes", node.n);
    const struct node *from = &m->node.v[at];
    struct flow_way *v = NEW_N(&c->mem, struct flow_way, (size_t)from->n_out + 1);
    if (!v)
        return NOMEM(c);
    for (int i = 0; i < from->n_out; i++) {
        const struct way *w = &m->way.v[from->out[i]];
        v[i] = (struct flow_way){ w->id, w->name.n ? w->name : m->node.v[w->target].name };
    }
    *out = v;
    *n = (size_t)from->n_out;
    return ERR_OK;
}

struct str flow_attr(const struct flow_model *m, struct str id, const char *name)
{
    for (size_t i = 0; i < m->attr.n; i++)
        if (str_eq(m->attr_id.v[i], id) && str_is(m->attr.v[i].name, name))
            return m->attr.v[i].value;
    return (struct str){ 0 };
}

/* ---- what is open --------------------------------------------------------------------- */

typedef VEC(struct flow_open) opens;

static struct flow_open *open_new(struct flow_run *r, opens *v, enum flow_open_kind kind, int node)
{
    struct flow_open *o = VEC_PUSH(&r->c->mem, v);
    if (!o)
        return NULL;
    o->kind = kind;
    if (node < 0) {
        o->node_kind = FLOW_EXTRA;
        return o;
    }
    struct flow_step s = flow_node_at(r->m, (size_t)node);
    o->node = s.id;
    o->name = s.name;
    o->node_kind = s.kind;
    o->process = s.process;
    o->lane = s.lane;
    o->lane_name = s.lane_name;
    o->role = s.role;
    o->when = s.due;
    return o;
}

static void open_pauses(struct flow_open *o, const pauses *p)
{
    o->pause = p->v;
    o->n_pauses = p->n;
    o->paused = p->n && p->v[p->n - 1].to_us == INT64_MAX;
}

static bool open_kind(char phase, enum flow_open_kind *out)
{
    switch (phase) {
    case PH_STEP: *out = FLOW_OPEN_STEP; return true;
    case PH_WAIT:
    case PH_GATE: *out = FLOW_OPEN_WAIT; return true;
    case PH_CHOICE: *out = FLOW_OPEN_CHOICE; return true;
    case PH_ADHOC: *out = FLOW_OPEN_ADHOC; return true;
    case PH_STUCK: *out = FLOW_OPEN_JOIN; return true;
    default: return false;
    }
}

static struct str waits_for(const struct flow_model *m, int node)
{
    const struct node *n = node >= 0 ? &m->node.v[node] : NULL;
    for (int i = 0; n && i < n->n_def; i++)
        if (n->def[i].kind == DEF_MESSAGE || n->def[i].kind == DEF_SIGNAL)
            return n->def[i].name.n ? n->def[i].name : n->def[i].ref;
    return (struct str){ 0 };
}

static enum err open_token(struct flow_run *r, opens *v, const struct token *t)
{
    enum flow_open_kind kind;
    if (!open_kind(t->phase, &kind))
        return ERR_OK;
    struct flow_open *o = open_new(r, v, kind, t->node);
    if (!o)
        return NOMEM(r->c);
    const struct scope *s = t->index ? run_scope(r, t->scope) : NULL;
    o->key = t->key;
    o->start_us = t->start_us;
    o->ahead = t->ahead;
    o->index = t->index;
    o->total = s && s->total > 0 ? s->total : 0;
    o->item = t->item;
    o->ref = waits_for(r->m, t->node);
    if (t->node < 0) {
        o->name = t->name;
        o->lane = t->lane;
    }
    open_pauses(o, &t->pause);
    return ERR_OK;
}

static enum err open_arm(struct flow_run *r, opens *v, const struct arm *a)
{
    struct flow_when tmp;
    if (r->m->node.v[a->node].def[a->def].kind != DEF_TIMER)
        return ERR_OK;
    struct flow_open *o = open_new(r, v, FLOW_OPEN_TIMER, a->node);
    if (!o)
        return NOMEM(r->c);
    o->key = a->key;
    o->step = a->token;
    o->when = *arm_when(r, a, &tmp);
    o->start_us = a->start_us;
    o->turn = a->turn;
    open_pauses(o, &a->pause);
    return ERR_OK;
}

enum err flow_open(struct ctx *c, const struct flow_model *m, struct str state,
                   struct flow_open **out, size_t *n)
{
    struct flow_run *r;
    opens v = { 0 };
    size_t a = 0;
    TRY(flow_run_parse(c, m, state, &r));
    for (size_t i = 0; i < r->token.n; i++) {
        for (; a < r->arm.n && r->arm.v[a].key < r->token.v[i].key; a++)
            TRY(open_arm(r, &v, &r->arm.v[a]));
        TRY(open_token(r, &v, &r->token.v[i]));
    }
    for (; a < r->arm.n; a++)
        TRY(open_arm(r, &v, &r->arm.v[a]));
    *out = v.v;
    *n = v.n;
    return ERR_OK;
}

bool flow_fact(struct ctx *c, const struct flow_model *m, struct str state, struct str name,
               struct str *value)
{
    struct flow_run *r;
    if (flow_run_parse(c, m, state, &r) != ERR_OK)
        return false;
    for (size_t i = 0; i < r->fact.n; i++)
        if (str_eq(r->fact.v[i].name, name)) {
            *value = r->fact.v[i].value;
            return true;
        }
    return false;
}

/* ---- the route as a list ------------------------------------------------------------------ */

typedef VEC(struct flow_route) routes;

/* The k-th place a node leads to, or -1 behind the last. */
static int leads_to(const struct flow_model *m, const struct node *n, int k)
{
    if (k < n->n_out)
        return m->way.v[n->out[k]].target;
    k -= n->n_out;
    return k < n->n_edge ? n->edge[k] : k == n->n_edge ? n->link : -1;
}

struct visit { int node, next; };

/* Depth first from `root`; what it finds new is put into out[*n...) so that a
 * node stands before all it leads to, circles apart. */
static void order_from(const struct flow_model *m, int root, unsigned char *seen, struct visit *stack,
                       int *out, int *n)
{
    int depth = 0, from = *n;
    seen[root] = 1;
    stack[depth++] = (struct visit){ root, m->node.v[root].n_out + m->node.v[root].n_edge };
    while (depth > 0) {
        struct visit *v = &stack[depth - 1];
        int to = v->next >= 0 ? leads_to(m, &m->node.v[v->node], v->next--) : -2;
        if (to == -2) {
            out[(*n)++] = v->node;
            depth--;
        } else if (to >= 0 && !seen[to]) {
            seen[to] = 1;
            stack[depth++] = (struct visit){ to, m->node.v[to].n_out + m->node.v[to].n_edge };
        }
    }
    for (int i = from, k = *n - 1; i < k; i++, k--) {
        int swap = out[i];
        out[i] = out[k];
        out[k] = swap;
    }
}

/* Nodes of a container, starts first, each before what follows it. */
enum err model_order(struct ctx *c, const struct flow_model *m, const struct box *b,
                     unsigned char *seen, int **out)
{
    int *list = NEW_N(&c->mem, int, (size_t)b->n_nodes + 1), n = 0;
    struct visit *stack = NEW_N(&c->mem, struct visit, (size_t)b->n_nodes + 1);
    if (!list || !stack)
        return NOMEM(c);
    for (int pass = 0; pass < 3; pass++)
        for (int i = 0; i < b->n_nodes; i++) {
            const struct node *s = &m->node.v[b->nodes[i]];
            bool root = pass == 0 ? s->kind == FLOW_START && !s->n_def
                                  : pass == 1 ? s->n_in == 0 && s->kind != FLOW_BOUNDARY : true;
            if (root && !seen[b->nodes[i]])
                order_from(m, b->nodes[i], seen, stack, list, &n);
        }
    *out = list;
    return ERR_OK;
}

static int open_tokens(const struct flow_run *r, int node, bool *ahead)
{
    int n = 0;
    for (size_t i = 0; i < r->token.n; i++)
        if (r->token.v[i].node == node && r->token.v[i].phase != PH_MANY &&
            r->token.v[i].phase != PH_CHOICE) {
            n++;
            *ahead = *ahead || r->token.v[i].ahead;
        }
    return n;
}

static enum err route_step(struct flow_run *r, routes *v, int node)
{
    struct flow_route *o = VEC_PUSH(&r->c->mem, v);
    if (!o)
        return NOMEM(r->c);
    o->step = flow_node_at(r->m, (size_t)node);
    o->open = open_tokens(r, node, &o->early);
    o->done = r->done[node] + r->early[node];
    o->early = o->early || r->early[node];
    o->skipped = r->skipped[node];
    o->mark = o->open ? FLOW_NOW : o->done ? FLOW_DONE : o->skipped ? FLOW_SKIPPED : FLOW_AHEAD;
    return ERR_OK;
}

static enum err route_box(struct flow_run *r, routes *v, int box, unsigned char *seen, int depth)
{
    const struct box *b = &r->m->box.v[box];
    int *order;
    TRY(model_order(r->c, r->m, b, seen, &order));
    for (int i = 0; i < b->n_nodes; i++) {
        const struct node *n = &r->m->node.v[order[i]];
        if (node_is_step(n) || n->kind == FLOW_SEND)
            TRY(route_step(r, v, order[i]));
        else if ((n->kind == FLOW_SUB || n->kind == FLOW_ADHOC) && depth < FLOW_DEPTH_MAX)
            TRY(route_box(r, v, n->inner, seen, depth + 1));
    }
    return ERR_OK;
}

/* Processes that have begun: something in them was passed or is open. */
static bool in_play(const struct flow_run *r, int process)
{
    for (size_t i = 0; i < r->m->node.n; i++)
        if (r->m->node.v[i].process == process && (r->done[i] || r->skipped[i] || r->early[i]))
            return true;
    for (size_t i = 0; i < r->token.n; i++)
        if (r->token.v[i].node >= 0 && r->m->node.v[r->token.v[i].node].process == process)
            return true;
    return false;
}

static enum err route_added(struct flow_run *r, routes *v)
{
    for (size_t i = 0; i < r->token.n; i++) {
        const struct token *t = &r->token.v[i];
        if (t->node >= 0)
            continue;
        struct flow_route *o = VEC_PUSH(&r->c->mem, v);
        if (!o)
            return NOMEM(r->c);
        o->step = (struct flow_step){ .name = t->name, .lane = t->lane, .kind = FLOW_EXTRA };
        o->mark = FLOW_NOW;
        o->open = 1;
        o->added = true;
    }
    return ERR_OK;
}

enum err flow_route(struct ctx *c, const struct flow_model *m, struct str state,
                    struct flow_route **out, size_t *n)
{
    struct flow_run *r;
    routes v = { 0 };
    TRY(flow_run_parse(c, m, state, &r));
    unsigned char *seen = NEW_N(&c->mem, unsigned char, m->node.n + 1);
    if (!seen)
        return NOMEM(c);
    for (size_t i = 0; i < m->process.n; i++)
        if (in_play(r, (int)i))
            TRY(route_box(r, &v, m->process.v[i].box, seen, 0));
    TRY(route_added(r, &v));
    *out = v.v;
    *n = v.n;
    return ERR_OK;
}
