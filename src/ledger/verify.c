/* verify.c - proves three things: the chain (no entry changed, none missing in
 * the middle), the signatures (every batch by the node's own key), and that the
 * tables are what the ledger says.
 */
#include "ledger/ledger_impl.h"
#include "ledger/chain.h"

#include <stdio.h>
#include <unistd.h>

enum { PAGE = 1000, BATCH_PAGE = 2000, SUMS = 4 };
static const size_t PAGE_MEM = (size_t)3 << 30;      /* a cap: entries may be of 1 MiB */

/* ---- the chain ------------------------------------------------------------------------- */

static enum err batches_page(struct ctx *c, struct db *db, struct chain *ch, struct chain_node *nd)
{
    AUTO_ROWS r = { 0 };
    (void)ch;
    nd->batches_n = nd->batches_at = 0;
    TRY(db_query_on(c, db, &r, "SELECT seq, signature FROM ledger_batch"
                               " WHERE node = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        ARGS(INT(nd->no), INT(nd->batch_seq), INT(BATCH_PAGE))));
    if (!nd->batches)
        nd->batches = NEW_N(&c->mem, struct chain_batch, BATCH_PAGE);
    TRY(ctx_check(c));
    while (rows_next(&r)) {
        struct chain_batch *b = &nd->batches[nd->batches_n++];
        struct str sig = row_peek(&r, 1);
        b->seq = nd->batch_seq = row_i64(&r, 0);
        if (sig.n != SIG_LEN)
            return FAIL(c, ERR_CORRUPT, "ledger.signature", "batch at %lld", (long long)b->seq);
        memcpy(b->signature, sig.p, SIG_LEN);
    }
    return rows_end(&r);
}

/* The signature that closes the batch at this entry, when there is one. */
static enum err check_batch(struct ctx *c, struct db *db, struct chain *ch, struct chain_node *nd)
{
    if (nd->batches_at == nd->batches_n && (nd->batches_n == BATCH_PAGE || !nd->batches))
        TRY(batches_page(c, db, ch, nd));
    if (nd->batches_at == nd->batches_n || nd->batches[nd->batches_at].seq != nd->seq)
        return ERR_OK;
    chain_signed(ch, nd, nd->batches[nd->batches_at++].signature);
    return ERR_OK;
}

/* ---- rows read ahead ----------------------------------------------------------------------
 *
 * A second thread with its own connection reads the next page of entries while
 * this one hashes the page before.  Two pages, each with its own memory. */

struct row { struct entry e; int64_t node; };
struct page { struct ctx c; struct row *rows; size_t n; enum err err; bool full; };
struct ahead {
    struct db *db;
    int64_t from, upto;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct page page[2];
    bool stop;
    pthread_t thread;
};

static enum err page_read(struct ahead *a, struct page *p)
{
    struct ctx *c = &p->c;
    AUTO_ROWS r = { 0 };
    arena_reset(&c->mem);
    p->n = 0;
    p->rows = NEW_N(&c->mem, struct row, PAGE);
    TRY(ctx_check(c));
    TRY(db_query_on(c, a->db, &r, "SELECT n, node, seq, time_us, key_id, body, hash FROM ledger_entry"
                                  " WHERE n > $1 AND n <= $2 ORDER BY n LIMIT $3",
        ARGS(INT(a->from), INT(a->upto), INT(PAGE))));
    while (rows_next(&r)) {
        struct row *w = &p->rows[p->n++];
        a->from = row_i64(&r, 0);
        w->node = row_i64(&r, 1);
        w->e = (struct entry){ a->from, row_i64(&r, 2), row_i64(&r, 3), { 0 }, row_str(&r, 4),
                               row_str(&r, 5), row_str(&r, 6) };
    }
    return rows_end(&r);
}

static void *ahead_main(void *arg)
{
    struct ahead *a = arg;
    bool more = true;
    for (size_t i = 0; more; i++) {
        struct page *p = &a->page[i % 2];
        (void)pthread_mutex_lock(&a->lock);
        while (p->full && !a->stop)
            (void)pthread_cond_wait(&a->changed, &a->lock);
        more = !a->stop;
        (void)pthread_mutex_unlock(&a->lock);
        if (!more)
            break;
        p->err = page_read(a, p);
        more = !p->err && p->n == PAGE;         /* an empty or short page is the last */
        (void)pthread_mutex_lock(&a->lock);
        p->full = true;
        (void)pthread_cond_signal(&a->changed);
        (void)pthread_mutex_unlock(&a->lock);
    }
    return NULL;
}

static enum err ahead_start(struct ctx *c, struct ahead *a)
{
    (void)pthread_mutex_init(&a->lock, NULL);
    (void)pthread_cond_init(&a->changed, NULL);
    for (size_t i = 0; i < COUNT_OF(a->page); i++)
        ctx_init(&a->page[i].c, PAGE_MEM);
    return pthread_create(&a->thread, NULL, ahead_main, a) == 0
         ? ERR_OK : FAIL(c, ERR_IO, "error.internal", "no thread");
}

static void ahead_stop(struct ahead *a, bool started)
{
    if (started) {
        (void)pthread_mutex_lock(&a->lock);
        a->stop = true;
        (void)pthread_cond_signal(&a->changed);
        (void)pthread_mutex_unlock(&a->lock);
        (void)pthread_join(a->thread, NULL);
    }
    for (size_t i = 0; i < COUNT_OF(a->page); i++)
        ctx_done(&a->page[i].c);
    (void)pthread_cond_destroy(&a->changed);
    (void)pthread_mutex_destroy(&a->lock);
}

static enum err chain_page(struct ctx *c, struct db *db, struct chain *ch, struct page *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct row *w = &p->rows[i];
        struct chain_node *nd = chain_node(ch, w->node);
        if (!nd)
            return FAIL(c, ERR_CORRUPT, "ledger.node", "entry %lld of an unknown node", (long long)w->e.n);
        w->e.node = nd->id;
        TRY(chain_entry(c, ch, nd, &w->e));
        TRY(check_batch(c, db, ch, nd));
    }
    if (p->err && !c->fault.code)
        c->fault = p->c.fault;
    return p->err;
}

static enum err chain_pages(struct ctx *c, struct db *db, struct chain *ch, struct ahead *a)
{
    bool more = true;
    enum err e = ERR_OK;
    for (size_t i = 0; !e && more; i++) {
        struct page *p = &a->page[i % 2];
        (void)pthread_mutex_lock(&a->lock);
        while (!p->full)
            (void)pthread_cond_wait(&a->changed, &a->lock);
        (void)pthread_mutex_unlock(&a->lock);
        more = p->n == PAGE;
        e = chain_page(c, db, ch, p);
        (void)pthread_mutex_lock(&a->lock);
        p->full = false;
        (void)pthread_cond_signal(&a->changed);
        (void)pthread_mutex_unlock(&a->lock);
    }
    return e;
}

static enum err nodes_load(struct ctx *c, struct db *db, struct chain *ch)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query_on(c, db, &r, "SELECT no, id, sign_public FROM ledger_node ORDER BY no", NO_ARGS));
    while (rows_next(&r))
        TRY(chain_node_add(c, ch, row_i64(&r, 0), row_str(&r, 1), row_str(&r, 2)));
    return rows_end(&r);
}

