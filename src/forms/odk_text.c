/* Strings, booleans and selects. */
#include "forms/odk.h"
#include "forms/odk_args.h"
#include "forms/priv.h"

#include <sodium.h>
#include <unicode/uregex.h>
#include <unicode/ustring.h>

static void fn_concat(xmlXPathParserContextPtr x, int n)
{
    struct odk_env *e = odk_of(x);
    struct str *v;
    struct buf b;
    size_t k = odk_values(x, n, &v);
    buf_init(&b, &e->c->mem, ODK_TEXT_MAX);
    for (size_t i = 0; i < k; i++)
        buf_put(&b, v[i]);
    odk_push(x, buf_str(&b));
}

static void fn_join(xmlXPathParserContextPtr x, int n)
{
    struct odk_env *e = odk_of(x);
    struct str *v;
    struct buf b;
    size_t k = odk_values(x, n - 1, &v);
    struct str sep = odk_pop(x);
    buf_init(&b, &e->c->mem, ODK_TEXT_MAX);
    for (size_t i = 0; i < k; i++) {
        if (i)
            buf_put(&b, sep);
        buf_put(&b, v[i]);
    }
    odk_push(x, buf_str(&b));
}

/* Byte offset of code point `at`. */
static size_t offset_of(struct str s, int64_t at)
{
    struct str rest = s;
    while (at-- > 0 && rest.n)
        (void)utf8_next(&rest);
    return s.n - rest.n;
}

/* substr(s, start, end): from 0, negative counts from the end. */
static void fn_substr(xmlXPathParserContextPtr x, int n)
{
    double end = n > 2 ? odk_pop_num(x) : 1e9, start = odk_pop_num(x);
    struct str s = odk_pop(x);
    double len = (double)utf8_count(s);
    if (start < 0)
        start += len;
    if (end < 0)
        end += len;
    start = start > 0 ? (start < len ? start : len) : 0;
    end = end > start ? (end < len ? end : len) : start;
    size_t a = offset_of(s, (int64_t)start), b = offset_of(s, (int64_t)end);
    odk_push(x, str_sub(s, a, b - a));
}

static void fn_ends_with(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct str tail = odk_pop(x), s = odk_pop(x);
    odk_push_bool(x, str_ends(s, tail));
}

static void fn_uuid(xmlXPathParserContextPtr x, int n)
{
    static const char set[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    unsigned char r[16];
    char t[128];
    double want = n ? odk_pop_num(x) : 0;
    if (n) {
        size_t len = want >= 1 && want <= 100 ? (size_t)want : 0;
        for (size_t i = 0; i < len; i++)
            t[i] = set[randombytes_uniform(36)];
        odk_push(x, (struct str){ t, len });
        return;
    }
    randombytes_buf(r, sizeof r);
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);       /* RFC 9562: version 4, variant 10 */
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    size_t k = 0;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            t[k++] = '-';
        t[k++] = "0123456789abcdef"[r[i] >> 4];
        t[k++] = "0123456789abcdef"[r[i] & 15];
    }
    odk_push(x, (struct str){ t, k });
}

static struct str base64(struct arena *mem, const unsigned char *p, size_t n)
{
    size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
    char *t = arena_alloc(mem, room, 1);
    if (!t)
        return STR("");
    sodium_bin2base64(t, room, p, n, sodium_base64_VARIANT_ORIGINAL);
    return str_c(t);
}

static bool unbase64(struct arena *mem, struct str s, unsigned char **out, size_t *n)
{
    static const int variants[] = { sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                                    sodium_base64_VARIANT_URLSAFE, sodium_base64_VARIANT_URLSAFE_NO_PADDING };
    unsigned char *p = arena_alloc(mem, s.n + 1, 1);
    for (size_t i = 0; p && i < COUNT_OF(variants); i++)
        if (sodium_base642bin(p, s.n + 1, s.p ? s.p : "", s.n, " \r\n", n, NULL, variants[i]) == 0) {
            *out = p;
            return true;
        }
    return false;
}

static void fn_digest(xmlXPathParserContextPtr x, int n)
{
    static const char hex[] = "0123456789abcdef";
    struct arena *mem = &odk_of(x)->c->mem;
    struct str enc = n > 2 ? odk_pop(x) : STR("base64"), alg = odk_pop(x), data = odk_pop(x);
    unsigned char h[64];
    size_t len = odk_digest(alg, data, h);
    if (len == 0) {
        xmlXPathSetError(x, XPATH_EXPR_ERROR);
        return;
    }
    if (str_is(enc, "base64")) {
        odk_push(x, base64(mem, h, len));
        return;
    }
    char t[128];
    for (size_t i = 0; i < len; i++) {
        t[2 * i] = hex[h[i] >> 4];
        t[2 * i + 1] = hex[h[i] & 15];
    }
    odk_push(x, (struct str){ t, 2 * len });
}

