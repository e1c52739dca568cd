/* rules_web.c - decision tables: what is in force, drafts over it, putting one in force. */
#include "reform/rules_priv.h"

#include "access/access.h"
#include "base/node.h"

/* ---- words shared --------------------------------------------------------------------- */

struct str rules_file_text(struct ctx *c, struct str decision)
{
    struct str key = str_join(&c->mem, STR("rules.file."), decision);
    return words_has(c->node->words, c->lang, key) ? say_(c, key) : decision;
}

struct str rules_table_text(struct ctx *c, struct str table)
{
    struct str key = str_join(&c->mem, STR("decision."), table);
    return words_has(c->node->words, c->lang, key) ? say_(c, key) : table;
}

enum tone rules_state_tone(struct str state)
{
    return str_is(state, "applied") ? TONE_DONE : str_is(state, "dropped") ? TONE_PLAIN : TONE_RUN;
}

bool rules_again(struct ctx *c, struct response *rs, enum err e, const char *field)
{
    if (e != ERR_INPUT && e != ERR_CONFLICT && e != ERR_DENIED)
        return false;
    struct str said = say_(c, str_c(c->fault.key ? c->fault.key : "error.internal"));
    struct str key = str_c(c->fault.key ? c->fault.key : "");
    if (e == ERR_INPUT && !str_is(key, "rules.has-findings") && (str_starts(key, STR("rules.")) || str_starts(key, STR("checker."))))
        said = str_join(&c->mem, said, STR(" ("), rules_feel_words(c, arena_dup(&c->mem, str_c(c->fault.detail))), STR(")"));
    c->fault = (struct fault){ 0 };
    rs->status = e == ERR_INPUT ? 422 : e == ERR_CONFLICT ? 409 : 403;
    wrong_(&rs->out, str_c(field), said);
    return true;
}

static struct str row_place(struct ctx *c, const struct edit *e)
{
    struct buf b;
    buf_init(&b, &c->mem, 32);
    buf_i64(&b, (int64_t)e->place);
    return SAYF(c, "rules.row-n", W_TEXT("n", buf_str(&b)), W_TEXT("id", e->row));
}

static void edit_row(struct ctx *c, struct out *o, const struct edit *e)
{
    static const char *const what[] = { [EDIT_CELL] = "rules.edit.cell", [EDIT_ADDED] = "rules.edit.added",
        [EDIT_REMOVED] = "rules.edit.removed", [EDIT_MOVED] = "rules.edit.moved", [EDIT_TABLE] = "rules.edit.table",
        [EDIT_OTHER] = "rules.edit.other" };
    row_begin(o, TONE_PLAIN);
    cell_text(o, e->table.n ? rules_table_text(c, e->table) : STR("—"));
    cell_text(o, e->row.n ? row_place(c, e) : STR("—"));
    cell_text(o, e->kind == EDIT_CELL ? e->column : (struct str){ 0 });
    cell(o);
    if (e->kind == EDIT_CELL) {
        html(o, "<del>");
        text(o, e->before);
        html(o, "</del>");
    } else {
        key_out(o, what[e->kind]);
    }
    cell(o);
    if (e->kind == EDIT_CELL) {
        html(o, "<ins>");
        text(o, e->after);
        html(o, "</ins>");
    }
    row_end(o);
}

void edits_part(struct ctx *c, struct out *o, const struct edit *e, size_t n)
{
    edits_of(c, o, "rules.edits", e, n);
}

void edits_of(struct ctx *c, struct out *o, const char *heading, const struct edit *e, size_t n)
{
    enum { SHOWN = 200 };
    part_begin(o, heading);
    if (!n)
        empty(o, "rules.edits-none");
    else
        grid_begin(o, &(struct grid){ heading, COLS("rules.table", "rules.row", "rules.column", "rules.before", "rules.after") });
    for (size_t i = 0; i < n && i < SHOWN; i++)
        edit_row(c, o, &e[i]);
    if (n)
        grid_end(o);
    if (n > SHOWN)
        small(o, "rules.edits-more");
    section_end(o);
}

static void finding_place(struct ctx *c, struct out *o, const struct rules_finding *f)
{
    if (!f->table.n)
        return;
    html(o, "<b>");
    text(o, rules_table_text(c, f->table));
    if (f->row) {
        html(o, ", ");
        digits(o, f->row);
    }
    html(o, "</b>: ");
}

