/* checker.c - one situation, one answer. */
#include "checker/checker.h"

#include "base/node.h"
#include "rulebook/rulebook.h"

/* ---- what a decision asks -------------------------------------------------------- */

static const struct pack_decision *file_of(const struct pack *p, struct str decision)
{
    for (size_t i = 0; i < p->decisions_n; i++) {
        const struct dmn_node *d = dmn_find(p->decisions[i].model, decision);
        if (d && (d->kind == DMN_DECISION || d->kind == DMN_SERVICE))
            return &p->decisions[i];
    }
    return NULL;
}

const struct dmn_model *checker_model(const struct pack *p, struct str decision)
{
    const struct pack_decision *d = file_of(p, decision);
    return d ? d->model : NULL;
}

struct str checker_file(const struct pack *p, struct str decision)
{
    const struct pack_decision *d = file_of(p, decision);
    return d ? d->id : (struct str){ 0 };
}

const struct form *checker_form(const struct pack *p, struct str decision)
{
    const struct pack_decision *d = file_of(p, decision);
    return d ? pack_form(p, d->id) : NULL;
}

static const struct form_field *field_of(const struct form *f, struct str name)
{
    for (size_t i = 0; f && i < form_count(f); i++)
        if (str_eq(form_field(f, i)->name, name) && form_is_leaf(form_field(f, i)))
            return form_field(f, i);
    return NULL;
}

/* By the order in which the form asks; what no form asks comes last. */
static void in_form_order(struct checker_input *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct checker_input x = v[i];
        size_t at = x.field ? form_index(x.form, x.field) : SIZE_MAX, k = i;
        for (; k > 0 && (v[k - 1].field ? form_index(v[k - 1].form, v[k - 1].field) : SIZE_MAX) > at; k--)
            v[k] = v[k - 1];
        v[k] = x;
    }
}

enum err checker_inputs(struct ctx *c, const struct pack *p, const struct dmn_model *m,
                        struct str decision, struct checker_input **out, size_t *n)
{
    const struct form *f = checker_form(p, decision);
    const struct dmn_node **nodes;
    size_t k;

    if (!m)
        m = checker_model(p, decision);
    if (!m)
        return FAIL(c, ERR_NOT_FOUND, "checker.no-decision", "no decision of that name");
    TRY(dmn_inputs(c, m, decision, &nodes, &k));
    struct checker_input *v = NEW_N(&c->mem, struct checker_input, k + 1);
    if (!v)
        return ctx_check(c);
    for (size_t i = 0; i < k; i++)
        v[i] = (struct checker_input){ nodes[i]->name, nodes[i], f, field_of(f, nodes[i]->name) };
    in_form_order(v, k);
    *out = v;
    *n = k;
    return ERR_OK;
}

/* ---- answers as values ---------------------------------------------------------------- */

static bool one_of(const struct checker_input *in, struct feel_value v)
{
    const struct form_field *x = in->field;
    const struct feel_list *a = in->node->allowed;
    if (v.kind == FEEL_STRING && x && x->list && !x->other && !x->list->file.n)
        return form_choice(x->list, v.s) != NULL;
    for (size_t i = 0; a && i < a->n; i++)
        if (feel_equal(a->v[i], v) == 1)
            return true;
    return !a;
}

static bool many_values(struct ctx *c, const struct checker_input *in, struct str text, struct feel_value *out)
{
    struct feel_value v[128];
    size_t n = 0, at = 0;
    if (str_is(text, "none")) {
        *out = feel_list(&c->mem, NULL, 0);
        return true;
    }
    while (at < text.n) {
        size_t end = at;
        while (end < text.n && text.p[end] != ' ' && text.p[end] != ',' && text.p[end] != ';')
            end++;
        struct feel_value item = feel_string(str_sub(text, at, end - at));
        at = end + 1;
        if (!item.s.n)
            continue;
        if (n == COUNT_OF(v) || !one_of(in, item))
            return false;
        v[n++] = item;
    }
    *out = feel_list(&c->mem, v, n);
    return true;
}

static bool yes_no(struct str s, struct feel_value *out)
{
    bool yes = str_is(s, "yes") || str_is(s, "true");
    if (!yes && !str_is(s, "no") && !str_is(s, "false"))
        return false;
    *out = feel_bool(yes);
    return true;
}

/* The model has no type for it: as it looks. */
static bool any_value(struct str s, struct feel_value *out)
{
    if (!yes_no(s, out) && !feel_number(s, out))
        *out = feel_string(s);
    return true;
}

