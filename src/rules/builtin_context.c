/* Built-in functions on contexts (DMN 1.5, 10.3.4.11), and is(). */
#include "rules/feel.h"

static struct feel_value f_get_value(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_value v;
    (void)n;
    return feel_get(a[0], a[1].s, &v) ? v : feel_no(r, "the context has no such entry");
}

static struct feel_value f_get_entries(struct run *r, const struct feel_value *a, size_t n)
{
    struct lister l = { .r = r };
    (void)n;
    for (size_t i = 0; i < a[0].context->n; i++) {
        const struct feel_entry *e = &a[0].context->e[i];
        struct feel_builder b;
        feel_builder_init(&b, r->mem);
        feel_set(&b, STR("key"), feel_string(e->name));
        feel_set(&b, STR("value"), e->v);
        if (!feel_lister_add(&l, feel_build(&b)))
            return feel_null();
    }
    return feel_lister_done(&l);
}

static void set_all(struct feel_builder *b, const struct feel_context *k)
{
    for (size_t i = 0; i < k->n; i++)
        feel_set(b, k->e[i].name, k->e[i].v);
}

static struct feel_value put(struct run *r, struct feel_value k, struct str key, struct feel_value v)
{
    struct feel_builder b;
    feel_builder_init(&b, r->mem);
    set_all(&b, k.context);
    feel_set(&b, key, v);
    return feel_build(&b);
}

static struct feel_value f_put(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return put(r, a[0], a[1].s, a[2]);
}

/* Along a path of keys; all but the last must lead to contexts. */
static struct feel_value put_deep(struct run *r, struct feel_value k, const struct feel_list *keys,
                                  size_t at, struct feel_value v)
{
    struct feel_value inner;
    if (k.kind != FEEL_CONTEXT || keys->v[at].kind != FEEL_STRING)
        return feel_no(r, "context put: the path leads nowhere");
    if (at + 1 == keys->n)
        return put(r, k, keys->v[at].s, v);
    if (at > 100 || !feel_get(k, keys->v[at].s, &inner))
        return feel_no(r, "context put: the path leads nowhere");
    inner = put_deep(r, inner, keys, at + 1, v);
    return inner.kind == FEEL_NULL ? inner : put(r, k, keys->v[at].s, inner);
}

static struct feel_value f_put_deep(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    if (a[1].list->n == 0)
        return feel_no(r, "context put: no keys");
    return put_deep(r, a[0], a[1].list, 0, a[2]);
}

static struct feel_value f_merge(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_builder b;
    (void)n;
    feel_builder_init(&b, r->mem);
    for (size_t i = 0; i < a[0].list->n; i++) {
        if (a[0].list->v[i].kind != FEEL_CONTEXT)
            return feel_no(r, "context merge: an item is not a context");
        set_all(&b, a[0].list->v[i].context);
        if (!feel_run_step(r, 1))
            return feel_null();
    }
    return feel_build(&b);
}

static struct feel_value f_context(struct run *r, const struct feel_value *a, size_t n)
{
    struct feel_builder b;
    (void)n;
    feel_builder_init(&b, r->mem);
    for (size_t i = 0; i < a[0].list->n; i++) {
        struct feel_value key, v;
        size_t before = b.n;
        const struct feel_value *e = &a[0].list->v[i];
        if (!feel_get(*e, STR("key"), &key) || !feel_get(*e, STR("value"), &v) || key.kind != FEEL_STRING)
            return feel_no(r, "context: an entry needs key and value");
        feel_set(&b, key.s, v);
        if (b.n == before || !feel_run_step(r, 1))
            return feel_no(r, "context: a key is given twice");
    }
    return feel_build(&b);
}

/* The same value in the same spelling: zones count. */
static struct feel_value f_is(struct run *r, const struct feel_value *a, size_t n)
{
    (void)r;
    (void)n;
    if (a[0].kind != a[1].kind)
        return feel_bool(false);
    if (a[0].kind == FEEL_TIME || a[0].kind == FEEL_DATETIME)
        return feel_bool(a[0].zone_kind == a[1].zone_kind && a[0].zone == a[1].zone && a[0].at == a[1].at &&
                         a[0].t.sec == a[1].t.sec && a[0].t.ns == a[1].t.ns);
    return feel_bool(feel_same(&a[0], &a[1]));
}

static const struct builtin rows[] = {
    { "get value", "m:c,key:s", f_get_value },
    { "get entries", "m:c", f_get_entries },
    { "context put", "context:c,key:s,value:.~", f_put },
    { "context put", "context:c,keys:l,value:.~", f_put_deep },
    { "context merge", "contexts:l", f_merge },
    { "context", "entries:l", f_context },
    { "is", "value1:.~,value2:.~", f_is },
};
const struct builtin_rows builtins_context = { rows, COUNT_OF(rows) };
