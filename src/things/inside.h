/* inside.h - what the files of things/ share. */
#ifndef THINGS_INSIDE_H
#define THINGS_INSIDE_H

#include "things/found.h"

/* ---- links (link.c) ------------------------------------------------------------------------- */

enum { LINK_DIFFERENT, LINK_SAME, LINK_PROPOSED, LINK_NONE };
struct thing_link { struct str id, officer; int state; };
/* The newest standing link of two records; LINK_NONE when there is none. */
enum err link_between(struct ctx *c, struct str a, struct str b, struct thing_link *out) MUST_CHECK;
/* One link as it stands now; LINK_NONE: undone, or none. */
enum err link_load(struct ctx *c, struct str id, struct thing_link *out) MUST_CHECK;
/* Is someone of a's group kept apart from someone of b's? */
enum err link_contradicts(struct ctx *c, struct str a, struct str b, bool *yes) MUST_CHECK;
/* The records that are one with this one, itself among them. */
enum err link_group(struct ctx *c, struct str id, struct str **out, size_t *n) MUST_CHECK;
/* Scores follow what people here decided: all standing links of a kind that carry a score. */
enum err link_recalibrate(struct ctx *c, const struct thing_use *u) MUST_CHECK;
bool link_is_kind(struct str record_kind);                  /* of a record that is a link */

/* ---- who may be it (like.c) ------------------------------------------------------------------- */

enum { LIKE_MAX = 6 };
struct match_record thing_record(struct ctx *c, const struct thing_use *u, const struct answers *a, int64_t told_us);
/* Candidates worth showing, best first; `but`: not this one. */
enum err like_of(struct ctx *c, const struct thing_use *u, const struct match_record *me, struct str but,
                 struct match_candidate **out, size_t *n) MUST_CHECK;
/* found_load; *gone: erased since the index heard of it, and forgotten there now. */
enum err like_load(struct ctx *c, const struct thing_use *u, const struct match_candidate *m, struct found *out,
                   bool *gone) MUST_CHECK;
/* The message of this kind of thing: "person.is-same", "thing.is-same". */
const char *like_key(struct ctx *c, const struct thing_use *u, const char *what);

/* ---- equal numbers (numbers.c) -------------------------------------------------------------------- */

/* Another record that has one of these numbers.  hers: she may see it; else she
 * may learn that there is one, where, and ask. */
struct number_hit { const struct thing_use *u; struct str id, case_id, dossier, department; const char *what; bool hers; };
enum { NUMBER_HITS = 24 };
/* total counts all of them, also those above NUMBER_HITS. */
enum err numbers_elsewhere(struct ctx *c, const struct thing_use *u, struct str but, const struct answers *a,
                           bool others_too, struct number_hit out[NUMBER_HITS], size_t *n, size_t *total) MUST_CHECK;
/* Whose number is this, whatever kind of number it is: hers only. */
enum err numbers_holding(struct ctx *c, struct str written, struct number_hit out[NUMBER_HITS], size_t *n) MUST_CHECK;
/* GET /things: the page of what stands in several cases. */
enum err things_several(struct ctx *c, const struct request *rq, struct response *rs);
enum err numbers_project(struct ctx *c, const struct record *r) MUST_CHECK;

#endif
