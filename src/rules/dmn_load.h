/* dmn_load.h - shared by the files that turn DMN XML into a model. */
#ifndef DMN_LOAD_H
#define DMN_LOAD_H

#include "rules/dmn.h"

#include <libxml/tree.h>

/* One library holds all rooms, and other rooms read XML too. */
#define xml_is dmn_xml_is
#define xml_attr dmn_xml_attr
#define xml_text dmn_xml_text
#define xml_line dmn_xml_line
#define xml_next dmn_xml_next
#define xml_first dmn_xml_first
#define xml_child dmn_xml_child

struct item_def {
    struct str name;
    const xmlNode *xml;            /* only while loading */
    struct type *type;
    uint8_t state;                 /* 1 being read, 2 read */
};

struct loader {
    struct ctx *c;
    struct dmn_model *m;
    struct compiler k;
    const xmlNode *root;
    bool lax;                      /* keep going: what cannot be read gives null */
    enum err err;
    struct str where;              /* the decision or function being read */
    int depth;
};

/* xml.c */
bool xml_is(const xmlNode *n, const char *local);
const xmlNode *xml_child(const xmlNode *n, const char *local);
const xmlNode *xml_first(const xmlNode *n);                    /* first child element */
const xmlNode *xml_next(const xmlNode *n);                     /* next sibling element */
const xmlNode *xml_sibling(const xmlNode *n, const char *local);  /* n itself or a later one */
struct str xml_attr(struct loader *l, const xmlNode *n, const char *name);   /* copied; {0}: none */
struct str xml_text(struct loader *l, const xmlNode *n);       /* content of <text> in n, or of n */
size_t xml_count(const xmlNode *n, const char *local);
int xml_line(const xmlNode *n);
enum err xml_open(struct ctx *c, struct str file, struct str xml, xmlDocPtr *out) MUST_CHECK;

/* dmn_load.c */
/* A problem with the model: an error of l, unless lax. */
void load_problem(struct loader *l, enum rules_kind kind, const xmlNode *at, const char *why, struct str more);
const struct type *load_type(struct loader *l, struct str name, const xmlNode *at);   /* NULL: none named */
bool load_types(struct loader *l);                             /* dmn_types.c */
const struct type *find_type(struct loader *l, struct str name);
/* dmn_boxed.c: any boxed expression. */
const struct node *load_expr(struct loader *l, const xmlNode *n, struct scope *s);
const xmlNode *xml_expression(const xmlNode *n);               /* first child that is an expression */
const struct node *load_feel(struct loader *l, const xmlNode *at, struct str text, struct scope *s, bool unary);
bool load_lambda(struct loader *l, const xmlNode *n, struct scope *s, struct lambda *out, bool *external);
const struct node *coerced(struct loader *l, const struct node *n, const struct type *t);
/* dmn_table.c */
const struct node *load_table(struct loader *l, const xmlNode *n, struct scope *s);

#endif
