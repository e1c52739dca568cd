/* signal_web.c - the public page, the receipt, and the officer's view. */
#include "signal/signal.h"

#include "base/node.h"
#include "pack/pack.h"
#include "page/form_html.h"
#include "page/names.h"
#include "page/pdf.h"

#include <stdlib.h>

/* ---- public: home ------------------------------------------------------------------ */

static enum err home(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    (void)c;
    (void)rq;
    o->open = true;
    page_begin(o, &(struct page){ .title_key = "public.title", .narrow = true });
    heading(o, "public.heading");
    lede(o, "public.lede");
    row_of(o);
    go_button(o, BTN, "public.report", "/report");
    go_button(o, BTN_QUIET, "public.follow", "/receipt");
    go_button(o, BTN_QUIET, "public.check", "/check");
    row_of_end(o);
    part_begin(o, "public.what-happens");
    steps_begin(o, false);
    static const char *const steps[] = { "public.step1", "public.step2", "public.step3", "public.step4" };
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        step_begin(o, TONE_PLAIN);
        key_out(o, steps[i]);
        step_end(o);
    }
    steps_end(o);
    section_end(o);
    part_begin(o, "public.call");
    phones(o);
    small(o, "public.call-note");
    section_end(o);
    part_begin(o, "public.safe");
    para(o, "public.safe-text");
    html(o, "<p>");
    link_to(o, "law.what-it-says", "/law");
    html(o, "</p>\n");
    section_end(o);
    page_end(o);
    return ERR_OK;
}

/* ---- public: report ------------------------------------------------------------------- */

static const struct form *report_form(struct ctx *c)
{
    return pack_form(c->node->pack, STR("signal"));
}

/* Where, roughly: the departments, so that the right office reads it. */
static void place_field(struct ctx *c, struct out *o)
{
    const struct pack *p = c->node->pack;
    struct choice opt[128] = { { .value = STR(""), .text = SAY(c, "report.place-unknown") } };  /* Thailand has 77 */
    size_t n = 1;
    for (size_t i = 0; i < p->territories_n && n < COUNT_OF(opt); i++)
        if (p->territories[i].level == 1)
            opt[n++] = (struct choice){ .value = p->territories[i].id,
                                        .text = pack_text(p, &p->territories[i].name, c->lang) };
    pick_list(o, &(struct pick){ .name = "place", .label = "report.place", .options = opt, .n = n, .optional = true });
}

static enum err take_report(struct ctx *c, const struct request *rq, struct form_result *r, bool *ok)
{
    struct answers before = { 0 };
    if (pack_territory(c->node->pack, req_field(rq, "place")))
        (void)answers_put(&c->mem, &before, STR("territory"), req_field(rq, "place"));
    return form_take(c, rq, report_form(c), &before, r, ok);
}

static enum err report_page(struct ctx *c, struct response *rs, const struct form_result *r)
{
    struct out *o = &rs->out;
    struct answers none = { 0 };
    o->open = true;
    page_begin(o, &(struct page){ .title_key = "public.title", .narrow = true });
    heading(o, "report.heading");
    lede(o, "report.lede");
    upload_begin(o, "/report");
    place_field(c, o);
    TRY(form_show(c, o, report_form(c), &none, r));
    small(o, "report.before-send");
    submit(o, BTN, "report.send");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err report_new(struct ctx *c, const struct request *rq, struct response *rs)
{
    (void)rq;
    return report_page(c, rs, NULL);
}

static enum err receipt_shown_page(struct ctx *c, struct response *rs, struct str digits)
{
    struct out *o = &rs->out;
    o->open = true;
    page_begin(o, &(struct page){ .title_key = "public.title", .narrow = true });
    heading(o, "receipt.thanks");
    sheet_begin(o, "receipt.yours");
    html(o, "<p class=\"code num\">");
    text(o, receipt_shown(&c->mem, digits));
    html(o, "</p>\n");
    para(o, "receipt.once");
    section_end(o);
    para(o, "receipt.next");
    form_begin(o, "/receipt/paper");
    hidden(o, "receipt", digits);
    submit(o, BTN_QUIET, "receipt.paper");
    form_end(o);
    go_button(o, BTN_QUIET, "receipt.home", "/");
    page_end(o);
    return ERR_OK;
}

static enum err report_send(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct form_result r;
    struct str receipt, id;
    bool ok, again = false;
    TRY(take_report(c, rq, &r, &ok));
    if (!ok) {
        rs->status = 422;
        return report_page(c, rs, &r);
    }
    struct str once = req_field(rq, "once");
    TRY(signal_sent_before(c, once, &again));
    if (again)
        return go(c, rs, "/receipt?sent=%s", STR("1"));
    TRY(signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"),
        .answers = &r.answers, .instance = once }, &receipt, &id));
    TRY(signal_keep_files(c, id, rq->uploads, rq->uploads_n));
    return receipt_shown_page(c, rs, receipt);
}

