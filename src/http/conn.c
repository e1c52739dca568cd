/* conn.c - connections and their deadlines.
 *
 * libmicrohttpd's timeout counts silence only: one byte a second lives for
 * ever.  Here every connection has one deadline that its own progress moves: a
 * head must be complete in time, a body and an answer must average a floor of
 * bytes per second.  One thread looks at all deadlines and shuts the socket of
 * those that passed; the worker then sees the end of the stream and cleans up. */
#include "http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WATCH_US = 250 * 1000, LINGER_LOOK_US = 20 * 1000 };

void conn_deadline(struct conn *k, int64_t in_us)
{
    int64_t at = in_us == INT64_MAX ? in_us : clock_mono_us() + in_us;
    atomic_store_explicit(&k->deadline_us, at, memory_order_relaxed);
}

uint64_t peer_hash(const struct http *h, const void *bytes, size_t n)
{
    uint64_t out;
    _Static_assert(sizeof out == crypto_shorthash_BYTES, "the hash fits");
    (void)crypto_shorthash((unsigned char *)&out, bytes, n, h->peer_key);
    return out;
}

static uint64_t peer_of(const struct http *h, const struct sockaddr *sa)
{
    if (sa && sa->sa_family == AF_INET)
        return peer_hash(h, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
    if (sa && sa->sa_family == AF_INET6)
        return peer_hash(h, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 8);
    return peer_hash(h, "local", 5);
}

/* A Unix socket is not counted: who sits behind it is not known. */
static bool is_loopback(const struct sockaddr *sa)
{
    static const unsigned char v6[16] = { [15] = 1 }, v4_in_v6[13] = { [10] = 0xff, 0xff, 127 };
    if (sa && sa->sa_family == AF_INET)
        return *(const unsigned char *)&((const struct sockaddr_in *)(const void *)sa)->sin_addr == 127;
    if (!sa || sa->sa_family != AF_INET6)
        return false;
    const void *a = &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
    return memcmp(a, v6, sizeof v6) == 0 || memcmp(a, v4_in_v6, sizeof v4_in_v6) == 0;
}

static void conn_open(struct http *h, struct MHD_Connection *mc, void **socket_context)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(mc, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *addr =
        MHD_get_connection_info(mc, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct conn *k = calloc(1, sizeof *k);
    if (!k) {
        if (fd)
            (void)shutdown(fd->connect_fd, SHUT_RDWR);
        return;
    }
    k->h = h;
    k->fd = fd ? fd->connect_fd : -1;
    k->peer = peer_of(h, addr ? addr->client_addr : NULL);
    k->loopback = is_loopback(addr ? addr->client_addr : NULL);
    k->near = k->loopback || h->cf.unix_path;
    conn_deadline(k, h->cf.head_us);
    (void)pthread_mutex_lock(&h->lock);
    k->next = h->conns;
    if (k->next)
        k->next->prev = k;
    h->conns = k;
    (void)pthread_mutex_unlock(&h->lock);
    atomic_fetch_add(&h->open, 1);
    *socket_context = k;
}

/* Called before the library closes the descriptor, so under the lock the watch
 * thread never shuts a number that already belongs to someone else. */
static void conn_shut(struct http *h, struct conn *k)
{
    (void)pthread_mutex_lock(&h->lock);
    if (k->prev)
        k->prev->next = k->next;
    else
        h->conns = k->next;
    if (k->next)
        k->next->prev = k->prev;
    (void)pthread_mutex_unlock(&h->lock);
    atomic_fetch_sub(&h->open, 1);
    free(k);
}

void conn_notify(void *cls, struct MHD_Connection *mc, void **socket_context,
                 enum MHD_ConnectionNotificationCode code)
{
    struct http *h = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        conn_open(h, mc, socket_context);
    else if (*socket_context)
        conn_shut(h, *socket_context);
}

/* ---- refused, still talking ---------------------------------------------------- */

static const int64_t LINGER_US = 5 * US_PER_S;

void conn_linger(struct conn *k)
{
    struct http *h = k->h;
    (void)pthread_mutex_lock(&h->lock);
    int fd = h->linger_n < LINGER_MAX && !h->stopping ? fcntl(k->fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (fd >= 0)
        h->linger[h->linger_n++] = (struct late){ fd, clock_mono_us() + LINGER_US };
    (void)pthread_mutex_unlock(&h->lock);
}

/* False: the peer is done, or had its time. */
static bool swallow(const struct late *l, int64_t now)
{
    char sink[16 * 1024];
    enum { ROUNDS = 64 };               /* 1 MiB a look */
    for (int i = 0; i < ROUNDS; i++) {
        ssize_t n = recv(l->fd, sink, sizeof sink, MSG_DONTWAIT);
        if (n < 0)
            return (errno == EAGAIN || errno == EINTR) && now < l->until_us;
        if (n == 0)
            return false;
    }
    return now < l->until_us;
}

static void linger_once(struct http *h, int64_t now)
{
    for (int i = 0; i < h->linger_n; i++) {
        if (!h->stopping && swallow(&h->linger[i], now))
            continue;
        (void)close(h->linger[i].fd);
        h->linger[i--] = h->linger[--h->linger_n];
    }
}

/* ---- the watch thread ------------------------------------------------------------ */

static void watch_once(struct http *h)
{
    int64_t now = clock_mono_us();
    linger_once(h, now);
    for (struct conn *k = h->conns; k; k = k->next) {
        if (now <= atomic_load_explicit(&k->deadline_us, memory_order_relaxed))
            continue;
        (void)shutdown(k->fd, SHUT_RDWR);
        conn_deadline(k, INT64_MAX);
        atomic_fetch_add(&h->slow, 1);
    }
}

void *watch_run(void *arg)
{
    struct http *h = arg;
    (void)pthread_mutex_lock(&h->lock);
    while (!h->stopping) {
        struct timespec at;
        (void)clock_gettime(CLOCK_MONOTONIC, &at);
        at.tv_nsec += (h->linger_n ? LINGER_LOOK_US : WATCH_US) * 1000L;
        if (at.tv_nsec >= 1000000000L) {
            at.tv_nsec -= 1000000000L;
            at.tv_sec++;
        }
        (void)pthread_cond_timedwait(&h->wake, &h->lock, &at);
        watch_once(h);
    }
    linger_once(h, clock_mono_us());
    (void)pthread_mutex_unlock(&h->lock);
    return NULL;
}
