/* vec.h - lists that grow inside an arena (the old copy stays until the arena goes). */
#ifndef FORMS_VEC_H
#define FORMS_VEC_H

#include "base/base.h"

/* Room for one more element of `size` bytes: the array, moved if need be, or NULL. */
static inline void *vec_grow(struct arena *mem, void *p, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return p;
    size_t want = *room ? *room * 2 : 8;
    void *q = arena_alloc_n_(mem, want, size, 16);
    if (!q)
        return NULL;
    if (n)
        memcpy(q, p, n * size);
    *room = want;
    return q;
}

/* What looks wrong while memory was refused is the refusal, not the caller's data. */
static inline enum err memory_first(struct ctx *c, enum err e)
{
    if (e != ERR_OK && e != ERR_NOMEM && c->mem.failed) {
        c->fault = (struct fault){ 0 };
        return ctx_check(c);
    }
    return e;
}

/* Append x to the list v[n] with room; false when memory is refused. */
#define VEC_PUT(mem, v, n, room, x)                                        \
    __extension__({                                                        \
        void *vec_p_ = vec_grow((mem), (v), (n), &(room), sizeof *(v));    \
        if (vec_p_) {                                                      \
            (v) = vec_p_;                                                  \
            (v)[(n)++] = (x);                                              \
        }                                                                  \
        vec_p_ != NULL;                                                    \
    })

#endif
