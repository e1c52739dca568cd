/* head.c - the head as it really was on the wire.
 *
 * libmicrohttpd 0.9.75 reads a line that ends in a bare LF, joins folded lines,
 * cuts at a NUL and skips what follows it.  It parses in place, putting a NUL
 * over each CR and each LF, so the bytes between what it hands out still tell:
 * after a line that ended in CRLF stand exactly two NULs, then the next line.
 * Anything else is refused.  (A later version that copies would be refused
 * whole, and the probes of test_http would say so.) */
#include "http/server.h"

struct collect { struct request *r; const char *at; bool bad; };

/* Exactly "\0\0" at p, which ends a line; then the next one begins. */
static bool line_end(const char **p)
{
    if ((*p)[0] != 0 || (*p)[1] != 0)
        return false;
    *p += 2;
    return true;
}

static struct str blank_end(const char *p, size_t n)
{
    while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
        n--;
    return (struct str){ p, n };
}

static enum MHD_Result header_take(void *cls, enum MHD_ValueKind kind, const char *name,
                                   size_t name_n, const char *value, size_t value_n)
{
    struct collect *c = cls;
    struct http_fields *f = &c->r->rq.headers;
    (void)kind;
    if (!value || f->n > HTTP_HEADERS_MAX) {
        c->bad = c->bad || !value;
        return MHD_NO;
    }
    /* name, NUL over ':', blanks, value, line end: all in one run */
    const char *p = name + name_n + 1;
    if (name != c->at || p > value || (size_t)(value - p) > HTTP_TARGET_MAX) {
        c->bad = true;
        return MHD_NO;
    }
    while (p < value && (*p == ' ' || *p == '\t'))
        p++;
    c->at = value + value_n;
    if (p != value || !line_end(&c->at)) {
        c->bad = true;
        return MHD_NO;
    }
    f->v[f->n++] = (struct http_field){ { name, name_n }, blank_end(value, value_n) };
    return MHD_YES;
}

static bool request_line_ok(struct request *r, const char *method, const char *version,
                            const char **end)
{
    size_t m = strlen(method), v = strlen(version);
    *end = version + v;
    return r->uri == method + m + 1 && version == r->uri + r->target.n + 1 && line_end(end);
}

/* A line that begins with a NUL passes for the empty one: count the bytes. */
static bool head_ends_at(struct MHD_Connection *mc, const char *begin, const char *end)
{
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(mc, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return i && end > begin && i->header_size == (size_t)(end - begin);
}

int head_read(struct request *r, struct MHD_Connection *mc, const char *method,
              const char *version)
{
    struct collect c = { .r = r };
    struct http_head head = { str_c(method), r->target, str_c(version), NULL, 0 };
    struct http_fields *f = &r->rq.headers;
    f->v = NEW_N(&r->ctx.mem, struct http_field, HTTP_HEADERS_MAX + 1);
    f->n = 0;
    if (!f->v || !r->target.p)
        return 503;
    if (!request_line_ok(r, method, version, &c.at))
        return 400;
    (void)MHD_get_connection_values_n(mc, MHD_HEADER_KIND, header_take, &c);
    if (f->n > HTTP_HEADERS_MAX)
        return 431;
    if (c.bad || f->n == 0 || !line_end(&c.at) || !head_ends_at(mc, method, c.at))
        return 400;
    head.headers = f->v;
    head.n = f->n;
    http_guard(&head, &r->guard);
    return r->guard.status;
}

bool chunk_lines_ok(const char *piece)
{
    /* The library keeps no trace of where a line began once it has moved the
     * buffer; then a NUL of the head's end stands before the piece. */
    enum { LOOK = 256 };
    if (piece[-1] != '\n')
        return true;
    if (piece[-2] != '\r')
        return false;
    for (int i = 3; i < LOOK; i++) {
        if (piece[-i] == 0)
            return true;
        if (piece[-i] == '\n')
            return piece[-i - 1] == '\r';
    }
    return false;                       /* an extension longer than any real one */
}
