/* keeper.c - works SQLite's logs into their files, beside those who write.
 *
 * The log of the tables holds some ten thousand pages when it is worked in, and
 * whoever does it waits for the disk: done by the folder, that was the longest
 * time the tables were ever late.  The keeper does the bulk on connections of
 * its own while the others go on; what came meanwhile the writing connection
 * works in itself, just before it begins its next transaction, because only a
 * log without rest is begun anew.  PostgreSQL has its own keeper.
 */
#include "ledger/ledger_impl.h"

enum { BOOK_PAGES = 3000, TABLES_PAGES = 8000, AGAIN_PAGES = 2000, HARD = 8 };

static void log_ask(struct ledger *l, struct log_work *w, struct db *db)
{
    int64_t pages = db_log_pages(db);
    if (pages < w->start || pages < w->asked + AGAIN_PAGES || __atomic_load_n(&w->wanted, __ATOMIC_RELAXED))
        return;
    w->asked = pages;
    (void)pthread_mutex_lock(&l->keeper_lock);
    w->wanted = true;
    (void)pthread_cond_signal(&l->for_keeper);
    (void)pthread_mutex_unlock(&l->keeper_lock);
}

void log_before(struct ctx *c, struct log_work *w, struct db *db)
{
    struct fault why = c->fault;
    if (!__atomic_exchange_n(&w->worked, false, __ATOMIC_ACQ_REL))
        return;
    if (db_log_work(c, db) == ERR_OK)
        w->asked = 0;
    c->fault = why;                    /* no harm: it is done another time */
}

void log_after(struct ledger *l, struct log_work *w, struct db *db)
{
    if (l->keeper_on)
        log_ask(l, w, db);
}

/* ---- the thread ------------------------------------------------------------------------ */

struct keeper { struct ctx c; struct db *db[2]; };

static void work(struct keeper *k, struct ledger *l, size_t i)
{
    struct log_work *w = i ? &l->tables_log : &l->book_log;
    enum err e = k->db[i] ? ERR_OK : db_open(&k->c, i ? l->cfg.tables_url : l->cfg.url, !i, &k->db[i]);
    if (!e)
        e = db_log_work(&k->c, k->db[i]);
    if (e)
        log_line(LOG_WARN, "a log is not worked in yet: %s", k->c.fault.detail);
    k->c.fault = (struct fault){ 0 };
    arena_reset(&k->c.mem);
    __atomic_store_n(&w->worked, e == ERR_OK, __ATOMIC_RELEASE);
    __atomic_store_n(&w->wanted, false, __ATOMIC_RELEASE);
}

static bool next_work(struct ledger *l, size_t *i)
{
    (void)pthread_mutex_lock(&l->keeper_lock);
    while (!l->keeper_stop && !l->book_log.wanted && !l->tables_log.wanted)
        (void)pthread_cond_wait(&l->for_keeper, &l->keeper_lock);
    bool go = !l->keeper_stop;
    *i = !l->book_log.wanted;
    (void)pthread_mutex_unlock(&l->keeper_lock);
    return go;
}

static void *keeper_main(void *p)
{
    struct ledger *l = p;
    struct keeper k = { 0 };
    (void)pthread_setname_np(pthread_self(), "keeper");
    ctx_init(&k.c, 1 << 20);
    for (size_t i; next_work(l, &i); )
        work(&k, l, i);
    db_close(k.db[0]);
    db_close(k.db[1]);
    ctx_done(&k.c);
    return NULL;
}

void keeper_start(struct ledger *l)
{
    if (db_is_pg(l->book))
        return;
    l->book_log = (struct log_work){ .start = BOOK_PAGES };
    l->tables_log = (struct log_work){ .start = TABLES_PAGES };
    if (pthread_create(&l->keeper, NULL, keeper_main, l) != 0)
        return;                            /* then they go on doing it themselves */
    l->keeper_on = true;
    db_log_aside(l->book, HARD * BOOK_PAGES);
    db_log_aside(l->tables, HARD * TABLES_PAGES);
}

void keeper_stop(struct ledger *l)
{
    if (!l->keeper_on)
        return;
    (void)pthread_mutex_lock(&l->keeper_lock);
    l->keeper_stop = true;
    (void)pthread_cond_signal(&l->for_keeper);
    (void)pthread_mutex_unlock(&l->keeper_lock);
    (void)pthread_join(l->keeper, NULL);
    l->keeper_on = false;
}
