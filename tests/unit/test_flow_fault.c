/* Properties over random procedures, and what happens when memory gives up or
 * somebody edits a state. */
#include "flow_game.h"

/* ---- random procedures: well-formed by construction ------------------------------ */

struct rng { uint64_t s; };

static uint32_t rnd(struct rng *r, uint32_t n)
{
    r->s ^= r->s << 13;
    r->s ^= r->s >> 7;
    r->s ^= r->s << 17;
    return (uint32_t)((r->s >> 11) % n);
}

#define EACH_FMT "<multiInstanceLoopCharacteristics isSequential='%s'><loopCardinality>%d" \
    "</loopCardinality></multiInstanceLoopCharacteristics>"

struct maker { struct buf b; struct rng r; int n; };

static int block(struct maker *k, int from, int depth);

static int element(struct maker *k, const char *tag, int from, const char *inside)
{
    int id = ++k->n;
    buf_fmt(&k->b, "<%s id='n%d' name='n%d'>%s</%s>", tag, id, id, inside, tag);
    if (from)
        buf_fmt(&k->b, "<sequenceFlow id='w%d' sourceRef='n%d' targetRef='n%d'/>", ++k->n, from, id);
    return id;
}

static int branches(struct maker *k, int from, int depth, const char *tag, bool cond)
{
    int split = element(k, tag, from, ""), join = ++k->n, n = 2 + (int)rnd(&k->r, 2);
    buf_fmt(&k->b, "<%s id='n%d'/>", tag, join);
    for (int i = 0; i < n; i++) {
        int first = ++k->n;
        buf_fmt(&k->b, "<userTask id='n%d' name='n%d'/>", first, first);
        buf_fmt(&k->b, "<sequenceFlow id='w%d' sourceRef='n%d' targetRef='n%d'>", ++k->n, split, first);
        if (cond && i > 0)
            buf_fmt(&k->b, "<conditionExpression>c%d</conditionExpression>", (int)rnd(&k->r, 4));
        buf_put(&k->b, STR("</sequenceFlow>"));
        int last = block(k, first, depth - 1);
        buf_fmt(&k->b, "<sequenceFlow id='w%d' sourceRef='n%d' targetRef='n%d'/>", ++k->n, last, join);
    }
    return join;
}

static int nested(struct maker *k, int from, int depth)
{
    int id = ++k->n, start = ++k->n, end = ++k->n;
    buf_fmt(&k->b, "<subProcess id='n%d' name='n%d'>", id, id);
    if (rnd(&k->r, 3) == 0)
        buf_fmt(&k->b, EACH_FMT, rnd(&k->r, 2) ? "true" : "false", 1 + (int)rnd(&k->r, 3));
    buf_fmt(&k->b, "<startEvent id='n%d'/><endEvent id='n%d'/>", start, end);
    int last = block(k, start, depth - 1);
    buf_fmt(&k->b, "<sequenceFlow id='w%d' sourceRef='n%d' targetRef='n%d'/></subProcess>", ++k->n, last, end);
    buf_fmt(&k->b, "<sequenceFlow id='w%d' sourceRef='n%d' targetRef='n%d'/>", ++k->n, from, id);
    return id;
}

static int watched(struct maker *k, int from)
{
    int id = element(k, "userTask", from, ""), edge = ++k->n, aside = ++k->n;
    buf_fmt(&k->b, "<boundaryEvent id='n%d' attachedToRef='n%d' cancelActivity='false'>"
            "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
            "</boundaryEvent><userTask id='n%d' name='n%d'/>"
            "<sequenceFlow id='w%d' sourceRef='n%d' targetRef='n%d'/>", edge, id, aside, aside, ++k->n,
            edge, aside);
    return id;
}

static int block(struct maker *k, int from, int depth)
{
    for (uint32_t i = 1 + rnd(&k->r, 2); i > 0; i--)
        switch (depth > 0 ? rnd(&k->r, 7) : 0) {
        case 1: from = branches(k, from, depth, "parallelGateway", false); break;
        case 2: from = branches(k, from, depth, "exclusiveGateway", true); break;
        case 3: from = branches(k, from, depth, "inclusiveGateway", true); break;
        case 4: from = nested(k, from, depth); break;
        case 5: from = watched(k, from); break;
        case 6: from = element(k, "userTask", from, "<multiInstanceLoopCharacteristics>"
                               "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"); break;
        default: from = element(k, "userTask", from, "");
        }
    return from;
}

