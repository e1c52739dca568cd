/* A column whose cells compare with constants cuts its values into regions:
 * below the smallest constant, at it, between it and the next, and so on.  In a
 * region every row answers the same, so the answers of all rows are one line of
 * bits, and looking up a value is a binary search. */
#include "rules/dmn.h"

enum { POINTS_MAX = 1024 };

struct index {
    enum feel_kind kind;
    size_t n, words;               /* points; words of one line of bits */
    const struct feel_value *point;
    const uint64_t *bits;          /* 2n+1 lines, and one for null */
    bool null;                     /* some cell asks for null */
};

static int order(const struct feel_value *a, const struct feel_value *b)
{
    int c = 0;
    if (a->kind == FEEL_BOOL)
        return a->b - b->b;
    (void)feel_cmp(a, b, &c);
    return c;
}

struct points { struct feel_value *v; size_t n, room; enum feel_kind kind; bool bad, null; };

static void add_point(struct points *p, const struct feel_value *v)
{
    if (p->n == 0 && p->kind == FEEL_NULL)
        p->kind = (enum feel_kind)v->kind;
    bool fine = v->kind == p->kind && (v->kind == FEEL_NUMBER || v->kind == FEEL_STRING ||
                                       v->kind == FEEL_DATE || v->kind == FEEL_BOOL);
    size_t lo = 0, hi = p->n;
    while (fine && lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = order(&p->v[mid], v);
        if (c == 0)
            return;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (!fine || p->n == p->room) {
        p->bad = true;
        return;
    }
    memmove(p->v + lo + 1, p->v + lo, (p->n - lo) * sizeof *p->v);
    p->v[lo] = *v;
    p->n++;
}

static void add_test(struct points *p, const struct node *t)
{
    if (t->op == OP_CONST && t->k.kind == FEEL_RANGE) {
        const struct feel_range *g = t->k.range;
        if (g->op || t->k.range->lo.kind == FEEL_NULL || t->k.range->hi.kind == FEEL_NULL) {
            p->bad = true;
            return;
        }
        add_point(p, &g->lo);
        add_point(p, &g->hi);
    } else if (t->op == OP_CONST && t->k.kind == FEEL_NULL) {
        p->null = true;
    } else if (t->op == OP_CONST) {
        add_point(p, &t->k);
    } else if (t->op == OP_OP_RANGE && t->a->op == OP_CONST) {
        /* Booleans have no order. */
        if (t->a->k.kind == FEEL_BOOL && t->flag != OP_EQ && t->flag != OP_NE)
            p->bad = true;
        add_point(p, &t->a->k);
    } else {
        p->bad = true;
    }
}

static bool is_value_test(const struct node *n)
{
    return n->op == OP_IN && n->flag && n->n == 2 && n->kid[0]->op == OP_LOCAL && n->kid[0]->up == 0;
}

static void add_cell(struct points *p, const struct node *cell)
{
    if (!cell || p->bad)
        return;
    if (cell->op != OP_TESTS) {
        p->bad = true;
        return;
    }
    for (size_t i = 0; i < cell->n && !p->bad; i++) {
        if (is_value_test(cell->kid[i]))
            add_test(p, cell->kid[i]->kid[1]);
        else
            p->bad = true;
    }
}

/* Where a constant lies among the regions: point i is region 2i+1. */
static size_t place(const struct index *x, const struct feel_value *v, bool *at)
{
    size_t lo = 0, hi = x->n;
    *at = false;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = order(&x->point[mid], v);
        if (c == 0) {
            *at = true;
            return 2 * mid + 1;
        }
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return 2 * lo;
}

/* The regions from..to in which a test holds; OP_NE is all but one. */
static void test_regions(const struct index *x, const struct node *t, size_t *from, size_t *to, bool *except)
{
    bool at;
    const struct feel_range *g = t->op == OP_CONST && t->k.kind == FEEL_RANGE ? t->k.range : NULL;
    *except = false;
    if (g) {
        *from = place(x, &g->lo, &at) + !g->lo_closed;
        *to = place(x, &g->hi, &at) - !g->hi_closed;
        return;
    }
    size_t with = place(x, t->op == OP_CONST ? &t->k : &t->a->k, &at);
    enum op op = t->op == OP_CONST ? OP_EQ : (enum op)t->flag;
    *from = op == OP_GT ? with + 1 : op == OP_LT || op == OP_LE ? 0 : with;
    *to = op == OP_LT ? with - 1 : op == OP_GT || op == OP_GE ? 2 * x->n : with;
    *except = op == OP_NE;
}

/* Sets or, for a negated cell, clears one row's bit in each region. */
static void set_row(const struct index *x, uint64_t *bits, const struct node *cell, size_t row)
{
    uint64_t bit = UINT64_C(1) << (row % 64), *at = bits + row / 64;
    bool whole = !cell || cell->flag;
    for (size_t r = 0; whole && r <= 2 * x->n; r++)
        at[r * x->words] |= bit;
    for (size_t i = 0; cell && i < cell->n; i++) {
        size_t from, to;
        bool except;
        const struct node *test = cell->kid[i]->kid[1];
        /* Whether a value is null cannot be told from it: not(null) is null too. */
        if (test->op == OP_CONST && test->k.kind == FEEL_NULL) {
            for (size_t r = 0; cell->flag && r <= 2 * x->n; r++)
                at[r * x->words] &= ~bit;
            continue;
        }
        test_regions(x, cell->kid[i]->kid[1], &from, &to, &except);
        for (size_t r = except ? 0 : from; r <= (except ? 2 * x->n : to); r++) {
            if (except && r == from)
                continue;
            if (cell->flag)
                at[r * x->words] &= ~bit;
            else
                at[r * x->words] |= bit;
        }
    }
}

/* What a cell says of null: equality is known, order is not. */
static bool holds_for_null(const struct node *cell)
{
    bool unknown = false;
    for (size_t i = 0; cell && i < cell->n; i++) {
        const struct node *t = cell->kid[i]->kid[1];
        if (t->op == OP_CONST ? t->k.kind == FEEL_NULL : t->flag == OP_NE)
            return !cell->flag;
        unknown |= t->op == OP_CONST ? t->k.kind == FEEL_RANGE : t->flag != OP_EQ;
    }
    return !cell || (cell->flag && !unknown);
}

struct index *dmn_index_build(struct arena *mem, const struct dmn_table *t, size_t input, size_t max_bytes)
{
    struct feel_value local[POINTS_MAX];
    struct points p = { .v = local, .room = COUNT_OF(local) };
    for (size_t i = 0; i < t->n_rows && !p.bad; i++)
        add_cell(&p, t->row[i].test[input]);
    if (p.bad || p.n == 0)
        return NULL;
    size_t n = p.n, words = (t->n_rows + 63) / 64;
    if ((2 * n + 2) * words * sizeof(uint64_t) > max_bytes)
        return NULL;
    struct index *x = NEW(mem, struct index);
    struct feel_value *point = NEW_N(mem, struct feel_value, n);
    uint64_t *bits = NEW_N(mem, uint64_t, (2 * n + 2) * words);
    if (!x || !point || !bits)
        return NULL;
    memcpy(point, p.v, n * sizeof *point);
    *x = (struct index){ p.kind, n, words, point, bits, p.null };
    for (size_t i = 0; i < t->n_rows; i++)
        set_row(x, bits, t->row[i].test[input], i);
    for (size_t i = 0; i < t->n_rows; i++)
        if (holds_for_null(t->row[i].test[input]))
            bits[(2 * n + 1) * words + i / 64] |= UINT64_C(1) << (i % 64);
    return x;
}

bool dmn_index_match(const struct index *x, const struct feel_value *v, uint64_t *bits, size_t words)
{
    bool at;
    bool null = v->kind == FEEL_NULL;
    if (!null && v->kind != x->kind)
        return false;
    const uint64_t *line = x->bits + (null ? 2 * x->n + 1 : place(x, v, &at)) * x->words;
    for (size_t i = 0; i < words; i++)
        bits[i] &= line[i];
    return true;
}

size_t dmn_index_regions(const struct index *x)
{
    return 2 * x->n + 1;
}

const uint64_t *dmn_index_line(const struct index *x, size_t region)
{
    return x->bits + region * x->words;
}

enum feel_kind dmn_index_kind(const struct index *x)
{
    return x->kind;
}

size_t dmn_index_place(const struct index *x, const struct feel_value *v)
{
    bool at;
    return place(x, v, &at);
}

/* "< 14", "14", "> 14 and < 18" */
void dmn_index_say(const struct index *x, size_t region, struct buf *b)
{
    size_t i = region / 2;
    if (region % 2) {
        feel_print(b, x->point[i]);
        return;
    }
    if (x->kind == FEEL_STRING) {
        buf_put(b, STR("another value"));
        return;
    }
    if (i > 0) {
        buf_put(b, STR("> "));
        feel_print(b, x->point[i - 1]);
    }
    if (i > 0 && i < x->n)
        buf_put(b, STR(" and "));
    if (i < x->n) {
        buf_put(b, STR("< "));
        feel_print(b, x->point[i]);
    }
}

static void say_not(const struct index *x, struct buf *b)
{
    enum { NAMED = 3 };
    buf_put(b, STR("not("));
    for (size_t i = 0; i < x->n && i < NAMED; i++) {
        if (i)
            buf_put(b, STR(", "));
        feel_print(b, x->point[i]);
    }
    buf_put(b, x->n > NAMED ? STR(", …)") : STR(")"));
}

void dmn_index_sign(const struct index *x, size_t region, struct buf *b)
{
    size_t i = region / 2;
    if (region % 2 == 0 && x->kind == FEEL_STRING) {
        say_not(x, b);
    } else if (region % 2 || i == 0 || i == x->n) {
        dmn_index_say(x, region, b);
    } else {
        buf_char(b, ']');
        feel_print(b, x->point[i - 1]);
        buf_put(b, STR(".."));
        feel_print(b, x->point[i]);
        buf_char(b, '[');
    }
}

/* The line for null, when some cell asks for it. */
const uint64_t *dmn_index_null(const struct index *x)
{
    return x->null ? dmn_index_line(x, 2 * x->n + 1) : NULL;
}
