/* akn_read.c - Akoma Ntoso into nodes. */
#include "law/text.h"

#include "forms/xml.h"

#include <stdio.h>

static const char AKN[] = "http://docs.oasis-open.org/legaldocml/ns/akn/";

struct reading { struct ctx *c; struct law_doc *d; size_t room; };

static enum err malformed(struct reading *r, const xmlNode *n, const char *what)
{
    return FAIL(r->c, ERR_INPUT, "law.akn.malformed", "line %ld: %s", n ? xmlGetLineNo(n) : 0L, what);
}

static struct str attr(struct reading *r, const xmlNode *n, const char *name)
{
    return n ? law_plain(&r->c->mem, xml_attr(&r->c->mem, n, name)) : (struct str){ 0 };
}

/* ---- running text ---------------------------------------------------------------------- */

static bool breaks_line(struct str name)
{
    static const char *const names[] = { "p", "block", "li", "item", "tr", "listIntroduction", "listWrapUp", "blockList",
        "blockContainer", "table", "foreign", "tocItem", "num", "heading", "subheading", "crossHeading" };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_is(name, names[i]))
            return true;
    return false;
}

static bool flattens(struct str name)
{
    static const char *const names[] = { "ref", "rref", "mref", "img", "table", "authorialNote", "mod", "quotedStructure" };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_is(name, names[i]))
            return true;
    return false;
}

/* The words below n; depth is capped by xml_load. */
static void words_of(struct reading *r, struct buf *b, const xmlNode *n)
{
    for (const xmlNode *k = n->children; k; k = k->next) {
        if (k->type == XML_TEXT_NODE || k->type == XML_CDATA_SECTION_NODE) {
            struct str s = str_c((const char *)k->content);
            for (size_t i = 0; i < s.n; i++)            /* a line end inside a text is a space */
                buf_char(b, ascii_space(s.p[i]) ? ' ' : s.p[i]);
            continue;
        }
        if (k->type != XML_ELEMENT_NODE)
            continue;
        struct str name = xml_name(k);
        r->d->flattened += flattens(name);
        if (str_is(name, "authorialNote"))
            continue;
        bool line = breaks_line(name) && !(str_is(name, "p") && xml_is(k->parent, "item"));
        if (line && !str_is(name, "num"))
            buf_char(b, '\n');
        words_of(r, b, k);
        buf_put(b, line && !str_is(name, "num") ? STR("\n") : str_is(name, "eol") || str_is(name, "td") || line ? STR(" ") : STR(""));
    }
}

/* Paragraphs, one per line, white space made single. */
static struct str paragraphs(struct reading *r, const xmlNode *n)
{
    struct arena *mem = &r->c->mem;
    struct buf raw, out;
    struct str rest, line;
    buf_init(&raw, mem, LAW_FILE_MAX);
    buf_init(&out, mem, LAW_FILE_MAX);
    words_of(r, &raw, n);
    rest = buf_str(&raw);
    while (str_next(&rest, '\n', &line)) {
        line = law_plain(mem, line);
        if (!line.n)
            continue;
        if (out.n)
            buf_char(&out, '\n');
        buf_put(&out, line);
    }
    return out.failed || raw.failed ? (struct str){ 0 } : buf_str(&out);
}

static struct str one_line(struct reading *r, const xmlNode *n)
{
    return n ? law_plain(&r->c->mem, paragraphs(r, n)) : (struct str){ 0 };
}

static struct str joined(struct reading *r, struct str a, struct str b)
{
    return a.n && b.n ? str_join(&r->c->mem, a, STR("\n"), b) : a.n ? a : b;
}

/* ---- the body ---------------------------------------------------------------------------- */

static enum err read_node(struct reading *r, const xmlNode *n, int depth);

