#include "admin/admin.h"

#include "access/access.h"
#include "db/db.h"

#include <sys/statvfs.h>

const struct table admin_tables[] = {
    { "node_event",
      "CREATE TABLE node_event (id TEXT PRIMARY KEY, what TEXT NOT NULL, about TEXT NOT NULL,"
      " officer TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX node_event_what ON node_event (what, at_us);"
      "CREATE INDEX node_event_about ON node_event (about);" },
};
const size_t admin_tables_n = COUNT_OF(admin_tables);

static enum err project_event(struct ctx *c, const struct record *r)
{
    return db_exec(c,
        "INSERT INTO node_event (id, what, about, officer, at_us) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (id) DO UPDATE SET what = excluded.what, about = excluded.about,"
        " officer = excluded.officer, at_us = excluded.at_us",
        ARGS(TEXT(r->id), TEXT(record_get(r, "what")), TEXT(record_get(r, "about")),
             TEXT(record_get(r, "by")), INT(record_i64(r, "at"))));
}

const struct projector admin_projectors[] = { { "node_event", project_event, "node_event" } };
const size_t admin_projectors_n = COUNT_OF(admin_projectors);

/* The node's own dossier: what happened to the machine, never to a person. */
static struct str node_dossier(struct ctx *c, struct draft *d)
{
    AUTO_ROWS r = { 0 };
    struct str id = { 0 };
    if (db_query(c, &r, "SELECT id FROM dossier WHERE kind = 'node' ORDER BY id LIMIT 1", NO_ARGS) == ERR_OK &&
        rows_next(&r))
        id = row_str(&r, 0);
    return id.n ? id : dossier_new(d, "node", (struct str){ 0 });
}

enum err node_event_add(struct ctx *c, const char *verb, const char *what, struct str about)
{
    struct draft *d;
    TRY(draft_begin(c, STR("node"), verb, &d));
    struct str id = id_new(&c->mem, c->now_us);
    draft_in(d, node_dossier(c, d));
    draft_set(d, "node_event", id, "what", str_c(what));
    draft_set(d, "node_event", id, "about", about);
    draft_set(d, "node_event", id, "by", c->who ? c->who->id : (struct str){ 0 });
    draft_set_i64(d, "node_event", id, "at", c->now_us);
    return draft_commit(c, d);
}

enum err health_backup_made(struct ctx *c)
{
    return node_event_add(c, "admin.backup", "backup", (struct str){ 0 });
}

static enum err one_number(struct ctx *c, struct rows *r, int64_t *out)
{
    (void)c;
    *out = rows_next(r) ? row_i64(r, 0) : 0;
    return rows_end(r);
}

static enum err counts(struct ctx *c, struct health *h)
{
    AUTO_ROWS late = { 0 };
    AUTO_ROWS open = { 0 };
    AUTO_ROWS wait = { 0 };
    AUTO_ROWS backup = { 0 };
    TRY(db_query(c, &late, "SELECT count(*) FROM obligation WHERE state = 'due' AND due_us < $1", ARGS(INT(c->now_us))));
    TRY(one_number(c, &late, &h->late_steps));
    TRY(db_query(c, &open, "SELECT count(*) FROM case_row WHERE status = 'open'", NO_ARGS));
    TRY(one_number(c, &open, &h->open_cases));
    TRY(db_query(c, &wait, "SELECT count(*) FROM signal_row WHERE due_us < 9223372036854775807", NO_ARGS));
    TRY(one_number(c, &wait, &h->signals_waiting));
    TRY(db_query(c, &backup, "SELECT coalesce(max(at_us), 0) FROM node_event WHERE what = 'backup'", NO_ARGS));
    return one_number(c, &backup, &h->last_backup_us);
}

enum err health_of(struct ctx *c, struct health *out)
{
    struct health h = { .disk_free_mb = -1 };
    struct statvfs v;
    TRY(access_need(c, "admin.health", (struct str){ 0 }));
    TRY(ledger_stats(c, &h.ledger));
    TRY(counts(c, &h));
    if (statvfs(".", &v) == 0) {
        h.disk_free_mb = (int64_t)((uint64_t)v.f_bavail * v.f_frsize >> 20);
        h.disk_total_mb = (int64_t)((uint64_t)v.f_blocks * v.f_frsize >> 20);
    }
    h.clock_ahead_us = h.ledger.last_us > c->now_us ? h.ledger.last_us - c->now_us : 0;
    *out = h;
    return ERR_OK;
}
