/* answer.c - the answering node's work in a run: blind everybody it knows, piece by
 * piece, and send it to the guardians; from the first guardian that comes back
 * complete, make the tags. */
#include "inquiry/inside.h"

#include "base/node.h"

#include <stdlib.h>

enum err run_stopping(struct ctx *c)
{
    return stopping(c) ? FAIL(c, ERR_BUSY, "inquiry.not-yet", "the program ends") : ERR_OK;
}

/* ---- joining ------------------------------------------------------------------------------- */

struct joining {
    struct own_set set;
    struct oprf_deal deal[GUARDIANS_MAX];
    struct str guardian[GUARDIANS_MAX];
    size_t guardians;
    struct scalar blind;
    struct element *bucket;                         /* the weighted sum so far */
    struct str *pieces, *weights;                   /* attachments */
};

/* Each token under the one blind, fillers between.  The check is the weighted sum of
 * all others: its piece comes last. */
static enum err blind_piece(struct ctx *c, struct joining *j, size_t piece, struct element *e, uint16_t *w)
{
    size_t each = piece_size(j->set.size), check = j->set.check_at - piece * each;
    bool here = j->set.check_at / each == piece;
    const uint32_t *slot = j->set.slot + piece * each;
    struct str *input = NEW_N(&c->mem, struct str, each);
    TRY(ctx_check(c));
    for (size_t i = 0; i < each; i++)
        if (slot[i] && slot[i] != SLOT_CHECK)
            input[i] = j->set.token[slot[i] - 1];
    random_bytes(w, each * sizeof *w);
    if (here)
        w[check] = 0;
    bool good = oprf_blind_many(OPRF_VERIFIED, input, each, &j->blind, e, 0) && oprf_weigh_add(w, e, each, j->bucket, 0);
    if (good && here)
        good = oprf_weigh_sum(j->bucket, &e[check]);
    return good ? ERR_OK : FAIL(c, ERR_BUG, "error.internal", "blinding");
}

static enum err hold_joins(struct ctx *c, const struct inquiry *q, const struct joining *j, size_t piece,
                           const struct element *e)
{
    for (size_t g = 0; g < j->guardians; g++) {
        struct letter l = { .kind = LETTER_JOIN, .to = j->guardian[g], .share = j->deal[g].share[HOLDER_GUARDIAN - 1],
                            .size = j->set.size, .piece = piece, .elements = e, .n = piece_size(j->set.size) };
        AUTO_WIPE(l);
        memcpy(l.commit[0], j->deal[g].commit, sizeof l.commit[0]);
        TRY(letter_hold(c, q, &l));
    }
    return ERR_OK;
}

static enum err join_piece(struct ctx *c, const struct inquiry *q, struct joining *j, size_t piece,
                           struct str *text_hash, struct str *weights_hash)
{
    size_t each = piece_size(j->set.size);
    struct element *e = NEW_N(&c->mem, struct element, each);
    uint16_t *w = NEW_N(&c->mem, uint16_t, each);
    TRY(ctx_check(c));
    TRY(run_stopping(c));
    TRY(blind_piece(c, j, piece, e, w));
    struct str text = piece_text(c, &j->set, piece);
    if (!text.p)
        return FAIL(c, ERR_INPUT, "inquiry.too-many", "piece %zu", piece);
    TRY(blob_put(c, q->run_dossier, text, text_hash));
    TRY(blob_put(c, q->run_dossier, (struct str){ (const char *)w, each * sizeof *w }, weights_hash));
    return hold_joins(c, q, j, piece, e);
}

