/* test_reuse.c - a finished page given again never shows what a page made anew
 * would not: rights, sessions, languages, time and writes, on both engines. */
#include "web_t.h"

#include "case/case.h"
#include "kinds/kinds.h"
#include "referral/referral.h"
#include "signal/signal.h"
#include "web/reuse.h"
#include "work/work.h"

#include <zlib.h>

#define HERE "codeni-filadelfia"
#define THERE "salud-central"
#define OTHER "educacion-central"
#define PATH(...) str_join(&h->c.mem, __VA_ARGS__)

/* ---- small hands -------------------------------------------------------------------------- */

static struct work_case new_case(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct answers a = { 0 };
    struct str receipt, signal = { 0 }, id = { 0 };
    struct work_case k = { 0 };
    c->who = NULL;
    (void)answers_put(&c->mem, &a, STR("what"), STR("Aviso inventado"));
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a,
        .territory = STR("PY-19") }, &receipt, &signal));
    as(t, h, arena_z(&c->mem, one_value(h, "SELECT office FROM signal_row WHERE id = $1", signal)));
    OK(c, signal_triage(c, signal, STR("orange"), (struct str){ 0 }));
    OK(c, signal_open_case(c, signal, &(struct signal_case){ .title = STR("adolescente, casa particular"),
        .procedure = c->node->pack->procedures[0].id, .cl = true }, &id));
    OK(c, work_case(c, id, &k));
    CHECK_STR(k.owner, HERE);
    return k;
}