bool checker_value(struct ctx *c, const struct checker_input *in, struct str text, struct feel_value *out)
{
    text = str_trim(text);
    if (!text.n || str_is(text, "unknown")) {
        *out = feel_null();
        return true;
    }
    if (in->node->many || (in->field && in->field->type == FORM_SELECT_MANY))
        return many_values(c, in, text, out);
    switch (in->node->value) {
    case FEEL_BOOL:
        return yes_no(text, out);
    case FEEL_NUMBER:
        return feel_number(text, out) && one_of(in, *out);
    case FEEL_DATE: case FEEL_TIME: case FEEL_DATETIME: case FEEL_DAYS: case FEEL_MONTHS:
        return feel_temporal(text, out) && out->kind == in->node->value;
    case FEEL_STRING:
        *out = feel_string(text);
        return one_of(in, *out);
    default:
        return any_value(text, out);
    }
}

/* ---- the answer ------------------------------------------------------------------------- */

/* A table's answer: the value itself or its first output; a table that lists
 * has none, its rows speak. */
static struct str verdict_of(struct ctx *c, struct feel_value v)
{
    if (v.kind == FEEL_CONTEXT && v.context->n)
        v = v.context->e[0].v;
    return v.kind == FEEL_NULL || v.kind == FEEL_LIST || v.kind == FEEL_CONTEXT ? (struct str){ 0 }
                                                                                : feel_text(&c->mem, v);
}

static enum err fill_part(struct ctx *c, const struct pack *p, const struct dmn_step *s, struct checker_part *out)
{
    struct checker_row *row = NEW_N(&c->mem, struct checker_row, s->n_rows);
    if (!row)
        return ctx_check(c);
    *out = (struct checker_part){ .table = dmn_table_name(s->table), .value = s->value,
        .verdict = verdict_of(c, s->value), .row = row, .n = s->n_rows, .verified = PACK_YES, .step = s };
    for (size_t i = 0; i < s->n_rows; i++) {
        struct str cited = dmn_annotation(s->table, s->rows[i], STR("provision"));
        row[i] = (struct checker_row){ .table = s->table, .row = s->rows[i], .id = dmn_row_id(s->table, s->rows[i]),
            .provisions = cited, .words = dmn_annotation(s->table, s->rows[i], STR("words")),
            .verified = pack_weakest(p, cited) };
        if (row[i].verified < out->verified)
            out->verified = row[i].verified;
    }
    return ctx_check(c);
}

static void cite(const struct pack *p, struct str ids, const struct provision **v, size_t *n)
{
    struct str id;
    while (str_next(&ids, ' ', &id)) {
        const struct provision *x = id.n ? pack_provision(p, id) : NULL;
        bool known = !x;
        for (size_t i = 0; i < *n && !known; i++)
            known = v[i] == x;
        if (!known)
            v[(*n)++] = x;
    }
}

static size_t words_in(struct str s)
{
    size_t n = s.n != 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == ' ';
    return n;
}

static enum err cite_all(struct ctx *c, const struct pack *p, struct checker_answer *a)
{
    size_t max = 1, n = 0;
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < a->part[i].n; k++)
            max += words_in(a->part[i].row[k].provisions);
    const struct provision **v = NEW_N(&c->mem, const struct provision *, max);
    if (!v)
        return ctx_check(c);
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < a->part[i].n; k++)
            cite(p, a->part[i].row[k].provisions, v, &n);
    a->provision = v;
    a->provisions = n;
    return ERR_OK;
}

static bool says_review(const struct checker_answer *a)
{
    struct feel_value v;
    return a->value.kind == FEEL_CONTEXT && feel_get(a->value, STR("legal_review"), &v) ? feel_is_true(v)
                                                                                      : a->verified != PACK_YES;
}

enum err checker_evaluate(struct ctx *c, const struct pack *p, const struct dmn_model *m,
                          struct str decision, struct feel_value situation, struct checker_answer *out)
{
    struct dmn_result r;
    size_t n = 0;

