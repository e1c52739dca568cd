/* db.h - one small SQL interface over SQLite and PostgreSQL.
 *
 * SQL is a string literal with $1..$n; values travel only as arguments.  The
 * text must run unchanged on both engines; the few differences live in
 * migrations and inside this room.  A `struct db` belongs to one thread at a
 * time; it keeps its prepared statements.
 */
#ifndef DB_H
#define DB_H

#include "base/base.h"

enum db_kind { DB_NULL, DB_INT, DB_TEXT, DB_BYTES };
struct db_arg {
    enum db_kind kind;
    int64_t i;
    struct str s;
};
#define INT(v)   { .kind = DB_INT, .i = (v) }
#define TEXT(v)  { .kind = DB_TEXT, .s = (v) }
#define BYTES(v) { .kind = DB_BYTES, .s = (v) }
#define SQLNULL  { .kind = DB_NULL }

/* ARGS(INT(id), TEXT(name)) -> "array, count" for the calls below. */
#define ARGS(...) \
    (const struct db_arg[]){ __VA_ARGS__ }, \
    COUNT_OF(((const struct db_arg[]){ __VA_ARGS__ }))
#define NO_ARGS NULL, (size_t)0

struct rows {              /* a cursor; use the AUTO_ROWS macro */
    struct ctx *c;
    struct db *db;
    void *impl;
    int row;
    enum err err;          /* sticky: reported by rows_end() */
};
#define AUTO_ROWS __attribute__((cleanup(rows_close))) struct rows

/* On c->db.  Literals only: the text is the key of the statement cache. */
#define db_exec(c, sql, ...)        db_exec_((c), (c)->db, DB_SQL(sql), __VA_ARGS__)
#define db_query(c, r, sql, ...)    db_query_((c), (c)->db, (r), DB_SQL(sql), __VA_ARGS__)
/* On a connection that is not the request's (the ledger's own file). */
#define db_exec_on(c, db, sql, ...)     db_exec_((c), (db), DB_SQL(sql), __VA_ARGS__)
#define db_query_on(c, db, r, sql, ...) db_query_((c), (db), (r), DB_SQL(sql), __VA_ARGS__)

/* Every literal also leaves a row in the linker section db_sql, so that a test
 * can prepare all SQL of the whole program on both engines: db_sql_each(). */
struct db_literal { const char *sql, *file; int64_t line; }
    __attribute__((aligned(32)));      /* one stride, whatever the compiler would add */
#define DB_SQL(text) __extension__ ({ \
    static const struct db_literal db_literal_ \
        __attribute__((used, section("db_sql"))) = { "" text "", __FILE__, __LINE__ }; \
    db_literal_.sql; })
/* The i-th literal linked in, or NULL. */
const struct db_literal *db_sql_each(size_t i);
/* Prepare without running: is this text good on this engine? */
enum err db_prepare(struct ctx *c, struct db *db, const char *sql) MUST_CHECK;

enum err db_exec_(struct ctx *c, struct db *db, const char *sql,
                  const struct db_arg *args, size_t nargs) MUST_CHECK;
enum err db_query_(struct ctx *c, struct db *db, struct rows *r, const char *sql,
                   const struct db_arg *args, size_t nargs) MUST_CHECK;
bool rows_next(struct rows *r);                 /* false: end, or error */
int64_t row_i64(struct rows *r, int col);       /* NULL reads as 0 */
bool row_null(struct rows *r, int col);
struct str row_str(struct rows *r, int col);    /* text or bytes, copied into c->mem */
struct str row_peek(struct rows *r, int col);   /* borrowed until the next row */
int rows_columns(const struct rows *r);         /* how many columns a row has */
enum err rows_end(struct rows *r) MUST_CHECK;   /* did we see every row? */
void rows_close(struct rows *r);

int64_t db_changed(const struct db *db);        /* rows the last exec touched */
enum err db_begin_read(struct ctx *c, struct db *db) MUST_CHECK;   /* one snapshot */
enum err db_begin_write(struct ctx *c, struct db *db) MUST_CHECK;
/* SQLite only, nothing on PostgreSQL: between these the reads of one request
 * share one lock and one snapshot instead of taking a lock each.  It is no
 * transaction to callers: db_begin_* and whoever must see what was just written
 * let go first. */
