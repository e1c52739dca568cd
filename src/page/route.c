#include "page/route.h"

#include "base/node.h"

void response_init(struct response *rs, struct ctx *c, const struct request *rq)
{
    *rs = (struct response){ .status = 200 };
    out_init(&rs->out, c, ROUTE_PAGE_MAX);
    rs->out.rq = rq;
    rs->out.part = rq && rq->part;
}

/* ---- fields ---------------------------------------------------------------------- */

static struct str first(const struct sent *s, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(s[i].name, name))
            return str_trim(s[i].value);
    return (struct str){ 0 };
}

struct str req_query(const struct request *rq, const char *name)
{
    return rq ? first(rq->query, rq->query_n, name) : (struct str){ 0 };
}

struct str req_field(const struct request *rq, const char *name)
{
    if (rq && rq->method == POST)
        return first(rq->form, rq->form_n, name);
    return req_query(rq, name);
}

bool req_has(const struct request *rq, const char *name)
{
    return req_field(rq, name).n > 0;
}

size_t req_fields(const struct request *rq, const char *name, struct str *out, size_t max)
{
    const struct sent *s = rq->method == POST ? rq->form : rq->query;
    size_t n = rq->method == POST ? rq->form_n : rq->query_n, got = 0;
    for (size_t i = 0; i < n && got < max; i++)
        if (str_is(s[i].name, name) && str_trim(s[i].value).n)
            out[got++] = str_trim(s[i].value);
    return got;
}

bool req_is(const struct request *rq, const char *name, const char *value)
{
    const struct sent *s = rq->method == POST ? rq->form : rq->query;
    size_t n = rq->method == POST ? rq->form_n : rq->query_n;
    for (size_t i = 0; i < n; i++)
        if (str_is(s[i].name, name) && str_is(str_trim(s[i].value), value))
            return true;
    return false;
}

bool req_i64(const struct request *rq, const char *name, int64_t *out)
{
    return str_to_i64(req_field(rq, name), out);
}

bool req_date(const struct request *rq, const char *name, struct civil *out)
{
    return words_date_read(req_field(rq, name), out);
}

const struct upload *req_upload(const struct request *rq, const char *name)
{
    for (size_t i = 0; i < rq->uploads_n; i++)
        if (str_is(rq->uploads[i].field, name) && rq->uploads[i].bytes.n)
            return &rq->uploads[i];
    return NULL;
}

/* ---- answers ----------------------------------------------------------------------- */

enum err go_(struct response *rs, struct str path)
{
    rs->status = 303;
    rs->location = path;
    return ERR_OK;
}

enum err go_done_(struct ctx *c, struct response *rs, struct str what, struct str path)
{
    size_t at;
    struct str sep = str_find(path, STR("?"), &at) ? STR("&done=") : STR("?done=");
    return go_(rs, str_join(&c->mem, path, sep, what));
}

enum err send_file(struct response *rs, struct str type, struct str filename, struct str bytes)
{
    rs->type = type;
    rs->filename = filename;
    rs->body = bytes;
    return ERR_OK;
}

/* ---- routes ------------------------------------------------------------------------- */

bool route_match(const char *pattern, struct str path, struct str params[4])
{
    struct str want = str_c(pattern), w, p;
    size_t k = 0;
    struct str got[4] = { { 0 } };

    if (!want.n || !path.n || path.p[0] != '/')
        return false;
    for (;;) {
        bool more_want = want.n > 0, more_path = path.n > 0;
        if (!more_want || !more_path)
            return more_want == more_path && (memcpy(params, got, sizeof got), true);
        want = str_sub(want, 1, want.n);        /* past the slash */
        path = str_sub(path, 1, path.n);
        size_t a = 0, b = 0;
        while (a < want.n && want.p[a] != '/')
            a++;
        while (b < path.n && path.p[b] != '/')
            b++;
        w = str_sub(want, 0, a);
        p = str_sub(path, 0, b);
        if (w.n && w.p[0] == ':') {
            if (!p.n || k == 4)
                return false;
            got[k++] = p;
        } else if (!str_eq(w, p)) {
            return false;
        }
        want = str_sub(want, a, want.n);
        path = str_sub(path, b, path.n);
    }
}

/* ---- panels ---------------------------------------------------------------------------- */

enum err panels(struct ctx *c, struct out *o, const char *page, const char *place,
                const struct subject *s)
{
    for (const struct panel *p = c->node ? c->node->panels : NULL; p && p->show; p++)
        if (strcmp(p->page, page) == 0 && strcmp(p->place, place) == 0)
            TRY(p->show(c, o, s));
    return ERR_OK;
}
