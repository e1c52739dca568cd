/* Any bytes as a BPMN file: read, check, draw, start, and play it a little. */
#include "flow/flow.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void play(struct ctx *c, const struct flow_model *m)
{
    struct flow_input in = { .now_us = 1 };
    struct flow_result res;
    if (flow_start(c, m, STR(""), STR(""), &in, &res) != ERR_OK)
        return;
    for (int i = 0; i < 20 && !res.over; i++) {
        struct flow_open *o;
        size_t n;
        if (flow_open(c, m, res.state, &o, &n) != ERR_OK)
            abort();                       /* what was written must be readable */
        if (n == 0)
            return;
        const struct flow_open *k = &o[(size_t)i % n];
        in = (struct flow_input){ .kind = k->kind == FLOW_OPEN_TIMER ? FLOW_TIMER : FLOW_SKIP,
                                  .now_us = i, .key = k->key, .reason = STR("fuzz") };
        if (i % 3 == 0 && in.kind == FLOW_SKIP)
            in.kind = FLOW_COMPLETE;
        c->fault = (struct fault){ 0 };
        (void)flow_apply(c, m, res.state, &in, &res);
    }
    struct flow_view v = { .state = res.state };
    struct buf svg;
    buf_init(&svg, &c->mem, FLOW_SVG_MAX);
    c->fault = (struct fault){ 0 };
    (void)flow_draw(c, m, &v, &svg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct flow_model *m = NULL;
    ctx_init(&c, (size_t)64 << 20);
    struct str s = { (const char *)data, size };
    if (flow_load(&c, s, &flow_feel, &m) == ERR_OK) {
        struct flow_finding *f;
        size_t n;
        (void)flow_check(&c, m, &f, &n);
        play(&c, m);
    }
    flow_free(m);
    ctx_done(&c);
    return 0;
}
