/* Any XForm: its texts and the controls of its body. */
#include "forms/vec.h"
#include "forms/xform_read.h"

/* ---- itext --------------------------------------------------------------------------------- */

static struct str lang_code(struct str name)
{
    for (size_t i = name.n; i > 0 && str_ends(name, STR(")")); i--)
        if (name.p[i - 1] == '(' && name.n - i > 1)
            return str_trim(str_sub(name, i, name.n - i - 1));
    return name;
}

static size_t itext_at(const struct xread *r, struct str id, size_t *slot)
{
    size_t h = str_hash(id) % r->tslots;
    for (; r->tslot[h]; h = (h + 1) % r->tslots)
        if (str_eq(r->f->itext[r->tslot[h] - 1].id, id))
            return r->tslot[h] - 1;
    *slot = h;
    return FORM_NONE;
}

static size_t itext_make(struct xread *r, struct str id)
{
    struct form *f = r->f;
    size_t slot = 0, i = itext_at(r, id, &slot);
    if (i != FORM_NONE)
        return i;
    struct form_itext t = { .id = xread_keep(r, id), .text = { NEW_N(&f->mem, struct str, f->langs), f->langs } };
    if (!t.text.v || !VEC_PUT(&f->mem, f->itext, f->itexts, f->itext_room, t))
        return FORM_NONE;
    struct str *guide = NEW_N(&f->mem, struct str, f->langs);
    r->guidance[f->itexts - 1].text = (struct form_texts){ guide, guide ? f->langs : 0 };
    r->tslot[slot] = f->itexts;
    return f->itexts - 1;
}

static void itext_text(struct xread *r, const xmlNode *text, size_t lang)
{
    size_t i = itext_make(r, xml_attr(&r->c->mem, text, "id"));
    if (i == FORM_NONE)
        return;
    for (const xmlNode *v = xml_first(text); v; v = xml_next(v)) {
        struct str form = xml_attr(&r->c->mem, v, "form");
        bool guide = str_is(form, "guidance"), plain = form.n == 0 || str_is(form, "long");
        struct str *to = (struct str *)(uintptr_t)(guide ? r->guidance[i].text.v : r->f->itext[i].text.v);
        if (xml_is(v, "value") && to && (guide || (plain && to[lang].n == 0)))
            to[lang] = xread_keep(r, xread_mixed(r, v));
    }
}

static size_t text_count(const xmlNode *itext)
{
    size_t n = 0;
    for (const xmlNode *t = xml_first(itext); t; t = xml_next(t))
        for (const xmlNode *k = xml_first(t); k; k = xml_next(k))
            n++;
    return n;
}

static void lang_put(struct xread *r, struct str name)
{
    struct form *f = r->f;
    struct form_lang l = { xread_keep(r, lang_code(name)), name };
    (void)VEC_PUT(&f->mem, f->lang, f->langs, f->lang_room, l);
}

void xread_itext(struct xread *r)
{
    const xmlNode *itext = xml_child(r->model, "itext");
    size_t n = itext ? text_count(itext) : 0;
    for (const xmlNode *t = itext ? xml_first(itext) : NULL; t && r->f->langs < 40; t = xml_next(t)) {
        if (xml_has(t, "default"))
            r->f->default_lang = r->f->langs;
        lang_put(r, xread_attr(r, t, "lang"));
    }
    if (r->f->langs == 0)
        lang_put(r, STR("default"));
    r->tslots = n * 2 + 1;
    r->tslot = NEW_N(&r->c->mem, size_t, r->tslots);
    r->guidance = NEW_N(&r->c->mem, struct form_itext, n + 1);
    if (!r->tslot || !r->guidance || !r->f->lang) {
        r->f->mem.failed = true;
        r->tslots = 0;
        return;
    }
    size_t lang = 0;
    for (const xmlNode *t = itext ? xml_first(itext) : NULL; t && lang < r->f->langs; t = xml_next(t), lang++)
        for (const xmlNode *k = xml_first(t); k; k = xml_next(k))
            itext_text(r, k, lang);
}

