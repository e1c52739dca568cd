/* request.c - the life of one request.
 *
 * The library calls in three ways: when the head is complete, for each piece of
 * the body, and once more at the end.  Everything above sees one call. */
#include "http/server.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* ---- the free list ---------------------------------------------------------- */

enum { IDLE_MAX = 64 };
static const size_t ARENA_KEEP = 1024 * 1024;   /* larger ones go back to the system */

static struct request *request_new(struct http *h)
{
    (void)pthread_mutex_lock(&h->lock);
    struct request *r = h->idle;
    if (r) {
        h->idle = r->next;
        h->idle_n--;
    }
    (void)pthread_mutex_unlock(&h->lock);
    if (!r) {
        r = calloc(1, sizeof *r);
        if (!r)
            return NULL;
        ctx_init(&r->ctx, h->cf.arena_max);
    }
    struct arena mem = r->ctx.mem;
    *r = (struct request){ .h = h, .spool = -1, .ctx = { .mem = mem, .now_us = clock_now_us() } };
    return r;
}

void request_free(struct request *r)
{
    ctx_done(&r->ctx);
    free(r);
}

static void request_release(struct request *r)
{
    struct http *h = r->h;
    if (r->rs.pull_done)
        r->rs.pull_done(r->rs.pull_arg);
    body_drop(r);
    if (r->ctx.mem.used > ARENA_KEEP)
        arena_free(&r->ctx.mem);
    arena_reset(&r->ctx.mem);
    (void)pthread_mutex_lock(&h->lock);
    bool keep = h->idle_n < IDLE_MAX && !h->stopping;
    if (keep) {
        r->next = h->idle;
        h->idle = r;
        h->idle_n++;
    }
    (void)pthread_mutex_unlock(&h->lock);
    if (!keep)
        request_free(r);
}

/* ---- workers ------------------------------------------------------------------ */

void worker_free(void *arg)
{
    struct worker *w = arg;
    if (w->thread && w->h->cf.thread_done)
        w->h->cf.thread_done(w->h->arg, w->thread);
    if (w->zip_ready)
        (void)deflateEnd(&w->zip);
    free(w);
}

/* This thread's worker; NULL when its context cannot be made now. */
static struct worker *worker_here(struct http *h)
{
    struct worker *w = pthread_getspecific(h->worker_key);
    if (!w) {
        w = calloc(1, sizeof *w);
        if (!w)
            return NULL;
        w->h = h;
        if (pthread_setspecific(h->worker_key, w) != 0) {
            free(w);
            return NULL;
        }
    }
    if (!w->thread && h->cf.thread_init)
        w->thread = h->cf.thread_init(h->arg);
    return w->thread || !h->cf.thread_init ? w : NULL;
}

/* ---- from the request line -------------------------------------------------------- */

