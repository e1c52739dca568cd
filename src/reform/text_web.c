/* text_web.c - versions of a draft text side by side, comments, what became of them. */
#include "reform/tracker_web.h"

#include "access/access.h"
#include "law/law.h"
#include "reform/tracker.h"

enum err reform_act_text(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str version;
    enum err e = reform_text_add(c, rq->params[0], req_field(rq, "text"), req_field(rq, "note"), &version);
    if (e && reform_again(c, rs, e, "text"))
        return reform_page(c, rq, rs);
    TRY(e);
    return go_done(c, rs, "saved", "/reform/%s/text/%s", rq->params[0], version);
}

static void decide_form(struct ctx *c, struct out *o, struct str reform, const struct reform_comment *k)
{
    const struct choice opt[] = { { .value = STR("accepted"), .text = SAY(c, "reform.is.accepted") },
        { .value = STR("partly"), .text = SAY(c, "reform.is.partly") }, { .value = STR("rejected"), .text = SAY(c, "reform.is.rejected") } };
    more_begin(o, "reform.decide");
    form_begin(o, "/reform/%s/comment/%s", reform, k->id);
    pick(o, &(struct pick){ .name = "disposition", .label = "reform.disposition", .options = opt, .n = 3 });
    ask(o, &(struct ask){ .name = "reason", .label = "reform.reason", .rows = 2, .optional = true, .max = COMMENT_CHARS });
    submit(o, BTN_QUIET, "reform.decide-do");
    form_end(o);
    more_end(o);
}

static void comment_card(struct ctx *c, struct out *o, struct str reform, const struct reform_comment *k)
{
    html(o, "<section class=\"part\"><h3>");
    text(o, k->from);
    if (k->place.n) {
        html(o, " <small>");
        text(o, k->place);
        html(o, "</small>");
    }
    html(o, "</h3>\n");
    para_text(o, k->what);
    if (k->disposition.n) {
        html(o, "<p>");
        tag_text(o, str_is(k->disposition, "accepted") ? TONE_DONE : str_is(k->disposition, "partly") ? TONE_SOON : TONE_LATE,
                 say_join(c, "reform.is", k->disposition));
        html(o, " ");
        text(o, k->reason);
        html(o, " <small>");
        text(o, officer_name(c, k->decided_by));
        html(o, "</small></p>\n");
    } else {
        tag(o, TONE_SOON, "reform.undecided");
    }
    if (reform_may_edit(c))
        decide_form(c, o, reform, k);
    html(o, "</section>\n");
}

static enum err comments_part(struct ctx *c, struct out *o, struct str reform, struct str version)
{
    struct reform_comment *k;
    size_t n, shown = 0;
    TRY(reform_comments(c, reform, &k, &n));
    bare_begin(o, "reform.comments");
    for (size_t i = 0; i < n; i++)
        if (str_eq(k[i].version, version)) {
            comment_card(c, o, reform, &k[i]);
            shown++;
        }
    if (!shown)
        empty(o, "reform.comments-none");
    if (reform_may_edit(c)) {
        more_begin(o, "reform.comment-add");
        form_begin(o, "/reform/%s/text/%s/comment", reform, version);
        ask(o, &(struct ask){ .name = "from", .label = "reform.comment-from", .hint = "reform.comment-from-hint", .max = 200 });
        ask(o, &(struct ask){ .name = "place", .label = "reform.comment-place", .optional = true, .max = 200 });
        ask(o, &(struct ask){ .name = "what", .label = "reform.comment", .rows = 4, .max = COMMENT_CHARS });
        submit(o, BTN, "reform.comment-do");
        form_end(o);
        more_end(o);
    }
    section_end(o);
    return ERR_OK;
}

static enum err text_body(struct ctx *c, struct out *o, const struct request *rq, const struct reform_text *v, size_t n, size_t at)
{
    struct str now, before;
    TRY(reform_text_read(c, rq->params[0], v[at].id, &now));
    if (at == 0 || n < 2) {
        sheet_begin(o, "reform.text");
        para_text(o, now);
        section_end(o);
        return ERR_OK;
    }
    TRY(reform_text_read(c, rq->params[0], v[at - 1].id, &before));
    bare_begin(o, "reform.differences");
    law_side_by_side(o, &(struct law_side){ SAYF(c, "reform.version-n", W_INT("n", v[at - 1].n)), before },
                     &(struct law_side){ SAYF(c, "reform.version-n", W_INT("n", v[at].n)), now });
    section_end(o);
    return ERR_OK;
}

enum err reform_text_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct reform r;
    struct reform_text *v;
    size_t n, at = 0;
    TRY(reform_get(c, rq->params[0], &r));
    TRY(reform_texts(c, r.id, &v, &n));
    while (at < n && !str_eq(v[at].id, rq->params[1]))
        at++;
    if (at == n)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "text");
    page_begin(o, &(struct page){ .title_key = "reform.text", .tab = "reform",
        .crumbs = { { "reform.title", STR("/reform") }, { "reform.one", path_of(c, "/reform/%s", r.id) } } });
    head_begin(o);
    text(o, r.title);
    html(o, " · ");
    TF(o, "reform.version-n", W_INT("n", v[at].n));
    head_end(o);
    para_text(o, v[at].note);
    errors(o);
    html(o, "<p>");
    for (size_t i = 0; i < n; i++) {
        if (i == at)
            continue;
        link_text(o, SAYF(c, "reform.version-n", W_INT("n", v[i].n)), "/reform/%s/text/%s", r.id, v[i].id);
        html(o, " ");
    }
    html(o, "</p>\n");
    TRY(text_body(c, o, rq, v, n, at));
    TRY(comments_part(c, o, r.id, v[at].id));
    page_end(o);
    return ERR_OK;
}

enum err reform_act_comment(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct comment_new n = { rq->params[1], req_field(rq, "place"), req_field(rq, "what"), req_field(rq, "from") };
    enum err e = reform_comment_add(c, rq->params[0], &n);
    if (e && reform_again(c, rs, e, "what"))
        return reform_text_page(c, rq, rs);
    TRY(e);
    return go_done(c, rs, "saved", "/reform/%s/text/%s", rq->params[0], rq->params[1]);
}

static enum err version_of(struct ctx *c, struct str reform, struct str comment, struct str *version)
{
    struct reform_comment *k;
    size_t n;
    TRY(reform_comments(c, reform, &k, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(k[i].id, comment)) {
            *version = k[i].version;
            return ERR_OK;
        }
    return FAIL(c, ERR_NOT_FOUND, "error.no-page", "comment");
}

enum err reform_act_decide(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str version;
    TRY(version_of(c, rq->params[0], rq->params[1], &version));
    enum err e = reform_comment_decide(c, rq->params[0], rq->params[1], req_field(rq, "disposition"), req_field(rq, "reason"));
    if (e && reform_again(c, rs, e, "reason")) {
        struct request there = *rq;
        there.params[1] = version;
        return reform_text_page(c, &there, rs);
    }
    TRY(e);
    return go_done(c, rs, "saved", "/reform/%s/text/%s", rq->params[0], version);
}

