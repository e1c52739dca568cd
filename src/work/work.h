/* work.h - a case's procedures, run as what offices owe.
 *
 * A procedure (BPMN, room flow) yields steps; each open step is an obligation
 * of one office with a clock.  Desks tell this room what happened; it moves
 * the procedure, gives the next offices their obligations and the grants that
 * their duty needs, and escalates what is late.
 *
 * Owns the kinds case, process, process_move, obligation, clock and alert, all in
 * the case's route dossier, and their tables; and procedure_version: the text of
 * every version a case began with, in a dossier of its own.  The state of a procedure is a field of its
 * process record, so it is in the ledger and nowhere else: a case continues on
 * any node after any crash, and two nodes that moved it apart show a conflict.
 */
#ifndef WORK_H
#define WORK_H

#include "access/access.h"
#include "flow/flow.h"

/* ---- the case: the spine that every desk hangs its records on ------------------ */

/* Four dossiers: the route (steps, stage, who holds what; no names), the
 * protection, the justice and the labour dossier.  None of the last three
 * opens another. */
struct work_case {
    struct str id, code;                    /* "PY-7Q4M-XK2D": no order, no meaning */
    struct str route, protection, justice, labour;
    struct str territory, title;            /* title: neutral words, never a name */
    struct str owner, officer;              /* office that coordinates it daily; who there */
    struct str status;                      /* "open", "closed" */
    struct str stage, urgency;              /* see case_stages; red orange yellow green */
    bool cl, fl, ht, criadazgo;             /* what is indicated; any of them together */
    int64_t opened_us, updated_us;
};
extern const char *const case_stages[];     /* in order; ends with NULL */
/* From the tables; ERR_NOT_FOUND.  Asks no rights: callers do. */
enum err work_case(struct ctx *c, struct str case_id, struct work_case *out) MUST_CHECK;
enum err work_case_by_code(struct ctx *c, struct str code, struct work_case *out) MUST_CHECK;
/* The case a dossier (route, protection, justice) belongs to. */
enum err work_case_of(struct ctx *c, struct str dossier, struct work_case *out) MUST_CHECK;

struct case_new { struct str territory, title, urgency, signal; bool cl, fl, ht, criadazgo; };
/* Make a case inside a draft: record, three dossiers, grants to the opening
 * office (write) and to the territory's coordination (route, read).  Fills
 * *out; start its procedure next. */
enum err case_open(struct ctx *c, struct draft *d, const struct case_new *n, struct work_case *out) MUST_CHECK;
/* Change what the case is about; protection and its clocks go on untouched. */
enum err case_classify(struct ctx *c, struct draft *d, const struct work_case *k,
                       bool cl, bool fl, bool ht, bool criadazgo) MUST_CHECK;

/* ---- the pack's procedures, read once ------------------------------------------- */

struct procedures;
struct pack;
/* ERR_INPUT names the file that is wrong.  The pack must outlive it. */
enum err procedures_load(struct ctx *c, const struct pack *p, struct procedures **out) MUST_CHECK;
void procedures_free(struct procedures *p);             /* NULL is fine */
const struct flow_model *procedures_find(const struct procedures *p, struct str id);   /* the pack's; NULL: none */

/* ---- moving a procedure ---------------------------------------------------- */

/* Facts for conditions, as JSON literals. */
struct facts {
    struct flow_fact v[64];
    size_t n;
    bool stay;                              /* told, but the step is not complete yet */
    struct str file_hash, file_name;        /* an uploaded file already kept in the dossier */
};
void fact_bool(struct facts *f, const char *name, bool v);
void fact_text(struct ctx *c, struct facts *f, const char *name, struct str v);
void fact_i64(struct ctx *c, struct facts *f, const char *name, int64_t v);

struct work;
/* Begin procedure `id` of the pack for a case; move it if need be, then
 * work_save it into the draft.  The case's row need not be folded yet. */
enum err work_begin(struct ctx *c, const struct work_case *k, struct str procedure,
                    const struct facts *f, struct work **out) MUST_CHECK;
/* Complete the open steps whose form is this kind: what the form asks is known
 * from elsewhere. */
enum err work_done_form(struct work *w, const char *form, const struct facts *f) MUST_CHECK;
/* Open the running procedure of a case, move it any number of times, save it
 * into the draft.  Call between draft_begin(lock = case id) and commit.
 * ERR_NOT_FOUND when no procedure runs. */
enum err work_open(struct ctx *c, const struct work_case *k, struct work **out) MUST_CHECK;
/* Complete the open step(s) of this node, if any.  *done says whether there was one. */
enum err work_done(struct work *w, struct str node, const struct facts *f, bool *done) MUST_CHECK;
enum err work_facts(struct work *w, const struct facts *f) MUST_CHECK;
enum err work_message(struct work *w, const char *name, const struct facts *f) MUST_CHECK;
enum err work_input(struct work *w, const struct flow_input *in) MUST_CHECK;    /* anything else */
enum err work_save(struct work *w, struct draft *d) MUST_CHECK;

/* ---- versions of a procedure --------------------------------------------------- */

/* A case runs on the version it began with, whose text the ledger keeps; moving it
 * to the pack's present one is a change with a reason. */
struct work_version { struct str process, procedure, version, present; bool old; };
/* ERR_NOT_FOUND when no procedure runs. */
enum err work_version(struct ctx *c, struct str case_id, struct work_version *out) MUST_CHECK;
/* What moving would do: steps that stay (by key), those that have no place in the
 * new version and must be decided, and where they may go on.  ERR_CONFLICT: it
 * already runs on the present version, or that one has no such process. */
