/* pack_hook.h - the procedure engine's opinion, for tests that check packs. */
#ifndef PACK_HOOK_H
#define PACK_HOOK_H
#include "flow/flow.h"
#include "pack/pack.h"

#include <stdio.h>

static enum err flow_says(struct ctx *c, struct str xml, pack_say *say, void *arg)
{
    struct flow_model *m;
    struct flow_finding *f;
    size_t n;

    enum err e = flow_load(c, xml, &flow_feel, &m);
    if (e == ERR_INPUT) {
        say(arg, FINDING_ERROR, 0, c->fault.detail);
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    e = flow_check(c, m, &f, &n);
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        char text[300];
        snprintf(text, sizeof text, STR_F ": %s " STR_F, STR_A(f[i].id), flow_finding_text(f[i].key),
                 STR_A(f[i].arg));
        say(arg, f[i].severity == FLOW_WRONG ? FINDING_ERROR
                 : f[i].severity == FLOW_WARN ? FINDING_WARNING : FINDING_NOTE, f[i].line, text);
    }
    flow_free(m);
    return e;
}
static const struct pack_hooks flow_hooks = { flow_says };
#endif
