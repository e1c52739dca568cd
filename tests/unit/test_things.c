/* test_things.c - employers, workplaces and vehicles that occur twice: found again
 * by reasons or by a number, masked outside an officer's scope, put together by
 * officers and taken apart again. */
#include "case_t.h"

#include "case/case.h"
#include "kinds/kinds.h"
#include "match/match.h"
#include "office/office.h"
#include "page/names.h"
#include "signal/signal.h"
#include "things/things.h"
#include "work/work.h"

#include <unistd.h>

#define NEAR "mtess-filadelfia"            /* labour inspector */
#define LAW "fiscalia-filadelfia"          /* prosecutor of the same department */
#define FAR "mtess-villarrica"           /* labour inspector of another one */
#define CARE "codeni-filadelfia"

static void give(struct t *t, struct house_t *h, struct str dossier, const char *office, enum level level)
{
    struct ctx *c = &h->c;
    struct draft *d;
    as(t, h, office);                       /* there is an officer */
    c->who = officer_machine(c);
    OK(c, draft_begin(c, dossier, "test.give", &d));
    draft_in(d, dossier);
    (void)grant_add(c, d, dossier, str_c(office), level, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
}

/* A case of the counsel for children in which an inspector and a prosecutor have duties. */
static struct work_case case_of(struct t *t, struct house_t *h, const char *territory, const char *care, const char *labour,
                                const char *law)
{
    struct ctx *c = &h->c;
    struct work_case k = { 0 };
    struct answers a = { 0 };
    struct str receipt, id = { 0 }, signal = { 0 };
    c->who = NULL;
    (void)answers_put(&c->mem, &a, STR("what"), STR("Aviso inventado"));
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a,
        .territory = str_c(territory) }, &receipt, &signal));
    give(t, h, one_value(h, "SELECT dossier FROM signal_row WHERE id = $1", signal), care, LEVEL_WRITE);
    as(t, h, care);
    OK(c, signal_open_case(c, signal, &(struct signal_case){ .title = STR("niño, olería"),
        .procedure = c->node->pack->procedures[0].id, .cl = true }, &id));
    OK(c, work_case(c, id, &k));
    give(t, h, k.labour, labour, LEVEL_WRITE);
    give(t, h, k.route, labour, LEVEL_WRITE);
    if (law) {
        give(t, h, k.justice, law, LEVEL_WRITE);
        give(t, h, k.labour, law, LEVEL_READ);
        give(t, h, k.route, law, LEVEL_WRITE);
    }
    return k;
}

static struct work_case here_case(struct t *t, struct house_t *h)
{
    return case_of(t, h, "PY-19", CARE, NEAR, LAW);
}

static struct work_case there_case(struct t *t, struct house_t *h)
{
    return case_of(t, h, "PY-4", "codeni-villarrica", FAR, NULL);
}

struct pair { const char *name, *value; };

