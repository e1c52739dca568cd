/* table_web.c - one decision table as a page of text fields.
 *
 * Works without JavaScript: rows move, come and go by buttons that send the
 * whole form; nothing is stored before "save".  Cells are read as FEEL when
 * saved; what cannot be read is shown at its cell, all that was typed is kept. */
#include "reform/rules_priv.h"

#include "access/access.h"
#include "base/node.h"
#include "law/law.h"

struct ed {
    const struct rules_draft *w;
    struct str xml;
    const struct dmn_model *model;       /* of the text as saved */
    const struct edit_table *t;
    struct edit_to *row;  size_t n;      /* as they stand in the form */
    size_t cols;
    bool may, wide;                      /* wide: more cells than a form may send */
};
enum { FIELDS_MAX = 3600 };              /* below HTTP_FIELDS_MAX, with room for new rows */

/* ---- names of fields ---------------------------------------------------------------------- */

static struct str field_name(struct ctx *c, size_t row, const char *what, size_t col)
{
    struct buf b;
    buf_init(&b, &c->mem, 32);
    buf_fmt(&b, "r%zu%s", row, what);
    if (*what == 'c')
        buf_fmt(&b, "%zu", col);
    buf_char(&b, 0);
    return b.failed ? STR("x") : (struct str){ b.p, b.n - 1 };
}

static bool is_input(const struct ed *e, size_t col) { return col < e->t->n_in; }
static bool is_output(const struct ed *e, size_t col) { return col >= e->t->n_in && col < e->t->n_in + e->t->n_out; }

static struct str head_of(struct ctx *c, const struct ed *e, size_t col)
{
    struct str head = e->t->head[col];
    const struct dmn_node *d = dmn_find(e->model, e->t->name);
    if (!head.n && is_input(e, col) && d && d->table && col < dmn_table_inputs(d->table))
        head = dmn_input_label(d->table, col);
    if (!head.n && is_output(e, col))
        head = rules_table_text(c, e->t->name);
    return head;
}

static const struct edit_cell *old_cell(const struct ed *e, long from, size_t col)
{
    return from >= 0 && (size_t)from < e->t->n && col < e->t->row[from].n ? &e->t->row[from].cell[col] : NULL;
}

/* ---- rows: from the text, or as sent --------------------------------------------------------- */

static enum err rows_of_text(struct ctx *c, struct ed *e)
{
    e->row = NEW_N(&c->mem, struct edit_to, e->t->n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < e->t->n; i++) {
        struct str *cell = NEW_N(&c->mem, struct str, e->cols + 1);
        TRY(ctx_check(c));
        for (size_t k = 0; k < e->cols && k < e->t->row[i].n; k++)
            cell[k] = e->t->row[i].cell[k].text;
        e->row[i] = (struct edit_to){ (long)i, cell };
    }
    e->n = e->t->n;
    return ERR_OK;
}

static enum err row_sent(struct ctx *c, const struct request *rq, const struct ed *e, size_t i, struct edit_to *out)
{
    int64_t from = -1;
    struct str *cell = NEW_N(&c->mem, struct str, e->cols + 1);
    TRY(ctx_check(c));
    (void)req_i64(rq, field_name(c, i, "f", 0).p, &from);
    if (from < -1 || from >= (int64_t)e->t->n)
        return FAIL(c, ERR_INPUT, "rules.changed-meanwhile", "row %lld", (long long)from);
    for (size_t k = 0; k < e->cols; k++) {
        const struct edit_cell *old = old_cell(e, (long)from, k);
        cell[k] = old && old->fixed ? old->text : req_field(rq, field_name(c, i, "c", k).p);
        if (!cell[k].n && is_input(e, k))
            cell[k] = STR("-");
        if (cell[k].n > EDIT_CELL_MAX)
            return FAIL(c, ERR_INPUT, "rules.cell-too-long", "row %zu", i + 1);
    }
    *out = (struct edit_to){ (long)from, cell };
    return ERR_OK;
}

