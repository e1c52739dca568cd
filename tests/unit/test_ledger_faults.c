/* What the ledger does when memory, disk, database or clock give up: a draft
 * happens as a whole or not at all, and the next one works. */
#include "db_t.h"
#include "ledger/ledger_impl.h"

#include <sys/stat.h>

static enum err project_thing(struct ctx *c, const struct record *r)
{
    if (record_is(r, "title", "poison"))
        return FAIL(c, ERR_BUG, "error.internal", "a desk's mistake");
    return db_exec(c, "INSERT INTO thing (id, title) VALUES ($1, $2)"
                      " ON CONFLICT (id) DO UPDATE SET title = excluded.title",
        ARGS(TEXT(r->id), TEXT(record_get(r, "title"))));
}
static const struct projector projectors[] = { { "thing", project_thing } };
static const struct table tables[] = {
    { "thing", "CREATE TABLE thing (id TEXT PRIMARY KEY, title TEXT NOT NULL)", NULL },
};
static const struct node_parts parts = { projectors, 1, tables, 1 };

static enum err add_thing(struct ctx *c, const char *title, struct str *dossier, struct str *thing)
{
    struct draft *d = NULL;
    TRY(draft_begin(c, STR("lock"), "thing.add", &d));
    *dossier = dossier_new(d, "signal", (struct str){ 0 });
    *thing = record_new(d);
    draft_in(d, *dossier);
    draft_set(d, "thing", *thing, "title", str_c(title));
    return draft_commit(c, d);
}

/* Two dossiers in one draft: both or none. */
static enum err move(struct ctx *c, struct str a, struct str in_a, struct str b, struct str in_b, const char *title)
{
    struct draft *d = NULL;
    TRY(draft_begin(c, STR("lock"), "thing.move", &d));
    draft_in(d, a);
    draft_set(d, "thing", in_a, "title", str_c(title));
    draft_in(d, b);
    draft_set(d, "thing", in_b, "title", str_c(title));
    return draft_commit(c, d);
}

struct pair { struct str a, in_a, b, in_b; int64_t changes; };

static void pair_add(struct t *t, struct node_t *n, struct pair *p)
{
    struct ledger_stats s = { 0 };
    arena_reset(&n->c.mem);
    n->c.fault = (struct fault){ 0 };
    OK(&n->c, add_thing(&n->c, "one", &p->a, &p->in_a));
    OK(&n->c, add_thing(&n->c, "two", &p->b, &p->in_b));
    OK(&n->c, ledger_stats(&n->c, &s));
    p->changes = s.changes;
}

static bool setup(struct t *t, struct node_t *n, bool pg, struct pair *p)
{
    if (!node_fresh(t, n, pg, &parts))
        return false;
    pair_add(t, n, p);
    return true;
}

/* Both titles changed, or neither; the tables equal the fold; a next draft works. */
static void whole(struct t *t, struct node_t *n, const struct pair *p, const char *title, enum err e)
{
    struct record ra = { 0 }, rb = { 0 };
    struct verify_report rep;
    struct ctx *c = &n->c;
    c->fault = (struct fault){ 0 };
    OK(c, record_load(c, p->in_a, &ra));
    OK(c, record_load(c, p->in_b, &rb));
    CHECK(record_is(&ra, "title", e ? "one" : title));
    CHECK(record_is(&rb, "title", e ? "two" : title));
    OK(c, ledger_verify(c, n->node.ledger, false, &rep));
    CHECK_EQ(rep.changes, p->changes + (e ? 0 : 2));
    OK(c, move(c, p->a, p->in_a, p->b, p->in_b, "next"));
    OK(c, record_load(c, p->in_b, &rb));
    CHECK_STR(record_get(&rb, "title"), "next");
}

enum { BOOK, TABLES, READER, WORKER, PLACES };

static struct db *place(struct node_t *n, int which)
{
    struct ledger *l = n->node.ledger;
    return which == BOOK ? l->book : which == TABLES ? l->tables : which == READER ? l->reader : n->c.db;
}

