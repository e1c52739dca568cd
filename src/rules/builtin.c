/* Finding a built-in function, checking its arguments, converting them. */
#include "rules/parse.h"

#include <pthread.h>

enum { BUILTINS_MAX = 192 };
static struct builtin all[BUILTINS_MAX];
static size_t n_all;
static pthread_once_t all_once = PTHREAD_ONCE_INIT;

/* "string:s,start position:n,length:n?" */
static void read_params(struct builtin *b)
{
    struct str rest = str_c(b->params), item, name, code;
    while (b->n < BUILTIN_ARGS && str_next(&rest, ',', &item)) {
        if (!str_cut(item, ':', &name, &code))
            continue;
        b->param[b->n] = name;
        if (code.p[0] == '*') {
            b->rest = true;
            b->gather = code.n == 1;          /* one list stands for all */
            b->code[b->n++] = code.n > 1 ? code.p[1] : '.';
            b->min = b->n;
            continue;
        }
        b->code[b->n] = code.p[0];
        if (code.n > 1 && code.p[code.n - 1] == '~')
            b->nullable |= (uint8_t)(1u << b->n);
        b->n++;
        if (code.n < 2 || code.p[1] != '?')
            b->min = b->n;
    }
}

static void load(void)
{
    static const struct builtin_rows *const from[] = {
        &builtins_number, &builtins_string, &builtins_list, &builtins_time, &builtins_range,
        &builtins_context,
    };
    for (size_t i = 0; i < COUNT_OF(from); i++)
        for (size_t j = 0; j < from[i]->n && n_all < BUILTINS_MAX; j++)
            all[n_all++] = from[i]->row[j];
    for (size_t i = 0; i < n_all; i++)
        read_params(&all[i]);
    /* Insertion keeps equal names in order. */
    for (size_t i = 1; i < n_all; i++) {
        struct builtin b = all[i];
        size_t j = i;
        for (; j && strcmp(all[j - 1].name, b.name) > 0; j--)
            all[j] = all[j - 1];
        all[j] = b;
    }
}

