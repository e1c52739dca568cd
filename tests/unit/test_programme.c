/* test_programme.c - persons counted once: what merging and undoing do to it, what may
 * be shown of it, and the same numbers on both engines. */
#include "case_t.h"

#include "programme/programme.h"

/* ---- small numbers -------------------------------------------------------------------- */

struct hide { int64_t in[8]; const char *out; bool adds_up; };

/* p plain, f few, k kept back. */
static void hiding(struct t *t)
{
    static const struct hide rows[] = {
        { { 10, 20, 30 }, "ppp", true },
        { { 3, 20, 30 }, "fkp", true },                 /* one alone could be subtracted */
        { { 3, 4, 30 }, "ffk", true },                  /* 7 together: neither is one or two */
        { { 2, 3, 40, 50 }, "ffpp", true },
        { { 1, 1, 30, 7 }, "ffkk", true },              /* two of them are two persons */
        { { 1, 5 }, "kk", true },                       /* 6 together: fewer than five would be one */
        { { 2, 2, 30 }, "ffk", true },
        { { 3, 0, 30 }, "fpk", true },                  /* nothing hides nothing */
        { { 4 }, "k", true }, { { 5 }, "p", true }, { { 1, 2 }, "kk", true },
        { { 3, 20, 30 }, "fpp", false },                /* rows that overlap: no total to subtract from */
        { { 4, 5, 6, 7, 8, 9 }, "fkkppp", true },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct count_row r[8] = { { .persons = 0 } };
        size_t n = strlen(rows[i].out);
        for (size_t k = 0; k < n; k++)
            r[k].persons = r[k].records = rows[i].in[k];
        programme_hide(r, n, rows[i].adds_up);
        for (size_t k = 0; k < n; k++)
            CHECK_EQ("pfk"[r[k].shown], rows[i].out[k]);
    }
}

/* Over everything small: no row of one to four is shown; what is hidden is more than
 * one row, or all there is, and never fewer than five unless that is all there is. */
static void hiding_always(struct t *t)
{
    int64_t v[4];
    for (int64_t all = 0; all < 8 * 8 * 8 * 8; all++) {
        struct count_row r[4] = { { .persons = 0 } };
        int64_t hidden = 0, rows = 0, shown = 0;
        for (int k = 0; k < 4; k++) {
            v[k] = all >> (3 * k) & 7;
            r[k].persons = v[k];
        }
        programme_hide(r, 4, true);
        for (int k = 0; k < 4; k++) {
            CHECK(!(v[k] > 0 && v[k] < PROGRAMME_FEW) || r[k].shown != COUNT_PLAIN);
            CHECK(v[k] || r[k].shown == COUNT_PLAIN);
            hidden += r[k].shown ? v[k] : 0;
            rows += r[k].shown != COUNT_PLAIN;
            shown += r[k].shown ? 0 : v[k];
        }
        CHECK(!rows || !shown || (rows > 1 && hidden >= PROGRAMME_FEW));
    }
}

/* Whoever knows the rule and sees the total, every row that is shown and which are not:
 * of no hidden row she knows that it is one, two, three or four.  All tables of three
 * rows with the same total give what she can think of. */
static void hiding_from_the_rule(struct t *t)
{
    enum { MOST = 40 };
    for (int64_t total = PROGRAMME_FEW; total <= MOST; total++) {
        static struct { struct count_row r[3]; int64_t least[3], most[3]; } seen[MOST * MOST * 2];
        size_t kinds = 0, bad = 0;
        for (int64_t a = 0; a <= total; a++)
            for (int64_t b = 0; a + b <= total; b++) {
                struct count_row r[3] = { { .persons = a }, { .persons = b }, { .persons = total - a - b } };
                size_t at = 0;
                programme_hide(r, 3, true);
                for (; at < kinds; at++) {
                    bool same = true;
                    for (int k = 0; k < 3; k++)
                        same = same && seen[at].r[k].shown == r[k].shown &&
                               (r[k].shown != COUNT_PLAIN || seen[at].r[k].persons == r[k].persons);
                    if (same)
                        break;
                }
                if (at == kinds)
                    memcpy(seen[kinds++].r, r, sizeof r);
                for (int k = 0; k < 3; k++) {
                    int64_t v = r[k].persons;
                    if (!seen[at].most[k] || v > seen[at].most[k])
                        seen[at].most[k] = v;
                    if (!seen[at].least[k] || v < seen[at].least[k])
                        seen[at].least[k] = v;
                }
            }
        for (size_t i = 0; i < kinds; i++)
            for (int k = 0; k < 3; k++)
                bad += seen[i].r[k].shown != COUNT_PLAIN && seen[i].least[k] == seen[i].most[k] &&
                       seen[i].least[k] < PROGRAMME_FEW;
        if (bad)
            printf("# total %lld: %zu small rows known\n", (long long)total, bad);
        CHECK_EQ(bad, 0);
        memset(seen, 0, sizeof seen);
    }
}

