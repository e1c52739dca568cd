/* post.c - letters come and go: by network, by courier. */
#include "inquiry/inside.h"

#include "base/node.h"
#include "db/db.h"
#include "http/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>

/* ---- taking one letter in -------------------------------------------------------------------- */

struct expected { enum letter_kind kind; const char *role, *state, *from; };
/* What may come, to whom, when: everything else is late, early or a repetition. */
static const struct expected expected[] = {
    { LETTER_JOIN,   "guard",  "received",  "answering" },
    { LETTER_GRANT,  "answer", "received",  "guardian" },
    { LETTER_PART,   "ask",    "sent",      "guardian" },
    { LETTER_ANSWER, "ask",    "sent",      "answering" },
    { LETTER_CLOSE,  "answer", "answered",  "asker" },
    { LETTER_REPLY,  "ask",    "hit",       "answering" },
    { LETTER_SHARE,  "answer", "confirmed", "asker" },
    { LETTER_SHARE,  "ask",    "agreed",    "answering" },
    { LETTER_REFUSE, "ask",    "sent",      "answering" },
    { LETTER_REFUSE, "ask",    "sent",      "guardian" },
};

static struct str party(const struct inquiry *q, const char *which)
{
    return !strcmp(which, "asker") ? q->asker : !strcmp(which, "answering") ? q->answering : q->guardian;
}

static bool is_expected(const struct inquiry *q, const struct letter *l)
{
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        if (expected[i].kind == l->kind && str_is(q->role, expected[i].role) && str_is(q->state, expected[i].state) &&
            str_eq(party(q, expected[i].from), l->from))
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

static enum err take_locked(struct ctx *c, const struct letter *l)
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

/* One letter of a run at a time: the clock, a courier and a call may come at
 * once.  The lock is a draft that is never committed, on a connection of its own. */
static enum err take(struct ctx *c, const struct letter *l)
{
    struct ctx own;
    struct draft *hold = NULL;
    ctx_init(&own, 1 << 20);
    own.node = c->node;
    own.who = c->who;
    enum err e = ledger_connect(&own, c->node->ledger, &own.db);
    if (!e)
        e = draft_begin(&own, str_join(&own.mem, STR("letters of "), l->run), "inquiry.receive", &hold);
    if (e)
        c->fault = own.fault;
    else
        e = take_locked(c, l);
    if (hold)
        draft_drop(hold);
    db_close(own.db);
    own.db = NULL;
    ctx_done(&own);
    return e;
}

/* Opened, checked against the pinned key of who says she sent it, and fresh. */
static enum err open_letter(struct ctx *c, const struct envelope *e, struct letter *l)
{
    struct str body, from;
    struct inquiry_peer p;
    struct str here = ledger_node_id(c->node->ledger);
    if (!str_eq(e->to, here))
        return FAIL(c, ERR_NOT_FOUND, "inquiry.not-for-us", "to " STR_F, STR_A(e->to));
    if (node_unbox(c, e->sealed, &body) != ERR_OK) {
        TRY(c->fault.code == ERR_NOMEM ? ERR_NOMEM : ERR_OK);
        c->fault = (struct fault){ 0 };
        return FAIL(c, ERR_INPUT, "inquiry.bad-letter", "does not open");
    }
    TRY(letter_from(c, body, &from));
    if (inquiry_peer_find(c, from, &p) != ERR_OK || p.closed) {
        c->fault = (struct fault){ 0 };
        return FAIL(c, ERR_DENIED, "inquiry.no-peer", "from " STR_F, STR_A(from));
    }
    TRY(letter_read(c, body, p.sign, l));
    if (!str_eq(l->to, here))
        return FAIL(c, ERR_INPUT, "inquiry.bad-letter", "re-sealed");
    if (l->at_us < c->now_us - INQUIRY_KEEP_DAYS * US_PER_DAY || l->at_us > c->now_us + US_PER_DAY)
        return FAIL(c, ERR_INPUT, "inquiry.old-letter", "letter " STR_F, STR_A(l->id));
    return ERR_OK;
}

/* A set may be large: its own memory, beside the request's. */
static enum err with_room(struct ctx *c, const struct envelope *e, struct letter *l, struct ctx *room)
{
    ctx_init(room, (size_t)256 << 20);
    room->db = c->db;
    room->node = c->node;
    room->now_us = c->now_us;
    room->lang = c->lang;
    room->who = officer_machine(room);
    enum err err = open_letter(room, e, l);
    if (!err && l->kind != LETTER_POLL)
        err = take(room, l);
    return err;
}

enum err inquiry_receive(struct ctx *c, const struct envelope *e, struct str *from)
{
    struct ctx room;
    struct letter l = { 0 };
    enum err err = with_room(c, e, &l, &room);
    if (from)
        *from = arena_dup(&c->mem, l.from);
    if (err && !c->fault.code)
        c->fault = room.fault;
    ctx_done(&room);
    return err;
}

/* ---- what waits -------------------------------------------------------------------------------- */

enum err inquiry_waiting(struct ctx *c, struct str to, size_t limit, struct waiting **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct waiting *w = NEW_N(&c->mem, struct waiting, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id, to_node, run, dossier, blob FROM inquiry_letter WHERE state IN ('waiting', 'packed')"
        " AND ($1 = '' OR to_node = $1)"
        " ORDER BY made_us, id LIMIT $2", ARGS(TEXT(to), INT((int64_t)limit))));
    struct { struct str dossier, blob; } *at = arena_alloc_n_(&c->mem, limit, sizeof *at, 8);
    TRY(ctx_check(c));
    for (; k < limit && rows_next(&r); k++) {
        w[k] = (struct waiting){ .id = row_str(&r, 0), .to = row_str(&r, 1), .run = row_str(&r, 2) };
        at[k].dossier = row_str(&r, 3);
        at[k].blob = row_str(&r, 4);
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < k; i++)
        TRY(blob_get(c, at[i].dossier, at[i].blob, &w[i].bytes));
    *out = w;
    *n = k;
    return ERR_OK;
}

