/* Decision models: tables, boxes, services, imports, explanations, checks. */
#include "rules/rules.h"
#include "t.h"

#include <pthread.h>

#define HEAD "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" name=\"m\" namespace=\"urn:m\">"
#define TAIL "</definitions>"
#define TEXT(x) "<text>" x "</text>"
#define LIT(x) "<literalExpression>" TEXT(x) "</literalExpression>"
#define IN(name, type) "<inputData id=\"" name "\" name=\"" name "\"><variable name=\"" name "\" typeRef=\"" type "\"/></inputData>"
#define NEED(id) "<informationRequirement><requiredInput href=\"#" id "\"/></informationRequirement>"
#define NEEDD(id) "<informationRequirement><requiredDecision href=\"#" id "\"/></informationRequirement>"
#define NEEDK(id) "<knowledgeRequirement><requiredKnowledge href=\"#" id "\"/></knowledgeRequirement>"
#define COL(x) "<input label=\"" x "\"><inputExpression>" TEXT(x) "</inputExpression></input>"
#define R2(a, b, o, note) "<rule><inputEntry>" TEXT(a) "</inputEntry><inputEntry>" TEXT(b) "</inputEntry>" \
    "<outputEntry>" TEXT(o) "</outputEntry><annotationEntry>" TEXT(note) "</annotationEntry></rule>"

static struct dmn_model *load(struct t *t, struct ctx *c, const char *xml)
{
    struct dmn_model *m = NULL;
    OK(c, dmn_load(c, STR("test.dmn"), str_c(xml), NULL, 0, &m));
    return m;
}

static struct feel_value two(struct ctx *c, const char *a, struct feel_value x, const char *b, struct feel_value y)
{
    struct feel_builder k;
    feel_builder_init(&k, &c->mem);
    feel_set(&k, str_c(a), x);
    feel_set(&k, str_c(b), y);
    return feel_build(&k);
}

static struct str gives(struct t *t, struct ctx *c, const struct dmn_model *m, const char *name, struct feel_value in)
{
    struct dmn_result r = { 0 };
    struct buf b;
    OK(c, dmn_evaluate(c, m, str_c(name), in, NULL, &r));
    buf_init(&b, &c->mem, 1 << 16);
    feel_print(&b, r.value);
    return buf_str(&b);
}

#define WORK_TABLE(policy, extra) HEAD IN("age", "number") IN("hours", "number") \
    "<decision id=\"d\" name=\"work\"><variable name=\"work\"/>" NEED("age") NEED("hours") \
    "<decisionTable hitPolicy=\"" policy "\"" extra ">" COL("age") COL("hours") \
    "<output name=\"o\"><outputValues>" TEXT("\"forbidden\",\"light\",\"allowed\"") "</outputValues></output>" \
    "<annotation name=\"provision\"/>" \
    R2("&lt; 12", "-", "\"forbidden\"", "xx/law/1") \
    R2("[12..14)", "&lt;= 14", "\"light\"", "xx/law/2") \
    R2("[12..14)", "&gt; 14", "\"forbidden\"", "xx/law/2 xx/law/3") \
    R2("&gt;= 14", "-", "\"allowed\"", "xx/law/4") \
    "</decisionTable></decision>" TAIL

