/* take.c - one letter comes in: opened, checked, expected?  Then its own file. */
#include "inquiry/inside.h"

#include "base/node.h"
#include "db/db.h"

struct expected { enum letter_kind kind; const char *role, *state, *from; };
/* What may come, to whom, when: everything else is late, early or a repetition. */
static const struct expected expected[] = {
    { LETTER_JOIN,   "guard",  "received",  "answering" },
    { LETTER_GRANT,  "answer", "joined",    "guardian" },
    { LETTER_PART,   "ask",    "sent",      "guardian" },
    { LETTER_ANSWER, "ask",    "sent",      "answering" },
    { LETTER_CLOSE,  "answer", "answered",  "asker" },
    { LETTER_REPLY,  "ask",    "hit",       "answering" },
    { LETTER_SHARE,  "answer", "confirmed", "asker" },
    { LETTER_SHARE,  "ask",    "agreed",    "answering" },
    { LETTER_REFUSE, "ask",    "sent",      "answering" },
    { LETTER_REFUSE, "ask",    "sent",      "guardian" },
};

static bool is_party(const struct inquiry *q, const char *which, struct str node)
{
    return !strcmp(which, "guardian") ? guardian_at(q, node) >= 0
         : str_eq(!strcmp(which, "asker") ? q->asker : q->answering, node);
}

static bool is_expected(const struct inquiry *q, const struct letter *l)
{
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        if (expected[i].kind == l->kind && str_is(q->role, expected[i].role) && str_is(q->state, expected[i].state) &&
            is_party(q, expected[i].from, l->from))
            return true;
    return false;
}

static enum err dispatch(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    switch (l->kind) {
    case LETTER_JOIN:   return take_join(c, q, l);
    case LETTER_GRANT:  return take_grant(c, q, l);
    case LETTER_PART:
    case LETTER_ANSWER: return take_half(c, q, l);
    case LETTER_CLOSE:  return take_close(c, q, l);
    case LETTER_REPLY:  return take_reply(c, q, l);
    case LETTER_SHARE:  return take_share(c, q, l);
    case LETTER_REFUSE: return take_refuse(c, q, l);
    default:            return FAIL(c, ERR_INPUT, "inquiry.bad-letter", "kind %d", (int)l->kind);
    }
}

static enum err take_one(struct ctx *c, const struct letter *l)
{
    struct inquiry q;
    enum err e = run_row(c, l->run, &q);
    if (e == ERR_NOT_FOUND && (l->kind == LETTER_ASK || l->kind == LETTER_JOIN)) {
        c->fault = (struct fault){ 0 };
        if (l->kind == LETTER_ASK)
            return take_ask(c, l);
        return FAIL(c, ERR_CONFLICT, "inquiry.not-yet", "run " STR_F, STR_A(l->run));
    }
    TRY(e);
    if (!is_expected(&q, l))
        return FAIL(c, ERR_CONFLICT, "inquiry.known", "letter %d of run " STR_F " in state " STR_F, (int)l->kind,
                    STR_A(l->run), STR_A(q.state));
    return dispatch(c, &q, l);
}

/* With what it starts here, if that is short. */
static enum err take_held(struct ctx *c, const void *arg)
{
    const struct letter *l = arg;
    TRY(take_one(c, l));
    return work_now(c, l->run);
}

/* Opened, and signed by a paired node?  A stranger's letter is read and its
 * signature tried as well, so that who is paired here shows neither in the
 * answer (net.c gives one for all of this) nor in the work. */
static enum err authenticate(struct ctx *c, const struct envelope *e, struct letter *l, struct inquiry_peer *p)
{
    struct str body, from;
    unsigned char nobody[PUBLIC_LEN], unused[PUBLIC_LEN];
    if (node_unbox(c, e->sealed, &body) != ERR_OK) {
        TRY(c->fault.code == ERR_NOMEM ? ERR_NOMEM : ERR_OK);
        c->fault = (struct fault){ 0 };
        return FAIL(c, ERR_INPUT, "inquiry.bad-letter", "does not open");
    }
    TRY(letter_from(c, body, &from));
    enum err e_find = inquiry_peer_find(c, from, p);
    if (e_find && e_find != ERR_NOT_FOUND)
        return e_find;
    c->fault = (struct fault){ 0 };
    bool known = !e_find && !p->closed;
    node_public(c, nobody, unused);
    enum err e_read = letter_read(c, body, known ? p->sign : nobody, l);
    if (known)
        return e_read;
    c->fault = (struct fault){ 0 };
    l->from = from;
    return FAIL(c, ERR_DENIED, "inquiry.no-peer", "from " STR_F, STR_A(from));
}

/* Too many letters today: the first of them is written down for the administrator. */
static enum err metered(struct ctx *c, const struct letter *l, const struct inquiry_peer *p, struct str bytes)
{
    struct inquiry_meter *m = c->node->meter;
    bool first = false, good = false, poll = l->kind == LETTER_POLL;
    bool again = !poll && meter_repeated(m, c->now_us, l->from, bytes, &good);
    if (!again)
        good = meter_admit(m, c->now_us, l->from, poll, bytes.n, &first);
    if (good && !again && !poll)
        meter_counted(m, l->from, bytes);
    if (good)
        return ERR_OK;
    if (first)
        TRY(peer_over(c, p));
    return FAIL(c, ERR_BUSY, "inquiry.too-many-letters", "from " STR_F, STR_A(l->from));
}

static enum err open_letter(struct ctx *c, const struct envelope *e, struct letter *l, bool *authentic)
{
    struct inquiry_peer p;
    struct str here = ledger_node_id(c->node->ledger);
    *authentic = false;
    if (!str_eq(e->to, here))
        return FAIL(c, ERR_NOT_FOUND, "inquiry.not-for-us", "to " STR_F, STR_A(e->to));
    TRY(authenticate(c, e, l, &p));
    *authentic = true;
    if (!str_eq(l->to, here))
        return FAIL(c, ERR_INPUT, "inquiry.bad-letter", "re-sealed");
    if (l->at_us < c->now_us - INQUIRY_KEEP_DAYS * US_PER_DAY || l->at_us > c->now_us + US_PER_DAY)
        return FAIL(c, ERR_INPUT, "inquiry.old-letter", "letter " STR_F, STR_A(l->id));
    if (p.paused)
        return FAIL(c, ERR_BUSY, "inquiry.paused", "from " STR_F, STR_A(l->from));
    return metered(c, l, &p, e->whole);
}

/* A set may be large, and what was opened must not lie about: its own memory,
 * beside the request's, wiped at the end. */
void room_begin(struct ctx *room, const struct ctx *c)
{
    ctx_init(room, (size_t)256 << 20);
    room->db = c->db;
    room->node = c->node;
    room->now_us = c->now_us;
    room->lang = c->lang;
    room->who = officer_machine(room);
}

void room_end(struct ctx *room)
{
    arena_wipe(&room->mem);
    ctx_done(room);
}

enum err take_envelope(struct ctx *room, const struct envelope *e, struct letter *l, bool *authentic)
{
    TRY(open_letter(room, e, l, authentic));
    return l->kind == LETTER_POLL ? ERR_OK : with_run(room, l->run, take_held, l);
}

enum err inquiry_receive(struct ctx *c, const struct envelope *e, struct str *from)
{
    struct ctx room;
    struct letter l = { 0 };
    bool authentic;
    room_begin(&room, c);
    enum err err = take_envelope(&room, e, &l, &authentic);
    if (from)
        *from = arena_dup(&c->mem, l.from);
    if (err && !c->fault.code)
        c->fault = room.fault;
    room_end(&room);
    return err;
}
