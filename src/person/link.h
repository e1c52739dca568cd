/* link.h - inside person/: links between records of one person. */
#ifndef PERSON_LINK_H
#define PERSON_LINK_H

#include "person/person.h"

enum { LINK_DIFFERENT, LINK_SAME, LINK_PROPOSED, LINK_NONE };
struct person_link { struct str id, officer; int state; };
/* The newest standing link of two records; LINK_NONE when there is none. */
enum err link_between(struct ctx *c, struct str a, struct str b, struct person_link *out) MUST_CHECK;
/* Is someone of a's group kept apart from someone of b's? */
enum err link_contradicts(struct ctx *c, struct str a, struct str b, bool *yes) MUST_CHECK;
/* How many records are this person, herself counted. */
enum err person_records(struct ctx *c, struct str person, size_t *n) MUST_CHECK;
/* Scores follow what people here decided: all standing links that carry a score. */
enum err person_recalibrate(struct ctx *c) MUST_CHECK;

#endif
