#include "words/locale.h"

#include <unicode/ucol.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/unum.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

/* The region decides separators and hours: Paraguay's Spanish, Liberia's
 * English reads dates as Britain does. */
static const struct { const char *tag, *icu; } icu_names[] = {
    { "es", "es_PY" }, { "gn", "es_PY" }, { "en", "en_GB" }, { "th", "th_TH" },
};

static const char *icu_name(struct str tag)
{
    for (size_t i = 0; i < COUNT_OF(icu_names); i++)
        if (str_is(tag, icu_names[i].tag))
            return icu_names[i].icu;
    return "en_GB";
}

static struct str from_icu(struct arena *mem, const UChar *u, int32_t n)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t need = 0;
    char t[256];
    u_strToUTF8(t, sizeof t, &need, u, n, &e);
    if (U_FAILURE(e) || need >= (int32_t)sizeof t)
        return (struct str){ 0 };
    return arena_dup(mem, (struct str){ t, (size_t)need });
}

/* ---- dates -------------------------------------------------------------------------- */

static const char *const skeletons[DATE_FORMS] = {
    [DATE_LONG] = "yMMMMd", [DATE_MEDIUM] = "yMMMd", [DATE_SHORT] = "yMMdd",
    [DATE_DAY] = "EEEMMMd", [DATE_WEEKDAY] = "EEEEMMMMd", [DATE_MONTH] = "yMMMM",
};

/* "EEE, d MMM" without its comma: dates stand in narrow columns here. */
static struct str no_comma(struct arena *mem, struct str s)
{
    struct buf b;
    buf_init(&b, mem, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ',')
            buf_char(&b, s.p[i]);
    return buf_str(&b);
}

static enum err load_patterns(struct ctx *c, struct arena *mem, const char *icu, struct locale *l)
{
    UErrorCode e = U_ZERO_ERROR;
    UDateTimePatternGenerator *g = udatpg_open(icu, &e);
    for (size_t i = 0; i < DATE_FORMS && U_SUCCESS(e); i++) {
        UChar skeleton[16], out[80];
        u_uastrcpy(skeleton, skeletons[i]);
        int32_t n = udatpg_getBestPattern(g, skeleton, -1, out, 80, &e);
        if (U_SUCCESS(e))
            l->pattern[i] = no_comma(mem, from_icu(mem, out, n));
    }
    udatpg_close(g);
    return U_SUCCESS(e) ? ERR_OK : FAIL(c, ERR_IO, "words.icu", "patterns of %s: %d", icu, e);
}

static struct str symbol(struct arena *mem, const UDateFormat *f, UDateFormatSymbolType t,
                         int32_t i, UErrorCode *e)
{
    UChar out[60];
    int32_t n = udat_getSymbols(f, t, i, out, 60, e);
    struct str s = U_SUCCESS(*e) ? from_icu(mem, out, n) : (struct str){ 0 };
    return s;
}

static struct str no_dot(struct str s)
{
    return str_ends(s, STR(".")) ? str_sub(s, 0, s.n - 1) : s;
}

static enum err load_names(struct ctx *c, struct arena *mem, const char *icu, struct locale *l)
{
    UErrorCode e = U_ZERO_ERROR;
    UDateFormat *f = udat_open(UDAT_FULL, UDAT_FULL, icu, NULL, 0, NULL, 0, &e);
    for (int32_t i = 0; i < 12 && U_SUCCESS(e); i++) {
        l->month[i] = symbol(mem, f, UDAT_MONTHS, i, &e);
        l->month_short[i] = symbol(mem, f, UDAT_SHORT_MONTHS, i, &e);
    }
    for (int32_t i = 0; i < 7 && U_SUCCESS(e); i++) {
        l->day[i] = symbol(mem, f, UDAT_WEEKDAYS, i + 1, &e);
        l->day_short[i] = symbol(mem, f, UDAT_SHORT_WEEKDAYS, i + 1, &e);
    }
    udat_close(f);
    for (int32_t i = 0; str_is(l->tag, "es") && i < 12; i++)
        l->month_short[i] = str_sub(no_dot(l->month_short[i]), 0, 3);
    return U_SUCCESS(e) ? ERR_OK : FAIL(c, ERR_IO, "words.icu", "names of %s: %d", icu, e);
}

