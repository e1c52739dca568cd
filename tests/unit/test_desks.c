/* test_desks.c - what desks do on their pages beyond keeping forms, and what
 * happens when two officers press the same button at once. */
#include "case_t.h"

#include "api/api.h"
#include "case/case.h"
#include "kinds/kinds.h"
#include "office/office.h"
#include "page/names.h"
#include "referral/referral.h"
#include "signal/signal.h"
#include "web/desks.h"
#include "work/work.h"

#include <pthread.h>

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

/* ---- free text that everybody reads names nobody ------------------------------------------------------- */

struct naming { const char *text; bool refused; };
static const struct naming named[] = {
    { "Llamar a Ysapy", true },
    { "llamar a YSAPY, de tarde", true },
    { "Acompañar a la señora arámi", true },            /* her mother, with an accent of its own */
    { "Documento 0.000.001", true },
    { "Visita a la familia", false },
    { "Ysapyta no es ella", false },                    /* whole words only */
    { "Traslado del 02/03/2026", false },
};

static void unnamed_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = case_at(t, h, "PY-19", HERE);
    (void)person_in(t, h, &k, "P1");
    struct str here = signed_in(t, h, HERE);
    OK(c, session_resume(c, here));
    for (size_t i = 0; i < COUNT_OF(named); i++)        /* closed: no way to guess */
        OK(c, kind_case_unnamed(c, &k, str_c(named[i].text)));
    OK(c, access_open(c, k.protection, STR("contact"), STR("Llamar a la familia")));
    for (size_t i = 0; i < COUNT_OF(named); i++) {
        enum err e = kind_case_unnamed(c, &k, str_c(named[i].text));
        if ((e == ERR_INPUT) != named[i].refused || (e && e != ERR_INPUT)) {
            t->bad++;
            printf("# %s: %s\n", named[i].text, err_name(e));
        }
        c->fault = (struct fault){ 0 };
    }
    c->who = NULL;
    struct str add = PATH(STR("/case/"), k.id, STR("/add-step"));
    OK(c, session_resume(c, here));
    struct sent form[] = { { STR("token"), form_token(c) }, { STR("name"), STR("Llamar a Ysapy") }, { STR("office"), STR(HERE) },
                           { STR("reason"), STR("Lo pidió la escuela") } };
    struct got g;
    c->who = NULL;
    web_ask(h, here, POST, add, form, COUNT_OF(form), &g);
    CHECK_EQ(g.rs.status, 422);
    CHECK(holds(g.body, STR("lo leen todas las oficinas de la ruta")));
    got_end(&g);
    form[1].value = STR("Llamar a la adolescente");
    form[3].value = STR("Lo pidió Ysapy");
    web_ask(h, here, POST, add, form, COUNT_OF(form), &g);
    CHECK_EQ(g.rs.status, 422);
    got_end(&g);
    form[3].value = STR("Lo pidió la escuela");
    web_ask(h, here, POST, add, form, COUNT_OF(form), &g);
    CHECK_EQ(g.rs.status, 303);
    got_end(&g);
    OK(c, session_resume(c, signed_in(t, h, HERE)));    /* another session: shut */
    OK(c, kind_case_unnamed(c, &k, STR("Llamar a Ysapy")));
    c->who = NULL;
}

/* The title of a case and the telephone of the report it comes from. */
static void title_unnamed_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct answers a = { 0 };
    struct str receipt, signal, id;
    (void)answers_put(&c->mem, &a, STR("what"), STR("Aviso inventado"));
    (void)answers_put(&c->mem, &a, STR("contact_wanted"), STR("yes"));
    (void)answers_put(&c->mem, &a, STR("contact_phone"), STR("+595 000 000 123"));
    c->who = NULL;
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a,
        .territory = STR("PY-19") }, &receipt, &signal));
    struct str dossier = one_value(h, "SELECT dossier FROM signal_row WHERE id = $1", signal);
    as(t, h, HERE);
    struct draft *d;
    OK(c, draft_begin(c, signal, "test.give", &d));
    draft_in(d, dossier);
    (void)grant_add(c, d, dossier, STR(HERE), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    OK(c, session_resume(c, signed_in(t, h, HERE)));
    OK(c, access_open(c, dossier, STR("contact"), STR("Llamar a quien avisó")));
    struct signal_case how = { .title = STR("avisa 0000 000123"), .procedure = c->node->pack->procedures[0].id, .cl = true };
    REFUSED(c, ERR_INPUT, signal_open_case(c, signal, &how, &id));
    how.title = STR("adolescente, casa particular");
    OK(c, signal_open_case(c, signal, &how, &id));
}

/* ---- ids that are not hers, or not what the path says ------------------------------------------------ */

enum { IDS = 24 };
struct things { struct work_case k; struct str id[IDS]; const char *what[IDS]; size_t n; };

static void thing(struct things *x, const char *what, struct str id)
{
    x->id[x->n] = id;
    x->what[x->n++] = what;
}

