/* db_t.h - for tests: a fresh database, or a whole node, on either engine.
 *
 *     static void adds(struct t *t) {
 *         for (int pg = 0; pg < engines(); pg++) {
 *             struct node_t n;
 *             if (node_fresh(t, &n, pg, &my_parts)) {
 *                 ... use &n.c: c->db, c->node, c->who are set ...
 *             }
 *             node_end(&n);
 *         }
 *     }
 *
 * AMPARO_TEST_PG holds the conninfo of a scratch PostgreSQL; without it only
 * SQLite runs.  Each node gets a folder under /tmp and, on PostgreSQL, a schema
 * of its own; both are removed by node_end().
 */
#ifndef DB_T_H
#define DB_T_H

#include "base/node.h"
#include "base/who.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "t.h"

#include <stdlib.h>
#include <unistd.h>

/* What a desk brings: its projectors and tables. */
struct node_parts {
    const struct projector *projectors; size_t projectors_n;
    const struct table *tables; size_t tables_n;
};
struct node_t {
    struct ctx c;
    struct node node;
    struct officer who;
    struct ledger_config cfg;
    char dir[40], schema[40], url[512], tables_url[512], key_file[80];
    bool pg;
};

static inline const char *pg_conninfo(void)
{
    const char *z = getenv("AMPARO_TEST_PG");
    return z && *z ? z : NULL;
}

/* 2 with PostgreSQL, else 1: loop `pg` from 0. */
static inline int engines(void)
{
    if (!pg_conninfo())
        printf("# PostgreSQL not tried: AMPARO_TEST_PG is not set\n");
    return pg_conninfo() ? 2 : 1;
}

/* A statement on the scratch server itself. */
static inline void pg_admin(const char *sql)
{
    struct ctx c;
    struct db *db = NULL;
    ctx_init(&c, 1 << 20);
    struct str url = str_join(&c.mem, STR("postgres:"), str_c(pg_conninfo()));
    if (db_open(&c, url, true, &db) || db_script(&c, db, sql))
        printf("# %s: %s\n", sql, c.fault.detail);
    db_close(db);
    ctx_done(&c);
}

/* Names of a fresh place: n->url, n->tables_url, n->key_file, n->cfg.  Not inlined:
 * gcc 12 takes the members of an array of places for one another. */
__attribute__((noinline, unused)) static void node_place(struct node_t *n, bool pg)
{
    *n = (struct node_t){ .pg = pg };
    ctx_init(&n->c, 64 << 20);
    (void)snprintf(n->dir, sizeof n->dir, "/tmp/amparo-test.XXXXXX");
    if (!mkdtemp(n->dir))
        printf("# no folder under /tmp\n");
    (void)snprintf(n->schema, sizeof n->schema, "t_%s", n->dir + strlen("/tmp/amparo-test."));
    (void)snprintf(n->key_file, sizeof n->key_file, "%s/key", n->dir);
    if (pg) {
        char sql[80];
        (void)snprintf(sql, sizeof sql, "CREATE SCHEMA \"%s\"", n->schema);
        pg_admin(sql);
        (void)snprintf(n->url, sizeof n->url, "postgres:%s options='-c search_path=\"%s\"'",
                       pg_conninfo(), n->schema);
        (void)snprintf(n->tables_url, sizeof n->tables_url, "%s", n->url);
    } else {
        (void)snprintf(n->url, sizeof n->url, "sqlite:%s/ledger.db", n->dir);
        (void)snprintf(n->tables_url, sizeof n->tables_url, "sqlite:%s/tables.db", n->dir);
    }
    n->cfg = (struct ledger_config){ .url = str_c(n->url), .tables_url = str_c(n->tables_url),
        .key_file = str_c(n->key_file), .cost = { 1, 8192 } };
}

static inline void node_remove(struct node_t *n)
{
    struct str *names = NULL;
    size_t k = 0;
    if (dir_list(&n->c, n->dir, &names, &k) == ERR_OK)
        for (size_t i = 0; i < k; i++) {
            char path[200];
            (void)snprintf(path, sizeof path, "%s/" STR_F, n->dir, STR_A(names[i]));
            (void)unlink(path);
        }
    (void)rmdir(n->dir);
    if (n->pg) {
        char sql[80];
        (void)snprintf(sql, sizeof sql, "DROP SCHEMA \"%s\" CASCADE", n->schema);
        pg_admin(sql);
    }
}

/* Open what is at the place (again). */
static inline bool node_reopen(struct t *t, struct node_t *n)
{
    OK(&n->c, ledger_open(&n->c, &n->cfg, &n->node.ledger));
    if (!n->node.ledger)
        return false;
    OK(&n->c, ledger_connect(&n->c, n->node.ledger, &n->c.db));
    n->c.node = &n->node;
    n->c.who = &n->who;
    return n->c.db != NULL;
}

static inline void node_shut(struct node_t *n)
{
    db_close(n->c.db);
    ledger_close(n->node.ledger);
    n->c.db = NULL;
    n->node.ledger = NULL;
}

/* A fresh node with an officer "officer" of the office "office-1". */
static inline bool node_fresh(struct t *t, struct node_t *n, bool pg, const struct node_parts *parts)
{
    node_place(n, pg);
    if (parts) {
        n->cfg.projectors = parts->projectors;
        n->cfg.projectors_n = parts->projectors_n;
        n->cfg.tables = parts->tables;
        n->cfg.tables_n = parts->tables_n;
    }
    n->who = (struct officer){ .id = STR("0000000000000000000officer"), .name = STR("Officer One"),
        .office = STR("office-1"), .agency = STR("agency-1"), .territory = STR("territory-1"),
        .roles = STR("intake") };
    OK(&n->c, ledger_create(&n->c, &n->cfg));
    return node_reopen(t, n);
}

static inline void node_end(struct node_t *n)
{
    node_shut(n);
    node_remove(n);
    ctx_done(&n->c);
}

#endif