static enum err rows_sent(struct ctx *c, const struct request *rq, struct ed *e)
{
    int64_t n = 0;
    if (!req_i64(rq, "rows", &n) || n < 0 || n >= EDIT_ROWS_MAX)
        return FAIL(c, ERR_INPUT, "rules.too-many-rows", "%lld rows", (long long)n);
    e->row = NEW_N(&c->mem, struct edit_to, (size_t)n + 2);
    TRY(ctx_check(c));
    for (int64_t i = 0; i < n; i++)
        TRY(row_sent(c, rq, e, (size_t)i, &e->row[i]));
    e->n = (size_t)n;
    return ERR_OK;
}

/* "up.3", "down.3", "remove.3", "add.3": true when a row was meant. */
static bool act_rows(struct ctx *c, struct ed *e, struct str act)
{
    struct str what, which;
    int64_t at;
    if (!str_cut(act, '.', &what, &which) || !str_to_i64(which, &at) || at < 0 || at > (int64_t)e->n)
        return false;
    size_t i = (size_t)at;
    if (str_is(what, "remove") && i < e->n) {
        memmove(&e->row[i], &e->row[i + 1], (e->n - i - 1) * sizeof *e->row);
        e->n--;
    } else if (str_is(what, "up") || str_is(what, "down")) {
        size_t k = str_is(what, "up") ? i - 1 : i + 1;
        if (k < e->n && i < e->n) {
            struct edit_to keep = e->row[i];
            e->row[i] = e->row[k];
            e->row[k] = keep;
        }
    } else if (str_is(what, "add")) {
        struct str *cell = NEW_N(&c->mem, struct str, e->cols + 1);
        for (size_t k = 0; cell && k < e->t->n_in; k++)
            cell[k] = STR("-");
        memmove(&e->row[i + 1], &e->row[i], (e->n - i) * sizeof *e->row);
        e->row[i] = (struct edit_to){ -1, cell };
        e->n += cell != NULL;
    } else {
        return false;
    }
    return true;
}

/* ---- reading cells ------------------------------------------------------------------------------ */

static void say_wrong(struct ctx *c, struct out *o, const struct ed *e, size_t row, size_t col, struct str why)
{
    struct buf b;
    buf_init(&b, &c->mem, 24);
    buf_i64(&b, (int64_t)row + 1);
    wrong_(o, field_name(c, row, "c", col),
           SAYF(c, "rules.cell-wrong", W_TEXT("row", buf_str(&b)), W_TEXT("column", head_of(c, e, col)), W_TEXT("why", why)));
}

static struct str feel_fault(struct ctx *c, const struct ed *e, struct str s, bool unary)
{
    const struct feel_program *p;
    size_t n = dmn_nodes(e->model);
    struct str *name = NEW_N(&c->mem, struct str, n + 1), why = { 0 };
    struct fault before = c->fault;
    for (size_t i = 0; name && i < n; i++)
        name[i] = dmn_node(e->model, i)->name;
    if (name && feel_compile(c, &c->mem, s, unary, name, n, &p) == ERR_INPUT) {
        why = rules_feel_words(c, arena_dup(&c->mem, str_c(c->fault.detail)));
        c->fault = before;
    }
    return why;
}

static struct str unknown_provision(struct ctx *c, struct str s)
{
    struct str id;
    while (s.n) {
        size_t n = 0;
        while (n < s.n && s.p[n] != ' ' && s.p[n] != ',' && s.p[n] != ';')
            n++;
        id = str_sub(s, 0, n);
        s = str_sub(s, n + 1, s.n);
        if (id.n && !pack_provision(c->node->pack, id))
            return id;
    }
    return (struct str){ 0 };
}

static void check_cell(struct ctx *c, struct out *o, const struct ed *e, size_t row, size_t col)
{
    const struct edit_cell *old = old_cell(e, e->row[row].from, col);
    struct str s = e->row[row].cell[col], why = { 0 };
    if (old && (old->fixed || str_eq(str_trim(old->text), s)))
        return;
    if (is_input(e, col) && !str_is(s, "-"))
        why = feel_fault(c, e, s, true);
    else if (is_output(e, col))
        why = s.n ? feel_fault(c, e, s, false) : SAY(c, "rules.cell-empty");
    else if (str_is(e->t->head[col], "provision") && unknown_provision(c, s).n)
        why = SAYF(c, "rules.cell-provision", W_TEXT("id", unknown_provision(c, s)));
    if (why.n)
        say_wrong(c, o, e, row, col, why);
}

