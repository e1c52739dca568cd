/* http_guard.c - what a request head must be before anyone reads more of it.
 *
 * The library below is lenient where a proxy in front may read the same bytes
 * differently; between two readings hides a second request (RFC 9112 11.2).
 * So everything that can be read in two ways is refused. */
#include "http/http_parse.h"

static int method_status(struct str m)
{
    static const char *const ours[] = { "GET", "HEAD", "POST", "OPTIONS" };
    static const char *const known[] = { "PUT", "DELETE", "PATCH", "TRACE", "CONNECT" };
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        if (str_is(m, ours[i]))
            return 0;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_is(m, known[i]))
            return 405;
    return http_is_token(m) ? 501 : 400;
}

static bool target_bytes_ok(struct str t)
{
    for (size_t i = 0; i < t.n; i++) {
        unsigned char ch = (unsigned char)t.p[i];
        if (ch <= 0x20 || ch >= 0x7f || ch == '#' || ch == '"' || ch == '<' || ch == '>')
            return false;
    }
    return t.n > 0;
}

static bool scheme_cut(struct str t, struct str *rest)
{
    static const struct str schemes[] = { STR_INIT("http://"), STR_INIT("https://") };
    for (size_t i = 0; i < COUNT_OF(schemes); i++)
        if (http_same_name(str_sub(t, 0, schemes[i].n), schemes[i])) {
            *rest = str_sub(t, schemes[i].n, t.n);
            return true;
        }
    return false;
}

/* Origin form, absolute form for the same host, or "*" with OPTIONS. */
static int target_check(struct str method, struct str t, struct http_guard *g)
{
    struct str rest;
    if (t.n > HTTP_TARGET_MAX)
        return 414;
    if (!target_bytes_ok(t))
        return 400;
    if (t.p[0] == '/' || (str_is(t, "*") && str_is(method, "OPTIONS"))) {
        g->origin_form = t;
        return 0;
    }
    if (!scheme_cut(t, &rest))
        return 400;
    size_t slash = rest.n;
    (void)str_find(rest, STR("/"), &slash);
    if (!http_same_name(str_sub(rest, 0, slash), g->host))
        return 400;
    g->origin_form = slash < rest.n ? str_sub(rest, slash, rest.n) : STR("/");
    return 0;
}

/* Headers whose second appearance could change who or what a request is. */
static const char *const once[] = {
    "host", "content-length", "transfer-encoding", "content-type", "authorization",
    "origin", "referer", "cookie", "expect", "content-encoding",
};
enum { H_HOST, H_LENGTH, H_CODING, H_TYPE, H_AUTH, H_ORIGIN, H_REFERER, H_COOKIE, H_EXPECT,
       H_ENCODING };

static int headers_check(const struct http_head *h, struct str found[static COUNT_OF(once)])
{
    if (h->n > HTTP_HEADERS_MAX)
        return 431;
    for (size_t i = 0; i < h->n; i++) {
        const struct http_field *f = &h->headers[i];
        if (!http_is_token(f->name) || !http_is_value(f->value))
            return 400;
        for (size_t k = 0; k < COUNT_OF(once); k++) {
            if (!http_same_name(f->name, str_c(once[k])))
                continue;
            if (found[k].p)
                return 400;
            found[k] = f->value.p ? f->value : STR("");
        }
    }
    return 0;
}

static bool length_parse(struct str s, uint64_t *out)
{
    uint64_t v = 0;
    if (s.n == 0 || s.n > 18)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_digit(s.p[i]))
            return false;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    }
    *out = v;
    return true;
}

static int framing_check(const struct http_head *h, const struct str *found, struct http_guard *g)
{
    if (found[H_CODING].p) {
        if (found[H_LENGTH].p || !str_is(h->version, "HTTP/1.1")
            || !http_same_name(found[H_CODING], STR("chunked")))
            return 400;
        g->framing = HTTP_BODY_CHUNKED;
    } else if (found[H_LENGTH].p) {
        if (!length_parse(found[H_LENGTH], &g->length))
            return 400;
        g->framing = g->length ? HTTP_BODY_LENGTH : HTTP_BODY_NONE;
    }
    /* Only POST has a body here; elsewhere proxies disagree about it. */
    if (g->framing != HTTP_BODY_NONE && !str_is(h->method, "POST"))
        return 400;
    if (found[H_EXPECT].p && !http_same_name(found[H_EXPECT], STR("100-continue")))
        return 417;
    if (found[H_ENCODING].p && !http_same_name(found[H_ENCODING], STR("identity")))
        return 415;
    return 0;
}

static int guard_steps(const struct http_head *head, struct http_guard *g)
{
    struct str found[COUNT_OF(once)] = { { 0 } };
    int status = method_status(head->method);
    if (status)
        return status;
    if (!str_is(head->version, "HTTP/1.1") && !str_is(head->version, "HTTP/1.0"))
        return 505;
    if ((status = headers_check(head, found)) != 0)
        return status;
    if (!found[H_HOST].p || !http_is_host(found[H_HOST]))
        return 400;
    g->host = found[H_HOST];
    if ((status = target_check(head->method, head->target, g)) != 0)
        return status;
    return framing_check(head, found, g);
}

void http_guard(const struct http_head *head, struct http_guard *out)
{
    *out = (struct http_guard){ 0 };
    out->status = guard_steps(head, out);
}
