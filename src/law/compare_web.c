/* compare_web.c - two texts, or an instrument on two days, side by side. */
#include "law/law_web.h"

#include "base/node.h"

/* One side that was asked for: a provision, on a day or as it stands. */
struct side { const struct provision *v; struct civil day; bool dated; };

static bool side_of(struct ctx *c, const struct request *rq, const char *id, const char *day, struct side *s)
{
    s->v = pack_provision(c->node->pack, req_query(rq, id));
    s->dated = req_query(rq, day).n && req_date(rq, day, &s->day);
    return s->v && (s->dated || !req_query(rq, day).n);
}

static struct str body(struct ctx *c, const struct law_version *w)
{
    struct str rule = pack_text(c->node->pack, &w->rule, c->lang), values = law_values(c, w->values);
    return values.n ? str_join(&c->mem, rule, STR("\n"), values) : rule;
}

static struct str head(struct ctx *c, const struct side *s, enum in_force in)
{
    static const char *const keys[] = { "law.force.no", "law.force.unknown", "law.force.yes" };
    struct str name = law_name(c, s->v);
    if (!s->dated)
        return name;
    return SAYF(c, "law.compare-head", W_TEXT("name", name), W_TEXT("day", date_text(&c->mem, s->day)),
                W_TEXT("force", say_(c, str_c(keys[in]))));
}

/* What was in force then: nothing when it was not. */
static enum err text_of(struct ctx *c, const struct side *s, struct law_side *out)
{
    struct law_version w = { .rule = s->v->rule, .values = s->v->values };
    enum in_force in = IN_FORCE_UNKNOWN;
    if (s->dated)
        TRY(law_at(c, c->node->law, s->v, s->day, &w, &in));
    *out = (struct law_side){ head(c, s, in), body(c, &w) };
    if (s->dated && in == IN_FORCE_NO)
        out->text = (struct str){ 0 };
    return ERR_OK;
}

static void ask_form(struct ctx *c, struct out *o, const struct request *rq)
{
    (void)c;
    filters_begin(o, "law.compare", "/law/compare");
    if (req_query(rq, "instrument").n) {
        hidden(o, "instrument", req_query(rq, "instrument"));
    } else {
        ask(o, &(struct ask){ .name = "left", .label = "law.compare-left", .value = req_query(rq, "left"), .width = W_M });
        ask(o, &(struct ask){ .name = "right", .label = "law.compare-right", .value = req_query(rq, "right"), .width = W_M });
    }
    ask_date(o, &(struct ask){ .name = "a", .label = "law.compare-day-a", .value = req_query(rq, "a"), .optional = true });
    ask_date(o, &(struct ask){ .name = "b", .label = "law.compare-day-b", .value = req_query(rq, "b"), .optional = true });
    filters_end(o);
}

static enum err two_provisions(struct ctx *c, struct out *o, const struct request *rq)
{
    struct side a, b;
    struct law_side l, r;
    bool left = side_of(c, rq, "left", "a", &a), right = side_of(c, rq, "right", "b", &b);
    if (!left && !right && !req_query(rq, "left").n)
        return ERR_OK;
    if (left && !req_query(rq, "right").n) {            /* the same one on two days */
        b.v = a.v;
        right = b.dated || !req_query(rq, "b").n;
    }
    if (!left || !right) {
        notice(o, TONE_SOON, "law.compare-none");
        return ERR_OK;
    }
    TRY(text_of(c, &a, &l));
    TRY(text_of(c, &b, &r));
    law_side_by_side(o, &l, &r);
    return ERR_OK;
}

/* One provision on both days; nothing to show when nothing changed. */
static enum err change_of(struct ctx *c, struct out *o, const struct provision *v, struct civil a, struct civil b, size_t *n)
{
    struct law_version w[2];
    enum in_force in[2];
    TRY(law_at(c, c->node->law, v, a, &w[0], &in[0]));
    TRY(law_at(c, c->node->law, v, b, &w[1], &in[1]));
    if (in[0] == in[1] && (in[0] == IN_FORCE_NO || w[0].row == w[1].row))
        return ERR_OK;
    struct side s[2] = { { v, a, true }, { v, b, true } };
    struct law_side side[2];
    for (int i = 0; i < 2; i++)
        side[i] = (struct law_side){ head(c, &s[i], in[i]), in[i] == IN_FORCE_NO ? (struct str){ 0 } : body(c, &w[i]) };
    law_side_by_side(o, &side[0], &side[1]);
    ++*n;
    return ERR_OK;
}

static enum err two_days(struct ctx *c, struct out *o, const struct request *rq, const struct instrument *x)
{
    const struct pack *p = c->node->pack;
    struct civil a, b;
    size_t n = 0;
    if (!req_query(rq, "a").n && !req_query(rq, "b").n)
        return ERR_OK;
    if (!req_date(rq, "a", &a) || !req_date(rq, "b", &b)) {
        notice(o, TONE_SOON, "law.compare-days");
        return ERR_OK;
    }
    for (size_t i = 0; i < p->provisions_n; i++)
        if (str_eq(p->provisions[i].instrument, x->id))
            TRY(change_of(c, o, &p->provisions[i], a, b, &n));
    if (!n)
        empty(o, "law.compare-same");
    return ERR_OK;
}

enum err law_compare_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct str id = req_query(rq, "instrument");
    const struct instrument *x = id.n ? pack_instrument(c->node->pack, id) : NULL;
    if (id.n && !x)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "instrument");
    page_begin(o, &(struct page){ .title_key = "law.compare", .tab = "law", .crumbs = { { "law.title", STR("/law") } } });
    heading(o, "law.compare");
    if (x)
        para_text(o, law_instrument_name(c, x->id));
    lede(o, "law.compare-lede");
    ask_form(c, o, rq);
    TRY(x ? two_days(c, o, rq, x) : two_provisions(c, o, rq));
    page_end(o);
    return ERR_OK;
}
