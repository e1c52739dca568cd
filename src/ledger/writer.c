/* writer.c - one thread makes all waiting jobs durable in one transaction with one
 * signature and hands them to the folder (folder.c), which takes them into the tables
 * while the next are committed here.
 */
#include "ledger/ledger_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH_JOBS = 1024, BATCH_BYTES = 8 << 20, WRITE_TRIES = 6, WRITE_GATHER_US = 1500, WRITE_GATHER = 48 };
static const size_t WRITER_MEM = 64u << 20;

/* ---- the ledger's end, read inside the transaction ---------------------------------- */

struct tail { int64_t n, seq, time_us; struct str hash; };

static enum err tail_read(struct ctx *c, struct ledger *l, struct tail *t)
{
    static const char zeros[HASH_LEN];
    AUTO_ROWS all = { 0 }, own = { 0 };
    *t = (struct tail){ .hash = { zeros, HASH_LEN } };
    TRY(db_query_on(c, l->book, &all, "SELECT coalesce(max(n), 0) FROM ledger_entry", NO_ARGS));
    if (rows_next(&all))
        t->n = row_i64(&all, 0);
    TRY(rows_end(&all));
    TRY(db_query_on(c, l->book, &own,
        "SELECT seq, time_us, hash FROM ledger_entry WHERE node = 1 ORDER BY seq DESC LIMIT 1", NO_ARGS));
    if (rows_next(&own)) {
        t->seq = row_i64(&own, 0);
        t->time_us = row_i64(&own, 1);
        t->hash = row_str(&own, 2);
    }
    return rows_end(&own);
}

/* Strictly later than anything this node wrote, whatever the wall clock says. */
static int64_t next_time(struct ledger *l, int64_t last)
{
    int64_t wall = clock_now_us() + l->clock_shift;
    if (wall + US_PER_S < last && !l->clock_warned) {
        l->clock_warned = true;
        log_line(LOG_WARN, "the clock went back by %lld s; changes keep the later time",
                 (long long)((last - wall) / US_PER_S));
    }
    return wall > last ? wall : last + 1;
}

/* ---- writing ----------------------------------------------------------------------------- */

static enum err write_key(struct ctx *c, struct ledger *l, const struct job_change *j)
{
    unsigned char tag[HASH_LEN];
    key_tag(l, key_dossier(&j->key), tag);
    return db_exec_on(c, l->book, "INSERT INTO ledger_key (id, tag, epoch, sealed) VALUES ($1, $2, 1, $3)",
                      ARGS(BYTES(key_id(&j->key)), BYTES(((struct str){ (char *)tag, HASH_LEN })),
                           BYTES(j->wrapped)));
}

static enum err write_change(struct ctx *c, struct ledger *l, struct tail *t, struct job_change *j)
{
    unsigned char hash[HASH_LEN];
    if (j->new_key)
        TRY(write_key(c, l, j));
    j->ch.time_us = t->time_us = next_time(l, t->time_us);
    j->ch.seq = ++t->seq;
    j->n = ++t->n;
    struct entry e = { j->n, t->seq, t->time_us, j->ch.node, key_id(&j->key), j->body, { 0 } };
    entry_hash(hash, t->hash, &e);
    t->hash = arena_dup(&c->mem, (struct str){ (char *)hash, HASH_LEN });
    TRY(ctx_check(c));
    return db_exec_on(c, l->book,
        "INSERT INTO ledger_entry (n, node, seq, time_us, key_id, body, hash)"
        " VALUES ($1, 1, $2, $3, $4, $5, $6)",
        ARGS(INT(e.n), INT(e.seq), INT(e.time_us), BYTES(e.key_id), BYTES(e.body), BYTES(t->hash)));
}

static enum err write_job(struct ctx *c, struct ledger *l, struct tail *t, struct job *j)
{
    for (size_t i = 0; i < j->changes_n; i++)
        TRY(write_change(c, l, t, &j->changes[i]));
    if (j->blob_key)
        TRY(db_exec_on(c, l->book, "INSERT INTO ledger_blob (name, key_id, sealed) VALUES ($1, $2, $3)"
                       " ON CONFLICT (name) DO NOTHING",
                       ARGS(BYTES(j->blob_name), BYTES(key_id(j->blob_key)), BYTES(j->blob_body))));
    if (j->erase) {
        TRY(db_exec_on(c, l->book, "DELETE FROM ledger_blob WHERE key_id = $1", ARGS(BYTES(key_id(j->erase)))));
        TRY(db_exec_on(c, l->book, "UPDATE ledger_key SET sealed = $2 WHERE id = $1",
                       ARGS(BYTES(key_id(j->erase)), BYTES(STR("")))));
    }
    return ERR_OK;
}

