/* test_law.c - the law of a day, side by side, search, who cites what, its pages.
 * Texts there and back: test_law_texts.c; signatures: test_law_sign.c. */
#include "law_t.h"

#include "law/text.h"

/* ---- the law of a day ------------------------------------------------------------------------ */

static void the_day_of_the_facts(struct t *t)
{
    static const struct { const char *id, *day; enum in_force want; const char *holds; } rows[] = {
        { "XX-1", "1999-12-31", IN_FORCE_NO, "15" },
        { "XX-1", "2000-01-01", IN_FORCE_YES, "14" },
        { "XX-1", "2010-05-31", IN_FORCE_YES, "14" },
        { "XX-1", "2010-06-01", IN_FORCE_YES, "15" },
        { "XX-1", "2026-01-01", IN_FORCE_YES, "15" },
        { "XX-2", "2010-04-30", IN_FORCE_NO, "24" },
        { "XX-2", "2029-12-31", IN_FORCE_YES, "24" },
        { "XX-2", "2030-01-01", IN_FORCE_NO, "24" },
        { "XX-3", "2009-12-31", IN_FORCE_NO, "altura" },
        { "XX-3", "2010-07-01", IN_FORCE_UNKNOWN, "altura" },       /* a year without a day */
        { "XX-3", "2011-01-01", IN_FORCE_YES, "altura" },
        { "XX-5", "2004-12-31", IN_FORCE_YES, "derogada" },
        { "XX-5", "2005-01-01", IN_FORCE_NO, "derogada" },          /* its instrument ended */
        { "XX-6", "2017-12-31", IN_FORCE_YES, "dos" },
        { "XX-6", "2018-06-01", IN_FORCE_UNKNOWN, "dos" },          /* its successor may have begun */
        { "XX-6", "2020-01-01", IN_FORCE_UNKNOWN, "dos" },
        { "XX-7", "2020-01-01", IN_FORCE_YES, "cuatro" },
        { "XX-8", "2020-01-01", IN_FORCE_UNKNOWN, "sin fecha" },    /* nobody knows since when */
    };
    struct country k;
    if (country_open(t, &k, LAW_PACK))
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            struct law_version w;
            enum in_force in = IN_FORCE_NO;
            struct civil day;
            CHECK(date_parse(str_c(rows[i].day), &day));
            OK(&k.c, law_at(&k.c, k.l, pack_provision(k.p, str_c(rows[i].id)), day, &w, &in));
            if (in != rows[i].want || !contains(w.rule.in[0], rows[i].holds)) {
                t->bad++;
                printf("# %s on %s: %d, %.*s\n", rows[i].id, rows[i].day, in, STR_A(w.rule.in[0]));
            }
        }
    struct law_version *v;
    size_t n = 0;
    OK(&k.c, law_versions(&k.c, k.l, pack_provision(k.p, STR("XX-1")), &v, &n));
    CHECK_EQ(n, 2);
    CHECK(n == 2 && v[0].row && !v[1].row);
    country_end(&k);
}

/* Whatever the day, the same answer as reading the bounds alone; nothing is in
 * force before everything began. */
static void any_day(struct t *t)
{
    struct country k;
    if (country_open(t, &k, "packs/th"))
        for (size_t i = 0; i < k.p->provisions_n; i++)
            for (int64_t year = 1920; year < 2030; year += 7) {
                const struct provision *v = &k.p->provisions[i];
                struct law_version w;
                enum in_force in;
                OK(&k.c, law_at(&k.c, k.l, v, (struct civil){ year, 7, 15 }, &w, &in));
                enum in_force plain = pack_in_force(v, (struct civil){ year, 7, 15 });
                CHECK(in == plain || (in == IN_FORCE_UNKNOWN && v->amended_by.n));
            }
    country_end(&k);
}

/* ---- side by side -------------------------------------------------------------------------------- */

