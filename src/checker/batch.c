/* batch.c - situations in, results out, as they stream. */
#include "checker/checker.h"

#include "base/node.h"
#include "forms/sheet.h"
#include "page/sheet_out.h"
#include "rulebook/rulebook.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { WINDOW = 4 * CHECKER_RECORD_MAX, BATCH_ROWS = 100, ENTRIES_MAX = 60 };

struct batch_state {
    struct checker_input *in;  size_t n;
    struct checker_columns cols;
    struct str window;                   /* not yet read */
    char *room;                          /* of the window when it is read from a file */
    bool last;                           /* nothing comes after the window */
    int line;
    struct str entry[ENTRIES_MAX];  size_t entries;
};

/* Room for a whole record in the window. */
static enum err refill(struct ctx *c, struct checker_batch *b)
{
    struct batch_state *s = b->state;
    if (s->last || s->window.n > CHECKER_RECORD_MAX)
        return ERR_OK;
    if (s->window.n)
        memmove(s->room, s->window.p, s->window.n);
    size_t n = s->window.n;
    while (n < WINDOW) {
        ssize_t got = read(b->fd, s->room + n, WINDOW - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return FAIL(c, ERR_IO, "error.file", "reading situations: %d", errno);
        if (got == 0) {
            s->last = true;
            break;
        }
        n += (size_t)got;
    }
    s->window = (struct str){ s->room, n };
    return ERR_OK;
}

/* False: the end. */
static enum err next_record(struct ctx *c, struct checker_batch *b, struct str *record, int *line, bool *any)
{
    struct batch_state *s = b->state;
    int lines;
    TRY(refill(c, b));
    *line = s->line;
    *any = checker_record(&s->window, s->last, record, &lines);
    if (!*any && s->window.n)
        return FAIL(c, ERR_INPUT, "checker.bad-row", "line %d: longer than %d bytes", s->line, CHECKER_RECORD_MAX);
    if (*any)
        s->line += lines;
    return ERR_OK;
}

/* ---- one row of the result ------------------------------------------------------------------ */

static struct str entry_text(struct ctx *c, struct feel_value v)
{
    struct buf b;
    if (v.kind == FEEL_NULL)
        return (struct str){ 0 };
    if (v.kind != FEEL_LIST)
        return feel_text(&c->mem, v);
    buf_init(&b, &c->mem, 64 * 1024);
    for (size_t i = 0; i < v.list->n; i++) {
        struct feel_value x = v.list->v[i];
        if (x.kind == FEEL_CONTEXT && x.context->n)
            x = x.context->e[0].v;
        if (i)
            buf_char(&b, ' ');
        buf_put(&b, feel_text(&c->mem, x));
    }
    return buf_str(&b);
}

static void put_rows(struct ctx *c, struct sheet_out *s, const struct checker_answer *a)
{
    struct buf rows, ids;
    buf_init(&rows, &c->mem, 256 * 1024);
    buf_init(&ids, &c->mem, 256 * 1024);
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < a->part[i].n; k++) {
            if (rows.n)
                buf_char(&rows, ' ');
            buf_put(&rows, a->part[i].row[k].id);
        }
    for (size_t i = 0; i < a->provisions; i++) {
        if (i)
            buf_char(&ids, ' ');
        buf_put(&ids, a->provision[i]->id);
    }
    put_text(s, buf_str(&rows));
    put_text(s, buf_str(&ids));
}

static void put_answer(struct ctx *c, const struct batch_state *b, struct sheet_out *s, const struct checker_answer *a)
{
    for (size_t i = 0; i < b->entries; i++) {
        struct feel_value v = a->value;
        if (v.kind == FEEL_CONTEXT && !feel_get(a->value, b->entry[i], &v))
            v = feel_null();
        put_text(s, entry_text(c, v));
    }
    put_text(s, a->review ? STR("true") : STR("false"));
    put_text(s, str_c(pack_verified_name(a->verified)));
    put_rows(c, s, a);
}

static void put_mistake(struct ctx *c, struct checker_batch *b, struct sheet_out *s)
{
    struct str what = arena_dup(&c->mem, str_c(c->fault.detail));
    c->fault = (struct fault){ 0 };
    b->wrong++;
    if (b->told)
        b->told(b->arg, what);
    put_text(s, what);
    for (size_t i = 0; i < b->state->entries + 4; i++)
        put_text(s, (struct str){ 0 });
}

