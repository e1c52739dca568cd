/* demo.c - fills a node by acting as its officers, one thread per slice.  The
 * same seed gives the same people, places and turns; ids and keys differ. */
#include "demo/demo.h"

#include "demo/people.h"
#include "demo/workbench.h"

#include "access/access.h"
#include "base/node.h"
#include "case/case.h"
#include "db/db.h"
#include "kinds/kinds.h"
#include "pack/pack.h"
#include "referral/referral.h"
#include "signal/signal.h"

#include <pthread.h>

/* ---- officers: one for every office, named as what they are ------------------------------- */

#define DEMO_PASSWORD "amparo-demo"

/* What the demonstration says, in the first language of the pack. */
static struct str said(struct ctx *c, const char *es, const char *en)
{
    const struct pack *p = c->node->pack;
    return str_c(p->langs_n && !str_is(p->langs[0], "es") ? en : es);
}

static struct str login_of(struct ctx *c, struct str office)
{
    struct str l = arena_dup(&c->mem, office);
    char *p = (char *)(uintptr_t)l.p;
    for (size_t i = 0; p && i < l.n; i++)
        if (p[i] == '_')
            p[i] = '-';
    return l;
}

static enum err add_officers(struct ctx *c)
{
    const struct pack *p = c->node->pack;
    struct str id, secret;
    for (size_t i = 0; i < p->offices_n; i++) {
        const struct office *o = &p->offices[i];
        struct officer_new n = { .login = login_of(c, o->id), .name = demo_officer_name(c, i), .office = o->id,
            .agency = o->agency, .territory = o->territory, .roles = o->roles, .lang = p->langs[0],
            .password = STR(DEMO_PASSWORD) };
        TRY(officer_add(c, &n, &id, &secret));
    }
    struct officer_new admin = { .login = STR("admin"), .name = said(c, "Administración Demostración", "Demonstration Administrator"),
        .office = p->offices[0].id, .agency = p->offices[0].agency, .territory = p->country,
        .roles = STR("admin"), .lang = p->langs[0], .password = STR(DEMO_PASSWORD) };
    return officer_add(c, &admin, &id, &secret);
}

/* Act as the officer of an office. */
static bool become(struct ctx *c, struct str office)
{
    AUTO_ROWS r = { 0 };
    struct officer *o = NEW(&c->mem, struct officer);
    struct fault before = c->fault;
    if (!o || db_query(c, &r, "SELECT id, name, office, agency, territory, roles FROM officer"
                              " WHERE office = $1 AND login <> 'admin' ORDER BY id LIMIT 1", ARGS(TEXT(office))) != ERR_OK ||
        !rows_next(&r)) {
        c->fault = before;
        return false;
    }
    *o = (struct officer){ .id = row_str(&r, 0), .name = row_str(&r, 1), .office = row_str(&r, 2),
        .agency = row_str(&r, 3), .territory = row_str(&r, 4), .roles = row_str(&r, 5) };
    c->who = o;
    return true;
}

/* ---- one signal, and perhaps its case --------------------------------------------------------- */

struct turn {
    struct ctx *c;
    struct dice dice;
    size_t i;                                   /* which of all: signals go round the places */
    const struct demo_story *story;
    int64_t age;                                /* of the person affected */
    int64_t now_us, end_us;
};

static void later(struct turn *t, int64_t hours_from, int64_t hours_to)
{
    t->now_us += dice_between(&t->dice, hours_from, hours_to) * 3600 * US_PER_S
               + dice_between(&t->dice, 0, 3599) * US_PER_S;
    t->c->now_us = t->now_us;
}

enum { PLACES = 6 };

/* Where it happens: in Paraguay the five departments and the capital; elsewhere the
 * first parts of the country that have an office of their own. */
