/* Evaluating a decision table: inputs, rows that match, hit policy. */
#include "rules/dmn.h"

#include <stdlib.h>

struct match {
    struct run *r;
    const struct dmn_table *t;
    const struct frame *f;
    struct feel_value *in;
    uint64_t *bits;
    size_t words;
    uint32_t *rows; size_t n;
};

static bool read_inputs(struct match *m)
{
    const struct dmn_table *t = m->t;
    int is;
    m->in = NEW_N(m->r->mem, struct feel_value, t->n_in + 1);
    if (!m->in) {
        feel_run_stop(m->r, "out of memory");
        return false;
    }
    for (size_t i = 0; i < t->n_in; i++) {
        const struct column *c = &t->in[i];
        m->in[i] = feel_walk(m->r, c->expr, m->f);
        if (c->type)
            m->in[i] = feel_type_coerce(m->r, c->type, m->in[i]);
        if (!c->allowed || m->in[i].kind == FEEL_NULL)
            continue;
        if (!feel_tests_hold(m->r, c->allowed, &m->in[i], m->f, &is) || is != 1) {
            (void)feel_no(m->r, "an input is not among the column's allowed values");
            return false;
        }
    }
    return !m->r->stopped;
}

/* Cells that are no comparison with constants, or a value of another type. */
static bool scan_column(struct match *m, size_t col, struct frame *f)
{
    f->v[0] = m->in[col];
    for (size_t w = 0; w < m->words; w++)
        for (uint64_t left = m->bits[w]; left; left &= left - 1) {
            size_t row = w * 64 + (size_t)__builtin_ctzll(left);
            const struct node *test = m->t->row[row].test[col];
            if (test && !feel_is_true(feel_walk(m->r, test, f)))
                m->bits[w] &= ~(left & -left);
            if (!feel_run_step(m->r, 1))
                return false;
        }
    return true;
}

static bool match_rows(struct match *m)
{
    const struct dmn_table *t = m->t;
    struct frame *f = NULL;
    m->words = (t->n_rows + 63) / 64;
    m->bits = NEW_N(m->r->mem, uint64_t, m->words + 1);
    if (!m->bits) {
        feel_run_stop(m->r, "out of memory");
        return false;
    }
    memset(m->bits, 0xff, m->words * sizeof *m->bits);
    if (t->n_rows % 64)
        m->bits[m->words - 1] = (UINT64_C(1) << (t->n_rows % 64)) - 1;
    for (size_t i = 0; i < t->n_in; i++) {
        if (t->in[i].index && dmn_index_match(t->in[i].index, &m->in[i], m->bits, m->words))
            continue;
        if (!f && !(f = feel_frame(m->r, m->f, 1)))
            return false;
        if (!scan_column(m, i, f))
            return false;
    }
    return feel_run_step(m->r, (int64_t)t->n_in);
}

static bool list_rows(struct match *m)
{
    size_t n = 0;
    for (size_t w = 0; w < m->words; w++)
        n += (size_t)__builtin_popcountll(m->bits[w]);
    m->rows = NEW_N(m->r->mem, uint32_t, n + 1);
    if (!m->rows) {
        feel_run_stop(m->r, "out of memory");
        return false;
    }
    for (size_t w = 0; w < m->words; w++)
        for (uint64_t left = m->bits[w]; left; left &= left - 1)
            m->rows[m->n++] = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
    return true;
}

/* ---- outputs ----------------------------------------------------------------------- */

static struct feel_value output_cell(struct match *m, const struct node *e, size_t col)
{
    struct feel_value v = feel_walk(m->r, e, m->f);
    const struct type *t = m->t->out[col].type;
    return t ? feel_type_coerce(m->r, t, v) : v;
}

static struct feel_value output_row(struct match *m, size_t row)
{
    const struct dmn_table *t = m->t;
    if (t->n_out == 1)
        return output_cell(m, t->row[row].out[0], 0);
    struct feel_builder b;
    feel_builder_init(&b, m->r->mem);
    for (size_t i = 0; i < t->n_out; i++)
        feel_set(&b, t->out[i].name, output_cell(m, t->row[row].out[i], i));
    return feel_build(&b);
}

static struct feel_value default_output(struct match *m)
{
    const struct dmn_table *t = m->t;
    bool any = false;
    struct feel_builder b;
    feel_builder_init(&b, m->r->mem);
    for (size_t i = 0; i < t->n_out; i++) {
        struct feel_value v = feel_null();
        any |= t->out[i].fallback != NULL;
        if (t->out[i].fallback)
            v = output_cell(m, t->out[i].fallback, i);
        if (t->n_out == 1 && any)
            return v;
        feel_set(&b, t->out[i].name, v);
    }
    if (any)
        return feel_build(&b);
    if (t->hit == HIT_COLLECT && t->aggregate == AGG_COUNT)
        return num_of(0);
    if (t->hit == HIT_COLLECT && t->aggregate == AGG_NONE)
        return feel_wrap(m->r, NULL, 0);
    return feel_no(m->r, "no row of the table matches");
}

