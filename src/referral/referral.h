/* referral.h - a hand-over to another office or service: need, services that
 * answer it, consent, sent, received, accepted / refused / redirected, served,
 * confirmed by the person.
 *
 * Each referral has its own dossier that holds a copy of exactly what consent
 * or duty lets the receiver see; the grant on that dossier is the access, so
 * withdrawing consent ends it at once.  Owns the kinds referral and consent
 * and their tables.
 */
#ifndef REFERRAL_H
#define REFERRAL_H

#include "kinds/kinds.h"
#include "page/route.h"
#include "work/work.h"

enum { REFERRAL_HOURS = 72 };       /* to answer; red cases: 12 (P-PY-04) */

struct referral {
    struct str id, dossier, case_id, code, from_office, to_office, service, need, state, basis, consent;
    struct str reason;              /* last one given: refused, redirected, returned */
    int64_t sent_us, due_us;        /* due: to answer; INT64_MAX when nothing is owed */
};
/* States: sent, received, accepted, refused, redirected, served, confirmed,
 * returned (nobody answered in time), withdrawn. */

struct referral_new {
    struct str case_id, need, service, to_office, asked;   /* asked: what is asked for, in words */
    const struct str *fields;  size_t fields_n;            /* fields of the person's form to share */
    struct str person;                                      /* whose; {0}: nobody's data */
    /* why it may be shared: consent, or a duty or order with its words */
    struct str basis;                                       /* "consent", "duty", "order" */
    struct str given_by, assent, words, until;              /* consent: who gave it, the child's assent, its
                                                               words, last day (ISO) or {0}; duty: words */
    struct str step;                                        /* the step that asked for it: done with it; {0} none */
};
enum err referral_send(struct ctx *c, const struct referral_new *n, struct str *id) MUST_CHECK;
enum err referral_get(struct ctx *c, struct str id, struct referral *out) MUST_CHECK;
/* incoming: to this office; else from it.  Open first, soonest first. */
enum err referral_list(struct ctx *c, bool incoming, size_t limit, struct referral **out, size_t *n) MUST_CHECK;
/* Those of them that wait for an answer of this office. */
enum err referral_to_answer(struct ctx *c, size_t limit, struct referral **out, size_t *n) MUST_CHECK;
enum err referral_of_case(struct ctx *c, struct str case_id, struct referral **out, size_t *n) MUST_CHECK;

/* By the receiver. */
enum err referral_received(struct ctx *c, struct str id) MUST_CHECK;
enum err referral_accept(struct ctx *c, struct str id, struct str words) MUST_CHECK;
enum err referral_refuse(struct ctx *c, struct str id, struct str reason) MUST_CHECK;
/* Not us, but this office: a new referral by the sender is suggested; nothing
 * is passed on without her. */
enum err referral_redirect(struct ctx *c, struct str id, struct str office, struct str reason) MUST_CHECK;
enum err referral_served(struct ctx *c, struct str id, struct str words) MUST_CHECK;
/* By the sender, in the person's name. */
enum err referral_confirm(struct ctx *c, struct str id, bool satisfied, struct str words) MUST_CHECK;

/* ---- consent ----------------------------------------------------------------- */

struct consent { struct str id, case_id, purpose, recipient, given_by, until; bool withdrawn; int64_t at_us; };
enum err consent_list(struct ctx *c, const struct work_case *k, struct consent **out, size_t *n) MUST_CHECK;
/* Ends every access that rests on it, in the same change, and tells who had it. */
enum err consent_withdraw(struct ctx *c, struct str case_id, struct str consent, struct str words) MUST_CHECK;

/* Unanswered ones return to the sender and are told to the coordinator. */
enum err referral_tick(struct ctx *c, size_t limit, size_t *did) MUST_CHECK;

extern const struct projector referral_projectors[];
extern const size_t referral_projectors_n;
extern const struct table referral_tables[];
extern const size_t referral_tables_n;
extern const struct route referral_routes[];
enum err referral_panel_case(struct ctx *c, struct out *o, const struct subject *s);
enum err referral_panel_consent(struct ctx *c, struct out *o, const struct subject *s);
enum err referral_panel_work(struct ctx *c, struct out *o, const struct subject *s);

#endif
