/* Submissions and lists of answers. */
#include "forms/priv.h"
#include "forms/vec.h"
#include "forms/xml.h"

enum { ANSWER_DEPTH_MAX = 32, PATH_MAX_BYTES = 480 };

bool answers_put(struct arena *mem, struct answers *a, struct str path, struct str value)
{
    struct answer x = { path, value };
    if (a->n >= ANSWERS_MAX) {
        mem->failed = true;
        return false;
    }
    return VEC_PUT(mem, a->v, a->n, a->room, x);
}

struct str answers_get(const struct answers *a, struct str path)
{
    for (size_t i = 0; i < a->n; i++)
        if (str_eq(a->v[i].path, path))
            return a->v[i].value;
    return STR("");
}

/* ---- a submission -------------------------------------------------------------------- */

struct reader { struct ctx *c; struct submission *s; struct str path[ANSWER_DEPTH_MAX]; };

static bool same_name(const xmlNode *a, const xmlNode *b)
{
    return a && b && strcmp((const char *)a->name, (const char *)b->name) == 0;
}

/* "child" or "child[2]": a position when brothers of that name stand beside it. */
static struct str step_text(struct arena *mem, const xmlNode *n, int before, bool several)
{
    struct buf b;
    if (!several)
        return arena_dup(mem, xml_name(n));
    buf_init(&b, mem, 300);
    buf_put(&b, xml_name(n));
    buf_fmt(&b, "[%d]", before + 1);
    return b.failed ? STR("?") : buf_str(&b);
}

static enum err put(struct reader *r, struct str path, struct str value)
{
    if (path.n > PATH_MAX_BYTES)
        return FAIL(r->c, ERR_INPUT, "submission.too-deep", "path of %zu bytes", path.n);
    if (r->s->answers.n >= ANSWERS_MAX)
        return FAIL(r->c, ERR_INPUT, "submission.too-big", "%zu answers", r->s->answers.n);
    if (!answers_put(&r->c->mem, &r->s->answers, path, value))
        return ctx_check(r->c);
    return ERR_OK;
}

static enum err attributes(struct reader *r, const xmlNode *n, struct str path)
{
    for (const xmlAttr *a = n->properties; a; a = a->next) {
        struct str name = str_c((const char *)a->name);
        if (str_is(name, "template"))
            continue;
        TRY(put(r, str_join(&r->c->mem, path, STR("/@"), name),
                xml_attr(&r->c->mem, n, (const char *)a->name)));
    }
    return ERR_OK;
}

static enum err children(struct reader *r, const xmlNode *n, struct str path, int depth);

static enum err element(struct reader *r, const xmlNode *k, struct str path, int depth)
{
    TRY(attributes(r, k, path));
    if (xml_first(k))
        return children(r, k, path, depth + 1);
    return put(r, path, xml_text(&r->c->mem, k));
}

/* How many of that name stand before k.  Brothers of a repeat stand together, so
 * the one before tells; a name that comes back later is looked for, within reason. */
static int count_before(const xmlNode *k, const xmlNode *prev, int before, int index)
{
    enum { LOOK_BACK = 4096 };
    int n = 0;
    if (same_name(prev, k))
        return before + 1;
    for (const xmlNode *b = k->prev; b && index < LOOK_BACK; b = b->prev)
        n += b->type == XML_ELEMENT_NODE && same_name(b, k) && !xml_has(b, "template");
    return n;
}

static enum err children(struct reader *r, const xmlNode *n, struct str path, int depth)
{
    const xmlNode *prev = NULL;
    int before = 0, index = 0;
    if (depth >= ANSWER_DEPTH_MAX)
        return FAIL(r->c, ERR_INPUT, "submission.too-deep", "depth %d", depth);
    for (const xmlNode *k = xml_first(n); k; k = xml_next(k)) {
        if (xml_has(k, "template"))
            continue;
        before = count_before(k, prev, before, index++);
        prev = k;
        struct str step = step_text(&r->c->mem, k, before, before > 0 || same_name(xml_next(k), k));
        struct str at = path.n ? str_join(&r->c->mem, path, STR("/"), step) : step;
        TRY(element(r, k, at, depth));
    }
    return ctx_check(r->c);
}

