/* test_house.c - cases lived through by their offices, on both engines: clocks,
 * hand-overs, consent, law, money, and what each office never sees. */
#include "house_t.h"

#include "case/case.h"
#include "justice/justice.h"
#include "kinds/kinds.h"
#include "office/office.h"
#include "referral/referral.h"
#include "signal/signal.h"
#include "web/desks.h"
#include "work/work.h"

#define INTAKE "codeni-filadelfia"
#define PROSECUTOR "fiscalia-filadelfia"

/* ---- small hands ------------------------------------------------------------------------ */

static struct str new_signal(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct answers a = { 0 };
    struct str receipt, id = { 0 };
    c->who = NULL;
    (void)answers_put(&c->mem, &a, STR("channel"), STR("web"));
    (void)answers_put(&c->mem, &a, STR("what"), STR("Aviso inventado: una adolescente trabaja en una casa"));
    (void)answers_put(&c->mem, &a, STR("signs"), STR("third_household"));
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a,
        .territory = STR("PY-19") }, &receipt, &id));
    CHECK_EQ(receipt.n, RECEIPT_DIGITS);
    return id;
}

static struct work_case new_case(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = { 0 };
    struct str id, signal = new_signal(t, h), office = { 0 };
    AUTO_ROWS r = { 0 };
    OK(c, db_query(c, &r, "SELECT office FROM signal_row WHERE id = $1", ARGS(TEXT(signal))));
    if (rows_next(&r))
        office = row_str(&r, 0);
    OK(c, rows_end(&r));
    as(t, h, arena_z(&c->mem, office));
    OK(c, signal_triage(c, signal, STR("orange"), (struct str){ 0 }));
    OK(c, signal_open_case(c, signal, &(struct signal_case){ .title = STR("adolescente, casa particular"),
        .procedure = c->node->pack->procedures[0].id, .cl = true }, &id));
    OK(c, work_case(c, id, &k));
    CHECK_STR(k.status, "open");
    CHECK(str_eq(k.owner, office));
    return k;
}

/* The open step of a node; id {0} when there is none. */
static struct obligation step(struct t *t, struct house_t *h, const struct work_case *k, const char *node)
{
    struct obligation *o, found = { 0 };
    size_t n;
    OK(&h->c, obligation_of_case(&h->c, k->id, &o, &n));
    for (size_t i = 0; i < n; i++)
        if (str_is(o[i].node, node) && str_is(o[i].state, "due"))
            found = o[i];
    return found;
}

static size_t alerts(struct t *t, struct house_t *h, struct str office, const char *what)
{
    struct alert *a;
    size_t n, k = 0;
    OK(&h->c, alert_list(&h->c, office, 200, &a, &n));
    for (size_t i = 0; i < n; i++)
        k += str_is(a[i].what, what);
    return k;
}

static void act_as(struct t *t, struct house_t *h, struct str office)
{
    as(t, h, arena_z(&h->c.mem, office));
}

static struct str save(struct t *t, struct house_t *h, const struct work_case *k, const char *kind,
                       const char *const (*v)[2], size_t n)
{
    struct answers a = { 0 };
    struct str id = { 0 };
    for (size_t i = 0; i < n; i++)
        (void)answers_put(&h->c.mem, &a, str_c(v[i][0]), str_c(v[i][1]));
    OK(&h->c, kind_save(&h->c, k, kind_find(str_c(kind)), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
    return id;
}
#define SAVE(k, kind, ...) __extension__ ({ static const char *const v_[][2] = { __VA_ARGS__ }; \
    save(t, h, (k), (kind), v_, COUNT_OF(v_)); })

static void stands(struct t *t, struct house_t *h)
{
    struct verify_report v;
    OK(&h->c, ledger_verify(&h->c, h->c.node->ledger, false, &v));
}

/* ---- clocks ----------------------------------------------------------------------------------- */

