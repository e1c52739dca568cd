/* run.c - the arithmetic side of a run: who computes what from which letter.
 *
 * Holder 1 of the epoch key is the answering node, holder 2 the guardian; both
 * deal, two of two evaluate.  The guardian keeps nothing: it deals, evaluates
 * and forgets within one letter. */
#include "inquiry/inside.h"

#include "base/node.h"

#include <stdlib.h>

static const int holders[SHARES_NEEDED] = { HOLDER_ANSWERING, HOLDER_GUARDIAN };
enum { COMMIT_BYTES = SHARES_NEEDED * OPRF_ELEMENT, ASKED_BYTES = TOKENS_ASKED * OPRF_ELEMENT,
       HALF_BYTES = 2 * COMMIT_BYTES + ASKED_BYTES + sizeof(struct oprf_proof) };

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

static void sign_here(void *arg, struct str msg, unsigned char sig[SIG_LEN])
{
    node_sign(arg, msg, sig);
}

/* Sealed, kept as an attachment of the run, and put among what waits. */
enum err letter_send(struct ctx *c, const struct inquiry *q, struct letter *l)
{
    struct inquiry_peer to;
    struct str bytes, hash;
    struct draft *d;
    TRY(inquiry_peer_find(c, l->to, &to));
    l->run = q->run;
    l->from = ledger_node_id(c->node->ledger);
    l->id = id_new(&c->mem, c->now_us);
    l->at_us = c->now_us;
    /* What comes after the run must not keep the run's dossier alive. */
    struct str dossier = l->kind >= LETTER_REPLY ? q->dossier : q->run_dossier;
    TRY(letter_write(c, l, to.box, sign_here, c, &bytes));
    TRY(blob_put(c, dossier, bytes, &hash));
    TRY(draft_begin(c, q->run, "inquiry.letter", &d));
    draft_in(d, dossier);
    draft_set(d, "inquiry_letter", l->id, "run", q->run);
    draft_set(d, "inquiry_letter", l->id, "to", l->to);
    draft_set(d, "inquiry_letter", l->id, "blob", hash);
    draft_set(d, "inquiry_letter", l->id, "state", STR("waiting"));
    draft_set_i64(d, "inquiry_letter", l->id, "made", c->now_us);
    return draft_commit(c, d);
}

static enum err bad(struct ctx *c, const char *key, const struct letter *l)
{
    return FAIL(c, ERR_INPUT, key, "letter %d of run " STR_F, (int)l->kind, STR_A(l->run));
}

/* This holder's key for its part: weight times the sum of what was dealt to it. */
static bool part_key(int holder, const struct scalar *dealt, struct scalar *key)
{
    struct scalar share, weight;
    AUTO_WIPE(share);
    oprf_share_sum(dealt, 2, &share);
    return oprf_lagrange(holders, SHARES_NEEDED, holder, &weight) && scalar_times(&weight, &share, key);
}

/* What the part of a holder is proved against; from the commitments alone. */
static bool part_open(const struct element (*commit)[OPRF_HOLDERS], int holder, struct element *open)
{
    struct scalar weight;
    return oprf_share_open(SHARES_NEEDED, commit, 2, holder, open) &&
           oprf_lagrange(holders, SHARES_NEEDED, holder, &weight) && element_times(&weight, open, open);
}

/* Evaluate the asker's tokens and prove it. */
static bool evaluate_asked(const struct scalar *key, const struct element *asked, struct element *out,
                           struct oprf_proof *proof)
{
    struct element open;
    return element_of(key, &open) && oprf_evaluate(key, asked, TOKENS_ASKED, out, 0) &&
           oprf_prove(OPRF_VERIFIED, key, &open, asked, out, TOKENS_ASKED, NULL, proof, 0);
}

static struct element *elements_new(struct ctx *c, size_t n)
{
    return NEW_N(&c->mem, struct element, n);
}

/* ---- the question arrives ---------------------------------------------------------------------- */

/* How many more than the quota may be refused in writing before nothing is
 * written any more: what a broken node can put into this ledger in a week. */
enum { REFUSED_WRITTEN = 50 };

enum admission { ADMIT, ADMIT_NOT, ADMIT_SILENT };

