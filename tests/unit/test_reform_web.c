/* test_reform_web.c - the pages of gaps, decision tables and reforms, and who may do what
 * on them. */
#include "web_t.h"

#include "reform/gap.h"
#include "rulebook/rulebook.h"

#define LAWYER "conaeti"
#define COMMITTEE "contrafor"
#define OUTSIDER "codeni-filadelfia"

static int get(struct t *t, struct house_t *h, struct str token, struct str path, const char *what)
{
    struct got g;
    web_ask(h, token, GET, path, NULL, 0, &g);
    int status = g.rs.status;
    if (what && !holds(g.body, str_c(what))) {
        t->bad++;
        printf("# %.*s does not hold %s\n", STR_A(path), what);
    }
    got_end(&g);
    return status;
}

/* What stands on the page between those words and the next quote. */
static struct str one_field(struct t *t, struct house_t *h, struct str token, struct str path, const char *before)
{
    struct got g;
    struct str value = { 0 }, left, from = str_c(before);
    size_t at, end;
    web_ask(h, token, GET, path, NULL, 0, &g);
    if (str_find(g.body, from, &at)) {
        left = str_sub(g.body, at + from.n, g.body.n);
        if (str_find(left, STR("\""), &end))
            value = arena_dup(&h->c.mem, str_sub(left, 0, end));
    }
    got_end(&g);
    CHECK(value.n);
    return value;
}

static int post_shows(struct t *t, struct house_t *h, struct str token, struct str path, struct sent *form, size_t n,
                      const char *what)
{
    struct got g;
    h->c.who = NULL;
    OK(&h->c, session_resume(&h->c, token));
    form[0] = (struct sent){ STR("token"), form_token(&h->c) };
    web_ask(h, token, POST, path, form, n, &g);
    int status = g.rs.status;
    CHECK(!what || holds(g.body, str_c(what)));
    got_end(&g);
    h->c.who = NULL;
    return status;
}

static int post(struct t *t, struct house_t *h, struct str token, struct str path, struct sent *form, size_t n)
{
    return post_shows(t, h, token, path, form, n, NULL);
}
#define POST_FORM(token, path, ...) __extension__ ({ struct sent f_[] = { { { 0 }, { 0 } }, __VA_ARGS__ }; \
    post(t, h, (token), (path), f_, COUNT_OF(f_)); })
#define F(n, v) { STR(n), STR(v) }
#define PATH(...) str_join(&h->c.mem, __VA_ARGS__)

static void reading_on(struct t *t, struct house_t *h)
{
    struct str lawyer = signed_in(t, h, LAWYER), reader = signed_in(t, h, OUTSIDER);
    static const char *const paths[] = { "/reform", "/reform/gaps", "/reform/gaps/C138-2-3", "/rules" };
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        CHECK_EQ(get(t, h, lawyer, str_c(paths[i]), NULL), 200);
        CHECK_EQ(get(t, h, reader, str_c(paths[i]), NULL), 200);
        CHECK_EQ(get(t, h, STR("nobody"), str_c(paths[i]), NULL), 303);
    }
    CHECK_EQ(get(t, h, reader, STR("/reform/new"), NULL), 403);
    CHECK_EQ(get(t, h, lawyer, STR("/reform/gaps/csv"), "C138-2-3,c138"), 200);
    CHECK_EQ(get(t, h, lawyer, STR("/reform/gaps/xlsx"), NULL), 200);
    CHECK_EQ(get(t, h, lawyer, STR("/reform/gaps/pdf"), "%PDF"), 200);
    CHECK_EQ(get(t, h, lawyer, STR("/reform/gaps/NOTHING"), NULL), 404);
}

