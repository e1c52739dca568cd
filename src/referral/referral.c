#include "referral/referral.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

/* ---- tables ------------------------------------------------------------------------- */

const struct table referral_tables[] = {
    { "referral_row",
      "CREATE TABLE referral_row (id TEXT PRIMARY KEY, dossier TEXT NOT NULL, case_id TEXT NOT NULL,"
      " from_office TEXT NOT NULL, to_office TEXT NOT NULL, service TEXT NOT NULL, need TEXT NOT NULL,"
      " state TEXT NOT NULL, basis TEXT NOT NULL, consent TEXT NOT NULL, reason TEXT NOT NULL,"
      " sent_us BIGINT NOT NULL, due_us BIGINT NOT NULL);"
      "CREATE INDEX referral_row_to ON referral_row (to_office, due_us, sent_us DESC, id);"
      "CREATE INDEX referral_row_from ON referral_row (from_office, due_us, sent_us DESC, id);"
      "CREATE INDEX referral_row_case ON referral_row (case_id, sent_us DESC, id);"
      "CREATE INDEX referral_row_consent ON referral_row (consent);"
      "CREATE INDEX referral_row_due ON referral_row (state, due_us);" },
    { "consent_row",
      "CREATE TABLE consent_row (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, purpose TEXT NOT NULL,"
      " recipient TEXT NOT NULL, given_by TEXT NOT NULL, until TEXT NOT NULL,"
      " withdrawn BIGINT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX consent_row_case ON consent_row (case_id, at_us DESC, id);" },
};
const size_t referral_tables_n = COUNT_OF(referral_tables);

static bool owed(struct str state)
{
    return str_is(state, "sent") || str_is(state, "received");
}

static enum err project_referral(struct ctx *c, const struct record *r)
{
    struct str state = record_get(r, "state");
    return db_exec(c,
        "INSERT INTO referral_row (id, dossier, case_id, from_office, to_office, service, need, state,"
        " basis, consent, reason, sent_us, due_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " ON CONFLICT (id) DO UPDATE SET dossier = excluded.dossier, case_id = excluded.case_id,"
        " from_office = excluded.from_office, to_office = excluded.to_office,"
        " service = excluded.service, need = excluded.need, state = excluded.state,"
        " basis = excluded.basis, consent = excluded.consent, reason = excluded.reason,"
        " sent_us = excluded.sent_us, due_us = excluded.due_us",
        ARGS(TEXT(r->id), TEXT(r->dossier), TEXT(record_get(r, "case")), TEXT(record_get(r, "from")),
             TEXT(record_get(r, "to")), TEXT(record_get(r, "service")), TEXT(record_get(r, "need")),
             TEXT(state), TEXT(record_get(r, "basis")), TEXT(record_get(r, "consent")),
             TEXT(record_get(r, "reason")), INT(record_i64(r, "sent")),
             INT(owed(state) ? record_i64(r, "due") : INT64_MAX)));
}

static enum err project_consent(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO consent_row (id, case_id, purpose, recipient, given_by, until, withdrawn, at_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id, purpose = excluded.purpose,"
        " recipient = excluded.recipient, given_by = excluded.given_by, until = excluded.until,"
        " withdrawn = excluded.withdrawn, at_us = excluded.at_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "case")), TEXT(record_get(r, "purpose")),
             TEXT(record_get(r, "recipient")), TEXT(record_get(r, "given_by")),
             TEXT(record_get(r, "until")), INT(record_is(r, "withdrawn", "yes")),
             INT(record_i64(r, "at"))));
}

const struct projector referral_projectors[] = {
    { "referral", project_referral, "referral_row" },
    { "consent", project_consent, "consent_row" },
};
const size_t referral_projectors_n = COUNT_OF(referral_projectors);

/* ---- reading -------------------------------------------------------------------------- */

static struct referral referral_of_row(struct rows *r)
{
    return (struct referral){ .id = row_str(r, 0), .dossier = row_str(r, 1), .case_id = row_str(r, 2),
        .code = row_str(r, 3), .from_office = row_str(r, 4), .to_office = row_str(r, 5),
        .service = row_str(r, 6), .need = row_str(r, 7), .state = row_str(r, 8), .basis = row_str(r, 9),
        .consent = row_str(r, 10), .reason = row_str(r, 11), .sent_us = row_i64(r, 12),
        .due_us = row_i64(r, 13) };
}