static struct str person_in(struct t *t, struct house_t *h, const struct work_case *k)
{
    static const char *const v[][2] = { { "code", "P77" }, { "first_name", "Ysapy" }, { "second_name", "Inventada Prueba" },
        { "age_years", "14" }, { "sex", "female" }, { "role", "affected" } };
    struct answers a = { 0 };
    struct str id = { 0 };
    for (size_t i = 0; i < COUNT_OF(v); i++)
        (void)answers_put(&h->c.mem, &a, str_c(v[i][0]), str_c(v[i][1]));
    as(t, h, HERE);
    OK(&h->c, kind_save(&h->c, k, kind_find(STR("person")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
    return id;
}

static int post(struct t *t, struct house_t *h, struct str token, struct str path, const char *name, const char *value)
{
    struct got g;
    h->c.who = NULL;
    OK(&h->c, session_resume(&h->c, token));
    const struct sent form[] = { { STR("token"), form_token(&h->c) }, { str_c(name), str_c(value) },
                                 { STR("reason"), STR("Riesgo de vida esta noche") } };
    web_ask(h, token, POST, path, form, 3, &g);
    int status = g.rs.status;
    got_end(&g);
    h->c.who = NULL;
    return status;
}

/* What one GET brought: its status, whether it was given again, its bytes. */
struct seen { int status; bool again; struct str body; };

static struct seen see_in(struct house_t *h, struct str token, const char *lang, struct str path)
{
    struct reuse_stats before, after;
    struct seen s;
    struct ctx c;
    struct response rs;
    ctx_init(&c, 64 << 20);
    c.node = h->c.node;
    c.db = h->c.db;
    c.now_us = h->c.now_us;
    c.lang = STR("es");
    struct request rq = { .method = GET, .path = path, .session = token, .lang = str_c(lang) };
    reuse_stats(c.node->reuse, &before);
    (void)web_run(&c, &rq, token, &rs);
    reuse_stats(c.node->reuse, &after);
    s.status = rs.status;
    s.again = after.given > before.given;
    s.body = arena_dup(&h->c.mem, rs.body.n ? rs.body : buf_str(&rs.out.b));
    c.db = NULL;
    ctx_done(&c);
    return s;
}

static struct seen see(struct house_t *h, struct str token, struct str path)
{
    return see_in(h, token, "", path);
}

/* Twice, so that the second is given again. */
static struct seen warm(struct t *t, struct house_t *h, struct str token, struct str path)
{
    (void)see(h, token, path);
    struct seen s = see(h, token, path);
    CHECK_EQ(s.status, 200);
    CHECK(s.again);
    return s;
}

/* ---- what is given again is what would be made anew -------------------------------------------- */

static void same_on(struct t *t, struct house_t *h)
{
    struct work_case k = new_case(t, h);
    (void)person_in(t, h, &k);
    struct str token = signed_in(t, h, HERE);
    const struct str paths[] = { STR("/work"), STR("/cases"), PATH(STR("/case/"), k.id) };
    struct reuse *reuse = h->c.node->reuse;
    size_t keys, all = 0;
    int64_t before, after, folded;
    OK(&h->c, ledger_last(&h->c, &before, &folded));
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct seen first = see(h, token, paths[i]), second = see(h, token, paths[i]), third = see(h, token, paths[i]);
        CHECK(!first.again && second.again && third.again && second.body.n > 1000);
        CHECK(same_but_keys(first.body, second.body, &keys));
        CHECK(same_but_keys(second.body, third.body, &keys));       /* no key twice */
        all += keys;
        struct got g;
        h->c.node->reuse = NULL;
        web_ask(h, token, GET, paths[i], NULL, 0, &g);
        h->c.node->reuse = reuse;
        CHECK(same_but_keys(g.body, third.body, &keys));
        got_end(&g);
    }
    CHECK(all > 0);
    OK(&h->c, ledger_last(&h->c, &after, &folded));
    CHECK_EQ(after, before);            /* nothing is written by reading these, so nothing is left unwritten */
    h->c.now_us += MINUTE;
    CHECK(!see(h, token, paths[0]).again);                          /* it tells times */
    h->c.now_us -= 2 * MINUTE;
    CHECK(!see(h, token, paths[0]).again);                          /* nor before it was made */
}

static struct str unzipped(struct ctx *c, struct str z)
{
    z_stream s = { .next_in = (unsigned char *)(uintptr_t)z.p, .avail_in = (uInt)z.n };
    struct str out = { NEW_N(&c->mem, char, 1 << 20), 0 };
    if (inflateInit2(&s, 15 + 16) != Z_OK)
        return out;
    s.next_out = (unsigned char *)(uintptr_t)out.p;
    s.avail_out = 1 << 20;
    int rc = inflate(&s, Z_FINISH);             /* checks length and checksum */
    out.n = rc == Z_STREAM_END && s.avail_in == 0 ? s.total_out : 0;
    (void)inflateEnd(&s);
    return out;
}

/* What goes out compressed is the page of this answer, with its own keys. */
static void zipped_on(struct t *t, struct house_t *h)
{
    struct work_case k = new_case(t, h);
    (void)person_in(t, h, &k);
    struct str token = signed_in(t, h, HERE), path = PATH(STR("/case/"), k.id), before = { 0 };
    size_t keys = 0, sizes = 0, was = 0;
    (void)warm(t, h, token, path);
    for (int i = 0; i < 24; i++) {
        struct ctx c;
        struct response rs;
        struct request rq = { .method = GET, .path = path, .session = token, .zip = true };
        ctx_init(&c, 8 << 20);
        c.node = h->c.node;
        c.db = h->c.db;
        c.now_us = h->c.now_us;
        (void)web_run(&c, &rq, token, &rs);
        struct str page = unzipped(&h->c, rs.gzip);
        CHECK(rs.gzip.n > 500 && rs.gzip.n < rs.body.n / 2);
        CHECK(page.n && str_eq(page, rs.body));
        CHECK(!before.n || same_but_keys(before, page, &keys));
        sizes += was && was != rs.gzip.n;
        was = rs.gzip.n;
        before = page;
        c.db = NULL;
        ctx_done(&c);
    }
    CHECK(keys > 0);
    CHECK(sizes > 8);                           /* forms there are; the size is blurred */
}

/* ---- rights -------------------------------------------------------------------------------------- */

static void consent_on(struct t *t, struct house_t *h)
{
    static const struct str fields[] = { STR_INIT("first_name") };
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct str person = person_in(t, h, &k), id = { 0 }, path = PATH(STR("/case/"), k.id);
    struct consent *s;
    size_t n;
    OK(c, referral_send(c, &(struct referral_new){ .case_id = k.id, .need = STR("health"), .to_office = STR(THERE),
        .asked = STR("Atención médica"), .fields = fields, .fields_n = 1, .person = person, .basis = STR("consent"),
        .given_by = STR("person"), .assent = STR("adult"), .words = STR("Acepta") }, &id));
    struct str token = signed_in(t, h, THERE);
    CHECK_EQ(see(h, token, path).status, 404);
    as(t, h, THERE);
    OK(c, referral_accept(c, id, STR("La esperamos")));
    CHECK(holds(warm(t, h, token, path).body, k.code));
    CHECK(holds(warm(t, h, token, STR("/cases")).body, k.code));
    as(t, h, HERE);
    OK(c, consent_list(c, &k, &s, &n));
    OK(c, consent_withdraw(c, k.id, s[0].id, STR("Ya no quiere")));
    CHECK_EQ(see(h, token, path).status, 404);
    CHECK_EQ(see(h, token, path).status, 404);
    CHECK(!holds(see(h, token, STR("/cases")).body, k.code));
}

/* Given for an hour: over at its second, whatever the minute. */
static void glass_on(struct t *t, struct house_t *h)
{
    struct work_case k = new_case(t, h);
    struct str token = signed_in(t, h, THERE), path = PATH(STR("/case/"), k.id);
    h->c.now_us += 20 * US_PER_S;                       /* not at the turn of a minute */
    CHECK_EQ(see(h, token, path).status, 404);
    CHECK_EQ(post(t, h, token, PATH(STR("/emergency/"), k.code), "which", "protection"), 303);
    int64_t end = h->c.now_us + BREAK_MINUTES * MINUTE;
    CHECK(holds(warm(t, h, token, path).body, k.code));
    h->c.now_us = end - 15 * US_PER_S;
    token = signed_in(t, h, THERE);                     /* hers locked meanwhile */
    CHECK(holds(warm(t, h, token, path).body, k.code));
    CHECK(holds(warm(t, h, token, STR("/cases")).body, k.code));
    h->c.now_us = end - 1;
    CHECK(see(h, token, path).again);
    h->c.now_us = end + 1;
    CHECK_EQ(see(h, token, path).status, 404);
    CHECK(!holds(see(h, token, STR("/cases")).body, k.code));
}

static void opened_on(struct t *t, struct house_t *h)
{
    struct work_case k = new_case(t, h);
    (void)person_in(t, h, &k);
    struct str token = signed_in(t, h, HERE), other = signed_in(t, h, HERE), path = PATH(STR("/case/"), k.id);
    h->c.now_us += 20 * US_PER_S;
    CHECK(!holds(warm(t, h, token, path).body, STR("Ysapy")));
    CHECK_EQ(post(t, h, token, PATH(STR("/dossier/"), k.protection, STR("/open")), "purpose", "contact"), 303);
    int64_t end = h->c.now_us + OPEN_MINUTES * MINUTE;
    CHECK(holds(warm(t, h, token, path).body, STR("Ysapy")));
    CHECK(!holds(see(h, other, path).body, STR("Ysapy")));          /* the same officer at another desk */
    CHECK_EQ(post(t, h, token, PATH(STR("/dossier/"), k.protection, STR("/close")), "x", ""), 303);
    CHECK(!holds(see(h, token, path).body, STR("Ysapy")));
    h->c.now_us += US_PER_S;
    CHECK_EQ(post(t, h, token, PATH(STR("/dossier/"), k.protection, STR("/open")), "purpose", "contact"), 303);
    end += US_PER_S;
    CHECK(holds(warm(t, h, token, path).body, STR("Ysapy")));
    for (h->c.now_us = end - 4 * MINUTE; h->c.now_us < end - 10 * US_PER_S; h->c.now_us += MINUTE)
        CHECK(holds(see(h, token, path).body, STR("Ysapy")));
    h->c.now_us = end - 10 * US_PER_S;
    CHECK(holds(warm(t, h, token, path).body, STR("Ysapy")));
    h->c.now_us = end + 1;
    CHECK(!holds(see(h, token, path).body, STR("Ysapy")));
}

/* ---- sessions, languages --------------------------------------------------------------------------- */

static void sessions_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct str path = PATH(STR("/case/"), k.id), token = signed_in(t, h, HERE);
    struct str far = signed_in(t, h, OTHER), twin = signed_in(t, h, HERE);
    CHECK(holds(warm(t, h, token, path).body, k.code));
    CHECK(!see(h, twin, path).again);                                /* not even one officer's two sessions share */
    CHECK(warm(t, h, token, STR("/work")).again);
    CHECK(!see(h, far, STR("/work")).again);                         /* two officers never do */
    CHECK_EQ(see(h, far, path).status, 404);
    CHECK_EQ(see(h, (struct str){ 0 }, path).status, 303);           /* nor nobody with somebody */
    struct seen es = warm(t, h, token, STR("/work")), en = see_in(h, token, "en", STR("/work"));
    CHECK(!en.again && !str_eq(es.body, en.body) && holds(en.body, STR("lang=\"en\"")));
    CHECK(holds(see(h, token, STR("/work")).body, STR("lang=\"es\"")));

    CHECK_EQ(post(t, h, token, STR("/lock"), "x", ""), 303);         /* locked by hand */
    CHECK_EQ(see(h, token, path).status, 303);
    c->who = NULL;
    OK(c, session_unlock(c, token, STR(HOUSE_PASSWORD)));
    CHECK(!see(h, token, path).again);                               /* wiped */
    c->now_us += (LOCK_MINUTES + 1) * MINUTE;                        /* locked by time */
    CHECK_EQ(see(h, token, path).status, 303);

    token = signed_in(t, h, HERE);
    CHECK(holds(warm(t, h, token, path).body, k.code));
    CHECK_EQ(post(t, h, token, STR("/sign-out"), "x", ""), 303);
    CHECK_EQ(see(h, token, path).status, 303);

    token = signed_in(t, h, HERE);
    CHECK(holds(warm(t, h, token, path).body, k.code));
    c->who = officer_machine(c);
    OK(c, officer_disable(c, STR(HERE), true));                      /* revoked by the administration */
    CHECK_EQ(see(h, token, path).status, 303);
}

static void roles_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct str path = PATH(STR("/case/"), k.id), token = signed_in(t, h, HERE);
    struct draft *d;
    CHECK(holds(warm(t, h, token, path).body, k.code));
    struct str id = one_value(h, "SELECT id FROM officer WHERE login = $1", STR(HERE));
    struct str directory = one_value(h, "SELECT id FROM dossier WHERE kind = $1", STR("directory"));
    c->who = officer_machine(c);
    OK(c, draft_begin(c, STR("directory"), "directory.edit", &d));   /* another office from now on */
    draft_in(d, directory);
    draft_set(d, "officer", id, "office", STR("salud-central"));
    draft_set(d, "officer", id, "roles", STR("service"));
    OK(c, draft_commit(c, d));
    CHECK(!see(h, token, path).again);                               /* asked again, as her session says */
    session_end_all_of(c, id);
    CHECK_EQ(see(h, token, path).status, 303);
    c->who = NULL;
    OK(c, session_begin(c, STR(HERE), STR(HOUSE_PASSWORD), (struct str){ 0 }, STR("peer-ok"), &token));
    CHECK(see(h, token, path).status != 200);
}

