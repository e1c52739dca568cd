#include "office/office.h"

#include "base/node.h"
#include "db/db.h"
#include "kinds/kinds.h"
#include "law/law.h"
#include "pack/pack.h"
#include "page/names.h"

/* ---- my work --------------------------------------------------------------------------- */

static const char *group_of(struct ctx *c, int64_t due_us)
{
    const struct pack *p = c->node->pack;
    if (due_us == INT64_MAX)
        return "work.no-deadline";
    if (due_us < c->now_us)
        return "work.late";
    int64_t today = pack_local_day(p, c->now_us), day = pack_local_day(p, due_us);
    return day == today ? "work.today" : day < today + 7 ? "work.week" : "work.later";
}

static void work_line(struct ctx *c, struct out *o, const struct obligation *s)
{
    row_begin(o, due_tone(c, s->due_us == INT64_MAX ? 0 : s->due_us));
    cell(o);
    if (s->paused)
        tag(o, TONE_SOON, "step.paused");
    else
        due(o, s->due_us == INT64_MAX ? 0 : s->due_us);
    cell(o);
    html(o, "<a class=\"strong\"");
    href(o, "/step/%s", s->id);
    html(o, ">");
    text(o, s->name);
    html(o, "</a>");
    cell(o);
    html(o, "<a class=\"num\"");
    href(o, "/case/%s", s->case_id);
    html(o, ">");
    text(o, s->code);
    html(o, "</a>");
    cell(o);
    if (s->officer.n)
        text(o, officer_name(c, s->officer));
    else
        tag(o, TONE_SOON, "step.nobody");
    row_end(o);
}

static void alerts_part(struct ctx *c, struct out *o, const struct alert *a, size_t n)
{
    if (!n)
        return;
    part_begin(o, "work.alerts");
    steps_begin(o, false);
    for (size_t i = 0; i < n; i++) {
        step_begin(o, TONE_SOON);
        text(o, say_join(c, "alert", a[i].what));
        html(o, ": ");
        text(o, a[i].detail);
        if (a[i].case_id.n) {
            html(o, " ");
            link_text(o, a[i].code, "/case/%s", a[i].case_id);
        }
        act_button(o, BTN_QUIET, "alert.seen", "/alert/%s/seen", a[i].id);
        step_end(o);
    }
    steps_end(o);
    section_end(o);
}

static void scope_links(struct out *o, struct str scope)
{
    static const struct { const char *value, *key; } scopes[] = {
        { "office", "work.of-office" }, { "mine", "work.mine" }, { "nobody", "work.of-nobody" } };
    html(o, "<ul class=\"filters\">");
    for (size_t i = 0; i < COUNT_OF(scopes); i++) {
        html(o, "<li>");
        if (str_is(scope, scopes[i].value)) {
            html(o, "<b aria-current=\"page\">");
            key_out(o, scopes[i].key);
            html(o, "</b>");
        } else {
            link_to(o, scopes[i].key, "/work?scope=%s", str_c(scopes[i].value));
        }
        html(o, "</li>");
    }
    html(o, "</ul>\n");
}

static void work_table(struct ctx *c, struct out *o, const struct obligation *s, size_t n)
{
    const char *group = NULL;
    if (!n) {
        empty(o, "work.none");
        return;
    }
    grid_begin(o, &(struct grid){ "work.caption", COLS("work.due", "work.what", "work.case", "work.who"), .tasks = true });
    for (size_t i = 0; i < n; i++) {
        const char *g = group_of(c, s[i].due_us);
        if (!group || strcmp(g, group) != 0)
            grid_group(o, g);
        group = g;
        work_line(c, o, &s[i]);
    }
    grid_end(o);
}

enum { COUNT_MAX = 100 };                    /* more is "100 or more": nobody counts on */

static enum err work_counts(struct ctx *c, int64_t *late, int64_t *today)
{
    AUTO_ROWS r = { 0 };
    const struct pack *p = c->node->pack;
    int64_t midnight = pack_day_start_us(p, pack_local_day(p, c->now_us) + 1);
    TRY(db_query(c, &r,
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM obligation WHERE office = $1 AND state = 'due'"
        "   AND due_us < $2 LIMIT $4) AS late),"
        " (SELECT count(*) FROM (SELECT 1 FROM obligation WHERE office = $1 AND state = 'due'"
        "   AND due_us >= $2 AND due_us < $3 LIMIT $4) AS today)",
        ARGS(TEXT(c->who->office), INT(c->now_us), INT(midnight), INT(COUNT_MAX))));
    if (rows_next(&r)) {
        *late = row_i64(&r, 0);
        *today = row_i64(&r, 1);
    }
    return rows_end(&r);
}

