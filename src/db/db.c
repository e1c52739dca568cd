#include "db/db_impl.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the statement cache ------------------------------------------------- */

struct stmt *stmt_find(struct db *db, const char *sql)
{
    for (size_t i = 0; i < db->n; i++) {
        struct stmt *s = db->slot[i];
        if (s->sql == sql && !s->busy && !strcmp(s->text, sql)) {
            s->used = ++db->clock;
            return s;
        }
    }
    return NULL;
}

/* The slot longest unused that no cursor walks; db->n when all are busy. */
static size_t oldest(const struct db *db)
{
    size_t best = db->n;
    for (size_t i = 0; i < db->n; i++)
        if (!db->slot[i]->busy && (best == db->n || db->slot[i]->used < db->slot[best]->used))
            best = i;
    return best;
}

struct stmt *stmt_keep(struct db *db, const char *sql, struct stmt st)
{
    struct stmt *s = malloc(sizeof *s);
    char *text = strdup(sql);
    if (!s || !text) {
        free(s);
        free(text);
        return NULL;
    }
    st.sql = sql;
    st.text = text;
    st.used = ++db->clock;
    size_t at = db->n;
    if (db->n < STMT_MAX)
        db->n++;
    else if ((at = oldest(db)) < db->n)
        stmt_free(db, db->slot[at]);
    st.once = at == STMT_MAX;
    *s = st;
    if (!st.once)
        db->slot[at] = s;
    return s;
}

void stmt_free(struct db *db, struct stmt *s)
{
    if (s->lite)
        (void)sqlite3_finalize(s->lite);
    else if (db->pg) {
        char t[40];
        (void)snprintf(t, sizeof t, "DEALLOCATE s%u", s->number);
        PQclear(PQexec(db->pg, t));
    }
    free(s->reads);
    free(s->text);
    free(s);
}

void stmt_drop_all(struct db *db)
{
    for (size_t i = 0; i < db->n; i++) {
        if (db->slot[i]->lite)
            (void)sqlite3_finalize(db->slot[i]->lite);
        free(db->slot[i]->reads);
        free(db->slot[i]->text);
        free(db->slot[i]);
    }
    db->n = 0;
}

/* ---- what desks call --------------------------------------------------------- */

void db_fail_nth(struct db *db, long n)
{
    db->fail_in = n;
}

long db_fail_left(const struct db *db)
{
    return db->fail_in;
}

enum err db_test_fault(struct ctx *c, struct db *db)
{
    if (db->fail_in > 0 && --db->fail_in == 0)
        return FAIL(c, ERR_IO, "error.database", "injected");
    return ERR_OK;
}

/* The table that INSERT INTO, UPDATE or DELETE FROM names; {0} when it is none of these. */
static struct str written(const char *sql)
{
    static const char *const how[] = { "INSERT INTO ", "UPDATE ", "DELETE FROM " };
    for (size_t i = 0; i < COUNT_OF(how); i++)
        if (!strncmp(sql, how[i], strlen(how[i]))) {
            const char *p = sql + strlen(how[i]);
            return (struct str){ p, strcspn(p, " (;") };
        }
    return (struct str){ 0 };
}

static bool left_out(const struct db *db, const char *sql)
{
    struct str to = written(sql);
    for (size_t i = 0; i < db->only_n; i++)
        if (str_is(to, db->only[i]))
            return false;
    return to.n > 0;
}

void db_only(struct db *db, const char *const *tables, size_t n)
{
    db->only = tables;
    db->only_n = n;
}

enum err db_exec_(struct ctx *c, struct db *db, const char *sql,
                  const struct db_arg *args, size_t nargs)
{
    TRY(db_test_fault(c, db));
    if (db->only && left_out(db, sql)) {
        db->changed = 0;
        return ERR_OK;
    }
    return db->pg ? pg_exec(c, db, sql, args, nargs) : lite_exec(c, db, sql, args, nargs);
}

enum err db_query_(struct ctx *c, struct db *db, struct rows *r, const char *sql,
                   const struct db_arg *args, size_t nargs)
{
    *r = (struct rows){ .c = c, .db = db, .row = -1 };
    TRY(db_test_fault(c, db));
    TRY(db->pg ? pg_query(c, db, r, sql, args, nargs) : lite_query(c, db, r, sql, args, nargs));
    if (db->reads && db->lite)
        reads_note(db, r->impl, args, nargs);
    return ERR_OK;
}

