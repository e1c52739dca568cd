#include "page/html.h"

#include "base/node.h"
#include "page/page.h"

void out_init(struct out *o, struct ctx *c, size_t max)
{
    enum { FIRST = 16 * 1024 };              /* most pages fit: no growing */
    *o = (struct out){ .c = c, .level = 2 };
    buf_init(&o->b, &c->mem, max);
    o->b.p = max >= FIRST ? arena_alloc(&c->mem, FIRST, 1) : NULL;
    o->b.room = o->b.p ? FIRST : 0;
}

enum err out_check(struct out *o)
{
    if (o->b.failed)
        return FAIL(o->c, ERR_NOMEM, "page.too-large", "page of %zu bytes", o->b.n);
    return ERR_OK;
}

/* ---- escaping ------------------------------------------------------------------- */

/* By byte: which of the entities below stands for it, 0 = none.  All that
 * matter are below 64. */
static const unsigned char special[64] = {
    ['&'] = 1, ['<'] = 2, ['>'] = 3, ['"'] = 4, ['\''] = 5, ['\0'] = 6,
};
static const struct str entity[] = {
    STR_INIT(""), STR_INIT("&amp;"), STR_INIT("&lt;"), STR_INIT("&gt;"), STR_INIT("&quot;"),
    STR_INIT("&#39;"), STR_INIT("\xEF\xBF\xBD"),
};

static void escape(struct out *o, struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch >= 64 || !special[ch])
            continue;
        put_(o, (struct str){ s.p + from, i - from });
        put_(o, entity[special[ch]]);
        from = i + 1;
    }
    if (from < s.n)
        put_(o, (struct str){ s.p + from, s.n - from });
}

void text(struct out *o, struct str s)
{
    escape(o, s);
}

void attr_(struct out *o, struct str open, struct str s)
{
    put_(o, open);
    escape(o, s);
    put_(o, STR("\""));
}

/* "//host", "/\host", "javascript:" and "data:" are not ours; browsers drop
 * tabs and line ends inside an address, so a control byte disqualifies. */
static bool own_path(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ')
            return false;
    return s.n > 0 && s.p[0] == '/' && !(s.n > 1 && (s.p[1] == '/' || s.p[1] == '\\'));
}

void attr_url_(struct out *o, struct str open, struct str s)
{
    attr_(o, open, own_path(s) || str_starts(s, STR("https://")) ? s : STR("#"));
}

void attr_i64_(struct out *o, struct str open, int64_t v)
{
    put_(o, open);
    buf_i64(&o->b, v);
    put_(o, STR("\""));
}

void digits(struct out *o, int64_t v)
{
    buf_i64(&o->b, v);
}

/* ---- words ------------------------------------------------------------------------ */

static const struct words *catalogue(const struct ctx *c)
{
    return c->node ? c->node->words : NULL;
}

struct str say_(struct ctx *c, struct str key)
{
    return words_get(catalogue(c), c->lang, key);
}

struct str say_fmt_(struct ctx *c, struct str key, const struct word_arg *args, size_t n)
{
    return words_fmt(&c->mem, catalogue(c), c->lang, key, args, n);
}

struct str say_join_(struct ctx *c, struct str prefix, struct str s)
{
    return say_(c, str_join(&c->mem, prefix, s));
}

void words_out_(struct out *o, struct str key)
{
    text(o, say_(o->c, key));
}

void words_fmt_out_(struct out *o, struct str key, const struct word_arg *args, size_t n)
{
    text(o, say_fmt_(o->c, key, args, n));
}

void key_out(struct out *o, const char *key)
{
    if (key)
        text(o, say_(o->c, str_c(key)));
}

void number(struct out *o, int64_t v)
{
    text(o, words_int(&o->c->mem, catalogue(o->c), o->c->lang, v));
}

/* ---- addresses ---------------------------------------------------------------------- */

static const bool unreserved_[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
    ['-'] = true, ['_'] = true, ['.'] = true, ['~'] = true,
};

static bool unreserved(char ch)
{
    return unreserved_[(unsigned char)ch];
}

static void percent(struct buf *b, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";
    bool dots = str_is(s, ".") || str_is(s, "..");     /* would climb */
    for (size_t i = 0, from = 0; i < s.n; from = i) {
        while (!dots && i < s.n && unreserved(s.p[i]))
            i++;
        buf_put(b, str_sub(s, from, i - from));
        if (i < s.n) {
            unsigned char ch = (unsigned char)s.p[i++];
            buf_put(b, ((struct str){ (const char[]){ '%', hex[ch >> 4], hex[ch & 15] }, 3 }));
        }
    }
}

struct str path_of_(struct ctx *c, const char *fmt, size_t n, const struct str *parts)
{
    struct buf b;
    size_t k = 0;
    buf_init(&b, &c->mem, 4096);
    for (const char *p = fmt, *from = fmt;; p++) {
        bool part = p[0] == '%' && p[1] == 's';
        if (*p && !part)
            continue;
        buf_put(&b, (struct str){ from, (size_t)(p - from) });
        if (!part)
            break;
        if (k < n)
            percent(&b, parts[k]);
        k++;
        from = ++p + 1;
    }
    if (b.failed || k != n || !own_path(buf_str(&b)))
        return STR("/");
    return buf_str(&b);
}

static bool carries_lang(const struct out *o)
{
    return o->open && o->rq && o->rq->lang.n > 0;
}

void href_(struct out *o, struct str path)
{
    size_t at;
    buf_put(&o->b, STR(" href=\""));
    escape(o, path);
    if (carries_lang(o) && !str_find(path, STR("l="), &at)) {
        buf_put(&o->b, str_find(path, STR("?"), &at) ? STR("&amp;l=") : STR("?l="));
        percent(&o->b, o->rq->lang);
    }
    put_(o, STR("\""));
}

/* '<' becomes \u003c, so that the text cannot close the element. */
void json_island(struct out *o, struct str id, struct str json)
{
    html(o, "<script type=\"application/json\"");
    attr(o, "id", id);
    html(o, ">");
    for (size_t i = 0; i < json.n; i++) {
        if (json.p[i] == '<')
            html(o, "\\u003c");
        else
            buf_char(&o->b, json.p[i]);
    }
    html(o, "</script>\n");
}
