#include "reform/present.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "kinds/kinds.h"
#include "reform/tally.h"
#include "rulebook/rulebook.h"

#include <stdlib.h>

enum { CASES_MAX = 1000, IDS_MAX = VALUE_MAX / ID_LEN };

struct seen { struct str the_case, screening; };

/* ---- which cases ------------------------------------------------------------------------------ */

static int by_case(const void *a, const void *b)
{
    return str_cmp(((const struct seen *)a)->the_case, ((const struct seen *)b)->the_case);
}

/* The newest screening of each open case of her territory, in the order of the cases. */
static enum err screenings(struct ctx *c, struct seen **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct seen *v = NEW_N(&c->mem, struct seen, CASES_MAX);
    struct str last = { 0 };
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT k.id, k.case_id, s.territory FROM kind_row k JOIN case_row s ON s.id = k.case_id"
        " WHERE k.kind = 'screening' AND s.status = 'open' ORDER BY k.case_id, k.at_us DESC, k.id LIMIT 20000", NO_ARGS));
    while (k < CASES_MAX && rows_next(&r)) {
        struct str the_case = row_str(&r, 1);
        if (str_eq(the_case, last) || !pack_within(c->node->pack, row_str(&r, 2), c->who->territory))
            continue;
        last = the_case;
        v[k++] = (struct seen){ the_case, row_str(&r, 0) };
    }
    while (rows_next(&r))
        ;
    TRY(rows_end(&r));
    qsort(v, k, sizeof *v, by_case);
    *out = v;
    *n = k;
    return ERR_OK;
}

/* One screening, read for its answers and forgotten: nothing of it is shown. */
static enum err one_case(struct ctx *work, struct compare_run *r, const struct form *f, struct str id)
{
    struct record rec;
    TRY(record_load(work, id, &rec));
    struct answers a = kind_answers(work, &rec);
    struct feel_value in = kind_inputs(work, f, &a);
    TRY(ctx_check(work));
    return compare_one(r, (struct str){ 0 }, (struct str){ 0 }, in);
}

static enum err run_cases(struct ctx *c, struct compare_run *r, const struct seen *v, size_t n, struct str *marked, size_t *k)
{
    const struct form *f = pack_form(c->node->pack, STR("screening"));
    struct ctx work;
    enum err e = ERR_OK;
    ctx_init(&work, 8 << 20);
    work.node = c->node;
    work.db = c->db;
    work.who = c->who;
    work.now_us = c->now_us;
    work.lang = c->lang;
    *k = 0;
    for (size_t i = 0; !e && f && i < n; i++) {
        size_t before = compare_changed(r);
        e = one_case(&work, r, f, v[i].screening);
        if (compare_changed(r) > before)
            marked[(*k)++] = v[i].the_case;
        arena_reset(&work.mem);
    }
    if (e && !c->fault.key)
        c->fault = work.fault;
    ctx_done(&work);
    return e;
}

static enum err marks(struct ctx *c, const struct compare_side *a, const struct compare_side *b, struct str decision,
                      struct tally_set *all, struct tally_set *marked)
{
    struct seen *v;
    struct compare_run *r;
    struct compare unused;
    size_t n, k = 0;
    TRY(screenings(c, &v, &n));
    struct str *every = NEW_N(&c->mem, struct str, n + 1), *some = NEW_N(&c->mem, struct str, n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++)
        every[i] = v[i].the_case;
    TRY(compare_begin(c, a, b, decision, &r));
    enum err e = run_cases(c, r, v, n, some, &k), end = compare_end(r, &unused);
    TRY(e ? e : end);
    *all = (struct tally_set){ every, n };
    *marked = (struct tally_set){ some, k };
    return ERR_OK;
}

/* ---- questions kept ---------------------------------------------------------------------------- */

/* Ids one after the other, nothing between them. */
static struct tally_set ids_of(struct ctx *c, struct str text)
{
    size_t n = text.n / ID_LEN;
    struct str *id = NEW_N(&c->mem, struct str, n + 1);
    for (size_t i = 0; id && i < n; i++)
        id[i] = str_sub(text, i * ID_LEN, ID_LEN);
    return (struct tally_set){ id, id ? n : 0 };
}

static struct str text_of_ids(struct ctx *c, struct tally_set s)
{
    struct buf b;
    buf_init(&b, &c->mem, VALUE_MAX);
    for (size_t i = 0; i < s.n; i++)
        buf_put(&b, s.id[i]);
    return buf_str(&b);
}

