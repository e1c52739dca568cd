/* gap_web.c - the matrix and its exports. */
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

enum tone gap_tone(enum gap_status s)
{
    return s == GAP_MET ? TONE_DONE : s == GAP_PARTLY ? TONE_SOON : s == GAP_NOT ? TONE_LATE : TONE_PLAIN;
}

struct str gap_status_words(struct ctx *c, enum gap_status s)
{
    return say_join(c, "reform.gap", str_c(gap_status_name(s)));
}

struct str gap_promise_text(struct ctx *c, const struct promise *p)
{
    return two_words(c, p->es, p->en);
}

struct str gap_treaty_text(struct ctx *c, struct str id)
{
    const struct standards *s = c->node->standards;
    for (size_t i = 0; i < s->treaties; i++)
        if (str_eq(s->treaty[i].id, id))
            return two_words(c, s->treaty[i].es, s->treaty[i].en);
    return id;
}

struct str gap_number(struct ctx *c, int64_t n)
{
    struct buf b;
    buf_init(&b, &c->mem, 24);
    buf_i64(&b, n);
    return buf_str(&b);
}

int gap_year_asked(struct ctx *c, const struct request *rq, const char *name, int otherwise)
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
    int all[20], top = gap_year_asked(c, rq, "year", gap_this_year(c));
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
    tag_text(o, gap_tone(s), gap_status_words(c, s));
    if (path.n)
        html(o, "</a>");
    if (note) {
        html(o, "<br><small>");
        key_out(o, note);
        html(o, "</small>");
    }
    html(o, "</td>");
}

const char *gap_from_key(const struct gap *g)
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
    href(o, "/reform/gaps/%s?year=%s", p->id, gap_number(c, m->year[0]));
    html(o, ">");
    TF(o, "reform.article", W_TEXT("article", p->article));
    html(o, "</a><br><small>");
    text(o, gap_promise_text(c, p));
    html(o, "</small></th>");
    for (size_t i = 0; i < m->years; i++)
        status_cell(c, o, m->col[i][at].status,
                    path_of(c, "/reform/gaps/%s?year=%s", p->id, gap_number(c, m->year[i])), gap_from_key(&m->col[i][at]));
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
            text(o, gap_treaty_text(c, p->instrument));
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
        year[i] = (struct choice){ .value = gap_number(c, now - (int)i), .text = gap_number(c, now - (int)i) };
    inst[0] = (struct choice){ .value = STR(""), .text = SAY(c, "reform.all-instruments") };
    for (size_t i = 0; i < s->treaties; i++)
        inst[i + 1] = (struct choice){ .value = s->treaty[i].id, .text = two_words(c, s->treaty[i].es, s->treaty[i].en) };
    filters_begin(o, "reform.gaps", "/reform/gaps");
    pick_list(o, &(struct pick){ .name = "year", .label = "reform.year-of", .value = gap_number(c, m->year[0]), .options = year, .n = COUNT_OF(year) });
    pick_list(o, &(struct pick){ .name = "instrument", .label = "reform.instrument", .value = m->instrument, .options = inst, .n = s->treaties + 1 });
    filters_end(o);
}

static enum err changes_part(struct ctx *c, struct out *o, int year)
{
    struct gap_change *v;
    size_t n;
    TRY(gap_changes(c, year - 1, year, &v, &n));
    html(o, "<section class=\"part\"><h2>");
    TF(o, "reform.changed-since", W_TEXT("year", gap_number(c, year - 1)));
    html(o, "</h2>\n");
    if (!n) {
        empty(o, "reform.nothing-changed");
        html(o, "</section>\n");
        return ERR_OK;
    }
    steps_begin(o, true);
    for (size_t i = 0; i < n; i++) {
        step_begin(o, gap_tone(v[i].after.status));
        link_text(o, str_join(&c->mem, v[i].promise->id, STR(": "), gap_promise_text(c, v[i].promise)), "/reform/gaps/%s?year=%s",
                  v[i].promise->id, gap_number(c, year));
        step_note(o, SAYF(c, "reform.from-to", W_TEXT("before", gap_status_words(c, v[i].before.status)),
                          W_TEXT("after", gap_status_words(c, v[i].after.status))));
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
    struct str year = gap_number(c, m.year[0]);
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
    *x = (struct export){ .s = c->node->standards, .year = gap_year_asked(c, rq, "year", gap_this_year(c)),
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
    pdf_para(p, str_join(&c->mem, c->node->pack->country, STR(" "), gap_number(c, m->year[0])));
    for (size_t i = 0; i < m->n; i++) {
        const struct promise *q = &s->promise[i];
        if (!shown(m, q))
            continue;
        if (!str_eq(group, q->instrument)) {
            if (open)
                pdf_table_end(p);
            pdf_section(p, gap_treaty_text(c, q->instrument));
            pdf_table(p, heads, widths, COUNT_OF(heads));
            open = true;
            group = q->instrument;
        }
        const struct gap *g = &m->col[0][i];
        pdf_row(p, (const struct str[]){ q->id, gap_promise_text(c, q), gap_status_words(c, g->status), g->provisions, g->quote });
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
