/* bonds.c - what persons decided, as groups: must-links in the order they were
 * made, but for those that would put together whom somebody keeps apart. */
#include "match/inside.h"

#include <stdlib.h>

static int by_id(const void *x, const void *y)
{
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static int by_age(const void *x, const void *y)
{
    const struct match_bond *a = x, *b = y;
    if (a->at_us != b->at_us)
        return a->at_us < b->at_us ? -1 : 1;
    return str_cmp(a->id, b->id);
}

static uint32_t number_of(const struct match_groups *g, struct str id)
{
    const struct str *at = g->n ? bsearch(&id, g->who, g->n, sizeof *g->who, by_id) : NULL;
    return at ? (uint32_t)(at - g->who) : UINT32_MAX;
}

static uint32_t root(const struct match_groups *g, uint32_t x)
{
    while (g->up[x] != x)
        x = g->up[x] = g->up[g->up[x]];
    return x;
}

static bool kept_apart(const struct match_groups *g, const struct match_bond *b, size_t n,
                       uint32_t x, uint32_t y)
{
    for (size_t i = 0; i < n; i++) {
        if (b[i].same)
            continue;
        uint32_t p = root(g, number_of(g, b[i].a)), q = root(g, number_of(g, b[i].b));
        if ((p == x && q == y) || (p == y && q == x))
            return true;
    }
    return false;
}

/* Ids are numbered in their order, so the least of a group is its root. */
enum err match_groups(struct ctx *c, struct match_bond *b, size_t n, struct match_groups *out)
{
    struct match_groups g = { .who = NEW_N(&c->mem, struct str, 2 * n + 1),
                              .up = NEW_N(&c->mem, uint32_t, 2 * n + 1) };
    size_t k = 0;
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++) {
        g.who[k++] = b[i].a;
        g.who[k++] = b[i].b;
    }
    if (k)
        qsort(g.who, k, sizeof *g.who, by_id);
    for (size_t i = 0; i < k; i++)
        if (!g.n || !str_eq(g.who[g.n - 1], g.who[i]))
            g.who[g.n++] = g.who[i];
    for (uint32_t i = 0; i < g.n; i++)
        g.up[i] = i;
    if (n)
        qsort(b, n, sizeof *b, by_age);
    for (size_t i = 0; i < n; i++) {
        uint32_t x = root(&g, number_of(&g, b[i].a)), y = root(&g, number_of(&g, b[i].b));
        if (!b[i].same || x == y)
            continue;
        if (kept_apart(&g, b, n, x, y))
            g.contradictions++;
        else
            g.up[x < y ? y : x] = x < y ? x : y;
    }
    *out = g;
    return ERR_OK;
}

struct str match_group_of(const struct match_groups *g, struct str id)
{
    uint32_t i = number_of(g, id);
    return i == UINT32_MAX ? id : g->who[root(g, i)];
}

size_t match_group_size(const struct match_groups *g, struct str id)
{
    uint32_t i = number_of(g, id);
    size_t n = 0;
    for (uint32_t k = 0; k < g->n && i != UINT32_MAX; k++)
        n += root(g, k) == root(g, i);
    return n ? n : 1;
}

bool match_group_apart(const struct match_groups *g, const struct match_bond *b, size_t n,
                       struct str x, struct str y)
{
    for (size_t i = 0; i < n; i++) {
        if (b[i].same)
            continue;
        struct str p = match_group_of(g, b[i].a), q = match_group_of(g, b[i].b);
        struct str s = match_group_of(g, x), t = match_group_of(g, y);
        if ((str_eq(p, s) && str_eq(q, t)) || (str_eq(p, t) && str_eq(q, s)))
            return true;
    }
    return false;
}
