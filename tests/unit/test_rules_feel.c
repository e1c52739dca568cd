/* FEEL expressions: what they give, in our own examples. */
#include "rules/rules.h"
#include "t.h"

#include <malloc.h>

struct row { const char *text, *want; };

static void check_rows(struct t *t, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ctx c;
        const struct feel_program *p = NULL;
        struct feel_value v = { 0 };
        struct buf b;
        ctx_init(&c, 8 << 20);
        OK(&c, feel_compile(&c, &c.mem, str_c(rows[i].text), false, NULL, 0, &p));
        if (p)
            OK(&c, feel_eval(&c, p, feel_null(), &v));
        buf_init(&b, &c.mem, 1 << 16);
        feel_print(&b, v);
        if (!str_is(buf_str(&b), rows[i].want)) {
            t->bad++;
            printf("# %s gives " STR_F ", want %s\n", rows[i].text, STR_A(buf_str(&b)), rows[i].want);
        }
        ctx_done(&c);
    }
}
#define ROWS(t, ...) do { static const struct row rows_[] = { __VA_ARGS__ }; \
    check_rows(t, rows_, COUNT_OF(rows_)); } while (0)

static void numbers_are_decimal(struct t *t)
{
    ROWS(t, { "0.1 + 0.2", "0.3" }, { "1 / 3", "0.3333333333333333333333333333333333" },
         { "9999999999999999999999999999999999 + 1", "10000000000000000000000000000000000" },
         { "9223372036854775807 + 1", "9223372036854775808" },
         { "4611686018427387903 * 4611686018427387903", "21267647932558653957237540927630740000" },
         { "1.5e3", "1500" }, { ".5 + 1.50", "2.00" }, { "7 / 0", "null" }, { "0 / 0", "null" },
         { "-3 ** 2", "9" }, { "2 ** 3 ** 2", "64" }, { "2 ** -2", "0.25" }, { "4 ** 0.5", "2" }, { "100 ** 0.5", "10" }, { "(-4) ** 0.5", "null" },
         { "10 - 4 - 3", "3" }, { "2 + 3 * 4", "14" }, { "1 - -1", "2" }, { "- (2)", "-2" },
         { "decimal(2.5, 0)", "2" }, { "round half up(2.5, 0)", "3" }, { "round half down(-2.5, 0)", "-2" },
         { "round half down(-2.51, 0)", "-3" }, { "round up(-1.01, 1)", "-1.1" },
         { "round down(-1.19, 1)", "-1.1" }, { "floor(-1.5)", "-2" }, { "ceiling(-1.5)", "-1" },
         { "floor(-1.56, 1)", "-1.6" }, { "decimal(128, -1)", "130" }, { "decimal(1, 7000)", "null" },
         { "modulo(-12, 5)", "3" }, { "modulo(12, -5)", "-3" }, { "abs(-4)", "4" }, { "abs(@\"-PT5M\")", "@\"PT5M\"" },
         { "sqrt(16)", "4" }, { "sqrt(-1)", "null" }, { "log(0)", "null" }, { "odd(5)", "true" },
         { "even(2.5)", "false" }, { "exp(0)", "1" }, { "number(\"1.234,5\", \".\", \",\")", "1234.5" },
         { "number(\"1e5\")", "100000" }, { "number(\"twelve\")", "null" });
}

static void logic_has_three_values(struct t *t)
{
    ROWS(t, { "true and null", "null" }, { "false and null", "false" }, { "null and false", "false" },
         { "true or null", "true" }, { "null or false", "null" }, { "1 and true", "null" },
         { "not(null)", "null" }, { "not(1)", "null" }, { "null = null", "true" }, { "1 = null", "false" },
         { "1 = \"1\"", "null" }, { "1 < null", "null" }, { "if null then 1 else 2", "2" },
         { "5 between 1 and 10", "true" }, { "null between 1 and 10", "null" },
         { "1 != 2", "true" }, { "null != 2", "true" }, { "all([true, null])", "null" },
         { "any([true, null])", "true" }, { "all([])", "true" }, { "any([])", "false" });
}

