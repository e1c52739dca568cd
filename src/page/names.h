/* names.h - how offices, places and urgencies are shown, everywhere the same. */
#ifndef NAMES_H
#define NAMES_H

#include "page/page.h"

/* The pack's words in c->lang; the id itself when the pack does not know it. */
struct str office_text(struct ctx *c, struct str office);
struct str agency_text(struct ctx *c, struct str agency);
struct str place_text(struct ctx *c, struct str territory);
struct str role_text(struct ctx *c, struct str role);
/* ", art. 5", or nothing when the provision has no article. */
struct str article_text(struct ctx *c, struct str article);
/* Reasons of skipping and pausing: a code of a list, then words if any, stored as
 * "@code words" so that every language reads the code.  reason_of: {0} when the
 * code is not of the list, or says "other" and no words follow. */
extern const char *const skip_reasons[], *const pause_reasons[];     /* end with NULL */
struct str reason_of(struct ctx *c, const char *const *list, struct str code, struct str words);
struct str reason_text(struct ctx *c, struct str stored);
/* The public numbers that may be called, agency by agency. */
void phones(struct out *o);
enum tone urgency_tone(struct str urgency);      /* "red" LATE, "orange" SOON */

#endif