void findings_part(struct ctx *c, struct out *o, const struct rules_finding *f, size_t n, struct str table)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (table.n && !str_eq(f[i].table, table))
            continue;
        if (!any) {
            part_begin(o, "rules.findings");
            steps_begin(o, true);
        }
        any = true;
        step_begin(o, rules_stops(f[i].kind) ? TONE_LATE : TONE_SOON);
        tag_text(o, rules_stops(f[i].kind) ? TONE_LATE : TONE_SOON, say_join(c, "rules.kind", str_c(rules_kind_name(f[i].kind))));
        html(o, " ");
        finding_place(c, o, &f[i]);
        text(o, rules_finding_words(c, &f[i]));
        step_end(o);
    }
    if (any) {
        steps_end(o);
        section_end(o);
    }
}

/* ---- the list ---------------------------------------------------------------------------- */

static enum err in_force_line(struct ctx *c, struct out *o, struct str decision)
{
    AUTO_RULES u = { 0 };
    TRY(rules_in_force(c, decision, rules_today(c), &u));
    row_begin(o, TONE_PLAIN);
    cell_text(o, rules_file_text(c, decision));
    cell(o);
    if (u.version.n)
        link_text(o, u.title, "/rules/version/%s", u.version);
    else
        TF(o, "rules.of-pack", W_TEXT("label", rules_label(c, &u)));
    cell(o);
    if (u.version.n)
        day_of(o, u.from_day);
    cell(o);
    if (access_may(c, "rules.propose", (struct str){ 0 }))
        link_to(o, "rules.begin", "/rules/new?decision=%s", decision);
    row_end(o);
    return ERR_OK;
}

static enum err in_force_part(struct ctx *c, struct out *o)
{
    const struct pack *p = c->node->pack;
    part_begin(o, "rules.in-force");
    grid_begin(o, &(struct grid){ "rules.in-force", COLS("rules.file", "rules.version", "rules.since", "rules.act") });
    for (size_t i = 0; i < p->decisions_n; i++)
        TRY(in_force_line(c, o, p->decisions[i].id));
    grid_end(o);
    section_end(o);
    return ERR_OK;
}

static enum err drafts_part(struct ctx *c, struct out *o)
{
    struct rules_draft *v;
    size_t n;
    TRY(rules_draft_list(c, (struct str){ 0 }, 50, &v, &n));
    part_begin(o, "rules.drafts");
    if (!n)
        empty(o, "rules.drafts-none");
    else
        grid_begin(o, &(struct grid){ "rules.drafts", COLS("rules.title-of", "rules.file", "rules.state", "rules.author", "rules.saved") });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, TONE_PLAIN);
        cell(o);
        link_text(o, v[i].title, "/rules/draft/%s", v[i].id);
        cell_text(o, rules_file_text(c, v[i].decision));
        cell(o);
        tag_text(o, rules_state_tone(v[i].state), say_join(c, "rules.state", v[i].state));
        cell_text(o, officer_name(c, v[i].by));
        cell(o);
        time_of(o, v[i].at_us);
        row_end(o);
    }
    if (n)
        grid_end(o);
    section_end(o);
    return ERR_OK;
}

static enum err versions_part(struct ctx *c, struct out *o)
{
    struct rules_version *v;
    size_t n;
    TRY(rules_version_list(c, (struct str){ 0 }, 50, &v, &n));
    if (!n)
        return ERR_OK;
    TRY(rules_beside_list(c, o, v, n));
    part_begin(o, "rules.versions");
    grid_begin(o, &(struct grid){ "rules.versions", COLS("rules.title-of", "rules.file", "rules.since", "rules.until-day", "rules.basis-of") });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, TONE_PLAIN);
        cell(o);
        link_text(o, v[i].title, "/rules/version/%s", v[i].id);
        cell_text(o, rules_file_text(c, v[i].decision));
        cell(o);
        day_of(o, v[i].from_day);
        cell(o);
        if (v[i].until_day)
            day_of(o, v[i].until_day);
        cell_text(o, v[i].basis);
        row_end(o);
    }
    grid_end(o);
    section_end(o);
    return ERR_OK;
}

static enum err rules_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    (void)rq;
    page_begin(o, &(struct page){ .title_key = "rules.title-page", .tab = "reform", .crumbs = { { "reform.title", STR("/reform") } } });
    heading(o, "rules.title-page");
    lede(o, "rules.lede");
    TRY(in_force_part(c, o));
    TRY(drafts_part(c, o));
    TRY(versions_part(c, o));
    page_end(o);
    return ERR_OK;
}