static void fn_base64_decode(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    unsigned char *p;
    size_t len;
    bool ok = unbase64(&odk_of(x)->c->mem, odk_pop(x), &p, &len);
    struct str t = ok ? (struct str){ (char *)p, len } : STR("");
    odk_push(x, utf8_valid(t) && !(t.n && memchr(t.p, 0, t.n)) ? t : STR(""));
}

/* base64 of an Ed25519 signature followed by the message: the message if it holds. */
static void fn_extract_signed(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct arena *mem = &odk_of(x)->c->mem;
    struct str key = odk_pop(x), text = odk_pop(x);
    unsigned char *k, *s;
    size_t kn, sn;
    if (!unbase64(mem, key, &k, &kn) || !unbase64(mem, text, &s, &sn) || kn != 32 || sn < 64 ||
        crypto_sign_verify_detached(s, s + 64, sn - 64, k) != 0) {
        odk_push(x, STR(""));
        return;
    }
    struct str t = { (char *)s + 64, sn - 64 };
    odk_push(x, utf8_valid(t) && !(t.n && memchr(t.p, 0, t.n)) ? t : STR(""));
}

static void fn_regex(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct odk_env *e = odk_of(x);
    struct str pattern = odk_pop(x), s = odk_pop(x);
    int r = odk_regex(e, pattern, s);
    if (r < 0) {
        xmlXPathSetError(x, XPATH_EXPR_ERROR);
        return;
    }
    odk_push_bool(x, r);
}

static UChar *utf16(struct arena *mem, struct str s, int32_t *n)
{
    UErrorCode u = U_ZERO_ERROR;
    UChar *p = NEW_N(mem, UChar, s.n + 1);
    if (p)
        u_strFromUTF8(p, (int32_t)s.n + 1, n, s.p ? s.p : "", (int32_t)s.n, &u);
    return p && U_SUCCESS(u) ? p : NULL;
}

/* 1 matches the whole text, 0 does not, -1 a bad pattern or one that takes too long. */
int odk_regex(struct odk_env *e, struct str pattern, struct str s)
{
    enum { PATTERN_MAX = 4096, REGEX_STEPS = 50 };    /* a step is about 10,000 moves of ICU's engine */
    UErrorCode u = U_ZERO_ERROR;
    UParseError where;
    int32_t pn, sn;
    if (pattern.n > PATTERN_MAX || s.n > ODK_TEXT_MAX)
        return -1;
    UChar *p = utf16(&e->c->mem, pattern, &pn), *t = utf16(&e->c->mem, s, &sn);
    if (!p || !t)
        return -1;
    URegularExpression *re = uregex_open(p, pn, 0, &where, &u);
    if (U_FAILURE(u))
        return -1;
    uregex_setTimeLimit(re, REGEX_STEPS, &u);
    uregex_setStackLimit(re, 1 << 20, &u);
    uregex_setText(re, t, sn, &u);
    bool hit = uregex_matches(re, 0, &u);
    uregex_close(re);
    return U_FAILURE(u) ? -1 : hit;
}

/* ---- booleans -------------------------------------------------------------------- */

static void fn_if(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    xmlXPathObjectPtr no = valuePop(x), yes = valuePop(x), test = valuePop(x);
    bool t = test && xmlXPathCastToBoolean(test);
    xmlXPathFreeObject(test);
    xmlXPathFreeObject(t ? no : yes);
    valuePush(x, t ? yes : no);
}

static void fn_coalesce(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct str b = odk_pop(x), a = odk_pop(x);
    odk_push(x, a.n ? a : b);
}

static void fn_once(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct str v = odk_pop(x), now = odk_of(x)->value;
    odk_push(x, now.n ? now : v);
}

static void fn_boolean_from_string(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct str s = odk_pop(x);
    odk_push_bool(x, str_is(s, "1") || str_is(s, "true"));
}

/* checklist(min, max, v...): how many hold; -1 means no bound. */
static void fn_checklist(xmlXPathParserContextPtr x, int n)
{
    double hold = 0;
    for (int i = 2; i < n; i++) {
        xmlXPathObjectPtr o = valuePop(x);
        hold += o && xmlXPathCastToBoolean(o);
        xmlXPathFreeObject(o);
    }
    double max = odk_pop_num(x), min = odk_pop_num(x);
    odk_push_bool(x, (min < 0 || hold >= min) && (max < 0 || hold <= max));
}