/* ---- writes, here and elsewhere ----------------------------------------------------------------------- */

static void writes_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c, other;
    struct work_case k = new_case(t, h);
    struct str token = signed_in(t, h, HERE), path = PATH(STR("/case/"), k.id);
    CHECK(!holds(warm(t, h, token, path).body, STR("Llamar a la abuela")));
    as(t, h, HERE);
    OK(c, obligation_add(c, k.id, STR("Llamar a la abuela"), STR("intake"), STR(HERE), c->now_us + HOUR, STR("Acordado")));
    struct seen s = see(h, token, path);
    CHECK(!s.again && holds(s.body, STR("Llamar a la abuela")));
    CHECK(warm(t, h, token, path).again);
    ctx_init(&other, 8 << 20);          /* whoever else folds moves the same number in the same database */
    other.node = c->node;
    OK(&other, db_open(&other, db_is_pg(c->db) ? str_c(h->place.url)
                                : str_join(&other.mem, STR("sqlite:"), h->cfg.data, STR("/tables.db")), false, &other.db));
    OK(&other, db_exec(&other, "UPDATE fold_state SET v = v + 1 WHERE k = 'folded'", NO_ARGS));
    CHECK(!see(h, token, path).again);
    OK(&other, db_exec(&other, "UPDATE fold_state SET v = v - 1 WHERE k = 'folded'", NO_ARGS));
    db_close(other.db);
    other.db = NULL;
    ctx_done(&other);
}

