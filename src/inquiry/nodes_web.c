/* nodes_web.c - the systems this one is paired with, and the log of questions. */
#include "inquiry/inside.h"
#include "inquiry/web_inside.h"

#include "page/names.h"

static struct str office_or_code(struct ctx *c, struct str office)
{
    struct str t = office.n ? office_text(c, office) : (struct str){ 0 };
    return t.n ? t : office;
}

static enum err log_grid(struct ctx *c, struct out *o)
{
    struct inquiry *q;
    size_t n;
    TRY(inquiry_log(c, 100, &q, &n));
    part_begin(o, "inquiry.log");
    small(o, "inquiry.log-note");
    if (!n)
        empty(o, "inquiry.none-asked");
    else
        grid_begin(o, &(struct grid){ "inquiry.log", COLS("inquiry.asked-at", "inquiry.asker", "inquiry.other-side", "inquiry.purpose", "case.code", "inquiry.state") });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, TONE_PLAIN);
        cell(o);
        time_of(o, q[i].asked_us);
        cell(o);
        text(o, inquiry_node_name(c, q[i].asker));
        html(o, "<br>");
        text(o, office_or_code(c, q[i].office));
        cell_text(o, inquiry_node_name(c, q[i].answering));
        cell_text(o, say_join(c, "inquiry.purpose", q[i].purpose));
        cell_text(o, q[i].case_ref);
        cell(o);
        key_out(o, str_is(q[i].role, "guard") ? "inquiry.role-guard" : str_is(q[i].role, "ask") ? "inquiry.role-ask" : "inquiry.role-answer");
        row_end(o);
    }
    if (n)
        grid_end(o);
    section_end(o);
    return ERR_OK;
}

static void pair_form(struct out *o)
{
    sheet_begin(o, "inquiry.pair");
    para(o, "inquiry.pair-lede");
    form_begin(o, "/inquiries/nodes");
    ask(o, &(struct ask){ .name = "card", .label = "inquiry.card", .rows = 3, .max = 250 });
    ask(o, &(struct ask){ .name = "name", .label = "inquiry.node-name", .width = W_L, .max = 120 });
    ask(o, &(struct ask){ .name = "url", .label = "inquiry.node-url", .hint = "inquiry.node-url-hint", .width = W_L, .optional = true });
    ask(o, &(struct ask){ .name = "ca", .label = "inquiry.node-ca", .hint = "inquiry.node-ca-hint", .rows = 3, .max = PEER_CA_MAX, .optional = true });
    tick(o, "guardian", "yes", "inquiry.is-guardian", false);
    submit(o, BTN, "inquiry.pair-do");
    form_end(o);
    section_end(o);
}

/* Letters of today; more than a day has; stopped, paused, or the buttons for it. */
static void node_state(struct ctx *c, struct out *o, const struct inquiry_peer *p)
{
    struct meter_count m = meter_today(c->node->meter, c->now_us, p->node);
    if (m.letters + m.polls + m.refused)
        step_note(o, SAYF(c, "inquiry.letters-today", W_INT("n", m.letters), W_INT("kib", m.bytes / 1024)));
    if (p->over.n)
        step_note(o, str_join(&c->mem, SAY(c, "inquiry.over-on"), STR(" "), p->over,
                              m.refused ? SAYF(c, "inquiry.over-n", W_INT("n", m.refused)) : (struct str){ 0 }));
    if (p->closed) {
        tag(o, TONE_PLAIN, "inquiry.node-closed");
        return;
    }
    if (p->paused)
        tag(o, TONE_SOON, "inquiry.node-paused");
    row_of(o);
    act_button(o, BTN_QUIET, p->paused ? "inquiry.resume" : "inquiry.pause", "/inquiries/node/%s/%s", p->node,
               p->paused ? STR("resume") : STR("pause"));
    act_button(o, BTN_QUIET, "inquiry.unpair", "/inquiries/node/%s/close", p->node);
    row_of_end(o);
}

enum err inquiry_nodes_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct inquiry_peer *p;
    size_t n;
    (void)rq;
    TRY(inquiry_peers(c, &p, &n));
    page_begin(o, &(struct page){ .title_key = "inquiry.nodes", .tab = "admin", .narrow = true, .crumbs = { { "inquiry.list", STR("/inquiries") } } });
    head_begin(o);
    T(o, "inquiry.nodes");
    head_actions(o);
    go_button(o, BTN_QUIET, "inquiry.oversight", "/inquiries/guard");
    head_end(o);
    errors(o);
    part_begin(o, "inquiry.own-card");
    html(o, "<p class=\"code\">");
    text(o, inquiry_card(c));
    html(o, "</p>\n");
    small(o, "inquiry.own-card-note");
    section_end(o);
    part_begin(o, "inquiry.paired");
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++) {
        step_begin(o, p[i].closed ? TONE_PLAIN : p[i].paused || p[i].over.n ? TONE_SOON : TONE_DONE);
        text(o, p[i].name);
        step_note(o, str_join(&c->mem, p[i].guardian ? SAY(c, "inquiry.guardian") : SAY(c, "inquiry.node-agency"), STR(" · "),
                              p[i].url.n ? p[i].url : SAY(c, "inquiry.by-courier")));
        node_state(c, o, &p[i]);
        step_end(o);
    }
    steps_end(o);
    if (!n)
        empty(o, "inquiry.no-peers");
    section_end(o);
    pair_form(o);
    TRY(log_grid(c, o));
    page_end(o);
    return out_check(o);
}

enum err inquiry_act_pair(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = inquiry_pair(c, &(struct inquiry_pairing){ .card = req_field(rq, "card"), .name = req_field(rq, "name"),
        .url = req_field(rq, "url"), .ca = req_field(rq, "ca"), .guardian = req_is(rq, "guardian", "yes") });
    if (e == ERR_INPUT) {
        struct str words = say_(c, str_c(c->fault.key));
        c->fault = (struct fault){ 0 };
        wrong_(&rs->out, STR("card"), words);
        rs->status = 422;
        return inquiry_nodes_page(c, rq, rs);
    }
    TRY(e);
    return go_done(c, rs, "saved", "/inquiries/nodes");
}

enum err inquiry_act_unpair(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(inquiry_unpair(c, rq->params[0]));
    return go_done(c, rs, "saved", "/inquiries/nodes");
}

