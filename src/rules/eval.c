/* Walking the tree.  What a node's children and flag mean stands at each case. */
#include "rules/dmn.h"

const struct feel_limits feel_default_limits = {
    .steps = 5 * 1000 * 1000, .time_us = 2 * US_PER_S, .depth = 200,
};
enum { LOOK_EVERY = 4096 };

/* ---- the run --------------------------------------------------------------------- */

void feel_run_init(struct run *r, struct ctx *c, const struct feel_limits *limits)
{
    *r = (struct run){ .c = c, .mem = &c->mem, .limits = limits ? *limits : feel_default_limits };
    r->next_look = r->limits.steps < LOOK_EVERY ? r->limits.steps : LOOK_EVERY;
    r->steps_last = &r->steps_first;
}

void feel_run_stop(struct run *r, const char *why)
{
    if (!r->stopped)
        r->why = why;
    r->stopped = true;
    r->next_look = 0;
}

bool feel_run_look(struct run *r)
{
    if (r->stopped)
        return false;
    if (r->steps >= r->limits.steps) {
        feel_run_stop(r, "too many steps");
        return false;
    }
    if (r->mem->failed) {
        feel_run_stop(r, "out of memory");
        return false;
    }
    int64_t now = clock_mono_us();
    if (r->started == 0)
        r->started = now;
    if (now - r->started > r->limits.time_us) {
        feel_run_stop(r, "took too long");
        return false;
    }
    r->next_look = r->steps + LOOK_EVERY < r->limits.steps ? r->steps + LOOK_EVERY : r->limits.steps;
    return true;
}

enum err feel_run_end(struct run *r)
{
    if (r->mem->failed)
        return FAIL(r->c, ERR_NOMEM, "memory", "evaluating");
    if (r->stopped)
        return FAIL(r->c, ERR_INPUT, "rules.limit", "%s", r->why);
    return ERR_OK;
}

struct str feel_run_problem(struct run *r)
{
    if (!r->why)
        return (struct str){ 0 };
    if (r->why_more.n == 0)
        return str_c(r->why);
    return str_join(r->mem, str_c(r->why), STR(": "), r->why_more);
}

struct feel_value feel_no(struct run *r, const char *why)
{
    if (!r->why)
        r->why = why;
    return feel_null();
}

static struct feel_value no_more(struct run *r, const char *why, struct str more)
{
    if (!r->why) {
        r->why = why;
        r->why_more = more;
    }
    return feel_null();
}

struct frame *feel_frame(struct run *r, const struct frame *up, size_t n)
{
    struct frame *f = arena_alloc(r->mem, sizeof *f + n * sizeof f->v[0], _Alignof(struct frame));
    if (!f) {
        feel_run_stop(r, "out of memory");
        return NULL;
    }
    f->up = up;
    return f;
}

/* ---- lists ------------------------------------------------------------------------- */

bool feel_lister_add(struct lister *l, struct feel_value v)
{
    if (!feel_run_step(l->r, 1))
        return false;
    if (l->n == l->room) {
        size_t room = l->room ? l->room * 2 : 8;
        struct feel_value *more = l->n < LIST_MAX ? NEW_N(l->r->mem, struct feel_value, room) : NULL;
        if (!more) {
            feel_run_stop(l->r, l->n < LIST_MAX ? "out of memory" : "list too long");
            return false;
        }
        if (l->n)
            memcpy(more, l->v, l->n * sizeof *more);
        l->v = more;
        l->room = room;
    }
    l->v[l->n++] = v;
    return true;
}

struct feel_value feel_lister_done(struct lister *l)
{
    return feel_wrap(l->r, l->v, l->n);
}

struct feel_value feel_wrap(struct run *r, const struct feel_value *v, size_t n)
{
    struct feel_list *l = NEW(r->mem, struct feel_list);
    if (!l || r->stopped) {
        feel_run_stop(r, "out of memory");
        return feel_null();
    }
    *l = (struct feel_list){ n, v };
    return (struct feel_value){ .kind = FEEL_LIST, .list = l };
}

struct feel_value feel_keep(struct run *r, struct str s)
{
    struct str copy = arena_dup(r->mem, s);
    if (!copy.p) {
        feel_run_stop(r, "out of memory");
        return feel_null();
    }
    return feel_string(copy);
}

/* ---- names --------------------------------------------------------------------------- */

static struct feel_value eval_local(const struct node *n, const struct frame *f)
{
    for (uint32_t up = n->up; up; up--)
        f = f->up;
    return f->v[n->slot];
}

/* other: what it means when the caller's context does not have it, or NULL. */
static struct feel_value eval_name(struct run *r, const struct node *n, const struct frame *f)
{
    const struct feel_context *k = r->names;
    for (size_t i = 0; k && i < k->n; i++)
        if (str_eq(k->e[i].name, n->name))
            return k->e[i].v;
    if (n->other)
        return feel_walk(r, n->other, f);
    return no_more(r, "unknown name", n->name);
}

