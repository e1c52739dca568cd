/* flow_run.c - the token game: scopes, moves, and the end of things. */
#include "flow/flow_run.h"

struct flow_run *run_new(struct ctx *c, const struct flow_model *m)
{
    struct flow_run *r = NEW(&c->mem, struct flow_run);
    int *counts = NEW_N(&c->mem, int, m->node.n * 3 + m->way.n + 1);
    if (!r || !counts)
        return NULL;
    r->c = c;
    r->m = m;
    r->next = 1;
    r->done = counts;
    r->skipped = r->done + m->node.n;
    r->early = r->skipped + m->node.n;
    r->taken = r->early + m->node.n;
    return r;
}

struct token *run_token(const struct flow_run *r, int64_t key)
{
    size_t lo = 0, hi = r->token.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->token.v[mid].key < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == r->token.n || r->token.v[lo].key != key || r->token.v[lo].dead)
        return NULL;
    return &r->token.v[lo];
}

struct scope *run_scope(const struct flow_run *r, int64_t key)
{
    for (size_t i = 0; i < r->scope.n; i++)
        if (r->scope.v[i].key == key && !r->scope.v[i].dead)
            return &r->scope.v[i];
    return NULL;
}

struct scope *run_child(const struct flow_run *r, int64_t token)
{
    for (size_t i = 0; i < r->scope.n; i++)
        if (r->scope.v[i].token == token && !r->scope.v[i].dead)
            return &r->scope.v[i];
    return NULL;
}

/* ---- events out ---------------------------------------------------------------- */

static void event_node(const struct flow_model *m, const struct node *n, struct flow_event *e)
{
    e->node = n->id;
    e->name = n->name;
    e->node_kind = n->kind;
    e->process = node_process(m, n);
    e->when = n->due;
    if (n->lane >= 0) {
        const struct lane *l = &m->lane.v[n->lane];
        e->lane = l->id;
        e->lane_name = l->name;
        e->role = l->role;
    }
}

static void event_loop(const struct flow_run *r, const struct token *t, struct flow_event *e)
{
    const struct scope *s = t->index ? run_scope(r, t->scope) : NULL;
    e->index = t->index;
    e->item = t->item;
    e->total = s && s->total > 0 ? s->total : 0;
}

enum err run_event(struct flow_run *r, enum flow_event_kind kind, const struct token *t, int node,
                   struct flow_event **out)
{
    struct flow_event *e = VEC_PUSH(&r->c->mem, &r->event);
    if (!e)
        return NOMEM(r->c);
    e->kind = kind;
    if (t && node < 0)
        node = t->node;
    if (node >= 0)
        event_node(r->m, &r->m->node.v[node], e);
    if (t) {
        e->key = t->key;
        e->start_us = t->start_us;
        if (t->node < 0) {
            e->node_kind = FLOW_EXTRA;
            e->name = t->name;
            e->lane = t->lane;
        }
        event_loop(r, t, e);
    }
    if (out)
        *out = e;
    return ERR_OK;
}

/* ---- tokens ------------------------------------------------------------------------ */

void run_kill(struct flow_run *r, struct token *t)
{
    if (t->dead)
        return;
    t->dead = true;
    r->live--;
    r->dead++;
}

static struct token *ahead_at(const struct flow_run *r, int64_t scope, int node)
{
    for (size_t i = 0; i < r->token.n; i++) {
        struct token *t = &r->token.v[i];
        if (!t->dead && t->ahead && t->scope == scope && t->node == node)
            return t;
    }
    return NULL;
}

/* A step that was taken ahead and is still open becomes the regular one. */
static enum err absorb(struct flow_run *r, struct token *t, bool *did)
{
    *did = t != NULL;
    if (!t)
        return ERR_OK;
    t->ahead = false;
    return event_arm_edges(r, t->key);
}

