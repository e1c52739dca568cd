/* test_desks.c - what desks do on their pages beyond keeping forms, and what
 * happens when two officers press the same button at once.  Persons: test_desk_persons.c;
 * what is refused: test_desk_rights.c. */
#include "case_t.h"

#include "api/api.h"
#include "case/case.h"
#include "kinds/kinds.h"
#include "referral/referral.h"
#include "signal/signal.h"
#include "work/work.h"

#include <pthread.h>

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

ON_ENGINES(custody) ON_ENGINES(articles) ON_ENGINES(reasons) ON_ENGINES(messages)
ON_ENGINES(closing) ON_ENGINES(at_once)

static const struct t_case cases[] = {
    { "evidence: its file, its hash, its hands", custody },
    { "articles are chosen from lists of the law of that day", articles },
    { "a step is skipped or stopped for a reason of a list", reasons },
    { "messages by pages, telephones by name, what is sealed kept", messages },
    { "closed when nothing is missing; a recurrence opens it again", closing },
    { "two press the same button: one does it, the other is told", at_once },
};
T_MAIN(cases)
