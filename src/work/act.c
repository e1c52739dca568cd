/* act.c - what one officer does with one obligation. */
#include "work/work.h"

#include "db/db.h"

static struct obligation whole_of(struct rows *r)
{
    return (struct obligation){ .id = row_str(r, 0), .case_id = row_str(r, 1), .code = row_str(r, 2),
        .process = row_str(r, 3), .key = row_i64(r, 4), .node = row_str(r, 5), .name = row_str(r, 6),
        .role = row_str(r, 7), .office = row_str(r, 8), .officer = row_str(r, 9),
        .state = row_str(r, 10), .form = row_str(r, 11), .reason = row_str(r, 12),
        .territory = row_str(r, 13), .start_us = row_i64(r, 14), .due_us = row_i64(r, 15),
        .paused = row_i64(r, 16) != 0, .escalated = row_i64(r, 17) != 0,
        .added = row_i64(r, 18) != 0, .choice = row_i64(r, 19) != 0, .ended_us = row_i64(r, 20) };
}

/* What a list of work shows, and nothing else is fetched. */
static struct obligation line_of(struct rows *r)
{
    return (struct obligation){ .id = row_str(r, 0), .case_id = row_str(r, 1), .code = row_str(r, 2),
        .name = row_str(r, 3), .officer = row_str(r, 4), .due_us = row_i64(r, 5), .paused = row_i64(r, 6) != 0,
        .added = row_i64(r, 7) != 0 };
}

static enum err rows_all(struct ctx *c, struct rows *r, struct obligation (*row_of)(struct rows *r),
                         size_t limit, struct obligation **out, size_t *n)
{
    size_t k = 0, room = limit < 16 ? limit : 16;
    struct obligation *o = NEW_N(&c->mem, struct obligation, room);
    TRY(ctx_check(c));
    while (k < limit && rows_next(r)) {
        if (k == room) {
            room = room * 4 < limit ? room * 4 : limit;
            struct obligation *more = NEW_N(&c->mem, struct obligation, room);
            TRY(ctx_check(c));
            memcpy(more, o, k * sizeof *o);
            o = more;
        }
        o[k++] = row_of(r);
    }
    TRY(rows_end(r));
    *out = o;
    *n = k;
    return ERR_OK;
}

static enum err load(struct ctx *c, struct str id, struct obligation *out)
{
    AUTO_ROWS r = { 0 };
    struct obligation *o;
    size_t n;
    TRY(db_query(c, &r,
        "SELECT o.id, o.case_id, coalesce(k.code, ''), o.process, o.step, o.node, o.name, o.role,"
        " o.office, o.officer, o.state, o.form, o.reason, o.territory, o.start_us, o.due_us,"
        " o.paused, o.escalated, o.added, o.choice, o.ended_us"
        " FROM obligation o LEFT JOIN case_row k ON k.id = o.case_id WHERE o.id = $1",
        ARGS(TEXT(id))));
    TRY(rows_all(c, &r, whole_of, 1, &o, &n));
    if (!n)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "obligation " STR_F, STR_A(id));
    *out = o[0];
    return ERR_OK;
}

enum err obligation_get(struct ctx *c, struct str id, struct obligation *out)
{
    struct obligation o;
    struct work_case k;
    TRY(load(c, id, &o));
    TRY(work_case(c, o.case_id, &k));
    TRY(access_need(c, "step.view", k.route));
    *out = o;
    return ERR_OK;
}

enum err obligation_list(struct ctx *c, struct str office, enum work_scope scope,
                         const struct work_after *after, size_t limit,
                         struct obligation **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct str officer = scope == WORK_MINE && c->who ? c->who->id : (struct str){ 0 };
    TRY(db_query(c, &r,
        "SELECT o.id, o.case_id, coalesce(k.code, ''), o.name, o.officer, o.due_us, o.paused, o.added"
        " FROM obligation o LEFT JOIN case_row k ON k.id = o.case_id"
        " WHERE o.office = $1 AND o.state = 'due'"
        "   AND ($2 = 0 OR o.officer = $3) "
        "   AND (o.due_us, o.id) > ($4, $5)"
        " ORDER BY o.due_us, o.id LIMIT $6",
        ARGS(TEXT(office), INT(scope != WORK_OFFICE), TEXT(officer),
             INT(after ? after->due_us : -1), TEXT(after ? after->id : (struct str){ 0 }),
             INT((int64_t)limit))));
    return rows_all(c, &r, line_of, limit, out, n);
}

