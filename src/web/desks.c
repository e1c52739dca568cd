#include "web/desks.h"

#include "access/access.h"
#include "web/web.h"
#include "work/work.h"

const struct route *const desk_routes[] = {
    web_routes,
    NULL
};

const struct panel desk_panels[] = {
    { 0 }
};

/* One line per room that keeps tables. */
static const struct { const struct projector *p; const size_t *pn; const struct table *t; const size_t *tn; } rooms[] = {
    { access_projectors, &access_projectors_n, access_tables, &access_tables_n },
    { work_projectors, &work_projectors_n, work_tables, &work_tables_n },
};

enum err desks_gather(struct arena *mem, struct desk_list *out)
{
    size_t pn = 0, tn = 0;
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        pn += *rooms[i].pn;
        tn += *rooms[i].tn;
    }
    struct projector *p = NEW_N(mem, struct projector, pn + 1);
    struct table *t = NEW_N(mem, struct table, tn + 1);
    if (!p || !t)
        return ERR_NOMEM;
    *out = (struct desk_list){ p, t, pn, tn };
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        memcpy(p, rooms[i].p, *rooms[i].pn * sizeof *p);
        memcpy(t, rooms[i].t, *rooms[i].tn * sizeof *t);
        p += *rooms[i].pn;
        t += *rooms[i].tn;
    }
    return ERR_OK;
}
