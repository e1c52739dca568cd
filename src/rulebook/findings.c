/* findings.c - what is wrong or doubtful in a model, in the eyes of this house's law. */
#include "rulebook/rulebook.h"

#include "base/node.h"
#include "pack/pack.h"
#include "words/words.h"

static bool provision_known(void *arg, struct str id)
{
    return pack_provision(arg, id) != NULL;
}

struct list { struct ctx *c; struct rules_finding *v; size_t n, room; };

static void list_add(struct list *l, struct rules_finding f)
{
    if (l->n == l->room) {
        size_t room = l->room ? l->room * 2 : 32;
        struct rules_finding *v = NEW_N(&l->c->mem, struct rules_finding, room);
        if (!v)
            return;
        if (l->n)
            memcpy(v, l->v, l->n * sizeof *v);
        l->v = v;
        l->room = room;
    }
    l->v[l->n++] = f;
}

/* A row tells no more certainty than the law it rests on, and says which law
 * that is (as pack_check wants of the pack's own files). */
static void check_row(struct list *l, const struct dmn_model *m, const struct dmn_table *t, size_t row)
{
    const struct pack *p = l->c->node->pack;
    struct str cited = dmn_annotation(t, row, STR("provision")), says = dmn_annotation(t, row, STR("verified"));
    enum pack_verified weakest = pack_weakest(p, cited);
    const char *wrong = NULL;
    if (!cited.n)
        wrong = "rules.says.uncited";
    else if (!str_is(says, pack_verified_name(weakest)))
        wrong = weakest == PACK_YES ? "rules.says.claims-less" : "rules.says.claims-more";
    for (size_t k = 0; !wrong && weakest != PACK_YES && k < dmn_table_outputs(t); k++)
        if (str_is(dmn_output_name(t, k), "legal_review") && str_is(dmn_output_text(t, row, k), "false"))
            wrong = "rules.says.review-missing";
    if (wrong)
        list_add(l, (struct rules_finding){ RULES_PROVISION, dmn_file(m), dmn_table_name(t), (int)row + 1, 0,
                                            dmn_row_line(t, row), words_get(l->c->node->words, l->c->lang, str_c(wrong)) });
}

enum err rules_findings(struct ctx *c, const struct dmn_model *m, struct rules_finding **out, size_t *n)
{
    struct list l = { .c = c };
    struct rules_finding *v;
    size_t k;
    TRY(rules_check(c, m, provision_known, (void *)(uintptr_t)c->node->pack, &v, &k));
    for (size_t i = 0; i < k; i++)
        list_add(&l, v[i]);
    for (size_t i = 0; i < dmn_nodes(m); i++) {
        const struct dmn_table *t = dmn_node(m, i)->table;
        for (size_t row = 0; t && row < dmn_table_rows(t); row++)
            check_row(&l, m, t, row);
    }
    TRY(ctx_check(c));
    *out = l.v;
    *n = l.n;
    return ERR_OK;
}

bool rules_stops(enum rules_kind kind)
{
    return kind == RULES_SYNTAX || kind == RULES_TYPE || kind == RULES_NAME || kind == RULES_PROVISION;
}