static struct str save(struct t *t, struct house_t *h, const struct work_case *k, const char *office, const char *kind,
                       const struct pair *v, size_t n)
{
    struct answers a = { 0 };
    struct str id = { 0 };
    as(t, h, office);
    for (size_t i = 0; i < n; i++)
        (void)answers_put(&h->c.mem, &a, str_c(v[i].name), str_c(v[i].value));
    OK(&h->c, kind_save(&h->c, k, kind_find(str_c(kind)), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
    return id;
}
#define SAVE(k, office, kind, ...) save(t, h, k, office, kind, (const struct pair[]){ __VA_ARGS__ }, \
                                        COUNT_OF(((const struct pair[]){ __VA_ARGS__ })))

static struct str kiln(struct t *t, struct house_t *h, const struct work_case *k, const char *office, const char *name)
{
    return SAVE(k, office, "workplace", { "name", name }, { "place_kind", "brick_kiln" }, { "employer", "Celso Ficticio" },
                { "phone", "0981 555 123" }, { "address", "Camino inventado km 12" });
}

static struct str firm(struct t *t, struct house_t *h, const struct work_case *k, const char *office, const char *name, const char *phone)
{
    return SAVE(k, office, "employer", { "name", name }, { "employer_role", "owner" }, { "employer_kind", "firm" },
                { "tax_number", "80012345-0" }, { "phone", phone });
}

static struct str page_of(struct house_t *h, const struct work_case *k, const char *kind, struct str id)
{
    return PATH(STR("/case/"), k->id, STR("/"), str_c(kind), STR("/"), id);
}

static int64_t links(struct house_t *h, int state)
{
    return COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE same = $1", ARGS(INT(state)));
}

/* ---- where they lie ------------------------------------------------------------------------------- */

static void never_in_the_protection_file_on(struct t *t, struct house_t *h)
{
    struct work_case k = here_case(t, h);
    struct str a = kiln(t, h, &k, NEAR, "Olería La Ficticia"), b = firm(t, h, &k, LAW, "Ladrillos Ficticios S.R.L.", "");
    CHECK(str_eq(one_value(h, "SELECT dossier FROM thing_row WHERE id = $1", a), k.labour));
    CHECK(str_eq(one_value(h, "SELECT dossier FROM thing_row WHERE id = $1", b), k.justice));
    struct answers none = { 0 };
    struct str id;
    as(t, h, CARE);                         /* who protects the child writes none of them */
    (void)answers_put(&h->c.mem, &none, STR("name"), STR("x"));
    REFUSED(&h->c, ERR_DENIED, kind_save(&h->c, &k, kind_find(STR("workplace")), (struct str){ 0 }, &none, (struct str){ 0 }, NULL, &id));
    struct str here = signed_in(t, h, NEAR), law = signed_in(t, h, LAW), care = signed_in(t, h, CARE);
    struct got g;
    CHECK(page_holds(t, h, here, page_of(h, &k, "workplace", a), STR("La Ficticia")));
    CHECK(page_holds(t, h, law, page_of(h, &k, "workplace", a), STR("La Ficticia")));
    CHECK(!page_holds(t, h, law, page_of(h, &k, "employer", b), STR("Ladrillos")));      /* not opened */
    const struct str shut[][2] = { { care, page_of(h, &k, "workplace", a) }, { here, page_of(h, &k, "employer", b) } };
    for (size_t i = 0; i < COUNT_OF(shut); i++) {
        web_ask(h, shut[i][0], GET, shut[i][1], NULL, 0, &g);
        CHECK(g.rs.status == 403 || g.rs.status == 404);
        got_end(&g);
    }
}

/* ---- found again ------------------------------------------------------------------------------------ */

static void found_and_masked_on(struct t *t, struct house_t *h)
{
    struct work_case own = here_case(t, h), k = here_case(t, h), far = there_case(t, h);
    struct str po = kiln(t, h, &own, NEAR, "Olería La Ficticia"), pf = kiln(t, h, &far, FAR, "Ladrillería La Ficticia S.R.L."),
               p = kiln(t, h, &k, NEAR, "La Ficticia"), here = signed_in(t, h, NEAR), page = page_of(h, &k, "workplace", p);
    struct str same = PATH(STR("/thing/"), p, STR("/same/"), po), ask = PATH(STR("/thing/"), p, STR("/ask/"), pf);
    CHECK(page_holds(t, h, here, page, same));
    CHECK(page_holds(t, h, here, page, own.code));
    CHECK(page_holds(t, h, here, page, ask));                   /* another office's: ask, no more */
    CHECK(!page_holds(t, h, here, page, far.code));
    CHECK(!page_holds(t, h, here, page, PATH(STR("/same/"), pf)));
    CHECK(!page_holds(t, h, here, page, STR("Celso")));         /* not opened */
    CHECK(page_holds(t, h, here, page, place_text(&h->c, STR("PY-4"))));
    CHECK_EQ(post(t, h, here, PATH(STR("/thing/"), p, STR("/same/"), pf), "x", ""), 404);
    for (int again = 0; again < 3; again++)                     /* one alert a day */
        CHECK_EQ(post(t, h, here, ask, "x", ""), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'asks'", NO_ARGS), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE office = $1 AND what = 'asks-thing'", ARGS(TEXT(STR("codeni-villarrica")))), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'search'", NO_ARGS), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE detail LIKE '%Ficticia%'", NO_ARGS), 0);
    CHECK_EQ(post(t, h, here, PATH(STR("/thing/"), p, STR("/ask/"), firm(t, h, &far, FAR, "Otra Cosa S.A.", "")), "x", ""), 404);
}