/* A small paper with the number and nothing that tells what it is for. */
static enum err receipt_paper(struct ctx *c, const struct request *rq, struct response *rs)
{
    char digits[RECEIPT_DIGITS + 1];
    struct pdf *p;
    struct str bytes;
    if (!receipt_clean(req_field(rq, "receipt"), digits))
        return FAIL(c, ERR_INPUT, "signal.no-receipt", "no number");
    TRY(pdf_begin(c, &(struct pdf_paper){ .title = SAY(c, "public.title") }, &p));
    pdf_code(p, receipt_shown(&c->mem, str_c(digits)));
    pdf_small(p, SAY(c, "receipt.paper-words"));
    TRY(pdf_end(p, &bytes));
    return send_file(rs, STR("application/pdf"), STR("numero.pdf"), bytes);
}

/* ---- public: with the receipt ------------------------------------------------------------ */

static enum err receipt_form(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    (void)c;
    o->open = true;
    page_begin(o, &(struct page){ .title_key = "public.title", .narrow = true });
    heading(o, "receipt.heading");
    if (req_has(rq, "sent"))
        notice(o, TONE_DONE, "receipt.already");
    errors(o);
    form_begin(o, "/receipt");
    ask(o, &(struct ask){ .name = "receipt", .label = "receipt.number", .hint = "receipt.number-hint", .width = W_M });
    submit(o, BTN, "receipt.see");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

static void receipt_state(struct ctx *c, struct out *o, const struct signal_public *s)
{
    sheet_begin(o, "receipt.state");
    html(o, "<p class=\"big\">");
    text(o, say_join(c, "signal.public", s->state));
    html(o, "</p>\n<p>");
    TF(o, "receipt.since", W_TIME("when", s->received_us));
    html(o, "</p>\n");
    section_end(o);
    for (size_t i = 0; i < s->n; i++) {
        notice_begin(o, TONE_PLAIN);
        html(o, "<p>");
        time_of(o, s->answers[i].at_us);
        html(o, "</p>");
        para_text(o, s->answers[i].words);
        notice_end(o);
    }
}

static enum err receipt_wrong(struct ctx *c, const struct request *rq, struct response *rs)
{
    const char *key = c->fault.key;
    c->fault = (struct fault){ 0 };
    rs->status = 422;
    wrong_(&rs->out, STR("receipt"), say_(c, str_c(key)));
    return receipt_form(c, rq, rs);
}

static enum err receipt_page(struct ctx *c, const struct request *rq, struct response *rs, const char *done)
{
    struct out *o = &rs->out;
    struct signal_public s;
    enum err e = signal_by_receipt(c, req_field(rq, "receipt"), rq->peer, &s);
    if (e == ERR_NOT_FOUND || e == ERR_BUSY)
        return receipt_wrong(c, rq, rs);
    TRY(e);
    o->open = true;
    page_begin(o, &(struct page){ .title_key = "public.title", .narrow = true });
    heading(o, "receipt.heading");
    if (done)
        notice(o, TONE_DONE, done);
    receipt_state(c, o, &s);
    part_begin(o, "receipt.more");
    form_begin(o, "/receipt/more");
    hidden(o, "receipt", req_field(rq, "receipt"));
    ask(o, &(struct ask){ .name = "words", .label = "receipt.more-label", .hint = "receipt.more-hint",
                          .rows = 4, .max = 4000 });
    submit(o, BTN, "receipt.more-send");
    form_end(o);
    section_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err receipt_see(struct ctx *c, const struct request *rq, struct response *rs)
{
    return receipt_page(c, rq, rs, NULL);
}

static enum err receipt_more(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = signal_add_more(c, req_field(rq, "receipt"), rq->peer, req_field(rq, "words"));
    if (e == ERR_NOT_FOUND || e == ERR_BUSY)
        return receipt_wrong(c, rq, rs);
    if (e == ERR_INPUT) {
        c->fault = (struct fault){ 0 };
        wrong(&rs->out, "words", "signal.more-empty");
        return receipt_page(c, rq, rs, NULL);
    }
    TRY(e);
    return receipt_page(c, rq, rs, "receipt.more-done");
}

/* ---- officers: the list -------------------------------------------------------------------- */

/* What the sender chose, in words of the pack's form. */
static struct str situation(struct ctx *c, struct str value)
{
    const struct form *f = report_form(c);
    const struct form_field *x = f ? form_find(f, STR("signs")) : NULL;
    return x && value.n ? form_value_text(c, f, x, value) : SAY(c, "signal.no-title");
}

static void signal_line(struct ctx *c, struct out *o, const struct signal *s)
{
    row_begin(o, due_tone(c, s->due_us));
    cell(o);
    if (s->due_us == INT64_MAX)
        text(o, say_join(c, "signal.state", s->state));
    else
        due(o, s->due_us);
    cell(o);
    link_text(o, situation(c, s->title), "/signal/%s", s->id);
    cell(o);
    tag_text(o, urgency_tone(s->urgency), say_join(c, "urgency", s->urgency));
    cell_text(o, place_text(c, s->territory));
    cell(o);
    time_of(o, s->received_us);
    row_end(o);
}

static enum err signals_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum { ROWS = 50 };
    struct out *o = &rs->out;
    struct signal *s;
    size_t n;
    bool all = req_is(rq, "show", "all");
    TRY(signal_list(c, c->who->office, !all, req_query(rq, "after"), ROWS + 1, &s, &n));
    page_begin(o, &(struct page){ .title_key = "signal.list", .tab = "signals" });
    head_begin(o);
    T(o, "signal.list");
    head_actions(o);
    go_button(o, BTN, "signal.new", "/signal/new");
    if (access_may(c, "device.manage", (struct str){ 0 }))
        go_button(o, BTN_QUIET, "device.title", "/devices");
    go_button(o, BTN_QUIET, all ? "signal.only-open" : "signal.show-all", "/signals?show=%s",
              all ? STR("open") : STR("all"));
    head_end(o);
    if (!n)
        empty(o, "signal.none");
    else
        grid_begin(o, &(struct grid){ "signal.list", COLS("signal.act-by", "signal.what", "signal.urgency",
                                      "signal.where", "signal.received"), .tasks = true });
    for (size_t i = 0; i < n && i < ROWS; i++)
        signal_line(c, o, &s[i]);
    if (n)
        grid_end(o);
    pager(o, n > ROWS ? s[ROWS - 1].id : (struct str){ 0 }, "/signals?show=%s", all ? STR("all") : STR("open"));
    page_end(o);
    return ERR_OK;
}

/* ---- officers: one signal --------------------------------------------------------------------- */

struct told { struct str path, value; const struct form_field *field; size_t place; };

static int by_place(const void *pa, const void *pb)
{
    const struct told *a = pa, *b = pb;
    int d = (a->place > b->place) - (a->place < b->place);
    return d ? d : str_cmp(a->path, b->path);
}

/* In the order of the form that was filled in, with its labels; what no form
 * here knows stands below under the name it came with. */
static enum err answers_part(struct ctx *c, struct out *o, const struct record *r)
{
    const struct form *f = signal_form(c, record_get(r, "form"));
    struct answers a = signal_answers(c, r);
    struct told *t = NEW_N(&c->mem, struct told, a.n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < a.n; i++) {
        const struct form_field *x = f ? form_find(f, a.v[i].path) : NULL;
        t[i] = (struct told){ a.v[i].path, a.v[i].value, x, x ? form_index(f, x) : FORM_NONE };
    }
    qsort(t, a.n, sizeof *t, by_place);
    part_begin(o, "signal.told");
    facts_begin(o);
    for (size_t i = 0; i < a.n; i++) {
        if (t[i].field && t[i].field->type == FORM_HIDDEN && !form_text(f, t[i].field->label, c->lang).n)
            continue;                               /* the channel: said beside */
        struct str label = t[i].field ? form_text(f, t[i].field->label, c->lang) : (struct str){ 0 };
        html(o, "<div><dt>");
        text(o, label.n ? label : t[i].path);
        html(o, "</dt><dd>");
        text(o, t[i].field ? form_value_text(c, f, t[i].field, t[i].value) : t[i].value);
        html(o, "</dd></div>\n");
    }
    facts_end(o);
    section_end(o);
    return ERR_OK;
}

/* Answers that may name someone are shown after opening, with a purpose that
 * is written down; here is the door. */
static void sealed_part(struct ctx *c, struct out *o, const struct signal *s, const struct record *r)
{
    int64_t until;
    bool opened = access_opened(c, s->dossier, &until);
    if (!opened && !record_hidden(c, r))
        return;
    sealed_begin(o, "signal.sealed");
    if (opened) {
        html(o, "<p class=\"small\">");
        TF(o, "identity.open-until", W_TIME("when", until));
        html(o, "</p>\n");
        form_begin(o, "/dossier/%s/close", s->dossier);
        hidden(o, "to", path_of(c, "/signal/%s", s->id));
        submit(o, BTN_QUIET, "identity.hide");
        form_end(o);
    } else {
        para(o, "signal.sealed-why");
        go_button(o, BTN_SEAL, "identity.open", "/dossier/%s/open?to=%s", s->dossier, path_of(c, "/signal/%s", s->id));
    }
    sealed_end(o);
}

static void triage_part(struct ctx *c, struct out *o, const struct signal *s)
{
    const struct choice urgencies[] = {
        OPT("red", SAY(c, "urgency.red-long")), OPT("orange", SAY(c, "urgency.orange-long")),
        OPT("yellow", SAY(c, "urgency.yellow-long")), OPT("green", SAY(c, "urgency.green-long")) };
    sheet_begin(o, "signal.triage");
    form_begin(o, "/signal/%s/triage", s->id);
    pick(o, &(struct pick){ .name = "urgency", .label = "signal.urgency", .value = s->urgency,
                            .options = urgencies, .n = COUNT_OF(urgencies) });
    ask(o, &(struct ask){ .name = "reason", .label = "signal.why-urgency", .optional = true });
    submit(o, BTN, "signal.triage-save");
    form_end(o);
    section_end(o);
}

static void open_part(struct ctx *c, struct out *o, const struct signal *s)
{
    part_begin(o, "signal.open-case");
    form_begin(o, "/signal/%s/open", s->id);
    ask(o, &(struct ask){ .name = "title", .label = "case.neutral-title", .hint = "case.neutral-title-hint",
                          .value = situation(c, s->title), .max = 120 });
    html(o, "<fieldset class=\"field\"><legend>");
    T(o, "case.possible");
    html(o, "</legend>");
    tick(o, "cl", "yes", "crime.cl", false);
    tick(o, "fl", "yes", "crime.fl", false);
    tick(o, "ht", "yes", "crime.ht", false);
    tick(o, "criadazgo", "yes", "crime.criadazgo", false);
    html(o, "</fieldset>\n");
    submit(o, BTN, "signal.open-case-do");
    form_end(o);
    section_end(o);
}

static void answer_part(struct out *o, const struct signal *s)
{
    more_begin(o, "signal.answer");
    form_begin(o, "/signal/%s/answer", s->id);
    ask(o, &(struct ask){ .name = "words", .label = "signal.answer-words", .hint = "signal.answer-hint",
                          .rows = 3, .max = 1000 });
    submit(o, BTN_QUIET, "signal.answer-send");
    form_end(o);
    more_end(o);
}

static void close_part(struct ctx *c, struct out *o, const struct signal *s)
{
    const struct choice why[] = {
        OPT("no_indication", SAY(c, "signal.closed.no_indication")),
        OPT("other_service", SAY(c, "signal.closed.other_service")),
        OPT("known_case", SAY(c, "signal.closed.known_case")),
        OPT("no_information", SAY(c, "signal.closed.no_information")) };
    more_begin(o, "signal.close");
    form_begin(o, "/signal/%s/close", s->id);
    pick(o, &(struct pick){ .name = "closed_for", .label = "signal.close-why", .options = why, .n = COUNT_OF(why) });
    ask(o, &(struct ask){ .name = "why", .label = "signal.close-words", .rows = 2 });
    submit(o, BTN_STOP, "signal.close-do");
    form_end(o);
    more_end(o);
}

static enum err signal_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct signal s;
    struct record r;
    TRY(signal_get(c, rq->params[0], &s));
    TRY(access_record(c, s.id, &r));
    struct subject about = { .kind = "signal", .id = s.id, .record = &s };
    page_begin(o, &(struct page){ .title_key = "signal.one", .tab = "signals",
        .crumbs = { { "signal.list", STR("/signals") } } });
    head_begin(o);
    text(o, situation(c, s.title));
    head_tags(o);
    tag_text(o, urgency_tone(s.urgency), say_join(c, "urgency", s.urgency));
    tag_text(o, TONE_RUN, say_join(c, "signal.state", s.state));
    head_end(o);
    errors(o);
    cols_begin(o);
    bool waits = str_is(s.state, "received") || str_is(s.state, "looking");
    if (waits && access_may(c, "signal.triage", s.dossier))
        triage_part(c, o, &s);
    TRY(answers_part(c, o, &r));
    sealed_part(c, o, &s, &r);
    TRY(panels(c, o, "signal", "main", &about));
    if (waits && access_may(c, "signal.open_case", s.dossier))
        open_part(c, o, &s);
    if (s.case_id.n)
        go_button(o, BTN, "signal.to-case", "/case/%s", s.case_id);
    answer_part(o, &s);
    if (waits)
        close_part(c, o, &s);
    cols_side(o);
    facts_begin(o);
    fact(o, "signal.where", place_text(c, s.territory));
    fact(o, "signal.channel", say_join(c, "signal.channel", s.channel));
    fact_begin(o, "signal.received");
    time_of(o, s.received_us);
    fact_end(o);
    facts_end(o);
    TRY(panels(c, o, "signal", "side", &about));
    cols_end(o);
    page_end(o);
    return ERR_OK;
}

