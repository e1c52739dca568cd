#include "rules/feel.h"

#include <bid_conf.h>
#include <bid_functions.h>

/* The library takes rounding and flags as arguments (its variant 000). */
enum { TO_EVEN = 0, TO_MINUS = 1, TO_PLUS = 2, TO_NOUGHT = 3, TO_AWAY = 4 };

static BID_UINT128 bid(struct feel_value v)
{
    BID_UINT128 b;
    b.w[0] = v.num[0];
    b.w[1] = v.num[1];
    return b;
}

static struct feel_value value(BID_UINT128 b)
{
    return (struct feel_value){ .kind = FEEL_NUMBER, .num = { b.w[0], b.w[1] } };
}

static bool is_finite(BID_UINT128 b, struct feel_value *out)
{
    if (!bid128_isFinite(b))
        return false;
    *out = value(b);
    return true;
}

/* Exactly the decimal spelling of FEEL: digits, one point, one exponent. */
static bool number_spelling(struct str s)
{
    size_t i = 0, digits = 0;
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    for (; i < s.n && ascii_digit(s.p[i]); i++)
        digits++;
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && ascii_digit(s.p[i]); i++)
            digits++;
    if (digits == 0)
        return false;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
            i++;
        size_t from = i;
        while (i < s.n && ascii_digit(s.p[i]))
            i++;
        if (i == from || i - from > 6)
            return false;
    }
    return i == s.n;
}

bool num_parse(struct str s, struct feel_value *out)
{
    char z[400];
    if (s.n >= sizeof z || !number_spelling(s))
        return false;
    if (s.n <= 17) {
        bool neg = s.p[0] == '-';
        int64_t n = 0;
        size_t i = neg;
        for (; i < s.n && ascii_digit(s.p[i]); i++)
            n = n * 10 + (s.p[i] - '0');
        if (i == s.n) {
            *out = num_of(neg ? -n : n);
            return true;
        }
    }
    memcpy(z, s.p, s.n);
    z[s.n] = 0;
    _IDEC_flags flags = 0;
    return is_finite(bid128_from_string(z, TO_EVEN, &flags), out);
}

bool feel_number(struct str text, struct feel_value *out)
{
    return num_parse(text, out);
}

int num_cmp_slow(const struct feel_value *a, const struct feel_value *b)
{
    _IDEC_flags flags = 0;
    BID_UINT128 x = bid(*a), y = bid(*b);
    if (bid128_quiet_less(x, y, &flags))
        return -1;
    return bid128_quiet_greater(x, y, &flags);
}

int num_sign(const struct feel_value *a)
{
    if (bid128_isZero(bid(*a)))
        return 0;
    return a->num[1] >> 63 ? -1 : 1;
}

struct feel_value num_neg(struct feel_value a)
{
    if (num_sign(&a) != 0)
        a.num[1] ^= UINT64_C(1) << 63;
    return a;
}

bool num_add(struct feel_value a, struct feel_value b, struct feel_value *out)
{
    int64_t x, y;
    if (num_small(&a, &x) && num_small(&b, &y)) {
        *out = num_of(x + y);
        return true;
    }
    _IDEC_flags flags = 0;
    return is_finite(bid128_add(bid(a), bid(b), TO_EVEN, &flags), out);
}

bool num_sub(struct feel_value a, struct feel_value b, struct feel_value *out)
{
    int64_t x, y;
    if (num_small(&a, &x) && num_small(&b, &y)) {
        *out = num_of(x - y);
        return true;
    }
    _IDEC_flags flags = 0;
    return is_finite(bid128_sub(bid(a), bid(b), TO_EVEN, &flags), out);
}

bool num_mul(struct feel_value a, struct feel_value b, struct feel_value *out)
{
    int64_t x, y, z;
    if (num_small(&a, &x) && num_small(&b, &y) && !__builtin_mul_overflow(x, y, &z) && z != INT64_MIN) {
        *out = num_of(z);
        return true;
    }
    _IDEC_flags flags = 0;
    return is_finite(bid128_mul(bid(a), bid(b), TO_EVEN, &flags), out);
}

