/* tracker_web.c - the room's front page, the list of reforms, one reform, its texts. */
#include "reform/gap_web.h"
#include "reform/reform.h"

#include "access/access.h"
#include "base/node.h"
#include "law/law.h"
#include "page/names.h"
#include "reform/gap.h"
#include "reform/tracker.h"
#include "reform/tracker_web.h"

enum { FORM_MAX = 10 * 1024 * 1024 };

/* ---- words ------------------------------------------------------------------------------- */

static struct str stage_text(struct ctx *c, struct str id)
{
    size_t at;
    const struct stage *s = stage_find(c->node->standards, id, &at);
    return s ? two_words(c, s->es, s->en) : id;
}

static struct str lang_text(struct ctx *c, struct str lang)
{
    return lang.n ? say_join(c, "reform.lang", lang) : (struct str){ 0 };
}

bool reform_may_edit(struct ctx *c)
{
    return access_may(c, "reform.edit", (struct str){ 0 });
}

/* Shown again with what is wrong; false: it is another kind of failure. */
bool reform_again(struct ctx *c, struct response *rs, enum err e, const char *field)
{
    if (e != ERR_INPUT && e != ERR_DENIED && e != ERR_CONFLICT)
        return false;
    struct str said = say_(c, str_c(c->fault.key));
    c->fault = (struct fault){ 0 };
    rs->status = e == ERR_INPUT ? 422 : e == ERR_CONFLICT ? 409 : 403;
    wrong_(&rs->out, str_c(field), said);
    return true;
}

/* ---- the front page ------------------------------------------------------------------------- */

static void reform_line(struct ctx *c, struct out *o, const struct reform *r)
{
    const struct standards *s = c->node->standards;
    size_t at = 0;
    (void)stage_find(s, r->stage, &at);
    row_begin(o, TONE_PLAIN);
    cell(o);
    link_text(o, r->title, "/reform/%s", r->id);
    cell(o);
    if (str_is(r->state, "shelved"))
        tag(o, TONE_PLAIN, "reform.shelved");
    else
        tag_text(o, at + 1 == s->stages ? TONE_DONE : TONE_RUN, stage_text(c, r->stage));
    cell(o);
    digits(o, (int64_t)at + 1);
    html(o, "/");
    digits(o, (int64_t)s->stages);
    cell(o);
    time_of(o, r->at_us);
    row_end(o);
}

static enum err reforms_part(struct ctx *c, struct out *o)
{
    struct reform *v;
    size_t n;
    TRY(reform_list(c, 100, &v, &n));
    part_begin(o, "reform.list");
    if (!n)
        empty(o, "reform.none");
    if (n) {
        grid_begin(o, &(struct grid){ "reform.list", COLS("reform.name", "reform.stage", "reform.progress", "reform.begun") });
        for (size_t i = 0; i < n; i++)
            reform_line(c, o, &v[i]);
        grid_end(o);
    }
    if (reform_may_edit(c))
        go_button(o, BTN, "reform.begin", "/reform/new");
    section_end(o);
    return ERR_OK;
}

static enum err gaps_summary(struct ctx *c, struct out *o)
{
    struct gap *g;
    size_t n;
    int64_t k[4] = { 0 };
    TRY(gap_year(c, gap_this_year(c), &g, &n));
    for (size_t i = 0; i < n; i++)
        k[g[i].status]++;
    part_begin(o, "reform.gaps");
    const struct figure f[] = { { "reform.gap.met", k[GAP_MET], NULL }, { "reform.gap.partly", k[GAP_PARTLY], NULL },
        { "reform.gap.not", k[GAP_NOT], NULL }, { "reform.gap.unknown", k[GAP_UNKNOWN], NULL } };
    figures(o, f, COUNT_OF(f));
    go_button(o, BTN_QUIET, "reform.open-gaps", "/reform/gaps");
    section_end(o);
    return ERR_OK;
}

static enum err home_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    (void)rq;
    page_begin(o, &(struct page){ .title_key = "reform.title", .tab = "reform" });
    heading(o, "reform.title");
    lede(o, "reform.lede");
    TRY(reforms_part(c, o));
    TRY(gaps_summary(c, o));
    part_begin(o, "rules.title-page");
    para(o, "rules.lede");
    go_button(o, BTN_QUIET, "reform.open-rules", "/rules");
    section_end(o);
    page_end(o);
    return ERR_OK;
}

