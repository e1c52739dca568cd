/* Help for authors: what a table leaves open, says twice, or can never say. */
#include "rules/dmn.h"

enum { FINDINGS_MAX = 2000, PER_TABLE = 25, WORK_MAX = 2 * 1000 * 1000, SEEN = 1 << 17, CHECK_BYTES = 4 << 20 };

const char *rules_kind_name(enum rules_kind kind)
{
    static const char *const names[] = {
        [RULES_SYNTAX] = "syntax", [RULES_GAP] = "gap", [RULES_OVERLAP] = "overlap",
        [RULES_UNREACHABLE] = "unreachable", [RULES_TYPE] = "type", [RULES_NAME] = "name",
        [RULES_PROVISION] = "provision", [RULES_UNCHECKED] = "unchecked",
    };
    return names[kind];
}

/* One way a column's input can be: what to call it, and the rows that agree. */
struct choice { struct str says, sign; const uint64_t *rows; };      /* in English; in FEEL */

struct check {
    struct ctx *c;
    const struct dmn_model *m;
    const struct dmn_table *t;
    struct rules_finding *v;
    size_t n, room;
    /* the walk through one table */
    struct choice **choice;
    size_t *n_choice, words, *path, gaps, overlaps;
    size_t *last;                  /* per row: columns up to its last test */
    uint64_t *set;                 /* one line of rows per column and one more */
    uint64_t *fires, *met;         /* rows that fire somewhere; pairs already told */
    uint64_t seen[SEEN];
    long work;
};

/* File and table are filled in. */
static void tell(struct check *k, struct rules_finding f)
{
    if (k->n == k->room) {
        size_t room = k->room ? k->room * 2 : 16;
        struct rules_finding *v = room <= FINDINGS_MAX ? NEW_N(&k->c->mem, struct rules_finding, room) : NULL;
        if (!v)
            return;
        if (k->n)
            memcpy(v, k->v, k->n * sizeof *v);
        k->v = v;
        k->room = room;
    }
    f.file = k->m->file;
    if (k->t)
        f.table = k->t->name;
    k->v[k->n++] = f;
}

/* ---- cells against their column's type -------------------------------------------- */

static enum feel_kind kind_of_type(const struct type *t)
{
    static const enum feel_kind kinds[] = {
        [TYPE_BOOL] = FEEL_BOOL, [TYPE_NUMBER] = FEEL_NUMBER, [TYPE_STRING] = FEEL_STRING,
        [TYPE_DATE] = FEEL_DATE, [TYPE_TIME] = FEEL_TIME, [TYPE_DATETIME] = FEEL_DATETIME,
        [TYPE_DAYS] = FEEL_DAYS, [TYPE_MONTHS] = FEEL_MONTHS, [TYPE_DURATION] = FEEL_NULL,
    };
    return t && (size_t)t->kind < COUNT_OF(kinds) ? kinds[t->kind] : FEEL_NULL;
}

/* The constant that a test compares with, or NULL. */
static const struct feel_value *constant(const struct node *t)
{
    if (t->op != OP_IN || t->n != 2)
        return NULL;
    t = t->kid[1];
    if (t->op == OP_OP_RANGE)
        t = t->a;
    if (t->op != OP_CONST)
        return NULL;
    return t->k.kind == FEEL_RANGE ? &t->k.range->lo : &t->k;
}

static bool allowed_value(const struct type *t, const struct feel_value *v)
{
    if (!t || !t->values)
        return true;
    for (size_t i = 0; i < t->values->n; i++)
        if (feel_same(&t->values->v[i], v))
            return true;
    return false;
}

static void check_cell(struct check *k, size_t row, const struct column *col, const struct node *cell)
{
    enum feel_kind want = kind_of_type(col->type);
    for (size_t i = 0; cell && cell->op == OP_TESTS && i < cell->n; i++) {
        const struct feel_value *v = constant(cell->kid[i]);
        if (!v || v->kind == FEEL_NULL)
            continue;
        struct str said = feel_text(&k->c->mem, *v);
        if (want != FEEL_NULL && v->kind != want && v->kind != FEEL_LIST)
            tell(k, (struct rules_finding){ .kind = RULES_TYPE, .row = (int)row + 1, .line = k->t->row[row].line,
                .text = str_join(&k->c->mem, col->label, STR(" is a "), str_c(feel_kind_name(want)), STR(", the cell says "), said),
                .says = "is of a type, the cell says", .arg = { col->label, str_c(feel_kind_name(want)), said } });
        else if (cell->kid[i]->kid[1]->op == OP_CONST && v == &cell->kid[i]->kid[1]->k && !allowed_value(col->type, v))
            tell(k, (struct rules_finding){ .kind = RULES_TYPE, .row = (int)row + 1, .line = k->t->row[row].line,
                .text = str_join(&k->c->mem, said, STR(" is not an allowed value of "), col->label),
                .says = "is not an allowed value of", .arg = { said, { 0 }, col->label } });
    }
}