bool num_div(struct feel_value a, struct feel_value b, struct feel_value *out)
{
    int64_t x, y;
    if (num_sign(&b) == 0)
        return false;
    if (num_small(&a, &x) && num_small(&b, &y) && x % y == 0) {
        *out = num_of(x / y);
        return true;
    }
    _IDEC_flags flags = 0;
    return is_finite(bid128_div(bid(a), bid(b), TO_EVEN, &flags), out);
}

/* Whole exponents by squaring, which keeps exact results exact. */
static bool pow_whole(struct feel_value a, int64_t n, struct feel_value *out)
{
    struct feel_value y = num_of(1);
    for (uint64_t k = (uint64_t)(n < 0 ? -n : n); k; k >>= 1) {
        if ((k & 1) && !num_mul(y, a, &y))
            return false;
        if (k > 1 && !num_mul(a, a, &a))
            return false;
    }
    if (n < 0)
        return num_div(num_of(1), y, out);
    *out = y;
    return true;
}

/* Whole results as whole numbers, without a tail of zeros. */
static bool tidy(BID_UINT128 b, struct feel_value *out)
{
    int64_t n;
    if (!is_finite(b, out))
        return false;
    if (num_is_int(*out) && num_trunc(*out, &n))
        *out = num_of(n);
    return true;
}

bool num_sqrt(struct feel_value a, struct feel_value *out)
{
    _IDEC_flags flags = 0;
    return is_finite(bid128_sqrt(bid(a), TO_EVEN, &flags), out);
}

bool num_pow(struct feel_value a, struct feel_value b, struct feel_value *out)
{
    int64_t n;
    if (num_is_int(b) && num_trunc(b, &n) && n >= -999 && n <= 999)
        return pow_whole(a, n, out);
    _IDEC_flags flags = 0;
    struct feel_value twice;
    if (num_add(b, b, &twice) && num_trunc(twice, &n) && n == 1 && num_is_int(twice))
        return num_sqrt(a, out);               /* exact where the root is: 100 ** 0.5 */
    return tidy(bid128_pow(bid(a), bid(b), TO_EVEN, &flags), out);
}

bool num_exp(struct feel_value a, struct feel_value *out)
{
    _IDEC_flags flags = 0;
    return tidy(bid128_exp(bid(a), TO_EVEN, &flags), out);
}

bool num_log(struct feel_value a, struct feel_value *out)
{
    _IDEC_flags flags = 0;
    return tidy(bid128_log(bid(a), TO_EVEN, &flags), out);
}

bool num_trunc(struct feel_value a, int64_t *out)
{
    int64_t n;
    if (num_small(&a, &n)) {
        *out = n;
        return true;
    }
    _IDEC_flags flags = 0;
    n = bid128_to_int64_int(bid(a), &flags);
    if (n == INT64_MIN)
        return false;
    *out = n;
    return true;
}

bool num_is_int(struct feel_value a)
{
    int64_t n;
    if (num_small(&a, &n))
        return true;
    _IDEC_flags flags = 0;
    BID_UINT128 whole = bid128_round_integral_zero(bid(a), &flags);
    return bid128_quiet_equal(whole, bid(a), &flags);
}

/* 1 times 10 to the -scale. */
static BID_UINT128 unit(int scale)
{
    struct feel_value one = num_of(1);
    return bid128_scalbn(bid(one), -scale, TO_EVEN, &(_IDEC_flags){ 0 });
}

/* The library has no half-down and no away-from-zero: both are made from the
 * truncated value and what was cut off. */
