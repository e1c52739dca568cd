/* From a document to a model: elements, requirements, logic. */
#include "rules/dmn_load.h"
#include "rules/parse.h"

enum { MODEL_MEM = 96 * 1024 * 1024, PROBLEMS_MAX = 5000 };

void dmn_problem_add(struct loader *l, enum rules_kind kind, const struct xnode *at, const char *why, struct str more)
{
    struct dmn_model *m = l->m;
    if (m->mem.failed) {
        /* A name that could not be copied is no mistake of the author. */
        l->err = FAIL(l->c, ERR_NOMEM, "memory", "loading a model");
        return;
    }
    if (!l->lax) {
        if (l->err == ERR_OK)
            l->err = FAIL(l->c, ERR_INPUT, "rules.model", "%.80s:%d: %s: %.80s", m->file.p, xn_line(at), why,
                          more.n ? (const char *)arena_z(&m->mem, more) : "");
        return;
    }
    if (m->n_problem == m->room_problem) {
        size_t room = m->room_problem ? m->room_problem * 2 : 8;
        struct dmn_problem *p = room <= PROBLEMS_MAX ? NEW_N(&m->mem, struct dmn_problem, room) : NULL;
        if (!p)
            return;
        if (m->n_problem)
            memcpy(p, m->problem, m->n_problem * sizeof *p);
        m->problem = p;
        m->room_problem = room;
    }
    m->problem[m->n_problem++] = (struct dmn_problem){
        .kind = kind, .where = l->where, .line = xn_line(at), .row = l->row, .why = why, .more = arena_dup(&m->mem, more),
        .text = more.n ? str_join(&m->mem, str_c(why), STR(": "), more) : str_c(why),
    };
}

/* ---- elements -------------------------------------------------------------------------- */

static const struct { const char *local; enum dmn_node_kind kind; } element_kinds[] = {
    { "inputData", DMN_INPUT }, { "decision", DMN_DECISION },
    { "businessKnowledgeModel", DMN_KNOWLEDGE }, { "decisionService", DMN_SERVICE },
};

static int element_kind(const struct xnode *n)
{
    for (size_t i = 0; i < COUNT_OF(element_kinds); i++)
        if (xn_is(n, element_kinds[i].local))
            return (int)i;
    return -1;
}

static enum feel_kind kind_of(const struct type *t)
{
    static const enum feel_kind kinds[] = {
        [TYPE_BOOL] = FEEL_BOOL, [TYPE_NUMBER] = FEEL_NUMBER, [TYPE_STRING] = FEEL_STRING, [TYPE_DATE] = FEEL_DATE,
        [TYPE_TIME] = FEEL_TIME, [TYPE_DATETIME] = FEEL_DATETIME, [TYPE_DAYS] = FEEL_DAYS, [TYPE_MONTHS] = FEEL_MONTHS,
        [TYPE_CONTEXT] = FEEL_CONTEXT, [TYPE_RANGE] = FEEL_RANGE, [TYPE_FUNCTION] = FEEL_FUNCTION,
    };
    return (size_t)t->kind < COUNT_OF(kinds) ? kinds[t->kind] : FEEL_NULL;
}

static void say_type(struct dmn_node *n, const struct type *t)
{
    n->many = t->kind == TYPE_LIST;
    if (n->many && t->of)
        t = t->of;
    n->value = n->many && t->kind == TYPE_LIST ? FEEL_NULL : kind_of(t);
    n->allowed = t->values;
}

static bool read_element(struct loader *l, const struct xnode *n, enum dmn_node_kind kind, size_t index)
{
    struct dmn_elem *e = NEW(&l->m->mem, struct dmn_elem);
    const struct xnode *var = xn_child(n, "variable");
    if (!e)
        return false;
    e->node.kind = kind;
    e->node.id = xn_attr(l, n, "id");
    e->node.name = feel_name_clean(&l->k, xn_attr(l, n, "name"));
    e->node.label = xn_attr(l, n, "label");
    e->node.question = str_trim(xn_text(l, xn_child(n, "question")));
    e->node.description = str_trim(xn_text(l, xn_child(n, "description")));
    e->node.type = xn_attr(l, var, "typeRef");
    e->var = feel_name_clean(&l->k, xn_attr(l, var, "name"));
    if (e->var.n == 0)
        e->var = e->node.name;
    e->model = l->m;
    e->index = (uint32_t)index;
    e->line = xn_line(n);
    l->where = e->node.name;
    e->type = dmn_read_type(l, e->node.type, var);
    if (e->type)
        say_type(&e->node, e->type);
    l->m->elem[index] = e;
    return true;
}

