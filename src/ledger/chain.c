#include "ledger/chain.h"

#include <stdlib.h>

/* ---- signatures, checked beside ---------------------------------------------------------- */

enum { QUEUE = 256, HELPERS = 2 };

struct check { unsigned char sign_public[PUBLIC_LEN], signature[SIG_LEN]; char msg[BATCH_MESSAGE_MAX]; size_t msg_n; int64_t seq; };
struct chain_checks {
    pthread_mutex_t lock;
    pthread_cond_t more, room;
    struct check queue[QUEUE];
    size_t head, n;
    bool end;
    int64_t bad_seq;                /* the first that failed, or 0 */
    pthread_t helper[HELPERS];
    size_t helpers;
};

static bool take_check(struct chain_checks *k, struct check *out)
{
    (void)pthread_mutex_lock(&k->lock);
    while (!k->n && !k->end)
        (void)pthread_cond_wait(&k->more, &k->lock);
    bool got = k->n > 0;
    if (got) {
        *out = k->queue[k->head];
        k->head = (k->head + 1) % QUEUE;
        k->n--;
        (void)pthread_cond_signal(&k->room);
    }
    (void)pthread_mutex_unlock(&k->lock);
    return got;
}

static void *check_main(void *p)
{
    struct chain_checks *k = p;
    struct check one;
    while (take_check(k, &one)) {
        if (sign_ok(one.sign_public, (struct str){ one.msg, one.msg_n }, one.signature))
            continue;
        (void)pthread_mutex_lock(&k->lock);
        if (!k->bad_seq || one.seq < k->bad_seq)
            k->bad_seq = one.seq;
        (void)pthread_mutex_unlock(&k->lock);
    }
    return NULL;
}

static int64_t checks_end(struct chain_checks *k)
{
    (void)pthread_mutex_lock(&k->lock);
    k->end = true;
    (void)pthread_cond_broadcast(&k->more);
    (void)pthread_mutex_unlock(&k->lock);
    for (size_t i = 0; i < k->helpers; i++)
        (void)pthread_join(k->helper[i], NULL);
    int64_t bad = k->bad_seq;
    (void)pthread_cond_destroy(&k->more);
    (void)pthread_cond_destroy(&k->room);
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
    return bad;
}

enum err chain_init(struct ctx *c, struct chain *ch)
{
    *ch = (struct chain){ .nodes = NEW_N(&c->mem, struct chain_node, 16), .room = 16 };
    TRY(ctx_check(c));
    struct chain_checks *k = calloc(1, sizeof *k);
    if (!k)
        return FAIL(c, ERR_NOMEM, "error.too-big", "checks");
    (void)pthread_mutex_init(&k->lock, NULL);
    (void)pthread_cond_init(&k->more, NULL);
    (void)pthread_cond_init(&k->room, NULL);
    while (k->helpers < HELPERS && pthread_create(&k->helper[k->helpers], NULL, check_main, k) == 0)
        k->helpers++;
    if (!k->helpers) {
        (void)checks_end(k);
        return FAIL(c, ERR_IO, "error.internal", "no thread");
    }
    ch->checks = k;
    return ERR_OK;
}

void chain_signed(struct chain *ch, struct chain_node *nd, const unsigned char *signature)
{
    struct check one = { .seq = nd->seq };
    memcpy(one.sign_public, nd->sign_public.p, PUBLIC_LEN);
    memcpy(one.signature, signature, SIG_LEN);
    one.msg_n = batch_message(one.msg, nd->id, nd->seq, nd->hash);
    struct chain_checks *k = ch->checks;
    (void)pthread_mutex_lock(&k->lock);
    while (k->n == QUEUE)
        (void)pthread_cond_wait(&k->room, &k->lock);
    k->queue[(k->head + k->n++) % QUEUE] = one;
    (void)pthread_cond_signal(&k->more);
    (void)pthread_mutex_unlock(&k->lock);
    nd->signed_seq = nd->seq;
    ch->batches++;
}

/* ---- entries ----------------------------------------------------------------------------------- */

enum err chain_node_add(struct ctx *c, struct chain *ch, int64_t no, struct str id, struct str sign_public)
{
    char right[ID_LEN + 1];
    if (sign_public.n != PUBLIC_LEN || id.n != ID_LEN || ch->n == CHAIN_NODES)
        return FAIL(c, ERR_CORRUPT, "ledger.node", "node %lld", (long long)no);
    node_id_of((const unsigned char *)sign_public.p, right);
    if (!str_is(id, right))
        return FAIL(c, ERR_CORRUPT, "ledger.node", "node %lld does not belong to its key", (long long)no);
    if (ch->n == ch->room) {
        struct chain_node *more = NEW_N(&c->mem, struct chain_node, ch->room * 2);
        TRY(ctx_check(c));
        memcpy(more, ch->nodes, ch->n * sizeof *more);
        ch->nodes = more;
        ch->room *= 2;
    }
    ch->nodes[ch->n++] = (struct chain_node){ .no = no, .id = id, .sign_public = sign_public };
    return ERR_OK;
}

struct chain_node *chain_node(struct chain *ch, int64_t no)
{
    for (size_t i = 0; i < ch->n; i++)
        if (ch->nodes[i].no == no)
            return &ch->nodes[i];
    return NULL;
}

enum err chain_entry(struct ctx *c, struct chain *ch, struct chain_node *nd, const struct entry *e)
{
    unsigned char hash[HASH_LEN];
    if (e->seq != nd->seq + 1)
        return FAIL(c, ERR_CORRUPT, "ledger.chain", "after %lld comes %lld", (long long)nd->seq, (long long)e->seq);
    entry_hash(hash, (struct str){ (char *)nd->hash, HASH_LEN }, e);
    if (e->hash.n != HASH_LEN || e->key_id.n != KEY_ID_LEN || memcmp(hash, e->hash.p, HASH_LEN) != 0)
        return FAIL(c, ERR_CORRUPT, "ledger.chain", "sequence number %lld was altered", (long long)e->seq);
    memcpy(nd->hash, hash, HASH_LEN);
    nd->seq = e->seq;
    ch->entries++;
    return ERR_OK;
}

void chain_stop(struct chain *ch)
{
    if (ch->checks)
        (void)checks_end(ch->checks);
    ch->checks = NULL;
}

enum err chain_end(struct ctx *c, struct chain *ch)
{
    int64_t bad = checks_end(ch->checks);
    ch->checks = NULL;
    if (bad)
        return FAIL(c, ERR_CORRUPT, "ledger.signature", "the signature at sequence number %lld is not good", (long long)bad);
    for (size_t i = 0; i < ch->n; i++)
        if (ch->nodes[i].signed_seq != ch->nodes[i].seq)
            return FAIL(c, ERR_CORRUPT, "ledger.signature", "nothing signs sequence number %lld",
                        (long long)ch->nodes[i].seq);
    return ERR_OK;
}
