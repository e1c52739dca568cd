/* link.c - which records are one person, one firm, one place: the links officers
 * confirmed, the groups they make, and what the verdicts teach the scores.
 *
 * A link is a record: "same", "different", "proposed" (a suspect or an employer,
 * waiting for a second officer) or "undone"; links of persons written before there
 * were others are records of kind person_link.  Groups are not stored: they are
 * made from the standing links whenever they are asked for, so they are what they
 * are in whatever order changes arrived, and undoing a link takes apart what it held.
 */
#include "things/inside.h"

#include "base/node.h"
#include "db/db.h"

const struct table thing_tables[] = {
    { "thing_link",
      "CREATE TABLE thing_link (id TEXT PRIMARY KEY, kind TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL,"
      " same BIGINT NOT NULL, officer TEXT NOT NULL, mbits BIGINT NOT NULL, at_us BIGINT NOT NULL,"
      " alone BIGINT NOT NULL DEFAULT 0);"
      "CREATE INDEX thing_link_a ON thing_link (a);"
      "CREATE INDEX thing_link_b ON thing_link (b);" },
    { "thing_number",
      "CREATE TABLE thing_number (id TEXT NOT NULL, what TEXT NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL,"
      " case_id TEXT NOT NULL, dossier TEXT NOT NULL, shy BIGINT NOT NULL);"
      "CREATE INDEX thing_number_id ON thing_number (id);"
      "CREATE INDEX thing_number_number ON thing_number (number, id);" },
    { "thing_two", "CREATE TABLE thing_two (id TEXT PRIMARY KEY);" },
    { "thing_row",
      "CREATE TABLE thing_row (id TEXT PRIMARY KEY, kind TEXT NOT NULL, case_id TEXT NOT NULL,"
      " dossier TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX thing_row_dossier ON thing_row (dossier, at_us);" },
};
const size_t thing_tables_n = COUNT_OF(thing_tables);

enum { NO_SCORE = INT32_MIN };

/* ---- groups ---------------------------------------------------------------------------------
 * Everyone reachable over links of "same" from some records, with what keeps
 * them apart.  Past LINKS_MAX something is wrong, and nobody is put together. */

enum { LINKS_MAX = 2000 };
struct near { struct match_bond bond[LINKS_MAX]; struct str who[LINKS_MAX]; size_t n, n_who; };

static void meet(struct near *k, struct str who)
{
    for (size_t i = 0; i < k->n_who; i++)
        if (str_eq(k->who[i], who))
            return;
    if (k->n_who < LINKS_MAX)
        k->who[k->n_who++] = who;
}

static void keep(struct near *k, struct match_bond b)
{
    for (size_t i = 0; i < k->n; i++)
        if (str_eq(k->bond[i].id, b.id))
            return;
    if (k->n < LINKS_MAX)
        k->bond[k->n++] = b;
}

/* Whoever is the same is followed further; whoever is kept apart is only known. */
static enum err follow(struct ctx *c, struct near *k, struct str who)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT l.id, l.a, l.b, l.same, l.at_us FROM thing_link l WHERE (l.a = $1 OR l.b = $1) AND " LINK_STATE " < 2"
        " ORDER BY l.id",
        ARGS(TEXT(who))));
    while (rows_next(&r)) {
        struct match_bond b = { .id = row_str(&r, 0), .a = row_str(&r, 1), .b = row_str(&r, 2),
                                .same = row_i64(&r, 3) == LINK_SAME, .at_us = row_i64(&r, 4) };
        keep(k, b);
        if (b.same)
            meet(k, str_eq(b.a, who) ? b.b : b.a);
    }
    return rows_end(&r);
}

static enum err near_of(struct ctx *c, struct str a, struct str b, struct near **out, struct match_groups *g)
{
    struct near *k = NEW(&c->mem, struct near);
    TRY(ctx_check(c));
    k->n = k->n_who = 0;
    meet(k, a);
    if (b.n)
        meet(k, b);
    for (size_t i = 0; i < k->n_who; i++)
        TRY(follow(c, k, k->who[i]));
    if (k->n == LINKS_MAX || k->n_who == LINKS_MAX)
        return FAIL(c, ERR_CONFLICT, "person.too-many-links", "links of one record");
    *out = k;
    return match_groups(c, k->bond, k->n, g);
}

/* ---- from the ledger ------------------------------------------------------------------------- */

static bool by_one(const struct record *r)
{
    struct str second = record_get(r, "second");
    return !second.n || str_eq(second, record_get(r, "by"));
}

/* What its officers said.  Whether one of them is enough depends on both records as
 * they are when it is asked (LINK_STATE), not as they were that day. */
static int standing(const struct record *r)
{
    if (record_is(r, "state", "different"))
        return LINK_DIFFERENT;
    bool counts = record_is(r, "state", "same") && !(record_is(r, "two", "1") && by_one(r));
    return counts ? LINK_SAME : LINK_PROPOSED;
}

bool link_is_kind(struct str record_kind)
{
    return str_is(record_kind, "thing_link") || str_is(record_kind, "person_link");
}

