/* Why a row of a table fired, or what kept it from firing. */
#include "rules/dmn.h"

static bool has_comma(struct str s)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (ch == '"' && (i == 0 || s.p[i - 1] != '\\'))
            quoted = !quoted;
        if (quoted)
            continue;
        depth += ch == '(' || ch == '[' || ch == '{';
        depth -= ch == ')' || ch == ']' || ch == '}';
        if (ch == ',' && depth <= 0)
            return true;
    }
    return false;
}

/* "age 14 is not < 14" */
static struct str sentence(struct ctx *c, const struct dmn_cell *cell)
{
    struct buf b;
    size_t at;
    bool range = cell->test.n && strchr("[(]", cell->test.p[0]) && str_find(cell->test, STR(".."), &at);
    buf_init(&b, &c->mem, 64 * 1024);
    buf_put(&b, cell->label);
    buf_char(&b, ' ');
    if (cell->value.kind == FEEL_NULL)
        buf_put(&b, STR("(not known)"));
    else
        feel_print(&b, cell->value);
    if (cell->test.n == 0 || str_is(cell->test, "-")) {
        buf_put(&b, STR(": any value"));
        return buf_str(&b);
    }
    buf_put(&b, cell->holds == 1 ? STR(" is ") : cell->holds == 0 ? STR(" is not ") : STR(" cannot be compared with "));
    if (cell->holds >= 0 && has_comma(cell->test))
        buf_put(&b, STR("one of "));
    else if (cell->holds >= 0 && range)
        buf_put(&b, STR("in "));
    buf_put(&b, cell->test);
    return buf_str(&b);
}

enum err dmn_explain(struct ctx *c, const struct dmn_step *step, size_t row, struct dmn_cell **out, size_t *n)
{
    const struct dmn_table *t = step->table;
    const struct step_scope *scope = step->scope;
    struct dmn_cell *cell = NEW_N(&c->mem, struct dmn_cell, t->n_in + 1);
    struct run r;
    if (!cell)
        return FAIL(c, ERR_NOMEM, "memory", "explaining");
    if (row >= t->n_rows)
        return FAIL(c, ERR_NOT_FOUND, "rules.row", "row %zu of %zu", row + 1, t->n_rows);
    feel_run_init(&r, c, NULL);
    r.inst = scope->inst;
    for (size_t i = 0; i < t->n_in; i++) {
        const struct node *test = t->row[row].test[i];
        cell[i] = (struct dmn_cell){ .label = t->in[i].label, .test = t->row[row].text[i],
                                     .value = step->inputs[i], .holds = 1 };
        if (test)
            (void)feel_tests_hold(&r, test, &cell[i].value, scope->frame, &cell[i].holds);
        cell[i].says = sentence(c, &cell[i]);
    }
    TRY(feel_run_end(&r));
    *out = cell;
    *n = t->n_in;
    return ctx_check(c);
}