static size_t first_of(struct str name)
{
    size_t lo = 0, hi = n_all;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (str_cmp(str_c(all[mid].name), name) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const struct builtin *builtin_find(struct str name)
{
    (void)pthread_once(&all_once, load);
    size_t i = first_of(name);
    return i < n_all && str_is(name, all[i].name) ? &all[i] : NULL;
}

size_t builtin_spaced(struct str text)
{
    size_t best = 0;
    (void)pthread_once(&all_once, load);
    for (size_t i = 0; i < n_all; i++) {
        if (text.n == 0 || all[i].name[0] != text.p[0] || !strchr(all[i].name, ' '))
            continue;
        size_t n = parse_name_match(text, str_c(all[i].name));
        if (n > best)
            best = n;
    }
    return best;
}

static bool is_overload(const struct builtin *b, const struct builtin *of)
{
    return b < all + n_all && strcmp(b->name, of->name) == 0;
}

size_t builtin_max_args(const struct builtin *b)
{
    size_t n = 0;
    for (const struct builtin *o = b; is_overload(o, b); o++)
        n = o->rest ? BUILTIN_ARGS : o->n > n ? o->n : n;
    return n;
}

/* ---- arguments ------------------------------------------------------------------ */

static bool code_holds(char code, const struct feel_value *v)
{
    switch (code) {
    case 'n': return v->kind == FEEL_NUMBER;
    case 's': return v->kind == FEEL_STRING;
    case 'b': return v->kind == FEEL_BOOL;
    case 'l': return v->kind == FEEL_LIST;
    case 'c': return v->kind == FEEL_CONTEXT;
    case 'f': return v->kind == FEEL_FUNCTION;
    case 'r': return v->kind == FEEL_RANGE;
    case 'x': return v->kind != FEEL_LIST && v->kind != FEEL_NULL;
    default: return v->kind != FEEL_NULL;
    }
}

/* As it is, or one list unwrapped, or wrapped into one. */
static bool convert(struct run *r, char code, bool nullable, struct feel_value *v)
{
    if (v->kind == FEEL_NULL)
        return nullable;
    if (code_holds(code, v))
        return true;
    if (code == 'l') {
        *v = feel_list(r->mem, v, 1);
        return v->kind == FEEL_LIST;
    }
    if (v->kind == FEEL_LIST && v->list->n == 1 && code_holds(code, &v->list->v[0])) {
        *v = v->list->v[0];
        return true;
    }
    return false;
}

static struct feel_value call_rest(struct run *r, const struct builtin *b, const struct feel_value *arg,
                                   size_t n)
{
    struct feel_value list;
    if (!b->gather) {
        struct feel_value *copy = NEW_N(r->mem, struct feel_value, n);
        if (!copy)
            return feel_no(r, "out of memory");
        memcpy(copy, arg, n * sizeof *copy);
        for (size_t i = 0; i < n; i++) {
            size_t p = i < b->n ? i : (size_t)b->n - 1;
            if (b->code[p] != '.' && !convert(r, b->code[p], false, &copy[i]))
                return feel_no(r, "an argument is null or of the wrong type");
        }
        return b->fn(r, copy, n);
    }
    list = n == 1 && arg[0].kind == FEEL_LIST ? arg[0] : feel_list(r->mem, arg, n);
    if (n == 1 && arg[0].kind == FEEL_NULL)
        return feel_no(r, "the list is null");
    return list.kind == FEEL_LIST ? b->fn(r, &list, 1) : feel_no(r, "out of memory");
}

static bool prepare(struct run *r, const struct builtin *b, const struct feel_value *arg, size_t n,
                    struct feel_value *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = arg[i];
        if (!convert(r, b->code[i], b->nullable >> i & 1, &out[i]))
            return false;
    }
    return true;
}

struct feel_value builtin_call(struct run *r, const struct builtin *b, const struct feel_value *arg, size_t n)
{
    struct feel_value v[BUILTIN_ARGS];
    for (const struct builtin *o = b; is_overload(o, b); o++) {
        if (o->rest && n >= o->min)
            return call_rest(r, o, arg, n);
        if (n < o->min || n > o->n || !prepare(r, o, arg, n, v))
            continue;
        return o->fn(r, v, n);
    }
    return feel_no(r, "wrong arguments of a built-in function");
}

/* Of overloads with the same names in another order, the one that has the order
 * of the call: before(range: r, point: p). */
static const struct builtin *as_ordered(const struct builtin *b, const struct str *name, size_t n)
{
    for (const struct builtin *o = b; is_overload(o, b); o++) {
        size_t same = 0;
        while (same < n && same < o->n && str_eq(o->param[same], name[same]))
            same++;
        if (same == n && n == o->n)
            return o;
    }
    return NULL;
}

struct feel_value builtin_call_named(struct run *r, const struct builtin *b, const struct str *name,
                                     const struct feel_value *arg, size_t n)
{
    const struct builtin *first = as_ordered(b, name, n);
    struct feel_value w1[BUILTIN_ARGS];
    if (first && !first->rest && prepare(r, first, arg, n, w1))
        return first->fn(r, w1, n);
    for (const struct builtin *o = b; is_overload(o, b); o++) {
        struct feel_value v[BUILTIN_ARGS] = { 0 }, w[BUILTIN_ARGS];
        unsigned given = 0;
        size_t last = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t p = 0; p < o->n; p++)
                if (str_eq(o->param[p], name[i])) {
                    v[p] = arg[i];
                    given |= 1u << p;
                    last = p + 1 > last ? p + 1 : last;
                }
        unsigned need = (1u << o->min) - 1;
        if ((size_t)__builtin_popcount(given) != n || (given & need) != need)
            continue;
        if (o->rest) {
            /* Named, the rest is one list. */
            return convert(r, 'l', false, &v[0]) ? call_rest(r, o, v, last)
                                                 : feel_no(r, "the list is null");
        }
        if (prepare(r, o, v, last, w))
            return o->fn(r, w, last);
    }
    return feel_no(r, "wrong named arguments of a built-in function");
}