/* An entry of the item being filtered, or else what the name means outside. */
static struct feel_value eval_item_name(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_value v;
    const struct frame *at = f;
    for (uint32_t up = n->up; up; up--)
        at = at->up;
    if (feel_get(at->v[0], n->name, &v))
        return v;
    return feel_walk(r, n->other, f);
}

/* ---- comparison ------------------------------------------------------------------------ */

static struct feel_value truth(int t)
{
    return t < 0 ? feel_null() : feel_bool(t != 0);
}

static struct feel_value compare(struct run *r, enum op op, const struct feel_value *a,
                                 const struct feel_value *b)
{
    int c;
    if (op == OP_EQ || op == OP_NE) {
        int t = a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER ? num_cmp(a, b) == 0 : feel_equal(*a, *b);
        if (t < 0)
            return feel_no(r, "values of different types are not comparable");
        return feel_bool((op == OP_EQ) == (t == 1));
    }
    if (!feel_cmp(a, b, &c))
        return feel_no(r, "values are not comparable");
    switch (op) {
    case OP_LT: return feel_bool(c < 0);
    case OP_LE: return feel_bool(c <= 0);
    case OP_GT: return feel_bool(c > 0);
    default: return feel_bool(c >= 0);
    }
}

static struct feel_value eval_and_or(struct run *r, const struct node *n, const struct frame *f)
{
    bool ends = n->op == OP_OR;           /* the value that decides alone */
    struct feel_value a = feel_walk(r, n->a, f);
    if (a.kind == FEEL_BOOL && a.b == ends)
        return a;
    struct feel_value b = feel_walk(r, n->b, f);
    if (b.kind == FEEL_BOOL && b.b == ends)
        return b;
    return a.kind == FEEL_BOOL && b.kind == FEEL_BOOL ? feel_bool(!ends)
                                                      : feel_no(r, "and/or of something not boolean");
}

static struct feel_value eval_between(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_value x = feel_walk(r, n->a, f), lo = feel_walk(r, n->b, f), hi = feel_walk(r, n->c, f);
    int c, d;
    if (!feel_cmp(&lo, &x, &c) || !feel_cmp(&x, &hi, &d))
        return feel_no(r, "values are not comparable");
    return feel_bool(c <= 0 && d <= 0);
}

int feel_in_range(const struct feel_value *x, const struct feel_range *g)
{
    int c;
    if (g->op == '!')
        return feel_equal(*x, g->lo) < 0 ? -1 : !feel_same(x, &g->lo);
    if (g->op == 0 && (g->lo.kind == FEEL_NULL || g->hi.kind == FEEL_NULL))
        return -1;
    if (g->lo.kind != FEEL_NULL) {
        if (!feel_cmp(&g->lo, x, &c))
            return -1;
        if (c > 0 || (c == 0 && !g->lo_closed))
            return 0;
    }
    if (g->hi.kind != FEEL_NULL) {
        if (!feel_cmp(x, &g->hi, &c))
            return -1;
        if (c > 0 || (c == 0 && !g->hi_closed))
            return 0;
    }
    return 1;
}

int feel_in_value(struct run *r, const struct feel_value *x, const struct feel_value *test)
{
    if (test->kind == FEEL_RANGE && x->kind != FEEL_RANGE)
        return feel_in_range(x, test->range);
    if (test->kind == FEEL_NULL && x->kind != FEEL_NULL)
        return -1;
    if (test->kind != FEEL_LIST)
        return feel_equal(*x, *test);
    if (x->kind == FEEL_LIST && feel_same(x, test))
        return 1;
    for (size_t i = 0; i < test->list->n; i++) {
        const struct feel_value *t = &test->list->v[i];
        if (!feel_run_step(r, 1))
            return -1;
        if (feel_same(x, t) || (t->kind == FEEL_RANGE && feel_in_range(x, t->range) == 1))
            return 1;
    }
    return 0;
}

/* flag: the comparison.  "< e" for x, without making a range. */
static int in_op(struct run *r, const struct feel_value *x, const struct node *t, const struct frame *f)
{
    struct feel_value e = feel_walk(r, t->a, f);
    if (t->flag != OP_EQ && t->flag != OP_NE && x->kind == FEEL_RANGE)
        return -1;
    struct feel_value v = compare(r, (enum op)t->flag, x, &e);
    return v.kind == FEEL_BOOL ? v.b : -1;
}

