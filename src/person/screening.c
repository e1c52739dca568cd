/* screening.c - what is known goes through the pack's decision tables; the
 * answers, the rows that fired and the articles they cite are kept with the
 * screening.  Nothing here knows an age or an article. */
#include "person/person.h"

#include "base/node.h"
#include "pack/pack.h"
#include "page/names.h"
#include "rules/rules.h"

/* ---- answers as inputs ------------------------------------------------------------------ */

/* yes/no/unknown become true/false/null; numbers numbers; several choices a
 * list.  A decision's input has the name of the form's field. */
static struct feel_value value_of(struct ctx *c, const struct form_field *x, struct str v)
{
    struct feel_value n, list[64];
    size_t k = 0;
    struct str item;
    if (!v.n || str_is(v, "unknown"))
        return feel_null();
    if (x->type == FORM_SELECT_MANY) {
        while (k < COUNT_OF(list) && str_next(&v, ' ', &item))
            list[k++] = feel_string(item);
        return feel_list(&c->mem, list, k);
    }
    if (str_is(v, "yes") || str_is(v, "no"))
        return feel_bool(str_is(v, "yes"));
    if ((x->type == FORM_INT || x->type == FORM_DECIMAL || x->type == FORM_RANGE) && feel_number(v, &n))
        return n;
    return feel_string(v);
}

static struct feel_value inputs_of(struct ctx *c, const struct form *f, const struct answers *a)
{
    struct feel_builder b;
    feel_builder_init(&b, &c->mem);
    for (size_t i = 0; i < form_count(f); i++) {
        const struct form_field *x = form_field(f, i);
        if (!form_is_leaf(x))
            continue;
        struct str v = answers_get(a, x->path);
        struct feel_value value = value_of(c, x, v);
        if (x->type == FORM_SELECT_MANY && value.kind == FEEL_NULL)
            value = feel_list(&c->mem, NULL, 0);
        feel_set(&b, x->name, value);
    }
    return feel_build(&b);
}

/* ---- what came out ------------------------------------------------------------------------- */

static bool is_true(struct feel_value result, const char *name)
{
    struct feel_value v;
    return feel_get(result, str_c(name), &v) && feel_is_true(v);
}

