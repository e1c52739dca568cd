/* device_web.c - the page for devices, and a signal's submission. */
#include "api/api.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"
#include "page/names.h"
#include "page/page.h"
#include "signal/served.h"
#include "signal/signal.h"

/* ---- the list ------------------------------------------------------------------------------ */

static void device_row(struct out *o, const struct device *d)
{
    row_begin(o, TONE_PLAIN);
    cell_text(o, d->label);
    cell_text(o, d->login);
    cell_text(o, office_text(o->c, d->office));
    cell(o);
    time_of(o, d->made_us);
    cell(o);
    if (d->disabled)
        act_button(o, BTN_QUIET, "device.enable", "/device/%s/enable", d->id);
    else
        act_button(o, BTN_STOP, "device.disable", "/device/%s/disable", d->id);
    row_end(o);
}

static void new_form(struct ctx *c, struct out *o, const struct request *rq)
{
    const struct pack *p = c->node->pack;
    part_begin(o, "device.new");
    form_begin(o, "/devices");
    ask(o, &(struct ask){ .name = "label", .label = "device.label-ask", .hint = "device.label-hint", .max = 80 });
    ask(o, &(struct ask){ .name = "address", .label = "device.address-ask", .hint = "device.address-hint",
                          .value = rq->origin, .max = 200 });
    if (officer_has(c->who, "admin")) {
        struct choice *opt = NEW_N(&c->mem, struct choice, p->offices_n + 1);
        for (size_t i = 0; opt && i < p->offices_n; i++)
            opt[i] = (struct choice){ .value = p->offices[i].id, .text = pack_text(p, &p->offices[i].name, c->lang) };
        if (opt)
            pick_list(o, &(struct pick){ .name = "office", .label = "device.office-ask", .value = c->who->office,
                                         .options = opt, .n = p->offices_n });
    }
    submit(o, BTN, "device.make");
    form_end(o);
    section_end(o);
}

static void forms_part(struct ctx *c, struct out *o)
{
    part_begin(o, "device.forms");
    steps_begin(o, false);
    for (size_t i = 0; i < served_count(c->node->served); i++) {
        const struct served_form *f = served_at(c->node->served, i);
        struct str title = form_title(f->form, c->lang);
        step_begin(o, TONE_PLAIN);
        text(o, title.n ? title : form_id(f->form));
        step_side(o, form_version(f->form), TONE_PLAIN);
        step_end(o);
    }
    steps_end(o);
    section_end(o);
}

static enum err devices_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct device *d;
    size_t n;
    bool admin = officer_has(c->who, "admin");
    TRY(device_list(c, admin ? (struct str){ 0 } : c->who->office, &d, &n));
    page_begin(o, &(struct page){ .title_key = "device.title", .tab = admin ? "admin" : "signals" });
    heading(o, "device.title");
    lede(o, "device.lede");
    errors(o);
    if (!n)
        empty(o, "device.none");
    else
        grid_begin(o, &(struct grid){ "device.title", COLS("device.name", "device.login", "device.office-of",
                                      "device.made", "device.act") });
    for (size_t i = 0; i < n; i++)
        device_row(o, &d[i]);
    if (n)
        grid_end(o);
    new_form(c, o, rq);
    forms_part(c, o);
    page_end(o);
    return ERR_OK;
}

/* ---- a new one: shown once ---------------------------------------------------------------------- */

/* "https://host" or "http://host", without what would not survive in Collect. */
static bool address_ok(struct str s)
{
    bool secure = str_starts(s, STR("https://"));
    if (!secure && !str_starts(s, STR("http://")))
        return false;
    s = str_sub(s, secure ? 8 : 7, SIZE_MAX);
    for (size_t i = 0; i < s.n; i++)
        if (!(ascii_digit(s.p[i]) || ascii_alpha(s.p[i]) || memchr(".-:[]/_", s.p[i], 7)))
            return false;
    return s.n > 0;
}

static enum err made_page(struct ctx *c, struct response *rs, const struct device_new *d, struct str address)
{
    struct out *o = &rs->out;
    struct str settings;
    while (str_ends(address, STR("/")))
        address.n--;
    struct str url = str_join(&c->mem, address, STR("/openrosa"));
    TRY(collect_settings(c, url, d->login, d->secret, STR("Amparo"), &settings));
    page_begin(o, &(struct page){ .title_key = "device.title", .narrow = true,
        .crumbs = { { "device.title", STR("/devices") } } });
    heading(o, "device.made-title");
    notice(o, TONE_SOON, "device.once");
    sheet_begin(o, "device.scan");
    para(o, "device.scan-how");
    qr_svg(o, settings, "device.qr");
    section_end(o);
    part_begin(o, "device.by-hand");
    facts_begin(o);
    fact(o, "device.url", url);
    fact(o, "device.login", d->login);
    fact(o, "device.secret", d->secret);
    facts_end(o);
    ask(o, &(struct ask){ .name = "settings", .label = "device.settings", .hint = "device.settings-hint",
                          .value = settings, .rows = 5, .optional = true });
    section_end(o);
    go_button(o, BTN_QUIET, "device.back", "/devices");
    page_end(o);
    return ERR_OK;
}

