/* kinds_web.c - the pages every kind gets from its form. */
#include "kinds/kinds.h"

#include "base/node.h"
#include "law/law.h"
#include "pack/pack.h"

static const struct form *form_of(struct ctx *c, const struct kind_use *u)
{
    return pack_form(c->node->pack, str_c(u->kind));
}

struct place { struct work_case k; const struct kind_use *u; const struct form *f; };

static enum err place_of(struct ctx *c, const struct request *rq, struct place *p)
{
    TRY(work_case(c, rq->params[0], &p->k));
    p->u = kind_find(rq->params[1]);
    p->f = p->u ? form_of(c, p->u) : NULL;
    return p->f ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "error.no-page", "kind " STR_F, STR_A(rq->params[1]));
}

static enum form_sensitivity top(struct ctx *c, struct str dossier)
{
    int64_t until;
    return !access_opened(c, dossier, &until) ? FORM_CASE
         : officer_has(c->who, "protection") ? FORM_SEALED : FORM_IDENTITY;
}

/* ---- lists on the case page ---------------------------------------------------------- */

static struct str summary(struct ctx *c, const struct kind_use *u, const struct record *r)
{
    const struct form *f = form_of(c, u);
    struct answers a = kind_answers(c, r);
    struct str rest = str_c(u->show), name, all = { 0 };
    while (f && str_next(&rest, ' ', &name)) {
        const struct form_field *x = form_find(f, name);
        struct str v = answers_get(&a, name);
        if (x && v.n)
            all = str_join(&c->mem, all, all.n ? STR(" · ") : STR(""), form_value_text(c, f, x, v));
    }
    return all.n ? all : SAY(c, "kind.no-summary");
}

struct str kind_summary(struct ctx *c, const struct record *r)
{
    const struct kind_use *u = kind_find(r->kind);
    return u ? summary(c, u, r) : r->id;
}

static enum err list_row(struct ctx *c, struct out *o, const struct work_case *k, const struct kind_use *u,
                         const struct kind_row *row)
{
    struct record r;
    TRY(access_record(c, row->id, &r));
    step_begin(o, TONE_PLAIN);
    link_text(o, summary(c, u, &r), "/case/%s/%s/%s", k->id, str_c(u->kind), row->id);
    if (r.conflict)
        tag(o, TONE_LATE, "kind.conflict");
    step_side(o, words_instant(&c->mem, c->node->words, c->lang, row->at_us), TONE_PLAIN);
    step_end(o);
    return ERR_OK;
}

enum { SHOWN = 20, ALL_MAX = 400 };

/* Those of them that this officer may see. */
static size_t may_see(struct ctx *c, const struct kind_use *u, struct kind_row *row, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (access_may(c, u->view, row[i].dossier))
            row[kept++] = row[i];
    return kept;
}

/* The records this officer may see, newest first. */
static enum err visible(struct ctx *c, const struct work_case *k, const struct kind_use *u,
                        struct kind_row **row, size_t *n)
{
    TRY(kind_list(c, k->id, u->kind, SHOWN, row, n));
    *n = may_see(c, u, *row, *n);
    return ERR_OK;
}

/* The same out of all rows of the case, which lie together by kind. */
static enum err visible_of(struct ctx *c, const struct work_case *k, const struct kind_use *u,
                           struct kind_row *all, size_t all_n, struct kind_row **row, size_t *n)
{
    size_t from = 0, got = 0;
    if (all_n == ALL_MAX)                           /* a case this long is asked kind by kind */
        return visible(c, k, u, row, n);
    while (from < all_n && !str_is(all[from].kind, u->kind))
        from++;
    while (from + got < all_n && got < SHOWN && str_is(all[from + got].kind, u->kind))
        got++;
    *row = all + from;
    *n = may_see(c, u, *row, got);
    return ERR_OK;
}

static bool may_add(struct ctx *c, const struct work_case *k, const struct kind_use *u, size_t n)
{
    return form_of(c, u) && !(u->one && n) && access_may(c, u->edit, kind_dossier(c, u, k));
}

