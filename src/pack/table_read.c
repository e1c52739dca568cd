/* table_read.c - one CSV file into rows of a struct. */
#include "pack/read.h"

/* A file being read: where each column stands, -1 when it is missing. */
struct sheet_in {
    struct str file;
    struct sheet sheet;
    const struct sheet_row *head;
};

static size_t column(const struct sheet_in *s, struct str name)
{
    for (size_t i = 0; i < s->head->n; i++)
        if (str_eq(str_trim(s->head->cell[i]), name))
            return i;
    return SIZE_MAX;
}

static struct str cell(const struct sheet_row *row, size_t at)
{
    return at == SIZE_MAX ? (struct str){ 0 } : str_trim(sheet_cell(row, at));
}

static bool known_column(const struct table_spec *t, struct str name)
{
    struct str base = name;
    size_t at;

    if (str_find(name, STR("::"), &at))
        base = str_sub(name, 0, at);
    for (size_t i = 0; i < t->cols; i++)
        if (t->col[i].name && str_is(base, t->col[i].name))
            return (t->col[i].kind == COL_LABEL) == (base.n != name.n);
    return false;
}

/* Headers: every column we need is there, and we know what each one is. */
static bool check_head(struct reader *r, const struct table_spec *t, const struct sheet_in *s)
{
    bool ok = true;

    for (size_t i = 0; i < s->head->n; i++) {
        struct str name = str_trim(s->head->cell[i]);
        if (name.n && !known_column(t, name))
            reader_say(r, FINDING_WARNING, s->file, s->head->line, "pack.column-unknown",
                       "nobody reads the column \"" STR_F "\"", STR_A(name));
    }
    for (size_t i = 0; i < t->cols; i++) {
        const struct col *k = &t->col[i];
        if (!k->name || !k->need || k->kind == COL_LABEL || column(s, str_c(k->name)) != SIZE_MAX)
            continue;
        reader_say(r, FINDING_ERROR, s->file, s->head->line, "pack.column-missing",
                   "the column \"%s\" is missing", k->name);
        ok = false;
    }
    return ok;
}

static bool read_verified(struct str v, enum pack_verified *out)
{
    for (int i = PACK_NO; i <= PACK_YES; i++)
        if (str_is(v, pack_verified_name((enum pack_verified)i))) {
            *out = (enum pack_verified)i;
            return true;
        }
    return false;
}

/* "-22.3394" to -223394: at most four decimals, no float on the way. */
static bool read_e4(struct str v, int32_t *out)
{
    struct str whole = v, frac = { 0 };
    int64_t w, f = 0;
    bool minus = v.n && v.p[0] == '-';

    if (minus)
        whole = v = str_sub(v, 1, v.n);
    (void)str_cut(v, '.', &whole, &frac);
    if (frac.n > 4 || !whole.n || !ascii_digit(whole.p[0]) || !str_to_i64(whole, &w) || w > 180)
        return false;
    for (size_t i = 0; i < 4; i++) {
        if (i < frac.n && !ascii_digit(frac.p[i]))
            return false;
        f = f * 10 + (i < frac.n ? frac.p[i] - '0' : 0);
    }
    w = w * 10000 + f;
    *out = (int32_t)(minus ? -w : w);
    return true;
}

static bool put_number(struct str v, const struct col *k, char *row)
{
    int64_t n = k->otherwise;

    if (v.n && !str_to_i64(v, &n))
        return false;
    if (k->kind == COL_INT && (n < INT32_MIN || n > INT32_MAX))
        return false;
    if (k->kind == COL_INT)
        *(int *)(void *)(row + k->at) = (int)n;
    else
        *(int64_t *)(void *)(row + k->at) = n;
    return true;
}

/* One cell into its place.  False: it is not what the column wants. */
static bool put_cell(struct reader *r, const struct col *k, struct str v, char *row)
{
    void *at = row + k->at;
    struct civil d;

    switch (k->kind) {
    case COL_TEXT:
        if (k->at != SIZE_MAX)
            *(struct str *)at = v.n ? arena_dup(r->mem, v) : (struct str){ 0 };
        return true;
    case COL_INT:
    case COL_I64:
        return put_number(v, k, row);
    case COL_VERIFIED:
        return read_verified(v, at);
    case COL_E4:
        if (!v.n)
            *(int32_t *)at = (int32_t)k->otherwise;
        return !v.n || read_e4(v, at);
    case COL_DAY:
        if (!date_parse(v, &d))
            return false;
        *(int64_t *)at = days_from_civil(d);
        return true;
    case COL_YESNO:
        *(bool *)at = str_is(v, "yes");
        return !v.n || str_is(v, "yes") || str_is(v, "no");
    default:
        return true;
    }
}