/* ---- put together and taken apart --------------------------------------------------------------------- */

static struct str link_path(struct house_t *h, struct str mine, struct str other, const char *what)
{
    struct str link = one_value(h, "SELECT id FROM thing_link WHERE a = $1 OR b = $1 ORDER BY at_us DESC, id DESC", other);
    return PATH(STR("/thing/"), mine, STR("/link/"), link, str_c(what));
}

static void department(struct t *t, struct house_t *h, int64_t workplaces, int64_t employers)
{
    struct department d = { 0 };
    as(t, h, "secretaria-filadelfia");
    OK(&h->c, department_of(&h->c, (struct str){ 0 }, &d));
    CHECK_EQ(d.workplaces, workplaces);
    CHECK_EQ(d.employers, employers);
}

static void places_together_on(struct t *t, struct house_t *h)
{
    struct work_case k[3];
    struct str p[3];
    for (int i = 0; i < 3; i++) {
        k[i] = here_case(t, h);
        p[i] = kiln(t, h, &k[i], NEAR, i == 0 ? "Olería La Ficticia" : "La Ficticia");
    }
    struct str here = signed_in(t, h, NEAR);
    department(t, h, 3, 0);
    CHECK(!page_holds(t, h, here, STR("/things"), k[1].code));
    CHECK_EQ(post(t, h, here, PATH(STR("/thing/"), p[0], STR("/same/"), p[1]), "x", ""), 303);
    CHECK_EQ(links(h, 1), 1);                                   /* a place: one officer is enough */
    CHECK_EQ(post(t, h, here, PATH(STR("/thing/"), p[0], STR("/different/"), p[2]), "x", ""), 303);
    CHECK_EQ(post(t, h, here, PATH(STR("/thing/"), p[1], STR("/same/"), p[2]), "x", ""), 409);
    department(t, h, 2, 0);
    CHECK(page_holds(t, h, here, STR("/things"), k[0].code) && page_holds(t, h, here, STR("/things"), k[1].code));
    CHECK(!page_holds(t, h, here, STR("/things"), k[2].code));
    OK(&h->c, ledger_rebuild(&h->c, h->c.node->ledger));
    department(t, h, 2, 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE kind = 'workplace'", NO_ARGS), 2);
    CHECK(page_holds(t, h, here, page_of(h, &k[0], "workplace", p[0]), STR("2 registros son")));
    CHECK_EQ(post(t, h, signed_in(t, h, FAR), link_path(h, p[0], p[1], "/undo"), "x", ""), 404);
    CHECK_EQ(post(t, h, here, link_path(h, p[0], p[1], "/undo"), "x", ""), 303);
    department(t, h, 3, 0);
    OK(&h->c, ledger_rebuild(&h->c, h->c.node->ledger));
    department(t, h, 3, 0);
    struct str e = firm(t, h, &k[0], NEAR, "La Ficticia S.R.L.", "");
    CHECK_EQ(post(t, h, here, PATH(STR("/thing/"), p[0], STR("/same/"), e), "x", ""), 404);    /* a place is no firm */
}

/* An employer is usually the one investigated: two officers. */
static void employers_take_two_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case a = here_case(t, h), b = here_case(t, h);
    struct str pa = firm(t, h, &a, NEAR, "Ladrillos Ficticios S.R.L.", "0981 555 123"), pb = firm(t, h, &b, LAW, "LADRILLOS FICTICIOS SRL", "");
    give(t, h, a.justice, NEAR, LEVEL_READ);
    give(t, h, b.justice, NEAR, LEVEL_READ);
    struct str here = signed_in(t, h, NEAR), law = signed_in(t, h, LAW);
    CHECK_EQ(post(t, h, here, PATH(STR("/thing/"), pa, STR("/same/"), pb), "x", ""), 303);
    CHECK_EQ(links(h, 1), 0);
    CHECK_EQ(links(h, 2), 1);
    department(t, h, 0, 2);
    CHECK(!page_holds(t, h, here, page_of(h, &a, "employer", pa), link_path(h, pa, pa, "/confirm")));
    CHECK_EQ(post(t, h, here, link_path(h, pa, pa, "/confirm"), "x", ""), 403);     /* not the same officer again */
    struct str confirm = link_path(h, pb, pa, "/confirm");      /* she writes in the other file, and reads this one */
    CHECK(page_holds(t, h, law, page_of(h, &b, "employer", pb), confirm));
    CHECK_EQ(post(t, h, law, confirm, "x", ""), 303);
    CHECK_EQ(links(h, 1), 1);
    CHECK_EQ(post(t, h, law, confirm, "x", ""), 409);
    OK(c, ledger_rebuild(c, c->node->ledger));
    CHECK_EQ(links(h, 1), 1);
    department(t, h, 0, 1);
}

