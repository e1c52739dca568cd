#include "ledger/ledger_impl.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- the ledger's own tables: numbered steps, never edited once released ------------ */

static const struct db_step steps[] = {
    { 1, "ledger",
      .sqlite =
        "CREATE TABLE ledger_node (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
        "  sign_public BLOB NOT NULL, box_public BLOB NOT NULL) STRICT;"
        "CREATE TABLE ledger_entry ("
        "  n INTEGER PRIMARY KEY,"               /* order of arrival here */
        "  node INTEGER NOT NULL, seq INTEGER NOT NULL,"
        "  time_us INTEGER NOT NULL, key_id BLOB NOT NULL,"
        "  body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;"
        "CREATE UNIQUE INDEX ledger_entry_seq ON ledger_entry (node, seq);"
        "CREATE TABLE ledger_batch (node INTEGER NOT NULL, seq INTEGER NOT NULL,"
        "  signature BLOB NOT NULL, PRIMARY KEY (node, seq)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE ledger_key (id BLOB PRIMARY KEY, tag BLOB NOT NULL,"
        "  epoch INTEGER NOT NULL, sealed BLOB NOT NULL, UNIQUE (tag, epoch)) STRICT;"
        "CREATE TABLE ledger_blob (name BLOB PRIMARY KEY, key_id BLOB NOT NULL,"
        "  sealed BLOB NOT NULL) STRICT;"
        "CREATE TRIGGER ledger_entry_u BEFORE UPDATE ON ledger_entry"
        "  BEGIN SELECT raise(ABORT, 'ledger is append-only'); END;"
        "CREATE TRIGGER ledger_entry_d BEFORE DELETE ON ledger_entry"
        "  BEGIN SELECT raise(ABORT, 'ledger is append-only'); END;"
        "CREATE TRIGGER ledger_batch_u BEFORE UPDATE ON ledger_batch"
        "  BEGIN SELECT raise(ABORT, 'ledger is append-only'); END;"
        "CREATE TRIGGER ledger_batch_d BEFORE DELETE ON ledger_batch"
        "  BEGIN SELECT raise(ABORT, 'ledger is append-only'); END;"
        "CREATE TRIGGER ledger_key_d BEFORE DELETE ON ledger_key"
        "  BEGIN SELECT raise(ABORT, 'ledger is append-only'); END;",
      .pg =
        "CREATE DOMAIN blob AS bytea;"           /* so that one CREATE serves both engines */
        "CREATE TABLE ledger_node (no BIGINT PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
        "  sign_public BYTEA NOT NULL, box_public BYTEA NOT NULL);"
        "CREATE TABLE ledger_entry (n BIGINT PRIMARY KEY, node BIGINT NOT NULL,"
        "  seq BIGINT NOT NULL, time_us BIGINT NOT NULL, key_id BYTEA NOT NULL,"
        "  body BYTEA NOT NULL, hash BYTEA NOT NULL);"
        "CREATE UNIQUE INDEX ledger_entry_seq ON ledger_entry (node, seq);"
        "CREATE TABLE ledger_batch (node BIGINT NOT NULL, seq BIGINT NOT NULL,"
        "  signature BYTEA NOT NULL, PRIMARY KEY (node, seq));"
        "CREATE TABLE ledger_key (id BYTEA PRIMARY KEY, tag BYTEA NOT NULL,"
        "  epoch BIGINT NOT NULL, sealed BYTEA NOT NULL, UNIQUE (tag, epoch));"
        "CREATE TABLE ledger_blob (name BYTEA PRIMARY KEY, key_id BYTEA NOT NULL,"
        "  sealed BYTEA NOT NULL);"
        "CREATE FUNCTION ledger_keep() RETURNS trigger LANGUAGE plpgsql AS"
        "  $$BEGIN RAISE EXCEPTION 'ledger is append-only'; END$$;"
        "CREATE TRIGGER ledger_entry_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry"
        "  FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep();"
        "CREATE TRIGGER ledger_batch_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_batch"
        "  FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep();"
        "CREATE TRIGGER ledger_key_keep BEFORE DELETE OR TRUNCATE ON ledger_key"
        "  FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep();" },
};