static void fn_weighted_checklist(xmlXPathParserContextPtr x, int n)
{
    double sum = 0;
    for (int i = 2; i + 1 < n; i += 2) {
        double w = odk_pop_num(x);
        xmlXPathObjectPtr o = valuePop(x);
        if (o && xmlXPathCastToBoolean(o))
            sum += w;
        xmlXPathFreeObject(o);
    }
    if (n % 2)                                   /* a value without its weight */
        xmlXPathFreeObject(valuePop(x));
    double max = odk_pop_num(x), min = odk_pop_num(x);
    odk_push_bool(x, (min < 0 || sum >= min) && (max < 0 || sum <= max));
}

/* ---- selects ------------------------------------------------------------------------ */

static bool next_word(struct str *rest, struct str *word)
{
    *rest = str_trim(*rest);
    size_t i = 0;
    while (i < rest->n && !ascii_space(rest->p[i]))
        i++;
    *word = str_sub(*rest, 0, i);
    *rest = str_sub(*rest, i, SIZE_MAX);
    return i > 0;
}

static void fn_selected(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct str want = str_trim(odk_pop(x)), list = odk_pop(x), w;
    bool hit = false;
    while (!hit && next_word(&list, &w))
        hit = str_eq(w, want);
    odk_push_bool(x, hit);
}

static void fn_selected_at(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    double at = odk_pop_num(x);
    struct str list = odk_pop(x), w = STR("");
    int64_t last = at >= 0 && at < ODK_TEXT_MAX ? (int64_t)at : -1;
    for (int64_t i = 0; i <= last; i++)
        if (!next_word(&list, &w)) {
            w = STR("");
            break;
        }
    odk_push(x, w);
}

static void fn_count_selected(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct str list = odk_pop(x), w;
    double k = 0;
    while (next_word(&list, &w))
        k++;
    odk_push_num(x, k);
}

/* '/data/field' or ' ../field ' seen from the node at hand: the field it means. */
static const struct form_field *field_at(const struct odk_env *e, struct str ref)
{
    struct str path = STR(""), step;
    ref = str_trim(ref);
    if (str_starts(ref, STR("/"))) {
        ref = str_sub(ref, 1, SIZE_MAX);
        (void)str_next(&ref, '/', &step);              /* the root */
    } else if (e->field) {
        path = e->field->path;
    }
    while (str_next(&ref, '/', &step)) {
        if (str_is(step, "..")) {
            size_t i = path.n;
            while (i > 0 && path.p[i - 1] != '/')
                i--;
            path = str_sub(path, 0, i ? i - 1 : 0);
        } else if (!str_is(step, ".") && !str_is(step, "current()")) {
            path = path.n ? str_join(&e->c->mem, path, STR("/"), step) : step;
        }
    }
    return form_find(e->form, path);
}

/* jr:choice-name(value, 'path of the select') */
static void fn_choice_name(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct odk_env *e = odk_of(x);
    struct str path = odk_pop(x), value = odk_pop(x);
    const struct form_field *f = e->form ? field_at(e, path) : NULL;
    const struct form_choice *ch = f && f->list ? form_choice(f->list, value) : NULL;
    odk_push(x, ch ? form_text(e->form, ch->label, e->env->lang) : value);
}

static void fn_itext(xmlXPathParserContextPtr x, int n)
{
    (void)n;
    struct odk_env *e = odk_of(x);
    struct str id = odk_pop(x), t = STR("");
    for (size_t i = 0; e->form && i < e->form->itexts; i++)
        if (str_eq(e->form->itext[i].id, id))
            t = form_text(e->form, e->form->itext[i].text, e->env->lang);
    odk_push(x, t);
}

const struct odk_fn odk_text_fns[] = {
    { "concat", 1, -1, fn_concat },
    { "join", 2, -1, fn_join },
    { "substr", 2, 3, fn_substr },
    { "ends-with", 2, 2, fn_ends_with },
    { "uuid", 0, 1, fn_uuid },
    { "digest", 2, 3, fn_digest },
    { "base64-decode", 1, 1, fn_base64_decode },
    { "extract-signed", 2, 2, fn_extract_signed },
    { "regex", 2, 2, fn_regex },
    { "if", 3, 3, fn_if },
    { "coalesce", 2, 2, fn_coalesce },
    { "once", 1, 1, fn_once },
    { "boolean-from-string", 1, 1, fn_boolean_from_string },
    { "checklist", 2, -1, fn_checklist },
    { "weighted-checklist", 2, -1, fn_weighted_checklist },
    { "selected", 2, 2, fn_selected },
    { "selected-at", 2, 2, fn_selected_at },
    { "count-selected", 1, 1, fn_count_selected },
    { "jr-choice-name", 2, 2, fn_choice_name },
    { "jr-itext", 1, 1, fn_itext },
    { 0 },
};
