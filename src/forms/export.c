/* What a form gives others: instance XML, a spreadsheet's header, a JSON Schema. */
#include "forms/priv.h"
#include "forms/vec.h"
#include "forms/xml.h"

#include <jansson.h>
#include <stdlib.h>

/* ---- instance XML ------------------------------------------------------------------------ */

struct xout {
    struct ctx *c;
    const struct form *f;
    const struct answers *a;
    size_t *slot, slots;          /* answers by path */
    size_t *prefix, prefixes;     /* every "a[2]" that some answer lies in */
    struct str *known; size_t knowns, known_room;
    struct str instance_id;
    struct buf b;
};

static bool prefix_find(struct xout *x, struct str p, size_t *h)
{
    for (*h = str_hash(p) % x->prefixes; x->prefix[*h]; *h = (*h + 1) % x->prefixes)
        if (str_eq(x->known[x->prefix[*h] - 1], p))
            return true;
    return false;
}

static bool index_path(struct xout *x, size_t i)
{
    struct str path = x->a->v[i].path;
    size_t h = str_hash(path) % x->slots;
    while (x->slot[h])
        h = (h + 1) % x->slots;
    x->slot[h] = i + 1;
    for (size_t k = 0; k < path.n; k++) {
        struct str p = str_sub(path, 0, k + 1);
        if (path.p[k] != ']' || prefix_find(x, p, &h))
            continue;
        if (!VEC_PUT(&x->c->mem, x->known, x->knowns, x->known_room, p))
            return false;
        x->prefix[h] = x->knowns;
    }
    return true;
}

static enum err index_all(struct xout *x)
{
    size_t brackets = 0;
    for (size_t i = 0; i < x->a->n; i++)
        for (size_t k = 0; k < x->a->v[i].path.n; k++)
            brackets += x->a->v[i].path.p[k] == ']';
    x->slots = x->a->n * 2 + 1;
    x->prefixes = brackets * 2 + 1;
    x->slot = NEW_N(&x->c->mem, size_t, x->slots);
    x->prefix = NEW_N(&x->c->mem, size_t, x->prefixes);
    for (size_t i = 0; x->slot && x->prefix && i < x->a->n; i++)
        if (!index_path(x, i))
            break;
    return ctx_check(x->c);
}

static struct str value_at(const struct xout *x, struct str path)
{
    if (str_is(path, "meta/instanceID") && x->instance_id.n)
        return x->instance_id;
    for (size_t h = str_hash(path) % x->slots; x->slot[h]; h = (h + 1) % x->slots)
        if (str_eq(x->a->v[x->slot[h] - 1].path, path))
            return x->a->v[x->slot[h] - 1].value;
    return STR("");
}

static void range_out(struct xout *x, size_t from, size_t to, struct str path);

static void attributes_out(struct xout *x, size_t i, struct str path)
{
    const struct form *f = x->f;
    for (size_t k = i + 1; k < f->field[i].end; k = f->field[k].end) {
        struct str name = f->field[k].name;
        if (name.p[0] != '@')
            continue;
        struct str v = value_at(x, str_join(&x->c->mem, path, STR("/"), name));
        buf_char(&x->b, ' ');
        buf_put(&x->b, str_sub(name, 1, SIZE_MAX));
        buf_put(&x->b, STR("=\""));
        xml_put(&x->b, v);
        buf_char(&x->b, '"');
    }
}

static void node_out(struct xout *x, size_t i, struct str path)
{
    const struct form_field *k = &x->f->field[i];
    if (k->name.p[0] == '@')
        return;
    buf_char(&x->b, '<');
    buf_put(&x->b, k->name);
    attributes_out(x, i, path);
    buf_char(&x->b, '>');
    if (form_is_leaf(k))
        xml_put(&x->b, value_at(x, path));
    range_out(x, i + 1, k->end, path);
    buf_put(&x->b, STR("</"));
    buf_put(&x->b, k->name);
    buf_char(&x->b, '>');
}

static void repeat_out(struct xout *x, size_t i, struct str path)
{
    size_t h;
    for (int64_t n = 1; n < ANSWERS_MAX; n++) {
        struct buf at;
        buf_init(&at, &x->c->mem, path.n + 24);
        buf_put(&at, path);
        buf_fmt(&at, "[%lld]", (long long)n);
        if (at.failed || !prefix_find(x, buf_str(&at), &h))
            return;
        node_out(x, i, buf_str(&at));
    }
}

static void range_out(struct xout *x, size_t from, size_t to, struct str path)
{
    for (size_t i = from; i < to; i = x->f->field[i].end) {
        struct str name = x->f->field[i].name;
        struct str at = path.n ? str_join(&x->c->mem, path, STR("/"), name) : name;
        if (x->f->field[i].type == FORM_REPEAT)
            repeat_out(x, i, at);
        else
            node_out(x, i, at);
    }
}

enum err answers_xml(struct ctx *c, const struct form *f, const struct answers *a,
                     struct str instance_id, struct str *out)
{
    struct xout x = { .c = c, .f = f, .a = a, .instance_id = instance_id };
    TRY(index_all(&x));
    buf_init(&x.b, &c->mem, SUBMISSION_MAX);
    buf_put(&x.b, STR("<?xml version=\"1.0\"?>\n<"));
    buf_put(&x.b, f->root);
    buf_put(&x.b, STR(" id=\""));
    xml_put(&x.b, f->id);
    if (f->version.n) {
        buf_put(&x.b, STR("\" version=\""));
        xml_put(&x.b, f->version);
    }
    buf_put(&x.b, STR("\">"));
    range_out(&x, 0, f->fields, STR(""));
    buf_put(&x.b, STR("</"));
    buf_put(&x.b, f->root);
    buf_put(&x.b, STR(">\n"));
    TRY(ctx_check(c));
    if (x.b.failed)
        return FAIL(c, ERR_INPUT, "submission.too-big", "instance xml");
    *out = buf_str(&x.b);
    return ERR_OK;
}

