/* people.h - invented people, answers and turns, all from one seed. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "forms/forms.h"
#include "work/work.h"

/* SplitMix64: small, seeded, the same everywhere.  For fiction only. */
struct dice { uint64_t state; };
uint64_t dice_next(struct dice *d);
size_t dice_below(struct dice *d, size_t n);                       /* 0 when n is 0 */
int64_t dice_between(struct dice *d, int64_t from, int64_t to);    /* both included */

/* What a made-up case is about, so that its signal, its people and its
 * screening tell one story. */
struct demo_story {
    const char *title, *title_en;      /* the case's title, for a pack that speaks Spanish first, and for others */
    const char *told, *told_en;        /* what the sender says */
    const char *who, *signs, *sex;     /* codes of the signal's and the person's forms */
    int64_t age_from, age_to;          /* of the person affected */
    bool cl, fl, ht;                   /* what is indicated */
    const char *place, *activity;      /* codes of the workplace's form */
};
const struct demo_story *demo_story(struct dice *d);

struct str demo_officer_name(struct ctx *c, size_t i);
void demo_signal(struct ctx *c, const struct demo_story *y, struct answers *a);
/* Person i of the case: the first is the one affected, age years old. */
void demo_person(struct ctx *c, struct dice *d, const struct demo_story *y, int64_t age, size_t i, struct answers *a);
/* Where the case's people work, who employs them, what they are driven in: by the
 * officer c->who, as far as she may write it.  Every third is known elsewhere too. */
enum err demo_things(struct ctx *c, struct dice *d, const struct demo_story *y, const struct work_case *k) MUST_CHECK;
/* Answers that fit any form: choices drawn, texts that say they are invented. */
enum err demo_answers(struct ctx *c, struct dice *d, const struct form *f, struct str case_id, int64_t age,
                      struct answers *a);
/* What gateways ask for when no form answers it. */
void demo_facts(struct dice *d, struct facts *f);

#endif