static void a_table_answers_and_says_why(struct t *t)
{
    struct ctx c;
    struct dmn_result r;
    struct dmn_cell *cell;
    size_t n;
    ctx_init(&c, 4 << 20);
    struct dmn_model *m = load(t, &c, WORK_TABLE("UNIQUE", ""));
    OK(&c, dmn_evaluate(&c, m, STR("work"), two(&c, "age", feel_i64(13), "hours", feel_i64(20)), NULL, &r));
    CHECK_STR(feel_text(&c.mem, r.value), "forbidden");
    CHECK(r.steps && r.steps->n_rows == 1 && r.steps->rows[0] == 2 && !r.steps->next);
    CHECK_STR(dmn_annotation(r.steps->table, 2, STR("provision")), "xx/law/2 xx/law/3");
    OK(&c, dmn_explain(&c, r.steps, 1, &cell, &n));
    CHECK_EQ(n, 2);
    CHECK_STR(cell[0].says, "age 13 is in [12..14)");
    CHECK_STR(cell[1].says, "hours 20 is not <= 14");
    OK(&c, dmn_explain(&c, r.steps, 0, &cell, &n));
    CHECK_STR(cell[0].says, "age 13 is not < 12");
    CHECK_EQ(dmn_explain(&c, r.steps, 9, &cell, &n), ERR_NOT_FOUND);
    c.fault = (struct fault){ 0 };
    OK(&c, dmn_evaluate(&c, m, STR("work"), two(&c, "age", feel_null(), "hours", feel_i64(1)), NULL, &r));
    CHECK_EQ(r.value.kind, FEEL_NULL);
    CHECK_STR(r.problem, "no row of the table matches");
    CHECK_EQ(dmn_evaluate(&c, m, STR("other"), feel_null(), NULL, &r), ERR_NOT_FOUND);
    const struct dmn_node **in;
    c.fault = (struct fault){ 0 };
    OK(&c, dmn_inputs(&c, m, STR("work"), &in, &n));
    CHECK_EQ(n, 2);
    CHECK_STR(in[1]->name, "hours");
    CHECK_STR(dmn_input_text(dmn_find(m, STR("work"))->table, 0, 0), "< 12");
    dmn_free(m);
    ctx_done(&c);
}

static void hit_policies_differ(struct t *t)
{
    static const struct { const char *policy, *want, *none; } rows[] = {
        { "hitPolicy=\"UNIQUE\"", "null", "null" }, { "hitPolicy=\"FIRST\"", "\"b\"", "null" },
        { "hitPolicy=\"PRIORITY\"", "\"a\"", "null" }, { "hitPolicy=\"ANY\"", "null", "null" },
        { "hitPolicy=\"COLLECT\"", "[\"b\", \"a\"]", "[]" }, { "hitPolicy=\"RULE ORDER\"", "[\"b\", \"a\"]", "null" },
        { "hitPolicy=\"OUTPUT ORDER\"", "[\"a\", \"b\"]", "null" },
        { "hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", "2", "0" }, { "hitPolicy=\"COLLECT\" aggregation=\"MIN\"", "\"a\"", "null" },
        { "hitPolicy=\"COLLECT\" aggregation=\"MAX\"", "\"b\"", "null" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        ctx_init(&c, 4 << 20);
        struct str xml = str_join(&c.mem, STR(HEAD IN("a", "number") IN("b", "number") "<decision id=\"d\" name=\"d\">" NEED("a") NEED("b")
            "<decisionTable "), str_c(rows[i].policy), STR(">" COL("a") COL("b") "<output name=\"o\"><outputValues>" TEXT("\"a\",\"b\"")
            "</outputValues></output>" R2("1", "-", "\"b\"", "") R2("-", "2", "\"a\"", "") "</decisionTable></decision>" TAIL));
        struct dmn_model *m = load(t, &c, xml.p);
        CHECK_STR(gives(t, &c, m, "d", two(&c, "a", feel_i64(1), "b", feel_i64(2))), rows[i].want);
        CHECK_STR(gives(t, &c, m, "d", two(&c, "a", feel_i64(5), "b", feel_i64(5))), rows[i].none);
        dmn_free(m);
        ctx_done(&c);
    }
}

/* The bits of a column and the cell by cell reading agree. */
static void the_index_changes_nothing(struct t *t)
{
    static const char *const cells[] = { "-", "&lt; 5", "&gt;= 5", "[3..7)", "(3..7]", "5", "3, 7", "not(5)", "not(&lt; 3, &gt; 7)", "!= 5",
                                         "&lt;= 3", "&gt; 7", "null", "not(null)", "null, 5", "not(5, null)", "not(null, &lt; 5)", "= 5" };
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        struct ctx c;
        ctx_init(&c, 8 << 20);
        struct str xml = str_join(&c.mem, STR(HEAD IN("a", "Any") "<decision id=\"d\" name=\"d\">" NEED("a")
            "<decisionTable hitPolicy=\"COLLECT\">" COL("a") "<output name=\"o\"/><rule><inputEntry>"), STR("<text>"), str_c(cells[i]),
            STR("</text></inputEntry><outputEntry>" TEXT("1") "</outputEntry></rule>"
            "<rule><inputEntry>" TEXT("4") "</inputEntry><outputEntry>" TEXT("2") "</outputEntry></rule></decisionTable></decision>"
            "<decision id=\"e\" name=\"e\">" NEED("a") "<decisionTable hitPolicy=\"COLLECT\">" COL("a") "<output name=\"o\"/><rule><inputEntry>"),
            STR("<text>"), str_c(cells[i]), STR("</text></inputEntry><outputEntry>" TEXT("1") "</outputEntry></rule>"
            "<rule><inputEntry>" TEXT("? = 4 and ? = a") "</inputEntry><outputEntry>" TEXT("2") "</outputEntry></rule></decisionTable></decision>" TAIL));
        struct dmn_model *m = load(t, &c, xml.p);
        for (int64_t v = 1; v < 10; v++) {
            struct feel_value in = two(&c, "a", feel_i64(v), "x", feel_null());
            struct str one = gives(t, &c, m, "d", in), other = gives(t, &c, m, "e", in);
            CHECK(str_eq(one, other));
        }
        struct feel_value half;
        CHECK(feel_number(STR("4.50"), &half));
        CHECK(str_eq(gives(t, &c, m, "d", two(&c, "a", half, "x", half)), gives(t, &c, m, "e", two(&c, "a", half, "x", half))));
        struct feel_value none = two(&c, "a", feel_null(), "x", feel_null());
        CHECK(str_eq(gives(t, &c, m, "d", none), gives(t, &c, m, "e", none)));
        struct feel_value word = feel_string(STR("w"));
        CHECK(str_eq(gives(t, &c, m, "d", two(&c, "a", word, "x", word)), gives(t, &c, m, "e", two(&c, "a", word, "x", word))));
        dmn_free(m);
        ctx_done(&c);
    }
}

