/* flow_check.c - what is wrong with a model, before any case meets it. */
#include "flow/flow_check.h"

#include <stdlib.h>

enum err check_add(struct checker *k, enum flow_severity s, const char *key, struct str id, int line,
                   struct str arg)
{
    if (k->list.n >= 2 * FLOW_NODES_MAX)
        return ERR_OK;
    struct flow_finding *f = VEC_PUSH(&k->c->mem, &k->list);
    if (!f)
        return NOMEM(k->c);
    *f = (struct flow_finding){ s, id, line, key, arg };
    return ERR_OK;
}

enum err check_node(struct checker *k, enum flow_severity s, const char *key, const struct node *n,
                    struct str arg)
{
    return check_add(k, s, key, n->id, n->line, arg.n ? arg : n->name);
}

/* ---- expressions and times -------------------------------------------------------- */

static enum err check_expr(struct checker *k, const struct node *n, const struct expr *x)
{
    if (!x->text.n || x->prog || !k->m->eval)
        return ERR_OK;
    return check_add(k, FLOW_WRONG, "flow.bad-condition", n->id, x->line ? x->line : n->line,
                     x->why.n ? x->why : x->text);
}

static enum err check_when(struct checker *k, const struct node *n, const struct flow_when *w,
                           const struct expr *x)
{
    bool told = x && x->prog;
    if (!w->text.n)
        return check_node(k, FLOW_WRONG, "flow.no-time", n, (struct str){ 0 });
    if (w->kind == FLOW_NEVER && !told)
        return check_node(k, FLOW_WRONG, "flow.bad-time", n, w->text);
    if (w->kind != FLOW_DATE && !w->calendar.n)
        return check_node(k, FLOW_WRONG, "flow.no-calendar", n, w->text);
    return ERR_OK;
}

/* ---- events ------------------------------------------------------------------------ */

static bool catches(const struct node *n)
{
    return n->kind == FLOW_START || n->kind == FLOW_CATCH || n->kind == FLOW_RECEIVE ||
           n->kind == FLOW_BOUNDARY;
}

static int by_ref(const void *a, const void *b)
{
    const struct message_use *x = a, *y = b;
    int d = str_cmp(x->ref, y->ref);
    return d ? d : (int)x->catching - (int)y->catching;
}

/* Who throws and who catches which message, in order, and where message flows end. */
static enum err note_messages(struct checker *k)
{
    const struct flow_model *m = k->m;
    k->flow_end = NEW_N(&k->c->mem, unsigned char, m->node.n + 1);
    if (!k->flow_end)
        return NOMEM(k->c);
    for (size_t i = 0; i < m->mail.n; i++)
        if (m->mail.v[i].target >= 0)
            k->flow_end[m->mail.v[i].target] = 1;
    for (size_t i = 0; i < m->node.n; i++)
        for (int d = 0; d < m->node.v[i].n_def; d++) {
            const struct def *f = &m->node.v[i].def[d];
            if (f->kind != DEF_MESSAGE || !f->ref.n)
                continue;
            struct message_use *u = VEC_PUSH(&k->c->mem, &k->use);
            if (!u)
                return NOMEM(k->c);
            *u = (struct message_use){ f->ref, catches(&m->node.v[i]) };
        }
    if (k->use.n)
        qsort(k->use.v, k->use.n, sizeof *k->use.v, by_ref);
    return ERR_OK;
}

static bool somebody(const struct checker *k, struct str ref, bool catching)
{
    struct message_use want = { ref, catching };
    return ref.n && k->use.n && bsearch(&want, k->use.v, k->use.n, sizeof want, by_ref);
}

static enum err check_message(struct checker *k, const struct node *n, const struct def *d)
{
    int at = (int)(n - k->m->node.v);
    if (!catches(n)) {
        if (!n->n_sends && !somebody(k, d->ref, true))
            return check_node(k, FLOW_WRONG, "flow.no-receiver", n, (struct str){ 0 });
        return ERR_OK;
    }
    if (n->kind != FLOW_START && !k->flow_end[at] && !somebody(k, d->ref, false))
        return check_node(k, FLOW_WARN, "flow.no-sender", n, (struct str){ 0 });
    return ERR_OK;
}

