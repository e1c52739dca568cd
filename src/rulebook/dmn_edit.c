/* dmn_edit.c - a text with other rows; what differs between two texts. */
#include "rulebook/dmn_edit.h"

#include "rules/rules.h"

/* ---- writing ----------------------------------------------------------------------------- */

static void put_escaped(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '&')
            buf_put(b, STR("&amp;"));
        else if (s.p[i] == '<')
            buf_put(b, STR("&lt;"));
        else if (s.p[i] == '>')
            buf_put(b, STR("&gt;"));
        else if (s.p[i] != '\r')
            buf_char(b, s.p[i]);
    }
}

/* The same to a reader: spaces around a cell and the line ends of a browser do not count. */
static bool same_text(struct str a, struct str b)
{
    a = str_trim(a);
    b = str_trim(b);
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.n && a.p[i] == '\r')
            i++;
        while (k < b.n && b.p[k] == '\r')
            k++;
        if (i == a.n || k == b.n)
            return i == a.n && k == b.n;
        if (a.p[i++] != b.p[k++])
            return false;
    }
}

static void put_part(struct buf *b, struct str xml, size_t from, size_t to)
{
    if (to > from)
        buf_put(b, str_sub(xml, from, to - from));
}

static void put_old_row(struct buf *b, struct str xml, const struct edit_row *r, const struct str *cell, size_t cols)
{
    size_t at = r->at;
    for (size_t i = 0; i < r->n && i < cols; i++) {
        const struct edit_cell *k = &r->cell[i];
        if (k->fixed || same_text(k->text, cell[i]))
            continue;
        put_part(b, xml, at, k->at);
        buf_put(b, k->pre);
        put_escaped(b, str_trim(cell[i]));
        buf_put(b, k->post);
        at = k->end;
    }
    put_part(b, xml, at, r->end);
}

static void put_tag(struct buf *b, const struct edit_table *t, const char *open, const char *name)
{
    buf_put(b, str_c(open));
    if (t->prefix.n) {
        buf_put(b, t->prefix);
        buf_char(b, ':');
    }
    buf_put(b, str_c(name));
}

static void put_entry(struct buf *b, const struct edit_table *t, struct str lead, const char *name, struct str text)
{
    buf_put(b, lead);
    buf_put(b, STR("  "));
    put_tag(b, t, "<", name);
    buf_char(b, '>');
    put_tag(b, t, "<", "text");
    buf_char(b, '>');
    put_escaped(b, str_trim(text));
    put_tag(b, t, "</", "text");
    buf_char(b, '>');
    put_tag(b, t, "</", name);
    buf_char(b, '>');
}

/* "hazards_t_x3": the first of its kind that the document does not hold yet. */
static struct str fresh_id(struct ctx *c, struct str xml, const struct edit_table *t, size_t *next)
{
    for (; *next < 100000; (*next)++) {
        struct buf b;
        size_t found;
        buf_init(&b, &c->mem, 300);
        buf_put(&b, t->id.n ? t->id : STR("row"));
        buf_fmt(&b, "_x%zu", *next);
        struct str quoted = str_join(&c->mem, STR("\""), buf_str(&b), STR("\""));
        if (!str_find(xml, quoted, &found)) {
            (*next)++;
            return buf_str(&b);
        }
    }
    return STR("row");
}

static void put_new_row(struct buf *b, const struct edit_table *t, struct str id, struct str lead, const struct str *cell)
{
    size_t k = 0;
    put_tag(b, t, "<", "rule id=\"");
    buf_put(b, id);
    buf_put(b, STR("\">"));
    for (size_t i = 0; i < t->n_in; i++)
        put_entry(b, t, lead, "inputEntry", cell[k++]);
    for (size_t i = 0; i < t->n_out; i++)
        put_entry(b, t, lead, "outputEntry", cell[k++]);
    for (size_t i = 0; i < t->n_note; i++)
        put_entry(b, t, lead, "annotationEntry", cell[k++]);
    buf_put(b, lead);
    put_tag(b, t, "</", "rule");
    buf_char(b, '>');
}

/* What stands before a row of the file: the rest of the line above, usually. */
static struct str lead_of(struct str xml, const struct edit_table *t, size_t i)
{
    size_t from = i ? t->row[i - 1].end : t->rows_at;
    return str_sub(xml, from, t->row[i].at > from ? t->row[i].at - from : 0);
}

static bool blank(struct str s)
{
    return !str_trim(s).n;
}

