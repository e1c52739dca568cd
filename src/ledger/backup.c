/* backup.c - the ledger as one file that no engine is needed to read.
 *
 * The bodies stay sealed; the key file goes along only when it is sealed by a
 * passphrase.  Tables are left out: they are made again from the ledger.
 */
#include "ledger/chain.h"
#include "ledger/ledger_impl.h"
#include "ledger/stream.h"

#include <unistd.h>

/* ---- writing ----------------------------------------------------------------------------- */

/* One page of a table: numbers first, then bytes, as `tag` frames. */
struct dump { char tag; int ints, texts; };

static void put_row(struct stream_out *s, const struct dump *d, struct rows *r)
{
    char room[FRAME_FIELDS][8];
    struct frame f = { .tag = d->tag };
    for (int i = 0; i < d->ints; i++, f.n++)
        f.field[f.n] = stream_num(room[i], row_i64(r, i));
    for (int i = 0; i < d->texts; i++, f.n++)
        f.field[f.n] = row_peek(r, d->ints + i);
    stream_put(s, &f);
}

enum { PAGE = 2000 };

static enum err put_nodes(struct ctx *c, struct db *db, struct stream_out *s)
{
    AUTO_ROWS r = { 0 };
    const struct dump d = { 'N', 1, 3 };
    TRY(db_query_on(c, db, &r, "SELECT no, id, sign_public, box_public FROM ledger_node ORDER BY no", NO_ARGS));
    while (rows_next(&r))
        put_row(s, &d, &r);
    return rows_end(&r);
}

static enum err put_keys(struct ctx *c, struct db *db, struct stream_out *s, struct str *last, bool *more)
{
    AUTO_ROWS r = { 0 };
    const struct dump d = { 'D', 1, 3 };
    size_t n = 0;
    TRY(db_query_on(c, db, &r, "SELECT epoch, id, tag, sealed FROM ledger_key WHERE id > $1 ORDER BY id LIMIT $2",
        ARGS(BYTES(*last), INT(PAGE))));
    for (; rows_next(&r); n++) {
        put_row(s, &d, &r);
        if (n == PAGE - 1)
            *last = row_str(&r, 1);
    }
    *more = n == PAGE;
    return rows_end(&r);
}

static enum err put_entries(struct ctx *c, struct db *db, struct stream_out *s, int64_t *last, bool *more)
{
    AUTO_ROWS r = { 0 };
    const struct dump d = { 'E', 4, 3 };
    size_t n = 0;
    TRY(db_query_on(c, db, &r, "SELECT n, node, seq, time_us, key_id, body, hash FROM ledger_entry"
                               " WHERE n > $1 ORDER BY n LIMIT $2", ARGS(INT(*last), INT(PAGE))));
    for (; rows_next(&r); n++) {
        *last = row_i64(&r, 0);
        put_row(s, &d, &r);
    }
    *more = n == PAGE;
    return rows_end(&r);
}

static enum err put_batches(struct ctx *c, struct db *db, struct stream_out *s, int64_t *node, int64_t *seq, bool *more)
{
    AUTO_ROWS r = { 0 };
    const struct dump d = { 'S', 2, 1 };
    size_t n = 0;
    TRY(db_query_on(c, db, &r, "SELECT node, seq, signature FROM ledger_batch"
                               " WHERE node > $1 OR (node = $1 AND seq > $2) ORDER BY node, seq LIMIT $3",
        ARGS(INT(*node), INT(*seq), INT(PAGE))));
    for (; rows_next(&r); n++) {
        *node = row_i64(&r, 0);
        *seq = row_i64(&r, 1);
        put_row(s, &d, &r);
    }
    *more = n == PAGE;
    return rows_end(&r);
}

