/* version_web.c - one applied version: what it says differently, its basis, taking it back. */
#include "reform/rules_priv.h"

#include "access/access.h"
#include "base/node.h"
#include "law/law.h"

static enum err version_facts(struct ctx *c, struct out *o, const struct rules_version *v)
{
    facts_begin(o);
    fact(o, "rules.file", rules_file_text(c, v->decision));
    fact_begin(o, "rules.since");
    day_of(o, v->from_day);
    fact_end(o);
    if (v->until_day) {
        fact_begin(o, "rules.until-day");
        day_of(o, v->until_day);
        fact_end(o);
    }
    fact(o, "rules.basis-of", v->basis);
    if (v->provisions.n) {
        fact_begin(o, "rules.provisions");
        TRY(law_cite(c, o, v->provisions));
        fact_end(o);
    }
    fact(o, "rules.reason-of", v->reason);
    fact(o, "rules.applied-by", officer_name(c, v->by));
    fact_begin(o, "rules.applied-at");
    time_of(o, v->at_us);
    fact_end(o);
    fact(o, "rules.above-pack", v->pack);
    fact(o, "rules.withdraw-asked-by", v->asked_by.n ? officer_name(c, v->asked_by) : (struct str){ 0 });
    fact(o, "rules.withdrawn-by", v->withdrawn_by.n ? officer_name(c, v->withdrawn_by) : (struct str){ 0 });
    fact(o, "rules.withdrawn-why", v->withdrawn_why);
    fact(o, "rules.hash", v->hash);
    facts_end(o);
    return ERR_OK;
}

/* ---- above a newer pack ---------------------------------------------------------------------- */

static void beside_words(struct ctx *c, struct out *o, const struct rules_version *v, const struct rules_beside *b)
{
    struct str was = v->pack.n ? v->pack : SAY(c, "rules.beside-earlier");
    TF(o, "rules.beside-pack", W_DAY("day", pack_local_day(c->node->pack, v->at_us)), W_TEXT("was", was), W_TEXT("now", b->pack));
    html(o, " ");
    key_out(o, b->same ? "rules.beside-same" : b->changed ? "rules.beside-changed" : "rules.beside-kept");
}

/* The version and the pack's own table as they stand now, side by side. */
static enum err beside_part(struct ctx *c, struct out *o, const struct rules_version *v)
{
    struct rules_beside b;
    struct str own, text;
    struct edit *e;
    size_t n;
    TRY(rules_version_beside(c, v, &b));
    if (!b.due)
        return ERR_OK;
    sheet_begin(o, "rules.beside");
    html(o, "<p>");
    beside_words(c, o, v, &b);
    html(o, "</p>\n");
    section_end(o);
    TRY(rules_pack_text(c, v->decision, &own));
    TRY(rules_version_text(c, v->id, &text));
    TRY(dmn_diff(c, own, text, &e, &n));
    edits_of(c, o, "rules.beside-both", e, n);
    return ERR_OK;
}

enum err rules_beside_list(struct ctx *c, struct out *o, const struct rules_version *v, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        struct rules_beside b;
        TRY(rules_version_beside(c, &v[i], &b));
        if (!b.due)
            continue;
        if (!any) {
            part_begin(o, "rules.beside");
            steps_begin(o, true);
        }
        any = true;
        step_begin(o, TONE_SOON);
        link_text(o, v[i].title, "/rules/version/%s", v[i].id);
        html(o, "<br>");
        beside_words(c, o, &v[i], &b);
        step_end(o);
    }
    if (any) {
        steps_end(o);
        section_end(o);
    }
    return ERR_OK;
}

enum err reform_panel_work(struct ctx *c, struct out *o, const struct subject *s)
{
    struct rules_version *v;
    size_t n;
    (void)s;
    if (!access_may(c, "rules.apply", (struct str){ 0 }))
        return ERR_OK;
    TRY(rules_version_list(c, (struct str){ 0 }, 50, &v, &n));
    return rules_beside_list(c, o, v, n);
}

