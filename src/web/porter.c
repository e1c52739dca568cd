#include "web/porter.h"

#include "http/http.h"
#include "page/files.h"
#include "page/page.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { PATIENCE_US = 300000, LOOK_MS = 50, ASK_AGAIN_S = 5, KNOWN = 15 };

struct porter {
    struct node *node;
    const struct web_config *cfg;
    const struct remaking *remaking;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop, gone;             /* gone: the port is not to be had; nobody answers */
    struct http *http;
};

int64_t porter_left_us(int64_t thousandths, int64_t so_far_us)
{
    if (thousandths < KNOWN || so_far_us <= 0)
        return -1;
    return thousandths >= 1000 ? 0 : so_far_us / thousandths * (1000 - thousandths);
}

void porter_page(struct out *o, int64_t thousandths, int64_t left_us)
{
    int64_t minutes = (left_us + 30 * US_PER_S) / (60 * US_PER_S);
    page_begin(o, &(struct page){ .title_key = "remaking.title", .narrow = true });
    heading(o, "remaking.title");
    html(o, "<p>");
    T(o, "remaking.what");
    html(o, "</p>\n<p class=\"notice notice--plain\">");
    if (left_us < 0)
        T(o, "remaking.early");
    else if (minutes < 1)
        TF(o, "remaking.soon", W_INT("percent", thousandths / 10));
    else
        TF(o, "remaking.left", W_INT("percent", thousandths / 10), W_INT("minutes", minutes));
    html(o, "</p>\n<p>");
    T(o, "remaking.safe");
    html(o, "</p>\n");
    page_end(o);
}

/* ---- at the door --------------------------------------------------------------------- */

static void say_health(struct ctx *c, struct http_resp *out, int64_t thousandths, int64_t left_us)
{
    struct buf b;
    buf_init(&b, &c->mem, 256);
    buf_put(&b, STR("making tables again: "));
    buf_i64(&b, thousandths / 10);
    buf_put(&b, STR(" % done"));
    if (left_us >= 0) {
        buf_put(&b, STR(", about "));
        buf_i64(&b, left_us / US_PER_S);
        buf_put(&b, STR(" s left"));
    }
    buf_char(&b, '\n');
    http_plain(out, 503, buf_str(&b));
}

static void say_page(struct ctx *c, struct http_resp *out, int64_t thousandths, int64_t left_us)
{
    struct request rq = { .method = GET, .path = STR("/") };
    struct response rs;
    response_init(&rs, c, &rq);
    porter_page(&rs.out, thousandths, left_us);
    if (out_check(&rs.out) != ERR_OK) {
        http_plain(out, 503, STR("making tables again\n"));
        return;
    }
    out->status = 503;
    out->body = buf_str(&rs.out.b);
    http_add_header(out, "Refresh", STR("5"));
}

static void answer(void *arg, void *thread, const struct http_req *in, struct http_resp *out)
{
    struct porter *p = arg;
    struct ctx *c = in->c;
    struct static_file f;
    (void)thread;
    c->node = p->node;
    c->now_us = clock_now_us();
    c->lang = web_lang_default(c);
    int64_t begun = __atomic_load_n(&p->remaking->begun_us, __ATOMIC_ACQUIRE);
    int64_t done = __atomic_load_n(&p->remaking->thousandths, __ATOMIC_RELAXED);
    int64_t left = begun ? porter_left_us(done, clock_mono_us() - begun) : 0;
    if (static_find(in->path, &f)) {
        out->type = f.type;
        out->body = f.bytes;
        return;
    }
    http_add_header(out, "Retry-After", STR("5"));
    if (str_is(in->path, "/health"))
        say_health(c, out, begun ? done : 1000, left);
    else
        say_page(c, out, begun ? done : 1000, left);
}

/* ---- of the server ------------------------------------------------------------------ */

/* A little behind is how tables are; so much is a tale of its own. */
enum { MUCH_BEHIND = 5000 };

enum err health_text(struct ctx *c, const struct request *rq, struct response *rs)
{
    int64_t changes = 0, folded = 0;
    struct fault before = c->fault;
    bool ok = ledger_last(c, &changes, &folded) == ERR_OK;
    (void)rq;
    c->fault = before;
    rs->type = STR("text/plain; charset=utf-8");
    rs->status = ok && changes - folded < MUCH_BEHIND ? 200 : 503;
    rs->body = !ok ? STR("the database does not answer\n")
             : rs->status == 200 ? STR("ready\n") : STR("tables are behind the ledger\n");
    return ERR_OK;
}

static void open_door(struct porter *p)
{
    struct ctx c;
    ctx_init(&c, 1 << 20);
    struct http_config hc = { .bind = p->cfg->bind, .port = p->cfg->port, .threads = 1,
        .tls_cert = p->cfg->tls_cert, .tls_key = p->cfg->tls_key, .trust_proxy = p->cfg->trust_proxy };
    p->gone = http_start(&c, &hc, answer, p, &p->http) != ERR_OK;
    if (p->gone)
        log_line(LOG_WARN, "tables are made again; nobody answers meanwhile: %s", c.fault.detail);
    else
        log_line(LOG_INFO, "tables are made again from the ledger; who asks is told how far it is");
    ctx_done(&c);
}

static bool takes_long(const struct porter *p)
{
    int64_t begun = __atomic_load_n(&p->remaking->begun_us, __ATOMIC_ACQUIRE);
    return begun && clock_mono_us() - begun > PATIENCE_US;
}

static void *watch(void *arg)
{
    struct porter *p = arg;
    (void)pthread_mutex_lock(&p->lock);
    while (!p->stop && !p->http && !p->gone) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        (void)pthread_cond_timedwait(&p->wake, &p->lock, &until);
        if (!p->stop && takes_long(p))
            open_door(p);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct porter *porter_start(struct node *n, const struct web_config *cfg, const struct remaking *r)
{
    struct porter *p = calloc(1, sizeof *p);
    sigset_t all, before;
    if (!p)
        return NULL;
    *p = (struct porter){ .node = n, .cfg = cfg, .remaking = r };
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->wake, NULL);
    (void)sigfillset(&all);                  /* signals are for the thread that waits for them */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&p->thread, NULL, watch, p) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (ok)
        return p;
    free(p);
    return NULL;
}

void porter_stop(struct porter *p)
{
    if (!p)
        return;
    (void)pthread_mutex_lock(&p->lock);
    p->stop = true;
    (void)pthread_cond_signal(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);
    (void)pthread_join(p->thread, NULL);
    if (p->http)
        http_stop(p->http, US_PER_S);
    (void)pthread_cond_destroy(&p->wake);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}
