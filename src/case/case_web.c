/* case_web.c - the case page: next steps first, then who holds what, then the
 * rest; parts of other desks come as panels. */
#include "case/case.h"

#include "base/node.h"
#include "db/db.h"
#include "kinds/kinds.h"
#include "pack/pack.h"
#include "page/names.h"
#include "page/page.h"

static void crime_tags(struct out *o, const struct work_case *k)
{
    if (k->cl)
        tag(o, TONE_PLAIN, "crime.cl");
    if (k->fl)
        tag(o, TONE_PLAIN, "crime.fl");
    if (k->ht)
        tag(o, TONE_PLAIN, "crime.ht");
    if (k->criadazgo)
        tag(o, TONE_PLAIN, "crime.criadazgo");
}

/* ---- the list ------------------------------------------------------------------------- */

static void list_filters(struct ctx *c, struct out *o, const struct request *rq)
{
    struct choice stages[12] = { { .value = STR(""), .text = SAY(c, "case.any-stage") } };
    size_t n = 1;
    for (size_t i = 0; case_stages[i] && n < COUNT_OF(stages); i++)
        stages[n++] = (struct choice){ .value = str_c(case_stages[i]), .text = say_join(c, "stage", str_c(case_stages[i])) };
    const struct choice shown[] = { OPT("open", SAY(c, "case.only-open")), OPT("all", SAY(c, "case.show-all")) };
    filters_begin(o, "case.filter", "/cases");
    ask(o, &(struct ask){ .name = "q", .label = "case.search", .hint = "case.search-hint", .value = req_query(rq, "q"), .type = "search", .optional = true });
    pick_list(o, &(struct pick){ .name = "stage", .label = "case.stage", .value = req_query(rq, "stage"),
                                 .options = stages, .n = n });
    pick_list(o, &(struct pick){ .name = "show", .label = "case.status", .value = req_query(rq, "show"),
                                 .options = shown, .n = COUNT_OF(shown) });
    filters_end(o);
}

static void case_line(struct ctx *c, struct out *o, const struct work_case *k)
{
    row_begin(o, urgency_tone(k->urgency));
    cell(o);
    html(o, "<a class=\"strong num\"");
    href(o, "/case/%s", k->id);
    html(o, ">");
    text(o, k->code);
    html(o, "</a>");
    cell_text(o, k->title);
    cell(o);
    crime_tags(o, k);
    cell_text(o, say_join(c, "stage", k->stage));
    cell_text(o, place_text(c, k->territory));
    cell_text(o, office_text(c, k->owner));
    row_end(o);
}

static enum err cases_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum { ROWS = 50 };
    struct out *o = &rs->out;
    struct work_case *k;
    size_t n;
    struct case_filter f = { .all = req_is(rq, "show", "all"), .stage = req_query(rq, "stage"), .q = req_query(rq, "q") };
    TRY(case_list(c, &f, req_query(rq, "after"), ROWS + 1, &k, &n));
    page_begin(o, &(struct page){ .title_key = "case.list", .tab = "cases" });
    head_begin(o);
    T(o, "case.list");
    head_actions(o);
    if (access_may(c, "person.find", (struct str){ 0 }))
        go_button(o, BTN_QUIET, "find.title", "/find");
    if (access_may(c, "thing.list", (struct str){ 0 }))
        go_button(o, BTN_QUIET, "thing.several", "/things");
    go_button(o, BTN_QUIET, "export.csv", "/export/cases.csv");
    go_button(o, BTN_QUIET, "export.xlsx", "/export/cases.xlsx");
    head_end(o);
    list_filters(c, o, rq);
    if (!n)
        empty(o, "case.none");
    else
        grid_begin(o, &(struct grid){ "case.list", COLS("case.code", "case.about", "case.possible",
                                      "case.stage", "case.place", "case.holder"), .rowhead = true });
    for (size_t i = 0; i < n && i < ROWS; i++)
        case_line(c, o, &k[i]);
    if (n)
        grid_end(o);
    pager(o, n > ROWS ? k[ROWS - 1].route : (struct str){ 0 }, "/cases?show=%s&stage=%s&q=%s",
          f.all ? STR("all") : STR("open"), f.stage, f.q);
    page_end(o);
    return ERR_OK;
}

