/* Reading, checking, FEEL, the route and the drawing of whole files. */
#include "flow/flow.h"
#include "flow/flow_xml.h"
#include "t.h"

static struct flow_model *load(struct t *t, struct ctx *c, const char *path)
{
    struct str bytes = { 0 };
    struct flow_model *m = NULL;
    OK(c, file_read(c, path, FLOW_FILE_MAX, &bytes));
    OK(c, flow_load(c, bytes, &flow_feel, &m));
    return m;
}

/* ---- reading ------------------------------------------------------------------- */

static void foreign_file(struct t *t)
{
    struct ctx c;
    struct flow_step s;
    ctx_init(&c, 16 << 20);
    struct flow_model *m = load(t, &c, "tests/data/flow/foreign.bpmn");
    CHECK_EQ(flow_processes(m), 1);
    CHECK_STR(flow_process_at(m, 0).name, "Atención");
    CHECK_STR(flow_process_at(m, 0).pool, "Municipio de Ñeembucú");
    CHECK_EQ(flow_lanes(m), 2);
    CHECK(flow_node_find(m, STR("recibir"), &s));
    CHECK_STR(s.name, "Recibir señal");
    CHECK_STR(s.lane_name, "Niñez");                 /* by its place in the diagram */
    CHECK_EQ(s.due.kind, FLOW_DURATION);
    CHECK_STR(s.due.text, "PT24H");
    CHECK_STR(s.due.calendar, "clock");
    CHECK(flow_node_find(m, STR("vacio"), &s));
    CHECK_STR(s.lane_name, "Salud");
    CHECK_STR(s.name, "Atender & cuidar");
    CHECK(!flow_node_find(m, STR("nota"), &s));
    flow_free(m);
    ctx_done(&c);
}

static void own_attributes(struct t *t)
{
    struct ctx c;
    struct flow_step s;
    struct flow_way *w;
    size_t n;
    ctx_init(&c, 16 << 20);
    struct flow_model *m = load(t, &c, "tests/data/flow/route.bpmn");
    CHECK(flow_node_find(m, STR("inspect"), &s));
    CHECK_STR(s.role, "labour_inspector");
    CHECK_STR(s.due.text, "PT24H");                   /* from its first boundary timer */
    CHECK_STR(s.due.calendar, "clock");
    CHECK(flow_node_find(m, STR("plan"), &s));
    CHECK_STR(s.due.calendar, "working");             /* from the process */
    CHECK_STR(flow_attr(m, STR("intake"), "form"), "intake");
    CHECK_EQ(flow_attr(m, STR("plan"), "form").n, 0);
    CHECK(flow_node_find(m, STR("safe_place"), &s));
    CHECK_STR(s.lane, "lane_care");                   /* from the sub-process around it */
    CHECK(flow_node_find(m, STR("decide"), &s));
    CHECK_STR(s.lane, "pool_prosecutor");             /* a pool without lanes */
    CHECK_STR(s.role, "prosecutor");
    OK(&c, flow_ways(&c, m, STR("crime"), &w, &n));
    CHECK_EQ(n, 2);
    CHECK_STR(w[0].id, "f_yes");
    CHECK_STR(w[0].name, "yes");
    CHECK_EQ(flow_ways(&c, m, STR("nothing"), &w, &n), ERR_NOT_FOUND);
    flow_free(m);
    ctx_done(&c);
}

