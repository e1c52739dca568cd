/* web.c - one request from the wire to the answer. */
#include "web/web.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "http/http.h"
#include "http/http_parse.h"
#include "web/desks.h"
#include "web/open.h"
#include "web/reuse.h"
#include "work/work.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct web {
    struct house *house;
    struct http *http;
    pthread_t ticker, caller;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop, ticking, calling;
};
struct worker { struct db *db; };

/* ---- finding the route ------------------------------------------------------- */

static const struct route *find_route(struct request *rq)
{
    for (size_t t = 0; desk_routes[t]; t++)
        for (const struct route *r = desk_routes[t]; r->path; r++)
            if (r->method == rq->method && route_match(r->path, rq->path, rq->params))
                return r;
    return NULL;
}

static enum err may_run(struct ctx *c, const struct route *r, const struct request *rq, enum err signed_in)
{
    if (!r->open) {
        if (signed_in != ERR_OK)
            return signed_in;
        if (!r->any) {
            const struct verb *v = r->verb ? verb_find(r->verb) : NULL;
            if (!v)
                return FAIL(c, ERR_BUG, "error.internal", "route %s has no verb", r->path);
            /* The role here; the dossier in the desk, which knows which. */
            if (!access_role(c, v))
                return FAIL(c, ERR_DENIED, "access.role", "%s", r->path);
        }
    }
    if (r->method == POST && !form_token_ok(c, req_field(rq, "token")))
        return FAIL(c, ERR_DENIED, "access.stale-form", "%s", r->path);
    return ERR_OK;
}

static int status_of(enum err e)
{
    static const int of[] = {
        [ERR_OK] = 200, [ERR_NOMEM] = 413, [ERR_INPUT] = 422, [ERR_DENIED] = 403,
        [ERR_NOT_FOUND] = 404, [ERR_CONFLICT] = 409, [ERR_BUSY] = 503,
        [ERR_CORRUPT] = 500, [ERR_IO] = 503, [ERR_BUG] = 500,
    };
    return of[e];
}

/* Nothing half-made leaves: the answer is begun again. */
static void fault_page(struct ctx *c, const struct request *rq, struct response *rs, bool open)
{
    struct fault f = c->fault;
    c->fault = (struct fault){ 0 };
    c->mem.failed = false;
    response_init(rs, c, rq);
    rs->status = status_of(f.code);
    rs->out.site = &web_site;
    rs->out.open = open || !c->who;
    rs->out.token = form_token(c);
    if (f.code == ERR_CORRUPT || f.code == ERR_IO || f.code == ERR_BUG || f.code == ERR_NOMEM)
        log_line(LOG_ERROR, "%s %s:%d %s", err_name(f.code), f.file, f.line, f.detail);
    page_fault(&rs->out, &f);
    c->fault = (struct fault){ 0 };
}

static enum err to_sign_in(struct ctx *c, const struct request *rq, struct response *rs, const char *key)
{
    c->fault = (struct fault){ 0 };
    bool locked = !strcmp(key, "access.locked");
    if (locked && rq->method == POST)
        session_keep(c, rq->path, web_fields_text(c, rq));
    return locked ? go(c, rs, "/lock?to=%s", rq->path)
                  : go(c, rs, "/sign-in?to=%s", rq->path);
}

/* A page that may be given again is kept when it is done. */
static enum err run_kept(struct ctx *c, const struct route *r, const struct request *rq, struct reuse_ask *ask,
                         struct response *rs)
{
    reuse_begin(c, ask);
    TRY(r->run(c, rq, rs));
    TRY(out_check(&rs->out));
    TRY(ctx_check(c));
    reuse_keep(c, ask, rs);
    return ERR_OK;
}

