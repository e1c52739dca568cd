/* test_law.c - the law of a day, side by side, search, who cites what, both
 * forms of a text, and signatures that hold for one text only. */
#include "law/law.h"

#include "law/import.h"
#include "law/sign.h"
#include "law/text.h"
#include "web_t.h"
#include "work/work.h"

#include <libxml/xmlschemas.h>

static bool contains(struct str s, const char *z)
{
    size_t at;
    return str_find(s, str_c(z), &at);
}

/* ---- a made-up country without a ledger ------------------------------------------------ */

struct country { struct ctx c; struct node node; struct pack *p; struct procedures *pr; struct words *w; struct law *l; };

static bool country_open(struct t *t, struct country *k, const char *dir)
{
    memset(k, 0, sizeof *k);
    ctx_init(&k->c, 256 << 20);
    k->c.lang = STR("es");
    OK(&k->c, pack_load(&k->c, dir, &k->p));
    if (!k->p)
        return false;
    OK(&k->c, procedures_load(&k->c, k->p, &k->pr));
    OK(&k->c, words_load(&k->c, &(struct words_config){ 0 }, &k->w));
    OK(&k->c, law_load(&k->c, k->p, k->pr, &k->l));
    k->node = (struct node){ .pack = k->p, .procedures = k->pr, .words = k->w, .law = k->l };
    k->c.node = &k->node;
    return k->l != NULL;
}

static void country_end(struct country *k)
{
    law_free(k->l);
    procedures_free(k->pr);
    words_free(k->w);
    pack_unref(k->p);
    ctx_done(&k->c);
}

#define LAW_PACK "tests/data/pack-law"

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

/* ---- Akoma Ntoso and Markdown ------------------------------------------------------------------------------ */

static void quiet(void *arg, const char *fmt, ...)
{
    (void)arg;
    (void)fmt;
}

/* Against content models written from the specification, apart from the writer. */
static bool valid(struct t *t, struct str xml)
{
    xmlSchemaParserCtxtPtr px = xmlSchemaNewParserCtxt("tests/data/akn-subset.xsd");
    xmlSchemaPtr schema = xmlSchemaParse(px);
    xmlSchemaFreeParserCtxt(px);
    CHECK(schema);
    xmlDocPtr doc = xmlReadMemory(xml.p, (int)xml.n, NULL, NULL, XML_PARSE_NONET);
    xmlSchemaValidCtxtPtr v = schema ? xmlSchemaNewValidCtxt(schema) : NULL;
    if (v)
        xmlSchemaSetValidErrors(v, quiet, quiet, NULL);
    bool ok = v && doc && xmlSchemaValidateDoc(v, doc) == 0;
    xmlSchemaFreeValidCtxt(v);
    xmlFreeDoc(doc);
    xmlSchemaFree(schema);
    return ok;
}

static bool same_nodes(const struct law_doc *a, const struct law_doc *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        const struct law_node *x = &a->node[i], *y = &b->node[i];
        if (x->depth != y->depth || !str_eq(x->kind, y->kind) || !str_eq(x->eid, y->eid) || !str_eq(x->num, y->num) ||
            !str_eq(x->heading, y->heading) || !str_eq(x->text, y->text) || !str_eq(x->wrap, y->wrap) ||
            !str_eq(x->status, y->status) || !str_eq(x->name, y->name)) {
            printf("# node %zu: %.*s/%.*s [%.*s] [%.*s] {%.*s} {%.*s}\n", i, STR_A(x->eid), STR_A(y->eid), STR_A(x->num), STR_A(y->num),
                   STR_A(str_sub(x->text, 0, 80)), STR_A(str_sub(y->text, 0, 80)));
            return false;
        }
    }
    return str_eq(a->front, b->front) && str_eq(a->id, b->id) && str_eq(a->title, b->title) && str_eq(a->number, b->number) &&
           str_eq(a->lang, b->lang) && str_eq(a->date, b->date);
}

