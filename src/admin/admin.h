/* admin.h - for whoever keeps the node running: health in plain words, officers,
 * and the emergencies that wait for review.  Sees no case content. */
#ifndef ADMIN_H
#define ADMIN_H

#include "page/route.h"

#include "ledger/ledger.h"

struct health {
    struct ledger_stats ledger;
    int64_t late_steps, open_cases, signals_waiting;
    int64_t last_backup_us;         /* 0: never */
    int64_t disk_free_mb, disk_total_mb;
    int64_t clock_ahead_us;         /* last change lies so far in the future: the clock went back */
};
enum err health_of(struct ctx *c, struct health *out) MUST_CHECK;
/* Something that happened to the node: "backup", "reviewed" (about: the event). */
enum err node_event_add(struct ctx *c, const char *verb, const char *what, struct str about) MUST_CHECK;
/* Remember that a backup was made; called by the command. */
enum err health_backup_made(struct ctx *c) MUST_CHECK;

extern const struct projector admin_projectors[];
extern const size_t admin_projectors_n;
extern const struct table admin_tables[];
extern const size_t admin_tables_n;
extern const struct route admin_routes[];

#endif
