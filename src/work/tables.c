/* tables.c - the rows that lists are read from. */
#include "work/work.h"

#include "db/db.h"

const struct table work_tables[] = {
    { "case_row",
      "CREATE TABLE case_row (id TEXT PRIMARY KEY, code TEXT NOT NULL, route TEXT NOT NULL,"
      " protection TEXT NOT NULL, justice TEXT NOT NULL, labour TEXT NOT NULL, territory TEXT NOT NULL,"
      " title TEXT NOT NULL, office TEXT NOT NULL, officer TEXT NOT NULL, status TEXT NOT NULL,"
      " stage TEXT NOT NULL, left_at TEXT NOT NULL, urgency TEXT NOT NULL, cl BIGINT NOT NULL, fl BIGINT NOT NULL,"
      " ht BIGINT NOT NULL, criadazgo BIGINT NOT NULL, opened_us BIGINT NOT NULL,"
      " updated_us BIGINT NOT NULL);"
      "CREATE INDEX case_row_code ON case_row (code);"
      "CREATE INDEX case_row_route ON case_row (route);"
      "CREATE INDEX case_row_protection ON case_row (protection);"
      "CREATE INDEX case_row_justice ON case_row (justice);"
      "CREATE INDEX case_row_labour ON case_row (labour);"
      "CREATE INDEX case_row_office ON case_row (office, status, opened_us);"
      "CREATE INDEX case_row_territory ON case_row (territory, status, stage, id);" },
    { "process",
      "CREATE TABLE process (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, procedure TEXT NOT NULL,"
      " version TEXT NOT NULL, over BIGINT NOT NULL, created_us BIGINT NOT NULL);"
      "CREATE INDEX process_case ON process (case_id);" },
    { "process_move",
      "CREATE TABLE process_move (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, process TEXT NOT NULL,"
      " from_version TEXT NOT NULL, to_version TEXT NOT NULL, office TEXT NOT NULL, officer TEXT NOT NULL,"
      " reason TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX process_move_case ON process_move (case_id, at_us);" },
    { "procedure_version",
      "CREATE TABLE procedure_version (id TEXT PRIMARY KEY, procedure TEXT NOT NULL, version TEXT NOT NULL);"
      "CREATE INDEX procedure_version_version ON procedure_version (version);" },
    { "obligation",
      "CREATE TABLE obligation (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, process TEXT NOT NULL,"
      " step BIGINT NOT NULL, node TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,"
      " office TEXT NOT NULL, officer TEXT NOT NULL, state TEXT NOT NULL, form TEXT NOT NULL,"
      " reason TEXT NOT NULL, territory TEXT NOT NULL, start_us BIGINT NOT NULL,"
      " due_us BIGINT NOT NULL, ended_us BIGINT NOT NULL, paused BIGINT NOT NULL,"
      " escalated BIGINT NOT NULL, added BIGINT NOT NULL, choice BIGINT NOT NULL);"
      /* My work is read from this tree alone; what is done leaves it. */
      "CREATE INDEX obligation_office ON obligation (office, due_us, id, case_id, name, officer, paused, added, state)"
      " WHERE state = 'due';"
      "CREATE INDEX obligation_case ON obligation (case_id, start_us, id);"
      "CREATE INDEX obligation_step ON obligation (process, step);"
      "CREATE INDEX obligation_due ON obligation (state, escalated, due_us);" },
    { "clock",
      "CREATE TABLE clock (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, process TEXT NOT NULL,"
      " timer BIGINT NOT NULL, due_us BIGINT NOT NULL);"
      "CREATE INDEX clock_due ON clock (due_us);"
      "CREATE INDEX clock_timer ON clock (process, timer);"
      "CREATE INDEX clock_case ON clock (case_id, due_us);" },
    { "alert",
      "CREATE TABLE alert (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, office TEXT NOT NULL,"
      " what TEXT NOT NULL, detail TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX alert_office ON alert (office, at_us, id);" },
};
const size_t work_tables_n = COUNT_OF(work_tables);

#define GET(f) TEXT(record_get(r, f))
#define NUM(f) INT(record_i64(r, f))
#define YES(f) INT(record_is(r, f, "yes"))

