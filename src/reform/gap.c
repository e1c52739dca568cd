#include "reform/gap.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "rulebook/rulebook.h"

int gap_this_year(struct ctx *c)
{
    return (int)civil_from_days(pack_local_day(c->node->pack, c->now_us)).year;
}

/* ---- reading ------------------------------------------------------------------------------ */

static void from_research(struct ctx *c, const struct promise *p, struct gap *g)
{
    const struct standards *s = c->node->standards;
    const struct mapped *m = s->nations ? mapped_find(&s->nation[0], p->id) : NULL;
    *g = (struct gap){ .from = GAP_NOBODY };
    if (m)
        *g = (struct gap){ .from = GAP_RESEARCH, .status = m->status, .provisions = m->provisions,
            .quote = two_words(c, m->es, m->en), .source = m->source, .verified = m->verified };
}

static void put_part(struct buf *b, struct str s)
{
    buf_i64(b, (int64_t)s.n);
    buf_char(b, ':');
    buf_put(b, s);
}

struct str gap_hash(struct ctx *c, const struct gap *g)
{
    const struct str part[] = { g->id, str_c(gap_status_name(g->status)), g->provisions, g->quote, g->source, g->by,
                                g->reviewer, g->review, g->review_note };
    struct buf b;
    buf_init(&b, &c->mem, 64 * 1024);
    buf_i64(&b, g->year);
    for (size_t i = 0; i < COUNT_OF(part); i++)
        put_part(&b, part[i]);
    return rules_hash(c, buf_str(&b));
}

/* A review answers for the text it was given to.  Under another text (written
 * elsewhere at the same time) there is none. */
static void review_holds(struct ctx *c, struct gap *g, struct str review_of)
{
    struct gap read = *g;
    read.reviewer = read.review = read.review_note = (struct str){ 0 };
    if (g->review.n && str_eq(review_of, gap_hash(c, &read)))
        return;
    read.reviewed_us = 0;
    *g = read;
}

static struct gap gap_row(struct ctx *c, struct rows *r, int year)
{
    struct gap g = { .id = row_str(r, 1), .year = (int)row_i64(r, 2), .provisions = row_str(r, 4), .quote = row_str(r, 5),
        .source = row_str(r, 6), .by = row_str(r, 7), .at_us = row_i64(r, 8), .reviewer = row_str(r, 9),
        .review = row_str(r, 10), .review_note = row_str(r, 11), .reviewed_us = row_i64(r, 12) };
    (void)gap_status_of(row_peek(r, 3), &g.status);
    review_holds(c, &g, row_peek(r, 13));
    g.from = g.year == year ? GAP_YEAR : GAP_EARLIER;
    g.verified = str_is(g.review, "agrees") ? PACK_YES : PACK_PARTLY;
    return g;
}

enum err gap_year(struct ctx *c, int year, struct gap **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    const struct standards *s = c->node->standards;
    struct gap *v = NEW_N(&c->mem, struct gap, s->promises + 1);
    TRY(ctx_check(c));
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    for (size_t i = 0; i < s->promises; i++)
        from_research(c, &s->promise[i], &v[i]);
    TRY(db_query(c, &r,
        "SELECT requirement, id, year, status, provisions, quote, source, by_officer, at_us, reviewer, review, review_note,"
        " reviewed_us, review_of FROM gap_row WHERE country = $1 AND year <= $2 ORDER BY year, at_us, id",
        ARGS(TEXT(c->node->pack->country), INT(year))));
    while (rows_next(&r)) {
        size_t at;
        if (promise_find(s, row_peek(&r, 0), &at))
            v[at] = gap_row(c, &r, year);
    }
    TRY(rows_end(&r));
    *out = v;
    *n = s->promises;
    return ERR_OK;
}

enum err gap_of(struct ctx *c, struct str requirement, int year, struct gap *out)
{
    struct gap *v;
    size_t n, at;
    if (!promise_find(c->node->standards, requirement, &at))
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "requirement");
    TRY(gap_year(c, year, &v, &n));
    *out = v[at];
    return ERR_OK;
}

