/* inquiry.h - ask whether another agency knows a person, without showing whom.
 *
 * Three nodes: the asker's, the answering agency's and an independent
 * guardian's (an ombudsman).  The asker learns which of her own tokens the other
 * also has, and nothing else; the other office then learns that a colleague
 * asks, about whom, why and for which case, and decides; details pass only
 * after both said yes.  Messages and threat model: docs/private-matching.md.
 *
 * Owns the kinds inquiry, inquiry_run, inquiry_letter and inquiry_peer.  What
 * must be forgotten (shares, blinds, the evaluated set) is in a dossier of the
 * run alone, whose key is destroyed when the run ends.
 */
#ifndef INQUIRY_H
#define INQUIRY_H

#include "inquiry/letter.h"
#include "kinds/kinds.h"
#include "match/match.h"
#include "page/page.h"

/* ---- other nodes, pinned at pairing ---------------------------------------------- */

struct inquiry_peer {
    struct str id, node, name, url;         /* url {0}: courier only */
    struct str ca;                          /* PEM: the only authority whose certificates count there; {0}: the system's */
    struct str over;                        /* the last day on which it sent too many letters */
    bool guardian, closed, paused;
    unsigned char sign[PUBLIC_LEN], box[PUBLIC_LEN];
};
/* One line that says who this node is: "amparo-node NODE SIGN BOX". */
struct str inquiry_card(struct ctx *c);
/* Pair with the node of this card.  Who types it in has read it over the
 * telephone or got it on paper.  url: https://, or http:// on this machine
 * itself; {0} for couriers only.  ca: a ministry's own certificate authority. */
struct inquiry_pairing { struct str card, name, url, ca; bool guardian; };
enum { PEER_CA_MAX = 16 * 1024 };
enum err inquiry_pair(struct ctx *c, const struct inquiry_pairing *p) MUST_CHECK;
enum err inquiry_unpair(struct ctx *c, struct str node) MUST_CHECK;
/* Paused: its letters and ours wait on both sides until it goes on. */
enum err inquiry_pause(struct ctx *c, struct str node, bool paused) MUST_CHECK;
enum err inquiry_peers(struct ctx *c, struct inquiry_peer **out, size_t *n) MUST_CHECK;
enum err inquiry_peer_find(struct ctx *c, struct str node, struct inquiry_peer *out) MUST_CHECK;
struct str inquiry_node_name(struct ctx *c, struct str node);   /* "—" when unknown */

/* ---- one inquiry, as this node has it ------------------------------------------------ */

/* Role "ask":    sent, none, weak, hit, confirmed, declined, agreed, shared
 * Role "answer": received, joined, granted, answered, closed, question, confirmed, declined, shared
 * Role "guard":  received, joined, served
 * Any:           refused, expired */
struct inquiry {
    struct str id, run, role, state, purpose, case_ref, case_id, person, officer, office;
    struct str asker, answering, dossier, run_dossier, words;
    struct str guardian;                    /* node ids, spaces between; one of them is enough */
    int64_t asked_us, updated_us;
};
struct str inquiry_guardian_names(struct ctx *c, const struct inquiry *q);      /* "X, Y" */
extern const char *const inquiry_purposes[];            /* ends with NULL; key "inquiry.purpose." */
enum err inquiry_get(struct ctx *c, struct str id, struct inquiry *out) MUST_CHECK;     /* asks access */
/* mine: asked by this office; else questions to it.  Newest first. */
enum err inquiry_list(struct ctx *c, bool mine, size_t limit, struct inquiry **out, size_t *n) MUST_CHECK;
enum err inquiry_of_person(struct ctx *c, struct str person, struct inquiry **out, size_t *n) MUST_CHECK;
/* Every run of this node, whoever asked: for those who keep it.  No person. */
enum err inquiry_log(struct ctx *c, size_t limit, struct inquiry **out, size_t *n) MUST_CHECK;

/* In seven days; counted by the asking node, and again by the other two. */
enum { INQUIRY_PER_OFFICER = 10, INQUIRY_PER_OFFICE = 30, INQUIRY_PER_NODE = 100, INQUIRY_DAYS = 7,
       INQUIRY_KEEP_DAYS = 30 };
struct inquiry_left { int64_t officer, office; };
enum err inquiry_left(struct ctx *c, struct inquiry_left *out) MUST_CHECK;

/* ---- asking -------------------------------------------------------------------------- */

/* purpose: one of inquiry_purposes; guardian: some of those this node is paired
 * with, none: all of them; confirmed: she has read what each side will learn. */
