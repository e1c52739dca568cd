/* threshold.c - the key in shares (Shamir over the group order, Feldman's
 * commitments, every holder a dealer), sums over many elements. */
#include "oprf/inside.h"

#include <stdlib.h>

static void small_scalar(int v, struct scalar *out)
{
    memset(out, 0, sizeof *out);
    out->b[0] = (unsigned char)v;
}

static bool numbers_ok(int t, int n)
{
    return t >= 1 && t <= n && n <= OPRF_HOLDERS;
}

/* The polynomial at x, Horner. */
static void poly_at(const struct scalar *a, int t, int x, struct scalar *out)
{
    struct scalar at;
    small_scalar(x, &at);
    *out = a[t - 1];
    for (int i = t - 2; i >= 0; i--) {
        crypto_core_ristretto255_scalar_mul(out->b, out->b, at.b);
        crypto_core_ristretto255_scalar_add(out->b, out->b, a[i].b);
    }
}

bool oprf_deal(int t, int n, struct oprf_deal *out)
{
    struct scalar a[OPRF_HOLDERS];
    AUTO_WIPE(a);
    bool good = numbers_ok(t, n);
    *out = (struct oprf_deal){ .t = t, .n = n };
    for (int i = 0; good && i < t; i++) {
        scalar_random(&a[i]);
        good = element_of(&a[i], &out->commit[i]);
    }
    for (int i = 0; good && i < n; i++)
        poly_at(a, t, i + 1, &out->share[i]);
    return good;
}

/* The commitments at x: Horner in the exponent. */
static bool commit_at(int t, const struct element *commit, int x, struct element *out)
{
    struct scalar at;
    struct element e;
    if (t < 1 || t > OPRF_HOLDERS || x < 0 || x > OPRF_HOLDERS)
        return false;
    for (int i = 0; i < t; i++)
        if (!element_ok(&commit[i]))
            return false;
    if (x == 0) {
        *out = commit[0];
        return true;
    }
    small_scalar(x, &at);
    e = commit[t - 1];
    for (int i = t - 2; i >= 0; i--)
        if (!element_times(&at, &e, &e) || !element_add(&e, &commit[i], &e))
            return false;
    *out = e;
    return true;
}

bool oprf_share_ok(int t, const struct element *commit, int holder, const struct scalar *share)
{
    struct element want, got;
    return scalar_ok(share) && holder >= 1 && commit_at(t, commit, holder, &want) && element_of(share, &got) &&
           sodium_memcmp(want.b, got.b, sizeof want.b) == 0;
}

void oprf_share_sum(const struct scalar *dealt, size_t n_deals, struct scalar *share)
{
    memset(share, 0, sizeof *share);
    for (size_t i = 0; i < n_deals; i++)
        crypto_core_ristretto255_scalar_add(share->b, share->b, dealt[i].b);
}

bool oprf_share_open(int t, const struct element (*commit)[OPRF_HOLDERS], size_t n_deals, int holder,
                     struct element *out)
{
    struct element sum, e;
    for (size_t i = 0; i < n_deals; i++) {
        if (!commit_at(t, commit[i], holder, &e))
            return false;
        if (i == 0)
            sum = e;
        else if (!element_add(&sum, &e, &sum))
            return false;
    }
    if (!n_deals || !element_ok(&sum))
        return false;
    *out = sum;
    return true;
}

bool oprf_lagrange(const int *holders, size_t t, int holder, struct scalar *weight)
{
    struct scalar up, down, x, me;
    bool here = false;
    small_scalar(1, &up);
    small_scalar(1, &down);
    small_scalar(holder, &me);
    for (size_t i = 0; i < t; i++) {
        if (holders[i] < 1 || holders[i] > OPRF_HOLDERS)
            return false;
        for (size_t j = 0; j < i; j++)
            if (holders[j] == holders[i])
                return false;
        if (holders[i] == holder) {
            here = true;
            continue;
        }
        small_scalar(holders[i], &x);
        crypto_core_ristretto255_scalar_mul(up.b, up.b, x.b);
        crypto_core_ristretto255_scalar_sub(x.b, x.b, me.b);
        crypto_core_ristretto255_scalar_mul(down.b, down.b, x.b);
    }
    if (!here || crypto_core_ristretto255_scalar_invert(x.b, down.b) != 0)
        return false;
    return scalar_times(&up, &x, weight);
}