static enum err join_pieces(struct ctx *c, const struct inquiry *q, struct joining *j)
{
    size_t pieces = set_pieces(j->set.size), last = j->set.check_at / piece_size(j->set.size);
    enum err e = ERR_OK;
    for (size_t k = 1; !e && k <= pieces; k++) {
        struct ctx room;
        struct str text, weights;
        size_t i = (last + k) % pieces;
        room_begin(&room, c);
        e = join_piece(&room, q, j, i, &text, &weights);
        if (!e) {
            j->pieces[i] = arena_dup(&c->mem, text);
            j->weights[i] = arena_dup(&c->mem, weights);
            e = ctx_check(c);
        } else if (!c->fault.code) {
            c->fault = room.fault;
        }
        room_end(&room);
    }
    return e;
}

static enum err joined(struct ctx *c, const struct inquiry *q, const struct joining *j)
{
    struct draft *d;
    TRY(draft_begin(c, q->run, "inquiry.join", &d));
    enum err e = letters_release(c, d, q);
    if (e) {
        draft_drop(d);
        return e;
    }
    draft_in(d, q->run_dossier);
    secret_set(c, d, q->run, "blind", &j->blind, OPRF_SCALAR);
    draft_set_i64(d, "inquiry_run", q->run, "size", (int64_t)j->set.size);
    for (size_t g = 0; g < j->guardians; g++) {
        secret_set(c, d, q->run, numbered("commit", g).z, j->deal[g].commit, COMMIT_BYTES);
        secret_set(c, d, q->run, numbered("own_share", g).z, &j->deal[g].share[HOLDER_ANSWERING - 1], OPRF_SCALAR);
    }
    for (size_t i = 0; i < set_pieces(j->set.size); i++) {
        draft_set(d, "inquiry_run", q->run, numbered("set", i).z, j->pieces[i]);
        draft_set(d, "inquiry_run", q->run, numbered("weights", i).z, j->weights[i]);
    }
    state_set(d, q, "joined");
    return draft_commit(c, d);
}

enum err answer_join(struct ctx *c, const struct inquiry *q)
{
    struct joining j = { .guardians = 0 };
    AUTO_WIPE(j);
    TRY(own_set(c, &j.set));
    j.guardians = guardians_of(q, j.guardian);
    j.pieces = NEW_N(&c->mem, struct str, SET_PIECES);
    j.weights = NEW_N(&c->mem, struct str, SET_PIECES);
    j.bucket = NEW_N(&c->mem, struct element, OPRF_WEIGHT);
    TRY(ctx_check(c));
    scalar_random(&j.blind);
    for (size_t g = 0; g < j.guardians; g++)
        if (!oprf_deal(SHARES_NEEDED, 2, &j.deal[g]))
            return FAIL(c, ERR_BUG, "error.internal", "deal");
    TRY(letters_drop(c, q));
    TRY(join_pieces(c, q, &j));
    return joined(c, q, &j);
}

/* ---- a guardian comes back ---------------------------------------------------------------------- */

struct field_name of_guardian(const char *name, size_t guardian, size_t i)
{
    return numbered(numbered(name, guardian).z, i);
}

static enum err same_grant(struct ctx *c, const struct record *run, size_t g, const struct letter *l)
{
    struct element commit[SHARES_NEEDED];
    struct scalar share;
    AUTO_WIPE(share);
    if (!record_get(run, numbered("their_share", g).z).n)
        return ERR_OK;
    TRY(secret_into(c, run, numbered("their_commit", g).z, commit, sizeof commit));
    TRY(secret_into(c, run, numbered("their_share", g).z, &share, sizeof share));
    if (!same_bytes(commit, l->commit[1], sizeof commit) || !same_bytes(&share, &l->share, sizeof share))
        return bad_letter(c, "inquiry.bad-share", l);
    return ERR_OK;
}

static bool complete(const struct record *run, size_t g, size_t pieces, size_t but)
{
    for (size_t i = 0; i < pieces; i++)
        if (i != but && !record_get(run, of_guardian("grant", g, i).z).n)
            return false;
    return true;
}

