#include "page/names.h"
#include "page/form_html.h"

#include "base/node.h"
#include "page/form_priv.h"

enum { LIST_LONG = 12 };      /* more choices than this make a <select> */

static const struct words *catalogue(const struct ctx *c)
{
    return c->node ? c->node->words : NULL;
}

struct form_env form_page_env(struct ctx *c)
{
    int64_t day = words_local_day(catalogue(c), c->now_us);
    int64_t offset = day * US_PER_DAY - words_day_start(catalogue(c), day);
    return (struct form_env){ .lang = c->lang, .texts = true,
                              .utc_offset_min = (int)(offset / US_PER_S / 60) };
}

/* ---- what is asked at all ------------------------------------------------------------ */

bool form_page_asks(const struct form_node *n)
{
    switch (n->field->type) {
    case FORM_NOTE: case FORM_CALCULATE: case FORM_HIDDEN: case FORM_META:
    case FORM_GROUP: case FORM_REPEAT:
        return false;
    default:
        return n->relevant && !n->readonly;
    }
}

bool form_has_files(const struct form *f)
{
    for (size_t i = 0; i < form_count(f); i++)
        if (form_field(f, i)->type == FORM_FILE)
            return true;
    return false;
}

/* ---- showing ------------------------------------------------------------------------- */

struct show {
    struct ctx *c;
    struct out *o;
    const struct form *f;
    const struct form_result *r;
    bool sent;
};

static struct str label_of(const struct show *s, const struct form_node *n)
{
    if (n->label.n)
        return n->label;
    struct str label = form_text(s->f, n->field->label, s->c->lang);
    return label.n ? label : n->field->name;
}

/* Fields hold C strings: paths come from the form and carry no NUL. */
static const char *name_of(const struct show *s, const struct form_node *n)
{
    const char *z = arena_z(&s->c->mem, n->path);
    return z ? z : "";
}

static bool says_unknown(struct str name)
{
    static const char *const words[] = { "unknown", "not_known", "dont_know", "do_not_know",
                                         "no_se", "ns", "nsnc", "unsure", "99" };
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_is(name, words[i]))
            return true;
    return false;
}

/* The choices of a question, and for one answer that may stay open «No sé». */
static struct choice *choices_of(const struct show *s, const struct form_node *n, size_t *count)
{
    struct choice *v = NEW_N(&s->c->mem, struct choice, n->choices + 1);
    bool open = n->field->type == FORM_SELECT_ONE && !n->required;
    *count = 0;
    if (!v)
        return NULL;
    for (size_t i = 0; i < n->choices; i++) {
        const struct form_choice *ch = n->choice[i];
        struct str label = form_text(s->f, ch->label, s->c->lang);
        v[*count] = (struct choice){ .value = ch->name, .text = label.n ? label : ch->name };
        open &= !says_unknown(ch->name);
        (*count)++;
    }
    if (open && n->choices && n->choices <= LIST_LONG)
        v[(*count)++] = (struct choice){ .value = STR(""), .text = SAY(s->c, "page.unknown") };
    return v;
}

static struct pick pick_of(const struct show *s, const struct form_node *n)
{
    return (struct pick){ .name = name_of(s, n), .label_text = label_of(s, n), .hint_text = n->hint,
                          .value = n->value, .optional = !n->required };
}

static void show_select(const struct show *s, const struct form_node *n)
{
    struct pick p = pick_of(s, n);
    p.many = n->field->type != FORM_SELECT_ONE;
    p.options = choices_of(s, n, &p.n);
    if (p.many || n->choices <= LIST_LONG)
        pick(s->o, &p);
    else
        pick_list(s->o, &p);
}

static void show_boolean(const struct show *s, const struct form_node *n)
{
    const struct choice v[] = {
        { .value = STR("true"), .text = SAY(s->c, "page.yes") },
        { .value = STR("false"), .text = SAY(s->c, "page.no") },
        { .value = STR(""), .text = SAY(s->c, "page.unknown") },
    };
    struct pick p = pick_of(s, n);
    p.options = v;
    p.n = n->required ? 2 : 3;
    pick(s->o, &p);
}