static enum err asked_before(struct ctx *c, struct tally_asked *v, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct str id[COUNTS_KEPT];
    size_t k = 0;
    TRY(db_query(c, &r, "SELECT id FROM rules_count WHERE at_us >= $1 ORDER BY at_us, id LIMIT $2",
                 ARGS(INT(c->now_us - COUNTS_DAYS * US_PER_DAY), INT(COUNTS_KEPT))));
    while (k < COUNTS_KEPT && rows_next(&r))
        id[k++] = row_str(&r, 0);
    TRY(rows_end(&r));
    for (size_t i = 0; i < k; i++) {
        struct record rec;
        TRY(record_load(c, id[i], &rec));
        v[i] = (struct tally_asked){ ids_of(c, record_get(&rec, "marked")), ids_of(c, record_get(&rec, "told")) };
    }
    *n = k;
    return ctx_check(c);
}

static enum err count_dossier(struct ctx *c, struct draft *d)
{
    AUTO_ROWS r = { 0 };
    struct str id = { 0 };
    TRY(db_query(c, &r, "SELECT id FROM dossier WHERE kind = 'count' ORDER BY id LIMIT 1", NO_ARGS));
    if (rows_next(&r))
        id = row_str(&r, 0);
    TRY(rows_end(&r));
    draft_in(d, id.n ? id : dossier_new(d, "count", (struct str){ 0 }));
    return ctx_check(c);
}

static enum err keep(struct ctx *c, struct draft *d, const struct tally_asked *a)
{
    struct str id = record_new(d);
    if (a->marked.n > IDS_MAX || a->told.n > IDS_MAX)
        return FAIL(c, ERR_INPUT, "error.too-big", "%zu cases", a->told.n);
    draft_set_i64(d, "rules_count", id, "at", c->now_us);
    draft_set(d, "rules_count", id, "by", c->who->id);
    draft_set(d, "rules_count", id, "marked", text_of_ids(c, a->marked));
    draft_set(d, "rules_count", id, "told", text_of_ids(c, a->told));
    return ctx_check(c);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

/* How many there are is a question like any other, asked first: it comes before the
 * one about the draft in the list of what was asked. */
static enum err tell(struct ctx *c, struct draft *d, struct tally_asked ask[2], struct present *out, size_t *kept)
{
    struct tally_asked *v = NEW_N(&c->mem, struct tally_asked, COUNTS_KEPT + 2);
    size_t n = 0;
    bool again;
    TRY(ctx_check(c));
    TRY(asked_before(c, v, &n));
    TRY(count_dossier(c, d));
    *kept = 0;
    out->refused = n + 2 > COUNTS_KEPT;
    for (size_t i = 0; i < 2 && !out->refused; i++) {
        TRY(tally_ask(c, v, n, &ask[i], &again));
        if (again)
            continue;
        v[n++] = ask[i];
        TRY(keep(c, d, &ask[i]));
        ++*kept;
    }
    out->read = tally_number(&ask[0]);
    out->changed = tally_number(&ask[1]);
    return ERR_OK;
}

/* Questions of all officers one after the other, and durable before they are answered. */
static enum err ask_and_keep(struct ctx *c, struct tally_asked ask[2], struct present *out)
{
    struct draft *d;
    size_t kept = 0;
    TRY(draft_begin(c, STR("rules-count"), "rules.count_cases", &d));
    enum err e = tell(c, d, ask, out, &kept);
    if (!e && kept)
        return draft_commit(c, d);
    draft_drop(d);
    return e;
}

enum err present_count(struct ctx *c, const struct compare_side *a, const struct compare_side *b, struct str decision,
                       struct str question, struct present *out)
{
    struct tally_asked ask[2] = { { { 0 }, { 0 } } };
    struct str dossier;
    bool allowed;
    *out = (struct present){ .refused = true };
    TRY(access_need(c, "rules.count_cases", (struct str){ 0 }));
    TRY(reform_dossier_id(c, &dossier));
    if (!dossier.n)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "no draft");
    TRY(access_counted(c, dossier, question, pack_day_start_us(c->node->pack, rules_today(c)), COUNTS_PER_DAY, &allowed));
    if (!allowed)
        return ERR_OK;
    TRY(marks(c, a, b, decision, &ask[0].marked, &ask[1].marked));
    return ask_and_keep(c, ask, out);
}
