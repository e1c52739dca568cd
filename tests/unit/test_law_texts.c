/* test_law_texts.c - texts of laws as Akoma Ntoso and Markdown, there and back; rows of
 * a pack; what is refused. */
#include "law_t.h"

#include "law/import.h"
#include "law/text.h"

#include <libxml/xmlschemas.h>

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

static const struct t_case cases[] = {
    { "texts go round", texts_go_round },
    { "every instrument goes round", packs_go_round },
    { "rows go round", rows_go_round },
    { "wrong texts are refused", wrong_texts_are_refused },
    { "foreign documents", foreign_akn },
};
T_MAIN(cases)