/* "waiting", then perhaps "packed" (in a courier's file), then "sent". */
static enum err letter_to(struct ctx *c, struct str id, const char *state)
{
    AUTO_ROWS r = { 0 };
    struct draft *d;
    TRY(db_query(c, &r, "SELECT dossier, run FROM inquiry_letter WHERE id = $1 AND state IN ('waiting', 'packed')"
                        " AND state <> $2", ARGS(TEXT(id), TEXT(str_c(state)))));
    if (!rows_next(&r))
        return rows_end(&r);
    struct str dossier = row_str(&r, 0), run = row_str(&r, 1);
    TRY(rows_end(&r));
    TRY(draft_begin(c, run, "inquiry.sent", &d));
    draft_in(d, dossier);
    draft_set(d, "inquiry_letter", id, "state", str_c(state));
    return draft_commit(c, d);
}

enum err inquiry_sent(struct ctx *c, const struct str *id, size_t n)
{
    for (size_t i = 0; i < n; i++)
        TRY(letter_to(c, id[i], "sent"));
    return ERR_OK;
}

enum err inquiry_waiting_count(struct ctx *c, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT count(*) FROM inquiry_letter WHERE state IN ('waiting', 'packed')", NO_ARGS));
    *n = rows_next(&r) ? row_i64(&r, 0) : 0;
    return rows_end(&r);
}

/* ---- by courier ------------------------------------------------------------------------------------ */

enum { WAITING_MAX = 200 };

enum err inquiry_courier_out(struct ctx *c, struct str *file, size_t *letters)
{
    struct waiting *w;
    struct buf b;
    TRY(inquiry_waiting(c, (struct str){ 0 }, WAITING_MAX, &w, letters));
    buf_init(&b, &c->mem, COURIER_MAX);
    buf_put(&b, courier_head());
    for (size_t i = 0; i < *letters; i++)
        buf_put(&b, w[i].bytes);
    if (b.failed)
        return FAIL(c, ERR_INPUT, "inquiry.file-big", "%zu letters", *letters);
    for (size_t i = 0; i < *letters; i++)
        TRY(letter_to(c, w[i].id, "packed"));
    *file = buf_str(&b);
    return ERR_OK;
}

