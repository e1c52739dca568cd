#include "forms/odk.h"
#include "forms/odk_args.h"
#include "forms/priv.h"
#include "forms/vec.h"
#include "forms/xml.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the table -------------------------------------------------------------- */

/* Done by libxml2 itself; listed so that a form is checked against them. */
static const struct odk_fn core_fns[] = {
    { "string", 0, 1, NULL }, { "starts-with", 2, 2, NULL }, { "contains", 2, 2, NULL },
    { "substring-before", 2, 2, NULL }, { "substring-after", 2, 2, NULL },
    { "substring", 2, 3, NULL }, { "string-length", 0, 1, NULL },
    { "normalize-space", 0, 1, NULL }, { "translate", 3, 3, NULL }, { "not", 1, 1, NULL },
    { "true", 0, 0, NULL }, { "false", 0, 0, NULL }, { "boolean", 1, 1, NULL },
    { "floor", 1, 1, NULL }, { "ceiling", 1, 1, NULL }, { "count", 1, 1, NULL },
    { "last", 0, 0, NULL }, { "name", 0, 1, NULL }, { "local-name", 0, 1, NULL },
    { 0 },
};

static const struct odk_fn *const tables[] = {
    core_fns, odk_text_fns, odk_math_fns, odk_date_fns, odk_node_fns, odk_geo_fns,
};

const struct odk_fn *odk_at(size_t i)
{
    for (size_t t = 0; t < COUNT_OF(tables); t++)
        for (const struct odk_fn *f = tables[t]; f->name; f++)
            if (i-- == 0)
                return f;
    return NULL;
}

size_t odk_count(void)
{
    size_t n = 0;
    while (odk_at(n))
        n++;
    return n;
}

const struct odk_fn *odk_find(struct str name)
{
    for (size_t t = 0; t < COUNT_OF(tables); t++)
        for (const struct odk_fn *f = tables[t]; f->name; f++)
            if (str_is(name, f->name))
                return f;
    return NULL;
}

static xmlXPathFunction lookup(void *with, const xmlChar *name, const xmlChar *ns)
{
    (void)with, (void)ns;
    const struct odk_fn *f = odk_find(str_c((const char *)name));
    return f ? f->run : NULL;
}

static void quiet(void *with, xmlErrorPtr e)
{
    (void)with, (void)e;                       /* the caller sees a NULL result */
}

enum { OPS_MAX = 5000000 };

xmlXPathContextPtr odk_context(struct odk_env *e, xmlDocPtr doc)
{
    xmlXPathContextPtr x = xmlXPathNewContext(doc);
    if (!x)
        return NULL;
    x->userData = e;
    x->error = quiet;
    x->opLimit = OPS_MAX;
    xmlXPathRegisterFuncLookup(x, lookup, NULL);
    return x;
}

/* ---- arguments and results ----------------------------------------------------- */

struct odk_env *odk_of(xmlXPathParserContextPtr x) { return x->context->userData; }

struct str odk_pop(xmlXPathParserContextPtr x)
{
    struct odk_env *e = odk_of(x);
    xmlChar *s = xmlXPathPopString(x);
    if (!s)
        return STR("");
    struct str t = arena_dup(&e->c->mem, str_c((const char *)s));
    xmlFree(s);
    if (!t.p) {
        e->refused = true;
        return STR("");
    }
    return t;
}

static bool all_digits(struct str s, size_t from, size_t n)
{
    for (size_t i = from; i < from + n; i++)
        if (i >= s.n || !ascii_digit(s.p[i]))
            return false;
    return true;
}

/* Days since 1970-01-01: a date, or an instant as a fraction (UTC). */
static double days_of(struct str s)
{
    struct civil d;
    int64_t us;
    if (s.n == 10 && date_parse(s, &d))
        return (double)days_from_civil(d);
    if (s.n > 10 && s.p[10] == 'T' && odk_instant(s, 0, &us))
        return (double)us / (double)US_PER_DAY;
    return NAN;
}

static bool number_mark(char ch)
{
    return ch == '+' || ch == '-' || ch == '.' || ch == 'e' || ch == 'E';
}

