/* The Paraguayan route, walked from the signal to the last payment. */
#include "flow/flow.h"
#include "pack/pack.h"
#include "t.h"

struct trip {
    struct ctx c;
    struct pack *p;
    struct flow_model *m;
    struct str state;
    struct buf done;            /* " P-PY-01 P-PY-02 ... " in order */
    struct buf times;           /* timers that were let go off, likewise */
    bool over;
};

static void set_out(struct t *t, struct trip *k)
{
    struct flow_input in = { .now_us = 1 };
    struct flow_result r;

    *k = (struct trip){ 0 };
    ctx_init(&k->c, 256 << 20);
    OK(&k->c, pack_load(&k->c, "packs/py", &k->p));
    OK(&k->c, flow_load(&k->c, pack_procedure(k->p, STR("ruta-unica"))->text, &flow_feel, &k->m));
    buf_init(&k->done, &k->c.mem, 8000);
    buf_init(&k->times, &k->c.mem, 8000);
    buf_char(&k->done, ' ');
    buf_char(&k->times, ' ');
    OK(&k->c, flow_start(&k->c, k->m, STR("ruta_unica"), (struct str){ 0 }, &in, &r));
    k->state = r.state;
}

static void come_home(struct trip *k)
{
    flow_free(k->m);
    pack_unref(k->p);
    ctx_done(&k->c);
}

static void put(struct t *t, struct trip *k, struct flow_input in)
{
    struct flow_result r = { 0 };

    in.now_us = 2;
    OK(&k->c, flow_apply(&k->c, k->m, k->state, &in, &r));
    if (r.state.n)
        k->state = r.state;
    k->over = r.over;
}

static struct flow_open *open_now(struct t *t, struct trip *k, size_t *n)
{
    struct flow_open *v = NULL;

    *n = 0;
    OK(&k->c, flow_open(&k->c, k->m, k->state, &v, n));
    return v;
}

static int64_t key_of(struct t *t, struct trip *k, const char *node)
{
    size_t n;
    struct flow_open *v = open_now(t, k, &n);

    for (size_t i = 0; i < n; i++)
        if (str_is(v[i].node, node))
            return v[i].key;
    return 0;
}

static bool did(const struct trip *k, const char *node)
{
    char word[80];
    size_t at;

    snprintf(word, sizeof word, " %s ", node);
    return str_find(buf_str(&k->done), str_c(word), &at);
}

/* Do every step as it comes; when no step is open, let the first clock that is
 * waited for go off. */
static void walk(struct t *t, struct trip *k, const struct flow_fact *facts, size_t n_facts)
{
    for (int guard = 0; guard < 200 && !k->over && !t->bad; guard++) {
        size_t n;
        struct flow_open *v = open_now(t, k, &n);
        const struct flow_open *next = NULL;
        for (size_t i = 0; i < n; i++)
            if (v[i].kind == FLOW_OPEN_STEP && (!next || next->kind != FLOW_OPEN_STEP))
                next = &v[i];
            else if (v[i].kind == FLOW_OPEN_TIMER && !next)
                next = &v[i];
        if (!next) {
            printf("# nothing to do, %zu open, after" STR_F "\n", n, STR_A(buf_str(&k->done)));
            for (size_t i = 0; i < n; i++)
                printf("#   %d " STR_F "\n", (int)v[i].kind, STR_A(v[i].node));
            t->bad++;
            return;
        }
        bool step = next->kind == FLOW_OPEN_STEP;
        struct buf *log = step ? &k->done : &k->times;
        buf_put(log, next->node);
        buf_char(log, ' ');
        put(t, k, (struct flow_input){ .kind = step ? FLOW_COMPLETE : FLOW_TIMER, .key = next->key,
                                       .facts = facts, .n_facts = n_facts });
    }
}

#define FACT(name, value) { STR_INIT(name), STR_INIT(value) }
#define WALK(t, k, ...) do { static const struct flow_fact f_[] = { __VA_ARGS__ }; \
    walk(t, k, f_, COUNT_OF(f_)); } while (0)