#define ENTRY(name, x) "<contextEntry><variable name=\"" name "\"/>" x "</contextEntry>"
static const char boxes[] = HEAD IN("n", "number")
    "<itemDefinition name=\"small\"><typeRef>number</typeRef><allowedValues>" TEXT("[0..9]") "</allowedValues></itemDefinition>"
    "<itemDefinition name=\"person\"><itemComponent name=\"first-name\"><typeRef>string</typeRef></itemComponent></itemDefinition>"
    "<itemDefinition name=\"people\" isCollection=\"true\"><typeRef>person</typeRef></itemDefinition>"
    "<businessKnowledgeModel id=\"k\" name=\"twice\"><encapsulatedLogic><formalParameter name=\"x\" typeRef=\"number\"/>" LIT("x * 2") "</encapsulatedLogic></businessKnowledgeModel>"
    "<businessKnowledgeModel id=\"fac\" name=\"fac\"><encapsulatedLogic><formalParameter name=\"x\"/>" LIT("if x &lt; 2 then 1 else x * fac(x - 1)") "</encapsulatedLogic></businessKnowledgeModel>"
    "<businessKnowledgeModel id=\"j\" name=\"java\"><encapsulatedLogic kind=\"Java\"><formalParameter name=\"x\"/>" LIT("{}") "</encapsulatedLogic></businessKnowledgeModel>"
    "<decision id=\"ctx\" name=\"ctx\">" NEED("n") NEEDK("k") "<context>" ENTRY("a b", LIT("n + 1")) ENTRY("c", LIT("twice(a b)")) "<contextEntry>" LIT("c + 1") "</contextEntry></context></decision>"
    "<decision id=\"inv\" name=\"inv\">" NEED("n") NEEDK("k") "<invocation>" LIT("twice") "<binding><parameter name=\"x\"/>" LIT("n") "</binding></invocation></decision>"
    "<decision id=\"rec\" name=\"rec\">" NEEDK("fac") LIT("fac(20)") "</decision>"
    "<decision id=\"ext\" name=\"ext\">" NEEDK("j") LIT("java(1)") "</decision>"
    "<decision id=\"rel\" name=\"rel\"><variable name=\"rel\" typeRef=\"people\"/><relation><column name=\"first-name\"/><row>" LIT("\"Ana\"") "</row><row>" LIT("\"Bo\"") "</row></relation></decision>"
    "<decision id=\"path\" name=\"path\">" NEEDD("rel") LIT("rel[first-name = \"Bo\"].first-name[1]") "</decision>"
    "<decision id=\"cond\" name=\"cond\">" NEED("n") "<conditional><if>" LIT("n > 1") "</if><then>" LIT("\"many\"") "</then><else>" LIT("\"few\"") "</else></conditional></decision>"
    "<decision id=\"fil\" name=\"fil\"><filter><in>" LIT("[1, 2, 3]") "</in><match>" LIT("item > 1") "</match></filter></decision>"
    "<decision id=\"for\" name=\"for\"><for iteratorVariable=\"i\"><in>" LIT("[1, 2]") "</in><return>" LIT("i * 10") "</return></for></decision>"
    "<decision id=\"som\" name=\"som\"><some iteratorVariable=\"i\"><in>" LIT("[1, 2]") "</in><satisfies>" LIT("i = 2") "</satisfies></some></decision>"
    "<decision id=\"lst\" name=\"lst\"><list>" LIT("1") LIT("\"b\"") "</list></decision>"
    "<decision id=\"fun\" name=\"fun\"><context>" ENTRY("f", "<functionDefinition><formalParameter name=\"p\"/>" LIT("p + 1") "</functionDefinition>") "<contextEntry>" LIT("f(p: 2)") "</contextEntry></context></decision>"
    "<decision id=\"big\" name=\"big\"><variable name=\"big\" typeRef=\"small\"/>" LIT("10") "</decision>"
    "<decision id=\"one\" name=\"one\"><variable name=\"one\" typeRef=\"small\"/>" LIT("[7]") "</decision>"
    "<decision id=\"cyc\" name=\"cyc\">" NEEDD("cyc2") LIT("cyc2") "</decision><decision id=\"cyc2\" name=\"cyc2\">" NEEDD("cyc") LIT("cyc") "</decision>"
    "<decision id=\"plus\" name=\"plus\">" NEED("n") LIT("n + 1") "</decision>"
    "<decisionService id=\"s\" name=\"serve\"><outputDecision href=\"#plus\"/><inputData href=\"#n\"/></decisionService>"
    "<decision id=\"use\" name=\"use\">" NEEDK("s") LIT("serve(41)") "</decision>"
    TAIL;

