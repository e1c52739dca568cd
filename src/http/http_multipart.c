/* http_multipart.c - multipart/form-data of a body that has arrived whole. */
#include "http/http_parse.h"

static bool is_blank(char ch) { return ch == ' ' || ch == '\t'; }

static bool boundary_ok(struct str s)
{
    if (s.n == 0 || s.n > 70 || s.p[s.n - 1] == ' ')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_alpha(s.p[i]) && !ascii_digit(s.p[i]) && !strchr("'()+_,-./:=? ", s.p[i]))
            return false;
    return !memchr(s.p, 0, s.n);
}

enum err http_boundary(struct arena *a, struct str content_type, struct str *out)
{
    struct str rest, name, value, found = { 0 };
    size_t at = 0;
    if (!http_type_is(content_type, "multipart/form-data")
        || !str_find(content_type, STR(";"), &at))
        return ERR_INPUT;
    rest = str_sub(content_type, at, content_type.n);
    for (;;) {
        TRY(http_param(a, ';', &rest, &name, &value));
        if (name.n == 0)
            break;
        if (!http_same_name(name, STR("boundary")))
            continue;
        if (found.n)
            return ERR_INPUT;
        found = value;
    }
    if (!boundary_ok(found))
        return ERR_INPUT;
    *out = found;
    return ERR_OK;
}

/* ---- one part -------------------------------------------------------------------- */

static struct str last_segment(struct str s)
{
    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == '/' || s.p[i - 1] == '\\')
            return str_sub(s, i, s.n);
    return s;
}

/* form-data; name="x"; filename="y" */
static enum err disposition(struct arena *a, struct str value, struct http_part *part)
{
    struct str kind = value, rest = { "", 0 }, name, word;
    size_t at = 0;
    if (str_find(value, STR(";"), &at)) {
        kind = str_sub(value, 0, at);
        rest = str_sub(value, at, value.n);
    }
    if (!http_same_name(str_trim(kind), STR("form-data")))
        return ERR_INPUT;
    for (;;) {
        TRY(http_param(a, ';', &rest, &name, &word));
        if (name.n == 0)
            break;
        if (http_same_name(name, STR("name"))) {
            if (part->name.n)
                return ERR_INPUT;
            part->name = word;
        } else if (http_same_name(name, STR("filename"))) {
            if (part->is_file)
                return ERR_INPUT;
            part->is_file = true;
            part->filename = last_segment(word);
        }
    }
    if (part->name.n == 0 || part->name.n > HTTP_NAME_MAX || part->filename.n > HTTP_FILENAME_MAX)
        return ERR_INPUT;
    return http_is_value(part->name) && http_is_value(part->filename) ? ERR_OK : ERR_INPUT;
}

static bool plain_encoding(struct str v)
{
    return http_same_name(v, STR("binary")) || http_same_name(v, STR("8bit"))
        || http_same_name(v, STR("7bit"));
}

static enum err part_header(struct arena *a, struct str line, struct http_part *part)
{
    struct str name, value;
    if (!str_cut(line, ':', &name, &value) || !http_is_token(name) || !http_is_value(value))
        return ERR_INPUT;
    value = str_trim(value);
    if (http_same_name(name, STR("content-disposition")))
        return part->name.n ? ERR_INPUT : disposition(a, value, part);
    if (http_same_name(name, STR("content-type"))) {
        if (part->type.n)
            return ERR_INPUT;
        part->type = value;
    } else if (http_same_name(name, STR("content-transfer-encoding")) && !plain_encoding(value)) {
        return ERR_INPUT;
    }
    return ERR_OK;
}

/* `in` is a whole part: headers, empty line, content. */
static enum err part_parse(struct arena *a, struct str in, struct http_part *part)
{
    struct str head = str_sub(in, 0, HTTP_PART_HEAD_MAX), line;
    size_t at = 0, eol = 0;
    if (!str_find(head, STR("\r\n\r\n"), &at))
        return ERR_INPUT;
    part->bytes = str_sub(in, at + 4, in.n);
    for (head = str_sub(in, 0, at + 2); head.n; head = str_sub(head, eol + 2, head.n)) {
        if (!str_find(head, STR("\r\n"), &eol))
            return ERR_INPUT;
        line = str_sub(head, 0, eol);
        TRY(part_header(a, line, part));
    }
    return part->name.n ? ERR_OK : ERR_INPUT;
}

/* ---- the whole body ----------------------------------------------------------------- */

/* The next delimiter line at or after `from`.  *start: where the content before
 * it ends; *next: where the part after it begins; *last: the closing one. */
static bool delimiter(struct str in, struct str delim, size_t from,
                      size_t *start, size_t *next, bool *last)
{
    while (from < in.n) {
        const char *hit = memmem(in.p + from, in.n - from, delim.p, delim.n);
        if (!hit)
            return false;
        size_t at = (size_t)(hit - in.p), after = at + delim.n;
        *start = at;
        if (in.n - after >= 2 && memcmp(in.p + after, "--", 2) == 0) {
            *last = true;
            *next = after + 2;
            return true;
        }
        while (after < in.n && is_blank(in.p[after]))
            after++;
        if (in.n - after >= 2 && memcmp(in.p + after, "\r\n", 2) == 0) {
            *last = false;
            *next = after + 2;
            return true;
        }
        from = at + delim.n;            /* a longer word that begins like it: content */
    }
    return false;
}

static enum err parts_walk(struct arena *a, struct str in, struct str delim, size_t from,
                           struct http_part *v, size_t max, size_t *n)
{
    bool last = false;
    while (!last) {
        size_t end = 0, next = 0;
        if (*n == max || !delimiter(in, delim, from, &end, &next, &last))
            return ERR_INPUT;
        TRY(part_parse(a, str_sub(in, from, end - from), &v[*n]));
        *n += 1;
        from = next;
    }
    return ERR_OK;
}

static size_t parts_count(struct str in, struct str delim)
{
    size_t n = 1, at = 0;
    while (n < HTTP_PARTS_MAX && str_find(in, delim, &at)) {
        in = str_sub(in, at + delim.n, in.n);
        n++;
    }
    return n;
}

enum err http_multipart(struct arena *a, struct str in, struct str boundary,
                        struct http_parts *out)
{
    struct str line = str_join(a, STR("\r\n--"), boundary);
    struct str first = str_sub(line, 2, line.n);
    size_t end = 0, next = 0, n = 0;
    bool last = false;
    if (str_starts(in, STR("\r\n")))
        in = str_sub(in, 2, in.n);
    if (!line.p)
        return ERR_NOMEM;
    size_t max = parts_count(in, line);
    struct http_part *v = NEW_N(a, struct http_part, max);
    if (!v)
        return ERR_NOMEM;
    /* No preamble: the first delimiter opens the body. */
    if (!str_starts(in, first) || !delimiter(in, first, 0, &end, &next, &last) || end != 0)
        return ERR_INPUT;
    if (!last)
        TRY(parts_walk(a, in, line, next, v, max, &n));
    *out = (struct http_parts){ v, n };
    return ERR_OK;
}
