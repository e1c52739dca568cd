/* table.c - the pack's CSV tables, described as data and read by one function. */
#include "pack/read.h"

#define AT(T, m) offsetof(struct T, m)
#define TEXT(T, m, name, need)  { name, COL_TEXT, AT(T, m), need, 0 }
#define LABEL(T, m, name, need) { name, COL_LABEL, AT(T, m), need, 0 }
#define LINE(T)                 { NULL, COL_LINE, AT(T, line), false, 0 }
#define ROWS(T, list) sizeof(struct T), AT(pack, list), AT(pack, list##_n)

static const struct col territory_cols[] = {
    TEXT(territory, id, "id", true), TEXT(territory, parent, "parent", false),
    { "level", COL_INT, AT(territory, level), true, 0 },
    TEXT(territory, code, "code", false), LABEL(territory, name, "name", true),
    { "lat", COL_E4, AT(territory, lat_e4), false, INT32_MAX },
    { "lon", COL_E4, AT(territory, lon_e4), false, INT32_MAX },
    TEXT(territory, point, "point", false),
    { "area_km2", COL_I64, AT(territory, area_km2), false, 0 },
    TEXT(territory, sources, "source", true), LINE(territory),
};
static const struct col role_cols[] = {
    TEXT(role, id, "id", true), LABEL(role, name, "name", true), LABEL(role, duty, "duty", true),
    TEXT(role, capabilities, "capabilities", false),
    LINE(role),
};
static const struct col agency_cols[] = {
    TEXT(agency, id, "id", true), TEXT(agency, institution, "institution", false),
    LABEL(agency, name, "name", true), TEXT(agency, acronym, "acronym", false),
    TEXT(agency, level, "level", true), TEXT(agency, roles, "roles", true),
    TEXT(agency, chain, "chain", false), LABEL(agency, does, "does", true),
    TEXT(agency, phone, "phone", false), TEXT(agency, sources, "source", true),
    { "verified", COL_VERIFIED, AT(agency, verified), true, 0 },
    TEXT(agency, note, "note", false), LINE(agency),
};
static const struct col office_cols[] = {
    TEXT(office, id, "id", true), TEXT(office, agency, "agency", true),
    TEXT(office, territory, "territory", true), TEXT(office, seat, "seat", false),
    LABEL(office, name, "name", true), TEXT(office, roles, "roles", true),
    TEXT(office, sources, "source", true),
    { "verified", COL_VERIFIED, AT(office, verified), true, 0 },
    TEXT(office, note, "note", false), LINE(office),
};
static const struct col service_cols[] = {
    TEXT(service, id, "id", true), TEXT(service, agency, "agency", true),
    TEXT(service, office, "office", false), LABEL(service, name, "name", true),
    LABEL(service, eligibility, "eligibility", false), TEXT(service, needs, "needs", true),
    { "age_min", COL_INT, AT(service, age_min), false, 0 },
    { "age_max", COL_INT, AT(service, age_max), false, 999 },
    TEXT(service, sex, "sex", true), TEXT(service, languages, "languages", false),
    TEXT(service, territory, "territory", true),
    { "capacity", COL_I64, AT(service, capacity), false, -1 },
    { "hidden", COL_YESNO, AT(service, hidden), false, 0 },
    TEXT(service, provisions, "provisions", false),
    TEXT(service, phone, "phone", false), TEXT(service, sources, "source", true),
    { "verified", COL_VERIFIED, AT(service, verified), true, 0 },
    TEXT(service, note, "note", false), LINE(service),
};
static const struct col source_cols[] = {
    TEXT(source, key, "key", true), TEXT(source, what, "what", true),
    TEXT(source, address, "address", false), TEXT(source, date, "date", false), LINE(source),
};
static const struct col instrument_cols[] = {
    TEXT(instrument, id, "id", true), LABEL(instrument, title, "title", true),
    TEXT(instrument, number, "number", false), TEXT(instrument, kind, "kind", true),
    TEXT(instrument, year, "year", false), TEXT(instrument, from, "from", false),
    TEXT(instrument, to, "to", false), TEXT(instrument, amended_by, "amended_by", false),
    TEXT(instrument, sources, "source", true),
    { "verified", COL_VERIFIED, AT(instrument, verified), true, 0 }, LINE(instrument),
};
static const struct col provision_cols[] = {
    TEXT(provision, id, "id", true), TEXT(provision, instrument, "instrument", true),
    TEXT(provision, article, "article", false), TEXT(provision, eid, "eid", false),
    TEXT(provision, amended_by, "amended_by", false), TEXT(provision, topic, "topic", true),
    LABEL(provision, rule, "rule", true), TEXT(provision, sector, "sector", false),
    LABEL(provision, task, "task", false), TEXT(provision, values, "values", false),
    TEXT(provision, from, "from", false), TEXT(provision, to, "to", false),
    TEXT(provision, sources, "source", true),
    { "verified", COL_VERIFIED, AT(provision, verified), true, 0 },
    TEXT(provision, doubt, "doubt", false), LINE(provision),
};
static const struct col version_cols[] = {
    TEXT(provision_version, provision, "provision", true),
    TEXT(provision_version, article, "article", false),
    TEXT(provision_version, from, "from", false), TEXT(provision_version, to, "to", true),
    TEXT(provision_version, amended_by, "amended_by", false),
    LABEL(provision_version, rule, "rule", true), TEXT(provision_version, values, "values", false),
    TEXT(provision_version, sources, "source", true),
    { "verified", COL_VERIFIED, AT(provision_version, verified), true, 0 },
    TEXT(provision_version, doubt, "doubt", false), LINE(provision_version),
};
static const struct col ratification_cols[] = {
    TEXT(ratification, instrument, "instrument", true), TEXT(ratification, state, "state", true),
    TEXT(ratification, date, "date", false), TEXT(ratification, age, "declared_age", false),
    TEXT(ratification, provision, "provision", false),
    TEXT(ratification, sources, "source", true),
    { "verified", COL_VERIFIED, AT(ratification, verified), true, 0 },
    TEXT(ratification, doubt, "doubt", false), LINE(ratification),
};
static const struct col doubt_cols[] = {
    TEXT(law_doubt, id, "id", true), TEXT(law_doubt, kind, "kind", true),
    LABEL(law_doubt, what, "what", true), LABEL(law_doubt, meanwhile, "meanwhile", false),
    TEXT(law_doubt, provisions, "provisions", false), TEXT(law_doubt, sources, "source", true),
    LINE(law_doubt),
};
static const struct col power_cols[] = {
    TEXT(power, id, "id", true), TEXT(power, role, "role", false), TEXT(power, agency, "agency", false),
    LABEL(power, what, "power", true), TEXT(power, provisions, "provisions", false),
    TEXT(power, sources, "source", true),
    { "verified", COL_VERIFIED, AT(power, verified), true, 0 },
    TEXT(power, doubt, "doubt", false), LINE(power),
};
static const struct col holiday_cols[] = {
    { "date", COL_DAY, AT(holiday, day), true, 0 }, LABEL(holiday, name, "name", true),
    { "rule", COL_TEXT, SIZE_MAX, false, 0 }, TEXT(holiday, sources, "source", true),
    { "verified", COL_VERIFIED, AT(holiday, verified), true, 0 }, LINE(holiday),
};
static const struct col duty_cols[] = {
    TEXT(duty, id, "id", true), TEXT(duty, role, "role", true),
    { "from_day", COL_I64, AT(duty, from_day), true, 0 },
    { "to_day", COL_I64, AT(duty, to_day), true, 0 },
    LABEL(duty, what, "what", true), LABEL(duty, why, "why", true),
    TEXT(duty, provisions, "provisions", false), TEXT(duty, template, "template", false),
    TEXT(duty, sources, "source", true), LINE(duty),
};
static const struct col check_cols[] = {
    TEXT(check_item, list, "list", true), TEXT(check_item, id, "id", true),
    LABEL(check_item, what, "what", true), TEXT(check_item, test, "test", false),
    { "required", COL_YESNO, AT(check_item, required), true, 0 },
    TEXT(check_item, sources, "source", true), LINE(check_item),
};

