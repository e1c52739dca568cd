/* check.c - does everything that a pack's tables name exist, and agree? */
#include "pack/read.h"

#include <jansson.h>

/* ---- references: a cell names a row of another table ---------------------- */

struct reference {
    const char *file;               /* whose rows */
    size_t at;                      /* offset of the struct str */
    enum map_of to;
    const char *what;               /* "agency" */
    const char *key;
};
#define REF(f, T, m, to, what) { f, offsetof(struct T, m), to, what, "pack.no-such-" what }

static const struct reference references[] = {
    REF("territory/territory.csv", territory, parent, MAP_TERRITORY, "territory"),
    REF("territory/territory.csv", territory, sources, MAP_SOURCE, "source"),
    REF("agencies.csv", agency, roles, MAP_ROLE, "role"),
    REF("agencies.csv", agency, sources, MAP_SOURCE, "source"),
    REF("offices.csv", office, agency, MAP_AGENCY, "agency"),
    REF("offices.csv", office, territory, MAP_TERRITORY, "territory"),
    REF("offices.csv", office, seat, MAP_TERRITORY, "territory"),
    REF("offices.csv", office, roles, MAP_ROLE, "role"),
    REF("offices.csv", office, sources, MAP_SOURCE, "source"),
    REF("services/services.csv", service, agency, MAP_AGENCY, "agency"),
    REF("services/services.csv", service, office, MAP_OFFICE, "office"),
    REF("services/services.csv", service, territory, MAP_TERRITORY, "territory"),
    REF("services/services.csv", service, sources, MAP_SOURCE, "source"),
    REF("law/instruments.csv", instrument, sources, MAP_SOURCE, "source"),
    REF("law/provisions.csv", provision, instrument, MAP_INSTRUMENT, "instrument"),
    REF("law/provisions.csv", provision, sources, MAP_SOURCE, "source"),
    REF("law/provisions.csv", provision, amended_by, MAP_PROVISION, "provision"),
    REF("law/instruments.csv", instrument, amended_by, MAP_INSTRUMENT, "instrument"),
    REF("law/versions.csv", provision_version, provision, MAP_PROVISION, "provision"),
    REF("law/versions.csv", provision_version, amended_by, MAP_INSTRUMENT, "instrument"),
    REF("law/versions.csv", provision_version, sources, MAP_SOURCE, "source"),
    REF("law/ratifications.csv", ratification, instrument, MAP_INSTRUMENT, "instrument"),
    REF("law/ratifications.csv", ratification, provision, MAP_PROVISION, "provision"),
    REF("law/ratifications.csv", ratification, sources, MAP_SOURCE, "source"),
    REF("law/doubts.csv", law_doubt, provisions, MAP_PROVISION, "provision"),
    REF("law/doubts.csv", law_doubt, sources, MAP_SOURCE, "source"),
    REF("law/powers.csv", power, role, MAP_ROLE, "role"),
    REF("law/powers.csv", power, agency, MAP_AGENCY, "agency"),
    REF("law/powers.csv", power, provisions, MAP_PROVISION, "provision"),
    REF("law/powers.csv", power, sources, MAP_SOURCE, "source"),
    REF("services/services.csv", service, provisions, MAP_PROVISION, "provision"),
    REF("holidays.csv", holiday, sources, MAP_SOURCE, "source"),
    REF("duties.csv", duty, role, MAP_ROLE, "role"),
    REF("duties.csv", duty, provisions, MAP_PROVISION, "provision"),
    REF("duties.csv", duty, template, MAP_TEMPLATE, "template"),
    REF("duties.csv", duty, sources, MAP_SOURCE, "source"),
    REF("checklists/", check_item, sources, MAP_SOURCE, "source"),
};

static void check_reference(struct reader *r, const struct table_spec *t, const struct reference *ref,
                            const char *row)
{
    struct str list = *(const struct str *)(const void *)(row + ref->at), one;

    while (str_next(&list, ' ', &one))
        if (one.n && !map_find(&r->p->index->map[ref->to], one))
            reader_say(r, FINDING_ERROR, table_file(&r->c->mem, t, row), table_line(t, row), ref->key,
                       "there is no %s \"" STR_F "\"", ref->what, STR_A(str_sub(one, 0, 60)));
}

