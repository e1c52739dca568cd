/* test_flow_move.c - an instance goes on under another version of its model. */
#include "flow_game.h"

#define AND(id) NODE("parallelGateway", id, "")
#define SUB(id, x) "<subProcess id='" id "'>" x "</subProcess>"
#define TIMER(d) "<timerEventDefinition><timeDuration>" d "</timeDuration></timerEventDefinition>"
#define EDGE(id, host, cancel, x) "<boundaryEvent id='" id "' attachedToRef='" host \
    "' cancelActivity='" cancel "'>" x "</boundaryEvent>"

#define WATCH(id, start, cancel, x, inside) "<subProcess id='" id "' triggeredByEvent='true'>" \
    "<startEvent id='" start "' isInterrupting='" cancel "'>" x "</startEvent>" inside "</subProcess>"
#define LATE(start, cancel) WATCH("w", start, cancel, TIMER("PT5H"), USER("l") WAY("9", start, "l"))

/* gone: names of what has no place, by key; to: what is decided for each, in that
 * order ("-" ends there); refused: the fault, NULL when it must succeed. */
struct move_game { const char *name, *old, *before, *new, *gone, *to, *refused, *after; };

static const struct move_game games[] = {
    { "nothing changed", PROC(START USER("a") USER("b") END WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "e")), "+a =b",
      PROC(START USER("a") USER("b") END WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "e")), "", "", NULL, "=b +b ." },
    { "a step is put after the open one", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")), "=a",
      PROC(START USER("a") USER("b") END WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "e")), "", "", NULL, "=a +a =b +b ." },
    { "the open step is gone: goes on at another", PROC(START USER("a") USER("b") END WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "e")), "=a",
      PROC(START USER("b") USER("c") END WAY("1", "s", "c") WAY("2", "c", "b") WAY("3", "b", "e")), "a", "c", NULL, "=c ev:ended:a ev:due:c +c =b +b ." },
    { "not decided", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")), "=a",
      PROC(START USER("c") END WAY("1", "s", "c") WAY("2", "c", "e")), "a", "", "flow.move-undecided", "" },
    { "goes nowhere", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")), "=a",
      PROC(START USER("c") END WAY("1", "s", "c") WAY("2", "c", "e")), "a", "e", "flow.move-no-step", "" },
    { "nothing would be left", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")), "=a",
      PROC(START USER("c") END WAY("1", "s", "c") WAY("2", "c", "e")), "a", "-", "flow.move-nothing-left", "" },
    { "another process", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")), "=a",
      DEFS("<process id='q'>" START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") "</process>"), "", "", "flow.move-no-process", "" },
    { "one branch ends, its join is passed by a person",
      PROC(START AND("f") USER("a") USER("b") AND("j") USER("c") END WAY("1", "s", "f") WAY("2", "f", "a") WAY("3", "f", "b")
           WAY("4", "a", "j") WAY("5", "b", "j") WAY("6", "j", "c") WAY("7", "c", "e")), "=a,b",
      PROC(START AND("f") USER("a") USER("x") AND("j") USER("c") END WAY("1", "s", "f") WAY("2", "f", "a") WAY("3", "f", "x")
           WAY("4", "a", "j") WAY("5", "x", "j") WAY("6", "j", "c") WAY("7", "c", "e")), "b", "-", NULL, "=a ev:ended:b +a =j -j =c +c ." },
    { "a step became a gateway", PROC(START USER("a") USER("b") END WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "e")), "=a",
      PROC(START AND("a") USER("b") END WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "e")), "a", "b", NULL, "=b +b ." },
    { "inside a part that is gone", PROC(START SUB("u", USER("a") USER("b") WAY("8", "a", "b")) USER("c") END WAY("1", "s", "u") WAY("2", "u", "c") WAY("3", "c", "e")), "+a =b",
      PROC(START USER("c") END WAY("1", "s", "c") WAY("3", "c", "e")), "b", "c", NULL, "=c +c ." },
    { "the part is over when its last step is gone", PROC(START SUB("u", USER("a")) USER("c") END WAY("1", "s", "u") WAY("2", "u", "c") WAY("3", "c", "e")), "=a",
      PROC(START SUB("u", USER("z")) USER("c") END WAY("1", "s", "u") WAY("2", "u", "c") WAY("3", "c", "e")), "a", "-", NULL, "=c +c ." },
    { "a clock of a step that stays, a clock that is gone, a clock that is new",
      PROC(START USER("a") USER("l") EDGE("t1", "a", "false", TIMER("PT1H")) EDGE("t2", "a", "false", TIMER("PT2H")) END WAY("1", "s", "a") WAY("2", "a", "e") WAY("4", "t1", "l") WAY("5", "t2", "l")), "=a",
      PROC(START USER("a") USER("l") EDGE("t1", "a", "false", TIMER("PT3H")) EDGE("t3", "a", "false", TIMER("PT4H")) END WAY("1", "s", "a") WAY("2", "a", "e") WAY("4", "t1", "l") WAY("6", "t3", "l")),
      "", "", NULL, "=a ev:off ev:timer:t1 ev:timer:t3 !t:t2 t:t1 =a,l t:t3 =a,l,l" },
    { "a timed event sub-process that is new", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")), "=a",
      PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") LATE("t", "false")), "", "", NULL, "ev:timer:t t:t =a,l +l +a ." },
    { "one that interrupts", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")), "=a",
      PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") LATE("t", "true")), "", "", NULL, "ev:timer:t t:t =l +l ." },
    { "inside a part that stays", PROC(START SUB("u", USER("a")) END WAY("1", "s", "u") WAY("2", "u", "e")), "=a",
      PROC(START SUB("u", USER("a") LATE("t", "false")) END WAY("1", "s", "u") WAY("2", "u", "e")), "", "", NULL, "ev:timer:t t:t =a,l +a =l +l ." },
    { "one that was there goes on, once", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") LATE("t", "false")), "=a",
      PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") LATE("t", "false")), "", "", NULL, "t:t =a,l !t:t" },
    { "one that went off does not begin again", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") LATE("t", "false")), "t:t =a,l",
      PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") LATE("t", "false")), "", "", NULL, "=a,l !t:t" },
    { "its trigger was a message and is a clock now", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")
           WATCH("w", "t", "false", "<messageEventDefinition messageRef='x'/>", USER("l") WAY("9", "t", "l"))), "=a",
      PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") LATE("t", "false")), "", "", NULL, "ev:timer:t t:t =a,l" },
    { "where another interrupted already nothing new starts", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") LATE("t", "true")), "t:t =l",
      PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e") LATE("t", "true")
           WATCH("w2", "t2", "false", TIMER("PT1H"), USER("m") WAY("10", "t2", "m"))), "", "", NULL, "=l !t:t2 +l ." },
    { "a new part opened by the move is watched once", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")), "=a",
      PROC(START USER("b") END WAY("1", "s", "b") WAY("2", "b", "e") LATE("t", "false")), "a", "b", NULL, "=b t:t =b,l !t:t" },
    { "an added step stays", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")), "new:extra =a,extra",
      PROC(START USER("c") END WAY("1", "s", "c") WAY("2", "c", "e")), "a", "c", NULL, "=extra,c +extra +c ." },
    { "what was done ahead stays done", PROC(START USER("a") USER("b") USER("c") END WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "c") WAY("4", "c", "e")), "add:b +b =a",
      PROC(START USER("b") USER("x") USER("c") END WAY("1", "s", "x") WAY("2", "x", "b") WAY("3", "b", "c") WAY("4", "c", "e")), "a", "x", NULL, "=x +x =c +c ." },
    { "instances of a step that is gone", PROC(START "<userTask id='a' name='a'><multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></userTask>"
           USER("b") END WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "e")), "=a,a",
      PROC(START USER("b") END WAY("1", "s", "b") WAY("3", "b", "e")), "a,a", "b,-", NULL, "=b +b ." },
};