/* One of everything a case can have, of the office HERE. */
static struct things everything(struct t *t, struct house_t *h, const char *code)
{
    struct ctx *c = &h->c;
    struct things x = { .k = case_at(t, h, "PY-19", HERE) };
    struct str referral = { 0 };
    struct str person = person_in(t, h, &x.k, code);
    as(t, h, HERE);
    OK(c, referral_send(c, &(struct referral_new){ .case_id = x.k.id, .need = STR("health"), .to_office = STR("salud-central"),
        .asked = STR("Atención"), .basis = STR("consent"), .given_by = STR("person"), .assent = STR("adult"), .words = STR("Acepta") }, &referral));
    struct draft *d;
    OK(c, draft_begin(c, x.k.id, "test.alert", &d));
    alert_add(c, d, x.k.route, x.k.id, str_c(HERE), "late", STR("Prueba"));
    OK(c, draft_commit(c, d));
    thing(&x, "case", x.k.id);
    thing(&x, "person", person);
    thing(&x, "referral", referral);
    thing(&x, "step", one_value(h, "SELECT id FROM obligation WHERE state = 'due' AND case_id = $1 ORDER BY id", x.k.id));
    thing(&x, "signal", one_value(h, "SELECT id FROM signal_row WHERE case_id = $1", x.k.id));
    thing(&x, "consent", one_value(h, "SELECT id FROM consent_row WHERE case_id = $1", x.k.id));
    thing(&x, "alert", one_value(h, "SELECT id FROM alert WHERE case_id = $1 AND what = 'late'", x.k.id));
    thing(&x, "dossier", x.k.protection);
    thing(&x, "dossier", x.k.justice);
    thing(&x, "dossier", x.k.route);
    thing(&x, "grant", one_value(h, "SELECT id FROM access_grant WHERE dossier = $1", x.k.route));
    thing(&x, "process", one_value(h, "SELECT id FROM process WHERE case_id = $1", x.k.id));
    thing(&x, "kind", STR("person"));
    thing(&x, "kind", STR("note"));
    thing(&x, "kind", STR("judgment"));
    for (size_t i = 0; i < x.n; i++)
        CHECK(x.id[i].n);
    return x;
}

static int64_t ledger_size(struct house_t *h)
{
    int64_t changes = 0, folded = 0;
    return ledger_last(&h->c, &changes, &folded) == ERR_OK ? changes : -1;
}

/* A form that would be complete for most routes. */
static int post_much(struct t *t, struct house_t *h, struct str token, struct str path, struct str id)
{
    struct got g;
    h->c.who = NULL;
    OK(&h->c, session_resume(&h->c, token));
    const struct sent form[] = { { STR("token"), form_token(&h->c) }, { STR("reason"), STR("Motivo inventado") }, { STR("why"), STR("Motivo inventado") },
        { STR("words"), STR("Palabras inventadas") }, { STR("note"), STR("Nota") }, { STR("purpose"), STR("contact") }, { STR("urgency"), STR("red") },
        { STR("closed_for"), STR("no_indication") }, { STR("title"), STR("Título") }, { STR("cl"), STR("yes") }, { STR("name"), STR("Paso inventado") },
        { STR("office"), STR(THERE) }, { STR("officer"), id }, { STR("flow"), id }, { STR("person"), id }, { STR("step"), id }, { STR("need"), STR("health") },
        { STR("asked"), STR("Atención") }, { STR("basis"), STR("duty") }, { STR("about"), STR("Prueba") }, { STR("text"), STR("Texto") },
        { STR("without_names"), STR("yes") }, { STR("first_name"), STR("Forjada") }, { STR("role"), STR("affected") }, { STR("sex"), STR("female") },
        { STR("verdict"), STR("acquitted") }, { STR("given_on"), STR("2026-03-01") }, { STR("says"), STR("yes") }, { STR("field"), STR("a/role") }, { STR("change"), id } };
    web_ask(h, token, POST, path, form, COUNT_OF(form), &g);
    int status = g.rs.status;
    got_end(&g);
    h->c.who = NULL;
    return status;
}

static struct str filled(struct house_t *h, const char *pattern, struct str first, struct str second, struct str third)
{
    const struct str v[] = { first, second, third };
    struct str rest = str_c(pattern), part, out = { 0 };
    size_t k = 0;
    while (str_next(&rest, '/', &part))
        if (part.n)
            out = PATH(out, STR("/"), part.p[0] == ':' ? v[k < 3 ? k++ : 2] : part);
    return out;
}

static size_t names_in(const char *pattern)
{
    size_t n = 0;
    for (; *pattern; pattern++)
        n += *pattern == ':';
    return n;
}

static bool forgeable(const struct route *r)
{
    return r->method == POST && !r->open && names_in(r->path) && strncmp(r->path, "/emergency/", 11) != 0;
}

/* The ids of a case of another office, in every place of every form that changes
 * something: nothing changes. */
static void strangers_on(struct t *t, struct house_t *h)
{
    struct things x = everything(t, h, "P1");
    (void)case_at(t, h, "PY-4", THERE);
    struct str there = signed_in(t, h, THERE);
    size_t tried = 0;
    int64_t before = ledger_size(h);
    for (size_t d = 0; desk_routes[d]; d++)
        for (const struct route *r = desk_routes[d]; r->path; r++)
            for (size_t i = 0; forgeable(r) && i < x.n; i++)
                for (size_t j = 0; j < (names_in(r->path) > 1 ? x.n : 1); j++, tried++) {
                    struct str path = filled(h, r->path, x.id[i], x.id[j], x.id[1]);
                    int status = post_much(t, h, there, path, x.id[j]);
                    CHECK(status >= 400 || str_ends(path, STR("/close")));      /* closing what she never opened */
                    if (ledger_size(h) != before)
                        printf("# " STR_F " changed something\n", STR_A(path));
                    CHECK_EQ(ledger_size(h), before);
                    before = ledger_size(h);
                }
    printf("# %zu forged forms\n", tried);
    CHECK(tried > 500);
}