static enum err new_node(struct reading *r, const xmlNode *n, int depth, size_t *at)
{
    if (depth >= LAW_DEPTH_MAX)
        return malformed(r, n, "too deep");
    struct law_node *v = law_node_add(r->c, r->d, &r->room);
    if (!v)
        return r->c->mem.failed ? ctx_check(r->c) : malformed(r, n, "too many parts");
    *v = (struct law_node){ .depth = depth, .kind = arena_dup(&r->c->mem, xml_name(n)), .name = attr(r, n, "name"),
        .eid = attr(r, n, xml_has(n, "eId") ? "eId" : "id"), .status = attr(r, n, "status"),
        .num = one_line(r, xml_child(n, "num")), .heading = one_line(r, xml_child(n, "heading")) };
    *at = r->d->n - 1;
    return ERR_OK;
}

/* What follows the children; below headings it needs a part of its own. */
static enum err wrap_up(struct reading *r, const xmlNode *k, size_t at, int depth, bool headings)
{
    struct str s = paragraphs(r, k);
    if (!headings) {
        r->d->node[at].wrap = joined(r, r->d->node[at].wrap, s);
        return ERR_OK;
    }
    struct law_node *v = law_node_add(r->c, r->d, &r->room);
    if (!v)
        return r->c->mem.failed ? ctx_check(r->c) : malformed(r, k, "too many parts");
    *v = (struct law_node){ .depth = depth + 1, .kind = STR("hcontainer"), .name = STR("wrapUp"), .text = s };
    return ERR_OK;
}

static enum err read_node(struct reading *r, const xmlNode *n, int depth)
{
    bool children = false, headings = false;
    size_t at = 0;
    TRY(new_node(r, n, depth, &at));
    for (const xmlNode *k = xml_first(n); k; k = xml_next(k)) {
        struct str name = xml_name(k);
        if (law_is_element(name)) {
            children = true;
            headings |= !law_is_item(name);
            TRY(read_node(r, k, depth + 1));
        } else if (children && !str_is(name, "crossHeading")) {
            TRY(wrap_up(r, k, at, depth, headings));
        } else if (str_is(name, "subheading")) {
            r->d->node[at].heading = joined(r, r->d->node[at].heading, one_line(r, k));
            r->d->node[at].heading = law_plain(&r->c->mem, r->d->node[at].heading);
        } else if (!str_is(name, "num") && !str_is(name, "heading")) {
            struct str s = paragraphs(r, k);
            r->d->node[at].text = joined(r, r->d->node[at].text, s);
        }
    }
    return ctx_check(r->c);
}

/* ---- what the document says about itself ---------------------------------------------------- */

static struct str short_lang(struct str s)
{
    static const char *const of[][2] = { { "spa", "es" }, { "eng", "en" }, { "tha", "th" }, { "grn", "gn" }, { "fra", "fr" },
                                         { "fre", "fr" }, { "por", "pt" } };
    for (size_t i = 0; i < COUNT_OF(of); i++)
        if (str_is(s, of[i][0]))
            return str_c(of[i][1]);
    return s;
}

static struct str alias_of(struct reading *r, const xmlNode *work)
{
    for (const xmlNode *k = work ? xml_first(work) : NULL; k; k = xml_next(k))
        if (xml_is(k, "FRBRalias") && str_is(attr(r, k, "name"), "amparo"))
            return attr(r, k, "value");
    return (struct str){ 0 };
}

/* "/akn/py/act/2018-01-15/6285" -> "py-act-2018-01-15-6285". */
static struct str id_of_uri(struct reading *r, struct str uri)
{
    char *p = arena_alloc(&r->c->mem, uri.n + 1, 1);
    size_t n = 0;
    if (str_starts(uri, STR("/akn/")))
        uri = str_sub(uri, 5, uri.n);
    for (size_t i = 0; p && i < uri.n && n < 80; i++) {
        char ch = ascii_lower(uri.p[i]);
        if (ascii_alpha(ch) || ascii_digit(ch))
            p[n++] = ch;
        else if (n && p[n - 1] != '-')
            p[n++] = '-';
    }
    while (p && n && p[n - 1] == '-')
        n--;
    return (struct str){ p, p ? n : 0 };
}

