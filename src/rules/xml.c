/* Reading XML: no network, no document type, no entities but the five. */
#include "rules/xml.h"
#include "rules/dmn_load.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>

enum { XML_MEM = 96 * 1024 * 1024 };
static pthread_once_t xml_once = PTHREAD_ONCE_INIT;

/* ---- walking ------------------------------------------------------------------ */

bool xn_is(const struct xnode *n, const char *local)
{
    return n && strcmp(n->name, local) == 0;
}

const struct xnode *xn_first(const struct xnode *n)
{
    return n ? n->first : NULL;
}

const struct xnode *xn_next(const struct xnode *n)
{
    return n->next;
}

const struct xnode *xn_sibling(const struct xnode *n, const char *local)
{
    while (n && !xn_is(n, local))
        n = n->next;
    return n;
}

const struct xnode *xn_child(const struct xnode *n, const char *local)
{
    return n ? xn_sibling(n->first, local) : NULL;
}

size_t xn_count(const struct xnode *n, const char *local)
{
    size_t count = 0;
    for (const struct xnode *c = xn_child(n, local); c; c = xn_sibling(c->next, local))
        count++;
    return count;
}

int xn_line(const struct xnode *n)
{
    return n ? n->line : 0;
}

struct str xn_value(const struct xnode *n, const char *attr)
{
    for (size_t i = 0; n && i < n->n_attr; i++)
        if (strcmp(n->attr[i].name, attr) == 0)
            return n->attr[i].value;
    return (struct str){ 0 };
}

struct str xn_attr(struct loader *l, const struct xnode *n, const char *name)
{
    struct str v = str_trim(xn_value(n, name));
    return v.n ? arena_dup(&l->m->mem, v) : v;
}

struct str xn_text(struct loader *l, const struct xnode *n)
{
    const struct xnode *t = xn_child(n, "text");
    if (t)
        n = t;
    return n && n->text.n ? arena_dup(&l->m->mem, buf_str(&n->text)) : (struct str){ 0 };
}

/* ---- reading ------------------------------------------------------------------- */

struct reader {
    xmlParserCtxtPtr x;
    struct xdoc *d;
    struct xnode *open[DMN_XML_DEPTH_MAX];
    int depth;
    const char *refused;
};

static void refuse(struct reader *r, const char *why)
{
    if (!r->refused)
        r->refused = why;
    xmlStopParser(r->x);
}

static bool read_attributes(struct reader *r, struct xnode *n, int count, const xmlChar **a)
{
    struct xattr *v = NEW_N(&r->d->mem, struct xattr, (size_t)count + 1);
    if (!v)
        return false;
    for (int i = 0; i < count; i++, a += 5) {
        v[i].name = (const char *)a[0];
        v[i].value = arena_dup(&r->d->mem, (struct str){ (const char *)a[3], (size_t)(a[4] - a[3]) });
    }
    n->attr = v;
    n->n_attr = (size_t)count;
    return true;
}

/* Names live in libxml2's dictionary, which the document keeps. */
static void on_start(void *arg, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int n_ns,
                     const xmlChar **ns, int n_attr, int n_default, const xmlChar **attr)
{
    struct reader *r = ((xmlParserCtxtPtr)arg)->_private;
    struct xnode *n = NEW(&r->d->mem, struct xnode);
    (void)prefix;
    (void)n_ns;
    (void)ns;
    (void)n_default;
    if (r->depth >= DMN_XML_DEPTH_MAX) {
        refuse(r, "nested too deeply");
        return;
    }
    if (!n || !read_attributes(r, n, n_attr, attr)) {
        refuse(r, "too large");
        return;
    }
    n->name = (const char *)local;
    n->ns = (const char *)uri;
    n->line = r->x->input ? r->x->input->line : 0;
    buf_init(&n->text, &r->d->mem, DMN_FILE_MAX);
    if (r->depth) {
        struct xnode *up = r->open[r->depth - 1];
        if (up->last)
            up->last->next = n;
        else
            up->first = n;
        up->last = n;
    } else {
        r->d->root = n;
    }
    r->open[r->depth++] = n;
}

