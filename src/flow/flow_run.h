/* flow_run.h - an instance in memory: tokens in scopes, armed events, facts.
 *
 * Tokens, scopes and arms have keys from one counter and stand in order of
 * their keys; a dead one is swept out between moves.  Pointers into the
 * arrays are good until the next push: hold keys, not pointers. */
#ifndef FLOW_RUN_H
#define FLOW_RUN_H

#include "flow/flow_model.h"

enum phase {
    PH_READY = 'r',         /* just arrived; never stored */
    PH_STEP = 'w',          /* owed by somebody */
    PH_WAIT = 'm',          /* catching event or receive task */
    PH_GATE = 'g',          /* event-based gateway */
    PH_JOIN = 'j', PH_STUCK = 'k',
    PH_CHOICE = 'c',
    PH_SUB = 's', PH_ADHOC = 'a',
    PH_MANY = 'e',          /* holds the instances of a loop */
};

typedef VEC(struct flow_pause) pauses;

struct token {
    int64_t key, scope, start_us;
    int node;               /* -1: a step an officer added */
    int way;                /* joins: the flow it came by */
    int index;              /* in a loop: 1, 2, … */
    char phase;
    bool ahead, dead;
    struct str name, lane;  /* of an added step */
    struct str item;
    pauses pause;
};
struct scope {
    int64_t key, token;     /* token that stands for it outside; 0: a process of its own */
    int box;                /* -1: the instances of a loop at token's node */
    int total, started, ended;   /* loops; total -1: as long as the condition holds */
    struct str *items;      /* total of them, or NULL */
    bool dead;
};
struct arm {                /* a timer or a condition that is being watched */
    int64_t key, token, scope;   /* who watches: a token, or (event sub-process) a scope */
    int node, def, turn;
    int64_t start_us;
    struct str text;        /* of a timer told at run time */
    bool dead;
    pauses pause;
};
struct letter { int node, n; };        /* messages that came before anyone waited */

struct flow_run {
    struct ctx *c;
    const struct flow_model *m;
    int64_t next, now_us;
    VEC(struct token) token;
    VEC(struct scope) scope;
    VEC(struct arm) arm;
    VEC(struct letter) letter;
    VEC(struct flow_fact) fact;        /* by name */
    int *done, *skipped, *early;       /* per node */
    int *taken;                        /* per flow */
    /* of one apply */
    VEC(int64_t) queue;
    size_t queue_at;
    VEC(struct flow_event) event;
    unsigned char *seen;               /* per node, for joins */
    int *stack;
    int moves, live, dead;
    bool look;                         /* conditions may have changed */
    bool over;
    struct str reason;
};

/* flow_run.c */
struct flow_run *run_new(struct ctx *c, const struct flow_model *m);
struct token *run_token(const struct flow_run *r, int64_t key);    /* live, or NULL */
struct scope *run_scope(const struct flow_run *r, int64_t key);
struct scope *run_child(const struct flow_run *r, int64_t token);  /* the scope it stands for */
enum err run_event(struct flow_run *r, enum flow_event_kind kind, const struct token *t, int node,
                   struct flow_event **out) MUST_CHECK;
enum err run_enter(struct flow_run *r, int64_t scope, int node, int way) MUST_CHECK;
enum err run_open_process(struct flow_run *r, int process, int start) MUST_CHECK;
enum err run_open_scope(struct flow_run *r, int64_t token, int box, int64_t *key) MUST_CHECK;
enum err run_start_box(struct flow_run *r, int64_t scope, int start) MUST_CHECK;
enum err run_settle(struct flow_run *r) MUST_CHECK;
void run_kill(struct flow_run *r, struct token *t);
enum err run_cancel(struct flow_run *r, int64_t token) MUST_CHECK;
enum err run_cancel_inside(struct flow_run *r, int64_t scope, bool and_it) MUST_CHECK;
enum err run_path_ends(struct flow_run *r, int64_t scope) MUST_CHECK;
enum err run_close_scope(struct flow_run *r, int64_t scope) MUST_CHECK;
enum err run_fact(struct flow_run *r, const struct flow_fact *f, size_t n) MUST_CHECK;

