#include "office/office.h"

#include "base/node.h"
#include "db/db.h"
#include "match/match.h"
#include "pack/pack.h"

#include <stdlib.h>

/* Territories are ids with a common beginning only by accident: ask the pack
 * which ones lie inside, and sum. */
struct sums { struct ctx *c; struct str inside; };

static bool inside(const struct sums *s, struct str territory)
{
    return pack_within(s->c->node->pack, territory, s->inside);
}

struct tally { struct str name; int64_t a, b; };

static struct tally *tally_of(struct tally *t, size_t *n, size_t max, struct str name)
{
    for (size_t i = 0; i < *n; i++)
        if (str_eq(t[i].name, name))
            return &t[i];
    if (*n == max)
        return NULL;
    t[*n] = (struct tally){ .name = name };
    return &t[(*n)++];
}

static enum err count_stages(struct sums *s, struct department *d)
{
    enum { MAX = 32 };
    AUTO_ROWS r = { 0 };
    struct tally t[MAX];
    size_t n = 0;
    TRY(db_query(s->c, &r,
        "SELECT territory, stage, count(*) FROM case_row WHERE status = 'open'"
        " GROUP BY territory, stage ORDER BY territory, stage", NO_ARGS));
    while (rows_next(&r)) {
        if (!inside(s, row_str(&r, 0)))
            continue;
        struct tally *one = tally_of(t, &n, MAX, row_str(&r, 1));
        if (one)
            one->a += row_i64(&r, 2);
        d->open += row_i64(&r, 2);
    }
    TRY(rows_end(&r));
    struct stage_count *out = NEW_N(&s->c->mem, struct stage_count, MAX);
    TRY(ctx_check(s->c));
    for (size_t i = 0; case_stages[i]; i++)             /* in the order of the chain */
        for (size_t k = 0; k < n; k++)
            if (str_is(t[k].name, case_stages[i]))
                out[d->stages_n++] = (struct stage_count){ t[k].name, t[k].a };
    d->stages = out;
    return ERR_OK;
}

static enum err count_offices(struct sums *s, struct department *d)
{
    enum { MAX = 100 };
    AUTO_ROWS r = { 0 };
    struct tally *t = NEW_N(&s->c->mem, struct tally, MAX);
    struct late_count *out = NEW_N(&s->c->mem, struct late_count, MAX);
    size_t n = 0;
    TRY(ctx_check(s->c));
    TRY(db_query(s->c, &r,
        "SELECT territory, office, count(*), sum(CASE WHEN due_us < $1 THEN 1 ELSE 0 END)"
        " FROM obligation WHERE state = 'due' GROUP BY territory, office ORDER BY territory, office",
        ARGS(INT(s->c->now_us))));
    while (rows_next(&r)) {
        struct tally *one = inside(s, row_str(&r, 0)) ? tally_of(t, &n, MAX, row_str(&r, 1)) : NULL;
        if (!one)
            continue;
        one->a += row_i64(&r, 3);
        one->b += row_i64(&r, 2);
        d->late += row_i64(&r, 3);
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++)
        out[i] = (struct late_count){ t[i].name, t[i].a, t[i].b };
    for (size_t i = 1; i < n; i++)                      /* most late first */
        for (size_t j = i; j > 0 && out[j].late > out[j - 1].late; j--) {
            struct late_count x = out[j];
            out[j] = out[j - 1];
            out[j - 1] = x;
        }
    d->offices = out;
    d->offices_n = n;
    return ERR_OK;
}

/* Where cases leave the chain: the last stage reached before closing is the
 * furthest step done. */
static enum err count_left(struct sums *s, struct department *d)
{
    enum { MAX = 32 };
    AUTO_ROWS r = { 0 };
    struct tally t[MAX];
    size_t n = 0;
    struct leave_count *out = NEW_N(&s->c->mem, struct leave_count, MAX);
    TRY(ctx_check(s->c));
    TRY(db_query(s->c, &r,
        "SELECT territory, left_at, count(*) FROM case_row WHERE status = 'closed'"
        " GROUP BY territory, left_at ORDER BY territory, left_at", NO_ARGS));
    while (rows_next(&r)) {
        struct tally *one = inside(s, row_str(&r, 0)) ? tally_of(t, &n, MAX, row_str(&r, 1)) : NULL;
        if (one)
            one->a += row_i64(&r, 2);
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++)
        out[i] = (struct leave_count){ t[i].name, t[i].a };
    d->left = out;
    d->left_n = n;
    return ERR_OK;
}

