/* version_web.c - a case goes over to the pack's present version of its procedure:
 * what would happen to each open step is said before it is done. */
#include "case/case.h"

#include "base/node.h"
#include "page/names.h"
#include "page/page.h"

static struct str field_of(struct ctx *c, int64_t key)
{
    struct buf b;
    buf_init(&b, &c->mem, 32);
    buf_fmt(&b, "to.%lld", (long long)key);
    return buf_str(&b);
}

/* "PT24H" and "P10D" as people say them; anything else as the model writes it. */
static struct str when_text(struct ctx *c, const struct flow_when *w)
{
    struct str t = w->text, number;
    bool hours = str_starts(t, STR("PT")) && str_ends(t, STR("H")), days = str_starts(t, STR("P")) && str_ends(t, STR("D"));
    int64_t n = 0;
    if (w->kind == FLOW_NEVER)
        return SAY(c, "version.no-deadline");
    number = hours ? str_sub(t, 2, t.n - 3) : days ? str_sub(t, 1, t.n - 2) : (struct str){ 0 };
    if (!number.n || !str_to_i64(number, &n))
        return t;
    if (hours)
        return SAYF(c, "version.hours", W_INT("n", n));
    return str_is(w->calendar, "working") ? SAYF(c, "version.working-days", W_INT("n", n)) : SAYF(c, "version.days", W_INT("n", n));
}

static void stays(struct ctx *c, struct out *o, const struct version_plan *p)
{
    part_begin(o, "version.stays");
    if (!p->n_stay)
        empty(o, "version.none-stays");
    else
        steps_begin(o, true);
    for (size_t i = 0; i < p->n_stay; i++) {
        const struct flow_open *s = &p->stay[i];
        struct flow_step now = { .name = s->name, .role = s->role, .lane_name = s->lane_name, .due = s->when };
        (void)flow_node_find(p->to, s->node, &now);
        step_begin(o, TONE_DONE);
        text(o, now.name);
        if (!str_eq(now.role, s->role))
            step_note(o, SAYF(c, "version.other-role", W_TEXT("role", now.lane_name)));
        if (!str_eq(now.due.text, s->when.text))
            step_note(o, SAYF(c, "version.other-deadline", W_TEXT("was", when_text(c, &s->when)), W_TEXT("now", when_text(c, &now.due))));
        step_end(o);
    }
    if (p->n_stay)
        steps_end(o);
    section_end(o);
}

static enum err decide_form(struct ctx *c, struct out *o, const struct request *rq, const struct work_case *k,
                            const struct version_plan *p)
{
    struct choice *opt = NEW_N(&c->mem, struct choice, p->fit.n_to + 2);
    TRY(ctx_check(c));
    opt[0] = (struct choice){ .value = STR(""), .text = SAY(c, "version.choose") };
    opt[1] = (struct choice){ .value = STR("-"), .text = SAY(c, "version.ends") };
    for (size_t i = 0; i < p->fit.n_to; i++)
        opt[i + 2] = (struct choice){ .value = p->fit.to[i].id,
            .text = str_join(&c->mem, p->fit.to[i].name, STR(" · "), p->fit.to[i].lane_name) };
    form_begin(o, "/case/%s/version", k->id);
    hidden(o, "version", p->v.present);
    if (p->fit.n_gone)
        notice(o, TONE_LATE, "version.gone-why");
    for (size_t i = 0; i < p->fit.n_gone; i++) {
        const struct flow_gone *g = &p->fit.gone[i];
        const char *name = field_of(c, g->key).p;
        html(o, "<h3>");
        text(o, g->name.n ? g->name : g->node);
        html(o, "</h3>\n");
        pick_list(o, &(struct pick){ .name = name, .label = "version.goes-on", .value = req_field(rq, name),
                                     .options = opt, .n = p->fit.n_to + 2 });
    }
    ask(o, &(struct ask){ .name = "reason", .label = "case.reason-label", .hint = "step.reason-hint", .rows = 2, .max = 1000 });
    submit(o, BTN, "version.move");
    form_end(o);
    return ERR_OK;
}

static enum err version_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct work_case k;
    struct version_plan p;
    TRY(work_case(c, rq->params[0], &k));
    TRY(work_version_may(c, &k));
    TRY(work_version_plan(c, k.id, &p));
    page_begin(o, &(struct page){ .title = k.code, .tab = "cases", .narrow = true,
        .crumbs = { { "case.list", STR("/cases") }, { "case.one", path_of(c, "/case/%s", k.id) } } });
    head_begin(o);
    T(o, "version.title");
    html(o, " ");
    text(o, k.code);
    head_end(o);
    errors(o);
    lede(o, "version.why");
    stays(c, o, &p);
    TRY(decide_form(c, o, rq, &k, &p));
    page_end(o);
    return ERR_OK;
}

static size_t decisions(struct ctx *c, const struct request *rq, struct flow_decision *d, size_t max)
{
    size_t n = 0;
    (void)c;
    for (size_t i = 0; i < rq->form_n && n < max; i++) {
        struct str v = rq->form[i].value;
        int64_t key;
        if (str_starts(rq->form[i].name, STR("to.")) && v.n && str_to_i64(str_sub(rq->form[i].name, 3, 20), &key))
            d[n++] = (struct flow_decision){ key, str_is(v, "-") ? (struct str){ 0 } : v };
    }
    return n;
}

static enum err act_version(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum { MAX = 100 };
    struct flow_decision d[MAX];
    size_t n = decisions(c, rq, d, MAX);
    enum err e = work_version_move(c, rq->params[0], d, n, req_field(rq, "version"), req_field(rq, "reason"));
    if (e == ERR_INPUT) {
        const char *key = c->fault.key;
        c->fault = (struct fault){ 0 };
        rs->status = 422;
        wrong_(&rs->out, STR("reason"), say_(c, str_c(key)));
        return version_page(c, rq, rs);
    }
    TRY(e);
    return go_done(c, rs, "saved", "/case/%s", rq->params[0]);
}

enum err case_version_part(struct ctx *c, struct out *o, const struct work_case *k)
{
    struct work_version v;
    struct fault before = c->fault;
    enum err e = work_version(c, k->id, &v);
    if (!e && v.old) {
        notice(o, TONE_SOON, "version.old");
        e = work_version_may(c, k);
        if (!e)
            go_button(o, BTN_QUIET, "version.move-open", "/case/%s/version", k->id);
        if (!e && str_eq(k->owner, c->who->office))
            go_button(o, BTN_QUIET, "versions.open", "/cases/versions");
    }
    if (e == ERR_NOT_FOUND || e == ERR_DENIED) {       /* nothing runs, or it is not hers to move */
        c->fault = before;
        return ERR_OK;
    }
    return e;
}

const struct route case_version_routes[] = {
    { GET,  "/cases/versions",   case_versions_page, .verb = "case.version", .help = "Cases of the office on an earlier version of their procedure." },
    { POST, "/cases/versions",   case_versions_act,  .verb = "case.version", .help = "Move those picked, each by its own change." },
    { GET,  "/case/:id/version", version_page, .verb = "case.version", .help = "What another version of the procedure would change." },
    { POST, "/case/:id/version", act_version,  .verb = "case.version", .help = "Go over to it, with a reason." },
    { 0 }
};