struct inquiry_question { struct str person, answering, purpose; const struct str *guardian; size_t guardians; bool confirmed; };
/* What would be asked, before anything leaves. */
struct inquiry_preview {
    size_t count[MATCH_TOKEN_KINDS], tokens;    /* of this person, by kind */
    struct inquiry_peer answering, guardian[GUARDIANS_MAX];
    size_t guardians;
    struct inquiry_left left;
    struct str case_ref;
};
enum err inquiry_preview(struct ctx *c, const struct inquiry_question *ask, struct inquiry_preview *out) MUST_CHECK;
/* Only by the officer herself.  ERR_DENIED: not hers, or no questions left. */
enum err inquiry_ask(struct ctx *c, const struct inquiry_question *ask, struct str *id) MUST_CHECK;
/* The answering office, on state "question". */
enum err inquiry_answer(struct ctx *c, struct str id, bool yes, struct str words) MUST_CHECK;
/* The asker, on state "confirmed": her details go, theirs come back. */
enum err inquiry_agree(struct ctx *c, struct str id) MUST_CHECK;
/* Details the other side sent ("name", "value" …); empty until shared. */
enum err inquiry_theirs(struct ctx *c, struct str id, struct letter_fact fact[FACTS_MAX], size_t *n,
                        struct str *office) MUST_CHECK;

/* ---- letters ------------------------------------------------------------------------- */

/* Take one letter in.  ERR_INPUT, ERR_DENIED, ERR_CONFLICT ("inquiry.not-yet": the
 * other one must come first) with a key that says why.  *from is set once known. */
enum err inquiry_receive(struct ctx *c, const struct envelope *e, struct str *from) MUST_CHECK;
/* Letters that wait: to one node, or to all ({0}). */
struct waiting { struct str id, to, run, bytes; };
enum err inquiry_waiting(struct ctx *c, struct str to, size_t limit, struct waiting **out, size_t *n) MUST_CHECK;
enum err inquiry_waiting_count(struct ctx *c, int64_t *n) MUST_CHECK;
/* They have arrived at this node; {0}: wherever they went.  What was not for it is left alone. */
enum err inquiry_sent(struct ctx *c, struct str to, const struct str *id, size_t n) MUST_CHECK;
/* The courier has delivered: what was in a file counts as sent, and nothing else. */
enum err inquiry_carried(struct ctx *c, size_t *n) MUST_CHECK;
/* What waits, for a stick, as much as one file holds (COURIER_MAX); it goes on
 * waiting: the file may be made again.  begin, then the file's bytes letter by
 * letter until there are none; *bytes lives in the c of that call. */
struct courier { struct str *id; size_t n, at; bool begun; };
enum err inquiry_courier_begin(struct ctx *c, struct courier *k) MUST_CHECK;
enum err inquiry_courier_next(struct ctx *c, struct courier *k, struct str *bytes) MUST_CHECK;
struct courier_report { size_t taken, others, known, refused; const char *key; };
/* Reads what is for this node.  A file that is damaged is refused whole. */
enum err inquiry_courier_in(struct ctx *c, struct str file, struct courier_report *r) MUST_CHECK;
/* Talk to every paired node that has an address, until nothing moves. */
enum err inquiry_exchange(struct ctx *c, size_t *moved) MUST_CHECK;
/* The same for somebody who waits for the page: at most so many seconds for all of
 * them, 0: twenty. */
enum err inquiry_exchange_now(struct ctx *c, int seconds, size_t *moved) MUST_CHECK;
/* Long work of runs that wait for this node (a large set), piece by piece: of the
 * oldest two.  *did 0: nothing is left that can be done now. */
enum err inquiry_work(struct ctx *c, size_t *did) MUST_CHECK;
/* Every half minute: work, exchange, and forget what has ended. */
enum err inquiry_tick(struct ctx *c, size_t limit, size_t *did) MUST_CHECK;

/* POST /peer/letter: a letter comes in, waiting letters go back. */
struct http_req;
struct http_resp;
void inquiry_peer_run(struct ctx *c, const struct http_req *rq, struct http_resp *rs);
enum { INQUIRY_BODY_MAX = LETTER_MAX + 3 * LETTER_UNIT };

extern const struct projector inquiry_projectors[];
extern const size_t inquiry_projectors_n;
extern const struct table inquiry_tables[];
extern const size_t inquiry_tables_n;
extern const struct route inquiry_routes[];
enum err inquiry_panel_person(struct ctx *c, struct out *o, const struct subject *s);
enum err inquiry_panel_work(struct ctx *c, struct out *o, const struct subject *s);

#endif