/* ---- one case: next steps --------------------------------------------------------------------- */

static void step_line(struct ctx *c, struct out *o, const struct work_case *k, const struct obligation *s)
{
    bool mine = str_eq(s->office, c->who->office);
    step_begin(o, due_tone(c, s->due_us == INT64_MAX ? 0 : s->due_us));
    if (mine || str_eq(k->owner, c->who->office))
        link_text(o, s->name, "/step/%s", s->id);
    else
        text(o, s->name);
    html(o, "<small>");
    text(o, office_text(c, s->office));
    if (s->officer.n) {
        html(o, ", ");
        text(o, officer_name(c, s->officer));
    } else {
        html(o, " <b>");
        T(o, "step.nobody");
        html(o, "</b>");
    }
    html(o, "</small>");
    if (s->paused)
        tag(o, TONE_SOON, "step.paused");
    else if (s->due_us != INT64_MAX)
        due(o, s->due_us);
    step_end(o);
}

static void next_steps(struct ctx *c, struct out *o, const struct work_case *k,
                       const struct obligation *s, size_t n)
{
    bool any = false;
    sheet_begin(o, "case.next");
    for (int mine = 1; mine >= 0; mine--)
        for (size_t i = 0; i < n; i++) {
            if (!str_is(s[i].state, "due") || str_eq(s[i].office, c->who->office) != mine)
                continue;
            if (!any)
                steps_begin(o, true);
            any = true;
            step_line(c, o, k, &s[i]);
        }
    if (any)
        steps_end(o);
    else
        empty(o, "case.no-steps");
    if (access_may(c, "step.add", k->route) && str_is(k->status, "open"))
        go_button(o, BTN_QUIET, "step.add", "/case/%s/add-step", k->id);
    section_end(o);
}

static const struct obligation *last_of(const struct obligation *s, size_t n, size_t at)
{
    for (size_t i = at + 1; i < n; i++)
        if (str_eq(s[i].office, s[at].office) && str_is(s[i].state, "due"))
            return NULL;                     /* a later row speaks for this office */
    return &s[at];
}

static void who_holds(struct ctx *c, struct out *o, const struct obligation *s, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any = any || str_is(s[i].state, "due");
    if (!any)
        return;
    part_begin(o, "case.who-holds");
    grid_begin(o, &(struct grid){ "case.who-holds", COLS("case.agency", "case.person", "case.task", "case.deadline"),
                                  .rowhead = true });
    for (size_t i = 0; i < n; i++) {
        if (!str_is(s[i].state, "due") || !last_of(s, n, i))
            continue;
        row_begin(o, TONE_PLAIN);
        cell_text(o, office_text(c, s[i].office));
        cell(o);
        if (s[i].officer.n)
            text(o, officer_name(c, s[i].officer));
        else
            tag(o, TONE_SOON, "step.nobody");
        cell_text(o, s[i].name);
        cell(o);
        due(o, s[i].due_us == INT64_MAX ? 0 : s[i].due_us);
        row_end(o);
    }
    grid_end(o);
    section_end(o);
}

/* ---- one case: timeline and route ------------------------------------------------------------------ */

static size_t track_of(struct ctx *c, struct str office, struct str *tracks, size_t *n)
{
    struct str name = office_text(c, office);
    for (size_t i = 0; i < *n; i++)
        if (str_eq(tracks[i], name))
            return i;
    if (*n < 4)
        tracks[(*n)++] = name;
    return *n - 1;
}