/* ---- texts ------------------------------------------------------------------------------------ */

struct str xread_mixed(struct xread *r, const xmlNode *n)
{
    struct buf b;
    buf_init(&b, &r->c->mem, 1 << 20);
    for (const xmlNode *k = n->children; k; k = k->next) {
        if (k->type == XML_TEXT_NODE && k->content)
            buf_put(&b, str_c((const char *)k->content));
        else if (xml_is(k, "output")) {
            struct str v = xml_attr(&r->c->mem, k, "value");
            buf_put(&b, STR("${"));
            buf_put(&b, str_trim(v.n ? v : xml_attr(&r->c->mem, k, "ref")));
            buf_char(&b, '}');
        } else if (k->type == XML_ELEMENT_NODE) {
            buf_put(&b, xml_text(&r->c->mem, k));
        }
    }
    return b.n ? buf_str(&b) : STR("");
}

/* ${/data/a/b} and ${../b} become ${a/b}; anything else is left out. */
static struct str outputs(struct xread *r, size_t field, struct str s)
{
    struct buf b;
    size_t at, end;
    if (!str_find(s, STR("${"), &at))
        return s;
    buf_init(&b, &r->f->mem, 1 << 20);
    while (str_find(s, STR("${"), &at) && str_find(str_sub(s, at, SIZE_MAX), STR("}"), &end)) {
        size_t to = xread_field(r, field, str_sub(s, at + 2, end - 2));
        buf_put(&b, str_sub(s, 0, at));
        if (to != FORM_NONE)
            buf_put(&b, STR("${")), buf_put(&b, r->f->field[to].path), buf_char(&b, '}');
        s = str_sub(s, at + end + 1, SIZE_MAX);
    }
    buf_put(&b, s);
    return b.n ? buf_str(&b) : STR("");
}

struct form_texts xread_literal(struct xread *r, size_t field, struct str text)
{
    struct form *f = r->f;
    struct str *v = NEW_N(&f->mem, struct str, f->langs + 1);
    if (!v || f->langs == 0 || str_trim(text).n == 0)
        return (struct form_texts){ 0 };
    v[f->default_lang] = outputs(r, field, xread_keep(r, text));
    return (struct form_texts){ v, f->langs };
}

static bool itext_id(struct str ref, struct str *id)
{
    size_t at, close;
    ref = str_trim(ref);
    if (!str_starts(ref, STR("jr:itext(")) || !str_find(ref, STR("("), &at) || !str_find(ref, STR(")"), &close))
        return false;
    struct str in = str_trim(str_sub(ref, at + 1, ref.n - at - 2));
    if (in.n < 2 || (in.p[0] != '\'' && in.p[0] != '"'))
        return false;
    *id = str_sub(in, 1, in.n - 2);
    return true;
}

struct form_texts xread_texts(struct xread *r, size_t field, struct str ref, bool guidance)
{
    struct str id;
    size_t slot, i;
    if (!itext_id(ref, &id))
        return guidance ? (struct form_texts){ 0 } : xread_literal(r, field, ref);
    if (r->tslots == 0 || (i = itext_at(r, id, &slot)) == FORM_NONE)
        return (struct form_texts){ 0 };
    struct form_texts from = guidance ? r->guidance[i].text : r->f->itext[i].text;
    struct str *v = NEW_N(&r->f->mem, struct str, from.n + 1);
    bool any = false;
    for (size_t k = 0; v && k < from.n; k++) {
        v[k] = outputs(r, field, from.v[k]);
        any |= v[k].n > 0;
    }
    return any ? (struct form_texts){ v, from.n } : (struct form_texts){ 0 };
}

/* A label or hint element: by reference or written in it. */
static struct form_texts texts_of(struct xread *r, size_t field, const xmlNode *n)
{
    if (!n)
        return (struct form_texts){ 0 };
    struct str ref = xml_attr(&r->c->mem, n, "ref");
    return ref.n ? xread_texts(r, field, ref, false) : xread_literal(r, field, xread_mixed(r, n));
}

