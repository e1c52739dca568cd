#include "web/reuse_zip.h"

#include "crypto/crypto.h"

#include <sodium.h>
#include <stdlib.h>
#include <zlib.h>

enum { LEVEL = 5, PAD_MAX = 32, HEAD = 10, TAIL = 8, STORED = 5 };

/* Compress s to the end of what is there; the stream then stands at a whole byte. */
static bool piece(z_stream *z, struct str s, int flush)
{
    z->next_in = (unsigned char *)(uintptr_t)s.p;
    z->avail_in = (uInt)s.n;
    int rc = deflate(z, flush);
    return flush == Z_FINISH ? rc == Z_STREAM_END : rc == Z_OK && z->avail_in == 0 && z->avail_out > 0;
}

/* A block as it is: three bits and padding, the length, its complement, the bytes. */
static bool stored(z_stream *z, struct str s)
{
    const unsigned char head[STORED] = { 0, (unsigned char)s.n, (unsigned char)(s.n >> 8),
                                         (unsigned char)~s.n, (unsigned char)(~s.n >> 8) };
    if (z->avail_out < sizeof head + s.n)
        return false;
    memcpy(z->next_out, head, sizeof head);
    memcpy(z->next_out + sizeof head, s.p, s.n);
    z->next_out += sizeof head + s.n;
    z->avail_out -= (uInt)(sizeof head + s.n);
    return true;
}

static bool pieces(z_stream *z, struct str body, const uint32_t *once, size_t once_n, struct zipped *out)
{
    size_t from = 0;
    for (size_t i = 0; i < once_n; i++) {
        if (once[i] < from || once[i] + ID_LEN > body.n ||
            !piece(z, str_sub(body, from, once[i] - from), Z_FULL_FLUSH))
            return false;
        out->once[i] = (uint32_t)(z->next_out - out->p) + STORED;
        if (!stored(z, str_sub(body, once[i], ID_LEN)))
            return false;
        from = once[i] + ID_LEN;
    }
    return piece(z, str_sub(body, from, body.n - from), Z_FINISH);
}

bool zip_make(struct str body, const uint32_t *once, size_t once_n, struct zipped *out)
{
    z_stream z = { 0 };
    size_t room = body.n / 2 + 1024;
    if (body.n > UINT32_MAX || once_n > COUNT_OF(out->once) ||
        deflateInit2(&z, LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    *out = (struct zipped){ .p = malloc(room), .once_n = once_n };
    z.next_out = out->p;
    z.avail_out = (uInt)room;
    bool ok = out->p && pieces(&z, body, once, once_n, out);
    (void)deflateEnd(&z);
    out->n = ok ? room - z.avail_out : 0;
    unsigned char *fit = ok ? malloc(out->n) : NULL;
    if (fit)
        memcpy(fit, out->p, out->n);
    if (out->p)
        wipe_bytes(out->p, room);
    free(out->p);
    out->p = fit;
    return fit != NULL;
}

static void put_le(unsigned char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(v >> 8 * i);
}

struct str zip_give(struct arena *a, const struct zipped *z, struct str body, const uint32_t *once)
{
    static const unsigned char head[HEAD] = { 0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 255 };    /* with a comment */
    size_t pad = randombytes_uniform(PAD_MAX + 1), n = HEAD + pad + 1 + z->n + TAIL;
    unsigned char *p = arena_alloc(a, n, 1), *at = p;
    if (!p)
        return (struct str){ 0 };
    memcpy(at, head, HEAD);
    memset(at + HEAD, '-', pad);
    at += HEAD + pad + 1;
    memcpy(at, z->p, z->n);
    for (size_t i = 0; i < z->once_n; i++)
        memcpy(at + z->once[i], body.p + once[i], ID_LEN);
    at += z->n;
    put_le(at, (uint32_t)crc32(0, (const unsigned char *)body.p, (uInt)body.n));
    put_le(at + 4, (uint32_t)body.n);
    return (struct str){ (const char *)p, n };
}