enum err run_enter(struct flow_run *r, int64_t scope, int node, int way)
{
    bool absorbed = false;
    if (node_is_step(&r->m->node.v[node]))
        TRY(absorb(r, ahead_at(r, scope, node), &absorbed));
    if (absorbed)
        return ERR_OK;
    if (r->live >= FLOW_TOKENS_MAX)
        return FAIL(r->c, ERR_INPUT, "flow.too-many-tokens", "%d tokens", r->live);
    struct token *t = VEC_PUSH(&r->c->mem, &r->token);
    int64_t *q = VEC_PUSH(&r->c->mem, &r->queue);
    if (!t || !q)
        return NOMEM(r->c);
    *t = (struct token){ .key = r->next, .scope = scope, .node = node, .way = way,
                         .phase = PH_READY, .start_us = r->now_us };
    *q = r->next++;
    r->live++;
    return ERR_OK;
}

static void sweep(struct flow_run *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->token.n; i++)
        if (!r->token.v[i].dead)
            r->token.v[n++] = r->token.v[i];
    r->token.n = n;
    n = 0;
    for (size_t i = 0; i < r->scope.n; i++)
        if (!r->scope.v[i].dead)
            r->scope.v[n++] = r->scope.v[i];
    r->scope.n = n;
    n = 0;
    for (size_t i = 0; i < r->arm.n; i++)
        if (!r->arm.v[i].dead)
            r->arm.v[n++] = r->arm.v[i];
    r->arm.n = n;
    r->dead = 0;
}

/* ---- scopes -------------------------------------------------------------------------- */

static int depth_of(const struct flow_run *r, int64_t token)
{
    int depth = 0;
    while (token && depth <= 2 * FLOW_DEPTH_MAX) {
        const struct token *t = run_token(r, token);
        const struct scope *s = t ? run_scope(r, t->scope) : NULL;
        token = s ? s->token : 0;
        depth++;
    }
    return depth;
}

enum err run_open_scope(struct flow_run *r, int64_t token, int box, int64_t *key)
{
    if (depth_of(r, token) > 2 * FLOW_DEPTH_MAX)
        return FAIL(r->c, ERR_INPUT, "flow.too-deep", "calls inside calls at token %lld",
                    (long long)token);
    struct scope *s = VEC_PUSH(&r->c->mem, &r->scope);
    if (!s)
        return NOMEM(r->c);
    *s = (struct scope){ .key = r->next++, .token = token, .box = box };
    *key = s->key;
    return ERR_OK;
}

static bool starts_by_itself(const struct node *n)
{
    return n->n_in == 0 && n->kind != FLOW_BOUNDARY && n->kind != FLOW_START && !n->by_event &&
           !n->undo && !(n->kind == FLOW_CATCH && n->n_def && n->def[0].kind == DEF_LINK);
}

/* The start event to use: the one without a trigger, else the first. */
static int plain_start(const struct flow_model *m, const struct box *b)
{
    int first = -1;
    for (int i = 0; i < b->n_nodes; i++) {
        const struct node *n = &m->node.v[b->nodes[i]];
        if (n->kind != FLOW_START)
            continue;
        if (n->n_def == 0)
            return b->nodes[i];
        if (first < 0)
            first = b->nodes[i];
    }
    return first;
}

static enum err arm_event_subs(struct flow_run *r, int64_t scope, const struct box *b)
{
    for (int i = 0; i < b->n_event_subs; i++) {
        const struct node *sub = &r->m->node.v[b->event_subs[i]];
        const struct box *in = sub->inner >= 0 ? &r->m->box.v[sub->inner] : NULL;
        for (int k = 0; in && k < in->n_nodes; k++)
            if (r->m->node.v[in->nodes[k]].kind == FLOW_START)
                TRY(event_arm(r, 0, scope, in->nodes[k]));
    }
    return ERR_OK;
}

enum err run_start_box(struct flow_run *r, int64_t scope, int start)
{
    const struct box *b = &r->m->box.v[run_scope(r, scope)->box];
    TRY(arm_event_subs(r, scope, b));
    if (start < 0)
        start = plain_start(r->m, b);
    if (start >= 0)
        return run_enter(r, scope, start, -1);
    bool any = false;
    for (int i = 0; i < b->n_nodes; i++)
        if (starts_by_itself(&r->m->node.v[b->nodes[i]])) {
            any = true;
            TRY(run_enter(r, scope, b->nodes[i], -1));
        }
    return any ? ERR_OK : run_close_scope(r, scope);
}

