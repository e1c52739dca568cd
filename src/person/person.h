/* person.h - the people of a case: found again when they come twice, and
 * screened for child labour, forced labour and trafficking at once.
 * See person.md. */
#ifndef PERSON_H
#define PERSON_H

#include "things/things.h"

/* A person's record as match/ compares it; points into c->mem. */
struct match_record person_match_record(struct ctx *c, const struct record *r);

/* For its row of thing_uses. */
void person_record(struct ctx *c, const struct answers *a, int64_t told_us, struct match_record *out);
bool person_two(const struct record *r);
bool person_shy(const struct record *r);

/* Hooks of kind_uses. */
enum err person_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r);
enum err person_look(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing);
enum err screening_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                        const struct answers *a, struct facts *f);
enum err screening_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r);

extern const struct route person_routes[];
extern const struct route person_find_routes[];
extern const struct projector person_projectors[];
extern const size_t person_projectors_n;
extern const struct table person_tables[];
extern const size_t person_tables_n;

#endif
