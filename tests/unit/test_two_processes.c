/* Two processes with one ledger, as when a command runs while `serve` does: both
 * write, both fold, each reads what it and the other wrote, nothing is lost and
 * nothing becomes a conflict that was none.  This process stays without threads,
 * so that it may fork. */
#include "db_t.h"
#include "ledger/ledger_impl.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>

enum { TURNS = 60, OFFICERS = 3, THINGS = 40 };

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
static const struct node_parts parts = { projectors, 1, tables, 1 };

/* PostgreSQL refuses one of two transactions that meet; a request is then tried
 * again (http/ does so), and so are these. */
#define AGAIN(c, expr) __extension__ ({ enum err e_ = ERR_BUSY; \
    for (int i_ = 0; i_ < 40 && e_ == ERR_BUSY; i_++) { (c)->fault = (struct fault){ 0 }; \
        (void)usleep(2000 * (useconds_t)i_); \
        e_ = (expr); } e_; })

struct shared { struct str dossier, turn, rush; };

static enum err set_number(struct ctx *c, const struct shared *s, struct str thing, int64_t v, bool durable)
{
    struct draft *d = NULL;
    TRY(draft_begin(c, thing, "thing.set", &d));
    draft_in(d, s->dossier);
    draft_set_i64(d, "thing", thing, "number", v);
    return durable ? draft_commit_durable(c, d) : draft_commit(c, d);
}

static enum err add_thing(struct ctx *c, int64_t v, struct str *id)
{
    struct draft *d = NULL;
    TRY(draft_begin(c, id_new(&c->mem, c->now_us), "thing.add", &d));
    struct str dossier = dossier_new(d, "signal", (struct str){ 0 });
    *id = record_new(d);
    draft_in(d, dossier);
    draft_set_i64(d, "thing", *id, "number", v);
    return draft_commit(c, d);
}

/* ---- one process ----------------------------------------------------------------------- */

struct child { struct node_t *n; const struct shared *s; int from, to, which; };
struct officer_t { struct child *p; int number, bad; pthread_t thread; };

static void say(struct ctx *c, const char *what, enum err e)
{
    printf("# %s: %s: %s (%s)\n", what, err_name(e), c->fault.key ? c->fault.key : "-", c->fault.detail);
}

/* Adds things and reads each back at once. */
static void *officer_main(void *arg)
{
    struct officer_t *o = arg;
    struct ctx c;
    ctx_init(&c, 8 << 20);
    c.node = &o->p->n->node;
    c.who = &o->p->n->who;
    enum err e = ledger_connect(&c, c.node->ledger, &c.db);
    for (int i = 0; !e && i < THINGS; i++) {
        struct str id = { 0 };
        struct record r = { 0 };
        arena_reset(&c.mem);
        c.now_us = clock_now_us();
        e = AGAIN(&c, add_thing(&c, i, &id));
        if (!e)
            e = record_load(&c, id, &r);
        o->bad += !e && record_i64(&r, "number") != i;
        if (!e)
            e = AGAIN(&c, set_number(&c, o->p->s, o->p->s->rush, i * 100 + o->p->which * 10 + o->number, i % 2));
    }
    if (e)
        say(&c, "an officer", e);
    o->bad += e != ERR_OK;
    db_close(c.db);
    ctx_done(&c);
    return NULL;
}

/* In turn: what the other wrote last is what is read here, and is replaced by what
 * is written here. */
static enum err one_turn(struct ctx *c, const struct child *p, int64_t *v)
{
    struct record r = { 0 };
    if (read(p->from, v, sizeof *v) != (ssize_t)sizeof *v)
        return FAIL(c, ERR_IO, "error.internal", "the other is gone");
    arena_reset(&c->mem);
    c->now_us = clock_now_us();
    TRY(record_load(c, p->s->turn, &r));
    if (record_i64(&r, "number") != *v || r.conflict)
        return FAIL(c, ERR_BUG, "error.internal", "read %lld, the other wrote %lld%s",
                    (long long)record_i64(&r, "number"), (long long)*v, r.conflict ? ", conflict" : "");
    ++*v;
    TRY(AGAIN(c, set_number(c, p->s, p->s->turn, *v, false)));
    if (*v == 2 * TURNS)
        return ERR_OK;                              /* the last word: nobody waits for it */
    return write(p->to, v, sizeof *v) == (ssize_t)sizeof *v ? ERR_OK : FAIL(c, ERR_IO, "error.internal", "pipe");
}

