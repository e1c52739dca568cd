/* flow_check_route.c - can every node be reached, and does every way end? */
#include "flow/flow_check.h"

struct walk {
    const struct flow_model *m;
    unsigned char *seen;
    int *stack;
    size_t n;
};

static void visit(struct walk *w, int node)
{
    if (node < 0 || w->seen[node])
        return;
    w->seen[node] = 1;
    w->stack[w->n++] = node;
}

static bool is_link_catch(const struct node *n)
{
    return n->kind == FLOW_CATCH && n->n_def && n->def[0].kind == DEF_LINK;
}

static bool box_has(const struct flow_model *m, const struct box *b, enum flow_kind kind)
{
    for (int i = 0; i < b->n_nodes; i++)
        if (m->node.v[b->nodes[i]].kind == kind)
            return true;
    return false;
}

static bool is_adhoc(const struct flow_model *m, const struct box *b)
{
    return b->node >= 0 && m->node.v[b->node].kind == FLOW_ADHOC;
}

/* ---- from the starts ---------------------------------------------------------------- */

static void seed_box(struct walk *w, const struct box *b)
{
    bool starts = box_has(w->m, b, FLOW_START);
    for (int i = 0; i < b->n_nodes; i++) {
        const struct node *n = &w->m->node.v[b->nodes[i]];
        bool free = n->n_in == 0 && n->kind != FLOW_BOUNDARY && !is_link_catch(n);
        if (n->kind == FLOW_START || n->by_event || n->undo || is_adhoc(w->m, b) ||
            (!starts && free) || (n->kind == FLOW_EVENT_GATE && n->instantiate) ||
            (n->kind == FLOW_RECEIVE && n->instantiate))
            visit(w, b->nodes[i]);
    }
}

static void walk_forward(struct walk *w)
{
    for (size_t i = 0; i < w->m->box.n; i++)
        seed_box(w, &w->m->box.v[i]);
    while (w->n) {
        const struct node *n = &w->m->node.v[w->stack[--w->n]];
        for (int i = 0; i < n->n_out; i++)
            visit(w, w->m->way.v[n->out[i]].target);
        for (int i = 0; i < n->n_edge; i++)
            visit(w, n->edge[i]);
        visit(w, n->link);
    }
}

/* ---- from the ends ---------------------------------------------------------------------- */

static bool ends_here(const struct node *n)
{
    return n->kind == FLOW_END || (n->n_out == 0 && n->link < 0) || n->undo || n->by_event;
}

static void walk_backward(struct walk *w)
{
    for (size_t i = 0; i < w->m->node.n; i++)
        if (ends_here(&w->m->node.v[i]))
            visit(w, (int)i);
    while (w->n) {
        int at = w->stack[--w->n];
        const struct node *n = &w->m->node.v[at];
        for (int i = 0; i < n->n_in; i++)
            visit(w, w->m->way.v[n->in[i]].source);
        visit(w, n->host);
        for (int k = n->link_first; k >= 0; k = w->m->node.v[k].link_next)
            visit(w, k);
    }
}

static struct walk walk_new(struct checker *k)
{
    size_t n = k->m->node.n + 1;
    return (struct walk){ .m = k->m, .seen = NEW_N(&k->c->mem, unsigned char, n),
                          .stack = NEW_N(&k->c->mem, int, n) };
}

/* ---- findings ------------------------------------------------------------------------------ */

static bool undoes(const struct node *n)
{
    return n->undo || (n->kind == FLOW_BOUNDARY && n->n_def && n->def[0].kind == DEF_COMPENSATE);
}

static enum err check_end(struct checker *k, const struct node *n, const unsigned char *box_ends)
{
    const struct box *b = &k->m->box.v[n->box];
    if (n->n_out || n->kind == FLOW_END || n->link >= 0 || n->by_event || undoes(n) ||
        is_adhoc(k->m, b) || (n->kind == FLOW_THROW && n->n_def && n->def[0].kind == DEF_LINK))
        return ERR_OK;
    bool nothing_follows = kind_is_gate(n->kind) || n->kind == FLOW_START ||
                           n->kind == FLOW_BOUNDARY || box_ends[n->box];
    return nothing_follows ? check_node(k, FLOW_WRONG, "flow.dead-end", n, (struct str){ 0 }) : ERR_OK;
}

static enum err check_box(struct checker *k, const struct box *b)
{
    struct str id = b->node >= 0 ? k->m->node.v[b->node].id : k->m->process.v[b->process].id;
    int line = b->node >= 0 ? k->m->node.v[b->node].line : k->m->process.v[b->process].line;
    if (!b->n_nodes || is_adhoc(k->m, b))
        return ERR_OK;
    if (!box_has(k->m, b, FLOW_START))
        TRY(check_add(k, FLOW_WARN, "flow.no-start-event", id, line, (struct str){ 0 }));
    if (!box_has(k->m, b, FLOW_END))
        TRY(check_add(k, FLOW_WARN, "flow.no-end-event", id, line, (struct str){ 0 }));
    return ERR_OK;
}

enum err check_routes(struct checker *k)
{
    struct walk there = walk_new(k), back = walk_new(k);
    unsigned char *box_ends = NEW_N(&k->c->mem, unsigned char, k->m->box.n + 1);
    if (k->c->mem.failed)
        return NOMEM(k->c);
    for (size_t i = 0; i < k->m->box.n; i++)
        box_ends[i] = box_has(k->m, &k->m->box.v[i], FLOW_END);
    walk_forward(&there);
    walk_backward(&back);
    for (size_t i = 0; i < k->m->box.n; i++)
        TRY(check_box(k, &k->m->box.v[i]));
    for (size_t i = 0; i < k->m->node.n; i++) {
        const struct node *n = &k->m->node.v[i];
        if (!there.seen[i])
            TRY(check_node(k, FLOW_WRONG, "flow.unreachable", n, (struct str){ 0 }));
        else if (!back.seen[i])
            TRY(check_node(k, FLOW_WRONG, "flow.no-way-out", n, (struct str){ 0 }));
        TRY(check_end(k, n, box_ends));
    }
    return ERR_OK;
}
