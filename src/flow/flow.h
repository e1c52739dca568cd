/* flow.h - procedures: BPMN 2.0 read, checked, run and drawn.
 *
 * A leaf that knows no case, no office and no database.  A model is read once
 * and never changes.  An instance is a piece of canonical text that the caller
 * keeps: flow_start makes the first one, flow_apply turns (state, input) into
 * (state, events).  There is no clock, no random number and no data outside
 * the arguments, so the same inputs in the same order give the same bytes on
 * every node, and a case continues anywhere after any crash.
 *
 * One instance is one collaboration: the process it was started with, and
 * every other pool of the same file that a message wakes.
 *
 * Method: OMG BPMN 2.0.2 (formal/2013-12-09), chapters 10 and 13.
 */
#ifndef FLOW_H
#define FLOW_H

#include "base/base.h"

#include <stdio.h>

enum {
    FLOW_FILE_MAX = 8 << 20,      /* bytes of one BPMN file */
    FLOW_NODES_MAX = 20000,       /* flow nodes in one file */
    FLOW_DEPTH_MAX = 24,          /* sub-processes and calls inside each other */
    FLOW_STATE_MAX = 1 << 20,     /* bytes of one instance */
    FLOW_TOKENS_MAX = 2000,       /* open tokens of one instance */
    FLOW_MOVES_MAX = 20000,       /* moves in one flow_apply: a cycle that never waits ends here */
    FLOW_EACH_MAX = 500,          /* instances of one multi-instance activity */
    FLOW_FACTS_MAX = 500,         /* facts in one instance */
    FLOW_VALUE_MAX = 16 << 10,    /* bytes of one fact */
};

/* Our own attributes in foreign files: xmlns:amparo="urn:amparo:flow:1".
 *   on a timer event, a task, the process or definitions: calendar
 *   on a task: due (an ISO 8601 duration), form, decision, provision, …
 *   on a lane or pool: role
 * Any amparo:* attribute of any element can be read with flow_attr. */
#define FLOW_NS "urn:amparo:flow:1"

/* ---- facts and conditions ---------------------------------------------- */

/* A named value that conditions may ask for.  value is JSON on one line, which
 * is also a FEEL literal: true, 12, "Filadelfia", ["a","b"], {"x":1}. */
struct flow_fact {
    struct str name, value;
};

#define FLOW_EACH_UNKNOWN SIZE_MAX

enum flow_truth { FLOW_FALSE, FLOW_TRUE, FLOW_UNKNOWN };

/* How expressions are read: FEEL is flow_feel; tests bring their own.
 * A compiled expression lives in the model's arena. */
struct flow_eval {
    /* *prog = NULL and *why a sentence for the author when expr is not ours
     * (another language, a mistake): not an error. */
    enum err (*compile)(struct ctx *c, struct arena *mem, struct str expr,
                        struct str language, void **prog, struct str *why);
    enum err (*truth)(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                      enum flow_truth *out);
    /* A number k gives k times "" ; a list its items as JSON; anything else,
     * null too, *count = FLOW_EACH_UNKNOWN.  At most FLOW_EACH_MAX items. */
    enum err (*items)(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                      struct str **out, size_t *count);
    /* The value as bare text: a string without quotes, a duration, a date; {0} for null. */
    enum err (*text)(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                     struct str *out);
};
extern const struct flow_eval flow_feel;

/* ---- models -------------------------------------------------------------- */

struct flow_model;

/* Read one file.  Tolerates any prefix, encoding and vendor extension, missing
 * diagrams and unknown elements; those are findings of flow_check.
 * ERR_INPUT: not XML, not BPMN, a DOCTYPE, or a cap above; the fault's detail
 * has the line.  No network, no entities.  The model has its own memory: free
 * it with flow_free; it does not borrow from `bytes` or `c`. */
enum err flow_load(struct ctx *c, struct str bytes, const struct flow_eval *eval,
                   struct flow_model **out) MUST_CHECK;