static bool read_elements(struct loader *l)
{
    size_t n = 0, i = 0;
    for (const struct xnode *x = xn_first(l->root); x; x = xn_next(x))
        n += element_kind(x) >= 0;
    l->m->elem = NEW_N(&l->m->mem, struct dmn_elem *, n + 1);
    if (!l->m->elem)
        return false;
    l->m->n_elem = n;
    for (const struct xnode *x = xn_first(l->root); x; x = xn_next(x)) {
        int kind = element_kind(x);
        if (kind >= 0 && !read_element(l, x, element_kinds[kind].kind, i++))
            return false;
    }
    return true;
}

/* ---- references ---------------------------------------------------------------------------- */

static const struct dmn_elem *by_id(const struct dmn_model *m, struct str id)
{
    for (size_t i = 0; i < m->n_elem; i++)
        if (str_eq(m->elem[i]->node.id, id))
            return m->elem[i];
    return NULL;
}

/* "#id", or "namespace#id" of an imported model or of this one. */
static bool resolve(struct loader *l, const struct xnode *n, struct requirement *out)
{
    struct str href = xn_attr(l, n, "href"), ns, id;
    if (!str_cut(href, '#', &ns, &id)) {
        id = href;
        ns = (struct str){ 0 };
    }
    *out = (struct requirement){ 0 };
    if (ns.n == 0 || str_eq(ns, l->m->ns))
        out->elem = by_id(l->m, id);
    for (size_t i = 0; i < l->m->n_import && !out->elem; i++)
        if (l->m->import[i].model && (ns.n == 0 || str_eq(l->m->import[i].ns, ns)) &&
            (out->elem = by_id(l->m->import[i].model, id)) != NULL)
            out->import = (uint16_t)(i + 1);
    if (!out->elem)
        dmn_problem_add(l, RULES_NAME, n, "reference to nothing", href);
    return out->elem != NULL;
}

static bool read_needs(struct loader *l, const struct xnode *n, struct dmn_elem *e)
{
    size_t room = xn_count(n, "informationRequirement") + xn_count(n, "knowledgeRequirement") +
                  xn_count(xn_child(n, "encapsulatedLogic"), "knowledgeRequirement");
    e->needs = NEW_N(&l->m->mem, struct requirement, room + 1);
    if (!e->needs)
        return false;
    for (const struct xnode *r = xn_first(n); r; r = xn_next(r))
        if (xn_is(r, "informationRequirement") || xn_is(r, "knowledgeRequirement"))
            e->n_needs += xn_first(r) && resolve(l, xn_first(r), &e->needs[e->n_needs]);
    return true;
}

/* What an element's logic can name: what it requires, itself if it is a
 * function, and the imports. */
static bool scope_of(struct loader *l, struct dmn_elem *e, struct scope *s)
{
    struct bound *b = NEW_N(&l->m->mem, struct bound, e->n_needs + l->m->n_import + 2);
    if (!b)
        return false;
    *s = (struct scope){ .b = b };
    for (size_t i = 0; i < l->m->n_import; i++)
        if (l->m->import[i].name.n)
            b[s->n++] = (struct bound){ .name = l->m->import[i].name, .how = BIND_IMPORT, .what = &l->m->import[i] };
    if (e->node.kind == DMN_KNOWLEDGE)
        b[s->n++] = (struct bound){ .name = e->var, .how = BIND_GLOBAL, .what = e };
    for (size_t i = 0; i < e->n_needs; i++) {
        struct requirement *r = &e->needs[i];
        if (r->import == 0 || l->m->import[r->import - 1].name.n == 0)
            b[s->n++] = (struct bound){ .name = r->elem->var, .how = BIND_GLOBAL, .what = r->elem };
    }
    return true;
}

/* "imported.Name": k->imported, called with what follows the dot. */
static const struct node *imported(struct compiler *k, const void *what, struct str text, size_t *used)
{
    const struct dmn_import *im = what;
    const struct dmn_elem *best = NULL;
    struct loader *l = (struct loader *)((char *)k - offsetof(struct loader, k));
    for (size_t i = 0; im->model && i < im->model->n_elem; i++) {
        struct str tried = im->model->elem[i]->var;
        size_t words = parse_name_match(text, tried);
        if (words > *used) {
            *used = words;
            best = im->model->elem[i];
        }
    }
    struct node *n = best ? feel_node_new(k, OP_GLOBAL, 0) : NULL;
    struct foreign *f = best ? NEW(k->mem, struct foreign) : NULL;
    if (!n || !f)
        return NULL;
    *f = (struct foreign){ (uint16_t)(im - l->m->import), best };
    n->extra = best;
    n->more = f;
    return n;
}

