/* send.c - letters out: sealed, kept as an attachment of the run, put among what
 * waits; a set's letters all at once. */
#include "inquiry/inside.h"

#include "db/db.h"

static void sign_here(void *arg, struct str msg, unsigned char sig[SIG_LEN])
{
    node_sign(arg, msg, sig);
}

static enum err letter_put(struct ctx *c, const struct inquiry *q, const struct letter *what, const char *state)
{
    struct inquiry_peer to;
    struct str bytes, hash;
    struct draft *d;
    struct letter l = *what;
    AUTO_WIPE(l);
    TRY(inquiry_peer_find(c, l.to, &to));
    l.run = q->run;
    l.from = ledger_node_id(c->node->ledger);
    l.id = id_new(&c->mem, c->now_us);
    l.at_us = c->now_us;
    /* What comes after the run must not keep the run's dossier alive. */
    struct str dossier = l.kind >= LETTER_REPLY ? q->dossier : q->run_dossier;
    TRY(letter_write(c, &l, to.box, sign_here, c, &bytes));
    TRY(blob_put(c, dossier, bytes, &hash));
    TRY(draft_begin(c, q->run, "inquiry.letter", &d));
    draft_in(d, dossier);
    draft_set(d, "inquiry_letter", l.id, "run", q->run);
    draft_set(d, "inquiry_letter", l.id, "to", l.to);
    draft_set(d, "inquiry_letter", l.id, "blob", hash);
    draft_set_i64(d, "inquiry_letter", l.id, "bytes", (int64_t)bytes.n);
    draft_set(d, "inquiry_letter", l.id, "state", str_c(state));
    draft_set_i64(d, "inquiry_letter", l.id, "made", c->now_us);
    return draft_commit(c, d);
}

/* Memory of its own: a share may be in it, and a set has hundreds. */
static enum err put_apart(struct ctx *c, const struct inquiry *q, const struct letter *l, const char *state)
{
    struct ctx room;
    room_begin(&room, c);
    room.who = c->who;
    enum err e = letter_put(&room, q, l, state);
    if (e && !c->fault.code)
        c->fault = room.fault;
    room_end(&room);
    return e;
}

enum err letter_send(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    return put_apart(c, q, l, "waiting");
}

enum err letter_hold(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    return put_apart(c, q, l, "held");
}

enum { HELD_MAX = (SET_PIECES + 1) * GUARDIANS_MAX };

static enum err held_to(struct ctx *c, struct draft *d, const struct inquiry *q, const char *state, size_t *n)
{
    AUTO_ROWS r = { 0 };
    *n = 0;
    TRY(db_query(c, &r, "SELECT id FROM inquiry_letter WHERE run = $1 AND state = 'held' ORDER BY id LIMIT $2",
                 ARGS(TEXT(q->run), INT(HELD_MAX))));
    draft_in(d, q->run_dossier);
    for (; *n < HELD_MAX && rows_next(&r); ++*n)
        draft_set(d, "inquiry_letter", row_str(&r, 0), "state", str_c(state));
    return rows_end(&r);
}

enum err letters_release(struct ctx *c, struct draft *d, const struct inquiry *q)
{
    struct inquiry now;
    size_t n;
    TRY(run_row(c, q->run, &now));
    if (!str_eq(now.state, q->state))               /* another process of this node was first */
        return FAIL(c, ERR_CONFLICT, "inquiry.known", "run " STR_F, STR_A(q->run));
    return held_to(c, d, q, "waiting", &n);
}

enum err letters_drop(struct ctx *c, const struct inquiry *q)
{
    struct draft *d;
    size_t n = 0;
    TRY(draft_begin(c, q->run, "inquiry.letter", &d));
    enum err e = held_to(c, d, q, "dropped", &n);
    if (e || !n) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

enum err refuse_run(struct ctx *c, const struct inquiry *q, const char *words)
{
    struct draft *d;
    struct letter no = { .kind = LETTER_REFUSE, .to = q->asker, .words = str_c(words) };
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    state_set(d, q, "refused");
    draft_set(d, "inquiry", q->id, "words", str_c(words));
    TRY(draft_commit(c, d));
    return letter_send(c, q, &no);
}

enum err bad_letter(struct ctx *c, const char *key, const struct letter *l)
{
    return FAIL(c, ERR_INPUT, key, "letter %d of run " STR_F, (int)l->kind, STR_A(l->run));
}
