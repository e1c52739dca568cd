/* po.h - read GNU PO text.  Inside words/ only.
 *
 * Takes comments, msgid and msgstr with continued strings, the header entry,
 * obsolete (#~) entries and "fuzzy" flags, which leave the entry out.  Refuses
 * msgctxt and msgid_plural: keys are unique and plurals are in the message.
 */
#ifndef PO_H
#define PO_H

#include "base/base.h"

struct po_entry { struct str key, text; int line; };
struct po { struct str name, rest; int line; };

void po_open(struct po *p, struct str name, struct str bytes);
/* The next entry; *more = false at the end.  ERR_INPUT: "name:line: what". */
enum err po_next(struct ctx *c, struct arena *mem, struct po *p, struct po_entry *e, bool *more) MUST_CHECK;

enum { PO_TEXT_MAX = 16 * 1024 };

#endif
