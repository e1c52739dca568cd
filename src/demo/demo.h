/* demo.h - a fictional country at work: seeded signals, cases at every stage,
 * officers for every role.  Every name is invented and says so. */
#ifndef DEMO_H
#define DEMO_H

#include "base/base.h"

#include <stdio.h>

struct demo_config {
    uint64_t seed;
    size_t cases, signals;
    size_t turns;               /* at most so many steps taken in a case; 0: as the seed says */
    bool quiet;
};
/* Fill an empty node.  Uses the desks' own functions only, as the officers
 * would: nothing is written past them. */
enum err demo_fill(struct ctx *c, const struct demo_config *cfg) MUST_CHECK;
void demo_print_logins(struct ctx *c, FILE *to);

#endif