/* Months count moons, days count from Sunday. */
static void load_guarani(struct locale *l)
{
    static const struct str months[] = {
        STR_INIT("jasyteĩ"), STR_INIT("jasykõi"), STR_INIT("jasyapy"), STR_INIT("jasyrundy"),
        STR_INIT("jasypo"), STR_INIT("jasypoteĩ"), STR_INIT("jasypokõi"), STR_INIT("jasypoapy"),
        STR_INIT("jasyporundy"), STR_INIT("jasypa"), STR_INIT("jasypateĩ"), STR_INIT("jasypakõi"),
    };
    static const struct str days[] = {
        STR_INIT("arateĩ"), STR_INIT("arakõi"), STR_INIT("araapy"), STR_INIT("ararundy"),
        STR_INIT("arapo"), STR_INIT("arapoteĩ"), STR_INIT("arapokõi"),
    };
    static const struct str patterns[DATE_FORMS] = {
        [DATE_LONG] = STR_INIT("d MMMM y"), [DATE_MEDIUM] = STR_INIT("d MMMM y"),
        [DATE_SHORT] = STR_INIT("dd/MM/y"), [DATE_DAY] = STR_INIT("EEEE d MMMM"),
        [DATE_WEEKDAY] = STR_INIT("EEEE d MMMM"), [DATE_MONTH] = STR_INIT("MMMM y"),
    };
    for (size_t i = 0; i < 12; i++)
        l->month[i] = l->month_short[i] = months[i];
    for (size_t i = 0; i < 7; i++)
        l->day[i] = l->day_short[i] = days[i];
    for (size_t i = 0; i < DATE_FORMS; i++)
        l->pattern[i] = patterns[i];
}

static struct str name_of(const struct locale *l, char letter, size_t width, struct civil d)
{
    size_t m = (size_t)(d.month - 1);
    int64_t wd = (days_from_civil(d) % 7 + 7 + 4) % 7;       /* 1970-01-01 was a Thursday */
    if (letter == 'M')
        return width > 3 ? l->month[m] : l->month_short[m];
    return width > 3 ? l->day[wd] : l->day_short[wd];
}

static void small(struct buf *b, int v, size_t width)
{
    if (width > 1 && v < 10)
        buf_char(b, '0');
    buf_i64(b, v);
}

static void field(struct buf *b, const struct locale *l, char letter, size_t width, struct civil d)
{
    if (letter == 'y')
        buf_i64(b, d.year + l->era);
    else if (letter == 'd')
        small(b, d.day, width);
    else if (letter == 'M' && width < 3)
        small(b, d.month, width);
    else
        buf_put(b, name_of(l, letter, width, d));
}

void locale_date(struct buf *b, const struct locale *l, struct civil d, enum date_form form)
{
    struct str p = l->pattern[form];
    bool quoting = false;
    if (!civil_ok(d))
        return;
    for (size_t i = 0; i < p.n;) {
        char ch = p.p[i];
        size_t width = 1;
        while (i + width < p.n && p.p[i + width] == ch)
            width++;
        if (ch == '\'') {
            quoting = !quoting;
            width = 1;
        } else if (!quoting && strchr("ydMLEc", ch)) {
            field(b, l, ch == 'L' ? 'M' : ch == 'c' ? 'E' : ch, width, d);
        } else {
            width = 1;
            buf_char(b, ch);
        }
        i += width;
    }
}

/* ---- numbers ------------------------------------------------------------------------- */

static struct str number_symbol(struct arena *mem, const UNumberFormat *f, UNumberFormatSymbol t,
                                UErrorCode *e)
{
    UChar out[20];
    int32_t n = unum_getSymbol(f, t, out, 20, e);
    return U_SUCCESS(*e) ? from_icu(mem, out, n) : (struct str){ 0 };
}

/* ICU's own answer for 1234 says whether four digits are grouped, and for 1 %
 * what stands between number and sign. */
static enum err load_numbers(struct ctx *c, struct arena *mem, const char *icu, struct locale *l)
{
    UErrorCode e = U_ZERO_ERROR;
    UChar out[40];
    UNumberFormat *f = unum_open(UNUM_DECIMAL, NULL, 0, icu, NULL, &e);
    UNumberFormat *p = unum_open(UNUM_PERCENT, NULL, 0, icu, NULL, &e);
    if (U_SUCCESS(e)) {
        l->group = number_symbol(mem, f, UNUM_GROUPING_SEPARATOR_SYMBOL, &e);
        l->point = number_symbol(mem, f, UNUM_DECIMAL_SEPARATOR_SYMBOL, &e);
        l->minus = number_symbol(mem, f, UNUM_MINUS_SIGN_SYMBOL, &e);
        l->group_four = unum_format(f, 1234, out, 40, NULL, &e) > 4;
        int32_t n = unum_format(p, 1, out, 40, NULL, &e);
        if (n > 3 && U_SUCCESS(e))
            l->percent = from_icu(mem, out + 3, n - 3);
    }
    unum_close(f);
    unum_close(p);
    return U_SUCCESS(e) ? ERR_OK : FAIL(c, ERR_IO, "words.icu", "numbers of %s: %d", icu, e);
}

