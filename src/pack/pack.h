/* pack.h - a country's folder of standard files, loaded once and never changed.
 *
 * A pack says who exists (agencies, offices, roles, services), where
 * (territory), under which rules (provisions, decisions, procedures, forms),
 * when (calendar), and in which words.  Loading copies everything into one
 * object with its own arena; the object is immutable once pack_load returns,
 * shared between threads and counted.  Nothing here reads the ledger or knows
 * a case.
 *
 * Every row keeps the line of its file, so that a finding of pack_check names
 * the place a person must edit.  Every statement of law or fact keeps its
 * sources and how far it was verified; doubt is data, never smoothed away.
 */
#ifndef PACK_H
#define PACK_H

#include "base/base.h"
#include "forms/forms.h"
#include "rules/rules.h"

/* ---- words --------------------------------------------------------------- */

enum { PACK_LANGS_MAX = 6 };
/* One text in the languages of its pack, in the order of pack->langs. */
struct label { struct str in[PACK_LANGS_MAX]; };

/* How far a statement was checked against its source.  Only PACK_YES may
 * decide; below that the answer must say "legal review". */
enum pack_verified { PACK_NO, PACK_PARTLY, PACK_YES };
const char *pack_verified_name(enum pack_verified v);        /* "no" "partly" "yes" */

/* ---- territory ----------------------------------------------------------- */

/* Coordinates are degrees times 10,000 (about 11 m), WGS 84. */
struct territory {
    struct str id;              /* "PY", "PY-19" (ISO 3166-2), "PY-1602" (INE district) */
    struct str parent;          /* {0} for the country */
    int level;                  /* 0 country, 1 department, 2 district */
    struct label name;
    struct str code;            /* the statistics office's own code */
    struct str point;           /* "seat", "centroid", "surface" or {0}: what lat/lon is */
    bool has_point;
    int32_t lat_e4, lon_e4;
    int64_t area_km2;           /* 0: not in the source */
    struct str sources;
    int line;
};

/* ---- institutions -------------------------------------------------------- */

struct role {
    struct str id;              /* "labour_inspector": what a BPMN lane names */
    struct label name, duty;
    struct str capabilities;    /* what it may do in general (access/verbs.c): intake, protection,
                                   labour, investigation, prosecution, court, defence,
                                   coordination, service, admin; spaces between */
    int line;
};
struct agency {
    struct str id;              /* "mtess" */
    struct str institution;     /* id of the directory it was taken from: "PY-01" */
    struct label name;
    struct str acronym, level;  /* national, departmental, municipal */
    struct str roles;           /* role ids, one space between */
    struct str chain;           /* detection, hotline, protection, ...; spaces between */
    struct label does;
    struct str phone;           /* public short numbers only, {0} when not sourced */
    struct str sources, note;
    enum pack_verified verified;
    int line;
};
struct office {
    struct str id;              /* "codeni-filadelfia" */
    struct str agency;
    struct str territory;       /* the area it answers for */
    struct str seat;            /* district it sits in, {0} unknown */
    struct label name;
    struct str roles;           /* subset of its agency's roles */
    struct str sources;
    enum pack_verified verified;   /* that an office of this agency exists there */
    struct str note;
    int line;
};
struct service {
    struct str id, agency, office;    /* office {0}: any office of the agency */
    struct label name, eligibility;
    struct str needs;           /* need ids, spaces between */
    int age_min, age_max;       /* completed years; 0 and 999 when open */
    struct str sex;             /* "any", "female", "male" */
    struct str languages;       /* ISO 639-1, spaces between; {0} unknown */
    struct str territory;       /* served area */
    int64_t capacity;           /* places; -1 unknown */
    bool hidden;                /* its place is never shown (shelters) */
    struct str provisions;      /* legal basis, spaces between; {0} none on record */
    struct str phone, sources, note;
    enum pack_verified verified;
    int line;
};

/* ---- law ------------------------------------------------------------------ */

