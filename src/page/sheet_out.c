#include "page/sheet_out.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { BATCH_MEM = 16 * 1024 * 1024, BATCH_TEXT = 8 * 1024 * 1024, ROWS_MAX = 1048576,
       CELL_MAX = 32767 };

struct sheet_out {
    struct buf line;                     /* CSV not handed on yet */
    crypto_generichash_state hash;
    size_t hashed;                       /* bytes of line that are in the hash */
    char sep;
    size_t col;
    int64_t rows;
    lxw_workbook *book;                  /* XLSX only */
    lxw_worksheet *page;
    uint32_t page_row;
    bool failed;
};

/* ---- cells ------------------------------------------------------------------------- */

static void separate(struct sheet_out *s)
{
    if (s->col)
        buf_char(&s->line, s->sep);
}

static bool runs(struct str v)
{
    static const char starts[] = { '=', '+', '-', '@', '\t', '\r' };
    return v.n && memchr(starts, v.p[0], sizeof starts);
}

static bool needs_quotes(struct str v, char sep)
{
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] == sep || v.p[i] == '"' || v.p[i] == '\n' || v.p[i] == '\r')
            return true;
    return v.n && (v.p[0] == ' ' || v.p[v.n - 1] == ' ');
}

static void csv_cell(struct sheet_out *s, struct str v, bool guard)
{
    bool quotes = needs_quotes(v, s->sep);
    separate(s);
    if (quotes)
        buf_char(&s->line, '"');
    if (guard && runs(v))
        buf_char(&s->line, '\'');
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '"')
            buf_char(&s->line, '"');
        buf_char(&s->line, v.p[i]);
    }
    if (quotes)
        buf_char(&s->line, '"');
}

/* As much as a cell holds, cut between characters; no NUL. */
static const char *cell_z(struct sheet_out *s, struct str v)
{
    size_t n = v.n < CELL_MAX ? v.n : CELL_MAX;
    while (n < v.n && n && ((unsigned char)v.p[n] & 0xc0) == 0x80)
        n--;
    const char *z = arena_z(s->line.mem, str_sub(v, 0, n));
    return z ? z : "";
}

static void check_lxw(struct sheet_out *s, lxw_error e)
{
    s->failed |= e != LXW_NO_ERROR;
}

void put_text(struct sheet_out *s, struct str v)
{
    csv_cell(s, v, true);
    if (s->page && v.n)
        check_lxw(s, worksheet_write_string(s->page, s->page_row, (lxw_col_t)s->col, cell_z(s, v), NULL));
    s->col++;
}

/* Spreadsheets keep 15 digits: longer numbers stay texts. */
void put_int(struct sheet_out *s, int64_t v)
{
    char t[24];
    int n = snprintf(t, sizeof t, "%lld", (long long)v);
    struct str text = { t, (size_t)n };
    csv_cell(s, text, false);
    if (s->page && v > -1000000000000000 && v < 1000000000000000)
        check_lxw(s, worksheet_write_number(s->page, s->page_row, (lxw_col_t)s->col, (double)v, NULL));
    else if (s->page)
        check_lxw(s, worksheet_write_string(s->page, s->page_row, (lxw_col_t)s->col, t, NULL));
    s->col++;
}

static bool is_decimal(struct str v)
{
    size_t i = v.n && v.p[0] == '-', digit = 0, dots = 0;
    for (; i < v.n; i++) {
        digit += ascii_digit(v.p[i]);
        dots += v.p[i] == '.';
        if (!ascii_digit(v.p[i]) && v.p[i] != '.')
            return false;
    }
    return digit > 0 && digit <= 15 && dots <= 1;
}

void put_decimal(struct sheet_out *s, struct str v)
{
    if (!is_decimal(v)) {
        put_text(s, v);
        return;
    }
    csv_cell(s, v, false);
    if (s->page)                          /* the C locale: the point is a point */
        check_lxw(s, worksheet_write_number(s->page, s->page_row, (lxw_col_t)s->col,
                                            strtod(cell_z(s, v), NULL), NULL));
    s->col++;
}

void put_time(struct sheet_out *s, int64_t us)
{
    put_text(s, us ? instant_text(s->line.mem, us) : (struct str){ 0 });
}

static void hash_on(struct sheet_out *s)
{
    if (s->line.n > s->hashed)
        (void)crypto_generichash_update(&s->hash, (const unsigned char *)s->line.p + s->hashed,
                                        s->line.n - s->hashed);
    s->hashed = s->line.n;
}

static void next_line(struct sheet_out *s)
{
    buf_put(&s->line, STR("\r\n"));
    hash_on(s);
    s->col = 0;
    s->page_row++;
}

/* A worksheet holds 2^20 rows; go on in another. */
static void next_page(struct sheet_out *s)
{
    s->page = workbook_add_worksheet(s->book, NULL);
    s->page_row = 0;
    s->failed |= !s->page;
}