static enum err rows_all(struct ctx *c, struct rows *r, size_t limit, struct referral **out, size_t *n)
{
    size_t k = 0, room = limit < 8 ? limit : 8;
    struct referral *x = NEW_N(&c->mem, struct referral, room);
    TRY(ctx_check(c));
    while (k < limit && rows_next(r)) {
        if (k == room) {
            room = room * 4 < limit ? room * 4 : limit;
            struct referral *more = NEW_N(&c->mem, struct referral, room);
            TRY(ctx_check(c));
            memcpy(more, x, k * sizeof *x);
            x = more;
        }
        x[k++] = referral_of_row(r);
    }
    TRY(rows_end(r));
    *out = x;
    *n = k;
    return ERR_OK;
}

static enum err load(struct ctx *c, struct str id, struct referral *out)
{
    AUTO_ROWS r = { 0 };
    struct referral *x;
    size_t n;
    TRY(db_query(c, &r,
        "SELECT r.id, r.dossier, r.case_id, coalesce(k.code, ''), r.from_office, r.to_office,"
        " r.service, r.need, r.state, r.basis, r.consent, r.reason, r.sent_us, r.due_us"
        " FROM referral_row r LEFT JOIN case_row k ON k.id = r.case_id WHERE r.id = $1",
        ARGS(TEXT(id))));
    TRY(rows_all(c, &r, 1, &x, &n));
    if (!n)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "referral " STR_F, STR_A(id));
    *out = x[0];
    return ERR_OK;
}

enum err referral_get(struct ctx *c, struct str id, struct referral *out)
{
    struct referral r;
    TRY(load(c, id, &r));
    TRY(access_need(c, "referral.view", r.dossier));
    *out = r;
    return ERR_OK;
}

enum err referral_list(struct ctx *c, bool incoming, size_t limit, struct referral **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    if (incoming)
        TRY(db_query(c, &r,
            "SELECT r.id, r.dossier, r.case_id, coalesce(k.code, ''), r.from_office, r.to_office,"
            " r.service, r.need, r.state, r.basis, r.consent, r.reason, r.sent_us, r.due_us"
            " FROM referral_row r LEFT JOIN case_row k ON k.id = r.case_id"
            " WHERE r.to_office = $1 AND r.state <> 'withdrawn'"
            " ORDER BY r.due_us, r.sent_us DESC, r.id LIMIT $2", ARGS(TEXT(c->who->office), INT((int64_t)limit))));
    else
        TRY(db_query(c, &r,
            "SELECT r.id, r.dossier, r.case_id, coalesce(k.code, ''), r.from_office, r.to_office,"
            " r.service, r.need, r.state, r.basis, r.consent, r.reason, r.sent_us, r.due_us"
            " FROM referral_row r LEFT JOIN case_row k ON k.id = r.case_id WHERE r.from_office = $1"
            " ORDER BY r.due_us, r.sent_us DESC, r.id LIMIT $2", ARGS(TEXT(c->who->office), INT((int64_t)limit))));
    return rows_all(c, &r, limit, out, n);
}

/* Only what is owed an answer has a time in due_us. */
enum err referral_to_answer(struct ctx *c, size_t limit, struct referral **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT r.id, r.dossier, r.case_id, coalesce(k.code, ''), r.from_office, r.to_office,"
        " r.service, r.need, r.state, r.basis, r.consent, r.reason, r.sent_us, r.due_us"
        " FROM referral_row r LEFT JOIN case_row k ON k.id = r.case_id"
        " WHERE r.to_office = $1 AND r.due_us < 9223372036854775807"
        " ORDER BY r.due_us, r.sent_us DESC, r.id LIMIT $2", ARGS(TEXT(c->who->office), INT((int64_t)limit))));
    return rows_all(c, &r, limit, out, n);
}

enum err referral_of_case(struct ctx *c, struct str case_id, struct referral **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT r.id, r.dossier, r.case_id, coalesce(k.code, ''), r.from_office, r.to_office,"
        " r.service, r.need, r.state, r.basis, r.consent, r.reason, r.sent_us, r.due_us"
        " FROM referral_row r LEFT JOIN case_row k ON k.id = r.case_id"
        " WHERE r.case_id = $1 ORDER BY r.sent_us DESC, r.id LIMIT 100", ARGS(TEXT(case_id))));
    return rows_all(c, &r, 100, out, n);
}

/* ---- sending --------------------------------------------------------------------------- */

static bool need_known(const struct pack *p, struct str need)
{
    for (size_t i = 0; i < p->services_n; i++)
        if (pack_has_word(p->services[i].needs, need))
            return true;
    return false;
}