static enum err project_link(struct ctx *c, const struct record *r)
{
    struct str a = record_get(r, "a"), b = record_get(r, "b"), kind = record_get(r, "kind");
    int64_t mbits = NO_SCORE;
    TRY(db_exec(c, "DELETE FROM thing_link WHERE id = $1", ARGS(TEXT(r->id))));
    if (!a.n || !b.n)
        return ERR_OK;
    if (record_get(r, "mbits").n)
        mbits = record_i64(r, "mbits");
    if (record_is(r, "state", "undone"))
        return ERR_OK;
    return db_exec(c,
        "INSERT INTO thing_link (id, kind, a, b, same, officer, mbits, at_us, alone)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        ARGS(TEXT(r->id), TEXT(kind.n ? kind : STR("person")), TEXT(a), TEXT(b), INT(standing(r)),
             TEXT(record_get(r, "by")), INT(mbits), INT(record_i64(r, "at")), INT(by_one(r))));
}

/* Records that take two officers, as they are now. */
static enum err project_two(struct ctx *c, const struct record *r)
{
    const struct thing_use *u = thing_find(r->kind);
    TRY(db_exec(c, "DELETE FROM thing_two WHERE id = $1", ARGS(TEXT(r->id))));
    if (!u || !u->two || !u->two(r))
        return ERR_OK;
    return db_exec(c, "INSERT INTO thing_two (id) VALUES ($1)", ARGS(TEXT(r->id)));
}

static enum err project_person(struct ctx *c, const struct record *r)
{
    TRY(project_two(c, r));
    return numbers_project(c, r);
}

static enum err project_thing(struct ctx *c, const struct record *r)
{
    struct str case_id = record_get(r, "case");
    TRY(db_exec(c, "DELETE FROM thing_row WHERE id = $1", ARGS(TEXT(r->id))));
    if (case_id.n)
        TRY(db_exec(c, "INSERT INTO thing_row (id, kind, case_id, dossier, at_us) VALUES ($1, $2, $3, $4, $5)",
                    ARGS(TEXT(r->id), TEXT(r->kind), TEXT(case_id), TEXT(r->dossier), INT(record_i64(r, "at")))));
    return project_person(c, r);
}

const struct projector thing_projectors[] = {
    { "thing_link", project_link }, { "person_link", project_link }, { "person", project_person },
    { "workplace", project_thing }, { "employer", project_thing }, { "vehicle", project_thing },
};
const size_t thing_projectors_n = COUNT_OF(thing_projectors);

/* ---- asking ------------------------------------------------------------------------------------ */

enum err link_between(struct ctx *c, struct str a, struct str b, struct thing_link *out)
{
    AUTO_ROWS r = { 0 };
    *out = (struct thing_link){ .state = LINK_NONE };
    TRY(db_query(c, &r,
        "SELECT l.id, " LINK_STATE ", l.officer FROM thing_link l WHERE (l.a = $1 AND l.b = $2) OR (l.a = $2 AND l.b = $1)"
        " ORDER BY l.at_us DESC, l.id LIMIT 1", ARGS(TEXT(a), TEXT(b))));
    if (rows_next(&r))
        *out = (struct thing_link){ row_str(&r, 0), row_str(&r, 2), (int)row_i64(&r, 1) };
    return rows_end(&r);
}

enum err link_load(struct ctx *c, struct str id, struct thing_link *out)
{
    AUTO_ROWS r = { 0 };
    *out = (struct thing_link){ .state = LINK_NONE };
    TRY(db_query(c, &r, "SELECT l.id, " LINK_STATE ", l.officer FROM thing_link l WHERE l.id = $1", ARGS(TEXT(id))));
    if (rows_next(&r))
        *out = (struct thing_link){ row_str(&r, 0), row_str(&r, 2), (int)row_i64(&r, 1) };
    return rows_end(&r);
}

enum err link_contradicts(struct ctx *c, struct str a, struct str b, bool *yes)
{
    struct near *k;
    struct match_groups g;
    TRY(near_of(c, a, b, &k, &g));
    *yes = match_group_apart(&g, k->bond, k->n, a, b);
    return ERR_OK;
}

enum err link_group(struct ctx *c, struct str id, struct str **out, size_t *n)
{
    struct near *k;
    struct match_groups g;
    size_t got = 0;
    TRY(near_of(c, id, (struct str){ 0 }, &k, &g));
    struct str *all = NEW_N(&c->mem, struct str, k->n_who + 1);
    TRY(ctx_check(c));
    struct str lead = match_group_of(&g, id);
    for (size_t i = 0; i < k->n_who; i++)
        if (str_eq(match_group_of(&g, k->who[i]), lead))
            all[got++] = k->who[i];
    *out = all;
    *n = got;
    return ERR_OK;
}

/* ---- what reviewers decided ---------------------------------------------------------------------- */

enum { VERDICTS_MAX = 5000 };

enum err link_recalibrate(struct ctx *c, const struct thing_use *u)
{
    AUTO_ROWS r = { 0 };
    struct match_verdict *v = NEW_N(&c->mem, struct match_verdict, VERDICTS_MAX);
    struct match_calibration unused;
    size_t n = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r, "SELECT l.mbits, l.same FROM thing_link l WHERE " LINK_STATE " < 2 AND l.mbits > $1 AND l.kind = $2"
                        " ORDER BY l.at_us DESC, l.id LIMIT $3",
                 ARGS(INT(NO_SCORE), TEXT(str_c(u->kind)), INT(VERDICTS_MAX))));
    while (rows_next(&r))
        v[n++] = (struct match_verdict){ (int32_t)row_i64(&r, 0), row_i64(&r, 1) == LINK_SAME };
    TRY(rows_end(&r));
    return match_index_calibrate(c, things_index(c, u), v, n, &unused);
}
