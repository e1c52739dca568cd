/* kill -9 in a loop while officers write: no acknowledged change is lost, and
 * the tables equal the refold.  Each round is two processes: a writer that is
 * killed, and a checker; this one stays without threads so that it may fork. */
#include "db_t.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#if defined(__clang__)          /* the sanitised build */
enum { ROUNDS = 40 };
#else
enum { ROUNDS = 200 };
#endif
enum { OFFICERS = 4, NUMBERS_MAX = 1 << 20 };

static enum err project_thing(struct ctx *c, const struct record *r)
{
    return db_exec(c, "INSERT INTO thing (id, number) VALUES ($1, $2)"
                      " ON CONFLICT (id) DO UPDATE SET number = excluded.number",
        ARGS(TEXT(r->id), INT(record_i64(r, "number"))));
}
static const struct projector projectors[] = { { "thing", project_thing } };
static const struct table tables[] = {
    { "thing", "CREATE TABLE thing (id TEXT PRIMARY KEY, number BIGINT NOT NULL); CREATE INDEX thing_number ON thing (number)", NULL },
};

static void use(struct node_t *n)
{
    n->cfg.projectors = projectors;
    n->cfg.projectors_n = 1;
    n->cfg.tables = tables;
    n->cfg.tables_n = 1;
}

/* ---- the writer: says each number on the pipe once it is acknowledged ------------------------ */

struct officer_t { struct node_t *n; int fd; int64_t number; pthread_t thread; };

static void *write_for_ever(void *p)
{
    struct officer_t *o = p;
    struct ctx c;
    ctx_init(&c, 8 << 20);
    c.node = &o->n->node;
    if (ledger_connect(&c, c.node->ledger, &c.db))
        _exit(3);
    for (;; o->number += OFFICERS) {
        struct draft *d = NULL;
        arena_reset(&c.mem);
        c.now_us = clock_now_us();
        struct str lock = id_new(&c.mem, c.now_us);
        if (draft_begin(&c, lock, "thing.add", &d))
            _exit(4);
        struct str dossier = dossier_new(d, "signal", (struct str){ 0 }), id = record_new(d);
        draft_in(d, dossier);
        draft_set_i64(d, "thing", id, "number", o->number);
        if (o->number % 3 ? draft_commit(&c, d) : draft_commit_durable(&c, d))
            _exit(5);
        if (write(o->fd, &o->number, sizeof o->number) != (ssize_t)sizeof o->number)
            _exit(6);
    }
    return NULL;
}

static void writer(struct node_t *n, int fd, int64_t from)
{
    struct officer_t o[OFFICERS];
    if (ledger_open(&n->c, &n->cfg, &n->node.ledger)) {
        fprintf(stderr, "writer: %s (%s)\n", n->c.fault.key, n->c.fault.detail);
        _exit(2);
    }
    for (int i = 0; i < OFFICERS; i++) {
        o[i] = (struct officer_t){ .n = n, .fd = fd, .number = from + i };
        if (pthread_create(&o[i].thread, NULL, write_for_ever, &o[i]) != 0)
            _exit(7);
    }
    (void)pthread_join(o[0].thread, NULL);
}

/* ---- the checker ---------------------------------------------------------------------------------- */

static bool is_there(struct ctx *c, int64_t number)
{
    AUTO_ROWS r = { 0 };
    bool found = db_query(c, &r, "SELECT number FROM thing WHERE number = $1", ARGS(INT(number))) == ERR_OK &&
                 rows_next(&r);
    return rows_end(&r) == ERR_OK && found;
}

/* Exit code: 0 good, 1 a change is lost, 2 does not open, 3 does not verify. */
static void checker(struct node_t *n, const int64_t *number, size_t from, size_t to, bool whole)
{
    struct verify_report rep;
    struct ctx *c = &n->c;
    int code = 0;
    if (ledger_open(c, &n->cfg, &n->node.ledger) || ledger_connect(c, n->node.ledger, &c->db))
        code = 2;
    for (size_t i = from; !code && i < to; i++)
        if (!is_there(c, number[i])) {
            fprintf(stderr, "number %lld was acknowledged and is lost\n", (long long)number[i]);
            code = 1;
        }
    if (!code && ledger_verify(c, n->node.ledger, !whole, &rep))
        code = 3;
    if (code)
        fprintf(stderr, "checker: %s (%s)\n", c->fault.key ? c->fault.key : "-", c->fault.detail);
    _exit(code);
}

/* ---- a round ------------------------------------------------------------------------------------------- */

static size_t read_numbers(int fd, int64_t *number, size_t n)
{
    ssize_t k;
    while (n < NUMBERS_MAX && (k = read(fd, &number[n], sizeof *number)) != 0) {
        if (k < 0 && errno == EINTR)
            continue;
        if (k != (ssize_t)sizeof *number)
            break;
        n++;
    }
    return n;
}

/* Let it write for a while after its first acknowledgement, then kill. */
static size_t one_life(struct t *t, struct node_t *n, int64_t *number, size_t have, int round)
{
    int fd[2], status;
    CHECK_EQ(pipe(fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(fd[0]);
        writer(n, fd[1], (int64_t)round * 1000000);
        _exit(8);
    }
    (void)close(fd[1]);
    struct pollfd p = { .fd = fd[0], .events = POLLIN };
    if (round % 5)                                  /* every fifth dies while it opens */
        (void)poll(&p, 1, 20000);
    (void)usleep((useconds_t)(round * 7919 % 23) * 1000);
    (void)kill(pid, SIGKILL);
    have = read_numbers(fd[0], number, have);
    (void)close(fd[0]);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return have;
}

static void no_acknowledged_change_is_lost(struct t *t)
{
    struct node_t n;
    int64_t *number = calloc(NUMBERS_MAX, sizeof *number);
    size_t have = 0;
    node_place(&n, false);
    use(&n);
    OK(&n.c, ledger_create(&n.c, &n.cfg));
    for (int round = 1; round <= ROUNDS && !t->bad; round++) {
        size_t before = have;
        int status = 0;
        bool last = round == ROUNDS;
        have = one_life(t, &n, number, have, round);
        pid_t pid = fork();
        if (pid == 0)
            checker(&n, number, last ? 0 : before, have, last || round % 25 == 0);
        CHECK_EQ(waitpid(pid, &status, 0), pid);
        CHECK(WIFEXITED(status));
        CHECK_EQ(WEXITSTATUS(status), 0);
    }
    printf("# %d rounds, %zu acknowledged changes\n", ROUNDS, have);
    CHECK(have > ROUNDS);
    free(number);
    node_end(&n);
}

static const struct t_case cases[] = {
    { "kill -9 in a loop: no acknowledged change is lost", no_acknowledged_change_is_lost },
};
T_MAIN(cases)