static void refused_files(struct t *t)
{
    static const struct { const char *text, *key; } rows[] = {
        { "", "flow.not-xml" }, { "   \n ", "flow.not-xml" }, { "hello", "flow.not-xml" },
        { "<a>", "flow.not-xml" }, { "<a/>", "flow.not-bpmn" },
        { "<definitions xmlns='urn:other'/>", "flow.not-bpmn" },
        { "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "flow.doctype" },
        { "<!DOCTYPE d SYSTEM 'http://localhost/d.dtd'><d/>", "flow.doctype" },
        { "<?xml version='1.0' encoding='no-such'?><a/>", "flow.not-xml" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        struct flow_model *m = NULL;
        ctx_init(&c, 1 << 20);
        CHECK_EQ(flow_load(&c, str_c(rows[i].text), NULL, &m), ERR_INPUT);
        CHECK(m == NULL);
        CHECK_STR(str_c(c.fault.key), rows[i].key);
        ctx_done(&c);
    }
}

static void entity_bomb(struct t *t)
{
    struct ctx c;
    struct buf b;
    struct flow_model *m = NULL;
    ctx_init(&c, 4 << 20);
    buf_init(&b, &c.mem, 1 << 20);
    buf_put(&b, STR("<!DOCTYPE a [<!ENTITY e0 'ha'>"));
    for (int i = 1; i < 30; i++)
        buf_fmt(&b, "<!ENTITY e%d '&e%d;&e%d;&e%d;&e%d;'>", i, i - 1, i - 1, i - 1, i - 1);
    buf_put(&b, STR("]><a b='&e29;'>&e29;</a>"));
    CHECK_EQ(flow_load(&c, buf_str(&b), NULL, &m), ERR_INPUT);
    CHECK_STR(str_c(c.fault.key), "flow.doctype");
    ctx_done(&c);
}

#define HEAD "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'><process id='p'>"

static void hostile_sizes(struct t *t)
{
    struct ctx c;
    struct buf b;
    struct flow_model *m = NULL;
    ctx_init(&c, 64 << 20);
    buf_init(&b, &c.mem, 16 << 20);
    buf_put(&b, STR(HEAD));                           /* deeper than we follow */
    for (int i = 0; i < 60; i++)
        buf_put(&b, STR("<subProcess>"));
    for (int i = 0; i < 60; i++)
        buf_put(&b, STR("</subProcess>"));
    buf_put(&b, STR("</process></definitions>"));
    CHECK_EQ(flow_load(&c, buf_str(&b), NULL, &m), ERR_INPUT);
    CHECK_STR(str_c(c.fault.key), "flow.too-deep");
    c.fault = (struct fault){ 0 };
    buf_init(&b, &c.mem, 16 << 20);                   /* more nodes than we take */
    buf_put(&b, STR(HEAD));
    for (int i = 0; i <= FLOW_NODES_MAX; i++)
        buf_put(&b, STR("<task id='x'/>"));
    buf_put(&b, STR("</process></definitions>"));
    CHECK_EQ(flow_load(&c, buf_str(&b), NULL, &m), ERR_INPUT);
    CHECK_STR(str_c(c.fault.key), "flow.too-many");
    CHECK(m == NULL);
    ctx_done(&c);
}

/* ---- checking -------------------------------------------------------------------- */

static bool found(const struct flow_finding *f, size_t n, const char *key, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(f[i].key, key) && str_is(f[i].id, id))
            return true;
    return false;
}

static void wrong_file(struct t *t)
{
    static const struct { const char *key, *id; } want[] = {
        { "flow.no-lane", "nobody" }, { "flow.dead-end", "deaf" }, { "flow.unreachable", "island" },
        { "flow.no-way-out", "round" }, { "flow.no-way-out", "round2" },
        { "flow.no-calendar", "clock" }, { "flow.no-time", "timeless" },
        { "flow.no-receiver", "shout" }, { "flow.not-run", "complex" }, { "flow.no-count", "many" },
        { "flow.not-run", "undo" }, { "flow.not-run", "dance" }, { "flow.unknown-element", "new" },
        { "flow.same-id", "e" }, { "flow.bad-condition", "g" }, { "flow.loose-flow", "f12" },
    };
    struct ctx c;
    struct flow_finding *f;
    size_t n;
    ctx_init(&c, 16 << 20);
    struct flow_model *m = load(t, &c, "tests/data/flow/wrong.bpmn");
    OK(&c, flow_check(&c, m, &f, &n));
    for (size_t i = 0; i < COUNT_OF(want); i++)
        if (!found(f, n, want[i].key, want[i].id)) {
            t->bad++;
            printf("# not found: %s %s\n", want[i].key, want[i].id);
        }
    for (size_t i = 0; i < n; i++) {
        CHECK(i == 0 || f[i - 1].line <= f[i].line);
        CHECK(flow_finding_text(f[i].key) != f[i].key);        /* every key has its sentence */
        if (!strcmp(f[i].key, "flow.no-calendar"))
            CHECK_EQ(f[i].line, 11);
    }
    flow_free(m);
    ctx_done(&c);
}

static void good_files(struct t *t)
{
    static const char *const paths[] = { "tests/data/flow/route.bpmn", "tests/data/flow/foreign.bpmn" };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct ctx c;
        struct flow_finding *f;
        size_t n;
        ctx_init(&c, 16 << 20);
        struct flow_model *m = load(t, &c, paths[i]);
        OK(&c, flow_check(&c, m, &f, &n));
        for (size_t k = 0; k < n; k++)
            CHECK_EQ(f[k].severity, FLOW_NOTE);
        flow_free(m);
        ctx_done(&c);
    }
}

/* ---- running with FEEL --------------------------------------------------------------- */

struct walk { struct ctx c; struct flow_model *m; struct flow_result res; };

static int64_t key_of(struct walk *w, const char *node, enum flow_open_kind kind)
{
    struct flow_open *o;
    size_t n;
    if (flow_open(&w->c, w->m, w->res.state, &o, &n) != ERR_OK)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (str_is(o[i].node, node) && o[i].kind == kind)
            return o[i].key;
    return -1;
}

