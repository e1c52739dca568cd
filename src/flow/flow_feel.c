/* flow_feel.c - conditions in FEEL: the only file here that knows rules/. */
#include "flow/flow_model.h"
#include "flow/flow_run.h"
#include "rules/rules.h"

/* ---- facts: JSON to values -------------------------------------------------------- */

/* s holds valid JSON (json_ok): no checks twice. */
struct json { struct arena *mem; struct str s; };

static struct feel_value json_value(struct json *j);

static char peek(const struct json *j)
{
    return j->s.n ? j->s.p[0] : 0;
}

static void step(struct json *j, size_t n)
{
    j->s = str_sub(j->s, n, j->s.n);
}

static void blank(struct json *j)
{
    while (peek(j) == ' ' || peek(j) == ',' || peek(j) == ':')
        step(j, 1);
}

static uint32_t hex4(struct json *j)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++, step(j, 1)) {
        char ch = ascii_lower(peek(j));
        v = v * 16 + (uint32_t)(ascii_digit(ch) ? ch - '0' : ch - 'a' + 10);
    }
    return v;
}

static void put_code_point(struct json *j, struct buf *b)
{
    uint32_t cp = hex4(j);
    if (cp >= 0xd800 && cp < 0xdc00 && str_starts(j->s, STR("\\u"))) {
        step(j, 2);
        uint32_t low = hex4(j);
        cp = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
    }
    if (cp >= 0xd800 && cp < 0xe000)
        cp = 0xfffd;
    char out[4];
    buf_put(b, (struct str){ out, utf8_put(out, cp) });
}

static struct str json_string(struct json *j)
{
    struct buf b;
    buf_init(&b, j->mem, FLOW_VALUE_MAX);
    step(j, 1);
    while (j->s.n && peek(j) != '"') {
        char ch = peek(j);
        step(j, 1);
        if (ch != '\\') {
            buf_char(&b, ch);
            continue;
        }
        ch = peek(j);
        step(j, 1);
        switch (ch) {
        case 'u': put_code_point(j, &b); break;
        case 'n': buf_char(&b, '\n'); break;
        case 't': buf_char(&b, '\t'); break;
        case 'r': buf_char(&b, '\r'); break;
        case 'b': buf_char(&b, '\b'); break;
        case 'f': buf_char(&b, '\f'); break;
        default: buf_char(&b, ch);
        }
    }
    step(j, 1);
    return buf_str(&b);
}

static struct feel_value json_list(struct json *j)
{
    VEC(struct feel_value) v = { 0 };
    step(j, 1);
    for (blank(j); j->s.n && peek(j) != ']'; blank(j)) {
        struct feel_value item = json_value(j), *to = VEC_PUSH(j->mem, &v);
        if (!to)
            return feel_null();
        *to = item;
    }
    step(j, 1);
    return feel_list(j->mem, v.v, v.n);
}

static struct feel_value json_object(struct json *j)
{
    struct feel_builder b;
    feel_builder_init(&b, j->mem);
    step(j, 1);
    for (blank(j); j->s.n && peek(j) != '}'; blank(j)) {
        struct str name = json_string(j);
        blank(j);
        feel_set(&b, name, json_value(j));
    }
    step(j, 1);
    return feel_build(&b);
}

static struct feel_value json_number(struct json *j)
{
    size_t n = 0;
    struct feel_value v;
    while (n < j->s.n && (ascii_digit(j->s.p[n]) || strchr("+-.eE", j->s.p[n])))
        n++;
    bool ok = feel_number(str_sub(j->s, 0, n), &v);
    step(j, n ? n : 1);
    return ok ? v : feel_null();
}

static struct feel_value json_value(struct json *j)
{
    blank(j);
    switch (peek(j)) {
    case '{': return json_object(j);
    case '[': return json_list(j);
    case '"': return feel_string(json_string(j));
    case 't': step(j, 4); return feel_bool(true);
    case 'f': step(j, 5); return feel_bool(false);
    case 'n': step(j, 4); return feel_null();
    default: return json_number(j);
    }
}

