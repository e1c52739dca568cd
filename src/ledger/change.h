/* change.h - the canonical bytes of one change, before it is sealed.
 *
 * A change is sealed, chained, signed and kept for ever, so there is exactly
 * one way to write it: change_parse() refuses every other spelling, therefore
 * format(parse(x)) == x for all accepted x.
 *
 *   amparo-change 1
 *   I 26:<change id>
 *   V <n>:<verb>             [a-z0-9._-]{1,60}
 *   O <n>:<officer>          record id or empty
 *   F <n>:<office>           or empty
 *   D <n>:<dossier>
 *   R <n>:<reason>           UTF-8, may be empty
 *   K <n>:<kind> <n>:<record>
 *   S <n>:<field> <n>:<value>[ 26:<replaced change>]...
 *
 * Lengths are decimal without leading zeros and count bytes.  K opens a group
 * of one or more S; sets are sorted by (kind, record, field) without
 * duplicates, replaced changes by id.  Text holds no NUL.
 */
#ifndef CHANGE_H
#define CHANGE_H

#include "ledger/ledger.h"

enum { REASON_MAX = 8 * 1024, NAME_BYTES = 64 };

/* Parse one canonical change of at most CHANGE_MAX bytes.  *out borrows `in`;
 * its arrays are in c->mem; node, seq and time_us are not in the body and stay
 * zero.  ERR_INPUT for anything that is not the canonical spelling.  Touches
 * no database, logs nothing: safe on bytes from a peer. */
enum err change_parse(struct ctx *c, struct str in, struct change *out) MUST_CHECK;
/* Append the canonical bytes; sets must be sorted.  The caller checks b->failed. */
void change_format(struct buf *b, const struct change *ch);

bool kind_ok(struct str s);       /* [a-z_]{1,40} */
bool field_ok(struct str s);      /* [a-z0-9_/.:-]{1,80} */
bool verb_ok(struct str s);
bool name_ok(struct str s);       /* a record or dossier: [a-z0-9_.-]{1,64} */
bool text_ok(struct str s, size_t max);    /* UTF-8 without NUL */
int set_cmp(const struct set *a, const struct set *b);   /* kind, record, field */

#endif
