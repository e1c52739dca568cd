/* Built-in functions on dates, times and durations (DMN 1.5, 10.3.4.1, .7, .8). */
#include "rules/feel.h"

static struct feel_value kept(struct run *r, bool ok, struct feel_value v)
{
    return ok ? v : feel_no(r, "not a real date, time or duration");
}

static struct feel_value f_date(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = feel_null();
    (void)n;
    if (a[0].kind == FEEL_STRING)
        return kept(r, feel_date_literal(a[0].s, &v), v);
    if (a[0].kind == FEEL_DATE || a[0].kind == FEEL_DATETIME)
        return feel_date(feel_civil_of(a[0]));
    return feel_no(r, "date: wrong argument");
}

static bool small_int(const struct feel_value *v, int64_t lo, int64_t hi, int64_t *out)
{
    return num_trunc(*v, out) && *out >= lo && *out <= hi;
}

static bool ymd(const struct feel_value *a, struct feel_value *out)
{
    int64_t y, m, d;
    if (!small_int(&a[0], -YEAR_MAX, YEAR_MAX, &y) || !small_int(&a[1], 1, 12, &m) ||
        !small_int(&a[2], 1, 31, &d))
        return false;
    struct civil c = { y, (int)m, (int)d };
    if (!civil_ok(c))
        return false;
    *out = feel_date(c);
    return true;
}

static struct feel_value f_date_ymd(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = feel_null();
    (void)n;
    return kept(r, ymd(a, &v), v);
}

/* Seconds may have a fraction. */
static bool hms(const struct feel_value *a, struct feel_value *out)
{
    int64_t h, m, s;
    int32_t ns;
    if (!small_int(&a[0], 0, 23, &h) || !small_int(&a[1], 0, 59, &m) || !num_to_ns(a[2], &s, &ns) ||
        s < 0 || s > 59 || ns < 0)
        return false;
    *out = (struct feel_value){ .kind = FEEL_TIME };
    out->t.sec = h * 3600 + m * 60 + s;
    out->t.ns = ns;
    return true;
}

static bool set_offset(struct feel_value *v, const struct feel_value *offset)
{
    if (offset->kind == FEEL_NULL)
        return true;
    if (offset->kind == FEEL_STRING) {
        v->zone_kind = ZONE_NAMED;
        return feel_zone_find(offset->s, &v->zone);
    }
    if (offset->kind != FEEL_DAYS || offset->t.sec > 18 * 3600 || offset->t.sec < -18 * 3600)
        return false;
    v->zone_kind = ZONE_OFFSET;
    v->at = (int32_t)offset->t.sec;
    return true;
}

static struct feel_value f_time_hms(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = feel_null();
    bool ok = hms(a, &v) && (n < 4 || (a[3].kind != FEEL_STRING && set_offset(&v, &a[3])));
    return kept(r, ok, v);
}

static struct feel_value f_time(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = a[0];
    (void)n;
    if (v.kind == FEEL_STRING) {
        return kept(r, feel_time_literal(v.s, &v), v);
    }
    if (v.kind == FEEL_DATE)
        v = feel_as_datetime(v);
    if (v.kind == FEEL_DATETIME) {
        v.kind = FEEL_TIME;
        v.t.sec = (v.t.sec % 86400 + 86400) % 86400;
    }
    return v.kind == FEEL_TIME ? v : feel_no(r, "time: wrong argument");
}

static struct feel_value f_datetime(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = a[0];
    (void)n;
    if (v.kind == FEEL_STRING)
        return kept(r, feel_datetime_literal(v.s, &v), v);
    if (v.kind == FEEL_DATE)
        return feel_as_datetime(v);
    return v.kind == FEEL_DATETIME ? v : feel_no(r, "date and time: wrong argument");
}

/* The day of one, the clock and zone of the other. */
static struct feel_value joined(struct feel_value date, struct feel_value time)
{
    int64_t days = days_from_civil(feel_civil_of(date));
    time.kind = FEEL_DATETIME;
    time.t.sec += days * 86400;
    return time;
}

static struct feel_value f_datetime_of(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    if ((a[0].kind != FEEL_DATE && a[0].kind != FEEL_DATETIME))
        return feel_no(r, "date and time: wrong arguments");
    if (a[1].kind == FEEL_TIME)
        return joined(a[0], a[1]);
    return feel_no(r, "date and time: wrong arguments");
}

static struct feel_value f_datetime_parts(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value d, t = feel_null();
    bool ok = ymd(a, &d) && hms(a + 3, &t) && (n < 7 || set_offset(&t, &a[6]));
    return ok ? joined(d, t) : kept(r, false, t);
}

