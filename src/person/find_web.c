/* find_web.c - the page "find a person".  What is typed goes by POST and comes back in
 * the body only: never into an address, a title, a log or a record. */
#include "person/find.h"

#include "base/node.h"
#include "pack/pack.h"
#include "page/names.h"

static struct find_question question_of(const struct request *rq)
{
    return (struct find_question){ .name = req_field(rq, "find_name"), .surname = req_field(rq, "find_surname"),
        .known_as = req_field(rq, "find_alias"), .born = req_field(rq, "find_born"), .number = req_field(rq, "find_number"),
        .phone = req_field(rq, "find_phone"), .place = req_field(rq, "find_place") };
}

/* The same question once more, behind another button. */
static void question_again(struct out *o, const struct find_question *q)
{
    hidden(o, "find_name", q->name);
    hidden(o, "find_surname", q->surname);
    hidden(o, "find_alias", q->known_as);
    hidden(o, "find_born", q->born);
    hidden(o, "find_number", q->number);
    hidden(o, "find_phone", q->phone);
    hidden(o, "find_place", q->place);
}

/* ---- what is asked for ------------------------------------------------------------------------- */

static void question_form(struct out *o, bool again)
{
    if (again)
        part_begin(o, "find.again");
    else
        sheet_begin(o, "find.who");
    form_begin(o, "/find");
    ask(o, &(struct ask){ .name = "find_name", .label = "find.name", .hint = "find.name-hint", .max = 200 });
    ask(o, &(struct ask){ .name = "find_surname", .label = "find.surname", .optional = true, .max = 200 });
    ask(o, &(struct ask){ .name = "find_born", .label = "find.born", .hint = "find.born-hint", .optional = true, .width = W_M, .max = 40 });
    ask(o, &(struct ask){ .name = "find_alias", .label = "find.alias", .optional = true, .width = W_M, .max = 100 });
    ask(o, &(struct ask){ .name = "find_number", .label = "find.number", .optional = true, .width = W_M, .max = 40 });
    ask(o, &(struct ask){ .name = "find_phone", .label = "find.phone", .optional = true, .width = W_M, .max = 40 });
    ask(o, &(struct ask){ .name = "find_place", .label = "find.place", .hint = "find.place-hint", .optional = true, .max = 100 });
    submit(o, BTN, "find.do");
    form_end(o);
    section_end(o);
}

/* A firm, a place or a vehicle has no birth to compare: its words or its number. */
static void thing_form(struct out *o)
{
    part_begin(o, "find.thing");
    form_begin(o, "/find/thing");
    ask(o, &(struct ask){ .name = "find_thing", .label = "find.thing-words", .hint = "find.thing-hint", .max = 200 });
    submit(o, BTN_QUIET, "find.do");
    form_end(o);
    section_end(o);
}

/* ---- what was found ------------------------------------------------------------------------------ */

static void own_part(struct ctx *c, struct out *o, const struct found *f, size_t n)
{
    sheet_begin(o, "find.own");
    if (!n)
        empty(o, "find.nobody-own");
    else
        steps_begin(o, true);
    for (size_t i = 0; i < n; i++) {
        found_begin(c, o, &f[i]);
        reason_rows(c, o, f[i].u, f[i].m, f[i].open);
        step_end(o);
    }
    if (n)
        steps_end(o);
    if (!things_ready(c))
        small(o, "person.still-loading");
    small(o, n ? "find.likeness" : "find.nobody-means");
    section_end(o);
}

static void ask_everyone(struct out *o, const struct find_question *q)
{
    part_begin(o, "find.everyone");
    para(o, "find.everyone-why");
    form_begin(o, "/find");
    question_again(o, q);
    hidden(o, "act", STR("everyone"));
    ask(o, &(struct ask){ .name = "purpose", .label = "find.purpose-label", .hint = "find.purpose-hint", .rows = 2,
                          .max = FIND_PURPOSE_MAX });
    submit(o, BTN_QUIET, "find.everyone-do");
    form_end(o);
    section_end(o);
}

static void far_row(struct ctx *c, struct out *o, const struct find_question *q, struct str purpose, const struct find_far *f)
{
    step_begin(o, TONE_SOON);
    key_out(o, likely_key(f->mbits));
    step_note(o, place_text(c, f->department));
    form_begin(o, "/find");
    question_again(o, q);
    hidden(o, "act", STR("tell"));
    hidden(o, "purpose", purpose);
    hidden(o, "department", f->department);
    submit(o, BTN_QUIET, "person.ask");
    form_end(o);
    step_end(o);
}

