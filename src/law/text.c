/* text.c - the Markdown form of a law, read and written. */
#include "law/text.h"

#include <stdio.h>

/* ---- attributes in braces -------------------------------------------------------------- */

/* {eid=art_1a kind=clause num=Art.%201}: values percent-encoded. */
struct braces { struct str kind, name, eid, num, heading, status; bool has_num; };

static int hex(char ch)
{
    return ascii_digit(ch) ? ch - '0' : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

static struct str decode(struct arena *mem, struct str s)
{
    char *p = arena_alloc(mem, s.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; p && i < s.n; i++) {
        bool code = s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0;
        p[n++] = code ? (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2])) : s.p[i];
        i += code ? 2 : 0;
    }
    struct str out = { p, n };
    return p && utf8_valid(out) ? law_plain(mem, out) : (struct str){ 0 };
}

static void encode(struct buf *b, const char *name, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    if (!b->n || b->p[b->n - 1] != '{')
        buf_char(b, ' ');
    buf_put(b, str_c(name));
    buf_char(b, '=');
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (ch == ' ' || ch == '%' || ch == '{' || ch == '}' || ch == '\n') {
            buf_char(b, '%');
            buf_char(b, digits[(unsigned char)ch >> 4]);
            buf_char(b, digits[ch & 15]);
        } else {
            buf_char(b, ch);
        }
    }
}

/* Take " {…}" off the end of a line.  False: there is none. */
static bool take_braces(struct arena *mem, struct str *line, struct braces *out)
{
    static const struct { const char *name; size_t at; } known[] = {
        { "kind", offsetof(struct braces, kind) }, { "name", offsetof(struct braces, name) },
        { "eid", offsetof(struct braces, eid) }, { "num", offsetof(struct braces, num) },
        { "heading", offsetof(struct braces, heading) }, { "status", offsetof(struct braces, status) } };
    size_t open = line->n;
    struct str inside, one, key, value;
    *out = (struct braces){ 0 };
    if (!line->n || line->p[line->n - 1] != '}')
        return false;
    while (open && line->p[open - 1] != '{')
        open--;
    if (!open || (open > 1 && line->p[open - 2] != ' '))
        return false;
    inside = str_sub(*line, open, line->n - open - 1);
    while (str_next(&inside, ' ', &one)) {
        if (one.n && !str_cut(one, '=', &key, &value))
            return false;
        for (size_t i = 0; one.n && i < COUNT_OF(known); i++)
            if (str_is(key, known[i].name)) {
                *(struct str *)(void *)((char *)out + known[i].at) = decode(mem, value);
                out->has_num |= i == 3;
            }
    }
    *line = str_trim(str_sub(*line, 0, open - 1));
    return true;
}

/* ---- what a line says ----------------------------------------------------------------------- */

/* "Artículo 5. Trata" -> number "Artículo 5", heading "Trata". */
static void split_heading(struct str s, struct law_node *v)
{
    struct str word = s, rest = { 0 };
    size_t dot;
    bool more = str_cut(s, ' ', &word, &rest);
    v->kind = law_kind_of_word(word);
    if (!v->kind.n || !more) {
        v->kind = v->kind.n && !more ? v->kind : STR("division");
        v->heading = s;
        return;
    }
    size_t from = (size_t)(rest.p - s.p);
    if (str_find(rest, STR(". "), &dot)) {
        v->num = str_trim(str_sub(s, 0, from + dot));
        v->heading = str_trim(str_sub(rest, dot + 2, rest.n));
    } else {
        v->num = str_ends(s, STR(".")) ? str_trim(str_sub(s, 0, s.n - 1)) : s;
    }
}

/* How many bytes of number begin this line: "1.", "a)", "(a)", "-"; 0: none. */
static size_t marker(struct str s)
{
    size_t n = 0;
    if (s.n && s.p[0] == '-')
        return s.n == 1 || s.p[1] == ' ' ? 1 : 0;
    bool open = s.n && s.p[0] == '(';
    for (n = open; n < s.n && n < 12 && (ascii_digit(s.p[n]) || ascii_alpha(s.p[n])); n++)
        ;
    if (n == (size_t)open || n >= s.n || (s.p[n] != ')' && (open || s.p[n] != '.')))
        return 0;
    if (n > 4 + (size_t)open && !ascii_digit(s.p[open]))
        return 0;                               /* "palabra." begins a sentence, "xviii)" a point */
    return n + 1 == s.n || s.p[n + 1] == ' ' ? n + 1 : 0;
}

static void apply(struct law_node *v, const struct braces *b)
{
    if (b->kind.n && law_is_element(b->kind))
        v->kind = b->kind;
    if (b->has_num)
        v->num = b->num;
    if (b->heading.n)
        v->heading = b->heading;
    v->eid = b->eid;
    v->name = b->name;
    v->status = b->status;
    if (str_is(v->kind, "hcontainer") && !v->name.n)
        v->name = STR("part");
}

