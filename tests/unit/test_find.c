/* test_find.c - a name is said: whose file is it?  Her own files, everyone as a
 * question that counts, and what nobody learns by asking. */
#include "case_t.h"

#include "page/names.h"
#include "person/find.h"

#define SAY_NAME { STR("find_name"), STR("Ysapi Inventada Prueba") }, { STR("find_born"), STR("2012-04-05") }
#define SEARCHES "SELECT count(*) FROM access_event WHERE what = 'search'"

struct asked { int status; struct str body, location; };

/* One sending of the page; its bytes in h's memory. */
static struct asked find(struct t *t, struct house_t *h, struct str token, const struct sent *form, size_t n)
{
    struct got g;
    struct sent all[16] = { { STR("token"), { 0 } } };
    h->c.who = NULL;
    OK(&h->c, session_resume(&h->c, token));
    all[0].value = form_token(&h->c);
    memcpy(all + 1, form, n * sizeof *form);
    web_ask(h, token, POST, STR("/find"), all, n + 1, &g);
    struct asked a = { g.rs.status, arena_dup(&h->c.mem, g.body), arena_dup(&h->c.mem, g.rs.location) };
    CHECK(!g.rs.keep && !g.rs.location.n && !g.rs.cookies_n);   /* nothing typed goes into a header */
    got_end(&g);
    h->c.who = NULL;
    return a;
}
#define FIND(token, ...) find(t, h, token, (const struct sent[]){ __VA_ARGS__ }, COUNT_OF(((const struct sent[]){ __VA_ARGS__ })))

static int64_t events(struct house_t *h, const char *what, struct str dossier)
{
    return COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = $1 AND ($2 = '' OR dossier = $2)",
                      ARGS(TEXT(str_c(what)), TEXT(dossier)));
}

