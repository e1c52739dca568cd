/* Who answers while tables are made again: an estimate in words, 503 to machines, and
 * a door that is free again for the server. */
#include "t.h"

#include "base/node.h"
#include "crypto/crypto.h"
#include "http/http.h"
#include "web/porter.h"
#include "words/words.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static void estimates(struct t *t)
{
    CHECK_EQ(porter_left_us(0, 5 * US_PER_S), -1);
    CHECK_EQ(porter_left_us(14, 5 * US_PER_S), -1);              /* too early to say */
    CHECK_EQ(porter_left_us(500, 60 * US_PER_S), 60 * US_PER_S);
    CHECK_EQ(porter_left_us(250, 60 * US_PER_S), 180 * US_PER_S);
    CHECK_EQ(porter_left_us(1000, 60 * US_PER_S), 0);
    CHECK_EQ(porter_left_us(500, 0), -1);
}

static bool has(struct str text, const char *what)
{
    return memmem(text.p, text.n, what, strlen(what)) != NULL;
}

static void in_words(struct t *t)
{
    static const struct { const char *lang; int64_t done, left_us; const char *says; } say[] = {
        { "es", 3, -1, "todavía no se sabe" },
        { "es", 990, 4 * US_PER_S, "menos de un minuto" },
        { "es", 400, 58 * US_PER_S, "más o menos un minuto" },
        { "es", 250, 7 * 60 * US_PER_S, "Faltan más o menos 7 minutos" },
        { "en", 250, 7 * 60 * US_PER_S, "About 7 minutes to go" },
        { "en", 250, 7 * 60 * US_PER_S, "Nothing that was saved is lost" },
    };
    struct words *w = NULL;
    struct ctx c;
    ctx_init(&c, 16 << 20);
    OK(&c, words_load(&c, &(struct words_config){ 0 }, &w));
    struct node node = { .words = w };
    c.node = &node;
    for (size_t i = 0; w && i < COUNT_OF(say); i++) {
        struct request rq = { .method = GET, .path = STR("/") };
        struct response rs;
        c.lang = str_c(say[i].lang);
        response_init(&rs, &c, &rq);
        porter_page(&rs.out, say[i].done, say[i].left_us);
        OK(&c, out_check(&rs.out));
        if (!has(buf_str(&rs.out.b), say[i].says))
            printf("# %s is not there\n", say[i].says);
        CHECK(has(buf_str(&rs.out.b), say[i].says));
    }
    words_free(w);
    ctx_done(&c);
}

static int free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&a, n) == 0 && getsockname(fd, (struct sockaddr *)&a, &n) == 0;
    if (fd >= 0)
        (void)close(fd);
    return ok ? ntohs(a.sin_port) : -1;
}

/* The whole answer; nothing while nobody listens. */
static struct str ask_at(struct ctx *c, int port, const char *path)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
    char line[200], *room = NEW_N(&c->mem, char, 65536);
    size_t n = 0;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0) {
        ssize_t k = snprintf(line, sizeof line, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
        k = write(fd, line, (size_t)k);
        while (k > 0 && n < 65536 && (k = read(fd, room + n, 65536 - n)) > 0)
            n += (size_t)k;
    }
    (void)close(fd);
    return (struct str){ room, n };
}

static void at_the_door(struct t *t)
{
    struct words *w = NULL;
    struct ctx c;
    ctx_init(&c, 32 << 20);
    OK(&c, crypto_start(&c));
    OK(&c, words_load(&c, &(struct words_config){ 0 }, &w));
    struct node node = { .words = w };
    struct remaking r = { .begun_us = clock_mono_us() - 60 * US_PER_S, .thousandths = 500 };
    struct web_config cfg = { .port = free_port() };
    struct porter *p = porter_start(&node, &cfg, &r);
    struct str got = { 0 };
    log_from = LOG_ERROR + 1;
    CHECK(p != NULL);
    for (int i = 0; i < 500 && !got.n; i++) {
        (void)usleep(20000);
        got = ask_at(&c, cfg.port, "/health");
    }
    CHECK(has(got, " 503 ") && has(got, "Retry-After: ") && has(got, "50 % done, about "));
    got = ask_at(&c, cfg.port, "/case/anything");
    CHECK(has(got, " 503 ") && has(got, "Refresh: ") && has(got, "Amparo"));
    porter_stop(p);
    CHECK_EQ(ask_at(&c, cfg.port, "/health").n, 0);              /* the server may come */
    r.begun_us = 0;                                              /* nothing to do: the door stays shut */
    p = porter_start(&node, &cfg, &r);
    (void)usleep(500000);
    CHECK_EQ(ask_at(&c, cfg.port, "/health").n, 0);
    porter_stop(p);
    porter_stop(NULL);
    words_free(w);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "how long it will take", estimates },
    { "said in words", in_words },
    { "at the door, and away from it", at_the_door },
};
T_MAIN(cases)
