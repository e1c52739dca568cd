/* Derived tables made again: all of them or only those whose text has changed,
 * broken off half way and begun anew, alone or while somebody has them open.  What
 * comes out equals the fold (ledger_verify) and what was there before. */
#include "db_t.h"
#include "ledger/ledger_impl.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { THINGS = 60 };

/* ---- two desks and, later, newer versions of them --------------------------------------------- */

static int seen_things, seen_words, die_after;

static void count_one(int *n)
{
    if (++*n == die_after)
        (void)kill(getpid(), SIGKILL);
}

static enum err project_thing(struct ctx *c, const struct record *r)
{
    count_one(&seen_things);
    return db_exec(c, "INSERT INTO thing (id, title) VALUES ($1, $2)"
                      " ON CONFLICT (id) DO UPDATE SET title = excluded.title",
        ARGS(TEXT(r->id), TEXT(record_get(r, "title"))));
}

static enum err project_word(struct ctx *c, const struct record *r)
{
    count_one(&seen_words);
    TRY(db_exec(c, "DELETE FROM word WHERE id = $1", ARGS(TEXT(r->id))));
    TRY(db_exec(c, "INSERT INTO word (id, text) VALUES ($1, $2)", ARGS(TEXT(r->id), TEXT(record_get(r, "text")))));
    return db_exec(c, "INSERT INTO word_length (id, n) VALUES ($1, $2)"
                      " ON CONFLICT (id) DO UPDATE SET n = excluded.n",
        ARGS(TEXT(r->id), INT((int64_t)record_get(r, "text").n)));
}

static enum err project_word_2(struct ctx *c, const struct record *r)
{
    TRY(project_word(c, r));
    return db_exec(c, "UPDATE word SET length = $2 WHERE id = $1",
        ARGS(TEXT(r->id), INT((int64_t)record_get(r, "text").n)));
}

#define THING { "thing", "CREATE TABLE thing (id TEXT PRIMARY KEY, title TEXT NOT NULL);" \
                "CREATE INDEX thing_title ON thing (title);", NULL }
#define LENGTH { "word_length", "CREATE TABLE word_length (id TEXT PRIMARY KEY, n BIGINT NOT NULL)", NULL }
static const struct projector old_projectors[] = {
    { "thing", project_thing, "thing" }, { "word", project_word, "word word_length" },
};
static const struct table old_tables[] = {
    THING,
    { "word", "CREATE TABLE word (id TEXT PRIMARY KEY, text TEXT NOT NULL)", NULL },
    LENGTH,
};
static const struct node_parts old_parts = { old_projectors, 2, old_tables, 3 };
static const struct projector new_projectors[] = {
    { "thing", project_thing, "thing" }, { "word", project_word_2, "word word_length" },
};
static const struct table new_tables[] = {
    THING,
    { "word", "CREATE TABLE word (id TEXT PRIMARY KEY, text TEXT NOT NULL, length BIGINT NOT NULL DEFAULT 0);"
              "CREATE UNIQUE INDEX word_once ON word (id); CREATE INDEX word_length_i ON word (length, id)", NULL },
    LENGTH,
};
static const struct node_parts new_parts = { new_projectors, 2, new_tables, 3 };
static const struct node_parts fewer_parts = { old_projectors, 1, old_tables, 1 };

static void use(struct node_t *n, const struct node_parts *p)
{
    n->cfg.projectors = p->projectors;
    n->cfg.projectors_n = p->projectors_n;
    n->cfg.tables = p->tables;
    n->cfg.tables_n = p->tables_n;
    seen_things = seen_words = die_after = 0;
}

/* ---- filling and comparing -------------------------------------------------------------------------- */

static enum err fill_one(struct ctx *c, int i)
{
    struct draft *d = NULL;
    TRY(draft_begin(c, STR("lock"), "thing.add", &d));
    struct str dossier = dossier_new(d, "signal", (struct str){ 0 }), thing = record_new(d), word = record_new(d);
    draft_in(d, dossier);
    draft_set_i64(d, "thing", thing, "title", i);
    draft_set(d, "word", word, "text", (struct str){ "abcdefghijklmnopqrstuvwxyz", 1 + (size_t)i % 25 });
    TRY(draft_commit(c, d));
    TRY(draft_begin(c, STR("lock"), "thing.again", &d));
    draft_in(d, dossier);
    draft_set_i64(d, "thing", thing, "title", i + 1000);
    return i % 20 ? draft_commit(c, d) : (draft_drop(d), dossier_erase(c, dossier, STR("asked for")));
}

