/* gap_cell_web.c - one requirement in one year: what is said of it, saying it, reviewing it. */
#include "reform/gap_web.h"

#include "access/access.h"
#include "base/node.h"
#include "law/law.h"
#include "page/names.h"
#include "reform/gap.h"
#include "rulebook/rulebook.h"

static void about(struct ctx *c, struct out *o, const struct promise *p)
{
    facts_begin(o);
    fact(o, "reform.instrument", gap_treaty_text(c, p->instrument));
    fact(o, "reform.article-of", p->article);
    fact(o, "reform.source", p->source);
    fact(o, "reform.text-verified", say_join(c, "verified", str_c(pack_verified_name(p->verified))));
    facts_end(o);
}

static enum err standing(struct ctx *c, struct out *o, const struct gap *g)
{
    facts_begin(o);
    fact_begin(o, "reform.status-of");
    tag_text(o, gap_tone(g->status), gap_status_words(c, g->status));
    if (gap_from_key(g)) {
        html(o, " <small>");
        key_out(o, gap_from_key(g));
        html(o, "</small>");
    }
    fact_end(o);
    if (g->provisions.n) {
        fact_begin(o, "reform.provisions");
        TRY(law_cite(c, o, g->provisions));
        fact_end(o);
    }
    fact(o, "reform.quote", g->quote);
    fact(o, "reform.source", g->source);
    fact(o, "reform.assessor", g->by.n ? officer_name(c, g->by) : (struct str){ 0 });
    if (g->at_us) {
        fact_begin(o, "reform.assessed");
        time_of(o, g->at_us);
        fact_end(o);
    }
    fact(o, "reform.reviewer", g->reviewer.n ? officer_name(c, g->reviewer) : (struct str){ 0 });
    fact(o, "reform.review-note", g->review_note);
    facts_end(o);
    return ERR_OK;
}

static void assess_form(struct ctx *c, struct out *o, const struct promise *p, const struct gap *g, int year)
{
    struct choice opt[4];
    for (enum gap_status i = GAP_UNKNOWN; i <= GAP_MET; i++)
        opt[GAP_MET - i] = (struct choice){ .value = str_c(gap_status_name(i)), .text = gap_status_words(c, i) };
    sheet_begin(o, "reform.assess");
    form_begin(o, "/reform/gaps/%s", p->id);
    hidden(o, "year", gap_number(c, year));
    pick(o, &(struct pick){ .name = "status", .label = "reform.status-of", .value = str_c(gap_status_name(g->status)), .options = opt, .n = 4 });
    ask(o, &(struct ask){ .name = "provisions", .label = "reform.provisions", .hint = "rules.provisions-hint", .value = g->provisions, .optional = true });
    ask(o, &(struct ask){ .name = "quote", .label = "reform.quote", .hint = "reform.quote-hint", .value = g->quote, .rows = 4, .optional = true, .max = GAP_TEXT_MAX });
    ask(o, &(struct ask){ .name = "source", .label = "reform.source", .value = g->source, .optional = true, .max = 400 });
    submit(o, BTN, "reform.assess-do");
    form_end(o);
    section_end(o);
}

static void review_form(struct ctx *c, struct out *o, const struct request *rq, const struct promise *p, const struct gap *g, int year)
{
    const struct choice opt[] = { { .value = STR("agrees"), .text = SAY(c, "reform.agrees") },
                                  { .value = STR("disagrees"), .text = SAY(c, "reform.disagrees") } };
    if (g->from != GAP_YEAR || g->review.n)
        return;
    sheet_begin(o, "reform.review");
    if (str_eq(g->by, c->who->id)) {
        para(o, "reform.second-person");
    } else {
        form_begin(o, "/reform/gaps/%s/review", p->id);
        hidden(o, "year", gap_number(c, year));
        hidden(o, "seen", gap_hash(c, g));
        pick(o, &(struct pick){ .name = "review", .label = "reform.review-of", .options = opt, .n = 2 });
        ask(o, &(struct ask){ .name = "note", .label = "reform.review-note", .value = req_field(rq, "note"), .rows = 2, .optional = true, .max = GAP_TEXT_MAX });
        submit(o, BTN, "reform.review-do");
        form_end(o);
    }
    section_end(o);
}

/* ---- what changed since she looked ------------------------------------------------------------ */

