/* db_impl.h - inside db/: one connection, and what each engine must do. */
#ifndef DB_IMPL_H
#define DB_IMPL_H

#include "db/db.h"

#include <libpq-fe.h>
#define SQLITE_ENABLE_PREUPDATE_HOOK 1     /* Debian's library has it */
#include <sqlite3.h>

enum { MAX_ARGS = 64, STMT_MAX = 192 };

/* One prepared statement.  Found by the address of its literal, checked by
 * its text; `busy` while a cursor walks it. */
struct stmt {
    const char *sql;
    char *text;
    sqlite3_stmt *lite;
    int params, bind[MAX_ARGS];    /* SQLite: place of $1, $2, … */
    int64_t used;                  /* for giving up the one longest unused */
    unsigned number;               /* PostgreSQL: its name */
    bool busy, once;
    struct stmt_reads *reads;      /* what it reads; made when first wanted */
};

struct db {
    sqlite3 *lite;
    PGconn *pg;
    bool in_tx, held, durable, claimed;
    int64_t changed, clock, holds, log_pages, log_most;
    const char *const *only;       /* tables that may be written to; NULL: all */
    size_t only_n;
    struct db_reads *reads;        /* queries are noted there */
    db_touch *touch;
    void *touch_arg;
    long fail_in;                  /* tests: statements left before a failure */
    unsigned next_number;
    size_t n;
    struct stmt *slot[STMT_MAX];
};

enum err db_test_fault(struct ctx *c, struct db *db) MUST_CHECK;
/* A free statement for `sql`: from the cache, or NULL with *evict the slot to fill. */
struct stmt *stmt_find(struct db *db, const char *sql);
/* Put `st` in the cache (or mark it as used once) and own its text. */
struct stmt *stmt_keep(struct db *db, const char *sql, struct stmt st);
void stmt_free(struct db *db, struct stmt *s);
void stmt_drop_all(struct db *db);

/* A query that was begun, into db->reads. */
void reads_note(struct db *db, struct stmt *st, const struct db_arg *a, size_t n);

/* The VFS "amparo": the system's, with logs written in large pieces (lite_wal.c). */
void lite_wal_register(void);
enum err lite_open(struct ctx *c, struct db *db, struct str path, const char *vfs) MUST_CHECK;
enum err lite_exec(struct ctx *c, struct db *db, const char *sql, const struct db_arg *a, size_t n) MUST_CHECK;
enum err lite_query(struct ctx *c, struct db *db, struct rows *r, const char *sql,
                    const struct db_arg *a, size_t n) MUST_CHECK;
enum err lite_script(struct ctx *c, struct db *db, const char *sql) MUST_CHECK;
enum err lite_prepare(struct ctx *c, struct db *db, const char *sql, struct stmt **out) MUST_CHECK;
enum err lite_log_work(struct ctx *c, struct db *db) MUST_CHECK;
enum err lite_log_empty(struct ctx *c, struct db *db) MUST_CHECK;
void lite_log_aside(struct db *db);
bool lite_alone(struct db *db);
enum err lite_copy(struct ctx *c, struct db *to, struct db *from) MUST_CHECK;
bool lite_next(struct rows *r);
void lite_close(struct rows *r);

enum err pg_open(struct ctx *c, struct db *db, struct str conninfo) MUST_CHECK;
enum err pg_exec(struct ctx *c, struct db *db, const char *sql, const struct db_arg *a, size_t n) MUST_CHECK;
enum err pg_query(struct ctx *c, struct db *db, struct rows *r, const char *sql,
                  const struct db_arg *a, size_t n) MUST_CHECK;
enum err pg_begin(struct ctx *c, struct db *db, const char *sql) MUST_CHECK;
enum err pg_script(struct ctx *c, struct db *db, const char *sql) MUST_CHECK;
enum err pg_prepare(struct ctx *c, struct db *db, const char *sql, struct stmt **out) MUST_CHECK;
bool pg_i64(struct rows *r, int col, int64_t *out);

#endif
