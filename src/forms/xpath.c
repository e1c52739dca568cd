#include "forms/xpath.h"
#include "forms/odk.h"

struct xp {
    struct arena *mem;
    const struct xpath_scope *scope;
    struct str text;
    size_t at;
    int depth;
    int preds;                    /* inside [...]: "/" would be the root of another document */
    bool whole;                   /* inside indexed-repeat: paths mean all repeats */
    struct xpath_error err;
    bool failed;
};

/* Sub-expressions come back as text; .number says no odk-num() is needed. */
struct part { struct str s; bool number; };

struct step {
    struct str test;              /* "age", "..", "@id", "node()", "parent::x" */
    struct str preds;             /* "[...]" or "" */
    bool child;                   /* a plain child step */
    bool deep;                    /* written with // before it */
};

static struct part expr(struct xp *x, int level);

static struct part bad(struct xp *x, const char *why, struct str what)
{
    if (!x->failed)
        x->err = (struct xpath_error){ x->at, why, what };
    x->failed = true;
    return (struct part){ .s = STR("0") };
}

static void space(struct xp *x)
{
    while (x->at < x->text.n && ascii_space(x->text.p[x->at]))
        x->at++;
}

static char peek(const struct xp *x, size_t ahead)
{
    return x->at + ahead < x->text.n ? x->text.p[x->at + ahead] : 0;
}

static bool eat(struct xp *x, const char *word)
{
    space(x);
    size_t n = strlen(word);
    if (x->text.n - x->at < n || memcmp(x->text.p + x->at, word, n) != 0)
        return false;
    x->at += n;
    return true;
}

static bool name_start(char ch) { return ascii_alpha(ch) || ch == '_' || (unsigned char)ch >= 0x80; }
static bool name_char(char ch) { return name_start(ch) || ascii_digit(ch) || ch == '-' || ch == '.'; }

static struct str name(struct xp *x)
{
    size_t from = x->at;
    if (!name_start(peek(x, 0)))
        return STR("");
    while (name_char(peek(x, 0)))
        x->at++;
    return str_sub(x->text, from, x->at - from);
}

/* ---- primaries ------------------------------------------------------------- */

static struct part literal(struct xp *x)
{
    char q = peek(x, 0);
    size_t from = x->at++;
    while (x->at < x->text.n && peek(x, 0) != q)
        x->at++;
    if (x->at >= x->text.n)
        return bad(x, "a quote is not closed", STR(""));
    x->at++;
    return (struct part){ .s = str_sub(x->text, from, x->at - from) };
}

static struct part number(struct xp *x)
{
    size_t from = x->at;
    while (ascii_digit(peek(x, 0)) || peek(x, 0) == '.')
        x->at++;
    struct str s = str_sub(x->text, from, x->at - from), head, tail;
    if (str_cut(s, '.', &head, &tail) && tail.n && memchr(tail.p, '.', tail.n))
        return bad(x, "not a number", s);
    return (struct part){ .s = s, .number = true };
}

/* jr:choice-name and friends: libxml2 would want the namespace. */
static struct str plain_name(struct arena *mem, struct str n)
{
    struct str head, tail;
    if (!str_cut(n, ':', &head, &tail))
        return n;
    return str_is(head, "jr") ? str_join(mem, STR("jr-"), tail) : tail;
}

static struct part call(struct xp *x, struct str fn)
{
    struct buf b;
    int n = 0;
    struct str own = plain_name(x->mem, fn);
    const struct odk_fn *f = odk_find(own);
    if (!f)
        return bad(x, "no such function", fn);
    buf_init(&b, x->mem, XPATH_TEXT_MAX * 8);
    buf_put(&b, own);
    buf_char(&b, '(');
    if (!eat(x, ")")) {
        bool whole = x->whole, indexed = str_is(own, "indexed-repeat");
        do {
            x->whole = whole || (indexed && (n == 0 || n % 2 == 1));
            if (n++)
                buf_char(&b, ',');
            buf_put(&b, expr(x, 0).s);
            x->whole = whole;
        } while (!x->failed && eat(x, ","));
        if (!x->failed && !eat(x, ")"))
            return bad(x, "a closing parenthesis is missing", fn);
    }
    buf_char(&b, ')');
    if (!x->failed && (n < f->min || (f->max >= 0 && n > f->max)))
        return bad(x, "wrong number of arguments", fn);
    if (b.failed)
        return bad(x, "too long", fn);
    return (struct part){ .s = buf_str(&b) };
}