static void output_type(struct check *k, size_t row, enum feel_kind want, struct str said)
{
    tell(k, (struct rules_finding){ .kind = RULES_TYPE, .row = (int)row + 1, .line = k->t->row[row].line,
        .text = str_join(&k->c->mem, STR("the output is a "), str_c(feel_kind_name(want)), STR(", the cell says "), said),
        .says = "the output is of a type, the cell says", .arg = { { 0 }, str_c(feel_kind_name(want)), said } });
}

static void check_types(struct check *k)
{
    for (size_t r = 0; r < k->t->n_rows; r++) {
        for (size_t i = 0; i < k->t->n_in; i++)
            check_cell(k, r, &k->t->in[i], k->t->row[r].test[i]);
        for (size_t o = 0; o < k->t->n_out; o++) {
            const struct node *e = k->t->row[r].out[o];
            enum feel_kind want = kind_of_type(k->t->out[o].type);
            if (e->op == OP_CONST && e->k.kind != FEEL_NULL && want != FEEL_NULL && e->k.kind != want)
                output_type(k, r, want, feel_text(&k->c->mem, e->k));
        }
    }
}

/* ---- the ways an input can be --------------------------------------------------------- */

static bool same_rows(const struct check *k, const uint64_t *a, const uint64_t *b)
{
    return memcmp(a, b, k->words * sizeof *a) == 0;
}

static void add_choice(struct check *k, size_t col, struct str says, struct str sign, const uint64_t *rows)
{
    for (size_t i = 0; i < k->n_choice[col]; i++)
        if (same_rows(k, k->choice[col][i].rows, rows))
            return;
    k->choice[col][k->n_choice[col]++] = (struct choice){ says, sign, rows };
}

static bool is_free(const struct check *k, size_t col)
{
    for (size_t r = 0; r < k->t->n_rows; r++)
        if (k->t->row[r].test[col])
            return false;
    return true;
}

/* Declared values, true and false, or the regions between the constants. */
static bool list_choices(struct check *k, size_t col)
{
    static const struct feel_value truth[] = { { .kind = FEEL_BOOL, .b = true }, { .kind = FEEL_BOOL } };
    const struct feel_list both = { 2, truth };
    const struct column *c = &k->t->in[col];
    struct buf b, sign;
    if (is_free(k, col)) {
        uint64_t *all = NEW_N(&k->c->mem, uint64_t, k->words + 1);
        k->choice[col] = NEW(&k->c->mem, struct choice);
        if (!all || !k->choice[col])
            return false;
        memset(all, 0xff, k->words * sizeof *all);
        add_choice(k, col, STR("any"), STR("any"), all);
        return true;
    }
    struct index *x = dmn_index_build(&k->c->mem, k->t, col, CHECK_BYTES);
    if (!x)
        return false;
    const struct feel_list *values = dmn_index_kind(x) == FEEL_BOOL ? &both : c->type ? c->type->values : NULL;
    size_t n = values ? values->n : dmn_index_regions(x);
    k->choice[col] = NEW_N(&k->c->mem, struct choice, n + 2);
    for (size_t i = 0; k->choice[col] && i < n; i++) {
        if (values && values->v[i].kind != dmn_index_kind(x))
            continue;
        buf_init(&b, &k->c->mem, 4096);
        buf_init(&sign, &k->c->mem, 4096);
        size_t region = values ? dmn_index_place(x, &values->v[i]) : i;
        if (values)
            feel_print(&b, values->v[i]);
        else
            dmn_index_say(x, i, &b);
        if (!values)
            dmn_index_sign(x, i, &sign);
        add_choice(k, col, buf_str(&b), values ? buf_str(&b) : buf_str(&sign), dmn_index_line(x, region));
    }
    if (k->choice[col] && dmn_index_null(x))
        add_choice(k, col, STR("null"), STR("null"), dmn_index_null(x));
    return k->choice[col] != NULL;
}

/* ---- the walk --------------------------------------------------------------------------- */

