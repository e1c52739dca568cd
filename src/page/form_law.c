/* form_law.c - choosing articles in a form: lists grouped by law, only of what was
 * in force on the day of the facts, each with its mark.  Works without scripts. */
#include "page/form_priv.h"

#include "base/node.h"
#include "pack/pack.h"
#include "page/names.h"
#include "page/page.h"

enum { BOXES_MAX = 8, RULE_MAX = 90 };

struct list { const struct provision **v; bool *certain; size_t n; };

static struct str day_words(struct out *o, struct civil day)
{
    return words_date(&o->c->mem, o->c->node->words, o->c->lang, day, DATE_LONG);
}

static struct list in_force(struct out *o, struct civil day)
{
    struct ctx *c = o->c;
    const struct pack *p = c->node->pack;
    struct list l = { NEW_N(&c->mem, const struct provision *, p->provisions_n + 1), NEW_N(&c->mem, bool, p->provisions_n + 1), 0 };
    for (size_t i = 0; l.v && l.certain && i < p->provisions_n; i++)
        if (pack_in_force(&p->provisions[i], day) != IN_FORCE_NO)
            l.v[l.n++] = &p->provisions[i];
    for (size_t i = 0; i < l.n; i++)
        l.certain[i] = l.v[i]->verified == PACK_YES;
    if (o->site && o->site->law_certain)
        o->site->law_certain(c, l.v, l.n, l.certain);
    return l;
}

/* At a character's end, so that no half of one is shown. */
static struct str shortened(struct ctx *c, struct str s)
{
    size_t n = RULE_MAX;
    if (s.n <= n)
        return s;
    while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return str_join(&c->mem, str_sub(s, 0, n), STR("…"));
}

static void option(struct out *o, const struct provision *v, bool certain, bool chosen)
{
    struct ctx *c = o->c;
    html(o, "<option");
    attr(o, "value", v->id);
    if (chosen)
        html(o, " selected");
    html(o, ">");
    text(o, certain ? STR("✓ ") : STR("◇ "));
    if (v->article.n) {
        T(o, "form.article");
        html(o, " ");
        text(o, v->article);
        html(o, ": ");
    }
    text(o, shortened(c, pack_text(c->node->pack, &v->rule, c->lang)));
    html(o, "</option>\n");
}

static void group_of(struct out *o, const struct list *l, struct str instrument, struct str now)
{
    const struct instrument *i = pack_instrument(o->c->node->pack, instrument);
    html(o, "<optgroup");
    attr(o, "label", i ? pack_text(o->c->node->pack, &i->title, o->c->lang) : instrument);
    html(o, ">\n");
    for (size_t k = 0; k < l->n; k++)
        if (str_eq(l->v[k]->instrument, instrument))
            option(o, l->v[k], l->certain[k], str_eq(l->v[k]->id, now));
    html(o, "</optgroup>\n");
}

static bool first_of_instrument(const struct list *l, size_t at)
{
    for (size_t k = 0; k < at; k++)
        if (str_eq(l->v[k]->instrument, l->v[at]->instrument))
            return false;
    return true;
}

static bool in_list(const struct list *l, struct str id)
{
    for (size_t k = 0; k < l->n; k++)
        if (str_eq(l->v[k]->id, id))
            return true;
    return false;
}

static void box(struct out *o, struct str path, size_t i, const struct list *l, struct str now)
{
    struct buf id;
    buf_init(&id, &o->c->mem, path.n + 8);
    buf_put(&id, path);
    if (i)
        buf_fmt(&id, "-%zu", i + 1);
    html(o, "<p><select class=\"input\"");
    attr(o, "id", buf_str(&id));
    attr(o, "name", path);
    attr(o, "aria-label", SAYF(o->c, "form.provision-n", W_INT("n", (int64_t)i + 1)));
    html(o, ">\n<option value=\"\">");
    T(o, "page.choose");
    html(o, "</option>\n");
    if (now.n && !in_list(l, now)) {                /* kept from before: the server says what is wrong with it */
        html(o, "<option selected");
        attr(o, "value", now);
        html(o, ">");
        text(o, now);
        html(o, ": ");
        T(o, "form.not-in-force");
        html(o, "</option>\n");
    }
    for (size_t k = 0; k < l->n; k++)
        if (first_of_instrument(l, k))
            group_of(o, l, l->v[k]->instrument, now);
    html(o, "</select></p>\n");
}

void form_provisions(struct out *o, struct str path, struct str label, struct str hint, struct str value, struct str date)
{
    struct ctx *c = o->c;
    struct civil day = civil_from_days(pack_local_day(c->node->pack, c->now_us));
    struct str item;
    size_t n = 0;
    (void)date_parse(date, &day);
    struct list l = in_force(o, day);
    html(o, "<fieldset>\n<legend>");
    text(o, label);
    html(o, "</legend>\n<p class=\"hint\">");
    if (hint.n) {
        text(o, hint);
        html(o, " ");
    }
    TF(o, "form.provisions-of-day", W_TEXT("day", day_words(o, day)));
    html(o, "</p>\n");
    while (n < BOXES_MAX && str_next(&value, ' ', &item))
        if (item.n)
            box(o, path, n++, &l, item);
    for (size_t more = 0; more < 2 && n < BOXES_MAX; more++)
        box(o, path, n++, &l, (struct str){ 0 });
    submit_as(o, BTN_QUIET, "form.provisions-again", FORM_AGAIN, STR("1"));
    html(o, "</fieldset>\n");
}
