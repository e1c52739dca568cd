/* XLSX: a ZIP of XML parts, as ECMA-376 part 1 describes SpreadsheetML. */
#include "forms/sheet.h"
#include "forms/vec.h"
#include "forms/xml.h"

#include <stdlib.h>
#include <zip.h>

enum { PARTS_MAX = 512, SHEETS_MAX = 64, STRINGS_MAX = 500000 };

struct book {
    struct ctx *c;
    zip_t *zip;
    size_t unpacked;              /* bytes so far, over all parts */
    struct str *shared; size_t shareds, shared_room;
    unsigned char *style; size_t styles, style_room;   /* cellXfs: 0 plain, 1 date, 2 date and time */
    struct sheet *sheet; size_t sheets, sheet_room;
    bool from_1904;
    size_t cells;
};

/* One part into the arena; the promised size is checked against what comes out. */
static enum err part_read(struct book *b, const char *name, struct str *out)
{
    zip_stat_t st;
    if (zip_stat(b->zip, name, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE))
        return FAIL(b->c, ERR_INPUT, "xlsx.part-missing", "xlsx: part missing");
    size_t left = SHEET_BYTES_MAX - b->unpacked;
    bool bomb = st.valid & ZIP_STAT_COMP_SIZE && st.size > 1 << 20 && st.size / 300 > st.comp_size;
    if (st.size > left || bomb)
        return FAIL(b->c, ERR_INPUT, "xlsx.too-big", "xlsx: part of %llu bytes", (unsigned long long)st.size);
    if (st.valid & ZIP_STAT_ENCRYPTION_METHOD && st.encryption_method != ZIP_EM_NONE)
        return FAIL(b->c, ERR_INPUT, "xlsx.encrypted", "xlsx: encrypted part");
    char *p = arena_alloc(&b->c->mem, (size_t)st.size + 1, 1);
    if (!p)
        return FAIL(b->c, ERR_NOMEM, "error.memory", "xlsx: part");
    zip_file_t *f = zip_fopen(b->zip, name, 0);
    zip_int64_t n = f ? zip_fread(f, p, st.size + 1) : -1;
    if (f)
        (void)zip_fclose(f);
    if (n < 0 || (zip_uint64_t)n != st.size)
        return FAIL(b->c, ERR_INPUT, "xlsx.damaged", "xlsx: part does not unpack");
    b->unpacked += (size_t)n;
    *out = (struct str){ p, (size_t)n };
    return ERR_OK;
}

static enum err part_xml(struct book *b, const char *name, xmlDocPtr *out)
{
    struct str bytes;
    TRY(part_read(b, name, &bytes));
    return xml_load(b->c, bytes, SHEET_BYTES_MAX, out);
}

/* Text of an si or is element: its t and r/t, without phonetic runs. */
static struct str rich_text(struct arena *mem, const xmlNode *si)
{
    struct buf t;
    buf_init(&t, mem, 1 << 20);
    for (const xmlNode *k = xml_first(si); k; k = xml_next(k)) {
        const xmlNode *x = xml_is(k, "t") ? k : xml_is(k, "r") ? xml_child(k, "t") : NULL;
        if (x)
            buf_put(&t, xml_text(mem, x));
    }
    return t.n ? buf_str(&t) : STR("");
}

static enum err shared_read(struct book *b, const xmlNode *root)
{
    for (const xmlNode *si = xml_first(root); si; si = xml_next(si)) {
        if (b->shareds >= STRINGS_MAX)
            return FAIL(b->c, ERR_INPUT, "xlsx.too-big", "xlsx: too many strings");
        if (!VEC_PUT(&b->c->mem, b->shared, b->shareds, b->shared_room, rich_text(&b->c->mem, si)))
            return ctx_check(b->c);
    }
    return ctx_check(b->c);
}

/* 1 = a date, 2 = with time of day, 0 = anything else (ECMA-376 18.8.30). */
static unsigned char builtin_format(int64_t id)
{
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
        return 1;
    return id == 22 ? 2 : 0;
}

