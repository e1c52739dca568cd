/* flow_run_gate.c - the ways out of a node, gateways, joins. */
#include "flow/flow_run.h"

/* ---- conditions ------------------------------------------------------------------ */

static enum err fact_i64(struct flow_run *r, struct flow_fact *f, struct str name, int64_t v)
{
    struct buf b;
    buf_init(&b, &r->c->mem, 24);
    buf_i64(&b, v);
    *f = (struct flow_fact){ name, buf_str(&b) };
    return b.failed ? NOMEM(r->c) : ERR_OK;
}

/* Facts of one loop around the token, named as BPMN 2.0.2 table 10.30 does. */
static enum err loop_facts(struct flow_run *r, const struct token *t, const struct scope *s,
                           struct flow_fact *f, size_t *n)
{
    const struct loop *l = &r->m->node.v[t->node].loop;
    TRY(fact_i64(r, &f[(*n)++], STR("loopCounter"), t->index));
    TRY(fact_i64(r, &f[(*n)++], STR("numberOfCompletedInstances"), s->ended));
    TRY(fact_i64(r, &f[(*n)++], STR("numberOfActiveInstances"), s->started - s->ended));
    TRY(fact_i64(r, &f[(*n)++], STR("numberOfInstances"), s->total < 0 ? s->started : s->total));
    if (l->item.n && t->item.n)
        f[(*n)++] = (struct flow_fact){ l->item, t->item };
    return ERR_OK;
}

enum err gate_facts(struct flow_run *r, const struct token *t, struct flow_fact **out, size_t *n)
{
    *out = r->fact.v;
    *n = r->fact.n;
    bool any = false;
    for (const struct token *k = t; k && !any;) {
        const struct scope *s = run_scope(r, k->scope);
        any = k->index > 0;
        k = s && s->token ? run_token(r, s->token) : NULL;
    }
    if (!any)
        return ERR_OK;
    size_t room = r->fact.n + 5 * (2 * FLOW_DEPTH_MAX + 4);
    struct flow_fact *f = NEW_N(&r->c->mem, struct flow_fact, room);
    if (!f)
        return NOMEM(r->c);
    size_t k = 0;
    for (const struct token *at = t; at;) {               /* the innermost comes first and wins */
        const struct scope *s = run_scope(r, at->scope);
        if (at->index > 0 && s && k + 5 + r->fact.n <= room)
            TRY(loop_facts(r, at, s, f, &k));
        at = s && s->token ? run_token(r, s->token) : NULL;
    }
    if (r->fact.n)
        memcpy(f + k, r->fact.v, r->fact.n * sizeof *f);
    *out = f;
    *n = k + r->fact.n;
    return ERR_OK;
}

enum err gate_truth(struct flow_run *r, const struct token *t, const struct expr *x,
                    enum flow_truth *out)
{
    struct flow_fact *f;
    size_t n;
    *out = FLOW_UNKNOWN;
    if (!x->prog)
        return ERR_OK;
    TRY(gate_facts(r, t, &f, &n));
    return r->m->eval->truth(r->c, x->prog, f, n, out);
}

/* ---- leaving ----------------------------------------------------------------------- */

static enum err follow(struct flow_run *r, int64_t scope, int way)
{
    r->taken[way]++;
    return run_enter(r, scope, r->m->way.v[way].target, way);
}

static enum err gone(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    int64_t scope = t->scope;
    run_kill(r, t);
    return run_path_ends(r, scope);
}

enum err gate_take(struct flow_run *r, int64_t key, int way)
{
    TRY(follow(r, run_token(r, key)->scope, way));
    run_kill(r, run_token(r, key));
    return ERR_OK;
}

static enum err ask(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    t->phase = PH_CHOICE;
    return run_event(r, FLOW_EV_CHOICE_DUE, t, -1, NULL);
}

/* Conditional flows out of activities, and inclusive gateways: all that hold.
 * An activity always follows its unconditional flows. */
