/* referral_web.c - making, answering and following a referral; consent. */
#include "referral/referral.h"

#include "base/node.h"
#include "pack/pack.h"
#include "page/names.h"
#include "page/pdf.h"

static struct str service_text(struct ctx *c, struct str id)
{
    const struct service *s = pack_service(c->node->pack, id);
    return s ? pack_text(c->node->pack, &s->name, c->lang) : (struct str){ 0 };
}

static struct str need_text(struct ctx *c, struct str need)
{
    return say_join(c, "need", need);
}

static enum tone state_tone(struct str s)
{
    return str_is(s, "refused") || str_is(s, "returned") || str_is(s, "withdrawn") ? TONE_LATE
         : str_is(s, "served") || str_is(s, "confirmed") ? TONE_DONE
         : str_is(s, "accepted") ? TONE_RUN : TONE_PLAIN;
}

/* ---- lists -------------------------------------------------------------------------- */

static void line(struct ctx *c, struct out *o, const struct referral *r, bool incoming)
{
    row_begin(o, due_tone(c, r->due_us == INT64_MAX ? 0 : r->due_us));
    cell(o);
    if (r->due_us == INT64_MAX)
        tag_text(o, state_tone(r->state), say_join(c, "referral.state", r->state));
    else
        due(o, r->due_us);
    cell(o);
    link_text(o, r->service.n ? service_text(c, r->service) : need_text(c, r->need), "/referral/%s", r->id);
    cell_text(o, office_text(c, incoming ? r->from_office : r->to_office));
    cell_text(o, r->code);
    cell(o);
    tag_text(o, state_tone(r->state), say_join(c, "referral.state", r->state));
    row_end(o);
}

static enum err list_part(struct ctx *c, struct out *o, bool incoming)
{
    struct referral *r;
    size_t n;
    TRY(referral_list(c, incoming, 50, &r, &n));
    part_begin(o, incoming ? "referral.incoming" : "referral.outgoing");
    if (!n)
        empty(o, "referral.none");
    else
        grid_begin(o, &(struct grid){ incoming ? "referral.incoming" : "referral.outgoing",
            COLS("referral.answer-by", "referral.what", "referral.with", "case.code", "referral.state"), .tasks = true });
    for (size_t i = 0; i < n; i++)
        line(c, o, &r[i], incoming);
    if (n)
        grid_end(o);
    section_end(o);
    return ERR_OK;
}

static enum err referrals_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    (void)rq;
    page_begin(o, &(struct page){ .title_key = "referral.list", .tab = "referrals" });
    heading(o, "referral.list");
    TRY(list_part(c, o, true));
    TRY(list_part(c, o, false));
    page_end(o);
    return ERR_OK;
}

/* On My work: what waits for an answer. */
enum err referral_panel_work(struct ctx *c, struct out *o, const struct subject *s)
{
    struct referral *r;
    size_t n;
    bool any = false;
    (void)s;
    TRY(referral_to_answer(c, 20, &r, &n));
    for (size_t i = 0; i < n; i++) {
        if (!any) {
            part_begin(o, "referral.to-answer");
            steps_begin(o, true);
        }
        any = true;
        step_begin(o, due_tone(c, r[i].due_us));
        link_text(o, r[i].service.n ? service_text(c, r[i].service) : need_text(c, r[i].need), "/referral/%s", r[i].id);
        step_note(o, office_text(c, r[i].from_office));
        due(o, r[i].due_us);
        step_end(o);
    }
    if (any) {
        steps_end(o);
        section_end(o);
    }
    return ERR_OK;
}