static enum err sign_batch(struct ctx *c, struct ledger *l, const struct tail *t)
{
    unsigned char sig[SIG_LEN];
    char msg[BATCH_MESSAGE_MAX];
    size_t n = batch_message(msg, str_c(l->keys->id), t->seq, (const unsigned char *)t->hash.p);
    keys_sign(l->keys, (struct str){ msg, n }, sig);
    return db_exec_on(c, l->book, "INSERT INTO ledger_batch (node, seq, signature) VALUES (1, $1, $2)",
                      ARGS(INT(t->seq), BYTES(((struct str){ (char *)sig, SIG_LEN }))));
}

static enum err write_locked(struct ctx *c, struct ledger *l, struct job *jobs, struct tail *t)
{
    TRY(tail_read(c, l, t));
    int64_t before = t->seq;
    for (struct job *j = jobs; j; j = j->next)
        TRY(write_job(c, l, t, j));
    return t->seq > before ? sign_batch(c, l, t) : ERR_OK;
}

/* When COMMIT itself fails one cannot know; the ledger's end tells. */
static bool it_is_there(struct ctx *c, struct ledger *l, const struct tail *want)
{
    struct tail t;
    struct fault why = c->fault;
    c->fault = (struct fault){ 0 };
    bool there = want->seq > 0 && tail_read(c, l, &t) == ERR_OK && t.seq >= want->seq &&
                 t.seq == want->seq && str_eq(t.hash, want->hash);
    c->fault = why;
    return there;
}

static enum err write_jobs(struct ctx *c, struct ledger *l, struct job *jobs)
{
    struct tail t = { 0 };
    log_before(c, &l->book_log, l->book);
    TRY(db_begin_write(c, l->book));
    enum err e = write_locked(c, l, jobs, &t);
    if (e) {
        db_rollback(c, l->book);
        return e;
    }
    e = db_commit(c, l->book);
    if (e && it_is_there(c, l, &t)) {
        c->fault = (struct fault){ 0 };
        e = ERR_OK;
    }
    return e;
}

/* ---- what waits ----------------------------------------------------------------------------- */

/* Nothing happened: say why, give up what the job held. */
static void refuse(struct ledger *l, struct job *jobs, enum err e, const struct fault *why)
{
    for (struct job *j = jobs, *next; j; j = next) {
        next = j->next;
        j->err = e;
        j->fault = *why;
        lock_give(l, j->held);
        (void)sem_post(&j->done);
        job_unref(l, j);
    }
}

static void remember_keys(struct ledger *l, const struct job *jobs)
{
    for (const struct job *j = jobs; j; j = j->next) {
        for (size_t i = 0; i < j->changes_n; i++)
            if (j->changes[i].new_key)
                key_remember(l, &j->changes[i].key);
        if (j->erase) {
            key_forget(l, j->erase);
            (void)__atomic_add_fetch(&l->erasures, 1, __ATOMIC_SEQ_CST);
        }
    }
}

/* One signature and one flush for more changes, while the tables lag anyway. */
static void write_gather(struct ledger *l)
{
    struct timespec until = mono_after(WRITE_GATHER_US);
    while (!l->stop && l->unfolded >= UNFOLDED_MIN && l->to_write_n < WRITE_GATHER)
        if (pthread_cond_timedwait(&l->for_writer, &l->lock, &until) == ETIMEDOUT)
            break;
}

/* Up to a batch of what waits, or NULL when the ledger closes. */
static struct job *next_batch(struct ledger *l)
{
    (void)pthread_mutex_lock(&l->lock);
    while (!l->to_write && !l->stop)
        (void)pthread_cond_wait(&l->for_writer, &l->lock);
    write_gather(l);
    struct job *first = l->to_write, *last = first;
    size_t n = 1, bytes = first ? first->bytes : 0;
    while (last && last->next && n < BATCH_JOBS && bytes + last->next->bytes < BATCH_BYTES) {
        last = last->next;
        bytes += last->bytes;
        n++;
    }
    if (last) {
        l->to_write = last->next;
        l->to_write_n -= n;
        last->next = NULL;
    }
    if (!l->to_write)
        l->to_write_end = &l->to_write;
    (void)pthread_mutex_unlock(&l->lock);
    return first;
}

static enum err key_still_there(struct ctx *c, struct ledger *l, const struct dossier_key *k)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query_on(c, l->book, &r, "SELECT length(sealed) FROM ledger_key WHERE id = $1",
        ARGS(BYTES(key_id(k)))));
    bool there = rows_next(&r) && row_i64(&r, 0) > 0;
    TRY(rows_end(&r));
    return there ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "dossier.erased", "key destroyed meanwhile");
}