static void there_and_back(struct t *t, struct ctx *c, const struct law_doc *d)
{
    struct law_doc md = { 0 }, xml = { 0 };
    struct str text = { 0 }, akn = { 0 }, again = { 0 };
    OK(c, law_text_write(c, d, &text));
    OK(c, law_text_read(c, text, &md));
    CHECK(same_nodes(d, &md));
    OK(c, law_akn_write(c, d, &akn));
    CHECK(valid(t, akn));
    OK(c, law_akn_read(c, akn, &xml));
    CHECK(same_nodes(d, &xml));
    OK(c, law_akn_write(c, &xml, &again));
    CHECK(str_eq(akn, again));
}

static void texts_go_round(struct t *t)
{
    struct country k;
    if (country_open(t, &k, LAW_PACK)) {
        struct law_doc d;
        OK(&k.c, law_export(&k.c, k.l, STR("law-1"), NULL, &d));
        CHECK_EQ(d.n, 8);
        CHECK_STR(d.node[1].eid, "art_1");
        CHECK_STR(d.node[1].heading, "Edad mínima");
        CHECK_STR(d.node[4].eid, "art_1__para_1__point_b");
        CHECK_STR(d.node[4].text, "el trabajo liviano, con permiso escrito.");
        CHECK_STR(d.node[7].eid, "art_3");
        CHECK_STR(d.node[7].num, "Artículo 3 bis");
        CHECK(contains(law_node_text(&k.c, &d, STR("art_1")), "quince"));
        CHECK(contains(law_node_text(&k.c, &d, STR("art_1")), "a) el aprendizaje;"));
        there_and_back(t, &k.c, &d);
        struct civil day = { 2005, 1, 1 };
        OK(&k.c, law_export(&k.c, k.l, STR("law-1"), &day, &d));
        CHECK(contains(law_node_text(&k.c, &d, STR("art_1")), "catorce"));
        OK(&k.c, law_export(&k.c, k.l, STR("law-2"), NULL, &d));
        there_and_back(t, &k.c, &d);
        REFUSED(&k.c, ERR_NOT_FOUND, law_export(&k.c, k.l, STR("no-such"), NULL, &d));
    }
    country_end(&k);
}

/* Every instrument of the four packs. */
static void packs_go_round(struct t *t)
{
    static const char *const packs[] = { "packs/py", "packs/ar", "packs/lr", "packs/th" };
    struct civil day = { 2015, 3, 1 };
    for (size_t i = 0; i < COUNT_OF(packs); i++) {
        struct country k;
        if (country_open(t, &k, packs[i]))
            for (size_t x = 0; x < k.p->instruments_n; x++) {
                struct law_doc d;
                struct str akn;
                OK(&k.c, law_export(&k.c, k.l, k.p->instruments[x].id, NULL, &d));
                there_and_back(t, &k.c, &d);
                OK(&k.c, law_export(&k.c, k.l, k.p->instruments[x].id, &day, &d));
                OK(&k.c, law_akn_write(&k.c, &d, &akn));
                CHECK(valid(t, akn));
            }
        country_end(&k);
    }
}

/* Rows come back as they were. */
static void rows_go_round(struct t *t)
{
    char dir[] = "/tmp/amparo-law.XXXXXX";
    struct country k;
    CHECK(mkdtemp(dir));
    if (country_open(t, &k, "packs/py")) {
        struct law_doc d, back;
        struct str akn, csv, head, rest, line;
        OK(&k.c, law_export(&k.c, k.l, STR("py-law-213"), NULL, &d));
        OK(&k.c, law_akn_write(&k.c, &d, &akn));
        OK(&k.c, law_akn_read(&k.c, akn, &back));
        CHECK_EQ(back.rows_n, d.rows_n);
        for (size_t i = 0; i < d.rows_n && i < back.rows_n; i++) {
            const struct provision *a = &d.row[i].v, *b = &back.row[i].v;
            CHECK(str_eq(a->id, b->id) && str_eq(a->rule.in[0], b->rule.in[0]) && str_eq(a->rule.in[1], b->rule.in[1]) &&
                  str_eq(a->values, b->values) && str_eq(a->from, b->from) && str_eq(a->sources, b->sources) &&
                  str_eq(a->doubt, b->doubt) && a->verified == b->verified && str_eq(a->eid, b->eid));
        }
        OK(&k.c, law_import(&k.c, &back, dir));
        OK(&k.c, file_read(&k.c, str_join(&k.c.mem, str_c(dir), STR("/law/provisions.csv")).p, 1 << 20, &csv));
        CHECK(str_cut(csv, '\n', &head, &rest));
        CHECK_STR(head, "id,instrument,article,eid,amended_by,topic,rule::es,rule::en,sector,task::es,task::en,values,from,to,source,verified,doubt");
        size_t n = 0, at;
        while (str_next(&rest, '\n', &line)) {
            n += line.n > 0;
            CHECK(!str_find(line, STR(",yes,"), &at) && !str_find(line, STR(",partly,"), &at));     /* unread until somebody reads */
        }
        CHECK_EQ(n, d.rows_n);
        REFUSED(&k.c, ERR_CONFLICT, law_import(&k.c, &back, dir));      /* nothing is written over */
    }
    struct str rm = str_join(&k.c.mem, STR("rm -r "), str_c(dir));
    CHECK(rm.p && system(rm.p) == 0);
    country_end(&k);
}

