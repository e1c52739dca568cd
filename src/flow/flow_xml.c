#include "flow/flow_xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <pthread.h>

/* A DOCTYPE is the door for entity bombs and outside files; BPMN needs none. */
static void refuse_doctype(void *ctx, const xmlChar *name, const xmlChar *ext, const xmlChar *sys)
{
    (void)name; (void)ext; (void)sys;
    xmlParserCtxtPtr p = ctx;
    p->_private = p;
    xmlStopParser(p);
}

static void say_nothing(void *ctx, xmlErrorPtr e)
{
    (void)ctx;
    (void)e;
}

static void init_once(void)
{
    xmlInitParser();
}

static struct str skip_space(struct str s)
{
    while (s.n && ascii_space(s.p[0]))
        s = str_sub(s, 1, s.n - 1);
    return s;
}

static enum err xml_refused(struct ctx *c, xmlParserCtxtPtr p, bool doctype)
{
    if (doctype)
        return FAIL(c, ERR_INPUT, "flow.doctype", "line %d: a DOCTYPE is not read", p->lastError.line);
    const char *why = p->lastError.message ? p->lastError.message : "not well-formed\n";
    int n = (int)strcspn(why, "\n");
    return FAIL(c, ERR_INPUT, "flow.not-xml", "line %d: %.*s", p->lastError.line, n > 180 ? 180 : n, why);
}

enum err xml_read(struct ctx *c, struct str bytes, xmlDocPtr *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, init_once);
    if (bytes.n > FLOW_FILE_MAX)
        return FAIL(c, ERR_INPUT, "flow.too-large", "%zu bytes, at most %d", bytes.n, FLOW_FILE_MAX);
    bytes = skip_space(bytes);
    if (bytes.n == 0)
        return FAIL(c, ERR_INPUT, "flow.not-xml", "line 1: the file is empty");
    xmlParserCtxtPtr p = xmlNewParserCtxt();
    if (!p)
        return NOMEM(c);
    p->sax->internalSubset = refuse_doctype;
    p->sax->serror = say_nothing;
    xmlDocPtr doc = xmlCtxtReadMemory(p, bytes.p, (int)bytes.n, NULL, NULL,
                                      XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_BIG_LINES |
                                      XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    bool doctype = p->_private != NULL;
    enum err e = ERR_OK;
    if (!doc || doctype || doc->intSubset) {
        e = xml_refused(c, p, doctype);
        if (doc)
            xmlFreeDoc(doc);
    } else {
        *out = doc;
    }
    xmlFreeParserCtxt(p);
    return e;
}

enum xml_space xml_space(const xmlNode *e)
{
    static const struct { const char *uri; enum xml_space space; } spaces[] = {
        { "http://www.omg.org/spec/BPMN/20100524/MODEL", XS_BPMN },
        { "http://www.omg.org/spec/BPMN/20100524/DI", XS_DI },
        { "http://www.omg.org/spec/DD/20100524/DC", XS_DC },
        { "http://www.omg.org/spec/DD/20100524/DI", XS_DD },
        { "http://schema.omg.org/spec/BPMN/2.0", XS_BPMN },      /* drafts some tools still write */
        { "http://www.omg.org/spec/BPMN/2.0", XS_BPMN },
        { "http://bpmndi.org", XS_DI },
        { FLOW_NS, XS_AMPARO },
    };
    if (!e->ns || !e->ns->href)
        return XS_NONE;
    for (size_t i = 0; i < COUNT_OF(spaces); i++)
        if (!strcmp((const char *)e->ns->href, spaces[i].uri))
            return spaces[i].space;
    return XS_OTHER;
}

bool xml_is(const xmlNode *e, const char *local)
{
    return !strcmp((const char *)e->name, local);
}

static struct str copy_value(struct arena *mem, const xmlNode *children)
{
    xmlChar *v = xmlNodeListGetString(NULL, (xmlNode *)(uintptr_t)children, 1);
    struct str s = arena_dup(mem, str_trim(str_c(v ? (const char *)v : "")));
    xmlFree(v);
    return s;
}

