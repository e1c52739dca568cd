/* access.h - who may see or do what, and why.  The only way from storage to a
 * screen: pages, API, export, search and counts all come through here.
 *
 * One question, one answer: access_check().  Its inputs are the officer (roles,
 * office, territory), the verb's row in the table of verbs, the dossier's
 * grants (own work, duty, referral with consent, order, break-glass) and what
 * is opened in this session.  "Not yours" looks like "not there".
 *
 * Owns the kinds officer, access_grant and access_event and their tables.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include "base/who.h"
#include "ledger/ledger.h"

/* ---- verbs --------------------------------------------------------------- */

enum level { LEVEL_NONE, LEVEL_READ, LEVEL_WRITE };

/* One row per thing an officer can do (src/access/verbs.c): the access matrix
 * in the documentation and its test are printed from it. */
struct verb {
    const char *name;           /* "referral.accept": also the change's verb */
    const char *roles;          /* space-separated roles that may; "*" = any officer */
    enum level level;           /* what the office needs in the dossier; NONE = no dossier asked */
    const char *dossiers;       /* dossier kinds it works on, space-separated; "" with NONE */
    bool glass;                 /* of these roles, those that the pack lets break the glass */
};
extern const struct verb verbs[];
extern const size_t verbs_n;
const struct verb *verb_find(const char *name);

struct verdict {
    bool allowed;
    const char *key;            /* message key of the reason, both ways */
    struct str basis;           /* "own", "duty", "referral", "order", "break_glass"; {0} refused */
    int64_t until_us;           /* when the grant that allowed it ends; 0 = open */
};
/* May c->who do this verb in this dossier ({0} when the verb asks none)?
 * ERR_OK and *out filled whichever way; ERR_IO and the like when it could not
 * be found out (which is a refusal). */
enum err access_check(struct ctx *c, const char *verb, struct str dossier, struct verdict *out) MUST_CHECK;
/* The same as an error: ERR_DENIED (wrong role), ERR_NOT_FOUND (no grant: not
 * yours looks like not there), ERR_OK. */
enum err access_need(struct ctx *c, const char *verb, struct str dossier) MUST_CHECK;
/* What this request was told rests on something that ends then (0: on nothing
 * that ends): c->until_us is the earliest.  Whoever asks a table of grants, or
 * an opening, with the clock says so. */
void access_ends(struct ctx *c, int64_t until_us);
/* Only the role part: may this officer ever do it? */
bool access_role(struct ctx *c, const struct verb *v);
/* For pages: show this button?  False also on failure. */
bool access_may(struct ctx *c, const char *verb, struct str dossier);

/* ---- records as this officer may see them -------------------------------- */

enum sensitivity { SENS_PUBLIC, SENS_OFFICE, SENS_CASE, SENS_IDENTITY, SENS_SEALED };

/* Load a record for a screen.  Fields above what the officer may see now are
 * absent (record_hidden() tells there are some).  identity needs an opening
 * (access_open); sealed needs an opening and a role that holds places of
 * safety.  ERR_NOT_FOUND: none, or not hers. */
enum err access_record(struct ctx *c, struct str id, struct record *out) MUST_CHECK;
bool record_hidden(struct ctx *c, const struct record *r);
/* Sensitivity of one field, from the kind's form in the pack; SENS_CASE when
 * no form knows it. */
enum sensitivity access_sensitivity(struct ctx *c, struct str kind, struct str field);

/* Open the identities of a dossier for ten minutes: purpose and reason are
 * written to its access dossier before anything is shown. */
enum { OPEN_MINUTES = 10 };
enum err access_open(struct ctx *c, struct str dossier, struct str purpose, struct str reason) MUST_CHECK;
void access_close(struct ctx *c, struct str dossier);
bool access_opened(struct ctx *c, struct str dossier, int64_t *until_us);

/* ---- reads are events too ------------------------------------------------ */

/* what: "open", "export", "print", "break_glass", "search", "count", "look_limit", "download",
 * "find" (found by her name in the reader's own files), "asked" (the reader asked about
 * everyone and was told that somebody like this one is known), "asks" (and wanted its office told), "ask_everyone" (of the
 * reader herself: what she asked everyone for). */
enum err access_event(struct ctx *c, struct str dossier, const char *what, struct str detail) MUST_CHECK;
/* One event in each of these dossiers, made durable together: all or none.  Where she
 * has the same one since from_us already, none is added; fresh[i] (may be NULL) says
 * which were.  A dossier twice in the list gets one. */
enum err access_events_add(struct ctx *c, const struct str *dossier, size_t n, const char *what,
                           struct str detail, int64_t from_us, bool *fresh) MUST_CHECK;
struct access_line { int64_t at_us; struct str officer, officer_name, office, what, detail; };
/* Who read it: newest first; the caller has checked "dossier.audit". */
enum err access_events(struct ctx *c, struct str dossier, size_t limit,
                       struct access_line **out, size_t *n) MUST_CHECK;

/* May c->who put this question (a keyed digest of what she asks, never the words)
 * to the index of persons?  Every question that is new since from_us is an event
 * "search" of the dossier it stands in; more than `limit` different ones since then
 * are refused, and the first refusal is an event "look_limit".  The question already
 * asked stays allowed. */
