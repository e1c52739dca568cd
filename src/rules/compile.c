/* Whole texts: an expression, or the unary tests of a cell; what is wrong is told
 * with line and column. */
#include "rules/parse.h"

static void report(struct parser *p)
{
    struct compiler *k = p->k;
    if (k->mem->failed || k->c->mem.failed) {
        (void)FAIL(k->c, ERR_NOMEM, "memory", "compiling");
        return;
    }
    int line = 1, col = 1;
    for (size_t i = 0; i < p->bad_at && i < p->text.n; i++) {
        if (p->text.p[i] == '\n') {
            line++;
            col = 1;
        } else if ((p->text.p[i] & 0xC0) != 0x80) {
            col++;
        }
    }
    (void)FAIL(k->c, ERR_INPUT, "rules.syntax", "%.*s:%d:%d: %s", (int)(k->file.n > 100 ? 100 : k->file.n),
               k->file.n ? k->file.p : "", line + (k->line ? k->line - 1 : 0), col,
               p->bad ? p->bad : "not a FEEL expression");
}

static bool parser_init(struct parser *p, struct compiler *k, struct scope *s, struct str text)
{
    *p = (struct parser){ .k = k, .text = text, .s = s };
    if (text.n > FEEL_TEXT_MAX || !utf8_valid(text)) {
        (void)parse_bad(p, text.n > FEEL_TEXT_MAX ? "the text is too long" : "the text is not UTF-8");
        report(p);
        return false;
    }
    return true;
}

const struct node *feel_compile_text(struct compiler *k, struct scope *s, struct str text)
{
    struct parser p;
    k->work = 0;
    if (!parser_init(&p, k, s, text))
        return NULL;
    const struct node *n = parse_expr(&p);
    if (n && !p.failed && parse_peek(&p) != 0)
        n = parse_bad(&p, "the expression should end here");
    if (!n || p.failed) {
        report(&p);
        return NULL;
    }
    return n;
}

/* Each test becomes a yes/no expression about `?`. */
static const struct node *parse_cell_test(struct parser *p)
{
    bool is_op;
    unsigned before = p->value_uses;
    size_t pos = p->at;
    const struct node *t = parse_test(p, &is_op);
    if (!t || (!is_op && p->value_uses != before))
        return t;
    /* The tested value is slot 0 of the innermost frame. */
    static const struct node value = { .op = OP_LOCAL };
    const struct node *kid[] = { &value, t };
    const struct node *n = parse_kids(p, OP_IN, pos, kid, 2);
    if (n)
        ((struct node *)(uintptr_t)n)->flag = 1;
    return n;
}

/* "not(" that closes at the very end negates the tests inside. */
static bool eat_not(struct parser *p)
{
    struct parser keep = *p;
    if (parse_eat_word(p, "not") && parse_eat_mark(p, "("))
        return true;
    *p = keep;
    return false;
}

static const struct node *parse_tests(struct parser *p)
{
    struct kids l = { 0 };
    bool negated = eat_not(p);
    do {
        if (!parse_kids_add(p, &l, parse_cell_test(p)))
            return NULL;
    } while (parse_eat_mark(p, ","));
    if (negated && !parse_eat_mark(p, ")"))
        return parse_bad(p, "')' is missing after not(");
    if (parse_peek(p) != 0)
        return parse_bad(p, "the test should end here");
    const struct node *n = parse_kids(p, OP_TESTS, 0, l.room ? l.more : l.v, l.n);
    if (n)
        ((struct node *)(uintptr_t)n)->flag = negated;
    return n;
}

/* "..." without escapes, or a number, and nothing else. */
static bool plain_literal(struct str s, struct feel_value *out)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"') {
        struct str inner = str_sub(s, 1, s.n - 2);
        if (inner.n && (memchr(inner.p, '"', inner.n) || memchr(inner.p, '\\', inner.n)))
            return false;
        *out = feel_string(inner);
        return true;
    }
    return s.n && (ascii_digit(s.p[0]) || s.p[0] == '-') && ascii_digit(s.p[s.n - 1]) && num_parse(s, out);
}

/* Most cells: one literal, or one comparison with a literal.  NULL: read it the
 * long way.  text must outlive the program. */
static const struct node *quick_test(struct parser *p, struct str text)
{
    static const struct node value = { .op = OP_LOCAL };
    struct str t = str_trim(text);
    struct feel_value v;
    enum op op = OP_CONST;
    if (t.n > 1 && (t.p[0] == '<' || t.p[0] == '>')) {
        bool or_equal = t.p[1] == '=';
        op = t.p[0] == '<' ? (or_equal ? OP_LE : OP_LT) : (or_equal ? OP_GE : OP_GT);
        t = str_trim(str_sub(t, or_equal ? 2 : 1, t.n));
    }
    if (!plain_literal(t, &v))
        return NULL;
    const struct node *c = feel_node_const(p->k, v, 0);
    if (op != OP_CONST) {
        struct node *range = c ? parse_node(p, OP_OP_RANGE, 0) : NULL;
        if (!range)
            return NULL;
        range->flag = (uint8_t)op;
        range->a = c;
        c = range;
    }
    const struct node *in[] = { &value, c }, *test[1];
    if (!c || !(test[0] = parse_kids(p, OP_IN, 0, in, 2)))
        return NULL;
    ((struct node *)(uintptr_t)test[0])->flag = 1;
    return parse_kids(p, OP_TESTS, 0, test, 1);
}

const struct node *feel_compile_tests(struct compiler *k, struct scope *s, struct str text)
{
    struct parser p;
    k->work = 0;
    if (!parser_init(&p, k, s, text))
        return NULL;
    if (str_is(str_trim(text), "-") || str_trim(text).n == 0)
        return parse_kids(&p, OP_TESTS, 0, NULL, 0);
    const struct node *quick = quick_test(&p, text);
    if (quick)
        return quick;
    struct parser keep = p;
    const struct node *n = parse_tests(&p);
    if (!n && p.text.n && parse_at_word(&keep, "not")) {
        /* not(a) and b: an expression that only begins with not */
        struct parser again = keep;
        struct kids l = { 0 };
        if (parse_kids_add(&again, &l, parse_cell_test(&again)) && parse_peek(&again) == 0) {
            n = parse_kids(&again, OP_TESTS, 0, l.v, 1);
            p = again;
        }
    }
    if (!n || p.failed) {
        report(&p);
        return NULL;
    }
    return n;
}
