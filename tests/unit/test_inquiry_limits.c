/* test_inquiry_limits.c - what a dishonest, broken or unknown node gets: the quota
 * when questions come at once, one answer to every stranger, so many letters and
 * no more, and a program that can be stopped while another node is silent. */
#include "inquiry_t.h"

#include "http/http.h"
#include "inquiry/meter.h"
#include "web/web.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

/* A letter by node `from` to node `to`. */
static struct str letter_by(struct t *t, struct trio *x, int from, int to, struct letter *l)
{
    struct ctx *c = &x->h[from].c;
    struct inquiry_peer p;
    struct str out = { 0 };
    OK(c, inquiry_peer_find(c, x->node[to], &p));
    l->from = l->from.n ? l->from : x->node[from];
    l->to = x->node[to];
    l->run = l->run.n ? l->run : id_new(&c->mem, c->now_us);
    l->id = id_new(&c->mem, c->now_us);
    l->at_us = c->now_us;
    OK(c, letter_write(c, l, p.box, node_signs, c, &out));
    return out;
}

static struct letter question(struct trio *x, const struct element *e)
{
    return (struct letter){ .kind = LETTER_ASK, .purpose = STR("protect"), .case_ref = STR("X"), .officer = STR("o"),
        .office = STR("f"), .answering = x->node[B], .guardian = { x->node[G] }, .guardians = 1, .elements = e, .n = TOKENS_ASKED };
}

static void some_elements(struct element e[TOKENS_ASKED])
{
    for (size_t i = 0; i < TOKENS_ASKED; i++)
        element_random(&e[i]);
}

/* ---- questions at once --------------------------------------------------------------------------- */

enum { AT_ONCE = 8, EACH = 3 };
struct asking { struct house_t *h; struct str letter[EACH]; pthread_barrier_t *go; pthread_t thread; };

static void *ask_at_once(void *arg)
{
    struct asking *a = arg;
    struct ctx c;
    ctx_init(&c, 8 << 20);
    c.node = a->h->c.node;
    c.now_us = a->h->c.now_us;
    c.who = officer_machine(&c);
    bool on = ledger_connect(&c, c.node->ledger, &c.db) == ERR_OK;
    for (size_t i = 0; i < EACH; i++) {
        struct envelope e;
        struct str rest = a->letter[i];
        (void)pthread_barrier_wait(a->go);
        if (on && envelope_next(&c, &rest, &e) == ERR_OK)
            (void)!inquiry_receive(&c, &e, NULL);
        c.fault = (struct fault){ 0 };
    }
    db_close(c.db);
    c.db = NULL;
    ctx_done(&c);
    return NULL;
}

/* A dishonest node sends as many as the guardian has workers, all in one moment. */
static void at_once(struct t *t, struct trio *x)
{
    struct element e[TOKENS_ASKED];
    struct asking a[AT_ONCE];
    pthread_barrier_t go;
    some_elements(e);
    CHECK_EQ(pthread_barrier_init(&go, NULL, AT_ONCE), 0);
    for (size_t i = 0; i < AT_ONCE; i++) {
        a[i] = (struct asking){ .h = &x->h[G], .go = &go };
        for (size_t k = 0; k < EACH; k++) {
            struct letter l = question(x, e);
            a[i].letter[k] = letter_by(t, x, A, G, &l);
        }
    }
    for (size_t i = 0; i < AT_ONCE; i++)
        CHECK_EQ(pthread_create(&a[i].thread, NULL, ask_at_once, &a[i]), 0);
    for (size_t i = 0; i < AT_ONCE; i++)
        (void)pthread_join(a[i].thread, NULL);
    (void)pthread_barrier_destroy(&go);
    CHECK_EQ(COUNT_ROWS(&x->h[G], "SELECT count(*) FROM inquiry_row WHERE state <> 'refused'", NO_ARGS), INQUIRY_PER_OFFICER);
    CHECK_EQ(COUNT_ROWS(&x->h[G], "SELECT count(*) FROM inquiry_row", NO_ARGS), AT_ONCE * EACH);
}
static void quota(struct t *t) { each_engine(t, at_once); }

/* ---- letters of others ------------------------------------------------------------------------------ */

