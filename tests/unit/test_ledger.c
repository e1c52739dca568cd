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
            CHECK_EQ(count(&n.c, "SELECT count(*) FROM dossier WHERE kind = 'signal' AND root = id"), 1);
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

static void erased_for_ever(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct str dossier, thing, dossier2, thing2, hash, bytes;
        struct record r = { 0 };
        struct verify_report rep;
        if (node_fresh(t, &n, pg, &parts)) {
            OK(&n.c, add_thing(&n.c, "one", &dossier, &thing));
            OK(&n.c, add_thing(&n.c, "two", &dossier2, &thing2));
            OK(&n.c, blob_put(&n.c, dossier, STR("abc"), &hash));
            OK(&n.c, dossier_erase(&n.c, dossier, STR("court order 1")));
            CHECK_EQ(record_load(&n.c, thing, &r), ERR_NOT_FOUND);
            n.c.fault = (struct fault){ 0 };
            CHECK_EQ(blob_get(&n.c, dossier, hash, &bytes), ERR_NOT_FOUND);
            n.c.fault = (struct fault){ 0 };
            CHECK_EQ(set_title(&n.c, dossier, thing, "again"), ERR_NOT_FOUND);
            n.c.fault = (struct fault){ 0 };
            CHECK_EQ(dossier_erase(&n.c, dossier, STR("twice")), ERR_NOT_FOUND);
            n.c.fault = (struct fault){ 0 };
            CHECK_EQ(count(&n.c, "SELECT count(*) FROM thing"), 1);
            OK(&n.c, ledger_verify(&n.c, n.node.ledger, false, &rep));
            CHECK_EQ(rep.changes, 3);
            OK(&n.c, ledger_rebuild(&n.c, n.node.ledger));
            CHECK_EQ(count(&n.c, "SELECT count(*) FROM thing"), 1);
            OK(&n.c, record_load(&n.c, thing2, &r));
        }
        node_end(&n);
    }
}

/* Every way of touching what is stored is noticed. */
static void tampering_is_found(struct t *t)
{
    static const struct { const char *key, *sql; bool triggers; } cases_[] = {
        { "ledger.chain", "UPDATE ledger_entry SET time_us = time_us + 1 WHERE n = 2", true },
        { "ledger.chain", "DELETE FROM ledger_entry WHERE n = 2", true },
        { "ledger.signature", "DELETE FROM ledger_batch WHERE seq = 4", true },
        { "ledger.signature", "UPDATE ledger_batch SET signature ="
          " (SELECT signature FROM ledger_batch WHERE seq = 1) WHERE seq = 3", true },
        { "ledger.cut", "DELETE FROM ledger_entry WHERE n = 4; DELETE FROM ledger_batch WHERE seq = 4", true },
        { "ledger.node", "UPDATE ledger_node SET id = '00000000000000000000000000'", false },
        { "ledger.tables-differ", "UPDATE thing SET weight = 8", false },
        { "ledger.tables-differ", "DELETE FROM record WHERE kind = 'thing'", false },
    };
    for (int pg = 0; pg < engines(); pg++)
        for (size_t i = 0; i < COUNT_OF(cases_); i++) {
            struct node_t n;
            struct verify_report rep;
            struct str d, thing;
            if (node_fresh(t, &n, pg, &parts)) {
                struct db *book = NULL;
                struct db *on;
                for (int k = 0; k < 4; k++)
                    OK(&n.c, add_thing(&n.c, "x", &d, &thing));
                OK(&n.c, ledger_verify(&n.c, n.node.ledger, false, &rep));
                OK(&n.c, db_open(&n.c, n.cfg.url, true, &book));
                on = strstr(cases_[i].sql, "ledger_") ? book : n.c.db;
                if (cases_[i].triggers) {
                    CHECK(db_script(&n.c, on, cases_[i].sql) != ERR_OK);      /* refused */
                    n.c.fault = (struct fault){ 0 };
                    OK(&n.c, db_script(&n.c, on, pg
                        ? "ALTER TABLE ledger_entry DISABLE TRIGGER ALL; ALTER TABLE ledger_batch DISABLE TRIGGER ALL"
                        : "DROP TRIGGER ledger_entry_u; DROP TRIGGER ledger_entry_d;"
                          "DROP TRIGGER ledger_batch_u; DROP TRIGGER ledger_batch_d"));
                }
                OK(&n.c, db_script(&n.c, on, cases_[i].sql));
                CHECK_EQ(ledger_verify(&n.c, n.node.ledger, false, &rep), ERR_CORRUPT);
                CHECK_STR(str_c(n.c.fault.key), cases_[i].key);
                db_close(book);
            }
            node_end(&n);
        }
}

