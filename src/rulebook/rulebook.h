/* rulebook.h - the pack's forms, decisions and procedures, loaded once and
 * understood: what the rooms above run.  Immutable and shared by all threads.
 */
#ifndef RULEBOOK_H
#define RULEBOOK_H

#include "flow/flow.h"
#include "forms/forms.h"
#include "pack/pack.h"
#include "rules/rules.h"

struct rulebook;
/* Load every form, decision and procedure of the pack.  ERR_INPUT names the
 * file that is wrong.  The pack must outlive the rulebook. */
enum err rulebook_load(struct ctx *c, const struct pack *p, struct rulebook **out) MUST_CHECK;
void rulebook_free(struct rulebook *rb);                      /* NULL is fine */

/* NULL when the pack has none of that name. */
const struct form *rulebook_form(const struct rulebook *rb, struct str kind);
const struct dmn_model *rulebook_decision(const struct rulebook *rb, struct str id);
const struct flow_model *rulebook_procedure(const struct rulebook *rb, struct str id);

/* Who may see this field of this kind; FORM_CASE when no form knows it. */
enum form_sensitivity rulebook_sensitivity(const struct rulebook *rb, struct str kind, struct str field);

#endif
