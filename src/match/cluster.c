/* cluster.c - groups of records that are one person, without chains.
 *
 * Average linkage, a little drawn to the best pair: two groups join when two
 * thirds of the mean score between their members, each clipped, and a third of
 * the best make the threshold; a pair without a score counts against.  So A=B and B=C do not make A=C when A and C disagree.  The best
 * pair of groups joins first (a heap with stale entries skipped by version);
 * ties go to the lower record numbers, so the order of the links is nothing.
 */
#include "match/inside.h"

#include <stdlib.h>

enum { CLIP = 12000, WEAK_BRIDGE = 3000, UNSCORED = -10000, BEST_SHARE = 3 };
#define NOBODY UINT32_MAX

struct edge {                       /* between two groups: all links between their members */
    uint32_t a, b, count, version, link, last_link;     /* list of links; NOBODY */
    int64_t sum;
    int32_t best;
    bool dead, cannot;
};
struct ref { uint32_t edge, next; };            /* adjacency lists in one pool */
struct group { uint32_t first, size, parent; };
struct event { int32_t mean; uint32_t lo, hi, edge, version; };
struct grouping {
    struct group *g;
    struct edge *e;
    struct ref *ref;
    struct event *heap;
    uint32_t *map;                              /* open hash: pair -> edge + 1 */
    uint32_t *head;                             /* [n] adjacency list of each group */
    uint32_t *next_link;                        /* [links] */
    int32_t *level;                             /* [links] the mean at which their ends met */
    size_t n, n_e, n_ref, n_heap, room_ref, room_heap, n_map, in_map;
    struct match_clusters *out;
    size_t room_bridges;
    int32_t stop;
    struct ctx *c;
    bool failed;
};

static uint32_t root(struct grouping *w, uint32_t x)
{
    while (w->g[x].parent != x)
        x = w->g[x].parent = w->g[w->g[x].parent].parent;
    return x;
}

static uint32_t *map_at(struct grouping *w, uint32_t a, uint32_t b)
{
    uint32_t lo = a < b ? a : b, hi = a < b ? b : a;
    size_t i = (size_t)mix64((uint64_t)hi << 32 | lo) & (w->n_map - 1);
    for (; w->map[i]; i = (i + 1) & (w->n_map - 1)) {
        const struct edge *e = &w->e[w->map[i] - 1];
        uint32_t x = e->a < e->b ? e->a : e->b, y = e->a < e->b ? e->b : e->a;
        if (!e->dead && x == lo && y == hi)
            return &w->map[i];
    }
    return &w->map[i];
}

static void map_put(struct grouping *w, uint32_t *at, uint32_t edge)
{
    *at = edge + 1;
    w->in_map++;
}

/* Entries of edges that died or moved pile up; start afresh with the living. */
static void map_renew(struct grouping *w)
{
    if (w->in_map < w->n_map / 4 * 3)
        return;
    memset(w->map, 0, w->n_map * sizeof *w->map);
    w->in_map = 0;
    for (uint32_t i = 0; i < w->n_e; i++)
        if (!w->e[i].dead)
            map_put(w, map_at(w, w->e[i].a, w->e[i].b), i);
}

/* ---- heap: greatest mean first, then lowest records ------------------------------ */

static bool before(const struct event *x, const struct event *y)
{
    if (x->mean != y->mean)
        return x->mean > y->mean;
    return x->lo != y->lo ? x->lo < y->lo : x->hi < y->hi;
}

