/* test_reform.c - requirements and their gaps year by year, reforms by their stages,
 * what a changed table changes, what the engine says.  Pages: test_reform_web.c. */
#include "web_t.h"

#include "reform/compare.h"
#include "reform/gap.h"
#include "reform/rules_priv.h"
#include "reform/tracker.h"
#include "rulebook/rulebook.h"

#define LAWYER "conaeti"
#define COMMITTEE "contrafor"
#define OUTSIDER "codeni-filadelfia"

/* ---- files ------------------------------------------------------------------------------- */

static void promises(struct t *t)
{
    static const char *const packs[] = { "packs/py", "packs/ar", "packs/lr", "packs/th" };
    for (size_t i = 0; i < COUNT_OF(packs); i++) {
        struct ctx c;
        struct pack *p = NULL;
        struct standards *s = NULL;
        ctx_init(&c, 128 << 20);
        OK(&c, pack_load(&c, packs[i], &p));
        OK(&c, standards_load(&c, p, &s));
        if (s) {
            CHECK(s->promises >= 80);
            CHECK_EQ(s->treaties, 7);
            CHECK_EQ(s->stages, 11);
            CHECK_EQ(s->nations, 4);
            CHECK(str_eq(s->nation[0].id, p->country));
            CHECK(s->nation[0].n >= 20);
        }
        for (size_t k = 0; s && k < s->promises; k++) {         /* ids once, both languages, a treaty that is listed */
            size_t at = 0, known = 0;
            CHECK(promise_find(s, s->promise[k].id, &at) && at == k);
            CHECK(s->promise[k].es.n && s->promise[k].en.n && s->promise[k].article.n);
            CHECK(s->promise[k].verified != PACK_YES);         /* nobody has read them against the texts yet */
            for (size_t j = 0; j < s->treaties; j++)
                known += str_eq(s->treaty[j].id, s->promise[k].instrument);
            CHECK_EQ(known, 1);
        }
        for (size_t k = 0; s && k < s->nation[0].n; k++) {      /* what a pack maps is in its law and its sources */
            const struct mapped *m = &s->nation[0].row[k];
            struct str ids = m->provisions, id;
            while (str_next(&ids, ' ', &id))
                CHECK(!id.n || pack_provision(p, id));
            CHECK(pack_source(p, m->source) != NULL);
            CHECK(m->en.n > 0);
            if (m->verified == PACK_YES)
                CHECK(pack_weakest(p, m->provisions) == PACK_YES);
        }
        standards_free(s);
        pack_unref(p);
        ctx_done(&c);
    }
}

static void standards_survive_refusals(struct t *t)
{
    struct ctx c;
    struct pack *p = NULL;
    ctx_init(&c, 128 << 20);
    OK(&c, pack_load(&c, "packs/lr", &p));
    size_t refused = 0;
    for (long n = 1; p && n < 40000; n = n * 2 + 1) {
        struct ctx d;
        struct standards *s = NULL;
        ctx_init(&d, 64 << 20);
        d.mem.fail_at = n;
        enum err e = standards_load(&d, p, &s);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        refused += e != ERR_OK;
        CHECK((e == ERR_OK) == (s != NULL));
        standards_free(s);
        ctx_done(&d);
    }
    CHECK(refused > 2);
    pack_unref(p);
    ctx_done(&c);
}

/* ---- gaps ----------------------------------------------------------------------------------- */

static struct gap gap_now(struct t *t, struct house_t *h, const char *requirement, int year)
{
    struct gap g = { 0 };
    OK(&h->c, gap_of(&h->c, str_c(requirement), year, &g));
    return g;
}

/* Open the page, read, answer. */
static enum err review_now(struct t *t, struct house_t *h, const char *requirement, int year, bool agrees, const char *note)
{
    struct gap g = gap_now(t, h, requirement, year);
    return gap_review(&h->c, &(struct gap_verdict){ str_c(requirement), year, agrees, str_c(note), gap_hash(&h->c, &g) });
}

