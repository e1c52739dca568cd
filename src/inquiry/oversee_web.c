/* oversee_web.c - the guardian's page: what an ombudsman looks at, prints, and can stop. */
#include "inquiry/inside.h"
#include "inquiry/oversee.h"
#include "inquiry/web_inside.h"

#include "page/names.h"

static void of_quota(struct ctx *c, struct out *o, int64_t used, int64_t quota)
{
    cell(o);
    text(o, SAYF(c, "inquiry.of-quota", W_INT("used", used), W_INT("quota", quota)));
}

static void figure_cell(struct ctx *c, struct out *o, int64_t v)
{
    cell_text(o, words_int(&c->mem, c->node->words, c->lang, v));
}

static enum tone quota_tone(const struct oversee_quota *u)
{
    return u->node >= INQUIRY_PER_NODE || u->office >= INQUIRY_PER_OFFICE || u->officer >= INQUIRY_PER_OFFICER ? TONE_LATE
         : u->node * 2 >= INQUIRY_PER_NODE || u->office * 2 >= INQUIRY_PER_OFFICE || u->refused ? TONE_SOON : TONE_PLAIN;
}

static void pause_button(struct out *o, const struct inquiry_peer *p, bool may)
{
    cell(o);
    if (p->closed)
        tag(o, TONE_PLAIN, "inquiry.node-closed");
    else
        tag(o, p->paused ? TONE_SOON : TONE_DONE, p->paused ? "inquiry.node-paused" : "inquiry.node-on");
    if (!p->closed && may)
        act_button(o, BTN_QUIET, p->paused ? "inquiry.resume" : "inquiry.pause", "/inquiries/node/%s/%s?to=guard", p->node,
                   p->paused ? STR("resume") : STR("pause"));
}

static enum err quotas(struct ctx *c, struct out *o)
{
    struct inquiry_peer *p;
    size_t n, agencies = 0;
    const struct verb *v = verb_find("inquiry.pause");
    bool may = v && access_role(c, v);
    TRY(inquiry_peers(c, &p, &n));
    part_begin(o, "inquiry.quotas");
    small(o, "inquiry.quotas-note");
    for (size_t i = 0; i < n; i++)
        agencies += !p[i].guardian;
    if (!agencies) {
        empty(o, "inquiry.no-peers");
        section_end(o);
        return ERR_OK;
    }
    grid_begin(o, &(struct grid){ "inquiry.quotas", COLS("inquiry.agency-asks", "inquiry.node-state", "inquiry.by-node",
        "inquiry.by-office", "inquiry.by-officer", "inquiry.refused-week"), .rowhead = true });
    for (size_t i = 0; i < n; i++) {
        struct oversee_quota u;
        if (p[i].guardian)
            continue;
        TRY(oversee_quota(c, p[i].node, &u));
        row_begin(o, quota_tone(&u));
        cell_text(o, p[i].name);
        pause_button(o, &p[i], may);
        of_quota(c, o, u.node, INQUIRY_PER_NODE);
        of_quota(c, o, u.office, INQUIRY_PER_OFFICE);
        of_quota(c, o, u.officer, INQUIRY_PER_OFFICER);
        figure_cell(c, o, u.refused);
        row_end(o);
    }
    grid_end(o);
    section_end(o);
    return ERR_OK;
}

static void counts(struct ctx *c, struct out *o, const struct oversee_line *l)
{
    cell(o);
    time_of(o, l->last_us);
    figure_cell(c, o, l->week);
    figure_cell(c, o, l->month);
    figure_cell(c, o, l->all);
    figure_cell(c, o, l->refused);
    row_end(o);
}

