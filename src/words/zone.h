/* zone.h - local time of a place, from the system's time zone files (TZif,
 * RFC 8536).  Inside words/.
 *
 * Not from ICU: Debian's ICU carries the rules of its own release date, and
 * Paraguay left daylight saving in October 2024.
 */
#ifndef ZONE_H
#define ZONE_H

#include "base/base.h"

struct zone { size_t n; const int64_t *from_s; const int32_t *offset_s; int32_t first_s; };

/* name "America/Asuncion"; NULL is UTC.  ERR_NOT_FOUND, ERR_INPUT. */
enum err zone_load(struct ctx *c, struct arena *mem, const char *name, struct zone *z) MUST_CHECK;
/* The same from the bytes of a file: touches nothing else, safe to fuzz. */
enum err zone_parse(struct ctx *c, struct arena *mem, struct str bytes, struct zone *z) MUST_CHECK;
int64_t zone_offset_us(const struct zone *z, int64_t us);

#endif
