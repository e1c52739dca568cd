#include "crypto/crypto.h"

#include <sodium.h>

enum err crypto_start(struct ctx *c)
{
    return sodium_init() >= 0 ? ERR_OK : FAIL(c, ERR_IO, "error.internal", "no randomness");
}

void random_bytes(void *p, size_t n)
{
    randombytes_buf(p, n);
}

void wipe_bytes(void *p, size_t n)
{
    sodium_memzero(p, n);
}

bool same_bytes(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

static void put(crypto_generichash_state *st, struct str s)
{
    if (s.n)
        (void)crypto_generichash_update(st, (const unsigned char *)s.p, s.n);
}

static void hash_n(unsigned char *out, size_t out_n, const unsigned char *key,
                   const struct str *parts, size_t n)
{
    crypto_generichash_state st;
    (void)crypto_generichash_init(&st, key, key ? KEY_LEN : 0, out_n);
    for (size_t i = 0; i < n; i++)
        put(&st, parts[i]);
    (void)crypto_generichash_final(&st, out, out_n);
}

void hash_parts(unsigned char out[HASH_LEN], const unsigned char *key,
                 const struct str *parts, size_t n)
{
    hash_n(out, HASH_LEN, key, parts, n);
}

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(struct hasher), "hasher too small");

void hasher_init(struct hasher *h, const unsigned char *key)
{
    (void)crypto_generichash_init((void *)h->state, key, key ? KEY_LEN : 0, HASH_LEN);
}

void hasher_put(struct hasher *h, struct str s)
{
    put((void *)h->state, s);
}

void hasher_end(struct hasher *h, unsigned char out[HASH_LEN])
{
    (void)crypto_generichash_final((void *)h->state, out, HASH_LEN);
}

uint64_t hash_short(const unsigned char key[SHORT_KEY_LEN], struct str bytes)
{
    unsigned char h[crypto_shorthash_BYTES];
    uint64_t v;
    (void)crypto_shorthash(h, (const unsigned char *)(bytes.n ? bytes.p : ""), bytes.n, key);
    memcpy(&v, h, sizeof v);
    return v;
}

void hash_sha256(unsigned char out[32], struct str bytes)
{
    (void)crypto_hash_sha256(out, (const unsigned char *)bytes.p, bytes.n);
}

void key_derive(unsigned char out[KEY_LEN], const unsigned char from[KEY_LEN], const char *purpose)
{
    HASH(out, from, STR("amparo key "), str_c(purpose));
}

/* ---- sealing ------------------------------------------------------------------- */

static struct str seal(struct arena *a, const unsigned char key[KEY_LEN], struct str ad,
                       struct str plain, bool same)
{
    size_t size;
    if (__builtin_add_overflow(plain.n, (size_t)SEAL_MORE, &size))
        size = SIZE_MAX;
    unsigned char *p = arena_alloc(a, size, 1);
    unsigned long long n;
    if (!p)
        return (struct str){ 0 };
    if (same) {
        char len[8];
        for (int i = 0; i < 8; i++)
            len[i] = (char)((uint64_t)ad.n >> (8 * i));
        const struct str parts[] = { { len, sizeof len }, ad, plain };
        hash_n(p, NONCE_LEN, key, parts, COUNT_OF(parts));
    } else
        randombytes_buf(p, NONCE_LEN);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(p + NONCE_LEN, &n,
        (const unsigned char *)plain.p, plain.n, (const unsigned char *)ad.p, ad.n, NULL, p, key);
    return (struct str){ (char *)p, size };
}

struct str seal_fresh(struct arena *a, const unsigned char key[KEY_LEN], struct str ad, struct str plain)
{
    return seal(a, key, ad, plain, false);
}

struct str seal_same(struct arena *a, const unsigned char key[KEY_LEN], struct str ad, struct str plain)
{
    return seal(a, key, ad, plain, true);
}

enum err seal_open(struct ctx *c, const unsigned char key[KEY_LEN], struct str ad,
                     struct str sealed, struct str *plain)
{
    unsigned long long n;
    const unsigned char *in = (const unsigned char *)sealed.p;
    TRY(ctx_check(c));                  /* ad or sealed may be what was refused */
    if (sealed.n < SEAL_MORE)
        return FAIL(c, ERR_CORRUPT, "ledger.sealed", "%zu bytes", sealed.n);
    unsigned char *p = arena_alloc(&c->mem, sealed.n - SEAL_MORE + 1, 1);
    if (!p)
        return ctx_check(c);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(p, &n, NULL, in + NONCE_LEN, sealed.n - NONCE_LEN,
            (const unsigned char *)ad.p, ad.n, in, key) != 0)
        return FAIL(c, ERR_CORRUPT, "ledger.sealed", "does not open");
    *plain = (struct str){ (char *)p, (size_t)n };
    return ERR_OK;
}

