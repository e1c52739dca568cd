/* tables.c - the derived tables: made from nothing but the ledger, dropped and
 * made again whenever their own text changes.
 */
#include "ledger/ledger_impl.h"

#include <unistd.h>

static const struct table own_tables[] = {
    { "record",
      "CREATE TABLE record (id TEXT NOT NULL, dossier TEXT NOT NULL, kind TEXT NOT NULL,"
      " created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL, conflict BIGINT NOT NULL,"
      " body BLOB NOT NULL, PRIMARY KEY (id, dossier, kind));"
      "CREATE INDEX record_dossier ON record (dossier, kind);"
      "CREATE INDEX record_conflict ON record (id) WHERE conflict = 1;", "id" },
    { "dossier",
      "CREATE TABLE dossier (id TEXT PRIMARY KEY, kind TEXT NOT NULL, root TEXT NOT NULL);"
      "CREATE INDEX dossier_root ON dossier (root);", "id" },
    /* Which entries of this ledger touch a record (or, kind empty, a dossier). */
    { "change_index",
      "CREATE TABLE change_index (gid BIGINT NOT NULL, n BIGINT NOT NULL,"
      " mark BIGINT NOT NULL, PRIMARY KEY (gid, n, mark))", NULL },
    /* The newest rows of the same, as they came; sorted in a few thousand at a time. */
    { "change_recent",
      "CREATE TABLE change_recent (gid BIGINT NOT NULL, n BIGINT NOT NULL, mark BIGINT NOT NULL)", NULL },
};

const struct table *table_at(const struct ledger *l, size_t i)
{
    if (i < COUNT_OF(own_tables))
        return &own_tables[i];
    i -= COUNT_OF(own_tables);
    return i < l->cfg.tables_n ? &l->cfg.tables[i] : NULL;
}

static int64_t text_id(const struct ledger *l)
{
    uint64_t h = db_text_id("fold 6", 0);
    const struct table *t;
    for (size_t i = 0; (t = table_at(l, i)); i++)
        h = db_text_id(t->create, db_text_id(t->name, h));
    return (int64_t)(h >> 1);
}

static enum err value_get(struct ctx *c, struct db *db, struct str k, int64_t *v)
{
    AUTO_ROWS r = { 0 };
    *v = 0;
    TRY(db_query_on(c, db, &r, "SELECT v FROM fold_state WHERE k = $1", ARGS(TEXT(k))));
    if (rows_next(&r))
        *v = row_i64(&r, 0);
    return rows_end(&r);
}

static enum err value_set(struct ctx *c, struct db *db, struct str k, int64_t v)
{
    return db_exec_on(c, db, "INSERT INTO fold_state (k, v) VALUES ($1, $2)"
                             " ON CONFLICT (k) DO UPDATE SET v = excluded.v", ARGS(TEXT(k), INT(v)));
}

enum err folded_get(struct ctx *c, struct db *db, int64_t *n)
{
    return value_get(c, db, STR("folded"), n);
}

enum err folded_set(struct ctx *c, struct db *db, int64_t n)
{
    return value_set(c, db, STR("folded"), n);
}

/* ---- making and dropping ------------------------------------------------------------- */

enum err tables_create(struct ctx *c, struct ledger *l)
{
    const struct table *t;
    TRY(db_script(c, c->db, "CREATE TABLE IF NOT EXISTS fold_state (k TEXT PRIMARY KEY, v BIGINT NOT NULL);"
                            "CREATE TABLE IF NOT EXISTS fold_table (name TEXT PRIMARY KEY)"));
    for (size_t i = 0; (t = table_at(l, i)); i++) {
        TRY(db_script(c, c->db, t->create));
        if (!strcmp(t->name, "change_index") && !db_is_pg(c->db))      /* nothing but its key: one tree is enough */
            TRY(db_script(c, c->db, "DROP TABLE change_index; CREATE TABLE change_index (gid INTEGER NOT NULL,"
                                    " n INTEGER NOT NULL, mark INTEGER NOT NULL, PRIMARY KEY (gid, n, mark)) WITHOUT ROWID"));
        TRY(db_exec(c, "INSERT INTO fold_table (name) VALUES ($1)", ARGS(TEXT(str_c(t->name)))));
    }
    return ERR_OK;
}

