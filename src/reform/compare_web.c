/* compare_web.c - what would change: the page of a draft beside what is in force. */
#include "reform/rules_priv.h"

#include "access/access.h"
#include "base/node.h"
#include "law/law.h"
#include "reform/present.h"

struct sides {
    struct rules_draft w;
    struct rules_use now;                /* let go by sides_end */
    struct dmn_model *draft;
    struct compare_side a, b;
    struct str decision;                 /* the one that answers */
};

static void sides_end(struct sides *s)
{
    rules_let_go(&s->now);
    dmn_free(s->draft);
}

static enum err sides_begin(struct ctx *c, struct str id, struct sides *s)
{
    const struct pack *p = c->node->pack;
    struct str now, next, version;
    TRY(rules_draft_get(c, id, &s->w));
    TRY(rules_draft_text(c, id, &next));
    TRY(rules_text_in_force(c, s->w.decision, rules_today(c), &now, &version));
    TRY(rules_in_force(c, s->w.decision, rules_today(c), &s->now));
    TRY(dmn_load_draft(c, s->w.decision, next, NULL, 0, &s->draft));
    s->a = (struct compare_side){ p, s->now.model, now };
    s->b = (struct compare_side){ p, s->draft, next };
    s->decision = compare_decision(s->now.model, s->w.decision);
    return ERR_OK;
}

/* The pack's fictional situations for a decision file; {0}: it has none. */
static enum err pack_situations(struct ctx *c, struct str decision, struct str *csv)
{
    struct str name = str_is(decision, "screening") ? STR("situations.csv")
                                                    : str_join(&c->mem, STR("situations."), decision, STR(".csv"));
    const char *path = arena_z(&c->mem, str_join(&c->mem, c->node->pack->dir, STR("/"), name));
    struct fault before = c->fault;
    *csv = (struct str){ 0 };
    enum err e = path ? file_read(c, path, COMPARE_CSV_MAX, csv) : ERR_NOT_FOUND;
    if (e != ERR_NOT_FOUND)
        return e;
    c->fault = before;
    return ERR_OK;
}

/* ---- drawing ------------------------------------------------------------------------------ */

static struct str entry_text(struct ctx *c, struct str entry)
{
    struct str key = str_join(&c->mem, STR("rules.entry."), entry);
    if (words_has(c->node->words, c->lang, key))
        return say_(c, key);
    return rules_table_text(c, entry);
}

static struct str answer_text(struct ctx *c, struct str value)
{
    struct str key = str_join(&c->mem, STR("verdict."), value);
    if (str_is(value, "true") || str_is(value, "false"))
        return str_is(value, "true") ? SAY(c, "rules.yes") : SAY(c, "rules.no");
    if (!value.n || str_is(value, "null"))
        return SAY(c, "rules.nothing");
    return value.n < 60 && words_has(c->node->words, c->lang, key) ? say_(c, key) : value;
}

static void counts_part(struct ctx *c, struct out *o, const struct compare *k)
{
    part_begin(o, "rules.changed-by");
    if (!k->counts)
        empty(o, "rules.changed-none");
    else
        grid_begin(o, &(struct grid){ "rules.changed-by", COLS("rules.answer", "rules.changed"), .num = 2, .rowhead = true });
    for (size_t i = 0; i < k->counts; i++) {
        row_begin(o, TONE_PLAIN);
        cell_text(o, entry_text(c, k->count[i].entry));
        cell_num(o, (int64_t)k->count[i].changed);
        row_end(o);
    }
    if (k->counts)
        grid_end(o);
    section_end(o);
}

static void why_line(struct ctx *c, struct out *o, const struct compare_cell *x)
{
    const struct edit *e = x->edit;
    struct str place = rules_table_text(c, e->table);
    html(o, "<li>");
    if (e->kind == EDIT_CELL && x->value.n)
        TF(o, "rules.why-cell", W_TEXT("table", place), W_TEXT("row", e->row), W_TEXT("column", e->column),
           W_TEXT("before", e->before), W_TEXT("after", e->after), W_TEXT("value", x->value));
    else if (e->kind == EDIT_CELL)
        TF(o, "rules.why-output", W_TEXT("table", place), W_TEXT("row", e->row), W_TEXT("column", e->column),
           W_TEXT("before", e->before), W_TEXT("after", e->after));
    else
        TF(o, "rules.why-row", W_TEXT("table", place), W_TEXT("row", e->row),
           W_TEXT("what", e->kind == EDIT_ADDED ? SAY(c, "rules.edit.added") : e->kind == EDIT_REMOVED
                          ? SAY(c, "rules.edit.removed") : SAY(c, "rules.edit.moved")));
    html(o, "</li>\n");
}