/* kid[0] in (kid[1], ...).  flag: a cell, where a test that yields true holds. */
static struct feel_value eval_in(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_value x = feel_walk(r, n->kid[0], f);
    bool unknown = false;
    for (size_t i = 1; i < n->n; i++) {
        const struct node *t = n->kid[i];
        int is;
        if (t->op == OP_OP_RANGE) {
            is = in_op(r, &x, t, f);
        } else {
            struct feel_value v = feel_walk(r, t, f);
            is = feel_in_value(r, &x, &v);
            if (n->flag && is < 0 && v.kind == FEEL_BOOL)
                is = v.b;
        }
        if (is == 1)
            return feel_bool(true);
        unknown |= is < 0;
    }
    return unknown ? feel_no(r, "in: not comparable") : feel_bool(false);
}

/* Any kid true; flag: none of them. */
static struct feel_value eval_tests(struct run *r, const struct node *n, const struct frame *f)
{
    if (n->n == 0)
        return feel_bool(true);
    bool unknown = false;
    for (size_t i = 0; i < n->n; i++) {
        struct feel_value v = feel_walk(r, n->kid[i], f);
        if (feel_is_true(v))
            return feel_bool(!n->flag);
        unknown |= v.kind != FEEL_BOOL;
    }
    return unknown ? feel_null() : feel_bool(n->flag);
}

bool feel_tests_hold(struct run *r, const struct node *tests, const struct feel_value *x,
                const struct frame *up, int *out)
{
    struct frame *f = feel_frame(r, up, 1);
    if (!f)
        return false;
    f->v[0] = *x;
    struct feel_value v = feel_walk(r, tests, f);
    *out = v.kind == FEEL_BOOL ? v.b : -1;
    return !r->stopped;
}

/* ---- making values ------------------------------------------------------------------------ */

static struct feel_value eval_list(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_value *v = NEW_N(r->mem, struct feel_value, n->n);
    if (!v) {
        feel_run_stop(r, "out of memory");
        return feel_null();
    }
    for (size_t i = 0; i < n->n; i++)
        v[i] = feel_walk(r, n->kid[i], f);
    return feel_wrap(r, v, n->n);
}

/* extra: names of the entries.  OP_BLOCK gives the last entry's value alone. */
static struct feel_value eval_context(struct run *r, const struct node *n, const struct frame *up)
{
    const struct str *name = n->extra;
    struct frame *f = feel_frame(r, up, n->n);
    struct feel_builder b;
    feel_builder_init(&b, r->mem);
    if (!f)
        return feel_null();
    for (size_t i = 0; i < n->n; i++) {
        f->v[i] = feel_walk(r, n->kid[i], f);
        if (n->op == OP_BLOCK)
            continue;
        size_t before = b.n;
        feel_set(&b, name[i], f->v[i]);
        if (b.n == before && !r->mem->failed)
            return no_more(r, "entry written twice", name[i]);
    }
    if (n->op == OP_BLOCK)
        return f->v[n->n - 1];
    return feel_build(&b);
}

static bool range_kind(const struct feel_value *v)
{
    return v->kind == FEEL_NUMBER || v->kind == FEEL_STRING || (v->kind >= FEEL_DATE && v->kind <= FEEL_MONTHS);
}

static struct feel_value make_range(struct run *r, struct feel_range g)
{
    struct feel_range *copy = NEW(r->mem, struct feel_range);
    if (!copy) {
        feel_run_stop(r, "out of memory");
        return feel_null();
    }
    *copy = g;
    return (struct feel_value){ .kind = FEEL_RANGE, .range = copy };
}

/* flag: 1 lower end included, 2 upper end included.  An open end may be null. */
static struct feel_value eval_range(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_range g = { .lo = feel_walk(r, n->a, f), .hi = feel_walk(r, n->b, f),
                            .lo_closed = n->flag & 1, .hi_closed = n->flag & 2 };
    bool no_lo = g.lo.kind == FEEL_NULL, no_hi = g.hi.kind == FEEL_NULL;
    int c;
    if ((no_lo && (no_hi || g.lo_closed)) || (no_hi && g.hi_closed))
        return feel_no(r, "range with a null end");
    if ((!no_lo && !range_kind(&g.lo)) || (!no_hi && !range_kind(&g.hi)))
        return feel_no(r, "range of something that has no order");
    if (!no_lo && !no_hi && (g.lo.kind != g.hi.kind || !feel_cmp(&g.lo, &g.hi, &c) || c > 0))
        return feel_no(r, "range whose ends do not follow each other");
    return make_range(r, g);
}

/* (< e) as a value.  flag: the comparison. */
static struct feel_value eval_op_range(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_value e = feel_walk(r, n->a, f);
    struct feel_range g = { .op = '<' };
    if (n->flag != OP_EQ && n->flag != OP_NE && !range_kind(&e))
        return feel_no(r, "range of something that has no order");
    switch (n->flag) {
    case OP_EQ:
    case OP_NE:
        g.lo = g.hi = e;
        g.lo_closed = g.hi_closed = true;
        g.op = n->flag == OP_EQ ? '=' : '!';
        break;
    case OP_LT:
    case OP_LE:
        g.hi = e;
        g.hi_closed = n->flag == OP_LE;
        break;
    default:
        g.lo = e;
        g.lo_closed = n->flag == OP_GE;
    }
    return make_range(r, g);
}

