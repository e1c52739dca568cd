/* Built-in functions on strings (DMN 1.5, 10.3.4.3), boolean not() and string(). */
#include "rules/feel.h"

#include <unicode/ustring.h>

static size_t offset_of(struct str s, size_t cp)
{
    struct str rest = s;
    while (cp-- && rest.n)
        (void)utf8_next(&rest);
    return s.n - rest.n;
}

/* Positions count code points from 1, or from the end when negative. */
static struct feel_value f_substring(struct run *r, const struct feel_value *a, size_t n)
{
    int64_t start, length, count = (int64_t)utf8_count(a[0].s);
    if (!num_trunc(a[1], &start) || start == 0 || start > count || start < -count)
        return feel_no(r, "substring: the position is outside the string");
    start = start < 0 ? count + start : start - 1;
    length = count - start;
    if (n > 2) {
        if (!num_trunc(a[2], &length) || length < 1)
            return feel_no(r, "substring: the length is not positive");
        if (length > count - start)
            length = count - start;
    }
    size_t from = offset_of(a[0].s, (size_t)start);
    struct str rest = str_sub(a[0].s, from, a[0].s.n);
    return feel_string(str_sub(rest, 0, offset_of(rest, (size_t)length)));
}

static struct feel_value f_string_length(struct run *r, const struct feel_value *a, size_t n)
{
    (void)r;
    (void)n;
    return num_of((int64_t)utf8_count(a[0].s));
}

static struct feel_value change_case(struct run *r, struct str s, bool upper)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t n, m, bytes;
    UChar *in = NEW_N(r->mem, UChar, s.n + 1), *out = NEW_N(r->mem, UChar, 3 * s.n + 1);
    char *p = arena_alloc(r->mem, 9 * s.n + 1, 1);
    if (!in || !out || !p || s.n > STRING_MAX / 16) {
        feel_run_stop(r, "string too long");
        return feel_null();
    }
    u_strFromUTF8(in, (int32_t)s.n + 1, &n, s.p ? s.p : "", (int32_t)s.n, &e);
    m = upper ? u_strToUpper(out, 3 * (int32_t)s.n + 1, in, n, "", &e)
              : u_strToLower(out, 3 * (int32_t)s.n + 1, in, n, "", &e);
    u_strToUTF8(p, 9 * (int32_t)s.n + 1, &bytes, out, m, &e);
    return U_FAILURE(e) ? feel_no(r, "the case cannot be changed")
                        : feel_string((struct str){ p, (size_t)bytes });
}

static struct feel_value f_upper(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return change_case(r, a[0].s, true);
}
static struct feel_value f_lower(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return change_case(r, a[0].s, false);
}

static struct feel_value f_before(struct run *r, const struct feel_value *a, size_t n)
{
    size_t at;
    (void)r;
    (void)n;
    return feel_string(str_find(a[0].s, a[1].s, &at) ? str_sub(a[0].s, 0, at) : STR(""));
}
static struct feel_value f_after(struct run *r, const struct feel_value *a, size_t n)
{
    size_t at;
    (void)r;
    (void)n;
    if (!str_find(a[0].s, a[1].s, &at))
        return feel_string(STR(""));
    return feel_string(str_sub(a[0].s, at + a[1].s.n, a[0].s.n));
}
static struct feel_value f_contains(struct run *r, const struct feel_value *a, size_t n)
{
    size_t at;
    (void)r;
    (void)n;
    return feel_bool(a[1].s.n == 0 || str_find(a[0].s, a[1].s, &at));
}
static struct feel_value f_starts(struct run *r, const struct feel_value *a, size_t n)
{
    (void)r;
    (void)n;
    return feel_bool(str_starts(a[0].s, a[1].s));
}
static struct feel_value f_ends(struct run *r, const struct feel_value *a, size_t n)
{
    (void)r;
    (void)n;
    return feel_bool(str_ends(a[0].s, a[1].s));
}

static struct str flags_of(const struct feel_value *a, size_t n, size_t at)
{
    return n > at && a[at].kind == FEEL_STRING ? a[at].s : (struct str){ 0 };
}

static struct feel_value f_matches(struct run *r, const struct feel_value *a, size_t n)
{
    return feel_regex(r, REGEX_MATCHES, a[0].s, a[1].s, (struct str){ 0 }, flags_of(a, n, 2));
}
static struct feel_value f_replace(struct run *r, const struct feel_value *a, size_t n)
{
    return feel_regex(r, REGEX_REPLACE, a[0].s, a[1].s, a[2].s, flags_of(a, n, 3));
}
static struct feel_value f_split(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return feel_regex(r, REGEX_SPLIT, a[0].s, a[1].s, (struct str){ 0 }, (struct str){ 0 });
}

/* Nulls in the list are left out. */
static struct feel_value f_string_join(struct run *r, const struct feel_value *a, size_t n)
{
    const struct feel_list *l = a[0].list;
    bool any = false;
    struct buf b;
    buf_init(&b, r->mem, STRING_MAX);
    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i].kind == FEEL_NULL)
            continue;
        if (l->v[i].kind != FEEL_STRING)
            return feel_no(r, "string join: an item is not a string");
        if (any && n > 1 && a[1].kind == FEEL_STRING)
            buf_put(&b, a[1].s);
        buf_put(&b, l->v[i].s);
        any = true;
    }
    if (b.failed)
        feel_run_stop(r, "string too long");
    return feel_string(buf_str(&b));
}

static struct feel_value f_string(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    return feel_string(feel_text(r->mem, a[0]));
}

static struct feel_value f_not(struct run *r, const struct feel_value *a, size_t n)
{
    (void)n;
    if (a[0].kind == FEEL_NULL)
        return feel_null();
    return a[0].kind == FEEL_BOOL ? feel_bool(!a[0].b) : feel_no(r, "not: the argument is not boolean");
}

static const struct builtin rows[] = {
    { "substring", "string:s,start position:n,length:n?", f_substring },
    { "string length", "string:s", f_string_length },
    { "upper case", "string:s", f_upper },
    { "lower case", "string:s", f_lower },
    { "substring before", "string:s,match:s", f_before },
    { "substring after", "string:s,match:s", f_after },
    { "contains", "string:s,match:s", f_contains },
    { "starts with", "string:s,match:s", f_starts },
    { "ends with", "string:s,match:s", f_ends },
    { "matches", "input:s,pattern:s,flags:s?~", f_matches },
    { "replace", "input:s,pattern:s,replacement:s,flags:s?~", f_replace },
    { "split", "string:s,delimiter:s", f_split },
    { "string join", "list:l,delimiter:s?~", f_string_join },
    { "string", "from:.", f_string },
    { "not", "negand:.~", f_not },
};
const struct builtin_rows builtins_string = { rows, COUNT_OF(rows) };