static void boxes_and_functions_work(struct t *t)
{
    static const struct { const char *name, *want; } rows[] = {
        { "ctx", "7" }, { "inv", "4" }, { "rec", "2432902008176640000" }, { "ext", "null" }, { "path", "\"Bo\"" }, { "cond", "\"many\"" },
        { "fil", "[2, 3]" }, { "for", "[10, 20]" }, { "som", "true" }, { "lst", "[1, \"b\"]" }, { "fun", "3" }, { "big", "null" },
        { "one", "7" }, { "cyc", "null" }, { "use", "42" }, { "serve", "3" }, { "twice", "null" },
        { "rel", "[{\"first-name\": \"Ana\"}, {\"first-name\": \"Bo\"}]" },
    };
    struct ctx c;
    struct dmn_result r;
    ctx_init(&c, 8 << 20);
    struct dmn_model *m = load(t, &c, boxes);
    struct feel_value in = two(&c, "n", feel_i64(2), "x", feel_null());
    for (size_t i = 0; m && i < COUNT_OF(rows); i++)
        CHECK_STR(gives(t, &c, m, rows[i].name, in), rows[i].want);
    OK(&c, dmn_evaluate(&c, m, STR("ext"), in, NULL, &r));
    CHECK_STR(r.problem, "external functions are not supported");
    CHECK_STR(gives(t, &c, m, "twice", two(&c, "x", feel_i64(4), "y", feel_null())), "8");
    /* A decision that is given is not worked out. */
    CHECK_STR(gives(t, &c, m, "path", two(&c, "rel", feel_list(&c.mem, NULL, 0), "y", feel_null())), "null");
    dmn_free(m);
    ctx_done(&c);
}

