/* Any XForm: the model, that is instances, binds and actions. */
#include "forms/vec.h"
#include "forms/xform_read.h"

void xread_note(struct xread *r, int line, const char *what, struct str which)
{
    struct str text = which.n ? str_join(&r->c->mem, str_c(what), STR(": "), str_sub(which, 0, 120))
                              : str_c(what);
    struct form_note n = { .file = STR("xform"), .line = line, .column = STR(""), .text = text,
                           .warning = true };
    (void)note_put(r->c, r->notes, &r->note_room, n);
}

struct str xread_keep(struct xread *r, struct str s)
{
    s = str_trim(s);
    return s.n ? arena_dup(&r->f->mem, s) : STR("");
}

struct str xread_attr(struct xread *r, const xmlNode *n, const char *name)
{
    return xread_keep(r, xml_attr(&r->c->mem, n, name));
}

/* ---- the primary instance -------------------------------------------------------------- */

static bool is_repeat(const struct xread *r, const struct str *v, size_t n, struct str path)
{
    (void)r;
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i], path))
            return true;
    return false;
}

struct layout { struct xread *r; const struct str *repeat; size_t repeats; };

static enum err too_big(struct xread *r)
{
    return FAIL(r->c, ERR_INPUT, "form.too-big", "more than %d fields", FIELDS_MAX);
}

static enum err put(struct xread *r, struct form_field *x)
{
    if (r->f->fields >= FIELDS_MAX)
        return too_big(r);
    x->end = r->f->fields + 1;
    if (!VEC_PUT(&r->f->mem, r->f->field, r->f->fields, r->f->field_room, *x))
        return FAIL(r->c, ERR_NOMEM, "error.too-big", "form arena");
    return ERR_OK;
}

static struct form_field blank(struct xread *r, const xmlNode *n, struct str name, size_t parent)
{
    struct form *f = r->f;
    struct form_field x = { .type = FORM_HIDDEN, .name = name, .parent = parent,
                            .sensitivity = FORM_CASE, .type_text = STR(""), .line = (int)xmlGetLineNo((xmlNode *)(uintptr_t)n) };
    x.path = parent == FORM_NONE ? name : str_join(&f->mem, f->field[parent].path, STR("/"), name);
    return x;
}

static bool seen(const struct form *f, size_t parent, struct str name)
{
    size_t from = parent == FORM_NONE ? 0 : parent + 1;
    for (size_t i = from; i < f->fields; i = f->field[i].end)
        if (str_eq(f->field[i].name, name))
            return true;
    return false;
}

/* Attributes count where elements lie below: meta/entity/@id. */
static enum err attributes(struct xread *r, const xmlNode *n, size_t parent)
{
    for (const xmlAttr *a = n->properties; a; a = a->next) {
        struct str name = str_c((const char *)a->name);
        if (str_is(name, "template"))
            continue;
        struct form_field x = blank(r, n, str_join(&r->f->mem, STR("@"), name), parent);
        x.default_value = xread_attr(r, n, (const char *)a->name);
        TRY(put(r, &x));
    }
    return ERR_OK;
}

static enum err children(struct layout *l, const xmlNode *n, size_t parent, int depth);

static enum err element(struct layout *l, const xmlNode *k, size_t parent, int depth)
{
    struct xread *r = l->r;
    struct form_field x = blank(r, k, xread_keep(r, xml_name(k)), parent);
    bool repeat = xml_has(k, "template") ||
                  is_repeat(r, l->repeat, l->repeats, form_xpath_of(&r->c->mem, r->f, x.path));
    bool inner = xml_first(k) || xml_is(k, "entity");
    x.type = repeat ? FORM_REPEAT : inner ? FORM_GROUP : FORM_HIDDEN;
    if (!inner)
        x.default_value = xread_keep(r, xml_text(&r->c->mem, k));
    size_t self = r->f->fields;
    TRY(put(r, &x));
    if (inner && !repeat && k->properties)
        TRY(attributes(r, k, self));
    TRY(children(l, k, self, depth + 1));
    r->f->field[self].end = r->f->fields;
    return ERR_OK;
}

static enum err children(struct layout *l, const xmlNode *n, size_t parent, int depth)
{
    if (depth > 32)
        return FAIL(l->r->c, ERR_INPUT, "form.too-deep", "instance depth");
    for (const xmlNode *k = xml_first(n); k; k = xml_next(k))
        if (!seen(l->r->f, parent, xml_name(k)))       /* further ones of a repeat, and its template */
            TRY(element(l, k, parent, depth));
    return ERR_OK;
}

/* ---- secondary instances -------------------------------------------------------------------- */