/* On the case page. */
enum err referral_panel_case(struct ctx *c, struct out *o, const struct subject *s)
{
    const struct work_case *k = s->record;
    struct referral *r;
    size_t n;
    TRY(referral_of_case(c, k->id, &r, &n));
    bool can = access_may(c, "referral.make", k->protection) || access_may(c, "referral.make", k->justice);
    if (!n && !can)
        return ERR_OK;
    part_begin(o, "referral.list");
    if (n)
        steps_begin(o, true);
    else
        empty(o, "referral.none");
    for (size_t i = 0; i < n; i++) {
        step_begin(o, state_tone(r[i].state));
        struct str what = r[i].service.n ? service_text(c, r[i].service) : need_text(c, r[i].need);
        if (access_may(c, "referral.view", r[i].dossier))
            link_text(o, what, "/referral/%s", r[i].id);
        else
            text(o, need_text(c, r[i].need));
        step_note(o, office_text(c, r[i].to_office));
        step_side(o, say_join(c, "referral.state", r[i].state), state_tone(r[i].state));
        step_end(o);
    }
    if (n)
        steps_end(o);
    if (can)
        go_button(o, BTN_QUIET, "referral.make", "/case/%s/refer", k->id);
    section_end(o);
    return ERR_OK;
}

/* ---- one referral ----------------------------------------------------------------------- */

static enum err shared_part(struct ctx *c, struct out *o, const struct referral *r, const struct record *rec)
{
    const struct form *f = pack_form(c->node->pack, STR("person"));
    struct answers a = kind_answers(c, rec);
    struct record full;
    int64_t until;
    bool open = access_opened(c, r->dossier, &until);
    TRY(record_load(c, r->id, &full));
    struct answers all = kind_answers(c, &full);
    if (!all.n || !f)
        return ERR_OK;
    sealed_begin(o, "referral.shared");
    TRY(form_facts(c, o, f, open ? &a : &all, open ? FORM_SEALED : FORM_CASE));
    if (!open && access_may(c, "dossier.open_identity", r->dossier))
        go_button(o, BTN_SEAL, "identity.open", "/dossier/%s/open?to=%s", r->dossier, path_of(c, "/referral/%s", r->id));
    sealed_end(o);
    return ERR_OK;
}

static void reason_form(struct out *o, const struct referral *r, const char *act, const char *label,
                        const char *button, enum button kind, bool optional)
{
    form_begin(o, "/referral/%s/%s", r->id, str_c(act));
    ask(o, &(struct ask){ .name = "words", .label = label, .rows = 2, .max = 1000, .optional = optional });
    submit(o, kind, button);
    form_end(o);
}

static enum err redirect_form(struct ctx *c, struct out *o, const struct referral *r)
{
    const struct pack *p = c->node->pack;
    struct choice *opt = NEW_N(&c->mem, struct choice, p->offices_n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < p->offices_n; i++)
        opt[i] = (struct choice){ .value = p->offices[i].id, .text = pack_text(p, &p->offices[i].name, c->lang) };
    form_begin(o, "/referral/%s/redirect", r->id);
    pick_list(o, &(struct pick){ .name = "office", .label = "referral.redirect-to", .options = opt, .n = p->offices_n });
    ask(o, &(struct ask){ .name = "words", .label = "referral.why", .rows = 2, .max = 1000 });
    submit(o, BTN_QUIET, "referral.redirect-do");
    form_end(o);
    return ERR_OK;
}

static enum err receiver_part(struct ctx *c, struct out *o, const struct referral *r)
{
    bool owed = str_is(r->state, "sent") || str_is(r->state, "received") || str_is(r->state, "returned");
    if (owed) {
        sheet_begin(o, "referral.answer-now");
        reason_form(o, r, "accept", "referral.accept-words", "referral.accept", BTN, true);
        more_begin(o, "referral.refuse");
        reason_form(o, r, "refuse", "referral.why", "referral.refuse-do", BTN_STOP, false);
        more_end(o);
        more_begin(o, "referral.redirect");
        TRY(redirect_form(c, o, r));
        more_end(o);
        section_end(o);
    } else if (str_is(r->state, "accepted")) {
        sheet_begin(o, "referral.served-now");
        reason_form(o, r, "served", "referral.served-words", "referral.served", BTN, true);
        section_end(o);
    }
    return ERR_OK;
}