/* Assessed, and reviewed by another as it was read. */
static void gap_pages_on(struct t *t, struct house_t *h)
{
    struct str lawyer = signed_in(t, h, LAWYER), other = signed_in(t, h, COMMITTEE), reader = signed_in(t, h, OUTSIDER);
    CHECK_EQ(POST_FORM(reader, STR("/reform/gaps/C138-2-3"), F("status", "not")), 403);
    CHECK_EQ(POST_FORM(lawyer, STR("/reform/gaps/C138-2-3"), F("year", "2026"), F("status", "not")), 422);
    CHECK_EQ(POST_FORM(lawyer, STR("/reform/gaps/C138-2-3"), F("year", "2026"), F("status", "not"), F("quote", "Por debajo (prueba)"),
        F("source", "Prueba")), 303);
    CHECK_EQ(POST_FORM(lawyer, STR("/reform/gaps/C138-2-3/review"), F("year", "2026"), F("review", "agrees")), 403);
    struct str seen = one_field(t, h, other, STR("/reform/gaps/C138-2-3"), "name=\"seen\" value=\"");
    CHECK_EQ(seen.n, 64);
    CHECK_EQ(POST_FORM(other, STR("/reform/gaps/C138-2-3/review"), F("year", "2026"), F("review", "agrees")), 409);
    CHECK_EQ(POST_FORM(lawyer, STR("/reform/gaps/C138-2-3"), F("year", "2026"), F("status", "not"), F("quote", "Muy por debajo (prueba)"),
        F("source", "Prueba")), 303);
    struct sent review[] = { { { 0 }, { 0 } }, F("year", "2026"), F("review", "agrees"), { STR("seen"), seen }, F("note", "Nota mía") };
    CHECK_EQ(post_shows(t, h, other, STR("/reform/gaps/C138-2-3/review"), review, COUNT_OF(review),
                        "<ins>Muy por debajo (prueba)</ins>"), 409);
    CHECK_EQ(post_shows(t, h, other, STR("/reform/gaps/C138-2-3/review"), review, COUNT_OF(review), "Nota mía"), 409);
    review[3].value = one_field(t, h, other, STR("/reform/gaps/C138-2-3"), "name=\"seen\" value=\"");
    CHECK_EQ(post(t, h, other, STR("/reform/gaps/C138-2-3/review"), review, COUNT_OF(review)), 303);
    CHECK_EQ(get(t, h, lawyer, STR("/reform/gaps/C138-2-3"), "Por debajo (prueba)"), 200);
}

/* A draft over the table of reports, begun in the browser. */
static struct str new_draft(struct t *t, struct house_t *h, struct str lawyer)
{
    CHECK_EQ(POST_FORM(lawyer, STR("/rules/new"), F("decision", "signal"), F("title", "Prueba"), F("why", "Prueba")), 303);
    return one_value(h, "SELECT id FROM rules_draft WHERE decision = $1", STR("signal"));
}

enum { CELL = 7, CITED = 8, DO = 17, FIELDS = 18 };
/* Two rows of it as the table's page would send them. */
static void two_rows(struct sent *form, struct str hash)
{
    const struct sent row[FIELDS] = { { { 0 }, { 0 } }, { STR("seen"), hash }, F("rows", "2"), F("r0f", "0"), F("r0c0", "true"), F("r0c1", "-"),
        F("r0c2", "-"), F("r0c3", "\"red\""), F("r0c4", "PY-D01"), F("r0c5", "no"), F("r1f", "3"), F("r1c0", "-"), F("r1c1", "-"),
        F("r1c2", "-"), F("r1c3", "\"orange\""), F("r1c4", "PY-D03"), F("r1c5", "no"), F("do", "save") };
    memcpy(form, row, sizeof row);
}