static struct str make(struct ctx *c, uint64_t seed)
{
    struct maker k = { .r = { seed * 0x9e3779b97f4a7c15ull + 1 } };
    buf_init(&k.b, &c->mem, 1 << 20);
    buf_put(&k.b, STR(BPMN "<process id='p'>"));
    int last = block(&k, element(&k, "startEvent", 0, ""), 4);
    (void)element(&k, "endEvent", last, "");
    buf_put(&k.b, STR("</process></definitions>"));
    return buf_str(&k.b);
}

/* ---- playing at random ----------------------------------------------------------------- */

struct round { struct ctx c; struct flow_model *m; struct flow_result res; struct rng r; };

static struct flow_input random_input(struct round *w, struct flow_fact *f)
{
    static const struct str names[] = { STR_INIT("c0"), STR_INIT("c1"), STR_INIT("c2"), STR_INIT("c3") };
    struct flow_open *o;
    size_t n = 0;
    struct flow_input in = { .kind = FLOW_COMPLETE, .now_us = 7, .reason = STR("because") };
    if (flow_open(&w->c, w->m, w->res.state, &o, &n) != ERR_OK || n == 0)
        return in;
    const struct flow_open *one = &o[rnd(&w->r, (uint32_t)n)];
    in.key = one->key;
    *f = (struct flow_fact){ names[rnd(&w->r, 4)], rnd(&w->r, 2) ? STR("true") : STR("false") };
    in.facts = f;
    in.n_facts = rnd(&w->r, 2);
    if (one->kind == FLOW_OPEN_TIMER)
        in.kind = FLOW_TIMER;
    else if (one->kind == FLOW_OPEN_JOIN || rnd(&w->r, 8) == 0)
        in.kind = FLOW_SKIP;
    if (one->kind == FLOW_OPEN_CHOICE) {
        struct flow_way *ways;
        size_t k = 0;
        if (flow_ways(&w->c, w->m, one->node, &ways, &k) == ERR_OK && k > 0) {
            in.kind = FLOW_CHOOSE;
            in.ref = ways[rnd(&w->r, (uint32_t)k)].id;
        }
    }
    return in;
}

/* Every random procedure comes to its end: no token is lost, none is stuck, and
 * a second node that hears the same inputs holds the same bytes. */
static int one_round(struct t *t, uint64_t seed)
{
    struct round w = { .r = { seed + 99 } };
    struct flow_run *twin = NULL;
    struct flow_input in = { .now_us = 1 };
    struct flow_fact f;
    ctx_init(&w.c, 256 << 20);
    OK(&w.c, flow_load(&w.c, make(&w.c, seed), &test_eval, &w.m));
    OK(&w.c, flow_start(&w.c, w.m, STR(""), STR(""), &in, &w.res));
    OK(&w.c, flow_run_start(&w.c, w.m, STR(""), STR(""), &in, &twin));
    int steps = 0;
    while (!w.res.over && t->bad == 0 && steps++ < 2000) {
        struct str again = { 0 };
        in = random_input(&w, &f);
        OK(&w.c, flow_apply(&w.c, w.m, w.res.state, &in, &w.res));
        OK(&w.c, flow_run_apply(twin, &in));
        OK(&w.c, flow_run_state(twin, &again));
        CHECK(str_eq(again, w.res.state));
        for (size_t i = 0; i < w.res.n; i++)
            CHECK(w.res.ev[i].kind != FLOW_EV_STUCK && w.res.ev[i].kind != FLOW_EV_ERROR);
    }
    CHECK(w.res.over);
    if (t->bad)
        printf("# seed %llu, %d steps\n# %.*s\n", (unsigned long long)seed, steps, STR_A(w.res.state));
    flow_free(w.m);
    ctx_done(&w.c);
    return steps;
}

static void random_procedures(struct t *t)
{
    int steps = 0;
    for (uint64_t seed = 1; seed <= 400 && !t->bad; seed++)
        steps += one_round(t, seed);
    printf("# %d inputs\n", steps);
    CHECK(steps > 2000);
}

/* ---- memory refused ------------------------------------------------------------------------ */

static const char fault_xml[] = DEFS(
    "<message id='m1' name='word'/><process id='p'>"
    "<laneSet><lane id='l'><flowNodeRef>a</flowNodeRef></lane></laneSet>" START
    NODE("parallelGateway", "g", "") USER("a")
    "<boundaryEvent id='t' attachedToRef='a'><timerEventDefinition><timeDuration>PT1H</timeDuration>"
    "</timerEventDefinition></boundaryEvent><receiveTask id='r' messageRef='m1'/>"
    "<userTask id='i'><multiInstanceLoopCharacteristics><loopCardinality>people</loopCardinality>"
    "</multiInstanceLoopCharacteristics></userTask>"
    WAY("1", "s", "g") WAY("2", "g", "a") WAY("3", "g", "r") WAY("4", "g", "i") "</process>"
    "<process id='q'/>");

