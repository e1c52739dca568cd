/* flow_clock.c - when a duration ends: around the clock or in office hours.
 *
 * Durations: ISO 8601 "PnYnMnWnDTnHnMnS"; cycles "Rn/…" with an optional start.
 * Everything is integers; a local time is UTC plus the calendar's offset. */
#include "flow/flow_run.h"

#define US_PER_MIN (60 * US_PER_S)

struct span { int64_t months, days, us; };

/* ---- reading ------------------------------------------------------------------- */

static bool span_unit(char unit, bool time, int64_t v, struct span *s)
{
    switch (unit) {
    case 'Y': s->months += v * 12; return !time;
    case 'M':
        if (time)
            s->us += v * US_PER_MIN;
        else
            s->months += v;
        return true;
    case 'W': s->days += v * 7; return !time;
    case 'D': s->days += v; return !time;
    case 'H': s->us += v * 60 * US_PER_MIN; return time;
    case 'S': s->us += v * US_PER_S; return time;
    default: return false;
    }
}

static bool span_parse(struct str s, struct span *out)
{
    struct span span = { 0 };
    bool time = false, any = false;
    if (s.n < 3 || s.p[0] != 'P')
        return false;
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == 'T' && !time) {
            time = true;
            any = false;
            continue;
        }
        int64_t v = 0;
        size_t from = i;
        for (; i < s.n && ascii_digit(s.p[i]); i++)
            if ((v = v * 10 + (s.p[i] - '0')) > 1000000)
                return false;
        if (i == from)
            return false;
        if (i < s.n && s.p[i] == '.') {                 /* parts of a second are dropped */
            size_t dot = i;
            for (i++; i < s.n && ascii_digit(s.p[i]); i++)
                ;
            if (i == dot + 1 || i == s.n || s.p[i] != 'S' || !time)
                return false;
        }
        if (i == s.n || !span_unit(s.p[i], time, v, &span))
            return false;
        any = true;
    }
    *out = span;
    return any;
}

struct cycle { int turns; bool has_start; int64_t start_us; struct span span; };

static bool cycle_parse(struct str s, struct cycle *out)
{
    struct str head, rest, start;
    int64_t n = -1;
    if (!s.n || s.p[0] != 'R' || !str_cut(s, '/', &head, &rest))
        return false;
    head = str_sub(head, 1, head.n);
    if (head.n && (!str_to_i64(head, &n) || n < 0 || n > 100000))
        return false;
    *out = (struct cycle){ .turns = (int)n };
    if (span_parse(rest, &out->span))
        return true;
    if (!str_cut(rest, '/', &start, &rest))
        return false;
    if (span_parse(start, &out->span))                   /* R/duration/end: the end is not kept */
        return true;
    out->has_start = true;
    return instant_parse(start, &out->start_us) && span_parse(rest, &out->span);
}

int when_turns(struct str text)
{
    struct cycle k;
    return cycle_parse(text, &k) ? k.turns : 0;
}

enum flow_when_kind flow_when_of(struct str text)
{
    struct span s;
    struct cycle k;
    struct civil d;
    int64_t us;
    if (span_parse(text, &s))
        return FLOW_DURATION;
    if (cycle_parse(text, &k))
        return FLOW_CYCLE;
    if (instant_parse(text, &us) || date_parse(text, &d))
        return FLOW_DATE;
    return FLOW_NEVER;
}

/* ---- local time ------------------------------------------------------------------ */

static int64_t offset_at(const struct flow_calendar *cal, int64_t us)
{
    int64_t off = cal->n_zones ? cal->zones[0].offset_min : 0;
    for (size_t i = 1; i < cal->n_zones && cal->zones[i].from_us <= us; i++)
        off = cal->zones[i].offset_min;
    return off * US_PER_MIN;
}

static int64_t to_utc(const struct flow_calendar *cal, int64_t local)
{
    int64_t guess = local - offset_at(cal, local);
    return local - offset_at(cal, guess);
}