/* ---- references ------------------------------------------------------------------------------------ */

size_t xread_field(struct xread *r, size_t from, struct str ref)
{
    struct form *f = r->f;
    struct str step, path = from == FORM_NONE ? STR("") : f->field[from].path;
    ref = str_trim(ref);
    if (str_starts(ref, STR("current()/")))
        ref = str_sub(ref, 10, SIZE_MAX);
    if (ref.n && ref.p[0] == '/') {
        path = STR("");
        ref = str_sub(ref, 1, SIZE_MAX);
        if (!str_next(&ref, '/', &step) || !str_eq(step, f->root))
            return FORM_NONE;
    }
    while (str_next(&ref, '/', &step)) {
        struct str head, name = step;
        if (str_is(step, "."))
            continue;
        if (str_is(step, "..")) {
            size_t i = path.n;
            while (i > 0 && path.p[i - 1] != '/')
                i--;
            path = str_sub(path, 0, i ? i - 1 : 0);
            continue;
        }
        (void)str_cut(step, ':', &head, &name);
        path = path.n ? str_join(&r->c->mem, path, STR("/"), name) : name;
    }
    const struct form_field *x = path.n ? form_find(f, path) : NULL;
    return form_index(f, x);
}

static struct str ref_of(struct xread *r, const xmlNode *n)
{
    struct str s = xread_attr(r, n, "ref");
    if (s.n == 0)
        s = xread_attr(r, n, "nodeset");
    struct str id = s.n ? STR("") : xread_attr(r, n, "bind");
    for (const xmlNode *k = id.n ? xml_first(r->model) : NULL; k; k = xml_next(k))
        if (xml_is(k, "bind") && str_eq(xml_attr(&r->c->mem, k, "id"), id))
            return xread_attr(r, k, "nodeset");
    return s;
}

void xread_repeats(struct xread *r, const xmlNode *n, struct str **path, size_t *count, size_t *room)
{
    for (const xmlNode *k = xml_first(n); k; k = xml_next(k)) {
        if (xml_is(k, "repeat")) {
            struct str s = xread_attr(r, k, "nodeset");
            (void)VEC_PUT(&r->c->mem, *path, *count, *room, s);
        }
        if (xml_is(k, "group") || xml_is(k, "repeat"))
            xread_repeats(r, k, path, count, room);      /* depth: the parser's cap */
    }
}

/* ---- choices ------------------------------------------------------------------------------------------ */

static const struct form_list *list_put(struct xread *r, struct form_list l)
{
    struct form_list *p = NEW(&r->f->mem, struct form_list);
    if (p)
        *p = l;
    return p && VEC_PUT(&r->f->mem, r->f->list, r->f->lists, r->f->list_room, l) ? p : NULL;
}

static void choice_put(struct xread *r, struct form_list *l, size_t *room, struct form_choice ch)
{
    struct form_choice *v = (struct form_choice *)(uintptr_t)l->choice;
    if (VEC_PUT(&r->f->mem, v, l->n, *room, ch))
        l->choice = v;
}

static const struct form_list *inline_items(struct xread *r, size_t field, const xmlNode *control)
{
    struct form_list l = { .name = r->f->field[field].path };
    size_t room = 0;
    for (const xmlNode *k = xml_first(control); k; k = xml_next(k)) {
        if (!xml_is(k, "item"))
            continue;
        const xmlNode *value = xml_child(k, "value");
        struct form_choice ch = { .name = value ? xread_keep(r, xml_text(&r->c->mem, value)) : STR(""),
                                  .label = texts_of(r, field, xml_child(k, "label")) };
        choice_put(r, &l, &room, ch);
    }
    return list_put(r, l);
}

static const xmlNode *instance_root(const struct xread *r, struct str id)
{
    for (const xmlNode *k = xml_first(r->model); k; k = xml_next(k))
        if (xml_is(k, "instance") && str_eq(xml_attr(&r->c->mem, k, "id"), id))
            return xml_first(k);
    return NULL;
}

