/* The XForm of a form read from XLSForm, for Collect, Enketo and web-forms. */
#include "forms/xlsform.h"
#include "forms/xml.h"

struct writer { struct ctx *c; const struct form *f; struct buf b; };

static void lit(struct writer *w, const char *z) { buf_put(&w->b, str_c(z)); }
static void esc(struct writer *w, struct str s) { xml_put(&w->b, s); }

static void attr(struct writer *w, const char *name, struct str value)
{
    if (value.n == 0)
        return;
    buf_char(&w->b, ' ');
    lit(w, name);
    lit(w, "=\"");
    esc(w, value);
    buf_char(&w->b, '"');
}

static void path_of(struct writer *w, const struct form_field *x)
{
    buf_char(&w->b, '/');
    esc(w, w->f->root);
    buf_char(&w->b, '/');
    esc(w, x->path);
}

static void ref(struct writer *w, const char *name, const struct form_field *x)
{
    buf_char(&w->b, ' ');
    lit(w, name);
    lit(w, "=\"");
    path_of(w, x);
    buf_char(&w->b, '"');
}

/* ---- itext ---------------------------------------------------------------------------- */

static bool any(struct form_texts t)
{
    for (size_t i = 0; i < t.n; i++)
        if (t.v[i].n)
            return true;
    return false;
}

/* A text with ${path} written as <output/>. */
static void text_with_outputs(struct writer *w, size_t from, struct str s)
{
    size_t at, end;
    while (str_find(s, STR("${"), &at) && str_find(str_sub(s, at, SIZE_MAX), STR("}"), &end)) {
        const struct form_field *to = form_find(w->f, str_sub(s, at + 2, end - 2));
        esc(w, str_sub(s, 0, at));
        if (to && from != FORM_NONE) {
            lit(w, "<output value=\" ");
            esc(w, xlsform_ref(&w->c->mem, w->f, from, form_index(w->f, to), false, false));
            lit(w, " \"/>");
        }
        s = str_sub(s, at + end + 1, SIZE_MAX);
    }
    esc(w, s);
}

static struct str text_in(const struct form *f, struct form_texts t, size_t lang)
{
    return lang < t.n && t.v[lang].n ? t.v[lang] : form_text(f, t, f->lang[lang].code);
}

static void itext_field(struct writer *w, const struct form_field *x, size_t lang)
{
    const struct form *f = w->f;
    const struct { const char *word; struct form_texts t; } kinds[] = {
        { "label", x->label }, { "hint", x->hint }, { "jr:constraintMsg", x->constraint_message },
        { "jr:requiredMsg", x->required_message },
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        bool guided = i == 1 && any(x->guidance);
        if (!any(kinds[i].t) && !guided)
            continue;
        lit(w, "<text id=\"");
        path_of(w, x);
        buf_fmt(&w->b, ":%s\">", kinds[i].word);
        if (any(kinds[i].t)) {
            lit(w, "<value>");
            text_with_outputs(w, form_index(f, x), text_in(f, kinds[i].t, lang));
            lit(w, "</value>");
        }
        if (guided) {
            lit(w, "<value form=\"guidance\">");
            text_with_outputs(w, form_index(f, x), text_in(f, x->guidance, lang));
            lit(w, "</value>");
        }
        lit(w, "</text>");
    }
}

static void itext_list(struct writer *w, const struct form_list *l, size_t lang)
{
    for (size_t i = 0; i < l->n; i++) {
        lit(w, "<text id=\"");
        esc(w, l->name);
        buf_fmt(&w->b, "-%zu\"><value>", i);
        struct str t = text_in(w->f, l->choice[i].label, lang);
        esc(w, t.n ? t : l->choice[i].name);
        lit(w, "</value></text>");
    }
}