static enum err timeline(struct ctx *c, struct out *o, const struct work_case *of, const struct obligation *s, size_t n)
{
    enum { MAX = 30, MOVES = 5 };
    struct rail_item item[MAX];
    struct str tracks[4];
    size_t k = 0, t = 0, moves;
    struct work_moved *m;
    TRY(work_moves(c, of->id, MOVES, &m, &moves));
    for (size_t i = 0; i < moves; i++)
        item[k++] = (struct rail_item){ .us = m[i].at_us, .track = (int)track_of(c, m[i].office, tracks, &t), .to = -1,
            .title = SAY(c, "version.moved"), .who = str_join(&c->mem, office_text(c, m[i].office), STR(": "), m[i].reason) };
    for (size_t i = n; i > 0 && k < MAX; i--) {
        const struct obligation *x = &s[i - 1];
        bool open = str_is(x->state, "due");
        if (str_is(x->state, "cancelled") || (open && x->due_us == INT64_MAX))
            continue;
        item[k++] = (struct rail_item){ .us = open ? x->due_us : x->ended_us ? x->ended_us : x->start_us,
            .track = (int)track_of(c, x->office, tracks, &t), .to = -1, .planned = open,
            .late = open && x->due_us < c->now_us, .title = x->name,
            .who = str_is(x->state, "skipped")
                 ? str_join(&c->mem, office_text(c, x->office), STR(" · "), SAY(c, "step.skipped"), STR(": "), reason_text(c, x->reason))
                 : office_text(c, x->office) };
    }
    for (size_t i = 1; i < k; i++)                       /* newest first, a short list */
        for (size_t j = i; j > 0 && item[j].us > item[j - 1].us; j--) {
            struct rail_item x = item[j];
            item[j] = item[j - 1];
            item[j - 1] = x;
        }
    part_begin(o, "case.timeline");
    if (k)
        rail(o, tracks, t, item, k);
    else
        empty(o, "case.no-timeline");
    section_end(o);
    return ERR_OK;
}

/* The plain list under the picture: the same route without sight or script. */
static enum err route_list(struct ctx *c, struct out *o, const struct work_case *k)
{
    static const char *const mark[] = { [FLOW_AHEAD] = "route.ahead", [FLOW_NOW] = "route.now",
        [FLOW_DONE] = "route.done", [FLOW_SKIPPED] = "route.skipped" };
    static const enum tone tone[] = { [FLOW_AHEAD] = TONE_PLAIN, [FLOW_NOW] = TONE_RUN,
        [FLOW_DONE] = TONE_DONE, [FLOW_SKIPPED] = TONE_SOON };
    struct flow_route *r;
    size_t n;
    TRY(work_route(c, k->id, &r, &n));
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++) {
        step_begin(o, tone[r[i].mark]);
        text(o, r[i].step.name);
        step_note(o, r[i].step.lane_name);
        step_side(o, say_(c, str_c(mark[r[i].mark])), tone[r[i].mark]);
        step_end(o);
    }
    steps_end(o);
    return ERR_OK;
}

static enum err route_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct work_case k;
    TRY(work_case(c, rq->params[0], &k));
    TRY(access_need(c, "case.view", k.route));
    page_begin(o, &(struct page){ .title = k.code, .tab = "cases",
        .crumbs = { { "case.list", STR("/cases") }, { "case.one", path_of(c, "/case/%s", k.id) } } });
    head_begin(o);
    T(o, "case.route");
    html(o, " ");
    text(o, k.code);
    head_end(o);
    TRY(case_version_part(c, o, &k));
    html(o, "<div class=\"table-scroll route\" tabindex=\"0\" role=\"group\"");
    T_ATTR(o, "aria-label", "case.route");
    html(o, ">\n");
    TRY(work_draw(c, k.id, &o->b));
    html(o, "</div>\n");
    bare_begin(o, "case.route-list");
    TRY(route_list(c, o, &k));
    section_end(o);
    page_end(o);
    return ERR_OK;
}

/* ---- one case: the page ---------------------------------------------------------------------------- */

static void head(struct ctx *c, struct out *o, const struct work_case *k)
{
    head_begin(o);
    html(o, "<span class=\"num\">");
    text(o, k->code);
    html(o, "</span> ");
    text(o, k->title);
    head_tags(o);
    tag_text(o, str_is(k->status, "closed") ? TONE_DONE : TONE_RUN, say_join(c, "stage", k->stage));
    tag_text(o, urgency_tone(k->urgency), say_join(c, "urgency", k->urgency));
    crime_tags(o, k);
    head_actions(o);
    go_button(o, BTN_QUIET, "case.route", "/case/%s/route", k->id);
    go_button(o, BTN_QUIET, "case.print", "/case/%s/print.pdf", k->id);
    head_end(o);
}

