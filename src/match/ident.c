/* ident.c - identity numbers, phones and sex, packed for comparison.
 *
 * Argentina: CUIL/CUIT = 2 digits + DNI + check digit, modulus 11 (weights
 * 5432765432, ANSES/AFIP); the first two say whose it is: 2x a person, whose DNI
 * follows, 3x a company, whose number AFIP gives (then all of it is kept).  Paraguay: RUC = cedula + "-" + check digit, modulus
 * 11 (SET).  Both carry the person's own number, which is what is kept.
 * Thailand: 13 digits, the last a modulus-11 check (Department of Provincial
 * Administration).  Liberia: no rule assumed.
 */
#include "match/inside.h"

enum { PACK_MAX = 12, ID_SHORTEST = 4, PHONE_KEPT = 8, PHONE_SHORTEST = 6 };

static unsigned code_of(char ch)
{
    return ascii_digit(ch) ? (unsigned)(ch - '0') + 1 : (unsigned)(ch - 'a') + 11;
}

static uint64_t pack(const char *s, size_t n)
{
    uint64_t v = 0;
    if (n > PACK_MAX) {
        s += n - PACK_MAX;
        n = PACK_MAX;
    }
    for (size_t i = 0; i < n; i++)
        v = v * 37 + code_of(s[i]);
    return v;
}

size_t packed_text(uint64_t v, char out[16])
{
    char back[16];
    size_t n = 0;
    while (v && n < PACK_MAX) {
        unsigned code = (unsigned)(v % 37);
        back[n++] = (char)(code <= 10 ? '0' + code - 1 : 'a' + code - 11);
        v /= 37;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = back[n - 1 - i];
    return n;
}

/* Letters and digits of s in lower case. */
static size_t plain(struct str s, char out[40])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < 40; i++)
        if (ascii_digit(s.p[i]) || ascii_alpha(s.p[i]))
            out[n++] = ascii_lower(s.p[i]);
    return n;
}

static bool all_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!ascii_digit(s[i]))
            return false;
    return n > 0;
}

/* 0000000, 9999999, 1234567: what people type when there is no number. */
static bool is_filler(const char *s, size_t n)
{
    bool same = true, climbs = true;
    for (size_t i = 1; i < n; i++) {
        same = same && s[i] == s[0];
        climbs = climbs && s[i] == s[i - 1] + 1;
    }
    return same || climbs;
}

static bool cuil_ok(const char *s)
{
    static const int weight[] = { 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };
    int sum = 0;
    for (int i = 0; i < 10; i++)
        sum += weight[i] * (s[i] - '0');
    int check = (11 - sum % 11) % 11;
    return check == s[10] - '0';
}

static bool ruc_ok(const char *s, size_t n)
{
    int sum = 0, k = 2;
    for (size_t i = n - 1; i-- > 0; k++)
        sum += k * (s[i] - '0');
    int rest = sum % 11, check = rest > 1 ? 11 - rest : 0;
    return check == s[n - 1] - '0';
}

static bool dash_before_last(struct str value)
{
    value = str_trim(value);
    return value.n > 2 && value.p[value.n - 2] == '-';
}

static bool of_country(struct str country, const char *want)
{
    return country.n == 0 || (country.n == 2 && ascii_lower(country.p[0]) == want[0] &&
                              ascii_lower(country.p[1]) == want[1]);
}

enum match_check match_tax_check(struct str value, struct str country)
{
    char s[40];
    size_t n = plain(value, s);
    bool fits;
    if (!all_digits(s, n))
        return MATCH_CHECK_NONE;
    if (country.n && of_country(country, "ar") && n == 11)
        fits = cuil_ok(s);
    else if (country.n && of_country(country, "py") && n >= 6 && n <= 9 && dash_before_last(value))
        fits = ruc_ok(s, n);
    else
        return MATCH_CHECK_NONE;
    return fits ? MATCH_CHECK_FITS : MATCH_CHECK_WRONG;
}