/* Links of persons from before there were others. */
static void old_links_stand_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = here_case(t, h);
    struct draft *d;
    as(t, h, CARE);
    OK(c, draft_begin(c, k.id, "person.link", &d));
    draft_in(d, k.protection);
    struct str id = record_new(d);
    draft_set(d, "person_link", id, "a", id_new(&c->mem, c->now_us));
    draft_set(d, "person_link", id, "b", id_new(&c->mem, c->now_us));
    draft_set(d, "person_link", id, "state", STR("same"));
    OK(c, draft_commit(c, d));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_link WHERE kind = 'person' AND same = 1", NO_ARGS), 1);
}

/* ---- numbers ---------------------------------------------------------------------------------------------- */

static struct str person(struct t *t, struct house_t *h, const struct work_case *k, const char *office, const char *role, const char *phone)
{
    return SAVE(k, office, "person", { "code", "P1" }, { "first_name", "Ysapy" }, { "second_name", "Inventada" }, { "sex", "female" },
                { "role", role }, { "phone", phone });
}

static void numbers_across_kinds_on(struct t *t, struct house_t *h)
{
    struct work_case a = here_case(t, h), b = here_case(t, h), far = there_case(t, h);
    struct str e = firm(t, h, &a, NEAR, "Ladrillos Ficticios S.R.L.", "+595 981 555-123"), w = kiln(t, h, &b, NEAR, "Otro Lugar");
    struct str here = signed_in(t, h, NEAR), page = page_of(h, &a, "employer", e);
    CHECK(page_holds(t, h, here, page, STR("Ese número está también en 1 registro")));
    CHECK(page_holds(t, h, here, page, page_of(h, &b, "workplace", w)));
    struct str v = SAVE(&far, FAR, "vehicle", { "vehicle_kind", "truck" }, { "plate", "ABC 123" }, { "phone", "0981555123" });
    CHECK(page_holds(t, h, here, page, PATH(STR("/thing/"), e, STR("/ask/"), v)));
    CHECK(page_holds(t, h, here, page, STR("en 2 registros")));
    CHECK(!page_holds(t, h, here, page, far.code));
    struct str shy = person(t, h, &far, "codeni-villarrica", "affected", "0981 555 123");
    CHECK(page_holds(t, h, here, page, STR("en 2 registros")));         /* who is protected is not found so */
    CHECK(!page_holds(t, h, here, page, shy));
    CHECK_EQ(post(t, h, here, PATH(STR("/thing/"), e, STR("/ask/"), shy), "x", ""), 404);
    struct str bad = person(t, h, &far, "codeni-villarrica", "suspect", "0981 555 123");
    CHECK(page_holds(t, h, here, page, STR("en 3 registros")));
    CHECK_EQ(post(t, h, here, PATH(STR("/thing/"), e, STR("/ask/"), bad), "x", ""), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE what = 'asks'", NO_ARGS), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_number WHERE number LIKE '%555123%'", NO_ARGS), 0);     /* digests only */
    struct work_case c3 = here_case(t, h);                      /* a plate and a tax number, however written */
    struct str e2 = SAVE(&c3, NEAR, "employer", { "name", "Nombre Distinto" }, { "employer_role", "owner" },
                         { "employer_kind", "firm" }, { "tax_number", "80.012.345-0" });
    CHECK(page_holds(t, h, here, page_of(h, &c3, "employer", e2), page_of(h, &a, "employer", e)));
    int64_t rows = COUNT_ROWS(h, "SELECT count(*) FROM thing_number", NO_ARGS);
    OK(&h->c, ledger_rebuild(&h->c, h->c.node->ledger));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_number", NO_ARGS), rows);
}