/* ---- a new one --------------------------------------------------------------------------------- */

static enum err new_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    (void)c;
    page_begin(o, &(struct page){ .title_key = "reform.begin", .tab = "reform", .narrow = true, .crumbs = { { "reform.title", STR("/reform") } } });
    heading(o, "reform.begin");
    errors(o);
    form_begin(o, "/reform/new");
    ask(o, &(struct ask){ .name = "title", .label = "reform.name", .max = 200 });
    ask(o, &(struct ask){ .name = "issue", .label = "reform.issue", .hint = "reform.issue-hint", .rows = 5, .max = 4000 });
    ask(o, &(struct ask){ .name = "requirements", .label = "reform.requirements", .hint = "reform.requirements-hint",
                          .value = req_query(rq, "requirement"), .optional = true });
    ask(o, &(struct ask){ .name = "provisions", .label = "reform.provisions", .hint = "rules.provisions-hint", .optional = true });
    submit(o, BTN, "reform.begin-do");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err act_new(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str id;
    struct reform_new n = { req_field(rq, "title"), req_field(rq, "issue"), req_field(rq, "requirements"), req_field(rq, "provisions") };
    enum err e = reform_new(c, &n, &id);
    if (e && reform_again(c, rs, e, "title"))
        return new_page(c, rq, rs);
    TRY(e);
    return go_done(c, rs, "saved", "/reform/%s", id);
}

/* ---- one reform: its stages ----------------------------------------------------------------------- */

static void entry_line(struct ctx *c, struct out *o, const struct reform *r, const struct reform_entry *e)
{
    html(o, "<li>");
    date_of(o, e->on);
    html(o, " ");
    if (e->skipped)
        tag(o, TONE_SOON, "reform.skipped");
    if (e->back)
        tag(o, TONE_SOON, "reform.back");
    html(o, " ");
    text(o, e->what);
    html(o, " <small>");
    if (e->body.n) {
        text(o, e->body);
        html(o, ". ");
    }
    if (e->territory.n)
        TF(o, "reform.reached", W_TEXT("place", place_text(c, e->territory)), W_INT("n", e->reach < 0 ? 0 : e->reach));
    html(o, " ");
    text(o, lang_text(c, e->lang));
    html(o, " ");
    text(o, e->source);
    if (e->file.n) {
        html(o, " ");
        link_to(o, "reform.document", "/reform/%s/file/%s", r->id, e->id);
    }
    html(o, "</small></li>\n");
}

static void stages_part(struct ctx *c, struct out *o, const struct reform *r, const struct reform_entry *e, size_t n)
{
    const struct standards *s = c->node->standards;
    size_t is = 0;
    (void)stage_find(s, r->stage, &is);
    part_begin(o, "reform.way");
    steps_begin(o, true);
    for (size_t i = 0; i < s->stages; i++) {
        bool any = false, skipped = false;
        for (size_t k = 0; k < n; k++)
            if (str_eq(e[k].stage, s->stage[i].id)) {
                any = true;
                skipped = skipped || e[k].skipped;
            }
        step_begin(o, i < is || (i == is && any && i + 1 == s->stages) ? (skipped ? TONE_SOON : TONE_DONE) : i == is ? TONE_RUN : TONE_PLAIN);
        html(o, "<b>");
        text(o, two_words(c, s->stage[i].es, s->stage[i].en));
        html(o, "</b> ");
        if (i == is)
            tag(o, TONE_RUN, "reform.here");
        step_note(o, two_words(c, s->stage[i].what_es, s->stage[i].what_en));
        if (any) {
            html(o, "<ul class=\"entries\">\n");
            for (size_t k = 0; k < n; k++)
                if (str_eq(e[k].stage, s->stage[i].id))
                    entry_line(c, o, r, &e[k]);
            html(o, "</ul>\n");
        }
        step_end(o);
    }
    steps_end(o);
    section_end(o);
}

