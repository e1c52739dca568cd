/* xml.h - XML from outside, read with no way out; XML text, written escaped. */
#ifndef FORMS_XML_H
#define FORMS_XML_H

#include "base/base.h"
#include <libxml/parser.h>
#include <libxml/tree.h>

/* libxml2's tables, once per process; also before XPath on a tree of ours. */
void xml_init(void);

/* Parse bytes into a tree the caller frees with xmlFreeDoc.  Refuses any
 * DOCTYPE (and so every entity but the five), depth above 256, the network. */
enum err xml_load(struct ctx *c, struct str bytes, size_t max, xmlDocPtr *out) MUST_CHECK;

static inline struct str xml_name(const xmlNode *n) { return str_c((const char *)n->name); }
bool xml_is(const xmlNode *n, const char *local);          /* an element of that local name */
const xmlNode *xml_first(const xmlNode *n);                /* first child element */
const xmlNode *xml_next(const xmlNode *n);                 /* next sibling element */
const xmlNode *xml_child(const xmlNode *n, const char *local);
/* Attribute by local name, whatever its namespace; copied into mem; "" when absent. */
struct str xml_attr(struct arena *mem, const xmlNode *n, const char *local);
bool xml_has(const xmlNode *n, const char *local);
/* All text below n, copied. */
struct str xml_text(struct arena *mem, const xmlNode *n);

void xml_put(struct buf *b, struct str s);                 /* text and attribute value */
bool xml_name_ok(struct str s);                            /* an NCName; ASCII or any letter above */

#endif