/* The nth statement on each connection is refused in turn. */
static void every_statement_refused(struct t *t)
{
    log_from = LOG_ERROR + 1;
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        bool up = node_fresh(t, &n, pg, &parts);
        for (int which = 0; up && which < PLACES; which++)
            for (long k = 1, left = 0; !left && k < 60; k++) {
                struct pair p;
                pair_add(t, &n, &p);
                db_fail_nth(place(&n, which), k);
                enum err e = move(&n.c, p.a, p.in_a, p.b, p.in_b, "both");
                left = db_fail_left(place(&n, which));
                db_fail_nth(place(&n, which), 0);
                CHECK_EQ(e, n.c.fault.code);
                CHECK(which != TABLES || !e);      /* what is durable gets folded */
                whole(t, &n, &p, "both", e);
                if (left)
                    printf("# %s, connection %d: %ld statements refused in turn\n", pg ? "postgres" : "sqlite", which, k - 1);
            }
        node_end(&n);
    }
    log_from = LOG_INFO;
}

/* The nth allocation of the request is refused in turn. */
static void every_allocation_refused(struct t *t)
{
    struct node_t n;
    enum err e = node_fresh(t, &n, false, &parts) ? ERR_NOMEM : ERR_OK;
    long k = 0;
    while (e && ++k < 200) {
        struct pair p;
        pair_add(t, &n, &p);
        n.c.mem.fail_at = n.c.mem.count + k;
        e = move(&n.c, p.a, p.in_a, p.b, p.in_b, "both");
        CHECK_EQ(e, n.c.fault.code);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        if (e && e != ERR_NOMEM)
            printf("# %ld: %s %s %s:%d\n", k, n.c.fault.key, n.c.fault.detail, n.c.fault.file, n.c.fault.line);
        n.c.mem.fail_at = 0;
        n.c.mem.failed = false;
        whole(t, &n, &p, "both", e);
    }
    printf("# %ld allocations refused in turn\n", k - 1);
    CHECK(k > 20);
    node_end(&n);
}

/* A draft that was begun can be dropped, and its lock is free again. */
static void drafts_refused_or_dropped(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct pair p;
        struct draft *d = NULL, *inner = NULL;
        if (setup(t, &n, pg, &p)) {
            struct ctx *c = &n.c;
            static const struct { const char *kind, *field, *value; enum err want; } bad_sets[] = {
                { "Thing", "title", "x", ERR_BUG }, { "thing", "Title", "x", ERR_INPUT },
                { "thing", "title", "\xff", ERR_INPUT }, { "thing", "", "x", ERR_INPUT },
            };
            for (size_t i = 0; i < COUNT_OF(bad_sets); i++) {
                OK(c, draft_begin(c, STR("lock"), "thing.add", &d));
                draft_in(d, p.a);
                draft_set(d, bad_sets[i].kind, p.in_a, bad_sets[i].field, str_c(bad_sets[i].value));
                CHECK_EQ(draft_commit(c, d), bad_sets[i].want);
                c->fault = (struct fault){ 0 };
            }
            OK(c, draft_begin(c, STR("lock"), "thing.add", &d));
            CHECK_EQ(draft_begin(c, STR("other"), "thing.add", &inner), ERR_BUG);    /* one at a time */
            c->fault = (struct fault){ 0 };
            draft_drop(d);
            OK(c, draft_begin(c, STR("lock"), "thing.add", &d));                     /* no dossier */
            draft_set(d, "thing", p.in_a, "title", STR("x"));
            CHECK_EQ(draft_commit(c, d), ERR_BUG);
            c->fault = (struct fault){ 0 };
            OK(c, draft_begin(c, STR("lock"), "thing.add", &d));                     /* unknown dossier */
            draft_in(d, STR("nowhere"));
            draft_set(d, "thing", p.in_a, "title", STR("x"));
            CHECK_EQ(draft_commit(c, d), ERR_NOT_FOUND);
            c->fault = (struct fault){ 0 };
            OK(c, draft_begin(c, STR("lock"), "thing.add", &d));                     /* another's record */
            draft_in(d, p.b);
            draft_set(d, "thing", p.in_a, "title", STR("x"));
            CHECK_EQ(draft_commit(c, d), ERR_BUG);
            c->fault = (struct fault){ 0 };
            char *big = calloc(1, VALUE_MAX + 2);
            memset(big, 'x', VALUE_MAX + 1);
            OK(c, draft_begin(c, STR("lock"), "thing.add", &d));                     /* too much */
            draft_in(d, p.a);
            draft_set(d, "thing", p.in_a, "title", (struct str){ big, VALUE_MAX + 1 });
            CHECK_EQ(draft_commit(c, d), ERR_INPUT);
            c->fault = (struct fault){ 0 };
            OK(c, draft_begin(c, STR("lock"), "thing.add", &d));
            draft_in(d, p.a);
            for (int i = 0; i < 20; i++) {
                char field[8];
                (void)snprintf(field, sizeof field, "f%d", i);
                draft_set(d, "thing", p.in_a, field, (struct str){ big, VALUE_MAX });
            }
            CHECK_EQ(draft_commit(c, d), ERR_INPUT);
            CHECK_STR(str_c(c->fault.key), "change.too-big");
            free(big);
            whole(t, &n, &p, "", ERR_INPUT);
        }
        node_end(&n);
    }
}

