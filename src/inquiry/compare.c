/* compare.c - the asker's side of a run: both halves verified against the public
 * shares, the function's values compared with the tags. */
#include "inquiry/inside.h"

#include <stdlib.h>

enum { HALF_BYTES = 2 * COMMIT_BYTES + ASKED_BYTES + sizeof(struct oprf_proof) };

struct half { struct element commit[2][OPRF_HOLDERS]; struct element part[TOKENS_ASKED]; struct oprf_proof proof; };

static enum err half_read(struct ctx *c, const struct record *run, const char *field, struct half *h)
{
    unsigned char raw[HALF_BYTES], *p = raw;
    TRY(secret_into(c, run, field, raw, sizeof raw));
    memset(h, 0, sizeof *h);
    memcpy(h->commit[0], p, COMMIT_BYTES);
    memcpy(h->commit[1], p + COMMIT_BYTES, COMMIT_BYTES);
    memcpy(h->part, p + 2 * COMMIT_BYTES, ASKED_BYTES);
    memcpy(&h->proof, p + 2 * COMMIT_BYTES + ASKED_BYTES, sizeof h->proof);
    return ERR_OK;
}

static void half_bytes(const struct letter *l, unsigned char raw[HALF_BYTES])
{
    memcpy(raw, l->commit[0], COMMIT_BYTES);
    memcpy(raw + COMMIT_BYTES, l->commit[1], COMMIT_BYTES);
    memcpy(raw + 2 * COMMIT_BYTES, l->elements, ASKED_BYTES);
    memcpy(raw + 2 * COMMIT_BYTES + ASKED_BYTES, &l->proof, sizeof l->proof);
}

/* Is this half what its holder's public share must give for her blinded tokens? */
static bool half_ok(const struct half *h, int holder, const struct element *blinded)
{
    struct element open;
    return part_open((const struct element (*)[OPRF_HOLDERS])h->commit, holder, &open) &&
           oprf_verify(OPRF_VERIFIED, &open, blinded, h->part, TOKENS_ASKED, &h->proof, 0);
}

static int by_tag(const void *a, const void *b)
{
    return memcmp(a, b, TAG_LEN_);
}

/* ---- the comparison ------------------------------------------------------------------------- */

/* Her tokens with their tags and claims, and which of them hit. */
struct mine { struct str token[TOKENS_ASKED]; unsigned char out[TOKENS_ASKED][2 * TAG_LEN_]; bool hit[TOKENS_ASKED]; };

static enum err mine_values(struct ctx *c, const struct record *run, const struct half *a, const struct half *g, struct mine *m)
{
    struct str text = record_get(run, "tokens");
    unsigned char seed[KEY_LEN];
    struct element whole[TOKENS_ASKED], inside;
    const struct element *parts[2] = { a->part, g->part };
    struct scalar blind;
    AUTO_WIPE(seed);
    AUTO_WIPE(inside);
    AUTO_WIPE(blind);
    TRY(secret_into(c, run, "seed", seed, sizeof seed));
    if (!oprf_combine(parts, 2, TOKENS_ASKED, whole))
        return FAIL(c, ERR_INPUT, "inquiry.bad-element", "halves");
    for (size_t i = 0; i < TOKENS_ASKED && str_next(&text, '\n', &m->token[i]); i++) {
        blind_of(seed, i, &blind);
        if (!oprf_unblind(&blind, &whole[i], &inside))
            return FAIL(c, ERR_INPUT, "inquiry.bad-element", "token %zu", i);
        token_out(m->token[i], &inside, m->out[i]);
    }
    return ERR_OK;
}

/* One piece of the other's tags after another. */
static enum err look_up(struct ctx *c, const struct inquiry *q, const struct record *run, struct mine *m)
{
    size_t pieces = tag_pieces((size_t)record_i64(run, "size"));
    for (size_t p = 0; p < pieces; p++) {
        struct str tags;
        TRY(run_blob(c, q, run, numbered("tags", p).z, &tags));
        for (size_t i = 0; i < TOKENS_ASKED; i++)
            if (token_kind(m->token[i]) < MATCH_TOKEN_KINDS &&
                bsearch(m->out[i], tags.p, tags.n / TAG_LEN_, TAG_LEN_, by_tag))
                m->hit[i] = true;
    }
    return ERR_OK;
}

/* Claims are shown only when what hit is enough to speak of a person; the rest is filler. */
static void claims_of(const struct mine *m, unsigned char *claims, struct evidence *hits)
{
    random_bytes(claims, TOKENS_ASKED * TAG_LEN_);
    for (size_t i = 0; i < TOKENS_ASKED; i++)
        if (m->hit[i])
            evidence_add(hits, m->token[i]);
    for (size_t i = 0; i < TOKENS_ASKED && enough(hits); i++)
        if (m->hit[i])
            memcpy(claims + i * TAG_LEN_, m->out[i] + TAG_LEN_, TAG_LEN_);
}

static enum err verified(struct ctx *c, const struct inquiry *q, const struct record *run, const struct half *a, const struct half *g)
{
    struct element blinded[TOKENS_ASKED];
    TRY(secret_into(c, run, "blinded", blinded, sizeof blinded));
    if (!same_bytes(a->commit, g->commit, sizeof a->commit) || !half_ok(a, HOLDER_ANSWERING, blinded) ||
        !half_ok(g, HOLDER_GUARDIAN, blinded))
        return FAIL(c, ERR_INPUT, "inquiry.bad-proof", "run " STR_F, STR_A(q->run));
    return ERR_OK;
}

