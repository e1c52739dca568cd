#include "office/office.h"

#include "base/node.h"
#include "db/db.h"
#include "match/match.h"
#include "pack/pack.h"
#include "things/things.h"

#include <stdlib.h>

/* A department is the territories inside it, as the pack has them: everything is
 * counted territory by territory, by their indexes, so that it costs what lies in
 * this department, however large the country is. */
struct sums { struct ctx *c; struct str *in; size_t in_n; };

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static enum err territories_inside(struct sums *s, struct str whole)
{
    const struct pack *p = s->c->node->pack;
    s->in = NEW_N(&s->c->mem, struct str, p->territories_n + 1);
    s->in_n = 0;
    TRY(ctx_check(s->c));
    for (size_t i = 0; i < p->territories_n; i++)
        if (pack_within(p, p->territories[i].id, whole))
            s->in[s->in_n++] = p->territories[i].id;
    if (s->in_n)
        qsort(s->in, s->in_n, sizeof *s->in, by_text);
    return ERR_OK;
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

static enum err stages_in(struct sums *s, struct str place, struct tally *t, size_t *n, size_t max, int64_t *open)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(s->c, &r,
        "SELECT stage, count(*) FROM case_row WHERE territory = $1 AND status = 'open' GROUP BY stage ORDER BY stage",
        ARGS(TEXT(place))));
    while (rows_next(&r)) {
        struct tally *one = tally_of(t, n, max, row_str(&r, 0));
        if (one)
            one->a += row_i64(&r, 1);
        *open += row_i64(&r, 1);
    }
    return rows_end(&r);
}

static enum err count_stages(struct sums *s, struct department *d)
{
    enum { MAX = 32 };
    struct tally t[MAX];
    size_t n = 0;
    for (size_t i = 0; i < s->in_n; i++)
        TRY(stages_in(s, s->in[i], t, &n, MAX, &d->open));
    struct stage_count *out = NEW_N(&s->c->mem, struct stage_count, MAX);
    TRY(ctx_check(s->c));
    for (size_t i = 0; case_stages[i]; i++)             /* in the order of the chain */
        for (size_t k = 0; k < n; k++)
            if (str_is(t[k].name, case_stages[i]))
                out[d->stages_n++] = (struct stage_count){ t[k].name, t[k].a };
    d->stages = out;
    return ERR_OK;
}

/* The steps that are due in its open cases: a step lies where its case lies.  The state
 * must not choose the index: most of the country's steps have it. */
static enum err offices_in(struct sums *s, struct str place, struct tally *t, size_t *n, size_t max, int64_t *late)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(s->c, &r,
        "SELECT o.office, count(*), sum(CASE WHEN o.due_us < $2 THEN 1 ELSE 0 END)"
        " FROM case_row k JOIN obligation o ON o.case_id = k.id"
        " WHERE k.territory = $1 AND o.state || '' = 'due' GROUP BY o.office ORDER BY o.office",
        ARGS(TEXT(place), INT(s->c->now_us))));
    while (rows_next(&r)) {
        struct tally *one = tally_of(t, n, max, row_str(&r, 0));
        if (!one)
            continue;
        one->a += row_i64(&r, 2);
        one->b += row_i64(&r, 1);
        *late += row_i64(&r, 2);
    }
    return rows_end(&r);
}

static enum err count_offices(struct sums *s, struct department *d)
{
    enum { MAX = 100 };
    struct tally *t = NEW_N(&s->c->mem, struct tally, MAX);
    struct late_count *out = NEW_N(&s->c->mem, struct late_count, MAX);
    size_t n = 0;
    TRY(ctx_check(s->c));
    for (size_t i = 0; i < s->in_n; i++)
        TRY(offices_in(s, s->in[i], t, &n, MAX, &d->late));
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

static enum err left_in(struct sums *s, struct str place, struct tally *t, size_t *n, size_t max)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(s->c, &r,
        "SELECT left_at, count(*) FROM case_row WHERE territory = $1 AND status = 'closed'"
        " GROUP BY left_at ORDER BY left_at", ARGS(TEXT(place))));
    while (rows_next(&r)) {
        struct tally *one = tally_of(t, n, max, row_str(&r, 0));
        if (one)
            one->a += row_i64(&r, 1);
    }
    return rows_end(&r);
}

/* Where cases leave the chain: the last stage reached before closing is the
 * furthest step done. */
static enum err count_left(struct sums *s, struct department *d)
{
    enum { MAX = 32 };
    struct tally t[MAX];
    size_t n = 0;
    struct leave_count *out = NEW_N(&s->c->mem, struct leave_count, MAX);
    TRY(ctx_check(s->c));
    for (size_t i = 0; i < s->in_n; i++)
        TRY(left_in(s, s->in[i], t, &n, MAX));
    for (size_t i = 0; i < n; i++)
        out[i] = (struct leave_count){ t[i].name, t[i].a };
    d->left = out;
    d->left_n = n;
    return ERR_OK;
}