static enum err work_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum { ROWS = 25 };
    struct out *o = &rs->out;
    struct obligation *s;
    struct alert *a;
    size_t n, na;
    int64_t late = 0, today = 0, after_due = -1;
    struct str scope = req_query(rq, "scope");
    if (!scope.n)
        scope = STR("office");
    (void)req_i64(rq, "due", &after_due);
    struct work_after after = { after_due, req_query(rq, "after") };
    enum work_scope sc = str_is(scope, "mine") ? WORK_MINE : str_is(scope, "nobody") ? WORK_NOBODY : WORK_OFFICE;
    TRY(obligation_list(c, c->who->office, sc, after.id.n ? &after : NULL, ROWS + 1, &s, &n));
    TRY(alert_list(c, c->who->office, 5, &a, &na));
    TRY(work_counts(c, &late, &today));
    struct subject subj = { .kind = "work", .id = c->who->office };
    page_begin(o, &(struct page){ .title_key = "work.title", .tab = "work" });
    head_begin(o);
    TF(o, "work.hello", W_TEXT("name", c->who->name));
    head_actions(o);
    if (verb_find("signal.receive") && access_may(c, "signal.receive", (struct str){ 0 }))
        go_button(o, BTN, "signal.new", "/signal/new");
    if (access_may(c, "person.find", (struct str){ 0 }))
        go_button(o, BTN_QUIET, "find.title", "/find");
    head_end(o);
    html(o, "<p class=\"lede\">");
    TF(o, "work.summary", W_INT("late", late), W_INT("today", today));
    html(o, "</p>\n");
    TRY(panels(c, o, "work", "top", &subj));
    alerts_part(c, o, a, na);
    scope_links(o, scope);
    work_table(c, o, s, n > ROWS ? ROWS : n);
    if (n > ROWS) {
        struct buf b;
        buf_init(&b, &c->mem, 32);
        buf_i64(&b, s[ROWS - 1].due_us);
        pager(o, s[ROWS - 1].id, "/work?scope=%s&due=%s", scope, buf_str(&b));
    }
    TRY(panels(c, o, "work", "below", &subj));
    page_end(o);
    return ERR_OK;
}

static enum err act_seen(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(alert_seen(c, rq->params[0]));
    return go(c, rs, "/work");
}

/* ---- one step ------------------------------------------------------------------------------ */

static void step_facts(struct ctx *c, struct out *o, const struct obligation *s)
{
    facts_begin(o);
    fact(o, "step.office", office_text(c, s->office));
    fact(o, "step.role", role_text(c, s->role));
    fact(o, "step.officer", s->officer.n ? officer_name(c, s->officer) : SAY(c, "step.nobody"));
    fact_begin(o, "step.since");
    time_of(o, s->start_us);
    fact_end(o);
    fact_begin(o, "step.due");
    due(o, s->due_us == INT64_MAX ? 0 : s->due_us);
    fact_end(o);
    fact(o, "step.reason", reason_text(c, s->reason));
    facts_end(o);
}

/* The provisions that the step's author cited. */
static enum err step_law(struct ctx *c, struct out *o, const struct obligation *s)
{
    const struct flow_model *m = s->process.n ? work_model_of(c, s->process) : NULL;
    struct str cited = m ? flow_attr(m, s->node, "provision") : (struct str){ 0 };
    if (!cited.n)
        return ERR_OK;
    part_begin(o, "step.law");
    TRY(law_cards(c, o, cited));
    section_end(o);
    return ERR_OK;
}

/* Where the step's form is filled: most are kinds of the case, some have a page
 * of their own, a signal's are behind us once there is a case. */
static bool form_link(struct out *o, const struct obligation *s)
{
    if (!s->form.n || str_is(s->form, "signal") || str_is(s->form, "signal_triage"))
        return false;
    html(o, "<p>");
    if (str_is(s->form, "referral"))
        go_button(o, BTN, "step.refer", "/case/%s/refer?step=%s", s->case_id, s->id);
    else if (str_is(s->form, "closure"))
        go_button(o, BTN, "case.close", "/case/%s/close", s->case_id);
    else
        go_button(o, BTN, "step.fill-form", "/case/%s/%s/new?step=%s", s->case_id, s->form, s->id);
    html(o, "</p>\n");
    return true;
}