/* Reach by place, each place once: the last number told of it. */
static void reach_part(struct ctx *c, struct out *o, const struct reform_entry *e, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (!e[i].territory.n || e[i].reach < 0)
            continue;
        if (!any) {
            part_begin(o, "reform.reach");
            grid_begin(o, &(struct grid){ "reform.reach", COLS("reform.place", "reform.people", "reform.plain-language", "reform.day"), .num = 2 });
        }
        any = true;
        row_begin(o, TONE_PLAIN);
        cell_text(o, place_text(c, e[i].territory));
        cell_num(o, e[i].reach);
        cell_text(o, lang_text(c, e[i].lang));
        cell(o);
        date_of(o, e[i].on);
        row_end(o);
    }
    if (any) {
        grid_end(o);
        section_end(o);
    }
}

/* The law beside the standard, and beside other countries. */
static enum err comparison_part(struct ctx *c, struct out *o, const struct reform *r)
{
    const struct standards *s = c->node->standards;
    struct str ids = r->requirements, id;
    struct gap *g;
    size_t n, at;
    if (!r->requirements.n && !r->provisions.n)
        return ERR_OK;
    TRY(gap_year(c, gap_this_year(c), &g, &n));
    part_begin(o, "reform.comparison");
    if (r->provisions.n) {
        html(o, "<p>");
        TRY(law_cite(c, o, r->provisions));
        html(o, "</p>\n");
    }
    if (r->requirements.n)
        grid_begin(o, &(struct grid){ "reform.comparison", COLS("reform.requirement", "reform.country", "reform.status-of", "reform.quote") });
    while (str_next(&ids, ' ', &id)) {
        const struct promise *p = promise_find(s, id, &at);
        if (!p)
            continue;
        for (size_t k = 0; k < s->nations; k++) {
            const struct mapped *m = k ? mapped_find(&s->nation[k], id) : NULL;
            enum gap_status st = k ? (m ? m->status : GAP_UNKNOWN) : g[at].status;
            row_begin(o, TONE_PLAIN);
            cell(o);
            if (!k) {
                link_text(o, str_join(&c->mem, p->id, STR(": "), two_words(c, p->es, p->en)), "/reform/gaps/%s", p->id);
            }
            cell_text(o, s->nation[k].id);
            cell(o);
            tag_text(o, st == GAP_MET ? TONE_DONE : st == GAP_PARTLY ? TONE_SOON : st == GAP_NOT ? TONE_LATE : TONE_PLAIN,
                     say_join(c, "reform.gap", str_c(gap_status_name(st))));
            cell_text(o, k ? (m ? two_words(c, m->es, m->en) : (struct str){ 0 }) : g[at].quote);
            row_end(o);
        }
    }
    if (r->requirements.n)
        grid_end(o);
    section_end(o);
    return ERR_OK;
}

/* ---- one reform: texts, tables, forms ----------------------------------------------------------------- */

static enum err texts_part(struct ctx *c, struct out *o, const struct reform *r)
{
    struct reform_text *v;
    struct reform_comment *k;
    size_t n, nk;
    TRY(reform_texts(c, r->id, &v, &n));
    TRY(reform_comments(c, r->id, &k, &nk));
    part_begin(o, "reform.texts");
    if (!n)
        empty(o, "reform.texts-none");
    steps_begin(o, false);
    for (size_t i = n; i-- > 0;) {
        int64_t all = 0, waiting = 0;
        for (size_t j = 0; j < nk; j++)
            if (str_eq(k[j].version, v[i].id)) {
                all++;
                waiting += !k[j].disposition.n;
            }
        step_begin(o, TONE_PLAIN);
        link_text(o, SAYF(c, "reform.version-n", W_INT("n", v[i].n)), "/reform/%s/text/%s", r->id, v[i].id);
        html(o, " ");
        TF(o, "reform.comments-n", W_INT("n", all), W_INT("waiting", waiting));
        step_note(o, v[i].note);
        step_end(o);
    }
    steps_end(o);
    if (reform_may_edit(c) && str_is(r->state, "open")) {
        more_begin(o, "reform.text-add");
        form_begin(o, "/reform/%s/text", r->id);
        ask(o, &(struct ask){ .name = "text", .label = "reform.text", .rows = 12, .max = REFORM_TEXT_MAX });
        ask(o, &(struct ask){ .name = "note", .label = "reform.text-note", .optional = true, .max = 4000 });
        submit(o, BTN, "reform.text-do");
        form_end(o);
        more_end(o);
    }
    section_end(o);
    return ERR_OK;
}