/* Her own ids in the wrong place: a step where a case should be, a person of her
 * other case, a record of another kind. */
static void misplaced_on(struct t *t, struct house_t *h)
{
    struct things a = everything(t, h, "P1"), b = everything(t, h, "P2");
    struct str here = signed_in(t, h, HERE);
    CHECK(page_holds(t, h, here, PATH(STR("/case/"), a.k.id, STR("/person/"), a.id[1]), b.id[1]));   /* looking is an event: before */
    int64_t before = ledger_size(h);
    size_t tried = 0;
    for (size_t d = 0; desk_routes[d]; d++)
        for (const struct route *r = desk_routes[d]; r->path; r++)
            for (size_t i = 0; forgeable(r) && i < a.n; i++) {
                if (!strncmp(r->path + 1, a.what[i], strlen(a.what[i])))
                    continue;
                struct str path = filled(h, r->path, a.id[i], a.id[1], a.id[1]);
                CHECK(post_much(t, h, here, path, a.id[1]) >= 400 || str_ends(path, STR("/close")));
                if (ledger_size(h) != before)
                    printf("# " STR_F " changed something\n", STR_A(path));
                CHECK_EQ(ledger_size(h), before);
                before = ledger_size(h);
                tried++;
            }
    CHECK(tried > 300);
    const struct str wrong[] = {
        PATH(STR("/case/"), a.k.id, STR("/person/"), b.id[1]),                          /* of her other case */
        PATH(STR("/case/"), a.k.id, STR("/note/"), a.id[1]),                            /* a person as a note */
        PATH(STR("/case/"), a.k.id, STR("/person/"), b.id[1], STR("/resolve")),
        PATH(STR("/case/"), a.k.id, STR("/consent/"), b.id[5], STR("/withdraw")),
        PATH(STR("/case/"), a.k.id, STR("/consent/"), a.id[1], STR("/withdraw")),
        PATH(STR("/case/"), a.k.id, STR("/need/new")),                                  /* about a person of b: id below */
        PATH(STR("/person/"), a.id[1], STR("/same/"), a.id[1]),                         /* herself */
        PATH(STR("/person/"), a.id[1], STR("/same/"), b.id[3]),                         /* a step */
        PATH(STR("/person/"), a.id[1], STR("/ask/"), b.id[0]),
        PATH(STR("/person/"), a.id[1], STR("/ask/"), b.id[3]),
        PATH(STR("/person/"), a.id[1], STR("/link/"), b.id[5], STR("/undo")),
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK_EQ(post_much(t, h, here, wrong[i], b.id[1]), 404);
        if (ledger_size(h) != before)
            printf("# " STR_F " changed something\n", STR_A(wrong[i]));
        CHECK_EQ(ledger_size(h), before);
        before = ledger_size(h);
    }
    struct answers none = { 0 };
    struct str id;
    as(t, h, HERE);
    REFUSED(&h->c, ERR_NOT_FOUND, kind_save(&h->c, &a.k, kind_find(STR("note")), a.id[1], &none, (struct str){ 0 }, NULL, &id));
    REFUSED(&h->c, ERR_NOT_FOUND, kind_save(&h->c, &a.k, kind_find(STR("person")), b.id[1], &none, (struct str){ 0 }, NULL, &id));
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

/* The departmental secretary follows every case of her department, and no name. */
static void secretary_on(struct t *t, struct house_t *h)
{
    struct things x = everything(t, h, "P1");
    as(t, h, "secretaria-filadelfia");
    CHECK(officer_has(h->c.who, "coordination"));
    CHECK(!officer_has(h->c.who, "intake") && !officer_has(h->c.who, "protection") && !officer_has(h->c.who, "service"));
    struct str her = signed_in(t, h, "secretaria-filadelfia"), page = PATH(STR("/case/"), x.k.id);
    CHECK(page_holds(t, h, her, page, x.k.code));
    CHECK(page_holds(t, h, her, STR("/department"), STR("<h1")));
    CHECK(page_holds(t, h, her, STR("/cases"), x.k.code));
    CHECK(!page_holds(t, h, her, page, x.id[1]));                           /* nobody of the case is even linked */
    struct got g;
    web_ask(h, her, GET, PATH(page, STR("/person/"), x.id[1]), NULL, 0, &g);
    CHECK_EQ(g.rs.status, 404);
    got_end(&g);
    for (size_t i = 7; i < 10; i++)
        CHECK_EQ(post_much(t, h, her, PATH(STR("/dossier/"), x.id[i], STR("/open")), x.id[i]), 403);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'open'", NO_ARGS), 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_grant g JOIN dossier d ON d.id = g.dossier WHERE g.office = 'secretaria-filadelfia'"
                           " AND d.kind <> 'route'", NO_ARGS), 0);
    /* The defender of the accused does not break the glass, and nobody is told that she tried. */
    struct str defence = signed_in(t, h, "defensa-filadelfia");
    int64_t before = ledger_size(h);
    CHECK_EQ(post_much(t, h, defence, PATH(STR("/emergency/"), x.k.code), x.id[0]), 403);
    CHECK_EQ(ledger_size(h), before);
}

