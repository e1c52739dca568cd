/* checker_web.c - the law checker for anyone: one question a page, what was
 * said travels with the form and is kept nowhere. */
#include "checker/checker_web.h"

#include "access/access.h"
#include "base/node.h"
#include "law/law.h"
#include "page/form_html.h"
#include "page/names.h"
#include "page/page.h"
#include "page/sheet_out.h"
#include "rulebook/rulebook.h"

#include <stdio.h>

enum { SAID_MAX = 16 * 1024, OPTIONS_MAX = 130 };

/* ---- what was said so far: "age_years=13;works=yes" ------------------------------------ */

static void read_said(struct ctx *c, struct checker_talk *t, struct str said)
{
    struct str one, name, value;
    while (said.n <= SAID_MAX && str_next(&said, ';', &one))
        if (str_cut(one, '=', &name, &value))
            (void)checker_talk_say(c, t, name, value);
}

static struct str write_said(struct ctx *c, const struct checker_talk *t)
{
    struct buf b;
    buf_init(&b, &c->mem, SAID_MAX);
    for (size_t i = 0; i < t->said; i++) {
        if (i)
            buf_char(&b, ';');
        buf_put(&b, t->in[t->order[i]].name);
        buf_char(&b, '=');
        buf_put(&b, t->text[t->order[i]]);
    }
    return buf_str(&b);
}

static const struct checker_input *input_named(const struct checker_talk *t, struct str name)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->in[i].name, name))
            return &t->in[i];
    return NULL;
}

/* What the person sent for this question, several choices with spaces. */
static struct str sent_answer(struct ctx *c, const struct request *rq, const char *name)
{
    struct str v[OPTIONS_MAX], one = { 0 };
    size_t n = req_fields(rq, name, v, COUNT_OF(v));
    for (size_t i = 0; i < n; i++) {
        v[i] = str_trim(v[i]);
        if (str_is(v[i], "none") && n > 1)
            continue;                           /* something was found after all */
        one = one.n ? str_join(&c->mem, one, STR(" "), v[i]) : v[i];
    }
    return one;
}

/* ---- the question ------------------------------------------------------------------------- */

static struct str label_of(struct ctx *c, const struct checker_input *x)
{
    return form_text(x->form, x->field->label, c->lang);
}

static bool has_unknown(const struct form_list *l)
{
    return form_choice(l, STR("unknown")) != NULL;
}

static void ask_choice(struct ctx *c, struct out *o, const struct checker_input *x, struct str value)
{
    const struct form_list *l = x->field->list;
    struct choice opt[OPTIONS_MAX];
    size_t n = 0;
    bool many = x->field->type == FORM_SELECT_MANY;
    for (size_t i = 0; i < l->n && n + 1 < COUNT_OF(opt); i++)
        opt[n++] = (struct choice){ .value = l->choice[i].name, .text = form_text(x->form, l->choice[i].label, c->lang) };
    if (!has_unknown(l))
        opt[n++] = (struct choice){ .value = STR("unknown"), .text = SAY(c, "checker.unknown") };
    pick(o, &(struct pick){ .name = arena_z(&c->mem, x->name), .label_text = label_of(c, x),
        .hint_text = form_text(x->form, x->field->hint, c->lang), .value = value, .many = many,
        .options = opt, .n = n, .columns = false });
}

static void ask_text(struct ctx *c, struct out *o, const struct checker_input *x, struct str value)
{
    ask(o, &(struct ask){ .name = arena_z(&c->mem, x->name), .label_text = label_of(c, x),
        .hint_text = form_text(x->form, x->field->hint, c->lang), .value = value, .width = W_S,
        .type = x->node->value == FEEL_NUMBER ? "number" : NULL, .max = 200 });
}

static void frame_begin(struct ctx *c, struct out *o, const struct checker_talk *t)
{
    o->open = !c->who;
    page_begin(o, &(struct page){ .title = say_join(c, "checker.about", t->decision), .narrow = true });
}

static void about_heading(struct ctx *c, struct out *o, const struct checker_talk *t)
{
    head_begin(o);
    text(o, say_join(c, "checker.about", t->decision));
    head_end(o);
}