static enum err leave_all_true(struct flow_run *r, int64_t key)
{
    const struct token *t = run_token(r, key);
    const struct node *n = &r->m->node.v[t->node];
    int64_t scope = t->scope;
    bool some = false, conditions = false;
    for (int i = 0; i < n->n_out; i++) {
        const struct way *w = &r->m->way.v[n->out[i]];
        enum flow_truth truth = FLOW_TRUE;
        if (n->out[i] == n->way_else)
            continue;
        if (w->conditional)
            TRY(gate_truth(r, run_token(r, key), &w->cond, &truth));
        conditions = conditions || w->conditional;
        if (truth != FLOW_TRUE)
            continue;
        some = some || w->conditional || n->kind == FLOW_OR;
        TRY(follow(r, scope, n->out[i]));
    }
    if (!some && n->way_else >= 0) {
        some = true;
        TRY(follow(r, scope, n->way_else));
    }
    bool fixed = false;                       /* something unconditional was followed */
    for (int i = 0; i < n->n_out; i++)
        fixed = fixed || (n->out[i] != n->way_else && !r->m->way.v[n->out[i]].conditional);
    if (!some && !fixed && conditions)
        return ask(r, key);
    return gone(r, key);
}

static enum err leave_first_true(struct flow_run *r, int64_t key)
{
    const struct node *n = &r->m->node.v[run_token(r, key)->node];
    int free_way = -1, n_free = 0;
    bool foreign = false;
    if (n->n_out == 1)
        return gate_take(r, key, n->out[0]);
    for (int i = 0; i < n->n_out; i++) {
        const struct way *w = &r->m->way.v[n->out[i]];
        enum flow_truth truth;
        if (n->out[i] == n->way_else)
            continue;
        if (!w->conditional) {
            free_way = n->out[i];
            n_free++;
            continue;
        }
        foreign = foreign || !w->cond.prog;
        TRY(gate_truth(r, run_token(r, key), &w->cond, &truth));
        if (truth == FLOW_TRUE)
            return gate_take(r, key, n->out[i]);
    }
    int otherwise = n->way_else >= 0 ? n->way_else : n_free == 1 ? free_way : -1;
    if (otherwise >= 0 && !foreign)
        return gate_take(r, key, otherwise);
    return n->n_out ? ask(r, key) : gone(r, key);
}

static enum err leave_everywhere(struct flow_run *r, int64_t key)
{
    const struct token *t = run_token(r, key);
    const struct node *n = &r->m->node.v[t->node];
    int64_t scope = t->scope;
    for (int i = 0; i < n->n_out; i++)
        TRY(follow(r, scope, n->out[i]));
    return gone(r, key);
}

enum err gate_leave(struct flow_run *r, int64_t key)
{
    const struct node *n = &r->m->node.v[run_token(r, key)->node];
    switch (n->kind) {
    case FLOW_XOR: return leave_first_true(r, key);
    case FLOW_AND: return leave_everywhere(r, key);
    case FLOW_COMPLEX: return n->n_out > 1 ? ask(r, key) : leave_everywhere(r, key);
    default: return leave_all_true(r, key);
    }
}

/* ---- joins ---------------------------------------------------------------------------- */

static bool waits_at(const struct token *t, int64_t scope, int node)
{
    return !t->dead && t->scope == scope && t->node == node &&
           (t->phase == PH_JOIN || t->phase == PH_STUCK);
}

static struct token *joiner(const struct flow_run *r, int64_t scope, int node, int way)
{
    for (size_t i = 0; i < r->token.n; i++)
        if (waits_at(&r->token.v[i], scope, node) && r->token.v[i].way == way)
            return &r->token.v[i];
    return NULL;
}

/* One token per flow that has one goes in; the one of `key` comes out. */
enum err gate_release(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    const struct node *n = &r->m->node.v[t->node];
    for (int i = 0; i < n->n_in; i++) {
        struct token *k = joiner(r, t->scope, t->node, n->in[i]);
        if (k && k->key != key && t->way != n->in[i])
            run_kill(r, k);
    }
    r->done[t->node]++;
    return gate_leave(r, key);
}

static enum err join_all(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    const struct node *n = &r->m->node.v[t->node];
    t->phase = PH_JOIN;
    for (int i = 0; i < n->n_in; i++)
        if (!joiner(r, t->scope, t->node, n->in[i]))
            return ERR_OK;
    return gate_release(r, key);
}

enum err gate_arrive(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    const struct node *n = &r->m->node.v[t->node];
    if (n->kind == FLOW_AND && n->n_in > 1 && t->way >= 0)
        return join_all(r, key);
    if (n->kind == FLOW_OR && n->n_in > 1 && t->way >= 0) {
        t->phase = PH_JOIN;
        return ERR_OK;
    }
    r->done[t->node]++;
    return n->kind == FLOW_EVENT_GATE ? event_gate(r, key) : gate_leave(r, key);
}

