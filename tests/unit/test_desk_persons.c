/* test_desk_persons.c - the same person twice, as officers meet it: found, confirmed,
 * undone, asked for; who may be meant before anything is saved; how often one may ask. */
#include "case_t.h"

#include "kinds/kinds.h"
#include "office/office.h"
#include "page/names.h"

/* ---- the same person twice -------------------------------------------------------------------- */

static void persons_on(struct t *t, struct house_t *h)
{
    struct work_case a = case_at(t, h, "PY-19", HERE);
    struct str pa = person_in(t, h, &a, "P1");
    struct work_case b = case_at(t, h, "PY-19", HERE);
    struct str pb = person_in(t, h, &b, "P2");
    struct work_case far = case_at(t, h, "PY-4", THERE);
    struct str pf = person_in(t, h, &far, "P3");
    struct str here = signed_in(t, h, HERE), page = PATH(STR("/case/"), b.id, STR("/person/"), pb);
    struct str same = PATH(STR("/person/"), pb, STR("/same/"), pa), ask = PATH(STR("/person/"), pb, STR("/ask/"), pf);
    CHECK(page_holds(t, h, here, page, same));
    CHECK(page_holds(t, h, here, page, ask));                   /* another office's: ask, no more */
    CHECK(page_holds(t, h, here, page, a.code));
    CHECK(!page_holds(t, h, here, page, far.code));
    CHECK(!page_holds(t, h, here, page, STR("Ysapy")));         /* not opened: not even her own name */
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), pb, STR("/same/"), pf), "x", ""), 404);
    CHECK_EQ(post(t, h, here, same, "x", ""), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE same = 1", NO_ARGS), 1);
    struct str link = one_value(h, "SELECT id FROM thing_link WHERE b = $1", pa);
    struct str undo = PATH(STR("/person/"), pb, STR("/link/"), link, STR("/undo"));
    CHECK(page_holds(t, h, here, page, undo));
    CHECK(!page_holds(t, h, here, page, same));
    CHECK(page_holds(t, h, here, PATH(STR("/case/"), a.id, STR("/person/"), pa), link));    /* seen from both sides */
    CHECK_EQ(post(t, h, signed_in(t, h, THERE), undo, "x", ""), 404);
    CHECK_EQ(post(t, h, here, undo, "x", ""), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link", NO_ARGS), 0);
    CHECK(page_holds(t, h, here, page, same));
    CHECK_EQ(post(t, h, here, ask, "x", ""), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE office = $1 AND what = 'asks'", ARGS(TEXT(str_c(THERE)))), 1);
}

/* ---- one person, several records: counts, two officers, kept apart, rebuilt ------------------- */

static int64_t people_counted(struct t *t, struct house_t *h, int64_t records)
{
    struct department d = { 0 };
    as(t, h, "secretaria-filadelfia");
    OK(&h->c, department_of(&h->c, (struct str){ 0 }, &d));
    CHECK_EQ(d.records, records);
    return d.persons;
}

static struct str link_path(struct house_t *h, struct str mine, struct str other, const char *what)
{
    struct str link = one_value(h, "SELECT id FROM thing_link WHERE a = $1 OR b = $1 ORDER BY at_us DESC, id DESC", other);
    return PATH(STR("/person/"), mine, STR("/link/"), link, str_c(what));
}

static void links_on(struct t *t, struct house_t *h)
{
    struct work_case k[3];
    struct str p[3];
    for (int i = 0; i < 3; i++) {
        k[i] = case_at(t, h, "PY-19", HERE);
        p[i] = person_in(t, h, &k[i], i == 0 ? "P1" : i == 1 ? "P2" : "P3");
    }
    struct str here = signed_in(t, h, HERE);
    CHECK_EQ(people_counted(t, h, 3), 3);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), p[0], STR("/same/"), p[1]), "x", ""), 303);
    CHECK_EQ(people_counted(t, h, 3), 2);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), p[0], STR("/different/"), p[2]), "x", ""), 303);
    CHECK_EQ(people_counted(t, h, 3), 2);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), p[1], STR("/same/"), p[2]), "x", ""), 409);    /* through p0, kept apart */
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link", NO_ARGS), 2);
    OK(&h->c, ledger_rebuild(&h->c, h->c.node->ledger));
    CHECK_EQ(people_counted(t, h, 3), 2);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE same = 0 AND mbits > 0", NO_ARGS), 1);
    CHECK_EQ(post(t, h, here, link_path(h, p[2], p[2], "/undo"), "x", ""), 303);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), p[1], STR("/same/"), p[2]), "x", ""), 303);
    CHECK_EQ(people_counted(t, h, 3), 1);
    CHECK(page_holds(t, h, here, PATH(STR("/case/"), k[0].id, STR("/person/"), p[0]), STR("3 registros son")));
    OK(&h->c, ledger_rebuild(&h->c, h->c.node->ledger));
    CHECK_EQ(people_counted(t, h, 3), 1);
    CHECK_EQ(post(t, h, here, link_path(h, p[1], p[0], "/undo"), "x", ""), 303);
    CHECK_EQ(people_counted(t, h, 3), 2);
    OK(&h->c, ledger_rebuild(&h->c, h->c.node->ledger));
    CHECK_EQ(people_counted(t, h, 3), 2);
}

