#include "crypto/crypto.h"

#include <nettle/hmac.h>
#include <sodium.h>

enum { PASSWORD_MAX = 1024, STEP_S = 30, DIGITS = 6 };

enum err password_hash(struct ctx *c, struct str password, struct kdf_cost cost, struct str *out)
{
    char text[crypto_pwhash_STRBYTES];
    if (!cost.passes)
        cost = (struct kdf_cost){ (int64_t)crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                  (int64_t)crypto_pwhash_MEMLIMIT_INTERACTIVE };
    if (password.n > PASSWORD_MAX)
        return FAIL(c, ERR_INPUT, "password.too-long", "%zu bytes", password.n);
    if (crypto_pwhash_str(text, password.p ? password.p : "", password.n,
                          (unsigned long long)cost.passes, (size_t)cost.bytes) != 0)
        return FAIL(c, ERR_NOMEM, "error.too-big", "argon2id");
    struct str s = arena_dup(&c->mem, str_c(text));
    TRY(ctx_check(c));
    *out = s;
    return ERR_OK;
}

bool password_ok(struct ctx *c, struct str hash, struct str password)
{
    const char *z = arena_z(&c->mem, hash);
    return z && hash.n < crypto_pwhash_STRBYTES && password.n <= PASSWORD_MAX &&
           crypto_pwhash_str_verify(z, password.p ? password.p : "", password.n) == 0;
}

/* ---- RFC 4226 and RFC 6238 ------------------------------------------------------- */

void totp_code(struct str secret, int64_t step, int digits, char out[9])
{
    struct hmac_sha1_ctx h;
    uint8_t msg[8], mac[SHA1_DIGEST_SIZE];
    for (int i = 0; i < 8; i++)
        msg[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    hmac_sha1_set_key(&h, secret.n, (const uint8_t *)secret.p);
    hmac_sha1_update(&h, sizeof msg, msg);
    hmac_sha1_digest(&h, sizeof mac, mac);
    int at = mac[19] & 15;
    uint32_t v = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
                 (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    out[digits] = 0;
    for (int i = digits - 1; i >= 0; i--, v /= 10)
        out[i] = (char)('0' + v % 10);
}

int64_t totp_check(struct str secret, struct str code, int64_t now_us, int64_t after)
{
    int64_t now = now_us / (STEP_S * US_PER_S), hit = -1;
    if (code.n != DIGITS || !secret.n)
        return -1;
    for (int64_t step = now - 1; step <= now + 1; step++) {
        char want[9];
        totp_code(secret, step, DIGITS, want);
        if (sodium_memcmp(want, code.p, DIGITS) == 0 && step > after)
            hit = step;
    }
    return hit;
}

struct str base32_text(struct arena *a, struct str bytes)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    struct buf b;
    uint32_t v = 0;
    int bits = 0;
    buf_init(&b, a, 4096);
    for (size_t i = 0; i < bytes.n; i++) {
        v = v << 8 | (unsigned char)bytes.p[i];
        for (bits += 8; bits >= 5; bits -= 5)
            buf_char(&b, digit[v >> (bits - 5) & 31]);
    }
    if (bits)
        buf_char(&b, digit[v << (5 - bits) & 31]);
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}
