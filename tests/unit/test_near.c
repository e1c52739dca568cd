/* test_near.c - the same place and matter told again: seen, linked, put into one case,
 * taken out again; and who tells is compared with nothing. */
#include "case_t.h"

#include "page/names.h"
#include "signal/near.h"
#include "things/things.h"

struct told { const char *what, *where, *signs, *phone; };

static struct str tell(struct t *t, struct house_t *h, const char *territory, const struct told *s, struct str *receipt)
{
    const char *const v[][2] = { { "what", s->what }, { "where_text", s->where }, { "signs", s->signs },
        { "contact_wanted", s->phone ? "yes" : "no" }, { "contact_phone", s->phone }, { "who_works", "below_minimum_age" } };
    struct answers a = { 0 };
    struct str r, id = { 0 };
    h->c.who = NULL;
    for (size_t i = 0; i < COUNT_OF(v); i++)
        if (v[i][1])
            (void)answers_put(&h->c.mem, &a, str_c(v[i][0]), str_c(v[i][1]));
    OK(&h->c, signal_receive(&h->c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a,
        .territory = str_c(territory) }, receipt ? receipt : &r, &id));
    return id;
}

static const struct told kiln = { "Niños en los ladrillos", "Olería detrás del puente Tebicuary, camino a Coronel Martínez", "hazards violence", NULL };
static const struct told kiln2 = { "Trabajan chicos de noche", "la oleria de Coronel Martinez cerca del puente tebicuari", "hazards", NULL };
static const struct told kiln3 = { "Hay criaturas cargando", "Ladrillería pasando el puente Tebicuary, galpón azul", "hazards", NULL };
static const struct told ranch = { "Peones sin papeles", "Estancia La Paloma, km 45 ruta Transchaco", "documents_kept", NULL };
static const struct told home = { "Una nena", "Casa de familia en barrio San Roque", "third_household", NULL };

static struct near_signal *seen(struct t *t, struct house_t *h, const char *office, struct str id, size_t *n)
{
    struct signal s;
    struct near_signal *v = NULL;
    *n = 0;
    as(t, h, office);
    OK(&h->c, signal_get(&h->c, id, &s));
    OK(&h->c, near_list(&h->c, &s, &v, n));
    return v;
}

static const struct near_signal *row_of_id(const struct near_signal *v, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].s.id, id))
            return &v[i];
    return NULL;
}

/* The words of places: what finds, and what does not. */
static void words_of_places(struct t *t)
{
    static const struct { const char *where, *words, *kind; } rows[] = {
        { "Olería detrás del puente Tebicuary, camino a Coronel Martínez", "tebicuary coronel martinez", "brick_kiln" },
        { "una casa cerca de la escuela, no sé el nombre", "", "" },
        { "Estancia La Paloma, km 45 ruta Transchaco", "paloma 45 transchaco", "ranch" },
        { "Behind the market in Gbarnga", "gbarnga", "shop" },
    };
    struct ctx c;
    struct node none = { 0 };
    struct pack p = { .country = STR("PY") };
    struct near_room room;
    ctx_init(&c, 1 << 20);
    c.node = &none;
    none.pack = &p;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answers a = { 0 };
        struct match_record m;
        (void)answers_put(&c.mem, &a, STR("where_text"), str_c(rows[i].where));
        (void)answers_put(&c.mem, &a, STR("contact_phone"), STR("0981 123456"));
        CHECK_EQ(near_record(&c, &a, (struct str){ 0 }, &room, &m), *rows[i].words != 0);
        CHECK_STR(m.full, rows[i].words);
        CHECK_STR(m.extra, rows[i].kind);
        for (size_t k = 0; k < MATCH_PHONES; k++)
            CHECK_EQ(m.phones[k].n, 0);                         /* who tells is never compared */
        CHECK(!m.given.n && !m.surname.n && !m.email.n && !m.ids[0].value.n);
    }
    c.node = NULL;
    ctx_done(&c);
}