static int64_t floor_day(int64_t us)
{
    int64_t d = us / US_PER_DAY;
    return us % US_PER_DAY < 0 ? d - 1 : d;
}

static int64_t local_day(const struct flow_calendar *cal, int64_t us)
{
    return floor_day(us + offset_at(cal, us));
}

static int month_days(int64_t year, int month)
{
    struct civil d = { year, month, 31 };
    while (!civil_ok(d))
        d.day--;
    return d.day;
}

/* The 31st plus one month is the last day of the shorter month. */
static int64_t add_months(int64_t day, int64_t months)
{
    struct civil d = civil_from_days(day);
    int64_t m = d.year * 12 + (d.month - 1) + months;
    struct civil to = { m / 12, (int)(m % 12) + 1, d.day };
    int most = month_days(to.year, to.month);
    if (to.day > most)
        to.day = most;
    return days_from_civil(to);
}

/* ---- working days ------------------------------------------------------------------ */

static bool is_holiday(const struct flow_calendar *cal, int64_t day)
{
    size_t lo = 0, hi = cal->n_holidays;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (cal->holidays[mid] < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < cal->n_holidays && cal->holidays[lo] == day;
}

/* Monday is 0; 1970-01-01 was a Thursday. */
static int weekday(int64_t day)
{
    int w = (int)((day + 3) % 7);
    return w < 0 ? w + 7 : w;
}

static size_t hours_of(const struct flow_calendar *cal, int64_t day, const struct flow_hours **h)
{
    int w = weekday(day);
    *h = cal->week[w];
    return is_holiday(cal, day) ? 0 : cal->n_week[w];
}

static bool paused_at(const struct flow_pause *p, size_t n, int64_t us, bool *for_ever)
{
    for (size_t i = 0; i < n; i++)
        if (us >= p[i].from_us && us < p[i].to_us) {
            *for_ever = p[i].to_us == INT64_MAX;
            return true;
        }
    return false;
}

enum { FIFTY_YEARS = 18263 };

/* The close of the nth working day after (or, n = 0, on or after) `day`. */
static int64_t close_of(const struct flow_calendar *cal, int64_t day, int64_t n,
                        const struct flow_pause *p, size_t n_pauses)
{
    bool from_today = n == 0;
    for (int64_t d = from_today ? day : day + 1; d < day + FIFTY_YEARS; d++) {
        const struct flow_hours *h;
        size_t k = hours_of(cal, d, &h);
        bool for_ever = false;
        if (!k)
            continue;
        int64_t close = to_utc(cal, d * US_PER_DAY + h[k - 1].to_min * US_PER_MIN);
        if (paused_at(p, n_pauses, close, &for_ever)) {
            if (for_ever)
                return INT64_MAX;
            continue;
        }
        if (from_today || --n == 0)
            return close;
    }
    return INT64_MAX;
}

/* Use up *left inside [from, to) without the pauses.  True: done, at *end. */
static bool use_up(int64_t from, int64_t to, const struct flow_pause *p, size_t n, int64_t *left,
                   int64_t *end)
{
    for (size_t i = 0; i <= n && from < to; i++) {
        int64_t stop = i < n && p[i].from_us < to ? p[i].from_us : to;
        if (i < n && p[i].to_us <= from)
            continue;
        if (stop > from) {
            if (*left <= stop - from) {
                *end = from + *left;
                return true;
            }
            *left -= stop - from;
        }
        if (i < n && p[i].to_us == INT64_MAX && p[i].from_us < to) {
            *end = INT64_MAX;
            return true;
        }
        from = i < n && p[i].from_us < to ? p[i].to_us : to;
    }
    return false;
}

static int64_t working_hours(const struct flow_calendar *cal, int64_t start, int64_t left,
                             const struct flow_pause *p, size_t n)
{
    int64_t day = local_day(cal, start), end = INT64_MAX;
    for (int64_t d = day; d < day + FIFTY_YEARS; d++) {
        const struct flow_hours *h;
        size_t k = hours_of(cal, d, &h);
        for (size_t i = 0; i < k; i++) {
            int64_t from = to_utc(cal, d * US_PER_DAY + h[i].from_min * US_PER_MIN);
            int64_t to = to_utc(cal, d * US_PER_DAY + h[i].to_min * US_PER_MIN);
            if (from < start)
                from = start;
            if (from < to && use_up(from, to, p, n, &left, &end))
                return end;
        }
    }
    return INT64_MAX;
}

/* ---- around the clock ------------------------------------------------------------------ */

static int64_t extend(int64_t start, int64_t end, const struct flow_pause *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t from = p[i].from_us > start ? p[i].from_us : start;
        if (p[i].to_us <= from || from >= end)
            continue;
        if (p[i].to_us == INT64_MAX)
            return INT64_MAX;
        end += p[i].to_us - from;
    }
    return end;
}