/* Also tables that an older program made and this one no longer knows. */
static enum err tables_drop(struct ctx *c)
{
    AUTO_ROWS r = { 0 };
    struct buf b;
    buf_init(&b, &c->mem, 1 << 16);
    TRY(db_query(c, &r, "SELECT name FROM fold_table ORDER BY name", NO_ARGS));
    while (rows_next(&r)) {
        buf_put(&b, STR("DROP TABLE IF EXISTS "));
        buf_put(&b, row_peek(&r, 0));
        buf_char(&b, ';');
    }
    TRY(rows_end(&r));
    buf_put(&b, STR("DELETE FROM fold_table; DELETE FROM fold_state"));
    buf_char(&b, 0);
    if (b.failed)
        return FAIL(c, ERR_NOMEM, "error.too-big", "drop");
    return db_script(c, c->db, b.p);
}

static enum err rebuild_locked(struct fold *f)
{
    struct ctx *c = f->c;
    int64_t upto = 0;
    TRY(tables_drop(c));
    TRY(tables_create(c, f->l));
    TRY(refold(f, &upto));
    TRY(folded_set(c, c->db, upto));
    return value_set(c, c->db, STR("text"), text_id(f->l));
}

/* ---- erasing ----------------------------------------------------------------------------- */

struct name { struct str id, kind; };

static enum err purge_places(struct ctx *c, int64_t gid)
{
    TRY(db_exec(c, "DELETE FROM change_recent WHERE gid = $1", ARGS(INT(gid))));
    return db_exec(c, "DELETE FROM change_index WHERE gid = $1", ARGS(INT(gid)));
}

static enum err purge_record(struct ctx *c, struct ledger *l, struct str dossier, const struct name *r)
{
    const struct table *t;
    for (size_t i = 0; (t = table_at(l, i)); i++)
        if (t->key || i >= COUNT_OF(own_tables))
            TRY(db_exec_(c, c->db, l->purge[i], ARGS(TEXT(r->id))));
    return purge_places(c, gid_of(l, dossier, r->kind, r->id));
}

static enum err records_of(struct ctx *c, struct str dossier, struct name *out, size_t max, size_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT id, kind FROM record WHERE dossier = $1 LIMIT $2",
        ARGS(TEXT(dossier), INT((int64_t)max))));
    for (*n = 0; *n < max && rows_next(&r); ++*n)
        out[*n] = (struct name){ row_str(&r, 0), row_str(&r, 1) };
    return rows_end(&r);
}

enum err tables_purge(struct ctx *c, struct ledger *l, struct str dossier)
{
    enum { SOME = 256 };
    size_t n = SOME;
    struct name *names = NEW_N(&c->mem, struct name, SOME);
    TRY(ctx_check(c));
    while (n == SOME) {
        TRY(records_of(c, dossier, names, SOME, &n));
        for (size_t i = 0; i < n; i++)
            TRY(purge_record(c, l, dossier, &names[i]));
    }
    TRY(db_exec(c, "DELETE FROM dossier WHERE id = $1", ARGS(TEXT(dossier))));
    return purge_places(c, gid_of(l, dossier, STR(""), dossier));
}

static const size_t REBUILD_MEM = (size_t)3 << 30, SCRATCH_MEM = 256u << 20;

/* Two contexts of the fold on one connection. */
void fold_contexts(struct ctx *f, struct ctx *g, struct ledger *l, struct db *db)
{
    ctx_init(f, REBUILD_MEM);
    ctx_init(g, SCRATCH_MEM);
    f->db = g->db = db;
    f->node = g->node = &l->node;
}

static enum err fold_transaction(struct fold *f, enum err (*work)(struct fold *f))
{
    TRY(db_begin_write(f->c, f->c->db));
    enum err e = work(f);
    if (e) {
        db_rollback(f->c, f->c->db);
        return e;
    }
    return db_commit(f->c, f->c->db);
}

