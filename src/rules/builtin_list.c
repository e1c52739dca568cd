/* Built-in functions on lists (DMN 1.5, 10.3.4.4). */
#include "rules/feel.h"

static struct feel_value kept(struct run *r, bool ok, struct feel_value v)
{
    return ok ? v : feel_no(r, "no result that can be kept");
}

/* ---- numbers in lists ------------------------------------------------------------ */

static bool all_numbers(struct run *r, const struct feel_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].kind != FEEL_NUMBER || !feel_run_step(r, 1))
            return false;
    return l->n > 0;
}

static struct feel_value fold(struct run *r, const struct feel_list *l, enum op op)
{
    struct feel_value sum;
    if (!all_numbers(r, l))
        return feel_no(r, "the list is empty or holds something not a number");
    sum = l->v[0];
    for (size_t i = 1; i < l->n; i++)
        if (!(op == OP_ADD ? num_add(sum, l->v[i], &sum) : num_mul(sum, l->v[i], &sum)))
            return kept(r, false, sum);
    return sum;
}

static struct feel_value f_sum(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return fold(r, a[0].list, OP_ADD);
}
static struct feel_value f_product(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return fold(r, a[0].list, OP_MUL);
}

static struct feel_value f_mean(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = fold(r, a[0].list, OP_ADD);
    (void)n;
    if (v.kind == FEEL_NULL)
        return v;
    return kept(r, num_div(v, num_of((int64_t)a[0].list->n), &v), v);
}

static struct feel_value extreme(struct run *r, const struct feel_list *l, int sign)
{
    int c;
    if (l->n == 0)
        return feel_no(r, "the list is empty");
    struct feel_value best = l->v[0];
    for (size_t i = 0; i < l->n; i++) {
        if (!feel_cmp(&l->v[i], &best, &c) || !feel_run_step(r, 1))
            return feel_no(r, "the list holds values that are not comparable");
        if (c * sign > 0)
            best = l->v[i];
    }
    return best;
}
static struct feel_value f_min(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return extreme(r, a[0].list, -1);
}
static struct feel_value f_max(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return extreme(r, a[0].list, 1);
}

/* ---- order -------------------------------------------------------------------------- */

struct order { struct run *r; const struct feel_value *fn; bool bad; };

static bool precedes(struct order *o, const struct feel_value *a, const struct feel_value *b)
{
    int c;
    if (!feel_run_step(o->r, 1))
        return false;
    if (o->fn) {
        struct feel_value arg[2] = { *a, *b }, v = feel_call(o->r, *o->fn, arg, 2);
        o->bad |= v.kind != FEEL_BOOL;
        return feel_is_true(v);
    }
    if (!feel_cmp(a, b, &c)) {
        o->bad = true;
        return false;
    }
    return c < 0;
}

/* Merge sort: stable, and bounded whatever the comparison says. */
static void merge(struct order *o, struct feel_value *v, struct feel_value *tmp, size_t n)
{
    if (n < 2 || o->bad || o->r->stopped)
        return;
    size_t half = n / 2, i = 0, j = half, k = 0;
    merge(o, v, tmp, half);
    merge(o, v + half, tmp, n - half);
    while (i < half && j < n)
        tmp[k++] = precedes(o, &v[j], &v[i]) ? v[j++] : v[i++];
    while (i < half)
        tmp[k++] = v[i++];
    while (j < n)
        tmp[k++] = v[j++];
    memcpy(v, tmp, n * sizeof *v);
}

static struct feel_value *sorted(struct run *r, const struct feel_list *l, const struct feel_value *fn)
{
    struct feel_value *v = NEW_N(r->mem, struct feel_value, l->n + 1);
    struct feel_value *tmp = NEW_N(r->mem, struct feel_value, l->n + 1);
    struct order o = { r, fn, false };
    if (!v || !tmp) {
        feel_run_stop(r, "out of memory");
        return NULL;
    }
    if (l->n)
        memcpy(v, l->v, l->n * sizeof *v);
    merge(&o, v, tmp, l->n);
    return o.bad || r->stopped ? NULL : v;
}

static struct feel_value f_sort(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value *v = sorted(r, a[0].list, n > 1 ? &a[1] : NULL);
    return v ? feel_wrap(r, v, a[0].list->n) : feel_no(r, "sort: the order is not boolean");
}

static struct feel_value f_median(struct run *r, const struct feel_value *a, size_t n)
{
    size_t count = a[0].list->n;
    struct feel_value *v, sum = feel_null();
    (void)n;
    if (!all_numbers(r, a[0].list) || !(v = sorted(r, a[0].list, NULL)))
        return feel_no(r, "the list is empty or holds something not a number");
    if (count % 2)
        return v[count / 2];
    return kept(r, num_add(v[count / 2 - 1], v[count / 2], &sum) && num_div(sum, num_of(2), &sum), sum);
}

