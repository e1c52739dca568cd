/* blob.c - attachments, and the end of a dossier. */
#include "ledger/ledger_impl.h"

/* In the ledger a blob goes by a keyed hash of dossier and content. */
static struct str blob_name(struct ctx *c, struct ledger *l, struct str dossier, struct str sha256)
{
    unsigned char h[HASH_LEN];
    HASH(h, l->hide, STR("blob "), dossier, STR(" "), sha256);
    return arena_dup(&c->mem, (struct str){ (char *)h, HASH_LEN });
}

enum err blob_put(struct ctx *c, struct str dossier, struct str bytes, struct str *hash)
{
    struct ledger *l = c->node->ledger;
    struct dossier_key key;
    unsigned char sum[32];
    if (bytes.n > BLOB_MAX)
        return FAIL(c, ERR_INPUT, "blob.too-big", "%zu bytes", bytes.n);
    TRY(key_of_dossier(c, l, dossier, &key));
    hash_sha256(sum, bytes);
    struct str name = blob_name(c, l, dossier, (struct str){ (char *)sum, sizeof sum });
    struct str hex = hex_text(&c->mem, (struct str){ (char *)sum, sizeof sum });
    TRY(ctx_check(c));
    struct job *job = job_new(c, l);
    if (!job)
        return c->fault.code;
    job->blob_key = &key;
    job->blob_name = name;
    job->bytes = bytes.n;
    job->blob_body = seal_fresh(&job->mem, key.key, name, bytes);
    if (!job->blob_body.p) {
        job_drop(l, job);
        return FAIL(c, ERR_NOMEM, "error.too-big", "attachment");
    }
    TRY(job_run(c, l, job));
    *hash = hex;
    return ERR_OK;
}

static enum err blob_read(struct ctx *c, struct ledger *l, struct str name, struct str *sealed)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query_on(c, l->reader, &r, "SELECT sealed FROM ledger_blob WHERE name = $1", ARGS(BYTES(name))));
    bool found = rows_next(&r);
    if (found)
        *sealed = row_str(&r, 0);
    TRY(rows_end(&r));
    return found ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "blob.none", "attachment");
}

enum err blob_get(struct ctx *c, struct str dossier, struct str hash, struct str *bytes)
{
    struct ledger *l = c->node->ledger;
    struct dossier_key key;
    struct str sum, sealed = { 0 };
    if (hash.n != 64 || !hex_bytes(&c->mem, hash, &sum))
        return FAIL(c, ERR_NOT_FOUND, "blob.none", "not a hash");
    TRY(key_of_dossier(c, l, dossier, &key));
    struct str name = blob_name(c, l, dossier, sum);
    TRY(ctx_check(c));
    (void)pthread_mutex_lock(&l->reader_lock);
    enum err e = blob_read(c, l, name, &sealed);
    (void)pthread_mutex_unlock(&l->reader_lock);
    TRY(e);
    return seal_open(c, key.key, name, sealed, bytes);
}
