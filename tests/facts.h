/* Facts as text for the screening tables, and one answer as text. */
#pragma once

#include "pack/pack.h"
#include "t.h"

/* ---- facts as text: "age_years=13 works=true tasks=heights,pesticides" ---------- */

static struct feel_value list_of(struct ctx *c, struct str items)
{
    struct feel_value v[20];
    struct str one;
    size_t n = 0;

    if (str_is(items, "none"))
        return feel_list(&c->mem, v, 0);
    while (n < COUNT_OF(v) && str_next(&items, ',', &one))
        v[n++] = feel_string(one);
    return feel_list(&c->mem, v, n);
}

static bool is_list(struct str name)
{
    return str_is(name, "tasks") || str_is(name, "acts") || str_is(name, "means") ||
           str_is(name, "purposes") || str_is(name, "forced_labour_indicators");
}

static struct feel_value value_of(struct ctx *c, struct str name, struct str text)
{
    struct feel_value v;

    if (is_list(name))
        return list_of(c, text);
    if (str_is(text, "true") || str_is(text, "false"))
        return feel_bool(str_is(text, "true"));
    return feel_number(text, &v) ? v : feel_string(text);
}

static struct feel_value facts_of(struct ctx *c, const struct dmn_model *m, const char *text)
{
    struct feel_builder b;
    struct str rest = str_c(text), one, name, value;

    feel_builder_init(&b, &c->mem);
    for (size_t i = 0; i < dmn_nodes(m); i++)
        if (dmn_node(m, i)->kind == DMN_INPUT)
            feel_set(&b, dmn_node(m, i)->name, feel_null());
    while (str_next(&rest, ' ', &one))
        if (str_cut(one, '=', &name, &value))
            feel_set(&b, name, value_of(c, name, value));
    return feel_build(&b);
}

/* The answer to one decision as text. */
static struct str answer(struct t *t, struct ctx *c, const struct pack *p, const char *facts,
                         const char *part)
{
    const struct dmn_model *m = pack_decision(p, STR("screening"));
    struct dmn_result r;
    struct feel_value v = feel_null();
    struct buf b;

    OK(c, dmn_evaluate(c, m, STR("screening"), facts_of(c, m, facts), NULL, &r));
    if (!feel_get(r.value, str_c(part), &v)) {
        t->bad++;
        printf("# no \"%s\" (%.*s)\n", part, (int)r.problem.n, r.problem.p);
    }
    buf_init(&b, &c->mem, 10000);
    feel_print(&b, v);
    return buf_str(&b);
}