static void found_on(struct t *t, struct house_t *h)
{
    size_t n;
    struct str a = tell(t, h, "PY-4", &kiln, NULL);
    (void)tell(t, h, "PY-4", &ranch, NULL);
    struct str x = tell(t, h, "PY-4", &home, NULL);
    h->c.now_us += 10 * 24 * HOUR;
    struct str b = tell(t, h, "PY-4", &kiln2, NULL), d = tell(t, h, "PY-4", &kiln3, NULL);
    struct str far = tell(t, h, "PY-19", &kiln, NULL);          /* the same words, another department */
    const struct near_signal *v = seen(t, h, THERE, b, &n), *first = row_of_id(v, n, a);
    CHECK_EQ(n, 2);
    CHECK(first && row_of_id(v, n, d) && !row_of_id(v, n, far) && !row_of_id(v, n, b));
    if (first) {
        CHECK(first->mbits >= 0);
        CHECK_STR(first->kind, "brick_kiln");
        CHECK_STR(first->signs, "hazards");
        CHECK(holds(first->words, STR("martinez")) && first->district);
    }
    v = seen(t, h, THERE, d, &n);
    CHECK(row_of_id(v, n, a) && row_of_id(v, n, b));
    (void)seen(t, h, THERE, x, &n);
    CHECK_EQ(n, 0);
    struct str token = signed_in(t, h, THERE);
    CHECK(page_holds(t, h, token, PATH(STR("/signal/"), b), STR("Ya lo cont")));
    CHECK(page_holds(t, h, token, PATH(STR("/signal/"), b), STR("Oler")));
    CHECK(!page_holds(t, h, token, PATH(STR("/signal/"), x), STR("Ya lo cont")));
    CHECK_EQ(post(t, h, signed_in(t, h, HERE), PATH(STR("/signal/"), far, STR("/same/"), a), "x", ""), 404);   /* not hers */
    (void)seen(t, h, HERE, far, &n);
    CHECK_EQ(n, 0);
    h->c.now_us += 181 * 24 * HOUR;                             /* another season */
    struct str late = tell(t, h, "PY-4", &kiln2, NULL);
    (void)seen(t, h, THERE, late, &n);
    CHECK_EQ(n, 0);
    /* Opened again, the index is filled from the tables. */
    house_close(&h->c, h->house);
    CHECK(house_reopen(t, h));
    for (int i = 0; i < 500 && !things_ready(&h->c); i++)
        (void)usleep(10000);
    v = seen(t, h, THERE, b, &n);
    CHECK(row_of_id(v, n, a) && row_of_id(v, n, d));
}

/* Another program on the same ledger takes a signal; the page of ours sees it, and
 * what it says when it is written anew. */
static void elsewhere_on(struct t *t, struct house_t *h)
{
    static const char *const anew[][2] = { { "what", "Otra cosa" }, { "where_text", "Estancia La Paloma" } };
    struct house_t other = { .cfg = h->cfg };
    struct answers a = { 0 };
    struct draft *d;
    size_t n;
    struct str first = tell(t, h, "PY-4", &kiln, NULL);
    ctx_init(&other.c, 64 << 20);
    CHECK(house_reopen(t, &other));
    other.c.now_us = HOUSE_START;
    struct str second = tell(t, &other, "PY-4", &kiln2, NULL);
    const struct near_signal *v = seen(t, h, THERE, first, &n);
    CHECK(row_of_id(v, n, second));
    for (size_t i = 0; i < COUNT_OF(anew); i++)
        (void)answers_put(&other.c.mem, &a, str_c(anew[i][0]), str_c(anew[i][1]));
    OK(&other.c, draft_begin(&other.c, second, "test.anew", &d));
    OK(&other.c, signal_revise(&other.c, d, second, &a));
    OK(&other.c, draft_commit(&other.c, d));
    (void)seen(t, h, THERE, first, &n);
    CHECK_EQ(n, 0);
    house_close(&other.c, other.house);
    ctx_done(&other.c);
}

/* The same telephone in two signals is nobody's business. */
static void reporter_on(struct t *t, struct house_t *h)
{
    size_t n;
    const struct told one = { "Algo", "Estancia La Paloma", "violence", "0981 555444" }, two = { "Otra cosa", "Mercado Guasu", "hazards", "0981 555444" };
    (void)tell(t, h, "PY-4", &one, NULL);
    struct str b = tell(t, h, "PY-4", &two, NULL);
    (void)seen(t, h, THERE, b, &n);
    CHECK_EQ(n, 0);
}

static struct signal now(struct t *t, struct house_t *h, struct str id)
{
    struct signal s = { .id = { 0 } };
    as(t, h, THERE);
    OK(&h->c, signal_get(&h->c, id, &s));
    return s;
}

