/* folder.c - the thread that takes what is durable into the tables, many changes at
 * once when nobody waits.
 *
 * The tables are kept near to the ledger.  Many changes folded together cost less than
 * half of the same changes one by one (pages written once, indexes in order), so the
 * folder gathers while nobody waits for it, and the writer lets the next batch grow
 * while the folder is busy anyway.
 */
#include "ledger/ledger_impl.h"

#include <errno.h>
#include <time.h>

enum { FOLD_TRIES = 6, FOLD_LATE_US = 60000, FOLD_GATHER_US = 25000, FOLD_GATHER = 512,
       UNFOLDED_MAX = 2048 };
static const size_t FOLDER_MEM = 192u << 20;

/* ---- in and out ------------------------------------------------------------------------------ */

static bool somebody_waits(const struct job *jobs)
{
    while (jobs && jobs->durable_only)
        jobs = jobs->next;
    return jobs != NULL;
}

/* To the folder, which is never left far behind. */
void to_folder(struct ledger *l, struct job *jobs)
{
    struct job *last = jobs;
    while (last->next)
        last = last->next;
    size_t n = jobs_changes(jobs);
    (void)pthread_mutex_lock(&l->lock);
    l->unfolded += n;
    l->to_fold_n += n;
    l->fold_hurry |= somebody_waits(jobs);
    *l->to_fold_end = jobs;
    l->to_fold_end = &last->next;
    (void)pthread_cond_signal(&l->for_folder);
    for (struct job *j = jobs; j; j = j == last ? NULL : j->next)
        if (j->durable_only)
            (void)sem_post(&j->done);
    while (l->unfolded > l->unfolded_max)
        (void)pthread_cond_wait(&l->folded, &l->lock);
    (void)pthread_mutex_unlock(&l->lock);
}

/* After the fold: those who wait for it are woken. */
static void finish_folded(struct ledger *l, struct job *jobs)
{
    for (struct job *j = jobs, *next; j; j = next) {
        next = j->next;
        lock_give(l, j->held);
        if (!j->durable_only)
            (void)sem_post(&j->done);
        job_unref(l, j);
    }
}

/* ---- one transaction ------------------------------------------------------------------------- */

/* Fold the jobs' changes; whatever lies between the tables and them (another
 * process wrote, an earlier fold failed) is read from the ledger. */
static enum err fold_locked(struct ctx *c, struct job *jobs, struct fold *f)
{
    int64_t have, from;
    size_t n = 0;
    struct fold_item *items = NEW_N(&c->mem, struct fold_item, jobs_changes(jobs) + 1);
    TRY(ctx_check(c));
    f->near = near_fold(f->l->near) ? f->l->near : NULL;
    touched_begin(f->l->touched);
    TRY(folded_get(c, c->db, &have));
    from = have;
    for (struct job *j = jobs; j; j = j->next)
        for (size_t i = 0; i < j->changes_n; i++) {
            const struct job_change *x = &j->changes[i];
            if (x->n <= have)
                continue;
            if (x->n > have + 1) {
                TRY(fold_items(f, items, n));
                n = 0;
                TRY(fold_from_ledger(f, have, x->n - 1));
            }
            items[n++] = (struct fold_item){ &x->ch, &x->key, x->n };
            have = x->n;
        }
    TRY(fold_items(f, items, n));
    TRY(folded_set(c, c->db, have));
    touched_commit(f->l->touched, from, have);
    return ERR_OK;
}

static enum err fold_once(struct ctx *c, struct job *jobs, struct fold *f)
{
    log_before(c, &f->l->tables_log, c->db);
    TRY(db_begin_write(c, c->db));
    enum err e = fold_locked(c, jobs, f);
    if (e) {
        db_rollback(c, c->db);
        return e;
    }
    TRY(db_commit(c, c->db));
    fold_committed(f);
    log_after(f->l, &f->l->tables_log, c->db);
    return ERR_OK;
}

/* How many changes may wait for the tables: what the folder does in FOLD_LATE_US,
 * by its last batch of some size, half of it believed. */
static size_t room_at(size_t before, size_t n, int64_t took_us)
{
    if (n < UNFOLDED_MIN / 2 || took_us <= 0)
        return before;
    size_t now = (size_t)((int64_t)n * FOLD_LATE_US / took_us);
    now = (before + now) / 2;
    return now < UNFOLDED_MIN ? UNFOLDED_MIN : now > UNFOLDED_MAX ? UNFOLDED_MAX : now;
}