/* Of a sample. */
static struct feel_value f_stddev(struct run *r, const struct feel_value *a, size_t n)
{
    const struct feel_list *l = a[0].list;
    struct feel_value mean = f_mean(r, a, n), sum = num_of(0), d;
    if (mean.kind == FEEL_NULL || l->n < 2)
        return feel_no(r, "stddev: too few numbers");
    for (size_t i = 0; i < l->n; i++)
        if (!num_sub(l->v[i], mean, &d) || !num_mul(d, d, &d) || !num_add(sum, d, &sum))
            return kept(r, false, d);
    return kept(r, num_div(sum, num_of((int64_t)l->n - 1), &sum) && num_sqrt(sum, &sum), sum);
}

static struct feel_value f_mode(struct run *r, const struct feel_value *a, size_t n)
{
    const struct feel_list *l = a[0].list;
    struct lister out = { .r = r };
    size_t best = 0;
    (void)n;
    if (l->n == 0)
        return a[0];
    struct feel_value *v = all_numbers(r, l) ? sorted(r, l, NULL) : NULL;
    if (!v)
        return feel_no(r, "the list holds something not a number");
    for (size_t i = 0, j; i < l->n; i = j) {
        for (j = i; j < l->n && num_cmp(&v[j], &v[i]) == 0;)
            j++;
        if (j - i > best) {
            best = j - i;
            out.n = 0;
        }
        if (j - i == best && !feel_lister_add(&out, v[i]))
            return feel_null();
    }
    return feel_lister_done(&out);
}

/* ---- truth ---------------------------------------------------------------------------- */

static struct feel_value quantify(struct run *r, const struct feel_list *l, bool ends)
{
    bool unknown = false, found = false;
    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i].kind == FEEL_NULL)
            unknown = true;
        else if (l->v[i].kind != FEEL_BOOL)
            return feel_no(r, "the list holds something not boolean");
        else
            found |= l->v[i].b == ends;
    }
    return found ? feel_bool(ends) : unknown ? feel_null() : feel_bool(!ends);
}
static struct feel_value f_all(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return quantify(r, a[0].list, false);
}
static struct feel_value f_any(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return quantify(r, a[0].list, true);
}

/* ---- items ------------------------------------------------------------------------------ */

static struct feel_value f_count(struct run *r, const struct feel_value *a, size_t n)
{
    (void)r;
    (void)n;
    return num_of((int64_t)a[0].list->n);
}

static bool has(struct run *r, const struct feel_value *v, size_t n, const struct feel_value *x)
{
    for (size_t i = 0; i < n; i++)
        if (!feel_run_step(r, 1) || feel_same(&v[i], x))
            return true;
    return false;
}

static struct feel_value f_contains(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return feel_bool(has(r, a[0].list->v, a[0].list->n, &a[1]));
}

/* 1..n, or -n..-1 from the end, as an index from 0. */
static bool position(const struct feel_value *v, size_t n, size_t *out)
{
    int64_t i, len = (int64_t)n;
    if (!num_trunc(*v, &i) || i == 0 || i > len || i < -len)
        return false;
    *out = (size_t)(i > 0 ? i - 1 : len + i);
    return true;
}

static struct feel_value f_sublist(struct run *r, const struct feel_value *a, size_t n)
{
    const struct feel_list *l = a[0].list;
    size_t from;
    int64_t len;
    if (!position(&a[1], l->n, &from))
        return feel_no(r, "sublist: the position is outside the list");
    len = (int64_t)(l->n - from);
    if (n > 2) {
        int64_t want;
        if (!num_trunc(a[2], &want) || want < 1 || want > len)
            return feel_no(r, "sublist: the length is outside the list");
        len = want;
    }
    return feel_wrap(r, l->v + from, (size_t)len);
}

static bool add_all(struct lister *out, const struct feel_value *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!feel_lister_add(out, v[i]))
            return false;
    return true;
}

static struct feel_value f_append(struct run *r, const struct feel_value *a, size_t n)
{
    struct lister out = { .r = r };
    return add_all(&out, a[0].list->v, a[0].list->n) && add_all(&out, a + 1, n - 1) ? feel_lister_done(&out)
                                                                                   : feel_null();
}

static struct feel_value f_concatenate(struct run *r, const struct feel_value *a, size_t n)
{
    struct lister out = { .r = r };
    for (size_t i = 0; i < n; i++)
        if (!add_all(&out, a[i].list->v, a[i].list->n))
            return feel_null();
    return feel_lister_done(&out);
}

static bool add_new(struct lister *out, const struct feel_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (!has(out->r, out->v, out->n, &l->v[i]) && !feel_lister_add(out, l->v[i]))
            return false;
    return !out->r->stopped;
}

static struct feel_value f_union(struct run *r, const struct feel_value *a, size_t n)
{
    struct lister out = { .r = r };
    for (size_t i = 0; i < n; i++)
        if (!add_new(&out, a[i].list))
            return feel_null();
    return feel_lister_done(&out);
}

static struct feel_value f_duplicates(struct run *r, const struct feel_value *a, size_t n)
{
    const struct feel_list *l = a[0].list;
    struct lister out = { .r = r };
    (void)n;
    for (size_t i = 0; i < l->n; i++)
        if (has(r, l->v + i + 1, l->n - i - 1, &l->v[i]) && !has(r, out.v, out.n, &l->v[i]) &&
            !feel_lister_add(&out, l->v[i]))
            return feel_null();
    return feel_lister_done(&out);
}

