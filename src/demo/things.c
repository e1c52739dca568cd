/* things.c - invented workplaces, employers and vehicles: some of them in cases of
 * two departments, each time written another way. */
#include "demo/people.h"

#include "access/access.h"
#include "base/node.h"
#include "kinds/kinds.h"
#include "pack/pack.h"

/* No register gives such names, and no telephone or plate is like these. */
static const char *const lone[][2] = { { "Muestra", "Sample" }, { "Prueba", "Trial" }, { "Fábula", "Fable" }, { "Cuento", "Tale" },
    { "Ensueño", "Daydream" }, { "Quimera", "Chimera" }, { "Leyenda", "Legend" }, { "Maqueta", "Model" } };
/* What kind of place, and one of each that is met again, in two ways of writing. */
static const struct { const char *place, *es, *en, *again[4]; } places[] = {
    { "ranch", "Estancia", "Ranch", { "El Supuesto", "Supuesto", "Supposed Creek", "Supposed" } },
    { "brick_kiln", "Olería", "Brick kiln", { "La Ficticia", "LA FICTICIA", "Imaginary Hill", "Imaginary" } },
    { "charcoal", "Carbonería", "Charcoal", { "Los Inventados", "Inventados", "Invented Brothers", "Invented" } },
    { "workshop", "Taller", "Workshop", { "San Ejemplo", "S. Ejemplo", "Example", "The Example" } },
    { "building_site", "Constructora", "Construction", { "Torre Imaginaria", "La Torre Imaginaria", "Tower of Fables", "Fables Tower" } },
    { "bar", "Bar", "Bar", { "Nadie y Ninguno", "Nadie Ninguno", "Nobody and None", "Nobody None" } },
    { "street", "Puesto", "Stall", { "Doña Fábula", "Fábula", "Madam Fable", "Fable" } },
    { "private_home", "Casa", "House", { NULL } },
};

struct told { struct str name; int which; bool again; };

static size_t place_of(const char *place)
{
    size_t i = 0;
    while (i + 1 < COUNT_OF(places) && strcmp(places[i].place, place) != 0)
        i++;
    return i;
}

/* A home is never met again. */
static struct told name_of(struct ctx *c, struct dice *d, const char *place, bool es)
{
    size_t at = place_of(place);
    struct told t = { .again = dice_below(d, 3) == 0 && places[at].again[0] };
    if (t.again) {
        t.which = (int)at;
        t.name = str_c(places[at].again[(es ? 0 : 2) + dice_below(d, 2)]);
        return t;
    }
    size_t a = dice_below(d, COUNT_OF(lone)), b = dice_below(d, COUNT_OF(lone));
    t.which = (int)(10 + dice_below(d, 800));
    t.name = str_join(&c->mem, str_c(lone[a][es ? 0 : 1]), a == b ? STR("") : STR(" "), a == b ? STR("") : str_c(lone[b][es ? 0 : 1]));
    return t;
}

static struct str with_place(struct ctx *c, const char *place, struct str name, bool es)
{
    size_t at = place_of(place);
    return es ? str_join(&c->mem, str_c(places[at].es), STR(" "), name) : str_join(&c->mem, name, STR(" "), str_c(places[at].en));
}

static struct str fmt(struct ctx *c, const char *before, int64_t n, int width)
{
    struct buf b;
    buf_init(&b, &c->mem, 64);
    buf_put(&b, str_c(before));
    buf_fmt(&b, "%0*lld", width, (long long)n);
    return buf_str(&b);
}

static void put(struct ctx *c, struct answers *a, const char *path, struct str v)
{
    (void)answers_put(&c->mem, a, str_c(path), v);
}

static enum err keep(struct ctx *c, const struct work_case *k, const char *kind, struct answers *a)
{
    const struct kind_use *u = kind_find(str_c(kind));
    const struct form *f = u ? pack_form(c->node->pack, str_c(kind)) : NULL;
    struct form_result r;
    struct str id;
    if (!f || !access_may(c, u->edit, kind_dossier(c, u, k)))
        return ERR_OK;
    put(c, a, "case", k->id);
    TRY(form_check(c, f, a, &(struct form_env){ .lang = c->node->pack->langs[0],
        .utc_offset_min = (int)(c->node->pack->utc_offset_s / 60) }, &r));
    return r.problems ? ERR_OK : kind_save(c, k, u, (struct str){ 0 }, &r.answers, (struct str){ 0 }, NULL, &id);
}

/* Numbers go with the name, so that what occurs twice has them twice. */
static struct str phone_of(struct ctx *c, const struct told *t)
{
    return fmt(c, "0000 555 ", 100 + t->which, 3);
}

static enum err workplace(struct ctx *c, const struct work_case *k, const struct demo_story *y, const struct told *t, bool es)
{
    struct answers a = { 0 };
    put(c, &a, "name", with_place(c, y->place, t->name, es));
    put(c, &a, "place_kind", str_c(y->place));
    put(c, &a, "territory", k->territory);
    put(c, &a, "address", es ? STR("Camino inventado, después del puente de la demostración") : STR("Invented road, past the bridge of the demonstration"));
    put(c, &a, "activity", str_c(y->activity));
    put(c, &a, "phone", phone_of(c, t));
    return keep(c, k, "workplace", &a);
}

static enum err employer(struct ctx *c, const struct work_case *k, const struct demo_story *y, const struct told *t, bool es)
{
    struct answers a = { 0 };
    put(c, &a, "employer_role", STR("owner"));
    put(c, &a, "employer_kind", STR("firm"));
    put(c, &a, "name", str_join(&c->mem, with_place(c, y->place, t->name, es), es ? STR(" S.R.L.") : STR(" Ltd.")));
    put(c, &a, "tax_number", fmt(c, "", 99000101 + t->which, 8));
    put(c, &a, "phone", phone_of(c, t));
    return keep(c, k, "employer", &a);
}

static enum err vehicle(struct ctx *c, const struct work_case *k, const struct told *t, bool es, bool dash)
{
    struct answers a = { 0 };
    put(c, &a, "vehicle_kind", STR("pickup"));
    put(c, &a, "plate", fmt(c, dash ? "FIC-" : "FIC ", 100 + t->which, 3));
    put(c, &a, "description", es ? STR("Camioneta de la demostración") : STR("Pickup of the demonstration"));
    put(c, &a, "colour", es ? STR("blanca") : STR("white"));
    return keep(c, k, "vehicle", &a);
}

enum err demo_things(struct ctx *c, struct dice *d, const struct demo_story *y, const struct work_case *k)
{
    bool es = str_is(c->node->pack->langs[0], "es");
    struct told t = name_of(c, d, y->place, es);
    TRY(workplace(c, k, y, &t, es));
    if (strcmp(y->place, "private_home") != 0)
        TRY(employer(c, k, y, &t, es));
    return dice_below(d, 3) ? ERR_OK : vehicle(c, k, &t, es, dice_below(d, 2));
}
