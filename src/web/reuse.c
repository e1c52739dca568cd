#include "web/reuse.h"

#include "base/node.h"
#include "base/who.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "web/reuse_zip.h"

#include <pthread.h>
#include <stdlib.h>

enum { BUCKETS = 2048, SESSION_ROOM = 40 };

struct kept {
    struct kept *next;                       /* in its bucket */
    struct kept *newer, *older;              /* by last use */
    unsigned char key[32];
    char session[SESSION_ROOM];
    int64_t folded, made_us, until_us;
    struct zipped zip;                       /* made when it is first asked for; p NULL: not yet */
    bool plain_only;                         /* it did not compress */
    size_t n, once_n, reads_n;
    uint32_t once[REUSE_ONCE_MAX];
    bool reads_all;                          /* what it read cannot be told */
    uint32_t reads[];                        /* then the body */
};
struct reuse {
    pthread_mutex_t lock;
    unsigned char key[KEY_LEN];              /* addresses are hashed with it */
    struct kept *bucket[BUCKETS], *newest, *oldest;
    struct reuse_stats s;
};

struct reuse *reuse_new(void)
{
    struct reuse *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    (void)pthread_mutex_init(&u->lock, NULL);
    random_bytes(u->key, sizeof u->key);
    return u;
}

/* ---- the two lists, with the lock held ------------------------------------------------ */

static struct kept **bucket_of(struct reuse *u, const unsigned char key[32])
{
    return &u->bucket[((unsigned)key[0] << 8 | key[1]) % BUCKETS];
}

static struct kept *find(struct reuse *u, const unsigned char key[32])
{
    struct kept *k = *bucket_of(u, key);
    while (k && memcmp(k->key, key, sizeof k->key) != 0)
        k = k->next;
    return k;
}

static void line_out(struct reuse *u, struct kept *k)
{
    *(k->newer ? &k->newer->older : &u->newest) = k->older;
    *(k->older ? &k->older->newer : &u->oldest) = k->newer;
}

static void line_in(struct reuse *u, struct kept *k)
{
    k->newer = NULL;
    k->older = u->newest;
    *(u->newest ? &u->newest->newer : &u->oldest) = k;
    u->newest = k;
}

static char *body_of(struct kept *k)
{
    return (char *)(k->reads + k->reads_n);
}

static size_t own_size(const struct kept *k)
{
    return sizeof *k + k->reads_n * sizeof k->reads[0] + k->n;
}

static size_t size_of(const struct kept *k)
{
    return own_size(k) + k->zip.n;
}

static void drop(struct reuse *u, struct kept *k)
{
    struct kept **at = bucket_of(u, k->key);
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
    line_out(u, k);
    u->s.bytes -= (int64_t)size_of(k);
    if (k->zip.p)
        wipe_bytes(k->zip.p, k->zip.n);
    free(k->zip.p);
    wipe_bytes(k, own_size(k));
    free(k);
}

static void make_room(struct reuse *u, size_t n)
{
    while (u->oldest && u->s.bytes + (int64_t)n > REUSE_BYTES)
        drop(u, u->oldest);
    u->s.bytes += (int64_t)n;
    if (u->s.bytes > u->s.most_bytes)
        u->s.most_bytes = u->s.bytes;
}

void reuse_free(struct reuse *u)
{
    if (!u)
        return;
    while (u->oldest)
        drop(u, u->oldest);
    (void)pthread_mutex_destroy(&u->lock);
    wipe_bytes(u->key, sizeof u->key);
    free(u);
}

/* ---- what a page was asked by ------------------------------------------------------------ */

static void put_part(struct buf *b, struct str s)
{
    buf_i64(b, (int64_t)s.n);
    buf_char(b, ':');
    buf_put(b, s);
}

/* All a handler can see of the request, so that no two of them share a page. */
static bool key_of(struct ctx *c, const struct request *rq, unsigned char key[32])
{
    struct buf b;
    buf_init(&b, &c->mem, 8192);
    put_part(&b, c->who->session);
    buf_i64(&b, c->who->epoch);
    put_part(&b, c->lang);
    put_part(&b, rq->lang);
    put_part(&b, rq->origin);
    buf_char(&b, rq->left ? 'l' : '-');
    put_part(&b, rq->path);
    for (size_t i = 0; i < rq->query_n; i++) {
        put_part(&b, rq->query[i].name);
        put_part(&b, rq->query[i].value);
    }
    if (b.failed)
        return false;
    HASH(key, c->node->reuse->key, buf_str(&b));
    return true;
}

