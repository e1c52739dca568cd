/* The decisions of the packs beside the screening: trafficking indicators,
 * non-punishment, heads of restitution.  Examples a lawyer can read. */
#include "checker/checker.h"
#include "t.h"

static const char *const dirs[] = { "packs/py", "packs/ar", "packs/lr", "packs/th" };

/* "under_18=no exploitation=d4_hours,d4_low_pay"; the answer's entry as text. */
static struct str entry_of(struct t *t, struct ctx *c, const struct pack *p, const char *decision, const char *facts,
                           const char *entry, struct checker_answer *a)
{
    struct checker_talk k;
    struct str rest = str_c(facts), one, name, value;
    struct buf b;
    struct feel_value v = feel_null();
    OK(c, checker_talk_open(c, p, NULL, str_c(decision), &k));
    while (str_next(&rest, ' ', &one))
        if (str_cut(one, '=', &name, &value) && !checker_talk_say(c, &k, name, value)) {
            t->bad++;
            printf("# " STR_F " is no answer\n", STR_A(one));
        }
    OK(c, checker_evaluate(c, p, NULL, str_c(decision), checker_talk_inputs(c, &k), a));
    (void)feel_get(a->value, str_c(entry), &v);
    buf_init(&b, &c->mem, 1 << 16);
    feel_print(&b, v);
    return buf_str(&b);
}

struct example { const char *pack, *decision, *facts, *entry, *want; };   /* pack NULL: all four */