/* ---- location paths ----------------------------------------------------------- */

static struct str predicates(struct xp *x)
{
    struct buf b;
    buf_init(&b, x->mem, XPATH_TEXT_MAX * 8);
    while (!x->failed && eat(x, "[")) {
        x->preds++;
        buf_char(&b, '[');
        buf_put(&b, expr(x, 0).s);
        buf_char(&b, ']');
        x->preds--;
        if (!x->failed && !eat(x, "]"))
            (void)bad(x, "a closing bracket is missing", STR(""));
    }
    if (b.failed)
        (void)bad(x, "too long", STR(""));
    return b.n ? buf_str(&b) : STR("");
}

static bool node_type(struct str n)
{
    return str_is(n, "node") || str_is(n, "text") || str_is(n, "comment");
}

/* name, ns:name, *, node(): names lose their prefix, as instances do here. */
static struct str node_test(struct xp *x)
{
    if (eat(x, "*"))
        return STR("*");
    struct str n = name(x);
    if (n.n == 0) {
        (void)bad(x, "a name is missing", str_sub(x->text, x->at, 1));
        return n;
    }
    if (peek(x, 0) == ':' && peek(x, 1) != ':') {
        x->at++;
        if (eat(x, "*"))
            return STR("*");
        n = name(x);
    }
    if (node_type(n) && eat(x, "(")) {
        if (!eat(x, ")"))
            (void)bad(x, "a closing parenthesis is missing", n);
        return str_join(x->mem, n, STR("()"));
    }
    return n;
}

static bool axis_ok(struct str a)
{
    return str_is(a, "child") || str_is(a, "parent") || str_is(a, "self") || str_is(a, "attribute");
}

static struct step one_step(struct xp *x)
{
    struct step s = { .preds = STR("") };
    space(x);
    if (eat(x, "..")) {
        s.test = STR("..");
        return s;
    }
    if (eat(x, ".")) {
        s.test = STR(".");
        s.preds = predicates(x);
        return s;
    }
    if (eat(x, "@")) {
        s.test = str_join(x->mem, STR("@"), node_test(x));
        return s;
    }
    size_t back = x->at;
    struct str axis = name(x);
    if (axis.n && eat(x, "::")) {
        if (!axis_ok(axis))
            (void)bad(x, "this axis is not part of ODK XForms", axis);
        s.test = str_join(x->mem, axis, STR("::"), node_test(x));
    } else {
        x->at = back;
        s.test = node_test(x);
        s.child = true;
    }
    s.preds = predicates(x);
    return s;
}

static size_t steps(struct xp *x, struct step *v)
{
    size_t n = 0;
    bool deep = false;
    do {
        if (n >= XPATH_STEPS_MAX) {
            (void)bad(x, "too many steps in a path", STR(""));
            return 0;
        }
        v[n] = one_step(x);
        v[n++].deep = deep;
        if (x->failed || !eat(x, "/"))
            break;
        deep = eat(x, "/");
    } while (true);
    return n;
}

static void put_steps(struct buf *b, const struct step *v, size_t n, bool slash)
{
    for (size_t i = 0; i < n; i++) {
        if (i || slash)
            buf_char(b, '/');
        if (v[i].deep)
            buf_char(b, '/');
        buf_put(b, v[i].test);
        buf_put(b, v[i].preds);
    }
}

static size_t depth_of(struct str path)
{
    size_t n = 0;
    for (size_t i = 0; i < path.n; i++)
        n += path.p[i] == '/';
    return n;
}

static bool below(struct str path, struct str top)
{
    return str_starts(path, top) && path.n > top.n && path.p[top.n] == '/';
}

/* The leading plain steps as "/data/child/age". */
static struct str plain_path(struct xp *x, const struct step *v, size_t n)
{
    struct buf b;
    buf_init(&b, x->mem, XPATH_TEXT_MAX);
    for (size_t i = 0; i < n && v[i].child && !v[i].deep; i++) {
        if (v[i].test.p[0] == '*' || str_ends(v[i].test, STR(")")))
            break;
        buf_char(&b, '/');
        buf_put(&b, v[i].test);
        if (v[i].preds.n)
            break;
    }
    return b.n ? buf_str(&b) : STR("");
}

