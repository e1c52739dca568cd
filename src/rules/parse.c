/* Expressions, from `or` down to names and numbers (DMN 1.5, 10.3.1.2). */
#include "rules/parse.h"

const struct node *parse_bad(struct parser *p, const char *why)
{
    if (!p->failed) {
        p->failed = true;
        p->bad_at = p->at;
        p->bad = why;
    }
    return NULL;
}

struct node *feel_node_new(struct compiler *k, enum op op, uint32_t pos)
{
    struct node *n = NEW(k->mem, struct node);
    if (n) {
        n->op = (uint8_t)op;
        n->pos = pos;
    }
    return n;
}

struct node *feel_node_const(struct compiler *k, struct feel_value v, uint32_t pos)
{
    struct node *n = feel_node_new(k, OP_CONST, pos);
    if (n)
        n->k = v;
    return n;
}

struct node *parse_node(struct parser *p, enum op op, size_t pos)
{
    struct node *n = feel_node_new(p->k, op, (uint32_t)pos);
    if (!n)
        (void)parse_bad(p, "out of memory");
    return n;
}

bool parse_kids_add(struct parser *p, struct kids *l, const struct node *n)
{
    if (!n)
        return false;
    if (l->n < COUNT_OF(l->v)) {
        l->v[l->n++] = n;
        return true;
    }
    if (l->n >= UINT16_MAX) {
        (void)parse_bad(p, "too many items");
        return false;
    }
    if (l->n >= l->room) {
        size_t room = l->room ? l->room * 2 : 4 * COUNT_OF(l->v);
        const struct node **more = NEW_N(p->k->mem, const struct node *, room);
        if (!more) {
            (void)parse_bad(p, "out of memory");
            return false;
        }
        memcpy(more, l->room ? l->more : l->v, l->n * sizeof *more);
        l->more = more;
        l->room = room;
    }
    l->more[l->n++] = n;
    return true;
}

const struct node *const *parse_kids_done(struct parser *p, struct kids *l)
{
    if (l->room)
        return l->more;
    const struct node **v = NEW_N(p->k->mem, const struct node *, l->n ? l->n : 1);
    if (!v) {
        (void)parse_bad(p, "out of memory");
        return NULL;
    }
    memcpy(v, l->v, l->n * sizeof *v);
    return v;
}

static const struct node *two(struct parser *p, enum op op, size_t pos,
                              const struct node *a, const struct node *b)
{
    struct node *n = a && b ? parse_node(p, op, pos) : NULL;
    if (!n)
        return NULL;
    n->a = a;
    n->b = b;
    return n;
}

/* ---- names ------------------------------------------------------------------- */

static const struct node *bound_node(struct compiler *k, const struct bound *b, uint32_t up,
                                     struct str name, uint32_t pos)
{
    static const enum op ops[] = {
        [BIND_SLOT] = OP_LOCAL, [BIND_GLOBAL] = OP_GLOBAL, [BIND_DYNAMIC] = OP_NAME,
        [BIND_MEMBER] = OP_NAME, [BIND_IMPORT] = OP_IMPORTED,
    };
    struct node *n = feel_node_new(k, ops[b->how], pos);
    if (!n)
        return NULL;
    if (b->how == BIND_GLOBAL || b->how == BIND_IMPORT) {
        n->extra = b->what;
        return n;
    }
    n->up = up;
    n->slot = b->slot;
    n->name = name;
    return n;
}

static const struct node *unbound(struct compiler *k, struct str name, uint32_t pos)
{
    const struct builtin *b = builtin_find(name);
    const struct node *fn = NULL;
    if (b) {
        struct feel_function *f = NEW(k->mem, struct feel_function);
        if (!f)
            return NULL;
        f->how = FN_BUILTIN;
        f->builtin = b;
        fn = feel_node_const(k, (struct feel_value){ .kind = FEEL_FUNCTION, .function = f }, pos);
        if (!k->dynamic || !fn)
            return fn;
    }
    if (!b && k->unknown.n == 0)
        k->unknown = name;
    struct node *n = feel_node_new(k, OP_NAME, pos);
    if (n) {
        n->name = name;
        n->other = fn;
    }
    return n;
}

