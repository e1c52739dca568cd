/* Regular expressions as XPath writes them (XPath Functions 3.1, section 5.6,
 * on XML Schema part 2, appendix F), read strictly and handed to ICU in its own
 * spelling.  ICU's matcher runs under a time limit. */
#include "rules/feel.h"

#include <unicode/uregex.h>
#include <unicode/ustring.h>

enum { PATTERN_MAX = 8192, GROUPS_MAX = 99, REGEX_NEST = 60, MATCH_TIME = 400, MATCH_STACK = 4 << 20 };

struct reader {
    struct str in;
    struct buf out;
    int groups, nest;
    bool closed[GROUPS_MAX + 1];         /* groups that may be referred to */
    bool bad, dot_all, multi, spaced;
};

static bool refuse(struct reader *x)
{
    x->bad = true;
    return false;
}

static void lit(struct reader *x, const char *z)
{
    buf_put(&x->out, str_c(z));
}

static void code(struct reader *x, uint32_t cp)
{
    buf_fmt(&x->out, "\\x{%x}", (unsigned)cp);
}

static char look(struct reader *x)
{
    return x->in.n ? x->in.p[0] : 0;
}

static bool take(struct reader *x, char ch)
{
    if (x->in.n == 0 || x->in.p[0] != ch)
        return false;
    x->in = str_sub(x->in, 1, x->in.n);
    return true;
}

/* XML name characters, for \i and \c. */
#define NAME_START ":A-Z_a-z\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{2FF}\\x{370}-\\x{37D}" \
    "\\x{37F}-\\x{1FFF}\\x{200C}-\\x{200D}\\x{2070}-\\x{218F}\\x{2C00}-\\x{2FEF}\\x{3001}-\\x{D7FF}" \
    "\\x{F900}-\\x{FDCF}\\x{FDF0}-\\x{FFFD}\\x{10000}-\\x{EFFFF}"

static const char *multi_escape(char ch)
{
    switch (ch) {
    case 's': return "[\\x{20}\\t\\n\\r]";
    case 'S': return "[^\\x{20}\\t\\n\\r]";
    case 'd': return "\\p{Nd}";
    case 'D': return "\\P{Nd}";
    case 'w': return "[^\\p{P}\\p{Z}\\p{C}]";
    case 'W': return "[\\p{P}\\p{Z}\\p{C}]";
    case 'i': return "[" NAME_START "]";
    case 'I': return "[^" NAME_START "]";
    case 'c': return "[-.0-9\\x{B7}\\x{300}-\\x{36F}\\x{203F}-\\x{2040}" NAME_START "]";
    case 'C': return "[^-.0-9\\x{B7}\\x{300}-\\x{36F}\\x{203F}-\\x{2040}" NAME_START "]";
    default: return NULL;
    }
}

static bool single_escape(char ch, uint32_t *cp)
{
    if (ch == 'n' || ch == 'r' || ch == 't')
        *cp = ch == 'n' ? '\n' : ch == 'r' ? '\r' : '\t';
    else if (ch && strchr("\\|.?*+(){}$-[]^", ch))
        *cp = (unsigned char)ch;
    else
        return false;
    return true;
}

/* \p{Lu} or \p{IsGreek}; what follows the p. */
static bool property(struct reader *x, bool negated)
{
    size_t end;
    if (!take(x, '{') || !str_find(x->in, STR("}"), &end) || end == 0 || end > 60)
        return refuse(x);
    struct str name = str_sub(x->in, 0, end);
    x->in = str_sub(x->in, end + 1, x->in.n);
    for (size_t i = 0; i < name.n; i++)
        if (!ascii_alpha(name.p[i]) && !ascii_digit(name.p[i]) && name.p[i] != '-')
            return refuse(x);
    lit(x, negated ? "\\P{" : "\\p{");
    if (str_starts(name, STR("Is"))) {
        lit(x, "block=");
        name = str_sub(name, 2, name.n);
    } else if (name.n > 2 || !strchr("LMNPZSC", name.p[0])) {
        return refuse(x);
    }
    buf_put(&x->out, name);
    lit(x, "}");
    return true;
}

/* After a backslash; *cp is set for one character, 0 when a class was written. */
static bool escaped(struct reader *x, uint32_t *cp)
{
    char ch = look(x);
    const char *set = multi_escape(ch);
    *cp = 0;
    if (single_escape(ch, cp))
        return take(x, ch);
    if (set) {
        lit(x, set);
        return take(x, ch);
    }
    if (ch != 'p' && ch != 'P')
        return refuse(x);
    (void)take(x, ch);
    return property(x, ch == 'P');
}

/* ---- [...] -------------------------------------------------------------------- */

