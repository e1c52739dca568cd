#include "base/base.h"

#include <sys/random.h>
#include <time.h>

/* Days and civil dates: the era method (years start in March, 400-year eras). */
int64_t days_from_civil(struct civil d)
{
    int64_t y = d.year - (d.month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct civil civil_from_days(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){ yoe + era * 400 + (month <= 2), month,
                           (int)(doy - (153 * mp + 2) / 5 + 1) };
}

bool civil_ok(struct civil d)
{
    static const int len[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (d.month < 1 || d.month > 12 || d.day < 1)
        return false;
    bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;
    return d.day <= len[d.month - 1] + (d.month == 2 && leap);
}

static bool digits(struct str s, size_t at, size_t n, int *out)
{
    int v = 0;
    if (s.n < at + n)
        return false;
    for (size_t i = at; i < at + n; i++) {
        if (!ascii_digit(s.p[i]))
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return true;
}

bool date_parse(struct str s, struct civil *out)
{
    int y, m, d;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !digits(s, 0, 4, &y) ||
        !digits(s, 5, 2, &m) || !digits(s, 8, 2, &d))
        return false;
    struct civil c = { y, m, d };
    if (!civil_ok(c))
        return false;
    *out = c;
    return true;
}

static char *two(char *p, int v)
{
    *p++ = (char)('0' + v / 10 % 10);
    *p++ = (char)('0' + v % 10);
    return p;
}

/* Written by hand: pages and the ledger show thousands of these. */
static char *date_at(char *p, struct civil d)
{
    p = two(p, (int)(d.year / 100));
    p = two(p, (int)(d.year % 100));
    *p++ = '-';
    p = two(p, d.month);
    *p++ = '-';
    return two(p, d.day);
}

static bool four_digits(int64_t year)
{
    return year >= 0 && year <= 9999;
}

struct str date_text(struct arena *a, struct civil d)
{
    struct buf b;
    char t[16];
    buf_init(&b, a, 32);
    if (four_digits(d.year))
        buf_put(&b, (struct str){ t, (size_t)(date_at(t, d) - t) });
    else
        buf_fmt(&b, "%04lld-%02d-%02d", (long long)d.year, d.month, d.day);
    return buf_str(&b);
}

struct str instant_text(struct arena *a, int64_t us)
{
    int64_t days = us / US_PER_DAY, rest = us % US_PER_DAY;
    if (rest < 0) {
        rest += US_PER_DAY;
        days--;
    }
    struct civil d = civil_from_days(days);
    int sec = (int)(rest / US_PER_S);
    struct buf b;
    char t[24], *p = t;
    buf_init(&b, a, 40);
    if (four_digits(d.year)) {
        p = date_at(p, d);
        *p++ = 'T';
        p = two(p, sec / 3600);
        *p++ = ':';
        p = two(p, sec / 60 % 60);
        *p++ = ':';
        p = two(p, sec % 60);
        *p++ = 'Z';
        buf_put(&b, (struct str){ t, (size_t)(p - t) });
        return buf_str(&b);
    }
    buf_fmt(&b, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)d.year, d.month, d.day,
            sec / 3600, sec / 60 % 60, sec % 60);
    return buf_str(&b);
}

/* "+hh:mm", "-hh:mm", "+hhmm", "+hh" or "Z" */
static bool offset_parse(struct str s, int64_t *out_s)
{
    int h, m = 0;
    if (str_is(s, "Z")) {
        *out_s = 0;
        return true;
    }
    if (s.n < 3 || (s.p[0] != '+' && s.p[0] != '-') || !digits(s, 1, 2, &h))
        return false;
    bool colon = s.n == 6 && s.p[3] == ':';
    if (s.n != 3 && !(colon && digits(s, 4, 2, &m)) && !(s.n == 5 && digits(s, 3, 2, &m)))
        return false;
    if (h > 14 || m > 59)
        return false;
    *out_s = (s.p[0] == '-' ? -1 : 1) * (h * 3600 + m * 60);
    return true;
}

bool instant_parse(struct str s, int64_t *us)
{
    struct civil d;
    int h, m, sec;
    int64_t frac = 0, scale = US_PER_S / 10, off;
    size_t at = 19;

    if (s.n < 20 || !date_parse(str_sub(s, 0, 10), &d) || s.p[10] != 'T' ||
        !digits(s, 11, 2, &h) || s.p[13] != ':' || !digits(s, 14, 2, &m) ||
        s.p[16] != ':' || !digits(s, 17, 2, &sec) || h > 23 || m > 59 || sec > 59)
        return false;
    if (s.p[at] == '.') {
        for (at++; at < s.n && ascii_digit(s.p[at]); at++) {
            frac += (s.p[at] - '0') * scale;
            scale /= 10;
        }
    }
    if (!offset_parse(str_sub(s, at, s.n), &off))
        return false;
    *us = days_from_civil(d) * US_PER_DAY +
          (h * 3600 + m * 60 + sec - off) * US_PER_S + frac;
    return true;
}

static int64_t clock_us(clockid_t id)
{
    struct timespec t;
    (void)clock_gettime(id, &t);
    return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

/* ---- ids ----------------------------------------------------------------- */

static const char id_digit[] = "0123456789abcdefghjkmnpqrstvwxyz";

struct str id_new(struct arena *a, int64_t now_us)
{
    unsigned char rnd[16];
    uint64_t ms = (uint64_t)(now_us / 1000);
    char *p = arena_alloc(a, ID_LEN + 1, 1);

    if (!p || getrandom(rnd, sizeof rnd, 0) != (ssize_t)sizeof rnd)
        return (struct str){ 0 };
    for (size_t i = 0; i < 10; i++)
        p[9 - i] = id_digit[ms >> (5 * i) & 31];
    for (size_t i = 0; i < 16; i++)
        p[10 + i] = id_digit[rnd[i] & 31];
    return (struct str){ p, ID_LEN };
}

bool id_ok(struct str s)
{
    if (s.n != ID_LEN || s.p[0] > '7')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || !strchr(id_digit, s.p[i]))
            return false;
    return true;
}
