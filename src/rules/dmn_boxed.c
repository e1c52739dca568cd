/* Boxed expressions become the same tree that FEEL text becomes. */
#include "rules/dmn_load.h"

enum { BOX_DEPTH = 60, BOX_MAX = 20000 };

static const char *const expressions[] = {
    "literalExpression", "context", "decisionTable", "functionDefinition", "invocation", "list",
    "relation", "conditional", "filter", "for", "some", "every",
};

const struct xnode *xn_expression(const struct xnode *n)
{
    for (const struct xnode *c = xn_first(n); c; c = xn_next(c))
        for (size_t i = 0; i < COUNT_OF(expressions); i++)
            if (xn_is(c, expressions[i]))
                return c;
    return NULL;
}

static const struct node *error_node(struct loader *l, struct str what)
{
    struct node *n = feel_node_new(&l->k, OP_ERROR, 0);
    if (n)
        n->name = what;
    return n;
}

const struct node *dmn_read_feel(struct loader *l, const struct xnode *at, struct str text, struct scope *s, bool unary)
{
    l->k.line = xn_line(xn_child(at, "text") ? xn_child(at, "text") : at);
    l->k.unknown = (struct str){ 0 };
    const struct node *n = unary ? feel_compile_tests(&l->k, s, text) : feel_compile_text(&l->k, s, text);
    if (l->k.unknown.n)
        dmn_problem_add(l, RULES_NAME, at, "unknown name", l->k.unknown);
    if (n)
        return n;
    if (l->c->fault.code != ERR_INPUT || !l->lax) {
        l->err = l->c->fault.code ? l->c->fault.code : ERR_NOMEM;
        return error_node(l, text);
    }
    struct str why = arena_dup(&l->m->mem, str_c(l->c->fault.detail));
    l->c->fault = (struct fault){ 0 };
    dmn_problem_add(l, RULES_SYNTAX, at, "not FEEL", why);
    return error_node(l, why);
}

const struct node *dmn_coerced(struct loader *l, const struct node *n, const struct type *t)
{
    if (!n || !t || t->kind == TYPE_ANY)
        return n;
    struct node *c = feel_node_new(&l->k, OP_COERCE, n->pos);
    if (!c)
        return NULL;
    c->left = n;
    c->type = t;
    return c;
}

static struct node *kids_node(struct loader *l, enum op op, size_t n, const struct node ***kid)
{
    struct node *node = feel_node_new(&l->k, op, 0);
    *kid = NEW_N(&l->m->mem, const struct node *, n + 1);
    if (!node || !*kid || n > UINT16_MAX)
        return NULL;
    node->kid = *kid;
    node->n = (uint16_t)n;
    return node;
}

static const struct node *literal(struct loader *l, const struct xnode *n, struct scope *s)
{
    struct str language = xn_attr(l, n, "expressionLanguage"), text = xn_text(l, n);
    size_t at;
    if (language.n && !str_find(language, STR("FEEL"), &at) && !str_find(language, STR("feel"), &at)) {
        dmn_problem_add(l, RULES_SYNTAX, n, "expression language is not FEEL", language);
        return error_node(l, language);
    }
    if (str_trim(text).n == 0)
        return feel_node_const(&l->k, feel_null(), 0);
    return dmn_read_feel(l, n, text, s, false);
}

/* Entries see those above; an entry without a variable is the result. */
static const struct node *context(struct loader *l, const struct xnode *n, struct scope *s)
{
    size_t count = xn_count(n, "contextEntry"), i = 0;
    const struct node **kid;
    struct str *names = NEW_N(&l->m->mem, struct str, count + 1);
    struct bound *b = NEW_N(&l->m->mem, struct bound, count + 1);
    struct node *node = kids_node(l, OP_CONTEXT, count, &kid);
    if (!names || !b || !node)
        return NULL;
    struct scope inner = { .up = s, .b = b, .frame = true };
    for (const struct xnode *e = xn_child(n, "contextEntry"); e; e = xn_sibling(e->next, "contextEntry"), i++) {
        const struct xnode *var = xn_child(e, "variable");
        kid[i] = dmn_read_expr(l, xn_expression(e), &inner);
        if (!kid[i])
            return NULL;
        if (!var) {
            node->op = OP_BLOCK;
            node->n = (uint16_t)(i + 1);
            break;
        }
        names[i] = feel_name_clean(&l->k, xn_attr(l, var, "name"));
        kid[i] = dmn_coerced(l, kid[i], dmn_read_type(l, xn_attr(l, var, "typeRef"), var));
        b[inner.n++] = (struct bound){ .name = names[i], .how = BIND_SLOT, .slot = (uint32_t)i };
    }
    node->extra = names;
    return node;
}