/* Whoever polls says which letters have arrived: hers, not another's. */
static void foreign_acks(struct t *t, struct trio *x)
{
    static const struct who known = { "Ysapy María", "Inventada Prueba", "2012-04-05", "0000001", NULL };
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS);
    struct str mine = person(t, &x->h[A], &ka, &known);
    struct ctx *c = &x->h[A].c;
    struct waiting *w;
    size_t n = 0;
    (void)ask_from(t, x, mine, ERR_OK);
    OK(c, inquiry_waiting(c, x->node[B], 5, &w, &n));
    CHECK_EQ(n, 1);
    struct letter poll = { .kind = LETTER_POLL, .ack = { w[0].id }, .acks = 1 };
    struct http_req rq = { .c = c, .method = HTTP_POST, .path = STR("/peer/letter") };
    struct http_resp rs = { .status = 200, .c = c };
    rq.body = letter_by(t, x, G, A, &poll);         /* the guardian says that it has B's letter */
    machine(&x->h[A]);
    inquiry_peer_run(c, &rq, &rs);
    CHECK_EQ(rs.status, 200);
    OK(c, inquiry_waiting(c, x->node[B], 5, &w, &n));
    CHECK_EQ(n, 1);
    poll.from = (struct str){ 0 };
    rq.body = letter_by(t, x, B, A, &poll);
    inquiry_peer_run(c, &rq, &rs);
    OK(c, inquiry_waiting(c, x->node[B], 5, &w, &n));
    CHECK_EQ(n, 0);
}
static void acks(struct t *t) { each_engine(t, foreign_acks); }

struct forger { struct keys *k; };
static void forged_sign(void *arg, struct str msg, unsigned char sig[SIG_LEN])
{
    keys_sign(((struct forger *)arg)->k, msg, sig);
}

/* Who is paired with whom is nobody's business: noise, a stranger, a forged name
 * and a node that was put out get the same bytes. */
static void one_answer(struct t *t, struct trio *x)
{
    struct element e[TOKENS_ASKED];
    struct ctx *a = &x->h[A].c, *b = &x->h[B].c;
    struct forger f = { keys_new(NULL) };
    struct inquiry_peer p;
    struct str sent[4];
    char stranger[ID_LEN + 1];
    some_elements(e);
    struct letter l = question(x, e);
    sent[0] = arena_dup(&a->mem, letter_by(t, x, A, B, &l));
    ((char *)(uintptr_t)sent[0].p)[300] ^= 1;       /* noise */
    OK(a, inquiry_peer_find(a, x->node[B], &p));
    OK(a, letter_write(a, &l, p.box, forged_sign, &f, &sent[1]));       /* another's hand, A's name */
    node_id_of(f.k->sign_public, stranger);
    l.from = str_c(stranger);
    OK(a, letter_write(a, &l, p.box, forged_sign, &f, &sent[2]));       /* not paired */
    l.from = (struct str){ 0 };
    sent[3] = letter_by(t, x, G, B, &l);
    machine(&x->h[B]);
    OK(b, inquiry_unpair(b, x->node[G]));           /* no longer paired */
    for (size_t i = 0; i < COUNT_OF(sent); i++) {
        struct http_req rq = { .c = b, .method = HTTP_POST, .path = STR("/peer/letter"), .body = sent[i] };
        struct http_resp rs = { .status = 200, .c = b };
        inquiry_peer_run(b, &rq, &rs);
        CHECK_EQ(rs.status, 403);
        CHECK_STR(rs.body, "inquiry.not-accepted\n");
    }
    CHECK_EQ(COUNT_ROWS(&x->h[B], "SELECT count(*) FROM inquiry_row", NO_ARGS), 0);
    keys_free(f.k);
}
static void strangers(struct t *t) { each_engine(t, one_answer); }

/* ---- too many letters --------------------------------------------------------------------------------- */

static void meter(struct t *t)
{
    struct inquiry_meter *m = inquiry_meter_new();
    const struct str node = STR("00000000000000000000000001"), other = STR("00000000000000000000000002");
    int64_t now = HOUSE_START;
    bool first = true;
    for (int i = 0; i < METER_LETTERS_MINUTE; i++)
        CHECK(meter_admit(m, now, node, false, 10, &first) && !first);
    CHECK(!meter_admit(m, now, node, false, 10, &first) && first);
    CHECK(!meter_admit(m, now, node, false, 10, &first) && !first);         /* told once a day */
    CHECK(meter_admit(m, now, other, false, 10, &first));                   /* each for itself */
    CHECK(meter_admit(m, now, node, true, 10, &first));                     /* asking what waits costs no letter */
    struct meter_count k = meter_today(m, now, node);
    CHECK(k.letters == METER_LETTERS_MINUTE && k.polls == 1 && k.refused == 2 && k.bytes == 10 * METER_LETTERS_MINUTE);
    now += MINUTE;
    CHECK(!meter_admit(m, now, node, false, (size_t)METER_BYTES_DAY, &first));  /* bytes of a day */
    CHECK(meter_admit(m, now, node, false, 10, &first));
    CHECK_EQ(meter_today(m, now, node).refused, 3);
    for (int i = METER_LETTERS_MINUTE + 1; i < METER_LETTERS_DAY; i++) {
        now += i % METER_LETTERS_MINUTE ? 0 : MINUTE;
        CHECK(meter_admit(m, now, node, false, 1, &first));
    }
    now += MINUTE;
    CHECK(!meter_admit(m, now, node, false, 1, &first));                    /* letters of a day */
    CHECK(meter_admit(m, now + US_PER_DAY, node, false, 1, &first));
    CHECK(meter_admit(m, now, STR("short"), false, 1, &first));              /* no id: not counted */
    CHECK(meter_admit(NULL, now, node, false, 1, &first));
    inquiry_meter_free(m);
}