static bool char_class(struct reader *x);

/* One character inside brackets; *cp 0: a class was written instead. */
static bool class_char(struct reader *x, uint32_t *cp)
{
    char ch = look(x);
    if (ch == 0 || ch == '[' || ch == ']')
        return refuse(x);
    if (take(x, '\\'))
        return escaped(x, cp);
    *cp = utf8_next(&x->in);
    return true;
}

static bool class_part(struct reader *x)
{
    uint32_t from, to;
    if (!class_char(x, &from))
        return false;
    if (from == 0)
        return true;
    bool range = look(x) == '-' && x->in.n > 1 && x->in.p[1] != ']' && x->in.p[1] != '[';
    if (!range) {
        code(x, from);
        return true;
    }
    (void)take(x, '-');
    if (!class_char(x, &to) || to == 0 || to < from)
        return refuse(x);
    code(x, from);
    lit(x, "-");
    code(x, to);
    return true;
}

/* After "[": written as [[...]--[...]] when something is taken away. */
static bool char_class(struct reader *x)
{
    bool negated = take(x, '^'), any = false;
    if (++x->nest > REGEX_NEST)
        return refuse(x);
    lit(x, negated ? "[[^" : "[[");
    for (;; any = true) {
        if (look(x) == '-' && x->in.n > 1 && x->in.p[1] == '[' && any) {
            x->in = str_sub(x->in, 2, x->in.n);
            lit(x, "]--");
            if (!char_class(x) || !take(x, ']'))
                return refuse(x);
            lit(x, "]");
            x->nest--;
            return true;
        }
        if (take(x, ']')) {
            lit(x, "]]");
            x->nest--;
            return any || refuse(x);
        }
        if (!class_part(x))
            return false;
    }
}

/* ---- the rest -------------------------------------------------------------------- */

static bool branches(struct reader *x);

static bool number(struct reader *x, int *out)
{
    int n = 0, digits = 0;
    while (ascii_digit(look(x)) && digits < 6) {
        n = n * 10 + (look(x) - '0');
        x->in = str_sub(x->in, 1, x->in.n);
        digits++;
    }
    *out = n;
    return digits > 0;
}

static bool counted(struct reader *x)
{
    int lo, hi;
    if (!number(x, &lo))
        return refuse(x);
    buf_fmt(&x->out, "{%d", lo);
    if (take(x, ',')) {
        lit(x, ",");
        if (number(x, &hi)) {
            if (hi < lo)
                return refuse(x);
            buf_fmt(&x->out, "%d", hi);
        }
    }
    lit(x, "}");
    return take(x, '}') || refuse(x);
}

static bool quantifier(struct reader *x)
{
    char ch = look(x);
    if (ch != '?' && ch != '*' && ch != '+' && ch != '{')
        return true;
    (void)take(x, ch);
    if (ch == '{') {
        if (!counted(x))
            return false;
    } else {
        buf_char(&x->out, ch);
    }
    if (take(x, '?'))
        lit(x, "?");
    return true;
}

static bool group(struct reader *x)
{
    int own = 0;
    if (++x->nest > REGEX_NEST)
        return refuse(x);
    if (take(x, '?')) {
        if (!take(x, ':'))
            return refuse(x);
        lit(x, "(?:");
    } else {
        own = ++x->groups;
        if (own > GROUPS_MAX)
            return refuse(x);
        lit(x, "(");
    }
    if (!branches(x) || !take(x, ')'))
        return refuse(x);
    lit(x, ")");
    x->closed[own] = true;
    x->nest--;
    return true;
}

/* \1 and on: as many digits as name a group that is already closed. */
static bool back_reference(struct reader *x)
{
    int n = look(x) - '0';
    (void)take(x, look(x));
    while (ascii_digit(look(x)) && n * 10 + (look(x) - '0') <= x->groups) {
        n = n * 10 + (look(x) - '0');
        x->in = str_sub(x->in, 1, x->in.n);
    }
    if (n == 0 || n > x->groups || !x->closed[n])
        return refuse(x);
    buf_fmt(&x->out, "(?:\\%d)", n);
    return true;
}

static bool atom(struct reader *x)
{
    uint32_t cp;
    char ch = look(x);
    if (take(x, '('))
        return group(x);
    if (take(x, '['))
        return char_class(x);
    if (take(x, '.')) {
        lit(x, x->dot_all ? "[\\x{0}-\\x{10FFFF}]" : "[^\\n\\r]");
        return true;
    }
    if (take(x, '^')) {
        lit(x, x->multi ? "(?:\\A|(?<=\\n)(?!\\z))" : "\\A");
        return true;
    }
    if (take(x, '$')) {
        lit(x, x->multi ? "(?=\\n|\\z)" : "\\z");
        return true;
    }
    if (take(x, '\\')) {
        if (ascii_digit(look(x)))
            return back_reference(x);
        if (!escaped(x, &cp))
            return false;
        if (cp)
            code(x, cp);
        return true;
    }
    if (ch == '?' || ch == '*' || ch == '+' || ch == '{' || ch == '}' || ch == ']')
        return refuse(x);
    code(x, utf8_next(&x->in));
    return true;
}

