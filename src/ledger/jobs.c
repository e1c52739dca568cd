/* jobs.c - what a worker hands to the writer, and waits for. */
#include "ledger/ledger_impl.h"

#include <stdlib.h>

size_t jobs_changes(const struct job *jobs)
{
    size_t n = 0;
    for (const struct job *j = jobs; j; j = j->next)
        n += j->changes_n;
    return n;
}

struct timespec mono_after(int64_t us)
{
    int64_t t = clock_mono_us() + us;
    return (struct timespec){ t / US_PER_S, t % US_PER_S * 1000 };
}

void pause_ms(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}

/* Jobs are used again with their memory: what one thread allocates and another
 * frees, some thousand times a second, makes the allocator ask the system. */
enum { JOBS_KEPT = 512, JOB_MEM_KEPT = 64 << 10 };

static struct job *job_kept(struct ledger *l)
{
    (void)pthread_mutex_lock(&l->jobs_lock);
    struct job *j = l->jobs;
    if (j) {
        l->jobs = j->next;
        l->jobs_n--;
    }
    (void)pthread_mutex_unlock(&l->jobs_lock);
    return j;
}

struct job *job_new(struct ctx *c, struct ledger *l)
{
    struct job *j = job_kept(l);
    if (!j) {
        j = calloc(1, sizeof *j);
        if (!j) {
            (void)FAIL(c, ERR_NOMEM, "error.too-big", "job");
            return NULL;
        }
        arena_init(&j->mem, 64u << 20);
    }
    struct arena mem = j->mem;
    *j = (struct job){ .mem = mem, .refs = 2 };      /* the worker's, and that of the threads */
    (void)sem_init(&j->done, 0, 0);
    j->erasures = __atomic_load_n(&l->erasures, __ATOMIC_SEQ_CST);
    return j;
}

static void job_free(struct job *j)
{
    arena_free(&j->mem);
    free(j);
}

void job_unref(struct ledger *l, struct job *j)
{
    if (__atomic_sub_fetch(&j->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    bool keep = j->mem.used <= JOB_MEM_KEPT;
    (void)sem_destroy(&j->done);
    arena_wipe(&j->mem);
    (void)pthread_mutex_lock(&l->jobs_lock);
    keep = keep && l->jobs_n < JOBS_KEPT;
    if (keep) {
        j->next = l->jobs;
        l->jobs = j;
        l->jobs_n++;
    }
    (void)pthread_mutex_unlock(&l->jobs_lock);
    if (!keep)
        job_free(j);
}

void jobs_free(struct ledger *l)
{
    for (struct job *j; (j = job_kept(l)); )
        job_free(j);
}

static bool hand_over(struct ledger *l, struct job *j)
{
    (void)pthread_mutex_lock(&l->lock);
    bool open = !l->stop && l->writer_on;
    if (open) {
        *l->to_write_end = j;
        l->to_write_end = &j->next;
        l->to_write_n++;
        (void)pthread_cond_signal(&l->for_writer);
    }
    (void)pthread_mutex_unlock(&l->lock);
    return open;
}

enum err job_run(struct ctx *c, struct ledger *l, struct job *j)
{
    if (!hand_over(l, j)) {
        job_drop(l, j);
        return FAIL(c, ERR_BUSY, "ledger.closing", "closing");
    }
    while (sem_wait(&j->done) != 0)
        ;
    enum err e = j->err;
    if (e && !c->fault.code)
        c->fault = j->fault;
    job_unref(l, j);
    return e;
}

void job_drop(struct ledger *l, struct job *j)
{
    lock_give(l, j->held);
    j->refs = 1;
    job_unref(l, j);
}

