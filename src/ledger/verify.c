/* verify.c - proves three things: the chain (no entry changed, none missing in
 * the middle), the signatures (every batch by the node's own key), and that the
 * tables are what the ledger says.
 */
#include "ledger/ledger_impl.h"
#include "ledger/chain.h"

#include <stdio.h>
#include <unistd.h>

enum { PAGE = 20000, BATCH_PAGE = 2000, SUMS = 4 };

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

static enum err chain_page(struct ctx *c, struct db *db, struct chain *ch, int64_t *from, bool *more)
{
    AUTO_ROWS r = { 0 };
    size_t n = 0;
    TRY(db_query_on(c, db, &r, "SELECT n, node, seq, time_us, key_id, body, hash FROM ledger_entry"
                               " WHERE n > $1 ORDER BY n LIMIT $2", ARGS(INT(*from), INT(PAGE))));
    for (; rows_next(&r); n++) {
        struct chain_node *nd = chain_node(ch, row_i64(&r, 1));
        *from = row_i64(&r, 0);
        if (!nd)
            return FAIL(c, ERR_CORRUPT, "ledger.node", "entry %lld of an unknown node", (long long)*from);
        struct entry e = { *from, row_i64(&r, 2), row_i64(&r, 3), nd->id, row_peek(&r, 4),
                           row_peek(&r, 5), row_peek(&r, 6) };
        TRY(chain_entry(c, ch, nd, &e));
        TRY(check_batch(c, db, ch, nd));
    }
    *more = n == PAGE;
    return rows_end(&r);
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

static enum err chain_locked(struct ctx *c, struct ledger *l, struct db *db, bool quick, struct verify_report *out)
{
    struct chain ch;
    int64_t from = 0, folded;
    bool more = true;
    TRY(chain_init(c, &ch));
    enum err e = nodes_load(c, db, &ch);
    if (!e && quick)
        e = newest_only(c, db, &ch);
    while (!e && more)
        e = chain_page(c, db, &ch, &from, &more);
    if (!e)
        e = chain_end(c, &ch);
    else
        chain_stop(&ch);
    TRY(e);
    TRY(folded_get(c, l->tables, &folded));
    out->changes = ch.entries;
    out->batches = ch.batches;
    if (from < folded)
        return FAIL(c, ERR_CORRUPT, "ledger.cut", "tables know entry %lld, the ledger ends at %lld",
                    (long long)folded, (long long)from);
    return ERR_OK;
}

static enum err verify_chain(struct ctx *c, struct ledger *l, bool quick, struct verify_report *out)
{
    struct db *db = NULL;
    int64_t t = clock_mono_us();
    TRY(db_open(c, l->cfg.url, true, &db));
    enum err e = db_is_pg(db) ? ERR_OK : db_script(c, db, "PRAGMA mmap_size=4294967296");
    if (!e)
        e = chain_locked(c, l, db, quick, out);
    db_close(db);
    out->chain_us = clock_mono_us() - t;
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

static enum err compare(struct ctx *c, struct ledger *l, struct db *have, struct db *want, struct verify_report *out)
{
    const struct table *t;
    for (size_t i = 0; (t = table_at(l, i)); i++) {
        struct sum a, b;
        TRY(sum_table(c, have, t->name, &a));
        TRY(sum_table(c, want, t->name, &b));
        if (a.rows != b.rows || memcmp(a.v, b.v, sizeof a.v) != 0)
            return FAIL(c, ERR_CORRUPT, "ledger.tables-differ", "table %s: %lld rows, the fold gives %lld",
                        t->name, (long long)a.rows, (long long)b.rows);
        if (!i)
            out->records = a.rows;
    }
    return ERR_OK;
}

static enum err scratch_locked(struct fold *f)
{
    int64_t upto = f->upto;
    TRY(tables_create(f->c, f->l));
    return upto ? refold(f, &upto) : ERR_OK;
}

/* A place beside the tables: a file, or a schema. */
static enum err scratch_open(struct ctx *c, struct ledger *l, struct db **out, const char **path)
{
    *path = NULL;
    if (db_is_pg(l->tables)) {
        TRY(db_open(c, l->cfg.tables_url, false, out));
        return db_script(c, *out,
            "DO $$ BEGIN EXECUTE 'DROP SCHEMA IF EXISTS \"' || current_schema() || '_verify\" CASCADE';"
            " EXECUTE 'CREATE SCHEMA \"' || current_schema() || '_verify\"';"
            " PERFORM set_config('search_path', '\"' || current_schema() || '_verify\", \"' || current_schema() || '\"', false);"
            " END $$");
    }
    struct str url = str_join(&c->mem, l->cfg.tables_url, STR(".verify"));
    TRY(ctx_check(c));
    *path = url.p + strlen("sqlite:");
    (void)unlink(*path);
    return db_open(c, url, false, out);
}

static void scratch_close(struct ctx *c, struct db *db, const char *path)
{
    if (db && db_is_pg(db) &&
        db_script(c, db, "DO $$ BEGIN EXECUTE 'DROP SCHEMA \"' || current_schema() || '\" CASCADE'; END $$"))
        log_line(LOG_WARN, "verify: its schema could not be dropped");
    db_close(db);
    if (path) {
        static const char *const more[] = { "", "-wal", "-shm" };
        for (size_t i = 0; i < COUNT_OF(more); i++) {
            const char *z = sql_of(c, path, more[i]);
            if (z)
                (void)unlink(z);
        }
    }
}

static enum err tables_locked(struct ctx *c, struct ledger *l, struct db *have, struct db *scratch,
                              struct verify_report *out)
{
    int64_t upto;
    TRY(db_begin_read(c, have));
    TRY(folded_get(c, have, &upto));
    TRY(fold_whole(c, l, scratch, true, upto, scratch_locked));
    TRY(db_begin_read(c, scratch));
    return compare(c, l, have, scratch, out);
}

static enum err verify_tables(struct ctx *c, struct ledger *l, struct verify_report *out)
{
    struct db *have = NULL, *scratch = NULL;
    const char *path = NULL;
    int64_t t = clock_mono_us();
    TRY(db_open(c, l->cfg.tables_url, false, &have));
    enum err e = scratch_open(c, l, &scratch, &path);
    if (!e)
        e = tables_locked(c, l, have, scratch, out);
    db_rollback(c, have);
    db_close(have);
    if (scratch)
        db_rollback(c, scratch);
    scratch_close(c, scratch, path);
    out->fold_us = clock_mono_us() - t;
    return e;
}

enum err ledger_verify(struct ctx *c, struct ledger *l, bool chain_only, struct verify_report *out)
{
    *out = (struct verify_report){ 0 };
    TRY(verify_chain(c, l, chain_only, out));
    return chain_only ? ERR_OK : verify_tables(c, l, out);
}
