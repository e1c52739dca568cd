#include "directory/directory.h"

#include "base/node.h"
#include "law/law.h"
#include "pack/pack.h"
#include "page/names.h"

static void verified_tag(struct ctx *c, struct out *o, enum pack_verified v)
{
    if (v != PACK_YES)
        tag_text(o, TONE_SOON, v == PACK_NO ? SAY(c, "directory.to-confirm") : say_join(c, "verified", STR("partly")));
}

/* Does the office's or service's text hold what was asked, ignoring accents? */
static bool holds(struct ctx *c, struct str hay, struct str q)
{
    size_t at;
    return !q.n || str_find(words_fold(&c->mem, hay), q, &at);
}

static void place_filter(struct ctx *c, struct out *o, const struct request *rq)
{
    const struct pack *p = c->node->pack;
    struct choice opt[128] = { { .value = STR(""), .text = SAY(c, "directory.whole-country") } };
    size_t n = 1;
    for (size_t i = 0; i < p->territories_n && n < COUNT_OF(opt); i++)
        if (p->territories[i].level == 1)
            opt[n++] = (struct choice){ .value = p->territories[i].id, .text = pack_text(p, &p->territories[i].name, c->lang) };
    filters_begin(o, "directory.filter", "/directory");
    pick_list(o, &(struct pick){ .name = "place", .label = "report.place", .value = req_query(rq, "place"), .options = opt, .n = n });
    ask(o, &(struct ask){ .name = "q", .label = "directory.search", .value = req_query(rq, "q"), .type = "search", .optional = true });
    filters_end(o);
}

static void office_line(struct ctx *c, struct out *o, const struct office *x)
{
    const struct pack *p = c->node->pack;
    const struct agency *a = pack_agency(p, x->agency);
    row_begin(o, TONE_PLAIN);
    cell(o);
    link_text(o, pack_text(p, &x->name, c->lang), "/office/%s", x->id);
    html(o, " ");
    verified_tag(c, o, x->verified);
    cell_text(o, place_text(c, x->territory));
    cell(o);
    struct str rest = x->roles, role;
    bool first = true;
    while (str_next(&rest, ' ', &role)) {
        text(o, first ? STR("") : STR(", "));
        text(o, role_text(c, role));
        first = false;
    }
    cell_text(o, a ? a->phone : (struct str){ 0 });
    row_end(o);
}

static void offices_part(struct ctx *c, struct out *o, struct str place, struct str q)
{
    const struct pack *p = c->node->pack;
    size_t shown = 0;
    part_begin(o, "directory.offices");
    grid_begin(o, &(struct grid){ "directory.offices", COLS("directory.office", "case.place", "directory.does", "directory.phone"), .rowhead = true });
    for (size_t i = 0; i < p->offices_n; i++) {
        const struct office *x = &p->offices[i];
        if (place.n && !pack_within(p, x->territory, place))
            continue;
        if (!holds(c, str_join(&c->mem, pack_text(p, &x->name, c->lang), STR(" "), place_text(c, x->territory)), q))
            continue;
        office_line(c, o, x);
        shown++;
    }
    grid_end(o);
    if (!shown)
        empty(o, "directory.none");
    section_end(o);
}

static void service_line(struct ctx *c, struct out *o, const struct service *s)
{
    const struct pack *p = c->node->pack;
    step_begin(o, TONE_PLAIN);
    html(o, "<b>");
    text(o, pack_text(p, &s->name, c->lang));
    html(o, "</b> ");
    verified_tag(c, o, s->verified);
    step_note(o, pack_text(p, &s->eligibility, c->lang));
    step_side(o, s->office.n && !s->hidden ? office_text(c, s->office) : agency_text(c, s->agency), TONE_PLAIN);
    step_end(o);
}