static void show_acknowledge(const struct show *s, const struct form_node *n)
{
    const struct choice v[] = { { .value = STR("OK"), .text = label_of(s, n), .note = n->hint } };
    struct pick p = pick_of(s, n);
    p.hint_text = (struct str){ 0 };
    p.hidden_label = p.many = true;
    p.options = v;
    p.n = 1;
    pick(s->o, &p);
}

static bool appears(const struct form_field *x, const char *word)
{
    struct str rest = x->appearance, item;
    while (str_next(&rest, ' ', &item))
        if (str_is(item, word))
            return true;
    return false;
}

static struct ask ask_of(const struct show *s, const struct form_node *n)
{
    struct ask a = { .name = name_of(s, n), .label_text = label_of(s, n), .hint_text = n->hint,
                     .value = n->value, .optional = !n->required };
    if (n->field->type == FORM_INT || n->field->type == FORM_DECIMAL || n->field->type == FORM_RANGE) {
        a.type = "number";
        a.width = W_S;
    }
    if (appears(n->field, "numbers"))
        a.type = "tel";
    if (appears(n->field, "multiline"))
        a.rows = 5;
    return a;
}

/* "2026-11-24T16:00…" as people write it: two boxes, named path and path@time. */
static void show_datetime(const struct show *s, const struct form_node *n)
{
    struct ask a = ask_of(s, n);
    struct str day = str_sub(n->value, 0, 10), hour = str_sub(n->value, 11, 5);
    a.value = day;
    ask_date(s->o, &a);
    struct str name = str_join(&s->c->mem, n->path, STR("@time"));
    ask(s->o, &(struct ask){ .name = name.p ? name.p : "", .label = "form.hour", .value = hour,
                             .optional = true, .width = W_S, .hint = "form.hour.example", .max = 5 });
}

static void show_geopoint(const struct show *s, const struct form_node *n)
{
    struct ask a = ask_of(s, n);
    if (!a.hint_text.n)
        a.hint = "form.place.example";
    a.width = W_L;
    ask(s->o, &a);
}

static void show_file(const struct show *s, const struct form_node *n)
{
    struct ask a = ask_of(s, n);
    a.type = "file";
    if (str_starts(n->field->media_type, STR("image")))
        a.accept = "image/*";
    if (str_starts(n->field->media_type, STR("audio")))
        a.accept = "audio/*";
    ask(s->o, &a);
    if (n->value.n) {
        html(s->o, "<p class=\"small muted\">");
        TF(s->o, "form.file-kept", W_TEXT("name", n->value));
        html(s->o, "</p>\n");
    }
}

bool form_several(const struct form_field *x)
{
    return x->type == FORM_SELECT_MANY || (x->type == FORM_TEXT && appears(x, "provisions"));
}

/* The law is that of the day of the facts, when the form asks for it. */
static struct str facts_day(const struct show *s)
{
    for (size_t i = 0; i < s->r->nodes; i++)
        if (str_is(s->r->node[i].field->name, "fact_date"))
            return s->r->node[i].value;
    return (struct str){ 0 };
}

static void show_question(const struct show *s, const struct form_node *n)
{
    struct ask a;
    hidden(s->o, FORM_ASKED, n->path);
    switch (n->field->type) {
    case FORM_SELECT_ONE: case FORM_SELECT_MANY:
        show_select(s, n);
        break;
    case FORM_BOOLEAN:     show_boolean(s, n);     break;
    case FORM_ACKNOWLEDGE: show_acknowledge(s, n); break;
    case FORM_DATETIME:    show_datetime(s, n);    break;
    case FORM_GEOPOINT: case FORM_GEOTRACE: case FORM_GEOSHAPE:
        show_geopoint(s, n);
        break;
    case FORM_FILE:        show_file(s, n);        break;
    case FORM_DATE:
        a = ask_of(s, n);
        ask_date(s->o, &a);
        break;
    default:
        if (form_several(n->field) && s->c->node->pack) {
            form_provisions(s->o, n->path, label_of(s, n), n->hint, n->value, facts_day(s));
            break;
        }
        a = ask_of(s, n);
        ask(s->o, &a);
    }
}

