/* Any expression, evaluated on a small instance. */
#include "forms/forms.h"
#include "forms/odk.h"
#include "forms/xpath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str repeats[] = { STR_INIT("/d/r") };
    struct xpath_scope s = { .context = STR("/d/r/a"), .repeat = repeats, .repeats = 1 };
    struct ctx c;
    struct str out;
    struct xpath_error e;
    ctx_init(&c, 32 * 1024 * 1024);
    if (xpath_translate(&c.mem, &s, (struct str){ (const char *)data, size }, &out, &e)) {
        static const char xml[] = "<d><r><a>1</a><b>2020-01-01</b></r><r><a>x y</a><b/></r><c>0 0;1 1</c></d>";
        struct form_env env = { .lang = STR("es") };
        struct odk_env odk = { .c = &c, .env = &env, .steps_left = 100000, .value = STR("") };
        xmlDocPtr doc = xmlReadMemory(xml, sizeof xml - 1, NULL, NULL, 0);
        xmlXPathContextPtr x = doc ? odk_context(&odk, doc) : NULL;
        const char *z = arena_z(&c.mem, out);
        if (x && z) {
            x->opLimit = 200000;
            odk.here = x->node = xmlDocGetRootElement(doc)->children->children;
            xmlXPathFreeObject(xmlXPathEval((const xmlChar *)z, x));
        }
        xmlXPathFreeContext(x);
        odk_done(&odk);
        xmlFreeDoc(doc);
    }
    ctx_done(&c);
    return 0;
}