static void models_import_models(struct t *t)
{
    static const char inner[] = "<definitions xmlns=\"http://www.omg.org/spec/DMN/20180521/MODEL/\" name=\"in\" namespace=\"urn:in\">"
        "<itemDefinition name=\"age\"><typeRef>number</typeRef></itemDefinition>" IN("years", "age")
        "<decision id=\"d\" name=\"is child\">" NEED("years") LIT("years &lt; 18") "</decision>" TAIL;
    static const char outer[] = HEAD "<import name=\"base law\" namespace=\"urn:in\" importType=\"http://www.omg.org/spec/DMN/20180521/MODEL/\"/>"
        "<decision id=\"o\" name=\"o\"><informationRequirement><requiredDecision href=\"urn:in#d\"/></informationRequirement>"
        LIT("if base law.is child then \"child\" else \"adult\"") "</decision>" TAIL;
    struct ctx c;
    struct dmn_model *a, *b;
    ctx_init(&c, 4 << 20);
    a = load(t, &c, inner);
    const struct dmn_model *known[] = { a };
    OK(&c, dmn_load(&c, STR("o.dmn"), str_c(outer), known, 1, &b));
    CHECK_STR(gives(t, &c, b, "o", two(&c, "years", feel_i64(12), "x", feel_null())), "\"child\"");
    struct feel_value nested = two(&c, "years", feel_i64(40), "x", feel_null());
    CHECK_STR(gives(t, &c, b, "o", two(&c, "base law", nested, "x", feel_null())), "\"adult\"");
    dmn_free(b);
    CHECK_EQ(dmn_load(&c, STR("o.dmn"), str_c(outer), NULL, 0, &b), ERR_INPUT);
    CHECK_STR(str_c(c.fault.detail), "o.dmn:1: imported model is missing: urn:in");
    dmn_free(a);
    ctx_done(&c);
}

struct worker { const struct dmn_model *m; int64_t wrong; };

static void *work_alone(void *arg)
{
    struct worker *w = arg;
    struct ctx c;
    ctx_init(&c, 1 << 20);
    for (int64_t i = 0; i < 500; i++) {
        struct dmn_result r = { 0 };
        arena_reset(&c.mem);
        enum err e = dmn_evaluate(&c, w->m, STR("work"), two(&c, "age", feel_i64(i % 20), "hours", feel_i64(20)), NULL, &r);
        w->wrong += e != ERR_OK || !str_is(feel_text(&c.mem, r.value), i % 20 < 14 ? "forbidden" : "allowed");
    }
    ctx_done(&c);
    return NULL;
}

static void threads_share_a_model(struct t *t)
{
    struct ctx c;
    pthread_t id[4];
    struct worker w[4];
    ctx_init(&c, 4 << 20);
    struct dmn_model *m = load(t, &c, WORK_TABLE("UNIQUE", ""));
    for (size_t i = 0; i < COUNT_OF(id); i++) {
        w[i] = (struct worker){ m, 0 };
        CHECK_EQ(pthread_create(&id[i], NULL, work_alone, &w[i]), 0);
    }
    for (size_t i = 0; i < COUNT_OF(id); i++) {
        CHECK_EQ(pthread_join(id[i], NULL), 0);
        CHECK_EQ(w[i].wrong, 0);
    }
    dmn_free(m);
    ctx_done(&c);
}

/* A type based on another keeps the other's constraint; equal cells of a table
 * are one, wherever they stand; a mistake in a cell names its row each time. */