uint64_t id_pack(struct str value, struct str type, struct str country, uint16_t *type_out)
{
    char s[40], t[40];
    size_t n = plain(value, s), from = 0, tn = plain(type, t);
    *type_out = tn ? (uint16_t)(hash_bytes((struct str){ t, tn }, 3) | 1) : 0;
    if (tn == 5 && memcmp(t, "plate", 5) == 0) {
        n = plate_plain(value, s);
    } else if (all_digits(s, n)) {
        if (n == 11 && s[0] == '2' && of_country(country, "ar") && cuil_ok(s)) {
            from = 2;
            n = 10;
            *type_out = 0;
        } else if (n >= 6 && n <= 9 && of_country(country, "py") && dash_before_last(value) &&
                   ruc_ok(s, n)) {
            n--;
            *type_out = 0;
        }
        while (from < n && s[from] == '0')
            from++;
    }
    n -= from;
    if (n < ID_SHORTEST || is_filler(s + from, n))
        return 0;
    return pack(s + from, n);
}

/* The last eight digits: the same in every way of writing a number with country
 * code, trunk zero, or Argentina's mobile 9 and 15. */
uint64_t phone_pack(struct str value, struct str country)
{
    char s[40];
    size_t n = 0;
    (void)country;
    for (size_t i = 0; i < value.n && n < sizeof s; i++)
        if (ascii_digit(value.p[i]))
            s[n++] = value.p[i];
    if (n < PHONE_SHORTEST || is_filler(s, n))
        return 0;
    size_t from = n > PHONE_KEPT ? n - PHONE_KEPT : 0;
    while (n - from > PHONE_SHORTEST && n <= PHONE_KEPT && s[from] == '0')
        from++;
    return pack(s + from, n - from);
}

/* One bit per character (mod 16) that occurs an odd number of times: one edit
 * flips at most two bits. */
uint16_t parity_of(uint64_t v)
{
    uint16_t p = 0;
    for (; v; v /= 37)
        p ^= (uint16_t)(1u << (v % 37 & 15));
    return p;
}

static int length_of(uint64_t v)
{
    int n = 0;
    for (; v; v /= 37)
        n++;
    return n;
}

/* Of one length, as numbers of base 37: one character changed is a difference of
 * one digit, two neighbours changed about of 36 times that.  Never false when
 * the two are one stroke apart. */
static bool one_stroke_of_equals(uint64_t a, uint64_t b)
{
    uint64_t gap = a > b ? a - b : b - a;
    while (gap % 37 == 0)
        gap /= 37;
    return gap < 37 || (gap % 36 == 0 && gap / 36 < 37);
}

enum same packed_level(uint64_t a, uint64_t b, uint16_t parity_a, uint16_t parity_b)
{
    char x[16], y[16];
    if (a == 0 || b == 0)
        return SAME_MISSING;
    if (a == b)
        return SAME_EXACT;
    if (bits_in((uint32_t)(parity_a ^ parity_b)) > 2)
        return SAME_DIFF;
    if (length_of(a) == length_of(b) && !one_stroke_of_equals(a, b))
        return SAME_DIFF;
    struct str s = { x, packed_text(a, x) }, t = { y, packed_text(b, y) };
    return s.n > ID_SHORTEST && edit_distance(s, t, 1) == 1 ? SAME_NEAR : SAME_DIFF;
}

static bool word_in(struct str w, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(w, list[i]))
            return true;
    return false;
}

uint8_t sex_of(struct str s)
{
    static const char *const woman[] = { "f", "female", "femenino", "fem", "mujer", "nina", "woman",
                                         "girl", "w", "2", "kunha", "hying", "hying", "femenina" };
    static const char *const man[] = { "m", "male", "masculino", "masc", "hombre", "varon", "nino",
                                       "man", "boy", "h", "v", "1", "kuimbae", "chay" };
    struct folded f;
    fold(s, &f);
    if (f.n_words == 0)
        return 0;
    struct str w = { f.w[0].p, f.w[0].n };
    if (word_in(w, woman, COUNT_OF(woman)))
        return 2;
    if (word_in(w, man, COUNT_OF(man)))
        return 1;
    return w.n == 1 && (w.p[0] == 'x' || w.p[0] == 'o' || w.p[0] == '3') ? 3 : 0;
}