static void gaps_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct gap_change *ch;
    struct gap g;
    size_t n;
    int year = gap_this_year(c);
    CHECK_EQ(year, 2026);
    as(t, h, OUTSIDER);
    g = gap_now(t, h, "PAL-5-1", year);                     /* every officer reads; the research speaks */
    CHECK_EQ(g.from, GAP_RESEARCH);
    CHECK_EQ(g.status, GAP_MET);
    g = gap_now(t, h, "OPSC-9-5", year);
    CHECK_EQ(g.from, GAP_NOBODY);
    CHECK_EQ(g.status, GAP_UNKNOWN);
    struct gap_new a = { STR("OPSC-9-5"), STR("not"), STR("PY-L006"), STR("La ley calla (prueba)"), STR("Acta de prueba"), year - 1 };
    REFUSED(c, ERR_DENIED, gap_assess(c, &a));
    as(t, h, LAWYER);
    a.quote = STR("");
    REFUSED(c, ERR_INPUT, gap_assess(c, &a));               /* a status says why */
    a.quote = STR("La ley calla (prueba)");
    a.provisions = STR("PY-L999");
    REFUSED(c, ERR_INPUT, gap_assess(c, &a));
    a.provisions = STR("PY-L006");
    a.year = year + 1;
    REFUSED(c, ERR_INPUT, gap_assess(c, &a));
    a.year = year - 1;
    OK(c, gap_assess(c, &a));
    g = gap_now(t, h, "OPSC-9-5", year - 1);
    CHECK_EQ(g.from, GAP_YEAR);
    CHECK_EQ(g.verified, PACK_PARTLY);
    CHECK_EQ(gap_now(t, h, "OPSC-9-5", year - 2).from, GAP_NOBODY);      /* not before it was said */
    CHECK_EQ(gap_now(t, h, "OPSC-9-5", year).from, GAP_EARLIER);
    REFUSED(c, ERR_DENIED, review_now(t, h, "OPSC-9-5", year - 1, true, ""));
    as(t, h, COMMITTEE);
    REFUSED(c, ERR_NOT_FOUND, review_now(t, h, "OPSC-9-5", year, true, ""));
    REFUSED(c, ERR_INPUT, review_now(t, h, "OPSC-9-5", year - 1, false, ""));
    OK(c, review_now(t, h, "OPSC-9-5", year - 1, true, ""));
    CHECK_EQ(gap_now(t, h, "OPSC-9-5", year - 1).verified, PACK_YES);
    a.year = year;
    a.status = STR("partly");
    OK(c, gap_assess(c, &a));
    OK(c, gap_changes(c, year - 1, year, &ch, &n));
    CHECK_EQ(n, 1);
    CHECK(n && str_is(ch[0].promise->id, "OPSC-9-5") && ch[0].before.status == GAP_NOT && ch[0].after.status == GAP_PARTLY);
    struct str first = gap_now(t, h, "OPSC-9-5", year - 1).id;
    as(t, h, LAWYER);
    a.year = year - 1;
    a.status = STR("met");
    OK(c, gap_assess(c, &a));                               /* said again: the same record, its review begins anew */
    g = gap_now(t, h, "OPSC-9-5", year - 1);
    CHECK(str_eq(g.id, first));
    CHECK(!g.review.n && !g.reviewer.n);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM gap_row", NO_ARGS), 2);
}