static enum err pairs(struct ctx *c, struct out *o)
{
    struct oversee_line *l;
    size_t n;
    TRY(oversee_pairs(c, &l, &n));
    part_begin(o, "inquiry.who-asks-whom");
    if (!n)
        empty(o, "inquiry.none-asked");
    else
        grid_begin(o, &(struct grid){ "inquiry.who-asks-whom", COLS("inquiry.asker", "inquiry.agency", "inquiry.last",
            "inquiry.days-7", "inquiry.days-30", "inquiry.ever", "inquiry.refused"), .rowhead = true });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, TONE_PLAIN);
        cell_text(o, inquiry_node_name(c, l[i].what));
        cell_text(o, inquiry_node_name(c, l[i].to));
        counts(c, o, &l[i]);
    }
    if (n)
        grid_end(o);
    section_end(o);
    return ERR_OK;
}

static enum err purposes(struct ctx *c, struct out *o)
{
    struct oversee_line *l;
    size_t n;
    TRY(oversee_purposes(c, &l, &n));
    if (!n)
        return ERR_OK;
    part_begin(o, "inquiry.what-for");
    grid_begin(o, &(struct grid){ "inquiry.what-for", COLS("inquiry.purpose", "inquiry.last", "inquiry.days-7",
        "inquiry.days-30", "inquiry.ever", "inquiry.refused"), .rowhead = true });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, TONE_PLAIN);
        cell_text(o, say_join(c, "inquiry.purpose", l[i].what));
        counts(c, o, &l[i]);
    }
    grid_end(o);
    section_end(o);
    return ERR_OK;
}

static enum err refusals(struct ctx *c, struct out *o)
{
    struct inquiry *q;
    size_t n;
    TRY(oversee_refusals(c, &q, &n));
    part_begin(o, "inquiry.refusals");
    if (!n)
        empty(o, "inquiry.no-refusals");
    else
        grid_begin(o, &(struct grid){ "inquiry.refusals", COLS("inquiry.asked-at", "inquiry.asker", "inquiry.agency",
            "inquiry.purpose", "inquiry.why") });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, TONE_PLAIN);
        cell(o);
        time_of(o, q[i].asked_us);
        cell_text(o, inquiry_node_name(c, q[i].asker));
        cell_text(o, inquiry_node_name(c, q[i].answering));
        cell_text(o, say_join(c, "inquiry.purpose", q[i].purpose));
        cell_text(o, str_starts(q[i].words, STR("inquiry.")) ? say_(c, q[i].words) : SAY(c, "inquiry.no-questions-left"));
        row_end(o);
    }
    if (n)
        grid_end(o);
    section_end(o);
    return ERR_OK;
}

enum err inquiry_guard_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct oversee_sums s;
    (void)rq;
    TRY(oversee_sums(c, &s));
    page_begin(o, &(struct page){ .title_key = "inquiry.oversight", .tab = "admin", .crumbs = { { "inquiry.list", STR("/inquiries") } } });
    heading(o, "inquiry.oversight");
    lede(o, "inquiry.oversight-lede");
    const struct figure f[] = { { "inquiry.fig-week", s.week, NULL }, { "inquiry.fig-refused", s.refused, NULL },
                                { "inquiry.fig-under-way", s.under_way, NULL }, { "inquiry.fig-all", s.all, NULL } };
    figures(o, f, COUNT_OF(f));
    TRY(quotas(c, o));
    TRY(pairs(c, o));
    TRY(purposes(c, o));
    TRY(refusals(c, o));
    page_end(o);
    return out_check(o);
}

static enum err pause_to(struct ctx *c, const struct request *rq, struct response *rs, bool paused)
{
    struct str to = req_query(rq, "to");
    TRY(inquiry_pause(c, rq->params[0], paused));
    return str_is(to, "guard") ? go_done(c, rs, "saved", "/inquiries/guard") : go_done(c, rs, "saved", "/inquiries/nodes");
}

enum err inquiry_act_pause(struct ctx *c, const struct request *rq, struct response *rs)
{
    return pause_to(c, rq, rs, true);
}

enum err inquiry_act_resume(struct ctx *c, const struct request *rq, struct response *rs)
{
    return pause_to(c, rq, rs, false);
}