static enum err show_list(struct ctx *c, struct out *o, const struct work_case *k, const struct kind_use *u,
                          const struct kind_row *row, size_t n)
{
    part_begin(o, u->key);
    if (!n)
        empty(o, "kind.none");
    else
        steps_begin(o, false);
    for (size_t i = 0; i < n; i++)
        TRY(list_row(c, o, k, u, &row[i]));
    if (n)
        steps_end(o);
    if (may_add(c, k, u, n))
        go_button(o, BTN_QUIET, "kind.add", "/case/%s/%s/new", k->id, str_c(u->kind));
    section_end(o);
    return ERR_OK;
}

enum err kind_part(struct ctx *c, struct out *o, const struct work_case *k, const char *kind)
{
    const struct kind_use *u = kind_find(str_c(kind));
    struct kind_row *row;
    size_t n;
    if (!u || !form_of(c, u))
        return ERR_OK;
    TRY(visible(c, k, u, &row, &n));
    return n || may_add(c, k, u, n) ? show_list(c, o, k, u, row, n) : ERR_OK;
}

enum err kind_parts(struct ctx *c, struct out *o, const struct work_case *k)
{
    const struct kind_use *add[40];
    struct kind_row *all;
    size_t adds = 0, all_n;
    TRY(kind_list_all(c, k->id, ALL_MAX, &all, &all_n));
    for (const struct kind_use *u = kind_uses; u->kind; u++) {
        struct kind_row *row;
        size_t n;
        if (!strcmp(u->kind, "person"))             /* people are in the sealed part */
            continue;
        TRY(visible_of(c, k, u, all, all_n, &row, &n));
        if (n)
            TRY(show_list(c, o, k, u, row, n));
        else if (may_add(c, k, u, 0) && adds < COUNT_OF(add))
            add[adds++] = u;
    }
    if (!adds)
        return ERR_OK;
    part_begin(o, "kind.add-to-file");
    row_of(o);
    for (size_t i = 0; i < adds; i++)
        go_button(o, BTN_QUIET, add[i]->key, "/case/%s/%s/new", k->id, str_c(add[i]->kind));
    row_of_end(o);
    section_end(o);
    return ERR_OK;
}

/* ---- one record -------------------------------------------------------------------------- */

static void begin_page(struct out *o, const struct place *p, const char *key)
{
    page_begin(o, &(struct page){ .title = p->k.code, .tab = "cases", .narrow = true,
        .crumbs = { { "case.list", STR("/cases") },
                    { "case.one", path_of(o->c, "/case/%s", p->k.id) } } });
    head_begin(o);
    T(o, "case.word");
    html(o, " ");
    text(o, p->k.code);
    html(o, ": ");
    key_out(o, key);
    head_end(o);
}

/* ---- what a record is about: a person, an evidence, a charge of the same case -------- */

/* Hidden fields of forms that hold another record's id, and its kind. */
static const struct { const char *field, *kind, *label; } links[] = {
    { "person",      "person",      "kind.about-person" },
    { "evidence",    "evidence",    "kind.about-evidence" },
    { "restitution", "restitution", "kind.about-restitution" },
    { "charge",      "charge",      "kind.about-charge" },
};

static enum err link_choices(struct ctx *c, const struct work_case *k, const struct kind_use *u,
                             struct choice *opt, size_t max, size_t *n)
{
    struct kind_row *row;
    size_t got;
    *n = 0;
    TRY(kind_list(c, k->id, u->kind, max, &row, &got));
    for (size_t i = got; i > 0; i--) {
        struct record r;
        if (!access_may(c, u->view, row[i - 1].dossier))
            continue;
        TRY(access_record(c, row[i - 1].id, &r));
        opt[(*n)++] = (struct choice){ .value = r.id, .text = summary(c, u, &r) };
    }
    return ERR_OK;
}