static void clocks_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    int64_t start = c->now_us, due;
    struct obligation protect = step(t, h, &k, "P-PY-04"), inspect = step(t, h, &k, "P-PY-03"), screen = step(t, h, &k, "P-PY-05");
    CHECK(protect.id.n && inspect.id.n && screen.id.n);         /* protection waits for nobody */
    CHECK_EQ(protect.due_us, start + 12 * HOUR);
    CHECK_EQ(inspect.due_us, start + 24 * HOUR);
    CHECK_EQ(screen.due_us, start + 24 * HOUR);
    CHECK(!step(t, h, &k, "P-PY-01").id.n && !step(t, h, &k, "P-PY-02").id.n);  /* known already */
    /* Two working days from Wednesday 1 April 2026, noon: Holy Thursday, Good Friday and the weekend do not count. */
    int64_t wednesday = HOUSE_START + 30 * US_PER_DAY;
    OK(c, work_deadline(c, wednesday, STR("P2D"), STR("working"), &due));
    CHECK(due > wednesday + 6 * US_PER_DAY && due < wednesday + 8 * US_PER_DAY);
    OK(c, work_deadline(c, wednesday, STR("P2D"), STR("clock"), &due));
    CHECK_EQ(due, wednesday + 2 * US_PER_DAY);
    OK(c, work_deadline(c, HOUSE_START, STR("P2D"), STR("working"), &due));
    CHECK(due > HOUSE_START + US_PER_DAY && due < HOUSE_START + 3 * US_PER_DAY);

    /* Late: told once, with its alert, and only then. */
    size_t did;
    c->who = officer_machine(c);
    c->now_us = start + 12 * HOUR - US_PER_S;
    OK(c, work_tick(c, 100, &did));
    CHECK(!step(t, h, &k, "E-PY-04").id.n);
    CHECK_EQ(alerts(t, h, k.owner, "late"), 0);
    c->now_us = start + 12 * HOUR + US_PER_S;
    OK(c, work_tick(c, 100, &did));
    CHECK(did > 0);
    CHECK(step(t, h, &k, "E-PY-04").id.n);
    CHECK(step(t, h, &k, "P-PY-04").id.n);                      /* still owed */
    CHECK(step(t, h, &k, "P-PY-04").escalated);
    int64_t told = COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE case_id = $1", ARGS(TEXT(k.id)));
    CHECK(told > 0);
    OK(c, work_tick(c, 100, &did));
    CHECK_EQ(did, 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE case_id = $1", ARGS(TEXT(k.id))), told);
    stands(t, h);
}

static void acts_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct obligation inspect = step(t, h, &k, "P-PY-03"), o;
    struct officer_row *row;
    size_t n;
    act_as(t, h, inspect.office);
    REFUSED(c, ERR_INPUT, obligation_skip(c, inspect.id, STR(" ")));
    OK(c, obligation_pause(c, inspect.id, STR("Camino cortado por lluvia")));
    o = step(t, h, &k, "P-PY-03");
    CHECK(o.paused && o.due_us == INT64_MAX);
    c->now_us += 5 * HOUR;
    OK(c, obligation_resume(c, inspect.id));
    o = step(t, h, &k, "P-PY-03");
    CHECK(!o.paused);
    CHECK_EQ(o.due_us, inspect.due_us + 5 * HOUR);              /* the pause does not count */
    OK(c, officer_list(c, inspect.office, &row, &n));
    OK(c, obligation_assign(c, inspect.id, row[0].id));
    CHECK(str_eq(step(t, h, &k, "P-PY-03").officer, row[0].id));
    as(t, h, "codeni-asuncion");
    REFUSED(c, ERR_NOT_FOUND, obligation_done(c, inspect.id, NULL, STR("No es suyo")));
    REFUSED(c, ERR_NOT_FOUND, obligation_get(c, inspect.id, &o));
    act_as(t, h, inspect.office);
    struct facts f = { .n = 0 };
    fact_bool(&f, "entry_refused", true);
    OK(c, obligation_done(c, inspect.id, &f, STR("No dejaron entrar")));
    REFUSED(c, ERR_CONFLICT, obligation_done(c, inspect.id, &f, STR("Otra vez")));
    o = step(t, h, &k, "P-PY-03-warrant");
    CHECK(o.id.n);
    OK(c, obligation_skip(c, o.id, STR("Ya hay orden")));
    CHECK(!step(t, h, &k, "P-PY-03-warrant").id.n);
    CHECK(step(t, h, &k, "P-PY-09-record").id.n || step(t, h, &k, "g_violation").id.n);
    act_as(t, h, k.owner);
    OK(c, obligation_add(c, k.id, STR("Llevar a la escuela"), STR("education"), STR("educacion-central"),
                         c->now_us + 48 * HOUR, STR("Acordado con la familia")));
    as(t, h, "educacion-central");
    struct obligation *mine;
    OK(c, obligation_list(c, STR("educacion-central"), WORK_OFFICE, NULL, 10, &mine, &n));
    CHECK_EQ(n, 1);
    CHECK(n && mine[0].added);
    CHECK(access_may(c, "case.view", k.route));
    OK(c, obligation_done(c, mine[0].id, NULL, STR("Hecho")));
    OK(c, obligation_list(c, STR("educacion-central"), WORK_OFFICE, NULL, 10, &mine, &n));
    CHECK_EQ(n, 0);
    stands(t, h);
}

