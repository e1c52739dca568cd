/* The fold's promise: any order of arrival, any cut into batches, anything
 * twice: the same tables byte for byte. */
#include "db_t.h"
#include "ledger/ledger_impl.h"

enum { NODES = 3, RECORDS = 4, CHANGES = 40 };
static const char *const field_names[] = { "state", "summary", "place" };

static uint64_t dice(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % below;
}

/* ---- a little history of authors who see each other late ---------------------------------- */

struct history {
    struct change ch[CHANGES];
    struct set sets[CHANGES][RECORDS * 3];
    bool seen[NODES][CHANGES];             /* which changes each author knows */
    struct str record[RECORDS];
};

/* The heads of a field in what `node` has seen: replaced by nothing it has seen. */
static size_t heads_seen(const struct history *h, size_t node, size_t n, struct str record, struct str field,
                         struct str *out)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t s = 0; h->seen[node][i] && s < h->ch[i].n; s++) {
            const struct set *set = &h->sets[i][s];
            bool replaced = false;
            if (!str_eq(set->record, record) || !str_eq(set->field, field))
                continue;
            for (size_t j = 0; j < n; j++)
                for (size_t x = 0; h->seen[node][j] && x < h->ch[j].n; x++)
                    for (size_t p = 0; p < h->sets[j][x].prevs_n; p++)
                        replaced |= str_eq(h->sets[j][x].record, record) && str_eq(h->sets[j][x].field, field) &&
                                    str_eq(h->sets[j][x].prevs[p], h->ch[i].id);
            if (!replaced)
                out[k++] = h->ch[i].id;
        }
    return k;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct str numbered(struct arena *a, const char *what, uint64_t v)
{
    struct buf b;
    buf_init(&b, a, 64);
    buf_fmt(&b, "0000000000000000%s%06llu", what, (unsigned long long)v);
    return buf_str(&b);
}

static void make_history(struct arena *a, struct history *h, uint64_t seed, struct str dossier)
{
    *h = (struct history){ 0 };
    for (size_t r = 0; r < RECORDS; r++)
        h->record[r] = numbered(a, "rec0", r);
    for (size_t i = 0; i < CHANGES; i++) {
        size_t node = dice(&seed, NODES), k = 0;
        for (size_t j = 0; j < i; j++)                       /* some news arrived */
            h->seen[node][j] |= dice(&seed, 4) == 0;
        struct change *ch = &h->ch[i];
        *ch = (struct change){ .id = numbered(a, "chg0", 100 + i), .node = numbered(a, "nde0", node),
            .dossier = dossier, .verb = STR("v"), .reason = STR(""), .officer = numbered(a, "0ff0", node),
            .office = STR(""), .seq = (int64_t)i + 1, .time_us = 1000 + (int64_t)dice(&seed, 50), .sets = h->sets[i] };
        for (size_t r = 0; r < RECORDS; r++)
            for (size_t f = 0; f < COUNT_OF(field_names); f++) {
                if (dice(&seed, 3))
                    continue;
                struct str *prevs = NEW_N(a, struct str, CHANGES);
                size_t n = heads_seen(h, node, i, h->record[r], str_c(field_names[f]), prevs);
                qsort(prevs, n, sizeof *prevs, by_text);
                h->sets[i][k++] = (struct set){ STR("thing"), h->record[r], str_c(field_names[f]),
                    numbered(a, "val0", dice(&seed, 5)), n, prevs };
            }
        ch->n = k;
        h->seen[node][i] = true;
    }
}

/* ---- folding it in some order ------------------------------------------------------------------ */

static void shuffle(size_t *order, size_t n, uint64_t *seed)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = dice(seed, i), x = order[i - 1];
        order[i - 1] = order[k];
        order[k] = x;
    }
}

static enum err project_thing(struct ctx *c, const struct record *r)
{
    return db_exec(c, "INSERT INTO thing (id, state, place, conflict) VALUES ($1, $2, $3, $4)"
                      " ON CONFLICT (id) DO UPDATE SET state = excluded.state, place = excluded.place,"
                      " conflict = excluded.conflict",
        ARGS(TEXT(r->id), TEXT(record_get(r, "state")), TEXT(record_get(r, "place")), INT(r->conflict)));
}
static const struct projector projectors[] = { { "thing", project_thing } };
static const struct table tables[] = {
    { "thing", "CREATE TABLE thing (id TEXT PRIMARY KEY, state TEXT NOT NULL, place TEXT NOT NULL, conflict BIGINT NOT NULL)", NULL },
};
static const struct node_parts parts = { projectors, 1, tables, 1 };

