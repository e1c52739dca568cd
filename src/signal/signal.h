/* signal.h - somebody says that something is wrong: receive, look at, answer,
 * open a case or close with a reason.
 *
 * A signal has its own dossier.  Whoever sent it keeps a receipt of sixteen
 * digits and nothing else; the digits are stored only as a keyed hash.
 * Owns the kinds signal, signal_more (added with the receipt) and
 * signal_answer (the office's neutral words), signal_link (two of the same matter),
 * and their tables.
 */
#ifndef SIGNAL_H
#define SIGNAL_H

#include "access/access.h"
#include "forms/forms.h"
#include "page/route.h"

enum { RECEIPT_DIGITS = 16 };

struct signal_in {
    const char *channel;            /* "web", "odk", "htcds", "phone", "visit" */
    struct str form;                /* kind of form that was filled: "signal" or a foreign id */
    const struct answers *answers;  /* every field is kept */
    struct str territory;           /* {0}: from the answers' district or department, else country */
    struct str instance;            /* submission's instanceID, {0} none */
};
/* Write it down and find the office that must look at it.  Works for nobody
 * signed in: the machine acts.  Returns the receipt to show once. */
enum err signal_receive(struct ctx *c, const struct signal_in *in, struct str *receipt, struct str *id) MUST_CHECK;

/* The same inside a draft that is open already: what else arrived goes into the
 * same change.  *dossier: the new signal's. */
struct signal_made { struct str id, dossier, receipt; };
enum err signal_draft(struct ctx *c, struct draft *d, const struct signal_in *in, struct signal_made *out) MUST_CHECK;
/* The sender corrected what she sent: these answers take the place of the old
 * ones, what is gone is emptied, a closed signal is looked at again. */
enum err signal_revise(struct ctx *c, struct draft *d, struct str id, const struct answers *a) MUST_CHECK;
/* The answers as they are stored, under the paths they came with. */
struct answers signal_answers(struct ctx *c, const struct record *r);
/* The form a signal was filled in: of the pack, the IOM's, or one laid into the
 * node's folder; NULL when it is not known here (any more). */
const struct form *signal_form(struct ctx *c, struct str form_id);

/* Keep the files that came with it, encrypted in its dossier; each download is
 * an event of the dossier.  Works for nobody signed in. */
enum { SIGNAL_FILES = 4 };
enum err signal_keep_files(struct ctx *c, struct str id, const struct upload *up, size_t n) MUST_CHECK;

/* Was something with this instance id or idempotency key written down already? */
enum err signal_sent_before(struct ctx *c, struct str instance, bool *yes) MUST_CHECK;

struct signal {
    struct str id, dossier, state, urgency, territory, office, officer, channel, case_id, title;
    int64_t received_us, due_us;    /* due: first action, by urgency; INT64_MAX once acted on */
};
/* States as the sender sees them: "received", "looking", "acted", "closed". */
enum err signal_get(struct ctx *c, struct str id, struct signal *out) MUST_CHECK;
/* The signals an office must look at, soonest first. */
enum err signal_list(struct ctx *c, struct str office, bool open_only, struct str after, size_t limit,
                     struct signal **out, size_t *n) MUST_CHECK;

/* ---- with the receipt, by whoever holds it ---- */
struct signal_message { int64_t at_us; struct str words; };
struct signal_public { struct str id, state; int64_t received_us;
                       const struct signal_message *answers; size_t n; };
/* Throttled per peer; the same answer for a wrong number and a closed door. */
enum err signal_by_receipt(struct ctx *c, struct str receipt, struct str peer, struct signal_public *out) MUST_CHECK;
enum err signal_add_more(struct ctx *c, struct str receipt, struct str peer, struct str words) MUST_CHECK;
bool receipt_clean(struct str typed, char out[RECEIPT_DIGITS + 1]);   /* digits of what was typed */
/* "1234 5678 9012 3456" */
struct str receipt_shown(struct arena *a, struct str digits);

/* ---- by the intake officer ---- */
enum err signal_triage(struct ctx *c, struct str id, struct str urgency, struct str reason) MUST_CHECK;
enum err signal_answer(struct ctx *c, struct str id, struct str words) MUST_CHECK;
enum err signal_close(struct ctx *c, struct str id, struct str reason, struct str why) MUST_CHECK;
struct signal_case { struct str title, procedure; bool cl, fl, ht, criadazgo; };
/* Open a case from it: its people go into the protection dossier, the unified
 * procedure starts, and the sender sees "acted on". */
enum err signal_open_case(struct ctx *c, struct str id, const struct signal_case *how, struct str *case_id) MUST_CHECK;

/* Hours until the first action by urgency (procedures.md 0.4, design of the
 * programme; the 24 h of orange match the inspection rule of Paraguay). */
int64_t urgency_hours(struct str urgency);

extern const struct projector signal_projectors[];
extern const size_t signal_projectors_n;
extern const struct table signal_tables[];
extern const size_t signal_tables_n;
extern const struct route signal_routes[];
extern const struct route signal_file_routes[];
enum err signal_panel_files(struct ctx *c, struct out *o, const struct subject *s) MUST_CHECK;
extern const struct route signal_near_routes[];
enum err signal_panel_near(struct ctx *c, struct out *o, const struct subject *s) MUST_CHECK;     /* signal, main */
enum err signal_panel_case(struct ctx *c, struct out *o, const struct subject *s) MUST_CHECK;     /* case, below */
/* What of signals is compared, for index_uses (things/things.h). */
struct match_record;
struct rows;
enum err signal_index_ids(struct ctx *c, struct rows *r, struct str after) MUST_CHECK;
bool signal_index_record(struct ctx *c, const struct record *r, struct match_record *out);
enum err signal_panel_messages(struct ctx *c, struct out *o, const struct subject *s) MUST_CHECK;

#endif