static void on_end(void *arg, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct reader *r = ((xmlParserCtxtPtr)arg)->_private;
    (void)local;
    (void)prefix;
    (void)uri;
    if (r->depth)
        r->depth--;
}

static bool blank(struct str s)
{
    return str_trim(s).n == 0;
}

static void on_text(void *arg, const xmlChar *p, int n)
{
    struct reader *r = ((xmlParserCtxtPtr)arg)->_private;
    struct str s = { (const char *)p, (size_t)n };
    if (r->depth == 0)
        return;
    struct xnode *at = r->open[r->depth - 1];
    /* White space between elements says nothing. */
    if (at->text.n == 0 && *s.p == '\n' && blank(s))
        return;
    buf_put(&at->text, s);
    if (at->text.failed)
        refuse(r, "too large");
}

static void on_type(void *arg, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    struct reader *r = ((xmlParserCtxtPtr)arg)->_private;
    (void)name;
    (void)id;
    (void)system;
    refuse(r, "a document type is not accepted");
}

static void quiet(void *arg, const char *msg, ...)
{
    (void)arg;
    (void)msg;
}

static enum err parse(struct ctx *c, struct str file, struct reader *r)
{
    static const xmlSAXHandler handler = {
        .internalSubset = on_type, .externalSubset = on_type, .characters = on_text, .cdataBlock = on_text,
        .ignorableWhitespace = on_text, .startElementNs = on_start, .endElementNs = on_end,
        .error = quiet, .warning = quiet, .initialized = XML_SAX2_MAGIC,
    };
    xmlParserCtxtPtr x = r->x;
    *x->sax = handler;
    x->_private = r;
    (void)xmlCtxtUseOptions(x, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES);
    (void)xmlParseDocument(x);
    if (x->dict && xmlDictReference(x->dict) == 0)
        r->d->names = x->dict;
    if (r->d->mem.failed)
        return FAIL(c, ERR_NOMEM, "memory", "xml");
    int line = x->lastError.line ? x->lastError.line : x->input ? x->input->line : 1;
    if (r->refused)
        return FAIL(c, ERR_INPUT, "rules.xml", STR_F ":%d: %s", STR_A(file), line, r->refused);
    if (!x->wellFormed || !r->d->root)
        return FAIL(c, ERR_INPUT, "rules.xml", STR_F ":%d: %.120s", STR_A(file), line,
                    x->lastError.message ? x->lastError.message : "not XML");
    return ERR_OK;
}

enum err xn_open(struct ctx *c, struct str file, struct str xml, struct xdoc *out)
{
    size_t at;
    *out = (struct xdoc){ 0 };
    (void)pthread_once(&xml_once, xmlInitParser);
    if (xml.n == 0 || xml.n > DMN_FILE_MAX)
        return FAIL(c, ERR_INPUT, "rules.xml", STR_F ":1: empty, or larger than %d bytes", STR_A(file), DMN_FILE_MAX);
    if (!utf8_valid(xml) || memchr(xml.p, 0, xml.n))
        return FAIL(c, ERR_INPUT, "rules.xml", STR_F ":1: not UTF-8", STR_A(file));
    if (str_find(xml, STR("<!DOCTYPE"), &at) || str_find(xml, STR("<!ENTITY"), &at))
        return FAIL(c, ERR_INPUT, "rules.xml", STR_F ":1: a document type is not accepted", STR_A(file));
    struct reader r = { .x = xmlCreateMemoryParserCtxt(xml.p, (int)xml.n), .d = out };
    if (!r.x)
        return FAIL(c, ERR_NOMEM, "memory", "xml");
    arena_init(&out->mem, XML_MEM);
    enum err e = parse(c, file, &r);
    xmlFreeParserCtxt(r.x);
    return e;
}

void xn_close(struct xdoc *d)
{
    arena_free(&d->mem);
    if (d->names)
        xmlDictFree(d->names);
    d->names = NULL;
}
