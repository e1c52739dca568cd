#include "dossier/dossier.h"

#include "base/node.h"
#include "db/db.h"
#include "kinds/kinds.h"
#include "pack/pack.h"
#include "page/names.h"
#include "page/pdf.h"
#include "page/sheet_out.h"

/* ---- opening identities ----------------------------------------------------------------- */

static void purposes(struct ctx *c, struct choice opt[4])
{
    opt[0] = (struct choice)OPT("contact", SAY(c, "identity.for.contact"));
    opt[1] = (struct choice)OPT("safety", SAY(c, "identity.for.safety"));
    opt[2] = (struct choice)OPT("document", SAY(c, "identity.for.document"));
    opt[3] = (struct choice)OPT("same_person", SAY(c, "identity.for.same_person"));
}

static void open_form(struct ctx *c, struct out *o, struct str dossier, struct str to)
{
    struct choice opt[4];
    purposes(c, opt);
    form_begin(o, "/dossier/%s/open", dossier);
    hidden(o, "to", to);
    pick(o, &(struct pick){ .name = "purpose", .label = "identity.purpose", .options = opt, .n = 4 });
    ask(o, &(struct ask){ .name = "reason", .label = "identity.reason", .max = 300 });
    submit(o, BTN_SEAL, "identity.open-do");
    form_end(o);
    small(o, "identity.told");
}

static struct str said(struct ctx *c, const struct form *f, const struct answers *a, const char *field)
{
    const struct form_field *x = form_find(f, str_c(field));
    struct str v = answers_get(a, str_c(field));
    return x && v.n ? form_value_text(c, f, x, v) : (struct str){ 0 };
}

/* "Persona afectada, 9 años, Femenino": who this is without saying who it is. */
static struct str person_head(struct ctx *c, const struct form *f, const struct answers *a)
{
    struct str role = said(c, f, a, "role"), sex = said(c, f, a, "sex");
    int64_t age;
    struct buf b;
    buf_init(&b, &c->mem, 80);
    buf_put(&b, role.n ? role : SAY(c, "identity.person"));
    if (str_to_i64(answers_get(a, STR("age_years")), &age))
        buf_put(&b, str_join(&c->mem, STR(", "), SAYF(c, "identity.age", W_INT("n", age))));
    if (sex.n)
        buf_put(&b, str_join(&c->mem, STR(", "), sex));
    return buf_str(&b);
}

/* What the heading did not say. */
static struct answers rest(struct ctx *c, const struct answers *a)
{
    struct answers out = { 0 };
    for (size_t i = 0; i < a->n; i++)
        if (!str_is(a->v[i].path, "role") && !str_is(a->v[i].path, "age_years") && !str_is(a->v[i].path, "sex"))
            (void)answers_put(&c->mem, &out, a->v[i].path, a->v[i].value);
    return out;
}