/* ---- a change elsewhere -------------------------------------------------------------------------------- */

static struct str some_step(struct ctx *c, const struct work_case *k, size_t i)
{
    struct obligation *o = NULL;
    size_t n = 0;
    struct fault before = c->fault;
    if (obligation_of_case(c, k->id, &o, &n) != ERR_OK)
        n = 0;
    c->fault = before;
    for (size_t at = 0; at < n; at++)            /* one that is due, when there is one */
        if (str_is(o[(i + at) % n].state, "due"))
            return o[(i + at) % n].id;
    return n ? o[i % n].id : (struct str){ 0 };
}

static void elsewhere_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case mine = new_case(t, h), other = new_case(t, h);
    struct str token = signed_in(t, h, HERE), path = PATH(STR("/case/"), mine.id), else_ = PATH(STR("/case/"), other.id);
    bool fine = !db_is_pg(c->db);       /* there, any change makes every page anew */
    (void)warm(t, h, token, path);
    (void)warm(t, h, token, else_);
    as(t, h, HERE);
    OK(c, obligation_pause(c, some_step(c, &other, 0), STR("medida")));
    CHECK(see(h, token, path).again == fine);
    CHECK(!see(h, token, else_).again);
    as(t, h, HERE);
    OK(c, obligation_add(c, mine.id, STR("Llamar a la abuela"), STR("intake"), STR(HERE), c->now_us + HOUR, STR("Acordado")));
    CHECK(!see(h, token, path).again && see(h, token, else_).again == fine);
    CHECK(warm(t, h, token, STR("/work")).again);
    (void)new_case(t, h);                /* in another dossier; the count of the tab is hers, too */
    struct seen s = see(h, token, path);
    CHECK(s.status == 200);
}