static enum err admission(struct ctx *c, const struct letter *l, const char *role, enum admission *out)
{
    int64_t officer, office, node;
    struct str any = { 0 };
    TRY(count_asked(c, role, l->from, l->officer, any, &officer));
    TRY(count_asked(c, role, l->from, any, l->office, &office));
    TRY(count_asked(c, role, l->from, any, any, &node));
    *out = node >= INQUIRY_PER_NODE + REFUSED_WRITTEN ? ADMIT_SILENT
         : officer >= INQUIRY_PER_OFFICER || office >= INQUIRY_PER_OFFICE || node >= INQUIRY_PER_NODE ? ADMIT_NOT : ADMIT;
    return ERR_OK;
}

static void row_sets(struct ctx *c, struct draft *d, const struct letter *l, struct inquiry *q)
{
    q->dossier = dossier_new(d, "inquiry", (struct str){ 0 });
    q->run_dossier = dossier_new(d, "run", (struct str){ 0 });
    draft_in(d, q->dossier);
    draft_set(d, "inquiry", q->id, "run", l->run);
    draft_set(d, "inquiry", q->id, "role", q->role);
    draft_set(d, "inquiry", q->id, "state", q->state);
    draft_set(d, "inquiry", q->id, "purpose", l->purpose);
    draft_set(d, "inquiry", q->id, "case_ref", l->case_ref);
    draft_set(d, "inquiry", q->id, "asker", l->from);
    draft_set(d, "inquiry", q->id, "answering", l->answering);
    draft_set(d, "inquiry", q->id, "guardian", l->guardian);
    draft_set(d, "inquiry", q->id, "run_dossier", q->run_dossier);
    draft_set(d, "inquiry", q->id, "counted_officer", l->officer);
    draft_set(d, "inquiry", q->id, "counted_office", l->office);
    draft_set_i64(d, "inquiry", q->id, "asked", c->now_us);
    draft_in(d, q->run_dossier);
    secret_set(c, d, q->run, "asked", l->elements, ASKED_BYTES);
}

/* Counted and written down behind one lock per asking node: questions that come
 * at once are counted one after another. */
static enum err admit(struct ctx *c, const struct letter *l, const char *role, struct inquiry *q)
{
    struct draft *d;
    enum admission may;
    TRY(draft_begin(c, str_join(&c->mem, STR("questions of "), l->from), "inquiry.receive", &d));
    enum err e = admission(c, l, role, &may);
    if (!e && may == ADMIT_SILENT)
        e = FAIL(c, ERR_BUSY, "inquiry.too-many-letters", "questions of " STR_F, STR_A(l->from));
    if (e) {
        draft_drop(d);
        return e;
    }
    *q = (struct inquiry){ .id = id_new(&c->mem, c->now_us), .run = l->run, .role = str_c(role),
        .state = may == ADMIT ? STR("received") : STR("refused"),
        .purpose = l->purpose, .asker = l->from, .answering = l->answering, .guardian = l->guardian };
    row_sets(c, d, l, q);
    return draft_commit(c, d);
}

static enum err state_now(struct ctx *c, const struct inquiry *q, const char *state)
{
    struct draft *d;
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    state_set(d, q, state);
    return draft_commit(c, d);
}

static enum err refuse(struct ctx *c, const struct inquiry *q, struct str to, struct str words)
{
    struct letter no = { .kind = LETTER_REFUSE, .to = to, .words = words };
    return letter_send(c, q, &no);
}

/* The answering node deals, blinds everybody it knows under one blind, hides
 * its check among them and sends it to the guardian. */
static enum err join_blind(struct ctx *c, const struct own_set *s, const struct scalar *blind, uint16_t *w,
                           struct element *e)
{
    bool good = true;
    for (size_t i = 0; i < s->size; i++)
        element_random(&e[i]);
    for (size_t i = 0; i < s->n; i++)
        oprf_hash_to_group(OPRF_VERIFIED, s->token[i], &e[s->at[i]]);
    good = oprf_evaluate(blind, e, s->size, e, 0);
    random_bytes(w, s->size * sizeof *w);
    w[s->check_at] = 0;
    good = good && oprf_weigh(w, e, s->size, &e[s->check_at]);
    return good ? ERR_OK : FAIL(c, ERR_BUG, "error.internal", "blinding");
}

