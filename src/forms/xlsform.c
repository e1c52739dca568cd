/* XLSForm: columns, choices, settings; the survey is in xlsform_survey.c. */
#include "forms/xlsform.h"
#include "forms/vec.h"
#include "forms/xml.h"

#include <sodium.h>
#include <stdio.h>

static void tell(struct maker *m, int line, struct str column, const char *what, struct str which,
                 bool warning)
{
    struct str text = which.n ? str_join(&m->c->mem, str_c(what), STR(": "), str_sub(which, 0, 120))
                              : str_c(what);
    struct form_note n = { .file = m->file, .line = line, .column = column, .text = text,
                           .warning = warning };
    if (!note_put(m->c, m->notes, &m->note_room, n))
        m->bad = true;
    m->bad |= !warning;
}

void maker_note(struct maker *m, int line, struct str column, const char *what, struct str which)
{
    tell(m, line, column, what, which, false);
}

void maker_warn(struct maker *m, int line, struct str column, const char *what, struct str which)
{
    tell(m, line, column, what, which, true);
}

struct str maker_keep(struct maker *m, struct str s)
{
    s = str_trim(s);
    return s.n ? arena_dup(&m->f->mem, s) : STR("");
}

/* ---- columns ---------------------------------------------------------------------- */

static const char *const aliases[][2] = {
    { "list name", "list_name" }, { "list_name", "list_name" }, { "value", "name" },
    { "caption", "label" }, { "relevance", "relevant" }, { "calculate", "calculation" },
    { "constraint message", "constraint_message" }, { "constraint_msg", "constraint_message" },
    { "required message", "required_message" }, { "read_only", "readonly" },
    { "guidance hint", "guidance_hint" }, { "jr:count", "repeat_count" },
    { "jr:constraintmsg", "constraint_message" }, { "id_string", "form_id" }, { "title", "form_title" },
    { "repeat count", "repeat_count" }, { "choice filter", "choice_filter" },
};

/* Columns with one text per language. */
static bool translatable(struct str base)
{
    return str_is(base, "label") || str_is(base, "hint") || str_is(base, "guidance_hint") ||
           str_is(base, "constraint_message") || str_is(base, "required_message") ||
           str_is(base, "form_title");
}

static struct str lower_trim(struct arena *mem, struct str s)
{
    s = str_trim(s);
    char *p = arena_alloc(mem, s.n + 1, 1);
    for (size_t i = 0; p && i < s.n; i++)
        p[i] = ascii_lower(s.p[i]);
    return p ? (struct str){ p, s.n } : STR("");
}

/* "Español (es)" -> es; "es" -> es. */
static struct str lang_code(struct str name)
{
    for (size_t i = name.n; i > 0 && str_ends(name, STR(")")); i--)
        if (name.p[i - 1] == '(' && name.n - i > 1)
            return str_trim(str_sub(name, i, name.n - i - 1));
    return name;
}

static size_t lang_index(struct maker *m, struct str name)
{
    struct form *f = m->f;
    struct str code = lang_code(name);
    for (size_t i = 0; i < f->langs; i++)
        if (str_eq(f->lang[i].code, code))
            return i;
    if (f->langs >= LANGS_MAX) {
        maker_note(m, 1, name, "too many languages", STR(""));
        return 0;
    }
    struct form_lang l = { maker_keep(m, code), maker_keep(m, name) };
    if (!VEC_PUT(&f->mem, f->lang, f->langs, f->lang_room, l))
        m->bad = true;
    return f->langs ? f->langs - 1 : 0;
}

static struct str base_name(struct maker *m, struct str head)
{
    struct str low = lower_trim(&m->c->mem, head);
    for (size_t i = 0; i < COUNT_OF(aliases); i++)
        if (str_is(low, aliases[i][0]))
            return str_c(aliases[i][1]);
    return low;
}