/* Other questions the pack can answer, for officers. */
static void others(struct ctx *c, struct out *o, struct str now)
{
    static const char *const ids[] = { "screening", "trafficking_indicators", "non_punishment", "restitution_heads" };
    if (!c->who)
        return;
    part_begin(o, "checker.others");
    steps_begin(o, false);
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        if (str_is(now, ids[i]) || !checker_form(c->node->pack, str_c(ids[i])))
            continue;
        step_begin(o, TONE_PLAIN);
        link_text(o, say_join(c, "checker.about", str_c(ids[i])), "/check?about=%s", str_c(ids[i]));
        step_end(o);
    }
    step_begin(o, TONE_PLAIN);
    link_to(o, "checker.batch", "/check/batch");
    step_end(o);
    steps_end(o);
    section_end(o);
}

static enum err question_page(struct ctx *c, struct response *rs, const struct checker_talk *t,
                              const struct checker_input *x, struct str value)
{
    struct out *o = &rs->out;
    frame_begin(c, o, t);
    about_heading(c, o, t);
    if (!t->said)
        lede(o, "checker.lede");
    errors(o);
    html(o, "<section class=\"sheet\">\n<p class=\"small\">");
    TF(o, "checker.step", W_INT("n", (int64_t)t->said + 1));
    html(o, "</p>\n");
    form_begin(o, "/check");
    hidden(o, "about", t->decision);
    hidden(o, "said", write_said(c, t));
    hidden(o, "now", x->name);
    if (x->field->list)
        ask_choice(c, o, x, value);
    else
        ask_text(c, o, x, value);
    row_of(o);
    submit(o, BTN, "checker.next");
    if (!x->field->list)
        submit_as(o, BTN_QUIET, "checker.unknown", "skip", STR("yes"));
    if (t->said)
        submit_as(o, BTN_QUIET, "checker.back", "back", STR("yes"));
    row_of_end(o);
    if (t->said)
        submit_as(o, BTN_QUIET, "checker.answer-now", "finish", STR("yes"));
    form_end(o);
    section_end(o);
    if (!t->said) {
        small(o, "checker.nothing-kept");
        others(c, o, t->decision);
    }
    page_end(o);
    return out_check(o);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static enum tone tone_of(struct str verdict)
{
    static const char *const bad[] = { "worst_form", "hazardous", "child_labour", "indicated", "criminal", "red", "forbidden" };
    static const char *const soon[] = { "possible_child_labour", "possible", "review", "ask_more", "orange", "legal_review" };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (str_is(verdict, bad[i]))
            return TONE_LATE;
    for (size_t i = 0; i < COUNT_OF(soon); i++)
        if (str_is(verdict, soon[i]))
            return TONE_SOON;
    return TONE_PLAIN;
}

static struct str value_words(struct ctx *c, struct feel_value v)
{
    if (v.kind == FEEL_NULL)
        return SAY(c, "checker.not-known");
    if (v.kind == FEEL_BOOL)
        return v.b ? SAY(c, "checker.yes") : SAY(c, "checker.no");
    return feel_text(&c->mem, v);
}

/* The table's columns as they stood for the row that fired: for officers. */
static enum err cells_part(struct ctx *c, struct out *o, const struct checker_part *p)
{
    grid_begin(o, &(struct grid){ "checker.cells", COLS("checker.column", "checker.value", "checker.condition", "checker.rule") });
    for (size_t i = 0; i < p->n; i++) {
        struct dmn_cell *cell;
        size_t n;
        TRY(dmn_explain(c, p->step, p->row[i].row, &cell, &n));
        for (size_t k = 0; k < n; k++) {
            if (!cell[k].test.n || str_is(cell[k].test, "-"))
                continue;
            row_begin(o, TONE_PLAIN);
            cell_text(o, cell[k].label);
            cell_text(o, value_words(c, cell[k].value));
            cell_text(o, cell[k].test);
            cell_text(o, p->row[i].id);
            row_end(o);
        }
    }
    grid_end(o);
    return ERR_OK;
}

static enum err part_shown(struct ctx *c, struct out *o, const struct checker_part *p)
{
    html(o, "<section class=\"law\"><h3>");
    text(o, say_join(c, "decision", p->table));
    html(o, "</h3>\n<p>");
    if (p->verdict.n)
        tag_text(o, tone_of(p->verdict), say_join(c, "verdict", p->verdict));
    if (p->verified != PACK_YES) {
        html(o, " ");
        tag(o, TONE_SOON, "screening.review");
    }
    html(o, "</p>\n");
    for (size_t i = 0; i < p->n; i++) {
        bool last = i + 1 == p->n || !str_eq(p->row[i].provisions, p->row[i + 1].provisions);
        html(o, "<p>");
        if (p->row[i].words.n)
            text(o, say_(c, p->row[i].words));
        if (last)                               /* rows with the same basis: said once */
            TRY(law_cite(c, o, p->row[i].provisions));
        html(o, "</p>\n");
    }
    if (c->who) {
        more_begin(o, "checker.how");
        TRY(cells_part(c, o, p));
        more_end(o);
    }
    html(o, "</section>\n");
    return ERR_OK;
}

static enum err doubts(struct ctx *c, struct out *o, const struct checker_answer *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->provisions; i++)
        n += a->provision[i]->doubt.n != 0;
    notice_begin(o, TONE_SOON);
    html(o, "<p>");
    T(o, "checker.review");
    html(o, "</p>\n");
    notice_end(o);
    if (!n)
        return ERR_OK;
    more_begin(o, "checker.doubts");
    for (size_t i = 0; i < a->provisions; i++)
        if (a->provision[i]->doubt.n) {
            html(o, "<p>");
            link_text(o, law_name(c, a->provision[i]), "/law/%s", a->provision[i]->id);
            html(o, ": ");
            text(o, a->provision[i]->doubt);
            html(o, "</p>\n");
        }
    more_end(o);
    return ERR_OK;
}