void flow_free(struct flow_model *m);                  /* NULL is fine */

enum flow_kind {
    FLOW_TASK, FLOW_USER, FLOW_MANUAL, FLOW_SERVICE, FLOW_SCRIPT, FLOW_RULE, FLOW_SEND,
    FLOW_RECEIVE,
    FLOW_SUB, FLOW_ADHOC, FLOW_CALL,
    FLOW_XOR, FLOW_OR, FLOW_AND, FLOW_EVENT_GATE, FLOW_COMPLEX,
    FLOW_START, FLOW_END, FLOW_CATCH, FLOW_THROW, FLOW_BOUNDARY,
    FLOW_EXTRA,             /* a step an officer added; not in the model */
};
const char *flow_kind_name(enum flow_kind k);          /* "userTask" */

enum flow_when_kind { FLOW_NEVER, FLOW_DURATION, FLOW_DATE, FLOW_CYCLE };
struct flow_when {
    enum flow_when_kind kind;
    struct str text;        /* "PT24H", "P10D", "R3/P1D", "2026-12-01T08:00:00Z" */
    struct str calendar;    /* name of the calendar to count it by; the caller knows them */
};

/* Strings point into the model. */
struct flow_step {
    struct str id, name, doc;
    enum flow_kind kind;
    struct str process;     /* id */
    struct str lane;        /* id of the lane, or of the pool when it has no lanes */
    struct str lane_name, role;   /* role: amparo:role of lane or pool; else empty */
    struct flow_when due;   /* amparo:due, else its first boundary timer */
    int line;
};
struct flow_process {
    struct str id, name, pool;    /* pool: name of the participant that runs it */
    bool executable;
    size_t nodes, flows, lanes;   /* nodes and flows with those of sub-processes */
};
struct flow_lane {
    struct str id, name, role, process;
    bool pool;              /* a pool standing for its only lane */
};
size_t flow_processes(const struct flow_model *m);
struct flow_process flow_process_at(const struct flow_model *m, size_t i);
size_t flow_lanes(const struct flow_model *m);
struct flow_lane flow_lane_at(const struct flow_model *m, size_t i);
size_t flow_nodes(const struct flow_model *m);          /* in document order */
struct flow_step flow_node_at(const struct flow_model *m, size_t i);
bool flow_node_find(const struct flow_model *m, struct str id, struct flow_step *out);
/* amparo:<name> of the element with that id; empty when there is none. */
struct str flow_attr(const struct flow_model *m, struct str id, const char *name);

struct flow_way { struct str id, name; };   /* name: of the flow; else of the node it leads to */
/* The flows leaving a node, in document order: the answers to FLOW_EV_CHOICE_DUE. */
enum err flow_ways(struct ctx *c, const struct flow_model *m, struct str node,
                   struct flow_way **out, size_t *n) MUST_CHECK;

/* ---- checking ------------------------------------------------------------ */

enum flow_severity {
    FLOW_NOTE,              /* read, kept for other tools, not ours */
    FLOW_WARN,              /* runs, but an officer will have to help */
    FLOW_WRONG,             /* not to be used for a case: pack check refuses */
};
struct flow_finding {
    enum flow_severity severity;
    struct str id;          /* element, or empty */
    int line;
    const char *key;        /* message-catalogue key "flow.dead-end" */
    struct str arg;         /* what the message talks about: a name, a tag, a reason */
};
/* All findings, by line, in c->mem. */
enum err flow_check(struct ctx *c, const struct flow_model *m, struct flow_finding **out,
                    size_t *n) MUST_CHECK;
/* English sentence for a finding key; the catalogue has the other languages. */
const char *flow_finding_text(const char *key);

/* ---- running --------------------------------------------------------------- */