#define LINKS "SELECT count(*) FROM signal_link"

static void linked_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str receipt, case_id;
    struct signal_public pub;
    struct str a = tell(t, h, "PY-4", &kiln, NULL), b = tell(t, h, "PY-4", &kiln2, &receipt), d = tell(t, h, "PY-4", &kiln3, NULL);
    struct str there = signed_in(t, h, THERE);
    /* Two that wait: a link and nothing else. */
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), d, STR("/same/"), a), "x", ""), 303);
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), a, STR("/same/"), d), "x", ""), 409);
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), a, STR("/same/"), a), "x", ""), 404);
    CHECK_EQ(COUNT_ROWS(h, LINKS, NO_ARGS), 1);
    CHECK(!now(t, h, d).case_id.n);
    as(t, h, THERE);
    OK(c, signal_open_case(c, a, &(struct signal_case){ .title = STR("olería"), .procedure = c->node->pack->procedures[0].id, .cl = true }, &case_id));
    /* The later one goes into the case of the earlier one, at once. */
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), b, STR("/same/"), a), "x", ""), 303);
    CHECK(str_eq(now(t, h, b).case_id, case_id) && str_is(now(t, h, b).state, "acted"));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE what = 'joined' AND case_id = $1", ARGS(TEXT(case_id))), 1);
    CHECK(page_holds(t, h, there, PATH(STR("/case/"), case_id), PATH(STR("/signal/"), b)));
    CHECK(page_holds(t, h, there, PATH(STR("/signal/"), a), STR("El mismo asunto")));      /* seen from both sides */
    CHECK(page_holds(t, h, there, PATH(STR("/signal/"), b), STR("El mismo asunto")));
    c->who = NULL;
    OK(c, signal_by_receipt(c, receipt, STR("peer-ok"), &pub));
    CHECK(str_eq(pub.id, b));
    CHECK_STR(pub.state, "acted");
    /* What was linked before the case was opened follows by a button, from either side. */
    struct str link = one_value(h, "SELECT id FROM signal_link WHERE a = $1", d);
    CHECK(page_holds(t, h, there, PATH(STR("/signal/"), d), PATH(link, STR("/join"))));
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), d, STR("/link/"), link, STR("/join")), "x", ""), 303);
    CHECK(str_eq(now(t, h, d).case_id, case_id));
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), d, STR("/link/"), link, STR("/join")), "x", ""), 409);
    OK(c, ledger_rebuild(c, c->node->ledger));
    CHECK_EQ(COUNT_ROWS(h, LINKS, NO_ARGS), 2);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM signal_row WHERE case_id = $1", ARGS(TEXT(case_id))), 3);
    /* Undone, it waits again; nobody else's doing is touched. */
    struct str lb = one_value(h, "SELECT id FROM signal_link WHERE a = $1", b);
    CHECK_EQ(post(t, h, signed_in(t, h, HERE), PATH(STR("/signal/"), b, STR("/link/"), lb, STR("/undo")), "x", ""), 404);
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), d, STR("/link/"), lb, STR("/undo")), "x", ""), 404);   /* not its link */
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), b, STR("/link/"), lb, STR("/undo")), "x", ""), 303);
    CHECK(!now(t, h, b).case_id.n && str_is(now(t, h, b).state, "received"));
    CHECK(now(t, h, b).due_us < INT64_MAX);
    CHECK_EQ(COUNT_ROWS(h, LINKS, NO_ARGS), 1);
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), b, STR("/link/"), lb, STR("/undo")), "x", ""), 404);
    OK(c, ledger_rebuild(c, c->node->ledger));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM signal_row WHERE case_id = $1", ARGS(TEXT(case_id))), 2);
    CHECK(!now(t, h, b).case_id.n);
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), b, STR("/same/"), a), "x", ""), 303);
    CHECK(str_eq(now(t, h, b).case_id, case_id));
}

