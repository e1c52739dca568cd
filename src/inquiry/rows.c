/* rows.c - tables of this room, and reading them. */
#include "inquiry/inside.h"

#include "db/db.h"

const struct table inquiry_tables[] = {
    { "inquiry_row",
      "CREATE TABLE inquiry_row (id TEXT PRIMARY KEY, run TEXT NOT NULL, role TEXT NOT NULL, state TEXT NOT NULL,"
      " purpose TEXT NOT NULL, case_ref TEXT NOT NULL, case_id TEXT NOT NULL, person TEXT NOT NULL,"
      " officer TEXT NOT NULL, office TEXT NOT NULL, asker TEXT NOT NULL, answering TEXT NOT NULL,"
      " guardian TEXT NOT NULL, dossier TEXT NOT NULL, run_dossier TEXT NOT NULL, words TEXT NOT NULL,"
      " counted_officer TEXT NOT NULL, counted_office TEXT NOT NULL,"
      " asked_us BIGINT NOT NULL, updated_us BIGINT NOT NULL);"
      "CREATE INDEX inquiry_row_run ON inquiry_row (run);"
      "CREATE INDEX inquiry_row_office ON inquiry_row (office, role, asked_us);"
      "CREATE INDEX inquiry_row_person ON inquiry_row (person);"
      "CREATE INDEX inquiry_row_state ON inquiry_row (state, asked_us);"
      "CREATE INDEX inquiry_row_asker ON inquiry_row (asker, role, asked_us);" },
    { "inquiry_letter",
      "CREATE TABLE inquiry_letter (id TEXT PRIMARY KEY, run TEXT NOT NULL, to_node TEXT NOT NULL,"
      " dossier TEXT NOT NULL, blob TEXT NOT NULL, bytes BIGINT NOT NULL,"
      " state TEXT NOT NULL, made_us BIGINT NOT NULL);"
      "CREATE INDEX inquiry_letter_to ON inquiry_letter (state, to_node, made_us);"
      "CREATE INDEX inquiry_letter_run ON inquiry_letter (run);" },
    { "inquiry_peer",
      "CREATE TABLE inquiry_peer (id TEXT PRIMARY KEY, node TEXT NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL,"
      " sign TEXT NOT NULL, box TEXT NOT NULL, guardian BIGINT NOT NULL, closed BIGINT NOT NULL,"
      " paused BIGINT NOT NULL, ca TEXT NOT NULL, over_day TEXT NOT NULL);"
      "CREATE INDEX inquiry_peer_node ON inquiry_peer (node);" },
};
const size_t inquiry_tables_n = COUNT_OF(inquiry_tables);

static enum err project_inquiry(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM inquiry_row WHERE id = $1", ARGS(TEXT(r->id))));
    return db_exec(c,
        "INSERT INTO inquiry_row (id, run, role, state, purpose, case_ref, case_id, person, officer, office, asker,"
        " answering, guardian, dossier, run_dossier, words, counted_officer, counted_office, asked_us, updated_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        ARGS(TEXT(r->id), TEXT(record_get(r, "run")), TEXT(record_get(r, "role")), TEXT(record_get(r, "state")),
             TEXT(record_get(r, "purpose")), TEXT(record_get(r, "case_ref")), TEXT(record_get(r, "case")),
             TEXT(record_get(r, "person")), TEXT(record_get(r, "officer")), TEXT(record_get(r, "office")),
             TEXT(record_get(r, "asker")), TEXT(record_get(r, "answering")), TEXT(record_get(r, "guardian")),
             TEXT(r->dossier), TEXT(record_get(r, "run_dossier")), TEXT(record_get(r, "words")),
             TEXT(record_get(r, "counted_officer")), TEXT(record_get(r, "counted_office")),
             INT(record_i64(r, "asked")), INT(r->updated_us)));
}

static enum err project_letter(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM inquiry_letter WHERE id = $1", ARGS(TEXT(r->id))));
    return db_exec(c,
        "INSERT INTO inquiry_letter (id, run, to_node, dossier, blob, bytes, state, made_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        ARGS(TEXT(r->id), TEXT(record_get(r, "run")), TEXT(record_get(r, "to")), TEXT(r->dossier),
             TEXT(record_get(r, "blob")), INT(record_i64(r, "bytes")), TEXT(record_get(r, "state")), INT(record_i64(r, "made"))));
}

static enum err project_peer(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM inquiry_peer WHERE id = $1", ARGS(TEXT(r->id))));
    return db_exec(c,
        "INSERT INTO inquiry_peer (id, node, name, url, sign, box, guardian, closed, paused, ca, over_day)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        ARGS(TEXT(r->id), TEXT(record_get(r, "node")), TEXT(record_get(r, "name")), TEXT(record_get(r, "url")),
             TEXT(record_get(r, "sign")), TEXT(record_get(r, "box")), INT(record_is(r, "guardian", "yes")),
             INT(record_is(r, "closed", "yes")), INT(record_is(r, "paused", "yes")), TEXT(record_get(r, "ca")),
             TEXT(record_get(r, "over_day"))));
}

const struct projector inquiry_projectors[] = {
    { "inquiry", project_inquiry },
    { "inquiry_letter", project_letter },
    { "inquiry_peer", project_peer },
};
const size_t inquiry_projectors_n = COUNT_OF(inquiry_projectors);

/* ---- reading ------------------------------------------------------------------------------ */

static struct inquiry row(struct rows *r)
{
    return (struct inquiry){ .id = row_str(r, 0), .run = row_str(r, 1), .role = row_str(r, 2), .state = row_str(r, 3),
        .purpose = row_str(r, 4), .case_ref = row_str(r, 5), .case_id = row_str(r, 6), .person = row_str(r, 7),
        .officer = row_str(r, 8), .office = row_str(r, 9), .asker = row_str(r, 10), .answering = row_str(r, 11),
        .guardian = row_str(r, 12), .dossier = row_str(r, 13), .run_dossier = row_str(r, 14), .words = row_str(r, 15),
        .asked_us = row_i64(r, 16), .updated_us = row_i64(r, 17) };
}