static struct str place_at(struct ctx *c, size_t i)
{
    static const struct str py[PLACES] = { STR_INIT("PY-19"), STR_INIT("PY-5"), STR_INIT("PY-7"), STR_INIT("PY-4"),
        STR_INIT("PY-12"), STR_INIT("PY-ASU") };
    const struct pack *p = c->node->pack;
    struct str found[PLACES];
    size_t n = 0;
    if (str_is(p->country, "PY"))
        return py[i % PLACES];
    for (size_t k = 0; k < p->territories_n && n < PLACES; k++) {
        bool office = false;
        for (size_t j = 0; p->territories[k].level == 1 && j < p->offices_n && !office; j++)
            office = pack_within(p, p->offices[j].territory, p->territories[k].id);
        if (office)
            found[n++] = p->territories[k].id;
    }
    return n ? found[i % n] : p->country;
}

static enum err make_signal(struct turn *t, struct str *id)
{
    static const char *const channels[] = { "web", "phone", "visit", "web", "odk" };
    struct answers a = { 0 };
    struct str receipt;
    struct ctx *c = t->c;
    c->who = NULL;
    demo_signal(c, t->story, &a);
    return signal_receive(c, &(struct signal_in){ .channel = channels[dice_below(&t->dice, COUNT_OF(channels))],
        .form = STR("signal"), .answers = &a,
        .territory = place_at(c, t->i) }, &receipt, id);
}

static enum err signal_row(struct ctx *c, struct str id, struct str *office)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT office FROM signal_row WHERE id = $1", ARGS(TEXT(id))));
    if (rows_next(&r))
        *office = row_str(&r, 0);
    return rows_end(&r);
}

static enum err triage(struct turn *t, struct str id)
{
    static const char *const levels[] = { "red", "orange", "orange", "yellow", "yellow", "green" };
    struct str office = { 0 };
    TRY(signal_row(t->c, id, &office));
    if (!become(t->c, office))
        return FAIL(t->c, ERR_BUG, "error.internal", "no officer in " STR_F, STR_A(office));
    later(t, 0, 6);
    return signal_triage(t->c, id, str_c(levels[dice_below(&t->dice, COUNT_OF(levels))]), (struct str){ 0 });
}

static enum err end_signal(struct turn *t, struct str id)
{
    static const char *const why[] = { "no_indication", "other_service", "no_information" };
    if (dice_below(&t->dice, 4) == 0)
        TRY(signal_answer(t->c, id, said(t->c, "Gracias. Una oficina ya lo está mirando.", "Thank you. An office is looking at it.")));
    if (dice_below(&t->dice, 2))
        return ERR_OK;                          /* left waiting: the list is never empty */
    later(t, 1, 40);
    return signal_close(t->c, id, str_c(why[dice_below(&t->dice, 3)]), said(t->c, "Registrado en la demostración.", "Recorded in the demonstration."));
}

/* ---- acting on what is due ------------------------------------------------------------------------- */

static enum err fill_form(struct turn *t, const struct work_case *k, const struct obligation *s, bool *did)
{
    struct ctx *c = t->c;
    const struct kind_use *u = kind_find(s->form);
    const struct form *f = u ? pack_form(c->node->pack, s->form) : NULL;
    struct answers a = { 0 };
    struct form_result r;
    struct str id;
    *did = false;
    if (!f || !access_may(c, u->edit, kind_dossier(c, u, k)))
        return ERR_OK;
    TRY(demo_answers(c, &t->dice, f, k->id, t->age, &a));
    TRY(form_check(c, f, &a, &(struct form_env){ .lang = c->node->pack->langs[0],
        .utc_offset_min = (int)(c->node->pack->utc_offset_s / 60) }, &r));
    if (r.problems)
        return ERR_OK;
    TRY(kind_save(c, k, u, (struct str){ 0 }, &r.answers, s->id, NULL, &id));
    *did = true;
    return ERR_OK;
}

