/* remake.c - the derived tables made again: all of them from the ledger, or only
 * those whose text has changed from the rows of `record`.
 *
 * A file of SQLite is made beside the tables, without a log, its indexes after its
 * rows; then it takes their place.  What died half way is a file that the next
 * start throws away.  PostgreSQL does the same inside one transaction.
 */
#include "ledger/ledger_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- how far it is --------------------------------------------------------------------- */

void remaking_set(struct ledger *l, int64_t done, int64_t of, int from, int to)
{
    struct remaking *r = l->cfg.remaking;
    if (r && of > 0)
        __atomic_store_n(&r->thousandths, from + done * (to - from) / of, __ATOMIC_RELAXED);
}

static void remaking_begin(struct ledger *l)
{
    struct remaking *r = l->cfg.remaking;
    if (!r)
        return;
    __atomic_store_n(&r->thousandths, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&r->begun_us, clock_mono_us(), __ATOMIC_RELEASE);
}

static void remaking_end(struct ledger *l)
{
    if (l->cfg.remaking)
        __atomic_store_n(&l->cfg.remaking->begun_us, 0, __ATOMIC_RELEASE);
}

/* ---- one place beside the tables: a file, or a schema --------------------------------------- */

static const char *path_and(struct ctx *c, const char *path, const char *more)
{
    return str_join(&c->mem, str_c(path), str_c(more), (struct str){ "", 1 }).p;
}

static void aside_unlink(struct ctx *c, const char *path)
{
    static const char *const more[] = { "", "-wal", "-shm", "-journal" };
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        const char *z = path_and(c, path, more[i]);
        if (z)
            (void)unlink(z);
    }
}

static struct str aside_url(struct ctx *c, const struct ledger *l, const char *name)
{
    struct str url = str_join(&c->mem, l->cfg.tables_url, STR("."), str_c(name), (struct str){ "", 1 });
    return str_sub(url, 0, url.n ? url.n - 1 : 0);
}

/* A verify or rebuild that was killed leaves a copy of the tables, which no erasure
 * reaches.  Somebody who is at it just now has its file open, and keeps that. */
void asides_left(struct ctx *c, struct ledger *l)
{
    static const char *const names[] = { "making", "verify" };
    for (size_t i = 0; i < COUNT_OF(names) && str_starts(l->cfg.tables_url, STR("sqlite:")); i++) {
        struct str url = aside_url(c, l, names[i]);
        if (url.n)
            aside_unlink(c, url.p + strlen("sqlite:"));
    }
}

static enum err aside_file(struct ctx *c, struct ledger *l, const char *name, struct aside *out)
{
    struct str url = aside_url(c, l, name);
    TRY(ctx_check(c));
    out->path = url.p + strlen("sqlite:");
    aside_unlink(c, out->path);
    TRY(db_open(c, url, false, &out->db));
    return db_raw(c, out->db, TABLES_CACHE_KIB);
}

/* *out only on success: who closes it drops the schema it stands in. */
static enum err aside_schema(struct ctx *c, struct ledger *l, struct aside *out)
{
    struct db *db = NULL;
    TRY(db_open(c, l->cfg.tables_url, false, &db));
    enum err e = db_script(c, db,
        "DO $$ BEGIN EXECUTE 'DROP SCHEMA IF EXISTS \"' || current_schema() || '_verify\" CASCADE';"
        " EXECUTE 'CREATE SCHEMA \"' || current_schema() || '_verify\"';"
        " PERFORM set_config('search_path', '\"' || current_schema() || '_verify\", \"' || current_schema() || '\"', false);"
        " END $$");
    if (e)
        db_close(db);
    else
        out->db = db;
    return e;
}

void aside_drop(struct ctx *c, struct aside *a)
{
    if (a->db && db_is_pg(a->db)) {
        db_rollback(c, a->db);
        if (db_script(c, a->db, "DO $$ BEGIN IF current_schema() LIKE '%!_verify' ESCAPE '!' THEN"
                                " EXECUTE 'DROP SCHEMA \"' || current_schema() || '\" CASCADE'; END IF; END $$"))
            log_line(LOG_WARN, "verify: its schema could not be dropped");
    }
    db_close(a->db);
    if (a->path)
        aside_unlink(c, a->path);
    *a = (struct aside){ 0 };
}