bool oprf_combine(const struct element *const *part, size_t parts, size_t n, struct element *out)
{
    for (size_t i = 0; i < n; i++) {
        struct element sum;
        for (size_t j = 0; j < parts; j++) {
            if (!element_ok(&part[j][i]))
                return false;
            if (j == 0)
                sum = part[j][i];
            else if (!element_add(&sum, &part[j][i], &sum))
                return false;
        }
        if (!parts || !element_ok(&sum))
            return false;
        out[i] = sum;
    }
    return true;
}

/* ---- many elements at once ------------------------------------------------------------- */

static bool ok_span(void *arg, size_t from, size_t to, int lane)
{
    const struct element *e = arg;
    bool good = true;
    (void)lane;
    for (size_t i = from; i < to; i++)
        good &= element_ok(&e[i]);
    return good;
}

bool oprf_elements_ok(const struct element *e, size_t n, int threads)
{
    return in_lanes(ok_span, (void *)(uintptr_t)e, n, threads);
}

struct blinding { enum oprf_mode m; const struct str *input; const struct scalar *blind; struct element *out; };

static bool hash_span(void *arg, size_t from, size_t to, int lane)
{
    struct blinding *b = arg;
    (void)lane;
    for (size_t i = from; i < to; i++)
        oprf_hash_to_group(b->m, b->input[i], &b->out[i]);
    return true;
}

bool oprf_hash_many(enum oprf_mode m, const struct str *input, size_t n, struct element *out, int threads)
{
    struct blinding b = { m, input, NULL, out };
    return in_lanes(hash_span, &b, n, threads);
}

static bool blind_span(void *arg, size_t from, size_t to, int lane)
{
    struct blinding *b = arg;
    bool good = true;
    (void)lane;
    for (size_t i = from; i < to; i++)
        if (b->input[i].n)
            good &= oprf_blind(b->m, b->input[i], b->blind, &b->out[i]);
        else
            element_random(&b->out[i]);
    return good;
}

bool oprf_blind_many(enum oprf_mode m, const struct str *input, size_t n, const struct scalar *blind,
                     struct element *out, int threads)
{
    struct blinding b = { m, input, blind, out };
    return in_lanes(blind_span, &b, n, threads);
}

struct mix { const struct scalar *a, *b; const struct element *x, *y; struct element *out; };

static bool mix_span(void *arg, size_t from, size_t to, int lane)
{
    struct mix *m = arg;
    struct element p, q;
    AUTO_WIPE(p);
    AUTO_WIPE(q);
    (void)lane;
    for (size_t i = from; i < to; i++) {
        if (!element_times(m->a, &m->x[i], &p) || !element_times(m->b, &m->y[i], &q) ||
            !element_add(&p, &q, &m->out[i]))
            return false;
    }
    return true;
}

bool oprf_mix(const struct scalar *a, const struct element *x, const struct scalar *b, const struct element *y,
              size_t n, struct element *out, int threads)
{
    struct mix m = { a, b, x, y, out };
    return in_lanes(mix_span, &m, n, threads);
}

struct weighing { const uint16_t *w; const struct element *in; size_t n; struct element *bucket; };

/* Each lane has its own buckets and looks at every weight. */
static bool weigh_span(void *arg, size_t from, size_t to, int lane)
{
    struct weighing *x = arg;
    bool good = true;
    (void)lane;
    for (size_t i = 0; i < x->n; i++) {
        size_t v = x->w[i] % OPRF_WEIGHT;
        if (v && v >= from && v < to)
            good &= element_add(&x->bucket[v], &x->in[i], &x->bucket[v]);
    }
    return good;
}

bool oprf_weigh_add(const uint16_t *w, const struct element *in, size_t n, struct element *bucket, int threads)
{
    struct weighing x = { w, in, n, bucket };
    return in_lanes(weigh_span, &x, OPRF_WEIGHT, threads);
}

/* A running sum from the heaviest down: bucket v is added v times. */
bool oprf_weigh_sum(const struct element *bucket, struct element *out)
{
    struct element run = { { 0 } }, sum = { { 0 } };        /* zeros are the identity's encoding */
    bool good = true;
    for (size_t v = OPRF_WEIGHT - 1; good && v > 0; v--)
        good = element_add(&run, &bucket[v], &run) && element_add(&sum, &run, &sum);
    if (good)
        *out = sum;
    return good && element_ok(out);
}

bool oprf_weigh(const uint16_t *w, const struct element *in, size_t n, struct element *out)
{
    struct element *bucket = calloc(OPRF_WEIGHT, sizeof *bucket);
    bool good = bucket && oprf_weigh_add(w, in, n, bucket, 1) && oprf_weigh_sum(bucket, out);
    free(bucket);
    return good;
}