const struct node *feel_scope_lookup(struct compiler *k, struct scope *s, struct str name, uint32_t pos)
{
    uint32_t up = 0;
    struct node *first = NULL, *last = NULL;
    const struct node *end = NULL;
    for (; s && !end; s = s->up) {
        if (s->filter) {
            struct node *n = feel_node_new(k, OP_ITEM_NAME, pos);
            if (!n)
                return NULL;
            n->up = up;
            n->name = name;
            if (last)
                last->other = n;
            else
                first = n;
            last = n;
        }
        for (size_t i = s->n; i-- > 0 && !end;)
            if (str_eq(s->b[i].name, name))
                end = bound_node(k, &s->b[i], up, name, pos);
        up += s->frame;
    }
    struct str seen = k->unknown;
    if (!end) {
        end = unbound(k, name, pos);
        if (first)
            k->unknown = seen;        /* may be an entry of the item */
    }
    if (!last)
        return end;
    last->other = end;
    return first;
}

static const struct node *parse_name(struct parser *p)
{
    size_t pos = p->at;
    struct str name = parse_scan_name(p);
    if (name.n == 0)
        return parse_bad(p, "an expression is expected here");
    return feel_scope_lookup(p->k, p->s, name, (uint32_t)pos);
}

/* ---- literals ------------------------------------------------------------------- */

static const struct node *parse_number(struct parser *p)
{
    size_t from = p->at, at = from;
    struct str t = p->text;
    struct feel_value v;
    while (at < t.n && ascii_digit(t.p[at]))
        at++;
    if (at + 1 < t.n && t.p[at] == '.' && ascii_digit(t.p[at + 1]))
        for (at++; at < t.n && ascii_digit(t.p[at]);)
            at++;
    if (at < t.n && (t.p[at] == 'e' || t.p[at] == 'E')) {
        size_t e = at + 1;
        if (e < t.n && (t.p[e] == '+' || t.p[e] == '-'))
            e++;
        if (e < t.n && ascii_digit(t.p[e]))
            for (at = e; at < t.n && ascii_digit(t.p[at]);)
                at++;
    }
    if (!num_parse(str_sub(t, from, at - from), &v))
        return parse_bad(p, "not a number that can be kept");
    p->at = at;
    return feel_node_const(p->k, v, (uint32_t)from);
}

static const struct node *parse_primary(struct parser *p)
{
    static const struct { const char *word; enum feel_kind kind; bool b; } constants[] = {
        { "true", FEEL_BOOL, true }, { "false", FEEL_BOOL, false }, { "null", FEEL_NULL, false },
    };
    char ch = parse_peek(p);
    size_t pos = p->at;
    if (ascii_digit(ch) || (ch == '.' && pos + 1 < p->text.n && ascii_digit(p->text.p[pos + 1])))
        return parse_number(p);
    switch (ch) {
    case '"': return parse_string(p);
    case '@': return parse_at_literal(p);
    case '{': return parse_context(p);
    case '(': return parse_paren(p);
    case '[':
    case ']': return parse_bracket(p);
    case '?':
        p->at++;
        p->value_uses++;
        return feel_scope_lookup(p->k, p->s, STR("?"), (uint32_t)pos);
    default: break;
    }
    struct str rest = str_sub(p->text, pos, p->text.n);
    size_t words = parse_words_length(rest);
    for (size_t i = 0; i < COUNT_OF(constants); i++)
        if (words == strlen(constants[i].word) && parse_eat_word(p, constants[i].word))
            return feel_node_const(p->k, constants[i].kind ? feel_bool(constants[i].b) : feel_null(),
                              (uint32_t)pos);
    if (parse_at_word(p, "if"))
        return parse_if(p);
    if (parse_at_word(p, "for"))
        return parse_for(p);
    if (parse_at_word(p, "some"))
        return parse_quantified(p, OP_SOME);
    if (parse_at_word(p, "every"))
        return parse_quantified(p, OP_EVERY);
    if (parse_at_word(p, "function"))
        return parse_function(p);
    return parse_name(p);
}

/* ---- after a value: .name [filter] (arguments) ------------------------------------- */

static const struct node *parse_path(struct parser *p, const struct node *left, size_t pos)
{
    if (left->op == OP_IMPORTED && p->k->imported) {
        size_t used = 0;
        parse_space(p);
        const struct node *n = p->k->imported(p->k, left->extra, str_sub(p->text, p->at, p->text.n), &used);
        if (n) {
            p->at += used;
            return n;
        }
    }
    struct str name = parse_scan_member(p);
    if (name.n == 0)
        return parse_bad(p, "a name is expected after '.'");
    struct node *n = parse_node(p, OP_PATH, pos);
    if (!n)
        return NULL;
    n->other = left;
    n->name = name;
    return n;
}

