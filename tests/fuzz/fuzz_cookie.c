/* Cookie, Accept-Encoding and Authorization header values. */
#include "http/http_auth.h"
#include "http/http_parse.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct http_fields f;
    struct http_digest d;
    char hex[HTTP_HA1_LEN + 1];
    struct str in = { (const char *)data, size }, user, password;
    arena_init(&a, 1 << 20);
    if (http_cookies(&a, in, &f) == ERR_OK) {
        if (f.n > HTTP_COOKIES_MAX)
            abort();
        for (size_t i = 0; i < f.n; i++)
            if (!http_is_token(f.v[i].name) || !http_is_value(f.v[i].value))
                abort();
    }
    (void)http_accepts(in, "gzip");
    if (http_basic(&a, in, &user, &password) == ERR_OK && !utf8_valid(user))
        abort();
    if (http_digest_parse(&a, in, &d) == ERR_OK) {
        http_digest_response(&d, STR("GET"), "0123456789abcdef0123456789abcdef", hex);
        if (d.user.n == 0 || d.response.n != HTTP_HA1_LEN)
            abort();
    }
    arena_free(&a);
    return 0;
}