void *request_begin(void *cls, const char *uri, struct MHD_Connection *mc)
{
    const union MHD_ConnectionInfo *k =
        MHD_get_connection_info(mc, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct request *r = k && k->socket_context && uri ? request_new(cls) : NULL;
    if (!r)
        return NULL;
    r->conn = k->socket_context;
    r->uri = uri;
    r->target = arena_dup(&r->ctx.mem, str_c(uri));
    return r;
}

void request_end(void *cls, struct MHD_Connection *mc, void **req_cls,
                 enum MHD_RequestTerminationCode why)
{
    struct request *r = *req_cls;
    struct http *h = cls;
    (void)mc;
    (void)why;
    if (!r)
        return;
    conn_deadline(r->conn, h->cf.idle_us);
    if (r->stage == STAGE_DONE)
        atomic_fetch_sub(&h->running, 1);
    request_release(r);
    *req_cls = NULL;
}

/* ---- the head is complete ------------------------------------------------------------ */

static enum http_method method_of(struct str m)
{
    return str_is(m, "POST") ? HTTP_POST : str_is(m, "HEAD") ? HTTP_HEAD
         : str_is(m, "OPTIONS") ? HTTP_OPTIONS : HTTP_GET;
}

/* Behind a trusted proxy the last X-Forwarded-For is the one it wrote itself. */
static void proxy_read(struct request *r)
{
    struct str list = http_header_of(&r->rq, "x-forwarded-for"), item, last = { 0 };
    unsigned char raw[sizeof(struct in6_addr)];
    r->rq.over_tls = http_same_name(http_header_of(&r->rq, "x-forwarded-proto"), STR("https"));
    while (str_next(&list, ',', &item))
        last = str_trim(item);
    const char *z = last.n && last.n < INET6_ADDRSTRLEN ? arena_z(&r->ctx.mem, last) : NULL;
    if (z && inet_pton(AF_INET, z, raw) == 1)
        r->rq.peer = peer_hash(r->h, raw, 4);
    else if (z && inet_pton(AF_INET6, z, raw) == 1)
        r->rq.peer = peer_hash(r->h, raw, 8);
}

static int route_read(struct request *r, struct str method)
{
    struct str path = r->guard.origin_form, query;
    (void)str_cut(path, '?', &path, &query);
    r->rq.method = method_of(method);
    if (str_is(path, "*"))
        return 204;
    switch (http_path(&r->ctx.mem, path, &r->rq.path)) {
    case ERR_OK: break;
    case ERR_NOMEM: return 503;
    default: return 400;
    }
    r->rq.has_body = r->guard.framing != HTTP_BODY_NONE;
    if (r->rq.has_body && r->h->cf.body_max)
        r->max = r->h->cf.body_max(r->h->arg, r->rq.method, r->rq.path);
    if (r->rq.has_body && (r->max == 0 || r->guard.length > r->max))
        return 413;
    return 0;
}

static enum MHD_Result on_head(struct request *r, struct MHD_Connection *mc, const char *method,
                               const char *version)
{
    struct http *h = r->h;
    int status = head_read(r, mc, method, version);
    r->rq.c = &r->ctx;
    r->rq.target = r->target;
    r->rq.host = r->guard.host;
    r->rq.peer = r->conn->peer;
    r->rq.over_tls = h->cert != NULL;
    r->rq.loopback = r->conn->loopback && !h->cf.trust_proxy;
    r->stage = STAGE_BODY;
    if (!status && h->cf.trust_proxy && r->conn->near)
        proxy_read(r);
    if (!status)
        status = route_read(r, str_c(method));
    if (status) {
        atomic_fetch_add(&h->refused, status >= 400);
        if (status >= 400)
            conn_linger(r->conn);
        return answer_refuse(r, mc, status);
    }
    buf_init(&r->body, &r->ctx.mem, h->cf.body_memory);
    r->body_since_us = clock_mono_us();
    conn_deadline(r->conn, h->cf.grace_us);
    return MHD_YES;
}

/* ---- a piece of the body ----------------------------------------------------------------- */

/* An answer can only be queued at the end, so a body that turned out too large
 * or unreadable is dropped as it comes, for a short while. */
static enum MHD_Result on_piece(struct request *r, struct str piece)
{
    enum { DROP_MAX = 256 * 1024 };
    if (r->guard.framing == HTTP_BODY_CHUNKED && !chunk_lines_ok(piece.p))
        r->refuse = 400;
    if (!r->refuse && piece.n > r->max - r->got)
        r->refuse = 413;
    if (r->refuse) {
        r->guard.length += piece.n;
        return r->guard.framing == HTTP_BODY_CHUNKED && r->guard.length > DROP_MAX ? MHD_NO : MHD_YES;
    }
    switch (body_take(r, piece)) {
    case ERR_OK: break;
    case ERR_IO: r->refuse = 507; break;
    default: r->refuse = 503;
    }
    int64_t age = clock_mono_us() - r->body_since_us;
    conn_deadline(r->conn, r->h->cf.grace_us - age
                           + (int64_t)r->got * US_PER_S / r->h->cf.floor_in);
    return MHD_YES;
}

/* ---- the request is complete --------------------------------------------------------------- */

static int request_parse(struct request *r)
{
    enum err e = r->refuse ? ERR_OK : body_finish(r);
    if (e == ERR_OK && !r->refuse)
        e = body_parse(r);
    if (r->refuse)
        return r->refuse;
    return e == ERR_OK ? 0 : e == ERR_INPUT ? 400 : 503;
}

static enum MHD_Result on_complete(struct request *r, struct MHD_Connection *mc)
{
    struct http *h = r->h;
    int status = request_parse(r);
    struct worker *w = status ? NULL : worker_here(h);
    r->stage = STAGE_DONE;
    atomic_fetch_add(&h->running, 1);
    conn_deadline(r->conn, INT64_MAX);
    if (!w) {
        atomic_fetch_add(&h->refused, 1);
        return answer_refuse(r, mc, status ? status : 503);
    }
    r->rs = (struct http_resp){ .status = 200, .c = &r->ctx, .over_tls = r->rq.over_tls };
    r->ctx.now_us = clock_now_us();
    h->handler(h->arg, w->thread, &r->rq, &r->rs);
    atomic_fetch_add(&h->requests, 1);
    return answer_send(r, mc, w);
}

enum MHD_Result request_step(void *cls, struct MHD_Connection *mc, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **req_cls)
{
    struct request *r = *req_cls;
    (void)cls;
    (void)url;
    if (!r)
        return MHD_NO;                  /* no memory when it began */
    if (r->stage == STAGE_HEAD)
        return on_head(r, mc, method, version);
    if (*size) {
        struct str piece = { data, *size };
        *size = 0;
        return on_piece(r, piece);
    }
    return on_complete(r, mc);
}