/* One act of anybody on any of some cases; many are refused, which is as good. */
static enum err some_act(struct house_t *h, const struct work_case *k, uint64_t dice, struct str *referral)
{
    static const char *const offices[] = { HERE, THERE, OTHER };
    static const struct str fields[] = { STR_INIT("first_name") };
    struct ctx *c = &h->c;
    struct str step = some_step(c, k, dice / 100), to = str_c(offices[dice / 7 % 3]);
    struct str dossier = dice / 11 % 2 ? k->route : k->protection;
    struct consent *s;
    struct draft *d;
    size_t n;
    switch (dice % 12) {
    case 0: return obligation_pause(c, step, STR("medida"));
    case 1: return obligation_resume(c, step);
    case 2: return obligation_add(c, k->id, STR("Llamar"), STR("intake"), to, c->now_us + HOUR, STR("Acordado"));
    case 3: return obligation_assign(c, step, c->who->id);
    case 4:
        TRY(draft_begin(c, k->id, "grant.give", &d));
        draft_in(d, dossier);
        (void)grant_add(c, d, dossier, to, LEVEL_READ, "order", c->now_us + (int64_t)(dice % 90) * US_PER_S, (struct str){ 0 });
        return draft_commit(c, d);
    case 5: {
        TRY(draft_begin(c, k->id, "grant.end", &d));
        draft_in(d, dossier);
        enum err e = grant_withdraw(c, d, dossier, to, "order");
        return e ? (draft_drop(d), e) : draft_commit(c, d);
    }
    case 6: return referral_send(c, &(struct referral_new){ .case_id = k->id, .need = STR("health"), .to_office = STR(THERE),
                       .asked = STR("Atención"), .fields = fields, .fields_n = 1, .basis = STR("consent"),
                       .given_by = STR("person"), .assent = STR("adult"), .words = STR("Acepta") }, referral);
    case 7: return referral_accept(c, *referral, STR("La esperamos"));
    case 8:
        TRY(consent_list(c, k, &s, &n));
        return n ? consent_withdraw(c, k->id, s[dice / 13 % n].id, STR("Ya no quiere")) : ERR_OK;
    case 9: return access_break_glass(c, dossier, STR("Riesgo de vida esta noche"));
    case 10:
        TRY(draft_begin(c, k->id, "case.edit", &d));
        draft_in(d, k->route);
        draft_set(d, "case", k->id, "title", dice / 17 % 2 ? STR("un título") : STR("otro título"));
        return draft_commit(c, d);
    default: return obligation_done(c, step, NULL, STR("Hecho"));
    }
}