/* Over the limit nothing is taken in, the administrator is told, and when she
 * pauses the node its letters go on waiting there. */
static void flood(struct t *t, struct trio *x)
{
    struct element e[TOKENS_ASKED];
    struct ctx *g = &x->h[G].c;
    struct inquiry_peer p;
    bool first;
    some_elements(e);
    struct letter l = question(x, e);
    struct str letter = letter_by(t, x, A, G, &l);
    for (int i = 0; i < METER_LETTERS_MINUTE; i++)
        (void)meter_admit(g->node->meter, g->now_us, x->node[A], false, 1, &first);
    TAKES(&x->h[G], letter, "inquiry.too-many-letters");
    TAKES(&x->h[G], letter, "inquiry.too-many-letters");
    CHECK_EQ(COUNT_ROWS(&x->h[G], "SELECT count(*) FROM inquiry_row", NO_ARGS), 0);
    OK(g, inquiry_peer_find(g, x->node[A], &p));
    CHECK_STR(p.over, "2026-03-02");
    g->now_us += MINUTE;
    machine(&x->h[G]);
    OK(g, inquiry_pause(g, x->node[A], true));
    TAKES(&x->h[G], letter, "inquiry.paused");
    OK(g, inquiry_pause(g, x->node[A], false));
    TAKES(&x->h[G], letter, "taken");
}
static void flooded(struct t *t) { each_engine(t, flood); }

/* Who holds a copy of a node's letter and brings it again and again does not use up
 * what that node may send. */
static void replayed(struct t *t)
{
    struct trio *x = calloc(1, sizeof *x);
    struct element e[TOKENS_ASKED];
    some_elements(e);
    if (x && trio_fresh(t, x, false)) {             /* nothing here depends on the engine */
        struct letter l = question(x, e), other = question(x, e);
        struct str letter = letter_by(t, x, A, G, &l);
        TAKES(&x->h[G], letter, "taken");
        for (int i = 0; i < METER_LETTERS_MINUTE; i++)
            TAKES(&x->h[G], letter, "inquiry.known");
        TAKES(&x->h[G], letter, "inquiry.too-many-letters");     /* that copy, for this minute */
        TAKES(&x->h[G], letter_by(t, x, A, G, &other), "taken");
        struct meter_count k = meter_today(x->h[G].c.node->meter, x->h[G].c.now_us, x->node[A]);
        CHECK(k.letters == 2 && k.refused == 0);
        trio_end(x);
    }
    free(x);
}

/* What questions beyond the quota can write into a ledger has an end too. */
static void refused_end(struct t *t, struct trio *x)
{
    struct element e[TOKENS_ASKED];
    const char *last = "";
    int n = 0;
    some_elements(e);
    for (; n < 2 * INQUIRY_PER_NODE && strcmp(last, "inquiry.too-many-letters") != 0; n++) {
        struct letter l = question(x, e);
        last = take_one(&x->h[G], letter_by(t, x, A, G, &l));
    }
    CHECK(!strcmp(last, "inquiry.too-many-letters"));
    int64_t rows = COUNT_ROWS(&x->h[G], "SELECT count(*) FROM inquiry_row", NO_ARGS);
    CHECK(rows == n - 1 && rows < 2 * INQUIRY_PER_NODE);
}
static void ends(struct t *t)
{
    struct trio *x = calloc(1, sizeof *x);
    if (x && trio_fresh(t, x, false)) {             /* nothing here depends on the engine */
        refused_end(t, x);
        trio_end(x);
    }
    free(x);
}

/* ---- many letters by network ------------------------------------------------------------------------------- */

