/* sheet_out.h - tables people take away: CSV as it streams, XLSX in a file.
 *
 * The rows come from a function that writes some and is called again, so an
 * export of any size needs no more memory than one batch.  Every export has a
 * row count and a hash (BLAKE2b-256 of the CSV form, header included, without
 * byte order mark), the same for both kinds: the receiver can check it and the
 * ledger keeps it.
 *
 * A text cell that a spreadsheet would run (=, +, -, @, tab or return in front)
 * gets an apostrophe in CSV; XLSX marks texts as texts.
 */
#ifndef SHEET_OUT_H
#define SHEET_OUT_H

#include "base/base.h"
#include "page/route.h"

enum sheet_kind { SHEET_CSV, SHEET_XLSX };

struct sheet_out;
/* The next cell of the row. */
void put_text(struct sheet_out *s, struct str v);
void put_int(struct sheet_out *s, int64_t v);
void put_decimal(struct sheet_out *s, struct str v);    /* "12.5"; other text goes as text */
void put_time(struct sheet_out *s, int64_t us);         /* ISO, UTC; 0 = empty */
void put_row(struct sheet_out *s);                      /* end of the row */

enum { SHEET_HASH = 65 };
struct sheet_source {
    const char *name;                    /* file name without ending: never a person's */
    const struct str *heads;  size_t n;  /* column titles */
    /* Write a batch (some hundred rows).  c is a context of its own whose
     * memory is emptied after each call: keep what must last in state. */
    enum err (*more)(struct ctx *c, void *state, struct sheet_out *s, bool *end);
    /* Called once, when all is written; CSV: after the last byte was handed on.
     * May be NULL. */
    enum err (*done)(struct ctx *c, void *state, int64_t rows, const char hash[SHEET_HASH]);
    void *state;                         /* lives in c->mem of send_sheet's caller */
    bool bom;                            /* CSV: byte order mark, for Excel */
    char sep;                            /* CSV: 0 = ',' ; Excel in Spanish wants ';' */
};

/* As the answer to a request.  The source is copied. */
enum err send_sheet(struct ctx *c, struct response *rs, enum sheet_kind kind,
                    const struct sheet_source *src) MUST_CHECK;
/* Into a file, for the command line. */
enum err write_sheet(struct ctx *c, int fd, enum sheet_kind kind, const struct sheet_source *src,
                     int64_t *rows, char hash[SHEET_HASH]) MUST_CHECK;

#endif
