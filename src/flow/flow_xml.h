/* flow_xml.h - the one place of this room that sees libxml2. */
#ifndef FLOW_XML_H
#define FLOW_XML_H

#include "flow/flow_model.h"

#include <libxml/tree.h>

/* One library holds all rooms, and other rooms read XML too. */
#define xml_is flow_xml_is
#define xml_attr flow_xml_attr
#define xml_has flow_xml_has
#define xml_text flow_xml_text
#define xml_line flow_xml_line
#define xml_next flow_xml_next
#define xml_first flow_xml_first
#define xml_child flow_xml_child

enum xml_space { XS_NONE, XS_BPMN, XS_DI, XS_DC, XS_DD, XS_AMPARO, XS_OTHER };

/* Parse without network, entities or DOCTYPE.  Free with xmlFreeDoc.
 * ERR_INPUT "flow.not-xml" with the line in the detail. */
enum err xml_read(struct ctx *c, struct str bytes, xmlDocPtr *out) MUST_CHECK;
enum xml_space xml_space(const xmlNode *e);
bool xml_is(const xmlNode *e, const char *local);
/* Any attribute without namespace; copied into mem; empty when absent. */
struct str xml_attr(struct arena *mem, const xmlNode *e, const char *name);
bool xml_has(const xmlNode *e, const char *name);
bool xml_flag(const xmlNode *e, const char *name, bool otherwise);
/* An attribute of any namespace but none: camunda:collection, zeebe:… */
struct str xml_vendor_attr(struct arena *mem, const xmlNode *e, const char *name);
struct str xml_own_attr(struct arena *mem, const xmlNode *e, const char *name);  /* amparo:name */
/* Text below the element, trimmed, copied. */
struct str xml_text(struct arena *mem, const xmlNode *e);
int xml_line(const xmlNode *e);
/* The first child element of that local name in the BPMN namespace, or NULL. */
const xmlNode *xml_child(const xmlNode *e, const char *local);
const xmlNode *xml_first(const xmlNode *e);   /* first child element */
const xmlNode *xml_next(const xmlNode *e);    /* next element beside it */
/* A decimal such as "12.8047" in hundredths, clamped to ±10 million units. */
int64_t xml_hundredths(const xmlNode *e, const char *name);

#endif
