/* oprf.c - RFC 9497, ristretto255-SHA512. */
#include "oprf/inside.h"

/* ---- hashing (RFC 9380 section 5.3.1, RFC 9497 section 4.1) ------------------------- */

static void put2(unsigned char p[2], size_t n)
{
    p[0] = (unsigned char)(n >> 8);
    p[1] = (unsigned char)n;
}

/* prefix ‖ "OPRFV1-" ‖ mode ‖ "-ristretto255-SHA512" */
static size_t tag_of(enum oprf_mode m, const char *prefix, unsigned char out[64])
{
    size_t n = strlen(prefix);
    memcpy(out, prefix, n);
    memcpy(out + n, "OPRFV1-", 7);
    out[n + 7] = (unsigned char)m;
    memcpy(out + n + 8, "-ristretto255-SHA512", 20);
    return n + 28;
}

void expand(enum oprf_mode m, const char *prefix, const struct str *msg, size_t n, unsigned char out[64])
{
    static const unsigned char zeros[128], length[3] = { 0, 64, 0 };
    unsigned char tag[65], b0[64], one = 1;
    crypto_hash_sha512_state h;
    AUTO_WIPE(b0);
    AUTO_WIPE(h);
    size_t t = tag_of(m, prefix, tag);
    tag[t] = (unsigned char)t;
    (void)crypto_hash_sha512_init(&h);
    (void)crypto_hash_sha512_update(&h, zeros, sizeof zeros);
    for (size_t i = 0; i < n; i++)
        (void)crypto_hash_sha512_update(&h, (const unsigned char *)msg[i].p, msg[i].n);
    (void)crypto_hash_sha512_update(&h, length, sizeof length);
    (void)crypto_hash_sha512_update(&h, tag, t + 1);
    (void)crypto_hash_sha512_final(&h, b0);
    (void)crypto_hash_sha512_init(&h);
    (void)crypto_hash_sha512_update(&h, b0, sizeof b0);
    (void)crypto_hash_sha512_update(&h, &one, 1);
    (void)crypto_hash_sha512_update(&h, tag, t + 1);
    (void)crypto_hash_sha512_final(&h, out);
}

void scalar_from_wide(const unsigned char wide[64], struct scalar *out)
{
    crypto_core_ristretto255_scalar_reduce(out->b, wide);
}

static void to_scalar(enum oprf_mode m, const char *prefix, const struct str *msg, size_t n, struct scalar *out)
{
    unsigned char wide[64];
    AUTO_WIPE(wide);
    expand(m, prefix, msg, n, wide);
    scalar_from_wide(wide, out);
}

void hash_to_scalar(enum oprf_mode m, const struct str *msg, size_t n, struct scalar *out)
{
    to_scalar(m, "HashToScalar-", msg, n, out);
}

void oprf_hash_to_group(enum oprf_mode m, struct str input, struct element *out)
{
    unsigned char wide[64];
    AUTO_WIPE(wide);
    expand(m, "HashToGroup-", &input, 1, wide);
    (void)crypto_core_ristretto255_from_hash(out->b, wide);
}

/* ---- scalars and elements -------------------------------------------------------------- */

bool element_ok(const struct element *e)
{
    return top_clear(e) && crypto_core_ristretto255_is_valid_point(e->b) == 1 && !sodium_is_zero(e->b, sizeof e->b);
}

bool scalar_ok(const struct scalar *s)
{
    unsigned char wide[64] = { 0 };
    struct scalar r;
    AUTO_WIPE(wide);
    AUTO_WIPE(r);
    memcpy(wide, s->b, sizeof s->b);
    scalar_from_wide(wide, &r);
    return sodium_memcmp(r.b, s->b, sizeof r.b) == 0 && !sodium_is_zero(s->b, sizeof s->b);
}

void scalar_random(struct scalar *s)
{
    crypto_core_ristretto255_scalar_random(s->b);
}

