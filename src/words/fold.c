/* fold.c - the form in which texts are searched, and dates as people type them. */
#include "words/words.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

enum { FOLD_MAX = 64 * 1024 };

static UChar *to_utf16(struct arena *a, struct str s, int32_t *n)
{
    UErrorCode e = U_ZERO_ERROR;
    UChar *u = NEW_N(a, UChar, s.n + 1);
    if (u)
        u_strFromUTF8(u, (int32_t)s.n + 1, n, s.p, (int32_t)s.n, &e);
    return U_SUCCESS(e) ? u : NULL;
}

static UChar *normal(struct arena *a, const UNormalizer2 *how, const UChar *in, int32_t in_n, int32_t *n)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t need = unorm2_normalize(how, in, in_n, NULL, 0, &e);
    UChar *out = NEW_N(a, UChar, (size_t)(need > 0 ? need : 0) + 1);
    e = U_ZERO_ERROR;
    if (out)
        *n = unorm2_normalize(how, in, in_n, out, need + 1, &e);
    return U_SUCCESS(e) ? out : NULL;
}

/* Every sign people type for the puso and for an apostrophe. */
static bool apostrophe(UChar ch)
{
    return ch == '\'' || ch == '`' || ch == 0x00b4 || ch == 0x02bc || ch == 0x02bb ||
           ch == 0x2018 || ch == 0x2019 || ch == 0x02b9;
}

/* Decomposed text without accents; ñ is a letter, not an n with an accent. */
static int32_t strip(UChar *u, int32_t n)
{
    int32_t k = 0;
    for (int32_t i = 0; i < n; i++) {
        UChar ch = u[i];
        if (ch >= 0x0300 && ch <= 0x036f && !(ch == 0x0303 && k && u[k - 1] == 'n'))
            continue;
        if (ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r') {
            if (k && u[k - 1] != ' ')
                u[k++] = ' ';
        } else {
            u[k++] = apostrophe(ch) ? '\'' : ch;
        }
    }
    return k && u[k - 1] == ' ' ? k - 1 : k;
}

static struct str to_utf8(struct arena *a, const UChar *u, int32_t n)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t got = 0;
    char *p = arena_alloc(a, (size_t)n * 3 + 1, 1);
    if (p)
        u_strToUTF8(p, n * 3 + 1, &got, u, n, &e);
    return p && U_SUCCESS(e) ? (struct str){ p, (size_t)got } : (struct str){ 0 };
}

struct str words_fold(struct arena *a, struct str s)
{
    UErrorCode e = U_ZERO_ERROR;
    const UNormalizer2 *fold = unorm2_getNFKCCasefoldInstance(&e);
    const UNormalizer2 *apart = unorm2_getNFDInstance(&e), *join = unorm2_getNFCInstance(&e);
    int32_t n = 0;

    if (U_FAILURE(e) || !s.n || s.n > FOLD_MAX || !utf8_valid(s))
        return (struct str){ 0 };
    UChar *u = to_utf16(a, s, &n);
    u = u ? normal(a, fold, u, n, &n) : NULL;
    u = u ? normal(a, apart, u, n, &n) : NULL;
    if (!u)
        return (struct str){ 0 };
    n = strip(u, n);
    u = normal(a, join, u, n, &n);
    return u ? to_utf8(a, u, n) : (struct str){ 0 };
}

/* ---- dates as people type them ------------------------------------------------------ */

static bool small_number(struct str s, int64_t max, int64_t *out)
{
    int64_t v = 0;
    if (!s.n || s.n > 4)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_digit(s.p[i]))
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return v <= max;
}

static int64_t whole_year(struct str s, int64_t y)
{
    if (s.n == 2)
        return y < 30 ? 2000 + y : 1900 + y;
    return y > 2400 ? y - 543 : y;
}

bool words_date_read(struct str s, struct civil *out)
{
    static const char seps[] = "/-. ";
    struct str d, m, y, rest;
    int64_t dd, mm, yy;

    s = str_trim(s);
    if (s.n > 10)
        return false;
    for (const char *sep = seps; *sep; sep++) {
        if (!str_cut(s, *sep, &d, &rest) || !str_cut(rest, *sep, &m, &y))
            continue;
        if (d.n == 4) {
            struct str t = d;
            d = y;
            y = t;
        }
        if ((y.n != 2 && y.n != 4) || d.n > 2 || !small_number(d, 31, &dd) ||
            !small_number(m, 12, &mm) || !small_number(y, 9999, &yy))
            return false;
        struct civil c = { whole_year(y, yy), (int)mm, (int)dd };
        if (!civil_ok(c) || c.year < 1850)
            return false;
        *out = c;
        return true;
    }
    return false;
}