/* ---- logic -------------------------------------------------------------------------------------- */

static bool read_service(struct loader *l, const struct xnode *n, struct dmn_elem *e)
{
    static const char *const params[] = { "inputData", "inputDecision" };
    struct requirement r;
    e->params = NEW_N(&l->m->mem, const struct dmn_elem *, xn_count(n, params[0]) + xn_count(n, params[1]) + 1);
    e->outputs = NEW_N(&l->m->mem, const struct dmn_elem *, xn_count(n, "outputDecision") + 1);
    if (!e->params || !e->outputs)
        return false;
    for (size_t i = 0; i < COUNT_OF(params); i++)
        for (const struct xnode *p = xn_child(n, params[i]); p; p = xn_sibling(p->next, params[i]))
            if (resolve(l, p, &r))
                e->params[e->n_params++] = r.elem;
    for (const struct xnode *p = xn_child(n, "outputDecision"); p; p = xn_sibling(p->next, "outputDecision"))
        if (resolve(l, p, &r))
            e->outputs[e->n_outputs++] = r.elem;
    return true;
}

/* Its logic's first table, for authors who ask. */
static const struct dmn_table *own_table(const struct node *n)
{
    while (n && n->op == OP_COERCE)
        n = n->left;
    return n && n->op == OP_TABLE ? n->extra : NULL;
}

static bool read_logic(struct loader *l, const struct xnode *n, struct dmn_elem *e)
{
    struct scope s;
    l->where = e->node.name;
    if (e->node.kind == DMN_SERVICE)
        return read_service(l, n, e);
    if (!read_needs(l, n, e) || !scope_of(l, e, &s))
        return false;
    if (e->node.kind == DMN_DECISION && xn_expression(n)) {
        e->body = dmn_read_expr(l, xn_expression(n), &s);
        e->node.table = own_table(e->body);
        return e->body != NULL;
    }
    const struct xnode *logic = xn_child(n, "encapsulatedLogic");
    if (e->node.kind != DMN_KNOWLEDGE)
        return true;
    if (!logic) {
        e->lambda.body = feel_node_const(&l->k, feel_null(), 0);
        return e->lambda.body != NULL;
    }
    if (!dmn_read_lambda(l, logic, &s, &e->lambda, &e->external))
        return false;
    e->lambda.name = e->node.name;
    e->node.table = own_table(e->lambda.body);
    const struct type *t = dmn_read_type(l, xn_attr(l, logic, "typeRef"), logic);
    if (!t && e->type)
        t = e->type->kind == TYPE_FUNCTION ? e->type->of : e->type;
    e->lambda.result = t;
    return true;
}

/* Names of entries that hold more than letters, digits and spaces. */
static void odd_names(struct loader *l, const struct xnode *n, struct str *out, size_t *count, size_t room, int depth)
{
    for (const struct xnode *c = xn_first(n); c && depth < DMN_XML_DEPTH_MAX; c = xn_next(c)) {
        bool named = xn_is(c, "itemComponent") || xn_is(c, "itemDefinition") || xn_is(c, "column") ||
                     xn_is(c, "variable") || xn_is(c, "output");
        if (named && *count < room) {
            struct str name = feel_name_clean(&l->k, xn_attr(l, c, "name"));
            if (name.n && parse_words_length(name) != name.n)
                out[(*count)++] = name;
        }
        if (!xn_is(c, "rule"))                  /* names nothing, and there are many */
            odd_names(l, c, out, count, room, depth + 1);
    }
}

static bool read_imports(struct loader *l, const struct dmn_model *const *imports, size_t n)
{
    size_t i = 0;
    l->m->import = NEW_N(&l->m->mem, struct dmn_import, xn_count(l->root, "import") + 1);
    if (!l->m->import)
        return false;
    for (const struct xnode *x = xn_child(l->root, "import"); x; x = xn_sibling(x->next, "import")) {
        struct dmn_import *im = &l->m->import[i++];
        struct str kind = xn_attr(l, x, "importType");
        size_t at;
        im->name = feel_name_clean(&l->k, xn_attr(l, x, "name"));
        im->ns = xn_attr(l, x, "namespace");
        for (size_t k = 0; k < n; k++)
            if (str_eq(imports[k]->ns, im->ns))
                im->model = imports[k];
        if (!im->model && str_find(kind, STR("/spec/DMN/"), &at))
            dmn_problem_add(l, RULES_NAME, x, "imported model is missing", im->ns);
    }
    l->m->n_import = i;
    return true;
}