static void complete(struct t *t, struct walk *w, const char *node, const char *fact, const char *value)
{
    struct flow_fact f = { str_c(fact), str_c(value) };
    struct flow_input in = { .kind = FLOW_COMPLETE, .now_us = 5000000,
                             .key = key_of(w, node, FLOW_OPEN_STEP), .facts = &f, .n_facts = fact != NULL };
    OK(&w->c, flow_apply(&w->c, w->m, w->res.state, &in, &w->res));
}

static int open_count(struct walk *w, const char *node)
{
    struct flow_open *o;
    size_t n;
    int k = 0;
    if (flow_open(&w->c, w->m, w->res.state, &o, &n) != ERR_OK)
        return -1;
    for (size_t i = 0; i < n; i++)
        k += str_is(o[i].node, node) && o[i].kind != FLOW_OPEN_TIMER;
    return k;
}

static void walk_open(struct t *t, struct walk *w)
{
    struct flow_fact f = { STR("children"), STR("[{\"code\":\"A\"},{\"code\":\"B\"}]") };
    struct flow_input in = { .now_us = 1000000, .facts = &f, .n_facts = 1 };
    ctx_init(&w->c, 64 << 20);
    w->m = load(t, &w->c, "tests/data/flow/route.bpmn");
    OK(&w->c, flow_start(&w->c, w->m, STR("route_network"), STR(""), &in, &w->res));
}

static void feel_route(struct t *t)
{
    struct walk w;
    struct str v = { 0 };
    walk_open(t, &w);
    complete(t, &w, "intake", NULL, NULL);
    CHECK_EQ(open_count(&w, "inspect"), 1);
    CHECK_EQ(open_count(&w, "safe_place"), 2);            /* one for each child */
    complete(t, &w, "inspect", "indicators", "[\"debt\",\"papers\",\"threat\"]");
    CHECK_EQ(open_count(&w, "answer"), 1);
    CHECK_EQ(open_count(&w, "decide"), 1);                /* the prosecutor's pool woke up */
    complete(t, &w, "decide", NULL, NULL);
    CHECK_EQ(open_count(&w, "answer"), 0);
    for (int i = 0; i < 2; i++) {
        complete(t, &w, "safe_place", NULL, NULL);
        complete(t, &w, "health", NULL, NULL);
    }
    CHECK_EQ(open_count(&w, "plan"), 1);
    complete(t, &w, "plan", NULL, NULL);
    CHECK(w.res.over);
    CHECK(flow_fact(&w.c, w.m, w.res.state, STR("indicators"), &v));
    CHECK_STR(v, "[\"debt\",\"papers\",\"threat\"]");
    CHECK(!flow_fact(&w.c, w.m, w.res.state, STR("nothing"), &v));
    flow_free(w.m);
    ctx_done(&w.c);
}

static void feel_default(struct t *t)
{
    struct walk w;
    walk_open(t, &w);
    complete(t, &w, "intake", NULL, NULL);
    complete(t, &w, "inspect", "worst_form", "false");
    CHECK_EQ(open_count(&w, "answer"), 0);
    CHECK_EQ(open_count(&w, "decide"), 0);
    flow_free(w.m);
    ctx_done(&w.c);
}

static void bad_facts(struct t *t)
{
    static const char *const values[] = { "", "tru", "{", "[1,]", "\"a", "'a'", "1 2", "\"\\x\"", "nan",
                                          "01", "\"a\nb\"", "\xff" };
    struct walk w;
    walk_open(t, &w);
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct flow_fact f = { STR("x"), str_c(values[i]) };
        struct flow_input in = { .kind = FLOW_FACTS, .facts = &f, .n_facts = 1 };
        struct flow_result res;
        w.c.fault = (struct fault){ 0 };
        if (flow_apply(&w.c, w.m, w.res.state, &in, &res) != ERR_INPUT) {
            t->bad++;
            printf("# accepted: %s\n", values[i]);
        }
    }
    flow_free(w.m);
    ctx_done(&w.c);
}

static void route_list(struct t *t)
{
    struct walk w;
    struct flow_route *r;
    size_t n;
    walk_open(t, &w);
    complete(t, &w, "intake", NULL, NULL);
    OK(&w.c, flow_route(&w.c, w.m, w.res.state, &r, &n));
    CHECK_EQ(n, 10);                                   /* steps of the process in play */
    CHECK_STR(r[0].step.id, "intake");
    CHECK_EQ(r[0].mark, FLOW_DONE);
    for (size_t i = 0; i < n; i++)
        if (str_is(r[i].step.id, "safe_place")) {
            CHECK_EQ(r[i].mark, FLOW_NOW);
            CHECK_EQ(r[i].open, 2);
        } else if (str_is(r[i].step.id, "plan")) {
            CHECK_EQ(r[i].mark, FLOW_AHEAD);
        }
    flow_free(w.m);
    ctx_done(&w.c);
}