/* Visits at one, three, six and twelve months after the plan. */
static void visits_on(struct t *t, struct house_t *h)
{
    static const struct { const char *node; int days; } visit[] = {
        { "P-PY-16-1", 28 }, { "P-PY-16-3", 59 }, { "P-PY-16-6", 88 }, { "P-PY-16-12", 180 } };
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    static const char *const first[] = { "P-PY-04", "P-PY-11" };
    size_t did;
    for (size_t i = 0; i < COUNT_OF(first); i++) {
        struct obligation o = step(t, h, &k, first[i]);
        CHECK(o.id.n);
        act_as(t, h, o.office);
        OK(c, obligation_done(c, o.id, NULL, STR("Hecho")));
    }
    for (size_t i = 0; i < COUNT_OF(visit); i++) {
        c->who = officer_machine(c);
        c->now_us += (visit[i].days - 1) * US_PER_DAY;
        OK(c, work_tick(c, 100, &did));
        CHECK(!step(t, h, &k, visit[i].node).id.n);             /* not a day early */
        c->now_us += 5 * US_PER_DAY;                            /* months have 28 to 31 days */
        OK(c, work_tick(c, 100, &did));
        struct obligation o = step(t, h, &k, visit[i].node);
        CHECK(o.id.n);
        if (!o.id.n)
            return;
        CHECK_STR(o.form, "visit");
        act_as(t, h, o.office);
        OK(c, obligation_done(c, o.id, NULL, STR("Visitada")));
    }
    OK(c, work_case(c, k.id, &k));
    CHECK_STR(k.stage, "care");                                 /* justice may still be at work: visits end nothing */
    stands(t, h);
}

/* ---- what the case is about changes; protection does not --------------------------------------- */

static void reclassify_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct obligation before = step(t, h, &k, "P-PY-04");
    int64_t all = COUNT_ROWS(h, "SELECT count(*) FROM obligation WHERE case_id = $1 AND node LIKE 'P-PY-04%'", ARGS(TEXT(k.id)));
    c->now_us += 3 * HOUR;
    act_as(t, h, k.owner);
    REFUSED(c, ERR_INPUT, case_reclassify(c, k.id, true, false, true, false, STR(" ")));
    OK(c, case_reclassify(c, k.id, false, true, true, false, STR("Hubo traslado y encierro")));
    OK(c, case_reclassify(c, k.id, true, true, false, true, STR("La entregaron a otra casa")));
    struct obligation after = step(t, h, &k, "P-PY-04");
    CHECK(str_eq(before.id, after.id));
    CHECK_EQ(before.due_us, after.due_us);
    CHECK_EQ(before.start_us, after.start_us);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM obligation WHERE case_id = $1 AND node LIKE 'P-PY-04%'", ARGS(TEXT(k.id))), all);
    OK(c, work_case(c, k.id, &k));
    CHECK(k.cl && k.fl && !k.ht && k.criadazgo);
    as(t, h, "codeni-asuncion");
    REFUSED(c, ERR_NOT_FOUND, case_reclassify(c, k.id, false, false, false, false, STR("No es suyo")));

    /* Closing names what is missing, then closes; a return opens a new round. */
    struct closure_item *item;
    struct str yes[16];
    size_t n, missing = 0, k_yes = 0;
    bool ready;
    act_as(t, h, k.owner);
    OK(c, closure_check(c, &k, &item, &n, &ready));
    CHECK(!ready && n >= 4);
    for (size_t i = 0; i < n; i++) {
        missing += !item[i].met;
        CHECK(item[i].what.n);
    }
    CHECK(missing > 0);
    REFUSED(c, ERR_CONFLICT, case_close(c, k.id, NULL, 0, STR("Sin más")));
    for (size_t i = 0; i < n && k_yes < COUNT_OF(yes); i++)
        yes[k_yes++] = item[i].id;
    REFUSED(c, ERR_CONFLICT, case_close(c, k.id, yes, k_yes, STR("Confirmar no basta")));
    OK(c, work_case(c, k.id, &k));
    CHECK_STR(k.status, "open");
    REFUSED(c, ERR_CONFLICT, case_reopen(c, k.id, STR("Está abierto")));
    stands(t, h);
}

