#include "case/case.h"

#include "base/node.h"
#include "db/db.h"
#include "kinds/kinds.h"
#include "pack/pack.h"

/* ---- lists ------------------------------------------------------------------------- */

static struct work_case case_read(struct rows *r)
{
    return (struct work_case){ .id = row_str(r, 0), .code = row_str(r, 1), .route = row_str(r, 2),
        .territory = row_str(r, 3), .title = row_str(r, 4), .owner = row_str(r, 5),
        .status = row_str(r, 6), .stage = row_str(r, 7), .urgency = row_str(r, 8),
        .cl = row_i64(r, 9) != 0, .fl = row_i64(r, 10) != 0, .ht = row_i64(r, 11) != 0,
        .criadazgo = row_i64(r, 12) != 0, .opened_us = row_i64(r, 13), .updated_us = row_i64(r, 14) };
}

/* Append the cases after `from`.  An office may hold several grants of one route:
 * they lie together, and the case is taken once.  *more: there may be others. */
static enum err list_some(struct ctx *c, const struct case_filter *f, struct str like, struct str from,
                          size_t limit, struct work_case *k, size_t *got, bool *more)
{
    AUTO_ROWS r = { 0 };
    size_t rows = 0;
    TRY(db_query(c, &r,
        "SELECT k.id, k.code, k.route, k.territory, k.title, k.office, k.status, k.stage,"
        " k.urgency, k.cl, k.fl, k.ht, k.criadazgo, k.opened_us, k.updated_us, g.until_us"
        " FROM access_grant g JOIN case_row k ON k.route = g.dossier"
        " WHERE g.office = $1 AND (g.officer = '' OR g.officer = $2)"
        "   AND (g.until_us = 0 OR g.until_us > $3)"
        "   AND ($4 = 1 OR k.status = 'open') AND ($5 = '' OR k.stage = $5)"
        "   AND ($6 = '' OR lower(k.code) LIKE lower($6) OR lower(k.title) LIKE lower($6))"
        "   AND g.dossier < $7"
        " ORDER BY g.dossier DESC LIMIT $8",
        ARGS(TEXT(c->who->office), TEXT(c->who->id), INT(c->now_us), INT(f->all), TEXT(f->stage),
             TEXT(like), TEXT(from.n ? from : STR("~")), INT((int64_t)limit))));
    while (*got < limit && rows_next(&r)) {
        rows++;
        access_ends(c, row_i64(&r, 15));
        if (!*got || !str_eq(k[*got - 1].route, row_peek(&r, 2)))
            k[(*got)++] = case_read(&r);
    }
    *more = rows == limit;
    return rows_end(&r);
}

/* Newest first by the id of the route, which is as old as the case: so the grants
 * of an office are walked in their index until the page is full. */
enum err case_list(struct ctx *c, const struct case_filter *f, struct str after, size_t limit,
                   struct work_case **out, size_t *n)
{
    struct work_case *k = NEW_N(&c->mem, struct work_case, limit);
    size_t got = 0;
    bool more = true;
    struct str like = f->q.n ? str_join(&c->mem, STR("%"), f->q, STR("%")) : (struct str){ 0 };
    TRY(ctx_check(c));
    while (more && got < limit) {
        struct str from = got ? k[got - 1].route : after;
        TRY(list_some(c, f, like, from, limit, k, &got, &more));
    }
    *out = k;
    *n = got;
    return ERR_OK;
}

/* Lock the case and read it again: another may have moved it meanwhile. */
static enum err begin(struct ctx *c, const char *verb, struct work_case *k, struct draft **d)
{
    TRY(draft_begin(c, k->id, verb, d));
    enum err e = work_case(c, k->id, k);
    if (e)
        draft_drop(*d);
    return e;
}

/* ---- classification ---------------------------------------------------------------------- */

static enum err tell_procedure(struct ctx *c, struct draft *d, const struct work_case *k, struct facts *f)
{
    struct work *w;
    enum err e = work_open(c, k, &w);
    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    TRY(work_facts(w, f));
    return work_save(w, d);
}