static void fired_cell(struct ctx *c, struct out *o, struct str answer, struct str rows, struct str cites)
{
    struct str id, seen = { 0 };
    cell(o);
    html(o, "<b>");
    text(o, answer_text(c, answer));
    html(o, "</b>");
    if (rows.n) {
        html(o, "<br><small class=\"num\">");
        text(o, rows);
        html(o, "</small>");
    }
    while (str_next(&cites, ' ', &id)) {
        if (!id.n || pack_has_word(seen, id))
            continue;
        seen = seen.n ? str_join(&c->mem, seen, STR(" "), id) : id;
        const struct provision *v = pack_provision(c->node->pack, id);
        if (!v)
            continue;
        html(o, "<br>");
        link_text(o, law_name(c, v), "/law/%s", id);
    }
}

/* The answer that says most in one line: the first with rows of its own. */
static const struct compare_entry *main_entry(const struct compare_line *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_is(l->entry[i].entry, "child_labour") || str_is(l->entry[i].entry, "trafficking") ||
            str_is(l->entry[i].entry, "forced_labour"))
            return &l->entry[i];
    return &l->entry[0];
}

static void line_part(struct ctx *c, struct out *o, const struct compare_line *l)
{
    const struct compare_entry *first = main_entry(l);
    html(o, "<details class=\"changed\"><summary><span class=\"num\">");
    text(o, l->id);
    html(o, "</span> ");
    text(o, l->text);
    html(o, " <b>");
    TF(o, "rules.from-to", W_TEXT("what", entry_text(c, first->entry)), W_TEXT("before", answer_text(c, first->before)),
       W_TEXT("after", answer_text(c, first->after)));
    html(o, "</b></summary>\n");
    grid_begin(o, &(struct grid){ "rules.differs", COLS("rules.answer", "rules.present", "rules.draft-says") });
    for (size_t i = 0; i < l->n; i++) {
        const struct compare_entry *e = &l->entry[i];
        row_begin(o, TONE_PLAIN);
        cell_text(o, entry_text(c, e->entry));
        fired_cell(c, o, e->before, e->rows_before, e->cites_before);
        fired_cell(c, o, e->after, e->rows_after, e->cites_after);
        row_end(o);
    }
    grid_end(o);
    if (l->cells) {
        html(o, "<p class=\"small\">");
        T(o, "rules.why-because");
        html(o, "</p>\n<ul>\n");
        for (size_t i = 0; i < l->cells && i < 12; i++)
            why_line(c, o, &l->cell[i]);
        html(o, "</ul>\n");
    } else {
        small(o, "rules.why-follows");
    }
    html(o, "</details>\n");
}

static void result_parts(struct ctx *c, struct out *o, const struct compare *k)
{
    enum { SHOWN = 60 };
    const struct figure fig[] = { { "rules.situations", (int64_t)k->situations, NULL },
        { "rules.other-answer", (int64_t)k->changed, NULL }, { "rules.unanswered", (int64_t)k->failed, NULL } };
    figures(o, fig, k->failed ? 3 : 2);
    counts_part(c, o, k);
    if (k->lines)
        bare_begin(o, "rules.which");
    for (size_t i = 0; i < k->lines && i < SHOWN; i++)
        line_part(c, o, &k->line[i]);
    if (k->lines > SHOWN)
        small(o, "rules.more-in-csv");
    if (k->lines)
        section_end(o);
}

/* ---- present cases: counts only ------------------------------------------------------------- */

static void about_number(struct out *o, size_t n)
{
    if (n)
        TF(o, "rules.cases-about", W_INT("n", (int64_t)n));
    else
        T(o, "number.few");
}

static void cases_counts(struct out *o, const struct present *p)
{
    html(o, "<p>");
    about_number(o, p->read);
    html(o, " ");
    T(o, "rules.cases-read");
    html(o, " ");
    about_number(o, p->changed);
    html(o, " ");
    T(o, "rules.cases-changed");
    html(o, "</p>\n");
}