/* ---- hand-overs ------------------------------------------------------------------------------------ */

static struct str person_of(struct t *t, struct house_t *h, const struct work_case *k)
{
    return SAVE(k, "person", { "code", "P77" }, { "first_name", "Ysapy" }, { "second_name", "Inventada Prueba" },
        { "age_years", "14" }, { "phone", "000 000" }, { "sex", "female" }, { "role", "affected" });
}

static struct str hand_over(struct t *t, struct house_t *h, const struct work_case *k, struct str person, const char *to)
{
    static const struct str fields[] = { STR_INIT("first_name"), STR_INIT("age_years") };
    struct str id = { 0 };
    act_as(t, h, k->owner);
    OK(&h->c, referral_send(&h->c, &(struct referral_new){ .case_id = k->id, .need = STR("health"), .to_office = str_c(to),
        .asked = STR("Atención médica"), .fields = fields, .fields_n = 2, .person = person, .basis = STR("consent"),
        .given_by = STR("person"), .assent = STR("adult"), .words = STR("Acepta") }, &id));
    return id;
}

static void referral_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct str person = person_of(t, h, &k), id = hand_over(t, h, &k, person, "salud-central");
    struct referral r;
    struct record rec;
    OK(c, record_load(c, id, &rec));
    CHECK_STR(record_get(&rec, "a/first_name"), "Ysapy");
    CHECK_STR(record_get(&rec, "a/age_years"), "14");
    CHECK(!record_get(&rec, "a/second_name").n && !record_get(&rec, "a/phone").n && !record_get(&rec, "a/code").n);
    as(t, h, "salud-central");
    CHECK(!access_may(c, "plan.view", k.protection));           /* the copy, never the file */
    REFUSED(c, ERR_NOT_FOUND, access_record(c, person, &rec));
    CHECK(!access_may(c, "case.view", k.route));
    OK(c, referral_received(c, id));
    OK(c, referral_accept(c, id, STR("La esperamos")));
    CHECK(access_may(c, "case.view", k.route));
    REFUSED(c, ERR_CONFLICT, referral_accept(c, id, STR("Otra vez")));
    CHECK_EQ(alerts(t, h, k.owner, "answered"), 1);
    as(t, h, "educacion-central");
    REFUSED(c, ERR_NOT_FOUND, referral_get(c, id, &r));
    REFUSED(c, ERR_NOT_FOUND, referral_accept(c, id, STR("No es suya")));
    act_as(t, h, k.owner);
    REFUSED(c, ERR_DENIED, referral_served(c, id, STR("No es quien sirve")));
    as(t, h, "salud-central");
    OK(c, referral_served(c, id, STR("Atendida")));
    act_as(t, h, k.owner);
    OK(c, referral_confirm(c, id, true, STR("Dice que la trataron bien")));
    OK(c, referral_get(c, id, &r));
    CHECK_STR(r.state, "confirmed");

    id = hand_over(t, h, &k, person, "educacion-central");      /* refused: the person goes with the refusal */
    as(t, h, "educacion-central");
    REFUSED(c, ERR_INPUT, referral_refuse(c, id, STR("")));
    OK(c, referral_refuse(c, id, STR("No hay lugar")));
    REFUSED(c, ERR_NOT_FOUND, referral_get(c, id, &r));
    CHECK(alerts(t, h, k.owner, "refused") == 1);
    id = hand_over(t, h, &k, person, "educacion-central");
    as(t, h, "educacion-central");
    REFUSED(c, ERR_INPUT, referral_redirect(c, id, STR("no-hay"), STR("Es de otra oficina")));
    OK(c, referral_redirect(c, id, STR("salud-central"), STR("Es de otra oficina")));
    act_as(t, h, k.owner);
    OK(c, referral_get(c, id, &r));
    CHECK_STR(r.state, "redirected");
    as(t, h, "salud-central");
    REFUSED(c, ERR_NOT_FOUND, referral_get(c, id, &r));         /* nothing goes on without the sender */

    act_as(t, h, k.owner);                                      /* what cannot be sent */
    struct referral_new bad = { .case_id = k.id, .need = STR("health"), .to_office = k.owner, .asked = STR("x"), .basis = STR("consent"), .given_by = STR("person") };
    struct str none;
    REFUSED(c, ERR_INPUT, referral_send(c, &bad, &none));
    bad.to_office = STR("salud-central");
    bad.given_by = (struct str){ 0 };
    REFUSED(c, ERR_INPUT, referral_send(c, &bad, &none));
    bad.basis = STR("duty");
    REFUSED(c, ERR_INPUT, referral_send(c, &bad, &none));
    stands(t, h);
}