/* A number changed in the browser: wrong FEEL stays at its cell, right FEEL is saved. */
static void table_pages_on(struct t *t, struct house_t *h)
{
    struct str lawyer = signed_in(t, h, LAWYER), reader = signed_in(t, h, OUTSIDER);
    struct str id = new_draft(t, h, lawyer);
    struct str table = PATH(STR("/rules/draft/"), id, STR("/table/first_urgency"));
    CHECK_EQ(get(t, h, lawyer, table, "r3c3"), 200);
    struct str hash = one_value(h, "SELECT hash FROM rules_draft WHERE id = $1", id);
    struct sent row[FIELDS];
    two_rows(row, hash);
    row[CELL].value = STR("\"red");
    CHECK_EQ(post(t, h, lawyer, table, row, FIELDS), 422);
    CHECK(str_eq(one_value(h, "SELECT hash FROM rules_draft WHERE id = $1", id), hash));
    row[CELL].value = STR("\"red\"");
    CHECK_EQ(post(t, h, reader, table, row, FIELDS), 403);
    row[CITED].value = STR("PY-NONE");
    CHECK_EQ(post(t, h, lawyer, table, row, FIELDS), 422);
    row[CITED].value = STR("PY-D01");
    row[DO].value = STR("up.1");
    CHECK_EQ(post(t, h, lawyer, table, row, FIELDS), 200);           /* moved on the page, not stored */
    CHECK(str_eq(one_value(h, "SELECT hash FROM rules_draft WHERE id = $1", id), hash));
    row[DO].value = STR("save");
    CHECK_EQ(post(t, h, lawyer, table, row, FIELDS), 303);
    CHECK(!str_eq(one_value(h, "SELECT hash FROM rules_draft WHERE id = $1", id), hash));
    CHECK_EQ(post(t, h, lawyer, table, row, FIELDS), 409);           /* that text is not the draft's any more */
    struct str draft = PATH(STR("/rules/draft/"), id);
    CHECK_EQ(get(t, h, lawyer, draft, "su4"), 200);
    CHECK_EQ(get(t, h, lawyer, PATH(draft, STR("/file")), "<decisionTable"), 200);
    CHECK_EQ(get(t, h, lawyer, PATH(draft, STR("/compare")), NULL), 200);
    CHECK_EQ(get(t, h, lawyer, PATH(draft, STR("/table/nothing")), NULL), 404);
}

/* Applied and withdrawn, each by two. */
static void version_pages_on(struct t *t, struct house_t *h)
{
    struct str lawyer = signed_in(t, h, LAWYER), other = signed_in(t, h, COMMITTEE), reader = signed_in(t, h, OUTSIDER);
    struct str id = new_draft(t, h, lawyer), hash = one_value(h, "SELECT hash FROM rules_draft WHERE id = $1", id);
    struct str draft = PATH(STR("/rules/draft/"), id);
    struct sent row[FIELDS];
    two_rows(row, hash);
    CHECK_EQ(post(t, h, lawyer, PATH(draft, STR("/table/first_urgency")), row, FIELDS), 303);
    struct str apply = PATH(draft, STR("/apply"));
    CHECK_EQ(POST_FORM(lawyer, apply, F("basis", "Resolución de prueba"), F("reason", "Prueba"), F("from", "2/3/2026")), 403);
    CHECK_EQ(POST_FORM(other, apply, F("basis", ""), F("reason", "Prueba"), F("from", "2/3/2026")), 422);
    CHECK_EQ(POST_FORM(other, apply, { STR("seen"), hash }, F("basis", "Resolución de prueba"), F("reason", "Prueba"),
        F("from", "2/3/2026")), 409);                                       /* the text from before it was saved */
    hash = one_value(h, "SELECT hash FROM rules_draft WHERE id = $1", id);
    CHECK_EQ(POST_FORM(other, apply, { STR("seen"), hash }, F("basis", "Resolución de prueba"), F("reason", "Prueba"),
        F("from", "2/3/2026")), 303);
    struct str version = one_value(h, "SELECT id FROM rules_version WHERE decision = $1", STR("signal"));
    CHECK_EQ(get(t, h, reader, PATH(STR("/rules/version/"), version), "Resolución de prueba"), 200);
    const struct pack *own = h->c.node->pack;                               /* the pack is brought up to date below it */
    struct pack newer = *own;
    newer.version = STR("9999.1");
    h->c.node->pack = &newer;
    CHECK_EQ(get(t, h, reader, STR("/rules"), "9999.1"), 200);
    CHECK_EQ(get(t, h, other, STR("/work"), "9999.1"), 200);
    CHECK_EQ(get(t, h, other, PATH(STR("/rules/version/"), version), "9999.1"), 200);
    CHECK_EQ(get(t, h, reader, STR("/work"), "Mi trabajo"), 200);
    h->c.node->pack = own;
    CHECK_EQ(POST_FORM(other, PATH(STR("/rules/version/"), version, STR("/withdraw")), F("until", "1/1/2026"), F("reason", "x")), 422);
    CHECK_EQ(POST_FORM(other, PATH(STR("/rules/version/"), version, STR("/withdraw")), F("until", "3/3/2026"), F("reason", "x")), 303);
    CHECK_EQ(get(t, h, lawyer, PATH(STR("/rules/version/"), version), "2026-03-03"), 200);
    CHECK_EQ(POST_FORM(lawyer, PATH(STR("/rules/version/"), version, STR("/withdraw")), F("until", "2026-03-03"), F("reason", "x")), 303);
    CHECK(!str_eq(one_value(h, "SELECT withdrawn_by FROM rules_version WHERE id = $1", version), STR("")));
}

