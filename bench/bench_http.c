/* bench_http.c - what the HTTP floor itself costs.
 *
 *   bench_http [SECONDS]        figures on stdout, one per line
 *   bench_http --serve PORT     the same server, for another load generator
 *
 * The load comes from a second process on the same machine: two processes share
 * the processors, so the figures are lower bounds. */
#include "http/http.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOAD = 64, IDLE = 2000, PAGE = 2048 };

static char page[PAGE];

static size_t body_max(void *arg, enum http_method m, struct str path)
{
    (void)arg, (void)m, (void)path;
    return (size_t)8 << 20;
}

static void handle(void *arg, void *thread, const struct http_req *rq, struct http_resp *rs)
{
    (void)arg, (void)thread, (void)rq;
    rs->body = (struct str){ page, sizeof page };
}

/* ---- the load ------------------------------------------------------------------ */

static int dial(int port)
{
    struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (const struct sockaddr *)(const void *)&sa, sizeof sa) != 0)
        return -1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static bool all_send(int fd, struct str s)
{
    return send(fd, s.p, s.n, MSG_NOSIGNAL) == (ssize_t)s.n;
}

/* Bytes of the whole answer that begins with s; 0: its head is not complete. */
static size_t answer_size(struct str s)
{
    size_t head, at, end;
    int64_t length = 0;
    if (!str_find(s, STR("\r\n\r\n"), &head) || !str_find(s, STR("Content-Length: "), &at))
        return 0;
    struct str rest = str_sub(s, at + 16, s.n);
    (void)str_find(rest, STR("\r\n"), &end);
    return str_to_i64(str_sub(rest, 0, end), &length) ? head + 4 + (size_t)length : 0;
}

struct peer { int fd; size_t left; int64_t since_us; };
struct sample { int64_t answers, took_us; uint32_t p50_us, p99_us; };

static int u32_cmp(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void load_run(int port, struct str request, double seconds, struct sample *out)
{
    enum { KEEP = 1 << 20 };
    struct peer peers[LOAD];
    struct epoll_event ev[LOAD];
    char sink[65536];
    uint32_t *lat = malloc(sizeof *lat * KEEP);
    int ep = epoll_create1(EPOLL_CLOEXEC);
    *out = (struct sample){ 0 };
    if (!lat || ep < 0)
        exit(1);
    int64_t start = clock_mono_us(), until = start + (int64_t)(seconds * 1e6);
    for (int i = 0; i < LOAD; i++) {
        peers[i] = (struct peer){ dial(port), 0, clock_mono_us() };
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = &peers[i] };
        if (peers[i].fd < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, peers[i].fd, &e) != 0
            || !all_send(peers[i].fd, request))
            exit(1);
    }
    for (int64_t now = start; now < until; ) {
        int n = epoll_wait(ep, ev, LOAD, 100);
        now = clock_mono_us();
        for (int i = 0; i < n; i++) {
            struct peer *p = ev[i].data.ptr;
            ssize_t got = recv(p->fd, sink, sizeof sink, MSG_DONTWAIT);
            if (got > 0 && p->left == 0)
                p->left = answer_size((struct str){ sink, (size_t)got });
            if (got <= 0 || (size_t)got > p->left)
                exit(1);
            p->left -= (size_t)got;
            if (p->left)
                continue;
            if (out->answers < KEEP)
                lat[out->answers] = (uint32_t)(now - p->since_us);
            out->answers++;
            *p = (struct peer){ p->fd, 0, now };
            if (!all_send(p->fd, request))
                exit(1);
        }
    }
    out->took_us = clock_mono_us() - start;
    size_t n = (size_t)(out->answers < KEEP ? out->answers : KEEP);
    qsort(lat, n, sizeof *lat, u32_cmp);
    if (n) {
        out->p50_us = lat[n / 2];
        out->p99_us = lat[n * 99 / 100];
    }
    for (int i = 0; i < LOAD; i++)
        (void)close(peers[i].fd);
    (void)close(ep);
    free(lat);
}

/* Open IDLE connections; each has had one answer when `spoken`. */
static void idle_open(int port, struct str request, bool spoken, int fds[static IDLE])
{
    char sink[65536];
    for (int i = 0; i < IDLE; i++) {
        fds[i] = dial(port);
        if (fds[i] < 0)
            exit(1);
        if (spoken && (!all_send(fds[i], request) || recv(fds[i], sink, sizeof sink, 0) <= 0))
            exit(1);
    }
}

/* ---- the figures ------------------------------------------------------------------ */