void check_references(struct reader *r)
{
    for (size_t k = 0; k < COUNT_OF(references); k++)
        for (size_t i = 0; i < pack_tables_n; i++) {
            const struct table_spec *t = &pack_tables[i];
            if (strcmp(t->file, references[k].file) != 0)
                continue;
            for (size_t n = 0; n < table_count(r->p, t); n++)
                check_reference(r, t, &references[k], table_row(r->p, t, n));
        }
}

/* ---- who does what, where ---------------------------------------------------- */

static const struct str OFFICES = STR_INIT("offices.csv");
static const struct str SERVICES = STR_INIT("services/services.csv");

static void check_office(struct reader *r, const struct office *o)
{
    const struct agency *a = pack_agency(r->p, o->agency);
    struct str roles = o->roles, one;

    while (a && str_next(&roles, ' ', &one))
        if (one.n && !pack_has_word(a->roles, one))
            reader_say(r, FINDING_ERROR, OFFICES, o->line, "pack.role-not-agencys",
                       "the agency \"" STR_F "\" does not hold the role \"" STR_F "\"",
                       STR_A(a->id), STR_A(one));
    if (o->seat.n && pack_territory(r->p, o->seat) && !pack_within(r->p, o->seat, o->territory))
        reader_say(r, FINDING_ERROR, OFFICES, o->line, "pack.seat-outside",
                   "\"" STR_F "\" does not lie in \"" STR_F "\"", STR_A(o->seat), STR_A(o->territory));
    if (o->verified == PACK_NO && !o->note.n)
        reader_say(r, FINDING_WARNING, OFFICES, o->line, "pack.doubt-untold",
                   "an office that is not verified needs a note saying what to confirm");
}

static void check_service(struct reader *r, const struct service *s)
{
    const struct office *o = s->office.n ? pack_office(r->p, s->office) : NULL;
    struct str needs = s->needs, one;

    while (str_next(&needs, ' ', &one))
        if (one.n)
            check_word(r, str_join(&r->c->mem, STR("need."), one), SERVICES, s->line);

    if (o && !str_eq(o->agency, s->agency))
        reader_say(r, FINDING_ERROR, SERVICES, s->line, "pack.office-not-agencys",
                   "the office \"" STR_F "\" belongs to \"" STR_F "\"", STR_A(o->id), STR_A(o->agency));
    if (s->age_min > s->age_max)
        reader_say(r, FINDING_ERROR, SERVICES, s->line, "pack.bad-value",
                   "age_min is above age_max");
    if (!str_is(s->sex, "any") && !str_is(s->sex, "female") && !str_is(s->sex, "male"))
        reader_say(r, FINDING_ERROR, SERVICES, s->line, "pack.bad-value",
                   "sex is any, female or male");
    if (s->capacity >= 0 && s->verified != PACK_YES)
        reader_say(r, FINDING_WARNING, SERVICES, s->line, "pack.doubt-untold",
                   "a capacity without a verified source");
}

/* A role nobody holds is a lane that nobody walks. */
static void check_role(struct reader *r, const struct role *role)
{
    bool agency = false, office = false;

    for (size_t i = 0; i < r->p->agencies_n; i++)
        agency |= pack_has_word(r->p->agencies[i].roles, role->id);
    for (size_t i = 0; i < r->p->offices_n; i++)
        office |= pack_has_word(r->p->offices[i].roles, role->id);
    if (!agency)
        reader_say(r, FINDING_ERROR, STR("roles.csv"), role->line, "pack.role-unheld",
                   "no agency holds the role \"" STR_F "\"", STR_A(role->id));
    else if (!office)
        reader_say(r, FINDING_WARNING, STR("roles.csv"), role->line, "pack.role-nowhere",
                   "no office holds the role \"" STR_F "\"", STR_A(role->id));
}

void check_offices(struct reader *r)
{
    const struct pack *p = r->p;

    for (size_t i = 0; i < p->offices_n; i++)
        check_office(r, &p->offices[i]);
    for (size_t i = 0; i < p->services_n; i++)
        check_service(r, &p->services[i]);
    for (size_t i = 0; i < p->roles_n; i++)
        check_role(r, &p->roles[i]);
}

/* ---- law, territory, maps ------------------------------------------------------ */

static bool date_or_year(struct str s)
{
    struct civil d;
    int64_t year;
    return date_parse(s, &d) || (s.n == 4 && str_to_i64(s, &year));
}

static void check_bounds(struct reader *r, struct str file, int line, struct str from, struct str to)
{
    if ((from.n && !date_or_year(from)) || (to.n && !date_or_year(to)))
        reader_say(r, FINDING_ERROR, file, line, "pack.bad-value",
                   "in force from and to are a year or a date");
}

