#include "db_t.h"

/* A connection to a fresh place of each engine. */
static struct db *fresh(struct t *t, struct node_t *n, bool pg)
{
    struct db *db = NULL;
    node_place(n, pg);
    OK(&n->c, db_open(&n->c, n->cfg.tables_url, false, &db));
    n->c.db = db;
    if (db)
        OK(&n->c, db_script(&n->c, db, "CREATE TABLE item (id TEXT PRIMARY KEY, v BIGINT NOT NULL, b "
                                       "TEXT, big BIGINT)"));
    return db;
}

static void end(struct node_t *n)
{
    db_close(n->c.db);
    n->c.db = NULL;
    node_end(n);
}

static enum err add(struct ctx *c, struct str id, int64_t v)
{
    return db_exec(c, "INSERT INTO item (id, v, b) VALUES ($1, $2, $1)", ARGS(TEXT(id), INT(v)));
}

static int64_t count(struct ctx *c)
{
    AUTO_ROWS r = { 0 };
    int64_t v = -1;
    if (db_query(c, &r, "SELECT count(*) FROM item", NO_ARGS) == ERR_OK && rows_next(&r))
        v = row_i64(&r, 0);
    return rows_end(&r) ? -1 : v;
}

static void values_come_back(struct t *t)
{
    static const int64_t ints[] = { 0, 1, -1, INT64_MAX, INT64_MIN, 1000000, -70000, 9999 };
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        if (fresh(t, &n, pg)) {
            for (size_t i = 0; i < COUNT_OF(ints); i++) {
                AUTO_ROWS r = { 0 };
                OK(&n.c, db_exec(&n.c, "DELETE FROM item", NO_ARGS));
                OK(&n.c, add(&n.c, STR("ñandutí"), ints[i]));
                OK(&n.c, db_query(&n.c, &r, "SELECT id, v, b, big, v = $1, sum(v / 2) OVER () FROM item WHERE v = $1",
                                  ARGS(INT(ints[i]))));
                CHECK(rows_next(&r));
                CHECK_EQ(rows_columns(&r), 6);
                CHECK_STR(row_str(&r, 0), "ñandutí");
                CHECK_EQ(row_i64(&r, 1), ints[i]);
                CHECK(str_eq(row_peek(&r, 2), row_peek(&r, 0)));
                CHECK(row_null(&r, 3) && !row_null(&r, 1));
                CHECK_EQ(row_i64(&r, 3), 0);
                CHECK_EQ(row_i64(&r, 4), 1);
                CHECK_EQ(row_i64(&r, 5), ints[i] / 2);      /* numeric in PostgreSQL */
                CHECK(!rows_next(&r));
                OK(&n.c, rows_end(&r));
            }
            OK(&n.c, db_exec(&n.c, "UPDATE item SET v = 3", NO_ARGS));
            CHECK_EQ(db_changed(n.c.db), 1);
            CHECK_EQ(db_exec(&n.c, "UPDATE item SET b = $1", ARGS(TEXT(((struct str){ "a\0b", 3 })))), ERR_INPUT);
        }
        end(&n);
    }
}

/* Text order is by bytes on both engines. */
static void text_sorts_by_bytes(struct t *t)
{
    static const char *const names[] = { "Zeta", "a", "b", "á", "ñ" };
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        if (fresh(t, &n, pg)) {
            AUTO_ROWS r = { 0 };
            for (size_t i = COUNT_OF(names); i-- > 0; )
                OK(&n.c, add(&n.c, str_c(names[i]), 1));
            OK(&n.c, db_query(&n.c, &r, "SELECT id FROM item ORDER BY id", NO_ARGS));
            for (size_t i = 0; i < COUNT_OF(names); i++) {
                CHECK(rows_next(&r));
                CHECK_STR(row_str(&r, 0), names[i]);
            }
            OK(&n.c, rows_end(&r));
        }
        end(&n);
    }
}

