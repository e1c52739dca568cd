/* verbs.c - everything an officer can do, and what it takes.
 *
 * Roles here are the generic ones that a pack's roles.csv maps its own onto
 * (column capabilities): intake, protection, labour, investigation,
 * prosecution, court, defence, coordination, service, admin, legislation, oversight (of the
 * questions between agencies: a guardian's, without persons); "machine" is
 * the program itself.  Adding a verb is adding a row; docs/access-matrix.md and
 * its test are printed from this table.  Whoever only coordinates follows steps and
 * numbers: she opens no identity. */
#include "access/access.h"

#include <pthread.h>

#define HANDS    "intake protection labour investigation prosecution court defence service"
#define CASEWORK "intake protection labour investigation prosecution court defence service coordination"
#define CARE     "intake protection service"
#define JUSTICE  "investigation prosecution court"

const struct verb verbs[] = {
    { "work.mine",            "*",                              LEVEL_NONE,  "" },
    { "search",               "*",                              LEVEL_NONE,  "" },

    { "signal.list",          "intake coordination labour investigation protection", LEVEL_NONE, "" },
    { "signal.receive",       "machine intake labour investigation protection coordination", LEVEL_NONE, "" },
    { "signal.view",          "intake coordination labour investigation protection", LEVEL_READ, "signal" },
    { "signal.triage",        "intake labour investigation protection coordination", LEVEL_WRITE, "signal" },
    { "signal.answer",        "intake labour investigation protection coordination", LEVEL_WRITE, "signal" },
    { "signal.close",         "intake labour investigation protection coordination", LEVEL_WRITE, "signal" },
    { "signal.link",          "intake labour investigation protection coordination", LEVEL_WRITE, "signal" },
    { "signal.open_case",     "intake labour investigation protection", LEVEL_WRITE, "signal" },

    { "case.list",            CASEWORK,                         LEVEL_NONE,  "" },
    { "case.view",            CASEWORK,                         LEVEL_READ,  "route" },
    { "case.edit",            "intake protection labour prosecution", LEVEL_WRITE, "route" },
    { "case.classify",        "intake protection labour prosecution", LEVEL_WRITE, "route" },
    { "case.close",           "intake protection",              LEVEL_WRITE, "route" },
    { "case.reopen",          CASEWORK,                         LEVEL_WRITE, "route" },
    { "case.version",         "intake protection labour prosecution coordination", LEVEL_READ, "route" },
    { "case.print",           CASEWORK,                         LEVEL_READ,  "route" },
    { "case.export",          CASEWORK,                         LEVEL_NONE,  "" },

    { "step.view",            CASEWORK,                         LEVEL_READ,  "route" },
    { "step.complete",        CASEWORK " machine",              LEVEL_READ,  "route" },
    { "step.skip",            CASEWORK,                         LEVEL_READ,  "route" },
    { "step.pause",           CASEWORK,                         LEVEL_READ,  "route" },
    { "step.add",             CASEWORK,                         LEVEL_READ,  "route" },
    { "step.assign",          CASEWORK,                         LEVEL_READ,  "route" },

    { "person.view",          CARE " labour investigation prosecution defence court", LEVEL_READ, "protection signal referral justice" },
    { "person.edit",          CARE " labour",                   LEVEL_WRITE, "protection signal" },
    { "person.find",          CARE " labour investigation prosecution defence court", LEVEL_NONE, "" },
    { "person.find_all",      "intake protection labour investigation prosecution defence", LEVEL_NONE, "", .glass = true },
    { "person.link",          "intake protection prosecution",  LEVEL_WRITE, "protection signal justice" },

    { "inquiry.ask",          "intake protection labour investigation prosecution", LEVEL_WRITE, "protection signal justice" },
    { "inquiry.answer",       "intake protection labour investigation prosecution coordination", LEVEL_WRITE, "inquiry" },
    { "inquiry.list",         "intake protection labour investigation prosecution coordination admin oversight", LEVEL_NONE, "" },
    { "inquiry.carry",        "intake protection labour investigation prosecution coordination admin oversight", LEVEL_NONE, "" },
    { "inquiry.peers",        "admin",                          LEVEL_NONE,  "" },
    { "inquiry.oversee",      "oversight admin",                LEVEL_NONE,  "" },
    { "inquiry.pause",        "oversight admin",                LEVEL_NONE,  "" },

    { "consent.view",         CARE,                             LEVEL_READ,  "protection" },
    { "consent.record",       CARE,                             LEVEL_WRITE, "protection" },
    { "consent.withdraw",     CARE,                             LEVEL_WRITE, "protection" },

    { "referral.list",        CASEWORK,                         LEVEL_NONE,  "" },
    { "referral.view",        CASEWORK,                         LEVEL_READ,  "referral" },
    { "referral.make",        CASEWORK,                         LEVEL_WRITE, "protection justice" },
    { "referral.answer",      CASEWORK,                         LEVEL_READ,  "referral" },
    { "referral.serve",       CASEWORK,                         LEVEL_READ,  "referral" },
    { "referral.confirm",     CARE,                             LEVEL_WRITE, "referral" },

    { "plan.view",            CARE,                             LEVEL_READ,  "protection" },
    { "plan.edit",            CARE,                             LEVEL_WRITE, "protection" },
    { "own.view",             CASEWORK,                         LEVEL_READ,  "protection justice labour" },
    { "own.edit",             CASEWORK,                         LEVEL_WRITE, "protection justice labour" },

    { "justice.view",         JUSTICE " defence",               LEVEL_READ,  "justice" },
    { "justice.edit",         JUSTICE,                          LEVEL_WRITE, "justice" },
    { "thing.view",           "labour " JUSTICE " defence",     LEVEL_READ,  "justice labour" },
    { "thing.edit",           "labour investigation prosecution", LEVEL_WRITE, "justice labour" },
    { "thing.link",           "labour investigation prosecution", LEVEL_WRITE, "justice labour" },
    { "thing.list",           "labour investigation prosecution", LEVEL_NONE, "" },
    { "evidence.add",         "investigation prosecution",      LEVEL_WRITE, "justice" },
    { "restitution.edit",     "prosecution court",              LEVEL_WRITE, "justice" },

    { "dossier.open_identity", HANDS,                           LEVEL_READ,  "protection signal referral justice labour inquiry" },
    { "dossier.audit",        CASEWORK " admin",                LEVEL_READ,  "protection signal referral justice labour route" },
    { "dossier.conflict",     CASEWORK,                         LEVEL_WRITE, "protection signal referral justice labour route" },
    { "dossier.break_glass",  CASEWORK,                         LEVEL_NONE,  "", .glass = true },

    { "office.department",    "coordination",                   LEVEL_NONE,  "" },
    { "office.first_days",    "*",                              LEVEL_NONE,  "" },
    { "directory.view",       "*",                              LEVEL_NONE,  "" },
    { "directory.edit",       "admin",                          LEVEL_NONE,  "" },
    { "law.view",             "*",                              LEVEL_NONE,  "" },
    { "law.verify",           "legislation",                    LEVEL_NONE,  "" },
    { "reform.view",          "*",                              LEVEL_NONE,  "" },
    { "reform.edit",          "legislation",                    LEVEL_NONE,  "" },
    { "rules.propose",        "legislation",                    LEVEL_NONE,  "" },
    { "rules.apply",          "legislation",                    LEVEL_NONE,  "" },
    { "rules.count_cases",    "coordination",                   LEVEL_NONE,  "" },

    { "device.manage",        "admin intake coordination machine", LEVEL_NONE,  "" },

    { "admin.health",         "admin",                          LEVEL_NONE,  "" },
    { "admin.officers",       "admin",                          LEVEL_NONE,  "" },
    { "admin.review",         "admin coordination",             LEVEL_NONE,  "" },
};
const size_t verbs_n = COUNT_OF(verbs);

/* The same rows by the hash of their names; asked dozens of times for a page. */
enum { PLACES = 256 };
static unsigned char place[PLACES];             /* row + 1, 0 = free */
static pthread_once_t placed = PTHREAD_ONCE_INIT;

static size_t place_of(const char *name)
{
    uint32_t h = 2166136261u;
    for (const char *p = name; *p; p++)
        h = (h ^ (unsigned char)*p) * 16777619u;
    h ^= h >> 15;
    while (place[h % PLACES] && strcmp(verbs[place[h % PLACES] - 1].name, name) != 0)
        h++;
    return h % PLACES;
}

static void place_all(void)
{
    _Static_assert(COUNT_OF(verbs) * 2 < PLACES, "verbs need more places");
    for (size_t i = 0; i < verbs_n; i++)
        place[place_of(verbs[i].name)] = (unsigned char)(i + 1);
}

const struct verb *verb_find(const char *name)
{
    (void)pthread_once(&placed, place_all);
    size_t at = place_of(name);
    return place[at] ? &verbs[place[at] - 1] : NULL;
}
