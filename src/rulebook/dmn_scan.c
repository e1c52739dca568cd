/* dmn_scan.c - places of tables, rows and cells in a DMN text. */
#include "rulebook/dmn_edit.h"

enum { DEPTH_MAX = 200 };

/* ---- tags ------------------------------------------------------------------------------ */

struct tag {
    size_t at, end;              /* '<' .. one past '>' */
    struct str prefix, name;     /* name without prefix */
    struct str attrs;
    bool close, empty;           /* </x>, <x/> */
};

/* Past `what`, from `at`; the end of the text when it is not there. */
static size_t past(struct str s, size_t at, struct str what)
{
    size_t found;
    return str_find(str_sub(s, at, s.n), what, &found) ? at + found + what.n : s.n;
}

static bool starts_at(struct str s, size_t at, struct str what)
{
    return str_starts(str_sub(s, at, s.n), what);
}

/* One past the '>' that ends the tag at `at`; quotes are respected. */
static size_t tag_end(struct str s, size_t at)
{
    char quote = 0;
    for (size_t i = at + 1; i < s.n; i++) {
        if (quote)
            quote = s.p[i] == quote ? 0 : quote;
        else if (s.p[i] == '"' || s.p[i] == '\'')
            quote = s.p[i];
        else if (s.p[i] == '>')
            return i + 1;
    }
    return s.n;
}

static bool name_byte(char ch)
{
    return ch != '>' && ch != '/' && !ascii_space(ch);
}

/* The next tag from *at on; comments, CDATA and instructions are passed over. */
static bool next_tag(struct str s, size_t *at, struct tag *out)
{
    size_t i = *at;
    while (i < s.n) {
        size_t lt;
        if (!str_find(str_sub(s, i, s.n), STR("<"), &lt))
            return false;
        i += lt;
        if (starts_at(s, i, STR("<!--")))
            i = past(s, i + 4, STR("-->"));
        else if (starts_at(s, i, STR("<![CDATA[")))
            i = past(s, i + 9, STR("]]>"));
        else if (starts_at(s, i, STR("<?")))
            i = past(s, i + 2, STR("?>"));
        else
            break;
    }
    if (i >= s.n)
        return false;
    struct tag t = { .at = i, .end = tag_end(s, i) };
    size_t from = i + 1, to;
    t.close = from < s.n && s.p[from] == '/';
    from += t.close;
    for (to = from; to < t.end && name_byte(s.p[to]); to++)
        ;
    t.name = str_sub(s, from, to - from);
    (void)str_cut(t.name, ':', &t.prefix, &t.name);
    t.empty = t.end >= 2 && t.end - 2 >= to && s.p[t.end - 2] == '/';
    t.attrs = t.end > to ? str_sub(s, to, t.end - to - 1 - t.empty) : (struct str){ 0 };
    *at = t.end;
    *out = t;
    return true;
}

/* ---- text ------------------------------------------------------------------------------- */

