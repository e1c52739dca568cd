#include "db/db_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static enum err lite_fail(struct ctx *c, struct db *db, int rc)
{
    int base = rc & 0xff;
    enum err e = base == SQLITE_BUSY || base == SQLITE_LOCKED ? ERR_BUSY
               : base == SQLITE_CONSTRAINT ? ERR_CONFLICT
               : base == SQLITE_NOMEM ? ERR_NOMEM
               : base == SQLITE_CORRUPT || base == SQLITE_NOTADB ? ERR_CORRUPT
               : ERR_IO;
    const char *key = base == SQLITE_FULL ? "error.disk-full" : "error.database";
    return FAIL(c, e, key, "sqlite %d: %s", rc, db->lite ? sqlite3_errmsg(db->lite) : "-");
}

enum err lite_prepare(struct ctx *c, struct db *db, const char *sql, struct stmt **out)
{
    struct stmt st = { 0 };
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(db->lite, sql, -1, SQLITE_PREPARE_PERSISTENT, &st.lite, &tail);
    if (rc != SQLITE_OK)
        return lite_fail(c, db, rc);
    st.params = sqlite3_bind_parameter_count(st.lite);
    bool ok = st.lite && tail && !*tail && st.params <= MAX_ARGS;
    for (int i = 0; ok && i < st.params; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "$%d", i + 1);
        st.bind[i] = sqlite3_bind_parameter_index(st.lite, name);
        ok = st.bind[i] > 0;
    }
    struct stmt *s = ok ? stmt_keep(db, sql, st) : NULL;
    if (!s) {
        (void)sqlite3_finalize(st.lite);
        return FAIL(c, ok ? ERR_NOMEM : ERR_BUG, "error.internal",
                    "one statement with $1..$n expected");
    }
    *out = s;
    return ERR_OK;
}

static int bind(struct stmt *s, const struct db_arg *a, int i, sqlite3_destructor_type keep)
{
    int at = s->bind[i];
    switch (a->kind) {
    case DB_INT:
        return sqlite3_bind_int64(s->lite, at, a->i);
    case DB_TEXT:
        return sqlite3_bind_text64(s->lite, at, a->s.p ? a->s.p : "", a->s.n, keep, SQLITE_UTF8);
    case DB_BYTES:
        return sqlite3_bind_blob64(s->lite, at, a->s.p ? a->s.p : "", a->s.n, keep);
    case DB_NULL:
        break;
    }
    return sqlite3_bind_null(s->lite, at);
}

static void release(struct db *db, struct stmt *s)
{
    (void)sqlite3_reset(s->lite);
    (void)sqlite3_clear_bindings(s->lite);
    s->busy = false;
    if (s->once)
        stmt_free(db, s);
}

/* Text may not hold NUL: PostgreSQL cannot keep it. */
static bool has_nul(const struct db_arg *a)
{
    return a->kind == DB_TEXT && a->s.n && memchr(a->s.p, 0, a->s.n);
}

static enum err lite_ready(struct ctx *c, struct db *db, const char *sql, const struct db_arg *a,
                           size_t n, sqlite3_destructor_type keep, struct stmt **out)
{
    struct stmt *s = stmt_find(db, sql);
    int rc = SQLITE_OK;
    if (!s)
        TRY(lite_prepare(c, db, sql, &s));
    s->busy = true;
    enum err e = ERR_OK;
    if ((size_t)s->params != n)
        e = FAIL(c, ERR_BUG, "error.internal", "%zu arguments, want %d: %.80s", n, s->params, sql);
    for (size_t i = 0; !e && rc == SQLITE_OK && i < n; i++) {
        if (has_nul(&a[i]))
            e = FAIL(c, ERR_INPUT, "error.nul-byte", "NUL in text");
        else
            rc = bind(s, &a[i], (int)i, keep);
    }
    if (!e && rc != SQLITE_OK)
        e = lite_fail(c, db, rc);
    if (e) {
        release(db, s);
        return e;
    }
    *out = s;
    return ERR_OK;
}

enum err lite_exec(struct ctx *c, struct db *db, const char *sql, const struct db_arg *a, size_t n)
{
    struct stmt *s = NULL;
    enum err e = ERR_OK;
    int rc;
    TRY(lite_ready(c, db, sql, a, n, SQLITE_STATIC, &s));
    while ((rc = sqlite3_step(s->lite)) == SQLITE_ROW)
        ;
    if (rc != SQLITE_DONE)
        e = lite_fail(c, db, rc);
    else
        db->changed = sqlite3_changes64(db->lite);
    release(db, s);
    return e;
}