struct source { struct str key, what, address, date; int line; };
struct instrument {
    struct str id;              /* "py-law-4788" */
    struct label title;
    struct str number, kind;    /* constitution, law, code, decree, resolution, treaty, plan */
    struct str year;            /* of adoption, {0} unknown */
    struct str from, to;        /* in force: a year or a date; {0} unknown / open */
    struct str amended_by;      /* instruments, spaces between */
    enum pack_verified verified;
    struct str sources;
    int line;
};
struct provision {
    struct str id;              /* "PY-L044" */
    struct str instrument, article, topic;
    struct str eid;             /* anchors in the instrument, Akoma Ntoso: "art_5", spaces between */
    struct str amended_by;      /* the provision that took its place, {0} none known */
    struct label rule;
    struct str sector;
    struct label task;
    struct str values;          /* "age_min=14 hours_day_max=4", spaces between */
    struct str from, to;        /* in force: "2012" or "2012-05-14"; {0} unknown / open */
    struct str sources, doubt;  /* doubt: why it needs review, {0} none */
    enum pack_verified verified;
    int line;
};
/* An earlier text of a provision (law/versions.csv); the newest is the
 * provision itself. */
struct provision_version {
    struct str provision, article;      /* article {0}: the same */
    struct str from, to;
    struct str amended_by;              /* the instrument that ended it, {0} unknown */
    struct label rule;
    struct str values, sources, doubt;
    enum pack_verified verified;
    int line;
};
/* Whether the country is bound by a treaty, as the sources say. */
struct ratification {
    struct str instrument;
    struct str state;           /* in_force, ratified, not_ratified, unknown */
    struct str date;            /* of ratification: a date, year-month or year; {0} unknown */
    struct str age;             /* declared minimum age; {0} none or not known */
    struct str provision;       /* the row of provisions.csv it was taken from */
    struct str sources, doubt;
    enum pack_verified verified;
    int line;
};
/* What the sources disagree on (conflict) or do not tell (open), and what is
 * done meanwhile.  Never smoothed away. */
struct law_doubt {
    struct str id, kind;
    struct label what, meanwhile;
    struct str provisions, sources;
    int line;
};
/* What an office may do, and under which article. */
struct power {
    struct str id, role, agency;        /* one of the two at least */
    struct label what;
    struct str provisions, sources, doubt;
    enum pack_verified verified;
    int line;
};
enum in_force { IN_FORCE_NO, IN_FORCE_UNKNOWN, IN_FORCE_YES };

/* ---- days ----------------------------------------------------------------- */

struct holiday {
    int64_t day;                /* days since 1970-01-01 */
    struct label name;
    enum pack_verified verified;
    struct str sources;
    int line;
};

/* ---- files that another room understands ----------------------------------- */

/* One whole file of the pack, as text.  id is the file's name without its
 * suffix: "ruta-unica", "es", "districts". */
struct pack_file { struct str id, path, text; };
/* One kind (forms/ID.survey.csv and its companions), and one decision model
 * (decisions/ID.dmn).  They live as long as the pack. */
struct pack_form { struct str id; const struct form *form; };
struct pack_decision { struct str id, path; const struct dmn_model *model; };

/* ---- lists for people ------------------------------------------------------- */

/* A row of duties.csv: what a person who inherits a mandate does, and when. */
struct duty {
    struct str id, role;
    int64_t from_day, to_day;   /* after taking office; 0..6 is the first week */
    struct label what, why;
    struct str provisions;      /* legal basis, spaces between */
    struct str template;        /* file in templates/ without .md, {0} none */
    struct str sources;
    int line;
};
/* A condition of a checklist (checklists/ID.csv). */
struct check_item {
    struct str list, id;
    struct label what;
    struct str test;            /* name of the case fact that answers it; {0}: a person answers */
    bool required;
    struct str sources;
    int line;
};

/* ---- the pack ----------------------------------------------------------------- */