enum err run_open_process(struct flow_run *r, int process, int start)
{
    struct flow_event *e;
    int64_t scope;
    TRY(run_open_scope(r, 0, r->m->process.v[process].box, &scope));
    TRY(run_event(r, FLOW_EV_STARTED, NULL, -1, &e));
    e->key = scope;
    e->ref = e->process = r->m->process.v[process].id;
    e->name = r->m->process.v[process].name;
    return run_start_box(r, scope, start);
}

/* ---- the end of things ------------------------------------------------------------------ */

enum err run_cancel(struct flow_run *r, int64_t token)
{
    struct token *t = run_token(r, token);
    if (!t)
        return ERR_OK;
    struct scope *in = run_child(r, token);
    if (in)
        TRY(run_cancel_inside(r, in->key, true));
    t = run_token(r, token);
    TRY(event_disarm(r, token, 0));
    if (t->phase == PH_STEP || t->phase == PH_WAIT || t->phase == PH_CHOICE || t->phase == PH_ADHOC) {
        struct flow_event *e;
        TRY(run_event(r, FLOW_EV_STEP_ENDED, t, -1, &e));
        e->how = FLOW_HOW_CANCELLED;
        e->reason = r->reason;
    }
    run_kill(r, t);
    return ERR_OK;
}

enum err run_cancel_inside(struct flow_run *r, int64_t scope, bool and_it)
{
    for (size_t i = 0; i < r->token.n; i++)       /* nothing is swept meanwhile: i stays good */
        if (!r->token.v[i].dead && r->token.v[i].scope == scope)
            TRY(run_cancel(r, r->token.v[i].key));
    if (!and_it)
        return ERR_OK;
    TRY(event_disarm(r, 0, scope));
    struct scope *s = run_scope(r, scope);
    if (s)
        s->dead = true;
    return ERR_OK;
}

static bool anything_in(const struct flow_run *r, int64_t scope)
{
    for (size_t i = 0; i < r->token.n; i++)
        if (!r->token.v[i].dead && r->token.v[i].scope == scope)
            return true;
    return false;
}

static enum err process_ended(struct flow_run *r, const struct scope *s)
{
    struct flow_event *e;
    const struct process *p = &r->m->process.v[r->m->box.v[s->box].process];
    int64_t key = s->key;
    TRY(run_event(r, FLOW_EV_ENDED, NULL, -1, &e));
    e->key = key;
    e->ref = e->process = p->id;
    e->name = p->name;
    return ERR_OK;
}

enum err run_close_scope(struct flow_run *r, int64_t key)
{
    struct scope *s = run_scope(r, key);
    TRY(event_disarm(r, 0, key));
    s->dead = true;
    if (s->token == 0)
        return process_ended(r, s);
    struct token *t = run_token(r, s->token);
    if (!r->m->node.v[t->node].by_event)
        return step_over(r, t->key, FLOW_HOW_DONE);
    int64_t around = t->scope;
    r->done[t->node]++;
    run_kill(r, t);
    return run_path_ends(r, around);
}

/* An ad-hoc sub-process ends when its condition says so, not when it is empty. */
static enum err adhoc_ends(struct flow_run *r, int64_t scope, const struct token *t)
{
    const struct node *n = &r->m->node.v[t->node];
    enum flow_truth truth;
    TRY(gate_truth(r, t, &n->until, &truth));
    if (truth != FLOW_TRUE || (n->keep_rest && anything_in(r, scope)))
        return ERR_OK;
    TRY(run_cancel_inside(r, scope, false));
    return run_close_scope(r, scope);
}

