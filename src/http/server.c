/* server.c - start and stop. */
#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT(field, value) do { if (!(field)) (field) = (value); } while (0)

static void config_fill(struct http_config *cf)
{
    DEFAULT(cf->bind, "127.0.0.1");
    DEFAULT(cf->unix_mode, 0660);
    DEFAULT(cf->threads, 4);
    DEFAULT(cf->connections, 1000);
    DEFAULT(cf->per_peer, cf->trust_proxy ? -1 : 40);     /* a proxy is one address for everybody */
    DEFAULT(cf->pool, 8192);
    DEFAULT(cf->arena_max, (size_t)16 << 20);
    DEFAULT(cf->body_memory, (size_t)256 << 10);
    DEFAULT(cf->body_total, (int64_t)1 << 30);
    DEFAULT(cf->spool_dir, "/tmp");
    DEFAULT(cf->head_us, 10 * US_PER_S);
    DEFAULT(cf->idle_us, 30 * US_PER_S);
    DEFAULT(cf->grace_us, 10 * US_PER_S);
    DEFAULT(cf->floor_in, 256);
    DEFAULT(cf->floor_out, 256);
}

static enum err config_check(struct ctx *c, const struct http_config *cf)
{
    if (cf->threads < 1 || cf->threads > 256 || cf->connections < cf->threads)
        return FAIL(c, ERR_INPUT, "http.config", "threads %d, connections %d", cf->threads,
                    cf->connections);
    if (cf->port < 0 || cf->port > 65535 || cf->pool < 4096 || cf->body_memory > cf->arena_max)
        return FAIL(c, ERR_INPUT, "http.config", "port %d, pool %zu", cf->port, cf->pool);
    if (!cf->tls_cert != !cf->tls_key)
        return FAIL(c, ERR_INPUT, "http.config", "a certificate needs its key");
    return ERR_OK;
}

/* ---- sockets ----------------------------------------------------------------------- */

static enum err listen_on(struct ctx *c, int fd, const struct sockaddr *sa, socklen_t n)
{
    enum { BACKLOG = 511 };
    if (bind(fd, sa, n) == 0 && listen(fd, BACKLOG) == 0)
        return ERR_OK;
    return FAIL(c, ERR_IO, "http.listen", "cannot listen: errno %d", errno);
}

static enum err listen_unix(struct ctx *c, struct http *h)
{
    struct sockaddr_un sa = { .sun_family = AF_UNIX };
    struct stat st;
    size_t n = strlen(h->cf.unix_path);
    if (n >= sizeof sa.sun_path)
        return FAIL(c, ERR_INPUT, "http.config", "socket path of %zu bytes", n);
    memcpy(sa.sun_path, h->cf.unix_path, n + 1);
    if (lstat(sa.sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
        (void)unlink(sa.sun_path);
    h->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (h->listen_fd < 0)
        return FAIL(c, ERR_IO, "http.listen", "socket: errno %d", errno);
    TRY(listen_on(c, h->listen_fd, (const struct sockaddr *)(const void *)&sa, sizeof sa));
    h->unix_path = strdup(sa.sun_path);
    if (!h->unix_path || chmod(sa.sun_path, h->cf.unix_mode) != 0)
        return FAIL(c, ERR_IO, "http.listen", "mode of the socket: errno %d", errno);
    return ERR_OK;
}

static enum err listen_tcp(struct ctx *c, struct http *h)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)h->cf.port) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)h->cf.port) };
    bool four = inet_pton(AF_INET, h->cf.bind, &v4.sin_addr) == 1;
    int on = 1;
    if (!four && inet_pton(AF_INET6, h->cf.bind, &v6.sin6_addr) != 1)
        return FAIL(c, ERR_INPUT, "http.config", "bind is not a numeric address");
    h->listen_fd = socket(four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (h->listen_fd < 0)
        return FAIL(c, ERR_IO, "http.listen", "socket: errno %d", errno);
    (void)setsockopt(h->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return four ? listen_on(c, h->listen_fd, (const struct sockaddr *)(const void *)&v4, sizeof v4)
                : listen_on(c, h->listen_fd, (const struct sockaddr *)(const void *)&v6, sizeof v6);
}

static int port_of(int fd)
{
    struct sockaddr_storage ss = { 0 };
    socklen_t n = sizeof ss;
    if (getsockname(fd, (struct sockaddr *)(void *)&ss, &n) != 0)
        return 0;
    if (ss.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)(const void *)&ss)->sin_port);
    if (ss.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)(const void *)&ss)->sin6_port);
    return 0;
}

/* ---- TLS ------------------------------------------------------------------------------ */

static enum err pem_read(struct ctx *c, const char *path, char **out)
{
    enum { PEM_MAX = 256 * 1024 };
    struct str s;
    TRY(file_read(c, path, PEM_MAX, &s));
    *out = strndup(s.p, s.n);
    return *out ? ERR_OK : FAIL(c, ERR_NOMEM, "http.memory", "certificate");
}

/* ---- the library ------------------------------------------------------------------------ */

/* Paths are decoded by http_path, once; the library's own decoding stops at %00. */
static size_t undecoded(void *cls, struct MHD_Connection *mc, char *s)
{
    (void)cls;
    (void)mc;
    return strlen(s);
}