static enum err link_fields(struct ctx *c, struct out *o, const struct place *p, const struct answers *given)
{
    for (size_t i = 0; i < COUNT_OF(links); i++) {
        const struct form_field *x = form_find(p->f, str_c(links[i].field));
        const struct kind_use *u = kind_find(str_c(links[i].kind));
        struct choice opt[30];
        size_t n = 0;
        if (!x || x->type != FORM_HIDDEN || !u)
            continue;
        TRY(link_choices(c, &p->k, u, opt, COUNT_OF(opt), &n));
        struct str now = answers_get(given, str_c(links[i].field));
        if (n)
            pick_list(o, &(struct pick){ .name = links[i].field, .label = links[i].label,
                                         .value = now.n ? now : opt[0].value, .options = opt, .n = n });
    }
    return ERR_OK;
}

/* May the record that a form points to be pointed to: hers to see, of this case,
 * of the kind the field is for?  Anything else was not on the page. */
static enum err link_ok(struct ctx *c, const struct place *p, const char *kind, struct str id)
{
    const struct kind_use *u = kind_find(str_c(kind));
    struct record r;
    if (!id_ok(id) || !u)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "no link");
    TRY(access_record(c, id, &r));
    TRY(access_need(c, u->view, r.dossier));
    if (!str_is(r.kind, kind) || !str_eq(record_get(&r, "case"), p->k.id))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "link to another kind or case");
    return ERR_OK;
}

/* A step that the form says it completes is one of this case. */
static enum err step_ok(struct ctx *c, const struct place *p, struct str step)
{
    struct obligation o;
    if (!step.n)
        return ERR_OK;
    TRY(obligation_get(c, step, &o));
    return str_eq(o.case_id, p->k.id) ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "error.not-found", "step of another case");
}

/* The case and the chosen links as answers the page did not ask. */
static enum err link_answers(struct ctx *c, const struct request *rq, const struct place *p, struct answers *before)
{
    struct answers a = { 0 };
    for (size_t i = 0; i < before->n; i++) {
        bool link = str_is(before->v[i].path, "case");
        for (size_t k = 0; k < COUNT_OF(links); k++)
            link = link || (str_is(before->v[i].path, links[k].field) && req_has(rq, links[k].field));
        if (!link)
            (void)answers_put(&c->mem, &a, before->v[i].path, before->v[i].value);
    }
    if (form_find(p->f, STR("case")))
        (void)answers_put(&c->mem, &a, STR("case"), p->k.id);
    for (size_t k = 0; k < COUNT_OF(links); k++) {
        const struct form_field *x = form_find(p->f, str_c(links[k].field));
        struct str v = req_field(rq, links[k].field);
        if (!x || x->type != FORM_HIDDEN || answers_get(&a, x->path).n)
            continue;
        if (v.n && !str_is(v, "-"))
            TRY(link_ok(c, p, links[k].kind, v));
        (void)answers_put(&c->mem, &a, x->path, v.n ? v : STR("-"));
    }
    if (form_find(p->f, STR("from_record")) && !answers_get(&a, STR("from_record")).n)
        (void)answers_put(&c->mem, &a, STR("from_record"), req_has(rq, "step") ? req_field(rq, "step") : STR("-"));
    *before = a;
    return ERR_OK;
}

/* Does it hold answers that she may not see now? */
static bool has_veiled(struct ctx *c, const struct place *p, struct str id)
{
    struct record full;
    struct fault before = c->fault;
    bool yes = false;
    if (!id.n || record_load(c, id, &full) != ERR_OK) {
        c->fault = before;
        return false;
    }
    struct answers all = kind_answers(c, &full);
    enum form_sensitivity may = top(c, full.dossier);
    for (size_t i = 0; i < all.n && !yes; i++) {
        const struct form_field *x = form_find(p->f, all.v[i].path);
        yes = x && x->sensitivity > may;
    }
    return yes;
}

enum look { LOOK_NOT, LOOK_ASKED, LOOK_TYPING };