/* More than one batch either way: all go, all come, nothing twice. */
static void batches(struct t *t, struct trio *x)
{
    static const struct who known = { "Ysapy María", "Inventada Prueba", "2012-04-05", "0000001", NULL };
    enum { MANY = 30 };
    struct ctx *a = &x->h[A].c, *g = &x->h[G].c;
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS);
    struct str mine = person(t, &x->h[A], &ka, &known);
    struct element e[TOKENS_ASKED];
    struct inquiry q;
    struct web *w = NULL;
    struct buf url;
    int64_t left = -1;
    size_t moved = 0;
    a->now_us = g->now_us = clock_now_us();         /* a served node has the real clock */
    for (int i = 0; i < INQUIRY_PER_OFFICER; i++)
        (void)ask_from(t, x, mine, ERR_OK);
    some_elements(e);
    struct letter l = question(x, e), no = { .kind = LETTER_REFUSE, .to = x->node[A], .words = STR("x") };
    TAKES(&x->h[G], letter_by(t, x, A, G, &l), "taken");
    OK(g, run_row(g, l.run, &q));
    for (int i = 0; i < MANY; i++)
        OK(g, letter_send(g, &q, &no));
    OK(g, web_start(g, x->h[G].house, &(struct web_config){ .threads = 2 }, &w));
    buf_init(&url, &a->mem, 64);
    buf_fmt(&url, "http://127.0.0.1:%d", web_port(w));
    machine(&x->h[A]);
    OK(a, inquiry_pair(a, &(struct inquiry_pairing){ .card = inquiry_card(g), .name = STR("Defensoría"), .url = buf_str(&url), .guardian = true }));
    OK(a, inquiry_exchange(a, &moved));
    web_stop(w);
    OK(a, waiting_to(a, x->node[G], &left));
    CHECK_EQ(left, 0);
    OK(g, waiting_to(g, x->node[A], &left));
    CHECK_EQ(left, 0);
    CHECK_EQ(moved, INQUIRY_PER_OFFICER + MANY);
    CHECK_EQ(COUNT_ROWS(&x->h[G], "SELECT count(*) FROM inquiry_row", NO_ARGS), INQUIRY_PER_OFFICER + 1);
}
static void network(struct t *t) { each_engine(t, batches); }

/* ---- stopping while another node is silent ---------------------------------------------------------------- */

/* Without it the call would hold on for two minutes. */
static void silent_stop(struct t *t, struct trio *x)
{
    struct ctx *c = &x->h[A].c;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    struct web *w = NULL;
    struct buf b;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(s >= 0 && bind(s, (const struct sockaddr *)(const void *)&at, n) == 0 && listen(s, 8) == 0 &&
          getsockname(s, (struct sockaddr *)(void *)&at, &n) == 0);
    buf_init(&b, &c->mem, 64);
    buf_fmt(&b, "http://127.0.0.1:%d", ntohs(at.sin_port));
    machine(&x->h[A]);
    OK(c, inquiry_pair(c, &(struct inquiry_pairing){ .card = inquiry_card(&x->h[B].c), .name = STR("Silencio"), .url = buf_str(&b) }));
    OK(c, web_start(c, x->h[A].house, &(struct web_config){ .threads = 2 }, &w));
    int call = accept(s, NULL, NULL);               /* it has called, and hears nothing */
    CHECK(call >= 0);
    int64_t before = clock_mono_us();
    web_stop(w);
    CHECK(clock_mono_us() - before < 60 * US_PER_S);
    (void)close(call);
    (void)close(s);
}
static void stopped(struct t *t) { each_engine(t, silent_stop); }

/* ---- whom a letter is given to ------------------------------------------------------------------------------- */

/* In the place of the library's: what was asked of it. */
static struct { bool seen, blob, folder, peer_off, host_off; } tls;

#undef curl_easy_setopt
CURLcode curl_easy_setopt(CURL *h, CURLoption o, ...)
{
    static CURLcode (*real)(CURL *, CURLoption, ...);
    va_list ap;
    va_start(ap, o);
    void *p = NULL;
    curl_off_t n = 0;
    if (o >= CURLOPTTYPE_OFF_T && o < CURLOPTTYPE_BLOB)
        n = va_arg(ap, curl_off_t);
    else if (o < CURLOPTTYPE_OBJECTPOINT)
        n = va_arg(ap, long);
    else
        p = va_arg(ap, void *);
    va_end(ap);
    tls.seen |= o == CURLOPT_URL && str_starts(str_c(p), STR("https://localhost:9/"));
    tls.blob |= o == CURLOPT_CAINFO_BLOB;
    tls.folder &= !(o == CURLOPT_CAPATH && !p);
    tls.peer_off |= o == CURLOPT_SSL_VERIFYPEER && n != 1;
    tls.host_off |= o == CURLOPT_SSL_VERIFYHOST && n != 2;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "curl_easy_setopt");
    return o >= CURLOPTTYPE_OFF_T && o < CURLOPTTYPE_BLOB ? real(h, o, n)
         : o < CURLOPTTYPE_OBJECTPOINT ? real(h, o, (long)n) : real(h, o, p);
}