enum err take_grant(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    struct record run;
    struct str blob;
    struct draft *d;
    size_t g = (size_t)guardian_at(q, l->from);
    struct field_name at = of_guardian("grant", g, l->piece);
    if (!oprf_share_ok(SHARES_NEEDED, l->commit[1], HOLDER_ANSWERING, &l->share))
        return bad_letter(c, "inquiry.bad-share", l);
    TRY(run_load(c, q, &run));
    if (record_get(&run, at.z).n || record_get(&run, numbered("cheated", g).z).n)
        return FAIL(c, ERR_CONFLICT, "inquiry.known", "piece %zu of " STR_F, l->piece, STR_A(q->run));
    if (record_i64(&run, "size") != (int64_t)l->size)
        return bad_letter(c, "inquiry.bad-letter", l);
    TRY(same_grant(c, &run, g, l));
    if (!oprf_elements_ok(l->elements, l->n, 0))
        return bad_letter(c, "inquiry.bad-element", l);
    TRY(blob_put(c, q->run_dossier, (struct str){ (const char *)l->elements, l->n * OPRF_ELEMENT }, &blob));
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    draft_in(d, q->run_dossier);
    secret_set(c, d, q->run, numbered("their_commit", g).z, l->commit[1], COMMIT_BYTES);
    secret_set(c, d, q->run, numbered("their_share", g).z, &l->share, OPRF_SCALAR);
    draft_set(d, "inquiry_run", q->run, at.z, blob);
    if (complete(&run, g, set_pieces(l->size), l->piece)) {
        draft_set_i64(d, "inquiry_run", q->run, "via", (int64_t)g);
        state_set(d, q, "granted");
    }
    return draft_commit(c, d);
}

/* ---- one guardian has answered everything ------------------------------------------------------------ */

struct replying {
    size_t size, via;
    struct scalar key, blind, unblind;
    struct element commit[2][OPRF_HOLDERS];
    struct element *bucket, check;                  /* the weighted sum of the answers; the answer to the check */
    unsigned char *tags;                            /* of the whole set */
    size_t n;                                       /* of them so far */
};

/* The guardian's answers to this piece go into the sum. */
static enum err weigh_piece(struct ctx *c, struct replying *y, size_t piece, const struct set_piece *p, struct str weights,
                            const struct element *theirs)
{
    uint16_t *w = NEW_N(&c->mem, uint16_t, p->size);
    TRY(ctx_check(c));
    if (p->size != piece_size(y->size) || weights.n != p->size * sizeof *w)
        return FAIL(c, ERR_CORRUPT, "error.internal", "piece %zu", piece);
    memcpy(w, weights.p, weights.n);                /* what was opened need not lie on even bytes */
    if (p->check_at < p->size)
        y->check = theirs[p->check_at];
    return oprf_weigh_add(w, theirs, p->size, y->bucket, 0) ? ERR_OK
         : FAIL(c, ERR_INPUT, "inquiry.bad-evaluation", "piece %zu", piece);
}

/* One and the same key for all of it? */
static enum err one_key(struct ctx *c, const struct replying *y)
{
    struct element sum;
    return oprf_weigh_sum(y->bucket, &sum) && same_bytes(&sum, &y->check, sizeof sum) ? ERR_OK
         : FAIL(c, ERR_INPUT, "inquiry.bad-evaluation", "set of %zu", y->size);
}

/* Tag and claim of each token of the piece: both from the function's value. */
static enum err piece_values(struct ctx *c, const struct replying *y, const struct set_piece *p, const struct element *theirs,
                             struct str *values)
{
    struct str *text = NEW_N(&c->mem, struct str, p->n + 1);
    struct element *h = NEW_N(&c->mem, struct element, p->n + 1), *b = NEW_N(&c->mem, struct element, p->n + 1);
    unsigned char *out = NEW_N(&c->mem, unsigned char, (p->n + 1) * 2 * TAG_LEN_);
    TRY(ctx_check(c));
    for (size_t i = 0; i < p->n; i++) {
        text[i] = p->token[i].text;
        b[i] = theirs[p->token[i].at];
    }
    if (!oprf_hash_many(OPRF_VERIFIED, text, p->n, h, 0) || !oprf_mix(&y->key, h, &y->unblind, b, p->n, h, 0))
        return FAIL(c, ERR_INPUT, "inquiry.bad-element", "evaluated set");
    for (size_t i = 0; i < p->n; i++)
        token_out(text[i], &h[i], out + i * 2 * TAG_LEN_);
    *values = (struct str){ (const char *)out, p->n * 2 * TAG_LEN_ };
    return ERR_OK;
}

