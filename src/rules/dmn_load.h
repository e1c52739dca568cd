/* dmn_load.h - shared by the files that turn DMN XML into a model. */
#ifndef DMN_LOAD_H
#define DMN_LOAD_H

#include "rules/dmn.h"

#include "rules/xml.h"

struct item_def {
    struct str name;
    const struct xnode *xml;            /* only while loading */
    struct type *type;
    uint8_t state;                 /* 1 being read, 2 read */
};

struct loader {
    struct ctx *c;
    struct dmn_model *m;
    struct compiler k;
    const struct xnode *root;
    bool lax;                      /* keep going: what cannot be read gives null */
    enum err err;
    struct str where;              /* the decision or function being read */
    int row;                       /* of the table being read, from 1; 0: none */
    int depth;
};

/* Copied into the model; {0}: no such attribute. */
struct str xn_attr(struct loader *l, const struct xnode *n, const char *name);
/* What <text> in n says, or n itself; copied. */
struct str xn_text(struct loader *l, const struct xnode *n);

/* dmn_load.c */
/* A problem with the model: an error of l, unless lax. */
void dmn_problem_add(struct loader *l, enum rules_kind kind, const struct xnode *at, const char *why, struct str more);
const struct type *dmn_read_type(struct loader *l, struct str name, const struct xnode *at);   /* NULL: none named */
bool dmn_read_types(struct loader *l);                             /* dmn_types.c */
const struct type *dmn_find_type(struct loader *l, struct str name);
/* dmn_boxed.c: any boxed expression. */
const struct node *dmn_read_expr(struct loader *l, const struct xnode *n, struct scope *s);
const struct xnode *xn_expression(const struct xnode *n);               /* first child that is an expression */
const struct node *dmn_read_feel(struct loader *l, const struct xnode *at, struct str text, struct scope *s, bool unary);
bool dmn_read_lambda(struct loader *l, const struct xnode *n, struct scope *s, struct lambda *out, bool *external);
const struct node *dmn_coerced(struct loader *l, const struct node *n, const struct type *t);
/* dmn_table.c */
const struct node *dmn_read_table(struct loader *l, const struct xnode *n, struct scope *s);

#endif
