/* A decision table's XML becomes rows of tests and outputs. */
#include "rules/dmn_load.h"

static const struct { const char *name; enum hit hit; } hits[] = {
    { "UNIQUE", HIT_UNIQUE }, { "FIRST", HIT_FIRST }, { "PRIORITY", HIT_PRIORITY }, { "ANY", HIT_ANY },
    { "COLLECT", HIT_COLLECT }, { "RULE ORDER", HIT_RULE_ORDER }, { "OUTPUT ORDER", HIT_OUTPUT_ORDER },
};
static const struct { const char *name; enum aggregate how; } aggregates[] = {
    { "SUM", AGG_SUM }, { "COUNT", AGG_COUNT }, { "MIN", AGG_MIN }, { "MAX", AGG_MAX },
};

static void read_policy(struct loader *l, const struct xnode *n, struct dmn_table *t)
{
    struct str hit = xn_attr(l, n, "hitPolicy"), agg = xn_attr(l, n, "aggregation");
    bool known = hit.n == 0;
    for (size_t i = 0; i < COUNT_OF(hits); i++)
        if (str_is(hit, hits[i].name)) {
            t->hit = hits[i].hit;
            known = true;
        }
    for (size_t i = 0; i < COUNT_OF(aggregates); i++)
        if (str_is(agg, aggregates[i].name))
            t->aggregate = aggregates[i].how;
    if (!known)
        dmn_problem_add(l, RULES_SYNTAX, n, "unknown hit policy", hit);
}

static struct scope value_scope(struct scope *up, struct bound *b)
{
    *b = (struct bound){ .name = STR_INIT("?"), .how = BIND_SLOT };
    return (struct scope){ .up = up, .b = b, .n = 1, .frame = true };
}

static const struct node *tests_of(struct loader *l, const struct xnode *n, struct scope *s)
{
    struct bound b;
    struct scope inner = value_scope(s, &b);
    struct str text = n ? str_trim(xn_text(l, n)) : (struct str){ 0 };
    if (text.n == 0 || str_is(text, "-"))
        return NULL;
    return dmn_read_feel(l, n, text, &inner, true);
}

static bool read_input(struct loader *l, const struct xnode *n, struct scope *s, struct column *c)
{
    const struct xnode *e = xn_child(n, "inputExpression");
    struct str text = e ? xn_text(l, e) : (struct str){ 0 };
    c->name = str_trim(text);
    c->label = xn_attr(l, n, "label");
    if (c->label.n == 0)
        c->label = c->name;
    c->type = dmn_read_type(l, xn_attr(l, e, "typeRef"), e);
    c->expr = c->name.n ? dmn_read_feel(l, e, text, s, false) : feel_node_const(&l->k, feel_null(), 0);
    c->allowed = tests_of(l, xn_child(n, "inputValues"), s);
    return c->expr != NULL;
}

static const struct feel_list *constant_tests(struct loader *l, const struct node *tests)
{
    struct feel_list *list = NEW(&l->m->mem, struct feel_list);
    if (!tests || tests->op != OP_TESTS || !list)
        return NULL;
    struct feel_value *v = NEW_N(&l->m->mem, struct feel_value, (size_t)tests->n + 1);
    for (size_t i = 0; v && i < tests->n; i++) {
        const struct node *t = tests->kid[i];
        if (t->op == OP_IN && t->n == 2 && t->kid[1]->op == OP_CONST)
            v[list->n++] = t->kid[1]->k;
    }
    list->v = v;
    return v ? list : NULL;
}

static bool read_output(struct loader *l, const struct xnode *n, struct scope *s, struct column *c)
{
    const struct xnode *d = xn_child(n, "defaultOutputEntry");
    c->name = feel_name_clean(&l->k, xn_attr(l, n, "name"));
    c->label = xn_attr(l, n, "label");
    if (c->label.n == 0)
        c->label = c->name;
    c->type = dmn_read_type(l, xn_attr(l, n, "typeRef"), n);
    c->allowed = tests_of(l, xn_child(n, "outputValues"), s);
    c->order = constant_tests(l, c->allowed);
    if (!c->order && c->type)
        c->order = c->type->values;
    if (d && str_trim(xn_text(l, d)).n)
        c->fallback = dmn_read_feel(l, d, xn_text(l, d), s, false);
    return true;
}