enum err gap_years(struct ctx *c, int *year, size_t max, size_t *n)
{
    AUTO_ROWS r = { 0 };
    int now = gap_this_year(c);
    size_t k = 0;
    TRY(db_query(c, &r, "SELECT DISTINCT year FROM gap_row WHERE country = $1 AND year <> $2 ORDER BY year DESC LIMIT 50",
                 ARGS(TEXT(c->node->pack->country), INT(now))));
    bool put = false;
    while (k < max && rows_next(&r)) {
        int y = (int)row_i64(&r, 0);
        if (!put && y < now) {
            year[k++] = now;
            put = true;
        }
        if (k < max)
            year[k++] = y;
    }
    TRY(rows_end(&r));
    if (!put && k < max)
        year[k++] = now;
    *n = k;
    return ERR_OK;
}

static bool differs(const struct gap *a, const struct gap *b)
{
    return a->status != b->status || !str_eq(a->provisions, b->provisions);
}

enum err gap_changes(struct ctx *c, int from, int to, struct gap_change **out, size_t *n)
{
    const struct standards *s = c->node->standards;
    struct gap *a, *b;
    size_t na, nb, k = 0;
    TRY(gap_year(c, from, &a, &na));
    TRY(gap_year(c, to, &b, &nb));
    struct gap_change *v = NEW_N(&c->mem, struct gap_change, na + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < na && i < nb; i++)
        if (differs(&a[i], &b[i]))
            v[k++] = (struct gap_change){ &s->promise[i], a[i], b[i] };
    *out = v;
    *n = k;
    return ERR_OK;
}

/* ---- assessing -------------------------------------------------------------------------------- */

static enum err commit_or_drop(struct ctx *c, struct draft *d, enum err e)
{
    if (!e)
        return draft_commit(c, d);
    draft_drop(d);
    return e;
}

static enum err provisions_known(struct ctx *c, struct str ids)
{
    struct str id;
    while (str_next(&ids, ' ', &id))
        if (id.n && !pack_provision(c->node->pack, id))
            return FAIL(c, ERR_INPUT, "reform.no-provision", STR_F, STR_A(str_sub(id, 0, 60)));
    return ERR_OK;
}

static enum err checked(struct ctx *c, const struct gap_new *g)
{
    enum gap_status st;
    size_t at;
    if (!promise_find(c->node->standards, g->requirement, &at))
        return FAIL(c, ERR_NOT_FOUND, "error.no-page", "requirement");
    if (g->year < GAP_FIRST_YEAR || g->year > gap_this_year(c))
        return FAIL(c, ERR_INPUT, "reform.year", "year %d", g->year);
    if (!gap_status_of(g->status, &st))
        return FAIL(c, ERR_INPUT, "reform.status", "status");
    TRY(provisions_known(c, g->provisions));
    if (utf8_count(g->quote) > GAP_TEXT_MAX || utf8_count(g->source) > 400)
        return FAIL(c, ERR_INPUT, "reform.too-long", "%zu bytes", g->quote.n);
    if (st != GAP_UNKNOWN && (!g->quote.n || !g->source.n))
        return FAIL(c, ERR_INPUT, "reform.say-why", "status without quote or source");
    return ERR_OK;
}

static enum err sets(struct ctx *c, struct draft *d, const struct gap_new *g)
{
    struct gap now;
    TRY(gap_of(c, g->requirement, g->year, &now));
    TRY(reform_dossier(c, d));
    struct str id = now.from == GAP_YEAR ? now.id : record_new(d);
    draft_set(d, "gap_assessment", id, "requirement", g->requirement);
    draft_set(d, "gap_assessment", id, "country", c->node->pack->country);
    draft_set_i64(d, "gap_assessment", id, "year", g->year);
    draft_set(d, "gap_assessment", id, "status", g->status);
    draft_set(d, "gap_assessment", id, "provisions", g->provisions);
    draft_set(d, "gap_assessment", id, "quote", g->quote);
    draft_set(d, "gap_assessment", id, "source", g->source);
    draft_set(d, "gap_assessment", id, "by", c->who->id);
    draft_set_i64(d, "gap_assessment", id, "at", c->now_us);
    draft_set(d, "gap_assessment", id, "reviewer", STR(""));
    draft_set(d, "gap_assessment", id, "review", STR(""));
    draft_set(d, "gap_assessment", id, "review_note", STR(""));
    draft_set(d, "gap_assessment", id, "review_of", STR(""));
    draft_set_i64(d, "gap_assessment", id, "reviewed", 0);
    return ctx_check(c);
}