void db_hold(struct db *db);
void db_let_go(struct db *db);
int64_t db_held(const struct db *db);           /* the number of the hold; 0: none */
/* SQLite: read pages in place, up to so many bytes of the file.  They are the
 * file's pages and no memory of ours. */
void db_map(struct db *db, int64_t bytes);
enum err db_commit(struct ctx *c, struct db *db) MUST_CHECK;   /* refuses a failed context */
void db_rollback(struct ctx *c, struct db *db);
bool db_in_transaction(const struct db *db);
/* A mark on a worker's connection: false when it is set already. */
bool db_claim(struct db *db);
void db_release(struct db *db);

/* url: "sqlite:PATH" or "postgres:CONNINFO" ("sqlite-plain:PATH": without our way
 * of writing its log, for comparisons).  durable: SQLite synchronous=FULL
 * (the ledger), else NORMAL (tables, which can be made again). */
enum err db_open(struct ctx *c, struct str url, bool durable, struct db **out) MUST_CHECK;
/* How much this connection may keep in memory, and how many pages its log may
 * hold before it is worked in (SQLite; no effect on PostgreSQL). */
enum err db_room(struct ctx *c, struct db *db, int64_t cache_kib, int64_t log_pages) MUST_CHECK;
/* This connection leaves its log to somebody else, up to so many pages (SQLite). */
void db_log_aside(struct db *db, int64_t most);
int64_t db_log_pages(const struct db *db);      /* in the log after its last commit */
/* Work into the file what no reader still needs in the log; waits for nobody. */
enum err db_log_work(struct ctx *c, struct db *db) MUST_CHECK;
/* All of it, and the log is cut to nothing.  ERR_BUSY: somebody works it in, or reads. */
enum err db_log_empty(struct ctx *c, struct db *db) MUST_CHECK;
/* A file that is being made from nothing and is worthless until it is whole
 * (SQLite, before the first transaction): no log, no waiting for the disk, nobody
 * else at it.  A failure leaves it unusable; its maker deletes it. */
enum err db_raw(struct ctx *c, struct db *db, int64_t cache_kib) MUST_CHECK;
/* All that `from` holds takes the place of what `to` held, in one transaction of
 * `to`; its readers see the one or the other (SQLite). */
enum err db_copy(struct ctx *c, struct db *to, struct db *from) MUST_CHECK;
/* True when no other connection has this file open; then it has no log any more,
 * and the connection is good for nothing but to be closed (SQLite). */
bool db_alone(struct db *db);
/* From now on statements that write to other tables than these do nothing; NULL: all write. */
void db_only(struct db *db, const char *const *tables, size_t n);
void db_close(struct db *db);                   /* safe on NULL */
bool db_is_pg(const struct db *db);

enum err db_script(struct ctx *c, struct db *db, const char *sql) MUST_CHECK; /* schema only */

/* Numbered steps, forward only, each hash-checked once applied. */
struct db_step { int64_t n; const char *what, *both, *sqlite, *pg; };
enum err db_migrate(struct ctx *c, struct db *db, const struct db_step *steps, size_t n) MUST_CHECK;

/* An id of a schema's text: tells whether tables are older than the program. */
uint64_t db_text_id(const char *text, uint64_t from);

/* ---- what was read, and what has changed (SQLite) -----------------------------------------
 *
 * Both sides speak of places in a table of DB_PLACES numbers; db_reads.c says which.
 * A result can be another only if a place it was read from was touched since. */
enum { DB_PLACES = 1 << 19, DB_READS_MAX = 384 };
static const uint32_t DB_PLACE_ALL = UINT32_MAX;      /* touched: everything */
struct db_reads { bool all; size_t n; uint32_t place[DB_READS_MAX]; };     /* all: more than can be said */
/* From now on the queries of this connection are noted in *r; NULL: no more. */
void db_note(struct db *db, struct db_reads *r);
/* touch() is called for every place a row of this connection's changes touches,
 * before the commit.  It must not use the connection.  False: not on this engine. */
typedef void db_touch(void *arg, uint32_t place);
bool db_tell(struct db *db, db_touch *touch, void *arg);
/* While only tables are written whose changes nobody is told of (change_*). */
void db_hush(struct db *db, bool hush);

/* Tests: let n-1 statements through and fail the nth.  0 = off. */
void db_fail_nth(struct db *db, long n);
long db_fail_left(const struct db *db);     /* > 0: it did not come to that */

#endif