double odk_num(struct str s)
{
    char t[64], *end;
    s = str_trim(s);
    if (s.n >= 10 && all_digits(s, 0, 4) && s.p[4] == '-')
        return days_of(s);
    if (s.n == 0 || s.n >= sizeof t)
        return NAN;
    for (size_t i = 0; i < s.n; i++)               /* no hex, inf, nan of strtod */
        if (!ascii_digit(s.p[i]) && !number_mark(s.p[i]))
            return NAN;
    memcpy(t, s.p, s.n);
    t[s.n] = 0;
    double v = strtod(t, &end);
    return *end || s.p[0] == '+' ? NAN : v;
}

static double object_num(struct odk_env *e, xmlXPathObjectPtr o)
{
    if (!o)
        return NAN;
    if (o->type == XPATH_NUMBER)
        return o->floatval;
    if (o->type == XPATH_BOOLEAN)
        return o->boolval ? 1 : 0;
    xmlChar *s = xmlXPathCastToString(o);
    (void)e;
    double v = s ? odk_num(str_c((const char *)s)) : NAN;
    xmlFree(s);
    return v;
}

double odk_pop_num(xmlXPathParserContextPtr x)
{
    xmlXPathObjectPtr o = valuePop(x);
    double v = object_num(odk_of(x), o);
    xmlXPathFreeObject(o);
    return v;
}

void odk_push(xmlXPathParserContextPtr x, struct str s)
{
    xmlChar *t = s.n ? xmlStrndup((const xmlChar *)s.p, (int)s.n) : xmlStrdup((const xmlChar *)"");
    valuePush(x, xmlXPathWrapString(t));
}

void odk_push_num(xmlXPathParserContextPtr x, double v) { valuePush(x, xmlXPathNewFloat(v)); }
void odk_push_bool(xmlXPathParserContextPtr x, bool v) { valuePush(x, xmlXPathNewBoolean(v)); }

struct str odk_num_text(struct arena *mem, double v)
{
    xmlChar *s = xmlXPathCastNumberToString(v);
    struct str t = s ? arena_dup(mem, str_c((const char *)s)) : STR("");
    xmlFree(s);
    return t.p ? t : STR("");
}

/* ---- comparing ------------------------------------------------------------------- */

static bool holds(const char *op, double a, double b)
{
    switch (op[0]) {
    case '<': return op[1] ? a <= b : a < b;
    case '>': return op[1] ? a >= b : a > b;
    case '!': return a != b;
    default: return a == b;
    }
}

/* The i-th value of an operand as text; a plain value is its own only one. */
static xmlChar *value_at(xmlXPathObjectPtr o, int i)
{
    if (o->type == XPATH_NODESET)
        return xmlNodeGetContent(o->nodesetval->nodeTab[i]);
    return xmlXPathCastToString(o);
}

static int value_count(xmlXPathObjectPtr o)
{
    if (o->type == XPATH_NODESET)
        return o->nodesetval ? o->nodesetval->nodeNr : 0;
    return 1;
}

static bool pair_holds(const char *op, bool as_text, const xmlChar *a, const xmlChar *b)
{
    struct str sa = str_c((const char *)a), sb = str_c((const char *)b);
    if (as_text)
        return str_eq(sa, sb) == (op[0] == '=');
    return holds(op, odk_num(sa), odk_num(sb));
}

/* XPath 1.0, 3.4: true when some pair of values satisfies the comparison. */
static bool some_pair(struct odk_env *e, const char *op, xmlXPathObjectPtr a, xmlXPathObjectPtr b)
{
    bool equality = op[0] == '=' || op[0] == '!';
    bool as_text = equality && a->type != XPATH_NUMBER && b->type != XPATH_NUMBER;
    bool found = false;
    for (int i = 0; i < value_count(a) && !found; i++) {
        xmlChar *va = value_at(a, i);
        for (int k = 0; k < value_count(b) && !found && va; k++) {
            xmlChar *vb = value_at(b, k);
            if (--e->steps_left < 0)
                e->refused = true;
            found = e->refused || (vb && pair_holds(op, as_text, va, vb));
            xmlFree(vb);
        }
        xmlFree(va);
    }
    return found;
}