/* A quick look checks one signature per node, the newest: through the chain it
 * vouches for all before it.  (Full verify checks every one.) */
static enum err newest_only(struct ctx *c, struct db *db, struct chain *ch)
{
    for (size_t i = 0; i < ch->n; i++) {
        AUTO_ROWS r = { 0 };
        struct chain_node *nd = &ch->nodes[i];
        TRY(db_query_on(c, db, &r, "SELECT coalesce(max(seq), 0) FROM ledger_batch WHERE node = $1",
            ARGS(INT(nd->no))));
        if (rows_next(&r))
            nd->batch_seq = row_i64(&r, 0) - 1;
        TRY(rows_end(&r));
    }
    return ERR_OK;
}

/* Everything up to the last entry of the snapshot that db reads. */
static enum err chain_all(struct ctx *c, struct db *db, struct chain *ch, struct ahead *a, bool quick)
{
    AUTO_ROWS r = { 0 };
    TRY(nodes_load(c, db, ch));
    if (quick)
        TRY(newest_only(c, db, ch));
    TRY(db_query_on(c, db, &r, "SELECT coalesce(max(n), 0) FROM ledger_entry", NO_ARGS));
    if (rows_next(&r))
        a->upto = row_i64(&r, 0);
    TRY(rows_end(&r));
    enum err e = ahead_start(c, a);
    bool started = !e;
    if (!e)
        e = chain_pages(c, db, ch, a);
    ahead_stop(a, started);
    return e;
}