/* ---- rows ------------------------------------------------------------------------------ */

static void be64(char out[8], int64_t v)
{
    for (int i = 0; i < 8; i++)
        out[i] = (char)((uint64_t)v >> (56 - 8 * i));
}

void entry_hash(unsigned char out[HASH_LEN], struct str before, const struct entry *e)
{
    static const unsigned char chain_key[KEY_LEN] = "amparo ledger chain 1";
    char head[HASH_LEN + ID_LEN + 16 + KEY_ID_LEN];
    if (before.n != HASH_LEN || e->node.n != ID_LEN || e->key_id.n != KEY_ID_LEN) {
        memset(out, 0, HASH_LEN);               /* no such entry: equals no stored hash */
        return;
    }
    memcpy(head, before.p, HASH_LEN);
    memcpy(head + HASH_LEN, e->node.p, ID_LEN);
    be64(head + HASH_LEN + ID_LEN, e->seq);
    be64(head + HASH_LEN + ID_LEN + 8, e->time_us);
    memcpy(head + HASH_LEN + ID_LEN + 16, e->key_id.p, KEY_ID_LEN);
    HASH(out, chain_key, { head, sizeof head }, e->body);
}

size_t batch_message(char out[BATCH_MESSAGE_MAX], struct str node, int64_t seq, const unsigned char *hash)
{
    static const char first[] = "amparo batch 1\n";
    size_t n = sizeof first - 1;
    memcpy(out, first, n);
    memcpy(out + n, node.p, node.n < ID_LEN ? node.n : ID_LEN);
    n += node.n < ID_LEN ? node.n : ID_LEN;
    be64(out + n, seq);
    memcpy(out + n + 8, hash, HASH_LEN);
    return n + 8 + HASH_LEN;
}

struct str body_ad(struct arena *a, struct str node, struct str key_id_)
{
    return str_join(a, STR("entry "), node, key_id_);
}

enum err entry_open(struct ctx *c, struct ledger *l, const struct entry *e,
                    struct dossier_key *key, struct change *out, bool *erased)
{
    struct str plain;
    TRY(key_of_row(c, l, e->key_id, key));
    *erased = key->erased;
    if (key->erased)
        return ERR_OK;
    TRY(seal_open(c, key->key, body_ad(&c->mem, e->node, e->key_id), e->body, &plain));
    TRY(change_parse(c, plain, out));
    out->node = e->node;
    out->seq = e->seq;
    out->time_us = e->time_us;
    if (!str_eq(out->dossier, key_dossier(key)))
        return FAIL(c, ERR_CORRUPT, "ledger.dossier", "entry %lld names another dossier than its key",
                    (long long)e->n);
    return ERR_OK;
}

/* ---- open, close -------------------------------------------------------------------------- */

static struct str keep(struct ledger *l, struct str s)
{
    return s.n ? arena_dup(&l->mem, s) : (struct str){ 0 };
}