/* A projector that cannot take a record stops nobody. */
static void a_desks_mistake_stays_its_own(struct t *t)
{
    log_from = LOG_ERROR + 1;
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct pair p;
        struct str d, thing, d2, thing2;
        struct record r = { 0 };
        struct verify_report rep;
        if (setup(t, &n, pg, &p)) {
            OK(&n.c, add_thing(&n.c, "poison", &d, &thing));
            OK(&n.c, record_load(&n.c, thing, &r));
            CHECK_STR(record_get(&r, "title"), "poison");
            OK(&n.c, add_thing(&n.c, "after", &d2, &thing2));
            OK(&n.c, record_load(&n.c, thing2, &r));
            OK(&n.c, ledger_rebuild(&n.c, n.node.ledger));
            OK(&n.c, ledger_verify(&n.c, n.node.ledger, false, &rep));
            node_shut(&n);
            if (node_reopen(t, &n))
                OK(&n.c, record_load(&n.c, thing2, &r));
        }
        node_end(&n);
    }
    log_from = LOG_INFO;
}

/* Times never go back, and one officer's later word stays the later. */
static void the_clock_goes_back(struct t *t)
{
    struct node_t n;
    struct pair p;
    struct change *list = NULL;
    size_t k = 0;
    log_from = LOG_ERROR + 1;
    if (setup(t, &n, false, &p)) {
        OK(&n.c, move(&n.c, p.a, p.in_a, p.b, p.in_b, "before"));
        n.node.ledger->clock_shift = -3600 * US_PER_S;
        OK(&n.c, move(&n.c, p.a, p.in_a, p.b, p.in_b, "after"));
        CHECK(n.node.ledger->clock_warned);
        OK(&n.c, change_list_record(&n.c, p.in_a, 10, &list, &k));
        CHECK_EQ(k, 3);
        for (size_t i = 1; i < k; i++)
            CHECK(list[i - 1].time_us > list[i].time_us);
        struct record r = { 0 };
        OK(&n.c, record_load(&n.c, p.in_a, &r));
        CHECK_STR(record_get(&r, "title"), "after");
        node_shut(&n);
        if (node_reopen(t, &n)) {
            n.node.ledger->clock_shift = -2 * US_PER_DAY;
            OK(&n.c, move(&n.c, p.a, p.in_a, p.b, p.in_b, "last"));
            OK(&n.c, record_load(&n.c, p.in_a, &r));
            CHECK_STR(record_get(&r, "title"), "last");
        }
    }
    node_end(&n);
    log_from = LOG_INFO;
}