static void types_and_cells_add_up(struct t *t)
{
    struct ctx c;
    struct dmn_result r;
    struct rules_finding *f;
    struct dmn_model *d = NULL;
    size_t n, rows = 0;
    ctx_init(&c, 16 << 20);
    struct dmn_model *m = load(t, &c, HEAD 
        "<itemDefinition name=\"tCol\"><typeRef>string</typeRef><allowedValues><text>\"red\",\"green\"</text></allowedValues></itemDefinition>"
        "<itemDefinition name=\"tSub\"><typeRef>tCol</typeRef><typeConstraint><text>not(\"red\")</text></typeConstraint></itemDefinition>"
        "<decision id=\"a\" name=\"a\"><variable name=\"a\" typeRef=\"tSub\"/><literalExpression><text>\"green\"</text></literalExpression></decision>"
        "<decision id=\"b\" name=\"b\"><variable name=\"b\" typeRef=\"tSub\"/><literalExpression><text>\"red\"</text></literalExpression></decision>"
        "<decision id=\"c\" name=\"c\"><variable name=\"c\" typeRef=\"tSub\"/><literalExpression><text>\"pink\"</text></literalExpression></decision>"
        "<decision id=\"t\" name=\"t\"><variable name=\"t\"/><decisionTable hitPolicy=\"COLLECT\"><input><inputExpression><text>1</text></inputExpression></input><output/>"
        "<rule><inputEntry><text>1</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
        "<rule><inputEntry><text> 1 </text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
        "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>\"1\"</text></outputEntry></rule>"
        "<rule><inputEntry><text>2</text></inputEntry><outputEntry><text>2</text></outputEntry></rule></decisionTable></decision>" TAIL);
    OK(&c, dmn_evaluate(&c, m, STR("a"), feel_null(), NULL, &r));
    CHECK(r.value.kind == FEEL_STRING);
    OK(&c, dmn_evaluate(&c, m, STR("b"), feel_null(), NULL, &r));
    CHECK(r.value.kind == FEEL_NULL);
    OK(&c, dmn_evaluate(&c, m, STR("c"), feel_null(), NULL, &r));
    CHECK(r.value.kind == FEEL_NULL);
    OK(&c, dmn_evaluate(&c, m, STR("t"), feel_null(), NULL, &r));
    CHECK_STR(feel_text(&c.mem, r.value), "[1, 1, \"1\"]");
    dmn_free(m);
    OK(&c, dmn_load_draft(&c, STR("d"), STR(HEAD
        "<decision id=\"t\" name=\"t\"><variable name=\"t\"/><decisionTable hitPolicy=\"COLLECT\"><input><inputExpression><text>1</text></inputExpression></input><output/>"
        "<rule><inputEntry><text>1</text></inputEntry><outputEntry><text>nobody</text></outputEntry></rule>"
        "<rule><inputEntry><text>2 +</text></inputEntry><outputEntry><text>nobody</text></outputEntry></rule></decisionTable></decision>" TAIL), NULL, 0, &d));
    OK(&c, rules_check(&c, d, NULL, NULL, &f, &n));
    for (size_t i = 0; i < n; i++)
        rows += f[i].kind == RULES_NAME ? (size_t)f[i].row : f[i].kind == RULES_SYNTAX ? 10 * (size_t)f[i].row : 0;
    CHECK_EQ(rows, 1 + 2 + 20);
    dmn_free(d);
    ctx_done(&c);
}

/* What to ask next, on a table whose first rows decide early. */
static void asks_what_the_next_row_needs(struct t *t)
{
    struct ctx c;
    const struct dmn_node *w;
    struct feel_builder b;
    ctx_init(&c, 4 << 20);
    struct dmn_model *m = load(t, &c, WORK_TABLE("FIRST", ""));
    OK(&c, dmn_wanted(&c, m, STR("work"), feel_null(), &w));
    CHECK(w && str_is(w->name, "age"));
    feel_builder_init(&b, &c.mem);
    feel_set(&b, STR("age"), feel_i64(10));
    OK(&c, dmn_wanted(&c, m, STR("work"), feel_build(&b), &w));
    CHECK(!w);                                  /* forbidden, whatever the hours */
    feel_set(&b, STR("age"), feel_i64(15));
    OK(&c, dmn_wanted(&c, m, STR("work"), feel_build(&b), &w));
    CHECK(!w);                                  /* allowed: no row asks for hours */
    feel_set(&b, STR("age"), feel_i64(13));
    OK(&c, dmn_wanted(&c, m, STR("work"), feel_build(&b), &w));
    CHECK(w && str_is(w->name, "hours"));
    feel_set(&b, STR("hours"), feel_null());    /* asked, not known */
    OK(&c, dmn_wanted(&c, m, STR("work"), feel_build(&b), &w));
    CHECK(!w);
    CHECK_EQ(dmn_wanted(&c, m, STR("no such"), feel_null(), &w), ERR_NOT_FOUND);
    dmn_free(m);
    ctx_done(&c);
}

static bool not_law_3(void *arg, struct str id)
{
    (void)arg;
    return !str_is(id, "xx/law/3");
}

static const struct rules_finding *find(const struct rules_finding *f, size_t n, enum rules_kind kind)
{
    for (size_t i = 0; i < n; i++)
        if (f[i].kind == kind)
            return &f[i];
    return NULL;
}