static void about(struct ctx *c, struct out *o, const struct work_case *k)
{
    part_begin(o, "case.about-case");
    facts_begin(o);
    fact(o, "case.place", place_text(c, k->territory));
    fact(o, "case.holder", office_text(c, k->owner));
    fact_begin(o, "case.opened");
    time_of(o, k->opened_us);
    fact_end(o);
    facts_end(o);
    row_of(o);
    if (access_may(c, "case.classify", k->route))
        go_button(o, BTN_QUIET, "case.classify", "/case/%s/classify", k->id);
    if (str_is(k->status, "open") && access_may(c, "case.close", k->route))
        go_button(o, BTN_QUIET, "case.close", "/case/%s/close", k->id);
    if (str_is(k->status, "closed") && access_may(c, "case.reopen", k->route))
        go_button(o, BTN_QUIET, "case.reopen", "/case/%s/reopen", k->id);
    row_of_end(o);
    section_end(o);
}

static enum err case_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct work_case k;
    struct obligation *s;
    size_t n;
    TRY(work_case(c, rq->params[0], &k));
    TRY(access_need(c, "case.view", k.route));
    TRY(obligation_of_case(c, k.id, &s, &n));
    struct subject subj = { .kind = "case", .id = k.id, .code = k.code, .record = &k };
    page_begin(o, &(struct page){ .title = k.code, .tab = "cases",
        .crumbs = { { "case.list", STR("/cases") } } });
    head(c, o, &k);
    cols_begin(o);
    next_steps(c, o, &k, s, n);
    TRY(panels(c, o, "case", "top", &subj));
    who_holds(c, o, s, n);
    TRY(panels(c, o, "case", "main", &subj));
    TRY(timeline(c, o, &k, s, n));
    cols_side(o);
    TRY(panels(c, o, "case", "side", &subj));
    about(c, o, &k);
    TRY(panels(c, o, "case", "below", &subj));
    cols_end(o);
    page_end(o);
    return ERR_OK;
}

enum err case_panel_kinds(struct ctx *c, struct out *o, const struct subject *s)
{
    return kind_parts(c, o, s->record);
}

/* ---- classify, close, reopen --------------------------------------------------------------------------- */

static enum err simple_begin(struct ctx *c, const struct request *rq, struct response *rs,
                             const char *verb, const char *key, struct work_case *k)
{
    struct out *o = &rs->out;
    TRY(work_case(c, rq->params[0], k));
    TRY(access_need(c, verb, k->route));
    page_begin(o, &(struct page){ .title = k->code, .tab = "cases", .narrow = true,
        .crumbs = { { "case.list", STR("/cases") }, { "case.one", path_of(c, "/case/%s", k->id) } } });
    head_begin(o);
    key_out(o, key);
    html(o, " ");
    text(o, k->code);
    head_end(o);
    errors(o);
    return ERR_OK;
}

static void reason_field(struct out *o)
{
    ask(o, &(struct ask){ .name = "reason", .label = "case.reason-label", .rows = 2, .max = 1000 });
}

static enum err classify_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct work_case k;
    TRY(simple_begin(c, rq, rs, "case.classify", "case.classify", &k));
    lede(o, "case.classify-note");
    form_begin(o, "/case/%s/classify", k.id);
    html(o, "<fieldset class=\"field\"><legend>");
    T(o, "case.possible");
    html(o, "</legend>");
    tick(o, "cl", "yes", "crime.cl", k.cl);
    tick(o, "fl", "yes", "crime.fl", k.fl);
    tick(o, "ht", "yes", "crime.ht", k.ht);
    tick(o, "criadazgo", "yes", "crime.criadazgo", k.criadazgo);
    html(o, "</fieldset>\n");
    reason_field(o);
    submit(o, BTN, "case.classify-save");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err again(struct ctx *c, const struct request *rq, struct response *rs, enum err e, handler *page)
{
    if (e != ERR_INPUT && e != ERR_CONFLICT)
        return e;
    const char *key = c->fault.key;
    c->fault = (struct fault){ 0 };
    rs->status = e == ERR_INPUT ? 422 : 409;
    wrong_(&rs->out, STR("reason"), say_(c, str_c(key)));
    return page(c, rq, rs);
}

