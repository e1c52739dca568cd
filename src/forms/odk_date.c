/* Dates.  A date is YYYY-MM-DD and counts as its day number; an instant counts
 * as days since 1970-01-01 UTC with a fraction. */
#include "forms/odk_args.h"
#include "forms/priv.h"

#include <math.h>
#include <stdio.h>
#include <unicode/udat.h>
#include <unicode/ustring.h>

static bool two(struct str s, size_t at, int max, int *out)
{
    if (at + 2 > s.n || !ascii_digit(s.p[at]) || !ascii_digit(s.p[at + 1]))
        return false;
    *out = (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
    return *out <= max;
}

/* "Z", "+03", "+03:00", "-0300" or nothing. */
static bool zone(struct str s, int none, int *minutes)
{
    int h, m = 0;
    if (s.n == 0) {
        *minutes = none;
        return true;
    }
    if (str_is(s, "Z")) {
        *minutes = 0;
        return true;
    }
    if ((s.p[0] != '+' && s.p[0] != '-') || !two(s, 1, 14, &h))
        return false;
    if (s.n == 5 ? !two(s, 3, 59, &m) : s.n == 6 ? s.p[3] != ':' || !two(s, 4, 59, &m) : s.n != 3)
        return false;
    *minutes = (s.p[0] == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

/* hh:mm[:ss[.fraction]] and then a zone. */
static bool clock_of(struct str s, int none, int64_t *us, int *minutes)
{
    int h, m, sec = 0;
    int64_t frac = 0, unit = 100000;
    size_t at = 5;
    if (!two(s, 0, 23, &h) || s.n < 5 || s.p[2] != ':' || !two(s, 3, 59, &m))
        return false;
    if (at < s.n && s.p[at] == ':') {
        if (!two(s, 6, 59, &sec))
            return false;
        at = 8;
        if (at + 1 < s.n && s.p[at] == '.' && ascii_digit(s.p[at + 1]))
            for (at++; at < s.n && ascii_digit(s.p[at]); at++, unit /= 10)
                frac += unit * (s.p[at] - '0');
    }
    *us = ((int64_t)h * 3600 + m * 60 + sec) * US_PER_S + frac;
    return zone(str_sub(s, at, SIZE_MAX), none, minutes);
}

bool odk_instant(struct str s, int offset_min, int64_t *us)
{
    struct civil d;
    int64_t t;
    int off;
    if (s.n < 16 || s.p[10] != 'T' || !date_parse(str_sub(s, 0, 10), &d) ||
        !clock_of(str_sub(s, 11, SIZE_MAX), offset_min, &t, &off))
        return false;
    *us = days_from_civil(d) * US_PER_DAY + t - off * 60 * US_PER_S;
    return true;
}

bool odk_time(struct str s, int64_t *us)
{
    int off;
    return clock_of(s, 0, us, &off);
}

/* ---- moments: local civil time, whatever the argument was ------------------------- */

struct moment { struct civil d; int64_t us; };     /* us of the day */

static int offset_of(xmlXPathParserContextPtr x)
{
    const struct form_env *env = odk_of(x)->env;
    return env ? env->utc_offset_min : 0;
}

static struct moment moment_at(int64_t us)
{
    int64_t day = us / US_PER_DAY, rest = us % US_PER_DAY;
    if (rest < 0) {
        rest += US_PER_DAY;
        day--;
    }
    return (struct moment){ civil_from_days(day), rest };
}

/* A date, an instant (as local time), or a number of days. */
static bool moment_of(xmlXPathParserContextPtr x, struct str s, struct moment *m)
{
    int64_t us;
    int off = offset_of(x);
    s = str_trim(s);
    if (s.n == 10 && date_parse(s, &m->d)) {
        m->us = 0;
        return true;
    }
    if (s.n > 10 && s.p[10] == 'T') {
        if (!odk_instant(s, off, &us))
            return false;
        *m = moment_at(us + off * 60 * US_PER_S);
        return true;
    }
    double v = odk_num(s);
    if (isnan(v) || fabs(v) > 4000000)
        return false;
    bool whole = trunc(v) == v;
    us = (int64_t)llround(v * 86400e3) * 1000 + (whole ? 0 : off * 60 * US_PER_S);
    *m = moment_at(us);
    return true;
}

static struct str date_of(xmlXPathParserContextPtr x, struct moment m)
{
    return date_text(&odk_of(x)->c->mem, m.d);
}

static struct str instant_of(xmlXPathParserContextPtr x, struct moment m)
{
    struct buf b;
    int off = offset_of(x), a = off < 0 ? -off : off;
    buf_init(&b, &odk_of(x)->c->mem, 64);
    buf_put(&b, date_of(x, m));
    buf_fmt(&b, "T%02d:%02d:%02d.%03d%c%02d:%02d", (int)(m.us / US_PER_S / 3600),
            (int)(m.us / US_PER_S / 60 % 60), (int)(m.us / US_PER_S % 60), (int)(m.us / 1000 % 1000),
            off < 0 ? '-' : '+', a / 60, a % 60);
    return buf_str(&b);
}

static struct moment now_of(xmlXPathParserContextPtr x)
{
    return moment_at(odk_of(x)->c->now_us + offset_of(x) * 60 * US_PER_S);
}

static void fn_today(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    odk_push(x, date_of(x, now_of(x)));
}

static void fn_now(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    odk_push(x, instant_of(x, now_of(x)));
}

static void fn_date(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct moment m;
    odk_push(x, moment_of(x, odk_pop(x), &m) ? date_of(x, m) : STR(""));
}

static void fn_date_time(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct moment m;
    odk_push(x, moment_of(x, odk_pop(x), &m) ? instant_of(x, m) : STR(""));
}

static void fn_decimal_date_time(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    odk_push_num(x, odk_pop_num(x));
}

static void fn_decimal_time(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    int64_t us;
    struct moment m;
    struct str s = str_trim(odk_pop(x));
    if (odk_time(s, &us))
        odk_push_num(x, (double)us / (double)US_PER_DAY);
    else if (moment_of(x, s, &m))
        odk_push_num(x, (double)m.us / (double)US_PER_DAY);
    else
        odk_push_num(x, NAN);
}

/* ---- format-date -------------------------------------------------------------------- */

/* A short month or weekday name in the language of the answers. */
static void icu_word(xmlXPathParserContextPtr x, struct buf *b, const char *pattern, struct moment m)
{
    UErrorCode u = U_ZERO_ERROR;
    UChar p[8], zone_id[8], t[64];
    char out[200], locale[64] = "en";
    int32_t n;
    const struct form_env *env = odk_of(x)->env;
    if (env && env->lang.n && env->lang.n < 12) {
        memcpy(locale, env->lang.p, env->lang.n);
        locale[env->lang.n] = 0;
    }
    (void)strncat(locale, "@calendar=gregorian", sizeof locale - strlen(locale) - 1);
    u_uastrcpy(p, pattern);
    u_uastrcpy(zone_id, "UTC");
    UDateFormat *f = udat_open(UDAT_PATTERN, UDAT_PATTERN, locale, zone_id, -1, p, -1, &u);
    if (U_FAILURE(u))
        return;
    double ms = (double)days_from_civil(m.d) * 86400e3;
    n = udat_format(f, ms, t, COUNT_OF(t), NULL, &u);
    udat_close(f);
    u_strToUTF8(out, sizeof out, &n, t, n, &u);
    if (U_SUCCESS(u) && n > 0 && (size_t)n < sizeof out)
        buf_put(b, (struct str){ out, (size_t)n });
}

static bool put_code(xmlXPathParserContextPtr x, struct buf *b, char code, struct moment m)
{
    int64_t s = m.us / US_PER_S;
    switch (code) {
    case 'Y': buf_fmt(b, "%04lld", (long long)m.d.year); return true;
    case 'y': buf_fmt(b, "%02d", (int)(m.d.year % 100)); return true;
    case 'm': buf_fmt(b, "%02d", m.d.month); return true;
    case 'n': buf_fmt(b, "%d", m.d.month); return true;
    case 'd': buf_fmt(b, "%02d", m.d.day); return true;
    case 'e': buf_fmt(b, "%d", m.d.day); return true;
    case 'b': icu_word(x, b, "LLL", m); return true;
    case 'a': icu_word(x, b, "EEE", m); return true;
    case 'H': buf_fmt(b, "%02d", (int)(s / 3600)); return true;
    case 'h': buf_fmt(b, "%d", (int)(s / 3600)); return true;
    case 'M': buf_fmt(b, "%02d", (int)(s / 60 % 60)); return true;
    case 'S': buf_fmt(b, "%02d", (int)(s % 60)); return true;
    case '3': buf_fmt(b, "%03d", (int)(m.us / 1000 % 1000)); return true;
    case '%': buf_char(b, '%'); return true;
    default: return false;
    }
}

static void fn_format_date(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct str fmt = odk_pop(x), s = odk_pop(x);
    struct moment m;
    struct buf b;
    buf_init(&b, &odk_of(x)->c->mem, ODK_TEXT_MAX);
    if (!moment_of(x, s, &m)) {
        odk_push(x, STR(""));
        return;
    }
    for (size_t i = 0; i < fmt.n; i++) {
        if (fmt.p[i] != '%' || i + 1 == fmt.n)
            buf_char(&b, fmt.p[i]);
        else if (!put_code(x, &b, fmt.p[++i], m)) {
            xmlXPathSetError(x, XPATH_EXPR_ERROR);
            return;
        }
    }
    odk_push(x, buf_str(&b));
}

const struct odk_fn odk_date_fns[] = {
    { "today", 0, 0, fn_today },
    { "now", 0, 0, fn_now },
    { "date", 1, 1, fn_date },
    { "date-time", 1, 1, fn_date_time },
    { "format-date", 2, 2, fn_format_date },
    { "format-date-time", 2, 2, fn_format_date },
    { "decimal-date-time", 1, 1, fn_decimal_date_time },
    { "decimal-time", 1, 1, fn_decimal_time },
    { 0 },
};
