/* flow_move.c - an instance goes on under another version of its model.
 *
 * Nodes and flows go by their ids, so most of an instance simply fits.  What does
 * not (a step that was taken out, became something else, or stands in a part that
 * is gone) is told by flow_move_fit, and flow_run_move does what somebody decided
 * for each: go on at a step of the new version, or end here. */
#include "flow/flow_run.h"

struct move {
    struct ctx *c;
    const struct flow_model *old, *new;
    struct flow_run *a, *b;               /* before, after; tokens of both in the same places */
};

static int node_to(const struct move *m, int node)
{
    return node < 0 ? -1 : index_node(m->new, m->old->node.v[node].id);
}

static int box_to(const struct move *m, int box)
{
    const struct box *x = &m->old->box.v[box];
    if (x->node < 0) {
        int p = index_process(m->new, m->old->process.v[x->process].id);
        return p < 0 ? -1 : m->new->process.v[p].box;
    }
    int n = node_to(m, x->node);
    return n < 0 ? -1 : m->new->node.v[n].inner;
}

/* ---- carrying over what has the same name ------------------------------------------- */

static enum err copy_tokens(struct move *m)
{
    for (size_t i = 0; i < m->a->token.n; i++) {
        struct token *t = VEC_PUSH(&m->c->mem, &m->b->token);
        if (!t)
            return NOMEM(m->c);
        *t = m->a->token.v[i];
        t->node = node_to(m, t->node);
        t->way = t->way < 0 ? -1 : index_way(m->new, m->old->way.v[t->way].id);
        t->dead = (t->node < 0) != (m->a->token.v[i].node < 0) || (t->way < 0) != (m->a->token.v[i].way < 0);
    }
    return ERR_OK;
}

static enum err copy_scopes(struct move *m)
{
    for (size_t i = 0; i < m->a->scope.n; i++) {
        struct scope *s = VEC_PUSH(&m->c->mem, &m->b->scope);
        if (!s)
            return NOMEM(m->c);
        *s = m->a->scope.v[i];
        s->box = s->box < 0 ? -1 : box_to(m, s->box);
        s->dead = s->box < 0 && m->a->scope.v[i].box >= 0;
        if (s->dead && !s->token)
            return FAIL(m->c, ERR_CONFLICT, "flow.move-no-process", "scope %lld", (long long)s->key);
    }
    return ERR_OK;
}

static enum err copy_arms(struct move *m)
{
    for (size_t i = 0; i < m->a->arm.n; i++) {
        const struct arm *was = &m->a->arm.v[i];
        struct arm *x = VEC_PUSH(&m->c->mem, &m->b->arm);
        if (!x)
            return NOMEM(m->c);
        *x = *was;
        x->node = node_to(m, was->node);
        x->dead = x->node < 0 || was->def >= m->new->node.v[x->node].n_def ||
                  m->new->node.v[x->node].def[was->def].kind != m->old->node.v[was->node].def[was->def].kind;
    }
    return ERR_OK;
}

/* Letters stand in the order of the model's nodes. */
static enum err copy_letters(struct move *m)
{
    for (size_t n = 0; n < m->new->node.n; n++)
        for (size_t i = 0; i < m->a->letter.n; i++) {
            if (node_to(m, m->a->letter.v[i].node) != (int)n)
                continue;
            struct letter *l = VEC_PUSH(&m->c->mem, &m->b->letter);
            if (!l)
                return NOMEM(m->c);
            *l = (struct letter){ (int)n, m->a->letter.v[i].n };
        }
    return ERR_OK;
}

static void copy_counts(struct move *m)
{
    for (size_t i = 0; i < m->old->node.n; i++) {
        int to = node_to(m, (int)i);
        if (to < 0)
            continue;
        m->b->done[to] = m->a->done[i];
        m->b->skipped[to] = m->a->skipped[i];
        m->b->early[to] = m->a->early[i];
    }
    for (size_t i = 0; i < m->old->way.n; i++) {
        int to = index_way(m->new, m->old->way.v[i].id);
        if (to >= 0)
            m->b->taken[to] = m->a->taken[i];
    }
}

/* What does not hold together under the new model falls, and what stands on it. */
static void let_fall(struct flow_run *b)
{
    for (bool fell = true; fell;) {
        fell = false;
        for (size_t i = 0; i < b->token.n; i++)
            if (!b->token.v[i].dead && !state_token_fits(b, &b->token.v[i]))
                fell = b->token.v[i].dead = true;
        for (size_t i = 0; i < b->scope.n; i++)
            if (!b->scope.v[i].dead && !state_scope_fits(b, &b->scope.v[i]))
                fell = b->scope.v[i].dead = true;
    }
    for (size_t i = 0; i < b->arm.n; i++)
        b->arm.v[i].dead = b->arm.v[i].dead || !state_arm_fits(b, &b->arm.v[i]);
    for (size_t i = 0; i < b->token.n; i++) {
        b->live += !b->token.v[i].dead;
        b->dead += b->token.v[i].dead;
    }
}

