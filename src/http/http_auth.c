#include "http/http_auth.h"
#include "http/http_parse.h"

#include <nettle/md5.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

static bool scheme_cut(struct str h, struct str scheme, struct str *rest)
{
    if (h.n <= scheme.n || h.p[scheme.n] != ' '
        || !http_same_name(str_sub(h, 0, scheme.n), scheme))
        return false;
    *rest = str_trim(str_sub(h, scheme.n, h.n));
    return rest->n > 0;
}

/* ---- Basic ----------------------------------------------------------------- */

enum { BASIC_MAX = 1024 };

static bool plain_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return utf8_valid(s);
}

enum err http_basic(struct arena *a, struct str authorization, struct str *user,
                    struct str *password)
{
    struct str b64, name, word;
    size_t n = 0;
    if (!scheme_cut(authorization, STR("Basic"), &b64) || b64.n > BASIC_MAX)
        return ERR_INPUT;
    unsigned char *raw = arena_alloc(a, b64.n, 1);
    if (!raw)
        return ERR_NOMEM;
    if (sodium_base642bin(raw, b64.n, b64.p, b64.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return ERR_INPUT;
    struct str both = { (const char *)raw, n };
    if (!str_cut(both, ':', &name, &word) || name.n == 0 || !plain_line(both))
        return ERR_INPUT;
    *user = name;
    *password = word;
    return ERR_OK;
}

/* ---- Digest: the arithmetic -------------------------------------------------- */

static void md5_hex(const struct str *piece, size_t n, char out[HTTP_HA1_LEN + 1])
{
    struct md5_ctx m;
    uint8_t sum[MD5_DIGEST_SIZE];
    md5_init(&m);
    for (size_t i = 0; i < n; i++) {
        if (i)
            md5_update(&m, 1, (const uint8_t *)":");
        md5_update(&m, piece[i].n, (const uint8_t *)piece[i].p);
    }
    md5_digest(&m, sizeof sum, sum);
    (void)sodium_bin2hex(out, HTTP_HA1_LEN + 1, sum, sizeof sum);
    sodium_memzero(&m, sizeof m);
}

void http_ha1(struct str user, struct str realm, struct str password, char out[HTTP_HA1_LEN + 1])
{
    md5_hex((const struct str[]){ user, realm, password }, 3, out);
}

void http_digest_response(const struct http_digest *d, struct str method,
                          const char ha1[HTTP_HA1_LEN], char out[HTTP_HA1_LEN + 1])
{
    char ha2[HTTP_HA1_LEN + 1];
    struct str h1 = { ha1, HTTP_HA1_LEN }, h2 = { ha2, HTTP_HA1_LEN };
    md5_hex((const struct str[]){ method, d->uri }, 2, ha2);
    if (d->qop.n)
        md5_hex((const struct str[]){ h1, d->nonce, d->nc, d->cnonce, d->qop, h2 }, 6, out);
    else
        md5_hex((const struct str[]){ h1, d->nonce, h2 }, 3, out);
}

/* ---- Digest: the header -------------------------------------------------------- */

static bool is_hex(struct str s, size_t n)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_digit(s.p[i]) && !(ascii_lower(s.p[i]) >= 'a' && ascii_lower(s.p[i]) <= 'f'))
            return false;
    return s.n == n;
}

static bool digest_complete(const struct http_digest *d)
{
    if (!d->user.n || !d->realm.p || !d->nonce.n || !d->uri.n || !is_hex(d->response, HTTP_HA1_LEN))
        return false;
    if (!plain_line(d->user) || !plain_line(d->uri))
        return false;
    if (!d->qop.p)
        return !d->nc.p && !d->cnonce.p;
    return str_is(d->qop, "auth") && is_hex(d->nc, 8) && d->cnonce.n > 0;
}

enum err http_digest_parse(struct arena *a, struct str authorization, struct http_digest *out)
{
    struct http_digest d = { 0 };
    struct str rest, name, value, algorithm = { 0 };
    struct { const char *name; struct str *at; } field[] = {
        { "username", &d.user }, { "realm", &d.realm }, { "nonce", &d.nonce },
        { "uri", &d.uri }, { "response", &d.response }, { "qop", &d.qop }, { "nc", &d.nc },
        { "cnonce", &d.cnonce }, { "opaque", &d.opaque }, { "algorithm", &algorithm },
    };
    if (!scheme_cut(authorization, STR("Digest"), &rest))
        return ERR_INPUT;
    rest = str_join(a, STR(","), rest);
    if (!rest.p)
        return ERR_NOMEM;
    for (;;) {
        TRY(http_param(a, ',', &rest, &name, &value));
        if (name.n == 0)
            break;
        for (size_t i = 0; i < COUNT_OF(field); i++) {
            if (!http_same_name(name, str_c(field[i].name)))
                continue;
            if (field[i].at->p)
                return ERR_INPUT;
            *field[i].at = value;
        }
    }
    if (algorithm.p && !http_same_name(algorithm, STR("MD5")))
        return ERR_INPUT;
    if (!digest_complete(&d))
        return ERR_INPUT;
    *out = d;
    return ERR_OK;
}

/* ---- nonces ------------------------------------------------------------------------- */

enum { NONCE_TIME = 8, NONCE_SALT = 8, NONCE_MAC = 16,
       NONCE_BYTES = NONCE_TIME + NONCE_SALT + NONCE_MAC, SLOTS = 4096 };

struct seen { uint64_t salt; uint32_t nc; };

struct http_nonces {
    unsigned char key[crypto_generichash_KEYBYTES];
    int64_t life_us;
    pthread_mutex_t lock;               /* guards seen[] */
    struct seen seen[SLOTS];
};

