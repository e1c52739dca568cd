/* Submissions and the rules of a form on real answers. */
#include "forms/forms.h"
#include "t.h"

enum { MEM = 64 * 1024 * 1024 };
#define KINDS "tests/forms/kinds"
static const int64_t NOON_US = INT64_C(1795525500000000);      /* 2026-11-24T13:05:00Z */

static const struct form *visit(struct t *t, struct ctx *c)
{
    const struct form *f = NULL;
    struct form_notes notes;
    OK(c, form_load_dir(c, KINDS, "visit", &f, &notes));
    return f;
}

struct pair { const char *path, *value; };

static struct answers list(struct ctx *c, const struct pair *v, size_t n)
{
    struct answers a = { 0 };
    for (size_t i = 0; i < n; i++)
        (void)answers_put(&c->mem, &a, str_c(v[i].path), str_c(v[i].value));
    return a;
}

static const struct form_problem *problem(const struct form_result *r, const char *path)
{
    for (size_t i = 0; i < r->problems; i++)
        if (str_is(r->problem[i].path, path))
            return &r->problem[i];
    return NULL;
}

static const struct form_node *node(const struct form_result *r, const char *path)
{
    for (size_t i = 0; i < r->nodes; i++)
        if (str_is(r->node[i].path, path))
            return &r->node[i];
    return NULL;
}

static void tell(const struct form_result *r)
{
    for (size_t i = 0; i < r->problems; i++)
        printf("# %.*s: %s %.*s\n", STR_A(r->problem[i].path), r->problem[i].key, STR_A(r->problem[i].message));
}

static const struct pair good[] = {
    { "start", "2026-11-24T09:00:00.000-03:00" }, { "today", "2026-11-24" }, { "place", "Estancia Ñandú" },
    { "dept", "PY-16" }, { "district", "loma_plata" }, { "day", "2026-11-20" },
    { "family/children", "2" },
    { "family/child[1]/name", "Ana" }, { "family/child[1]/born", "2015-03-01" },
    { "family/child[1]/tasks", "field house" }, { "family/child[1]/hours", "20" },
    { "family/child[2]/name", "Beto" }, { "family/child[2]/born", "2001-01-31" },
    { "family/child[2]/tasks", "field" }, { "family/child[2]/hours", "40" },
    { "risk", "6" }, { "where", "-22.35 -60.03 130 5" }, { "photo", "casa ñ.jpg" },
    { "order", "house field none" }, { "ok", "OK" }, { "seen_at", "2026-11-24T09:00:00.000-03:00" },
    { "wage", "-0.0" }, { "meta/instanceID", "uuid:1" },
};

static const struct form_env ES = { .lang = STR_INIT("es"), .utc_offset_min = -180, .texts = true };

static void good_answers(struct t *t)
{
    struct ctx c;
    struct form_result r;
    ctx_init(&c, MEM);
    c.now_us = NOON_US;
    const struct form *f = visit(t, &c);
    struct answers a = list(&c, good, COUNT_OF(good));
    OK(&c, form_check(&c, f, &a, &ES, &r));
    tell(&r);
    CHECK_EQ(r.problems, 0);
    CHECK_EQ(r.extra.n, 0);
    CHECK_STR(answers_get(&r.answers, STR("family/child[1]/age")), "11");
    CHECK_STR(answers_get(&r.answers, STR("family/child[2]/age")), "25");
    CHECK_STR(answers_get(&r.answers, STR("family/child[2]/number")), "2");
    CHECK_STR(answers_get(&r.answers, STR("family/total")), "20");           /* Beto is not a child */
    CHECK_STR(answers_get(&r.answers, STR("family/child[2]/tasks")), "");    /* not relevant: removed */
    CHECK_STR(answers_get(&r.answers, STR("family/child[2]/hours")), "");
    CHECK_STR(answers_get(&r.answers, STR("meta/instanceName")), "Estancia Ñandú 2026-11-20");
    const struct form_node *n = node(&r, "family/child[2]/born");
    CHECK_STR(n->label, "Nacimiento de Beto");
    CHECK_STR(node(&r, "welcome")->label, "Visita a «Estancia Ñandú» & <casa>");
    n = node(&r, "district");
    CHECK_EQ(n->choices, 2);
    CHECK_STR(n->choice[1]->name, "loma_plata");
    CHECK(!node(&r, "family/child[2]/hours")->relevant);
    CHECK(node(&r, "place")->required);
    form_unref(f);
    ctx_done(&c);
}