/* Rows that overlap: what one of them leaves of the total is small as well. */
static void hiding_the_rest(struct t *t)
{
    struct count_row r[] = { { .persons = 20 }, { .persons = 17 }, { .persons = 15 }, { .persons = 2, .shown = COUNT_FEW }, { .persons = 0 } };
    programme_hide_rest(r, COUNT_OF(r), 20);
    CHECK(r[0].shown == COUNT_PLAIN && r[1].shown == COUNT_KEPT && r[2].shown == COUNT_PLAIN && r[3].shown == COUNT_FEW &&
          r[4].shown == COUNT_PLAIN);
}

/* ---- counting ---------------------------------------------------------------------------- */

static struct programme counted(struct t *t, struct house_t *h)
{
    struct programme p = { .waiting = -1 };
    as(t, h, "secretaria-filadelfia");
    OK(&h->c, programme_count(&h->c, &p));
    return p;
}

static const struct count_row *row(const struct programme *p, enum count_by by, const char *key)
{
    static const struct count_row none = { .persons = 0 };
    for (size_t i = 0; i < p->by[by].n; i++)
        if (str_is(p->by[by].row[i].key, key))
            return &p->by[by].row[i];
    return &none;
}

static struct str somebody(struct t *t, struct house_t *h, const struct work_case *k, const char *code, const char *const (*more)[2], size_t n)
{
    struct answers a = { 0 };
    struct str id = { 0 };
    (void)answers_put(&h->c.mem, &a, STR("code"), str_c(code));
    (void)answers_put(&h->c.mem, &a, STR("first_name"), str_join(&h->c.mem, STR("Inventada "), str_c(code)));
    for (size_t i = 0; i < n; i++)
        (void)answers_put(&h->c.mem, &a, str_c(more[i][0]), str_c(more[i][1]));
    OK(&h->c, kind_save(&h->c, k, kind_find(STR("person")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
    return id;
}
#define SOMEBODY(k, code, ...) somebody(t, h, k, code, (const char *const[][2]){ __VA_ARGS__ }, \
    COUNT_OF(((const char *const[][2]){ __VA_ARGS__ })))

static void identified(struct t *t, struct house_t *h, const struct work_case *k, struct str person, const char *day, const char *status)
{
    const struct str v[][2] = { { STR("case"), k->id }, { STR("person"), person }, { STR("status"), str_c(status) }, { STR("decided_on"), str_c(day) },
        { STR("identified_by"), STR("minna") }, { STR("reasons"), STR("Prueba") }, { STR("duplicates_resolved"), STR("yes") } };
    struct answers a = { 0 };
    struct str id = { 0 };
    for (size_t i = 0; i < COUNT_OF(v); i++)
        (void)answers_put(&h->c.mem, &a, v[i][0], v[i][1]);
    OK(&h->c, kind_save(&h->c, k, kind_find(STR("identification")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
}

static void counts_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k[3] = { case_at(t, h, "PY-19", HERE), case_at(t, h, "PY-1604", HERE), case_at(t, h, "PY-4", THERE) };
    as(t, h, HERE);
    struct str a = SOMEBODY(&k[0], "P1", { "role", "affected" }, { "sex", "female" }, { "birthdate", "2012-04-05" });
    h->c.now_us += HOUR;
    struct str b = SOMEBODY(&k[1], "P2", { "role", "affected" }, { "sex", "unknown" }, { "age_years", "16" });
    struct str d = SOMEBODY(&k[1], "P3", { "role", "affected" }, { "sex", "male" }, { "age_years", "16" });
    (void)SOMEBODY(&k[1], "P4", { "role", "family" }, { "sex", "female" });
    as(t, h, THERE);
    (void)SOMEBODY(&k[2], "P5", { "role", "affected" }, { "sex", "female" });
    as(t, h, HERE);
    identified(t, h, &k[1], b, "2026-02-10", "identified");
    identified(t, h, &k[0], a, "2026-01-20", "presumed");
    identified(t, h, &k[1], d, "2026-02-11", "not_identified_yet");
    struct programme p = counted(t, h);
    CHECK_EQ(p.all.records, 3);
    CHECK_EQ(p.all.persons, 3);
    CHECK_EQ(p.all.shown, COUNT_FEW);
    for (enum count_by by = 0; by < BY_N; by++)
        CHECK_EQ(p.by[by].n, 0);                /* which rows there are would say who they are */
    as(t, h, HERE);
    for (int i = 0; i < 4; i++)
        (void)SOMEBODY(&k[0], i & 1 ? "X1" : "X2", { "role", "affected" }, { "sex", "other" }, { "age_years", "30" });
    p = counted(t, h);
    CHECK_EQ(p.all.persons, 7);
    CHECK_EQ(row(&p, BY_SEX, "female")->persons, 1);
    CHECK_EQ(row(&p, BY_SEX, "unknown")->persons, 1);
    CHECK_EQ(row(&p, BY_AGE, "12-14")->persons, 1);
    CHECK_EQ(row(&p, BY_AGE, "15-17")->persons, 2);
    CHECK_EQ(row(&p, BY_MONTH, "2026-01")->persons, 1);
    CHECK_EQ(row(&p, BY_MONTH, "2026-02")->persons, 1);
    CHECK_EQ(row(&p, BY_MONTH, "none")->persons, 5);
    CHECK_EQ(row(&p, BY_CRIME, "cl")->persons, 7);
    CHECK_EQ(row(&p, BY_PLACE, "PY-19")->persons, 5);
    CHECK_EQ(row(&p, BY_PLACE, "PY-1604")->persons, 2);
    CHECK_EQ(row(&p, BY_PLACE, "PY-19")->shown, COUNT_KEPT);
    /* Linked, they are one from that moment on; undone, two again; rebuilt, the same. */
    struct str here = signed_in(t, h, HERE);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), b, STR("/same/"), a), "x", ""), 303);
    for (int again = 0; again < 2; again++) {
        p = counted(t, h);
        CHECK_EQ(p.all.records, 7);
        CHECK_EQ(p.all.persons, 6);
        CHECK_EQ(row(&p, BY_SEX, "female")->persons, 1);
        CHECK_EQ(row(&p, BY_SEX, "female")->records, 2);
        CHECK_EQ(row(&p, BY_SEX, "unknown")->persons, 0);
        CHECK_EQ(row(&p, BY_AGE, "12-14")->records, 2);         /* her first record's */
        CHECK_EQ(row(&p, BY_MONTH, "2026-01")->records, 2);     /* her first identification */
        CHECK_EQ(row(&p, BY_MONTH, "2026-02")->persons, 0);
        CHECK_EQ(p.waiting, 0);
        OK(c, ledger_rebuild(c, c->node->ledger));
    }
    struct str link = one_value(h, "SELECT id FROM thing_link WHERE b = $1", a);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), b, STR("/link/"), link, STR("/undo")), "x", ""), 303);
    CHECK_EQ(counted(t, h).all.persons, 7);
    OK(c, ledger_rebuild(c, c->node->ledger));
    CHECK_EQ(counted(t, h).all.persons, 7);
    as(t, h, HERE);
    REFUSED(c, ERR_DENIED, programme_count(c, &p));
}