static void expect(struct t *t, const struct trip *k, const char *yes, const char *no)
{
    struct str list = str_c(yes), one;

    CHECK(k->over);
    while (str_next(&list, ' ', &one))
        if (!did(k, one.n ? arena_z((struct arena *)(uintptr_t)&k->c.mem, one) : "")) {
            t->bad++;
            printf("# " STR_F " was not done\n", STR_A(one));
        }
    list = str_c(no);
    while (str_next(&list, ' ', &one))
        if (one.n && did(k, arena_z((struct arena *)(uintptr_t)&k->c.mem, one))) {
            t->bad++;
            printf("# " STR_F " was done\n", STR_A(one));
        }
}

static void a_childs_crime_goes_from_signal_to_last_payment(struct t *t)
{
    struct trip k;

    set_out(t, &k);
    WALK(t, &k, FACT("child", "true"), FACT("woman", "false"), FACT("crime_indicated", "true"),
         FACT("criadazgo", "false"), FACT("inspection_needed", "true"), FACT("entry_refused", "true"),
         FACT("violation_found", "true"), FACT("atu_leads", "true"), FACT("charged", "true"),
         FACT("convicted", "true"));
    expect(t, &k, "P-PY-01 P-PY-02 P-PY-03 P-PY-03-warrant P-PY-04 P-PY-05 P-PY-06 P-PY-08 "
           "P-PY-09-record P-PY-09 P-PY-09-collect P-PY-10 P-PY-11 P-PY-11-review P-PY-12 P-PY-13 P-PY-14 "
           "P-PY-14-restitution P-PY-15 P-PY-15-paid P-PY-16-1 P-PY-16-3 P-PY-16-6 P-PY-16-12 P-PY-17 "
           "P-PY-CLOSE", "P-PY-07 P-PY-04-women P-PY-04-adult P-PY-10-local E-PY-03 E-PY-04");
    come_home(&k);
}

static void criadazgo_without_trafficking_has_its_own_path(struct t *t)
{
    struct trip k;

    set_out(t, &k);
    WALK(t, &k, FACT("child", "true"), FACT("woman", "false"), FACT("crime_indicated", "false"),
         FACT("criadazgo", "true"), FACT("inspection_needed", "false"));
    expect(t, &k, "P-PY-04 P-PY-05 P-PY-07-criadazgo P-PY-11 P-PY-16-12 P-PY-CLOSE",
           "P-PY-03 P-PY-06 P-PY-07 P-PY-10 P-PY-09");
    come_home(&k);
}

static void women_and_men_are_protected_too(struct t *t)
{
    struct trip k;

    set_out(t, &k);
    WALK(t, &k, FACT("child", "false"), FACT("woman", "true"), FACT("crime_indicated", "true"),
         FACT("criadazgo", "false"), FACT("violation_found", "false"), FACT("charged", "false"));
    expect(t, &k, "P-PY-04-women P-PY-08-women P-PY-11-women P-PY-10-local P-PY-10-inform P-PY-03",
           "P-PY-04 P-PY-12 P-PY-09 P-PY-15");
    come_home(&k);
    set_out(t, &k);
    WALK(t, &k, FACT("child", "false"), FACT("woman", "false"), FACT("crime_indicated", "true"),
         FACT("criadazgo", "false"), FACT("violation_found", "false"), FACT("charged", "true"),
         FACT("convicted", "false"));
    expect(t, &k, "P-PY-04-adult P-PY-08-atu P-PY-11-adult P-PY-14 P-PY-14-inform",
           "P-PY-04 P-PY-04-women P-PY-15");
    come_home(&k);
}

/* Nothing is known yet: a child is presumed, inspection starts. */
static void not_knowing_protects(struct t *t)
{
    struct trip k;

    set_out(t, &k);
    WALK(t, &k, FACT("crime_indicated", "false"));
    expect(t, &k, "P-PY-03 P-PY-04 P-PY-05 P-PY-07 P-PY-11", "P-PY-06 P-PY-04-adult P-PY-04-women");
    come_home(&k);
}

