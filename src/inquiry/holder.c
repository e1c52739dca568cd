/* holder.c - what a holder of the run's key computes, and where a run keeps it.
 *
 * Holder 1 is the answering node, holder 2 a guardian; both deal, both are
 * needed.  With several guardians each has a key of its own with the answering
 * node (docs/decisions/0008): whichever answers first is enough. */
#include "inquiry/inside.h"

static const int holders[SHARES_NEEDED] = { HOLDER_ANSWERING, HOLDER_GUARDIAN };

void token_out(struct str token, const struct element *inside, unsigned char out[2 * TAG_LEN_])
{
    unsigned char full[OPRF_OUT];
    AUTO_WIPE(full);
    oprf_output(OPRF_VERIFIED, token, (struct str){ 0 }, inside, full);
    memcpy(out, full, 2 * TAG_LEN_);
}

void blind_of(const unsigned char seed[KEY_LEN], size_t i, struct scalar *out)
{
    unsigned char at[8] = { 0 };
    struct element unused;
    AUTO_WIPE(unused);
    for (size_t k = 0; k < sizeof at; k++)
        at[k] = (unsigned char)(i >> (8 * k));
    /* A seed's blinds come from the RFC's own key derivation. */
    if (!oprf_derive_key(OPRF_VERIFIED, seed, (struct str){ (char *)at, sizeof at }, out, &unused))
        scalar_random(out);
}

/* This holder's key for its part: weight times the sum of what was dealt to it. */
bool part_key(int holder, const struct scalar dealt[SHARES_NEEDED], struct scalar *key)
{
    struct scalar share, weight;
    AUTO_WIPE(share);
    oprf_share_sum(dealt, SHARES_NEEDED, &share);
    return oprf_lagrange(holders, SHARES_NEEDED, holder, &weight) && scalar_times(&weight, &share, key);
}

/* What the part of a holder is proved against; from the commitments alone. */
bool part_open(const struct element (*commit)[OPRF_HOLDERS], int holder, struct element *open)
{
    struct scalar weight;
    return oprf_share_open(SHARES_NEEDED, commit, SHARES_NEEDED, holder, open) &&
           oprf_lagrange(holders, SHARES_NEEDED, holder, &weight) && element_times(&weight, open, open);
}

/* Evaluate the asker's tokens and prove it. */
bool evaluate_asked(const struct scalar *key, const struct element *asked, struct element *out, struct oprf_proof *proof)
{
    struct element open;
    return element_of(key, &open) && oprf_evaluate(key, asked, TOKENS_ASKED, out, 0) &&
           oprf_prove(OPRF_VERIFIED, key, &open, asked, out, TOKENS_ASKED, NULL, proof, 0);
}

/* ---- guardians of a run ------------------------------------------------------------------- */

size_t guardians_of(const struct inquiry *q, struct str out[GUARDIANS_MAX])
{
    struct str rest = q->guardian;
    size_t n = 0;
    while (n < GUARDIANS_MAX && str_next(&rest, ' ', &out[n]) && out[n].n)
        n++;
    return n;
}

int guardian_at(const struct inquiry *q, struct str node)
{
    struct str g[GUARDIANS_MAX];
    size_t n = guardians_of(q, g);
    for (size_t i = 0; i < n; i++)
        if (str_eq(g[i], node))
            return (int)i;
    return -1;
}

/* ---- what a run keeps -------------------------------------------------------------------------- */

struct field_name numbered(const char *name, size_t i)
{
    struct field_name f;
    size_t n = 0;
    char digits[8];
    while (name[n] && n < sizeof f.z - sizeof digits - 1) {
        f.z[n] = name[n];
        n++;
    }
    f.z[n++] = '.';
    size_t k = 0;
    do
        digits[k++] = (char)('0' + i % 10);
    while ((i /= 10) && k < sizeof digits);
    while (k)
        f.z[n++] = digits[--k];
    f.z[n] = 0;
    return f;
}

enum err run_blob(struct ctx *c, const struct inquiry *q, const struct record *run, const char *field, struct str *out)
{
    return blob_get(c, q->run_dossier, record_get(run, field), out);
}

/* Copied: what was opened need not lie where elements may. */
enum err run_elements(struct ctx *c, const struct inquiry *q, const struct record *run, const char *field,
                      size_t n, struct element **out)
{
    struct str bytes;
    TRY(run_blob(c, q, run, field, &bytes));
    if (bytes.n != n * sizeof **out)
        return FAIL(c, ERR_CORRUPT, "error.internal", "%s of %zu bytes", field, bytes.n);
    struct element *e = NEW_N(&c->mem, struct element, n);
    TRY(ctx_check(c));
    memcpy(e, bytes.p, bytes.n);
    *out = e;
    return ERR_OK;
}
