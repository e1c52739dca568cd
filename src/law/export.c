/* export.c - an instrument of a pack as a document: its own text where the pack
 * has one that may be used, else the pack's paraphrases, marked as such. */
#include "law/priv.h"

#include "law/text.h"

#include <stdio.h>

/* ---- the texts of a pack ------------------------------------------------------------- */

/* "py-law-1@2015-01-01" is the text of py-law-1 in force from that day. */
struct str law_text_instrument(struct str file_id, struct str *from)
{
    struct str id = file_id;
    *from = (struct str){ 0 };
    (void)str_cut(file_id, '@', &id, from);
    return id;
}

/* The text of that day: the latest that had begun; without a day the newest. */
const struct law_doc *law_doc_of(const struct law *l, struct str instrument, const struct civil *at)
{
    const struct law_text *best = NULL;
    for (size_t i = 0; i < l->texts_n; i++) {
        const struct law_text *t = &l->text[i];
        struct civil from;
        if (!str_eq(t->instrument, instrument))
            continue;
        if (at && t->from.n && (!date_parse(t->from, &from) || days_from_civil(from) > days_from_civil(*at)))
            continue;
        if (!best || str_cmp(t->from, best->from) > 0)
            best = t;
    }
    return best ? &best->doc : NULL;
}

enum err law_gather_texts(struct ctx *c, struct law *l)
{
    const struct pack *p = l->pack;
    l->text = NEW_N(&l->mem, struct law_text, p->law_texts_n + 1);
    for (size_t i = 0; l->text && i < p->law_texts_n; i++) {
        struct ctx own = { .mem = l->mem, .now_us = c->now_us };    /* read straight into the law's memory */
        struct law_text *t = &l->text[i];
        t->instrument = law_text_instrument(p->law_texts[i].id, &t->from);
        enum err e = law_text_read(&own, p->law_texts[i].text, &t->doc);
        l->mem = own.mem;
        if (e)
            return FAIL(c, e, "law.text.malformed", STR_F ": %s", STR_A(p->law_texts[i].path), own.fault.detail);
        if (!str_eq(t->doc.id, t->instrument))
            return FAIL(c, ERR_INPUT, "law.text.malformed", STR_F ": the header says id " STR_F,
                        STR_A(p->law_texts[i].path), STR_A(str_sub(t->doc.id, 0, 60)));
        l->texts_n++;
    }
    return l->mem.failed ? FAIL(c, ERR_NOMEM, "pack.memory", "texts of the law") : ERR_OK;
}

struct str law_full_text(struct ctx *c, const struct law *l, const struct provision *v)
{
    const struct law_doc *d = law_doc_of(l, v->instrument, NULL);
    struct str eids = v->eid, one, all = { 0 };
    while (d && str_next(&eids, ' ', &one)) {
        struct str s = one.n ? law_node_text(c, d, one) : (struct str){ 0 };
        all = all.n && s.n ? str_join(&c->mem, all, STR("\n"), s) : all.n ? all : s;
    }
    return all;
}

/* ---- a document made of paraphrases ------------------------------------------------------ */

struct making { struct ctx *c; struct law_doc *d; size_t room; };

static size_t find_eid(const struct law_doc *d, struct str eid)
{
    size_t i = 0;
    while (i < d->n && !str_eq(d->node[i].eid, eid))
        i++;
    return i;
}

static enum err full(struct making *m)
{
    TRY(ctx_check(m->c));
    return FAIL(m->c, ERR_INPUT, "law.akn.malformed", "too many parts");
}

/* A node at the end of its parent's subtree (parent == n: at the end). */
static struct law_node *insert(struct making *m, size_t parent, const struct law_node *v)
{
    struct law_doc *d = m->d;
    size_t at = d->n;
    if (parent < d->n)
        for (at = parent + 1; at < d->n && d->node[at].depth > d->node[parent].depth;)
            at++;
    if (!law_node_add(m->c, d, &m->room))
        return NULL;
    memmove(d->node + at + 1, d->node + at, (d->n - 1 - at) * sizeof *d->node);
    d->node[at] = *v;
    return &d->node[at];
}

static struct str kind_of_prefix(struct str prefix)
{
    static const char *const of[][2] = { { "art", "article" }, { "sec", "section" }, { "chp", "chapter" }, { "para", "paragraph" },
        { "point", "point" }, { "part", "part" }, { "title", "title" }, { "subsec", "subsection" } };
    for (size_t i = 0; i < COUNT_OF(of); i++)
        if (str_is(prefix, of[i][0]))
            return str_c(of[i][1]);
    return STR("hcontainer");
}

static struct str number_words(struct making *m, struct str kind, struct str number)
{
    bool es = str_is(m->d->lang, "es");
    if (str_is(kind, "article"))
        return str_join(&m->c->mem, es ? STR("Artículo ") : STR("Article "), number);
    if (str_is(kind, "section"))
        return str_join(&m->c->mem, es ? STR("Sección ") : STR("Section "), number);
    return number;
}

/* The node of an anchor, with those above it: "sec_26__para_5" stands in "sec_26". */
static enum err place(struct making *m, struct str eid, size_t *out)
{
    size_t parent = SIZE_MAX, from = 0, sep;
    int depth = 0;
    while (from < eid.n) {
        struct str rest = str_sub(eid, from, eid.n), part = rest, prefix, number = { 0 };
        if (str_find(rest, STR("__"), &sep))
            part = str_sub(rest, 0, sep);
        struct str whole = str_sub(eid, 0, from + part.n);
        size_t i = find_eid(m->d, whole);
        if (i == m->d->n) {
            if (!str_cut(part, '_', &prefix, &number))
                prefix = part;
            struct law_node v = { .kind = kind_of_prefix(prefix), .eid = whole, .depth = depth, .status = STR("editorial") };
            v.num = number_words(m, v.kind, number);
            v.name = str_is(v.kind, "hcontainer") ? prefix : (struct str){ 0 };
            if (!insert(m, parent == SIZE_MAX ? m->d->n : parent, &v))
                return full(m);
            i = find_eid(m->d, whole);
        }
        parent = i;
        depth++;
        from += part.n + 2;
    }
    *out = parent;
    return ERR_OK;
}