static enum err form_page_with(struct ctx *c, struct response *rs, const struct place *p, struct str record,
                               struct str step, const struct answers *given, const struct form_result *sent,
                               enum look look)
{
    struct out *o = &rs->out;
    bool veiled = has_veiled(c, p, record);
    begin_page(o, p, p->u->key);
    if (!record.n && p->u->before)
        TRY(p->u->before(c, o, &p->k));
    if (!record.n && p->u->look) {
        html(o, "<div id=\"look\" aria-live=\"polite\">");
        if (look)
            TRY(p->u->look(c, o, &p->k, given, look == LOOK_TYPING));
        html(o, "</div>\n");
    }
    if (record.n)
        upload_begin(o, "/case/%s/%s/%s", p->k.id, str_c(p->u->kind), record);
    else
        upload_begin(o, "/case/%s/%s/new", p->k.id, str_c(p->u->kind));
    if (step.n)
        hidden(o, "step", step);
    if (record.n && veiled)
        notice(o, TONE_PLAIN, "kind.veiled-kept");
    TRY(link_fields(c, o, p, given));
    TRY(form_show(c, o, p->f, given, sent));
    submit(o, BTN, "kind.save");
    if (!record.n && p->u->look)
        submit_as(o, BTN_QUIET, "kind.look", "look", STR("asked"));
    form_end(o);
    TRY(law_of_form(c, o, p->u->kind));
    page_end(o);
    return ERR_OK;
}

static enum err form_page(struct ctx *c, struct response *rs, const struct place *p, struct str record,
                          struct str step, const struct answers *given, const struct form_result *sent)
{
    return form_page_with(c, rs, p, record, step, given, sent, LOOK_NOT);
}

static enum err new_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct place p;
    struct answers none = { 0 };
    TRY(place_of(c, rq, &p));
    TRY(access_need(c, p.u->edit, kind_dossier(c, p.u, &p.k)));
    return form_page(c, rs, &p, (struct str){ 0 }, req_query(rq, "step"), &none, NULL);
}

static enum err load_record(struct ctx *c, const struct place *p, struct str id, struct record *r)
{
    TRY(access_record(c, id, r));
    TRY(access_need(c, p->u->view, r->dossier));
    if (!str_is(r->kind, p->u->kind) || !str_eq(record_get(r, "case"), p->k.id))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "record of another case");
    return ERR_OK;
}

static void conflicts(struct ctx *c, struct out *o, const struct place *p, const struct record *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct field *f = &r->fields[i];
        if (f->n < 2)
            continue;
        const struct form_field *x = str_starts(f->name, STR("a/")) ? form_find(p->f, str_sub(f->name, 2, f->name.n)) : NULL;
        notice_begin(o, TONE_LATE);
        html(o, "<p>");
        TF(o, "kind.two-values", W_TEXT("field", x ? form_text(p->f, x->label, c->lang) : f->name));
        html(o, "</p>\n");
        for (size_t h = 0; h < f->n; h++) {
            form_begin(o, "/case/%s/%s/%s/resolve", p->k.id, str_c(p->u->kind), r->id);
            hidden(o, "field", f->name);
            hidden(o, "change", f->heads[h].change);
            html(o, "<p>");
            text(o, x ? form_value_text(c, p->f, x, f->heads[h].value) : f->heads[h].value);
            html(o, " <small>");
            text(o, officer_name(c, f->heads[h].officer));
            html(o, ", ");
            time_of(o, f->heads[h].time_us);
            html(o, "</small> ");
            submit(o, BTN_QUIET, "kind.keep-this");
            html(o, "</p>");
            form_end(o);
        }
        notice_end(o);
    }
}

/* What she does not see now, and the way to open it. */
static void veiled_part(struct ctx *c, struct out *o, const struct place *p, const struct record *r)
{
    if (!record_hidden(c, r))
        return;
    facts_begin(o);
    fact_veiled(o, "identity.sealed");
    facts_end(o);
    if (access_may(c, "dossier.open_identity", r->dossier))
        go_button(o, BTN_QUIET, "identity.open", "/dossier/%s/open?to=%s", r->dossier,
                  path_of(c, "/case/%s/%s/%s", p->k.id, str_c(p->u->kind), r->id));
}