struct http_nonces *http_nonces_new(int64_t life_us)
{
    struct http_nonces *n = calloc(1, sizeof *n);
    if (!n || sodium_init() < 0 || pthread_mutex_init(&n->lock, NULL) != 0) {
        free(n);
        return NULL;
    }
    randombytes_buf(n->key, sizeof n->key);
    n->life_us = life_us;
    return n;
}

void http_nonces_free(struct http_nonces *n)
{
    if (!n)
        return;
    (void)pthread_mutex_destroy(&n->lock);
    sodium_memzero(n->key, sizeof n->key);
    free(n);
}

static void nonce_mac(const struct http_nonces *n, unsigned char raw[NONCE_BYTES],
                      unsigned char mac[NONCE_MAC])
{
    (void)crypto_generichash(mac, NONCE_MAC, raw, NONCE_TIME + NONCE_SALT, n->key, sizeof n->key);
}

struct str http_nonce_make(struct http_nonces *n, struct arena *a, int64_t now_us)
{
    unsigned char raw[NONCE_BYTES];
    char *hex = arena_alloc(a, NONCE_BYTES * 2 + 1, 1);
    if (!hex)
        return (struct str){ 0 };
    for (int i = 0; i < NONCE_TIME; i++)
        raw[i] = (unsigned char)((uint64_t)now_us >> (8 * (NONCE_TIME - 1 - i)));
    randombytes_buf(raw + NONCE_TIME, NONCE_SALT);
    nonce_mac(n, raw, raw + NONCE_TIME + NONCE_SALT);
    (void)sodium_bin2hex(hex, NONCE_BYTES * 2 + 1, raw, sizeof raw);
    return (struct str){ hex, NONCE_BYTES * 2 };
}

/* Ours?  Then when it was made, and what tells it from others. */
static bool nonce_open(const struct http_nonces *n, struct str nonce, int64_t *made_us,
                       uint64_t *salt)
{
    unsigned char raw[NONCE_BYTES], mac[NONCE_MAC];
    size_t len = 0;
    uint64_t us = 0;
    if (nonce.n != sizeof raw * 2
        || sodium_hex2bin(raw, sizeof raw, nonce.p, nonce.n, NULL, &len, NULL) != 0
        || len != sizeof raw)
        return false;
    nonce_mac(n, raw, mac);
    if (sodium_memcmp(mac, raw + NONCE_TIME + NONCE_SALT, sizeof mac) != 0)
        return false;
    for (int i = 0; i < NONCE_TIME; i++)
        us = us << 8 | raw[i];
    memcpy(salt, raw + NONCE_TIME, sizeof *salt);
    *made_us = (int64_t)us;
    return true;
}

static uint32_t hex_u32(struct str s)
{
    uint32_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        char ch = ascii_lower(s.p[i]);
        v = v << 4 | (uint32_t)(ascii_digit(ch) ? ch - '0' : ch - 'a' + 10);
    }
    return v;
}

/* False: that count was used with that nonce before.  A slot taken by another
 * nonce is taken over. */
static bool nonce_count(struct http_nonces *n, uint64_t salt, uint32_t nc)
{
    struct seen *s = &n->seen[salt % SLOTS];
    (void)pthread_mutex_lock(&n->lock);
    bool fresh = s->salt != salt || nc > s->nc;
    if (fresh)
        *s = (struct seen){ salt, nc };
    (void)pthread_mutex_unlock(&n->lock);
    return fresh;
}

struct str http_digest_challenge(struct http_nonces *n, struct arena *a, struct str realm,
                                 int64_t now_us, bool stale)
{
    return str_join(a, STR("Digest realm=\""), realm,
                    STR("\", domain=\"/\", qop=\"auth\", algorithm=MD5, nonce=\""),
                    http_nonce_make(n, a, now_us),
                    stale ? STR("\", stale=true") : STR("\""));
}

struct str http_basic_challenge(struct arena *a, struct str realm)
{
    return str_join(a, STR("Basic realm=\""), realm, STR("\", charset=\"UTF-8\""));
}

enum http_auth http_digest_check(struct http_nonces *n, struct arena *a, struct str authorization,
                                 struct str method, struct str target, struct str realm,
                                 int64_t now_us, http_ha1_lookup *lookup, void *arg,
                                 struct str *user)
{
    struct http_digest d;
    char ha1[HTTP_HA1_LEN], want[HTTP_HA1_LEN + 1], got[HTTP_HA1_LEN];
    int64_t made_us = 0;
    uint64_t salt = 0;
    enum err e = http_digest_parse(a, authorization, &d);
    if (e != ERR_OK)
        return e == ERR_NOMEM ? HTTP_AUTH_NOMEM : HTTP_AUTH_NONE;
    if (!str_eq(d.realm, realm) || !str_eq(d.uri, target))
        return HTTP_AUTH_WRONG;
    memset(ha1, '0', sizeof ha1);
    bool known = lookup(arg, d.user, ha1);
    http_digest_response(&d, method, ha1, want);
    sodium_memzero(ha1, sizeof ha1);
    for (size_t i = 0; i < sizeof got; i++)
        got[i] = ascii_lower(d.response.p[i]);
    bool same = sodium_memcmp(want, got, sizeof got) == 0;
    if (!known || !same)
        return HTTP_AUTH_WRONG;
    if (!nonce_open(n, d.nonce, &made_us, &salt))
        return HTTP_AUTH_STALE;         /* of an earlier process, or invented */
    if (now_us < made_us || now_us - made_us > n->life_us)
        return HTTP_AUTH_STALE;
    if (d.qop.n && !nonce_count(n, salt, hex_u32(d.nc)))
        return HTTP_AUTH_STALE;
    *user = d.user;
    return HTTP_AUTH_OK;
}
