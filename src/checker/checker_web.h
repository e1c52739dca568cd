/* checker_web.h - the checker's pages and its API. */
#ifndef CHECKER_WEB_H
#define CHECKER_WEB_H

#include "checker/checker.h"
#include "http/http.h"
#include "page/route.h"

extern const struct route checker_routes[];
enum { CHECKER_API_MAX = 64 * 1024, CHECKER_FILE_MAX = 8 * 1024 * 1024, CHECKER_PER_MINUTE = 60,
       CHECKER_PAGES_PER_MINUTE = 600 };      /* a school or a village may share one address */
/* POST /api/check: see docs/api-check.md. */
void checker_api(struct ctx *c, const struct http_req *rq, struct http_resp *rs);

#endif