/* ---- officers: acts ------------------------------------------------------------------------------ */

/* A refusal that the officer can mend goes back to the page, with its words. */
static enum err back(struct ctx *c, const struct request *rq, struct response *rs, enum err e,
                     const char *field)
{
    if (e != ERR_INPUT)
        return e;
    const char *key = c->fault.key;
    c->fault = (struct fault){ 0 };
    rs->status = 422;
    wrong_(&rs->out, str_c(field), say_(c, str_c(key)));
    return signal_page(c, rq, rs);
}

static enum err act_triage(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = signal_triage(c, rq->params[0], req_field(rq, "urgency"), req_field(rq, "reason"));
    return e ? back(c, rq, rs, e, "urgency") : go_done(c, rs, "saved", "/signal/%s", rq->params[0]);
}

static enum err act_answer(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = signal_answer(c, rq->params[0], req_field(rq, "words"));
    return e ? back(c, rq, rs, e, "words") : go_done(c, rs, "sent", "/signal/%s", rq->params[0]);
}

static enum err act_close(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = signal_close(c, rq->params[0], req_field(rq, "closed_for"), req_field(rq, "why"));
    return e ? back(c, rq, rs, e, "why") : go_done(c, rs, "closed", "/signals");
}

static enum err act_open(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str id;
    const struct pack *p = c->node->pack;
    if (!p->procedures_n)
        return FAIL(c, ERR_INPUT, "work.no-procedure", "the pack has no procedure");
    struct signal_case how = { .title = req_field(rq, "title"), .procedure = p->procedures[0].id,
        .cl = req_is(rq, "cl", "yes"), .fl = req_is(rq, "fl", "yes"), .ht = req_is(rq, "ht", "yes"),
        .criadazgo = req_is(rq, "criadazgo", "yes") };
    enum err e = signal_open_case(c, rq->params[0], &how, &id);
    return e ? back(c, rq, rs, e, "title") : go_done(c, rs, "opened", "/case/%s", id);
}