static void a_wrong_check_digit_is_told_on(struct t *t, struct house_t *h)
{
    struct work_case k = here_case(t, h);
    int told = 0;
    struct str here = signed_in(t, h, NEAR);
    for (int d = 0; d < 4; d++) {
        char tax[16];
        (void)snprintf(tax, sizeof tax, "80012345-%d", d);
        struct str e = SAVE(&k, NEAR, "employer", { "name", "Ficticia" }, { "employer_role", "owner" }, { "employer_kind", "firm" }, { "tax_number", tax });
        told += page_holds(t, h, here, page_of(h, &k, "employer", e), STR("verificador no corresponde"));
    }
    CHECK(told >= 3);
}

/* ---- before anything is saved, and searching ---------------------------------------------------------------- */

static void looking_on(struct t *t, struct house_t *h)
{
    struct work_case far = there_case(t, h), own = here_case(t, h), k = here_case(t, h);
    struct str pf = SAVE(&far, FAR, "vehicle", { "vehicle_kind", "pickup" }, { "plate", "0AB-110" }, { "description", "Camioneta" });
    struct str po = SAVE(&own, NEAR, "vehicle", { "vehicle_kind", "pickup" }, { "plate", "OAB 110" }, { "description", "Camioneta" });
    struct str here = signed_in(t, h, NEAR), path = PATH(STR("/case/"), k.id, STR("/vehicle/new")), department_far = place_text(&h->c, STR("PY-4"));
    const char *const how[] = { "typing", "asked" };
    for (size_t i = 0; i < COUNT_OF(how); i++) {
        struct got g;
        h->c.who = NULL;
        OK(&h->c, session_resume(&h->c, here));
        const struct sent form[] = { { STR("token"), form_token(&h->c) }, { STR("look"), str_c(how[i]) }, { STR("plate"), STR("oab iio") },
                                     { STR("form.asked"), STR("plate") } };
        web_ask(h, here, POST, path, form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 200);
        CHECK(holds(g.body, page_of(h, &own, "vehicle", po)));
        CHECK_EQ(holds(g.body, department_far), i == 1);
        CHECK(!holds(g.body, pf) && !holds(g.body, far.code));
        got_end(&g);
        CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'search'", NO_ARGS), (int64_t)i);
    }
}

static bool search_finds(struct t *t, struct house_t *h, struct str token, const char *q, struct str what)
{
    struct got g;
    OK(&h->c, session_resume(&h->c, token));
    const struct sent form[] = { { STR("token"), form_token(&h->c) }, { STR("find_thing"), str_c(q) } };
    web_ask(h, token, POST, STR("/find/thing"), form, COUNT_OF(form), &g);
    CHECK_EQ(g.rs.status, 200);
    bool yes = holds(g.body, what);
    got_end(&g);
    h->c.who = NULL;
    return yes;
}

