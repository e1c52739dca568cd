/* tick.c - every half minute: exchange, work, forget what has ended. */
#include "inquiry/inside.h"

#include "base/node.h"
#include "db/db.h"

/* A run's dossier is destroyed when the run has its result and its letters have
 * gone, or when it has become old. */
static enum err forget_ended(struct ctx *c, size_t limit, size_t *did)
{
    AUTO_ROWS r = { 0 };
    struct str *run = NEW_N(&c->mem, struct str, limit);
    size_t n = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT q.run_dossier FROM inquiry_row q JOIN dossier d ON d.id = q.run_dossier"
        " WHERE (q.state NOT IN ('sent', 'received', 'joined', 'granted', 'answered')"
        "   AND NOT EXISTS (SELECT 1 FROM inquiry_letter l WHERE l.dossier = q.run_dossier"
        "   AND l.state IN ('waiting', 'packed')))"
        "  OR q.asked_us < $1 ORDER BY q.run_dossier LIMIT $2",
        ARGS(INT(c->now_us - INQUIRY_KEEP_DAYS * US_PER_DAY), INT((int64_t)limit))));
    while (n < limit && rows_next(&r))
        run[n++] = row_str(&r, 0);
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++)
        TRY(dossier_erase(c, run[i], STR("inquiry ended")));
    *did += n;
    return ERR_OK;
}

static enum err expire_old(struct ctx *c, size_t limit, size_t *did)
{
    AUTO_ROWS r = { 0 };
    struct inquiry *q = NEW_N(&c->mem, struct inquiry, limit);
    struct draft *d;
    size_t n = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r, "SELECT id, run, dossier FROM inquiry_row WHERE state IN ('sent', 'received', 'joined', 'granted', 'answered')"
                        " AND asked_us < $1 ORDER BY id LIMIT $2",
                 ARGS(INT(c->now_us - INQUIRY_KEEP_DAYS * US_PER_DAY), INT((int64_t)limit))));
    for (; n < limit && rows_next(&r); n++)
        q[n] = (struct inquiry){ .id = row_str(&r, 0), .run = row_str(&r, 1), .dossier = row_str(&r, 2) };
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++) {
        TRY(draft_begin(c, q[i].run, "inquiry.expire", &d));
        state_set(d, &q[i], "expired");
        TRY(draft_commit(c, d));
    }
    *did += n;
    return ERR_OK;
}

enum { TURNS = 8 };

/* What an exchange brings may be work, and its result wants to leave. */
enum err inquiry_tick(struct ctx *c, size_t limit, size_t *did)
{
    size_t moved = 0, worked = 1;
    *did = 0;
    for (int i = 0; i < TURNS && worked && !stopping(c); i++) {
        TRY(inquiry_exchange(c, &moved));
        TRY(inquiry_work(c, &worked));
        *did += moved + worked;
    }
    TRY(expire_old(c, limit, did));
    return forget_ended(c, limit, did);
}