static unsigned char custom_format(struct str code)
{
    bool day = false, hour = false, quoted = false, bracket = false;
    for (size_t i = 0; i < code.n; i++) {
        char ch = ascii_lower(code.p[i]);
        if (ch == '"')
            quoted = !quoted;
        else if (ch == '[' || ch == ']')
            bracket = ch == '[';
        else if (ch == '\\' || ch == '_')
            i++;
        else if (!quoted && !bracket) {
            day |= ch == 'y' || ch == 'd';
            hour |= ch == 'h';
        }
    }
    return day ? (hour ? 2 : 1) : 0;
}

static unsigned char format_kind(struct arena *mem, const xmlNode *formats, struct str id)
{
    int64_t n;
    for (const xmlNode *k = formats ? xml_first(formats) : NULL; k; k = xml_next(k))
        if (str_eq(xml_attr(mem, k, "numFmtId"), id))
            return custom_format(xml_attr(mem, k, "formatCode"));
    return str_to_i64(id, &n) ? builtin_format(n) : 0;
}

static enum err styles_read(struct book *b, const xmlNode *root)
{
    const xmlNode *formats = xml_child(root, "numFmts"), *xfs = xml_child(root, "cellXfs");
    for (const xmlNode *k = xfs ? xml_first(xfs) : NULL; k && b->styles < 65536; k = xml_next(k)) {
        unsigned char kind = format_kind(&b->c->mem, formats, xml_attr(&b->c->mem, k, "numFmtId"));
        if (!VEC_PUT(&b->c->mem, b->style, b->styles, b->style_room, kind))
            return ctx_check(b->c);
    }
    return ctx_check(b->c);
}

/* An optional part: absent is fine. */
static enum err optional(struct book *b, const char *name, enum err (*read)(struct book *, const xmlNode *))
{
    xmlDocPtr doc;
    if (zip_name_locate(b->zip, name, 0) < 0)
        return ERR_OK;
    TRY(part_xml(b, name, &doc));
    enum err e = read(b, xmlDocGetRootElement(doc));
    xmlFreeDoc(doc);
    return e;
}

/* ---- cells ------------------------------------------------------------------- */

/* "AB12" -> column 27; false for anything else. */
static bool column_of(struct str ref, size_t *out)
{
    size_t v = 0, i = 0;
    for (; i < ref.n && i < 3 && ascii_alpha(ref.p[i]); i++)
        v = v * 26 + (size_t)(ascii_lower(ref.p[i]) - 'a') + 1;
    if (i == 0 || i == ref.n || !ascii_digit(ref.p[i]))
        return false;
    *out = v - 1;
    return true;
}

/* XLSX stores binary doubles as text, sometimes "1.0000000000000001E-2". */
static struct str number_text(struct arena *mem, struct str raw)
{
    char *end, t[64];
    bool sci = raw.n && (memchr(raw.p, 'E', raw.n) || memchr(raw.p, 'e', raw.n));
    const char *z = raw.n < 40 ? arena_z(mem, raw) : NULL;
    if (!z || (!sci && raw.n < 16))
        return raw;
    double v = strtod(z, &end);
    if (*end || v != v || v > 1e15 || v < -1e15)
        return raw;
    int n = snprintf(t, sizeof t, "%.10f", v);
    while (n > 0 && t[n - 1] == '0')
        n--;
    if (n > 0 && t[n - 1] == '.')
        n--;
    return arena_dup(mem, (struct str){ t, (size_t)n });
}