/* ---- beginning ----------------------------------------------------------------------------- */

static enum err new_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct str decision = rq->method == POST ? req_field(rq, "decision") : req_query(rq, "decision");
    page_begin(o, &(struct page){ .title_key = "rules.begin", .tab = "reform", .narrow = true,
        .crumbs = { { "reform.title", STR("/reform") }, { "rules.title-page", STR("/rules") } } });
    heading(o, "rules.begin");
    para_text(o, rules_file_text(c, decision));
    errors(o);
    form_begin(o, "/rules/new");
    hidden(o, "decision", decision);
    hidden(o, "reform", rq->method == POST ? req_field(rq, "reform") : req_query(rq, "reform"));
    ask(o, &(struct ask){ .name = "title", .label = "rules.title-of", .hint = "rules.title-hint", .max = 200 });
    ask(o, &(struct ask){ .name = "why", .label = "rules.why-of", .rows = 4, .max = 4000 });
    submit(o, BTN, "rules.begin-do");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err act_new(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str id;
    struct rules_draft_new n = { req_field(rq, "decision"), req_field(rq, "title"), req_field(rq, "why"), req_field(rq, "reform") };
    enum err e = rules_draft_new(c, &n, &id);
    if (e && rules_again(c, rs, e, "title"))
        return new_page(c, rq, rs);
    TRY(e);
    return go_done(c, rs, "saved", "/rules/draft/%s", id);
}

/* ---- one draft ------------------------------------------------------------------------------- */

static void draft_facts(struct ctx *c, struct out *o, const struct rules_draft *w)
{
    struct str authors = w->authors, id;
    facts_begin(o);
    fact(o, "rules.file", rules_file_text(c, w->decision));
    fact(o, "rules.why-of", w->why);
    fact_begin(o, "rules.authors");
    for (bool first = true; str_next(&authors, ' ', &id); first = false) {
        if (!first)
            html(o, ", ");
        text(o, officer_name(c, id));
    }
    fact_end(o);
    fact_begin(o, "rules.saved");
    time_of(o, w->at_us);
    fact_end(o);
    fact_begin(o, "rules.base");
    if (w->base_version.n)
        link_to(o, "rules.base-version", "/rules/version/%s", w->base_version);
    else
        T(o, "rules.base-pack");
    fact_end(o);
    if (w->reform.n) {
        fact_begin(o, "reform.one");
        link_to(o, "reform.open", "/reform/%s", w->reform);
        fact_end(o);
    }
    facts_end(o);
}

static size_t findings_of(const struct rules_finding *f, size_t n, struct str table)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += str_eq(f[i].table, table) && rules_stops(f[i].kind);
    return k;
}

static void tables_part(struct ctx *c, struct out *o, const struct rules_draft *w, const struct edit_table *t, size_t n,
                        const struct rules_finding *f, size_t nf)
{
    part_begin(o, "rules.tables");
    grid_begin(o, &(struct grid){ "rules.tables", COLS("rules.table", "rules.rows", "rules.hit", "rules.columns"), .num = 10 });
    for (size_t i = 0; i < n; i++) {
        size_t bad = findings_of(f, nf, t[i].name);
        row_begin(o, bad ? TONE_LATE : TONE_PLAIN);
        cell(o);
        link_text(o, rules_table_text(c, t[i].name), "/rules/draft/%s/table/%s", w->id, t[i].name);
        if (bad) {
            html(o, " ");
            tag(o, TONE_LATE, "rules.has-errors");
        }
        cell_num(o, (int64_t)t[i].n);
        cell_text(o, t[i].hit);
        cell_num(o, (int64_t)(t[i].n_in + t[i].n_out));
        row_end(o);
    }
    grid_end(o);
    section_end(o);
}

static void file_part(struct out *o, const struct rules_draft *w, bool open)
{
    part_begin(o, "rules.as-file");
    para(o, "rules.as-file-why");
    go_button(o, BTN_QUIET, "rules.download", "/rules/draft/%s/file", w->id);
    if (open) {
        upload_begin(o, "/rules/draft/%s/file", w->id);
        hidden(o, "seen", w->hash);
        ask(o, &(struct ask){ .name = "file", .label = "rules.upload", .type = "file", .accept = ".dmn,.xml,application/xml" });
        submit(o, BTN_QUIET, "rules.upload-do");
        form_end(o);
    }
    section_end(o);
}