static struct column column_of(struct maker *m, struct str head)
{
    struct column k = { .head = str_trim(head), .lang = FORM_NONE };
    struct str h = k.head, base = h, lang = STR("");
    size_t at;
    if (str_find(h, STR("::"), &at)) {
        base = str_sub(h, 0, at);
        lang = str_trim(str_sub(h, at + 2, SIZE_MAX));
    }
    k.base = base_name(m, base);
    if (lang.n && !translatable(k.base))
        k.base = lower_trim(&m->c->mem, h);            /* media::image::es and the like: kept whole */
    else if (lang.n)
        k.lang = lang_index(m, lang);
    return k;
}

void maker_columns(struct maker *m, const struct sheet *s)
{
    m->cols = 0;
    for (size_t i = 0; s->n && i < s->row[0].n; i++) {
        if (m->cols >= COLS_MAX) {
            maker_note(m, s->row[0].line, STR(""), "too many columns", STR(""));
            return;
        }
        m->col[m->cols++] = column_of(m, s->row[0].cell[i]);
    }
    for (size_t i = 0; i < m->cols; i++)
        for (size_t k = 0; k < i; k++)
            if (m->col[i].base.n && str_eq(m->col[i].base, m->col[k].base) &&
                m->col[i].lang == m->col[k].lang)
                maker_note(m, s->row[0].line, m->col[i].head, "this column is there twice", STR(""));
}

struct str maker_cell(struct maker *m, const struct sheet_row *r, const char *base)
{
    for (size_t i = 0; i < m->cols; i++)
        if (str_is(m->col[i].base, base)) {
            m->col[i].known = true;
            if (i < r->n && str_trim(r->cell[i]).n)
                return str_trim(r->cell[i]);
        }
    return STR("");
}

struct form_texts maker_texts(struct maker *m, const struct sheet_row *r, const char *base)
{
    struct form *f = m->f;
    struct str *v = NULL;
    for (size_t i = 0; i < m->cols; i++) {
        if (!str_is(m->col[i].base, base))
            continue;
        m->col[i].known = true;
        struct str cell = str_trim(sheet_cell(r, i));
        if (cell.n == 0)
            continue;
        if (!v && !(v = NEW_N(&f->mem, struct str, f->langs + 1)))
            return (struct form_texts){ 0 };
        v[m->col[i].lang == FORM_NONE ? f->default_lang : m->col[i].lang] = maker_keep(m, cell);
    }
    return (struct form_texts){ v, v ? f->langs : 0 };
}

/* ---- languages ---------------------------------------------------------------------- */

/* Every language any sheet speaks, before texts are laid out by language. */
static void languages(struct maker *m, const struct sheet *survey, const struct sheet *choices)
{
    bool bare = false;
    const struct sheet *both[] = { survey, choices };
    struct str want = form_setting(m->f, STR("default_language"));
    if (want.n)
        (void)lang_index(m, want);
    for (size_t k = 0; k < 2; k++) {
        if (!both[k])
            continue;
        maker_columns(m, both[k]);
        for (size_t i = 0; i < m->cols; i++)
            bare |= translatable(m->col[i].base) && m->col[i].lang == FORM_NONE;
    }
    if (want.n == 0 && (bare || m->f->langs == 0)) {
        size_t i = lang_index(m, STR("default"));
        m->f->default_lang = i;
    }
}

/* ---- choices ------------------------------------------------------------------------- */

static struct form_list *list_of(struct maker *m, struct str name)
{
    struct form *f = m->f;
    for (size_t i = 0; i < f->lists; i++)
        if (str_eq(f->list[i].name, name))
            return &f->list[i];
    struct form_list l = { .name = maker_keep(m, name) };
    if (!VEC_PUT(&f->mem, f->list, f->lists, f->list_room, l))
        return NULL;
    return &f->list[f->lists - 1];
}

