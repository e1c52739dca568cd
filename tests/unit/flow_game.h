/* flow_game.h - a small language for playing procedures in tests.
 *
 * Words of a script, applied from left to right, each through state text:
 *   =a,b     what is open (steps, waits, choices, ad-hoc, stuck joins), by key
 *   .        the instance is over
 *   +a -a    complete, skip the open item at node a
 *   t:x      the timer at node x has come      m:ref  s:ref   message, signal
 *   err:a:e esc:a:e   error, escalation raised at a
 *   go:g:f   choice at g: follow f             f:n=v          a fact
 *   add:x    take x ahead     in:h:x   add x inside ad-hoc h   new:name
 *   p:a r:a  pause, resume (p: and r: alone: all)   stop
 *   ev:KIND:ref   the last input gave such an event (ref may be empty)
 *   !word    the word must be refused
 */
#ifndef FLOW_GAME_H
#define FLOW_GAME_H

#include "flow/flow.h"
#include "t.h"

#define BPMN "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' " \
             "xmlns:amparo='urn:amparo:flow:1' id='d' targetNamespace='urn:x'>"
#define DEFS(x) BPMN x "</definitions>"
#define PROC(x) DEFS("<process id='p'>" x "</process>")
#define START "<startEvent id='s'/>"
#define END "<endEvent id='e'/>"
#define USER(id) "<userTask id='" id "' name='" id "'/>"
#define WAY(id, a, b) "<sequenceFlow id='" id "' sourceRef='" a "' targetRef='" b "'/>"
#define WAY_IF(id, a, b, c) "<sequenceFlow id='" id "' sourceRef='" a "' targetRef='" b "'>" \
                            "<conditionExpression>" c "</conditionExpression></sequenceFlow>"
#define NODE(tag, id, x) "<" tag " id='" id "' name='" id "'>" x "</" tag ">"

struct game { const char *name, *xml, *script; };

/* ---- a tiny expression language, so that these tests stand without FEEL:
 *      "x" true when fact x is true; "x=3"; "!x"; "3" or "list" for counts --- */

static enum err ge_compile(struct ctx *c, struct arena *mem, struct str expr, struct str language,
                           void **prog, struct str *why)
{
    struct str *s;
    (void)c;
    *prog = NULL;
    if (language.n) {
        *why = STR("foreign");
        return ERR_OK;
    }
    s = NEW(mem, struct str);
    if (!s)
        return ERR_NOMEM;
    *s = expr;
    *prog = s;
    return ERR_OK;
}

static const struct flow_fact *ge_find(struct str name, const struct flow_fact *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(f[i].name, name))
            return &f[i];
    return NULL;
}

static enum err ge_truth(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                         enum flow_truth *out)
{
    struct str e = *(const struct str *)prog, name, want;
    bool no = e.n && e.p[0] == '!';
    (void)c;
    if (no)
        e = str_sub(e, 1, e.n);
    if (!str_cut(e, '=', &name, &want)) {
        name = e;
        want = STR("true");
    }
    const struct flow_fact *k = ge_find(name, f, n);
    *out = !k ? FLOW_UNKNOWN : str_eq(k->value, want) != no ? FLOW_TRUE : FLOW_FALSE;
    return ERR_OK;
}

static enum err ge_items(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                         struct str **out, size_t *count)
{
    struct str e = *(const struct str *)prog, item;
    int64_t k;
    *out = NULL;
    *count = FLOW_EACH_UNKNOWN;
    const struct flow_fact *x = ge_find(e, f, n);
    if (x)
        e = x->value;
    if (str_to_i64(e, &k)) {
        *count = (size_t)k;
        return ERR_OK;
    }
    if (!e.n || e.p[0] != '[')
        return ERR_OK;
    e = str_sub(e, 1, e.n - 2);
    *out = NEW_N(&c->mem, struct str, 100);
    if (!*out)
        return ERR_NOMEM;
    *count = 0;
    while (str_next(&e, ',', &item))
        (*out)[(*count)++] = item;
    return ERR_OK;
}

static enum err ge_text(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                        struct str *out)
{
    const struct flow_fact *x = ge_find(*(const struct str *)prog, f, n);
    (void)c;
    *out = x && x->value.n > 2 ? str_sub(x->value, 1, x->value.n - 2) : (struct str){ 0 };
    return ERR_OK;
}

static const struct flow_eval test_eval = { ge_compile, ge_truth, ge_items, ge_text };