static void show_note(const struct show *s, const struct form_node *n)
{
    para_text(s->o, label_of(s, n));
}

/* ---- groups and repeats ------------------------------------------------------------------ */

static bool inside(struct str path, struct str group)
{
    return path.n > group.n && path.p[group.n] == '/' && str_starts(path, group);
}

/* "child[2]" → 2; 0 for a group. */
int64_t form_page_position(struct str path)
{
    int64_t v = 0;
    size_t at = path.n;
    if (!path.n || path.p[path.n - 1] != ']')
        return 0;
    while (at && path.p[at - 1] != '[')
        at--;
    return str_to_i64(str_sub(path, at, path.n - 1 - at), &v) ? v : 0;
}

static void group_open(const struct show *s, const struct form_node *n)
{
    int64_t at = n->field->type == FORM_REPEAT ? form_page_position(n->path) : 0;
    struct str label = form_text(s->f, n->field->label, s->c->lang);
    label = n->label.n ? n->label : label;
    html(s->o, "<fieldset class=\"group\">\n");
    if (!label.n && !at)
        return;
    html(s->o, "<legend>");
    text(s->o, label.n ? label : n->field->name);
    if (at) {
        html(s->o, " ");
        number(s->o, at);
    }
    html(s->o, "</legend>\n");
}

/* After the last one of a repeat: a button that asks for one more. */
static void group_close(const struct show *s, const struct form_node *n, bool last)
{
    html(s->o, "</fieldset>\n");
    if (n->field->type != FORM_REPEAT || !last || n->field->repeat_count.n)
        return;
    html(s->o, "<p>");
    submit_as(s->o, BTN_QUIET, "form.one-more", "form.add", n->field->path);
    html(s->o, "</p>\n");
}

static bool last_of_repeat(const struct form_result *r, size_t i)
{
    for (size_t k = i + 1; k < r->nodes; k++)
        if (r->node[k].field == r->node[i].field)
            return false;
    return true;
}

static bool is_group(const struct form_node *n)
{
    return n->field->type == FORM_GROUP || n->field->type == FORM_REPEAT;
}

enum { DEPTH_MAX = 16 };

/* Nodes come in document order, so a stack of open groups is enough. */
static void show_nodes(const struct show *s)
{
    size_t stack[DEPTH_MAX], depth = 0;
    for (size_t i = 0; i < s->r->nodes; i++) {
        const struct form_node *n = &s->r->node[i];
        while (depth && !inside(n->path, s->r->node[stack[depth - 1]].path)) {
            depth--;
            group_close(s, &s->r->node[stack[depth]], last_of_repeat(s->r, stack[depth]));
        }
        if (!n->relevant)
            continue;
        if (is_group(n) && depth < DEPTH_MAX) {
            group_open(s, n);
            stack[depth++] = i;
        } else if (n->field->type == FORM_NOTE) {
            show_note(s, n);
        } else if (form_page_asks(n)) {
            show_question(s, n);
        }
    }
    while (depth) {
        depth--;
        group_close(s, &s->r->node[stack[depth]], last_of_repeat(s->r, stack[depth]));
    }
}

/* A repeat that nobody has filled yet has no node: offer its first one. */
static void empty_repeats(const struct show *s)
{
    for (size_t i = 0; i < form_count(s->f); i++) {
        const struct form_field *x = form_field(s->f, i);
        bool seen = x->type != FORM_REPEAT || x->repeat_count.n > 0 || x->parent != FORM_NONE;
        for (size_t k = 0; k < s->r->nodes && !seen; k++)
            seen = s->r->node[k].field == x;
        if (seen)
            continue;
        html(s->o, "<p>");
        text(s->o, form_text(s->f, x->label, s->c->lang));
        html(s->o, " ");
        submit_as(s->o, BTN_QUIET, "form.one-more", "form.add", x->path);
        html(s->o, "</p>\n");
    }
}

static struct str problem_words(struct ctx *c, const struct form_problem *p)
{
    return p->message.n ? p->message : say_(c, str_c(p->key ? p->key : "form.wrong"));
}

