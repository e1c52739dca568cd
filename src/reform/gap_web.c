/* gap_web.c - the matrix, one requirement, its exports. */
#include "reform/gap_web.h"

#include "access/access.h"
#include "base/node.h"
#include "law/law.h"
#include "page/names.h"
#include "page/pdf.h"
#include "page/sheet_out.h"
#include "reform/gap.h"
#include "rulebook/rulebook.h"

/* ---- words ------------------------------------------------------------------------------- */

static enum tone tone_of(enum gap_status s)
{
    return s == GAP_MET ? TONE_DONE : s == GAP_PARTLY ? TONE_SOON : s == GAP_NOT ? TONE_LATE : TONE_PLAIN;
}

static struct str status_words(struct ctx *c, enum gap_status s)
{
    return say_join(c, "reform.gap", str_c(gap_status_name(s)));
}

static struct str promise_text(struct ctx *c, const struct promise *p)
{
    return two_words(c, p->es, p->en);
}

static struct str treaty_text(struct ctx *c, struct str id)
{
    const struct standards *s = c->node->standards;
    for (size_t i = 0; i < s->treaties; i++)
        if (str_eq(s->treaty[i].id, id))
            return two_words(c, s->treaty[i].es, s->treaty[i].en);
    return id;
}

static struct str number_text(struct ctx *c, int64_t n)
{
    struct buf b;
    buf_init(&b, &c->mem, 24);
    buf_i64(&b, n);
    return buf_str(&b);
}

static int year_asked(struct ctx *c, const struct request *rq, const char *name, int otherwise)
{
    int64_t y = 0;
    struct str s = req_query(rq, name);
    return str_to_i64(s, &y) && y >= GAP_FIRST_YEAR && y <= gap_this_year(c) ? (int)y : otherwise;
}

/* ---- the matrix ----------------------------------------------------------------------------- */

enum { YEARS_SHOWN = 3 };
struct matrix { int year[YEARS_SHOWN]; struct gap *col[YEARS_SHOWN]; size_t years, n; struct str instrument; };

static enum err matrix_read(struct ctx *c, const struct request *rq, struct matrix *m)
{
    int all[20], top = year_asked(c, rq, "year", gap_this_year(c));
    size_t n;
    *m = (struct matrix){ .instrument = req_query(rq, "instrument") };
    TRY(gap_years(c, all, COUNT_OF(all), &n));
    m->year[m->years++] = top;
    for (size_t i = 0; i < n && m->years < YEARS_SHOWN; i++)
        if (all[i] < top)
            m->year[m->years++] = all[i];
    if (m->years == 1 && top > GAP_FIRST_YEAR)
        m->year[m->years++] = top - 1;
    for (size_t i = 0; i < m->years; i++)
        TRY(gap_year(c, m->year[i], &m->col[i], &m->n));
    return ERR_OK;
}

static bool shown(const struct matrix *m, const struct promise *p)
{
    return !m->instrument.n || str_eq(m->instrument, p->instrument);
}

static void status_cell(struct ctx *c, struct out *o, enum gap_status s, struct str path, const char *note)
{
    html(o, "<td class=\"gap gap--");
    text(o, str_c(gap_status_name(s)));
    html(o, "\">");
    if (path.n) {
        html(o, "<a");
        href_(o, path);
        html(o, ">");
    }
    tag_text(o, tone_of(s), status_words(c, s));
    if (path.n)
        html(o, "</a>");
    if (note) {
        html(o, "<br><small>");
        key_out(o, note);
        html(o, "</small>");
    }
    html(o, "</td>");
}

static const char *from_key(const struct gap *g)
{
    switch (g->from) {
    case GAP_RESEARCH: return "reform.from-research";
    case GAP_EARLIER:  return "reform.from-earlier";
    case GAP_YEAR:     return str_is(g->review, "agrees") ? "reform.from-reviewed"
                            : str_is(g->review, "disagrees") ? "reform.from-disputed" : "reform.from-one";
    default:           return NULL;
    }
}

