/* work.c - what a run waits for on this node: short work at once, with the letter
 * that brought it; long work by the clock, one run after another.  Any of it may
 * be interrupted: nothing has left before all of it is done. */
#include "inquiry/inside.h"

#include "db/db.h"

enum { TRIES = 5, PERSONS_SHORT = 300, WORK_MAX = 512 << 20 };

/* One act on a run at a time: the clock, a courier and a call may come at once.
 * The lock is a draft that is never committed, on a connection of its own. */
enum err with_run(struct ctx *c, struct str run, enum err (*act)(struct ctx *c, const void *arg), const void *arg)
{
    struct ctx own;
    struct draft *hold = NULL;
    ctx_init(&own, 1 << 20);
    own.node = c->node;
    own.who = c->who;
    enum err e = ledger_connect(&own, c->node->ledger, &own.db);
    if (!e)
        e = draft_begin(&own, str_join(&own.mem, STR("letters of "), run), "inquiry.receive", &hold);
    if (e)
        c->fault = own.fault;
    else
        e = act(c, arg);
    if (hold)
        draft_drop(hold);
    db_close(own.db);
    own.db = NULL;
    ctx_done(&own);
    return e;
}

typedef enum err worker(struct ctx *c, const struct inquiry *q);

static worker *work_of(const struct inquiry *q)
{
    if (str_is(q->role, "answer"))
        return str_is(q->state, "received") ? answer_join : str_is(q->state, "granted") ? answer_reply : NULL;
    return str_is(q->role, "guard") && str_is(q->state, "joined") ? guard_serve : NULL;
}

static enum err set_tries(struct ctx *c, const struct inquiry *q, int64_t n)
{
    struct draft *d;
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    draft_in(d, q->run_dossier);
    draft_set_i64(d, "inquiry_run", q->run, "tries", n);
    return draft_commit(c, d);
}

/* Work that fails again and again must not fill the disk with what it tried. */
static enum err one_try(struct ctx *c, const struct inquiry *q)
{
    struct record run;
    TRY(run_load(c, q, &run));
    int64_t tries = record_i64(&run, "tries");
    if (tries >= TRIES)
        return refuse_run(c, q, "inquiry.no-result");
    TRY(set_tries(c, q, tries + 1));
    enum err e = work_of(q)(c, q);
    if (e == ERR_BUSY && stopping(c)) {
        struct fault f = c->fault;
        c->fault = (struct fault){ 0 };
        TRY(set_tries(c, q, tries));                /* being stopped is no failure */
        c->fault = f;
    }
    return e;
}

/* What cannot be: told to whoever asks, as far as it has not been told. */
static enum err settle(struct ctx *c, const struct inquiry *q, enum err e)
{
    struct inquiry now;
    struct fault f = c->fault;
    if (e != ERR_INPUT)
        return e;
    c->fault = (struct fault){ 0 };
    TRY(run_row(c, q->run, &now));
    if (str_eq(now.state, q->state))
        TRY(refuse_run(c, q, f.key));
    c->fault = f;
    return e;
}

static enum err work_row(struct ctx *c, const struct inquiry *q)
{
    struct ctx room;
    room_begin(&room, c);
    room.mem.cap = WORK_MAX;
    enum err e = settle(&room, q, one_try(&room, q));
    if (e && !c->fault.code)
        c->fault = room.fault;
    room_end(&room);
    return e;
}

/* ---- short work ------------------------------------------------------------------------------ */

static enum err few_persons(struct ctx *c, bool *few)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT count(*) FROM (SELECT 1 FROM kind_row WHERE kind = 'person' LIMIT $1) AS first_ones",
                 ARGS(INT(PERSONS_SHORT + 1))));
    *few = rows_next(&r) && row_i64(&r, 0) <= PERSONS_SHORT;
    return rows_end(&r);
}

static enum err is_short(struct ctx *c, const struct inquiry *q, bool *out)
{
    struct record run;
    if (work_of(q) == answer_join)
        return few_persons(c, out);
    TRY(run_load(c, q, &run));
    *out = record_i64(&run, "size") <= SET_PIECE;
    return ERR_OK;
}

/* The caller holds the run.  A failure that another try may mend is left to the clock. */
enum err work_now(struct ctx *c, struct str run)
{
    struct inquiry q;
    bool now = false;
    TRY(run_row(c, run, &q));
    if (!work_of(&q))
        return ERR_OK;
    TRY(is_short(c, &q, &now));
    enum err e = now ? work_row(c, &q) : ERR_OK;
    if (e && e != ERR_INPUT) {
        log_line(LOG_WARN, "run " STR_F ": %s: %s", STR_A(run), err_name(e), c->fault.detail);
        c->fault = (struct fault){ 0 };
        e = ERR_OK;
    }
    return e;
}

/* ---- by the clock --------------------------------------------------------------------------------- */

static enum err work_held(struct ctx *c, const void *arg)
{
    const struct str *run = arg;
    struct inquiry q;
    TRY(run_row(c, *run, &q));
    return work_of(&q) ? work_row(c, &q) : ERR_OK;
}

enum { RUNS_AT_ONCE = 2 };                  /* then letters go and come again */

enum err inquiry_work(struct ctx *c, size_t *did)
{
    AUTO_ROWS r = { 0 };
    struct str run[RUNS_AT_ONCE];
    size_t n = 0;
    *did = 0;
    TRY(db_query(c, &r, "SELECT run FROM inquiry_row WHERE (role = 'answer' AND state IN ('received', 'granted'))"
                        " OR (role = 'guard' AND state = 'joined') ORDER BY asked_us, id LIMIT $1",
                 ARGS(INT(RUNS_AT_ONCE))));
    while (n < COUNT_OF(run) && rows_next(&r))
        run[n++] = row_str(&r, 0);
    TRY(rows_end(&r));
    for (size_t i = 0; i < n && !stopping(c); i++) {
        enum err e = with_run(c, run[i], work_held, &run[i]);
        *did += !e;
        if (e) {
            log_line(LOG_WARN, "run " STR_F ": %s: %s", STR_A(run[i]), err_name(e), c->fault.detail);
            c->fault = (struct fault){ 0 };
        }
    }
    return ERR_OK;
}