/* The case is in other hands: its office reads what comes into it, until it is taken out. */
static void other_owner_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str a = tell(t, h, "PY-4", &kiln, NULL), b = tell(t, h, "PY-4", &kiln2, NULL), case_id;
    struct work_case k;
    struct draft *d;
    as(t, h, THERE);
    OK(c, signal_open_case(c, a, &(struct signal_case){ .title = STR("olería"), .procedure = c->node->pack->procedures[0].id, .cl = true }, &case_id));
    OK(c, draft_begin(c, case_id, "test.give", &d));
    OK(c, work_case(c, case_id, &k));
    draft_in(d, k.route);
    draft_set(d, "case", case_id, "office", STR(HERE));
    (void)grant_add(c, d, k.route, STR(HERE), LEVEL_WRITE, "own", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    OK(c, work_case(c, case_id, &k));
    CHECK_STR(k.owner, HERE);
    struct str there = signed_in(t, h, THERE), here = signed_in(t, h, HERE);
    struct signal s = now(t, h, b);
    CHECK(!grant_exists(c, s.dossier, STR(HERE), LEVEL_READ));
    CHECK(page_holds(t, h, there, PATH(STR("/case/"), case_id), STR("Avisos de este caso")));
    CHECK(!page_holds(t, h, here, PATH(STR("/case/"), case_id), STR("Avisos de este caso")));   /* nor when it came */
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), b, STR("/same/"), a), "x", ""), 303);
    CHECK(grant_exists(c, s.dossier, STR(HERE), LEVEL_READ));
    CHECK(page_holds(t, h, here, PATH(STR("/case/"), case_id), STR("Avisos de este caso")));
    CHECK(page_holds(t, h, here, PATH(STR("/signal/"), b), STR("puente tebicuari")));
    struct str link = one_value(h, "SELECT id FROM signal_link WHERE a = $1", b);
    CHECK_EQ(post(t, h, here, PATH(STR("/signal/"), b, STR("/link/"), link, STR("/undo")), "x", ""), 404);   /* reads, no more */
    CHECK_EQ(post(t, h, there, PATH(STR("/signal/"), b, STR("/link/"), link, STR("/undo")), "x", ""), 303);
    CHECK(!grant_exists(c, s.dossier, STR(HERE), LEVEL_READ));
    CHECK(grant_exists(c, s.dossier, STR(THERE), LEVEL_WRITE));
}

