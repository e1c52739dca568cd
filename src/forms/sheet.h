/* sheet.h - rows of cells out of CSV and XLSX, and CSV that a spreadsheet cannot misuse. */
#ifndef FORMS_SHEET_H
#define FORMS_SHEET_H

#include "base/base.h"

struct sheet_row {
    int line;                     /* CSV: line of the file the row begins on; XLSX: row number */
    bool hidden;
    struct str *cell; size_t n;   /* trailing empty cells are left off */
};
struct sheet {
    struct str name;
    struct sheet_row *row; size_t n;   /* empty rows are left out */
};
struct sheets { struct sheet *v; size_t n; };

enum {
    SHEET_BYTES_MAX = 16 * 1024 * 1024,    /* CSV text, or all XLSX parts unpacked */
    SHEET_ROWS_MAX = 200000,
    SHEET_COLS_MAX = 1024,
    SHEET_CELLS_MAX = 2000000,
};
/* RFC 4180, with bare LF accepted and a UTF-8 byte order mark skipped.  Refuses
 * text that is not UTF-8, NUL bytes, stray quotes.  Cells borrow from `text`
 * where they can: it must outlive *out. */
enum err csv_load(struct ctx *c, struct str text, struct sheet *out) MUST_CHECK;

/* Every sheet of an .xlsx, in workbook order.  Numbers come as decimal text
 * without exponent, booleans as TRUE and FALSE, cells with a date format as
 * YYYY-MM-DD or YYYY-MM-DDThh:mm:ss; formulas as their stored result. */
enum err sheet_load_xlsx(struct ctx *c, struct str bytes, struct sheets *out) MUST_CHECK;
const struct sheet *sheet_find(const struct sheets *s, struct str name);   /* ASCII case ignored */
struct str sheet_cell(const struct sheet_row *r, size_t i);               /* "" past the end */

/* One CSV cell after the comma that belongs before it.  A cell that a
 * spreadsheet would run as a formula (first byte = + - @ TAB CR, and not a plain
 * number or phone number) is written with an apostrophe in front. */
void csv_put(struct buf *b, struct str cell, bool first);
void csv_end(struct buf *b);                                              /* CR LF */

/* Excel's day number (1900 system, with its 29 February 1900) as YYYY-MM-DD. */
bool sheet_serial_date(struct arena *mem, struct str serial, struct str *out);

#endif
