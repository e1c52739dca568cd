/* who.h - the officer a request acts for.  Filled by access/ at sign-in. */
#ifndef WHO_H
#define WHO_H

#include "base/base.h"

struct officer {
    struct str id;                /* record id of the officer */
    struct str name;              /* how she is addressed */
    struct str office;            /* pack office id, e.g. "py-codeni-filadelfia" */
    struct str agency;
    struct str territory;         /* of the office: admin1, admin2 or country id */
    struct str roles;             /* space-separated role ids, e.g. "codeni intake" */
    struct str session;           /* hash of the session token; {0} for the machine itself */
    int64_t seen_us;              /* when this session last acted */
    int64_t epoch;                /* moves when the session opens or closes something, locks or unlocks */
};
bool officer_has(const struct officer *o, const char *role);

#endif