static void matrix_row(struct ctx *c, struct out *o, const struct matrix *m, const struct promise *p, size_t at)
{
    const struct standards *s = c->node->standards;
    html(o, "<tr><th scope=\"row\"><a");
    href(o, "/reform/gaps/%s?year=%s", p->id, number_text(c, m->year[0]));
    html(o, ">");
    TF(o, "reform.article", W_TEXT("article", p->article));
    html(o, "</a><br><small>");
    text(o, promise_text(c, p));
    html(o, "</small></th>");
    for (size_t i = 0; i < m->years; i++)
        status_cell(c, o, m->col[i][at].status,
                    path_of(c, "/reform/gaps/%s?year=%s", p->id, number_text(c, m->year[i])), from_key(&m->col[i][at]));
    for (size_t i = 1; i < s->nations; i++) {
        const struct mapped *x = mapped_find(&s->nation[i], p->id);
        status_cell(c, o, x ? x->status : GAP_UNKNOWN, (struct str){ 0 }, NULL);
    }
    html(o, "</tr>\n");
}

static void matrix_head(struct ctx *c, struct out *o, const struct matrix *m)
{
    const struct standards *s = c->node->standards;
    html(o, "<div class=\"table-scroll\" tabindex=\"0\"><table class=\"table table--gaps\"><caption class=\"hide\">");
    T(o, "reform.gaps");
    html(o, "</caption>\n<thead><tr><th scope=\"col\">");
    T(o, "reform.requirement");
    html(o, "</th>");
    for (size_t i = 0; i < m->years; i++) {
        html(o, "<th scope=\"col\">");
        text(o, c->node->pack->country);
        html(o, " ");
        digits(o, m->year[i]);
        html(o, "</th>");
    }
    for (size_t i = 1; i < s->nations; i++) {
        html(o, "<th scope=\"col\">");
        text(o, s->nation[i].id);
        html(o, "</th>");
    }
    html(o, "</tr></thead>\n<tbody>\n");
}

static void matrix_draw(struct ctx *c, struct out *o, const struct matrix *m)
{
    const struct standards *s = c->node->standards;
    struct str group = { 0 };
    matrix_head(c, o, m);
    for (size_t i = 0; i < m->n; i++) {
        const struct promise *p = &s->promise[i];
        if (!shown(m, p))
            continue;
        if (!str_eq(group, p->instrument)) {
            html(o, "<tr class=\"group\"><th scope=\"colgroup\"");
            attr_i64(o, "colspan", (int64_t)(m->years + s->nations));
            html(o, ">");
            text(o, treaty_text(c, p->instrument));
            html(o, "</th></tr>\n");
            group = p->instrument;
        }
        matrix_row(c, o, m, p, i);
    }
    html(o, "</tbody></table></div>\n");
}

static void totals(struct out *o, const struct matrix *m, const struct standards *s)
{
    int64_t n[4] = { 0 };
    for (size_t i = 0; i < m->n; i++)
        if (shown(m, &s->promise[i]))
            n[m->col[0][i].status]++;
    const struct figure f[] = { { "reform.gap.met", n[GAP_MET], NULL }, { "reform.gap.partly", n[GAP_PARTLY], NULL },
        { "reform.gap.not", n[GAP_NOT], NULL }, { "reform.gap.unknown", n[GAP_UNKNOWN], NULL } };
    figures(o, f, COUNT_OF(f));
}

static void matrix_filters(struct ctx *c, struct out *o, const struct matrix *m)
{
    const struct standards *s = c->node->standards;
    int now = gap_this_year(c);
    struct choice year[6], *inst = NEW_N(&c->mem, struct choice, s->treaties + 1);
    if (!inst)
        return;
    for (size_t i = 0; i < COUNT_OF(year); i++)
        year[i] = (struct choice){ .value = number_text(c, now - (int)i), .text = number_text(c, now - (int)i) };
    inst[0] = (struct choice){ .value = STR(""), .text = SAY(c, "reform.all-instruments") };
    for (size_t i = 0; i < s->treaties; i++)
        inst[i + 1] = (struct choice){ .value = s->treaty[i].id, .text = two_words(c, s->treaty[i].es, s->treaty[i].en) };
    filters_begin(o, "reform.gaps", "/reform/gaps");
    pick_list(o, &(struct pick){ .name = "year", .label = "reform.year-of", .value = number_text(c, m->year[0]), .options = year, .n = COUNT_OF(year) });
    pick_list(o, &(struct pick){ .name = "instrument", .label = "reform.instrument", .value = m->instrument, .options = inst, .n = s->treaties + 1 });
    filters_end(o);
}

