#include "reform/compare.h"

#include "forms/sheet.h"

enum { ENTRIES_MAX = 200, TEXT_MAX = 400, WORK_MEM = 8 << 20 };

struct compare_run {
    struct ctx *c;
    struct compare_side a, b;
    struct str decision;
    struct ctx work;                 /* emptied after each situation */
    struct compare out;
    struct compare_line *line;
    size_t room;
    struct compare_count *count;
    int64_t until_us;                /* of clock_mono_us */
};

struct str compare_decision(const struct dmn_model *m, struct str file)
{
    const struct dmn_node *own = dmn_find(m, file);
    struct str last = file;
    if (own && own->kind == DMN_DECISION)
        return own->name;
    for (size_t i = 0; i < dmn_nodes(m); i++)
        if (dmn_node(m, i)->kind == DMN_DECISION)
            last = dmn_node(m, i)->name;
    return last;
}

enum err compare_begin(struct ctx *c, const struct compare_side *before, const struct compare_side *after,
                       struct str decision, struct compare_run **out)
{
    struct compare_run *r = NEW(&c->mem, struct compare_run);
    struct compare_count *count = NEW_N(&c->mem, struct compare_count, ENTRIES_MAX);
    struct edit *e = NULL;
    size_t n = 0;
    TRY(ctx_check(c));
    if (before->text.n && after->text.n)
        TRY(dmn_diff(c, before->text, after->text, &e, &n));
    *r = (struct compare_run){ .c = c, .a = *before, .b = *after, .decision = decision, .count = count,
        .until_us = clock_mono_us() + (before->time_us ? before->time_us : COMPARE_US) };
    r->out.edit = e;
    r->out.edits = n;
    ctx_init(&r->work, WORK_MEM);
    r->work.lang = c->lang;
    r->work.now_us = c->now_us;
    *out = r;
    return ERR_OK;
}

/* ---- one answer that differs --------------------------------------------------------------- */

static void put_item(struct compare_run *r, struct buf *b, struct feel_value v)
{
    for (size_t i = 0; v.kind == FEEL_CONTEXT && i < v.context->n; i++) {
        if (i)
            buf_char(b, ' ');
        buf_put(b, feel_text(&r->work.mem, v.context->e[i].v));
    }
    if (v.kind != FEEL_CONTEXT)
        buf_put(b, feel_text(&r->work.mem, v));
}

/* For people: "codeni 0 yes; minna 12 yes" rather than the list as FEEL writes it. */
static struct str value_text(struct compare_run *r, struct feel_value v)
{
    struct buf b;
    if (v.kind == FEEL_STRING)
        return arena_dup(&r->c->mem, str_sub(v.s, 0, TEXT_MAX));
    buf_init(&b, &r->work.mem, 64 * 1024);
    for (size_t i = 0; v.kind == FEEL_LIST && i < v.list->n; i++) {
        if (i)
            buf_put(&b, STR("; "));
        put_item(r, &b, v.list->v[i]);
    }
    if (v.kind != FEEL_LIST)
        feel_print(&b, v);
    struct str s = buf_str(&b);
    size_t n = s.n > TEXT_MAX ? TEXT_MAX : s.n;
    while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return arena_dup(&r->c->mem, str_sub(s, 0, n));
}

static void add_word(struct buf *b, struct str word)
{
    if (!word.n)
        return;
    if (b->n)
        buf_char(b, ' ');
    buf_put(b, word);
}

static struct str rows_text(struct compare_run *r, const struct checker_part *p, bool cites)
{
    struct buf b;
    buf_init(&b, &r->c->mem, 8000);
    for (size_t i = 0; p && i < p->n && i < 40; i++)
        add_word(&b, cites ? p->row[i].provisions : p->row[i].id);
    return buf_str(&b);
}

static struct compare_entry entry_of(struct compare_run *r, const struct checker_change *ch)
{
    return (struct compare_entry){ .entry = arena_dup(&r->c->mem, ch->entry), .before = value_text(r, ch->before),
        .after = value_text(r, ch->after), .rows_before = rows_text(r, ch->rows_before, false),
        .rows_after = rows_text(r, ch->rows_after, false), .cites_before = rows_text(r, ch->rows_before, true),
        .cites_after = rows_text(r, ch->rows_after, true) };
}

static void count_entry(struct compare_run *r, struct str entry)
{
    for (size_t i = 0; i < r->out.counts; i++)
        if (str_eq(r->count[i].entry, entry)) {
            r->count[i].changed++;
            return;
        }
    if (r->out.counts < ENTRIES_MAX)
        r->count[r->out.counts++] = (struct compare_count){ arena_dup(&r->c->mem, entry), 1 };
}