static int child_main(struct child *p)
{
    struct officer_t o[OFFICERS] = { { 0 } };
    struct node_t *n = p->n;
    struct ctx *c = &n->c;
    int bad = 0;
    int64_t v = 0;
    enum err e = ledger_open(c, &n->cfg, &n->node.ledger);
    if (!e)
        e = ledger_connect(c, n->node.ledger, &c->db);
    c->node = &n->node;
    for (int i = 0; !e && i < OFFICERS; i++) {
        o[i] = (struct officer_t){ .p = p, .number = i };
        if (pthread_create(&o[i].thread, NULL, officer_main, &o[i]) != 0)
            return 9;
    }
    for (int i = 0; !e && i < TURNS; i++)
        e = one_turn(c, p, &v);
    if (e)
        say(c, "in turn", e);
    for (int i = 0; i < OFFICERS; i++)
        if (o[i].p) {
            (void)pthread_join(o[i].thread, NULL);
            bad += o[i].bad;
        }
    node_shut(n);
    (void)fflush(stdout);
    return e ? 1 : bad ? 2 : 0;
}

/* ---- both ------------------------------------------------------------------------------------ */

static enum err prepare(struct node_t *n, struct shared *s, struct arena *keep)
{
    struct ctx *c = &n->c;
    struct draft *d = NULL;
    TRY(draft_begin(c, STR("first"), "thing.add", &d));
    s->dossier = arena_dup(keep, dossier_new(d, "signal", (struct str){ 0 }));
    s->turn = arena_dup(keep, record_new(d));
    s->rush = arena_dup(keep, record_new(d));
    draft_in(d, s->dossier);
    draft_set_i64(d, "thing", s->turn, "number", 0);
    draft_set_i64(d, "thing", s->rush, "number", -1);
    return draft_commit(c, d);
}

static void run_both(struct t *t, struct node_t *n, const struct shared *s)
{
    int there[2], back[2], status[2] = { -1, -1 };
    int64_t first = 0;
    pid_t pid[2];
    CHECK_EQ(pipe(there), 0);
    CHECK_EQ(pipe(back), 0);
    (void)fflush(stdout);
    for (int i = 0; i < 2; i++) {
        struct child p = { n, s, i ? there[0] : back[0], i ? back[1] : there[1], i };
        pid[i] = fork();
        if (pid[i] == 0) {
            (void)close(i ? there[1] : there[0]);        /* so that the end of one ends the other */
            (void)close(i ? back[0] : back[1]);
            _exit(child_main(&p));
        }
    }
    CHECK_EQ(write(back[1], &first, sizeof first), (ssize_t)sizeof first);
    for (int i = 0; i < 2; i++) {
        (void)close(there[i]);
        (void)close(back[i]);
    }
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(waitpid(pid[i], &status[i], 0), pid[i]);
        CHECK(WIFEXITED(status[i]));
        CHECK_EQ(WEXITSTATUS(status[i]), 0);
    }
}

/* In a process of its own: it opens the ledger, which starts threads. */
static int check_main(struct node_t *n, const struct shared *s)
{
    struct verify_report rep;
    struct record r = { 0 }, rush = { 0 };
    struct ctx *c = &n->c;
    c->node = &n->node;
    enum err e = ledger_open(c, &n->cfg, &n->node.ledger);
    if (!e)
        e = ledger_connect(c, n->node.ledger, &c->db);
    if (!e)
        e = ledger_verify(c, n->node.ledger, false, &rep);
    if (!e)
        e = record_load(c, s->turn, &r);
    if (!e)
        e = record_load(c, s->rush, &rush);
    if (e) {
        say(c, "after both", e);
        return 1;
    }
    /* Every rush either replaced what it saw or stands beside it. */
    printf("# %lld changes; the value both rushed to set has %zu heads\n", (long long)rep.changes, rush.fields[0].n);
    (void)fflush(stdout);
    return record_i64(&r, "number") != 2 * TURNS || r.conflict || rush.fields[0].n < 1 ? 2 :
           rep.changes != 1 + 2 * (TURNS + OFFICERS * THINGS * 2) ? 3 : 0;
}

static void two_processes_write_one_ledger(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct node_t n;
        struct shared s = { 0 };
        struct arena keep;
        int status = -1;
        arena_init(&keep, 1 << 16);
        if (node_fresh(t, &n, pg, &parts)) {
            OK(&n.c, prepare(&n, &s, &keep));
            node_shut(&n);                          /* no threads from here on */
            run_both(t, &n, &s);
            (void)fflush(stdout);
            pid_t pid = fork();
            if (pid == 0)
                _exit(check_main(&n, &s));
            CHECK_EQ(waitpid(pid, &status, 0), pid);
            CHECK(WIFEXITED(status));
            CHECK_EQ(WEXITSTATUS(status), 0);
        }
        node_end(&n);
        arena_free(&keep);
    }
}

static const struct t_case cases[] = {
    { "two processes write one ledger", two_processes_write_one_ledger },
};
T_MAIN(cases)