static void sender_part(struct ctx *c, struct out *o, const struct referral *r)
{
    const struct choice says[] = { OPT("yes", SAY(c, "referral.person-yes")), OPT("no", SAY(c, "referral.person-no")) };
    if (!str_is(r->state, "served") && !str_is(r->state, "accepted"))
        return;
    sheet_begin(o, "referral.confirm-now");
    form_begin(o, "/referral/%s/confirm", r->id);
    pick(o, &(struct pick){ .name = "says", .label = "referral.person-says", .options = says, .n = 2 });
    ask(o, &(struct ask){ .name = "words", .label = "referral.confirm-words", .rows = 2, .max = 1000, .optional = true });
    submit(o, BTN, "referral.confirm");
    form_end(o);
    section_end(o);
}

static void history(struct ctx *c, struct out *o, const struct record *rec)
{
    static const char *const states[] = { "sent", "received", "accepted", "refused", "redirected", "served", "confirmed" };
    part_begin(o, "referral.history");
    facts_begin(o);
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        int64_t at = record_i64(rec, states[i]);
        if (!at)
            continue;
        html(o, "<div><dt>");
        text(o, say_join(c, "referral.state", str_c(states[i])));
        html(o, "</dt><dd>");
        time_of(o, at);
        html(o, "</dd></div>\n");
    }
    facts_end(o);
    section_end(o);
}

static enum err referral_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct referral r;
    struct record rec;
    TRY(referral_received(c, rq->params[0]));           /* opening it is receiving it */
    TRY(referral_get(c, rq->params[0], &r));
    TRY(access_record(c, r.id, &rec));
    bool receiver = str_eq(r.to_office, c->who->office), sender = str_eq(r.from_office, c->who->office);
    page_begin(o, &(struct page){ .title = r.code, .tab = "referrals", .narrow = true,
        .crumbs = { { "referral.list", STR("/referrals") } } });
    head_begin(o);
    text(o, r.service.n ? service_text(c, r.service) : need_text(c, r.need));
    head_tags(o);
    tag_text(o, state_tone(r.state), say_join(c, "referral.state", r.state));
    head_actions(o);
    go_button(o, BTN_QUIET, "referral.letter", "/referral/%s/letter.pdf", r.id);
    head_end(o);
    errors(o);
    if (receiver)
        TRY(receiver_part(c, o, &r));
    if (sender)
        sender_part(c, o, &r);
    facts_begin(o);
    fact(o, "case.code", r.code);
    fact(o, "referral.from", office_text(c, r.from_office));
    fact(o, "referral.to", office_text(c, r.to_office));
    fact(o, "referral.need", need_text(c, r.need));
    fact(o, "referral.asked", record_get(&rec, "asked"));
    fact(o, "referral.basis", say_join(c, "referral.basis", r.basis));
    fact(o, "referral.last-words", r.reason);
    facts_end(o);
    TRY(shared_part(c, o, &r, &rec));
    history(c, o, &rec);
    if (access_may(c, "case.view", r.case_id))
        go_button(o, BTN_QUIET, "signal.to-case", "/case/%s", r.case_id);
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
    wrong_(&rs->out, STR("words"), say_(c, str_c(key)));
    return page(c, rq, rs);
}

static enum err after(struct ctx *c, const struct request *rq, struct response *rs, enum err e)
{
    return e ? again(c, rq, rs, e, referral_page) : go_done(c, rs, "saved", "/referral/%s", rq->params[0]);
}

static enum err act_accept(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after(c, rq, rs, referral_accept(c, rq->params[0], req_field(rq, "words")));
}

static enum err act_refuse(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = referral_refuse(c, rq->params[0], req_field(rq, "words"));
    return e ? again(c, rq, rs, e, referral_page) : go_done(c, rs, "saved", "/referrals");
}

static enum err act_redirect(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = referral_redirect(c, rq->params[0], req_field(rq, "office"), req_field(rq, "words"));
    return e ? again(c, rq, rs, e, referral_page) : go_done(c, rs, "saved", "/referrals");
}

static enum err act_served(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after(c, rq, rs, referral_served(c, rq->params[0], req_field(rq, "words")));
}

static enum err act_confirm(struct ctx *c, const struct request *rq, struct response *rs)
{
    return after(c, rq, rs, referral_confirm(c, rq->params[0], req_is(rq, "says", "yes"), req_field(rq, "words")));
}

/* ---- making one: need, then service, then consent -------------------------------------------- */

