/* keyfile.c - where a node's root secret rests.
 *
 *   amparo-key 1
 *   node <id>
 *   public <hex of the signing key's public half>
 *   seal none | seal argon2id <passes> <bytes> <hex of the salt>
 *   secret <hex>
 */
#include "crypto/crypto.h"

#include <sodium.h>
#include <sys/stat.h>

enum { FILE_MAX = 4096, PASSES_MAX = 16 };
static const int64_t BYTES_MAX = INT64_C(1) << 30;

static enum err stretch(struct ctx *c, struct str passphrase, struct kdf_cost cost,
                        const unsigned char *salt, unsigned char key[KEY_LEN])
{
    if (crypto_pwhash(key, KEY_LEN, passphrase.p, passphrase.n, salt,
                      (unsigned long long)cost.passes, (size_t)cost.bytes,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return FAIL(c, ERR_NOMEM, "key.memory", "argon2id over %lld bytes", (long long)cost.bytes);
    return ERR_OK;
}

static void put_hex(struct buf *b, const void *p, size_t n)
{
    buf_put(b, hex_text(b->mem, (struct str){ p, n }));
}

enum err keyfile_format(struct ctx *c, const struct keys *k, struct str passphrase,
                        struct kdf_cost cost, struct str *text)
{
    struct buf b;
    struct str secret = { (const char *)k->root, KEY_LEN };
    buf_init(&b, &c->mem, FILE_MAX);
    buf_fmt(&b, "amparo-key 1\nnode %s\npublic ", k->id);
    put_hex(&b, k->sign_public, PUBLIC_LEN);
    if (passphrase.n) {
        unsigned char salt[crypto_pwhash_SALTBYTES], key[KEY_LEN];
        if (!cost.passes)
            cost = (struct kdf_cost){ 3, 64 << 20 };
        randombytes_buf(salt, sizeof salt);
        TRY(stretch(c, passphrase, cost, salt, key));
        secret = seal_fresh(&c->mem, key, str_c(k->id), secret);
        sodium_memzero(key, sizeof key);
        buf_fmt(&b, "\nseal argon2id %lld %lld ", (long long)cost.passes, (long long)cost.bytes);
        put_hex(&b, salt, sizeof salt);
    } else
        buf_put(&b, STR("\nseal none"));
    buf_put(&b, STR("\nsecret "));
    put_hex(&b, secret.p, secret.n);
    buf_char(&b, '\n');
    TRY(ctx_check(c));
    *text = buf_str(&b);
    return ERR_OK;
}

static bool take(struct str *in, const char *word, struct str *value)
{
    struct str line, rest;
    if (!str_cut(*in, '\n', &line, &rest) || !str_cut(line, ' ', &line, value) || !str_is(line, word))
        return false;
    *in = rest;
    return true;
}

static enum err bad(struct ctx *c, const char *what)
{
    TRY(ctx_check(c));
    return FAIL(c, ERR_CORRUPT, "key.malformed", "%s", what);
}

/* "argon2id 3 67108864 <salt>" and the passphrase open `secret`. */
static enum err unseal(struct ctx *c, struct str how, struct str id, struct str passphrase,
                       struct str secret, struct str *root)
{
    struct str alg, passes, bytes, salt;
    struct kdf_cost cost;
    unsigned char key[KEY_LEN];
    if (!str_cut(how, ' ', &alg, &how) || !str_is(alg, "argon2id") ||
        !str_cut(how, ' ', &passes, &how) || !str_cut(how, ' ', &bytes, &how) ||
        !str_to_i64(passes, &cost.passes) || !str_to_i64(bytes, &cost.bytes) ||
        cost.passes < 1 || cost.passes > PASSES_MAX || cost.bytes < 8192 || cost.bytes > BYTES_MAX || cost.bytes % 1024 ||
        !hex_bytes(&c->mem, how, &salt) || salt.n != crypto_pwhash_SALTBYTES)
        return bad(c, "seal");
    if (!passphrase.n)
        return FAIL(c, ERR_DENIED, "key.passphrase-needed", "sealed key file");
    TRY(stretch(c, passphrase, cost, (const unsigned char *)salt.p, key));
    enum err e = seal_open(c, key, id, secret, root);
    sodium_memzero(key, sizeof key);
    if (e == ERR_CORRUPT) {
        c->fault = (struct fault){ 0 };
        return FAIL(c, ERR_DENIED, "key.passphrase-wrong", "key file of node " STR_F, STR_A(id));
    }
    return e;
}

enum err keyfile_parse(struct ctx *c, struct str text, struct str passphrase, struct keys **out)
{
    struct str version, id, pub, how, hex, secret, root;
    if (!take(&text, "amparo-key", &version) || !str_is(version, "1") || !take(&text, "node", &id) ||
        !take(&text, "public", &pub) || !take(&text, "seal", &how) || !take(&text, "secret", &hex) ||
        text.n != 0 || !id_ok(id))
        return bad(c, "lines");
    if (!hex_bytes(&c->mem, hex, &secret))
        return bad(c, "secret");
    if (str_is(how, "none"))
        root = secret;
    else
        TRY(unseal(c, how, id, passphrase, secret, &root));
    if (root.n != KEY_LEN)
        return bad(c, "secret length");
    struct keys *k = keys_new((const unsigned char *)root.p);
    sodium_memzero((char *)root.p, root.n);
    if (!k)
        return FAIL(c, ERR_NOMEM, "error.too-big", "key memory");
    if (!str_is(id, k->id) || !str_eq(pub, hex_text(&c->mem, (struct str){ (char *)k->sign_public, PUBLIC_LEN }))) {
        keys_free(k);
        return bad(c, "node id or public key do not belong to the secret");
    }
    *out = k;
    return ERR_OK;
}

bool keyfile_sealed(struct str text)
{
    size_t at;
    return str_find(text, STR("\nseal argon2id "), &at);
}

enum err keyfile_read(struct ctx *c, const char *path, struct str passphrase, struct keys **out)
{
    struct str text;
    struct stat st;
    TRY(file_read(c, path, FILE_MAX, &text));
    if (!keyfile_sealed(text) && (stat(path, &st) != 0 || (st.st_mode & 077)))
        return FAIL(c, ERR_DENIED, "key.mode", "%s: others may read it (chmod 600)", path);
    return keyfile_parse(c, text, passphrase, out);
}