static struct str combination(struct check *k, size_t cols, bool sign)
{
    struct buf b;
    bool any = false;
    buf_init(&b, &k->c->mem, 16 * 1024);
    for (size_t i = 0; i < cols; i++) {
        const struct choice *at = &k->choice[i][k->path[i]];
        struct str says = sign ? at->sign : at->says;
        if (str_is(says, "any"))
            continue;
        if (any)
            buf_put(&b, STR(", "));
        buf_put(&b, k->t->in[i].label);
        buf_char(&b, ' ');
        buf_put(&b, says);
        any = true;
    }
    return buf_str(&b);
}

/* Any number of rows may answer, and none. */
static bool answers_with_list(const struct dmn_table *t)
{
    return t->hit == HIT_COLLECT || t->hit == HIT_RULE_ORDER || t->hit == HIT_OUTPUT_ORDER;
}

static bool has_default(const struct dmn_table *t)
{
    for (size_t i = 0; i < t->n_out; i++)
        if (t->out[i].fallback)
            return true;
    return false;
}

static void gap(struct check *k, size_t cols)
{
    if (answers_with_list(k->t) || has_default(k->t) || k->gaps++ >= PER_TABLE)
        return;
    tell(k, (struct rules_finding){ .kind = RULES_GAP, .line = k->t->line,
        .text = str_join(&k->c->mem, STR("no row for "), combination(k, cols, false)),
        .says = "no row for", .arg = { combination(k, cols, true) } });
}

static bool outputs_differ(const struct dmn_table *t, size_t a, size_t b)
{
    for (size_t i = 0; i < t->n_out; i++)
        if (!str_eq(t->row[a].text[t->n_in + i], t->row[b].text[t->n_in + i]))
            return true;
    return false;
}

static void overlap(struct check *k, size_t a, size_t b)
{
    size_t pair = a * k->t->n_rows + b;
    bool told = k->met[pair / 64] >> (pair % 64) & 1;
    bool wrong = k->t->hit == HIT_UNIQUE || (k->t->hit == HIT_ANY && outputs_differ(k->t, a, b));
    if (told || !wrong || k->overlaps++ >= PER_TABLE)
        return;
    k->met[pair / 64] |= UINT64_C(1) << (pair % 64);
    tell(k, (struct rules_finding){ .kind = RULES_OVERLAP, .row = (int)a + 1, .other = (int)b + 1, .line = k->t->row[b].line,
        .text = str_join(&k->c->mem, STR("both rows answer for "), combination(k, k->t->n_in, false)),
        .says = "both rows answer for", .arg = { combination(k, k->t->n_in, true) } });
}

/* One combination of all inputs; rows that agree in it. */
static void leaf(struct check *k, const uint64_t *rows)
{
    size_t first = SIZE_MAX;
    for (size_t w = 0; w < k->words; w++)
        for (uint64_t left = rows[w]; left; left &= left - 1) {
            size_t row = w * 64 + (size_t)__builtin_ctzll(left);
            if (first == SIZE_MAX)
                first = row;
            else
                overlap(k, first, row);
            if (k->t->hit != HIT_FIRST || first == row)
                k->fires[row / 64] |= UINT64_C(1) << (row % 64);
        }
    if (first == SIZE_MAX)
        gap(k, k->t->n_in);
}

static uint64_t mix(const struct check *k, size_t col, const uint64_t *rows)
{
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15) * (col + 1);
    for (size_t w = 0; w < k->words; w++) {
        h ^= rows[w];
        h *= UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return h | 1;
}

/* Has the walk stood here before, with the same rows left? */
static bool been_here(struct check *k, size_t col, const uint64_t *rows)
{
    uint64_t h = mix(k, col, rows);
    for (size_t i = 0; i < 8; i++) {
        uint64_t *at = &k->seen[(h + i) % SEEN];
        if (*at == h)
            return true;
        if (*at == 0) {
            *at = h;
            return false;
        }
    }
    return false;
}

/* In a FIRST table nothing below a row that asks no more can fire. */
static void drop_hidden(const struct check *k, size_t col, uint64_t *rows)
{
    for (size_t w = 0; w < k->words; w++)
        for (uint64_t left = rows[w]; left; left &= left - 1) {
            size_t bit = (size_t)__builtin_ctzll(left);
            if (k->last[w * 64 + bit] > col)
                continue;
            rows[w] &= (UINT64_C(2) << bit) - 1;
            for (w++; w < k->words; w++)
                rows[w] = 0;
            return;
        }
}