static enum err act_classify(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = case_reclassify(c, rq->params[0], req_is(rq, "cl", "yes"), req_is(rq, "fl", "yes"),
        req_is(rq, "ht", "yes"), req_is(rq, "criadazgo", "yes"), req_field(rq, "reason"));
    return e ? again(c, rq, rs, e, classify_page) : go_done(c, rs, "saved", "/case/%s", rq->params[0]);
}

static enum err close_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct work_case k;
    struct closure_item *item;
    size_t n;
    bool ready;
    TRY(simple_begin(c, rq, rs, "case.close", "case.close", &k));
    TRY(closure_check(c, &k, &item, &n, &ready));
    lede(o, ready ? "case.close-ready" : "case.close-missing");
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++) {
        if (item[i].asked)
            continue;
        step_begin(o, item[i].met ? TONE_DONE : TONE_LATE);
        text(o, item[i].what);
        step_side(o, item[i].met ? SAY(c, "case.met") : SAY(c, "case.missing"), item[i].met ? TONE_DONE : TONE_LATE);
        step_end(o);
    }
    steps_end(o);
    if (ready) {
        form_begin(o, "/case/%s/close", k.id);
        struct choice asked[40];
        size_t a = 0;
        for (size_t i = 0; i < n && a < COUNT_OF(asked); i++)
            if (item[i].asked)
                asked[a++] = (struct choice){ .value = item[i].id, .text = item[i].what };
        if (a)
            pick(o, &(struct pick){ .name = "confirmed", .label = "case.close-confirm", .many = true,
                                    .options = asked, .n = a });
        reason_field(o);
        submit(o, BTN_STOP, "case.close-do");
        form_end(o);
    }
    page_end(o);
    return ERR_OK;
}

static enum err act_close(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str yes[40];
    size_t n = req_fields(rq, "confirmed", yes, COUNT_OF(yes));
    enum err e = case_close(c, rq->params[0], yes, n, req_field(rq, "reason"));
    return e ? again(c, rq, rs, e, close_page) : go_done(c, rs, "closed", "/case/%s", rq->params[0]);
}

static enum err reopen_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct work_case k;
    TRY(simple_begin(c, rq, rs, "case.reopen", "case.reopen", &k));
    form_begin(o, "/case/%s/reopen", k.id);
    reason_field(o);
    submit(o, BTN, "case.reopen-do");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err act_reopen(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = case_reopen(c, rq->params[0], req_field(rq, "reason"));
    return e ? again(c, rq, rs, e, reopen_page) : go_done(c, rs, "saved", "/case/%s", rq->params[0]);
}

const struct route case_routes[] = {
    { GET,  "/cases",              cases_page,    .verb = "case.list", .help = "Cases this office takes part in.", .again = true },
    { GET,  "/case/:id",           case_page,     .verb = "case.view", .help = "One case.", .again = true },
    { GET,  "/case/:id/route",     route_page,    .verb = "case.view", .help = "The procedure as a picture and a list." },
    { GET,  "/case/:id/classify",  classify_page, .verb = "case.classify", .help = "What it may be." },
    { POST, "/case/:id/classify",  act_classify,  .verb = "case.classify", .help = "Change it, with a reason." },
    { GET,  "/case/:id/close",     close_page,    .verb = "case.close", .help = "What is missing to close." },
    { POST, "/case/:id/close",     act_close,     .verb = "case.close", .help = "Close." },
    { GET,  "/case/:id/reopen",    reopen_page,   .verb = "case.reopen", .help = "Reopen after a recurrence." },
    { POST, "/case/:id/reopen",    act_reopen,    .verb = "case.reopen", .help = "Reopen." },
    { 0 }
};