/* The same literal walked twice at once, and many more than the cache holds. */
static void statements_are_kept(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        if (fresh(t, &n, pg)) {
            OK(&n.c, add(&n.c, STR("a"), 1));
            OK(&n.c, add(&n.c, STR("b"), 2));
            AUTO_ROWS outer = { 0 };
            int64_t pairs = 0;
            static const char sql[] = "SELECT id FROM item ORDER BY id";
            OK(&n.c, db_query_(&n.c, n.c.db, &outer, sql, NO_ARGS));
            while (rows_next(&outer)) {
                AUTO_ROWS inner = { 0 };
                OK(&n.c, db_query_(&n.c, n.c.db, &inner, sql, NO_ARGS));
                while (rows_next(&inner))
                    pairs++;
                OK(&n.c, rows_end(&inner));
            }
            OK(&n.c, rows_end(&outer));
            CHECK_EQ(pairs, 4);
            for (int i = 0; i < 500; i++) {
                char text[80];
                AUTO_ROWS r = { 0 };
                (void)snprintf(text, sizeof text, "SELECT v + %d FROM item WHERE id = $1", i);
                OK(&n.c, db_query_(&n.c, n.c.db, &r, text, ARGS(TEXT(STR("a")))));
                CHECK(rows_next(&r));
                CHECK_EQ(row_i64(&r, 0), 1 + i);
                OK(&n.c, rows_end(&r));
            }
        }
        end(&n);
    }
}

static void errors_have_names(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        if (fresh(t, &n, pg)) {
            OK(&n.c, add(&n.c, STR("a"), 1));
            CHECK_EQ(add(&n.c, STR("a"), 2), ERR_CONFLICT);
            n.c.fault = (struct fault){ 0 };
            CHECK(db_exec(&n.c, "INSERT INTO nowhere (id) VALUES ($1)", ARGS(INT(1))) != ERR_OK);
            n.c.fault = (struct fault){ 0 };
            CHECK(db_exec(&n.c, "UPDATE item SET v = $1", NO_ARGS) != ERR_OK);
            n.c.fault = (struct fault){ 0 };
            CHECK_EQ(db_begin_write(&n.c, n.c.db), ERR_OK);
            CHECK_EQ(db_begin_write(&n.c, n.c.db), ERR_BUG);
            OK(&n.c, add(&n.c, STR("b"), 2));
            CHECK(db_commit(&n.c, n.c.db) != ERR_OK);      /* a failed context commits nothing */
            CHECK(!db_in_transaction(n.c.db));
            n.c.fault = (struct fault){ 0 };
            CHECK_EQ(count(&n.c), 1);
            CHECK_EQ(db_open(&n.c, STR("mysql:x"), false, &(struct db *){ NULL }), ERR_INPUT);
        }
        end(&n);
    }
}

static enum err two_rows(struct ctx *c)
{
    TRY(db_begin_write(c, c->db));
    enum err e = add(c, STR("x"), 1);
    if (!e)
        e = add(c, STR("y"), 2);
    if (e) {
        db_rollback(c, c->db);
        return e;
    }
    return db_commit(c, c->db);
}

static void all_or_nothing_at_every_statement(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++)
        for (long k = 1;; k++) {
            struct node_t n;
            if (!fresh(t, &n, pg)) {
                end(&n);
                break;
            }
            db_fail_nth(n.c.db, k);
            enum err e = two_rows(&n.c);
            db_fail_nth(n.c.db, 0);
            n.c.fault = (struct fault){ 0 };
            CHECK_EQ(count(&n.c), e ? 0 : 2);
            CHECK(!db_in_transaction(n.c.db));
            end(&n);
            if (!e) {
                CHECK_EQ(k, 5);
                break;
            }
        }
}