static enum err join_keep(struct ctx *c, const struct inquiry *q, const struct own_set *s, const struct oprf_deal *deal,
                          const struct scalar *blind, const uint16_t *w)
{
    struct str set, weights;
    struct draft *d;
    struct str text = set_text(c, s);
    if (!text.p)
        return FAIL(c, ERR_INPUT, "inquiry.too-many", "set of %zu tokens", s->n);
    TRY(blob_put(c, q->run_dossier, text, &set));
    TRY(blob_put(c, q->run_dossier, (struct str){ (const char *)w, s->size * sizeof *w }, &weights));
    TRY(draft_begin(c, q->run, "inquiry.join", &d));
    draft_in(d, q->run_dossier);
    secret_set(c, d, q->run, "commit", deal->commit, COMMIT_BYTES);
    secret_set(c, d, q->run, "own_share", &deal->share[HOLDER_ANSWERING - 1], OPRF_SCALAR);
    secret_set(c, d, q->run, "blind", blind, OPRF_SCALAR);
    draft_set(d, "inquiry_run", q->run, "set", set);
    draft_set(d, "inquiry_run", q->run, "weights", weights);
    return draft_commit(c, d);
}

static enum err join(struct ctx *c, const struct inquiry *q)
{
    struct own_set s;
    struct oprf_deal deal;
    struct scalar blind;
    AUTO_WIPE(deal);
    AUTO_WIPE(blind);
    TRY(own_set(c, &s));
    struct element *e = elements_new(c, s.size);
    uint16_t *w = NEW_N(&c->mem, uint16_t, s.size);
    TRY(ctx_check(c));
    scalar_random(&blind);
    if (!oprf_deal(SHARES_NEEDED, 2, &deal))
        return FAIL(c, ERR_BUG, "error.internal", "deal");
    TRY(join_blind(c, &s, &blind, w, e));
    TRY(join_keep(c, q, &s, &deal, &blind, w));
    struct letter l = { .kind = LETTER_JOIN, .to = q->guardian, .share = deal.share[HOLDER_GUARDIAN - 1],
                        .elements = e, .n = s.size };
    AUTO_WIPE(l);
    memcpy(l.commit[0], deal.commit, sizeof l.commit[0]);
    return letter_send(c, q, &l);
}

static bool elements_good(const struct element *e, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!element_ok(&e[i]))
            return false;
    return true;
}

enum err take_ask(struct ctx *c, const struct letter *l)
{
    struct str here = ledger_node_id(c->node->ledger);
    bool answering = str_eq(l->answering, here);
    struct inquiry q;
    struct inquiry_peer g;
    if (!answering && !str_eq(l->guardian, here))
        return bad(c, "inquiry.not-for-us", l);
    if (!elements_good(l->elements, l->n))
        return bad(c, "inquiry.bad-element", l);
    if (answering) {
        TRY(inquiry_peer_find(c, l->guardian, &g));
        if (!g.guardian || g.closed || str_eq(l->guardian, l->from))     /* nobody guards herself */
            return bad(c, "inquiry.no-guardian", l);
    }
    TRY(admit(c, l, answering ? "answer" : "guard", &q));
    if (str_is(q.state, "refused"))
        return refuse(c, &q, l->from, STR("inquiry.no-questions-left"));
    if (!answering)
        return ERR_OK;
    enum err e = join(c, &q);
    if (e != ERR_INPUT)
        return e;
    c->fault = (struct fault){ 0 };                 /* more people than a set holds: say so, do not leave her waiting */
    TRY(state_now(c, &q, "refused"));
    return refuse(c, &q, l->from, STR("inquiry.too-many"));
}

/* ---- the guardian ---------------------------------------------------------------------------------- */

static enum err guard(struct ctx *c, const struct inquiry *q, const struct letter *l, const struct scalar *key,
                      const struct oprf_deal *deal)
{
    struct record run;
    struct element asked[TOKENS_ASKED], part[TOKENS_ASKED];
    struct letter grant = { .kind = LETTER_GRANT, .to = q->answering, .share = deal->share[HOLDER_ANSWERING - 1], .n = l->n };
    AUTO_WIPE(grant);
    struct letter half = { .kind = LETTER_PART, .to = q->asker, .elements = part, .n = TOKENS_ASKED };
    struct element *set = elements_new(c, l->n);
    TRY(ctx_check(c));
    TRY(run_load(c, q, &run));
    TRY(secret_into(c, &run, "asked", asked, sizeof asked));
    if (!oprf_evaluate(key, l->elements, l->n, set, 0) || !evaluate_asked(key, asked, part, &half.proof))
        return bad(c, "inquiry.bad-element", l);
    grant.elements = set;
    memcpy(grant.commit[1], deal->commit, sizeof grant.commit[1]);
    memcpy(half.commit[0], l->commit[0], sizeof half.commit[0]);
    memcpy(half.commit[1], deal->commit, sizeof half.commit[1]);
    TRY(letter_send(c, q, &grant));
    return letter_send(c, q, &half);
}

