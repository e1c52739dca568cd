/* + - * / ** on every pair of types that has a meaning, and paths. */
#include "rules/feel.h"

static struct feel_value kept(struct run *r, bool ok, struct feel_value v)
{
    return ok ? v : feel_no(r, "no result that can be kept");
}

static struct feel_value numbers(struct run *r, enum op op, struct feel_value a, struct feel_value b)
{
    struct feel_value v = feel_null();
    bool ok = false;
    switch (op) {
    case OP_ADD: ok = num_add(a, b, &v); break;
    case OP_SUB: ok = num_sub(a, b, &v); break;
    case OP_MUL: ok = num_mul(a, b, &v); break;
    case OP_DIV: ok = num_div(a, b, &v); break;
    default: ok = num_pow(a, b, &v); break;
    }
    return kept(r, ok, v);
}

static struct feel_value join(struct run *r, struct feel_value a, struct feel_value b)
{
    if (a.s.n + b.s.n > STRING_MAX) {
        feel_run_stop(r, "string too long");
        return feel_null();
    }
    return feel_string(str_join(r->mem, a.s, b.s));
}

static bool is_duration(struct feel_value v)
{
    return v.kind == FEEL_DAYS || v.kind == FEEL_MONTHS;
}

static bool is_point(struct feel_value v)
{
    return v.kind == FEEL_DATE || v.kind == FEEL_TIME || v.kind == FEEL_DATETIME;
}

/* A point in time and a duration; sign -1 subtracts. */
static bool shift(struct feel_value p, struct feel_value d, int sign, struct feel_value *out)
{
    if (d.kind == FEEL_DAYS)
        return feel_add_days(p, sign * d.t.sec, sign * d.t.ns, out);
    return p.kind != FEEL_TIME && feel_add_months(p, sign * d.t.sec, out);
}

static struct feel_value durations(struct run *r, enum op op, struct feel_value a, struct feel_value b)
{
    struct feel_value v = feel_null();
    int64_t sec;
    bool bad = op == OP_ADD ? __builtin_add_overflow(a.t.sec, b.t.sec, &sec)
                            : __builtin_sub_overflow(a.t.sec, b.t.sec, &sec);
    if (bad)
        return kept(r, false, v);
    if (a.kind == FEEL_MONTHS)
        return feel_months_value(sec);
    int64_t ns = op == OP_ADD ? (int64_t)a.t.ns + b.t.ns : (int64_t)a.t.ns - b.t.ns;
    return kept(r, feel_days_value(sec, ns, &v), v);
}

/* A duration as a number of months or seconds, and back. */
static bool length(struct feel_value d, struct feel_value *out)
{
    if (d.kind == FEEL_DAYS)
        return num_from_ns(d.t.sec, d.t.ns, out);
    *out = num_of(d.t.sec);
    return true;
}

static struct feel_value scaled(struct run *r, enum op op, struct feel_value d, struct feel_value n)
{
    struct feel_value v;
    int64_t sec;
    int32_t ns;
    if (!length(d, &v) || !(op == OP_MUL ? num_mul(v, n, &v) : num_div(v, n, &v)))
        return kept(r, false, v);
    if (d.kind == FEEL_MONTHS)
        return num_trunc(v, &sec) ? feel_months_value(sec) : kept(r, false, v);
    if (!num_to_ns(v, &sec, &ns) || !feel_days_value(sec, ns, &v))
        return kept(r, false, v);
    return v;
}

static struct feel_value add(struct run *r, struct feel_value a, struct feel_value b)
{
    struct feel_value v = feel_null();
    if (a.kind == FEEL_STRING && b.kind == FEEL_STRING)
        return join(r, a, b);
    if (is_duration(a) && a.kind == b.kind)
        return durations(r, OP_ADD, a, b);
    if (is_point(a) && is_duration(b))
        return kept(r, shift(a, b, 1, &v), v);
    if (is_duration(a) && is_point(b))
        return kept(r, shift(b, a, 1, &v), v);
    return feel_no(r, "cannot be added");
}

static struct feel_value subtract(struct run *r, struct feel_value a, struct feel_value b)
{
    struct feel_value v = feel_null();
    if (is_duration(a) && a.kind == b.kind)
        return durations(r, OP_SUB, a, b);
    if (is_point(a) && is_duration(b))
        return kept(r, shift(a, b, -1, &v), v);
    if (is_point(a) && is_point(b))
        return kept(r, feel_temporal_minus(a, b, &v), v);
    return feel_no(r, "cannot be subtracted");
}

struct feel_value feel_arith(struct run *r, enum op op, struct feel_value a, struct feel_value b)
{
    struct feel_value x, y, v = feel_null();
    if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER)
        return numbers(r, op, a, b);
    if (op == OP_ADD)
        return add(r, a, b);
    if (op == OP_SUB)
        return subtract(r, a, b);
    if ((op == OP_MUL || op == OP_DIV) && is_duration(a) && b.kind == FEEL_NUMBER)
        return scaled(r, op, a, b);
    if (op == OP_MUL && a.kind == FEEL_NUMBER && is_duration(b))
        return scaled(r, op, b, a);
    if (op == OP_DIV && is_duration(a) && a.kind == b.kind)
        return kept(r, length(a, &x) && length(b, &y) && num_div(x, y, &v), v);
    return feel_no(r, "no arithmetic for these types");
}

struct feel_value feel_negate(struct run *r, struct feel_value a)
{
    if (a.kind == FEEL_NUMBER)
        return num_neg(a);
    if (!is_duration(a))
        return feel_no(r, "cannot be negated");
    a.t.sec = -a.t.sec;
    a.t.ns = -a.t.ns;
    return a;
}

static bool range_get(const struct feel_range *g, struct str name, struct feel_value *out)
{
    if (str_is(name, "start"))
        *out = g->op == '!' ? feel_null() : g->lo;
    else if (str_is(name, "end"))
        *out = g->op == '!' ? feel_null() : g->hi;
    else if (str_is(name, "start included"))
        *out = feel_bool(g->lo_closed && g->op != '!');
    else if (str_is(name, "end included"))
        *out = feel_bool(g->hi_closed && g->op != '!');
    else
        return false;
    return true;
}

static struct feel_value path_one(struct run *r, struct feel_value v, struct str name)
{
    struct feel_value out;
    if (v.kind == FEEL_CONTEXT)
        return feel_get(v, name, &out) ? out : feel_no(r, "the context has no such entry");
    if (v.kind == FEEL_RANGE && range_get(v.range, name, &out))
        return out;
    if (feel_temporal_get(v, name, &out))
        return out;
    return feel_no(r, "the value has no such part");
}

struct feel_value feel_path(struct run *r, struct feel_value v, struct str name)
{
    if (v.kind != FEEL_LIST)
        return path_one(r, v, name);
    struct lister l = { .r = r };
    for (size_t i = 0; i < v.list->n; i++)
        if (!feel_lister_add(&l, path_one(r, v.list->v[i], name)))
            return feel_null();
    return feel_lister_done(&l);
}