static void consent_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct str person = person_of(t, h, &k), id = hand_over(t, h, &k, person, "salud-central");
    struct referral r;
    struct consent *s;
    size_t n, did;
    as(t, h, "salud-central");
    OK(c, referral_accept(c, id, STR("La esperamos")));
    OK(c, referral_get(c, id, &r));
    act_as(t, h, k.owner);
    OK(c, consent_list(c, &k, &s, &n));
    CHECK_EQ(n, 1);
    OK(c, consent_withdraw(c, k.id, s[0].id, STR("Ya no quiere")));
    as(t, h, "salud-central");
    REFUSED(c, ERR_NOT_FOUND, referral_get(c, id, &r));         /* at once */
    CHECK(!access_may(c, "case.view", k.route));                /* and the route that came with it */
    struct record rec;
    REFUSED(c, ERR_NOT_FOUND, access_record(c, id, &rec));
    CHECK_EQ(alerts(t, h, STR("salud-central"), "withdrawn"), 1);

    id = hand_over(t, h, &k, person, "educacion-central");      /* nobody answers */
    int64_t sent = c->now_us;
    c->who = officer_machine(c);
    c->now_us = sent + 72 * HOUR - US_PER_S;
    OK(c, referral_tick(c, 100, &did));
    CHECK_EQ(did, 0);
    c->now_us = sent + 72 * HOUR + US_PER_S;
    OK(c, referral_tick(c, 100, &did));
    CHECK_EQ(did, 1);
    OK(c, referral_tick(c, 100, &did));
    CHECK_EQ(did, 0);
    act_as(t, h, k.owner);
    OK(c, referral_get(c, id, &r));
    CHECK_STR(r.state, "returned");
    CHECK_EQ(alerts(t, h, k.owner, "late") > 0, 1);
    CHECK(COUNT_ROWS(h, "SELECT count(DISTINCT office) FROM alert WHERE case_id = $1 AND what = 'late'", ARGS(TEXT(k.id))) >= 2);
    stands(t, h);
}

/* ---- the two dossiers, and the department --------------------------------------------------------------- */

static void give(struct t *t, struct house_t *h, const struct work_case *k, const char *role, const char *office)
{
    struct draft *d;
    struct ctx *c = &h->c;
    c->who = officer_machine(c);
    OK(c, draft_begin(c, k->id, "test.give", &d));
    work_grant(c, d, k, str_c(role), str_c(office));
    OK(c, draft_commit(c, d));
}

static void apart_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct str person = person_of(t, h, &k), fact;
    struct record rec;
    struct department d;
    give(t, h, &k, "prosecutor", PROSECUTOR);
    as(t, h, PROSECUTOR);
    CHECK(access_may(c, "justice.edit", k.justice));
    CHECK(!access_may(c, "person.view", k.protection) && !access_may(c, "own.view", k.protection));
    REFUSED(c, ERR_NOT_FOUND, access_record(c, person, &rec));
    REFUSED(c, ERR_NOT_FOUND, access_open(c, k.protection, STR("contact"), STR("Quisiera ver")));
    fact = SAVE(&k, "fact", { "what", "Hecho inventado" }, { "from_on", "2026-02-01" });
    OK(c, access_record(c, fact, &rec));
    as(t, h, INTAKE);
    act_as(t, h, k.owner);
    REFUSED(c, ERR_NOT_FOUND, access_record(c, fact, &rec));
    CHECK(!access_may(c, "justice.view", k.justice));
    OK(c, access_record(c, person, &rec));
    as(t, h, "secretaria-filadelfia");
    OK(c, department_of(c, (struct str){ 0 }, &d));
    CHECK_EQ(d.open, 1);
    CHECK(d.stages_n >= 1);
    REFUSED(c, ERR_NOT_FOUND, department_of(c, STR("PY-5"), &d));
    if (!str_is(k.owner, "secretaria-filadelfia"))
        REFUSED(c, ERR_NOT_FOUND, access_record(c, person, &rec));
    as(t, h, PROSECUTOR);
    REFUSED(c, ERR_DENIED, department_of(c, (struct str){ 0 }, &d));
}

