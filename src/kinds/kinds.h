/* kinds.h - fill a form of the pack into a dossier of a case, list and show
 * what is there.  Most of what desks keep (needs, visits, facts, hearings,
 * payments, notes) is exactly this; a desk adds a row to its table of kinds
 * and writes code only for what its kind does beyond being kept.
 *
 * A saved record has, beside its answers, the fields case, by (officer) and
 * at.  Saving may complete the step of the procedure whose form it is: the
 * answers that are choices, numbers or yes/no and no one's identity become
 * facts of the procedure, under their field names.
 */
#ifndef KINDS_H
#define KINDS_H

#include "page/form_html.h"
#include "rules/rules.h"
#include "work/work.h"

/* OWN: the dossier of the case that this officer's office writes in:
 * protection, else justice, else labour.  INQUEST: where it investigates: justice,
 * else labour, never protection. */
enum slot { SLOT_OWN, SLOT_PROTECTION, SLOT_JUSTICE, SLOT_INQUEST };
struct kind_use {
    const char *kind;               /* also the form's name in the pack */
    enum slot slot;
    const char *view, *edit;        /* verbs */
    const char *show;               /* fields shown in lists, space-separated */
    const char *key;                /* heading of its list: "kind.visit" */
    bool one;                       /* at most one per case: filled again, it is edited */
    /* After the answers are checked, inside the draft; may add sets and facts.
     * NULL: nothing more. */
    enum err (*more)(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                     const struct answers *a, struct facts *f);
    /* Parts under the record's answers, or above them; NULL: none. */
    enum err (*page)(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r);
    bool page_first;                /* what was found is read before what was answered */
    /* What must be known before a new one is filled in, above the form; NULL: nothing. */
    enum err (*before)(struct ctx *c, struct out *o, const struct work_case *k);
    /* Who or what of this description stands here already: a part above the form,
     * asked for by a button or while typing (`typing`: nothing counts as a question
     * put), nothing saved.  NULL: not offered. */
    enum err (*look)(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing);
};
/* Every desk's rows, from src/web/desks.c; ends with a row of zeros. */
extern const struct kind_use kind_uses[];
const struct kind_use *kind_find(struct str kind);
struct str kind_dossier(struct ctx *c, const struct kind_use *u, const struct work_case *k);

/* ---- storing -------------------------------------------------------------------- */

/* Put answers into a record of the draft; fields left empty are emptied. */
void kind_sets(struct ctx *c, struct draft *d, struct str kind, struct str record,
               const struct form *f, const struct answers *a);
/* The stored answers of a record. */
struct answers kind_answers(struct ctx *c, const struct record *r);
/* Choices, numbers and yes/no that are nobody's identity, as facts. */
void kind_facts(struct ctx *c, const struct form *f, const struct answers *a, struct facts *out);
/* The answers as a context for decision tables: a leaf is an input of its name. */
struct feel_value kind_inputs(struct ctx *c, const struct form *f, const struct answers *a);
/* Save answers as a new record ({0}) or over one; completes the open steps
 * whose form is this kind.  Checks the right to edit.  step: an obligation to
 * complete, {0}: any of that form. */
struct kind_file { struct str hash, name; };           /* kept by blob_put already; {0} none */
enum err kind_save(struct ctx *c, const struct work_case *k, const struct kind_use *u,
                   struct str record, const struct answers *a, struct str step,
                   const struct kind_file *file, struct str *id) MUST_CHECK;

/* ---- reading ---------------------------------------------------------------------- */

struct kind_row { struct str id, kind, dossier, by; int64_t at_us; };
/* Records of a kind in a case, newest first; rights: the caller asked for view. */
enum err kind_list(struct ctx *c, struct str case_id, const char *kind, size_t limit,
                   struct kind_row **out, size_t *n) MUST_CHECK;

/* All records of a case, those of a kind together and newest first; `by` stays empty. */
enum err kind_list_all(struct ctx *c, struct str case_id, size_t limit, struct kind_row **out, size_t *n) MUST_CHECK;

/* ---- naming nobody ---------------------------------------------------------------- */

/* Titles of cases and names of added steps are read by all on the route.  ERR_INPUT
 * "case.names-someone" when the text holds a name, number or telephone of a person of
 * the case (of one record).  Looks only at what is open to c->who now (access_open):
 * the answer tells nobody what she could not read, and is no way to guess. */
enum err kind_case_unnamed(struct ctx *c, const struct work_case *k, struct str text) MUST_CHECK;
enum err kind_record_unnamed(struct ctx *c, struct str dossier, struct str record, struct str text) MUST_CHECK;

/* A record in one line, by the fields of its kind's `show`. */
struct str kind_summary(struct ctx *c, const struct record *r);

/* ---- page parts ---------------------------------------------------------------------- */

/* A section with the list of a kind and its "add" button; nothing when the
 * officer may not see it. */
enum err kind_part(struct ctx *c, struct out *o, const struct work_case *k, const char *kind) MUST_CHECK;
/* Every kind that has something, then one row of buttons to add the others. */
enum err kind_parts(struct ctx *c, struct out *o, const struct work_case *k) MUST_CHECK;

/* The projector of every kind in kind_uses. */
enum err kinds_project(struct ctx *c, const struct record *r) MUST_CHECK;
extern const struct table kinds_tables[];
extern const size_t kinds_tables_n;
/* /case/:id/:kind/new, /case/:id/:kind/:record: show, edit, save. */
extern const struct route kinds_routes[];

#endif