/* A call, a visit, a paper slip: the officer fills the same form. */
static enum err new_page(struct ctx *c, struct response *rs, const struct form_result *r)
{
    struct out *o = &rs->out;
    struct answers none = { 0 };
    page_begin(o, &(struct page){ .title_key = "signal.new", .tab = "signals", .narrow = true,
        .crumbs = { { "signal.list", STR("/signals") } } });
    heading(o, "signal.new");
    upload_begin(o, "/signal/new");
    place_field(c, o);
    TRY(form_show(c, o, report_form(c), &none, r));
    submit(o, BTN, "signal.new-save");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

static enum err signal_new_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    (void)rq;
    return new_page(c, rs, NULL);
}

static enum err act_new(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct form_result r;
    struct str receipt, id;
    struct signal s;
    bool ok;
    TRY(take_report(c, rq, &r, &ok));
    if (!ok) {
        rs->status = 422;
        return new_page(c, rs, &r);
    }
    TRY(signal_receive(c, &(struct signal_in){ .channel = "visit", .form = STR("signal"),
        .answers = &r.answers, .instance = req_field(rq, "once") }, &receipt, &id));
    TRY(signal_keep_files(c, id, rq->uploads, rq->uploads_n));
    enum err e = signal_get(c, id, &s);
    if (e == ERR_NOT_FOUND) {                   /* it went to another place's office */
        c->fault = (struct fault){ 0 };
        return go_done(c, rs, "sent-on", "/signals");
    }
    TRY(e);
    return go_done(c, rs, "saved", "/signal/%s", id);
}