static enum err put_blob(struct ctx *c, struct db *db, struct stream_out *s, struct str *last, bool *more)
{
    AUTO_ROWS r = { 0 };
    const struct dump d = { 'B', 0, 3 };
    TRY(db_query_on(c, db, &r, "SELECT name, key_id, sealed FROM ledger_blob WHERE name > $1 ORDER BY name LIMIT 1",
        ARGS(BYTES(*last))));
    *more = rows_next(&r);
    if (*more) {
        put_row(s, &d, &r);
        *last = row_str(&r, 0);
    }
    return rows_end(&r);
}

static enum err put_key_file(struct ctx *c, struct ledger *l, struct stream_out *s)
{
    struct str text;
    TRY(file_read(c, arena_z(&c->mem, l->cfg.key_file), 4096, &text));
    struct frame f = { 'K', 1, { text } };
    if (keyfile_sealed(text))
        stream_put(s, &f);
    return ERR_OK;
}

/* Order: what is needed to check a row comes before it. */
static enum err put_all(struct ctx *c, struct ledger *l, struct db *db, struct stream_out *s)
{
    struct frame first = { 'A', 1, { STR("amparo-backup 1") } };
    int64_t n = 0, node = 0, seq = 0;
    struct str key = STR(""), blob = STR("");
    bool more = true;
    stream_put(s, &first);
    TRY(put_key_file(c, l, s));
    TRY(put_nodes(c, db, s));
    while (more)
        TRY(put_keys(c, db, s, &key, &more));
    for (more = true; more; )
        TRY(put_batches(c, db, s, &node, &seq, &more));
    for (more = true; more; )
        TRY(put_entries(c, db, s, &n, &more));
    for (more = true; more; )
        TRY(put_blob(c, db, s, &blob, &more));
    return ERR_OK;
}

static enum err backup_from(struct ctx *c, struct ledger *l, struct db *db, const char *path)
{
    struct stream_out *s = NULL;
    TRY(db_begin_read(c, db));
    TRY(stream_create(c, path, &s));
    enum err e = put_all(c, l, db, s);
    if (e) {
        stream_drop(s);
        return e;
    }
    return stream_finish(c, s);
}

enum err ledger_backup(struct ctx *c, struct ledger *l, const char *path)
{
    struct db *db = NULL;
    TRY(db_open(c, l->cfg.url, true, &db));
    enum err e = backup_from(c, l, db, path);
    db_rollback(c, db);
    db_close(db);
    return e;
}

/* ---- checking: the whole file before anything is made ---------------------------------------- */

struct sigs { struct chain_batch *p; int64_t *node; size_t n, room, at; };

static enum err sigs_add(struct ctx *c, struct sigs *s, int64_t node, int64_t seq, struct str sig)
{
    if (sig.n != SIG_LEN)
        return FAIL(c, ERR_CORRUPT, "backup.damaged", "signature");
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 1024;
        struct chain_batch *p = NEW_N(&c->mem, struct chain_batch, room);
        int64_t *nodes = NEW_N(&c->mem, int64_t, room);
        TRY(ctx_check(c));
        if (s->n) {
            memcpy(p, s->p, s->n * sizeof *p);
            memcpy(nodes, s->node, s->n * sizeof *nodes);
        }
        s->p = p;
        s->node = nodes;
        s->room = room;
    }
    s->p[s->n].seq = seq;
    memcpy(s->p[s->n].signature, sig.p, SIG_LEN);
    s->node[s->n++] = node;
    return ERR_OK;
}

/* Sorted by node and seq in the file: binary search. */
static const unsigned char *sig_of(const struct sigs *s, int64_t node, int64_t seq)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (s->node[mid] == node && s->p[mid].seq == seq)
            return s->p[mid].signature;
        if (s->node[mid] < node || (s->node[mid] == node && s->p[mid].seq < seq))
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

struct checking { struct chain chain; struct sigs sigs; struct str key_text, node; bool first; };