static enum err changes_part(struct ctx *c, struct out *o, int year)
{
    struct gap_change *v;
    size_t n;
    TRY(gap_changes(c, year - 1, year, &v, &n));
    html(o, "<section class=\"part\"><h2>");
    TF(o, "reform.changed-since", W_TEXT("year", number_text(c, year - 1)));
    html(o, "</h2>\n");
    if (!n) {
        empty(o, "reform.nothing-changed");
        html(o, "</section>\n");
        return ERR_OK;
    }
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++) {
        step_begin(o, tone_of(v[i].after.status));
        link_text(o, str_join(&c->mem, v[i].promise->id, STR(": "), promise_text(c, v[i].promise)), "/reform/gaps/%s?year=%s",
                  v[i].promise->id, number_text(c, year));
        step_note(o, SAYF(c, "reform.from-to", W_TEXT("before", status_words(c, v[i].before.status)),
                          W_TEXT("after", status_words(c, v[i].after.status))));
        step_end(o);
    }
    steps_end(o);
    html(o, "</section>\n");
    return ERR_OK;
}

enum err gap_matrix_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct matrix m;
    TRY(matrix_read(c, rq, &m));
    struct str year = number_text(c, m.year[0]);
    page_begin(o, &(struct page){ .title_key = "reform.gaps", .tab = "reform", .crumbs = { { "reform.title", STR("/reform") } } });
    head_begin(o);
    T(o, "reform.gaps");
    head_actions(o);
    go_button(o, BTN_QUIET, "reform.as-csv", "/reform/gaps/csv?year=%s&instrument=%s", year, m.instrument);
    go_button(o, BTN_QUIET, "reform.as-xlsx", "/reform/gaps/xlsx?year=%s&instrument=%s", year, m.instrument);
    go_button(o, BTN_QUIET, "reform.as-pdf", "/reform/gaps/pdf?year=%s&instrument=%s", year, m.instrument);
    head_end(o);
    lede(o, "reform.gaps-lede");
    matrix_filters(c, o, &m);
    totals(o, &m, c->node->standards);
    TRY(changes_part(c, o, m.year[0]));
    matrix_draw(c, o, &m);
    small(o, "reform.gaps-note");
    page_end(o);
    return ERR_OK;
}

/* ---- taken away --------------------------------------------------------------------------------- */

struct export { struct gap *g; const struct standards *s; size_t at, n; int year; struct str country, instrument, lang; };

static enum err more_rows(struct ctx *c, void *state, struct sheet_out *out, bool *end)
{
    struct export *x = state;
    c->lang = x->lang;
    for (; x->at < x->n; x->at++) {
        const struct promise *p = &x->s->promise[x->at];
        const struct gap *g = &x->g[x->at];
        if (x->instrument.n && !str_eq(x->instrument, p->instrument))
            continue;
        put_text(out, p->id);
        put_text(out, p->instrument);
        put_text(out, p->article);
        put_text(out, two_words(c, p->es, p->en));
        put_text(out, x->country);
        put_int(out, x->year);
        put_text(out, str_c(gap_status_name(g->status)));
        put_text(out, g->from == GAP_RESEARCH ? STR("research") : g->from == GAP_NOBODY ? STR("") : STR("assessment"));
        put_text(out, g->provisions);
        put_text(out, g->quote);
        put_text(out, g->source);
        put_text(out, str_c(pack_verified_name(g->verified)));
        put_text(out, g->review);
        put_row(out);
    }
    *end = true;
    return ERR_OK;
}

