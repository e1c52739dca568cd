/* sign_web.c - the page on which a lawyer of the workgroup signs a provision. */
#include "law/law_web.h"

#include "base/node.h"
#include "law/sign.h"

enum err law_sign_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    const struct provision *v = pack_provision(c->node->pack, rq->params[0]);
    if (!v)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "provision");
    const struct choice verdicts[] = { OPT("yes", SAY(c, "law.verdict.yes")), OPT("partly", SAY(c, "law.verdict.partly")),
                                       OPT("no", SAY(c, "law.verdict.no")) };
    page_begin(o, &(struct page){ .title = v->id, .tab = "law", .narrow = true,
        .crumbs = { { "law.title", STR("/law") }, { "law.provision", law_path(c, v->id) } } });
    head_begin(o);
    text(o, law_name(c, v));
    head_end(o);
    errors(o);
    lede(o, "law.sign-lede");
    html(o, "<blockquote>");
    para_text(o, law_rule(c, v));
    para_text(o, law_values(c, v->values));
    html(o, "</blockquote>\n");
    facts_begin(o);
    fact(o, "law.from", v->from);
    fact(o, "law.to", v->to);
    law_sources(c, o, "law.sources", v->sources);
    fact(o, "law.doubt", v->doubt);
    facts_end(o);
    sheet_begin(o, "law.sign");
    form_begin(o, "/law/%s/verify", v->id);
    hidden(o, "hash", law_hash(c, v));
    pick(o, &(struct pick){ .name = "verdict", .label = "law.sign-verdict", .options = verdicts, .n = COUNT_OF(verdicts) });
    ask(o, &(struct ask){ .name = "source", .label = "law.sign-source", .hint = "law.sign-source-hint", .rows = 2, .max = 500 });
    ask_date(o, &(struct ask){ .name = "on", .label = "law.sign-on" });
    ask(o, &(struct ask){ .name = "note", .label = "law.sign-note", .rows = 3, .optional = true, .max = 500 });
    submit(o, BTN_SEAL, "law.sign-do");
    form_end(o);
    section_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err again(struct ctx *c, const struct request *rq, struct response *rs, enum err e)
{
    const char *key = c->fault.key;
    c->fault = (struct fault){ 0 };
    rs->status = e == ERR_INPUT ? 422 : 409;
    wrong_(&rs->out, !strcmp(key, "law.sign.date") ? STR("on") : STR("source"), say_(c, str_c(key)));
    return law_sign_page(c, rq, rs);
}

static bool verdict_of(struct str s, enum pack_verified *out)
{
    for (int i = PACK_NO; i <= PACK_YES; i++)
        if (str_is(s, pack_verified_name((enum pack_verified)i))) {
            *out = (enum pack_verified)i;
            return true;
        }
    return false;
}

enum err law_sign_act(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct provision *v = pack_provision(c->node->pack, rq->params[0]);
    struct law_signing s = { .source = req_field(rq, "source"), .note = req_field(rq, "note"), .hash = req_field(rq, "hash") };
    struct civil on;
    if (!v)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "provision");
    if (!verdict_of(req_field(rq, "verdict"), &s.verdict)) {
        wrong(&rs->out, "verdict", "law.sign.verdict");
        rs->status = 422;
        return law_sign_page(c, rq, rs);
    }
    if (req_date(rq, "on", &on))
        s.on = date_text(&c->mem, on);
    enum err e = law_sign(c, v, &s);
    if (e == ERR_INPUT || e == ERR_CONFLICT)
        return again(c, rq, rs, e);
    TRY(e);
    return go_done(c, rs, "signed", "/law/%s", v->id);
}