static enum err ledger_alloc(struct ctx *c, const struct ledger_config *cfg, struct ledger **out)
{
    struct ledger *l = calloc(1, sizeof *l);
    if (!l)
        return FAIL(c, ERR_NOMEM, "error.too-big", "ledger");
    arena_init(&l->mem, 1 << 16);
    l->cfg = *cfg;
    l->cfg.url = keep(l, cfg->url);
    l->cfg.tables_url = keep(l, cfg->tables_url.n ? cfg->tables_url : cfg->url);
    l->cfg.key_file = keep(l, cfg->key_file);
    l->cfg.passphrase = (struct str){ 0 };          /* not kept */
    l->to_write_end = &l->to_write;
    l->to_fold_end = &l->to_fold;
    l->node.ledger = l;
    l->part_bytes = REFOLD_PART_BYTES;
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_mutex_init(&l->reader_lock, NULL);
    (void)pthread_mutex_init(&l->jobs_lock, NULL);
    (void)pthread_mutex_init(&l->keeper_lock, NULL);
    (void)pthread_cond_init(&l->for_keeper, NULL);
    (void)pthread_cond_init(&l->folded, NULL);
    (void)pthread_cond_init(&l->for_writer, &attr);
    (void)pthread_cond_init(&l->for_folder, &attr);
    for (size_t i = 0; i < LOCK_STRIPES; i++) {
        (void)pthread_mutex_init(&l->stripe[i].lock, NULL);
        (void)pthread_cond_init(&l->stripe[i].given, &attr);
    }
    l->cache = key_cache_new();
    *out = l;
    return l->cache && !l->mem.failed ? ERR_OK : FAIL(c, ERR_NOMEM, "error.too-big", "ledger");
}

void ledger_close(struct ledger *l)
{
    if (!l)
        return;
    writer_stop(l);
    keeper_stop(l);
    jobs_free(l);
    db_close(l->book);
    db_close(l->tables);
    db_close(l->reader);
    near_free(l->near);
    touched_free(l);
    keys_free(l->keys);
    key_cache_free(l->cache);
    arena_free(&l->mem);
    wipe_bytes(l->hide, sizeof l->hide);
    wipe_bytes(l->places, sizeof l->places);
    wipe_bytes(l->seal, sizeof l->seal);
    free(l);
}

static enum err node_row(struct ctx *c, struct ledger *l, int64_t *n, struct str *id)
{
    AUTO_ROWS r = { 0 };
    *n = 0;
    *id = STR("");
    TRY(db_query_on(c, l->book, &r, "SELECT no, id FROM ledger_node WHERE no = 1", NO_ARGS));
    if (rows_next(&r)) {
        *n = row_i64(&r, 0);
        *id = row_str(&r, 1);
    }
    return rows_end(&r);
}

/* PostgreSQL's text order must be by bytes, as SQLite's and as ours. */
static enum err collation_ok(struct ctx *c, struct db *db)
{
    AUTO_ROWS r = { 0 };
    if (!db_is_pg(db))
        return ERR_OK;
    TRY(db_query_on(c, db, &r, "SELECT CASE WHEN 'a' < 'B' THEN 1 ELSE 0 END", NO_ARGS));
    bool bad = rows_next(&r) && row_i64(&r, 0) == 1;
    TRY(rows_end(&r));
    return bad ? FAIL(c, ERR_INPUT, "db.collation", "make the database with LOCALE 'C'") : ERR_OK;
}

enum err ledger_migrate(struct ctx *c, struct db *db)
{
    TRY(collation_ok(c, db));
    return db_migrate(c, db, steps, COUNT_OF(steps));
}

static enum err book_open(struct ctx *c, struct ledger *l)
{
    TRY(db_open(c, l->cfg.url, true, &l->book));
    return ledger_migrate(c, l->book);
}

static void take_keys(struct ledger *l, struct keys *k)
{
    l->keys = k;
    key_derive(l->hide, k->index, "hide");
    key_derive(l->seal, k->index, "seal");
    key_derive(l->places, l->hide, "places");
}

static enum err purge_texts(struct ctx *c, struct ledger *l)
{
    size_t n = 0;
    while (table_at(l, n))
        n++;
    l->purge = NEW_N(&l->mem, const char *, n + 1);
    for (size_t i = 0; i < n && l->purge; i++) {
        const struct table *t = table_at(l, i);
        l->purge[i] = str_join(&l->mem, STR("DELETE FROM "), str_c(t->name), STR(" WHERE "),
                               str_c(t->key ? t->key : "id"), STR(" = $1"), STR("\0")).p;
    }
    return l->mem.failed ? FAIL(c, ERR_NOMEM, "error.too-big", "tables") : ERR_OK;
}