static enum err result(struct ctx *c, const struct inquiry *q, const struct evidence *hits)
{
    struct draft *d;
    TRY(draft_begin(c, q->run, "inquiry.result", &d));
    state_set(d, q, enough(hits) ? "hit" : hits->kinds ? "weak" : "none");
    draft_in(d, q->run_dossier);
    draft_set(d, "inquiry_run", q->run, "seed", (struct str){ 0 });
    draft_set(d, "inquiry_run", q->run, "tokens", (struct str){ 0 });
    return draft_commit(c, d);
}

static bool all_there(const struct record *run)
{
    if (!record_get(run, "answer").n || !record_get(run, numbered("part", (size_t)record_i64(run, "via")).z).n)
        return false;
    for (size_t i = 0; i < tag_pieces((size_t)record_i64(run, "size")); i++)
        if (!record_get(run, numbered("tags", i).z).n)
            return false;
    return true;
}

static enum err finish(struct ctx *c, const struct inquiry *q)
{
    struct record run;
    struct half a, g;
    struct mine m = { .hit = { false } };
    struct evidence hits = { 0 };
    unsigned char claims[TOKENS_ASKED * TAG_LEN_];
    struct letter close = { .kind = LETTER_CLOSE, .to = q->answering, .tags = claims, .n_tags = TOKENS_ASKED };
    AUTO_WIPE(m);
    AUTO_WIPE(claims);
    TRY(run_load(c, q, &run));
    if (!all_there(&run))
        return ERR_OK;
    TRY(half_read(c, &run, "answer", &a));
    TRY(half_read(c, &run, numbered("part", (size_t)record_i64(&run, "via")).z, &g));
    TRY(verified(c, q, &run, &a, &g));
    TRY(mine_values(c, &run, &a, &g, &m));
    TRY(look_up(c, q, &run, &m));
    claims_of(&m, claims, &hits);
    TRY(letter_send(c, q, &close));
    return result(c, q, &hits);
}

/* ---- halves come in any order ---------------------------------------------------------------------- */

/* The first piece of an answer says by whose help and how large; the others agree. */
static enum err same_answer(struct ctx *c, const struct record *run, const struct letter *l, int via,
                            const unsigned char raw[HALF_BYTES])
{
    unsigned char before[HALF_BYTES];
    if (via < 0)
        return bad_letter(c, "inquiry.no-guardian", l);
    if (!record_get(run, "answer").n)
        return ERR_OK;
    TRY(secret_into(c, run, "answer", before, sizeof before));
    if (record_i64(run, "via") != via || record_i64(run, "size") != (int64_t)l->size || !same_bytes(before, raw, sizeof before))
        return bad_letter(c, "inquiry.bad-letter", l);
    return ERR_OK;
}

static enum err keep_answer(struct ctx *c, const struct inquiry *q, const struct record *run, const struct letter *l)
{
    unsigned char raw[HALF_BYTES];
    struct field_name at = numbered("tags", l->piece);
    struct str blob;
    struct draft *d;
    int via = guardian_at(q, l->guardian[0]);
    if (record_get(run, at.z).n)
        return FAIL(c, ERR_CONFLICT, "inquiry.known", "piece %zu of " STR_F, l->piece, STR_A(q->run));
    half_bytes(l, raw);
    TRY(same_answer(c, run, l, via, raw));
    for (size_t i = 1; i < l->n_tags; i++)
        if (memcmp(l->tags + (i - 1) * TAG_LEN_, l->tags + i * TAG_LEN_, TAG_LEN_) > 0)
            return bad_letter(c, "inquiry.bad-letter", l);
    TRY(blob_put(c, q->run_dossier, (struct str){ (const char *)l->tags, l->n_tags * TAG_LEN_ }, &blob));
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    draft_in(d, q->run_dossier);
    secret_set(c, d, q->run, "answer", raw, sizeof raw);
    draft_set_i64(d, "inquiry_run", q->run, "via", via);
    draft_set_i64(d, "inquiry_run", q->run, "size", (int64_t)l->size);
    draft_set(d, "inquiry_run", q->run, at.z, blob);
    return draft_commit(c, d);
}

static enum err keep_part(struct ctx *c, const struct inquiry *q, const struct record *run, const struct letter *l)
{
    unsigned char raw[HALF_BYTES];
    struct field_name at = numbered("part", (size_t)guardian_at(q, l->from));
    struct draft *d;
    if (record_get(run, at.z).n)
        return FAIL(c, ERR_CONFLICT, "inquiry.known", "half of " STR_F, STR_A(q->run));
    half_bytes(l, raw);
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    draft_in(d, q->run_dossier);
    secret_set(c, d, q->run, at.z, raw, sizeof raw);
    return draft_commit(c, d);
}

/* No result can come of this run any more. */
static enum err spoilt(struct ctx *c, const struct inquiry *q)
{
    struct draft *d;
    struct fault f = c->fault;
    c->fault = (struct fault){ 0 };
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    state_set(d, q, "refused");
    draft_set(d, "inquiry", q->id, "words", str_c(f.key));
    TRY(draft_commit(c, d));
    c->fault = f;
    return ERR_INPUT;
}

enum err take_half(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    struct record run;
    TRY(run_load(c, q, &run));
    if (!oprf_elements_ok(l->elements, l->n, 0))
        return bad_letter(c, "inquiry.bad-element", l);
    TRY(l->kind == LETTER_PART ? keep_part(c, q, &run, l) : keep_answer(c, q, &run, l));
    enum err e = finish(c, q);
    return e == ERR_INPUT ? spoilt(c, q) : e;
}