struct pack_index;
struct pack {
    struct str id, version, country;      /* "py", "2026.11", "PY" */
    struct str dir;                       /* where it was read from */
    struct str zone, currency;            /* IANA name, ISO 4217 */
    struct str langs[PACK_LANGS_MAX];
    size_t langs_n;                       /* langs[0] is the default */
    size_t required_n;                    /* the first so many must be complete */
    int64_t utc_offset_s;                 /* of local time, see pack_local_day */
    unsigned weekend;                     /* bit 0 Monday .. bit 6 Sunday */
    int open_min, close_min;              /* office hours, minutes after local midnight */
    struct str break_glass;               /* capabilities that may break the glass, spaces between */
    int64_t looks_per_day;                /* different questions an officer may ask of other offices' people */
    int64_t signals_near_days;            /* signals further apart are not held for the same matter told again */
    const int64_t *holiday_days;          /* days of holidays[], ascending, for a flow_calendar */
    struct label name;

    const struct territory *territories;  size_t territories_n;
    const struct role *roles;             size_t roles_n;
    const struct agency *agencies;        size_t agencies_n;
    const struct office *offices;         size_t offices_n;
    const struct service *services;       size_t services_n;
    const struct source *sources;         size_t sources_n;
    const struct instrument *instruments; size_t instruments_n;
    const struct provision *provisions;   size_t provisions_n;
    const struct provision_version *versions; size_t versions_n;
    const struct ratification *ratifications; size_t ratifications_n;
    const struct law_doubt *doubts;       size_t doubts_n;
    const struct power *powers;           size_t powers_n;
    const struct holiday *holidays;       size_t holidays_n;   /* by day */
    const struct duty *duties;            size_t duties_n;
    const struct check_item *checks;      size_t checks_n;
    const struct pack_form *forms;        size_t forms_n;
    const struct pack_decision *decisions; size_t decisions_n;
    const struct pack_file *procedures;   size_t procedures_n;
    const struct pack_file *templates;    size_t templates_n;
    const struct pack_file *law_texts;    size_t law_texts_n;  /* id = instrument; Markdown */
    const struct pack_file *words;        size_t words_n;      /* id = language */
    const struct pack_file *maps;         size_t maps_n;       /* territory GeoJSON */
    struct pack_index *index;             /* inside pack/ only */
};

/* Read DIR.  Refuses (ERR_INPUT, key "pack.broken") a pack whose tables,
 * forms or decisions cannot be read; the detail names the first file and line.
 * Whether everything in it fits together is pack_check's business.
 * *out has one reference. */
enum err pack_load(struct ctx *c, const char *dir, struct pack **out) MUST_CHECK;
struct pack *pack_ref(struct pack *p);          /* thread-safe */
void pack_unref(struct pack *p);                /* NULL is allowed */

/* ---- looking up: NULL (or {0}) when there is none ------------------------------ */

/* The text in `lang`, or in the pack's default language when empty. */
struct str pack_text(const struct pack *p, const struct label *l, struct str lang);

const struct territory *pack_territory(const struct pack *p, struct str id);
const struct role *pack_role(const struct pack *p, struct str id);
const struct agency *pack_agency(const struct pack *p, struct str id);
/* May its number be shown to be called?  Only one that a source gives. */
bool agency_callable(const struct agency *a);
const struct office *pack_office(const struct pack *p, struct str id);
const struct service *pack_service(const struct pack *p, struct str id);
const struct source *pack_source(const struct pack *p, struct str key);
const struct instrument *pack_instrument(const struct pack *p, struct str id);
const struct provision *pack_provision(const struct pack *p, struct str id);
const struct form *pack_form(const struct pack *p, struct str kind);
const struct dmn_model *pack_decision(const struct pack *p, struct str id);
const struct pack_file *pack_procedure(const struct pack *p, struct str id);
const struct pack_file *pack_template(const struct pack *p, struct str id);
const struct pack_file *pack_map(const struct pack *p, struct str id);
const struct pack_file *pack_law_text(const struct pack *p, struct str instrument);

/* True when `inner` is `outer` or lies in it. */
bool pack_within(const struct pack *p, struct str inner, struct str outer);
/* Metres along the great circle between two territories' points.  False:
 * unknown, nothing written. */
bool pack_distance_m(const struct pack *p, struct str a, struct str b, int64_t *metres);
/* True when the space-separated list holds the word. */
bool pack_has_word(struct str list, struct str word);