static enum err fold_all_of_it(struct fold *f)
{
    int64_t upto = f->upto;
    TRY(tables_create_bare(f->c, f->l));
    if (upto)
        TRY(refold(f, &upto));
    TRY(tables_index(f->c, f->l));
    TRY(folded_set(f->c, f->c->db, upto));
    return texts_set(f->c, f->l);
}

/* Again without a record its desk cannot take, and then from the beginning. */
enum err aside_make(struct ctx *c, struct ledger *l, const char *name, int64_t upto, struct aside *out)
{
    struct fold f = { .l = l, .upto = upto };
    enum err e;
    do {
        f.bad = false;
        c->fault = (struct fault){ 0 };
        *out = (struct aside){ 0 };
        e = db_is_pg(l->tables) ? aside_schema(c, l, out) : aside_file(c, l, name, out);
        if (!e)
            e = fold_attempt(c, &f, out->db, fold_all_of_it);
        if (e)
            aside_drop(c, out);
    } while (e && f.bad);
    return e;
}

/* ---- into their place ------------------------------------------------------------------------- */

/* As root (the command line) it is made root's: the server must open it, too. */
static void same_as_tables(int fd, const char *tables, const char *folder)
{
    struct stat now, as;
    bool there = stat(tables, &as) == 0;
    if (geteuid() != 0 || fstat(fd, &now) != 0 || (!there && stat(folder, &as) != 0))
        return;
    if (!S_ISREG(now.st_mode) || now.st_nlink != 1)      /* another name of some file of root's */
        return;
    mode_t mode = there ? as.st_mode & 0666 : 0600;
    if (((now.st_uid != as.st_uid || now.st_gid != as.st_gid) && fchown(fd, as.st_uid, as.st_gid) != 0) ||
        ((now.st_mode & 0777) != mode && fchmod(fd, mode) != 0))
        log_line(LOG_WARN, "a file beside the tables stays root's: errno %d", errno);
}

int tables_beside(struct ctx *c, struct str tables_url, const char *end)
{
    size_t at, lite = strlen("sqlite:");
    if (!str_starts(tables_url, STR("sqlite:")))
        return -1;
    struct str tables = str_sub(tables_url, lite, tables_url.n);
    for (at = tables.n; at && tables.p[at - 1] != '/'; at--)
        ;
    const char *folder = at ? arena_z(&c->mem, str_sub(tables, 0, at)) : ".", *z = arena_z(&c->mem, tables),
               *path = arena_z(&c->mem, str_join(&c->mem, tables, str_c(end)));
    int fd = path && z && folder ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (fd >= 0)
        same_as_tables(fd, z, folder);
    else
        log_line(LOG_WARN, "the file \"%s\" beside the tables cannot be had: errno %d", end, errno);
    return fd;
}

/* Who opens the tables, and who puts others in their place, one after another. */
int tables_lock(struct ctx *c, struct ledger *l)
{
    int fd = tables_beside(c, l->cfg.tables_url, "-lock");
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
        ;
    return fd;
}