/* The first fact of a name wins: what stands nearer. */
static enum err scope_of(struct ctx *c, const struct flow_fact *f, size_t n, struct feel_value *out)
{
    struct feel_builder b;
    feel_builder_init(&b, &c->mem);
    for (size_t i = n; i-- > 0;) {
        struct json j = { &c->mem, f[i].value };
        feel_set(&b, f[i].name, json_value(&j));
    }
    *out = feel_build(&b);
    return ctx_check(c);
}

/* ---- the four questions ------------------------------------------------------------ */

static bool speaks_feel(struct str language)
{
    size_t at;
    return !language.n || str_find(language, STR("FEEL"), &at) || str_find(language, STR("feel"), &at);
}

static enum err feel_compile_here(struct ctx *c, struct arena *mem, struct str expr,
                                  struct str language, void **prog, struct str *why)
{
    const struct feel_program *p = NULL;
    struct fault before = c->fault;
    *prog = NULL;
    if (expr.n && expr.p[0] == '=')
        expr = str_trim(str_sub(expr, 1, expr.n));
    if (!speaks_feel(language) || str_starts(expr, STR("${")) || str_starts(expr, STR("#{"))) {
        *why = STR("the language is not FEEL");
        return ERR_OK;
    }
    enum err e = feel_compile(c, mem, expr, false, NULL, 0, &p);
    if (e == ERR_INPUT) {
        struct str said = str_c(c->fault.detail);
        *why = arena_dup(mem, str_starts(said, STR(":")) ? str_sub(said, 1, said.n) : said);
        c->fault = before;
        return why->p ? ERR_OK : NOMEM(c);
    }
    TRY(e);
    *prog = (void *)(uintptr_t)p;
    return ERR_OK;
}

static enum err eval(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                     struct feel_value *out)
{
    static const struct feel_limits limits = { .steps = 200000, .time_us = 60 * US_PER_S,
                                               .depth = 100 };   /* steps end it: a clock would not replay */
    struct feel_value scope;
    TRY(scope_of(c, f, n, &scope));
    return feel_eval_with(c, prog, scope, &limits, out, NULL);
}

static enum err feel_truth(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                           enum flow_truth *out)
{
    struct feel_value v;
    TRY(eval(c, prog, f, n, &v));
    *out = v.kind != FEEL_BOOL ? FLOW_UNKNOWN : v.b ? FLOW_TRUE : FLOW_FALSE;
    return ERR_OK;
}

static enum err item_text(struct ctx *c, struct feel_value v, struct str *out)
{
    struct buf b;
    buf_init(&b, &c->mem, FLOW_VALUE_MAX);
    feel_print(&b, v);
    if (!b.failed && !json_ok(buf_str(&b))) {          /* a date: as its text */
        buf_init(&b, &c->mem, FLOW_VALUE_MAX);
        feel_print(&b, feel_string(feel_text(&c->mem, v)));
    }
    *out = buf_str(&b);
    return b.failed ? NOMEM(c) : ERR_OK;
}

static enum err feel_items(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                           struct str **out, size_t *count)
{
    struct feel_value v;
    int64_t k;
    *count = FLOW_EACH_UNKNOWN;
    *out = NULL;
    TRY(eval(c, prog, f, n, &v));
    if (v.kind == FEEL_NUMBER && feel_to_i64(v, &k) && k >= 0)
        *count = k > FLOW_EACH_MAX ? FLOW_EACH_MAX + 1 : (size_t)k;
    if (v.kind != FEEL_LIST)
        return ERR_OK;
    *count = v.list->n;
    if (v.list->n == 0 || v.list->n > FLOW_EACH_MAX)
        return ERR_OK;
    *out = NEW_N(&c->mem, struct str, v.list->n);
    if (!*out)
        return NOMEM(c);
    for (size_t i = 0; i < v.list->n; i++)
        TRY(item_text(c, v.list->v[i], &(*out)[i]));
    return ERR_OK;
}

static enum err feel_bare(struct ctx *c, const void *prog, const struct flow_fact *f, size_t n,
                          struct str *out)
{
    struct feel_value v;
    TRY(eval(c, prog, f, n, &v));
    *out = v.kind == FEEL_NULL ? (struct str){ 0 } : feel_text(&c->mem, v);
    return ctx_check(c);
}

const struct flow_eval flow_feel = { feel_compile_here, feel_truth, feel_items, feel_bare };