static void identification(struct reading *r, const xmlNode *meta)
{
    struct law_doc *d = r->d;
    const xmlNode *id = xml_child(meta, "identification"), *work = id ? xml_child(id, "FRBRWork") : NULL;
    const xmlNode *exp = id ? xml_child(id, "FRBRExpression") : NULL, *date = work ? xml_child(work, "FRBRdate") : NULL;
    if (!work || !exp)
        return;
    d->id = alias_of(r, work);
    if (!d->id.n)
        d->id = id_of_uri(r, attr(r, xml_child(work, "FRBRuri"), "value"));
    d->country = attr(r, xml_child(work, "FRBRcountry"), "value");
    d->number = attr(r, xml_child(work, "FRBRnumber"), "value");
    d->title = attr(r, xml_child(work, "FRBRname"), "value");
    d->lang = short_lang(attr(r, xml_child(exp, "FRBRlanguage"), "language"));
    struct str known = attr(r, date, "name");           /* what we wrote for want of a day is no date */
    if (!str_is(known, "yearOnly") && !str_is(known, "unknown") && !str_is(known, "inForce"))
        d->date = attr(r, date, "date");
    date = xml_child(exp, "FRBRdate");
    if (date && str_is(attr(r, date, "name"), "pointInTime"))
        d->at = attr(r, date, "date");
}

static void lifecycle(struct reading *r, const xmlNode *meta)
{
    const xmlNode *l = xml_child(meta, "lifecycle");
    for (const xmlNode *k = l ? xml_first(l) : NULL; k; k = xml_next(k)) {
        struct str type = attr(r, k, "type");
        if (str_is(type, "repeal") && !r->d->to.n)
            r->d->to = attr(r, k, "date");
    }
}

static enum pack_verified verified_of(struct str s)
{
    return str_is(s, "yes") ? PACK_YES : str_is(s, "partly") ? PACK_PARTLY : PACK_NO;
}

/* Labels in as many languages as the file has, in the order of their first appearance. */
static void label(struct reading *r, const xmlNode *k, struct law_row *row, struct label *to)
{
    struct str lang = attr(r, k, "lang");
    size_t i = 0;
    while (i < row->langs_n && !str_eq(row->lang[i], lang))
        i++;
    if (i == PACK_LANGS_MAX)
        return;
    if (i == row->langs_n)
        row->lang[row->langs_n++] = lang;
    to->in[i] = one_line(r, k);
}

static void read_row(struct reading *r, const xmlNode *n, struct law_row *row)
{
    const struct { const char *name; size_t at; } fields[] = {
        { "id", offsetof(struct provision, id) }, { "article", offsetof(struct provision, article) },
        { "eid", offsetof(struct provision, eid) }, { "amended_by", offsetof(struct provision, amended_by) },
        { "topic", offsetof(struct provision, topic) }, { "sector", offsetof(struct provision, sector) },
        { "values", offsetof(struct provision, values) }, { "from", offsetof(struct provision, from) },
        { "to", offsetof(struct provision, to) }, { "source", offsetof(struct provision, sources) },
        { "doubt", offsetof(struct provision, doubt) } };
    *row = (struct law_row){ .v.verified = verified_of(attr(r, n, "verified")), .v.instrument = r->d->id };
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        *(struct str *)(void *)((char *)&row->v + fields[i].at) = attr(r, n, fields[i].name);
    for (const xmlNode *k = xml_first(n); k; k = xml_next(k)) {
        if (xml_is(k, "rule"))
            label(r, k, row, &row->v.rule);
        else if (xml_is(k, "task"))
            label(r, k, row, &row->v.task);
    }
}

