#include "match/inside.h"

enum { YEAR_MIN = 1000, YEAR_MAX = 2200, BUDDHIST = 543, BUDDHIST_FROM = 2300, BUDDHIST_TO = 2700 };

static int month_named(struct str w)
{
    static const char *const names[] = {     /* English, Spanish: three letters suffice */
        "jan", "ene", "feb", "feb", "mar", "mar", "apr", "abr", "may", "may", "jun", "jun",
        "jul", "jul", "aug", "ago", "sep", "set", "oct", "oct", "nov", "nov", "dec", "dic",
    };
    for (size_t i = 0; i < COUNT_OF(names) && w.n >= 3; i++)
        if (!memcmp(w.p, names[i], 3))
            return (int)i / 2 + 1;
    return 0;
}

struct parts { int64_t v[4]; size_t digits[4], n; int month; };

static void parts_of(struct str s, struct parts *p)
{
    struct folded f;
    fold(s, &f);
    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < f.n_words && p->n < 4; i++) {
        struct str w = { f.w[i].p, f.w[i].n };
        if (!ascii_digit(w.p[0])) {
            if (!p->month)
                p->month = month_named(w);
            continue;
        }
        size_t n = 0;
        int64_t v = 0;
        for (; n < w.n && n < 9 && ascii_digit(w.p[n]); n++)
            v = v * 10 + (w.p[n] - '0');
        p->v[p->n] = v;
        p->digits[p->n++] = n;
        if (n < w.n && (w.p[n] == 't'))         /* 1998-03-02T00:00: the date is over */
            break;
    }
}

static int64_t common_era(int64_t y)
{
    return y >= BUDDHIST_FROM && y <= BUDDHIST_TO ? y - BUDDHIST : y;
}

static bool year_ok(int64_t y)
{
    return y >= YEAR_MIN && y <= YEAR_MAX;
}

static int32_t day_number(int64_t y, int m, int d)
{
    return (int32_t)days_from_civil((struct civil){ y, m, d });
}

static uint32_t digits_of(uint32_t ymd);

static bool as_year(int64_t y, struct when *out)
{
    *out = (struct when){ day_number(y, 1, 1), day_number(y, 12, 31), (uint32_t)y * 10000, 0,
                          (int16_t)y, (int16_t)y, DATE_YEAR };
    return true;
}

static bool as_month(int64_t y, int64_t m, struct when *out)
{
    if (m < 1 || m > 12)
        return as_year(y, out);
    int32_t next = m == 12 ? day_number(y + 1, 1, 1) : day_number(y, (int)m + 1, 1);
    *out = (struct when){ day_number(y, (int)m, 1), next - 1, (uint32_t)(y * 10000 + m * 100), 0,
                          (int16_t)y, (int16_t)y, DATE_MONTH };
    return true;
}

/* A day that does not exist (31 February, month 17) is kept as written, for
 * typing errors; as an interval it is its year. */
static bool as_day(int64_t y, int64_t m, int64_t d, struct when *out)
{
    if (m == 0 && d == 0)
        return as_year(y, out);
    if (d == 0)
        return as_month(y, m, out);
    if (m > 99 || d > 99)
        return as_year(y, out);
    (void)as_year(y, out);
    out->ymd = (uint32_t)(y * 10000 + m * 100 + d);
    out->digits = digits_of(out->ymd);
    out->kind = DATE_DAY;
    if (m >= 1 && m <= 12 && d >= 1 && d <= 31 &&
        civil_ok((struct civil){ y, (int)m, (int)d }))
        out->lo = out->hi = day_number(y, (int)m, (int)d);
    return true;
}

static int64_t two_digit_year(int64_t y)
{
    return y + (y <= 30 ? 2000 : 1900);
}

static bool three_numbers(const struct parts *p, struct when *out)
{
    if (p->digits[0] >= 3 && year_ok(common_era(p->v[0])))
        return as_day(common_era(p->v[0]), p->v[1], p->v[2], out);
    int64_t y = p->digits[2] <= 2 ? two_digit_year(p->v[2]) : common_era(p->v[2]);
    if (!year_ok(y))
        return false;
    if (p->v[1] > 12 && p->v[0] <= 12)          /* month first */
        return as_day(y, p->v[0], p->v[1], out);
    return as_day(y, p->v[1], p->v[0], out);
}

static bool month_named_date(const struct parts *p, struct when *out)
{
    if (p->n == 1 && year_ok(common_era(p->v[0])))
        return as_month(common_era(p->v[0]), p->month, out);
    for (size_t i = 0; i < 2 && p->n >= 2; i++)
        if (p->digits[i] >= 3 && year_ok(common_era(p->v[i])))
            return as_day(common_era(p->v[i]), p->month, p->v[1 - i], out);
    return false;
}

