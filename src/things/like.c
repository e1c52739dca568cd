/* like.c - who may be it. */
#include "things/inside.h"

#include "base/node.h"
#include "pack/pack.h"

struct match_record thing_record(struct ctx *c, const struct thing_use *u, const struct answers *a, int64_t told_us)
{
    struct match_record m = { 0 };
    u->record(c, a, told_us, &m);
    return m;
}

const char *like_key(struct ctx *c, const struct thing_use *u, const char *what)
{
    const char *key = arena_z(&c->mem, str_join(&c->mem, str_c(u->words), STR("."), str_c(what)));
    return key ? key : "error.internal";
}

/* ---- asking the index --------------------------------------------------------------------------- */

enum err like_of(struct ctx *c, const struct thing_use *u, const struct match_record *me, struct str but,
                 struct match_candidate **out, size_t *n)
{
    struct match_candidate *m;
    size_t got, dropped, kept = 0;
    TRY(things_catch_up(c));
    TRY(match_lookup(c, things_index(c, u), me, LIKE_MAX + 1, &m, &got, &dropped));
    for (size_t i = 0; i < got && kept < LIKE_MAX; i++)
        if (!str_eq(m[i].id, but) && m[i].mbits >= FOUND_FLOOR)
            m[kept++] = m[i];
    *out = m;
    *n = kept;
    return ERR_OK;
}

enum err like_load(struct ctx *c, const struct thing_use *u, const struct match_candidate *m, struct found *out, bool *gone)
{
    enum err e = found_load(c, m, out);
    *gone = e == ERR_NOT_FOUND;
    if (!*gone)
        return e;
    c->fault = (struct fault){ 0 };
    e = match_index_remove(c, things_index(c, u), m->id);
    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    return e;
}
