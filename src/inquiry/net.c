/* net.c - letters by network: the side that serves and the side that calls. */
#include "inquiry/inside.h"

#include "base/node.h"
#include "http/http.h"

#include <curl/curl.h>
#include <pthread.h>

enum { BATCH = 8, BATCHES = 128, BACK_MAX = BATCH * (LETTER_MAX + 4 * LETTER_UNIT) };   /* letters at once */

/* ---- by network: the side that serves ----------------------------------------------------------------- */

/* What waits for this node, as much as one answer holds; from anywhere among it, so
 * that letters it cannot take yet do not stand before the others. */
static enum err waiting_for(struct ctx *c, struct ctx *room, struct str node, struct str *back)
{
    struct waiting *w;
    struct buf b;
    size_t n;
    int64_t all;
    uint32_t at;
    random_bytes(&at, sizeof at);
    TRY(waiting_to(room, node, &all));
    TRY(letters_waiting(room, node, all > BATCH ? at % (size_t)(all - BATCH + 1) : 0, BATCH, &w, &n));
    buf_init(&b, &c->mem, BACK_MAX);
    for (size_t i = 0; i < n; i++)
        buf_put(&b, w[i].bytes);
    *back = buf_str(&b);
    return ctx_check(c);
}

static enum err serve(struct ctx *c, struct str body, struct str *back, bool *authentic)
{
    struct str rest = body;
    struct envelope e;
    struct letter l = { 0 };
    struct ctx room;
    TRY(envelope_next(c, &rest, &e));
    if (rest.n)
        return FAIL(c, ERR_INPUT, "inquiry.bad-file", "%zu bytes more", rest.n);
    room_begin(&room, c);
    enum err err = take_envelope(&room, &e, &l, authentic);
    if (!err && l.kind == LETTER_POLL)
        err = inquiry_sent(&room, l.from, l.ack, l.acks);
    if (!err && l.kind == LETTER_POLL)
        err = waiting_for(c, &room, l.from, back);
    if (err && !c->fault.code)
        c->fault = room.fault;
    room_end(&room);
    return err;
}

/* Whose letter does not prove that a paired node wrote it gets one answer, the
 * same bytes for every reason. */
static void answer_fault(struct ctx *c, enum err e, bool authentic, struct http_resp *rs)
{
    static const int status[] = { [ERR_OK] = 200, [ERR_NOMEM] = 413, [ERR_INPUT] = 400, [ERR_DENIED] = 403,
        [ERR_NOT_FOUND] = 404, [ERR_CONFLICT] = 409, [ERR_BUSY] = 503, [ERR_CORRUPT] = 500, [ERR_IO] = 503, [ERR_BUG] = 500 };
    struct str key = str_c(c->fault.key ? c->fault.key : "error.internal");
    bool outside = str_is(key, "inquiry.bad-file") || str_is(key, "inquiry.not-for-us");    /* seen without opening */
    log_line(LOG_WARN, "peer letter: %s: %s", err_name(e), c->fault.detail);
    if (!authentic && !outside) {
        e = ERR_DENIED;
        key = STR("inquiry.not-accepted");
    }
    c->fault = (struct fault){ 0 };
    http_plain(rs, status[e], str_join(&c->mem, key, STR("\n")));
}

void inquiry_peer_run(struct ctx *c, const struct http_req *rq, struct http_resp *rs)
{
    struct str back = { 0 };
    bool authentic = false;
    if (rq->method != HTTP_POST || !str_is(rq->path, "/peer/letter")) {
        http_plain(rs, 404, STR("not here\n"));
        return;
    }
    enum err e = serve(c, rq->body, &back, &authentic);
    if (e) {
        answer_fault(c, e, authentic, rs);
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
    (void)curl_easy_setopt(h, CURLOPT_QUICK_EXIT, 1L);              /* does not wait for a slow name server */
    (void)curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 10L);
    (void)curl_easy_setopt(h, CURLOPT_TIMEOUT, seconds);
    (void)curl_easy_setopt(h, CURLOPT_POSTFIELDS, body.p);
    (void)curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
    (void)curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, collect);
    (void)curl_easy_setopt(h, CURLOPT_WRITEDATA, in);
    return h;
}

