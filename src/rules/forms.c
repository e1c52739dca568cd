/* Literals in brackets and quotes, and the forms that begin with a word. */
#include "rules/parse.h"

enum { ITERATIONS_MAX = 16, ENTRIES_MAX = 2000, PARAMS_MAX = 64 };

/* ---- strings ------------------------------------------------------------------- */

static bool hex(struct str s, size_t at, size_t n, uint32_t *out)
{
    uint32_t v = 0;
    if (at + n > s.n)
        return false;
    for (size_t i = at; i < at + n; i++) {
        char ch = ascii_lower(s.p[i]);
        if (ascii_digit(ch))
            v = v * 16 + (uint32_t)(ch - '0');
        else if (ch >= 'a' && ch <= 'f')
            v = v * 16 + (uint32_t)(ch - 'a') + 10;
        else
            return false;
    }
    *out = v;
    return true;
}

/* One escape at s.p[*at] (after the backslash); false: not one, keep as written. */
static bool escape(struct str s, size_t *at, char *out, size_t *n)
{
    static const char from[] = "\"\\nrt'", to[] = "\"\\\n\r\t'";
    uint32_t cp, low;
    char ch = s.p[*at];
    const char *hit = ch ? strchr(from, ch) : NULL;
    if (hit) {
        out[(*n)++] = to[hit - from];
        (*at)++;
        return true;
    }
    size_t width = ch == 'u' ? 4 : ch == 'U' ? 6 : 0;
    if (!width || !hex(s, *at + 1, width, &cp))
        return false;
    size_t next = *at + 1 + width;
    if (cp >= 0xD800 && cp < 0xDC00 && next + 6 <= s.n && s.p[next] == '\\' && s.p[next + 1] == 'u' &&
        hex(s, next + 2, 4, &low) && low >= 0xDC00 && low < 0xE000) {
        cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
        next += 6;
    }
    if ((cp >= 0xD800 && cp < 0xE000) || cp > 0x10FFFF || cp == 0)
        return false;
    *n += utf8_put(out + *n, cp);
    *at = next;
    return true;
}

bool parse_scan_string(struct parser *p, struct str *out)
{
    size_t from = ++p->at, end = from;
    struct str t = p->text;
    while (end < t.n && t.p[end] != '"')
        end += t.p[end] == '\\' ? 2 : 1;
    if (end >= t.n) {
        (void)parse_bad(p, "string without closing quote");
        return false;
    }
    struct str raw = str_sub(t, from, end - from);
    char *s = arena_alloc(p->k->mem, raw.n + 1, 1);
    if (!s) {
        (void)parse_bad(p, "out of memory");
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < raw.n;) {
        if (raw.p[i] == '\\' && i + 1 < raw.n) {
            i++;
            if (!escape(raw, &i, s, &n))
                s[n++] = '\\';
        } else {
            s[n++] = raw.p[i++];
        }
    }
    p->at = end + 1;
    *out = (struct str){ s, n };
    return true;
}

const struct node *parse_string(struct parser *p)
{
    size_t pos = p->at;
    struct str s;
    if (!parse_scan_string(p, &s))
        return NULL;
    return feel_node_const(p->k, feel_string(s), (uint32_t)pos);
}

const struct node *parse_at_literal(struct parser *p)
{
    size_t pos = p->at++;
    struct str s;
    struct feel_value v;
    if (parse_peek(p) != '"')
        return parse_bad(p, "a string is expected after '@'");
    if (!parse_scan_string(p, &s))
        return NULL;
    if (!feel_temporal(s, &v))
        return feel_node_const(p->k, feel_null(), (uint32_t)pos);
    return feel_node_const(p->k, v, (uint32_t)pos);
}

/* ---- ranges and lists --------------------------------------------------------------- */

static bool eat_close(struct parser *p, bool *closed)
{
    char ch = parse_peek(p);
    if (ch != ']' && ch != ')' && ch != '[')
        return false;
    *closed = ch == ']';
    p->at++;
    return true;
}

