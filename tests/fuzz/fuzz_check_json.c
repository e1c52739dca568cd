/* Any bytes as the body of POST /api/check: refused with a reason, or answers taken. */
#include "checker/checker_web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char model[] =
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" id=\"d\" name=\"d\" namespace=\"urn:d\">"
    "<itemDefinition id=\"t\" name=\"tL\" isCollection=\"true\"><typeRef>string</typeRef></itemDefinition>"
    "<inputData id=\"a\" name=\"age\"><variable id=\"av\" name=\"age\" typeRef=\"number\"/></inputData>"
    "<inputData id=\"l\" name=\"tasks\"><variable id=\"lv\" name=\"tasks\" typeRef=\"tL\"/></inputData>"
    "<decision id=\"x\" name=\"x\"><variable id=\"xv\" name=\"x\"/>"
    "<informationRequirement id=\"r1\"><requiredInput href=\"#a\"/></informationRequirement>"
    "<informationRequirement id=\"r2\"><requiredInput href=\"#l\"/></informationRequirement>"
    "<literalExpression id=\"e\"><text>[age, tasks]</text></literalExpression></decision></definitions>";

static void read_body(struct ctx *c, const struct pack *p, struct str body)
{
    struct dmn_model *m = NULL;
    struct checker_talk t;
    struct checker_answer a;
    json_t *in = NULL;
    if (dmn_load(c, STR("d"), str_c(model), NULL, 0, &m) == ERR_OK &&
        checker_talk_open(c, p, m, STR("x"), &t) == ERR_OK &&
        checker_json_read(c, body, &in) == ERR_OK && checker_json_take(c, &t, in) == ERR_OK &&
        checker_evaluate(c, p, m, STR("x"), checker_talk_inputs(c, &t), &a) == ERR_OK && a.value.kind != FEEL_LIST)
        __builtin_trap();
    json_decref(in);
    dmn_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct pack p = { 0 };                      /* a country without files */
    ctx_init(&c, 64 << 20);
    read_body(&c, &p, (struct str){ (const char *)data, size });
    ctx_done(&c);
    return 0;
}
