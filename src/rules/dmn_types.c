/* Item definitions become types. */
#include "rules/dmn_load.h"

enum { DEF_DEPTH = 40 };

static struct item_def *def_find(struct dmn_model *m, struct str name)
{
    for (size_t i = 0; i < m->n_defs; i++)
        if (str_eq(m->defs[i].name, name))
            return &m->defs[i];
    return NULL;
}

static const struct type *def_type(struct loader *l, struct item_def *d);
static const struct type *item_type(struct loader *l, const struct xnode *n, struct type *own, int depth);

/* "feel:number", "{ns}local" spellings of old versions: the part after the colon. */
static struct str without_prefix(struct str name)
{
    struct str head, tail;
    return str_cut(name, ':', &head, &tail) && tail.n ? tail : name;
}

const struct type *dmn_find_type(struct loader *l, struct str name)
{
    struct str head, tail;
    struct item_def *d = def_find(l->m, name);
    if (d)
        return def_type(l, d);
    for (size_t i = 0; i < l->m->n_import && str_cut(name, '.', &head, &tail); i++) {
        struct dmn_import *im = &l->m->import[i];
        if (im->model && str_eq(im->name, head) &&
            (d = def_find((struct dmn_model *)(uintptr_t)im->model, tail)) != NULL)
            return d->type;
    }
    for (size_t i = 0; i < l->m->n_import; i++) {
        struct dmn_import *im = &l->m->import[i];
        if (im->model && im->name.n == 0 && (d = def_find((struct dmn_model *)(uintptr_t)im->model, name)) != NULL)
            return d->type;
    }
    const struct type *t = feel_type_builtin(name);
    if (t || without_prefix(name).n == name.n)
        return t;
    name = without_prefix(name);
    d = def_find(l->m, name);
    return d ? def_type(l, d) : feel_type_builtin(name);
}

const struct type *dmn_read_type(struct loader *l, struct str name, const struct xnode *at)
{
    if (name.n == 0)
        return NULL;
    const struct type *t = dmn_find_type(l, name);
    if (!t)
        t = feel_compile_type(&l->k, name);
    if (!t)
        dmn_problem_add(l, RULES_NAME, at, "unknown type", name);
    return t ? t : &type_any;
}

/* Constants only: what an author may choose from. */
static const struct feel_list *constants(struct loader *l, const struct node *tests)
{
    struct feel_list *list = NEW(&l->m->mem, struct feel_list);
    struct feel_value *v = NEW_N(&l->m->mem, struct feel_value, (size_t)tests->n + 1);
    if (!list || !v || tests->flag || tests->n == 0)
        return NULL;
    for (size_t i = 0; i < tests->n; i++) {
        const struct node *t = tests->kid[i];
        if (t->op != OP_IN || t->n != 2 || t->kid[1]->op != OP_CONST)
            return NULL;
        v[i] = t->kid[1]->k;
    }
    *list = (struct feel_list){ tests->n, v };
    return list;
}

static void constrain(struct loader *l, const struct xnode *n, const char *what, struct type *t)
{
    const struct xnode *a = xn_child(n, what);
    if (!a)
        return;
    struct bound value = { .name = STR_INIT("?"), .how = BIND_SLOT };
    struct scope s = { .b = &value, .n = 1, .frame = true };
    struct str text = str_trim(xn_text(l, a));
    if (text.n == 0)
        return;
    const struct node *tests = dmn_read_feel(l, a, text, &s, true);
    if (!tests || tests->op != OP_TESTS)
        return;
    const struct node *base = t->allowed;      /* of the type this one is based on: both hold */
    struct node *both = base ? feel_node_new(&l->k, OP_AND, 0) : NULL;
    if (both) {
        both->a = base;
        both->b = tests;
    }
    t->allowed = both ? both : tests;
    t->values = constants(l, tests);
}

static bool components(struct loader *l, const struct xnode *n, struct type *t, int depth)
{
    size_t count = xn_count(n, "itemComponent"), i = 0;
    struct field *f = NEW_N(&l->m->mem, struct field, count + 1);
    if (!f)
        return false;
    for (const struct xnode *c = xn_child(n, "itemComponent"); c; c = xn_sibling(c->next, "itemComponent")) {
        f[i].name = xn_attr(l, c, "name");
        f[i++].type = item_type(l, c, NULL, depth + 1);
    }
    t->kind = TYPE_CONTEXT;
    t->field = f;
    t->n = count;
    t->has_fields = true;
    return true;
}

static bool function_item(struct loader *l, const struct xnode *n, struct type *t)
{
    size_t count = xn_count(n, "parameters"), i = 0;
    struct field *f = NEW_N(&l->m->mem, struct field, count + 1);
    if (!f)
        return false;
    for (const struct xnode *c = xn_child(n, "parameters"); c; c = xn_sibling(c->next, "parameters")) {
        f[i].name = xn_attr(l, c, "name");
        f[i++].type = dmn_read_type(l, xn_attr(l, c, "typeRef"), c);
    }
    t->kind = TYPE_FUNCTION;
    t->field = f;
    t->n = count;
    t->has_fields = true;
    t->of = dmn_read_type(l, xn_attr(l, n, "outputTypeRef"), n);
    return true;
}

/* own: the place others already refer to, or NULL. */
static const struct type *item_type(struct loader *l, const struct xnode *n, struct type *own, int depth)
{
    struct type *t = own ? own : NEW(&l->m->mem, struct type);
    struct type *item = t;
    if (!t || depth > DEF_DEPTH)
        return &type_any;
    bool many = str_is(xn_attr(l, n, "isCollection"), "true");
    if (many && !(item = NEW(&l->m->mem, struct type)))
        return &type_any;
    const struct xnode *ref = xn_child(n, "typeRef");
    const struct xnode *fn = xn_child(n, "functionItem");
    if (xn_child(n, "itemComponent")) {
        (void)components(l, n, item, depth);
    } else if (fn) {
        (void)function_item(l, fn, item);
    } else if (ref) {
        const struct type *base = dmn_read_type(l, str_trim(xn_text(l, ref)), ref);
        const struct node *had = base ? base->allowed : NULL;
        if (base)
            *item = *base;
        item->allowed = had;
    }
    constrain(l, n, "allowedValues", item);
    if (many) {
        *t = (struct type){ .kind = TYPE_LIST, .of = item };
    }
    constrain(l, n, "typeConstraint", t);
    if (item->name.n == 0 || own)
        t->name = xn_attr(l, n, "name");
    return t;
}

static const struct type *def_type(struct loader *l, struct item_def *d)
{
    if (d->state == 0) {
        d->state = 1;
        (void)item_type(l, d->xml, d->type, 0);
        d->state = 2;
    }
    return d->type;
}

bool dmn_read_types(struct loader *l)
{
    size_t i = 0;
    l->m->n_defs = xn_count(l->root, "itemDefinition");
    l->m->defs = NEW_N(&l->m->mem, struct item_def, l->m->n_defs + 1);
    if (!l->m->defs)
        return false;
    for (const struct xnode *n = xn_child(l->root, "itemDefinition"); n; n = xn_sibling(n->next, "itemDefinition")) {
        struct item_def *d = &l->m->defs[i++];
        d->name = xn_attr(l, n, "name");
        d->xml = n;
        if (!(d->type = NEW(&l->m->mem, struct type)))
            return false;
        d->type->name = d->name;
    }
    for (i = 0; i < l->m->n_defs; i++)
        (void)def_type(l, &l->m->defs[i]);
    for (i = 0; i < l->m->n_defs; i++)
        l->m->defs[i].xml = NULL;
    return true;
}
