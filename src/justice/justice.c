#include "justice/justice.h"

#include "access/access.h"
#include "base/node.h"
#include "law/law.h"
#include "pack/pack.h"
#include "page/names.h"

static int64_t amount(const struct answers *a, const char *field)
{
    int64_t v = 0;
    return str_to_i64(answers_get(a, str_c(field)), &v) ? v : 0;
}

/* ---- charges: the law in force on the day of the facts --------------------------------- */

/* Each cited provision must exist and have been in force then; what is known
 * only by its year is let through and shown as "legal review". */
static enum err provisions_ok(struct ctx *c, struct str cited, struct str fact_date)
{
    struct civil day;
    struct str id;
    bool dated = date_parse(fact_date, &day);
    while (str_next(&cited, ' ', &id)) {
        const struct provision *v = pack_provision(c->node->pack, id);
        if (!id.n)
            continue;
        if (!v)
            return FAIL(c, ERR_INPUT, "charge.no-provision", "provision " STR_F, STR_A(id));
        enum in_force in = IN_FORCE_UNKNOWN;
        struct law_version w;
        if (dated)
            TRY(law_at(c, c->node->law, v, day, &w, &in));
        if (in == IN_FORCE_NO)
            return FAIL(c, ERR_INPUT, "charge.not-in-force", "provision " STR_F, STR_A(id));
    }
    return ERR_OK;
}

enum err charge_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                     const struct answers *a, struct facts *f)
{
    struct str stage = answers_get(a, STR("stage"));
    (void)d;
    (void)k;
    (void)record;
    TRY(provisions_ok(c, answers_get(a, STR("provisions")), answers_get(a, STR("fact_date"))));
    if (str_is(stage, "accused") || str_is(stage, "dismissed") || str_is(stage, "withdrawn"))
        fact_bool(f, "charged", str_is(stage, "accused"));
    return ERR_OK;
}

enum err charge_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r)
{
    struct answers a = kind_answers(c, r);
    struct str cited = answers_get(&a, STR("provisions")), id;
    struct civil day;
    bool dated = date_parse(answers_get(&a, STR("fact_date")), &day);
    (void)k;
    if (!cited.n)
        return ERR_OK;
    part_begin(o, "charge.provisions");
    while (str_next(&cited, ' ', &id)) {
        const struct provision *v = pack_provision(c->node->pack, id);
        enum in_force in = IN_FORCE_UNKNOWN;
        struct law_standing s;
        if (!v)
            continue;
        struct law_version w = { .rule = v->rule };
        if (dated)
            TRY(law_at(c, c->node->law, v, day, &w, &in));
        TRY(law_standing(c, v, &s));
        law_result(o, &(struct law_result){ .name = law_name(c, v), .cite = v->id, .cite_path = law_path(c, v->id),
            .why = pack_text(c->node->pack, &w.rule, c->lang),
            .verdict = in == IN_FORCE_YES ? SAY(c, "charge.in-force") : SAY(c, "charge.in-force-unknown"),
            .tone = in == IN_FORCE_YES ? TONE_DONE : TONE_SOON,
            .review = !(w.row ? w.verified == PACK_YES : law_certain(&s)) || in != IN_FORCE_YES });
    }
    section_end(o);
    return ERR_OK;
}

enum err judgment_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                       const struct answers *a, struct facts *f)
{
    struct str verdict = answers_get(a, STR("verdict"));
    (void)record;
    fact_bool(f, "convicted", str_is(verdict, "convicted"));
    if (str_is(verdict, "convicted") && str_is(answers_get(a, STR("suspended")), "yes"))
        alert_add(c, d, k->route, k->id, k->owner, "suspended", k->code);
    return ERR_OK;
}

/* ---- restitution: claimed, ordered, secured, paid -------------------------------------- */

static enum err add_all(struct ctx *c, const struct work_case *k, const char *kind, struct restitution_sum *s)
{
    struct kind_row *row;
    size_t n;
    TRY(kind_list(c, k->id, kind, 200, &row, &n));
    for (size_t i = 0; i < n; i++) {
        struct record r;
        if (!str_eq(row[i].dossier, k->justice))        /* a fine collected is not restitution */
            continue;
        TRY(record_load(c, row[i].id, &r));
        struct answers a = kind_answers(c, &r);
        s->claimed += amount(&a, "claimed");
        s->ordered += amount(&a, "ordered");
        s->secured += amount(&a, "secured");
        s->paid += amount(&a, "amount");
        s->closed = s->closed || str_is(answers_get(&a, STR("last")), "yes");
    }
    return ERR_OK;
}

enum err restitution_of(struct ctx *c, const struct work_case *k, struct restitution_sum *out)
{
    struct restitution_sum s = { 0 };
    TRY(add_all(c, k, "restitution", &s));
    TRY(add_all(c, k, "payment", &s));
    *out = s;
    return ERR_OK;
}

/* A payment that is not the last one leaves its step open. */
enum err payment_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                      const struct answers *a, struct facts *f)
{
    (void)c;
    (void)d;
    (void)k;
    (void)record;
    fact_bool(f, "last_payment", str_is(answers_get(a, STR("last")), "yes"));
    f->stay = !str_is(answers_get(a, STR("last")), "yes");
    return ERR_OK;
}

