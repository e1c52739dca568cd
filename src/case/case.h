/* case.h - one case on one page: what is next, who holds what, the route, and
 * the two dossiers that do not see each other.  See case.md. */
#ifndef CASE_H
#define CASE_H

#include "page/route.h"
#include "work/work.h"

/* Cases whose route this office may see. */
struct case_filter { bool all; struct str stage, q; };      /* all: closed ones too; q: code, place or title */
enum err case_list(struct ctx *c, const struct case_filter *f, struct str after, size_t limit,
                   struct work_case **out, size_t *n) MUST_CHECK;
/* Reclassify: a change with a reason; the route hears of it as facts, and
 * protection is never begun again. */
enum err case_reclassify(struct ctx *c, struct str id, bool cl, bool fl, bool ht, bool criadazgo,
                         struct str reason) MUST_CHECK;

/* What closing asks for (procedures.md 0, rule 7): one row per condition of
 * the pack's checklist "closure", answered from the records of the case or by
 * a person. */
struct closure_item { struct str id, what; bool met, asked; };
enum err closure_check(struct ctx *c, const struct work_case *k, struct closure_item **out,
                       size_t *n, bool *ready) MUST_CHECK;
enum err case_close(struct ctx *c, struct str id, const struct str *confirmed, size_t n,
                    struct str reason) MUST_CHECK;
enum err case_reopen(struct ctx *c, struct str id, struct str reason) MUST_CHECK;

extern const struct route case_routes[];
extern const struct route case_version_routes[];
handler case_versions_page, case_versions_act;         /* versions_web.c: several at once */
/* On the route's page: it runs on an older version; the way to move it. */
enum err case_version_part(struct ctx *c, struct out *o, const struct work_case *k) MUST_CHECK;
/* The lists of every kind the officer may see, in the order of kind_uses. */
enum err case_panel_kinds(struct ctx *c, struct out *o, const struct subject *s);

#endif
