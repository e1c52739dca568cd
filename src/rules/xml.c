/* Reading XML: no network, no document type, no entities but the five. */
#include "rules/dmn_load.h"

#include <libxml/parser.h>
#include <pthread.h>

static pthread_once_t xml_once = PTHREAD_ONCE_INIT;

bool xml_is(const xmlNode *n, const char *local)
{
    return n && n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, local) == 0;
}

const xmlNode *xml_first(const xmlNode *n)
{
    for (n = n ? n->children : NULL; n; n = n->next)
        if (n->type == XML_ELEMENT_NODE)
            return n;
    return NULL;
}

const xmlNode *xml_next(const xmlNode *n)
{
    for (n = n->next; n; n = n->next)
        if (n->type == XML_ELEMENT_NODE)
            return n;
    return NULL;
}

const xmlNode *xml_sibling(const xmlNode *n, const char *local)
{
    while (n && !xml_is(n, local))
        n = n->next;
    return n;
}

const xmlNode *xml_child(const xmlNode *n, const char *local)
{
    return n ? xml_sibling(n->children, local) : NULL;
}

size_t xml_count(const xmlNode *n, const char *local)
{
    size_t count = 0;
    for (const xmlNode *c = xml_child(n, local); c; c = xml_sibling(c->next, local))
        count++;
    return count;
}

int xml_line(const xmlNode *n)
{
    return n ? (int)xmlGetLineNo(n) : 0;
}

struct str xml_attr(struct loader *l, const xmlNode *n, const char *name)
{
    for (const xmlAttr *a = n ? n->properties : NULL; a; a = a->next) {
        if (strcmp((const char *)a->name, name) != 0 || !a->children || !a->children->content)
            continue;
        return arena_dup(&l->m->mem, str_trim(str_c((const char *)a->children->content)));
    }
    return (struct str){ 0 };
}

/* Text and CDATA below n, in one piece. */
struct str xml_text(struct loader *l, const xmlNode *n)
{
    const xmlNode *t = xml_child(n, "text");
    if (t)
        n = t;
    const xmlNode *one = n ? n->children : NULL;
    if (one && !one->next && (one->type == XML_TEXT_NODE || one->type == XML_CDATA_SECTION_NODE))
        return arena_dup(&l->m->mem, str_c((const char *)one->content));
    struct buf b;
    buf_init(&b, &l->m->mem, DMN_FILE_MAX);
    for (; one; one = one->next)
        if (one->type == XML_TEXT_NODE || one->type == XML_CDATA_SECTION_NODE)
            buf_put(&b, str_c((const char *)one->content));
    return buf_str(&b);
}

static void quiet(void *arg, const char *msg, ...)
{
    (void)arg;
    (void)msg;
}

enum err xml_open(struct ctx *c, struct str file, struct str xml, xmlDocPtr *out)
{
    size_t at;
    (void)pthread_once(&xml_once, xmlInitParser);
    if (xml.n == 0 || xml.n > DMN_FILE_MAX)
        return FAIL(c, ERR_INPUT, "rules.xml", STR_F ":1: empty, or larger than %d bytes", STR_A(file), DMN_FILE_MAX);
    if (!utf8_valid(xml))
        return FAIL(c, ERR_INPUT, "rules.xml", STR_F ":1: not UTF-8", STR_A(file));
    if (str_find(xml, STR("<!DOCTYPE"), &at) || str_find(xml, STR("<!ENTITY"), &at))
        return FAIL(c, ERR_INPUT, "rules.xml", STR_F ":1: a document type is not accepted", STR_A(file));
    xmlParserCtxtPtr x = xmlNewParserCtxt();
    if (!x)
        return FAIL(c, ERR_NOMEM, "memory", "xml");
    x->sax->error = quiet;
    x->sax->warning = quiet;
    x->sax->serror = NULL;
    xmlDocPtr doc = xmlCtxtReadMemory(x, xml.p, (int)xml.n, NULL, "UTF-8",
                                      XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_NOERROR |
                                          XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS | XML_PARSE_BIG_LINES);
    enum err e = ERR_OK;
    if (!doc) {
        const char *why = x->lastError.message ? x->lastError.message : "not XML";
        e = FAIL(c, ERR_INPUT, "rules.xml", STR_F ":%d: %.120s", STR_A(file), x->lastError.line, why);
    }
    xmlFreeParserCtxt(x);
    *out = doc;
    return e;
}
