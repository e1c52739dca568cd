/* office.h - the desk everyone starts at: what I owe, one step, my department,
 * the first ninety days of a mandate.  See office.md. */
#ifndef OFFICE_H
#define OFFICE_H

#include "page/route.h"
#include "work/work.h"

/* A department without names: counts only, small numbers hidden below five. */
struct stage_count { struct str stage; int64_t open; };
struct late_count { struct str office; int64_t late, due; };
struct leave_count { struct str stage; int64_t closed; };
struct department {
    int64_t open, late, signals;
    int64_t persons, records;       /* people affected, each once; and the records of them */
    int64_t workplaces, employers;  /* known from its cases, each once */
    const struct stage_count *stages;  size_t stages_n;
    const struct late_count *offices;  size_t offices_n;
    const struct leave_count *left;    size_t left_n;     /* at which stage cases were closed */
};
/* Of a department (admin1) or district; the officer's own when {0}.  Needs
 * "office.department", and the territory must hold the officer's office. */
enum err department_of(struct ctx *c, struct str territory, struct department *out) MUST_CHECK;

extern const struct route office_routes[];

#endif
