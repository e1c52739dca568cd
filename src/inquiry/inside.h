/* inside.h - what the files of this room share. */
#ifndef INQUIRY_INSIDE_H
#define INQUIRY_INSIDE_H

#include "inquiry/inquiry.h"
#include "inquiry/meter.h"

#include "base/node.h"

enum { HOLDER_ANSWERING = 1, HOLDER_GUARDIAN = 2, SHARES_NEEDED = 2 };

/* ---- rows.c */
/* By run, on this node; ERR_NOT_FOUND.  Asks no rights. */
enum err run_row(struct ctx *c, struct str run, struct inquiry *out) MUST_CHECK;
enum err inquiry_row(struct ctx *c, struct str id, struct inquiry *out) MUST_CHECK;
/* The run's secrets: one record of kind inquiry_run in the run's own dossier. */
enum err run_load(struct ctx *c, const struct inquiry *q, struct record *out) MUST_CHECK;
struct str secret_get(struct ctx *c, const struct record *run, const char *field);   /* bytes; {0} none */
/* Exactly n bytes, or ERR_CORRUPT. */
enum err secret_into(struct ctx *c, const struct record *run, const char *field, void *p, size_t n) MUST_CHECK;
void secret_set(struct ctx *c, struct draft *d, struct str run_record, const char *field, const void *p, size_t n);
void state_set(struct draft *d, const struct inquiry *q, const char *state);
/* Count what was asked in seven days; officer, office {0}: any. */
enum err count_asked(struct ctx *c, const char *role, struct str asker, struct str officer, struct str office,
                     int64_t *n) MUST_CHECK;

/* ---- tokens.c */
struct token_list { struct str text[TOKENS_ASKED]; enum match_token_kind kind[TOKENS_ASKED]; size_t n; };
enum err tokens_of(struct ctx *c, const struct record *person, struct token_list *out) MUST_CHECK;
/* What hit, of one person.  Enough to speak of a person: two names and a day of
 * birth; or two different things; or three names and a year (three pairs of names
 * that hit with a year).  One number alone never. */
enum { PAIRS_ENOUGH = 3 };
struct evidence { unsigned kinds; size_t pairs; uint64_t pair[PAIRS_ENOUGH]; };
void evidence_add(struct evidence *e, struct str token);
bool enough(const struct evidence *e);
enum match_token_kind token_kind(struct str text);

/* ---- tokens.c, set.c */
#define SLOT_CHECK UINT32_MAX
struct own_set {
    struct str *token;  size_t n;                   /* sorted, each once */
    uint32_t *first, *member;                       /* persons of token i: member[first[i] .. first[i + 1]] */
    struct str *person;
    size_t size;                                    /* places, filled up */
    uint32_t *slot;                                 /* of each place: 0 filler, token + 1, SLOT_CHECK */
    size_t check_at;                                /* place of the hidden check */
};
/* All persons this node knows.  ERR_INPUT "inquiry.too-many" above what SET_MAX holds. */
enum err own_set(struct ctx *c, struct own_set *out) MUST_CHECK;
enum err set_places(struct ctx *c, struct own_set *s) MUST_CHECK;
size_t piece_size(size_t size);                     /* places in each piece of a set */
/* One piece with what belongs to it; {0} when it does not fit. */
struct piece_token { struct str text, persons; uint32_t at; };  /* persons: ids one after another */
struct set_piece { size_t size, n; uint32_t check_at; struct piece_token *token; };     /* check_at size: not in this one */
struct str piece_text(struct ctx *c, const struct own_set *s, size_t piece);
enum err piece_read(struct ctx *c, struct str text, struct set_piece *out) MUST_CHECK;

/* ---- take.c */
/* Memory for one letter: what is opened there is wiped at the end. */
void room_begin(struct ctx *room, const struct ctx *c);
void room_end(struct ctx *room);
/* *authentic: a paired node's signature held. */
enum err take_envelope(struct ctx *room, const struct envelope *e, struct letter *l, bool *authentic) MUST_CHECK;

/* ---- peer.c */
/* This node has sent more letters than a day has: noted for the administrator. */
enum err peer_over(struct ctx *c, const struct inquiry_peer *p) MUST_CHECK;

/* The program ends: leave off what can be taken up again. */
static inline bool stopping(const struct ctx *c)
{
    return c->node->stopping && __atomic_load_n(c->node->stopping, __ATOMIC_RELAXED);
}