static enum err whole_life(struct ctx *c, struct flow_model **m, struct str *state)
{
    struct flow_fact f = { STR("people"), STR("[1,2]") };
    struct flow_input in = { .facts = &f, .n_facts = 1 };
    struct flow_result res;
    struct flow_finding *k;
    struct flow_open *o;
    struct flow_route *ro;
    size_t n;
    struct buf svg;
    TRY(flow_load(c, str_c(fault_xml), &test_eval, m));
    TRY(flow_check(c, *m, &k, &n));
    TRY(flow_start(c, *m, STR("p"), STR("s"), &in, &res));
    in = (struct flow_input){ .kind = FLOW_PAUSE, .reason = STR("x") };
    TRY(flow_apply(c, *m, res.state, &in, &res));
    in = (struct flow_input){ .kind = FLOW_ADD, .name = STR("own") };
    TRY(flow_apply(c, *m, res.state, &in, &res));
    in = (struct flow_input){ .kind = FLOW_MESSAGE, .ref = STR("word") };
    TRY(flow_apply(c, *m, res.state, &in, &res));
    TRY(flow_open(c, *m, res.state, &o, &n));
    TRY(flow_route(c, *m, res.state, &ro, &n));
    struct flow_view v = { .state = res.state };
    buf_init(&svg, &c->mem, FLOW_SVG_MAX);
    TRY(flow_draw(c, *m, &v, &svg));
    *state = res.state;
    return ERR_OK;
}

/* The nth allocation, of the model's memory too, is refused: an error comes
 * back, nothing leaks, and without refusal the result is what it always is. */
static void refused_allocations(struct t *t)
{
    struct ctx first;
    struct flow_model *m0 = NULL;
    struct str want = { 0 };
    ctx_init(&first, 64 << 20);
    OK(&first, whole_life(&first, &m0, &want));
    long n = 1;
    for (;; n++) {
        struct ctx c;
        struct flow_model *m = NULL;
        struct str state = { 0 };
        ctx_init(&c, 64 << 20);
        c.mem.fail_at = n;
        enum err e = whole_life(&c, &m, &state);
        if (e == ERR_OK) {
            CHECK(str_eq(state, want));
            CHECK(c.mem.count < n);
        } else {
            CHECK_EQ(e, ERR_NOMEM);
        }
        flow_free(m);
        ctx_done(&c);
        if (e == ERR_OK || t->bad)
            break;
    }
    printf("# %ld allocations refused in turn\n", n - 1);
    CHECK(n > 150);
    flow_free(m0);
    ctx_done(&first);
}

/* ---- states somebody edited --------------------------------------------------------------------- */

static void refused_state(struct t *t, struct ctx *c, struct flow_model *m, struct str s, const char *what)
{
    struct flow_open *o;
    size_t n;
    enum err e = flow_open(c, m, s, &o, &n);
    if (e != ERR_CORRUPT) {
        t->bad++;
        printf("# %s: %s\n%.*s", what, err_name(e), STR_A(s));
    }
    c->fault = (struct fault){ 0 };
}

/* Each line dropped or doubled, each byte changed: refused, or the same text
 * comes out again. */
static void edited_states(struct t *t)
{
    struct ctx c;
    struct flow_model *m = NULL;
    struct str state = { 0 };
    ctx_init(&c, 512 << 20);
    OK(&c, whole_life(&c, &m, &state));
    size_t from = 0, kept = 0, tried = 0;
    for (size_t i = 0; i < state.n; i++) {
        if (state.p[i] != '\n')
            continue;
        struct str line = str_sub(state, from, i + 1 - from), head = str_sub(state, 0, from);
        struct str tail = str_sub(state, i + 1, state.n);
        refused_state(t, &c, m, str_join(&c.mem, head, line, line, tail), "doubled line");
        if (!str_starts(line, STR("flow ")) && !str_starts(line, STR("node ")) &&
            !str_starts(line, STR("fact ")) && !str_starts(line, STR("arm ")) &&
            !str_starts(line, STR("letter ")) && !str_starts(line, STR("token ")))
            refused_state(t, &c, m, str_join(&c.mem, head, tail), "dropped line");
        from = i + 1;
    }
    refused_state(t, &c, m, str_sub(state, 0, state.n - 1), "cut");
    refused_state(t, &c, m, str_join(&c.mem, state, STR("\n")), "longer");
    refused_state(t, &c, m, STR(""), "empty");
    char *p = arena_alloc(&c.mem, state.n, 1);
    for (size_t i = 0; p && i < state.n; i++)
        for (int k = 0; k < 3; k++, tried++) {
            memcpy(p, state.p, state.n);
            p[i] = "0 \xff"[k];
            struct str s = { p, state.n }, again = { 0 };
            struct flow_run *r;
            if (str_eq(s, state) || flow_run_parse(&c, m, s, &r) != ERR_OK)
                continue;
            kept++;
            OK(&c, flow_run_state(r, &again));
            CHECK(str_eq(again, s));
        }
    printf("# %zu of %zu changed states still make sense\n", kept, tried);
    CHECK(kept < tried / 2);
    flow_free(m);
    ctx_done(&c);
}

