/* bench_ledger.c - what the ledger costs, beside what it is measured against.
 *
 *     bench_ledger DIR [seconds per round] [rounds] [part]      (writers or verify: 1. or 3. only;
 *                                                        cpu: Amparo alone, CPU by thread)
 *
 * 1. Durable acknowledged changes with 64 writers: Amparo (sealed, chained,
 *    signed, two files), the same tables in one SQLite file with FULL and group
 *    commit (plain, no crypto), and a flat log with fdatasync.  Rounds are
 *    interleaved, because a shared disk moves; medians are compared.
 * 2. Rebuild beside an UPDATE per change.
 * 3. Verify of the chain.
 * Prints "figure | value | peer or bound | ratio | target".
 */
#include "base/node.h"
#include "base/who.h"
#include "ledger/ledger_impl.h"

#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* ---- the work: an officer moves a case on and notes why --------------------------------------
 *
 * CASES cases in DOSSIERS dossiers are there before.  One change reads a random
 * case, sets two of its fields and adds a note of four fields.  Two desk tables
 * follow: case (with an index for "my work") and note.  The single file has the
 * same tables and rows of the same size, and its workers read the case too. */

enum { CASES = 20000, DOSSIERS = 1000, BODY = 900, CASE_ROW = 760, NOTE_ROW = 420 };
#define DESK_TABLES_CASE "CREATE TABLE work (id TEXT PRIMARY KEY, state TEXT NOT NULL, office TEXT NOT NULL," \
    " due_us BIGINT NOT NULL); CREATE INDEX work_due ON work (office, due_us);"
#define DESK_TABLES_NOTE "CREATE TABLE note (id TEXT PRIMARY KEY, kind TEXT NOT NULL, due_us BIGINT NOT NULL);" \
    "CREATE INDEX note_due ON note (due_us);"
static const char *const case_field[] = { "state", "office", "summary", "place", "found_by", "language" };
static const char *const note_field[] = { "kind", "summary", "by", "next" };
static const char *const offices[] = { "py-codeni-filadelfia", "py-mtess-boqueron", "py-mp-filadelfia", "py-codeni-loma-plata" };

static uint64_t pick(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % below;
}

/* ---- A: Amparo ---------------------------------------------------------------------------------- */

