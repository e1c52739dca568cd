/* import.h - a document as files of a pack.  Nothing that is there is overwritten. */
#ifndef LAW_IMPORT_H
#define LAW_IMPORT_H

#include "law/text.h"

/* DIR/law/instruments.csv, provisions.csv (when the document has rows) and
 * text/ID.md (when it has the law's own words).  ERR_CONFLICT
 * "law.import.exists": a file is already there.  Every row comes in as the file
 * says, but not verified, whatever it claims: nobody here has read its source. */
enum err law_import(struct ctx *c, const struct law_doc *d, const char *dir) MUST_CHECK;

#endif
