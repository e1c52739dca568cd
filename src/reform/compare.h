/* compare.h - what would change: situations answered under two models.
 *
 * Situations are invented or anonymised: columns of a CSV file, no name.  The
 * same comparison serves a draft beside the model in force, two packs on disk
 * (`amparo law compare`), and, as counts only, the screenings of present cases.
 */
#ifndef REFORM_COMPARE_H
#define REFORM_COMPARE_H

#include "checker/checker.h"
#include "pack/pack.h"
#include "rulebook/dmn_edit.h"

/* One side: the law of a pack, a model of it, and its text ({0}: the cells that
 * differ are not told).  time_us, of the side before: all situations together may
 * take so long, 0: COMPARE_US. */
struct compare_side { const struct pack *pack; const struct dmn_model *model; struct str text; int64_t time_us; };

/* An answer that differs. */
struct compare_entry {
    struct str entry;                   /* "child_labour" */
    struct str before, after;           /* as text; lists as FEEL writes them */
    struct str rows_before, rows_after; /* rule ids that fired in the table of that name */
    struct str cites_before, cites_after;
};
/* A cell that differs in a row that fired on one side: why. */
struct compare_cell {
    const struct edit *edit;
    struct str value;                   /* what the situation has there; {0} for outputs */
    bool fired_before, fired_after;
};
struct compare_line {
    struct str id, text;
    const struct compare_entry *entry;  size_t n;
    const struct compare_cell *cell;    size_t cells;
};
struct compare_count { struct str entry; size_t changed; };
struct compare {
    size_t situations, changed, failed; /* failed: could not be answered on one side */
    const struct compare_line *line;    size_t lines;      /* of those changed, in order */
    const struct compare_count *count;  size_t counts;     /* per entry, in order of first change */
    const struct edit *edit;            size_t edits;      /* all that differs between the texts */
};
enum { COMPARE_SITUATIONS_MAX = 20000, COMPARE_LINES_MAX = 2000, COMPARE_CSV_MAX = 8 * 1024 * 1024,
       COMPARE_US = 20 * US_PER_S };

struct compare_run;
/* decision: the one that answers ("screening").  Everything lives in c->mem. */
enum err compare_begin(struct ctx *c, const struct compare_side *before, const struct compare_side *after,
                       struct str decision, struct compare_run **out) MUST_CHECK;
/* id {0}: counted, not listed.  ERR_INPUT "reform.compare-slow": a draft whose cells
 * take as long as they may, many times over, holds up nobody else. */
enum err compare_one(struct compare_run *r, struct str id, struct str text, struct feel_value in) MUST_CHECK;
size_t compare_changed(const struct compare_run *r);        /* so far */
enum err compare_end(struct compare_run *r, struct compare *out) MUST_CHECK;     /* also after a failure */

/* A whole CSV file.  ERR_INPUT: line and column in fault.detail. */
enum err compare_csv(struct ctx *c, const struct compare_side *before, const struct compare_side *after,
                     struct str decision, struct str csv, struct compare *out) MUST_CHECK;
/* What answers a decision file: the decision of its name, else its last one. */
struct str compare_decision(const struct dmn_model *m, struct str file);

/* As CSV: id, entry, before, after, rows, provisions, cells. */
enum err compare_write(struct ctx *c, const struct compare *k, struct str *csv) MUST_CHECK;

#endif