/* In an order in which nothing is needed before it is read. */
const struct table_spec pack_tables[] = {
    { "law/sources.csv", ROWS(source, sources), MAP_SOURCE, false, source_cols, COUNT_OF(source_cols) },
    { "territory/territory.csv", ROWS(territory, territories), MAP_TERRITORY, false,
      territory_cols, COUNT_OF(territory_cols) },
    { "roles.csv", ROWS(role, roles), MAP_ROLE, false, role_cols, COUNT_OF(role_cols) },
    { "agencies.csv", ROWS(agency, agencies), MAP_AGENCY, false, agency_cols, COUNT_OF(agency_cols) },
    { "offices.csv", ROWS(office, offices), MAP_OFFICE, false, office_cols, COUNT_OF(office_cols) },
    { "services/services.csv", ROWS(service, services), MAP_SERVICE, true, service_cols,
      COUNT_OF(service_cols) },
    { "law/instruments.csv", ROWS(instrument, instruments), MAP_INSTRUMENT, false, instrument_cols,
      COUNT_OF(instrument_cols) },
    { "law/provisions.csv", ROWS(provision, provisions), MAP_PROVISION, false, provision_cols,
      COUNT_OF(provision_cols) },
    { "law/versions.csv", ROWS(provision_version, versions), -1, true, version_cols, COUNT_OF(version_cols) },
    { "law/ratifications.csv", ROWS(ratification, ratifications), -1, true, ratification_cols,
      COUNT_OF(ratification_cols) },
    { "law/doubts.csv", ROWS(law_doubt, doubts), -1, true, doubt_cols, COUNT_OF(doubt_cols) },
    { "law/powers.csv", ROWS(power, powers), -1, true, power_cols, COUNT_OF(power_cols) },
    { "holidays.csv", ROWS(holiday, holidays), -1, true, holiday_cols, COUNT_OF(holiday_cols) },
    { "duties.csv", ROWS(duty, duties), -1, true, duty_cols, COUNT_OF(duty_cols) },
    { "checklists/", ROWS(check_item, checks), -1, true, check_cols, COUNT_OF(check_cols) },
};
const size_t pack_tables_n = COUNT_OF(pack_tables);

size_t table_count(const struct pack *p, const struct table_spec *t)
{
    return *(const size_t *)(const void *)((const char *)p + t->n_at);
}

const char *table_row(const struct pack *p, const struct table_spec *t, size_t i)
{
    const char *rows = *(const char *const *)(const void *)((const char *)p + t->rows_at);
    return rows + i * t->row;
}

int table_line(const struct table_spec *t, const char *row)
{
    for (size_t i = 0; i < t->cols; i++)
        if (t->col[i].kind == COL_LINE)
            return *(const int *)(const void *)(row + t->col[i].at);
    return 0;
}

struct str table_file(struct arena *mem, const struct table_spec *t, const char *row)
{
    struct str file = str_c(t->file);

    if (!str_ends(file, STR("/")))
        return file;
    return str_join(mem, file, *(const struct str *)(const void *)row, STR(".csv"));
}
