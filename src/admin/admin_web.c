#include "admin/admin.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"
#include "page/names.h"

/* ---- health ------------------------------------------------------------------------------ */

static void line(struct out *o, bool good, const char *key, struct str value)
{
    step_begin(o, good ? TONE_DONE : TONE_LATE);
    key_out(o, key);
    step_side(o, value, good ? TONE_PLAIN : TONE_LATE);
    step_end(o);
}

static struct str n_text(struct ctx *c, int64_t v)
{
    return words_int(&c->mem, c->node->words, c->lang, v);
}

static enum err health_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct health h;
    (void)rq;
    TRY(health_of(c, &h));
    bool backup_ok = h.last_backup_us && c->now_us - h.last_backup_us < 7 * US_PER_DAY;
    page_begin(o, &(struct page){ .title_key = "admin.title", .tab = "admin", .narrow = true });
    head_begin(o);
    T(o, "admin.title");
    head_actions(o);
    go_button(o, BTN_QUIET, "admin.officers", "/admin/officers");
    go_button(o, BTN_QUIET, "admin.review", "/admin/review");
    go_button(o, BTN_QUIET, "device.title", "/devices");
    go_button(o, BTN_QUIET, "inquiry.nodes", "/inquiries/nodes");
    head_end(o);
    sheet_begin(o, "admin.health");
    steps_begin(o, true);
    line(o, backup_ok, "admin.last-backup", h.last_backup_us
         ? words_instant(&c->mem, c->node->words, c->lang, h.last_backup_us) : SAY(c, "admin.never"));
    line(o, h.clock_ahead_us < 60 * US_PER_S, "admin.clock", h.clock_ahead_us < 60 * US_PER_S ? SAY(c, "admin.clock-ok") : SAY(c, "admin.clock-back"));
    line(o, h.disk_free_mb < 0 || h.disk_free_mb > 1024, "admin.disk", SAYF(c, "admin.mb", W_INT("free", h.disk_free_mb), W_INT("total", h.disk_total_mb)));
    line(o, h.ledger.conflicts == 0, "admin.conflicts", n_text(c, h.ledger.conflicts));
    line(o, h.ledger.changes == h.ledger.folded, "admin.folded", n_text(c, h.ledger.changes - h.ledger.folded));
    line(o, h.late_steps == 0, "admin.late", n_text(c, h.late_steps));
    steps_end(o);
    section_end(o);
    facts_begin(o);
    fact(o, "admin.changes", n_text(c, h.ledger.changes));
    fact(o, "admin.dossiers", n_text(c, h.ledger.dossiers));
    fact(o, "admin.open-cases", n_text(c, h.open_cases));
    fact(o, "admin.signals", n_text(c, h.signals_waiting));
    fact(o, "admin.pack", str_join(&c->mem, c->node->pack->id, STR(" "), c->node->pack->version));
    facts_end(o);
    small(o, "admin.backup-how");
    page_end(o);
    return ERR_OK;
}

/* ---- officers ------------------------------------------------------------------------------ */

static enum err officers_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    const struct pack *p = c->node->pack;
    struct officer_row *of;
    size_t n;
    (void)rq;
    TRY(officer_list(c, (struct str){ 0 }, &of, &n));
    struct choice *opt = NEW_N(&c->mem, struct choice, p->offices_n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < p->offices_n; i++)
        opt[i] = (struct choice){ .value = p->offices[i].id, .text = pack_text(p, &p->offices[i].name, c->lang) };
    page_begin(o, &(struct page){ .title_key = "admin.officers", .tab = "admin", .crumbs = { { "admin.title", STR("/admin") } } });
    heading(o, "admin.officers");
    errors(o);
    more_begin(o, "admin.add");
    form_begin(o, "/admin/officers");
    ask(o, &(struct ask){ .name = "login", .label = "sign.login", .hint = "admin.login-hint", .width = W_M });
    ask(o, &(struct ask){ .name = "name", .label = "admin.name", .width = W_L });
    pick_list(o, &(struct pick){ .name = "office", .label = "step.office", .options = opt, .n = p->offices_n });
    ask(o, &(struct ask){ .name = "password", .label = "admin.first-password", .type = "password", .width = W_M, .autocomplete = "new-password" });
    tick(o, "totp", "yes", "admin.totp", true);
    submit(o, BTN, "admin.add-do");
    form_end(o);
    more_end(o);
    grid_begin(o, &(struct grid){ "admin.officers", COLS("admin.name", "sign.login", "step.office", "case.status"), .rowhead = true });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, TONE_PLAIN);
        cell_text(o, of[i].name);
        cell_text(o, of[i].login);
        cell_text(o, office_text(c, of[i].office));
        cell(o);
        form_begin(o, "/admin/officer/%s/%s", of[i].login, of[i].disabled ? STR("enable") : STR("disable"));
        submit(o, BTN_QUIET, of[i].disabled ? "admin.enable" : "admin.disable");
        form_end(o);
        row_end(o);
    }
    grid_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err secret_page(struct ctx *c, struct response *rs, struct str login, struct str secret)
{
    struct out *o = &rs->out;
    page_begin(o, &(struct page){ .title_key = "admin.officers", .tab = "admin", .narrow = true, .crumbs = { { "admin.officers", STR("/admin/officers") } } });
    heading(o, "admin.added");
    facts_begin(o);
    fact(o, "sign.login", login);
    facts_end(o);
    sheet_begin(o, "admin.secret");
    html(o, "<p class=\"code num\">");
    text(o, secret);
    html(o, "</p>\n");
    para(o, "admin.secret-once");
    section_end(o);
    page_end(o);
    (void)c;
    return ERR_OK;
}

