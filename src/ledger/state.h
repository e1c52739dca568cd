/* state.h - what the fold keeps of one record: pure, no database.
 *
 * Per field: the heads (assignments no other has replaced) and the gone
 * (changes that were replaced before they arrived here).  With S the changes
 * of this record that arrived and P(x) what x replaces, always
 *
 *     heads = S without all P,    gone = all P without S,
 *
 * which says nothing of the order of arrival; state_apply() keeps both true.
 */
#ifndef STATE_H
#define STATE_H

#include "ledger/ledger.h"

struct assign { struct str change, node, officer, value; int64_t time_us; };
struct state_field {
    struct str name;
    size_t n, gone_n;
    struct assign *heads;          /* the later first: by time, node, change */
    struct str *gone;              /* sorted */
};
struct state {
    int64_t created_us, updated_us;
    size_t n;
    struct state_field *fields;    /* sorted by name */
};
/* One assignment that arrives. */
struct arrival { struct assign a; struct str field; size_t prevs_n; const struct str *prevs; };

/* Did this change of the record arrive in an earlier batch? */
typedef enum err state_seen(struct ctx *c, void *with, struct str change, bool *yes);

/* Take the arrivals (each exactly once, in any order; the array is sorted
 * here) into *s.  Results live in c->mem and borrow the arrivals' bytes. */
enum err state_apply(struct ctx *c, struct state *s, struct arrival *in, size_t n,
                     state_seen *seen, void *with) MUST_CHECK;
bool state_conflict(const struct state *s);

/* Canonical bytes (docs/ledger-format.md).  Decoding borrows `in`. */
void state_encode(struct buf *b, const struct state *s);
enum err state_decode(struct ctx *c, struct str in, struct state *out) MUST_CHECK;
/* What desks see.  Borrows *s. */
enum err state_record(struct ctx *c, const struct state *s, struct record *out) MUST_CHECK;

#endif
