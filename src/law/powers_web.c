/* powers_web.c - who may do what, under which article: page, table, paper. */
#include "law/law_web.h"

#include "base/node.h"
#include "page/names.h"
#include "page/pdf.h"
#include "page/sheet_out.h"

/* Who: a role of the pack, or one agency. */
static struct str holder(struct ctx *c, const struct power *w)
{
    struct str role = w->role.n ? role_text(c, w->role) : (struct str){ 0 };
    struct str agency = w->agency.n ? agency_text(c, w->agency) : (struct str){ 0 };
    return role.n && agency.n ? str_join(&c->mem, role, STR(" · "), agency) : role.n ? role : agency;
}

static bool same_holder(const struct power *a, const struct power *b)
{
    return str_eq(a->role, b->role) && str_eq(a->agency, b->agency);
}

/* A power is as certain as its own row and the weakest law it rests on. */
struct basis { enum pack_verified verified; bool disputed; struct str names; };
static struct basis basis_of(struct ctx *c, const struct law_signed *all, const struct power *w)
{
    struct basis b = { w->verified, false, { 0 } };
    struct str ids = w->provisions, id;
    struct law_standing s;
    while (str_next(&ids, ' ', &id)) {
        const struct provision *v = pack_provision(c->node->pack, id);
        if (!v)
            continue;
        law_standing_in(c, all, v, &s);
        b.verified = s.verified < b.verified ? s.verified : b.verified;
        b.disputed |= s.disputed;
        b.names = b.names.n ? str_join(&c->mem, b.names, STR("; "), law_name(c, v)) : law_name(c, v);
    }
    return b;
}

/* ---- the page ------------------------------------------------------------------------------ */

static enum err power_row(struct ctx *c, struct out *o, const struct law_signed *all, const struct power *w)
{
    struct basis b = basis_of(c, all, w);
    struct str ids = w->provisions, id;
    row_begin(o, TONE_PLAIN);
    cell_text(o, pack_text(c->node->pack, &w->what, c->lang));
    cell(o);
    if (!b.names.n)
        T(o, "law.power-no-article");
    for (bool first = true; str_next(&ids, ' ', &id); first = false) {
        const struct provision *v = pack_provision(c->node->pack, id);
        if (!first)
            html(o, "<br>");
        if (v)
            link_text_(o, law_name(c, v), law_path(c, id));
    }
    cell(o);
    law_mark(o, &(struct law_standing){ .verified = b.verified, .disputed = b.disputed });
    if (b.verified == PACK_YES && !b.disputed)
        tag(o, TONE_DONE, "verified.yes");
    if (w->doubt.n) {
        html(o, " ");
        text(o, w->doubt);
    }
    row_end(o);
    return ERR_OK;
}

enum err law_powers_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    const struct pack *p = c->node->pack;
    struct law_signed *all;
    (void)rq;
    TRY(law_signed(c, &all));
    page_begin(o, &(struct page){ .title_key = "law.powers", .tab = "law", .crumbs = { { "law.title", STR("/law") } } });
    head_begin(o);
    T(o, "law.powers");
    head_actions(o);
    go_button(o, BTN_QUIET, "law.powers-pdf", "/law/powers.pdf");
    go_button(o, BTN_QUIET, "law.powers-csv", "/law/powers.csv");
    head_end(o);
    lede(o, "law.powers-lede");
    if (!p->powers_n)
        empty(o, "law.none");
    for (size_t i = 0; i < p->powers_n; i++) {
        const struct power *w = &p->powers[i];
        if (!i || !same_holder(w, w - 1)) {
            html(o, "<section class=\"part\"><h2>");
            text(o, holder(c, w));
            html(o, "</h2>\n");
            grid_begin(o, &(struct grid){ "law.powers", COLS("law.power", "law.basis", "law.standing"), .rowhead = true });
        }
        TRY(power_row(c, o, all, w));
        if (i + 1 == p->powers_n || !same_holder(w, w + 1)) {
            grid_end(o);
            html(o, "</section>\n");
        }
    }
    page_end(o);
    return ERR_OK;
}

static bool held_by(const struct power *w, const struct office *x)
{
    return w->agency.n ? str_eq(w->agency, x->agency) : pack_has_word(x->roles, w->role);
}