/* A line without its indent as a heading (level > 0) or an item. */
static bool node_of(struct arena *mem, struct str line, bool heading, bool deep, struct law_node *v)
{
    struct braces b;
    line = law_plain(mem, line);
    bool braced = take_braces(mem, &line, &b);
    *v = (struct law_node){ 0 };
    if (heading) {
        split_heading(line, v);
        if (braced && b.heading.n)
            v->num = (struct str){ 0 };
    } else {
        size_t n = marker(line);
        if (!n)
            return false;
        v->kind = deep ? STR("point") : STR("paragraph");
        v->num = line.p[0] == '-' ? (struct str){ 0 } : str_sub(line, 0, n);
        v->text = str_trim(str_sub(line, n, line.n));
    }
    if (braced)
        apply(v, &b);
    return true;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct md {
    struct ctx *c;
    struct law_doc *d;
    size_t room, last;          /* last: the node whose text was written */
    int line, head;             /* head: level of the last heading, 0 none */
    bool open, wrap;            /* open: no blank line since */
};

static enum err malformed(struct md *m, const char *what)
{
    return FAIL(m->c, ERR_INPUT, "law.text.malformed", "line %d: %s", m->line, what);
}

static enum err read_head(struct md *m, struct str *rest)
{
    struct law_doc *d = m->d;
    const struct { const char *name; struct str *to; } known[] = {
        { "id", &d->id }, { "title", &d->title }, { "number", &d->number }, { "kind", &d->kind },
        { "country", &d->country }, { "lang", &d->lang }, { "date", &d->date }, { "from", &d->from },
        { "to", &d->to }, { "source", &d->source }, { "note", &d->note }, { "unit", &d->unit }, { "at", &d->at } };
    struct str line, key, value;
    if (!str_next(rest, '\n', &line) || !str_is(str_trim(line), "---"))
        return malformed(m, "the file begins with ---");
    for (m->line = 2; str_next(rest, '\n', &line); m->line++) {
        line = str_trim(line);
        if (str_is(line, "---"))
            return d->id.n && d->title.n ? ERR_OK : malformed(m, "the header needs id and title");
        if (!line.n)
            continue;
        if (!str_cut(line, ':', &key, &value))
            return malformed(m, "a header line is key: value");
        size_t i = 0;
        while (i < COUNT_OF(known) && !str_is(str_trim(key), known[i].name))
            i++;
        if (i < COUNT_OF(known))
            *known[i].to = law_plain(&m->c->mem, value);
        else if (str_is(str_trim(key), "bill"))
            d->bill = str_is(str_trim(value), "yes");
        else
            return malformed(m, "unknown key in the header");
    }
    return malformed(m, "the header does not end");
}

static struct str joined(struct arena *mem, struct str a, struct str b, const char *sep)
{
    return a.n && b.n ? str_join(mem, a, str_c(sep), b) : a.n ? a : b;
}

static enum err add_node(struct md *m, struct law_node v, int depth)
{
    struct law_doc *d = m->d;
    int above = d->n ? d->node[d->n - 1].depth : -1;
    if (depth > above + 1 || depth >= LAW_DEPTH_MAX)
        return malformed(m, "too deep: a level is missing above");
    struct law_node *at = law_node_add(m->c, d, &m->room);
    if (!at)
        return m->c->mem.failed ? ctx_check(m->c) : malformed(m, "too many parts");
    v.depth = depth;
    *at = v;
    m->last = d->n - 1;
    m->open = true;
    m->wrap = false;
    return ERR_OK;
}

/* A line right below another goes on with it; else it belongs to the last node
 * of its depth, and after that one's children it is what wraps up. */
static enum err add_text(struct md *m, struct str line, int depth)
{
    struct law_doc *d = m->d;
    struct arena *mem = &m->c->mem;
    struct str s = law_plain(mem, line.n && line.p[0] == '\\' ? str_sub(line, 1, line.n) : line), *to;
    const char *sep = m->open ? " " : "\n";
    if (!d->n) {
        to = &d->front;
    } else {
        size_t i = m->open ? m->last : d->n - 1;
        while (!m->open && i && d->node[i].depth > depth)
            i--;
        if (!m->open && d->node[i].depth != depth)
            return malformed(m, "text without a part above it");
        m->wrap = m->open ? m->wrap : i + 1 < d->n;
        m->last = i;
        to = m->wrap ? &d->node[i].wrap : &d->node[i].text;
    }
    *to = joined(mem, *to, s, sep);
    m->open = true;
    return ERR_OK;
}

/* A heading after text that wrapped up what stands above it: nobody could say
 * where that text belongs. */
static enum err no_wrap_above(struct md *m, int depth)
{
    const struct law_doc *d = m->d;
    int upto = depth;
    for (size_t i = d->n; i-- > 0 && upto > 0;)
        if (d->node[i].depth < upto) {
            upto = d->node[i].depth;
            if (d->node[i].wrap.n)
                return malformed(m, "the text above this heading stands between two parts: give it a heading");
        }
    return ERR_OK;
}

static enum err read_line(struct md *m, struct str line)
{
    struct law_node v;
    size_t indent = 0, level = 0;
    while (indent < line.n && line.p[indent] == ' ')
        indent++;
    struct str s = str_trim(line);
    if (!s.n) {
        m->open = false;
        return ERR_OK;
    }
    while (level < s.n && s.p[level] == '#')
        level++;
    if (level && level < s.n && s.p[level] == ' ' && !indent) {
        (void)node_of(&m->c->mem, str_trim(str_sub(s, level, s.n)), true, false, &v);
        TRY(no_wrap_above(m, (int)level - 1));
        m->head = (int)level;
        TRY(add_node(m, v, (int)level - 1));
        m->open = false;
        return ERR_OK;
    }
    int deep = (int)(indent / 2 < LAW_DEPTH_MAX ? indent / 2 : LAW_DEPTH_MAX);
    if (s.p[0] != '\\' && node_of(&m->c->mem, s, false, deep > 0, &v))
        return add_node(m, v, m->head + deep);
    return add_text(m, s, m->head + deep - 1);
}

static enum err read_text(struct ctx *c, struct str in, struct law_doc *d)
{
    struct md m = { .c = c, .d = d, .line = 1 };
    struct str line, rest;
    size_t bad = 0;
    if (in.n > LAW_FILE_MAX || !utf8_valid(in))
        return FAIL(c, ERR_INPUT, "law.text.malformed", "not UTF-8, or more than %d bytes", LAW_FILE_MAX);
    rest = arena_dup(&c->mem, in);
    TRY(ctx_check(c));
    TRY(read_head(&m, &rest));
    for (m.line++; str_next(&rest, '\n', &line); m.line++)
        TRY(read_line(&m, line));
    if (!law_doc_anchor(&c->mem, d, &bad))
        return FAIL(c, ERR_INPUT, "law.text.malformed", "the anchor " STR_F " is there twice", STR_A(str_sub(d->node[bad].eid, 0, 60)));
    return ctx_check(c);
}

enum err law_text_read(struct ctx *c, struct str in, struct law_doc *out)
{
    struct law_doc d = { 0 };
    TRY(law_no_memory(c, read_text(c, in, &d)));
    *out = d;
    return ERR_OK;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void head_line(struct buf *b, const char *key, struct str v)
{
    if (!v.n)
        return;
    buf_put(b, str_c(key));
    buf_put(b, STR(": "));
    buf_put(b, v);
    buf_char(b, '\n');
}

static void write_head(struct buf *b, const struct law_doc *d)
{
    buf_put(b, STR("---\n"));
    head_line(b, "id", d->id);
    head_line(b, "title", d->title);
    head_line(b, "number", d->number);
    head_line(b, "kind", d->kind);
    head_line(b, "country", d->country);
    head_line(b, "lang", d->lang);
    head_line(b, "date", d->date);
    head_line(b, "from", d->from);
    head_line(b, "to", d->to);
    head_line(b, "source", d->source);
    head_line(b, "note", d->note);
    head_line(b, "unit", d->unit);
    head_line(b, "at", d->at);
    head_line(b, "bill", d->bill ? STR("yes") : (struct str){ 0 });
    buf_put(b, STR("---\n"));
}

/* One paragraph of running text; what would be read as something else is kept
 * from it by a backslash. */
static void write_para(struct arena *mem, struct buf *b, struct str s, int indent)
{
    struct law_node v;
    buf_char(b, '\n');
    for (int i = 0; i < indent; i++)
        buf_put(b, STR("  "));
    if (s.n && (s.p[0] == '\\' || s.p[0] == '#' || node_of(mem, s, false, false, &v)))
        buf_char(b, '\\');
    buf_put(b, s);
    buf_char(b, '\n');
}

static void write_paras(struct arena *mem, struct buf *b, struct str s, int indent)
{
    struct str one;
    while (str_next(&s, '\n', &one))
        if (one.n)
            write_para(mem, b, one, indent);
}

static void candidate(struct buf *b, const struct law_node *v, bool heading, struct str text, bool plain)
{
    if (heading && plain) {
        buf_put(b, v->num);
        if (v->num.n && v->heading.n)
            buf_put(b, STR(". "));
        buf_put(b, v->heading);
    } else if (!heading) {
        buf_put(b, plain && v->num.n ? v->num : STR("-"));
        if (text.n)
            buf_char(b, ' ');
        buf_put(b, text);
    }
}

/* Everything in braces: for what a plain line would not say. */
static void all_braces(struct buf *b, const struct law_node *v)
{
    buf_put(b, STR(" {kind="));
    buf_put(b, v->kind);
    if (v->name.n)
        encode(b, "name", v->name);
    encode(b, "num", v->num);
    if (v->heading.n)
        encode(b, "heading", v->heading);
}

static bool says(struct arena *mem, struct str line, bool heading, bool deep, const struct law_node *v, struct str text)
{
    struct law_node got;
    return node_of(mem, line, heading, deep, &got) && str_eq(got.kind, v->kind) && str_eq(got.num, v->num) &&
           str_eq(got.heading, v->heading) && str_eq(got.text, text) && str_eq(got.name, v->name);
}

/* The line of a node, as plainly as it can be said. */
static struct str node_line(struct arena *mem, const struct law_node *v, bool heading, bool deep, struct str text, struct str eid)
{
    struct buf b;
    buf_init(&b, mem, LAW_FILE_MAX);
    candidate(&b, v, heading, text, true);
    bool plain = b.n && says(mem, buf_str(&b), heading, deep, v, text);
    if (!plain) {
        buf_init(&b, mem, LAW_FILE_MAX);
        candidate(&b, v, heading, text, false);
        all_braces(&b, v);
    }
    if (plain && (eid.n || v->status.n))
        buf_put(&b, STR(" {"));
    if (eid.n)
        encode(&b, "eid", eid);
    if (v->status.n)
        encode(&b, "status", v->status);
    if (!plain || eid.n || v->status.n)
        buf_char(&b, '}');
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}

static void write_node(struct arena *mem, struct buf *b, const struct law_doc *d, size_t i, int head, struct str eid)
{
    const struct law_node *v = &d->node[i];
    bool heading = head > v->depth;
    int indent = heading ? 0 : v->depth - head;
    struct str first = v->text, rest = { 0 };
    buf_char(b, '\n');
    for (int k = 0; heading && k <= v->depth; k++)
        buf_char(b, '#');
    for (int k = 0; k < indent; k++)
        buf_put(b, STR("  "));
    if (heading)
        buf_char(b, ' ');
    else
        (void)str_cut(v->text, '\n', &first, &rest);
    buf_put(b, node_line(mem, v, heading, indent > 0, heading ? (struct str){ 0 } : first, eid));
    buf_char(b, '\n');
    write_paras(mem, b, heading ? v->text : rest, heading ? 0 : indent + 1);
}

/* After the last node below i: what wraps it up. */
static void write_wraps(struct arena *mem, struct buf *b, const struct law_doc *d, const size_t *at, int from, int to,
                        const int *heads)
{
    for (int k = from; k >= to; k--)
        write_paras(mem, b, d->node[at[k]].wrap, heads[k] > k ? 0 : k - heads[k] + 1);
}

enum err law_text_write(struct ctx *c, const struct law_doc *d, struct str *out)
{
    size_t at[LAW_DEPTH_MAX + 1] = { 0 };
    int heads[LAW_DEPTH_MAX + 1] = { 0 }, before = -1, head = 0;
    struct buf b;
    buf_init(&b, &c->mem, LAW_FILE_MAX);
    write_head(&b, d);
    write_paras(&c->mem, &b, d->front, 0);
    for (size_t i = 0; i < d->n; i++) {
        const struct law_node *v = &d->node[i];
        write_wraps(&c->mem, &b, d, at, before, v->depth, heads);
        /* Below an item nothing is a heading; beside one, and at the top, all are. */
        bool beside = v->depth <= before && heads[v->depth] == v->depth + 1;
        bool heading = !v->depth || ((!law_is_item(v->kind) || beside) && heads[v->depth - 1] == v->depth);
        head = heading ? v->depth + 1 : v->depth ? heads[v->depth - 1] : 0;
        heads[v->depth] = head;
        at[v->depth] = i;
        struct str derived = law_doc_derived(&c->mem, d, i, at);
        write_node(&c->mem, &b, d, i, head, str_eq(derived, v->eid) ? (struct str){ 0 } : v->eid);
        before = v->depth;
    }
    write_wraps(&c->mem, &b, d, at, before, 0, heads);
    TRY(ctx_check(c));
    if (b.failed)
        return FAIL(c, ERR_INPUT, "law.text.malformed", "more than %d bytes", LAW_FILE_MAX);
    *out = buf_str(&b);
    return ERR_OK;
}