static enum err act_add(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct office *x = pack_office(c->node->pack, req_field(rq, "office"));
    struct str id, secret = { 0 };
    struct officer_new n = { .login = req_field(rq, "login"), .name = req_field(rq, "name"), .office = x ? x->id : (struct str){ 0 },
        .agency = x ? x->agency : (struct str){ 0 }, .territory = x ? x->territory : (struct str){ 0 },
        .roles = x ? x->roles : (struct str){ 0 }, .lang = c->lang, .password = req_field(rq, "password"),
        .totp = req_is(rq, "totp", "yes") };
    enum err e = !x || !str_trim(n.name).n ? FAIL(c, ERR_INPUT, "user.office", "no office") : ERR_OK;
    if (!e)
        e = officer_add(c, &n, &id, &secret);
    if (e == ERR_INPUT || e == ERR_CONFLICT) {
        const char *key = c->fault.key;
        c->fault = (struct fault){ 0 };
        rs->status = 422;
        wrong_(&rs->out, STR("login"), say_(c, str_c(key)));
        return officers_page(c, rq, rs);
    }
    TRY(e);
    return secret.n ? secret_page(c, rs, n.login, secret) : go_done(c, rs, "saved", "/admin/officers");
}

static enum err act_disable(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(officer_disable(c, rq->params[0], true));
    return go_done(c, rs, "saved", "/admin/officers");
}

static enum err act_enable(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(officer_disable(c, rq->params[0], false));
    return go_done(c, rs, "saved", "/admin/officers");
}

/* ---- emergencies to review ------------------------------------------------------------------ */

/* Who asked more about other offices' people than a day's work needs. */
static enum err limits_part(struct ctx *c, struct out *o)
{
    AUTO_ROWS r = { 0 };
    size_t n = 0;
    part_begin(o, "admin.look-limits");
    para(o, "admin.look-limits-why");
    TRY(db_query(c, &r,
        "SELECT e.at_us, coalesce(o.name, ''), e.office FROM access_event e LEFT JOIN officer o ON o.id = e.officer"
        " WHERE e.what = 'look_limit' ORDER BY e.at_us DESC, e.id LIMIT 100", NO_ARGS));
    while (rows_next(&r)) {
        if (n++ == 0)
            grid_begin(o, &(struct grid){ "admin.look-limits", COLS("audit.when", "audit.who", "audit.office") });
        row_begin(o, TONE_SOON);
        cell(o);
        time_of(o, row_i64(&r, 0));
        cell_text(o, row_str(&r, 1));
        cell_text(o, office_text(c, row_str(&r, 2)));
        row_end(o);
    }
    TRY(rows_end(&r));
    if (n)
        grid_end(o);
    else
        empty(o, "admin.no-look-limits");
    section_end(o);
    return ERR_OK;
}