static bool page_of(struct t *t, struct house_t *h, const char *office, const char *path, struct str what, int want)
{
    struct got g;
    web_ask(h, signed_in(t, h, office), GET, str_c(path), NULL, 0, &g);
    CHECK_EQ(g.rs.status, want);
    bool yes = holds(g.body, what);
    got_end(&g);
    return yes;
}

/* A link that waits for a second officer changes no count yet. */
static void waiting_on(struct t *t, struct house_t *h)
{
    struct work_case k = case_at(t, h, "PY-19", HERE), j = case_at(t, h, "PY-19", HERE);
    struct str a = SOMEBODY(&k, "P1", { "role", "affected" }, { "sex", "female" });
    struct str b = SOMEBODY(&j, "P2", { "role", "suspect" }, { "sex", "female" });
    struct str here = signed_in(t, h, HERE);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), a, STR("/same/"), b), "x", ""), 303);
    struct programme p = counted(t, h);
    CHECK_EQ(p.waiting, 1);
    CHECK_EQ(p.all.persons, 1);
    CHECK(page_of(t, h, "secretaria-filadelfia", "/programme/persons", STR("Uniones sin decidir</dt><dd>menos de 5"), 200));
}

static void shown_on(struct t *t, struct house_t *h)
{
    static const char *const ages[] = { "3", "7", "8", "9", "10", "13", "13", "13", "13", "13", "13", "13" };
    struct work_case k = case_at(t, h, "PY-19", HERE);
    struct str p[12];
    for (size_t i = 0; i < COUNT_OF(ages); i++) {
        char code[8];
        snprintf(code, sizeof code, "P%zu", i);
        p[i] = SOMEBODY(&k, arena_z(&h->c.mem, str_c(code)), { "role", "affected" }, { "sex", i < 6 ? "female" : "male" }, { "age_years", ages[i] });
    }
    struct programme a = counted(t, h);
    CHECK_EQ(a.all.persons, 12);
    CHECK_EQ(row(&a, BY_AGE, "0-4")->shown, COUNT_FEW);
    CHECK_EQ(row(&a, BY_AGE, "5-11")->shown, COUNT_FEW);        /* four: 7, 8, 9, 10 */
    CHECK_EQ(row(&a, BY_AGE, "12-14")->shown, COUNT_PLAIN);
    CHECK_EQ(row(&a, BY_SEX, "female")->shown, COUNT_PLAIN);
    CHECK(page_of(t, h, "secretaria-filadelfia", "/programme/persons", STR("menos de 5"), 200));
    CHECK(page_of(t, h, "secretaria-filadelfia", "/programme/persons.csv", STR("0 a 4,menos de 5,menos de 5"), 200));
    CHECK(page_of(t, h, "secretaria-filadelfia", "/programme/persons.csv", STR("12 a 14,7,7"), 200));
    CHECK(page_of(t, h, "secretaria-filadelfia", "/department", STR("href=\"/programme/persons\""), 200));
    CHECK(!page_of(t, h, "secretaria-filadelfia", "/programme/persons.csv", STR("Inventada"), 200));
    CHECK(!page_of(t, h, HERE, "/programme/persons", STR("menos de 5"), 403));
    CHECK(!page_of(t, h, HERE, "/programme/persons.csv", STR("menos de 5"), 403));
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'export' AND detail LIKE 'persons: %'", NO_ARGS), 3);
    struct str here = signed_in(t, h, HERE);
    CHECK_EQ(post(t, h, here, PATH(STR("/person/"), p[6], STR("/same/"), p[7]), "x", ""), 303);
    CHECK(page_of(t, h, "secretaria-filadelfia", "/programme/persons.csv", STR("12 a 14,6,7"), 200));
    struct programme far = { .waiting = 0 };
    as(t, h, "secretaria-villarrica");                          /* another department counts its own */
    OK(&h->c, programme_count(&h->c, &far));
    CHECK_EQ(far.all.records, 0);
}

