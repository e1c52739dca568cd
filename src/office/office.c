#include "office/office.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

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

enum err department_of(struct ctx *c, struct str territory, struct department *out)
{
    const struct pack *p = c->node->pack;
    struct sums s = { c, territory.n ? territory : c->who->territory };
    struct department d = { 0 };
    TRY(access_need(c, "office.department", (struct str){ 0 }));
    if (!pack_within(p, s.inside, c->who->territory))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "territory " STR_F, STR_A(s.inside));
    TRY(count_stages(&s, &d));
    TRY(count_offices(&s, &d));
    TRY(count_left(&s, &d));
    TRY(count_signals(&s, &d));
    *out = d;
    return ERR_OK;
}