/* Needs are the words of the pack's services. */
static size_t needs_of(struct ctx *c, struct choice *opt, size_t max)
{
    const struct pack *p = c->node->pack;
    size_t n = 0;
    for (size_t i = 0; i < p->services_n; i++) {
        struct str rest = p->services[i].needs, need;
        while (str_next(&rest, ' ', &need)) {
            bool known = false;
            for (size_t k = 0; k < n; k++)
                known = known || str_eq(opt[k].value, need);
            if (!known && n < max)
                opt[n++] = (struct choice){ .value = need, .text = need_text(c, need) };
        }
    }
    return n;
}

static enum err people_of(struct ctx *c, const struct work_case *k, struct choice *opt, size_t max, size_t *n)
{
    struct kind_row *row;
    size_t got;
    TRY(kind_list(c, k->id, "person", max, &row, &got));
    *n = 0;
    for (size_t i = 0; i < got; i++) {
        struct record r;
        if (!str_eq(row[i].dossier, k->protection))
            continue;
        TRY(record_load(c, row[i].id, &r));
        struct answers a = kind_answers(c, &r);
        struct buf b;
        buf_init(&b, &c->mem, 200);
        buf_put(&b, say_join(c, "person.role", answers_get(&a, STR("role"))));
        buf_fmt(&b, " %zu", i + 1);
        opt[(*n)++] = (struct choice){ .value = row[i].id, .text = buf_str(&b) };
    }
    return ERR_OK;
}

static enum err services_part(struct ctx *c, struct out *o, const struct request *rq, const struct work_case *k)
{
    struct service_match *m;
    size_t n;
    int64_t age = -1;
    (void)req_i64(rq, "age", &age);
    struct service_query q = { .need = req_field(rq, "need"), .place = k->territory, .sex = req_field(rq, "sex"),
                               .language = req_field(rq, "language"), .age = (int)age };
    TRY(pack_services(c, c->node->pack, &q, &m, &n));
    struct choice *opt = NEW_N(&c->mem, struct choice, n + 1);
    TRY(ctx_check(c));
    size_t shown = 0;
    for (size_t i = 0; i < n && shown < 12; i++) {
        if (!m[i].office)
            continue;
        struct str note = pack_text(c->node->pack, &m[i].office->name, c->lang);
        if (m[i].distance_m >= 0)
            note = str_join(&c->mem, note, STR(", "),
                            SAYF(c, "referral.km", W_INT("km", (m[i].distance_m + 500) / 1000)));
        if (m[i].service->verified != PACK_YES)
            note = str_join(&c->mem, note, STR(" · "), SAY(c, "referral.to-confirm"));
        opt[shown++] = (struct choice){
            .value = str_join(&c->mem, m[i].service->id, STR(" "), m[i].office->id),
            .text = pack_text(c->node->pack, &m[i].service->name, c->lang), .note = note };
    }
    if (!shown) {
        notice(o, TONE_SOON, "referral.no-service");
        return ERR_OK;
    }
    pick(o, &(struct pick){ .name = "service", .label = "referral.which", .options = opt, .n = shown, .optional = true,
                            .value = req_field(rq, "service") });
    return ERR_OK;
}

/* Who has no service in the list: a notice to the prosecutor, a court, another
 * municipality.  Offices of the department, then those of the country. */
static enum err office_field(struct ctx *c, struct out *o, const struct request *rq, const struct work_case *k)
{
    const struct pack *p = c->node->pack;
    struct choice *opt = NEW_N(&c->mem, struct choice, p->offices_n + 1);
    struct str dept = k->territory;
    size_t n = 1;
    TRY(ctx_check(c));
    for (const struct territory *t = pack_territory(p, dept); t && t->level > 1; t = pack_territory(p, t->parent))
        dept = t->parent;
    opt[0] = (struct choice){ .value = STR(""), .text = SAY(c, "referral.from-list") };
    for (int country = 0; country < 2; country++)
        for (size_t i = 0; i < p->offices_n; i++) {
            const struct office *of = &p->offices[i];
            bool here = !str_eq(dept, p->country) && pack_within(p, of->territory, dept);
            bool wide = !here && (str_eq(of->territory, p->country) || str_eq(dept, p->country));
            if ((country ? wide : here) && !str_eq(of->id, c->who->office))
                opt[n++] = (struct choice){ .value = of->id, .text = pack_text(p, &of->name, c->lang) };
        }
    pick_list(o, &(struct pick){ .name = "office", .label = "referral.other-office", .options = opt, .n = n,
                                 .value = req_field(rq, "office"), .optional = true });
    return ERR_OK;
}

