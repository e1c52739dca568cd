/* inquiry_web.c - asking, answering, what came of it; for a prosecutor or a
 * protection officer, in plain words. */
#include "inquiry/inside.h"
#include "inquiry/web_inside.h"

#include "base/node.h"
#include "page/names.h"

enum tone inquiry_tone(struct str s)
{
    return str_is(s, "question") || str_is(s, "confirmed") ? TONE_SOON
         : str_is(s, "hit") || str_is(s, "agreed") ? TONE_RUN
         : str_is(s, "shared") ? TONE_DONE : str_is(s, "refused") || str_is(s, "expired") ? TONE_LATE : TONE_PLAIN;
}

/* The same state reads differently to who asked and to who answers. */
struct str inquiry_state_words(struct ctx *c, const struct inquiry *q)
{
    return say_join(c, "inquiry.state", str_join(&c->mem, q->role, STR("-"), q->state));
}

/* ---- on a person's page, on My work ------------------------------------------------------- */

static void state_step(struct ctx *c, struct out *o, const struct inquiry *q, struct str other)
{
    step_begin(o, inquiry_tone(q->state));
    link_text(o, other, "/inquiry/%s", q->id);
    step_note(o, inquiry_state_words(c, q));
    time_of(o, q->asked_us);
    step_end(o);
}

enum err inquiry_panel_person(struct ctx *c, struct out *o, const struct subject *s)
{
    const struct record *r = s->record;
    struct inquiry *q;
    struct inquiry_peer *p;
    size_t n, peers, open = 0;
    if (!access_may(c, "inquiry.ask", r->dossier))
        return ERR_OK;
    TRY(inquiry_of_person(c, s->id, &q, &n));
    TRY(inquiry_peers(c, &p, &peers));
    for (size_t i = 0; i < peers; i++)
        open += !p[i].guardian && !p[i].closed;
    if (!n && !open)
        return ERR_OK;
    part_begin(o, "inquiry.elsewhere");
    if (n)
        steps_begin(o, true);
    for (size_t i = 0; i < n; i++)
        state_step(c, o, &q[i], inquiry_node_name(c, q[i].answering));
    if (n)
        steps_end(o);
    if (open)
        go_button(o, BTN_QUIET, "inquiry.ask", "/person/%s/inquiry", s->id);
    small(o, "inquiry.no-name-leaves");
    if (n)
        link_to(o, "inquiry.list", "/inquiries");
    section_end(o);
    return ERR_OK;
}

enum err inquiry_panel_work(struct ctx *c, struct out *o, const struct subject *s)
{
    struct inquiry *q, *mine;
    size_t n, k;
    bool any = false;
    (void)s;
    const struct verb *v = verb_find("inquiry.answer");
    if (!v || !access_role(c, v))
        return ERR_OK;
    TRY(inquiry_list(c, false, 20, &q, &n));
    TRY(inquiry_list(c, true, 20, &mine, &k));
    for (size_t i = 0; i < n + k; i++) {
        const struct inquiry *x = i < n ? &q[i] : &mine[i - n];
        if (!str_is(x->state, i < n ? "question" : "confirmed"))
            continue;
        if (!any) {
            part_begin(o, "inquiry.to-decide");
            steps_begin(o, true);
        }
        any = true;
        state_step(c, o, x, inquiry_node_name(c, i < n ? x->asker : x->answering));
    }
    if (any) {
        steps_end(o);
        section_end(o);
    }
    return ERR_OK;
}

/* ---- asking: the dry run and the form ----------------------------------------------------------- */

static void side(struct out *o, const char *key, struct str name, const char *const *lines, size_t n)
{
    html(o, "<h3>");
    key_out(o, key);
    html(o, ": ");
    text(o, name);
    html(o, "</h3>\n<ul>");
    for (size_t i = 0; i < n; i++) {
        html(o, "<li>");
        key_out(o, lines[i]);
        html(o, "</li>");
    }
    html(o, "</ul>\n");
}
#define SIDE(o, key, name, ...) side((o), (key), (name), (const char *const[]){ __VA_ARGS__ }, \
    COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

static void compared(struct ctx *c, struct out *o, const struct inquiry_preview *p)
{
    static const char *const word[MATCH_TOKEN_KINDS] = { "inquiry.kind.id", "inquiry.kind.phone", "inquiry.kind.email",
        "inquiry.kind.names-day", "inquiry.kind.names-year" };
    facts_begin(o);
    for (int i = 0; i < MATCH_TOKEN_KINDS; i++)
        if (p->count[i])
            fact(o, word[i], words_int(&c->mem, c->node->words, c->lang, (int64_t)p->count[i]));
    facts_end(o);
    small(o, "inquiry.filled-up");
}