/* After "[a..": the end and its bracket. */
static const struct node *parse_range_end(struct parser *p, const struct node *lo, bool lo_closed, size_t pos)
{
    bool hi_closed, before = p->endpoint;
    p->endpoint = true;
    const struct node *hi = parse_expr(p);
    p->endpoint = before;
    if (!hi)
        return NULL;
    if (!eat_close(p, &hi_closed))
        return parse_bad(p, "the range is not closed");
    struct node *n = parse_node(p, OP_RANGE, pos);
    if (!n)
        return NULL;
    n->flag = (uint8_t)((lo_closed ? 1 : 0) | (hi_closed ? 2 : 0));
    n->a = lo;
    n->b = hi;
    if (lo->op != OP_CONST || hi->op != OP_CONST)
        return n;
    struct run r;
    feel_run_init(&r, p->k->c, NULL);
    r.mem = p->k->mem;
    struct feel_value v = feel_walk(&r, n, NULL);
    return v.kind == FEEL_RANGE ? feel_node_const(p->k, v, (uint32_t)pos) : n;
}

static const struct node *list_node(struct parser *p, struct kids *l, size_t pos)
{
    bool constant = true;
    const struct node *const *kid = parse_kids_done(p, l);
    if (!kid)
        return NULL;
    for (size_t i = 0; i < l->n; i++)
        constant &= kid[i]->op == OP_CONST;
    if (!constant) {
        struct node *n = parse_node(p, OP_LIST, pos);
        if (!n)
            return NULL;
        n->kid = kid;
        n->n = (uint16_t)l->n;
        return n;
    }
    struct feel_list *list = NEW(p->k->mem, struct feel_list);
    struct feel_value *v = NEW_N(p->k->mem, struct feel_value, l->n ? l->n : 1);
    if (!list || !v)
        return parse_bad(p, "out of memory");
    for (size_t i = 0; i < l->n; i++)
        v[i] = kid[i]->k;
    *list = (struct feel_list){ l->n, v };
    return feel_node_const(p->k, (struct feel_value){ .kind = FEEL_LIST, .list = list }, (uint32_t)pos);
}

const struct node *parse_bracket(struct parser *p)
{
    size_t pos = p->at;
    bool closed = p->text.p[p->at++] == '[', before = p->endpoint;
    struct kids l = { 0 };
    p->endpoint = false;
    if (closed && parse_eat_mark(p, "]")) {
        p->endpoint = before;
        return list_node(p, &l, pos);
    }
    const struct node *n = parse_expr(p);
    if (n && parse_eat_mark(p, "..")) {
        p->endpoint = before;
        return parse_range_end(p, n, closed, pos);
    }
    if (n && !closed)
        return parse_bad(p, "'..' is expected in a range");
    while (parse_kids_add(p, &l, n)) {
        if (parse_eat_mark(p, "]")) {
            p->endpoint = before;
            return list_node(p, &l, pos);
        }
        if (!parse_eat_mark(p, ","))
            return parse_bad(p, "',' or ']' is expected in a list");
        n = parse_expr(p);
    }
    return NULL;
}

/* (< 10) is a range, (a..b) is a range, (a) is a. */
const struct node *parse_paren(struct parser *p)
{
    size_t pos = p->at++;
    bool is_op, before = p->endpoint;
    p->endpoint = false;
    const struct node *n = parse_test(p, &is_op);
    p->endpoint = before;
    if (n && !is_op && parse_eat_mark(p, ".."))
        return parse_range_end(p, n, false, pos);
    if (n && !parse_eat_mark(p, ")"))
        return parse_bad(p, "')' is missing");
    return n;
}

/* ---- contexts ------------------------------------------------------------------------- */

static bool context_key(struct parser *p, struct str *name)
{
    if (parse_peek(p) == '"')
        return parse_scan_string(p, name) && parse_eat_mark(p, ":");
    return parse_scan_label(p, name);
}

