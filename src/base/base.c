#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

struct arena_block {
    struct arena_block *prev;
    size_t used, size;
    _Alignas(max_align_t) unsigned char bytes[];
};

enum { BLOCK_MIN = 8 * 1024, BLOCK_MAX = 1024 * 1024 };

void fail_(struct ctx *c, enum err code, const char *key,
           const char *file, int line, const char *fmt, ...)
{
    if (c->fault.code != ERR_OK)
        return;
    va_list ap;
    c->fault.code = code;
    c->fault.key = key;
    c->fault.file = file;
    c->fault.line = line;
    va_start(ap, fmt);
    (void)vsnprintf(c->fault.detail, sizeof c->fault.detail, fmt, ap);
    va_end(ap);
}

const char *err_name(enum err e)
{
    static const char *const names[] = {
        [ERR_OK] = "ok", [ERR_NOMEM] = "nomem", [ERR_INPUT] = "input",
        [ERR_DENIED] = "denied", [ERR_NOT_FOUND] = "not-found",
        [ERR_CONFLICT] = "conflict", [ERR_BUSY] = "busy",
        [ERR_CORRUPT] = "corrupt", [ERR_IO] = "io", [ERR_BUG] = "bug",
    };
    return names[e];
}

/* ---- arenas ---------------------------------------------------------- */

void arena_init(struct arena *a, size_t cap)
{
    *a = (struct arena){ .cap = cap };
}

static void blocks_free(struct arena_block *b)
{
    while (b) {
        struct arena_block *prev = b->prev;
        free(b);
        b = prev;
    }
}

void arena_free(struct arena *a)
{
    blocks_free(a->top);
    blocks_free(a->spare);
    a->top = a->spare = NULL;
    a->used = 0;
}

void arena_reset(struct arena *a)
{
    while (a->top) {
        struct arena_block *b = a->top;
        a->top = b->prev;
        b->prev = a->spare;
        b->used = 0;
        a->spare = b;
    }
    a->used = 0;
    a->failed = false;
}

void arena_wipe(struct arena *a)
{
    for (struct arena_block *b = a->top; b; b = b->prev)
        explicit_bzero(b->bytes, b->used);
    arena_reset(a);
}

/* A block with room for `size`: a spare one, or a new one. */
static struct arena_block *block_get(struct arena *a, size_t size)
{
    for (struct arena_block **at = &a->spare; *at; at = &(*at)->prev) {
        struct arena_block *b = *at;
        if (b->size >= size) {
            *at = b->prev;
            return b;
        }
    }
    size_t want = a->top ? a->top->size * 2 : BLOCK_MIN, bytes;
    if (want > BLOCK_MAX)
        want = BLOCK_MAX;
    if (want < size)
        want = size;
    struct arena_block *b = NULL;
    if (!__builtin_add_overflow(want, sizeof *b, &bytes))
        b = malloc(bytes);
    if (b)
        b->size = want;
    return b;
}

void *arena_alloc(struct arena *a, size_t size, size_t align)
{
    struct arena_block *b = a->top;
    size_t end, total;

    if (++a->count == a->fail_at)
        goto refuse;
    if (__builtin_add_overflow(a->used, size, &total) || total > a->cap)
        goto refuse;
    size_t at = b ? (b->used + align - 1) & ~(align - 1) : 0;
    if (!b || __builtin_add_overflow(at, size, &end) || end > b->size) {
        b = block_get(a, size);
        if (!b)
            goto refuse;
        b->prev = a->top;
        b->used = 0;
        a->top = b;
        at = 0;
        end = size;
    }
    memset(b->bytes + at, 0, size);
    b->used = end;
    a->used = total;
    return b->bytes + at;

refuse:
    a->failed = true;
    return NULL;
}

void *arena_alloc_n_(struct arena *a, size_t n, size_t size, size_t align)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, bytes, align);
}

struct str arena_dup(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1, 1);
    if (!p)
        return (struct str){ 0 };
    if (s.n)
        memcpy(p, s.p, s.n);
    return (struct str){ p, s.n };
}

const char *arena_z(struct arena *a, struct str s)
{
    if (s.n && memchr(s.p, 0, s.n))
        return NULL;
    return arena_dup(a, s).p;
}

/* ---- buffers ----------------------------------------------------------- */

void buf_init(struct buf *b, struct arena *mem, size_t max)
{
    *b = (struct buf){ .mem = mem, .max = max };
}

static bool buf_reserve(struct buf *b, size_t more)
{
    size_t need, room;

    if (b->failed)
        return false;
    if (__builtin_add_overflow(b->n, more, &need) || need > b->max)
        goto refuse;
    if (need <= b->room)
        return true;
    room = b->room ? b->room : 256;
    while (room < need)
        room = room > b->max / 2 ? b->max : room * 2;
    char *p = arena_alloc(b->mem, room, 1);
    if (!p)
        goto refuse;
    if (b->n)
        memcpy(p, b->p, b->n);
    b->p = p;
    b->room = room;
    return true;
refuse:
    b->failed = true;
    return false;
}

void buf_put(struct buf *b, struct str s)
{
    if (s.n && buf_reserve(b, s.n)) {
        memcpy(b->p + b->n, s.p, s.n);
        b->n += s.n;
    }
}

void buf_char(struct buf *b, char ch)
{
    buf_put(b, (struct str){ &ch, 1 });
}

void buf_i64(struct buf *b, int64_t v)
{
    char t[24];
    char *e = t + sizeof t, *p = e;
    bool neg = v < 0;
    do {
        int d = (int)(v % 10);
        *--p = (char)('0' + (d < 0 ? -d : d));
        v /= 10;
    } while (v);
    if (neg)
        *--p = '-';
    buf_put(b, (struct str){ p, (size_t)(e - p) });
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    char t[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(t, sizeof t, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof t)
        b->failed = true;
    else
        buf_put(b, (struct str){ t, (size_t)n });
}

struct str str_join_(struct arena *a, const struct str *part, size_t n)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        if (__builtin_add_overflow(total, part[i].n, &total))
            total = SIZE_MAX / 2;
    char *p = arena_alloc(a, total + 1, 1);
    if (!p)
        return (struct str){ 0 };
    for (size_t i = 0; i < n; i++) {
        if (part[i].n)
            memcpy(p + at, part[i].p, part[i].n);
        at += part[i].n;
    }
    return (struct str){ p, total };
}

/* ---- context ----------------------------------------------------------- */

void ctx_init(struct ctx *c, size_t mem_cap)
{
    *c = (struct ctx){ .now_us = clock_now_us(), .lang = STR("es") };
    arena_init(&c->mem, mem_cap);
}

void ctx_done(struct ctx *c)
{
    arena_free(&c->mem);
}

enum err ctx_check(struct ctx *c)
{
    if (c->mem.failed)
        return FAIL(c, ERR_NOMEM, "error.too-big", "arena: %zu of %zu bytes",
                    c->mem.used, c->mem.cap);
    return ERR_OK;
}