/* extra: struct lambda.  flag: external. */
static struct feel_value eval_function(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_function *fn = NEW(r->mem, struct feel_function);
    if (!fn) {
        feel_run_stop(r, "out of memory");
        return feel_null();
    }
    *fn = (struct feel_function){ .how = n->flag ? FN_EXTERNAL : FN_LAMBDA, .lambda = n->extra,
                                  .frame = f, .inst = r->inst };
    return (struct feel_value){ .kind = FEEL_FUNCTION, .function = fn };
}

/* flag: a boxed conditional, whose condition must be boolean or null. */
static struct feel_value eval_if(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_value c = feel_walk(r, n->a, f);
    if (c.kind != FEEL_BOOL && c.kind != FEEL_NULL)
        return feel_no(r, "if: the condition is not boolean");
    return feel_walk(r, feel_is_true(c) ? n->b : n->c, f);
}

static struct feel_value eval_coerce(struct run *r, const struct node *n, const struct frame *f)
{
    return feel_type_coerce(r, n->type, feel_walk(r, n->left, f));
}

static struct feel_value eval_instance(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_value v = feel_walk(r, n->left, f);
    if (v.kind == FEEL_NULL)
        return feel_bool(n->type->kind == TYPE_NULL);
    return feel_bool(feel_type_holds(r, n->type, &v, false));
}

/* ---- the switch ------------------------------------------------------------------------------ */

struct feel_value feel_walk_loop(struct run *r, const struct node *n, const struct frame *f);
struct feel_value feel_walk_filter(struct run *r, const struct node *n, const struct frame *f);
struct feel_value feel_walk_call(struct run *r, const struct node *n, const struct frame *f);

static struct feel_value eval_op(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_value a, b;
    switch ((enum op)n->op) {
    case OP_CONST: return n->k;
    case OP_LOCAL: return eval_local(n, f);
    case OP_GLOBAL: case OP_IMPORTED: return dmn_global_value(r, n);
    case OP_NAME: return eval_name(r, n, f);
    case OP_ITEM_NAME: return eval_item_name(r, n, f);
    case OP_NEG: return feel_negate(r, feel_walk(r, n->a, f));
    case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_POW:
        a = feel_walk(r, n->a, f);
        b = feel_walk(r, n->b, f);
        return feel_arith(r, (enum op)n->op, a, b);
    case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
        a = feel_walk(r, n->a, f);
        b = feel_walk(r, n->b, f);
        return compare(r, (enum op)n->op, &a, &b);
    case OP_AND: case OP_OR: return eval_and_or(r, n, f);
    case OP_BETWEEN: return eval_between(r, n, f);
    case OP_IN: return eval_in(r, n, f);
    case OP_IF: return eval_if(r, n, f);
    case OP_FOR: case OP_SOME: case OP_EVERY: return feel_walk_loop(r, n, f);
    case OP_PATH: return feel_path(r, feel_walk(r, n->other, f), n->name);
    case OP_FILTER: return feel_walk_filter(r, n, f);
    case OP_CALL: case OP_CALL_NAMED: case OP_BUILTIN: return feel_walk_call(r, n, f);
    case OP_FUNCTION: return eval_function(r, n, f);
    case OP_LIST: return eval_list(r, n, f);
    case OP_CONTEXT: case OP_BLOCK: return eval_context(r, n, f);
    case OP_RANGE: return eval_range(r, n, f);
    case OP_OP_RANGE: return eval_op_range(r, n, f);
    case OP_INSTANCE: return eval_instance(r, n, f);
    case OP_TESTS: return eval_tests(r, n, f);
    case OP_COERCE: return eval_coerce(r, n, f);
    case OP_TABLE: return dmn_table_eval(r, n->extra, f);
    case OP_ERROR: return no_more(r, "the expression could not be read", n->name);
    case OP_EXTERNAL: case OP_RANGE_IN: break;
    }
    return truth(-1);
}

struct feel_value feel_walk(struct run *r, const struct node *n, const struct frame *f)
{
    if (n->op == OP_CONST)
        return n->k;
    if (n->op == OP_LOCAL)
        return eval_local(n, f);
    if (!feel_run_step(r, 1))
        return feel_null();
    if (++r->nest > NEST_MAX) {
        feel_run_stop(r, "nested too deeply");
        r->nest--;
        return feel_null();
    }
    struct feel_value v = eval_op(r, n, f);
    r->nest--;
    return v;
}