static struct str shown(struct country *k, struct str a, struct str b)
{
    struct out o;
    out_init(&o, &k->c, 1 << 20);
    law_side_by_side(&o, &(struct law_side){ STR("A"), a }, &(struct law_side){ STR("B"), b });
    return out_check(&o) == ERR_OK ? buf_str(&o.b) : (struct str){ 0 };
}

static void side_by_side(struct t *t)
{
    struct country k;
    if (country_open(t, &k, LAW_PACK)) {
        struct str s = shown(&k, STR("La edad mínima es de 14 años"), STR("La edad mínima es de 15 años"));
        CHECK(contains(s, "sale: </span>14</del>"));
        CHECK(contains(s, "entra: </span>15</ins>"));
        CHECK(contains(s, "La edad mínima es de <"));
        s = shown(&k, STR("igual"), STR("igual"));
        CHECK(!contains(s, "<del>") && !contains(s, "<ins>") && contains(s, "iguales"));
        s = shown(&k, (struct str){ 0 }, STR("nuevo"));
        CHECK(contains(s, "<ins>") && !contains(s, "<del>"));
        s = shown(&k, STR("<script>"), STR("<b>"));
        CHECK(!contains(s, "<script>") && !contains(s, "<b>"));
        s = shown(&k, STR("ห้ามจ้างเด็กอายุต่ำกว่าสิบห้าปี"), STR("ห้ามจ้างเด็กอายุต่ำกว่าสิบแปดปี"));
        CHECK(contains(s, "<ins>") && contains(s, "ห้าม"));
        struct buf b;
        buf_init(&b, &k.c.mem, 1 << 20);
        for (int i = 0; i < 4000; i++)
            buf_put(&b, STR("palabra "));
        s = shown(&k, buf_str(&b), STR("corto"));
        CHECK(contains(s, "demasiado largos"));
    }
    country_end(&k);
}

/* ---- search ------------------------------------------------------------------------------------------ */

static void search(struct t *t)
{
    static const struct { const char *query, *first; size_t n; } rows[] = {
        { "edad minima", "XX-1", 1 }, { "EDAD MÍNIMA", "XX-1", 1 }, { "minimum age", "XX-1", 1 },
        { "mineria", "XX-4", 1 }, { "altura", "XX-3", 2 },      /* its text names both */
        { "เด็ก", "XX-1", 4 }, { "สิบห้าปี", "XX-1", 1 },
        { "XX-7", "XX-7", 2 }, { "trabajo", NULL, 3 }, { "aprendizaje", "XX-1", 1 },    /* only in the full text */
        { "catorce", NULL, 0 }, { "", NULL, 0 }, { "  ,. ", NULL, 0 }, { "nada de nada", NULL, 0 },
    };
    struct country k;
    struct law_hit *h;
    size_t n;
    if (country_open(t, &k, LAW_PACK))
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            OK(&k.c, law_search(&k.c, k.l, str_c(rows[i].query), 50, &h, &n));
            if (n != rows[i].n || (rows[i].first && n && !str_is(h[0].provision->id, rows[i].first))) {
                t->bad++;
                printf("# \"%s\": %zu, first %.*s\n", rows[i].query, n, n ? (int)h[0].provision->id.n : 0, n ? h[0].provision->id.p : "");
            }
        }
    country_end(&k);
}

/* Each provision is found by the words of its own rule. */
static void each_is_found(struct t *t)
{
    static const char *const packs[] = { "packs/py", "packs/ar", "packs/lr", "packs/th" };
    for (size_t x = 0; x < COUNT_OF(packs); x++) {
        struct country k;
        if (country_open(t, &k, packs[x]))
            for (size_t i = 0; i < k.p->provisions_n; i++) {
                const struct provision *v = &k.p->provisions[i];
                struct law_hit *h;
                size_t n, at = 0;
                bool found = false;
                while (at < v->rule.in[0].n && at < 40)
                    at += (size_t)(at + 1 < v->rule.in[0].n && ((unsigned char)v->rule.in[0].p[at + 1] & 0xc0) == 0x80) + 1;
                OK(&k.c, law_search(&k.c, k.l, str_sub(v->rule.in[0], 0, at), 500, &h, &n));
                for (size_t y = 0; y < n; y++)
                    found |= h[y].provision == v;
                if (!found) {
                    t->bad++;
                    printf("# %s: %.*s is not found\n", packs[x], STR_A(v->id));
                }
                arena_reset(&k.c.mem);
            }
        country_end(&k);
    }
}