static void do_step(struct t *t, struct trip *k, const char *node, const struct flow_fact *f, size_t n)
{
    int64_t key = key_of(t, k, node);

    CHECK(key != 0);
    put(t, k, (struct flow_input){ .kind = FLOW_COMPLETE, .key = key, .facts = f, .n_facts = n });
}

static void reclassifying_keeps_protection_running(struct t *t)
{
    static const struct flow_fact quiet[] = { FACT("child", "true"), FACT("crime_indicated", "false"),
                                              FACT("criadazgo", "false") };
    static const struct flow_fact crime[] = { FACT("crime_indicated", "true") };
    struct trip k;

    set_out(t, &k);
    do_step(t, &k, "P-PY-01", quiet, COUNT_OF(quiet));
    do_step(t, &k, "P-PY-02", quiet, COUNT_OF(quiet));
    int64_t protection = key_of(t, &k, "P-PY-04");
    do_step(t, &k, "P-PY-05", quiet, COUNT_OF(quiet));
    CHECK(key_of(t, &k, "P-PY-07") != 0);
    CHECK_EQ(key_of(t, &k, "P-PY-06-reclass"), 0);
    put(t, &k, (struct flow_input){ .kind = FLOW_FACTS, .facts = crime, .n_facts = 1 });
    CHECK(key_of(t, &k, "P-PY-06-reclass") != 0);
    CHECK_EQ(key_of(t, &k, "P-PY-04"), protection);
    CHECK(key_of(t, &k, "P-PY-07") != 0);
    do_step(t, &k, "P-PY-06-reclass", NULL, 0);
    CHECK(key_of(t, &k, "P-PY-10-local") != 0);          /* justice has woken */
    come_home(&k);
}

/* A late step is not taken away: the coordinator is told beside it. */
static void late_steps_escalate(struct t *t)
{
    struct trip k;
    size_t n;

    set_out(t, &k);
    do_step(t, &k, "P-PY-01", NULL, 0);
    do_step(t, &k, "P-PY-02", NULL, 0);
    int64_t step = key_of(t, &k, "P-PY-03"), timer = key_of(t, &k, "b_03");
    CHECK(step && timer);
    put(t, &k, (struct flow_input){ .kind = FLOW_TIMER, .key = timer });
    CHECK_EQ(key_of(t, &k, "P-PY-03"), step);
    struct flow_open *v = open_now(t, &k, &n);
    bool told = false;
    for (size_t i = 0; i < n; i++)
        told |= str_is(v[i].node, "E-PY-03") && str_is(v[i].role, "coordinator");
    CHECK(told);
    come_home(&k);
}

static void clocks_are_the_sourced_ones(struct t *t)
{
    static const struct { const char *node, *due, *calendar, *role; } rows[] = {
        { "P-PY-03", "PT24H", "clock", "labour_inspector" },
        { "P-PY-04", "PT12H", "clock", "minna" },
        { "P-PY-07", "P10D", "working", "codeni" },
        { "P-PY-11", "P15D", "clock", "minna" },
        { "P-PY-03-warrant", "P2D", "working", "labour_inspector" },
        { "E-PY-03", "P1D", "working", "coordinator" },
    };
    struct trip k;

    set_out(t, &k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct flow_step s;
        CHECK(flow_node_find(k.m, str_c(rows[i].node), &s));
        CHECK_STR(s.due.text, rows[i].due);
        CHECK_STR(s.due.calendar, rows[i].calendar);
        CHECK_STR(s.role, rows[i].role);
    }
    come_home(&k);
}

static const struct t_case cases[] = {
    { "a child's crime goes from signal to last payment", a_childs_crime_goes_from_signal_to_last_payment },
    { "criadazgo without trafficking has its own path", criadazgo_without_trafficking_has_its_own_path },
    { "women and men are protected too", women_and_men_are_protected_too },
    { "not knowing protects", not_knowing_protects },
    { "reclassifying keeps protection running", reclassifying_keeps_protection_running },
    { "late steps escalate", late_steps_escalate },
    { "clocks are the sourced ones", clocks_are_the_sourced_ones },
};
T_MAIN(cases)