/* ---- inclusive joins --------------------------------------------------------------------- */

enum { REACHES_EMPTY = 1, REACHES_FULL = 2 };

static void back_push(struct flow_run *r, int *n, int node, int stop, unsigned char bit)
{
    if (node == stop || (r->seen[node] & bit))
        return;
    r->seen[node] |= bit;
    r->stack[(*n)++] = node;
}

/* Marks every node from which `way` can be reached without passing `join`. */
static void back_from(struct flow_run *r, int way, int join, unsigned char bit)
{
    int n = 0;
    back_push(r, &n, r->m->way.v[way].source, join, bit);
    while (n > 0) {
        const struct node *at = &r->m->node.v[r->stack[--n]];
        for (int i = 0; i < at->n_in; i++)
            back_push(r, &n, r->m->way.v[at->in[i]].source, join, bit);
        if (at->host >= 0)
            back_push(r, &n, at->host, join, bit);
        for (int k = at->link_first; k >= 0; k = r->m->node.v[k].link_next)
            back_push(r, &n, k, join, bit);
    }
}

/* BPMN 2.0.2, table 13.2: go on when every token that could still come to an
 * empty flow could also come to one that has its token. */
static bool may_join(struct flow_run *r, const struct token *t)
{
    const struct node *n = &r->m->node.v[t->node];
    memset(r->seen, 0, r->m->node.n);
    for (int i = 0; i < n->n_in; i++) {
        bool full = joiner(r, t->scope, t->node, n->in[i]) != NULL;
        back_from(r, n->in[i], t->node, full ? REACHES_FULL : REACHES_EMPTY);
    }
    for (size_t i = 0; i < r->token.n; i++) {
        const struct token *k = &r->token.v[i];
        if (!k->dead && k->scope == t->scope && k->node >= 0 && !k->ahead && k->node != t->node &&
            r->seen[k->node] == REACHES_EMPTY)
            return false;
    }
    return true;
}

static enum err scratch(struct flow_run *r)
{
    if (r->seen)
        return ERR_OK;
    r->stack = NEW_N(&r->c->mem, int, r->m->node.n * 2 + 1);
    r->seen = NEW_N(&r->c->mem, unsigned char, r->m->node.n + 1);
    return r->seen && r->stack ? ERR_OK : NOMEM(r->c);
}

enum err gate_joins(struct flow_run *r, bool *moved)
{
    for (size_t i = 0; i < r->token.n; i++) {
        const struct token *t = &r->token.v[i];
        if (t->dead || t->node < 0 || r->m->node.v[t->node].kind != FLOW_OR ||
            !waits_at(t, t->scope, t->node))
            continue;
        TRY(scratch(r));
        if (++r->moves > FLOW_MOVES_MAX)
            return FAIL(r->c, ERR_INPUT, "flow.runaway", "joins: %d moves", FLOW_MOVES_MAX);
        if (may_join(r, t)) {
            *moved = true;
            return gate_release(r, t->key);
        }
    }
    return ERR_OK;
}

/* ---- joins nobody can reach ---------------------------------------------------------------- */

static enum err stuck_scope(struct flow_run *r, int64_t scope)
{
    struct token *first = NULL;
    for (size_t i = 0; i < r->token.n; i++) {
        struct token *t = &r->token.v[i];
        if (t->dead || t->scope != scope || t->ahead)
            continue;
        if (t->phase != PH_JOIN && t->phase != PH_STUCK)
            return ERR_OK;
        if (t->phase == PH_JOIN && !first)
            first = t;
    }
    if (!first)
        return ERR_OK;
    for (size_t i = 0; i < r->token.n; i++)
        if (!r->token.v[i].dead && r->token.v[i].scope == scope && r->token.v[i].phase == PH_JOIN)
            r->token.v[i].phase = PH_STUCK;
    return run_event(r, FLOW_EV_STUCK, first, -1, NULL);
}

enum err gate_stuck(struct flow_run *r)
{
    for (size_t i = 0; i < r->scope.n; i++)
        if (!r->scope.v[i].dead && r->scope.v[i].box >= 0)
            TRY(stuck_scope(r, r->scope.v[i].key));
    return ERR_OK;
}