enum err access_look(struct ctx *c, struct str dossier, struct str question, int64_t from_us, int64_t limit,
                     bool *allowed) MUST_CHECK;
/* The same for counts over real cases: events "count", each time. */
enum err access_counted(struct ctx *c, struct str dossier, struct str question, int64_t from_us, int64_t limit,
                        bool *allowed) MUST_CHECK;

/* ---- grants --------------------------------------------------------------- */

/* Add a grant to a draft; returns the grant's record id.  basis as in struct
 * answer.  until_us 0 = open.  fields {0} = the whole dossier, else the kinds
 * (space-separated) that may be seen. */
struct str grant_add(struct ctx *c, struct draft *d, struct str dossier, struct str office, enum level level,
                     const char *basis, int64_t until_us, struct str fields);
/* Withdraw every grant of this basis that an office (or all, {0}) holds. */
enum err grant_withdraw(struct ctx *c, struct draft *d, struct str dossier, struct str office,
                        const char *basis) MUST_CHECK;
bool grant_exists(struct ctx *c, struct str dossier, struct str office, enum level level);
struct grant_row { struct str office, officer, basis; enum level level; int64_t until_us; };
enum err grant_list(struct ctx *c, struct str dossier, struct grant_row **out, size_t *n) MUST_CHECK;

/* Break the glass: reading for one hour, by this officer, with a reason; the
 * offices that own the dossier are told (their My work shows it) and it waits
 * for review.  Commits its own change. */
enum { BREAK_MINUTES = 60, BREAK_REASON = 10 };
enum err access_break_glass(struct ctx *c, struct str dossier, struct str reason) MUST_CHECK;

/* ---- sign-in ---------------------------------------------------------------- */

struct session_info { bool locked; int64_t idle_us, started_us; };
/* A fresh token (cookie value) on success.  The same work and the same answer
 * for a wrong name, a wrong password, a wrong code and a throttled name.
 * Five wrong ones for a name from one peer, then a growing wait there; from
 * elsewhere its owner still comes in. */
enum err session_begin(struct ctx *c, struct str login, struct str password, struct str totp,
                       struct str peer, struct str *token) MUST_CHECK;
/* Fill c->who from a cookie.  ERR_DENIED "access.sign-in" when there is none, or when
 * the tables no longer say of this officer what it was begun with (disabled, another
 * password, roles, office), whichever process wrote that; it is ended then.
 * A locked session gives ERR_DENIED "access.locked" and leaves c->who filled. */
enum err session_resume(struct ctx *c, struct str token) MUST_CHECK;
void session_lock(struct ctx *c);
enum err session_unlock(struct ctx *c, struct str token, struct str password) MUST_CHECK;
void session_end(struct ctx *c, struct str token);
void session_end_all_of(struct ctx *c, struct str officer);
/* At most so many calls a minute from one peer, for what anyone may ask for
 * without signing in; kept in memory only.  False: too many. */
bool access_rate(struct ctx *c, const char *what, struct str peer, int per_minute);
/* For secrets that may be guessed (receipts): five wrong ones per peer, then a
 * growing wait. */
bool guess_allowed(struct ctx *c, struct str peer);
void guess_note(struct ctx *c, struct str peer, bool right);
/* What an officer had typed when the lock came: kept in memory, 64 kB. */
void session_keep(struct ctx *c, struct str path, struct str body);
struct str session_kept(struct ctx *c, struct str *path);
/* Hidden form token of this session (or, without one, of this node and hour). */
struct str form_token(struct ctx *c);
bool form_token_ok(struct ctx *c, struct str token);
enum { LOCK_MINUTES = 10, SESSION_HOURS = 12 };

/* ---- officers --------------------------------------------------------------- */

struct officer_new { struct str login, name, office, agency, territory, roles, lang, password; bool totp; };
/* Make an officer; *totp_secret (base 32) when asked for.  ERR_CONFLICT: login taken. */
enum err officer_add(struct ctx *c, const struct officer_new *o, struct str *id, struct str *totp_secret) MUST_CHECK;
enum err officer_set_password(struct ctx *c, struct str login, struct str password) MUST_CHECK;
enum err officer_disable(struct ctx *c, struct str login, bool disabled) MUST_CHECK;
struct officer_row { struct str id, login, name, office, agency, territory, roles, lang; bool disabled, totp; };
enum err officer_list(struct ctx *c, struct str office, struct officer_row **out, size_t *n) MUST_CHECK;
enum err officer_find(struct ctx *c, struct str id, struct officer_row *out) MUST_CHECK;
/* The name to show for an officer's or a device's id ("—" when unknown). */
struct str officer_name(struct ctx *c, struct str id);

/* The machine itself: clocks, imports, demo.  Roles "machine". */
const struct officer *officer_machine(struct ctx *c);

extern const struct projector access_projectors[];
extern const size_t access_projectors_n;
extern const struct table access_tables[];
extern const size_t access_tables_n;

/* In-memory part: sessions, throttles, opened identities.  One per node. */
struct access_state;
/* quick: cheap password hashes, for demos and tests only. */
struct access_state *access_state_new(bool quick);
void access_state_free(struct access_state *s);

#endif