static enum err run_route(struct ctx *c, struct request *rq, struct response *rs, enum err signed_in,
                          const char *signed_key, struct reuse_ask *ask)
{
    const struct route *r = find_route(rq);
    response_init(rs, c, rq);
    if (!r)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "no route");
    rs->out.site = &web_site;
    rs->out.open = r->open && !c->who;
    rs->out.token = form_token(c);
    if (!r->open && signed_in != ERR_OK && signed_key)
        return to_sign_in(c, rq, rs, signed_key);
    if (rq->left && r->open && !web_open_when_left(rq->path)) {
        page_away(&rs->out);                    /* nothing of ours, nothing done */
        return out_check(&rs->out);
    }
    TRY(may_run(c, r, rq, signed_in));
    if (r->again && r->method == GET)
        return run_kept(c, r, rq, ask, rs);
    TRY(r->run(c, rq, rs));
    return rs->body.n || rs->pull || rs->location.n ? ctx_check(c) : out_check(&rs->out);
}

/* A page reads under one lock; a change takes its own (draft_begin). */
static enum err run_held(struct ctx *c, struct request *rq, struct response *rs, enum err in, const char *key,
                         struct reuse_ask *ask)
{
    if (c->db && rq->method == GET)
        db_hold(c->db);
    enum err e = run_route(c, rq, rs, in, key, ask);
    reuse_end(c);
    if (e && !c->fault.key)
        (void)FAIL(c, e, "error.internal", "no cause recorded");
    if (e)
        fault_page(c, rq, rs, !c->who || in != ERR_OK);     /* locked: no tabs, no counts */
    if (c->db)
        db_let_go(c->db);
    return e;
}

enum err web_run(struct ctx *c, struct request *rq, struct str cookie, struct response *rs)
{
    struct reuse_ask ask = { .folded = -1 };
    enum err in = session_resume(c, cookie);
    const char *key = in ? c->fault.key : NULL;
    if (in != ERR_OK && in != ERR_DENIED) {
        fault_page(c, rq, rs, true);
        return in;
    }
    c->fault = (struct fault){ 0 };
    if (rq->lang.n)
        c->lang = rq->lang;
    if (in == ERR_DENIED && c->who) {
        reuse_forget(c, c->who->session);
        if (!web_open_when_locked(rq->path))
            key = "access.locked";
    }
    if (in == ERR_OK && reuse_find(c, rq, &ask, rs))
        return ERR_OK;
    return run_held(c, rq, rs, in, key, &ask);
}

/* ---- from the wire --------------------------------------------------------------- */

static const struct sent *fields_of(struct ctx *c, struct http_fields f, size_t *n)
{
    struct sent *s = NEW_N(&c->mem, struct sent, f.n ? f.n : 1);
    *n = s ? f.n : 0;
    for (size_t i = 0; i < *n; i++)
        s[i] = (struct sent){ f.v[i].name, f.v[i].value };
    return s;
}

static const struct upload *uploads_of(struct ctx *c, const struct http_req *in, size_t *n)
{
    struct upload *u = NEW_N(&c->mem, struct upload, in->parts.n ? in->parts.n : 1);
    *n = 0;
    for (size_t i = 0; u && i < in->parts.n; i++)
        if (in->parts.v[i].is_file)
            u[(*n)++] = (struct upload){ in->parts.v[i].name, in->parts.v[i].filename,
                                         in->parts.v[i].type, in->parts.v[i].bytes };
    return u;
}

static struct request request_of(struct ctx *c, const struct http_req *in)
{
    struct request rq = { .method = in->method == HTTP_POST ? POST : GET, .path = in->path };
    rq.query = fields_of(c, in->query, &rq.query_n);
    rq.form = fields_of(c, in->form, &rq.form_n);
    rq.uploads = uploads_of(c, in, &rq.uploads_n);
    struct str lang = req_field(&rq, "l");           /* of the address, or of a public form */
    if (!lang.n)
        lang = req_query(&rq, "l");
    rq.lang = lang.n && web_lang_ok(c, lang) ? lang : http_cookie(in, "lang");
    if (!web_lang_ok(c, rq.lang))
        rq.lang = (struct str){ 0 };
    struct str part = http_header_of(in, "X-Part");
    rq.part = str_is(part, "1");
    rq.zip = http_accepts(http_header_of(in, "accept-encoding"), "gzip");
    return rq;
}

