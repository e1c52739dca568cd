/* records.c - employers, workplaces and vehicles as match/ compares them. */
#include "things/inside.h"

#include "base/node.h"
#include "pack/pack.h"
#include "page/names.h"

static struct str field(const struct answers *a, const char *name)
{
    return answers_get(a, str_c(name));
}

static struct match_thing_room *begin(struct ctx *c, const struct answers *a, struct match_record *out)
{
    struct str territory = field(a, "territory");
    *out = (struct match_record){ .address = field(a, "address"),
        .country = c->node->pack ? c->node->pack->country : (struct str){ 0 } };
    out->phones[0] = field(a, "phone");
    out->phones[1] = field(a, "phone_2");
    if (territory.n)
        out->place = place_text(c, territory);
    return NEW(&c->mem, struct match_thing_room);
}

/* A place is known by its name, or by whose it is. */
void workplace_record(struct ctx *c, const struct answers *a, int64_t told_us, struct match_record *out)
{
    struct match_thing_room *room = begin(c, a, out);
    (void)told_us;
    if (room)
        match_thing(&(struct match_thing){ .name = field(a, "name"), .owner = field(a, "employer"),
                                           .kind = field(a, "place_kind") }, room, out);
}

void employer_record(struct ctx *c, const struct answers *a, int64_t told_us, struct match_record *out)
{
    struct match_thing_room *room = begin(c, a, out);
    (void)told_us;
    if (!room)
        return;
    match_thing(&(struct match_thing){ .name = field(a, "name"), .owner = field(a, "trade_name") }, room, out);
    out->ids[0] = (struct match_id){ STR("tax"), field(a, "tax_number") };
    out->ids[1] = (struct match_id){ STR("ci"), field(a, "identity_number") };
}

void vehicle_record(struct ctx *c, const struct answers *a, int64_t told_us, struct match_record *out)
{
    struct match_thing_room *room = begin(c, a, out);
    (void)told_us;
    if (!room)
        return;
    match_thing(&(struct match_thing){ .name = field(a, "vessel_name"), .owner = field(a, "owner"), .plate = field(a, "plate"),
                                       .kind = field(a, "vehicle_kind"), .description = field(a, "description"),
                                       .colour = field(a, "colour") }, room, out);
    out->ids[0] = (struct match_id){ STR("hull"), field(a, "registry_number") };
}

bool thing_always(const struct record *r)
{
    (void)r;
    return true;
}
