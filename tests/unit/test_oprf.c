/* test_oprf.c - RFC 9497's own vectors; what must be refused; shares. */
#include "oprf/oprf.h"

#include "crypto/crypto.h"
#include "t.h"

/* ---- the vectors ------------------------------------------------------------------------ */

struct vector { struct str name[16], value[16]; size_t n; };

static struct str get(const struct vector *v, const char *name)
{
    for (size_t i = 0; i < v->n; i++)
        if (str_is(v->name[i], name))
            return v->value[i];
    return (struct str){ 0 };
}

static struct str bytes_at(struct ctx *c, const struct vector *v, const char *name, size_t i)
{
    struct str list = get(v, name), item = { 0 }, out = { 0 };
    for (size_t k = 0; k <= i; k++)
        if (!str_next(&list, ',', &item))
            return out;
    (void)hex_bytes(&c->mem, item, &out);
    return out;
}

static bool same(struct str a, const void *p, size_t n)
{
    return a.n == n && memcmp(a.p, p, n) == 0;
}

static struct scalar scalar_at(struct t *t, struct ctx *c, const struct vector *v, const char *name, size_t i)
{
    struct scalar x = { { 0 } };
    struct str b = bytes_at(c, v, name, i);
    CHECK_EQ(b.n, sizeof x.b);
    if (b.n == sizeof x.b)
        memcpy(x.b, b.p, b.n);
    return x;
}

static void one_vector(struct t *t, struct ctx *c, const struct vector *v)
{
    int64_t mode = -1;
    struct str seed = bytes_at(c, v, "Seed", 0), info = bytes_at(c, v, "Info", 0);
    struct scalar secret, key, inverse, blind[2], r;
    struct element open, proven, blinded[2], evaluated[2];
    struct oprf_proof proof;
    size_t n = 0;
    CHECK(str_to_i64(get(v, "Mode"), &mode) && seed.n == OPRF_SEED);
    enum oprf_mode m = (enum oprf_mode)mode;
    CHECK(oprf_derive_key(m, (const unsigned char *)seed.p, bytes_at(c, v, "KeyInfo", 0), &secret, &open));
    CHECK(same(bytes_at(c, v, "skSm", 0), secret.b, 32));
    if (m != OPRF_BASE)
        CHECK(same(bytes_at(c, v, "pkSm", 0), open.b, 32));
    key = inverse = secret;
    proven = open;
    if (m == OPRF_PARTIAL)
        CHECK(poprf_tweak(&secret, info, &key, &inverse) && poprf_tweak_open(&open, info, &proven));
    for (; n < 2 && bytes_at(c, v, "Input", n).n; n++) {
        blind[n] = scalar_at(t, c, v, "Blind", n);
        CHECK(oprf_blind(m, bytes_at(c, v, "Input", n), &blind[n], &blinded[n]));
        CHECK(same(bytes_at(c, v, "BlindedElement", n), blinded[n].b, 32));
    }
    CHECK(oprf_evaluate(&inverse, blinded, n, evaluated, 1));
    for (size_t i = 0; i < n; i++) {
        unsigned char out[OPRF_OUT];
        CHECK(same(bytes_at(c, v, "EvaluationElement", i), evaluated[i].b, 32));
        CHECK(oprf_finalize(m, bytes_at(c, v, "Input", i), info, &blind[i], &evaluated[i], out));
        CHECK(same(bytes_at(c, v, "Output", i), out, sizeof out));
    }
    if (m == OPRF_BASE)
        return;
    const struct element *in = m == OPRF_PARTIAL ? evaluated : blinded, *out = m == OPRF_PARTIAL ? blinded : evaluated;
    r = scalar_at(t, c, v, "ProofRandomScalar", 0);
    CHECK(oprf_prove(m, &key, &proven, in, out, n, &r, &proof, 1));
    CHECK(same(bytes_at(c, v, "Proof", 0), &proof, sizeof proof));
    CHECK(oprf_verify(m, &proven, in, out, n, &proof, 1));
    proof.s.b[3] ^= 1;
    CHECK(!oprf_verify(m, &proven, in, out, n, &proof, 1));
}

static void rfc9497(struct t *t)
{
    struct ctx c;
    struct str file, line, name, value;
    struct vector v = { .n = 0 };
    int seen = 0;
    ctx_init(&c, 16 << 20);
    OK(&c, file_read(&c, "tests/data/oprf/rfc9497.txt", 1 << 20, &file));
    for (bool more = true; more;) {
        more = str_next(&file, '\n', &line);
        if (more && line.n && line.p[0] != '#') {
            struct str eq = STR(" = ");
            size_t at = 0;
            CHECK(str_find(line, eq, &at));
            name = str_sub(line, 0, at);
            value = str_sub(line, at + 3, line.n);
            if (v.n < COUNT_OF(v.name)) {
                v.name[v.n] = name;
                v.value[v.n++] = value;
            }
        } else if (v.n) {
            one_vector(t, &c, &v);
            v.n = 0;
            seen++;
        }
    }
    CHECK_EQ(seen, 8);                          /* 2 of OPRF, 3 of VOPRF, 3 of POPRF */
    ctx_done(&c);
}