static bool branches(struct reader *x)
{
    for (;;) {
        char ch = look(x);
        if (x->in.n == 0 || ch == ')')
            return true;
        if (take(x, '|')) {
            lit(x, "|");
            continue;
        }
        if (!atom(x))
            return false;
        if (!quantifier(x))
            return false;
    }
}

/* Flag x: white space outside brackets is not there at all, not even after a
 * backslash. */
static struct str unspaced(struct run *r, struct str pattern)
{
    struct buf b;
    int deep = 0;
    buf_init(&b, r->mem, PATTERN_MAX + 1);
    for (size_t i = 0; i < pattern.n; i++) {
        char ch = pattern.p[i];
        bool escaped = i && pattern.p[i - 1] == '\\' && b.n && b.p[b.n - 1] == '\\';
        if (!deep && (ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r'))
            continue;
        deep += !escaped && ch == '[';
        deep -= !escaped && ch == ']' && deep;
        buf_char(&b, ch);
    }
    return buf_str(&b);
}

static bool translate(struct run *r, struct str pattern, struct reader *x, struct str *out)
{
    if (x->spaced && pattern.n <= PATTERN_MAX)
        pattern = unspaced(r, pattern);
    buf_init(&x->out, r->mem, 32 * PATTERN_MAX);
    x->in = pattern;
    if (pattern.n > PATTERN_MAX || !branches(x) || x->in.n || x->out.failed)
        return false;
    *out = buf_str(&x->out);
    return true;
}

/* ---- ICU -------------------------------------------------------------------------- */

struct wide { UChar *p; int32_t n; };

static bool widen(struct run *r, struct str s, struct wide *out)
{
    UErrorCode e = U_ZERO_ERROR;
    UChar *p = NEW_N(r->mem, UChar, s.n + 1);
    if (!p || s.n > STRING_MAX / 4) {
        feel_run_stop(r, "string too long");
        return false;
    }
    u_strFromUTF8(p, (int32_t)s.n + 1, &out->n, s.p ? s.p : "", (int32_t)s.n, &e);
    out->p = p;
    return U_SUCCESS(e);
}

static void put_wide(struct buf *b, const UChar *p, int32_t n)
{
    char out[512];
    for (int32_t i = 0; i < n;) {
        int32_t len = 0, some = n - i > 128 ? 128 : n - i;
        UErrorCode e = U_ZERO_ERROR;
        if (some == 128 && U16_IS_LEAD(p[i + some - 1]))
            some--;
        u_strToUTF8(out, sizeof out, &len, p + i, some, &e);
        buf_put(b, (struct str){ out, (size_t)len });
        i += some;
    }
}

/* "$1" and "\$" as XPath has them; false: not a replacement. */
static bool expand(struct buf *b, struct str with, URegularExpression *re, const struct wide *text, int groups)
{
    UErrorCode e = U_ZERO_ERROR;
    for (size_t i = 0; i < with.n; i++) {
        char ch = with.p[i];
        if (ch == '\\') {
            if (++i == with.n || (with.p[i] != '\\' && with.p[i] != '$'))
                return false;
            buf_char(b, with.p[i]);
        } else if (ch == '$') {
            if (++i == with.n || !ascii_digit(with.p[i]))
                return false;
            int n = with.p[i] - '0';
            while (i + 1 < with.n && ascii_digit(with.p[i + 1]) && n * 10 + with.p[i + 1] - '0' <= groups)
                n = n * 10 + with.p[++i] - '0';
            if (n > groups)
                continue;
            int32_t from = uregex_start(re, n, &e), to = uregex_end(re, n, &e);
            if (from >= 0 && to >= from)
                put_wide(b, text->p + from, to - from);
        } else {
            buf_char(b, ch);
        }
    }
    return U_SUCCESS(e);
}

static struct feel_value replace_all(struct run *r, URegularExpression *re, const struct wide *text,
                                     struct str with, bool literal, UErrorCode *e)
{
    struct buf b;
    int32_t last = 0, groups = uregex_groupCount(re, e);
    buf_init(&b, r->mem, STRING_MAX);
    /* The replacement must be right even when nothing matches. */
    for (size_t i = 0; i < with.n && !literal; i++) {
        if (with.p[i] != '\\' && with.p[i] != '$')
            continue;
        bool slash = with.p[i++] == '\\';
        if (i == with.n || !(slash ? with.p[i] == '\\' || with.p[i] == '$' : ascii_digit(with.p[i])))
            return feel_no(r, "replace: wrong replacement");
    }
    while (uregex_findNext(re, e) && U_SUCCESS(*e)) {
        int32_t from = uregex_start(re, 0, e), to = uregex_end(re, 0, e);
        put_wide(&b, text->p + last, from - last);
        if (literal)
            buf_put(&b, with);
        else if (!expand(&b, with, re, text, groups))
            return feel_no(r, "replace: wrong replacement");
        last = to;
        if (b.failed || !feel_run_step(r, 1))
            break;
    }
    put_wide(&b, text->p + last, text->n - last);
    if (b.failed)
        feel_run_stop(r, "string too long");
    return feel_string(buf_str(&b));
}

static struct feel_value split_all(struct run *r, URegularExpression *re, const struct wide *text, UErrorCode *e)
{
    struct lister l = { .r = r };
    int32_t last = 0;
    bool more = true;
    while (more) {
        struct buf b;
        more = uregex_findNext(re, e) && U_SUCCESS(*e);
        int32_t from = more ? uregex_start(re, 0, e) : text->n;
        buf_init(&b, r->mem, STRING_MAX);
        put_wide(&b, text->p + last, from - last);
        if (!feel_lister_add(&l, feel_string(buf_str(&b))))
            return feel_null();
        last = more ? uregex_end(re, 0, e) : last;
    }
    return feel_lister_done(&l);
}

static bool flags_read(struct str flags, struct reader *x, uint32_t *icu, bool *literal)
{
    *icu = 0;
    *literal = false;
    for (size_t i = 0; i < flags.n; i++)
        switch (flags.p[i]) {
        case 's': x->dot_all = true; break;
        case 'm': x->multi = true; break;
        case 'i': *icu |= UREGEX_CASE_INSENSITIVE; break;
        case 'x': x->spaced = true; break;
        case 'q': *literal = true; break;
        default: return false;
        }
    return true;
}

static bool matches_nothing(URegularExpression *re, UErrorCode *e)
{
    static const UChar empty[] = { 0 };
    uregex_setText(re, empty, 0, e);
    return uregex_find(re, 0, e);
}

static struct feel_value run_open(struct run *r, enum regex_do what, URegularExpression *re,
                                  const struct wide *text, struct str with, bool literal)
{
    UErrorCode e = U_ZERO_ERROR;
    struct feel_value v;
    uregex_setTimeLimit(re, MATCH_TIME, &e);
    uregex_setStackLimit(re, MATCH_STACK, &e);
    if (what != REGEX_MATCHES && matches_nothing(re, &e))
        return feel_no(r, "the pattern matches the empty string");
    uregex_setText(re, text->p, text->n, &e);
    if (what == REGEX_MATCHES)
        v = feel_bool(uregex_find(re, 0, &e));
    else if (what == REGEX_REPLACE)
        v = replace_all(r, re, text, with, literal, &e);
    else
        v = split_all(r, re, text, &e);
    if (U_FAILURE(e))
        return feel_no(r, e == U_REGEX_TIME_OUT || e == U_REGEX_STACK_OVERFLOW
                         ? "the pattern takes too long" : "the pattern cannot be used");
    return v;
}

struct feel_value feel_regex(struct run *r, enum regex_do what, struct str text, struct str pattern,
                            struct str with, struct str flags)
{
    struct reader x = { 0 };
    struct wide t, p;
    struct str icu;
    uint32_t mode;
    bool literal;
    UErrorCode e = U_ZERO_ERROR;
    if (!flags_read(flags, &x, &mode, &literal))
        return feel_no(r, "unknown flag of a pattern");
    if (literal) {
        mode |= UREGEX_LITERAL;
        icu = pattern;
    } else if (!translate(r, pattern, &x, &icu)) {
        return feel_no(r, "not a regular expression");
    }
    if (!widen(r, text, &t) || !widen(r, icu, &p))
        return feel_null();
    if (p.n == 0)
        return what == REGEX_MATCHES ? feel_bool(true) : feel_no(r, "the pattern matches the empty string");
    URegularExpression *re = uregex_open(p.p, p.n, mode, NULL, &e);
    if (U_FAILURE(e)) {
        uregex_close(re);
        return feel_no(r, "not a regular expression");
    }
    struct feel_value v = run_open(r, what, re, &t, with, literal);
    uregex_close(re);
    return v;
}