static const struct node *parse_filter(struct parser *p, const struct node *left, size_t pos)
{
    struct bound item = { .name = STR_INIT("item"), .how = BIND_SLOT };
    struct scope s = { .up = p->s, .b = &item, .n = 1, .frame = true, .filter = true };
    bool endpoint = p->endpoint;
    p->s = &s;
    p->endpoint = false;
    const struct node *cond = parse_expr(p);
    p->s = s.up;
    p->endpoint = endpoint;
    if (cond && !parse_eat_mark(p, "]"))
        return parse_bad(p, "']' is missing after a filter");
    return two(p, OP_FILTER, pos, left, cond);
}

/* In "[1..10[" the last bracket closes; in "[1..x[2]]" it filters. */
static bool bracket_closes(struct parser *p)
{
    struct parser try = *p;
    try.at++;
    char ch = parse_peek(&try);
    if (ch == 0 || strchr(".=)],}*/!<>", ch))
        return true;
    struct scope *s = p->s;
    static const struct node none = { .op = OP_CONST };
    bool filter = parse_filter(&try, &none, 0) != NULL && !try.failed;
    p->s = s;
    if (!filter)
        return true;
    ch = parse_peek(&try);
    return !(ch == ']' || ch == ')' || ch == '[' || (ch && strchr("+-*/.(", ch)));
}

/* Arguments: all by position, or all by name. */
static const struct node *parse_call(struct parser *p, const struct node *fn, size_t pos)
{
    struct kids l = { 0 };
    struct str names[BUILTIN_ARGS * 4];
    size_t named = 0;
    bool endpoint = p->endpoint;
    p->endpoint = false;
    if (parse_peek(p) != ')')
        do {
            struct str name;
            if (parse_scan_label(p, &name)) {
                if (named == COUNT_OF(names))
                    return parse_bad(p, "too many named arguments");
                names[named++] = name;
            }
            if (!parse_kids_add(p, &l, parse_expr(p)))
                return NULL;
        } while (parse_eat_mark(p, ","));
    if (!parse_eat_mark(p, ")"))
        return parse_bad(p, "')' is missing after arguments");
    if (named && named != l.n)
        return parse_bad(p, "arguments are named all or none");
    p->endpoint = endpoint;
    struct node *n = parse_node(p, named ? OP_CALL_NAMED : OP_CALL, pos);
    if (!n)
        return NULL;
    n->n = (uint16_t)l.n;
    n->kid = parse_kids_done(p, &l);
    n->extra = fn;
    if (named) {
        struct str *copy = NEW_N(p->k->mem, struct str, named);
        if (!copy)
            return parse_bad(p, "out of memory");
        memcpy(copy, names, named * sizeof *copy);
        n->more = copy;
    }
    return n;
}

/* A call of a built-in by its own name is bound now; literals are worked out now. */
static const struct node *bind_call(struct parser *p, const struct node *call)
{
    static const char *const literal[] = { "date", "time", "date and time", "duration", "number",
                                           "years and months duration", "range" };
    const struct node *fn = call->extra;
    if (fn->op == OP_NAME && fn->other)
        fn = fn->other;
    if (fn->op != OP_CONST || fn->k.kind != FEEL_FUNCTION || fn->k.function->how != FN_BUILTIN)
        return call;
    if (call->op == OP_CALL_NAMED || call->n > BUILTIN_ARGS * 4) {
        ((struct node *)(uintptr_t)call)->extra = fn;
        return call;
    }
    struct node *n = (struct node *)(uintptr_t)call;
    n->op = OP_BUILTIN;
    n->extra = fn->k.function->builtin;
    const struct builtin *b = n->extra;
    struct feel_value arg[BUILTIN_ARGS];
    bool fold = false;
    for (size_t i = 0; i < COUNT_OF(literal); i++)
        fold |= strcmp(b->name, literal[i]) == 0;
    if (!fold || n->n == 0 || n->n > BUILTIN_ARGS)
        return n;
    for (size_t i = 0; i < n->n; i++) {
        if (n->kid[i]->op != OP_CONST)
            return n;
        arg[i] = n->kid[i]->k;
    }
    struct run r;
    feel_run_init(&r, p->k->c, NULL);
    r.mem = p->k->mem;
    struct feel_value v = builtin_call(&r, b, arg, n->n);
    return v.kind == FEEL_NULL ? n : feel_node_const(p->k, v, n->pos);
}

