/* Deadlines: around the clock, in office hours, with holidays and pauses. */
#include "flow/flow.h"
#include "t.h"

static const struct flow_hours office[] = { { 7 * 60, 12 * 60 }, { 13 * 60, 16 * 60 } };
/* 2026-11-26 and 2026-12-08 are the holidays of this made-up calendar. */
static const int64_t holidays[] = { 20783, 20795 };
static const struct flow_zone minus3[] = { { 0, -180 } };

static struct flow_calendar working(void)
{
    struct flow_calendar cal = { .holidays = holidays, .n_holidays = 2, .zones = minus3, .n_zones = 1 };
    for (int d = 0; d < 5; d++) {
        cal.week[d] = office;
        cal.n_week[d] = 2;
    }
    return cal;
}

static int64_t at(const char *z)
{
    int64_t us = -1;
    return instant_parse(str_c(z), &us) ? us : -1;
}

struct row {
    bool clock;
    const char *start, *spec, *pause[4];      /* from, to, from, to; to NULL: still paused */
    int turn;
    const char *due;                          /* NULL: never */
};
static const struct row rows[] = {
    /* around the clock */
    { true, "2026-11-23T10:00:00Z", "PT24H", { 0 }, 0, "2026-11-24T10:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "PT12H30M5S", { 0 }, 0, "2026-11-23T22:30:05Z" },
    { true, "2026-11-23T10:00:00Z", "P10D", { 0 }, 0, "2026-12-03T10:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "P2W", { 0 }, 0, "2026-12-07T10:00:00Z" },
    { true, "2026-01-31T10:00:00Z", "P1M", { 0 }, 0, "2026-02-28T10:00:00Z" },
    { true, "2024-02-29T10:00:00Z", "P1Y", { 0 }, 0, "2025-02-28T10:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "P1Y2M3DT4H", { 0 }, 0, "2028-01-26T14:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "PT0S", { 0 }, 0, "2026-11-23T10:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "PT1.5S", { 0 }, 0, "2026-11-23T10:00:01Z" },
    { true, "2026-11-23T10:00:00Z", "PT24H", { "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z" }, 0,
      "2026-11-24T11:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "PT24H", { "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z",
      "2026-11-24T10:30:00Z", "2026-11-24T11:30:00Z" }, 0, "2026-11-24T12:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "PT24H", { "2026-11-23T12:00:00Z", NULL }, 0, NULL },
    { true, "2026-11-23T10:00:00Z", "PT24H", { "2026-11-24T10:00:00Z", NULL }, 0, "2026-11-24T10:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "PT24H", { "2026-11-23T09:00:00Z", "2026-11-23T11:00:00Z" }, 0,
      "2026-11-24T11:00:00Z" },
    /* dates and cycles */
    { true, "2026-11-23T10:00:00Z", "2026-12-01T08:00:00Z", { 0 }, 0, "2026-12-01T08:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "2026-12-01", { 0 }, 0, "2026-12-01T03:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "R3/P1D", { 0 }, 0, "2026-11-24T10:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "R3/P1D", { 0 }, 2, "2026-11-26T10:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "R3/P1D", { 0 }, 3, NULL },
    { true, "2026-11-23T10:00:00Z", "R/P1M", { 0 }, 11, "2027-11-23T10:00:00Z" },
    { true, "2026-11-23T10:00:00Z", "R5/2026-12-01T00:00:00Z/P1D", { 0 }, 1, "2026-12-02T00:00:00Z" },
    /* office hours, UTC-3: 07-12 and 13-16 local is 10-15 and 16-19 UTC.  The 23rd is a Monday. */
    { false, "2026-11-23T11:00:00Z", "PT3H", { 0 }, 0, "2026-11-23T14:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "PT4H", { 0 }, 0, "2026-11-23T15:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "PT5H", { 0 }, 0, "2026-11-23T17:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "PT7H", { 0 }, 0, "2026-11-23T19:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "PT8H", { 0 }, 0, "2026-11-24T11:00:00Z" },
    { false, "2026-11-22T05:00:00Z", "PT1H", { 0 }, 0, "2026-11-23T11:00:00Z" },
    { false, "2026-11-25T18:00:00Z", "PT2H", { 0 }, 0, "2026-11-27T11:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "PT3H", { "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z" }, 0,
      "2026-11-23T15:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "PT3H", { "2026-11-23T12:00:00Z", "2026-11-23T20:00:00Z" }, 0,
      "2026-11-24T12:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "PT3H", { "2026-11-23T12:00:00Z", NULL }, 0, NULL },
    /* working days: the day of the start is not counted */
    { false, "2026-11-23T11:00:00Z", "P1D", { 0 }, 0, "2026-11-24T19:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "P3D", { 0 }, 0, "2026-11-27T19:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "P4D", { 0 }, 0, "2026-11-30T19:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "P10D", { 0 }, 0, "2026-12-09T19:00:00Z" },
    { false, "2026-11-21T11:00:00Z", "P1D", { 0 }, 0, "2026-11-23T19:00:00Z" },
    { false, "2026-11-24T02:30:00Z", "P1D", { 0 }, 0, "2026-11-24T19:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "P1D", { "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z" }, 0,
      "2026-11-24T19:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "P1D", { "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z" }, 0,
      "2026-11-25T19:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "P2D", { "2026-11-25T12:00:00Z", NULL }, 0, NULL },
    { false, "2026-11-23T11:00:00Z", "P1M", { 0 }, 0, "2026-12-23T19:00:00Z" },
    { false, "2026-10-26T11:00:00Z", "P1M", { 0 }, 0, "2026-11-27T19:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "P1DT2H", { 0 }, 0, "2026-11-25T12:00:00Z" },
    { false, "2026-11-23T11:00:00Z", "R/P1D", { 0 }, 1, "2026-11-25T19:00:00Z" },
};

static void deadlines(struct t *t)
{
    struct ctx c;
    ctx_init(&c, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *r = &rows[i];
        struct flow_calendar cal = working();
        struct flow_pause p[2];
        size_t n = 0;
        for (; n < 2 && r->pause[2 * n]; n++)
            p[n] = (struct flow_pause){ at(r->pause[2 * n]),
                                        r->pause[2 * n + 1] ? at(r->pause[2 * n + 1]) : INT64_MAX };
        struct flow_when w = { flow_when_of(str_c(r->spec)), str_c(r->spec), { 0 } };
        int64_t due = 0, want = r->due ? at(r->due) : INT64_MAX;
        cal.clock = r->clock;
        OK(&c, flow_deadline(&c, &cal, at(r->start), &w, r->turn, p, n, &due));
        if (due != want) {
            t->bad++;
            printf("# row %zu %s + %s: %s, want %s\n", i, r->start, r->spec,
                   due == INT64_MAX ? "never" : instant_text(&c.mem, due).p, r->due ? r->due : "never");
        }
    }
    ctx_done(&c);
}

/* Local noon stays noon when the offset changes. */
static void offsets(struct t *t)
{
    static const struct flow_zone zones[] = { { 0, -240 }, { INT64_C(1790000000000000), -180 } };
    static const struct flow_hours noon[] = { { 720, 780 } };
    struct flow_calendar cal = { .zones = zones, .n_zones = 2 };
    struct ctx c;
    struct flow_when w = { FLOW_DURATION, STR("P1D"), { 0 } };
    int64_t before = zones[1].from_us - 10 * US_PER_DAY, after = zones[1].from_us + 10 * US_PER_DAY, due;
    ctx_init(&c, 1 << 20);
    for (int d = 0; d < 7; d++) {
        cal.week[d] = noon;
        cal.n_week[d] = 1;
    }
    OK(&c, flow_deadline(&c, &cal, before, &w, 0, NULL, 0, &due));
    CHECK_EQ(due % US_PER_DAY, (13 + 4) * 3600 * US_PER_S);
    OK(&c, flow_deadline(&c, &cal, after, &w, 0, NULL, 0, &due));
    CHECK_EQ(due % US_PER_DAY, (13 + 3) * 3600 * US_PER_S);
    ctx_done(&c);
}

static void specs(struct t *t)
{
    static const struct { const char *text; enum flow_when_kind kind; } list[] = {
        { "PT24H", FLOW_DURATION }, { "P10D", FLOW_DURATION }, { "P1Y2M3W4DT5H6M7.8S", FLOW_DURATION },
        { "P", FLOW_NEVER }, { "PT", FLOW_NEVER }, { "P1", FLOW_NEVER }, { "1D", FLOW_NEVER },
        { "P1H", FLOW_NEVER }, { "PT1D", FLOW_NEVER }, { "P1.5D", FLOW_NEVER }, { "-P1D", FLOW_NEVER },
        { "P1DT", FLOW_NEVER }, { "P99999999D", FLOW_NEVER }, { "PT1.S", FLOW_NEVER },
        { "R/P1D", FLOW_CYCLE }, { "R3/PT1H", FLOW_CYCLE }, { "R-1/P1D", FLOW_NEVER },
        { "R3/2026-01-01T00:00:00Z/P1D", FLOW_CYCLE }, { "R3", FLOW_NEVER },
        { "2026-12-01", FLOW_DATE }, { "2026-12-01T08:00:00Z", FLOW_DATE }, { "2026-13-01", FLOW_NEVER },
        { "", FLOW_NEVER }, { "0 0 * * *", FLOW_NEVER }, { "${when}", FLOW_NEVER },
    };
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (flow_when_of(str_c(list[i].text)) != list[i].kind) {
            t->bad++;
            printf("# \"%s\" is %d\n", list[i].text, (int)flow_when_of(str_c(list[i].text)));
        }
}

/* A calendar without a single working day never ends, and says so. */
static void no_days(struct t *t)
{
    struct flow_calendar cal = { 0 };
    struct flow_when w = { FLOW_DURATION, STR("P1D"), { 0 } };
    struct ctx c;
    int64_t due = 0;
    ctx_init(&c, 1 << 20);
    OK(&c, flow_deadline(&c, &cal, 0, &w, 0, NULL, 0, &due));
    CHECK_EQ(due, INT64_MAX);
    w.text = STR("PT3H");
    OK(&c, flow_deadline(&c, &cal, 0, &w, 0, NULL, 0, &due));
    CHECK_EQ(due, INT64_MAX);
    w.text = STR("soon");
    CHECK_EQ(flow_deadline(&c, &cal, 0, &w, 0, NULL, 0, &due), ERR_INPUT);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "deadlines", deadlines }, { "zone offsets", offsets }, { "specs", specs }, { "no days", no_days },
};
T_MAIN(cases)