static enum err rules_part(struct ctx *c, struct out *o, const struct reform *r)
{
    struct rules_draft *v;
    size_t n;
    TRY(rules_draft_list(c, r->id, 20, &v, &n));
    part_begin(o, "reform.tables");
    small(o, "reform.tables-why");
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++) {
        step_begin(o, str_is(v[i].state, "applied") ? TONE_DONE : TONE_RUN);
        link_text(o, v[i].title, "/rules/draft/%s", v[i].id);
        html(o, " ");
        tag_text(o, TONE_PLAIN, say_join(c, "rules.state", v[i].state));
        step_end(o);
    }
    steps_end(o);
    if (access_may(c, "rules.propose", (struct str){ 0 }))
        go_button(o, BTN_QUIET, "rules.begin", "/rules/new?decision=screening&reform=%s", r->id);
    section_end(o);
    return ERR_OK;
}

static void entry_form(struct ctx *c, struct out *o, const struct reform *r)
{
    const struct standards *s = c->node->standards;
    const struct pack *p = c->node->pack;
    size_t is = 0, k = 0;
    (void)stage_find(s, r->stage, &is);
    bool last = is + 1 == s->stages;
    struct choice *stage = NEW_N(&c->mem, struct choice, s->stages + 1);
    struct choice *place = NEW_N(&c->mem, struct choice, p->territories_n + 1);
    if (!stage || !place)
        return;
    for (size_t i = 0; i <= is && i < s->stages; i++)
        stage[i] = (struct choice){ .value = s->stage[i].id, .text = two_words(c, s->stage[i].es, s->stage[i].en) };
    place[k++] = (struct choice){ .value = STR(""), .text = STR("—") };
    for (size_t i = 0; i < p->territories_n; i++)
        if (p->territories[i].level <= 1)
            place[k++] = (struct choice){ .value = p->territories[i].id, .text = place_text(c, p->territories[i].id) };
    const struct choice langs[] = { { .value = STR(""), .text = STR("—") }, { .value = STR("es"), .text = SAY(c, "reform.lang.es") },
        { .value = STR("en"), .text = SAY(c, "reform.lang.en") }, { .value = STR("th"), .text = SAY(c, "reform.lang.th") },
        { .value = STR("gn"), .text = SAY(c, "reform.lang.gn") }, { .value = STR("other"), .text = SAY(c, "reform.lang.other") } };
    sheet_begin(o, "reform.entry");
    upload_begin(o, "/reform/%s/entry", r->id);
    pick_list(o, &(struct pick){ .name = "stage", .label = "reform.stage", .value = r->stage, .options = stage, .n = is + 1 });
    ask_date(o, &(struct ask){ .name = "on", .label = "reform.day" });
    ask(o, &(struct ask){ .name = "what", .label = "reform.what", .rows = 3, .max = 4000 });
    ask(o, &(struct ask){ .name = "body", .label = "reform.with", .optional = true, .max = 200 });
    ask(o, &(struct ask){ .name = "source", .label = "reform.source", .hint = "reform.source-hint", .optional = true, .max = 400 });
    ask(o, &(struct ask){ .name = "file", .label = "reform.document", .type = "file", .optional = true });
    if (last) {
        pick_list(o, &(struct pick){ .name = "territory", .label = "reform.place", .options = place, .n = k });
        ask(o, &(struct ask){ .name = "reach", .label = "reform.people", .type = "number", .width = W_S });
        pick_list(o, &(struct pick){ .name = "lang", .label = "reform.plain-language", .optional = true, .options = langs, .n = COUNT_OF(langs) });
    }
    submit(o, BTN, "reform.entry-do");
    form_end(o);
    section_end(o);
}

