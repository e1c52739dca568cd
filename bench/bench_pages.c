/* bench_pages.c - a bounded load on pages: keep-alive where the server keeps it.
 *
 *   bench_pages MS CONNECTIONS FILE PORT [FILE PORT]...
 *
 * FILE holds lines "PATH<TAB>COOKIE"; connection i asks for lines i, i + n, ...
 * again and again.  Several targets take turns in slices of a fifth of the time,
 * so that what else the machine does meanwhile weighs on all alike.  One line per
 * target: requests/s, p50, p95 and p99 in us, answers that were not 200, bytes of
 * an answer.
 *
 * CHANGES=FILE in the environment: meanwhile one more connection sends the forms
 * of FILE ("PORT<TAB>PATH<TAB>COOKIE<TAB>BODY") in turn, one every CHANGE_MS
 * (100), so that the tables do not stand still.  GZIP_OK: ask for gzip. */
#include "base/base.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { LINES = 20000, TARGETS = 8, PEERS = 128, KEEP = 1 << 17, SLICES = 5 };

struct target {
    const char *file;
    int port;
    char *line[LINES];                  /* whole requests */
    size_t n;
    int64_t answers, wrong, bytes, took_us;
    uint32_t *lat;
    size_t lat_n;
};
struct peer {
    struct target *t;
    pthread_t id;
    size_t at, step;
    int64_t until_us, answers, wrong, bytes;
    uint32_t *lat;
    size_t lat_n;
    bool started;
};

static bool read_lines(struct target *t)
{
    static char row[4096];
    FILE *f = fopen(t->file, "re");
    while (f && t->n < LINES && fgets(row, sizeof row, f)) {
        const char *gz = getenv("GZIP_OK");
        char *path = strtok_r(row, "\t\n", &(char *){ NULL });
        char *cookie = path ? path + strlen(path) + 1 : NULL;
        if (!path || !*path)
            continue;
        cookie[strcspn(cookie, "\n")] = 0;
        if (asprintf(&t->line[t->n], "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s%s%s%s\r\n", path, t->port,
                     *cookie ? "Cookie: " : "", cookie, *cookie ? "\r\n" : "",
                     gz ? "Accept-Encoding: gzip\r\n" : "") < 0)
            break;
        t->n++;
    }
    if (f)
        (void)fclose(f);
    return t->n > 0;
}

static int dial(int port)
{
    struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval wait = { .tv_sec = 20 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (const struct sockaddr *)(const void *)&sa, sizeof sa) != 0) {
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return fd;
}

/* Read one answer; only its head is kept.  Its status, or 0 when the connection
 * broke; *kept tells whether the next request may use the same connection. */
static int answer(int fd, char *buf, size_t room, size_t *bytes, bool *kept)
{
    size_t head = 0, all = 0, whole = 0;
    *kept = false;
    while (!whole || all < whole) {
        ssize_t got = recv(fd, buf + head, room - 1 - head, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || head == room - 1)
            return 0;
        if (got == 0)
            break;
        all += (size_t)got;
        if (whole)
            continue;
        head += (size_t)got;
        buf[head] = 0;
        char *end = strstr(buf, "\r\n\r\n"), *len;
        if (end) {
            *end = 0;
            len = strcasestr(buf, "\nContent-Length:");
            *kept = len && !strcasestr(buf, "\nConnection: close");
            whole = len ? (size_t)(end - buf) + 4 + strtoul(len + 16, NULL, 10) : SIZE_MAX;
            head = (size_t)(end - buf) + 1;
        }
    }
    *bytes = all;
    return whole && (whole == SIZE_MAX || all == whole) ? (int)strtol(buf + 9, NULL, 10) : 0;
}

static void *drive(void *arg)
{
    enum { ROOM = 1 << 20 };
    struct peer *p = arg;
    char *buf = malloc(ROOM);
    int fd = -1;
    while (buf && clock_mono_us() < p->until_us) {
        const char *rq = p->t->line[p->at % p->t->n];
        size_t n = strlen(rq), bytes = 0;
        bool kept = false;
        int64_t from = clock_mono_us();
        p->at += p->step;
        if (fd < 0)
            fd = dial(p->t->port);
        int status = fd >= 0 && send(fd, rq, n, MSG_NOSIGNAL) == (ssize_t)n ? answer(fd, buf, ROOM, &bytes, &kept) : 0;
        if (!kept && fd >= 0) {
            (void)close(fd);
            fd = -1;
        }
        p->answers++;
        p->bytes += (int64_t)bytes;
        p->wrong += status != 200;
        if (p->lat_n < KEEP)
            p->lat[p->lat_n++] = (uint32_t)(clock_mono_us() - from);
    }
    if (fd >= 0)
        (void)close(fd);
    free(buf);
    return NULL;
}

