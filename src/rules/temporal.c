/* Dates, times and durations: spelling, arithmetic, parts. */
#include "rules/feel.h"

enum { DAY = 86400 };
static const int32_t NS = 1000000000;

struct civil feel_civil_of(struct feel_value v)
{
    int64_t days = v.t.sec;
    if (v.kind == FEEL_DATETIME)
        days = v.t.sec >= 0 ? v.t.sec / DAY : -((-v.t.sec + DAY - 1) / DAY);
    return civil_from_days(days);
}

static int64_t second_of_day(const struct feel_value *v)
{
    int64_t s = v->t.sec % DAY;
    return s < 0 ? s + DAY : s;
}

struct feel_value feel_date_value(int64_t days)
{
    struct feel_value v = { .kind = FEEL_DATE };
    v.t.sec = days;
    return v;
}

struct feel_value feel_months_value(int64_t months)
{
    struct feel_value v = { .kind = FEEL_MONTHS };
    v.t.sec = months;
    return v;
}

bool feel_days_value(int64_t sec, int64_t ns, struct feel_value *out)
{
    struct feel_value v = { .kind = FEEL_DAYS };
    if (__builtin_add_overflow(sec, ns / NS, &sec) || sec == INT64_MIN)
        return false;
    ns %= NS;
    if (sec > 0 && ns < 0) {
        sec--;
        ns += NS;
    } else if (sec < 0 && ns > 0) {
        sec++;
        ns -= NS;
    }
    v.t.sec = sec;
    v.t.ns = (int32_t)ns;
    *out = v;
    return true;
}

bool feel_date_in_range(int64_t days)
{
    return days >= -INT64_C(365242500000) && days <= INT64_C(365242500000) &&
           civil_from_days(days).year >= -YEAR_MAX && civil_from_days(days).year <= YEAR_MAX;
}

/* ---- spelling in --------------------------------------------------------- */

static bool two(struct str *s, int *out)
{
    if (s->n < 2 || !ascii_digit(s->p[0]) || !ascii_digit(s->p[1]))
        return false;
    *out = (s->p[0] - '0') * 10 + s->p[1] - '0';
    *s = str_sub(*s, 2, s->n);
    return true;
}