static const char *const bad_texts[] = {
    "", "---\n", "Artículo 1", "---\nid: x\n---\n", "---\nid: x\ntitle: y\nnever: z\n---\n", "---\nid: x\ntitle: y\nwhat\n---\n",
    "---\nid: x\ntitle: y\n---\n### Artículo 1\n",              /* a level is missing */
    "---\nid: x\ntitle: y\n---\n# Artículo 1\n      a) deep\n", /* so is this one */
    "---\nid: x\ntitle: y\n---\n# A {eid=a_1}\n# B {eid=a_1}\n", "---\nid: x\ntitle: y\n---\n\xff\n",
};
static const char *const bad_akn[] = {
    "", "<a/>", "<akomaNtoso><act/></akomaNtoso>", "not xml",
    "<!DOCTYPE a [<!ENTITY b \"c\">]><akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\"/>",
    "<akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\"><judgment/></akomaNtoso>",
    "<akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\"><act name=\"a\"><meta/></act></akomaNtoso>",
    "<akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\"><act name=\"a\"><meta/><body/></act></akomaNtoso>",
};

static void wrong_texts_are_refused(struct t *t)
{
    struct ctx c;
    struct law_doc d;
    ctx_init(&c, 64 << 20);
    for (size_t i = 0; i < COUNT_OF(bad_texts); i++)
        REFUSED(&c, ERR_INPUT, law_text_read(&c, str_c(bad_texts[i]), &d));
    for (size_t i = 0; i < COUNT_OF(bad_akn); i++)
        REFUSED(&c, ERR_INPUT, law_akn_read(&c, str_c(bad_akn[i]), &d));
    struct buf b;
    buf_init(&b, &c.mem, 1 << 20);
    buf_put(&b, STR("<akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\"><act name=\"a\"><meta><identification>"
                    "<FRBRWork><FRBRuri value=\"/akn/x\"/></FRBRWork><FRBRExpression/></identification></meta><body>"));
    for (int i = 0; i < 60; i++)
        buf_put(&b, STR("<chapter>"));
    for (int i = 0; i < 60; i++)
        buf_put(&b, STR("</chapter>"));
    buf_put(&b, STR("</body></act></akomaNtoso>"));
    REFUSED(&c, ERR_INPUT, law_akn_read(&c, buf_str(&b), &d));          /* too deep */
    ctx_done(&c);
}