/* Remembered, so that a path can name it. */
static void odd_name(struct parser *p, struct str name)
{
    struct compiler *k = p->k;
    if (name.n && k->n_odd < COUNT_OF(k->odd) && parse_words_length(name) != name.n)
        k->odd[k->n_odd++] = name;
}

static bool room_for(struct parser *p, struct bound **b, size_t n, size_t *room)
{
    if (n < *room)
        return true;
    size_t more = *room ? *room * 2 : 8;
    struct bound *copy = NEW_N(p->k->mem, struct bound, more);
    if (!copy || n >= ENTRIES_MAX) {
        (void)parse_bad(p, copy ? "too many entries" : "out of memory");
        return false;
    }
    if (n)
        memcpy(copy, *b, n * sizeof *copy);
    *b = copy;
    *room = more;
    return true;
}

/* Each entry sees those above it. */
const struct node *parse_context(struct parser *p)
{
    size_t pos = p->at++, room = 0;
    struct scope s = { .up = p->s, .frame = true };
    struct kids l = { 0 };
    bool endpoint = p->endpoint;
    p->s = &s;
    p->endpoint = false;
    if (parse_peek(p) != '}')
        do {
            struct str name;
            if (!room_for(p, &s.b, l.n, &room))
                return NULL;
            if (!context_key(p, &name))
                return parse_bad(p, "an entry is 'name: value'");
            odd_name(p, name);
            if (!parse_kids_add(p, &l, parse_expr(p)))
                return NULL;
            s.b[s.n] = (struct bound){ .name = name, .how = BIND_SLOT, .slot = (uint32_t)s.n };
            s.n++;
        } while (parse_eat_mark(p, ","));
    p->s = s.up;
    p->endpoint = endpoint;
    if (!parse_eat_mark(p, "}"))
        return parse_bad(p, "'}' is missing after a context");
    struct node *n = parse_node(p, OP_CONTEXT, pos);
    struct str *names = NEW_N(p->k->mem, struct str, s.n + 1);
    if (!n || !names)
        return parse_bad(p, "out of memory");
    for (size_t i = 0; i < s.n; i++)
        names[i] = s.b[i].name;
    n->kid = parse_kids_done(p, &l);
    n->n = (uint16_t)l.n;
    n->extra = names;
    return n->kid ? n : NULL;
}

/* ---- if, for, some, every ----------------------------------------------------------------- */

const struct node *parse_if(struct parser *p)
{
    size_t pos = p->at;
    (void)parse_eat_word(p, "if");
    const struct node *a = parse_expr(p), *b, *c;
    if (a && !parse_eat_word(p, "then"))
        return parse_bad(p, "'then' is missing");
    b = a ? parse_expr(p) : NULL;
    if (b && !parse_eat_word(p, "else"))
        return parse_bad(p, "'else' is missing");
    c = b ? parse_expr(p) : NULL;
    struct node *n = c ? parse_node(p, OP_IF, pos) : NULL;
    if (!n)
        return NULL;
    n->a = a;
    n->b = b;
    n->c = c;
    return n;
}

/* The variable's name ends at the word "in" that is followed by an expression. */
static bool iterations(struct parser *p, struct scope *s, struct iteration *it, size_t *n)
{
    do {
        if (*n == ITERATIONS_MAX) {
            (void)parse_bad(p, "too many iterations");
            return false;
        }
        struct str name = parse_scan_words(p);
        if (name.n == 0 || !parse_eat_word(p, "in")) {
            (void)parse_bad(p, "an iteration is 'name in list'");
            return false;
        }
        it[*n].in = parse_expr(p);
        it[*n].to = NULL;
        if (it[*n].in && parse_eat_mark(p, ".."))
            it[*n].to = parse_expr(p);
        if (p->failed)
            return false;
        s->b[s->n] = (struct bound){ .name = name, .how = BIND_SLOT, .slot = (uint32_t)s->n };
        s->n++;
        (*n)++;
    } while (parse_eat_mark(p, ","));
    return true;
}