static bool cells_ok(struct ctx *c, struct out *o, const struct ed *e)
{
    for (size_t i = 0; i < e->n; i++)
        for (size_t k = 0; k < e->cols; k++)
            check_cell(c, o, e, i, k);
    return !o->wrong;
}

/* ---- drawing --------------------------------------------------------------------------------------- */

static const struct wrong *wrong_at(const struct out *o, struct str field)
{
    for (const struct wrong *w = o->wrong; w; w = w->next)
        if (str_eq(w->field, field))
            return w;
    return NULL;
}

static void cell_label(struct ctx *c, struct out *o, const struct ed *e, size_t row, size_t col)
{
    struct buf b;
    buf_init(&b, &c->mem, 24);
    buf_i64(&b, (int64_t)row + 1);
    attr(o, "aria-label", SAYF(c, "rules.cell-label", W_TEXT("row", buf_str(&b)), W_TEXT("column", head_of(c, e, col))));
}

static void control(struct ctx *c, struct out *o, const struct ed *e, size_t row, size_t col)
{
    struct str s = e->row[row].cell[col], name = field_name(c, row, "c", col);
    const struct wrong *w = wrong_at(o, name);
    bool long_text = s.n > 40 || memchr(s.n ? s.p : "", '\n', s.n);
    size_t size = s.n < 6 ? 6 : s.n > 24 ? 24 : s.n;
    if (long_text)
        html(o, "<textarea class=\"input cell\" rows=\"3\" cols=\"24\"");
    else {
        html(o, "<input class=\"input cell\" type=\"text\"");
        attr_i64(o, "size", (int64_t)size);
        attr(o, "value", s);
    }
    attr(o, "name", name);
    html(o, " id=\"f-");
    text(o, name);
    html(o, "\"");
    cell_label(c, o, e, row, col);
    if (str_is(e->t->head[col], "provision"))
        html(o, " list=\"provisions\"");
    if (w)
        html(o, " aria-invalid=\"true\"");
    html(o, ">");
    if (long_text) {
        text(o, s);
        html(o, "</textarea>");
    }
    if (w) {
        html(o, "<span class=\"wrong\">");
        text(o, w->words);
        html(o, "</span>");
    }
}

static void one_cell(struct ctx *c, struct out *o, const struct ed *e, size_t row, size_t col)
{
    const struct edit_cell *old = old_cell(e, e->row[row].from, col);
    bool changed = e->row[row].from < 0 || !old || !str_eq(str_trim(old->text), str_trim(e->row[row].cell[col]));
    html(o, "<td");
    if (changed)
        html(o, " class=\"is-new\"");
    attr(o, "data-th", head_of(c, e, col));
    html(o, ">");
    if (e->may && !(old && old->fixed))
        control(c, o, e, row, col);
    else
        text(o, e->row[row].cell[col]);
    html(o, "</td>");
}

static void row_button(struct ctx *c, struct out *o, const char *act, const char *sign, const char *key, size_t row)
{
    struct buf b;
    buf_init(&b, &c->mem, 32);
    buf_fmt(&b, "%s.%zu", act, row);
    html(o, "<button class=\"btn btn--quiet btn--row\" name=\"do\"");
    attr(o, "value", buf_str(&b));
    attr(o, "aria-label", say_(c, str_c(key)));
    attr(o, "title", say_(c, str_c(key)));
    html(o, ">");
    text(o, str_c(sign));
    html(o, "</button>");
}

static void row_head(struct ctx *c, struct out *o, const struct ed *e, size_t row)
{
    long from = e->row[row].from;
    html(o, "<th scope=\"row\">");
    digits(o, (int64_t)row + 1);
    if (from >= 0) {
        html(o, " <small>");
        text(o, e->t->row[from].id);
        html(o, "</small>");
    } else {
        html(o, " ");
        tag(o, TONE_RUN, "rules.row-new");
    }
    if (e->may) {
        struct buf b;
        buf_init(&b, &c->mem, 24);
        buf_i64(&b, from);
        hidden(o, field_name(c, row, "f", 0).p, buf_str(&b));
        html(o, "<span class=\"row-acts\">");
        row_button(c, o, "up", "↑", "rules.row-up", row);
        row_button(c, o, "down", "↓", "rules.row-down", row);
        row_button(c, o, "add", "+", "rules.row-add", row + 1);
        row_button(c, o, "remove", "×", "rules.row-remove", row);
        html(o, "</span>");
    }
    html(o, "</th>");
}

