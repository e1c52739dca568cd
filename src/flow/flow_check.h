/* flow_check.h - between flow_check.c and flow_check_route.c. */
#ifndef FLOW_CHECK_H
#define FLOW_CHECK_H

#include "flow/flow_model.h"

struct message_use { struct str ref; bool catching; };
struct checker {
    struct ctx *c;
    const struct flow_model *m;
    VEC(struct message_use) use;
    unsigned char *flow_end;      /* per node: a message flow ends here */
    VEC(struct flow_finding) list;
};
enum err check_add(struct checker *k, enum flow_severity s, const char *key, struct str id, int line,
                   struct str arg) MUST_CHECK;
enum err check_node(struct checker *k, enum flow_severity s, const char *key, const struct node *n,
                    struct str arg) MUST_CHECK;
/* Unreachable nodes, dead ends, circles without a way out. */
enum err check_routes(struct checker *k) MUST_CHECK;

#endif