static enum err project_work(struct ctx *c, const struct record *r)
{
    return db_exec(c, "INSERT INTO work (id, state, office, due_us) VALUES ($1, $2, $3, $4)"
                      " ON CONFLICT (id) DO UPDATE SET state = excluded.state, office = excluded.office,"
                      " due_us = excluded.due_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "state")), TEXT(record_get(r, "office")), INT(r->updated_us)));
}
static enum err project_note(struct ctx *c, const struct record *r)
{
    return db_exec(c, "INSERT INTO note (id, kind, due_us) VALUES ($1, $2, $3)"
                      " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, due_us = excluded.due_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "kind")), INT(r->updated_us)));
}
static const struct projector projectors[] = { { "work", project_work }, { "note", project_note } };
static const struct table tables[] = { { "work", DESK_TABLES_CASE, NULL }, { "note", DESK_TABLES_NOTE, NULL } };

struct place { char dossier[ID_LEN], id[ID_LEN]; };
struct amparo { struct ledger_config cfg; struct ledger *l; struct node node; struct officer who; struct place *cases; };
struct a_writer { struct ctx c; uint64_t seed; };

static struct str span(const char *p)
{
    return (struct str){ p, ID_LEN };
}

static enum err a_change(struct ctx *c, struct amparo *a, uint64_t *seed)
{
    struct draft *d = NULL;
    struct place *p = &a->cases[pick(seed, CASES)];
    TRY(draft_begin(c, span(p->id), "case.note", &d));
    draft_in(d, span(p->dossier));
    draft_reason(d, STR("visita"));
    struct str id = record_new(d);
    draft_set_i64(d, "work", span(p->id), "state", (int64_t)pick(seed, 1 << 20));
    draft_set(d, "work", span(p->id), "office", str_c(offices[pick(seed, 4)]));
    for (size_t i = 0; i < COUNT_OF(note_field); i++)
        draft_set(d, "note", id, note_field[i], str_c(text));
    return draft_commit_durable(c, d);
}

static void *a_begin(struct run *r, int number)
{
    struct amparo *a = r->with;
    struct a_writer *w = calloc(1, sizeof *w);
    (void)pthread_setname_np(pthread_self(), "officer");
    ctx_init(&w->c, 4 << 20);
    w->seed = (uint64_t)clock_mono_us() + (uint64_t)number;
    w->c.node = &a->node;
    w->c.who = &a->who;
    must(&w->c, ledger_connect(&w->c, a->l, &w->c.db));
    return w;
}

static void a_one(struct run *r, int number, void *state)
{
    struct a_writer *w = state;
    (void)number;
    arena_reset(&w->c.mem);
    w->c.now_us = clock_now_us();
    must(&w->c, a_change(&w->c, r->with, &w->seed));
}

static void a_end(void *state)
{
    struct a_writer *w = state;
    db_close(w->c.db);
    ctx_done(&w->c);
    free(w);
}

static void a_fill(struct ctx *c, struct amparo *a)
{
    a->cases = calloc(CASES, sizeof *a->cases);
    for (size_t i = 0; i < CASES; ) {
        struct draft *d = NULL;
        arena_reset(&c->mem);
        c->now_us = clock_now_us();
        must(c, draft_begin(c, STR("fill"), "case.open", &d));
        struct str dossier = dossier_new(d, "protection", (struct str){ 0 });
        draft_in(d, dossier);
        for (size_t k = 0; k < CASES / DOSSIERS; k++, i++) {
            struct str id = record_new(d);
            memcpy(a->cases[i].dossier, dossier.p, ID_LEN);
            memcpy(a->cases[i].id, id.p, ID_LEN);
            for (size_t f = 0; f < COUNT_OF(case_field); f++)
                draft_set(d, "work", id, case_field[f], str_c(text));
        }
        must(c, draft_commit(c, d));
    }
}

static void a_open(struct ctx *c, struct amparo *a, const char *dir)
{
    static struct arena names;
    struct arena *m = &names;
    arena_init(m, 1 << 16);
    a->cfg = (struct ledger_config){ .url = str_join(m, STR("sqlite:"), str_c(dir), STR("/ledger.db")),
        .tables_url = str_join(m, STR("sqlite:"), str_c(dir), STR("/tables.db")),
        .key_file = str_join(m, str_c(dir), STR("/key")), .cost = { 1, 8192 },
        .projectors = projectors, .projectors_n = COUNT_OF(projectors),
        .tables = tables, .tables_n = COUNT_OF(tables) };
    a->who = (struct officer){ .id = STR("0000000000000000000officer"), .office = STR("py-codeni-filadelfia") };
    must(c, ledger_create(c, &a->cfg));
    must(c, ledger_open(c, &a->cfg, &a->l));
    a->node.ledger = a->l;
    c->node = &a->node;
    must(c, ledger_connect(c, a->l, &c->db));
    a_fill(c, a);
}

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

/* ---- how late the fold is: sampled while the writers run --------------------------------------- */

struct lag { struct amparo *a; bool stop; int64_t worst_us; pthread_t thread; };

/* From seeing a durable change to seeing it in the tables. */
static void *lag_main(void *p)
{
    struct lag *g = p;
    struct ctx c;
    (void)pthread_setname_np(pthread_self(), "lag");
    ctx_init(&c, 8 << 20);
    c.node = &g->a->node;
    must(&c, ledger_connect(&c, g->a->l, &c.db));
    while (!__atomic_load_n(&g->stop, __ATOMIC_RELAXED)) {
        struct ledger_stats now;
        arena_reset(&c.mem);
        int64_t t = clock_mono_us();
        must(&c, ledger_last(&c, &now.changes, &now.folded));
        int64_t want = now.changes;
        while (now.folded < want) {
            (void)usleep(1000);
            must(&c, ledger_last(&c, &now.changes, &now.folded));
        }
        t = clock_mono_us() - t;
        if (t > g->worst_us)
            g->worst_us = t;
        (void)usleep(20000);
    }
    db_close(c.db);
    ctx_done(&c);
    return NULL;
}

/* ---- medians, table ---------------------------------------------------------------------------------------------- */

static int by_double(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_double);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void line(const char *figure, double value, const char *peer, double peer_value, double ratio, const char *target)
{
    printf("%-44s | %12.1f | %-34s %12.1f | %6.2f | %s\n", figure, value, peer, peer_value, ratio, target);
}

/* ---- verify of the chain: a long ledger of ordinary changes, written row by row ---------------- */

enum { LONG = 300000, LONG_BODY = 420, LONG_BATCH = 64 };

static enum err long_entry(struct ctx *c, struct ledger *l, int64_t n, unsigned char hash[HASH_LEN])
{
    char body[LONG_BODY], id[KEY_ID_LEN] = { 0 };
    memset(body, (int)(n & 127), sizeof body);
    struct entry e = { n, n, 1700000000000000 + n, str_c(l->keys->id), { id, sizeof id }, { body, sizeof body }, { 0 } };
    entry_hash(hash, (struct str){ (char *)hash, HASH_LEN }, &e);
    TRY(db_exec_on(c, l->book, "INSERT INTO ledger_entry (n, node, seq, time_us, key_id, body, hash)"
                               " VALUES ($1, 1, $1, $2, $3, $4, $5)",
        ARGS(INT(n), INT(e.time_us), BYTES(e.key_id), BYTES(e.body), BYTES(((struct str){ (char *)hash, HASH_LEN })))));
    if (n % LONG_BATCH && n != LONG)
        return ERR_OK;
    char msg[BATCH_MESSAGE_MAX];
    unsigned char sig[SIG_LEN];
    keys_sign(l->keys, (struct str){ msg, batch_message(msg, str_c(l->keys->id), n, hash) }, sig);
    return db_exec_on(c, l->book, "INSERT INTO ledger_batch (node, seq, signature) VALUES (1, $1, $2)",
        ARGS(INT(n), BYTES(((struct str){ (char *)sig, SIG_LEN }))));
}

static void verify(struct ctx *c, const char *dir)
{
    struct ledger_config cfg = { .url = str_join(&c->mem, STR("sqlite:"), str_c(dir), STR("/long.db")),
        .tables_url = str_join(&c->mem, STR("sqlite:"), str_c(dir), STR("/long-tables.db")),
        .key_file = str_join(&c->mem, str_c(dir), STR("/long-key")), .cost = { 1, 8192 } };
    struct ledger *l = NULL;
    struct verify_report rep;
    unsigned char hash[HASH_LEN] = { 0 };
    double v[3];
    must(c, ledger_create(c, &cfg));
    must(c, ledger_open(c, &cfg, &l));
    must(c, db_begin_write(c, l->book));
    for (int64_t n = 1; n <= LONG; n++)
        must(c, long_entry(c, l, n, hash));
    must(c, db_commit(c, l->book));
    for (int i = 0; i < 3; i++) {
        must(c, ledger_verify(c, l, true, &rep));
        v[i] = (double)rep.changes * 1e6 / (double)rep.chain_us;
    }
    double m = median(v, 3);
    line("verify of the chain, changes/s", m, "bound", 500000, m / 500000, ">= 1.00");
    ledger_close(l);
}

/* ---- rebuild, beside an UPDATE per change --------------------------------------------------------
 *
 * The naive way: every change in its own transaction loads the record, applies
 * the sets, updates the row and the desk's table.  Measured on the first NAIVE
 * entries of the same ledger, in an empty file. */

enum { NAIVE = 3000 };

static enum err naive_one(struct fold *f)
{
    TRY(fold_from_ledger(f, f->upto, f->upto + 1));
    return folded_set(f->c, f->c->db, f->upto + 1);
}

static enum err naive_tables(struct fold *f)
{
    return tables_create(f->c, f->l);
}

static double naive_us(struct ctx *c, struct amparo *a, const char *dir, int64_t skip)
{
    struct db *db = NULL;
    struct str url = str_join(&c->mem, STR("sqlite:"), str_c(dir), STR("/naive.db"));
    must(c, db_open(c, url, false, &db));
    must(c, fold_whole(c, a->l, db, 0, naive_tables));
    int64_t t = clock_mono_us();
    for (int64_t i = 0; i < NAIVE; i++)
        must(c, fold_whole(c, a->l, db, skip + i, naive_one));
    t = clock_mono_us() - t;
    db_close(db);
    return (double)t / NAIVE;
}

static void rebuild(struct ctx *c, struct amparo *a, const char *dir, int64_t changes)
{
    if (changes < DOSSIERS + NAIVE)
        return;
    double slow = naive_us(c, a, dir, DOSSIERS);
    int64_t t = clock_mono_us();
    must(c, ledger_rebuild(c, a->l));
    double fast = (double)(clock_mono_us() - t) / (double)changes;
    line("rebuild, changes/s", 1e6 / fast, "an UPDATE per change", 1e6 / slow, slow / fast, ">= 10.0");
}

static void durable(const char *dir, double seconds, int rounds, bool only)
{
    struct ctx c;
    struct amparo a = { 0 };
    struct single s = { 0 };
    struct flat f = { 0 };
    double ap[ROUNDS_MAX], bp[ROUNDS_MAX], cp[ROUNDS_MAX], a99[ROUNDS_MAX], b99[ROUNDS_MAX], one[ROUNDS_MAX], late[ROUNDS_MAX];
    ctx_init(&c, 64 << 20);
    a_open(&c, &a, dir);
    b_open(&s, dir, a.cases);
    c_open(&f, dir);
    struct run ra = { .change = a_one, .begin = a_begin, .end = a_end, .with = &a };
    struct run rb = { .change = b_one, .begin = b_begin, .end = a_end, .with = &s };
    struct run rc = { .change = c_one, .with = &f };
    for (int i = 0; i < rounds; i++) {
        struct lag lag = { .a = &a };
        if (pthread_create(&lag.thread, NULL, lag_main, &lag) != 0)
            abort();
        double wr = thread_us(a.l->writer), fo = thread_us(a.l->folder);
        struct result x = measure(&ra, seconds, WRITERS);
        wr = (thread_us(a.l->writer) - wr) / (x.per_s * seconds);
        fo = (thread_us(a.l->folder) - fo) / (x.per_s * seconds);
        __atomic_store_n(&lag.stop, true, __ATOMIC_RELAXED);
        (void)pthread_join(lag.thread, NULL);
        struct result y = measure(&rb, seconds, WRITERS), z = measure(&rc, seconds / 2, WRITERS),
                      w = measure(&rc, seconds / 8, 1);
        ap[i] = x.per_s, bp[i] = y.per_s, cp[i] = z.per_s, a99[i] = x.p99_ms, b99[i] = y.p99_ms, one[i] = w.p50_ms;
        late[i] = (double)lag.worst_us / 1000;
        printf("# round %d: amparo %.0f/s p50 %.2f p99 %.2f ms cpu %.0f us (writer %.0f, folder %.0f), fold late %.0f ms; one file %.0f/s p50 %.2f p99 %.2f ms cpu %.0f us; flat log %.0f/s; fdatasync %.2f ms\n",
               i + 1, x.per_s, x.p50_ms, x.p99_ms, x.cpu_us, wr, fo, late[i], y.per_s, y.p50_ms, y.p99_ms, y.cpu_us, z.per_s, w.p50_ms);
    }
    double am = median(ap, rounds), bm = median(bp, rounds), cm = median(cp, rounds);
    double a9 = median(a99, rounds), b9 = median(b99, rounds), lm = median(late, rounds);
    line("durable changes/s, 64 writers", am, "one SQLite file", bm, am / bm, ">= 2.00");
    line("p99 ms, 64 writers", a9, "one SQLite file", b9, a9 / b9, "<= 0.70");
    line("durable changes/s, 64 writers", am, "flat log, fdatasync", cm, am / cm, ">= 0.20");
    line("fold behind the ledger, worst ms", lm, "bound", 100, lm / 100, "<= 1.00");
    struct ledger_stats st;
    must(&c, ledger_stats(&c, &st));
    printf("# %lld changes in %lld batches; one fdatasync %.2f ms\n", (long long)st.changes, (long long)st.batches, median(one, rounds));
    if (!only) {
        verify(&c, dir);
        rebuild(&c, &a, dir, st.changes);
    }
    db_close(c.db);
    ledger_close(a.l);
    (void)pthread_mutex_lock(&s.lock);
    s.stop = true;
    (void)pthread_cond_signal(&s.more);
    (void)pthread_mutex_unlock(&s.lock);
    (void)pthread_join(s.thread, NULL);
    db_close(s.db);
    ctx_done(&s.c);
    (void)pthread_mutex_lock(&f.lock);
    f.stop = true;
    (void)pthread_cond_signal(&f.more);
    (void)pthread_mutex_unlock(&f.lock);
    (void)pthread_join(f.thread, NULL);
    (void)close(f.fd);
    free(a.cases);
    ctx_done(&c);
}

/* ---- where the work goes: a fixed number of changes, CPU by thread ------------------------------- */

struct spent { double user, sys; };

static struct spent spent_now(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (struct spent){ (double)u.ru_utime.tv_sec * 1e6 + (double)u.ru_utime.tv_usec,
                           (double)u.ru_stime.tv_sec * 1e6 + (double)u.ru_stime.tv_usec };
}

static void cpu(const char *dir, double seconds)
{
    struct ctx c;
    struct amparo a = { 0 };
    ctx_init(&c, 64 << 20);
    a_open(&c, &a, dir);
    struct run r = { .change = a_one, .begin = a_begin, .end = a_end, .with = &a };
    double wr = thread_us(a.l->writer), fo = thread_us(a.l->folder);
    struct spent s = spent_now();
    struct result x = measure(&r, seconds, WRITERS);
    struct spent e = spent_now();
    double n = x.per_s * seconds;
    wr = (thread_us(a.l->writer) - wr) / n;
    fo = (thread_us(a.l->folder) - fo) / n;
    printf("# %.0f changes, %.0f/s, p50 %.2f p99 %.2f ms; CPU us per change: user %.1f + system %.1f = %.1f;"
           " writer %.1f, folder %.1f, officers %.1f\n", n, x.per_s, x.p50_ms, x.p99_ms, (e.user - s.user) / n,
           (e.sys - s.sys) / n, x.cpu_us, wr, fo, x.cpu_us - wr - fo);
    db_close(c.db);
    ledger_close(a.l);
    free(a.cases);
    ctx_done(&c);
}

static void verify_only(const char *dir)
{
    struct ctx c;
    ctx_init(&c, 64 << 20);
    verify(&c, dir);
    ctx_done(&c);
}

int main(int argc, char **argv)
{
    char dir[200];
    if (argc < 2) {
        fprintf(stderr, "bench_ledger DIR [seconds] [rounds] [writers|verify|cpu]\n");
        return 2;
    }
    (void)snprintf(dir, sizeof dir, "%s/ledger.XXXXXX", argv[1]);
    if (!mkdtemp(dir)) {
        perror(dir);
        return 1;
    }
    int rounds = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 5;
    if (rounds < 1 || rounds > ROUNDS_MAX)
        rounds = 5;
    if (argc > 4 && !strcmp(argv[4], "verify"))
        verify_only(dir);
    else if (argc > 4 && !strcmp(argv[4], "cpu"))
        cpu(dir, strtod(argv[2], NULL));
    else
        durable(dir, argc > 2 ? strtod(argv[2], NULL) : 2, rounds, argc > 4 && !strcmp(argv[4], "writers"));
    char cmd[4][260];
    static const char *const name[] = { "ledger.db", "tables.db", "single.db", "naive.db", "long.db", "long-tables.db",
                                       "long-key", "flat.log", "key" };
    for (size_t i = 0; i < COUNT_OF(name); i++)
        for (int k = 0; k < 3; k++) {
            static const char *const side[] = { "", "-wal", "-shm" };
            (void)snprintf(cmd[0], sizeof cmd[0], "%s/%s%s", dir, name[i], side[k]);
            (void)unlink(cmd[0]);
        }
    (void)rmdir(dir);
    return 0;
}