static void move_form(struct ctx *c, struct out *o, const struct reform *r)
{
    const struct standards *s = c->node->standards;
    size_t is = 0, k = 0;
    (void)stage_find(s, r->stage, &is);
    struct choice *to = NEW_N(&c->mem, struct choice, s->stages + 1);
    if (!to)
        return;
    for (size_t i = 0; i < s->stages; i++)
        if (i != is)
            to[k++] = (struct choice){ .value = s->stage[i].id, .text = two_words(c, s->stage[i].es, s->stage[i].en) };
    part_begin(o, "reform.move");
    form_begin(o, "/reform/%s/move", r->id);
    pick_list(o, &(struct pick){ .name = "to", .label = "reform.to-stage", .options = to, .n = k,
        .value = is + 1 < s->stages ? s->stage[is + 1].id : (struct str){ 0 } });
    ask(o, &(struct ask){ .name = "reason", .label = "reform.reason", .hint = "reform.reason-hint", .rows = 2, .optional = true, .max = 4000 });
    submit(o, BTN_QUIET, "reform.move-do");
    form_end(o);
    more_begin(o, "reform.shelve");
    form_begin(o, "/reform/%s/shelve", r->id);
    ask(o, &(struct ask){ .name = "why", .label = "reform.reason", .rows = 2, .max = 4000 });
    submit(o, BTN_STOP, "reform.shelve-do");
    form_end(o);
    more_end(o);
    section_end(o);
}

static void shelved_part(struct out *o, const struct reform *r)
{
    part_begin(o, "reform.shelved");
    form_begin(o, "/reform/%s/shelve", r->id);
    hidden(o, "again", STR("yes"));
    ask(o, &(struct ask){ .name = "why", .label = "reform.reason", .rows = 2, .max = 4000 });
    submit(o, BTN_QUIET, "reform.take-up");
    form_end(o);
    section_end(o);
}

enum err reform_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct reform r;
    struct reform_entry *e;
    size_t n;
    TRY(reform_get(c, rq->params[0], &r));
    TRY(reform_entries(c, r.id, &e, &n));
    page_begin(o, &(struct page){ .title_key = "reform.one", .tab = "reform", .crumbs = { { "reform.title", STR("/reform") } } });
    head_begin(o);
    text(o, r.title);
    head_tags(o);
    tag_text(o, TONE_RUN, stage_text(c, r.stage));
    if (str_is(r.state, "shelved"))
        tag(o, TONE_PLAIN, "reform.shelved");
    head_end(o);
    para_text(o, r.issue);
    errors(o);
    cols_begin(o);
    stages_part(c, o, &r, e, n);
    TRY(comparison_part(c, o, &r));
    TRY(texts_part(c, o, &r));
    reach_part(c, o, e, n);
    cols_side(o);
    if (reform_may_edit(c) && str_is(r.state, "open")) {
        entry_form(c, o, &r);
        move_form(c, o, &r);
    } else if (reform_may_edit(c)) {
        shelved_part(o, &r);
    }
    TRY(rules_part(c, o, &r));
    cols_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err after(struct ctx *c, const struct request *rq, struct response *rs, enum err e, const char *field)
{
    if (e && reform_again(c, rs, e, field))
        return reform_page(c, rq, rs);
    TRY(e);
    return go_done(c, rs, "saved", "/reform/%s", rq->params[0]);
}

static enum err act_entry(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct upload *f = req_upload(rq, "file");
    struct civil day;
    struct entry_new e = { .stage = req_field(rq, "stage"), .what = req_field(rq, "what"), .body = req_field(rq, "body"),
        .source = req_field(rq, "source"), .territory = req_field(rq, "territory"), .lang = req_field(rq, "lang"), .reach = -1 };
    if (f && f->bytes.n) {
        e.file = f->bytes;
        e.file_name = str_sub(f->name, 0, 200);
    }
    if (req_has(rq, "reach") && (!req_i64(rq, "reach", &e.reach) || e.reach < 0)) {
        rs->status = 422;
        wrong(&rs->out, "reach", "reform.say-reach");
        return reform_page(c, rq, rs);
    }
    if (!req_date(rq, "on", &day)) {
        rs->status = 422;
        wrong(&rs->out, "on", "form.not-a-date");
        return reform_page(c, rq, rs);
    }
    e.on = date_text(&c->mem, day);
    return after(c, rq, rs, reform_entry_add(c, rq->params[0], &e), "what");
}