/* A need the pack knows, and a service (when one is named) of the office it goes to. */
static enum err check_what(struct ctx *c, const struct referral_new *n)
{
    const struct pack *p = c->node->pack;
    const struct office *o = pack_office(p, n->to_office);
    const struct service *s = n->service.n ? pack_service(p, n->service) : NULL;
    if (!o || (n->service.n && (!s || !str_eq(s->agency, o->agency))))
        return FAIL(c, ERR_INPUT, "referral.no-office", "office " STR_F, STR_A(n->to_office));
    return need_known(p, n->need) ? ERR_OK : FAIL(c, ERR_INPUT, "referral.no-need", "need " STR_F, STR_A(n->need));
}

static enum err check_new(struct ctx *c, const struct referral_new *n)
{
    const struct pack *p = c->node->pack;
    struct civil until;
    TRY(check_what(c, n));
    if (str_eq(n->to_office, c->who->office))
        return FAIL(c, ERR_INPUT, "referral.to-self", "own office");
    if (!str_trim(n->asked).n || n->asked.n > 2000)
        return FAIL(c, ERR_INPUT, "referral.asked", "%zu bytes", n->asked.n);
    if (n->until.n && (!date_parse(n->until, &until) ||
        days_from_civil(until) < pack_local_day(p, c->now_us)))
        return FAIL(c, ERR_INPUT, "referral.until", "until " STR_F, STR_A(n->until));
    if (str_is(n->basis, "consent"))
        return n->given_by.n ? ERR_OK : FAIL(c, ERR_INPUT, "referral.given-by", "no consent giver");
    if (str_is(n->basis, "duty") || str_is(n->basis, "order"))
        return str_trim(n->words).n >= 5 ? ERR_OK : FAIL(c, ERR_INPUT, "referral.duty-words", "no words");
    return FAIL(c, ERR_INPUT, "referral.basis", "basis " STR_F, STR_A(n->basis));
}

static int64_t until_us(struct ctx *c, struct str until)
{
    struct civil d;
    return until.n && date_parse(until, &d)
         ? pack_day_start_us(c->node->pack, days_from_civil(d) + 1) : 0;
}

/* One consent for this purpose and this recipient, in the protection dossier. */
static struct str consent_sets(struct ctx *c, struct draft *d, const struct work_case *k,
                               const struct referral_new *n)
{
    struct str id = id_new(&c->mem, c->now_us);
    draft_in(d, k->protection);
    draft_set(d, "consent", id, "case", k->id);
    draft_set(d, "consent", id, "purpose", n->need);
    draft_set(d, "consent", id, "recipient", n->to_office);
    draft_set(d, "consent", id, "given_by", n->given_by);
    draft_set(d, "consent", id, "assent", n->assent);
    draft_set(d, "consent", id, "words", n->words);
    draft_set(d, "consent", id, "until", n->until);
    draft_set(d, "consent", id, "by", c->who->id);
    draft_set_i64(d, "consent", id, "at", c->now_us);
    return id;
}

/* Copy the agreed fields of the person into the referral: the receiver never
 * reads the protection dossier itself. */
