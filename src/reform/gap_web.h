/* gap_web.h - handlers of the gap analysis, for reform_routes. */
#ifndef REFORM_GAP_WEB_H
#define REFORM_GAP_WEB_H

#include "page/route.h"

handler gap_matrix_page, gap_csv, gap_xlsx, gap_pdf, gap_cell_page, gap_assess_act, gap_review_act;

#endif