static bool filled(struct t *t, struct node_t *n, bool pg)
{
    use(n, &old_parts);
    if (!node_fresh(t, n, pg, &old_parts))
        return false;
    for (int i = 1; i <= THINGS; i++)
        OK(&n->c, fill_one(&n->c, i));
    return true;
}

static int64_t count(struct ctx *c, const char *sql)
{
    AUTO_ROWS r = { 0 };
    int64_t v = -1;
    if (db_query_(c, c->db, &r, sql, NO_ARGS) == ERR_OK && rows_next(&r))
        v = row_i64(&r, 0);
    return rows_end(&r) == ERR_OK ? v : -1;
}

/* Every row of a table, sorted, as one text. */
static struct str dump(struct ctx *c, const char *sql)
{
    AUTO_ROWS r = { 0 };
    struct buf b;
    buf_init(&b, &c->mem, 8 << 20);
    if (db_query_(c, c->db, &r, sql, NO_ARGS) == ERR_OK)
        while (rows_next(&r))
            for (int i = 0; i < rows_columns(&r); i++) {
                buf_i64(&b, (int64_t)row_peek(&r, i).n);
                buf_char(&b, ':');
                buf_put(&b, row_peek(&r, i));
            }
    return rows_end(&r) ? (struct str){ 0 } : buf_str(&b);
}

enum { DUMPS = 4 };
static void dumps(struct ctx *c, struct str out[DUMPS])
{
    out[0] = dump(c, "SELECT * FROM record ORDER BY id, dossier, kind");
    out[1] = dump(c, "SELECT * FROM dossier ORDER BY id");
    out[2] = dump(c, "SELECT * FROM thing ORDER BY id");
    out[3] = dump(c, "SELECT gid, n, mark FROM change_index UNION ALL SELECT gid, n, mark FROM change_recent"
                     " ORDER BY gid, n, mark");
}

/* As before, and as a fold from the beginning gives. */
static void is_whole(struct t *t, struct node_t *n, const struct str before[DUMPS])
{
    struct str now[DUMPS];
    struct verify_report rep;
    int64_t changes, folded;
    dumps(&n->c, now);
    for (int i = 0; i < DUMPS; i++)
        CHECK(now[i].n > 100 && str_eq(before[i], now[i]));
    OK(&n->c, ledger_verify(&n->c, n->node.ledger, false, &rep));
    OK(&n->c, ledger_last(&n->c, &changes, &folded));
    CHECK_EQ(changes, folded);
}

/* As if a program had folded in another way: everything is made again. */
static void forget_all(struct t *t, struct node_t *n)
{
    OK(&n->c, db_exec(&n->c, "UPDATE fold_state SET v = 1 WHERE k = 'text'", NO_ARGS));
}

static bool left_over(const struct node_t *n)
{
    char path[100];
    (void)snprintf(path, sizeof path, "%s/tables.db.making", n->dir);
    return access(path, F_OK) == 0;
}

/* ---- all of them ---------------------------------------------------------------------------------------- */

static void all_alone_and_beside_others(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++)
        for (int beside = 0; beside < 2; beside++) {
            struct node_t n;
            struct str before[DUMPS];
            struct db *other = NULL;
            if (filled(t, &n, pg)) {
                dumps(&n.c, before);
                forget_all(t, &n);
                node_shut(&n);
                if (beside)
                    OK(&n.c, db_open(&n.c, n.cfg.tables_url, false, &other));
                if (node_reopen(t, &n)) {
                    CHECK(seen_things > THINGS);
                    is_whole(t, &n, before);
                    CHECK(!left_over(&n));
                    OK(&n.c, fill_one(&n.c, 7));
                    CHECK_EQ(count(&n.c, "SELECT count(*) FROM word"), THINGS - THINGS / 20 + 1);
                }
                if (other) {
                    struct db *mine = n.c.db;
                    n.c.db = other;            /* it sees the new rows, too */
                    CHECK_EQ(count(&n.c, "SELECT count(*) FROM word"), THINGS - THINGS / 20 + 1);
                    n.c.db = mine;
                }
                db_close(other);
            }
            node_end(&n);
        }
}

