/* flow_link.h - steps of model_link that live in files of their own. */
#ifndef FLOW_LINK_H
#define FLOW_LINK_H
#include "flow/flow_model.h"

enum err di_resolve(struct ctx *c, struct flow_model *m) MUST_CHECK;    /* flow_read_di.c */
/* flow_link_pools.c: pools, message flows, the lane of each node. */
enum err link_pools(struct ctx *c, struct flow_model *m) MUST_CHECK;

#endif
