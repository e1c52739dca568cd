/* embed.h - files built into the program: web/ and words/.
 *
 * The table is made by tools/embed.sh at build time.  Bytes are read-only and
 * live as long as the program.
 */
#ifndef EMBED_H
#define EMBED_H

#include "base/base.h"

struct embedded {
    const char *path;             /* "web/style.css", "words/es.po" */
    const char *hash;             /* 12 hex digits of the content's SHA-256 */
    struct str bytes, gzip;       /* gzip: {0} where it is not served */
};
extern const struct embedded embedded[];        /* sorted by path */
extern const size_t embedded_n;

#endif