/* Who asked everyone about whom is nobody's to read here; what for is. */
static enum err questions_part(struct ctx *c, struct out *o)
{
    AUTO_ROWS r = { 0 };
    size_t n = 0;
    part_begin(o, "admin.asked-everyone");
    para(o, "admin.asked-everyone-why");
    TRY(db_query(c, &r,
        "SELECT e.at_us, coalesce(o.name, ''), e.office, e.detail FROM access_event e LEFT JOIN officer o ON o.id = e.officer"
        " WHERE e.what = 'ask_everyone' ORDER BY e.at_us DESC, e.id LIMIT 100", NO_ARGS));
    while (rows_next(&r)) {
        if (n++ == 0)
            grid_begin(o, &(struct grid){ "admin.asked-everyone", COLS("audit.when", "audit.who", "audit.office", "audit.why") });
        row_begin(o, TONE_PLAIN);
        cell(o);
        time_of(o, row_i64(&r, 0));
        cell_text(o, row_str(&r, 1));
        cell_text(o, office_text(c, row_str(&r, 2)));
        cell_text(o, row_str(&r, 3));
        row_end(o);
    }
    TRY(rows_end(&r));
    if (n)
        grid_end(o);
    else
        empty(o, "admin.no-asked-everyone");
    section_end(o);
    return ERR_OK;
}

static enum err review_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    AUTO_ROWS r = { 0 };
    struct out *o = &rs->out;
    size_t n = 0;
    (void)rq;
    page_begin(o, &(struct page){ .title_key = "admin.review", .tab = "admin", .crumbs = { { "admin.title", STR("/admin") } } });
    heading(o, "admin.review");
    lede(o, "admin.review-why");
    TRY(db_query(c, &r,
        "SELECT e.id, e.at_us, coalesce(o.name, ''), e.office, e.detail FROM access_event e"
        " LEFT JOIN officer o ON o.id = e.officer"
        " LEFT JOIN node_event n ON n.about = e.id AND n.what = 'reviewed'"
        " WHERE e.what = 'break_glass' AND n.id IS NULL ORDER BY e.at_us DESC, e.id LIMIT 100", NO_ARGS));
    while (rows_next(&r)) {
        if (n++ == 0)
            grid_begin(o, &(struct grid){ "admin.review", COLS("audit.when", "audit.who", "audit.office", "audit.why", "case.status") });
        row_begin(o, TONE_LATE);
        cell(o);
        time_of(o, row_i64(&r, 1));
        cell_text(o, row_str(&r, 2));
        cell_text(o, office_text(c, row_str(&r, 3)));
        cell_text(o, row_str(&r, 4));
        cell(o);
        act_button(o, BTN_QUIET, "admin.reviewed", "/admin/review/%s", row_str(&r, 0));
        row_end(o);
    }
    TRY(rows_end(&r));
    if (n)
        grid_end(o);
    else
        empty(o, "admin.none-to-review");
    TRY(limits_part(c, o));
    TRY(questions_part(c, o));
    page_end(o);
    return ERR_OK;
}

/* Somebody else reviews it, never whoever broke the glass. */
static enum err reviewable(struct ctx *c, struct str event)
{
    AUTO_ROWS r = { 0 };
    struct str by = { 0 };
    TRY(db_query(c, &r, "SELECT officer FROM access_event WHERE id = $1 AND what = 'break_glass'", ARGS(TEXT(event))));
    if (rows_next(&r))
        by = row_str(&r, 0);
    TRY(rows_end(&r));
    if (!by.n)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "event " STR_F, STR_A(event));
    return str_eq(by, c->who->id) ? FAIL(c, ERR_DENIED, "admin.own-review", "event " STR_F, STR_A(event)) : ERR_OK;
}

static enum err act_reviewed(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(reviewable(c, rq->params[0]));
    TRY(node_event_add(c, "admin.review", "reviewed", rq->params[0]));
    return go_done(c, rs, "saved", "/admin/review");
}

const struct route admin_routes[] = {
    { GET,  "/admin",                       health_page,   .verb = "admin.health", .help = "Health of this node." },
    { GET,  "/admin/officers",              officers_page, .verb = "admin.officers", .help = "Officers." },
    { POST, "/admin/officers",              act_add,       .verb = "admin.officers", .help = "Add an officer." },
    { POST, "/admin/officer/:login/disable", act_disable,  .verb = "admin.officers", .help = "No more sign-in." },
    { POST, "/admin/officer/:login/enable", act_enable,    .verb = "admin.officers", .help = "Sign-in again." },
    { GET,  "/admin/review",                review_page,   .verb = "admin.review", .help = "Emergencies to review." },
    { POST, "/admin/review/:id",            act_reviewed,  .verb = "admin.review", .help = "Reviewed." },
    { 0 }
};
