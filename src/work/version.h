/* version.h - inside work/ only: the versions of procedures that cases run on. */
#ifndef WORK_VERSION_H
#define WORK_VERSION_H

#include "work/work.h"

/* The hash of the pack's present file; {0}: the pack has no such procedure. */
struct str procedures_version(const struct procedures *p, struct str id);
/* The model of this version: the pack's, or the text kept when it was first used.
 * A version nobody kept (from before versions were kept) runs on the pack's file.
 * ERR_NOT_FOUND when there is neither. */
enum err procedures_at(struct ctx *c, struct str id, struct str version, const struct flow_model **out) MUST_CHECK;
/* Put the present text into the draft, unless it is kept already. */
enum err procedures_keep(struct ctx *c, struct draft *d, struct str id, struct str version) MUST_CHECK;

/* run.c: the open run goes over to another version; work_save writes it. */
enum err work_go_over(struct work *w, const struct flow_model *to, struct str version,
                      const struct flow_decision *d, size_t n, struct str reason) MUST_CHECK;

#endif