/* Whoever is under investigation is put together by two officers, not by one. */
static void suspects_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case a = case_at(t, h, "PY-19", HERE), b = case_at(t, h, "PY-19", HERE);
    struct str pa = person_as(t, h, &a, "S1", "suspect"), pb = person_as(t, h, &b, "S2", "suspect");
    struct draft *d;
    c->who = officer_machine(c);
    OK(c, draft_begin(c, a.id, "test.give", &d));
    (void)grant_add(c, d, a.protection, str_c(THERE), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    (void)grant_add(c, d, b.protection, str_c(THERE), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    struct str here = signed_in(t, h, HERE), there = signed_in(t, h, THERE);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), pa, STR("/same/"), pb), "x", ""), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE same = 1", NO_ARGS), 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE same = 2", NO_ARGS), 1);
    struct str confirm = link_path(h, pa, pb, "/confirm");
    CHECK(!page_holds(t, h, here, PATH(STR("/case/"), a.id, STR("/person/"), pa), confirm));
    CHECK_EQ(post(t, h, here, confirm, "x", ""), 403);          /* not the same officer again */
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE same = 1", NO_ARGS), 0);
    CHECK(page_holds(t, h, there, PATH(STR("/case/"), a.id, STR("/person/"), pa), confirm));
    CHECK_EQ(post(t, h, there, confirm, "x", ""), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE same = 1", NO_ARGS), 1);
    CHECK_EQ(post(t, h, there, confirm, "x", ""), 409);
    OK(c, ledger_rebuild(c, c->node->ledger));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE same = 1", NO_ARGS), 1);
}

static void role_of(struct t *t, struct house_t *h, const struct work_case *k, struct str person, const char *role)
{
    struct draft *d;
    h->c.who = officer_machine(&h->c);
    OK(&h->c, draft_begin(&h->c, k->id, "person.edit", &d));
    draft_in(d, k->protection);
    draft_set(d, "person", person, "a/role", str_c(role));
    OK(&h->c, draft_commit(&h->c, d));
}

/* The role is another one just while she links: one officer is not enough for it. */
static void role_changed_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k[3];
    struct str p[3], here = signed_in(t, h, HERE), there = signed_in(t, h, THERE);
    for (int i = 0; i < 3; i++) {
        k[i] = case_at(t, h, "PY-19", HERE);
        p[i] = person_as(t, h, &k[i], i == 0 ? "S1" : i == 1 ? "S2" : "S3", "affected");
        struct draft *d;
        c->who = officer_machine(c);
        OK(c, draft_begin(c, k[i].id, "test.give", &d));
        (void)grant_add(c, d, k[i].protection, str_c(THERE), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
        OK(c, draft_commit(c, d));
    }
    CHECK_EQ(people_counted(t, h, 3), 3);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), p[1], STR("/same/"), p[2]), "x", ""), 303);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), p[0], STR("/same/"), p[1]), "x", ""), 303);
    CHECK_EQ(people_counted(t, h, 3), 1);
    struct str page = PATH(STR("/case/"), k[0].id, STR("/person/"), p[0]), confirm = link_path(h, p[0], p[0], "/confirm");
    CHECK_EQ(post(t, h, there, confirm, "x", ""), 409);         /* nothing waits */
    role_of(t, h, &k[0], p[0], "suspect");
    for (int again = 0; again < 2; again++) {
        CHECK(!page_holds(t, h, here, page, STR("registros son")));
        CHECK_EQ(people_counted(t, h, 2), 1);
        CHECK_EQ(post(t, h, here, confirm, "x", ""), 403);
        CHECK(page_holds(t, h, there, page, confirm));
        OK(c, ledger_rebuild(c, c->node->ledger));
    }
    CHECK_EQ(post(t, h, there, confirm, "x", ""), 303);
    for (int again = 0; again < 2; again++) {
        CHECK(page_holds(t, h, here, page, STR("3 registros son")));
        CHECK_EQ(post(t, h, there, confirm, "x", ""), 409);
        OK(c, ledger_rebuild(c, c->node->ledger));
    }
}

