#include "page/names.h"

#include "base/node.h"
#include "pack/pack.h"

struct str office_text(struct ctx *c, struct str office)
{
    const struct office *o = pack_office(c->node->pack, office);
    return o ? pack_text(c->node->pack, &o->name, c->lang) : office;
}

struct str agency_text(struct ctx *c, struct str agency)
{
    const struct agency *a = pack_agency(c->node->pack, agency);
    return a ? pack_text(c->node->pack, &a->name, c->lang) : agency;
}

struct str place_text(struct ctx *c, struct str territory)
{
    const struct territory *t = pack_territory(c->node->pack, territory);
    return t ? pack_text(c->node->pack, &t->name, c->lang) : territory;
}

struct str role_text(struct ctx *c, struct str role)
{
    const struct role *r = pack_role(c->node->pack, role);
    return r ? pack_text(c->node->pack, &r->name, c->lang) : role;
}

struct str article_text(struct ctx *c, struct str article)
{
    return article.n ? str_join(&c->mem, STR(", art. "), article) : (struct str){ 0 };
}

const char *const skip_reasons[] = { "not_applicable", "done_elsewhere", "declined", "duplicate", "other", NULL };
const char *const pause_reasons[] = { "waits_office", "waits_person", "no_access", "order", "other", NULL };

struct str reason_of(struct ctx *c, const char *const *list, struct str code, struct str words)
{
    words = str_trim(words);
    for (; *list; list++)
        if (str_is(code, *list) && (words.n >= 3 || (!words.n && !str_is(code, "other"))))
            return str_join(&c->mem, STR("@"), code, words.n ? STR(" ") : STR(""), words);
    return (struct str){ 0 };
}

struct str reason_text(struct ctx *c, struct str stored)
{
    struct str code = stored, words = { 0 };
    if (!stored.n || stored.p[0] != '@')
        return stored;
    if (!str_cut(stored, ' ', &code, &words))
        words = (struct str){ 0 };
    code = say_join(c, "reason", str_sub(code, 1, code.n));
    return words.n ? str_join(&c->mem, code, STR(": "), words) : code;
}

void phones(struct out *o)
{
    const struct pack *p = o->c->node->pack;
    html(o, "<dl class=\"facts facts--phones\">\n");
    for (size_t i = 0; i < p->agencies_n; i++) {
        const struct agency *a = &p->agencies[i];
        if (!agency_callable(a))
            continue;
        html(o, "<div><dt>");
        text(o, pack_text(p, &a->name, o->c->lang));
        html(o, "</dt><dd class=\"num\">");
        text(o, a->phone);
        html(o, "</dd></div>\n");
    }
    facts_end(o);
}

enum tone urgency_tone(struct str urgency)
{
    return str_is(urgency, "red") ? TONE_LATE : str_is(urgency, "orange") ? TONE_SOON : TONE_PLAIN;
}