enum err case_reclassify(struct ctx *c, struct str id, bool cl, bool fl, bool ht, bool criadazgo,
                         struct str reason)
{
    struct work_case k;
    struct draft *d;
    struct facts f = { .n = 0 };
    if (str_trim(reason).n < 3)
        return FAIL(c, ERR_INPUT, "case.reason", "no reason");
    TRY(work_case(c, id, &k));
    TRY(access_need(c, "case.classify", k.route));
    TRY(begin(c, "case.classify", &k, &d));
    draft_reason(d, reason);
    fact_bool(&f, "child_labour", cl);
    fact_bool(&f, "forced_labour", fl);
    fact_bool(&f, "trafficking", ht);
    fact_bool(&f, "criadazgo", criadazgo);
    enum err e = case_classify(c, d, &k, cl, fl, ht, criadazgo);
    if (!e)
        e = tell_procedure(c, d, &k, &f);
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

/* ---- closing ---------------------------------------------------------------------------------- */

static enum err counted(struct rows *r, bool *none)
{
    *none = !rows_next(r) || row_i64(r, 0) == 0;
    return rows_end(r);
}

/* Does a record of this kind exist in the case? */
static enum err has_kind(struct ctx *c, const struct work_case *k, const char *kind, bool *yes)
{
    AUTO_ROWS r = { 0 };
    bool none;
    TRY(db_query(c, &r, "SELECT count(*) FROM kind_row WHERE case_id = $1 AND kind = $2",
                 ARGS(TEXT(k->id), TEXT(str_c(kind)))));
    TRY(counted(&r, &none));
    *yes = !none;
    return ERR_OK;
}

/* No step of the route is still owed, follow-up visits aside. */
static enum err steps_ended(struct ctx *c, const struct work_case *k, bool *yes)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT count(*) FROM obligation WHERE case_id = $1 AND state = 'due'"
        " AND role <> 'follow_up'", ARGS(TEXT(k->id))));
    return counted(&r, yes);
}

/* Nobody waits for an answer to a referral. */
static enum err referrals_ended(struct ctx *c, const struct work_case *k, bool *yes)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT count(*) FROM referral_row WHERE case_id = $1 AND state IN ('sent', 'received', 'accepted')",
        ARGS(TEXT(k->id))));
    return counted(&r, yes);
}

/* The newest record of a kind says this; *any: there is one at all. */
static enum err newest_says(struct ctx *c, const struct work_case *k, const char *kind, const char *field,
                            const char *value, bool *any, bool *yes)
{
    struct kind_row *row;
    struct record r;
    size_t n;
    TRY(kind_list(c, k->id, kind, 1, &row, &n));
    *any = n > 0;
    *yes = false;
    if (!n)
        return ERR_OK;
    TRY(record_load(c, row[0].id, &r));
    *yes = record_is(&r, field, value);
    return ERR_OK;
}

/* A judicial result that the person was told, or no charge at all.  The state
 * is known to whoever closes; the justice file stays shut. */
static enum err result_told(struct ctx *c, const struct work_case *k, bool *met)
{
    bool judged, charged, told;
    TRY(newest_says(c, k, "judgment", "a/told_person", "yes", &judged, &told));
    TRY(has_kind(c, k, "charge", &charged));
    *met = judged ? told : !charged;
    return ERR_OK;
}

static enum err restitution_known(struct ctx *c, const struct work_case *k, bool *met)
{
    bool judged, convicted, known;
    TRY(newest_says(c, k, "judgment", "a/verdict", "convicted", &judged, &convicted));
    TRY(has_kind(c, k, "restitution", &known));
    *met = known || !convicted;
    return ERR_OK;
}

/* A visit was made, or one is owed, or a step of follow-up is still to come. */
static enum err follow_up_known(struct ctx *c, const struct work_case *k, bool *met)
{
    AUTO_ROWS r = { 0 };
    bool none;
    TRY(has_kind(c, k, "visit", met));
    if (*met)
        return ERR_OK;
    TRY(db_query(c, &r, "SELECT count(*) FROM obligation WHERE case_id = $1 AND form = 'visit'", ARGS(TEXT(k->id))));
    TRY(counted(&r, &none));
    *met = !none;
    return ERR_OK;
}

/* The facts that a checklist of the pack may name. */
static enum err closure_fact(struct ctx *c, const struct work_case *k, struct str test, bool *met)
{
    *met = false;
    if (str_is(test, "safety_assessed"))
        return has_kind(c, k, "safety_assessment", met);
    if (str_is(test, "services_ended"))
        return referrals_ended(c, k, met);
    if (str_is(test, "steps_ended"))
        return steps_ended(c, k, met);
    if (str_is(test, "result_told"))
        return result_told(c, k, met);
    if (str_is(test, "restitution_known"))
        return restitution_known(c, k, met);
    if (str_is(test, "follow_up_known"))
        return follow_up_known(c, k, met);
    return ERR_OK;
}

