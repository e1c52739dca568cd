/* flow_run_event.c - events: waiting, timers and conditions, catching. */
#include "flow/flow_catch.h"

/* ---- arms: timers and conditions under watch ----------------------------------- */

static const struct def *arm_def(const struct flow_run *r, const struct arm *a)
{
    return &r->m->node.v[a->node].def[a->def];
}

const struct flow_when *arm_when(const struct flow_run *r, const struct arm *a, struct flow_when *tmp)
{
    const struct def *d = arm_def(r, a);
    if (!a->text.n)
        return &d->when;
    *tmp = (struct flow_when){ flow_when_of(a->text), a->text, d->when.calendar };
    return tmp;
}

static enum err timer_event(struct flow_run *r, const struct arm *a, enum flow_event_kind kind)
{
    struct flow_event *e;
    struct flow_when tmp;
    TRY(run_event(r, kind, NULL, a->node, &e));
    e->key = a->key;
    e->step = a->token;
    e->when = *arm_when(r, a, &tmp);
    e->start_us = a->start_us;
    e->turn = a->turn;
    return ERR_OK;
}

static enum err told_text(struct flow_run *r, const struct def *d, int64_t token, struct str *out)
{
    struct flow_fact *f = r->fact.v;
    size_t n = r->fact.n;
    const struct token *t = token ? run_token(r, token) : NULL;
    if (t)
        TRY(gate_facts(r, t, &f, &n));
    return r->m->eval->text(r->c, d->expr.prog, f, n, out);
}

static enum err arm_one(struct flow_run *r, int64_t token, int64_t scope, int node, int def)
{
    const struct def *d = &r->m->node.v[node].def[def];
    struct str text = { 0 };
    if (d->kind == DEF_TIMER && d->when.kind == FLOW_NEVER && d->expr.prog)
        TRY(told_text(r, d, token, &text));
    struct arm *a = VEC_PUSH(&r->c->mem, &r->arm);
    if (!a)
        return NOMEM(r->c);
    *a = (struct arm){ .key = r->next++, .token = token, .scope = scope, .node = node, .def = def,
                       .start_us = r->now_us, .text = text };
    if (d->kind == DEF_CONDITIONAL)
        r->look = true;
    return d->kind == DEF_TIMER ? timer_event(r, a, FLOW_EV_TIMER_SET) : ERR_OK;
}

enum err event_arm(struct flow_run *r, int64_t token, int64_t scope, int node)
{
    const struct node *n = &r->m->node.v[node];
    for (int i = 0; i < n->n_def; i++)
        if (n->def[i].kind == DEF_TIMER || n->def[i].kind == DEF_CONDITIONAL)
            TRY(arm_one(r, token, scope, node, i));
    return ERR_OK;
}

enum err event_arm_edges(struct flow_run *r, int64_t token)
{
    const struct node *n = &r->m->node.v[run_token(r, token)->node];
    for (int i = 0; i < n->n_edge; i++)
        TRY(event_arm(r, token, 0, n->edge[i]));
    return ERR_OK;
}

static enum err arm_off(struct flow_run *r, struct arm *a)
{
    a->dead = true;
    r->dead++;
    return arm_def(r, a)->kind == DEF_TIMER ? timer_event(r, a, FLOW_EV_TIMER_OFF) : ERR_OK;
}

enum err event_disarm(struct flow_run *r, int64_t token, int64_t scope)
{
    for (size_t i = 0; i < r->arm.n; i++) {
        struct arm *a = &r->arm.v[i];
        if (!a->dead && ((token && a->token == token) || (scope && !a->token && a->scope == scope)))
            TRY(arm_off(r, a));
    }
    return ERR_OK;
}

/* ---- waiting -------------------------------------------------------------------------- */

static bool take_letter(struct flow_run *r, int node)
{
    for (size_t i = 0; i < r->letter.n; i++)
        if (r->letter.v[i].node == node) {
            if (--r->letter.v[i].n == 0) {
                memmove(&r->letter.v[i], &r->letter.v[i + 1],
                        (r->letter.n - i - 1) * sizeof *r->letter.v);
                r->letter.n--;
            }
            return true;
        }
    return false;
}

