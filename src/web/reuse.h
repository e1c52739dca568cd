/* reuse.h - finished pages, given again while nothing they were made of has changed.
 *
 * A page that only shows tables is a function of: the session (officer, roles,
 * what it has opened), the language, the address, the tables, the minute, and
 * the program with its pack.  So its bytes may be given again to the same
 * session, for the same address and language, within the same minute, as long
 * as the tables stand at the same change: fold_state.folded moves in the very
 * transaction that writes rows, whoever writes them, and is read anew from the
 * database for every answer.  Why this is safe: docs/decisions/0005-finished-pages.md.
 *
 * Which pages: routes marked .again (page/route.h); never one that failed, sets
 * a cookie, sends a file, or wrote something.  In memory only, capped, wiped
 * when the session ends or locks and when an entry goes.
 */
#ifndef REUSE_H
#define REUSE_H

#include "db/db.h"
#include "page/route.h"

enum { REUSE_BYTES = 12 << 20, REUSE_PAGE_MAX = 256 << 10 };

struct reuse;
struct reuse *reuse_new(void);                          /* NULL: no memory; then nothing is reused */
void reuse_free(struct reuse *u);                       /* safe on NULL */

/* What was known before a page was made. */
struct reuse_ask {
    bool may;                            /* asked by a session, with nothing special about it */
    bool zip;                            /* takes gzip */
    int64_t folded;                      /* where the tables stood before the page was begun; -1: unknown */
    struct db_reads *reads;              /* what the page's statements read; or NULL */
    unsigned char key[32];
};
/* The session is resumed and not locked.  True: *rs is the whole answer. */
bool reuse_find(struct ctx *c, const struct request *rq, struct reuse_ask *ask, struct response *rs);
/* Before a page that may be kept is begun, and when it is done. */
void reuse_begin(struct ctx *c, struct reuse_ask *ask);
void reuse_keep(struct ctx *c, const struct reuse_ask *ask, const struct response *rs);
/* The request is over, kept or not. */
void reuse_end(struct ctx *c);
/* Wipe what was kept for a session: it ends, or is locked. */
void reuse_forget(struct ctx *c, struct str session);
/* Wipe what can be given no more. */
void reuse_sweep(struct reuse *u, int64_t now_us);

struct reuse_stats { int64_t given, kept, bytes, most_bytes, later; };     /* later: given after tables had moved */
void reuse_stats(struct reuse *u, struct reuse_stats *out);

#endif
