/* letter.h - what nodes send each other in an inquiry: one letter, sealed to
 * one node and signed by another, the same bytes by network and by courier.
 *
 * Outside:  "AMPARO-LETTER-1\n" ‖ to (26) ‖ length (4) ‖ sealed body
 * Inside:   version (2) ‖ kind ‖ run (26) ‖ from (26) ‖ to (26) ‖ id (26) ‖ time (8)
 *           ‖ length (4) ‖ content ‖ zeros up to a multiple of 4096 ‖ signature
 *
 * Numbers are big endian.  A courier file is "AMPARO-COURIER-1\n" and letters
 * one after another.  Everything here is pure: no database, no clock, safe on
 * bytes from anywhere.
 */
#ifndef INQUIRY_LETTER_H
#define INQUIRY_LETTER_H

#include "base/base.h"
#include "crypto/crypto.h"
#include "oprf/oprf.h"

enum letter_kind {
    LETTER_ASK = 1,     /* asker to answering node and to guardian: purpose, case, blinded tokens */
    LETTER_JOIN,        /* answering node to guardian: its deal of the key, a piece of its blinded set */
    LETTER_GRANT,       /* guardian to answering node: its deal, that piece evaluated with its share */
    LETTER_PART,        /* guardian to asker: her tokens evaluated with its share, proof */
    LETTER_ANSWER,      /* answering node to asker: the same with the other share, and a piece of the tags */
    LETTER_CLOSE,       /* asker to answering node: what hit, among fillers */
    LETTER_REPLY,       /* answering office to asker: yes or no */
    LETTER_SHARE,       /* either way, after yes: who asks, who answers, what they know */
    LETTER_REFUSE,      /* anyone: no run, and why */
    LETTER_POLL,        /* network only: what is waiting for me? and what has arrived */
    LETTER_KINDS
};

enum {
    TOKENS_ASKED = 64,                  /* tokens in every question, filled up */
    SET_MIN = 256, SET_MAX = 1048576,   /* the answering side's set is filled up to 256 * 4^k */
    SET_PIECE = 4096,                   /* elements in one letter */
    SET_PIECES = SET_MAX / SET_PIECE,
    TAGS_PIECE = 8192,                  /* tags in one letter */
    TAGS_PIECES = SET_MAX / TAGS_PIECE,
    GUARDIANS_MAX = 3,                  /* named in a question; one of them is enough */
    TAG_LEN_ = 16,
    FACTS_MAX = 12, ACKS_MAX = 32,
    LETTER_UNIT = 4096,
    LETTER_MAX = 160 * 1024,
    COURIER_MAX = 64 * 1024 * 1024,
};

struct letter_fact { struct str name, value; };
struct letter {
    enum letter_kind kind;
    struct str run, from, to, id;
    int64_t at_us;

    struct str purpose, case_ref, officer, office, answering;   /* ASK; office also REPLY, SHARE */
    struct str guardian[GUARDIANS_MAX];  size_t guardians;          /* ASK; ANSWER: [0], whose half belongs to it */
    bool dealt[2];                      /* whose commitments are here: [0] answering, [1] guardian */
    struct element commit[2][OPRF_HOLDERS];
    struct scalar share;                /* JOIN, GRANT: dealt to the addressee */
    const struct element *elements;     /* blinded or evaluated; in the bytes or the arena */
    size_t n;
    size_t size, piece;                 /* JOIN, GRANT, ANSWER: of the whole set; which piece, from 0 */
    struct oprf_proof proof;            /* PART, ANSWER */
    const unsigned char *tags;          /* ANSWER: sorted; CLOSE: claims; TAG_LEN_ each */
    size_t n_tags;
    bool yes;                           /* REPLY */
    struct str words;                   /* REPLY, REFUSE: a key or a sentence */
    struct letter_fact fact[FACTS_MAX]; /* SHARE */
    size_t facts;
    struct str ack[ACKS_MAX];           /* POLL: letters that have arrived */
    size_t acks;
};

/* The body, signed by sign() and filled up, sealed to a box key. */
typedef void letter_signer(void *arg, struct str msg, unsigned char sig[SIG_LEN]);
enum err letter_write(struct ctx *c, const struct letter *l, const unsigned char box_public[PUBLIC_LEN],
                      letter_signer *sign, void *arg, struct str *out) MUST_CHECK;

/* The first letter of *rest: whom it is for and its sealed body; *rest moves on.
 * ERR_INPUT "inquiry.bad-file": truncated or no letter. */
struct envelope { struct str to, sealed, whole; };
enum err envelope_next(struct ctx *c, struct str *rest, struct envelope *out) MUST_CHECK;
/* Past the courier file's first line. */
enum err courier_open(struct ctx *c, struct str file, struct str *letters) MUST_CHECK;
struct str courier_head(void);

/* An opened body.  First who says it sent it, then, with that node's key, all
 * of it.  Strings and elements point into body.  ERR_INPUT "inquiry.bad-letter"
 * for any other spelling; ERR_DENIED "inquiry.bad-signature". */
enum err letter_from(struct ctx *c, struct str body, struct str *from) MUST_CHECK;
enum err letter_read(struct ctx *c, struct str body, const unsigned char sign_public[PUBLIC_LEN],
                     struct letter *out) MUST_CHECK;
/* Without the signature: for the fuzzer and letter_read. */
enum err letter_parse(struct ctx *c, struct str body, struct letter *out) MUST_CHECK;
/* 256, 1024, 4096 … : the smallest size that holds n tokens beside the hidden
 * check; 0: too many. */
size_t set_size(size_t n);
static inline size_t set_pieces(size_t size) { return size > SET_PIECE ? size / SET_PIECE : 1; }
static inline size_t tag_pieces(size_t size) { return size > TAGS_PIECE ? size / TAGS_PIECE : 1; }

#endif