enum err obligation_of_case(struct ctx *c, struct str case_id, struct obligation **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT o.id, o.case_id, coalesce((SELECT code FROM case_row WHERE id = $1), ''), o.process, o.step,"
        " o.node, o.name, o.role, o.office, o.officer, o.state, o.form, o.reason, o.territory, o.start_us,"
        " o.due_us, o.paused, o.escalated, o.added, o.choice, o.ended_us FROM obligation o"
        " WHERE o.case_id = $1 ORDER BY o.start_us, o.id LIMIT 500", ARGS(TEXT(case_id))));
    return rows_all(c, &r, whole_of, 500, out, n);
}

/* ---- acts: load, check, move, commit ------------------------------------------ */

struct act { struct obligation o; struct work_case k; struct draft *d; struct work *w; };

/* Hers when it is her office's, or she coordinates the case. */
static enum err act_begin(struct ctx *c, struct str id, const char *verb, struct act *a)
{
    TRY(load(c, id, &a->o));
    TRY(work_case(c, a->o.case_id, &a->k));
    TRY(access_need(c, verb, a->k.route));
    if (!str_eq(a->o.office, c->who->office) && !str_eq(a->k.owner, c->who->office) &&
        !officer_has(c->who, "machine"))
        return FAIL(c, ERR_DENIED, "work.other-office", "obligation " STR_F, STR_A(id));
    TRY(draft_begin(c, a->k.id, verb, &a->d));
    enum err e = load(c, id, &a->o);
    if (!e && !str_is(a->o.state, "due"))
        e = FAIL(c, ERR_CONFLICT, "work.already", "obligation " STR_F, STR_A(id));
    if (!e && a->o.process.n)
        e = work_open(c, &a->k, &a->w);
    if (e)
        draft_drop(a->d);
    return e;
}

static enum err act_end(struct ctx *c, struct act *a, enum err e)
{
    if (!e && a->w)
        e = work_save(a->w, a->d);
    if (e) {
        draft_drop(a->d);
        return e;
    }
    return draft_commit(c, a->d);
}

static enum err move(struct ctx *c, struct act *a, struct flow_input in)
{
    in.key = a->o.key;
    in.now_us = c->now_us;
    return work_input(a->w, &in);
}

/* A step outside any procedure is just closed. */
static void close_alone(struct ctx *c, struct act *a, struct str state, struct str reason)
{
    draft_in(a->d, a->k.route);
    draft_set(a->d, "obligation", a->o.id, "state", state);
    draft_set_i64(a->d, "obligation", a->o.id, "ended", c->now_us);
    draft_set(a->d, "obligation", a->o.id, "officer", c->who->id);
    if (reason.n)
        draft_set(a->d, "obligation", a->o.id, "reason", reason);
}

enum err obligation_done(struct ctx *c, struct str id, const struct facts *f, struct str note)
{
    struct act a = { 0 };
    TRY(act_begin(c, id, "step.complete", &a));
    draft_reason(a.d, note);
    if (!a.w) {
        close_alone(c, &a, STR("done"), note);
        return act_end(c, &a, ERR_OK);
    }
    enum err e = move(c, &a, (struct flow_input){ .kind = FLOW_COMPLETE, .reason = note,
        .facts = f ? f->v : NULL, .n_facts = f ? f->n : 0 });
    return act_end(c, &a, e);
}

static enum err need_reason(struct ctx *c, struct str reason)
{
    return str_trim(reason).n >= 3 ? ERR_OK : FAIL(c, ERR_INPUT, "work.reason", "no reason");
}