static enum err keep_values(struct ctx *c, const struct inquiry *q, const char *field, struct str values)
{
    struct str blob;
    struct draft *d;
    TRY(blob_put(c, q->run_dossier, values, &blob));
    TRY(draft_begin(c, q->run, "inquiry.answered", &d));
    draft_in(d, q->run_dossier);
    draft_set(d, "inquiry_run", q->run, field, blob);
    return draft_commit(c, d);
}

/* What was done before the program was stopped is not done again, but checked again. */
static enum err reply_piece(struct ctx *c, const struct inquiry *q, const struct record *run, struct replying *y, size_t piece)
{
    struct set_piece p;
    struct str text, weights, values;
    struct element *theirs;
    struct field_name done = of_guardian("values", y->via, piece);
    TRY(run_stopping(c));
    TRY(run_blob(c, q, run, numbered("set", piece).z, &text));
    TRY(run_blob(c, q, run, numbered("weights", piece).z, &weights));
    TRY(run_elements(c, q, run, of_guardian("grant", y->via, piece).z, piece_size(y->size), &theirs));
    TRY(piece_read(c, text, &p));
    TRY(weigh_piece(c, y, piece, &p, weights, theirs));
    if (record_get(run, done.z).n) {
        TRY(run_blob(c, q, run, done.z, &values));
    } else {
        TRY(piece_values(c, y, &p, theirs, &values));
        TRY(keep_values(c, q, done.z, values));
    }
    if (values.n != p.n * 2 * TAG_LEN_ || y->n + p.n > y->size)
        return FAIL(c, ERR_CORRUPT, "error.internal", "values of piece %zu", piece);
    for (size_t i = 0; i < p.n; i++)
        memcpy(y->tags + (y->n + i) * TAG_LEN_, values.p + i * 2 * TAG_LEN_, TAG_LEN_);
    y->n += p.n;
    return ERR_OK;
}

static enum err reply_pieces(struct ctx *c, const struct inquiry *q, const struct record *run, struct replying *y)
{
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < set_pieces(y->size); i++) {
        struct ctx room;
        room_begin(&room, c);
        e = reply_piece(&room, q, run, y, i);
        if (e && !c->fault.code)
            c->fault = room.fault;
        room_end(&room);
    }
    return e ? e : one_key(c, y);
}

static int by_tag(const void *a, const void *b)
{
    return memcmp(a, b, TAG_LEN_);
}

/* The tags of the whole set in order, filled up: nothing says which piece one is from. */
static enum err hold_answers(struct ctx *c, const struct inquiry *q, const struct record *run, struct replying *y)
{
    struct element asked[TOKENS_ASKED], part[TOKENS_ASKED];
    struct str guardian[GUARDIANS_MAX];
    struct letter l = { .kind = LETTER_ANSWER, .to = q->asker, .elements = part, .n = TOKENS_ASKED, .size = y->size,
                        .guardians = 1, .n_tags = y->size < TAGS_PIECE ? y->size : TAGS_PIECE };
    size_t n = guardians_of(q, guardian);
    TRY(secret_into(c, run, "asked", asked, sizeof asked));
    if (y->via >= n || !evaluate_asked(&y->key, asked, part, &l.proof))
        return FAIL(c, ERR_INPUT, "inquiry.bad-element", "asked in " STR_F, STR_A(q->run));
    l.guardian[0] = guardian[y->via];
    memcpy(l.commit, y->commit, sizeof l.commit);
    random_bytes(y->tags + y->n * TAG_LEN_, (y->size - y->n) * TAG_LEN_);
    qsort(y->tags, y->size, TAG_LEN_, by_tag);
    for (l.piece = 0; l.piece < tag_pieces(y->size); l.piece++) {
        l.tags = y->tags + l.piece * TAGS_PIECE * TAG_LEN_;
        TRY(letter_hold(c, q, &l));
    }
    return ERR_OK;
}

