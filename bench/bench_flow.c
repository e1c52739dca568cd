/* bench_flow [SECONDS] - processes of 20 steps, started and finished, beside
 * bpmn-engine (npm) in the same run.
 *
 * A and B take turns; the figure is the median of the turns.  "in memory" is
 * the replay of a list of inputs with one state at the end, which is what the
 * peer does too; "text each step" writes and reads the whole state at every
 * input, as a ledger of single changes does.  Nothing is stored durably. */
#include "flow/flow.h"

#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { TURNS = 3, STEPS = 20 };

static void must(const struct ctx *c, enum err e, const char *what)
{
    if (e == ERR_OK)
        return;
    (void)fprintf(stderr, "bench_flow: %s: %s %s\n", what, err_name(e), c->fault.detail);
    exit(1);
}

/* The open steps are found in the events, as a case desk finds them. */
static size_t due(const struct flow_event *ev, size_t n, int64_t *key, size_t have)
{
    for (size_t i = 0; i < n; i++)
        if (ev[i].kind == FLOW_EV_STEP_DUE && have < 8)
            key[have++] = ev[i].key;
    return have;
}

static void one_in_memory(struct ctx *c, const struct flow_model *m)
{
    struct flow_run *r;
    struct flow_input in = { .kind = FLOW_COMPLETE };
    struct str state;
    int64_t key[8];
    size_t n, open;
    must(c, flow_run_start(c, m, STR(""), STR(""), &in, &r), "start");
    const struct flow_event *ev = flow_run_events(r, &n);
    open = due(ev, n, key, 0);
    int steps = 0;
    for (; open > 0; steps++) {
        in.key = key[--open];
        must(c, flow_run_apply(r, &in), "step");
        ev = flow_run_events(r, &n);
        open = due(ev, n, key, open);
    }
    must(c, flow_run_state(r, &state), "state");
    if (!flow_run_over(r) || steps != STEPS)
        must(c, ERR_BUG, "not over");
}

static void one_by_text(struct ctx *c, const struct flow_model *m)
{
    struct flow_result res;
    struct flow_input in = { .kind = FLOW_COMPLETE };
    int64_t key[8];
    must(c, flow_start(c, m, STR(""), STR(""), &in, &res), "start");
    size_t open = due(res.ev, res.n, key, 0);
    int steps = 0;
    for (; open > 0; steps++) {
        in.key = key[--open];
        must(c, flow_apply(c, m, res.state, &in, &res), "step");
        open = due(res.ev, res.n, key, open);
    }
    if (!res.over || steps != STEPS)
        must(c, ERR_BUG, "not over");
}

static double turn(const struct flow_model *m, void (*one)(struct ctx *, const struct flow_model *),
                   double seconds)
{
    struct ctx c;
    ctx_init(&c, (size_t)16 << 20);
    int64_t from = clock_mono_us(), now = from, n = 0;
    while ((double)(now - from) < seconds * 1e6) {
        for (int i = 0; i < 64; i++, n++) {
            one(&c, m);
            arena_reset(&c.mem);
        }
        now = clock_mono_us();
    }
    ctx_done(&c);
    return (double)n / ((double)(now - from) / 1e6);
}

/* What the peer prints; 0 when it cannot run. */
static double peer(const char *file, const char *seconds)
{
    char *argv[] = { "node", "bench/flow_peer.mjs", (char *)(uintptr_t)file,
                     (char *)(uintptr_t)seconds, NULL };
    posix_spawn_file_actions_t fa;
    int fd[2], status = 0;
    pid_t pid;
    char text[64] = "";
    if (pipe(fd) != 0 || posix_spawn_file_actions_init(&fa) != 0)
        return 0;
    (void)posix_spawn_file_actions_adddup2(&fa, fd[1], 1);
    (void)posix_spawn_file_actions_addclose(&fa, fd[0]);
    bool ok = posix_spawnp(&pid, "node", &fa, NULL, argv, environ) == 0;
    (void)close(fd[1]);
    for (ssize_t n = 0, k = 1; ok && k > 0 && n < 60; n += k)
        k = read(fd[0], text + n, 63 - (size_t)n);
    (void)close(fd[0]);
    (void)posix_spawn_file_actions_destroy(&fa);
    if (ok)
        (void)waitpid(pid, &status, 0);
    return ok && status == 0 ? strtod(text, NULL) : 0;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v)
{
    qsort(v, TURNS, sizeof *v, by_size);
    return v[TURNS / 2];
}

static void compare(const char *name, const char *file, const char *seconds)
{
    struct ctx c;
    struct str bytes;
    struct flow_model *m;
    double memory[TURNS], text[TURNS], other[TURNS];
    ctx_init(&c, (size_t)16 << 20);
    must(&c, file_read(&c, file, FLOW_FILE_MAX, &bytes), file);
    must(&c, flow_load(&c, bytes, NULL, &m), file);
    for (int i = 0; i < TURNS; i++) {
        memory[i] = turn(m, one_in_memory, strtod(seconds, NULL));
        other[i] = peer(file, seconds);
        text[i] = turn(m, one_by_text, strtod(seconds, NULL));
    }
    double a = median(memory), b = median(other), d = median(text);
    (void)printf("flow %-39s | %12.1f | %-34s %12.1f | %6.0f | >= 200\n", name, a,
                 "bpmn-engine (npm) processes/s", b, b > 0 ? a / b : 0);
    (void)printf("flow %-28s text each step | %10.1f | %-34s %12.1f | %6.0f | \n", name, d,
                 "bpmn-engine (npm) processes/s", b, b > 0 ? d / b : 0);
    flow_free(m);
    ctx_done(&c);
}

int main(int argc, char **argv)
{
    const char *seconds = argc > 1 ? argv[1] : "2";
    compare("20 steps in a row, processes/s", "bench/flow_steps.bpmn", seconds);
    compare("20 steps, forks and joins, processes/s", "bench/flow_gates.bpmn", seconds);
    return 0;
}