static void far_part(struct ctx *c, struct out *o, const struct find_question *q, struct str purpose, const struct find_answer *a)
{
    part_begin(o, "find.elsewhere");
    if (!a->allowed)
        para_text(o, SAYF(c, "find.limit", W_INT("n", c->node->pack->looks_per_day)));
    else if (!a->n)
        empty(o, "find.nobody-else");
    if (a->n)
        steps_begin(o, true);
    for (size_t i = 0; i < a->n; i++)
        far_row(c, o, q, purpose, &a->far[i]);
    if (a->n)
        steps_end(o);
    if (a->allowed)
        small(o, a->n ? "find.elsewhere-note" : "find.nobody-means");
    section_end(o);
}

/* ---- the page --------------------------------------------------------------------------------------- */

/* Nothing asked yet, or it does not say enough. */
static enum err bare_page(struct ctx *c, struct response *rs)
{
    struct out *o = &rs->out;
    (void)c;
    page_begin(o, &(struct page){ .title_key = "find.title", .tab = "cases", .narrow = true,
        .crumbs = { { "case.list", STR("/cases") } } });
    heading(o, "find.title");
    lede(o, "find.lede");
    errors(o);
    notice(o, TONE_SOON, "find.caller");
    question_form(o, false);
    thing_form(o);
    page_end(o);
    return ERR_OK;
}

static enum err find_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    (void)rq;
    return bare_page(c, rs);
}

/* "everyone", "tell", or nothing: her own files only. */
static enum err beyond(struct ctx *c, const struct request *rq, struct out *o, const struct find_question *q,
                       struct find_answer *a, size_t *told)
{
    bool tell = req_is(rq, "act", "tell");
    struct str purpose = req_field(rq, "purpose");
    enum err e = ERR_OK;
    if (!find_says_enough(q, true))
        e = FAIL(c, ERR_INPUT, "find.say-more-everyone", "too little said");
    else if (tell)
        e = find_tell(c, q, purpose, req_field(rq, "department"), a, told);
    else
        e = find_everyone(c, q, purpose, a);
    if (e == ERR_INPUT) {
        const char *key = c->fault.key;
        c->fault = (struct fault){ 0 };
        wrong_(o, STR("purpose"), say_(c, str_c(key)));
        return ERR_OK;
    }
    return e;
}

static enum err found_page(struct ctx *c, const struct request *rq, struct response *rs, const struct find_question *q)
{
    struct out *o = &rs->out;
    struct find_answer a = { 0 };
    struct found *own;
    size_t n, told = 0;
    bool further = req_is(rq, "act", "everyone") || req_is(rq, "act", "tell");
    TRY(find_own(c, q, &own, &n));
    if (further)
        TRY(beyond(c, rq, o, q, &a, &told));
    further = further && !o->wrong;
    rs->status = o->wrong ? 422 : 200;
    page_begin(o, &(struct page){ .title_key = "find.title", .tab = "cases", .narrow = true,
        .crumbs = { { "case.list", STR("/cases") }, { "find.title", STR("/find") } } });
    heading(o, "find.title");
    errors(o);
    if (told)
        notice(o, TONE_DONE, "find.told");
    notice(o, TONE_SOON, "find.caller");
    own_part(c, o, own, n);
    if (further)
        far_part(c, o, q, req_field(rq, "purpose"), &a);
    else if (access_may(c, "person.find_all", (struct str){ 0 }))
        ask_everyone(o, q);
    question_form(o, true);
    page_end(o);
    return ERR_OK;
}

static enum err act_find(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct find_question q = question_of(rq);
    if (!find_says_enough(&q, false)) {
        rs->status = 422;
        wrong(&rs->out, "find_name", "find.say-more");
        return bare_page(c, rs);
    }
    return found_page(c, rq, rs, &q);
}

static enum err act_find_thing(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    page_begin(o, &(struct page){ .title_key = "find.title", .tab = "cases", .narrow = true,
        .crumbs = { { "case.list", STR("/cases") }, { "find.title", STR("/find") } } });
    heading(o, "find.title");
    TRY(things_search_part(c, o, req_field(rq, "find_thing")));
    thing_form(o);
    page_end(o);
    return ERR_OK;
}

const struct route person_find_routes[] = {
    { GET,  "/find", find_page, .verb = "person.find", .help = "Find a person: what is known of her." },
    { POST, "/find", act_find,  .verb = "person.find", .help = "Whose file it may be; never in an address." },
    { POST, "/find/thing", act_find_thing, .verb = "person.find", .help = "Firms, places, vehicles and numbers of her own files." },
    { 0 }
};
