/* flow_apply.c - inputs: one function each, and the public entry points. */
#include "flow/flow_catch.h"

static enum err no_key(struct flow_run *r, const struct flow_input *in)
{
    return FAIL(r->c, ERR_NOT_FOUND, "flow.no-key", "key %lld", (long long)in->key);
}

static enum err unfit(struct flow_run *r, const struct flow_input *in, const char *key)
{
    return FAIL(r->c, ERR_CONFLICT, key, "key %lld, input %d", (long long)in->key, (int)in->kind);
}

static enum err ended(struct flow_run *r, const struct token *t, enum flow_how how)
{
    struct flow_event *e;
    TRY(run_event(r, FLOW_EV_STEP_ENDED, t, -1, &e));
    e->how = how;
    e->reason = r->reason;
    return ERR_OK;
}

static const struct node *node_of(const struct flow_run *r, const struct token *t)
{
    return t->node >= 0 ? &r->m->node.v[t->node] : NULL;
}

/* ---- steps ------------------------------------------------------------------------ */

/* A step beside the route: an added one, or one taken ahead. */
static enum err aside_over(struct flow_run *r, struct token *t, enum flow_how how)
{
    int64_t scope = t->scope;
    if (t->node >= 0 && how == FLOW_HOW_DONE)
        r->early[t->node]++;
    run_kill(r, t);
    return run_path_ends(r, scope);
}

static enum err adhoc_closed(struct flow_run *r, const struct flow_input *in, struct token *t)
{
    struct scope *s = run_child(r, t->key);
    for (size_t i = 0; i < r->token.n; i++)
        if (in->kind == FLOW_COMPLETE && !r->token.v[i].dead && r->token.v[i].scope == s->key)
            return unfit(r, in, "flow.adhoc-open");
    enum flow_how how = in->kind == FLOW_SKIP ? FLOW_HOW_SKIPPED : FLOW_HOW_DONE;
    TRY(run_cancel_inside(r, s->key, true));
    TRY(ended(r, t, how));
    return step_over(r, t->key, how);
}

static bool waits_for_word(const struct node *n)
{
    for (int i = 0; i < n->n_def; i++)
        if (n->def[i].kind == DEF_MESSAGE || n->def[i].kind == DEF_SIGNAL)
            return true;
    return false;
}

static enum err in_complete(struct flow_run *r, const struct flow_input *in)
{
    struct token *t = run_token(r, in->key);
    if (!t)
        return no_key(r, in);
    if (t->phase == PH_ADHOC)
        return adhoc_closed(r, in, t);
    if (t->phase == PH_WAIT && waits_for_word(node_of(r, t))) {
        TRY(ended(r, t, FLOW_HOW_DONE));
        return event_happened(r, t->key);
    }
    if (t->phase != PH_STEP)
        return unfit(r, in, "flow.not-a-step");
    TRY(ended(r, t, FLOW_HOW_DONE));
    if (t->ahead || t->node < 0)
        return aside_over(r, t, FLOW_HOW_DONE);
    return step_over(r, t->key, FLOW_HOW_DONE);
}

static enum err in_skip(struct flow_run *r, const struct flow_input *in)
{
    struct token *t = run_token(r, in->key);
    if (!t)
        return no_key(r, in);
    if (!in->reason.n)
        return FAIL(r->c, ERR_INPUT, "flow.reason", "skip of %lld without reason", (long long)in->key);
    switch (t->phase) {
    case PH_JOIN:
    case PH_STUCK:
        return gate_release(r, t->key);
    case PH_ADHOC:
        return adhoc_closed(r, in, t);
    case PH_STEP:
    case PH_WAIT:
    case PH_SUB:
    case PH_MANY:
        break;
    default:
        return unfit(r, in, "flow.not-a-step");
    }
    TRY(ended(r, t, FLOW_HOW_SKIPPED));
    if (t->ahead || t->node < 0)
        return aside_over(r, t, FLOW_HOW_SKIPPED);
    struct scope *inside = run_child(r, t->key);
    if (inside)
        TRY(run_cancel_inside(r, inside->key, true));
    return step_over(r, t->key, FLOW_HOW_SKIPPED);
}

/* ---- adding ------------------------------------------------------------------------- */

static enum err put_step(struct flow_run *r, int64_t scope, int node, int64_t *key)
{
    if (r->live >= FLOW_TOKENS_MAX)
        return FAIL(r->c, ERR_INPUT, "flow.too-many-tokens", "%d tokens", r->live);
    struct token *t = VEC_PUSH(&r->c->mem, &r->token);
    if (!t)
        return NOMEM(r->c);
    *t = (struct token){ .key = r->next++, .scope = scope, .node = node, .way = -1,
                         .phase = PH_STEP, .start_us = r->now_us, .ahead = true };
    r->live++;
    *key = t->key;
    return ERR_OK;
}