enum err law_powers_of(struct ctx *c, struct out *o, const struct office *x)
{
    const struct pack *p = c->node->pack;
    struct law_signed *all = NULL;
    for (size_t i = 0; i < p->powers_n; i++) {
        if (!held_by(&p->powers[i], x))
            continue;
        if (!all) {
            TRY(law_signed(c, &all));
            part_begin(o, "law.powers-here");
            grid_begin(o, &(struct grid){ "law.powers", COLS("law.power", "law.basis", "law.standing"), .rowhead = true });
        }
        TRY(power_row(c, o, all, &p->powers[i]));
    }
    if (all) {
        grid_end(o);
        section_end(o);
    }
    return ERR_OK;
}

/* ---- the table -------------------------------------------------------------------------------- */

enum { HEADS = 8 };
struct powers_export { size_t at; const struct node *node; struct str lang; const struct law_signed *all; struct str heads[HEADS]; };

static enum err more_powers(struct ctx *c, void *state, struct sheet_out *s, bool *end)
{
    struct powers_export *x = state;
    c->node = (struct node *)(uintptr_t)x->node;
    c->lang = x->lang;
    const struct pack *p = c->node->pack;
    for (int n = 0; n < 100 && x->at < p->powers_n; n++, x->at++) {
        const struct power *w = &p->powers[x->at];
        struct basis b = basis_of(c, x->all, w);
        put_text(s, w->id);
        put_text(s, holder(c, w));
        put_text(s, pack_text(p, &w->what, c->lang));
        put_text(s, b.names);
        put_text(s, w->provisions);
        put_text(s, str_c(pack_verified_name(b.verified)));
        put_text(s, w->doubt);
        put_text(s, w->sources);
        put_row(s);
    }
    *end = x->at == p->powers_n;
    return ctx_check(c);
}

enum err law_powers_csv(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct powers_export *x = NEW(&c->mem, struct powers_export);
    struct law_signed *all;
    (void)rq;
    TRY(law_signed(c, &all));
    if (!x)
        return ctx_check(c);
    *x = (struct powers_export){ .node = c->node, .lang = c->lang, .all = all, .heads = {
        SAY(c, "law.id"), SAY(c, "law.power-holder"), SAY(c, "law.power"), SAY(c, "law.basis"),
        SAY(c, "law.provisions"), SAY(c, "law.standing"), SAY(c, "law.doubt"), SAY(c, "law.sources") } };
    return send_sheet(c, rs, SHEET_CSV, &(struct sheet_source){ .name = "powers", .heads = x->heads, .n = HEADS,
        .more = more_powers, .state = x, .bom = true });
}

/* ---- on paper ------------------------------------------------------------------------------------ */

enum err law_powers_pdf(struct ctx *c, const struct request *rq, struct response *rs)
{
    const struct pack *p = c->node->pack;
    const struct str heads[] = { SAY(c, "law.power"), SAY(c, "law.basis"), SAY(c, "law.standing") };
    const int widths[] = { 5, 4, 3 };
    struct law_signed *all;
    struct str bytes;
    struct pdf *d;
    (void)rq;
    TRY(law_signed(c, &all));
    struct str day = date_text(&c->mem, civil_from_days(pack_local_day(p, c->now_us)));
    TRY(pdf_begin(c, &(struct pdf_paper){ .title = SAY(c, "law.powers"), .brand = STR("Amparo"),
        .foot = SAYF(c, "law.powers-foot", W_TEXT("pack", p->id), W_TEXT("version", p->version), W_TEXT("day", day)) }, &d));
    pdf_heading(d, SAY(c, "law.powers"));
    pdf_para(d, SAY(c, "law.powers-lede"));
    for (size_t i = 0; i < p->powers_n; i++) {
        const struct power *w = &p->powers[i];
        struct basis b = basis_of(c, all, w);
        if (!i || !same_holder(w, w - 1)) {
            pdf_section(d, holder(c, w));
            pdf_table(d, heads, widths, COUNT_OF(heads));
        }
        struct str says = b.disputed ? SAY(c, "law.mark.disputed") : say_join(c, "verified", str_c(pack_verified_name(b.verified)));
        pdf_row(d, (const struct str[]){ pack_text(p, &w->what, c->lang), b.names.n ? b.names : SAY(c, "law.power-no-article"),
            w->doubt.n ? str_join(&c->mem, says, STR(". "), w->doubt) : says });
        if (i + 1 == p->powers_n || !same_holder(w, w + 1))
            pdf_table_end(d);
    }
    TRY(pdf_end(d, &bytes));
    return send_file(rs, STR("application/pdf"), STR("powers.pdf"), bytes);
}