static void money(struct ctx *c, struct out *o, const char *key, int64_t v)
{
    fact_begin(o, key);
    number(o, v);
    html(o, " ");
    text(o, c->node->pack->currency);
    fact_end(o);
}

enum err justice_panel_restitution(struct ctx *c, struct out *o, const struct subject *s)
{
    const struct work_case *k = s->record;
    struct restitution_sum sum;
    if (!access_may(c, "justice.view", k->justice))
        return ERR_OK;
    TRY(restitution_of(c, k, &sum));
    if (!sum.claimed && !sum.ordered && !sum.paid)
        return ERR_OK;
    part_begin(o, "restitution.title");
    facts_begin(o);
    money(c, o, "restitution.claimed", sum.claimed);
    money(c, o, "restitution.ordered", sum.ordered);
    money(c, o, "restitution.secured", sum.secured);
    money(c, o, "restitution.paid", sum.paid);
    money(c, o, "restitution.owed", sum.ordered > sum.paid ? sum.ordered - sum.paid : 0);
    facts_end(o);
    const struct bar b[] = { { .label = SAY(c, "restitution.paid"), .value = sum.paid, .goal = sum.ordered } };
    if (sum.ordered)
        bars(o, "restitution.title", "restitution.what", "restitution.amount", b, 1);
    section_end(o);
    return ERR_OK;
}

enum err restitution_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r)
{
    struct subject s = { .kind = "case", .id = k->id, .code = k->code, .record = k };
    (void)r;
    TRY(justice_panel_restitution(c, o, &s));
    TRY(restitution_before(c, o, k));
    return kind_part(c, o, k, "payment");
}

/* ---- evidence: its hash, its file, who had it --------------------------------------------- */

enum err evidence_more(struct ctx *c, struct draft *d, const struct work_case *k, struct str record,
                       const struct answers *a, struct facts *f)
{
    (void)c;
    (void)k;
    (void)a;
    if (f->file_hash.n) {
        draft_set(d, "evidence", record, "hash", f->file_hash);
        draft_set(d, "evidence", record, "file_name", f->file_name);
    }
    return ERR_OK;
}

/* Every hand that held it, oldest first. */
static enum err custody(struct ctx *c, struct out *o, const struct work_case *k, const struct record *ev)
{
    struct kind_row *row;
    const struct form *f = pack_form(c->node->pack, STR("custody"));
    size_t n, shown = 0;
    TRY(kind_list(c, k->id, "custody", 100, &row, &n));
    part_begin(o, "evidence.custody");
    steps_begin(o, false);
    for (size_t i = n; f && i > 0; i--) {
        struct record r;
        TRY(access_record(c, row[i - 1].id, &r));
        struct answers a = kind_answers(c, &r);
        if (!str_eq(answers_get(&a, STR("evidence")), ev->id))
            continue;
        step_begin(o, str_is(answers_get(&a, STR("seal_intact")), "no") ? TONE_LATE : TONE_DONE);
        text(o, str_join(&c->mem, answers_get(&a, STR("from_person")), STR(" → "), answers_get(&a, STR("to_person"))));
        step_note(o, answers_get(&a, STR("place")));
        step_side(o, form_value_text(c, f, form_find(f, STR("at")), answers_get(&a, STR("at"))), TONE_PLAIN);
        step_end(o);
        shown++;
    }
    steps_end(o);
    if (!shown)
        empty(o, "evidence.no-custody");
    if (access_may(c, "evidence.add", k->justice))
        go_button(o, BTN_QUIET, "evidence.hand-over", "/case/%s/custody/new?evidence=%s", k->id, ev->id);
    section_end(o);
    return ERR_OK;
}

enum err evidence_page_part(struct ctx *c, struct out *o, const struct work_case *k, const struct record *r)
{
    struct str hash = record_get(r, "hash");
    if (hash.n) {
        facts_begin(o);
        fact(o, "evidence.file", record_get(r, "file_name"));
        fact(o, "evidence.hash", hash);
        facts_end(o);
        go_button(o, BTN_QUIET, "evidence.download", "/case/%s/evidence/%s/file", k->id, r->id);
    }
    return custody(c, o, k, r);
}

static enum err evidence_file(struct ctx *c, const struct request *rq, struct response *rs)
{
    struct work_case k;
    struct record r;
    struct str bytes;
    TRY(work_case(c, rq->params[0], &k));
    TRY(access_need(c, "justice.view", k.justice));
    TRY(access_record(c, rq->params[1], &r));
    if (!str_is(r.kind, "evidence") || !str_eq(r.dossier, k.justice) || !record_get(&r, "hash").n)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "no file");
    TRY(access_event(c, k.justice, "download", record_get(&r, "hash")));
    TRY(blob_get(c, k.justice, record_get(&r, "hash"), &bytes));
    return send_file(rs, STR("application/octet-stream"), record_get(&r, "file_name"), bytes);
}

const struct route justice_routes[] = {
    { GET, "/case/:id/evidence/:record/file", evidence_file, .verb = "justice.view", .help = "The file of an evidence." },
    { 0 }
};