/* Foreign documents: what is not ours becomes words, and is counted. */
static void foreign_akn(struct t *t)
{
    static const char xml[] =
        "<akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\"><bill name=\"bill\"><meta><identification source=\"#x\">"
        "<FRBRWork><FRBRthis value=\"/akn/xx/bill/2020/1/!main\"/><FRBRuri value=\"/akn/xx/bill/2020/1\"/>"
        "<FRBRdate date=\"2020-02-03\" name=\"Generation\"/><FRBRcountry value=\"xx\"/></FRBRWork>"
        "<FRBRExpression><FRBRlanguage language=\"eng\"/></FRBRExpression></identification></meta>"
        "<preface><p><docTitle>A  bill</docTitle></p></preface>"
        "<body><section eId=\"sec_1\"><num>1.</num><heading>Age</heading><intro><p>See <ref href=\"/akn/y\">the Act</ref>:</p></intro>"
        "<paragraph eId=\"sec_1__para_a\"><num>(a)</num><content><p>one</p><p>two</p></content></paragraph>"
        "<wrapUp><p>and no more.</p></wrapUp></section><chapter eId=\"chp_1\"><section eId=\"sec_2\"><content><p># not a heading</p>"
        "<p>1. not an item</p></content></section><wrapUp><p>end</p></wrapUp></chapter></body></bill></akomaNtoso>";
    struct ctx c;
    struct law_doc d = { 0 }, md = { 0 };
    struct str text = { 0 };
    ctx_init(&c, 64 << 20);
    OK(&c, law_akn_read(&c, str_c(xml), &d));
    CHECK(d.bill);
    CHECK_STR(d.id, "xx-bill-2020-1");
    CHECK_STR(d.title, "A bill");
    CHECK_STR(d.lang, "en");
    CHECK_EQ(d.flattened, 1);
    CHECK_EQ(d.n, 5);
    CHECK_STR(d.node[0].text, "See the Act:");
    CHECK_STR(d.node[0].wrap, "and no more.");
    CHECK_STR(d.node[1].text, "one\ntwo");
    CHECK_STR(d.node[3].text, "# not a heading\n1. not an item");
    CHECK_STR(d.node[4].name, "wrapUp");
    OK(&c, law_text_write(&c, &d, &text));
    OK(&c, law_text_read(&c, text, &md));
    CHECK(same_nodes(&d, &md));
    ctx_done(&c);
}

/* ---- signatures ------------------------------------------------------------------------------------------------ */

static struct law_signing signing(struct ctx *c, const struct provision *v, enum pack_verified verdict)
{
    return (struct law_signing){ .verdict = verdict, .source = STR("Gaceta Oficial, edición inventada"), .on = STR("2026-02-27"),
                                 .hash = law_hash(c, v) };
}

static void signatures(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        if (!house_fresh(t, &h, pg)) {
            house_end(&h);
            continue;
        }
        struct ctx *c = &h.c;
        const struct provision *v = pack_provision(c->node->pack, STR("PY-L049"));       /* not verified */
        struct law_standing s;
        struct law_signed *all;
        struct law_signing g;
        as(t, &h, "codeni-filadelfia");
        g = signing(c, v, PACK_YES);
        REFUSED(c, ERR_DENIED, law_sign(c, v, &g));
        as(t, &h, "conaeti");
        OK(c, law_standing(c, v, &s));
        CHECK(s.verified == PACK_NO && !s.raised && !s.earlier && !law_certain(&s));
        g.source = STR("x");
        REFUSED(c, ERR_INPUT, law_sign(c, v, &g));
        g = signing(c, v, PACK_YES);
        g.on = STR("2027-01-01");
        REFUSED(c, ERR_INPUT, law_sign(c, v, &g));
        g = signing(c, v, PACK_YES);
        g.hash = STR("0000");
        REFUSED(c, ERR_CONFLICT, law_sign(c, v, &g));
        g = signing(c, v, PACK_PARTLY);
        OK(c, law_sign(c, v, &g));
        OK(c, law_standing(c, v, &s));
        CHECK(s.verified == PACK_PARTLY && s.raised && !law_certain(&s));
        g = signing(c, v, PACK_YES);
        c->now_us += HOUR;
        OK(c, law_sign(c, v, &g));
        OK(c, law_sign(c, v, &g));                      /* twice by one person is once */
        OK(c, law_standing(c, v, &s));
        CHECK(s.verified == PACK_PARTLY && s.raised && s.once && !law_certain(&s));
        as(t, &h, "contrafor");
        c->now_us += HOUR;
        OK(c, law_sign(c, v, &g));
        OK(c, law_standing(c, v, &s));
        CHECK(s.verified == PACK_YES && s.pack == PACK_NO && s.raised && !s.once && law_certain(&s));
        CHECK_STR(s.on, "2026-02-27");

        /* Another text: she signed, but not this. */
        struct provision changed = *v;
        changed.rule.in[0] = STR("Otra regla");
        OK(c, law_signed(c, &all));
        law_standing_in(c, all, &changed, &s);
        CHECK(s.verified == PACK_NO && s.earlier && !s.raised);
        changed = *v;
        changed.values = STR("age_min=1");
        law_standing_in(c, all, &changed, &s);
        CHECK(s.verified == PACK_NO && s.earlier);
        changed = *v;
        changed.to = STR("2027");
        law_standing_in(c, all, &changed, &s);
        CHECK(s.verified == PACK_NO && s.earlier);
        changed = *v;
        changed.doubt = STR("otra duda");               /* not what she read */
        law_standing_in(c, all, &changed, &s);
        CHECK(s.verified == PACK_YES && !s.earlier);

        /* Her neighbour is not raised with it; a "no" lowers nothing but is seen. */
        OK(c, law_standing(c, pack_provision(c->node->pack, STR("PY-L010")), &s));
        CHECK(s.verified == PACK_NO && !s.raised);
        const struct provision *y = pack_provision(c->node->pack, STR("PY-L001"));
        g = signing(c, y, PACK_NO);
        OK(c, law_sign(c, y, &g));
        OK(c, law_standing(c, y, &s));
        CHECK(s.verified == PACK_YES && s.disputed && !law_certain(&s));
        house_end(&h);
    }
}

