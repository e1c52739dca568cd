/* http.h - requests in, answers out.
 *
 * The only room that sees libmicrohttpd.  It accepts connections, refuses what
 * is not plain HTTP/1.1 (docs: http.md), assembles the body up to its cap,
 * parses it, calls one handler, and sends what the handler put in the answer.
 * It knows no desk, no database and no user, and hands no network address to
 * anyone: a peer is a keyed number that is forgotten when the process ends.
 *
 * Threads: `threads` workers.  One request is handled from its first byte to
 * the last byte of its answer on one worker; each worker has its own context
 * (thread_init), so a database connection there needs no lock.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/base.h"
#include "http/http_parse.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OPTIONS };

/* ---- a request ----------------------------------------------------------
 * Everything in it is borrowed: from c->mem, from libmicrohttpd's buffer of
 * this connection or from the spooled body.  All of it lives until the answer
 * has been sent (later than the handler's return), and no longer. */
struct http_req {
    struct ctx *c;              /* mem: this request's arena, kept until the answer is sent.
                                   The handler fills in db, node, who, lang. */
    enum http_method method;    /* HEAD is answered like GET; the body is dropped here */
    struct str path;            /* decoded once: starts with '/', valid UTF-8, no NUL or
                                   control byte, no "." or ".." segment, no "//" */
    struct str target;          /* as received, with the query, before decoding */
    struct str host;            /* the one Host header, checked: name or [v6], optional :port */
    struct http_fields query;   /* decoded once, in order */
    struct http_fields form;    /* application/x-www-form-urlencoded, and the parts of a
                                   multipart body that are not files */
    struct http_parts parts;    /* multipart/form-data: every part, files too, in order */
    struct http_fields cookies; /* in order; malformed ones are left out */
    struct http_fields headers; /* names as received; look up with http_header_of */
    struct str body;            /* all bytes of the body, whatever its type */
    struct str body_type;       /* Content-Type as received; may be empty */
    bool has_body;              /* a Content-Length > 0 or chunks were announced */
    bool over_tls;              /* TLS here, or at the trusted proxy */
    bool loopback;              /* from this machine itself, and not through a trusted proxy */
    uint64_t peer;              /* keyed hash of the address (IPv6: its /64): only for rate
                                   limits in memory; another number after a restart */
};
/* First header of that name in any case; {0} when there is none. */
struct str http_header_of(const struct http_req *rq, const char *name);

/* ---- an answer ---------------------------------------------------------- */

enum http_cache {
    HTTP_NO_STORE,              /* default: nothing stays in a browser or a proxy */
    HTTP_IMMUTABLE,             /* a file whose name carries its hash: one year */
    HTTP_REVALIDATE,            /* may be kept, asked again each time; give an etag */
};

/* Fill up to `room` bytes of a streamed answer.  *n = 0 ends it.  An error cuts
 * the connection, so the reader never takes a part for the whole.  Runs on the
 * request's worker between other requests: keep no statement open across calls
 * on the worker's database connection, read in pages by key. */
typedef enum err http_pull(void *arg, char *out, size_t room, size_t *n);

struct http_resp {
    int status;                 /* 200 */
    struct str type;            /* text/html; charset=utf-8 */
    struct str body;            /* lives until sent: request arena or static */
    struct str gzip;            /* optional: the same body compressed beforehand */
    bool no_gzip;               /* never compress: a secret stands beside reflected input */
    enum http_cache cache;
    struct str etag;            /* optional, without quotes: [0-9A-Za-z_-]; 304 is then automatic */
    struct str csp;             /* replaces the whole default Content-Security-Policy */
    http_pull *pull;            /* streamed: body is ignored */
    void *pull_arg;             /* in the request arena, or freed by pull_done */
    void (*pull_done)(void *arg);   /* called once, also when the peer went away */
    bool close;                 /* close the connection after this answer */

    struct ctx *c;              /* set by this room: headers are kept in c->mem */
    struct http_header_node *headers;
    bool over_tls, failed;      /* failed: a builder below was refused -> 500 is sent */
};

/* Header builders.  Names are tokens, values printable ASCII or UTF-8 without
 * control bytes; anything else marks the answer as failed.  Headers this room
 * writes itself (framing, security, Content-Type, Set-Cookie, Location) are
 * refused: use the builder made for them. */
void http_add_header(struct http_resp *rs, const char *name, struct str value);

