/* lists_web.c - what the sources disagree on, and the treaties. */
#include "law/law_web.h"

#include "base/node.h"

/* ---- doubts ---------------------------------------------------------------------------- */

bool law_doubted(const struct pack *p, struct str provision)
{
    for (size_t i = 0; i < p->doubts_n; i++)
        if (pack_has_word(p->doubts[i].provisions, provision))
            return true;
    return false;
}

/* Many rows of one article: its name once, then their ids. */
static void provisions_of(struct ctx *c, struct out *o, struct str ids, struct str about)
{
    struct str id, last = { 0 };
    while (str_next(&ids, ' ', &id)) {
        const struct provision *v = pack_provision(c->node->pack, id);
        if (!v || str_eq(id, about))
            continue;
        struct str name = law_name(c, v);
        bool same = str_eq(name, last);
        html(o, " ");
        link_text_(o, same ? v->id : name, law_path(c, id));
        text(o, same ? STR(",") : STR("."));
        last = name;
    }
}

/* about: the provision whose page this is; it need not name itself. */
static void one_doubt(struct ctx *c, struct out *o, const struct law_doubt *d, struct str about)
{
    struct str id, sources = d->sources;
    bool first = true;
    step_begin(o, str_is(d->kind, "conflict") ? TONE_LATE : TONE_SOON);
    text(o, pack_text(c->node->pack, &d->what, c->lang));
    if (d->meanwhile.in[0].n) {
        html(o, "<br><strong>");
        T(o, "law.meanwhile");
        html(o, "</strong> ");
        text(o, pack_text(c->node->pack, &d->meanwhile, c->lang));
    }
    html(o, "<br><small>");
    provisions_of(c, o, d->provisions, about);
    while (str_next(&sources, ' ', &id)) {
        const struct source *s = pack_source(c->node->pack, id);
        if (first)
            html(o, " ");
        if (first)
            T(o, "law.sources");
        text(o, first ? STR(": ") : STR("; "));
        text(o, s ? s->what : id);
        first = false;
    }
    html(o, "</small>");
    step_end(o);
}

void law_doubt_list(struct ctx *c, struct out *o, struct str provision, const char *kind)
{
    const struct pack *p = c->node->pack;
    steps_begin(o, false);
    for (size_t i = 0; i < p->doubts_n; i++)
        if ((!provision.n || pack_has_word(p->doubts[i].provisions, provision)) &&
            (!kind || str_is(p->doubts[i].kind, kind)))
            one_doubt(c, o, &p->doubts[i], provision);
    steps_end(o);
}

static void doubts_of(struct ctx *c, struct out *o, const char *key, const char *kind)
{
    part_begin(o, key);
    law_doubt_list(c, o, (struct str){ 0 }, kind);
    section_end(o);
}

/* Every provision that nobody has fully verified, with its doubt in words. */
static enum err unverified_part(struct ctx *c, struct out *o)
{
    const struct pack *p = c->node->pack;
    struct law_signed *all;
    struct law_standing s;
    TRY(law_signed(c, &all));
    part_begin(o, "law.unverified");
    grid_begin(o, &(struct grid){ "law.unverified", COLS("law.provision", "law.rule", "law.doubt", "law.standing"), .rowhead = true });
    for (size_t i = 0; i < p->provisions_n; i++) {
        const struct provision *v = &p->provisions[i];
        law_standing_in(c, all, v, &s);
        if (law_certain(&s) && !v->doubt.n)
            continue;
        row_begin(o, TONE_PLAIN);
        cell(o);
        link_text_(o, law_name(c, v), law_path(c, v->id));
        cell_text(o, law_rule(c, v));
        cell_text(o, v->doubt);
        cell(o);
        law_mark(o, &s);
        row_end(o);
    }
    grid_end(o);
    section_end(o);
    return ERR_OK;
}

enum err law_doubts_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    (void)rq;
    page_begin(o, &(struct page){ .title_key = "law.doubts", .tab = "law", .crumbs = { { "law.title", STR("/law") } } });
    head_begin(o);
    T(o, "law.doubts");
    text(o, STR(": "));
    text(o, pack_text(c->node->pack, &c->node->pack->name, c->lang));
    head_end(o);
    lede(o, "law.doubts-lede");
    doubts_of(c, o, "law.conflicts", "conflict");
    doubts_of(c, o, "law.open-points", "open");
    TRY(unverified_part(c, o));
    page_end(o);
    return ERR_OK;
}

/* ---- treaties ---------------------------------------------------------------------------- */

static void one_ratification(struct ctx *c, struct out *o, const struct ratification *x)
{
    row_begin(o, TONE_PLAIN);
    cell(o);
    link_text_(o, law_instrument_name(c, x->instrument), law_instrument_path(c, x->instrument));
    cell_text(o, law_word(c, "law.state", x->state));
    cell(o);
    date_of(o, x->date);
    cell_text(o, x->age);
    cell(o);
    tag_text(o, x->verified == PACK_YES ? TONE_DONE : TONE_SOON, say_join(c, "verified", str_c(pack_verified_name(x->verified))));
    if (x->doubt.n) {
        html(o, " ");
        text(o, x->doubt);
    }
    if (x->provision.n) {
        html(o, " ");
        link_text_(o, x->provision, law_path(c, x->provision));
    }
    row_end(o);
}

enum err law_ratifications_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    const struct pack *p = c->node->pack;
    (void)rq;
    page_begin(o, &(struct page){ .title_key = "law.ratifications", .tab = "law", .crumbs = { { "law.title", STR("/law") } } });
    heading(o, "law.ratifications");
    lede(o, "law.ratifications-lede");
    if (!p->ratifications_n)
        empty(o, "law.none");
    else
        grid_begin(o, &(struct grid){ "law.ratifications", COLS("law.treaty", "law.state", "law.date", "law.declared-age", "law.standing"),
                                      .rowhead = true });
    for (size_t i = 0; i < p->ratifications_n; i++)
        one_ratification(c, o, &p->ratifications[i]);
    if (p->ratifications_n)
        grid_end(o);
    page_end(o);
    return ERR_OK;
}