static void walk(struct check *k, size_t col)
{
    uint64_t *rows = k->set + col * k->words;
    uint64_t *next = k->set + (col + 1) * k->words, any = 0;
    if (k->t->hit == HIT_FIRST)
        drop_hidden(k, col, rows);
    if (++k->work > WORK_MAX || (col && been_here(k, col, rows)))
        return;
    for (size_t w = 0; w < k->words; w++)
        any |= rows[w];
    if (!any) {
        gap(k, col);
        return;
    }
    if (col == k->t->n_in) {
        leaf(k, rows);
        return;
    }
    for (size_t i = 0; i < k->n_choice[col]; i++) {
        k->path[col] = i;
        for (size_t w = 0; w < k->words; w++)
            next[w] = rows[w] & k->choice[col][i].rows[w];
        walk(k, col + 1);
    }
}

static bool prepare_walk(struct check *k)
{
    const struct dmn_table *t = k->t;
    struct arena *a = &k->c->mem;
    k->words = (t->n_rows + 63) / 64;
    k->choice = NEW_N(a, struct choice *, t->n_in + 1);
    k->n_choice = NEW_N(a, size_t, t->n_in + 1);
    k->path = NEW_N(a, size_t, t->n_in + 1);
    k->set = NEW_N(a, uint64_t, (t->n_in + 2) * k->words);
    k->fires = NEW_N(a, uint64_t, k->words + 1);
    k->last = NEW_N(a, size_t, t->n_rows + 1);
    k->met = NEW_N(a, uint64_t, t->n_rows * t->n_rows / 64 + 1);
    memset(k->seen, 0, sizeof k->seen);
    k->work = 0;
    k->gaps = k->overlaps = 0;
    if (!k->choice || !k->n_choice || !k->path || !k->set || !k->fires || !k->met || !k->last)
        return false;
    for (size_t r = 0; r < t->n_rows; r++) {
        k->set[r / 64] |= UINT64_C(1) << (r % 64);
        for (size_t i = 0; i < t->n_in; i++)
            if (t->row[r].test[i])
                k->last[r] = i + 1;
    }
    for (size_t i = 0; i < t->n_in; i++)
        if (!list_choices(k, i))
            return false;
    return true;
}

static void plain(struct check *k, enum rules_kind kind, int row, int line, const char *says)
{
    tell(k, (struct rules_finding){ .kind = kind, .row = row, .line = line, .text = str_c(says), .says = says });
}

static void check_rows(struct check *k)
{
    if (k->t->n_rows == 0)
        return;
    if (k->t->n_rows > 2000 || !prepare_walk(k)) {
        if (!answers_with_list(k->t))
            plain(k, RULES_UNCHECKED, 0, k->t->line, "cells are not all comparisons with constants");
        return;
    }
    walk(k, 0);
    if (k->work > WORK_MAX) {
        plain(k, RULES_UNCHECKED, 0, k->t->line, "too many combinations to look at all");
        return;
    }
    for (size_t r = 0; r < k->t->n_rows; r++)
        if (!(k->fires[r / 64] >> (r % 64) & 1))
            plain(k, RULES_UNREACHABLE, (int)r + 1, k->t->row[r].line, "the row can never fire");
}

/* ---- citations and the rest -------------------------------------------------------------- */

static void check_provisions(struct check *k, rules_known *known, void *arg)
{
    for (size_t r = 0; r < k->t->n_rows && known; r++) {
        struct str cited = dmn_annotation(k->t, r, STR("provision"));
        for (size_t from = 0, i = 0; i <= cited.n; i++) {
            if (i < cited.n && !strchr(" ,;\t\n\r", cited.p[i]))
                continue;
            struct str id = str_sub(cited, from, i - from);
            from = i + 1;
            if (id.n && !known(arg, id))
                tell(k, (struct rules_finding){ .kind = RULES_PROVISION, .row = (int)r + 1, .line = k->t->row[r].line,
                    .text = str_join(&k->c->mem, STR("unknown provision "), id), .says = "unknown provision", .arg = { id } });
        }
    }
}

enum err rules_check(struct ctx *c, const struct dmn_model *m, rules_known *known, void *arg,
                     struct rules_finding **out, size_t *n)
{
    struct check *k = NEW(&c->mem, struct check);
    if (!k)
        return FAIL(c, ERR_NOMEM, "memory", "checking");
    k->c = c;
    k->m = m;
    for (size_t i = 0; i < m->n_problem; i++) {
        const struct dmn_problem *p = &m->problem[i];
        tell(k, (struct rules_finding){ .kind = p->kind, .table = p->where, .row = p->row, .line = p->line, .text = p->text,
                                        .says = p->why, .arg = { p->more } });
    }
    for (size_t i = 0; i < m->n_table; i++) {
        k->t = m->table[i];
        check_types(k);
        check_rows(k);
        check_provisions(k, known, arg);
    }
    TRY(ctx_check(c));
    *out = k->v;
    *n = k->n;
    return ERR_OK;
}
