/* wanted.c - what to ask next.
 *
 * A decision is walked as it would be evaluated, with a note of every element
 * that is read.  An input that was never asked makes what reads it unsettled,
 * unless a table decides without it: its rows are gone through in order, and a
 * row is out as soon as one of its settled cells does not hold. */
#include "rules/dmn.h"

enum settled { NOT_LOOKED, LOOKING, SETTLED, OPEN };
struct want {
    struct instance *root;
    enum settled *state;                       /* per element of the root model */
    const struct dmn_elem **next;              /* OPEN: the input to ask */
    const struct dmn_elem *touched;            /* first open input that the walk has read */
};

/* Walk; *next: the first open input it read, or NULL. */
static struct feel_value walk(struct run *r, const struct node *n, const struct frame *f, const struct dmn_elem **next)
{
    const struct dmn_elem *before = r->want->touched;
    r->want->touched = NULL;
    struct feel_value v = feel_walk(r, n, f);
    *next = r->want->touched;
    r->want->touched = before;
    return v;
}

struct seen { struct feel_value v; const struct dmn_elem *next; bool read; };

/* Does the row hold?  1, 0, or -1 with the input that would tell. */
static int row_holds(struct run *r, const struct dmn_table *t, size_t row, struct seen *col, struct frame *f,
                     const struct dmn_elem **next)
{
    *next = NULL;
    for (size_t i = 0; i < t->n_in; i++) {
        const struct node *test = t->row[row].test[i];
        const struct dmn_elem *open = NULL;
        if (!test)
            continue;
        if (!col[i].read) {
            col[i].v = walk(r, t->in[i].expr, NULL, &col[i].next);
            if (t->in[i].type)
                col[i].v = feel_type_coerce(r, t->in[i].type, col[i].v);
            col[i].read = true;
        }
        f->v[0] = col[i].v;
        bool holds = !col[i].next && feel_is_true(walk(r, test, f, &open));
        if (!open)
            open = col[i].next;
        if (!open && !holds)
            return 0;
        if (open && !*next)
            *next = open;
    }
    return *next ? -1 : 1;
}

/* The input that would settle the table; NULL: it is settled. */
static const struct dmn_elem *table_open(struct run *r, const struct dmn_table *t)
{
    struct seen *col = NEW_N(r->mem, struct seen, t->n_in + 1);
    struct frame *f = feel_frame(r, NULL, 1);
    const struct dmn_elem *first = NULL, *next;
    bool one = t->hit == HIT_UNIQUE || t->hit == HIT_ANY || t->hit == HIT_FIRST;
    if (!col || !f)
        return NULL;
    for (size_t i = 0; i < t->n_rows && feel_run_step(r, 1); i++) {
        int is = row_holds(r, t, i, col, f, &next);
        if (is == 1 && one)
            return t->hit == HIT_FIRST ? first : NULL;
        if (is == -1 && !first)
            first = next;
        if (first && t->hit != HIT_UNIQUE && t->hit != HIT_ANY)
            return first;
    }
    return first;
}

static const struct dmn_elem *body_open(struct run *r, const struct dmn_elem *e)
{
    const struct node *n = e->body;
    const struct dmn_elem *next = NULL;
    while (n && n->op == OP_COERCE)
        n = n->left;
    if (n && n->op == OP_TABLE)
        return table_open(r, n->extra);
    if (n)
        (void)walk(r, n, NULL, &next);
    return next;
}

static void settle(struct run *r, struct instance *in, const struct dmn_elem *e)
{
    struct want *w = r->want;
    struct feel_value v;
    const struct dmn_elem *next = NULL;
    bool given = feel_get(in->inputs, e->var, &v) || feel_get(in->inputs, e->node.name, &v);
    w->state[e->index] = LOOKING;
    if (!given && e->node.kind == DMN_INPUT)
        next = e;
    else if (!given && e->node.kind == DMN_DECISION)
        next = body_open(r, e);
    w->next[e->index] = next;
    w->state[e->index] = next ? OPEN : SETTLED;
}

/* Its value is taken after this: null while it is open; worked out quietly when
 * it is settled. */
void dmn_want_look(struct run *r, struct instance *in, const struct dmn_elem *e)
{
    struct want *w = r->want;
    if (in != w->root || e->model != in->m || w->state[e->index] == LOOKING)
        return;
    bool first = w->state[e->index] == NOT_LOOKED;
    if (first)
        settle(r, in, e);
    if (w->state[e->index] == OPEN) {
        in->state[e->index] = 2;
        in->value[e->index] = feel_null();
        if (!w->touched)
            w->touched = w->next[e->index];
    } else if (first && in->state[e->index] == 0) {
        r->want = NULL;
        (void)dmn_elem_value(r, in, e);
        r->want = w;
    }
}

enum err dmn_wanted(struct ctx *c, const struct dmn_model *m, struct str name, struct feel_value inputs,
                    const struct dmn_node **out)
{
    const struct dmn_node *d = dmn_find(m, name);
    const struct dmn_elem *e = (const struct dmn_elem *)d;
    struct run r;
    if (!d || d->kind != DMN_DECISION)
        return FAIL(c, ERR_NOT_FOUND, "rules.decision", STR_F ": no decision of that name", STR_A(m->file));
    feel_run_init(&r, c, NULL);
    struct want w = { .root = dmn_instance_new(&r, m, inputs), .state = NEW_N(&c->mem, enum settled, m->n_elem + 1),
                      .next = NEW_N(&c->mem, const struct dmn_elem *, m->n_elem + 1) };
    if (!w.root || !w.state || !w.next)
        return FAIL(c, ERR_NOMEM, "memory", "what to ask next");
    r.inst = w.root;
    r.want = &w;
    dmn_want_look(&r, w.root, e);
    TRY(feel_run_end(&r));
    *out = w.next[e->index] ? &w.next[e->index]->node : NULL;
    return ERR_OK;
}