/* What is durable stays durable: try again, leave out a projector that cannot
 * take a record, and at last let the tables be late. */
static void fold_jobs(struct ctx *c, struct ctx *g, struct ledger *l, struct job *jobs)
{
    struct fold f = { .l = l, .c = c, .g = g, .once = true };
    enum err e = ERR_BUG;
    int64_t from = clock_mono_us();
    for (int i = 0; e && i < FOLD_TRIES; i++) {
        if (i)
            pause_ms(f.bad ? 0 : 20L << i);
        arena_reset(&c->mem);
        c->fault = g->fault = (struct fault){ 0 };
        f.bad = false;
        f.near_new = NULL;
        e = fold_once(c, jobs, &f);
        if (e && (e != ERR_BUSY || i + 1 == FOLD_TRIES))
            log_line(LOG_ERROR, "fold: %s (%s)", c->fault.key, c->fault.detail);
    }
    size_t n = jobs_changes(jobs);
    (void)pthread_mutex_lock(&l->lock);
    __atomic_store_n(&l->behind, e != ERR_OK, __ATOMIC_RELAXED);
    l->unfolded -= n;
    l->unfolded_max = room_at(l->unfolded_max, n, clock_mono_us() - from);
    (void)pthread_cond_signal(&l->folded);
    (void)pthread_mutex_unlock(&l->lock);
    finish_folded(l, jobs);
}

/* Only submissions and imports wait: let some more come. */
static void fold_gather(struct ledger *l)
{
    struct timespec until = mono_after(FOLD_GATHER_US);
    while (l->writer_on && !l->stop && !l->fold_hurry && l->to_fold_n < FOLD_GATHER &&
           l->unfolded <= l->unfolded_max)
        if (pthread_cond_timedwait(&l->for_folder, &l->lock, &until) == ETIMEDOUT)
            break;
}

void fold_now(struct ledger *l)
{
    (void)pthread_mutex_lock(&l->lock);
    l->fold_hurry = true;
    (void)pthread_cond_signal(&l->for_folder);
    (void)pthread_mutex_unlock(&l->lock);
}

/* What is durable and not folded.  *retry: nothing new, but the tables are behind
 * for a second already. */
static struct job *next_fold(struct ledger *l, bool *retry)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec++;
    *retry = false;
    (void)pthread_mutex_lock(&l->lock);
    while (!l->to_fold && l->writer_on && !*retry) {
        if (!__atomic_load_n(&l->behind, __ATOMIC_RELAXED))
            (void)pthread_cond_wait(&l->for_folder, &l->lock);
        else
            *retry = pthread_cond_timedwait(&l->for_folder, &l->lock, &until) == ETIMEDOUT;
    }
    if (l->to_fold)
        fold_gather(l);
    struct job *jobs = l->to_fold;
    l->to_fold = NULL;
    l->to_fold_end = &l->to_fold;
    l->to_fold_n = 0;
    l->fold_hurry = false;
    (void)pthread_mutex_unlock(&l->lock);
    return jobs;
}

static void try_again(struct ledger *l)
{
    struct ctx c;
    ctx_init(&c, 1 << 20);
    if (tables_catch_up(&c, l, l->tables) == ERR_OK)
        __atomic_store_n(&l->behind, false, __ATOMIC_RELAXED);
    ctx_done(&c);
}

static void *folder_main(void *p)
{
    struct ledger *l = p;
    struct ctx c, g;
    bool retry = false;
    (void)pthread_setname_np(pthread_self(), "folder");
    ctx_init(&c, FOLDER_MEM);
    ctx_init(&g, FOLDER_MEM);
    c.db = g.db = l->tables;
    c.node = g.node = &l->node;
    for (struct job *jobs; (jobs = next_fold(l, &retry)) || retry; ) {
        if (jobs)
            fold_jobs(&c, &g, l, jobs);
        else
            try_again(l);
        arena_reset(&c.mem);
        arena_reset(&g.mem);
    }
    ctx_done(&c);
    ctx_done(&g);
    return NULL;
}

bool folder_start(struct ledger *l)
{
    l->unfolded_max = UNFOLDED_MAX / 4;
    return pthread_create(&l->folder, NULL, folder_main, l) == 0;
}
