/* keys.c - one random key per dossier, wrapped under the node's master key.
 *
 * The raw ledger shows a key's random id and a tag (keyed hash of the dossier's
 * name); whose key it is can be read only with the master key.  Opened keys are
 * kept in a cache of fixed size.
 */
#include "ledger/ledger_impl.h"

#include <stdlib.h>

struct key_cache {
    pthread_mutex_t lock;
    struct dossier_key by_dossier[CACHE_SLOTS], by_id[CACHE_SLOTS];
};

struct key_cache *key_cache_new(void)
{
    struct key_cache *k = calloc(1, sizeof *k);
    if (k)
        (void)pthread_mutex_init(&k->lock, NULL);
    return k;
}

void key_cache_free(struct key_cache *k)
{
    if (!k)
        return;
    wipe_bytes(k->by_dossier, sizeof k->by_dossier);
    wipe_bytes(k->by_id, sizeof k->by_id);
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
}

static struct dossier_key *slot(struct dossier_key *table, struct str name)
{
    return &table[str_hash(name) % CACHE_SLOTS];
}

void key_remember(struct ledger *l, const struct dossier_key *k)
{
    (void)pthread_mutex_lock(&l->cache->lock);
    if (!k->erased)
        *slot(l->cache->by_dossier, key_dossier(k)) = *k;
    *slot(l->cache->by_id, key_id(k)) = *k;
    (void)pthread_mutex_unlock(&l->cache->lock);
}

void key_forget(struct ledger *l, const struct dossier_key *k)
{
    (void)pthread_mutex_lock(&l->cache->lock);
    struct dossier_key *a = slot(l->cache->by_dossier, key_dossier(k));
    struct dossier_key *b = slot(l->cache->by_id, key_id(k));
    if (str_eq(key_dossier(a), key_dossier(k)))
        wipe_bytes(a, sizeof *a);
    if (str_eq(key_id(b), key_id(k)))
        wipe_bytes(b, sizeof *b);
    (void)pthread_mutex_unlock(&l->cache->lock);
}

static bool cached_dossier(struct ledger *l, struct str dossier, struct dossier_key *out)
{
    (void)pthread_mutex_lock(&l->cache->lock);
    struct dossier_key *k = slot(l->cache->by_dossier, dossier);
    bool hit = k->n && str_eq(key_dossier(k), dossier);
    if (hit)
        *out = *k;
    (void)pthread_mutex_unlock(&l->cache->lock);
    return hit;
}

static bool cached_id(struct ledger *l, struct str id, struct dossier_key *out)
{
    (void)pthread_mutex_lock(&l->cache->lock);
    struct dossier_key *k = slot(l->cache->by_id, id);
    bool hit = (k->n || k->erased) && str_eq(key_id(k), id);
    if (hit)
        *out = *k;
    (void)pthread_mutex_unlock(&l->cache->lock);
    return hit;
}

/* ---- making, wrapping ------------------------------------------------------------------ */

void key_make(struct dossier_key *k, struct str dossier)
{
    *k = (struct dossier_key){ .n = (unsigned char)dossier.n };
    random_bytes(k->id, sizeof k->id);
    random_bytes(k->key, sizeof k->key);
    memcpy(k->dossier, dossier.p, dossier.n);
}

void key_tag(const struct ledger *l, struct str dossier, unsigned char tag[HASH_LEN])
{
    HASH(tag, l->hide, STR("dossier "), dossier);
}

struct str key_wrap(struct ctx *c, const struct ledger *l, const struct dossier_key *k)
{
    struct str plain = str_join(&c->mem, { (const char *)k->key, KEY_LEN }, key_dossier(k));
    struct str sealed = seal_fresh(&c->mem, l->keys->master, key_id(k), plain);
    wipe_bytes((char *)plain.p, plain.n);
    return sealed;
}

enum err key_unwrap(struct ctx *c, const struct ledger *l, struct str id, struct str sealed,
                    struct dossier_key *out)
{
    struct str plain;
    struct dossier_key k = { 0 };
    memcpy(k.id, id.p, KEY_ID_LEN);
    if (sealed.n == 0)
        k.erased = true;
    else {
        TRY(seal_open(c, l->keys->master, id, sealed, &plain));
        if (plain.n <= KEY_LEN || plain.n > KEY_LEN + NAME_BYTES)
            return FAIL(c, ERR_CORRUPT, "ledger.key", "%zu bytes", plain.n);
        memcpy(k.key, plain.p, KEY_LEN);
        k.n = (unsigned char)(plain.n - KEY_LEN);
        memcpy(k.dossier, plain.p + KEY_LEN, k.n);
        wipe_bytes((char *)plain.p, plain.n);
    }
    *out = k;
    return ERR_OK;
}

/* ---- finding --------------------------------------------------------------------------------- */

static enum err one_key(struct ctx *c, struct ledger *l, struct rows *r, struct dossier_key *out, bool *found)
{
    *found = rows_next(r);
    if (*found) {
        struct str id = row_str(r, 0), sealed = row_str(r, 1);
        TRY(ctx_check(c));
        if (id.n != KEY_ID_LEN)
            return FAIL(c, ERR_CORRUPT, "ledger.key", "id of %zu bytes", id.n);
        TRY(key_unwrap(c, l, id, sealed, out));
    }
    return rows_end(r);
}

static enum err find_dossier(struct ctx *c, struct ledger *l, struct str dossier,
                             struct dossier_key *out, bool *found)
{
    AUTO_ROWS r = { 0 };
    unsigned char tag[HASH_LEN];
    key_tag(l, dossier, tag);
    TRY(db_query_on(c, l->reader, &r,
        "SELECT id, sealed FROM ledger_key WHERE tag = $1 ORDER BY epoch DESC LIMIT 1",
        ARGS(BYTES(((struct str){ (char *)tag, HASH_LEN })))));
    return one_key(c, l, &r, out, found);
}

static enum err find_id(struct ctx *c, struct ledger *l, struct str id, struct dossier_key *out, bool *found)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query_on(c, l->reader, &r, "SELECT id, sealed FROM ledger_key WHERE id = $1",
        ARGS(BYTES(id))));
    return one_key(c, l, &r, out, found);
}

enum err key_of_dossier(struct ctx *c, struct ledger *l, struct str dossier, struct dossier_key *out)
{
    struct dossier_key k;
    bool found = cached_dossier(l, dossier, &k);
    if (!found) {
        (void)pthread_mutex_lock(&l->reader_lock);
        enum err e = find_dossier(c, l, dossier, &k, &found);
        (void)pthread_mutex_unlock(&l->reader_lock);
        TRY(e);
        if (!found)
            return FAIL(c, ERR_NOT_FOUND, "dossier.none", "dossier %.64s", arena_dup(&c->mem, dossier).p);
        if (k.erased)
            return FAIL(c, ERR_NOT_FOUND, "dossier.erased", "key destroyed");
        key_remember(l, &k);
    }
    *out = k;
    return ERR_OK;
}

enum err key_of_row(struct ctx *c, struct ledger *l, struct str id, struct dossier_key *out)
{
    struct dossier_key k;
    bool found = cached_id(l, id, &k);
    if (!found) {
        (void)pthread_mutex_lock(&l->reader_lock);
        enum err e = find_id(c, l, id, &k, &found);
        (void)pthread_mutex_unlock(&l->reader_lock);
        TRY(e);
        if (!found)
            return FAIL(c, ERR_CORRUPT, "ledger.key", "a row names a key that is not there");
        key_remember(l, &k);
    }
    *out = k;
    return ERR_OK;
}