static enum err record_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct out *o = &rs->out;
    struct place p;
    struct record r;
    TRY(place_of(c, rq, &p));
    TRY(load_record(c, &p, rq->params[2], &r));
    struct answers a = kind_answers(c, &r);
    begin_page(o, &p, p.u->key);
    conflicts(c, o, &p, &r);
    if (p.u->page && p.u->page_first)
        TRY(p.u->page(c, o, &p.k, &r));
    TRY(form_facts(c, o, p.f, &a, top(c, r.dossier)));
    veiled_part(c, o, &p, &r);
    html(o, "<p class=\"small\">");
    TF(o, "kind.by", W_TEXT("who", officer_name(c, record_get(&r, "by"))),
       W_TIME("when", record_i64(&r, "at")));
    html(o, "</p>\n");
    if (p.u->page && !p.u->page_first)
        TRY(p.u->page(c, o, &p.k, &r));
    if (access_may(c, p.u->edit, r.dossier))
        go_button(o, BTN_QUIET, "kind.edit", "/case/%s/%s/%s/edit", p.k.id, str_c(p.u->kind), r.id);
    page_end(o);
    return ERR_OK;
}

static enum err edit_page(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct place p;
    struct record r;
    TRY(place_of(c, rq, &p));
    TRY(load_record(c, &p, rq->params[2], &r));
    TRY(access_need(c, p.u->edit, r.dossier));
    struct answers a = kind_answers(c, &r);
    return form_page(c, rs, &p, r.id, (struct str){ 0 }, &a, NULL);
}

/* The stored answers as far as she may see them now: a form that comes back
 * with a mistake shows nothing that the record's page would not. */
static enum err before_of(struct ctx *c, const struct place *p, struct str id, struct answers *out)
{
    struct record r;
    if (!id.n)
        return ERR_OK;
    TRY(load_record(c, p, id, &r));
    TRY(access_need(c, p->u->edit, r.dossier));
    *out = kind_answers(c, &r);
    return ERR_OK;
}

static bool answer_kept(struct ctx *c, struct answers *a, const struct answer *was)
{
    for (size_t i = 0; i < a->n; i++)
        if (str_eq(a->v[i].path, was->path)) {
            if (!a->v[i].value.n)
                a->v[i].value = was->value;
            return true;
        }
    return answers_put(&c->mem, a, was->path, was->value);
}

/* What the officer may not see now, she does not empty: its question stood
 * empty on her page.  What she typed there counts. */
static enum err keep_veiled(struct ctx *c, const struct place *p, struct str id, struct answers *a)
{
    struct record full;
    if (!id.n)
        return ERR_OK;
    TRY(record_load(c, id, &full));
    struct answers all = kind_answers(c, &full);
    enum form_sensitivity may = top(c, full.dossier);
    for (size_t i = 0; i < all.n; i++) {
        const struct form_field *x = form_find(p->f, all.v[i].path);
        if (x && x->sensitivity > may && !answer_kept(c, a, &all.v[i]))
            return FAIL(c, ERR_INPUT, "form.too-many", "%zu answers", a->n);
    }
    return ERR_OK;
}

static enum err keep_file(struct ctx *c, const struct request *rq, struct str dossier, struct kind_file *out)
{
    for (size_t i = 0; i < rq->uploads_n; i++) {
        if (!rq->uploads[i].bytes.n)
            continue;
        TRY(blob_put(c, dossier, rq->uploads[i].bytes, &out->hash));
        out->name = rq->uploads[i].name;
    }
    return ERR_OK;
}

