/* tables.c - what the room keeps in tables. */
#include "api/api.h"

#include "db/db.h"

const struct table api_tables[] = {
    { "device",
      "CREATE TABLE device (id TEXT PRIMARY KEY, login TEXT NOT NULL, label TEXT NOT NULL, office TEXT NOT NULL,"
      " territory TEXT NOT NULL, ha1 TEXT NOT NULL, disabled BIGINT NOT NULL, made_us BIGINT NOT NULL);"
      "CREATE INDEX device_login ON device (login);"
      "CREATE INDEX device_office ON device (office, made_us);" },
    { "submission",
      "CREATE TABLE submission (id TEXT PRIMARY KEY, instance TEXT NOT NULL, signal TEXT NOT NULL,"
      " dossier TEXT NOT NULL, form TEXT NOT NULL, hash TEXT NOT NULL, replaced_by TEXT NOT NULL,"
      " received_us BIGINT NOT NULL);"
      "CREATE INDEX submission_instance ON submission (instance);"
      "CREATE INDEX submission_signal ON submission (signal, received_us);" },
    { "submission_file",
      "CREATE TABLE submission_file (id TEXT PRIMARY KEY, submission TEXT NOT NULL, signal TEXT NOT NULL,"
      " name_index TEXT NOT NULL, hash TEXT NOT NULL);"
      "CREATE INDEX submission_file_submission ON submission_file (submission, name_index);"
      "CREATE INDEX submission_file_signal ON submission_file (signal, id);" },
};
const size_t api_tables_n = COUNT_OF(api_tables);

static enum err project_device(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO device (id, login, label, office, territory, ha1, disabled, made_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (id) DO UPDATE SET login = excluded.login, label = excluded.label,"
        " office = excluded.office, territory = excluded.territory, ha1 = excluded.ha1,"
        " disabled = excluded.disabled, made_us = excluded.made_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "login")), TEXT(record_get(r, "label")),
             TEXT(record_get(r, "office")), TEXT(record_get(r, "territory")), TEXT(record_get(r, "ha1")),
             INT(record_is(r, "disabled", "yes")), INT(record_i64(r, "made"))));
}

static enum err project_submission(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO submission (id, instance, signal, dossier, form, hash, replaced_by, received_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (id) DO UPDATE SET instance = excluded.instance, signal = excluded.signal,"
        " dossier = excluded.dossier, form = excluded.form, hash = excluded.hash,"
        " replaced_by = excluded.replaced_by, received_us = excluded.received_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "instance")), TEXT(record_get(r, "signal")), TEXT(r->dossier),
             TEXT(record_get(r, "form")), TEXT(record_get(r, "hash")), TEXT(record_get(r, "replaced_by")),
             INT(record_i64(r, "received"))));
}

static enum err project_file(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO submission_file (id, submission, signal, name_index, hash) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (id) DO UPDATE SET submission = excluded.submission, signal = excluded.signal,"
        " name_index = excluded.name_index, hash = excluded.hash",
        ARGS(TEXT(r->id), TEXT(record_get(r, "submission")), TEXT(record_get(r, "signal")),
             TEXT(record_get(r, "name_index")), TEXT(record_get(r, "hash"))));
}

const struct projector api_projectors[] = {
    { "device", project_device, "device" },
    { "submission", project_submission, "submission" },
    { "submission_file", project_file, "submission_file" },
};
const size_t api_projectors_n = COUNT_OF(api_projectors);