enum err take_join(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    struct oprf_deal deal;
    struct scalar dealt[2], key;
    struct element open;
    AUTO_WIPE(deal);
    AUTO_WIPE(dealt);
    AUTO_WIPE(key);
    if (!oprf_share_ok(SHARES_NEEDED, l->commit[0], HOLDER_GUARDIAN, &l->share))
        return bad(c, "inquiry.bad-share", l);
    if (!elements_good(l->elements, l->n))
        return bad(c, "inquiry.bad-element", l);
    if (!oprf_deal(SHARES_NEEDED, 2, &deal))
        return FAIL(c, ERR_BUG, "error.internal", "deal");
    dealt[0] = l->share;
    dealt[1] = deal.share[HOLDER_GUARDIAN - 1];
    enum err e = part_key(HOLDER_GUARDIAN, dealt, &key) && element_of(&key, &open) ? ERR_OK
               : bad(c, "inquiry.bad-share", l);
    if (!e)
        e = guard(c, q, l, &key, &deal);
    return e ? e : state_now(c, q, "served");
}

/* ---- the answering node has the guardian's half ------------------------------------------------------- */

static int by_tag(const void *a, const void *b)
{
    return memcmp(a, b, TAG_LEN_);
}

/* The guardian's answers to the set: one key for all? */
static enum err check_set(struct ctx *c, const struct own_set *s, struct str weights, const struct letter *l)
{
    struct element sum;
    uint16_t *w = NEW_N(&c->mem, uint16_t, s->size);
    TRY(ctx_check(c));
    if (l->n != s->size || weights.n != s->size * sizeof(uint16_t))
        return bad(c, "inquiry.bad-letter", l);
    memcpy(w, weights.p, weights.n);                /* what was opened need not lie on even bytes */
    if (!oprf_weigh(w, l->elements, l->n, &sum) ||
        !same_bytes(&sum, &l->elements[s->check_at], sizeof sum))
        return bad(c, "inquiry.bad-evaluation", l);
    return ERR_OK;
}

/* Tags to send, claims to keep: both from the function's value of each token. */
static enum err set_values(struct ctx *c, const struct own_set *s, const struct scalar *key, const struct scalar *blind,
                           const struct element *theirs, unsigned char *tags, unsigned char *claims)
{
    struct scalar unblind;
    struct element *h = elements_new(c, s->n + 1), *b = elements_new(c, s->n + 1);
    unsigned char out[2 * TAG_LEN_];
    AUTO_WIPE(unblind);
    AUTO_WIPE(out);
    TRY(ctx_check(c));
    for (size_t i = 0; i < s->n; i++) {
        oprf_hash_to_group(OPRF_VERIFIED, s->token[i], &h[i]);
        b[i] = theirs[s->at[i]];
    }
    if (!scalar_inverse(blind, &unblind) || !oprf_mix(key, h, &unblind, b, s->n, h, 0))
        return FAIL(c, ERR_INPUT, "inquiry.bad-element", "evaluated set");
    for (size_t i = 0; i < s->n; i++) {
        token_out(s->token[i], &h[i], out);
        memcpy(tags + i * TAG_LEN_, out, TAG_LEN_);
        memcpy(claims + i * TAG_LEN_, out + TAG_LEN_, TAG_LEN_);
    }
    random_bytes(tags + s->n * TAG_LEN_, (s->size - s->n) * TAG_LEN_);
    qsort(tags, s->size, TAG_LEN_, by_tag);
    return ERR_OK;
}