static enum err act_move(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after(c, rq, rs, reform_move(c, rq->params[0], req_field(rq, "to"), req_field(rq, "reason")), "reason");
}

static enum err act_shelve(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after(c, rq, rs, reform_shelve(c, rq->params[0], !req_is(rq, "again", "yes"), req_field(rq, "why")), "why");
}

/* ".pdf", ".odt": endings we name; anything else goes as ".bin". */
static struct str ending(struct str name)
{
    static const char *const known[] = { ".pdf", ".odt", ".docx", ".txt", ".png", ".jpg", ".jpeg", ".xlsx", ".csv" };
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_ends(name, str_c(known[i])))
            return str_c(known[i]);
    return STR(".bin");
}

static enum err entry_file(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str bytes, name;
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    TRY(reform_file(c, rq->params[0], rq->params[1], &bytes, &name));
    return send_file(rs, STR("application/octet-stream"), str_join(&c->mem, STR("documento"), ending(name)), bytes);
}

/* On the page of the law. */
enum err reform_panel_law(struct ctx *c, struct out *o, const struct subject *s)
{
    (void)s;
    if (!c->who || !access_may(c, "reform.view", (struct str){ 0 }))
        return ERR_OK;
    part_begin(o, "reform.title");
    html(o, "<p>");
    link_to(o, "reform.open-reforms", "/reform");
    html(o, " · ");
    link_to(o, "reform.open-gaps", "/reform/gaps");
    html(o, " · ");
    link_to(o, "reform.open-rules", "/rules");
    html(o, "</p>\n");
    section_end(o);
    return ERR_OK;
}

const struct route reform_routes[] = {
    { GET,  "/reform",                         home_page,       .verb = "reform.view", .help = "Law reform: reforms, gaps, tables." },
    { GET,  "/reform/gaps",                    gap_matrix_page, .verb = "reform.view", .help = "Requirements by country and year." },
    { GET,  "/reform/gaps/csv",                gap_csv,         .verb = "reform.view", .help = "The matrix as CSV." },
    { GET,  "/reform/gaps/xlsx",               gap_xlsx,        .verb = "reform.view", .help = "The matrix as a workbook." },
    { GET,  "/reform/gaps/pdf",                gap_pdf,         .verb = "reform.view", .help = "The matrix to print." },
    { GET,  "/reform/gaps/:requirement",       gap_cell_page,   .verb = "reform.view", .help = "One requirement in one year." },
    { POST, "/reform/gaps/:requirement",       gap_assess_act,  .verb = "reform.edit", .help = "Assess it." },
    { POST, "/reform/gaps/:requirement/review", gap_review_act, .verb = "reform.edit", .help = "A second person reviews it." },
    { GET,  "/reform/new",                     new_page,        .verb = "reform.edit", .help = "Begin a reform." },
    { POST, "/reform/new",                     act_new,         .verb = "reform.edit", .help = "Begin it." },
    { GET,  "/reform/:id",                     reform_page,        .verb = "reform.view", .help = "One reform and its stages." },
    { POST, "/reform/:id/entry",               act_entry,       .verb = "reform.edit", .body_max = FORM_MAX, .help = "What happened, dated and documented." },
    { POST, "/reform/:id/move",                act_move,        .verb = "reform.edit", .help = "To another stage." },
    { POST, "/reform/:id/shelve",              act_shelve,      .verb = "reform.edit", .help = "Put it aside, or take it up again." },
    { GET,  "/reform/:id/file/:entry",         entry_file,      .verb = "reform.view", .help = "A document of an entry." },
    { POST, "/reform/:id/text",                reform_act_text,        .verb = "reform.edit", .help = "A new version of the draft text." },
    { GET,  "/reform/:id/text/:version",       reform_text_page,       .verb = "reform.view", .help = "One version, what differs, comments." },
    { POST, "/reform/:id/text/:version/comment", reform_act_comment,   .verb = "reform.edit", .help = "A comment on it." },
    { POST, "/reform/:id/comment/:comment",    reform_act_decide,      .verb = "reform.edit", .help = "What became of a comment." },
    { 0 }
};