static const struct node *parse_loop(struct parser *p, enum op op, const char *word, size_t pos)
{
    struct bound b[ITERATIONS_MAX + 1];
    struct iteration it[ITERATIONS_MAX];
    struct scope s = { .up = p->s, .b = b, .frame = true };
    size_t n = 0;
    unsigned closures = p->closures;
    p->s = &s;
    if (!iterations(p, &s, it, &n))
        return NULL;
    if (!parse_eat_word(p, word))
        return parse_bad(p, op == OP_FOR ? "'return' is missing" : "'satisfies' is missing");
    if (op == OP_FOR)
        b[s.n++] = (struct bound){ .name = STR("partial"), .how = BIND_SLOT, .slot = (uint32_t)n };
    size_t from = p->at, hit;
    const struct node *body = parse_expr(p);
    p->s = s.up;
    if (!body)
        return NULL;
    bool partial = str_find(str_sub(p->text, from, p->at - from), STR("partial"), &hit);
    struct node *node = parse_node(p, op, pos);
    struct iteration *copy = NEW_N(p->k->mem, struct iteration, n);
    const struct node **kid = NEW_N(p->k->mem, const struct node *, 1);
    if (!node || !copy || !kid)
        return parse_bad(p, "out of memory");
    memcpy(copy, it, n * sizeof *it);
    kid[0] = body;
    node->kid = kid;
    node->extra = copy;
    node->n = (uint16_t)n;
    /* A function written in the body may outlive its round. */
    node->flag = (uint8_t)((closures != p->closures ? 1 : 0) | (partial ? 2 : 0));
    return node;
}

const struct node *parse_for(struct parser *p)
{
    size_t pos = p->at;
    (void)parse_eat_word(p, "for");
    return parse_loop(p, OP_FOR, "return", pos);
}

const struct node *parse_quantified(struct parser *p, enum op op)
{
    size_t pos = p->at;
    (void)parse_eat_word(p, op == OP_SOME ? "some" : "every");
    return parse_loop(p, op, "satisfies", pos);
}

/* ---- functions ----------------------------------------------------------------------------- */

static bool parameters(struct parser *p, struct scope *s, struct field *f)
{
    if (parse_eat_mark(p, ")"))
        return true;
    do {
        struct str name = parse_scan_words(p);
        if (name.n == 0 || s->n == PARAMS_MAX) {
            (void)parse_bad(p, "a parameter's name is expected");
            return false;
        }
        f[s->n] = (struct field){ name, NULL };
        if (parse_eat_mark(p, ":") && !(f[s->n].type = parse_type(p)))
            return false;
        s->b[s->n] = (struct bound){ .name = name, .how = BIND_SLOT, .slot = (uint32_t)s->n };
        s->n++;
    } while (parse_eat_mark(p, ","));
    if (!parse_eat_mark(p, ")")) {
        (void)parse_bad(p, "')' is missing after parameters");
        return false;
    }
    return true;
}

const struct node *parse_function(struct parser *p)
{
    size_t pos = p->at;
    struct bound b[PARAMS_MAX];
    struct field f[PARAMS_MAX];
    struct scope s = { .up = p->s, .b = b, .frame = true };
    (void)parse_eat_word(p, "function");
    if (!parse_eat_mark(p, "("))
        return parse_bad(p, "'(' is expected after 'function'");
    if (!parameters(p, &s, f))
        return NULL;
    struct node *n = parse_node(p, OP_FUNCTION, pos);
    struct lambda *l = NEW(p->k->mem, struct lambda);
    struct field *copy = NEW_N(p->k->mem, struct field, s.n + 1);
    if (!n || !l || !copy)
        return parse_bad(p, "out of memory");
    memcpy(copy, f, s.n * sizeof *f);
    bool external = parse_eat_word(p, "external");
    p->closures++;
    p->s = &s;
    *l = (struct lambda){ .n = s.n, .param = copy, .body = parse_expr(p) };
    p->s = s.up;
    if (!l->body)
        return NULL;
    n->flag = external;
    n->extra = l;
    return n;
}