enum err run_path_ends(struct flow_run *r, int64_t scope)
{
    const struct scope *s = run_scope(r, scope);
    if (!s)
        return ERR_OK;
    const struct token *t = s->token ? run_token(r, s->token) : NULL;
    if (t && t->phase == PH_ADHOC)
        return adhoc_ends(r, scope, t);
    return anything_in(r, scope) ? ERR_OK : run_close_scope(r, scope);
}

/* ---- facts ---------------------------------------------------------------------------------- */

static enum err fact_check(struct flow_run *r, const struct flow_fact *f)
{
    if (!f->name.n || f->name.n > 200 || !utf8_valid(f->name) || f->value.n > FLOW_VALUE_MAX ||
        !json_ok(f->value))
        return FAIL(r->c, ERR_INPUT, "flow.bad-fact", "fact name of %zu bytes, value of %zu",
                    f->name.n, f->value.n);
    return ERR_OK;
}

static enum err fact_put(struct flow_run *r, const struct flow_fact *f)
{
    size_t i = 0;
    int order = 1;
    while (i < r->fact.n && (order = str_cmp(r->fact.v[i].name, f->name)) < 0)
        i++;
    if (i < r->fact.n && order == 0) {
        if (str_eq(r->fact.v[i].value, f->value))
            return ERR_OK;
        r->look = true;
        r->fact.v[i].value = arena_dup(&r->c->mem, f->value);
        return r->fact.v[i].value.p ? ERR_OK : NOMEM(r->c);
    }
    if (r->fact.n >= FLOW_FACTS_MAX)
        return FAIL(r->c, ERR_INPUT, "flow.too-many-facts", "%d facts", FLOW_FACTS_MAX);
    struct flow_fact own = { arena_dup(&r->c->mem, f->name), arena_dup(&r->c->mem, f->value) };
    if (!own.name.p || !own.value.p || !VEC_PUSH(&r->c->mem, &r->fact))
        return NOMEM(r->c);
    memmove(&r->fact.v[i + 1], &r->fact.v[i], (r->fact.n - 1 - i) * sizeof *r->fact.v);
    r->fact.v[i] = own;
    r->look = true;
    return ERR_OK;
}

enum err run_fact(struct flow_run *r, const struct flow_fact *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        TRY(fact_check(r, &f[i]));
        TRY(fact_put(r, &f[i]));
    }
    return ERR_OK;
}

/* ---- moves ------------------------------------------------------------------------------------ */

static enum err arrive(struct flow_run *r, int64_t key)
{
    const struct token *t = run_token(r, key);
    if (!t || t->phase != PH_READY)
        return ERR_OK;
    if (++r->moves > FLOW_MOVES_MAX)
        return FAIL(r->c, ERR_INPUT, "flow.runaway", "node %.60s: %d moves without a wait",
                    r->m->node.v[t->node].id.p, FLOW_MOVES_MAX);
    enum flow_kind k = r->m->node.v[t->node].kind;
    if (kind_is_activity(k))
        return step_arrive(r, key);
    return kind_is_gate(k) ? gate_arrive(r, key) : event_arrive(r, key);
}

static enum err drain(struct flow_run *r)
{
    while (r->queue_at < r->queue.n) {
        TRY(arrive(r, r->queue.v[r->queue_at++]));
        if (r->dead > 64 && r->dead > r->live)
            sweep(r);
    }
    r->queue.n = r->queue_at = 0;
    return ERR_OK;
}

static bool empty(const struct flow_run *r)
{
    for (size_t i = 0; i < r->scope.n; i++)
        if (!r->scope.v[i].dead)
            return false;
    return true;
}

enum err run_settle(struct flow_run *r)
{
    for (bool moved = true; moved;) {
        TRY(drain(r));
        moved = false;
        if (r->look) {
            r->look = false;
            TRY(event_conditions(r, &moved));
        }
        if (!moved)
            TRY(gate_joins(r, &moved));
        moved = moved || r->look || r->queue.n;
    }
    TRY(gate_stuck(r));
    sweep(r);
    if (!r->over && empty(r)) {
        r->over = true;
        TRY(run_event(r, FLOW_EV_OVER, NULL, -1, NULL));
    }
    return ERR_OK;
}