/* A table's answer: the value itself or its first output. */
static struct str answer_text(struct ctx *c, struct feel_value v)
{
    if (v.kind == FEEL_CONTEXT && v.context->n)
        v = v.context->e[0].v;
    return v.kind == FEEL_NULL ? (struct str){ 0 } : feel_text(&c->mem, v);
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

static enum err decide(struct ctx *c, const struct dmn_model *m, const char *name, struct feel_value in,
                       struct dmn_result *out)
{
    return dmn_evaluate(c, m, str_c(name), in, NULL, out);
}

/* What the route's gateways ask for. */
static enum err route_facts(struct ctx *c, const struct dmn_model *m, struct feel_value in,
                            const struct answers *a, struct facts *f, struct feel_value result)
{
    struct dmn_result child, crime;
    TRY(decide(c, m, "is_child", in, &child));
    TRY(decide(c, m, "crime_indicated", in, &crime));
    fact_bool(f, "child", feel_is_true(child.value));
    fact_bool(f, "crime_indicated", feel_is_true(crime.value));
    fact_bool(f, "woman", str_is(answers_get(a, STR("who/sex")), "female") && !feel_is_true(child.value));
    fact_bool(f, "inspection_needed", str_is(answers_get(a, STR("work/works")), "yes"));
    (void)result;
    return ERR_OK;
}

static bool says(struct ctx *c, struct feel_value v, const char *const *words)
{
    struct str s = answer_text(c, v);
    for (size_t i = 0; words[i]; i++)
        if (str_is(s, words[i]))
            return true;
    return false;
}

/* The three crimes at once; a flag is only ever set here, a person takes it
 * away on the classification page. */
static enum err classify(struct ctx *c, struct draft *d, const struct work_case *k,
                         const struct dmn_model *m, struct feel_value in, struct facts *f)
{
    static const char *const cl_yes[] = { "child_labour", "hazardous", "worst_form", NULL };
    static const char *const yes[] = { "indicated", "strong", "indicators", "present", NULL };
    struct dmn_result cl, fl, ht, cr;
    TRY(decide(c, m, "child_labour", in, &cl));
    TRY(decide(c, m, "forced_labour", in, &fl));
    TRY(decide(c, m, "trafficking", in, &ht));
    TRY(decide(c, m, "criadazgo", in, &cr));
    bool is_cl = says(c, cl.value, cl_yes), is_fl = says(c, fl.value, yes), is_ht = says(c, ht.value, yes),
         is_cr = says(c, cr.value, yes);
    TRY(case_classify(c, d, k, k->cl || is_cl, k->fl || is_fl, k->ht || is_ht, k->criadazgo || is_cr));
    fact_bool(f, "child_labour", k->cl || is_cl);
    fact_bool(f, "forced_labour", k->fl || is_fl);
    fact_bool(f, "trafficking", k->ht || is_ht);
    fact_bool(f, "criadazgo", k->criadazgo || is_cr);
    return ERR_OK;
}

enum err screening_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                        const struct answers *a, struct facts *f)
{
    const struct form *form = pack_form(c->node->pack, STR("screening"));
    const struct dmn_model *m = pack_decision(c->node->pack, STR("screening"));
    struct dmn_result r;
    if (!form || !m)
        return FAIL(c, ERR_NOT_FOUND, "screening.no-decision", "pack has no screening");
    struct feel_value in = inputs_of(c, form, a);
    TRY(ctx_check(c));
    TRY(decide(c, m, "screening", in, &r));
    for (const struct dmn_step *s = r.steps; s; s = s->next)
        keep_table(c, d, record, s);
    draft_set(d, "screening", record, "legal_review", is_true(r.value, "legal_review") ? STR("yes") : STR("no"));
    draft_set(d, "screening", record, "pack", c->node->pack->version);
    TRY(route_facts(c, m, in, a, f, r.value));
    return classify(c, d, k, m, in, f);
}

/* ---- showing it ------------------------------------------------------------------------------- */

static void cite(struct ctx *c, struct out *o, struct str ids)
{
    const struct pack *p = c->node->pack;
    struct str id;
    while (str_next(&ids, ' ', &id)) {
        const struct provision *v = pack_provision(p, id);
        const struct instrument *i = v ? pack_instrument(p, v->instrument) : NULL;
        if (!v)
            continue;
        html(o, "<br>");
        link_text(o, str_join(&c->mem, i ? pack_text(p, &i->title, c->lang) : v->instrument, STR(", art. "),
                              v->article), "/law/%s", id);
        html(o, ": ");
        text(o, pack_text(p, &v->rule, c->lang));
        if (v->verified != PACK_YES) {
            html(o, " ");
            tag(o, TONE_SOON, "screening.review");
        }
    }
}

static void table_result(struct ctx *c, struct out *o, struct str table, struct str kept_lines)
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
        cite(c, o, provisions);
    }
    html(o, "</p></section>\n");
}

enum err screening_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r)
{
    static const char *const order[] = { "child_labour", "forced_labour", "trafficking", "criadazgo", "urgency",
        "notify", "entitlements", "referrals", "age_group", "hazards" };
    (void)k;
    bare_begin(o, "screening.result");
    if (record_is(r, "legal_review", "yes"))
        notice(o, TONE_SOON, "screening.legal-review");
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        struct str kept_lines = record_get(r, str_join(&c->mem, STR("t/"), str_c(order[i])).p);
        if (kept_lines.n)
            table_result(c, o, str_c(order[i]), kept_lines);
    }
    small(o, "screening.never-no");
    section_end(o);
    return ERR_OK;
}