static enum err say_waits(struct flow_run *r, int64_t key, int node)
{
    const struct node *n = &r->m->node.v[node];
    for (int i = 0; i < n->n_def; i++) {
        if (n->def[i].kind != DEF_MESSAGE && n->def[i].kind != DEF_SIGNAL)
            continue;
        struct flow_event *e;
        TRY(run_event(r, FLOW_EV_WAITS, run_token(r, key), node, &e));
        e->ref = n->def[i].name.n ? n->def[i].name : n->def[i].ref;
    }
    return ERR_OK;
}

enum err event_wait(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    if (take_letter(r, t->node))
        return event_happened(r, key);
    t->phase = PH_WAIT;
    if (r->m->node.v[t->node].kind == FLOW_CATCH)
        TRY(event_arm(r, key, 0, t->node));
    return say_waits(r, key, run_token(r, key)->node);
}

enum err event_gate(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    const struct node *n = &r->m->node.v[t->node];
    t->phase = PH_GATE;
    for (int i = 0; i < n->n_out; i++) {
        int target = r->m->way.v[n->out[i]].target;
        if (take_letter(r, target))
            return gate_won(r, key, target);
    }
    for (int i = 0; i < n->n_out; i++) {
        int target = r->m->way.v[n->out[i]].target;
        if (r->m->node.v[target].kind == FLOW_CATCH)
            TRY(event_arm(r, key, 0, target));
        TRY(say_waits(r, key, target));
    }
    return n->n_out ? ERR_OK : gate_leave(r, key);
}

/* ---- arriving at an event --------------------------------------------------------------- */

static bool has_def(const struct node *n, enum def_kind kind)
{
    for (int i = 0; i < n->n_def; i++)
        if (n->def[i].kind == kind)
            return true;
    return false;
}

static enum err passed(struct flow_run *r, int64_t key)
{
    const struct token *t = run_token(r, key);
    r->done[t->node]++;
    return run_event(r, FLOW_EV_PASSED, t, -1, NULL);
}

static enum err throw_message(struct flow_run *r, const struct node *n, const struct token *t,
                              const struct def *d)
{
    struct flow_event *e;
    bool taken = false;
    if (n->n_sends)
        return ERR_OK;                       /* its message flows say to whom */
    TRY(run_event(r, FLOW_EV_SENT, t, -1, &e));
    e->ref = d->ref;
    e->name = d->name;
    struct match w = { DEF_MESSAGE, -1, d->ref, d->name, d->code };
    if (!d->ref.n)
        return ERR_OK;
    TRY(event_message(r, &w, &taken));
    return taken ? ERR_OK : event_keep(r, &w, &taken);
}

static enum err throw_one(struct flow_run *r, const struct node *n, const struct token *t,
                          const struct def *d)
{
    struct flow_event *e;
    struct match w = { d->kind, -1, d->ref, d->name, d->code };
    bool caught;
    switch (d->kind) {
    case DEF_MESSAGE:
        return throw_message(r, n, t, d);
    case DEF_SIGNAL:
        TRY(run_event(r, FLOW_EV_SIGNAL, t, -1, &e));
        e->ref = d->name.n ? d->name : d->ref;
        return event_signal(r, &w);
    case DEF_ESCALATION:
        TRY(run_event(r, FLOW_EV_ESCALATED, t, -1, &e));
        e->ref = d->code.n ? d->code : d->ref;
        return event_climb(r, 0, t->scope, &w, &caught);
    default:
        return ERR_OK;
    }
}

static enum err throw_all(struct flow_run *r, int64_t key)
{
    const struct token t = *run_token(r, key);
    const struct node *n = &r->m->node.v[t.node];
    TRY(step_send(r, n, &t));
    for (int i = 0; i < n->n_def; i++)
        TRY(throw_one(r, n, &t, &n->def[i]));
    return ERR_OK;
}

static enum err error_out(struct flow_run *r, int64_t scope, const struct def *d)
{
    struct match w = { DEF_ERROR, -1, d->ref, d->name, d->code };
    bool caught;
    TRY(event_climb(r, 0, scope, &w, &caught));
    return caught ? ERR_OK : process_failed(r, scope, &w);
}

static enum err end_here(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    if (!t)
        return ERR_OK;                       /* what it threw took the whole scope away */
    const struct node *n = &r->m->node.v[t->node];
    int64_t scope = t->scope;
    run_kill(r, t);
    for (int i = 0; i < n->n_def; i++)
        if (n->def[i].kind == DEF_ERROR)
            return error_out(r, scope, &n->def[i]);
    if (has_def(n, DEF_TERMINATE)) {
        TRY(run_cancel_inside(r, scope, false));
        return run_close_scope(r, scope);
    }
    return run_path_ends(r, scope);
}