/* ---- law and money -------------------------------------------------------------------------------------- */

static void justice_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct restitution_sum s;
    struct str id;
    give(t, h, &k, "prosecutor", PROSECUTOR);
    as(t, h, PROSECUTOR);
    static const char *const bad[][2] = { { "PY-L044", "2005-06-01" }, { "PY-L999", "2020-06-01" } };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct answers a = { 0 };
        (void)answers_put(&c->mem, &a, STR("offence"), STR("py_4788_child"));
        (void)answers_put(&c->mem, &a, STR("provisions"), str_c(bad[i][0]));
        (void)answers_put(&c->mem, &a, STR("fact_date"), str_c(bad[i][1]));
        (void)answers_put(&c->mem, &a, STR("stage"), STR("imputed"));
        REFUSED(c, ERR_INPUT, kind_save(c, &k, kind_find(STR("charge")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
    }
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM kind_row WHERE kind = 'charge'", NO_ARGS), 0);
    SAVE(&k, "charge", { "offence", "py_4788_child" }, { "provisions", "PY-L044" }, { "fact_date", "2020-06-01" }, { "stage", "imputed" });
    id = SAVE(&k, "restitution", { "head", "moral" }, { "state", "ordered" }, { "claimed", "9000000" }, { "ordered", "6000000" });
    SAVE(&k, "restitution", { "head", "unpaid_wages" }, { "state", "ordered" }, { "claimed", "1000000" }, { "ordered", "1000000" });
    SAVE(&k, "payment", { "paid_on", "2026-03-01" }, { "amount", "2500000" }, { "way", "bank" }, { "last", "no" });
    OK(c, restitution_of(c, &k, &s));
    CHECK_EQ(s.claimed, 10000000);
    CHECK_EQ(s.ordered, 7000000);
    CHECK_EQ(s.paid, 2500000);
    CHECK(!s.closed);
    SAVE(&k, "payment", { "paid_on", "2026-03-02" }, { "amount", "4500000" }, { "way", "bank" }, { "last", "yes" });
    OK(c, restitution_of(c, &k, &s));
    CHECK_EQ(s.paid, s.ordered);
    CHECK(s.closed);
    give(t, h, &k, "labour_inspector", "mtess-filadelfia");     /* a fine collected is not restitution */
    as(t, h, "mtess-filadelfia");
    SAVE(&k, "payment", { "paid_on", "2026-03-02" }, { "amount", "800000" }, { "way", "bank" }, { "last", "yes" });
    as(t, h, PROSECUTOR);
    OK(c, restitution_of(c, &k, &s));
    CHECK_EQ(s.paid, 7000000);
    CHECK(id.n);
    stands(t, h);
}

/* ---- the tables are what the changes make of them --------------------------------------------------------- */

static struct str dump(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct desk_list desks;
    struct buf b;
    buf_init(&b, &c->mem, 64 << 20);
    OK(c, desks_gather(&c->mem, &desks));
    for (size_t i = 0; i < desks.tables_n; i++) {
        const char *key = desks.tables[i].key ? desks.tables[i].key : "id", *name = desks.tables[i].name;
        struct str sql = str_join(&c->mem, STR("SELECT * FROM "), str_c(name), STR(" ORDER BY "), str_c(key));
        AUTO_ROWS r = { 0 };
        buf_fmt(&b, "== %s\n", name);
        OK(c, db_query_(c, c->db, &r, arena_z(&c->mem, sql), NO_ARGS));
        while (rows_next(&r)) {
            for (int k = 0; k < rows_columns(&r); k++) {
                buf_put(&b, row_peek(&r, k));
                buf_char(&b, '|');
            }
            buf_char(&b, '\n');
        }
        OK(c, rows_end(&r));
    }
    CHECK(!c->mem.failed);
    return buf_str(&b);
}

/* Each desk's table once, alone, by the projectors that say they write it. */
static void each_alone(struct t *t, struct house_t *h)
{
    struct ledger_config lc;
    struct ledger *l;
    struct ctx *c = &h->c;
    struct arena mem;
    arena_init(&mem, 1 << 20);
    OK(c, house_ledger_config(c, &h->cfg, &mem, &lc));
    for (size_t i = 0; i < lc.tables_n; i++) {
        struct db *db = NULL;
        struct str key = str_join(&c->mem, STR("text "), str_c(lc.tables[i].name));
        OK(c, db_open(c, lc.tables_url, false, &db));
        OK(c, db_exec_on(c, db, "UPDATE fold_state SET v = 1 WHERE k = 'texts' OR k = $1", ARGS(TEXT(key))));
        CHECK_EQ(db_changed(db), 2);
        db_close(db);
        l = NULL;
        OK(c, ledger_open(c, &lc, &l));
        ledger_close(l);
    }
    arena_free(&mem);
}

static void rebuild_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct str person = person_of(t, h, &k), id = hand_over(t, h, &k, person, "salud-central"), before, after;
    size_t did;
    as(t, h, "salud-central");
    OK(c, referral_accept(c, id, STR("La esperamos")));
    give(t, h, &k, "prosecutor", PROSECUTOR);
    as(t, h, PROSECUTOR);
    SAVE(&k, "fact", { "what", "Hecho inventado" }, { "from_on", "2026-02-01" });
    c->who = officer_machine(c);
    c->now_us += 40 * US_PER_DAY;
    OK(c, work_tick(c, 100, &did));
    before = dump(t, h);
    OK(c, ledger_rebuild(c, c->node->ledger));
    for (int alone = 0; alone < 2; alone++) {
        house_close(c, h->house);               /* statements of before the tables were made again */
        if (alone)
            each_alone(t, h);
        if (!house_reopen(t, h))
            return;
        after = dump(t, h);
        CHECK(before.n > 2000);
        CHECK(str_eq(before, after));
        stands(t, h);
    }
}

