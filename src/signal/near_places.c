/* near_places.c - known workplaces that a signal may be about. */
#include "signal/near.h"

#include "base/node.h"
#include "things/things.h"

enum { LOOK_AT = 60 };

/* The words of the signal that agree, as the sender wrote them: what is sealed in the
 * other record stays there. */
static struct str own_words(struct ctx *c, const struct match_candidate *m, bool *kind)
{
    struct buf out;
    buf_init(&out, &c->mem, 1000);
    *kind = false;
    for (size_t i = 0; i < m->n_rows; i++) {
        const struct match_row *r = &m->rows[i];
        *kind = *kind || (r->what == MATCH_EXTRA && !strcmp(r->level, "exact"));
        if (r->what > MATCH_SECOND || r->mbits <= 0 || !r->a.n)
            continue;
        if (out.n)
            buf_put(&out, STR(", "));
        buf_put(&out, r->a);
    }
    return buf_str(&out);
}

/* *yes false: not hers, or gone. */
static enum err place_of(struct ctx *c, const struct thing_use *u, const struct match_candidate *m,
                         struct near_place *out, bool *yes)
{
    struct record r;
    struct verdict may;
    bool kind;
    enum err e = record_load(c, m->id, &r);
    *yes = false;
    if (e == ERR_NOT_FOUND) {                   /* erased since the index heard of it */
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    TRY(access_check(c, u->view, r.dossier, &may));
    if (!may.allowed)
        return ERR_OK;
    e = access_record(c, m->id, &r);
    if (e == ERR_NOT_FOUND) {                   /* her grant is of other kinds of this dossier */
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    TRY(work_case(c, record_get(&r, "case"), &out->k));
    out->id = r.id;
    out->name = record_get(&r, "a/name");
    out->mbits = m->mbits;
    out->words = own_words(c, m, &kind);
    out->kind = kind ? record_get(&r, "a/place_kind") : (struct str){ 0 };
    *yes = out->words.n > 0;
    return ERR_OK;
}

static enum err asked(struct ctx *c, const struct signal *s, struct match_record *m, bool *says)
{
    struct record r;
    struct near_room *room = NEW(&c->mem, struct near_room);
    TRY(ctx_check(c));
    TRY(record_load(c, s->id, &r));
    struct answers a = signal_answers(c, &r);
    *says = near_record(c, &a, s->territory, room, m);
    m->given = m->full;                         /* where a place's name stands (match_thing) */
    m->full = m->region = (struct str){ 0 };
    return ERR_OK;
}

enum err near_places(struct ctx *c, const struct signal *s, struct near_place **out, size_t *n)
{
    const struct thing_use *u = thing_find(STR("workplace"));
    struct near_place *v = NEW_N(&c->mem, struct near_place, PLACES_SHOWN);
    struct match_candidate *m;
    struct match_record me;
    size_t got, k = 0;
    bool says, yes;
    TRY(ctx_check(c));
    TRY(asked(c, s, &me, &says));
    if (u && says && access_role(c, verb_find(u->view))) {
        TRY(things_catch_up(c));
        TRY(match_lookup_from(c, things_index(c, u), &me, NEAR_FLOOR, LOOK_AT, &m, &got, NULL));
        for (size_t i = 0; i < got && k < PLACES_SHOWN; i++) {
            TRY(place_of(c, u, &m[i], &v[k], &yes));
            k += yes;
        }
    }
    *out = v;
    *n = k;
    return ERR_OK;
}