/* The disk is full: drafts fail with a clear key, reading goes on, and when
 * there is room again writing does too. */
static void the_disk_is_full(struct t *t)
{
    struct node_t n;
    struct pair p;
    struct record r = { 0 };
    log_from = LOG_ERROR + 1;
    if (setup(t, &n, false, &p)) {
        OK(&n.c, db_script(&n.c, n.node.ledger->book, "PRAGMA max_page_count=1"));
        char *big = malloc(60000);
        memset(big, 'x', 60000);
        big[59999] = 0;
        enum err e = ERR_OK;
        for (int i = 0; i < 200 && !e; i++) {          /* the free pages of the file first */
            struct draft *d = NULL;
            big[0] = (char)('a' + i % 26);
            OK(&n.c, draft_begin(&n.c, STR("lock"), "thing.add", &d));
            draft_in(d, p.b);
            draft_set(d, "thing", p.in_b, "more", str_c(big));
            e = draft_commit(&n.c, d);
        }
        free(big);
        CHECK_EQ(e, ERR_IO);
        CHECK_STR(str_c(n.c.fault.key), "error.disk-full");
        n.c.fault = (struct fault){ 0 };
        OK(&n.c, record_load(&n.c, p.in_a, &r));
        CHECK_STR(record_get(&r, "title"), "one");
        OK(&n.c, db_script(&n.c, n.node.ledger->book, "PRAGMA max_page_count=1073741823"));
        OK(&n.c, move(&n.c, p.a, p.in_a, p.b, p.in_b, "both"));
        struct verify_report rep;
        OK(&n.c, ledger_verify(&n.c, n.node.ledger, false, &rep));
    }
    node_end(&n);
    log_from = LOG_INFO;
}

/* The tables' disk gives up: what is durable stays acknowledged, no new draft
 * starts from old tables, and when it writes again the tables catch up. */
static void the_tables_cannot_be_written(struct t *t)
{
    struct node_t n;
    struct pair p;
    struct draft *d = NULL;
    log_from = LOG_ERROR + 1;
    if (setup(t, &n, false, &p)) {
        OK(&n.c, db_script(&n.c, n.node.ledger->tables, "PRAGMA query_only=1"));
        OK(&n.c, move(&n.c, p.a, p.in_a, p.b, p.in_b, "both"));
        CHECK_EQ(draft_begin(&n.c, STR("lock"), "thing.add", &d), ERR_BUSY);
        CHECK_STR(str_c(n.c.fault.key), "ledger.behind");
        n.c.fault = (struct fault){ 0 };
        struct record r = { 0 };
        OK(&n.c, record_load(&n.c, p.in_a, &r));              /* reading goes on */
        OK(&n.c, db_script(&n.c, n.node.ledger->tables, "PRAGMA query_only=0"));
        enum err e = ERR_BUSY;
        for (int i = 0; e == ERR_BUSY && i < 300; i++) {
            n.c.fault = (struct fault){ 0 };
            (void)usleep(50000);
            e = draft_begin(&n.c, STR("lock"), "thing.add", &d);
        }
        CHECK_EQ(e, ERR_OK);
        draft_drop(d);
        whole(t, &n, &p, "both", e);
    }
    node_end(&n);
    log_from = LOG_INFO;
}

/* PostgreSQL restarts under a running node. */
static void the_database_goes_and_comes(struct t *t)
{
    struct node_t n;
    struct pair p;
    if (engines() < 2)
        return;
    log_from = LOG_ERROR + 1;
    if (setup(t, &n, true, &p)) {
        pg_admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                 " AND datname = current_database()");
        enum err e = ERR_BUSY;
        int tries = 0;
        for (; e && tries < 5; tries++) {              /* busy: the request loop tries again */
            n.c.fault = (struct fault){ 0 };
            e = move(&n.c, p.a, p.in_a, p.b, p.in_b, "both");
            CHECK(e == ERR_OK || e == ERR_BUSY);
        }
        CHECK_EQ(e, ERR_OK);
        whole(t, &n, &p, "both", e);
    }
    node_end(&n);
    log_from = LOG_INFO;
}

