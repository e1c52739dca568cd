/* present.h - how many of the present cases a draft would answer differently.
 *
 * Counted, never listed, and so that no small group can be told from several counts
 * (tally.h).  For that each question is kept with the cases it marked, as a record
 * of kind rules_count in a dossier of its own that nobody is granted: it is read here
 * and nowhere else.  Needs "rules.count_cases"; each count is an event "count" of the
 * open dossier of law reform. */
#ifndef REFORM_PRESENT_H
#define REFORM_PRESENT_H

#include "reform/compare.h"

enum { COUNTS_PER_DAY = 10,     /* different drafts an officer may count under */
       COUNTS_KEPT = 200,       /* in COUNTS_DAYS; then no more until the oldest are older */
       COUNTS_DAYS = 365 };
struct present {
    bool refused;               /* enough for today, or for the year; nothing was counted */
    size_t read, changed;       /* in steps of five; 0: fewer than five */
};
/* question: what tells this comparison from another (hashes of the two texts). */
enum err present_count(struct ctx *c, const struct compare_side *a, const struct compare_side *b, struct str decision,
                       struct str question, struct present *out) MUST_CHECK;

#endif