static void push(struct grouping *w, struct event v)
{
    if (w->n_heap == w->room_heap) {
        size_t room = w->room_heap + w->room_heap / 2 + 64;
        struct event *p = realloc(w->heap, room * sizeof *p);
        if (!p) {
            w->failed = true;
            return;
        }
        w->heap = p;
        w->room_heap = room;
    }
    size_t i = w->n_heap++;
    while (i && before(&v, &w->heap[(i - 1) / 2])) {
        w->heap[i] = w->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    w->heap[i] = v;
}

static struct event pop(struct grouping *w)
{
    struct event top = w->heap[0], last = w->heap[--w->n_heap];
    size_t i = 0;
    for (;;) {
        size_t k = 2 * i + 1;
        if (k >= w->n_heap)
            break;
        if (k + 1 < w->n_heap && before(&w->heap[k + 1], &w->heap[k]))
            k++;
        if (!before(&w->heap[k], &last))
            break;
        w->heap[i] = w->heap[k];
        i = k;
    }
    if (w->n_heap)
        w->heap[i] = last;
    return top;
}

static int32_t mean_of(const struct grouping *w, const struct edge *e)
{
    int64_t pairs = (int64_t)w->g[e->a].size * w->g[e->b].size;
    int64_t sum = e->sum + (pairs - e->count) * UNSCORED;
    int32_t mean = (int32_t)(sum / pairs);
    return e->best > mean ? mean + (e->best - mean) / BEST_SHARE : mean;
}

static void announce(struct grouping *w, uint32_t edge)
{
    struct edge *e = &w->e[edge];
    int32_t mean = mean_of(w, e);
    e->version++;
    if (e->cannot || mean < w->stop)
        return;
    uint32_t a = w->g[e->a].first, b = w->g[e->b].first;
    push(w, (struct event){ mean, a < b ? a : b, a < b ? b : a, edge, e->version });
}

/* ---- edges ----------------------------------------------------------------------- */

static void attach(struct grouping *w, uint32_t *head, uint32_t edge)
{
    if (w->n_ref == w->room_ref) {
        size_t room = w->room_ref + w->room_ref / 2 + 64;
        struct ref *p = realloc(w->ref, room * sizeof *p);
        if (!p) {
            w->failed = true;
            return;
        }
        w->ref = p;
        w->room_ref = room;
    }
    w->ref[w->n_ref] = (struct ref){ edge, *head };
    *head = (uint32_t)w->n_ref++;
}

static void chain(struct grouping *w, struct edge *to, const struct edge *from)
{
    if (from->link == NOBODY)
        return;
    if (to->link == NOBODY)
        to->link = from->link;
    else
        w->next_link[to->last_link] = from->link;
    to->last_link = from->last_link;
}

static void merge_edges(struct grouping *w, struct edge *to, struct edge *from)
{
    to->sum += from->sum;
    to->count += from->count;
    to->best = from->best > to->best ? from->best : to->best;
    to->cannot |= from->cannot;
    chain(w, to, from);
    from->dead = true;
}

static void add_edge(struct grouping *w, struct edge e)
{
    e.a = root(w, e.a);
    e.b = root(w, e.b);
    if (e.a == e.b)
        return;
    uint32_t *at = map_at(w, e.a, e.b);
    if (*at) {
        merge_edges(w, &w->e[*at - 1], &e);
        return;
    }
    w->e[w->n_e] = e;
    map_put(w, at, (uint32_t)w->n_e++);
    attach(w, &w->head[e.a], (uint32_t)w->n_e - 1);
    attach(w, &w->head[e.b], (uint32_t)w->n_e - 1);
}

static void redirect(struct grouping *w, uint32_t from, uint32_t to, uint32_t edge)
{
    struct edge *e = &w->e[edge];
    uint32_t other = e->a == from ? e->b : e->a;
    uint32_t *at = map_at(w, to, other);
    if (*at) {
        merge_edges(w, &w->e[*at - 1], e);
        return;
    }
    map_put(w, at, edge);                       /* its old entry is now one of the same edge */
    if (e->a == from)
        e->a = to;
    else
        e->b = to;
    attach(w, &w->head[to], edge);
    map_renew(w);
}

static void join(struct grouping *w, uint32_t a, uint32_t b)
{
    if (w->g[a].size < w->g[b].size || (w->g[a].size == w->g[b].size && a > b)) {
        uint32_t t = a;
        a = b;
        b = t;
    }
    w->g[b].parent = a;
    w->g[a].size += w->g[b].size;
    if (w->g[b].first < w->g[a].first)
        w->g[a].first = w->g[b].first;
    for (uint32_t r = w->head[b]; r != NOBODY && !w->failed; r = w->ref[r].next)
        if (!w->e[w->ref[r].edge].dead)
            redirect(w, b, a, w->ref[r].edge);
    for (uint32_t r = w->head[a]; r != NOBODY && !w->failed; r = w->ref[r].next)
        if (!w->e[w->ref[r].edge].dead)
            announce(w, w->ref[r].edge);
}

static void note_bridge(struct grouping *w, uint32_t a, uint32_t b, int32_t mean)
{
    struct match_clusters *o = w->out;
    if (o->n_bridges == w->room_bridges) {
        size_t room = w->room_bridges * 2 + 16;
        struct match_link *p = NEW_N(&w->c->mem, struct match_link, room);
        if (!p) {
            w->failed = true;
            return;
        }
        if (o->n_bridges)
            memcpy(p, o->bridges, o->n_bridges * sizeof *p);
        o->bridges = p;
        w->room_bridges = room;
    }
    o->bridges[o->n_bridges++] = (struct match_link){ a, b, mean };
}

/* The mean at which the two ends of each link of an edge came together. */
static void tell_links(struct grouping *w, const struct edge *e, int32_t mean)
{
    for (uint32_t l = e->link; l != NOBODY; l = w->next_link[l])
        w->level[l] = mean;
}

static void run(struct grouping *w, int32_t least)
{
    while (w->n_heap && !w->failed) {
        struct event v = pop(w);
        struct edge *e = &w->e[v.edge];
        if (v.mean < least) {
            push(w, v);
            return;
        }
        if (e->dead || e->version != v.version || e->cannot)
            continue;
        uint32_t a = e->a, b = e->b;
        if (w->g[a].size + w->g[b].size > MATCH_CLUSTER_MAX)
            continue;
        if (v.mean >= least && w->g[a].size > 1 && w->g[b].size > 1 && v.mean < WEAK_BRIDGE)
            note_bridge(w, w->g[a].first, w->g[b].first, v.mean);
        tell_links(w, e, v.mean);
        e->dead = true;
        join(w, a, b);
    }
}

/* ---- bonds ----------------------------------------------------------------------- */

static enum err bind(struct grouping *w, const struct match_bonds *bonds)
{
    for (size_t i = 0; bonds && i < bonds->n_must; i++) {
        uint32_t a = root(w, bonds->must[i].a), b = root(w, bonds->must[i].b);
        if (a == b)
            continue;
        w->g[b].parent = a;
        w->g[a].size += w->g[b].size;
        if (w->g[b].first < w->g[a].first)
            w->g[a].first = w->g[b].first;
    }
    for (size_t i = 0; bonds && i < bonds->n_cannot; i++)
        if (root(w, bonds->cannot[i].a) == root(w, bonds->cannot[i].b))
            return FAIL(w->c, ERR_CONFLICT, "match.bonds",
                        "records %u and %u are both bound and kept apart",
                        bonds->cannot[i].a, bonds->cannot[i].b);
    return ERR_OK;
}

static enum err check_links(struct grouping *w, const struct match_link *l, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (l[i].a >= w->n || l[i].b >= w->n)
            return FAIL(w->c, ERR_INPUT, "match.bad-link", "link to record %u of %zu",
                        l[i].a > l[i].b ? l[i].a : l[i].b, w->n);
    return ERR_OK;
}

static int32_t clipped(int32_t v)
{
    return v > CLIP ? CLIP : v < -CLIP ? -CLIP : v;
}

static enum err prepare(struct grouping *w, const struct match_link *link, size_t n_link,
                        const struct match_bonds *bonds)
{
    TRY(check_links(w, link, n_link));
    if (bonds) {
        TRY(check_links(w, bonds->cannot, bonds->n_cannot));
        TRY(check_links(w, bonds->must, bonds->n_must));
    }
    for (size_t i = 0; i < n_link; i++) {
        w->next_link[i] = NOBODY;
        w->level[i] = clipped(link[i].mbits);   /* both ends bound together beforehand */
    }
    for (uint32_t i = 0; i < w->n; i++) {
        w->g[i] = (struct group){ i, 1, i };
        w->head[i] = NOBODY;
    }
    TRY(bind(w, bonds));
    for (size_t i = 0; i < n_link && !w->failed; i++)
        add_edge(w, (struct edge){ .a = link[i].a, .b = link[i].b, .count = 1,
                                   .sum = clipped(link[i].mbits),
                                   .best = clipped(link[i].mbits), .link = (uint32_t)i,
                                   .last_link = (uint32_t)i });
    for (size_t i = 0; bonds && i < bonds->n_cannot && !w->failed; i++)
        add_edge(w, (struct edge){ .a = bonds->cannot[i].a, .b = bonds->cannot[i].b,
                                   .cannot = true, .best = -CLIP, .link = NOBODY });
    for (uint32_t i = 0; i < w->n_e && !w->failed; i++)
        announce(w, i);
    return ERR_OK;
}

static enum err number(struct grouping *w)
{
    struct match_clusters *o = w->out;
    uint32_t *name = calloc(w->n + 1, sizeof *name), next = 0;
    if (!name)
        return FAIL(w->c, ERR_NOMEM, "error.memory", "match: clusters");
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t r = root(w, i);
        if (!name[r])
            name[r] = ++next;
        o->of[i] = name[r] - 1;
        if (w->g[r].size > o->largest)
            o->largest = w->g[r].size;
    }
    o->count = next;
    free(name);
    return ERR_OK;
}