static const struct example examples[] = {
    /* adults: the combination of dimensions (ILO/EC 2009) */
    { NULL, "trafficking_indicators", "under_18=no deceptive_recruitment=d1_nature_of_job,d1_wages exploitation=d4_hours,d4_low_pay "
      "coercion_destination=d5_documents,d5_debt_bondage vulnerability_destination=none", "result", "\"indicated\"" },
    { NULL, "trafficking_indicators", "under_18=no deceptive_recruitment=d1_nature_of_job,d1_wages exploitation=d4_hours,d4_low_pay",
      "result", "\"ask_more\"" },
    { NULL, "trafficking_indicators", "under_18=no deceptive_recruitment=d1_nature_of_job,d1_wages exploitation=d4_hours,d4_low_pay "
      "coercion_destination=none vulnerability_destination=none", "result", "\"deceived_exploited\"" },
    { NULL, "trafficking_indicators", "under_18=no deceptive_recruitment=none coercive_recruitment=none vulnerable_recruitment=none "
      "exploitation=d4_hours,d4_low_pay coercion_destination=d5_documents,d5_isolation", "result", "\"forced_labour\"" },
    { NULL, "trafficking_indicators", "under_18=no deceptive_recruitment=none coercive_recruitment=none vulnerable_recruitment=none "
      "exploitation=d4_hours,d4_low_pay coercion_destination=none vulnerability_destination=none", "result", "\"exploitation\"" },
    { NULL, "trafficking_indicators", "under_18=no exploitation=none coercion_destination=d5_documents,d5_isolation", "result",
      "\"not_identified_yet\"" },
    { NULL, "trafficking_indicators", "under_18=no exploitation=d4_hours", "result", "\"not_identified_yet\"" },
    { NULL, "trafficking_indicators", "under_18=no", "result", "\"not_asked\"" },
    { NULL, "trafficking_indicators", "exploitation=d4_hours,d4_low_pay", "result", "\"ask_more\"" },
    /* children: exploitation and an act */
    { NULL, "trafficking_indicators", "under_18=presumed exploitation=d4_hours,d4_low_pay act_recorded=yes", "result", "\"indicated\"" },
    { NULL, "trafficking_indicators", "under_18=yes exploitation=d4_hours,d4_low_pay", "result", "\"ask_more\"" },
    { NULL, "trafficking_indicators", "under_18=yes exploitation=d4_hours,d4_low_pay act_recorded=no", "result", "\"exploitation\"" },
    /* non-punishment */
    { NULL, "non_punishment", "act=immigration", "result", "\"screen_first\"" },
    { NULL, "non_punishment", "victim_status=not_screened act=prostitution result_of_exploitation=no", "result", "\"screen_first\"" },
    { NULL, "non_punishment", "victim_status=presumed act=prostitution", "result", "\"hold\"" },
    { NULL, "non_punishment", "victim_status=nothing_found act=other child=no", "result", "\"no_bar_found\"" },
    { NULL, "non_punishment", "victim_status=nothing_found act=other child=yes", "result", "\"legal_review\"" },
    { NULL, "non_punishment", "victim_status=nothing_found act=other", "result", "\"ask_more\"" },
    { "packs/py", "non_punishment", "victim_status=identified act=other result_of_exploitation=yes", "result", "\"do_not_proceed\"" },
    { "packs/py", "non_punishment", "victim_status=identified act=other result_of_exploitation=yes", "legal_review", "true" },
    { "packs/ar", "non_punishment", "victim_status=identified act=other result_of_exploitation=no", "result", "\"legal_review\"" },
    { "packs/lr", "non_punishment", "victim_status=identified act=other result_of_exploitation=yes", "legal_review", "false" },
    { "packs/lr", "non_punishment", "victim_status=identified act=other", "result", "\"ask_more\"" },
    /* Thailand: the acts that section 41 lists, save with the Minister's permission */
    { "packs/th", "non_punishment", "victim_status=identified act=immigration", "result", "\"do_not_proceed\"" },
    { "packs/th", "non_punishment", "victim_status=identified act=immigration", "legal_review", "false" },
    { "packs/th", "non_punishment", "victim_status=identified act=immigration minister_permission=yes", "result", "\"legal_review\"" },
    { "packs/th", "non_punishment", "victim_status=identified act=other result_of_exploitation=yes", "result", "\"legal_review\"" },
    { "packs/th", "non_punishment", "victim_status=identified", "result", "\"ask_more\"" },
    /* restitution */
    { "packs/lr", "restitution_heads", "trafficking=yes wages_owed=yes", "heads",
      "[{\"head\": \"unpaid_wages\", \"payer\": \"convicted\", \"verified\": \"yes\", \"legal_review\": false}]" },
    { "packs/lr", "restitution_heads", "trafficking=yes wages_owed=yes", "legal_review", "false" },
    { "packs/lr", "restitution_heads", "trafficking=yes schooling_lost=yes", "legal_review", "true" },
    { "packs/lr", "restitution_heads", "trafficking=no wages_owed=yes", "heads",
      "[{\"head\": \"unpaid_wages\", \"payer\": \"employer\", \"verified\": \"no\", \"legal_review\": true}]" },
    { "packs/py", "restitution_heads", "trafficking=yes", "heads",
      "[{\"head\": \"state_assistance\", \"payer\": \"women_ministry\", \"verified\": \"yes\", \"legal_review\": false}]" },
    { "packs/py", "restitution_heads", "trafficking=yes moral_harm=yes", "legal_review", "true" },
    { "packs/th", "restitution_heads", "trafficking=yes assets_seized=yes", "heads",
      "[{\"head\": \"state_assistance\", \"payer\": \"fund\", \"verified\": \"partly\", \"legal_review\": true}, "
      "{\"head\": \"other\", \"payer\": \"fund\", \"verified\": \"yes\", \"legal_review\": false}]" },
    { NULL, "restitution_heads", "trafficking=no", "heads", "[]" },
};

static void examples_hold(struct t *t)
{
    for (size_t d = 0; d < COUNT_OF(dirs); d++) {
        struct ctx c;
        struct pack *p = NULL;
        struct checker_answer a;
        ctx_init(&c, 256 << 20);
        OK(&c, pack_load(&c, dirs[d], &p));
        for (size_t i = 0; p && i < COUNT_OF(examples); i++) {
            const struct example *x = &examples[i];
            if (x->pack && strcmp(x->pack, dirs[d]))
                continue;
            struct str got = entry_of(t, &c, p, x->decision, x->facts, x->entry, &a);
            if (str_is(got, x->want))
                continue;
            t->bad++;
            printf("# %s %s %s: %s is " STR_F ", want %s\n", dirs[d], x->decision, x->facts, x->entry, STR_A(got), x->want);
        }
        pack_unref(p);
        ctx_done(&c);
    }
}

