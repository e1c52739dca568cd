/* pdf.h - papers: case print, referral letter, receipt, forms to fill by hand.
 *
 * A4, written from top to bottom; pages break by themselves, never inside a
 * row.  Every sheet carries the foot the caller gives (who printed it, when,
 * which copy) and its number.  Cairo and Pango draw, so Thai and Guaraní are
 * shaped as they must be.  The text can be searched and copied; it is not tagged
 * (cairo 1.16 breaks on tags in recorded pages), so the web page remains the
 * form for screen readers.
 *
 *   TRY(pdf_begin(c, &(struct pdf_paper){ .title = code, .foot = foot }, &p));
 *   pdf_heading(p, …); pdf_fact(p, …); …
 *   TRY(pdf_end(p, &bytes));            every pdf_begin is followed by pdf_end
 *   return send_file(rs, STR("application/pdf"), name, bytes);
 *
 * All texts are struct str in UTF-8; parts do not fail in between.  The bytes
 * lie in c->mem.  Thread-safe: nothing is shared between documents.
 */
#ifndef PDF_H
#define PDF_H

#include "base/base.h"

struct pdf_paper {
    struct str title;          /* in the file's properties: a code, never a name */
    struct str foot;           /* stamped on every sheet */
    struct str brand;          /* small, top left of every sheet; {0}: none (public leaflets) */
    struct str lang;           /* {0}: c->lang */
};
struct pdf;
enum { PDF_PAGES = 300, PDF_MAX = 32 * 1024 * 1024, PDF_COLS = 8 };

enum err pdf_begin(struct ctx *c, const struct pdf_paper *paper, struct pdf **out) MUST_CHECK;
enum err pdf_end(struct pdf *p, struct str *bytes) MUST_CHECK;     /* also frees p */

void pdf_heading(struct pdf *p, struct str s);            /* title of the paper */
void pdf_section(struct pdf *p, struct str s);            /* a heading below it */
void pdf_para(struct pdf *p, struct str s);
void pdf_small(struct pdf *p, struct str s);
void pdf_notice(struct pdf *p, struct str s);             /* ruled on the left */
void pdf_fact(struct pdf *p, struct str label, struct str value);
void pdf_sealed(struct pdf *p, struct str label);         /* a bar instead of the value */
void pdf_code(struct pdf *p, struct str code);            /* a receipt: large, in a box */

/* Column widths in parts of the whole: {2, 1, 1}. */
void pdf_table(struct pdf *p, const struct str *heads, const int *widths, size_t n);
void pdf_row(struct pdf *p, const struct str *cells);
void pdf_table_end(struct pdf *p);

void pdf_tick(struct pdf *p, struct str s, bool on);      /* box and text */
void pdf_lines(struct pdf *p, struct str label, int n);   /* lines to write on */
void pdf_sign(struct pdf *p, struct str left, struct str right);   /* two places to sign */
void pdf_gap(struct pdf *p, int mm);
void pdf_new_page(struct pdf *p);

#endif
