/* settle.c - what pairs mean together.
 *
 * A pair is scored alone first.  Then records that could be one person are
 * grouped (cluster.c) with every missing pair among them scored too, so that
 * A and B, weak by themselves, gain when both are surely C, and lose when one
 * of them has a better partner that contradicts the other.  The score written
 * lies between the pair's own and the level at which its two sides met, and has
 * the sign of the latter.
 */
#include "match/inside.h"

#include <stdlib.h>

/* Groups are cut a little above the pairs' threshold: a wrong group costs more
 * than a pair to look at.  Where much is doubtful (names and a year, nothing
 * else) they are cut higher: so high that by the scores themselves at most
 * WRONG_GROUPS of all groups are expected to hold two persons. */
enum { CUT = 2500, MOST_CUT = 11000, CUT_STEP = 250, NEAR_ENOUGH = -6000, COMPONENT_MAX = 96 };
static const float WRONG_GROUPS = 0.0006f;

static uint32_t root(uint32_t *up, uint32_t x)
{
    while (up[x] != x)
        x = up[x] = up[up[x]];
    return x;
}

struct member { uint32_t root, rec; };

static int by_root(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->root != y->root)
        return x->root < y->root ? -1 : 1;
    return x->rec < y->rec ? -1 : x->rec > y->rec;
}

static int by_pair(const void *a, const void *b)
{
    const struct match_link *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

/* links[0..n) is sorted. */
static bool has_pair(const struct links *l, size_t n, uint32_t a, uint32_t b)
{
    struct match_link key = { a, b, 0 };
    return bsearch(&key, l->p, n, sizeof key, by_pair) != NULL;
}

struct filling {
    const struct match_index *ix;
    struct links *links;
    size_t sorted;
    struct memo memo;
    struct asked asked;
    struct member *m;
    uint32_t *up;
};

static void fill_component(struct filling *f, const struct member *m, size_t n)
{
    struct evidence ev;
    for (size_t i = 0; i < n; i++) {
        asked_open(&f->asked, rec_at(f->ix, m[i].rec));
        for (size_t j = i + 1; j < n; j++) {
            if (has_pair(f->links, f->sorted, m[i].rec, m[j].rec))
                continue;
            asked_compare(&f->asked, rec_at(f->ix, m[j].rec), &ev);
            links_add(f->links, m[i].rec, m[j].rec, to_mbits(model_score(&f->ix->model, &ev)));
        }
    }
}

/* Components of pairs that could be one person; each complete, unless huge. */
static void fill(struct filling *f)
{
    size_t n = 0, count = f->ix->n;
    for (uint32_t i = 0; i < count; i++)
        f->up[i] = i;
    for (size_t i = 0; i < f->sorted; i++)
        if (f->links->p[i].mbits >= NEAR_ENOUGH)
            f->up[root(f->up, f->links->p[i].a)] = root(f->up, f->links->p[i].b);
    for (uint32_t i = 0; i < count; i++)
        f->m[n++] = (struct member){ root(f->up, i), i };
    qsort(f->m, n, sizeof *f->m, by_root);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && f->m[j].root == f->m[i].root; j++)
            ;
        if (j - i > 2 && j - i <= COMPONENT_MAX)
            fill_component(f, f->m + i, j - i);
    }
}

/* Own score and group's mean: the sign of the mean, between the two. */
static int32_t blend(int32_t own, int32_t level)
{
    int32_t v = (own + level) / 2;
    if (level >= 0)
        return v < 0 ? level / 4 : v;
    return v >= 0 ? level / 4 - 1 : v;
}

static void keep(struct links *links, const struct match_index *ix, bool link, int32_t floor,
                 const int32_t *level)
{
    size_t to = 0;
    for (size_t i = 0; i < links->n; i++) {
        struct match_link l = links->p[i];
        if (link && !((rec_at(ix, l.a)->flags ^ rec_at(ix, l.b)->flags) & REC_SOURCE_B))
            continue;
        l.mbits = blend(l.mbits, level[i]);
        if (l.mbits >= floor)
            links->p[to++] = l;
    }
    links->n = to;
}

/* Expected wrong pairs at or above a score: each is wrong with 1 / (1 + 2^bits). */
static int32_t cut_of(const struct links *l, uint32_t records)
{
    enum { BINS = (MOST_CUT - CUT) / CUT_STEP + 1 };
    float wrong[BINS] = { 0 }, all = 0, allowed = WRONG_GROUPS * (float)records;
    for (size_t i = 0; i < l->n; i++) {
        int32_t v = l->p[i].mbits;
        if (v < CUT)
            continue;
        int bin = (v - CUT) / CUT_STEP < BINS ? (v - CUT) / CUT_STEP : BINS - 1;
        wrong[bin] += 1 / (1 + __builtin_exp2f((float)v / 1000));
    }
    for (int bin = BINS - 1; bin >= 0; bin--) {
        all += wrong[bin];
        if (all > allowed)
            return CUT + (bin < BINS - 1 ? bin + 1 : bin) * CUT_STEP;
    }
    return CUT;
}

enum err settle(struct ctx *c, const struct match_index *ix, bool link, int32_t floor,
                struct links *links, struct match_clusters *out)
{
    struct filling f = { .ix = ix, .links = links, .sorted = links->n };
    f.memo = (struct memo){ (1u << 14) - 1, calloc(1u << 14, sizeof(uint64_t)) };
    f.m = calloc(ix->n + 1, sizeof *f.m);
    f.up = calloc(ix->n + 1, sizeof *f.up);
    enum err e = ERR_OK;
    if (!f.memo.slot || !f.m || !f.up)
        e = FAIL(c, ERR_NOMEM, "error.memory", "match: settling");
    asked_init(&f.asked, ix, &f.memo);
    if (!e)
        fill(&f);
    if (!e && links->failed)
        e = FAIL(c, ERR_NOMEM, "error.memory", "match: settling");
    free(f.memo.slot);
    free(f.m);
    free(f.up);
    if (e)
        return e;
    int32_t *level = calloc(links->n + 1, sizeof *level);
    if (!level)
        return FAIL(c, ERR_NOMEM, "error.memory", "match: settling");
    e = cluster_levels(c, ix->n, links->p, links->n, NULL, cut_of(links, ix->n), MATCH_FLOOR_MBITS, level, out);
    if (!e)
        keep(links, ix, link, floor, level);
    if (!e && links->n)
        qsort(links->p, links->n, sizeof *links->p, by_pair);
    free(level);
    return e;
}