/* A workplace of her own files; whoever looks after the child sees none. */
static void places_on(struct t *t, struct house_t *h)
{
    static const struct told same = { "Chicos de noche", "olería San Hipólito, pasando el arroyo", "hazards", NULL },
        other = { "Chicos de noche", "Estancia La Paloma", "hazards", NULL };
    const char *inspector = "mtess-villarrica";
    struct ctx *c = &h->c;
    struct work_case k = case_at(t, h, "PY-4", THERE), far = case_at(t, h, "PY-19", HERE);
    struct str place[2];
    struct near_place *v;
    struct signal s;
    size_t n;
    struct draft *d;
    as(t, h, inspector);
    c->who = officer_machine(c);
    OK(c, draft_begin(c, k.id, "test.give", &d));
    (void)grant_add(c, d, k.labour, str_c(inspector), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    (void)grant_add(c, d, far.labour, STR("mtess-filadelfia"), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    for (int i = 0; i < 2; i++) {
        struct answers a = { 0 };
        as(t, h, i ? "mtess-filadelfia" : inspector);
        (void)answers_put(&c->mem, &a, STR("name"), STR("Ladrillería San Hipólito S.R.L."));
        (void)answers_put(&c->mem, &a, STR("place_kind"), STR("brick_kiln"));
        (void)answers_put(&c->mem, &a, STR("employer"), STR("Celso Ficticio"));
        OK(c, kind_save(c, i ? &far : &k, kind_find(STR("workplace")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &place[i]));
    }
    struct str a = tell(t, h, "PY-4", &same, NULL), b = tell(t, h, "PY-4", &other, NULL);
    as(t, h, THERE);
    OK(c, draft_begin(c, a, "test.give", &d));
    (void)grant_add(c, d, now(t, h, a).dossier, str_c(inspector), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    (void)grant_add(c, d, now(t, h, b).dossier, str_c(inspector), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    as(t, h, inspector);
    OK(c, signal_get(c, a, &s));
    OK(c, near_places(c, &s, &v, &n));
    CHECK_EQ(n, 1);                                             /* the other one is not hers */
    CHECK(n == 1 && str_eq(v[0].id, place[0]) && str_is(v[0].kind, "brick_kiln") && holds(v[0].words, STR("hipolito")));
    OK(c, signal_get(c, b, &s));
    OK(c, near_places(c, &s, &v, &n));
    CHECK_EQ(n, 0);
    CHECK(page_holds(t, h, signed_in(t, h, inspector), PATH(STR("/signal/"), a), PATH(STR("/workplace/"), place[0])));
    CHECK(!page_holds(t, h, signed_in(t, h, THERE), PATH(STR("/signal/"), a), STR("/workplace/")));
    c->who = officer_machine(c);                                /* given one kind of a file: the page is there all the same */
    OK(c, draft_begin(c, k.id, "test.give", &d));
    (void)grant_add(c, d, k.labour, STR("mtess-filadelfia"), LEVEL_READ, "consent", 0, STR("inspection"));
    (void)grant_add(c, d, now(t, h, a).dossier, STR("mtess-filadelfia"), LEVEL_READ, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    struct str far_one = signed_in(t, h, "mtess-filadelfia");
    CHECK(page_holds(t, h, far_one, PATH(STR("/signal/"), a), PATH(STR("/workplace/"), place[1])));
    CHECK(!page_holds(t, h, far_one, PATH(STR("/signal/"), a), place[0]));
}

/* What the database or memory refuses is refused whole. */
static void refused_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str a = tell(t, h, "PY-4", &kiln, NULL), b = tell(t, h, "PY-4", &kiln2, NULL), case_id;
    as(t, h, THERE);
    OK(c, signal_open_case(c, a, &(struct signal_case){ .title = STR("olería"), .procedure = c->node->pack->procedures[0].id, .cl = true }, &case_id));
    for (int undo = 0; undo < 2; undo++)
        for (int memory = 0; memory < (h->place.pg ? 1 : 2); memory++) {
            long refused = 0, stride = 1;
            bool over = false;
            if (memory && !undo) {                              /* the statements' round has linked them */
                OK(c, near_undo(c, b, one_value(h, "SELECT id FROM signal_link WHERE a = $1", b)));
            } else if (memory) {
                bool joined;
                OK(c, near_same(c, b, a, &joined));
            }
            for (long n = 1; !over && n < 4000; n += stride) {
                bool joined = false;
                struct near_signal *v;
                size_t k = 0;
                struct signal s;
                struct str link = one_value(h, "SELECT id FROM signal_link WHERE a = $1", b);
                if (memory) {
                    c->mem.fail_at = c->mem.count + n;
                    stride = 1 + n / 12;
                } else
                    db_fail_nth(c->db, n);
                enum err e = signal_get(c, b, &s);
                if (!e)
                    e = near_list(c, &s, &v, &k);
                if (!e)
                    e = undo ? near_undo(c, b, link) : near_same(c, b, a, &joined);
                over = memory ? e == ERR_OK : db_fail_left(c->db) > 0;
                db_fail_nth(c->db, 0);
                c->mem.fail_at = 0;
                c->mem.failed = false;
                CHECK(!e == !c->fault.code);
                c->fault = (struct fault){ 0 };
                CHECK_EQ(COUNT_ROWS(h, LINKS, NO_ARGS), (e != ERR_OK) == undo);
                CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM signal_row WHERE case_id = $1", ARGS(TEXT(case_id))), (e != ERR_OK) == undo ? 2 : 1);
                refused += e != ERR_OK;
            }
            CHECK(over && refused >= 3);
            printf("# %s: %ld %s refused in turn\n", undo ? "undo" : "link", refused, memory ? "allocations" : "statements");
        }
}

/* ---- on both engines -------------------------------------------------------------------- */

ON_ENGINES(found) ON_ENGINES(elsewhere) ON_ENGINES(reporter) ON_ENGINES(linked) ON_ENGINES(other_owner) ON_ENGINES(places) ON_ENGINES(refused)

static const struct t_case cases[] = {
    { "which words tell a place", words_of_places },
    { "the same brick kiln three times: seen, with reasons, within a season and an office", found },
    { "told to another program on the same ledger", elsewhere },
    { "the reporter's telephone is compared with nothing", reporter },
    { "one matter: linked, into the case, undone, rebuilt; receipts as before", linked },
    { "a case in other hands: its office reads what comes, until undone", other_owner },
    { "known workplaces: hers, by name, and nobody's who looks after the child", places },
    { "the nth statement and allocation refused", refused },
};
T_MAIN(cases)