static void migrations_go_forward_only(struct t *t)
{
    static const struct db_step old[] = { { 1, "one", .both = "CREATE TABLE a (x BIGINT)" } };
    static const struct db_step now[] = { { 1, "one", .both = "CREATE TABLE a (x BIGINT)" },
                                          { 2, "two", .both = "ALTER TABLE a ADD COLUMN y BIGINT" } };
    static const struct db_step edited[] = { { 1, "one", .both = "CREATE TABLE a (x TEXT)" } };
    static const struct db_step broken[] = { { 1, "one", .both = "CREATE TABLE a (x BIGINT)" },
                                             { 2, "two", .both = "ALTER TABLE a ADD COLUMN y BIGINT" },
                                             { 3, "three", .both = "CREATE TABLE b (x BIGINT); CREATE TABLE a (x BIGINT)" } };
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct db *db = fresh(t, &n, pg);
        if (db) {
            OK(&n.c, db_migrate(&n.c, db, old, 1));
            OK(&n.c, db_migrate(&n.c, db, now, 2));
            OK(&n.c, db_migrate(&n.c, db, now, 2));
            OK(&n.c, db_script(&n.c, db, "INSERT INTO a (x, y) VALUES (1, 2)"));
            CHECK_EQ(db_migrate(&n.c, db, old, 1), ERR_INPUT);
            CHECK_STR(str_c(n.c.fault.key), "db.newer");
            n.c.fault = (struct fault){ 0 };
            CHECK(db_migrate(&n.c, db, broken, 3) != ERR_OK);
            n.c.fault = (struct fault){ 0 };
            CHECK(db_script(&n.c, db, "SELECT x FROM b") != ERR_OK);   /* the step as a whole */
            n.c.fault = (struct fault){ 0 };
            OK(&n.c, db_script(&n.c, db, "DELETE FROM schema_step WHERE n = 2"));
            CHECK_EQ(db_migrate(&n.c, db, edited, 1), ERR_CORRUPT);
        }
        end(&n);
    }
}

/* PostgreSQL cuts the line: the next call finds a new one. */
static void a_lost_connection_is_made_again(struct t *t)
{
    struct node_t n;
    if (engines() < 2)
        return;
    if (fresh(t, &n, true)) {
        AUTO_ROWS r = { 0 };
        int64_t pid = 0;
        char sql[80];
        OK(&n.c, db_query(&n.c, &r, "SELECT pg_backend_pid()", NO_ARGS));
        if (rows_next(&r))
            pid = row_i64(&r, 0);
        OK(&n.c, rows_end(&r));
        (void)snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%lld)", (long long)pid);
        OK(&n.c, db_begin_write(&n.c, n.c.db));
        OK(&n.c, add(&n.c, STR("a"), 1));
        pg_admin(sql);
        CHECK_EQ(add(&n.c, STR("b"), 1), ERR_BUSY);
        CHECK_STR(str_c(n.c.fault.key), "error.database-gone");
        db_rollback(&n.c, n.c.db);
        n.c.fault = (struct fault){ 0 };
        CHECK_EQ(count(&n.c), 0);
        OK(&n.c, add(&n.c, STR("c"), 1));
    }
    end(&n);
}

/* Every literal of this program is listed, with its place. */
static void literals_are_listed(struct t *t)
{
    bool found = false;
    size_t i = 0;
    for (const struct db_literal *l; (l = db_sql_each(i)); i++)
        found |= !strcmp(l->sql, "SELECT count(*) FROM item") && strstr(l->file, "test_db.c") && l->line > 0;
    CHECK(found);
    printf("# %zu literals\n", i);
}

static const struct t_case cases[] = {
    { "values come back as they went in", values_come_back },
    { "text sorts by bytes", text_sorts_by_bytes },
    { "statements are kept, nested and given up", statements_are_kept },
    { "errors have names", errors_have_names },
    { "all or nothing at every refused statement", all_or_nothing_at_every_statement },
    { "migrations go forward only and whole", migrations_go_forward_only },
    { "a lost connection is made again, not in a transaction", a_lost_connection_is_made_again },
    { "every SQL literal is listed", literals_are_listed },
};
T_MAIN(cases)
