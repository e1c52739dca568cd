#include "demo/people.h"

#include "base/node.h"
#include "pack/pack.h"

uint64_t dice_next(struct dice *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

size_t dice_below(struct dice *d, size_t n)
{
    return n ? (size_t)(dice_next(d) % n) : 0;
}

int64_t dice_between(struct dice *d, int64_t from, int64_t to)
{
    return from + (int64_t)(dice_next(d) % (uint64_t)(to - from + 1));
}

static const char *const given[] = { "Ana", "Luz", "Rosa", "Marta", "Irma", "Sofía", "Elena", "Blanca", "Juan",
    "Pedro", "Luis", "Carlos", "Hugo", "Ramón", "Derlis", "Celso", "Arami", "Ysapy", "Mainumby", "Kuarahy" };
/* Surnames that cannot be anyone's: each says that the person is invented. */
static const char *const surname[] = { "Ficticia", "Ejemplo", "Inventado", "Demostración", "Muestra", "Prueba",
    "Imaginaria", "Supuesto" };

static struct str pick_of(struct dice *d, const char *const *list, size_t n)
{
    return str_c(list[dice_below(d, n)]);
}

static bool spanish(struct ctx *c)
{
    return str_is(c->node->pack->langs[0], "es");
}

struct str demo_officer_name(struct ctx *c, size_t i)
{
    return str_join(&c->mem, str_c(given[i % COUNT_OF(given)]), STR(" "), str_c(surname[i / COUNT_OF(given) % COUNT_OF(surname)]));
}

static void put(struct ctx *c, struct answers *a, const char *path, struct str v)
{
    if (v.n)
        (void)answers_put(&c->mem, a, str_c(path), v);
}

static struct str number(struct ctx *c, int64_t v)
{
    struct buf b;
    buf_init(&b, &c->mem, 24);
    buf_i64(&b, v);
    return buf_str(&b);
}

static const struct demo_story stories[] = {
    { "adolescente, casa particular", "adolescent, private home",
      "Una adolescente trabaja todo el día en una casa y no va a la escuela. (Aviso inventado)",
      "A girl works all day in a house and does not go to school. (Invented)",
      "minimum_age_to_17", "third_household", "female", 14, 17, true, false, false,
      "private_home", "T_ActivitiesOfHouseholdsAsEmployers" },
    { "niña, casa ajena", "girl, another family’s home",
      "Una niña vive en casa de otra familia, trabaja y no va a la escuela. (Aviso inventado)",
      "A girl lives with another family, works and does not go to school. (Invented)",
      "below_minimum_age", "third_household cannot_leave", "female", 9, 13, true, true, false,
      "private_home", "T_ActivitiesOfHouseholdsAsEmployers" },
    { "trabajador rural, estancia", "rural worker, farm",
      "En una estancia no les pagan y no pueden salir. (Aviso inventado)",
      "On a farm they are not paid and cannot leave. (Invented)",
      "adults", "cannot_leave documents_kept", "male", 19, 45, false, true, false,
      "ranch", "A_AgricultureForestryAndFishing" },
    { "niña, venta en la calle", "girl, street selling",
      "Una niña vende en la calle de noche. (Aviso inventado)",
      "A girl sells in the street at night. (Invented)",
      "below_minimum_age", "hazards", "female", 8, 13, true, false, false,
      "street", "G_WholesaleAndRetailTradeRepairOfMotorVehicles" },
    { "familia, carbonería", "family, charcoal kilns",
      "Una familia entera trabaja en los hornos de carbón y debe la comida. (Aviso inventado)",
      "A whole family works at charcoal kilns and owes for its food. (Invented)",
      "minimum_age_to_17", "cannot_leave hazards", "male", 14, 17, true, true, false,
      "charcoal", "C_Manufacturing" },
    { "niño, olería", "boy, brick kiln",
      "En el horno de ladrillos hay un chico cargando peso. (Aviso inventado)",
      "At the brick kiln a boy carries loads. (Invented)",
      "below_minimum_age", "hazards", "male", 9, 13, true, false, false,
      "brick_kiln", "C_Manufacturing" },
    { "mujer, traslado al exterior", "woman, taken abroad",
      "Le prometieron trabajo afuera y le guardan el documento. (Aviso inventado)",
      "She was promised work abroad and her document is kept. (Invented)",
      "adults", "documents_kept violence", "female", 18, 34, false, true, true,
      "bar", "I_AccommodationAndFoodServiceActivities" },
    { "adolescente, taller", "adolescent, workshop",
      "Un adolescente trabaja con máquinas en un taller, de noche. (Aviso inventado)",
      "A boy works with machines in a workshop at night. (Invented)",
      "minimum_age_to_17", "hazards", "male", 14, 17, true, false, false,
      "workshop", "C_Manufacturing" },
    { "grupo de trabajadores, obra", "group of workers, building site",
      "Los trajeron de lejos a una obra y no les pagan. (Aviso inventado)",
      "They were brought from far to a building site and are not paid. (Invented)",
      "adults", "cannot_leave", "male", 18, 50, false, true, false,
      "building_site", "F_Construction" },
};

const struct demo_story *demo_story(struct dice *d)
{
    return &stories[dice_below(d, COUNT_OF(stories))];
}

void demo_signal(struct ctx *c, const struct demo_story *y, struct answers *a)
{
    put(c, a, "channel", STR("web"));
    bool es = spanish(c);
    put(c, a, "what", str_c(es ? y->told : y->told_en));
    put(c, a, "where_text", es ? STR("Cerca del lugar de la demostración") : STR("Near the place of the demonstration"));
    put(c, a, "who_works", str_c(y->who));
    put(c, a, "signs", str_c(y->signs));
    put(c, a, "contact_wanted", STR("no"));
}

void demo_person(struct ctx *c, struct dice *d, const struct demo_story *y, int64_t age, size_t i, struct answers *a)
{
    bool woman = i == 0 ? y->sex[0] == 'f' : dice_below(d, 2);
    struct str first = str_c(given[woman ? dice_below(d, 8) : 8 + dice_below(d, 8)]);
    put(c, a, "code", str_join(&c->mem, STR("P"), number(c, dice_between(d, 10000, 99999))));
    put(c, a, "first_name", first);
    put(c, a, "second_name", str_join(&c->mem, pick_of(d, surname, COUNT_OF(surname)), STR(" "), pick_of(d, surname, COUNT_OF(surname))));
    put(c, a, "age_years", number(c, i == 0 ? age : dice_between(d, 25, 60)));
    put(c, a, "age_basis", dice_below(d, 2) ? STR("testimony") : STR("document"));
    put(c, a, "sex", woman ? STR("female") : STR("male"));
    put(c, a, "language", dice_below(d, 2) ? STR("gn") : STR("es"));
    put(c, a, "role", i == 0 ? STR("affected") : dice_below(d, 2) ? STR("family") : STR("employer"));
}

/* ---- any form ------------------------------------------------------------------------------------ */

static struct str a_choice(struct ctx *c, struct dice *d, const struct form_field *x)
{
    const struct form_list *l = x->list;
    if (!l || !l->n)
        return (struct str){ 0 };
    struct str v = l->choice[dice_below(d, l->n)].name;
    if (x->type == FORM_SELECT_MANY && dice_below(d, 2) && !str_is(v, "none")) {
        struct str w = l->choice[dice_below(d, l->n)].name;
        if (!str_eq(v, w) && !str_is(w, "none"))
            return str_join(&c->mem, v, STR(" "), w);
    }
    return v;
}

/* A provision of the country that is in force today. */
static struct str a_provision(struct ctx *c)
{
    const struct pack *p = c->node->pack;
    struct civil today = civil_from_days(pack_local_day(p, c->now_us));
    for (size_t i = 0; i < p->provisions_n; i++)
        if (p->provisions[i].verified == PACK_YES && pack_in_force(&p->provisions[i], today) == IN_FORCE_YES)
            return p->provisions[i].id;
    return (struct str){ 0 };
}

static struct str a_value(struct ctx *c, struct dice *d, const struct form_field *x, struct str case_id,
                          int64_t age)
{
    switch (x->type) {
    case FORM_SELECT_ONE:
    case FORM_SELECT_MANY:
        return a_choice(c, d, x);
    case FORM_INT:
        return number(c, str_is(x->name, "age_years") ? age : dice_between(d, 1, 9) * 500000);
    case FORM_DECIMAL:
    case FORM_RANGE:
        return number(c, dice_between(d, 2, 12));
    case FORM_DATE:
        return date_text(&c->mem, civil_from_days(c->now_us / US_PER_DAY - 1));
    case FORM_DATETIME:
        return instant_text(&c->mem, c->now_us - 3600 * US_PER_S);
    case FORM_HIDDEN:
        return str_is(x->name, "case") ? case_id : STR("-");
    case FORM_TEXT:
        return str_is(x->name, "provisions") ? a_provision(c) : spanish(c) ? STR("Texto inventado para la demostración.")
                                                                           : STR("Invented for the demonstration.");
    default:
        return (struct str){ 0 };
    }
}

enum err demo_answers(struct ctx *c, struct dice *d, const struct form *f, struct str case_id, int64_t age,
                      struct answers *a)
{
    for (size_t i = 0; i < form_count(f); i++) {
        const struct form_field *x = form_field(f, i);
        bool wanted = x->required.n || x->list || x->type == FORM_HIDDEN || x->type == FORM_INT || x->type == FORM_DECIMAL;
        if (!form_is_leaf(x) || !wanted || x->type == FORM_FILE)
            continue;
        struct str v = a_value(c, d, x, case_id, age);
        if (v.n && !answers_put(&c->mem, a, x->path, v))
            return ctx_check(c);
    }
    return ctx_check(c);
}

void demo_facts(struct dice *d, struct facts *f)
{
    fact_bool(f, "entry_refused", dice_below(d, 6) == 0);
    fact_bool(f, "violation_found", dice_below(d, 2) == 0);
    fact_bool(f, "atu_leads", dice_below(d, 2) == 0);
    fact_bool(f, "charged", dice_below(d, 5) != 0);
    fact_bool(f, "convicted", dice_below(d, 4) != 0);
    fact_bool(f, "crime_indicated", dice_below(d, 2) == 0);
    fact_bool(f, "inspection_needed", dice_below(d, 2) == 0);
    fact_bool(f, "child", dice_below(d, 2) == 0);
    fact_bool(f, "woman", dice_below(d, 2) == 0);
    fact_bool(f, "criadazgo", dice_below(d, 4) == 0);
}
