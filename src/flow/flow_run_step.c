/* flow_run_step.c - activities: steps, sub-processes, calls, loops. */
#include "flow/flow_run.h"

static const struct node *node_of(const struct flow_run *r, const struct token *t)
{
    return &r->m->node.v[t->node];
}

static bool in_loop(const struct flow_run *r, const struct token *t)
{
    return t->index > 0 && run_scope(r, t->scope)->box < 0;
}

enum err step_due(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    t->phase = PH_STEP;
    return run_event(r, FLOW_EV_STEP_DUE, t, -1, NULL);
}

/* ---- what happens on entering ---------------------------------------------------- */

static enum err open_inner(struct flow_run *r, int64_t key)
{
    int64_t scope;
    struct token *t = run_token(r, key);
    t->phase = PH_SUB;
    TRY(run_open_scope(r, key, node_of(r, t)->inner, &scope));
    return run_start_box(r, scope, -1);
}

static enum err open_adhoc(struct flow_run *r, int64_t key)
{
    int64_t scope;
    struct token *t = run_token(r, key);
    t->phase = PH_ADHOC;
    TRY(run_open_scope(r, key, node_of(r, t)->inner, &scope));
    return run_event(r, FLOW_EV_ADHOC_OPEN, run_token(r, key), -1, NULL);
}

/* Done ahead of its turn: the route passes through. */
static enum err pass_early(struct flow_run *r, int64_t key)
{
    struct flow_event *e;
    struct token *t = run_token(r, key);
    r->early[t->node]--;
    TRY(run_event(r, FLOW_EV_STEP_ENDED, t, -1, &e));
    e->how = FLOW_HOW_EARLY;
    return step_over(r, key, FLOW_HOW_EARLY);
}

static enum err begin(struct flow_run *r, int64_t key)
{
    const struct token *t = run_token(r, key);
    const struct node *n = node_of(r, t);
    if (n->kind == FLOW_RECEIVE)
        return event_wait(r, key);
    if (node_is_step(n))
        return step_due(r, key);
    if (n->kind == FLOW_SEND)
        return step_over(r, key, FLOW_HOW_DONE);
    return n->kind == FLOW_ADHOC ? open_adhoc(r, key) : open_inner(r, key);
}

/* ---- loops ---------------------------------------------------------------------------- */

static enum err next_instance(struct flow_run *r, struct scope *s)
{
    int64_t scope = s->key;
    int index = ++s->started, node = run_token(r, s->token)->node;
    struct str item = s->items ? s->items[index - 1] : (struct str){ 0 };
    TRY(run_enter(r, scope, node, -1));
    struct token *t = &r->token.v[r->token.n - 1];
    t->index = index;
    t->item = item;
    return ERR_OK;
}

static enum err loop_over(struct flow_run *r, int64_t scope)
{
    TRY(run_cancel_inside(r, scope, false));
    struct scope *s = run_scope(r, scope);
    int64_t token = s->token;
    s->dead = true;
    return step_over(r, token, FLOW_HOW_DONE);
}

static enum err count_each(struct flow_run *r, const struct token *t, struct scope *s)
{
    const struct loop *l = &node_of(r, t)->loop;
    struct str *items = NULL;
    size_t n = FLOW_EACH_UNKNOWN, n_facts;
    struct flow_fact *facts;
    TRY(gate_facts(r, t, &facts, &n_facts));
    if (l->each.prog)
        TRY(r->m->eval->items(r->c, l->each.prog, facts, n_facts, &items, &n));
    if (n != FLOW_EACH_UNKNOWN && n > FLOW_EACH_MAX)
        return FAIL(r->c, ERR_INPUT, "flow.too-many-instances", "token %lld: %zu",
                    (long long)t->key, n);
    bool known = n != FLOW_EACH_UNKNOWN;
    s->total = known ? (int)n : 1;           /* how many is unknown: at least one, never none */
    s->items = known ? items : NULL;
    return ERR_OK;
}

static enum err begin_loop(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    const struct loop *l = &node_of(r, t)->loop;
    enum flow_truth truth = FLOW_TRUE;
    int64_t scope;
    t->phase = PH_MANY;
    TRY(run_open_scope(r, key, -1, &scope));
    struct scope *s = run_scope(r, scope);
    s->total = -1;
    if (l->kind == LOOP_EACH)
        TRY(count_each(r, t, s));
    else if (l->test_before && l->until_given)
        TRY(gate_truth(r, t, &l->until, &truth));
    if (s->total == 0 || truth == FLOW_FALSE)
        return loop_over(r, scope);
    do {
        TRY(next_instance(r, run_scope(r, scope)));
        s = run_scope(r, scope);
    } while (!l->sequential && s->started < s->total);
    return ERR_OK;
}