/* Who agrees agrees to the words she read: the assessor changes them just before. */
static void gap_race_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    int year = gap_this_year(c);
    struct gap_new a = { STR("OPSC-9-5"), STR("not"), STR("PY-L006"), STR("La ley calla (prueba)"), STR("Acta de prueba"), year };
    struct gap g, was;
    bool found;
    as(t, h, LAWYER);
    OK(c, gap_assess(c, &a));
    as(t, h, COMMITTEE);
    struct gap_verdict v = { a.requirement, year, true, STR(""), { 0 } };
    REFUSED(c, ERR_CONFLICT, gap_review(c, &v));                /* says nothing of what was read */
    g = gap_now(t, h, "OPSC-9-5", year);
    v.seen = gap_hash(c, &g);
    as(t, h, LAWYER);
    a.status = STR("met");
    a.quote = STR("La ley dice (prueba)");
    OK(c, gap_assess(c, &a));
    as(t, h, COMMITTEE);
    REFUSED(c, ERR_CONFLICT, gap_review(c, &v));
    g = gap_now(t, h, "OPSC-9-5", year);
    CHECK(!g.review.n && g.verified == PACK_PARTLY);
    OK(c, gap_as_seen(c, &g, v.seen, &was, &found));            /* and is told what she had read */
    CHECK(found && was.status == GAP_NOT && g.status == GAP_MET);
    CHECK_STR(was.quote, "La ley calla (prueba)");
    OK(c, gap_as_seen(c, &g, STR("0000"), &was, &found));
    CHECK(!found);
    v.seen = gap_hash(c, &g);
    OK(c, gap_review(c, &v));
    CHECK_EQ(gap_now(t, h, "OPSC-9-5", year).verified, PACK_YES);
    REFUSED(c, ERR_CONFLICT, gap_review(c, &v));                /* reviewed meanwhile: that was not on her page */
    /* Words written elsewhere at the same time: the review is not of them. */
    OK(c, db_exec(c, "UPDATE gap_row SET quote = $1", ARGS(TEXT(STR("Otra cosa (prueba)")))));
    g = gap_now(t, h, "OPSC-9-5", year);
    CHECK(!g.review.n && !g.reviewer.n && g.verified == PACK_PARTLY);
}

/* ---- stages ------------------------------------------------------------------------------------ */

static struct str stage_now(struct t *t, struct house_t *h, struct str id)
{
    struct reform r = { 0 };
    OK(&h->c, reform_get(&h->c, id, &r));
    return r.stage;
}

static size_t skipped(struct t *t, struct house_t *h, struct str id)
{
    struct reform_entry *e;
    size_t n, k = 0;
    OK(&h->c, reform_entries(&h->c, id, &e, &n));
    for (size_t i = 0; i < n; i++)
        k += e[i].skipped;
    return k;
}

static void stages_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str id = { 0 }, bytes, name;
    struct reform_new r = { STR("Edad mínima 15 (prueba)"), STR("La edad mínima está en conflicto"), STR("C138-2-3"), STR("PY-L013") };
    struct entry_new e = { .stage = STR("issue"), .on = STR("2026-03-01"), .what = STR("Reunión"), .reach = -1 };
    as(t, h, OUTSIDER);
    REFUSED(c, ERR_DENIED, reform_new(c, &r, &id));
    as(t, h, COMMITTEE);
    r.requirements = STR("C138-99");
    REFUSED(c, ERR_INPUT, reform_new(c, &r, &id));
    r.requirements = STR("C138-2-3");
    OK(c, reform_new(c, &r, &id));
    CHECK_STR(stage_now(t, h, id), "issue");
    REFUSED(c, ERR_INPUT, reform_entry_add(c, id, &e));                   /* neither source nor document */
    REFUSED(c, ERR_INPUT, reform_move(c, id, STR("comparison"), STR(""))); /* nothing documented */
    e.source = STR("Acta 1 (prueba)");
    e.on = STR("2026-03-09");
    REFUSED(c, ERR_INPUT, reform_entry_add(c, id, &e));                   /* not in the future */
    e.on = STR("2026-03-01");
    e.stage = STR("bill");
    REFUSED(c, ERR_INPUT, reform_entry_add(c, id, &e));                   /* not there yet */
    e.stage = STR("issue");
    e.file = STR("%PDF-fingido");
    e.file_name = STR("acta.pdf");
    OK(c, reform_entry_add(c, id, &e));
    struct reform_entry *all;
    size_t n;
    OK(c, reform_entries(c, id, &all, &n));
    CHECK_EQ(n, 1);
    as(t, h, OUTSIDER);
    OK(c, reform_file(c, id, all[0].id, &bytes, &name));
    CHECK_STR(bytes, "%PDF-fingido");
    as(t, h, COMMITTEE);
    OK(c, reform_move(c, id, STR("comparison"), STR("")));
    REFUSED(c, ERR_INPUT, reform_move(c, id, STR("draft"), STR("")));     /* two stages left in silence */
    OK(c, reform_move(c, id, STR("draft"), STR("Ya hecho en 2024 (prueba)")));
    CHECK_EQ(skipped(t, h, id), 2);
    CHECK_STR(stage_now(t, h, id), "draft");
    REFUSED(c, ERR_INPUT, reform_move(c, id, STR("issue"), STR("")));
    OK(c, reform_move(c, id, STR("proposal"), STR("Otra propuesta (prueba)")));
    OK(c, reform_move(c, id, STR("disseminated"), STR("Salto de prueba")));
    CHECK_STR(stage_now(t, h, id), "disseminated");
    e = (struct entry_new){ .stage = STR("disseminated"), .on = STR("2026-03-01"), .what = STR("Taller"), .source = STR("Lista"), .reach = -1 };
    REFUSED(c, ERR_INPUT, reform_entry_add(c, id, &e));                   /* where, and how many */
    e.territory = STR("PY-19");
    e.reach = 240;
    e.lang = STR("es");
    OK(c, reform_entry_add(c, id, &e));
    REFUSED(c, ERR_INPUT, reform_shelve(c, id, true, STR(" ")));
    OK(c, reform_shelve(c, id, true, STR("Fin (prueba)")));
    struct verify_report rep;
    OK(c, ledger_verify(c, c->node->ledger, false, &rep));
}

