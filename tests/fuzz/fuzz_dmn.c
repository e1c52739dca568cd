/* DMN documents: loaded as drafts, every decision evaluated, tables explained
 * and checked. */
#include "rules/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feel_limits limits = { .steps = 20000, .time_us = 500000, .depth = 60 };
    struct str xml = { (const char *)data, size };
    struct ctx c;
    struct dmn_model *m = NULL;
    struct rules_finding *f;
    size_t n;
    ctx_init(&c, 64 << 20);
    if (dmn_load_draft(&c, STR("f.dmn"), xml, NULL, 0, &m) == ERR_OK) {
        struct feel_builder k;
        feel_builder_init(&k, &c.mem);
        feel_set(&k, STR("age"), feel_i64(13));
        for (size_t i = 0; i < dmn_nodes(m) && i < 50; i++) {
            struct dmn_result r = { 0 };
            struct dmn_cell *cell;
            c.fault = (struct fault){ 0 };
            if (dmn_evaluate(&c, m, dmn_node(m, i)->name, feel_build(&k), &limits, &r) == ERR_OK && r.steps)
                (void)!dmn_explain(&c, r.steps, 0, &cell, &n);
        }
        c.fault = (struct fault){ 0 };
        (void)!rules_check(&c, m, NULL, NULL, &f, &n);
        dmn_free(m);
    }
    ctx_done(&c);
    return 0;
}
