/* text.h - inside the rulebook: a DMN text as fields of a record.  A value
 * holds at most VALUE_MAX bytes, so a text lies in text/00, text/01, ... */
#ifndef RULEBOOK_TEXT_H
#define RULEBOOK_TEXT_H

#include "rulebook/rulebook.h"

/* before: the record as it is, or NULL: longer texts than the new one are cut. */
void text_put(struct ctx *c, struct draft *d, const char *kind, struct str record,
              const struct record *before, struct str text);
enum err text_of(struct ctx *c, const struct record *r, struct str *out) MUST_CHECK;
/* Read a DMN text that came from a person: size, UTF-8, XML, model. */
enum err text_check(struct ctx *c, struct str decision, struct str text, bool draft, struct dmn_model **out) MUST_CHECK;

#endif