static struct form_choice choice_of(struct maker *m, const struct sheet_row *r)
{
    struct form_choice ch = { .name = maker_keep(m, maker_cell(m, r, "name")),
                              .label = maker_texts(m, r, "label") };
    struct form_pair *extra = NEW_N(&m->f->mem, struct form_pair, m->cols);
    for (size_t i = 0; extra && i < m->cols; i++) {
        const struct column *k = &m->col[i];
        bool own = str_is(k->base, "name") || str_is(k->base, "label") || str_is(k->base, "list_name");
        if (own || !xml_name_ok(k->head) || str_trim(sheet_cell(r, i)).n == 0)
            continue;
        extra[ch.extras++] = (struct form_pair){ maker_keep(m, k->head),
                                                 maker_keep(m, sheet_cell(r, i)) };
    }
    ch.extra = extra;
    return ch;
}

static bool has_space(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (ascii_space(s.p[i]))
            return true;
    return false;
}

void xlsform_choices(struct maker *m, const struct sheet *s)
{
    size_t *room = NEW_N(&m->c->mem, size_t, s->n + 1);   /* beside f->list[] */
    maker_columns(m, s);
    for (size_t i = 1; room && i < s->n; i++) {
        const struct sheet_row *r = &s->row[i];
        struct str list = maker_cell(m, r, "list_name");
        if (list.n == 0)
            continue;                                     /* a comment row */
        struct form_choice ch = choice_of(m, r);
        struct form_list *l = list_of(m, list);
        if (!l)
            return;
        if (ch.name.n == 0)
            maker_note(m, r->line, STR("name"), "this choice has no name", list);
        else if (has_space(ch.name))
            maker_note(m, r->line, STR("name"), "a choice name may not hold a space", ch.name);
        else if (form_choice(l, ch.name))
            maker_note(m, r->line, STR("name"), "this choice is in the list twice", ch.name);
        struct form_choice *v = (struct form_choice *)(uintptr_t)l->choice;
        if (VEC_PUT(&m->f->mem, v, l->n, room[l - m->f->list], ch))
            l->choice = v;
    }
}

/* root/item for filters and for the XForm. */
static struct str list_xml(struct maker *m, const struct form_list *l)
{
    struct buf b;
    buf_init(&b, &m->f->mem, XFORM_MAX);
    buf_put(&b, STR("<root>"));
    for (size_t i = 0; i < l->n; i++) {
        const struct form_choice *ch = &l->choice[i];
        buf_put(&b, STR("<item><itextId>"));
        xml_put(&b, l->name);
        buf_fmt(&b, "-%zu</itextId><name>", i);
        xml_put(&b, ch->name);
        buf_put(&b, STR("</name>"));
        for (size_t k = 0; k < ch->extras; k++) {
            buf_char(&b, '<'), buf_put(&b, ch->extra[k].name), buf_char(&b, '>');
            xml_put(&b, ch->extra[k].value);
            buf_put(&b, STR("</")), buf_put(&b, ch->extra[k].name), buf_char(&b, '>');
        }
        buf_put(&b, STR("</item>"));
    }
    buf_put(&b, STR("</root>"));
    return buf_str(&b);
}

/* pulldata('towns', ...) wants towns.csv as an instance of that name. */
static void pulled_file(struct maker *m, struct str e)
{
    struct form *f = m->f;
    size_t at;
    while (str_find(e, STR("pulldata("), &at)) {
        e = str_trim(str_sub(e, at + 9, SIZE_MAX));
        size_t k = 1;
        while (e.n && k < e.n && e.p[k] != e.p[0])
            k++;
        struct str id = str_sub(e, 1, k - 1);
        if (e.n == 0 || (e.p[0] != '\'' && e.p[0] != '"') || !xml_name_ok(id) || form_instance(f, id))
            continue;
        struct form_instance s = { .id = maker_keep(m, id), .xml = STR(""),
                                   .src = str_join(&f->mem, STR("jr://file-csv/"), id, STR(".csv")) };
        (void)VEC_PUT(&f->mem, f->instance, f->instances, f->instance_room, s);
    }
}

static void pulled_files(struct maker *m)
{
    for (size_t i = 0; i < m->f->fields; i++) {
        pulled_file(m, m->f->field[i].calculation);
        pulled_file(m, m->f->field[i].relevant);
        pulled_file(m, m->f->field[i].constraint);
    }
}

