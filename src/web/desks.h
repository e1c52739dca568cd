/* desks.h - the desks of this house: what each one brings.
 *
 * Adding a desk is adding its header and one line per table in desks.c. */
#ifndef DESKS_H
#define DESKS_H

#include "ledger/ledger.h"
#include "page/route.h"

/* Every desk's routes; ends with NULL. */
extern const struct route *const desk_routes[];
/* Parts of desks on other desks' pages; ends with a row of zeros. */
extern const struct panel desk_panels[];

/* What desks do when time passes, every half minute; ends with NULL. */
typedef enum err desk_tick(struct ctx *c, size_t limit, size_t *did);
extern desk_tick *const desk_ticks[];
/* The same, of those who wait for other nodes: on a thread of their own, since a
 * node that does not answer must not stop the clocks of this house. */
extern desk_tick *const desk_calls[];

/* Projectors and tables of every room, as the ledger wants them. */
struct desk_list { const struct projector *projectors; const struct table *tables;
                   size_t projectors_n, tables_n; };
enum err desks_gather(struct arena *mem, struct desk_list *out) MUST_CHECK;

#endif
