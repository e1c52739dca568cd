/* days.c - local days, working days, and what was in force when. */
#include "pack/pack.h"

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

int64_t pack_local_day(const struct pack *p, int64_t us)
{
    return floor_div(us + p->utc_offset_s * US_PER_S, US_PER_DAY);
}

int64_t pack_day_start_us(const struct pack *p, int64_t day)
{
    return day * US_PER_DAY - p->utc_offset_s * US_PER_S;
}

const struct holiday *pack_holiday(const struct pack *p, int64_t day)
{
    size_t lo = 0, hi = p->holidays_n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (p->holidays[mid].day < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->holidays_n && p->holidays[lo].day == day ? &p->holidays[lo] : NULL;
}

bool pack_working_day(const struct pack *p, int64_t day)
{
    int64_t weekday = day + 3 - floor_div(day + 3, 7) * 7;      /* 1970-01-01 was a Thursday */
    return !(p->weekend >> weekday & 1u) && !pack_holiday(p, day);
}

bool pack_add_working_days(const struct pack *p, int64_t us, int64_t n, int64_t *out)
{
    int64_t day = pack_local_day(p, us);
    int64_t last = p->holidays_n
        ? days_from_civil((struct civil){ civil_from_days(p->holiday_days[p->holidays_n - 1]).year,
                                          12, 31 })
        : INT64_MIN;

    if (n < 1)
        return false;
    while (n > 0) {
        if (++day > last)
            return false;
        n -= pack_working_day(p, day);
    }
    *out = pack_day_start_us(p, day) + p->close_min * INT64_C(60) * US_PER_S;
    return true;
}

/* -1 before, 1 from that date on, 0 cannot be said (a year without a day). */
static int against(struct str bound, struct civil date)
{
    struct civil d;
    int64_t year;

    if (date_parse(bound, &d))
        return days_from_civil(date) < days_from_civil(d) ? -1 : 1;
    if (!str_to_i64(bound, &year) || date.year == year)
        return 0;
    return date.year < year ? -1 : 1;
}

enum in_force pack_within_days(struct str begin, struct str end, struct civil date)
{
    int from = against(begin, date), to = end.n ? against(end, date) : -1;

    if (from < 0 || to > 0)
        return IN_FORCE_NO;
    return from > 0 && to < 0 ? IN_FORCE_YES : IN_FORCE_UNKNOWN;
}

enum in_force pack_in_force(const struct provision *v, struct civil date)
{
    return pack_within_days(v->from, v->to, date);
}