enum err gap_assess(struct ctx *c, const struct gap_new *in)
{
    struct gap_new g = *in;
    struct draft *d;
    TRY(access_need(c, "reform.edit", (struct str){ 0 }));
    g.provisions = str_trim(g.provisions);
    g.quote = str_trim(g.quote);
    g.source = str_trim(g.source);
    TRY(checked(c, &g));
    TRY(draft_begin(c, STR("reform"), "reform.edit", &d));
    return commit_or_drop(c, d, sets(c, d, &g));
}

static enum err review_sets(struct ctx *c, struct draft *d, const struct gap_verdict *v)
{
    struct gap now;
    struct record r;
    TRY(gap_of(c, v->requirement, v->year, &now));
    if (now.from != GAP_YEAR)
        return FAIL(c, ERR_NOT_FOUND, "reform.nothing-to-review", "no assessment of that year");
    if (str_eq(now.by, c->who->id))
        return FAIL(c, ERR_DENIED, "reform.second-person", "assessment " STR_F, STR_A(now.id));
    if (!str_eq(v->seen, gap_hash(c, &now)))    /* assessed or reviewed again after she looked */
        return FAIL(c, ERR_CONFLICT, "reform.changed-meanwhile", "assessment " STR_F, STR_A(now.id));
    TRY(record_load(c, now.id, &r));
    draft_in(d, r.dossier);
    now.reviewer = now.review = now.review_note = (struct str){ 0 };
    draft_set(d, "gap_assessment", now.id, "reviewer", c->who->id);
    draft_set(d, "gap_assessment", now.id, "review", v->agrees ? STR("agrees") : STR("disagrees"));
    draft_set(d, "gap_assessment", now.id, "review_note", str_trim(v->note));
    draft_set(d, "gap_assessment", now.id, "review_of", gap_hash(c, &now));
    draft_set_i64(d, "gap_assessment", now.id, "reviewed", c->now_us);
    return ctx_check(c);
}

enum err gap_review(struct ctx *c, const struct gap_verdict *v)
{
    struct draft *d;
    TRY(access_need(c, "reform.edit", (struct str){ 0 }));
    if (utf8_count(v->note) > GAP_TEXT_MAX)
        return FAIL(c, ERR_INPUT, "reform.too-long", "%zu bytes", v->note.n);
    if (!v->agrees && !str_trim(v->note).n)
        return FAIL(c, ERR_INPUT, "reform.say-why", "disagrees without a note");
    TRY(draft_begin(c, STR("reform"), "reform.edit", &d));
    return commit_or_drop(c, d, review_sets(c, d, v));
}

/* ---- what she had before her ------------------------------------------------------------------ */

static void take_set(struct gap *g, const struct set *s)
{
    struct { const char *field; struct str *to; } text[] = { { "provisions", &g->provisions }, { "quote", &g->quote },
        { "source", &g->source }, { "by", &g->by }, { "reviewer", &g->reviewer }, { "review", &g->review },
        { "review_note", &g->review_note } };
    for (size_t i = 0; i < COUNT_OF(text); i++)
        if (str_is(s->field, text[i].field))
            *text[i].to = s->value;
    if (str_is(s->field, "status"))
        (void)gap_status_of(s->value, &g->status);
}

enum err gap_as_seen(struct ctx *c, const struct gap *now, struct str seen, struct gap *out, bool *found)
{
    struct change *ch;
    size_t n;
    *found = false;
    *out = (struct gap){ .from = now->from, .id = now->id, .year = now->year };
    TRY(access_need(c, "reform.view", (struct str){ 0 }));
    if (!now->id.n || !seen.n)
        return ERR_OK;
    TRY(change_list_record(c, now->id, GAP_CHANGES_MAX, &ch, &n));
    while (n && !*found) {                      /* newest first: from the oldest on */
        const struct change *at = &ch[--n];
        for (size_t i = 0; i < at->n; i++)
            if (str_eq(at->sets[i].record, now->id))
                take_set(out, &at->sets[i]);
        *found = str_eq(seen, gap_hash(c, out));
    }
    return ctx_check(c);
}