static void services_part(struct ctx *c, struct out *o, struct str place, struct str q)
{
    const struct pack *p = c->node->pack;
    size_t shown = 0;
    part_begin(o, "directory.services");
    steps_begin(o, false);
    for (size_t i = 0; i < p->services_n; i++) {
        const struct service *s = &p->services[i];
        if (place.n && !pack_within(p, s->territory, place) && !pack_within(p, place, s->territory))
            continue;
        if (!holds(c, pack_text(p, &s->name, c->lang), q))
            continue;
        service_line(c, o, s);
        shown++;
    }
    steps_end(o);
    if (!shown)
        empty(o, "directory.none");
    section_end(o);
}

static enum err directory_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct str place = req_query(rq, "place"), q = words_fold(&c->mem, req_query(rq, "q"));
    page_begin(o, &(struct page){ .title_key = "directory.title", .tab = "directory" });
    heading(o, "directory.title");
    lede(o, "directory.lede");
    place_filter(c, o, rq);
    offices_part(c, o, place, q);
    services_part(c, o, place, q);
    page_end(o);
    return ERR_OK;
}

/* The law that the services of an office rest on. */
static enum err basis_part(struct ctx *c, struct out *o, const struct office *x)
{
    const struct pack *p = c->node->pack;
    struct str ids = { 0 };
    for (size_t i = 0; i < p->services_n; i++) {
        const struct service *s = &p->services[i];
        if (s->provisions.n && (str_eq(s->office, x->id) || (!s->office.n && str_eq(s->agency, x->agency))))
            ids = ids.n ? str_join(&c->mem, ids, STR(" "), s->provisions) : s->provisions;
    }
    if (!ids.n)
        return ERR_OK;
    part_begin(o, "step.law");
    TRY(law_cards(c, o, ids));
    section_end(o);
    return ERR_OK;
}

static enum err office_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    const struct pack *p = c->node->pack;
    const struct office *x = pack_office(p, rq->params[0]);
    const struct agency *a = x ? pack_agency(p, x->agency) : NULL;
    if (!a)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "office");
    page_begin(o, &(struct page){ .title = x->id, .tab = "directory", .narrow = true,
        .crumbs = { { "directory.title", STR("/directory") } } });
    head_begin(o);
    text(o, pack_text(p, &x->name, c->lang));
    head_tags(o);
    verified_tag(c, o, x->verified);
    head_end(o);
    facts_begin(o);
    fact(o, "directory.agency", pack_text(p, &a->name, c->lang));
    fact(o, "directory.does", pack_text(p, &a->does, c->lang));
    fact(o, "case.place", place_text(c, x->territory));
    fact(o, "directory.phone", a->phone);
    fact(o, "directory.note", x->note);
    fact(o, "law.sources", x->sources);
    facts_end(o);
    part_begin(o, "directory.services");
    steps_begin(o, false);
    for (size_t i = 0; i < p->services_n; i++)
        if (str_eq(p->services[i].office, x->id) || (!p->services[i].office.n && str_eq(p->services[i].agency, x->agency)))
            service_line(c, o, &p->services[i]);
    steps_end(o);
    section_end(o);
    TRY(basis_part(c, o, x));
    TRY(law_powers_of(c, o, x));
    page_end(o);
    return ERR_OK;
}

/* What is kept, who reads it, how long: for everybody, in plain words. */
static enum err privacy_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    static const char *const lines[] = { "privacy.kept", "privacy.not-kept", "privacy.who", "privacy.opened",
                                         "privacy.consent", "privacy.correct", "privacy.erase" };
    struct out *o = &rs->out;
    (void)rq;
    (void)c;
    page_begin(o, &(struct page){ .title_key = "public.title", .narrow = true });
    heading(o, "privacy.title");
    steps_begin(o, false);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        step_begin(o, TONE_PLAIN);
        key_out(o, lines[i]);
        step_end(o);
    }
    steps_end(o);
    page_end(o);
    return ERR_OK;
}

const struct route directory_routes[] = {
    { GET, "/directory",  directory_page, .verb = "directory.view", .help = "Offices and services." },
    { GET, "/office/:id", office_page,    .verb = "directory.view", .help = "One office." },
    { GET, "/privacy",    privacy_page,   .open = true, .help = "What is kept, who reads it." },
    { 0 }
};