static bool round_by_rest(BID_UINT128 x, BID_UINT128 q, enum num_round how, struct feel_value *out)
{
    _IDEC_flags flags = 0;
    bool neg = bid128_isSigned(x);
    BID_UINT128 t = bid128_quantize(x, q, TO_NOUGHT, &flags);
    if (!bid128_isFinite(t))
        return false;
    BID_UINT128 rest = bid128_abs(bid128_sub(x, t, TO_EVEN, &flags));
    bool more;
    if (how == NUM_FROM_ZERO) {
        more = !bid128_isZero(rest);
    } else {
        BID_UINT128 twice = bid128_add(rest, rest, TO_EVEN, &flags);
        more = bid128_quiet_greater(twice, q, &flags);
    }
    if (more)
        t = neg ? bid128_sub(t, q, TO_EVEN, &flags) : bid128_add(t, q, TO_EVEN, &flags);
    return is_finite(t, out);
}

bool num_round(struct feel_value a, int scale, enum num_round how, struct feel_value *out)
{
    int64_t n;
    if (scale == 0 && num_small(&a, &n)) {
        *out = a;
        return true;
    }
    _IDEC_flags flags = 0;
    BID_UINT128 x = bid(a), q = unit(scale);
    /* More places than the number has digits for: it is already there. */
    BID_UINT128 probe = bid128_quantize(x, q, TO_NOUGHT, &flags);
    if (!bid128_isFinite(probe)) {
        *out = a;
        return scale > 0;
    }
    static const unsigned mode[] = {
        [NUM_HALF_EVEN] = TO_EVEN, [NUM_DOWN_INF] = TO_MINUS, [NUM_UP_INF] = TO_PLUS,
        [NUM_TO_ZERO] = TO_NOUGHT, [NUM_HALF_UP] = TO_AWAY,
    };
    if (how == NUM_HALF_DOWN || how == NUM_FROM_ZERO)
        return round_by_rest(x, q, how, out);
    return is_finite(bid128_quantize(x, q, mode[how], &flags), out);
}

bool num_from_ns(int64_t sec, int32_t ns, struct feel_value *out)
{
    struct feel_value part;
    if (ns == 0) {
        *out = num_of(sec);
        return true;
    }
    return num_div(num_of(ns), num_of(1000000000), &part) && num_add(num_of(sec), part, out);
}

bool num_to_ns(struct feel_value v, int64_t *sec, int32_t *ns)
{
    struct feel_value rest;
    int64_t s, n;
    if (!num_trunc(v, &s) || !num_sub(v, num_of(s), &rest) ||
        !num_mul(rest, num_of(1000000000), &rest) || !num_trunc(rest, &n))
        return false;
    *sec = s;
    *ns = (int32_t)n;
    return true;
}

/* The library writes "+12345E-2"; people read "123.45". */
size_t num_text(struct feel_value a, char out[NUM_TEXT_MAX])
{
    char raw[64];
    _IDEC_flags flags = 0;
    bid128_to_string(raw, bid(a), &flags);
    const char *e = strchr(raw, 'E');
    size_t digits = e ? (size_t)(e - raw) - 1 : 0, n = 0;
    if (!e || digits == 0)
        return 0;
    bool neg = e[1] == '-';
    int64_t exp = 0;
    for (const char *p = e + 2; ascii_digit(*p); p++)
        exp = exp * 10 + (*p - '0');
    if (neg)
        exp = -exp;
    bool zero = raw[1] == '0' && digits == 1;
    if (raw[0] == '-' && !zero)
        out[n++] = '-';
    if (exp >= 0) {
        memcpy(out + n, raw + 1, digits);
        n += digits;
        for (int64_t i = 0; i < exp && !zero; i++)
            out[n++] = '0';
        return n;
    }
    int64_t point = (int64_t)digits + exp;       /* digits before the point */
    if (point <= 0) {
        out[n++] = '0';
        out[n++] = '.';
        for (; point < 0; point++)
            out[n++] = '0';
        memcpy(out + n, raw + 1, digits);
        return n + digits;
    }
    memcpy(out + n, raw + 1, (size_t)point);
    n += (size_t)point;
    out[n++] = '.';
    memcpy(out + n, raw + 1 + point, digits - (size_t)point);
    return n + digits - (size_t)point;
}