static void searching_on(struct t *t, struct house_t *h)
{
    struct work_case own = here_case(t, h), far = there_case(t, h);
    struct str v = SAVE(&own, NEAR, "vehicle", { "vehicle_kind", "pickup" }, { "plate", "BCD 128" });
    struct str w = kiln(t, h, &own, NEAR, "Olería La Ficticia"), e = firm(t, h, &own, NEAR, "Ladrillos Supuestos S.R.L.", "0971 222 333");
    struct str wf = kiln(t, h, &far, FAR, "Olería La Ficticia"), here = signed_in(t, h, NEAR), there = signed_in(t, h, FAR);
    const struct { const char *q; struct str id; } found[] = { { "bcd128", v }, { "BCD-128", v }, { "ficticia", w }, { "OLERÍA", w },
        { "supuestos", e }, { "0971222333", e }, { "80012345-0", e }, { "km 12", w } };
    for (size_t i = 0; i < COUNT_OF(found); i++) {
        if (!search_finds(t, h, here, found[i].q, found[i].id)) {
            t->bad++;
            printf("# %s finds nothing\n", found[i].q);
        }
        CHECK(!search_finds(t, h, there, found[i].q, found[i].id));
        CHECK(!search_finds(t, h, here, found[i].q, wf));
    }
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'find' AND dossier = $1", ARGS(TEXT(own.labour))), 1);
    CHECK(!search_finds(t, h, signed_in(t, h, CARE), "ficticia", w));
    struct draft *d;                            /* given one kind of the other file: that is not in the way */
    h->c.who = officer_machine(&h->c);
    OK(&h->c, draft_begin(&h->c, own.id, "test.give", &d));
    (void)grant_add(&h->c, d, own.labour, STR(FAR), LEVEL_READ, "consent", 0, STR("inspection"));
    OK(&h->c, draft_commit(&h->c, d));
    CHECK(search_finds(t, h, there, "ficticia", wf));
    CHECK(!search_finds(t, h, there, "ficticia", w));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'find' AND dossier = $1", ARGS(TEXT(own.labour))), 1);
    CHECK(!page_holds(t, h, there, page_of(h, &far, "workplace", wf), own.code));       /* nor is it shown as hers there */
    CHECK(!search_finds(t, h, here, "xy", w));
}

/* ---- the indexes ------------------------------------------------------------------------------------------- */

static void wait_ready(struct house_t *h)
{
    for (int i = 0; i < 2000 && !things_ready(&h->c); i++)
        (void)usleep(5000);
}

static size_t held(struct house_t *h, const char *kind)
{
    return match_index_count(things_index(&h->c, thing_find(str_c(kind))));
}

static void loaded_and_current_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = here_case(t, h);
    (void)kiln(t, h, &k, NEAR, "Olería La Ficticia");
    (void)firm(t, h, &k, NEAR, "Ladrillos Ficticios S.R.L.", "");
    CHECK_EQ(held(h, "workplace"), 0);                          /* nobody looked yet */
    OK(c, things_catch_up(c));
    CHECK_EQ(held(h, "workplace"), 1);
    CHECK_EQ(held(h, "employer"), 1);
    house_close(c, h->house);
    CHECK(house_reopen(t, h));
    c->now_us = HOUSE_START;
    wait_ready(h);
    CHECK(things_ready(c));
    CHECK_EQ(held(h, "workplace"), 1);
    CHECK_EQ(held(h, "employer"), 1);
    CHECK_EQ(held(h, "vehicle"), 0);
    struct draft *d;                                            /* written by nobody's page */
    as(t, h, NEAR);
    OK(c, draft_begin(c, k.id, "test.elsewhere", &d));
    draft_in(d, k.labour);
    struct str id = record_new(d);
    draft_set(d, "vehicle", id, "case", k.id);
    draft_set(d, "vehicle", id, "a/plate", STR("ABC 123"));
    OK(c, draft_commit(c, d));
    size_t did = 0;
    OK(c, things_tick(c, 100, &did));
    CHECK_EQ(held(h, "vehicle"), 1);
    OK(c, ledger_rebuild(c, c->node->ledger));
    OK(c, things_catch_up(c));
    CHECK_EQ(held(h, "vehicle"), 1);
}

/* What was erased leaves the indexes when somebody would have seen it. */
static void erased_is_forgotten_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case a = here_case(t, h), b = here_case(t, h);
    struct str pa = kiln(t, h, &a, NEAR, "Olería La Ficticia"), pb = kiln(t, h, &b, NEAR, "La Ficticia"), here = signed_in(t, h, NEAR);
    CHECK(page_holds(t, h, here, page_of(h, &a, "workplace", pa), pb));
    c->who = officer_machine(c);
    OK(c, dossier_erase(c, b.labour, STR("court order 1")));
    CHECK(!page_holds(t, h, here, page_of(h, &a, "workplace", pa), pb));
    CHECK_EQ(held(h, "workplace"), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_number WHERE id = $1", ARGS(TEXT(pb))), 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM thing_row WHERE id = $1", ARGS(TEXT(pb))), 0);
}

