/* odk.h - the functions of the ODK XForms specification for libxml2's XPath. */
#ifndef FORMS_ODK_H
#define FORMS_ODK_H

#include "base/base.h"
#include "forms/forms.h"
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

struct odk_fn {
    const char *name;
    short min, max;               /* arguments; max -1 = any number */
    xmlXPathFunction run;
};
const struct odk_fn *odk_find(struct str name);
size_t odk_count(void);
const struct odk_fn *odk_at(size_t i);

/* A secondary instance of the form, parsed when first asked for. */
struct odk_doc {
    struct str id;
    xmlDocPtr doc;
};

/* What the functions know; reached through the XPath context's userData. */
struct odk_env {
    struct ctx *c;
    const struct form *form;
    const struct form_env *env;
    xmlNodePtr here;              /* current() */
    const struct form_field *field;   /* the field `here` is of */
    struct str value;             /* its value: for once() */
    struct odk_doc *doc; size_t docs, doc_room;
    int64_t steps_left;           /* work still allowed in this check: pairs compared, segments crossed */
    bool refused;                 /* memory, or a limit */
};
/* A context whose functions see `e`; free with xmlXPathFreeContext. */
xmlXPathContextPtr odk_context(struct odk_env *e, xmlDocPtr doc);
void odk_done(struct odk_env *e);                     /* frees the instances */
/* The document of a secondary instance, or NULL. */
xmlDocPtr odk_instance(struct odk_env *e, struct str id);

/* Shared by the files of functions; all text goes to e->c->mem. */
struct odk_env *odk_of(xmlXPathParserContextPtr x);
struct str odk_pop(xmlXPathParserContextPtr x);       /* string value of the argument */
double odk_pop_num(xmlXPathParserContextPtr x);       /* dates become days */
double odk_num(struct str s);                         /* NaN when neither number nor date */
void odk_push(xmlXPathParserContextPtr x, struct str s);
void odk_push_num(xmlXPathParserContextPtr x, double v);
void odk_push_bool(xmlXPathParserContextPtr x, bool v);
struct str odk_num_text(struct arena *mem, double v);

extern const struct odk_fn odk_text_fns[], odk_math_fns[], odk_date_fns[], odk_node_fns[],
    odk_geo_fns[];

#endif
