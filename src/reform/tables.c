/* tables.c - what the room keeps in tables. */
#include "reform/reform.h"

#include "db/db.h"

const struct table reform_tables[] = {
    { "gap_row",
      "CREATE TABLE gap_row (id TEXT PRIMARY KEY, requirement TEXT NOT NULL, country TEXT NOT NULL, year BIGINT NOT NULL,"
      " status TEXT NOT NULL, provisions TEXT NOT NULL, quote TEXT NOT NULL, source TEXT NOT NULL, by_officer TEXT NOT NULL,"
      " at_us BIGINT NOT NULL, reviewer TEXT NOT NULL, review TEXT NOT NULL, review_note TEXT NOT NULL,"
      " reviewed_us BIGINT NOT NULL, review_of TEXT NOT NULL);"
      "CREATE INDEX gap_row_year ON gap_row (country, year);" },
    { "reform_row",
      "CREATE TABLE reform_row (id TEXT PRIMARY KEY, title TEXT NOT NULL, issue TEXT NOT NULL, requirements TEXT NOT NULL,"
      " provisions TEXT NOT NULL, stage TEXT NOT NULL, state TEXT NOT NULL, by_officer TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX reform_row_at ON reform_row (state, at_us);" },
    { "reform_entry_row",
      "CREATE TABLE reform_entry_row (id TEXT PRIMARY KEY, reform TEXT NOT NULL, stage TEXT NOT NULL, on_day TEXT NOT NULL,"
      " what TEXT NOT NULL, body TEXT NOT NULL, source TEXT NOT NULL, file TEXT NOT NULL, file_name TEXT NOT NULL,"
      " territory TEXT NOT NULL, lang TEXT NOT NULL, reach BIGINT NOT NULL, skipped BIGINT NOT NULL, back BIGINT NOT NULL,"
      " by_officer TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX reform_entry_row_reform ON reform_entry_row (reform, on_day);" },
    { "reform_text_row",
      "CREATE TABLE reform_text_row (id TEXT PRIMARY KEY, reform TEXT NOT NULL, n BIGINT NOT NULL, note TEXT NOT NULL,"
      " by_officer TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX reform_text_row_reform ON reform_text_row (reform, n);" },
    { "reform_comment_row",
      "CREATE TABLE reform_comment_row (id TEXT PRIMARY KEY, reform TEXT NOT NULL, version TEXT NOT NULL, place TEXT NOT NULL,"
      " what TEXT NOT NULL, from_body TEXT NOT NULL, by_officer TEXT NOT NULL, at_us BIGINT NOT NULL,"
      " disposition TEXT NOT NULL, reason TEXT NOT NULL, decided_by TEXT NOT NULL, decided_us BIGINT NOT NULL);"
      "CREATE INDEX reform_comment_row_reform ON reform_comment_row (reform, at_us);" },
    { "rules_count", "CREATE TABLE rules_count (id TEXT PRIMARY KEY, at_us BIGINT NOT NULL);"
      "CREATE INDEX rules_count_at ON rules_count (at_us);" },
};
const size_t reform_tables_n = COUNT_OF(reform_tables);

static enum err project_gap(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO gap_row (id, requirement, country, year, status, provisions, quote, source, by_officer, at_us,"
        " reviewer, review, review_note, reviewed_us, review_of)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        " ON CONFLICT (id) DO UPDATE SET requirement = excluded.requirement, country = excluded.country,"
        " year = excluded.year, status = excluded.status, provisions = excluded.provisions, quote = excluded.quote,"
        " source = excluded.source, by_officer = excluded.by_officer, at_us = excluded.at_us,"
        " reviewer = excluded.reviewer, review = excluded.review, review_note = excluded.review_note,"
        " reviewed_us = excluded.reviewed_us, review_of = excluded.review_of",
        ARGS(TEXT(r->id), TEXT(record_get(r, "requirement")), TEXT(record_get(r, "country")), INT(record_i64(r, "year")),
             TEXT(record_get(r, "status")), TEXT(record_get(r, "provisions")), TEXT(record_get(r, "quote")),
             TEXT(record_get(r, "source")), TEXT(record_get(r, "by")), INT(record_i64(r, "at")),
             TEXT(record_get(r, "reviewer")), TEXT(record_get(r, "review")), TEXT(record_get(r, "review_note")),
             INT(record_i64(r, "reviewed")), TEXT(record_get(r, "review_of"))));
}