static enum err act_make(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct device_new d;
    struct str address = req_field(rq, "address");
    bool admin = officer_has(c->who, "admin");
    if (!req_has(rq, "label"))
        wrong(&rs->out, "label", "device.label");
    if (!address_ok(address))
        wrong(&rs->out, "address", "device.address");
    if (rs->out.wrong) {
        rs->status = 422;
        return devices_page(c, rq, rs);
    }
    TRY(device_add(c, req_field(rq, "label"), admin ? req_field(rq, "office") : (struct str){ 0 }, &d));
    return made_page(c, rs, &d, address);
}

static enum err act_disable(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(device_disable(c, rq->params[0], true));
    return go_done(c, rs, "saved", "/devices");
}

static enum err act_enable(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(device_disable(c, rq->params[0], false));
    return go_done(c, rs, "saved", "/devices");
}

/* ---- on a signal's page ---------------------------------------------------------------------------- */

static enum err files_part(struct ctx *c, struct out *o, struct str signal, bool opened)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT f.id FROM submission_file f JOIN submission s ON s.id = f.submission"
        " WHERE f.signal = $1 AND s.replaced_by = '' ORDER BY f.id LIMIT 100", ARGS(TEXT(signal))));
    steps_begin(o, false);
    while (rows_next(&r)) {
        struct record f;
        TRY(access_record(c, row_str(&r, 0), &f));
        step_begin(o, TONE_PLAIN);
        if (opened)
            link_text(o, record_get(&f, "name"), "/signal/%s/sent/%s", signal, f.id);
        else
            text(o, record_get(&f, "name"));
        step_end(o);
    }
    steps_end(o);
    return rows_end(&r);
}

enum err api_panel_signal(struct ctx *c, struct out *o, const struct subject *s)
{
    const struct signal *signal = s->record;
    AUTO_ROWS r = { 0 };
    int64_t until;
    bool opened = access_opened(c, signal->dossier, &until);
    TRY(db_query(c, &r,
        "SELECT form FROM submission WHERE signal = $1 AND replaced_by = '' ORDER BY received_us DESC, id LIMIT 1",
        ARGS(TEXT(s->id))));
    struct str form = rows_next(&r) ? row_str(&r, 0) : (struct str){ 0 };
    TRY(rows_end(&r));
    if (!form.n)
        return ERR_OK;
    const struct form *f = signal_form(c, form);
    struct str title = f ? form_title(f, c->lang) : (struct str){ 0 };
    part_begin(o, "submission.title");
    facts_begin(o);
    fact(o, "submission.form", title.n ? title : form);
    facts_end(o);
    TRY(files_part(c, o, s->id, opened));
    if (opened)
        link_to(o, "submission.as-sent", "/signal/%s/submission", s->id);
    section_end(o);
    return ERR_OK;
}

/* Files and bytes may name anyone: only while the dossier's identities are open. */
static enum err opened_signal(struct ctx *c, struct str id, struct signal *s)
{
    int64_t until;
    TRY(signal_get(c, id, s));
    if (!access_opened(c, s->dossier, &until))
        return FAIL(c, ERR_DENIED, "submission.sealed", "signal " STR_F, STR_A(id));
    return ERR_OK;
}

static enum err file_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct signal s;
    struct record f;
    struct str bytes;
    TRY(opened_signal(c, rq->params[0], &s));
    TRY(access_record(c, rq->params[1], &f));
    if (!str_is(f.kind, "submission_file") || !str_eq(f.dossier, s.dossier))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "file");
    TRY(blob_get(c, s.dossier, record_get(&f, "hash"), &bytes));
    TRY(access_event(c, s.dossier, "download", record_get(&f, "hash")));
    return send_file(rs, STR("application/octet-stream"), record_get(&f, "name"), bytes);
}

static enum err xml_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct signal s;
    struct str id = { 0 }, xml;
    AUTO_ROWS r = { 0 };
    TRY(opened_signal(c, rq->params[0], &s));
    TRY(db_query(c, &r,
        "SELECT id FROM submission WHERE signal = $1 AND replaced_by = '' ORDER BY received_us DESC, id LIMIT 1",
        ARGS(TEXT(s.id))));
    if (rows_next(&r))
        id = row_str(&r, 0);
    TRY(rows_end(&r));
    TRY(submission_xml(c, id, &xml));
    TRY(access_event(c, s.dossier, "download", STR("submission")));
    return send_file(rs, STR("text/xml; charset=utf-8"), str_join(&c->mem, s.id, STR(".xml")), xml);
}

const struct route api_routes[] = {
    { GET,  "/devices",               devices_page, .verb = "device.manage", .help = "Telephones that may send, and how to connect one." },
    { POST, "/devices",               act_make,     .verb = "device.manage", .help = "Credentials for one more; shown once." },
    { POST, "/device/:id/disable",    act_disable,  .verb = "device.manage", .help = "It may not send any more." },
    { POST, "/device/:id/enable",     act_enable,   .verb = "device.manage", .help = "It may send again." },
    { GET,  "/signal/:id/sent/:file", file_page,    .verb = "signal.view", .help = "An attachment, while identities are open." },
    { GET,  "/signal/:id/submission", xml_page,     .verb = "signal.view", .help = "The submission byte for byte." },
    { 0 },
};