bool when_parse(struct str s, struct when *out)
{
    struct parts p;
    parts_of(s, &p);
    if (p.month)
        return month_named_date(&p, out);
    if (p.n >= 3)
        return three_numbers(&p, out);
    if (p.n == 2 && p.digits[0] >= 4 && year_ok(common_era(p.v[0])))
        return as_month(common_era(p.v[0]), p.v[1], out);
    if (p.n == 2 && p.digits[1] >= 4 && year_ok(common_era(p.v[1])))
        return as_month(common_era(p.v[1]), p.v[0], out);
    if (p.n != 1)
        return false;
    int64_t v = p.v[0];
    if (p.digits[0] == 4 && year_ok(common_era(v)))
        return as_year(common_era(v), out);
    if (p.digits[0] == 8 && year_ok(common_era(v / 10000)))
        return as_day(common_era(v / 10000), v / 100 % 100, v % 100, out);
    if (p.digits[0] == 8 && year_ok(common_era(v % 10000)))
        return as_day(common_era(v % 10000), v / 10000 % 100, v / 1000000, out);
    return false;
}

bool when_age(int age, int64_t on, bool on_known, struct when *out)
{
    if (age < 0 || age > 120)
        return false;
    int slack = on_known ? 1 : 2;               /* people round, and birthdays pass */
    struct civil lo = civil_from_days(on), hi = lo;
    lo.year -= age + 1 + slack;
    hi.year -= age - slack;
    lo.day = lo.day > 28 ? 28 : lo.day;
    hi.day = hi.day > 28 ? 28 : hi.day;
    *out = (struct when){ (int32_t)days_from_civil(lo) + 1, (int32_t)days_from_civil(hi), 0, 0,
                          (int16_t)lo.year, (int16_t)hi.year, DATE_AGE };
    return true;
}

/* ---- comparing ------------------------------------------------------------------ */

static uint32_t digits_of(uint32_t ymd)
{
    uint32_t v = 0;
    for (int i = 0; i < 8; i++, ymd /= 10)
        v |= ymd % 10 << 4 * i;
    return v;
}

/* The lowest bit of each digit (four bits) that is not 0. */
static uint32_t not_zero(uint32_t digits)
{
    digits |= digits >> 1;
    return (digits | digits >> 2) & 0x11111111;
}

static int digits_in(uint32_t lowest_bits)
{
    return (int)(lowest_bits * 0x11111111 >> 28);
}

/* Strokes between two dates of eight digits: changed digits, and up to four of them
 * neighbours that changed places count once. */
static int strokes(uint32_t x, uint32_t y)
{
    uint32_t changed = not_zero(x ^ y);
    uint32_t swapped = changed & ~not_zero(x ^ y >> 4) & ~not_zero(x >> 4 ^ y) & 0x01111111;
    uint32_t once = swapped & ~(swapped << 4 & ~(swapped << 8));    /* 121 and 212 swap once, not twice */
    int n = digits_in(changed);
    return n <= 4 ? n - digits_in(once) : n;
}

/* The first that holds, in the order of the levels. */
static enum birth_level both_days(const struct when *a, const struct when *b)
{
    uint32_t x = a->digits, y = b->digits, day_x = x & 0xFFFF, day_y = y & 0xFFFF;
    int32_t gap = a->lo > b->lo ? a->lo - b->lo : b->lo - a->lo;
    int n = strokes(x, y);
    bool year = x >> 16 == y >> 16, first_a = day_x == 0x101, first_b = day_y == 0x101;
    bool turned = (day_x >> 8 | (day_x & 255) << 8) == day_y;
    unsigned holds = (unsigned)(x == y) << BIRTH_EXACT | (unsigned)(year & turned) << BIRTH_SWAP |
                     (unsigned)(year & (first_a | first_b)) << BIRTH_FIRST |    /* 1 January stands for "that year" */
                     (unsigned)(n == 1) << BIRTH_TYPO | (unsigned)(day_x == day_y && !first_a) << BIRTH_DAYMONTH |
                     (unsigned)year << BIRTH_YEAR | (unsigned)(n == 2 || gap <= 366) << BIRTH_CLOSE |
                     1u << BIRTH_NONE;
    return (enum birth_level)__builtin_ctz(holds);
}

/* Two ages are three years wide each; that they touch says little, that their
 * middles are within a year says more. */
static enum birth_level both_ages(const struct when *a, const struct when *b)
{
    int32_t x = (a->lo + a->hi) / 2, y = (b->lo + b->hi) / 2, gap = x > y ? x - y : y - x;
    return gap <= 400 ? BIRTH_WITHIN : gap <= 1150 ? BIRTH_BESIDE : BIRTH_APART;
}

enum birth_level birth_level(const struct when *a, const struct when *b)
{
    if (a->kind == DATE_NONE || b->kind == DATE_NONE)
        return BIRTH_MISSING;
    if (a->kind == DATE_DAY && b->kind == DATE_DAY)
        return both_days(a, b);
    if (a->kind == DATE_AGE && b->kind == DATE_AGE)
        return both_ages(a, b);
    int32_t lo = a->lo > b->lo ? a->lo : b->lo, hi = a->hi < b->hi ? a->hi : b->hi;
    if (lo <= hi)
        return BIRTH_WITHIN;
    return lo - hi <= 731 ? BIRTH_BESIDE : BIRTH_APART;
}
