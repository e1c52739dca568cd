/* files.h - the style sheet, scripts and images built into the program.
 *
 * Their addresses carry a hash of the content, so a browser may keep them for
 * ever; a new build has new addresses.
 */
#ifndef FILES_H
#define FILES_H

#include "base/base.h"

struct static_file { struct str type, bytes, gzip; };

/* "style.css" → "/static/style.1a2b3c4d5e6f.css", in c->mem. */
struct str static_url(struct ctx *c, const char *name);
/* The file behind such an address; with another hash, or none, it is not
 * there.  Bytes live as long as the program. */
bool static_find(struct str path, struct static_file *out);

#endif