static enum err check_def(struct checker *k, const struct node *n, const struct def *d)
{
    switch (d->kind) {
    case DEF_TIMER:
        TRY(check_expr(k, n, &d->expr));
        return check_when(k, n, &d->when, &d->expr);
    case DEF_CONDITIONAL:
        if (!d->expr.text.n)
            return check_node(k, FLOW_WRONG, "flow.no-condition", n, (struct str){ 0 });
        return check_expr(k, n, &d->expr);
    case DEF_MESSAGE:
        return check_message(k, n, d);
    case DEF_COMPENSATE:
        return check_node(k, FLOW_WRONG, "flow.not-run", n, STR("compensation"));
    case DEF_CANCEL:
        return check_node(k, FLOW_WRONG, "flow.not-run", n, STR("cancel event"));
    case DEF_SIGNAL:
        return d->ref.n || d->name.n ? ERR_OK
                                     : check_node(k, FLOW_WARN, "flow.no-signal", n, (struct str){ 0 });
    default:
        return ERR_OK;
    }
}

static enum err check_event(struct checker *k, const struct node *n)
{
    const struct box *b = &k->m->box.v[n->box];
    for (int i = 0; i < n->n_def; i++)
        TRY(check_def(k, n, &n->def[i]));
    if (n->parallel_multiple && n->n_def > 1)
        TRY(check_node(k, FLOW_WRONG, "flow.not-run", n, STR("parallel multiple event")));
    if (n->kind == FLOW_START && n->n_in)
        TRY(check_node(k, FLOW_WRONG, "flow.start-entered", n, (struct str){ 0 }));
    if (n->kind == FLOW_END && n->n_out)
        TRY(check_node(k, FLOW_WRONG, "flow.end-left", n, (struct str){ 0 }));
    if ((n->kind == FLOW_CATCH || n->kind == FLOW_BOUNDARY) && !n->n_def)
        TRY(check_node(k, FLOW_WARN, "flow.no-trigger", n, (struct str){ 0 }));
    bool inside = b->node >= 0 && !k->m->node.v[b->node].by_event;
    if (n->kind == FLOW_START && n->n_def && inside)
        TRY(check_node(k, FLOW_WARN, "flow.start-ignored", n, (struct str){ 0 }));
    return ERR_OK;
}

/* ---- gateways ------------------------------------------------------------------------ */

static enum err check_choice(struct checker *k, const struct node *n)
{
    int conditional = 0, open = 0;
    for (int i = 0; i < n->n_out; i++) {
        const struct way *w = &k->m->way.v[n->out[i]];
        if (n->out[i] == n->way_else)
            continue;
        conditional += w->conditional;
        open += !w->conditional;
    }
    if (n->n_out < 2)
        return ERR_OK;
    if (conditional == 0 && (n->kind == FLOW_XOR))
        return check_node(k, FLOW_WARN, "flow.no-conditions", n, (struct str){ 0 });
    if (n->way_else < 0 && open == 0)
        return check_node(k, FLOW_WARN, "flow.no-default", n, (struct str){ 0 });
    return ERR_OK;
}

static enum err check_event_gate(struct checker *k, const struct node *n)
{
    for (int i = 0; i < n->n_out; i++) {
        const struct node *t = &k->m->node.v[k->m->way.v[n->out[i]].target];
        if (t->kind != FLOW_CATCH && t->kind != FLOW_RECEIVE)
            TRY(check_node(k, FLOW_WRONG, "flow.bad-event-gate", n, t->id));
    }
    return n->instantiate ? check_node(k, FLOW_WRONG, "flow.not-run", n, STR("instantiating gateway"))
                          : ERR_OK;
}

static enum err check_gate(struct checker *k, const struct node *n)
{
    if (n->kind == FLOW_COMPLEX)
        return check_node(k, FLOW_WRONG, "flow.not-run", n, STR("complex gateway"));
    if (n->kind == FLOW_EVENT_GATE)
        return check_event_gate(k, n);
    for (int i = 0; i < n->n_out && n->kind == FLOW_AND; i++)
        if (k->m->way.v[n->out[i]].conditional)
            TRY(check_node(k, FLOW_WARN, "flow.condition-ignored", n, k->m->way.v[n->out[i]].id));
    return n->kind == FLOW_XOR || n->kind == FLOW_OR ? check_choice(k, n) : ERR_OK;
}

/* ---- activities ------------------------------------------------------------------------- */

static enum err check_loop(struct checker *k, const struct node *n)
{
    const struct loop *l = &n->loop;
    if (l->kind == LOOP_EACH && !l->each_given)
        TRY(check_node(k, FLOW_WRONG, "flow.no-count", n, (struct str){ 0 }));
    if (l->kind == LOOP_WHILE && !l->until_given && !l->max)
        TRY(check_node(k, FLOW_WARN, "flow.loop-once", n, (struct str){ 0 }));
    TRY(check_expr(k, n, &l->each));
    return check_expr(k, n, &l->until);
}