static enum err as_sheet(struct ctx *c, const struct request *rq, struct response *rs, enum sheet_kind kind)
{
    static const struct str heads[] = { STR_INIT("requirement"), STR_INIT("instrument"), STR_INIT("article"),
        STR_INIT("text"), STR_INIT("country"), STR_INIT("year"), STR_INIT("status"), STR_INIT("basis"),
        STR_INIT("provisions"), STR_INIT("quote"), STR_INIT("source"), STR_INIT("verified"), STR_INIT("review") };
    struct export *x = NEW(&c->mem, struct export);
    TRY(ctx_check(c));
    *x = (struct export){ .s = c->node->standards, .year = year_asked(c, rq, "year", gap_this_year(c)),
        .country = c->node->pack->country, .instrument = req_query(rq, "instrument"), .lang = c->lang };
    TRY(gap_year(c, x->year, &x->g, &x->n));
    return send_sheet(c, rs, kind, &(struct sheet_source){ .name = "brechas", .heads = heads, .n = COUNT_OF(heads),
                                                           .more = more_rows, .state = x });
}

enum err gap_csv(struct ctx *c, const struct request *rq, struct response *rs) { return as_sheet(c, rq, rs, SHEET_CSV); }
enum err gap_xlsx(struct ctx *c, const struct request *rq, struct response *rs) { return as_sheet(c, rq, rs, SHEET_XLSX); }

static void paper(struct ctx *c, struct pdf *p, const struct matrix *m)
{
    const struct standards *s = c->node->standards;
    static const int widths[] = { 3, 8, 3, 4, 5 };
    const struct str heads[] = { SAY(c, "reform.requirement"), SAY(c, "reform.text"), SAY(c, "reform.status-of"),
                                 SAY(c, "reform.provisions"), SAY(c, "reform.quote") };
    struct str group = { 0 };
    bool open = false;
    pdf_heading(p, SAY(c, "reform.gaps"));
    pdf_para(p, str_join(&c->mem, c->node->pack->country, STR(" "), number_text(c, m->year[0])));
    for (size_t i = 0; i < m->n; i++) {
        const struct promise *q = &s->promise[i];
        if (!shown(m, q))
            continue;
        if (!str_eq(group, q->instrument)) {
            if (open)
                pdf_table_end(p);
            pdf_section(p, treaty_text(c, q->instrument));
            pdf_table(p, heads, widths, COUNT_OF(heads));
            open = true;
            group = q->instrument;
        }
        const struct gap *g = &m->col[0][i];
        pdf_row(p, (const struct str[]){ q->id, promise_text(c, q), status_words(c, g->status), g->provisions, g->quote });
    }
    if (open)
        pdf_table_end(p);
    pdf_small(p, SAY(c, "reform.gaps-note"));
}

enum err gap_pdf(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct matrix m;
    struct pdf *p;
    struct str bytes;
    TRY(matrix_read(c, rq, &m));
    TRY(pdf_begin(c, &(struct pdf_paper){ .title = SAY(c, "reform.gaps"), .brand = STR("Amparo"),
        .foot = str_join(&c->mem, office_text(c, c->who->office), STR(", "), instant_text(&c->mem, c->now_us)) }, &p));
    paper(c, p, &m);
    TRY(pdf_end(p, &bytes));
    return send_file(rs, STR("application/pdf"), STR("brechas.pdf"), bytes);
}

/* ---- one requirement -------------------------------------------------------------------------------- */

static void about(struct ctx *c, struct out *o, const struct promise *p)
{
    facts_begin(o);
    fact(o, "reform.instrument", treaty_text(c, p->instrument));
    fact(o, "reform.article-of", p->article);
    fact(o, "reform.source", p->source);
    fact(o, "reform.text-verified", say_join(c, "verified", str_c(pack_verified_name(p->verified))));
    facts_end(o);
}

static enum err standing(struct ctx *c, struct out *o, const struct gap *g)
{
    facts_begin(o);
    fact_begin(o, "reform.status-of");
    tag_text(o, tone_of(g->status), status_words(c, g->status));
    if (from_key(g)) {
        html(o, " <small>");
        key_out(o, from_key(g));
        html(o, "</small>");
    }
    fact_end(o);
    if (g->provisions.n) {
        fact_begin(o, "reform.provisions");
        TRY(law_cite(c, o, g->provisions));
        fact_end(o);
    }
    fact(o, "reform.quote", g->quote);
    fact(o, "reform.source", g->source);
    fact(o, "reform.assessor", g->by.n ? officer_name(c, g->by) : (struct str){ 0 });
    if (g->at_us) {
        fact_begin(o, "reform.assessed");
        time_of(o, g->at_us);
        fact_end(o);
    }
    fact(o, "reform.reviewer", g->reviewer.n ? officer_name(c, g->reviewer) : (struct str){ 0 });
    fact(o, "reform.review-note", g->review_note);
    facts_end(o);
    return ERR_OK;
}