static enum err answered(struct ctx *c, const struct inquiry *q)
{
    struct draft *d;
    struct str none = { 0 };
    TRY(draft_begin(c, q->run, "inquiry.answered", &d));
    enum err e = letters_release(c, d, q);
    if (e) {
        draft_drop(d);
        return e;
    }
    draft_in(d, q->run_dossier);
    draft_set(d, "inquiry_run", q->run, "blind", none);
    for (size_t g = 0; g < GUARDIANS_MAX; g++) {
        draft_set(d, "inquiry_run", q->run, numbered("own_share", g).z, none);
        draft_set(d, "inquiry_run", q->run, numbered("their_share", g).z, none);
    }
    state_set(d, q, "answered");
    return draft_commit(c, d);
}

static enum err replying_load(struct ctx *c, const struct record *run, struct replying *y)
{
    struct scalar dealt[SHARES_NEEDED];
    AUTO_WIPE(dealt);
    y->size = (size_t)record_i64(run, "size");
    y->via = (size_t)record_i64(run, "via");
    y->tags = NEW_N(&c->mem, unsigned char, y->size * TAG_LEN_);
    y->bucket = NEW_N(&c->mem, struct element, OPRF_WEIGHT);
    TRY(ctx_check(c));
    TRY(secret_into(c, run, numbered("own_share", y->via).z, &dealt[0], OPRF_SCALAR));
    TRY(secret_into(c, run, numbered("their_share", y->via).z, &dealt[1], OPRF_SCALAR));
    TRY(secret_into(c, run, numbered("commit", y->via).z, y->commit[0], COMMIT_BYTES));
    TRY(secret_into(c, run, numbered("their_commit", y->via).z, y->commit[1], COMMIT_BYTES));
    TRY(secret_into(c, run, "blind", &y->blind, OPRF_SCALAR));
    if (!part_key(HOLDER_ANSWERING, dealt, &y->key) || !scalar_inverse(&y->blind, &y->unblind))
        return FAIL(c, ERR_INPUT, "inquiry.bad-share", "run of %zu", y->size);
    return ERR_OK;
}

/* A guardian that used another key anywhere is out; another one may still come. */
static enum err cheated(struct ctx *c, const struct inquiry *q, const struct record *run, size_t via)
{
    struct str g[GUARDIANS_MAX];
    size_t n = guardians_of(q, g), left = 0;
    struct draft *d;
    for (size_t i = 0; i < n; i++)
        left += i != via && !record_get(run, numbered("cheated", i).z).n;
    if (!left)
        return refuse_run(c, q, "inquiry.bad-evaluation");
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    draft_in(d, q->run_dossier);
    draft_set(d, "inquiry_run", q->run, numbered("cheated", via).z, STR("yes"));
    state_set(d, q, "joined");
    return draft_commit(c, d);
}

enum err answer_reply(struct ctx *c, const struct inquiry *q)
{
    struct record run;
    struct replying y = { .n = 0 };
    AUTO_WIPE(y);
    TRY(run_load(c, q, &run));
    TRY(replying_load(c, &run, &y));
    enum err e = reply_pieces(c, q, &run, &y);
    if (e == ERR_INPUT) {
        struct fault f = c->fault;
        c->fault = (struct fault){ 0 };
        TRY(cheated(c, q, &run, y.via));
        c->fault = f;
        return e;
    }
    TRY(e);
    TRY(letters_drop(c, q));
    TRY(hold_answers(c, q, &run, &y));
    return answered(c, q);
}