/* What of the person may be shared, by the form's own words. */
static enum err fields_part(struct ctx *c, struct out *o, const struct request *rq)
{
    const struct form *f = pack_form(c->node->pack, STR("person"));
    struct choice opt[60];
    struct str chosen[60];
    size_t n = 0;
    for (size_t i = 0; f && i < form_count(f) && n < COUNT_OF(opt); i++) {
        const struct form_field *x = form_field(f, i);
        if (form_is_leaf(x) && x->type != FORM_META && x->type != FORM_CALCULATE && x->sensitivity != FORM_SEALED)
            opt[n++] = (struct choice){ .value = x->path, .text = form_text(f, x->label, c->lang) };
    }
    struct buf b;
    buf_init(&b, &c->mem, 8000);
    size_t k = req_fields(rq, "fields", chosen, COUNT_OF(chosen));
    for (size_t i = 0; i < k; i++) {
        if (i)
            buf_char(&b, ' ');
        buf_put(&b, chosen[i]);
    }
    pick(o, &(struct pick){ .name = "fields", .label = "referral.fields", .hint = "referral.fields-hint",
                            .many = true, .columns = true, .optional = true, .options = opt, .n = n, .value = buf_str(&b) });
    return ERR_OK;
}

static void basis_part(struct ctx *c, struct out *o)
{
    const struct choice basis[] = { OPT("consent", SAY(c, "referral.basis.consent")),
        OPT("duty", SAY(c, "referral.basis.duty")), OPT("order", SAY(c, "referral.basis.order")) };
    const struct choice given[] = { OPT("person", SAY(c, "consent.by.person")), OPT("parent", SAY(c, "consent.by.parent")),
        OPT("guardian", SAY(c, "consent.by.guardian")), OPT("authority", SAY(c, "consent.by.authority")) };
    const struct choice assent[] = { OPT("yes", SAY(c, "consent.assent.yes")), OPT("no", SAY(c, "consent.assent.no")),
        OPT("not_asked", SAY(c, "consent.assent.not_asked")), OPT("adult", SAY(c, "consent.assent.adult")) };
    pick(o, &(struct pick){ .name = "basis", .label = "referral.basis", .options = basis, .n = 3, .value = STR("consent") });
    pick(o, &(struct pick){ .name = "given_by", .label = "consent.given-by", .options = given, .n = 4, .optional = true });
    pick(o, &(struct pick){ .name = "assent", .label = "consent.assent", .options = assent, .n = 4, .optional = true });
    ask_date(o, &(struct ask){ .name = "until", .label = "consent.until", .hint = "consent.until-hint", .optional = true, .width = W_S });
    ask(o, &(struct ask){ .name = "words", .label = "consent.words", .hint = "consent.words-hint", .rows = 2, .optional = true, .max = 1000 });
}

static void need_form(struct ctx *c, struct out *o, const struct request *rq, const struct work_case *k)
{
    struct choice needs[40];
    const struct choice sexes[] = { OPT("", SAY(c, "referral.any")), OPT("female", SAY(c, "sex.female")), OPT("male", SAY(c, "sex.male")) };
    filters_begin(o, "referral.need", "/case/%s/refer", k->id);
    if (req_has(rq, "step"))
        hidden(o, "step", req_field(rq, "step"));
    pick_list(o, &(struct pick){ .name = "need", .label = "referral.need", .value = req_field(rq, "need"),
                                 .options = needs, .n = needs_of(c, needs, COUNT_OF(needs)) });
    ask(o, &(struct ask){ .name = "age", .label = "referral.age", .value = req_field(rq, "age"), .optional = true, .width = W_S });
    pick_list(o, &(struct pick){ .name = "sex", .label = "referral.sex", .value = req_field(rq, "sex"), .options = sexes, .n = 3 });
    ask(o, &(struct ask){ .name = "language", .label = "referral.language", .value = req_field(rq, "language"), .optional = true, .width = W_S });
    filters_end(o);
}