static void step_acts(struct out *o, const struct obligation *s)
{
    sheet_begin(o, "step.do");
    bool form = form_link(o, s);
    form_begin(o, "/step/%s/done", s->id);
    ask(o, &(struct ask){ .name = "note", .label = "step.note", .hint = "step.note-hint", .rows = 2, .optional = true, .max = 1000 });
    if (form)
        submit(o, BTN_QUIET, "step.done-without");
    else
        submit(o, BTN, "step.done");
    form_end(o);
    section_end(o);
}

static enum err step_choices(struct ctx *c, struct out *o, const struct obligation *s)
{
    const struct flow_model *m = work_model_of(c, s->process);
    struct flow_way *way;
    size_t n;
    if (!m)
        return FAIL(c, ERR_NOT_FOUND, "work.no-procedure", "process " STR_F, STR_A(s->process));
    TRY(flow_ways(c, m, s->node, &way, &n));
    sheet_begin(o, "step.choose");
    lede(o, "step.choose-why");
    for (size_t i = 0; i < n; i++) {
        form_begin(o, "/step/%s/choose", s->id);
        hidden(o, "flow", way[i].id);
        html(o, "<button class=\"btn btn--quiet\">");
        text(o, way[i].name);
        html(o, "</button>");
        form_end(o);
    }
    section_end(o);
    return ERR_OK;
}

static void reason_form(struct ctx *c, struct out *o, const char *open, const struct obligation *s, const char *act,
                        const char *const *list, const char *button, enum button kind)
{
    struct choice opt[8];
    size_t n = 0;
    for (; list[n] && n < COUNT_OF(opt); n++)
        opt[n] = (struct choice){ .value = str_c(list[n]), .text = say_join(c, "reason", str_c(list[n])) };
    more_begin(o, open);
    form_begin(o, "/step/%s/%s", s->id, str_c(act));
    pick(o, &(struct pick){ .name = "why", .label = "step.reason-label", .options = opt, .n = n });
    ask(o, &(struct ask){ .name = "reason", .label = "step.reason-words", .hint = "step.reason-hint", .rows = 2, .max = 1000, .optional = true });
    submit(o, kind, button);
    form_end(o);
    more_end(o);
}

static enum err assign_form(struct ctx *c, struct out *o, const struct obligation *s)
{
    struct officer_row *of;
    size_t n, k = 0;
    TRY(officer_list(c, s->office, &of, &n));
    struct choice *opt = NEW_N(&c->mem, struct choice, n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++)
        if (!of[i].disabled)
            opt[k++] = (struct choice){ .value = of[i].id, .text = of[i].name };
    if (!k)
        return ERR_OK;
    more_begin(o, "step.assign");
    form_begin(o, "/step/%s/assign", s->id);
    pick_list(o, &(struct pick){ .name = "officer", .label = "step.officer", .value = s->officer, .options = opt, .n = k });
    submit(o, BTN_QUIET, "step.assign-do");
    form_end(o);
    more_end(o);
    return ERR_OK;
}

static enum err step_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct obligation s;
    struct work_case k;
    TRY(obligation_get(c, rq->params[0], &s));
    TRY(work_case(c, s.case_id, &k));
    bool mine = str_eq(s.office, c->who->office) || str_eq(k.owner, c->who->office);
    bool open = str_is(s.state, "due");
    page_begin(o, &(struct page){ .title = k.code, .tab = "work", .narrow = true,
        .crumbs = { { "work.title", STR("/work") }, { "case.one", path_of(c, "/case/%s", k.id) } } });
    head_begin(o);
    text(o, s.name);
    head_tags(o);
    tag_text(o, open ? TONE_RUN : TONE_DONE, say_join(c, "step.state", s.state));
    head_end(o);
    errors(o);
    html(o, "<p><span class=\"num\">");
    link_text(o, k.code, "/case/%s", k.id);
    html(o, "</span> ");
    text(o, k.title);
    html(o, "</p>\n");
    if (open && mine && s.choice)
        TRY(step_choices(c, o, &s));
    else if (open && mine)
        step_acts(o, &s);
    step_facts(c, o, &s);
    if (open && mine) {
        TRY(assign_form(c, o, &s));
        if (!s.choice)
            reason_form(c, o, "step.skip", &s, "skip", skip_reasons, "step.skip-do", BTN_STOP);
        if (s.process.n && s.paused)
            act_button(o, BTN_QUIET, "step.resume", "/step/%s/resume", s.id);
        else if (s.process.n && s.due_us != INT64_MAX)
            reason_form(c, o, "step.pause", &s, "pause", pause_reasons, "step.pause-do", BTN_QUIET);
    }
    TRY(step_law(c, o, &s));
    page_end(o);
    return ERR_OK;
}

