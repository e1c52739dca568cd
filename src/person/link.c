/* link.c - which records are one person: the links persons confirmed, the
 * groups they make, and what the verdicts teach the scores.
 *
 * A link is a record: "same", "different", "proposed" (a suspect, waiting for a
 * second officer) or "undone".  Groups are not stored: they are made from the
 * standing links whenever they are asked for, so they are what they are in
 * whatever order changes arrived, and undoing a link takes apart what it held.
 */
#include "person/link.h"

#include "base/node.h"
#include "db/db.h"

const struct table person_tables[] = {
    { "person_link",
      "CREATE TABLE person_link (id TEXT PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL,"
      " same BIGINT NOT NULL, officer TEXT NOT NULL, mbits BIGINT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX person_link_a ON person_link (a);"
      "CREATE INDEX person_link_b ON person_link (b);" },
    { "person_row",
      "CREATE TABLE person_row (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, role TEXT NOT NULL);"
      "CREATE INDEX person_row_case ON person_row (case_id);" },
};
const size_t person_tables_n = COUNT_OF(person_tables);

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
        "SELECT id, a, b, same, at_us FROM person_link WHERE (a = $1 OR b = $1) AND same < 2 ORDER BY id",
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

/* A link about a suspect counts when two officers stand behind it. */
static int standing(const struct record *r)
{
    if (record_is(r, "state", "different"))
        return LINK_DIFFERENT;
    bool two = record_is(r, "two", "1");
    struct str second = record_get(r, "second");
    bool counts = record_is(r, "state", "same") && (!two || (second.n && !str_eq(second, record_get(r, "by"))));
    return counts ? LINK_SAME : LINK_PROPOSED;
}

static enum err project_link(struct ctx *c, const struct record *r)
{
    struct str a = record_get(r, "a"), b = record_get(r, "b");
    int64_t mbits = NO_SCORE;
    TRY(db_exec(c, "DELETE FROM person_link WHERE id = $1", ARGS(TEXT(r->id))));
    if (!a.n || !b.n)
        return ERR_OK;
    if (record_get(r, "mbits").n)
        mbits = record_i64(r, "mbits");
    if (record_is(r, "state", "undone"))
        return ERR_OK;
    return db_exec(c,
        "INSERT INTO person_link (id, a, b, same, officer, mbits, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ARGS(TEXT(r->id), TEXT(a), TEXT(b), INT(standing(r)), TEXT(record_get(r, "by")), INT(mbits),
             INT(record_i64(r, "at"))));
}

static enum err project_person(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM person_row WHERE id = $1", ARGS(TEXT(r->id))));
    if (!record_get(r, "case").n)
        return ERR_OK;
    return db_exec(c, "INSERT INTO person_row (id, case_id, role) VALUES ($1, $2, $3)",
                   ARGS(TEXT(r->id), TEXT(record_get(r, "case")), TEXT(record_get(r, "a/role"))));
}

const struct projector person_projectors[] = {
    { "person_link", project_link }, { "person", project_person },
};
const size_t person_projectors_n = COUNT_OF(person_projectors);

/* ---- asking ------------------------------------------------------------------------------------ */

enum err link_between(struct ctx *c, struct str a, struct str b, struct person_link *out)
{
    AUTO_ROWS r = { 0 };
    *out = (struct person_link){ .state = LINK_NONE };
    TRY(db_query(c, &r,
        "SELECT id, same, officer FROM person_link WHERE (a = $1 AND b = $2) OR (a = $2 AND b = $1)"
        " ORDER BY at_us DESC, id LIMIT 1", ARGS(TEXT(a), TEXT(b))));
    if (rows_next(&r))
        *out = (struct person_link){ row_str(&r, 0), row_str(&r, 2), (int)row_i64(&r, 1) };
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

enum err person_records(struct ctx *c, struct str person, size_t *n)
{
    struct near *k;
    struct match_groups g;
    TRY(near_of(c, person, (struct str){ 0 }, &k, &g));
    *n = match_group_size(&g, person);
    return ERR_OK;
}

/* ---- what reviewers decided ---------------------------------------------------------------------- */

enum { VERDICTS_MAX = 5000 };

enum err person_recalibrate(struct ctx *c)
{
    AUTO_ROWS r = { 0 };
    struct match_verdict *v = NEW_N(&c->mem, struct match_verdict, VERDICTS_MAX);
    struct match_calibration unused;
    size_t n = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r, "SELECT mbits, same FROM person_link WHERE same < 2 AND mbits > $1"
                        " ORDER BY at_us DESC, id LIMIT $2", ARGS(INT(NO_SCORE), INT(VERDICTS_MAX))));
    while (rows_next(&r))
        v[n++] = (struct match_verdict){ (int32_t)row_i64(&r, 0), row_i64(&r, 1) == LINK_SAME };
    TRY(rows_end(&r));
    return match_index_calibrate(c, c->node->persons, v, n, &unused);
}
