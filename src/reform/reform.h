/* reform.h - the workbench of people who change the law: where the law stands
 * beside what states have promised, how a reform goes forward, what a changed
 * table would change, and putting it in force.  See reform.md.
 *
 * All its records lie in the open dossier of law reform (rulebook/rulebook.h):
 * every officer reads them, the capability `legislation` writes.  No person of
 * a case is in them.
 */
#ifndef REFORM_H
#define REFORM_H

#include "page/page.h"
#include "rulebook/rulebook.h"

extern const struct route rules_routes[];       /* decision tables: drafts, versions */
extern const struct route reform_routes[];      /* gap matrix, reforms */
extern const struct projector reform_projectors[];
extern const size_t reform_projectors_n;
extern const struct table reform_tables[];
extern const size_t reform_tables_n;
/* On the page of the law: what is in force over the pack's own tables. */
enum err reform_panel_law(struct ctx *c, struct out *o, const struct subject *s) MUST_CHECK;
/* On My work of who puts tables in force: those that lie above a newer pack. */
enum err reform_panel_work(struct ctx *c, struct out *o, const struct subject *s) MUST_CHECK;

#endif
