/* test_desk_rights.c - forged forms, free text that names someone, offices that see no
 * name, emergencies: what the pages refuse, and what they tell the owner. */
#include "case_t.h"

#include "kinds/kinds.h"
#include "referral/referral.h"
#include "signal/signal.h"
#include "web/desks.h"
#include "work/work.h"

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
    as(t, h, HERE);
    struct draft *d;
    OK(c, draft_begin(c, k.id, "test.give", &d));
    (void)grant_add(c, d, k.protection, STR(THERE), LEVEL_READ, "duty", 0, STR("care_plan"));
    OK(c, draft_commit(c, d));
    OK(c, session_resume(c, signed_in(t, h, THERE)));   /* opens what she is given, and that holds no person */
    OK(c, access_open(c, k.protection, STR("contact"), STR("Llamar a la familia")));
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

ON_ENGINES(unnamed) ON_ENGINES(title_unnamed) ON_ENGINES(strangers) ON_ENGINES(misplaced)
ON_ENGINES(secretary) ON_ENGINES(emergency)

static const struct t_case cases[] = {
    { "names of steps name nobody whose names are open", unnamed },
    { "nor do titles of cases", title_unnamed },
    { "a form with the ids of another office's case changes nothing", strangers },
    { "a form with her own ids in the wrong place changes nothing", misplaced },
    { "the departmental secretary: every case, no name", secretary },
    { "an emergency: told to the owner, reviewed by another, over in an hour", emergency },
};
T_MAIN(cases)
