#include "db/db_impl.h"

#include <stdio.h>
#include <stdlib.h>

/* Type numbers of PostgreSQL's catalogue (pg_type.dat); they never change. */
enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_NUMERIC = 1700 };

static enum err pg_fail(struct ctx *c, struct db *db, PGresult *res)
{
    const char *st = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
    bool gone = PQstatus(db->pg) != CONNECTION_OK;
    enum err e = gone ? ERR_BUSY
               : !st ? ERR_IO
               : !strcmp(st, "40001") || !strcmp(st, "40P01") || !strcmp(st, "55P03") ? ERR_BUSY
               : !strncmp(st, "57P", 3) ? ERR_BUSY                  /* server is going away */
               : !strncmp(st, "23", 2) ? ERR_CONFLICT
               : !strncmp(st, "22", 2) ? ERR_INPUT
               : !strncmp(st, "XX00", 4) ? ERR_CORRUPT
               : ERR_IO;
    const char *key = gone ? "error.database-gone"
                    : st && !strcmp(st, "53100") ? "error.disk-full" : "error.database";
    const char *why = res ? PQresultErrorMessage(res) : NULL;
    e = FAIL(c, e, key, "postgres %s: %.160s", st ? st : "-",
             why && *why ? why : PQerrorMessage(db->pg));
    PQclear(res);
    return e;
}

static bool done_ok(const PGresult *res)
{
    ExecStatusType s = PQresultStatus(res);
    return s == PGRES_COMMAND_OK || s == PGRES_TUPLES_OK;
}

static enum err session(struct ctx *c, struct db *db)
{
    TRY(pg_script(c, db, "SET client_min_messages = warning; SET client_encoding = 'UTF8'"));
    return db->durable ? ERR_OK : pg_script(c, db, "SET synchronous_commit = off");
}

/* A lost connection is made again, but never in the middle of a transaction. */
static enum err alive(struct ctx *c, struct db *db)
{
    if (PQstatus(db->pg) == CONNECTION_OK)
        return ERR_OK;
    if (db->in_tx)
        return FAIL(c, ERR_BUSY, "error.database-gone", "connection lost in a transaction");
    stmt_drop_all(db);
    PQreset(db->pg);
    if (PQstatus(db->pg) != CONNECTION_OK)
        return FAIL(c, ERR_BUSY, "error.database-gone", "%.160s", PQerrorMessage(db->pg));
    return session(c, db);
}

enum err pg_script(struct ctx *c, struct db *db, const char *sql)
{
    if (PQstatus(db->pg) != CONNECTION_OK)
        TRY(alive(c, db));
    PGresult *res = PQexec(db->pg, sql);
    if (!done_ok(res))
        return pg_fail(c, db, res);
    PQclear(res);
    return ERR_OK;
}

/* Did it fail only because the line was cut before anything had begun?  Then
 * the same may be asked again on a new line. */
static bool cut_before(struct ctx *c, struct db *db, enum err e)
{
    if (e != ERR_BUSY || db->in_tx || PQstatus(db->pg) == CONNECTION_OK)
        return false;
    c->fault = (struct fault){ 0 };
    return true;
}

enum err pg_begin(struct ctx *c, struct db *db, const char *sql)
{
    bool clean = c->fault.code == ERR_OK;
    enum err e = pg_script(c, db, sql);
    return clean && cut_before(c, db, e) ? pg_script(c, db, sql) : e;
}

enum err pg_prepare(struct ctx *c, struct db *db, const char *sql, struct stmt **out)
{
    struct stmt st = { .number = ++db->next_number };
    char name[24];
    (void)snprintf(name, sizeof name, "s%u", st.number);
    PGresult *res = PQprepare(db->pg, name, sql, 0, NULL);
    if (!done_ok(res))
        return pg_fail(c, db, res);
    PQclear(res);
    struct stmt *s = stmt_keep(db, sql, st);
    if (!s)
        return FAIL(c, ERR_NOMEM, "error.too-big", "statement");
    *out = s;
    return ERR_OK;
}

struct pg_args { const char *val[MAX_ARGS]; int len[MAX_ARGS], fmt[MAX_ARGS]; };

