/* Any bytes as the CSV of a survey with choices: what is accepted gives an XForm
 * that our own reader takes back with the same fields. */
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
    struct form_env env = { .lang = STR("es"), .first = true };
    struct form_source s = { .name = STR("f"), .survey = { (const char *)data, size },
        .choices = STR("list_name,name,label::es\nl,a,A\nl,b,B\n") };
    ctx_init(&c, 64 * 1024 * 1024);
    if (form_load_csv(&c, &s, &f, &notes) == ERR_OK) {
        if (xform_load(&c, form_xform(f), &again, &notes) == ERR_OK) {
            if (form_count(f) != form_count(again))
                abort();
        } else if (!c.mem.failed) {
            abort();
        }
        c.fault = (struct fault){ 0 };
        (void)!form_check(&c, f, &none, &env, &r);
    }
    form_unref(f);
    form_unref(again);
    ctx_done(&c);
    return 0;
}
