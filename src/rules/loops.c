/* for, some, every, filters, calls. */
#include "rules/dmn.h"

struct feel_value feel_walk_loop(struct run *r, const struct node *n, const struct frame *f);
struct feel_value feel_walk_filter(struct run *r, const struct node *n, const struct frame *f);
struct feel_value feel_walk_call(struct run *r, const struct node *n, const struct frame *f);

/* ---- what is iterated over ------------------------------------------------------------ */

struct domain {
    const struct feel_list *list;      /* or from..to by step, as numbers or dates */
    int64_t from, to, step;
    bool dates;
};

static bool whole(const struct feel_value *v, int64_t *out)
{
    if (v->kind == FEEL_DATE) {
        *out = v->t.sec;
        return true;
    }
    return feel_to_i64(*v, out);
}

static bool domain_between(struct domain *d, const struct feel_value *a, const struct feel_value *b)
{
    *d = (struct domain){ .dates = a->kind == FEEL_DATE };
    if (a->kind != b->kind || !whole(a, &d->from) || !whole(b, &d->to))
        return false;
    d->step = d->from <= d->to ? 1 : -1;
    return true;
}

static bool domain_range(struct domain *d, const struct feel_range *g)
{
    if (g->op || !domain_between(d, &g->lo, &g->hi) || d->step < 0)
        return false;
    d->from += !g->lo_closed;
    d->to -= !g->hi_closed;
    return true;
}

static bool domain_of(struct run *r, struct domain *d, const struct iteration *it, const struct frame *f)
{
    struct feel_value a = feel_walk(r, it->in, f);
    if (it->to) {
        struct feel_value b = feel_walk(r, it->to, f);
        return domain_between(d, &a, &b);
    }
    if (a.kind == FEEL_NULL)
        return false;
    if (a.kind == FEEL_RANGE)
        return domain_range(d, a.range);
    if (a.kind != FEEL_LIST)
        a = feel_list(r->mem, &a, 1);
    if (a.kind != FEEL_LIST)
        return false;
    /* A list that holds one range of something that cannot be counted. */
    if (a.list->n == 1 && a.list->v[0].kind == FEEL_RANGE)
        return domain_range(d, a.list->v[0].range);
    *d = (struct domain){ .list = a.list, .to = (int64_t)a.list->n - 1, .step = 1 };
    return true;
}

static bool domain_at(const struct domain *d, int64_t i, struct feel_value *out)
{
    if (d->step > 0 ? i > d->to : i < d->to)
        return false;
    *out = d->list ? d->list->v[i] : d->dates ? feel_date_value(i) : num_of(i);
    return true;
}

/* ---- for, some, every ----------------------------------------------------------------------
 * kid[0]: body; extra: the iterations; n: how many.  flag: 1 the body makes
 * functions, 2 it uses `partial`. */

struct loop {
    struct run *r;
    const struct node *n;
    struct frame *f;
    struct lister out;
    bool bad, ended, unknown;          /* quantified: ended early; some test was not boolean */
};

static const struct frame *round_frame(struct loop *l)
{
    size_t slots = (size_t)l->n->n + 1;
    struct frame *f = l->f;
    if (l->n->flag & 1) {
        f = feel_frame(l->r, l->f->up, slots);
        if (!f)
            return NULL;
        memcpy(f->v, l->f->v, slots * sizeof f->v[0]);
    }
    if (l->n->op == OP_FOR && (l->n->flag & 2))
        f->v[l->n->n] = feel_wrap(l->r, l->out.v, l->out.n);
    return f;
}

static void loop_body(struct loop *l)
{
    const struct frame *f = round_frame(l);
    if (!f)
        return;
    struct feel_value v = feel_walk(l->r, l->n->kid[0], f);
    if (l->n->op == OP_FOR) {
        (void)feel_lister_add(&l->out, v);
    } else if (v.kind != FEEL_BOOL) {
        l->unknown = true;
    } else if (v.b == (l->n->op == OP_SOME)) {
        l->ended = true;
    }
}