static enum err one_row(struct ctx *c, struct checker_batch *b, const struct dmn_model *m, struct str record, int line,
                        struct sheet_out *s)
{
    struct checker_situation x = { 0 };
    struct checker_answer a;
    bool blank = false;
    enum err e = checker_situation_read(c, &b->state->cols, b->state->in, b->state->n, record, line, &x, &blank);
    if (e == ERR_OK && blank)
        return ERR_OK;
    if (e == ERR_OK)
        e = checker_evaluate(c, b->pack, m, b->decision, x.in, &a);
    if (e != ERR_OK && e != ERR_INPUT)
        return e;
    b->rows++;
    put_int(s, line);
    put_text(s, x.id);
    if (e == ERR_INPUT) {
        put_mistake(c, b, s);
    } else {
        put_text(s, (struct str){ 0 });
        put_answer(c, b->state, s, &a);
    }
    put_row(s);
    return ctx_check(c);
}

static enum err lend(struct ctx *c, const struct checker_batch *b, struct rules_use *u, const struct dmn_model **m)
{
    *m = checker_model(b->pack, b->decision);
    if (!b->house)
        return ERR_OK;
    TRY(rules_in_force(c, checker_file(b->pack, b->decision), rules_today(c), u));
    *m = u->model;
    return ERR_OK;
}

static enum err more(struct ctx *c, void *arg, struct sheet_out *s, bool *end)
{
    struct checker_batch *b = arg;
    AUTO_RULES u = { 0 };
    const struct dmn_model *m;
    TRY(lend(c, b, &u, &m));
    for (int i = 0; i < BATCH_ROWS; i++) {
        struct str record;
        int line;
        bool any;
        TRY(next_record(c, b, &record, &line, &any));
        *end = !any;
        if (!any)
            return ERR_OK;
        TRY(one_row(c, b, m, record, line, s));
    }
    return ERR_OK;
}

/* ---- opening ----------------------------------------------------------------------------------- */

/* Columns of the answer: its entries for a situation of which nothing is known. */
static enum err entries(struct ctx *c, struct checker_batch *b, const struct dmn_model *m)
{
    struct batch_state *s = b->state;
    struct checker_answer a;
    TRY(checker_evaluate(c, b->pack, m, b->decision, feel_null(), &a));
    if (a.value.kind != FEEL_CONTEXT) {
        s->entry[s->entries++] = b->decision;
        return ERR_OK;
    }
    for (size_t i = 0; i < a.value.context->n && s->entries < ENTRIES_MAX; i++)
        if (!str_is(a.value.context->e[i].name, "legal_review"))
            s->entry[s->entries++] = arena_dup(&c->mem, a.value.context->e[i].name);
    return ctx_check(c);
}

static enum err heads(struct ctx *c, struct checker_batch *b, struct sheet_source *out)
{
    const struct batch_state *s = b->state;
    struct str *h = NEW_N(&c->mem, struct str, s->entries + 7);
    size_t n = 0;
    if (!h)
        return ctx_check(c);
    h[n++] = STR("line");
    h[n++] = STR("id");
    h[n++] = STR("error");
    for (size_t i = 0; i < s->entries; i++)
        h[n++] = s->entry[i];
    h[n++] = STR("legal_review");
    h[n++] = STR("verified");
    h[n++] = STR("rows");
    h[n++] = STR("provisions");
    *out = (struct sheet_source){ .name = "results", .heads = h, .n = n, .more = more, .state = b };
    return ERR_OK;
}

static enum err first_line(struct ctx *c, struct checker_batch *b)
{
    struct batch_state *s = b->state;
    struct str record;
    int line;
    bool any;
    TRY(refill(c, b));
    if (str_starts(s->window, STR("\xEF\xBB\xBF")))
        s->window = str_sub(s->window, 3, SIZE_MAX);
    TRY(next_record(c, b, &record, &line, &any));
    if (!any)
        return FAIL(c, ERR_INPUT, "checker.bad-row", "line 1: the file is empty");
    return checker_columns_read(c, s->in, s->n, record, &s->cols);
}

enum err checker_batch_open(struct ctx *c, struct checker_batch *b, struct sheet_source *out)
{
    AUTO_RULES u = { 0 };
    const struct dmn_model *m;
    struct batch_state *s = b->state = NEW(&c->mem, struct batch_state);
    TRY(ctx_check(c));
    *s = (struct batch_state){ .window = b->text, .last = b->text.p != NULL, .line = 1 };
    if (!s->last && !(s->room = NEW_N(&c->mem, char, WINDOW)))
        return ctx_check(c);
    if (!checker_model(b->pack, b->decision))
        return FAIL(c, ERR_NOT_FOUND, "checker.no-decision", "no decision of that name");
    TRY(lend(c, b, &u, &m));
    /* The questions of the pack's own file: they live as long as the pack. */
    TRY(checker_inputs(c, b->pack, NULL, b->decision, &s->in, &s->n));
    TRY(entries(c, b, m));
    TRY(first_line(c, b));
    return heads(c, b, out);
}
