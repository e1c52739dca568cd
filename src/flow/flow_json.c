/* flow_json.c - is this one JSON value?  Depth and size are capped. */
#include "flow/flow_run.h"

enum { JSON_DEPTH_MAX = 32 };

static bool value(struct str *s, int depth);

static bool eat(struct str *s, char ch)
{
    if (!s->n || s->p[0] != ch)
        return false;
    s->p++;
    s->n--;
    return true;
}

static void blank(struct str *s)
{
    while (s->n && s->p[0] == ' ')
        (void)eat(s, ' ');
}

static bool word(struct str *s, struct str w)
{
    if (!str_starts(*s, w))
        return false;
    *s = str_sub(*s, w.n, s->n);
    return true;
}

static bool digits(struct str *s)
{
    size_t n = 0;
    for (; s->n && ascii_digit(s->p[0]); n++)
        (void)eat(s, s->p[0]);
    return n > 0;
}

static bool number(struct str *s)
{
    (void)eat(s, '-');
    if (!eat(s, '0') && !digits(s))
        return false;
    if (eat(s, '.') && !digits(s))
        return false;
    if (eat(s, 'e') || eat(s, 'E')) {
        if (!eat(s, '+'))
            (void)eat(s, '-');
        return digits(s);
    }
    return true;
}

static bool escape(struct str *s)
{
    if (!s->n)
        return false;
    char ch = s->p[0];
    (void)eat(s, ch);
    if (ch != 'u')
        return ch && strchr("\"\\/bfnrt", ch);
    for (int i = 0; i < 4; i++) {
        char d = s->n ? ascii_lower(s->p[0]) : 0;
        if (!ascii_digit(d) && (d < 'a' || d > 'f'))
            return false;
        (void)eat(s, s->p[0]);
    }
    return true;
}

static bool string(struct str *s)
{
    if (!eat(s, '"'))
        return false;
    while (s->n && s->p[0] != '"') {
        if ((unsigned char)s->p[0] < 0x20)
            return false;
        bool esc = s->p[0] == '\\';
        (void)eat(s, s->p[0]);
        if (esc && !escape(s))
            return false;
    }
    return eat(s, '"');
}

static bool members(struct str *s, char close, bool names, int depth)
{
    blank(s);
    if (eat(s, close))
        return true;
    do {
        blank(s);
        if (names) {
            if (!string(s))
                return false;
            blank(s);
            if (!eat(s, ':'))
                return false;
        }
        if (!value(s, depth))
            return false;
        blank(s);
    } while (eat(s, ','));
    return eat(s, close);
}

static bool value(struct str *s, int depth)
{
    if (depth > JSON_DEPTH_MAX)
        return false;
    blank(s);
    if (!s->n)
        return false;
    switch (s->p[0]) {
    case '{': (void)eat(s, '{'); return members(s, '}', true, depth + 1);
    case '[': (void)eat(s, '['); return members(s, ']', false, depth + 1);
    case '"': return string(s);
    case 't': return word(s, STR("true"));
    case 'f': return word(s, STR("false"));
    case 'n': return word(s, STR("null"));
    default: return number(s);
    }
}

bool json_ok(struct str s)
{
    if (!utf8_valid(s) || !value(&s, 0))
        return false;
    blank(&s);
    return s.n == 0;
}