static enum err add_new(struct flow_run *r, const struct flow_input *in)
{
    int64_t key;
    if (!in->name.n || in->name.n > 500 || in->lane.n > 500 || !utf8_valid(in->name) ||
        !utf8_valid(in->lane))
        return FAIL(r->c, ERR_INPUT, "flow.no-name", "added step without name");
    const struct scope *root = NULL;
    for (size_t i = 0; i < r->scope.n && !root; i++)
        if (!r->scope.v[i].dead && r->scope.v[i].token == 0)
            root = &r->scope.v[i];
    if (!root)
        return unfit(r, in, "flow.over");
    TRY(put_step(r, root->key, -1, &key));
    struct token *t = run_token(r, key);
    t->name = arena_dup(&r->c->mem, in->name);
    t->lane = arena_dup(&r->c->mem, in->lane);
    if (!t->name.p || !t->lane.p)
        return NOMEM(r->c);
    return run_event(r, FLOW_EV_STEP_DUE, t, -1, NULL);
}

static enum err add_inside(struct flow_run *r, const struct flow_input *in, int node)
{
    const struct token *t = run_token(r, in->key);
    if (!t)
        return no_key(r, in);
    const struct scope *s = run_child(r, t->key);
    if (t->phase != PH_ADHOC || !s || r->m->node.v[node].box != s->box ||
        !kind_is_activity(r->m->node.v[node].kind))
        return unfit(r, in, "flow.not-adhoc");
    return run_enter(r, s->key, node, -1);
}

static bool open_at(const struct flow_run *r, int64_t scope, int node)
{
    for (size_t i = 0; i < r->token.n; i++)
        if (!r->token.v[i].dead && r->token.v[i].scope == scope && r->token.v[i].node == node)
            return true;
    return false;
}

/* A step of the model before the route comes to it. */
static enum err add_ahead(struct flow_run *r, const struct flow_input *in, int node)
{
    const struct node *n = &r->m->node.v[node];
    if (!node_is_step(n) || n->kind == FLOW_RECEIVE || n->loop.kind != LOOP_NONE)
        return unfit(r, in, "flow.not-a-step");
    for (size_t i = 0; i < r->scope.n; i++) {
        int64_t scope = r->scope.v[i].key, key;
        if (r->scope.v[i].dead || r->scope.v[i].box != n->box)
            continue;
        if (open_at(r, scope, node))
            return unfit(r, in, "flow.already-open");
        TRY(put_step(r, scope, node, &key));
        return run_event(r, FLOW_EV_STEP_DUE, run_token(r, key), -1, NULL);
    }
    return unfit(r, in, "flow.not-in-play");
}

static enum err in_add(struct flow_run *r, const struct flow_input *in)
{
    if (!in->ref.n)
        return add_new(r, in);
    int node = index_node(r->m, in->ref);
    if (node < 0)
        return FAIL(r->c, ERR_NOT_FOUND, "flow.no-node", "ref of %zu bytes", in->ref.n);
    return in->key ? add_inside(r, in, node) : add_ahead(r, in, node);
}

/* ---- events from outside --------------------------------------------------------------- */

static enum err in_timer(struct flow_run *r, const struct flow_input *in)
{
    for (size_t i = 0; i < r->arm.n; i++) {
        const struct arm *a = &r->arm.v[i];
        if (a->key != in->key)
            continue;
        if (r->m->node.v[a->node].def[a->def].kind != DEF_TIMER)
            break;
        if (a->pause.n && a->pause.v[a->pause.n - 1].to_us == INT64_MAX)
            return unfit(r, in, "flow.paused");
        return event_fire(r, a->key);
    }
    return no_key(r, in);
}

static struct match match_of(const struct flow_run *r, const struct flow_input *in,
                             enum def_kind kind)
{
    struct match w = { kind, -1, in->ref, in->ref, in->ref };
    struct el el = index_get(r->m, in->ref);
    if (el.kind == EL_NODE) {
        w.node = el.at;
    } else if (el.kind == EL_MAIL && kind == DEF_MESSAGE) {
        const struct mail *f = &r->m->mail.v[el.at];
        w = (struct match){ kind, f->target, f->message_ref, f->message_name, { 0 } };
    } else if (el.kind == EL_THING) {
        const struct thing *t = &r->m->thing.v[el.at];
        w = (struct match){ kind, -1, t->id, t->name, t->code };
    }
    return w;
}

