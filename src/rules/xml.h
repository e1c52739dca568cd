/* xml.h - the little of XML that DMN needs: elements, attributes, text, lines.
 * libxml2 reads; nothing of it is seen outside xml.c. */
#ifndef RULES_XML_H
#define RULES_XML_H

#include "base/base.h"

struct xattr { const char *name; struct str value; };
struct xnode {
    const char *name;                  /* without prefix */
    const char *ns;                    /* namespace, or NULL */
    const struct xattr *attr; size_t n_attr;
    struct xnode *first, *last, *next; /* child elements, next sibling element */
    struct buf text;                   /* its own text, all of it */
    int line;
};
struct xdoc { struct arena mem; void *names; struct xnode *root; };

/* Read a document.  Refused: bytes that are not UTF-8, a document type, more
 * than DMN_FILE_MAX bytes or DMN_XML_DEPTH_MAX levels.  xn_close in any case. */
enum err xn_open(struct ctx *c, struct str file, struct str xml, struct xdoc *out) MUST_CHECK;
void xn_close(struct xdoc *d);

bool xn_is(const struct xnode *n, const char *local);
const struct xnode *xn_first(const struct xnode *n);
const struct xnode *xn_next(const struct xnode *n);
const struct xnode *xn_child(const struct xnode *n, const char *local);
const struct xnode *xn_sibling(const struct xnode *n, const char *local);  /* n itself or a later one */
size_t xn_count(const struct xnode *n, const char *local);
int xn_line(const struct xnode *n);
struct str xn_value(const struct xnode *n, const char *attr);              /* borrowed; {0}: none */

#endif
