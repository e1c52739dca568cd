/* Numbers. */
#include "forms/odk_args.h"
#include "forms/vec.h"

#include <math.h>
#include <sodium.h>

size_t odk_values(xmlXPathParserContextPtr x, int n, struct str **out)
{
    struct odk_env *e = odk_of(x);
    struct str *v = NULL;
    size_t k = 0, room = 0;
    *out = NULL;
    for (int i = 0; i < n; i++) {                     /* arguments come last first ... */
        xmlXPathObjectPtr o = valuePop(x);
        int m = !o ? 0 : o->type != XPATH_NODESET ? 1 : o->nodesetval ? o->nodesetval->nodeNr : 0;
        for (int j = m; j-- > 0;) {
            xmlChar *s = o->type == XPATH_NODESET ? xmlNodeGetContent(o->nodesetval->nodeTab[j])
                                                  : xmlXPathCastToString(o);
            struct str t = arena_dup(&e->c->mem, str_c(s ? (const char *)s : ""));
            if (!t.p || !VEC_PUT(&e->c->mem, v, k, room, t))
                e->refused = true;
            xmlFree(s);
        }
        xmlXPathFreeObject(o);
    }
    for (size_t i = 0; i < k / 2; i++) {              /* ... so turn the list round */
        struct str t = v[i];
        v[i] = v[k - 1 - i];
        v[k - 1 - i] = t;
    }
    *out = v;
    return k;
}

/* ODK leaves empty answers out of max and min. */
static void extreme(xmlXPathParserContextPtr x, int n, double sign)
{
    struct str *v;
    size_t k = odk_values(x, n, &v);
    double best = NAN;
    for (size_t i = 0; i < k; i++) {
        if (v[i].n == 0)
            continue;
        double d = odk_num(v[i]);
        if (isnan(d)) {
            best = NAN;
            break;
        }
        if (isnan(best) || d * sign > best * sign)
            best = d;
    }
    odk_push_num(x, best);
}

static void fn_max(xmlXPathParserContextPtr x, int n) { extreme(x, n, 1); }
static void fn_min(xmlXPathParserContextPtr x, int n) { extreme(x, n, -1); }

/* Empty answers count as nothing, as in Collect. */
static void fn_sum(xmlXPathParserContextPtr x, int n)
{
    struct str *v;
    size_t k = odk_values(x, n, &v);
    double t = 0;
    for (size_t i = 0; i < k; i++)
        t += v[i].n ? odk_num(v[i]) : 0;
    odk_push_num(x, t);
}

/* Halves go up, as XPath 1.0 says, also for a number of digits. */
static void fn_round(xmlXPathParserContextPtr x, int n)
{
    double d = n > 1 ? odk_pop_num(x) : 0, v = odk_pop_num(x);
    double scale = isnan(d) || d > 15 || d < -15 ? 1 : pow(10, trunc(d));
    double r = floor(v * scale + 0.5) / scale;
    odk_push_num(x, isinf(v) || isnan(v) ? v : r);
}

static void fn_int(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    odk_push_num(x, trunc(odk_pop_num(x)));
}

static void fn_random(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    odk_push_num(x, randombytes_random() / 4294967296.0);
}

static void fn_pow(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    double b = odk_pop_num(x), a = odk_pop_num(x);
    odk_push_num(x, pow(a, b));
}

static void fn_atan2(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    double b = odk_pop_num(x), a = odk_pop_num(x);
    odk_push_num(x, atan2(a, b));
}

static void fn_pi(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    odk_push_num(x, 3.14159265358979323846);
}

static void fn_exp10(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    odk_push_num(x, pow(10, odk_pop_num(x)));
}

#define ONE(word, f)                                          \
    static void fn_##word(xmlXPathParserContextPtr x, int n)  \
    {                                                         \
        (void)n;                                              \
        odk_push_num(x, f(odk_pop_num(x)));                   \
    }
ONE(abs, fabs)
ONE(log, log)
ONE(log10, log10)
ONE(sqrt, sqrt)
ONE(exp, exp)
ONE(sin, sin)
ONE(cos, cos)
ONE(tan, tan)
ONE(asin, asin)
ONE(acos, acos)
ONE(atan, atan)

const struct odk_fn odk_math_fns[] = {
    { "odk-cmp", 3, 3, odk_fn_cmp }, { "odk-num", 1, 1, odk_fn_num }, { "number", 0, 1, odk_fn_num },
    { "int", 1, 1, fn_int }, { "round", 1, 2, fn_round }, { "sum", 1, -1, fn_sum },
    { "max", 1, -1, fn_max }, { "min", 1, -1, fn_min }, { "random", 0, 0, fn_random },
    { "pow", 2, 2, fn_pow }, { "abs", 1, 1, fn_abs }, { "log", 1, 1, fn_log },
    { "log10", 1, 1, fn_log10 }, { "sqrt", 1, 1, fn_sqrt }, { "exp", 1, 1, fn_exp },
    { "exp10", 1, 1, fn_exp10 }, { "sin", 1, 1, fn_sin }, { "cos", 1, 1, fn_cos },
    { "tan", 1, 1, fn_tan }, { "asin", 1, 1, fn_asin }, { "acos", 1, 1, fn_acos },
    { "atan", 1, 1, fn_atan }, { "atan2", 2, 2, fn_atan2 }, { "pi", 0, 0, fn_pi },
    { 0 },
};
