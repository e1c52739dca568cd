/* A head, one part per line: method, target, version, then name:value lines.
 * What the guard lets through has exactly one reading. */
#include "http/http_parse.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count(const struct http_head *h, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++)
        n += http_same_name(h->headers[i].name, str_c(name));
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_field v[HTTP_HEADERS_MAX + 2] = { 0 };
    struct http_head h = { .headers = v };
    struct http_guard g;
    struct str rest = { (const char *)data, size }, line;
    if (!str_next(&rest, '\n', &h.method) || !str_next(&rest, '\n', &h.target)
        || !str_next(&rest, '\n', &h.version))
        return 0;
    while (h.n < COUNT_OF(v) && str_next(&rest, '\n', &line))
        if (str_cut(line, ':', &v[h.n].name, &v[h.n].value))
            h.n++;
    http_guard(&h, &g);
    if (g.status)
        return 0;
    if (count(&h, "host") != 1 || count(&h, "content-length") + count(&h, "transfer-encoding") > 1)
        abort();
    if (!http_is_host(g.host) || (g.origin_form.p[0] != '/' && !str_is(g.origin_form, "*")))
        abort();
    for (size_t i = 0; i < h.n; i++)
        if (!http_is_token(v[i].name) || !http_is_value(v[i].value))
            abort();
    return 0;
}