enum err fold_whole(struct ctx *c, struct ledger *l, struct db *db, bool fresh,
                    int64_t upto, enum err (*work)(struct fold *f))
{
    struct ctx a, g;
    struct fold f = { .l = l, .c = &a, .g = &g, .fresh = fresh, .upto = upto };
    enum err e = ERR_OK;
    fold_contexts(&a, &g, l, db);
    int met = 0;
    do {                                /* again without a record its desk cannot take */
        if (e == ERR_BUSY)
            (void)usleep(5000u << met);
        f.bad = false;
        a.fault = g.fault = (struct fault){ 0 };
        arena_reset(&a.mem);
        e = fold_transaction(&f, work);
    } while (e && (f.bad || (e == ERR_BUSY && db_is_pg(db) && met++ < 8)));    /* or another process's way is free */
    if (e && !c->fault.code)
        c->fault = a.fault.code ? a.fault : g.fault;
    ctx_done(&a);
    ctx_done(&g);
    return e;
}

static enum err rebuild_on(struct ctx *c, struct ledger *l, struct db *db)
{
    return fold_whole(c, l, db, true, 0, rebuild_locked);
}

enum err ledger_rebuild(struct ctx *c, struct ledger *l)
{
    struct db *db = NULL;
    TRY(db_open(c, l->cfg.tables_url, false, &db));
    enum err e = db_room(c, db, TABLES_CACHE_KIB, TABLES_LOG_PAGES);
    if (!e)
        e = rebuild_on(c, l, db);
    db_close(db);
    return e;
}

/* ---- at open ------------------------------------------------------------------------------ */

static enum err last_entry(struct ctx *c, struct ledger *l, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    *n = 0;
    TRY(db_query_on(c, l->reader, &r, "SELECT coalesce(max(n), 0) FROM ledger_entry", NO_ARGS));
    if (rows_next(&r))
        *n = row_i64(&r, 0);
    return rows_end(&r);
}

/* A bounded number of entries per transaction: opening needs little memory. */
static enum err catch_up_step(struct fold *f)
{
    int64_t have;
    enum { STEP = 4000 };
    TRY(folded_get(f->c, f->c->db, &have));
    f->once = true;
    int64_t to = f->upto - have > STEP ? have + STEP : f->upto;
    if (have >= f->upto)
        return ERR_OK;
    TRY(fold_from_ledger(f, have, to));
    return folded_set(f->c, f->c->db, to);
}

enum err tables_catch_up(struct ctx *c, struct ledger *l)
{
    int64_t upto, have;
    TRY(last_entry(c, l, &upto));
    TRY(folded_get(c, l->tables, &have));
    while (have < upto) {
        TRY(fold_whole(c, l, l->tables, false, upto, catch_up_step));
        TRY(folded_get(c, l->tables, &have));
    }
    return ERR_OK;
}

/* Rows that a process which ended had not sorted in yet. */
static enum err sort_in(struct fold *f)
{
    return places_sort_in(f->c, f->l);
}

static enum err recent_sorted(struct ctx *c, struct ledger *l)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query_on(c, l->tables, &r, "SELECT n FROM change_recent LIMIT 1", NO_ARGS));
    bool any = rows_next(&r);
    TRY(rows_end(&r));
    return any ? fold_whole(c, l, l->tables, false, 0, sort_in) : ERR_OK;
}

/* Every desk's table can be cleaned by record. */
static enum err purges_ok(struct ctx *c, struct ledger *l)
{
    const struct table *t;
    for (size_t i = COUNT_OF(own_tables); (t = table_at(l, i)); i++)
        if (db_prepare(c, l->tables, l->purge[i]) != ERR_OK) {
            c->fault = (struct fault){ 0 };
            return FAIL(c, ERR_BUG, "error.internal",
                        "table %s: struct table .key must name the column of the record id", t->name);
        }
    return ERR_OK;
}

enum err tables_prepare(struct ctx *c, struct ledger *l)
{
    int64_t have, folded, last;
    TRY(db_script(c, l->tables, "CREATE TABLE IF NOT EXISTS fold_state (k TEXT PRIMARY KEY, v BIGINT NOT NULL);"
                                "CREATE TABLE IF NOT EXISTS fold_table (name TEXT PRIMARY KEY)"));
    TRY(value_get(c, l->tables, STR("text"), &have));
    TRY(folded_get(c, l->tables, &folded));
    TRY(last_entry(c, l, &last));
    if (have != text_id(l) || folded > last)
        TRY(rebuild_on(c, l, l->tables));
    TRY(purges_ok(c, l));
    TRY(recent_sorted(c, l));
    return tables_catch_up(c, l);
}