/* ---- an emergency ---------------------------------------------------------------------------------- */

static void emergency_on(struct t *t, struct house_t *h)
{
    struct work_case k = case_at(t, h, "PY-19", HERE);
    struct str far = signed_in(t, h, "minna-central"), boss = signed_in(t, h, "secretaria-villarrica"), page = PATH(STR("/case/"), k.id);
    struct str there = signed_in(t, h, THERE);
    struct got g;
    web_ask(h, there, GET, page, NULL, 0, &g);
    CHECK_EQ(g.rs.status, 404);
    got_end(&g);
    struct str path = PATH(STR("/emergency/"), k.code);
    CHECK_EQ(post(t, h, there, path, "reason", "corto"), 422);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE what = 'break_glass'", NO_ARGS), 0);
    CHECK_EQ(post(t, h, there, path, "reason", "Riesgo de vida esta noche"), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE office = $1 AND what = 'break_glass'", ARGS(TEXT(str_c(HERE)))), 1);
    CHECK(page_holds(t, h, there, page, k.code));
    CHECK(page_holds(t, h, signed_in(t, h, HERE), STR("/work"), k.code));
    CHECK(page_holds(t, h, boss, STR("/admin/review"), STR("Riesgo de vida esta noche")));
    struct str event = one_value(h, "SELECT id FROM access_event WHERE what = $1", STR("break_glass"));
    CHECK_EQ(post(t, h, there, PATH(STR("/admin/review/"), event), "x", ""), 403);     /* not her role */
    CHECK_EQ(post(t, h, boss, PATH(STR("/admin/review/"), event), "x", ""), 303);
    CHECK(!page_holds(t, h, boss, STR("/admin/review"), STR("Riesgo de vida esta noche")));
    CHECK_EQ(post(t, h, far, path, "reason", "Riesgo de vida esta tarde"), 303);        /* she may review: not her own */
    event = one_value(h, "SELECT id FROM access_event WHERE detail = $1", STR("Riesgo de vida esta tarde"));
    CHECK_EQ(post(t, h, far, PATH(STR("/admin/review/"), event), "x", ""), 403);
    CHECK(page_holds(t, h, boss, STR("/admin/review"), STR("Riesgo de vida esta tarde")));
    h->c.now_us += HOUR + 1;
    there = signed_in(t, h, THERE);
    web_ask(h, there, GET, page, NULL, 0, &g);
    CHECK_EQ(g.rs.status, 404);
    got_end(&g);
}

/* ---- evidence and its hands -------------------------------------------------------------------------- */

static struct str keep_form(struct t *t, struct house_t *h, const struct work_case *k, const char *kind,
                       const char *const (*v)[2], size_t n, const struct kind_file *file)
{
    struct answers a = { 0 };
    struct str id = { 0 };
    for (size_t i = 0; i < n; i++)
        (void)answers_put(&h->c.mem, &a, str_c(v[i][0]), str_c(v[i][1]));
    OK(&h->c, kind_save(&h->c, k, kind_find(str_c(kind)), (struct str){ 0 }, &a, (struct str){ 0 }, file, &id));
    return id;
}

static void custody_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = case_at(t, h, "PY-19", HERE);
    struct draft *d;
    c->who = officer_machine(c);
    OK(c, draft_begin(c, k.id, "test.give", &d));
    work_grant(c, d, &k, STR("prosecutor"), STR("fiscalia-filadelfia"));
    OK(c, draft_commit(c, d));
    as(t, h, "fiscalia-filadelfia");
    struct kind_file file = { .name = STR("foto.jpg") };
    struct str bytes = STR("\xff\xd8 bytes inventados");
    OK(c, blob_put(c, k.justice, bytes, &file.hash));
    struct str ev = keep_form(t, h, &k, "evidence", (const char *const[][2]){ { "what", "Foto inventada" } }, 1, &file);
    const char *id = arena_z(&c->mem, ev);
    keep_form(t, h, &k, "custody", (const char *const[][2]){ { "evidence", id }, { "from_person", "Mano Primera" }, { "to_person", "Mano Segunda" }, { "seal_intact", "yes" } }, 4, NULL);
    c->now_us += HOUR;
    keep_form(t, h, &k, "custody", (const char *const[][2]){ { "evidence", id }, { "from_person", "Mano Segunda" }, { "to_person", "Mano Tercera" }, { "seal_intact", "no" } }, 4, NULL);
    keep_form(t, h, &k, "custody", (const char *const[][2]){ { "evidence", "otra" }, { "from_person", "Mano Ajena" }, { "to_person", "Mano Otra" } }, 3, NULL);
    struct str token = signed_in(t, h, "fiscalia-filadelfia"), page = PATH(STR("/case/"), k.id, STR("/evidence/"), ev);
    struct got g;
    CHECK(!page_holds(t, h, token, page, STR("Mano ")));        /* whose hands: identity, not opened */
    h->c.who = NULL;
    OK(c, session_resume(c, token));
    OK(c, access_open(c, k.justice, STR("document"), STR("Preparar el juicio")));
    h->c.who = NULL;
    web_ask(h, token, GET, page, NULL, 0, &g);
    CHECK_EQ(g.rs.status, 200);
    CHECK(holds(g.body, file.hash) && !holds(g.body, STR("Mano Ajena")));
    const char *one = memmem(g.body.p, g.body.n, "Mano Primera", 12), *two = memmem(g.body.p, g.body.n, "Mano Tercera", 12);
    CHECK(one && two && one < two);                             /* oldest first */
    got_end(&g);
    web_ask(h, token, GET, PATH(page, STR("/file")), NULL, 0, &g);
    CHECK_EQ(g.rs.status, 200);
    CHECK(str_eq(g.body, bytes));
    got_end(&g);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE dossier = $1 AND what = 'download'", ARGS(TEXT(k.justice))), 1);
    web_ask(h, signed_in(t, h, HERE), GET, PATH(page, STR("/file")), NULL, 0, &g);
    CHECK(g.rs.status == 403 || g.rs.status == 404);
    CHECK(!holds(g.body, STR("inventados")));
    got_end(&g);
}