static bool starts_by_trigger(const struct flow_model *m, const struct node *sub)
{
    const struct box *b = sub->inner >= 0 ? &m->box.v[sub->inner] : NULL;
    for (int i = 0; b && i < b->n_nodes; i++)
        if (m->node.v[b->nodes[i]].kind == FLOW_START && m->node.v[b->nodes[i]].n_def)
            return true;
    return false;
}

static enum err check_activity(struct checker *k, const struct node *n)
{
    bool somebody_does_it = node_is_step(n) || n->kind == FLOW_SEND || n->kind == FLOW_ADHOC;
    TRY(check_loop(k, n));
    TRY(check_expr(k, n, &n->until));
    for (int i = 0; i < n->n_def; i++)
        TRY(check_def(k, n, &n->def[i]));
    if (n->undo)
        return check_node(k, FLOW_WRONG, "flow.not-run", n, STR("compensation"));
    if (somebody_does_it && n->lane < 0)
        TRY(check_node(k, FLOW_WRONG, "flow.no-lane", n, (struct str){ 0 }));
    if (n->kind == FLOW_SUB && n->inner < 0)
        TRY(check_node(k, FLOW_NOTE, "flow.hollow", n, (struct str){ 0 }));
    if (n->by_event && !starts_by_trigger(k->m, n))
        TRY(check_node(k, FLOW_WRONG, "flow.no-trigger", n, (struct str){ 0 }));
    if (n->due.text.n && !(n->n_edge && n->due.kind != FLOW_NEVER))
        TRY(check_when(k, n, &n->due, NULL));
    return ERR_OK;
}

/* ---- message flows, everything ------------------------------------------------------------ */

static enum err check_mail(struct checker *k, const struct mail *f)
{
    const struct flow_model *m = k->m;
    if (f->source_pool >= 0 && f->source_pool == f->target_pool)
        TRY(check_add(k, FLOW_WRONG, "flow.message-inside", f->id, f->line, f->name));
    if (f->target >= 0 && !catches(&m->node.v[f->target]))
        TRY(check_add(k, FLOW_NOTE, "flow.not-awaited", f->id, f->line, m->node.v[f->target].id));
    if (f->target < 0 && f->target_pool >= 0 && m->pool.v[f->target_pool].process >= 0 &&
        m->process.v[m->pool.v[f->target_pool].process].n_nodes)
        TRY(check_add(k, FLOW_WARN, "flow.message-to-pool", f->id, f->line,
                      m->pool.v[f->target_pool].name));
    return ERR_OK;
}

static enum err check_one(struct checker *k, const struct node *n)
{
    if (kind_is_activity(n->kind))
        TRY(check_activity(k, n));
    else
        TRY(kind_is_gate(n->kind) ? check_gate(k, n) : check_event(k, n));
    if (n->kind == FLOW_AND)
        return ERR_OK;
    for (int i = 0; i < n->n_out; i++)
        TRY(check_expr(k, n, &k->m->way.v[n->out[i]].cond));
    return ERR_OK;
}

static int by_line(const void *a, const void *b)
{
    const struct flow_finding *x = a, *y = b;
    int d = (x->line > y->line) - (x->line < y->line);
    if (!d)
        d = strcmp(x->key, y->key);
    return d ? d : str_cmp(x->id, y->id);
}

enum err flow_check(struct ctx *c, const struct flow_model *m, struct flow_finding **out, size_t *n)
{
    struct checker k = { .c = c, .m = m };
    TRY(note_messages(&k));
    for (size_t i = 0; i < m->remark.n; i++) {
        const struct remark *r = &m->remark.v[i];
        TRY(check_add(&k, r->severity, r->key, r->id, r->line, r->arg));
    }
    for (size_t i = 0; i < m->foreign.n; i++)
        TRY(check_add(&k, FLOW_NOTE, "flow.foreign", STR(""), 0, m->foreign.v[i]));
    for (size_t i = 0; i < m->node.n; i++)
        TRY(check_one(&k, &m->node.v[i]));
    for (size_t i = 0; i < m->mail.n; i++)
        TRY(check_mail(&k, &m->mail.v[i]));
    TRY(check_routes(&k));
    if (k.list.n)
        qsort(k.list.v, k.list.n, sizeof *k.list.v, by_line);
    *out = k.list.v;
    *n = k.list.n;
    return ERR_OK;
}