/* Only what a file held: a letter that came to wait since then goes on waiting. */
enum err inquiry_carried(struct ctx *c, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct str id[WAITING_MAX];
    size_t k = 0;
    TRY(db_query(c, &r, "SELECT id FROM inquiry_letter WHERE state = 'packed' ORDER BY made_us, id LIMIT $1",
                 ARGS(INT(WAITING_MAX))));
    while (k < COUNT_OF(id) && rows_next(&r))
        id[k++] = row_str(&r, 0);
    TRY(rows_end(&r));
    TRY(inquiry_sent(c, id, k));
    *n = k;
    return ERR_OK;
}

static void count_one(struct ctx *c, const struct envelope *e, struct courier_report *r)
{
    enum err err = inquiry_receive(c, e, NULL);
    if (err == ERR_OK)
        r->taken++;
    else if (err == ERR_NOT_FOUND && c->fault.key && !strcmp(c->fault.key, "inquiry.not-for-us"))
        r->others++;
    else if (err == ERR_CONFLICT && c->fault.key && !strcmp(c->fault.key, "inquiry.known"))
        r->known++;
    else {
        r->refused++;
        r->key = c->fault.key ? c->fault.key : "error.internal";
        log_line(LOG_WARN, "courier letter: %s: %s", err_name(err), c->fault.detail);
    }
    c->fault = (struct fault){ 0 };
}

enum err inquiry_courier_in(struct ctx *c, struct str file, struct courier_report *r)
{
    struct str letters, rest;
    struct envelope e;
    *r = (struct courier_report){ 0 };
    TRY(courier_open(c, file, &letters));
    for (rest = letters; rest.n;)                   /* whole, before anything is taken in */
        TRY(envelope_next(c, &rest, &e));
    for (rest = letters; rest.n;) {
        TRY(envelope_next(c, &rest, &e));
        count_one(c, &e, r);
    }
    return ERR_OK;
}

/* ---- by network: the side that serves ----------------------------------------------------------------- */

static enum err serve(struct ctx *c, struct str body, struct str *back)
{
    struct str rest = body;
    struct envelope e;
    struct letter l = { 0 };
    struct waiting *w;
    struct ctx room;
    struct buf b;
    size_t n;
    TRY(envelope_next(c, &rest, &e));
    if (rest.n)
        return FAIL(c, ERR_INPUT, "inquiry.bad-file", "%zu bytes more", rest.n);
    enum err err = with_room(c, &e, &l, &room);
    struct str from = arena_dup(&c->mem, l.from);
    if (!err && l.kind == LETTER_POLL)
        err = inquiry_sent(&room, l.ack, l.acks);
    if (!err)
        err = inquiry_waiting(&room, from, 8, &w, &n);
    if (!err) {
        buf_init(&b, &c->mem, LETTER_MAX + 4 * LETTER_UNIT);
        for (size_t i = 0; i < n && (b.n == 0 || b.n + w[i].bytes.n <= LETTER_MAX); i++)
            buf_put(&b, w[i].bytes);
        *back = buf_str(&b);
    }
    if (err)
        c->fault = room.fault;
    ctx_done(&room);
    return err;
}

void inquiry_peer_run(struct ctx *c, const struct http_req *rq, struct http_resp *rs)
{
    static const int status[] = { [ERR_OK] = 200, [ERR_NOMEM] = 413, [ERR_INPUT] = 400, [ERR_DENIED] = 403,
        [ERR_NOT_FOUND] = 404, [ERR_CONFLICT] = 409, [ERR_BUSY] = 503, [ERR_CORRUPT] = 500, [ERR_IO] = 503, [ERR_BUG] = 500 };
    struct str back = { 0 };
    if (rq->method != HTTP_POST || !str_is(rq->path, "/peer/letter")) {
        http_plain(rs, 404, STR("not here\n"));
        return;
    }
    enum err e = serve(c, rq->body, &back);
    if (e) {
        log_line(LOG_WARN, "peer letter: %s: %s", err_name(e), c->fault.detail);
        struct str key = str_c(c->fault.key ? c->fault.key : "error.internal");
        c->fault = (struct fault){ 0 };
        http_plain(rs, status[e], str_join(&c->mem, key, STR("\n")));
        return;
    }
    rs->type = STR("application/octet-stream");
    rs->no_gzip = true;
    rs->body = back;
}