static void slice(struct target *t, struct peer *peer, size_t n, int64_t us)
{
    int64_t from = clock_mono_us();
    for (size_t i = 0; i < n; i++) {
        peer[i] = (struct peer){ .t = t, .at = i + (size_t)t->answers, .step = n, .until_us = from + us,
                                 .lat = malloc(sizeof(uint32_t) * KEEP) };
        peer[i].started = peer[i].lat && pthread_create(&peer[i].id, NULL, drive, &peer[i]) == 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (peer[i].started)
            (void)pthread_join(peer[i].id, NULL);
        t->answers += peer[i].answers;
        t->wrong += peer[i].wrong;
        t->bytes += peer[i].bytes;
        uint32_t *more = realloc(t->lat, sizeof(uint32_t) * (t->lat_n + peer[i].lat_n + 1));
        if (more) {
            t->lat = more;
            for (size_t k = 0; k < peer[i].lat_n; k++)
                t->lat[t->lat_n++] = peer[i].lat[k];
        }
        free(peer[i].lat);
    }
    t->took_us += clock_mono_us() - from;
}

/* ---- changes meanwhile -------------------------------------------------------------- */

struct changer { char *line[LINES]; int port[LINES]; size_t n; int64_t every_us; pthread_t id; int stop; int64_t sent, wrong; };

static bool read_changes(struct changer *x, const char *file)
{
    static char row[8192];
    FILE *f = fopen(file, "re");
    while (f && x->n < LINES && fgets(row, sizeof row, f)) {
        char *rest = row, *part[4];
        for (int i = 0; i < 4; i++)
            part[i] = strsep(&rest, "\t\n");
        if (!part[3])
            continue;
        x->port[x->n] = (int)strtol(part[0], NULL, 10);
        if (asprintf(&x->line[x->n], "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n"
                     "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                     part[1], x->port[x->n], part[2], strlen(part[3]), part[3]) < 0)
            break;
        x->n++;
    }
    if (f)
        (void)fclose(f);
    return x->n > 0;
}

static void *change(void *arg)
{
    struct changer *x = arg;
    char *buf = malloc(1 << 16);
    for (size_t i = 0; buf && !__atomic_load_n(&x->stop, __ATOMIC_RELAXED); i++) {
        int64_t due = clock_mono_us() + x->every_us;
        const char *rq = x->line[i % x->n];
        size_t bytes;
        bool kept;
        int fd = dial(x->port[i % x->n]);
        int status = fd >= 0 && send(fd, rq, strlen(rq), MSG_NOSIGNAL) == (ssize_t)strlen(rq) ? answer(fd, buf, 1 << 16, &bytes, &kept) : 0;
        if (fd >= 0)
            (void)close(fd);
        x->sent++;
        x->wrong += status != 303;
        int64_t left = due - clock_mono_us();
        if (left > 0)
            (void)usleep((useconds_t)left);
    }
    free(buf);
    return NULL;
}

static int u32_cmp(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void say(struct target *t)
{
    qsort(t->lat, t->lat_n, sizeof *t->lat, u32_cmp);
    printf("%.0f %u %u %u %lld %lld\n", (double)t->answers * 1e6 / (double)(t->took_us ? t->took_us : 1),
           t->lat_n ? t->lat[t->lat_n / 2] : 0, t->lat_n ? t->lat[t->lat_n * 95 / 100] : 0,
           t->lat_n ? t->lat[t->lat_n * 99 / 100] : 0, (long long)t->wrong,
           (long long)(t->answers ? t->bytes / t->answers : 0));
}

int main(int argc, char **argv)
{
    static struct target target[TARGETS];
    static struct peer peer[PEERS];
    static struct changer changer;
    const char *changes = getenv("CHANGES"), *every = getenv("CHANGE_MS");
    size_t n = argc > 4 ? ((size_t)argc - 3) / 2 : 0, peers = argc > 4 ? strtoul(argv[2], NULL, 10) : 0;
    if (!n || n > TARGETS || !peers || peers > PEERS) {
        (void)fprintf(stderr, "bench_pages MS CONNECTIONS FILE PORT [FILE PORT]...\n");
        return 2;
    }
    for (size_t i = 0; i < n; i++) {
        target[i] = (struct target){ .file = argv[3 + 2 * i], .port = (int)strtol(argv[4 + 2 * i], NULL, 10) };
        if (!read_lines(&target[i])) {
            (void)fprintf(stderr, "bench_pages: nothing in %s\n", target[i].file);
            return 1;
        }
    }
    changer.every_us = (every ? strtoll(every, NULL, 10) : 100) * 1000;
    if (changes && (!read_changes(&changer, changes) || pthread_create(&changer.id, NULL, change, &changer) != 0)) {
        (void)fprintf(stderr, "bench_pages: nothing in %s\n", changes);
        return 1;
    }
    int64_t us = strtoll(argv[1], NULL, 10) * 1000 / SLICES;
    for (size_t s = 0; s < SLICES; s++)
        for (size_t i = 0; i < n; i++)
            slice(&target[i], peer, peers, us);
    for (size_t i = 0; i < n; i++)
        say(&target[i]);
    if (changes) {
        __atomic_store_n(&changer.stop, 1, __ATOMIC_RELAXED);
        (void)pthread_join(changer.id, NULL);
        printf("%lld %lld\n", (long long)changer.sent, (long long)changer.wrong);
    }
    return 0;
}