static enum err carry(struct ctx *c, const struct flow_model *old, const struct flow_model *new,
                      struct str state, struct move *m)
{
    *m = (struct move){ .c = c, .old = old, .new = new, .b = run_new(c, new) };
    if (!m->b)
        return NOMEM(c);
    TRY(flow_run_parse(c, old, state, &m->a));
    m->b->next = m->a->next;
    for (size_t i = 0; i < m->a->fact.n; i++) {
        struct flow_fact *f = VEC_PUSH(&c->mem, &m->b->fact);
        if (!f)
            return NOMEM(c);
        *f = m->a->fact.v[i];
    }
    TRY(copy_scopes(m));
    TRY(copy_tokens(m));
    TRY(copy_arms(m));
    TRY(copy_letters(m));
    copy_counts(m);
    let_fall(m->b);
    return ERR_OK;
}

/* ---- what does not fit ------------------------------------------------------------------ */

/* Somebody or something waits there; what only holds others is not asked about. */
static bool to_decide(const struct move *m, size_t i)
{
    return m->b->token.v[i].dead && m->a->token.v[i].phase != PH_SUB && m->a->token.v[i].phase != PH_MANY;
}

static struct scope *scope_of_box(const struct flow_run *b, int box)
{
    for (size_t i = 0; i < b->scope.n; i++)
        if (!b->scope.v[i].dead && b->scope.v[i].box == box)
            return &b->scope.v[i];
    return NULL;
}

/* A step of the new version where the route may go on. */
static struct scope *target_scope(const struct move *m, int node)
{
    const struct node *n = node < 0 ? NULL : &m->new->node.v[node];
    bool step = n && node_is_step(n) && n->kind != FLOW_RECEIVE;
    return step ? scope_of_box(m->b, n->box) : NULL;
}

enum err flow_move_fit(struct ctx *c, const struct flow_model *old, const struct flow_model *new,
                       struct str state, struct flow_fit *out)
{
    struct move m;
    struct flow_fit f = { .n_gone = 0 };
    TRY(carry(c, old, new, state, &m));
    f.gone = NEW_N(&c->mem, struct flow_gone, m.a->token.n + 1);
    f.to = NEW_N(&c->mem, struct flow_step, new->node.n + 1);
    if (!f.gone || !f.to)
        return NOMEM(c);
    for (size_t i = 0; i < m.a->token.n; i++) {
        const struct token *t = &m.a->token.v[i];
        struct flow_step s = { .name = t->name, .lane = t->lane };
        if (!to_decide(&m, i))
            continue;
        if (t->node >= 0)
            s = flow_node_at(old, (size_t)t->node);
        f.gone[f.n_gone++] = (struct flow_gone){ t->key, s.id, s.name, s.lane_name };
    }
    for (size_t i = 0; i < new->node.n; i++)
        if (target_scope(&m, (int)i))
            f.to[f.n_to++] = flow_node_at(new, i);
    *out = f;
    return ERR_OK;
}

/* ---- going over ------------------------------------------------------------------------------ */

static enum err ended(struct move *m, const struct token *t)
{
    struct flow_event *e;
    TRY(run_event(m->b, FLOW_EV_STEP_ENDED, NULL, -1, &e));
    e->key = t->key;
    e->how = FLOW_HOW_CANCELLED;
    e->reason = m->b->reason;
    if (t->node >= 0) {
        e->node = m->old->node.v[t->node].id;
        e->name = m->old->node.v[t->node].name;
    }
    return ERR_OK;
}

static enum err decide(struct move *m, const struct token *t, const struct flow_decision *d, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (d[i].key != t->key)
            continue;
        TRY(ended(m, t));
        if (!d[i].to.n)
            return ERR_OK;
        int node = index_node(m->new, d[i].to);
        struct scope *s = target_scope(m, node);
        if (!s)
            return FAIL(m->c, ERR_INPUT, "flow.move-no-step", "key %lld", (long long)t->key);
        return run_enter(m->b, s->key, node, -1);
    }
    return FAIL(m->c, ERR_INPUT, "flow.move-undecided", "key %lld", (long long)t->key);
}

/* Clocks: those of steps that are gone stop, those that stay are told again (their
 * time may be another now). */
static enum err clocks(struct move *m)
{
    for (size_t i = 0; i < m->a->arm.n; i++) {
        const struct arm *was = &m->a->arm.v[i], *now = &m->b->arm.v[i];
        struct flow_event *e;
        struct flow_when tmp;
        if (m->old->node.v[was->node].def[was->def].kind != DEF_TIMER)
            continue;
        TRY(run_event(m->b, now->dead ? FLOW_EV_TIMER_OFF : FLOW_EV_TIMER_SET, NULL, now->dead ? -1 : now->node, &e));
        e->key = was->key;
        e->step = was->token;
        e->start_us = was->start_us;
        e->turn = was->turn;
        if (!now->dead)
            e->when = *arm_when(m->b, now, &tmp);
    }
    return ERR_OK;
}

