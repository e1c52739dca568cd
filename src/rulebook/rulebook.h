/* rulebook.h - which decision model the house evaluates with, and since when.
 *
 * A pack ships each model as a file (decisions/screening.dmn).  People who
 * amend the law in force write a draft over it: a whole DMN text, kept as a
 * change in the ledger.  A second person applies the draft with a reason, the
 * legal basis and the day from which it holds; from then on it stands over the
 * pack's model, until a later change withdraws it.  Every evaluation in the
 * house asks rules_in_force() and no one else.
 *
 * Owns the kinds rules_draft and rules_version, which hold no person, and the
 * open dossier of law reform ("reform") that every office may read.
 */
#ifndef RULEBOOK_H
#define RULEBOOK_H

#include "ledger/ledger.h"
#include "rules/rules.h"

/* ---- what is in force ---------------------------------------------------------- */

/* A model lent to one piece of work.  What an evaluation returns points into
 * it: let go when the results have been used.
 *     AUTO_RULES u = { 0 };
 *     TRY(rules_in_force(c, STR("screening"), rules_today(c), &u));
 *     TRY(dmn_evaluate(c, u.model, ...)); */
struct rules_use {
    const struct dmn_model *model;
    struct str version;          /* rules_version record; {0}: the pack's own file */
    struct str title, basis, provisions;     /* of that version */
    int64_t from_day;            /* day number it holds from; 0 with the pack's own */
    void *held;
};
#define AUTO_RULES __attribute__((cleanup(rules_let_go))) struct rules_use
void rules_let_go(struct rules_use *u);
/* The model of decisions/ID.dmn on that local day.  ERR_NOT_FOUND: the pack
 * has no such file; ERR_CORRUPT: an applied text can no longer be read. */
enum err rules_in_force(struct ctx *c, struct str decision, int64_t day, struct rules_use *out) MUST_CHECK;
int64_t rules_today(struct ctx *c);                     /* of the country */
/* "pack py 2026.11.1", or the version's title and day: for pages and records. */
struct str rules_label(struct ctx *c, const struct rules_use *u);

/* Models of applied versions, kept compiled.  One per node; NULL in c->node:
 * each use compiles its own. */
struct rulebook;
struct rulebook *rulebook_new(void);
void rulebook_free(struct rulebook *b);                 /* NULL is fine */

/* ---- texts ----------------------------------------------------------------------- */

enum { RULES_TEXT_MAX = 700 * 1024 };    /* one DMN text: it must fit one change */
/* The pack's file as it lies on the disk. */
enum err rules_pack_text(struct ctx *c, struct str decision, struct str *text) MUST_CHECK;
/* The text in force that day, its version ({0}: the pack's). */
enum err rules_text_in_force(struct ctx *c, struct str decision, int64_t day,
                             struct str *text, struct str *version) MUST_CHECK;
struct str rules_hash(struct ctx *c, struct str text);  /* BLAKE2b-256, hex */

/* ---- drafts ------------------------------------------------------------------------ */

struct rules_draft {
    struct str id, decision, title, why, reform;
    struct str base, base_version;       /* hash of the text it began from; whose */
    struct str hash, state;              /* of its text; "draft", "applied", "dropped" */
    struct str version;                  /* when applied */
    struct str by, authors;              /* officers: who began it, all who wrote in it */
    int64_t at_us;                       /* last saved */
};
/* Begin with what is in force today.  Verb rules.propose. */
struct rules_draft_new { struct str decision, title, why, reform; };
enum err rules_draft_new(struct ctx *c, const struct rules_draft_new *n, struct str *id) MUST_CHECK;
enum err rules_draft_get(struct ctx *c, struct str id, struct rules_draft *out) MUST_CHECK;
enum err rules_draft_text(struct ctx *c, struct str id, struct str *text) MUST_CHECK;
/* reform: only those of one reform, or {0}: newest first. */
enum err rules_draft_list(struct ctx *c, struct str reform, size_t limit,
                          struct rules_draft **out, size_t *n) MUST_CHECK;
