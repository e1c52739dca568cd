/* doc.c - what is common to the two forms of a law's text: elements and anchors. */
#include "law/text.h"

/* Hierarchical elements, the abbreviation their anchors use, and the words
 * that headings begin with. */
static const struct { const char *kind, *abbr; bool item; const char *words[8]; } elements[] = {
    { "book", "book", false, { "libro", "book" } },
    { "tome", "tome", false, { "tomo", "tome" } },
    { "part", "part", false, { "parte", "part", "ภาค" } },
    { "title", "title", false, { "título", "title", "ลักษณะ" } },
    { "chapter", "chp", false, { "capítulo", "chapter", "หมวด" } },
    { "section", "sec", false, { "sección", "section", "มาตรา", "ส่วน" } },
    { "subsection", "subsec", false, { "subsección", "subsection" } },
    { "division", "dvs", false, { "división", "division" } },
    { "article", "art", false, { "artículo", "article", "art." } },
    { "subtitle", "subtitle", false, { "subtítulo", "subtitle" } },
    { "subchapter", "subchp", false, { "subcapítulo", "subchapter" } },
    { "subpart", "subpart", false, { "subparte", "subpart" } },
    { "subdivision", "subdvs", false, { NULL } },
    { "rule", "rule", false, { "regla", "rule" } },
    { "subrule", "subrule", false, { NULL } },
    { "level", "level", false, { NULL } },
    { "transitional", "trans", false, { NULL } },
    { "hcontainer", "hcontainer", false, { NULL } },
    { "paragraph", "para", true, { NULL } },
    { "subparagraph", "subpara", true, { NULL } },
    { "clause", "cl", true, { NULL } },
    { "subclause", "subcl", true, { NULL } },
    { "list", "list", true, { NULL } },
    { "sublist", "sublist", true, { NULL } },
    { "point", "point", true, { NULL } },
    { "indent", "indent", true, { NULL } },
    { "alinea", "al", true, { NULL } },
    { "proviso", "proviso", true, { NULL } },
};

/* Lower case as far as headings need it: ASCII and the accented capitals of Spanish. */
static bool same_word(struct str a, const char *z)
{
    struct str b = str_c(z);
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        char x = ascii_lower(a.p[i]);
        if (i && (unsigned char)a.p[i - 1] == 0xc3 && (unsigned char)a.p[i] >= 0x80 && (unsigned char)a.p[i] < 0xa0)
            x = (char)(a.p[i] + 0x20);
        if (x != b.p[i])
            return false;
    }
    return true;
}

struct str law_kind_of_word(struct str word)
{
    for (size_t i = 0; i < COUNT_OF(elements); i++)
        for (size_t k = 0; elements[i].words[k]; k++)
            if (same_word(word, elements[i].words[k]))
                return str_c(elements[i].kind);
    return (struct str){ 0 };
}

static size_t element(struct str kind)
{
    size_t i = 0;
    while (i < COUNT_OF(elements) && !str_is(kind, elements[i].kind))
        i++;
    return i;
}

bool law_is_element(struct str kind) { return element(kind) < COUNT_OF(elements); }

bool law_is_item(struct str kind)
{
    size_t i = element(kind);
    return i < COUNT_OF(elements) && elements[i].item;
}

struct str law_plain(struct arena *mem, struct str s)
{
    char *p = arena_alloc(mem, s.n + 1, 1);
    size_t n = 0;
    if (!p)
        return (struct str){ 0 };
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_space(s.p[i]))
            p[n++] = s.p[i];
        else if (n && p[n - 1] != ' ')
            p[n++] = ' ';
    }
    while (n && p[n - 1] == ' ')
        n--;
    p[n] = 0;
    return (struct str){ p, n };
}

/* Want of memory makes words vanish, and what is left looks malformed. */
enum err law_no_memory(struct ctx *c, enum err e)
{
    if (e != ERR_INPUT || !c->mem.failed)
        return e;
    c->fault = (struct fault){ 0 };
    return ctx_check(c);
}

struct law_node *law_node_add(struct ctx *c, struct law_doc *d, size_t *room)
{
    if (d->n == LAW_NODES_MAX)
        return NULL;
    if (d->n == *room) {
        size_t more = *room ? *room * 2 : 64;
        struct law_node *v = NEW_N(&c->mem, struct law_node, more);
        if (!v)
            return NULL;
        if (d->n)
            memcpy(v, d->node, d->n * sizeof *v);
        d->node = v;
        *room = more;
    }
    return &d->node[d->n++];
}

/* ---- anchors ------------------------------------------------------------------------ */