/* ---- why: the cells that differ in rows that fired ------------------------------------------- */

static const struct checker_part *part_of(const struct checker_answer *a, struct str table)
{
    for (size_t i = 0; i < a->n; i++)
        if (str_eq(a->part[i].table, table))
            return &a->part[i];
    return NULL;
}

static bool fired(const struct checker_part *p, struct str row)
{
    for (size_t i = 0; p && i < p->n; i++)
        if (str_eq(p->row[i].id, row))
            return true;
    return false;
}

/* What stood in that column when the row was asked; {0} for outputs and notes. */
static struct str input_value(struct compare_run *r, const struct checker_part *p, const struct edit *e)
{
    struct dmn_cell *cell;
    size_t n;
    if (!p || !p->step)
        return (struct str){ 0 };
    for (size_t row = 0; row < dmn_table_rows(p->step->table); row++) {
        if (!str_eq(dmn_row_id(p->step->table, row), e->row))
            continue;
        if (dmn_explain(&r->work, p->step, row, &cell, &n) != ERR_OK)
            break;
        for (size_t i = 0; i < n; i++)
            if (str_eq(cell[i].label, e->column))
                return value_text(r, cell[i].value);
    }
    r->work.fault = (struct fault){ 0 };
    return (struct str){ 0 };
}

static void why(struct compare_run *r, const struct checker_answer *a, const struct checker_answer *b,
                struct compare_line *l)
{
    struct compare_cell *v = NEW_N(&r->c->mem, struct compare_cell, r->out.edits ? r->out.edits : 1);
    size_t n = 0;
    for (size_t i = 0; v && i < r->out.edits; i++) {
        const struct edit *e = &r->out.edit[i];
        const struct checker_part *pa = part_of(a, e->table), *pb = part_of(b, e->table);
        bool was = fired(pa, e->row), is = fired(pb, e->row);
        if (was || is)
            v[n++] = (struct compare_cell){ e, input_value(r, pb ? pb : pa, e), was, is };
    }
    l->cell = v;
    l->cells = v ? n : 0;
}

static bool line_room(struct compare_run *r)
{
    if (r->out.lines < r->room)
        return true;
    size_t room = r->room ? r->room * 2 : 32;
    struct compare_line *v = room <= COMPARE_LINES_MAX * 2 ? NEW_N(&r->c->mem, struct compare_line, room) : NULL;
    if (!v)
        return false;
    if (r->out.lines)
        memcpy(v, r->line, r->out.lines * sizeof *v);
    r->line = v;
    r->room = room;
    return true;
}

static enum err keep(struct compare_run *r, struct str id, struct str text, const struct checker_answer *a,
                     const struct checker_answer *b, const struct checker_change *ch, size_t n)
{
    struct compare_line l = { .id = arena_dup(&r->c->mem, id), .text = arena_dup(&r->c->mem, text), .n = n };
    struct compare_entry *e = NEW_N(&r->c->mem, struct compare_entry, n);
    if (!e || !line_room(r))
        return ctx_check(r->c);
    for (size_t i = 0; i < n; i++)
        e[i] = entry_of(r, &ch[i]);
    l.entry = e;
    why(r, a, b, &l);
    r->line[r->out.lines++] = l;
    return ctx_check(r->c);
}

/* ---- situation after situation ----------------------------------------------------------------- */

static enum err answer(struct compare_run *r, const struct compare_side *s, struct feel_value in,
                       struct checker_answer *out, bool *failed)
{
    enum err e = checker_evaluate(&r->work, s->pack, s->model, r->decision, in, out);
    *failed = e == ERR_INPUT;            /* a limit: this one cannot be answered, the others can */
    if (e != ERR_OK && e != ERR_INPUT)
        r->c->fault = r->work.fault;
    r->work.fault = (struct fault){ 0 };
    return e == ERR_INPUT ? ERR_OK : e;
}

static enum err one(struct compare_run *r, struct str id, struct str text, struct feel_value in)
{
    struct checker_answer a, b;
    struct checker_change *ch;
    bool bad;
    size_t n;
    TRY(answer(r, &r->a, in, &a, &bad));
    if (!bad)
        TRY(answer(r, &r->b, in, &b, &bad));
    if (bad) {
        r->out.failed++;
        return ERR_OK;
    }
    TRY(checker_compare(&r->work, &a, &b, &ch, &n));
    if (!n)
        return ERR_OK;
    r->out.changed++;
    for (size_t i = 0; i < n; i++)
        count_entry(r, ch[i].entry);
    return id.n && r->out.lines < COMPARE_LINES_MAX ? keep(r, id, text, &a, &b, ch, n) : ERR_OK;
}