static void while_it_runs(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct str before[DUMPS];
        if (filled(t, &n, pg)) {
            dumps(&n.c, before);
            OK(&n.c, ledger_rebuild(&n.c, n.node.ledger));
            is_whole(t, &n, before);
            OK(&n.c, fill_one(&n.c, 3));
            CHECK_EQ(count(&n.c, "SELECT count(*) FROM word"), THINGS - THINGS / 20 + 1);
        }
        node_end(&n);
    }
}

/* ---- broken off ---------------------------------------------------------------------------------------------- */

/* A process that dies at its nth record; this one has no thread while it forks. */
static void dies_at(struct t *t, struct node_t *n, int at)
{
    int status = 0;
    pid_t pid = fork();
    if (!pid) {
        die_after = at;
        _exit(ledger_open(&n->c, &n->cfg, &n->node.ledger) ? 1 : 2);
    }
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void broken_off_and_begun_anew(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++)
        for (int some = 0; some < 2; some++) {
            struct node_t n;
            struct str before[DUMPS];
            if (filled(t, &n, pg)) {
                dumps(&n.c, before);
                if (!some)
                    forget_all(t, &n);
                node_shut(&n);
                use(&n, some ? &new_parts : &old_parts);
                dies_at(t, &n, 1);
                dies_at(t, &n, THINGS / 2);
                CHECK(some || pg || left_over(&n));
                if (node_reopen(t, &n)) {
                    is_whole(t, &n, before);
                    CHECK(!left_over(&n));
                    CHECK_EQ(count(&n.c, "SELECT count(*) FROM word"), THINGS - THINGS / 20);
                }
            }
            node_end(&n);
        }
}

/* The administrator's command line makes the tables again: they stay the server's. */
static void they_keep_their_owner(struct t *t)
{
    enum { SERVER = 64321 };
    struct node_t n;
    struct stat st;
    if (geteuid() != 0)
        return;                             /* nobody else could be told apart */
    if (filled(t, &n, false)) {
        const char *path = n.tables_url + strlen("sqlite:");
        forget_all(t, &n);
        node_shut(&n);
        CHECK(chown(path, SERVER, SERVER) == 0);
        CHECK(node_reopen(t, &n));
        CHECK(stat(path, &st) == 0);
        CHECK_EQ(st.st_uid, SERVER);
        CHECK_EQ(st.st_gid, SERVER);
        CHECK_EQ(st.st_mode & 0777, 0600);
    }
    node_end(&n);
}

static void owner_is(struct t *t, struct node_t *n, const char *end, uid_t who, mode_t mode)
{
    char path[800];
    struct stat st = { 0 };
    (void)snprintf(path, sizeof path, "%s%s", n->tables_url + strlen("sqlite:"), end);
    CHECK(stat(path, &st) == 0);
    CHECK_EQ(st.st_uid, who);
    CHECK_EQ(st.st_gid, who);
    CHECK_EQ(st.st_mode & 0777, mode);
}

/* So do the files beside them, made by root or left by it. */
static void so_do_the_files_beside(struct t *t)
{
    enum { SERVER = 64321 };
    static const char *const beside[] = { "-lock", "-fold" };
    struct node_t n;
    if (geteuid() != 0)
        return;
    for (int left = 0; left < 2; left++) {
        if (filled(t, &n, false)) {
            const char *tables = n.tables_url + strlen("sqlite:");
            node_shut(&n);
            CHECK(chown(tables, SERVER, SERVER) == 0 && chmod(tables, 0660) == 0);
            for (size_t i = 0; !left && i < COUNT_OF(beside); i++) {
                char path[800];
                (void)snprintf(path, sizeof path, "%s%s", tables, beside[i]);
                CHECK(unlink(path) == 0);
            }
            CHECK(node_reopen(t, &n));
            for (size_t i = 0; i < COUNT_OF(beside); i++)
                owner_is(t, &n, beside[i], SERVER, 0660);
        }
        node_end(&n);
    }
}