static enum err keys_still_there(struct ctx *c, struct ledger *l, const struct job *j)
{
    for (size_t i = 0; i < j->changes_n; i++)
        if (!j->changes[i].new_key)
            TRY(key_still_there(c, l, &j->changes[i].key));
    return j->blob_key ? key_still_there(c, l, j->blob_key) : ERR_OK;
}

/* A key was destroyed since some jobs fetched theirs: those jobs alone fail. */
static struct job *without_lost_keys(struct ctx *c, struct ledger *l, struct job *jobs)
{
    struct job *kept = NULL, **end = &kept;
    for (struct job *j = jobs, *next; j; j = next) {
        next = j->next;
        j->next = NULL;
        enum err e = j->erasures == l->erasures ? ERR_OK : keys_still_there(c, l, j);
        if (e) {
            refuse(l, j, e, &c->fault);
            c->fault = (struct fault){ 0 };
        } else {
            *end = j;
            end = &j->next;
        }
    }
    return kept;
}

/* What was overwritten shall not rest in the log beside the file. */
static void flush_erased(struct ctx *c, struct ledger *l, const struct job *jobs)
{
    bool any = false;
    for (; jobs; jobs = jobs->next)
        any |= jobs->erase != NULL;
    if (!any)
        return;
    int64_t until = clock_mono_us() + 5 * US_PER_S;
    enum err e = db_log_empty(c, l->book);
    while (e == ERR_BUSY && clock_mono_us() < until) {      /* the keeper is at it, or a reader */
        pause_ms(20);
        e = db_log_empty(c, l->book);
    }
    c->fault = (struct fault){ 0 };
    if (e)
        log_line(LOG_WARN, "erased key may rest in the log until the next checkpoint");
}

/* PostgreSQL refuses one of two processes whose transactions met; then nothing of
 * it happened.  (Not so when the line was cut: what became of it is unknown.) */
static bool met_another(const struct ctx *c, const struct ledger *l, enum err e)
{
    return e == ERR_BUSY && db_is_pg(l->book) && !strcmp(c->fault.key, "error.database");
}

static enum err write_again(struct ctx *c, struct ledger *l, struct job *jobs)
{
    enum { TRIES = 12 };
    enum err e = write_jobs(c, l, jobs);
    for (int i = 1; met_another(c, l, e) && i < TRIES; i++) {
        pause_ms(i);
        arena_reset(&c->mem);
        c->fault = (struct fault){ 0 };
        e = write_jobs(c, l, jobs);
    }
    return e;
}

static void *writer_main(void *p)
{
    struct ledger *l = p;
    struct ctx c;
    (void)pthread_setname_np(pthread_self(), "writer");
    ctx_init(&c, WRITER_MEM);
    for (struct job *jobs; (jobs = next_batch(l)); arena_reset(&c.mem)) {
        c.fault = (struct fault){ 0 };
        jobs = without_lost_keys(&c, l, jobs);
        if (!jobs)
            continue;
        enum err e = write_again(&c, l, jobs);
        if (e) {
            log_line(LOG_ERROR, "ledger not written: %s (%s)", c.fault.key, c.fault.detail);
            refuse(l, jobs, e, &c.fault);
            continue;
        }
        remember_keys(l, jobs);
        flush_erased(&c, l, jobs);
        to_folder(l, jobs);
        log_after(l, &l->book_log, l->book);
    }
    (void)pthread_mutex_lock(&l->lock);
    l->writer_on = false;
    (void)pthread_cond_signal(&l->for_folder);
    (void)pthread_mutex_unlock(&l->lock);
    ctx_done(&c);
    return NULL;
}

/* ---- both threads ------------------------------------------------------------------------- */

enum err writer_start(struct ctx *c, struct ledger *l)
{
    l->writer_on = l->folder_on = true;
    if (!folder_start(l)) {
        l->writer_on = l->folder_on = false;
        return FAIL(c, ERR_IO, "error.internal", "no thread");
    }
    if (pthread_create(&l->writer, NULL, writer_main, l) != 0) {
        writer_stop(l);
        return FAIL(c, ERR_IO, "error.internal", "no thread");
    }
    return ERR_OK;
}

/* Everything handed over is still written and folded. */
void writer_stop(struct ledger *l)
{
    (void)pthread_mutex_lock(&l->lock);
    bool writer = l->writer_on && l->writer, folder = l->folder_on;
    l->stop = true;
    if (!writer)
        l->writer_on = false;
    (void)pthread_cond_broadcast(&l->for_writer);
    (void)pthread_cond_broadcast(&l->for_folder);
    (void)pthread_mutex_unlock(&l->lock);
    if (writer)
        (void)pthread_join(l->writer, NULL);
    if (folder)
        (void)pthread_join(l->folder, NULL);
    l->folder_on = false;
}