static const struct node *parse_postfix(struct parser *p)
{
    if (++p->nest > FEEL_NEST_MAX * 2)
        return parse_bad(p, "nested too deeply");
    const struct node *n = parse_primary(p);
    p->nest--;
    while (n && !p->failed) {
        char ch = parse_peek(p);
        size_t pos = p->at;
        if (ch == '.' && !(pos + 1 < p->text.n && p->text.p[pos + 1] == '.')) {
            p->at++;
            n = parse_path(p, n, pos);
        } else if (ch == '[') {
            if (p->endpoint && bracket_closes(p))
                return n;
            p->at++;
            n = parse_filter(p, n, pos);
        } else if (ch == '(') {
            p->at++;
            n = parse_call(p, n, pos);
            if (n)
                n = bind_call(p, n);
        } else {
            break;
        }
    }
    return p->failed ? NULL : n;
}

/* ---- operators ------------------------------------------------------------------------ */

static const struct node *parse_instance(struct parser *p)
{
    const struct node *n = parse_postfix(p);
    while (n && parse_at_word(p, "instance")) {
        size_t pos = p->at;
        (void)parse_eat_word(p, "instance");
        if (!parse_eat_word(p, "of"))
            return parse_bad(p, "'of' is expected after 'instance'");
        const struct type *t = parse_type(p);
        struct node *i = t ? parse_node(p, OP_INSTANCE, pos) : NULL;
        if (!i)
            return NULL;
        i->left = n;
        i->type = t;
        n = i;
    }
    return n;
}

static const struct node *parse_unary(struct parser *p)
{
    if (parse_peek(p) != '-')
        return parse_instance(p);
    size_t pos = p->at++;
    if (++p->nest > FEEL_NEST_MAX)
        return parse_bad(p, "nested too deeply");
    const struct node *a = parse_unary(p);
    p->nest--;
    if (!a)
        return NULL;
    if (a->op == OP_CONST && a->k.kind == FEEL_NUMBER)
        return feel_node_const(p->k, num_neg(a->k), (uint32_t)pos);
    struct node *n = parse_node(p, OP_NEG, pos);
    if (n)
        n->a = a;
    return n;
}

static const struct node *parse_pow(struct parser *p)
{
    const struct node *n = parse_unary(p);
    while (n && parse_peek(p) == '*' && p->at + 1 < p->text.n && p->text.p[p->at + 1] == '*') {
        size_t pos = p->at;
        p->at += 2;
        n = two(p, OP_POW, pos, n, parse_unary(p));
    }
    return n;
}

static const struct node *parse_mul(struct parser *p)
{
    const struct node *n = parse_pow(p);
    for (;;) {
        char ch = n ? parse_peek(p) : 0;
        if (ch != '*' && ch != '/')
            return n;
        size_t pos = p->at++;
        n = two(p, ch == '*' ? OP_MUL : OP_DIV, pos, n, parse_pow(p));
    }
}

const struct node *parse_add(struct parser *p)
{
    const struct node *n = parse_mul(p);
    for (;;) {
        char ch = n ? parse_peek(p) : 0;
        if (ch != '+' && ch != '-')
            return n;
        size_t pos = p->at++;
        n = two(p, ch == '+' ? OP_ADD : OP_SUB, pos, n, parse_mul(p));
    }
}

static bool comparison(struct parser *p, enum op *op)
{
    static const struct { const char *mark; enum op op; } marks[] = {
        { "<=", OP_LE }, { ">=", OP_GE }, { "!=", OP_NE }, { "<", OP_LT }, { ">", OP_GT }, { "=", OP_EQ },
    };
    char ch = parse_peek(p);
    for (size_t i = 0; (ch == '<' || ch == '>' || ch == '!' || ch == '=') && i < COUNT_OF(marks); i++)
        if (parse_eat_mark(p, marks[i].mark)) {
            *op = marks[i].op;
            return true;
        }
    return false;
}