static enum err daemon_start(struct ctx *c, struct http *h)
{
    enum { STACK = 4 * 1024 * 1024 };     /* rules and forms evaluate on it */
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
    struct MHD_OptionItem tls[4] = { { MHD_OPTION_END, 0, NULL } };
    if (h->cert) {
        flags |= MHD_USE_TLS;
        tls[0] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, h->cert };
        tls[1] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, h->key };
        tls[2] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)
            "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE" };
        tls[3] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
    }
    h->daemon = MHD_start_daemon(flags, 0, NULL, NULL, request_step, h,
        MHD_OPTION_LISTEN_SOCKET, h->listen_fd,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)h->cf.threads,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)h->cf.connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, h->cf.per_peer > 0 ? (unsigned)h->cf.per_peer : 0u,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, h->cf.pool,
        MHD_OPTION_CONNECTION_TIMEOUT, 0u,
        MHD_OPTION_STRICT_FOR_CLIENT, 0,      /* the guard's refusals are better formed */
        MHD_OPTION_UNESCAPE_CALLBACK, undecoded, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, request_begin, h,
        MHD_OPTION_NOTIFY_COMPLETED, request_end, h,
        MHD_OPTION_NOTIFY_CONNECTION, conn_notify, h,
        MHD_OPTION_ARRAY, tls,
        MHD_OPTION_END);
    if (!h->daemon)
        return FAIL(c, ERR_IO, "http.start", "the HTTP library refused: errno %d", errno);
    return ERR_OK;
}

/* ---- whole ------------------------------------------------------------------------------- */

static enum err sync_init(struct ctx *c, struct http *h)
{
    pthread_condattr_t at;
    if (pthread_mutex_init(&h->lock, NULL) != 0 || pthread_key_create(&h->worker_key, worker_free) != 0
        || pthread_condattr_init(&at) != 0)
        return FAIL(c, ERR_NOMEM, "http.memory", "locks");
    (void)pthread_condattr_setclock(&at, CLOCK_MONOTONIC);
    int bad = pthread_cond_init(&h->wake, &at);
    (void)pthread_condattr_destroy(&at);
    return bad ? FAIL(c, ERR_NOMEM, "http.memory", "locks") : ERR_OK;
}

static enum err start_steps(struct ctx *c, struct http *h)
{
    TRY(config_check(c, &h->cf));
    if (h->cf.tls_cert) {
        TRY(pem_read(c, h->cf.tls_cert, &h->cert));
        TRY(pem_read(c, h->cf.tls_key, &h->key));
    }
    if (h->cf.listen_fd > 0)
        h->listen_fd = h->cf.listen_fd;
    else
        TRY(h->cf.unix_path ? listen_unix(c, h) : listen_tcp(c, h));
    h->port = port_of(h->listen_fd);
    TRY(daemon_start(c, h));
    if (pthread_create(&h->watcher, NULL, watch_run, h) != 0) {
        MHD_stop_daemon(h->daemon);
        h->daemon = NULL;
        h->listen_fd = -1;
        return FAIL(c, ERR_NOMEM, "http.start", "no thread for the deadlines");
    }
    return ERR_OK;
}

static void http_free(struct http *h)
{
    while (h->idle) {
        struct request *r = h->idle;
        h->idle = r->next;
        request_free(r);
    }
    if (h->listen_fd >= 0)
        (void)close(h->listen_fd);
    if (h->unix_path)
        (void)unlink(h->unix_path);
    if (h->key)
        sodium_memzero(h->key, strlen(h->key));
    free(h->unix_path);
    free(h->cert);
    free(h->key);
    (void)pthread_key_delete(h->worker_key);
    (void)pthread_mutex_destroy(&h->lock);
    (void)pthread_cond_destroy(&h->wake);
    sodium_memzero(h->peer_key, sizeof h->peer_key);
    free(h);
}

enum err http_start(struct ctx *c, const struct http_config *config, http_handler *handler,
                    void *arg, struct http **out)
{
    struct http *h = sodium_init() < 0 ? NULL : calloc(1, sizeof *h);
    if (!h)
        return FAIL(c, ERR_NOMEM, "http.memory", "server");
    h->cf = *config;
    h->handler = handler;
    h->arg = arg;
    h->listen_fd = -1;
    config_fill(&h->cf);
    crypto_shorthash_keygen(h->peer_key);
    enum err e = sync_init(c, h);
    if (e != ERR_OK) {
        free(h);
        return e;
    }
    e = start_steps(c, h);
    if (e != ERR_OK) {
        http_free(h);
        return e;
    }
    *out = h;
    return ERR_OK;
}

/* The library has no call that waits for running answers; a few looks a second do. */
static void drain(struct http *h, int64_t wait_us)
{
    const int64_t until = clock_mono_us() + wait_us;
    const struct timespec nap = { 0, 10 * 1000 * 1000 };
    while (atomic_load(&h->running) > 0 && clock_mono_us() < until)
        (void)nanosleep(&nap, NULL);
}

void http_stop(struct http *h, int64_t wait_us)
{
    if (!h)
        return;
    h->listen_fd = MHD_quiesce_daemon(h->daemon);
    drain(h, wait_us);
    (void)pthread_mutex_lock(&h->lock);
    h->stopping = true;
    (void)pthread_cond_signal(&h->wake);
    (void)pthread_mutex_unlock(&h->lock);
    (void)pthread_join(h->watcher, NULL);
    MHD_stop_daemon(h->daemon);
    http_free(h);
}

int http_port(const struct http *h) { return h->port; }

void http_stats(struct http *h, struct http_stats *out)
{
    *out = (struct http_stats){
        .open = atomic_load(&h->open), .requests = atomic_load(&h->requests),
        .refused = atomic_load(&h->refused), .slow = atomic_load(&h->slow),
    };
}