static struct form_choice item_of(struct xread *r, const xmlNode *item, const char *value, struct str label)
{
    struct str inner = label;
    bool itext = str_starts(label, STR("jr:itext("));
    if (itext)
        inner = str_trim(str_sub(label, 9, label.n - 10));
    const char *z = arena_z(&r->c->mem, inner);
    const xmlNode *v = xml_child(item, value), *t = z ? xml_child(item, z) : NULL;
    struct form_choice ch = { .name = v ? xread_keep(r, xml_text(&r->c->mem, v)) : STR("") };
    struct str text = t ? xml_text(&r->c->mem, t) : STR("");
    if (itext)
        text = str_join(&r->c->mem, STR("jr:itext('"), text, STR("')"));
    ch.label = t ? xread_texts(r, FORM_NONE, text, false) : (struct form_texts){ 0 };
    struct form_pair *extra = NULL;
    size_t room = 0;
    for (const xmlNode *k = xml_first(item); k; k = xml_next(k)) {
        if (k == v || k == t)
            continue;
        struct form_pair p = { xread_keep(r, xml_name(k)), xread_keep(r, xml_text(&r->c->mem, k)) };
        (void)VEC_PUT(&r->f->mem, extra, ch.extras, room, p);
    }
    ch.extra = extra;
    return ch;
}

const struct form_list *xread_list(struct xread *r, struct str id, struct str value, struct str label)
{
    struct form *f = r->f;
    for (size_t i = 0; i < f->lists; i++)
        if (str_eq(f->list[i].name, id))
            return &f->list[i];
    const struct form_instance *s = form_instance(f, id);
    struct form_list l = { .name = id, .file = s ? s->src : STR("") };
    const xmlNode *root = instance_root(r, id);
    const char *z = arena_z(&r->c->mem, value);
    size_t room = 0;
    for (const xmlNode *k = root && z ? xml_first(root) : NULL; k; k = xml_next(k))
        choice_put(r, &l, &room, item_of(r, k, z, label));
    return list_put(r, l);
}

/* instance('id')/root/item[filter], perhaps inside randomize(...): what is what. */
static void itemset(struct xread *r, size_t field, const xmlNode *n)
{
    struct form_field *x = &r->f->field[field];
    struct form_exprs *e = &r->f->expr[field];
    const xmlNode *value = xml_child(n, "value"), *label = xml_child(n, "label");
    struct str set = xread_attr(r, n, "nodeset"), id = STR("");
    struct str ref = value ? xread_attr(r, value, "ref") : STR("name");
    struct str shown = label ? xread_attr(r, label, "ref") : STR("label");
    size_t at, open, close;
    e->items = set;
    e->items_value = ref;
    e->items_label = shown;
    if (str_find(set, STR("instance("), &at)) {
        struct str rest = str_sub(set, at + 9, SIZE_MAX);
        if (str_find(rest, STR(")"), &close) && close >= 2)
            id = xread_keep(r, str_sub(str_trim(str_sub(rest, 0, close)), 1, close - 2));
    }
    if (str_find(set, STR("["), &open)) {
        close = set.n;
        while (close > open && set.p[close - 1] != ']')
            close--;
        x->choice_filter = str_trim(str_sub(set, open + 1, close - open - 2));
    }
    x->list = xread_list(r, id, ref, shown);
    if (str_starts(set, STR("randomize(")))
        x->parameters = STR("randomize=true");
    if (id.n && !x->choice_filter.n && x->list && !x->list->file.n && x->list->n)
        e->items = STR("");                              /* the whole list */
}

/* ---- controls ------------------------------------------------------------------------------------------- */

static void range_parameters(struct xread *r, struct form_field *x, const xmlNode *n)
{
    struct buf b;
    buf_init(&b, &r->f->mem, 400);
    buf_put(&b, STR("start=")), buf_put(&b, xread_attr(r, n, "start"));
    buf_put(&b, STR(" end=")), buf_put(&b, xread_attr(r, n, "end"));
    buf_put(&b, STR(" step=")), buf_put(&b, xread_attr(r, n, "step"));
    x->parameters = buf_str(&b);
}