static bool eat(struct str *s, char ch)
{
    if (s->n == 0 || s->p[0] != ch)
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static bool date_part(struct str *s, int64_t *days)
{
    struct civil d = { 0 };
    bool neg = eat(s, '-');
    size_t n = 0;
    while (n < s->n && ascii_digit(s->p[n]))
        n++;
    if (n < 4 || n > 9 || (n > 4 && s->p[0] == '0'))
        return false;
    for (size_t i = 0; i < n; i++)
        d.year = d.year * 10 + (s->p[i] - '0');
    if (neg)
        d.year = -d.year;
    *s = str_sub(*s, n, s->n);
    if (!eat(s, '-') || !two(s, &d.month) || !eat(s, '-') || !two(s, &d.day) || !civil_ok(d))
        return false;
    *days = days_from_civil(d);
    return true;
}

/* "+02:00", "-05:30:15", "Z", "@Europe/Paris", or nothing. */
static bool zone_part(struct str s, struct feel_value *v)
{
    int h, m, sec = 0;
    if (s.n == 0)
        return true;
    if (s.p[0] == '@') {
        v->zone_kind = ZONE_NAMED;
        return feel_zone_find(str_sub(s, 1, s.n), &v->zone);
    }
    v->zone_kind = ZONE_OFFSET;
    if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z'))
        return true;
    bool neg = s.p[0] == '-';
    if (!eat(&s, '+') && !eat(&s, '-'))
        return false;
    if (!two(&s, &h) || !eat(&s, ':') || !two(&s, &m))
        return false;
    if (s.n && (!eat(&s, ':') || !two(&s, &sec)))
        return false;
    int total = h * 3600 + m * 60 + sec;
    if (s.n || m > 59 || sec > 59 || total > 18 * 3600)
        return false;
    v->at = neg ? -total : total;
    return true;
}

/* hh:mm:ss with fraction; 24:00:00 is the end of the day. */
static bool clock_part(struct str *s, int64_t *sec, int32_t *ns)
{
    int h, m, x;
    if (!two(s, &h) || !eat(s, ':') || !two(s, &m) || !eat(s, ':') || !two(s, &x))
        return false;
    int32_t frac = 0, scale = NS / 10;
    if (eat(s, '.')) {
        size_t n = 0;
        for (; n < s->n && ascii_digit(s->p[n]); n++, scale /= 10)
            frac += (s->p[n] - '0') * scale;
        if (n == 0)
            return false;
        *s = str_sub(*s, n, s->n);
    }
    if (m > 59 || x > 59 || h > 24 || (h == 24 && (m || x || frac)))
        return false;
    *sec = h * 3600 + m * 60 + x;
    *ns = frac;
    return true;
}

bool feel_date_literal(struct str s, struct feel_value *out)
{
    int64_t days;
    if (!date_part(&s, &days) || s.n)
        return false;
    *out = feel_date_value(days);
    return true;
}

bool feel_time_literal(struct str s, struct feel_value *out)
{
    struct feel_value v = { .kind = FEEL_TIME };
    if (!clock_part(&s, &v.t.sec, &v.t.ns) || !zone_part(s, &v))
        return false;
    v.t.sec %= DAY;
    *out = v;
    return true;
}

bool feel_datetime_literal(struct str s, struct feel_value *out)
{
    struct feel_value v = { .kind = FEEL_DATETIME };
    int64_t days, sec = 0;
    if (!date_part(&s, &days))
        return false;
    if (s.n) {
        if (!eat(&s, 'T') || !clock_part(&s, &sec, &v.t.ns) || !zone_part(s, &v))
            return false;
    }
    v.t.sec = days * DAY + sec;
    *out = v;
    return true;
}

/* One "12H" of a duration; fraction only where asked. */
static bool amount(struct str *s, char unit, __int128 *whole, int32_t *frac)
{
    size_t n = 0;
    int64_t v = 0;
    int32_t f = 0, scale = NS / 10;
    while (n < s->n && ascii_digit(s->p[n]))
        v = v * 10 + (s->p[n++] - '0');
    if (n == 0 || n > 18)
        return false;
    if (frac && n < s->n && s->p[n] == '.')
        for (n++; n < s->n && ascii_digit(s->p[n]); n++, scale /= 10)
            f += (s->p[n] - '0') * scale;
    if (n >= s->n || s->p[n] != unit)
        return false;
    *whole = v;
    if (frac)
        *frac = f;
    *s = str_sub(*s, n + 1, s->n);
    return true;
}

static bool months_part(struct str s, bool neg, struct feel_value *out)
{
    __int128 y = 0, m = 0;
    bool any = amount(&s, 'Y', &y, NULL);
    any |= amount(&s, 'M', &m, NULL);
    __int128 all = y * 12 + m;
    if (!any || s.n || all > INT64_C(1000000000000000000))
        return false;
    *out = feel_months_value(neg ? -(int64_t)all : (int64_t)all);
    return true;
}

bool feel_duration_literal(struct str s, struct feel_value *out)
{
    __int128 d = 0, h = 0, m = 0, x = 0;
    int32_t frac = 0;
    bool neg = eat(&s, '-'), any, anytime = false;
    if (!eat(&s, 'P'))
        return false;
    if (months_part(s, neg, out))
        return true;
    any = amount(&s, 'D', &d, NULL);
    if (eat(&s, 'T')) {
        anytime |= amount(&s, 'H', &h, NULL);
        anytime |= amount(&s, 'M', &m, NULL);
        anytime |= amount(&s, 'S', &x, &frac);
        if (!anytime)
            return false;
    }
    __int128 all = d * DAY + h * 3600 + m * 60 + x;
    if (s.n || !(any || anytime) || all > INT64_C(4000000000000000000))
        return false;
    return feel_days_value(neg ? -(int64_t)all : (int64_t)all, neg ? -frac : frac, out);
}

bool feel_temporal(struct str s, struct feel_value *out)
{
    return feel_date_literal(s, out) || feel_datetime_literal(s, out) || feel_time_literal(s, out) ||
           feel_duration_literal(s, out);
}

/* ---- spelling out ---------------------------------------------------------- */

static void pad(struct buf *b, int64_t v, int width)
{
    char d[20];
    int n = 0;
    for (; v || n < width; v /= 10)
        d[n++] = (char)('0' + v % 10);
    while (n)
        buf_char(b, d[--n]);
}

static void fraction(struct buf *b, int32_t ns)
{
    int width = 9;
    if (ns == 0)
        return;
    for (; ns % 10 == 0; ns /= 10)
        width--;
    buf_char(b, '.');
    pad(b, ns, width);
}

static void date_out(struct buf *b, struct feel_value v)
{
    struct civil d = feel_civil_of(v);
    if (d.year < 0)
        buf_char(b, '-');
    pad(b, d.year < 0 ? -d.year : d.year, 4);
    buf_char(b, '-');
    pad(b, d.month, 2);
    buf_char(b, '-');
    pad(b, d.day, 2);
}

static void zone_out(struct buf *b, struct feel_value v)
{
    if (v.zone_kind == ZONE_NAMED) {
        buf_char(b, '@');
        buf_put(b, str_c(feel_zone_name(v.zone)));
    } else if (v.zone_kind == ZONE_OFFSET && v.at == 0) {
        buf_char(b, 'Z');
    } else if (v.zone_kind == ZONE_OFFSET) {
        int32_t o = v.at < 0 ? -v.at : v.at;
        buf_char(b, v.at < 0 ? '-' : '+');
        pad(b, o / 3600, 2);
        buf_char(b, ':');
        pad(b, o / 60 % 60, 2);
        if (o % 60) {
            buf_char(b, ':');
            pad(b, o % 60, 2);
        }
    }
}

static void clock_out(struct buf *b, struct feel_value v)
{
    int64_t s = second_of_day(&v);
    pad(b, s / 3600, 2);
    buf_char(b, ':');
    pad(b, s / 60 % 60, 2);
    buf_char(b, ':');
    pad(b, s % 60, 2);
    fraction(b, v.t.ns);
    zone_out(b, v);
}

static void part_out(struct buf *b, int64_t n, char unit)
{
    if (n) {
        buf_i64(b, n);
        buf_char(b, unit);
    }
}

static void months_out(struct buf *b, int64_t m)
{
    if (m < 0)
        buf_char(b, '-');
    m = m < 0 ? -m : m;
    buf_char(b, 'P');
    part_out(b, m / 12, 'Y');
    if (m % 12 || m == 0) {
        buf_i64(b, m % 12);
        buf_char(b, 'M');
    }
}

static void days_out(struct buf *b, struct feel_value v)
{
    int64_t s = v.t.sec < 0 ? -v.t.sec : v.t.sec;
    int32_t ns = v.t.ns < 0 ? -v.t.ns : v.t.ns;
    if (v.t.sec < 0 || v.t.ns < 0)
        buf_char(b, '-');
    buf_char(b, 'P');
    part_out(b, s / DAY, 'D');
    if (s % DAY == 0 && ns == 0 && s != 0)
        return;
    buf_char(b, 'T');
    part_out(b, s % DAY / 3600, 'H');
    part_out(b, s / 60 % 60, 'M');
    if (s % 60 || ns || s == 0) {
        buf_i64(b, s % 60);
        fraction(b, ns);
        buf_char(b, 'S');
    }
}

void feel_temporal_text(struct buf *b, struct feel_value v)
{
    switch (v.kind) {
    case FEEL_DATE:
        date_out(b, v);
        break;
    case FEEL_DATETIME:
        date_out(b, v);
        buf_char(b, 'T');
        clock_out(b, v);
        break;
    case FEEL_TIME:
        clock_out(b, v);
        break;
    case FEEL_MONTHS:
        months_out(b, v.t.sec);
        break;
    default:
        days_out(b, v);
    }
}

/* ---- arithmetic ----------------------------------------------------------------- */

bool feel_time_offset(const struct feel_value *v, int64_t *seconds)
{
    int32_t off;
    if (v->zone_kind == ZONE_NONE)
        return false;
    if (v->zone_kind == ZONE_OFFSET) {
        *seconds = v->at;
        return true;
    }
    /* A time of no day takes the zone's winter offset of the year 2000. */
    int64_t at = v->kind == FEEL_DATETIME ? v->t.sec : INT64_C(946684800) + v->t.sec;
    if (!feel_zone_offset(v->zone, at, false, &off))
        return false;
    *seconds = off;
    return true;
}

bool feel_instant_of(const struct feel_value *v, int64_t *sec, int32_t *ns, bool *zoned)
{
    int64_t off = 0;
    *zoned = feel_time_offset(v, &off);
    *sec = v->t.sec - off;
    *ns = v->t.ns;
    return true;
}

struct feel_value feel_as_datetime(struct feel_value date)
{
    struct feel_value v = { .kind = FEEL_DATETIME, .zone_kind = ZONE_OFFSET };
    v.t.sec = date.t.sec * DAY;
    return v;
}

static bool datetime_in_range(int64_t sec)
{
    return sec > -INT64_C(31556952000000000) && sec < INT64_C(31556952000000000) &&
           feel_date_in_range(sec / DAY);
}

/* On the time line: across a change of offset, an hour is an hour. */
static bool datetime_add(struct feel_value v, int64_t sec, int32_t ns, struct feel_value *out)
{
    int64_t off = 0, total;
    int64_t n = (int64_t)v.t.ns + ns;
    bool named = v.zone_kind == ZONE_NAMED;
    if (n < 0) {
        n += NS;
        sec--;
    } else if (n >= NS) {
        n -= NS;
        sec++;
    }
    if (named && !feel_time_offset(&v, &off))
        return false;
    if (__builtin_add_overflow(v.t.sec - off, sec, &total) || !datetime_in_range(total))
        return false;
    int32_t now = 0;
    if (named && !feel_zone_offset(v.zone, total, true, &now))
        return false;
    v.t.sec = total + now;
    v.t.ns = (int32_t)n;
    *out = v;
    return true;
}

static void time_add(struct feel_value *v, int64_t sec, int32_t ns)
{
    int64_t n = (int64_t)v->t.ns + ns, s = v->t.sec + sec % DAY;
    if (n < 0) {
        n += NS;
        s--;
    } else if (n >= NS) {
        n -= NS;
        s++;
    }
    v->t.sec = (s % DAY + DAY) % DAY;
    v->t.ns = (int32_t)n;
}

bool feel_add_days(struct feel_value v, int64_t sec, int32_t ns, struct feel_value *out)
{
    if (v.kind == FEEL_TIME) {
        time_add(&v, sec, ns);
        *out = v;
        return true;
    }
    if (v.kind == FEEL_DATETIME)
        return datetime_add(v, sec, ns, out);
    struct feel_value dt;
    if (!datetime_add(feel_as_datetime(v), sec, ns, &dt))
        return false;
    *out = feel_date_value(days_from_civil(feel_civil_of(dt)));
    return true;
}

bool feel_add_months(struct feel_value v, int64_t months, struct feel_value *out)
{
    struct civil d = feel_civil_of(v);
    int64_t total;
    if (__builtin_add_overflow(d.year * 12 + d.month - 1, months, &total))
        return false;
    int64_t m = total % 12 < 0 ? total % 12 + 12 : total % 12;
    d.year = (total - m) / 12;
    d.month = (int)m + 1;
    if (d.year > YEAR_MAX || d.year < -YEAR_MAX)
        return false;
    while (!civil_ok(d))
        d.day--;
    int64_t days = days_from_civil(d);
    if (v.kind == FEEL_DATE)
        v.t.sec = days;
    else
        v.t.sec = days * DAY + second_of_day(&v);
    *out = v;
    return true;
}

bool feel_temporal_minus(struct feel_value a, struct feel_value b, struct feel_value *out)
{
    int64_t x, y, d;
    int32_t nx, ny;
    bool zx, zy;
    if (a.kind == FEEL_DATE && b.kind != FEEL_TIME)
        a = feel_as_datetime(a);
    if (b.kind == FEEL_DATE && a.kind != FEEL_TIME)
        b = feel_as_datetime(b);
    if (a.kind != b.kind || !feel_instant_of(&a, &x, &nx, &zx) || !feel_instant_of(&b, &y, &ny, &zy) || zx != zy)
        return false;
    if (__builtin_sub_overflow(x, y, &d))
        return false;
    return feel_days_value(d, (int64_t)nx - ny, out);
}

/* ---- parts --------------------------------------------------------------------- */

static bool date_get(struct feel_value v, struct str name, struct feel_value *out)
{
    struct civil d = feel_civil_of(v);
    if (str_is(name, "year"))
        *out = num_of(d.year);
    else if (str_is(name, "month"))
        *out = num_of(d.month);
    else if (str_is(name, "day"))
        *out = num_of(d.day);
    else if (str_is(name, "weekday"))
        *out = num_of(((days_from_civil(d) + 3) % 7 + 7) % 7 + 1);
    else
        return false;
    return true;
}

static bool time_get(struct feel_value v, struct str name, struct feel_value *out)
{
    int64_t s = second_of_day(&v), off;
    if (str_is(name, "hour"))
        *out = num_of(s / 3600);
    else if (str_is(name, "minute"))
        *out = num_of(s / 60 % 60);
    else if (str_is(name, "second"))
        *out = num_of(s % 60);
    else if (str_is(name, "time offset"))
        *out = feel_time_offset(&v, &off) ? feel_seconds(off) : feel_null();
    else if (str_is(name, "timezone"))
        *out = v.zone_kind == ZONE_NAMED ? feel_string(str_c(feel_zone_name(v.zone))) : feel_null();
    else
        return false;
    return true;
}

static bool days_get(struct feel_value v, struct str name, struct feel_value *out)
{
    if (str_is(name, "days"))
        *out = num_of(v.t.sec / DAY);
    else if (str_is(name, "hours"))
        *out = num_of(v.t.sec % DAY / 3600);
    else if (str_is(name, "minutes"))
        *out = num_of(v.t.sec % 3600 / 60);
    else if (str_is(name, "seconds"))
        *out = num_of(v.t.sec % 60);
    else if (str_is(name, "value"))
        return num_from_ns(v.t.sec, v.t.ns, out);
    else
        return false;
    return true;
}

bool feel_temporal_get(struct feel_value v, struct str name, struct feel_value *out)
{
    switch (v.kind) {
    case FEEL_DATE:
        return date_get(v, name, out);
    case FEEL_DATETIME:
        return date_get(v, name, out) || time_get(v, name, out);
    case FEEL_TIME:
        return time_get(v, name, out);
    case FEEL_DAYS:
        return days_get(v, name, out);
    case FEEL_MONTHS:
        if (str_is(name, "years"))
            *out = num_of(v.t.sec / 12);
        else if (str_is(name, "months"))
            *out = num_of(v.t.sec % 12);
        else if (str_is(name, "value"))
            *out = num_of(v.t.sec);
        else
            return false;
        return true;
    default:
        return false;
    }
}
