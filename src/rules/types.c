/* Does a value belong to a type, and what conversions FEEL makes unasked. */
#include "rules/feel.h"

enum { TYPE_DEPTH_MAX = 60 };

static bool holds_at(struct run *r, const struct type *t, const struct feel_value *v, bool allowed, int depth);

static bool context_holds(struct run *r, const struct type *t, const struct feel_value *v, bool allowed, int depth)
{
    struct feel_value e;
    for (size_t i = 0; i < t->n; i++)
        if (!feel_get(*v, t->field[i].name, &e) || !holds_at(r, t->field[i].type, &e, allowed, depth))
            return false;
    return true;
}

/* Parameters may be wider, the result narrower; what is not declared fits. */
static bool function_holds(const struct type *t, const struct feel_function *f)
{
    if (!t->has_fields)
        return true;
    if (f->how == FN_BUILTIN)
        return t->n <= feel_function_arity(f);
    if (f->how == FN_SERVICE)
        return t->n == feel_function_arity(f);
    if (f->lambda->n != t->n)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        const struct type *p = f->lambda->param[i].type;
        if (p && t->field[i].type && !feel_type_conforms(t->field[i].type, p))
            return false;
    }
    return !t->of || !f->lambda->result || feel_type_conforms(f->lambda->result, t->of);
}

static bool kind_holds(struct run *r, const struct type *t, const struct feel_value *v, bool allowed, int depth)
{
    switch (t->kind) {
    case TYPE_ANY: return true;
    case TYPE_NULL: return v->kind == FEEL_NULL;
    case TYPE_BOOL: return v->kind == FEEL_BOOL;
    case TYPE_NUMBER: return v->kind == FEEL_NUMBER;
    case TYPE_STRING: return v->kind == FEEL_STRING;
    case TYPE_DATE: return v->kind == FEEL_DATE;
    case TYPE_TIME: return v->kind == FEEL_TIME;
    case TYPE_DATETIME: return v->kind == FEEL_DATETIME;
    case TYPE_DAYS: return v->kind == FEEL_DAYS;
    case TYPE_MONTHS: return v->kind == FEEL_MONTHS;
    case TYPE_DURATION: return v->kind == FEEL_DAYS || v->kind == FEEL_MONTHS;
    case TYPE_CONTEXT: return v->kind == FEEL_CONTEXT && context_holds(r, t, v, allowed, depth);
    case TYPE_FUNCTION: return v->kind == FEEL_FUNCTION && function_holds(t, v->function);
    case TYPE_RANGE:
        return v->kind == FEEL_RANGE && holds_at(r, t->of, &v->range->lo, allowed, depth) &&
               holds_at(r, t->of, &v->range->hi, allowed, depth);
    case TYPE_LIST:
        if (v->kind != FEEL_LIST)
            return false;
        for (size_t i = 0; i < v->list->n; i++)
            if (!feel_run_step(r, 1) || !holds_at(r, t->of, &v->list->v[i], allowed, depth))
                return false;
        return true;
    }
    return false;
}

static bool holds_at(struct run *r, const struct type *t, const struct feel_value *v, bool allowed, int depth)
{
    int is;
    if (depth > TYPE_DEPTH_MAX)
        return false;
    if (v->kind == FEEL_NULL && t->kind != TYPE_NULL)
        return depth > 0 || t->kind == TYPE_ANY;
    if (!kind_holds(r, t, v, allowed, depth + 1))
        return false;
    if (!allowed || !t->allowed)
        return true;
    return feel_tests_hold(r, t->allowed, v, NULL, &is) && is == 1;
}

bool feel_type_holds(struct run *r, const struct type *t, const struct feel_value *v, bool allowed)
{
    return holds_at(r, t, v, allowed, 0);
}

static bool conforms_at(const struct type *a, const struct type *b, int depth)
{
    if (a == b || b->kind == TYPE_ANY || a->kind == TYPE_NULL)
        return true;
    if (depth > TYPE_DEPTH_MAX || a->kind != b->kind)
        return false;
    if (a->kind == TYPE_LIST || a->kind == TYPE_RANGE)
        return conforms_at(a->of, b->of, depth + 1);
    for (size_t i = 0; i < b->n && a->kind == TYPE_CONTEXT; i++) {
        size_t j = 0;
        while (j < a->n && !str_eq(a->field[j].name, b->field[i].name))
            j++;
        if (j == a->n || !conforms_at(a->field[j].type, b->field[i].type, depth + 1))
            return false;
    }
    if (a->kind == TYPE_FUNCTION) {
        if (a->n != b->n || (a->of && b->of && !conforms_at(a->of, b->of, depth + 1)))
            return false;
        for (size_t i = 0; i < b->n; i++)
            if (a->field[i].type && b->field[i].type &&
                !conforms_at(b->field[i].type, a->field[i].type, depth + 1))
                return false;
    }
    return true;
}

bool feel_type_conforms(const struct type *a, const struct type *b)
{
    return conforms_at(a, b, 0);
}

/* DMN 1.5, 10.3.2.9.4: a list of one is its item, an item is a list of one, a
 * date is its midnight.  Anything else that does not fit is null. */
struct feel_value feel_type_coerce(struct run *r, const struct type *t, struct feel_value v)
{
    if (v.kind == FEEL_NULL || t->kind == TYPE_ANY || feel_type_holds(r, t, &v, true))
        return v;
    if (v.kind == FEEL_LIST && v.list->n == 1 && t->kind != TYPE_LIST &&
        feel_type_holds(r, t, &v.list->v[0], true))
        return v.list->v[0];
    if (t->kind == TYPE_LIST && v.kind != FEEL_LIST && feel_type_holds(r, t->of, &v, true))
        return feel_list(r->mem, &v, 1);
    if (t->kind == TYPE_DATETIME && v.kind == FEEL_DATE)
        return feel_as_datetime(v);
    return feel_no(r, "the value is not of the declared type");
}
