/* guard.c - the guardian of a run: keeps the pieces of the blinded set until all
 * are there, then deals, evaluates and forgets in one go.  Its own share is
 * never written down: an interrupted try begins again with a fresh one. */
#include "inquiry/inside.h"

#include "base/node.h"

/* The first piece brings the share and its commitments; the others must agree. */
static enum err same_deal(struct ctx *c, const struct record *run, const struct letter *l)
{
    struct element commit[SHARES_NEEDED];
    struct scalar share;
    AUTO_WIPE(share);
    if (!record_get(run, "size").n)
        return ERR_OK;
    TRY(secret_into(c, run, "join_commit", commit, sizeof commit));
    TRY(secret_into(c, run, "join_share", &share, sizeof share));
    if (record_i64(run, "size") != (int64_t)l->size || !same_bytes(commit, l->commit[0], sizeof commit) ||
        !same_bytes(&share, &l->share, sizeof share))
        return bad_letter(c, "inquiry.bad-share", l);
    return ERR_OK;
}

static bool all_there(const struct record *run, const char *name, size_t pieces, size_t but)
{
    for (size_t i = 0; i < pieces; i++)
        if (i != but && !record_get(run, numbered(name, i).z).n)
            return false;
    return true;
}

enum err take_join(struct ctx *c, const struct inquiry *q, const struct letter *l)
{
    struct record run;
    struct str blob;
    struct draft *d;
    struct field_name at = numbered("join", l->piece);
    if (!oprf_share_ok(SHARES_NEEDED, l->commit[0], HOLDER_GUARDIAN, &l->share))
        return bad_letter(c, "inquiry.bad-share", l);
    TRY(run_load(c, q, &run));
    if (record_get(&run, at.z).n)
        return FAIL(c, ERR_CONFLICT, "inquiry.known", "piece %zu of " STR_F, l->piece, STR_A(q->run));
    TRY(same_deal(c, &run, l));
    if (!oprf_elements_ok(l->elements, l->n, 0))
        return bad_letter(c, "inquiry.bad-element", l);
    TRY(blob_put(c, q->run_dossier, (struct str){ (const char *)l->elements, l->n * OPRF_ELEMENT }, &blob));
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    draft_in(d, q->run_dossier);
    if (!record_get(&run, "size").n) {
        draft_set_i64(d, "inquiry_run", q->run, "size", (int64_t)l->size);
        secret_set(c, d, q->run, "join_commit", l->commit[0], COMMIT_BYTES);
        secret_set(c, d, q->run, "join_share", &l->share, OPRF_SCALAR);
    }
    draft_set(d, "inquiry_run", q->run, at.z, blob);
    if (all_there(&run, "join", set_pieces(l->size), l->piece))
        state_set(d, q, "joined");
    return draft_commit(c, d);
}

/* ---- all pieces are there --------------------------------------------------------------------- */

struct serving { struct oprf_deal deal; struct scalar dealt[SHARES_NEEDED], key; struct element join[SHARES_NEEDED]; size_t size; };

/* Each piece in memory of its own; the results, 32 bytes a token, in one. */
static enum err evaluate_set(struct ctx *c, const struct inquiry *q, const struct record *run, const struct serving *s,
                             struct element *out)
{
    size_t each = piece_size(s->size);
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < set_pieces(s->size); i++) {
        struct ctx room;
        struct element *in;
        room_begin(&room, c);
        e = run_stopping(&room);
        if (!e)
            e = run_elements(&room, q, run, numbered("join", i).z, each, &in);
        if (!e && !oprf_evaluate(&s->key, in, each, out + i * each, 0))
            e = FAIL(&room, ERR_INPUT, "inquiry.bad-element", "piece %zu", i);
        if (e && !c->fault.code)
            c->fault = room.fault;
        room_end(&room);
    }
    return e;
}

static enum err hold_grants(struct ctx *c, const struct inquiry *q, const struct serving *s, const struct element *out)
{
    size_t each = piece_size(s->size);
    struct letter l = { .kind = LETTER_GRANT, .to = q->answering, .share = s->deal.share[HOLDER_ANSWERING - 1],
                        .size = s->size, .n = each };
    AUTO_WIPE(l);
    memcpy(l.commit[1], s->deal.commit, sizeof l.commit[1]);
    for (size_t i = 0; i < set_pieces(s->size); i++) {
        l.piece = i;
        l.elements = out + i * each;
        TRY(letter_hold(c, q, &l));
    }
    return ERR_OK;
}

static enum err hold_part(struct ctx *c, const struct inquiry *q, const struct record *run, const struct serving *s)
{
    struct element asked[TOKENS_ASKED], part[TOKENS_ASKED];
    struct letter l = { .kind = LETTER_PART, .to = q->asker, .elements = part, .n = TOKENS_ASKED };
    TRY(secret_into(c, run, "asked", asked, sizeof asked));
    if (!evaluate_asked(&s->key, asked, part, &l.proof))
        return FAIL(c, ERR_INPUT, "inquiry.bad-element", "asked in " STR_F, STR_A(q->run));
    memcpy(l.commit[0], s->join, sizeof s->join);
    memcpy(l.commit[1], s->deal.commit, sizeof l.commit[1]);
    return letter_hold(c, q, &l);
}

static enum err served(struct ctx *c, const struct inquiry *q)
{
    struct draft *d;
    TRY(draft_begin(c, q->run, "inquiry.receive", &d));
    enum err e = letters_release(c, d, q);
    if (e) {
        draft_drop(d);
        return e;
    }
    draft_set(d, "inquiry_run", q->run, "join_share", (struct str){ 0 });
    state_set(d, q, "served");
    return draft_commit(c, d);
}

enum err guard_serve(struct ctx *c, const struct inquiry *q)
{
    struct record run;
    struct serving s;
    AUTO_WIPE(s);
    TRY(run_load(c, q, &run));
    s.size = (size_t)record_i64(&run, "size");
    TRY(secret_into(c, &run, "join_share", &s.dealt[0], OPRF_SCALAR));
    TRY(secret_into(c, &run, "join_commit", s.join, sizeof s.join));
    if (!oprf_deal(SHARES_NEEDED, 2, &s.deal))
        return FAIL(c, ERR_BUG, "error.internal", "deal");
    s.dealt[1] = s.deal.share[HOLDER_GUARDIAN - 1];
    if (!part_key(HOLDER_GUARDIAN, s.dealt, &s.key))
        return FAIL(c, ERR_INPUT, "inquiry.bad-share", "run " STR_F, STR_A(q->run));
    struct element *out = NEW_N(&c->mem, struct element, s.size);
    TRY(ctx_check(c));
    TRY(evaluate_set(c, q, &run, &s, out));
    TRY(letters_drop(c, q));
    TRY(hold_grants(c, q, &s, out));
    TRY(hold_part(c, q, &run, &s));
    return served(c, q);
}
