/* What is refused, and that nothing hostile hangs or crashes. */
#include "rules/rules.h"
#include "t.h"

#define HEAD "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" name=\"m\" namespace=\"urn:m\">"

static void text_is_refused_with_a_place(struct t *t)
{
    static const struct { const char *text, *why; } rows[] = {
        { "", ":1:1: an expression is expected here" }, { "1 +", ":1:4: an expression is expected here" },
        { "\"abc", ":1:2: string without closing quote" }, { "[1, 2", ":1:6: ',' or ']' is expected in a list" },
        { "if a\nthen b", ":2:7: 'else' is missing" }, { "1 2", ":1:3: the expression should end here" },
        { "{a 1}", ":1:2: an entry is 'name: value'" }, { "for x in [1] x", ":1:14: 'return' is missing" },
        { "x instance of nothing", ":1:15: unknown type" }, { "f(a: 1, 2)", ":1:11: arguments are named all or none" },
        { "[1..2", ":1:6: the range is not closed" }, { "1 /* open", ":1:3: comment without end" },
        { "\xff", ":1:1: the text is not UTF-8" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        const struct feel_program *p;
        ctx_init(&c, 1 << 20);
        CHECK_EQ(feel_compile(&c, &c.mem, str_c(rows[i].text), false, NULL, 0, &p), ERR_INPUT);
        CHECK_STR(str_c(c.fault.detail), rows[i].why);
        ctx_done(&c);
    }
}

static void deep_text_is_refused(struct t *t)
{
    static const char *const open[] = { "(", "[", "-", "{a:", "not(", "f(", "if ", "x[", "(<", "for i in " };
    for (size_t i = 0; i < COUNT_OF(open); i++) {
        struct ctx c;
        struct buf b;
        const struct feel_program *p;
        ctx_init(&c, 64 << 20);
        buf_init(&b, &c.mem, FEEL_TEXT_MAX);
        for (int n = 0; n < 20000; n++)
            buf_put(&b, str_c(open[i]));
        CHECK_EQ(feel_compile(&c, &c.mem, buf_str(&b), false, NULL, 0, &p), ERR_INPUT);
        ctx_done(&c);
    }
}

static void endless_work_is_stopped(struct t *t)
{
    static const char *const rows[] = {
        "for i in 1..1000000000 return i",
        "count(for i in 1..100000, j in 1..100000 return 1)",
        "some i in 1..1000000000 satisfies false",
        "(function(f) f(f))(function(f) f(f))",
        "(function(f) 1 + f(f))(function(f) 1 + f(f))",
        "sort(for i in 1..3000000 return i, function(a, b) a < b)",
        "{a: for i in 1..25 return if i = 1 then \"xxxxxxxxxxxxxxxx\" else partial[-1] + partial[-1]}",
        "distinct values(for i in 1..100000 return i)",
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        const struct feel_program *p;
        struct feel_value v;
        ctx_init(&c, 128 << 20);
        OK(&c, feel_compile(&c, &c.mem, str_c(rows[i]), false, NULL, 0, &p));
        enum err e = feel_eval(&c, p, feel_null(), &v);
        CHECK(e == ERR_INPUT || e == ERR_NOMEM);
        if (e == ERR_INPUT)
            CHECK(str_is(str_c(c.fault.key), "rules.limit"));
        ctx_done(&c);
    }
}

static void nested_values_are_harmless(struct t *t)
{
    static const char *const rows[] = {
        "string(for i in 1..20000 return if i = 1 then [] else [partial[-1]])",
        "(for i in 1..20000 return if i = 1 then [] else [partial[-1]]) = (for i in 1..20000 return if i = 1 then [] else [partial[-1]])",
        "flatten(for i in 1..20000 return if i = 1 then [] else [partial[-1]])",
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        const struct feel_program *p;
        struct feel_value v;
        ctx_init(&c, 256 << 20);
        OK(&c, feel_compile(&c, &c.mem, str_c(rows[i]), false, NULL, 0, &p));
        enum err e = feel_eval(&c, p, feel_null(), &v);
        CHECK(e == ERR_OK || e == ERR_INPUT || e == ERR_NOMEM);
        ctx_done(&c);
    }
}

static void patterns_cannot_explode(struct t *t)
{
    static const char *const rows[] = {
        "matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a+)+$\")",
        "matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"^(a|a|aa)+$\")",
        "replace(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"(a*)*b\", \"x\")",
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        const struct feel_program *p;
        struct feel_value v;
        struct str why;
        ctx_init(&c, 64 << 20);
        OK(&c, feel_compile(&c, &c.mem, str_c(rows[i]), false, NULL, 0, &p));
        OK(&c, feel_eval_with(&c, p, feel_null(), NULL, &v, &why));
        CHECK(v.kind == FEEL_NULL || v.kind == FEEL_BOOL || v.kind == FEEL_STRING);
        ctx_done(&c);
    }
}

static enum err load(struct ctx *c, struct str xml)
{
    struct dmn_model *m = NULL;
    enum err e = dmn_load(c, STR("x.dmn"), xml, NULL, 0, &m);
    if (e == ERR_OK)
        dmn_free(m);
    return e;
}

static void documents_are_refused(struct t *t)
{
    static const struct { const char *xml, *why; } rows[] = {
        { "", "x.dmn:1: empty, or larger than 8388608 bytes" },
        { "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "x.dmn:1: a document type is not accepted" },
        { "<a/>", "x.dmn:1: not a DMN document" },
        { "<definitions xmlns=\"urn:other\"/>", "x.dmn:1: not a DMN document" },
        { "<definitions>\xff</definitions>", "x.dmn:1: not UTF-8" },
        { HEAD "<decision id=\"d\" name=\"d\"><informationRequirement><requiredInput href=\"#x\"/></informationRequirement></decision></definitions>",
          "x.dmn:1: reference to nothing: #x" },
        { HEAD "<inputData id=\"i\" name=\"i\">\n<variable name=\"i\" typeRef=\"tNone\"/></inputData></definitions>", "x.dmn:2: unknown type: tNone" },
        { HEAD "<decision id=\"d\" name=\"d\">\n<literalExpression><text>1 +</text></literalExpression></decision></definitions>",
          "x.dmn:2:4: an expression is expected here" },
        { HEAD "<decision id=\"d\" name=\"d\">\n<decisionTable hitPolicy=\"SOME\"/></decision></definitions>", "x.dmn:2: unknown hit policy: SOME" },
        { HEAD "<decision id=\"d\" name=\"d\"><literalExpression expressionLanguage=\"urn:js\"><text>1</text></literalExpression></decision></definitions>",
          "x.dmn:1: expression language is not FEEL: urn:js" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        ctx_init(&c, 4 << 20);
        CHECK_EQ(load(&c, str_c(rows[i].xml)), ERR_INPUT);
        CHECK_STR(str_c(c.fault.detail), rows[i].why);
        ctx_done(&c);
    }
    struct ctx c;
    ctx_init(&c, 4 << 20);
    CHECK_EQ(load(&c, STR("<definitions><a></definitions>")), ERR_INPUT);
    CHECK(str_is(str_c(c.fault.key), "rules.xml"));
    ctx_done(&c);
}

/* Boxes in boxes, types of types, and a table of too many rows. */
static void shapes_are_capped(struct t *t)
{
    struct ctx c;
    struct buf b;
    ctx_init(&c, 64 << 20);
    buf_init(&b, &c.mem, DMN_FILE_MAX);
    buf_put(&b, STR(HEAD "<decision id=\"d\" name=\"d\">"));
    for (int i = 0; i < 100; i++)
        buf_put(&b, STR("<list>"));
    buf_put(&b, STR("<literalExpression><text>1</text></literalExpression>"));
    for (int i = 0; i < 100; i++)
        buf_put(&b, STR("</list>"));
    buf_put(&b, STR("</decision></definitions>"));
    CHECK_EQ(load(&c, buf_str(&b)), ERR_INPUT);
    CHECK(str_is(str_c(c.fault.key), "rules.limit"));
    c.fault = (struct fault){ 0 };
    buf_init(&b, &c.mem, DMN_FILE_MAX);
    buf_put(&b, STR(HEAD "<decision id=\"d\" name=\"d\"><decisionTable>"));
    for (int i = 0; i <= DMN_ROWS_MAX; i++)
        buf_put(&b, STR("<rule/>"));
    buf_put(&b, STR("</decisionTable></decision></definitions>"));
    CHECK_EQ(load(&c, buf_str(&b)), ERR_INPUT);
    CHECK(str_is(str_c(c.fault.key), "rules.limit"));
    c.fault = (struct fault){ 0 };
    /* Two item definitions made of each other. */
    struct dmn_model *m = NULL;
    struct dmn_result r;
    OK(&c, dmn_load(&c, STR("x.dmn"), STR(HEAD "<itemDefinition name=\"a\"><itemComponent name=\"x\"><typeRef>b</typeRef></itemComponent></itemDefinition>"
        "<itemDefinition name=\"b\"><itemComponent name=\"x\"><typeRef>a</typeRef></itemComponent></itemDefinition>"
        "<decision id=\"d\" name=\"d\"><variable name=\"d\" typeRef=\"a\"/><literalExpression><text>{x: {x: {x: null}}}</text></literalExpression></decision>"
        "</definitions>"), NULL, 0, &m));
    OK(&c, dmn_evaluate(&c, m, STR("d"), feel_null(), NULL, &r));
    dmn_free(m);
    ctx_done(&c);
}

static const char small[] = HEAD "<inputData id=\"a\" name=\"age\"/><decision id=\"d\" name=\"d\"><informationRequirement><requiredInput href=\"#a\"/></informationRequirement>"
    "<decisionTable hitPolicy=\"OUTPUT ORDER\"><input><inputExpression><text>age</text></inputExpression></input><output><outputValues><text>\"x\",\"y\"</text></outputValues></output>"
    "<rule><inputEntry><text>&lt; 14</text></inputEntry><outputEntry><text>\"y\"</text></outputEntry></rule>"
    "<rule><inputEntry><text>? &gt; 3</text></inputEntry><outputEntry><text>\"x\"</text></outputEntry></rule></decisionTable></decision></definitions>";

/* Every allocation of load, evaluation, explanation and check refused in turn. */
static void memory_may_run_out(struct t *t)
{
    long n;
    for (n = 1; n < 3000; n++) {
        struct ctx c;
        struct dmn_model *m = NULL;
        struct dmn_result r = { 0 };
        struct dmn_cell *cell;
        struct rules_finding *f;
        struct feel_builder in;
        size_t count;
        ctx_init(&c, 4 << 20);
        c.mem.fail_at = n;
        enum err e = dmn_load(&c, STR("s.dmn"), str_c(small), NULL, 0, &m);
        if (e == ERR_OK) {
            feel_builder_init(&in, &c.mem);
            feel_set(&in, STR("age"), feel_i64(5));
            e = dmn_evaluate(&c, m, STR("d"), feel_build(&in), NULL, &r);
        }
        if (e == ERR_OK && r.steps)
            e = dmn_explain(&c, r.steps, 0, &cell, &count);
        if (e == ERR_OK)
            e = rules_check(&c, m, NULL, NULL, &f, &count);
        CHECK(e == ERR_OK || (e == ERR_NOMEM && c.fault.code == ERR_NOMEM));
        bool done = e == ERR_OK && c.mem.count < n && !c.mem.failed;
        if (done)
            CHECK(r.value.kind == FEEL_LIST && r.value.list->n == 2);
        dmn_free(m);
        ctx_done(&c);
        if (done)
            break;
    }
    CHECK(n > 60 && n < 3000);
    printf("# %ld allocations refused in turn\n", n - 1);
}

static const struct t_case cases[] = {
    { "text is refused with a place", text_is_refused_with_a_place }, { "deep text is refused", deep_text_is_refused },
    { "endless work is stopped", endless_work_is_stopped }, { "nested values are harmless", nested_values_are_harmless },
    { "patterns cannot explode", patterns_cannot_explode }, { "documents are refused", documents_are_refused },
    { "shapes are capped", shapes_are_capped }, { "memory may run out", memory_may_run_out },
};
T_MAIN(cases)