static struct str person_with(struct t *t, struct house_t *h, const struct work_case *k, const char *number, const char *phone)
{
    const char *const v[][2] = { { "code", "P9" }, { "first_name", "Arasunu" }, { "second_name", "Supuesto" }, { "role", "affected" },
        { "identity_number", number }, { "phone", phone } };
    struct answers a = { 0 };
    struct str id = { 0 };
    as(t, h, HERE);
    for (size_t i = 0; i < COUNT_OF(v); i++)
        (void)answers_put(&h->c.mem, &a, str_c(v[i][0]), str_c(v[i][1]));
    OK(&h->c, kind_save(&h->c, k, kind_find(STR("person")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
    return id;
}

static void own_on(struct t *t, struct house_t *h)
{
    struct work_case far = case_at(t, h, "PY-4", THERE);
    struct str pf = person_in(t, h, &far, "P1");
    struct work_case own = case_at(t, h, "PY-19", HERE);
    struct str po = person_in(t, h, &own, "P2"), here = signed_in(t, h, HERE), none = { 0 };
    struct str link = PATH(STR("href=\"/case/"), own.id, STR("/person/"), po);
    for (int i = 0; i < 2; i++) {
        struct asked a = FIND(here, SAY_NAME);
        CHECK_EQ(a.status, 200);
        CHECK(holds(a.body, link) && holds(a.body, own.code) && holds(a.body, STR("Muy probable")));
        CHECK(!holds(a.body, far.code) && !holds(a.body, pf) && !holds(a.body, place_text(&h->c, STR("PY-4"))));
        CHECK(!holds(a.body, STR("Ysapy")));                    /* as it is written in the file: not opened */
        CHECK(holds(a.body, STR("value=\"Ysapi Inventada Prueba\"")));
        CHECK(holds(a.body, STR("<title>Buscar a una persona")));
    }
    CHECK_EQ(events(h, "find", own.protection), 1);             /* once a day */
    CHECK_EQ(events(h, "find", none), 1);
    CHECK_EQ(events(h, "search", none), 0);                     /* not a question */
    OK(&h->c, session_resume(&h->c, here));
    OK(&h->c, access_open(&h->c, own.protection, STR("contact"), STR("Prueba inventada")));
    CHECK(holds(FIND(here, SAY_NAME).body, STR("ysapy")));      /* opened: the reasons say the values */
    h->c.now_us += 24 * HOUR;
    here = signed_in(t, h, HERE);
    CHECK_EQ(FIND(here, SAY_NAME).status, 200);
    CHECK_EQ(events(h, "find", own.protection), 2);
    struct asked other = FIND(signed_in(t, h, THERE), SAY_NAME);
    CHECK(holds(other.body, far.code) && !holds(other.body, own.code));
    CHECK_EQ(FIND(here, { STR("find_name"), STR("Ysapi") }).status, 422);
    CHECK_EQ(FIND(here, { STR("find_place"), STR("Filadelfia") }).status, 422);
    struct str numbered = person_with(t, h, &own, "4.123.567", "0981 222333");
    struct asked byid = FIND(here, { STR("find_number"), STR("4123567") }), byphone = FIND(here, { STR("find_phone"), STR("+595 981 222333") });
    CHECK(holds(byid.body, numbered) && holds(byid.body, STR("El mismo documento")));
    CHECK(holds(byphone.body, numbered) && holds(byphone.body, STR("El mismo tel")));
    CHECK(holds(FIND(here, { STR("find_name"), STR("Ysapy") }, { STR("find_born"), STR("14") }).body, link));
    CHECK(holds(FIND(here, { STR("find_name"), STR("Nadie") }, { STR("find_surname"), STR("Desconocida") }).body,
                STR("no quiere decir que no est")));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE detail LIKE '%nventada Prueba%' OR detail LIKE '%Ysap%'", NO_ARGS), 0);
}

/* A grant for some kinds of records is none for persons. */
static void part_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case far = case_at(t, h, "PY-4", THERE);
    struct str p = person_in(t, h, &far, "P1"), here = signed_in(t, h, HERE);
    for (int whole = 0; whole < 2; whole++) {
        struct draft *d;
        as(t, h, THERE);
        OK(c, draft_begin(c, far.id, "test.give", &d));
        (void)grant_add(c, d, far.protection, STR(HERE), LEVEL_READ, "referral", 0, whole ? (struct str){ 0 } : STR("need visit"));
        OK(c, draft_commit(c, d));
        CHECK_EQ(holds(FIND(here, SAY_NAME).body, p), whole);
        CHECK_EQ(holds(FIND(here, SAY_NAME).body, far.code), whole);
    }
}

#define EVERYONE { STR("act"), STR("everyone") }, { STR("purpose"), STR("Llamada de una escuela; visita mañana") }

static void everyone_on(struct t *t, struct house_t *h)
{
    struct work_case far = case_at(t, h, "PY-4", THERE);
    struct str pf = person_in(t, h, &far, "P1"), none = { 0 };
    struct work_case own = case_at(t, h, "PY-19", HERE);
    (void)person_in(t, h, &own, "P2");
    struct str here = signed_in(t, h, HERE), department = place_text(&h->c, STR("PY-4"));
    CHECK_EQ(FIND(here, SAY_NAME, { STR("act"), STR("everyone") }).status, 422);            /* no purpose */
    CHECK_EQ(FIND(here, SAY_NAME, { STR("act"), STR("everyone") }, { STR("purpose"), STR("porque sí") }).status, 422);
    CHECK_EQ(FIND(here, EVERYONE, { STR("find_phone"), STR("0981 111222") }).status, 422);  /* a telephone alone, a name alone */
    CHECK_EQ(FIND(here, EVERYONE, { STR("find_name"), STR("Ysapy Inventada Prueba") }).status, 422);
    CHECK_EQ(events(h, "search", none) + events(h, "ask_everyone", none), 0);
    struct asked a = FIND(here, SAY_NAME, EVERYONE);
    CHECK_EQ(a.status, 200);
    CHECK(holds(a.body, department) && holds(a.body, STR("name=\"department\" value=\"PY-4\"")));
    CHECK(!holds(a.body, far.code) && !holds(a.body, pf) && !holds(a.body, far.id) && !holds(a.body, office_text(&h->c, str_c(THERE))));
    CHECK(!holds(a.body, STR("Villarrica")));                   /* the department, never the district */
    CHECK_EQ(events(h, "search", none), 1);
    CHECK_EQ(events(h, "ask_everyone", none), 1);
    CHECK_EQ(events(h, "asked", far.protection), 1);
    CHECK_EQ(events(h, "asked", none), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'asked' AND detail LIKE 'Llamada%'", NO_ARGS), 1);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE what = 'asked' AND office = $1", ARGS(TEXT(str_c(THERE)))), 1);
    /* Another place is the same question: nobody is traced by trying places. */
    struct asked b = FIND(here, SAY_NAME, EVERYONE, { STR("find_place"), STR("Villarrica") });
    struct asked d = FIND(here, SAY_NAME, EVERYONE, { STR("find_place"), STR("Encarnación") });
    CHECK(holds(b.body, department) && holds(d.body, department));
    CHECK_EQ(events(h, "search", none), 1);
    CHECK_EQ(events(h, "asked", none), 1);                      /* told once a day */
    /* Ask that office: it learns who asks, she does not learn which it is. */
    struct asked tell = FIND(here, SAY_NAME, { STR("act"), STR("tell") }, { STR("purpose"), STR("Llamada de una escuela; visita mañana") },
                             { STR("department"), STR("PY-4") });
    CHECK(holds(tell.body, STR("ya sabe que")) && !holds(tell.body, far.code));
    struct asked retell = FIND(here, SAY_NAME, { STR("act"), STR("tell") }, { STR("purpose"), STR("Llamada de una escuela; otra vez") },
                               { STR("department"), STR("PY-4") });     /* no second alert the same day */
    CHECK(holds(retell.body, STR("ya sabe que")));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE what = 'asks' AND office = $1", ARGS(TEXT(str_c(THERE)))), 1);
    CHECK_EQ(FIND(here, SAY_NAME, { STR("act"), STR("tell") }, { STR("department"), STR("PY-4") }).status, 422);
    (void)FIND(here, SAY_NAME, EVERYONE, { STR("act"), STR("tell") }, { STR("department"), STR("PY-7") });
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM alert WHERE what = 'asks'", NO_ARGS), 1);
    CHECK(page_holds(t, h, signed_in(t, h, THERE), PATH(STR("/dossier/"), far.protection, STR("/audit")), STR("Llamada de una escuela")));
    CHECK(page_holds(t, h, signed_in(t, h, "secretaria-villarrica"), STR("/admin/review"), STR("Llamada de una escuela")));
    OK(&h->c, ledger_rebuild(&h->c, h->c.node->ledger));
    CHECK_EQ(events(h, "asked", far.protection), 1);
}

/* An officer who fishes for a neighbour runs dry, and is seen. */
static void quota_on(struct t *t, struct house_t *h)
{
    static const char *const names[] = { "Ysapy", "Ysapyy", "Ysapi", "Isapy", "Isapi" };
    struct work_case far = case_at(t, h, "PY-4", THERE);
    (void)person_in(t, h, &far, "P1");
    struct str here = signed_in(t, h, HERE), none = { 0 };
    int64_t limit = 3;
    memcpy((char *)(uintptr_t)h->c.node->pack + offsetof(struct pack, looks_per_day), &limit, sizeof limit);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct asked a = FIND(here, EVERYONE, { STR("find_name"), str_c(names[i]) }, { STR("find_surname"), STR("Inventada Prueba") },
                              { STR("find_born"), STR("2012") });
        CHECK_EQ(a.status, 200);
        CHECK_EQ(holds(a.body, STR("supervisora")), i >= 3);
        CHECK(i < 3 || !holds(a.body, place_text(&h->c, STR("PY-4"))));
    }
    CHECK_EQ(events(h, "search", none), 3);
    CHECK_EQ(events(h, "ask_everyone", none), 3);
    CHECK_EQ(events(h, "look_limit", none), 1);
    CHECK_EQ(events(h, "asked", far.protection), 1);
}

