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

/* ---- whose text has changed --------------------------------------------------------------
 *
 * Kept for each table.  When ours, or the way of folding, is another, everything is
 * folded again; when only desks' are, only those (remake.c). */

static struct str text_name(struct ctx *c, const char *table)
{
    return str_join(&c->mem, STR("text "), str_c(table));
}

static int64_t text_of(const struct table *t)
{
    return (int64_t)(db_text_id(t->create, db_text_id(t->key ? t->key : "id", 0)) >> 1);
}

static int64_t own_text(void)
{
    uint64_t h = db_text_id("fold 7", 0);
    for (size_t i = 0; i < COUNT_OF(own_tables); i++)
        h = db_text_id(own_tables[i].create, db_text_id(own_tables[i].name, h));
    return (int64_t)(h >> 1);
}

/* One number for all of them: nearly always nothing has changed. */
static int64_t all_texts(const struct ledger *l)
{
    uint64_t h = (uint64_t)own_text();
    for (size_t i = 0; i < l->cfg.tables_n; i++)
        h = db_text_id(l->cfg.tables[i].name, h ^ (uint64_t)text_of(&l->cfg.tables[i]));
    return (int64_t)(h >> 1);
}

enum err texts_set(struct ctx *c, struct ledger *l)
{
    TRY(value_set(c, c->db, STR("text"), own_text()));
    TRY(value_set(c, c->db, STR("texts"), all_texts(l)));
    for (size_t i = 0; i < l->cfg.tables_n; i++)
        TRY(value_set(c, c->db, text_name(c, l->cfg.tables[i].name), text_of(&l->cfg.tables[i])));
    return ERR_OK;
}

enum err tables_changed(struct ctx *c, struct ledger *l, const char **out, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < l->cfg.tables_n; i++) {
        int64_t have;
        TRY(value_get(c, c->db, text_name(c, l->cfg.tables[i].name), &have));
        if (have != text_of(&l->cfg.tables[i]))
            out[(*n)++] = l->cfg.tables[i].name;
    }
    return ERR_OK;
}

/* ---- making and dropping ------------------------------------------------------------- */

/* An index that can wait for the rows: not one by which projectors find theirs. */
static bool can_wait(const struct table *t, struct str statement)
{
    struct str before, columns, key = str_c(t->key ? t->key : "id");
    if (!str_starts(statement, STR("CREATE INDEX")) || !str_cut(statement, '(', &before, &columns))
        return false;
    size_t n = 0;
    while (n < columns.n && columns.p[n] != ',' && columns.p[n] != ')' && columns.p[n] != ' ')
        n++;
    return !str_eq(str_sub(columns, 0, n), key);
}

/* The statements of a table's text: those that must be there before its rows, or
 * the indexes that are made in one go when the rows are there. */
static enum err script_part(struct ctx *c, const struct table *t, bool indexes)
{
    struct str rest = str_c(t->create), one;
    while (str_next(&rest, ';', &one)) {
        one = str_trim(one);
        if (!one.n || can_wait(t, one) != indexes)
            continue;
        const char *z = arena_z(&c->mem, one);
        TRY(ctx_check(c));
        TRY(db_script(c, c->db, z));
    }
    return ERR_OK;
}

static enum err table_make_bare(struct ctx *c, const struct table *t)
{
    if (!strcmp(t->name, "change_index") && !db_is_pg(c->db))      /* nothing but its key: one tree is enough */
        TRY(db_script(c, c->db, "CREATE TABLE change_index (gid INTEGER NOT NULL, n INTEGER NOT NULL,"
                                " mark INTEGER NOT NULL, PRIMARY KEY (gid, n, mark)) WITHOUT ROWID"));
    else
        TRY(script_part(c, t, false));
    return db_exec(c, "INSERT INTO fold_table (name) VALUES ($1) ON CONFLICT (name) DO NOTHING",
                   ARGS(TEXT(str_c(t->name))));
}

static enum err state_tables(struct ctx *c, struct db *db)
{
    return db_script(c, db, "CREATE TABLE IF NOT EXISTS fold_state (k TEXT PRIMARY KEY, v BIGINT NOT NULL);"
                            "CREATE TABLE IF NOT EXISTS fold_table (name TEXT PRIMARY KEY)");
}

enum err tables_create_bare(struct ctx *c, struct ledger *l)
{
    const struct table *t;
    TRY(state_tables(c, c->db));
    for (size_t i = 0; (t = table_at(l, i)); i++)
        TRY(table_make_bare(c, t));
    return ERR_OK;
}

static size_t tables_count(const struct ledger *l)
{
    return COUNT_OF(own_tables) + l->cfg.tables_n;
}

enum err tables_index(struct ctx *c, struct ledger *l)
{
    const struct table *t;
    for (size_t i = 0; (t = table_at(l, i)); i++) {
        TRY(script_part(c, t, true));
        remaking_set(l, (int64_t)i + 1, (int64_t)tables_count(l), REMAKE_ROWS, REMAKE_ALL);
    }
    return ERR_OK;
}

enum err tables_create(struct ctx *c, struct ledger *l)
{
    TRY(tables_create_bare(c, l));
    return tables_index(c, l);
}