enum flow_in {
    FLOW_COMPLETE,          /* key: a step, or an open ad-hoc sub-process; facts: its outputs */
    FLOW_SKIP,              /* key, reason: the route goes on as if it were done */
    FLOW_TIMER,             /* key: a timer whose time has come */
    FLOW_MESSAGE,           /* ref: message flow, message id or name, or the waiting node */
    FLOW_SIGNAL,            /* ref: signal id or name */
    FLOW_ERROR,             /* key: step; ref: error code, id or name.  Must be caught */
    FLOW_ESCALATE,          /* key: step; ref: escalation code, id or name */
    FLOW_ADD,               /* ref: a step of the model taken ahead of its turn, or (key) inside
                               an ad-hoc sub-process; no ref: name, lane of a new step */
    FLOW_CHOOSE,            /* key: a waiting choice; ref: the flow to follow */
    FLOW_FACTS,             /* facts changed; conditional events look again */
    FLOW_PAUSE,             /* key: a step or timer, or 0 for all clocks; reason */
    FLOW_RESUME,            /* key likewise */
    FLOW_STOP,              /* reason: end everything that is open */
};
struct flow_input {
    enum flow_in kind;
    int64_t now_us;         /* when it happened: part of the record, so replay agrees */
    int64_t key;
    struct str ref, name, lane, reason;
    const struct flow_fact *facts;
    size_t n_facts;
};

enum flow_event_kind {
    FLOW_EV_STARTED,        /* a process began: ref = process id */
    FLOW_EV_STEP_DUE,       /* a step is owed: key, node, lane, when (its deadline) */
    FLOW_EV_STEP_ENDED,     /* how */
    FLOW_EV_TIMER_SET,      /* key of the timer, step (0: none), when, start_us; again after resume */
    FLOW_EV_TIMER_OFF,
    FLOW_EV_WAITS,          /* waits for a message or signal: key, ref = message or signal name */
    FLOW_EV_SENT,           /* message sent: ref = message flow id (or message), lane = whose pool */
    FLOW_EV_SIGNAL,         /* signal thrown: ref = name */
    FLOW_EV_ESCALATED,      /* ref = code; caught or not */
    FLOW_EV_ERROR,          /* ref = code; not caught: its process ends */
    FLOW_EV_STUCK,          /* a join nobody can reach any more: key; FLOW_SKIP lets it go on */
    FLOW_EV_CHOICE_DUE,     /* no condition of this gateway decides: key; answer with FLOW_CHOOSE */
    FLOW_EV_ADHOC_OPEN,     /* key; FLOW_ADD steps, close with FLOW_COMPLETE */
    FLOW_EV_PASSED,         /* an event happened: node */
    FLOW_EV_PAUSED, FLOW_EV_RESUMED,
    FLOW_EV_ENDED,          /* a process ended: ref = process id, how */
    FLOW_EV_OVER,           /* nothing is open any more */
};
enum flow_how {
    FLOW_HOW_DONE, FLOW_HOW_SKIPPED,
    FLOW_HOW_EARLY,         /* was done ahead of its turn: passed through */
    FLOW_HOW_CANCELLED,     /* an interrupting event or a terminate end took it away */
    FLOW_HOW_ERROR,
};
/* Strings point into the model, the input or c->mem. */
struct flow_event {
    enum flow_event_kind kind;
    enum flow_kind node_kind;
    enum flow_how how;
    int64_t key;            /* of the step, timer, choice …; unique in the instance */
    int64_t step;           /* a timer's step */
    struct str node, name, process, lane, lane_name, role;
    struct flow_when when;
    int64_t start_us;
    int turn;               /* of a cycle: 0 is its first */
    struct str ref, reason;
    int index, total;       /* multi-instance: 1 of 3; 0 = single */
    struct str item;        /* multi-instance over a list: this item as JSON */
};
struct flow_result {
    struct str state;       /* canonical, in c->mem */
    struct flow_event *ev;
    size_t n;
    bool over;
};

