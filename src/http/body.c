/* body.c - a body up to its cap: its beginning in memory, a large one in a file
 * without a name; then what it says. */
#include "http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static enum err all_write(int fd, struct str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_IO;
        s = str_sub(s, (size_t)n, s.n);
    }
    return ERR_OK;
}

static int spool_open(struct arena *a, const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    struct str name = str_join(a, str_c(dir), STR("/amparo-XXXXXX"), STR("\0"));
    fd = name.p ? mkostemp((char *)(uintptr_t)name.p, O_CLOEXEC) : -1;
    if (fd >= 0)
        (void)unlink(name.p);
    return fd;
}

/* ERR_BUSY: all bodies together take too much; ERR_IO: the spool is full. */
enum err body_take(struct request *r, struct str piece)
{
    struct http *h = r->h;
    int64_t held = atomic_fetch_add(&h->held, (int64_t)piece.n);
    r->got += piece.n;
    if (held > h->cf.body_total)
        return ERR_BUSY;
    if (r->spool < 0 && r->got <= h->cf.body_memory) {
        buf_put(&r->body, piece);
        return r->body.failed ? ERR_NOMEM : ERR_OK;
    }
    if (r->spool < 0) {
        r->spool = spool_open(&r->ctx.mem, h->cf.spool_dir);
        if (r->spool < 0)
            return ERR_IO;
        TRY(all_write(r->spool, buf_str(&r->body)));
    }
    return all_write(r->spool, piece);
}

enum err body_finish(struct request *r)
{
    r->rq.body = buf_str(&r->body);
    if (r->spool < 0)
        return ERR_OK;
    void *p = mmap(NULL, r->got, PROT_READ, MAP_PRIVATE, r->spool, 0);
    if (p == MAP_FAILED)
        return ERR_IO;
    r->map = p;
    r->rq.body = (struct str){ p, r->got };
    return ERR_OK;
}

void body_drop(struct request *r)
{
    if (r->map)
        (void)munmap(r->map, r->got);
    if (r->spool >= 0)
        (void)close(r->spool);
    atomic_fetch_sub(&r->h->held, (int64_t)r->got);
    r->map = NULL;
    r->spool = -1;
    r->got = 0;
}

/* ---- what it says ---------------------------------------------------------- */

/* The parts that are not files, as form fields. */
static enum err parts_to_form(struct arena *a, const struct http_parts *p, struct http_fields *out)
{
    struct http_field *v = NEW_N(a, struct http_field, p->n + 1);
    size_t n = 0;
    if (!v)
        return ERR_NOMEM;
    for (size_t i = 0; i < p->n; i++) {
        const struct http_part *part = &p->v[i];
        if (part->is_file)
            continue;
        if (!utf8_valid(part->bytes) || (part->bytes.n && memchr(part->bytes.p, 0, part->bytes.n)))
            return ERR_INPUT;
        v[n++] = (struct http_field){ part->name, part->bytes };
    }
    *out = (struct http_fields){ v, n };
    return ERR_OK;
}

static enum err form_parse(struct request *r)
{
    struct arena *a = &r->ctx.mem;
    struct http_req *rq = &r->rq;
    struct str boundary;
    if (!rq->has_body)
        return ERR_OK;
    if (http_type_is(rq->body_type, "application/x-www-form-urlencoded"))
        return http_urlencoded(a, rq->body, &rq->form);
    if (!http_type_is(rq->body_type, "multipart/form-data"))
        return ERR_OK;
    TRY(http_boundary(a, rq->body_type, &boundary));
    TRY(http_multipart(a, rq->body, boundary, &rq->parts));
    return parts_to_form(a, &rq->parts, &rq->form);
}

enum err body_parse(struct request *r)
{
    struct arena *a = &r->ctx.mem;
    struct http_req *rq = &r->rq;
    struct str path, query;
    rq->body_type = http_header_of(rq, "content-type");
    TRY(http_cookies(a, http_header_of(rq, "cookie"), &rq->cookies));
    if (str_cut(r->guard.origin_form, '?', &path, &query))
        TRY(http_urlencoded(a, query, &rq->query));
    return form_parse(r);
}