bool element_of(const struct scalar *s, struct element *out)
{
    return crypto_scalarmult_ristretto255_base(out->b, s->b) == 0;
}

void element_random(struct element *e)
{
    crypto_core_ristretto255_random(e->b);
}

bool scalar_inverse(const struct scalar *a, struct scalar *out)
{
    return crypto_core_ristretto255_scalar_invert(out->b, a->b) == 0;
}

bool scalar_times(const struct scalar *a, const struct scalar *b, struct scalar *out)
{
    crypto_core_ristretto255_scalar_mul(out->b, a->b, b->b);
    return !sodium_is_zero(out->b, sizeof out->b);
}

bool element_times(const struct scalar *a, const struct element *x, struct element *out)
{
    return top_clear(x) && crypto_scalarmult_ristretto255(out->b, a->b, x->b) == 0;
}

/* ---- keys, blinding, evaluation ------------------------------------------------------------ */

bool oprf_derive_key(enum oprf_mode m, const unsigned char seed[OPRF_SEED], struct str info,
                     struct scalar *secret, struct element *open)
{
    unsigned char len[2], counter;
    if (info.n > OPRF_INPUT_MAX)
        return false;
    put2(len, info.n);
    for (int i = 0; i < 256; i++) {
        counter = (unsigned char)i;
        to_scalar(m, "DeriveKeyPair", (const struct str[]){ { (const char *)seed, OPRF_SEED },
                  { (char *)len, 2 }, info, { (char *)&counter, 1 } }, 4, secret);
        if (!sodium_is_zero(secret->b, sizeof secret->b))
            return element_of(secret, open);
    }
    return false;
}

bool oprf_blind(enum oprf_mode m, struct str input, const struct scalar *blind, struct element *out)
{
    struct element h;
    AUTO_WIPE(h);
    if (input.n > OPRF_INPUT_MAX)
        return false;
    oprf_hash_to_group(m, input, &h);
    return element_times(blind, &h, out);
}

struct evaluation { const struct scalar *key; const struct element *in; struct element *out; };

static bool evaluate_span(void *arg, size_t from, size_t to, int lane)
{
    struct evaluation *e = arg;
    bool good = true;
    (void)lane;
    for (size_t i = from; i < to; i++)
        good &= element_times(e->key, &e->in[i], &e->out[i]);
    return good;
}

bool oprf_evaluate(const struct scalar *key, const struct element *in, size_t n, struct element *out, int threads)
{
    struct evaluation e = { key, in, out };
    return in_lanes(evaluate_span, &e, n, threads);
}

/* ---- the proof (RFC 9497 section 2.2) -------------------------------------------------------- */

struct transcript { struct str part[16]; size_t n; unsigned char len[8][2]; size_t lens; };

static void tell(struct transcript *t, const void *p, size_t n)
{
    unsigned char *len = t->len[t->lens++];
    put2(len, n);
    t->part[t->n++] = (struct str){ (char *)len, 2 };
    t->part[t->n++] = (struct str){ p, n };
}

struct composite {
    enum oprf_mode mode;
    unsigned char seed[64];
    const struct element *in, *out;
    bool both;                              /* also Z; else it is key * M */
    struct element m[LANES], z[LANES];
    bool any[LANES];
};

static void composite_seed(struct composite *k, const struct element *open)
{
    unsigned char tag[64], len[2][2];
    crypto_hash_sha512_state h;
    size_t n = tag_of(k->mode, "Seed-", tag);
    put2(len[0], OPRF_ELEMENT);
    put2(len[1], n);
    (void)crypto_hash_sha512_init(&h);
    (void)crypto_hash_sha512_update(&h, len[0], 2);
    (void)crypto_hash_sha512_update(&h, open->b, sizeof open->b);
    (void)crypto_hash_sha512_update(&h, len[1], 2);
    (void)crypto_hash_sha512_update(&h, tag, n);
    (void)crypto_hash_sha512_final(&h, k->seed);
}