static enum err one_arg(struct ctx *c, const struct db_arg *a, struct pg_args *p, size_t i)
{
    if (a->kind == DB_INT) {
        char t[24];
        int n = snprintf(t, sizeof t, "%lld", (long long)a->i);
        p->val[i] = arena_dup(&c->mem, (struct str){ t, (size_t)n }).p;
    } else if (a->kind == DB_TEXT) {
        if (a->s.n && memchr(a->s.p, 0, a->s.n))
            return FAIL(c, ERR_INPUT, "error.nul-byte", "NUL in text");
        p->val[i] = arena_dup(&c->mem, a->s).p;
    } else if (a->kind == DB_BYTES) {
        if (a->s.n > INT32_MAX)
            return FAIL(c, ERR_INPUT, "error.too-big", "bytes argument");
        p->val[i] = a->s.p ? a->s.p : "";
        p->len[i] = (int)a->s.n;
        p->fmt[i] = 1;
    }
    return ERR_OK;
}

/* Results come in binary: bytes as they are, integers big-endian. */
static enum err pg_run(struct ctx *c, struct db *db, const char *sql,
                       const struct db_arg *a, size_t n, PGresult **out)
{
    struct pg_args p = { 0 };
    char name[24];

    if (n > MAX_ARGS)
        return FAIL(c, ERR_BUG, "error.internal", "too many arguments");
    for (size_t i = 0; i < n; i++)
        TRY(one_arg(c, &a[i], &p, i));
    TRY(ctx_check(c));
    TRY(alive(c, db));
    struct stmt *s = stmt_find(db, sql);
    if (!s)
        TRY(pg_prepare(c, db, sql, &s));
    if (!s)
        return FAIL(c, ERR_BUG, "error.internal", "no statement");
    (void)snprintf(name, sizeof name, "s%u", s->number);
    PGresult *res = PQexecPrepared(db->pg, name, (int)n, p.val, p.len, p.fmt, 1);
    if (s->once)
        stmt_free(db, s);
    if (!done_ok(res))
        return pg_fail(c, db, res);
    *out = res;
    return ERR_OK;
}

enum err pg_exec(struct ctx *c, struct db *db, const char *sql, const struct db_arg *a, size_t n)
{
    PGresult *res = NULL;
    TRY(pg_run(c, db, sql, a, n, &res));
    db->changed = strtoll(PQcmdTuples(res), NULL, 10);
    PQclear(res);
    return ERR_OK;
}

enum err pg_query(struct ctx *c, struct db *db, struct rows *r, const char *sql,
                  const struct db_arg *a, size_t n)
{
    PGresult *res = NULL;
    bool clean = c->fault.code == ERR_OK;
    enum err e = pg_run(c, db, sql, a, n, &res);
    if (clean && cut_before(c, db, e))
        e = pg_run(c, db, sql, a, n, &res);
    r->impl = res;
    return e;
}

/* Two's complement, big-endian, of 1, 2, 4 or 8 bytes. */
static int64_t be_int(const unsigned char *p, int n)
{
    uint64_t v = n > 0 && p[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

/* sum() of integers is numeric: base-10000 digits with a weight. */
static bool numeric_i64(const unsigned char *p, int n, int64_t *out)
{
    if (n < 8)
        return false;
    int64_t digits = be_int(p, 2), weight = be_int(p + 2, 2), sign = be_int(p + 4, 2), v = 0;
    if (n < 8 + 2 * digits || digits > weight + 1 || (sign != 0 && sign != 0x4000))
        return false;
    for (int64_t i = 0; i <= weight; i++) {
        int64_t d = i < digits ? be_int(p + 8 + 2 * i, 2) : 0;
        if (__builtin_mul_overflow(v, 10000, &v) || __builtin_add_overflow(v, d, &v))
            return false;
    }
    *out = sign ? -v : v;
    return true;
}

bool pg_i64(struct rows *r, int col, int64_t *out)
{
    const unsigned char *p = (const unsigned char *)PQgetvalue(r->impl, r->row, col);
    int n = PQgetlength(r->impl, r->row, col);
    if (PQgetisnull(r->impl, r->row, col)) {
        *out = 0;
        return true;
    }
    switch (PQftype(r->impl, col)) {
    case OID_BOOL:
        *out = p[0] != 0;
        return true;
    case OID_INT2: case OID_INT4: case OID_INT8:
        *out = be_int(p, n);
        return true;
    case OID_NUMERIC:
        return numeric_i64(p, n, out);
    default:
        return str_to_i64((struct str){ (const char *)p, (size_t)n }, out);
    }
}

enum err pg_open(struct ctx *c, struct db *db, struct str conninfo)
{
    const char *z = arena_z(&c->mem, conninfo);
    if (!z)
        return FAIL(c, ERR_INPUT, "db.url", "connection text");
    db->pg = PQconnectdb(z);
    if (!db->pg || PQstatus(db->pg) != CONNECTION_OK)
        return FAIL(c, ERR_IO, "error.database-gone", "%.160s",
                    db->pg ? PQerrorMessage(db->pg) : "-");
    return session(c, db);
}