static enum err jump(struct flow_run *r, int64_t key)
{
    struct token *t = run_token(r, key);
    int to = r->m->node.v[t->node].link;
    TRY(run_enter(r, t->scope, to, -1));
    run_kill(r, run_token(r, key));
    return ERR_OK;
}

enum err event_arrive(struct flow_run *r, int64_t key)
{
    const struct token *t = run_token(r, key);
    const struct node *n = &r->m->node.v[t->node];
    if (n->kind == FLOW_CATCH && n->n_def && n->def[0].kind != DEF_LINK)
        return event_wait(r, key);
    TRY(passed(r, key));
    if (n->kind == FLOW_THROW || n->kind == FLOW_END)
        TRY(throw_all(r, key));
    if (n->kind == FLOW_END)
        return end_here(r, key);
    if (!run_token(r, key))
        return ERR_OK;
    return n->kind == FLOW_THROW && n->link >= 0 ? jump(r, key) : gate_leave(r, key);
}

/* What a waiting token waited for has come. */
enum err event_happened(struct flow_run *r, int64_t key)
{
    const struct token *t = run_token(r, key);
    if (r->m->node.v[t->node].kind == FLOW_RECEIVE)
        return step_over(r, key, FLOW_HOW_DONE);
    TRY(event_disarm(r, key, 0));
    TRY(passed(r, key));
    return gate_leave(r, key);
}

/* ---- timers and conditions that come true ------------------------------------------------- */

static bool turns_left(const struct flow_run *r, const struct arm *a)
{
    struct flow_when tmp;
    const struct flow_when *w = arm_when(r, a, &tmp);
    if (w->kind != FLOW_CYCLE)
        return false;
    int max = when_turns(w->text);
    return max < 0 || a->turn + 1 < max;
}

static struct arm *arm_by_key(const struct flow_run *r, int64_t key)
{
    for (size_t i = 0; i < r->arm.n; i++)
        if (!r->arm.v[i].dead && r->arm.v[i].key == key)
            return &r->arm.v[i];
    return NULL;
}

static struct hit arm_hit(const struct flow_run *r, const struct arm *a)
{
    enum flow_kind k = r->m->node.v[a->node].kind;
    if (k == FLOW_BOUNDARY)
        return (struct hit){ HIT_EDGE, a->token, a->node };
    if (k == FLOW_START)
        return (struct hit){ HIT_EVENT_SUB, a->scope, a->node };
    const struct token *t = run_token(r, a->token);
    bool gate = t && t->phase == PH_GATE;
    return (struct hit){ gate ? HIT_GATE : HIT_WAIT, a->token, a->node };
}

enum err event_fire(struct flow_run *r, int64_t key)
{
    struct arm *a = arm_by_key(r, key);
    const struct node *n = &r->m->node.v[a->node];
    bool stays = !n->interrupting && (n->kind == FLOW_BOUNDARY || n->kind == FLOW_START);
    bool timer = arm_def(r, a)->kind == DEF_TIMER;
    struct hit h = arm_hit(r, a);
    if (timer && stays && turns_left(r, a)) {
        a->turn++;
        TRY(timer_event(r, a, FLOW_EV_TIMER_SET));
    } else if (timer && stays) {
        a->dead = true;
        r->dead++;
    } else if (stays) {
        a->turn = 1;                          /* a condition fires once until it is false again */
    }
    return catch_hit(r, &h);
}

enum err event_conditions(struct flow_run *r, bool *moved)
{
    size_t n = r->arm.n;
    for (size_t i = 0; i < n && i < r->arm.n; i++) {
        struct arm *a = &r->arm.v[i];
        const struct def *d = arm_def(r, a);
        enum flow_truth truth;
        if (a->dead || d->kind != DEF_CONDITIONAL)
            continue;
        static const struct token nobody = { 0 };
        const struct token *t = a->token ? run_token(r, a->token) : &nobody;
        TRY(gate_truth(r, t, &d->expr, &truth));
        a = &r->arm.v[i];
        if (truth != FLOW_TRUE)
            a->turn = 0;
        if (truth != FLOW_TRUE || a->turn)
            continue;
        *moved = true;
        TRY(event_fire(r, a->key));
    }
    return ERR_OK;
}