static enum err open_parts(struct ctx *c, struct ledger *l, struct str passphrase)
{
    int64_t n;
    struct str id;
    struct keys *k = NULL;
    const char *path = arena_z(&c->mem, l->cfg.key_file);
    TRY(crypto_start(c));
    if (!path)
        return FAIL(c, ERR_INPUT, "key.path", "no key file named");
    TRY(keyfile_read(c, path, passphrase, &k));
    take_keys(l, k);
    TRY(book_open(c, l));
    TRY(node_row(c, l, &n, &id));
    if (!n)
        return FAIL(c, ERR_NOT_FOUND, "ledger.none", "no ledger here: amparo init makes one");
    if (!str_is(id, l->keys->id))
        return FAIL(c, ERR_DENIED, "ledger.other-key", "the ledger is of node " STR_F, STR_A(id));
    TRY(db_open(c, l->cfg.url, true, &l->reader));
    TRY(db_room(c, l->book, 2000, 4000));
    TRY(purge_texts(c, l));
    l->near = near_new(c, l->cfg.tables_url);
    int lock = tables_lock(c, l);
    asides_left(c, l);
    enum err e = tables_open(c, l);
    if (!e)
        e = tables_prepare(c, l);
    tables_unlock(lock);
    TRY(e);
    touched_start(l);
    keeper_start(l);
    return writer_start(c, l);
}

enum err ledger_open(struct ctx *c, const struct ledger_config *cfg, struct ledger **out)
{
    struct ledger *l = NULL;
    enum err e = ledger_alloc(c, cfg, &l);
    if (!e)
        e = open_parts(c, l, cfg->passphrase);
    if (e) {
        ledger_close(l);
        return e;
    }
    *out = l;
    return ERR_OK;
}

static enum err put_node(struct ctx *c, struct ledger *l)
{
    const struct keys *k = l->keys;
    return db_exec_on(c, l->book,
        "INSERT INTO ledger_node (no, id, sign_public, box_public) VALUES (1, $1, $2, $3)",
        ARGS(TEXT(str_c(k->id)), BYTES(((struct str){ (char *)k->sign_public, PUBLIC_LEN })),
             BYTES(((struct str){ (char *)k->box_public, PUBLIC_LEN }))));
}

/* The node's own dossier, where it writes what it did as a node. */
static enum err put_node_key(struct ctx *c, struct ledger *l)
{
    struct dossier_key k;
    unsigned char tag[HASH_LEN];
    key_make(&k, str_c(l->keys->id));
    key_tag(l, key_dossier(&k), tag);
    struct str wrapped = key_wrap(c, l, &k);
    TRY(ctx_check(c));
    return db_exec_on(c, l->book, "INSERT INTO ledger_key (id, tag, epoch, sealed) VALUES ($1, $2, 1, $3)",
        ARGS(BYTES(key_id(&k)), BYTES(((struct str){ (char *)tag, HASH_LEN })), BYTES(wrapped)));
}

static enum err put_first(struct ctx *c, struct ledger *l)
{
    TRY(db_begin_write(c, l->book));
    enum err e = put_node(c, l);
    if (!e)
        e = put_node_key(c, l);
    if (e) {
        db_rollback(c, l->book);
        return e;
    }
    return db_commit(c, l->book);
}

static enum err create_parts(struct ctx *c, struct ledger *l, const struct ledger_config *cfg)
{
    int64_t n;
    struct str id, text;
    const char *path = arena_z(&c->mem, l->cfg.key_file);
    TRY(crypto_start(c));
    if (!path)
        return FAIL(c, ERR_INPUT, "key.path", "no key file named");
    if (access(path, F_OK) == 0)
        return FAIL(c, ERR_CONFLICT, "ledger.exists", "key file is there already");
    TRY(book_open(c, l));
    TRY(node_row(c, l, &n, &id));
    if (n)
        return FAIL(c, ERR_CONFLICT, "ledger.exists", "a ledger is there already");
    struct keys *k = keys_new(NULL);
    if (!k)
        return FAIL(c, ERR_NOMEM, "error.too-big", "key memory");
    take_keys(l, k);
    TRY(keyfile_format(c, k, cfg->passphrase, cfg->cost, &text));
    TRY(file_write(c, path, text, 0600));
    enum err e = put_first(c, l);
    if (e)
        (void)unlink(path);
    return e;
}

