/* versions_web.c - several cases of an office go over to the pack's present version of
 * their procedure, with one reason and each by a change of its own.  Only those of which
 * nothing must be decided; the others are named with what stands in their way. */
#include "case/case.h"

#include "page/names.h"
#include "page/page.h"

enum { LISTED = 50 };

struct line {
    struct work_old it;
    struct str seen, why;        /* the version shown; {0}: it can move */
    size_t stay, gone;
};
struct lines { struct line v[LISTED]; size_t n, ready; bool more; };
struct outcome { struct { struct str id, code, why; } not[LISTED]; size_t n_not, moved; bool done; };

/* A reason that concerns this one case; anything else ends the request. */
static bool its_own(struct ctx *c, enum err e, struct str *why)
{
    if (e != ERR_INPUT && e != ERR_CONFLICT && e != ERR_DENIED && e != ERR_NOT_FOUND && e != ERR_BUSY)
        return false;
    *why = say_(c, str_c(c->fault.key ? c->fault.key : "error.internal"));
    c->fault = (struct fault){ 0 };
    return true;
}

static enum err look_at(struct ctx *c, struct line *l)
{
    struct work_case k;
    struct version_plan p = { .n_stay = 0 };
    TRY(work_case(c, l->it.id, &k));
    TRY(work_version_may(c, &k));
    TRY(work_version_plan(c, k.id, &p));
    l->seen = p.v.present;
    l->stay = p.n_stay;
    l->gone = p.fit.n_gone;
    if (l->gone)
        l->why = SAYF(c, "versions.needs", W_INT("n", (int64_t)l->gone));
    return ERR_OK;
}

static enum err read_lines(struct ctx *c, struct str after, struct lines *l)
{
    struct work_old *v;
    size_t n;
    TRY(work_version_old(c, after, LISTED + 1, &v, &n));
    l->more = n > LISTED;
    l->n = l->more ? LISTED : n;
    for (size_t i = 0; i < l->n; i++) {
        l->v[i].it = v[i];
        enum err e = look_at(c, &l->v[i]);
        if (e && !its_own(c, e, &l->v[i].why))
            return e;
        l->ready += !l->v[i].why.n;
    }
    return ERR_OK;
}

/* ---- the page ------------------------------------------------------------------------------ */

static enum err ready_form(struct ctx *c, struct out *o, const struct lines *l)
{
    struct choice opt[LISTED];
    struct str all = { 0 };
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i].why.n)
            continue;
        struct str value = str_join(&c->mem, l->v[i].it.id, STR(":"), l->v[i].seen);
        opt[n++] = (struct choice){ .value = value, .text = l->v[i].it.code,
                                    .note = SAYF(c, "versions.stay", W_INT("n", (int64_t)l->v[i].stay)) };
        all = all.n ? str_join(&c->mem, all, STR(" "), value) : value;
    }
    TRY(ctx_check(c));
    if (!n)
        return ERR_OK;
    sheet_begin(o, "versions.ready");
    form_begin(o, "/cases/versions");
    pick(o, &(struct pick){ .name = "case", .label = "versions.which", .many = true, .columns = true, .value = all,
                            .options = opt, .n = n });
    ask(o, &(struct ask){ .name = "reason", .label = "case.reason-label", .hint = "step.reason-hint", .rows = 2, .max = 1000 });
    submit(o, BTN, "versions.do");
    form_end(o);
    section_end(o);
    return ERR_OK;
}

static void blocked_part(struct out *o, const struct lines *l)
{
    if (l->ready == l->n)
        return;
    part_begin(o, "versions.cannot");
    steps_begin(o, true);
    for (size_t i = 0; i < l->n; i++) {
        if (!l->v[i].why.n)
            continue;
        step_begin(o, TONE_SOON);
        if (l->v[i].gone)
            link_text(o, l->v[i].it.code, "/case/%s/version", l->v[i].it.id);
        else
            link_text(o, l->v[i].it.code, "/case/%s", l->v[i].it.id);
        step_note(o, l->v[i].why);
        step_end(o);
    }
    steps_end(o);
    section_end(o);
}

static void outcome_part(struct out *o, const struct outcome *x)
{
    if (!x->done)
        return;
    html(o, "<p role=\"status\">");
    TF(o, "versions.moved", W_INT("n", (int64_t)x->moved));
    html(o, "</p>\n");
    part_begin(o, "versions.not-moved");
    steps_begin(o, true);
    for (size_t i = 0; i < x->n_not; i++) {
        step_begin(o, TONE_LATE);
        link_text(o, x->not[i].code, "/case/%s", x->not[i].id);
        step_note(o, x->not[i].why);
        step_end(o);
    }
    steps_end(o);
    section_end(o);
}

static enum err page_with(struct ctx *c, struct response *rs, struct str after, const struct outcome *x)
{
    struct out *o = &rs->out;
    struct lines *l = NEW(&c->mem, struct lines);
    TRY(ctx_check(c));
    TRY(read_lines(c, after, l));
    page_begin(o, &(struct page){ .title_key = "versions.title", .tab = "cases", .crumbs = { { "case.list", STR("/cases") } } });
    heading(o, "versions.title");
    errors(o);
    outcome_part(o, x);
    if (l->n)
        lede(o, "versions.why");
    else
        empty(o, "versions.none");
    TRY(ready_form(c, o, l));
    blocked_part(o, l);
    if (l->more)
        pager(o, l->v[LISTED - 1].it.id, "/cases/versions?after=%s", l->v[LISTED - 1].it.id);
    page_end(o);
    return ERR_OK;
}

enum err case_versions_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct outcome none = { .n_not = 0 };
    return page_with(c, rs, req_query(rq, "after"), &none);
}

/* ---- moving ------------------------------------------------------------------------------------ */

static struct str code_of(struct ctx *c, struct str id)
{
    struct work_case k;
    struct fault before = c->fault;
    bool hers = work_case(c, id, &k) == ERR_OK && access_may(c, "case.view", k.route);
    c->fault = before;
    return hers ? k.code : STR("—");
}

static enum err move_one(struct ctx *c, struct str value, struct str reason, struct outcome *x)
{
    struct str id, seen, why;
    if (!str_cut(value, ':', &id, &seen) || !id_ok(id))
        return FAIL(c, ERR_INPUT, "error.not-found", "value");
    enum err e = work_version_move(c, id, NULL, 0, seen, reason);
    x->moved += !e;
    if (!e)
        return ERR_OK;
    if (!its_own(c, e, &why))
        return e;
    x->not[x->n_not].id = id;
    x->not[x->n_not].code = code_of(c, id);
    x->not[x->n_not++].why = why;
    return ERR_OK;
}

enum err case_versions_act(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct outcome x = { .done = true };
    struct str reason = str_trim(req_field(rq, "reason"));
    if (reason.n < 3)
        wrong(&rs->out, "reason", "work.reason");
    if (!req_has(rq, "case"))
        wrong(&rs->out, "case", "versions.pick-one");
    if (rs->out.wrong) {
        rs->status = 422;
        return case_versions_page(c, rq, rs);
    }
    for (size_t i = 0; i < rq->form_n && x.moved + x.n_not < LISTED; i++)
        if (str_is(rq->form[i].name, "case"))
            TRY(move_one(c, rq->form[i].value, reason, &x));
    return x.n_not ? page_with(c, rs, (struct str){ 0 }, &x) : go_done(c, rs, "saved", "/cases/versions");
}