enum err db_prepare(struct ctx *c, struct db *db, const char *sql)
{
    struct stmt *s = NULL;
    TRY(db->pg ? pg_prepare(c, db, sql, &s) : lite_prepare(c, db, sql, &s));
    if (s->once)
        stmt_free(db, s);
    return ERR_OK;
}

bool rows_next(struct rows *r)
{
    if (r->err || !r->impl)
        return false;
    return r->db->pg ? ++r->row < PQntuples(r->impl) : lite_next(r);
}

int64_t row_i64(struct rows *r, int col)
{
    int64_t v = 0;
    if (!r->db->pg)
        return sqlite3_column_int64(((struct stmt *)r->impl)->lite, col);
    if (!pg_i64(r, col, &v))
        r->err = FAIL(r->c, ERR_CORRUPT, "error.database", "column %d is not an integer", col);
    return v;
}

bool row_null(struct rows *r, int col)
{
    if (r->db->pg)
        return PQgetisnull(r->impl, r->row, col);
    return sqlite3_column_type(((struct stmt *)r->impl)->lite, col) == SQLITE_NULL;
}

struct str row_peek(struct rows *r, int col)
{
    if (r->db->pg)
        return (struct str){ PQgetvalue(r->impl, r->row, col),
                             (size_t)PQgetlength(r->impl, r->row, col) };
    sqlite3_stmt *st = ((struct stmt *)r->impl)->lite;
    const char *p = sqlite3_column_blob(st, col);      /* bytes of text or blob */
    return (struct str){ p, (size_t)sqlite3_column_bytes(st, col) };
}

int rows_columns(const struct rows *r)
{
    return r->db->pg ? PQnfields(r->impl)
                     : sqlite3_column_count(((const struct stmt *)r->impl)->lite);
}

struct str row_str(struct rows *r, int col)
{
    return arena_dup(&r->c->mem, row_peek(r, col));
}

void rows_close(struct rows *r)
{
    if (!r->impl)
        return;
    if (r->db->pg)
        PQclear(r->impl);
    else
        lite_close(r);
    r->impl = NULL;
}

enum err rows_end(struct rows *r)
{
    enum err e = r->err;
    rows_close(r);
    return e ? e : ctx_check(r->c);
}

int64_t db_changed(const struct db *db)
{
    return db->changed;
}

bool db_is_pg(const struct db *db)
{
    return db->pg != NULL;
}

enum err db_script(struct ctx *c, struct db *db, const char *sql)
{
    TRY(db_test_fault(c, db));
    return db->pg ? pg_script(c, db, sql) : lite_script(c, db, sql);
}

/* ---- transactions ------------------------------------------------------------- */

static enum err begin(struct ctx *c, struct db *db, const char *lite, const char *pg)
{
    if (db->in_tx)
        return FAIL(c, ERR_BUG, "error.internal", "transaction inside a transaction");
    db_let_go(db);
    TRY(db_test_fault(c, db));
    TRY(db->pg ? pg_begin(c, db, pg) : lite_script(c, db, lite));
    db->in_tx = true;
    return ERR_OK;
}