static enum err act_on(struct turn *t, const struct work_case *k, const struct obligation *s)
{
    struct ctx *c = t->c;
    struct facts f = { .n = 0 };
    bool did = false;
    if (!become(c, s->office))
        return FAIL(c, ERR_BUG, "error.internal", "no officer in " STR_F, STR_A(s->office));
    if (s->choice) {
        const struct flow_model *m = work_model_of(c, s->process);
        struct flow_way *way;
        size_t n;
        TRY(flow_ways(c, m, s->node, &way, &n));
        return obligation_choose(c, s->id, way[dice_below(&t->dice, n)].id);
    }
    if (s->form.n)
        TRY(fill_form(t, k, s, &did));
    if (did)
        return ERR_OK;
    demo_facts(&t->dice, &f);
    return obligation_done(c, s->id, &f, said(c, "Hecho (demostración).", "Done (demonstration)."));
}

static enum err answer(struct turn *t, const struct work_case *k, struct str id, struct str office)
{
    struct ctx *c = t->c;
    if (!become(c, office))
        return ERR_OK;
    later(t, 1, 30);
    if (dice_below(&t->dice, 5) == 0)
        return referral_refuse(c, id, said(c, "Sin lugar esta semana (demostración).", "No place this week (demonstration)."));
    TRY(referral_accept(c, id, said(c, "Recibimos.", "Received.")));
    if (dice_below(&t->dice, 2))
        return ERR_OK;
    later(t, 20, 90);
    TRY(referral_served(c, id, said(c, "Atendida (demostración).", "Served (demonstration).")));
    return dice_below(&t->dice, 2) && become(c, k->owner) ? referral_confirm(c, id, true, said(c, "Le sirvió (demostración).", "It helped (demonstration).")) : ERR_OK;
}

static enum err refer(struct turn *t, const struct work_case *k)
{
    struct ctx *c = t->c;
    const struct pack *p = c->node->pack;
    struct service_match *m;
    size_t n;
    struct str id;
    if (!p->services_n || !become(c, k->owner) || !access_may(c, "referral.make", k->protection))
        return ERR_OK;
    struct str needs = p->services[dice_below(&t->dice, p->services_n)].needs, need;
    if (!str_next(&needs, ' ', &need))
        return ERR_OK;
    TRY(pack_services(c, p, &(struct service_query){ .need = need, .place = k->territory, .age = -1 }, &m, &n));
    for (size_t i = 0; i < n; i++) {
        if (!m[i].office || str_eq(m[i].office->id, k->owner))
            continue;
        struct referral_new r = { .case_id = k->id, .need = need, .service = m[i].service->id,
            .to_office = m[i].office->id, .asked = said(c, "Atención según la necesidad acordada (demostración).", "Care for the need agreed on (demonstration)."),
            .basis = STR("consent"), .given_by = STR("person"), .assent = STR("adult"),
            .words = said(c, "Acepta para este fin (demostración).", "Agrees for this purpose (demonstration).") };
        TRY(referral_send(c, &r, &id));
        return dice_below(&t->dice, 3) ? answer(t, k, id, m[i].office->id) : ERR_OK;
    }
    return ERR_OK;
}

/* Turn after turn until the number of steps meant for this case is reached, the
 * present is, or nothing is owed.  Some steps are left to become late. */
static enum err live(struct turn *t, struct str case_id, size_t steps)
{
    struct ctx *c = t->c;
    for (size_t i = 0; i < steps && t->now_us < t->end_us; i++) {
        struct obligation *s;
        struct work_case k;
        size_t n, did, open = 0, at[64];
        TRY(work_tick_case(c, case_id, &did));
        TRY(work_case(c, case_id, &k));
        TRY(obligation_of_case(c, case_id, &s, &n));
        for (size_t j = 0; j < n && open < COUNT_OF(at); j++)
            if (str_is(s[j].state, "due"))
                at[open++] = j;
        if (!open) {
            later(t, 24 * 20, 24 * 40);             /* waits for a visit's month */
            continue;
        }
        later(t, 1, 40);
        if (t->now_us >= t->end_us)
            break;
        TRY(act_on(t, &k, &s[at[dice_below(&t->dice, open)]]));
        if (i == 3 && dice_below(&t->dice, 2))
            TRY(refer(t, &k));
    }
    return ERR_OK;
}