static struct str dump(struct ctx *c)
{
    AUTO_ROWS r = { 0 };
    struct buf b;
    buf_init(&b, &c->mem, 1 << 20);
    if (db_query(c, &r, "SELECT id, dossier, kind, created_us, updated_us, conflict, body FROM record ORDER BY id", NO_ARGS))
        return STR("failed");
    while (rows_next(&r))
        for (int i = 0; i < 7; i++) {
            buf_put(&b, row_peek(&r, i));
            buf_char(&b, '|');
        }
    if (rows_end(&r))
        return STR("failed");
    AUTO_ROWS s = { 0 };
    if (db_query(c, &s, "SELECT id, state, place, conflict FROM thing ORDER BY id", NO_ARGS))
        return STR("failed");
    while (rows_next(&s))
        for (int i = 0; i < 4; i++) {
            buf_put(&b, row_peek(&s, i));
            buf_char(&b, '|');
        }
    return rows_end(&s) ? STR("failed") : buf_str(&b);
}

/* Empty tables, then the history in this order, cut at random, some of it twice. */
static struct str fold_in_order(struct t *t, struct node_t *n, const struct history *h, const size_t *order,
                                const struct dossier_key *key, uint64_t *seed)
{
    struct ctx f, g;
    struct fold_item items[2 * CHANGES];
    fold_contexts(&f, &g, n->node.ledger, n->c.db);
    struct fold fold = { .l = n->node.ledger, .c = &f, .g = &g };
    OK(&n->c, db_script(&n->c, n->c.db, "DELETE FROM record; DELETE FROM change_index; DELETE FROM change_recent; DELETE FROM thing"));
    for (size_t i = 0; i < CHANGES; ) {
        size_t k = 0, end = i + 1 + dice(seed, 9);
        for (; i < end && i < CHANGES; i++) {
            size_t at = order[i];
            items[k++] = (struct fold_item){ &h->ch[at], key, (int64_t)at + 1 };
            if (dice(seed, 3) == 0) {
                at = order[dice(seed, i + 1)];                      /* again, now or later */
                items[k++] = (struct fold_item){ &h->ch[at], key, (int64_t)at + 1 };
            }
        }
        OK(&f, db_begin_write(&f, f.db));
        OK(&f, fold_items(&fold, items, k));
        OK(&f, db_commit(&f, f.db));
        arena_reset(&f.mem);
    }
    struct str out = dump(&n->c);
    ctx_done(&f);
    ctx_done(&g);
    return out;
}

static void any_order_gives_the_same_bytes(struct t *t)
{
    int64_t conflicts = 0;
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        static struct history h;
        size_t order[CHANGES];
        if (node_fresh(t, &n, pg, &parts)) {
            struct dossier_key key;
            struct str dossier = STR("00000000000000000000000000");
            key_make(&key, dossier);
            for (uint64_t seed = 1; seed <= (pg ? 2 : 12); seed++) {
                uint64_t s = seed;
                struct arena keep;
                arena_init(&keep, 16 << 20);
                make_history(&keep, &h, seed, dossier);
                for (size_t i = 0; i < CHANGES; i++)
                    order[i] = i;
                struct str first = arena_dup(&keep, fold_in_order(t, &n, &h, order, &key, &s));
                CHECK(first.n > 100);
                for (int round = 0; round < (pg ? 3 : 6); round++) {
                    arena_reset(&n.c.mem);
                    shuffle(order, CHANGES, &s);
                    struct str again = fold_in_order(t, &n, &h, order, &key, &s);
                    CHECK(str_eq(first, again));
                }
                AUTO_ROWS r = { 0 };
                OK(&n.c, db_query(&n.c, &r, "SELECT count(*) FROM record WHERE conflict = 1", NO_ARGS));
                if (rows_next(&r))
                    conflicts += row_i64(&r, 0);
                OK(&n.c, rows_end(&r));
                arena_free(&keep);
            }
        }
        node_end(&n);
    }
    CHECK(conflicts > 0);                    /* else this proved little */
    printf("# %lld conflicts on the way\n", (long long)conflicts);
}

/* ---- a conflict is kept, shown and solved --------------------------------------------------------- */

static enum err fold_one(struct node_t *n, struct change *ch, int64_t at, const struct dossier_key *key)
{
    struct ctx f, g;
    fold_contexts(&f, &g, n->node.ledger, n->c.db);
    struct fold fold = { .l = n->node.ledger, .c = &f, .g = &g };
    struct fold_item item = { ch, key, at };
    enum err e = db_begin_write(&f, f.db);
    if (!e)
        e = fold_items(&fold, &item, 1);
    if (!e)
        e = db_commit(&f, f.db);
    else
        db_rollback(&f, f.db);
    ctx_done(&f);
    ctx_done(&g);
    return e;
}

