#include "forms/xml.h"

#include <libxml/xmlerror.h>
#include <pthread.h>

static pthread_once_t xml_once = PTHREAD_ONCE_INIT;

void xml_init(void) { (void)pthread_once(&xml_once, xmlInitParser); }

/* A DOCTYPE is where entity bombs and outside files come from: stop at its name. */
static void on_doctype(void *p, const xmlChar *name, const xmlChar *pub, const xmlChar *sys)
{
    (void)name, (void)pub, (void)sys;
    xmlParserCtxtPtr x = p;
    bool *seen = x->_private;
    *seen = true;
    xmlStopParser(x);
}

enum err xml_load(struct ctx *c, struct str bytes, size_t max, xmlDocPtr *out)
{
    xml_init();
    if (bytes.n == 0 || bytes.n > max || bytes.n > INT32_MAX)
        return FAIL(c, ERR_INPUT, "xml.size", "xml: %zu bytes", bytes.n);
    xmlParserCtxtPtr x = xmlNewParserCtxt();
    if (!x)
        return FAIL(c, ERR_NOMEM, "error.too-big", "xml parser");
    bool doctype = false;
    x->_private = &doctype;
    x->sax->internalSubset = on_doctype;
    int opts = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA |
               XML_PARSE_COMPACT | XML_PARSE_BIG_LINES;
    xmlDocPtr doc = xmlCtxtReadMemory(x, bytes.p, (int)bytes.n, NULL, NULL, opts);
    int line = x->lastError.line;
    bool ok = doc && x->wellFormed && !doctype && xmlDocGetRootElement(doc);
    xmlFreeParserCtxt(x);
    if (!ok) {
        if (doc)
            xmlFreeDoc(doc);
        if (doctype)
            return FAIL(c, ERR_INPUT, "xml.doctype", "xml: DOCTYPE refused");
        return FAIL(c, ERR_INPUT, "xml.malformed", "xml: line %d", line);
    }
    *out = doc;
    return ERR_OK;
}

bool xml_is(const xmlNode *n, const char *local)
{
    return n && n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, local) == 0;
}

static const xmlNode *element_from(const xmlNode *n)
{
    while (n && n->type != XML_ELEMENT_NODE)
        n = n->next;
    return n;
}

const xmlNode *xml_first(const xmlNode *n) { return element_from(n->children); }
const xmlNode *xml_next(const xmlNode *n) { return element_from(n->next); }

const xmlNode *xml_child(const xmlNode *n, const char *local)
{
    for (const xmlNode *k = xml_first(n); k; k = xml_next(k))
        if (xml_is(k, local))
            return k;
    return NULL;
}

static const xmlAttr *attr_find(const xmlNode *n, const char *local)
{
    for (const xmlAttr *a = n->properties; a; a = a->next)
        if (strcmp((const char *)a->name, local) == 0)
            return a;
    return NULL;
}

bool xml_has(const xmlNode *n, const char *local) { return attr_find(n, local) != NULL; }

static void text_below(struct buf *b, const xmlNode *n)
{
    for (const xmlNode *k = n->children; k; k = k->next) {
        if (k->type == XML_TEXT_NODE || k->type == XML_CDATA_SECTION_NODE)
            buf_put(b, str_c((const char *)k->content));
        else if (k->type == XML_ELEMENT_NODE)
            text_below(b, k);              /* depth is capped by the parser */
    }
}

struct str xml_text(struct arena *mem, const xmlNode *n)
{
    struct buf b;
    buf_init(&b, mem, SIZE_MAX / 4);
    text_below(&b, n);
    return b.n ? buf_str(&b) : STR("");
}

struct str xml_attr(struct arena *mem, const xmlNode *n, const char *local)
{
    const xmlAttr *a = attr_find(n, local);
    if (!a)
        return STR("");
    return xml_text(mem, (const xmlNode *)a);      /* an attribute's children are its text */
}

void xml_put(struct buf *b, struct str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *e = s.p[i] == '&' ? "&amp;" : s.p[i] == '<' ? "&lt;" : s.p[i] == '>' ? "&gt;"
                      : s.p[i] == '"' ? "&quot;" : s.p[i] == '\r' ? "&#13;" : NULL;
        bool drop = (unsigned char)s.p[i] < ' ' && s.p[i] != '\n' && s.p[i] != '\t' && !e;
        if (!e && !drop)
            continue;                       /* XML 1.0 has no way to write other controls */
        buf_put(b, str_sub(s, from, i - from));
        if (e)
            buf_put(b, str_c(e));
        from = i + 1;
    }
    buf_put(b, str_sub(s, from, SIZE_MAX));
}

bool xml_name_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        bool start = ascii_alpha(ch) || ch == '_' || (unsigned char)ch >= 0x80;
        if (!start && (i == 0 || !(ascii_digit(ch) || ch == '-' || ch == '.')))
            return false;
    }
    return s.n > 0 && s.n <= 255;
}
