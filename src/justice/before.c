/* before.c - what the law asks before a charge, and what a victim may claim:
 * decisions of the pack, shown where they are needed. */
#include "justice/justice.h"

#include "base/node.h"
#include "checker/checker.h"
#include "law/law.h"
#include "pack/pack.h"
#include "rulebook/rulebook.h"

/* ---- before a charge: non-punishment --------------------------------------------------- */

static enum err rows_said(struct ctx *c, struct out *o, const struct checker_part *p)
{
    for (size_t i = 0; i < p->n; i++) {
        html(o, "<p>");
        text(o, say_(c, p->row[i].words));
        TRY(law_cite(c, o, p->row[i].provisions));
        html(o, "</p>\n");
    }
    return ERR_OK;
}

/* A pack without the decision shows nothing. */
static bool answered(struct ctx *c, const char *decision)
{
    return checker_file(c->node->pack, str_c(decision)).n > 0;
}

enum err charge_before(struct ctx *c, struct out *o, const struct work_case *k)
{
    AUTO_RULES u = { 0 };
    struct checker_answer a;
    struct feel_builder b;
    (void)k;
    if (!answered(c, "non_punishment"))
        return ERR_OK;
    feel_builder_init(&b, &c->mem);
    feel_set(&b, STR("victim_status"), feel_string(STR("presumed")));
    TRY(checker_now(c, STR("non_punishment"), feel_build(&b), &u, &a));
    notice_begin(o, TONE_SOON);
    html(o, "<p><strong>");
    T(o, "charge.before");
    html(o, "</strong></p>\n");
    for (size_t i = 0; i < a.n; i++)
        TRY(rows_said(c, o, &a.part[i]));
    html(o, "<p>");
    link_to(o, "charge.before-check", "/check?about=%s", STR("non_punishment"));
    html(o, "</p>\n");
    notice_end(o);
    return ERR_OK;
}

/* ---- heads of restitution ----------------------------------------------------------------- */

/* Every head, as if all harm were there: the list that nothing is forgotten by. */
static struct feel_value all_harm(struct ctx *c, const struct work_case *k)
{
    static const char *const harm[] = { "wages_owed", "health_harm", "moral_harm", "schooling_lost", "property_lost",
                                        "assets_seized" };
    struct feel_builder b;
    feel_builder_init(&b, &c->mem);
    feel_set(&b, STR("trafficking"), feel_bool(k->ht));
    for (size_t i = 0; i < COUNT_OF(harm); i++)
        feel_set(&b, str_c(harm[i]), feel_bool(true));
    return feel_build(&b);
}

/* The heads this case has claimed already, spaces between. */
static enum err claimed(struct ctx *c, const struct work_case *k, struct str *out)
{
    struct kind_row *row;
    size_t n;
    struct str heads = { 0 };
    TRY(kind_list(c, k->id, "restitution", 100, &row, &n));
    for (size_t i = 0; i < n; i++) {
        struct record r;
        if (!str_eq(row[i].dossier, k->justice))
            continue;
        TRY(record_load(c, row[i].id, &r));
        struct answers a = kind_answers(c, &r);
        heads = str_join(&c->mem, heads, STR(" "), answers_get(&a, STR("head")));
    }
    *out = heads;
    return ctx_check(c);
}

static struct str choice_text(struct ctx *c, const char *field, struct str value)
{
    const struct form *f = pack_form(c->node->pack, STR("restitution"));
    const struct form_field *x = f ? form_find(f, str_c(field)) : NULL;
    return x ? form_value_text(c, f, x, value) : value;
}

static enum err head_row(struct ctx *c, struct out *o, const struct checker_row *row, struct feel_value v, struct str have)
{
    struct feel_value head = feel_null(), payer = feel_null(), review;
    if (!feel_get(v, STR("head"), &head) || !feel_get(v, STR("payer"), &payer) || head.kind != FEEL_STRING ||
        payer.kind != FEEL_STRING)
        return ERR_OK;
    bool asked = pack_has_word(have, head.s), doubt = feel_get(v, STR("legal_review"), &review) && feel_is_true(review);
    row_begin(o, TONE_PLAIN);
    cell_text(o, choice_text(c, "head", head.s));
    cell(o);
    tag(o, asked ? TONE_DONE : TONE_PLAIN, asked ? "restitution.is-claimed" : "restitution.not-claimed");
    cell_text(o, choice_text(c, "payer", payer.s));
    cell(o);
    text(o, say_(c, row->words));
    if (doubt && row->verified == PACK_YES) {           /* else the citation says so */
        html(o, " ");
        tag(o, TONE_SOON, "screening.review");
    }
    TRY(law_cite(c, o, row->provisions));
    row_end(o);
    return ERR_OK;
}

enum err restitution_before(struct ctx *c, struct out *o, const struct work_case *k)
{
    AUTO_RULES u = { 0 };
    struct checker_answer a;
    struct str have;
    if (!answered(c, "restitution_heads"))
        return ERR_OK;
    TRY(claimed(c, k, &have));
    TRY(checker_now(c, STR("restitution_heads"), all_harm(c, k), &u, &a));
    more_begin(o, "restitution.heads");
    grid_begin(o, &(struct grid){ "restitution.heads", COLS("restitution.head", "restitution.in-case", "restitution.payer", "restitution.basis") });
    for (size_t i = 0; i < a.n; i++)
        for (size_t r = 0; a.part[i].value.kind == FEEL_LIST && r < a.part[i].n && r < a.part[i].value.list->n; r++)
            TRY(head_row(c, o, &a.part[i].row[r], a.part[i].value.list->v[r], have));
    grid_end(o);
    small(o, "restitution.heads-note");
    more_end(o);
    return ERR_OK;
}
