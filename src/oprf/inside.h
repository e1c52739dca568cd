/* inside.h - what the files of this room share. */
#ifndef OPRF_INSIDE_H
#define OPRF_INSIDE_H

#include "crypto/crypto.h"
#include "oprf/oprf.h"

#include <sodium.h>

/* Run job(arg, from, to) over 0..n in threads; false when some call gave false. */
typedef bool span_job(void *arg, size_t from, size_t to, int lane);
enum { LANES = 16 };
bool in_lanes(span_job *job, void *arg, size_t n, int threads);
int lanes_for(size_t n, int threads);

void scalar_from_wide(const unsigned char wide[64], struct scalar *out);
/* expand_message_xmd (RFC 9380, SHA-512) for 64 bytes.  The tag is prefix ‖ contextString. */
void expand(enum oprf_mode m, const char *prefix, const struct str *msg, size_t n, unsigned char out[64]);
void hash_to_scalar(enum oprf_mode m, const struct str *msg, size_t n, struct scalar *out);

/* libsodium 1.0.18 reads an encoding with its highest bit set as if it were not:
 * two spellings of one element.  We take one. */
static inline bool top_clear(const struct element *e)
{
    return e->b[OPRF_ELEMENT - 1] < 0x80;
}

static inline bool element_add(const struct element *a, const struct element *b, struct element *out)
{
    return top_clear(a) && top_clear(b) && crypto_core_ristretto255_add(out->b, a->b, b->b) == 0;
}
#endif
