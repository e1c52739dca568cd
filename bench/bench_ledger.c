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
#include "ledger_peers.h"

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
