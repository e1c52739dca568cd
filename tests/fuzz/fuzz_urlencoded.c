/* Forms, queries and paths: what is accepted is text within the caps. */
#include "http/http_parse.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct http_fields f;
    struct str in = { (const char *)data, size }, path;
    arena_init(&a, 1 << 20);
    if (http_urlencoded(&a, in, &f) == ERR_OK) {
        if (f.n > HTTP_FIELDS_MAX)
            abort();
        for (size_t i = 0; i < f.n; i++)
            if (f.v[i].name.n == 0 || !utf8_valid(f.v[i].name) || !utf8_valid(f.v[i].value)
                || (f.v[i].value.n && memchr(f.v[i].value.p, 0, f.v[i].value.n)))
                abort();
    }
    if (http_path(&a, in, &path) == ERR_OK) {
        size_t at = 0;
        if (path.n == 0 || path.p[0] != '/' || !utf8_valid(path) || memchr(path.p, 0, path.n)
            || str_find(path, STR("//"), &at) || str_find(path, STR("/../"), &at)
            || str_ends(path, STR("/..")))
            abort();
    }
    arena_free(&a);
    return 0;
}