static void row_findings(struct out *o, const struct ed *e, const struct rules_finding *f, size_t n, size_t row)
{
    long from = e->row[row].from;
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(f[i].table, e->t->name) || from < 0 || f[i].row != (int)from + 1)
            continue;
        html(o, "<tr class=\"row-finding\"><td");
        attr_i64(o, "colspan", (int64_t)e->cols + 1);
        html(o, ">");
        tag_text(o, rules_stops(f[i].kind) ? TONE_LATE : TONE_SOON, say_join(o->c, "rules.kind", str_c(rules_kind_name(f[i].kind))));
        html(o, " ");
        text(o, rules_finding_words(o->c, &f[i]));
        html(o, "</td></tr>\n");
    }
}

static void provisions_list(struct ctx *c, struct out *o)
{
    const struct pack *p = c->node->pack;
    html(o, "<datalist id=\"provisions\">");
    for (size_t i = 0; i < p->provisions_n; i++) {
        html(o, "<option");
        attr(o, "value", p->provisions[i].id);
        html(o, ">");
        text(o, law_name(c, &p->provisions[i]));
        html(o, "</option>");
    }
    html(o, "</datalist>\n");
}

static void table_draw(struct ctx *c, struct out *o, const struct ed *e, const struct rules_finding *f, size_t n)
{
    html(o, "<div class=\"table-scroll\" tabindex=\"0\"><table class=\"table table--cards table--edit\"><caption class=\"hide\">");
    text(o, rules_table_text(c, e->t->name));
    html(o, "</caption>\n<thead><tr><th scope=\"col\">");
    T(o, "rules.row");
    html(o, "</th>");
    for (size_t k = 0; k < e->cols; k++) {
        html(o, "<th scope=\"col\"");
        if (is_output(e, k))
            html(o, " class=\"is-out\"");
        html(o, ">");
        text(o, head_of(c, e, k));
        html(o, "</th>");
    }
    html(o, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < e->n; i++) {
        html(o, "<tr>");
        row_head(c, o, e, i);
        for (size_t k = 0; k < e->cols; k++)
            one_cell(c, o, e, i, k);
        html(o, "</tr>\n");
        row_findings(o, e, f, n, i);
    }
    html(o, "</tbody></table></div>\n");
}

static void the_form(struct ctx *c, struct out *o, const struct ed *e, const struct rules_finding *f, size_t n)
{
    struct buf b;
    buf_init(&b, &c->mem, 24);
    buf_i64(&b, (int64_t)e->n);
    if (e->may) {
        form_begin(o, "/rules/draft/%s/table/%s", e->w->id, e->t->name);
        html(o, "<button class=\"hide\" name=\"do\" value=\"save\" tabindex=\"-1\">");      /* what Enter means */
        T(o, "page.save");
        html(o, "</button>\n");
        hidden(o, "seen", e->w->hash);
        hidden(o, "rows", buf_str(&b));
        provisions_list(c, o);
    }
    table_draw(c, o, e, f, n);
    if (!e->may)
        return;
    ask(o, &(struct ask){ .name = "note", .label = "rules.note", .hint = "rules.note-hint", .optional = true, .max = 400 });
    row_of(o);
    submit_as(o, BTN, "rules.save", "do", STR("save"));
    submit_as(o, BTN_QUIET, "rules.save-compare", "do", STR("compare"));
    if (!e->n)
        submit_as(o, BTN_QUIET, "rules.row-add", "do", STR("add.0"));
    row_of_end(o);
    form_end(o);
}

