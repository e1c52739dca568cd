/* tables.c - drafts and applied versions as rows; their texts stay in the records. */
#include "rulebook/rulebook.h"

#include "access/access.h"
#include "db/db.h"

const struct table rulebook_tables[] = {
    { "rules_draft",
      "CREATE TABLE rules_draft (id TEXT PRIMARY KEY, decision TEXT NOT NULL, title TEXT NOT NULL, why TEXT NOT NULL,"
      " reform TEXT NOT NULL, base TEXT NOT NULL, base_version TEXT NOT NULL, hash TEXT NOT NULL, state TEXT NOT NULL,"
      " version TEXT NOT NULL, by_officer TEXT NOT NULL, authors TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX rules_draft_at ON rules_draft (at_us);"
      "CREATE INDEX rules_draft_reform ON rules_draft (reform, at_us);" },
    { "rules_version",
      "CREATE TABLE rules_version (id TEXT PRIMARY KEY, decision TEXT NOT NULL, title TEXT NOT NULL, draft TEXT NOT NULL,"
      " hash TEXT NOT NULL, base TEXT NOT NULL, base_version TEXT NOT NULL, basis TEXT NOT NULL, provisions TEXT NOT NULL,"
      " reason TEXT NOT NULL, authors TEXT NOT NULL, by_officer TEXT NOT NULL, from_day BIGINT NOT NULL,"
      " until_day BIGINT NOT NULL, at_us BIGINT NOT NULL, withdrawn_by TEXT NOT NULL, withdrawn_why TEXT NOT NULL,"
      " pack TEXT NOT NULL, pack_hash TEXT NOT NULL);"
      "CREATE INDEX rules_version_day ON rules_version (decision, from_day);" },
};
const size_t rulebook_tables_n = COUNT_OF(rulebook_tables);

static enum err project_draft(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO rules_draft (id, decision, title, why, reform, base, base_version, hash, state, version,"
        " by_officer, authors, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " ON CONFLICT (id) DO UPDATE SET decision = excluded.decision, title = excluded.title, why = excluded.why,"
        " reform = excluded.reform, base = excluded.base, base_version = excluded.base_version,"
        " hash = excluded.hash, state = excluded.state, version = excluded.version,"
        " by_officer = excluded.by_officer, authors = excluded.authors, at_us = excluded.at_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "decision")), TEXT(record_get(r, "title")), TEXT(record_get(r, "why")),
             TEXT(record_get(r, "reform")), TEXT(record_get(r, "base")), TEXT(record_get(r, "base_version")),
             TEXT(record_get(r, "hash")), TEXT(record_get(r, "state")), TEXT(record_get(r, "version")),
             TEXT(record_get(r, "by")), TEXT(record_get(r, "authors")), INT(record_i64(r, "at"))));
}

static enum err project_version(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO rules_version (id, decision, title, draft, hash, base, base_version, basis, provisions, reason,"
        " authors, by_officer, from_day, until_day, at_us, withdrawn_by, withdrawn_why, pack, pack_hash)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
        " ON CONFLICT (id) DO UPDATE SET decision = excluded.decision, title = excluded.title,"
        " draft = excluded.draft, hash = excluded.hash, base = excluded.base, base_version = excluded.base_version,"
        " basis = excluded.basis, provisions = excluded.provisions, reason = excluded.reason,"
        " authors = excluded.authors, by_officer = excluded.by_officer, from_day = excluded.from_day,"
        " until_day = excluded.until_day, at_us = excluded.at_us, withdrawn_by = excluded.withdrawn_by,"
        " withdrawn_why = excluded.withdrawn_why, pack = excluded.pack, pack_hash = excluded.pack_hash",
        ARGS(TEXT(r->id), TEXT(record_get(r, "decision")), TEXT(record_get(r, "title")), TEXT(record_get(r, "draft")),
             TEXT(record_get(r, "hash")), TEXT(record_get(r, "base")), TEXT(record_get(r, "base_version")),
             TEXT(record_get(r, "basis")), TEXT(record_get(r, "provisions")), TEXT(record_get(r, "reason")),
             TEXT(record_get(r, "authors")), TEXT(record_get(r, "by")), INT(record_i64(r, "from")),
             INT(record_i64(r, "until")), INT(record_i64(r, "at")), TEXT(record_get(r, "withdrawn_by")),
             TEXT(record_get(r, "withdrawn_why")), TEXT(record_get(r, "pack")), TEXT(record_get(r, "pack_hash"))));
}

const struct projector rulebook_projectors[] = {
    { "rules_draft", project_draft },
    { "rules_version", project_version },
};
const size_t rulebook_projectors_n = COUNT_OF(rulebook_projectors);

enum err reform_dossier_id(struct ctx *c, struct str *id)
{
    AUTO_ROWS r = { 0 };
    *id = (struct str){ 0 };
    TRY(db_query(c, &r, "SELECT id FROM dossier WHERE kind = 'reform' ORDER BY id LIMIT 1", NO_ARGS));
    if (rows_next(&r))
        *id = row_str(&r, 0);
    return rows_end(&r);
}

enum err reform_dossier(struct ctx *c, struct draft *d)
{
    struct str id;
    TRY(reform_dossier_id(c, &id));
    if (!id.n) {
        id = dossier_new(d, "reform", (struct str){ 0 });
        (void)grant_add(c, d, id, (struct str){ 0 }, LEVEL_READ, "duty", 0, (struct str){ 0 });
    }
    draft_in(d, id);
    return ctx_check(c);
}
