/* found.h - somebody or something an index found, as an officer may see it. */
#ifndef THINGS_FOUND_H
#define THINGS_FOUND_H

#include "things/things.h"

enum { FOUND_FLOOR = -4000, FOUND_VERY_LIKELY = 3000 };     /* mbits; weaker ones are not shown */

/* A candidate's record and case.  hers: she may see it (the kind's view); open: and
 * what identifies it is opened now. */
struct found {
    const struct match_candidate *m;
    const struct thing_use *u;
    struct record record;
    struct work_case k;
    bool hers, open;
    const char *key;            /* how likely, in words; or what alone was asked and agrees */
};
/* ERR_NOT_FOUND: it was erased since the index heard of it. */
enum err found_load(struct ctx *c, const struct match_candidate *m, struct found *out) MUST_CHECK;
/* May she see this record: the kind's view, and a grant that does not leave its kind out? */
enum err found_hers(struct ctx *c, const struct thing_use *u, struct str id, struct str dossier, bool *yes) MUST_CHECK;
/* One step of a list, left open: how likely; hers: code, link, office and place;
 * somebody else's: the department and nothing more. */
void found_begin(struct ctx *c, struct out *o, const struct found *f);
const char *likely_key(int32_t mbits);
/* What speaks for and against, folded away; open: with the values themselves. */
void reason_rows(struct ctx *c, struct out *o, const struct thing_use *u, const struct match_candidate *m, bool open);
struct str bits_text(struct ctx *c, int32_t mbits);
/* The department a place lies in: nobody's whereabouts are given away. */
struct str department_of_place(struct ctx *c, struct str territory);
/* What is asked of the index, as nobody can read it back: the same words about the
 * same (id), the same question. */
struct str look_question(struct ctx *c, struct str id, const struct match_record *m);

/* May this officer ask today about others' records with this profile?  A question
 * that is new counts as one put. */
enum err look_asked(struct ctx *c, struct str dossier, struct str about, const struct match_record *m,
                    bool *yes) MUST_CHECK;

/* Each time she asks the office that knows: yes the first time of the day for this
 * dossier, which is an event "asks" there.  Its alerts are for work, not for a flood. */
enum err found_asks(struct ctx *c, struct str dossier, bool *yes) MUST_CHECK;

#endif