static void dry_run(struct ctx *c, struct out *o, const struct inquiry_preview *p)
{
    part_begin(o, "inquiry.compared");
    compared(c, o, p);
    section_end(o);
    part_begin(o, "inquiry.who-learns");
    SIDE(o, "inquiry.you", SAY(c, "inquiry.this-node"), "inquiry.you-1", "inquiry.you-2", "inquiry.you-3");
    SIDE(o, "inquiry.they", p->answering.name, "inquiry.they-1", "inquiry.they-2", "inquiry.they-3", "inquiry.they-4");
    for (size_t i = 0; i < p->guardians; i++)
        SIDE(o, "inquiry.guardian", p->guardian[i].name, "inquiry.guardian-1", "inquiry.guardian-2");
    small(o, "inquiry.not-protected");
    section_end(o);
}

static void purposes(struct ctx *c, struct out *o)
{
    struct choice opt[8];
    size_t n = 0;
    for (; inquiry_purposes[n] && n < COUNT_OF(opt); n++)
        opt[n] = (struct choice){ .value = str_c(inquiry_purposes[n]), .text = say_join(c, "inquiry.purpose", str_c(inquiry_purposes[n])) };
    pick(o, &(struct pick){ .name = "purpose", .label = "inquiry.purpose", .options = opt, .n = n });
}

/* Several: each sees the question, and one that answers is enough. */
static void guardians(struct ctx *c, struct out *o, const struct inquiry_preview *p)
{
    struct choice opt[GUARDIANS_MAX];
    struct str all = { 0 };
    if (p->guardians < 2)
        return;
    for (size_t i = 0; i < p->guardians; i++) {
        opt[i] = (struct choice){ .value = p->guardian[i].node, .text = p->guardian[i].name };
        all = i ? str_join(&c->mem, all, STR(" "), p->guardian[i].node) : p->guardian[i].node;
    }
    hidden(o, "choose", STR("yes"));
    pick(o, &(struct pick){ .name = "guardian", .label = "inquiry.guardians", .hint = "inquiry.guardians-hint",
                            .value = all, .options = opt, .n = p->guardians, .many = true });
}

static enum err choose_agency(struct ctx *c, struct out *o, struct str person)
{
    struct inquiry_peer *p;
    size_t n, k = 0;
    TRY(inquiry_peers(c, &p, &n));
    struct choice *opt = NEW_N(&c->mem, struct choice, n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++)
        if (!p[i].guardian && !p[i].closed)
            opt[k++] = (struct choice){ .value = p[i].node, .text = p[i].name,
                .note = p[i].url.n ? (struct str){ 0 } : SAY(c, "inquiry.by-courier") };
    if (!k) {
        empty(o, "inquiry.no-peers");
        return ERR_OK;
    }
    filters_begin(o, "inquiry.which-agency", "/person/%s/inquiry", person);
    pick(o, &(struct pick){ .name = "agency", .label = "inquiry.agency", .options = opt, .n = k });
    filters_end(o);
    return ERR_OK;
}

static enum err ask_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct inquiry_preview p;
    struct record r;
    struct str person = rq->params[0], agency = rq->method == POST ? req_field(rq, "agency") : req_query(rq, "agency");
    TRY(access_record(c, person, &r));
    TRY(access_need(c, "inquiry.ask", r.dossier));
    page_begin(o, &(struct page){ .title_key = "inquiry.ask", .tab = "cases", .narrow = true,
        .crumbs = { { "person.back", path_of(c, "/case/%s/person/%s", record_get(&r, "case"), person) } } });
    heading(o, "inquiry.ask");
    lede(o, "inquiry.lede");
    errors(o);
    if (!agency.n) {
        TRY(choose_agency(c, o, person));
        page_end(o);
        return out_check(o);
    }
    TRY(inquiry_preview(c, &(struct inquiry_question){ .person = person, .answering = agency }, &p));
    dry_run(c, o, &p);
    sheet_begin(o, "inquiry.send");
    form_begin(o, "/person/%s/inquiry", person);
    hidden(o, "agency", agency);
    facts_begin(o);
    fact(o, "inquiry.agency", p.answering.name);
    fact(o, "case.code", p.case_ref);
    fact(o, "inquiry.left", SAYF(c, "inquiry.left-n", W_INT("officer", p.left.officer), W_INT("office", p.left.office)));
    facts_end(o);
    purposes(c, o);
    guardians(c, o, &p);
    tick(o, "confirm", "yes", "inquiry.confirm", false);
    submit(o, BTN, "inquiry.send-do");
    form_end(o);
    section_end(o);
    page_end(o);
    return out_check(o);
}

