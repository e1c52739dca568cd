/* Is this text a value of that type?  (XForms data types of the ODK specification.) */
#include "forms/odk.h"
#include "forms/priv.h"

#include <math.h>

static bool whole_number(struct str s)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    if (i == s.n || s.n - i > 18)
        return false;
    for (; i < s.n; i++)
        if (!ascii_digit(s.p[i]))
            return false;
    return true;
}

static bool decimal_number(struct str s)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), digits = 0, points = 0, e = 0;
    for (; i < s.n; i++) {
        digits += ascii_digit(s.p[i]);
        points += s.p[i] == '.';
        if ((s.p[i] == 'e' || s.p[i] == 'E') && digits && i + 1 < s.n && !e) {
            e = 1;
            i += s.p[i + 1] == '-' || s.p[i + 1] == '+';
            if (i + 1 == s.n)
                return false;
        } else if (!ascii_digit(s.p[i]) && (s.p[i] != '.' || e)) {
            return false;
        }
    }
    return digits > 0 && points <= 1 && s.n <= 40;
}

static bool point(struct str s)
{
    double v[4] = { 0 };
    size_t n = 0;
    for (s = str_trim(s); s.n; s = str_trim(s)) {
        size_t i = 0;
        while (i < s.n && !ascii_space(s.p[i]))
            i++;
        if (n == 4 || !decimal_number(str_sub(s, 0, i)))
            return false;
        v[n++] = odk_num(s.p[0] == '+' ? str_sub(s, 1, i - 1) : str_sub(s, 0, i));
        s = str_sub(s, i, SIZE_MAX);
    }
    return n >= 2 && fabs(v[0]) <= 90 && fabs(v[1]) <= 180 && v[3] >= 0;
}

/* a;b;c: at least `min` points; a shape ends where it began. */
static bool points(struct str s, size_t min, bool closed)
{
    struct str rest = s, item, first = { 0 }, last = { 0 };
    size_t n = 0;
    while (str_next(&rest, ';', &item)) {
        item = str_trim(item);
        if (item.n == 0 && rest.n == 0)
            break;                               /* a semicolon at the end is usual */
        if (!point(item))
            return false;
        last = item;
        if (n++ == 0)
            first = item;
    }
    return n >= min && (!closed || str_eq(first, last));
}

static bool file_name_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '/' || s.p[i] == '\\' || (unsigned char)s.p[i] < ' ')
            return false;
    return s.n <= 255 && !str_is(s, ".") && !str_is(s, "..");
}

static bool instant_ok(struct str s)
{
    int64_t us;
    struct civil d;
    return odk_instant(s, 0, &us) || date_parse(s, &d);
}

const char *form_value_bad(enum form_type t, struct str v)
{
    struct civil d;
    int64_t us;
    if (v.n == 0)
        return NULL;
    if (!utf8_valid(v) || memchr(v.p, 0, v.n))
        return "form.not-text";
    switch (t) {
    case FORM_INT: return whole_number(v) ? NULL : "form.not-a-whole-number";
    case FORM_DECIMAL: case FORM_RANGE: return decimal_number(v) ? NULL : "form.not-a-number";
    case FORM_BOOLEAN:
        return str_is(v, "true") || str_is(v, "false") || str_is(v, "1") || str_is(v, "0")
               ? NULL : "form.not-yes-or-no";
    case FORM_DATE:
        return date_parse(v, &d) || (v.n > 10 && instant_ok(v)) ? NULL : "form.not-a-date";
    case FORM_TIME: return odk_time(v, &us) ? NULL : "form.not-a-time";
    case FORM_DATETIME: return instant_ok(v) ? NULL : "form.not-a-date-and-time";
    case FORM_GEOPOINT: return point(v) ? NULL : "form.not-a-place";
    case FORM_GEOTRACE: return points(v, 2, false) ? NULL : "form.not-a-route";
    case FORM_GEOSHAPE: return points(v, 4, true) ? NULL : "form.not-an-area";
    case FORM_FILE: return file_name_ok(v) ? NULL : "form.not-a-file-name";
    case FORM_ACKNOWLEDGE: return str_is(v, "OK") ? NULL : "form.not-acknowledged";
    default: return NULL;
    }
}
