/* gap_web.h - handlers of the gap analysis, for reform_routes. */
#ifndef REFORM_GAP_WEB_H
#define REFORM_GAP_WEB_H

#include "page/page.h"
#include "page/route.h"
#include "reform/gap.h"

handler gap_matrix_page, gap_csv, gap_xlsx, gap_pdf, gap_cell_page, gap_assess_act, gap_review_act;

/* gap_web.c: words of both pages. */
enum tone gap_tone(enum gap_status s);
struct str gap_status_words(struct ctx *c, enum gap_status s);
struct str gap_promise_text(struct ctx *c, const struct promise *p);
struct str gap_treaty_text(struct ctx *c, struct str id);
struct str gap_number(struct ctx *c, int64_t n);
const char *gap_from_key(const struct gap *g);          /* who says so; NULL: nobody */
int gap_year_asked(struct ctx *c, const struct request *rq, const char *name, int otherwise);

#endif
