/* bench_openrosa.c - submissions of a 250-question form per second, each posted
 * over HTTP with a device's credentials and acknowledged when it is durable.
 *
 *   bench_openrosa [seconds] [clients]
 */
#include "api/api.h"
#include "base/node.h"
#include "web/open.h"
#include "web/web.h"
#include "work/work.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUESTIONS = 250, CLIENTS_MAX = 64, LATENCIES = 1 << 16 };

struct load { int port; char auth[200]; int64_t until_us; atomic_long done, wrong; atomic_long lat_n; int32_t *lat; };

/* ---- the form ------------------------------------------------------------------------ */

static struct str form_text(struct arena *mem)
{
    struct buf b;
    buf_init(&b, mem, 1 << 20);
    buf_put(&b, STR("<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\""
                    " xmlns:jr=\"http://openrosa.org/javarosa\"><h:head><h:title>250</h:title><model><instance>"
                    "<data id=\"bench\" version=\"1\">"));
    for (int i = 0; i < QUESTIONS; i++)
        buf_fmt(&b, "<question_%03d/>", i);
    buf_put(&b, STR("<meta><instanceID/></meta></data></instance>"));
    for (int i = 0; i < QUESTIONS; i++)
        buf_fmt(&b, "<bind nodeset=\"/data/question_%03d\" type=\"string\"/>", i);
    buf_put(&b, STR("<bind nodeset=\"/data/meta/instanceID\" type=\"string\" jr:preload=\"uid\"/></model></h:head><h:body>"));
    for (int i = 0; i < QUESTIONS; i++)
        buf_fmt(&b, "<input ref=\"/data/question_%03d\"><label>Question %d</label></input>", i, i);
    buf_put(&b, STR("</h:body></h:html>"));
    return buf_str(&b);
}

static struct str post_text(struct arena *mem, const struct load *l, const char *id)
{
    struct buf b, h;
    buf_init(&b, mem, 1 << 20);
    buf_put(&b, STR("--x\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"s.xml\"\r\n"
                    "Content-Type: text/xml\r\n\r\n<data id=\"bench\" version=\"1\">"));
    for (int i = 0; i < QUESTIONS; i++)
        buf_fmt(&b, "<question_%03d>answer %d of %s</question_%03d>", i, i, id, i);
    buf_fmt(&b, "<meta><instanceID>uuid:%s</instanceID></meta></data>\r\n--x--\r\n", id);
    buf_init(&h, mem, 1 << 20);
    buf_fmt(&h, "POST /openrosa/submission HTTP/1.1\r\nHost: 127.0.0.1\r\nX-OpenRosa-Version: 1.0\r\n"
                "Authorization: Basic %s\r\n", l->auth);
    buf_fmt(&h, "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %zu\r\n\r\n", b.n);
    buf_put(&h, buf_str(&b));
    return buf_str(&h);
}

/* ---- a client --------------------------------------------------------------------------- */

