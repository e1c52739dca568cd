#include "ledger/stream.h"

#include "crypto/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

static const unsigned char stream_key[KEY_LEN] = "amparo backup stream 1";

static uint64_t be(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

struct str stream_num(char room[8], int64_t v)
{
    for (int i = 0; i < 8; i++)
        room[i] = (char)((uint64_t)v >> (56 - 8 * i));
    return (struct str){ room, 8 };
}

int64_t frame_i64(const struct frame *f, size_t i)
{
    return i < f->n && f->field[i].n == 8 ? (int64_t)be(f->field[i].p, 8) : 0;
}

/* ---- writing --------------------------------------------------------------------------------- */

struct stream_out {
    int fd, failed;                    /* errno of the first failure */
    ZSTD_CCtx *z;
    struct hasher h;
    size_t room;
    char *out, path[4096], part[4104];
};

void stream_drop(struct stream_out *s)
{
    if (!s)
        return;
    if (s->fd >= 0) {
        (void)close(s->fd);
        (void)unlink(s->part);
    }
    (void)ZSTD_freeCCtx(s->z);
    free(s->out);
    free(s);
}

enum err stream_create(struct ctx *c, const char *path, struct stream_out **out)
{
    struct stream_out *s = calloc(1, sizeof *s);
    if (!s || strlen(path) >= sizeof s->path) {
        free(s);
        return FAIL(c, s ? ERR_INPUT : ERR_NOMEM, "error.file", "backup path");
    }
    (void)snprintf(s->path, sizeof s->path, "%s", path);
    (void)snprintf(s->part, sizeof s->part, "%s.part", path);
    s->room = ZSTD_CStreamOutSize();
    s->out = malloc(s->room);
    s->z = ZSTD_createCCtx();
    s->fd = open(s->part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (!s->out || !s->z || s->fd < 0) {
        int why = s->fd < 0 ? errno : ENOMEM;
        stream_drop(s);
        return FAIL(c, ERR_IO, "error.file", "create %s.part: errno %d", path, why);
    }
    hasher_init(&s->h, stream_key);
    (void)ZSTD_CCtx_setParameter(s->z, ZSTD_c_compressionLevel, 1);
    *out = s;
    return ERR_OK;
}

static void write_out(struct stream_out *s, const char *p, size_t n)
{
    while (n && !s->failed) {
        ssize_t k = write(s->fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            s->failed = k < 0 ? errno : EIO;
            return;
        }
        p += k;
        n -= (size_t)k;
    }
}

static void squeeze(struct stream_out *s, struct str bytes, ZSTD_EndDirective how)
{
    ZSTD_inBuffer in = { bytes.p, bytes.n, 0 };
    size_t left;
    do {
        ZSTD_outBuffer o = { s->out, s->room, 0 };
        left = ZSTD_compressStream2(s->z, &o, &in, how);
        if (ZSTD_isError(left)) {
            s->failed = EIO;
            return;
        }
        write_out(s, s->out, o.pos);
    } while (!s->failed && (how == ZSTD_e_continue ? in.pos < in.size : left != 0));
}

static void put(struct stream_out *s, struct str bytes, bool hashed)
{
    if (hashed)
        hasher_put(&s->h, bytes);
    if (!s->failed)
        squeeze(s, bytes, ZSTD_e_continue);
}

static void put_frame(struct stream_out *s, const struct frame *f, bool hashed)
{
    const char head[] = { f->tag, (char)f->n };
    put(s, (struct str){ head, sizeof head }, hashed);
    for (size_t i = 0; i < f->n; i++) {
        char len[8];
        (void)stream_num(len, (int64_t)f->field[i].n);
        put(s, (struct str){ len + 4, 4 }, hashed);
        put(s, f->field[i], hashed);
    }
}

void stream_put(struct stream_out *s, const struct frame *f)
{
    put_frame(s, f, true);
}

static int finish(struct stream_out *s)
{
    unsigned char sum[HASH_LEN];
    hasher_end(&s->h, sum);
    struct frame last = { 'Z', 1, { { (char *)sum, HASH_LEN } } };
    put_frame(s, &last, false);
    if (!s->failed)
        squeeze(s, (struct str){ 0 }, ZSTD_e_end);
    if (!s->failed && fsync(s->fd) != 0)
        s->failed = errno;
    if (!s->failed && rename(s->part, s->path) != 0)
        s->failed = errno;
    return s->failed;
}

enum err stream_finish(struct ctx *c, struct stream_out *s)
{
    int why = finish(s);
    enum err e = !why ? ERR_OK
               : FAIL(c, ERR_IO, why == ENOSPC || why == EDQUOT ? "error.disk-full" : "error.file",
                      "write %s: errno %d", s->path, why);
    if (!why) {
        (void)close(s->fd);
        s->fd = -1;
    }
    stream_drop(s);
    return e;
}

/* ---- reading ----------------------------------------------------------------------------------- */

struct stream_in {
    int fd;
    ZSTD_DCtx *z;
    struct hasher h;
    char *in, *frame;
    size_t in_room, in_n, in_at, frame_room;
    bool whole;                        /* zstd saw the end of its stream */
};

void stream_close(struct stream_in *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        (void)close(s->fd);
    (void)ZSTD_freeDCtx(s->z);
    free(s->in);
    free(s->frame);
    free(s);
}

enum err stream_open(struct ctx *c, const char *path, struct stream_in **out)
{
    struct stream_in *s = calloc(1, sizeof *s);
    if (!s)
        return FAIL(c, ERR_NOMEM, "error.too-big", "backup");
    s->in_room = ZSTD_DStreamInSize();
    s->in = malloc(s->in_room);
    s->z = ZSTD_createDCtx();
    s->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (!s->in || !s->z || s->fd < 0) {
        int why = s->fd < 0 ? errno : ENOMEM;
        stream_close(s);
        return FAIL(c, why == ENOENT ? ERR_NOT_FOUND : ERR_IO, "error.file", "open %s: errno %d", path, why);
    }
    hasher_init(&s->h, stream_key);
    *out = s;
    return ERR_OK;
}

static enum err truncated(struct ctx *c)
{
    return FAIL(c, ERR_CORRUPT, "backup.truncated", "the file ends before the backup does");
}

/* Exactly n plain bytes. */
static enum err take(struct ctx *c, struct stream_in *s, char *p, size_t n)
{
    ZSTD_outBuffer o = { p, n, 0 };
    while (o.pos < n) {
        if (s->in_at == s->in_n) {
            ssize_t k = read(s->fd, s->in, s->in_room);
            if (k < 0 && errno == EINTR)
                continue;
            if (k < 0)
                return FAIL(c, ERR_IO, "error.file", "read backup: errno %d", errno);
            s->in_n = (size_t)k;
            s->in_at = 0;
        }
        ZSTD_inBuffer in = { s->in, s->in_n, s->in_at };
        size_t before = o.pos;
        size_t left = s->whole ? 0 : ZSTD_decompressStream(s->z, &o, &in);
        if (ZSTD_isError(left))
            return FAIL(c, ERR_CORRUPT, "backup.damaged", "not a backup, or damaged");
        s->whole |= left == 0;
        s->in_at = in.pos;
        if (o.pos == before && (s->in_n == 0 || s->whole))
            return truncated(c);
    }
    return ERR_OK;
}

static enum err frame_space(struct ctx *c, struct stream_in *s, size_t need)
{
    if (need > FRAME_MAX)
        return FAIL(c, ERR_CORRUPT, "backup.damaged", "frame of %zu bytes", need);
    if (need <= s->frame_room)
        return ERR_OK;
    size_t room = s->frame_room ? s->frame_room : 4096;
    while (room < need)
        room *= 2;
    char *p = realloc(s->frame, room);
    if (!p)
        return FAIL(c, ERR_NOMEM, "error.too-big", "backup frame");
    s->frame = p;
    s->frame_room = room;
    return ERR_OK;
}

/* Head and fields into s->frame, which may move while it grows. */
static enum err take_frame(struct ctx *c, struct stream_in *s, struct frame *f, size_t *total)
{
    size_t at = 2, from[FRAME_FIELDS] = { 0 };
    TRY(frame_space(c, s, 2));
    TRY(take(c, s, s->frame, 2));
    f->tag = s->frame[0];
    f->n = (unsigned char)s->frame[1];
    if (f->n > FRAME_FIELDS)
        return FAIL(c, ERR_CORRUPT, "backup.damaged", "frame of %zu fields", f->n);
    for (size_t i = 0; i < f->n; i++) {
        TRY(frame_space(c, s, at + 4));
        TRY(take(c, s, s->frame + at, 4));
        size_t n = (size_t)be(s->frame + at, 4);
        from[i] = at += 4;
        f->field[i].n = n;
        TRY(frame_space(c, s, at + n));
        TRY(take(c, s, s->frame + at, n));
        at += n;
    }
    for (size_t i = 0; i < f->n; i++)
        f->field[i].p = s->frame + from[i];
    *total = at;
    return ERR_OK;
}

enum err stream_next(struct ctx *c, struct stream_in *s, struct frame *f, bool *end)
{
    size_t total = 0;
    *f = (struct frame){ 0 };
    *end = false;
    TRY(take_frame(c, s, f, &total));
    if (f->tag != 'Z') {
        hasher_put(&s->h, (struct str){ s->frame, total });
        return ERR_OK;
    }
    unsigned char sum[HASH_LEN];
    hasher_end(&s->h, sum);
    if (f->n != 1 || f->field[0].n != HASH_LEN || !same_bytes(sum, f->field[0].p, HASH_LEN))
        return FAIL(c, ERR_CORRUPT, "backup.damaged", "its hash is another");
    *end = true;
    return ERR_OK;
}