static void whom_to_call(struct ctx *c, struct out *o)
{
    part_begin(o, "checker.call");
    phones(o);
    if (!c->who)
        go_button(o, BTN, "checker.report", "/report");
    else
        go_button(o, BTN, "signal.new", "/signal/new");
    section_end(o);
}

static void said_part(struct ctx *c, struct out *o, const struct checker_talk *t)
{
    part_begin(o, "checker.you-said");
    form_begin(o, "/check");
    hidden(o, "about", t->decision);
    hidden(o, "said", write_said(c, t));
    facts_begin(o);
    for (size_t i = 0; i < t->said; i++) {
        const struct checker_input *x = &t->in[t->order[i]];
        struct str v = t->text[t->order[i]];
        if (!x->field)
            continue;
        html(o, "<div><dt>");
        text(o, label_of(c, x));
        html(o, "</dt><dd>");
        text(o, !v.n || str_is(v, "unknown") ? SAY(c, "checker.unknown") : form_value_text(c, x->form, x->field, v));
        html(o, " ");
        submit_as(o, BTN_QUIET, "checker.change", "change", x->name);
        html(o, "</dd></div>\n");
    }
    facts_end(o);
    form_end(o);
    section_end(o);
}

/* Nothing was found there, or it was not asked. */
static bool quiet(const struct checker_part *p)
{
    static const char *const none[] = { "not_identified_yet", "not_asked", "not_child_labour", "not_a_child", "no", "false",
                                        "none", "green" };
    for (size_t i = 0; i < COUNT_OF(none); i++)
        if (str_is(p->verdict, none[i]))
            return true;
    return false;
}

static const char *const order[] = { "child_labour", "forced_labour", "trafficking", "criadazgo", "urgency",
                                     "entitlements", "notify", "referrals", "hazards", "age_group" };
enum { PUBLIC_PARTS = 6 };          /* the rest is for officers */

static bool shown_to(struct ctx *c, size_t i)
{
    return c->who || i < PUBLIC_PARTS;
}

