/* tick.c - clocks that went off, steps that are late, alerts, the picture. */
#include "work/version.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

/* ---- alerts ---------------------------------------------------------------- */

void alert_add(struct ctx *c, struct draft *d, struct str route, struct str case_id,
               struct str office, const char *what, struct str detail)
{
    struct str id = id_new(&c->mem, c->now_us);
    draft_in(d, route);
    draft_set(d, "alert", id, "case", case_id);
    draft_set(d, "alert", id, "office", office);
    draft_set(d, "alert", id, "what", str_c(what));
    draft_set(d, "alert", id, "detail", detail);
    draft_set_i64(d, "alert", id, "at", c->now_us);
}

enum err alert_list(struct ctx *c, struct str office, size_t limit, struct alert **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct alert *a = NEW_N(&c->mem, struct alert, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT a.id, a.case_id, coalesce(k.code, ''), a.what, a.detail, a.at_us"
        " FROM alert a LEFT JOIN case_row k ON k.id = a.case_id"
        " WHERE a.office = $1 ORDER BY a.at_us DESC, a.id DESC LIMIT $2",
        ARGS(TEXT(office), INT((int64_t)limit))));
    while (k < limit && rows_next(&r))
        a[k++] = (struct alert){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2), row_str(&r, 3),
                                 row_str(&r, 4), row_i64(&r, 5) };
    TRY(rows_end(&r));
    *out = a;
    *n = k;
    return ERR_OK;
}

enum err alert_seen(struct ctx *c, struct str id)
{
    struct record r;
    struct draft *d;
    TRY(record_load(c, id, &r));
    if (!c->who || !str_is(r.kind, "alert") || !str_eq(record_get(&r, "office"), c->who->office))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "alert " STR_F, STR_A(id));
    TRY(draft_begin(c, id, "alert.seen", &d));
    draft_in(d, r.dossier);
    draft_set(d, "alert", id, "seen", STR("yes"));
    return draft_commit(c, d);
}

/* ---- timers ------------------------------------------------------------------ */

struct due { struct str id, case_id; int64_t timer; };

static enum err fire(struct ctx *c, const struct due *t)
{
    struct work_case k;
    struct work *w = NULL;
    struct draft *d;
    TRY(work_case(c, t->case_id, &k));
    TRY(draft_begin(c, k.id, "step.clock", &d));
    enum err e = work_open(c, &k, &w);
    struct flow_input in = { .kind = FLOW_TIMER, .key = t->timer, .now_us = c->now_us };
    if (!e)
        e = work_input(w, &in);
    if (e == ERR_NOT_FOUND || e == ERR_CONFLICT) {      /* its step is gone or stands: the clock was left over */
        c->fault = (struct fault){ 0 };
        draft_in(d, k.route);
        draft_set(d, "clock", t->id, "state", STR("off"));
        return draft_commit(c, d);
    }
    if (!e)
        e = work_save(w, d);
    if (e) {
        draft_drop(d);
        return e;
    }
    draft_in(d, k.route);
    draft_set(d, "clock", t->id, "state", STR("off"));
    return draft_commit(c, d);
}

static enum err due_clocks(struct ctx *c, size_t limit, struct due *t, size_t *n)
{
    AUTO_ROWS r = { 0 };
    size_t k = 0;
    TRY(db_query(c, &r,
        "SELECT id, case_id, timer FROM clock WHERE due_us <= $1 ORDER BY due_us, id LIMIT $2",
        ARGS(INT(c->now_us), INT((int64_t)limit))));
    while (k < limit && rows_next(&r))
        t[k++] = (struct due){ row_str(&r, 0), row_str(&r, 1), row_i64(&r, 2) };
    *n = k;
    return rows_end(&r);
}

enum err work_tick_case(struct ctx *c, struct str case_id, size_t *did)
{
    AUTO_ROWS r = { 0 };
    struct due t[32];
    size_t n = 0;
    *did = 0;
    TRY(db_query(c, &r,
        "SELECT id, case_id, timer FROM clock WHERE case_id = $1 AND due_us <= $2 ORDER BY due_us, id LIMIT 32",
        ARGS(TEXT(case_id), INT(c->now_us))));
    while (n < COUNT_OF(t) && rows_next(&r))
        t[n++] = (struct due){ row_str(&r, 0), row_str(&r, 1), row_i64(&r, 2) };
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++, ++*did)
        TRY(fire(c, &t[i]));
    return ERR_OK;
}

/* ---- late steps ---------------------------------------------------------------- */

