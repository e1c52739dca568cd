/* ask.c - form controls: label, hint, error, control; in that order, tied by ids. */
#include "page/page.h"

#include "base/node.h"

/* ---- the form ---------------------------------------------------------------------- */

void hidden(struct out *o, const char *name, struct str value)
{
    html(o, "<input type=\"hidden\"");
    attr(o, "name", str_c(name));
    attr(o, "value", value);
    html(o, ">");
}

/* once: sent twice, done once.  A form shown again keeps its key. */
void form_begin_(struct out *o, struct str path, bool files)
{
    html(o, "<form method=\"post\"");
    attr_url(o, "action", path);
    if (files)
        html(o, " enctype=\"multipart/form-data\"");
    html(o, " autocomplete=\"off\" novalidate>\n");
    if (o->token.n)
        hidden(o, "token", o->token);
    struct str once = req_field(o->rq, "once");
    bool again = o->rq && o->rq->method == POST && id_ok(once);
    html(o, "<input type=\"hidden\" name=\"once\" value=\"");
    if (!again && o->once_n < REUSE_ONCE_MAX)
        o->once[o->once_n] = o->b.n;
    o->once_n += !again;
    text(o, again ? once : id_new(&o->c->mem, o->c->now_us));
    html(o, "\">");
    if (o->open && o->rq && o->rq->lang.n)
        hidden(o, "l", o->rq->lang);
    html(o, "\n");
}

void form_end(struct out *o) { html(o, "</form>\n"); }

void filters_begin_(struct out *o, const char *key, struct str path)
{
    html(o, "<form class=\"filters\" method=\"get\"");
    attr_url(o, "action", path);
    attr(o, "aria-label", say_(o->c, str_c(key)));
    html(o, ">\n");
    o->filters = true;
}

void filters_end(struct out *o)
{
    o->filters = false;
    submit(o, BTN_QUIET, "page.apply");
    html(o, "</form>\n");
}

/* ---- what is wrong -------------------------------------------------------------------- */

void wrong_(struct out *o, struct str field, struct str words)
{
    struct wrong *w = NEW(&o->c->mem, struct wrong);
    if (!w)
        return;
    *w = (struct wrong){ field, words, NULL };
    const struct wrong **tail = &o->wrong;
    while (*tail)
        tail = (const struct wrong **)&((struct wrong *)*tail)->next;
    *tail = w;
}

static const struct wrong *wrong_of(const struct out *o, const char *name)
{
    const struct wrong *w = o->wrong;
    while (w && !str_is(w->field, name))
        w = w->next;
    return w;
}

void errors(struct out *o)
{
    int64_t n = 0;
    for (const struct wrong *w = o->wrong; w; w = w->next)
        n++;
    if (!n || o->told)
        return;
    o->told = true;
    html(o, "<div class=\"errors\" role=\"alert\" aria-labelledby=\"errors\"><h2 id=\"errors\">");
    TF(o, "page.errors", W_INT("n", n));
    html(o, "</h2>\n<ul>\n");
    for (const struct wrong *w = o->wrong; w; w = w->next) {
        html(o, "<li><a href=\"#f-");
        text(o, w->field);
        html(o, "\">");
        text(o, w->words);
        html(o, "</a></li>\n");
    }
    html(o, "</ul>\n</div>\n");
}

struct str kept(struct out *o, const char *name, struct str otherwise)
{
    if (!o->rq || o->rq->method != POST)
        return otherwise;
    for (size_t i = 0; i < o->rq->form_n; i++)
        if (str_is(o->rq->form[i].name, name))
            return o->rq->form[i].value;
    return (struct str){ 0 };
}

/* ---- labels and hints -------------------------------------------------------------------- */

struct label {
    const char *name, *key, *hint;
    struct str text, hint_text;
    bool optional;
};

static struct str label_words(struct out *o, const struct label *l)
{
    return l->text.n ? l->text : say_(o->c, str_c(l->key ? l->key : ""));
}

static struct str hint_words(struct out *o, const struct label *l)
{
    if (l->hint_text.n)
        return l->hint_text;
    return l->hint ? say_(o->c, str_c(l->hint)) : (struct str){ 0 };
}

static void id_attr(struct out *o, struct str open, const char *name, struct str end)
{
    put_(o, open);
    html(o, "f-");
    text(o, str_c(name));
    put_(o, end);
    html(o, "\"");
}

static void optional_mark(struct out *o, bool optional)
{
    if (!optional || o->filters)
        return;
    html(o, " <span class=\"opt\">");
    T(o, "page.optional");
    html(o, "</span>");
}