static enum err save(struct ctx *c, const struct request *rq, struct response *rs, struct str record)
{
    struct place p;
    struct form_result r;
    struct answers before = { 0 };
    struct str id;
    bool ok;
    TRY(place_of(c, rq, &p));
    TRY(access_need(c, p.u->edit, kind_dossier(c, p.u, &p.k)));
    TRY(step_ok(c, &p, req_field(rq, "step")));
    TRY(before_of(c, &p, record, &before));
    TRY(link_answers(c, rq, &p, &before));
    TRY(form_take(c, rq, p.f, &before, &r, &ok));
    if (!ok) {
        rs->status = 422;
        return form_page(c, rs, &p, record, req_field(rq, "step"), &before, &r);
    }
    TRY(keep_veiled(c, &p, record, &r.answers));
    struct kind_file file = { { 0 }, { 0 } };
    TRY(keep_file(c, rq, kind_dossier(c, p.u, &p.k), &file));
    enum err e = kind_save(c, &p.k, p.u, record, &r.answers, req_field(rq, "step"), &file, &id);
    if (e == ERR_INPUT) {                       /* what the kind itself refuses */
        const char *key = c->fault.key;
        c->fault = (struct fault){ 0 };
        rs->status = 422;
        wrong_(&rs->out, STR("form"), say_(c, str_c(key)));
        return form_page(c, rs, &p, record, req_field(rq, "step"), &r.answers, NULL);
    }
    TRY(e);
    return p.u->page ? go_done(c, rs, "saved", "/case/%s/%s/%s", p.k.id, str_c(p.u->kind), id)
                     : go_done(c, rs, "saved", "/case/%s", p.k.id);
}

/* Who may be meant: the form comes back with all that was typed, nothing is saved,
 * and what is still missing is not held against her. */
static enum err look_for(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct place p;
    struct form_result r;
    struct answers before = { 0 };
    bool ok;
    TRY(place_of(c, rq, &p));
    TRY(access_need(c, p.u->edit, kind_dossier(c, p.u, &p.k)));
    TRY(step_ok(c, &p, req_field(rq, "step")));
    TRY(link_answers(c, rq, &p, &before));
    TRY(form_take(c, rq, p.f, &before, &r, &ok));
    enum look look = !p.u->look ? LOOK_NOT : str_is(req_field(rq, "look"), "typing") ? LOOK_TYPING : LOOK_ASKED;
    return form_page_with(c, rs, &p, (struct str){ 0 }, req_field(rq, "step"), &r.answers, NULL, look);
}

static enum err act_new(struct ctx *c, const struct request *rq, struct response *rs)
{
    if (req_has(rq, "look"))
        return look_for(c, rq, rs);
    return save(c, rq, rs, (struct str){ 0 });
}

static enum err act_edit(struct ctx *c, const struct request *rq, struct response *rs)
{
    return save(c, rq, rs, rq->params[2]);
}

static enum err act_resolve(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct place p;
    struct record r;
    struct draft *d;
    struct str field = req_field(rq, "field"), change = req_field(rq, "change");
    TRY(place_of(c, rq, &p));
    TRY(load_record(c, &p, rq->params[2], &r));
    TRY(access_need(c, p.u->edit, r.dossier));
    TRY(access_need(c, "dossier.conflict", r.dossier));
    TRY(draft_begin(c, p.k.id, "dossier.conflict", &d));
    draft_in(d, r.dossier);
    for (size_t i = 0; i < r.n; i++)
        for (size_t h = 0; str_eq(r.fields[i].name, field) && h < r.fields[i].n; h++)
            if (str_eq(r.fields[i].heads[h].change, change))
                draft_set_field(d, r.kind, r.id, field, r.fields[i].heads[h].value);
    TRY(draft_commit(c, d));
    return go_done(c, rs, "saved", "/case/%s/%s/%s", p.k.id, str_c(p.u->kind), r.id);
}

/* The handlers ask the verb of the kind's own row; the route asks only for a
 * signed-in officer. */
const struct route kinds_routes[] = {
    { GET,  "/case/:id/:kind/new",              new_page,    .any = true, .help = "Fill a form." },
    { POST, "/case/:id/:kind/new",              act_new,     .any = true, .help = "Save it.", .body_max = BLOB_MAX },
    { GET,  "/case/:id/:kind/:record",          record_page, .any = true, .help = "One record." },
    { GET,  "/case/:id/:kind/:record/edit",     edit_page,   .any = true, .help = "Change it." },
    { POST, "/case/:id/:kind/:record",          act_edit,    .any = true, .help = "Save the change.", .body_max = BLOB_MAX },
    { POST, "/case/:id/:kind/:record/resolve",  act_resolve, .any = true, .help = "Choose one of two values." },
    { 0 }
};