static bool named(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

enum err tables_make_bare(struct ctx *c, struct ledger *l, const char *const *names, size_t n)
{
    for (size_t i = 0; i < l->cfg.tables_n; i++)
        if (named(l->cfg.tables[i].name, names, n)) {
            const char *drop = str_join(&c->mem, STR("DROP TABLE IF EXISTS "), str_c(l->cfg.tables[i].name),
                                        (struct str){ "", 1 }).p;
            TRY(ctx_check(c));
            TRY(db_script(c, c->db, drop));
            TRY(table_make_bare(c, &l->cfg.tables[i]));
        }
    return ERR_OK;
}

enum err tables_index_of(struct ctx *c, struct ledger *l, const char *const *names, size_t n)
{
    for (size_t i = 0; i < l->cfg.tables_n; i++)
        if (named(l->cfg.tables[i].name, names, n))
            TRY(script_part(c, &l->cfg.tables[i], true));
    return ERR_OK;
}

/* Tables that an older program made: all of them, or those this one no longer knows. */
static enum err drop_some(struct ctx *c, const struct ledger *l, struct buf *b)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT name FROM fold_table ORDER BY name", NO_ARGS));
    while (rows_next(&r)) {
        struct str name = row_peek(&r, 0);
        const struct table *t = NULL;
        for (size_t i = 0; l && (t = table_at(l, i)) && !str_is(name, t->name); i++)
            ;
        if (t)
            continue;
        buf_put(b, STR("DROP TABLE IF EXISTS "));
        buf_put(b, name);
        buf_put(b, STR("; DELETE FROM fold_state WHERE k = 'text "));
        buf_put(b, name);
        buf_put(b, STR("'; DELETE FROM fold_table WHERE name = '"));
        buf_put(b, name);
        buf_put(b, STR("';"));
    }
    return rows_end(&r);
}

enum err drop_unknown(struct ctx *c, const struct ledger *known)
{
    struct buf b;
    buf_init(&b, &c->mem, 1 << 16);
    TRY(drop_some(c, known, &b));
    buf_char(&b, 0);
    if (b.failed)
        return FAIL(c, ERR_NOMEM, "error.too-big", "drop");
    return b.n > 1 ? db_script(c, c->db, b.p) : ERR_OK;
}

enum err tables_drop(struct ctx *c)
{
    TRY(drop_unknown(c, NULL));
    return db_script(c, c->db, "DELETE FROM fold_state");
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

enum err fold_attempt(struct ctx *c, struct fold *f, struct db *db, enum err (*work)(struct fold *f))
{
    struct ctx a, g;
    fold_contexts(&a, &g, f->l, db);
    f->c = &a;
    f->g = &g;
    f->bad = false;
    enum err e = fold_transaction(f, work);
    if (e && !c->fault.code)
        c->fault = a.fault.code ? a.fault : g.fault;
    ctx_done(&a);
    ctx_done(&g);
    f->c = f->g = NULL;
    return e;
}

enum err fold_whole(struct ctx *c, struct ledger *l, struct db *db, int64_t upto,
                    enum err (*work)(struct fold *f))
{
    struct fold f = { .l = l, .upto = upto };
    struct fault before = c->fault;
    enum err e = ERR_OK;
    int met = 0;
    do {                                /* again without a record its desk cannot take */
        if (e == ERR_BUSY)
            (void)usleep(5000u << met);
        c->fault = before;
        e = fold_attempt(c, &f, db, work);
    } while (e && (f.bad || (e == ERR_BUSY && db_is_pg(db) && met++ < 8)));    /* or another process's way is free */
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

enum err tables_catch_up(struct ctx *c, struct ledger *l, struct db *db)
{
    int64_t upto, have;
    TRY(last_entry(c, l, &upto));
    TRY(folded_get(c, db, &have));
    while (have < upto) {
        TRY(fold_whole(c, l, db, upto, catch_up_step));
        TRY(folded_get(c, db, &have));
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
    return any ? fold_whole(c, l, l->tables, 0, sort_in) : ERR_OK;
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

/* Tables this program does not know, and texts of those it does. */
static enum err tidy(struct fold *f)
{
    TRY(drop_unknown(f->c, f->l));
    return texts_set(f->c, f->l);
}

/* What an older or a newer program left: nothing to do, some tables, or all. */
static enum err remake(struct ctx *c, struct ledger *l)
{
    int64_t own, all, folded, last;
    const char **changed = NEW_N(&c->mem, const char *, l->cfg.tables_n + 1);
    size_t n;
    TRY(ctx_check(c));
    TRY(value_get(c, l->tables, STR("text"), &own));
    TRY(value_get(c, l->tables, STR("texts"), &all));
    TRY(folded_get(c, l->tables, &folded));
    TRY(last_entry(c, l, &last));
    if (own != own_text() || folded > last)
        return tables_rebuild(c, l, l->tables, true);
    if (all == all_texts(l))
        return ERR_OK;
    struct db *before = c->db;
    c->db = l->tables;
    enum err e = tables_changed(c, l, changed, &n);
    c->db = before;
    TRY(e);
    return n ? tables_some(c, l) : fold_whole(c, l, l->tables, 0, tidy);
}

enum err tables_open(struct ctx *c, struct ledger *l)
{
    TRY(db_open(c, l->cfg.tables_url, false, &l->tables));
    return db_room(c, l->tables, TABLES_CACHE_KIB, TABLES_LOG_PAGES);
}

enum err tables_prepare(struct ctx *c, struct ledger *l)
{
    TRY(state_tables(c, l->tables));
    TRY(remake(c, l));
    TRY(purges_ok(c, l));
    TRY(recent_sorted(c, l));
    return tables_catch_up(c, l, l->tables);
}