static enum err signals_in(struct sums *s, struct str place, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(s->c, &r, "SELECT count(*) FROM signal_row WHERE territory = $1 AND due_us < 9223372036854775807",
        ARGS(TEXT(place))));
    *n += rows_next(&r) ? row_i64(&r, 0) : 0;
    return rows_end(&r);
}

static enum err count_signals(struct sums *s, struct department *d)
{
    for (size_t i = 0; i < s->in_n; i++)
        TRY(signals_in(s, s->in[i], &d->signals));
    return ERR_OK;
}

/* ---- each once --------------------------------------------------------------------------
 *
 * Records that somebody confirmed as one are one here, also when what holds them
 * together is a record of another department.  Whoever has records in two departments
 * is counted once in each, and once in the country. */

struct ids { struct str *p; size_t n, room; };
struct bonds { struct match_bond *p; size_t n, room; };

static enum err ids_add(struct ctx *c, struct ids *l, struct str id)
{
    if (l->n == l->room) {
        size_t room = l->room * 2 + 1000;
        struct str *more = NEW_N(&c->mem, struct str, room);
        TRY(ctx_check(c));
        if (l->n)
            memcpy(more, l->p, l->n * sizeof *more);
        *l = (struct ids){ more, l->n, room };
    }
    l->p[l->n++] = id;
    return ERR_OK;
}

static enum err bonds_add(struct ctx *c, struct bonds *l, struct match_bond b)
{
    if (l->n == l->room) {
        size_t room = l->room * 2 + 200;
        struct match_bond *more = NEW_N(&c->mem, struct match_bond, room);
        TRY(ctx_check(c));
        if (l->n)
            memcpy(more, l->p, l->n * sizeof *more);
        *l = (struct bonds){ more, l->n, room };
    }
    l->p[l->n++] = b;
    return ERR_OK;
}

static enum err take_bonds(struct ctx *c, struct rows *r, struct bonds *out)
{
    while (rows_next(r))
        TRY(bonds_add(c, out, (struct match_bond){ .id = row_str(r, 0), .a = row_str(r, 1), .b = row_str(r, 2),
                                                   .same = row_i64(r, 3) == 1, .at_us = row_i64(r, 4) }));
    return rows_end(r);
}

/* Of one territory: the records, and the links at either end of one of them; both are
 * put in order when all are there. */
static enum err persons_in(struct ctx *c, struct str place, struct ids *who, struct bonds *bonds)
{
    AUTO_ROWS r = { 0 }, a = { 0 }, b = { 0 };
    TRY(db_query(c, &r, "SELECT p.id FROM case_row k JOIN person_row p ON p.case_id = k.id"
                        " WHERE k.territory = $1 AND p.role = 'affected'", ARGS(TEXT(place))));
    while (rows_next(&r))
        TRY(ids_add(c, who, row_str(&r, 0)));
    TRY(rows_end(&r));
    TRY(db_query(c, &a, "SELECT l.id, l.a, l.b, l.same, l.at_us FROM case_row k JOIN person_row p ON p.case_id = k.id"
                        " JOIN thing_link l ON l.a = p.id WHERE k.territory = $1 AND p.role = 'affected' AND " LINK_STATE " < 2",
        ARGS(TEXT(place))));
    TRY(take_bonds(c, &a, bonds));
    TRY(db_query(c, &b, "SELECT l.id, l.a, l.b, l.same, l.at_us FROM case_row k JOIN person_row p ON p.case_id = k.id"
                        " JOIN thing_link l ON l.b = p.id WHERE k.territory = $1 AND p.role = 'affected' AND " LINK_STATE " < 2",
        ARGS(TEXT(place))));
    return take_bonds(c, &b, bonds);
}

static enum err kind_in(struct ctx *c, struct str place, const char *kind, struct ids *who, struct bonds *bonds)
{
    AUTO_ROWS r = { 0 }, a = { 0 }, b = { 0 };
    TRY(db_query(c, &r, "SELECT t.id FROM case_row k JOIN kind_row t ON t.case_id = k.id"
                        " WHERE k.territory = $1 AND t.kind = $2", ARGS(TEXT(place), TEXT(str_c(kind)))));
    while (rows_next(&r))
        TRY(ids_add(c, who, row_str(&r, 0)));
    TRY(rows_end(&r));
    TRY(db_query(c, &a, "SELECT l.id, l.a, l.b, l.same, l.at_us FROM case_row k JOIN kind_row t ON t.case_id = k.id"
                        " JOIN thing_link l ON l.a = t.id WHERE k.territory = $1 AND t.kind = $2 AND " LINK_STATE " < 2",
        ARGS(TEXT(place), TEXT(str_c(kind)))));
    TRY(take_bonds(c, &a, bonds));
    TRY(db_query(c, &b, "SELECT l.id, l.a, l.b, l.same, l.at_us FROM case_row k JOIN kind_row t ON t.case_id = k.id"
                        " JOIN thing_link l ON l.b = t.id WHERE k.territory = $1 AND t.kind = $2 AND " LINK_STATE " < 2",
        ARGS(TEXT(place), TEXT(str_c(kind)))));
    return take_bonds(c, &b, bonds);
}