static enum err proprietary(struct reading *r, const xmlNode *meta)
{
    struct law_doc *d = r->d;
    size_t n = 0;
    for (const xmlNode *p = xml_first(meta); p; p = xml_next(p))
        for (const xmlNode *k = xml_is(p, "proprietary") ? xml_first(p) : NULL; k; k = xml_next(k))
            n += xml_is(k, "provision");
    d->row = NEW_N(&r->c->mem, struct law_row, n + 1);
    if (!d->row)
        return ctx_check(r->c);
    for (const xmlNode *p = xml_first(meta); p; p = xml_next(p))
        for (const xmlNode *k = xml_is(p, "proprietary") ? xml_first(p) : NULL; k; k = xml_next(k)) {
            if (xml_is(k, "instrument")) {
                d->kind = attr(r, k, "kind");
                d->from = attr(r, k, "from");
                d->to = attr(r, k, "to");
                d->source = attr(r, k, "source");
                d->note = attr(r, k, "note");
                d->unit = attr(r, k, "unit");
                for (const xmlNode *t = xml_first(k); t; t = xml_next(t))
                    if (xml_is(t, "title"))
                        label(r, t, &d->head, &d->head.v.rule);
            } else if (xml_is(k, "provision")) {
                read_row(r, k, &d->row[d->rows_n++]);
            }
        }
    return ctx_check(r->c);
}

static const xmlNode *below(const xmlNode *n, const char *local, int depth)
{
    for (const xmlNode *k = n && depth < 8 ? xml_first(n) : NULL; k; k = xml_next(k)) {
        const xmlNode *found = xml_is(k, local) ? k : below(k, local, depth + 1);
        if (found)
            return found;
    }
    return NULL;
}

static enum err read_act(struct reading *r, const xmlNode *act)
{
    struct law_doc *d = r->d;
    const xmlNode *meta = xml_child(act, "meta"), *body = xml_child(act, "body"), *preamble = xml_child(act, "preamble");
    if (!meta || !body)
        return malformed(r, act, "an act has meta and body");
    identification(r, meta);
    lifecycle(r, meta);
    TRY(proprietary(r, meta));
    const xmlNode *title = below(xml_child(act, "preface"), "docTitle", 0);
    if (title)
        d->title = one_line(r, title);
    if (preamble)
        d->front = paragraphs(r, preamble);
    if (!d->id.n)
        return malformed(r, act, "no FRBRuri");
    if (!d->title.n)
        d->title = d->id;
    if (!d->kind.n)
        d->kind = attr(r, act, "name");
    for (const xmlNode *k = xml_first(body); k; k = xml_next(k)) {
        if (law_is_element(xml_name(k)))
            TRY(read_node(r, k, 0));
        else
            d->flattened++;
    }
    return ctx_check(r->c);
}

static enum err read_akn(struct ctx *c, struct str xml, struct law_doc *d)
{
    struct reading r = { c, d, 0 };
    xmlDocPtr doc;
    size_t bad;
    TRY(xml_load(c, xml, LAW_FILE_MAX, &doc));
    const xmlNode *root = xmlDocGetRootElement(doc), *act = NULL;
    if (xml_is(root, "akomaNtoso") && root->ns && str_starts(str_c((const char *)root->ns->href), str_c(AKN)))
        act = xml_child(root, "act") ? xml_child(root, "act") : xml_child(root, "bill");
    d->bill = act && xml_is(act, "bill");
    enum err e = act ? read_act(&r, act) : malformed(&r, root, "not an act or a bill of Akoma Ntoso");
    xmlFreeDoc(doc);
    TRY(e);
    if (!law_doc_anchor(&c->mem, d, &bad))
        return FAIL(c, ERR_INPUT, "law.akn.malformed", "the eId " STR_F " is there twice", STR_A(str_sub(d->node[bad].eid, 0, 60)));
    return ctx_check(c);
}

enum err law_akn_read(struct ctx *c, struct str xml, struct law_doc *out)
{
    struct law_doc d = { 0 };
    TRY(law_no_memory(c, read_akn(c, xml, &d)));
    *out = d;
    return ERR_OK;
}