static enum err grow_tree(struct grouping *w, const struct match_link *link, size_t n_link,
                          const struct match_bonds *bonds, int32_t cut)
{
    TRY(prepare(w, link, n_link, bonds));
    run(w, cut);
    if (w->failed)
        return FAIL(w->c, ERR_NOMEM, "error.memory", "match: clusters");
    TRY(number(w));
    run(w, w->stop);                            /* scores below the threshold count too */
    for (uint32_t i = 0; i < w->n_e; i++)
        if (!w->e[i].dead)
            tell_links(w, &w->e[i], mean_of(w, &w->e[i]));
    return w->failed ? FAIL(w->c, ERR_NOMEM, "error.memory", "match: clusters") : ERR_OK;
}

enum err cluster_levels(struct ctx *c, size_t n, const struct match_link *link, size_t n_link,
                        const struct match_bonds *bonds, int32_t cut, int32_t stop, int32_t *level,
                        struct match_clusters *out)
{
    size_t all = n_link + (bonds ? bonds->n_cannot : 0);
    struct match_clusters made = { .of = NEW_N(&c->mem, uint32_t, n + 1) };
    struct grouping w = { .c = c, .n = n, .out = &made, .n_map = 1024, .stop = stop };
    if (n >= NOBODY || all >= NOBODY / 4)
        return FAIL(c, ERR_INPUT, "match.too-many", "%zu records, %zu links", n, all);
    while (w.n_map < all * 3)
        w.n_map *= 2;
    w.g = calloc(n + 1, sizeof *w.g);
    w.head = calloc(n + 1, sizeof *w.head);
    w.e = calloc(all + 1, sizeof *w.e);
    w.map = calloc(w.n_map, sizeof *w.map);
    w.next_link = calloc(n_link + 1, sizeof *w.next_link);
    w.level = level ? level : calloc(n_link + 1, sizeof *w.level);
    enum err e = ERR_OK;
    if (!made.of || !w.g || !w.head || !w.e || !w.map || !w.next_link || !w.level)
        e = FAIL(c, ERR_NOMEM, "error.memory", "match: clusters");
    if (!e)
        e = grow_tree(&w, link, n_link, bonds, cut);
    free(w.g);
    free(w.head);
    free(w.e);
    free(w.map);
    free(w.next_link);
    free(w.ref);
    free(w.heap);
    if (w.level != level)
        free(w.level);
    if (!e)
        *out = made;
    return e;
}

enum err match_cluster(struct ctx *c, size_t n, const struct match_link *link, size_t n_link,
                       const struct match_bonds *bonds, struct match_clusters *out)
{
    return cluster_levels(c, n, link, n_link, bonds, 0, 0, NULL, out);
}