/* Who said what, oldest first: l the lawyer, c the committee, r another lawyer;
 * y yes, p partly, n no. */
struct said { const char *who_what[5]; enum pack_verified want; bool once, disputed; };
static void two_readers(struct t *t)
{
    static const struct said row[] = {
        { { "l-" }, PACK_NO, false, false },
        { { "lp" }, PACK_PARTLY, false, false },
        { { "ly" }, PACK_PARTLY, true, false },
        { { "ly", "ly" }, PACK_PARTLY, true, false },
        { { "ly", "cy" }, PACK_YES, false, false },
        { { "ly", "cp" }, PACK_PARTLY, true, false },
        { { "ly", "cy", "lp" }, PACK_PARTLY, true, false },     /* she thought again */
        { { "ly", "cy", "rn" }, PACK_NO, false, true },
        { { "ly", "cy", "rn", "ry" }, PACK_YES, false, false }, /* whoever disputed it is content */
        { { "rn", "ly" }, PACK_NO, false, true },               /* one alone does not end a dispute */
        { { "rn", "ly", "cy" }, PACK_YES, false, false },
        { { "ly", "rn", "cy" }, PACK_NO, false, true },         /* before the dispute she did not know of it */
        { { "ln", "ly" }, PACK_PARTLY, true, false },
    };
    struct ctx c;
    struct pack *p = NULL;
    struct node node = { 0 };
    ctx_init(&c, 64 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    node.pack = p;
    c.node = &node;
    const struct provision *v = p ? pack_provision(p, STR("PY-L049")) : NULL;
    for (size_t i = 0; v && i < COUNT_OF(row); i++) {
        struct law_signature g[5];
        struct law_standing s;
        size_t n = 0;
        while (n < 5 && row[i].who_what[n])
            n++;
        for (size_t k = 0; k < n; k++) {
            const char *w = row[i].who_what[n - 1 - k];         /* newest first, as they are read */
            g[k] = (struct law_signature){ .provision = v->id, .hash = law_hash(&c, v), .officer = { w, 1 },
                .verdict = w[1] == 'y' ? STR("yes") : w[1] == 'p' ? STR("partly") : STR("no") };
            if (w[1] == '-')
                g[k].hash = STR("of another text");
        }
        law_standing_of(&c, g, n, v, &s);
        if (s.verified != row[i].want || s.once != row[i].once || s.disputed != row[i].disputed) {
            t->bad++;
            printf("# row %zu: %s%s%s\n", i, pack_verified_name(s.verified), s.once ? " once" : "", s.disputed ? " disputed" : "");
        }
    }
    CHECK(v);
    pack_unref(p);
    ctx_done(&c);
}

static void after_rebuild(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        struct law_standing s;
        if (house_fresh(t, &h, pg)) {
            const struct provision *v = pack_provision(h.c.node->pack, STR("PY-L049"));
            as(t, &h, "conaeti");
            struct law_signing g = signing(&h.c, v, PACK_YES);
            OK(&h.c, law_sign(&h.c, v, &g));
            as(t, &h, "contrafor");
            OK(&h.c, law_sign(&h.c, v, &g));
            OK(&h.c, ledger_rebuild(&h.c, h.c.node->ledger));
            OK(&h.c, law_standing(&h.c, v, &s));
            CHECK(s.verified == PACK_YES && s.raised);
        }
        house_end(&h);
    }
}