static enum err count_signals(struct sums *s, struct department *d)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(s->c, &r,
        "SELECT territory, count(*) FROM signal_row WHERE due_us < 9223372036854775807"
        " GROUP BY territory ORDER BY territory", NO_ARGS));
    while (rows_next(&r))
        if (inside(s, row_str(&r, 0)))
            d->signals += row_i64(&r, 1);
    return rows_end(&r);
}

/* What is one, by the links that stand. */
static enum err load_groups(struct ctx *c, struct match_groups *g)
{
    enum { STEP = 1000 };
    struct match_bond *b = NULL;
    size_t n = 0, room = 0;
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT id, a, b, same, at_us FROM thing_link WHERE same < 2 ORDER BY id", NO_ARGS));
    while (rows_next(&r)) {
        if (n == room) {
            struct match_bond *more = NEW_N(&c->mem, struct match_bond, room + room / 2 + STEP);
            TRY(ctx_check(c));
            if (n)
                memcpy(more, b, n * sizeof *b);
            room += room / 2 + STEP;
            b = more;
        }
        b[n++] = (struct match_bond){ .id = row_str(&r, 0), .a = row_str(&r, 1), .b = row_str(&r, 2),
                                      .same = row_i64(&r, 3) == 1, .at_us = row_i64(&r, 4) };
    }
    TRY(rows_end(&r));
    return match_groups(c, b, n, g);
}

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

/* Records that somebody confirmed as one are one, in however many cases and
 * districts they stand.  rows: territory, id, ordered by id. */
static enum err count_each(struct sums *s, struct rows *r, const struct match_groups *g, int64_t *each, int64_t *records)
{
    enum { MAX = 2 * 1000 * 1000 };
    struct str *who = NULL;
    size_t room = 0, n = 0;
    while (rows_next(r) && n < MAX) {
        if (!inside(s, row_str(r, 0)))
            continue;
        if (!g->n) {                            /* no links: everyone is one */
            n++;
            continue;
        }
        if (n == room) {
            struct str *more = NEW_N(&s->c->mem, struct str, room * 2 + 1000);
            TRY(ctx_check(s->c));
            if (who)
                memcpy(more, who, n * sizeof *who);
            room = room * 2 + 1000;
            who = more;
        }
        who[n++] = match_group_of(g, row_str(r, 1));
    }
    TRY(rows_end(r));
    *records = (int64_t)n;
    *each = who ? 0 : *records;
    if (who)
        qsort(who, n, sizeof *who, by_text);
    for (size_t i = 0; who && i < n; i++)
        *each += i == 0 || !str_eq(who[i], who[i - 1]);
    return ERR_OK;
}

static enum err count_persons(struct sums *s, const struct match_groups *g, struct department *d)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(s->c, &r, "SELECT k.territory, p.id FROM person_row p JOIN case_row k ON k.id = p.case_id"
                           " WHERE p.role = 'affected' ORDER BY p.id", NO_ARGS));
    return count_each(s, &r, g, &d->persons, &d->records);
}

static enum err count_things(struct sums *s, const struct match_groups *g, const char *kind, int64_t *each)
{
    AUTO_ROWS r = { 0 };
    int64_t records;
    TRY(db_query(s->c, &r, "SELECT k.territory, t.id FROM thing_row t JOIN case_row k ON k.id = t.case_id"
                           " WHERE t.kind = $1 ORDER BY t.id", ARGS(TEXT(str_c(kind)))));
    return count_each(s, &r, g, each, &records);
}

enum err department_of(struct ctx *c, struct str territory, struct department *out)
{
    const struct pack *p = c->node->pack;
    struct sums s = { c, territory.n ? territory : c->who->territory };
    struct department d = { 0 };
    struct match_groups g;
    TRY(access_need(c, "office.department", (struct str){ 0 }));
    if (!pack_within(p, s.inside, c->who->territory))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "territory " STR_F, STR_A(s.inside));
    TRY(count_stages(&s, &d));
    TRY(count_offices(&s, &d));
    TRY(count_left(&s, &d));
    TRY(count_signals(&s, &d));
    TRY(load_groups(c, &g));
    TRY(count_persons(&s, &g, &d));
    TRY(count_things(&s, &g, "workplace", &d.workplaces));
    TRY(count_things(&s, &g, "employer", &d.employers));
    *out = d;
    return ERR_OK;
}