/* Until it is done, its time is over or the program ends: looked at every tenth
 * of a second, so that nobody waits for a node that is silent. */
static CURLcode run_call(struct ctx *c, CURLM *m, CURL *h)
{
    CURLMcode mc = curl_multi_add_handle(m, h);
    int running = 1, left;
    while (mc == CURLM_OK && !stopping(c)) {
        mc = curl_multi_perform(m, &running);
        if (!running)
            break;
        if (mc == CURLM_OK)
            mc = curl_multi_poll(m, NULL, 0, 100, NULL);
    }
    CURLMsg *msg = running ? NULL : curl_multi_info_read(m, &left);
    CURLcode code = msg && msg->msg == CURLMSG_DONE ? msg->data.result : CURLE_ABORTED_BY_CALLBACK;
    (void)curl_multi_remove_handle(m, h);
    return code;
}

static void log_call(const struct inquiry_peer *p, CURLcode code)
{
    log_line(LOG_WARN, "node " STR_F ": %s", STR_A(p->node), curl_easy_strerror(code));
}

/* One letter there, waiting letters back.  *status 0: not reached, or no time left. */
static enum err call(struct ctx *c, const struct inquiry_peer *p, int64_t until_us, struct str body, long *status,
                     struct str *back)
{
    struct buf in;
    int64_t left = (until_us - clock_mono_us()) / US_PER_S;
    *status = 0;
    *back = (struct str){ 0 };
    if (left < 1 || stopping(c))
        return ERR_OK;
    struct curl_slist *heads = curl_slist_append(NULL, "Content-Type: application/octet-stream");
    const char *url = arena_z(&c->mem, str_join(&c->mem, p->url, STR("/peer/letter")));
    buf_init(&in, &c->mem, BACK_MAX);
    heads = heads ? curl_slist_append(heads, "Expect:") : NULL;
    CURL *h = url && heads && !c->mem.failed ? call_new(url, body, left < CALL_S ? (long)left : CALL_S, &in) : NULL;
    CURLM *m = h ? curl_multi_init() : NULL;
    if (m) {
        struct curl_blob ca = { (void *)(uintptr_t)p->ca.p, p->ca.n, CURL_BLOB_COPY };
        (void)curl_easy_setopt(h, CURLOPT_HTTPHEADER, heads);
        if (p->ca.n) {                          /* this authority and no other: the folder of the system's stays */
            (void)curl_easy_setopt(h, CURLOPT_CAINFO_BLOB, &ca);
            (void)curl_easy_setopt(h, CURLOPT_CAPATH, NULL);        /* beside a blob unless it is taken away */
        }
        CURLcode code = run_call(c, m, h);
        if (code == CURLE_OK)
            (void)curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, status);
        else
            log_call(p, code);
    }
    if (h)
        curl_easy_cleanup(h);
    if (m)
        (void)curl_multi_cleanup(m);
    curl_slist_free_all(heads);
    *back = buf_str(&in);
    return m ? ERR_OK : FAIL(c, ERR_NOMEM, "error.too-big", "call");
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
        bool authentic;
        TRY(envelope_next(c, &letters, &e));
        room_begin(&room, c);
        enum err err = take_envelope(&room, &e, &l, &authentic);
        if (err && !(err == ERR_CONFLICT && room.fault.key && !strcmp(room.fault.key, "inquiry.known")))
            log_line(LOG_WARN, "letter: %s: %s", err_name(err), room.fault.detail);
        bool later = err == ERR_NOMEM || err == ERR_IO || err == ERR_BUSY ||
                     (room.fault.key && !strcmp(room.fault.key, "inquiry.not-yet"));
        if (!later && l.id.n && poll->acks < ACKS_MAX) {
            poll->ack[poll->acks++] = arena_dup(&c->mem, l.id);
            *moved += 1;
        }
        room_end(&room);
    }
    return ERR_OK;
}