/* ---- pages --------------------------------------------------------------------------------------------------------- */

static struct str of_login(struct t *t, struct house_t *h, const char *login)
{
    struct str token = { 0 };
    h->c.who = NULL;
    OK(&h->c, session_begin(&h->c, str_c(login), STR(HOUSE_PASSWORD), (struct str){ 0 }, STR("peer-ok"), &token));
    return token;
}

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

static void signing_page(struct t *t)
{
    struct house_t h;
    if (house_fresh(t, &h, false)) {
        struct got g;
        as(t, &h, "conaeti");
        as(t, &h, "codeni-filadelfia");
        struct str lawyer = of_login(t, &h, "conaeti"), other = of_login(t, &h, "codeni-filadelfia");
        web_ask(&h, other, GET, STR("/law/PY-L049/verify"), NULL, 0, &g);
        CHECK_EQ(g.rs.status, 403);
        got_end(&g);
        web_ask(&h, lawyer, GET, STR("/law/PY-L049/verify"), NULL, 0, &g);
        CHECK_EQ(g.rs.status, 200);
        got_end(&g);
        OK(&h.c, session_resume(&h.c, lawyer));
        struct str token = form_token(&h.c), hash = law_hash(&h.c, pack_provision(h.c.node->pack, STR("PY-L049")));
        struct sent form[] = { { STR("token"), token }, { STR("hash"), hash }, { STR("verdict"), STR("yes") },
                               { STR("source"), STR("Gaceta inventada") }, { STR("on"), STR("2026-02-01") } };
        form[2].value = STR("maybe");
        web_ask(&h, lawyer, POST, STR("/law/PY-L049/verify"), form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 422);
        got_end(&g);
        form[2].value = STR("yes");
        form[4].value = STR("never");
        web_ask(&h, lawyer, POST, STR("/law/PY-L049/verify"), form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 422);
        got_end(&g);
        form[4].value = STR("2026-02-01");
        form[1].value = STR("other");
        web_ask(&h, lawyer, POST, STR("/law/PY-L049/verify"), form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 409);
        got_end(&g);
        form[1].value = hash;
        web_ask(&h, lawyer, POST, STR("/law/PY-L049/verify"), form, COUNT_OF(form), &g);
        CHECK_EQ(g.rs.status, 303);
        got_end(&g);
        web_ask(&h, (struct str){ 0 }, GET, STR("/law/PY-L049"), NULL, 0, &g);
        CHECK(holds(g.body, STR("firmada una vez: espera una segunda lectura")));
        CHECK(!holds(g.body, STR("firmada por el grupo de trabajo")));
        got_end(&g);
        as(t, &h, "contrafor");
        struct law_signing second = signing(&h.c, pack_provision(h.c.node->pack, STR("PY-L049")), PACK_YES);
        OK(&h.c, law_sign(&h.c, pack_provision(h.c.node->pack, STR("PY-L049")), &second));
        h.c.who = NULL;
        web_ask(&h, (struct str){ 0 }, GET, STR("/law/PY-L049"), NULL, 0, &g);
        CHECK(holds(g.body, STR("firmada por el grupo de trabajo")));
        CHECK(!holds(g.body, STR("Oficial Inventada")));            /* the public sees the workgroup, not the person */
        got_end(&g);
        web_ask(&h, other, GET, STR("/law/PY-L049"), NULL, 0, &g);
        CHECK(holds(g.body, STR("Oficial Inventada")));
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
    { "texts go round", texts_go_round },
    { "every instrument goes round", packs_go_round },
    { "rows go round", rows_go_round },
    { "wrong texts are refused", wrong_texts_are_refused },
    { "foreign documents", foreign_akn },
    { "signatures hold for one text", signatures },
    { "two persons' yes, and what a no undoes", two_readers },
    { "signatures survive a rebuild", after_rebuild },
    { "pages", pages },
    { "signing", signing_page },
    { "every allocation refused", every_allocation_refused },
};
T_MAIN(cases)
