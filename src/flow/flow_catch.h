/* flow_catch.h - who catches: between flow_run_event.c and flow_catch.c. */
#ifndef FLOW_CATCH_H
#define FLOW_CATCH_H

#include "flow/flow_run.h"

enum hit_kind {
    HIT_WAIT,               /* key: a waiting token */
    HIT_GATE,               /* key: a token at an event-based gateway; node: the event that won */
    HIT_EDGE,               /* key: the host's token; node: the boundary event */
    HIT_EVENT_SUB,          /* key: the scope around; node: the start event inside */
    HIT_PROCESS,            /* node: a start event of a process */
};
struct hit {
    enum hit_kind kind;
    int64_t key;
    int node;
};
enum err catch_hit(struct flow_run *r, const struct hit *h) MUST_CHECK;
enum err gate_won(struct flow_run *r, int64_t key, int node) MUST_CHECK;
enum err event_happened(struct flow_run *r, int64_t key) MUST_CHECK;
/* An error nobody caught ends the process it came from. */
enum err process_failed(struct flow_run *r, int64_t scope, const struct match *w) MUST_CHECK;

#endif