/* ---- refused in turn ---------------------------------------------------------------------------------------- */

/* A request whose nth statement, or nth allocation, is refused. */
static int refused(struct house_t *h, struct str token, struct str path, struct str form_key, long n, bool memory)
{
    struct got g;
    const struct sent form[] = { { STR("token"), form_key }, { STR("x"), STR("") } };
    struct request rq = { .method = POST, .path = path, .form = form, .form_n = 2, .session = token, .peer = STR("peer-ok") };
    ctx_init(&g.c, 64 << 20);
    g.c.node = h->c.node;
    g.c.db = h->c.db;
    g.c.now_us = h->c.now_us;
    g.c.lang = STR("es");
    if (memory)
        g.c.mem.fail_at = n;
    else
        db_fail_nth(h->c.db, n);
    enum err e = web_run(&g.c, &rq, token, &g.rs);
    int status = e ? 500 : g.rs.status;
    db_fail_nth(h->c.db, 0);
    got_end(&g);
    h->c.fault = (struct fault){ 0 };
    return status;
}

static void refused_in_turn_on(struct t *t, struct house_t *h)
{
    struct work_case a = here_case(t, h), b = here_case(t, h);
    struct str pa = kiln(t, h, &a, NEAR, "Olería La Ficticia"), pb = kiln(t, h, &b, NEAR, "La Ficticia"), here = signed_in(t, h, NEAR);
    for (int memory = 0; memory < 2; memory++) {
        h->c.who = NULL;
        OK(&h->c, session_resume(&h->c, here));
        struct str key = form_token(&h->c);
        size_t tried = 0;
        long stride = 1;
        bool done = false;
        for (long n = 1; !done && n < 4000; n += stride, tried++) {
            int64_t before = links(h, 1);
            if (memory)
                stride = 1 + n / 12;
            int status = refused(h, here, PATH(STR("/thing/"), pa, STR("/same/"), pb), key, n, memory);
            int64_t after = links(h, 1);
            CHECK(after == before || after == before + 1);
            CHECK(status < 400 ? after == before + 1 : true);
            done = status == 303;
        }
        CHECK(done && tried > 5);
        printf("# %zu %s refused in turn\n", tried - 1, memory ? "allocations" : "statements");
    }
    OK(&h->c, ledger_rebuild(&h->c, h->c.node->ledger));
    CHECK(links(h, 1) >= 2);
}

/* ---- on both engines ---------------------------------------------------------------------------------------- */

ON_ENGINES(never_in_the_protection_file)
ON_ENGINES(found_and_masked)
ON_ENGINES(places_together)
ON_ENGINES(employers_take_two)
ON_ENGINES(old_links_stand)
ON_ENGINES(numbers_across_kinds)
ON_ENGINES(a_wrong_check_digit_is_told)
ON_ENGINES(looking)
ON_ENGINES(searching)
ON_ENGINES(loaded_and_current)
ON_ENGINES(erased_is_forgotten)
ON_ENGINES(refused_in_turn)

static const struct t_case cases[] = {
    { "they lie where one investigates, never in the protection file", never_in_the_protection_file },
    { "found again; outside her scope the department only", found_and_masked },
    { "places are put together and taken apart", places_together },
    { "employers take two officers", employers_take_two },
    { "links from before stand", old_links_stand },
    { "one number in records of several kinds", numbers_across_kinds },
    { "a wrong check digit is told", a_wrong_check_digit_is_told },
    { "her own files while she types, all when she asks", looking },
    { "the search finds them in her own files", searching },
    { "the indexes are filled and stay current", loaded_and_current },
    { "what was erased is forgotten", erased_is_forgotten },
    { "every statement and allocation refused in turn", refused_in_turn },
};
T_MAIN(cases)
