/* flow_catch.c - finding who waits for a message, signal, error or escalation,
 * and what happens when it comes. */
#include "flow/flow_catch.h"

/* ---- what happens --------------------------------------------------------------- */

/* A token that has passed `node` already and goes on from there. */
static enum err go_on_from(struct flow_run *r, int64_t scope, int node)
{
    return run_enter(r, scope, node, -1);
}

enum err gate_won(struct flow_run *r, int64_t key, int node)
{
    struct token *t = run_token(r, key);
    int64_t scope = t->scope;
    const struct node *gate = &r->m->node.v[t->node];
    for (int i = 0; i < gate->n_out; i++)
        if (r->m->way.v[gate->out[i]].target == node)
            r->taken[gate->out[i]]++;
    TRY(event_disarm(r, key, 0));
    TRY(run_enter(r, scope, node, -1));
    run_kill(r, run_token(r, key));
    int64_t made = r->next - 1;
    run_token(r, made)->phase = PH_WAIT;         /* so that the queue leaves it alone */
    return event_happened(r, made);
}

static enum err hit_edge(struct flow_run *r, const struct hit *h)
{
    struct token *t = run_token(r, h->key);
    int64_t scope = t->scope;
    TRY(go_on_from(r, scope, h->node));
    return r->m->node.v[h->node].interrupting ? run_cancel(r, h->key) : ERR_OK;
}

static enum err hit_event_sub(struct flow_run *r, const struct hit *h)
{
    const struct node *start = &r->m->node.v[h->node];
    int sub = r->m->box.v[start->box].node;
    int64_t inner;
    if (start->interrupting) {
        TRY(run_cancel_inside(r, h->key, false));
        TRY(event_disarm(r, 0, h->key));         /* its siblings may no longer start */
    }
    TRY(run_enter(r, h->key, sub, -1));
    struct token *t = &r->token.v[r->token.n - 1];
    t->phase = PH_SUB;
    TRY(run_open_scope(r, t->key, r->m->node.v[sub].inner, &inner));
    return run_start_box(r, inner, h->node);
}

enum err catch_hit(struct flow_run *r, const struct hit *h)
{
    switch (h->kind) {
    case HIT_WAIT: return event_happened(r, h->key);
    case HIT_GATE: return gate_won(r, h->key, h->node);
    case HIT_EDGE: return hit_edge(r, h);
    case HIT_EVENT_SUB: return hit_event_sub(r, h);
    default: return run_open_process(r, r->m->node.v[h->node].process, h->node);
    }
}

/* ---- who ------------------------------------------------------------------------- */

static bool same(struct str a, struct str b)
{
    return a.n && str_eq(a, b);
}

static bool def_matches(const struct def *d, const struct match *w)
{
    if (d->kind != w->kind)
        return false;
    return same(d->ref, w->ref) || same(d->name, w->name) || same(d->name, w->ref) ||
           same(d->ref, w->name) || same(d->code, w->code) || same(d->code, w->ref);
}

static bool node_matches(const struct flow_run *r, int node, const struct match *w)
{
    const struct node *n = &r->m->node.v[node];
    for (int i = 0; i < n->n_def; i++)
        if (w->node >= 0 ? node == w->node && n->def[i].kind == w->kind
                         : def_matches(&n->def[i], w))
            return true;
    return false;
}

typedef VEC(struct hit) hits;

static enum err add(struct flow_run *r, hits *v, enum hit_kind kind, int64_t key, int node)
{
    struct hit *h = VEC_PUSH(&r->c->mem, v);
    if (!h)
        return NOMEM(r->c);
    *h = (struct hit){ kind, key, node };
    return ERR_OK;
}

/* An activity that runs: its edges listen. */
static bool has_edge(const struct flow_run *r, const struct token *t)
{
    return t->node >= 0 && r->m->node.v[t->node].n_edge && !t->ahead && t->phase != PH_CHOICE &&
           t->phase != PH_READY;
}

