/* near.h - inside signal/: the same place and matter, told again.
 *
 * Three neighbours report one brick kiln: they must not become three cases, nor may
 * the third report be thrown away.  An index in memory compares where it is (the words
 * of the place, its kind, the department), never who tells: no telephone, no contact,
 * no receipt.  A link "same matter" is a record and can be undone. */
#ifndef SIGNAL_NEAR_H
#define SIGNAL_NEAR_H

#include "signal/signal.h"
#include "match/match.h"
#include "work/work.h"

/* What the index compares of a signal; its texts lie in room.  False: no word of it
 * says where. */
struct near_room { char firm[MATCH_FIRM_MAX], what[MATCH_FIRM_MAX], words[MATCH_FIRM_MAX]; };
bool near_record(struct ctx *c, const struct answers *a, struct str territory, struct near_room *room,
                 struct match_record *out);

enum { NEAR_FLOOR = -4500, NEAR_SHOWN = 6 };    /* mbits: one rare word and the kind of place */
struct near_link { struct str id, case_id, officer; int64_t at_us; };   /* id {0}: not linked */
struct near_signal {
    struct signal s;
    struct work_case k;             /* id {0}: none, or not hers to see */
    struct near_link link;
    int32_t mbits;                  /* of links without likeness INT32_MIN */
    struct str words, kind, signs;  /* what agrees: words of the place, code of its kind, codes of signs */
    bool district;                  /* told of the same district or department */
};
bool near_waits(const struct signal *s);    /* for somebody to look at it, in no case yet */
/* Linked ones first, then the likeliest that came within signals_near_days of it; only
 * what her office may see.  s as signal_get gave it. */
enum err near_list(struct ctx *c, const struct signal *s, struct near_signal **out, size_t *n) MUST_CHECK;

/* Workplaces of the officer's own files that s may be about: by the words of their
 * names; their numbers and the sender's are not compared. */
struct near_place { struct str id, name; struct work_case k; int32_t mbits; struct str words, kind; };
enum { PLACES_SHOWN = 5 };
enum err near_places(struct ctx *c, const struct signal *s, struct near_place **out, size_t *n) MUST_CHECK;

/* The same matter: a link in the signal's dossier; if the other is in an open case
 * that she sees and this one waits, it goes into that case (*joined) when she may open
 * cases from it.  ERR_CONFLICT "signal.same-already". */
enum err near_same(struct ctx *c, struct str id, struct str other, bool *joined) MUST_CHECK;
/* Into the case that the other came to after they were linked. */
enum err near_join(struct ctx *c, struct str id, struct str link) MUST_CHECK;
/* Undo: what this link put into a case waits again. */
enum err near_undo(struct ctx *c, struct str id, struct str link) MUST_CHECK;

enum err project_signal_link(struct ctx *c, const struct record *r);

#endif
