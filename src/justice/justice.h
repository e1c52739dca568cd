/* justice.h - what the justice dossier does beyond keeping forms: evidence with
 * hash and custody, charges under the law of the day of the facts, restitution
 * to the last payment.  See justice.md. */
#ifndef JUSTICE_H
#define JUSTICE_H

#include "kinds/kinds.h"

/* Restitution of a case in whole units of the pack's currency. */
struct restitution_sum { int64_t claimed, ordered, secured, paid; bool closed; };
enum err restitution_of(struct ctx *c, const struct work_case *k, struct restitution_sum *out) MUST_CHECK;

/* Hooks of kind_uses. */
enum err charge_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                     const struct answers *a, struct facts *f);
enum err charge_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r);
enum err judgment_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                       const struct answers *a, struct facts *f);
enum err payment_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                      const struct answers *a, struct facts *f);
enum err evidence_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                       const struct answers *a, struct facts *f);
enum err evidence_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r);
enum err restitution_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r);

/* Above a new charge: non-punishment.  Above a new claim: the heads that the
 * pack's law knows, and which of them this case has claimed. */
enum err charge_before(struct ctx *c, struct out *o, const struct work_case *k);
enum err restitution_before(struct ctx *c, struct out *o, const struct work_case *k);

/* The ledger of restitution on the case page. */
enum err justice_panel_restitution(struct ctx *c, struct out *o, const struct subject *s);
extern const struct route justice_routes[];

#endif