static void apply_part(struct ctx *c, struct out *o, const struct rules_draft *w)
{
    if (!access_may(c, "rules.apply", (struct str){ 0 }))
        return;
    sheet_begin(o, "rules.apply");
    if (pack_has_word(w->authors, c->who->id)) {
        para(o, "rules.second-person");
        section_end(o);
        return;
    }
    para(o, "rules.apply-why");
    form_begin(o, "/rules/draft/%s/apply", w->id);
    hidden(o, "seen", w->hash);
    ask(o, &(struct ask){ .name = "basis", .label = "rules.basis-of", .hint = "rules.basis-hint", .max = 600 });
    ask(o, &(struct ask){ .name = "provisions", .label = "rules.provisions", .hint = "rules.provisions-hint", .optional = true });
    ask_date(o, &(struct ask){ .name = "from", .label = "rules.from-day" });
    ask(o, &(struct ask){ .name = "reason", .label = "rules.reason-of", .rows = 3, .max = 4000 });
    tick(o, "seen_base", "yes", "rules.seen-base", false);
    submit(o, BTN_SEAL, "rules.apply-do");
    form_end(o);
    section_end(o);
}

static void drop_part(struct ctx *c, struct out *o, const struct rules_draft *w)
{
    if (!access_may(c, "rules.propose", (struct str){ 0 }))
        return;
    more_begin(o, "rules.drop");
    form_begin(o, "/rules/draft/%s/drop", w->id);
    ask(o, &(struct ask){ .name = "why", .label = "rules.reason-of", .rows = 2, .max = 4000 });
    submit(o, BTN_STOP, "rules.drop-do");
    form_end(o);
    more_end(o);
}

/* What differs from the text that the draft began from, when it is still at hand. */
static enum err changes_part(struct ctx *c, struct out *o, const struct rules_draft *w, struct str now)
{
    struct str base;
    struct edit *e;
    size_t n;
    TRY(w->base_version.n ? rules_version_text(c, w->base_version, &base) : rules_pack_text(c, w->decision, &base));
    if (!str_eq(rules_hash(c, base), w->base))
        notice(o, TONE_SOON, "rules.base-gone");
    TRY(dmn_diff(c, base, now, &e, &n));
    edits_part(c, o, e, n);
    return ERR_OK;
}

static enum err draft_body(struct ctx *c, struct out *o, const struct rules_draft *w, const struct dmn_model *m, struct str xml)
{
    bool open = str_is(w->state, "draft");
    struct rules_finding *f;
    struct edit_table *t;
    size_t nf, nt;
    TRY(rules_findings(c, m, &f, &nf));
    TRY(dmn_tables(c, xml, &t, &nt));
    cols_begin(o);
    TRY(changes_part(c, o, w, xml));
    html(o, "<p>");
    go_button(o, BTN, "rules.compare", "/rules/draft/%s/compare", w->id);
    html(o, "</p>\n");
    findings_part(c, o, f, nf, (struct str){ 0 });
    tables_part(c, o, w, t, nt, f, nf);
    cols_side(o);
    draft_facts(c, o, w);
    if (w->version.n)
        go_button(o, BTN_QUIET, "rules.to-version", "/rules/version/%s", w->version);
    if (open)
        apply_part(c, o, w);
    file_part(o, w, open && access_may(c, "rules.propose", (struct str){ 0 }));
    if (open)
        drop_part(c, o, w);
    cols_end(o);
    return ERR_OK;
}

static enum err draft_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct rules_draft w;
    struct dmn_model *m;
    struct str xml;
    TRY(rules_draft_get(c, rq->params[0], &w));
    TRY(rules_draft_text(c, w.id, &xml));
    TRY(dmn_load_draft(c, w.decision, xml, NULL, 0, &m));
    page_begin(o, &(struct page){ .title_key = "rules.draft", .tab = "reform",
        .crumbs = { { "reform.title", STR("/reform") }, { "rules.title-page", STR("/rules") } } });
    head_begin(o);
    text(o, w.title);
    head_tags(o);
    tag_text(o, rules_state_tone(w.state), say_join(c, "rules.state", w.state));
    head_end(o);
    errors(o);
    enum err e = draft_body(c, o, &w, m, xml);
    dmn_free(m);
    TRY(e);
    page_end(o);
    return ERR_OK;
}