/* A state of one version fits the next one that still has its nodes. */
static void new_version(struct t *t)
{
    static const char v1[] = PROC(START USER("a") USER("b") WAY("1", "s", "a") WAY("2", "a", "b"));
    static const char v2[] = PROC(USER("extra") USER("b") USER("a") START WAY("2", "a", "b")
                                  WAY("1", "s", "a") WAY("3", "b", "extra"));
    static const char v3[] = PROC(START USER("c") WAY("1", "s", "c"));
    struct ctx c;
    struct flow_input in = { 0 };
    struct flow_result res;
    struct flow_open *o;
    size_t n;
    ctx_init(&c, 16 << 20);
    struct flow_model *m1 = game_load(t, &c, v1), *m2 = game_load(t, &c, v2), *m3 = game_load(t, &c, v3);
    OK(&c, flow_start(&c, m1, STR(""), STR(""), &in, &res));
    OK(&c, flow_open(&c, m2, res.state, &o, &n));
    CHECK_EQ(n, 1);
    CHECK_STR(o[0].node, "a");
    refused_state(t, &c, m3, res.state, "a model without the step");
    flow_free(m1);
    flow_free(m2);
    flow_free(m3);
    ctx_done(&c);
}

/* ---- models that never wait -------------------------------------------------------------------------- */

static void runaways(struct t *t)
{
    static const char *const xml[] = {
        PROC(START NODE("exclusiveGateway", "g", "") NODE("exclusiveGateway", "h", "") WAY("1", "s", "g")
             WAY("2", "g", "h") WAY("3", "h", "g")),
        PROC(START NODE("parallelGateway", "g", "") NODE("exclusiveGateway", "h", "") WAY("1", "s", "h")
             WAY("2", "h", "g") WAY("3", "g", "h") WAY("4", "g", "h")),
        DEFS("<process id='p'>" START "<callActivity id='k' calledElement='p'/>" WAY("1", "s", "k")
             "</process>"),
        PROC(START "<subProcess id='u'><multiInstanceLoopCharacteristics><loopCardinality>400"
             "</loopCardinality></multiInstanceLoopCharacteristics><startEvent id='us'/><subProcess id='v'>"
             "<multiInstanceLoopCharacteristics><loopCardinality>400</loopCardinality>"
             "</multiInstanceLoopCharacteristics><startEvent id='vs'/>" USER("a") WAY("3", "vs", "a")
             "</subProcess>" WAY("2", "us", "v") "</subProcess>" WAY("1", "s", "u")),
        PROC(START NODE("userTask", "a", "<multiInstanceLoopCharacteristics><loopCardinality>100000"
             "</loopCardinality></multiInstanceLoopCharacteristics>") WAY("1", "s", "a")),
    };
    for (size_t i = 0; i < COUNT_OF(xml); i++) {
        struct ctx c;
        struct flow_input in = { 0 };
        struct flow_result res;
        ctx_init(&c, 256 << 20);
        struct flow_model *m = game_load(t, &c, xml[i]);
        enum err e = flow_start(&c, m, STR(""), STR(""), &in, &res);
        if (e != ERR_INPUT) {
            t->bad++;
            printf("# model %zu: %s\n", i, err_name(e));
        }
        flow_free(m);
        ctx_done(&c);
    }
}

static const struct t_case cases[] = {
    { "random procedures end, and replay agrees", random_procedures },
    { "every allocation refused", refused_allocations }, { "edited states", edited_states },
    { "a new version of the model", new_version }, { "models that never wait", runaways },
};
T_MAIN(cases)
