/* FEEL text: as an expression and as unary tests, then evaluated and printed. */
#include "rules/rules.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feel_limits limits = { .steps = 20000, .time_us = 500000, .depth = 60 };
    struct str text = { (const char *)data, size };
    for (int unary = 0; unary < 2; unary++) {
        struct ctx c;
        const struct feel_program *p;
        struct feel_value v;
        struct feel_builder k;
        struct buf out;
        struct str why;
        ctx_init(&c, 32 << 20);
        feel_builder_init(&k, &c.mem);
        feel_set(&k, STR("age"), feel_i64(13));
        feel_set(&k, STR("name"), feel_string(STR("x")));
        if (feel_compile(&c, &c.mem, text, unary, NULL, 0, &p) == ERR_OK &&
            feel_eval_with(&c, p, feel_build(&k), &limits, &v, &why) == ERR_OK) {
            buf_init(&out, &c.mem, 1 << 20);
            feel_print(&out, v);
            if (!out.failed && !utf8_valid(buf_str(&out)))
                abort();
            if (feel_equal(v, v) == 0)
                abort();
        }
        ctx_done(&c);
    }
    return 0;
}