static struct feel_value f_insert_before(struct run *r, const struct feel_value *a, size_t n)
{
    const struct feel_list *l = a[0].list;
    struct lister out = { .r = r };
    size_t at;
    (void)n;
    if (!position(&a[1], l->n, &at))
        return feel_no(r, "insert before: the position is outside the list");
    if (!add_all(&out, l->v, at) || !feel_lister_add(&out, a[2]) || !add_all(&out, l->v + at, l->n - at))
        return feel_null();
    return feel_lister_done(&out);
}

static struct feel_value f_remove(struct run *r, const struct feel_value *a, size_t n)
{
    const struct feel_list *l = a[0].list;
    struct lister out = { .r = r };
    size_t at;
    (void)n;
    if (!position(&a[1], l->n, &at))
        return feel_no(r, "remove: the position is outside the list");
    if (!add_all(&out, l->v, at) || !add_all(&out, l->v + at + 1, l->n - at - 1))
        return feel_null();
    return feel_lister_done(&out);
}

static struct feel_value f_replace_at(struct run *r, const struct feel_value *a, size_t n)
{
    const struct feel_list *l = a[0].list;
    struct lister out = { .r = r };
    size_t at;
    (void)n;
    if (!position(&a[1], l->n, &at))
        return feel_no(r, "list replace: the position is outside the list");
    if (!add_all(&out, l->v, l->n))
        return feel_null();
    out.v[at] = a[2];
    return feel_lister_done(&out);
}

static struct feel_value f_replace_where(struct run *r, const struct feel_value *a, size_t n)
{
    const struct feel_list *l = a[0].list;
    struct lister out = { .r = r };
    (void)n;
    if (feel_function_arity(a[1].function) != 2)
        return feel_no(r, "list replace: the condition takes two arguments");
    for (size_t i = 0; i < l->n; i++) {
        struct feel_value arg[2] = { l->v[i], a[2] }, v = feel_call(r, a[1], arg, 2);
        if (v.kind != FEEL_BOOL)
            return feel_no(r, "list replace: the condition is not boolean");
        if (!feel_lister_add(&out, v.b ? a[2] : l->v[i]))
            return feel_null();
    }
    return feel_lister_done(&out);
}

static struct feel_value f_reverse(struct run *r, const struct feel_value *a, size_t n)
{
    struct lister out = { .r = r };
    (void)n;
    for (size_t i = a[0].list->n; i-- > 0;)
        if (!feel_lister_add(&out, a[0].list->v[i]))
            return feel_null();
    return feel_lister_done(&out);
}

static struct feel_value f_index_of(struct run *r, const struct feel_value *a, size_t n)
{
    struct lister out = { .r = r };
    (void)n;
    for (size_t i = 0; i < a[0].list->n; i++)
        if (!feel_run_step(r, 1) ||
            (feel_same(&a[0].list->v[i], &a[1]) && !feel_lister_add(&out, num_of((int64_t)i + 1))))
            return feel_null();
    return feel_lister_done(&out);
}

static bool flatten(struct lister *out, const struct feel_list *l, int depth)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i].kind != FEEL_LIST ? !feel_lister_add(out, l->v[i])
                                      : depth > 200 || !flatten(out, l->v[i].list, depth + 1))
            return false;
    }
    return true;
}

static struct feel_value f_flatten(struct run *r, const struct feel_value *a, size_t n)
{
    struct lister out = { .r = r };
    (void)n;
    return flatten(&out, a[0].list, 0) ? feel_lister_done(&out) : feel_no(r, "flatten: nested too deeply");
}

static const struct builtin rows[] = {
    { "list contains", "list:l,element:.~", f_contains },
    { "count", "list:l", f_count },
    { "min", "list:*", f_min },
    { "max", "list:*", f_max },
    { "sum", "list:*", f_sum },
    { "product", "list:*", f_product },
    { "mean", "list:*", f_mean },
    { "median", "list:*", f_median },
    { "stddev", "list:*", f_stddev },
    { "mode", "list:*", f_mode },
    { "all", "list:*", f_all },
    { "any", "list:*", f_any },
    { "sublist", "list:l,start position:n,length:n?", f_sublist },
    { "append", "list:l,item:*.", f_append },
    { "concatenate", "list:*l", f_concatenate },
    { "insert before", "list:l,position:n,newItem:.~", f_insert_before },
    { "remove", "list:l,position:n", f_remove },
    { "list replace", "list:l,position:n,newItem:.~", f_replace_at },
    { "list replace", "list:l,match:f,newItem:.~", f_replace_where },
    { "reverse", "list:l", f_reverse },
    { "index of", "list:l,match:.~", f_index_of },
    { "union", "list:*l", f_union },
    { "distinct values", "list:l", f_union },
    { "duplicate values", "list:l", f_duplicates },
    { "flatten", "list:l", f_flatten },
    { "sort", "list:l,precedes:f?", f_sort },
};
const struct builtin_rows builtins_list = { rows, COUNT_OF(rows) };
