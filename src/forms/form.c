#include "forms/priv.h"
#include "forms/vec.h"

static const char *const type_names[] = {
    [FORM_TEXT] = "text", [FORM_INT] = "integer", [FORM_DECIMAL] = "decimal", [FORM_RANGE] = "range",
    [FORM_BOOLEAN] = "boolean", [FORM_DATE] = "date", [FORM_TIME] = "time",
    [FORM_DATETIME] = "dateTime", [FORM_SELECT_ONE] = "select_one",
    [FORM_SELECT_MANY] = "select_multiple", [FORM_RANK] = "rank", [FORM_GEOPOINT] = "geopoint",
    [FORM_GEOTRACE] = "geotrace", [FORM_GEOSHAPE] = "geoshape", [FORM_FILE] = "file",
    [FORM_BARCODE] = "barcode", [FORM_ACKNOWLEDGE] = "acknowledge", [FORM_NOTE] = "note",
    [FORM_CALCULATE] = "calculate", [FORM_HIDDEN] = "hidden", [FORM_META] = "meta",
    [FORM_GROUP] = "group", [FORM_REPEAT] = "repeat",
};
const char *form_type_name(enum form_type t) { return type_names[t]; }

static const char *const sensitivity_names[] = {
    [FORM_PUBLIC] = "public", [FORM_OFFICE] = "office", [FORM_CASE] = "case",
    [FORM_IDENTITY] = "identity", [FORM_SEALED] = "sealed",
};
const char *form_sensitivity_name(enum form_sensitivity s) { return sensitivity_names[s]; }

/* ---- life --------------------------------------------------------------------- */

struct form *form_new(struct ctx *c)
{
    struct arena mem;
    arena_init(&mem, FORM_ARENA);
    mem.fail_at = c->mem.fail_at;              /* tests refuse here as well */
    struct form *f = NEW(&mem, struct form);
    if (!f) {
        arena_free(&mem);
        c->mem.failed = true;
        return NULL;
    }
    f->mem = mem;
    atomic_init(&f->refs, 1);
    f->id = f->version = f->root = f->instance_name = f->xform = STR("");
    return f;
}

void form_ref(const struct form *f)
{
    atomic_fetch_add(&((struct form *)(uintptr_t)f)->refs, 1);
}

void form_unref(const struct form *f)
{
    if (!f || atomic_fetch_sub(&((struct form *)(uintptr_t)f)->refs, 1) != 1)
        return;
    struct arena mem = f->mem;                 /* the form lies in what is freed */
    arena_free(&mem);
}

/* ---- looking -------------------------------------------------------------------- */

struct str form_id(const struct form *f) { return f->id; }
struct str form_version(const struct form *f) { return f->version; }
struct str form_root(const struct form *f) { return f->root; }
struct str form_xform(const struct form *f) { return f->xform; }
size_t form_count(const struct form *f) { return f->fields; }
size_t form_langs(const struct form *f) { return f->langs; }
size_t form_lists(const struct form *f) { return f->lists; }

struct str form_title(const struct form *f, struct str lang)
{
    struct str t = form_text(f, f->title, lang);
    return t.n ? t : f->id;
}

const struct form_field *form_field(const struct form *f, size_t i)
{
    return i < f->fields ? &f->field[i] : NULL;
}

size_t form_index(const struct form *f, const struct form_field *x)
{
    return x ? (size_t)(x - f->field) : FORM_NONE;
}

const struct form_lang *form_lang(const struct form *f, size_t i)
{
    return i < f->langs ? &f->lang[i] : NULL;
}

const struct form_list *form_list(const struct form *f, size_t i)
{
    return i < f->lists ? &f->list[i] : NULL;
}

struct str form_text(const struct form *f, struct form_texts t, struct str lang)
{
    for (size_t i = 0; i < t.n && i < f->langs; i++)
        if (t.v[i].n && str_eq(f->lang[i].code, lang))
            return t.v[i];
    if (f->default_lang < t.n && t.v[f->default_lang].n)
        return t.v[f->default_lang];
    for (size_t i = 0; i < t.n; i++)
        if (t.v[i].n)
            return t.v[i];
    return STR("");
}

const struct form_choice *form_choice(const struct form_list *l, struct str name)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->choice[i].name, name))
            return &l->choice[i];
    return NULL;
}

bool form_is_leaf(const struct form_field *x)
{
    return x->type != FORM_GROUP && x->type != FORM_REPEAT && x->type != FORM_NOTE;
}

struct str form_setting(const struct form *f, struct str name)
{
    for (size_t i = 0; i < f->settings; i++)
        if (str_eq(f->setting[i].name, name))
            return f->setting[i].value;
    return STR("");
}

const struct form_instance *form_instance(const struct form *f, struct str id)
{
    for (size_t i = 0; f && i < f->instances; i++)
        if (str_eq(f->instance[i].id, id))
            return &f->instance[i];
    return NULL;
}

struct str form_xpath_of(struct arena *mem, const struct form *f, struct str path)
{
    return str_join(mem, STR("/"), f->root, STR("/"), path);
}

/* ---- paths ------------------------------------------------------------------------ */

bool path_step(struct str *rest, struct str *name, int64_t *pos)
{
    struct str item, head, tail;
    if (!rest->n || !str_next(rest, '/', &item) || item.n == 0)
        return false;
    *pos = 0;
    *name = item;
    if (!str_cut(item, '[', &head, &tail))
        return true;
    *name = head;
    return str_ends(tail, STR("]")) && str_to_i64(str_sub(tail, 0, tail.n - 1), pos) && *pos > 0;
}

