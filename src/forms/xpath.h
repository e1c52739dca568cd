/* xpath.h - ODK expressions: checked when a form is read, rewritten for libxml2.
 *
 * ODK compares dates with < and counts with them; XPath 1.0 in libxml2 does
 * not.  And a path like /data/child/age inside a repeat means "of this child".
 * So each expression is parsed once and written anew: comparisons become
 * odk-cmp(), operands of arithmetic odk-num(), and absolute paths through a
 * repeat that also holds the context start at current().
 */
#ifndef FORMS_XPATH_H
#define FORMS_XPATH_H

#include "base/base.h"

enum { XPATH_TEXT_MAX = 16 * 1024, XPATH_DEPTH_MAX = 64, XPATH_STEPS_MAX = 64 };

struct xpath_scope {
    struct str context;           /* "/data/child/age": the node the expression belongs to */
    const struct str *repeat; size_t repeats;      /* "/data/child", in document order */
    bool (*known)(const void *with, struct str path);   /* may be NULL */
    const void *with;
};
struct xpath_error { size_t at; const char *why; struct str what; };

/* False: `e` tells what is wrong and where (byte offset).  Functions and their
 * number of arguments are checked against the table of odk.h. */
bool xpath_translate(struct arena *mem, const struct xpath_scope *s, struct str text,
                     struct str *out, struct xpath_error *e);

#endif