/* ---- small things that make a day easier ------------------------------------------------------------------ */

static bool in_option(struct str page, const char *id)
{
    char t[80];
    (void)snprintf(t, sizeof t, "<option value=\"%s\"", id);
    return holds(page, str_c(t));
}

static int post_form(struct t *t, struct house_t *h, struct str token, struct str path, const char *const (*v)[2], size_t n, struct str *page)
{
    struct got g;
    struct sent form[40];
    h->c.who = NULL;
    OK(&h->c, session_resume(&h->c, token));
    for (size_t i = 0; i < n; i++)
        form[i] = (struct sent){ str_c(v[i][0]), str_c(v[i][1]) };
    form[n] = (struct sent){ STR("token"), form_token(&h->c) };
    web_ask(h, token, POST, path, form, n + 1, &g);
    int status = g.rs.status;
    if (page)
        *page = arena_dup(&h->c.mem, g.body);
    got_end(&g);
    h->c.who = NULL;
    return status;
}

static struct work_case with_justice(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = case_at(t, h, "PY-19", HERE);
    struct draft *d;
    c->who = officer_machine(c);
    OK(c, draft_begin(c, k.id, "test.give", &d));
    work_grant(c, d, &k, STR("prosecutor"), STR("fiscalia-filadelfia"));
    OK(c, draft_commit(c, d));
    return k;
}

/* Articles are chosen from lists, by law, of the day of the facts. */
static void articles_on(struct t *t, struct house_t *h)
{
    struct work_case k = with_justice(t, h);
    struct str token = signed_in(t, h, "fiscalia-filadelfia"), path = PATH(STR("/case/"), k.id, STR("/charge/new")), page = { 0 };
    struct got g;
    web_ask(h, token, GET, path, NULL, 0, &g);
    CHECK_EQ(g.rs.status, 200);
    CHECK(in_option(g.body, "PY-L045") && in_option(g.body, "PY-L001"));            /* today: both */
    CHECK(holds(g.body, STR("<optgroup label=")) && holds(g.body, STR("✓ ")) && holds(g.body, STR("◇ ")));
    got_end(&g);
    static const char *const old[][2] = { { "form.asked", "suspect" }, { "form.asked", "offence" }, { "form.asked", "provisions" },
        { "form.asked", "fact_date" }, { "form.asked", "stage" }, { "form.asked", "stage_on" }, { "form.asked", "court_file" }, { "form.asked", "reason" },
        { "suspect", "Persona inventada" }, { "offence", "py_1160_139" }, { "fact_date", "05/06/2009" }, { "stage", "accused" }, { "stage_on", "01/02/2026" },
        { "provisions", "" }, { "provisions", "" }, { "form.again", "1" } };
    int64_t before = ledger_size(h);
    CHECK_EQ(post_form(t, h, token, path, old, COUNT_OF(old), &page), 422);         /* shown again, nothing saved */
    CHECK_EQ(ledger_size(h), before);
    CHECK(!in_option(page, "PY-L045") && in_option(page, "PY-L001"));               /* Law 4788 came in 2012 */
    CHECK(holds(page, STR("Persona inventada")));
    const char *sent[COUNT_OF(old)][2];
    memcpy(sent, old, sizeof old);
    sent[13][1] = "PY-L001";
    sent[14][1] = "PY-L045";
    sent[15][0] = "x";
    CHECK_EQ(post_form(t, h, token, path, (const char *const (*)[2])sent, COUNT_OF(sent), &page), 422);
    CHECK(holds(page, STR("no estaba en vigor ese día")));                          /* kept, and named */
    CHECK_EQ(ledger_size(h), before);
    sent[10][1] = "05/06/2020";
    CHECK_EQ(post_form(t, h, token, path, (const char *const (*)[2])sent, COUNT_OF(sent), &page), 303);
    struct record r;
    OK(&h->c, record_load(&h->c, one_value(h, "SELECT id FROM kind_row WHERE case_id = $1 AND kind = 'charge'", k.id), &r));
    CHECK_STR(record_get(&r, "a/provisions"), "PY-L001 PY-L045");
}