/* ---- many officers at once ---------------------------------------------------------------------- */

enum { OFFICERS = 8, EACH = 25 };
struct officer_t { struct node_t *n; const struct pair *p; int number, bad; pthread_t thread; };

static enum err one_more(struct ctx *c, const struct pair *p, struct str lock)
{
    struct record r = { 0 };
    struct draft *d = NULL;
    TRY(draft_begin(c, lock, "thing.count", &d));
    enum err e = record_load(c, p->in_a, &r);
    if (e) {
        draft_drop(d);
        return e;
    }
    draft_in(d, p->a);
    draft_set_i64(d, "thing", p->in_a, "count", record_i64(&r, "count") + 1);
    return draft_commit(c, d);
}

static void *officer_main(void *arg)
{
    struct officer_t *o = arg;
    struct ctx c;
    ctx_init(&c, 8 << 20);
    c.node = &o->n->node;
    c.who = &o->n->who;
    o->bad += ledger_connect(&c, c.node->ledger, &c.db) != ERR_OK;
    for (int i = 0; i < EACH && !o->bad; i++) {
        struct str d, thing;
        arena_reset(&c.mem);
        o->bad += one_more(&c, o->p, STR("the case")) != ERR_OK;
        struct draft *own = NULL;
        if (!o->bad && draft_begin(&c, id_new(&c.mem, c.now_us), "thing.add", &own) == ERR_OK) {
            d = dossier_new(own, "signal", (struct str){ 0 });
            thing = record_new(own);
            draft_in(own, d);
            draft_set(own, "thing", thing, "title", STR("mine"));
            o->bad += (i % 2 ? draft_commit(&c, own) : draft_commit_durable(&c, own)) != ERR_OK;
        }
    }
    if (o->bad)
        printf("# officer %d: %s (%s)\n", o->number, c.fault.key, c.fault.detail);
    db_close(c.db);
    ctx_done(&c);
    return NULL;
}

static void many_officers_count_without_losing(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct pair p;
        struct officer_t o[OFFICERS];
        struct record r = { 0 };
        struct verify_report rep;
        if (setup(t, &n, pg, &p)) {
            for (int i = 0; i < OFFICERS; i++) {
                o[i] = (struct officer_t){ .n = &n, .p = &p, .number = i };
                CHECK_EQ(pthread_create(&o[i].thread, NULL, officer_main, &o[i]), 0);
            }
            for (int i = 0; i < OFFICERS; i++) {
                (void)pthread_join(o[i].thread, NULL);
                CHECK_EQ(o[i].bad, 0);
            }
            OK(&n.c, record_load(&n.c, p.in_a, &r));
            CHECK_EQ(record_i64(&r, "count"), OFFICERS * EACH);
            CHECK(!r.conflict);
            node_shut(&n);                             /* everything handed over is folded */
            if (node_reopen(t, &n)) {
                OK(&n.c, ledger_verify(&n.c, n.node.ledger, false, &rep));
                CHECK_EQ(rep.changes, 2 + 2 * OFFICERS * EACH);
            }
        }
        node_end(&n);
    }
}

static const struct t_case cases[] = {
    { "every statement refused in turn", every_statement_refused },
    { "every allocation of the request refused in turn", every_allocation_refused },
    { "drafts refused or dropped leave nothing", drafts_refused_or_dropped },
    { "a desk's mistake stays its own", a_desks_mistake_stays_its_own },
    { "the clock goes back, the order does not", the_clock_goes_back },
    { "the disk is full", the_disk_is_full },
    { "the tables cannot be written for a while", the_tables_cannot_be_written },
    { "the database goes and comes", the_database_goes_and_comes },
    { "many officers count without losing", many_officers_count_without_losing },
};
T_MAIN(cases)