static enum err act_ask(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct str id, guardian[GUARDIANS_MAX];
    if (!req_has(rq, "purpose"))
        wrong(o, "purpose", "inquiry.which-purpose");
    if (!req_is(rq, "confirm", "yes"))
        wrong(o, "confirm", "inquiry.not-confirmed");
    if (req_is(rq, "choose", "yes") && !req_has(rq, "guardian"))
        wrong(o, "guardian", "inquiry.which-guardian");
    if (o->wrong) {
        rs->status = 422;
        return ask_page(c, rq, rs);
    }
    struct inquiry_question q = { .person = rq->params[0], .answering = req_field(rq, "agency"), .purpose = req_field(rq, "purpose"),
        .guardian = guardian, .guardians = req_fields(rq, "guardian", guardian, GUARDIANS_MAX), .confirmed = true };
    TRY(inquiry_ask(c, &q, &id));
    return go_done(c, rs, "inquiry", "/inquiry/%s", id);
}

/* ---- one inquiry ------------------------------------------------------------------------------------ */

static const struct { const char *name, *key; bool identity; } facts[] = {
    { "officer", "inquiry.fact.officer", false }, { "case", "inquiry.fact.case", false },
    { "first_name", "inquiry.fact.first_name", true }, { "second_name", "inquiry.fact.second_name", true },
    { "known_as", "inquiry.fact.known_as", true }, { "birthdate", "inquiry.fact.birthdate", true },
    { "age_years", "inquiry.fact.age_years", true }, { "sex", "inquiry.fact.sex", true },
    { "nationality", "inquiry.fact.nationality", true },
};

static enum err theirs_part(struct ctx *c, struct out *o, const struct inquiry *q)
{
    struct letter_fact f[FACTS_MAX];
    struct str office;
    size_t n;
    int64_t until;
    TRY(inquiry_theirs(c, q->id, f, &n, &office));
    if (!n)
        return ERR_OK;
    bool open = access_opened(c, q->dossier, &until);
    sealed_begin(o, "inquiry.theirs");
    facts_begin(o);
    fact(o, "step.office", office);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < COUNT_OF(facts); k++)
            if (str_is(f[i].name, facts[k].name))
                fact(o, facts[k].key, facts[k].identity && !open ? SAY(c, "inquiry.closed-value") : f[i].value);
    facts_end(o);
    if (!open && access_may(c, "dossier.open_identity", q->dossier))
        go_button(o, BTN_SEAL, "identity.open", "/dossier/%s/open?to=%s", q->dossier, path_of(c, "/inquiry/%s", q->id));
    sealed_end(o);
    return ERR_OK;
}

static void answer_form(struct out *o, const struct inquiry *q)
{
    const struct choice answers[] = {
        { STR("yes"), SAY(o->c, "inquiry.yes"), SAY(o->c, "inquiry.yes-note"), false },
        { STR("no"), SAY(o->c, "inquiry.no"), SAY(o->c, "inquiry.no-note"), false },
    };
    sheet_begin(o, "inquiry.answer");
    para(o, "inquiry.answer-lede");
    form_begin(o, "/inquiry/%s/answer", q->id);
    pick(o, &(struct pick){ .name = "answer", .label = "inquiry.answer-label", .options = answers, .n = 2 });
    ask(o, &(struct ask){ .name = "words", .label = "inquiry.words", .hint = "inquiry.words-hint", .rows = 2, .max = 400, .optional = true });
    submit(o, BTN, "inquiry.answer-do");
    form_end(o);
    section_end(o);
}

static void next_part(struct out *o, const struct inquiry *q)
{
    bool ask_side = str_is(q->role, "ask");
    if (!ask_side && str_is(q->state, "question")) {
        answer_form(o, q);
    } else if (ask_side && str_is(q->state, "confirmed")) {
        sheet_begin(o, "inquiry.agree");
        para(o, "inquiry.agree-lede");
        act_button(o, BTN, "inquiry.agree-do", "/inquiry/%s/agree", q->id);
        section_end(o);
    }
}

static void inquiry_facts(struct ctx *c, struct out *o, const struct inquiry *q)
{
    bool ask_side = str_is(q->role, "ask");
    facts_begin(o);
    fact(o, ask_side ? "inquiry.agency" : "inquiry.asker", inquiry_node_name(c, ask_side ? q->answering : q->asker));
    fact(o, "inquiry.purpose", say_join(c, "inquiry.purpose", q->purpose));
    fact(o, ask_side ? "case.code" : "inquiry.their-case", q->case_ref);
    fact(o, "inquiry.guardian", inquiry_guardian_names(c, q));
    fact_begin(o, "inquiry.asked-at");
    time_of(o, q->asked_us);
    fact_end(o);
    if (q->words.n)
        fact(o, "inquiry.words", str_starts(q->words, STR("inquiry.")) ? say_(c, q->words) : q->words);
    facts_end(o);
}

