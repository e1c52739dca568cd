/* lookup.c - finding rows by id, by place and by need. */
#include "pack/read.h"

#include <math.h>
#include <stdlib.h>

/* ---- maps ---------------------------------------------------------------- */

static struct str row_id(const struct id_map *m, size_t i)
{
    return *(const struct str *)(const void *)((const char *)m->base + i * m->stride);
}

bool map_build(struct arena *mem, struct id_map *m, const void *base, size_t stride, size_t n)
{
    size_t size = 8;

    while (size < n * 2)
        size *= 2;
    *m = (struct id_map){ base, stride, n, size - 1, NEW_N(mem, uint32_t, size) };
    for (size_t i = 0; m->slot && i < n; i++) {
        size_t at = str_hash(row_id(m, i)) & m->mask;
        while (m->slot[at] && !str_eq(row_id(m, m->slot[at] - 1), row_id(m, i)))
            at = (at + 1) & m->mask;
        if (!m->slot[at])
            m->slot[at] = (uint32_t)i + 1;
    }
    return m->slot != NULL;
}

const void *map_find(const struct id_map *m, struct str id)
{
    if (!m->slot || !id.n)
        return NULL;
    for (size_t at = str_hash(id) & m->mask; m->slot[at]; at = (at + 1) & m->mask)
        if (str_eq(row_id(m, m->slot[at] - 1), id))
            return (const char *)m->base + (m->slot[at] - 1) * m->stride;
    return NULL;
}

static const void *find(const struct pack *p, enum map_of which, struct str id)
{
    return map_find(&p->index->map[which], id);
}

const struct territory *pack_territory(const struct pack *p, struct str id) { return find(p, MAP_TERRITORY, id); }
const struct role *pack_role(const struct pack *p, struct str id) { return find(p, MAP_ROLE, id); }
const struct agency *pack_agency(const struct pack *p, struct str id) { return find(p, MAP_AGENCY, id); }
bool agency_callable(const struct agency *a) { return a->phone.n && a->verified != PACK_NO; }
const struct office *pack_office(const struct pack *p, struct str id) { return find(p, MAP_OFFICE, id); }
const struct service *pack_service(const struct pack *p, struct str id) { return find(p, MAP_SERVICE, id); }
const struct source *pack_source(const struct pack *p, struct str id) { return find(p, MAP_SOURCE, id); }
const struct instrument *pack_instrument(const struct pack *p, struct str id) { return find(p, MAP_INSTRUMENT, id); }
const struct provision *pack_provision(const struct pack *p, struct str id) { return find(p, MAP_PROVISION, id); }
const struct pack_file *pack_procedure(const struct pack *p, struct str id) { return find(p, MAP_PROCEDURE, id); }
const struct pack_file *pack_template(const struct pack *p, struct str id) { return find(p, MAP_TEMPLATE, id); }
const struct pack_file *pack_map(const struct pack *p, struct str id) { return find(p, MAP_GEO, id); }
const struct pack_file *pack_law_text(const struct pack *p, struct str id) { return find(p, MAP_LAW_TEXT, id); }

const struct form *pack_form(const struct pack *p, struct str kind)
{
    const struct pack_form *f = find(p, MAP_FORM, kind);
    return f ? f->form : NULL;
}

const struct dmn_model *pack_decision(const struct pack *p, struct str id)
{
    const struct pack_decision *d = find(p, MAP_DECISION, id);
    return d ? d->model : NULL;
}

/* ---- words --------------------------------------------------------------- */

struct str pack_text(const struct pack *p, const struct label *l, struct str lang)
{
    for (size_t i = 0; i < p->langs_n; i++)
        if (str_eq(p->langs[i], lang) && l->in[i].n)
            return l->in[i];
    return l->in[0];
}

bool pack_has_word(struct str list, struct str word)
{
    struct str one;

    while (word.n && str_next(&list, ' ', &one))
        if (str_eq(one, word))
            return true;
    return false;
}

struct str pack_value(const struct provision *v, const char *name)
{
    struct str list = v->values, one, key, value;

    while (str_next(&list, ' ', &one))
        if (str_cut(one, '=', &key, &value) && str_is(key, name))
            return value;
    return (struct str){ 0 };
}

enum pack_verified pack_weakest(const struct pack *p, struct str provisions)
{
    enum pack_verified least = PACK_YES;
    struct str one;
    bool any = false;

    while (str_next(&provisions, ' ', &one)) {
        if (!one.n)
            continue;
        const struct provision *v = pack_provision(p, one);
        if (!v)
            return PACK_NO;
        any = true;
        if (v->verified < least)
            least = v->verified;
    }
    return any ? least : PACK_NO;
}

/* ---- places -------------------------------------------------------------- */

static const struct territory *parent_of(const struct pack *p, const struct territory *t)
{
    return t->parent.n ? pack_territory(p, t->parent) : NULL;
}

bool pack_within(const struct pack *p, struct str inner, struct str outer)
{
    const struct territory *t = pack_territory(p, inner);

    for (int depth = 0; t && depth < 8; depth++, t = parent_of(p, t))
        if (str_eq(t->id, outer))
            return true;
    return false;
}

static const struct territory *department_of(const struct pack *p, const struct territory *t)
{
    while (t && t->level > 1)
        t = parent_of(p, t);
    return t && t->level == 1 ? t : NULL;
}