static void loop_over(struct loop *l, size_t dim)
{
    const struct iteration *it = (const struct iteration *)l->n->extra + dim;
    struct domain d;
    if (!domain_of(l->r, &d, it, l->f)) {
        l->bad = true;
        return;
    }
    for (int64_t i = d.from; !l->bad && !l->ended && domain_at(&d, i, &l->f->v[dim]); i += d.step) {
        if (!feel_run_step(l->r, 1))
            return;
        if (dim + 1 < l->n->n)
            loop_over(l, dim + 1);
        else
            loop_body(l);
    }
}

struct feel_value feel_walk_loop(struct run *r, const struct node *n, const struct frame *up)
{
    struct loop l = { .r = r, .n = n, .f = feel_frame(r, up, (size_t)n->n + 1), .out = { .r = r } };
    if (!l.f)
        return feel_null();
    loop_over(&l, 0);
    if (l.bad)
        return feel_no(r, "cannot iterate over this");
    if (n->op == OP_FOR)
        return feel_lister_done(&l.out);
    if (l.ended)
        return feel_bool(n->op == OP_SOME);
    return l.unknown ? feel_no(r, "satisfies: not boolean") : feel_bool(n->op == OP_EVERY);
}

/* ---- filters -------------------------------------------------------------------------------- */

static struct feel_value pick(struct run *r, const struct feel_list *l, const struct feel_value *at)
{
    int64_t i;
    if (!feel_to_i64(*at, &i))
        return feel_no(r, "the index is not a whole number");
    if (i < 0)
        i += (int64_t)l->n + 1;
    if (i < 1 || i > (int64_t)l->n)
        return feel_no(r, "the index is outside the list");
    return l->v[i - 1];
}

static struct feel_value filter_items(struct run *r, const struct node *n, const struct feel_list *l,
                                      struct frame *f)
{
    struct lister out = { .r = r };
    for (size_t i = 0; i < l->n; i++) {
        f->v[0] = l->v[i];
        struct feel_value c = feel_walk(r, n->b, f);
        if (c.kind == FEEL_NUMBER)
            return pick(r, l, &c);
        if (c.kind != FEEL_BOOL && c.kind != FEEL_NULL)
            return feel_no(r, "a filter is a condition or an index");
        if (feel_is_true(c) && !feel_lister_add(&out, l->v[i]))
            return feel_null();
        if (!feel_run_step(r, 1))
            return feel_null();
    }
    return feel_lister_done(&out);
}

/* a[b]: items for which b is true, or the b-th item. */
struct feel_value feel_walk_filter(struct run *r, const struct node *n, const struct frame *up)
{
    struct feel_value v = feel_walk(r, n->a, up);
    if (v.kind == FEEL_NULL)
        return feel_no(r, "filter of null");
    struct feel_list one = { 1, &v };
    const struct feel_list *l = v.kind == FEEL_LIST ? v.list : &one;
    if (n->b->op == OP_CONST && n->b->k.kind == FEEL_NUMBER)
        return pick(r, l, &n->b->k);
    struct frame *f = feel_frame(r, up, 1);
    if (!f)
        return feel_null();
    if (l->n == 0) {
        struct feel_value c = feel_walk(r, n->b, f);
        if (c.kind == FEEL_NUMBER)
            return pick(r, l, &c);
    }
    return filter_items(r, n, l, f);
}

/* ---- calls ------------------------------------------------------------------------------------- */

size_t feel_function_arity(const struct feel_function *f)
{
    return f->how == FN_BUILTIN ? builtin_max_args(f->builtin)
         : f->how == FN_SERVICE ? ((const struct dmn_elem *)f->service)->n_params
                                : f->lambda->n;
}

