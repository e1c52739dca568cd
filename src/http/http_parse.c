#include "http/http_parse.h"

/* ---- small words ---------------------------------------------------------- */

static bool token_byte(unsigned char ch)
{
    return ascii_alpha((char)ch) || ascii_digit((char)ch)
        || (ch && strchr("!#$%&'*+-.^_`|~", ch));
}

bool http_is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!token_byte((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

bool http_is_value(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if ((ch < 0x20 && ch != '\t') || ch == 0x7f)
            return false;
    }
    return utf8_valid(s);
}

bool http_same_name(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
            return false;
    return true;
}

static struct str blank_trim(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = str_sub(s, 1, s.n - 1);
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static bool is_port(struct str s)
{
    if (s.n > 5)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_digit(s.p[i]))
            return false;
    return true;
}

bool http_is_host(struct str s)
{
    size_t at = 0;
    if (s.n == 0 || s.n > 255)
        return false;
    if (s.p[0] == '[') {
        if (!str_find(s, STR("]"), &at) || at < 3)
            return false;
        for (size_t i = 1; i < at; i++)
            if (!strchr("0123456789abcdefABCDEF:.", s.p[i]) || !s.p[i])
                return false;
        at++;
    } else {
        while (at < s.n && s.p[at] != ':') {
            char ch = s.p[at];
            if (!ascii_alpha(ch) && !ascii_digit(ch) && ch != '-' && ch != '.' && ch != '_')
                return false;
            at++;
        }
        if (at == 0)
            return false;
    }
    return at == s.n || (s.p[at] == ':' && is_port(str_sub(s, at + 1, s.n)));
}

bool http_is_local_path(struct str s)
{
    if (s.n == 0 || s.n > HTTP_TARGET_MAX || s.p[0] != '/')
        return false;
    if (s.n > 1 && s.p[1] == '/')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch <= 0x20 || ch >= 0x7f || ch == '\\')
            return false;
    }
    return true;
}

bool http_field(const struct http_fields *f, const char *name, struct str *value)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_is(f->v[i].name, name)) {
            *value = f->v[i].value;
            return true;
        }
    return false;
}

/* ---- percent escapes ------------------------------------------------------- */