/* The deepest repeat that holds both the context and, strictly, the path. */
static struct str shared_repeat(const struct xpath_scope *s, struct str path)
{
    struct str best = STR("");
    for (size_t i = 0; i < s->repeats; i++) {
        struct str r = s->repeat[i];
        if (r.n > best.n && below(path, r) && (below(s->context, r) || str_eq(s->context, r)))
            best = r;
    }
    return best;
}

static bool no_preds(const struct step *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].preds.n)
            return false;
    return true;
}

static struct part absolute(struct xp *x, const struct step *v, size_t n)
{
    struct buf b;
    struct str path = plain_path(x, v, n), top = shared_repeat(x->scope, path);
    buf_init(&b, x->mem, XPATH_TEXT_MAX * 8);
    if (x->scope->known && path.n && !x->scope->known(x->scope->with, path))
        return bad(x, "this form has no such path", path);
    size_t skip = depth_of(top);
    if (x->whole || top.n == 0 || !no_preds(v, skip)) {
        if (x->preds)
            buf_put(&b, STR("odk-root()"));
        put_steps(&b, v, n, true);
    } else {
        buf_put(&b, STR("current()"));
        for (size_t k = depth_of(x->scope->context); k > skip; k--)
            buf_put(&b, STR("/.."));
        put_steps(&b, v + skip, n - skip, true);
    }
    if (b.failed)
        return bad(x, "too long", path);
    return (struct part){ .s = buf_str(&b) };
}

static struct part location(struct xp *x)
{
    struct step v[XPATH_STEPS_MAX];
    struct buf b;
    bool root = eat(x, "/"), deep = root && eat(x, "/");
    space(x);
    char ch = peek(x, 0);
    if (root && !deep && !name_start(ch) && ch != '*' && ch != '@' && ch != '.')
        return (struct part){ .s = STR("/") };
    size_t n = steps(x, v);
    if (x->failed)
        return (struct part){ .s = STR("0") };
    if (root && !deep)
        return absolute(x, v, n);
    buf_init(&b, x->mem, XPATH_TEXT_MAX * 8);
    v[0].deep = deep;
    put_steps(&b, v, n, deep);
    return b.failed ? bad(x, "too long", STR("")) : (struct part){ .s = buf_str(&b) };
}

/* f(...)[..]/a/b and (...)[..]/a/b */
static struct part filtered(struct xp *x, struct part head)
{
    struct step v[XPATH_STEPS_MAX];
    struct buf b;
    struct str p = predicates(x);
    if (x->failed || (p.n == 0 && (space(x), peek(x, 0)) != '/'))
        return head;
    buf_init(&b, x->mem, XPATH_TEXT_MAX * 8);
    buf_put(&b, head.s);
    buf_put(&b, p);
    if (eat(x, "/")) {
        bool deep = eat(x, "/");
        size_t n = steps(x, v);
        if (n)
            v[0].deep = deep;
        put_steps(&b, v, n, true);
    }
    return b.failed ? bad(x, "too long", STR("")) : (struct part){ .s = buf_str(&b) };
}

static bool call_ahead(struct xp *x, struct str *fn)
{
    size_t back = x->at;
    struct str n = name(x);
    if (n.n && peek(x, 0) == ':' && name_start(peek(x, 1))) {
        x->at++;
        (void)name(x);
        n = str_sub(x->text, back, x->at - back);
    }
    if (n.n && !node_type(n) && eat(x, "(")) {
        *fn = n;
        return true;
    }
    x->at = back;
    return false;
}

static struct part path_expr(struct xp *x)
{
    struct str fn;
    space(x);
    char ch = peek(x, 0);
    if (ch == 0)
        return bad(x, "the expression ends too early", STR(""));
    if (ch == '\'' || ch == '"')
        return filtered(x, literal(x));
    if (ascii_digit(ch) || (ch == '.' && ascii_digit(peek(x, 1))))
        return number(x);
    if (ch == '(') {
        x->at++;
        struct part in = expr(x, 0);
        if (!x->failed && !eat(x, ")"))
            return bad(x, "a closing parenthesis is missing", STR(""));
        in.s = str_join(x->mem, STR("("), in.s, STR(")"));
        return filtered(x, in);
    }
    if (call_ahead(x, &fn))
        return filtered(x, call(x, fn));
    return location(x);
}

