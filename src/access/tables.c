/* tables.c - what access keeps in tables: officers, grants, reads. */
#include "access/access.h"

#include "db/db.h"

const struct table access_tables[] = {
    { "officer",
      "CREATE TABLE officer (id TEXT PRIMARY KEY, login TEXT NOT NULL, name TEXT NOT NULL,"
      " office TEXT NOT NULL, agency TEXT NOT NULL, territory TEXT NOT NULL, roles TEXT NOT NULL,"
      " lang TEXT NOT NULL, password TEXT NOT NULL, totp TEXT NOT NULL, disabled BIGINT NOT NULL);"
      "CREATE UNIQUE INDEX officer_login ON officer (login);"
      "CREATE INDEX officer_office ON officer (office);" },
    { "access_grant",
      "CREATE TABLE access_grant (id TEXT PRIMARY KEY, dossier TEXT NOT NULL, office TEXT NOT NULL,"
      " officer TEXT NOT NULL, level BIGINT NOT NULL, basis TEXT NOT NULL, until_us BIGINT NOT NULL,"
      " fields TEXT NOT NULL);"
      "CREATE INDEX access_grant_dossier ON access_grant (dossier, office);"
      "CREATE INDEX access_grant_office ON access_grant (office, dossier, officer, until_us);" },
    { "access_event",
      "CREATE TABLE access_event (id TEXT PRIMARY KEY, dossier TEXT NOT NULL, at_us BIGINT NOT NULL,"
      " officer TEXT NOT NULL, office TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL);"
      "CREATE INDEX access_event_dossier ON access_event (dossier, at_us);"
      "CREATE INDEX access_event_what ON access_event (what, at_us);" },
};
const size_t access_tables_n = COUNT_OF(access_tables);

static enum err project_officer(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM officer WHERE id = $1", ARGS(TEXT(r->id))));
    if (!record_get(r, "login").n)
        return ERR_OK;
    return db_exec(c,
        "INSERT INTO officer (id, login, name, office, agency, territory, roles, lang,"
        " password, totp, disabled) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT DO NOTHING",
        ARGS(TEXT(r->id), TEXT(record_get(r, "login")), TEXT(record_get(r, "name")),
             TEXT(record_get(r, "office")), TEXT(record_get(r, "agency")),
             TEXT(record_get(r, "territory")), TEXT(record_get(r, "roles")),
             TEXT(record_get(r, "lang")), TEXT(record_get(r, "password")),
             TEXT(record_get(r, "totp")), INT(record_is(r, "disabled", "yes"))));
}

/* A withdrawn grant leaves the table: there is nothing left to ask of it. */
static enum err project_grant(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM access_grant WHERE id = $1", ARGS(TEXT(r->id))));
    if (record_is(r, "withdrawn", "yes") || !record_get(r, "dossier").n)
        return ERR_OK;
    return db_exec(c,
        "INSERT INTO access_grant (id, dossier, office, officer, level, basis, until_us, fields)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        ARGS(TEXT(r->id), TEXT(record_get(r, "dossier")), TEXT(record_get(r, "office")),
             TEXT(record_get(r, "officer")), INT(record_i64(r, "level")),
             TEXT(record_get(r, "basis")), INT(record_i64(r, "until")),
             TEXT(record_get(r, "fields"))));
}

static enum err project_event(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM access_event WHERE id = $1", ARGS(TEXT(r->id))));
    return db_exec(c,
        "INSERT INTO access_event (id, dossier, at_us, officer, office, what, detail)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ARGS(TEXT(r->id), TEXT(record_get(r, "dossier")), INT(record_i64(r, "at")),
             TEXT(record_get(r, "officer")), TEXT(record_get(r, "office")),
             TEXT(record_get(r, "what")), TEXT(record_get(r, "detail"))));
}

const struct projector access_projectors[] = {
    { "officer", project_officer, "officer" },
    { "access_grant", project_grant, "access_grant" },
    { "access_event", project_event, "access_event" },
};
const size_t access_projectors_n = COUNT_OF(access_projectors);