/* No certainty without a source, no doubt without words. */
static void check_doubt(struct reader *r, struct str file, int line, enum pack_verified verified,
                        struct str sources, struct str doubt)
{
    if (verified == PACK_YES && pack_has_word(sources, STR("FROM-KNOWLEDGE")))
        reader_say(r, FINDING_ERROR, file, line, "pack.verified-without-source",
                   "verified \"yes\" cannot rest on general knowledge");
    if (verified != PACK_YES && !doubt.n)
        reader_say(r, FINDING_WARNING, file, line, "pack.doubt-untold",
                   "what is not verified needs its doubt in words");
}

/* An anchor as Akoma Ntoso writes it: "art_26__para_5". */
static bool eid_ok(struct str e)
{
    bool name = true;
    for (size_t i = 0; i < e.n; i++) {
        char ch = e.p[i];
        if (!(ascii_alpha(ch) || ascii_digit(ch) || ch == '_' || (!name && (ch == '-' || ch == '.'))))
            return false;
        name = name && ch != '_';
    }
    return e.n && ascii_alpha(e.p[0]) && !name && e.p[e.n - 1] != '_';
}

static void check_provision(struct reader *r, const struct provision *v)
{
    const struct str file = STR("law/provisions.csv");

    struct str eids = v->eid, one;

    check_bounds(r, file, v->line, v->from, v->to);
    check_doubt(r, file, v->line, v->verified, v->sources, v->doubt);
    while (str_next(&eids, ' ', &one))
        if (one.n && !eid_ok(one))
            reader_say(r, FINDING_ERROR, file, v->line, "pack.bad-value",
                       "\"" STR_F "\" is no anchor like art_5", STR_A(str_sub(one, 0, 60)));
}

static bool one_of(struct str s, const char *const *words)
{
    while (*words && !str_is(s, *words))
        words++;
    return *words != NULL;
}

static void check_ratification(struct reader *r, const struct ratification *x)
{
    static const char *const states[] = { "in_force", "ratified", "not_ratified", "unknown", NULL };
    const struct str file = STR("law/ratifications.csv");
    struct str day = x->date.n == 7 ? str_join(&r->c->mem, x->date, STR("-01")) : x->date;

    check_doubt(r, file, x->line, x->verified, x->sources, x->doubt);
    if (!one_of(x->state, states))
        reader_say(r, FINDING_ERROR, file, x->line, "pack.bad-value",
                   "state is in_force, ratified, not_ratified or unknown");
    if (x->date.n && !date_or_year(day))
        reader_say(r, FINDING_ERROR, file, x->line, "pack.bad-value", "date is a date, a month or a year");
}

static void check_law(struct reader *r)
{
    static const char *const kinds[] = { "conflict", "open", NULL };
    const struct pack *p = r->p;

    for (size_t i = 0; i < p->provisions_n; i++)
        check_provision(r, &p->provisions[i]);
    for (size_t i = 0; i < p->instruments_n; i++)
        check_bounds(r, STR("law/instruments.csv"), p->instruments[i].line, p->instruments[i].from,
                     p->instruments[i].to);
    for (size_t i = 0; i < p->versions_n; i++) {
        const struct provision_version *v = &p->versions[i];
        check_bounds(r, STR("law/versions.csv"), v->line, v->from, v->to);
        check_doubt(r, STR("law/versions.csv"), v->line, v->verified, v->sources, v->doubt);
    }
    for (size_t i = 0; i < p->ratifications_n; i++)
        check_ratification(r, &p->ratifications[i]);
    for (size_t i = 0; i < p->doubts_n; i++)
        if (!one_of(p->doubts[i].kind, kinds))
            reader_say(r, FINDING_ERROR, STR("law/doubts.csv"), p->doubts[i].line, "pack.bad-value",
                       "kind is conflict or open");
    for (size_t i = 0; i < p->powers_n; i++) {
        const struct power *w = &p->powers[i];
        check_doubt(r, STR("law/powers.csv"), w->line, w->verified, w->sources, w->doubt);
        if (!w->role.n && !w->agency.n)
            reader_say(r, FINDING_ERROR, STR("law/powers.csv"), w->line, "pack.empty",
                       "a power needs a role or an agency");
    }
    for (size_t i = 0; i < p->law_texts_n; i++) {
        struct str id = p->law_texts[i].id, from = { 0 };
        struct civil day;
        (void)str_cut(p->law_texts[i].id, '@', &id, &from);     /* ID@DATE.md: in force from that day */
        if (!pack_instrument(p, id))
            reader_say(r, FINDING_ERROR, p->law_texts[i].path, 0, "pack.no-such-instrument",
                       "there is no instrument \"" STR_F "\"", STR_A(id));
        if (from.n && !date_parse(from, &day))
            reader_say(r, FINDING_ERROR, p->law_texts[i].path, 0, "pack.bad-value",
                       "what follows the @ is no date");
    }
}