    if (!m)
        m = checker_model(p, decision);
    if (!m || !dmn_find(m, decision))
        return FAIL(c, ERR_NOT_FOUND, "checker.no-decision", "no decision of that name");
    TRY(dmn_evaluate(c, m, decision, situation, NULL, &r));
    for (const struct dmn_step *s = r.steps; s; s = s->next)
        n += s->n_rows != 0;
    struct checker_part *part = NEW_N(&c->mem, struct checker_part, n + 1);
    if (!part)
        return ctx_check(c);
    struct checker_answer a = { .decision = decision, .value = r.value, .problem = r.problem, .part = part,
                                .verified = PACK_YES };
    for (const struct dmn_step *s = r.steps; s; s = s->next) {
        if (!s->n_rows)
            continue;
        TRY(fill_part(c, p, s, &part[a.n]));
        if (part[a.n].verified < a.verified)
            a.verified = part[a.n].verified;
        a.n++;
    }
    if (!a.n)
        a.verified = PACK_NO;                   /* no row of law stands behind it */
    TRY(cite_all(c, p, &a));
    a.review = says_review(&a);
    *out = a;
    return ctx_check(c);
}

enum err checker_now(struct ctx *c, struct str decision, struct feel_value situation, struct rules_use *u,
                     struct checker_answer *out)
{
    struct str file = checker_file(c->node->pack, decision);
    if (!file.n)
        return FAIL(c, ERR_NOT_FOUND, "checker.no-decision", "the pack has no such decision");
    TRY(rules_in_force(c, file, rules_today(c), u));
    return checker_evaluate(c, c->node->pack, u->model, decision, situation, out);
}

const struct checker_part *checker_part(const struct checker_answer *a, const char *table)
{
    for (size_t i = 0; i < a->n; i++)
        if (str_is(a->part[i].table, table))
            return &a->part[i];
    return NULL;
}

struct str checker_says(struct ctx *c, const struct checker_answer *a, const char *entry)
{
    struct feel_value v;
    if (!feel_get(a->value, str_c(entry), &v))
        return (struct str){ 0 };
    return v.kind == FEEL_LIST || v.kind == FEEL_NULL || v.kind == FEEL_CONTEXT ? (struct str){ 0 } : feel_text(&c->mem, v);
}

/* ---- two answers -------------------------------------------------------------------------- */

static bool same(struct feel_value a, struct feel_value b);

static bool among(struct feel_value x, const struct feel_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (same(x, l->v[i]))
            return true;
    return false;
}

static bool same_list(const struct feel_list *a, const struct feel_list *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!among(a->v[i], b) || !among(b->v[i], a))
            return false;
    return true;
}

static bool same(struct feel_value a, struct feel_value b)
{
    if (a.kind == FEEL_LIST && b.kind == FEEL_LIST)
        return same_list(a.list, b.list);
    return (a.kind == FEEL_NULL && b.kind == FEEL_NULL) || feel_equal(a, b) == 1;
}

static struct checker_change change_of(const struct checker_answer *x, const struct checker_answer *y,
                                       struct str entry, struct feel_value before, struct feel_value after)
{
    struct checker_change ch = { .entry = entry, .before = before, .after = after };
    for (size_t i = 0; i < x->n; i++)
        if (str_eq(x->part[i].table, entry))
            ch.rows_before = &x->part[i];
    for (size_t i = 0; i < y->n; i++)
        if (str_eq(y->part[i].table, entry))
            ch.rows_after = &y->part[i];
    return ch;
}

/* Entries of y that x lacks, and those that differ; twice with sides changed. */
enum err checker_compare(struct ctx *c, const struct checker_answer *x, const struct checker_answer *y,
                         struct checker_change **out, size_t *n)
{
    bool parts = x->value.kind == FEEL_CONTEXT && y->value.kind == FEEL_CONTEXT;
    size_t max = parts ? x->value.context->n + y->value.context->n : 1, k = 0;
    struct checker_change *v = NEW_N(&c->mem, struct checker_change, max + 1);
    if (!v)
        return ctx_check(c);
    if (!parts && !same(x->value, y->value))
        v[k++] = change_of(x, y, x->decision, x->value, y->value);
    for (size_t i = 0; parts && i < x->value.context->n; i++) {
        const struct feel_entry *e = &x->value.context->e[i];
        struct feel_value other = feel_null();
        (void)feel_get(y->value, e->name, &other);
        if (!same(e->v, other))
            v[k++] = change_of(x, y, e->name, e->v, other);
    }
    for (size_t i = 0; parts && i < y->value.context->n; i++) {
        const struct feel_entry *e = &y->value.context->e[i];
        struct feel_value other;
        if (!feel_get(x->value, e->name, &other) && e->v.kind != FEEL_NULL)
            v[k++] = change_of(x, y, e->name, feel_null(), e->v);
    }
    *out = v;
    *n = k;
    return ERR_OK;
}