/* ---- with the receipt ------------------------------------------------------------------------------------------ */

static void receipt_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct answers a = { 0 };
    struct str receipt, id, case_id;
    struct signal_public p;
    struct signal s;
    (void)answers_put(&c->mem, &a, STR("what"), STR("Aviso inventado"));
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a,
        .territory = STR("PY-19") }, &receipt, &id));
    CHECK(!c->who);
    OK(c, signal_by_receipt(c, receipt_shown(&c->mem, receipt), STR("peer-1"), &p));
    CHECK_STR(p.state, "received");
    CHECK(str_eq(p.id, id));
    for (int i = 0; i < 5; i++)
        REFUSED(c, ERR_NOT_FOUND, signal_by_receipt(c, STR("1111222233334444"), STR("peer-2"), &p));
    REFUSED(c, ERR_BUSY, signal_by_receipt(c, receipt, STR("peer-2"), &p));
    OK(c, signal_add_more(c, receipt, STR("peer-1"), STR("Son dos hermanas")));
    AUTO_ROWS r = { 0 };
    struct str office = { 0 };
    OK(c, db_query(c, &r, "SELECT office FROM signal_row WHERE id = $1", ARGS(TEXT(id))));
    if (rows_next(&r))
        office = row_str(&r, 0);
    OK(c, rows_end(&r));
    as(t, h, "codeni-asuncion");
    REFUSED(c, ERR_NOT_FOUND, signal_get(c, id, &s));
    act_as(t, h, office);
    OK(c, signal_triage(c, id, STR("red"), (struct str){ 0 }));
    REFUSED(c, ERR_INPUT, signal_triage(c, id, STR("purple"), (struct str){ 0 }));
    OK(c, signal_answer(c, id, STR("Lo estamos mirando")));
    OK(c, signal_close(c, id, STR("no_information"), STR("Falta el lugar")));
    REFUSED(c, ERR_CONFLICT, signal_open_case(c, id, &(struct signal_case){ .title = STR("x"), .procedure = STR("y") }, &case_id));
    c->who = NULL;
    OK(c, signal_by_receipt(c, receipt, STR("peer-1"), &p));
    CHECK_STR(p.state, "closed");
    CHECK_EQ(p.n, 1);
    CHECK(p.n && str_is(p.answers[0].words, "Lo estamos mirando"));
    OK(c, signal_add_more(c, receipt, STR("peer-1"), STR("Es en el kilómetro inventado")));
    OK(c, signal_by_receipt(c, receipt, STR("peer-1"), &p));
    CHECK_STR(p.state, "received");                             /* new facts open it again */
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM signal_row WHERE receipt = $1", ARGS(TEXT(receipt))), 0);
}

/* ---- all or nothing ------------------------------------------------------------------------------------------------ */