/* flow_run_step.c: activities */
enum err step_arrive(struct flow_run *r, int64_t key) MUST_CHECK;
/* The work of an activity is over; how: done, skipped or early. */
enum err step_over(struct flow_run *r, int64_t key, enum flow_how how) MUST_CHECK;
enum err step_due(struct flow_run *r, int64_t key) MUST_CHECK;
enum err step_send(struct flow_run *r, const struct node *n, const struct token *t) MUST_CHECK;

/* flow_run_gate.c: ways out, gateways */
enum err gate_arrive(struct flow_run *r, int64_t key) MUST_CHECK;
/* All flows a node's own rule lets through; the token dies. */
enum err gate_leave(struct flow_run *r, int64_t key) MUST_CHECK;
enum err gate_take(struct flow_run *r, int64_t key, int way) MUST_CHECK;   /* just this one */
enum err gate_release(struct flow_run *r, int64_t key) MUST_CHECK;         /* a join, as it is */
enum err gate_joins(struct flow_run *r, bool *moved) MUST_CHECK;           /* inclusive ones */
enum err gate_stuck(struct flow_run *r) MUST_CHECK;
enum err gate_truth(struct flow_run *r, const struct token *t, const struct expr *x,
                    enum flow_truth *out) MUST_CHECK;
/* Facts as this token sees them: with its place in loops around it. */
enum err gate_facts(struct flow_run *r, const struct token *t, struct flow_fact **f, size_t *n) MUST_CHECK;

/* flow_run_event.c: events */
struct match { enum def_kind kind; int node; struct str ref, name, code; };
enum err event_arrive(struct flow_run *r, int64_t key) MUST_CHECK;
enum err event_arm(struct flow_run *r, int64_t token, int64_t scope, int node) MUST_CHECK;
enum err event_arm_edges(struct flow_run *r, int64_t token) MUST_CHECK;
enum err event_disarm(struct flow_run *r, int64_t token, int64_t scope) MUST_CHECK;
enum err event_wait(struct flow_run *r, int64_t key) MUST_CHECK;
enum err event_gate(struct flow_run *r, int64_t key) MUST_CHECK;
enum err event_fire(struct flow_run *r, int64_t arm) MUST_CHECK;
enum err event_conditions(struct flow_run *r, bool *moved) MUST_CHECK;
/* First taker of a message; *taken false: nobody waits. */
enum err event_message(struct flow_run *r, const struct match *w, bool *taken) MUST_CHECK;
enum err event_keep(struct flow_run *r, const struct match *w, bool *kept) MUST_CHECK;
enum err event_signal(struct flow_run *r, const struct match *w) MUST_CHECK;
/* Errors and escalations climb from `token`'s own edge (0: from inside scope). */
enum err event_climb(struct flow_run *r, int64_t token, int64_t scope, const struct match *w,
                     bool *caught) MUST_CHECK;
const struct flow_when *arm_when(const struct flow_run *r, const struct arm *a, struct flow_when *tmp);

/* flow_state.c */
enum err state_parse(struct flow_run *r, struct str text) MUST_CHECK;
enum err state_format(struct flow_run *r, struct str *out) MUST_CHECK;
/* Could the engine have put it there?  The node and def indexes must be the model's. */
bool state_scope_fits(const struct flow_run *r, const struct scope *s);
bool state_token_fits(const struct flow_run *r, const struct token *t);
bool state_arm_fits(const struct flow_run *r, const struct arm *a);

/* flow_clock.c: how often a cycle fires; -1: for ever */
int when_turns(struct str text);
/* flow_json.c: one JSON value, nothing after it, no line breaks */
bool json_ok(struct str s);

#endif