/* ---- the template of a spreadsheet ----------------------------------------------------------- */

static bool filled_by_people(const struct form_field *x)
{
    return form_is_leaf(x) && x->type != FORM_META && x->type != FORM_CALCULATE && x->name.p[0] != '@' &&
           !str_starts(x->path, STR("meta/"));
}

enum err form_template_csv(struct ctx *c, const struct form *f, struct str lang, struct str *out)
{
    struct buf b;
    buf_init(&b, &c->mem, 1 << 20);
    for (int line = 0; line < 2; line++) {
        bool first = true;
        for (size_t i = 0; i < f->fields; i++) {
            const struct form_field *x = &f->field[i];
            if (!filled_by_people(x))
                continue;
            struct str label = form_text(f, x->label, lang);
            csv_put(&b, line == 0 ? x->path : label.n ? label : x->name, first);
            first = false;
        }
        csv_end(&b);
    }
    TRY(ctx_check(c));
    if (b.failed)
        return FAIL(c, ERR_INPUT, "form.too-big", "template");
    *out = buf_str(&b);
    return ERR_OK;
}

/* ---- JSON Schema ---------------------------------------------------------------------------------- */

static void set_text(json_t *o, const char *key, struct str s)
{
    if (s.n)
        (void)json_object_set_new(o, key, json_stringn(s.p, s.n));
}

static const char *schema_type(enum form_type t)
{
    switch (t) {
    case FORM_INT: return "integer";
    case FORM_DECIMAL: case FORM_RANGE: return "number";
    case FORM_BOOLEAN: return "boolean";
    case FORM_SELECT_MANY: case FORM_RANK: return "array";
    default: return "string";
    }
}

static json_t *choice_names(const struct form_list *l)
{
    json_t *e = json_array();
    for (size_t i = 0; i < l->n; i++)
        (void)json_array_append_new(e, json_stringn(l->choice[i].name.p, l->choice[i].name.n));
    return e;
}

static json_t *leaf_schema(const struct form *f, const struct form_field *x, struct str lang)
{
    json_t *o = json_object();
    const char *format = x->type == FORM_DATE ? "date" : x->type == FORM_TIME ? "time"
                         : x->type == FORM_DATETIME ? "date-time" : NULL;
    (void)json_object_set_new(o, "type", json_string(schema_type(x->type)));
    if (format)
        (void)json_object_set_new(o, "format", json_string(format));
    set_text(o, "title", form_text(f, x->label, lang));
    set_text(o, "description", form_text(f, x->hint, lang));
    (void)json_object_set_new(o, "x-sensitivity", json_string(form_sensitivity_name(x->sensitivity)));
    if (str_is(x->readonly, "true()") || x->calculation.n)
        (void)json_object_set_new(o, "readOnly", json_true());
    if (x->list && x->list->n && !x->other && x->type == FORM_SELECT_ONE)
        (void)json_object_set_new(o, "enum", choice_names(x->list));
    if (x->type == FORM_SELECT_MANY || x->type == FORM_RANK) {
        json_t *items = json_object();
        (void)json_object_set_new(items, "type", json_string("string"));
        if (x->list && x->list->n && !x->other)
            (void)json_object_set_new(items, "enum", choice_names(x->list));
        (void)json_object_set_new(o, "items", items);
        (void)json_object_set_new(o, "uniqueItems", json_true());
    }
    return o;
}

static json_t *object_schema(const struct form *f, size_t from, size_t to, struct str lang)
{
    json_t *o = json_object(), *props = json_object(), *must = json_array();
    for (size_t i = from; i < to; i = f->field[i].end) {
        const struct form_field *x = &f->field[i];
        if (x->type == FORM_NOTE)
            continue;
        json_t *p = form_is_leaf(x) ? leaf_schema(f, x, lang) : object_schema(f, i + 1, x->end, lang);
        if (x->type == FORM_REPEAT) {
            json_t *list = json_object();
            (void)json_object_set_new(list, "type", json_string("array"));
            (void)json_object_set_new(list, "items", p);
            p = list;
        }
        char key[256];
        size_t n = x->name.n < sizeof key ? x->name.n : sizeof key - 1;
        memcpy(key, x->name.p, n);
        key[n] = 0;
        (void)json_object_set_new(props, key, p);
        if (str_is(x->required, "true()") && x->relevant.n == 0)
            (void)json_array_append_new(must, json_stringn(x->name.p, x->name.n));
    }
    (void)json_object_set_new(o, "type", json_string("object"));
    (void)json_object_set_new(o, "properties", props);
    if (json_array_size(must))
        (void)json_object_set_new(o, "required", must);
    else
        json_decref(must);
    (void)json_object_set_new(o, "additionalProperties", json_false());
    return o;
}

enum err form_json_schema(struct ctx *c, const struct form *f, struct str lang, struct str *out)
{
    json_t *o = object_schema(f, 0, f->fields, lang);
    (void)json_object_set_new(o, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
    set_text(o, "title", form_title(f, lang));
    set_text(o, "x-version", f->version);
    char *t = json_dumps(o, JSON_INDENT(1) | JSON_SORT_KEYS);
    struct str s = t ? arena_dup(&c->mem, str_c(t)) : (struct str){ 0 };
    free(t);
    json_decref(o);
    TRY(ctx_check(c));
    if (!s.p)
        return FAIL(c, ERR_NOMEM, "error.too-big", "json schema");
    *out = s;
    return ERR_OK;
}
