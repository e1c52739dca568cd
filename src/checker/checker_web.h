/* checker_web.h - the checker's pages and its API. */
#ifndef CHECKER_WEB_H
#define CHECKER_WEB_H

#include "checker/checker.h"
#include "http/http.h"
#include "page/route.h"

#include <jansson.h>

extern const struct route checker_routes[];
enum { CHECKER_API_MAX = 64 * 1024, CHECKER_FILE_MAX = 8 * 1024 * 1024, CHECKER_PER_MINUTE = 60,
       CHECKER_PAGES_PER_MINUTE = 600 };      /* a school or a village may share one address */
/* POST /api/check: see docs/api-check.md. */
void checker_api(struct ctx *c, const struct http_req *rq, struct http_resp *rs);
/* Its two readers: the body as JSON (the caller lets go of *out), and the situation
 * in it as answers.  ERR_INPUT with "checker.bad-json". */
enum err checker_json_read(struct ctx *c, struct str body, json_t **out) MUST_CHECK;
enum err checker_json_take(struct ctx *c, struct checker_talk *t, const json_t *in) MUST_CHECK;

#endif