static void composite_weight(const struct composite *k, size_t i, struct scalar *d)
{
    unsigned char at[2];
    struct transcript t = { .n = 0 };
    put2(at, i);
    tell(&t, k->seed, sizeof k->seed);
    t.part[t.n++] = (struct str){ (char *)at, 2 };
    tell(&t, k->in[i].b, OPRF_ELEMENT);
    tell(&t, k->out[i].b, OPRF_ELEMENT);
    t.part[t.n++] = STR("Composite");
    hash_to_scalar(k->mode, t.part, t.n, d);
}

static bool add_weighed(const struct scalar *d, const struct element *x, struct element *sum, bool first)
{
    struct element y;
    if (!element_times(d, x, &y))
        return false;
    if (first) {
        *sum = y;
        return true;
    }
    return element_add(sum, &y, sum);
}

static bool composite_span(void *arg, size_t from, size_t to, int lane)
{
    struct composite *k = arg;
    struct scalar d;
    for (size_t i = from; i < to; i++) {
        composite_weight(k, i, &d);
        if (!add_weighed(&d, &k->in[i], &k->m[lane], i == from) ||
            (k->both && !add_weighed(&d, &k->out[i], &k->z[lane], i == from)))
            return false;
        k->any[lane] = true;
    }
    return true;
}

static bool composites(struct composite *k, const struct element *open, size_t n, int threads,
                       struct element *m, struct element *z)
{
    bool first = true;
    composite_seed(k, open);
    if (n < 1 || n > OPRF_PROOF_BATCH || !in_lanes(composite_span, k, n, threads))
        return false;
    for (int i = 0; i < LANES; i++) {
        if (!k->any[i])
            continue;
        if (first) {
            *m = k->m[i];
            *z = k->z[i];
        } else if (!element_add(m, &k->m[i], m) || (k->both && !element_add(z, &k->z[i], z))) {
            return false;
        }
        first = false;
    }
    return true;
}

static void challenge(enum oprf_mode mode, const struct element *open, const struct element *m,
                      const struct element *z, const struct element *t2, const struct element *t3, struct scalar *c)
{
    struct transcript t = { .n = 0 };
    tell(&t, open->b, OPRF_ELEMENT);
    tell(&t, m->b, OPRF_ELEMENT);
    tell(&t, z->b, OPRF_ELEMENT);
    tell(&t, t2->b, OPRF_ELEMENT);
    tell(&t, t3->b, OPRF_ELEMENT);
    t.part[t.n++] = STR("Challenge");
    hash_to_scalar(mode, t.part, t.n, c);
}

bool oprf_prove(enum oprf_mode mode, const struct scalar *key, const struct element *open,
                const struct element *in, const struct element *out, size_t n,
                const struct scalar *r, struct oprf_proof *proof, int threads)
{
    struct composite k = { .mode = mode, .in = in, .out = out };
    struct element m, z, t2, t3;
    struct scalar fresh, ck;
    AUTO_WIPE(fresh);
    AUTO_WIPE(ck);
    if (!composites(&k, open, n, threads, &m, &z) || !element_times(key, &m, &z))
        return false;
    if (r)
        fresh = *r;
    else
        scalar_random(&fresh);
    bool good = element_of(&fresh, &t2) && element_times(&fresh, &m, &t3);
    if (good) {
        challenge(mode, open, &m, &z, &t2, &t3, &proof->c);
        crypto_core_ristretto255_scalar_mul(ck.b, proof->c.b, key->b);
        crypto_core_ristretto255_scalar_sub(proof->s.b, fresh.b, ck.b);
    }
    return good;
}

/* s * x + c * y, where either scalar may be 0. */
static bool two(const struct scalar *s, const struct element *x, const struct scalar *c, const struct element *y,
                struct element *out)
{
    struct element a, b;
    if (!element_times(c, y, &b))
        return false;
    if (x ? !element_times(s, x, &a) : !element_of(s, &a))
        return false;
    return element_add(&a, &b, out);
}