static enum err grant_answer(struct ctx *c, const struct inquiry *q, const struct letter *l, const struct record *run,
                             const struct own_set *s, const struct scalar *key, struct str *claims_hash)
{
    struct scalar blind;
    AUTO_WIPE(blind);
    struct element asked[TOKENS_ASKED], part[TOKENS_ASKED];
    struct letter out = { .kind = LETTER_ANSWER, .to = q->asker, .elements = part, .n = TOKENS_ASKED, .n_tags = s->size };
    unsigned char *tags = NEW_N(&c->mem, unsigned char, s->size * TAG_LEN_);
    unsigned char *claims = NEW_N(&c->mem, unsigned char, s->n * TAG_LEN_ + 1);
    TRY(ctx_check(c));
    TRY(secret_into(c, run, "blind", &blind, sizeof blind));
    TRY(secret_into(c, run, "asked", asked, sizeof asked));
    TRY(secret_into(c, run, "commit", out.commit[0], COMMIT_BYTES));
    memcpy(out.commit[1], l->commit[1], sizeof out.commit[1]);
    TRY(set_values(c, s, key, &blind, l->elements, tags, claims));
    if (!evaluate_asked(key, asked, part, &out.proof))
        return bad(c, "inquiry.bad-element", l);
    out.tags = tags;
    TRY(blob_put(c, q->run_dossier, (struct str){ (char *)claims, s->n * TAG_LEN_ }, claims_hash));
    return letter_send(c, q, &out);
}

enum err take_grant(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    struct record run;
    struct own_set s;
    struct str set, weights, claims;
    struct scalar dealt[2], key;
    struct draft *d;
    AUTO_WIPE(dealt);
    AUTO_WIPE(key);
    if (!oprf_share_ok(SHARES_NEEDED, l->commit[1], HOLDER_ANSWERING, &l->share))
        return bad(c, "inquiry.bad-share", l);
    TRY(run_load(c, q, &run));
    TRY(blob_get(c, q->run_dossier, record_get(&run, "set"), &set));
    TRY(blob_get(c, q->run_dossier, record_get(&run, "weights"), &weights));
    TRY(set_read(c, set, &s));
    TRY(check_set(c, &s, weights, l));
    TRY(secret_into(c, &run, "own_share", &dealt[0], OPRF_SCALAR));
    dealt[1] = l->share;
    enum err e = part_key(HOLDER_ANSWERING, dealt, &key) ? grant_answer(c, q, l, &run, &s, &key, &claims)
               : bad(c, "inquiry.bad-share", l);
    TRY(e);
    TRY(draft_begin(c, q->run, "inquiry.answered", &d));
    state_set(d, q, "answered");
    draft_in(d, q->run_dossier);
    draft_set(d, "inquiry_run", q->run, "claims", claims);
    draft_set(d, "inquiry_run", q->run, "own_share", (struct str){ 0 });
    draft_set(d, "inquiry_run", q->run, "blind", (struct str){ 0 });
    return draft_commit(c, d);
}

/* ---- the asker has both halves --------------------------------------------------------------------------- */

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

static void half_set(struct ctx *c, struct draft *d, const struct inquiry *q, const struct letter *l)
{
    unsigned char raw[HALF_BYTES];
    memcpy(raw, l->commit[0], COMMIT_BYTES);
    memcpy(raw + COMMIT_BYTES, l->commit[1], COMMIT_BYTES);
    memcpy(raw + 2 * COMMIT_BYTES, l->elements, ASKED_BYTES);
    memcpy(raw + 2 * COMMIT_BYTES + ASKED_BYTES, &l->proof, sizeof l->proof);
    secret_set(c, d, q->run, l->kind == LETTER_PART ? "part" : "answer", raw, sizeof raw);
}

/* Is this half what its holder's public share must give for her blinded tokens? */
static bool half_ok(const struct half *h, int holder, const struct element *blinded)
{
    struct element open;
    return part_open((const struct element (*)[OPRF_HOLDERS])h->commit, holder, &open) &&
           oprf_verify(OPRF_VERIFIED, &open, blinded, h->part, TOKENS_ASKED, &h->proof, 0);
}

static bool found(const unsigned char *tags, size_t n, const unsigned char *tag)
{
    return bsearch(tag, tags, n, TAG_LEN_, by_tag) != NULL;
}

/* Her tokens' values against the other's tags.  Claims are shown only when what
 * hit is enough to speak of a person; the rest is filler. */
