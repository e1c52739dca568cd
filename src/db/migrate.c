/* migrate.c - tables that hold what cannot be made again change only by
 * numbered steps: forward, one transaction each, never edited once released.
 * The text of each applied step is remembered by its id and checked. */
#include "db/db.h"

/* FNV-1a: an id, not a signature. */
uint64_t db_text_id(const char *text, uint64_t from)
{
    uint64_t h = from ? from : 0xcbf29ce484222325u;
    for (const char *p = text; p && *p; p++)
        h = (h ^ (unsigned char)*p) * 0x100000001b3u;
    return h;
}

static int64_t step_id(const struct db_step *s)
{
    uint64_t h = db_text_id(s->both ? s->both : "-", 0);
    h = db_text_id(s->sqlite ? s->sqlite : "-", h);
    return (int64_t)(db_text_id(s->pg ? s->pg : "-", h) >> 1);
}

static enum err applied(struct ctx *c, struct db *db, int64_t n, int64_t *id)
{
    AUTO_ROWS r = { 0 };
    *id = -1;
    TRY(db_query_on(c, db, &r, "SELECT text_id FROM schema_step WHERE n = $1", ARGS(INT(n))));
    if (rows_next(&r))
        *id = row_i64(&r, 0);
    return rows_end(&r);
}

static enum err newest(struct ctx *c, struct db *db, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    *n = 0;
    TRY(db_query_on(c, db, &r, "SELECT coalesce(max(n), 0) FROM schema_step", NO_ARGS));
    if (rows_next(&r))
        *n = row_i64(&r, 0);
    return rows_end(&r);
}

static enum err apply_locked(struct ctx *c, struct db *db, const struct db_step *s)
{
    if (s->both)
        TRY(db_script(c, db, s->both));
    const char *own = db_is_pg(db) ? s->pg : s->sqlite;
    if (own)
        TRY(db_script(c, db, own));
    return db_exec_on(c, db, "INSERT INTO schema_step (n, what, text_id) VALUES ($1, $2, $3)",
                      ARGS(INT(s->n), TEXT(str_c(s->what)), INT(step_id(s))));
}

static enum err apply(struct ctx *c, struct db *db, const struct db_step *s)
{
    TRY(db_begin_write(c, db));
    enum err e = apply_locked(c, db, s);
    if (e) {
        db_rollback(c, db);
        return e;
    }
    return db_commit(c, db);
}

enum err db_migrate(struct ctx *c, struct db *db, const struct db_step *steps, size_t n)
{
    int64_t have, id;
    TRY(db_script(c, db, "CREATE TABLE IF NOT EXISTS schema_step (n BIGINT PRIMARY KEY,"
                         " what TEXT NOT NULL, text_id BIGINT NOT NULL)"));
    TRY(newest(c, db, &have));
    if (n && have > steps[n - 1].n)
        return FAIL(c, ERR_INPUT, "db.newer", "schema %lld is newer than this program",
                    (long long)have);
    for (size_t i = 0; i < n; i++) {
        TRY(applied(c, db, steps[i].n, &id));
        if (id < 0)
            TRY(apply(c, db, &steps[i]));
        else if (id != step_id(&steps[i]))
            return FAIL(c, ERR_CORRUPT, "db.step-edited", "schema step %lld was edited",
                        (long long)steps[i].n);
    }
    return ERR_OK;
}