enum err db_begin_read(struct ctx *c, struct db *db)
{
    return begin(c, db, "BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

enum err db_begin_write(struct ctx *c, struct db *db)
{
    return begin(c, db, "BEGIN IMMEDIATE", "BEGIN ISOLATION LEVEL SERIALIZABLE");
}

enum err db_commit(struct ctx *c, struct db *db)
{
    enum err e = ctx_check(c);
    if (!e)
        e = c->fault.code;
    if (!e)
        e = db_script(c, db, "COMMIT");
    if (e)
        db_rollback(c, db);
    db->in_tx = false;
    return e;
}

void db_rollback(struct ctx *c, struct db *db)
{
    (void)c;
    if (db->pg && PQtransactionStatus(db->pg) != PQTRANS_IDLE)
        PQclear(PQexec(db->pg, "ROLLBACK"));
    else if (db->lite && !sqlite3_get_autocommit(db->lite))
        (void)sqlite3_exec(db->lite, "ROLLBACK", NULL, NULL, NULL);
    db->in_tx = false;
}

bool db_in_transaction(const struct db *db)
{
    return db->in_tx;
}

void db_hold(struct db *db)
{
    if (db->lite && !db->in_tx && sqlite3_get_autocommit(db->lite))
        db->held = sqlite3_exec(db->lite, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;
    db->holds += db->held;
}

int64_t db_held(const struct db *db)
{
    return db->held ? db->holds : 0;
}

void db_let_go(struct db *db)
{
    if (!db->held)
        return;
    db->held = false;
    if (sqlite3_exec(db->lite, "COMMIT", NULL, NULL, NULL) != SQLITE_OK && !sqlite3_get_autocommit(db->lite))
        (void)sqlite3_exec(db->lite, "ROLLBACK", NULL, NULL, NULL);
}

void db_map(struct db *db, int64_t bytes)
{
    char t[64];
    (void)snprintf(t, sizeof t, "PRAGMA mmap_size=%lld", (long long)bytes);
    if (db->lite)
        (void)sqlite3_exec(db->lite, t, NULL, NULL, NULL);
}

bool db_claim(struct db *db)
{
    bool free_ = !db->claimed;
    db->claimed = true;
    return free_;
}

void db_release(struct db *db)
{
    db->claimed = false;
}

/* ---- open, close ----------------------------------------------------------------- */

enum err db_open(struct ctx *c, struct str url, bool durable, struct db **out)
{
    struct str lite = STR("sqlite:"), plain = STR("sqlite-plain:"), pg = STR("postgres:");
    struct db *db = calloc(1, sizeof *db);
    enum err e;
    if (!db)
        return FAIL(c, ERR_NOMEM, "error.too-big", "database handle");
    db->durable = durable;
    if (str_starts(url, lite))
        e = lite_open(c, db, str_sub(url, lite.n, url.n), "amparo");
    else if (str_starts(url, plain))
        e = lite_open(c, db, str_sub(url, plain.n, url.n), NULL);
    else if (str_starts(url, pg))
        e = pg_open(c, db, str_sub(url, pg.n, url.n));
    else
        e = FAIL(c, ERR_INPUT, "db.url", "neither sqlite: nor postgres:");
    if (e) {
        db_close(db);
        return e;
    }
    *out = db;
    return ERR_OK;
}

enum err db_room(struct ctx *c, struct db *db, int64_t cache_kib, int64_t log_pages)
{
    char t[96];
    if (db->pg)
        return ERR_OK;
    (void)snprintf(t, sizeof t, "PRAGMA cache_size=-%lld; PRAGMA wal_autocheckpoint=%lld",
                   (long long)cache_kib, (long long)log_pages);
    return db_script(c, db, t);
}

enum err db_raw(struct ctx *c, struct db *db, int64_t cache_kib)
{
    char t[200];
    if (db->pg)
        return ERR_OK;
    (void)snprintf(t, sizeof t, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                   " PRAGMA secure_delete=OFF; PRAGMA threads=1; PRAGMA cache_size=-%lld", (long long)cache_kib);
    return db_script(c, db, t);
}

bool db_alone(struct db *db)
{
    return !db->pg && !db->in_tx && lite_alone(db);
}

enum err db_copy(struct ctx *c, struct db *to, struct db *from)
{
    TRY(db_test_fault(c, to));
    if (to->pg || from->pg)
        return FAIL(c, ERR_BUG, "error.internal", "only files are copied whole");
    return lite_copy(c, to, from);
}

void db_log_aside(struct db *db, int64_t most)
{
    db->log_most = most;
    if (db->lite)
        lite_log_aside(db);
}

int64_t db_log_pages(const struct db *db)
{
    return db->log_pages;
}

enum err db_log_work(struct ctx *c, struct db *db)
{
    return db->lite ? lite_log_work(c, db) : ERR_OK;
}

enum err db_log_empty(struct ctx *c, struct db *db)
{
    return db->lite ? lite_log_empty(c, db) : ERR_OK;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db_let_go(db);
    stmt_drop_all(db);
    (void)sqlite3_close(db->lite);
    if (db->pg)
        PQfinish(db->pg);
    free(db);
}

/* ---- the literals of the program --------------------------------------------------- */

extern const struct db_literal __start_db_sql[] __attribute__((weak, visibility("hidden")));
extern const struct db_literal __stop_db_sql[] __attribute__((weak, visibility("hidden")));

const struct db_literal *db_sql_each(size_t i)
{
    const struct db_literal *at = __start_db_sql, *end = __stop_db_sql;
    return at && i < (size_t)(end - at) ? at + i : NULL;
}