/* What was found, then, folded away, where nothing was. */
static enum err screening_parts(struct ctx *c, struct out *o, const struct checker_answer *a)
{
    size_t calm = 0, loud = 0;
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        const struct checker_part *p = checker_part(a, order[i]);
        if (!p || !shown_to(c, i))
            continue;
        calm += quiet(p) && i != 0;
        if (!quiet(p) || i == 0) {
            TRY(part_shown(c, o, p));
            loud++;
        }
    }
    if (!calm)
        return ERR_OK;
    if (loud)
        more_begin(o, "checker.also-looked");
    for (size_t i = 1; i < COUNT_OF(order); i++) {
        const struct checker_part *p = checker_part(a, order[i]);
        if (p && shown_to(c, i) && quiet(p))
            TRY(part_shown(c, o, p));
    }
    if (loud)
        more_end(o);
    return ERR_OK;
}

static enum err parts_shown(struct ctx *c, struct out *o, const struct checker_talk *t, const struct checker_answer *a)
{
    if (str_is(t->decision, "screening"))
        return screening_parts(c, o, a);
    for (size_t i = a->n; i > 0; i--)               /* the conclusion first */
        TRY(part_shown(c, o, &a->part[i - 1]));
    return ERR_OK;
}

static enum err answer_page(struct ctx *c, struct response *rs, const struct checker_talk *t, const struct rules_use *u)
{
    struct out *o = &rs->out;
    struct checker_answer a;
    TRY(checker_evaluate(c, t->pack, t->model, t->decision, checker_talk_inputs(c, t), &a));
    frame_begin(c, o, t);
    heading(o, "checker.answer");
    if (str_is(checker_says(c, &a, "urgency"), "red"))
        notice(o, TONE_LATE, "checker.danger");
    sheet_begin(o, "checker.what");
    TRY(parts_shown(c, o, t, &a));
    section_end(o);
    whom_to_call(c, o);
    if (a.review)
        TRY(doubts(c, o, &a));
    small(o, "checker.not-a-judgment");
    html(o, "<p class=\"small\">");
    TF(o, "checker.rules", W_TEXT("rules", rules_label(c, u)));
    html(o, "</p>\n");
    said_part(c, o, t);
    row_of(o);
    go_button(o, BTN_QUIET, "checker.again", "/check?about=%s", t->decision);
    row_of_end(o);
    page_end(o);
    return out_check(o);
}

/* ---- routes ------------------------------------------------------------------------------------ */

static struct str about_of(struct ctx *c, const struct request *rq)
{
    struct str about = req_field(rq, "about");
    return about.n && checker_form(c->node->pack, about) ? about : STR("screening");
}

/* Take this page's answer; false: say what is wrong and ask again. */
static bool take_answer(struct ctx *c, const struct request *rq, struct out *o, struct checker_talk *t,
                        const struct checker_input *x)
{
    struct str sent = req_has(rq, "skip") ? STR("unknown") : sent_answer(c, rq, arena_z(&c->mem, x->name));
    const char *bad = sent.n && x->field && !x->field->list && !str_is(sent, "unknown")
                    ? form_value_bad(x->field->type, sent) : NULL;
    if (sent.n && !bad && !memchr(sent.p, ';', sent.n) && checker_talk_say(c, t, x->name, sent))
        return true;
    wrong_(o, x->name, say_(c, str_c(bad ? bad : sent.n ? "checker.not-an-answer" : "checker.choose")));
    return false;
}

static enum err go_on(struct ctx *c, const struct request *rq, struct response *rs, struct checker_talk *t,
                      const struct rules_use *u)
{
    const struct checker_input *x = input_named(t, req_field(rq, "now")), *next;
    struct str back = req_field(rq, "change"), value = { 0 };
    if (req_has(rq, "back") && t->said)
        back = t->in[t->order[t->said - 1]].name;
    const struct checker_input *again = back.n ? input_named(t, back) : NULL;
    if (again && again->field) {
        value = t->text[again - t->in];
        checker_talk_unsay(t, again->name);
        return question_page(c, rs, t, again, value);
    }
    if (req_has(rq, "finish"))
        return answer_page(c, rs, t, u);
    if (x && x->field && !take_answer(c, rq, &rs->out, t, x)) {
        rs->status = 422;
        return question_page(c, rs, t, x, value);
    }
    TRY(checker_talk_next(c, t, &next));
    return next ? question_page(c, rs, t, next, value) : answer_page(c, rs, t, u);
}

