/* stream.h - a backup's bytes: frames in one zstd stream, a hash at the end.
 *
 * frame = tag (1 byte), number of fields (1), then per field its length (4
 * bytes, big-endian) and bytes.  Numbers are 8 bytes, big-endian.  The last
 * frame, tag 'Z', holds the keyed BLAKE2b of every byte before it.
 */
#ifndef STREAM_H
#define STREAM_H

#include "base/base.h"

enum { FRAME_FIELDS = 8 };
static const size_t FRAME_MAX = 20u << 20;

struct frame { char tag; size_t n; struct str field[FRAME_FIELDS]; };
int64_t frame_i64(const struct frame *f, size_t i);      /* 0 when not 8 bytes */

struct stream_out;
/* Writes path.part; stream_finish() makes it durable and gives it its name. */
enum err stream_create(struct ctx *c, const char *path, struct stream_out **out) MUST_CHECK;
void stream_put(struct stream_out *s, const struct frame *f);    /* sticky failure */
enum err stream_finish(struct ctx *c, struct stream_out *s) MUST_CHECK;
void stream_drop(struct stream_out *s);                  /* removes path.part; safe on NULL */
struct str stream_num(char room[8], int64_t v);

struct stream_in;
enum err stream_open(struct ctx *c, const char *path, struct stream_in **out) MUST_CHECK;
/* The next frame; its bytes live until the next call.  *end after the hash was
 * read and is right.  ERR_CORRUPT "backup.truncated" or "backup.damaged". */
enum err stream_next(struct ctx *c, struct stream_in *s, struct frame *f, bool *end) MUST_CHECK;
void stream_close(struct stream_in *s);

#endif