void form_wrongs(struct ctx *c, struct out *o, const struct form_result *r)
{
    if (o->wrong)
        return;
    for (size_t i = 0; i < r->problems; i++)
        wrong_(o, r->problem[i].path, problem_words(c, &r->problem[i]));
}

enum err form_show(struct ctx *c, struct out *o, const struct form *f,
                   const struct answers *given, const struct form_result *sent)
{
    struct form_result fresh;
    struct show s = { c, o, f, sent, sent != NULL };
    if (!sent) {
        struct form_env env = form_page_env(c);
        const struct answers none = { 0 };
        env.draft = true;
        env.first = !given || given->n == 0;
        TRY(form_check(c, f, given ? given : &none, &env, &fresh));
        s.r = &fresh;
    } else {
        form_wrongs(c, o, sent);
        if (sent->problems)
            errors(o);
        else if (!o->rq || !req_has(o->rq, FORM_AGAIN))
            notice(o, TONE_RUN, "form.new-questions");
    }
    show_nodes(&s);
    empty_repeats(&s);
    return ctx_check(c);
}

/* ---- answers as facts ---------------------------------------------------------------------- */

static struct str choice_text(struct ctx *c, const struct form *f, const struct form_field *x,
                              struct str name)
{
    const struct form_choice *ch = x->list ? form_choice(x->list, name) : NULL;
    struct str label = ch ? form_text(f, ch->label, c->lang) : (struct str){ 0 };
    return label.n ? label : name;
}

static struct str many_text(struct ctx *c, const struct form *f, const struct form_field *x,
                            struct str value)
{
    struct buf b;
    struct str item;
    buf_init(&b, &c->mem, 64 * 1024);
    while (str_next(&value, ' ', &item)) {
        if (b.n)
            buf_put(&b, STR("; "));
        buf_put(&b, choice_text(c, f, x, item));
    }
    return buf_str(&b);
}

struct str form_value_text(struct ctx *c, const struct form *f, const struct form_field *x,
                           struct str value)
{
    struct civil d;
    int64_t us;
    switch (x->type) {
    case FORM_SELECT_ONE:
        return choice_text(c, f, x, value);
    case FORM_SELECT_MANY: case FORM_RANK:
        return many_text(c, f, x, value);
    case FORM_BOOLEAN:
        return str_is(value, "true") || str_is(value, "1") ? SAY(c, "page.yes") : SAY(c, "page.no");
    case FORM_ACKNOWLEDGE:
        return SAY(c, "page.yes");
    case FORM_DATE:
        if (date_parse(value, &d))
            return words_date(&c->mem, catalogue(c), c->lang, d, DATE_LONG);
        return value;
    case FORM_DATETIME:
        if (instant_parse(value, &us))
            return words_instant(&c->mem, catalogue(c), c->lang, us);
        return value;
    case FORM_DECIMAL:
        return words_decimal(&c->mem, catalogue(c), c->lang, value);
    case FORM_TEXT:
        return str_is(x->appearance, "territory") ? place_text(c, value) : value;
    default:
        return value;
    }
}

enum err form_facts(struct ctx *c, struct out *o, const struct form *f,
                    const struct answers *a, enum form_sensitivity may)
{
    facts_begin(o);
    for (size_t i = 0; i < a->n; i++) {
        const struct form_field *x = form_find(f, a->v[i].path);
        if (!a->v[i].value.n || !x || !form_is_leaf(x) || x->type == FORM_META || x->type == FORM_HIDDEN)
            continue;
        struct str label = form_text(f, x->label, c->lang);
        html(o, "<div><dt>");
        text(o, label.n ? label : x->name);
        html(o, "</dt><dd>");
        if (x->sensitivity > may) {
            html(o, "<span class=\"veil\" aria-hidden=\"true\"></span><span class=\"hide\">");
            T(o, "page.sealed");
            html(o, "</span>");
        } else {
            text(o, form_value_text(c, f, x, a->v[i].value));
        }
        html(o, "</dd></div>\n");
    }
    facts_end(o);
    return ctx_check(c);
}