static int dial(int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* The status, once the whole answer is read; 0 when the connection broke. */
static int send_wait(int fd, struct str rq)
{
    char t[4096];
    size_t n = 0, want = sizeof t - 1;
    while (rq.n) {
        ssize_t k = send(fd, rq.p, rq.n, MSG_NOSIGNAL);
        if (k <= 0)
            return 0;
        rq = str_sub(rq, (size_t)k, SIZE_MAX);
    }
    while (n < want) {
        ssize_t k = recv(fd, t + n, sizeof t - 1 - n, 0);
        if (k <= 0)
            return 0;
        n += (size_t)k;
        t[n] = 0;
        char *end = strstr(t, "\r\n\r\n"), *len = strcasestr(t, "\r\ncontent-length:");
        if (end && len && len < end)
            want = (size_t)(end + 4 - t) + strtoul(len + 17, NULL, 10);
    }
    return (int)strtol(t + 9, NULL, 10);
}

static void *client(void *arg)
{
    struct load *l = arg;
    struct arena mem;
    int fd = dial(l->port);
    arena_init(&mem, 8 << 20);
    while (fd >= 0 && clock_mono_us() < l->until_us) {
        arena_reset(&mem);
        struct str id = id_new(&mem, clock_now_us());
        struct str rq = post_text(&mem, l, id.p);
        int64_t from = clock_mono_us();
        int status = send_wait(fd, rq);
        long i = atomic_fetch_add(&l->lat_n, 1);
        if (i < LATENCIES)
            l->lat[i] = (int32_t)(clock_mono_us() - from);
        atomic_fetch_add(status == 201 ? &l->done : &l->wrong, 1);
        if (!status) {
            (void)close(fd);
            fd = dial(l->port);
        }
    }
    if (fd >= 0)
        (void)close(fd);
    arena_free(&mem);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    return (*(const int32_t *)a > *(const int32_t *)b) - (*(const int32_t *)a < *(const int32_t *)b);
}

/* ---- one run ------------------------------------------------------------------------------- */

static double fdatasync_ms(const char *dir)
{
    char path[200], page[4096] = { 1 };
    (void)snprintf(path, sizeof path, "%s/sync", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int64_t from = clock_mono_us();
    int n = 0;
    for (; fd >= 0 && n < 50; n++)
        if (write(fd, page, sizeof page) < 0 || fdatasync(fd) < 0)
            break;
    double ms = n ? (double)(clock_mono_us() - from) / 1000.0 / n : 0;
    if (fd >= 0)
        (void)close(fd);
    (void)unlink(path);
    return ms;
}

static void run(struct load *l, int clients, double seconds)
{
    pthread_t t[CLIENTS_MAX];
    int64_t from = clock_mono_us();
    l->until_us = from + (int64_t)(seconds * 1e6);
    for (int i = 0; i < clients; i++)
        (void)pthread_create(&t[i], NULL, client, l);
    for (int i = 0; i < clients; i++)
        (void)pthread_join(t[i], NULL);
    double took = (double)(clock_mono_us() - from) / 1e6;
    size_t n = (size_t)l->lat_n < LATENCIES ? (size_t)l->lat_n : LATENCIES;
    qsort(l->lat, n, sizeof *l->lat, by_size);
    double rate = (double)l->done / took;
    printf("OpenRosa submissions/s, 250 questions, durable | %.1f | required 200.0 | %.2f | >= 1.0\n", rate, rate / 200.0);
    printf("# %ld accepted, %ld not, %d clients, %.1f s; p50 %.1f ms, p99 %.1f ms\n", (long)l->done, (long)l->wrong,
           clients, took, n ? l->lat[n / 2] / 1000.0 : 0, n ? l->lat[n - 1 - n / 100] / 1000.0 : 0);
}

static enum err prepare(struct ctx *c, const char *dir, struct house **h, struct load *l)
{
    char path[200], plain[100];
    struct device_new d;
    (void)snprintf(path, sizeof path, "%s/forms", dir);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof path, "%s/forms/bench.xml", dir);
    TRY(file_write(c, path, form_text(&c->mem), 0600));
    TRY(house_open(c, &(struct node_config){ .data = str_c(dir), .pack = STR("packs/py"), .quick = true, .create = true }, h));
    c->who = officer_machine(c);
    TRY(device_add(c, STR("bench"), STR("codeni-filadelfia"), &d));
    (void)snprintf(plain, sizeof plain, STR_F ":" STR_F, STR_A(d.login), STR_A(d.secret));
    (void)sodium_bin2base64(l->auth, sizeof l->auth, (const unsigned char *)plain, strlen(plain),
                            sodium_base64_VARIANT_ORIGINAL);
    return ERR_OK;
}

int main(int argc, char **argv)
{
    struct ctx c;
    struct house *h = NULL;
    struct web *w = NULL;
    static struct load l;
    char dir[] = "/tmp/amparo-bench.XXXXXX", cmd[80];
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 10;
    int clients = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 32;
    ctx_init(&c, 256u << 20);
    l.lat = calloc(LATENCIES, sizeof *l.lat);
    if (!l.lat || !mkdtemp(dir) || clients < 1 || clients > CLIENTS_MAX)
        return 1;
    enum err e = prepare(&c, dir, &h, &l);
    if (!e)
        e = web_start(&c, h, &(struct web_config){ .threads = clients }, &w);
    if (!e) {
        l.port = web_port(w);
        run(&l, clients, seconds);
        printf("# one fdatasync of 4 kB: %.2f ms\n", fdatasync_ms(dir));
    } else {
        (void)fprintf(stderr, "bench_openrosa: %s %s\n", c.fault.key, c.fault.detail);
    }
    web_stop(w);
    if (h)
        house_close(&c, h);
    ctx_done(&c);
    free(l.lat);
    (void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    return system(cmd) != 0 || e;
}