/* ---- drawing ----------------------------------------------------------------------------- */

static struct str draw(struct t *t, struct ctx *c, struct flow_model *m, const struct flow_view *v)
{
    struct buf b;
    xmlDocPtr doc = NULL;
    size_t at;
    buf_init(&b, &c->mem, FLOW_SVG_MAX);
    OK(c, flow_draw(c, m, v, &b));
    OK(c, xml_read(c, buf_str(&b), &doc));             /* well-formed */
    xmlFreeDoc(doc);
    static const char *const never[] = { "style=", "<style", "<script", " onload", " onclick", "href", "http://" };
    for (size_t i = 0; i < COUNT_OF(never); i++)
        if (str_find(buf_str(&b), str_c(never[i]), &at) &&
            !str_is(str_sub(buf_str(&b), at, 26), "http://www.w3.org/2000/svg")) {
            t->bad++;
            printf("# the drawing has %s\n", never[i]);
        }
    return buf_str(&b);
}

static bool holds(struct str s, const char *what)
{
    size_t at;
    return str_find(s, str_c(what), &at);
}

static void drawing_state(struct t *t)
{
    struct walk w;
    walk_open(t, &w);
    complete(t, &w, "intake", NULL, NULL);
    int64_t late = key_of(&w, "inspect", FLOW_OPEN_STEP);
    struct flow_input in = { .kind = FLOW_ADD, .name = STR("Visit <b>school</b>"), .lane = STR("lane_care") };
    OK(&w.c, flow_apply(&w.c, w.m, w.res.state, &in, &w.res));
    struct flow_view v = { .state = w.res.state, .late = &late, .n_late = 1, .standalone = true };
    struct str svg = draw(t, &w.c, w.m, &v);
    CHECK(holds(svg, "class=\"flow-node flow-userTask flow-late\" data-node=\"inspect\""));
    CHECK(holds(svg, "class=\"flow-node flow-userTask flow-done\" data-node=\"intake\""));
    CHECK(holds(svg, "class=\"flow-node flow-userTask flow-now\" data-node=\"safe_place\""));
    CHECK(holds(svg, "class=\"flow-node flow-userTask flow-ahead\" data-node=\"plan\""));
    CHECK(holds(svg, "<title>Inspect the workplace: late</title>"));
    CHECK(holds(svg, "Visit &lt;b&gt;"));
    CHECK(holds(svg, "<desc>"));
    v = (struct flow_view){ .diagram = STR("route_prosecutor"), .state = w.res.state };
    svg = draw(t, &w.c, w.m, &v);
    CHECK(holds(svg, "data-node=\"decide\""));
    CHECK(!holds(svg, "data-node=\"inspect\""));
    CHECK(!holds(svg, "<?xml"));
    v.diagram = STR("no such");
    struct buf b;
    buf_init(&b, &w.c.mem, FLOW_SVG_MAX);
    CHECK_EQ(flow_draw(&w.c, w.m, &v, &b), ERR_NOT_FOUND);
    flow_free(w.m);
    ctx_done(&w.c);
}

static void drawing_own_layout(struct t *t)
{
    struct ctx c;
    struct flow_view v = { 0 };
    ctx_init(&c, 16 << 20);
    struct flow_model *m = load(t, &c, "tests/data/flow/foreign.bpmn");
    struct str svg = draw(t, &c, m, &v);
    CHECK(holds(svg, "x=\"160\" y=\"40\" width=\"110\" height=\"76\""));   /* as the author put it */
    CHECK(holds(svg, "height=\"300.5\""));
    CHECK(holds(svg, "Municipio de Ñeembucú"));
    CHECK(holds(svg, "points=\"270,78 295,78 295,238 320,238\""));
    v.diagram = STR("dia");
    CHECK(str_eq(svg, draw(t, &c, m, &v)));
    flow_free(m);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "a foreign tool's file", foreign_file }, { "own attributes, lanes, ways", own_attributes },
    { "refused files", refused_files }, { "entity bomb", entity_bomb },
    { "too deep, too many", hostile_sizes }, { "everything wrong is found", wrong_file },
    { "nothing wrong is invented", good_files }, { "a route with FEEL", feel_route },
    { "the other way", feel_default }, { "facts that are not JSON", bad_facts },
    { "the route as a list", route_list }, { "a drawing with state", drawing_state },
    { "a drawing with its author's layout", drawing_own_layout },
};
T_MAIN(cases)