/* process: id, or empty for the only (or first) one; start: id of a start
 * event, or empty.  in: now_us and facts are used. */
enum err flow_start(struct ctx *c, const struct flow_model *m, struct str process, struct str start,
                    const struct flow_input *in, struct flow_result *out) MUST_CHECK;
/* ERR_NOT_FOUND: no such key now; ERR_CONFLICT: the input does not fit there;
 * ERR_INPUT: malformed, or a cap was reached; ERR_CORRUPT: the state is not one
 * of this model's.  The old state stays good after any failure. */
enum err flow_apply(struct ctx *c, const struct flow_model *m, struct str state,
                    const struct flow_input *in, struct flow_result *out) MUST_CHECK;

/* The same without text in between: for replaying many inputs at once.  The
 * text given to flow_run_parse must outlive the run; c->mem holds the rest. */
struct flow_run;
enum err flow_run_start(struct ctx *c, const struct flow_model *m, struct str process,
                        struct str start, const struct flow_input *in, struct flow_run **out)
    MUST_CHECK;
enum err flow_run_parse(struct ctx *c, const struct flow_model *m, struct str state,
                        struct flow_run **out) MUST_CHECK;
/* After a failure the run is unusable. */
enum err flow_run_apply(struct flow_run *r, const struct flow_input *in) MUST_CHECK;
enum err flow_run_state(struct flow_run *r, struct str *out) MUST_CHECK;
/* Events since the last call; valid until the next flow_run_apply. */
const struct flow_event *flow_run_events(struct flow_run *r, size_t *n);
bool flow_run_over(const struct flow_run *r);

/* ---- another version of the model (flow_move.c) ------------------------------------- */

/* What is open and has no place under the new version, and the steps of the new
 * version at which the route may go on instead. */
struct flow_gone { int64_t key; struct str node, name, lane_name; };
struct flow_fit { struct flow_gone *gone; size_t n_gone; struct flow_step *to; size_t n_to; };
/* ERR_CONFLICT "flow.move-no-process": the new version has no such process. */
enum err flow_move_fit(struct ctx *c, const struct flow_model *old, const struct flow_model *new,
                       struct str state, struct flow_fit *out) MUST_CHECK;
/* to: id of a step of the new version; empty: that branch ends here. */
struct flow_decision { int64_t key; struct str to; };
/* The instance under the new version; its events as after flow_run_apply: ended
 * steps and clocks, new steps, clocks whose time changed.  ERR_INPUT: one of those
 * gone is not decided, goes nowhere, or nothing would be left. */
enum err flow_run_move(struct ctx *c, const struct flow_model *old, const struct flow_model *new,
                       struct str state, const struct flow_decision *d, size_t n, int64_t now_us,
                       struct str reason, struct flow_run **out) MUST_CHECK;

/* ---- looking at an instance -------------------------------------------------- */

struct flow_pause {
    int64_t from_us, to_us;       /* to_us = INT64_MAX: still paused */
};
enum flow_open_kind { FLOW_OPEN_STEP, FLOW_OPEN_TIMER, FLOW_OPEN_WAIT, FLOW_OPEN_CHOICE,
                      FLOW_OPEN_ADHOC, FLOW_OPEN_JOIN };
struct flow_open {
    enum flow_open_kind kind;
    int64_t key, step;
    struct str node, name, process, lane, lane_name, role, ref;
    enum flow_kind node_kind;
    struct flow_when when;        /* a step's deadline, a timer's time */
    int64_t start_us;
    int turn;
    const struct flow_pause *pause;
    size_t n_pauses;
    bool paused;
    bool ahead;                   /* taken ahead of its turn, or added */
    int index, total;
    struct str item;
};
/* What is open, by key. */
enum err flow_open(struct ctx *c, const struct flow_model *m, struct str state,
                   struct flow_open **out, size_t *n) MUST_CHECK;

