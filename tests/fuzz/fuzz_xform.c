/* Any bytes as an XForm; what loads is checked blank, and its own XForm loads again. */
#include "forms/forms.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct form_notes notes;
    struct form_result r;
    struct answers none = { 0 };
    const struct form *f = NULL, *again = NULL;
    struct form_env env = { .lang = STR("es"), .texts = true, .first = true };
    struct str in = { (const char *)data, size }, xml;
    ctx_init(&c, 32 * 1024 * 1024);
    if (xform_load(&c, in, &f, &notes) == ERR_OK) {
        if (!str_eq(form_xform(f), in))
            abort();
        if (xform_load(&c, form_xform(f), &again, &notes) != ERR_OK && !c.mem.failed)
            abort();
        if (form_check(&c, f, &none, &env, &r) == ERR_OK)
            (void)!answers_xml(&c, f, &r.answers, STR("uuid:x"), &xml);
    }
    form_unref(f);
    form_unref(again);
    ctx_done(&c);
    return 0;
}
