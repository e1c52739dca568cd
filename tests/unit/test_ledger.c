#include "db_t.h"

/* ---- a desk of the tests: one table, one projector --------------------------------------- */

static enum err project_thing(struct ctx *c, const struct record *r)
{
    return db_exec(c, "INSERT INTO thing (id, title, weight) VALUES ($1, $2, $3)"
                      " ON CONFLICT (id) DO UPDATE SET title = excluded.title, weight = excluded.weight",
        ARGS(TEXT(r->id), TEXT(record_get(r, "title")), INT(record_i64(r, "weight"))));
}
static const struct projector projectors[] = { { "thing", project_thing } };
static const struct table tables[] = {
    { "thing", "CREATE TABLE thing (id TEXT PRIMARY KEY, title TEXT NOT NULL, weight BIGINT NOT NULL);"
               "CREATE INDEX thing_weight ON thing (weight)", NULL },
};
static const struct node_parts parts = { projectors, 1, tables, 1 };

static int64_t count(struct ctx *c, const char *sql)
{
    AUTO_ROWS r = { 0 };
    int64_t v = -1;
    if (db_query_(c, c->db, &r, sql, NO_ARGS) == ERR_OK && rows_next(&r))
        v = row_i64(&r, 0);
    return rows_end(&r) == ERR_OK ? v : -1;
}

/* One thing in one new dossier. */
static enum err add_thing(struct ctx *c, const char *title, struct str *dossier, struct str *thing)
{
    struct draft *d = NULL;
    TRY(draft_begin(c, STR("lock"), "thing.add", &d));
    *dossier = dossier_new(d, "signal", (struct str){ 0 });
    *thing = id_new(&c->mem, c->now_us);
    draft_in(d, *dossier);
    draft_reason(d, STR("because"));
    draft_set(d, "thing", *thing, "title", str_c(title));
    draft_set_i64(d, "thing", *thing, "weight", 7);
    return draft_commit(c, d);
}

static enum err set_title(struct ctx *c, struct str dossier, struct str thing, const char *title)
{
    struct draft *d = NULL;
    TRY(draft_begin(c, STR("lock"), "thing.rename", &d));
    draft_in(d, dossier);
    draft_set(d, "thing", thing, "title", str_c(title));
    return draft_commit(c, d);
}

static void reads_what_it_wrote(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct str dossier, thing;
        struct record r = { 0 };
        struct change *list = NULL;
        size_t k = 0;
        if (node_fresh(t, &n, pg, &parts)) {
            OK(&n.c, add_thing(&n.c, "one", &dossier, &thing));
            OK(&n.c, set_title(&n.c, dossier, thing, "two"));
            OK(&n.c, set_title(&n.c, dossier, thing, "two"));       /* says nothing new */
            OK(&n.c, record_load(&n.c, thing, &r));
            CHECK_STR(record_get(&r, "title"), "two");
            CHECK_EQ(record_i64(&r, "weight"), 7);
            CHECK_STR(r.kind, "thing");
            CHECK(str_eq(r.dossier, dossier));
            CHECK(!r.conflict);
            CHECK_EQ(count(&n.c, "SELECT count(*) FROM thing WHERE title = 'two'"), 1);
            CHECK_EQ(count(&n.c, "SELECT records FROM dossier"), 2);
            OK(&n.c, change_list(&n.c, dossier, 0, 10, &list, &k));
            CHECK_EQ(k, 2);
            if (k == 2) {
                CHECK_STR(list[0].verb, "thing.rename");
                CHECK_STR(list[1].reason, "because");
                CHECK_EQ(list[1].n, 4);
            }
            OK(&n.c, change_list_record(&n.c, thing, 10, &list, &k));
            CHECK_EQ(k, 2);
            CHECK_EQ(record_load(&n.c, STR("nothing"), &r), ERR_NOT_FOUND);
            n.c.fault = (struct fault){ 0 };
        }
        node_end(&n);
    }
}

static void comes_back_after_a_restart(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct str dossier, thing;
        struct record r = { 0 };
        if (node_fresh(t, &n, pg, &parts)) {
            OK(&n.c, add_thing(&n.c, "one", &dossier, &thing));
            node_shut(&n);
            if (node_reopen(t, &n)) {
                OK(&n.c, record_load(&n.c, thing, &r));
                CHECK_STR(record_get(&r, "title"), "one");
                OK(&n.c, ledger_rebuild(&n.c, n.node.ledger));
                OK(&n.c, record_load(&n.c, thing, &r));
                CHECK_STR(record_get(&r, "title"), "one");
                CHECK_EQ(count(&n.c, "SELECT count(*) FROM thing"), 1);
            }
        }
        node_end(&n);
    }
}

static void blobs(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct str dossier, thing, hash, bytes;
        if (node_fresh(t, &n, pg, &parts)) {
            OK(&n.c, add_thing(&n.c, "one", &dossier, &thing));
            OK(&n.c, blob_put(&n.c, dossier, STR("abc"), &hash));
            CHECK_STR(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
            OK(&n.c, blob_get(&n.c, dossier, hash, &bytes));
            CHECK_STR(bytes, "abc");
        }
        node_end(&n);
    }
}

static const struct t_case cases[] = {
    { "an officer reads what she wrote", reads_what_it_wrote },
    { "a node comes back after a restart", comes_back_after_a_restart },
    { "attachments are sealed and found by their hash", blobs },
};
T_MAIN(cases)