enum err closure_check(struct ctx *c, const struct work_case *k, struct closure_item **out,
                       size_t *n, bool *ready)
{
    const struct pack *p = c->node->pack;
    struct closure_item *item = NEW_N(&c->mem, struct closure_item, p->checks_n + 1);
    size_t got = 0;
    TRY(ctx_check(c));
    *ready = true;
    for (size_t i = 0; i < p->checks_n; i++) {
        const struct check_item *q = &p->checks[i];
        if (!str_is(q->list, "closure"))
            continue;
        struct closure_item *it = &item[got++];
        *it = (struct closure_item){ .id = q->id, .what = pack_text(p, &q->what, c->lang),
                                     .asked = q->test.n == 0 };
        if (q->test.n)
            TRY(closure_fact(c, k, q->test, &it->met));
        *ready = *ready && (it->met || it->asked || !q->required);
    }
    *out = item;
    *n = got;
    return ERR_OK;
}

static bool confirmed_all(const struct closure_item *item, size_t n, const struct str *yes, size_t yes_n)
{
    for (size_t i = 0; i < n; i++) {
        bool ok = item[i].met;
        for (size_t k = 0; !ok && k < yes_n; k++)
            ok = str_eq(item[i].id, yes[k]);
        if (item[i].asked && !ok)
            return false;
    }
    return true;
}

static enum err close_locked(struct ctx *c, struct draft *d, const struct work_case *k,
                             const struct str *yes, size_t yes_n)
{
    struct closure_item *item;
    size_t n;
    bool ready;
    TRY(closure_check(c, k, &item, &n, &ready));
    if (!ready || !confirmed_all(item, n, yes, yes_n))
        return FAIL(c, ERR_CONFLICT, "case.not-ready", "case " STR_F, STR_A(k->id));
    draft_in(d, k->route);
    draft_set(d, "case", k->id, "status", STR("closed"));
    draft_set(d, "case", k->id, "left_at", k->stage);
    draft_set(d, "case", k->id, "stage", STR("closed"));
    for (size_t i = 0; i < n; i++)
        draft_set_field(d, STR("case"), k->id, str_join(&c->mem, STR("closure/"), item[i].id),
                        item[i].met ? STR("record") : STR("confirmed"));
    struct work *w;
    enum err e = work_open(c, k, &w);
    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    TRY(work_input(w, &(struct flow_input){ .kind = FLOW_STOP, .now_us = c->now_us, .reason = STR("closed") }));
    return work_save(w, d);
}

enum err case_close(struct ctx *c, struct str id, const struct str *confirmed, size_t n, struct str reason)
{
    struct work_case k;
    struct draft *d;
    if (str_trim(reason).n < 3)
        return FAIL(c, ERR_INPUT, "case.reason", "no reason");
    TRY(work_case(c, id, &k));
    TRY(access_need(c, "case.close", k.route));
    TRY(begin(c, "case.close", &k, &d));
    draft_reason(d, reason);
    enum err e = close_locked(c, d, &k, confirmed, n);
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

enum err case_reopen(struct ctx *c, struct str id, struct str reason)
{
    struct work_case k;
    struct draft *d;
    struct facts f = { .n = 0 };
    if (str_trim(reason).n < 3)
        return FAIL(c, ERR_INPUT, "case.reason", "no reason");
    TRY(work_case(c, id, &k));
    TRY(access_need(c, "case.reopen", k.route));
    TRY(begin(c, "case.reopen", &k, &d));
    if (str_is(k.status, "open")) {
        draft_drop(d);
        return FAIL(c, ERR_CONFLICT, "case.open-already", "case " STR_F, STR_A(id));
    }
    draft_reason(d, reason);
    draft_in(d, k.route);
    draft_set(d, "case", k.id, "status", STR("open"));
    draft_set(d, "case", k.id, "stage", STR("protection"));
    fact_bool(&f, "recurrence", true);
    struct work *w;
    enum err e = work_begin(c, &k, c->node->pack->procedures[0].id, &f, &w);
    if (!e)
        e = work_done_form(w, "signal", &f);
    if (!e)
        e = work_done_form(w, "signal_triage", &f);
    if (!e)
        e = work_save(w, d);
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}