/* Whoever coordinates the territory, and the office that opened the case. */
static void tell_late(struct ctx *c, struct draft *d, const struct work_case *k, struct str name)
{
    const struct pack *p = c->node->pack;
    alert_add(c, d, k->route, k->id, k->owner, "late", name);
    for (size_t i = 0; i < p->roles_n; i++) {
        if (!pack_has_word(p->roles[i].capabilities, STR("coordination")))
            continue;
        const struct office *o = pack_office_for(p, k->territory, p->roles[i].id);
        if (o && !str_eq(o->id, k->owner))
            alert_add(c, d, k->route, k->id, o->id, "late", name);
    }
}

static enum err escalate(struct ctx *c, struct str id, struct str case_id, struct str name)
{
    struct work_case k;
    struct draft *d;
    TRY(work_case(c, case_id, &k));
    TRY(draft_begin(c, k.id, "step.late", &d));
    draft_in(d, k.route);
    draft_set(d, "obligation", id, "escalated", STR("yes"));
    tell_late(c, d, &k, name);
    return draft_commit(c, d);
}

static enum err escalate_late(struct ctx *c, size_t limit, size_t *did)
{
    AUTO_ROWS r = { 0 };
    struct { struct str id, case_id, name; } *late = arena_alloc(&c->mem, limit * sizeof *late, 8);
    size_t n = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id, case_id, name FROM obligation"
        " WHERE state = 'due' AND escalated = 0 AND due_us > 0 AND due_us < $1"
        " ORDER BY due_us, id LIMIT $2", ARGS(INT(c->now_us), INT((int64_t)limit))));
    while (n < limit && rows_next(&r)) {
        late[n].id = row_str(&r, 0);
        late[n].case_id = row_str(&r, 1);
        late[n].name = row_str(&r, 2);
        n++;
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++, ++*did)
        TRY(escalate(c, late[i].id, late[i].case_id, late[i].name));
    return ERR_OK;
}

enum err work_tick(struct ctx *c, size_t limit, size_t *did)
{
    struct due *t = NEW_N(&c->mem, struct due, limit);
    size_t n = 0;
    *did = 0;
    TRY(ctx_check(c));
    TRY(due_clocks(c, limit, t, &n));
    for (size_t i = 0; i < n; i++, ++*did)
        TRY(fire(c, &t[i]));
    return escalate_late(c, limit, did);
}

/* ---- the picture ------------------------------------------------------------------ */

static enum err last_process(struct ctx *c, struct str case_id, const struct flow_model **m,
                             struct str *state, struct str *process)
{
    AUTO_ROWS r = { 0 };
    struct record rec;
    struct str procedure = { 0 }, version = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, procedure, version FROM process WHERE case_id = $1 ORDER BY created_us DESC, id LIMIT 1",
        ARGS(TEXT(case_id))));
    if (rows_next(&r)) {
        *process = row_str(&r, 0);
        procedure = row_str(&r, 1);
        version = row_str(&r, 2);
    }
    TRY(rows_end(&r));
    if (!procedure.n)
        return FAIL(c, ERR_NOT_FOUND, "work.not-running", "case " STR_F, STR_A(case_id));
    TRY(procedures_at(c, procedure, version, m));
    TRY(record_load(c, *process, &rec));
    *state = record_get(&rec, "state");
    return ERR_OK;
}

const struct flow_model *work_model_of(struct ctx *c, struct str process)
{
    AUTO_ROWS r = { 0 };
    const struct flow_model *m = NULL;
    struct fault before = c->fault;
    if (db_query(c, &r, "SELECT procedure, version FROM process WHERE id = $1", ARGS(TEXT(process))) != ERR_OK ||
        !rows_next(&r) || procedures_at(c, row_str(&r, 0), row_str(&r, 1), &m) != ERR_OK)
        m = NULL;
    c->fault = before;
    return m;
}

enum err work_route(struct ctx *c, struct str case_id, struct flow_route **out, size_t *n)
{
    const struct flow_model *m;
    struct str state, process;
    TRY(last_process(c, case_id, &m, &state, &process));
    return flow_route(c, m, state, out, n);
}

enum err work_draw(struct ctx *c, struct str case_id, struct buf *svg)
{
    AUTO_ROWS r = { 0 };
    const struct flow_model *m;
    struct str state, process;
    int64_t late[100];
    size_t n = 0;
    TRY(last_process(c, case_id, &m, &state, &process));
    TRY(db_query(c, &r,
        "SELECT step FROM obligation WHERE process = $1 AND state = 'due' AND due_us > 0"
        " AND due_us < $2 ORDER BY step LIMIT 100", ARGS(TEXT(process), INT(c->now_us))));
    while (n < COUNT_OF(late) && rows_next(&r))
        late[n++] = row_i64(&r, 0);
    TRY(rows_end(&r));
    struct flow_view v = { .state = state, .late = late, .n_late = n };
    return flow_draw(c, m, &v, svg);
}