enum err ledger_create(struct ctx *c, const struct ledger_config *cfg)
{
    struct ledger *l = NULL;
    enum err e = ledger_alloc(c, cfg, &l);
    if (!e)
        e = create_parts(c, l, cfg);
    ledger_close(l);
    return e;
}

enum err ledger_shares(struct ctx *c, const struct ledger_config *cfg, int m, int n, struct str share[])
{
    struct keys *k = NULL;
    const char *path = arena_z(&c->mem, cfg->key_file);
    TRY(crypto_start(c));
    if (!path)
        return FAIL(c, ERR_INPUT, "key.path", "no key file named");
    TRY(keyfile_read(c, path, cfg->passphrase, &k));
    enum err e = shares_make(c, k->root, m, n, share);
    keys_free(k);
    return e;
}

enum err ledger_recover(struct ctx *c, const struct ledger_config *cfg, const struct str share[], size_t n)
{
    unsigned char root[KEY_LEN];
    struct str text;
    const char *path = arena_z(&c->mem, cfg->key_file);
    TRY(crypto_start(c));
    if (!path || access(path, F_OK) == 0)
        return FAIL(c, ERR_CONFLICT, "ledger.exists", "key file is there already");
    TRY(shares_join(c, share, n, root));
    struct keys *k = keys_new(root);
    wipe_bytes(root, sizeof root);
    if (!k)
        return FAIL(c, ERR_NOMEM, "error.too-big", "key memory");
    enum err e = keyfile_format(c, k, cfg->passphrase, cfg->cost, &text);
    keys_free(k);
    return e ? e : file_write(c, path, text, 0600);
}

enum err ledger_connect(struct ctx *c, struct ledger *l, struct db **out)
{
    TRY(db_open(c, l->cfg.tables_url, false, out));
    db_map(*out, INT64_C(1) << 30);
    return ERR_OK;
}

struct str ledger_node_id(const struct ledger *l)
{
    return str_c(l->keys->id);
}

/* ---- small services -------------------------------------------------------------------------- */

