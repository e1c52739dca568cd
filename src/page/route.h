/* route.h - requests, responses, routes and panels: what a desk's page sees.
 *
 * Knows no HTTP library.  src/web turns what src/http parsed into struct
 * request, checks sign-in, right and token, runs the handler, and turns an
 * error into a page.  All strings live as long as the request.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include "base/base.h"
#include "page/html.h"

enum method { GET, POST };

struct sent { struct str name, value; };                    /* one submitted field */
struct upload { struct str field, name, type, bytes; };     /* name: for display only */

struct request {
    enum method method;
    struct str path;                     /* decoded once, no "..", no NUL */
    struct str params[4];                /* the ":name" parts of the route, in order */
    const struct sent *query;  size_t query_n;
    const struct sent *form;   size_t form_n;
    const struct upload *uploads;  size_t uploads_n;
    struct str lang;                     /* asked for by the address, or {0} */
    bool part;                           /* a script asks for the fragment only */
    bool zip;                            /* takes gzip; handlers need not care */
    struct str session;                  /* the session cookie */
    struct str peer;                     /* keyed, forgotten at restart: for throttling only */
    struct str origin;                   /* "https://host" as the browser called us; {0} in tests */
    bool left;                           /* quick exit within the last ten minutes */
};

/* The first value of a field: of the form in a POST, of the query in a GET.
 * White space trimmed; {0} when absent. */
struct str req_field(const struct request *rq, const char *name);
struct str req_query(const struct request *rq, const char *name);   /* of the query, always */
bool req_has(const struct request *rq, const char *name);           /* sent, and not empty */
bool req_is(const struct request *rq, const char *name, const char *value);  /* any value equals */
size_t req_fields(const struct request *rq, const char *name, struct str *out, size_t max);
bool req_i64(const struct request *rq, const char *name, int64_t *out);
bool req_date(const struct request *rq, const char *name, struct civil *out);  /* as people type it */
const struct upload *req_upload(const struct request *rq, const char *name);   /* NULL: none */

/* ---- the answer ---------------------------------------------------------------- */

/* A streamed body: fill up to `room` bytes; *n = 0 ends it, an error cuts the
 * connection.  Runs between other requests: keep no cursor open across calls. */
typedef enum err puller(void *state, char *out, size_t room, size_t *n);

struct set_cookie { struct str name, value; int64_t max_age_s; bool http_only; };

struct response {
    int status;                  /* 200 unless said otherwise */
    struct out out;              /* the page */
    struct str type;             /* {0} = text/html; charset=utf-8 */
    struct str body;             /* instead of out, with type: PDF, JSON, SVG */
    struct str filename;         /* download under this name; never a person's */
    puller *pull;                /* instead of out and body, with type; see sheet_out.h */
    void (*pull_done)(void *state);  /* called once when sent or broken off; may be NULL */
    void *state;                 /* in c->mem, or freed by pull_done */
    struct str location;         /* written by go() only */
    struct set_cookie cookies[2];  size_t cookies_n;
    bool keep;                   /* may be cached for ever: static files */
    bool forget;                 /* Clear-Site-Data: "cache" */
    struct str gzip;             /* the same body, already compressed */
};
void response_init(struct response *rs, struct ctx *c, const struct request *rq);

/* See other, to a path of ours.  go_done also shows the message "done.<what>"
 * there, once: go_done(c, rs, "saved", "/case/%s", id). */
#define go(c, rs, fmt, ...) go_((rs), path_of((c), fmt, ##__VA_ARGS__))
#define go_done(c, rs, what, fmt, ...) \
    go_done_((c), (rs), STR(what), path_of((c), fmt, ##__VA_ARGS__))
enum err go_(struct response *rs, struct str path);
enum err go_done_(struct ctx *c, struct response *rs, struct str what, struct str path);
/* A file instead of a page. */
enum err send_file(struct response *rs, struct str type, struct str filename, struct str bytes);

/* ---- routes ---------------------------------------------------------------------- */

typedef enum err handler(struct ctx *c, const struct request *rq, struct response *rs);

struct route {
    enum method method;
    const char *path;            /* "/case/:id/step/:step", at most 4 names */
    handler *run;
    const char *verb;            /* the right it needs; NULL only with .open or .any */
    bool open;                   /* anyone, without signing in */
    bool any;                    /* whoever is signed in */
    const char *help;            /* one line of English for the manual */
    size_t body_max;             /* bytes of a POST; 0 = ROUTE_BODY_MAX */
    bool again;                  /* shows nothing but tables, clock and session, and writes nothing:
                                    may be given again while those stand still (web/reuse.h) */
};
enum { ROUTE_BODY_MAX = 256 * 1024, ROUTE_PAGE_MAX = 2 * 1024 * 1024 };
/* Each desk: `extern const struct route referral_routes[];` ends with a row of
 * zeros.  Match a path: true fills params.  More literal segments win; the
 * caller tries rows in order, so put "/case/new" before "/case/:id". */
bool route_match(const char *pattern, struct str path, struct str params[4]);

/* ---- panels ------------------------------------------------------------------------- */

/* What a page is about, handed to every panel on it. */
struct subject {
    const char *kind;            /* "case", "signal", "person", "office", … */
    struct str id;               /* its record */
    struct str code;             /* as shown */
    const void *record;          /* the page's own view of it, by agreement; may be NULL */
};
/* A desk's part on another desk's page.  Writes nothing when it has nothing
 * to say or the officer may not see it. */
struct panel {
    const char *page, *place;    /* "case", "side" */
    enum err (*show)(struct ctx *c, struct out *o, const struct subject *s);
};
/* Every panel of c->node->panels for this page and place, in table order. */
enum err panels(struct ctx *c, struct out *o, const char *page, const char *place,
                const struct subject *s) MUST_CHECK;

#endif
