/* near_web.c - "was this told before?": the signal's page beside earlier ones, and the
 * signals of a case. */
#include "signal/near.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"
#include "page/form_html.h"
#include "page/names.h"

/* What the codes of a field of a form are called. */
static struct str labels(struct ctx *c, const char *form, const char *field, struct str codes)
{
    const struct form *f = pack_form(c->node->pack, str_c(form));
    const struct form_field *x = f ? form_find(f, str_c(field)) : NULL;
    return x && codes.n ? form_value_text(c, f, x, codes) : (struct str){ 0 };
}

static void reason(struct out *o, const char *key, struct str what)
{
    html(o, "<li>");
    key_out(o, key);
    if (what.n) {
        html(o, ": ");
        text(o, what);
    }
    html(o, "</li>");
}

static void reasons(struct ctx *c, struct out *o, const struct near_signal *x)
{
    struct str kind = labels(c, "workplace", "place_kind", x->kind), signs = labels(c, "signal", "signs", x->signs);
    if (!x->words.n && !kind.n && !signs.n && !x->district)
        return;
    html(o, "<ul class=\"small\">");
    if (x->words.n)
        reason(o, "near.words", x->words);
    if (kind.n)
        reason(o, "near.kind", kind);
    if (signs.n)
        reason(o, "near.signs", signs);
    if (x->district)
        reason(o, "near.district", place_text(c, x->s.territory));
    html(o, "</ul>\n");
}

static void line_begin(struct ctx *c, struct out *o, const struct near_signal *x)
{
    struct str what = labels(c, "signal", "signs", x->s.title);
    step_begin(o, x->link.id.n ? TONE_DONE : x->mbits >= 0 ? TONE_SOON : TONE_PLAIN);
    key_out(o, x->link.id.n ? "near.linked" : x->mbits >= 0 ? "near.likely" : "near.possible");
    html(o, ": ");
    link_text(o, what.n ? what : SAY(c, "signal.no-title"), "/signal/%s", x->s.id);
    html(o, "<small>");
    text(o, say_join(c, "signal.state", x->s.state));
    html(o, ", ");
    time_of(o, x->s.received_us);
    if (x->k.id.n) {
        html(o, ", ");
        link_text(o, x->k.code, "/case/%s", x->k.id);
        if (!str_is(x->k.status, "open")) {
            html(o, " ");
            T(o, "near.case-closed");
        }
    }
    html(o, "</small>");
}

static void acts(struct ctx *c, struct out *o, const struct signal *s, const struct near_signal *x)
{
    bool case_open = x->k.id.n && str_is(x->k.status, "open"), into = case_open && near_waits(s) &&
        access_may(c, "signal.open_case", s->dossier);
    if (!access_may(c, "signal.link", s->dossier))
        return;
    if (!x->link.id.n) {
        act_button(o, BTN_QUIET, into ? "near.same-into" : "near.same", "/signal/%s/same/%s", s->id, x->s.id);
        return;
    }
    if (into)
        act_button(o, BTN, "near.into", "/signal/%s/link/%s/join", s->id, x->link.id);
    act_button(o, BTN_QUIET, "near.undo", "/signal/%s/link/%s/undo", s->id, x->link.id);
}

static void signals_part(struct ctx *c, struct out *o, const struct signal *s, const struct near_signal *x, size_t n)
{
    part_begin(o, "near.title");
    para(o, "near.why");
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++) {
        line_begin(c, o, &x[i]);
        reasons(c, o, &x[i]);
        acts(c, o, s, &x[i]);
        step_end(o);
    }
    steps_end(o);
    small(o, "near.never");
    section_end(o);
}

static void places_part(struct ctx *c, struct out *o, const struct near_place *x, size_t n)
{
    part_begin(o, "near.places");
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++) {
        step_begin(o, x[i].mbits >= 0 ? TONE_SOON : TONE_PLAIN);
        key_out(o, x[i].mbits >= 0 ? "near.likely" : "near.possible");
        html(o, ": ");
        link_text(o, x[i].name, "/case/%s/workplace/%s", x[i].k.id, x[i].id);
        html(o, "<small>");
        link_text(o, x[i].k.code, "/case/%s", x[i].k.id);
        html(o, ", ");
        text(o, place_text(c, x[i].k.territory));
        html(o, "</small><ul class=\"small\">");
        reason(o, "near.words", x[i].words);
        if (x[i].kind.n)
            reason(o, "near.kind", labels(c, "workplace", "place_kind", x[i].kind));
        html(o, "</ul>\n");
        step_end(o);
    }
    steps_end(o);
    section_end(o);
}

enum err signal_panel_near(struct ctx *c, struct out *o, const struct subject *about)
{
    const struct signal *s = about->record;
    struct near_signal *x;
    struct near_place *p;
    size_t n, places;
    TRY(near_list(c, s, &x, &n));
    if (n)
        signals_part(c, o, s, x, n);
    TRY(near_places(c, s, &p, &places));
    if (places)
        places_part(c, o, p, places);
    return ERR_OK;
}

/* ---- the signals of a case -------------------------------------------------------------------- */

/* Those she may see.  Of the others not even when they came: that can tell the side of
 * the accused who spoke. */
enum err signal_panel_case(struct ctx *c, struct out *o, const struct subject *about)
{
    enum { SHOWN = 50 };
    AUTO_ROWS r = { 0 };
    size_t n = 0;
    TRY(db_query(c, &r, "SELECT id, dossier, received_us FROM signal_row WHERE case_id = $1 ORDER BY received_us, id LIMIT $2",
                 ARGS(TEXT(about->id), INT(SHOWN))));
    while (rows_next(&r)) {
        if (!access_may(c, "signal.view", row_str(&r, 1)))
            continue;
        if (n++ == 0) {
            part_begin(o, "near.of-case");
            steps_begin(o, false);
        }
        step_begin(o, TONE_PLAIN);
        link_(o, "signal.one", path_of(c, "/signal/%s", row_str(&r, 0)));
        html(o, " <small>");
        time_of(o, row_i64(&r, 2));
        html(o, "</small>");
        step_end(o);
    }
    TRY(rows_end(&r));
    if (n) {
        steps_end(o);
        section_end(o);
    }
    return ERR_OK;
}

/* ---- acts --------------------------------------------------------------------------------------- */

static enum err act_same(struct ctx *c, const struct request *rq, struct response *rs)
{
    bool joined = false;
    TRY(near_same(c, rq->params[0], rq->params[1], &joined));
    return joined ? go_done(c, rs, "joined", "/signal/%s", rq->params[0])
                  : go_done(c, rs, "saved", "/signal/%s", rq->params[0]);
}

static enum err act_join(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(near_join(c, rq->params[0], rq->params[1]));
    return go_done(c, rs, "joined", "/signal/%s", rq->params[0]);
}

static enum err act_undo(struct ctx *c, const struct request *rq, struct response *rs)
{
    TRY(near_undo(c, rq->params[0], rq->params[1]));
    return go_done(c, rs, "saved", "/signal/%s", rq->params[0]);
}

const struct route signal_near_routes[] = {
    { POST, "/signal/:id/same/:other",     act_same, .verb = "signal.link", .help = "The same place and matter as that signal." },
    { POST, "/signal/:id/link/:link/join", act_join, .verb = "signal.link", .help = "Into the case of the signal it is linked with." },
    { POST, "/signal/:id/link/:link/undo", act_undo, .verb = "signal.link", .help = "Undo the link." },
    { 0 }
};
