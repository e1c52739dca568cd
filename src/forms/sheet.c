#include "forms/sheet.h"
#include "forms/vec.h"

struct csv {
    struct ctx *c;
    struct str rest;              /* what is not read yet */
    int line;
    struct sheet_row *row;
    size_t rows, room, cells;
    struct str cell[SHEET_COLS_MAX];   /* the row being read */
    size_t n;
};

static enum err csv_bad(struct csv *s, const char *key, int line)
{
    return FAIL(s->c, ERR_INPUT, key, "csv: line %d", line);
}

static bool at_break(struct str s)
{
    return s.n == 0 || s.p[0] == '\n' || (s.p[0] == '\r' && s.n > 1 && s.p[1] == '\n') ||
           (s.p[0] == '\r' && s.n == 1);
}

/* "..." with "" for a quote; may span lines. */
static enum err quoted(struct csv *s, struct str *out)
{
    int began = s->line;
    size_t i = 1, doubled = 0;
    for (;; i++) {
        if (i >= s->rest.n)
            return csv_bad(s, "csv.open-quote", began);
        if (s->rest.p[i] == '\n')
            s->line++;
        if (s->rest.p[i] != '"')
            continue;
        if (i + 1 < s->rest.n && s->rest.p[i + 1] == '"') {
            doubled++;
            i++;
            continue;
        }
        break;
    }
    struct str raw = str_sub(s->rest, 1, i - 1);
    s->rest = str_sub(s->rest, i + 1, SIZE_MAX);
    if (s->rest.n && s->rest.p[0] != ',' && !at_break(s->rest))
        return csv_bad(s, "csv.after-quote", s->line);
    *out = raw;
    if (!doubled)
        return ERR_OK;
    char *p = arena_alloc(&s->c->mem, raw.n - doubled + 1, 1);
    if (!p)
        return ctx_check(s->c);
    size_t n = 0;
    for (size_t k = 0; k < raw.n; k++) {
        p[n++] = raw.p[k];
        k += raw.p[k] == '"';
    }
    *out = (struct str){ p, n };
    return ERR_OK;
}

static enum err plain(struct csv *s, struct str *out)
{
    size_t i = 0;
    while (i < s->rest.n && s->rest.p[i] != ',' && !at_break(str_sub(s->rest, i, 2))) {
        if (s->rest.p[i] == '"')
            return csv_bad(s, "csv.stray-quote", s->line);
        i++;
    }
    *out = str_sub(s->rest, 0, i);
    s->rest = str_sub(s->rest, i, SIZE_MAX);
    return ERR_OK;
}

static void skip_break(struct csv *s)
{
    if (s->rest.n && s->rest.p[0] == '\r')
        s->rest = str_sub(s->rest, 1, SIZE_MAX);
    if (s->rest.n && s->rest.p[0] == '\n') {
        s->rest = str_sub(s->rest, 1, SIZE_MAX);
        s->line++;
    }
}

static enum err row_keep(struct csv *s, int line)
{
    while (s->n && s->cell[s->n - 1].n == 0)
        s->n--;
    if (s->n == 0)
        return ERR_OK;
    s->cells += s->n;
    if (s->rows >= SHEET_ROWS_MAX || s->cells > SHEET_CELLS_MAX)
        return csv_bad(s, "csv.too-big", line);
    struct sheet_row r = { .line = line, .cell = NEW_N(&s->c->mem, struct str, s->n), .n = s->n };
    if (!r.cell || !VEC_PUT(&s->c->mem, s->row, s->rows, s->room, r))
        return ctx_check(s->c);
    memcpy(r.cell, s->cell, s->n * sizeof *r.cell);
    return ERR_OK;
}

static enum err one_row(struct csv *s)
{
    int line = s->line;
    s->n = 0;
    for (;;) {
        if (s->n >= SHEET_COLS_MAX)
            return csv_bad(s, "csv.too-wide", line);
        bool q = s->rest.n && s->rest.p[0] == '"';
        TRY(q ? quoted(s, &s->cell[s->n]) : plain(s, &s->cell[s->n]));
        s->n++;
        if (!s->rest.n || s->rest.p[0] != ',')
            break;
        s->rest = str_sub(s->rest, 1, SIZE_MAX);
    }
    skip_break(s);
    return row_keep(s, line);
}

