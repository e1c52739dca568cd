/* chain.h - following the hash chains of several nodes, entry by entry, from
 * whatever hands them over: the ledger's rows or a backup's stream.
 *
 * Signatures are checked by helper threads: one Ed25519 check costs as much as
 * hashing some hundred entries.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include "ledger/ledger_impl.h"

struct chain_batch { int64_t seq; unsigned char signature[SIG_LEN]; };
struct chain_node {
    int64_t no, seq, signed_seq;
    struct str id, sign_public;
    unsigned char hash[HASH_LEN];
    struct chain_batch *batches;         /* the reader's own page of signatures */
    size_t batches_n, batches_at;
    int64_t batch_seq;
};
enum { CHAIN_NODES = 4096 };
struct chain_checks;
struct chain {
    struct chain_node *nodes;
    size_t n, room;
    int64_t entries, batches;
    struct chain_checks *checks;
};

enum err chain_init(struct ctx *c, struct chain *ch) MUST_CHECK;
enum err chain_node_add(struct ctx *c, struct chain *ch, int64_t no, struct str id, struct str sign_public) MUST_CHECK;
struct chain_node *chain_node(struct chain *ch, int64_t no);      /* NULL: unknown */
/* The node's next entry.  ERR_CORRUPT names its sequence number. */
enum err chain_entry(struct ctx *c, struct chain *ch, struct chain_node *nd, const struct entry *e) MUST_CHECK;
/* The signature over the node's present last entry. */
void chain_signed(struct chain *ch, struct chain_node *nd, const unsigned char *signature);
/* Every node's last entry is signed, and every signature is right. */
enum err chain_end(struct ctx *c, struct chain *ch) MUST_CHECK;
void chain_stop(struct chain *ch);       /* give up: ends the helpers */

#endif