static void itext(struct writer *w)
{
    const struct form *f = w->f;
    lit(w, "<itext>\n");
    for (size_t lang = 0; lang < f->langs; lang++) {
        lit(w, "<translation");
        attr(w, "lang", f->lang[lang].name);
        lit(w, lang == f->default_lang ? " default=\"true()\">" : ">");
        for (size_t i = 0; i < f->fields; i++)
            itext_field(w, &f->field[i], lang);
        for (size_t i = 0; i < f->lists; i++)
            itext_list(w, &f->list[i], lang);
        lit(w, "</translation>\n");
    }
    lit(w, "</itext>\n");
}

/* ---- instances and binds ------------------------------------------------------------------ */

static void instance_node(struct writer *w, size_t i);

static void instance_element(struct writer *w, size_t i, const char *attrs)
{
    const struct form_field *x = &w->f->field[i];
    buf_char(&w->b, '<');
    esc(w, x->name);
    lit(w, attrs);
    if (x->end == i + 1 && x->default_value.n == 0) {
        lit(w, "/>");
        return;
    }
    buf_char(&w->b, '>');
    esc(w, x->default_value);
    for (size_t k = i + 1; k < x->end; k = w->f->field[k].end)
        instance_node(w, k);                        /* depth: DEPTH_MAX */
    lit(w, "</");
    esc(w, x->name);
    buf_char(&w->b, '>');
}

/* A repeat is its template, and a first one unless a count decides. */
static void instance_node(struct writer *w, size_t i)
{
    const struct form_field *x = &w->f->field[i];
    if (x->type == FORM_REPEAT)
        instance_element(w, i, " jr:template=\"\"");
    if (x->type != FORM_REPEAT || x->repeat_count.n == 0)
        instance_element(w, i, "");
}

static void instances(struct writer *w)
{
    const struct form *f = w->f;
    lit(w, "<instance><");
    esc(w, f->root);
    attr(w, "id", f->id);
    attr(w, "version", f->version);
    buf_char(&w->b, '>');
    for (size_t i = 0; i < f->fields; i = f->field[i].end)
        instance_node(w, i);
    lit(w, "</");
    esc(w, f->root);
    lit(w, "></instance>\n");
    for (size_t i = 0; i < f->instances; i++) {
        lit(w, "<instance");
        attr(w, "id", f->instance[i].id);
        attr(w, "src", f->instance[i].src);
        buf_char(&w->b, '>');
        buf_put(&w->b, f->instance[i].xml);
        lit(w, "</instance>\n");
    }
}

static const char *bind_type(const struct form_field *x)
{
    static const char *const t[] = {
        [FORM_INT] = "int", [FORM_DECIMAL] = "decimal", [FORM_BOOLEAN] = "boolean",
        [FORM_DATE] = "date", [FORM_TIME] = "time", [FORM_DATETIME] = "dateTime",
        [FORM_GEOPOINT] = "geopoint", [FORM_GEOTRACE] = "geotrace", [FORM_GEOSHAPE] = "geoshape",
        [FORM_FILE] = "binary", [FORM_BARCODE] = "barcode", [FORM_RANK] = "odk:rank",
        [FORM_REPEAT] = NULL,
    };
    if (x->type == FORM_GROUP || x->type == FORM_REPEAT)
        return "";
    if (x->type == FORM_META && str_is(x->preload, "timestamp"))
        return "dateTime";
    if (x->type == FORM_META && str_is(x->preload, "date"))
        return "date";
    return (size_t)x->type < COUNT_OF(t) && t[x->type] ? t[x->type] : "string";
}

static bool whole_steps(struct str params);

