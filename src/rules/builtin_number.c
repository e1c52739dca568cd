/* Built-in functions on numbers (DMN 1.5, 10.3.4.5) and conversions to them. */
#include "rules/feel.h"

enum { SCALE_MIN = -6111, SCALE_MAX = 6176 };

static struct feel_value kept(struct run *r, bool ok, struct feel_value v)
{
    return ok ? v : feel_no(r, "no result that can be kept");
}

static struct feel_value rounded(struct run *r, const struct feel_value *arg, size_t n, enum num_round how)
{
    int64_t scale = 0;
    struct feel_value v = feel_null();
    if (n > 1 && (!num_trunc(arg[1], &scale) || scale < SCALE_MIN || scale > SCALE_MAX))
        return feel_no(r, "the scale is out of range");
    return kept(r, num_round(arg[0], (int)scale, how, &v), v);
}

static struct feel_value f_decimal(struct run *r, const struct feel_value *a, size_t n)
{
    return rounded(r, a, n, NUM_HALF_EVEN);
}
static struct feel_value f_floor(struct run *r, const struct feel_value *a, size_t n)
{
    return rounded(r, a, n, NUM_DOWN_INF);
}
static struct feel_value f_ceiling(struct run *r, const struct feel_value *a, size_t n)
{
    return rounded(r, a, n, NUM_UP_INF);
}
static struct feel_value f_round_up(struct run *r, const struct feel_value *a, size_t n)
{
    return rounded(r, a, n, NUM_FROM_ZERO);
}
static struct feel_value f_round_down(struct run *r, const struct feel_value *a, size_t n)
{
    return rounded(r, a, n, NUM_TO_ZERO);
}
static struct feel_value f_round_half_up(struct run *r, const struct feel_value *a, size_t n)
{
    return rounded(r, a, n, NUM_HALF_UP);
}
static struct feel_value f_round_half_down(struct run *r, const struct feel_value *a, size_t n)
{
    return rounded(r, a, n, NUM_HALF_DOWN);
}

static struct feel_value f_abs(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    switch (a->kind) {
    case FEEL_NUMBER: return num_sign(a) < 0 ? num_neg(*a) : *a;
    case FEEL_DAYS:
    case FEEL_MONTHS: return a->t.sec < 0 || a->t.ns < 0 ? feel_negate(r, *a) : *a;
    default: return feel_no(r, "abs of something that has no sign");
    }
}

/* dividend - divisor * floor(dividend / divisor) */
static struct feel_value f_modulo(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value q, v = feel_null();
    (void)n;
    bool ok = num_div(a[0], a[1], &q) && num_round(q, 0, NUM_DOWN_INF, &q) && num_mul(q, a[1], &q) &&
              num_sub(a[0], q, &v);
    return kept(r, ok, v);
}

static struct feel_value f_sqrt(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = feel_null();
    (void)n;
    return kept(r, num_sign(a) >= 0 && num_sqrt(*a, &v), v);
}

static struct feel_value f_log(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = feel_null();
    (void)n;
    return kept(r, num_sign(a) > 0 && num_log(*a, &v), v);
}

static struct feel_value f_exp(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = feel_null();
    (void)n;
    return kept(r, num_exp(*a, &v), v);
}

static struct feel_value parity(struct run *r, const struct feel_value *a, bool odd)
{
    struct feel_value half, whole;
    if (!num_is_int(*a))
        return feel_bool(false);
    if (!num_div(*a, num_of(2), &half) || !num_round(half, 0, NUM_DOWN_INF, &whole))
        return feel_no(r, "the number is too large");
    return feel_bool((num_cmp(&half, &whole) != 0) == odd);
}

static struct feel_value f_odd(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return parity(r, a, true);
}
static struct feel_value f_even(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return parity(r, a, false);
}

/* "1.000.000,01" with its separators taken out or turned into a point. */
static struct feel_value f_number(struct run *r, const struct feel_value *a, size_t n)
{
    char out[512];
    size_t len = 0;
    struct feel_value v = feel_null();
    char group = 0, point = '.';
    if (n > 1 && a[1].kind == FEEL_STRING) {
        if (a[1].s.n != 1 || !strchr(" ,.", a[1].s.p[0]))
            return feel_no(r, "number: wrong grouping separator");
        group = a[1].s.p[0];
    }
    if (n > 2 && a[2].kind == FEEL_STRING) {
        if (a[2].s.n != 1 || !strchr(",.", a[2].s.p[0]))
            return feel_no(r, "number: wrong decimal separator");
        point = a[2].s.p[0];
    }
    if (group == point || a[0].s.n >= sizeof out)
        return feel_no(r, "number: the separators are the same");
    for (size_t i = 0; i < a[0].s.n; i++) {
        char ch = a[0].s.p[i];
        if (ch == '.' && point != '.' && group != '.')
            return feel_no(r, "not a number");
        if (ch != group || !group)
            out[len++] = ch == point ? '.' : ch;
    }
    return kept(r, num_parse((struct str){ out, len }, &v), v);
}

static const struct builtin rows[] = {
    { "decimal", "n:n,scale:n", f_decimal },
    { "floor", "n:n,scale:n?", f_floor },
    { "ceiling", "n:n,scale:n?", f_ceiling },
    { "round up", "n:n,scale:n", f_round_up },
    { "round down", "n:n,scale:n", f_round_down },
    { "round half up", "n:n,scale:n", f_round_half_up },
    { "round half down", "n:n,scale:n", f_round_half_down },
    { "abs", "n:x", f_abs },
    { "modulo", "dividend:n,divisor:n", f_modulo },
    { "sqrt", "number:n", f_sqrt },
    { "log", "number:n", f_log },
    { "exp", "number:n", f_exp },
    { "odd", "number:n", f_odd },
    { "even", "number:n", f_even },
    { "number", "from:s", f_number },
    { "number", "from:s,grouping separator:s~,decimal separator:s~", f_number },
};
const struct builtin_rows builtins_number = { rows, COUNT_OF(rows) };