/* A pair with an authority of its own trusts no other: without the line that takes
 * the system's folder away, libcurl looks for issuers there as well. */
static void own_authority(struct t *t, struct trio *x)
{
    struct ctx *c = &x->h[A].c;
    size_t moved;
    tls = (typeof(tls)){ .folder = true };
    machine(&x->h[A]);
    OK(c, inquiry_pair(c, &(struct inquiry_pairing){ .card = inquiry_card(&x->h[B].c), .name = STR("Con autoridad"),
        .url = STR("https://localhost:9"), .ca = STR("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----") }));
    OK(c, inquiry_exchange(c, &moved));
    CHECK(tls.seen && tls.blob && !tls.folder);
    CHECK(!tls.peer_off && !tls.host_off);
}
static void trusted(struct t *t)
{
    struct trio *x = calloc(1, sizeof *x);
    if (x && trio_fresh(t, x, false)) {             /* nothing here depends on the engine */
        own_authority(t, x);
        trio_end(x);
    }
    free(x);
}

/* ---- the guardian's page ------------------------------------------------------------------------------ */

/* Whoever has the right sees nodes, purposes and numbers; no case code, no alias. */
static void oversight(struct t *t, struct trio *x)
{
    struct element e[TOKENS_ASKED];
    struct ctx *g = &x->h[G].c;
    struct str id, secret, token = { 0 };
    struct got got;
    some_elements(e);
    for (int i = 0; i < INQUIRY_PER_OFFICER + 2; i++) {
        struct letter l = question(x, e);
        l.case_ref = STR("PY-SECRET-77");
        l.officer = STR("aliasaliasalias");
        TAKES(&x->h[G], letter_by(t, x, A, G, &l), "taken");
    }
    machine(&x->h[G]);
    OK(g, officer_add(g, &(struct officer_new){ .login = STR("vigila"), .name = STR("Garante Inventada"), .office = STR(KNOWS),
        .roles = STR("oversight"), .lang = STR("es"), .password = STR(HOUSE_PASSWORD) }, &id, &secret));
    g->who = NULL;
    OK(g, session_begin(g, STR("vigila"), STR(HOUSE_PASSWORD), (struct str){ 0 }, STR("peer-ok"), &token));
    web_ask(&x->h[G], token, GET, STR("/inquiries/guard"), NULL, 0, &got);
    CHECK_EQ(got.rs.status, 200);
    CHECK(holds(got.body, STR("10 de 100")) && holds(got.body, STR("10 de 10<")) && holds(got.body, STR("Fiscalía de prueba")));
    CHECK(holds(got.body, STR("Proteger")) || holds(got.body, STR("roteger")));
    CHECK(!holds(got.body, STR("PY-SECRET")) && !holds(got.body, STR("aliasalias")));
    got_end(&got);
    web_ask(&x->h[G], token, GET, STR("/inquiries/nodes"), NULL, 0, &got);      /* the administrator's */
    CHECK(got.rs.status == 403);
    got_end(&got);
    token = signed_in(t, &x->h[G], ASKS);
    web_ask(&x->h[G], token, GET, STR("/inquiries/guard"), NULL, 0, &got);
    CHECK(got.rs.status == 403);
    got_end(&got);
}
static void watched(struct t *t) { each_engine(t, oversight); }

static const struct t_case cases[] = {
    { "questions that come at once do not pass the quota", quota },
    { "a letter is acknowledged by its addressee alone", acks },
    { "every stranger gets the same answer", strangers },
    { "the meter: a minute, a day, bytes", meter },
    { "a node that sends too much is refused, named, paused", flooded },
    { "a copy brought again uses up nothing", replayed },
    { "what is refused in writing has an end", ends },
    { "the guardian's page: numbers, no case, no officer; by its own right", watched },
    { "a private certificate authority is the only one", trusted },
    { "more letters than one batch, either way", network },
    { "the program stops while another node is silent", stopped },
};
T_MAIN(cases)
