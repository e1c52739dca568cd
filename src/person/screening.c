/* screening.c - what is known goes through the pack's decision tables; the
 * answers, the rows that fired and the articles they cite are kept with the
 * screening.  Nothing here knows an age or an article. */
#include "person/person.h"

#include "base/node.h"
#include "checker/checker.h"
#include "law/law.h"
#include "pack/pack.h"
#include "page/names.h"
#include "rulebook/rulebook.h"

/* ---- what came out ------------------------------------------------------------------------- */

static bool is_true(struct feel_value result, const char *name)
{
    struct feel_value v;
    return feel_get(result, str_c(name), &v) && feel_is_true(v);
}

/* A table's answer: the value itself or its first output; a table that lists
 * has none, its rows speak. */
static struct str answer_text(struct ctx *c, struct feel_value v)
{
    if (v.kind == FEEL_CONTEXT && v.context->n)
        v = v.context->e[0].v;
    return v.kind == FEEL_NULL || v.kind == FEEL_LIST ? (struct str){ 0 } : feel_text(&c->mem, v);
}

/* "child_labour=worst_form; rows 3; PY-L044 PY-L001; verified yes": one line per
 * table that fired, kept as fields t/<table> of the screening. */
static void keep_table(struct ctx *c, struct draft *d, struct str record, const struct dmn_step *s)
{
    struct buf b;
    struct str table = dmn_table_name(s->table);
    if (!s->n_rows)
        return;
    buf_init(&b, &c->mem, 4000);
    buf_put(&b, answer_text(c, s->value));
    for (size_t i = 0; i < s->n_rows; i++) {
        buf_char(&b, '\n');
        buf_put(&b, dmn_row_id(s->table, s->rows[i]));
        buf_char(&b, '|');
        buf_put(&b, dmn_annotation(s->table, s->rows[i], STR("provision")));
        buf_char(&b, '|');
        buf_put(&b, dmn_annotation(s->table, s->rows[i], STR("verified")));
        buf_char(&b, '|');
        buf_put(&b, dmn_annotation(s->table, s->rows[i], STR("words")));
    }
    draft_set_field(d, STR("screening"), record, str_join(&c->mem, STR("t/"), table), buf_str(&b));
}

static bool is_one_of(struct ctx *c, struct feel_value result, const char *name, const char *const *words)
{
    struct feel_value v;
    if (!feel_get(result, str_c(name), &v) || v.kind == FEEL_NULL)
        return false;
    struct str s = feel_text(&c->mem, v);
    for (size_t i = 0; words[i]; i++)
        if (str_is(s, words[i]))
            return true;
    return false;
}

/* The three crimes at once, each possible until a prosecutor decides; a flag is
 * only ever set here, a person takes it away on the classification page.  The
 * same answers are what the gateways of the route ask for. */
static enum err classify(struct ctx *c, struct draft *d, const struct work_case *k,
                         const struct answers *a, struct feel_value result, struct facts *f)
{
    static const char *const cl_yes[] = { "possible_child_labour", "child_labour", "hazardous", "worst_form", NULL };
    static const char *const yes[] = { "indicated", "possible", NULL };
    bool cl = k->cl || is_one_of(c, result, "child_labour", cl_yes);
    bool fl = k->fl || is_one_of(c, result, "forced_labour", yes);
    bool ht = k->ht || is_one_of(c, result, "trafficking", yes);
    bool criadazgo = k->criadazgo || is_true(result, "criadazgo");
    bool child = is_true(result, "child");
    fact_bool(f, "child_labour", cl);
    fact_bool(f, "forced_labour", fl);
    fact_bool(f, "trafficking", ht);
    fact_bool(f, "criadazgo", criadazgo);
    fact_bool(f, "child", child);
    fact_bool(f, "woman", !child && str_is(answers_get(a, STR("who/sex")), "female"));
    fact_bool(f, "worst_form", is_true(result, "worst_form"));
    fact_bool(f, "crime_indicated", is_true(result, "crime_indicated"));
    fact_bool(f, "inspection_needed", str_is(answers_get(a, STR("work/works")), "yes"));
    return case_classify(c, d, k, cl, fl, ht, criadazgo);
}