enum http_cookie_flags {
    HTTP_COOKIE_STRICT = 0,     /* SameSite=Strict */
    HTTP_COOKIE_LAX = 1,        /* SameSite=Lax: survives a link from elsewhere */
    HTTP_COOKIE_SCRIPT = 2,     /* readable by scripts: without HttpOnly */
};
/* Path=/; Secure over TLS.  max_age_s < 0: until the browser closes; 0: delete.
 * A name starting with "__Host-" loses that prefix on a plain connection, where
 * browsers would refuse it: read it with http_cookie, which knows. */
void http_set_cookie(struct http_resp *rs, const char *name, struct str value,
                     int64_t max_age_s, unsigned flags);
/* Value of the cookie, {0} when absent. */
struct str http_cookie(const struct http_req *rq, const char *name);

/* 303 (302, 307, 308) to an own absolute path: "/x?y".  "//host", "/\\host",
 * schemes and control bytes mark the answer as failed. */
void http_redirect(struct http_resp *rs, int status, struct str path);
/* Content-Disposition by RFC 6266, any UTF-8 name; path separators become '_'. */
void http_attachment(struct http_resp *rs, struct str filename);
/* A plain text answer with that status: for errors below the pages. */
void http_plain(struct http_resp *rs, int status, struct str text);

/* ---- the server --------------------------------------------------------- */

typedef void http_handler(void *arg, void *thread, const struct http_req *rq,
                          struct http_resp *rs);

/* Zero means the default in brackets, unless said otherwise.  Strings are
 * borrowed until http_stop. */
struct http_config {
    const char *bind;           /* numeric address ["127.0.0.1"] */
    int port;                   /* 0: the kernel chooses, see http_port */
    const char *unix_path;      /* instead of bind and port; an old socket file is replaced */
    unsigned unix_mode;         /* [0660] */
    int listen_fd;              /* > 0: a listening socket made by someone else; owned from now */
    const char *tls_cert, *tls_key;   /* PEM files; both or none */
    bool trust_proxy;           /* X-Forwarded-For (last) and -Proto are believed, from this machine
                                   (loopback or a Unix socket) alone: only behind a proxy that sets them */

    int threads;                /* [4] */
    int connections;            /* at most open at once [1000] */
    int per_peer;               /* connections per address [40; none with trust_proxy: the proxy is
                                   one address for everybody and limits itself]; < 0: no limit */
    size_t pool;                /* bytes per connection for head and answer head [8192] */
    size_t arena_max;           /* bytes a request may take while it is handled [16 MiB] */
    size_t body_memory;         /* a larger body goes to a spool file [256 KiB] */
    int64_t body_total;         /* bytes of all bodies held at once [1 GiB] */
    const char *spool_dir;      /* unnamed files ["/tmp"]; a tmpfs keeps them off the disk */

    int64_t head_us;            /* from accept to a complete head [10 s] */
    int64_t idle_us;            /* from one answer to the next complete head [30 s] */
    int64_t grace_us;           /* before the speed floors count [10 s] */
    int64_t floor_in;           /* bytes per second a body must average [256] */
    int64_t floor_out;          /* bytes per second an answer must be read at [256] */

    /* The largest body for this route, 0 = none.  Called when the head is
     * complete; a larger announced body is refused before it is read. */
    size_t (*body_max)(void *arg, enum http_method method, struct str path);
    /* Both optional.  Called on the worker before its first request, and when
     * it ends.  NULL from thread_init: that worker answers 503 and tries again. */
    void *(*thread_init)(void *arg);
    void (*thread_done)(void *arg, void *thread);
};

struct http;
/* Start listening and return.  c is used for this call only.  ERR_INPUT: the
 * configuration is wrong; ERR_IO: address taken, certificate not readable. */
enum err http_start(struct ctx *c, const struct http_config *config, http_handler *handler,
                    void *arg, struct http **out) MUST_CHECK;
/* Stop accepting, give running requests up to wait_us, close, free. */
void http_stop(struct http *h, int64_t wait_us);
int http_port(const struct http *h);            /* 0 on a Unix socket */

struct http_stats {
    int64_t open;               /* connections now */
    int64_t requests;           /* handled */
    int64_t refused;            /* heads or bodies the guard refused */
    int64_t slow;               /* connections closed for missing a deadline */
};
void http_stats(struct http *h, struct http_stats *out);

#endif