static void reform_pages_on(struct t *t, struct house_t *h)
{
    struct str other = signed_in(t, h, COMMITTEE), reader = signed_in(t, h, OUTSIDER);
    CHECK_EQ(POST_FORM(other, STR("/reform/new"), F("title", "Reforma de prueba"), F("issue", "Prueba"), F("requirements", "C138-2-3")), 303);
    struct str r = one_value(h, "SELECT id FROM reform_row WHERE title = $1", STR("Reforma de prueba")), one = PATH(STR("/reform/"), r);
    CHECK_EQ(get(t, h, reader, one, "Reforma de prueba"), 200);
    CHECK_EQ(get(t, h, other, one, "TH"), 200);
    CHECK_EQ(POST_FORM(other, PATH(one, STR("/move")), F("to", "draft")), 422);
    CHECK_EQ(POST_FORM(other, PATH(one, STR("/entry")), F("stage", "issue"), F("on", "1/3/2026"), F("what", "Reunión"), F("source", "Acta")), 303);
    CHECK_EQ(POST_FORM(other, PATH(one, STR("/move")), F("to", "comparison")), 303);
    CHECK_EQ(POST_FORM(other, PATH(one, STR("/text")), F("text", "La edad es 14.")), 303);
    CHECK_EQ(POST_FORM(other, PATH(one, STR("/text")), F("text", "La edad es 15.")), 303);
    struct str v = one_value(h, "SELECT id FROM reform_text_row WHERE reform = $1 AND n = 2", r);
    CHECK_EQ(get(t, h, reader, PATH(one, STR("/text/"), v), "<ins>"), 200);
    CHECK_EQ(POST_FORM(other, PATH(one, STR("/text/"), v, STR("/comment")), F("from", "Organización"), F("what", "Bien")), 303);
    struct str k = one_value(h, "SELECT id FROM reform_comment_row WHERE reform = $1", r);
    CHECK_EQ(POST_FORM(other, PATH(one, STR("/comment/"), k), F("disposition", "rejected")), 422);
    CHECK_EQ(POST_FORM(other, PATH(one, STR("/comment/"), k), F("disposition", "accepted")), 303);
    CHECK_EQ(get(t, h, reader, STR("/reform/none"), NULL), 404);
}

ON_ENGINES(reading) ON_ENGINES(gap_pages) ON_ENGINES(table_pages) ON_ENGINES(version_pages)
ON_ENGINES(reform_pages)

static const struct t_case cases[] = {
    { "who reads, and what can be taken away", reading },
    { "an assessment and its review", gap_pages },
    { "a table, cell by cell", table_pages },
    { "a version applied, below a newer pack, withdrawn", version_pages },
    { "a reform by its stages", reform_pages },
};
T_MAIN(cases)