static void bind(struct writer *w, const struct form_field *x)
{
    const char *type = bind_type(x);
    struct str ro = x->readonly;
    if (x->type == FORM_RANGE)
        type = whole_steps(x->parameters) ? "int" : "decimal";
    if (x->type == FORM_NOTE || str_is(x->preload, "uid"))
        ro = STR("true()");
    if (!type[0] && !x->relevant.n && !ro.n)
        return;
    lit(w, "<bind");
    ref(w, "nodeset", x);
    attr(w, "type", str_c(type));
    attr(w, "relevant", x->relevant);
    attr(w, "required", x->required);
    attr(w, "readonly", ro);
    attr(w, "constraint", x->constraint);
    attr(w, "calculate", x->calculation);
    if (any(x->constraint_message)) {
        lit(w, " jr:constraintMsg=\"jr:itext('");
        path_of(w, x);
        lit(w, ":jr:constraintMsg')\"");
    }
    if (any(x->required_message)) {
        lit(w, " jr:requiredMsg=\"jr:itext('");
        path_of(w, x);
        lit(w, ":jr:requiredMsg')\"");
    }
    attr(w, "jr:preload", x->preload);
    attr(w, "jr:preloadParams", x->preload_params);
    lit(w, "/>\n");
}

/* ---- body ------------------------------------------------------------------------------------ */

static bool whole_steps(struct str params)
{
    int64_t v;
    return str_to_i64(xlsform_parameter(params, "start", "1"), &v) && str_to_i64(xlsform_parameter(params, "end", "10"), &v) &&
           str_to_i64(xlsform_parameter(params, "step", "1"), &v);
}

static void label_ref(struct writer *w, const struct form_field *x, const char *tag, bool there)
{
    if (!there)
        return;
    buf_fmt(&w->b, "<%s ref=\"jr:itext('", tag);
    path_of(w, x);
    buf_fmt(&w->b, ":%s')\"/>", tag);
}

static void texts(struct writer *w, const struct form_field *x)
{
    label_ref(w, x, "label", any(x->label));
    label_ref(w, x, "hint", any(x->hint) || any(x->guidance));
}

/* randomize=true seed=42 wrap the set as the XForms specification wants. */
static void itemset(struct writer *w, const struct form_field *x)
{
    bool mixed = str_is(xlsform_parameter(x->parameters, "randomize", ""), "true");
    struct str seed = xlsform_parameter(x->parameters, "seed", "");
    bool file = x->list->file.n > 0;
    lit(w, "<itemset nodeset=\"");
    if (mixed)
        lit(w, "randomize(");
    lit(w, "instance('");
    esc(w, x->list->name);
    lit(w, "')/root/item");
    if (x->choice_filter.n) {
        buf_char(&w->b, '[');
        esc(w, x->choice_filter);
        buf_char(&w->b, ']');
    }
    if (mixed && seed.n) {
        buf_char(&w->b, ',');
        esc(w, seed);
    }
    lit(w, mixed ? ")\">" : "\">");
    lit(w, "<value ref=\"");
    esc(w, file ? xlsform_parameter(x->parameters, "value", "name") : STR("name"));
    lit(w, "\"/><label ref=\"");
    if (file)
        esc(w, xlsform_parameter(x->parameters, "label", "label"));
    else
        lit(w, "jr:itext(itextId)");
    lit(w, "\"/></itemset>");
}

static const char *control(const struct form_field *x)
{
    switch (x->type) {
    case FORM_SELECT_ONE: return "select1";
    case FORM_SELECT_MANY: return "select";
    case FORM_RANK: return "odk:rank";
    case FORM_FILE: return "upload";
    case FORM_ACKNOWLEDGE: return "trigger";
    case FORM_RANGE: return "range";
    case FORM_CALCULATE: case FORM_HIDDEN: case FORM_META: return NULL;
    default: return "input";
    }
}

static void body_node(struct writer *w, size_t i);

static void body_children(struct writer *w, size_t i)
{
    for (size_t k = i + 1; k < w->f->field[i].end; k = w->f->field[k].end)
        body_node(w, k);
}

