/* situations.c - situations in a CSV, row by row, each mistake with its line. */
#include "checker/checker.h"
#include "forms/sheet.h"

#include <stdio.h>

bool checker_record(struct str *window, bool last, struct str *record, int *lines)
{
    bool quoted = false;
    int breaks = 0;
    for (size_t i = 0; i < window->n; i++) {
        quoted ^= window->p[i] == '"';
        if (window->p[i] != '\n')
            continue;
        breaks++;
        if (quoted)
            continue;
        *record = str_sub(*window, 0, i + 1);
        *window = str_sub(*window, i + 1, SIZE_MAX);
        *lines = breaks;
        return true;
    }
    if (!last || !window->n)
        return false;
    *record = *window;
    *window = (struct str){ 0 };
    *lines = breaks;
    return true;
}

/* The cells of one record; n = 0: blank. */
static enum err cells_of(struct ctx *c, struct str record, int line, struct sheet_row *out)
{
    struct sheet s = { 0 };
    if (record.n > CHECKER_RECORD_MAX)
        return FAIL(c, ERR_INPUT, "checker.bad-row", "line %d: longer than %d bytes", line, CHECKER_RECORD_MAX);
    if (csv_load(c, record, &s) != ERR_OK) {
        if (c->fault.code != ERR_INPUT)
            return c->fault.code;
        c->fault = (struct fault){ 0 };
        return FAIL(c, ERR_INPUT, "checker.bad-row", "line %d: not CSV in UTF-8, or a stray quote", line);
    }
    *out = s.n ? s.row[0] : (struct sheet_row){ 0 };
    return ERR_OK;
}

static bool column_of(struct checker_columns *k, size_t at, struct str name, const struct checker_input *in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(in[i].name, name)) {
            k->col[at] = &in[i];
            return true;
        }
    if (str_is(name, "id") && k->id == SIZE_MAX)
        k->id = at;
    else if (str_is(name, "text") && k->text == SIZE_MAX)
        k->text = at;
    else
        return false;
    return true;
}

/* Printable and short: what a file holds goes into a message. */
static struct str quote_of(struct ctx *c, struct str s)
{
    size_t n = s.n < 40 ? s.n : 40;
    while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;                                    /* not inside a character */
    char *z = arena_alloc(&c->mem, n + 1, 1);
    if (!z)
        return (struct str){ 0 };
    for (size_t i = 0; i < n; i++)
        z[i] = (unsigned char)s.p[i] < ' ' || s.p[i] == 127 ? '?' : s.p[i];
    return (struct str){ z, n };
}

enum err checker_columns_read(struct ctx *c, const struct checker_input *in, size_t n,
                              struct str record, struct checker_columns *out)
{
    struct sheet_row r = { 0 };
    TRY(cells_of(c, record, 1, &r));
    struct checker_columns k = { .col = NEW_N(&c->mem, const struct checker_input *, r.n + 1), .n = r.n,
                                 .id = SIZE_MAX, .text = SIZE_MAX };
    TRY(ctx_check(c));
    if (!r.n)
        return FAIL(c, ERR_INPUT, "checker.bad-row", "line 1: no column names");
    for (size_t i = 0; i < r.n; i++) {
        struct str name = str_trim(r.cell[i]);
        if (!column_of(&k, i, name, in, n))
            return FAIL(c, ERR_INPUT, "checker.bad-row", "line 1: no input is called \"" STR_F "\"",
                        STR_A(quote_of(c, name)));
        for (size_t j = 0; j < i; j++)
            if (k.col[i] && k.col[j] == k.col[i])
                return FAIL(c, ERR_INPUT, "checker.bad-row", "line 1: column \"" STR_F "\" comes twice",
                            STR_A(quote_of(c, name)));
    }
    *out = k;
    return ERR_OK;
}

static enum err cell_read(struct ctx *c, const struct checker_input *in, struct str cell, int line,
                          struct feel_builder *b)
{
    struct feel_value v;
    if (!checker_value(c, in, cell, &v))
        return FAIL(c, ERR_INPUT, "checker.bad-row", "line %d, column " STR_F ": \"" STR_F "\" is not a value of it",
                    line, STR_A(str_sub(in->name, 0, 60)), STR_A(quote_of(c, cell)));
    feel_set(b, in->name, v);
    return ERR_OK;
}

enum err checker_situation_read(struct ctx *c, const struct checker_columns *cols,
                                const struct checker_input *in, size_t n, struct str record,
                                int line, struct checker_situation *out, bool *blank)
{
    struct sheet_row r = { 0 };
    struct feel_builder b;
    TRY(cells_of(c, record, line, &r));
    *blank = r.n == 0;
    if (*blank)
        return ERR_OK;
    if (r.n > cols->n)
        return FAIL(c, ERR_INPUT, "checker.bad-row", "line %d: %zu cells, the heading has %zu", line, r.n, cols->n);
    struct checker_situation s = { .line = line };
    feel_builder_init(&b, &c->mem);
    for (size_t i = 0; i < n; i++)
        feel_set(&b, in[i].name, feel_null());
    for (size_t i = 0; i < r.n; i++)
        if (cols->col[i])
            TRY(cell_read(c, cols->col[i], r.cell[i], line, &b));
    if (cols->id < r.n)
        s.id = str_trim(r.cell[cols->id]);
    if (s.id.n > CHECKER_ID_MAX)
        return FAIL(c, ERR_INPUT, "checker.bad-row", "line %d: id longer than %d bytes", line, CHECKER_ID_MAX);
    if (cols->text < r.n)
        s.text = str_trim(r.cell[cols->text]);
    s.in = feel_build(&b);
    *out = s;
    return ctx_check(c);
}

/* The byte order mark that spreadsheets write. */
static struct str without_mark(struct str s)
{
    return str_starts(s, STR("\xEF\xBB\xBF")) ? str_sub(s, 3, SIZE_MAX) : s;
}

enum err checker_situations(struct ctx *c, const struct checker_input *in, size_t n, struct str csv,
                            struct checker_situation **out, size_t *count)
{
    struct checker_columns cols;
    struct str rest = without_mark(csv), record;
    struct checker_situation *v = NULL;
    size_t k = 0, room = 0;
    int line = 1, lines = 0;
    bool blank;

    if (csv.n > SHEET_BYTES_MAX)
        return FAIL(c, ERR_INPUT, "csv.too-big", "csv: %zu bytes", csv.n);
    if (!checker_record(&rest, true, &record, &lines))
        return FAIL(c, ERR_INPUT, "checker.bad-row", "line 1: the file is empty");
    TRY(checker_columns_read(c, in, n, record, &cols));
    for (line += lines; checker_record(&rest, true, &record, &lines); line += lines) {
        if (k == room) {
            size_t more = room ? room * 2 : 256;
            struct checker_situation *w = NEW_N(&c->mem, struct checker_situation, more);
            if (!w)
                return ctx_check(c);
            if (k)
                memcpy(w, v, k * sizeof *w);
            v = w;
            room = more;
        }
        TRY(checker_situation_read(c, &cols, in, n, record, line, &v[k], &blank));
        k += !blank;
    }
    *out = v;
    *count = k;
    return ERR_OK;
}