static enum err refer_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct work_case k;
    struct choice people[20];
    size_t n;
    TRY(work_case(c, rq->params[0], &k));
    if (!access_may(c, "referral.make", k.protection))
        TRY(access_need(c, "referral.make", k.justice));
    page_begin(o, &(struct page){ .title = k.code, .tab = "cases", .narrow = true,
        .crumbs = { { "case.list", STR("/cases") }, { "case.one", path_of(c, "/case/%s", k.id) } } });
    heading(o, "referral.make");
    errors(o);
    need_form(c, o, rq, &k);
    if (req_has(rq, "need")) {
        form_begin(o, "/case/%s/refer", k.id);
        hidden(o, "need", req_field(rq, "need"));
        if (req_has(rq, "step"))
            hidden(o, "step", req_field(rq, "step"));
        TRY(services_part(c, o, rq, &k));
        TRY(office_field(c, o, rq, &k));
        ask(o, &(struct ask){ .name = "asked", .label = "referral.asked", .hint = "referral.asked-hint", .rows = 3, .max = 2000 });
        bool care = access_may(c, "person.view", k.protection);
        TRY(people_of(c, &k, people, care ? COUNT_OF(people) : 0, &n));
        if (n) {
            pick(o, &(struct pick){ .name = "person", .label = "referral.person", .options = people, .n = n, .optional = true });
            TRY(fields_part(c, o, rq));
        }
        basis_part(c, o);
        submit(o, BTN, "referral.send");
        form_end(o);
    }
    page_end(o);
    return ERR_OK;
}

static enum err act_refer(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str fields[60], id, service = { 0 }, office = { 0 }, until = { 0 };
    struct civil day;
    if (!str_cut(req_field(rq, "service"), ' ', &service, &office))
        office = (struct str){ 0 };
    if (req_has(rq, "office")) {
        office = req_field(rq, "office");
        service = (struct str){ 0 };
    }
    if (req_date(rq, "until", &day))
        until = date_text(&c->mem, day);
    struct referral_new n = { .case_id = rq->params[0], .need = req_field(rq, "need"), .service = service,
        .to_office = office, .asked = req_field(rq, "asked"), .person = req_field(rq, "person"), .fields = fields,
        .fields_n = req_fields(rq, "fields", fields, COUNT_OF(fields)), .basis = req_field(rq, "basis"),
        .given_by = req_field(rq, "given_by"), .assent = req_field(rq, "assent"), .words = req_field(rq, "words"),
        .until = until, .step = req_field(rq, "step") };
    enum err e = referral_send(c, &n, &id);
    return e ? again(c, rq, rs, e, refer_page) : go_done(c, rs, "sent", "/referral/%s", id);
}

/* ---- consent ----------------------------------------------------------------------------------- */

enum err referral_panel_consent(struct ctx *c, struct out *o, const struct subject *s)
{
    const struct work_case *k = s->record;
    struct consent *x;
    size_t n;
    if (!access_may(c, "consent.view", k->protection))
        return ERR_OK;
    TRY(consent_list(c, k, &x, &n));
    part_begin(o, "consent.title");
    if (!n)
        empty(o, "consent.none");
    else
        allow_begin(o);
    for (size_t i = 0; i < n; i++)
        allow_item(o, x[i].withdrawn ? ALLOW_NO : ALLOW_YES,
                   str_join(&c->mem, need_text(c, x[i].purpose), STR(": "), office_text(c, x[i].recipient)));
    if (n) {
        allow_end(o);
        small(o, "consent.any-time");
    }
    for (size_t i = 0; i < n; i++) {
        if (x[i].withdrawn || !access_may(c, "consent.withdraw", k->protection))
            continue;
        more_begin(o, "consent.withdraw");
        para_text(o, str_join(&c->mem, need_text(c, x[i].purpose), STR(": "), office_text(c, x[i].recipient)));
        form_begin(o, "/case/%s/consent/%s/withdraw", k->id, x[i].id);
        ask(o, &(struct ask){ .name = "words", .label = "consent.withdraw-words", .rows = 2, .optional = true, .max = 1000 });
        submit(o, BTN_STOP, "consent.withdraw-do");
        form_end(o);
        more_end(o);
    }
    section_end(o);
    return ERR_OK;
}

