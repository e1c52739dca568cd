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

struct member { uint32_t token, person; };
struct own_set {
    struct str *token;  size_t n;                   /* sorted, each once */
    struct member *member;  size_t members;         /* sorted by token */
    struct str *person;  size_t persons;
    uint32_t *at;                                   /* place of each token among `size` */
    size_t size;
    uint32_t check_at;                              /* place of the hidden check */
};
/* All persons this node knows.  ERR_INPUT "inquiry.too-many" above SET_MAX. */
enum err own_set(struct ctx *c, struct own_set *out) MUST_CHECK;
struct str set_text(struct ctx *c, const struct own_set *s);
enum err set_read(struct ctx *c, struct str text, struct own_set *out) MUST_CHECK;

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

/* ---- letters out (post.c) */
enum err letter_send(struct ctx *c, const struct inquiry *q, struct letter *l) MUST_CHECK;

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