static void checks_find_gaps_and_overlaps(struct t *t)
{
    struct ctx c;
    struct rules_finding *f;
    const struct rules_finding *hit;
    size_t n;
    ctx_init(&c, 16 << 20);
    struct dmn_model *m = load(t, &c, WORK_TABLE("UNIQUE", ""));
    OK(&c, rules_check(&c, m, NULL, NULL, &f, &n));
    CHECK_EQ(n, 0);
    OK(&c, rules_check(&c, m, not_law_3, NULL, &f, &n));
    CHECK_EQ(n, 1);
    CHECK(n && f[0].kind == RULES_PROVISION && f[0].row == 3);
    dmn_free(m);
    m = load(t, &c, HEAD IN("age", "number") IN("sex", "string") "<decision id=\"d\" name=\"d\">" NEED("age") NEED("sex")
        "<decisionTable><input label=\"age\"><inputExpression typeRef=\"number\">" TEXT("age") "</inputExpression></input>" COL("sex") "<output/>"
        R2("&lt; 12", "-", "1", "") R2("[12..14]", "\"f\"", "2", "") R2("&gt;= 14", "-", "3", "") R2("\"old\"", "-", "4", "") "</decisionTable></decision>" TAIL);
    OK(&c, rules_check(&c, m, NULL, NULL, &f, &n));
    CHECK((hit = find(f, n, RULES_TYPE)) && hit->row == 4);
    dmn_free(m);
    m = load(t, &c, HEAD IN("age", "number") IN("sex", "string") "<decision id=\"d\" name=\"d\">" NEED("age") NEED("sex")
        "<decisionTable hitPolicy=\"UNIQUE\">" COL("age") COL("sex") "<output/>"
        R2("&lt; 12", "-", "1", "") R2("[12..14]", "\"f\"", "2", "") R2("&gt;= 14", "-", "3", "") "</decisionTable></decision>"
        "<decision id=\"e\" name=\"e\">" NEED("age") NEED("sex") "<decisionTable hitPolicy=\"FIRST\">" COL("age") COL("sex") "<output/>"
        R2("-", "-", "1", "") R2("&gt; 4", "-", "2", "") "</decisionTable></decision>" TAIL);
    OK(&c, rules_check(&c, m, NULL, NULL, &f, &n));
    CHECK((hit = find(f, n, RULES_GAP)) && str_is(hit->text, "no row for age 12, sex another value"));
    CHECK((hit = find(f, n, RULES_OVERLAP)) && hit->row == 2 && hit->other == 3);
    CHECK(hit && str_is(hit->text, "both rows answer for age 14, sex \"f\""));
    CHECK((hit = find(f, n, RULES_UNREACHABLE)) && hit->row == 2 && str_is(hit->table, "e"));
    CHECK(hit && hit->line == 1 && str_is(hit->file, "test.dmn"));
    dmn_free(m);
    ctx_done(&c);
}

static void drafts_keep_their_mistakes(struct t *t)
{
    static const char xml[] = HEAD IN("age", "number") "\n<decision id=\"d\" name=\"d\">" NEED("age") "\n" LIT("age &lt;") "</decision>"
        "<decision id=\"e\" name=\"e\">" LIT("nobody + 1") "</decision>" TAIL;
    struct ctx c;
    struct dmn_model *m = NULL;
    struct rules_finding *f;
    size_t n;
    ctx_init(&c, 4 << 20);
    CHECK_EQ(dmn_load(&c, STR("draft.dmn"), str_c(xml), NULL, 0, &m), ERR_INPUT);
    CHECK_STR(str_c(c.fault.detail), "draft.dmn:3:6: an expression is expected here");
    c.fault = (struct fault){ 0 };
    OK(&c, dmn_load_draft(&c, STR("draft.dmn"), str_c(xml), NULL, 0, &m));
    OK(&c, rules_check(&c, m, NULL, NULL, &f, &n));
    CHECK_EQ(n, 2);
    CHECK(n == 2 && f[0].kind == RULES_SYNTAX && f[0].line == 3 && f[1].kind == RULES_NAME);
    CHECK_STR(gives(t, &c, m, "d", feel_null()), "null");
    dmn_free(m);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "a table answers and says why", a_table_answers_and_says_why }, { "hit policies differ", hit_policies_differ },
    { "the index changes nothing", the_index_changes_nothing }, { "boxes and functions work", boxes_and_functions_work },
    { "types and cells add up", types_and_cells_add_up }, { "asks what the next row needs", asks_what_the_next_row_needs },
    { "models import models", models_import_models }, { "checks find gaps and overlaps", checks_find_gaps_and_overlaps },
    { "threads share a model", threads_share_a_model },
    { "drafts keep their mistakes", drafts_keep_their_mistakes },
};
T_MAIN(cases)
