/* oversee.c - what a guardian counts: who asks whom, how often, what for, what was
 * refused.  Rows of this node's log, never a person, a case or an officer's name. */
#include "inquiry/oversee.h"

#include "db/db.h"

enum { LINES = 200 };

struct times oversee_times(int64_t now_us)
{
    return (struct times){ now_us - INQUIRY_DAYS * US_PER_DAY, now_us - 30 * US_PER_DAY };
}

enum err oversee_sums(struct ctx *c, struct oversee_sums *out)
{
    AUTO_ROWS r = { 0 };
    struct times at = oversee_times(c->now_us);
    *out = (struct oversee_sums){ 0 };
    TRY(db_query(c, &r,
        "SELECT coalesce(sum(CASE WHEN asked_us > $1 THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN asked_us > $1 AND state = 'refused' THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN state IN ('sent', 'received', 'joined', 'granted') THEN 1 ELSE 0 END), 0),"
        " count(*) FROM inquiry_row", ARGS(INT(at.week_us))));
    if (rows_next(&r))
        *out = (struct oversee_sums){ row_i64(&r, 0), row_i64(&r, 1), row_i64(&r, 2), row_i64(&r, 3) };
    return rows_end(&r);
}

static enum err lines_of(struct ctx *c, struct rows *r, bool two, struct oversee_line **out, size_t *n)
{
    struct oversee_line *l = NEW_N(&c->mem, struct oversee_line, LINES);
    size_t k = 0;
    TRY(ctx_check(c));
    for (; k < LINES && rows_next(r); k++)
        l[k] = (struct oversee_line){ .what = row_str(r, 0), .to = two ? row_str(r, 1) : (struct str){ 0 },
            .week = row_i64(r, 2), .month = row_i64(r, 3), .all = row_i64(r, 4), .refused = row_i64(r, 5), .last_us = row_i64(r, 6) };
    TRY(rows_end(r));
    *out = l;
    *n = k;
    return ERR_OK;
}

enum err oversee_pairs(struct ctx *c, struct oversee_line **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct times at = oversee_times(c->now_us);
    TRY(db_query(c, &r,
        "SELECT asker, answering, sum(CASE WHEN asked_us > $1 THEN 1 ELSE 0 END), sum(CASE WHEN asked_us > $2 THEN 1 ELSE 0 END),"
        " count(*), sum(CASE WHEN state = 'refused' THEN 1 ELSE 0 END), max(asked_us)"
        " FROM inquiry_row GROUP BY asker, answering ORDER BY count(*) DESC, asker, answering LIMIT $3",
        ARGS(INT(at.week_us), INT(at.month_us), INT(LINES))));
    return lines_of(c, &r, true, out, n);
}

enum err oversee_purposes(struct ctx *c, struct oversee_line **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct times at = oversee_times(c->now_us);
    TRY(db_query(c, &r,
        "SELECT purpose, '', sum(CASE WHEN asked_us > $1 THEN 1 ELSE 0 END), sum(CASE WHEN asked_us > $2 THEN 1 ELSE 0 END),"
        " count(*), sum(CASE WHEN state = 'refused' THEN 1 ELSE 0 END), max(asked_us)"
        " FROM inquiry_row GROUP BY purpose ORDER BY count(*) DESC, purpose LIMIT $3",
        ARGS(INT(at.week_us), INT(at.month_us), INT(LINES))));
    return lines_of(c, &r, false, out, n);
}

/* The fullest of a node's quotas of this week: of one office, of one officer. */
static enum err fullest(struct ctx *c, struct str node, bool officer, int64_t *out)
{
    AUTO_ROWS r = { 0 };
    struct times at = oversee_times(c->now_us);
    *out = 0;
    TRY(db_query(c, &r,
        "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM inquiry_row WHERE asker = $1 AND asked_us > $2"
        " AND state <> 'refused' GROUP BY CASE WHEN $3 = 1 THEN counted_officer ELSE counted_office END) AS each_one",
        ARGS(TEXT(node), INT(at.week_us), INT(officer))));
    if (rows_next(&r))
        *out = row_i64(&r, 0);
    return rows_end(&r);
}

enum err oversee_quota(struct ctx *c, struct str node, struct oversee_quota *out)
{
    AUTO_ROWS r = { 0 };
    struct times at = oversee_times(c->now_us);
    *out = (struct oversee_quota){ 0 };
    TRY(db_query(c, &r,
        "SELECT coalesce(sum(CASE WHEN state = 'refused' THEN 0 ELSE 1 END), 0),"
        " coalesce(sum(CASE WHEN state = 'refused' THEN 1 ELSE 0 END), 0) FROM inquiry_row WHERE asker = $1 AND asked_us > $2",
        ARGS(TEXT(node), INT(at.week_us))));
    if (rows_next(&r)) {
        out->node = row_i64(&r, 0);
        out->refused = row_i64(&r, 1);
    }
    TRY(rows_end(&r));
    TRY(fullest(c, node, false, &out->office));
    return fullest(c, node, true, &out->officer);
}

enum err oversee_refusals(struct ctx *c, struct inquiry **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    enum { SHOWN = 30 };
    struct inquiry *q = NEW_N(&c->mem, struct inquiry, SHOWN);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r, "SELECT asker, answering, purpose, words, asked_us FROM inquiry_row WHERE state = 'refused'"
                        " ORDER BY asked_us DESC, id LIMIT $1", ARGS(INT(SHOWN))));
    for (; k < SHOWN && rows_next(&r); k++)
        q[k] = (struct inquiry){ .asker = row_str(&r, 0), .answering = row_str(&r, 1), .purpose = row_str(&r, 2),
                                 .words = row_str(&r, 3), .asked_us = row_i64(&r, 4) };
    TRY(rows_end(&r));
    *out = q;
    *n = k;
    return ERR_OK;
}