void tables_unlock(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

static enum err on_disk(struct ctx *c, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        (void)close(fd);
    return rc == 0 ? ERR_OK : FAIL(c, ERR_IO, "error.file", "fsync %s: errno %d", path, errno);
}

/* As root (the command line) it is made root's: it must stay the server's. */
static enum err same_owner(struct ctx *c, const char *path, const char *as)
{
    struct stat now, was;
    if (stat(path, &now) != 0 || stat(as, &was) != 0)
        return FAIL(c, ERR_IO, "error.file", "stat %s: errno %d", path, errno);
    bool same = now.st_uid == was.st_uid && now.st_gid == was.st_gid;
    return same || chown(path, was.st_uid, was.st_gid) == 0 ? ERR_OK
         : FAIL(c, ERR_IO, "error.file", "chown %s: errno %d", path, errno);
}

/* Nobody else has the tables open, and while we hold their lock nobody can. */
static enum err aside_rename(struct ctx *c, struct ledger *l, struct aside *a)
{
    const char *to = path_and(c, l->cfg.tables_url.p + strlen("sqlite:"), "");
    TRY(ctx_check(c));
    db_close(a->db);
    a->db = NULL;
    TRY(same_owner(c, a->path, to));
    TRY(on_disk(c, a->path));
    db_close(l->tables);
    l->tables = NULL;
    if (rename(a->path, to) != 0)
        return FAIL(c, ERR_IO, "error.file", "rename to %s: errno %d", to, errno);
    a->path = NULL;
    TRY(dir_sync(c, to));
    return tables_open(c, l);
}

/* mine: this process has no connection to the tables but l->tables. */
static enum err aside_place(struct ctx *c, struct ledger *l, struct db *db, bool mine, struct aside *a)
{
    near_pass(l->near);
    if (mine && db_alone(l->tables))
        return aside_rename(c, l, a);
    return db_copy(c, db, a->db);
}

/* ---- all of them ---------------------------------------------------------------------------------- */

static enum err rebuild_locked(struct fold *f)
{
    TRY(tables_drop(f->c));
    return fold_all_of_it(f);
}

static enum err rebuild_beside(struct ctx *c, struct ledger *l, struct db *db, bool mine)
{
    struct aside a;
    TRY(aside_make(c, l, "making", INT64_MAX, &a));
    enum err e = aside_place(c, l, db, mine, &a);
    aside_drop(c, &a);
    return e;
}

/* On PostgreSQL in one transaction: nobody sees half of it. */
static enum err rebuild_inside(struct ctx *c, struct ledger *l, struct db *db)
{
    return fold_whole(c, l, db, INT64_MAX, rebuild_locked);
}

enum err tables_rebuild(struct ctx *c, struct ledger *l, struct db *db, bool mine)
{
    remaking_begin(l);
    enum err e = db_is_pg(db) ? rebuild_inside(c, l, db) : rebuild_beside(c, l, db, mine);
    remaking_end(l);
    return e;
}

enum err ledger_rebuild(struct ctx *c, struct ledger *l)
{
    struct db *db = NULL;
    int fd = tables_lock(c, l);
    enum err e = db_open(c, l->cfg.tables_url, false, &db);
    if (!e)
        e = db_room(c, db, TABLES_CACHE_KIB, TABLES_LOG_PAGES);
    if (!e)
        e = tables_rebuild(c, l, db, false);
    if (!e)                             /* what came while they were made */
        e = tables_catch_up(c, l, db);
    db_close(db);
    tables_unlock(fd);
    return e;
}

/* ---- only some: from the rows of `record`, which hold all that desks are given ------------------------ */

struct row { struct str id, dossier, kind, body; };
enum { ROWS_AT_ONCE = 500 };

static bool writes_some(const char *writes, const char *const *names, size_t n)
{
    struct str rest = str_c(writes ? writes : ""), one;
    if (!writes)
        return true;                    /* it does not say: perhaps it does */
    while (str_next(&rest, ' ', &one))
        for (size_t i = 0; i < n; i++)
            if (str_is(one, names[i]))
                return true;
    return false;
}

static bool kind_wanted(const struct ledger *l, struct str kind, const char *const *names, size_t n)
{
    for (size_t i = 0; i < l->cfg.projectors_n; i++)
        if (str_is(kind, l->cfg.projectors[i].kind) && writes_some(l->cfg.projectors[i].writes, names, n))
            return true;
    return false;
}

/* Up to ROWS_AT_ONCE records after the one named, by id. */
static enum err some_rows(struct fold *f, const struct row *after, struct row *out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(f->c, &r, "SELECT id, dossier, kind, body FROM record WHERE id > $1 OR (id = $1 AND"
                           " (dossier > $2 OR (dossier = $2 AND kind > $3))) ORDER BY id, dossier, kind LIMIT $4",
        ARGS(TEXT(after->id), TEXT(after->dossier), TEXT(after->kind), INT(ROWS_AT_ONCE))));
    for (*n = 0; *n < ROWS_AT_ONCE && rows_next(&r); ++*n)
        out[*n] = (struct row){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2),
            kind_wanted(f->l, row_peek(&r, 2), f->only, f->only_n) ? row_str(&r, 3) : (struct str){ 0 } };
    return rows_end(&r);
}