static enum err project_reform(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO reform_row (id, title, issue, requirements, provisions, stage, state, by_officer, at_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (id) DO UPDATE SET title = excluded.title, issue = excluded.issue,"
        " requirements = excluded.requirements, provisions = excluded.provisions, stage = excluded.stage,"
        " state = excluded.state, by_officer = excluded.by_officer, at_us = excluded.at_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "title")), TEXT(record_get(r, "issue")), TEXT(record_get(r, "requirements")),
             TEXT(record_get(r, "provisions")), TEXT(record_get(r, "stage")), TEXT(record_get(r, "state")),
             TEXT(record_get(r, "by")), INT(record_i64(r, "at"))));
}

static enum err project_entry(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO reform_entry_row (id, reform, stage, on_day, what, body, source, file, file_name, territory, lang,"
        " reach, skipped, back, by_officer, at_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
        " ON CONFLICT (id) DO UPDATE SET reform = excluded.reform, stage = excluded.stage, on_day = excluded.on_day,"
        " what = excluded.what, body = excluded.body, source = excluded.source, file = excluded.file,"
        " file_name = excluded.file_name, territory = excluded.territory, lang = excluded.lang, reach = excluded.reach,"
        " skipped = excluded.skipped, back = excluded.back, by_officer = excluded.by_officer, at_us = excluded.at_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "reform")), TEXT(record_get(r, "stage")), TEXT(record_get(r, "on")),
             TEXT(record_get(r, "what")), TEXT(record_get(r, "body")), TEXT(record_get(r, "source")),
             TEXT(record_get(r, "file")), TEXT(record_get(r, "file_name")), TEXT(record_get(r, "territory")),
             TEXT(record_get(r, "lang")), INT(record_get(r, "reach").n ? record_i64(r, "reach") : -1),
             INT(record_is(r, "skipped", "yes")), INT(record_is(r, "back", "yes")), TEXT(record_get(r, "by")),
             INT(record_i64(r, "at"))));
}

static enum err project_text(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO reform_text_row (id, reform, n, note, by_officer, at_us) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (id) DO UPDATE SET reform = excluded.reform, n = excluded.n, note = excluded.note,"
        " by_officer = excluded.by_officer, at_us = excluded.at_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "reform")), INT(record_i64(r, "n")), TEXT(record_get(r, "note")),
             TEXT(record_get(r, "by")), INT(record_i64(r, "at"))));
}

static enum err project_comment(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO reform_comment_row (id, reform, version, place, what, from_body, by_officer, at_us, disposition,"
        " reason, decided_by, decided_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT (id) DO UPDATE SET reform = excluded.reform, version = excluded.version, place = excluded.place,"
        " what = excluded.what, from_body = excluded.from_body, by_officer = excluded.by_officer,"
        " at_us = excluded.at_us, disposition = excluded.disposition, reason = excluded.reason,"
        " decided_by = excluded.decided_by, decided_us = excluded.decided_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "reform")), TEXT(record_get(r, "version")), TEXT(record_get(r, "place")),
             TEXT(record_get(r, "what")), TEXT(record_get(r, "from")), TEXT(record_get(r, "by")), INT(record_i64(r, "at")),
             TEXT(record_get(r, "disposition")), TEXT(record_get(r, "reason")), TEXT(record_get(r, "decided_by")),
             INT(record_i64(r, "decided"))));
}

static enum err project_count(struct ctx *c, const struct record *r)
{
    return db_exec(c, "INSERT INTO rules_count (id, at_us) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET at_us = excluded.at_us",
                   ARGS(TEXT(r->id), INT(record_i64(r, "at"))));
}

const struct projector reform_projectors[] = {
    { "rules_count", project_count },
    { "gap_assessment", project_gap },
    { "reform", project_reform },
    { "reform_entry", project_entry },
    { "reform_text", project_text },
    { "reform_comment", project_comment },
};
const size_t reform_projectors_n = COUNT_OF(reform_projectors);