static void control_type(struct xread *r, size_t i, const xmlNode *n)
{
    struct form_field *x = &r->f->field[i];
    if (xml_is(n, "select1"))
        x->type = FORM_SELECT_ONE;
    else if (xml_is(n, "select"))
        x->type = FORM_SELECT_MANY;
    else if (xml_is(n, "rank"))
        x->type = FORM_RANK;
    else if (xml_is(n, "upload"))
        x->type = FORM_FILE;
    else if (xml_is(n, "trigger"))
        x->type = FORM_ACKNOWLEDGE;
    else if (xml_is(n, "range")) {
        x->type = FORM_RANGE;
        range_parameters(r, x, n);
    } else if (x->type == FORM_HIDDEN) {
        x->type = FORM_TEXT;                             /* asked, but without a bind */
    }
    x->media_type = xread_attr(r, n, "mediatype");
    bool shown_only = x->type == FORM_TEXT && str_is(x->readonly, "true()") && !x->calculation.n &&
                      !x->default_value.n && !r->set[i] && !x->preload.n;
    if (shown_only && xml_is(n, "input"))
        x->type = FORM_NOTE;
}

static void control(struct xread *r, size_t i, const xmlNode *n)
{
    struct form_field *x = &r->f->field[i];
    const xmlNode *hint = xml_child(n, "hint"), *set = xml_child(n, "itemset");
    r->asked[i] = true;
    control_type(r, i, n);
    x->appearance = xread_attr(r, n, "appearance");
    x->label = texts_of(r, i, xml_child(n, "label"));
    x->hint = texts_of(r, i, hint);
    if (hint)
        x->guidance = xread_texts(r, i, xml_attr(&r->c->mem, hint, "ref"), true);
    if (x->type == FORM_SELECT_ONE || x->type == FORM_SELECT_MANY || x->type == FORM_RANK) {
        if (set)
            itemset(r, i, set);
        else
            x->list = inline_items(r, i, n);
    }
}

static bool is_control(const xmlNode *n)
{
    static const char *const tags[] = { "input", "select1", "select", "upload", "trigger", "range", "rank",
                                        "secret", "textarea" };
    for (size_t i = 0; i < COUNT_OF(tags); i++)
        if (xml_is(n, tags[i]))
            return true;
    return false;
}

static void walk(struct xread *r, const xmlNode *n, size_t inside);

static void grouping(struct xread *r, const xmlNode *k, size_t inside)
{
    size_t i = xread_field(r, inside, ref_of(r, k));
    bool named = ref_of(r, k).n && i != FORM_NONE;
    if (named) {
        struct form_field *x = &r->f->field[i];
        struct str look = xread_attr(r, k, "appearance");
        if (xml_child(k, "label"))
            x->label = texts_of(r, i, xml_child(k, "label"));
        if (look.n)
            x->appearance = look;
        if (xml_is(k, "repeat"))
            x->repeat_count = xread_attr(r, k, "count");
    }
    walk(r, k, named ? i : inside);
}

static void walk(struct xread *r, const xmlNode *n, size_t inside)
{
    for (const xmlNode *k = xml_first(n); k; k = xml_next(k)) {
        if (xml_is(k, "group") || xml_is(k, "repeat")) {
            grouping(r, k, inside);
        } else if (is_control(k)) {
            size_t i = xread_field(r, inside, ref_of(r, k));
            if (i == FORM_NONE || ref_of(r, k).n == 0)
                xread_note(r, (int)xmlGetLineNo((xmlNode *)(uintptr_t)k),
                           "a control without a node in the instance", ref_of(r, k));
            else
                control(r, i, k);
        }
    }
}

void xread_body(struct xread *r)
{
    walk(r, r->body, FORM_NONE);
}