static enum err in_message(struct flow_run *r, const struct flow_input *in)
{
    struct match w = match_of(r, in, DEF_MESSAGE);
    const struct token *t = in->key ? run_token(r, in->key) : NULL;
    bool taken = false;
    if (in->key && !t)
        return no_key(r, in);
    if (t && t->phase == PH_WAIT && waits_for_word(node_of(r, t)))
        return event_happened(r, t->key);
    TRY(event_message(r, &w, &taken));
    if (!taken)
        TRY(event_keep(r, &w, &taken));
    return taken ? ERR_OK : unfit(r, in, "flow.unexpected");
}

static enum err in_climb(struct flow_run *r, const struct flow_input *in, enum def_kind kind)
{
    const struct token *t = run_token(r, in->key);
    struct match w = match_of(r, in, kind);
    bool caught;
    if (!t)
        return no_key(r, in);
    w.node = -1;
    TRY(event_climb(r, t->key, t->scope, &w, &caught));
    if (!caught && kind == DEF_ERROR)
        return unfit(r, in, "flow.not-caught");
    if (kind == DEF_ERROR)
        return ERR_OK;
    struct flow_event *e;
    TRY(run_event(r, FLOW_EV_ESCALATED, NULL, -1, &e));
    e->key = in->key;
    e->ref = w.code.n ? w.code : in->ref;
    return ERR_OK;
}

static enum err in_choose(struct flow_run *r, const struct flow_input *in)
{
    const struct token *t = run_token(r, in->key);
    int way = index_way(r->m, in->ref);
    if (!t)
        return no_key(r, in);
    if (t->phase != PH_CHOICE || way < 0 || r->m->way.v[way].source != t->node)
        return unfit(r, in, "flow.not-a-choice");
    return gate_take(r, t->key, way);
}

/* ---- clocks -------------------------------------------------------------------------------- */

static bool is_paused(const pauses *p)
{
    return p->n && p->v[p->n - 1].to_us == INT64_MAX;
}

static enum err set_pause(struct flow_run *r, pauses *p, bool on, bool *changed)
{
    if (is_paused(p) == on)
        return ERR_OK;
    *changed = true;
    if (!on) {
        struct flow_pause *last = &p->v[p->n - 1];
        last->to_us = r->now_us < last->from_us ? last->from_us : r->now_us;
        return ERR_OK;
    }
    if (p->n >= 200)
        return FAIL(r->c, ERR_INPUT, "flow.too-many-pauses", "200 pauses");
    struct flow_pause *q = VEC_PUSH(&r->c->mem, p);
    if (!q)
        return NOMEM(r->c);
    *q = (struct flow_pause){ r->now_us, INT64_MAX };
    return ERR_OK;
}

static enum err say_timer(struct flow_run *r, const struct arm *a)
{
    struct flow_event *e;
    struct flow_when tmp;
    TRY(run_event(r, FLOW_EV_TIMER_SET, NULL, a->node, &e));
    e->key = a->key;
    e->step = a->token;
    e->when = *arm_when(r, a, &tmp);
    e->start_us = a->start_us;
    e->turn = a->turn;
    return ERR_OK;
}

static enum err in_clock(struct flow_run *r, const struct flow_input *in, bool on)
{
    bool changed = false;
    if (on && !in->reason.n)
        return FAIL(r->c, ERR_INPUT, "flow.reason", "pause without reason");
    for (size_t i = 0; i < r->token.n; i++)
        if (!in->key || r->token.v[i].key == in->key)
            TRY(set_pause(r, &r->token.v[i].pause, on, &changed));
    for (size_t i = 0; i < r->arm.n; i++) {
        struct arm *a = &r->arm.v[i];
        bool one = false;
        if (r->m->node.v[a->node].def[a->def].kind != DEF_TIMER)
            continue;
        if (in->key && a->key != in->key && a->token != in->key)
            continue;
        TRY(set_pause(r, &a->pause, on, &one));
        changed = changed || one;
        if (one && !on)
            TRY(say_timer(r, a));
    }
    if (!changed)
        return unfit(r, in, on ? "flow.not-running" : "flow.not-paused");
    struct flow_event *e;
    TRY(run_event(r, on ? FLOW_EV_PAUSED : FLOW_EV_RESUMED, NULL, -1, &e));
    e->key = in->key;
    e->reason = in->reason;
    return ERR_OK;
}

static enum err in_stop(struct flow_run *r, const struct flow_input *in)
{
    if (!in->reason.n)
        return FAIL(r->c, ERR_INPUT, "flow.reason", "stop without reason");
    for (size_t i = 0; i < r->scope.n; i++) {
        struct flow_event *e;
        int64_t key = r->scope.v[i].key;
        if (r->scope.v[i].dead || r->scope.v[i].token)
            continue;
        int process = r->m->box.v[r->scope.v[i].box].process;
        TRY(run_cancel_inside(r, key, true));
        TRY(run_event(r, FLOW_EV_ENDED, NULL, -1, &e));
        e->key = key;
        e->ref = e->process = r->m->process.v[process].id;
        e->how = FLOW_HOW_CANCELLED;
        e->reason = in->reason;
    }
    return ERR_OK;
}