static void changed_row(struct out *o, const char *key, struct str before, struct str now)
{
    if (str_eq(before, now))
        return;
    row_begin(o, TONE_PLAIN);
    cell(o);
    key_out(o, key);
    cell(o);
    html(o, "<del>");
    text(o, before);
    html(o, "</del>");
    cell(o);
    html(o, "<ins>");
    text(o, now);
    html(o, "</ins>");
    row_end(o);
}

static struct str name_or_none(struct ctx *c, struct str officer)
{
    return officer.n ? officer_name(c, officer) : officer;
}

static struct str review_words(struct ctx *c, const struct gap *g)
{
    return g->review.n ? say_join(c, "reform.review-is", g->review) : g->review;
}

/* A review that was refused because the text is another one now: which words. */
static enum err changed_part(struct ctx *c, struct out *o, const struct request *rq, const struct gap *g)
{
    struct gap was;
    bool found;
    struct str seen = rq->method == POST ? req_field(rq, "seen") : (struct str){ 0 };
    if (!seen.n || str_eq(seen, gap_hash(c, g)))
        return ERR_OK;
    TRY(gap_as_seen(c, g, seen, &was, &found));
    if (!found)
        return ERR_OK;
    part_begin(o, "reform.changed-here");
    grid_begin(o, &(struct grid){ "reform.changed-here", COLS("reform.field", "rules.before", "rules.after"), .rowhead = true });
    changed_row(o, "reform.status-of", gap_status_words(c, was.status), gap_status_words(c, g->status));
    changed_row(o, "reform.provisions", was.provisions, g->provisions);
    changed_row(o, "reform.quote", was.quote, g->quote);
    changed_row(o, "reform.source", was.source, g->source);
    changed_row(o, "reform.assessor", name_or_none(c, was.by), name_or_none(c, g->by));
    changed_row(o, "reform.reviewer", name_or_none(c, was.reviewer), name_or_none(c, g->reviewer));
    changed_row(o, "reform.review", review_words(c, &was), review_words(c, g));
    changed_row(o, "reform.review-note", was.review_note, g->review_note);
    grid_end(o);
    section_end(o);
    return ERR_OK;
}

/* ---- the page ------------------------------------------------------------------------------------ */

static struct str set_value(const struct change *ch, const char *field)
{
    for (size_t i = 0; i < ch->n; i++)
        if (str_is(ch->sets[i].field, field))
            return ch->sets[i].value;
    return (struct str){ 0 };
}

static enum err history(struct ctx *c, struct out *o, const struct gap *g)
{
    struct change *ch;
    size_t n;
    if (!g->id.n)
        return ERR_OK;
    TRY(change_list_record(c, g->id, 50, &ch, &n));
    part_begin(o, "reform.history");
    steps_begin(o, false);
    for (size_t i = 0; i < n; i++) {
        struct str status = set_value(&ch[i], "status"), review = set_value(&ch[i], "review"), quote = set_value(&ch[i], "quote");
        step_begin(o, TONE_PLAIN);
        text(o, officer_name(c, ch[i].officer));
        html(o, ": ");
        if (review.n)
            text(o, say_join(c, "reform.review-is", review));
        else if (status.n)
            text(o, say_join(c, "reform.gap", status));
        else
            T(o, "reform.changed");
        step_note(o, quote.n ? quote : set_value(&ch[i], "review_note"));
        html(o, "<small>");
        time_of(o, ch[i].time_us);
        html(o, "</small>");
        step_end(o);
    }
    steps_end(o);
    section_end(o);
    return ERR_OK;
}

static void elsewhere(struct ctx *c, struct out *o, const struct promise *p)
{
    const struct standards *s = c->node->standards;
    if (s->nations < 2)
        return;
    part_begin(o, "reform.elsewhere");
    grid_begin(o, &(struct grid){ "reform.elsewhere", COLS("reform.country", "reform.status-of", "reform.provisions", "reform.quote", "reform.source") });
    for (size_t i = 1; i < s->nations; i++) {
        const struct mapped *m = mapped_find(&s->nation[i], p->id);
        row_begin(o, TONE_PLAIN);
        cell_text(o, s->nation[i].id);
        cell(o);
        tag_text(o, gap_tone(m ? m->status : GAP_UNKNOWN), gap_status_words(c, m ? m->status : GAP_UNKNOWN));
        cell_text(o, m ? m->provisions : (struct str){ 0 });
        cell_text(o, m ? two_words(c, m->es, m->en) : (struct str){ 0 });
        cell_text(o, m ? m->source : (struct str){ 0 });
        row_end(o);
    }
    grid_end(o);
    section_end(o);
}