static void texts_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str id = { 0 }, one = { 0 }, two = { 0 }, text;
    struct reform_text *v;
    struct reform_comment *k;
    size_t n;
    as(t, h, COMMITTEE);
    OK(c, reform_new(c, &(struct reform_new){ .title = STR("Prueba"), .issue = STR("Prueba") }, &id));
    OK(c, reform_text_add(c, id, STR("Artículo 1. La edad mínima es 14 años."), STR("primera"), &one));
    OK(c, reform_text_add(c, id, STR("Artículo 1. La edad mínima es 15 años."), STR("segunda"), &two));
    REFUSED(c, ERR_INPUT, reform_text_add(c, id, STR("  "), STR(""), &text));
    OK(c, reform_texts(c, id, &v, &n));
    CHECK_EQ(n, 2);
    CHECK_EQ(v[1].n, 2);
    OK(c, reform_text_read(c, id, one, &text));
    CHECK_STR(text, "Artículo 1. La edad mínima es 14 años.");
    REFUSED(c, ERR_NOT_FOUND, reform_text_read(c, one, one, &text));      /* not of that reform */
    OK(c, reform_comment_add(c, id, &(struct comment_new){ .version = two, .place = STR("art. 1"), .what = STR("¿Y la escuela?"),
        .from = STR("Organización de prueba") }));
    OK(c, reform_comments(c, id, &k, &n));
    CHECK_EQ(n, 1);
    REFUSED(c, ERR_INPUT, reform_comment_decide(c, id, k[0].id, STR("perhaps"), STR("x")));
    REFUSED(c, ERR_INPUT, reform_comment_decide(c, id, k[0].id, STR("rejected"), STR("")));   /* says why */
    OK(c, reform_comment_decide(c, id, k[0].id, STR("partly"), STR("En otra ley (prueba)")));
    OK(c, reform_comments(c, id, &k, &n));
    CHECK_STR(k[0].disposition, "partly");
}

/* ---- what would change --------------------------------------------------------------------------- */

static struct str replaced(struct ctx *c, struct str s, const char *was, const char *now)
{
    size_t at;
    struct str w = str_c(was);
    return str_find(s, w, &at) ? str_join(&c->mem, str_sub(s, 0, at), str_c(now), str_sub(s, at + w.n, s.n)) : s;
}

/* Paraguay, minimum age 16: exactly those change who were 14 or 15 and of whom
 * the tables had said something milder than child labour. */