/* One answer changed: exactly this problem follows. */
static void one_wrong(struct t *t)
{
    static const struct { const char *path, *value, *key, *message; } v[] = {
        { "place", "", "form.required", "Diga dónde" },
        { "order", "house field fly", "form.not-a-choice", "" },
        { "district", "villa_hayes", "form.not-a-choice", "" },
        { "day", "2026-12-01", "form.constraint", "No puede ser futura" },
        { "day", "2026-02-30", "form.not-a-date", "" },
        { "day", "24/11/2026", "form.not-a-date", "" },
        { "family/children", "dos", "form.not-a-whole-number", "" },
        { "family/children", "31", "form.constraint", "Entre 0 y 29" },
        { "family/child[1]/name", "", "form.required", "" },
        { "family/child[1]/born", "2027-01-01", "form.constraint", "Antes de hoy" },
        { "family/child[1]/tasks", "field none", "form.constraint", "No combine «ninguna»" },
        { "family/child[1]/tasks", "field fly", "form.not-a-choice", "" },
        { "family/child[1]/tasks", "field field", "form.not-a-choice", "" },
        { "family/child[1]/hours", "113", "form.constraint", "Hay 168 horas" },
        { "family/child[1]/hours", "", "form.required", "" },
        { "where", "-95 0", "form.not-a-place", "" },
        { "where", "here", "form.not-a-place", "" },
        { "photo", "../../etc/passwd", "form.not-a-file-name", "" },
        { "order", "house field", "form.rank-incomplete", "" },
        { "ok", "yes", "form.not-acknowledged", "" },
        { "seen_at", "2026-11-24T25:00:00Z", "form.not-a-date-and-time", "" },
        { "wage", "-3", "form.constraint", "No negativo" },
        { "wage", "1.2.3", "form.not-a-number", "" },
        { "nothing", "here", "form.unknown-field", "" },
    };
    struct ctx first;
    ctx_init(&first, MEM);
    const struct form *f = visit(t, &first);
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        struct ctx c;
        struct form_result r;
        struct answers a;
        bool there = false;
        ctx_init(&c, MEM);
        c.now_us = NOON_US;
        a = list(&c, good, COUNT_OF(good));
        for (size_t k = 0; k < a.n; k++)
            if (str_is(a.v[k].path, v[i].path)) {
                a.v[k].value = str_c(v[i].value);
                there = true;
            }
        if (!there)
            (void)answers_put(&c.mem, &a, str_c(v[i].path), str_c(v[i].value));
        OK(&c, form_check(&c, f, &a, &ES, &r));
        const struct form_problem *p = problem(&r, v[i].path);
        CHECK(p != NULL);
        if (p) {
            CHECK_STR(str_c(p->key), v[i].key);
            CHECK_STR(p->message, v[i].message);
        }
        if (r.problems != 1) {
            t->bad++;
            printf("# %s=%s:\n", v[i].path, v[i].value);
            tell(&r);
        }
        ctx_done(&c);
    }
    form_unref(f);
    ctx_done(&first);
}