static void answer(struct ctx *c, struct response *rs, struct http_resp *out)
{
    out->status = rs->status;
    out->body = buf_str(&rs->out.b);
    if (rs->type.n)
        out->type = rs->type;
    if (rs->body.n)
        out->body = rs->body;
    out->pull = rs->pull;
    out->pull_arg = rs->state;
    out->pull_done = rs->pull_done;
    out->gzip = rs->gzip;
    if (rs->keep)
        out->cache = HTTP_IMMUTABLE;
    if (rs->filename.n)
        http_attachment(out, rs->filename);
    if (rs->forget)
        http_add_header(out, "Clear-Site-Data", STR("\"cache\""));
    for (size_t i = 0; i < rs->cookies_n; i++)
        http_set_cookie(out, arena_z(&c->mem, rs->cookies[i].name), rs->cookies[i].value,
                        rs->cookies[i].max_age_s,
                        rs->cookies[i].http_only ? HTTP_COOKIE_STRICT : HTTP_COOKIE_SCRIPT);
    if (rs->location.n)
        http_redirect(out, rs->status, rs->location);
}

static const struct foreign *foreign_of(struct str path)
{
    for (const struct foreign *f = desk_foreign; f->prefix; f++)
        if (str_starts(path, str_c(f->prefix)))
            return f;
    return NULL;
}

static void handle(void *arg, void *thread, const struct http_req *in, struct http_resp *out)
{
    struct web *w = arg;
    struct worker *me = thread;
    struct ctx *c = in->c;
    struct response rs;
    char peer[24];

    c->db = me->db;
    c->node = house_node(w->house);
    c->now_us = clock_now_us();
    c->lang = web_lang_default(c);
    const struct foreign *f = foreign_of(in->path);
    if (f) {
        f->run(c, in, out);
        return;
    }
    struct request rq = request_of(c, in);
    (void)snprintf(peer, sizeof peer, "%016llx", (unsigned long long)in->peer);
    rq.peer = arena_dup(&c->mem, str_c(peer));
    rq.left = http_cookie(in, "left").n > 0;
    rq.session = http_cookie(in, SESSION_COOKIE);
    rq.origin = str_join(&c->mem, in->over_tls ? STR("https://") : STR("http://"), in->host);
    (void)web_run(c, &rq, rq.session, &rs);
    answer(c, &rs, out);
}

static size_t body_max(void *arg, enum http_method method, struct str path)
{
    (void)arg;
    if (method != HTTP_POST)
        return 0;
    const struct foreign *f = foreign_of(path);
    if (f)
        return f->body_max;
    struct request rq = { .method = POST, .path = path };
    const struct route *r = find_route(&rq);
    return r && r->body_max ? r->body_max : ROUTE_BODY_MAX;
}

/* ---- threads --------------------------------------------------------------------- */

/* A reader's pages are mapped (SQLite maps 2 GiB of a file and no more) and only
 * what lies behind that is kept in memory of our own. */
enum { READ_CACHE_KIB = 1 << 10, READ_LOG_PAGES = 1000 };
static const int64_t READ_MAP = INT64_C(2) << 30;

static void *worker_new(void *arg)
{
    struct web *w = arg;
    struct ctx c;
    struct worker *me = calloc(1, sizeof *me);
    ctx_init(&c, 1 << 20);
    c.node = house_node(w->house);
    if (me && ledger_connect(&c, c.node->ledger, &me->db) != ERR_OK) {
        log_line(LOG_ERROR, "worker: %s", c.fault.detail);
        free(me);
        me = NULL;
    }
    if (me && db_room(&c, me->db, READ_CACHE_KIB, READ_LOG_PAGES) != ERR_OK)
        log_line(LOG_WARN, "worker: %s", c.fault.detail);
    if (me)
        db_map(me->db, READ_MAP);
    ctx_done(&c);
    return me;
}

static void worker_end(void *arg, void *thread)
{
    struct worker *me = thread;
    (void)arg;
    if (me)
        db_close(me->db);
    free(me);
}