static void put_entity(struct buf *b, struct str name)
{
    static const struct { const char *name; char is; } known[] = {
        { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' } };
    int64_t cp = 0;
    char utf[4];
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_is(name, known[i].name)) {
            buf_char(b, known[i].is);
            return;
        }
    bool hex = str_starts(name, STR("#x"));
    for (size_t i = hex ? 2 : 1; i < name.n && cp < 0x110000; i++) {
        char ch = ascii_lower(name.p[i]);
        cp = cp * (hex ? 16 : 10) + (ascii_digit(ch) ? ch - '0' : hex && ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : 0);
    }
    if (str_starts(name, STR("#")) && cp > 0 && cp < 0x110000 && (cp < 0xd800 || cp > 0xdfff))
        buf_put(b, (struct str){ utf, utf8_put(utf, (uint32_t)cp) });
}

static void put_decoded(struct buf *b, struct str s)
{
    size_t i = 0;
    while (i < s.n) {
        size_t semi;
        if (s.p[i] == '&' && str_find(str_sub(s, i, s.n), STR(";"), &semi)) {
            put_entity(b, str_sub(s, i + 1, semi - 1));
            i += semi + 1;
        } else {
            if (s.p[i] != '\r')
                buf_char(b, s.p[i]);
            i++;
        }
    }
}

static struct str decoded(struct ctx *c, struct str s)
{
    struct buf b;
    size_t at;
    if (!str_find(s, STR("&"), &at) && !str_find(s, STR("\r"), &at))
        return s;
    buf_init(&b, &c->mem, s.n + 16);
    put_decoded(&b, s);
    return buf_str(&b);
}

/* The content of an element that holds text only: entities and CDATA resolved. */
static struct str content(struct ctx *c, struct str s)
{
    struct buf b;
    size_t at, i = 0;
    if (!str_find(s, STR("<"), &at))
        return decoded(c, s);
    buf_init(&b, &c->mem, s.n + 16);
    while (i < s.n) {
        size_t lt = s.n - i;
        (void)str_find(str_sub(s, i, s.n), STR("<"), &lt);
        put_decoded(&b, str_sub(s, i, lt));
        i += lt;
        if (starts_at(s, i, STR("<![CDATA["))) {
            size_t end = past(s, i + 9, STR("]]>"));
            buf_put(&b, str_sub(s, i + 9, end > i + 12 ? end - i - 12 : 0));
            i = end;
        } else if (i < s.n) {
            i = starts_at(s, i, STR("<!--")) ? past(s, i + 4, STR("-->")) : tag_end(s, i);
        }
    }
    return buf_str(&b);
}

static struct str attr_of(struct ctx *c, const struct tag *t, const char *want)
{
    struct str s = t->attrs;
    for (size_t i = 0; i < s.n; ) {
        while (i < s.n && ascii_space(s.p[i]))
            i++;
        size_t from = i;
        while (i < s.n && s.p[i] != '=' && !ascii_space(s.p[i]))
            i++;
        struct str name = str_sub(s, from, i - from);
        while (i < s.n && s.p[i] != '"' && s.p[i] != '\'')
            i++;
        size_t open = i + 1;
        for (i = open; i < s.n && s.p[i] != s.p[open - 1]; i++)
            ;
        if (open <= s.n && str_is(name, want))
            return decoded(c, str_sub(s, open, i - open));
        i++;
    }
    return (struct str){ 0 };
}

/* ---- tables ------------------------------------------------------------------------------- */

struct scan {
    struct ctx *c;
    struct str xml;
    struct edit_table *table;
    size_t n, room;
    struct str open[DEPTH_MAX];  /* names of the elements that are open */
    size_t depth;
    size_t owner;                /* depth of the decision that is open; 0 none */
    struct str owner_name, owner_label;
    size_t at_table;             /* depth of its table; 0 none */
    size_t row_room, cell_room;
    bool text_seen;
    struct tag entry, text;      /* the entry that is open, its <text> */
    size_t text_end;             /* where the text's end tag begins */
};

static bool more(struct ctx *c, void *array, size_t n, size_t *room, size_t size, size_t max)
{
    void **p = array;
    if (n < *room)
        return true;
    size_t want = *room ? *room * 2 : 16;
    void *v = n < max ? arena_alloc_n_(&c->mem, want, size, _Alignof(max_align_t)) : NULL;
    if (!v)
        return false;
    if (n)
        memcpy(v, *p, n * size);
    *p = v;
    *room = want;
    return true;
}

static struct edit_table *here(struct scan *s)
{
    return &s->table[s->n - 1];
}

static bool is(const struct tag *t, const char *name)
{
    return str_is(t->name, name);
}

static bool table_begin(struct scan *s, const struct tag *t)
{
    if (!more(s->c, &s->table, s->n, &s->room, sizeof *s->table, EDIT_TABLES_MAX))
        return false;
    struct str hit = attr_of(s->c, t, "hitPolicy");
    s->table[s->n++] = (struct edit_table){ .name = s->owner_name, .label = s->owner_label,
        .id = attr_of(s->c, t, "id"), .prefix = t->prefix, .hit = hit.n ? hit : STR("UNIQUE"), .rows_at = t->end };
    s->row_room = 0;
    s->at_table = s->depth;
    return true;
}

static bool column_begin(struct scan *s, const struct tag *t)
{
    struct edit_table *e = here(s);
    size_t n = e->n_in + e->n_out + e->n_note;
    struct str label = attr_of(s->c, t, "label"), name = attr_of(s->c, t, "name");
    if (!more(s->c, &e->head, n, &e->room, sizeof *e->head, EDIT_COLS_MAX))
        return false;
    e->head[n] = label.n ? label : name;
    e->n_in += is(t, "input");
    e->n_out += is(t, "output");
    e->n_note += is(t, "annotation");
    return true;
}

static bool row_begin_at(struct scan *s, const struct tag *t)
{
    struct edit_table *e = here(s);
    if (!more(s->c, &e->row, e->n, &s->row_room, sizeof *e->row, EDIT_ROWS_MAX))
        return false;
    e->row[e->n++] = (struct edit_row){ .id = attr_of(s->c, t, "id"), .at = t->at, .end = t->end };
    s->cell_room = 0;
    return true;
}

static struct str prefixed(struct scan *s, const struct tag *like, bool close, const char *name)
{
    return str_join(&s->c->mem, close ? STR("</") : STR("<"), like->prefix, like->prefix.n ? STR(":") : STR(""),
                    str_c(name), STR(">"));
}

/* The entry that was open, s->entry, is over. */
static bool cell_end(struct scan *s)
{
    struct edit_row *r = &here(s)->row[here(s)->n - 1];
    struct edit_cell k = { .fixed = true };
    if (!more(s->c, &r->cell, r->n, &s->cell_room, sizeof *r->cell, EDIT_COLS_MAX))
        return false;
    struct str open = str_join(&s->c->mem, prefixed(s, &s->entry, false, "text")), shut = prefixed(s, &s->entry, true, "text");
    if (s->entry.empty) {
        k = (struct edit_cell){ .at = s->entry.end - 2, .end = s->entry.end,
            .pre = str_join(&s->c->mem, STR(">"), open),
            .post = str_join(&s->c->mem, shut, prefixed(s, &s->entry, true, arena_z(&s->c->mem, s->entry.name))) };
    } else if (s->text_seen && s->text.empty) {
        k = (struct edit_cell){ .at = s->text.at, .end = s->text.end, .pre = open, .post = shut };
    } else if (s->text_seen && s->text_end >= s->text.end) {
        k = (struct edit_cell){ .at = s->text.end, .end = s->text_end };
    }
    if (!k.fixed && k.end > k.at && !k.pre.n)
        k.text = content(s->c, str_sub(s->xml, k.at, k.end - k.at));
    r->cell[r->n++] = k;
    return true;
}

static bool is_entry(const struct tag *t)
{
    return is(t, "inputEntry") || is(t, "outputEntry") || is(t, "annotationEntry");
}

/* A tag inside the table that is open, `in` levels below it. */
static bool in_table(struct scan *s, const struct tag *t, size_t in)
{
    struct edit_table *e = here(s);
    if (in == 1 && (is(t, "input") || is(t, "output") || is(t, "annotation")))
        return column_begin(s, t);
    if (in == 1 && is(t, "rule"))
        return row_begin_at(s, t);
    if (in == 2 && e->n && is_entry(t)) {
        s->entry = *t;
        s->text_seen = false;
        return t->empty ? cell_end(s) : true;
    }
    if (in == 3 && e->n && is(t, "text") && is_entry(&s->entry)) {
        s->text = *t;
        s->text_seen = true;
        s->text_end = 0;
    }
    return true;
}

static bool opened(struct scan *s, const struct tag *t)
{
    if (s->at_table)
        return in_table(s, t, s->depth - s->at_table);
    if (is(t, "decision") || is(t, "businessKnowledgeModel")) {
        s->owner = s->depth;
        s->owner_name = attr_of(s->c, t, "name");
        s->owner_label = attr_of(s->c, t, "label");
        return true;
    }
    bool own = s->owner && (s->depth == s->owner + 1 ||
                            (s->depth == s->owner + 2 && str_is(s->open[s->owner], "encapsulatedLogic")));
    return own && is(t, "decisionTable") ? table_begin(s, t) : true;
}

static bool closed(struct scan *s, const struct tag *t)
{
    size_t in = s->at_table ? s->depth - s->at_table : 0;
    struct edit_table *e = s->at_table ? here(s) : NULL;
    if (e && in == 3 && is(t, "text"))
        s->text_end = t->at;
    if (e && in == 2 && e->n && is_entry(t) && str_eq(t->name, s->entry.name) && !cell_end(s))
        return false;
    if (e && in == 1 && e->n && is(t, "rule"))
        e->row[e->n - 1].end = t->end;
    if (e && in == 1 && !e->n && (is(t, "input") || is(t, "output") || is(t, "annotation")))
        e->rows_at = t->end;
    if (e && in == 0)
        s->at_table = 0;
    if (s->owner && s->depth == s->owner)
        s->owner = 0;
    return true;
}

static bool step(struct scan *s, const struct tag *t)
{
    if (t->close) {
        if (!s->depth)
            return false;
        bool ok = closed(s, t);
        s->depth--;
        return ok;
    }
    if (s->depth + 1 >= DEPTH_MAX)
        return false;
    s->open[s->depth++] = t->name;
    bool ok = opened(s, t);
    if (t->empty && ok) {
        if (s->at_table && s->depth == s->at_table + 1 && !here(s)->n && (is(t, "annotation") || is(t, "output") || is(t, "input")))
            here(s)->rows_at = t->end;
        if (s->at_table == s->depth)
            s->at_table = 0;
        if (s->owner == s->depth)
            s->owner = 0;
    }
    s->depth -= t->empty;
    return ok;
}

enum err dmn_tables(struct ctx *c, struct str xml, struct edit_table **out, size_t *n)
{
    struct scan s = { .c = c, .xml = xml };
    struct tag t;
    size_t at = 0;
    while (next_tag(xml, &at, &t))
        if (!step(&s, &t)) {
            TRY(ctx_check(c));
            return FAIL(c, ERR_INPUT, "rules.not-editable", "at byte %zu", t.at);
        }
    TRY(ctx_check(c));
    *out = s.table;
    *n = s.n;
    return ERR_OK;
}

struct edit_table *dmn_table_named(struct edit_table *t, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(t[i].name, name))
            return &t[i];
    return NULL;
}