enum flow_mark { FLOW_AHEAD, FLOW_NOW, FLOW_DONE, FLOW_SKIPPED };
struct flow_route {
    struct flow_step step;
    enum flow_mark mark;
    int done, skipped, open;      /* how often */
    bool early, added;
};
/* Steps of the processes in play in the order of the route, then added ones. */
enum err flow_route(struct ctx *c, const struct flow_model *m, struct str state,
                    struct flow_route **out, size_t *n) MUST_CHECK;
/* A fact of the instance; false when it is not known. */
bool flow_fact(struct ctx *c, const struct flow_model *m, struct str state, struct str name,
               struct str *value);

/* ---- clocks (flow_clock.c) ---------------------------------------------------- */

struct flow_hours {
    int from_min, to_min;         /* minutes after local midnight */
};
struct flow_zone {
    int64_t from_us;              /* this offset holds from this instant on */
    int offset_min;               /* local = UTC + offset */
};
struct flow_calendar {
    bool clock;                   /* around the clock: everything below but zones is ignored */
    const struct flow_hours *week[7];   /* office hours, Monday first, ascending, not overlapping */
    size_t n_week[7];             /* 0: not a working day */
    const int64_t *holidays;      /* day numbers since 1970-01-01, ascending */
    size_t n_holidays;
    const struct flow_zone *zones;      /* ascending; the first holds before its time too */
    size_t n_zones;
};
/* When a duration that starts at start_us ends.
 *
 * Around the clock: days are 24 hours, paused time does not count.
 * Working calendar: hours count inside office hours only; the day of the start
 * is not counted as a day, and a day counts when the clock runs at its closing
 * time, so "P10D" ends at the close of the tenth such day.  Months and years
 * are calendar ones, moved to the next close.  FLOW_DATE ignores calendar and
 * pauses; FLOW_CYCLE gives its first turn (turn = 0), second …
 * ERR_INPUT: the text is not such a spec.  *due_us = INT64_MAX while paused,
 * or when the calendar has no such day in fifty years, or the cycle is over. */
enum err flow_deadline(struct ctx *c, const struct flow_calendar *cal, int64_t start_us,
                       const struct flow_when *when, int turn, const struct flow_pause *pause,
                       size_t n_pauses, int64_t *due_us) MUST_CHECK;
/* Can `text` be counted?  Which of the three is it? */
enum flow_when_kind flow_when_of(struct str text);

/* ---- drawing -------------------------------------------------------------------- */

struct flow_words {
    /* Keys: "flow.draw.done" "now" "late" "skipped" "ahead" "route" …  NULL: English. */
    struct str (*word)(void *arg, const char *key);
    void *arg;
};
struct flow_view {
    struct str diagram;           /* id of a diagram, process or collaboration; empty: the first */
    struct str state;             /* empty: the bare model */
    const int64_t *late;          /* keys of steps that are late */
    size_t n_late;
    struct flow_words words;
    const char *id_prefix;        /* for ids inside the SVG when a page has several; NULL: "flow" */
    bool standalone;              /* XML head and colours for a file; without: classes for a page */
};
/* One <svg> from the diagram's own layout, or a lane layout made here when it
 * has none.  No scripts, no style attributes, no links. */
enum { FLOW_SVG_MAX = 16 << 20 };
enum err flow_draw(struct ctx *c, const struct flow_model *m, const struct flow_view *v,
                   struct buf *out) MUST_CHECK;

/* ---- command line (flow_cli.c) ----------------------------------------------------- */

/* One file's report: processes, lanes, elements, flows, findings.  False: the
 * file could not be read at all.  *wrong counts the findings of FLOW_WRONG. */
bool flow_cli_check(FILE *out, const char *path, size_t *wrong);
/* The SVG of a file's diagram (NULL: the first), with a state (empty: none). */
bool flow_cli_draw(FILE *out, FILE *err, const char *path, const char *diagram, struct str state);

#endif