static void run_ticks(struct ctx *c, desk_tick *const *tick)
{
    size_t did = 0;
    for (size_t i = 0; tick[i]; i++)
        if (tick[i](c, 200, &did) != ERR_OK)
            log_line(LOG_WARN, "clocks: %s: %s", err_name(c->fault.code), c->fault.detail);
}

static void run_clocks(struct web *w, struct db *db)
{
    struct ctx c;
    size_t did = 0;
    ctx_init(&c, 32 << 20);
    c.node = house_node(w->house);
    c.db = db;
    c.who = officer_machine(&c);
    if (work_tick(&c, 200, &did) != ERR_OK)
        log_line(LOG_WARN, "clocks: %s: %s", err_name(c.fault.code), c.fault.detail);
    else if (did)
        log_line(LOG_INFO, "clocks: %zu done", did);
    reuse_sweep(c.node->reuse, c.now_us);
    run_ticks(&c, desk_ticks);
    ctx_done(&c);
}

static void run_calls(struct web *w, struct db *db)
{
    struct ctx c;
    ctx_init(&c, 32 << 20);
    c.node = house_node(w->house);
    c.db = db;
    c.who = officer_machine(&c);
    run_ticks(&c, desk_calls);
    ctx_done(&c);
}

static void *each_half_minute(struct web *w, void (*run)(struct web *w, struct db *db))
{
    struct worker *me = worker_new(w);
    (void)pthread_mutex_lock(&w->lock);
    while (me && !w->stop) {
        (void)pthread_mutex_unlock(&w->lock);
        run(w, me->db);
        (void)pthread_mutex_lock(&w->lock);
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 30;
        if (!w->stop)
            (void)pthread_cond_timedwait(&w->wake, &w->lock, &until);
    }
    (void)pthread_mutex_unlock(&w->lock);
    worker_end(w, me);
    return NULL;
}

static void *ticker(void *arg) { return each_half_minute(arg, run_clocks); }
static void *caller(void *arg) { return each_half_minute(arg, run_calls); }

enum err web_start(struct ctx *c, struct house *h, const struct web_config *cfg, struct web **out)
{
    struct web *w = calloc(1, sizeof *w);
    if (!w)
        return FAIL(c, ERR_NOMEM, "error.too-big", "web");
    w->house = h;
    __atomic_store_n(house_node(h)->stopping, 0, __ATOMIC_RELAXED);
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->wake, NULL);
    struct http_config hc = { .bind = cfg->bind, .port = cfg->port, .threads = cfg->threads,
        .tls_cert = cfg->tls_cert, .tls_key = cfg->tls_key, .trust_proxy = cfg->trust_proxy,
        .body_max = body_max, .thread_init = worker_new, .thread_done = worker_end };
    enum err e = http_start(c, &hc, handle, w, &w->http);
    if (!e && pthread_create(&w->ticker, NULL, ticker, w) != 0)
        e = FAIL(c, ERR_IO, "error.internal", "clock thread");
    else if (!e)
        w->ticking = true;
    if (!e && pthread_create(&w->caller, NULL, caller, w) != 0)
        e = FAIL(c, ERR_IO, "error.internal", "calling thread");
    else if (!e)
        w->calling = true;
    if (e) {
        web_stop(w);
        return e;
    }
    *out = w;
    return ERR_OK;
}

void web_stop(struct web *w)
{
    if (!w)
        return;
    __atomic_store_n(house_node(w->house)->stopping, 1, __ATOMIC_RELAXED);     /* calls under way end now */
    (void)pthread_mutex_lock(&w->lock);
    w->stop = true;
    (void)pthread_cond_broadcast(&w->wake);
    (void)pthread_mutex_unlock(&w->lock);
    if (w->ticking)
        (void)pthread_join(w->ticker, NULL);
    if (w->calling)
        (void)pthread_join(w->caller, NULL);
    if (w->http)
        http_stop(w->http, 5 * US_PER_S);
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}

int web_port(const struct web *w)
{
    return http_port(w->http);
}