/* Old cases that can be closed are, now and then. */
static enum err perhaps_close(struct turn *t, const struct work_case *k)
{
    struct ctx *c = t->c;
    struct closure_item *item;
    size_t n;
    bool ready;
    if (!become(c, k->owner) || !access_may(c, "case.close", k->route))
        return ERR_OK;
    TRY(closure_check(c, k, &item, &n, &ready));
    return ready ? case_close(c, k->id, NULL, 0, said(c, "Condiciones cumplidas (demostración).", "Conditions met (demonstration).")) : ERR_OK;
}

static enum err add_people(struct turn *t, struct str case_id)
{
    struct ctx *c = t->c;
    const struct kind_use *u = kind_find(STR("person"));
    const struct form *f = pack_form(c->node->pack, STR("person"));
    struct work_case k;
    size_t people = 1 + dice_below(&t->dice, 2);
    TRY(work_case(c, case_id, &k));
    for (size_t i = 0; u && f && i < people; i++) {
        struct answers a = { 0 };
        struct str id;
        demo_person(c, &t->dice, t->story, t->age, i, &a);
        TRY(kind_save(c, &k, u, (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
    }
    return ERR_OK;
}

/* The inspector or the prosecutor who owes or owed a step writes down the place. */
static enum err add_things(struct turn *t, const struct work_case *k)
{
    struct ctx *c = t->c;
    struct dice dice = { 7919u * t->i + 11 };       /* of its own: the other turns stay what they were */
    const struct kind_use *u = kind_find(STR("workplace"));
    struct obligation *s;
    size_t n;
    TRY(obligation_of_case(c, k->id, &s, &n));
    for (size_t i = 0; u && i < n; i++)
        if (become(c, s[i].office) && access_may(c, u->edit, kind_dossier(c, u, k)))
            return demo_things(c, &dice, t->story, k);
    return ERR_OK;
}

static enum err make_case(struct turn *t, struct str signal, size_t steps)
{
    struct ctx *c = t->c;
    struct str id;
    struct signal_case how = { .title = said(c, t->story->title, t->story->title_en),
        .procedure = c->node->pack->procedures[0].id, .cl = t->story->cl, .fl = t->story->fl, .ht = t->story->ht };
    TRY(signal_open_case(c, signal, &how, &id));
    TRY(add_people(t, id));
    TRY(live(t, id, steps));
    struct work_case k;
    TRY(work_case(c, id, &k));
    TRY(add_things(t, &k));
    return steps > 12 && dice_below(&t->dice, 3) == 0 ? perhaps_close(t, &k) : ERR_OK;
}

/* ---- slices --------------------------------------------------------------------------------------------- */

struct slice {
    struct node *node;
    const struct demo_config *cfg;
    size_t from, to;
    int64_t now_us;
    struct fault fault;
};

static enum err one(struct ctx *c, const struct slice *s, size_t i)
{
    struct turn t = { .c = c, .dice = { s->cfg->seed * 1000003u + i }, .i = i, .end_us = s->now_us };
    struct str signal;
    t.story = demo_story(&t.dice);
    t.age = dice_between(&t.dice, t.story->age_from, t.story->age_to);
    int64_t days = i % 8 == 0 ? 2 : dice_between(&t.dice, 3, 420);
    t.now_us = s->now_us - days * US_PER_DAY;
    c->now_us = t.now_us;
    later(&t, 0, 20);
    TRY(make_signal(&t, &signal));
    if (i >= s->cfg->cases && i % 3 == 0)
        return ERR_OK;                          /* not looked at yet */
    TRY(triage(&t, signal));
    if (i >= s->cfg->cases)
        return end_signal(&t, signal);
    later(&t, 0, 12);
    size_t steps = i % 8 == 0 ? 2 : 3 + dice_below(&t.dice, 40);
    return make_case(&t, signal, s->cfg->turns && steps > s->cfg->turns ? s->cfg->turns : steps);
}

static void *run_slice(void *arg)
{
    struct slice *s = arg;
    struct db *db = NULL;
    for (size_t i = s->from; i < s->to && !s->fault.code; i++) {
        struct ctx c;
        ctx_init(&c, 64 << 20);
        c.node = s->node;
        c.db = db;
        enum err e = db ? ERR_OK : ledger_connect(&c, s->node->ledger, &c.db);
        db = c.db;
        if (!e)
            e = one(&c, s, i);
        if (e)
            s->fault = c.fault;
        ctx_done(&c);
    }
    db_close(db);
    return NULL;
}

static enum err run_all(struct ctx *c, const struct demo_config *cfg)
{
    enum { THREADS = 8 };
    struct slice s[THREADS];
    pthread_t id[THREADS];
    bool started[THREADS] = { false };
    for (size_t i = 0; i < THREADS; i++) {
        s[i] = (struct slice){ c->node, cfg, cfg->signals * i / THREADS, cfg->signals * (i + 1) / THREADS, clock_now_us(), { 0 } };
        started[i] = pthread_create(&id[i], NULL, run_slice, &s[i]) == 0;
    }
    for (size_t i = 0; i < THREADS; i++) {
        if (started[i])
            (void)pthread_join(id[i], NULL);
        if (s[i].fault.code && !c->fault.code)
            c->fault = s[i].fault;
    }
    return c->fault.code;
}

enum err demo_fill(struct ctx *c, const struct demo_config *cfg)
{
    size_t did = 0;
    c->who = officer_machine(c);
    TRY(add_officers(c));
    TRY(run_all(c, cfg));
    c->now_us = clock_now_us();
    TRY(demo_workbench(c));
    c->who = officer_machine(c);
    TRY(work_tick(c, 2000, &did));
    return referral_tick(c, 500, &did);
}

/* One office for each thing a country's roles can do. */
static void print_by_role(struct ctx *c, FILE *to)
{
    static const char *const what[] = { "intake", "protection", "labour", "investigation", "prosecution", "court",
        "coordination", "service" };
    const struct pack *p = c->node->pack;
    for (size_t w = 0; w < COUNT_OF(what); w++)
        for (size_t r = 0; r < p->roles_n; r++) {
            const struct office *o = pack_has_word(p->roles[r].capabilities, str_c(what[w]))
                                   ? pack_office_for(p, place_at(c, 0), p->roles[r].id) : NULL;
            if (!o)
                continue;
            (void)fprintf(to, "  %-28.*s %s\n", STR_A(login_of(c, o->id)), what[w]);
            break;
        }
    (void)fprintf(to, "  %-28s administrator\n", "admin");
}

void demo_print_logins(struct ctx *c, FILE *to)
{
    static const struct { const char *login, *what; } shown[] = {
        { "codeni-filadelfia", "intake and protection, Boquerón" }, { "mtess-filadelfia", "labour inspector" },
        { "minna-central", "social worker, children's ministry" }, { "fiscalia-filadelfia", "prosecutor" },
        { "secretaria-filadelfia", "departmental secretary" }, { "juzgado-penal-filadelfia", "court" },
        { "defensa-filadelfia", "public defender" }, { "conaeti", "lawyer of the national workgroup" },
        { "contrafor", "legislative reform committee" }, { "admin", "administrator" } };
    struct officer_row *o;
    size_t n = 0;
    const struct pack *p = c->node->pack;
    (void)fprintf(to, "\nEveryone here is invented. Password of every log-in: " DEMO_PASSWORD "\n\n");
    for (size_t i = 0; str_is(p->country, "PY") && i < COUNT_OF(shown); i++)
        (void)fprintf(to, "  %-28s %s\n", shown[i].login, shown[i].what);
    if (!str_is(p->country, "PY"))
        print_by_role(c, to);
    if (officer_list(c, (struct str){ 0 }, &o, &n) == ERR_OK)
        (void)fprintf(to, "  ... %zu in all: the id of any office is its log-in (amparo user list)\n\n", n);
}