/* The same elements without namespaces, as our XPath wants them. */
static void plain_xml(struct buf *b, const xmlNode *n)
{
    buf_char(b, '<');
    buf_put(b, xml_name(n));
    for (const xmlAttr *a = n->properties; a; a = a->next) {
        buf_char(b, ' ');
        buf_put(b, str_c((const char *)a->name));
        buf_put(b, STR("=\""));
        for (const xmlNode *t = a->children; t; t = t->next)
            xml_put(b, str_c((const char *)t->content));
        buf_char(b, '"');
    }
    buf_char(b, '>');
    for (const xmlNode *k = n->children; k; k = k->next) {
        if (k->type == XML_ELEMENT_NODE)
            plain_xml(b, k);
        else if (k->type == XML_TEXT_NODE && k->content)
            xml_put(b, str_c((const char *)k->content));
    }
    buf_put(b, STR("</"));
    buf_put(b, xml_name(n));
    buf_char(b, '>');
}

static enum err instances(struct xread *r)
{
    struct form *f = r->f;
    for (const xmlNode *k = xml_first(r->model); k; k = xml_next(k)) {
        struct form_instance s = { 0 };
        if (!xml_is(k, "instance") || (r->root && k == r->root->parent))
            continue;
        s.id = xread_attr(r, k, "id");
        s.src = xread_attr(r, k, "src");
        s.xml = STR("");
        const xmlNode *top = xml_first(k);
        if (top) {
            struct buf b;
            buf_init(&b, &f->mem, XFORM_MAX);
            plain_xml(&b, top);
            s.xml = buf_str(&b);
            s.src = STR("");
        }
        if (!VEC_PUT(&f->mem, f->instance, f->instances, f->instance_room, s))
            return FAIL(r->c, ERR_NOMEM, "error.too-big", "form arena");
    }
    return ERR_OK;
}

/* ---- binds --------------------------------------------------------------------------------------- */

static enum form_type bind_type(struct str t)
{
    static const struct { const char *word; enum form_type type; } types[] = {
        { "int", FORM_INT }, { "integer", FORM_INT }, { "decimal", FORM_DECIMAL },
        { "boolean", FORM_BOOLEAN }, { "date", FORM_DATE }, { "time", FORM_TIME },
        { "dateTime", FORM_DATETIME }, { "geopoint", FORM_GEOPOINT }, { "geotrace", FORM_GEOTRACE },
        { "geoshape", FORM_GEOSHAPE }, { "binary", FORM_FILE }, { "barcode", FORM_BARCODE },
        { "rank", FORM_RANK },
    };
    struct str head, tail = t;
    (void)str_cut(t, ':', &head, &tail);               /* xsd:int, odk:rank */
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_is(tail, types[i].word))
            return types[i].type;
    return FORM_TEXT;
}

static struct form_texts message(struct xread *r, size_t field, const xmlNode *n, const char *attr)
{
    struct str s = xml_attr(&r->c->mem, n, attr);
    if (s.n == 0)
        return (struct form_texts){ 0 };
    return xread_texts(r, field, s, false);
}

static bool truth(struct str s) { return str_is(s, "true()"); }

static void bind(struct xread *r, const xmlNode *n)
{
    size_t i = xread_field(r, FORM_NONE, xread_attr(r, n, "nodeset"));
    if (i == FORM_NONE) {
        xread_note(r, (int)xmlGetLineNo((xmlNode *)(uintptr_t)n), "a bind without a node in the instance",
                   xread_attr(r, n, "nodeset"));
        return;
    }
    struct form_field *x = &r->f->field[i];
    x->type_text = xread_attr(r, n, "type");
    if (x->type != FORM_GROUP && x->type != FORM_REPEAT)
        x->type = bind_type(x->type_text);
    x->relevant = xread_attr(r, n, "relevant");
    x->required = xread_attr(r, n, "required");
    x->readonly = xread_attr(r, n, "readonly");
    x->constraint = xread_attr(r, n, "constraint");
    x->calculation = xread_attr(r, n, "calculate");
    x->preload = xread_attr(r, n, "preload");
    x->preload_params = xread_attr(r, n, "preloadParams");
    x->save_to = xread_attr(r, n, "saveto");
    x->constraint_message = message(r, i, n, "constraintMsg");
    x->required_message = message(r, i, n, "requiredMsg");
    if (str_is(x->required, "false()"))
        x->required = STR("");
    if (str_is(x->readonly, "false()"))
        x->readonly = STR("");
    if (truth(x->relevant))
        x->relevant = STR("");
}