/* No two questions that find differently count as one: neither by what no buffer holds,
 * nor by what stands between the fields. */
static void one_each_on(struct t *t, struct house_t *h)
{
    enum { LONG = 100 << 10 };
    struct str here = signed_in(t, h, HERE), none = { 0 };
    char *x = arena_alloc(&h->c.mem, LONG, 1);
    memset(x, 'x', LONG);
    struct str garbage = { x, LONG };
    for (int i = 0; i < 2; i++)
        (void)FIND(here, EVERYONE, { STR("find_name"), STR("Ysapy Prueba") }, { STR("find_alias"), garbage },
                   { STR("find_born"), i ? STR("2012") : STR("2011") });
    CHECK_EQ(events(h, "search", none), 2);
    for (int i = 0; i < 2; i++)
        (void)FIND(here, EVERYONE, { STR("find_name"), STR("Ysapy Prueba") }, { STR("find_alias"), i ? STR("a\n2011") : STR("a") },
                   { STR("find_born"), i ? STR("2012") : STR("2011\n2012") });
    CHECK_EQ(events(h, "search", none), 4);
}

static int get(struct t *t, struct house_t *h, const char *office, struct str path)
{
    struct got g;
    web_ask(h, signed_in(t, h, office), GET, path, NULL, 0, &g);
    int status = g.rs.status;
    got_end(&g);
    return status;
}