static void names_hold_spaces(struct t *t)
{
    ROWS(t, { "{monthly rent: 300, yearly rent: monthly rent * 12}.yearly rent", "3600" },
         { "{in and out: 2, x: in and out + 1}.x", "3" }, { "{a-b: 5, x: a-b - 1}.x", "4" },
         { "{\"a+b\": 5}.a+b", "5" }, { "for hours a day in [1, 2] return hours a day + 1", "[2, 3]" },
         { "(function(first part, second part) first part + second part)(1, 2)", "3" },
         { "{a: 1, a: 2}", "null" }, { "{año: 3}.año", "3" }, { "no such name + 1", "null" },
         { "[{hours a day: 9}, {hours a day: 4}][hours a day > 6]", "[{\"hours a day\": 9}]" });
}

static void lists_filter_and_loop(struct t *t)
{
    ROWS(t, { "[5, 6, 7][2]", "6" }, { "[5, 6, 7][-1]", "7" }, { "[5][2]", "null" }, { "[5, 6][item > 5]", "[6]" },
         { "[{age: 9}, {age: 15}][age < 14].age", "[9]" }, { "7[1]", "7" }, { "[][1]", "null" }, { "[][item = 1]", "[]" },
         { "for x in 1..3, y in 1..x return x * y", "[1, 2, 4, 3, 6, 9]" }, { "for x in 3..1 return x", "[3, 2, 1]" },
         { "for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1, 1, 2, 6, 24]" },
         { "for d in @\"2024-02-28\"..@\"2024-03-01\" return d.day", "[28, 29, 1]" },
         { "for x in [1..3] return x", "[1, 2, 3]" }, { "for x in (1..3) return x", "[2]" },
         { "some x in [1, 2] satisfies x = 2", "true" }, { "every x in [1, 2] satisfies x = 2", "false" },
         { "count([1, null])", "2" }, { "sum([1, 2.5])", "3.5" }, { "sum(1, 2)", "3" }, { "sum([])", "null" },
         { "min([\"b\", \"a\"])", "\"a\"" }, { "max(3, 9, 4)", "9" }, { "mean([1, 2])", "1.5" },
         { "median([3, 1, 2])", "2" }, { "mode([1, 2, 2, 1, 3])", "[1, 2]" }, { "product([2, 3])", "6" },
         { "stddev([1])", "null" }, { "sort([3, 1, 2], function(a, b) a > b)", "[3, 2, 1]" },
         { "sublist([1, 2, 3], -2, 1)", "[2]" }, { "append([1], 2, 3)", "[1, 2, 3]" }, { "remove([1, 2], 1)", "[2]" },
         { "insert before([1, 3], 2, 2)", "[1, 2, 3]" }, { "list replace([1, 2], -1, 9)", "[1, 9]" },
         { "list replace([1, 2, 3], function(i, n) i < n, 3)", "[3, 3, 3]" }, { "index of([1, 2, 1], 1)", "[1, 3]" },
         { "flatten([1, [2, [3]]])", "[1, 2, 3]" }, { "union([1, 2], [2, 3])", "[1, 2, 3]" },
         { "distinct values([1, null, 1])", "[1, null]" }, { "reverse([1, 2])", "[2, 1]" },
         { "list contains([1, null], null)", "true" }, { "concatenate([1], [2])", "[1, 2]" },
         { "string join([\"a\", null, \"b\"], \"-\")", "\"a-b\"" });
}

static void ranges_know_their_ends(struct t *t)
{
    ROWS(t, { "3 in [1..3]", "true" }, { "3 in [1..3)", "false" }, { "3 in [1..3[", "false" }, { "1 in ]1..3]", "false" },
         { "5 in (< 10)", "true" }, { "5 in (1, 3, > 4)", "true" }, { "5 in [[1..2], [4..6]]", "true" },
         { "[3..1]", "null" }, { "[1..null]", "null" }, { "[1..10[.end included", "false" }, { "(>= 4).start", "4" },
         { "before([1..3], 4)", "true" }, { "meets([1..3], [3..5])", "true" }, { "overlaps([1..3), [3..5])", "false" },
         { "during(2, [1..3])", "true" }, { "starts(1, [1..3])", "true" }, { "finished by([1..3], 3)", "true" },
         { "includes([1..9], (1..9))", "true" }, { "coincides([1..2], [1..2))", "false" },
         { "overlaps before([1..4], [3..6])", "true" }, { "overlaps after([3..6], [1..4])", "true" },
         { "range(\"[1..3]\") = [1..3]", "true" }, { "range(\"> 3\")", "null" },
         { "range(\"(..3]\")", "(<= 3)" }, { "range(\" [1..) \")", "(>= 1)" }, { "range(\"]1..[\")", "(> 1)" }, { "range(\"[..3]\")", "null" },
         { "range(\"[1..]\")", "null" }, { "range(\"(..)\")", "null" }, { "before(range: [1..2], point: 3)", "true" },
         { "before(point: 3, range: [1..2])", "false" }, { "after(range: [5..6], point: 3)", "true" }, { "before(1, \"a\")", "null" });
}