static enum err read_root(struct ctx *c, const xmlNode *root, struct submission *s)
{
    struct reader *r = NEW(&c->mem, struct reader);
    if (!r)
        return ctx_check(c);
    r->c = c;
    r->s = s;
    s->root = arena_dup(&c->mem, xml_name(root));
    s->form_id = xml_attr(&c->mem, root, "id");
    s->version = xml_attr(&c->mem, root, "version");
    s->encrypted = str_is(xml_attr(&c->mem, root, "encrypted"), "yes");
    TRY(children(r, root, STR(""), 0));
    s->instance_id = answers_get(&s->answers, STR("meta/instanceID"));
    s->deprecated_id = answers_get(&s->answers, STR("meta/deprecatedID"));
    s->instance_name = answers_get(&s->answers, STR("meta/instanceName"));
    return ctx_check(c);
}

enum err submission_load(struct ctx *c, struct str xml, struct submission *out)
{
    xmlDocPtr doc;
    struct submission s = { 0 };
    TRY(xml_load(c, xml, SUBMISSION_MAX, &doc));
    enum err e = memory_first(c, read_root(c, xmlDocGetRootElement(doc), &s));
    xmlFreeDoc(doc);
    TRY(e);
    TRY(ctx_check(c));
    if (s.form_id.n == 0)
        return FAIL(c, ERR_INPUT, "submission.no-form", "submission: no form id");
    *out = s;
    return ERR_OK;
}

/* ---- fitting answers to a form ------------------------------------------------------------- */

static bool is_repeat(const struct form *f, struct str plain)
{
    const struct form_field *x = form_find(f, plain);
    return x && x->type == FORM_REPEAT;
}

/* The path with a position on every repeat and on nothing else. */
static struct str fitted(struct ctx *c, const struct form *f, struct str path)
{
    struct str rest = path, name;
    int64_t pos;
    struct buf out, plain;
    buf_init(&out, &c->mem, PATH_MAX_BYTES * 2);
    buf_init(&plain, &c->mem, PATH_MAX_BYTES);
    while (rest.n) {
        if (!path_step(&rest, &name, &pos))
            return (struct str){ 0 };
        if (out.n)
            buf_char(&out, '/'), buf_char(&plain, '/');
        buf_put(&out, name);
        buf_put(&plain, name);
        bool repeat = is_repeat(f, buf_str(&plain));
        if (repeat || pos > 1)
            buf_fmt(&out, "[%lld]", (long long)(pos ? pos : 1));
    }
    return out.failed || plain.failed || out.n == 0 ? (struct str){ 0 } : buf_str(&out);
}

enum err answers_fit(struct ctx *c, const struct form *f, struct answers *a)
{
    for (size_t i = 0; i < a->n; i++) {
        if (f->repeats == 0 && !memchr(a->v[i].path.p ? a->v[i].path.p : "", '[', a->v[i].path.n))
            continue;
        struct str p = fitted(c, f, a->v[i].path);
        if (!p.p) {
            TRY(ctx_check(c));
            return FAIL(c, ERR_INPUT, "submission.bad-path", "answer %zu", i);
        }
        a->v[i].path = p;
    }
    return ctx_check(c);
}

enum err answers_files(struct ctx *c, const struct form *f, const struct answers *a,
                       struct str **names, size_t *n)
{
    struct str *v = NULL;
    size_t k = 0, room = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct form_field *x = form_find(f, a->v[i].path);
        if (x && x->type == FORM_FILE && a->v[i].value.n &&
            !VEC_PUT(&c->mem, v, k, room, a->v[i].value))
            return ctx_check(c);
    }
    *names = v;
    *n = k;
    return ERR_OK;
}