/* "Artículo 189 bis." gives 189bis, "6/1" gives 6-1, "(a)" gives a. */
static struct str number_of(struct arena *mem, struct str num)
{
    struct str word = num, rest = { 0 };
    char *p = arena_alloc(mem, num.n + 1, 1);
    size_t n = 0;
    if (!p)
        return (struct str){ 0 };
    if (str_cut(num, ' ', &word, &rest) && law_kind_of_word(word).n)
        num = rest;
    for (size_t i = 0; i < num.n; i++) {
        if (ascii_alpha(num.p[i]) || ascii_digit(num.p[i]))
            p[n++] = num.p[i];
        else if ((num.p[i] == '/' || num.p[i] == '-') && n && i + 1 < num.n)
            p[n++] = '-';
    }
    while (n && p[n - 1] == '-')
        n--;
    return (struct str){ p, n };
}

static bool free_standing(const struct law_doc *d, const struct law_node *v)
{
    return str_is(v->kind, "article") || (str_is(v->kind, "section") && str_is(d->unit, "section"));
}

/* Anchors already given, by hash. */
struct taken { uint32_t *slot; size_t mask; const struct law_doc *d; };

static bool taken_add(struct taken *t, size_t i)
{
    size_t at = str_hash(t->d->node[i].eid) & t->mask;
    for (; t->slot[at]; at = (at + 1) & t->mask)
        if (str_eq(t->d->node[t->slot[at] - 1].eid, t->d->node[i].eid))
            return false;
    t->slot[at] = (uint32_t)i + 1;
    return true;
}

/* How many of its kind stand before it under the same parent, itself included. */
static int64_t place_of(const struct law_doc *d, size_t i)
{
    int64_t n = 1;
    for (size_t k = i; k-- > 0 && d->node[k].depth >= d->node[i].depth;)
        n += d->node[k].depth == d->node[i].depth && str_eq(d->node[k].kind, d->node[i].kind);
    return n;
}

struct str law_doc_derived(struct arena *mem, const struct law_doc *d, size_t i, const size_t *at)
{
    const struct law_node *v = &d->node[i];
    struct str number = number_of(mem, v->num), parent = { 0 };
    struct buf b;
    buf_init(&b, mem, 400);
    if (v->depth && !free_standing(d, v))
        parent = d->node[at[v->depth - 1]].eid;
    if (parent.n) {
        buf_put(&b, parent);
        buf_put(&b, STR("__"));
    }
    buf_put(&b, str_c(elements[element(v->kind)].abbr));
    buf_char(&b, '_');
    if (number.n)
        buf_put(&b, number);
    else
        buf_i64(&b, place_of(d, i));
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}

static struct str numbered(struct arena *mem, struct str before, int64_t n)
{
    struct buf b;
    buf_init(&b, mem, 500);
    buf_put(&b, before);
    buf_i64(&b, n);
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}

bool law_doc_anchor(struct arena *mem, struct law_doc *d, size_t *bad)
{
    size_t at[LAW_DEPTH_MAX + 1] = { 0 }, size = 64;
    while (size < d->n * 2)
        size *= 2;
    struct taken t = { NEW_N(mem, uint32_t, size), size - 1, d };
    if (!t.slot)
        return true;                            /* the arena has failed: the caller sees it */
    for (size_t i = 0; i < d->n; i++)
        if (d->node[i].eid.n && !taken_add(&t, i)) {
            *bad = i;
            return false;
        }
    for (size_t i = 0; i < d->n; i++) {
        struct law_node *v = &d->node[i];
        at[v->depth] = i;
        if (v->eid.n)
            continue;
        struct str first = law_doc_derived(mem, d, i, at);
        if (!first.n)                           /* anchors of anchors grow long */
            first = numbered(mem, STR("node_"), (int64_t)i + 1);
        v->eid = first;
        for (int64_t n = 2; v->eid.n && !taken_add(&t, i); n++) {      /* the same number twice */
            v->eid = numbered(mem, str_join(mem, first, STR("-")), n);
        }
    }
    return true;
}

struct str law_node_text(struct ctx *c, const struct law_doc *d, struct str eid)
{
    struct buf b;
    size_t i = 0;
    buf_init(&b, &c->mem, 256 * 1024);
    while (i < d->n && !str_eq(d->node[i].eid, eid))
        i++;
    for (size_t k = i; k < d->n && (k == i || d->node[k].depth > d->node[i].depth); k++) {
        const struct law_node *v = &d->node[k];
        const struct str part[] = { v->num, v->heading, v->text };
        if (b.n)
            buf_char(&b, '\n');
        for (size_t x = 0, any = 0; x < COUNT_OF(part); x++)
            if (part[x].n) {
                if (any++)
                    buf_char(&b, x == 2 && k == i ? '\n' : ' ');
                buf_put(&b, part[x]);
            }
    }
    if (i < d->n && d->node[i].wrap.n) {
        buf_char(&b, '\n');
        buf_put(&b, d->node[i].wrap);
    }
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}