static void dates_follow_the_calendar(struct t *t)
{
    ROWS(t, { "date(\"2023-02-29\")", "null" }, { "@\"2024-02-29\" + @\"P1Y\"", "@\"2025-02-28\"" },
         { "@\"2024-01-31\" + @\"P1M\"", "@\"2024-02-29\"" }, { "@\"2024-03-01\" - @\"2024-02-01\"", "@\"P29D\"" },
         { "@\"2024-03-10T12:00:00\" + @\"PT36H\"", "@\"2024-03-12T00:00:00\"" },
         { "@\"10:00:00+02:00\" - @\"10:00:00Z\"", "@\"-PT2H\"" }, { "@\"23:30:00\" + @\"PT1H\"", "@\"00:30:00\"" },
         { "years and months duration(@\"2010-05-20\", @\"2024-05-19\")", "@\"P13Y11M\"" },
         { "date(2011, 6, 12) = @\"2011-06-12\"", "true" }, { "@\"2026-11-22\".weekday", "7" },
         { "day of week(@\"2026-11-22\")", "\"Sunday\"" }, { "week of year(@\"2021-01-03\")", "53" },
         { "day of year(@\"2024-12-31\")", "366" }, { "month of year(@\"2024-02-01\")", "\"February\"" },
         { "@\"2024-07-01T12:00:00@Asia/Bangkok\" = @\"2024-07-01T05:00:00Z\"", "true" },
         { "@\"2024-07-01T12:00:00@America/Asuncion\".time offset", "@\"-PT4H\"" },
         { "@\"2024-03-31T01:30:00@Europe/Paris\" + @\"PT1H\"", "@\"2024-03-31T03:30:00@Europe/Paris\"" },
         { "time(\"10:00:00@Nowhere/City\")", "null" }, { "time(25, 0, 0)", "null" }, { "date(\"02024-01-01\")", "null" },
         { "duration(\"P1Y2D\")", "null" }, { "duration(\"PT100M\")", "@\"PT1H40M\"" }, { "@\"P26M\"", "@\"P2Y2M\"" },
         { "@\"P1D\" * 1.5", "@\"P1DT12H\"" }, { "@\"PT3H\" / @\"PT1H30M\"", "2" }, { "@\"P1Y\" + @\"P1D\"", "null" },
         { "@\"P1DT2H3M4S\".hours", "2" }, { "@\"P14M\".years", "1" }, { "-@\"P1D\"", "@\"-P1D\"" },
         { "@\"2024-01-01\" < @\"2024-01-02\"", "true" }, { "string(@\"2024-01-01T00:00:00.5Z\")", "\"2024-01-01T00:00:00.5Z\"" },
         { "is(@\"10:00:00Z\", @\"10:00:00+01:00\")", "false" }, { "now() instance of date and time", "true" },
         { "date(\"2024-01-31\").day + date and time(date(\"2024-01-31\"), time(\"07:00:00\")).hour", "38" });
}