static void changes_expected(struct t *t)
{
    struct ctx c;
    struct pack *p = NULL;
    struct dmn_model *m = NULL;
    struct compare same, k;
    struct str xml, csv, next;
    ctx_init(&c, 256 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    OK(&c, file_read(&c, "packs/py/decisions/screening.dmn", 1 << 20, &xml));
    OK(&c, file_read(&c, "packs/py/situations.csv", 1 << 20, &csv));
    next = replaced(&c, xml, "<inputEntry id=\"child_labour_14_i1\"><text>&lt; 14</text>", "<inputEntry id=\"child_labour_14_i1\"><text>&lt; 16</text>");
    CHECK(!str_eq(next, xml));
    OK(&c, dmn_load(&c, STR("next.dmn"), next, NULL, 0, &m));
    struct compare_side a = { p, pack_decision(p, STR("screening")), xml }, b = { p, m, next };
    OK(&c, compare_csv(&c, &a, &a, STR("screening"), csv, &same));
    CHECK(same.situations >= 60);
    CHECK_EQ(same.changed, 0);
    CHECK_EQ(same.edits, 0);
    OK(&c, compare_csv(&c, &a, &b, STR("screening"), csv, &k));
    CHECK_EQ(k.edits, 1);
    CHECK(k.changed > 0 && k.changed == k.lines && k.changed < k.situations);
    for (size_t i = 0; i < k.lines; i++) {
        const struct compare_line *l = &k.line[i];
        bool child_labour = false;
        CHECK_EQ(l->cells, 1);                              /* the one cell is named as the reason */
        CHECK_STR(l->cell[0].edit->row, "child_labour_14");
        CHECK(str_is(l->cell[0].value, "14") || str_is(l->cell[0].value, "15"));
        for (size_t j = 0; j < l->n; j++)
            if (str_is(l->entry[j].entry, "child_labour")) {
                child_labour = true;
                CHECK_STR(l->entry[j].after, "child_labour");
                CHECK(!str_is(l->entry[j].before, "child_labour"));
                CHECK_STR(l->entry[j].rows_after, "child_labour_14");
            }
        bool same_class = !child_labour;                    /* only the review changed: the row that fired is ours */
        CHECK(!same_class || l->cell[0].fired_after);
    }
    struct str out;
    OK(&c, compare_write(&c, &k, &out));
    CHECK(str_starts(out, STR("id,entry,before,after,")));
    CHECK(holds(out, STR("child_labour_14")));
    /* a column nobody asks for, and too large a file, are refused with the place */
    a.time_us = 1;                                              /* no time is left after the first */
    CHECK_EQ(compare_csv(&c, &a, &b, STR("screening"), csv, &k), ERR_INPUT);
    CHECK(c.fault.key && !strcmp(c.fault.key, "reform.compare-slow"));
    c.fault = (struct fault){ 0 };
    a.time_us = 0;
    enum err e = compare_csv(&c, &a, &b, STR("screening"), STR("id,shoe_size\nx,41\n"), &k);
    CHECK_EQ(e, ERR_INPUT);
    c.fault = (struct fault){ 0 };
    dmn_free(m);
    pack_unref(p);
    ctx_done(&c);
}

/* Every pack ships situations that can be read, enough of them, on both sides of the borders. */
static void situations_shipped(struct t *t)
{
    static const char *const packs[] = { "packs/py", "packs/ar", "packs/lr", "packs/th" };
    size_t all = 0;
    for (size_t i = 0; i < COUNT_OF(packs); i++) {
        struct ctx c;
        struct pack *p = NULL;
        struct compare k = { 0 };
        struct str csv = { 0 }, xml;
        char path[80];
        ctx_init(&c, 256 << 20);
        OK(&c, pack_load(&c, packs[i], &p));
        (void)snprintf(path, sizeof path, "%s/situations.csv", packs[i]);
        OK(&c, file_read(&c, path, 1 << 20, &csv));
        (void)snprintf(path, sizeof path, "%s/decisions/screening.dmn", packs[i]);
        OK(&c, file_read(&c, path, 1 << 20, &xml));
        struct compare_side a = { p, pack_decision(p, STR("screening")), xml };
        OK(&c, compare_csv(&c, &a, &a, STR("screening"), csv, &k));
        CHECK(k.situations >= 60);
        CHECK_EQ(k.failed, 0);
        for (int age = 12; age <= 18; age++) {
            char cell[12];
            (void)snprintf(cell, sizeof cell, ",%d,", age);
            CHECK(holds(csv, str_c(cell)));
        }
        all += k.situations;
        pack_unref(p);
        ctx_done(&c);
    }
    CHECK(all >= 200);
    printf("# %zu situations in four packs\n", all);
}

/* ---- the engine's words ------------------------------------------------------------------------------- */

/* Every text in quotes of each statement that begins so, in one source file. */
static size_t phrases_of(struct t *t, struct str file, const char *begins)
{
    struct str left = file, from = str_c(begins);
    size_t at, n = 0;
    while (str_find(left, from, &at)) {
        left = str_sub(left, at + from.n, left.n);
        size_t end = 0;
        bool in = false;
        for (size_t i = 0; i < left.n && (in || left.p[i] != ';'); i++) {
            if (left.p[i] != '"')
                continue;
            if (in) {
                struct str said = str_sub(left, end, i - end);
                n++;
                if (!rules_phrase_key(said)) {
                    t->bad++;
                    printf("# no words for: %.*s\n", STR_A(said));
                }
            }
            in = !in;
            end = i + 1;
        }
    }
    return n;
}

static void engine_has_words(struct t *t)
{
    static const char *const sources[] = { "parse", "names", "forms", "typeparse", "compile", "loops", "dmn_boxed" };
    struct ctx c;
    struct str file;
    size_t n = 0;
    ctx_init(&c, 64 << 20);
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "src/rules/%s.c", sources[i]);
        OK(&c, file_read(&c, path, 1 << 20, &file));
        n += phrases_of(t, file, "parse_bad(p, ");
    }
    CHECK(n > 30);
    OK(&c, file_read(&c, "src/rules/check.c", 1 << 20, &file));
    CHECK_EQ(phrases_of(t, file, ".says = ") >= 6, true);
    CHECK_EQ(phrases_of(t, file, "  plain(k, "), 3);
    OK(&c, file_read(&c, "src/rules/value.c", 1 << 20, &file));
    CHECK_EQ(phrases_of(t, file, "names[] = "), 13);
    ctx_done(&c);
}