bool dmn_read_lambda(struct loader *l, const struct xnode *n, struct scope *s, struct lambda *out, bool *external)
{
    size_t count = xn_count(n, "formalParameter"), i = 0;
    struct field *f = NEW_N(&l->m->mem, struct field, count + 1);
    struct bound *b = NEW_N(&l->m->mem, struct bound, count + 1);
    if (!f || !b)
        return false;
    for (const struct xnode *p = xn_child(n, "formalParameter"); p; p = xn_sibling(p->next, "formalParameter"), i++) {
        f[i].name = feel_name_clean(&l->k, xn_attr(l, p, "name"));
        f[i].type = dmn_read_type(l, xn_attr(l, p, "typeRef"), p);
        b[i] = (struct bound){ .name = f[i].name, .how = BIND_SLOT, .slot = (uint32_t)i };
    }
    struct scope inner = { .up = s, .b = b, .n = count, .frame = true };
    struct str kind = xn_attr(l, n, "kind");
    *external = kind.n && !str_is(kind, "FEEL") && !str_is(kind, "F");
    *out = (struct lambda){ .n = count, .param = f, .body = dmn_read_expr(l, xn_expression(n), &inner) };
    return out->body != NULL;
}

static const struct node *function(struct loader *l, const struct xnode *n, struct scope *s)
{
    struct node *node = feel_node_new(&l->k, OP_FUNCTION, 0);
    struct lambda *fn = NEW(&l->m->mem, struct lambda);
    bool external;
    if (!node || !fn || !dmn_read_lambda(l, n, s, fn, &external))
        return NULL;
    node->flag = external;
    node->extra = fn;
    return node;
}

static const struct node *invocation(struct loader *l, const struct xnode *n, struct scope *s)
{
    size_t count = xn_count(n, "binding"), i = 0;
    const struct node **kid;
    struct str *names = NEW_N(&l->m->mem, struct str, count + 1);
    struct node *node = kids_node(l, OP_CALL_NAMED, count, &kid);
    if (!names || !node)
        return NULL;
    node->extra = dmn_read_expr(l, xn_expression(n), s);
    node->more = names;
    for (const struct xnode *b = xn_child(n, "binding"); b; b = xn_sibling(b->next, "binding"), i++) {
        names[i] = feel_name_clean(&l->k, xn_attr(l, xn_child(b, "parameter"), "name"));
        kid[i] = xn_expression(b) ? dmn_read_expr(l, xn_expression(b), s)
                                   : feel_node_const(&l->k, feel_null(), 0);
        if (!kid[i])
            return NULL;
    }
    return node->extra ? node : NULL;
}

static const struct node *list(struct loader *l, const struct xnode *n, struct scope *s)
{
    const struct node **kid;
    size_t count = 0, i = 0;
    for (const struct xnode *e = xn_first(n); e; e = xn_next(e))
        count++;
    struct node *node = kids_node(l, OP_LIST, count, &kid);
    for (const struct xnode *e = xn_first(n); node && e; e = xn_next(e))
        for (size_t j = 0; j < COUNT_OF(expressions); j++)
            if (xn_is(e, expressions[j]) && !(kid[i++] = dmn_read_expr(l, e, s)))
                return NULL;
    if (node)
        node->n = (uint16_t)i;
    return node;
}

/* A list of contexts; cells do not see each other. */
static const struct node *relation(struct loader *l, const struct xnode *n, struct scope *s)
{
    size_t cols = xn_count(n, "column"), rows = xn_count(n, "row"), i = 0;
    const struct node **row, **cell;
    struct scope inner = { .up = s, .frame = true };
    struct str *names = NEW_N(&l->m->mem, struct str, cols + 1);
    struct node *node = kids_node(l, OP_LIST, rows, &row);
    if (!names || !node)
        return NULL;
    for (const struct xnode *c = xn_child(n, "column"); c; c = xn_sibling(c->next, "column"))
        names[i++] = feel_name_clean(&l->k, xn_attr(l, c, "name"));
    i = 0;
    for (const struct xnode *r = xn_child(n, "row"); r; r = xn_sibling(r->next, "row")) {
        struct node *k = kids_node(l, OP_CONTEXT, cols, &cell);
        const struct xnode *e = xn_first(r);
        if (!k)
            return NULL;
        k->extra = names;
        for (size_t j = 0; j < cols; j++) {
            cell[j] = e ? dmn_read_expr(l, e, &inner) : feel_node_const(&l->k, feel_null(), 0);
            if (!cell[j])
                return NULL;
            e = e ? xn_next(e) : NULL;
        }
        row[i++] = k;
    }
    return node;
}