static void assess_form(struct ctx *c, struct out *o, const struct promise *p, const struct gap *g, int year)
{
    struct choice opt[4];
    for (enum gap_status i = GAP_UNKNOWN; i <= GAP_MET; i++)
        opt[GAP_MET - i] = (struct choice){ .value = str_c(gap_status_name(i)), .text = status_words(c, i) };
    sheet_begin(o, "reform.assess");
    form_begin(o, "/reform/gaps/%s", p->id);
    hidden(o, "year", number_text(c, year));
    pick(o, &(struct pick){ .name = "status", .label = "reform.status-of", .value = str_c(gap_status_name(g->status)), .options = opt, .n = 4 });
    ask(o, &(struct ask){ .name = "provisions", .label = "reform.provisions", .hint = "rules.provisions-hint", .value = g->provisions, .optional = true });
    ask(o, &(struct ask){ .name = "quote", .label = "reform.quote", .hint = "reform.quote-hint", .value = g->quote, .rows = 4, .optional = true, .max = GAP_TEXT_MAX });
    ask(o, &(struct ask){ .name = "source", .label = "reform.source", .value = g->source, .optional = true, .max = 400 });
    submit(o, BTN, "reform.assess-do");
    form_end(o);
    section_end(o);
}

static void review_form(struct ctx *c, struct out *o, const struct promise *p, const struct gap *g, int year)
{
    const struct choice opt[] = { { .value = STR("agrees"), .text = SAY(c, "reform.agrees") },
                                  { .value = STR("disagrees"), .text = SAY(c, "reform.disagrees") } };
    if (g->from != GAP_YEAR || g->review.n)
        return;
    sheet_begin(o, "reform.review");
    if (str_eq(g->by, c->who->id)) {
        para(o, "reform.second-person");
    } else {
        form_begin(o, "/reform/gaps/%s/review", p->id);
        hidden(o, "year", number_text(c, year));
        pick(o, &(struct pick){ .name = "review", .label = "reform.review-of", .options = opt, .n = 2 });
        ask(o, &(struct ask){ .name = "note", .label = "reform.review-note", .rows = 2, .optional = true, .max = GAP_TEXT_MAX });
        submit(o, BTN, "reform.review-do");
        form_end(o);
    }
    section_end(o);
}

static struct str set_value(const struct change *ch, const char *field)
{
    for (size_t i = 0; i < ch->n; i++)
        if (str_is(ch->sets[i].field, field))
            return ch->sets[i].value;
    return (struct str){ 0 };
}

static enum err history(struct ctx *c, struct out *o, const struct gap *g)
{
    struct change *ch;
    size_t n;
    if (!g->id.n)
        return ERR_OK;
    TRY(change_list_record(c, g->id, 50, &ch, &n));
    part_begin(o, "reform.history");
    steps_begin(o, false);
    for (size_t i = 0; i < n; i++) {
        struct str status = set_value(&ch[i], "status"), review = set_value(&ch[i], "review"), quote = set_value(&ch[i], "quote");
        step_begin(o, TONE_PLAIN);
        text(o, officer_name(c, ch[i].officer));
        html(o, ": ");
        if (review.n)
            text(o, say_join(c, "reform.review-is", review));
        else if (status.n)
            text(o, say_join(c, "reform.gap", status));
        else
            T(o, "reform.changed");
        step_note(o, quote.n ? quote : set_value(&ch[i], "review_note"));
        html(o, "<small>");
        time_of(o, ch[i].time_us);
        html(o, "</small>");
        step_end(o);
    }
    steps_end(o);
    section_end(o);
    return ERR_OK;
}