static void types(struct t *t)
{
    static const struct { enum form_type type; const char *value; bool ok; } v[] = {
        { FORM_INT, "12", 1 }, { FORM_INT, "-7", 1 }, { FORM_INT, "007", 1 }, { FORM_INT, "1.0", 0 },
        { FORM_INT, "", 1 }, { FORM_INT, "-", 0 }, { FORM_INT, "9999999999999999999", 0 },
        { FORM_DECIMAL, "1.5", 1 }, { FORM_DECIMAL, ".5", 1 }, { FORM_DECIMAL, "1e3", 1 },
        { FORM_DECIMAL, "1e", 0 }, { FORM_DECIMAL, "0x10", 0 }, { FORM_DECIMAL, "nan", 0 },
        { FORM_DATE, "2024-02-29", 1 }, { FORM_DATE, "2023-02-29", 0 }, { FORM_DATE, "2023-2-9", 0 },
        { FORM_DATE, "2026-11-24T00:00:00.000-03:00", 1 },
        { FORM_TIME, "23:59:59.999-03:00", 1 }, { FORM_TIME, "24:00", 0 }, { FORM_TIME, "08:30", 1 },
        { FORM_DATETIME, "2026-11-24T10:00:00.000+07:00", 1 }, { FORM_DATETIME, "2026-11-24T10:00", 1 },
        { FORM_DATETIME, "2026-11-24T10:00:00+7", 0 }, { FORM_DATETIME, "2026-11-24 10:00", 0 },
        { FORM_GEOPOINT, "0 0", 1 }, { FORM_GEOPOINT, "-90 180 0 0", 1 }, { FORM_GEOPOINT, "0", 0 },
        { FORM_GEOPOINT, "0 181", 0 }, { FORM_GEOPOINT, "0 0 0 -1", 0 }, { FORM_GEOPOINT, "0 0 0 0 0", 0 },
        { FORM_GEOTRACE, "0 0;0 1", 1 }, { FORM_GEOTRACE, "0 0", 0 }, { FORM_GEOTRACE, "0 0;;0 1", 0 },
        { FORM_GEOSHAPE, "0 0;0 1;1 1;0 0", 1 }, { FORM_GEOSHAPE, "0 0;0 1;1 1;1 0", 0 },
        { FORM_BOOLEAN, "true", 1 }, { FORM_BOOLEAN, "yes", 0 },
        { FORM_FILE, "1700000000000.jpg", 1 }, { FORM_FILE, "a/b", 0 }, { FORM_FILE, "..", 0 },
        { FORM_ACKNOWLEDGE, "OK", 1 }, { FORM_TEXT, "\xff", 0 }, { FORM_TEXT, "anything", 1 },
    };
    for (size_t i = 0; i < COUNT_OF(v); i++)
        if ((form_value_bad(v[i].type, str_c(v[i].value)) == NULL) != v[i].ok) {
            t->bad++;
            printf("# %s \"%s\" should be %s\n", form_type_name(v[i].type), v[i].value, v[i].ok ? "fine" : "refused");
        }
}

static void blank_form(struct t *t)
{
    struct ctx c;
    struct form_result r;
    struct answers none = { 0 };
    struct form_env env = ES;
    env.first = env.draft = true;
    ctx_init(&c, MEM);
    c.now_us = NOON_US;
    const struct form *f = visit(t, &c);
    OK(&c, form_check(&c, f, &none, &env, &r));
    tell(&r);
    CHECK_EQ(r.problems, 0);
    CHECK_STR(answers_get(&r.answers, STR("day")), "2026-11-24");
    CHECK_STR(answers_get(&r.answers, STR("today")), "2026-11-24");
    CHECK_STR(answers_get(&r.answers, STR("family/children")), "0");
    CHECK(node(&r, "family/child[1]/name") != NULL);
    env.draft = env.first = false;
    OK(&c, form_check(&c, f, &none, &env, &r));
    CHECK_STR(str_c(problem(&r, "place")->key), "form.required");
    CHECK(node(&r, "family/child[1]/name") == NULL);
    form_unref(f);
    ctx_done(&c);
}

/* What was true when it was answered stays: a late upload is not moved to today. */
static void late_upload(struct t *t)
{
    struct ctx c;
    struct form_notes n;
    struct form_result r;
    const struct form *f = NULL;
    ctx_init(&c, MEM);
    c.now_us = NOON_US;
    struct form_source s = { .name = STR("k"), .survey =
        STR("type,name,label,calculation\ntext,a,A,\ncalculate,day,,today()\ncalculate,twice,,\"concat(${a}, ${a})\"\n") };
    OK(&c, form_load_csv(&c, &s, &f, &n));
    struct pair v[] = { { "a", "x" }, { "day", "2026-10-01" }, { "twice", "forged" } };
    struct answers a = list(&c, v, 3);
    OK(&c, form_check(&c, f, &a, &ES, &r));
    CHECK_STR(answers_get(&r.answers, STR("day")), "2026-10-01");
    CHECK_STR(answers_get(&r.answers, STR("twice")), "xx");
    form_unref(f);
    ctx_done(&c);
}

static void circles_and_costs(struct t *t)
{
#define CALC(e) "type,name,label,calculation\ntext,x,X,\ncalculate,b,,\"" e "\"\n"
    static const struct { const char *survey, *key; } v[] = {
        { "type,name,label,calculation\ncalculate,a,,\"if(${b} = '', 0, ${b} + 1)\"\n"
          "calculate,b,,\"if(${a} = '', 0, ${a} + 1)\"\n", "form.does-not-settle" },
        { CALC("regex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '(a+)+b')"), "form.expression-failed" },
        { CALC("regex('x', '(')"), "form.expression-failed" },
        { CALC("format-date('2026-01-01', '%Q')"), "form.expression-failed" },
        { CALC("digest('a', 'CRC')"), "form.expression-failed" },
    };
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        struct ctx c;
        struct form_notes n;
        struct form_result r;
        struct answers none = { 0 };
        const struct form *f = NULL;
        struct form_source s = { .name = STR("k"), .survey = str_c(v[i].survey) };
        ctx_init(&c, MEM);
        OK(&c, form_load_csv(&c, &s, &f, &n));
        OK(&c, form_check(&c, f, &none, &ES, &r));
        CHECK_EQ(r.problems, 1);
        if (r.problems)
            CHECK_STR(str_c(r.problem[0].key), v[i].key);
        form_unref(f);
        ctx_done(&c);
    }
}