static void two_authors_both_are_kept(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct record r = { 0 };
        struct draft *d = NULL;
        struct dossier_key key;
        if (node_fresh(t, &n, pg, &parts)) {
            struct ctx *c = &n.c;
            OK(c, draft_begin(c, STR("x"), "thing.add", &d));
            struct str dossier = dossier_new(d, "signal", (struct str){ 0 }), id = record_new(d);
            draft_in(d, dossier);
            draft_set(d, "thing", id, "state", STR("open"));
            OK(c, draft_commit(c, d));
            OK(c, key_of_dossier(c, n.node.ledger, dossier, &key));
            /* another node, which saw nothing, said something else later */
            struct set set = { STR("thing"), id, STR("state"), STR("closed"), 0, NULL };
            struct change other = { .id = STR("0zzzzzzzzzzzzzzzzzzzzzzzzz"), .node = STR("01111111111111111111111111"),
                .dossier = dossier, .verb = STR("v"), .officer = STR("someone"), .seq = 1,
                .time_us = c->now_us + US_PER_DAY, .n = 1, .sets = &set };
            OK(c, fold_one(&n, &other, 1000, &key));
            OK(c, record_load(c, id, &r));
            CHECK(r.conflict);
            CHECK_EQ(r.n, 1);
            CHECK_EQ(r.fields[0].n, 2);
            CHECK_STR(record_get(&r, "state"), "closed");                  /* the later shows */
            CHECK_STR(r.fields[0].heads[1].value, "open");                 /* the other is kept */
            CHECK_STR(r.fields[0].heads[0].officer, "someone");
            /* a person resolves it, even by saying again what shows */
            OK(c, draft_begin(c, STR("x"), "thing.resolve", &d));
            draft_in(d, dossier);
            draft_set(d, "thing", id, "state", STR("closed"));
            OK(c, draft_commit(c, d));
            OK(c, record_load(c, id, &r));
            CHECK(!r.conflict);
            CHECK_EQ(r.fields[0].n, 1);
        }
        node_end(&n);
    }
}

/* ---- a refold in many small parts ---------------------------------------------------------------- */

static enum err some_change(struct ctx *c, struct str dossier, struct str *things, size_t n, uint64_t *seed)
{
    struct draft *d = NULL;
    TRY(draft_begin(c, dossier, "thing.set", &d));
    draft_in(d, dossier);
    for (size_t i = 0; i < 3; i++) {
        struct str v = numbered(&c->mem, "val0", dice(seed, 1000));
        draft_set(d, "thing", things[dice(seed, n)], field_names[dice(seed, 3)], v);
    }
    return draft_commit_durable(c, d);
}

/* Five dossiers, the first as large as all others: it is taken in slices. */
static void small_parts_give_the_same_tables(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct verify_report rep = { 0 };
        uint64_t seed = 7;
        if (node_fresh(t, &n, pg, &parts)) {
            struct str dossier[5], things[5][8];
            struct ctx *c = &n.c;
            for (size_t i = 0; i < 5; i++) {
                struct draft *d = NULL;
                OK(c, draft_begin(c, STR("x"), "thing.add", &d));
                dossier[i] = dossier_new(d, "signal", (struct str){ 0 });
                draft_in(d, dossier[i]);
                for (size_t k = 0; k < 8; k++) {
                    things[i][k] = record_new(d);
                    draft_set(d, "thing", things[i][k], "state", STR("new"));
                }
                OK(c, draft_commit(c, d));
            }
            for (size_t i = 0; i < 120; i++) {
                size_t at = i % 2 ? 0 : dice(&seed, 5);
                OK(c, some_change(c, dossier[at], things[at], 8, &seed));
            }
            OK(c, dossier_erase(c, dossier[3], STR("asked for")));
            for (int64_t bytes = 1000; bytes <= 100000; bytes *= 10) {
                n.node.ledger->part_bytes = bytes;
                OK(c, ledger_rebuild(c, n.node.ledger));
                n.node.ledger->part_bytes = REFOLD_PART_BYTES;     /* what it is compared with */
                OK(c, ledger_verify(c, n.node.ledger, false, &rep));
                CHECK_EQ(rep.records, 4 * 9 + 1);
            }
        }
        node_end(&n);
    }
}

static const struct t_case cases[] = {
    { "any order, any batches, anything twice: the same bytes", any_order_gives_the_same_bytes },
    { "a refold in small parts and slices gives the same tables", small_parts_give_the_same_tables },
    { "two authors: both are kept, the later shows, a person resolves", two_authors_both_are_kept },
};
T_MAIN(cases)