static void elsewhere(struct ctx *c, struct out *o, const struct promise *p)
{
    const struct standards *s = c->node->standards;
    if (s->nations < 2)
        return;
    part_begin(o, "reform.elsewhere");
    grid_begin(o, &(struct grid){ "reform.elsewhere", COLS("reform.country", "reform.status-of", "reform.provisions", "reform.quote", "reform.source") });
    for (size_t i = 1; i < s->nations; i++) {
        const struct mapped *m = mapped_find(&s->nation[i], p->id);
        row_begin(o, TONE_PLAIN);
        cell_text(o, s->nation[i].id);
        cell(o);
        tag_text(o, tone_of(m ? m->status : GAP_UNKNOWN), status_words(c, m ? m->status : GAP_UNKNOWN));
        cell_text(o, m ? m->provisions : (struct str){ 0 });
        cell_text(o, m ? two_words(c, m->es, m->en) : (struct str){ 0 });
        cell_text(o, m ? m->source : (struct str){ 0 });
        row_end(o);
    }
    grid_end(o);
    section_end(o);
}

static enum err cell_page_at(struct ctx *c, const struct request *rq, struct response *rs, int year)
{
    struct out *o = &rs->out;
    const struct promise *p;
    struct gap g;
    size_t at;
    p = promise_find(c->node->standards, rq->params[0], &at);
    if (!p)
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "requirement");
    TRY(gap_of(c, p->id, year, &g));
    bool may = access_may(c, "reform.edit", (struct str){ 0 });
    page_begin(o, &(struct page){ .title = p->id, .tab = "reform",
        .crumbs = { { "reform.title", STR("/reform") }, { "reform.gaps", path_of(c, "/reform/gaps?year=%s", number_text(c, year)) } } });
    head_begin(o);
    TF(o, "reform.article", W_TEXT("article", p->article));
    html(o, " · ");
    text(o, c->node->pack->country);
    html(o, " ");
    digits(o, year);
    head_tags(o);
    tag_text(o, tone_of(g.status), status_words(c, g.status));
    head_end(o);
    para_text(o, promise_text(c, p));
    errors(o);
    cols_begin(o);
    TRY(standing(c, o, &g));
    elsewhere(c, o, p);
    TRY(history(c, o, &g));
    cols_side(o);
    if (may) {
        review_form(c, o, p, &g, year);
        assess_form(c, o, p, &g, year);
    }
    about(c, o, p);
    cols_end(o);
    page_end(o);
    return ERR_OK;
}

enum err gap_cell_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    return cell_page_at(c, rq, rs, year_asked(c, rq, "year", gap_this_year(c)));
}

static enum err again(struct ctx *c, const struct request *rq, struct response *rs, enum err e, int year, const char *field)
{
    if (e != ERR_INPUT && e != ERR_DENIED)
        return e;
    struct str said = say_(c, str_c(c->fault.key));
    c->fault = (struct fault){ 0 };
    rs->status = e == ERR_INPUT ? 422 : 403;
    wrong_(&rs->out, str_c(field), said);
    return cell_page_at(c, rq, rs, year);
}

static int year_sent(struct ctx *c, const struct request *rq)
{
    int64_t y = 0;
    return req_i64(rq, "year", &y) && y >= GAP_FIRST_YEAR && y <= gap_this_year(c) ? (int)y : gap_this_year(c);
}

enum err gap_assess_act(struct ctx *c, const struct request *rq, struct response *rs)
{
    int year = year_sent(c, rq);
    struct gap_new g = { rq->params[0], req_field(rq, "status"), req_field(rq, "provisions"), req_field(rq, "quote"),
                         req_field(rq, "source"), year };
    enum err e = gap_assess(c, &g);
    if (e)
        return again(c, rq, rs, e, year, "quote");
    return go_done(c, rs, "saved", "/reform/gaps/%s?year=%s", rq->params[0], number_text(c, year));
}

enum err gap_review_act(struct ctx *c, const struct request *rq, struct response *rs)
{
    int year = year_sent(c, rq);
    if (!req_is(rq, "review", "agrees") && !req_is(rq, "review", "disagrees")) {
        rs->status = 422;
        wrong(&rs->out, "review", "reform.say-review");
        return cell_page_at(c, rq, rs, year);
    }
    enum err e = gap_review(c, rq->params[0], year, req_is(rq, "review", "agrees"), req_field(rq, "note"));
    if (e)
        return again(c, rq, rs, e, year, "note");
    return go_done(c, rs, "saved", "/reform/gaps/%s?year=%s", rq->params[0], number_text(c, year));
}