static enum err links_of(struct ctx *c, struct str id, struct bonds *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT l.id, l.a, l.b, l.same, l.at_us FROM thing_link l WHERE (l.a = $1 OR l.b = $1) AND " LINK_STATE " < 2"
                        " ORDER BY l.id",
        ARGS(TEXT(id))));
    return take_bonds(c, &r, out);
}

static bool among(const struct ids *sorted, struct str id)
{
    return sorted->n && bsearch(&id, sorted->p, sorted->n, sizeof *sorted->p, by_text);
}

static int by_bond(const void *x, const void *y)
{
    return str_cmp(((const struct match_bond *)x)->id, ((const struct match_bond *)y)->id);
}

/* The same link may have been met at both its ends. */
static void bonds_once(struct bonds *l)
{
    size_t k = 0;
    if (l->n)
        qsort(l->p, l->n, sizeof *l->p, by_bond);
    for (size_t i = 0; i < l->n; i++)
        if (!k || !str_eq(l->p[k - 1].id, l->p[i].id))
            l->p[k++] = l->p[i];
    l->n = k;
}

static bool met(const struct ids *l, struct str id)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->p[i], id))
            return true;
    return false;
}

/* Along links of "same" to records elsewhere, and on: what holds ours together may lie
 * there.  A group larger than FAR is nobody's. */
static enum err follow_out(struct ctx *c, const struct ids *ours, struct bonds *l)
{
    enum { FAR = 20000 };
    struct ids out = { 0 };
    for (size_t i = 0; i < l->n && out.n < FAR; i++) {
        const struct str end[] = { l->p[i].a, l->p[i].b };
        for (size_t k = 0; k < 2 && l->p[i].same; k++)
            if (!among(ours, end[k]) && !met(&out, end[k])) {
                TRY(ids_add(c, &out, end[k]));
                TRY(links_of(c, end[k], l));
            }
    }
    bonds_once(l);
    return ERR_OK;
}

static enum err count_each(struct sums *s, struct ids *ours, struct bonds *l, int64_t *each)
{
    struct match_groups g;
    if (ours->n)
        qsort(ours->p, ours->n, sizeof *ours->p, by_text);
    TRY(follow_out(s->c, ours, l));
    *each = (int64_t)ours->n;
    if (!l->n || !ours->n)
        return ERR_OK;                  /* no links: everyone is one */
    TRY(match_groups(s->c, l->p, l->n, &g));
    for (size_t i = 0; i < ours->n; i++)
        ours->p[i] = match_group_of(&g, ours->p[i]);
    qsort(ours->p, ours->n, sizeof *ours->p, by_text);
    for (size_t i = 1; i < ours->n; i++)
        *each -= str_eq(ours->p[i], ours->p[i - 1]);
    return ERR_OK;
}

static enum err count_persons(struct sums *s, struct department *d)
{
    struct ids who = { 0 };
    struct bonds l = { 0 };
    for (size_t i = 0; i < s->in_n; i++)
        TRY(persons_in(s->c, s->in[i], &who, &l));
    d->records = (int64_t)who.n;
    return count_each(s, &who, &l, &d->persons);
}

static enum err count_kind(struct sums *s, const char *kind, int64_t *each)
{
    struct ids who = { 0 };
    struct bonds l = { 0 };
    for (size_t i = 0; i < s->in_n; i++)
        TRY(kind_in(s->c, s->in[i], kind, &who, &l));
    return count_each(s, &who, &l, each);
}

enum err department_of(struct ctx *c, struct str territory, struct department *out)
{
    struct str whole = territory.n ? territory : c->who->territory;
    struct sums s = { .c = c };
    struct department d = { 0 };
    TRY(access_need(c, "office.department", (struct str){ 0 }));
    if (!pack_within(c->node->pack, whole, c->who->territory))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "territory " STR_F, STR_A(whole));
    TRY(territories_inside(&s, whole));
    TRY(count_stages(&s, &d));
    TRY(count_offices(&s, &d));
    TRY(count_left(&s, &d));
    TRY(count_signals(&s, &d));
    TRY(count_persons(&s, &d));
    TRY(count_kind(&s, "workplace", &d.workplaces));
    TRY(count_kind(&s, "employer", &d.employers));
    *out = d;
    return ERR_OK;
}