static enum err person_facts(struct ctx *c, struct out *o, const struct work_case *k, struct str id, bool open,
                             bool affected)
{
    const struct form *f = pack_form(c->node->pack, STR("person"));
    struct record r;
    if (!f)
        return ERR_OK;
    enum err e = access_record(c, id, &r);
    if (e == ERR_NOT_FOUND) {                   /* her grant is of other kinds of this dossier */
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    struct answers a = kind_answers(c, &r), left = rest(c, &a);
    if (str_is(answers_get(&a, STR("role")), "affected") != affected)
        return ERR_OK;
    html(o, "<h3>");
    link_text(o, person_head(c, f, &a), "/case/%s/person/%s", k->id, id);
    html(o, "</h3>\n");
    TRY(form_facts(c, o, f, &left, open ? FORM_SEALED : FORM_CASE));
    if (!open && record_hidden(c, &r)) {
        facts_begin(o);
        fact_veiled(o, "identity.sealed");
        facts_end(o);
    }
    return ERR_OK;
}

enum err dossier_panel_identity(struct ctx *c, struct out *o, const struct subject *s)
{
    const struct work_case *k = s->record;
    struct kind_row *row;
    size_t n;
    int64_t until;
    if (!access_may(c, "person.view", k->protection))
        return ERR_OK;
    bool open = access_opened(c, k->protection, &until);
    TRY(kind_list(c, k->id, "person", 20, &row, &n));
    sealed_begin(o, "identity.title");
    if (!n)
        empty(o, "identity.nobody");
    for (size_t i = 0; i < 2 * n; i++)          /* those affected first */
        TRY(person_facts(c, o, k, row[i % n].id, open, i < n));
    if (open) {
        html(o, "<p class=\"small\">");
        TF(o, "identity.open-until", W_TIME("when", until));
        html(o, "</p>\n");
        form_begin(o, "/dossier/%s/close", k->protection);
        hidden(o, "to", path_of(c, "/case/%s", k->id));
        submit(o, BTN_QUIET, "identity.hide");
        form_end(o);
    } else if (n && access_may(c, "dossier.open_identity", k->protection)) {
        more_begin(o, "identity.open");
        open_form(c, o, k->protection, path_of(c, "/case/%s", k->id));
        more_end(o);
    }
    if (access_may(c, "person.edit", k->protection))
        go_button(o, BTN_QUIET, "identity.add", "/case/%s/person/new", k->id);
    sealed_end(o);
    return ERR_OK;
}

static struct str own_path(struct str to)
{
    bool ours = to.n && to.p[0] == '/' && !(to.n > 1 && (to.p[1] == '/' || to.p[1] == '\\'));
    for (size_t i = 0; i < to.n; i++)
        ours = ours && (unsigned char)to.p[i] > ' ' && to.p[i] != 0x7f;
    return ours ? to : STR("/work");
}

static enum err open_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    TRY(access_need(c, "dossier.open_identity", rq->params[0]));
    page_begin(o, &(struct page){ .title_key = "identity.open", .tab = "work", .narrow = true });
    heading(o, "identity.open");
    errors(o);
    open_form(c, o, rq->params[0], own_path(req_field(rq, "to")));
    page_end(o);
    return ERR_OK;
}

static enum err act_open(struct ctx *c, const struct request *rq, struct response *rs)
{
    enum err e = access_open(c, rq->params[0], req_field(rq, "purpose"), req_field(rq, "reason"));
    if (e == ERR_INPUT) {
        c->fault = (struct fault){ 0 };
        rs->status = 422;
        wrong(&rs->out, "reason", "access.open-reason");
        return open_page(c, rq, rs);
    }
    TRY(e);
    struct work_case k;
    if (work_case_of(c, rq->params[0], &k) == ERR_OK && !str_eq(k.owner, c->who->office)) {
        struct draft *d;                        /* the coordinator of the case is told */
        TRY(draft_begin(c, k.id, "dossier.opened", &d));
        alert_add(c, d, k.route, k.id, k.owner, "opened", k.code);
        TRY(draft_commit(c, d));
    }
    c->fault = (struct fault){ 0 };
    return go_(rs, own_path(req_field(rq, "to")));
}

static enum err act_close(struct ctx *c, const struct request *rq, struct response *rs)
{
    access_close(c, rq->params[0]);
    return go_(rs, own_path(req_field(rq, "to")));
}

/* ---- breaking the glass -------------------------------------------------------------------- */

static enum err break_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct work_case k;
    TRY(work_case_by_code(c, rq->params[0], &k));
    page_begin(o, &(struct page){ .title = k.code, .tab = "cases", .narrow = true });
    heading(o, "break.title");
    errors(o);
    notice(o, TONE_LATE, "break.what-happens");
    form_begin(o, "/emergency/%s", k.code);
    const struct choice which[] = { OPT("protection", SAY(c, "break.protection")), OPT("justice", SAY(c, "break.justice")) };
    pick(o, &(struct pick){ .name = "which", .label = "break.which", .options = which, .n = 2 });
    ask(o, &(struct ask){ .name = "reason", .label = "break.reason", .rows = 3, .max = 1000 });
    submit(o, BTN_STOP, "break.do");
    form_end(o);
    page_end(o);
    return ERR_OK;
}