static void words_of(struct play *p, const char *script)
{
    struct str rest = str_c(script), w;
    while (str_next(&rest, ' ', &w))
        if (w.n)
            play_word(p, w);
}

static void gone_is(struct t *t, struct play *p, const struct flow_fit *f, const char *want)
{
    struct buf b;
    buf_init(&b, &p->c.mem, 1000);
    for (size_t i = 0; i < f->n_gone; i++) {
        if (i)
            buf_char(&b, ',');
        buf_put(&b, f->gone[i].name);
    }
    CHECK(str_is(buf_str(&b), want));
}

static size_t decisions(const char *to, const struct flow_fit *f, struct flow_decision *d)
{
    struct str rest = str_c(to), one;
    size_t n = 0;
    while (n < f->n_gone && str_next(&rest, ',', &one))
        if (one.n) {
            d[n] = (struct flow_decision){ f->gone[n].key, str_is(one, "-") ? (struct str){ 0 } : one };
            n++;
        }
    return n;
}

static void refused_move(struct t *t, struct play *p, enum err e, const char *key)
{
    CHECK(e == ERR_INPUT || e == ERR_CONFLICT);
    CHECK(p->c.fault.key && !strcmp(p->c.fault.key, key));
    p->c.fault = (struct fault){ 0 };
}