static enum err cell_page_at(struct ctx *c, const struct request *rq, struct response *rs, int year)
{
    struct out *o = &rs->out;
    const struct promise *p;
    struct gap g;
    size_t at;
    p = promise_find(c->node->standards, rq->params[0], &at);
    if (!p)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "requirement");
    TRY(gap_of(c, p->id, year, &g));
    bool may = access_may(c, "reform.edit", (struct str){ 0 });
    page_begin(o, &(struct page){ .title = p->id, .tab = "reform",
        .crumbs = { { "reform.title", STR("/reform") }, { "reform.gaps", path_of(c, "/reform/gaps?year=%s", gap_number(c, year)) } } });
    head_begin(o);
    TF(o, "reform.article", W_TEXT("article", p->article));
    html(o, " · ");
    text(o, c->node->pack->country);
    html(o, " ");
    digits(o, year);
    head_tags(o);
    tag_text(o, gap_tone(g.status), gap_status_words(c, g.status));
    head_end(o);
    para_text(o, gap_promise_text(c, p));
    errors(o);
    TRY(changed_part(c, o, rq, &g));
    cols_begin(o);
    TRY(standing(c, o, &g));
    elsewhere(c, o, p);
    TRY(history(c, o, &g));
    cols_side(o);
    if (may) {
        review_form(c, o, rq, p, &g, year);
        assess_form(c, o, p, &g, year);
    }
    about(c, o, p);
    cols_end(o);
    page_end(o);
    return ERR_OK;
}

enum err gap_cell_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    return cell_page_at(c, rq, rs, gap_year_asked(c, rq, "year", gap_this_year(c)));
}

/* Other words than those she answered: her note stays, her answer is asked for again. */
static enum err afresh(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct request *there = NEW(&c->mem, struct request);
    TRY(ctx_check(c));
    *there = *rq;
    there->method = GET;
    rs->out.rq = there;
    return ERR_OK;
}

static enum err again(struct ctx *c, const struct request *rq, struct response *rs, enum err e, int year, const char *field)
{
    if (e != ERR_INPUT && e != ERR_DENIED && e != ERR_CONFLICT)
        return e;
    struct str said = say_(c, str_c(c->fault.key));
    c->fault = (struct fault){ 0 };
    rs->status = e == ERR_INPUT ? 422 : e == ERR_CONFLICT ? 409 : 403;
    wrong_(&rs->out, str_c(field), said);
    if (e == ERR_CONFLICT)
        TRY(afresh(c, rq, rs));
    return cell_page_at(c, rq, rs, year);
}

static int year_sent(struct ctx *c, const struct request *rq)
{
    int64_t y = 0;
    return req_i64(rq, "year", &y) && y >= GAP_FIRST_YEAR && y <= gap_this_year(c) ? (int)y : gap_this_year(c);
}

enum err gap_assess_act(struct ctx *c, const struct request *rq, struct response *rs)
{
    int year = year_sent(c, rq);
    struct gap_new g = { rq->params[0], req_field(rq, "status"), req_field(rq, "provisions"), req_field(rq, "quote"),
                         req_field(rq, "source"), year };
    enum err e = gap_assess(c, &g);
    if (e)
        return again(c, rq, rs, e, year, "quote");
    return go_done(c, rs, "saved", "/reform/gaps/%s?year=%s", rq->params[0], gap_number(c, year));
}

enum err gap_review_act(struct ctx *c, const struct request *rq, struct response *rs)
{
    int year = year_sent(c, rq);
    if (!req_is(rq, "review", "agrees") && !req_is(rq, "review", "disagrees")) {
        rs->status = 422;
        wrong(&rs->out, "review", "reform.say-review");
        return cell_page_at(c, rq, rs, year);
    }
    enum err e = gap_review(c, &(struct gap_verdict){ .requirement = rq->params[0], .year = year,
        .agrees = req_is(rq, "review", "agrees"), .note = req_field(rq, "note"), .seen = req_field(rq, "seen") });
    if (e)
        return again(c, rq, rs, e, year, "note");
    return go_done(c, rs, "saved", "/reform/gaps/%s?year=%s", rq->params[0], gap_number(c, year));
}