/* ---- operators ------------------------------------------------------------------ */

enum { OR, AND, EQUAL, RELATE, ADD, MULTIPLY, UNARY, UNION, PATH };

static const char *const ops[UNARY][5] = {
    [OR] = { "or" }, [AND] = { "and" }, [EQUAL] = { "!=", "=" },
    [RELATE] = { "<=", ">=", "<", ">" }, [ADD] = { "+", "-" }, [MULTIPLY] = { "*", "div", "mod" },
};

/* An operator word must end where the name ends: "order" is not "or". */
static const char *operator_here(struct xp *x, int level)
{
    space(x);
    for (size_t i = 0; ops[level][i]; i++) {
        const char *w = ops[level][i];
        size_t n = strlen(w);
        if (x->text.n - x->at < n || memcmp(x->text.p + x->at, w, n) != 0)
            continue;
        if (ascii_alpha(w[0]) && name_char(peek(x, n)))
            continue;
        x->at += n;
        return w;
    }
    return NULL;
}

static struct str as_number(struct xp *x, struct part p)
{
    return p.number ? p.s : str_join(x->mem, STR("odk-num("), p.s, STR(")"));
}

/* a < b, a = b: dates and node-sets compare as ODK wants. */
static struct part compared(struct xp *x, int level, struct part a)
{
    const char *op;
    for (int n = 0; !x->failed && (op = operator_here(x, level)) != NULL; n++) {
        if (n >= 8)
            return bad(x, "too many operators", STR(""));
        a = (struct part){ .s = str_join(x->mem, STR("odk-cmp('"), str_c(op), STR("',"), a.s, STR(","),
                                         expr(x, level + 1).s, STR(")")) };
    }
    return a;
}

/* a or b or c, a + b - c: written in one piece, so long chains stay cheap. */
static struct part chained(struct xp *x, int level, struct part a, const char *op)
{
    struct buf b;
    bool number = level > RELATE;
    buf_init(&b, x->mem, XPATH_TEXT_MAX * 8);
    buf_char(&b, '(');
    buf_put(&b, number ? as_number(x, a) : a.s);
    for (; !x->failed && op; op = operator_here(x, level)) {
        struct part next = expr(x, level + 1);
        buf_fmt(&b, " %s ", op);
        buf_put(&b, number ? as_number(x, next) : next.s);
    }
    buf_char(&b, ')');
    if (b.failed)
        return bad(x, "too long", STR(""));
    return (struct part){ .s = buf_str(&b), .number = number };
}

static struct part unary(struct xp *x)
{
    int minus = 0;
    while (eat(x, "-"))
        minus++;
    struct part p = path_expr(x);
    while (!x->failed && eat(x, "|"))
        p = (struct part){ .s = str_join(x->mem, p.s, STR("|"), path_expr(x).s) };
    if (minus == 0)
        return p;
    return (struct part){ .s = str_join(x->mem, minus % 2 ? STR("(-") : STR("(0+"), as_number(x, p),
                                        STR(")")), .number = true };
}

static struct part expr(struct xp *x, int level)
{
    const char *op;
    if (x->failed)
        return (struct part){ .s = STR("0") };
    if (level == UNARY)
        return unary(x);
    if (level == OR && ++x->depth > XPATH_DEPTH_MAX)
        return bad(x, "nested too deeply", STR(""));
    struct part a = expr(x, level + 1);
    if (level == EQUAL || level == RELATE)
        a = compared(x, level, a);
    else if (!x->failed && (op = operator_here(x, level)) != NULL)
        a = chained(x, level, a, op);
    if (level == OR)
        x->depth--;
    return a;
}

bool xpath_translate(struct arena *mem, const struct xpath_scope *s, struct str text,
                     struct str *out, struct xpath_error *e)
{
    struct xp x = { .mem = mem, .scope = s, .text = text };
    struct part p = { .s = STR("") };
    if (text.n > XPATH_TEXT_MAX)
        (void)bad(&x, "too long", STR(""));
    else
        p = expr(&x, OR);
    space(&x);
    if (!x.failed && x.at < text.n)
        (void)bad(&x, "something is left over", str_sub(text, x.at, 20));
    *e = x.err;
    if (!x.failed)
        *out = p.s;
    return !x.failed;
}