static enum err compare(struct ctx *c, const struct record *run, const struct half *a, const struct half *g,
                        struct str tags, unsigned char *claims, struct evidence *hits)
{
    struct str text = record_get(run, "tokens"), token;
    unsigned char seed[KEY_LEN], out[2 * TAG_LEN_];
    struct element whole[TOKENS_ASKED], inside;
    const struct element *parts[2] = { a->part, g->part };
    struct scalar blind;
    AUTO_WIPE(seed);
    AUTO_WIPE(out);
    AUTO_WIPE(inside);
    AUTO_WIPE(blind);
    TRY(secret_into(c, run, "seed", seed, sizeof seed));
    if (!oprf_combine(parts, 2, TOKENS_ASKED, whole))
        return FAIL(c, ERR_INPUT, "inquiry.bad-element", "halves");
    random_bytes(claims, TOKENS_ASKED * TAG_LEN_);
    for (size_t i = 0; i < TOKENS_ASKED && str_next(&text, '\n', &token); i++) {
        blind_of(seed, i, &blind);
        if (!oprf_unblind(&blind, &whole[i], &inside))
            return FAIL(c, ERR_INPUT, "inquiry.bad-element", "token %zu", i);
        token_out(token, &inside, out);
        if (token_kind(token) < MATCH_TOKEN_KINDS && found((const unsigned char *)tags.p, tags.n / TAG_LEN_, out)) {
            evidence_add(hits, token);
            memcpy(claims + i * TAG_LEN_, out + TAG_LEN_, TAG_LEN_);
        }
    }
    if (!enough(hits))
        random_bytes(claims, TOKENS_ASKED * TAG_LEN_);
    return ERR_OK;
}

static enum err finish(struct ctx *c, const struct inquiry *q)
{
    struct record run;
    struct half a, g;
    struct element blinded[TOKENS_ASKED];
    struct str tags;
    struct draft *d;
    struct evidence hits = { 0 };
    unsigned char claims[TOKENS_ASKED * TAG_LEN_];
    AUTO_WIPE(claims);
    struct letter close = { .kind = LETTER_CLOSE, .to = q->answering, .tags = claims, .n_tags = TOKENS_ASKED };
    TRY(run_load(c, q, &run));
    if (!record_get(&run, "part").n || !record_get(&run, "answer").n)
        return ERR_OK;
    TRY(half_read(c, &run, "answer", &a));
    TRY(half_read(c, &run, "part", &g));
    TRY(secret_into(c, &run, "blinded", blinded, sizeof blinded));
    if (!same_bytes(a.commit, g.commit, sizeof a.commit) || !half_ok(&a, HOLDER_ANSWERING, blinded) ||
        !half_ok(&g, HOLDER_GUARDIAN, blinded))
        return FAIL(c, ERR_INPUT, "inquiry.bad-proof", "run " STR_F, STR_A(q->run));
    TRY(blob_get(c, q->run_dossier, record_get(&run, "tags"), &tags));
    TRY(compare(c, &run, &a, &g, tags, claims, &hits));
    TRY(letter_send(c, q, &close));
    TRY(draft_begin(c, q->run, "inquiry.result", &d));
    state_set(d, q, enough(&hits) ? "hit" : hits.kinds ? "weak" : "none");
    draft_in(d, q->run_dossier);
    draft_set(d, "inquiry_run", q->run, "seed", (struct str){ 0 });
    draft_set(d, "inquiry_run", q->run, "tokens", (struct str){ 0 });
    return draft_commit(c, d);
}

/* Guardian's and answering node's halves come in any order. */
enum err take_half(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    bool part = l->kind == LETTER_PART;
    struct record run;
    struct str tags = { 0 };
    struct draft *d;
    TRY(run_load(c, q, &run));
    if (record_get(&run, part ? "part" : "answer").n)
        return FAIL(c, ERR_CONFLICT, "inquiry.known", "half of " STR_F, STR_A(q->run));
    if (!elements_good(l->elements, l->n))
        return bad(c, "inquiry.bad-element", l);
    for (size_t i = 1; i < l->n_tags; i++)
        if (memcmp(l->tags + (i - 1) * TAG_LEN_, l->tags + i * TAG_LEN_, TAG_LEN_) > 0)
            return bad(c, "inquiry.bad-letter", l);
    if (!part)
        TRY(blob_put(c, q->run_dossier, (struct str){ (const char *)l->tags, l->n_tags * TAG_LEN_ }, &tags));
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    draft_in(d, q->run_dossier);
    half_set(c, d, q, l);
    if (tags.n)
        draft_set(d, "inquiry_run", q->run, "tags", tags);
    TRY(draft_commit(c, d));
    enum err e = finish(c, q);
    if (e == ERR_INPUT) {                           /* no result can come of this run any more */
        struct fault f = c->fault;
        c->fault = (struct fault){ 0 };
        TRY(state_now(c, q, "refused"));
        c->fault = f;
    }
    return e;
}