/* Killed while it verified or rebuilt: the tables need nothing, the copy goes all the same. */
static void copies_left_behind_go(struct t *t)
{
    static const char *const names[] = { "making", "making-journal", "verify", "verify-wal" };
    struct node_t n;
    if (filled(t, &n, false)) {
        node_shut(&n);
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            char path[600];
            (void)snprintf(path, sizeof path, "%s.%s", n.tables_url + strlen("sqlite:"), names[i]);
            FILE *f = fopen(path, "w");
            CHECK(f && fputs("what was erased since", f) >= 0 && fclose(f) == 0);
        }
        CHECK(node_reopen(t, &n));
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            char path[600];
            (void)snprintf(path, sizeof path, "%s.%s", n.tables_url + strlen("sqlite:"), names[i]);
            CHECK(access(path, F_OK) != 0);
        }
    }
    node_end(&n);
}

/* ---- only some -------------------------------------------------------------------------------------------------- */

static void only_what_changed(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct str before[DUMPS];
        if (filled(t, &n, pg)) {
            dumps(&n.c, before);
            /* rows that only a projector of their own table could mend */
            OK(&n.c, db_exec(&n.c, "UPDATE word_length SET n = n + 100", NO_ARGS));
            node_shut(&n);
            use(&n, &new_parts);
            if (node_reopen(t, &n)) {
                CHECK_EQ(seen_things, 0);
                CHECK_EQ(seen_words, THINGS - THINGS / 20);
                CHECK_EQ(count(&n.c, "SELECT count(*) FROM word WHERE length <> 0"), THINGS - THINGS / 20);
                CHECK_EQ(count(&n.c, "SELECT count(*) FROM word_length WHERE n < 100"), 0);
                OK(&n.c, db_exec(&n.c, "UPDATE word_length SET n = n - 100", NO_ARGS));
                is_whole(t, &n, before);
            }
            node_shut(&n);
            use(&n, &new_parts);
            if (node_reopen(t, &n))
                CHECK_EQ(seen_words, 0);            /* nothing has changed */
        }
        node_end(&n);
    }
}

static void tables_come_and_go(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct str before[DUMPS];
        if (filled(t, &n, pg)) {
            dumps(&n.c, before);
            node_shut(&n);
            use(&n, &fewer_parts);
            if (node_reopen(t, &n)) {
                CHECK_EQ(seen_things, 0);
                CHECK_EQ(count(&n.c, "SELECT count(*) FROM fold_table WHERE name = 'word'"), 0);
                CHECK_EQ(count(&n.c, "SELECT count(*) FROM fold_state WHERE k = 'text word'"), 0);
                is_whole(t, &n, before);
            }
            node_shut(&n);
            use(&n, &old_parts);
            if (node_reopen(t, &n)) {
                CHECK_EQ(count(&n.c, "SELECT count(*) FROM word"), THINGS - THINGS / 20);
                is_whole(t, &n, before);
            }
        }
        node_end(&n);
    }
}

/* ---- a record its desk cannot take --------------------------------------------------------------------------------- */

static enum err project_choosy(struct ctx *c, const struct record *r)
{
    if (record_i64(r, "title") == 1007)
        return FAIL(c, ERR_INPUT, "error.internal", "not this one");
    return project_thing(c, r);
}
static const struct projector choosy[] = { { "thing", project_choosy, "thing" } };
static const struct node_parts choosy_parts = { choosy, 1, old_tables, 1 };

static void a_record_is_left_out(struct t *t)
{
    log_from = LOG_ERROR + 1;
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        if (filled(t, &n, pg)) {
            struct verify_report rep;
            forget_all(t, &n);
            node_shut(&n);
            use(&n, &choosy_parts);
            if (node_reopen(t, &n)) {
                CHECK_EQ(count(&n.c, "SELECT count(*) FROM thing"), THINGS - THINGS / 20 - 1);
                OK(&n.c, ledger_verify(&n.c, n.node.ledger, false, &rep));
            }
        }
        node_end(&n);
    }
    log_from = LOG_INFO;
}

static const struct t_case cases[] = {
    { "all tables, alone and beside others: the same rows", all_alone_and_beside_others },
    { "amparo rebuild beside an open ledger", while_it_runs },
    { "killed half way and begun anew", broken_off_and_begun_anew },
    { "made again by root they stay whose they were", they_keep_their_owner },
    { "and so do the files beside them", so_do_the_files_beside },
    { "copies that somebody killed left behind go at the next opening", copies_left_behind_go },
    { "only tables whose text has changed", only_what_changed },
    { "tables a program does not know go, and come back", tables_come_and_go },
    { "a record its desk cannot take is left out", a_record_is_left_out },
};
T_MAIN(cases)