static bool read_columns(struct loader *l, const struct xnode *n, struct scope *s, struct dmn_table *t)
{
    size_t i = 0, o = 0, a = 0;
    t->n_in = xn_count(n, "input");
    t->n_out = xn_count(n, "output");
    t->n_note = xn_count(n, "annotation");
    t->in = NEW_N(&l->m->mem, struct column, t->n_in + 1);
    t->out = NEW_N(&l->m->mem, struct column, t->n_out + 1);
    t->note = NEW_N(&l->m->mem, struct str, t->n_note + 1);
    if (!t->in || !t->out || !t->note)
        return false;
    for (const struct xnode *c = xn_first(n); c; c = xn_next(c)) {
        if (xn_is(c, "input") && !read_input(l, c, s, &t->in[i++]))
            return false;
        if (xn_is(c, "output") && !read_output(l, c, s, &t->out[o++]))
            return false;
        if (xn_is(c, "annotation"))
            t->note[a++] = xn_attr(l, c, "name");
    }
    /* Before 1.3 a rule had only a description. */
    if (t->n_note == 0)
        t->note[0] = STR("description");
    return true;
}

/* ---- cells -------------------------------------------------------------------------
 * In large tables most cells say what another cell has said: text and tree of
 * equal cells are read and kept once per table. */

enum cell_kind { CELL_NONE, CELL_TEST, CELL_OUT, CELL_NOTE };
struct cell { struct str text; const struct node *node; enum cell_kind kind; };
struct cells { struct cell *v; size_t mask, n; };
enum { CELLS_MAX = 4096 };

static bool cells_init(struct loader *l, const struct dmn_table *t, struct cells *k)
{
    size_t want = 2 * t->n_rows * (t->n_in + t->n_out + t->n_note), room = 64;
    while (room < want && room < CELLS_MAX)
        room *= 2;
    *k = (struct cells){ .v = NEW_N(&l->c->mem, struct cell, room), .mask = room - 1 };
    return k->v != NULL;
}

/* The place of an equal cell, or a free one; NULL: no more room. */
static struct cell *cell_at(struct cells *k, struct str text, enum cell_kind kind)
{
    size_t i = (size_t)str_hash(text) + kind;
    for (;; i++) {
        struct cell *x = &k->v[i & k->mask];
        if (x->kind == CELL_NONE)
            return k->n < k->mask - k->mask / 4 ? x : NULL;
        if (x->kind == kind && str_eq(x->text, text))
            return x;
    }
}

static const struct node *cell_node(struct loader *l, const struct xnode *n, struct str text, enum cell_kind kind,
                                    struct scope *s)
{
    bool empty = text.n == 0 || str_is(text, "-");
    if (kind == CELL_OUT && empty)
        return feel_node_const(&l->k, feel_null(), 0);
    return kind == CELL_NOTE || empty ? NULL : dmn_read_feel(l, n, text, s, kind == CELL_TEST);
}

/* False: out of memory, or l->err. */
static bool read_cell(struct loader *l, struct cells *k, const struct xnode *n, enum cell_kind kind, struct scope *s,
                      struct str *text, const struct node **node)
{
    const struct xnode *inner = xn_child(n, "text");
    struct str raw = str_trim(buf_str(inner ? &inner->text : &n->text));
    struct cell *x = cell_at(k, raw, kind);
    if (x && x->kind) {
        *text = x->text;
        *node = x->node;
        return true;
    }
    size_t problems = l->m->n_problem;
    *text = raw.n ? arena_dup(&l->m->mem, raw) : raw;
    if (raw.n && !text->p)
        return false;
    *node = cell_node(l, n, *text, kind, s);
    bool missing = !*node && kind != CELL_NOTE && !(kind == CELL_TEST && (raw.n == 0 || str_is(raw, "-")));
    if (x && !missing && l->err == ERR_OK && problems == l->m->n_problem) {   /* each mistake is told again */
        *x = (struct cell){ *text, *node, kind };
        k->n++;
    }
    return !missing;
}

