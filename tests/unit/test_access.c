/* test_access.c - grants: who has one, until when, and what looks like not there.
 * All verbs: test_access_matrix.c; records and fields: test_access_records.c; sessions:
 * test_access_session.c. */
#include "access_t.h"

static void grants_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct officer a = somebody("officer-a", "office-a", "protection"), b = somebody("officer-b", "office-b", "protection");
    struct verdict v;
    struct str own = dossier_for(t, h, "protection", "office-a", LEVEL_WRITE, "own", 0, "");
    struct str lent = dossier_for(t, h, "protection", "office-a", LEVEL_READ, "referral", c->now_us + 2 * HOUR, "");
    c->who = &a;
    CHECK(may(t, c, "plan.view", own));
    CHECK(may(t, c, "plan.edit", own));
    OK(c, access_check(c, "plan.view", own, &v));
    CHECK_STR(v.basis, "own");
    CHECK_EQ(v.until_us, 0);
    CHECK(may(t, c, "plan.view", lent));
    CHECK(!may(t, c, "plan.edit", lent));               /* read is not write */
    OK(c, access_check(c, "plan.view", lent, &v));
    CHECK_STR(v.basis, "referral");
    CHECK_EQ(v.until_us, c->now_us + 2 * HOUR);
    c->now_us += 2 * HOUR - 1;
    CHECK(may(t, c, "plan.view", lent));
    c->now_us += 1;
    CHECK(!may(t, c, "plan.view", lent));               /* the day came */
    CHECK(!grant_exists(c, lent, STR("office-a"), LEVEL_READ));
    c->who = &b;
    CHECK(!may(t, c, "plan.view", own));
    c->who = &a;
    drop_grants(t, h, own, "office-b", "own");          /* of another office: nothing */
    CHECK(may(t, c, "plan.edit", own));
    drop_grants(t, h, own, "office-a", "duty");         /* of another basis: nothing */
    CHECK(may(t, c, "plan.edit", own));
    drop_grants(t, h, own, "office-a", "own");
    CHECK(!may(t, c, "plan.view", own));
}

/* Not yours looks like not there. */
static void not_yours_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct officer b = somebody("officer-b", "office-b", "protection");
    struct record r;
    struct fault mine, none;
    struct str d = dossier_for(t, h, "protection", "office-a", LEVEL_WRITE, "own", 0, "");
    struct str note = { 0 };
    AUTO_ROWS q = { 0 };
    c->who = &b;
    CHECK_EQ(access_need(c, "plan.view", d), ERR_NOT_FOUND);
    mine = c->fault;
    c->fault = (struct fault){ 0 };
    CHECK_EQ(access_need(c, "plan.view", STR("00000000000000000000000000")), ERR_NOT_FOUND);
    none = c->fault;
    c->fault = (struct fault){ 0 };
    CHECK(!strcmp(mine.key, none.key));                 /* the screen says the same of both */
    OK(c, db_query(c, &q, "SELECT id FROM record WHERE dossier = $1 AND kind = 'note'", ARGS(TEXT(d))));
    if (rows_next(&q))
        note = row_str(&q, 0);
    OK(c, rows_end(&q));
    CHECK(note.n);
    CHECK_EQ(access_record(c, note, &r), ERR_NOT_FOUND);
    mine = c->fault;
    c->fault = (struct fault){ 0 };
    CHECK_EQ(access_record(c, STR("00000000000000000000000000"), &r), ERR_NOT_FOUND);
    none = c->fault;
    c->fault = (struct fault){ 0 };
    CHECK(!strcmp(mine.key, none.key));
    struct officer wrong = somebody("officer-a", "office-a", "court");
    c->who = &wrong;
    REFUSED(c, ERR_DENIED, access_need(c, "plan.view", d));     /* the role is said: it is no secret */
    c->who = NULL;
    REFUSED(c, ERR_DENIED, access_need(c, "plan.view", d));
    REFUSED(c, ERR_DENIED, access_need(c, "work.mine", (struct str){ 0 }));
    REFUSED(c, ERR_DENIED, access_record(c, note, &r));
    struct verdict v;
    REFUSED(c, ERR_BUG, access_check(c, "no.such", d, &v));
    CHECK(!v.allowed);
}

static void break_glass_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct officer a = somebody("officer-a", "office-b", "protection"), mate = somebody("officer-m", "office-b", "protection");
    struct str d = dossier_for(t, h, "protection", "office-a", LEVEL_WRITE, "own", 0, "");
    struct access_line *line;
    struct verdict v;
    size_t n;
    c->who = &a;
    CHECK(!may(t, c, "plan.view", d));
    REFUSED(c, ERR_INPUT, access_break_glass(c, d, STR("  corto  ")));
    CHECK(!may(t, c, "plan.view", d));
    OK(c, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    CHECK(may(t, c, "plan.view", d));
    CHECK(!may(t, c, "plan.edit", d));                  /* reading only */
    OK(c, access_check(c, "plan.view", d, &v));
    CHECK_STR(v.basis, "break_glass");
    CHECK_EQ(v.until_us, c->now_us + HOUR);
    CHECK(!grant_exists(c, d, STR("office-b"), LEVEL_READ));
    OK(c, access_events(c, d, 10, &line, &n));
    CHECK_EQ(n, 1);
    CHECK_STR(line[0].what, "break_glass");
    CHECK_STR(line[0].officer, "officer-a");
    CHECK_STR(line[0].detail, "Riesgo de vida esta noche");
    c->who = &mate;
    CHECK(!may(t, c, "plan.view", d));                  /* by this officer only */
    c->who = &a;
    c->now_us += HOUR - 1;
    CHECK(may(t, c, "plan.view", d));
    c->now_us += 1;
    CHECK(!may(t, c, "plan.view", d));
    struct officer admin = somebody("officer-x", "office-x", "admin");
    c->who = &admin;
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    struct officer defender = somebody("officer-d", "office-d", "defence"), both = somebody("officer-e", "office-d", "defence service");
    c->who = &defender;
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    struct str setting = h->c.node->pack->break_glass, wide = STR("protection defence");
    memcpy((char *)(uintptr_t)c->node->pack + offsetof(struct pack, break_glass), &wide, sizeof wide);
    OK(c, access_break_glass(c, d, STR("Riesgo de vida esta noche")));              /* a country that allows it */
    c->who = &both;                                     /* "service" is not named there */
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    memcpy((char *)(uintptr_t)c->node->pack + offsetof(struct pack, break_glass), &setting, sizeof setting);
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    c->who = &defender;
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    c->who = &a;
    REFUSED(c, ERR_NOT_FOUND, access_break_glass(c, STR("00000000000000000000000000"), STR("Riesgo de vida esta noche")));
}

ON_ENGINES(grants) ON_ENGINES(not_yours) ON_ENGINES(break_glass)

static const struct t_case cases[] = {
    { "grants: own, lent until a date, withdrawn", grants },
    { "not yours looks like not there", not_yours },
    { "broken glass: one hour, one officer, told", break_glass },
};
T_MAIN(cases)
