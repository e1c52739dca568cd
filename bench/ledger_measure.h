/* ledger_measure.h - for bench_ledger.c: many writers at once, and what one change
 * costs them. */
#ifndef BENCH_LEDGER_MEASURE_H
#define BENCH_LEDGER_MEASURE_H

#include "base/base.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { WRITERS = 64, ROUNDS_MAX = 15, SAMPLES = 1 << 20 };
static const char text[] = "Se presenta la persona y cuenta lo que paso en la estancia.";

struct result { double per_s, p50_ms, p99_ms, cpu_us; };

/* ---- many writers, one measure ------------------------------------------------------------ */

struct run;
typedef void one_change(struct run *r, int writer, void *state);
struct run {
    one_change *change;
    void *(*begin)(struct run *r, int writer);
    void (*end)(void *state);
    void *with;
    int64_t until_us;
    pthread_mutex_t lock;
    int64_t n;
    int32_t *us;
};
struct writer { struct run *run; int number; pthread_t thread; };

static void *writer_loop(void *p)
{
    struct writer *w = p;
    struct run *r = w->run;
    void *state = r->begin ? r->begin(r, w->number) : NULL;
    while (clock_mono_us() < r->until_us) {
        int64_t t = clock_mono_us();
        r->change(r, w->number, state);
        t = clock_mono_us() - t;
        (void)pthread_mutex_lock(&r->lock);
        if (r->n < SAMPLES)
            r->us[r->n++] = (int32_t)t;
        (void)pthread_mutex_unlock(&r->lock);
    }
    if (r->end)
        r->end(state);
    return NULL;
}

static int by_i32(const void *a, const void *b)
{
    return (*(const int32_t *)a > *(const int32_t *)b) - (*(const int32_t *)a < *(const int32_t *)b);
}

static double cpu_s(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static double thread_us(pthread_t t)
{
    clockid_t id;
    struct timespec now = { 0 };
    if (pthread_getcpuclockid(t, &id) == 0)
        (void)clock_gettime(id, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct result measure(struct run *r, double seconds, int writers)
{
    struct writer w[WRITERS];
    int64_t from = clock_mono_us();
    double cpu = cpu_s();
    r->us = calloc(SAMPLES, sizeof *r->us);
    r->n = 0;
    r->until_us = from + (int64_t)(seconds * 1e6);
    (void)pthread_mutex_init(&r->lock, NULL);
    for (int i = 0; i < writers; i++) {
        w[i] = (struct writer){ .run = r, .number = i };
        if (pthread_create(&w[i].thread, NULL, writer_loop, &w[i]) != 0)
            abort();
    }
    for (int i = 0; i < writers; i++)
        (void)pthread_join(w[i].thread, NULL);
    double took = (double)(clock_mono_us() - from) / 1e6;
    struct result out = { .per_s = (double)r->n / took };
    if (r->n) {
        out.cpu_us = (cpu_s() - cpu) * 1e6 / (double)r->n;
        qsort(r->us, (size_t)r->n, sizeof *r->us, by_i32);
        out.p50_ms = r->us[r->n / 2] / 1000.0;
        out.p99_ms = r->us[r->n * 99 / 100] / 1000.0;
    }
    free(r->us);
    return out;
}

static void must(struct ctx *c, enum err e)
{
    if (e) {
        fprintf(stderr, "bench_ledger: %s: %s (%s)\n", err_name(e), c->fault.key, c->fault.detail);
        exit(1);
    }
}

#endif