static enum err cases_part(struct ctx *c, struct out *o, const struct sides *s)
{
    struct present p;
    if (!str_is(s->w.decision, "screening") || !access_may(c, "rules.count_cases", (struct str){ 0 }))
        return ERR_OK;
    struct str question = str_join(&c->mem, str_sub(rules_hash(c, s->a.text), 0, 16), str_sub(rules_hash(c, s->b.text), 0, 16));
    TRY(present_count(c, &s->a, &s->b, s->decision, question, &p));
    part_begin(o, "rules.cases");
    small(o, "rules.cases-why");
    if (p.refused)
        para_text(o, SAYF(c, "rules.cases-limit", W_INT("n", COUNTS_PER_DAY)));
    else
        cases_counts(o, &p);
    section_end(o);
    return ERR_OK;
}

/* ---- the page ----------------------------------------------------------------------------------- */

static void own_situations(struct out *o, const struct sides *s)
{
    more_begin(o, "rules.own-situations");
    para(o, "rules.own-why");
    upload_begin(o, "/rules/draft/%s/compare", s->w.id);
    ask(o, &(struct ask){ .name = "file", .label = "rules.own-file", .type = "file", .accept = ".csv,text/csv" });
    submit(o, BTN_QUIET, "rules.own-do");
    form_end(o);
    more_end(o);
}

static enum err draw(struct ctx *c, struct response *rs, const struct sides *s, struct str csv)
{
    struct out *o = &rs->out;
    struct compare k = { 0 };
    enum err e = csv.n ? compare_csv(c, &s->a, &s->b, s->decision, csv, &k) : ERR_OK;
    if (e && !rules_again(c, rs, e, "file"))
        return e;
    page_begin(o, &(struct page){ .title_key = "rules.compare", .tab = "reform",
        .crumbs = { { "rules.title-page", STR("/rules") }, { "rules.draft", path_of(c, "/rules/draft/%s", s->w.id) } } });
    head_begin(o);
    T(o, "rules.compare");
    head_actions(o);
    if (csv.n && !e)
        go_button(o, BTN_QUIET, "rules.csv", "/rules/draft/%s/compare/csv", s->w.id);
    head_end(o);
    para_text(o, s->w.title);
    errors(o);
    if (!str_eq(rules_hash(c, s->a.text), s->w.base))
        notice(o, TONE_SOON, "rules.base-gone");
    lede(o, "rules.compare-lede");
    if (!csv.n)
        empty(o, "rules.no-situations");
    else if (!e)
        result_parts(c, o, &k);
    TRY(cases_part(c, o, s));
    edits_part(c, o, k.edit, k.edits);
    own_situations(o, s);
    page_end(o);
    return ERR_OK;
}

enum err rules_compare_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct sides s = { 0 };
    struct str csv;
    enum err e = sides_begin(c, rq->params[0], &s);
    if (!e)
        e = pack_situations(c, s.w.decision, &csv);
    if (!e)
        e = draw(c, rs, &s, csv);
    sides_end(&s);
    return e;
}

enum err rules_compare_act(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct upload *f = req_upload(rq, "file");
    struct sides s = { 0 };
    enum err e = sides_begin(c, rq->params[0], &s);
    if (!f || !f->bytes.n) {
        wrong(&rs->out, "file", "rules.empty");
        rs->status = 422;
    }
    if (!e)
        e = draw(c, rs, &s, f ? f->bytes : (struct str){ 0 });
    sides_end(&s);
    return e;
}

static enum err as_csv(struct ctx *c, struct response *rs, const struct sides *s)
{
    struct compare k = { 0 };
    struct str csv, out;
    TRY(pack_situations(c, s->w.decision, &csv));
    if (csv.n)
        TRY(compare_csv(c, &s->a, &s->b, s->decision, csv, &k));
    TRY(compare_write(c, &k, &out));
    return send_file(rs, STR("text/csv; charset=utf-8"), STR("comparacion.csv"), out);
}

enum err rules_compare_csv(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct sides s = { 0 };
    enum err e = sides_begin(c, rq->params[0], &s);
    if (!e)
        e = as_csv(c, rs, &s);
    sides_end(&s);
    return e;
}
