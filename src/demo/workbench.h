/* workbench.h - the demo of law reform: two invented officers, a reform in
 * progress, an assessment year, a draft table. */
#ifndef DEMO_WORKBENCH_H
#define DEMO_WORKBENCH_H

#include "base/base.h"

/* Nothing when the country has not two officers of the capability legislation. */
enum err demo_workbench(struct ctx *c) MUST_CHECK;

#endif