static const xmlAttr *find_attr(const xmlNode *e, const char *name, bool vendor)
{
    for (const xmlAttr *a = e->properties; a; a = a->next)
        if ((a->ns != NULL) == vendor && !strcmp((const char *)a->name, name))
            return a;
    return NULL;
}

struct str xml_attr(struct arena *mem, const xmlNode *e, const char *name)
{
    const xmlAttr *a = find_attr(e, name, false);
    return a ? copy_value(mem, a->children) : (struct str){ 0 };
}

struct str xml_vendor_attr(struct arena *mem, const xmlNode *e, const char *name)
{
    const xmlAttr *a = find_attr(e, name, true);
    return a ? copy_value(mem, a->children) : (struct str){ 0 };
}

struct str xml_own_attr(struct arena *mem, const xmlNode *e, const char *name)
{
    for (const xmlAttr *a = e->properties; a; a = a->next)
        if (a->ns && a->ns->href && !strcmp((const char *)a->ns->href, FLOW_NS) &&
            !strcmp((const char *)a->name, name))
            return copy_value(mem, a->children);
    return (struct str){ 0 };
}

bool xml_has(const xmlNode *e, const char *name)
{
    return find_attr(e, name, false) != NULL;
}

/* The bare bytes of an attribute; only for values without entities. */
static struct str plain_attr(const xmlNode *e, const char *name)
{
    const xmlAttr *a = find_attr(e, name, false);
    const char *z = a && a->children && a->children->content ? (const char *)a->children->content : "";
    return str_trim(str_c(z));
}

bool xml_flag(const xmlNode *e, const char *name, bool otherwise)
{
    struct str v = plain_attr(e, name);
    if (str_is(v, "true") || str_is(v, "1"))
        return true;
    if (str_is(v, "false") || str_is(v, "0"))
        return false;
    return otherwise;
}

struct str xml_text(struct arena *mem, const xmlNode *e)
{
    xmlChar *v = xmlNodeGetContent(e);
    struct str s = arena_dup(mem, str_trim(str_c(v ? (const char *)v : "")));
    xmlFree(v);
    return s;
}

int xml_line(const xmlNode *e)
{
    long n = xmlGetLineNo(e);
    return n < 0 || n > INT32_MAX ? 0 : (int)n;
}

const xmlNode *xml_next(const xmlNode *e)
{
    for (e = e ? e->next : NULL; e; e = e->next)
        if (e->type == XML_ELEMENT_NODE)
            return e;
    return NULL;
}

const xmlNode *xml_first(const xmlNode *e)
{
    const xmlNode *k = e->children;
    return !k || k->type == XML_ELEMENT_NODE ? k : xml_next(k);
}

const xmlNode *xml_child(const xmlNode *e, const char *local)
{
    for (const xmlNode *k = xml_first(e); k; k = xml_next(k)) {
        enum xml_space s = xml_space(k);
        if ((s == XS_BPMN || s == XS_NONE) && xml_is(k, local))
            return k;
    }
    return NULL;
}

int64_t xml_hundredths(const xmlNode *e, const char *name)
{
    struct str s = plain_attr(e, name);
    bool minus = s.n && s.p[0] == '-';
    int64_t v = 0;
    int places = -1, power = 0;
    for (size_t i = minus; i < s.n; i++) {
        if (s.p[i] == '.' && places < 0) {
            places = 0;
        } else if (ascii_digit(s.p[i])) {
            if (places < 2 && v < 1000000000)
                v = v * 10 + (s.p[i] - '0');
            if (places >= 0 && places < 2)
                places++;
        } else {
            struct str tail = str_sub(s, i + 1, s.n);          /* "1.2E-5", as Java writes */
            int64_t t;
            if (ascii_lower(s.p[i]) == 'e' && str_to_i64(tail, &t) && t > -20 && t < 20)
                power = (int)t;
            break;
        }
    }
    for (places = places < 0 ? 0 : places; places < 2; places++)
        v *= 10;
    for (; power > 0 && v < 1000000000; power--)
        v *= 10;
    for (; power < 0 && v; power++)
        v /= 10;
    if (v > 1000000000)
        v = 1000000000;
    return minus ? -v : v;
}
