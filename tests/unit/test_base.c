#include "base/base.h"
#include "t.h"

static void numbers_have_one_spelling(struct t *t)
{
    static const struct { const char *in; bool ok; int64_t v; } rows[] = {
        { "0", true, 0 }, { "7", true, 7 }, { "-7", true, -7 },
        { "9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
        { "9223372036854775808", false, 0 }, { "", false, 0 }, { "-", false, 0 },
        { "-0", false, 0 }, { "01", false, 0 }, { "1 ", false, 0 }, { "+1", false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t v = 0;
        CHECK_EQ(str_to_i64(str_c(rows[i].in), &v), rows[i].ok);
        if (rows[i].ok)
            CHECK_EQ(v, rows[i].v);
    }
}

static void dates_round_trip(struct t *t)
{
    for (int64_t d = -800000; d < 800000; d += 37) {
        struct civil c = civil_from_days(d);
        CHECK(civil_ok(c));
        CHECK_EQ(days_from_civil(c), d);
    }
    struct civil c;
    CHECK(date_parse(STR("2024-02-29"), &c) && c.day == 29);
    CHECK(!date_parse(STR("2023-02-29"), &c));
    CHECK(!date_parse(STR("2023-2-09"), &c));
}

static void instants_carry_a_zone(struct t *t)
{
    struct ctx c;
    int64_t us;
    ctx_init(&c, 4096);
    CHECK(instant_parse(STR("1970-01-02T00:00:00Z"), &us) && us == US_PER_DAY);
    CHECK(instant_parse(STR("1970-01-01T21:00:00.5-03:00"), &us) && us == US_PER_DAY + 500000);
    CHECK(!instant_parse(STR("1970-01-01T21:00:00"), &us));
    CHECK_STR(instant_text(&c.mem, -1), "1969-12-31T23:59:59Z");
    ctx_done(&c);
}

static void utf8_refuses_what_is_not_text(struct t *t)
{
    CHECK(utf8_valid(STR("ñandú g̃ สวัสดี")));
    CHECK(!utf8_valid(STR("\xC0\x80")));
    CHECK(!utf8_valid(STR("\xED\xA0\x80")));
    CHECK(!utf8_valid(STR("\xF4\x90\x80\x80")));
    CHECK(!utf8_valid(STR("\xE0\xA4")));
    struct str s = STR("ñ€😀a");
    CHECK_EQ(utf8_count(s), 4);
    CHECK_EQ(utf8_next(&s), 0xF1);
    CHECK_EQ(utf8_next(&s), 0x20AC);
    CHECK_EQ(utf8_next(&s), 0x1F600);
    CHECK_EQ(utf8_next(&s), 'a');
    CHECK_EQ(s.n, 0);
}

static void arena_keeps_its_cap_and_its_blocks(struct t *t)
{
    struct arena a;
    arena_init(&a, 100000);
    CHECK(arena_alloc(&a, 60000, 8) != NULL);
    CHECK(arena_alloc(&a, 60000, 8) == NULL);
    CHECK(a.failed);
    arena_reset(&a);
    CHECK(!a.failed && a.used == 0);
    char *p = arena_alloc(&a, 50000, 64);
    CHECK(p && p[0] == 0 && p[49999] == 0);
    arena_free(&a);
    arena_free(&a);
}

static void buffers_stop_at_their_maximum(struct t *t)
{
    struct ctx c;
    struct buf b;
    ctx_init(&c, 1 << 16);
    buf_init(&b, &c.mem, 10);
    buf_put(&b, STR("12345"));
    buf_put(&b, STR("678901"));
    CHECK(b.failed && b.n == 5);
    buf_char(&b, 'x');
    CHECK_EQ(b.n, 5);
    ctx_done(&c);
}

static void ids_sort_by_time(struct t *t)
{
    struct ctx c;
    ctx_init(&c, 1 << 16);
    struct str a = id_new(&c.mem, 1000000), b = id_new(&c.mem, 2000000);
    CHECK(id_ok(a) && id_ok(b) && str_cmp(a, b) < 0);
    CHECK(!id_ok(STR("0123456789abcdefghjkmnpqrI")));
    CHECK(!id_ok(STR("short")));
    ctx_done(&c);
}

static void lists_are_walked_whole(struct t *t)
{
    struct str rest = STR("a,,b"), item;
    CHECK(str_next(&rest, ',', &item) && str_is(item, "a"));
    CHECK(str_next(&rest, ',', &item) && item.n == 0);
    CHECK(str_next(&rest, ',', &item) && str_is(item, "b"));
    CHECK(!str_next(&rest, ',', &item));
}

static const struct t_case cases[] = {
    { "numbers have one spelling", numbers_have_one_spelling },
    { "dates round trip", dates_round_trip },
    { "instants carry a zone", instants_carry_a_zone },
    { "utf-8 refuses what is not text", utf8_refuses_what_is_not_text },
    { "the arena keeps its cap and its blocks", arena_keeps_its_cap_and_its_blocks },
    { "buffers stop at their maximum", buffers_stop_at_their_maximum },
    { "ids sort by time", ids_sort_by_time },
    { "lists are walked whole", lists_are_walked_whole },
};
T_MAIN(cases)