/* A thousand repeats against a thousand repeats is refused, not waited for. */
static void too_expensive(struct t *t)
{
    struct ctx c;
    struct form_notes n;
    struct form_result r;
    const struct form *f = NULL;
    struct answers a = { 0 };
    ctx_init(&c, 256 * 1024 * 1024);
    struct form_source s = { .name = STR("k"), .survey =
        STR("type,name,label,calculation\nbegin repeat,r,,\ninteger,a,A,\n"
            "calculate,b,,count(/data/r[a = /data/r/a])\nend repeat,,,\n") };
    OK(&c, form_load_csv(&c, &s, &f, &n));
    for (int i = 1; i <= 5000; i++) {
        struct buf b;
        buf_init(&b, &c.mem, 64);
        buf_fmt(&b, "r[%d]/a", i);
        (void)answers_put(&c.mem, &a, buf_str(&b), STR("1"));
    }
    CHECK_EQ(form_check(&c, f, &a, &ES, &r), ERR_INPUT);
    CHECK_STR(str_c(c.fault.key), "form.too-expensive");
    form_unref(f);
    ctx_done(&c);
}

/* ---- submissions ---------------------------------------------------------------------------- */

static void submissions(struct t *t)
{
    static const char xml[] =
        "<?xml version='1.0'?><data id='visit' version='2026112401' xmlns:orx='http://openrosa.org/xforms'>"
        "<place>A &amp; B</place><family><children>2</children><child><name>Ana</name></child>"
        "<child><name>Beto</name></child></family><photo>f.jpg</photo><extra>kept</extra>"
        "<orx:meta><orx:instanceID>uuid:2</orx:instanceID><orx:deprecatedID>uuid:1</orx:deprecatedID>"
        "<entity dataset='p' id='e1' create='1'><label>L</label></entity></orx:meta></data>";
    struct ctx c;
    struct submission s;
    struct form_result r;
    struct str *names, out;
    size_t n;
    ctx_init(&c, MEM);
    const struct form *f = visit(t, &c);
    OK(&c, submission_load(&c, str_c(xml), &s));
    CHECK_STR(s.form_id, "visit");
    CHECK_STR(s.version, "2026112401");
    CHECK_STR(s.instance_id, "uuid:2");
    CHECK_STR(s.deprecated_id, "uuid:1");
    CHECK(!s.encrypted);
    CHECK_STR(answers_get(&s.answers, STR("family/child[2]/name")), "Beto");
    CHECK_STR(answers_get(&s.answers, STR("meta/entity/@id")), "e1");
    CHECK_STR(answers_get(&s.answers, STR("place")), "A & B");
    OK(&c, answers_files(&c, f, &s.answers, &names, &n));
    CHECK_EQ(n, 1);
    CHECK_STR(names[0], "f.jpg");
    OK(&c, form_check(&c, f, &s.answers, &ES, &r));
    CHECK_STR(answers_get(&r.extra, STR("extra")), "kept");
    CHECK_STR(answers_get(&r.extra, STR("meta/entity/label")), "L");
    CHECK_STR(str_c(problem(&r, "extra")->key), "form.unknown-field");
    OK(&c, answers_xml(&c, f, &r.answers, STR("uuid:9"), &out));
    OK(&c, submission_load(&c, out, &s));
    CHECK_STR(s.instance_id, "uuid:9");
    CHECK_STR(answers_get(&s.answers, STR("family/child[2]/name")), "Beto");
    CHECK_STR(answers_get(&s.answers, STR("place")), "A & B");
    form_unref(f);
    ctx_done(&c);
}

/* answers -> XML -> answers is the identity on what the form has. */
static void xml_round_trip(struct t *t)
{
    struct ctx c;
    struct submission s;
    struct str out;
    ctx_init(&c, MEM);
    const struct form *f = visit(t, &c);
    struct answers a = list(&c, good, COUNT_OF(good));
    OK(&c, answers_xml(&c, f, &a, STR(""), &out));
    OK(&c, submission_load(&c, out, &s));
    for (size_t i = 0; i < a.n; i++)
        CHECK_STR(answers_get(&s.answers, a.v[i].path), a.v[i].value.p);
    form_unref(f);
    ctx_done(&c);
}