static size_t sharing(const struct law *l, const struct provision *v, struct str eid)
{
    size_t n = 0;
    struct str first, rest;
    for (size_t i = 0; i < l->pack->provisions_n; i++) {
        const struct provision *w = &l->pack->provisions[i];
        first = w->eid;
        (void)str_cut(w->eid, ' ', &first, &rest);
        n += str_eq(w->instrument, v->instrument) && str_eq(first, eid);
    }
    return n;
}

static struct str paraphrase(struct making *m, const struct law *l, const struct law_version *w)
{
    struct str rule = pack_text(l->pack, &w->rule, m->d->lang), task = pack_text(l->pack, &w->provision->task, m->d->lang);
    return task.n ? str_join(&m->c->mem, rule, STR(": "), task) : rule;
}

static enum err add_provision(struct making *m, const struct law *l, const struct law_version *w, enum in_force in)
{
    const struct provision *v = w->provision;
    struct str first = v->eid, rest;
    size_t at = m->d->n;
    struct law_node own = { .kind = STR("hcontainer"), .name = STR("provision"), .text = paraphrase(m, l, w),
        .status = in == IN_FORCE_UNKNOWN ? STR("unknown") : STR("editorial"), .heading = v->id };
    (void)str_cut(v->eid, ' ', &first, &rest);
    if (first.n)
        TRY(place(m, first, &at));
    struct law_node *node = m->d->node;
    if (first.n && node && sharing(l, v, first) == 1 && !node[at].text.n) {
        node[at].text = own.text;
        node[at].status = own.status;
        return ERR_OK;
    }
    own.depth = first.n && node ? node[at].depth + 1 : 0;
    if (!insert(m, first.n ? at : m->d->n, &own))
        return full(m);
    return ERR_OK;
}

static void describe(const struct law *l, const struct instrument *x, struct law_doc *d)
{
    d->id = x->id;
    d->lang = l->pack->langs[0];
    d->title = x->title.in[0];
    d->number = x->number;
    d->kind = x->kind;
    d->from = x->from.n ? x->from : x->year;
    d->to = x->to;
    d->source = x->sources;
}

static enum err rows(struct ctx *c, const struct law *l, const struct instrument *x, struct law_doc *d)
{
    const struct pack *p = l->pack;
    d->row = NEW_N(&c->mem, struct law_row, p->provisions_n + 1);
    if (!d->row)
        return ctx_check(c);
    for (size_t i = 0; i < p->provisions_n; i++) {
        if (!str_eq(p->provisions[i].instrument, x->id))
            continue;
        struct law_row *r = &d->row[d->rows_n++];
        *r = (struct law_row){ .v = p->provisions[i], .langs_n = p->langs_n };
        memcpy(r->lang, p->langs, p->langs_n * sizeof *r->lang);
    }
    return ERR_OK;
}

static void titles(const struct law *l, const struct instrument *x, struct law_doc *d)
{
    d->head = (struct law_row){ .v.rule = x->title, .langs_n = l->pack->langs_n };
    memcpy(d->head.lang, l->pack->langs, l->pack->langs_n * sizeof *d->head.lang);
}

static struct str country_of(struct ctx *c, const struct pack *p, const struct instrument *x)
{
    struct str cc = arena_dup(&c->mem, p->country);
    if (str_is(x->kind, "treaty") || str_is(x->kind, "recommendation"))
        return STR("un");
    for (size_t i = 0; i < cc.n; i++)
        ((char *)(uintptr_t)cc.p)[i] = ascii_lower(cc.p[i]);
    return cc;
}

enum err law_export(struct ctx *c, const struct law *l, struct str instrument, const struct civil *at, struct law_doc *out)
{
    const struct pack *p = l->pack;
    const struct instrument *x = pack_instrument(p, instrument);
    const struct law_doc *text = law_doc_of(l, instrument, at);
    struct law_doc d = { 0 };
    struct making m = { c, &d, 0 };
    size_t bad;
    if (!x)
        return FAIL(c, ERR_NOT_FOUND, "law.no-instrument", STR_F, STR_A(str_sub(instrument, 0, 60)));
    if (text)
        d = *text;
    else
        describe(l, x, &d);
    d.source = d.source.n ? d.source : x->sources;
    d.country = d.country.n ? d.country : country_of(c, p, x);
    d.at = at ? date_text(&c->mem, *at) : (struct str){ 0 };
    titles(l, x, &d);
    TRY(rows(c, l, x, &d));
    for (size_t i = 0; !text && i < p->provisions_n; i++) {
        const struct provision *v = &p->provisions[i];
        struct law_version w = { .provision = v, .rule = v->rule };
        enum in_force in = IN_FORCE_YES;
        if (!str_eq(v->instrument, x->id))
            continue;
        if (at)
            TRY(law_at(c, l, v, *at, &w, &in));
        if (in != IN_FORCE_NO)
            TRY(add_provision(&m, l, &w, in));
    }
    (void)law_doc_anchor(&c->mem, &d, &bad);
    TRY(ctx_check(c));
    *out = d;
    return ERR_OK;
}