static struct feel_value call_lambda(struct run *r, const struct feel_function *fn,
                                     const struct feel_value *arg, size_t n)
{
    const struct lambda *l = fn->lambda;
    if (n != l->n)
        return feel_no(r, "wrong number of arguments");
    struct frame *f = feel_frame(r, fn->frame, n);
    if (!f)
        return feel_null();
    for (size_t i = 0; i < n; i++) {
        f->v[i] = l->param[i].type ? feel_type_coerce(r, l->param[i].type, arg[i]) : arg[i];
        if (f->v[i].kind == FEEL_NULL && arg[i].kind != FEEL_NULL)
            return feel_no(r, "an argument is of the wrong type");
    }
    struct instance *inst = r->inst;
    r->inst = fn->inst;
    struct feel_value v = feel_walk(r, l->body, f);
    r->inst = inst;
    return l->result ? feel_type_coerce(r, l->result, v) : v;
}

struct feel_value feel_call(struct run *r, struct feel_value fn, const struct feel_value *arg, size_t n)
{
    if (fn.kind != FEEL_FUNCTION)
        return feel_no(r, "this is not a function");
    if (r->calls >= r->limits.depth) {
        feel_run_stop(r, "calls nested too deeply");
        return feel_null();
    }
    struct feel_value v;
    r->calls++;
    switch (fn.function->how) {
    case FN_LAMBDA: v = call_lambda(r, fn.function, arg, n); break;
    case FN_BUILTIN: v = builtin_call(r, fn.function->builtin, arg, n); break;
    case FN_SERVICE: v = dmn_service_call(r, fn.function, arg, n); break;
    default: v = feel_no(r, "external functions are not supported"); break;
    }
    r->calls--;
    return v;
}

static struct str parameter_name(const struct feel_function *f, size_t i)
{
    if (f->how == FN_SERVICE)
        return ((const struct dmn_elem *)f->service)->params[i]->node.name;
    return f->lambda->param[i].name;
}

static struct feel_value call_named(struct run *r, struct feel_value fn, const struct str *name,
                                    const struct feel_value *arg, size_t n)
{
    if (fn.kind != FEEL_FUNCTION)
        return feel_no(r, "this is not a function");
    if (fn.function->how == FN_BUILTIN)
        return builtin_call_named(r, fn.function->builtin, name, arg, n);
    size_t arity = feel_function_arity(fn.function);
    struct feel_value *v = NEW_N(r->mem, struct feel_value, arity + 1);
    if (!v) {
        feel_run_stop(r, "out of memory");
        return feel_null();
    }
    for (size_t i = 0; i < n; i++) {
        size_t p = 0;
        while (p < arity && !str_eq(parameter_name(fn.function, p), name[i]))
            p++;
        if (p == arity)
            return feel_no(r, "no parameter of that name");
        v[p] = arg[i];
    }
    return feel_call(r, fn, v, arity);
}

enum { FEW_ARGS = 8 };

/* kid: arguments.  OP_BUILTIN: extra is the built-in; else extra is the
 * function's expression and more the arguments' names. */
struct feel_value feel_walk_call(struct run *r, const struct node *n, const struct frame *f)
{
    struct feel_value few[FEW_ARGS], *arg = few;
    if (n->n > FEW_ARGS && !(arg = NEW_N(r->mem, struct feel_value, n->n))) {
        feel_run_stop(r, "out of memory");
        return feel_null();
    }
    struct feel_value fn = n->op == OP_BUILTIN ? feel_null() : feel_walk(r, n->extra, f);
    for (size_t i = 0; i < n->n; i++)
        arg[i] = feel_walk(r, n->kid[i], f);
    if (r->stopped)
        return feel_null();
    if (n->op == OP_BUILTIN)
        return builtin_call(r, n->extra, arg, n->n);
    if (n->op == OP_CALL_NAMED)
        return call_named(r, fn, n->more, arg, n->n);
    return feel_call(r, fn, arg, n->n);
}