/* ---- playing ------------------------------------------------------------------- */

struct play {
    struct t *t;
    struct ctx c;
    struct flow_model *m;
    struct flow_result res;
    struct flow_run *run;           /* the same inputs without text in between */
    int64_t now_us;
    struct flow_fact fact;
    const char *name;
};

__attribute__((unused))
static struct flow_model *game_load(struct t *t, struct ctx *c, const char *xml)
{
    struct flow_model *m = NULL;
    OK(c, flow_load(c, str_c(xml), &test_eval, &m));
    return m;
}

static bool is_item(enum flow_open_kind k)
{
    return k != FLOW_OPEN_TIMER;
}

static int64_t key_at(struct play *p, struct str node, bool timer)
{
    struct flow_open *o;
    size_t n;
    int64_t k;
    if (flow_open(&p->c, p->m, p->res.state, &o, &n) != ERR_OK)
        return -1;
    for (size_t i = 0; i < n; i++)
        if ((str_eq(o[i].node, node) || (!o[i].node.n && str_eq(o[i].name, node))) &&
            (o[i].kind == FLOW_OPEN_TIMER) == timer)
            return o[i].key;
    return str_to_i64(node, &k) ? k : 999999;
}

static void want_open(struct play *p, struct str want)
{
    struct flow_open *o;
    size_t n;
    struct buf b;
    struct t *t = p->t;
    buf_init(&b, &p->c.mem, 4000);
    OK(&p->c, flow_open(&p->c, p->m, p->res.state, &o, &n));
    for (size_t i = 0; i < n; i++) {
        if (!is_item(o[i].kind))
            continue;
        if (b.n)
            buf_char(&b, ',');
        buf_put(&b, o[i].node.n ? o[i].node : o[i].name);
    }
    if (!str_eq(buf_str(&b), want)) {
        t->bad++;
        printf("# %s: open is \"%.*s\", want \"%.*s\"\n", p->name, STR_A(buf_str(&b)), STR_A(want));
    }
}

static const struct { const char *word; enum flow_event_kind kind; } ge_events[] = {
    { "started", FLOW_EV_STARTED }, { "due", FLOW_EV_STEP_DUE }, { "ended", FLOW_EV_STEP_ENDED },
    { "timer", FLOW_EV_TIMER_SET }, { "off", FLOW_EV_TIMER_OFF }, { "waits", FLOW_EV_WAITS },
    { "sent", FLOW_EV_SENT }, { "signal", FLOW_EV_SIGNAL }, { "escalated", FLOW_EV_ESCALATED },
    { "error", FLOW_EV_ERROR }, { "stuck", FLOW_EV_STUCK }, { "choice", FLOW_EV_CHOICE_DUE },
    { "adhoc", FLOW_EV_ADHOC_OPEN }, { "passed", FLOW_EV_PASSED }, { "paused", FLOW_EV_PAUSED },
    { "resumed", FLOW_EV_RESUMED }, { "end", FLOW_EV_ENDED }, { "over", FLOW_EV_OVER },
};

/* "kind:ref": ref is the event's ref, or its node. */
static void want_event(struct play *p, struct str want)
{
    struct str kind = want, ref = { 0 };
    (void)str_cut(want, ':', &kind, &ref);
    for (size_t k = 0; k < COUNT_OF(ge_events); k++)
        for (size_t i = 0; str_is(kind, ge_events[k].word) && i < p->res.n; i++)
            if (p->res.ev[i].kind == ge_events[k].kind &&
                (!ref.n || str_eq(ref, p->res.ev[i].ref) || str_eq(ref, p->res.ev[i].node)))
                return;
    p->t->bad++;
    printf("# %s: no event %.*s\n", p->name, STR_A(want));
}

static bool cut3(struct str w, struct str *a, struct str *b)
{
    *a = *b = (struct str){ 0 };
    if (!str_cut(w, ':', a, b))
        *a = w;
    return true;
}