static enum err check_entry(struct ctx *c, struct checking *k, const struct frame *f)
{
    struct chain_node *nd = chain_node(&k->chain, frame_i64(f, 1));
    if (f->n != 7 || !nd)
        return FAIL(c, ERR_CORRUPT, "backup.damaged", "entry");
    struct entry e = { frame_i64(f, 0), frame_i64(f, 2), frame_i64(f, 3), nd->id,
                       f->field[4], f->field[5], f->field[6] };
    TRY(chain_entry(c, &k->chain, nd, &e));
    const unsigned char *sig = sig_of(&k->sigs, nd->no, nd->seq);
    if (sig)
        chain_signed(&k->chain, nd, sig);
    return ERR_OK;
}

static enum err check_frame(struct ctx *c, struct checking *k, const struct frame *f)
{
    struct arena *a = &c->mem;
    if (!k->first) {
        k->first = true;
        return f->tag == 'A' && f->n == 1 && str_is(f->field[0], "amparo-backup 1") ? ERR_OK
             : FAIL(c, ERR_CORRUPT, "backup.other-version", "not a backup this program knows");
    }
    switch (f->tag) {
    case 'K':
        k->key_text = arena_dup(a, f->field[0]);
        return ctx_check(c);
    case 'N':
        if (frame_i64(f, 0) == 1)
            k->node = arena_dup(a, f->field[1]);
        return chain_node_add(c, &k->chain, frame_i64(f, 0), arena_dup(a, f->field[1]), arena_dup(a, f->field[2]));
    case 'S':
        return sigs_add(c, &k->sigs, frame_i64(f, 0), frame_i64(f, 1), f->field[2]);
    case 'E':
        return check_entry(c, k, f);
    case 'D':
        return f->n == 4 && f->field[1].n == KEY_ID_LEN ? ERR_OK : FAIL(c, ERR_CORRUPT, "backup.damaged", "key");
    case 'B':
        return f->n == 3 ? ERR_OK : FAIL(c, ERR_CORRUPT, "backup.damaged", "attachment");
    default:
        return FAIL(c, ERR_CORRUPT, "backup.damaged", "frame %d", f->tag);
    }
}

static enum err check_frames(struct ctx *c, const char *path, struct checking *k)
{
    struct stream_in *in = NULL;
    bool end = false;
    TRY(stream_open(c, path, &in));
    enum err e = ERR_OK;
    while (!e && !end) {
        struct frame f;
        e = stream_next(c, in, &f, &end);
        if (!e && !end)
            e = check_frame(c, k, &f);
    }
    stream_close(in);
    return e;
}

static enum err check_file(struct ctx *c, const char *path, struct checking *k)
{
    TRY(chain_init(c, &k->chain));
    enum err e = check_frames(c, path, k);
    if (e) {
        chain_stop(&k->chain);
        return e;
    }
    TRY(chain_end(c, &k->chain));
    return k->node.n ? ERR_OK : FAIL(c, ERR_CORRUPT, "backup.damaged", "no node");
}

/* ---- restoring --------------------------------------------------------------------------------- */

static enum err put_back(struct ctx *c, struct db *db, const struct frame *f)
{
    const struct str *x = f->field;
    switch (f->tag) {
    case 'N':
        return db_exec_on(c, db, "INSERT INTO ledger_node (no, id, sign_public, box_public) VALUES ($1, $2, $3, $4)",
            ARGS(INT(frame_i64(f, 0)), TEXT(x[1]), BYTES(x[2]), BYTES(x[3])));
    case 'D':
        return db_exec_on(c, db, "INSERT INTO ledger_key (epoch, id, tag, sealed) VALUES ($1, $2, $3, $4)",
            ARGS(INT(frame_i64(f, 0)), BYTES(x[1]), BYTES(x[2]), BYTES(x[3])));
    case 'S':
        return db_exec_on(c, db, "INSERT INTO ledger_batch (node, seq, signature) VALUES ($1, $2, $3)",
            ARGS(INT(frame_i64(f, 0)), INT(frame_i64(f, 1)), BYTES(x[2])));
    case 'E':
        return db_exec_on(c, db, "INSERT INTO ledger_entry (n, node, seq, time_us, key_id, body, hash)"
                                 " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            ARGS(INT(frame_i64(f, 0)), INT(frame_i64(f, 1)), INT(frame_i64(f, 2)), INT(frame_i64(f, 3)),
                 BYTES(x[4]), BYTES(x[5]), BYTES(x[6])));
    case 'B':
        return db_exec_on(c, db, "INSERT INTO ledger_blob (name, key_id, sealed) VALUES ($1, $2, $3)",
            ARGS(BYTES(x[0]), BYTES(x[1]), BYTES(x[2])));
    default:
        return ERR_OK;
    }
}

