/* procedures.c - the pack's BPMN files, read once and shared by all threads. */
#include "work/work.h"

#include "pack/pack.h"

#include <stdlib.h>

struct procedures { const struct pack *pack; struct flow_model **model; };

enum err procedures_load(struct ctx *c, const struct pack *p, struct procedures **out)
{
    struct procedures *all = calloc(1, sizeof *all);
    struct flow_model **model = calloc(p->procedures_n + 1, sizeof *model);
    if (!all || !model) {
        free(all);
        free(model);
        return FAIL(c, ERR_NOMEM, "error.too-big", "procedures");
    }
    *all = (struct procedures){ p, model };
    for (size_t i = 0; i < p->procedures_n; i++)
        if (flow_load(c, p->procedures[i].text, &flow_feel, &model[i]) != ERR_OK) {
            procedures_free(all);
            return c->fault.code;
        }
    *out = all;
    return ERR_OK;
}

void procedures_free(struct procedures *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->pack->procedures_n; i++)
        flow_free(p->model[i]);
    free(p->model);
    free(p);
}

const struct flow_model *procedures_find(const struct procedures *p, struct str id)
{
    for (size_t i = 0; p && i < p->pack->procedures_n; i++)
        if (str_eq(p->pack->procedures[i].id, id))
            return p->model[i];
    return NULL;
}
