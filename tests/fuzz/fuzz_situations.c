/* Any bytes as a CSV of situations: refused with a line, or answered; bounded. */
#include "checker/checker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char model[] =
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" id=\"d\" name=\"d\" namespace=\"urn:d\">"
    "<itemDefinition id=\"t\" name=\"tL\" isCollection=\"true\"><typeRef>string</typeRef></itemDefinition>"
    "<inputData id=\"a\" name=\"age\"><variable id=\"av\" name=\"age\" typeRef=\"number\"/></inputData>"
    "<inputData id=\"w\" name=\"works\"><variable id=\"wv\" name=\"works\" typeRef=\"boolean\"/></inputData>"
    "<inputData id=\"l\" name=\"tasks\"><variable id=\"lv\" name=\"tasks\" typeRef=\"tL\"/></inputData>"
    "<inputData id=\"o\" name=\"on\"><variable id=\"ov\" name=\"on\" typeRef=\"date\"/></inputData>"
    "<decision id=\"x\" name=\"x\"><variable id=\"xv\" name=\"x\"/>"
    "<informationRequirement id=\"r1\"><requiredInput href=\"#a\"/></informationRequirement>"
    "<informationRequirement id=\"r2\"><requiredInput href=\"#w\"/></informationRequirement>"
    "<informationRequirement id=\"r3\"><requiredInput href=\"#l\"/></informationRequirement>"
    "<informationRequirement id=\"r4\"><requiredInput href=\"#o\"/></informationRequirement>"
    "<literalExpression id=\"e\"><text>[age, works, tasks, on]</text></literalExpression></decision></definitions>";

static void read_all(struct ctx *c, const struct pack *p, struct str csv)
{
    struct dmn_model *m = NULL;
    struct checker_input *in;
    struct checker_situation *s;
    struct checker_answer a;
    size_t n, k;
    if (dmn_load(c, STR("d"), str_c(model), NULL, 0, &m) == ERR_OK &&
        checker_inputs(c, p, m, STR("x"), &in, &n) == ERR_OK &&
        checker_situations(c, in, n, csv, &s, &k) == ERR_OK)
        for (size_t i = 0; i < k && i < 20; i++) {
            if (s[i].line < 2 || (i && s[i].line <= s[i - 1].line))
                __builtin_trap();               /* lines only go on */
            if (checker_evaluate(c, p, m, STR("x"), s[i].in, &a) == ERR_OK && a.value.kind != FEEL_LIST)
                __builtin_trap();
        }
    dmn_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct pack p = { 0 };                      /* a country without files */
    ctx_init(&c, 64 << 20);
    read_all(&c, &p, (struct str){ (const char *)data, size });
    ctx_done(&c);
    return 0;
}
