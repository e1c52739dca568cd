/* dossier.h - who may look, who looked, and what is taken away: opening an
 * identity, breaking the glass, the audit page, prints and exports. */
#ifndef DOSSIER_H
#define DOSSIER_H

#include "page/route.h"
#include "work/work.h"

extern const struct route dossier_routes[];
/* Sealed identity of the people of a case, with its opening form. */
enum err dossier_panel_identity(struct ctx *c, struct out *o, const struct subject *s);
/* Links to who read and changed what. */
enum err dossier_panel_audit(struct ctx *c, struct out *o, const struct subject *s);

#endif
