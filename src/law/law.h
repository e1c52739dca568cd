/* law.h - the law base: which rule, of which instrument, in force when, how far
 * it was verified, and who relies on it.
 *
 * The law itself is the pack's folder law/ (tables, and texts in Markdown):
 * immutable, loaded once.  This room reads it into an index (struct law: versions, full text,
 * who cites what), draws it, and keeps one thing in the ledger: the signature
 * of a lawyer of the national workgroup under a text she has read (kind
 * law_verification).  Every page that shows a provision asks law_standing()
 * how far it may be relied on, and every page that links to one uses
 * law_link(): one place decides how doubt is shown.
 *
 * Law is public: its pages are open to anyone.
 */
#ifndef LAW_H
#define LAW_H

#include "ledger/ledger.h"
#include "pack/pack.h"
#include "page/page.h"

/* ---- the law of one pack, ready to ask ------------------------------------------- */

struct law;
struct procedures;
/* Index a pack.  The pack and the procedures must outlive it; procedures may be
 * NULL (then no step cites anything).  Immutable and shared between threads;
 * c->node->law is the node's. */
enum err law_load(struct ctx *c, const struct pack *p, const struct procedures *procedures, struct law **out) MUST_CHECK;
void law_free(struct law *l);                           /* NULL is fine */

/* ---- looking up and linking: strings live in c->mem ------------------------------ */

/* pack_provision() and pack_instrument() of pack/pack.h find the rows. */

/* "Ley 4788, Ley Integral contra la Trata, art. 5" in c->lang. */
struct str law_name(struct ctx *c, const struct provision *v);
/* The title of an instrument with its number. */
struct str law_instrument_name(struct ctx *c, struct str instrument);
/* The rule in plain words, c->lang. */
struct str law_rule(struct ctx *c, const struct provision *v);
/* "/law/PY-L044", "/law/instrument/py-law-4788": own paths, open to anyone. */
struct str law_path(struct ctx *c, struct str provision);
struct str law_instrument_path(struct ctx *c, struct str instrument);

/* ---- how far it may be relied on ------------------------------------------------- */

/* What the pack says, raised by signatures under the present text (to "yes" by two
 * persons, see sign.h); never lowered.  once: one of them said yes, a second
 * reading is waited for.  disputed: somebody found that the source does not bear
 * the rule out.  earlier: signed, but the text has changed since. */
struct law_standing {
    enum pack_verified verified;        /* effective */
    enum pack_verified pack;            /* the pack's own */
    bool raised, disputed, earlier, once;
    struct str officer, source, on, note;   /* of the newest signature; {0} none */
};
/* Every signature of this node, for pages that show many provisions: one
 * query.  c->db NULL: none, the pack's word alone. */
struct law_signed;
enum err law_signed(struct ctx *c, struct law_signed **out) MUST_CHECK;
void law_standing_in(struct ctx *c, const struct law_signed *s, const struct provision *v, struct law_standing *out);
/* Of one provision: both at once. */
enum err law_standing(struct ctx *c, const struct provision *v, struct law_standing *out) MUST_CHECK;
/* Verified, and nobody who read it disputes it: else every page says "legal review". */
bool law_certain(const struct law_standing *s);
/* The tag that says so, wherever a provision is named. */
void law_mark(struct out *o, const struct law_standing *s);

/* ---- showing: for any page ------------------------------------------------------- */

/* A link with name, and the mark when it is not certain. */
enum err law_link(struct ctx *c, struct out *o, struct str provision) MUST_CHECK;
/* For each provision of a space-separated list: link, rule, mark; unknown ids
 * are left out. law_cite: lines inside a paragraph; law_cards: one card each. */
enum err law_cite(struct ctx *c, struct out *o, struct str provisions) MUST_CHECK;
enum err law_cards(struct ctx *c, struct out *o, struct str provisions) MUST_CHECK;
/* The law that the steps with this form rest on, folded away; nothing when there is none. */
enum err law_of_form(struct ctx *c, struct out *o, const char *kind) MUST_CHECK;
/* What an office may do, and under which article; nothing when none is on record. */
enum err law_powers_of(struct ctx *c, struct out *o, const struct office *x) MUST_CHECK;
/* Two texts side by side; what left and what came is marked in words (<del>,
 * <ins>, read out as such), not only by colour.  Headings are own words. */
struct law_side { struct str head, text; };
void law_side_by_side(struct out *o, const struct law_side *left, const struct law_side *right);

/* ---- the day of the facts -------------------------------------------------------- */

/* One text of a provision.  Its newest stands in law/provisions.csv, those
 * before it in law/versions.csv. */
struct law_version {
    const struct provision *provision;
    const struct provision_version *row; /* NULL: the newest */
    struct label rule;
    struct str values, from, to, amended_by, sources, doubt;
    enum pack_verified verified;
};
/* All texts of a provision, oldest first. */
enum err law_versions(struct ctx *c, const struct law *l, const struct provision *v,
                      struct law_version **out, size_t *n) MUST_CHECK;
/* The text of that day.  IN_FORCE_UNKNOWN: it cannot be said (a year without a
 * day, or a later text whose beginning is not known): "legal review". */
enum err law_at(struct ctx *c, const struct law *l, const struct provision *v, struct civil day,
                struct law_version *out, enum in_force *in) MUST_CHECK;

/* ---- search ----------------------------------------------------------------------- */

struct law_hit { const struct provision *provision; int score; };
/* All words of the query must occur in title, article, rule, task, sector,
 * topic, doubt or text, in any language of the pack; accents and case do not
 * count, Thai is cut into words.  Best first, at most `max`. */
enum err law_search(struct ctx *c, const struct law *l, struct str query, size_t max,
                    struct law_hit **out, size_t *n) MUST_CHECK;

/* ---- who relies on it -------------------------------------------------------------- */

enum law_use { LAW_DECISION, LAW_STEP, LAW_DUTY, LAW_SERVICE, LAW_TEMPLATE, LAW_FORM, LAW_POWER };
struct law_citation {
    enum law_use use;
    struct str provision;
    struct str where;           /* decision, procedure, duty, service, template, form, power id */
    struct str part;            /* table and row, step id; {0} none */
    struct label what;          /* in the pack's languages; empty: say `where` */
};
/* Of one provision, in the order of enum law_use. Borrowed from l. */
void law_cited_by(const struct law *l, struct str provision, const struct law_citation **out, size_t *n);
/* The other way round: the provisions that one user cites, spaces between;
 * part {0}: all of it. */
struct str law_cites(struct ctx *c, const struct law *l, enum law_use use, struct str where, struct str part);

#endif