/* ---- a node's keys ---------------------------------------------------------------- */

void node_id_of(const unsigned char sign_public[PUBLIC_LEN], char id[ID_LEN + 1])
{
    static const char digit[] = "0123456789abcdefghjkmnpqrstvwxyz";
    unsigned char h[HASH_LEN];
    HASH(h, NULL, STR("amparo node "), { (const char *)sign_public, PUBLIC_LEN });
    for (size_t i = 0; i < ID_LEN; i++)
        id[i] = digit[h[i] & (i ? 31 : 7)];
    id[ID_LEN] = 0;
}

struct keys *keys_new(const unsigned char *root)
{
    unsigned char seed[KEY_LEN];
    struct keys *k = sodium_malloc(sizeof *k);
    if (!k)
        return NULL;
    if (root)
        memcpy(k->root, root, KEY_LEN);
    else
        randombytes_buf(k->root, KEY_LEN);
    key_derive(seed, k->root, "sign");
    (void)crypto_sign_seed_keypair(k->sign_public, k->sign, seed);
    key_derive(seed, k->root, "box");
    (void)crypto_box_seed_keypair(k->box_public, k->box, seed);
    key_derive(k->master, k->root, "master");
    key_derive(k->index, k->root, "index");
    node_id_of(k->sign_public, k->id);
    sodium_memzero(seed, sizeof seed);
    (void)sodium_mprotect_readonly(k);
    return k;
}

void keys_free(struct keys *k)
{
    sodium_free(k);
}

void keys_sign(const struct keys *k, struct str msg, unsigned char sig[SIG_LEN])
{
    (void)crypto_sign_detached(sig, NULL, (const unsigned char *)msg.p, msg.n, k->sign);
}

bool sign_ok(const unsigned char sign_public[PUBLIC_LEN], struct str msg, const unsigned char *sig)
{
    return crypto_sign_verify_detached(sig, (const unsigned char *)msg.p, msg.n, sign_public) == 0;
}

struct str box_seal(struct arena *a, const unsigned char box_public[PUBLIC_LEN], struct str plain)
{
    size_t n;
    if (__builtin_add_overflow(plain.n, (size_t)BOX_MORE, &n))
        return (struct str){ 0 };
    unsigned char *p = arena_alloc(a, n, 1);
    if (!p || crypto_box_seal(p, (const unsigned char *)plain.p, plain.n, box_public) != 0)
        return (struct str){ 0 };
    return (struct str){ (char *)p, n };
}

enum err box_open(struct ctx *c, const struct keys *k, struct str sealed, struct str *plain)
{
    TRY(ctx_check(c));
    if (sealed.n < BOX_MORE)
        return FAIL(c, ERR_CORRUPT, "ledger.sealed", "%zu bytes", sealed.n);
    unsigned char *p = arena_alloc(&c->mem, sealed.n - BOX_MORE + 1, 1);
    if (!p)
        return ctx_check(c);
    if (crypto_box_seal_open(p, (const unsigned char *)sealed.p, sealed.n, k->box_public, k->box) != 0)
        return FAIL(c, ERR_CORRUPT, "ledger.sealed", "does not open");
    *plain = (struct str){ (char *)p, sealed.n - BOX_MORE };
    return ERR_OK;
}

/* ---- hexadecimal ---------------------------------------------------------------------- */

struct str hex_text(struct arena *a, struct str bytes)
{
    static const char digit[] = "0123456789abcdef";
    size_t size;
    if (__builtin_mul_overflow(bytes.n, (size_t)2, &size))
        size = SIZE_MAX;
    char *p = arena_alloc(a, size, 1);
    if (!p)
        return (struct str){ 0 };
    for (size_t i = 0; i < bytes.n; i++) {
        p[2 * i] = digit[(unsigned char)bytes.p[i] >> 4];
        p[2 * i + 1] = digit[bytes.p[i] & 15];
    }
    return (struct str){ p, size };
}

static int hex_value(char ch)
{
    return ascii_digit(ch) ? ch - '0' : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

bool hex_bytes(struct arena *a, struct str hex, struct str *out)
{
    if (hex.n % 2)
        return false;
    char *p = arena_alloc(a, hex.n / 2 + 1, 1);
    if (!p)
        return false;
    for (size_t i = 0; i < hex.n; i += 2) {
        int hi = hex_value(hex.p[i]), lo = hex_value(hex.p[i + 1]);
        if (hi < 0 || lo < 0)
            return false;
        p[i / 2] = (char)(hi << 4 | lo);
    }
    *out = (struct str){ p, hex.n / 2 };
    return true;
}