/* Whatever happens, what is given is what would be made. */
static void anything_on(struct t *t, struct house_t *h)
{
    static const char *const offices[] = { HERE, THERE, OTHER };
    enum { CASES = 3, ACTS = 70, PATHS = CASES + 2 };
    struct ctx *c = &h->c;
    struct reuse *reuse = c->node->reuse;
    struct reuse_stats stats;
    struct work_case k[CASES];
    struct str token[COUNT_OF(offices)], paths[PATHS] = { STR_INIT("/work"), STR_INIT("/cases") }, referral = { 0 };
    uint64_t seed = 5;
    size_t keys, done = 0;
    c->now_us += (MINUTE - c->now_us % MINUTE) % MINUTE + US_PER_S / 2;
    for (size_t i = 0; i < CASES; i++) {
        k[i] = new_case(t, h);
        (void)person_in(t, h, &k[i]);
        paths[2 + i] = PATH(STR("/case/"), k[i].id);
    }
    for (size_t i = 0; i < COUNT_OF(offices); i++)
        token[i] = signed_in(t, h, offices[i]);
    for (int act = 0; act < ACTS; act++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        as(t, h, offices[(seed >> 40) % 3]);
        done += some_act(h, &k[(seed >> 50) % CASES], seed >> 33, &referral) == ERR_OK;
        c->fault = (struct fault){ 0 };
        c->now_us += US_PER_S / 2;
        for (size_t i = 0; i < COUNT_OF(offices); i++)
            for (size_t p = 0; p < PATHS; p++) {
                struct got g;
                c->who = NULL;
                struct seen s = see(h, token[i], paths[p]);
                c->node->reuse = NULL;
                web_ask(h, token[i], GET, paths[p], NULL, 0, &g);
                c->node->reuse = reuse;
                CHECK_EQ(s.status, g.rs.status);
                CHECK(same_but_keys(s.body, g.body, &keys) || str_eq(s.body, g.body));
                got_end(&g);
            }
    }
    reuse_stats(reuse, &stats);
    CHECK(done > ACTS / 4);
    CHECK(db_is_pg(c->db) || stats.later > ACTS * 3);
    printf("# %zu of %d acts happened; given again %lld times, of which after another change %lld; made %lld\n", done, (int)ACTS,
           (long long)stats.given, (long long)stats.later, (long long)stats.kept);
}

/* ---- memory ---------------------------------------------------------------------------------------------- */

