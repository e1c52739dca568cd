/* http_parse.h - what arrives from outside, as pure functions on bytes.
 *
 * No sockets, no library, no locale: each takes bytes and an arena and returns
 * ERR_OK, ERR_INPUT (malformed or over a cap: the request is refused) or
 * ERR_NOMEM.  Results borrow from the input where nothing had to be decoded.
 */
#ifndef HTTP_HTTP_PARSE_H
#define HTTP_HTTP_PARSE_H

#include "base/base.h"

enum {
    HTTP_FIELDS_MAX = 4000,     /* fields of a query or a form: a 250-question form
                                   with repeats stays far below */
    HTTP_NAME_MAX = 256,        /* bytes of a field or part name, decoded */
    HTTP_PARTS_MAX = 500,       /* parts of one multipart body */
    HTTP_PART_HEAD_MAX = 2048,  /* bytes of one part's header block */
    HTTP_FILENAME_MAX = 255,
    HTTP_COOKIES_MAX = 50,
    HTTP_HEADERS_MAX = 64,
    HTTP_TARGET_MAX = 4096,
};

struct http_field { struct str name, value; };
struct http_fields { struct http_field *v; size_t n; };
/* First field of that name; false when there is none and *value untouched. */
bool http_field(const struct http_fields *f, const char *name, struct str *value);

struct http_part {
    struct str name;            /* valid UTF-8, not empty */
    struct str filename;        /* last path segment as sent, valid UTF-8; may be empty */
    struct str type;            /* Content-Type of the part; empty = text/plain */
    struct str bytes;           /* as sent; for a spooled body a mapped file */
    bool is_file;               /* a filename was given, even an empty one */
};
struct http_parts { struct http_part *v; size_t n; };

/* The path of a target before '?', percent-decoded once.  Refused: not starting
 * with '/', bad escapes, NUL and control bytes, invalid UTF-8, '\\', "//", "."
 * and ".." segments (also when they were escaped), an escaped '/'. */
enum err http_path(struct arena *a, struct str raw, struct str *out) MUST_CHECK;

/* a=1&b=two+words: names and values decoded, valid UTF-8 without NUL, at most
 * HTTP_FIELDS_MAX.  An empty name is refused, an empty pair is skipped. */
enum err http_urlencoded(struct arena *a, struct str in, struct http_fields *out) MUST_CHECK;

/* boundary from: multipart/form-data; boundary="x".  ERR_INPUT if it is another
 * type or the boundary is not 1-70 legal characters. */
enum err http_boundary(struct arena *a, struct str content_type, struct str *out) MUST_CHECK;

/* A multipart/form-data body (RFC 7578) that is complete.  Part bytes borrow
 * from `in`.  Lines end in CRLF; the closing boundary must be there. */
enum err http_multipart(struct arena *a, struct str in, struct str boundary,
                        struct http_parts *out) MUST_CHECK;

/* a=1; b=2 (RFC 6265 section 4.2).  Malformed pairs are left out, never refused:
 * another program's cookie on the same host must not lock anyone out. */
enum err http_cookies(struct arena *a, struct str in, struct http_fields *out) MUST_CHECK;

/* Type and subtype of a Content-Type equal `want` ("text/html"), any case. */
bool http_type_is(struct str content_type, const char *want);
/* Does Accept-Encoding allow that coding with q > 0? */
bool http_accepts(struct str accept_encoding, const char *coding);
/* A quoted string or a token off the front of *s.  In quotes \" and \\ stand for
 * one byte; any other backslash is itself (browsers send Windows paths so). */
enum err http_word(struct arena *a, struct str *s, struct str *out) MUST_CHECK;
/* The next `<sep>name=word` of *rest; *name is empty at the end. */
enum err http_param(struct arena *a, char sep, struct str *rest, struct str *name,
                    struct str *value) MUST_CHECK;
bool http_is_token(struct str s);               /* RFC 9110 token, not empty */
bool http_is_value(struct str s);               /* no control byte, valid UTF-8 */
bool http_same_name(struct str a, struct str b);   /* equal, ignoring ASCII case */
bool http_is_host(struct str s);                /* reg-name, v4 or [v6], optional :port */
bool http_is_local_path(struct str s);          /* safe in Location: "/x", not "//x" or "/\\x" */

/* ---- the head of a request ----------------------------------------------- */

struct http_head {
    struct str method, target, version;
    struct http_field *headers;
    size_t n;
};
enum http_framing { HTTP_BODY_NONE, HTTP_BODY_LENGTH, HTTP_BODY_CHUNKED };
struct http_guard {
    int status;                 /* 0 = fine, else answer this and close */
    enum http_framing framing;
    uint64_t length;            /* of HTTP_BODY_LENGTH */
    struct str host;            /* of the target if absolute, which must equal Host */
    struct str origin_form;     /* target without scheme and authority */
};
/* The rules of http.md over one complete head.  Touches nothing but *out. */
void http_guard(const struct http_head *head, struct http_guard *out);

#endif