static void withdraw_part(struct ctx *c, struct out *o, const struct rules_version *v)
{
    if (v->until_day || !access_may(c, "rules.apply", (struct str){ 0 }))
        return;
    if (v->asked_by.n && !str_eq(v->asked_by, c->who->id)) {
        sheet_begin(o, "rules.withdraw-asked");
        para_text(o, SAYF(c, "rules.withdraw-waits", W_TEXT("who", officer_name(c, v->asked_by)),
                          W_DAY("day", v->asked_day), W_TEXT("why", v->asked_why)));
        form_begin(o, "/rules/version/%s/withdraw", v->id);
        hidden(o, "until", date_text(&c->mem, civil_from_days(v->asked_day)));
        ask(o, &(struct ask){ .name = "reason", .label = "rules.reason-of", .rows = 3, .max = 4000 });
        submit(o, BTN_STOP, "rules.withdraw-agree");
        form_end(o);
        section_end(o);
    } else if (v->asked_by.n) {
        notice(o, TONE_SOON, "rules.withdraw-mine");
    }
    more_begin(o, "rules.withdraw");
    para(o, "rules.withdraw-why");
    form_begin(o, "/rules/version/%s/withdraw", v->id);
    ask_date(o, &(struct ask){ .name = "until", .label = "rules.until-day" });
    ask(o, &(struct ask){ .name = "reason", .label = "rules.reason-of", .rows = 3, .max = 4000 });
    submit(o, BTN_STOP, "rules.withdraw-do");
    form_end(o);
    more_end(o);
}

static enum err version_changes(struct ctx *c, struct out *o, const struct rules_version *v)
{
    struct str base, now;
    struct edit *e;
    size_t n;
    TRY(rules_version_text(c, v->id, &now));
    TRY(v->base_version.n ? rules_version_text(c, v->base_version, &base) : rules_pack_text(c, v->decision, &base));
    if (!str_eq(rules_hash(c, base), v->base))
        notice(o, TONE_SOON, "rules.base-gone");
    TRY(dmn_diff(c, base, now, &e, &n));
    edits_part(c, o, e, n);
    return ERR_OK;
}

enum err rules_version_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct rules_version v;
    int64_t today = rules_today(c);
    TRY(rules_version_get(c, rq->params[0], &v));
    bool on = v.from_day <= today && (!v.until_day || v.until_day > today);
    page_begin(o, &(struct page){ .title_key = "rules.version", .tab = "reform",
        .crumbs = { { "reform.title", STR("/reform") }, { "rules.title-page", STR("/rules") } } });
    head_begin(o);
    text(o, v.title);
    head_tags(o);
    if (on)
        tag(o, TONE_DONE, "rules.is-in-force");
    else if (v.from_day > today)
        tag(o, TONE_SOON, "rules.not-yet");
    else
        tag(o, TONE_PLAIN, "rules.no-longer");
    head_end(o);
    errors(o);
    TRY(beside_part(c, o, &v));
    TRY(version_facts(c, o, &v));
    TRY(version_changes(c, o, &v));
    html(o, "<p>");
    go_button(o, BTN_QUIET, "rules.download", "/rules/version/%s/file", v.id);
    html(o, " ");
    link_to(o, "rules.to-draft", "/rules/draft/%s", v.draft);
    html(o, "</p>\n");
    withdraw_part(c, o, &v);
    page_end(o);
    return ERR_OK;
}

enum err rules_version_file(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct rules_version v;
    struct str xml;
    TRY(rules_version_get(c, rq->params[0], &v));
    TRY(rules_version_text(c, v.id, &xml));
    return send_file(rs, STR("application/xml; charset=utf-8"), str_join(&c->mem, v.decision, STR(".dmn")), xml);
}

enum err rules_act_withdraw(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct civil day;
    if (!req_date(rq, "until", &day)) {
        wrong(&rs->out, "until", "form.not-a-date");
        rs->status = 422;
        return rules_version_page(c, rq, rs);
    }
    enum err e = rules_withdraw(c, rq->params[0], days_from_civil(day), req_field(rq, "reason"));
    if (e && rules_again(c, rs, e, "reason"))
        return rules_version_page(c, rq, rs);
    TRY(e);
    return go_done(c, rs, "saved", "/rules/version/%s", rq->params[0]);
}

