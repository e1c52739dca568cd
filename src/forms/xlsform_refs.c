/* ${name}: in expressions the path of the field, seen from where it stands; in
 * texts the plain path, which pages and the XForm writer fill in. */
#include "forms/xlsform.h"

static size_t depth_of(struct str path)
{
    size_t n = path.n > 0;
    for (size_t i = 0; i < path.n; i++)
        n += path.p[i] == '/';
    return n;
}

static bool holds(const struct form *f, size_t top, size_t i)
{
    return top <= i && i < f->field[top].end;
}

/* The deepest repeat around `to` that is also around, or is, `from`. */
static size_t shared_repeat(const struct form *f, size_t from, size_t to)
{
    if (from == FORM_NONE)
        return FORM_NONE;
    for (size_t r = f->field[to].parent; r != FORM_NONE; r = f->field[r].parent)
        if (f->field[r].type == FORM_REPEAT && holds(f, r, from))
            return r;
    return FORM_NONE;
}

struct str xlsform_ref(struct arena *mem, const struct form *f, size_t from, size_t to, bool inner,
                       bool whole)
{
    struct buf b;
    size_t r = whole ? FORM_NONE : shared_repeat(f, from, to);
    if (r == FORM_NONE)
        return form_xpath_of(mem, f, f->field[to].path);
    struct str top = f->field[r].path;
    buf_init(&b, mem, XPATH_TEXT_MAX);
    if (inner)
        buf_put(&b, STR("current()/"));
    size_t here = depth_of(f->field[from].path), up = depth_of(top);
    if (here == up)
        buf_put(&b, STR("./"));
    for (; here > up; here--)
        buf_put(&b, STR("../"));
    buf_put(&b, str_sub(f->field[to].path, top.n + 1, SIZE_MAX));
    return b.failed ? STR("") : buf_str(&b);
}

/* ---- one text ---------------------------------------------------------------------- */

struct refs {
    struct maker *m;
    size_t from;                  /* the field whose cell this is */
    const char *column;
    bool filter;                  /* a choice filter: all of it stands in brackets */
};

static size_t named(struct refs *r, struct str name)
{
    struct form *f = r->m->f;
    size_t hit = FORM_NONE;
    for (size_t i = 0; i < f->fields; i++) {
        if (!str_eq(f->field[i].name, name))
            continue;
        if (hit != FORM_NONE) {
            maker_note(r->m, f->field[r->from].line, str_c(r->column),
                       "several fields have this name", name);
            return hit;
        }
        hit = i;
    }
    if (hit == FORM_NONE)
        maker_note(r->m, f->field[r->from].line, str_c(r->column), "no field has this name", name);
    return hit;
}

/* Where we are in an expression: quotes, brackets, the arguments of indexed-repeat. */
struct place { char quote; int bracket, paren, indexed, arg; };

static void walk(struct place *p, struct str s, size_t i)
{
    char ch = s.p[i];
    if (p->quote) {
        if (ch == p->quote)
            p->quote = 0;
        return;
    }
    switch (ch) {
    case '\'': case '"': p->quote = ch; break;
    case '[': p->bracket++; break;
    case ']': p->bracket--; break;
    case '(':
        p->paren++;
        if (i >= 14 && str_is(str_sub(s, i - 14, 14), "indexed-repeat"))
            p->indexed = p->paren, p->arg = 0;
        break;
    case ')':
        if (p->indexed == p->paren)
            p->indexed = 0;
        p->paren--;
        break;
    case ',': p->arg += p->indexed && p->indexed == p->paren; break;
    default: break;
    }
}

static bool ref_at(struct str s, size_t i, struct str *name, size_t *end)
{
    size_t k = i + 2;
    if (i + 1 >= s.n || s.p[i] != '$' || s.p[i + 1] != '{')
        return false;
    while (k < s.n && s.p[k] != '}')
        k++;
    if (k >= s.n)
        return false;
    *name = str_trim(str_sub(s, i + 2, k - i - 2));
    *end = k;
    return true;
}