static enum err check_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    AUTO_RULES u = { 0 };
    struct checker_talk t;
    struct str about = about_of(c, rq);
    if (rq->method == POST && !access_rate(c, "check-page", rq->peer, CHECKER_PAGES_PER_MINUTE))
        return FAIL(c, ERR_BUSY, "checker.too-many", "too many questions a minute");
    if (!checker_file(c->node->pack, about).n)
        return FAIL(c, ERR_NOT_FOUND, "checker.no-decision", "the pack has no screening");
    TRY(rules_in_force(c, checker_file(c->node->pack, about), rules_today(c), &u));
    TRY(checker_talk_open(c, c->node->pack, u.model, about, &t));
    if (rq->method == POST)
        read_said(c, &t, req_field(rq, "said"));
    return go_on(c, rq, rs, &t, &u);
}

/* ---- many at once ---------------------------------------------------------------------------------- */

static void columns_part(struct ctx *c, struct out *o, const struct checker_input *in, size_t n)
{
    more_begin(o, "checker.columns");
    grid_begin(o, &(struct grid){ "checker.columns", COLS("checker.column", "checker.means", "checker.values") });
    for (size_t i = 0; i < n; i++) {
        const struct form_list *l = in[i].field ? in[i].field->list : NULL;
        struct buf b;
        buf_init(&b, &c->mem, 16 * 1024);
        for (size_t k = 0; l && k < l->n; k++) {
            if (k)
                buf_char(&b, ' ');
            buf_put(&b, l->choice[k].name);
        }
        row_begin(o, TONE_PLAIN);
        cell_text(o, in[i].name);
        cell_text(o, in[i].field ? label_of(c, &in[i]) : in[i].node->description);
        cell_text(o, l ? buf_str(&b) : str_c(feel_kind_name(in[i].node->value)));
        row_end(o);
    }
    grid_end(o);
    more_end(o);
}

static enum err batch_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct checker_input *in;
    size_t n;
    struct str about = about_of(c, rq);
    TRY(checker_inputs(c, c->node->pack, NULL, about, &in, &n));
    page_begin(o, &(struct page){ .title_key = "checker.batch", .narrow = true,
                                  .crumbs = { { "checker.title", STR("/check") } } });
    heading(o, "checker.batch");
    lede(o, "checker.batch-lede");
    errors(o);
    upload_begin(o, "/check/batch");
    hidden(o, "about", about);
    ask(o, &(struct ask){ .name = "file", .label = "checker.file", .type = "file", .accept = ".csv,text/csv" });
    submit(o, BTN, "checker.answer-all");
    form_end(o);
    columns_part(c, o, in, n);
    page_end(o);
    return out_check(o);
}

static enum err act_batch(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct upload *file = req_upload(rq, "file");
    struct checker_batch *b = NEW(&c->mem, struct checker_batch);
    struct sheet_source src;
    TRY(ctx_check(c));
    if (!file || !file->bytes.n) {
        wrong(&rs->out, "file", "checker.no-file");
        rs->status = 422;
        return batch_page(c, rq, rs);
    }
    *b = (struct checker_batch){ .pack = c->node->pack, .decision = about_of(c, rq), .fd = -1, .text = file->bytes, .house = true };
    enum err e = checker_batch_open(c, b, &src);
    if (e == ERR_INPUT) {
        struct str why = arena_dup(&c->mem, str_c(c->fault.detail));
        c->fault = (struct fault){ 0 };
        wrong_(&rs->out, STR("file"), SAYF(c, "checker.bad-file", W_TEXT("why", why)));
        rs->status = 422;
        return batch_page(c, rq, rs);
    }
    TRY(e);
    src.bom = true;
    return send_sheet(c, rs, SHEET_CSV, &src);
}

const struct route checker_routes[] = {
    { GET,  "/check", check_page, .open = true, .help = "Law checker: first question. No name, nothing kept." },
    { POST, "/check", check_page, .open = true, .help = "Law checker: next question, or the answer.", .body_max = 64 * 1024 },
    { GET,  "/check/batch", batch_page, .any = true, .help = "Many situations at once: upload a CSV." },
    { POST, "/check/batch", act_batch, .any = true, .help = "Results as CSV.", .body_max = CHECKER_FILE_MAX },
    { 0 },
};
