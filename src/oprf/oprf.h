/* oprf.h - a function of a name that nobody can compute alone.
 *
 * RFC 9497 (December 2023) with the suite ristretto255-SHA512: OPRF (mode 0),
 * VOPRF (mode 1) and POPRF (mode 2), and beside it what the RFC leaves to
 * others: the key in Shamir shares, made without a dealer, so that t of n
 * holders together evaluate and fewer learn nothing.
 *
 * A leaf: knows no person, office or message.  Nothing here allocates, logs or
 * fails half-way; `false` means that bytes from outside are not what they must
 * be (no group element, no scalar, a wrong proof).  All group and hash
 * arithmetic is libsodium's, in constant time where secrets are involved.
 */
#ifndef OPRF_H
#define OPRF_H

#include "base/base.h"

enum { OPRF_SCALAR = 32, OPRF_ELEMENT = 32, OPRF_OUT = 64, OPRF_SEED = 32, OPRF_INPUT_MAX = 65535,
       OPRF_PROOF_BATCH = 65535 };      /* the RFC numbers a batch with two bytes */

struct scalar { unsigned char b[OPRF_SCALAR]; };            /* little endian, below the group order */
struct element { unsigned char b[OPRF_ELEMENT]; };          /* canonical ristretto255 encoding */
struct oprf_proof { struct scalar c, s; };                  /* DLEQ */
enum oprf_mode { OPRF_BASE, OPRF_VERIFIED, OPRF_PARTIAL };

/* True for a canonical encoding that is not the identity. */
bool element_ok(const struct element *e);
bool scalar_ok(const struct scalar *s);                     /* below the order, not 0 */
void scalar_random(struct scalar *s);
/* s times the generator; false for the scalar 0. */
bool element_of(const struct scalar *s, struct element *out);
/* A random element whose logarithm nobody knows: padding. */
void element_random(struct element *e);

/* ---- the RFC's functions (names as there) -------------------------------------- */

/* DeriveKeyPair; info at most OPRF_INPUT_MAX bytes. */
bool oprf_derive_key(enum oprf_mode m, const unsigned char seed[OPRF_SEED], struct str info,
                     struct scalar *secret, struct element *open);
void oprf_hash_to_group(enum oprf_mode m, struct str input, struct element *out);
/* Blind.  blind: made by scalar_random. False: the input hashes to the identity. */
bool oprf_blind(enum oprf_mode m, struct str input, const struct scalar *blind, struct element *out);
/* BlindEvaluate without its proof: out[i] = key * in[i].  threads 0: one per
 * core, at most 16.  False: some in[i] is no element; out is then worthless. */
bool oprf_evaluate(const struct scalar *key, const struct element *in, size_t n, struct element *out,
                   int threads);
/* GenerateProof and VerifyProof for out = key * in, with open = key * G; n from
 * 1 to OPRF_PROOF_BATCH.  r: NULL, or the random scalar of a test vector. */
bool oprf_prove(enum oprf_mode m, const struct scalar *key, const struct element *open,
                const struct element *in, const struct element *out, size_t n,
                const struct scalar *r, struct oprf_proof *proof, int threads);
bool oprf_verify(enum oprf_mode m, const struct element *open, const struct element *in,
                 const struct element *out, size_t n, const struct oprf_proof *proof, int threads);
/* The element inside: blind^-1 * evaluated. */
bool oprf_unblind(const struct scalar *blind, const struct element *evaluated, struct element *out);
/* The output for an unblinded element.  info: POPRF only. */
void oprf_output(enum oprf_mode m, struct str input, struct str info, const struct element *inside,
                 unsigned char out[OPRF_OUT]);
/* Finalize without the proof: unblind and output. */
bool oprf_finalize(enum oprf_mode m, struct str input, struct str info, const struct scalar *blind,
                   const struct element *evaluated, unsigned char out[OPRF_OUT]);
/* POPRF: the key tweaked by info.  The server evaluates with 1/tweaked (*inverse)
 * and proves with `tweaked`, in and out exchanged; the client checks against *open. */
bool poprf_tweak(const struct scalar *secret, struct str info, struct scalar *tweaked, struct scalar *inverse);
bool poprf_tweak_open(const struct element *open, struct str info, struct element *tweaked);

/* ---- many elements at once ------------------------------------------------------- */

bool oprf_elements_ok(const struct element *e, size_t n, int threads);
bool oprf_hash_many(enum oprf_mode m, const struct str *input, size_t n, struct element *out, int threads);
/* Blind of each input, all under one blind; for an input {0} a random element:
 * nobody sees which is which. */
bool oprf_blind_many(enum oprf_mode m, const struct str *input, size_t n, const struct scalar *blind,
                     struct element *out, int threads);

/* out[i] = a * x[i] + b * y[i]. */
bool oprf_mix(const struct scalar *a, const struct element *x, const struct scalar *b, const struct element *y,
              size_t n, struct element *out, int threads);
/* The hidden check: sum of w[i] * in[i] with weights of 12 bits, by buckets, one
 * addition per element.  The asker of a large batch hides such a sum of it among
 * the rest: who answers by any rule but one and the same key is found out with
 * probability 4095/4096, and the answering side spends one evaluation on it. */
enum { OPRF_WEIGHT = 4096 };
bool oprf_weigh(const uint16_t *w, const struct element *in, size_t n, struct element *out);
/* The same for a batch that comes in pieces: bucket begins as zeros (the identity),
 * OPRF_WEIGHT of them; every piece is added, in any order; then the sum. */
bool oprf_weigh_add(const uint16_t *w, const struct element *in, size_t n, struct element *bucket, int threads);
bool oprf_weigh_sum(const struct element *bucket, struct element *out);

/* ---- t of n ------------------------------------------------------------------------ */

/* Every holder deals: a random polynomial of degree t - 1, its commitments for
 * all to see (Feldman), and one share for each holder, number 1 to n, in
 * secret.  The sum of the dealt shares is a holder's share of a key that exists
 * nowhere. */
enum { OPRF_HOLDERS = 8 };
struct oprf_deal {
    int t, n;
    struct element commit[OPRF_HOLDERS];        /* t of them */
    struct scalar share[OPRF_HOLDERS];          /* n of them; [i] is for holder i + 1 only */
};
bool oprf_deal(int t, int n, struct oprf_deal *out);
/* Is this share what the commitments promise to this holder? */
bool oprf_share_ok(int t, const struct element *commit, int holder, const struct scalar *share);
/* Sum of what all dealers sent to one holder; deals: n_deals shares. */
void oprf_share_sum(const struct scalar *dealt, size_t n_deals, struct scalar *share);
/* What anyone can compute from all dealers' commitments ([dealer][t]): a
 * holder's public share, and the joint public key (holder 0). */
bool oprf_share_open(int t, const struct element (*commit)[OPRF_HOLDERS], size_t n_deals, int holder,
                     struct element *out);
/* Weight of one holder among those who answer (Lagrange at 0).  A holder's
 * partial evaluation uses weight * share as key, so that the parts only add up. */
bool oprf_lagrange(const int *holders, size_t t, int holder, struct scalar *weight);
bool scalar_inverse(const struct scalar *a, struct scalar *out);
bool scalar_times(const struct scalar *a, const struct scalar *b, struct scalar *out);
bool element_times(const struct scalar *a, const struct element *x, struct element *out);
/* part[j] holds n elements; out[i] is their sum over j. */
bool oprf_combine(const struct element *const *part, size_t parts, size_t n, struct element *out);

#endif