/* Another text.  seen: the hash of the text that was edited; ERR_CONFLICT when
 * somebody saved in between.  Text that is no DMN, or too large, is refused
 * with line and reason; mistakes inside cells are kept and shown as findings. */
enum err rules_draft_save(struct ctx *c, struct str id, struct str text, struct str seen, struct str note) MUST_CHECK;
enum err rules_draft_drop(struct ctx *c, struct str id, struct str reason) MUST_CHECK;

/* What is wrong or doubtful in a model: rules_check with this house's law, and
 * rows that claim to be better verified than the provisions they cite. */
enum err rules_findings(struct ctx *c, const struct dmn_model *m,
                        struct rules_finding **out, size_t *n) MUST_CHECK;
/* Findings with which a text may not be applied: anything but gaps, overlaps,
 * unreachable rows and what could not be looked at. */
bool rules_stops(enum rules_kind kind);

/* ---- applying ------------------------------------------------------------------------ */

struct rules_version {
    struct str id, decision, title, draft, hash, base, base_version;
    struct str pack, pack_hash;              /* above which pack it was put, "py 2026.11.1"; the hash of its own text */
    struct str basis, provisions, reason;    /* instrument and gazette; ids; why */
    struct str authors, by;                  /* who wrote it; who applied it */
    int64_t from_day, until_day;             /* until_day 0: not withdrawn */
    int64_t at_us;
    struct str withdrawn_by, withdrawn_why;
    struct str asked_by, asked_why;          /* of one version only: who asks to withdraw it */
    int64_t asked_day;
};
struct rules_apply {
    struct str draft, reason, basis, provisions;
    struct str seen;                         /* hash of the text she read */
    int64_t from_day;
    bool seen_base;                          /* the text below changed since: seen, go on */
};
/* Verb rules.apply, and not someone who wrote in the draft (ERR_DENIED).
 * ERR_CONFLICT "rules.changed-meanwhile" when it is not the text she read.
 * ERR_CONFLICT "rules.base-changed" when what it began from is no longer in
 * force; ERR_INPUT when the text cannot run the house's evaluations. */
enum err rules_apply(struct ctx *c, const struct rules_apply *a, struct str *version) MUST_CHECK;
/* No longer in force from that day on; what was decided before stays as it is.
 * As with applying it takes two: the first call asks, a second officer who gives
 * the same day makes it so; with another day she asks in her turn. */
enum err rules_withdraw(struct ctx *c, struct str version, int64_t day, struct str reason) MUST_CHECK;
enum err rules_version_get(struct ctx *c, struct str id, struct rules_version *out) MUST_CHECK;
/* The pack in use beside the one a version was put above: an update of the pack is
 * below it and changes nothing until people withdraw it. */
struct rules_beside {
    bool due;                /* in force or to come, and one of the next two */
    bool newer;              /* another pack, or another version of it, is in use */
    bool changed;            /* the pack's own text is another one now */
    bool same;               /* and says what this version says: it can go */
    struct str pack;         /* in use: "py 2026.12" */
};
enum err rules_version_beside(struct ctx *c, const struct rules_version *v, struct rules_beside *out) MUST_CHECK;
enum err rules_version_text(struct ctx *c, struct str id, struct str *text) MUST_CHECK;
/* decision {0}: all; newest first. */
enum err rules_version_list(struct ctx *c, struct str decision, size_t limit,
                            struct rules_version **out, size_t *n) MUST_CHECK;

/* ---- the open dossier of law reform --------------------------------------------------- */

/* The following sets of the draft go to it; made with the first of them. */
enum err reform_dossier(struct ctx *c, struct draft *d) MUST_CHECK;
enum err reform_dossier_id(struct ctx *c, struct str *id) MUST_CHECK;      /* {0}: none yet */

extern const struct projector rulebook_projectors[];
extern const size_t rulebook_projectors_n;
extern const struct table rulebook_tables[];
extern const size_t rulebook_tables_n;

#endif
