/* lanes.c - one job over many elements, on all cores. */
#include "oprf/inside.h"

#include <pthread.h>
#include <unistd.h>

struct lane { span_job *job; void *arg; size_t from, to; int number; bool good; pthread_t thread; bool on; };

enum { LANE_MIN = 32 };                     /* fewer are not worth a thread */

int lanes_for(size_t n, int threads)
{
    long cores = threads > 0 ? threads : sysconf(_SC_NPROCESSORS_ONLN);
    if (cores < 1)
        cores = 1;
    if (cores > LANES)
        cores = LANES;
    while (cores > 1 && n / (size_t)cores < LANE_MIN)
        cores--;
    return (int)cores;
}

static void *lane_run(void *p)
{
    struct lane *l = p;
    l->good = l->job(l->arg, l->from, l->to, l->number);
    return NULL;
}

bool in_lanes(span_job *job, void *arg, size_t n, int threads)
{
    struct lane lane[LANES];
    int k = lanes_for(n, threads);
    bool good = true;
    for (int i = 0; i < k; i++) {
        lane[i] = (struct lane){ job, arg, n * (size_t)i / (size_t)k, n * (size_t)(i + 1) / (size_t)k, i, false, 0, false };
        if (i + 1 < k)
            lane[i].on = pthread_create(&lane[i].thread, NULL, lane_run, &lane[i]) == 0;
        if (!lane[i].on)
            (void)lane_run(&lane[i]);
    }
    for (int i = 0; i < k; i++) {
        if (lane[i].on)
            (void)pthread_join(lane[i].thread, NULL);
        good = good && lane[i].good;
    }
    return good;
}