/* The rule of one dimension, on strengths alone. */
static void a_dimension_adds_up(struct t *t)
{
    /* of dimension 5 for adults: S documents debt_bondage isolation violence, M and W below */
    static const struct { const char *found, *want; } rows[] = {
        { "none", "false" },
        { "d5_documents", "false" },                                   /* S */
        { "d5_documents,d5_debt_bondage", "true" },                    /* S S */
    };
    struct ctx c;
    struct pack *p = NULL;
    struct checker_answer a;
    ctx_init(&c, 256 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str facts = str_join(&c.mem, STR("under_18=no coercion_destination="), str_c(rows[i].found));
        struct feel_value v = feel_null(), d = feel_null();
        (void)entry_of(t, &c, p, "trafficking_indicators", arena_z(&c.mem, facts), "dimensions", &a);
        CHECK(feel_get(a.value, STR("dimensions"), &d) && feel_get(d, STR("coercion_destination"), &v));
        CHECK_STR(feel_text(&c.mem, v), rows[i].want);
    }
    pack_unref(p);
    ctx_done(&c);
}

/* Strengths as the pack's own table gives them, and the rule said once more. */
static bool by_the_rule(struct feel_value found)
{
    int n[3] = { 0 };
    for (size_t i = 0; found.kind == FEEL_LIST && i < found.list->n; i++) {
        struct feel_value w;
        if (feel_get(found.list->v[i], STR("weight"), &w) && w.kind == FEEL_STRING)
            n[str_is(w.s, "S") ? 0 : str_is(w.s, "M") ? 1 : 2]++;
    }
    return n[0] >= 2 || (n[0] == 1 && n[1] + n[2] >= 1) || n[1] >= 3 || (n[1] >= 2 && n[2] >= 1);
}

/* Every pair and some triples of indicators of each dimension, adult and child:
 * positive as the rule says, and one more indicator never turns it negative. */
static void more_never_makes_less(struct t *t)
{
    static const char *const dims[] = { "deceptive_recruitment", "coercive_recruitment", "vulnerable_recruitment",
                                        "exploitation", "coercion_destination", "vulnerability_destination" };
    struct ctx c, one;
    struct pack *p = NULL;
    size_t checked = 0, positive = 0;
    ctx_init(&c, 256 << 20);
    ctx_init(&one, 64 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    for (size_t d = 0; d < COUNT_OF(dims); d++) {
        const struct form *f = checker_form(p, STR("trafficking_indicators"));
        const struct form_field *x = form_find(f, str_c(dims[d]));
        CHECK(x && x->list);
        for (size_t i = 0; x && i < x->list->n; i++)
            for (size_t k = i + 1; k < x->list->n; k++) {
                bool was = false;
                for (size_t size = 1; size <= 3; size++) {
                    struct checker_answer a;
                    struct feel_value in, dim, pos = feel_null();
                    arena_reset(&one.mem);
                    struct feel_value v[3] = { feel_string(x->list->choice[i].name), feel_string(x->list->choice[k].name),
                                               feel_string(x->list->choice[(k + 1) % x->list->n].name) };
                    struct feel_builder b;
                    feel_builder_init(&b, &one.mem);
                    feel_set(&b, STR("under_18"), feel_string((i + k) % 2 ? STR("yes") : STR("no")));
                    feel_set(&b, str_c(dims[d]), feel_list(&one.mem, v, size));
                    in = feel_build(&b);
                    OK(&one, checker_evaluate(&one, p, NULL, STR("trafficking_indicators"), in, &a));
                    const struct checker_part *found = checker_part(&a, arena_z(&one.mem, str_join(&one.mem, STR("found_"), str_c(dims[d]))));
                    bool want = found && by_the_rule(found->value);
                    (void)(feel_get(a.value, STR("dimensions"), &dim) && feel_get(dim, str_c(dims[d]), &pos));
                    CHECK_EQ(feel_is_true(pos), want);
                    CHECK(want || !was);
                    was = want;
                    checked++;
                    positive += want;
                }
            }
    }
    printf("# %zu sets of indicators, %zu positive\n", checked, positive);
    CHECK(positive > 100 && checked > positive);
    pack_unref(p);
    ctx_done(&one);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "examples of every country", examples_hold },
    { "a dimension adds up", a_dimension_adds_up },
    { "more indicators never make less", more_never_makes_less },
};
T_MAIN(cases)