/* ---- send.c: letters out */
enum err letter_send(struct ctx *c, const struct inquiry *q, const struct letter *l) MUST_CHECK;
/* Written, but kept back until letters_release: a set goes whole or not at all. */
enum err letter_hold(struct ctx *c, const struct inquiry *q, const struct letter *l) MUST_CHECK;
/* ERR_CONFLICT when the run is no longer in the state that q says. */
enum err letters_release(struct ctx *c, struct draft *d, const struct inquiry *q) MUST_CHECK;
enum err letters_drop(struct ctx *c, const struct inquiry *q) MUST_CHECK;   /* what an interrupted try left */
/* REFUSE with its reason; *q becomes "refused". */
enum err refuse_run(struct ctx *c, const struct inquiry *q, const char *words) MUST_CHECK;
/* post.c: the same as inquiry_waiting, without the oldest `skip`. */
enum err letters_waiting(struct ctx *c, struct str to, size_t skip, size_t limit, struct waiting **out, size_t *n) MUST_CHECK;
enum err waiting_to(struct ctx *c, struct str to, int64_t *n) MUST_CHECK;
enum err bad_letter(struct ctx *c, const char *key, const struct letter *l) MUST_CHECK;

/* ---- guardians named in a run: "ID ID ID" */
size_t guardians_of(const struct inquiry *q, struct str out[GUARDIANS_MAX]);
int guardian_at(const struct inquiry *q, struct str node);          /* -1: none of them */

/* ---- holder.c: what a holder of the key computes */
bool part_key(int holder, const struct scalar dealt[SHARES_NEEDED], struct scalar *key);
bool part_open(const struct element (*commit)[OPRF_HOLDERS], int holder, struct element *open);
bool evaluate_asked(const struct scalar *key, const struct element *asked, struct element *out, struct oprf_proof *proof);
enum { COMMIT_BYTES = SHARES_NEEDED * OPRF_ELEMENT, ASKED_BYTES = TOKENS_ASKED * OPRF_ELEMENT };
/* "set.17": a field of the run's record. */
struct field_name { char z[24]; };
struct field_name numbered(const char *name, size_t i);
struct field_name of_guardian(const char *name, size_t guardian, size_t i);
enum err run_blob(struct ctx *c, const struct inquiry *q, const struct record *run, const char *field, struct str *out) MUST_CHECK;
enum err run_elements(struct ctx *c, const struct inquiry *q, const struct record *run, const char *field,
                      size_t n, struct element **out) MUST_CHECK;

/* ---- work.c: what takes long, piece by piece */
enum err answer_join(struct ctx *c, const struct inquiry *q) MUST_CHECK;
enum err answer_reply(struct ctx *c, const struct inquiry *q) MUST_CHECK;
enum err guard_serve(struct ctx *c, const struct inquiry *q) MUST_CHECK;
/* What this run waits for here, if it is short; the rest is left to inquiry_work. */
enum err work_now(struct ctx *c, struct str run) MUST_CHECK;
enum err with_run(struct ctx *c, struct str run, enum err (*act)(struct ctx *c, const void *arg), const void *arg) MUST_CHECK;
enum err run_stopping(struct ctx *c) MUST_CHECK;    /* ERR_BUSY when the program ends */

/* ---- what each letter does; q as this node has it */
enum err take_ask(struct ctx *c, const struct letter *l) MUST_CHECK;
enum err take_join(struct ctx *c, const struct inquiry *q, const struct letter *l) MUST_CHECK;
enum err take_grant(struct ctx *c, const struct inquiry *q, const struct letter *l) MUST_CHECK;
enum err take_half(struct ctx *c, const struct inquiry *q, const struct letter *l) MUST_CHECK;
enum err take_close(struct ctx *c, const struct inquiry *q, const struct letter *l) MUST_CHECK;
enum err take_reply(struct ctx *c, const struct inquiry *q, const struct letter *l) MUST_CHECK;
enum err take_share(struct ctx *c, const struct inquiry *q, const struct letter *l) MUST_CHECK;
enum err take_refuse(struct ctx *c, const struct inquiry *q, const struct letter *l) MUST_CHECK;

/* What a token becomes: the first 16 bytes are its tag, the next 16 its claim:
 * only who could compute the function can show the claim of a tag. */
void token_out(struct str token, const struct element *inside, unsigned char out[2 * TAG_LEN_]);
/* The i-th blind of a seed. */
void blind_of(const unsigned char seed[KEY_LEN], size_t i, struct scalar *out);

#endif