bool oprf_verify(enum oprf_mode mode, const struct element *open, const struct element *in,
                 const struct element *out, size_t n, const struct oprf_proof *proof, int threads)
{
    struct composite k = { .mode = mode, .in = in, .out = out, .both = true };
    struct element m, z, t2, t3;
    struct scalar c;
    if (!element_ok(open) || !scalar_ok(&proof->c) || !scalar_ok(&proof->s))
        return false;
    for (size_t i = 0; i < n; i++)
        if (sodium_is_zero(in[i].b, sizeof in[i].b) || sodium_is_zero(out[i].b, sizeof out[i].b))
            return false;
    if (!composites(&k, open, n, threads, &m, &z) ||
        !two(&proof->s, NULL, &proof->c, open, &t2) || !two(&proof->s, &m, &proof->c, &z, &t3))
        return false;
    challenge(mode, open, &m, &z, &t2, &t3, &c);
    return sodium_memcmp(c.b, proof->c.b, sizeof c.b) == 0;
}

/* ---- finishing -------------------------------------------------------------------------------- */

bool oprf_unblind(const struct scalar *blind, const struct element *evaluated, struct element *out)
{
    struct scalar inverse;
    AUTO_WIPE(inverse);
    return scalar_inverse(blind, &inverse) && element_times(&inverse, evaluated, out);
}

void oprf_output(enum oprf_mode m, struct str input, struct str info, const struct element *inside,
                 unsigned char out[OPRF_OUT])
{
    struct transcript t = { .n = 0 };
    crypto_hash_sha512_state h;
    AUTO_WIPE(h);
    tell(&t, input.p, input.n);
    if (m == OPRF_PARTIAL)
        tell(&t, info.p, info.n);
    tell(&t, inside->b, OPRF_ELEMENT);
    t.part[t.n++] = STR("Finalize");
    (void)crypto_hash_sha512_init(&h);
    for (size_t i = 0; i < t.n; i++)
        (void)crypto_hash_sha512_update(&h, (const unsigned char *)t.part[i].p, t.part[i].n);
    (void)crypto_hash_sha512_final(&h, out);
}

bool oprf_finalize(enum oprf_mode m, struct str input, struct str info, const struct scalar *blind,
                   const struct element *evaluated, unsigned char out[OPRF_OUT])
{
    struct element inside;
    AUTO_WIPE(inside);
    if (input.n > OPRF_INPUT_MAX || info.n > OPRF_INPUT_MAX || !oprf_unblind(blind, evaluated, &inside))
        return false;
    oprf_output(m, input, info, &inside, out);
    return true;
}

/* ---- POPRF's tweak (RFC 9497 section 3.3.3) ------------------------------------------------------ */

static void info_scalar(struct str info, struct scalar *m)
{
    unsigned char len[2];
    put2(len, info.n);
    hash_to_scalar(OPRF_PARTIAL, (const struct str[]){ STR("Info"), { (char *)len, 2 }, info }, 3, m);
}

bool poprf_tweak(const struct scalar *secret, struct str info, struct scalar *tweaked, struct scalar *inverse)
{
    struct scalar m;
    if (info.n > OPRF_INPUT_MAX)
        return false;
    info_scalar(info, &m);
    crypto_core_ristretto255_scalar_add(tweaked->b, secret->b, m.b);
    return crypto_core_ristretto255_scalar_invert(inverse->b, tweaked->b) == 0;
}

bool poprf_tweak_open(const struct element *open, struct str info, struct element *tweaked)
{
    struct scalar m;
    struct element t;
    if (info.n > OPRF_INPUT_MAX)
        return false;
    info_scalar(info, &m);
    return element_of(&m, &t) && element_add(&t, open, tweaked) && element_ok(tweaked);
}