static enum err find_tokens(struct flow_run *r, const struct match *w, enum hit_kind kind, hits *v)
{
    for (size_t i = 0; i < r->token.n; i++) {
        const struct token *t = &r->token.v[i];
        if (t->dead || t->node < 0)
            continue;
        const struct node *n = &r->m->node.v[t->node];
        if (kind == HIT_WAIT && t->phase == PH_WAIT && node_matches(r, t->node, w))
            TRY(add(r, v, kind, t->key, t->node));
        for (int k = 0; kind == HIT_GATE && t->phase == PH_GATE && k < n->n_out; k++)
            if (node_matches(r, r->m->way.v[n->out[k]].target, w)) {
                TRY(add(r, v, kind, t->key, r->m->way.v[n->out[k]].target));
                break;
            }
        const struct scope *s = kind == HIT_EDGE && has_edge(r, t) ? run_scope(r, t->scope) : NULL;
        for (int k = 0; s && s->box >= 0 && k < n->n_edge; k++)
            if (node_matches(r, n->edge[k], w))
                TRY(add(r, v, kind, t->key, n->edge[k]));
    }
    return ERR_OK;
}

/* The start event of an event sub-process of this container that matches; -1. */
static int event_sub_start(const struct flow_run *r, const struct box *b, int sub,
                           const struct match *w)
{
    const struct node *n = &r->m->node.v[b->event_subs[sub]];
    const struct box *in = n->inner >= 0 ? &r->m->box.v[n->inner] : NULL;
    for (int i = 0; in && i < in->n_nodes; i++)
        if (r->m->node.v[in->nodes[i]].kind == FLOW_START && node_matches(r, in->nodes[i], w))
            return in->nodes[i];
    return -1;
}

static enum err find_event_subs(struct flow_run *r, const struct match *w, hits *v)
{
    for (size_t i = 0; i < r->scope.n; i++) {
        const struct scope *s = &r->scope.v[i];
        const struct box *b = !s->dead && s->box >= 0 ? &r->m->box.v[s->box] : NULL;
        for (int k = 0; b && k < b->n_event_subs; k++) {
            int start = event_sub_start(r, b, k, w);
            if (start >= 0)
                TRY(add(r, v, HIT_EVENT_SUB, s->key, start));
        }
    }
    return ERR_OK;
}

/* Processes that this wakes.  A message flow may end at a start event that
 * its author left without a definition. */
static enum err find_processes(struct flow_run *r, const struct match *w, hits *v)
{
    for (size_t p = 0; p < r->m->process.n; p++) {
        const struct box *b = &r->m->box.v[r->m->process.v[p].box];
        for (int i = 0; i < b->n_nodes; i++) {
            const struct node *n = &r->m->node.v[b->nodes[i]];
            if (n->kind == FLOW_START &&
                (node_matches(r, b->nodes[i], w) || (w->node == b->nodes[i] && n->n_def == 0)))
                TRY(add(r, v, HIT_PROCESS, 0, b->nodes[i]));
        }
    }
    return ERR_OK;
}

static bool still_there(const struct flow_run *r, const struct hit *h)
{
    if (h->kind == HIT_PROCESS)
        return true;
    return h->kind == HIT_EVENT_SUB ? run_scope(r, h->key) != NULL : run_token(r, h->key) != NULL;
}

static enum err find_all(struct flow_run *r, const struct match *w, hits *v)
{
    TRY(find_tokens(r, w, HIT_WAIT, v));
    TRY(find_tokens(r, w, HIT_GATE, v));
    TRY(find_tokens(r, w, HIT_EDGE, v));
    TRY(find_event_subs(r, w, v));
    return find_processes(r, w, v);
}

/* ---- messages and signals ----------------------------------------------------------- */

enum err event_message(struct flow_run *r, const struct match *w, bool *taken)
{
    hits v = { 0 };
    TRY(find_all(r, w, &v));
    *taken = v.n > 0;
    return v.n ? catch_hit(r, &v.v[0]) : ERR_OK;
}

/* Keep it for the first node that will ask for it. */
enum err event_keep(struct flow_run *r, const struct match *w, bool *kept)
{
    int at = -1;
    for (size_t i = 0; i < r->m->node.n && at < 0; i++) {
        enum flow_kind k = r->m->node.v[i].kind;
        if ((k == FLOW_CATCH || k == FLOW_RECEIVE) && node_matches(r, (int)i, w))
            at = (int)i;
    }
    *kept = at >= 0;
    if (at < 0)
        return ERR_OK;
    size_t i = 0;
    while (i < r->letter.n && r->letter.v[i].node < at)
        i++;
    if (i < r->letter.n && r->letter.v[i].node == at) {
        if (r->letter.v[i].n >= FLOW_TOKENS_MAX)
            return FAIL(r->c, ERR_INPUT, "flow.too-many-messages", "node %d", at);
        r->letter.v[i].n++;
        return ERR_OK;
    }
    if (!VEC_PUSH(&r->c->mem, &r->letter))
        return NOMEM(r->c);
    memmove(&r->letter.v[i + 1], &r->letter.v[i], (r->letter.n - 1 - i) * sizeof *r->letter.v);
    r->letter.v[i] = (struct letter){ at, 1 };
    return ERR_OK;
}