void put_row(struct sheet_out *s)
{
    next_line(s);
    s->rows++;
    if (s->book && s->page_row == ROWS_MAX)
        next_page(s);
}

/* ---- the whole of it ------------------------------------------------------------------ */

static void begin(struct sheet_out *s, const struct sheet_source *src)
{
    (void)crypto_generichash_init(&s->hash, NULL, 0, 32);
    s->sep = src->sep ? src->sep : ',';
}

static void title_row(struct sheet_out *s, const struct sheet_source *src)
{
    for (size_t i = 0; i < src->n; i++)
        put_text(s, src->heads[i]);
    next_line(s);
}

static void hash_text(struct sheet_out *s, char out[SHEET_HASH])
{
    unsigned char h[32];
    (void)crypto_generichash_final(&s->hash, h, sizeof h);
    (void)sodium_bin2hex(out, SHEET_HASH, h, sizeof h);
}

/* One batch into an emptied context: rows in s->line, ready to hand on. */
static enum err batch(struct ctx *b, struct sheet_out *s, const struct sheet_source *src,
                      bool first, bool *end)
{
    arena_reset(&b->mem);
    buf_init(&s->line, &b->mem, BATCH_TEXT);
    s->hashed = 0;
    if (first)
        title_row(s, src);
    TRY(src->more(b, src->state, s, end));
    if (s->line.failed || b->mem.failed)
        return FAIL(b, ERR_NOMEM, "sheet.too-large", "row %lld", (long long)s->rows);
    if (s->failed)
        return FAIL(b, ERR_IO, "sheet.not-written", "row %lld", (long long)s->rows);
    return ERR_OK;
}

static void batch_ctx(struct ctx *b, const struct ctx *c)
{
    *b = *c;
    b->mem = (struct arena){ 0 };
    b->fault = (struct fault){ 0 };
    arena_init(&b->mem, BATCH_MEM);
}

/* ---- CSV as it streams -------------------------------------------------------------------- */

struct csv_stream {
    struct ctx *caller, b;
    struct sheet_source src;
    struct sheet_out s;
    size_t sent;                  /* of s.line */
    bool begun, end, told;
};

static enum err csv_finish(struct csv_stream *x)
{
    char hash[SHEET_HASH];
    if (x->told)
        return ERR_OK;
    x->told = true;
    hash_text(&x->s, hash);
    arena_reset(&x->b.mem);
    return x->src.done ? x->src.done(&x->b, x->src.state, x->s.rows, hash) : ERR_OK;
}

static enum err csv_pull(void *state, char *out, size_t room, size_t *n)
{
    struct csv_stream *x = state;
    size_t got = 0;
    if (!x->begun && x->src.bom && room >= 3) {
        static const unsigned char bom[] = { 0xEF, 0xBB, 0xBF };
        memcpy(out, bom, sizeof bom);
        got = sizeof bom;
    }
    while (got < room) {
        size_t left = x->s.line.n - x->sent;
        size_t k = left < room - got ? left : room - got;
        if (k) {
            memcpy(out + got, x->s.line.p + x->sent, k);
            x->sent += k;
            got += k;
            continue;
        }
        if (x->end)
            break;
        TRY(batch(&x->b, &x->s, &x->src, !x->begun, &x->end));
        x->begun = true;
        x->sent = 0;
    }
    *n = got;
    return got ? ERR_OK : csv_finish(x);
}

static void csv_close(void *state)
{
    struct csv_stream *x = state;
    ctx_done(&x->b);
    free(x);
}

static enum err csv_open(struct ctx *c, const struct sheet_source *src, struct csv_stream **out)
{
    struct csv_stream *x = calloc(1, sizeof *x);
    if (!x)
        return FAIL(c, ERR_NOMEM, "sheet.too-large", "stream");
    x->src = *src;
    batch_ctx(&x->b, c);
    begin(&x->s, src);
    *out = x;
    return ERR_OK;
}

/* ---- XLSX in a file -------------------------------------------------------------------------- */

static enum err xlsx_rows(struct ctx *c, struct sheet_out *s, const struct sheet_source *src,
                          const char *path, char hash[SHEET_HASH])
{
    struct ctx b;
    bool end = false, first = true;
    lxw_workbook_options how = { .constant_memory = LXW_TRUE };
    enum err e = ERR_OK;

    s->book = workbook_new_opt(path, &how);
    if (!s->book)
        return FAIL(c, ERR_IO, "sheet.not-written", "workbook");
    begin(s, src);
    next_page(s);
    batch_ctx(&b, c);
    while (e == ERR_OK && !end) {
        e = batch(&b, s, src, first, &end);
        first = false;
    }
    if (workbook_close(s->book) != LXW_NO_ERROR && e == ERR_OK)
        e = FAIL(&b, ERR_IO, "sheet.not-written", "close");
    hash_text(s, hash);
    if (e == ERR_OK && src->done)
        e = src->done(&b, src->state, s->rows, hash);
    if (e != ERR_OK && c->fault.code == ERR_OK)
        c->fault = b.fault;
    ctx_done(&b);
    return e;
}