static void strings_count_code_points(struct t *t)
{
    ROWS(t, { "string length(\"ñandú\")", "5" }, { "string length(\"\\uD83D\\uDC0E\")", "1" }, { "substring(\"สวัสดี\", 2, 1)", "\"ว\"" },
         { "substring(\"ñandú\", -2)", "\"dú\"" }, { "substring(\"abc\", 0)", "null" }, { "upper case(\"maß\")", "\"MASS\"" },
         { "substring before(\"a-b\", \"-\")", "\"a\"" }, { "substring after(\"a-b\", \"x\")", "\"\"" }, { "contains(\"abc\", \"b\")", "true" },
         { "\"a\" + \"b\"", "\"ab\"" }, { "\"a\" + 1", "null" }, { "\"a\" < \"b\"", "true" }, { "string(1.50)", "\"1.50\"" },
         { "string([1, \"a\", {b: null}])", "\"[1, \\\"a\\\", {b: null}]\"" }, { "string(null)", "null" },
         { "split(\"a;b;;\", \";\")", "[\"a\", \"b\", \"\", \"\"]" }, { "starts with(\"abc\", \"ab\")", "true" });
}

static void patterns_are_xpath(struct t *t)
{
    ROWS(t, { "matches(\"abc\", \"^b\")", "false" }, { "matches(\"abc\", \"b\")", "true" }, { "matches(\"ABC\", \"b\", \"i\")", "true" },
         { "matches(\"a\\nb\", \"^b$\", \"m\")", "true" }, { "matches(\"a\\nb\", \"a.b\")", "false" }, { "matches(\"a\\nb\", \"a.b\", \"s\")", "true" },
         { "matches(\"e\", \"[a-z-[aeiou]]\")", "false" }, { "matches(\"ab\", \"a b\", \"x\")", "true" }, { "matches(\"a.c\", \"a.c\", \"q\")", "true" },
         { "matches(\"hello world\", \"hello\\ sworld\", \"x\")", "true" }, { "matches(\"a b\", \"a[ ]b\", \"x\")", "true" },
         { "matches(\"a b\", \"a b\", \"x\")", "false" }, { "matches(\"a ]\", \"[\\] ]{2}\", \"x\")", "true" }, { "matches(\"a[b\", \"\\[ b\", \"x\")", "true" },
         { "matches(\"abab\", \"(ab)\\1\")", "true" }, { "matches(\"a\", \"(a)\\2\")", "null" }, { "matches(\"a\", \"(?=a)\")", "null" },
         { "matches(\"a\", \"a{2,1}\")", "null" }, { "matches(\"a\", \"[b-a]\")", "null" }, { "matches(\"a\", \"a\", \"z\")", "null" },
         { "matches(\"ω\", \"\\p{IsGreek}\")", "true" }, { "matches(\"-\", \"[\\-a]\")", "true" }, { "matches(\"a\\n\", \"a$\")", "false" },
         { "replace(\"2024-05-01\", \"(\\d+)-(\\d+)-(\\d+)\", \"$3/$2/$1\")", "\"01/05/2024\"" }, { "replace(\"abc\", \"b\", \"\\$\")", "\"a$c\"" },
         { "replace(\"abc\", \"x*\", \"-\")", "null" }, { "replace(\"abc\", \"b\", \"$\")", "null" });
}

static void types_are_asked_and_contexts_built(struct t *t)
{
    ROWS(t, { "1 instance of number", "true" }, { "null instance of Any", "false" }, { "[1, 2] instance of list<number>", "true" },
         { "[1, \"a\"] instance of list<number>", "false" }, { "{a: 1} instance of context<a: number>", "true" },
         { "{a: 1} instance of context<b: number>", "false" }, { "[1..2] instance of range<number>", "true" },
         { "(function(a: number) a) instance of function<number>->number", "true" }, { "@\"P1D\" instance of days and time duration", "true" },
         { "context([{key: \"a\", value: 1}])", "{\"a\": 1}" }, { "context merge([{a: 1}, {a: 2, b: 3}])", "{\"a\": 2, \"b\": 3}" },
         { "context put({a: {b: 1}}, [\"a\", \"b\"], 2)", "{\"a\": {\"b\": 2}}" }, { "get value({a: 1}, \"a\")", "1" },
         { "get entries({a: 1})", "[{\"key\": \"a\", \"value\": 1}]" }, { "{a: 1} = {a: 1.0}", "true" },
         { "{f: function(n) if n < 2 then 1 else n * f(n - 1)}.f(3)", "null" },
         { "(function(f, n) f(f, n))(function(f, n) if n < 2 then 1 else n * f(f, n - 1), 5)", "120" },
         { "sum(list: [1, 2])", "3" }, { "substring(start position: 2, string: \"abc\")", "\"bc\"" }, { "substring(text: \"abc\")", "null" });
}