static enum err folded_now(struct ctx *c, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    *n = -1;
    TRY(db_query(c, &r, "SELECT v FROM fold_state WHERE k = 'folded'", NO_ARGS));
    if (rows_next(&r))
        *n = row_i64(&r, 0);
    return rows_end(&r);
}

/* Where the tables stand; -1 when that cannot be told. */
static int64_t folded_or_none(struct ctx *c)
{
    struct fault before = c->fault;
    int64_t n;
    if (folded_now(c, &n) != ERR_OK)
        n = -1;
    c->fault = before;
    return n;
}

/* ---- giving -------------------------------------------------------------------------------- */

static bool in_time(const struct kept *k, int64_t now_us)
{
    return now_us >= k->made_us && now_us < k->until_us;
}

/* A form's key is for one page: each time the page is given it gets another. */
static void new_keys(struct ctx *c, char *body, const struct kept *k)
{
    for (size_t i = 0; i < k->once_n; i++) {
        struct str id = id_new(&c->mem, c->now_us);
        if (id.n == ID_LEN)
            memcpy(body + k->once[i], id.p, ID_LEN);
    }
}

/* Compressed once; the page in use is the newest, so it is not what makes room. */
static void zip_kept(struct reuse *u, struct kept *k)
{
    struct zipped z;
    if (k->zip.p || k->plain_only)
        return;
    k->plain_only = !zip_make((struct str){ body_of(k), k->n }, k->once, k->once_n, &z);
    if (k->plain_only)
        return;
    make_room(u, z.n);
    k->zip = z;
}

/* The tables stand where they stood, or nothing it was read from has changed since. */
static bool still_true(struct ctx *c, const struct kept *k, int64_t folded)
{
    return k->folded == folded ||
           (!k->reads_all && ledger_unchanged(c->node->ledger, k->reads, k->reads_n, k->folded, folded));
}

static bool give(struct ctx *c, struct reuse *u, const struct reuse_ask *ask, int64_t folded, struct response *rs)
{
    struct kept *k = find(u, ask->key);         /* looked for again: the lock was given back */
    if (!k || !in_time(k, c->now_us) || !still_true(c, k, folded))
        return false;
    char *body = arena_alloc(&c->mem, k->n, 1);
    if (!body)
        return false;
    memcpy(body, body_of(k), k->n);
    new_keys(c, body, k);
    line_out(u, k);
    line_in(u, k);
    u->s.given++;
    u->s.later += k->folded != folded;
    *rs = (struct response){ .status = 200, .body = { body, k->n } };
    if (ask->zip)
        zip_kept(u, k);
    if (ask->zip && k->zip.p)
        rs->gzip = zip_give(&c->mem, &k->zip, rs->body, k->once);
    return !c->mem.failed;
}

bool reuse_find(struct ctx *c, const struct request *rq, struct reuse_ask *ask, struct response *rs)
{
    struct reuse *u = c->node->reuse;
    *ask = (struct reuse_ask){ .folded = -1 };
    if (!u || rq->method != GET || rq->part || !c->who || !c->who->session.n || !key_of(c, rq, ask->key))
        return false;
    ask->may = true;
    ask->zip = rq->zip;
    (void)pthread_mutex_lock(&u->lock);
    const struct kept *k = find(u, ask->key);
    bool there = k && in_time(k, c->now_us);
    (void)pthread_mutex_unlock(&u->lock);
    if (!there)
        return false;
    int64_t folded = folded_or_none(c);
    (void)pthread_mutex_lock(&u->lock);
    bool given = folded >= 0 && give(c, u, ask, folded, rs);
    (void)pthread_mutex_unlock(&u->lock);
    return given;
}

/* ---- keeping --------------------------------------------------------------------------------- */

static enum err read_officer(struct ctx *c)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT disabled FROM officer WHERE id = $1", ARGS(TEXT(c->who->id))));
    return rows_end(&r);
}

/* Her record is part of every page she is shown, whatever a handler reads of it. */
static void note_officer(struct ctx *c, struct db_reads *r)
{
    struct fault before = c->fault;
    r->all |= read_officer(c) != ERR_OK;
    c->fault = before;
}

