/* lists_web.c - questions to and from this office, and the letters between systems. */
#include "inquiry/inside.h"
#include "inquiry/web_inside.h"

static void list_grid(struct ctx *c, struct out *o, const struct inquiry *q, size_t n, bool mine)
{
    if (!n) {
        empty(o, mine ? "inquiry.none-asked" : "inquiry.none-here");
        return;
    }
    grid_begin(o, &(struct grid){ mine ? "inquiry.asked-here" : "inquiry.questions",
        COLS("inquiry.asked-at", "inquiry.other-side", "inquiry.purpose", "case.code", "inquiry.state"), .tasks = true });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, inquiry_tone(q[i].state));
        cell(o);
        time_of(o, q[i].asked_us);
        cell(o);
        link_text(o, inquiry_node_name(c, mine ? q[i].answering : q[i].asker), "/inquiry/%s", q[i].id);
        cell_text(o, say_join(c, "inquiry.purpose", q[i].purpose));
        cell_text(o, q[i].case_ref);
        cell(o);
        tag_text(o, inquiry_tone(q[i].state), inquiry_state_words(c, &q[i]));
        row_end(o);
    }
    grid_end(o);
}

static enum err courier_part(struct ctx *c, struct out *o)
{
    int64_t n;
    TRY(inquiry_waiting_count(c, &n));
    part_begin(o, "inquiry.post");
    para_text(o, SAYF(c, "inquiry.waiting-n", W_INT("n", n)));
    if (n) {
        row_of(o);
        act_button(o, BTN_QUIET, "inquiry.exchange", "/inquiries/exchange");
        go_button(o, BTN_QUIET, "inquiry.download", "/inquiries/courier");
        act_button(o, BTN_QUIET, "inquiry.carried", "/inquiries/carried");
        row_of_end(o);
    } else {
        act_button(o, BTN_QUIET, "inquiry.exchange", "/inquiries/exchange");
    }
    upload_begin(o, "/inquiries/courier");
    ask(o, &(struct ask){ .name = "file", .label = "inquiry.upload", .hint = "inquiry.upload-hint", .type = "file" });
    submit(o, BTN_QUIET, "inquiry.upload-do");
    form_end(o);
    section_end(o);
    return ERR_OK;
}

enum err inquiry_list_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct inquiry *q;
    size_t n;
    (void)rq;
    page_begin(o, &(struct page){ .title_key = "inquiry.list", .tab = "work" });
    head_begin(o);
    T(o, "inquiry.list");
    const struct verb *v = verb_find("inquiry.peers"), *watch = verb_find("inquiry.oversee");
    bool peers = v && access_role(c, v), oversee = watch && access_role(c, watch);
    if (peers || oversee)
        head_actions(o);
    if (peers)
        go_button(o, BTN_QUIET, "inquiry.nodes", "/inquiries/nodes");
    if (oversee)
        go_button(o, BTN_QUIET, "inquiry.oversight", "/inquiries/guard");
    head_end(o);
    errors(o);
    TRY(inquiry_list(c, false, 50, &q, &n));
    part_begin(o, "inquiry.questions");
    list_grid(c, o, q, n, false);
    section_end(o);
    TRY(inquiry_list(c, true, 50, &q, &n));
    part_begin(o, "inquiry.asked-here");
    list_grid(c, o, q, n, true);
    section_end(o);
    TRY(courier_part(c, o));
    page_end(o);
    return out_check(o);
}

/* The file as it is read: one letter in memory at a time. */
struct stream { struct ctx c; struct courier k; struct str rest; };

static enum err stream_pull(void *state, char *out, size_t room, size_t *n)
{
    struct stream *x = state;
    if (!x->rest.n) {
        arena_reset(&x->c.mem);
        TRY(inquiry_courier_next(&x->c, &x->k, &x->rest));
    }
    *n = x->rest.n < room ? x->rest.n : room;
    if (*n)
        memcpy(out, x->rest.p, *n);
    x->rest = str_sub(x->rest, *n, x->rest.n);
    return ERR_OK;
}

static void stream_close(void *state)
{
    struct stream *x = state;
    x->c.db = NULL;
    ctx_done(&x->c);
}

enum err inquiry_page_courier_out(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct stream *x = NEW(&c->mem, struct stream);
    (void)rq;
    TRY(ctx_check(c));
    TRY(inquiry_courier_begin(c, &x->k));
    ctx_init(&x->c, 4 << 20);
    x->c.node = c->node;
    x->c.db = c->db;
    x->c.now_us = c->now_us;
    rs->type = STR("application/octet-stream");
    rs->filename = STR("amparo-courier.bin");
    rs->pull = stream_pull;
    rs->pull_done = stream_close;
    rs->state = x;
    return ERR_OK;
}

enum err inquiry_act_carried(struct ctx *c, const struct request *rq, struct response *rs)
{
    size_t n;
    (void)rq;
    TRY(inquiry_carried(c, &n));
    return go_done(c, rs, "carried", "/inquiries");
}

enum err inquiry_page_courier_in(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct upload *u = req_upload(rq, "file");
    struct courier_report r;
    struct out *o = &rs->out;
    if (!u || !u->bytes.n) {
        wrong(o, "file", "inquiry.no-file");
        rs->status = 422;
        return inquiry_list_page(c, rq, rs);
    }
    TRY(inquiry_courier_in(c, u->bytes, &r));
    page_begin(o, &(struct page){ .title_key = "inquiry.list", .tab = "work", .narrow = true,
        .crumbs = { { "inquiry.list", STR("/inquiries") } } });
    heading(o, "inquiry.read");
    facts_begin(o);
    fact(o, "inquiry.read-taken", words_int(&c->mem, c->node->words, c->lang, (int64_t)r.taken));
    fact(o, "inquiry.read-known", words_int(&c->mem, c->node->words, c->lang, (int64_t)r.known));
    fact(o, "inquiry.read-others", words_int(&c->mem, c->node->words, c->lang, (int64_t)r.others));
    fact(o, "inquiry.read-refused", words_int(&c->mem, c->node->words, c->lang, (int64_t)r.refused));
    facts_end(o);
    if (r.key) {
        notice_begin(o, TONE_LATE);
        para_text(o, say_(c, str_c(r.key)));
        notice_end(o);
    }
    go_button(o, BTN, "inquiry.back", "/inquiries");
    page_end(o);
    return out_check(o);
}

enum err inquiry_act_exchange(struct ctx *c, const struct request *rq, struct response *rs)
{
    size_t moved;
    (void)rq;
    TRY(inquiry_exchange_now(c, 0, &moved));
    if (!moved)
        return go_done(c, rs, "nothing-moved", "/inquiries");
    return go_done(c, rs, "exchanged", "/inquiries");
}