/* A label: empty as a whole when it may be, else complete where it must be. */
static void put_label(struct reader *r, const struct sheet_in *s, const struct sheet_row *in,
                      const struct col *k, char *row)
{
    struct label *l = (struct label *)(void *)(row + k->at);
    bool any = false;

    for (size_t i = 0; i < r->p->langs_n; i++) {
        struct str head = str_join(&r->c->mem, str_c(k->name), STR("::"), r->p->langs[i]);
        struct str v = cell(in, column(s, head));
        if (v.n)
            l->in[i] = arena_dup(r->mem, v);
        any |= v.n != 0;
    }
    for (size_t i = 0; i < r->p->required_n && (any || k->need); i++)
        if (!l->in[i].n)
            reader_say(r, FINDING_ERROR, s->file, in->line, "pack.not-translated",
                       "\"%s\" has no text in \"" STR_F "\"", k->name, STR_A(r->p->langs[i]));
}

static void read_row(struct reader *r, const struct table_spec *t, const struct sheet_in *s,
                     const struct sheet_row *in, char *row)
{
    for (size_t i = 0; i < t->cols; i++) {
        const struct col *k = &t->col[i];
        if (k->kind == COL_LINE) {
            *(int *)(void *)(row + k->at) = in->line;
            continue;
        }
        if (k->kind == COL_LABEL) {
            put_label(r, s, in, k, row);
            continue;
        }
        struct str v = cell(in, column(s, str_c(k->name)));
        if (!v.n && k->need)
            reader_say(r, FINDING_ERROR, s->file, in->line, "pack.empty",
                       "\"%s\" is empty", k->name);
        else if (!put_cell(r, k, v, row))
            reader_say(r, FINDING_ERROR, s->file, in->line, "pack.bad-value",
                       "\"" STR_F "\" is no value for \"%s\"", STR_A(str_sub(v, 0, 60)), k->name);
    }
}

/* Parse one file; an unreadable one is a finding and yields no rows. */
static enum err open_sheet(struct reader *r, const struct table_spec *t, struct str file,
                           struct sheet_in *s, bool *usable)
{
    const char *z = arena_z(&r->c->mem, file);
    struct str text;

    *usable = false;
    if (!z)
        return ctx_check(r->c);
    TRY(reader_text(r, z, &text));
    if (!text.p) {
        if (!t->optional)
            reader_say(r, FINDING_ERROR, file, 0, "pack.file-missing", "the file is missing");
        return ERR_OK;
    }
    s->file = file;
    enum err e = csv_load(r->c, text, &s->sheet);
    if (e == ERR_INPUT) {
        reader_say(r, FINDING_ERROR, file, 0, "pack.csv", "not a CSV table: %s", r->c->fault.detail);
        r->c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    if (!s->sheet.n) {
        reader_say(r, FINDING_ERROR, file, 0, "pack.csv", "the file has no header line");
        return ERR_OK;
    }
    s->head = &s->sheet.row[0];
    *usable = check_head(r, t, s);
    return ERR_OK;
}

/* Names of the files a spec stands for. */
static enum err spec_files(struct reader *r, const struct table_spec *t, struct str **out, size_t *n)
{
    struct str file = str_c(t->file), *names;
    size_t all;

    *n = 0;
    *out = NEW_N(&r->c->mem, struct str, 1);
    if (!*out)
        return ctx_check(r->c);
    if (!str_ends(file, STR("/"))) {
        (*out)[(*n)++] = file;
        return ERR_OK;
    }
    struct str path = str_join(&r->c->mem, str_c(r->dir), STR("/"), file);
    if (!path.p)
        return ctx_check(r->c);
    enum err e = dir_list(r->c, path.p, &names, &all);
    if (e == ERR_NOT_FOUND || e == ERR_IO) {
        r->c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    *out = NEW_N(&r->c->mem, struct str, all + 1);
    for (size_t i = 0; *out && i < all; i++)
        if (str_ends(names[i], STR(".csv")))
            (*out)[(*n)++] = str_join(&r->c->mem, file, names[i]);
    return ctx_check(r->c);
}

enum err read_table(struct reader *r, const struct table_spec *t)
{
    struct str *files;
    size_t files_n, rows = 0, n = 0;

    TRY(spec_files(r, t, &files, &files_n));
    struct sheet_in *in = NEW_N(&r->c->mem, struct sheet_in, files_n + 1);
    if (!in)
        return ctx_check(r->c);
    for (size_t i = 0; i < files_n; i++) {
        bool usable;
        TRY(open_sheet(r, t, files[i], &in[i], &usable));
        if (!usable)
            in[i].sheet.n = 0;
        else
            rows += in[i].sheet.n - 1;
    }
    char *v = arena_alloc(r->mem, (rows + 1) * t->row, _Alignof(max_align_t));
    if (!v)
        return FAIL(r->c, ERR_NOMEM, "pack.memory", "%s", t->file);
    for (size_t i = 0; i < files_n; i++)
        for (size_t k = 1; k < in[i].sheet.n; k++)
            read_row(r, t, &in[i], &in[i].sheet.row[k], v + n++ * t->row);
    *(const void **)(void *)((char *)r->p + t->rows_at) = v;
    *(size_t *)(void *)((char *)r->p + t->n_at) = n;
    return ctx_check(r->c);
}
