/* Values of a model's elements, each worked out once per evaluation. */
#include "rules/dmn.h"

struct instance *dmn_instance_new(struct run *r, const struct dmn_model *m, struct feel_value inputs)
{
    struct instance *in = NEW(r->mem, struct instance);
    struct feel_value *v = NEW_N(r->mem, struct feel_value, m->n_elem + 1);
    uint8_t *state = NEW_N(r->mem, uint8_t, m->n_elem + 1);
    struct instance **imports = NEW_N(r->mem, struct instance *, m->n_import + 1);
    if (!in || !v || !state || !imports) {
        feel_run_stop(r, "out of memory");
        return NULL;
    }
    *in = (struct instance){ m, inputs, v, state, imports, NULL };
    return in;
}

/* An imported model's inputs stand under the import's name, or beside ours. */
static struct instance *import_instance(struct run *r, struct instance *in, size_t i)
{
    struct feel_value given;
    if (in->imports[i] || !in->m->import[i].model)
        return in->imports[i];
    if (!feel_get(in->inputs, in->m->import[i].name, &given) || given.kind != FEEL_CONTEXT)
        given = in->inputs;
    in->imports[i] = dmn_instance_new(r, in->m->import[i].model, given);
    return in->imports[i];
}

static struct feel_value function_of(struct run *r, struct instance *in, const struct dmn_elem *e)
{
    struct feel_function *f = NEW(r->mem, struct feel_function);
    if (!f) {
        feel_run_stop(r, "out of memory");
        return feel_null();
    }
    *f = (struct feel_function){ .lambda = &e->lambda, .inst = in, .service = e };
    f->how = e->node.kind == DMN_SERVICE ? FN_SERVICE : e->external ? FN_EXTERNAL : FN_LAMBDA;
    return (struct feel_value){ .kind = FEEL_FUNCTION, .function = f };
}

static struct feel_value work_out(struct run *r, struct instance *in, const struct dmn_elem *e)
{
    struct feel_value v = feel_null();
    bool given = feel_get(in->inputs, e->var, &v) || feel_get(in->inputs, e->node.name, &v);
    if (e->node.kind == DMN_KNOWLEDGE || e->node.kind == DMN_SERVICE)
        return function_of(r, in, e);
    if (e->node.kind == DMN_DECISION && !given) {
        struct instance *before = r->inst;
        r->inst = in;
        v = e->body ? feel_walk(r, e->body, NULL) : feel_no(r, "the decision has no logic");
        r->inst = before;
    }
    return e->type ? feel_type_coerce(r, e->type, v) : v;
}

struct feel_value dmn_elem_value(struct run *r, struct instance *in, const struct dmn_elem *e)
{
    if (r->want)
        dmn_want_look(r, in, e);
    if (in->state[e->index] == 2)
        return in->value[e->index];
    if (in->state[e->index] == 1)
        return feel_no(r, "a decision requires itself");
    in->state[e->index] = 1;
    struct feel_value v = work_out(r, in, e);
    in->state[e->index] = 2;
    in->value[e->index] = v;
    return v;
}

/* extra: the element; more: the import it comes through, or NULL. */
struct feel_value dmn_global_value(struct run *r, const struct node *n)
{
    if (n->op == OP_IMPORTED || !r->inst)
        return feel_no(r, "an import is not a value");
    const struct foreign *f = n->more;
    struct instance *in = f ? import_instance(r, r->inst, f->import) : r->inst;
    return in ? dmn_elem_value(r, in, n->extra) : feel_no(r, "the imported model is missing");
}

static struct feel_value service_result(struct run *r, struct instance *in, const struct dmn_elem *s)
{
    struct feel_value v;
    if (s->n_outputs == 1) {
        v = dmn_elem_value(r, in, s->outputs[0]);
    } else {
        struct feel_builder b;
        feel_builder_init(&b, r->mem);
        for (size_t i = 0; i < s->n_outputs; i++)
            feel_set(&b, s->outputs[i]->var, dmn_elem_value(r, in, s->outputs[i]));
        v = feel_build(&b);
    }
    const struct type *t = s->type;
    if (t && t->kind == TYPE_FUNCTION)
        t = t->of;
    return t ? feel_type_coerce(r, t, v) : v;
}

/* A service sees its parameters and nothing else of the caller. */
struct feel_value dmn_service_call(struct run *r, const struct feel_function *f,
                               const struct feel_value *arg, size_t n)
{
    const struct dmn_elem *s = f->service;
    if (n != s->n_params)
        return feel_no(r, "wrong number of arguments");
    struct instance *in = dmn_instance_new(r, s->model, feel_null());
    if (!in)
        return feel_null();
    for (size_t i = 0; i < n; i++) {
        const struct dmn_elem *p = s->params[i];
        if (p->model != s->model) {
            struct instance *other = NULL;
            for (size_t k = 0; k < s->model->n_import && !other; k++)
                if (s->model->import[k].model == p->model)
                    other = import_instance(r, in, k);
            if (!other)
                continue;
            other->value[p->index] = p->type ? feel_type_coerce(r, p->type, arg[i]) : arg[i];
            other->state[p->index] = 2;
            continue;
        }
        in->value[p->index] = p->type ? feel_type_coerce(r, p->type, arg[i]) : arg[i];
        in->state[p->index] = 2;
    }
    return service_result(r, in, s);
}

/* ---- the public word --------------------------------------------------------------------- */

static const struct dmn_elem *elem_named(const struct dmn_model *m, struct str name)
{
    for (size_t i = 0; i < m->n_elem; i++)
        if (m->elem[i]->node.kind != DMN_INPUT &&
            (str_eq(m->elem[i]->node.name, name) || str_eq(m->elem[i]->var, name)))
            return m->elem[i];
    return NULL;
}

/* A function by name takes its arguments from the inputs. */
static struct feel_value call_by_inputs(struct run *r, struct feel_value fn, const struct dmn_elem *e,
                                        struct feel_value inputs)
{
    size_t n = feel_function_arity(fn.function);
    struct feel_value *arg = NEW_N(r->mem, struct feel_value, n + 1);
    if (!arg) {
        feel_run_stop(r, "out of memory");
        return feel_null();
    }
    for (size_t i = 0; i < n; i++)
        (void)feel_get(inputs, e->node.kind == DMN_SERVICE ? e->params[i]->var : e->lambda.param[i].name, &arg[i]);
    return feel_call(r, fn, arg, n);
}

enum err dmn_evaluate(struct ctx *c, const struct dmn_model *m, struct str name, struct feel_value inputs,
                      const struct feel_limits *limits, struct dmn_result *out)
{
    struct run r;
    const struct dmn_elem *e = elem_named(m, name);
    if (!e)
        return FAIL(c, ERR_NOT_FOUND, "rules.decision", STR_F ": no decision of that name", STR_A(m->file));
    feel_run_init(&r, c, limits);
    r.tracing = true;
    r.inst = dmn_instance_new(&r, m, inputs);
    struct feel_value v = r.inst ? dmn_elem_value(&r, r.inst, e) : feel_null();
    if (v.kind == FEEL_FUNCTION && (e->node.kind == DMN_KNOWLEDGE || e->node.kind == DMN_SERVICE))
        v = call_by_inputs(&r, v, e, inputs);
    TRY(feel_run_end(&r));
    *out = (struct dmn_result){ .value = v, .problem = feel_run_problem(&r), .steps = r.steps_first };
    return ERR_OK;
}