static void instances(struct maker *m)
{
    struct form *f = m->f;
    for (size_t i = 0; i < f->lists; i++) {
        struct form_instance s = { .id = f->list[i].name, .src = f->list[i].file, .xml = STR("") };
        if (f->list[i].file.n == 0)
            s.xml = list_xml(m, &f->list[i]);
        if (!VEC_PUT(&f->mem, f->instance, f->instances, f->instance_room, s))
            return;
    }
}

/* ---- settings ------------------------------------------------------------------------- */

void xlsform_settings(struct maker *m, const struct sheet *s)
{
    struct form *f = m->f;
    if (s->n < 2)
        return;
    if (s->n > 2)
        maker_note(m, s->row[2].line, STR(""), "settings have one line of values only", STR(""));
    f->setting = NEW_N(&f->mem, struct form_pair, s->row[0].n);
    for (size_t i = 0; f->setting && i < s->row[0].n; i++)
        f->setting[f->settings++] = (struct form_pair){
            maker_keep(m, base_name(m, s->row[0].cell[i])), maker_keep(m, sheet_cell(&s->row[1], i)) };
}

/* Titles, once languages are known: form_title and form_title::es. */
static void titles(struct maker *m, const struct sheet *s)
{
    if (!s || s->n < 2)
        return;
    maker_columns(m, s);
    m->f->title = maker_texts(m, &s->row[1], "form_title");
}

static void hash_sheet(crypto_hash_sha256_state *h, const struct sheet *s)
{
    for (size_t i = 0; s && i < s->n; i++) {
        for (size_t k = 0; k < s->row[i].n; k++) {
            uint64_t n = s->row[i].cell[k].n;
            (void)crypto_hash_sha256_update(h, (const unsigned char *)&n, sizeof n);
            if (n)
                (void)crypto_hash_sha256_update(h, (const unsigned char *)s->row[i].cell[k].p, n);
        }
        (void)crypto_hash_sha256_update(h, (const unsigned char *)"\n", 1);
    }
}

/* A form without a version gets one from its content, so that every change shows. */
static struct str content_version(struct maker *m, const struct sheet *a, const struct sheet *b,
                                  const struct sheet *d)
{
    crypto_hash_sha256_state h;
    unsigned char sum[32];
    char t[16];
    (void)crypto_hash_sha256_init(&h);
    hash_sheet(&h, a);
    hash_sheet(&h, b);
    hash_sheet(&h, d);
    (void)crypto_hash_sha256_final(&h, sum);
    for (size_t i = 0; i < 6; i++)
        (void)snprintf(t + 2 * i, 3, "%02x", sum[i]);
    return arena_dup(&m->f->mem, (struct str){ t, 12 });
}

/* ---- all together ------------------------------------------------------------------------ */

static void identity(struct maker *m, struct str name)
{
    struct form *f = m->f;
    struct str id = form_setting(f, STR("form_id")), root = form_setting(f, STR("name"));
    f->id = maker_keep(m, id.n ? id : name);
    f->root = root.n ? root : STR("data");
    f->version = form_setting(f, STR("version"));
    f->instance_name = form_setting(f, STR("instance_name"));
    if (f->id.n == 0 || f->id.n > 200)
        maker_note(m, 0, STR("form_id"), "the form needs an id of at most 200 bytes", f->id);
    if (!xml_name_ok(f->root))
        maker_note(m, 0, STR("name"), "not a name for the root", f->root);
}

static struct str file_of(struct maker *m, struct str name, const char *sheet)
{
    return str_join(&m->c->mem, name, STR("."), str_c(sheet), STR(".csv"));
}