static int hex_digit(char ch)
{
    if (ascii_digit(ch))
        return ch - '0';
    ch = ascii_lower(ch);
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* Decode once; `plus`: '+' is a space.  Borrows when nothing is escaped. */
static enum err unescape(struct arena *a, struct str in, bool plus, struct str *out)
{
    size_t at = 0, n = 0;
    while (at < in.n && in.p[at] != '%' && !(plus && in.p[at] == '+'))
        at++;
    if (at == in.n) {
        *out = in;
        return ERR_OK;
    }
    char *to = arena_alloc(a, in.n, 1);
    if (!to)
        return ERR_NOMEM;
    for (size_t i = 0; i < in.n; i++) {
        char ch = in.p[i];
        if (ch == '%') {
            int hi = in.n - i > 2 ? hex_digit(in.p[i + 1]) : -1;
            int lo = hi < 0 ? -1 : hex_digit(in.p[i + 2]);
            if (lo < 0)
                return ERR_INPUT;
            ch = (char)(hi << 4 | lo);
            i += 2;
        } else if (plus && ch == '+') {
            ch = ' ';
        }
        to[n++] = ch;
    }
    *out = (struct str){ to, n };
    return ERR_OK;
}

/* ---- the path ---------------------------------------------------------------- */

static bool path_ok(struct str p)
{
    struct str rest = p, segment;
    if (p.n == 0 || p.p[0] != '/' || !utf8_valid(p))
        return false;
    for (size_t i = 0; i < p.n; i++) {
        unsigned char ch = (unsigned char)p.p[i];
        if (ch < 0x20 || ch == 0x7f || ch == '\\')
            return false;
        if (ch == '/' && i + 1 < p.n && p.p[i + 1] == '/')
            return false;
    }
    while (str_next(&rest, '/', &segment))
        if (str_is(segment, ".") || str_is(segment, ".."))
            return false;
    return true;
}

enum err http_path(struct arena *a, struct str raw, struct str *out)
{
    struct str p = { 0 };
    for (size_t i = 0; i + 2 < raw.n; i++)
        if (raw.p[i] == '%' && raw.p[i + 1] == '2' && ascii_lower(raw.p[i + 2]) == 'f')
            return ERR_INPUT;
    TRY(unescape(a, raw, false, &p));
    if (!path_ok(p))
        return ERR_INPUT;
    *out = p;
    return ERR_OK;
}

/* ---- a=1&b=2 ------------------------------------------------------------------ */

static bool clean_text(struct str s)
{
    return (s.n == 0 || !memchr(s.p, 0, s.n)) && utf8_valid(s);
}

static enum err pair_parse(struct arena *a, struct str pair, struct http_field *out)
{
    struct str name = pair, value = { "", 0 };
    (void)str_cut(pair, '=', &name, &value);
    TRY(unescape(a, name, true, &out->name));
    TRY(unescape(a, value, true, &out->value));
    if (out->name.n == 0 || out->name.n > HTTP_NAME_MAX)
        return ERR_INPUT;
    return clean_text(out->name) && clean_text(out->value) ? ERR_OK : ERR_INPUT;
}

enum err http_urlencoded(struct arena *a, struct str in, struct http_fields *out)
{
    size_t pairs = 1, n = 0;
    for (size_t i = 0; i < in.n; i++)
        pairs += in.p[i] == '&';
    if (pairs > HTTP_FIELDS_MAX)
        return ERR_INPUT;
    if (in.n == 0) {
        *out = (struct http_fields){ 0 };
        return ERR_OK;
    }
    struct http_field *v = NEW_N(a, struct http_field, pairs);
    if (!v)
        return ERR_NOMEM;
    for (struct str rest = in, pair; str_next(&rest, '&', &pair); )
        if (pair.n)
            TRY(pair_parse(a, pair, &v[n++]));
    *out = (struct http_fields){ v, n };
    return ERR_OK;
}

/* ---- cookies --------------------------------------------------------------------- */

static bool cookie_value(struct str *s)
{
    if (s->n > 1 && s->p[0] == '"' && s->p[s->n - 1] == '"')
        *s = str_sub(*s, 1, s->n - 2);
    for (size_t i = 0; i < s->n; i++) {
        unsigned char ch = (unsigned char)s->p[i];
        if (ch <= 0x20 || ch >= 0x7f || ch == '"' || ch == ',' || ch == '\\')
            return false;
    }
    return true;
}

enum err http_cookies(struct arena *a, struct str in, struct http_fields *out)
{
    size_t n = 0;
    if (in.n == 0) {
        *out = (struct http_fields){ 0 };
        return ERR_OK;
    }
    struct http_field *v = NEW_N(a, struct http_field, HTTP_COOKIES_MAX);
    if (!v)
        return ERR_NOMEM;
    for (struct str rest = in, pair; n < HTTP_COOKIES_MAX && str_next(&rest, ';', &pair); ) {
        struct str name, value;
        if (!str_cut(blank_trim(pair), '=', &name, &value))
            continue;
        if (http_is_token(name) && cookie_value(&value))
            v[n++] = (struct http_field){ name, value };
    }
    *out = (struct http_fields){ v, n };
    return ERR_OK;
}

/* ---- header values with parameters --------------------------------------------------- */

enum err http_word(struct arena *a, struct str *s, struct str *out)
{
    size_t i = 0, n = 0;
    if (s->n == 0 || s->p[0] != '"') {
        while (i < s->n && token_byte((unsigned char)s->p[i]))
            i++;
        *out = str_sub(*s, 0, i);
        *s = str_sub(*s, i, s->n);
        return i ? ERR_OK : ERR_INPUT;
    }
    char *to = arena_alloc(a, s->n, 1);
    if (!to)
        return ERR_NOMEM;
    for (i = 1; i < s->n && s->p[i] != '"'; i++) {
        if (s->p[i] == '\\' && i + 1 < s->n && (s->p[i + 1] == '"' || s->p[i + 1] == '\\'))
            i++;
        to[n++] = s->p[i];
    }
    if (i >= s->n)
        return ERR_INPUT;
    *out = (struct str){ to, n };
    *s = str_sub(*s, i + 1, s->n);
    return ERR_OK;
}

enum err http_param(struct arena *a, char sep, struct str *rest, struct str *name,
                    struct str *value)
{
    size_t eq = 0;
    *name = (struct str){ "", 0 };
    *rest = blank_trim(*rest);
    if (rest->n == 0)
        return ERR_OK;
    if (rest->p[0] != sep)
        return ERR_INPUT;
    *rest = blank_trim(str_sub(*rest, 1, rest->n));
    if (rest->n == 0)
        return ERR_OK;
    if (!str_find(*rest, STR("="), &eq) || !http_is_token(str_sub(*rest, 0, eq)))
        return ERR_INPUT;
    *name = str_sub(*rest, 0, eq);
    *rest = str_sub(*rest, eq + 1, rest->n);
    return http_word(a, rest, value);
}

bool http_type_is(struct str content_type, const char *want)
{
    struct str type = content_type, rest;
    (void)str_cut(content_type, ';', &type, &rest);
    return http_same_name(blank_trim(type), str_c(want));
}

/* q=0, q=0.0, q=0.000: not acceptable.  Anything else counts as acceptable. */
static bool q_is_zero(struct str params)
{
    for (struct str p; str_next(&params, ';', &p); ) {
        p = blank_trim(p);
        if (p.n < 3 || ascii_lower(p.p[0]) != 'q' || p.p[1] != '=')
            continue;
        for (size_t i = 2; i < p.n; i++)
            if (p.p[i] != '0' && p.p[i] != '.')
                return false;
        return true;
    }
    return false;
}

bool http_accepts(struct str accept_encoding, const char *coding)
{
    bool star = false;
    for (struct str item; str_next(&accept_encoding, ',', &item); ) {
        struct str name = item, params = { "", 0 };
        (void)str_cut(item, ';', &name, &params);
        name = blank_trim(name);
        if (http_same_name(name, str_c(coding)))
            return !q_is_zero(params);
        if (str_is(name, "*"))
            star = !q_is_zero(params);
    }
    return star;
}