/* Why a step is skipped or stopped is a word of a list, then words if any. */
static void reasons_on(struct t *t, struct house_t *h)
{
    struct work_case k = case_at(t, h, "PY-19", HERE);
    struct str here = signed_in(t, h, HERE);
    struct str step = one_value(h, "SELECT id FROM obligation WHERE state = 'due' AND case_id = $1 AND due_us < 9223372036854775807 AND choice = 0 ORDER BY id", k.id);
    struct str skip = PATH(STR("/step/"), step, STR("/skip")), stop = PATH(STR("/step/"), step, STR("/pause"));
    CHECK(page_holds(t, h, here, PATH(STR("/step/"), step), STR("value=\"done_elsewhere\"")));
    CHECK_EQ(post(t, h, here, skip, "reason", "Solo palabras"), 422);
    CHECK_EQ(post(t, h, here, skip, "why", "no_such"), 422);
    CHECK_EQ(post(t, h, here, skip, "why", "other"), 422);                          /* another reason is written */
    CHECK_EQ(post(t, h, here, stop, "why", "done_elsewhere"), 422);                 /* of the other list */
    static const char *const why[][2] = { { "why", "no_access" }, { "reason", "Camino cortado" } };
    CHECK_EQ(post_form(t, h, here, stop, why, 2, NULL), 303);
    CHECK(page_holds(t, h, here, PATH(STR("/step/"), step), STR("No se puede llegar al lugar: Camino cortado")));
    CHECK_EQ(post(t, h, here, skip, "why", "done_elsewhere"), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM obligation WHERE id = $1 AND state = 'skipped' AND reason = '@done_elsewhere'", ARGS(TEXT(step))), 1);
    CHECK(page_holds(t, h, here, PATH(STR("/case/"), k.id), STR("Ya lo hizo otra oficina")));
}

/* Messages by pages, the newest on the first; telephones have a name; what is
 * sealed and left empty is kept, and the form says so. */
static void messages_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str signal = signal_at(t, h, "PY-19", HERE), here;
    for (int i = 0; i < 45; i++) {
        char words[40];
        (void)snprintf(words, sizeof words, "Respuesta numero %d.", 100 + i);
        c->now_us += US_PER_S;
        as(t, h, HERE);
        OK(c, signal_answer(c, signal, arena_dup(&c->mem, str_c(words))));
    }
    here = signed_in(t, h, HERE);
    struct got g;
    web_ask(h, here, GET, PATH(STR("/signal/"), signal), NULL, 0, &g);
    CHECK(holds(g.body, STR("numero 144.")) && holds(g.body, STR("numero 125.")) && !holds(g.body, STR("numero 124.")));
    const char *link = memmem(g.body.p, g.body.n, "messages=", 9);
    CHECK(link);
    struct str at = link ? arena_dup(&c->mem, (struct str){ link + 9, ID_LEN }) : (struct str){ 0 };
    got_end(&g);
    size_t seen = 20;
    for (int turn = 0; turn < 2 && at.n; turn++) {
        const struct sent query[] = { { STR("messages"), at } };
        ctx_init(&g.c, 64 << 20);
        g.c.node = c->node;
        g.c.db = c->db;
        g.c.now_us = c->now_us;
        struct request rq = { .method = GET, .path = PATH(STR("/signal/"), signal), .query = query, .query_n = 1, .session = here, .peer = STR("peer-ok") };
        (void)web_run(&g.c, &rq, here, &g.rs);
        g.body = buf_str(&g.rs.out.b);
        CHECK_EQ(g.rs.status, 200);
        for (int i = 100; i < 145; i++) {
            char words[40];
            (void)snprintf(words, sizeof words, "numero %d.", i);
            seen += holds(g.body, str_c(words));
        }
        link = memmem(g.body.p, g.body.n, "messages=", 9);
        at = link ? arena_dup(&c->mem, (struct str){ link + 9, ID_LEN }) : (struct str){ 0 };
        got_end(&g);
    }
    CHECK_EQ(seen, 45);                                                             /* each once, none lost */
    struct device_new dev;
    as(t, h, HERE);
    OK(c, device_add(c, STR("Teléfono 3"), (struct str){ 0 }, &dev));
    CHECK_STR(officer_name(c, dev.id), "Teléfono 3");
    CHECK_STR(officer_name(c, STR("machine")), "Amparo");
    CHECK_STR(officer_name(c, signal), "—");
    struct work_case k = case_at(t, h, "PY-19", HERE);
    struct str p = person_in(t, h, &k, "P1");
    here = signed_in(t, h, HERE);
    CHECK(page_holds(t, h, here, PATH(STR("/case/"), k.id, STR("/person/"), p, STR("/edit")), STR("respuestas reservadas")));
    CHECK(!page_holds(t, h, here, PATH(STR("/case/"), k.id, STR("/person/new")), STR("respuestas reservadas")));
}

/* ---- a case is closed when nothing is missing, and comes back --------------------------------------------- */