static struct feel_value f_duration(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v = a[0];
    (void)n;
    if (v.kind == FEEL_STRING)
        return kept(r, feel_duration_literal(v.s, &v), v);
    return v.kind == FEEL_DAYS || v.kind == FEEL_MONTHS ? v : feel_no(r, "duration: wrong argument");
}

/* Whole months between two days, towards zero. */
static struct feel_value f_months_between(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    for (int i = 0; i < 2; i++)
        if (a[i].kind != FEEL_DATE && a[i].kind != FEEL_DATETIME)
            return feel_no(r, "years and months duration: wrong arguments");
    struct civil x = feel_civil_of(a[0]), y = feel_civil_of(a[1]);
    int64_t m = (y.year - x.year) * 12 + (y.month - x.month);
    if (m > 0 && y.day < x.day)
        m--;
    else if (m < 0 && y.day > x.day)
        m++;
    return feel_months_value(m);
}

static struct feel_value f_now(struct run *r, const struct feel_value *a, size_t n)
{
    (void)a;
    (void)n;
    return feel_instant(r->c->now_us);
}

static struct feel_value f_today(struct run *r, const struct feel_value *a, size_t n)
{
    return feel_date(feel_civil_of(f_now(r, a, n)));
}

/* ---- the calendar -------------------------------------------------------------------- */

static bool day_of(const struct feel_value *v, struct civil *out)
{
    if (v->kind != FEEL_DATE && v->kind != FEEL_DATETIME)
        return false;
    *out = feel_civil_of(*v);
    return true;
}

static int64_t weekday(int64_t days)     /* 0 = Monday */
{
    return ((days + 3) % 7 + 7) % 7;
}

static struct feel_value f_day_of_year(struct run *r, const struct feel_value *a, size_t n)
{
    struct civil d;
    (void)n;
    if (!day_of(a, &d))
        return feel_no(r, "day of year: wrong argument");
    return num_of(days_from_civil(d) - days_from_civil((struct civil){ d.year, 1, 1 }) + 1);
}

static struct feel_value f_day_of_week(struct run *r, const struct feel_value *a, size_t n)
{
    static const struct str names[] = {
        STR_INIT("Monday"), STR_INIT("Tuesday"), STR_INIT("Wednesday"), STR_INIT("Thursday"),
        STR_INIT("Friday"), STR_INIT("Saturday"), STR_INIT("Sunday"),
    };
    struct civil d;
    (void)n;
    return day_of(a, &d) ? feel_string(names[weekday(days_from_civil(d))])
                         : feel_no(r, "day of week: wrong argument");
}

static struct feel_value f_month_of_year(struct run *r, const struct feel_value *a, size_t n)
{
    static const struct str names[] = {
        STR_INIT("January"), STR_INIT("February"), STR_INIT("March"), STR_INIT("April"),
        STR_INIT("May"), STR_INIT("June"), STR_INIT("July"), STR_INIT("August"),
        STR_INIT("September"), STR_INIT("October"), STR_INIT("November"), STR_INIT("December"),
    };
    struct civil d;
    (void)n;
    return day_of(a, &d) ? feel_string(names[d.month - 1]) : feel_no(r, "month of year: wrong argument");
}

/* ISO 8601: the week that holds the year's first Thursday is the first. */
static struct feel_value f_week_of_year(struct run *r, const struct feel_value *a, size_t n)
{
    struct civil d;
    (void)n;
    if (!day_of(a, &d))
        return feel_no(r, "week of year: wrong argument");
    int64_t days = days_from_civil(d), thursday = days - weekday(days) + 3;
    int64_t first = days_from_civil((struct civil){ civil_from_days(thursday).year, 1, 1 });
    return num_of((thursday - first) / 7 + 1);
}

static const struct builtin rows[] = {
    { "date", "from:x", f_date },
    { "date", "year:n,month:n,day:n", f_date_ymd },
    { "time", "from:x", f_time },
    { "time", "hour:n,minute:n,second:n,offset:x?~", f_time_hms },
    { "date and time", "from:x", f_datetime },
    { "date and time", "date:x,time:x", f_datetime_of },
    { "date and time", "year:n,month:n,day:n,hour:n,minute:n,second:n", f_datetime_parts },
    { "date and time", "year:n,month:n,day:n,hour:n,minute:n,second:n,offset:x~", f_datetime_parts },
    { "date and time", "year:n,month:n,day:n,hour:n,minute:n,second:n,timezone:x~", f_datetime_parts },
    { "duration", "from:x", f_duration },
    { "years and months duration", "from:x,to:x", f_months_between },
    { "now", "", f_now },
    { "today", "", f_today },
    { "day of year", "date:x", f_day_of_year },
    { "day of week", "date:x", f_day_of_week },
    { "month of year", "date:x", f_month_of_year },
    { "week of year", "date:x", f_week_of_year },
};
const struct builtin_rows builtins_time = { rows, COUNT_OF(rows) };