enum { REPORT_MAX = 12 << 20 };          /* with photographs of a telephone */

const struct route signal_routes[] = {
    { GET,  "/",                   home,            .open = true, .help = "Public page." },
    { GET,  "/report",             report_new,      .open = true, .help = "Report a situation, no account." },
    { POST, "/report",             report_send,     .open = true, .help = "Send the report; answers with the receipt.",
      .body_max = REPORT_MAX },
    { GET,  "/receipt",            receipt_form,    .open = true, .help = "Come back with a receipt." },
    { POST, "/receipt",            receipt_see,     .open = true, .help = "State and answers of a signal." },
    { POST, "/receipt/paper",      receipt_paper,   .open = true, .help = "The number on paper." },
    { POST, "/receipt/more",       receipt_more,    .open = true, .help = "Add information." },
    { GET,  "/signals",            signals_page,    .verb = "signal.list", .help = "Signals of this office." },
    { GET,  "/signal/new",         signal_new_page, .verb = "signal.receive", .help = "Write down a call or a visit." },
    { POST, "/signal/new",         act_new,         .verb = "signal.receive", .help = "Save it.",
      .body_max = REPORT_MAX },
    { GET,  "/signal/:id",         signal_page,     .verb = "signal.view", .help = "One signal." },
    { POST, "/signal/:id/triage",  act_triage,      .verb = "signal.triage", .help = "How urgent is it." },
    { POST, "/signal/:id/answer",  act_answer,      .verb = "signal.answer", .help = "A neutral answer for the sender." },
    { POST, "/signal/:id/close",   act_close,       .verb = "signal.close", .help = "Close with a reason." },
    { POST, "/signal/:id/open",    act_open,        .verb = "signal.open_case", .help = "Open a case." },
    { 0 }
};
