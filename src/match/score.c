/* score.c - every candidate pair once, on several threads, in a fixed order. */
#include "match/inside.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

int32_t to_mbits(float bits)
{
    float v = bits * 1000;
    v = v > 99000 ? 99000 : v < -99000 ? -99000 : v;
    return (int32_t)(v < 0 ? v - 0.5f : v + 0.5f);
}

void links_add(struct links *l, uint32_t a, uint32_t b, int32_t mbits)
{
    if (l->n == l->room) {
        size_t room = l->room ? l->room + l->room / 2 : 1024, bytes;
        struct match_link *p = __builtin_mul_overflow(room, sizeof *p, &bytes) ? NULL
                             : realloc(l->p, bytes);
        if (!p) {
            l->failed = true;
            return;
        }
        l->p = p;
        l->room = room;
    }
    l->p[l->n++] = (struct match_link){ a, b, mbits };
}

enum { CHUNK = 512, THREADS_MAX = 16, MEMO_MASK = (1 << 17) - 1 };
struct job {
    const struct match_index *ix;
    bool link;
    float floor;
    atomic_uint next;
};
struct worker {
    struct job *job;
    pthread_t thread;
    struct memo memo;
    struct asked asked;
    struct found found;
    struct links links;
    size_t compared, dropped;
    bool started;
};

static void score_record(struct worker *w, uint32_t i)
{
    const struct match_index *ix = w->job->ix;
    const struct rec *a = rec_at(ix, i);
    struct evidence ev __attribute__((uninitialized));
    float bits;
    if (!(a->flags & REC_LIVE))
        return;
    asked_open(&w->asked, a);
    w->found.below = i;
    w->found.dropped = 0;
    index_find(ix, a, &w->found);
    for (size_t k = 0; k < w->found.n; k++) {
        const struct rec *b = rec_at(ix, w->found.at[k].rec);
        if (k + 8 < w->found.n) {
            const char *ahead = (const char *)rec_at(ix, w->found.at[k + 8].rec);
            for (size_t at = 0; at < sizeof(struct rec); at += 64)
                __builtin_prefetch(ahead + at);
        }
        if (!(b->flags & REC_LIVE) || (w->job->link && !((a->flags ^ b->flags) & REC_SOURCE_B)))
            continue;
        w->compared++;
        if (asked_score(&w->asked, b, w->job->floor, &ev, &bits))
            links_add(&w->links, w->found.at[k].rec, i, to_mbits(bits));
    }
    w->dropped += w->found.dropped;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    for (;;) {
        uint32_t from = atomic_fetch_add(&w->job->next, CHUNK);
        if (from >= w->job->ix->n || w->links.failed)
            return NULL;
        uint32_t to = w->job->ix->n - from < CHUNK ? w->job->ix->n : from + CHUNK;
        for (uint32_t i = from; i < to; i++)
            score_record(w, i);
    }
}

static int by_pair(const void *a, const void *b)
{
    const struct match_link *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

static bool open_worker(struct worker *w, struct job *job)
{
    *w = (struct worker){ .job = job };
    w->memo = (struct memo){ MEMO_MASK, calloc(MEMO_MASK + 1, sizeof(uint64_t)) };
    asked_init(&w->asked, job->ix, &w->memo);
    return found_open(&w->found) && w->memo.slot;
}

static void close_worker(struct worker *w)
{
    free(w->memo.slot);
    found_close(&w->found);
    free(w->links.p);
}

static void collect(struct worker *w, struct links *out, size_t *compared, size_t *dropped)
{
    for (size_t i = 0; i < w->links.n && out->n; i++)
        links_add(out, w->links.p[i].a, w->links.p[i].b, w->links.p[i].mbits);
    if (!out->n) {
        free(out->p);
        *out = w->links;
        w->links = (struct links){ 0 };
    }
    out->failed |= w->links.failed;
    *compared += w->compared;
    *dropped += w->dropped;
}

enum err score_all(struct ctx *c, const struct match_index *ix, bool link, int threads,
                   float floor, struct links *out, size_t *compared, size_t *dropped)
{
    struct worker w[THREADS_MAX];
    struct job job = { .ix = ix, .link = link, .floor = floor };
    bool ok = true;
    threads = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
    for (int i = 0; i < threads; i++)
        ok &= open_worker(&w[i], &job);
    for (int i = 1; i < threads && ok; i++)     /* a thread that does not start is not needed */
        w[i].started = pthread_create(&w[i].thread, NULL, work, &w[i]) == 0;
    if (ok)
        (void)work(&w[0]);
    *compared = *dropped = 0;
    for (int i = 0; i < threads; i++) {
        if (w[i].started)
            (void)pthread_join(w[i].thread, NULL);
        collect(&w[i], out, compared, dropped);
        close_worker(&w[i]);
    }
    if (!ok || out->failed)
        return FAIL(c, ERR_NOMEM, "error.memory", "match: scoring");
    if (out->n)
        qsort(out->p, out->n, sizeof *out->p, by_pair);
    return ERR_OK;
}
