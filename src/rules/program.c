/* The public words for single expressions. */
#include "rules/feel.h"

enum err feel_compile(struct ctx *c, struct arena *mem, struct str text, bool unary,
                      const struct str *names, size_t n, const struct feel_program **out)
{
    struct feel_program *p = NEW(mem, struct feel_program);
    struct bound *b = NEW_N(mem, struct bound, n + 1);
    if (!p || !b)
        return FAIL(c, ERR_NOMEM, "memory", "compiling");
    for (size_t i = 0; i < n; i++) {
        b[i] = (struct bound){ .name = arena_dup(mem, names[i]), .how = BIND_DYNAMIC };
    }
    struct scope outer = { .b = b, .n = n };
    struct bound value = { .name = STR_INIT("?"), .how = BIND_SLOT };
    struct scope inner = { .up = &outer, .b = &value, .n = 1, .frame = true };
    struct compiler k = { .c = c, .mem = mem, .dynamic = true };
    struct str kept = arena_dup(mem, text);
    const struct node *root = unary ? feel_compile_tests(&k, &inner, kept) : feel_compile_text(&k, &outer, kept);
    if (mem->failed)
        return FAIL(c, ERR_NOMEM, "memory", "compiling");
    if (!root)
        return c->fault.code ? c->fault.code : ERR_INPUT;
    *p = (struct feel_program){ .root = root, .text = kept, .unary = unary };
    *out = p;
    return ERR_OK;
}

enum err feel_eval_with(struct ctx *c, const struct feel_program *p, struct feel_value context,
                        const struct feel_limits *limits, struct feel_value *out, struct str *problem)
{
    struct run r;
    feel_run_init(&r, c, limits);
    r.names = context.kind == FEEL_CONTEXT ? context.context : NULL;
    struct frame *f = p->unary ? feel_frame(&r, NULL, 1) : NULL;
    struct feel_value v = r.stopped ? feel_null() : feel_walk(&r, p->root, f);
    TRY(feel_run_end(&r));
    if (problem)
        *problem = feel_run_problem(&r);
    *out = v;
    return ERR_OK;
}

enum err feel_eval(struct ctx *c, const struct feel_program *p, struct feel_value context,
                   struct feel_value *out)
{
    return feel_eval_with(c, p, context, NULL, out, NULL);
}

enum err feel_test(struct ctx *c, const struct feel_program *p, struct feel_value value,
                   struct feel_value context, int *out)
{
    struct run r;
    int is = -1;
    feel_run_init(&r, c, NULL);
    r.names = context.kind == FEEL_CONTEXT ? context.context : NULL;
    (void)feel_tests_hold(&r, p->root, &value, NULL, &is);
    TRY(feel_run_end(&r));
    *out = is;
    return ERR_OK;
}