struct version_plan {
    struct work_version v;
    const struct flow_model *to;
    struct flow_open *stay; size_t n_stay;
    struct flow_fit fit;
};
enum err work_version_plan(struct ctx *c, struct str case_id, struct version_plan *out) MUST_CHECK;
/* May c->who move this case?  ERR_DENIED, ERR_NOT_FOUND. */
enum err work_version_may(struct ctx *c, const struct work_case *k) MUST_CHECK;
/* seen: the version she was shown; ERR_CONFLICT when the pack has changed again.
 * ERR_INPUT: no reason, or something is not decided. */
enum err work_version_move(struct ctx *c, struct str case_id, const struct flow_decision *d, size_t n,
                           struct str seen, struct str reason) MUST_CHECK;
/* Open cases that her office coordinates and that run on another version than the
 * pack's present one, in the order of their ids, after that id. */
struct work_old { struct str id, code; };
enum err work_version_old(struct ctx *c, struct str after, size_t limit, struct work_old **out, size_t *n) MUST_CHECK;
/* Moves of a case, newest first, for its timeline. */
struct work_moved { struct str office, officer, reason; int64_t at_us; };
enum err work_moves(struct ctx *c, struct str case_id, size_t limit, struct work_moved **out, size_t *n) MUST_CHECK;

/* ---- one act on one obligation, each its own draft and rights check --------- */

struct obligation {
    struct str id, case_id, code, process, node, role, office, officer, state, name, form, reason;
    struct str territory;
    int64_t key, start_us, ended_us;
    int64_t due_us;                         /* INT64_MAX: no deadline, or paused */
    bool paused, escalated, added, choice;
};
/* State: "due", "done", "skipped", "cancelled".  ERR_NOT_FOUND: none, or not visible. */
enum err obligation_get(struct ctx *c, struct str id, struct obligation *out) MUST_CHECK;
enum err obligation_done(struct ctx *c, struct str id, const struct facts *f, struct str note) MUST_CHECK;
enum err obligation_skip(struct ctx *c, struct str id, struct str reason) MUST_CHECK;
enum err obligation_pause(struct ctx *c, struct str id, struct str reason) MUST_CHECK;
enum err obligation_resume(struct ctx *c, struct str id) MUST_CHECK;
enum err obligation_choose(struct ctx *c, struct str id, struct str flow) MUST_CHECK;
/* Take it for this officer (or give it to another of the same office). */
enum err obligation_assign(struct ctx *c, struct str id, struct str officer) MUST_CHECK;
/* A step that the route does not have: name, who owes it, by when (0: none). */
enum err obligation_add(struct ctx *c, struct str case_id, struct str name, struct str role,
                        struct str office, int64_t due_us, struct str reason) MUST_CHECK;

/* Open obligations of an office, soonest first; after: key of the last row seen
 * ({0} first page).  Filled: id, case_id, code, name, officer, due_us, paused, added.
 * Without rights check: the caller passes c->who->office. */
enum work_scope { WORK_MINE, WORK_OFFICE, WORK_NOBODY };
struct work_after { int64_t due_us; struct str id; };
enum err obligation_list(struct ctx *c, struct str office, enum work_scope scope,
                         const struct work_after *after, size_t limit,
                         struct obligation **out, size_t *n) MUST_CHECK;
enum err obligation_of_case(struct ctx *c, struct str case_id, struct obligation **out, size_t *n) MUST_CHECK;

/* Alerts: something this office must know (late step, broken glass, answer). */
struct alert { struct str id, case_id, code, what, detail; int64_t at_us; };
void alert_add(struct ctx *c, struct draft *d, struct str route, struct str case_id,
               struct str office, const char *what, struct str detail);
enum err alert_list(struct ctx *c, struct str office, size_t limit, struct alert **out, size_t *n) MUST_CHECK;
enum err alert_seen(struct ctx *c, struct str id) MUST_CHECK;
/* Give an office the dossiers that the duty of a role needs in this case. */
void work_grant(struct ctx *c, struct draft *d, const struct work_case *k, struct str role,
                struct str office);
/* The same for a step that an officer adds: the office that coordinates the
 * case opens to others what their duty needs; anyone else, and that office for
 * itself, at most what her own office holds. */
void work_grant_added(struct ctx *c, struct draft *d, const struct work_case *k, struct str role,
                      struct str office);

/* ---- the picture --------------------------------------------------------------- */

enum err work_route(struct ctx *c, struct str case_id, struct flow_route **out, size_t *n) MUST_CHECK;
enum err work_draw(struct ctx *c, struct str case_id, struct buf *svg) MUST_CHECK;
/* The model a process runs by, of the version it is on; NULL when it is lost. */
const struct flow_model *work_model_of(struct ctx *c, struct str process);

/* ---- clocks --------------------------------------------------------------------- */

/* Fire timers whose time has come and escalate late steps, at most `limit`
 * cases; called by the server every half minute as the machine.  *did counts. */
enum err work_tick(struct ctx *c, size_t limit, size_t *did) MUST_CHECK;
/* The same for the timers of one case. */
enum err work_tick_case(struct ctx *c, struct str case_id, size_t *did) MUST_CHECK;
/* When `spec` counted by calendar name ("clock", "working") from start ends. */
enum err work_deadline(struct ctx *c, int64_t start_us, struct str spec, struct str calendar,
                       int64_t *due_us) MUST_CHECK;

extern const struct projector work_projectors[];
extern const size_t work_projectors_n;
extern const struct table work_tables[];
extern const size_t work_tables_n;

#endif
