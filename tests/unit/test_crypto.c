#include "crypto/crypto.h"
#include "t.h"

#include <sys/stat.h>
#include <unistd.h>

static const struct kdf_cost cheap = { 1, 8192 };

static struct str raw(const void *p, size_t n)
{
    return (struct str){ p, n };
}

static void begin(struct t *t, struct ctx *c)
{
    ctx_init(c, 16 << 20);
    OK(c, crypto_start(c));
}

/* BLAKE2b-256 and SHA-256 of "abc": the values their standards print. */
static void hashes(struct t *t)
{
    struct ctx c;
    unsigned char h[HASH_LEN];
    begin(t, &c);
    HASH(h, NULL, STR("a"), STR(""), STR("bc"));
    CHECK_STR(hex_text(&c.mem, raw(h, sizeof h)), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    hash_sha256(h, STR("abc"));
    CHECK_STR(hex_text(&c.mem, raw(h, sizeof h)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct hasher s;
    unsigned char a[HASH_LEN], b[HASH_LEN], key[KEY_LEN] = "k";
    hasher_init(&s, key);
    hasher_put(&s, STR("ab"));
    hasher_put(&s, STR("c"));
    hasher_end(&s, a);
    HASH(b, key, STR("abc"));
    CHECK(same_bytes(a, b, HASH_LEN));
    ctx_done(&c);
}

static void a_seal_opens_only_as_it_was(struct t *t)
{
    struct ctx c;
    unsigned char key[KEY_LEN] = "0123456789abcdef", other[KEY_LEN] = "0";
    struct str plain = STR("a note"), out = { 0 };
    begin(t, &c);
    for (int same = 0; same < 2; same++) {
        struct str s = same ? seal_same(&c.mem, key, STR("ad"), plain) : seal_fresh(&c.mem, key, STR("ad"), plain);
        CHECK_EQ(s.n, plain.n + SEAL_MORE);
        OK(&c, seal_open(&c, key, STR("ad"), s, &out));
        CHECK(str_eq(out, plain));
        CHECK_EQ(seal_open(&c, other, STR("ad"), s, &out), ERR_CORRUPT);
        CHECK_EQ(seal_open(&c, key, STR("ae"), s, &out), ERR_CORRUPT);
        for (size_t i = 0; i < s.n; i++) {
            struct str bad = arena_dup(&c.mem, s);
            ((char *)bad.p)[i] ^= 1;
            CHECK_EQ(seal_open(&c, key, STR("ad"), bad, &out), ERR_CORRUPT);
            CHECK_EQ(seal_open(&c, key, STR("ad"), str_sub(s, 0, i), &out), ERR_CORRUPT);
        }
        c.fault = (struct fault){ 0 };
    }
    CHECK(str_eq(seal_same(&c.mem, key, STR("ad"), plain), seal_same(&c.mem, key, STR("ad"), plain)));
    CHECK(!str_eq(seal_same(&c.mem, key, STR("a"), STR("db")), seal_same(&c.mem, key, STR("ad"), STR("b"))));
    CHECK(!str_eq(seal_fresh(&c.mem, key, STR("ad"), plain), seal_fresh(&c.mem, key, STR("ad"), plain)));
    ctx_done(&c);
}

static void a_root_gives_the_same_node(struct t *t)
{
    struct ctx c;
    unsigned char sig[SIG_LEN];
    begin(t, &c);
    struct keys *a = keys_new(NULL), *b = keys_new(a->root), *other = keys_new(NULL);
    CHECK(id_ok(str_c(a->id)));
    CHECK(!strcmp(a->id, b->id) && strcmp(a->id, other->id) != 0);
    CHECK(same_bytes(a->master, b->master, KEY_LEN) && !same_bytes(a->master, a->index, KEY_LEN));
    keys_sign(a, STR("msg"), sig);
    CHECK(sign_ok(b->sign_public, STR("msg"), sig));
    CHECK(!sign_ok(b->sign_public, STR("msh"), sig));
    CHECK(!sign_ok(other->sign_public, STR("msg"), sig));
    keys_free(a);
    keys_free(b);
    keys_free(other);
    ctx_done(&c);
}

static void key_files(struct t *t)
{
    struct ctx c;
    struct str text, bad;
    struct keys *k = NULL, *again = NULL;
    begin(t, &c);
    k = keys_new(NULL);
    for (int sealed = 0; sealed < 2; sealed++) {
        struct str pass = sealed ? STR("correct horse") : (struct str){ 0 };
        OK(&c, keyfile_format(&c, k, pass, cheap, &text));
        CHECK_EQ(keyfile_sealed(text), sealed);
        again = NULL;
        OK(&c, keyfile_parse(&c, text, pass, &again));
        CHECK(again && same_bytes(again->root, k->root, KEY_LEN));
        keys_free(again);
        /* No byte may change unnoticed, none may be missing. */
        for (size_t i = 0; i < text.n; i++) {
            bad = arena_dup(&c.mem, text);
            ((char *)bad.p)[i] ^= 1;
            again = NULL;
            CHECK(keyfile_parse(&c, bad, pass, &again) != ERR_OK);
            CHECK(keyfile_parse(&c, str_sub(text, 0, i), pass, &again) != ERR_OK);
            CHECK(again == NULL);
            c.fault = (struct fault){ 0 };
        }
    }
    CHECK_EQ(keyfile_parse(&c, text, STR("wrong"), &again), ERR_DENIED);
    CHECK_STR(str_c(c.fault.key), "key.passphrase-wrong");
    c.fault = (struct fault){ 0 };
    CHECK_EQ(keyfile_parse(&c, text, (struct str){ 0 }, &again), ERR_DENIED);
    CHECK_STR(str_c(c.fault.key), "key.passphrase-needed");
    c.fault = (struct fault){ 0 };
    /* An unsealed file that others may read is refused. */
    char path[] = "/tmp/amparo-key.XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    (void)close(fd);
    OK(&c, keyfile_format(&c, k, (struct str){ 0 }, cheap, &text));
    OK(&c, file_write(&c, path, text, 0600));
    OK(&c, keyfile_read(&c, path, (struct str){ 0 }, &again));
    keys_free(again);
    CHECK_EQ(chmod(path, 0640), 0);
    CHECK_EQ(keyfile_read(&c, path, (struct str){ 0 }, &again), ERR_DENIED);
    CHECK_STR(str_c(c.fault.key), "key.mode");
    (void)unlink(path);
    keys_free(k);
    ctx_done(&c);
}

static void shares(struct t *t)
{
    struct ctx c;
    unsigned char secret[KEY_LEN], back[KEY_LEN];
    struct str share[SHARES_MAX], some[SHARES_MAX];
    begin(t, &c);
    for (int n = 1; n <= 7; n++)
        for (int m = 1; m <= n; m++) {
            random_bytes(secret, sizeof secret);
            OK(&c, shares_make(&c, secret, m, n, share));
            for (unsigned set = 1; set < 1u << n; set++) {     /* every subset */
                size_t k = 0;
                for (int i = n - 1; i >= 0; i--)
                    if (set >> i & 1)
                        some[k++] = share[i];
                enum err e = shares_join(&c, some, k, back);
                CHECK_EQ(e, (int)k >= m ? ERR_OK : ERR_INPUT);
                CHECK(e || same_bytes(secret, back, KEY_LEN));
                c.fault = (struct fault){ 0 };
            }
        }
    /* A misread letter, a share twice, shares of two sheets. */
    OK(&c, shares_make(&c, secret, 2, 3, share));
    for (size_t i = 0; i < share[0].n; i++) {
        some[0] = arena_dup(&c.mem, share[0]);
        ((char *)some[0].p)[i] ^= 1;
        some[1] = share[1];
        CHECK_EQ(shares_join(&c, some, 2, back), ERR_INPUT);
    }
    some[0] = some[1] = share[0];
    c.fault = (struct fault){ 0 };
    CHECK_EQ(shares_join(&c, some, 2, back), ERR_INPUT);
    CHECK_STR(str_c(c.fault.key), "shares.not-together");
    c.fault = (struct fault){ 0 };
    CHECK_EQ(shares_make(&c, secret, 4, 3, share), ERR_INPUT);
    printf("# a share: " STR_F "\n", STR_A(share[0]));
    ctx_done(&c);
}

static void passwords(struct t *t)
{
    struct ctx c;
    struct str h;
    begin(t, &c);
    OK(&c, password_hash(&c, STR("contraseña"), cheap, &h));
    CHECK(str_starts(h, STR("$argon2id$")));
    CHECK(password_ok(&c, h, STR("contraseña")));
    CHECK(!password_ok(&c, h, STR("contrasena")));
    CHECK(!password_ok(&c, STR(""), STR("")));
    CHECK(!password_ok(&c, STR("$argon2id$nonsense"), STR("x")));
    ctx_done(&c);
}

/* RFC 4226 appendix D (counters 0-9) and RFC 6238 appendix B (SHA-1, 8 digits). */
static void one_time_codes(struct t *t)
{
    static const char *const hotp[] = { "755224", "287082", "359152", "969429", "338314",
                                        "254676", "287922", "162583", "399871", "520489" };
    static const struct { int64_t s; const char *code; } totp[] = {
        { 59, "94287082" }, { 1111111109, "07081804" }, { 1111111111, "14050471" },
        { 1234567890, "89005924" }, { 2000000000, "69279037" }, { 20000000000, "65353130" },
    };
    struct str key = STR("12345678901234567890");
    char code[9];
    for (size_t i = 0; i < COUNT_OF(hotp); i++) {
        totp_code(key, (int64_t)i, 6, code);
        CHECK_STR(str_c(code), hotp[i]);
    }
    for (size_t i = 0; i < COUNT_OF(totp); i++) {
        totp_code(key, totp[i].s / 30, 8, code);
        CHECK_STR(str_c(code), totp[i].code);
    }
    /* One step early or late is taken, two are not, none twice. */
    int64_t now = INT64_C(1111111111) * US_PER_S, step = 1111111111 / 30;
    totp_code(key, step, 6, code);
    for (int64_t d = -2; d <= 2; d++)
        CHECK_EQ(totp_check(key, str_c(code), now + d * 30 * US_PER_S, 0), d >= -1 && d <= 1 ? step : -1);
    CHECK_EQ(totp_check(key, str_c(code), now, step), -1);
    CHECK_EQ(totp_check(key, str_c(code), now, step - 1), step);
    CHECK_EQ(totp_check(key, STR("12345"), now, 0), -1);
    struct ctx c;
    begin(t, &c);
    CHECK_STR(base32_text(&c.mem, STR("foobar")), "MZXW6YTBOI");      /* RFC 4648 */
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "hashes give the published values", hashes },
    { "a seal opens only as it was", a_seal_opens_only_as_it_was },
    { "a root secret gives the same node", a_root_gives_the_same_node },
    { "key files: sealed, plain, damaged, readable by others", key_files },
    { "any m shares of n give the secret, fewer do not", shares },
    { "passwords", passwords },
    { "one-time codes by the RFCs", one_time_codes },
};
T_MAIN(cases)
