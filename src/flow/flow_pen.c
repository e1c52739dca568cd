#include "flow/flow_pen.h"

void svg_num(struct pen *p, int64_t v)
{
    if (v < 0) {
        buf_char(p->out, '-');
        v = -v;
    }
    buf_i64(p->out, v / 100);
    if (v % 100) {
        buf_char(p->out, '.');
        buf_char(p->out, (char)('0' + v % 100 / 10));
        if (v % 10)
            buf_char(p->out, (char)('0' + v % 10));
    }
}

void svg_attr(struct pen *p, const char *name, int64_t v)
{
    buf_char(p->out, ' ');
    buf_put(p->out, str_c(name));
    buf_put(p->out, STR("=\""));
    svg_num(p, v);
    buf_char(p->out, '"');
}

void svg_area(struct pen *p, struct area a)
{
    svg_attr(p, "x", a.x);
    svg_attr(p, "y", a.y);
    svg_attr(p, "width", a.w < 0 ? 0 : a.w);
    svg_attr(p, "height", a.h < 0 ? 0 : a.h);
}

/* Control bytes become spaces: XML has no way to write them. */
void svg_text(struct pen *p, struct str s)
{
    if (!utf8_valid(s))
        return;
    while (s.n) {
        struct str was = s;
        uint32_t cp = utf8_next(&s);
        if (cp == '&')
            svg_put(p, "&amp;");
        else if (cp == '<')
            svg_put(p, "&lt;");
        else if (cp == '>')
            svg_put(p, "&gt;");
        else if (cp == '"')
            svg_put(p, "&quot;");
        else if (cp < 0x20 || cp == 0x7f || cp == 0xfffe || cp == 0xffff)
            svg_put(p, " ");
        else
            buf_put(p->out, (struct str){ was.p, was.n - s.n });
    }
}

static const struct { const char *key, *text; } english[] = {
    { "flow.draw.now", "now" },
    { "flow.draw.late", "late" },
    { "flow.draw.done", "done" },
    { "flow.draw.skipped", "skipped" },
    { "flow.draw.early", "taken ahead" },
    { "flow.draw.added", "added" },
    { "flow.draw.route", "Route" },
    { "flow.draw.nothing", "nothing is open" },
};

struct str svg_word(const struct pen *p, const char *key)
{
    if (p->v->words.word)
        return p->v->words.word(p->v->words.arg, key);
    for (size_t i = 0; i < COUNT_OF(english); i++)
        if (!strcmp(english[i].key, key))
            return str_c(english[i].text);
    return str_c(key);
}

/* ---- lines of text ---------------------------------------------------------------- */

enum { EM = 1200, LINE = 1400, GLYPH = 590 };        /* 12 px type, mean width of a letter */

/* Marks that belong to the letter before them: no line may begin with one. */
static bool combines(uint32_t cp)
{
    return (cp >= 0x300 && cp < 0x370) || cp == 0xe31 || (cp >= 0xe34 && cp <= 0xe3a) ||
           (cp >= 0xe47 && cp <= 0xe4e) || cp == 0x200d || (cp >= 0xfe00 && cp <= 0xfe0f);
}

/* The longest start of s that fits: up to a space if there is one. */
static struct str fit(struct str *s, int64_t width)
{
    int64_t used = 0;
    struct str rest = *s, line;
    size_t space = 0, last = 0;
    while (rest.n) {
        size_t at = s->n - rest.n;
        uint32_t cp = utf8_next(&rest);
        if (cp == '\n') {
            space = last = at;
            break;
        }
        if (cp == ' ')
            space = at;
        if (!combines(cp)) {
            if (used + GLYPH > width && at > 0)
                break;
            used += GLYPH;
        }
        last = s->n - rest.n;
        if (rest.n == 0)
            space = last;
    }
    size_t cut = space ? space : last;
    line = str_trim(str_sub(*s, 0, cut));
    *s = str_trim(str_sub(*s, cut, s->n));
    return line;
}

static size_t split(struct str s, int64_t width, struct str *line, size_t most)
{
    size_t n = 0;
    s = str_trim(s);
    while (s.n && n < most)
        line[n++] = fit(&s, width);
    return n;
}

static void lines_at(struct pen *p, const struct str *line, size_t n, int64_t x, int64_t y)
{
    svg_put(p, "<text text-anchor=\"middle\" class=\"flow-text\" stroke=\"none\" fill=\"#1c2a2f\">");
    for (size_t i = 0; i < n; i++) {
        svg_put(p, "<tspan");
        svg_attr(p, "x", x);
        svg_attr(p, "y", y + (int64_t)i * LINE);
        svg_put(p, ">");
        svg_text(p, line[i]);
        svg_put(p, "</tspan>");
    }
    svg_put(p, "</text>");
}

enum { LINES_MAX = 12 };

void svg_wrap(struct pen *p, struct str s, int64_t x, int64_t y, int64_t width, int most)
{
    struct str line[LINES_MAX];
    size_t n = utf8_valid(s) ? split(s, width, line, most < LINES_MAX ? (size_t)most : LINES_MAX) : 0;
    if (n)
        lines_at(p, line, n, x, y - ((int64_t)n - 1) * LINE / 2 + EM / 3);
}

void svg_label(struct pen *p, struct str s, struct area at)
{
    struct str line[LINES_MAX];
    int64_t width = at.w < 8500 ? 9000 : at.w + 500;
    size_t n = utf8_valid(s) ? split(s, width, line, LINES_MAX) : 0;
    if (n)
        lines_at(p, line, n, at.x + at.w / 2, at.y + EM);
}

void svg_bar(struct pen *p, struct str s, struct area bar, bool upright)
{
    int64_t x = bar.x + bar.w / 2, y = bar.y + bar.h / 2;
    if (!upright) {
        svg_wrap(p, s, x, y, bar.w, 2);
        return;
    }
    svg_put(p, "<g transform=\"rotate(-90 ");
    svg_num(p, x);
    svg_put(p, " ");
    svg_num(p, y);
    svg_put(p, ")\">");
    svg_wrap(p, s, x, y, bar.h, 2);
    svg_put(p, "</g>");
}

/* ---- state -------------------------------------------------------------------------- */

const char *mark_class(enum state_mark s)
{
    static const char *const names[] = { "ahead", "now", "late", "done", "skipped", "early" };
    return names[s];
}

const char *mark_key(enum state_mark s)
{
    static const char *const keys[] = { NULL, "flow.draw.now", "flow.draw.late", "flow.draw.done",
                                        "flow.draw.skipped", "flow.draw.early" };
    return keys[s];
}

static bool is_late(const struct flow_view *v, int64_t key)
{
    for (size_t i = 0; i < v->n_late; i++)
        if (v->late[i] == key)
            return true;
    return false;
}

enum state_mark mark_of(const struct pen *p, int node)
{
    const struct flow_run *r = p->r;
    enum state_mark s = MARK_NONE;
    if (!r)
        return s;
    for (size_t i = 0; i < r->token.n; i++) {
        const struct token *t = &r->token.v[i];
        if (t->node != node)
            continue;
        if (is_late(p->v, t->key))
            return MARK_LATE;
        s = t->ahead ? MARK_EARLY : MARK_NOW;
    }
    if (s != MARK_NONE)
        return s;
    if (r->early[node])
        return MARK_EARLY;
    return r->done[node] ? MARK_DONE : r->skipped[node] ? MARK_SKIPPED : MARK_NONE;
}