/* Before anything is saved: her own files while she types, everyone when she asks. */
static void looking_on(struct t *t, struct house_t *h)
{
    struct work_case far = case_at(t, h, "PY-4", THERE);
    struct str pf = person_in(t, h, &far, "P1");
    struct work_case own = case_at(t, h, "PY-19", HERE), k = case_at(t, h, "PY-19", HERE);
    struct str po = person_in(t, h, &own, "P2"), here = signed_in(t, h, HERE);
    struct str path = PATH(STR("/case/"), k.id, STR("/person/new")), page = PATH(STR("/case/"), own.id, STR("/person/"), po);
    struct str link = PATH(STR("href=\""), page), department = place_text(&h->c, STR("PY-4"));
    int64_t looks = COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'search'", NO_ARGS);
    const char *const how[] = { "typing", "asked" };
    for (size_t i = 0; i < COUNT_OF(how); i++) {
        struct got g;
        h->c.who = NULL;
        OK(&h->c, session_resume(&h->c, here));
        const struct sent form[] = { { STR("token"), form_token(&h->c) }, { STR("look"), str_c(how[i]) },
            { STR("first_name"), STR("Ysapi") }, { STR("second_name"), STR("Inventada Prueba") }, { STR("birthdate"), STR("2012-04-05") },
            { STR("form.asked"), STR("first_name") }, { STR("form.asked"), STR("second_name") }, { STR("form.asked"), STR("birthdate") } };
        web_ask(h, here, POST, path, form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 200);
        CHECK(holds(g.body, link));
        CHECK_EQ(holds(g.body, department), i == 1);            /* another office's: only when asked */
        CHECK(!holds(g.body, pf) && !holds(g.body, far.code));
        CHECK(holds(g.body, STR("value=\"Ysapi\"")));           /* what she typed stays */
        got_end(&g);
        CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'search'", NO_ARGS), looks + (int64_t)i);
    }
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM kind_row WHERE kind = 'person'", NO_ARGS), 2);  /* nothing saved */
    CHECK_EQ(post(t, h, here, path, "look", "asked"), 200);     /* nothing typed: no question */
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'search'", NO_ARGS), looks + 1);
    CHECK_EQ(post(t, h, signed_in(t, h, THERE), path, "look", "typing"), 404);
}

/* Asking about invented persons ends: so many different questions a day. */
static void ask_about(struct t *t, struct house_t *h, const struct work_case *k, struct str id, const char *name)
{
    struct answers a = { 0 };
    struct str same;
    as(t, h, HERE);
    const char *const v[][2] = { { "code", "P9" }, { "first_name", name }, { "second_name", "Inventada Prueba" }, { "birthdate", "2012-04-05" },
        { "sex", "female" }, { "role", "affected" }, { "identity_number", "0000001" } };
    for (size_t i = 0; i < COUNT_OF(v); i++)
        (void)answers_put(&h->c.mem, &a, str_c(v[i][0]), str_c(v[i][1]));
    OK(&h->c, kind_save(&h->c, k, kind_find(STR("person")), id, &a, (struct str){ 0 }, NULL, &same));
}