static void grouped(struct buf *b, const struct locale *l, struct str digits)
{
    bool group = digits.n > 4 || (digits.n == 4 && l->group_four);
    for (size_t i = 0; i < digits.n; i++) {
        if (group && i && (digits.n - i) % 3 == 0)
            buf_put(b, l->group);
        buf_char(b, digits.p[i]);
    }
}

void locale_int(struct buf *b, const struct locale *l, int64_t v)
{
    char t[24];
    char *e = t + sizeof t, *p = e;
    for (int64_t rest = v; rest || p == e; rest /= 10)
        *--p = (char)('0' + (rest % 10 < 0 ? -(rest % 10) : rest % 10));
    struct str s = { p, (size_t)(e - p) };
    if (v < 0)
        buf_put(b, l->minus);
    grouped(b, l, s);
}

static bool decimal_ok(struct str s)
{
    size_t i = s.n && s.p[0] == '-', whole = i, point = s.n;
    for (; i < s.n; i++) {
        if (s.p[i] == '.' && point == s.n && i > whole)
            point = i;
        else if (!ascii_digit(s.p[i]))
            return false;
    }
    return s.n > whole && point + 1 != s.n;
}

void locale_decimal(struct buf *b, const struct locale *l, struct str dec)
{
    struct str whole = dec, part = { 0 };
    if (!decimal_ok(dec)) {
        buf_put(b, dec);
        return;
    }
    bool has_part = str_cut(dec, '.', &whole, &part);
    if (str_starts(whole, STR("-"))) {
        buf_put(b, l->minus);
        whole = str_sub(whole, 1, whole.n);
    }
    grouped(b, l, whole);
    if (has_part) {
        buf_put(b, l->point);
        buf_put(b, part);
    }
}

/* ---- plurals, collation ----------------------------------------------------------------- */

static enum err load_rules(struct ctx *c, const char *icu, struct locale *l)
{
    UErrorCode e = U_ZERO_ERROR;
    if (!str_is(l->tag, "gn")) {
        l->plural = uplrules_openForType(icu, UPLURAL_TYPE_CARDINAL, &e);
        l->ordinal = uplrules_openForType(icu, UPLURAL_TYPE_ORDINAL, &e);
    }
    l->collator = ucol_open(icu, &e);
    return U_SUCCESS(e) ? ERR_OK : FAIL(c, ERR_IO, "words.icu", "rules of %s: %d", icu, e);
}

struct str locale_plural(const struct locale *l, int64_t v, bool ordinal, char word[16])
{
    UErrorCode e = U_ZERO_ERROR;
    UChar out[16];
    void *rules = ordinal ? l->ordinal : l->plural;
    if (!rules)
        return v == 1 && !ordinal ? STR("one") : STR("other");
    int32_t n = uplrules_select(rules, (double)v, out, 16, &e);
    if (U_FAILURE(e) || n >= 16)
        return STR("other");
    for (int32_t i = 0; i < n; i++)
        word[i] = (char)out[i];
    return (struct str){ word, (size_t)n };
}

int locale_cmp(const struct locale *l, struct str a, struct str b)
{
    UErrorCode e = U_ZERO_ERROR;
    if (a.n > INT32_MAX || b.n > INT32_MAX)
        return str_cmp(a, b);
    UCollationResult r = ucol_strcollUTF8(l->collator, a.p ? a.p : "", (int32_t)a.n,
                                          b.p ? b.p : "", (int32_t)b.n, &e);
    if (U_FAILURE(e) || r == UCOL_EQUAL)
        return str_cmp(a, b);
    return r == UCOL_LESS ? -1 : 1;
}

/* ---- all of it ----------------------------------------------------------------------------- */

enum err locale_load(struct ctx *c, struct arena *mem, struct str tag, struct locale *l)
{
    const char *icu = icu_name(tag);
    *l = (struct locale){ .tag = tag, .era = str_is(tag, "th") ? 543 : 0 };
    TRY(load_patterns(c, mem, icu, l));
    TRY(load_names(c, mem, icu, l));
    TRY(load_numbers(c, mem, icu, l));
    TRY(load_rules(c, icu, l));
    if (str_is(tag, "gn"))
        load_guarani(l);
    return mem->failed ? FAIL(c, ERR_NOMEM, "words.memory", "locale %s", icu) : ERR_OK;
}

void locale_free(struct locale *l)
{
    if (l->plural)
        uplrules_close(l->plural);
    if (l->ordinal)
        uplrules_close(l->ordinal);
    if (l->collator)
        ucol_close(l->collator);
    *l = (struct locale){ 0 };
}