enum err event_signal(struct flow_run *r, const struct match *w)
{
    hits v = { 0 };
    TRY(find_all(r, w, &v));
    for (size_t i = 0; i < v.n; i++)
        if (still_there(r, &v.v[i]))
            TRY(catch_hit(r, &v.v[i]));
    return ERR_OK;
}

/* ---- errors and escalations ------------------------------------------------------------ */

/* An edge or event sub-process for this error; `any`: one that names none. */
static bool takes(const struct flow_run *r, int node, const struct match *w, bool any)
{
    const struct node *n = &r->m->node.v[node];
    for (int i = 0; i < n->n_def; i++)
        if (n->def[i].kind == w->kind &&
            (any ? !n->def[i].ref.n : def_matches(&n->def[i], w)))
            return true;
    return false;
}

static bool edge_takes(const struct flow_run *r, const struct token *t, const struct match *w,
                       struct hit *out)
{
    const struct scope *s = run_scope(r, t->scope);
    if (!has_edge(r, t) || s->box < 0)
        return false;
    const struct node *n = &r->m->node.v[t->node];
    for (int any = 0; any < 2; any++)
        for (int i = 0; i < n->n_edge; i++)
            if (takes(r, n->edge[i], w, any)) {
                *out = (struct hit){ HIT_EDGE, t->key, n->edge[i] };
                return true;
            }
    return false;
}

static bool sub_takes(const struct flow_run *r, const struct scope *s, const struct match *w,
                      struct hit *out)
{
    const struct box *b = s->box >= 0 ? &r->m->box.v[s->box] : NULL;
    for (int any = 0; b && any < 2; any++)
        for (int k = 0; k < b->n_event_subs; k++) {
            const struct node *sub = &r->m->node.v[b->event_subs[k]];
            const struct box *in = sub->inner >= 0 ? &r->m->box.v[sub->inner] : NULL;
            for (int i = 0; in && i < in->n_nodes; i++)
                if (r->m->node.v[in->nodes[i]].kind == FLOW_START &&
                    takes(r, in->nodes[i], w, any)) {
                    *out = (struct hit){ HIT_EVENT_SUB, s->key, in->nodes[i] };
                    return true;
                }
        }
    return false;
}

/* Inside its own event sub-process a thing is not caught again by the same one. */
static bool from_event_sub(const struct flow_run *r, const struct token *t)
{
    return t && r->m->node.v[t->node].by_event;
}

enum err event_climb(struct flow_run *r, int64_t token, int64_t scope, const struct match *w,
                     bool *caught)
{
    const struct token *t = token ? run_token(r, token) : NULL;
    struct hit h;
    *caught = true;
    if (t && edge_takes(r, t, w, &h))
        return catch_hit(r, &h);
    if (t)
        scope = t->scope;
    for (bool skip = false; scope;) {
        const struct scope *s = run_scope(r, scope);
        if (!s)
            break;
        if (!skip && sub_takes(r, s, w, &h))
            return catch_hit(r, &h);
        t = s->token ? run_token(r, s->token) : NULL;
        if (t && edge_takes(r, t, w, &h))
            return catch_hit(r, &h);
        skip = from_event_sub(r, t);
        scope = t ? t->scope : 0;
    }
    *caught = false;
    return ERR_OK;
}

enum err process_failed(struct flow_run *r, int64_t scope, const struct match *w)
{
    struct flow_event *e;
    for (const struct scope *s = run_scope(r, scope); s && s->token; s = run_scope(r, scope))
        scope = run_token(r, s->token)->scope;
    const struct scope *s = run_scope(r, scope);
    const struct process *p = &r->m->process.v[r->m->box.v[s->box].process];
    TRY(run_event(r, FLOW_EV_ERROR, NULL, -1, &e));
    e->ref = w->code.n ? w->code : w->ref;
    e->process = p->id;
    TRY(run_cancel_inside(r, scope, true));
    TRY(run_event(r, FLOW_EV_ENDED, NULL, -1, &e));
    e->key = scope;
    e->ref = e->process = p->id;
    e->how = FLOW_HOW_ERROR;
    return ERR_OK;
}