static int64_t months_later(const struct flow_calendar *cal, int64_t start, int64_t months)
{
    int64_t day = local_day(cal, start);
    int64_t time = start + offset_at(cal, start) - day * US_PER_DAY;
    return months ? to_utc(cal, add_months(day, months) * US_PER_DAY + time) : start;
}

static int64_t clock_end(const struct flow_calendar *cal, int64_t start, const struct span *s,
                         const struct flow_pause *p, size_t n)
{
    int64_t end = months_later(cal, start, s->months) + s->days * US_PER_DAY + s->us;
    return extend(start, end, p, n);
}

static int64_t working_end(const struct flow_calendar *cal, int64_t start, const struct span *s,
                           const struct flow_pause *p, size_t n)
{
    int64_t at = start;
    if (s->months) {
        at = extend(start, months_later(cal, start, s->months), p, n);
        if (at != INT64_MAX && !s->days)
            at = close_of(cal, local_day(cal, at), 0, p, n);
    }
    if (at != INT64_MAX && s->days)
        at = close_of(cal, local_day(cal, at), s->days, p, n);
    if (at != INT64_MAX && s->us)
        at = working_hours(cal, at, s->us, p, n);
    return at;
}

/* ---- all of it ---------------------------------------------------------------------------- */

static enum err date_end(struct ctx *c, const struct flow_calendar *cal, struct str text, int64_t *due)
{
    struct civil d;
    if (instant_parse(text, due))
        return ERR_OK;
    if (!date_parse(text, &d))
        return FAIL(c, ERR_INPUT, "flow.bad-time", "date of %zu bytes", text.n);
    *due = to_utc(cal, days_from_civil(d) * US_PER_DAY);
    return ERR_OK;
}

static bool too_far(const struct span *s)
{
    return s->months > 1200 || s->days > 40000 || s->us > 40000 * US_PER_DAY;
}

enum err flow_deadline(struct ctx *c, const struct flow_calendar *cal, int64_t start_us,
                       const struct flow_when *when, int turn, const struct flow_pause *pause,
                       size_t n_pauses, int64_t *due_us)
{
    struct cycle k = { .turns = -1 };
    if (when->kind == FLOW_DATE)
        return date_end(c, cal, when->text, due_us);
    if (!span_parse(when->text, &k.span) && !cycle_parse(when->text, &k))
        return FAIL(c, ERR_INPUT, "flow.bad-time", "duration of %zu bytes", when->text.n);
    if (turn < 0 || turn > 100000 || (k.turns >= 0 && turn >= k.turns)) {
        *due_us = INT64_MAX;
        return ERR_OK;
    }
    int64_t times = k.has_start ? turn : turn + 1;
    struct span s = { k.span.months * times, k.span.days * times, k.span.us * times };
    if (too_far(&k.span) || too_far(&s)) {
        *due_us = INT64_MAX;
        return ERR_OK;
    }
    if (k.has_start)
        start_us = k.start_us;
    *due_us = cal->clock ? clock_end(cal, start_us, &s, pause, n_pauses)
                         : working_end(cal, start_us, &s, pause, n_pauses);
    return ERR_OK;
}