/* ---- one input ------------------------------------------------------------------------------- */

static enum err dispatch(struct flow_run *r, const struct flow_input *in)
{
    struct match w = match_of(r, in, DEF_SIGNAL);
    switch (in->kind) {
    case FLOW_COMPLETE: return in_complete(r, in);
    case FLOW_SKIP: return in_skip(r, in);
    case FLOW_TIMER: return in_timer(r, in);
    case FLOW_MESSAGE: return in_message(r, in);
    case FLOW_SIGNAL: return event_signal(r, &w);
    case FLOW_ERROR: return in_climb(r, in, DEF_ERROR);
    case FLOW_ESCALATE: return in_climb(r, in, DEF_ESCALATION);
    case FLOW_ADD: return in_add(r, in);
    case FLOW_CHOOSE: return in_choose(r, in);
    case FLOW_FACTS: r->look = true; return ERR_OK;
    case FLOW_PAUSE: return in_clock(r, in, true);
    case FLOW_RESUME: return in_clock(r, in, false);
    case FLOW_STOP: return in_stop(r, in);
    }
    return FAIL(r->c, ERR_INPUT, "flow.bad-input", "kind %d", (int)in->kind);
}

static void begin_apply(struct flow_run *r, const struct flow_input *in)
{
    r->event.n = 0;
    r->queue.n = r->queue_at = 0;
    r->moves = 0;
    r->now_us = in->now_us;
    r->reason = in->reason;
}

enum err flow_run_apply(struct flow_run *r, const struct flow_input *in)
{
    begin_apply(r, in);
    if (r->over)
        return FAIL(r->c, ERR_CONFLICT, "flow.over", "input %d", (int)in->kind);
    TRY(run_fact(r, in->facts, in->n_facts));
    TRY(dispatch(r, in));
    return run_settle(r);
}

static int find_process(const struct flow_model *m, struct str process)
{
    if (process.n)
        return index_process(m, process);
    int first = m->process.n ? 0 : -1;
    for (size_t i = 0; i < m->process.n; i++)
        if (m->process.v[i].n_nodes) {
            first = (int)i;
            break;
        }
    return first;
}

enum err flow_run_start(struct ctx *c, const struct flow_model *m, struct str process,
                        struct str start, const struct flow_input *in, struct flow_run **out)
{
    int p = find_process(m, process), at = start.n ? index_node(m, start) : -1;
    if (p < 0)
        return FAIL(c, ERR_NOT_FOUND, "flow.no-process", "process of %zu bytes", process.n);
    if (start.n && (at < 0 || m->node.v[at].kind != FLOW_START ||
                    m->node.v[at].box != m->process.v[p].box))
        return FAIL(c, ERR_NOT_FOUND, "flow.no-start", "start of %zu bytes", start.n);
    struct flow_run *r = run_new(c, m);
    if (!r)
        return NOMEM(c);
    begin_apply(r, in);
    TRY(run_fact(r, in->facts, in->n_facts));
    TRY(run_open_process(r, p, at));
    TRY(run_settle(r));
    *out = r;
    return ERR_OK;
}

enum err flow_run_parse(struct ctx *c, const struct flow_model *m, struct str state,
                        struct flow_run **out)
{
    struct flow_run *r = run_new(c, m);
    if (!r)
        return NOMEM(c);
    TRY(state_parse(r, state));
    *out = r;
    return ERR_OK;
}

enum err flow_run_state(struct flow_run *r, struct str *out)
{
    return state_format(r, out);
}

const struct flow_event *flow_run_events(struct flow_run *r, size_t *n)
{
    *n = r->event.n;
    return r->event.v;
}

bool flow_run_over(const struct flow_run *r)
{
    return r->over;
}

static enum err result(struct flow_run *r, struct flow_result *out)
{
    struct str state;
    TRY(state_format(r, &state));
    *out = (struct flow_result){ state, r->event.v, r->event.n, r->over };
    return ERR_OK;
}

enum err flow_start(struct ctx *c, const struct flow_model *m, struct str process, struct str start,
                    const struct flow_input *in, struct flow_result *out)
{
    struct flow_run *r;
    TRY(flow_run_start(c, m, process, start, in, &r));
    return result(r, out);
}

enum err flow_apply(struct ctx *c, const struct flow_model *m, struct str state,
                    const struct flow_input *in, struct flow_result *out)
{
    struct flow_run *r;
    TRY(flow_run_parse(c, m, state, &r));
    TRY(flow_run_apply(r, in));
    return result(r, out);
}
