/* csv.c - tables as offices send them. */
#include "match/inside.h"

static bool has_bom(struct str s, const char *bom, size_t n)
{
    return s.n >= n && memcmp(s.p, bom, n) == 0;
}

static enum err from_utf16(struct ctx *c, struct str s, bool big, struct str *out)
{
    char *p = arena_alloc(&c->mem, s.n / 2 * 3 + 4, 1);
    size_t n = 0;
    if (!p)
        return ctx_check(c);
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        unsigned char x = (unsigned char)s.p[i], y = (unsigned char)s.p[i + 1];
        uint32_t cp = big ? (uint32_t)x << 8 | y : (uint32_t)y << 8 | x;
        if (cp >= 0xD800 && cp < 0xDC00 && i + 3 < s.n) {
            unsigned char z = (unsigned char)s.p[i + 2], w = (unsigned char)s.p[i + 3];
            uint32_t low = big ? (uint32_t)z << 8 | w : (uint32_t)w << 8 | z;
            if (low >= 0xDC00 && low < 0xE000) {
                cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        if (cp >= 0xD800 && cp < 0xE000)
            cp = 0xFFFD;
        char t[4];
        size_t k = utf8_put(t, cp);
        if (n + k > s.n / 2 * 3 + 4)
            break;
        memcpy(p + n, t, k);
        n += k;
    }
    *out = (struct str){ p, n };
    return ERR_OK;
}

static enum err from_latin1(struct ctx *c, struct str s, struct str *out)
{
    char *p = arena_alloc(&c->mem, s.n * 2 + 1, 1);
    size_t n = 0;
    if (!p)
        return ctx_check(c);
    for (size_t i = 0; i < s.n; i++)
        n += utf8_put(p + n, (unsigned char)s.p[i]);
    *out = (struct str){ p, n };
    return ERR_OK;
}

/* The separator that occurs most in the heading, outside quotes. */
static char separator(struct str s)
{
    static const char seps[] = { ',', ';', '\t', '|' };
    size_t count[4] = { 0 }, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n && (quoted || (s.p[i] != '\n' && s.p[i] != '\r')); i++) {
        quoted ^= s.p[i] == '"';
        for (size_t k = 0; k < 4 && !quoted; k++)
            count[k] += s.p[i] == seps[k];
    }
    for (size_t k = 1; k < 4; k++)
        if (count[k] > count[best])
            best = k;
    return seps[best];
}

enum err csv_open(struct ctx *c, struct str s, struct csv *out)
{
    if (has_bom(s, "\xFF\xFE", 2))
        TRY(from_utf16(c, str_sub(s, 2, s.n), false, &s));
    else if (has_bom(s, "\xFE\xFF", 2))
        TRY(from_utf16(c, str_sub(s, 2, s.n), true, &s));
    else if (has_bom(s, "\xEF\xBB\xBF", 3))
        s = str_sub(s, 3, s.n);
    if (!utf8_valid(s))
        TRY(from_latin1(c, s, &s));
    *out = (struct csv){ .rest = s, .sep = separator(s), .line = 0 };
    return ERR_OK;
}

/* A quoted field; the text starts after the first quote. */
static struct str quoted(struct csv *v, struct buf *spare, size_t *lines)
{
    struct str s = v->rest;
    size_t from = spare->n, i = 0;
    for (; i < s.n; i++) {
        if (s.p[i] == 0)
            v->bad = "a zero byte";
        if (s.p[i] == '\n')
            (*lines)++;
        if (s.p[i] == '"' && !(i + 1 < s.n && s.p[i + 1] == '"'))
            break;
        buf_char(spare, s.p[i]);
        i += s.p[i] == '"';
        if (spare->n - from > CSV_FIELD) {
            v->bad = "a field longer than 64 KiB (a quote that is never closed?)";
            break;
        }
    }
    if (i >= s.n)
        v->bad = "a quote that is never closed";
    v->rest = str_sub(s, i + 1, s.n);
    return (struct str){ (const char *)(uintptr_t)from, spare->n - from };
}

static struct str bare(struct csv *v)
{
    struct str s = v->rest;
    size_t i = 0;
    for (; i < s.n && s.p[i] != v->sep && s.p[i] != '\n' && s.p[i] != '\r'; i++)
        if (s.p[i] == 0)
            v->bad = "a zero byte";
    if (i > CSV_FIELD)
        v->bad = "a field longer than 64 KiB";
    v->rest = str_sub(s, i, s.n);
    return str_sub(s, 0, i);
}

/* True: another field follows on this row. */
static bool after_field(struct csv *v)
{
    struct str s = v->rest;
    if (s.n && s.p[0] == v->sep) {
        v->rest = str_sub(s, 1, s.n);
        return true;
    }
    size_t eat = s.n >= 2 && s.p[0] == '\r' && s.p[1] == '\n' ? 2
               : s.n && (s.p[0] == '\n' || s.p[0] == '\r');
    if (!eat && s.n)
        v->bad = "text after a closing quote";
    v->rest = str_sub(s, eat, s.n);
    return false;
}

bool csv_row(struct csv *v, struct buf *spare, struct str *field, size_t room, size_t *n)
{
    bool from_spare[CSV_COLUMNS];
    size_t k = 0, lines = 0;
    bool more = true;

    spare->n = 0;
    while (v->rest.n && (v->rest.p[0] == '\n' || v->rest.p[0] == '\r')) {   /* empty lines */
        v->line += v->rest.p[0] == '\n';
        v->rest = str_sub(v->rest, 1, v->rest.n);
    }
    if (v->rest.n == 0 || v->bad)
        return false;
    v->line++;
    while (more && !v->bad) {
        if (k == room || k == CSV_COLUMNS) {
            v->bad = "too many columns";
            return false;
        }
        from_spare[k] = v->rest.n && v->rest.p[0] == '"';
        if (from_spare[k]) {
            v->rest = str_sub(v->rest, 1, v->rest.n);
            field[k] = quoted(v, spare, &lines);
        } else {
            field[k] = bare(v);
        }
        k++;
        if (!v->bad)
            more = after_field(v);
    }
    for (size_t i = 0; i < k && !v->bad; i++)       /* the buffer no longer moves */
        if (from_spare[i])
            field[i].p = spare->p ? spare->p + (uintptr_t)field[i].p : "";
    if (spare->failed)
        v->bad = "not enough memory for this row";
    if (v->bad)
        return false;
    v->line += lines;
    *n = k;
    return true;
}