enum err obligation_skip(struct ctx *c, struct str id, struct str reason)
{
    struct act a = { 0 };
    TRY(need_reason(c, reason));
    TRY(act_begin(c, id, "step.skip", &a));
    draft_reason(a.d, reason);
    if (!a.w) {
        close_alone(c, &a, STR("skipped"), reason);
        return act_end(c, &a, ERR_OK);
    }
    return act_end(c, &a, move(c, &a, (struct flow_input){ .kind = FLOW_SKIP, .reason = reason }));
}

enum err obligation_pause(struct ctx *c, struct str id, struct str reason)
{
    struct act a = { 0 };
    TRY(need_reason(c, reason));
    TRY(act_begin(c, id, "step.pause", &a));
    draft_reason(a.d, reason);
    if (!a.w)
        return act_end(c, &a, FAIL(c, ERR_INPUT, "work.no-clock", "added step"));
    draft_in(a.d, a.k.route);
    draft_set(a.d, "obligation", id, "reason", reason);
    return act_end(c, &a, move(c, &a, (struct flow_input){ .kind = FLOW_PAUSE, .reason = reason }));
}

enum err obligation_resume(struct ctx *c, struct str id)
{
    struct act a = { 0 };
    TRY(act_begin(c, id, "step.pause", &a));
    if (!a.w)
        return act_end(c, &a, FAIL(c, ERR_INPUT, "work.no-clock", "added step"));
    return act_end(c, &a, move(c, &a, (struct flow_input){ .kind = FLOW_RESUME }));
}

enum err obligation_choose(struct ctx *c, struct str id, struct str flow)
{
    struct act a = { 0 };
    TRY(act_begin(c, id, "step.complete", &a));
    if (!a.w || !a.o.choice)
        return act_end(c, &a, FAIL(c, ERR_INPUT, "work.no-choice", "obligation " STR_F, STR_A(id)));
    draft_in(a.d, a.k.route);
    close_alone(c, &a, STR("done"), flow);
    return act_end(c, &a, move(c, &a, (struct flow_input){ .kind = FLOW_CHOOSE, .ref = flow }));
}

enum err obligation_assign(struct ctx *c, struct str id, struct str officer)
{
    struct act a = { 0 };
    struct officer_row o;
    TRY(officer_find(c, officer, &o));
    TRY(act_begin(c, id, "step.assign", &a));
    if (!str_eq(o.office, a.o.office) || o.disabled)
        return act_end(c, &a, FAIL(c, ERR_INPUT, "work.wrong-officer", "officer " STR_F, STR_A(officer)));
    a.w = NULL;                                  /* the procedure itself does not move */
    draft_in(a.d, a.k.route);
    draft_set(a.d, "obligation", id, "officer", officer);
    return act_end(c, &a, ERR_OK);
}

enum err obligation_add(struct ctx *c, struct str case_id, struct str name, struct str role,
                        struct str office, int64_t due_us, struct str reason)
{
    struct work_case k;
    struct draft *d;
    if (!str_trim(name).n || name.n > 200)
        return FAIL(c, ERR_INPUT, "work.step-name", "%zu bytes", name.n);
    TRY(work_case(c, case_id, &k));
    TRY(access_need(c, "step.add", k.route));
    if (!grant_exists(c, k.route, c->who->office, LEVEL_READ))      /* an hour of broken glass reads only */
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "case " STR_F, STR_A(case_id));
    TRY(draft_begin(c, k.id, "step.add", &d));
    struct str id = id_new(&c->mem, c->now_us);
    draft_reason(d, reason);
    draft_in(d, k.route);
    draft_set(d, "obligation", id, "case", k.id);
    draft_set(d, "obligation", id, "name", name);
    draft_set(d, "obligation", id, "role", role);
    draft_set(d, "obligation", id, "office", office);
    draft_set(d, "obligation", id, "state", STR("due"));
    draft_set(d, "obligation", id, "added", STR("yes"));
    draft_set(d, "obligation", id, "territory", k.territory);
    draft_set_i64(d, "obligation", id, "start", c->now_us);
    if (due_us)
        draft_set_i64(d, "obligation", id, "due", due_us);
    work_grant_added(c, d, &k, role, office);
    return draft_commit(c, d);
}