enum err dmn_edit(struct ctx *c, struct str xml, const struct edit_table *t, const struct edit_to *rows,
                  size_t n, struct str *out)
{
    struct buf b;
    size_t next = 1, first = t->n ? t->row[0].at : t->rows_at;
    struct str lead = t->n && blank(lead_of(xml, t, 0)) ? lead_of(xml, t, 0) : STR("\n      ");
    size_t tail = t->n ? t->row[t->n - 1].end : t->rows_at;
    if (n > EDIT_ROWS_MAX)
        return FAIL(c, ERR_INPUT, "rules.too-many-rows", "%zu rows", n);
    buf_init(&b, &c->mem, xml.n * 2 + (1 << 20));
    put_part(&b, xml, 0, t->n ? t->rows_at : first);
    for (size_t i = 0; i < n; i++) {
        bool old = rows[i].from >= 0 && (size_t)rows[i].from < t->n;
        buf_put(&b, old ? lead_of(xml, t, (size_t)rows[i].from) : lead);
        if (old)
            put_old_row(&b, xml, &t->row[rows[i].from], rows[i].cell, t->n_in + t->n_out + t->n_note);
        else
            put_new_row(&b, t, fresh_id(c, xml, t, &next), lead, rows[i].cell);
    }
    put_part(&b, xml, tail, xml.n);
    TRY(ctx_check(c));
    if (b.failed)
        return FAIL(c, ERR_INPUT, "rules.too-big", "%zu bytes", b.n);
    *out = buf_str(&b);
    return ERR_OK;
}

/* ---- comparing ----------------------------------------------------------------------------- */

struct diff { struct ctx *c; struct edit *v; size_t n, room; };

static void say(struct diff *d, struct edit e)
{
    if (d->n == d->room) {
        size_t room = d->room ? d->room * 2 : 32;
        struct edit *v = NEW_N(&d->c->mem, struct edit, room);
        if (!v)
            return;
        if (d->n)
            memcpy(v, d->v, d->n * sizeof *v);
        d->v = v;
        d->room = room;
    }
    d->v[d->n++] = e;
}

static const struct edit_row *row_named(const struct edit_table *t, struct str id, size_t place, size_t *at)
{
    for (size_t i = 0; i < t->n; i++) {
        size_t k = (place + i) % t->n;           /* mostly where it was */
        if (str_eq(t->row[k].id, id)) {
            *at = k;
            return &t->row[k];
        }
    }
    return NULL;
}

static void diff_row(struct diff *d, const struct edit_table *t, const struct edit_row *a, const struct edit_row *b,
                     size_t place)
{
    size_t n = a->n > b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        struct str was = i < a->n ? a->cell[i].text : (struct str){ 0 };
        struct str is = i < b->n ? b->cell[i].text : (struct str){ 0 };
        if (!same_text(was, is))
            say(d, (struct edit){ EDIT_CELL, t->name, b->id, place + 1,
                i < t->n_in + t->n_out + t->n_note ? t->head[i] : (struct str){ 0 }, was, is });
    }
}

static void diff_table(struct diff *d, const struct edit_table *a, const struct edit_table *b)
{
    size_t at, last = 0;
    bool any = false;
    for (size_t i = 0; i < b->n; i++) {
        const struct edit_row *was = row_named(a, b->row[i].id, i, &at);
        if (!was) {
            say(d, (struct edit){ EDIT_ADDED, b->name, b->row[i].id, i + 1, { 0 }, { 0 }, { 0 } });
            continue;
        }
        diff_row(d, b, was, &b->row[i], i);
        if (any && at < last)
            say(d, (struct edit){ EDIT_MOVED, b->name, b->row[i].id, i + 1, { 0 }, { 0 }, { 0 } });
        last = any && at < last ? last : at;
        any = true;
    }
    for (size_t i = 0; i < a->n; i++)
        if (!row_named(b, a->row[i].id, i, &at))
            say(d, (struct edit){ EDIT_REMOVED, a->name, a->row[i].id, i + 1, { 0 }, { 0 }, { 0 } });
}

/* The document without its rows and without white space between tags. */
static struct str frame_of(struct ctx *c, struct str xml, const struct edit_table *t, size_t n)
{
    struct buf b;
    size_t at = 0;
    buf_init(&b, &c->mem, xml.n + 16);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < t[i].n; k++) {
            buf_put(&b, str_trim(str_sub(xml, at, t[i].row[k].at - at)));
            at = t[i].row[k].end;
        }
    buf_put(&b, str_trim(str_sub(xml, at, xml.n)));
    return buf_str(&b);
}

enum err dmn_diff(struct ctx *c, struct str before, struct str after, struct edit **out, size_t *n)
{
    struct diff d = { .c = c };
    struct edit_table *a, *b;
    size_t na, nb;
    TRY(dmn_tables(c, before, &a, &na));
    TRY(dmn_tables(c, after, &b, &nb));
    for (size_t i = 0; i < nb; i++) {
        const struct edit_table *was = dmn_table_named(a, na, b[i].name);
        if (was)
            diff_table(&d, was, &b[i]);
        else
            say(&d, (struct edit){ EDIT_TABLE, b[i].name, { 0 }, 0, { 0 }, { 0 }, STR("+") });
    }
    for (size_t i = 0; i < na; i++)
        if (!dmn_table_named(b, nb, a[i].name))
            say(&d, (struct edit){ EDIT_TABLE, a[i].name, { 0 }, 0, { 0 }, STR("-"), { 0 } });
    if (!str_eq(frame_of(c, before, a, na), frame_of(c, after, b, nb)))
        say(&d, (struct edit){ .kind = EDIT_OTHER });
    TRY(ctx_check(c));
    *out = d.v;
    *n = d.n;
    return ERR_OK;
}
