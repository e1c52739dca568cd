/* First line: the Content-Type; the rest: the body.  Parts lie inside it. */
#include "http/http_parse.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct http_parts p;
    struct str in = { (const char *)data, size }, type, body, boundary;
    arena_init(&a, 1 << 20);
    if (str_cut(in, '\n', &type, &body) && http_boundary(&a, type, &boundary) == ERR_OK
        && http_multipart(&a, body, boundary, &p) == ERR_OK) {
        if (p.n > HTTP_PARTS_MAX)
            abort();
        const char *at = body.p;
        for (size_t i = 0; i < p.n; i++) {
            struct http_part *v = &p.v[i];
            if (v->bytes.p < at || v->bytes.p + v->bytes.n > body.p + body.n)
                abort();
            at = v->bytes.p + v->bytes.n;
            if (v->name.n == 0 || v->name.n > HTTP_NAME_MAX || !utf8_valid(v->name)
                || !utf8_valid(v->filename))
                abort();
            if (v->filename.n && memchr(v->filename.p, '/', v->filename.n))
                abort();
        }
    }
    arena_free(&a);
    return 0;
}