/* A file without a name: made, opened, unlinked. */
static enum err xlsx_file(struct ctx *c, const struct sheet_source *src, int *fd, int64_t *rows,
                          char hash[SHEET_HASH])
{
    char path[] = "/tmp/amparo-sheet-XXXXXX";
    struct sheet_out s = { 0 };
    int got = mkstemp(path);
    if (got < 0)
        return FAIL(c, ERR_IO, "sheet.not-written", "temporary file: %d", errno);
    enum err e = xlsx_rows(c, &s, src, path, hash);
    /* the library opened the path anew; ours still points to the same file */
    if (unlink(path) != 0 && e == ERR_OK)
        e = FAIL(c, ERR_IO, "sheet.not-written", "unlink: %d", errno);
    if (e != ERR_OK) {
        close(got);
        return e;
    }
    *fd = got;
    *rows = s.rows;
    return ERR_OK;
}

static enum err file_pull(void *state, char *out, size_t room, size_t *n)
{
    const int *fd = state;
    ssize_t k;
    do {
        k = read(*fd, out, room);
    } while (k < 0 && errno == EINTR);
    *n = k > 0 ? (size_t)k : 0;
    return k < 0 ? ERR_IO : ERR_OK;
}

static void file_close(void *state)
{
    int *fd = state;
    close(*fd);
    free(fd);
}

/* ---- answers ----------------------------------------------------------------------------------- */

static enum err send_csv(struct ctx *c, struct response *rs, const struct sheet_source *src)
{
    struct csv_stream *x;
    TRY(csv_open(c, src, &x));
    rs->type = STR("text/csv; charset=utf-8");
    rs->filename = str_join(&c->mem, str_c(src->name), STR(".csv"));
    rs->pull = csv_pull;
    rs->pull_done = csv_close;
    rs->state = x;
    return ERR_OK;
}

enum err send_sheet(struct ctx *c, struct response *rs, enum sheet_kind kind,
                    const struct sheet_source *src)
{
    char hash[SHEET_HASH];
    int64_t rows;
    if (kind == SHEET_CSV)
        return send_csv(c, rs, src);
    int *fd = malloc(sizeof *fd);
    if (!fd)
        return FAIL(c, ERR_NOMEM, "sheet.too-large", "file");
    enum err e = xlsx_file(c, src, fd, &rows, hash);
    if (e != ERR_OK) {
        free(fd);
        return e;
    }
    rs->type = STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    rs->filename = str_join(&c->mem, str_c(src->name), STR(".xlsx"));
    rs->pull = file_pull;
    rs->pull_done = file_close;
    rs->state = fd;
    return ERR_OK;
}

static enum err copy_to(struct ctx *c, int fd, puller *pull, void *state)
{
    static const size_t room = 64 * 1024;
    char *piece = arena_alloc(&c->mem, room, 1);
    size_t n = 0;
    if (!piece)
        return FAIL(c, ERR_NOMEM, "sheet.too-large", "buffer");
    do {
        TRY(pull(state, piece, room, &n));
        for (size_t at = 0; at < n;) {
            ssize_t k = write(fd, piece + at, n - at);
            if (k < 0 && errno != EINTR)
                return FAIL(c, ERR_IO, "sheet.not-written", "write: %d", errno);
            at += k > 0 ? (size_t)k : 0;
        }
    } while (n);
    return ERR_OK;
}

static enum err write_csv(struct ctx *c, int fd, const struct sheet_source *src, int64_t *rows,
                          char hash[SHEET_HASH])
{
    struct csv_stream *x;
    struct sheet_source quiet = *src;
    quiet.done = NULL;
    TRY(csv_open(c, &quiet, &x));
    x->told = true;                              /* we finish it ourselves */
    enum err e = copy_to(c, fd, csv_pull, x);
    *rows = x->s.rows;
    hash_text(&x->s, hash);
    if (e == ERR_OK && src->done)
        e = src->done(&x->b, src->state, *rows, hash);
    if (e != ERR_OK && c->fault.code == ERR_OK)
        c->fault = x->b.fault;
    csv_close(x);
    return e;
}

enum err write_sheet(struct ctx *c, int fd, enum sheet_kind kind, const struct sheet_source *src,
                     int64_t *rows, char hash[SHEET_HASH])
{
    int from;
    if (kind == SHEET_CSV)
        return write_csv(c, fd, src, rows, hash);
    TRY(xlsx_file(c, src, &from, rows, hash));
    enum err e = copy_to(c, fd, file_pull, &from);
    close(from);
    return e;
}