static enum err put_back_all(struct ctx *c, struct ctx *g, struct db *db, const char *path)
{
    struct stream_in *in = NULL;
    bool end = false;
    TRY(stream_open(c, path, &in));
    enum err e = ERR_OK;
    while (!e && !end) {
        struct frame f;
        arena_reset(&g->mem);
        e = stream_next(g, in, &f, &end);
        if (!e && !end)
            e = put_back(g, db, &f);
    }
    stream_close(in);
    if (e && !c->fault.code)
        c->fault = g->fault;
    return e;
}

static enum err restore_rows(struct ctx *c, struct db *db, const char *path)
{
    struct ctx g;
    ctx_init(&g, 3 * FRAME_MAX);
    enum err e = db_begin_write(c, db);
    if (!e) {
        e = put_back_all(c, &g, db, path);
        if (e)
            db_rollback(c, db);
        else
            e = db_commit(c, db);
    }
    ctx_done(&g);
    return e;
}

/* The key: from the backup, or (an unsealed key was never put in it) the file
 * that the recovery sheet made.  Either must be of the backup's node. */
static enum err restore_key(struct ctx *c, const struct ledger_config *cfg, const struct checking *k,
                            const char *path, bool *write)
{
    struct keys *keys = NULL;
    bool there = access(path, F_OK) == 0;
    if (!there && !k->key_text.n)
        return FAIL(c, ERR_NOT_FOUND, "restore.key-needed", "the backup holds no key file: recover it first");
    TRY(there ? keyfile_read(c, path, cfg->passphrase, &keys)
              : keyfile_parse(c, k->key_text, cfg->passphrase, &keys));
    bool right = str_is(k->node, keys->id);
    keys_free(keys);
    if (!right)
        return FAIL(c, there ? ERR_CONFLICT : ERR_CORRUPT, "restore.other-key", "the key is of another node");
    *write = !there;
    return ERR_OK;
}

static enum err restore_to(struct ctx *c, struct db *db, const char *path)
{
    AUTO_ROWS r = { 0 };
    TRY(ledger_migrate(c, db));
    TRY(db_query_on(c, db, &r, "SELECT count(*) FROM ledger_node", NO_ARGS));
    bool there = rows_next(&r) && row_i64(&r, 0) > 0;
    TRY(rows_end(&r));
    if (there)
        return FAIL(c, ERR_CONFLICT, "ledger.exists", "a ledger is there already");
    return restore_rows(c, db, path);
}

enum err ledger_restore(struct ctx *c, const struct ledger_config *cfg, const char *path)
{
    struct checking k = { 0 };
    struct db *db = NULL;
    TRY(crypto_start(c));
    const char *key_path = arena_z(&c->mem, cfg->key_file);
    bool write_key = false;
    if (!key_path)
        return FAIL(c, ERR_INPUT, "key.path", "no key file named");
    TRY(check_file(c, path, &k));
    TRY(restore_key(c, cfg, &k, key_path, &write_key));
    TRY(db_open(c, cfg->url, true, &db));
    enum err e = restore_to(c, db, path);
    db_close(db);
    return e || !write_key ? e : file_write(c, key_path, k.key_text, 0600);
}