enum err compare_one(struct compare_run *r, struct str id, struct str text, struct feel_value in)
{
    if (r->out.situations >= COMPARE_SITUATIONS_MAX)
        return FAIL(r->c, ERR_INPUT, "reform.too-many-situations", "more than %d", COMPARE_SITUATIONS_MAX);
    if (r->out.situations && clock_mono_us() > r->until_us)
        return FAIL(r->c, ERR_INPUT, "reform.compare-slow", "after %zu situations", r->out.situations);
    r->out.situations++;
    enum err e = one(r, id, text, in);
    arena_reset(&r->work.mem);
    return e;
}

size_t compare_changed(const struct compare_run *r) { return r->out.changed; }

enum err compare_end(struct compare_run *r, struct compare *out)
{
    ctx_done(&r->work);
    r->out.line = r->line;
    r->out.count = r->count;
    *out = r->out;
    return ctx_check(r->c);
}

static struct str label_of(struct ctx *c, const struct checker_situation *s)
{
    struct buf b;
    if (s->id.n)
        return s->id;
    buf_init(&b, &c->mem, 32);
    buf_fmt(&b, "%d", s->line);
    return buf_str(&b);
}

enum err compare_csv(struct ctx *c, const struct compare_side *before, const struct compare_side *after,
                     struct str decision, struct str csv, struct compare *out)
{
    struct checker_input *in;
    struct checker_situation *s;
    struct compare_run *r;
    size_t n, k;
    if (csv.n > COMPARE_CSV_MAX)
        return FAIL(c, ERR_INPUT, "reform.situations-too-big", "%zu bytes", csv.n);
    TRY(checker_inputs(c, before->pack, before->model, decision, &in, &n));
    TRY(checker_situations(c, in, n, csv, &s, &k));
    TRY(compare_begin(c, before, after, decision, &r));
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < k; i++)
        e = compare_one(r, label_of(c, &s[i]), s[i].text, s[i].in);
    enum err end = compare_end(r, out);
    return e ? e : end;
}

/* ---- taken away -------------------------------------------------------------------------------------- */

static struct str cells_text(struct ctx *c, const struct compare_line *l)
{
    struct buf b;
    buf_init(&b, &c->mem, 16000);
    for (size_t i = 0; i < l->cells; i++) {
        const struct edit *e = l->cell[i].edit;
        if (b.n)
            buf_put(&b, STR("; "));
        buf_put(&b, e->table);
        buf_put(&b, STR(" / "));
        buf_put(&b, e->row);
        if (e->kind == EDIT_CELL) {
            buf_put(&b, STR(" / "));
            buf_put(&b, e->column);
            buf_put(&b, STR(": "));
            buf_put(&b, e->before);
            buf_put(&b, STR(" -> "));
            buf_put(&b, e->after);
        }
        if (l->cell[i].value.n) {
            buf_put(&b, STR(" ("));
            buf_put(&b, l->cell[i].value);
            buf_put(&b, STR(")"));
        }
    }
    return buf_str(&b);
}

enum err compare_write(struct ctx *c, const struct compare *k, struct str *csv)
{
    static const char *const heads[] = { "id", "entry", "before", "after", "rows_before", "rows_after",
        "provisions_before", "provisions_after", "cells" };
    struct buf b;
    buf_init(&b, &c->mem, 8 << 20);
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        csv_put(&b, str_c(heads[i]), i == 0);
    csv_end(&b);
    for (size_t i = 0; i < k->lines; i++)
        for (size_t j = 0; j < k->line[i].n; j++) {
            const struct compare_entry *e = &k->line[i].entry[j];
            const struct str cell[] = { k->line[i].id, e->entry, e->before, e->after, e->rows_before, e->rows_after,
                e->cites_before, e->cites_after, cells_text(c, &k->line[i]) };
            for (size_t x = 0; x < COUNT_OF(cell); x++)
                csv_put(&b, cell[x], x == 0);
            csv_end(&b);
        }
    TRY(ctx_check(c));
    if (b.failed)
        return FAIL(c, ERR_INPUT, "error.too-big", "%zu lines", k->lines);
    *csv = buf_str(&b);
    return ERR_OK;
}