/* ---- who cites what ------------------------------------------------------------------------------------ */

static void cited_both_ways(struct t *t)
{
    static const struct { const char *id; enum law_use use; const char *where; } rows[] = {
        { "XX-1", LAW_DECISION, "tiny" }, { "XX-3", LAW_DECISION, "tiny" }, { "XX-2", LAW_STEP, "tiny" },
        { "XX-1", LAW_DUTY, "read" }, { "XX-1", LAW_SERVICE, "care" }, { "XX-2", LAW_TEMPLATE, "letter" },
        { "XX-1", LAW_FORM, "tiny" }, { "XX-2", LAW_FORM, "tiny" }, { "XX-4", LAW_POWER, "height" },
    };
    struct country k;
    if (country_open(t, &k, LAW_PACK)) {
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            const struct law_citation *x;
            size_t n;
            bool found = false;
            law_cited_by(k.l, str_c(rows[i].id), &x, &n);
            for (size_t y = 0; y < n; y++)
                found |= x[y].use == rows[i].use && str_is(x[y].where, rows[i].where);
            CHECK(found);
            CHECK(pack_has_word(law_cites(&k.c, k.l, rows[i].use, str_c(rows[i].where), (struct str){ 0 }), str_c(rows[i].id)));
        }
        CHECK_STR(law_cites(&k.c, k.l, LAW_POWER, STR("height"), (struct str){ 0 }), "XX-3 XX-4");
        const struct law_citation *x;
        size_t n;
        law_cited_by(k.l, STR("XX-8"), &x, &n);
        CHECK_EQ(n, 0);
        law_cited_by(k.l, STR("no-such"), &x, &n);
        CHECK_EQ(n, 0);
    }
    country_end(&k);
}

/* In every pack, both ways agree. */
static void both_ways_agree(struct t *t)
{
    static const char *const packs[] = { "packs/py", "packs/ar", "packs/lr", "packs/th" };
    for (size_t i = 0; i < COUNT_OF(packs); i++) {
        struct country k;
        size_t all = 0;
        if (country_open(t, &k, packs[i]))
            for (size_t v = 0; v < k.p->provisions_n; v++) {
                const struct law_citation *x;
                size_t n;
                law_cited_by(k.l, k.p->provisions[v].id, &x, &n);
                all += n;
                for (size_t y = 0; y < n; y++)
                    CHECK(pack_has_word(law_cites(&k.c, k.l, x[y].use, x[y].where, x[y].part), k.p->provisions[v].id));
                arena_reset(&k.c.mem);
            }
        CHECK(all > 50);
        country_end(&k);
    }
}

/* ---- pages --------------------------------------------------------------------------------- */

