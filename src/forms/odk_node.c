/* Node-sets: repeats, secondary instances, order. */
#include "forms/odk_args.h"
#include "forms/priv.h"
#include "forms/xml.h"

#include <math.h>
#include <sodium.h>

static xmlXPathObjectPtr pop_nodes(xmlXPathParserContextPtr x)
{
    xmlXPathObjectPtr o = valuePop(x);
    if (o && o->type == XPATH_NODESET)
        return o;
    xmlXPathFreeObject(o);
    return xmlXPathNewNodeSet(NULL);
}

static int node_count(xmlXPathObjectPtr o)
{
    return o && o->nodesetval ? o->nodesetval->nodeNr : 0;
}

static void fn_current(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    valuePush(x, xmlXPathNewNodeSet(odk_of(x)->here));
}

/* The document of the answers, also from inside another instance. */
static void fn_root(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    xmlNodePtr here = odk_of(x)->here;
    valuePush(x, xmlXPathNewNodeSet(here ? (xmlNodePtr)here->doc : NULL));
}

static void fn_instance(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct odk_env *e = odk_of(x);
    struct str id = odk_pop(x);
    xmlDocPtr doc = odk_instance(e, id);
    if (!doc && e->form && str_eq(id, e->form->id))
        doc = x->context->doc;                     /* the primary instance by its id */
    valuePush(x, xmlXPathNewNodeSet((xmlNodePtr)doc));
}

static double position_of(xmlNodePtr node)
{
    double k = 1;
    for (xmlNodePtr p = node->prev; p; p = p->prev)
        k += p->type == XML_ELEMENT_NODE && xmlStrEqual(p->name, node->name);
    return k;
}

static void fn_position(xmlXPathParserContextPtr x, int n)
{
    if (n == 0) {
        odk_push_num(x, x->context->proximityPosition);
        return;
    }
    xmlXPathObjectPtr o = pop_nodes(x);
    xmlNodePtr node = node_count(o) ? o->nodesetval->nodeTab[0] : NULL;
    odk_push_num(x, node && node->type == XML_ELEMENT_NODE ? position_of(node) : 0);
    xmlXPathFreeObject(o);
}

static void fn_count_non_empty(xmlXPathParserContextPtr x, int n)
{
    struct str *v;
    size_t k = odk_values(x, n, &v), full = 0;
    for (size_t i = 0; i < k; i++)
        full += v[i].n > 0;
    odk_push_num(x, (double)full);
}

static bool inside(xmlNodePtr node, xmlNodePtr top)
{
    for (; node; node = node->parent)
        if (node == top)
            return true;
    return false;
}

/* The k-th node of `set` that lies in `top` (NULL: anywhere). */
static xmlNodePtr kth_inside(xmlXPathObjectPtr set, xmlNodePtr top, double k)
{
    for (int i = 0; i < node_count(set); i++) {
        xmlNodePtr node = set->nodesetval->nodeTab[i];
        if ((!top || inside(node, top)) && --k < 1)
            return k >= 0 ? node : NULL;
    }
    return NULL;
}

/* indexed-repeat(field, repeat, k, inner repeat, k ...) */
static void fn_indexed_repeat(xmlXPathParserContextPtr x, int n)
{
    enum { PAIRS_MAX = 8 };
    double at[PAIRS_MAX];
    xmlXPathObjectPtr set[PAIRS_MAX];
    int pairs = (n - 1) / 2;
    if (pairs > PAIRS_MAX || n % 2 == 0) {
        xmlXPathSetArityError(x);
        return;
    }
    for (int i = pairs; i-- > 0;) {
        at[i] = odk_pop_num(x);
        set[i] = pop_nodes(x);
    }
    xmlXPathObjectPtr field = pop_nodes(x), out = xmlXPathNewNodeSet(NULL);
    xmlNodePtr top = NULL;
    bool ok = true;
    for (int i = 0; i < pairs; i++) {
        top = ok ? kth_inside(set[i], top, at[i]) : NULL;
        ok = ok && top;
        xmlXPathFreeObject(set[i]);
    }
    for (int i = 0; ok && out && i < node_count(field); i++)
        if (inside(field->nodesetval->nodeTab[i], top))
            (void)xmlXPathNodeSetAddUnique(out->nodesetval, field->nodesetval->nodeTab[i]);
    xmlXPathFreeObject(field);
    valuePush(x, out);
}

static void push_child(xmlXPathParserContextPtr x, const xmlNode *item, struct str col)
{
    const char *z = arena_z(&odk_of(x)->c->mem, col);
    const xmlNode *k = z ? xml_child(item, z) : NULL;
    odk_push(x, k ? xml_text(&odk_of(x)->c->mem, k) : STR(""));
}

/* pulldata('file', 'column wanted', 'key column', key) */
static void fn_pulldata(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct odk_env *e = odk_of(x);
    struct str key = odk_pop(x), by = odk_pop(x), want = odk_pop(x), id = odk_pop(x);
    xmlDocPtr doc = odk_instance(e, id);
    const char *z = arena_z(&e->c->mem, by);
    for (const xmlNode *i = doc && z ? xml_first(xmlDocGetRootElement(doc)) : NULL; i; i = xml_next(i)) {
        const xmlNode *k = xml_child(i, z);
        xmlChar *t = k ? xmlNodeGetContent(k) : NULL;
        bool hit = t && str_eq(str_c((const char *)t), key);
        xmlFree(t);
        if (hit) {
            push_child(x, i, want);
            return;
        }
    }
    odk_push(x, STR(""));
}

/* Park and Miller's generator with Collect's way of taking the seed. */
static double park_miller(int64_t *state)
{
    *state = *state * 16807 % INT32_MAX;
    return (double)(*state - 1) / (INT32_MAX - 1);
}

static int64_t seed_of(xmlXPathParserContextPtr x, int n)
{
    double seed = n > 1 ? odk_pop_num(x) : (double)randombytes_random();
    int64_t s = isnan(seed) || fabs(seed) > 1e15 ? 0 : (int64_t)trunc(seed) % INT32_MAX;
    return s <= 0 ? s + INT32_MAX - 1 : s;
}

/* randomize(set, seed): inside-out Fisher-Yates; the same seed, the same order. */
static void fn_randomize(xmlXPathParserContextPtr x, int n)
{
    int64_t state = seed_of(x, n);
    xmlXPathObjectPtr in = pop_nodes(x), out = xmlXPathNewNodeSet(NULL);
    for (int i = 0; i < node_count(in) && out; i++)
        if (xmlXPathNodeSetAddUnique(out->nodesetval, in->nodesetval->nodeTab[i]) < 0)
            break;
    for (int i = 0; out && i < node_count(out); i++) {
        int j = (int)(park_miller(&state) * (i + 1));
        out->nodesetval->nodeTab[i] = out->nodesetval->nodeTab[j];
        out->nodesetval->nodeTab[j] = in->nodesetval->nodeTab[i];
    }
    xmlXPathFreeObject(in);
    valuePush(x, out);
}

const struct odk_fn odk_node_fns[] = {
    { "current", 0, 0, fn_current },
    { "odk-root", 0, 0, fn_root },
    { "instance", 1, 1, fn_instance },
    { "position", 0, 1, fn_position },
    { "count-non-empty", 1, -1, fn_count_non_empty },
    { "indexed-repeat", 3, -1, fn_indexed_repeat },
    { "pulldata", 4, 4, fn_pulldata },
    { "randomize", 1, 2, fn_randomize },
    { 0 },
};