static void closing_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = with_justice(t, h);
    struct str here = signed_in(t, h, HERE), path = PATH(STR("/case/"), k.id, STR("/close")), id = { 0 };
    static const char *const bye[][2] = { { "reason", "Condiciones cumplidas" } };
    as(t, h, HERE);
    OK(c, referral_send(c, &(struct referral_new){ .case_id = k.id, .need = STR("health"), .to_office = STR("salud-central"),
        .asked = STR("Atención"), .basis = STR("consent"), .given_by = STR("person"), .assent = STR("adult"), .words = STR("Acepta") }, &id));
    as(t, h, "fiscalia-filadelfia");
    keep_form(t, h, &k, "charge", (const char *const[][2]){ { "suspect", "Persona inventada" }, { "offence", "py_1160_139" }, { "stage", "accused" } }, 3, NULL);
    /* One thing after the other; each time it is still refused, and says so. */
    CHECK(page_holds(t, h, here, path, STR("La seguridad fue evaluada")));
    CHECK_EQ(post_form(t, h, here, path, bye, 1, NULL), 409);
    as(t, h, HERE);
    keep_form(t, h, &k, "safety_assessment", (const char *const[][2]){ { "danger_now", "no" } }, 1, NULL);
    CHECK_EQ(post_form(t, h, here, path, bye, 1, NULL), 409);
    struct str health = signed_in(t, h, "salud-central");
    CHECK_EQ(post(t, h, health, PATH(STR("/referral/"), id, STR("/accept")), "words", "La esperamos"), 303);
    CHECK_EQ(post(t, h, health, PATH(STR("/referral/"), id, STR("/served")), "words", "Atendida"), 303);
    CHECK_EQ(post_form(t, h, here, path, bye, 1, NULL), 409);
    as(t, h, HERE);
    keep_form(t, h, &k, "visit", (const char *const[][2]){ { "safe", "yes" } }, 1, NULL);
    CHECK_EQ(post_form(t, h, here, path, bye, 1, NULL), 409);
    as(t, h, "fiscalia-filadelfia");
    keep_form(t, h, &k, "judgment", (const char *const[][2]){ { "verdict", "convicted" }, { "told_person", "no" } }, 2, NULL);
    CHECK_EQ(post_form(t, h, here, path, bye, 1, NULL), 409);
    c->now_us += US_PER_S;
    as(t, h, "fiscalia-filadelfia");
    keep_form(t, h, &k, "judgment", (const char *const[][2]){ { "verdict", "convicted" }, { "told_person", "yes" } }, 2, NULL);
    CHECK_EQ(post_form(t, h, here, path, bye, 1, NULL), 409);                        /* convicted, and nothing known of restitution */
    as(t, h, "fiscalia-filadelfia");
    keep_form(t, h, &k, "restitution", (const char *const[][2]){ { "head", "wages" }, { "state", "ordered" }, { "ordered", "1000" } }, 3, NULL);
    CHECK_EQ(post_form(t, h, here, path, (const char *const[][2]){ { "reason", "" } }, 1, NULL), 422);
    CHECK_EQ(post_form(t, h, signed_in(t, h, "secretaria-filadelfia"), path, bye, 1, NULL), 403);   /* follows it, does not close it */
    CHECK_EQ(post_form(t, h, signed_in(t, h, THERE), path, bye, 1, NULL), 404);
    CHECK(page_holds(t, h, here, path, STR("name=\"reason\"")));
    CHECK_EQ(post_form(t, h, here, path, bye, 1, NULL), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM case_row WHERE id = $1 AND status = 'closed' AND stage = 'closed' AND left_at <> ''", ARGS(TEXT(k.id))), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM obligation WHERE case_id = $1 AND state = 'due' AND added = 0", ARGS(TEXT(k.id))), 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM process WHERE case_id = $1 AND over = 0", ARGS(TEXT(k.id))), 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM clock WHERE case_id = $1", ARGS(TEXT(k.id))), 0);
    CHECK(!page_holds(t, h, here, STR("/cases"), k.code));
    /* It happens again. */
    struct str again = PATH(STR("/case/"), k.id, STR("/reopen"));
    CHECK_EQ(post_form(t, h, here, again, (const char *const[][2]){ { "reason", "" } }, 1, NULL), 422);
    CHECK_EQ(post_form(t, h, here, again, (const char *const[][2]){ { "reason", "Volvió a pasar" } }, 1, NULL), 303);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM case_row WHERE id = $1 AND status = 'open' AND stage <> 'closed'", ARGS(TEXT(k.id))), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM process WHERE case_id = $1 AND over = 0", ARGS(TEXT(k.id))), 1);
    CHECK(COUNT_ROWS(h, "SELECT count(*) FROM obligation WHERE case_id = $1 AND state = 'due'", ARGS(TEXT(k.id))) > 0);
    CHECK(page_holds(t, h, here, STR("/cases"), k.code));
    CHECK_EQ(post_form(t, h, here, again, (const char *const[][2]){ { "reason", "Volvió a pasar" } }, 1, NULL), 409);
    struct verify_report v;
    OK(c, ledger_verify(c, c->node->ledger, false, &v));
}

/* ---- at once ------------------------------------------------------------------------------------------------ */

