/* programme.h - persons counted once, for those who answer for a programme.
 *
 * Three agencies identify one victim and count three.  Records that somebody confirmed
 * as one person count as one, by the links that stand at this moment; beside them the
 * records, so that the difference is seen.  Numbers only, and none below five, nor one
 * that could be had from the others by subtraction.  See programme.md. */
#ifndef PROGRAMME_H
#define PROGRAMME_H

#include "access/access.h"
#include "page/route.h"

enum { PROGRAMME_FEW = 5, PROGRAMME_MONTHS = 24 };

/* FEW: one to four.  KEPT: not shown because a total would then tell a small one. */
enum count_shown { COUNT_PLAIN, COUNT_FEW, COUNT_KEPT };
struct count_row { struct str key; int64_t persons, records; enum count_shown shown; };
enum count_by { BY_MONTH, BY_CRIME, BY_SEX, BY_AGE, BY_PLACE, BY_N };
struct count_table { struct count_row *row; size_t n; };

struct programme {
    struct str territory;
    struct count_row all;           /* .shown says whether the totals may be */
    int64_t waiting;                /* pairs proposed as one person, a second officer's word missing */
    struct count_table by[BY_N];
};
/* People affected in cases of the officer's own territory; needs "office.department".
 * A person stands in one month (the first identification of any of her records; "none",
 * or "before" when older than the newest PROGRAMME_MONTHS), one sex ("unknown" when her
 * records disagree), one age group and one place (of her first record), and under every
 * crime that any of her cases may be.  When there are fewer than five in all, no table
 * has a row. */
enum err programme_count(struct ctx *c, struct programme *out) MUST_CHECK;

/* What may be shown of a table whose rows add up to the total (of a table whose rows
 * overlap: each row by itself).  No row of one to four; and as long as the total and the
 * rows shown would narrow one of those down, the smallest of the others neither; when
 * none is left, all are KEPT alike. */
void programme_hide(struct count_row *row, size_t n, bool adds_up);
/* Of a table whose rows overlap, beside a total: no row that leaves one to four out. */
void programme_hide_rest(struct count_row *row, size_t n, int64_t all);

extern const struct projector programme_projectors[];
extern const size_t programme_projectors_n;
extern const struct table programme_tables[];
extern const size_t programme_tables_n;
extern const struct route programme_routes[];

#endif