static void body_group(struct writer *w, size_t i)
{
    const struct form_field *x = &w->f->field[i];
    lit(w, "<group");
    ref(w, "ref", x);
    if (x->type == FORM_GROUP)
        attr(w, "appearance", x->appearance);
    buf_char(&w->b, '>');
    label_ref(w, x, "label", any(x->label));
    if (x->type == FORM_REPEAT) {
        lit(w, "<repeat");
        ref(w, "nodeset", x);
        attr(w, "appearance", x->appearance);
        if (x->repeat_count.n) {
            attr(w, "jr:count", x->repeat_count);
            lit(w, " jr:noAddRemove=\"true()\"");
        }
        buf_char(&w->b, '>');
    } else {
        buf_char(&w->b, '\n');
    }
    body_children(w, i);
    lit(w, x->type == FORM_REPEAT ? "</repeat></group>\n" : "</group>\n");
}

static void body_node(struct writer *w, size_t i)
{
    const struct form_field *x = &w->f->field[i];
    const char *tag = control(x);
    if (x->type == FORM_GROUP || x->type == FORM_REPEAT) {
        if (!str_is(x->path, "meta"))
            body_group(w, i);
        return;
    }
    /* A calculation without a label is not asked. */
    if (!tag || (x->calculation.n && !any(x->label)))
        return;
    buf_fmt(&w->b, "<%s", tag);
    ref(w, "ref", x);
    attr(w, "mediatype", x->media_type);
    attr(w, "appearance", x->appearance);
    if (x->type == FORM_RANGE) {
        attr(w, "start", xlsform_parameter(x->parameters, "start", "1"));
        attr(w, "end", xlsform_parameter(x->parameters, "end", "10"));
        attr(w, "step", xlsform_parameter(x->parameters, "step", "1"));
    }
    buf_char(&w->b, '>');
    texts(w, x);
    if (x->list)
        itemset(w, x);
    buf_fmt(&w->b, "</%s>\n", tag);
}

/* Defaults that are worked out: once for the form, and for each new repeat. */
static void setvalues(struct writer *w)
{
    const struct form *f = w->f;
    for (size_t i = 0; i < f->fields; i++) {
        const struct form_field *x = &f->field[i];
        bool repeated = false;
        for (size_t p = x->parent; p != FORM_NONE; p = f->field[p].parent)
            repeated |= f->field[p].type == FORM_REPEAT;
        if (x->dynamic_default.n == 0)
            continue;
        lit(w, repeated ? "<setvalue event=\"odk-instance-first-load odk-new-repeat\""
                        : "<setvalue event=\"odk-instance-first-load\"");
        ref(w, "ref", x);
        attr(w, "value", x->dynamic_default);
        lit(w, "/>\n");
    }
}

enum err xform_write(struct ctx *c, struct form *f)
{
    struct writer w = { .c = c, .f = f };
    buf_init(&w.b, &f->mem, XFORM_MAX);
    lit(&w, "<?xml version=\"1.0\"?>\n<h:html xmlns=\"http://www.w3.org/2002/xforms\""
            " xmlns:h=\"http://www.w3.org/1999/xhtml\" xmlns:jr=\"http://openrosa.org/javarosa\""
            " xmlns:orx=\"http://openrosa.org/xforms\" xmlns:odk=\"http://www.opendatakit.org/xforms\""
            " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\n<h:head><h:title>");
    esc(&w, form_title(f, f->lang[f->default_lang].code));
    lit(&w, "</h:title>\n<model odk:xforms-version=\"1.0.0\">\n");
    itext(&w);
    instances(&w);
    for (size_t i = 0; i < f->fields; i++)
        bind(&w, &f->field[i]);
    setvalues(&w);
    lit(&w, "</model>\n</h:head>\n<h:body");
    attr(&w, "class", form_setting(f, STR("style")));
    lit(&w, ">\n");
    for (size_t i = 0; i < f->fields; i = f->field[i].end)
        body_node(&w, i);
    lit(&w, "</h:body>\n</h:html>\n");
    TRY(ctx_check(c));
    if (w.b.failed)
        return FAIL(c, ERR_NOMEM, "form.too-big", "xform: %zu bytes", w.b.n);
    f->xform = buf_str(&w.b);
    return ERR_OK;
}