/* "< 10", "= x", or any expression. */
const struct node *parse_test(struct parser *p, bool *is_op)
{
    enum op op;
    size_t pos = p->at;
    *is_op = comparison(p, &op);
    if (!*is_op)
        return parse_expr(p);
    const struct node *a = parse_add(p);
    struct node *n = a ? parse_node(p, OP_OP_RANGE, pos) : NULL;
    if (!n)
        return NULL;
    n->flag = (uint8_t)op;
    n->a = a;
    return n;
}

/* After `in`: (test, test), one test, or an expression. */
static const struct node *parse_in(struct parser *p, const struct node *left, size_t pos)
{
    struct kids l = { 0 };
    bool is_op = false;
    if (parse_peek(p) == '(') {
        struct parser keep = *p;
        p->at++;
        do {
            bool op;
            if (!parse_kids_add(p, &l, parse_test(p, &op)))
                break;
            is_op |= op;
        } while (parse_eat_mark(p, ","));
        if (!p->failed && parse_eat_mark(p, ")") && (l.n > 1 || is_op)) {
            struct node *n = parse_node(p, OP_IN, pos);
            if (!n)
                return NULL;
            const struct node **kid = NEW_N(p->k->mem, const struct node *, l.n + 1);
            if (!kid)
                return parse_bad(p, "out of memory");
            kid[0] = left;
            memcpy(kid + 1, l.room ? l.more : l.v, l.n * sizeof *kid);
            n->kid = kid;
            n->n = (uint16_t)(l.n + 1);
            return n;
        }
        *p = keep;
    }
    enum op op;
    size_t test = p->at;
    const struct node *b;
    if (comparison(p, &op)) {
        const struct node *a = parse_add(p);
        struct node *o = a ? parse_node(p, OP_OP_RANGE, test) : NULL;
        if (!o)
            return NULL;
        o->flag = (uint8_t)op;
        o->a = a;
        b = o;
    } else {
        b = parse_add(p);
    }
    const struct node *kid[] = { left, b };
    return b ? parse_kids(p, OP_IN, pos, kid, 2) : NULL;
}

const struct node *parse_kids(struct parser *p, enum op op, size_t pos,
                              const struct node *const *kid, size_t n)
{
    struct node *node = parse_node(p, op, pos);
    const struct node **copy = NEW_N(p->k->mem, const struct node *, n ? n : 1);
    if (!node || !copy)
        return parse_bad(p, "out of memory");
    if (n)
        memcpy(copy, kid, n * sizeof *copy);
    node->kid = copy;
    node->n = (uint16_t)n;
    return node;
}

static const struct node *parse_compare(struct parser *p)
{
    const struct node *n = parse_add(p);
    while (n && !p->failed) {
        enum op op;
        parse_space(p);
        size_t pos = p->at;
        if (comparison(p, &op)) {
            n = two(p, op, pos, n, parse_add(p));
        } else if (parse_eat_word(p, "between")) {
            const struct node *lo = parse_add(p);
            if (lo && !parse_eat_word(p, "and"))
                return parse_bad(p, "'and' is expected after 'between'");
            const struct node *hi = lo ? parse_add(p) : NULL;
            struct node *b = hi ? parse_node(p, OP_BETWEEN, pos) : NULL;
            if (!b)
                return NULL;
            b->a = n;
            b->b = lo;
            b->c = hi;
            n = b;
        } else if (parse_eat_word(p, "in")) {
            n = parse_in(p, n, pos);
        } else {
            break;
        }
    }
    return n;
}

static const struct node *parse_and(struct parser *p)
{
    const struct node *n = parse_compare(p);
    while (n && parse_at_word(p, "and")) {
        size_t pos = p->at;
        (void)parse_eat_word(p, "and");
        n = two(p, OP_AND, pos, n, parse_compare(p));
    }
    return n;
}

const struct node *parse_expr(struct parser *p)
{
    if (++p->nest > FEEL_NEST_MAX)
        return parse_bad(p, "nested too deeply");
    if (++p->k->work > 200000)
        return parse_bad(p, "too much text");
    const struct node *n = parse_and(p);
    while (n && parse_at_word(p, "or")) {
        size_t pos = p->at;
        (void)parse_eat_word(p, "or");
        n = two(p, OP_OR, pos, n, parse_and(p));
    }
    p->nest--;
    return p->failed ? NULL : n;
}