static enum err project_case(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO case_row (id, code, route, protection, justice, territory, title, office,"
        " officer, status, stage, urgency, cl, fl, ht, criadazgo, opened_us, updated_us, left_at, labour)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"
        " ON CONFLICT (id) DO UPDATE SET code = excluded.code, route = excluded.route,"
        " protection = excluded.protection, justice = excluded.justice,"
        " territory = excluded.territory, title = excluded.title, office = excluded.office,"
        " officer = excluded.officer, status = excluded.status, stage = excluded.stage,"
        " urgency = excluded.urgency, cl = excluded.cl, fl = excluded.fl, ht = excluded.ht,"
        " criadazgo = excluded.criadazgo, opened_us = excluded.opened_us,"
        " updated_us = excluded.updated_us, left_at = excluded.left_at, labour = excluded.labour",
        ARGS(TEXT(r->id), GET("code"), TEXT(r->dossier), GET("protection"), GET("justice"),
             GET("territory"), GET("title"), GET("office"), GET("officer"), GET("status"),
             GET("stage"), GET("urgency"), YES("cl"), YES("fl"), YES("ht"), YES("criadazgo"),
             NUM("opened"), INT(r->updated_us), GET("left_at"), GET("labour")));
}

static enum err project_process(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO process (id, case_id, procedure, version, over, created_us)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id,"
        " procedure = excluded.procedure, version = excluded.version, over = excluded.over,"
        " created_us = excluded.created_us",
        ARGS(TEXT(r->id), GET("case"), GET("procedure"), GET("version"), YES("over"),
             INT(r->created_us)));
}

static enum err project_move(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO process_move (id, case_id, process, from_version, to_version, office, officer, reason, at_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id, process = excluded.process,"
        " from_version = excluded.from_version, to_version = excluded.to_version, office = excluded.office,"
        " officer = excluded.officer, reason = excluded.reason, at_us = excluded.at_us",
        ARGS(TEXT(r->id), GET("case"), GET("process"), GET("from"), GET("to"), GET("office"), GET("by"),
             GET("reason"), NUM("at")));
}

static enum err project_version(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO procedure_version (id, procedure, version) VALUES ($1, $2, $3)"
        " ON CONFLICT (id) DO UPDATE SET procedure = excluded.procedure, version = excluded.version",
        ARGS(TEXT(r->id), GET("procedure"), GET("version")));
}

static enum err project_obligation(struct ctx *c, const struct record *r)
{
    int64_t due = record_i64(r, "due");
    if (due == 0)
        due = INT64_MAX;                /* no deadline: last in every list */
    return db_exec(c,
        "INSERT INTO obligation (id, case_id, process, step, node, name, role, office, officer,"
        " state, form, reason, territory, start_us, due_us, ended_us, paused, escalated, added,"
        " choice) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
        " $17, $18, $19, $20)"
        " ON CONFLICT (id) DO UPDATE SET case_id = excluded.case_id, process = excluded.process,"
        " step = excluded.step, node = excluded.node, name = excluded.name, role = excluded.role,"
        " office = excluded.office, officer = excluded.officer, state = excluded.state,"
        " form = excluded.form, reason = excluded.reason, territory = excluded.territory,"
        " start_us = excluded.start_us, due_us = excluded.due_us, ended_us = excluded.ended_us,"
        " paused = excluded.paused, escalated = excluded.escalated, added = excluded.added,"
        " choice = excluded.choice",
        ARGS(TEXT(r->id), GET("case"), GET("process"), NUM("step"), GET("node"), GET("name"),
             GET("role"), GET("office"), GET("officer"), GET("state"), GET("form"), GET("reason"),
             GET("territory"), NUM("start"), INT(due), NUM("ended"), YES("paused"),
             YES("escalated"), YES("added"), YES("choice")));
}

/* A clock that went off or was stopped leaves the table. */
static enum err project_clock(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM clock WHERE id = $1", ARGS(TEXT(r->id))));
    if (!record_is(r, "state", "on"))
        return ERR_OK;
    return db_exec(c,
        "INSERT INTO clock (id, case_id, process, timer, due_us) VALUES ($1, $2, $3, $4, $5)",
        ARGS(TEXT(r->id), GET("case"), GET("process"), NUM("timer"), NUM("due")));
}

static enum err project_alert(struct ctx *c, const struct record *r)
{
    TRY(db_exec(c, "DELETE FROM alert WHERE id = $1", ARGS(TEXT(r->id))));
    if (record_is(r, "seen", "yes"))
        return ERR_OK;
    return db_exec(c,
        "INSERT INTO alert (id, case_id, office, what, detail, at_us) VALUES ($1, $2, $3, $4, $5, $6)",
        ARGS(TEXT(r->id), GET("case"), GET("office"), GET("what"), GET("detail"), NUM("at")));
}

const struct projector work_projectors[] = {
    { "case", project_case, "case_row" },
    { "process", project_process, "process" },
    { "process_move", project_move, "process_move" },
    { "procedure_version", project_version, "procedure_version" },
    { "obligation", project_obligation, "obligation" },
    { "clock", project_clock, "clock" },
    { "alert", project_alert, "alert" },
};
const size_t work_projectors_n = COUNT_OF(work_projectors);