static enum err share_sets(struct ctx *c, struct draft *d, const struct work_case *k,
                           const struct referral_new *n, struct str id)
{
    struct record person;
    const struct form *f = pack_form(c->node->pack, STR("person"));
    if (!n->person.n || !n->fields_n)
        return ERR_OK;
    TRY(access_need(c, "person.view", k->protection));     /* nobody shares what she may not read */
    TRY(record_load(c, n->person, &person));
    if (!str_eq(person.dossier, k->protection) || !str_is(person.kind, "person"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "person of another case");
    struct answers a = kind_answers(c, &person);
    for (size_t i = 0; i < n->fields_n; i++) {
        struct str v = answers_get(&a, n->fields[i]);
        const struct form_field *x = f ? form_find(f, n->fields[i]) : NULL;
        if (v.n && x && x->sensitivity < FORM_SEALED)       /* a place of safety never travels */
            draft_set_field(d, STR("referral"), id, str_join(&c->mem, STR("a/"), n->fields[i]), v);
    }
    return ctx_check(c);
}

static enum err send_locked(struct ctx *c, struct draft *d, const struct work_case *k,
                            const struct referral_new *n, struct str id)
{
    struct str consent = { 0 };
    int64_t hours = str_is(k->urgency, "red") ? 12 : REFERRAL_HOURS;
    if (str_is(n->basis, "consent"))
        consent = consent_sets(c, d, k, n);
    struct str dossier = dossier_new(d, "referral", k->id);
    draft_in(d, dossier);
    draft_set(d, "referral", id, "case", k->id);
    draft_set(d, "referral", id, "from", c->who->office);
    draft_set(d, "referral", id, "to", n->to_office);
    draft_set(d, "referral", id, "service", n->service);
    draft_set(d, "referral", id, "need", n->need);
    draft_set(d, "referral", id, "asked", n->asked);
    draft_set(d, "referral", id, "state", STR("sent"));
    draft_set(d, "referral", id, "basis", n->basis);
    draft_set(d, "referral", id, "basis_words", n->words);
    draft_set(d, "referral", id, "consent", consent);
    draft_set(d, "referral", id, "by", c->who->id);
    draft_set_i64(d, "referral", id, "sent", c->now_us);
    draft_set_i64(d, "referral", id, "due", c->now_us + hours * 3600 * US_PER_S);
    TRY(share_sets(c, d, k, n, id));
    draft_in(d, dossier);
    (void)grant_add(c, d, dossier, c->who->office, LEVEL_WRITE, "own", 0, (struct str){ 0 });
    if (!str_eq(k->owner, c->who->office))
        (void)grant_add(c, d, dossier, k->owner, LEVEL_READ, "duty", 0, (struct str){ 0 });
    (void)grant_add(c, d, dossier, n->to_office, LEVEL_READ, "referral", until_us(c, n->until), (struct str){ 0 });
    return ctx_check(c);
}

/* The step of the procedure that asked for this referral is done with it. */
static enum err step_done(struct ctx *c, struct draft *d, const struct work_case *k, struct str step)
{
    struct facts f = { .n = 0 };
    struct obligation o;
    struct work *w;
    bool done;
    if (!step.n)
        return ERR_OK;
    TRY(obligation_get(c, step, &o));
    if (!str_eq(o.case_id, k->id) || !str_eq(o.office, c->who->office) || !str_is(o.form, "referral") ||
        !str_is(o.state, "due"))
        return ERR_OK;
    TRY(work_open(c, k, &w));
    TRY(work_done(w, o.node, &f, &done));
    return work_save(w, d);
}

enum err referral_send(struct ctx *c, const struct referral_new *n, struct str *out)
{
    struct work_case k;
    struct draft *d;
    TRY(check_new(c, n));
    TRY(work_case(c, n->case_id, &k));
    if (!access_may(c, "referral.make", k.protection))
        TRY(access_need(c, "referral.make", k.justice));
    TRY(draft_begin(c, k.id, "referral.send", &d));
    struct str id = id_new(&c->mem, c->now_us);
    enum err e = send_locked(c, d, &k, n, id);
    if (!e)
        e = step_done(c, d, &k, n->step);
    if (e) {
        draft_drop(d);
        return e;
    }
    TRY(draft_commit(c, d));
    *out = id;
    return ERR_OK;
}

/* ---- answering ------------------------------------------------------------------------- */

/* Load, check the right, lock the case, check again that it may move so. */
static enum err begin(struct ctx *c, struct str id, const char *verb, bool receiver, const char *from,
                      struct referral *r, struct draft **d)
{
    struct str allowed = str_c(from), state;
    bool ok = false;
    TRY(referral_get(c, id, r));
    TRY(access_need(c, verb, r->dossier));
    if (!str_eq(receiver ? r->to_office : r->from_office, c->who->office))
        return FAIL(c, ERR_DENIED, "referral.not-yours", "referral " STR_F, STR_A(id));
    TRY(draft_begin(c, r->case_id, verb, d));
    enum err e = load(c, id, r);
    while (!e && str_next(&allowed, ' ', &state))
        ok = ok || str_eq(state, r->state);
    if (!e && !ok)
        e = FAIL(c, ERR_CONFLICT, "referral.changed", "referral " STR_F " is " STR_F, STR_A(id), STR_A(r->state));
    if (e) {
        draft_drop(*d);
        return e;
    }
    draft_in(*d, r->dossier);
    return ERR_OK;
}

static void move(struct ctx *c, struct draft *d, const struct referral *r, const char *state, struct str words)
{
    draft_reason(d, words);
    draft_set(d, "referral", r->id, "state", str_c(state));
    draft_set_i64(d, "referral", r->id, state, c->now_us);
    if (words.n)
        draft_set(d, "referral", r->id, "reason", words);
}

static enum err tell(struct ctx *c, struct draft *d, const struct referral *r, struct str office, const char *what)
{
    struct work_case k;
    const struct service *s = pack_service(c->node->pack, r->service);
    TRY(work_case(c, r->case_id, &k));
    alert_add(c, d, k.route, k.id, office, what,
              s ? pack_text(c->node->pack, &s->name, c->lang) : r->need);
    return ERR_OK;
}

enum err referral_received(struct ctx *c, struct str id)
{
    struct referral r;
    struct draft *d;
    TRY(referral_get(c, id, &r));
    if (!str_is(r.state, "sent") || !str_eq(r.to_office, c->who->office))
        return ERR_OK;
    TRY(begin(c, id, "referral.answer", true, "sent", &r, &d));
    move(c, d, &r, "received", (struct str){ 0 });
    return draft_commit(c, d);
}

static enum err need_words(struct ctx *c, struct str words)
{
    return str_trim(words).n >= 3 ? ERR_OK : FAIL(c, ERR_INPUT, "referral.reason", "no reason");
}

enum err referral_accept(struct ctx *c, struct str id, struct str words)
{
    struct referral r;
    struct draft *d;
    struct work_case k;
    TRY(begin(c, id, "referral.answer", true, "sent received returned", &r, &d));
    struct verdict seen = { .until_us = 0 };
    enum err e = work_case(c, r.case_id, &k);
    if (!e)
        e = access_check(c, "referral.view", r.dossier, &seen);
    move(c, d, &r, "accepted", words);
    if (!e)
        e = tell(c, d, &r, r.from_office, "answered");
    /* Whoever serves the person sees the steps of her route, never the files,
     * and no longer than she agreed to. */
    if (!e && !grant_exists(c, k.route, r.to_office, LEVEL_READ))
        (void)grant_add(c, d, k.route, r.to_office, LEVEL_READ, "referral", seen.until_us, (struct str){ 0 });
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

/* Does another referral of the case still give this office its work there? */
static enum err serves_still(struct ctx *c, const struct referral *r, bool *yes)
{
    AUTO_ROWS q = { 0 };
    TRY(db_query(c, &q,
        "SELECT 1 FROM referral_row WHERE case_id = $1 AND to_office = $2 AND id <> $3"
        " AND state IN ('accepted', 'served', 'confirmed') AND (consent = '' OR consent <> $4) LIMIT 1",
        ARGS(TEXT(r->case_id), TEXT(r->to_office), TEXT(r->id), TEXT(r->consent))));
    *yes = rows_next(&q);
    return rows_end(&q);
}

/* Refusing, or a consent withdrawn, ends the receiver's access: to what was
 * shared, and to the route that accepting had opened.  She keeps her answer,
 * not the person. */
static enum err end_access(struct ctx *c, struct draft *d, const struct referral *r)
{
    struct work_case k;
    bool still;
    TRY(grant_withdraw(c, d, r->dossier, r->to_office, "referral"));
    TRY(serves_still(c, r, &still));
    if (still)
        return ERR_OK;
    TRY(work_case(c, r->case_id, &k));
    return grant_withdraw(c, d, k.route, r->to_office, "referral");
}

static enum err turn_down(struct ctx *c, struct str id, const char *state, struct str office, struct str reason)
{
    struct referral r;
    struct draft *d;
    TRY(need_words(c, reason));
    TRY(begin(c, id, "referral.answer", true, "sent received accepted returned", &r, &d));
    move(c, d, &r, state, reason);
    if (office.n)
        draft_set(d, "referral", id, "redirect_to", office);
    enum err e = tell(c, d, &r, r.from_office, "refused");
    if (!e)
        e = end_access(c, d, &r);
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

enum err referral_refuse(struct ctx *c, struct str id, struct str reason)
{
    return turn_down(c, id, "refused", (struct str){ 0 }, reason);
}

enum err referral_redirect(struct ctx *c, struct str id, struct str office, struct str reason)
{
    if (!pack_office(c->node->pack, office))
        return FAIL(c, ERR_INPUT, "referral.no-office", "office " STR_F, STR_A(office));
    return turn_down(c, id, "redirected", office, reason);
}

enum err referral_served(struct ctx *c, struct str id, struct str words)
{
    struct referral r;
    struct draft *d;
    TRY(begin(c, id, "referral.serve", true, "accepted", &r, &d));
    move(c, d, &r, "served", words);
    enum err e = tell(c, d, &r, r.from_office, "answered");
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

enum err referral_confirm(struct ctx *c, struct str id, bool satisfied, struct str words)
{
    struct referral r;
    struct draft *d;
    TRY(begin(c, id, "referral.confirm", false, "served accepted", &r, &d));
    move(c, d, &r, "confirmed", words);
    draft_set(d, "referral", id, "person_says", satisfied ? STR("yes") : STR("no"));
    return draft_commit(c, d);
}

/* ---- consent ------------------------------------------------------------------------------ */

enum err consent_list(struct ctx *c, const struct work_case *k, struct consent **out, size_t *n)
{
    enum { MAX = 100 };
    AUTO_ROWS r = { 0 };
    struct consent *x = NEW_N(&c->mem, struct consent, MAX);
    size_t got = 0;
    TRY(ctx_check(c));
    TRY(access_need(c, "consent.view", k->protection));
    TRY(db_query(c, &r,
        "SELECT id, case_id, purpose, recipient, given_by, until, withdrawn, at_us FROM consent_row"
        " WHERE case_id = $1 ORDER BY at_us DESC, id LIMIT 100", ARGS(TEXT(k->id))));
    while (got < MAX && rows_next(&r))
        x[got++] = (struct consent){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2), row_str(&r, 3),
            row_str(&r, 4), row_str(&r, 5), row_i64(&r, 6) != 0, row_i64(&r, 7) };
    TRY(rows_end(&r));
    *out = x;
    *n = got;
    return ERR_OK;
}

static enum err withdraw_referrals(struct ctx *c, struct draft *d, const struct work_case *k, struct str consent)
{
    struct referral *r;
    size_t n;
    TRY(referral_of_case(c, k->id, &r, &n));
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(r[i].consent, consent))
            continue;
        TRY(end_access(c, d, &r[i]));
        draft_in(d, r[i].dossier);
        if (!str_is(r[i].state, "confirmed"))
            draft_set(d, "referral", r[i].id, "state", STR("withdrawn"));
        alert_add(c, d, k->route, k->id, r[i].to_office, "withdrawn", k->code);
    }
    return ERR_OK;
}

enum err consent_withdraw(struct ctx *c, struct str case_id, struct str consent, struct str words)
{
    struct work_case k;
    struct record rec;
    struct draft *d;
    TRY(work_case(c, case_id, &k));
    TRY(access_need(c, "consent.withdraw", k.protection));
    TRY(access_record(c, consent, &rec));
    if (!str_is(rec.kind, "consent") || !str_eq(record_get(&rec, "case"), case_id))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "consent " STR_F, STR_A(consent));
    TRY(draft_begin(c, k.id, "consent.withdraw", &d));
    draft_reason(d, words);
    draft_in(d, k.protection);
    draft_set(d, "consent", consent, "withdrawn", STR("yes"));
    draft_set_i64(d, "consent", consent, "withdrawn_at", c->now_us);
    enum err e = withdraw_referrals(c, d, &k, consent);
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

/* ---- clocks --------------------------------------------------------------------------------- */

static enum err return_one(struct ctx *c, struct str id)
{
    struct referral r;
    struct draft *d;
    const struct pack *p = c->node->pack;
    TRY(load(c, id, &r));
    TRY(draft_begin(c, r.case_id, "referral.return", &d));
    enum err e = load(c, id, &r);
    if (e || !owed(r.state)) {                  /* answered while we waited for the lock */
        draft_drop(d);
        return e;
    }
    draft_in(d, r.dossier);
    draft_set(d, "referral", id, "state", STR("returned"));
    e = tell(c, d, &r, r.from_office, "late");
    struct work_case k;
    if (!e)
        e = work_case(c, r.case_id, &k);
    for (size_t i = 0; !e && i < p->roles_n; i++) {
        const struct office *o = pack_has_word(p->roles[i].capabilities, STR("coordination"))
                               ? pack_office_for(p, k.territory, p->roles[i].id) : NULL;
        if (o && !str_eq(o->id, r.from_office))
            e = tell(c, d, &r, o->id, "late");
    }
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

enum err referral_tick(struct ctx *c, size_t limit, size_t *did)
{
    AUTO_ROWS r = { 0 };
    struct str *id = NEW_N(&c->mem, struct str, limit);
    size_t n = 0;
    *did = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id FROM referral_row WHERE state IN ('sent', 'received') AND due_us < $1"
        " ORDER BY due_us, id LIMIT $2", ARGS(INT(c->now_us), INT((int64_t)limit))));
    while (n < limit && rows_next(&r))
        id[n++] = row_str(&r, 0);
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++, ++*did)
        TRY(return_one(c, id[i]));
    return ERR_OK;
}