static int64_t rows_now(struct house_t *h)
{
    return COUNT_ROWS(h, "SELECT (SELECT count(*) FROM case_row) + (SELECT count(*) FROM obligation)"
        " + (SELECT count(*) FROM referral_row) + (SELECT count(*) FROM consent_row) + (SELECT count(*) FROM kind_row)"
        " + (SELECT count(*) FROM access_grant) + (SELECT count(*) FROM process) + (SELECT count(*) FROM dossier)", NO_ARGS);
}

enum act { SEND, OPEN_CASE, SAVE_KIND, ACTS };

static enum err one_act(struct house_t *h, enum act what, const struct work_case *k, struct str signal)
{
    struct ctx *c = &h->c;
    struct answers a = { 0 };
    struct str id;
    switch (what) {
    case SEND:
        return referral_send(c, &(struct referral_new){ .case_id = k->id, .need = STR("health"), .to_office = STR("salud-central"),
            .asked = STR("Atención"), .basis = STR("consent"), .given_by = STR("person"), .assent = STR("adult"), .words = STR("Acepta") }, &id);
    case OPEN_CASE:
        return signal_open_case(c, signal, &(struct signal_case){ .title = STR("adolescente, casa particular"),
            .procedure = c->node->pack->procedures[0].id, .cl = true }, &id);
    default:
        if (!answers_put(&c->mem, &a, STR("code"), STR("P1")) || !answers_put(&c->mem, &a, STR("first_name"), STR("Ysapy")) ||
            !answers_put(&c->mem, &a, STR("role"), STR("affected")))
            return ctx_check(c);
        return kind_save(c, k, kind_find(STR("person")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id);
    }
}

static void whole_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct str signal = new_signal(t, h);
    act_as(t, h, k.owner);
    for (int memory = 0; memory < (h->place.pg ? 1 : 2); memory++)      /* memory is the same on both */
        for (enum act what = SEND; what < ACTS; what++) {
            bool over = false;
            size_t refused = 0;
            long stride = 1;
            for (long n = 1; !over && n < 4000; n += stride) {
                int64_t before = rows_now(h);
                if (memory) {
                    c->mem.fail_at = c->mem.count + n;
                    stride = 1 + n / 12;                        /* every early one, then ever fewer */
                } else
                    db_fail_nth(c->db, n);
                enum err e = one_act(h, what, &k, signal);
                over = memory ? e == ERR_OK : db_fail_left(c->db) > 0;
                if (!e != !c->fault.code)
                    printf("# act %d, %s %ld: %s, cause %s (%s)\n", what, memory ? "allocation" : "statement", n, err_name(e),
                           err_name(c->fault.code), c->fault.detail);
                db_fail_nth(c->db, 0);
                c->mem.fail_at = 0;
                c->mem.failed = false;
                CHECK(!e == !c->fault.code);
                CHECK(!e || !memory || c->fault.code == ERR_NOMEM);
                c->fault = (struct fault){ 0 };
                int64_t after = rows_now(h);
                CHECK(e ? after == before : after > before);    /* all of it or nothing */
                refused += e != ERR_OK;
            }
            CHECK(over && refused >= 3);
            printf("# act %d: %zu %s refused in turn\n", what, refused, memory ? "allocations" : "statements");
            if (what == OPEN_CASE)
                signal = new_signal(t, h), act_as(t, h, k.owner);
        }
    stands(t, h);
}

/* ---- on both engines ------------------------------------------------------------------------------------------------- */

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
BOTH(clocks) BOTH(acts) BOTH(visits) BOTH(reclassify) BOTH(referral) BOTH(consent) BOTH(apart) BOTH(justice)
BOTH(rebuild) BOTH(receipt) BOTH(whole)

static const struct t_case cases[] = {
    { "a case's clocks: 12 and 24 hours, working days, late is told once", clocks },
    { "steps: done once, skipped with a reason, paused, given, added", acts },
    { "visits at one, three, six and twelve months", visits },
    { "what the case is about changes, protection's clock does not; closing names what is missing", reclassify },
    { "a hand-over: exactly what was chosen, accepted once, refused, served, confirmed", referral },
    { "consent withdrawn ends access at once; unanswered comes back", consent },
    { "protection and justice do not see each other; the department sees counts", apart },
    { "charges under the law of the day; restitution to the last payment", justice },
    { "tables made again are the same", rebuild },
    { "a signal lives through its receipt", receipt },
    { "each statement and allocation refused: all or nothing", whole },
};
T_MAIN(cases)