/* One letter goes.  *status as call() says. */
static enum err post_one(struct ctx *c, const struct inquiry_peer *p, int64_t until_us, const struct waiting *w,
                         size_t *moved, long *status)
{
    struct str back;
    TRY(call(c, p, until_us, w->bytes, status, &back));
    if (*status == 200 || (*status == 409 && !str_starts(back, STR("inquiry.not-yet")))) {
        *moved += 1;
        return inquiry_sent(c, p->node, &w->id, 1);
    }
    log_line(LOG_WARN, "letter " STR_F " to node " STR_F ": status %ld", STR_A(w->id), STR_A(p->node), *status);
    return ERR_OK;
}

/* A few letters after the first *stay, which it would not take now.  *on: it
 * listens, and there may be more. */
static enum err post_batch(struct ctx *c, const struct inquiry_peer *p, int64_t until_us, size_t *stay, size_t *moved, bool *on)
{
    struct waiting *w;
    size_t n;
    TRY(letters_waiting(c, p->node, *stay, BATCH, &w, &n));
    *on = n == BATCH;
    for (size_t i = 0; i < n; i++) {
        size_t before = *moved;
        long status;
        TRY(post_one(c, p, until_us, &w[i], moved, &status));
        *stay += *moved == before;
        if (status < 200 || status >= 500) {
            *on = false;
            return ERR_OK;
        }
    }
    return ERR_OK;
}

static enum err post_waiting(struct ctx *c, const struct inquiry_peer *p, int64_t until_us, size_t *moved)
{
    size_t stay = 0;
    bool on = true;
    enum err e = ERR_OK;
    for (int i = 0; !e && on && i < BATCHES; i++) {
        struct ctx room;
        room_begin(&room, c);
        e = post_batch(&room, p, until_us, &stay, moved, &on);
        if (e && !c->fault.code)
            c->fault = room.fault;
        room_end(&room);
    }
    return e;
}

/* What has arrived is told in the next poll: it must outlive this one. */
static void keep_acks(struct ctx *c, struct letter *poll)
{
    for (size_t i = 0; i < poll->acks; i++)
        poll->ack[i] = arena_dup(&c->mem, poll->ack[i]);
}

/* What is waiting there for us?  *on: ask again. */
static enum err poll_once(struct ctx *c, const struct inquiry_peer *p, int64_t until_us, struct letter *l, size_t *moved, bool *on)
{
    struct str bytes, back;
    size_t before = l->acks;
    long status;
    *on = false;
    l->id = id_new(&c->mem, c->now_us);
    TRY(letter_write(c, l, p->box, sign_here, c, &bytes));
    TRY(call(c, p, until_us, bytes, &status, &back));
    if (status != 200)
        return ERR_OK;
    l->acks = 0;
    if (back.n)
        TRY(take_back(c, back, l, moved));
    *on = back.n && (l->acks || before);
    return ERR_OK;
}

static enum err poll_peer(struct ctx *c, const struct inquiry_peer *p, int64_t until_us, size_t *moved)
{
    struct str here = ledger_node_id(c->node->ledger);
    struct letter l = { .kind = LETTER_POLL, .run = here, .from = here, .to = p->node, .at_us = c->now_us };
    bool on = true;
    enum err e = post_waiting(c, p, until_us, moved);
    for (int i = 0; !e && on && i < BATCHES; i++) {
        struct ctx room;
        room_begin(&room, c);
        e = poll_once(&room, p, until_us, &l, moved, &on);
        if (e && !c->fault.code)
            c->fault = room.fault;
        keep_acks(c, &l);
        room_end(&room);
    }
    return e;
}

enum { ROUNDS = 6 };

static enum err exchange_once(struct ctx *c, int64_t until_us, size_t *moved)
{
    struct inquiry_peer *p;
    size_t n;
    TRY(inquiry_peers(c, &p, &n));
    for (size_t i = 0; i < n; i++)
        if (p[i].url.n && !p[i].closed && !p[i].paused && !stopping(c))
            TRY(poll_peer(c, &p[i], until_us, moved));
    return ERR_OK;
}

static enum err exchange(struct ctx *c, int64_t until_us, size_t *moved)
{
    *moved = 0;
    for (int i = 0; i < ROUNDS && !stopping(c); i++) {
        struct ctx room;
        size_t now = 0;
        room_begin(&room, c);
        room.now_us = clock_now_us();
        enum err e = exchange_once(&room, until_us, &now);
        if (e)
            c->fault = room.fault;
        room_end(&room);
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