/* ---- priorities --------------------------------------------------------------------- */

struct ranked { uint32_t row; struct feel_value v; size_t rank[8]; };

static size_t rank_of(const struct feel_list *order, const struct feel_value *v)
{
    for (size_t i = 0; order && i < order->n; i++)
        if (feel_same(&order->v[i], v))
            return i;
    return SIZE_MAX;
}

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    for (size_t i = 0; i < COUNT_OF(x->rank); i++)
        if (x->rank[i] != y->rank[i])
            return x->rank[i] < y->rank[i] ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static struct ranked *rank_rows(struct match *m)
{
    struct ranked *k = NEW_N(m->r->mem, struct ranked, m->n + 1);
    if (!k) {
        feel_run_stop(m->r, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < m->n; i++) {
        k[i].row = m->rows[i];
        k[i].v = output_row(m, m->rows[i]);
        for (size_t o = 0; o < m->t->n_out && o < COUNT_OF(k->rank); o++) {
            struct feel_value v = k[i].v;
            if (m->t->n_out > 1)
                (void)feel_get(k[i].v, m->t->out[o].name, &v);
            k[i].rank[o] = rank_of(m->t->out[o].order, &v);
        }
    }
    qsort(k, m->n, sizeof *k, by_rank);
    for (size_t i = 0; i < m->n; i++)
        m->rows[i] = k[i].row;
    return k;
}

static struct feel_value by_priority(struct match *m)
{
    struct ranked *k = rank_rows(m);
    if (!k)
        return feel_null();
    if (m->t->hit == HIT_PRIORITY) {
        m->n = 1;
        return k[0].v;
    }
    struct lister l = { .r = m->r };
    for (size_t i = 0; i < m->n; i++)
        if (!feel_lister_add(&l, k[i].v))
            return feel_null();
    return feel_lister_done(&l);
}

/* ---- the others ------------------------------------------------------------------------ */

static struct feel_value any_of(struct match *m)
{
    struct feel_value first = output_row(m, m->rows[0]);
    for (size_t i = 1; i < m->n; i++) {
        struct feel_value v = output_row(m, m->rows[i]);
        if (!feel_same(&first, &v))
            return feel_no(m->r, "rows with different outputs match a table that says ANY");
    }
    return first;
}

static struct feel_value collect(struct match *m)
{
    static const char *const functions[] = {
        [AGG_NONE] = NULL, [AGG_SUM] = "sum", [AGG_COUNT] = "count", [AGG_MIN] = "min", [AGG_MAX] = "max",
    };
    struct lister l = { .r = m->r };
    for (size_t i = 0; i < m->n; i++)
        if (!feel_lister_add(&l, output_row(m, m->rows[i])))
            return feel_null();
    struct feel_value list = feel_lister_done(&l);
    const char *name = functions[m->t->aggregate];
    if (!name || m->r->stopped)
        return list;
    return builtin_call(m->r, builtin_find(str_c(name)), &list, 1);
}

static struct feel_value hit(struct match *m)
{
    if (m->n == 0)
        return default_output(m);
    switch (m->t->hit) {
    case HIT_UNIQUE:
        return m->n == 1 ? output_row(m, m->rows[0])
                         : feel_no(m->r, "more than one row of a UNIQUE table matches");
    case HIT_FIRST:
        m->n = 1;
        return output_row(m, m->rows[0]);
    case HIT_ANY: return any_of(m);
    case HIT_PRIORITY:
    case HIT_OUTPUT_ORDER: return by_priority(m);
    case HIT_COLLECT:
    case HIT_RULE_ORDER: return collect(m);
    }
    return feel_null();
}

static void note_step(struct match *m, struct feel_value v)
{
    struct dmn_step *s = NEW(m->r->mem, struct dmn_step);
    struct step_scope *scope = NEW(m->r->mem, struct step_scope);
    if (!s || !scope) {
        feel_run_stop(m->r, "out of memory");
        return;
    }
    *scope = (struct step_scope){ m->f, m->r->inst };
    *s = (struct dmn_step){ .table = m->t, .rows = m->rows, .n_rows = m->n, .inputs = m->in,
                            .value = v, .scope = scope };
    *m->r->steps_last = s;
    m->r->steps_last = (struct dmn_step **)(uintptr_t)&s->next;
}

struct feel_value dmn_table_eval(struct run *r, const struct dmn_table *t, const struct frame *f)
{
    struct match m = { .r = r, .t = t, .f = f };
    struct feel_value v = feel_null();
    if (read_inputs(&m) && match_rows(&m) && list_rows(&m))
        v = hit(&m);
    if (r->tracing && m.in)
        note_step(&m, v);
    return v;
}