/* ---- by network: the side that calls ----------------------------------------------------------------------- */

static size_t collect(char *p, size_t size, size_t n, void *arg)
{
    struct buf *b = arg;
    buf_put(b, (struct str){ p, size * n });
    return b->failed ? 0 : n;
}

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static void curl_start(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

enum { CALL_S = 120, CLICK_S = 20 };

static CURL *call_new(const char *url, struct str body, long seconds, struct buf *in)
{
    (void)pthread_once(&curl_once, curl_start);
    CURL *h = curl_easy_init();
    if (!h)
        return NULL;
    (void)curl_easy_setopt(h, CURLOPT_URL, url);
    (void)curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https,http");     /* http: only own machine, see peer.c */
    (void)curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 10L);
    (void)curl_easy_setopt(h, CURLOPT_TIMEOUT, seconds);
    (void)curl_easy_setopt(h, CURLOPT_POSTFIELDS, body.p);
    (void)curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
    (void)curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, collect);
    (void)curl_easy_setopt(h, CURLOPT_WRITEDATA, in);
    return h;
}

/* One letter there, waiting letters back.  *status 0: not reached, or no time left. */
static enum err call(struct ctx *c, const struct inquiry_peer *p, int64_t until_us, struct str body, long *status,
                     struct str *back)
{
    struct buf in;
    int64_t left = (until_us - clock_mono_us()) / US_PER_S;
    *status = 0;
    *back = (struct str){ 0 };
    if (left < 1)
        return ERR_OK;
    struct curl_slist *heads = curl_slist_append(NULL, "Content-Type: application/octet-stream");
    const char *url = arena_z(&c->mem, str_join(&c->mem, p->url, STR("/peer/letter")));
    buf_init(&in, &c->mem, LETTER_MAX + 5 * LETTER_UNIT);
    TRY(ctx_check(c));
    heads = heads ? curl_slist_append(heads, "Expect:") : NULL;
    CURL *h = url && heads ? call_new(url, body, left < CALL_S ? (long)left : CALL_S, &in) : NULL;
    if (h) {
        (void)curl_easy_setopt(h, CURLOPT_HTTPHEADER, heads);
        CURLcode code = curl_easy_perform(h);
        if (code == CURLE_OK)
            (void)curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, status);
        else
            log_line(LOG_WARN, "node " STR_F ": %s", STR_A(p->node), curl_easy_strerror(code));
        curl_easy_cleanup(h);
    }
    curl_slist_free_all(heads);
    *back = buf_str(&in);
    return h ? ERR_OK : FAIL(c, ERR_NOMEM, "error.too-big", "call");
}

static void sign_here(void *arg, struct str msg, unsigned char sig[SIG_LEN])
{
    node_sign(arg, msg, sig);
}

/* Take in what came back; what is refused counts as arrived, or it came for ever. */
static enum err take_back(struct ctx *c, struct str letters, struct letter *poll, size_t *moved)
{
    struct envelope e;
    while (letters.n) {
        struct ctx room;
        struct letter l = { 0 };
        TRY(envelope_next(c, &letters, &e));
        enum err err = with_room(c, &e, &l, &room);
        if (err && !(err == ERR_CONFLICT && room.fault.key && !strcmp(room.fault.key, "inquiry.known")))
            log_line(LOG_WARN, "letter: %s: %s", err_name(err), room.fault.detail);
        bool later = err == ERR_NOMEM || err == ERR_IO || err == ERR_BUSY ||
                     (room.fault.key && !strcmp(room.fault.key, "inquiry.not-yet"));
        if (!later && l.id.n && poll->acks < ACKS_MAX) {
            poll->ack[poll->acks++] = arena_dup(&c->mem, l.id);
            *moved += 1;
        }
        ctx_done(&room);
    }
    return ERR_OK;
}

