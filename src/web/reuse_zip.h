/* reuse_zip.h - a finished page compressed once and given many times.
 *
 * Each form key stands in a stored block of its own, and nothing after it refers
 * back across it: so fresh keys are written into the compressed bytes in place.
 * Every answer gets its own checksum and a comment of random length before the
 * page, which blurs the size (http/answer.c says why).  Private to reuse.c. */
#ifndef REUSE_ZIP_H
#define REUSE_ZIP_H

#include "base/base.h"

struct zipped { unsigned char *p; size_t n, once_n; uint32_t once[32]; };   /* p: malloc'd, raw deflate */
/* False: it does not work out, nothing is kept.  once: where the keys stand in body. */
bool zip_make(struct str body, const uint32_t *once, size_t once_n, struct zipped *out);
/* The whole gzip answer for `body`, whose keys are the fresh ones; {0}: no room. */
struct str zip_give(struct arena *a, const struct zipped *z, struct str body, const uint32_t *once);

#endif
