/* things.h - who and what occurs twice: persons, employers, workplaces, vehicles.
 *
 * One index in memory per kind (room match), made from the records of all cases
 * and current with the fold; possible earlier records with their reasons; links
 * that a person confirms and can undo; equal numbers across kinds.  See things.md.
 */
#ifndef THINGS_H
#define THINGS_H

#include "kinds/kinds.h"
#include "match/match.h"

/* One row per kind that is looked for; ends with a row of zeros (src/web/desks.c). */
struct thing_use {
    const char *kind;               /* as in kind_uses */
    const char *path;               /* of what is done to its links: "/person/...", "/thing/..." */
    const char *words;              /* keys that differ: "person.is-same", "thing.is-same" */
    const char *view, *link;        /* verbs */
    /* The stored answers as match/ compares them; what it points to lies in c->mem. */
    void (*record)(struct ctx *c, const struct answers *a, int64_t told_us, struct match_record *out);
    bool (*two)(const struct record *r);    /* putting it together with another takes two officers; NULL: never */
    bool (*shy)(const struct record *r);    /* its numbers lead nobody to it who may not see it; NULL: they do */
    const char *phones, *numbers, *plate;   /* its fields that hold them, space-separated */
    const char *tax;                /* the one whose check digit is known; NULL: none */
    const char *find;               /* fields that a search looks in; NULL: it is not searched by name */
    bool by_name;                   /* a name alone is worth a question */
};
extern const struct thing_use thing_uses[];
const struct thing_use *thing_find(struct str kind);        /* NULL: none */

/* ---- the indexes ------------------------------------------------------------------------------ */

/* Records of another room that are compared with each other in an index filled and kept
 * current as those of things are; nothing else of a thing is theirs.  Ends with a row of
 * zeros (src/web/desks.c). */
struct rows;
struct index_use {
    const char *kind;
    /* The next 500 or fewer ids after this one, in order. */
    enum err (*ids)(struct ctx *c, struct rows *r, struct str after) MUST_CHECK;
    /* False: nothing to compare it by.  What out points to lies in c->mem. */
    bool (*record)(struct ctx *c, const struct record *r, struct match_record *out);
};
extern const struct index_use index_uses[];

struct things;
enum err things_new(struct ctx *c, struct things **out) MUST_CHECK;
void things_free(struct things *t);                         /* NULL is fine */
/* Fill the indexes from the tables, once, beside the serving of pages: every
 * record has to be opened, which takes a while in a large country.  Ends early
 * when *stop (atomic) is set. */
enum err things_load(struct ctx *c, const int *stop) MUST_CHECK;
bool things_ready(struct ctx *c);
/* What was folded since, from here or elsewhere, into the indexes: done before
 * every look, and every half minute (desk_ticks). */
enum err things_catch_up(struct ctx *c) MUST_CHECK;
enum err things_tick(struct ctx *c, size_t limit, size_t *did);
struct match_index *things_index(struct ctx *c, const struct thing_use *u);
struct match_index *index_of(struct ctx *c, const char *kind);     /* of either table; NULL: none */

/* ---- parts of pages ------------------------------------------------------------------------------ */

/* Under a record: possible earlier ones, and who else has its numbers. */
enum err things_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r);
/* Before anything is saved (kind_use.look). */
enum err things_look(struct ctx *c, struct out *o, const char *kind, const struct work_case *k,
                     const struct answers *a, bool typing) MUST_CHECK;
enum err workplace_look(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing);
enum err employer_look(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing);
enum err vehicle_look(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing);
/* What this officer's own files hold of these words: a part of the case search,
 * nothing when there is nothing. */
enum err things_search_part(struct ctx *c, struct out *o, struct str q) MUST_CHECK;

/* ---- rows for src/web/desks.c ------------------------------------------------------------------------ */

void workplace_record(struct ctx *c, const struct answers *a, int64_t told_us, struct match_record *out);
void employer_record(struct ctx *c, const struct answers *a, int64_t told_us, struct match_record *out);
void vehicle_record(struct ctx *c, const struct answers *a, int64_t told_us, struct match_record *out);
bool thing_always(const struct record *r);                  /* for .two */

/* What a row l of thing_link comes to now: 0 different, 1 same, 2 proposed.  One
 * officer's word (alone) is a proposal as long as either record takes two, whatever
 * the records said when it was given. */
#define LINK_STATE "(CASE WHEN l.same = 1 AND l.alone = 1 AND EXISTS" \
    " (SELECT 1 FROM thing_two w WHERE w.id IN (l.a, l.b)) THEN 2 ELSE l.same END)"

/* Acts on links, for the routes of a kind: params are the record, then the other
 * one or the link. */
enum err thing_act_same(struct ctx *c, const struct request *rq, struct response *rs);
enum err thing_act_different(struct ctx *c, const struct request *rq, struct response *rs);
enum err thing_act_undo(struct ctx *c, const struct request *rq, struct response *rs);
enum err thing_act_confirm(struct ctx *c, const struct request *rq, struct response *rs);
enum err thing_act_ask(struct ctx *c, const struct request *rq, struct response *rs);

extern const struct route thing_routes[];
extern const struct projector thing_projectors[];
extern const size_t thing_projectors_n;
extern const struct table thing_tables[];
extern const size_t thing_tables_n;

#endif
