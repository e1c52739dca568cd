/* tally.h - counting real cases for one question after another, so that no small
 * group can be told from the answers, nor from their sums and differences.
 *
 * A question marks some cases (those that a draft would answer differently).  What
 * is told is a number; who marks cell by cell could subtract one number from the
 * next and find one person.  Therefore:
 *
 *   1. The answers so far divide the cases into groups.  A question divides a group
 *      only where at least TALLY_MIN fall on either side; else the whole group
 *      counts, or none of it.  So whatever can be got from the answers by adding
 *      and subtracting is a sum of whole groups.
 *   2. A question that marks the same cases as an earlier one but for fewer than
 *      TALLY_MIN is answered as the oldest such question; the first of all marks
 *      nothing.  Zero to four cases look alike.  The same within each group.
 *   3. The number is said in steps of TALLY_MIN.
 *
 * What remains: who asks often finds on which side of a border of TALLY_MIN a
 * question lies.  Therefore questions are counted by the day and written down.
 * Pure: no database. */
#ifndef REFORM_TALLY_H
#define REFORM_TALLY_H

#include "base/base.h"

enum { TALLY_MIN = 5 };         /* as on every page: below it a number could point at a person */

/* A question as it was asked, and what was told: sets of case ids, sorted by bytes. */
struct tally_set { const struct str *id; size_t n; };
struct tally_asked { struct tally_set marked, told; };

/* now->marked is given, now->told is found.  before: every earlier question, oldest first.  *again: it
 * marks exactly what an earlier one marked, nothing need be kept. */
enum err tally_ask(struct ctx *c, const struct tally_asked *before, size_t n, struct tally_asked *now, bool *again) MUST_CHECK;
/* To say: 0 means fewer than TALLY_MIN, 20 means 20 to 24. */
size_t tally_number(const struct tally_asked *a);

#endif
