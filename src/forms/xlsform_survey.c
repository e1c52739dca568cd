/* The survey sheet: one row, one field. */
#include "forms/vec.h"
#include "forms/xlsform.h"
#include "forms/xml.h"

struct word { const char *word; enum form_type type; const char *media, *preload, *params; };

static const struct word words[] = {
    { "text", FORM_TEXT }, { "string", FORM_TEXT }, { "integer", FORM_INT }, { "int", FORM_INT },
    { "decimal", FORM_DECIMAL }, { "range", FORM_RANGE }, { "date", FORM_DATE },
    { "time", FORM_TIME }, { "datetime", FORM_DATETIME }, { "note", FORM_NOTE },
    { "geopoint", FORM_GEOPOINT }, { "location", FORM_GEOPOINT }, { "gps", FORM_GEOPOINT },
    { "geotrace", FORM_GEOTRACE }, { "geoshape", FORM_GEOSHAPE },
    { "image", FORM_FILE, "image/*" }, { "photo", FORM_FILE, "image/*" },
    { "audio", FORM_FILE, "audio/*" }, { "video", FORM_FILE, "video/*" },
    { "file", FORM_FILE, "application/*" }, { "barcode", FORM_BARCODE },
    { "acknowledge", FORM_ACKNOWLEDGE }, { "trigger", FORM_ACKNOWLEDGE },
    { "calculate", FORM_CALCULATE }, { "hidden", FORM_HIDDEN },
    { "start", FORM_META, NULL, "timestamp", "start" }, { "end", FORM_META, NULL, "timestamp", "end" },
    { "today", FORM_META, NULL, "date", "today" },
    { "deviceid", FORM_META, NULL, "property", "deviceid" },
    { "username", FORM_META, NULL, "property", "username" },
    { "phonenumber", FORM_META, NULL, "property", "phonenumber" },
    { "email", FORM_META, NULL, "property", "email" },
};

static const struct { const char *word; enum form_type type; bool file; } selects[] = {
    { "select_one_from_file", FORM_SELECT_ONE, true },
    { "select_multiple_from_file", FORM_SELECT_MANY, true },
    { "select_one", FORM_SELECT_ONE, false }, { "select one", FORM_SELECT_ONE, false },
    { "select_multiple", FORM_SELECT_MANY, false }, { "select multiple", FORM_SELECT_MANY, false },
    { "select all that apply from", FORM_SELECT_MANY, false }, { "select one from", FORM_SELECT_ONE, false },
    { "rank", FORM_RANK, false },
};

static struct str column(const char *z) { return str_c(z); }

static bool word_is(struct str s, const char *z)
{
    size_t n = strlen(z);
    if (s.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (ascii_lower(s.p[i]) != ascii_lower(z[i]))
            return false;
    return true;
}

static bool starts_word(struct str s, const char *z, struct str *rest)
{
    size_t n = strlen(z);
    if (s.n <= n || !word_is(str_sub(s, 0, n), z) || !ascii_space(s.p[n]))
        return false;
    *rest = str_trim(str_sub(s, n, SIZE_MAX));
    return true;
}

/* The stem of "places.csv" becomes the list; its items lie outside. */
static struct form_list *file_list(struct maker *m, struct str file)
{
    struct form *f = m->f;
    struct str stem = file, ext;
    for (size_t i = file.n; i > 0; i--)
        if (file.p[i - 1] == '.') {
            stem = str_sub(file, 0, i - 1);
            break;
        }
    ext = str_sub(file, stem.n, SIZE_MAX);
    struct form_list l = { .name = maker_keep(m, stem),
                           .file = str_join(&f->mem, str_is(ext, ".csv") ? STR("jr://file-csv/")
                                                                         : STR("jr://file/"), file) };
    for (size_t i = 0; i < f->lists; i++)
        if (str_eq(f->list[i].name, stem))
            return &f->list[i];
    if (!VEC_PUT(&f->mem, f->list, f->lists, f->list_room, l))
        return NULL;
    return &f->list[f->lists - 1];
}

static const struct form_list *named_list(struct maker *m, struct str name)
{
    for (size_t i = 0; i < m->f->lists; i++)
        if (str_eq(m->f->list[i].name, name))
            return &m->f->list[i];
    return NULL;
}

/* "select_one places or_other" */
static bool select_type(struct maker *m, struct form_field *x, const struct sheet_row *r)
{
    struct str rest, head;
    for (size_t i = 0; i < COUNT_OF(selects); i++) {
        if (!starts_word(x->type_text, selects[i].word, &rest))
            continue;
        x->type = selects[i].type;
        head = rest;
        if (str_ends(rest, STR(" or_other")) || str_ends(rest, STR(" or other"))) {
            x->other = true;
            maker_warn(m, r->line, column("type"), "or_other: put the choice in the list so that "
                       "telephones offer it too", x->type_text);
            head = str_trim(str_sub(rest, 0, rest.n - 9));
        }
        x->list = selects[i].file ? file_list(m, head) : named_list(m, head);
        if (!x->list)
            maker_note(m, r->line, column("type"), "no such list of choices", head);
        return true;
    }
    return false;
}

static bool field_type(struct maker *m, struct form_field *x, const struct sheet_row *r)
{
    if (select_type(m, x, r))
        return true;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!word_is(x->type_text, words[i].word))
            continue;
        x->type = words[i].type;
        x->media_type = str_c(words[i].media ? words[i].media : "");
        x->preload = str_c(words[i].preload ? words[i].preload : "");
        x->preload_params = str_c(words[i].params ? words[i].params : "");
        return true;
    }
    return false;
}

