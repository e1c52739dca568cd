#include "match/inside.h"

#include <sys/mman.h>

enum { STEP = 64 * 1024 };

bool area_open(struct area *a, size_t max)
{
    size_t whole = (max + STEP - 1) / STEP * STEP;
    void *p = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return false;
    *a = (struct area){ .p = p, .max = whole };
    return true;
}

void area_close(struct purse *pu, struct area *a)
{
    if (!a->p)
        return;
    (void)munmap(a->p, a->max);
    (void)__atomic_sub_fetch(&pu->used, a->backed, __ATOMIC_RELAXED);
    *a = (struct area){ 0 };
}

bool area_need(struct purse *pu, struct area *a, size_t more)
{
    size_t want, step, used;
    if (__builtin_add_overflow(a->n, more, &want) || want > a->max)
        return false;
    if (want <= a->backed)
        return true;
    if (__atomic_add_fetch(&pu->count, 1, __ATOMIC_RELAXED) == pu->fail_at)
        return false;
    step = want - a->backed + a->backed / 16;
    step = (step + STEP - 1) / STEP * STEP;
    if (step > a->max - a->backed)
        step = a->max - a->backed;
    used = __atomic_add_fetch(&pu->used, step, __ATOMIC_RELAXED);      /* two threads may grow at once */
    if (used < step || used > pu->cap || mprotect(a->p + a->backed, step, PROT_READ | PROT_WRITE) != 0) {
        (void)__atomic_sub_fetch(&pu->used, step, __ATOMIC_RELAXED);
        return false;
    }
    a->backed += step;
    return true;
}