/* The offices that hold `role` for `territory`: first those of the territory
 * itself, then of the one above, up to the country; by id within one level.
 * When nobody on that line holds it, the nearest of the same department (a
 * district without its own CODENI on record).  {0} territory: the country. */
enum err pack_offices(struct ctx *c, const struct pack *p, struct str territory, struct str role,
                      const struct office ***out, size_t *n) MUST_CHECK;
/* The first of them, or NULL. */
const struct office *pack_office_for(const struct pack *p, struct str territory, struct str role);

/* Which services answer this need, best first: those speaking the language,
 * then by distance from `place` (unknown last), then by id.  Age -1, empty sex
 * or language mean unknown and exclude nothing. */
struct service_query { struct str need, place, sex, language; int age; };
struct service_match {
    const struct service *service;
    const struct office *office;        /* NULL when the agency has none on record */
    bool speaks;
    int64_t distance_m;                 /* -1 unknown or hidden */
};
enum err pack_services(struct ctx *c, const struct pack *p, const struct service_query *q,
                       struct service_match **out, size_t *n) MUST_CHECK;

/* Was it in force on that date?  A provision known only by its year is
 * UNKNOWN within that year: the caller must say "legal review". */
enum in_force pack_in_force(const struct provision *v, struct civil date);
/* The same for any two bounds: a year or a date each, {0} unknown / open. */
enum in_force pack_within_days(struct str from, struct str to, struct civil date);
/* A value of a provision: pack_value(v, "age_min") is "14"; {0} when absent. */
struct str pack_value(const struct provision *v, const char *name);
/* The least verified of the provisions in a space-separated list; PACK_NO when
 * the list is empty or one is missing. */
enum pack_verified pack_weakest(const struct pack *p, struct str provisions);

/* ---- days of this country -------------------------------------------------------- */

/* Local calendar day of an instant, and the instant a local day begins.  One
 * fixed offset: none of the four countries has summer time today. */
int64_t pack_local_day(const struct pack *p, int64_t us);
int64_t pack_day_start_us(const struct pack *p, int64_t day);
bool pack_working_day(const struct pack *p, int64_t day);
const struct holiday *pack_holiday(const struct pack *p, int64_t day);
/* The close of the n-th working day after the one of `us` (n >= 1), as
 * flow_deadline counts.  Holidays are known for the years the pack lists:
 * false when the result lies beyond them. */
bool pack_add_working_days(const struct pack *p, int64_t us, int64_t n, int64_t *out);

/* ---- checking -------------------------------------------------------------------- */

enum finding_level { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };
struct finding {
    enum finding_level level;
    struct str file;            /* below the pack's folder */
    int line;                   /* 0: the file as a whole */
    const char *key;            /* "pack.no-such-provision": stable, for tests and translation */
    struct str text;            /* a sentence, English */
};
struct findings { struct finding *v; size_t n, room; size_t errors, warnings; };

/* What rooms that pack/ may not see think of a file: given by the caller.
 * Each reports through `say` and returns ERR_OK unless it ran out of means. */
typedef void pack_say(void *arg, enum finding_level level, int line, const char *text);
struct pack_hooks {
    /* A procedure that cannot be executed is a finding of level error. */
    enum err (*procedure)(struct ctx *c, struct str xml, pack_say *say, void *arg);
    /* law/text/ID.md.  NULL: not asked. */
    enum err (*law_text)(struct ctx *c, struct str id, struct str markdown, pack_say *say, void *arg);
};

/* Read and check everything; findings in c->mem, in file and line order.
 * ERR_OK even when there are errors: see out->errors.  hooks may be NULL. */
enum err pack_check(struct ctx *c, const char *dir, const struct pack_hooks *hooks,
                    struct findings *out) MUST_CHECK;
/* "FILE:LINE: error: text" per finding, and a closing count. */
void pack_report(struct buf *b, const struct findings *f);
/* `amparo pack check DIR [DIR...]`: prints to stdout; 0 clean, 1 findings of
 * level error, 2 could not run.  argv[0] is the first folder. */
int pack_check_cli(int argc, char **argv, const struct pack_hooks *hooks);

#endif