static struct flow_input read_input(struct play *p, struct str w)
{
    struct flow_input in = { .now_us = p->now_us };
    struct str verb = { 0 }, rest = { 0 }, a, b;
    if (w.p[0] == '+' || w.p[0] == '-') {
        in.kind = w.p[0] == '+' ? FLOW_COMPLETE : FLOW_SKIP;
        in.key = key_at(p, str_sub(w, 1, w.n), false);
        in.reason = STR("because");
        return in;
    }
    if (!str_cut(w, ':', &verb, &rest))
        verb = w;
    (void)cut3(rest, &a, &b);
    in.reason = STR("because");
    if (str_is(verb, "t")) {
        in.kind = FLOW_TIMER;
        in.key = key_at(p, a, true);
    } else if (str_is(verb, "m")) {
        in.kind = FLOW_MESSAGE;
        in.ref = rest;
    } else if (str_is(verb, "s")) {
        in.kind = FLOW_SIGNAL;
        in.ref = rest;
    } else if (str_is(verb, "err") || str_is(verb, "esc")) {
        in.kind = str_is(verb, "err") ? FLOW_ERROR : FLOW_ESCALATE;
        in.key = key_at(p, a, false);
        in.ref = b;
    } else if (str_is(verb, "go")) {
        in.kind = FLOW_CHOOSE;
        in.key = key_at(p, a, false);
        in.ref = b;
    } else if (str_is(verb, "f")) {
        in.kind = FLOW_FACTS;
        (void)str_cut(rest, '=', &p->fact.name, &p->fact.value);
        in.facts = &p->fact;
        in.n_facts = 1;
    } else if (str_is(verb, "add")) {
        in.kind = FLOW_ADD;
        in.ref = a;
    } else if (str_is(verb, "in")) {
        in.kind = FLOW_ADD;
        in.key = key_at(p, a, false);
        in.ref = b;
    } else if (str_is(verb, "new")) {
        in.kind = FLOW_ADD;
        in.name = a;
        in.lane = STR("l");
    } else if (str_is(verb, "p") || str_is(verb, "r")) {
        in.kind = str_is(verb, "p") ? FLOW_PAUSE : FLOW_RESUME;
        in.key = a.n ? key_at(p, a, false) : 0;
    } else {
        in.kind = FLOW_STOP;
    }
    return in;
}

static void play_word(struct play *p, struct str w)
{
    struct t *t = p->t;
    bool refuse = w.p[0] == '!';
    struct flow_result res;
    if (refuse)
        w = str_sub(w, 1, w.n);
    if (w.p[0] == '=') {
        want_open(p, str_sub(w, 1, w.n));
        return;
    }
    if (str_is(w, ".")) {
        CHECK(p->res.over);
        return;
    }
    if (str_starts(w, STR("ev:"))) {
        want_event(p, str_sub(w, 3, w.n));
        return;
    }
    p->now_us += 1000;
    struct flow_input in = read_input(p, w);
    enum err e = flow_apply(&p->c, p->m, p->res.state, &in, &res);
    if (refuse) {
        if (e != ERR_NOT_FOUND && e != ERR_CONFLICT && e != ERR_INPUT) {
            t->bad++;
            printf("# %s: %.*s gave %s\n", p->name, STR_A(w), err_name(e));
        }
        p->c.fault = (struct fault){ 0 };
        return;
    }
    if (e != ERR_OK) {
        t->bad++;
        printf("# %s: %.*s gave %s: %s %s\n", p->name, STR_A(w), err_name(e),
               p->c.fault.key ? p->c.fault.key : "-", p->c.fault.detail);
        p->c.fault = (struct fault){ 0 };
        return;
    }
    p->res = res;
    struct str again = { 0 };
    OK(&p->c, flow_run_apply(p->run, &in));
    OK(&p->c, flow_run_state(p->run, &again));
    CHECK(str_eq(again, res.state));          /* text in between changes nothing */
}

__attribute__((unused))
static void game_play(struct t *t, const struct game *g)
{
    struct play p = { .t = t, .now_us = 1000000, .name = g->name };
    struct str rest = str_c(g->script), w;
    int bad = t->bad;
    ctx_init(&p.c, 64 << 20);
    p.m = game_load(t, &p.c, g->xml);
    struct flow_input in = { .now_us = p.now_us };
    if (p.m) {
        OK(&p.c, flow_start(&p.c, p.m, STR(""), STR(""), &in, &p.res));
        OK(&p.c, flow_run_start(&p.c, p.m, STR(""), STR(""), &in, &p.run));
        while (t->bad == bad && str_next(&rest, ' ', &w))
            if (w.n)
                play_word(&p, w);
    }
    if (t->bad != bad)
        printf("# in game %s: %s\n# state:\n%.*s", g->name, g->script, STR_A(p.res.state));
    flow_free(p.m);
    ctx_done(&p.c);
}

#endif
