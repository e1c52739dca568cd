/* crypto.h - the few things Amparo does with keys, all by libsodium.
 *
 * Hash: BLAKE2b-256, keyed.  Seal: XChaCha20-Poly1305.  Sign: Ed25519.
 * Only this room includes sodium.h (and nettle for the SHA-1 of TOTP).
 * Nothing here allocates outside the caller's arena, except struct keys,
 * which lives in guarded memory until keys_free().
 */
#ifndef CRYPTO_H
#define CRYPTO_H

#include "base/base.h"

enum { KEY_LEN = 32, HASH_LEN = 32, NONCE_LEN = 24, TAG_LEN = 16, SIG_LEN = 64, PUBLIC_LEN = 32 };
enum { SEAL_MORE = NONCE_LEN + TAG_LEN };     /* bytes that sealing adds */

/* Once per process, any thread, before anything else here. */
enum err crypto_start(struct ctx *c) MUST_CHECK;
void random_bytes(void *p, size_t n);
void wipe_bytes(void *p, size_t n);
bool same_bytes(const void *a, const void *b, size_t n);    /* constant time */
/* A variable that must not outlive its block, whichever way the block is left:
 *     struct scalar key; AUTO_WIPE(key); */
struct wiped { void *p; size_t n; };
static inline void wiped_end(const struct wiped *w) { wipe_bytes(w->p, w->n); }
#define AUTO_WIPE(x) __attribute__((cleanup(wiped_end), unused)) const struct wiped wiped_##x = { &(x), sizeof (x) }

/* BLAKE2b-256 of the parts one after another.  key: KEY_LEN bytes or NULL. */
void hash_parts(unsigned char out[HASH_LEN], const unsigned char *key,
                 const struct str *parts, size_t n);
#define HASH(out, key, ...) hash_parts((out), (key), (const struct str[]){ __VA_ARGS__ }, \
    COUNT_OF(((const struct str[]){ __VA_ARGS__ })))
void hash_sha256(unsigned char out[32], struct str bytes);  /* for people outside: evidence */
/* 64 bits of SipHash-2-4: for places in an index, never for what must be unforgeable. */
enum { SHORT_KEY_LEN = 16 };
uint64_t hash_short(const unsigned char key[SHORT_KEY_LEN], struct str bytes);
/* BLAKE2b again, for text that does not fit in memory. */
struct hasher { _Alignas(64) unsigned char state[384]; };
void hasher_init(struct hasher *h, const unsigned char *key);
void hasher_put(struct hasher *h, struct str s);
void hasher_end(struct hasher *h, unsigned char out[HASH_LEN]);
/* A key for one purpose, from a key for many. */
void key_derive(unsigned char out[KEY_LEN], const unsigned char from[KEY_LEN], const char *purpose);

/* nonce ‖ ciphertext ‖ tag.  ad is bound but not hidden.  {0} when the arena
 * refuses.  seal_fresh: random nonce.  seal_same: the nonce is a keyed
 * hash of ad and plain, so equal input gives equal bytes (and shows it). */
struct str seal_fresh(struct arena *a, const unsigned char key[KEY_LEN], struct str ad, struct str plain);
struct str seal_same(struct arena *a, const unsigned char key[KEY_LEN], struct str ad, struct str plain);
/* ERR_CORRUPT when the key, the ad or a single bit is not as it was. */
enum err seal_open(struct ctx *c, const unsigned char key[KEY_LEN], struct str ad,
                     struct str sealed, struct str *plain) MUST_CHECK;

/* What a node holds.  All of it follows from root, so that the recovery sheet
 * and the key file need to keep only those 32 bytes. */
struct keys {
    unsigned char root[KEY_LEN];
    unsigned char sign[64], sign_public[PUBLIC_LEN];     /* Ed25519 */
    unsigned char box[KEY_LEN], box_public[PUBLIC_LEN];  /* X25519: for exchange */
    unsigned char master[KEY_LEN];                       /* wraps dossier keys */
    unsigned char index[KEY_LEN];                        /* blind indexes */
    char id[ID_LEN + 1];                                 /* node id: from sign_public */
};
/* The node id that belongs to a signing key: anyone can check it. */
void node_id_of(const unsigned char sign_public[PUBLIC_LEN], char id[ID_LEN + 1]);
/* In guarded memory; NULL when refused.  root NULL: fresh. */
struct keys *keys_new(const unsigned char *root);
void keys_free(struct keys *k);                          /* safe on NULL */
void keys_sign(const struct keys *k, struct str msg, unsigned char sig[SIG_LEN]);
bool sign_ok(const unsigned char sign_public[PUBLIC_LEN], struct str msg, const unsigned char *sig);

/* Sealed to one node's box key; who sealed it does not show.  {0} when the arena
 * refuses or the key is none.  BOX_MORE bytes longer than plain. */
enum { BOX_MORE = 48 };
struct str box_seal(struct arena *a, const unsigned char box_public[PUBLIC_LEN], struct str plain);
/* ERR_CORRUPT: not for these keys, or a bit is not as it was. */
enum err box_open(struct ctx *c, const struct keys *k, struct str sealed, struct str *plain) MUST_CHECK;

/* ---- the key file: text, one line per thing --------------------------------- */

/* Cost of deriving a key from a passphrase (Argon2id).  {0}: 3 passes over 64 MiB. */
struct kdf_cost { int64_t passes, bytes; };
/* The file's text.  passphrase {0}: the secret is stored as it is. */
enum err keyfile_format(struct ctx *c, const struct keys *k, struct str passphrase,
                        struct kdf_cost cost, struct str *text) MUST_CHECK;
/* ERR_DENIED: wrong passphrase, or one is needed.  ERR_CORRUPT: not a key file. */
enum err keyfile_parse(struct ctx *c, struct str text, struct str passphrase, struct keys **out) MUST_CHECK;
/* From disk; an unsealed file that others may read is refused (ERR_DENIED). */
enum err keyfile_read(struct ctx *c, const char *path, struct str passphrase, struct keys **out) MUST_CHECK;
bool keyfile_sealed(struct str text);

/* ---- recovery sheet: m-of-n shares of a secret as words ------------------------ */

enum { SHARES_MAX = 16 };
/* share[i]: "m-i word word …", 16 words of 16 bits for 32 bytes, one word of
 * check.  Any m of them give the secret; fewer give nothing. */
enum err shares_make(struct ctx *c, const unsigned char secret[KEY_LEN], int m, int n, struct str share[]) MUST_CHECK;
/* ERR_INPUT names the share that was misread, or that more are needed. */
enum err shares_join(struct ctx *c, const struct str share[], size_t n, unsigned char secret[KEY_LEN]) MUST_CHECK;

/* ---- passwords and one-time codes ------------------------------------------------ */

/* Argon2id in libsodium's own text form.  cost {0}: interactive. */
enum err password_hash(struct ctx *c, struct str password, struct kdf_cost cost, struct str *out) MUST_CHECK;
bool password_ok(struct ctx *c, struct str hash, struct str password);

/* RFC 6238, SHA-1, 30 s steps.  The step of a right code within ±1 step and
 * later than `after` (no code twice), or -1. */
int64_t totp_check(struct str secret, struct str code, int64_t now_us, int64_t after);
void totp_code(struct str secret, int64_t step, int digits, char out[9]);
struct str base32_text(struct arena *a, struct str bytes);   /* RFC 4648, no padding */
struct str hex_text(struct arena *a, struct str bytes);
bool hex_bytes(struct arena *a, struct str hex, struct str *out);

#endif