static bool compare(struct odk_env *e, const char *op, xmlXPathObjectPtr a, xmlXPathObjectPtr b)
{
    bool equality = op[0] == '=' || op[0] == '!';
    if (equality && (a->type == XPATH_BOOLEAN || b->type == XPATH_BOOLEAN))
        return (xmlXPathCastToBoolean(a) == xmlXPathCastToBoolean(b)) == (op[0] == '=');
    if (a->type == XPATH_NUMBER && b->type == XPATH_NUMBER)
        return holds(op, a->floatval, b->floatval);
    return some_pair(e, op, a, b);
}

void odk_fn_cmp(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    xmlXPathObjectPtr b = valuePop(x), a = valuePop(x);
    struct str op = odk_pop(x);
    const char *z = arena_z(&odk_of(x)->c->mem, op);
    bool r = a && b && z && compare(odk_of(x), z, a, b);
    xmlXPathFreeObject(a);
    xmlXPathFreeObject(b);
    odk_push_bool(x, r);
}

void odk_fn_num(xmlXPathParserContextPtr x, int n)
{
    if (n == 0)
        valuePush(x, xmlXPathNewNodeSet(x->context->node));
    odk_push_num(x, odk_pop_num(x));
}

/* ---- secondary instances ------------------------------------------------------------ */

static struct str media_of(const struct odk_env *e, struct str name)
{
    for (size_t i = 0; e->env && i < e->env->medias; i++)
        if (str_eq(e->env->media[i].name, name))
            return e->env->media[i].value;
    return (struct str){ 0 };
}

/* A CSV becomes root/item/column, as ODK clients see it. */
static struct str csv_xml(struct ctx *c, struct str text)
{
    struct sheet s;
    struct buf b;
    if (csv_load(c, text, &s) != ERR_OK || s.n == 0)
        return (struct str){ 0 };
    buf_init(&b, &c->mem, SHEET_BYTES_MAX);
    buf_put(&b, STR("<root>"));
    for (size_t i = 1; i < s.n; i++) {
        buf_put(&b, STR("<item>"));
        for (size_t k = 0; k < s.row[0].n; k++) {
            struct str tag = str_trim(s.row[0].cell[k]);
            if (!xml_name_ok(tag))
                continue;
            buf_char(&b, '<'), buf_put(&b, tag), buf_char(&b, '>');
            xml_put(&b, sheet_cell(&s.row[i], k));
            buf_put(&b, STR("</")), buf_put(&b, tag), buf_char(&b, '>');
        }
        buf_put(&b, STR("</item>"));
    }
    buf_put(&b, STR("</root>"));
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}

static struct str file_name(struct str uri)
{
    for (size_t i = uri.n; i > 0; i--)
        if (uri.p[i - 1] == '/')
            return str_sub(uri, i, SIZE_MAX);
    return uri;
}

static struct str instance_xml(struct odk_env *e, struct str id)
{
    const struct form_instance *s = form_instance(e->form, id);
    if (s && s->src.n == 0)
        return s->xml;
    struct str name = s ? file_name(s->src) : str_join(&e->c->mem, id, STR(".csv"));
    struct str text = media_of(e, name);
    return str_ends(name, STR(".csv")) && text.p ? csv_xml(e->c, text) : text;
}

xmlDocPtr odk_instance(struct odk_env *e, struct str id)
{
    for (size_t i = 0; i < e->docs; i++)
        if (str_eq(e->doc[i].id, id))
            return e->doc[i].doc;
    struct fault before = e->c->fault;
    struct odk_doc d = { .id = id };
    struct str xml = instance_xml(e, id);
    if (xml.p && xml_load(e->c, xml, SHEET_BYTES_MAX, &d.doc) != ERR_OK)
        d.doc = NULL;
    e->c->fault = before;                      /* a missing list is an empty list */
    if (!VEC_PUT(&e->c->mem, e->doc, e->docs, e->doc_room, d)) {
        if (d.doc)
            xmlFreeDoc(d.doc);
        e->refused = true;
        return NULL;
    }
    return d.doc;
}

void odk_done(struct odk_env *e)
{
    for (size_t i = 0; i < e->docs; i++)
        if (e->doc[i].doc)
            xmlFreeDoc(e->doc[i].doc);
    e->docs = 0;
}