/* Who coordinates the case and whoever writes in the dossier are told in their
 * own list, before anything is readable. */
static enum err tell_owner(struct ctx *c, const struct work_case *k, struct str dossier)
{
    struct draft *d;
    struct grant_row *g;
    size_t n;
    TRY(grant_list(c, dossier, &g, &n));
    TRY(draft_begin(c, k->id, "dossier.break_glass", &d));
    alert_add(c, d, k->route, k->id, k->owner, "break_glass", c->who->name);
    for (size_t i = 0; i < n; i++) {
        bool told = str_eq(g[i].office, k->owner) || g[i].level < LEVEL_WRITE || !g[i].office.n;
        for (size_t j = 0; j < i && !told; j++)
            told = str_eq(g[j].office, g[i].office);
        if (!told)
            alert_add(c, d, k->route, k->id, g[i].office, "break_glass", c->who->name);
    }
    struct str id = id_new(&c->mem, c->now_us);
    draft_set(d, "access_grant", id, "dossier", k->route);
    draft_set(d, "access_grant", id, "office", c->who->office);
    draft_set(d, "access_grant", id, "officer", c->who->id);
    draft_set_i64(d, "access_grant", id, "level", LEVEL_READ);
    draft_set(d, "access_grant", id, "basis", STR("break_glass"));
    draft_set_i64(d, "access_grant", id, "until", c->now_us + BREAK_MINUTES * 60 * US_PER_S);
    return draft_commit(c, d);
}

static enum err act_break(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct work_case k;
    TRY(work_case_by_code(c, rq->params[0], &k));
    struct str dossier = req_is(rq, "which", "justice") ? k.justice : k.protection;
    if (str_trim(req_field(rq, "reason")).n >= BREAK_REASON)
        TRY(tell_owner(c, &k, dossier));
    enum err e = access_break_glass(c, dossier, req_field(rq, "reason"));
    if (e == ERR_INPUT) {
        c->fault = (struct fault){ 0 };
        rs->status = 422;
        wrong(&rs->out, "reason", "access.break-reason");
        return break_page(c, rq, rs);
    }
    TRY(e);
    return go(c, rs, "/case/%s", k.id);
}

/* ---- who read, who changed ------------------------------------------------------------------ */

enum err dossier_panel_audit(struct ctx *c, struct out *o, const struct subject *s)
{
    const struct work_case *k = s->record;
    const struct { struct str id; const char *key; } d[] = {
        { k->route, "audit.route" }, { k->protection, "audit.protection" }, { k->justice, "audit.justice" },
        { k->labour, "audit.labour" } };
    part_begin(o, "audit.title");
    steps_begin(o, false);
    for (size_t i = 0; i < COUNT_OF(d); i++) {
        if (!access_may(c, "dossier.audit", d[i].id))
            continue;
        step_begin(o, TONE_PLAIN);
        link_to(o, d[i].key, "/dossier/%s/audit", d[i].id);
        step_end(o);
    }
    steps_end(o);
    section_end(o);
    return ERR_OK;
}

static void reads_part(struct ctx *c, struct out *o, const struct access_line *l, size_t n)
{
    part_begin(o, "audit.reads");
    if (!n)
        empty(o, "audit.no-reads");
    else
        grid_begin(o, &(struct grid){ "audit.reads", COLS("audit.when", "audit.who", "audit.office", "audit.what", "audit.why") });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, str_is(l[i].what, "break_glass") ? TONE_LATE : TONE_PLAIN);
        cell(o);
        time_of(o, l[i].at_us);
        cell_text(o, l[i].officer_name.n ? l[i].officer_name : officer_name(c, l[i].officer));
        cell_text(o, office_text(c, l[i].office));
        cell_text(o, say_join(c, "audit.what", l[i].what));
        cell_text(o, str_is(l[i].what, "search") || str_is(l[i].what, "count") ? (struct str){ 0 } : l[i].detail);     /* a digest says nothing */
        row_end(o);
    }
    if (n)
        grid_end(o);
    section_end(o);
}