/* The expression inside <if>, <in>, <match> ... */
static const struct node *inside(struct loader *l, const struct xnode *n, const char *part, struct scope *s)
{
    const struct xnode *e = xn_expression(xn_child(n, part));
    if (!e) {
        dmn_problem_add(l, RULES_SYNTAX, n, "missing part", str_c(part));
        return error_node(l, str_c(part));
    }
    return dmn_read_expr(l, e, s);
}

static const struct node *conditional(struct loader *l, const struct xnode *n, struct scope *s)
{
    struct node *node = feel_node_new(&l->k, OP_IF, 0);
    if (!node)
        return NULL;
    node->a = inside(l, n, "if", s);
    node->b = inside(l, n, "then", s);
    node->c = inside(l, n, "else", s);
    return node->a && node->b && node->c ? node : NULL;
}

static const struct node *filter(struct loader *l, const struct xnode *n, struct scope *s)
{
    struct bound item = { .name = STR_INIT("item"), .how = BIND_SLOT };
    struct scope inner = { .up = s, .b = &item, .n = 1, .frame = true, .filter = true };
    struct node *node = feel_node_new(&l->k, OP_FILTER, 0);
    if (!node)
        return NULL;
    node->a = inside(l, n, "in", s);
    node->b = inside(l, n, "match", &inner);
    return node->a && node->b ? node : NULL;
}

static const struct node *loop(struct loader *l, const struct xnode *n, struct scope *s, enum op op)
{
    struct bound b[2] = { { .how = BIND_SLOT }, { .name = STR_INIT("partial"), .how = BIND_SLOT, .slot = 1 } };
    struct scope inner = { .up = s, .b = b, .frame = true };
    const struct node **kid;
    struct node *node = kids_node(l, op, 1, &kid);
    struct iteration *it = NEW(&l->m->mem, struct iteration);
    if (!node || !it)
        return NULL;
    b[0].name = feel_name_clean(&l->k, xn_attr(l, n, "iteratorVariable"));
    it->in = inside(l, n, "in", &inner);
    inner.n = op == OP_FOR ? 2 : 1;
    kid[0] = inside(l, n, op == OP_FOR ? "return" : "satisfies", &inner);
    node->extra = it;
    node->flag = 3;
    return it->in && kid[0] ? node : NULL;
}

const struct node *dmn_read_expr(struct loader *l, const struct xnode *n, struct scope *s)
{
    static const struct { const char *local; const struct node *(*load)(struct loader *, const struct xnode *, struct scope *); }
    kinds[] = {
        { "literalExpression", literal }, { "context", context }, { "decisionTable", dmn_read_table },
        { "functionDefinition", function }, { "invocation", invocation }, { "list", list },
        { "relation", relation }, { "conditional", conditional }, { "filter", filter },
    };
    const struct node *node = NULL;
    if (!n)
        return feel_node_const(&l->k, feel_null(), 0);
    if (++l->depth > BOX_DEPTH) {
        l->err = FAIL(l->c, ERR_INPUT, "rules.limit", STR_F ":%d: boxes nested too deeply", STR_A(l->m->file), xn_line(n));
        l->depth--;
        return NULL;
    }
    for (size_t i = 0; i < COUNT_OF(kinds) && !node; i++)
        if (xn_is(n, kinds[i].local))
            node = kinds[i].load(l, n, s);
    if (xn_is(n, "for"))
        node = loop(l, n, s, OP_FOR);
    else if (xn_is(n, "some"))
        node = loop(l, n, s, OP_SOME);
    else if (xn_is(n, "every"))
        node = loop(l, n, s, OP_EVERY);
    l->depth--;
    if (!node)
        return NULL;
    return dmn_coerced(l, node, dmn_read_type(l, xn_attr(l, n, "typeRef"), n));
}