static void hint_and_error(struct out *o, const struct label *l)
{
    struct str hint = hint_words(o, l);
    const struct wrong *w = wrong_of(o, l->name);
    if (hint.n) {
        html(o, "<span class=\"hint\"");
        id_attr(o, STR(" id=\""), l->name, STR("-h"));
        html(o, ">");
        text(o, hint);
        html(o, "</span>\n");
    }
    if (w) {
        html(o, "<span class=\"wrong\"");
        id_attr(o, STR(" id=\""), l->name, STR("-w"));
        html(o, ">");
        text(o, w->words);
        html(o, "</span>\n");
    }
}

/* The control's id, and which hint and error belong to it. */
static void described(struct out *o, const struct label *l)
{
    bool hint = hint_words(o, l).n > 0, bad = wrong_of(o, l->name) != NULL;
    if (hint && bad) {
        id_attr(o, STR(" aria-describedby=\""), l->name, STR("-h f-"));
        o->b.n--;                              /* go on inside the same attribute */
        text(o, str_c(l->name));
        html(o, "-w\"");
    } else if (hint) {
        id_attr(o, STR(" aria-describedby=\""), l->name, STR("-h"));
    } else if (bad) {
        id_attr(o, STR(" aria-describedby=\""), l->name, STR("-w"));
    }
    if (bad)
        html(o, " aria-invalid=\"true\"");
    if (!l->optional && !o->filters)
        html(o, " required");
}

static void field_open(struct out *o, const struct label *l)
{
    if (wrong_of(o, l->name))
        html(o, "<div class=\"field field--bad\">\n<label");
    else
        html(o, "<div class=\"field\">\n<label");
    id_attr(o, STR(" for=\""), l->name, (struct str){ 0 });
    html(o, ">");
    text(o, label_words(o, l));
    optional_mark(o, l->optional);
    html(o, "</label>\n");
    hint_and_error(o, l);
}

/* ---- one value ------------------------------------------------------------------------------ */

static void width_class(struct out *o, enum width w)
{
    switch (w) {
    case W_FULL: html(o, " class=\"input\""); break;
    case W_S:    html(o, " class=\"input input--s\""); break;
    case W_M:    html(o, " class=\"input input--m\""); break;
    case W_L:    html(o, " class=\"input input--l\""); break;
    }
}

static void control_attrs(struct out *o, const struct ask *a, const struct label *l)
{
    width_class(o, a->width);
    id_attr(o, STR(" id=\""), a->name, (struct str){ 0 });
    attr(o, "name", str_c(a->name));
    if (a->max)
        attr_i64(o, "maxlength", (int64_t)a->max);
    if (a->autocomplete)
        attr(o, "autocomplete", str_c(a->autocomplete));
    described(o, l);
}

static void text_area(struct out *o, const struct ask *a, const struct label *l)
{
    html(o, "<textarea");
    control_attrs(o, a, l);
    attr_i64(o, "rows", a->rows);
    html(o, ">\n");                            /* a first line end is dropped by browsers */
    text(o, kept(o, a->name, a->value));
    html(o, "</textarea>\n");
}

static bool shows_value(const char *type)
{
    return strcmp(type, "password") != 0 && strcmp(type, "file") != 0;
}

static void input(struct out *o, const struct ask *a, const struct label *l, bool numeric)
{
    const char *type = a->type ? a->type : "text";
    struct str value = kept(o, a->name, a->value);
    bool number_type = strcmp(type, "number") == 0;
    html(o, "<input");
    if (number_type)
        type = "text";                         /* number boxes lose what is not a number */
    attr(o, "type", str_c(type));
    control_attrs(o, a, l);
    if (numeric || number_type)
        html(o, " inputmode=\"numeric\"");
    if (strcmp(type, "tel") == 0)
        html(o, " inputmode=\"tel\"");
    if (a->accept)
        attr(o, "accept", str_c(a->accept));
    if (value.n && shows_value(type))
        attr(o, "value", value);
    html(o, ">\n");
}

void ask(struct out *o, const struct ask *a)
{
    struct label l = { a->name, a->label, a->hint, a->label_text, a->hint_text, a->optional };
    field_open(o, &l);
    if (a->rows > 0)
        text_area(o, a, &l);
    else
        input(o, a, &l, false);
    html(o, "</div>\n");
}

static struct str example_of_today(struct out *o)
{
    const struct words *w = o->c->node ? o->c->node->words : NULL;
    struct civil today = civil_from_days(words_local_day(w, o->c->now_us));
    struct str s = words_date(&o->c->mem, w, o->c->lang, today, DATE_SHORT);
    return SAYF(o->c, "page.date-example", W_TEXT("date", s));
}

/* A stored date shows as people write it: day first. */
static struct str typed_date(struct out *o, struct str iso)
{
    const struct words *w = o->c->node ? o->c->node->words : NULL;
    struct civil d;
    return date_parse(iso, &d) ? words_date(&o->c->mem, w, o->c->lang, d, DATE_SHORT) : iso;
}