static bool read_model(struct loader *l, const struct dmn_model *const *imports, size_t n)
{
    enum { ODD_MAX = 2000 };
    struct str *odd = NEW_N(&l->m->mem, struct str, ODD_MAX);
    size_t i = 0;
    l->m->name = xn_attr(l, l->root, "name");
    l->m->ns = xn_attr(l, l->root, "namespace");
    if (!odd)
        return false;
    odd_names(l, l->root, odd, &l->k.n_members, ODD_MAX, 0);
    l->k.members = odd;
    if (!read_imports(l, imports, n) || !dmn_read_types(l) || !read_elements(l))
        return false;
    for (const struct xnode *x = xn_first(l->root); x && l->err == ERR_OK; x = xn_next(x))
        if (element_kind(x) >= 0 && !read_logic(l, x, l->m->elem[i++]))
            return false;
    return true;
}

static const struct type *type_by_name(void *arg, struct str name)
{
    return dmn_find_type(arg, name);
}

static bool is_dmn(const struct xnode *root)
{
    if (!xn_is(root, "definitions") || !root->ns)
        return false;
    struct str ns = str_c(root->ns);
    return str_starts(ns, STR("http://www.omg.org/spec/DMN/")) || str_starts(ns, STR("https://www.omg.org/spec/DMN/"));
}

static enum err load_doc(struct ctx *c, struct dmn_model *m, const struct xnode *root, bool lax,
                         const struct dmn_model *const *imports, size_t n)
{
    struct loader l = { .c = c, .m = m, .root = root, .lax = lax };
    struct type_source types = { type_by_name, &l };
    l.k = (struct compiler){ .c = c, .mem = &m->mem, .file = m->file, .types = &types, .imported = imported };
    if (!is_dmn(root))
        return FAIL(c, ERR_INPUT, "rules.xml", STR_F ":1: not a DMN document", STR_A(m->file));
    bool ok = read_model(&l, imports, n);
    if (m->mem.failed || c->mem.failed)
        return FAIL(c, ERR_NOMEM, "memory", "loading a model");
    if (l.err == ERR_OK && !ok)
        return FAIL(c, ERR_INPUT, "rules.model", STR_F ": cannot be read", STR_A(m->file));
    return l.err;
}

static enum err load(struct ctx *c, struct str file, struct str xml, bool lax,
                     const struct dmn_model *const *imports, size_t n, struct dmn_model **out)
{
    struct arena mem;
    struct xdoc doc;
    enum err e = xn_open(c, file, xml, &doc);
    if (e != ERR_OK) {
        xn_close(&doc);
        return e;
    }
    arena_init(&mem, MODEL_MEM);
    mem.fail_at = c->mem.fail_at ? c->mem.fail_at : 0;
    struct dmn_model *m = NEW(&mem, struct dmn_model);
    if (!m)
        e = FAIL(c, ERR_NOMEM, "memory", "loading a model");
    if (m) {
        m->mem = mem;
        m->file = arena_dup(&m->mem, str_sub(file, 0, 200));
        e = load_doc(c, m, doc.root, lax, imports, n);
        mem = m->mem;
    }
    xn_close(&doc);
    if (e != ERR_OK) {
        arena_free(&mem);
        return e;
    }
    m->mem.fail_at = 0;
    *out = m;
    return ERR_OK;
}

enum err dmn_load(struct ctx *c, struct str file, struct str xml, const struct dmn_model *const *imports,
                  size_t n_imports, struct dmn_model **out)
{
    return load(c, file, xml, false, imports, n_imports, out);
}

enum err dmn_load_draft(struct ctx *c, struct str file, struct str xml, const struct dmn_model *const *imports,
                        size_t n_imports, struct dmn_model **out)
{
    return load(c, file, xml, true, imports, n_imports, out);
}

void dmn_free(struct dmn_model *m)
{
    if (!m)
        return;
    struct arena mem = m->mem;
    arena_free(&mem);
}

size_t dmn_bytes(const struct dmn_model *m)
{
    return m->mem.used;
}