static void who_on(struct t *t, struct house_t *h)
{
    struct work_case far = case_at(t, h, "PY-19", HERE);
    (void)person_in(t, h, &far, "P1");
    const char *secretary = "secretaria-filadelfia", *defence = "defensa-villarrica";
    CHECK_EQ(get(t, h, secretary, STR("/find")), 403);          /* she opens no name */
    CHECK_EQ(FIND(signed_in(t, h, secretary), SAY_NAME).status, 403);
    CHECK(!page_holds(t, h, signed_in(t, h, secretary), STR("/cases"), STR("/find")));
    CHECK(page_holds(t, h, signed_in(t, h, HERE), STR("/cases"), STR("href=\"/find\"")));
    CHECK(page_holds(t, h, signed_in(t, h, HERE), STR("/work"), STR("href=\"/find\"")));
    /* Whoever acts for the accused finds her own clients, and asks nobody about others. */
    CHECK_EQ(get(t, h, defence, STR("/find")), 200);
    struct asked a = FIND(signed_in(t, h, defence), SAY_NAME);
    CHECK(a.status == 200 && !holds(a.body, STR("value=\"everyone\"")) && !holds(a.body, far.code));
    CHECK_EQ(FIND(signed_in(t, h, defence), SAY_NAME, EVERYONE).status, 403);
    CHECK(holds(FIND(signed_in(t, h, "policia-villarrica"), SAY_NAME).body, STR("value=\"everyone\"")));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'search'", NO_ARGS), 0);
}

/* What the database or memory refuses is refused whole: a look that was shown was
 * written down, and nothing is left half done. */
static void refused_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case far = case_at(t, h, "PY-4", THERE);
    (void)person_in(t, h, &far, "P1");
    struct work_case own = case_at(t, h, "PY-19", HERE);
    (void)person_in(t, h, &own, "P2");
    struct find_question q = { .name = STR("Ysapy Inventada Prueba"), .born = STR("2012-04-05") };
    struct str none = { 0 };
    for (int memory = 0; memory < (h->place.pg ? 1 : 2); memory++) {
        long refused = 0, stride = 1;
        bool over = false;
        for (long n = 1; !over && n < 4000; n += stride) {
            struct find_answer a;
            struct found *f;
            size_t k = 0, told = 0;
            int64_t before = events(h, "find", none) + events(h, "ask_everyone", none);
            if (memory) {
                c->mem.fail_at = c->mem.count + n;
                stride = 1 + n / 12;
            } else
                db_fail_nth(c->db, n);
            enum err e = find_own(c, &q, &f, &k);
            if (!e)
                e = find_tell(c, &q, STR("Prueba de la negativa"), STR("PY-4"), &a, &told);
            over = memory ? e == ERR_OK : db_fail_left(c->db) > 0;
            db_fail_nth(c->db, 0);
            c->mem.fail_at = 0;
            c->mem.failed = false;
            CHECK(!e == !c->fault.code);
            c->fault = (struct fault){ 0 };
            CHECK(e || (k == 1 && a.n == 1 && told == 1));
            CHECK(e || events(h, "asked", far.protection) == 1);
            CHECK(events(h, "find", none) + events(h, "ask_everyone", none) >= before);
            refused += e != ERR_OK;
        }
        CHECK(over && refused >= 3);
        printf("# %ld %s refused in turn\n", refused, memory ? "allocations" : "statements");
    }
    CHECK_EQ(events(h, "find", own.protection), 1);
    CHECK_EQ(events(h, "asked", far.protection), 1);
}

/* ---- on both engines -------------------------------------------------------------------- */

ON_ENGINES(own) ON_ENGINES(part) ON_ENGINES(everyone) ON_ENGINES(quota) ON_ENGINES(one_each) ON_ENGINES(who) ON_ENGINES(refused)

static const struct t_case cases[] = {
    { "her own files: code and link, each look written down, no name shown", own },
    { "a grant for some kinds of records finds no person", part },
    { "everyone: a purpose, how likely and the department, the office that knows sees it", everyone },
    { "who fishes for a neighbour runs dry", quota },
    { "each question counts as itself", one_each },
    { "who may look, and who may ask", who },
    { "the nth statement and allocation refused", refused },
};
T_MAIN(cases)