/* ---- cells ----------------------------------------------------------------------------- */

static bool is_yes(struct str s)
{
    return word_is(s, "yes") || word_is(s, "true") || word_is(s, "true()") || str_is(s, "1");
}

static bool is_no(struct str s)
{
    return s.n == 0 || word_is(s, "no") || word_is(s, "false") || word_is(s, "false()") || str_is(s, "0");
}

/* yes, no, or an expression */
static struct str truth(struct maker *m, struct str s)
{
    return is_no(s) ? STR("") : is_yes(s) ? STR("true()") : maker_keep(m, s);
}

static bool flag(struct maker *m, const struct sheet_row *r, const char *base)
{
    struct str s = maker_cell(m, r, base);
    if (!is_yes(s) && !is_no(s))
        maker_note(m, r->line, column(base), "yes or no", s);
    return is_yes(s);
}

static enum form_sensitivity sensitivity(struct maker *m, const struct sheet_row *r)
{
    struct str s = maker_cell(m, r, "sensitivity");
    for (int i = FORM_PUBLIC; i <= FORM_SEALED; i++)
        if (word_is(s, form_sensitivity_name((enum form_sensitivity)i)))
            return (enum form_sensitivity)i;
    if (s.n)
        maker_note(m, r->line, column("sensitivity"),
                   "one of public, office, case, identity, sealed", s);
    return FORM_CASE;
}

/* A default that calls a function or names a field is worked out when a form is opened. */
static bool is_dynamic(struct str s)
{
    for (size_t i = 0; i + 1 < s.n; i++)
        if ((s.p[i] == '$' && s.p[i + 1] == '{') || (s.p[i + 1] == '(' && ascii_alpha(s.p[i])))
            return true;
    return false;
}

static void expressions(struct maker *m, struct form_field *x, const struct sheet_row *r)
{
    struct str def = maker_cell(m, r, "default");
    x->relevant = maker_keep(m, maker_cell(m, r, "relevant"));
    x->constraint = maker_keep(m, maker_cell(m, r, "constraint"));
    x->calculation = maker_keep(m, maker_cell(m, r, "calculation"));
    x->choice_filter = maker_keep(m, maker_cell(m, r, "choice_filter"));
    x->repeat_count = maker_keep(m, maker_cell(m, r, "repeat_count"));
    x->required = truth(m, maker_cell(m, r, "required"));
    x->readonly = truth(m, maker_cell(m, r, "readonly"));
    *(is_dynamic(def) ? &x->dynamic_default : &x->default_value) = maker_keep(m, def);
    if (x->type == FORM_CALCULATE && x->calculation.n == 0 && def.n == 0)
        maker_warn(m, r->line, column("calculation"), "a calculate without calculation", x->name);
    if (x->choice_filter.n && !x->list)
        maker_note(m, r->line, column("choice_filter"), "only for selects", x->name);
}