static enum err act_withdraw(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(consent_withdraw(c, rq->params[0], rq->params[1], req_field(rq, "words")));
    return go_done(c, rs, "withdrawn", "/case/%s", rq->params[0]);
}

/* ---- the letter -------------------------------------------------------------------------------- */

static enum err letter(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct referral r;
    struct record rec;
    struct pdf *p;
    struct str bytes;
    TRY(referral_get(c, rq->params[0], &r));
    TRY(access_record(c, r.id, &rec));
    TRY(access_event(c, r.dossier, "print", STR("referral letter")));
    const struct form *f = pack_form(c->node->pack, STR("person"));
    struct answers a = kind_answers(c, &rec);
    struct str foot = SAYF(c, "print.foot", W_TEXT("who", c->who->name), W_TIME("when", c->now_us));
    TRY(pdf_begin(c, &(struct pdf_paper){ .title = r.code, .foot = foot, .brand = STR("Amparo") }, &p));
    pdf_heading(p, SAY(c, "referral.letter-title"));
    pdf_fact(p, SAY(c, "case.code"), r.code);
    pdf_fact(p, SAY(c, "referral.from"), office_text(c, r.from_office));
    pdf_fact(p, SAY(c, "referral.to"), office_text(c, r.to_office));
    pdf_fact(p, SAY(c, "referral.need"), r.service.n ? service_text(c, r.service) : need_text(c, r.need));
    pdf_fact(p, SAY(c, "referral.basis"), say_join(c, "referral.basis", r.basis));
    pdf_section(p, SAY(c, "referral.asked"));
    pdf_para(p, record_get(&rec, "asked"));
    if (a.n)
        pdf_section(p, SAY(c, "referral.shared"));
    for (size_t i = 0; f && i < a.n; i++) {
        const struct form_field *x = form_find(f, a.v[i].path);
        if (x)
            pdf_fact(p, form_text(f, x->label, c->lang), form_value_text(c, f, x, a.v[i].value));
    }
    pdf_gap(p, 12);
    pdf_sign(p, SAY(c, "print.sent-by"), SAY(c, "print.received-by"));
    TRY(pdf_end(p, &bytes));
    return send_file(rs, STR("application/pdf"), str_join(&c->mem, r.code, STR(".pdf")), bytes);
}

const struct route referral_routes[] = {
    { GET,  "/referrals",                       referrals_page, .verb = "referral.list", .help = "In and out." },
    { GET,  "/referral/:id",                    referral_page,  .verb = "referral.view", .help = "One referral." },
    { POST, "/referral/:id/accept",             act_accept,     .verb = "referral.answer", .help = "Accept." },
    { POST, "/referral/:id/refuse",             act_refuse,     .verb = "referral.answer", .help = "Refuse with a reason." },
    { POST, "/referral/:id/redirect",           act_redirect,   .verb = "referral.answer", .help = "Name a better office." },
    { POST, "/referral/:id/served",             act_served,     .verb = "referral.serve", .help = "The service was given." },
    { POST, "/referral/:id/confirm",            act_confirm,    .verb = "referral.confirm", .help = "What the person says." },
    { GET,  "/referral/:id/letter.pdf",         letter,         .verb = "referral.view", .help = "The letter." },
    { GET,  "/case/:id/refer",                  refer_page,     .verb = "referral.make", .help = "Need, services, consent." },
    { POST, "/case/:id/refer",                  act_refer,      .verb = "referral.make", .help = "Send it." },
    { POST, "/case/:id/consent/:consent/withdraw", act_withdraw, .verb = "consent.withdraw", .help = "Withdraw consent." },
    { 0 }
};