static void look_limit_on(struct t *t, struct house_t *h)
{
    struct work_case far = case_at(t, h, "PY-4", THERE);
    struct str pf = person_in(t, h, &far, "P1");
    struct work_case own = case_at(t, h, "PY-19", HERE), k = case_at(t, h, "PY-19", HERE);
    (void)person_in(t, h, &own, "P2");
    struct str p = person_in(t, h, &k, "P3"), here = signed_in(t, h, HERE), boss = signed_in(t, h, "secretaria-villarrica");
    struct str page = PATH(STR("/case/"), k.id, STR("/person/"), p), ask = PATH(STR("/person/"), p, STR("/ask/"), pf);
    int64_t limit = 3;
    memcpy((char *)(uintptr_t)h->c.node->pack + offsetof(struct pack, looks_per_day), &limit, sizeof limit);
    static const char *const names[] = { "Ysapy", "Ysapyy", "Ysapi", "Isapy", "Isapi" };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        ask_about(t, h, &k, p, names[i]);
        CHECK_EQ(page_holds(t, h, here, page, ask), i < 3);
        CHECK_EQ(page_holds(t, h, here, page, STR("supervisora")), i >= 3);
        CHECK(page_holds(t, h, here, page, own.code));          /* her own office's people stay */
    }
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'search'", NO_ARGS), 3);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'look_limit'", NO_ARGS), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE detail LIKE '%Ysapy%'", NO_ARGS), 0);
    CHECK_EQ(post(t, h, here, ask, "x", ""), 404);
    CHECK(page_holds(t, h, boss, STR("/admin/review"), office_text(&h->c, str_c(HERE))));
    ask_about(t, h, &k, p, names[1]);                           /* asked before: still answered */
    CHECK(page_holds(t, h, here, page, ask));
    ask_about(t, h, &k, p, names[4]);
    h->c.now_us += 24 * HOUR;
    here = signed_in(t, h, HERE);
    CHECK(page_holds(t, h, here, page, ask));                   /* another day */
    CHECK_EQ(post(t, h, here, ask, "x", ""), 303);
}

/* Two persons are linked in one file; whoever only reads that file does not undo it. */
static void undo_needs_writing_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case a = case_at(t, h, "PY-19", HERE), b = case_at(t, h, "PY-4", THERE);
    struct str pa = person_in(t, h, &b, "P1"), pb;
    struct draft *d;
    as(t, h, HERE);
    pb = person_in(t, h, &a, "P2");
    c->who = officer_machine(c);
    OK(c, draft_begin(c, a.id, "test.give", &d));
    (void)grant_add(c, d, a.protection, str_c(THERE), LEVEL_READ, "duty", 0, (struct str){ 0 });
    (void)grant_add(c, d, b.protection, str_c(HERE), LEVEL_READ, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    struct str here = signed_in(t, h, HERE);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), pb, STR("/same/"), pa), "x", ""), 303);
    struct str link = one_value(h, "SELECT id FROM thing_link WHERE b = $1", pa), there = signed_in(t, h, THERE);
    struct str undo = PATH(STR("/person/"), pa, STR("/link/"), link, STR("/undo"));
    CHECK(!page_holds(t, h, there, PATH(STR("/case/"), b.id, STR("/person/"), pa), link));
    CHECK_EQ(post(t, h, there, undo, "x", ""), 404);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link", NO_ARGS), 1);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), pb, STR("/link/"), link, STR("/undo")), "x", ""), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link", NO_ARGS), 0);
}

ON_ENGINES(persons) ON_ENGINES(links) ON_ENGINES(suspects) ON_ENGINES(role_changed) ON_ENGINES(looking)
ON_ENGINES(look_limit) ON_ENGINES(undo_needs_writing)

static const struct t_case cases[] = {
    { "the same person twice: found, confirmed, undone, asked for", persons },
    { "several records of one person: counts follow, rebuilt alike, kept apart", links },
    { "a suspect is put together by two officers", suspects },
    { "a suspect for whom the role was changed while linking, too", role_changed },
    { "who may be meant, before anything is saved", looking },
    { "invented persons: so many questions a day, then the supervisor", look_limit },
    { "a link is undone only by whoever writes in its file", undo_needs_writing },
};
T_MAIN(cases)