/* Boundary events that only the new version has are watched from now on. */
static enum err new_edges(struct move *m, int64_t key)
{
    const struct token *t = run_token(m->b, key);
    if (!t || t->node < 0 || t->ahead || t->index || t->phase == PH_JOIN || t->phase == PH_STUCK || t->phase == PH_CHOICE)
        return ERR_OK;
    const struct node *n = &m->new->node.v[t->node];
    for (int i = 0; i < n->n_edge; i++)
        if (index_node(m->old, m->new->node.v[n->edge[i]].id) < 0)
            TRY(event_arm(m->b, key, 0, n->edge[i]));
    return ERR_OK;
}

static bool watched(const struct node *n)
{
    for (int i = 0; i < n->n_def; i++)
        if (n->def[i].kind == DEF_TIMER || n->def[i].kind == DEF_CONDITIONAL)
            return true;
    return false;
}

/* A start of an event sub-process that the old version did not watch. */
static bool new_watch(const struct move *m, int start)
{
    int was = index_node(m->old, m->new->node.v[start].id);
    return m->new->node.v[start].kind == FLOW_START && watched(&m->new->node.v[start]) &&
           (was < 0 || !watched(&m->old->node.v[was]));
}

/* An event sub-process has taken the place of what went on there: no other may start. */
static bool interrupted(const struct flow_run *r, int64_t scope)
{
    for (size_t i = 0; i < r->token.n; i++) {
        const struct token *t = &r->token.v[i];
        const struct node *n = t->node >= 0 && t->scope == scope ? &r->m->node.v[t->node] : NULL;
        const struct box *in = n && n->by_event && n->inner >= 0 ? &r->m->box.v[n->inner] : NULL;
        for (int k = 0; in && k < in->n_nodes; k++)
            if (r->m->node.v[in->nodes[k]].kind == FLOW_START && r->m->node.v[in->nodes[k]].interrupting)
                return true;
    }
    return false;
}

/* Event sub-processes that only the new version has are watched from now on, in what
 * was open before; what opened in this move is watched already. */
static enum err new_event_subs(struct move *m)
{
    struct flow_run *r = m->b;
    for (size_t i = 0; i < r->scope.n; i++) {
        const struct scope *s = &r->scope.v[i];
        const struct box *b = s->box >= 0 && s->key < m->a->next ? &m->new->box.v[s->box] : NULL;
        if (!b || !b->n_event_subs || interrupted(r, s->key))
            continue;
        for (int k = 0; k < b->n_event_subs; k++) {
            const struct node *sub = &m->new->node.v[b->event_subs[k]];
            const struct box *in = sub->inner >= 0 ? &m->new->box.v[sub->inner] : NULL;
            for (int x = 0; in && x < in->n_nodes; x++)
                if (new_watch(m, in->nodes[x]))
                    TRY(event_arm(r, 0, s->key, in->nodes[x]));
        }
    }
    return ERR_OK;
}

/* What fell points at nothing of the new model: it is gone before the game goes on. */
static void drop_fallen(struct flow_run *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->token.n; i++)
        if (!b->token.v[i].dead)
            b->token.v[n++] = b->token.v[i];
    b->token.n = n;
    n = 0;
    for (size_t i = 0; i < b->scope.n; i++)
        if (!b->scope.v[i].dead)
            b->scope.v[n++] = b->scope.v[i];
    b->scope.n = n;
    n = 0;
    for (size_t i = 0; i < b->arm.n; i++)
        if (!b->arm.v[i].dead)
            b->arm.v[n++] = b->arm.v[i];
    b->arm.n = n;
    b->dead = 0;
}

static enum err go_over(struct move *m, const struct flow_decision *d, size_t n)
{
    size_t tokens = m->a->token.n;
    bool *fallen = NEW_N(&m->c->mem, bool, tokens + 1);
    if (!fallen)
        return NOMEM(m->c);
    for (size_t i = 0; i < tokens; i++)
        fallen[i] = m->b->token.v[i].dead;
    for (size_t i = 0; i < tokens; i++)
        if (to_decide(m, i))
            TRY(decide(m, &m->a->token.v[i], d, n));
    if (m->b->live == 0)
        return FAIL(m->c, ERR_INPUT, "flow.move-nothing-left", "%zu tokens", tokens);
    TRY(clocks(m));
    drop_fallen(m->b);
    for (size_t i = 0; i < tokens; i++)
        TRY(new_edges(m, m->a->token.v[i].key));
    TRY(new_event_subs(m));
    for (size_t i = tokens; i > 0; i--)               /* inner ones first: a part that is empty now is over */
        if (fallen[i - 1])
            TRY(run_path_ends(m->b, m->a->token.v[i - 1].scope));
    m->b->look = true;
    return run_settle(m->b);
}

enum err flow_run_move(struct ctx *c, const struct flow_model *old, const struct flow_model *new,
                       struct str state, const struct flow_decision *d, size_t n, int64_t now_us,
                       struct str reason, struct flow_run **out)
{
    struct move m;
    struct flow_run *check;
    struct str after;
    TRY(carry(c, old, new, state, &m));
    m.b->now_us = now_us;
    m.b->reason = reason;
    TRY(go_over(&m, d, n));
    TRY(flow_run_state(m.b, &after));
    TRY(flow_run_parse(c, new, after, &check));       /* never keep what could not be read again */
    *out = m.b;
    return ERR_OK;
}