static enum err build(struct maker *m, struct str name, const struct sheet *survey,
                      const struct sheet *choices, const struct sheet *settings)
{
    m->file = file_of(m, name, "settings");
    if (settings)
        xlsform_settings(m, settings);
    identity(m, name);
    languages(m, survey, choices);
    titles(m, settings);
    m->file = file_of(m, name, "choices");
    if (choices)
        xlsform_choices(m, choices);
    m->file = file_of(m, name, "survey");
    xlsform_survey(m, survey);
    if (m->f->version.n == 0)
        m->f->version = content_version(m, survey, choices, settings);
    if (!form_seal(m->f))
        return FAIL(m->c, ERR_NOMEM, "error.too-big", "form arena");
    xlsform_refs(m);
    instances(m);
    pulled_files(m);
    if (!m->bad && !form_expressions(m->c, m->f, m->notes, &m->note_room, m->file, true))
        m->bad = true;
    if (m->f->mem.failed)
        return FAIL(m->c, ERR_NOMEM, "error.too-big", "form arena");
    TRY(ctx_check(m->c));
    if (m->bad)
        return FAIL(m->c, ERR_INPUT, "form.errors", "form: %zu notes", m->notes->n);
    return xform_write(m->c, m->f);
}

enum err form_load_sheets(struct ctx *c, struct str name, const struct sheet *survey,
                          const struct sheet *choices, const struct sheet *settings,
                          const struct form **out, struct form_notes *notes)
{
    *notes = (struct form_notes){ 0 };
    struct maker *m = NEW(&c->mem, struct maker);
    struct form *f = m ? form_new(c) : NULL;
    if (!f)
        return ctx_check(c);
    *m = (struct maker){ .c = c, .f = f, .notes = notes };
    enum err e = memory_first(c, build(m, name, survey, choices, settings));
    if (e != ERR_OK) {
        form_unref(f);
        return e;
    }
    *out = f;
    return ERR_OK;
}

enum err form_load_csv(struct ctx *c, const struct form_source *s, const struct form **out,
                       struct form_notes *notes)
{
    struct sheet survey, choices, settings;
    *notes = (struct form_notes){ 0 };
    TRY(csv_load(c, s->survey, &survey));
    TRY(csv_load(c, s->choices, &choices));
    TRY(csv_load(c, s->settings, &settings));
    return form_load_sheets(c, s->name, &survey, choices.n ? &choices : NULL,
                            settings.n ? &settings : NULL, out, notes);
}

static enum err optional_file(struct ctx *c, const char *path, struct str *out)
{
    enum err e = file_read(c, path, SHEET_BYTES_MAX, out);
    if (e != ERR_NOT_FOUND)
        return e;
    c->fault = (struct fault){ 0 };
    *out = (struct str){ 0 };
    return ERR_OK;
}

enum err form_load_dir(struct ctx *c, const char *dir, const char *name, const struct form **out,
                       struct form_notes *notes)
{
    struct form_source s = { .name = str_c(name) };
    char path[3][1024];
    static const char *const part[3] = { "survey", "choices", "settings" };
    *notes = (struct form_notes){ 0 };
    for (size_t i = 0; i < 3; i++) {
        int n = snprintf(path[i], sizeof path[i], "%s/%s.%s.csv", dir, name, part[i]);
        if (n < 0 || (size_t)n >= sizeof path[i])
            return FAIL(c, ERR_INPUT, "error.too-big", "form path");
    }
    TRY(file_read(c, path[0], SHEET_BYTES_MAX, &s.survey));
    TRY(optional_file(c, path[1], &s.choices));
    TRY(optional_file(c, path[2], &s.settings));
    return form_load_csv(c, &s, out, notes);
}

enum err form_load_xlsx(struct ctx *c, struct str name, struct str bytes, const struct form **out,
                        struct form_notes *notes)
{
    struct sheets s;
    *notes = (struct form_notes){ 0 };
    TRY(sheet_load_xlsx(c, bytes, &s));
    const struct sheet *survey = sheet_find(&s, STR("survey"));
    if (!survey)
        return FAIL(c, ERR_INPUT, "form.no-survey", "xlsx: no sheet named survey");
    return form_load_sheets(c, name, survey, sheet_find(&s, STR("choices")),
                            sheet_find(&s, STR("settings")), out, notes);
}