static void changes_part(struct ctx *c, struct out *o, const struct change *ch, size_t n)
{
    part_begin(o, "audit.changes");
    grid_begin(o, &(struct grid){ "audit.changes", COLS("audit.when", "audit.who", "audit.office", "audit.act", "audit.fields") });
    for (size_t i = 0; i < n; i++) {
        row_begin(o, TONE_PLAIN);
        cell(o);
        time_of(o, ch[i].time_us);
        cell_text(o, officer_name(c, ch[i].officer));
        cell_text(o, office_text(c, ch[i].office));
        cell(o);
        text(o, ch[i].verb);
        if (ch[i].reason.n) {
            html(o, "<br><small>");
            text(o, reason_text(c, ch[i].reason));
            html(o, "</small>");
        }
        cell(o);                                    /* which fields, never their values */
        struct str last = { 0 };
        for (size_t k = 0; k < ch[i].n && k < 12; k++) {
            if (!str_eq(last, ch[i].sets[k].kind)) {
                text(o, k ? STR(" · ") : STR(""));
                text(o, ch[i].sets[k].kind);
                html(o, ":");
            }
            last = ch[i].sets[k].kind;
            html(o, " ");
            text(o, ch[i].sets[k].field);
        }
        if (ch[i].n > 12)
            html(o, " …");
        row_end(o);
    }
    grid_end(o);
    section_end(o);
}

static enum err audit_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct access_line *l;
    struct change *ch;
    size_t nl, nc;
    struct work_case k;
    TRY(access_need(c, "dossier.audit", rq->params[0]));
    TRY(access_events(c, rq->params[0], 100, &l, &nl));
    TRY(change_list(c, rq->params[0], INT64_MAX, 100, &ch, &nc));
    bool of_case = work_case_of(c, rq->params[0], &k) == ERR_OK;
    c->fault = (struct fault){ 0 };
    page_begin(o, &(struct page){ .title = of_case ? k.code : SAY(c, "audit.title"), .tab = "cases",
        .crumbs = { { "case.list", STR("/cases") },
                    { of_case ? "case.one" : NULL, of_case ? path_of(c, "/case/%s", k.id) : (struct str){ 0 } } } });
    heading(o, "audit.title");
    reads_part(c, o, l, nl);
    changes_part(c, o, ch, nc);
    page_end(o);
    return ERR_OK;
}

/* ---- printing a case -------------------------------------------------------------------------- */

static enum err print_kind(struct ctx *c, struct pdf *p, const struct work_case *k, const struct kind_use *u)
{
    const struct form *f = pack_form(c->node->pack, str_c(u->kind));
    struct kind_row *row;
    size_t n;
    bool any = false;
    if (!f)
        return ERR_OK;
    TRY(kind_list(c, k->id, u->kind, 100, &row, &n));
    for (size_t i = 0; i < n; i++) {
        struct record r;
        if (!access_may(c, u->view, row[i].dossier))
            continue;
        TRY(access_record(c, row[i].id, &r));
        struct answers a = kind_answers(c, &r);
        if (!any)
            pdf_section(p, say_(c, str_c(u->key)));
        any = true;
        for (size_t j = 0; j < a.n; j++) {
            const struct form_field *x = form_find(f, a.v[j].path);
            if (x && x->sensitivity <= FORM_CASE)           /* identities are a separate paper */
                pdf_fact(p, form_text(f, x->label, c->lang), form_value_text(c, f, x, a.v[j].value));
            else if (x)
                pdf_sealed(p, form_text(f, x->label, c->lang));
        }
        pdf_gap(p, 3);
    }
    return ERR_OK;
}