static enum err chain_locked(struct ctx *c, struct db *db, struct db *second, bool quick, struct verify_report *out)
{
    struct chain ch;
    struct ahead a = { .db = second };
    TRY(chain_init(c, &ch));
    enum err e = db_begin_read(c, db);
    if (!e)
        e = chain_all(c, db, &ch, &a, quick);
    db_rollback(c, db);
    if (!e)
        e = chain_end(c, &ch);
    else
        chain_stop(&ch);
    out->changes = ch.entries;
    out->batches = ch.batches;
    out->upto = a.upto;
    return e;
}

static enum err read_from(struct ctx *c, struct ledger *l, struct db **out)
{
    TRY(db_open(c, l->cfg.url, true, out));
    return db_is_pg(*out) ? ERR_OK : db_script(c, *out, "PRAGMA mmap_size=4294967296");
}

/* How far the tables are, before the chain is read. */
static enum err folded_now(struct ctx *c, struct ledger *l, int64_t *n)
{
    struct db *db = NULL;
    TRY(db_open(c, l->cfg.tables_url, false, &db));
    enum err e = folded_get(c, db, n);
    db_close(db);
    return e;
}

static enum err verify_chain(struct ctx *c, struct ledger *l, bool quick, struct verify_report *out)
{
    struct db *db = NULL, *second = NULL;
    int64_t t = clock_mono_us(), folded = 0;
    TRY(folded_now(c, l, &folded));
    enum err e = read_from(c, l, &db);
    if (!e)
        e = read_from(c, l, &second);
    if (!e)
        e = chain_locked(c, db, second, quick, out);
    db_close(second);
    db_close(db);
    out->chain_us = clock_mono_us() - t;
    if (!e && out->upto < folded)
        return FAIL(c, ERR_CORRUPT, "ledger.cut", "tables know entry %lld, the ledger ends at %lld",
                    (long long)folded, (long long)out->upto);
    return e;
}

/* ---- the tables against a fresh fold -------------------------------------------------------- */

struct sum { uint64_t v[SUMS]; int64_t rows; };

static void sum_row(struct sum *s, struct rows *r, int columns)
{
    struct hasher h;
    unsigned char out[HASH_LEN];
    uint64_t v[SUMS];
    hasher_init(&h, NULL);
    for (int i = 0; i < columns; i++) {
        struct str x = row_peek(r, i);
        char head[9] = { row_null(r, i) ? 'n' : 'v' };
        for (int b = 0; b < 8; b++)
            head[1 + b] = (char)((uint64_t)x.n >> (8 * b));
        hasher_put(&h, (struct str){ head, sizeof head });
        hasher_put(&h, x);
    }
    hasher_end(&h, out);
    memcpy(v, out, sizeof v);
    for (int i = 0; i < SUMS; i++)
        s->v[i] += v[i];                    /* a sum does not know the order of rows */
    s->rows++;
}