static void refused_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct work_case k = case_at(t, h, "PY-19", HERE), j = case_at(t, h, "PY-19", HERE);
    struct str a = SOMEBODY(&k, "P1", { "role", "affected" }, { "sex", "female" }), b = SOMEBODY(&j, "P2", { "role", "affected" }, { "sex", "female" });
    CHECK_EQ(post(t, h, signed_in(t, h, HERE), PATH(STR("/person/"), a, STR("/same/"), b), "x", ""), 303);
    as(t, h, "secretaria-filadelfia");
    for (int memory = 0; memory < (h->place.pg ? 1 : 2); memory++) {
        long refused = 0, stride = 1;
        bool over = false;
        for (long n = 1; !over && n < 4000; n += stride) {
            struct programme p = { .waiting = -1 };
            if (memory) {
                c->mem.fail_at = c->mem.count + n;
                stride = 1 + n / 12;
            } else
                db_fail_nth(c->db, n);
            enum err e = programme_count(c, &p);
            over = memory ? e == ERR_OK : db_fail_left(c->db) > 0;
            db_fail_nth(c->db, 0);
            c->mem.fail_at = 0;
            c->mem.failed = false;
            CHECK(!e == !c->fault.code);
            c->fault = (struct fault){ 0 };
            CHECK(e ? p.waiting == -1 : p.all.persons == 1 && p.all.records == 2);     /* whole or untouched */
            refused += e != ERR_OK;
        }
        CHECK(over && refused >= 3);
        printf("# %ld %s refused in turn\n", refused, memory ? "allocations" : "statements");
    }
}

/* ---- on both engines -------------------------------------------------------------------- */

ON_ENGINES(counts) ON_ENGINES(waiting) ON_ENGINES(shown) ON_ENGINES(refused)

static const struct t_case cases[] = {
    { "small numbers, and those that would tell them", hiding },
    { "small numbers: every table of four rows up to seven", hiding_always },
    { "small numbers: nor can one be found by knowing the rule", hiding_from_the_rule },
    { "small numbers: what a row leaves of the total", hiding_the_rest },
    { "records and persons: merged, undone, rebuilt", counts },
    { "a link that waits counts nothing yet", waiting },
    { "page and sheet: what may be shown, to whom", shown },
    { "the nth statement and allocation refused", refused },
};
T_MAIN(cases)
