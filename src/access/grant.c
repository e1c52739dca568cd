/* grant.c - who holds which dossier, and the broken glass. */
#include "access/access.h"

#include "db/db.h"

struct str grant_add(struct ctx *c, struct draft *d, struct str dossier, struct str office, enum level level,
                     const char *basis, int64_t until_us, struct str fields)
{
    struct str id = id_new(&c->mem, c->now_us);
    draft_in(d, dossier);
    draft_set(d, "access_grant", id, "dossier", dossier);
    draft_set(d, "access_grant", id, "office", office);
    draft_set_i64(d, "access_grant", id, "level", level);
    draft_set(d, "access_grant", id, "basis", str_c(basis));
    draft_set_i64(d, "access_grant", id, "until", until_us);
    if (fields.n)
        draft_set(d, "access_grant", id, "fields", fields);
    return id;
}

enum err grant_withdraw(struct ctx *c, struct draft *d, struct str dossier, struct str office,
                        const char *basis)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id FROM access_grant WHERE dossier = $1 AND basis = $2"
        " AND ($3 = '' OR office = $3) ORDER BY id",
        ARGS(TEXT(dossier), TEXT(str_c(basis)), TEXT(office))));
    draft_in(d, dossier);
    while (rows_next(&r))
        draft_set(d, "access_grant", row_str(&r, 0), "withdrawn", STR("yes"));
    return rows_end(&r);
}

bool grant_exists(struct ctx *c, struct str dossier, struct str office, enum level level)
{
    AUTO_ROWS r = { 0 };
    if (db_query(c, &r,
            "SELECT 1 FROM access_grant WHERE dossier = $1 AND office = $2 AND officer = ''"
            " AND level >= $3 AND until_us = 0",
            ARGS(TEXT(dossier), TEXT(office), INT(level))) != ERR_OK)
        return false;
    bool yes = rows_next(&r);
    return rows_end(&r) == ERR_OK && yes;
}

enum err grant_list(struct ctx *c, struct str dossier, struct grant_row **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    enum { MAX = 200 };
    struct grant_row *g = NEW_N(&c->mem, struct grant_row, MAX);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT office, officer, basis, level, until_us FROM access_grant"
        " WHERE dossier = $1 AND (until_us = 0 OR until_us > $2)"
        " ORDER BY level DESC, office, officer, id LIMIT 200",
        ARGS(TEXT(dossier), INT(c->now_us))));
    while (k < MAX && rows_next(&r)) {
        g[k++] = (struct grant_row){ .office = row_str(&r, 0), .officer = row_str(&r, 1),
            .basis = row_str(&r, 2), .level = (enum level)row_i64(&r, 3), .until_us = row_i64(&r, 4) };
    }
    TRY(rows_end(&r));
    *out = g;
    *n = k;
    return ERR_OK;
}

/* The access dossier of a dossier holds who read it: its own key, so that
 * erasing the one does not erase the other.  The first event makes it. */
static enum err in_access_dossier(struct ctx *c, struct draft *d, struct str dossier)
{
    AUTO_ROWS r = { 0 };
    struct str event = { 0 };
    struct record rec;
    TRY(db_query(c, &r, "SELECT id FROM access_event WHERE dossier = $1 LIMIT 1", ARGS(TEXT(dossier))));
    if (rows_next(&r))
        event = row_str(&r, 0);
    TRY(rows_end(&r));
    if (event.n)
        TRY(record_load(c, event, &rec));
    draft_in(d, event.n ? rec.dossier : dossier_new(d, "access", dossier));
    return ctx_check(c);
}

static enum err event_sets(struct ctx *c, struct draft *d, struct str dossier, const char *what,
                           struct str detail)
{
    struct str id = id_new(&c->mem, c->now_us);
    TRY(in_access_dossier(c, d, dossier));
    draft_set(d, "access_event", id, "dossier", dossier);
    draft_set_i64(d, "access_event", id, "at", c->now_us);
    draft_set(d, "access_event", id, "officer", c->who ? c->who->id : (struct str){ 0 });
    draft_set(d, "access_event", id, "office", c->who ? c->who->office : (struct str){ 0 });
    draft_set(d, "access_event", id, "what", str_c(what));
    draft_set(d, "access_event", id, "detail", detail);
    return ctx_check(c);
}

static enum err commit_or_drop(struct ctx *c, struct draft *d, enum err e)
{
    if (!e)
        return draft_commit(c, d);
    draft_drop(d);
    return e;
}

enum err access_event(struct ctx *c, struct str dossier, const char *what, struct str detail)
{
    struct draft *d;
    TRY(draft_begin(c, dossier, "dossier.read", &d));
    return commit_or_drop(c, d, event_sets(c, d, dossier, what, detail));
}

static enum err has_event(struct ctx *c, struct str dossier, const char *what, int64_t from_us, bool *yes)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT 1 FROM access_event WHERE dossier = $1 AND at_us >= $2 AND what = $3 AND officer = $4 LIMIT 1",
                 ARGS(TEXT(dossier), INT(from_us), TEXT(str_c(what)), TEXT(c->who->id))));
    *yes = rows_next(&r);
    return rows_end(&r);
}