static void pages(struct t *t)
{
    static const struct { const char *path, *query[6]; const char *holds, *not; } rows[] = {
        { "/law", { 0 }, "4788", NULL },
        { "/law", { "q", "esclavitud" }, "/law/PY-L001", "/law/PY-L040" },
        { "/law", { "q", "zzzz" }, "No hay nada", NULL },
        { "/law", { "topic", "minimum_age_domestic", "day", "2010-01-01" }, "no en vigor", NULL },
        { "/law", { "day", "ayer" }, "Poné una fecha", NULL },
        { "/law/PY-L044", { 0 }, "revisión legal", NULL },
        { "/law/PY-L040", { "day", "2010-01-01" }, "no en vigor", NULL },
        { "/law/PY-L040", { "day", "2015-06-01" }, "no se sabe", NULL },
        { "/law/instrument/py-law-4788", { 0 }, "/law/PY-L044", NULL },
        { "/law/compare", { "left", "PY-L014", "right", "PY-L015" }, "<ins>", NULL },
        { "/law/compare", { "instrument", "py-law-5407", "a", "2010-01-01", "b", "2020-01-01" }, "<ins>", "<del>" },
        { "/law/compare", { "left", "nothing" }, "No se encontró", NULL },
        { "/law/doubts", { 0 }, "26 actividades", NULL },
        { "/law/ratifications", { 0 }, "C138", NULL },
        { "/law/powers", { 0 }, "24 horas", NULL },
        { "/law/powers.csv", { 0 }, "PY-L055", NULL },
        { "/law/powers.pdf", { 0 }, "%PDF", NULL },
        { "/law/instrument/py-law-4788/akn", { 0 }, "akomaNtoso", NULL },
    };
    struct house_t h;
    if (!house_fresh(t, &h, false)) {
        house_end(&h);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct got g;
        struct sent q[3];
        size_t n = 0;
        for (; n < 3 && rows[i].query[2 * n]; n++)
            q[n] = (struct sent){ str_c(rows[i].query[2 * n]), str_c(rows[i].query[2 * n + 1]) };
        ctx_init(&g.c, 64 << 20);
        g.c.node = h.c.node;
        g.c.db = h.c.db;
        g.c.now_us = h.c.now_us;
        g.c.lang = STR("es");
        struct request rq = { .method = GET, .path = str_c(rows[i].path), .query = q, .query_n = n, .peer = STR("peer-ok") };
        (void)web_run(&g.c, &rq, (struct str){ 0 }, &g.rs);
        g.body = g.rs.pull ? got_pulled(&g) : g.rs.body.n ? g.rs.body : buf_str(&g.rs.out.b);
        if (g.rs.status >= 400 || !holds(g.body, str_c(rows[i].holds)) || (rows[i].not && holds(g.body, str_c(rows[i].not)))) {
            t->bad++;
            printf("# %s %zu: status %d, \"%s\"\n", rows[i].path, i, g.rs.status, rows[i].holds);
        }
        got_end(&g);
    }
    house_end(&h);
}

/* ---- refusals --------------------------------------------------------------------------------------------------------- */

static void every_allocation_refused(struct t *t)
{
    struct country k;
    if (!country_open(t, &k, LAW_PACK)) {
        country_end(&k);
        return;
    }
    for (long n = 1; n < 4000; n += n < 60 ? 1 : 37) {
        struct ctx c;
        struct law *l = NULL;
        struct law_doc d;
        struct str out;
        ctx_init(&c, 64 << 20);
        c.mem.fail_at = n;
        enum err e = law_load(&c, k.p, k.pr, &l);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        CHECK((e == ERR_OK) == (l != NULL));
        law_free(l);
        ctx_done(&c);
        ctx_init(&c, 64 << 20);
        c.node = &k.node;
        c.mem.fail_at = n;
        e = law_export(&c, k.l, STR("law-1"), NULL, &d);
        if (!e)
            e = law_text_write(&c, &d, &out);
        if (!e)
            e = law_text_read(&c, out, &d);
        if (!e)
            e = law_akn_write(&c, &d, &out);
        if (!e)
            e = law_akn_read(&c, out, &d);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        ctx_done(&c);
    }
    country_end(&k);
}

static const struct t_case cases[] = {
    { "the day of the facts", the_day_of_the_facts },
    { "any day", any_day },
    { "side by side", side_by_side },
    { "search", search },
    { "each provision is found by its words", each_is_found },
    { "cited both ways", cited_both_ways },
    { "both ways agree", both_ways_agree },
    { "pages", pages },
    { "every allocation refused", every_allocation_refused },
};
T_MAIN(cases)