enum err screening_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                        const struct answers *a, struct facts *f)
{
    const struct form *form = pack_form(c->node->pack, STR("screening"));
    AUTO_RULES u = { 0 };
    struct checker_answer r;
    if (!form || !pack_decision(c->node->pack, STR("screening")))
        return FAIL(c, ERR_NOT_FOUND, "screening.no-decision", "pack has no screening");
    TRY(rules_in_force(c, STR("screening"), rules_today(c), &u));
    struct feel_value in = kind_inputs(c, form, a);
    TRY(ctx_check(c));
    TRY(checker_evaluate(c, c->node->pack, u.model, STR("screening"), in, &r));
    for (size_t i = 0; i < r.n; i++)
        keep_table(c, d, record, r.part[i].step);
    draft_set(d, "screening", record, "legal_review", r.review ? STR("yes") : STR("no"));
    draft_set(d, "screening", record, "verified", str_c(pack_verified_name(r.verified)));
    draft_set(d, "screening", record, "pack", c->node->pack->version);
    draft_set(d, "screening", record, "rules", u.version);
    draft_set(d, "screening", record, "rules_label", rules_label(c, &u));
    draft_set(d, "screening", record, "rules_basis", u.basis);
    return classify(c, d, k, a, r.value, f);
}

/* Which version decided: the pack's own tables, or an amended version that the
 * house had put in force. */
static void version_line(struct ctx *c, struct out *o, const struct record *r)
{
    struct str version = record_get(r, "rules"), label = record_get(r, "rules_label");
    if (!label.n)
        label = str_join(&c->mem, c->node->pack->id, STR(" "), record_get(r, "pack"));
    html(o, "<p class=\"small\">");
    T(o, "screening.rules");
    html(o, " ");
    if (version.n) {
        link_text(o, label, "/rules/version/%s", version);
        html(o, ". ");
        text(o, record_get(r, "rules_basis"));
    } else {
        text(o, label);
    }
    html(o, "</p>\n");
}

/* ---- showing it ------------------------------------------------------------------------------- */

static enum err table_result(struct ctx *c, struct out *o, struct str table, struct str kept_lines)
{
    struct str answer = kept_lines, lines = { 0 }, line;
    (void)str_cut(kept_lines, '\n', &answer, &lines);
    html(o, "<section class=\"law\"><h3>");
    text(o, say_join(c, "decision", table));
    html(o, "</h3>\n<p>");
    if (answer.n)
        tag_text(o, TONE_RUN, say_join(c, "verdict", answer));
    while (str_next(&lines, '\n', &line)) {
        struct str row = { 0 }, rest = { 0 }, provisions = { 0 }, verified = { 0 }, words = { 0 };
        (void)str_cut(line, '|', &row, &rest);
        (void)str_cut(rest, '|', &provisions, &rest);
        (void)str_cut(rest, '|', &verified, &words);
        html(o, "<br><small class=\"num\">");
        TF(o, "screening.row", W_TEXT("row", row));
        html(o, "</small> ");
        if (words.n)
            text(o, say_(c, words));
        TRY(law_cite(c, o, provisions));
    }
    html(o, "</p></section>\n");
    return ERR_OK;
}

enum err screening_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r)
{
    static const char *const order[] = { "child_labour", "forced_labour", "trafficking", "criadazgo", "urgency",
        "notify", "entitlements", "referrals", "age_group", "hazards" };
    (void)k;
    bare_begin(o, "screening.result");
    if (record_is(r, "legal_review", "yes"))
        notice(o, TONE_SOON, "screening.legal-review");
    version_line(c, o, r);
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        struct str kept_lines = record_get(r, str_join(&c->mem, STR("t/"), str_c(order[i])).p);
        if (kept_lines.n)
            TRY(table_result(c, o, str_c(order[i]), kept_lines));
    }
    small(o, "screening.never-no");
    section_end(o);
    return ERR_OK;
}