static enum err again(struct ctx *c, const struct request *rq, struct response *rs, enum err e)
{
    if (e != ERR_INPUT && e != ERR_CONFLICT)
        return e;
    const char *key = c->fault.key;
    c->fault = (struct fault){ 0 };
    rs->status = e == ERR_INPUT ? 422 : 409;
    wrong_(&rs->out, STR("reason"), say_(c, str_c(key)));
    return step_page(c, rq, rs);
}

static enum err after_step(struct ctx *c, const struct request *rq, struct response *rs, enum err e)
{
    struct obligation s;
    if (e)
        return again(c, rq, rs, e);
    TRY(obligation_get(c, rq->params[0], &s));
    return go_done(c, rs, "saved", "/case/%s", s.case_id);
}

static enum err act_done(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after_step(c, rq, rs, obligation_done(c, rq->params[0], NULL, req_field(rq, "note")));
}

static enum err act_skip(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after_step(c, rq, rs, obligation_skip(c, rq->params[0],
        reason_of(c, skip_reasons, req_field(rq, "why"), req_field(rq, "reason"))));
}

static enum err act_pause(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after_step(c, rq, rs, obligation_pause(c, rq->params[0],
        reason_of(c, pause_reasons, req_field(rq, "why"), req_field(rq, "reason"))));
}

static enum err act_resume(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after_step(c, rq, rs, obligation_resume(c, rq->params[0]));
}

static enum err act_choose(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after_step(c, rq, rs, obligation_choose(c, rq->params[0], req_field(rq, "flow")));
}

static enum err act_assign(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after_step(c, rq, rs, obligation_assign(c, rq->params[0], req_field(rq, "officer")));
}

/* ---- an added step --------------------------------------------------------------------------- */

static enum err add_step_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    const struct pack *p = c->node->pack;
    struct work_case k;
    size_t n = 0;
    TRY(work_case(c, rq->params[0], &k));
    TRY(access_need(c, "step.add", k.route));
    struct choice *opt = NEW_N(&c->mem, struct choice, p->offices_n + 1);
    TRY(ctx_check(c));
    struct str dept = k.territory;
    for (const struct territory *t = pack_territory(p, dept); t && t->level > 1; t = pack_territory(p, t->parent))
        dept = t->parent;
    for (size_t i = 0; i < p->offices_n; i++)
        if (pack_within(p, p->offices[i].territory, dept) || str_eq(p->offices[i].territory, p->country))
            opt[n++] = (struct choice){ .value = p->offices[i].id, .text = pack_text(p, &p->offices[i].name, c->lang) };
    page_begin(o, &(struct page){ .title = k.code, .tab = "cases", .narrow = true,
        .crumbs = { { "case.list", STR("/cases") }, { "case.one", path_of(c, "/case/%s", k.id) } } });
    heading(o, "step.add");
    errors(o);
    form_begin(o, "/case/%s/add-step", k.id);
    ask(o, &(struct ask){ .name = "name", .label = "step.name", .hint = "step.reason-hint", .max = 160 });
    pick_list(o, &(struct pick){ .name = "office", .label = "step.office", .value = c->who->office, .options = opt, .n = n });
    ask_date(o, &(struct ask){ .name = "due", .label = "step.due", .optional = true, .width = W_S });
    ask(o, &(struct ask){ .name = "reason", .label = "step.why-added", .hint = "step.reason-hint", .rows = 2, .max = 1000 });
    submit(o, BTN, "step.add-do");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err act_add_step(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct pack *p = c->node->pack;
    const struct office *of = pack_office(p, req_field(rq, "office"));
    struct civil day;
    int64_t due_us = 0;
    if (req_date(rq, "due", &day))
        due_us = pack_day_start_us(p, days_from_civil(day) + 1) - 1;
    struct str roles = of ? of->roles : (struct str){ 0 }, role = { 0 };
    (void)str_next(&roles, ' ', &role);
    struct work_case k;
    TRY(work_case(c, rq->params[0], &k));
    enum err e = kind_case_unnamed(c, &k, req_field(rq, "name"));
    if (!e)
        e = kind_case_unnamed(c, &k, req_field(rq, "reason"));
    if (!e && of)
        e = obligation_add(c, rq->params[0], req_field(rq, "name"), role, of->id, due_us, req_field(rq, "reason"));
    else if (!e)
        e = FAIL(c, ERR_INPUT, "step.no-office", "office");
    if (e == ERR_INPUT) {
        const char *key = c->fault.key;
        c->fault = (struct fault){ 0 };
        rs->status = 422;
        wrong_(&rs->out, STR("name"), say_(c, str_c(key)));
        return add_step_page(c, rq, rs);
    }
    TRY(e);
    return go_done(c, rs, "saved", "/case/%s", rq->params[0]);
}