/* ---- batches ----------------------------------------------------------------------------- */

enum { MANY = 200 };

static void fill(struct element *e, size_t n, const struct scalar *blind)
{
    char text[32];
    for (size_t i = 0; i < n; i++) {
        int k = snprintf(text, sizeof text, "id|%zu", i);
        (void)oprf_blind(OPRF_VERIFIED, (struct str){ text, (size_t)k }, blind, &e[i]);
    }
}

static void batches(struct t *t)
{
    static struct element in[MANY], out[MANY], again[MANY];
    struct scalar key, blind, other;
    struct element open;
    struct oprf_proof proof;
    scalar_random(&key);
    scalar_random(&blind);
    scalar_random(&other);
    CHECK(element_of(&key, &open));
    fill(in, MANY, &blind);
    CHECK(oprf_evaluate(&key, in, MANY, out, 2) && oprf_evaluate(&key, in, MANY, again, 1));
    CHECK(memcmp(out, again, sizeof out) == 0);             /* threads change nothing */
    CHECK(oprf_prove(OPRF_VERIFIED, &key, &open, in, out, MANY, NULL, &proof, 2));
    CHECK(oprf_verify(OPRF_VERIFIED, &open, in, out, MANY, &proof, 2));
    CHECK(oprf_verify(OPRF_VERIFIED, &open, in, out, MANY, &proof, 1));
    CHECK(!oprf_verify(OPRF_PARTIAL, &open, in, out, MANY, &proof, 2));     /* another context */
    CHECK(!oprf_verify(OPRF_VERIFIED, &open, in, out, MANY - 1, &proof, 2));
    CHECK(!oprf_verify(OPRF_VERIFIED, &in[0], in, out, MANY, &proof, 2));
    for (int i = 0; i < 8; i++) {                           /* one answer by another key, anywhere */
        size_t at = (size_t)i * 25;
        struct element kept = out[at];
        CHECK(element_times(&other, &in[at], &out[at]));
        CHECK(!oprf_verify(OPRF_VERIFIED, &open, in, out, MANY, &proof, 2));
        out[at] = kept;
    }
    struct element first = out[0];                          /* two answers exchanged */
    out[0] = out[1];
    out[1] = first;
    CHECK(!oprf_verify(OPRF_VERIFIED, &open, in, out, MANY, &proof, 2));
}

static void refuses(struct t *t)
{
    struct element zero = { { 0 } }, e, out, bad;
    struct scalar s, none = { { 0 } }, high;
    struct oprf_proof proof;
    scalar_random(&s);
    CHECK(element_of(&s, &e) && element_ok(&e) && !element_ok(&zero));
    memset(bad.b, 0xff, sizeof bad.b);
    CHECK(!element_ok(&bad));
    bad = e;
    bad.b[31] |= 0x80;                                      /* not canonical */
    CHECK(!element_ok(&bad) && !oprf_evaluate(&s, &bad, 1, &out, 1));
    CHECK(!oprf_evaluate(&s, &zero, 1, &out, 1) && !oprf_evaluate(&none, &e, 1, &out, 1));
    memset(high.b, 0xff, sizeof high.b);
    CHECK(!scalar_ok(&none) && !scalar_ok(&high) && scalar_ok(&s));
    CHECK(!oprf_unblind(&none, &e, &out));
    CHECK(!oprf_prove(OPRF_VERIFIED, &s, &e, &e, &e, 0, NULL, &proof, 1));
    CHECK(!oprf_prove(OPRF_VERIFIED, &s, &e, &e, &e, OPRF_PROOF_BATCH + 1, NULL, &proof, 1));
    unsigned char seed[OPRF_SEED] = { 1 };
    static const char long_info[OPRF_INPUT_MAX + 1];
    CHECK(!oprf_derive_key(OPRF_BASE, seed, (struct str){ long_info, sizeof long_info }, &s, &e));
    memset(&proof, 0xff, sizeof proof);
    CHECK(!oprf_verify(OPRF_VERIFIED, &e, &e, &e, 1, &proof, 1));
    memset(&proof, 0, sizeof proof);
    CHECK(!oprf_verify(OPRF_VERIFIED, &e, &e, &e, 1, &proof, 1));
}