static void check_territory(struct reader *r, const struct territory *t)
{
    const struct territory *up = t->parent.n ? pack_territory(r->p, t->parent) : NULL;

    if (!t->parent.n ? t->level != 0 : up && up->level != t->level - 1)
        reader_say(r, FINDING_ERROR, STR("territory/territory.csv"), t->line, "pack.level",
                   "level %d does not follow from the parent", t->level);
}

/* Every outline that carries an id belongs to a territory. */
static void check_map(struct reader *r, const struct pack_file *m)
{
    json_error_t why;
    json_t *root = json_loadb(m->text.p, m->text.n, JSON_REJECT_DUPLICATES, &why), *f;
    size_t i;

    if (!root) {
        reader_say(r, FINDING_ERROR, m->path, why.line, "pack.map", "not JSON: %s", why.text);
        return;
    }
    json_array_foreach(json_object_get(root, "features"), i, f) {
        const char *id = json_string_value(json_object_get(json_object_get(f, "properties"), "id"));
        if (id && !pack_territory(r->p, str_c(id)))
            reader_say(r, FINDING_ERROR, m->path, 0, "pack.no-such-territory",
                       "feature %zu: there is no territory \"%.60s\"", i + 1, id);
    }
    json_decref(root);
}

void check_coverage(struct reader *r)
{
    const struct pack *p = r->p;

    if (!pack_territory(p, p->country))
        reader_say(r, FINDING_ERROR, STR("pack.ini"), 0, "pack.no-such-territory",
                   "the country is not in territory.csv");
    check_law(r);
    for (size_t i = 0; i < p->territories_n; i++)
        check_territory(r, &p->territories[i]);
    for (size_t i = 0; i < p->maps_n; i++)
        check_map(r, &p->maps[i]);
    for (size_t i = 0; i < p->duties_n; i++)
        if (p->duties[i].from_day > p->duties[i].to_day)
            reader_say(r, FINDING_ERROR, STR("duties.csv"), p->duties[i].line, "pack.bad-value",
                       "from_day is after to_day");
    for (size_t i = 1; i < p->holidays_n; i++)
        if (p->holidays[i].day == p->holidays[i - 1].day)
            reader_say(r, FINDING_WARNING, STR("holidays.csv"), p->holidays[i].line, "pack.id-twice",
                       "two holidays on one day");
}

/* ---- all of it -------------------------------------------------------------------- */

struct text_arg { struct reader *r; struct str file; };

static void from_text_hook(void *arg, enum finding_level level, int line, const char *text)
{
    struct text_arg *h = arg;
    reader_say(h->r, level, h->file, line, "pack.law-text", "%.300s", text);
}

static enum err check_law_texts(struct reader *r, const struct pack_hooks *hooks)
{
    for (size_t i = 0; hooks && hooks->law_text && i < r->p->law_texts_n; i++) {
        struct text_arg h = { r, r->p->law_texts[i].path };
        TRY(hooks->law_text(r->c, r->p->law_texts[i].id, r->p->law_texts[i].text, from_text_hook, &h));
    }
    return ERR_OK;
}

static enum err check_all(struct reader *r, const struct pack_hooks *hooks)
{
    TRY(check_words(r));
    check_references(r);
    check_offices(r);
    check_coverage(r);
    TRY(check_forms(r));
    TRY(check_decisions(r));
    TRY(check_procedures(r, hooks));
    TRY(check_law_texts(r, hooks));
    return ctx_check(r->c);
}

enum err pack_check(struct ctx *c, const char *dir, const struct pack_hooks *hooks,
                    struct findings *out)
{
    struct findings found = { 0 };
    struct pack *p;

    TRY(pack_read(c, dir, &found, &p));
    struct reader r = { c, p, &p->index->mem, dir, &found, NULL };
    enum err e = check_all(&r, hooks);
    words_free(r.words);
    pack_unref(p);
    TRY(e);
    reader_sort(&found);
    *out = found;
    return ERR_OK;
}