/* A backup of either engine comes back on either engine. */
static void backup_and_restore(struct t *t)
{
    for (int from = 0; from < engines(); from++)
        for (int to = 0; to < engines(); to++) {
            struct node_t a, b;
            struct str dossier, thing, hash, bytes;
            struct record r = { 0 };
            struct verify_report rep;
            char file[80];
            node_place(&b, to);
            node_place(&a, from);
            (void)snprintf(file, sizeof file, "%s/backup", b.dir);
            a.cfg.passphrase = STR("correct horse");
            a.cfg.projectors = b.cfg.projectors = projectors;
            a.cfg.projectors_n = b.cfg.projectors_n = 1;
            a.cfg.tables = b.cfg.tables = tables;
            a.cfg.tables_n = b.cfg.tables_n = 1;
            OK(&a.c, ledger_create(&a.c, &a.cfg));
            if (node_reopen(t, &a)) {
                OK(&a.c, add_thing(&a.c, "one", &dossier, &thing));
                OK(&a.c, blob_put(&a.c, dossier, STR("abc"), &hash));
                OK(&a.c, set_title(&a.c, dossier, thing, "two"));
                OK(&a.c, ledger_backup(&a.c, a.node.ledger, file));
            }
            b.cfg.passphrase = STR("wrong");
            CHECK_EQ(ledger_restore(&b.c, &b.cfg, file), ERR_DENIED);
            b.c.fault = (struct fault){ 0 };
            b.cfg.passphrase = STR("correct horse");
            OK(&b.c, ledger_restore(&b.c, &b.cfg, file));
            if (node_reopen(t, &b)) {
                OK(&b.c, record_load(&b.c, thing, &r));
                CHECK_STR(record_get(&r, "title"), "two");
                OK(&b.c, blob_get(&b.c, dossier, hash, &bytes));
                CHECK_STR(bytes, "abc");
                OK(&b.c, set_title(&b.c, dossier, thing, "three"));
                OK(&b.c, ledger_verify(&b.c, b.node.ledger, false, &rep));
                CHECK_EQ(rep.changes, 3);
            }
            CHECK_EQ(ledger_restore(&b.c, &b.cfg, file), ERR_CONFLICT);
            b.c.fault = (struct fault){ 0 };
            node_end(&a);
            node_end(&b);
        }
}

static void a_cut_or_damaged_backup_is_refused(struct t *t)
{
    struct node_t a, b;
    struct str dossier, thing, whole = { 0 };
    char file[80], bad[80];
    if (node_fresh(t, &a, false, &parts)) {
        for (int i = 0; i < 5; i++)
            OK(&a.c, add_thing(&a.c, "one", &dossier, &thing));
        (void)snprintf(file, sizeof file, "%s/backup", a.dir);
        (void)snprintf(bad, sizeof bad, "%s/bad", a.dir);
        OK(&a.c, ledger_backup(&a.c, a.node.ledger, file));
        OK(&a.c, file_read(&a.c, file, 1 << 24, &whole));
        for (size_t cut = 0; cut < whole.n; cut += 1 + whole.n / 40) {
            node_place(&b, false);
            OK(&a.c, file_write(&a.c, bad, str_sub(whole, 0, cut), 0600));
            CHECK_EQ(ledger_restore(&b.c, &b.cfg, bad), ERR_CORRUPT);
            CHECK(str_is(str_c(b.c.fault.key), "backup.truncated") || str_is(str_c(b.c.fault.key), "backup.damaged"));
            CHECK(access(b.key_file, F_OK) != 0);
            CHECK(access(b.url + strlen("sqlite:"), F_OK) != 0);
            node_end(&b);
            struct str flipped = arena_dup(&a.c.mem, whole);
            ((char *)flipped.p)[cut] ^= 1;
            node_place(&b, false);
            OK(&a.c, file_write(&a.c, bad, flipped, 0600));
            CHECK(ledger_restore(&b.c, &b.cfg, bad) != ERR_OK);
            CHECK(access(b.url + strlen("sqlite:"), F_OK) != 0);
            node_end(&b);
        }
    }
    node_end(&a);
}

static void the_key_file_decides(struct t *t)
{
    struct node_t n, other;
    struct str share[5];
    struct ledger *l = NULL;
    node_place(&n, false);
    node_place(&other, false);
    n.cfg.passphrase = STR("one");
    OK(&n.c, ledger_create(&n.c, &n.cfg));
    OK(&other.c, ledger_create(&other.c, &other.cfg));
    CHECK_EQ(ledger_create(&n.c, &n.cfg), ERR_CONFLICT);
    n.c.fault = (struct fault){ 0 };
    n.cfg.passphrase = STR("two");
    CHECK_EQ(ledger_open(&n.c, &n.cfg, &l), ERR_DENIED);
    CHECK_STR(str_c(n.c.fault.key), "key.passphrase-wrong");
    n.c.fault = (struct fault){ 0 };
    n.cfg.passphrase = (struct str){ 0 };
    CHECK_EQ(ledger_open(&n.c, &n.cfg, &l), ERR_DENIED);
    CHECK_STR(str_c(n.c.fault.key), "key.passphrase-needed");
    n.c.fault = (struct fault){ 0 };
    n.cfg.key_file = other.cfg.key_file;
    CHECK_EQ(ledger_open(&n.c, &n.cfg, &l), ERR_DENIED);
    CHECK_STR(str_c(n.c.fault.key), "ledger.other-key");
    n.c.fault = (struct fault){ 0 };
    /* the sheet brings a lost key file back */
    n.cfg.key_file = str_c(n.key_file);
    n.cfg.passphrase = STR("one");
    OK(&n.c, ledger_shares(&n.c, &n.cfg, 3, 5, share));
    (void)unlink(n.key_file);
    n.cfg.passphrase = STR("new");
    OK(&n.c, ledger_recover(&n.c, &n.cfg, share + 1, 3));
    if (node_reopen(t, &n))
        node_shut(&n);
    node_end(&n);
    node_end(&other);
}

static const struct t_case cases[] = {
    { "an officer reads what she wrote", reads_what_it_wrote },
    { "a node comes back after a restart", comes_back_after_a_restart },
    { "attachments are sealed and found by their hash", blobs },
    { "an erased dossier is gone, the chain still verifies", erased_for_ever },
    { "tampering is refused, and found where it was forced", tampering_is_found },
    { "backup and restore across engines", backup_and_restore },
    { "a cut or damaged backup is refused and makes nothing", a_cut_or_damaged_backup_is_refused },
    { "wrong, missing and foreign keys; a lost one recovered", the_key_file_decides },
};
T_MAIN(cases)
