/* law.c - the index of a pack's law; names, links and marks. */
#include "law/priv.h"

#include "base/node.h"
#include "page/names.h"

#include <stdlib.h>

enum err law_load(struct ctx *c, const struct pack *p, const struct procedures *procedures, struct law **out)
{
    UErrorCode ue = U_ZERO_ERROR;
    struct law *l = calloc(1, sizeof *l);
    if (!l)
        return FAIL(c, ERR_NOMEM, "pack.memory", "law");
    arena_init(&l->mem, LAW_MEM_MAX);
    l->mem.fail_at = c->mem.fail_at;            /* tests refuse its memory with the caller's */
    l->pack = p;
    l->words = ubrk_open(UBRK_WORD, "th", NULL, 0, &ue);
    enum err e = U_FAILURE(ue) ? FAIL(c, ERR_IO, "error.internal", "word breaks: %s", u_errorName(ue)) : ERR_OK;
    if (!e)
        e = law_gather_citations(c, l, procedures);
    if (!e)
        e = law_gather_texts(c, l);
    if (!e)
        e = law_gather_terms(c, l);
    if (!e && l->mem.failed)
        e = FAIL(c, ERR_NOMEM, "pack.memory", "law");
    if (e) {
        law_free(l);
        return e;
    }
    *out = l;
    return ERR_OK;
}

void law_free(struct law *l)
{
    if (!l)
        return;
    ubrk_close(l->words);
    arena_free(&l->mem);
    free(l);
}

/* ---- names and paths --------------------------------------------------------------- */

struct str law_instrument_name(struct ctx *c, struct str id)
{
    const struct pack *p = c->node->pack;
    const struct instrument *i = pack_instrument(p, id);
    size_t at;
    if (!i)
        return id;
    struct str title = pack_text(p, &i->title, c->lang);
    if (!i->number.n || str_find(title, i->number, &at))
        return title;
    return str_join(&c->mem, title, STR(" ("), i->number, STR(")"));
}

struct str law_name(struct ctx *c, const struct provision *v)
{
    return str_join(&c->mem, law_instrument_name(c, v->instrument), article_text(c, v->article));
}

struct str law_rule(struct ctx *c, const struct provision *v)
{
    return pack_text(c->node->pack, &v->rule, c->lang);
}

struct str law_path(struct ctx *c, struct str provision)
{
    return path_of(c, "/law/%s", provision);
}

struct str law_instrument_path(struct ctx *c, struct str instrument)
{
    return path_of(c, "/law/instrument/%s", instrument);
}

/* ---- marks and links --------------------------------------------------------------- */

bool law_certain(const struct law_standing *s)
{
    return s->verified == PACK_YES && !s->disputed;
}

void law_mark(struct out *o, const struct law_standing *s)
{
    if (s->disputed)
        tag(o, TONE_LATE, "law.mark.disputed");
    else if (s->verified == PACK_NO)
        tag(o, TONE_SOON, "law.mark.no");
    else if (s->verified == PACK_PARTLY)
        tag(o, TONE_SOON, "law.mark.partly");
    if (s->once)
        tag(o, TONE_SOON, "law.mark.once");
    else if (s->raised)
        tag(o, TONE_DONE, "law.mark.raised");
    if (s->earlier)
        tag(o, TONE_PLAIN, "law.mark.earlier");
}

static void one_link(struct ctx *c, struct out *o, const struct law_signed *all, const struct provision *v)
{
    struct law_standing s;
    law_standing_in(c, all, v, &s);
    link_text_(o, law_name(c, v), law_path(c, v->id));
    if (!law_certain(&s) || s.raised) {
        html(o, " ");
        law_mark(o, &s);
    }
}

enum err law_link(struct ctx *c, struct out *o, struct str provision)
{
    const struct provision *v = pack_provision(c->node->pack, provision);
    struct law_signed *all;
    TRY(law_signed(c, &all));
    if (v)
        one_link(c, o, all, v);
    return ERR_OK;
}

enum err law_cite(struct ctx *c, struct out *o, struct str ids)
{
    struct law_signed *all = NULL;
    struct str id;
    while (str_next(&ids, ' ', &id)) {
        const struct provision *v = pack_provision(c->node->pack, id);
        if (!v)
            continue;
        if (!all)
            TRY(law_signed(c, &all));
        html(o, "<br>");
        one_link(c, o, all, v);
        html(o, ": ");
        text(o, law_rule(c, v));
    }
    return ERR_OK;
}

static struct str verdict_words(struct ctx *c, const struct law_standing *s)
{
    if (s->disputed)
        return SAY(c, "law.mark.disputed");
    if (s->once)
        return SAY(c, "law.mark.once");
    if (s->raised)
        return SAY(c, "law.mark.raised");
    return say_join(c, "verified", str_c(pack_verified_name(s->verified)));
}

static void one_card(struct ctx *c, struct out *o, const struct law_signed *all, const struct provision *v)
{
    struct law_standing s;
    law_standing_in(c, all, v, &s);
    law_result(o, &(struct law_result){ .name = law_name(c, v), .why = law_rule(c, v), .cite = v->id,
        .cite_path = law_path(c, v->id), .tone = law_certain(&s) ? TONE_DONE : TONE_SOON,
        .verdict = verdict_words(c, &s), .review = !law_certain(&s) });
}

enum err law_cards(struct ctx *c, struct out *o, struct str ids)
{
    struct law_signed *all = NULL;
    struct str id;
    while (str_next(&ids, ' ', &id)) {
        const struct provision *v = pack_provision(c->node->pack, id);
        if (!v)
            continue;
        if (!all)
            TRY(law_signed(c, &all));
        one_card(c, o, all, v);
    }
    return ERR_OK;
}

enum err law_of_form(struct ctx *c, struct out *o, const char *kind)
{
    struct str cited = law_cites(c, c->node->law, LAW_FORM, str_c(kind), (struct str){ 0 });
    if (!cited.n)
        return ERR_OK;
    more_begin(o, "step.law");
    TRY(law_cards(c, o, cited));
    more_end(o);
    return ERR_OK;
}