struct str record_get(const struct record *r, const char *field)
{
    size_t lo = 0, hi = r->n;
    struct str name = str_c(field);
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = str_cmp(r->fields[mid].name, name);
        if (!d)
            return r->fields[mid].heads[0].value;
        if (d < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (struct str){ 0 };
}

int64_t record_i64(const struct record *r, const char *field)
{
    int64_t v;
    return str_to_i64(record_get(r, field), &v) ? v : 0;
}

bool record_is(const struct record *r, const char *field, const char *value)
{
    return str_is(record_get(r, field), value);
}

enum err record_load(struct ctx *c, struct str id, struct record *out)
{
    AUTO_ROWS r = { 0 };
    struct dossier_key key;
    struct state s;
    struct record rec = { .id = arena_dup(&c->mem, id) };
    /* The first made; nearly always the only one, so nothing is sorted for it. */
    int64_t first_us = INT64_MAX;
    bool found = false;
    TRY(db_query(c, &r, "SELECT dossier, kind, created_us FROM record WHERE id = $1"
                        " ORDER BY dossier, kind", ARGS(TEXT(id))));
    while (rows_next(&r)) {
        if (found && row_i64(&r, 2) >= first_us)
            continue;
        found = true;
        first_us = row_i64(&r, 2);
        rec.dossier = row_str(&r, 0);
        rec.kind = row_str(&r, 1);
    }
    TRY(rows_end(&r));
    if (!found)
        return FAIL(c, ERR_NOT_FOUND, "record.none", "no such record");
    TRY(key_of_dossier(c, c->node->ledger, rec.dossier, &key));
    TRY(state_load(c, &key, rec.kind, id, &s, NULL));
    TRY(state_record(c, &s, &rec));
    *out = rec;
    return ERR_OK;
}

struct str blind_index(struct ctx *c, const char *domain, struct str value)
{
    unsigned char h[HASH_LEN];
    HASH(h, c->node->ledger->keys->index, STR("blind "), str_c(domain), STR(" "), value);
    return hex_text(&c->mem, (struct str){ (char *)h, 16 });
}

struct str node_seal(struct ctx *c, struct str plain)
{
    return seal_same(&c->mem, c->node->ledger->seal, STR("node"), plain);
}

enum err node_open(struct ctx *c, struct str sealed, struct str *plain)
{
    return seal_open(c, c->node->ledger->seal, STR("node"), sealed, plain);
}

void node_public(struct ctx *c, unsigned char sign[PUBLIC_LEN], unsigned char box[PUBLIC_LEN])
{
    const struct keys *k = c->node->ledger->keys;
    memcpy(sign, k->sign_public, PUBLIC_LEN);
    memcpy(box, k->box_public, PUBLIC_LEN);
}

void node_sign(struct ctx *c, struct str msg, unsigned char sig[SIG_LEN])
{
    keys_sign(c->node->ledger->keys, msg, sig);
}

enum err node_unbox(struct ctx *c, struct str sealed, struct str *plain)
{
    return box_open(c, c->node->ledger->keys, sealed, plain);
}

static enum err count_on(struct rows *r, int64_t *out)
{
    *out = rows_next(r) ? row_i64(r, 0) : 0;
    return rows_end(r);
}

static enum err book_stats(struct ctx *c, struct ledger *l, struct ledger_stats *s)
{
    AUTO_ROWS a = { 0 }, b = { 0 }, d = { 0 };
    TRY(db_query_on(c, l->reader, &a, "SELECT coalesce(max(n), 0) FROM ledger_entry", NO_ARGS));
    TRY(count_on(&a, &s->changes));
    TRY(db_query_on(c, l->reader, &b, "SELECT count(*) FROM ledger_batch", NO_ARGS));
    TRY(count_on(&b, &s->batches));
    TRY(db_query_on(c, l->reader, &d, "SELECT time_us FROM ledger_entry ORDER BY n DESC LIMIT 1", NO_ARGS));
    return count_on(&d, &s->last_us);
}

enum err ledger_stats(struct ctx *c, struct ledger_stats *out)
{
    struct ledger *l = c->node->ledger;
    struct ledger_stats s = { 0 };
    AUTO_ROWS a = { 0 }, b = { 0 };
    (void)pthread_mutex_lock(&l->reader_lock);
    enum err e = book_stats(c, l, &s);
    (void)pthread_mutex_unlock(&l->reader_lock);
    TRY(e);
    TRY(folded_get(c, c->db, &s.folded));
    TRY(db_query(c, &a, "SELECT count(*) FROM dossier", NO_ARGS));
    TRY(count_on(&a, &s.dossiers));
    TRY(db_query(c, &b, "SELECT count(*) FROM record WHERE conflict = 1", NO_ARGS));
    TRY(count_on(&b, &s.conflicts));
    *out = s;
    return ERR_OK;
}

static enum err last_on(struct ctx *c, struct ledger *l, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query_on(c, l->reader, &r, "SELECT coalesce(max(n), 0) FROM ledger_entry", NO_ARGS));
    return count_on(&r, n);
}

enum err ledger_last(struct ctx *c, int64_t *changes, int64_t *folded)
{
    struct ledger *l = c->node->ledger;
    int64_t n, f;
    (void)pthread_mutex_lock(&l->reader_lock);
    enum err e = last_on(c, l, &n);
    (void)pthread_mutex_unlock(&l->reader_lock);
    TRY(e);
    TRY(folded_get(c, c->db, &f));
    *changes = n;
    *folded = f;
    return ERR_OK;
}
