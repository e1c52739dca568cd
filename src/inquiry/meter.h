/* meter.h - how many letters each paired node has sent, this minute and today.
 *
 * A paired node that has gone wrong (a loop, a break-in) must not fill this one:
 * above the limit its letters are not taken in and go on waiting there.  Only
 * letters whose signature held are counted, and the same bytes once a day, so nobody
 * can use up another's: not even who holds copies of its letters, as a courier does.
 *
 * In memory and for one process: forgotten at a restart.  What bounds the ledger
 * for good is the week's quota of questions (admit.c). */
#ifndef INQUIRY_METER_H
#define INQUIRY_METER_H

#include "base/base.h"

enum { METER_LETTERS_MINUTE = 600, METER_LETTERS_DAY = 20000, METER_POLLS_MINUTE = 600 };
#define METER_BYTES_DAY (INT64_C(1) << 30)

struct inquiry_meter;
struct inquiry_meter *inquiry_meter_new(void);      /* NULL: no memory */
void inquiry_meter_free(struct inquiry_meter *m);   /* safe on NULL */

struct meter_count { int64_t letters, polls, bytes, refused; };
/* Count one letter of this size.  False: too many; *first: the first of the day
 * that was too many.  m NULL: true. */
bool meter_admit(struct inquiry_meter *m, int64_t now_us, struct str node, bool poll, size_t bytes, bool *first);
/* Was this letter (its bytes) counted today?  Then it costs no letter again; good: not
 * too many such this minute.  A few new ones are taken for repeated, too. */
bool meter_repeated(struct inquiry_meter *m, int64_t now_us, struct str node, struct str letter, bool *good);
/* This one was counted. */
void meter_counted(struct inquiry_meter *m, struct str node, struct str letter);
/* Today (24 hours from the first letter counted). */
struct meter_count meter_today(struct inquiry_meter *m, int64_t now_us, struct str node);

#endif