enum err csv_load(struct ctx *c, struct str text, struct sheet *out)
{
    if (text.n > SHEET_BYTES_MAX)
        return FAIL(c, ERR_INPUT, "csv.too-big", "csv: %zu bytes", text.n);
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_sub(text, 3, SIZE_MAX);
    if (!utf8_valid(text) || (text.n && memchr(text.p, 0, text.n)))
        return FAIL(c, ERR_INPUT, "csv.not-utf8", "csv: %zu bytes", text.n);
    struct csv *s = NEW(&c->mem, struct csv);
    if (!s)
        return ctx_check(c);
    *s = (struct csv){ .c = c, .rest = text, .line = 1 };
    while (s->rest.n)
        TRY(one_row(s));
    *out = (struct sheet){ .row = s->row, .n = s->rows };
    return ERR_OK;
}

/* ---- looking -------------------------------------------------------------- */

static bool same_word(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
            return false;
    return true;
}

const struct sheet *sheet_find(const struct sheets *s, struct str name)
{
    for (size_t i = 0; i < s->n; i++)
        if (same_word(s->v[i].name, name))
            return &s->v[i];
    return NULL;
}

struct str sheet_cell(const struct sheet_row *r, size_t i)
{
    return i < r->n ? r->cell[i] : (struct str)STR_INIT("");
}

/* ---- writing ---------------------------------------------------------------- */

/* -12.50, +595 981 123456: digits, blanks, one point; nothing to run. */
static bool plain_number(struct str s)
{
    int points = 0, digits = 0;
    for (size_t i = 1; i < s.n; i++) {
        points += s.p[i] == '.';
        digits += ascii_digit(s.p[i]);
        if (!ascii_digit(s.p[i]) && s.p[i] != '.' && s.p[i] != ' ')
            return false;
    }
    return digits > 0 && points <= 1 && (s.p[0] == '-' || s.p[0] == '+');
}

static bool would_run(struct str s)
{
    char ch = s.n ? s.p[0] : 'x';
    bool sign = ch == '=' || ch == '+' || ch == '-' || ch == '@' || ch == '\t' || ch == '\r' || ch == '\n';
    return sign && !plain_number(s);
}

void csv_put(struct buf *b, struct str cell, bool first)
{
    if (!first)
        buf_char(b, ',');
    bool run = would_run(cell), quote = run;
    for (size_t i = 0; i < cell.n && !quote; i++)
        quote = cell.p[i] == '"' || cell.p[i] == ',' || cell.p[i] == '\n' || cell.p[i] == '\r';
    if (cell.n && (ascii_space(cell.p[0]) || ascii_space(cell.p[cell.n - 1])))
        quote = true;
    if (str_starts(cell, STR("\xEF\xBB\xBF")))         /* at the start of a file it would be a mark */
        quote = true;
    if (!quote) {
        buf_put(b, cell);
        return;
    }
    buf_char(b, '"');
    if (run)
        buf_char(b, '\'');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, cell.p[i]);
    }
    buf_char(b, '"');
}

void csv_end(struct buf *b)
{
    buf_put(b, STR("\r\n"));
}

bool sheet_serial_date(struct arena *mem, struct str serial, struct str *out)
{
    struct str whole = serial, frac;
    int64_t day;
    if (str_cut(serial, '.', &whole, &frac)) {
        for (size_t i = 0; i < frac.n; i++)
            if (frac.p[i] != '0')
                return false;
    }
    /* 60 is the 29 February 1900 that never was; 2958465 is 9999-12-31. */
    if (!str_to_i64(whole, &day) || day < 1 || day == 60 || day > 2958465)
        return false;
    int64_t epoch = days_from_civil((struct civil){ 1899, 12, day < 60 ? 31 : 30 });
    struct str s = date_text(mem, civil_from_days(epoch + day));
    if (!s.p)
        return false;
    *out = s;
    return true;
}