static void unknown_columns(struct maker *m, struct form_field *x, const struct sheet_row *r)
{
    struct form_pair *v = NULL;
    for (size_t i = 0; i < m->cols; i++) {
        if (m->col[i].known || m->col[i].head.n == 0 || str_trim(sheet_cell(r, i)).n == 0)
            continue;
        if (!v && !(v = NEW_N(&m->f->mem, struct form_pair, m->cols)))
            return;
        v[x->extras++] = (struct form_pair){ maker_keep(m, m->col[i].head),
                                             maker_keep(m, sheet_cell(r, i)) };
    }
    x->extra = v;
}

static void cells(struct maker *m, struct form_field *x, const struct sheet_row *r)
{
    x->label = maker_texts(m, r, "label");
    x->hint = maker_texts(m, r, "hint");
    x->guidance = maker_texts(m, r, "guidance_hint");
    x->constraint_message = maker_texts(m, r, "constraint_message");
    x->required_message = maker_texts(m, r, "required_message");
    expressions(m, x, r);
    x->appearance = maker_keep(m, maker_cell(m, r, "appearance"));
    x->parameters = maker_keep(m, maker_cell(m, r, "parameters"));
    x->save_to = maker_keep(m, maker_cell(m, r, "save_to"));
    x->owner = maker_keep(m, maker_cell(m, r, "owner"));
    x->sensitivity = sensitivity(m, r);
    x->index = flag(m, r, "index");
    x->search = flag(m, r, "search");
    unknown_columns(m, x, r);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static size_t parent_of(const struct maker *m)
{
    return m->depth ? m->stack[m->depth - 1] : FORM_NONE;
}

static bool sibling_named(const struct maker *m, size_t parent, struct str name)
{
    for (size_t i = 0; i < m->f->fields; i++)
        if (m->f->field[i].parent == parent && str_eq(m->f->field[i].name, name))
            return true;
    return false;
}

static bool field_begin(struct maker *m, struct form_field *x, const struct sheet_row *r)
{
    struct form *f = m->f;
    x->line = r->line;
    x->name = maker_keep(m, maker_cell(m, r, "name"));
    x->parent = parent_of(m);
    if (f->fields >= FIELDS_MAX)
        maker_note(m, r->line, STR(""), "too many fields", STR(""));
    else if (x->name.n == 0)
        maker_note(m, r->line, column("name"), "this row has no name", x->type_text);
    else if (!xml_name_ok(x->name))
        maker_note(m, r->line, column("name"), "not a name: letters, digits, - _ .", x->name);
    else if (sibling_named(m, x->parent, x->name) || (x->parent == FORM_NONE && str_is(x->name, "meta")))
        maker_note(m, r->line, column("name"), "this name is taken", x->name);
    else {
        x->path = x->parent == FORM_NONE ? x->name
                  : str_join(&f->mem, f->field[x->parent].path, STR("/"), x->name);
        return true;
    }
    return false;
}

static void add(struct maker *m, struct form_field *x)
{
    x->end = m->f->fields + 1;
    if (!VEC_PUT(&m->f->mem, m->f->field, m->f->fields, m->f->field_room, *x))
        m->bad = true;
}

static void group_begin(struct maker *m, enum form_type type, const struct sheet_row *r)
{
    struct form_field x = { .type = type,
                            .type_text = type == FORM_GROUP ? STR("begin group") : STR("begin repeat") };
    bool ok = field_begin(m, &x, r);
    if (m->depth == DEPTH_MAX) {
        maker_note(m, r->line, column("type"), "groups nested too deeply", x.name);
        return;
    }
    if (!ok) {                                      /* keep counting begins and ends */
        x.name = STR("?");
        x.path = x.parent == FORM_NONE ? x.name
                 : str_join(&m->f->mem, m->f->field[x.parent].path, STR("/?"));
    }
    cells(m, &x, r);
    m->stack[m->depth++] = m->f->fields;
    add(m, &x);
}

static void group_end(struct maker *m, enum form_type type, const struct sheet_row *r)
{
    if (m->depth == 0 || m->f->field[m->stack[m->depth - 1]].type != type) {
        maker_note(m, r->line, column("type"), "this end has no begin of its kind", STR(""));
        return;
    }
    m->f->field[m->stack[--m->depth]].end = m->f->fields;
}

static bool group_row(struct maker *m, struct str type, const struct sheet_row *r)
{
    if (word_is(type, "begin group") || word_is(type, "begin_group"))
        group_begin(m, FORM_GROUP, r);
    else if (word_is(type, "begin repeat") || word_is(type, "begin_repeat"))
        group_begin(m, FORM_REPEAT, r);
    else if (word_is(type, "end group") || word_is(type, "end_group"))
        group_end(m, FORM_GROUP, r);
    else if (word_is(type, "end repeat") || word_is(type, "end_repeat"))
        group_end(m, FORM_REPEAT, r);
    else
        return false;
    return true;
}

/* Rows that are no question: a file to look things up in, or what only telephones do. */
static bool other_row(struct maker *m, struct str type, const struct sheet_row *r)
{
    static const char *const telephones[] = { "audit", "background-audio", "background-geopoint",
                                              "start-geopoint" };
    struct str name = maker_cell(m, r, "name");
    bool csv = word_is(type, "csv-external");
    if (csv || word_is(type, "xml-external")) {
        if (name.n)
            (void)file_list(m, str_join(&m->c->mem, name, csv ? STR(".csv") : STR(".xml")));
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(telephones); i++)
        if (word_is(type, telephones[i])) {
            maker_warn(m, r->line, column("type"), "only telephones do this; left out", type);
            return true;
        }
    return false;
}

static void survey_row(struct maker *m, const struct sheet_row *r)
{
    struct form_field x = { .type_text = maker_keep(m, maker_cell(m, r, "type")) };
    if (x.type_text.n == 0) {
        if (maker_cell(m, r, "name").n)
            maker_note(m, r->line, column("type"), "this row has no type", maker_cell(m, r, "name"));
        return;
    }
    if (group_row(m, x.type_text, r) || other_row(m, x.type_text, r))
        return;
    if (!field_type(m, &x, r)) {
        maker_note(m, r->line, column("type"), "no such type of question", x.type_text);
        return;
    }
    if (!field_begin(m, &x, r))
        return;
    cells(m, &x, r);
    add(m, &x);
}

/* meta/instanceID (and instanceName): every form has them. */
static void meta(struct maker *m)
{
    struct form_field g = { .name = STR("meta"), .path = STR("meta"), .type = FORM_GROUP,
                            .type_text = STR("meta"), .parent = FORM_NONE, .sensitivity = FORM_OFFICE };
    size_t at = m->f->fields;
    add(m, &g);
    struct form_field id = { .name = STR("instanceID"), .path = STR("meta/instanceID"),
                             .type = FORM_META, .type_text = STR("meta"), .parent = at,
                             .preload = STR("uid"), .sensitivity = FORM_OFFICE };
    add(m, &id);
    if (m->f->instance_name.n) {
        struct form_field name = { .name = STR("instanceName"), .path = STR("meta/instanceName"),
                                   .type = FORM_META, .type_text = STR("meta"), .parent = at,
                                   .calculation = m->f->instance_name, .sensitivity = FORM_CASE };
        add(m, &name);
    }
    if (!m->bad)
        m->f->field[at].end = m->f->fields;
}

void xlsform_survey(struct maker *m, const struct sheet *s)
{
    maker_columns(m, s);
    for (size_t i = 1; i < s->n && !m->f->mem.failed; i++)
        survey_row(m, &s->row[i]);
    if (m->depth)
        maker_note(m, m->f->field[m->stack[m->depth - 1]].line, column("type"),
                   "this group has no end", m->f->field[m->stack[m->depth - 1]].name);
    if (m->f->fields == 0)
        maker_note(m, 0, column("type"), "the survey has no questions", STR(""));
    meta(m);
}