static enum err rows_all(struct ctx *c, struct rows *r, size_t limit, struct inquiry **out, size_t *n)
{
    struct inquiry *q = NEW_N(&c->mem, struct inquiry, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    while (k < limit && rows_next(r))
        q[k++] = row(r);
    TRY(rows_end(r));
    *out = q;
    *n = k;
    return ERR_OK;
}

static enum err one_row(struct ctx *c, struct rows *r, struct str what, struct inquiry *out)
{
    struct inquiry *q;
    size_t n;
    TRY(rows_all(c, r, 1, &q, &n));
    if (!n)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "inquiry " STR_F, STR_A(what));
    *out = q[0];
    return ERR_OK;
}

enum err run_row(struct ctx *c, struct str run, struct inquiry *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, run, role, state, purpose, case_ref, case_id, person, officer, office, asker, answering, guardian,"
        " dossier, run_dossier, words, asked_us, updated_us FROM inquiry_row WHERE run = $1 ORDER BY id LIMIT 1",
        ARGS(TEXT(run))));
    return one_row(c, &r, run, out);
}

enum err inquiry_row(struct ctx *c, struct str id, struct inquiry *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, run, role, state, purpose, case_ref, case_id, person, officer, office, asker, answering, guardian,"
        " dossier, run_dossier, words, asked_us, updated_us FROM inquiry_row WHERE id = $1", ARGS(TEXT(id))));
    return one_row(c, &r, id, out);
}

enum err inquiry_get(struct ctx *c, struct str id, struct inquiry *out)
{
    struct inquiry q;
    TRY(inquiry_row(c, id, &q));
    if (str_is(q.role, "guard"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "a guardian's row");
    TRY(access_need(c, str_is(q.role, "ask") ? "inquiry.ask" : "inquiry.answer", q.dossier));
    *out = q;
    return ERR_OK;
}

enum err inquiry_list(struct ctx *c, bool mine, size_t limit, struct inquiry **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, run, role, state, purpose, case_ref, case_id, person, officer, office, asker, answering, guardian,"
        " dossier, run_dossier, words, asked_us, updated_us FROM inquiry_row WHERE office = $1 AND role = $2"
        " ORDER BY asked_us DESC, id LIMIT $3",
        ARGS(TEXT(c->who->office), TEXT(mine ? STR("ask") : STR("answer")), INT((int64_t)limit))));
    return rows_all(c, &r, limit, out, n);
}

enum err inquiry_of_person(struct ctx *c, struct str person, struct inquiry **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, run, role, state, purpose, case_ref, case_id, person, officer, office, asker, answering, guardian,"
        " dossier, run_dossier, words, asked_us, updated_us FROM inquiry_row WHERE person = $1 AND role = 'ask'"
        " ORDER BY asked_us DESC, id LIMIT 20", ARGS(TEXT(person))));
    return rows_all(c, &r, 20, out, n);
}

enum err inquiry_log(struct ctx *c, size_t limit, struct inquiry **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, run, role, state, purpose, case_ref, '', '', counted_officer, counted_office, asker, answering, guardian,"
        " dossier, run_dossier, words, asked_us, updated_us FROM inquiry_row ORDER BY asked_us DESC, id LIMIT $1",
        ARGS(INT((int64_t)limit))));
    return rows_all(c, &r, limit, out, n);
}

enum err count_asked(struct ctx *c, const char *role, struct str asker, struct str officer, struct str office, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT count(*) FROM inquiry_row WHERE asker = $1 AND role = $2 AND asked_us > $3"
        " AND ($4 = '' OR counted_officer = $4) AND ($5 = '' OR counted_office = $5)",
        ARGS(TEXT(asker), TEXT(str_c(role)), INT(c->now_us - INQUIRY_DAYS * US_PER_DAY), TEXT(officer), TEXT(office))));
    *n = rows_next(&r) ? row_i64(&r, 0) : 0;
    return rows_end(&r);
}

/* ---- secrets of a run ------------------------------------------------------------------------- */

enum err run_load(struct ctx *c, const struct inquiry *q, struct record *out)
{
    struct record r;
    TRY(record_load(c, q->run, &r));                /* the record goes by the run's id */
    if (!str_is(r.kind, "inquiry_run"))
        return FAIL(c, ERR_CORRUPT, "error.internal", "run of " STR_F, STR_A(q->id));
    *out = r;
    return ERR_OK;
}

struct str secret_get(struct ctx *c, const struct record *run, const char *field)
{
    struct str out = { 0 };
    struct str hex = record_get(run, field);
    return hex.n && hex_bytes(&c->mem, hex, &out) ? out : (struct str){ 0 };
}

enum err secret_into(struct ctx *c, const struct record *run, const char *field, void *p, size_t n)
{
    struct str s = secret_get(c, run, field);
    if (!s.p || s.n != n)
        return FAIL(c, ERR_CORRUPT, "error.internal", "%s of %zu bytes", field, s.n);
    memcpy(p, s.p, n);
    return ERR_OK;
}

void secret_set(struct ctx *c, struct draft *d, struct str run_record, const char *field, const void *p, size_t n)
{
    draft_set(d, "inquiry_run", run_record, field, hex_text(&c->mem, (struct str){ p, n }));
}

void state_set(struct draft *d, const struct inquiry *q, const char *state)
{
    draft_in(d, q->dossier);
    draft_set(d, "inquiry", q->id, "state", str_c(state));
}
