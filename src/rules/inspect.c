/* What a model holds, for pages and packs. */
#include "rules/dmn.h"

struct str dmn_name(const struct dmn_model *m) { return m->name; }
struct str dmn_namespace(const struct dmn_model *m) { return m->ns; }
struct str dmn_file(const struct dmn_model *m) { return m->file; }
size_t dmn_nodes(const struct dmn_model *m) { return m->n_elem; }

const struct dmn_node *dmn_node(const struct dmn_model *m, size_t i)
{
    return i < m->n_elem ? &m->elem[i]->node : NULL;
}

const struct dmn_node *dmn_find(const struct dmn_model *m, struct str name)
{
    for (size_t i = 0; i < m->n_elem; i++)
        if (str_eq(m->elem[i]->node.name, name) || str_eq(m->elem[i]->node.id, name))
            return &m->elem[i]->node;
    return NULL;
}

/* ---- the inputs a decision needs ------------------------------------------------- */

static void mark(const struct dmn_elem *e, bool *seen, bool *all, const struct dmn_model *m)
{
    if (e->model != m || all[e->index])
        return;
    all[e->index] = true;
    seen[e->index] = e->node.kind == DMN_INPUT;
    for (size_t i = 0; i < e->n_needs; i++)
        mark(e->needs[i].elem, seen, all, m);
    for (size_t i = 0; i < e->n_params; i++)
        mark(e->params[i], seen, all, m);
}

enum err dmn_inputs(struct ctx *c, const struct dmn_model *m, struct str decision,
                    const struct dmn_node ***out, size_t *n)
{
    const struct dmn_node *d = dmn_find(m, decision);
    bool *seen = NEW_N(&c->mem, bool, m->n_elem + 1), *all = NEW_N(&c->mem, bool, m->n_elem + 1);
    const struct dmn_node **list = NEW_N(&c->mem, const struct dmn_node *, m->n_elem + 1);
    size_t count = 0;
    if (!seen || !all || !list)
        return FAIL(c, ERR_NOMEM, "memory", "inputs of a decision");
    if (!d)
        return FAIL(c, ERR_NOT_FOUND, "rules.decision", STR_F ": no decision of that name", STR_A(m->file));
    mark((const struct dmn_elem *)d, seen, all, m);
    for (size_t i = 0; i < m->n_elem; i++)
        if (seen[i])
            list[count++] = &m->elem[i]->node;
    *out = list;
    *n = count;
    return ERR_OK;
}

/* ---- tables ------------------------------------------------------------------------- */

struct str dmn_table_name(const struct dmn_table *t) { return t->name; }
size_t dmn_table_rows(const struct dmn_table *t) { return t->n_rows; }
size_t dmn_table_inputs(const struct dmn_table *t) { return t->n_in; }
size_t dmn_table_outputs(const struct dmn_table *t) { return t->n_out; }

struct str dmn_table_hit_policy(const struct dmn_table *t)
{
    static const struct str names[] = {
        [HIT_UNIQUE] = STR_INIT("UNIQUE"), [HIT_FIRST] = STR_INIT("FIRST"),
        [HIT_PRIORITY] = STR_INIT("PRIORITY"), [HIT_ANY] = STR_INIT("ANY"),
        [HIT_COLLECT] = STR_INIT("COLLECT"), [HIT_RULE_ORDER] = STR_INIT("RULE ORDER"),
        [HIT_OUTPUT_ORDER] = STR_INIT("OUTPUT ORDER"),
    };
    static const struct str collected[] = {
        [AGG_NONE] = STR_INIT("COLLECT"), [AGG_SUM] = STR_INIT("COLLECT SUM"),
        [AGG_COUNT] = STR_INIT("COLLECT COUNT"), [AGG_MIN] = STR_INIT("COLLECT MIN"),
        [AGG_MAX] = STR_INIT("COLLECT MAX"),
    };
    return t->hit == HIT_COLLECT ? collected[t->aggregate] : names[t->hit];
}

struct str dmn_input_label(const struct dmn_table *t, size_t input)
{
    return input < t->n_in ? t->in[input].label : (struct str){ 0 };
}

struct str dmn_output_name(const struct dmn_table *t, size_t output)
{
    return output < t->n_out ? t->out[output].label : (struct str){ 0 };
}

struct str dmn_input_text(const struct dmn_table *t, size_t row, size_t input)
{
    return row < t->n_rows && input < t->n_in ? t->row[row].text[input] : (struct str){ 0 };
}

struct str dmn_output_text(const struct dmn_table *t, size_t row, size_t output)
{
    return row < t->n_rows && output < t->n_out ? t->row[row].text[t->n_in + output] : (struct str){ 0 };
}

struct str dmn_row_id(const struct dmn_table *t, size_t row)
{
    return row < t->n_rows ? t->row[row].id : (struct str){ 0 };
}

int dmn_row_line(const struct dmn_table *t, size_t row)
{
    return row < t->n_rows ? t->row[row].line : 0;
}

struct str dmn_annotation(const struct dmn_table *t, size_t row, struct str column)
{
    for (size_t i = 0; i < t->n_note && row < t->n_rows; i++)
        if (str_eq(t->note[i], column))
            return t->row[row].text[t->n_in + t->n_out + i];
    return (struct str){ 0 };
}