void reuse_begin(struct ctx *c, struct reuse_ask *ask)
{
    if (ask->may) {
        ask->folded = folded_or_none(c);
        ask->reads = NEW(&c->mem, struct db_reads);
    }
    db_note(c->db, ask->reads);              /* from here on: nothing was read before */
    if (ask->reads)
        note_officer(c, ask->reads);
    c->until_us = 0;
}

void reuse_end(struct ctx *c)
{
    if (c->db)
        db_note(c->db, NULL);
}

/* The end of the minute; or sooner, when something the page rests on ends. */
static int64_t until_of(const struct ctx *c)
{
    int64_t minute = (c->now_us / (60 * US_PER_S) + 1) * 60 * US_PER_S;
    return c->until_us && c->until_us < minute ? c->until_us : minute;
}

static bool plain_page(const struct response *rs)
{
    return rs->status == 200 && !rs->type.n && !rs->body.n && !rs->pull && !rs->location.n && !rs->filename.n &&
           !rs->cookies_n && !rs->forget && !rs->keep && !rs->out.wrong && !rs->out.open && !rs->out.part &&
           rs->out.once_n <= REUSE_ONCE_MAX && rs->out.b.n && rs->out.b.n <= REUSE_PAGE_MAX && !rs->out.b.failed;
}

static struct kept *kept_new(struct ctx *c, const struct reuse_ask *ask, const struct out *o)
{
    const struct db_reads *r = ask->reads;
    bool all = !r || r->all;
    size_t reads_n = all ? 0 : r->n;
    struct kept *k = malloc(sizeof *k + reads_n * sizeof k->reads[0] + o->b.n);
    if (!k)
        return NULL;
    *k = (struct kept){ .folded = ask->folded, .made_us = c->now_us, .until_us = until_of(c),
                        .n = o->b.n, .once_n = o->once_n, .reads_n = reads_n, .reads_all = all };
    for (size_t i = 0; i < reads_n; i++)
        k->reads[i] = r->place[i];
    memcpy(k->key, ask->key, sizeof k->key);
    memcpy(k->session, c->who->session.p, c->who->session.n);
    for (size_t i = 0; i < o->once_n; i++)
        k->once[i] = (uint32_t)o->once[i];
    memcpy(body_of(k), o->b.p, o->b.n);
    return k;
}

void reuse_keep(struct ctx *c, const struct reuse_ask *ask, const struct response *rs)
{
    struct reuse *u = c->node->reuse;
    if (!ask->may || ask->folded < 0 || !plain_page(rs) || c->who->session.n >= SESSION_ROOM)
        return;
    struct kept *k = kept_new(c, ask, &rs->out);
    if (!k)
        return;
    (void)pthread_mutex_lock(&u->lock);
    struct kept *old = find(u, k->key);
    if (old)
        drop(u, old);
    make_room(u, size_of(k));
    struct kept **at = bucket_of(u, k->key);
    k->next = *at;
    *at = k;
    line_in(u, k);
    u->s.kept++;
    (void)pthread_mutex_unlock(&u->lock);
}

/* ---- wiping ------------------------------------------------------------------------------------ */

void reuse_forget(struct ctx *c, struct str session)
{
    struct reuse *u = c->node->reuse;
    if (!u || !session.n)
        return;
    (void)pthread_mutex_lock(&u->lock);
    for (struct kept *k = u->oldest, *newer; k; k = newer) {
        newer = k->newer;
        if (str_eq(str_c(k->session), session))
            drop(u, k);
    }
    (void)pthread_mutex_unlock(&u->lock);
}

void reuse_sweep(struct reuse *u, int64_t now_us)
{
    if (!u)
        return;
    (void)pthread_mutex_lock(&u->lock);
    for (struct kept *k = u->oldest, *newer; k; k = newer) {
        newer = k->newer;
        if (!in_time(k, now_us))
            drop(u, k);
    }
    (void)pthread_mutex_unlock(&u->lock);
}

void reuse_stats(struct reuse *u, struct reuse_stats *out)
{
    (void)pthread_mutex_lock(&u->lock);
    *out = u->s;
    (void)pthread_mutex_unlock(&u->lock);
}