/* ---- my department, without names ---------------------------------------------------------------- */

/* Below five a number could point at a person: it is shown as "fewer than 5". */
enum { FEW = 5 };

static void small_number(struct out *o, int64_t n)
{
    if (n > 0 && n < FEW)
        T(o, "number.few");
    else
        number(o, n);
}

static void persons_part(struct out *o, const struct department *d)
{
    part_begin(o, "dept.persons");
    html(o, "<p><b class=\"num\">");
    small_number(o, d->persons);
    html(o, "</b> · ");
    T(o, "dept.records");
    html(o, ": ");
    small_number(o, d->records);
    html(o, "</p>\n");
    small(o, "dept.persons-note");
    html(o, "<p>");
    link_to(o, "programme.title", "/programme/persons");
    html(o, "</p>\n");
    section_end(o);
}

static void things_part(struct out *o, const struct department *d)
{
    part_begin(o, "dept.things");
    html(o, "<p>");
    T(o, "dept.workplaces");
    html(o, ": <b class=\"num\">");
    small_number(o, d->workplaces);
    html(o, "</b> · ");
    T(o, "dept.employers");
    html(o, ": <b class=\"num\">");
    small_number(o, d->employers);
    html(o, "</b></p>\n");
    small(o, "dept.things-note");
    section_end(o);
}

static enum err department_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct department d;
    TRY(department_of(c, req_query(rq, "place"), &d));
    page_begin(o, &(struct page){ .title_key = "dept.title", .tab = "department" });
    head_begin(o);
    text(o, place_text(c, req_query(rq, "place").n ? req_query(rq, "place") : c->who->territory));
    head_end(o);
    lede(o, "dept.no-names");
    halves_begin(o);
    part_begin(o, "dept.stages");
    grid_begin(o, &(struct grid){ "dept.stages", COLS("case.stage", "dept.open"), .num = 2, .rowhead = true });
    for (size_t i = 0; i < d.stages_n; i++) {
        row_begin(o, TONE_PLAIN);
        cell_text(o, say_join(c, "stage", d.stages[i].stage));
        cell(o);
        small_number(o, d.stages[i].open);
        row_end(o);
    }
    grid_end(o);
    section_end(o);
    part_begin(o, "dept.late-by-office");
    grid_begin(o, &(struct grid){ "dept.late-by-office", COLS("case.agency", "dept.late", "dept.owed"), .num = 6, .rowhead = true });
    for (size_t i = 0; i < d.offices_n; i++) {
        row_begin(o, d.offices[i].late ? TONE_LATE : TONE_PLAIN);
        cell_text(o, office_text(c, d.offices[i].office));
        cell(o);
        small_number(o, d.offices[i].late);
        cell(o);
        small_number(o, d.offices[i].due);
        row_end(o);
    }
    grid_end(o);
    section_end(o);
    halves_end(o);
    persons_part(o, &d);
    things_part(o, &d);
    part_begin(o, "dept.left");
    if (!d.left_n)
        empty(o, "dept.none-left");
    else
        grid_begin(o, &(struct grid){ "dept.left", COLS("case.stage", "dept.closed"), .num = 2, .rowhead = true });
    for (size_t i = 0; i < d.left_n; i++) {
        row_begin(o, TONE_PLAIN);
        cell_text(o, say_join(c, "stage", d.left[i].stage));
        cell(o);
        small_number(o, d.left[i].closed);
        row_end(o);
    }
    if (d.left_n)
        grid_end(o);
    section_end(o);
    part_begin(o, "dept.bring");
    steps_begin(o, false);
    for (size_t i = 0; i < d.offices_n; i++) {
        if (!d.offices[i].late)
            continue;
        step_begin(o, TONE_LATE);
        if (d.offices[i].late < FEW)
            TF(o, "dept.bring-few", W_TEXT("office", office_text(c, d.offices[i].office)));
        else
            TF(o, "dept.bring-late", W_TEXT("office", office_text(c, d.offices[i].office)), W_INT("n", d.offices[i].late));
        step_end(o);
    }
    steps_end(o);
    if (d.signals)
        TF(o, "dept.bring-signals", W_INT("n", d.signals));
    section_end(o);
    page_end(o);
    return ERR_OK;
}

