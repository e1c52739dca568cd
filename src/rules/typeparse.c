/* Types as FEEL writes them: number, list<string>, context<a: number>,
 * function<number>->string, range<date>, and names of item definitions. */
#include "rules/parse.h"

enum { TYPE_DEPTH = 20, TYPE_FIELDS = 64 };

const struct type type_any = { .kind = TYPE_ANY, .name = STR_INIT("Any") };

const struct type *feel_type_builtin(struct str name)
{
    static const struct type types[] = {
        { .kind = TYPE_ANY, .name = STR_INIT("Any") },
        { .kind = TYPE_NULL, .name = STR_INIT("Null") },
        { .kind = TYPE_BOOL, .name = STR_INIT("boolean") },
        { .kind = TYPE_NUMBER, .name = STR_INIT("number") },
        { .kind = TYPE_STRING, .name = STR_INIT("string") },
        { .kind = TYPE_DATE, .name = STR_INIT("date") },
        { .kind = TYPE_TIME, .name = STR_INIT("time") },
        { .kind = TYPE_DATETIME, .name = STR_INIT("date and time") },
        { .kind = TYPE_DATETIME, .name = STR_INIT("dateTime") },
        { .kind = TYPE_DAYS, .name = STR_INIT("days and time duration") },
        { .kind = TYPE_DAYS, .name = STR_INIT("dayTimeDuration") },
        { .kind = TYPE_MONTHS, .name = STR_INIT("years and months duration") },
        { .kind = TYPE_MONTHS, .name = STR_INIT("yearMonthDuration") },
        { .kind = TYPE_DURATION, .name = STR_INIT("duration") },
        { .kind = TYPE_LIST, .name = STR_INIT("list"), .of = &type_any },
        { .kind = TYPE_CONTEXT, .name = STR_INIT("context") },
        { .kind = TYPE_RANGE, .name = STR_INIT("range"), .of = &type_any },
        { .kind = TYPE_FUNCTION, .name = STR_INIT("function") },
    };
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_eq(types[i].name, name))
            return &types[i];
    return NULL;
}

static const struct type *type_of(struct parser *p, enum type_kind kind, const struct type *of,
                                  const struct field *f, size_t n)
{
    struct type *t = NEW(p->k->mem, struct type);
    struct field *copy = NEW_N(p->k->mem, struct field, n + 1);
    if (!t || !copy) {
        (void)parse_bad(p, "out of memory");
        return NULL;
    }
    if (n)
        memcpy(copy, f, n * sizeof *f);
    *t = (struct type){ .kind = kind, .of = of, .field = copy, .n = n, .has_fields = true };
    return t;
}

static const struct type *element(struct parser *p, enum type_kind kind)
{
    const struct type *of = parse_type(p);
    if (of && !parse_eat_mark(p, ">")) {
        (void)parse_bad(p, "'>' is missing");
        return NULL;
    }
    return of ? type_of(p, kind, of, NULL, 0) : NULL;
}

static const struct type *context_type(struct parser *p)
{
    struct field f[TYPE_FIELDS];
    size_t n = 0;
    if (!parse_eat_mark(p, ">")) {
        do {
            if (n == TYPE_FIELDS || !parse_scan_label(p, &f[n].name) || !(f[n].type = parse_type(p))) {
                (void)parse_bad(p, "an entry's type is 'name: type'");
                return NULL;
            }
            n++;
        } while (parse_eat_mark(p, ","));
        if (!parse_eat_mark(p, ">")) {
            (void)parse_bad(p, "'>' is missing");
            return NULL;
        }
    }
    return type_of(p, TYPE_CONTEXT, NULL, f, n);
}

static const struct type *function_type(struct parser *p)
{
    struct field f[TYPE_FIELDS] = { 0 };
    size_t n = 0;
    if (!parse_eat_mark(p, ">")) {
        do {
            if (n == TYPE_FIELDS || !(f[n++].type = parse_type(p)))
                return NULL;
        } while (parse_eat_mark(p, ","));
        if (!parse_eat_mark(p, ">")) {
            (void)parse_bad(p, "'>' is missing");
            return NULL;
        }
    }
    const struct type *of = NULL;
    if (parse_eat_mark(p, "->") && !(of = parse_type(p)))
        return NULL;
    return type_of(p, TYPE_FUNCTION, of, f, n);
}

/* The longest run of words (and dots) that names a type. */
static const struct type *named_type(struct parser *p)
{
    static const char *const spaced[] = { "date and time", "days and time duration",
                                          "years and months duration" };
    parse_space(p);
    struct str rest = str_sub(p->text, p->at, p->text.n);
    for (size_t i = 0; i < COUNT_OF(spaced); i++) {
        size_t n = parse_name_match(rest, str_c(spaced[i]));
        if (n) {
            p->at += n;
            return feel_type_builtin(str_c(spaced[i]));
        }
    }
    const struct type_source *from = p->k->types;
    size_t n = parse_words_length(rest);
    while (n && n + 1 < rest.n && rest.p[n] == '.' && parse_words_length(str_sub(rest, n + 1, rest.n)))
        n += 1 + parse_words_length(str_sub(rest, n + 1, rest.n));
    struct str name = feel_name_clean(p->k, str_sub(rest, 0, n));
    const struct type *t = from ? from->find(from->arg, name) : NULL;
    if (!t)
        t = feel_type_builtin(name);
    if (!t) {
        (void)parse_bad(p, "unknown type");
        return NULL;
    }
    p->at += n;
    return t;
}

const struct type *parse_type(struct parser *p)
{
    static const struct { const char *word; enum type_kind kind; } generic[] = {
        { "list", TYPE_LIST }, { "range", TYPE_RANGE }, { "context", TYPE_CONTEXT },
        { "function", TYPE_FUNCTION },
    };
    if (++p->nest > FEEL_NEST_MAX) {
        (void)parse_bad(p, "nested too deeply");
        return NULL;
    }
    const struct type *t = NULL;
    struct parser keep = *p;
    bool found = false;
    for (size_t i = 0; i < COUNT_OF(generic) && !found; i++) {
        if (parse_eat_word(p, generic[i].word) && parse_eat_mark(p, "<")) {
            found = true;
            t = generic[i].kind == TYPE_CONTEXT    ? context_type(p)
                : generic[i].kind == TYPE_FUNCTION ? function_type(p)
                                                   : element(p, generic[i].kind);
        } else {
            *p = keep;
        }
    }
    if (!found)
        t = named_type(p);
    p->nest--;
    return t;
}

const struct type *feel_compile_type(struct compiler *k, struct str text)
{
    struct parser p = { .k = k, .text = text };
    const struct type *t = utf8_valid(text) ? parse_type(&p) : NULL;
    return t && parse_peek(&p) == 0 ? t : NULL;
}
