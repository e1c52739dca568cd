/* gap.h - gap analysis: each requirement, year by year, as people of this house
 * assessed it; below it what the pack's research says. */
#ifndef REFORM_GAP_H
#define REFORM_GAP_H

#include "reform/standards.h"

enum gap_from { GAP_NOBODY, GAP_RESEARCH, GAP_EARLIER, GAP_YEAR };
struct gap {
    enum gap_from from;          /* nobody said; the pack; an assessment of an earlier year; of this year */
    enum gap_status status;
    int year;                    /* of the assessment */
    struct str id;               /* its record; {0}: none */
    struct str provisions, quote, source;
    struct str by, reviewer, review, review_note;    /* review: "agrees", "disagrees" or {0} */
    int64_t at_us, reviewed_us;
    enum pack_verified verified; /* of the research; assessments: yes once reviewed and agreed, else partly */
};
enum { GAP_FIRST_YEAR = 1990, GAP_TEXT_MAX = 2000, GAP_CHANGES_MAX = 200 };

/* One per requirement of c->node->standards, in its order. */
enum err gap_year(struct ctx *c, int year, struct gap **out, size_t *n) MUST_CHECK;
enum err gap_of(struct ctx *c, struct str requirement, int year, struct gap *out) MUST_CHECK;
/* Years with assessments, newest first, and the present one. */
enum err gap_years(struct ctx *c, int *year, size_t max, size_t *n) MUST_CHECK;
int gap_this_year(struct ctx *c);

struct gap_new { struct str requirement, status, provisions, quote, source; int year; };
/* Assess, or assess again: the review begins anew.  Verb reform.edit. */
enum err gap_assess(struct ctx *c, const struct gap_new *g) MUST_CHECK;
/* Of what a page shows of it, review included: BLAKE2b-256, hex. */
struct str gap_hash(struct ctx *c, const struct gap *g);
struct gap_verdict { struct str requirement; int year; bool agrees; struct str note, seen; /* gap_hash of what she read */ };
/* By another person (ERR_DENIED "reform.second-person").  ERR_CONFLICT
 * "reform.changed-meanwhile" when it is no longer what she read.  The review keeps
 * the hash of the text it answers for; beside another text it counts as none. */
enum err gap_review(struct ctx *c, const struct gap_verdict *v) MUST_CHECK;
/* The assessment as it was when it had that hash, from its history. */
enum err gap_as_seen(struct ctx *c, const struct gap *now, struct str seen, struct gap *out, bool *found) MUST_CHECK;

/* What changed from one year to the next: pairs of the same requirement. */
struct gap_change { const struct promise *promise; struct gap before, after; };
enum err gap_changes(struct ctx *c, int from, int to, struct gap_change **out, size_t *n) MUST_CHECK;

#endif