/* The hidden check: linear answers pass, one answer by another rule does not. */
static void hidden_check(struct t *t)
{
    static struct element in[MANY], out[MANY];
    uint16_t w[MANY];
    struct scalar key, blind;
    struct element sum, answer, want;
    scalar_random(&key);
    scalar_random(&blind);
    fill(in, MANY, &blind);
    random_bytes(w, sizeof w);
    w[7] = 0;
    w[8] = 1;
    CHECK(oprf_evaluate(&key, in, MANY, out, 2) && oprf_weigh(w, in, MANY, &sum));
    CHECK(element_times(&key, &sum, &answer) && oprf_weigh(w, out, MANY, &want));
    CHECK(memcmp(&answer, &want, sizeof want) == 0);
    static struct element bucket[OPRF_WEIGHT], other[OPRF_WEIGHT], piece[MANY];
    size_t half = MANY / 2;                         /* in two pieces, on two threads, in either order: the same sum */
    CHECK(oprf_weigh_add(w + half, out + half, MANY - half, bucket, 2) && oprf_weigh_add(w, out, half, bucket, 2) &&
          oprf_weigh_sum(bucket, &want) && memcmp(&answer, &want, sizeof want) == 0);
    CHECK(oprf_evaluate(&blind, in + half, MANY - half, piece, 2));     /* a whole piece by another key */
    CHECK(oprf_weigh_add(w, out, half, other, 1) && oprf_weigh_add(w + half, piece, MANY - half, other, 1) &&
          oprf_weigh_sum(other, &want) && memcmp(&answer, &want, sizeof want) != 0);
    out[8] = out[9];
    CHECK(oprf_weigh(w, out, MANY, &want) && memcmp(&answer, &want, sizeof want) != 0);
    out[8] = (struct element){ { 0xff } };
    CHECK(!oprf_weigh(w, out, MANY, &want));
}

/* ---- t of n -------------------------------------------------------------------------------- */

struct run { int t, n; struct oprf_deal deal[OPRF_HOLDERS]; struct element commit[OPRF_HOLDERS][OPRF_HOLDERS];
             struct scalar share[OPRF_HOLDERS]; };

static void ceremony(struct t *t, struct run *r)
{
    for (int i = 0; i < r->n; i++) {
        CHECK(oprf_deal(r->t, r->n, &r->deal[i]));
        memcpy(r->commit[i], r->deal[i].commit, sizeof r->commit[i]);
    }
    for (int h = 0; h < r->n; h++) {
        struct scalar dealt[OPRF_HOLDERS];
        struct element open, mine;
        for (int i = 0; i < r->n; i++) {
            dealt[i] = r->deal[i].share[h];
            CHECK(oprf_share_ok(r->t, r->deal[i].commit, h + 1, &dealt[i]));
            if (r->t > 1)
                CHECK(!oprf_share_ok(r->t, r->deal[i].commit, h + 2 > r->n ? 1 : h + 2, &dealt[i]) || r->n == 1);
        }
        oprf_share_sum(dealt, (size_t)r->n, &r->share[h]);
        CHECK(oprf_share_open(r->t, (const struct element (*)[OPRF_HOLDERS])r->commit, (size_t)r->n, h + 1, &open));
        CHECK(element_of(&r->share[h], &mine) && memcmp(&open, &mine, sizeof open) == 0);
    }
}

static bool by(const struct run *r, const int *holders, size_t k, const struct element *in, struct element *out)
{
    struct element part[OPRF_HOLDERS];
    const struct element *parts[OPRF_HOLDERS];
    for (size_t i = 0; i < k; i++) {
        struct scalar w, key;
        parts[i] = &part[i];
        if (!oprf_lagrange(holders, k, holders[i], &w) || !scalar_times(&w, &r->share[holders[i] - 1], &key) ||
            !oprf_evaluate(&key, in, 1, &part[i], 1))
            return false;
    }
    return oprf_combine(parts, k, 1, out);
}