static enum err print_steps(struct ctx *c, struct pdf *p, const struct work_case *k)
{
    struct obligation *s;
    size_t n;
    const struct str heads[] = { SAY(c, "step.name"), SAY(c, "step.office"), SAY(c, "step.due"), SAY(c, "case.status") };
    static const int widths[] = { 4, 3, 2, 2 };
    TRY(obligation_of_case(c, k->id, &s, &n));
    pdf_section(p, SAY(c, "case.timeline"));
    pdf_table(p, heads, widths, COUNT_OF(heads));
    for (size_t i = 0; i < n; i++) {
        const struct str cells[] = { s[i].name, office_text(c, s[i].office),
            s[i].due_us == INT64_MAX ? STR("") : words_instant(&c->mem, c->node->words, c->lang, s[i].due_us),
            say_join(c, "step.state", s[i].state) };
        pdf_row(p, cells);
    }
    pdf_table_end(p);
    return ERR_OK;
}

static enum err print_case(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct work_case k;
    struct pdf *p;
    struct str bytes;
    TRY(work_case(c, rq->params[0], &k));
    TRY(access_need(c, "case.print", k.route));
    TRY(access_event(c, k.route, "print", STR("case")));
    struct str foot = SAYF(c, "print.foot", W_TEXT("who", c->who->name), W_TIME("when", c->now_us));
    TRY(pdf_begin(c, &(struct pdf_paper){ .title = k.code, .foot = foot, .brand = STR("Amparo") }, &p));
    pdf_heading(p, str_join(&c->mem, k.code, STR("  "), k.title));
    pdf_fact(p, SAY(c, "case.stage"), say_join(c, "stage", k.stage));
    pdf_fact(p, SAY(c, "signal.urgency"), say_join(c, "urgency", k.urgency));
    pdf_fact(p, SAY(c, "case.place"), place_text(c, k.territory));
    pdf_fact(p, SAY(c, "case.holder"), office_text(c, k.owner));
    enum err e = print_steps(c, p, &k);
    for (const struct kind_use *u = kind_uses; !e && u->kind; u++)
        e = print_kind(c, p, &k, u);
    enum err end = pdf_end(p, &bytes);
    TRY(e ? e : end);
    return send_file(rs, STR("application/pdf"), str_join(&c->mem, k.code, STR(".pdf")), bytes);
}

/* ---- exporting the cases this office sees ------------------------------------------------------- */

struct cases_export { char last[ID_LEN + 1]; char office[96], who[ID_LEN + 1]; struct node *node; struct db *db;
                      const struct officer *officer; struct str lang; };

static enum err export_more(struct ctx *c, void *state, struct sheet_out *s, bool *end)
{
    struct cases_export *x = state;
    AUTO_ROWS r = { 0 };
    size_t n = 0;
    c->db = x->db;
    c->node = x->node;
    c->lang = x->lang;
    TRY(db_query(c, &r,
        "SELECT DISTINCT k.id, k.code, k.title, k.stage, k.status, k.urgency, k.territory, k.office,"
        " k.cl, k.fl, k.ht, k.opened_us"
        " FROM access_grant g JOIN case_row k ON k.route = g.dossier"
        " WHERE g.office = $1 AND (g.officer = '' OR g.officer = $2)"
        "   AND (g.until_us = 0 OR g.until_us > $3) AND k.id > $4 ORDER BY k.id LIMIT 300",
        ARGS(TEXT(str_c(x->office)), TEXT(str_c(x->who)), INT(c->now_us), TEXT(str_c(x->last)))));
    while (rows_next(&r)) {
        struct str id = row_str(&r, 0);
        memcpy(x->last, id.p, id.n < ID_LEN ? id.n : ID_LEN);
        put_text(s, row_str(&r, 1));
        put_text(s, row_str(&r, 2));
        put_text(s, say_join(c, "stage", row_str(&r, 3)));
        put_text(s, row_str(&r, 4));
        put_text(s, say_join(c, "urgency", row_str(&r, 5)));
        put_text(s, place_text(c, row_str(&r, 6)));
        put_text(s, office_text(c, row_str(&r, 7)));
        put_int(s, row_i64(&r, 8));
        put_int(s, row_i64(&r, 9));
        put_int(s, row_i64(&r, 10));
        put_time(s, row_i64(&r, 11));
        put_row(s);
        n++;
    }
    *end = n < 300;
    return rows_end(&r);
}