struct str path_plain(struct arena *mem, struct str path)
{
    struct buf b;
    bool in = false;
    if (!path.n || !memchr(path.p, '[', path.n))
        return path;
    buf_init(&b, mem, path.n);
    for (size_t i = 0; i < path.n; i++) {
        in = path.p[i] == '[' || (in && path.p[i] != ']');
        if (!in && path.p[i] != ']')
            buf_char(&b, path.p[i]);
    }
    return b.n ? buf_str(&b) : STR("");
}

/* The same path as `plain`, positions aside? */
static bool same_path(struct str path, struct str plain)
{
    size_t k = 0;
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '[') {
            while (i < path.n && path.p[i] != ']')
                i++;
            continue;
        }
        if (k >= plain.n || plain.p[k++] != path.p[i])
            return false;
    }
    return k == plain.n;
}

static uint64_t path_hash(struct str path)
{
    char t[512];
    size_t n = 0;
    for (size_t i = 0; i < path.n && n < sizeof t; i++) {
        if (path.p[i] == '[')
            while (i < path.n && path.p[i] != ']')
                i++;
        else
            t[n++] = path.p[i];
    }
    return str_hash((struct str){ t, n });
}

const struct form_field *form_find(const struct form *f, struct str path)
{
    if (f->slots == 0)
        return NULL;
    for (size_t h = path_hash(path) % f->slots; f->slot[h]; h = (h + 1) % f->slots)
        if (same_path(path, f->field[f->slot[h] - 1].path))
            return &f->field[f->slot[h] - 1];
    return NULL;
}

bool form_seal(struct form *f)
{
    f->slots = f->fields * 2 + 1;
    f->slot = NEW_N(&f->mem, size_t, f->slots);
    f->expr = NEW_N(&f->mem, struct form_exprs, f->fields + 1);
    if (!f->slot || !f->expr)
        return false;
    for (size_t i = 0; i < f->fields; i++) {
        size_t h = path_hash(f->field[i].path) % f->slots;
        while (f->slot[h])
            h = (h + 1) % f->slots;
        f->slot[h] = i + 1;
        if (f->field[i].type == FORM_REPEAT &&
            !VEC_PUT(&f->mem, f->repeat, f->repeats, f->repeat_room,
                     form_xpath_of(&f->mem, f, f->field[i].path)))
            return false;
    }
    return !f->mem.failed;
}

/* ---- notes and expressions ---------------------------------------------------------- */

bool note_put(struct ctx *c, struct form_notes *notes, size_t *room, struct form_note note)
{
    if (notes->n >= NOTES_MAX)
        return true;
    return VEC_PUT(&c->mem, notes->v, notes->n, *room, note);
}

static bool known_path(const void *with, struct str path)
{
    const struct form *f = with;
    struct str rest, top;
    if (str_eq(str_sub(path, 1, SIZE_MAX), f->root))
        return true;
    if (!str_cut(str_sub(path, 1, SIZE_MAX), '/', &top, &rest) || !str_eq(top, f->root))
        return false;
    return form_find(f, rest) != NULL || str_starts(rest, STR("meta"));
}

struct job {
    struct ctx *c;
    struct form *f;
    struct form_notes *notes;
    size_t *room;
    struct str file;
    bool strict, bad;
    const struct form_field *field;
};

static void translate(struct job *j, const char *column, struct str text, struct str *out)
{
    struct xpath_error e;
    struct str made;
    struct xpath_scope s = {
        .context = j->field ? form_xpath_of(&j->c->mem, j->f, j->field->path) : j->f->root,
        .repeat = j->f->repeat, .repeats = j->f->repeats,
        .known = j->strict ? known_path : NULL, .with = j->f,
    };
    *out = STR("");
    if (str_trim(text).n == 0)
        return;
    if (xpath_translate(&j->c->mem, &s, text, &made, &e)) {
        *out = arena_dup(&j->f->mem, made);
        return;
    }
    j->bad = true;
    struct buf b;
    buf_init(&b, &j->c->mem, 1000);
    buf_put(&b, str_c(e.why));
    if (e.what.n)
        buf_put(&b, STR(": ")), buf_put(&b, str_sub(e.what, 0, 100));
    buf_fmt(&b, " (character %zu of \"", e.at + 1);
    buf_put(&b, str_sub(text, 0, 200));
    buf_put(&b, STR("\")"));
    struct form_note n = { .file = j->file, .line = j->field ? j->field->line : 0,
                           .column = str_c(column), .text = buf_str(&b), .warning = !j->strict };
    (void)note_put(j->c, j->notes, j->room, n);
}

bool form_expressions(struct ctx *c, struct form *f, struct form_notes *notes, size_t *room,
                      struct str file, bool strict)
{
    struct job j = { .c = c, .f = f, .notes = notes, .room = room, .file = file, .strict = strict };
    for (size_t i = 0; i < f->fields; i++) {
        const struct form_field *x = &f->field[i];
        struct form_exprs *e = &f->expr[i];
        struct str items = e->items;
        j.field = x;
        translate(&j, "relevant", x->relevant, &e->relevant);
        translate(&j, "required", x->required, &e->required);
        translate(&j, "constraint", x->constraint, &e->constraint);
        translate(&j, "calculation", x->calculation, &e->calculation);
        translate(&j, "readonly", x->readonly, &e->readonly);
        translate(&j, "repeat_count", x->repeat_count, &e->repeat_count);
        translate(&j, "default", x->dynamic_default, &e->dynamic_default);
        translate(&j, "choice_filter", items, &e->items);
    }
    return strict ? !j.bad : true;
}