enum err lite_query(struct ctx *c, struct db *db, struct rows *r, const char *sql,
                    const struct db_arg *a, size_t n)
{
    struct stmt *s = NULL;
    TRY(lite_ready(c, db, sql, a, n, SQLITE_TRANSIENT, &s));
    r->impl = s;
    return ERR_OK;
}

bool lite_next(struct rows *r)
{
    int rc = sqlite3_step(((struct stmt *)r->impl)->lite);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        r->err = lite_fail(r->c, r->db, rc);
    return false;
}

void lite_close(struct rows *r)
{
    release(r->db, r->impl);
}

enum err lite_script(struct ctx *c, struct db *db, const char *sql)
{
    int rc = sqlite3_exec(db->lite, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : lite_fail(c, db, rc);
}

enum err lite_log_work(struct ctx *c, struct db *db)
{
    int rc = sqlite3_wal_checkpoint_v2(db->lite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return rc == SQLITE_OK || rc == SQLITE_BUSY ? ERR_OK : lite_fail(c, db, rc);
}

enum err lite_log_empty(struct ctx *c, struct db *db)
{
    int rc = sqlite3_wal_checkpoint_v2(db->lite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : lite_fail(c, db, rc);
}

/* A log is given up only by the one connection there is.  It must not wait for others. */
bool lite_alone(struct db *db)
{
    sqlite3_stmt *st = NULL;
    stmt_drop_all(db);
    (void)sqlite3_busy_timeout(db->lite, 0);
    bool ok = sqlite3_prepare_v2(db->lite, "PRAGMA journal_mode=DELETE", -1, &st, NULL) == SQLITE_OK &&
              sqlite3_step(st) == SQLITE_ROW && !strcmp((const char *)sqlite3_column_text(st, 0), "delete");
    (void)sqlite3_finalize(st);
    (void)sqlite3_busy_timeout(db->lite, 10000);
    return ok;
}

enum err lite_copy(struct ctx *c, struct db *to, struct db *from)
{
    sqlite3_backup *b = sqlite3_backup_init(to->lite, "main", from->lite, "main");
    if (!b)
        return lite_fail(c, to, sqlite3_errcode(to->lite));
    int rc = sqlite3_backup_step(b, -1), end = sqlite3_backup_finish(b);
    if (rc != SQLITE_DONE || end != SQLITE_OK)
        return lite_fail(c, to, rc != SQLITE_DONE ? rc : end);
    return ERR_OK;
}

/* After each commit.  Past the most, it is done here after all. */
static int log_grown(void *p, sqlite3 *lite, const char *name, int pages)
{
    struct db *db = p;
    db->log_pages = pages;
    if (pages > db->log_most)
        (void)sqlite3_wal_checkpoint_v2(lite, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

void lite_log_aside(struct db *db)
{
    (void)sqlite3_wal_hook(db->lite, log_grown, db);
}

/* Readable by this user only, from the first byte (SQLite gives its side files
 * the same mode).  A file that exists is never opened here: closing it would drop
 * every POSIX lock that SQLite holds on it for this process, and another process
 * that then reads the file and ends would take itself for the last and delete
 * the WAL under us (sqlite.org/howtocorrupt.html, 2.2). */
static enum err make_private(struct ctx *c, const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return ERR_OK;
    if (fd < 0)
        return FAIL(c, ERR_IO, "error.database", "open %s: errno %d", path, errno);
    (void)close(fd);
    return ERR_OK;
}

/* Once per process: no counting of memory behind one global lock. */
static pthread_once_t configured = PTHREAD_ONCE_INIT;
static void configure(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_initialize() == SQLITE_OK)
        lite_wal_register();
}

enum err lite_open(struct ctx *c, struct db *db, struct str path, const char *vfs)
{
    const char *z = arena_z(&c->mem, path);
    if (!z)
        return FAIL(c, ERR_INPUT, "db.url", "path");
    (void)pthread_once(&configured, configure);
    if (strcmp(z, ":memory:") != 0)
        TRY(make_private(c, z));
    int rc = sqlite3_open_v2(z, &db->lite,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, vfs);
    if (rc != SQLITE_OK)
        return lite_fail(c, db, rc);
    (void)sqlite3_extended_result_codes(db->lite, 1);
    (void)sqlite3_busy_timeout(db->lite, 10000);
    TRY(lite_script(c, db, "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;"
                           "PRAGMA trusted_schema=OFF; PRAGMA secure_delete=ON; PRAGMA cache_size=-2000"));
    return lite_script(c, db, db->durable ? "PRAGMA synchronous=FULL"
                                          : "PRAGMA synchronous=NORMAL");
}