static bool again(const struct scope *s, const struct loop *l, enum flow_truth truth)
{
    if (l->kind == LOOP_EACH)
        return s->started < s->total;
    if (l->max && s->ended >= l->max)
        return false;
    return l->until_given ? truth == FLOW_TRUE : l->max > 0;
}

/* One instance is over: ask the condition as an instance would, then go on. */
static enum err instance_over(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    const struct loop *l = &node_of(r, t)->loop;
    struct scope *s = run_scope(r, t->scope);
    enum flow_truth truth = FLOW_UNKNOWN;
    int64_t scope = s->key;
    s->ended++;
    if (l->until_given)
        TRY(gate_truth(r, t, &l->until, &truth));
    run_kill(r, t);
    s = run_scope(r, scope);
    bool enough = l->kind == LOOP_EACH && truth == FLOW_TRUE;
    if (!enough && (l->sequential || l->kind == LOOP_WHILE) && again(s, l, truth))
        return next_instance(r, s);
    if (enough || l->kind == LOOP_WHILE || s->ended == s->total)
        return loop_over(r, scope);
    return ERR_OK;
}

/* ---- arriving and finishing --------------------------------------------------------------- */

enum err step_arrive(struct flow_run *r, int64_t key)
{
    const struct token *t = run_token(r, key);
    const struct node *n = node_of(r, t);
    if (in_loop(r, t))
        return begin(r, key);
    if (r->early[t->node] > 0)
        return pass_early(r, key);
    TRY(event_arm_edges(r, key));
    return n->loop.kind != LOOP_NONE ? begin_loop(r, key) : begin(r, key);
}

/* Every message flow that starts at this node. */
enum err step_send(struct flow_run *r, const struct node *n, const struct token *t)
{
    for (int i = 0; i < n->n_sends; i++) {
        const struct mail *f = &r->m->mail.v[n->sends[i]];
        struct flow_event *e;
        TRY(run_event(r, FLOW_EV_SENT, t, -1, &e));
        e->ref = f->id;
        e->name = f->message_name;
        if (f->target_pool >= 0) {
            e->lane = r->m->pool.v[f->target_pool].id;
            e->lane_name = r->m->pool.v[f->target_pool].name;
            e->role = r->m->pool.v[f->target_pool].role;
        }
        bool taken = false;
        struct match w = { DEF_MESSAGE, f->target, f->message_ref, f->message_name, { 0 } };
        if (f->target >= 0)
            TRY(event_message(r, &w, &taken));
        if (f->target >= 0 && !taken)
            TRY(event_keep(r, &w, &taken));
    }
    return ERR_OK;
}

/* A send task or throwing event without message flow: whoever knows the message. */
static enum err send_by_name(struct flow_run *r, const struct node *n, const struct token *t)
{
    for (int i = 0; i < n->n_def; i++) {
        const struct def *d = &n->def[i];
        if (d->kind != DEF_MESSAGE || n->n_sends)
            continue;
        struct flow_event *e;
        bool taken = false;
        TRY(run_event(r, FLOW_EV_SENT, t, -1, &e));
        e->ref = d->ref;
        e->name = d->name;
        if (!d->ref.n)
            continue;
        struct match w = { DEF_MESSAGE, -1, d->ref, d->name, { 0 } };
        TRY(event_message(r, &w, &taken));
        if (!taken)
            TRY(event_keep(r, &w, &taken));
    }
    return ERR_OK;
}

enum err step_over(struct flow_run *r, int64_t key, enum flow_how how)
{
    struct token *t = run_token(r, key);
    const struct node *n = node_of(r, t);
    if (in_loop(r, t))
        return instance_over(r, key);
    if (how == FLOW_HOW_SKIPPED)
        r->skipped[t->node]++;
    else
        r->done[t->node]++;
    TRY(event_disarm(r, key, 0));
    if (how == FLOW_HOW_DONE) {
        struct token was = *t;
        TRY(step_send(r, n, &was));
        if (n->kind == FLOW_SEND)
            TRY(send_by_name(r, n, &was));
    }
    return gate_leave(r, key);
}