static void any_t_of_n(struct t *t)
{
    static const struct { int t, n; int a[3], b[3]; } rows[] = {
        { 2, 2, { 1, 2 }, { 2, 1 } }, { 2, 3, { 1, 3 }, { 2, 3 } }, { 3, 5, { 1, 2, 3 }, { 5, 2, 4 } },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct run r = { .t = rows[i].t, .n = rows[i].n };
        struct scalar blind, weight;
        struct element in, x, y, open, sum;
        ceremony(t, &r);
        scalar_random(&blind);
        CHECK(oprf_blind(OPRF_VERIFIED, STR("phone|595981000000"), &blind, &in));
        size_t k = (size_t)rows[i].t;
        CHECK(by(&r, rows[i].a, k, &in, &x) && by(&r, rows[i].b, k, &in, &y));
        CHECK(memcmp(&x, &y, sizeof x) == 0);               /* whoever answers */
        CHECK(by(&r, rows[i].a, k - 1, &in, &y) && memcmp(&x, &y, sizeof x) != 0);  /* too few: another function */
        /* the joint key exists only as a point: the whole sum of the zeroth coefficients */
        CHECK(oprf_share_open(r.t, (const struct element (*)[OPRF_HOLDERS])r.commit, (size_t)r.n, 0, &open));
        struct scalar whole = { { 0 } };
        for (size_t h = 0; h < k; h++) {
            struct scalar part[2];
            CHECK(oprf_lagrange(rows[i].a, k, rows[i].a[h], &weight));
            part[0] = whole;
            CHECK(scalar_times(&weight, &r.share[rows[i].a[h] - 1], &part[1]));
            oprf_share_sum(part, 2, &whole);
        }
        CHECK(element_of(&whole, &sum) && memcmp(&sum, &open, sizeof sum) == 0);
        CHECK(oprf_evaluate(&whole, &in, 1, &y, 1) && memcmp(&x, &y, sizeof x) == 0);
    }
}

/* A partial evaluation is proved against the holder's public share. */
static void partial_proofs(struct t *t)
{
    struct run r = { .t = 2, .n = 3 };
    const int who[] = { 3, 1 };
    static struct element in[MANY], out[MANY];
    struct scalar w, key, blind;
    struct element open, weighed;
    struct oprf_proof proof;
    ceremony(t, &r);
    scalar_random(&blind);
    fill(in, MANY, &blind);
    CHECK(oprf_lagrange(who, 2, 3, &w) && scalar_times(&w, &r.share[2], &key) && oprf_evaluate(&key, in, MANY, out, 2));
    CHECK(element_of(&key, &weighed) && oprf_prove(OPRF_VERIFIED, &key, &weighed, in, out, MANY, NULL, &proof, 2));
    CHECK(oprf_share_open(2, (const struct element (*)[OPRF_HOLDERS])r.commit, 3, 3, &open));
    CHECK(element_times(&w, &open, &open));                 /* what a client computes from the commitments */
    CHECK(oprf_verify(OPRF_VERIFIED, &open, in, out, MANY, &proof, 2));
    CHECK(oprf_share_open(2, (const struct element (*)[OPRF_HOLDERS])r.commit, 3, 1, &open));
    CHECK(!oprf_verify(OPRF_VERIFIED, &open, in, out, MANY, &proof, 2));    /* another holder's */
}

static void wrong_shares(struct t *t)
{
    struct oprf_deal d;
    struct scalar w;
    CHECK(!oprf_deal(0, 2, &d) && !oprf_deal(3, 2, &d) && !oprf_deal(2, OPRF_HOLDERS + 1, &d));
    CHECK(oprf_deal(2, 3, &d));
    d.share[0].b[0] ^= 1;
    CHECK(!oprf_share_ok(2, d.commit, 1, &d.share[0]));
    memset(d.commit[1].b, 0, 32);
    CHECK(!oprf_share_ok(2, d.commit, 2, &d.share[1]));
    CHECK(!oprf_lagrange((const int[]){ 1, 1 }, 2, 1, &w) && !oprf_lagrange((const int[]){ 1, 2 }, 2, 3, &w));
    CHECK(!oprf_lagrange((const int[]){ 0, 2 }, 2, 2, &w) && !oprf_lagrange((const int[]){ 1, 9 }, 2, 1, &w));
}

int main(void)
{
    static const struct t_case cases[] = {
        { "RFC 9497 appendix A.1, modes 0, 1 and 2", rfc9497 },
        { "a batch is proved and checked whole", batches },
        { "what is no element, scalar or proof is refused", refuses },
        { "the hidden check finds one wrong answer", hidden_check },
        { "any t of n holders give the same function, t - 1 do not", any_t_of_n },
        { "partial evaluations are proved against public shares", partial_proofs },
        { "wrong shares and numbers are refused", wrong_shares },
    };
    struct ctx c;
    int bad = 0;
    ctx_init(&c, 1 << 20);
    if (crypto_start(&c) != ERR_OK)
        return 1;
    ctx_done(&c);
    printf("1..%zu\n", COUNT_OF(cases));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct t t = { cases[i].name, 0 };
        cases[i].run(&t);
        bad += t.bad != 0;
        printf("%sok %zu - %s\n", t.bad ? "not " : "", i + 1, t.name);
    }
    return bad != 0;
}