/* One mistake of each kind, said in Spanish. */
static void findings_spoken_on(struct t *t, struct house_t *h)
{
    static const struct { const char *was, *now, *says; } row[] = {
        { "<text>\"orange\"</text>", "<text>\"orange</text>", "Falta la comilla que cierra. (carácter" },
        { "<text>\"orange\"</text>", "<text>tomorrow</text>", "Nadie define el nombre «tomorrow»." },
        { "PY-D01", "PY-ZZZ", "La disposición PY-ZZZ no está en la base de leyes." },
        { "<text>true</text>", "<text>7</text>", "es de tipo sí o no; la celda dice 7." },
    };
    struct ctx *c = &h->c;
    struct str xml;
    OK(c, rules_pack_text(c, STR("signal"), &xml));
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        struct dmn_model *m = NULL;
        struct rules_finding *f;
        size_t n;
        bool said = false;
        OK(c, dmn_load_draft(c, STR("signal.dmn"), replaced(c, xml, row[i].was, row[i].now), NULL, 0, &m));
        OK(c, rules_findings(c, m, &f, &n));
        for (size_t k = 0; k < n; k++)
            said |= holds(rules_finding_words(c, &f[k]), str_c(row[i].says));
        if (!said) {
            t->bad++;
            printf("# %s\n", row[i].says);
            for (size_t k = 0; k < n; k++)
                printf("#   %.*s\n", STR_A(rules_finding_words(c, &f[k])));
        }
        dmn_free(m);
    }
    CHECK_STR(rules_feel_words(c, STR("x.dmn:1:5: ')' is missing after not(")), "Falta «)» después de «not(». (carácter 5)");
    CHECK_STR(rules_feel_words(c, STR("x.dmn:3: Opening and ending tag mismatch")), "x.dmn:3: Opening and ending tag mismatch");
}

ON_ENGINES(gaps) ON_ENGINES(gap_race) ON_ENGINES(findings_spoken) ON_ENGINES(stages)
ON_ENGINES(texts)

static const struct t_case cases[] = {
    { "requirements are whole, and packs map only what their law and sources hold", promises },
    { "reading them survives refused memory", standards_survive_refusals },
    { "assessments by year, with a second person", gaps },
    { "a review is of the text that was read", gap_race },
    { "no stage is passed over in silence", stages },
    { "texts, comments and what became of them", texts },
    { "a changed number changes exactly what it should, and says why", changes_expected },
    { "four packs ship situations around the borders", situations_shipped },
    { "every phrase of the engine has its words", engine_has_words },
    { "findings in the reader's language", findings_spoken },
};
T_MAIN(cases)