static enum err rows_project(struct fold *f, const struct row *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct dossier_key key;
        if (!row[i].body.n)
            continue;
        arena_reset(&f->g->mem);
        TRY(key_of_dossier(f->g, f->l, row[i].dossier, &key));
        TRY(fold_project(f, &key, row[i].kind, row[i].id, row[i].body));
    }
    return ERR_OK;
}

static enum err records_count(struct ctx *c, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT count(*) FROM record", NO_ARGS));
    *n = rows_next(&r) ? row_i64(&r, 0) : 0;
    return rows_end(&r);
}

/* One page of rows; *last moves on to its end, in memory of its own. */
struct cursor { struct row last; char room[3][NAME_BYTES]; };

static enum err project_page(struct fold *f, struct cursor *at, size_t *n)
{
    struct row *row = NEW_N(&f->c->mem, struct row, ROWS_AT_ONCE);
    TRY(ctx_check(f->c));
    TRY(some_rows(f, &at->last, row, n));
    TRY(rows_project(f, row, *n));
    if (!*n)
        return ERR_OK;
    const struct str part[] = { row[*n - 1].id, row[*n - 1].dossier, row[*n - 1].kind };
    struct str *to[] = { &at->last.id, &at->last.dossier, &at->last.kind };
    for (size_t i = 0; i < COUNT_OF(part); i++) {
        memcpy(at->room[i], part[i].p, part[i].n);
        *to[i] = (struct str){ at->room[i], part[i].n };
    }
    return ERR_OK;
}

static enum err project_again(struct fold *f)
{
    struct ctx page, *outer = f->c;
    struct cursor at = { .last = { .id = STR(""), .dossier = STR(""), .kind = STR("") } };
    int64_t all, done = 0;
    size_t n = ROWS_AT_ONCE;
    enum err e = records_count(f->c, &all);
    ctx_init(&page, 64u << 20);
    page.db = outer->db;
    page.node = outer->node;
    f->c = &page;
    while (!e && n == ROWS_AT_ONCE) {
        arena_reset(&page.mem);
        e = project_page(f, &at, &n);
        remaking_set(f->l, done += (int64_t)n, all, 0, REMAKE_ROWS);
    }
    f->c = outer;
    if (e && !outer->fault.code)
        outer->fault = page.fault.code ? page.fault : f->g->fault;
    ctx_done(&page);
    return e;
}

static enum err some_locked(struct fold *f)
{
    struct ctx *c = f->c;
    f->only = NEW_N(&c->mem, const char *, f->l->cfg.tables_n + 1);
    TRY(ctx_check(c));
    f->only_n = 0;
    TRY(tables_changed(c, f->l, f->only, &f->only_n));
    if (!f->only_n)
        return texts_set(c, f->l);      /* another process was faster */
    TRY(tables_make_bare(c, f->l, f->only, f->only_n));
    db_only(c->db, f->only, f->only_n);
    enum err e = project_again(f);
    db_only(c->db, NULL, 0);
    TRY(e);
    TRY(tables_index_of(c, f->l, f->only, f->only_n));
    TRY(drop_unknown(c, f->l));
    return texts_set(c, f->l);
}

enum err tables_some(struct ctx *c, struct ledger *l)
{
    remaking_begin(l);
    enum err e = fold_whole(c, l, l->tables, 0, some_locked);
    remaking_end(l);
    return e;
}