static enum err inquiry_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct inquiry q;
    TRY(inquiry_get(c, rq->params[0], &q));
    bool ask_side = str_is(q.role, "ask");
    page_begin(o, &(struct page){ .title_key = ask_side ? "inquiry.mine-one" : "inquiry.question-one", .tab = "work",
        .narrow = true, .crumbs = { { "inquiry.list", STR("/inquiries") } } });
    head_begin(o);
    key_out(o, ask_side ? "inquiry.mine-one" : "inquiry.question-one");
    head_tags(o);
    tag_text(o, inquiry_tone(q.state), inquiry_state_words(c, &q));
    head_end(o);
    errors(o);
    para_text(o, say_join(c, "inquiry.meaning", str_join(&c->mem, q.role, STR("-"), q.state)));
    next_part(o, &q);
    TRY(theirs_part(c, o, &q));
    inquiry_facts(c, o, &q);
    if (q.person.n && q.case_id.n) {
        struct record r;
        if (access_record(c, q.person, &r) == ERR_OK)
            go_button(o, BTN_QUIET, "inquiry.to-person", "/case/%s/person/%s", q.case_id, q.person);
        c->fault = (struct fault){ 0 };
    }
    page_end(o);
    return out_check(o);
}

static enum err act_answer(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct str answer = req_field(rq, "answer");
    if (!str_is(answer, "yes") && !str_is(answer, "no")) {
        wrong(&rs->out, "answer", "inquiry.which-answer");
        rs->status = 422;
        return inquiry_page(c, rq, rs);
    }
    TRY(inquiry_answer(c, rq->params[0], str_is(answer, "yes"), req_field(rq, "words")));
    return go_done(c, rs, "saved", "/inquiry/%s", rq->params[0]);
}

static enum err act_agree(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(inquiry_agree(c, rq->params[0]));
    return go_done(c, rs, "saved", "/inquiry/%s", rq->params[0]);
}

const struct route inquiry_routes[] = {
    { GET,  "/person/:id/inquiry",    ask_page,     .verb = "inquiry.ask", .help = "What each side would learn, then ask another agency." },
    { POST, "/person/:id/inquiry",    act_ask,      .verb = "inquiry.ask", .help = "Ask it." },
    { GET,  "/inquiries",             inquiry_list_page,    .verb = "inquiry.list", .help = "Questions to and from other agencies." },
    { GET,  "/inquiries/courier",     inquiry_page_courier_out,  .verb = "inquiry.carry", .help = "The file for the courier." },
    { POST, "/inquiries/courier",     inquiry_page_courier_in,   .verb = "inquiry.carry", .help = "A courier's file comes in.", .body_max = COURIER_MAX },
    { POST, "/inquiries/carried",     inquiry_act_carried,  .verb = "inquiry.carry", .help = "The courier has delivered." },
    { POST, "/inquiries/exchange",    inquiry_act_exchange, .verb = "inquiry.carry", .help = "Send and fetch by network now." },
    { GET,  "/inquiries/nodes",       inquiry_nodes_page,   .verb = "inquiry.peers", .help = "Paired nodes, own card, log." },
    { POST, "/inquiries/nodes",       inquiry_act_pair,     .verb = "inquiry.peers", .help = "Pair with a node." },
    { POST, "/inquiries/node/:node/close", inquiry_act_unpair, .verb = "inquiry.peers", .help = "No more letters from this node." },
    { GET,  "/inquiries/guard",       inquiry_guard_page, .verb = "inquiry.oversee", .help = "Who asks whom, how often, what for; quotas; without persons." },
    { POST, "/inquiries/node/:node/pause",  inquiry_act_pause,  .verb = "inquiry.pause", .help = "This node's letters and ours wait." },
    { POST, "/inquiries/node/:node/resume", inquiry_act_resume, .verb = "inquiry.pause", .help = "They go on." },
    { GET,  "/inquiry/:id",           inquiry_page, .verb = "inquiry.list", .help = "One inquiry, with what to do now." },
    { POST, "/inquiry/:id/answer",    act_answer,   .verb = "inquiry.answer", .help = "Yes or no to a colleague's question." },
    { POST, "/inquiry/:id/agree",     act_agree,    .verb = "inquiry.ask", .help = "Details go both ways." },
    { 0 },
};