static void one_repeat_gets_its_position(struct t *t)
{
    struct ctx c;
    ctx_init(&c, MEM);
    const struct form *f = visit(t, &c);
    struct pair v[] = { { "family/child/name", "Ana" }, { "family[1]/children", "1" } };
    struct answers a = list(&c, v, 2);
    OK(&c, answers_fit(&c, f, &a));
    CHECK_STR(a.v[0].path, "family/child[1]/name");
    CHECK_STR(a.v[1].path, "family/children");
    form_unref(f);
    ctx_done(&c);
}

static void bad_submissions(struct t *t)
{
    static const struct { const char *xml, *key; } v[] = {
        { "<data/>", "submission.no-form" },
        { "<data id='x'>", "xml.malformed" },
        { "<!DOCTYPE d [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><d id='x'>&b;</d>", "xml.doctype" },
        { "not xml", "xml.malformed" },
    };
    struct ctx c;
    struct submission s;
    struct buf b;
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        ctx_init(&c, MEM);
        CHECK_EQ(submission_load(&c, str_c(v[i].xml), &s), ERR_INPUT);
        CHECK_STR(str_c(c.fault.key), v[i].key);
        ctx_done(&c);
    }
    ctx_init(&c, MEM);
    buf_init(&b, &c.mem, 1 << 20);
    buf_put(&b, STR("<d id='x'>"));
    for (int i = 0; i < 40; i++)
        buf_put(&b, STR("<a>"));
    for (int i = 0; i < 40; i++)
        buf_put(&b, STR("</a>"));
    buf_put(&b, STR("</d>"));
    CHECK_EQ(submission_load(&c, buf_str(&b), &s), ERR_INPUT);
    CHECK_STR(str_c(c.fault.key), "submission.too-deep");
    ctx_done(&c);
    ctx_init(&c, MEM);
    buf_init(&b, &c.mem, 1 << 20);
    buf_put(&b, STR("<d id='x'>"));
    for (int i = 0; i < 20001; i++)
        buf_put(&b, STR("<a/>"));
    buf_put(&b, STR("</d>"));
    CHECK_EQ(submission_load(&c, buf_str(&b), &s), ERR_INPUT);
    CHECK_STR(str_c(c.fault.key), "submission.too-big");
    ctx_done(&c);
}

static void impossible_positions(struct t *t)
{
    static const char *const paths[] = { "family/child[999999999]/name", "family/child[0]/name", "family/child[-1]/name",
                                         "family/child[x]/name", "family/child[1/name", "//", "family//x", "a[" };
    struct ctx first;
    ctx_init(&first, MEM);
    const struct form *f = visit(t, &first);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct ctx c;
        struct form_result r;
        struct pair v[] = { { paths[i], "x" } };
        ctx_init(&c, MEM);
        struct answers a = list(&c, v, 1);
        CHECK_EQ(form_check(&c, f, &a, &ES, &r), ERR_INPUT);
        ctx_done(&c);
    }
    form_unref(f);
    ctx_done(&first);
}

static void memory_refused(struct t *t)
{
    struct ctx first;
    ctx_init(&first, MEM);
    const struct form *f = visit(t, &first);
    for (long n = 1;; n += n < 300 ? 1 : 29) {
        struct ctx c;
        struct form_result r;
        ctx_init(&c, MEM);
        struct answers a = list(&c, good, COUNT_OF(good));
        c.mem.fail_at = c.mem.count + n;
        enum err e = form_check(&c, f, &a, &ES, &r);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        ctx_done(&c);
        if (e == ERR_OK) {
            printf("# about %ld allocations refused in turn\n", n - 1);
            break;
        }
        if (e != ERR_NOMEM)
            break;
    }
    form_unref(f);
    ctx_done(&first);
}

static const struct t_case cases[] = {
    { "good answers", good_answers }, { "one wrong answer", one_wrong }, { "types", types },
    { "a blank form", blank_form }, { "a late upload", late_upload },
    { "circles and costly expressions", circles_and_costs }, { "too expensive", too_expensive },
    { "submissions", submissions }, { "answers to XML and back", xml_round_trip },
    { "positions of repeats", one_repeat_gets_its_position }, { "submissions refused", bad_submissions },
    { "impossible positions", impossible_positions }, { "every allocation refused", memory_refused },
};
T_MAIN(cases)