static void values_come_from_c(struct t *t)
{
    struct ctx c;
    const struct feel_program *p;
    struct feel_builder b;
    struct feel_value v, two[2] = { feel_i64(1), feel_string(STR("x")) };
    int is;
    int64_t n;
    struct str names[] = { STR_INIT("in-kind pay") }, why;
    ctx_init(&c, 1 << 20);
    feel_builder_init(&b, &c.mem);
    feel_set(&b, STR("age"), feel_i64(13));
    feel_set(&b, STR("in-kind pay"), feel_bool(true));
    feel_set(&b, STR("born"), feel_date((struct civil){ 2013, 2, 3 }));
    feel_set(&b, STR("list"), feel_list(&c.mem, two, 2));
    feel_set(&b, STR("age"), feel_i64(12));
    struct feel_value k = feel_build(&b);
    OK(&c, feel_compile(&c, &c.mem, STR("age < 14 and in-kind pay and born.year = 2013 and list[2] = \"x\""), false, names, 1, &p));
    OK(&c, feel_eval(&c, p, k, &v));
    CHECK(feel_is_true(v));
    OK(&c, feel_compile(&c, &c.mem, STR("[5..11], 12"), true, NULL, 0, &p));
    OK(&c, feel_test(&c, p, feel_i64(12), k, &is));
    CHECK_EQ(is, 1);
    OK(&c, feel_test(&c, p, feel_i64(13), k, &is));
    CHECK_EQ(is, 0);
    OK(&c, feel_compile(&c, &c.mem, STR("? < age and even(?)"), true, NULL, 0, &p));
    OK(&c, feel_test(&c, p, feel_i64(10), k, &is));
    CHECK_EQ(is, 1);
    OK(&c, feel_compile(&c, &c.mem, STR("age + name"), false, NULL, 0, &p));
    OK(&c, feel_eval_with(&c, p, k, NULL, &v, &why));
    CHECK_EQ(v.kind, FEEL_NULL);
    CHECK_STR(why, "unknown name: name");
    CHECK(feel_to_i64(feel_i64(-7), &n) && n == -7);
    CHECK(feel_number(STR("12.50"), &v) && !feel_to_i64(v, &n) && !feel_number(STR("1.2.3"), &v));
    CHECK_STR(feel_text(&c.mem, feel_instant(-1)), "1969-12-31T23:59:59.999999Z");
    CHECK(feel_temporal(STR("P1DT1S"), &v) && feel_equal(v, feel_seconds(86401)) == 1);
    ctx_done(&c);
}

/* After the first round an arena that is reset needs no new memory. */
static void evaluation_does_not_grow(struct t *t)
{
    struct ctx c;
    struct arena mem;
    const struct feel_program *p;
    struct feel_value v;
    size_t held = 0;
    ctx_init(&c, 1 << 20);
    arena_init(&mem, 1 << 20);
    OK(&c, feel_compile(&c, &mem, STR("sum(for x in 1..200 return x * x) + count([1, 2, 3][item > 1])"), false, NULL, 0, &p));
    for (int i = 0; i < 10; i++) {
        OK(&c, feel_eval(&c, p, feel_null(), &v));
        int64_t n = 0;
        CHECK(feel_to_i64(v, &n) && n == 2686702);
        arena_reset(&c.mem);
        size_t now = mallinfo2().uordblks;
        if (i > 1)
            CHECK_EQ(now, held);
        held = now;
    }
    arena_free(&mem);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "numbers are decimal", numbers_are_decimal }, { "logic has three values", logic_has_three_values },
    { "names hold spaces", names_hold_spaces }, { "lists filter and loop", lists_filter_and_loop },
    { "ranges know their ends", ranges_know_their_ends }, { "dates follow the calendar", dates_follow_the_calendar },
    { "strings count code points", strings_count_code_points }, { "patterns are XPath", patterns_are_xpath },
    { "types are asked and contexts built", types_are_asked_and_contexts_built },
    { "values come from C", values_come_from_c }, { "evaluation does not grow", evaluation_does_not_grow },
};
T_MAIN(cases)