/* ---- the first ninety days ------------------------------------------------------------------------ */

static enum err first_days_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    const struct pack *p = c->node->pack;
    int64_t week = -1;
    (void)rq;
    page_begin(o, &(struct page){ .title_key = "first.title", .tab = "department", .narrow = true });
    heading(o, "first.title");
    lede(o, "first.lede");
    for (size_t i = 0; i < p->duties_n; i++) {
        const struct duty *d = &p->duties[i];
        if (d->from_day != week) {
            if (week >= 0) {
                steps_end(o);
                html(o, "</section>\n");
            }
            week = d->from_day;
            html(o, "<section class=\"part\"><h2>");
            TF(o, "first.days", W_INT("from", d->from_day + 1), W_INT("to", d->to_day + 1));
            html(o, "</h2>\n");
            steps_begin(o, false);
        }
        step_begin(o, TONE_PLAIN);
        text(o, pack_text(p, &d->what, c->lang));
        step_note(o, pack_text(p, &d->why, c->lang));
        struct str cited = d->provisions, id;
        while (str_next(&cited, ' ', &id)) {
            html(o, " ");
            TRY(law_link(c, o, id));
        }
        if (d->template.n) {
            html(o, " ");
            link_to(o, "first.template", "/template/%s", d->template);
        }
        step_end(o);
    }
    if (week >= 0) {
        steps_end(o);
        html(o, "</section>\n");
    }
    page_end(o);
    return ERR_OK;
}

static enum err template_file(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct pack_file *f = pack_template(c->node->pack, rq->params[0]);
    if (!f)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "template");
    return send_file(rs, STR("text/markdown; charset=utf-8"), str_join(&c->mem, f->id, STR(".md")), f->text);
}

const struct route office_routes[] = {
    { GET,  "/work",               work_page,       .verb = "work.mine", .help = "What this office owes, soonest first.", .again = true },
    { POST, "/alert/:id/seen",     act_seen,        .verb = "work.mine", .help = "An alert was seen." },
    { GET,  "/step/:id",           step_page,       .verb = "step.view", .help = "One step." },
    { POST, "/step/:id/done",      act_done,        .verb = "step.complete", .help = "It is done." },
    { POST, "/step/:id/skip",      act_skip,        .verb = "step.skip", .help = "Skip it, with a reason." },
    { POST, "/step/:id/pause",     act_pause,       .verb = "step.pause", .help = "Stop its clock, with a reason." },
    { POST, "/step/:id/resume",    act_resume,      .verb = "step.pause", .help = "Its clock runs again." },
    { POST, "/step/:id/choose",    act_choose,      .verb = "step.complete", .help = "Choose the way." },
    { POST, "/step/:id/assign",    act_assign,      .verb = "step.assign", .help = "Who does it." },
    { GET,  "/case/:id/add-step",  add_step_page,   .verb = "step.add", .help = "A step the route does not have." },
    { POST, "/case/:id/add-step",  act_add_step,    .verb = "step.add", .help = "Add it." },
    { GET,  "/department",         department_page, .verb = "office.department", .help = "My department without names." },
    { GET,  "/first-days",         first_days_page, .verb = "office.first_days", .help = "The first ninety days of a mandate." },
    { GET,  "/template/:id",       template_file,   .verb = "office.first_days", .help = "A template of the pack." },
    { 0 }
};
