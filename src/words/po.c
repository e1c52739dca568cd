#include "words/po.h"

void po_open(struct po *p, struct str name, struct str bytes)
{
    *p = (struct po){ .name = name, .rest = bytes };
    if (str_starts(bytes, STR("\xEF\xBB\xBF")))
        p->rest = str_sub(bytes, 3, bytes.n);
}

#define BAD(what) FAIL(c, ERR_INPUT, "words.bad-file", STR_F ":%d: %s", \
                       STR_A(str_sub(p->name, 0, 100)), p->line, (what))

/* One line without its end; false after the last. */
static bool next_line(struct po *p, struct str *line)
{
    if (!str_next(&p->rest, '\n', line))
        return false;
    p->line++;
    *line = str_trim(*line);
    return true;
}

static bool peek_string(const struct po *p)
{
    struct str rest = p->rest, line;
    return str_next(&rest, '\n', &line) && str_starts(str_trim(line), STR("\""));
}

static char unescape(char ch)
{
    switch (ch) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '"': case '\\': return ch;
    default: return '\0';
    }
}

/* "…" with its escapes, appended to b. */
static enum err quoted(struct ctx *c, struct po *p, struct str s, struct buf *b)
{
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
        return BAD("a string in double quotes was expected");
    for (size_t i = 1; i + 1 < s.n; i++) {
        char ch = s.p[i];
        if (ch == '"' || ch == '\0')
            return BAD("a quote or NUL inside the string");
        if (ch == '\\') {
            ch = i + 2 < s.n ? unescape(s.p[++i]) : '\0';
            if (!ch)
                return BAD("unknown escape");
        }
        buf_char(b, ch);
    }
    return ERR_OK;
}

/* The string after a keyword, and those on the lines below it. */
static enum err string(struct ctx *c, struct arena *mem, struct po *p, struct str first, struct str *out)
{
    struct buf b;
    struct str line;
    buf_init(&b, mem, PO_TEXT_MAX);
    TRY(quoted(c, p, str_trim(first), &b));
    while (peek_string(p) && next_line(p, &line))
        TRY(quoted(c, p, line, &b));
    if (b.failed)
        return mem->failed ? FAIL(c, ERR_NOMEM, "words.memory", "line %d", p->line)
                           : BAD("the string is too long");
    if (!utf8_valid(buf_str(&b)))
        return BAD("not UTF-8");
    *out = buf_str(&b);
    return ERR_OK;
}

static bool word(struct str line, struct str keyword, struct str *rest)
{
    if (!str_starts(line, keyword) || line.n == keyword.n ||
        (!ascii_space(line.p[keyword.n]) && line.p[keyword.n] != '"'))
        return false;
    *rest = str_sub(line, keyword.n, line.n);
    return true;
}

static enum err entry(struct ctx *c, struct arena *mem, struct po *p, struct str line,
                      struct po_entry *e)
{
    struct str rest;
    if (!word(line, STR("msgid"), &rest))
        return BAD("msgid was expected");
    e->line = p->line;
    TRY(string(c, mem, p, rest, &e->key));
    do {
        if (!next_line(p, &line))
            return BAD("msgid without msgstr");
    } while (!line.n);
    if (!word(line, STR("msgstr"), &rest))
        return BAD("msgstr was expected");
    return string(c, mem, p, rest, &e->text);
}

enum err po_next(struct ctx *c, struct arena *mem, struct po *p, struct po_entry *e, bool *more)
{
    struct str line;
    bool fuzzy = false;
    while (next_line(p, &line)) {
        size_t at;
        if (!line.n)
            continue;
        if (line.p[0] == '#') {
            if (str_starts(line, STR("#,")) && str_find(line, STR("fuzzy"), &at))
                fuzzy = true;
            continue;
        }
        TRY(entry(c, mem, p, line, e));
        /* The header, a draft, and what is not translated yet say nothing. */
        if (e->key.n && e->text.n && !fuzzy) {
            *more = true;
            return ERR_OK;
        }
        fuzzy = false;
    }
    *more = false;
    return ERR_OK;
}