static void expression(struct refs *r, const char *col, struct str *text)
{
    struct form *f = r->m->f;
    struct str s = *text, name;
    struct place p = { 0 };
    struct buf b;
    size_t at, end;
    r->column = col;
    if (!str_find(s, STR("${"), &at))
        return;
    buf_init(&b, &f->mem, XPATH_TEXT_MAX * 4);
    for (size_t i = 0; i < s.n; i++) {
        if (!ref_at(s, i, &name, &end)) {
            walk(&p, s, i);
            buf_char(&b, s.p[i]);
            continue;
        }
        size_t to = named(r, name);
        bool whole = p.indexed && (p.arg == 0 || p.arg % 2 == 1);
        if (to != FORM_NONE)
            buf_put(&b, xlsform_ref(&f->mem, f, r->from, to, r->filter || p.bracket > 0, whole));
        i = end;
    }
    if (b.failed)
        maker_note(r->m, f->field[r->from].line, str_c(col), "too long", STR(""));
    *text = b.n ? buf_str(&b) : STR("");
}

/* Labels: ${name} becomes ${path}. */
static struct str label(struct refs *r, struct str s)
{
    struct form *f = r->m->f;
    struct str name;
    struct buf b;
    size_t at, end;
    if (!str_find(s, STR("${"), &at))
        return s;
    buf_init(&b, &f->mem, XPATH_TEXT_MAX * 4);
    for (size_t i = 0; i < s.n; i++) {
        if (!ref_at(s, i, &name, &end)) {
            buf_char(&b, s.p[i]);
            continue;
        }
        size_t to = named(r, name);
        if (to != FORM_NONE)
            buf_put(&b, STR("${")), buf_put(&b, f->field[to].path), buf_char(&b, '}');
        i = end;
    }
    return b.n ? buf_str(&b) : STR("");
}

static void labels(struct refs *r, const char *col, struct form_texts t)
{
    struct str *v = (struct str *)(uintptr_t)t.v;      /* ours until the form is published */
    r->column = col;
    for (size_t i = 0; i < t.n; i++)
        if (v[i].n)
            v[i] = label(r, v[i]);
}

/* start=0 end=10 step=1 */
struct str xlsform_parameter(struct str params, const char *name, const char *otherwise)
{
    size_t n = strlen(name);
    while (params.n) {
        params = str_trim(params);
        size_t i = 0;
        while (i < params.n && !ascii_space(params.p[i]) && params.p[i] != ';' && params.p[i] != ',')
            i++;
        struct str word = str_sub(params, 0, i), key, value;
        params = str_sub(params, i + (i < params.n), SIZE_MAX);
        if (str_cut(word, '=', &key, &value) && key.n == n && memcmp(key.p, name, n) == 0)
            return value;
    }
    return str_c(otherwise);
}

/* instance('list')/root/item[filter] */
static void items(struct maker *m, size_t i)
{
    struct form *f = m->f;
    struct form_field *x = &f->field[i];
    if (!x->list || (x->choice_filter.n == 0 && x->list->file.n == 0))
        return;
    bool file = x->list->file.n > 0;
    f->expr[i].items_value = file ? xlsform_parameter(x->parameters, "value", "name") : STR("name");
    f->expr[i].items_label = file ? xlsform_parameter(x->parameters, "label", "label") : STR("label");
    f->expr[i].items = x->choice_filter.n
        ? str_join(&f->mem, STR("instance('"), x->list->name, STR("')/root/item["), x->choice_filter,
                   STR("]"))
        : str_join(&f->mem, STR("instance('"), x->list->name, STR("')/root/item"));
}

void xlsform_refs(struct maker *m)
{
    struct form *f = m->f;
    for (size_t i = 0; i < f->fields; i++) {
        struct form_field *x = &f->field[i];
        struct refs r = { .m = m, .from = i };
        expression(&r, "relevant", &x->relevant);
        expression(&r, "required", &x->required);
        expression(&r, "constraint", &x->constraint);
        expression(&r, "calculation", &x->calculation);
        expression(&r, "readonly", &x->readonly);
        expression(&r, "repeat_count", &x->repeat_count);
        expression(&r, "default", &x->dynamic_default);
        r.filter = true;
        expression(&r, "choice_filter", &x->choice_filter);
        labels(&r, "label", x->label);
        labels(&r, "hint", x->hint);
        labels(&r, "guidance_hint", x->guidance);
        items(m, i);
    }
}
