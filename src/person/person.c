/* person.c - the people of a case as they are found again. */
#include "person/person.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"
#include "page/names.h"

static struct str field(const struct answers *a, const char *name)
{
    return answers_get(a, str_c(name));
}

void person_record(struct ctx *c, const struct answers *a, int64_t told_us, struct match_record *out)
{
    int64_t age;
    struct match_record m = { .given = field(a, "first_name"), .surname = field(a, "second_name"),
        .alias = field(a, "known_as"), .birth = field(a, "birthdate"), .sex = field(a, "sex"),
        .nationality = field(a, "nationality"), .address = field(a, "address"),
        .country = c->node->pack ? c->node->pack->country : (struct str){ 0 } };
    m.ids[0] = (struct match_id){ STR("ci"), field(a, "identity_number") };
    m.phones[0] = field(a, "phone");
    struct str home = field(a, "home_territory");
    if (home.n)
        m.place = place_text(c, home);
    if (!m.birth.n && str_to_i64(field(a, "age_years"), &age) && age >= 0 && age < 120) {
        m.has_age = true;
        m.age = (int)age;
        m.age_on = told_us / US_PER_DAY;
    }
    *out = m;
}

struct match_record person_match_record(struct ctx *c, const struct record *r)
{
    struct answers a = kind_answers(c, r);
    struct match_record m;
    person_record(c, &a, record_i64(r, "at"), &m);
    return m;
}

/* Whoever is under investigation is put together by two officers. */
bool person_two(const struct record *r)
{
    return record_is(r, "a/role", "suspect");
}

/* A number leads to a suspect or an employer; to nobody who may need protection. */
bool person_shy(const struct record *r)
{
    return !record_is(r, "a/role", "suspect") && !record_is(r, "a/role", "employer");
}

enum err person_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r)
{
    TRY(things_page_part(c, o, k, r));
    return panels(c, o, "person", "main", &(struct subject){ "person", r->id, k->code, r });
}

enum err person_look(struct ctx *c, struct out *o, const struct work_case *k, const struct answers *a, bool typing)
{
    return things_look(c, o, "person", k, a, typing);
}

const struct route person_routes[] = {
    { POST, "/person/:id/same/:other",      thing_act_same,      .verb = "person.link", .help = "The same person: confirmed." },
    { POST, "/person/:id/different/:other", thing_act_different, .verb = "person.link", .help = "Not the same person." },
    { POST, "/person/:id/link/:link/undo",  thing_act_undo,      .verb = "person.link", .help = "Undo it." },
    { POST, "/person/:id/link/:link/confirm", thing_act_confirm, .verb = "person.link", .help = "The second officer confirms." },
    { POST, "/person/:id/ask/:other",       thing_act_ask,       .verb = "person.link", .help = "Ask the office that knows." },
    { 0 }
};

/* ---- who is in which case, for counting ------------------------------------------------------ */

static enum err project_person(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM person_row WHERE id = $1", ARGS(TEXT(r->id))));
    if (!record_get(r, "case").n)
        return ERR_OK;
    return db_exec(c, "INSERT INTO person_row (id, case_id, role) VALUES ($1, $2, $3)",
                   ARGS(TEXT(r->id), TEXT(record_get(r, "case")), TEXT(record_get(r, "a/role"))));
}

const struct projector person_projectors[] = { { "person", project_person } };
const size_t person_projectors_n = COUNT_OF(person_projectors);
const struct table person_tables[] = {
    { "person_row",
      "CREATE TABLE person_row (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, role TEXT NOT NULL);"
      "CREATE INDEX person_row_case ON person_row (case_id);" },
};
const size_t person_tables_n = COUNT_OF(person_tables);