static int64_t anonymous_kb(void)
{
    char line[256];
    long long kb = -1;
    FILE *f = fopen("/proc/self/smaps_rollup", "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "Anonymous:", 10) == 0)
            kb = strtoll(line + 10, NULL, 10);
    if (f)
        (void)fclose(f);
    return kb;
}

struct step { const char *name; struct str request; bool idle, spoken; };

static const struct step steps[] = {
    { "static 2 kB page", STR_INIT("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), false, false },
    { "the same, gzip", STR_INIT("GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n"), false, false },
    { "form of 250 fields", { NULL, 0 }, false, false },
    { "idle, never spoke", STR_INIT(""), true, false },
    { "idle after an answer", STR_INIT("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), true, true },
};

static struct str form_request(void)
{
    static char text[32768];
    char form[16384];
    size_t n = 0;
    for (int i = 0; i < 250; i++)
        n += (size_t)snprintf(form + n, sizeof form - n, "%squestion_%d=answer+%%C3%%B1+%d",
                              i ? "&" : "", i, i);
    int all = snprintf(text, sizeof text, "POST /f HTTP/1.1\r\nHost: h\r\nContent-Type: "
        "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s", n, form);
    return (struct str){ text, (size_t)all };
}

/* The other process: a step number in, a sample out.  Idle connections stay open
 * until the next step is asked for. */
static void child(int in, int out)
{
    static int fds[IDLE];
    int ask[3];
    bool open_now = false;
    while (read(in, ask, sizeof ask) == (ssize_t)sizeof ask) {
        const struct step *s = &steps[ask[0]];
        struct str request = s->request.p ? s->request : form_request();
        struct sample sample = { 0 };
        for (int i = 0; open_now && i < IDLE; i++)
            (void)close(fds[i]);
        open_now = s->idle;
        if (s->idle)
            idle_open(ask[1], request, s->spoken, fds);
        else
            load_run(ask[1], request, ask[2] / 1000.0, &sample);
        if (write(out, &sample, sizeof sample) != (ssize_t)sizeof sample)
            exit(1);
    }
    exit(0);
}

static void settle(struct http *h, int64_t want)
{
    const struct timespec nap = { 0, 20 * 1000 * 1000 };
    struct http_stats st;
    for (int i = 0; i < 250; i++) {
        http_stats(h, &st);
        if (st.open == want)
            return;
        (void)nanosleep(&nap, NULL);
    }
}

static int run(struct http *h, int to, int from, int ms)
{
    int64_t base = 0;
    for (int i = 0; i < (int)COUNT_OF(steps); i++) {
        struct sample s;
        int ask[3] = { i, http_port(h), ms };
        settle(h, 0);
        if (steps[i].idle && !base)         /* freed memory may stay: one base for all */
            base = anonymous_kb();
        if (write(to, ask, sizeof ask) != (ssize_t)sizeof ask || read(from, &s, sizeof s) != (ssize_t)sizeof s)
            return 1;
        if (steps[i].idle) {
            settle(h, IDLE);
            int64_t bytes = (anonymous_kb() - base) * 1024 / IDLE;
            printf("http %-22s %8lld bytes/connection   target <= 10240\n", steps[i].name, (long long)bytes);
        } else {
            printf("http %-22s %8.0f requests/s   p50 %u us   p99 %u us\n", steps[i].name,
                   (double)s.answers * 1e6 / (double)s.took_us, s.p50_us, s.p99_us);
        }
        if (steps[i].idle && i + 1 < (int)COUNT_OF(steps)) {   /* close them: a short load */
            int quick[3] = { 0, http_port(h), 50 };
            if (write(to, quick, sizeof quick) < 0 || read(from, &s, sizeof s) < 0)
                return 1;
        }
    }
    printf("http whole server        %8lld kB anonymous\n", (long long)anonymous_kb());
    return 0;
}

int main(int argc, char **argv)
{
    int to[2], from[2];
    struct rlimit fds;
    bool serve = argc == 3 && strcmp(argv[1], "--serve") == 0;
    int ms = argc == 2 ? (int)(strtod(argv[1], NULL) * 1000) : 3000;
    if (getrlimit(RLIMIT_NOFILE, &fds) == 0) {
        fds.rlim_cur = fds.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &fds);
    }
    if (pipe(to) != 0 || pipe(from) != 0)
        return 1;
    pid_t pid = serve ? 0 : fork();
    if (!serve && pid == 0) {
        (void)close(to[1]);
        (void)close(from[0]);
        child(to[0], from[1]);
    }
    for (size_t i = 0; i < sizeof page; i++)
        page[i] = (char)("<p>Amparo 0123456789</p>\n"[i % 25]);
    struct ctx c;
    struct http *h;
    ctx_init(&c, 1 << 20);
    struct http_config cf = { .port = serve ? (int)strtol(argv[2], NULL, 10) : 0, .threads = 4,
        .connections = 4 * IDLE, .per_peer = -1, .body_max = body_max, .idle_us = 600 * US_PER_S,
        .head_us = 600 * US_PER_S, .tls_cert = getenv("TLS_CERT"), .tls_key = getenv("TLS_KEY") };
    if (http_start(&c, &cf, handle, NULL, &h) != ERR_OK) {
        (void)fprintf(stderr, "bench_http: %s\n", c.fault.detail);
        return 1;
    }
    if (serve)
        (void)pause();
    int bad = run(h, to[1], from[0], ms);
    (void)close(to[1]);
    (void)waitpid(pid, NULL, 0);
    http_stop(h, US_PER_S);
    ctx_done(&c);
    return bad;
}
