/* web.h - routes meet requests: sign-in, rights, tokens, error pages.
 *
 * The one place where what src/http parsed becomes a struct request, and where
 * an error becomes a page.  Every route is closed unless its row says open;
 * every POST needs the form token. */
#ifndef WEB_H
#define WEB_H

#include "page/page.h"
#include "page/route.h"

struct house;
struct web;
struct web_config {
    const char *bind;           /* NULL: 127.0.0.1 */
    int port, threads;
    const char *tls_cert, *tls_key;
    bool trust_proxy;
};
/* Listen, and run the clocks every half minute.  The house must outlive it. */
enum err web_start(struct ctx *c, struct house *h, const struct web_config *cfg, struct web **out) MUST_CHECK;
void web_stop(struct web *w);
int web_port(const struct web *w);

/* Without a network: run one request as its handler would.  For tests. */
enum err web_run(struct ctx *c, struct request *rq, struct str cookie, struct response *rs);

/* A language of the pack, or one the house speaks; the pack's first. */
bool web_lang_ok(struct ctx *c, struct str lang);
struct str web_lang_default(struct ctx *c);
bool web_open_when_locked(struct str path);
bool web_open_when_left(struct str path);
struct str web_fields_text(struct ctx *c, const struct request *rq);

/* Sign-in, lock, language, quick exit, static files. */
extern const struct route web_routes[];
extern const struct site web_site;
#define SESSION_COOKIE "__Host-amparo"

/* A route serves its own protocol: OpenRosa, API.  Called before the pages. */
struct http_req;
struct http_resp;
struct foreign { const char *prefix; void (*run)(struct ctx *c, const struct http_req *rq, struct http_resp *rs); size_t body_max; };
extern const struct foreign desk_foreign[];     /* ends with a row of zeros */

#endif
