/* version.c - a case goes over to another version of its procedure: what would
 * happen, and doing it with a reason. */
#include "work/version.h"

#include "base/node.h"
#include "db/db.h"

enum err work_version(struct ctx *c, struct str case_id, struct work_version *out)
{
    AUTO_ROWS r = { 0 };
    struct work_version v = { .process = { 0 } };
    TRY(db_query(c, &r,
        "SELECT id, procedure, version FROM process WHERE case_id = $1 AND over = 0"
        " ORDER BY created_us DESC, id LIMIT 1", ARGS(TEXT(case_id))));
    if (rows_next(&r))
        v = (struct work_version){ .process = row_str(&r, 0), .procedure = row_str(&r, 1), .version = row_str(&r, 2) };
    TRY(rows_end(&r));
    if (!v.process.n)
        return FAIL(c, ERR_NOT_FOUND, "work.not-running", "case " STR_F, STR_A(case_id));
    v.present = procedures_version(c->node->procedures, v.procedure);
    v.old = v.present.n && !str_eq(v.version, v.present);
    *out = v;
    return ERR_OK;
}

static enum err state_of(struct ctx *c, struct str process, struct str *out)
{
    struct record r;
    TRY(record_load(c, process, &r));
    *out = record_get(&r, "state");
    return ERR_OK;
}

static bool goes(const struct flow_fit *f, int64_t key)
{
    for (size_t i = 0; i < f->n_gone; i++)
        if (f->gone[i].key == key)
            return true;
    return false;
}

enum err work_version_plan(struct ctx *c, struct str case_id, struct version_plan *out)
{
    struct version_plan p = { .n_stay = 0 };
    const struct flow_model *from;
    struct flow_open *open;
    struct str state;
    size_t n;
    TRY(work_version(c, case_id, &p.v));
    TRY(procedures_at(c, p.v.procedure, p.v.version, &from));
    p.to = procedures_find(c->node->procedures, p.v.procedure);
    if (!p.v.old || !p.to)
        return FAIL(c, ERR_CONFLICT, "work.version-present", "case " STR_F, STR_A(case_id));
    TRY(state_of(c, p.v.process, &state));
    TRY(flow_move_fit(c, from, p.to, state, &p.fit));
    TRY(flow_open(c, from, state, &open, &n));
    p.stay = NEW_N(&c->mem, struct flow_open, n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++)
        if (open[i].kind == FLOW_OPEN_STEP && !goes(&p.fit, open[i].key))
            p.stay[p.n_stay++] = open[i];
    *out = p;
    return ERR_OK;
}

/* Whoever coordinates the territory, or the office that coordinates the case; an
 * hour of broken glass reads only. */
enum err work_version_may(struct ctx *c, const struct work_case *k)
{
    TRY(access_need(c, "case.version", k->route));
    if (!officer_has(c->who, "coordination") && !str_eq(k->owner, c->who->office))
        return FAIL(c, ERR_DENIED, "work.version-not-yours", "case " STR_F, STR_A(k->id));
    if (!grant_exists(c, k->route, c->who->office, LEVEL_READ))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "case " STR_F, STR_A(k->id));
    return ERR_OK;
}

static void move_sets(struct ctx *c, struct draft *d, const struct work_case *k, const struct work_version *v,
                      struct str reason)
{
    struct str id = id_new(&c->mem, c->now_us);
    draft_in(d, k->route);
    draft_set(d, "process_move", id, "case", k->id);
    draft_set(d, "process_move", id, "process", v->process);
    draft_set(d, "process_move", id, "from", v->version);
    draft_set(d, "process_move", id, "to", v->present);
    draft_set(d, "process_move", id, "by", c->who->id);
    draft_set(d, "process_move", id, "office", c->who->office);
    draft_set(d, "process_move", id, "reason", reason);
    draft_set_i64(d, "process_move", id, "at", c->now_us);
}

static enum err move_locked(struct ctx *c, struct draft *d, const struct work_case *k,
                            const struct flow_decision *dec, size_t n, struct str seen, struct str reason)
{
    struct version_plan p;
    struct work *w;
    TRY(work_version_plan(c, k->id, &p));
    if (!str_eq(seen, p.v.present))             /* she decided about another version than this one */
        return FAIL(c, ERR_CONFLICT, "work.version-changed", "case " STR_F, STR_A(k->id));
    TRY(work_open(c, k, &w));
    TRY(work_go_over(w, p.to, p.v.present, dec, n, reason));
    TRY(work_save(w, d));
    move_sets(c, d, k, &p.v, reason);
    return ctx_check(c);
}

enum err work_version_move(struct ctx *c, struct str case_id, const struct flow_decision *dec, size_t n,
                           struct str seen, struct str reason)
{
    struct work_case k;
    struct draft *d;
    if (str_trim(reason).n < 3)
        return FAIL(c, ERR_INPUT, "work.reason", "no reason");
    TRY(work_case(c, case_id, &k));
    TRY(work_version_may(c, &k));
    TRY(draft_begin(c, k.id, "case.version", &d));
    draft_reason(d, reason);
    enum err e = move_locked(c, d, &k, dec, n, seen, reason);
    if (e) {
        draft_drop(d);
        return e;
    }
    return draft_commit(c, d);
}

enum err work_version_old(struct ctx *c, struct str after, size_t limit, struct work_old **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct work_old *v = NEW_N(&c->mem, struct work_old, limit + 1);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT s.id, s.code, p.procedure, p.version FROM case_row s JOIN process p ON p.case_id = s.id"
        " WHERE s.office = $1 AND s.status = 'open' AND s.id > $2 AND p.over = 0 AND NOT EXISTS"
        " (SELECT 1 FROM process q WHERE q.case_id = s.id AND q.over = 0 AND (q.created_us > p.created_us"
        " OR (q.created_us = p.created_us AND q.id < p.id))) ORDER BY s.id", ARGS(TEXT(c->who->office), TEXT(after))));
    while (rows_next(&r)) {
        struct str present = procedures_version(c->node->procedures, row_peek(&r, 2));
        if (k < limit && present.n && !str_eq(present, row_peek(&r, 3)))
            v[k++] = (struct work_old){ row_str(&r, 0), row_str(&r, 1) };
    }
    TRY(rows_end(&r));
    *out = v;
    *n = k;
    return ERR_OK;
}

enum err work_moves(struct ctx *c, struct str case_id, size_t limit, struct work_moved **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct work_moved *m = NEW_N(&c->mem, struct work_moved, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT office, officer, reason, at_us FROM process_move WHERE case_id = $1 ORDER BY at_us DESC, id LIMIT $2",
        ARGS(TEXT(case_id), INT((int64_t)limit))));
    while (k < limit && rows_next(&r))
        m[k++] = (struct work_moved){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2), row_i64(&r, 3) };
    TRY(rows_end(&r));
    *out = m;
    *n = k;
    return ERR_OK;
}