static bool read_rule(struct loader *l, const struct xnode *n, struct scope *s, struct dmn_table *t,
                      struct cells *cells, struct row *row)
{
    size_t notes = t->n_note ? t->n_note : 1, i = 0, o = 0, a = 0;
    struct str *text = NEW_N(&l->m->mem, struct str, t->n_in + t->n_out + notes);
    const struct node **test = NEW_N(&l->m->mem, const struct node *, t->n_in + t->n_out + 1), **out = test + t->n_in;
    const struct node *none;
    struct bound b;
    struct scope inner = value_scope(s, &b);
    bool ok = text && test;
    row->id = xn_attr(l, n, "id");
    row->line = xn_line(n);
    for (const struct xnode *c = xn_first(n); c && ok; c = xn_next(c)) {
        if (i < t->n_in && xn_is(c, "inputEntry")) {
            ok = read_cell(l, cells, c, CELL_TEST, &inner, &text[i], &test[i]);
            i++;
        } else if (o < t->n_out && xn_is(c, "outputEntry")) {
            ok = read_cell(l, cells, c, CELL_OUT, s, &text[t->n_in + o], &out[o]);
            o++;
        } else if ((a < t->n_note && xn_is(c, "annotationEntry")) || (t->n_note == 0 && xn_is(c, "description"))) {
            ok = read_cell(l, cells, c, CELL_NOTE, s, &text[t->n_in + t->n_out + a], &none);
            a += t->n_note != 0;
        }
    }
    for (; ok && o < t->n_out; o++)
        ok = (out[o] = feel_node_const(&l->k, feel_null(), 0)) != NULL;
    row->text = text;
    row->test = test;
    row->out = out;
    return ok;
}

static bool keep_table(struct dmn_model *m, struct dmn_table *t)
{
    if (m->n_table == m->room_table) {
        size_t room = m->room_table ? m->room_table * 2 : 8;
        struct dmn_table **more = NEW_N(&m->mem, struct dmn_table *, room);
        if (!more)
            return false;
        if (m->n_table)
            memcpy(more, m->table, m->n_table * sizeof *more);
        m->table = more;
        m->room_table = room;
    }
    m->table[m->n_table++] = t;
    return true;
}

const struct node *dmn_read_table(struct loader *l, const struct xnode *n, struct scope *s)
{
    struct dmn_table *t = NEW(&l->m->mem, struct dmn_table);
    struct node *node = feel_node_new(&l->k, OP_TABLE, 0);
    struct cells cells;
    size_t i = 0;
    if (!t || !node)
        return NULL;
    t->name = l->where;
    t->line = xn_line(n);
    t->n_rows = xn_count(n, "rule");
    if (t->n_rows > DMN_ROWS_MAX) {
        l->err = FAIL(l->c, ERR_INPUT, "rules.limit", STR_F ":%d: more than %d rows", STR_A(l->m->file), t->line, DMN_ROWS_MAX);
        return NULL;
    }
    read_policy(l, n, t);
    t->row = NEW_N(&l->m->mem, struct row, t->n_rows + 1);
    if (!t->row || !read_columns(l, n, s, t) || !keep_table(l->m, t) || !cells_init(l, t, &cells))
        return NULL;
    for (const struct xnode *r = xn_child(n, "rule"); r; r = xn_sibling(r->next, "rule")) {
        l->row = (int)i + 1;
        if (!read_rule(l, r, s, t, &cells, &t->row[i++]))
            return NULL;
    }
    l->row = 0;
    if (t->n_note == 0)
        t->n_note = 1;
    for (i = 0; i < t->n_in; i++)
        t->in[i].index = dmn_index_build(&l->m->mem, t, i, INDEX_BYTES);
    node->extra = t;
    return node;
}