static void memory_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = new_case(t, h);
    struct str token = signed_in(t, h, HERE), other = signed_in(t, h, OTHER);
    struct str path = PATH(STR("/case/"), k.id);
    struct reuse_stats s;
    for (int i = 0; i < 2000; i++) {    /* addresses that differ: more than there is room for */
        char q[64];
        struct ctx one;
        struct response rs;
        (void)snprintf(q, sizeof q, "%d", i);
        const struct sent query = { STR("nothing"), str_c(q) };
        struct request rq = { .method = GET, .path = path, .session = token, .query = &query, .query_n = 1 };
        ctx_init(&one, 8 << 20);
        one.node = c->node;
        one.db = c->db;
        one.now_us = c->now_us;
        (void)web_run(&one, &rq, token, &rs);
        CHECK_EQ(rs.status, 200);
        one.db = NULL;
        ctx_done(&one);
    }
    reuse_stats(c->node->reuse, &s);
    CHECK(s.kept >= 2000 && s.bytes <= REUSE_BYTES && s.most_bytes <= REUSE_BYTES && s.bytes > REUSE_BYTES / 2);
    CHECK(see(h, other, STR("/work")).status == 200);
    CHECK(see(h, other, STR("/work")).again);
    CHECK_EQ(post(t, h, token, STR("/lock"), "x", ""), 303);
    reuse_stats(c->node->reuse, &s);
    CHECK(s.bytes > 0 && s.bytes < 200 * 1024);          /* hers are gone, the other's is there */
    reuse_sweep(c->node->reuse, c->now_us + 2 * MINUTE);
    reuse_stats(c->node->reuse, &s);
    CHECK_EQ(s.bytes, 0);
}

/* ---- on both engines ---------------------------------------------------------------------------------------- */

/* As the command line does while the program serves: it cannot reach our sessions. */
static void by_another(struct t *t, struct house_t *h, struct str login, bool disable)
{
    struct node other = *h->c.node, *mine = h->c.node;
    other.access = NULL;
    h->c.who = officer_machine(&h->c);
    h->c.node = &other;
    if (disable)
        OK(&h->c, officer_disable(&h->c, login, true));
    else
        OK(&h->c, officer_set_password(&h->c, login, STR("otra clave inventada")));
    h->c.node = mine;
    h->c.who = NULL;
}

static void taken_on(struct t *t, struct house_t *h)
{
    for (int disable = 0; disable < 2; disable++) {
        const char *office = disable ? THERE : HERE;
        struct str token = signed_in(t, h, office), other = signed_in(t, h, disable ? OTHER : THERE);
        (void)warm(t, h, token, STR("/work"));
        (void)warm(t, h, other, STR("/work"));
        by_another(t, h, str_c(office), disable);
        CHECK_EQ(see(h, token, STR("/work")).status, 303);
        CHECK_EQ(see(h, token, STR("/cases")).status, 303);
        CHECK_EQ(see(h, token, STR("/work")).status, 303);
        CHECK_EQ(see(h, other, STR("/work")).status, 200);
    }
}

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
BOTH(same) BOTH(zipped) BOTH(consent) BOTH(glass) BOTH(opened) BOTH(sessions) BOTH(roles) BOTH(writes) BOTH(memory)
BOTH(elsewhere) BOTH(anything) BOTH(taken)

static const struct t_case cases[] = {
    { "given again is what would be made anew, with other form keys", same },
    { "compressed once: the same page, fresh keys, a blurred size", zipped },
    { "consent withdrawn: the next request of the receiver is refused", consent },
    { "broken glass ends at its second", glass },
    { "opened identities: for this session, until closed, until their end", opened },
    { "officers, sessions and languages never share; lock, sign-out and revocation end it", sessions },
    { "another role, another office", roles },
    { "disabled or given another password by another process: the session is over", taken },
    { "a write here or elsewhere makes it anew", writes },
    { "a change in another case leaves a page as it is, one in its own does not", elsewhere },
    { "whatever anybody does, what is given is what would be made", anything },
    { "so much memory and no more, wiped", memory },
};
T_MAIN(cases)