/* How many rows left and with which hash: the receiver can check, and the
 * ledger remembers. */
static enum err export_done(struct ctx *c, void *state, int64_t rows, const char hash[SHEET_HASH])
{
    struct cases_export *x = state;
    struct buf b;
    c->db = x->db;
    c->node = x->node;
    c->who = x->officer;
    buf_init(&b, &c->mem, 200);
    buf_fmt(&b, "cases: %lld rows, %s", (long long)rows, hash);
    return access_event(c, x->officer->id, "export", buf_str(&b));
}

static void keep(char *to, size_t room, struct str s)
{
    size_t n = s.n < room ? s.n : room - 1;
    memcpy(to, s.p, n);
    to[n] = 0;
}

static enum err export_cases(struct ctx *c, struct response *rs, enum sheet_kind kind)
{
    const struct str names[] = { SAY(c, "case.code"), SAY(c, "case.about"), SAY(c, "case.stage"), SAY(c, "case.status"),
        SAY(c, "signal.urgency"), SAY(c, "case.place"), SAY(c, "case.holder"), SAY(c, "crime.cl"), SAY(c, "crime.fl"),
        SAY(c, "crime.ht"), SAY(c, "case.opened") };
    struct cases_export *x = NEW(&c->mem, struct cases_export);
    struct str *heads = NEW_N(&c->mem, struct str, COUNT_OF(names));     /* sent after this returns */
    TRY(ctx_check(c));
    memcpy(heads, names, sizeof names);
    *x = (struct cases_export){ .node = c->node, .db = c->db, .officer = c->who, .lang = c->lang };
    keep(x->office, sizeof x->office, c->who->office);
    keep(x->who, sizeof x->who, c->who->id);
    return send_sheet(c, rs, kind, &(struct sheet_source){ .name = "cases", .heads = heads, .n = COUNT_OF(names),
        .more = export_more, .done = export_done, .state = x, .bom = true });
}

static enum err export_csv(struct ctx *c, const struct request *rq, struct response *rs)
{
    (void)rq;
    return export_cases(c, rs, SHEET_CSV);
}

static enum err export_xlsx(struct ctx *c, const struct request *rq, struct response *rs)
{
    (void)rq;
    return export_cases(c, rs, SHEET_XLSX);
}

const struct route dossier_routes[] = {
    { GET,  "/dossier/:id/open",   open_page,    .verb = "dossier.open_identity", .help = "Why the identity is needed." },
    { POST, "/dossier/:id/open",   act_open,     .verb = "dossier.open_identity", .help = "Open it for ten minutes." },
    { POST, "/dossier/:id/close",  act_close,    .verb = "dossier.open_identity", .help = "Hide it now." },
    { GET,  "/dossier/:id/audit",  audit_page,   .verb = "dossier.audit", .help = "Who read and changed what." },
    { GET,  "/emergency/:code",    break_page,   .verb = "dossier.break_glass", .help = "Break the glass: what it means." },
    { POST, "/emergency/:code",    act_break,    .verb = "dossier.break_glass", .help = "Break it, for one hour." },
    { GET,  "/case/:id/print.pdf", print_case,   .verb = "case.print", .help = "The case on paper, without identities." },
    { GET,  "/export/cases.csv",   export_csv,   .verb = "case.export", .help = "Cases as CSV, streamed." },
    { GET,  "/export/cases.xlsx",  export_xlsx,  .verb = "case.export", .help = "Cases as XLSX." },
    { 0 }
};