bool pack_distance_m(const struct pack *p, struct str a, struct str b, int64_t *metres)
{
    const struct territory *x = pack_territory(p, a), *y = pack_territory(p, b);
    const double radian = 3.14159265358979323846 / 1800000.0, earth_m = 6371008.8;

    if (!x || !y || !x->has_point || !y->has_point)
        return false;
    double la = x->lat_e4 * radian, lb = y->lat_e4 * radian;
    double dlat = sin((lb - la) / 2), dlon = sin((y->lon_e4 - x->lon_e4) * radian / 2);
    double h = dlat * dlat + cos(la) * cos(lb) * dlon * dlon;
    *metres = (int64_t)llround(2 * earth_m * asin(sqrt(h < 1 ? h : 1)));
    return true;
}

/* ---- offices ------------------------------------------------------------- */

static size_t offices_of(const struct pack *p, struct str territory, struct str role,
                         const struct office **out)
{
    size_t n = 0;

    for (size_t i = 0; i < p->offices_n; i++)
        if (str_eq(p->offices[i].territory, territory) && pack_has_word(p->offices[i].roles, role))
            out[n++] = &p->offices[i];
    return n;
}

static int64_t office_distance(const struct pack *p, const struct office *o, struct str from)
{
    int64_t m;
    return pack_distance_m(p, from, o->seat.n ? o->seat : o->territory, &m) ? m : INT64_MAX;
}

/* Nobody answers for the place itself: the nearest in its department. */
static const struct office *neighbour(const struct pack *p, const struct territory *t, struct str role)
{
    const struct territory *dep = department_of(p, t);
    const struct office *best = NULL;
    int64_t best_m = 0;

    for (size_t i = 0; dep && i < p->offices_n; i++) {
        const struct office *o = &p->offices[i];
        if (!pack_has_word(o->roles, role) || !pack_within(p, o->territory, dep->id))
            continue;
        int64_t m = office_distance(p, o, t->id);
        if (!best || m < best_m) {
            best = o;
            best_m = m;
        }
    }
    return best;
}

enum err pack_offices(struct ctx *c, const struct pack *p, struct str territory, struct str role,
                      const struct office ***out, size_t *n)
{
    const struct office **v = NEW_N(&c->mem, const struct office *, p->offices_n + 1);
    const struct territory *t = pack_territory(p, territory.n ? territory : p->country);
    const struct territory *at = t;
    size_t k = 0;

    if (!v)
        return ctx_check(c);
    for (int depth = 0; at && depth < 8; depth++, at = parent_of(p, at))
        k += offices_of(p, at->id, role, v + k);
    if (!k && t && (v[0] = neighbour(p, t, role)))
        k = 1;
    *out = v;
    *n = k;
    return ERR_OK;
}

const struct office *pack_office_for(const struct pack *p, struct str territory, struct str role)
{
    const struct territory *t = pack_territory(p, territory.n ? territory : p->country), *at = t;

    for (int depth = 0; at && depth < 8; depth++, at = parent_of(p, at))
        for (size_t i = 0; i < p->offices_n; i++)
            if (str_eq(p->offices[i].territory, at->id) && pack_has_word(p->offices[i].roles, role))
                return &p->offices[i];
    return t ? neighbour(p, t, role) : NULL;
}

/* ---- services ------------------------------------------------------------ */

static bool fits(const struct pack *p, const struct service *s, const struct service_query *q)
{
    if (!pack_has_word(s->needs, q->need))
        return false;
    if (q->age >= 0 && (q->age < s->age_min || q->age > s->age_max))
        return false;
    if (q->sex.n && !str_is(q->sex, "unknown") && !str_is(s->sex, "any") && !str_eq(s->sex, q->sex))
        return false;
    return !q->place.n || pack_within(p, q->place, s->territory) ||
           pack_within(p, s->territory, q->place);
}

/* The service's own office, else the nearest one of its agency for the place. */
static const struct office *office_of(const struct pack *p, const struct service *s, struct str place)
{
    const struct office *best = NULL;
    int64_t best_m = 0;

    if (s->office.n)
        return pack_office(p, s->office);
    for (size_t i = 0; i < p->offices_n; i++) {
        const struct office *o = &p->offices[i];
        if (!str_eq(o->agency, s->agency) || (place.n && !pack_within(p, place, o->territory)))
            continue;
        int64_t m = place.n ? office_distance(p, o, place) : 0;
        if (!best || m < best_m) {
            best = o;
            best_m = m;
        }
    }
    return best;
}

static int by_fitness(const void *a, const void *b)
{
    const struct service_match *x = a, *y = b;

    if (x->speaks != y->speaks)
        return x->speaks ? -1 : 1;
    uint64_t dx = (uint64_t)x->distance_m, dy = (uint64_t)y->distance_m;   /* -1 sorts last */
    if (dx != dy)
        return dx < dy ? -1 : 1;
    return str_cmp(x->service->id, y->service->id);
}

enum err pack_services(struct ctx *c, const struct pack *p, const struct service_query *q,
                       struct service_match **out, size_t *n)
{
    struct service_match *v = NEW_N(&c->mem, struct service_match, p->services_n + 1);
    size_t k = 0;

    if (!v)
        return ctx_check(c);
    for (size_t i = 0; i < p->services_n; i++) {
        const struct service *s = &p->services[i];
        if (!fits(p, s, q))
            continue;
        struct service_match *m = &v[k++];
        *m = (struct service_match){ s, office_of(p, s, q->place),
                                     pack_has_word(s->languages, q->language), -1 };
        if (!s->hidden && m->office && q->place.n) {
            int64_t d = office_distance(p, m->office, q->place);
            m->distance_m = d == INT64_MAX ? -1 : d;
        }
    }
    if (k)
        qsort(v, k, sizeof *v, by_fitness);
    *out = v;
    *n = k;
    return ERR_OK;
}
