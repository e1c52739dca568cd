/* http_auth.h - who says to be whom in an Authorization header.
 *
 * Basic (RFC 7617) and Digest with MD5 (RFC 2617, qop "auth" or none), which is
 * what OpenRosa clients speak.  MD5 serves that protocol only.  Passwords and
 * HA1 values come from the caller's lookup and are never kept here.  HA1 is as
 * good as the password for its realm: store it sealed.
 */
#ifndef HTTP_HTTP_AUTH_H
#define HTTP_HTTP_AUTH_H

#include "base/base.h"

/* "Basic dXNlcjpwYXNz" -> user and password, both UTF-8 without control bytes.
 * ERR_INPUT: another scheme or malformed.  Accept it over TLS only. */
enum err http_basic(struct arena *a, struct str authorization, struct str *user,
                    struct str *password) MUST_CHECK;

enum { HTTP_HA1_LEN = 32 };             /* lower-case hex of an MD5 */
void http_ha1(struct str user, struct str realm, struct str password, char out[HTTP_HA1_LEN + 1]);

struct http_digest {
    struct str user, realm, nonce, uri, response, qop, nc, cnonce, opaque;
};
/* The fields of "Digest username=...".  ERR_INPUT: another scheme, a field twice
 * or missing, algorithm other than MD5, qop other than auth. */
enum err http_digest_parse(struct arena *a, struct str authorization,
                           struct http_digest *out) MUST_CHECK;
/* The response a client that knows ha1 must send. */
void http_digest_response(const struct http_digest *d, struct str method,
                          const char ha1[HTTP_HA1_LEN], char out[HTTP_HA1_LEN + 1]);

/* ---- nonces: keyed and timed, so none is stored ----------------------------
 * A nonce carries its time and a MAC under a key of this process.  The highest
 * count seen is remembered per nonce in a fixed table; a nonce pushed out of it
 * by others could be replayed until it expires, and no longer. */
struct http_nonces;
struct http_nonces *http_nonces_new(int64_t life_us);      /* NULL: out of memory */
void http_nonces_free(struct http_nonces *n);
struct str http_nonce_make(struct http_nonces *n, struct arena *a, int64_t now_us);
/* Headers of a 401: add both with http_add_header when Basic is offered too. */
struct str http_digest_challenge(struct http_nonces *n, struct arena *a, struct str realm,
                                 int64_t now_us, bool stale);
struct str http_basic_challenge(struct arena *a, struct str realm);

enum http_auth {
    HTTP_AUTH_OK,
    HTTP_AUTH_NONE,             /* no usable Digest header */
    HTTP_AUTH_WRONG,            /* unknown user or wrong response: the same to the client */
    HTTP_AUTH_STALE,            /* right, but the nonce has expired: challenge with stale */
    HTTP_AUTH_NOMEM,
};
/* False: no such user (the same work is then done with a throw-away value). */
typedef bool http_ha1_lookup(void *arg, struct str user, char ha1[HTTP_HA1_LEN]);
/* `target` is the request target as received (http_req.target).  Thread-safe. */
enum http_auth http_digest_check(struct http_nonces *n, struct arena *a, struct str authorization,
                                 struct str method, struct str target, struct str realm,
                                 int64_t now_us, http_ha1_lookup *lookup, void *arg,
                                 struct str *user);

#endif