enum { HANDS = 6 };
struct hand { struct house_t *h; const struct officer *who; struct str id; int what; enum err e; pthread_barrier_t *go; };

static void *press(void *arg)
{
    struct hand *x = arg;
    struct ctx c;
    struct str case_id;
    ctx_init(&c, 64 << 20);
    c.node = x->h->c.node;
    c.now_us = x->h->c.now_us;
    c.who = x->who;
    x->e = ledger_connect(&c, c.node->ledger, &c.db);
    (void)pthread_barrier_wait(x->go);
    if (!x->e)
        x->e = x->what == 2 ? case_reopen(&c, x->id, STR("Volvió a pasar"))
             : x->what == 1 ? signal_open_case(&c, x->id, &(struct signal_case){ .title = STR("adolescente, casa particular"),
                   .procedure = c.node->pack->procedures[0].id, .cl = true }, &case_id)
             : referral_accept(&c, x->id, STR("La esperamos"));
    db_close(c.db);
    c.db = NULL;
    ctx_done(&c);
    return NULL;
}

static void together(struct t *t, struct house_t *h, struct str id, int what)
{
    struct hand x[HANDS];
    pthread_t thread[HANDS];
    pthread_barrier_t go;
    size_t ok = 0, conflict = 0;
    (void)pthread_barrier_init(&go, NULL, HANDS);
    for (size_t i = 0; i < HANDS; i++) {
        x[i] = (struct hand){ h, h->c.who, id, what, ERR_OK, &go };
        CHECK_EQ(pthread_create(&thread[i], NULL, press, &x[i]), 0);
    }
    for (size_t i = 0; i < HANDS; i++) {
        (void)pthread_join(thread[i], NULL);
        ok += x[i].e == ERR_OK;
        conflict += x[i].e == ERR_CONFLICT;
    }
    (void)pthread_barrier_destroy(&go);
    CHECK_EQ(ok, 1);
    CHECK_EQ(conflict, HANDS - 1);
}

static void at_once_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct verify_report v;
    struct str id = { 0 }, signal = signal_at(t, h, "PY-19", HERE);
    together(t, h, signal, 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM case_row", NO_ARGS), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM process", NO_ARGS), 1);
    struct str case_id = one_value(h, "SELECT id FROM case_row WHERE office = $1", str_c(HERE));
    OK(c, referral_send(c, &(struct referral_new){ .case_id = case_id, .need = STR("health"), .to_office = STR("salud-central"),
        .asked = STR("Atención"), .basis = STR("consent"), .given_by = STR("person"), .assent = STR("adult"), .words = STR("Acepta") }, &id));
    struct draft *d;
    OK(c, draft_begin(c, case_id, "test.close", &d));
    draft_in(d, one_value(h, "SELECT route FROM case_row WHERE id = $1", case_id));
    draft_set(d, "case", case_id, "status", STR("closed"));
    OK(c, draft_commit(c, d));
    together(t, h, case_id, 2);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM process", NO_ARGS), 2);
    as(t, h, "salud-central");
    together(t, h, id, 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE what = 'answered'", NO_ARGS), 1);
    OK(c, ledger_verify(c, c->node->ledger, false, &v));
}

/* ---- on both engines ------------------------------------------------------------------------------------------ */

static void both(struct t *t, void (*run)(struct t *t, struct house_t *h))
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        log_from = LOG_ERROR + 1;
        if (house_fresh(t, &h, pg))
            run(t, &h);
        CHECK(!h.c.mem.failed);
        house_end(&h);
    }
}
#define BOTH(name) static void name(struct t *t) { both(t, name##_on); }
BOTH(persons) BOTH(links) BOTH(suspects) BOTH(looking) BOTH(look_limit) BOTH(unnamed) BOTH(title_unnamed) BOTH(strangers) BOTH(misplaced) BOTH(undo_needs_writing) BOTH(secretary)
BOTH(emergency) BOTH(custody) BOTH(articles) BOTH(reasons) BOTH(messages) BOTH(closing) BOTH(at_once)

static const struct t_case cases[] = {
    { "the same person twice: found, confirmed, undone, asked for", persons },
    { "several records of one person: counts follow, rebuilt alike, kept apart", links },
    { "a suspect is put together by two officers", suspects },
    { "who may be meant, before anything is saved", looking },
    { "names of steps name nobody whose names are open", unnamed },
    { "nor do titles of cases", title_unnamed },
    { "invented persons: so many questions a day, then the supervisor", look_limit },
    { "a form with the ids of another office's case changes nothing", strangers },
    { "a form with her own ids in the wrong place changes nothing", misplaced },
    { "a link is undone only by whoever writes in its file", undo_needs_writing },
    { "the departmental secretary: every case, no name", secretary },
    { "an emergency: told to the owner, reviewed by another, over in an hour", emergency },
    { "evidence: its file, its hash, its hands", custody },
    { "articles are chosen from lists of the law of that day", articles },
    { "a step is skipped or stopped for a reason of a list", reasons },
    { "messages by pages, telephones by name, what is sealed kept", messages },
    { "closed when nothing is missing; a recurrence opens it again", closing },
    { "two press the same button: one does it, the other is told", at_once },
};
T_MAIN(cases)