static void setvalue(struct xread *r, const xmlNode *n)
{
    size_t at, i = xread_field(r, FORM_NONE, xread_attr(r, n, "ref"));
    if (i == FORM_NONE)
        return;
    r->set[i] = true;
    struct str value = xread_attr(r, n, "value");
    if (str_find(xml_attr(&r->c->mem, n, "event"), STR("odk-instance-first-load"), &at)) {
        if (value.n)
            r->f->field[i].dynamic_default = value;
        else
            r->f->field[i].default_value = xread_keep(r, xml_text(&r->c->mem, n));
    }
}

static void model_rest(struct xread *r)
{
    for (const xmlNode *k = xml_first(r->model); k; k = xml_next(k)) {
        if (xml_is(k, "bind"))
            bind(r, k);
        else if (xml_is(k, "setvalue"))
            setvalue(r, k);
    }
}

/* What nothing asks: a calculation, a meta value, or something hidden. */
static void unasked(struct xread *r)
{
    struct form *f = r->f;
    for (size_t i = 0; i < f->fields; i++) {
        struct form_field *x = &f->field[i];
        bool group = x->type == FORM_GROUP || x->type == FORM_REPEAT;
        if (group || r->asked[i])
            continue;
        bool meta = str_starts(x->path, STR("meta/"));
        x->type = x->preload.n || meta ? FORM_META : x->calculation.n ? FORM_CALCULATE : FORM_HIDDEN;
    }
}

/* ---- all together ---------------------------------------------------------------------------------- */

static enum err find_parts(struct xread *r, const xmlNode *html)
{
    const xmlNode *head = xml_child(html, "head");
    r->model = head ? xml_child(head, "model") : NULL;
    r->body = xml_child(html, "body");
    const xmlNode *instance = r->model ? xml_child(r->model, "instance") : NULL;
    r->root = instance ? xml_first(instance) : NULL;
    if (!xml_is(html, "html") || !r->root || !r->body)
        return FAIL(r->c, ERR_INPUT, "xform.not-a-form", "xform: no model, instance or body");
    struct form *f = r->f;
    f->root = xread_keep(r, xml_name(r->root));
    f->id = xread_attr(r, r->root, "id");
    f->version = xread_attr(r, r->root, "version");
    if (f->id.n == 0 && r->root->ns && r->root->ns->href)
        f->id = xread_keep(r, str_c((const char *)r->root->ns->href));   /* forms of before 2012 */
    if (f->id.n == 0)
        return FAIL(r->c, ERR_INPUT, "xform.no-id", "xform: the instance has no id");
    return ERR_OK;
}

static enum err layout(struct xread *r)
{
    struct layout l = { .r = r };
    struct str *repeat = NULL;
    size_t n = 0, room = 0;
    xread_repeats(r, r->body, &repeat, &n, &room);
    l.repeat = repeat;
    l.repeats = n;
    TRY(children(&l, r->root, FORM_NONE, 0));
    r->asked = NEW_N(&r->c->mem, bool, r->f->fields + 1);
    r->set = NEW_N(&r->c->mem, bool, r->f->fields + 1);
    if (!r->asked || !r->set || !form_seal(r->f))
        return FAIL(r->c, ERR_NOMEM, "error.too-big", "form arena");
    return ERR_OK;
}

static void title(struct xread *r, const xmlNode *html)
{
    const xmlNode *head = xml_child(html, "head"), *t = head ? xml_child(head, "title") : NULL;
    if (t)
        r->f->title = xread_literal(r, FORM_NONE, xml_text(&r->c->mem, t));
}

static enum err memory(struct xread *r)
{
    if (r->f->mem.failed)
        return FAIL(r->c, ERR_NOMEM, "error.too-big", "form arena");
    return ctx_check(r->c);
}

static enum err read(struct xread *r, const xmlNode *html, struct str xml)
{
    TRY(find_parts(r, html));
    TRY(layout(r));
    xread_itext(r);
    TRY(memory(r));
    title(r, html);
    TRY(instances(r));
    model_rest(r);
    TRY(memory(r));
    xread_body(r);
    TRY(memory(r));
    unasked(r);
    (void)form_expressions(r->c, r->f, r->notes, &r->note_room, STR("xform"), false);
    r->f->xform = arena_dup(&r->f->mem, xml);
    return memory(r);
}

enum err xform_load(struct ctx *c, struct str xml, const struct form **out, struct form_notes *notes)
{
    xmlDocPtr doc;
    *notes = (struct form_notes){ 0 };
    TRY(xml_load(c, xml, XFORM_MAX, &doc));
    struct form *f = form_new(c);
    struct xread r = { .c = c, .f = f, .notes = notes };
    enum err e = f ? memory_first(c, read(&r, xmlDocGetRootElement(doc), xml)) : ctx_check(c);
    xmlFreeDoc(doc);
    if (e != ERR_OK) {
        form_unref(f);
        return e;
    }
    *out = f;
    return ERR_OK;
}