static enum err draw_page(struct ctx *c, struct response *rs, const struct ed *e, bool unsaved)
{
    struct out *o = &rs->out;
    struct rules_finding *f;
    size_t n;
    TRY(rules_findings(c, e->model, &f, &n));
    page_begin(o, &(struct page){ .title_key = "rules.table", .tab = "reform",
        .crumbs = { { "rules.title-page", STR("/rules") }, { "rules.draft", path_of(c, "/rules/draft/%s", e->w->id) } } });
    head_begin(o);
    text(o, rules_table_text(c, e->t->name));
    head_tags(o);
    tag_text(o, TONE_PLAIN, e->t->hit);
    tag_text(o, rules_state_tone(e->w->state), say_join(c, "rules.state", e->w->state));
    head_end(o);
    para_text(o, e->w->title);
    errors(o);
    if (unsaved)
        notice(o, TONE_SOON, "rules.unsaved");
    if (e->wide)
        notice(o, TONE_PLAIN, "rules.not-editable");
    lede(o, "rules.table-lede");
    the_form(c, o, e, f, n);
    findings_part(c, o, f, n, e->t->name);
    page_end(o);
    return ERR_OK;
}

/* ---- the page and its act ----------------------------------------------------------------------------- */

/* Open the draft's table; e->model must be freed. */
static enum err open_table(struct ctx *c, const struct request *rq, struct rules_draft *w, struct ed *e, struct dmn_model **m)
{
    struct edit_table *t;
    size_t n;
    TRY(rules_draft_get(c, rq->params[0], w));
    TRY(rules_draft_text(c, w->id, &e->xml));
    TRY(dmn_tables(c, e->xml, &t, &n));
    e->t = dmn_table_named(t, n, rq->params[1]);
    if (!e->t)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "table");
    TRY(dmn_load_draft(c, w->decision, e->xml, NULL, 0, m));
    e->w = w;
    e->model = *m;
    e->cols = e->t->n_in + e->t->n_out + e->t->n_note;
    e->wide = e->t->n * (e->cols + 1) > FIELDS_MAX;
    e->may = !e->wide && str_is(w->state, "draft") && access_may(c, "rules.propose", (struct str){ 0 });
    return ERR_OK;
}

static enum err show(struct ctx *c, struct response *rs, struct ed *e)
{
    TRY(rows_of_text(c, e));
    return draw_page(c, rs, e, false);
}

enum err rules_table_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct rules_draft w;
    struct dmn_model *m = NULL;
    struct ed e = { 0 };
    enum err err = open_table(c, rq, &w, &e, &m);
    if (!err)
        err = show(c, rs, &e);
    dmn_free(m);
    return err;
}

static enum err save(struct ctx *c, const struct request *rq, const struct ed *e)
{
    struct str out;
    TRY(dmn_edit(c, e->xml, e->t, e->row, e->n, &out));
    if (str_eq(out, e->xml))
        return ERR_OK;
    return rules_draft_save(c, e->w->id, out, e->w->hash, req_field(rq, "note"));
}

static enum err act(struct ctx *c, const struct request *rq, struct response *rs, struct ed *e)
{
    struct str what = req_field(rq, "do");
    if (!str_eq(req_field(rq, "seen"), e->w->hash)) {
        rs->status = 409;
        wrong(&rs->out, "note", "rules.changed-meanwhile");
        return show(c, rs, e);
    }
    TRY(rows_sent(c, rq, e));
    if (act_rows(c, e, what))
        return draw_page(c, rs, e, true);
    if (!cells_ok(c, &rs->out, e)) {
        rs->status = 422;
        return draw_page(c, rs, e, true);
    }
    enum err err = save(c, rq, e);
    if (err && rules_again(c, rs, err, "note"))
        return draw_page(c, rs, e, true);
    TRY(err);
    if (str_is(what, "compare"))
        return go_done(c, rs, "saved", "/rules/draft/%s/compare", e->w->id);
    return go_done(c, rs, "saved", "/rules/draft/%s/table/%s", e->w->id, e->t->name);
}

enum err rules_table_act(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct rules_draft w;
    struct dmn_model *m = NULL;
    struct ed e = { 0 };
    enum err err = open_table(c, rq, &w, &e, &m);
    if (!err)
        err = act(c, rq, rs, &e);
    dmn_free(m);
    return err;
}