/* A day number with a fraction as date and time, to the second. */
static struct str moment_text(struct book *b, struct str raw, unsigned char kind)
{
    struct arena *mem = &b->c->mem;
    const char *z = raw.n < 40 ? arena_z(mem, raw) : NULL;
    char *end;
    double v = z ? strtod(z, &end) : -1;
    if (!z || *end || !(v >= 1 && v < 2958466))
        return raw;
    int64_t secs = (int64_t)(v * 86400 + 0.5), day = secs / 86400, s = secs % 86400;
    if (b->from_1904)
        day += 1462;
    struct buf t;
    struct str date;
    buf_init(&t, mem, 32);
    buf_i64(&t, day);
    if (!sheet_serial_date(mem, buf_str(&t), &date))
        return raw;
    if (kind == 1 && s == 0)
        return date;
    buf_init(&t, mem, 32);
    buf_put(&t, date);
    buf_fmt(&t, "T%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    return buf_str(&t);
}

static struct str cell_text(struct book *b, const xmlNode *cell)
{
    struct arena *mem = &b->c->mem;
    struct str type = xml_attr(mem, cell, "t"), style = xml_attr(mem, cell, "s");
    const xmlNode *v = xml_child(cell, "v"), *is = xml_child(cell, "is");
    if (str_is(type, "inlineStr"))
        return is ? rich_text(mem, is) : STR("");
    struct str raw = v ? xml_text(mem, v) : STR("");
    int64_t k;
    if (str_is(type, "s"))
        return str_to_i64(raw, &k) && k >= 0 && (size_t)k < b->shareds ? b->shared[k] : STR("");
    if (str_is(type, "b"))
        return str_is(raw, "1") ? STR("TRUE") : STR("FALSE");
    if (str_is(type, "str") || str_is(type, "d") || str_is(type, "e") || raw.n == 0)
        return raw;
    unsigned char kind = str_to_i64(style, &k) && k >= 0 && (size_t)k < b->styles ? b->style[k] : 0;
    return kind ? moment_text(b, raw, kind) : number_text(mem, raw);
}

static enum err row_read(struct book *b, const xmlNode *row, struct sheet_row *out, struct str *cell)
{
    size_t n = 0, col = 0;
    for (const xmlNode *k = xml_first(row); k; k = xml_next(k), col++) {
        if (!xml_is(k, "c"))
            continue;
        struct str ref = xml_attr(&b->c->mem, k, "r");
        if (ref.n && !column_of(ref, &col))
            return FAIL(b->c, ERR_INPUT, "xlsx.damaged", "xlsx: bad cell reference");
        if (col >= SHEET_COLS_MAX || ++b->cells > SHEET_CELLS_MAX)
            return FAIL(b->c, ERR_INPUT, "xlsx.too-big", "xlsx: too many cells");
        struct str t = cell_text(b, k);
        if (t.n == 0)
            continue;
        while (n <= col)
            cell[n++] = (struct str)STR_INIT("");
        cell[col] = t;
    }
    if (n == 0)
        return ctx_check(b->c);
    out->cell = NEW_N(&b->c->mem, struct str, n);
    if (!out->cell)
        return ctx_check(b->c);
    memcpy(out->cell, cell, n * sizeof *cell);
    out->n = n;
    return ctx_check(b->c);
}

static enum err rows_read(struct book *b, const xmlNode *data, struct sheet *out)
{
    size_t room = 0;
    int line = 0;
    struct str *cell = NEW_N(&b->c->mem, struct str, SHEET_COLS_MAX);
    if (!cell)
        return ctx_check(b->c);
    for (const xmlNode *k = data ? xml_first(data) : NULL; k; k = xml_next(k)) {
        int64_t r;
        struct sheet_row row = { 0 };
        line = str_to_i64(xml_attr(&b->c->mem, k, "r"), &r) && r > 0 && r < 2000000 ? (int)r : line + 1;
        row.line = line;
        row.hidden = str_is(xml_attr(&b->c->mem, k, "hidden"), "1");
        TRY(row_read(b, k, &row, cell));
        if (row.n == 0)
            continue;
        if (out->n >= SHEET_ROWS_MAX)
            return FAIL(b->c, ERR_INPUT, "xlsx.too-big", "xlsx: too many rows");
        if (!VEC_PUT(&b->c->mem, out->row, out->n, room, row))
            return ctx_check(b->c);
    }
    return ERR_OK;
}

static enum err sheet_read(struct book *b, struct str name, const char *part)
{
    struct sheet s = { .name = name };
    xmlDocPtr doc;
    TRY(part_xml(b, part, &doc));
    enum err e = rows_read(b, xml_child(xmlDocGetRootElement(doc), "sheetData"), &s);
    xmlFreeDoc(doc);
    TRY(e);
    if (!VEC_PUT(&b->c->mem, b->sheet, b->sheets, b->sheet_room, s))
        return ctx_check(b->c);
    return ERR_OK;
}

/* Where the relationship `id` leads, below the root of the archive. */
static const char *target_of(struct book *b, const xmlNode *rels, struct str id)
{
    struct arena *mem = &b->c->mem;
    for (const xmlNode *k = xml_first(rels); k; k = xml_next(k)) {
        if (!str_eq(xml_attr(mem, k, "Id"), id))
            continue;
        struct str t = xml_attr(mem, k, "Target");
        if (t.n && t.p[0] == '/')
            return arena_z(mem, str_sub(t, 1, SIZE_MAX));
        return arena_z(mem, str_join(mem, STR("xl/"), t));
    }
    return NULL;
}

static enum err sheets_read(struct book *b, const xmlNode *book, const xmlNode *rels)
{
    const xmlNode *pr = xml_child(book, "workbookPr"), *list = xml_child(book, "sheets");
    struct str d1904 = pr ? xml_attr(&b->c->mem, pr, "date1904") : STR("");
    b->from_1904 = str_is(d1904, "1") || str_is(d1904, "true");
    for (const xmlNode *k = list ? xml_first(list) : NULL; k; k = xml_next(k)) {
        const char *part = target_of(b, rels, xml_attr(&b->c->mem, k, "id"));
        if (b->sheets >= SHEETS_MAX)
            return FAIL(b->c, ERR_INPUT, "xlsx.too-big", "xlsx: too many sheets");
        if (!part)
            return FAIL(b->c, ERR_INPUT, "xlsx.part-missing", "xlsx: sheet without part");
        if (strncmp(part, "xl/worksheets/", 14) != 0)
            continue;                                     /* charts and dialogs */
        TRY(sheet_read(b, xml_attr(&b->c->mem, k, "name"), part));
    }
    return ctx_check(b->c);
}

static enum err book_read(struct book *b)
{
    xmlDocPtr book, rels;
    if (zip_get_num_entries(b->zip, 0) > PARTS_MAX)
        return FAIL(b->c, ERR_INPUT, "xlsx.too-big", "xlsx: too many parts");
    TRY(optional(b, "xl/sharedStrings.xml", shared_read));
    TRY(optional(b, "xl/styles.xml", styles_read));
    TRY(part_xml(b, "xl/workbook.xml", &book));
    enum err e = part_xml(b, "xl/_rels/workbook.xml.rels", &rels);
    if (e == ERR_OK) {
        e = sheets_read(b, xmlDocGetRootElement(book), xmlDocGetRootElement(rels));
        xmlFreeDoc(rels);
    }
    xmlFreeDoc(book);
    return e;
}

enum err sheet_load_xlsx(struct ctx *c, struct str bytes, struct sheets *out)
{
    zip_error_t ze;
    if (bytes.n < 22 || bytes.n > SHEET_BYTES_MAX)
        return FAIL(c, ERR_INPUT, "xlsx.not-xlsx", "xlsx: %zu bytes", bytes.n);
    zip_error_init(&ze);
    zip_source_t *src = zip_source_buffer_create(bytes.p, bytes.n, 0, &ze);
    zip_t *zip = src ? zip_open_from_source(src, ZIP_RDONLY, &ze) : NULL;
    zip_error_fini(&ze);
    if (!zip) {
        if (src)
            zip_source_free(src);
        return FAIL(c, ERR_INPUT, "xlsx.not-xlsx", "xlsx: not a ZIP archive");
    }
    struct book b = { .c = c, .zip = zip };
    enum err e = memory_first(c, book_read(&b));
    zip_discard(zip);
    TRY(e);
    *out = (struct sheets){ b.sheet, b.sheets };
    return ERR_OK;
}