static void move_play(struct t *t, const struct move_game *g)
{
    struct play p = { .t = t, .now_us = 1000000, .name = g->name };
    struct flow_input in = { .now_us = 1000000 };
    struct flow_fit f = { .n_gone = 0 };
    struct flow_decision d[10];
    struct flow_run *run;
    int bad = t->bad;
    ctx_init(&p.c, 64 << 20);
    p.m = game_load(t, &p.c, g->old);
    struct flow_model *new = game_load(t, &p.c, g->new);
    OK(&p.c, flow_start(&p.c, p.m, STR(""), STR(""), &in, &p.res));
    OK(&p.c, flow_run_start(&p.c, p.m, STR(""), STR(""), &in, &p.run));
    words_of(&p, g->before);
    enum err e = flow_move_fit(&p.c, p.m, new, p.res.state, &f);
    if (!e) {
        gone_is(t, &p, &f, g->gone);
        e = flow_run_move(&p.c, p.m, new, p.res.state, d, decisions(g->to, &f, d), 5000000, STR("new version"), &run);
    }
    if (g->refused) {
        refused_move(t, &p, e, g->refused);
    } else {
        OK(&p.c, e);
        p.res.ev = NULL;
        const struct flow_event *ev = flow_run_events(run, &p.res.n);
        p.res.ev = (struct flow_event *)(uintptr_t)ev;
        OK(&p.c, flow_run_state(run, &p.res.state));
        struct flow_model *old = p.m;
        p.m = new;
        p.run = NULL;
        OK(&p.c, flow_run_parse(&p.c, new, p.res.state, &p.run));
        p.now_us = 6000000;
        p.res.over = flow_run_over(run);
        words_of(&p, g->after);
        new = old;
    }
    if (t->bad != bad)
        printf("# in game %s, fault %s, state:\n%.*s", g->name, p.c.fault.key ? p.c.fault.key : "-", STR_A(p.res.state));
    flow_free(new);
    flow_free(p.m);
    ctx_done(&p.c);
}

static void moves(struct t *t)
{
    for (size_t i = 0; i < COUNT_OF(games); i++)
        move_play(t, &games[i]);
}

/* Every allocation of a move refused in turn: an error, never half a move. */
static void refused_memory(struct t *t)
{
    const struct move_game *g = &games[2];
    for (long n = 1; n < 2000; n++) {
        struct ctx c;
        struct flow_result res;
        struct flow_input in = { .now_us = 1 };
        struct flow_run *run;
        ctx_init(&c, 16 << 20);
        struct flow_model *old = game_load(t, &c, g->old), *new = game_load(t, &c, g->new);
        OK(&c, flow_start(&c, old, STR(""), STR(""), &in, &res));
        int64_t key = 0;
        struct flow_fit f;
        OK(&c, flow_move_fit(&c, old, new, res.state, &f));
        key = f.gone[0].key;
        c.mem.fail_at = c.mem.count + n;
        struct flow_decision d = { key, STR("c") };
        enum err e = flow_run_move(&c, old, new, res.state, &d, 1, 2, STR("r"), &run);
        flow_free(old);
        flow_free(new);
        bool failed = c.mem.failed;
        ctx_done(&c);
        if (!failed) {
            CHECK_EQ(e, ERR_OK);
            return;
        }
        CHECK(e == ERR_NOMEM);
    }
}

static const struct t_case cases[] = {
    { "an instance goes on under another version", moves },
    { "refused memory", refused_memory },
};
T_MAIN(cases)