static enum err events_locked(struct ctx *c, struct draft *d, const struct str *dossier, size_t n, const char *what,
                              struct str detail, int64_t from_us, bool *fresh, size_t *added)
{
    for (size_t i = 0; i < n; i++) {
        bool had = false;
        for (size_t k = 0; k < i; k++)
            had = had || str_eq(dossier[k], dossier[i]);
        if (!had)
            TRY(has_event(c, dossier[i], what, from_us, &had));
        if (!had)
            TRY(event_sets(c, d, dossier[i], what, detail));
        fresh[i] = !had;
        *added += !had;
    }
    return ERR_OK;
}

enum err access_events_add(struct ctx *c, const struct str *dossier, size_t n, const char *what,
                           struct str detail, int64_t from_us, bool *fresh)
{
    struct draft *d;
    size_t added = 0;
    if (!n)
        return ERR_OK;
    bool *is_new = fresh ? fresh : NEW_N(&c->mem, bool, n);
    TRY(ctx_check(c));
    TRY(draft_begin(c, c->who->id, "dossier.read", &d));
    enum err e = events_locked(c, d, dossier, n, what, detail, from_us, is_new, &added);
    if (!e && added)
        return draft_commit(c, d);
    draft_drop(d);
    return e;
}

/* How many different details of this kind of event the officer has since then. */
static enum err events_since(struct ctx *c, const char *what, int64_t from_us, struct str detail,
                             int64_t *different, bool *among)
{
    AUTO_ROWS r = { 0 };
    *different = 0;
    *among = false;
    TRY(db_query(c, &r,
        "SELECT count(DISTINCT detail), coalesce(max(CASE WHEN detail = $4 THEN 1 ELSE 0 END), 0)"
        " FROM access_event WHERE what = $1 AND at_us >= $2 AND officer = $3",
        ARGS(TEXT(str_c(what)), INT(from_us), TEXT(c->who->id), TEXT(detail))));
    if (rows_next(&r)) {
        *different = row_i64(&r, 0);
        *among = row_i64(&r, 1) != 0;
    }
    return rows_end(&r);
}

/* what: the event of an allowed question; every: also when it was asked before. */
struct question { const char *what; struct str dossier, digest; int64_t from_us, limit; bool every; };

static enum err look_locked(struct ctx *c, struct draft *d, const struct question *q, bool *allowed, bool *write)
{
    int64_t n, told;
    bool known, unused;
    TRY(events_since(c, q->what, q->from_us, q->digest, &n, &known));
    *allowed = known || n < q->limit;
    *write = !known || q->every;
    if (*allowed)
        return *write ? event_sets(c, d, q->dossier, q->what, q->digest) : ERR_OK;
    TRY(events_since(c, "look_limit", q->from_us, (struct str){ 0 }, &told, &unused));
    *write = !told;
    return told ? ERR_OK : event_sets(c, d, q->dossier, "look_limit", (struct str){ 0 });
}

static enum err may_ask(struct ctx *c, const struct question *q, bool *allowed)
{
    struct draft *d;
    bool ok = false, write = false;
    TRY(draft_begin(c, c->who->id, "dossier.read", &d));        /* her questions one after the other */
    enum err e = look_locked(c, d, q, &ok, &write);
    if (e || !write)
        draft_drop(d);
    else
        e = draft_commit(c, d);
    TRY(e);
    *allowed = ok;
    return ERR_OK;
}

enum err access_look(struct ctx *c, struct str dossier, struct str question, int64_t from_us, int64_t limit,
                     bool *allowed)
{
    return may_ask(c, &(struct question){ "search", dossier, question, from_us, limit, false }, allowed);
}

enum err access_counted(struct ctx *c, struct str dossier, struct str question, int64_t from_us, int64_t limit,
                        bool *allowed)
{
    return may_ask(c, &(struct question){ "count", dossier, question, from_us, limit, true }, allowed);
}

enum err access_break_glass(struct ctx *c, struct str dossier, struct str reason)
{
    struct draft *d;
    if (str_trim(reason).n < BREAK_REASON)
        return FAIL(c, ERR_INPUT, "access.break-reason", "%zu bytes", reason.n);
    TRY(access_need(c, "dossier.break_glass", dossier));
    TRY(draft_begin(c, dossier, "dossier.break_glass", &d));
    draft_reason(d, reason);
    struct str id = grant_add(c, d, dossier, c->who->office, LEVEL_READ, "break_glass",
                              c->now_us + BREAK_MINUTES * 60 * US_PER_S, (struct str){ 0 });
    draft_set(d, "access_grant", id, "officer", c->who->id);
    return commit_or_drop(c, d, event_sets(c, d, dossier, "break_glass", reason));
}

enum err access_events(struct ctx *c, struct str dossier, size_t limit,
                       struct access_line **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct access_line *line = NEW_N(&c->mem, struct access_line, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT e.at_us, e.officer, coalesce(o.name, ''), e.office, e.what, e.detail"
        " FROM access_event e LEFT JOIN officer o ON o.id = e.officer"
        " WHERE e.dossier = $1 ORDER BY e.at_us DESC, e.id LIMIT $2",
        ARGS(TEXT(dossier), INT((int64_t)limit))));
    while (k < limit && rows_next(&r)) {
        line[k++] = (struct access_line){ row_i64(&r, 0), row_str(&r, 1), row_str(&r, 2),
            row_str(&r, 3), row_str(&r, 4), row_str(&r, 5) };
    }
    TRY(rows_end(&r));
    *out = line;
    *n = k;
    return ERR_OK;
}