void ask_date(struct out *o, const struct ask *a)
{
    struct ask b = *a;
    struct label l = { a->name, a->label, NULL, a->label_text, { 0 }, a->optional };
    struct str hint = a->hint_text.n ? a->hint_text
                      : a->hint ? say_(o->c, str_c(a->hint)) : (struct str){ 0 };
    l.hint_text = hint.n ? str_join(&o->c->mem, hint, STR(" "), example_of_today(o))
                         : example_of_today(o);
    b.value = typed_date(o, a->value);
    if (b.width == W_FULL)
        b.width = W_S;
    b.max = 10;
    field_open(o, &l);
    input(o, &b, &l, true);
    html(o, "</div>\n");
}

/* ---- choices ----------------------------------------------------------------------------------- */

static bool listed(struct str words, struct str value)
{
    struct str item;
    while (str_next(&words, ' ', &item))
        if (item.n && str_eq(item, value))
            return true;
    return false;
}

static bool chosen(struct out *o, const struct pick *p, struct str value)
{
    if (o->rq && o->rq->method == POST) {
        for (size_t i = 0; i < o->rq->form_n; i++)
            if (str_is(o->rq->form[i].name, p->name) && str_eq(o->rq->form[i].value, value))
                return true;
        return false;
    }
    return p->many ? listed(p->value, value) : p->value.n && str_eq(p->value, value);
}

/* The first box carries the id that the error summary links to. */
static void box(struct out *o, const struct pick *p, size_t i)
{
    const struct choice *ch = &p->options[i];
    html(o, "<label class=\"choice\"><input");
    attr(o, "type", p->many ? STR("checkbox") : STR("radio"));
    attr(o, "name", str_c(p->name));
    attr(o, "value", ch->value);
    if (i == 0)
        id_attr(o, STR(" id=\""), p->name, (struct str){ 0 });
    if (chosen(o, p, ch->value))
        html(o, " checked");
    if (ch->off)
        html(o, " disabled");
    html(o, "> ");
    text(o, ch->text);
    if (ch->note.n) {
        html(o, "<small>");
        text(o, ch->note);
        html(o, "</small>");
    }
    html(o, "</label>\n");
}

static void legend(struct out *o, const struct label *l, bool hide)
{
    if (hide)
        html(o, "<legend class=\"hide\">");
    else
        html(o, "<legend>");
    text(o, label_words(o, l));
    optional_mark(o, l->optional);
    html(o, "</legend>\n");
    hint_and_error(o, l);
}

static void group_described(struct out *o, const struct label *l)
{
    bool hint = hint_words(o, l).n > 0;
    if (wrong_of(o, l->name))
        id_attr(o, STR(" aria-describedby=\""), l->name, STR("-w"));
    else if (hint)
        id_attr(o, STR(" aria-describedby=\""), l->name, STR("-h"));
}

void pick(struct out *o, const struct pick *p)
{
    struct label l = { p->name, p->label, p->hint, p->label_text, p->hint_text, p->optional };
    if (wrong_of(o, p->name))
        html(o, "<fieldset class=\"field--bad\"");
    else
        html(o, "<fieldset");
    group_described(o, &l);
    html(o, ">\n");
    legend(o, &l, p->hidden_label);
    if (p->columns)
        html(o, "<div class=\"choices--2\">\n");
    for (size_t i = 0; i < p->n; i++)
        box(o, p, i);
    if (p->columns)
        html(o, "</div>\n");
    html(o, "</fieldset>\n");
}

void pick_list(struct out *o, const struct pick *p)
{
    struct label l = { p->name, p->label, p->hint, p->label_text, p->hint_text, p->optional };
    field_open(o, &l);
    html(o, "<select class=\"input\"");
    id_attr(o, STR(" id=\""), p->name, (struct str){ 0 });
    attr(o, "name", str_c(p->name));
    described(o, &l);
    html(o, ">\n");
    if (!p->n || p->options[0].value.n) {        /* no empty choice of its own */
        html(o, "<option value=\"\">");
        T(o, "page.choose");
        html(o, "</option>\n");
    }
    for (size_t i = 0; i < p->n; i++) {
        html(o, "<option");
        attr(o, "value", p->options[i].value);
        if (chosen(o, p, p->options[i].value))
            html(o, " selected");
        html(o, ">");
        text(o, p->options[i].text);
        html(o, "</option>\n");
    }
    html(o, "</select>\n</div>\n");
}

void tick(struct out *o, const char *name, const char *value, const char *key, bool on)
{
    bool sent = o->rq && o->rq->method == POST;
    html(o, "<label class=\"tick\"><input type=\"checkbox\"");
    attr(o, "name", str_c(name));
    attr(o, "value", str_c(value));
    if (sent ? req_is(o->rq, name, value) : on)
        html(o, " checked");
    html(o, "> <span>");
    key_out(o, key);
    html(o, "</span></label>\n");
}