static enum err draft_file(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct rules_draft w;
    struct str xml;
    TRY(rules_draft_get(c, rq->params[0], &w));
    TRY(rules_draft_text(c, w.id, &xml));
    return send_file(rs, STR("application/xml; charset=utf-8"), str_join(&c->mem, w.decision, STR(".dmn")), xml);
}

static enum err act_upload(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct upload *f = req_upload(rq, "file");
    struct str none = { 0 };
    enum err e = rules_draft_save(c, rq->params[0], f ? f->bytes : none, req_field(rq, "seen"), SAY(c, "rules.uploaded"));
    if (e && rules_again(c, rs, e, "file"))
        return draft_page(c, rq, rs);
    TRY(e);
    return go_done(c, rs, "saved", "/rules/draft/%s", rq->params[0]);
}

static enum err act_apply(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct civil day;
    struct str version;
    if (!req_date(rq, "from", &day)) {
        wrong(&rs->out, "from", "form.not-a-date");
        rs->status = 422;
        return draft_page(c, rq, rs);
    }
    struct rules_apply a = { .draft = rq->params[0], .seen = req_field(rq, "seen"), .reason = req_field(rq, "reason"),
        .basis = req_field(rq, "basis"), .provisions = req_field(rq, "provisions"), .from_day = days_from_civil(day), .seen_base = req_is(rq, "seen_base", "yes") };
    enum err e = rules_apply(c, &a, &version);
    if (e && rules_again(c, rs, e, "basis"))
        return draft_page(c, rq, rs);
    TRY(e);
    return go_done(c, rs, "saved", "/rules/version/%s", version);
}

static enum err act_drop(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = rules_draft_drop(c, rq->params[0], req_field(rq, "why"));
    if (e && rules_again(c, rs, e, "why"))
        return draft_page(c, rq, rs);
    TRY(e);
    return go_done(c, rs, "saved", "/rules");
}

const struct route rules_routes[] = {
    { GET,  "/rules",                        rules_page,         .verb = "reform.view", .help = "Decision tables in force, drafts, versions." },
    { GET,  "/rules/new",                    new_page,           .verb = "rules.propose", .help = "Begin a draft over a decision file." },
    { POST, "/rules/new",                    act_new,            .verb = "rules.propose", .help = "Begin it." },
    { GET,  "/rules/draft/:id",              draft_page,         .verb = "reform.view", .help = "One draft: what differs, findings, tables." },
    { GET,  "/rules/draft/:id/file",         draft_file,         .verb = "reform.view", .help = "The draft as a DMN file." },
    { POST, "/rules/draft/:id/file",         act_upload,         .verb = "rules.propose", .body_max = RULES_BODY_MAX, .help = "Replace its text by a file." },
    { POST, "/rules/draft/:id/apply",        act_apply,          .verb = "rules.apply", .help = "A second person puts it in force." },
    { POST, "/rules/draft/:id/drop",         act_drop,           .verb = "rules.propose", .help = "Give it up, with a reason." },
    { GET,  "/rules/draft/:id/compare",      rules_compare_page, .verb = "reform.view", .help = "What would change: stored situations." },
    { GET,  "/rules/draft/:id/compare/csv",  rules_compare_csv,  .verb = "reform.view", .help = "The same as CSV." },
    { POST, "/rules/draft/:id/compare",      rules_compare_act,  .verb = "reform.view", .body_max = RULES_BODY_MAX, .help = "The same with situations of one's own." },
    { GET,  "/rules/draft/:id/table/:table", rules_table_page,   .verb = "reform.view", .help = "One decision table, cell by cell." },
    { POST, "/rules/draft/:id/table/:table", rules_table_act,    .verb = "rules.propose", .body_max = RULES_BODY_MAX, .help = "Save its cells and rows." },
    { GET,  "/rules/version/:id",            rules_version_page,       .verb = "reform.view", .help = "One applied version." },
    { GET,  "/rules/version/:id/file",       rules_version_file,       .verb = "reform.view", .help = "The version as a DMN file." },
    { POST, "/rules/version/:id/withdraw",   rules_act_withdraw,       .verb = "rules.apply", .help = "Withdraw it from a day on." },
    { 0 }
};