static enum err sum_page(struct ctx *c, struct db *db, const char *sql, struct sum *s, size_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query_(c, db, &r, sql, NO_ARGS));
    int columns = rows_columns(&r);
    for (*n = 0; rows_next(&r); ++*n)
        sum_row(s, &r, columns);
    return rows_end(&r);
}

static const char *sql_of(struct ctx *c, const char *before, const char *name)
{
    return str_join(&c->mem, str_c(before), str_c(name), (struct str){ "", 1 }).p;
}

/* Every row of a table, in any order.  PostgreSQL hands it over in pieces. */
static enum err sum_table(struct ctx *c, struct db *db, const char *name, struct sum *s)
{
    size_t n = 1;
    *s = (struct sum){ 0 };
    const char *all = sql_of(c, "SELECT * FROM ", name);
    TRY(ctx_check(c));
    if (!db_is_pg(db))
        return sum_page(c, db, all, s, &n);
    const char *declare = sql_of(c, "DECLARE sum_rows CURSOR FOR SELECT * FROM ", name);
    TRY(ctx_check(c));
    TRY(db_script(c, db, declare));
    while (n)
        TRY(sum_page(c, db, "FETCH 2000 FROM sum_rows", s, &n));
    return db_script(c, db, "CLOSE sum_rows");
}

/* What one table holds, wherever a part of it waits to be sorted in. */
static enum err sum_both(struct ctx *c, struct db *db, const char *name, struct sum *s)
{
    struct sum more = { 0 };
    if (!strcmp(name, "change_index"))
        TRY(sum_table(c, db, "change_recent", &more));
    TRY(sum_table(c, db, name, s));
    for (int i = 0; i < SUMS; i++)
        s->v[i] += more.v[i];
    s->rows += more.rows;
    return ERR_OK;
}

static enum err compare(struct ctx *c, struct ledger *l, struct db *have, struct db *want, struct verify_report *out)
{
    const struct table *t;
    for (size_t i = 0; (t = table_at(l, i)); i++) {
        struct sum a, b;
        if (!strcmp(t->name, "change_recent"))
            continue;
        TRY(sum_both(c, have, t->name, &a));
        TRY(sum_both(c, want, t->name, &b));
        if (a.rows != b.rows || memcmp(a.v, b.v, sizeof a.v) != 0)
            return FAIL(c, ERR_CORRUPT, "ledger.tables-differ", "table %s: %lld rows, the fold gives %lld",
                        t->name, (long long)a.rows, (long long)b.rows);
        if (!i)
            out->records = a.rows;
    }
    return ERR_OK;
}

static enum err tables_locked(struct ctx *c, struct ledger *l, struct db *have, struct verify_report *out)
{
    struct aside a;
    int64_t upto;
    TRY(db_begin_read(c, have));
    TRY(folded_get(c, have, &upto));
    TRY(aside_make(c, l, "verify", upto, &a));
    enum err e = db_begin_read(c, a.db);
    if (!e)
        e = compare(c, l, have, a.db, out);
    db_rollback(c, a.db);
    aside_drop(c, &a);
    return e;
}

static enum err verify_tables(struct ctx *c, struct ledger *l, struct verify_report *out)
{
    struct db *have = NULL;
    int64_t t = clock_mono_us();
    TRY(db_open(c, l->cfg.tables_url, false, &have));
    enum err e = tables_locked(c, l, have, out);
    db_rollback(c, have);
    db_close(have);
    out->fold_us = clock_mono_us() - t;
    return e;
}

enum err ledger_verify(struct ctx *c, struct ledger *l, bool chain_only, struct verify_report *out)
{
    *out = (struct verify_report){ 0 };
    TRY(verify_chain(c, l, chain_only, out));
    return chain_only ? ERR_OK : verify_tables(c, l, out);
}
