/* ledger_peers.h - for bench_ledger.c: the same work in one SQLite file (B) and in a
 * flat log (C). */
#ifndef BENCH_LEDGER_PEERS_H
#define BENCH_LEDGER_PEERS_H

#include "ledger_work.h"

#include <fcntl.h>
#include <semaphore.h>

/* ---- B: the same tables in one file, one group commit ------------------------------------------------ */

struct b_job { struct b_job *next; struct str body, id, note; const struct place *at; uint64_t seed; bool done; sem_t wake; };
struct single {
    struct ctx c;
    struct db *db;
    struct str url;
    const struct place *cases;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct b_job *first, **last;
    bool stop;
    int64_t n, batches;
    pthread_t thread;
};
static const char filler[1024] = "x";

static struct str bytes(size_t n)
{
    return (struct str){ filler, n };
}

static enum err b_record(struct ctx *c, struct str id, struct str dossier, struct str kind, int64_t now, size_t size)
{
    return db_exec(c, "INSERT INTO record (id, dossier, kind, created_us, updated_us, conflict, body)"
                      " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ARGS(TEXT(id), TEXT(dossier), TEXT(kind), INT(now), INT(now), INT(0), BYTES(bytes(size))));
}

static enum err b_index(struct ctx *c, int64_t gid, int64_t n)
{
    return db_exec(c, "INSERT INTO change_index (gid, n, mark) VALUES ($1, $2, $3)"
                      " ON CONFLICT (gid, n) DO NOTHING", ARGS(INT(gid), INT(n), INT(n * 7919)));
}

static enum err b_work(struct ctx *c, struct str id, struct str state, struct str office, int64_t now)
{
    return db_exec(c, "INSERT INTO work (id, state, office, due_us) VALUES ($1, $2, $3, $4)"
                      " ON CONFLICT (id) DO UPDATE SET state = excluded.state, office = excluded.office,"
                      " due_us = excluded.due_us", ARGS(TEXT(id), TEXT(state), TEXT(office), INT(now)));
}

static int64_t b_gid(struct str id, int64_t case_no)
{
    (void)id;
    return case_no << 20;
}

static enum err b_write(struct ctx *c, struct single *s, struct b_job *j)
{
    struct str dossier = span(j->at->dossier), id = span(j->at->id);
    int64_t n = ++s->n, now = clock_now_us();
    TRY(db_exec(c, "INSERT INTO ledger_entry (n, node, seq, time_us, key_id, body, hash)"
                   " VALUES ($1, 1, $2, $3, $4, $5, $6)",
        ARGS(INT(n), INT(n), INT(now), BYTES(bytes(16)), BYTES(j->body), BYTES(bytes(32)))));
    TRY(db_exec(c, "UPDATE record SET created_us = $4, updated_us = $5, conflict = $6, body = $7"
                   " WHERE id = $1 AND dossier = $2 AND kind = $3",
        ARGS(TEXT(id), TEXT(dossier), TEXT(STR("work")), INT(now), INT(now), INT(0), BYTES(bytes(CASE_ROW)))));
    TRY(b_record(c, j->note, dossier, STR("note"), now, NOTE_ROW));
    TRY(b_index(c, b_gid(id, j->at - s->cases), n));
    TRY(b_index(c, b_gid(j->note, CASES + n), n));
    TRY(b_index(c, b_gid(dossier, -(j->at - s->cases) / 20), n));
    TRY(b_work(c, id, str_c("123456"), str_c(offices[pick(&j->seed, 4)]), now));
    return db_exec(c, "INSERT INTO note (id, kind, due_us) VALUES ($1, $2, $3)"
                      " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, due_us = excluded.due_us",
        ARGS(TEXT(j->note), TEXT(str_c(text)), INT(now)));
}

static void b_batch(struct single *s, struct b_job *jobs)
{
    struct ctx *c = &s->c;
    arena_reset(&c->mem);
    must(c, db_begin_write(c, s->db));
    for (struct b_job *j = jobs; j; j = j->next)
        must(c, b_write(c, s, j));
    must(c, db_exec(c, "INSERT INTO ledger_batch (node, seq, signature) VALUES (1, $1, $2)",
                    ARGS(INT(s->n), BYTES(bytes(64)))));
    must(c, db_commit(c, s->db));
    s->batches++;
}

static void *b_main(void *p)
{
    struct single *s = p;
    (void)pthread_mutex_lock(&s->lock);
    for (;;) {
        while (!s->first && !s->stop)
            (void)pthread_cond_wait(&s->more, &s->lock);
        struct b_job *jobs = s->first;
        if (!jobs)
            break;
        s->first = NULL;
        s->last = &s->first;
        (void)pthread_mutex_unlock(&s->lock);
        b_batch(s, jobs);
        for (struct b_job *j = jobs, *next; j; j = next) {
            next = j->next;
            (void)sem_post(&j->wake);
        }
        (void)pthread_mutex_lock(&s->lock);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void *b_begin(struct run *r, int number)
{
    struct single *s = r->with;
    struct a_writer *w = calloc(1, sizeof *w);
    ctx_init(&w->c, 1 << 20);
    w->seed = (uint64_t)clock_mono_us() + (uint64_t)number;
    must(&w->c, db_open(&w->c, s->url, false, &w->c.db));
    return w;
}

static void b_read(struct ctx *c, struct str id)
{
    AUTO_ROWS r = { 0 };
    must(c, db_query(c, &r, "SELECT dossier, kind, body FROM record WHERE id = $1", ARGS(TEXT(id))));
    while (rows_next(&r))
        (void)row_str(&r, 2);
    must(c, rows_end(&r));
}

/* Jobs stay allocated until the run ends: the semaphore may still be touched. */
static void b_one(struct run *r, int number, void *state)
{
    struct single *s = r->with;
    struct a_writer *w = state;
    static struct b_job jobs[WRITERS];
    struct b_job *j = &jobs[number];
    struct ctx *c = &w->c;
    arena_reset(&c->mem);
    *j = (struct b_job){ .body = bytes(BODY), .note = id_new(&c->mem, clock_now_us()),
                         .at = &s->cases[pick(&w->seed, CASES)], .seed = w->seed };
    b_read(c, span(j->at->id));
    (void)sem_init(&j->wake, 0, 0);
    (void)pthread_mutex_lock(&s->lock);
    *s->last = j;
    s->last = &j->next;
    (void)pthread_cond_signal(&s->more);
    (void)pthread_mutex_unlock(&s->lock);
    while (sem_wait(&j->wake) != 0)
        ;
}

static void b_fill(struct single *s)
{
    struct ctx *c = &s->c;
    must(c, db_begin_write(c, s->db));
    for (int64_t i = 0; i < CASES; i++) {
        struct str id = span(s->cases[i].id), dossier = span(s->cases[i].dossier);
        must(c, b_record(c, id, dossier, STR("work"), i + 1, CASE_ROW));
        must(c, b_index(c, b_gid(id, i), 0));
        must(c, b_work(c, id, str_c(text), str_c(text), i));
        must(c, db_exec(c, "INSERT INTO dossier (id, kind, root) VALUES ($1, '', '')"
                           " ON CONFLICT (id) DO NOTHING", ARGS(TEXT(dossier))));
    }
    must(c, db_commit(c, s->db));
}

static void b_open(struct single *s, const char *dir, const struct place *cases)
{
    static struct arena names;
    arena_init(&names, 1 << 16);
    ctx_init(&s->c, 64 << 20);
    s->cases = cases;
    s->url = str_join(&names, STR("sqlite-plain:"), str_c(dir), STR("/single.db"));
    must(&s->c, db_open(&s->c, s->url, true, &s->db));
    must(&s->c, db_script(&s->c, s->db,
        "CREATE TABLE ledger_entry (n INTEGER PRIMARY KEY, node INTEGER NOT NULL, seq INTEGER NOT NULL,"
        "  time_us INTEGER NOT NULL, key_id BLOB NOT NULL, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;"
        "CREATE UNIQUE INDEX ledger_entry_seq ON ledger_entry (node, seq);"
        "CREATE TABLE ledger_batch (node INTEGER NOT NULL, seq INTEGER NOT NULL,"
        "  signature BLOB NOT NULL, PRIMARY KEY (node, seq)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE record (id TEXT NOT NULL, dossier TEXT NOT NULL, kind TEXT NOT NULL,"
        " created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL, conflict BIGINT NOT NULL,"
        " body BLOB NOT NULL, PRIMARY KEY (id, dossier, kind));"
        "CREATE INDEX record_dossier ON record (dossier, kind);"
        "CREATE INDEX record_conflict ON record (id) WHERE conflict = 1;"
        "CREATE TABLE dossier (id TEXT PRIMARY KEY, kind TEXT NOT NULL, root TEXT NOT NULL);"
        "CREATE INDEX dossier_root ON dossier (root);"
        "CREATE TABLE change_index (gid BIGINT NOT NULL, n BIGINT NOT NULL, mark BIGINT NOT NULL, PRIMARY KEY (gid, n)) WITHOUT ROWID;"
        DESK_TABLES_CASE DESK_TABLES_NOTE));
    must(&s->c, db_room(&s->c, s->db, 24000, 16000));
    s->c.db = s->db;
    b_fill(s);
    s->last = &s->first;
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->more, NULL);
    if (pthread_create(&s->thread, NULL, b_main, s) != 0)
        abort();
}

/* ---- C: a flat log, one fdatasync per group -------------------------------------------------------------- */

struct flat { int fd; pthread_mutex_t lock; pthread_cond_t more; struct b_job *first, **last; bool stop; pthread_t thread; };

static void *c_main(void *p)
{
    struct flat *f = p;
    static char out[WRITERS * 1024];
    (void)pthread_mutex_lock(&f->lock);
    for (;;) {
        while (!f->first && !f->stop)
            (void)pthread_cond_wait(&f->more, &f->lock);
        struct b_job *jobs = f->first;
        if (!jobs)
            break;
        f->first = NULL;
        f->last = &f->first;
        (void)pthread_mutex_unlock(&f->lock);
        size_t n = 0;
        for (struct b_job *j = jobs; j; j = j->next, n += BODY)
            memcpy(out + n, j->body.p, j->body.n);
        if (write(f->fd, out, n) != (ssize_t)n || fdatasync(f->fd) != 0)
            abort();
        for (struct b_job *j = jobs, *next; j; j = next) {
            next = j->next;
            (void)sem_post(&j->wake);
        }
        (void)pthread_mutex_lock(&f->lock);
    }
    (void)pthread_mutex_unlock(&f->lock);
    return NULL;
}

static void c_one(struct run *r, int number, void *state)
{
    struct flat *f = r->with;
    static struct b_job jobs[WRITERS];
    struct b_job *j = &jobs[number];
    (void)state;
    *j = (struct b_job){ .body = bytes(BODY) };
    (void)sem_init(&j->wake, 0, 0);
    (void)pthread_mutex_lock(&f->lock);
    *f->last = j;
    f->last = &j->next;
    (void)pthread_cond_signal(&f->more);
    (void)pthread_mutex_unlock(&f->lock);
    while (sem_wait(&j->wake) != 0)
        ;
}

static void c_open(struct flat *f, const char *dir)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/flat.log", dir);
    f->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    f->last = &f->first;
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_cond_init(&f->more, NULL);
    if (f->fd < 0 || pthread_create(&f->thread, NULL, c_main, f) != 0)
        abort();
}

#endif