static enum err post_waiting(struct ctx *c, const struct inquiry_peer *p, int64_t until_us, struct letter *poll, size_t *moved)
{
    struct waiting *w;
    struct str back;
    size_t n;
    long status;
    TRY(inquiry_waiting(c, p->node, 8, &w, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(call(c, p, until_us, w[i].bytes, &status, &back));
        bool known = status == 409 && !str_starts(back, STR("inquiry.not-yet"));
        if (status != 200 && !known) {
            log_line(LOG_WARN, "letter " STR_F " to node " STR_F ": status %ld", STR_A(w[i].id), STR_A(p->node), status);
            if (status < 400 || status >= 500 || status == 409)
                return ERR_OK;                      /* not now; it goes on waiting */
            continue;
        }
        TRY(inquiry_sent(c, &w[i].id, 1));
        *moved += 1;
        if (status == 200)
            TRY(take_back(c, back, poll, moved));
    }
    return ERR_OK;
}

static enum err poll_peer(struct ctx *c, const struct inquiry_peer *p, int64_t until_us, size_t *moved)
{
    struct str here = ledger_node_id(c->node->ledger), bytes, back;
    struct letter l = { .kind = LETTER_POLL, .run = here, .from = here, .to = p->node, .at_us = c->now_us };
    long status;
    TRY(post_waiting(c, p, until_us, &l, moved));
    for (int i = 0; i < 8; i++) {
        size_t before = l.acks;
        l.id = id_new(&c->mem, c->now_us);
        TRY(letter_write(c, &l, p->box, sign_here, c, &bytes));
        TRY(call(c, p, until_us, bytes, &status, &back));
        if (status != 200)
            return ERR_OK;
        l.acks = 0;
        if (!back.n)
            return ERR_OK;
        TRY(take_back(c, back, &l, moved));
        if (!l.acks && !before)
            return ERR_OK;
    }
    return ERR_OK;
}

enum { ROUNDS = 6 };

static enum err exchange_once(struct ctx *c, int64_t until_us, size_t *moved)
{
    struct inquiry_peer *p;
    size_t n;
    TRY(inquiry_peers(c, &p, &n));
    for (size_t i = 0; i < n; i++)
        if (p[i].url.n && !p[i].closed)
            TRY(poll_peer(c, &p[i], until_us, moved));
    return ERR_OK;
}

static enum err exchange(struct ctx *c, int64_t until_us, size_t *moved)
{
    *moved = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct ctx room;
        size_t now = 0;
        ctx_init(&room, (size_t)256 << 20);
        room.db = c->db;
        room.node = c->node;
        room.lang = c->lang;
        room.who = officer_machine(&room);
        enum err e = exchange_once(&room, until_us, &now);
        if (e)
            c->fault = room.fault;
        ctx_done(&room);
        TRY(e);
        *moved += now;
        if (!now)
            break;
    }
    return ERR_OK;
}

enum err inquiry_exchange(struct ctx *c, size_t *moved)
{
    return exchange(c, INT64_MAX, moved);
}

/* What is not through by then goes with the next half minute. */
enum err inquiry_exchange_now(struct ctx *c, int seconds, size_t *moved)
{
    return exchange(c, clock_mono_us() + (seconds ? seconds : CLICK_S) * US_PER_S, moved);
}

/* ---- every half minute ----------------------------------------------------------------------------------------- */

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
        " WHERE (q.state NOT IN ('sent', 'received', 'answered')"
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
    TRY(db_query(c, &r, "SELECT id, run, dossier FROM inquiry_row WHERE state IN ('sent', 'received', 'answered')"
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

enum err inquiry_tick(struct ctx *c, size_t limit, size_t *did)
{
    size_t moved = 0;
    *did = 0;
    TRY(inquiry_exchange(c, &moved));
    TRY(expire_old(c, limit, did));
    TRY(forget_ended(c, limit, did));
    *did += moved;
    return ERR_OK;
}
