/* flow_layout.c - a lane layout for models that bring none.
 *
 * Columns are the longest way from the start (edges back are ignored), rows
 * are lanes, several nodes in one cell stand below each other.  Sub-processes
 * are laid out inside themselves first.  Boundary events sit on their host. */
#include "flow/flow_pen.h"

enum { GAP_X = 5000, GAP_Y = 3500, PAD = 2500, BAR = 3000, TASK_W = 12000, TASK_H = 8000,
       EVENT_SIZE = 3600, GATE_SIZE = 5000 };

struct layout {
    struct ctx *c;
    const struct flow_model *m;
    struct area *at;            /* per node; first relative to its container */
    int *rank, *row;            /* per node */
    unsigned char *seen;
    struct diagram *d;
    struct area *lane;          /* per lane; relative to the process */
};

static void size_of(const struct layout *l, const struct node *n, int64_t *w, int64_t *h)
{
    (void)l;
    if (kind_is_activity(n->kind)) {
        *w = TASK_W;
        *h = TASK_H;
    } else {
        *w = *h = kind_is_gate(n->kind) ? GATE_SIZE : EVENT_SIZE;
    }
}

static int lane_row(const struct flow_model *m, int process, int lane)
{
    int row = 0;
    for (size_t i = 0; i < m->lane.n; i++) {
        if (m->lane.v[i].process != process)
            continue;
        if ((int)i == lane)
            return row;
        row++;
    }
    return row;                  /* no lane: the row below all */
}

static void rank_nodes(struct layout *l, const struct box *b, const int *order)
{
    for (int i = 0; i < b->n_nodes; i++)
        l->seen[order[i]] = 0;
    for (int i = 0; i < b->n_nodes; i++) {           /* only forward in this order: no circles */
        const struct node *n = &l->m->node.v[order[i]];
        int from = n->host >= 0 ? l->rank[n->host] : l->rank[order[i]];
        l->rank[order[i]] = from;
        l->seen[order[i]] = 1;
        for (int k = 0; k < n->n_out; k++) {
            int to = l->m->way.v[n->out[k]].target;
            if (!l->seen[to] && l->rank[to] < from + 1)
                l->rank[to] = from + 1;
        }
    }
}

struct grid { int rows, cols; int64_t *col_w, *row_h, *cell_h, *col_x, *row_y; };

static enum err grid_new(struct layout *l, int rows, int cols, struct grid *g)
{
    if ((int64_t)rows * cols > 4000000)
        return FAIL(l->c, ERR_INPUT, "flow.too-large", "layout of %d by %d", rows, cols);
    *g = (struct grid){ rows, cols, NEW_N(&l->c->mem, int64_t, (size_t)cols + 1),
                        NEW_N(&l->c->mem, int64_t, (size_t)rows + 1),
                        NEW_N(&l->c->mem, int64_t, (size_t)rows * (size_t)cols + 1),
                        NEW_N(&l->c->mem, int64_t, (size_t)cols + 1),
                        NEW_N(&l->c->mem, int64_t, (size_t)rows + 1) };
    return l->c->mem.failed ? NOMEM(l->c) : ERR_OK;
}

static bool on_grid(const struct node *n)
{
    return n->host < 0;
}

static void measure(struct layout *l, const struct box *b, struct grid *g)
{
    for (int i = 0; i < b->n_nodes; i++) {
        int at = b->nodes[i];
        if (!on_grid(&l->m->node.v[at]))
            continue;
        int col = l->rank[at], row = l->row[at];
        int64_t *cell = &g->cell_h[row * g->cols + col];
        if (l->at[at].w > g->col_w[col])
            g->col_w[col] = l->at[at].w;
        *cell += l->at[at].h + GAP_Y;
        if (*cell > g->row_h[row])
            g->row_h[row] = *cell;
    }
    for (int i = 0; i < g->cols; i++)
        g->col_x[i + 1] = g->col_x[i] + g->col_w[i] + GAP_X;
    for (int i = 0; i < g->rows; i++)
        g->row_y[i + 1] = g->row_y[i] + g->row_h[i];
}

/* Cells are filled from the top, centred in their row. */
static void put_nodes(struct layout *l, const struct box *b, struct grid *g, int64_t x0, int64_t y0)
{
    int64_t *used = NEW_N(&l->c->mem, int64_t, (size_t)g->rows * (size_t)g->cols + 1);
    if (!used)
        return;
    for (int i = 0; i < b->n_nodes; i++) {
        int at = b->nodes[i];
        if (!on_grid(&l->m->node.v[at]))
            continue;
        int col = l->rank[at], row = l->row[at], cell = row * g->cols + col;
        struct area *a = &l->at[at];
        a->x = x0 + g->col_x[col] + (g->col_w[col] - a->w) / 2;
        a->y = y0 + g->row_y[row] + (g->row_h[row] - g->cell_h[cell]) / 2 + GAP_Y / 2 + used[cell];
        used[cell] += a->h + GAP_Y;
    }
    for (int i = 0; i < b->n_nodes; i++) {
        const struct node *n = &l->m->node.v[b->nodes[i]];
        if (n->host < 0)
            continue;
        const struct area *h = &l->at[n->host];
        int k = 0;
        while (k < l->m->node.v[n->host].n_edge && l->m->node.v[n->host].edge[k] != b->nodes[i])
            k++;
        l->at[b->nodes[i]] = (struct area){ h->x + h->w - (k + 1) * (EVENT_SIZE + 300),
                                            h->y + h->h - EVENT_SIZE / 2, EVENT_SIZE, EVENT_SIZE };
    }
}

static enum err lay_box(struct layout *l, int box, bool lanes, int64_t *w, int64_t *h, int depth);

static enum err lay_inner(struct layout *l, const struct box *b, int depth)
{
    for (int i = 0; i < b->n_nodes; i++) {
        int at = b->nodes[i];
        const struct node *n = &l->m->node.v[at];
        int64_t w, h;
        size_of(l, n, &w, &h);
        if ((n->kind == FLOW_SUB || n->kind == FLOW_ADHOC) && n->inner >= 0 && depth < FLOW_DEPTH_MAX) {
            TRY(lay_box(l, n->inner, false, &w, &h, depth + 1));
            w += 2 * PAD;
            h += 2 * PAD;
        }
        l->at[at].w = w;
        l->at[at].h = h;
    }
    return ERR_OK;
}

static void lane_areas(struct layout *l, int process, const struct grid *g, int64_t w)
{
    for (size_t i = 0; i < l->m->lane.n; i++) {
        int row = lane_row(l->m, process, (int)i);
        if (l->m->lane.v[i].process == process && row < g->rows)
            l->lane[i] = (struct area){ BAR, g->row_y[row], w + BAR + 2 * PAD, g->row_h[row] };
    }
}

static enum err lay_box(struct layout *l, int box, bool lanes, int64_t *w, int64_t *h, int depth)
{
    const struct box *b = &l->m->box.v[box];
    int *order, rows = 1, cols = 1;
    struct grid g;
    TRY(lay_inner(l, b, depth));
    TRY(model_order(l->c, l->m, b, l->seen, &order));
    rank_nodes(l, b, order);
    for (int i = 0; i < b->n_nodes; i++) {
        int at = b->nodes[i];
        l->row[at] = lanes ? lane_row(l->m, b->process, l->m->node.v[at].lane) : 0;
        rows = l->row[at] >= rows ? l->row[at] + 1 : rows;
        cols = l->rank[at] >= cols ? l->rank[at] + 1 : cols;
    }
    int n_lanes = lanes ? lane_row(l->m, b->process, -1) : 0;
    rows = n_lanes > rows ? n_lanes : rows;
    TRY(grid_new(l, rows, cols, &g));
    for (int i = 0; i < n_lanes; i++)
        g.row_h[i] = TASK_H;
    measure(l, b, &g);
    put_nodes(l, b, &g, lanes ? 2 * BAR + PAD : PAD, lanes ? 0 : PAD);
    *w = g.col_x[g.cols] - (g.cols ? GAP_X : 0);
    *h = g.row_y[g.rows];
    if (lanes)
        lane_areas(l, b->process, &g, *w);
    return l->c->mem.failed ? NOMEM(l->c) : ERR_OK;
}

/* ---- from relative to absolute, and into a diagram ------------------------------------ */

static enum err add_shape(struct layout *l, struct el el, struct area at, bool expanded)
{
    struct shape *s = VEC_PUSH(&l->c->mem, &l->d->shape);
    if (!s)
        return NOMEM(l->c);
    *s = (struct shape){ .el = el, .at = at, .expanded = expanded, .known_expanded = true,
                         .marker = true, .horizontal = true };
    return ERR_OK;
}

static enum err settle_box(struct layout *l, int box, int64_t x, int64_t y, int depth)
{
    const struct box *b = &l->m->box.v[box];
    for (int i = 0; i < b->n_nodes; i++) {
        int at = b->nodes[i];
        const struct node *n = &l->m->node.v[at];
        bool open = (n->kind == FLOW_SUB || n->kind == FLOW_ADHOC) && n->inner >= 0 &&
                    depth < FLOW_DEPTH_MAX;
        l->at[at].x += x;
        l->at[at].y += y;
        TRY(add_shape(l, (struct el){ EL_NODE, at }, l->at[at], open));
        if (open)
            TRY(settle_box(l, n->inner, l->at[at].x, l->at[at].y, depth + 1));
    }
    return ERR_OK;
}

static enum err add_line(struct layout *l, struct el el, const struct point *p, int n)
{
    struct line *k = VEC_PUSH(&l->c->mem, &l->d->line);
    struct point *own = NEW_N(&l->c->mem, struct point, (size_t)n);
    if (!k || !own)
        return NOMEM(l->c);
    memcpy(own, p, (size_t)n * sizeof *own);
    *k = (struct line){ .el = el, .p = own, .n = n };
    return ERR_OK;
}

static enum err line_ways(struct layout *l, int process)
{
    for (size_t i = 0; i < l->m->way.n; i++) {
        const struct way *w = &l->m->way.v[i];
        if (w->source < 0 || l->m->node.v[w->source].process != process)
            continue;
        struct area a = l->at[w->source], b = l->at[w->target];
        bool edge = l->m->node.v[w->source].host >= 0;
        struct point s = edge ? (struct point){ a.x + a.w / 2, a.y + a.h }
                              : (struct point){ a.x + a.w, a.y + a.h / 2 };
        struct point t = { b.x, b.y + b.h / 2 };
        int64_t mid = t.x - GAP_X / 2, over = (a.y < b.y ? a.y : b.y) - GAP_Y / 3;
        struct point forward[] = { s, { mid, s.y }, { mid, t.y }, t };
        struct point down[] = { s, { s.x, t.y > s.y ? t.y : s.y + GAP_Y / 3 },
                                { mid, t.y > s.y ? t.y : s.y + GAP_Y / 3 }, { mid, t.y }, t };
        struct point back[] = { s, { s.x + GAP_X / 3, s.y }, { s.x + GAP_X / 3, over },
                                { mid, over }, { mid, t.y }, t };
        struct el el = { EL_WAY, (int)i };
        if (edge)
            TRY(add_line(l, el, down, 5));
        else if (b.x > a.x + a.w)
            TRY(s.y == t.y ? add_line(l, el, (struct point[]){ s, t }, 2) : add_line(l, el, forward, 4));
        else
            TRY(add_line(l, el, back, 6));
    }
    return ERR_OK;
}

static enum err lay_process(struct layout *l, int process, int64_t *y)
{
    const struct process *p = &l->m->process.v[process];
    bool lanes = lane_row(l->m, process, -1) > 0;
    int64_t w, h;
    if (!p->n_nodes)
        return ERR_OK;
    TRY(lay_box(l, p->box, lanes, &w, &h, 0));
    if (p->pool >= 0 || lanes) {
        struct area all = { 0, *y, w + 2 * BAR + 2 * PAD, h };
        TRY(add_shape(l, (struct el){ EL_POOL, p->pool }, all, false));
        if (p->pool < 0)
            l->d->shape.v[l->d->shape.n - 1].el.kind = EL_NONE;
    }
    for (size_t i = 0; i < l->m->lane.n; i++)
        if (l->m->lane.v[i].process == process && !l->m->lane.v[i].pool) {
            struct area a = l->lane[i];
            a.y += *y;
            TRY(add_shape(l, (struct el){ EL_LANE, (int)i }, a, false));
        }
    TRY(settle_box(l, p->box, 0, *y, 0));
    TRY(line_ways(l, process));
    *y += h + 2 * GAP_Y;
    return ERR_OK;
}

/* Pools without a process: a bar. */
static enum err lay_black_box(struct layout *l, int pool, int64_t *y, struct area *at)
{
    *at = (struct area){ 0, *y, 60000, 6000 };
    *y += 6000 + 2 * GAP_Y;
    return add_shape(l, (struct el){ EL_POOL, pool }, *at, false);
}

static enum err line_mail(struct layout *l, const struct area *pools)
{
    for (size_t i = 0; i < l->m->mail.n; i++) {
        const struct mail *f = &l->m->mail.v[i];
        struct area a = f->source >= 0 ? l->at[f->source] : f->source_pool >= 0 ? pools[f->source_pool]
                                                                                : (struct area){ 0 };
        struct area b = f->target >= 0 ? l->at[f->target] : f->target_pool >= 0 ? pools[f->target_pool]
                                                                                : (struct area){ 0 };
        if (!a.w || !b.w)
            continue;
        int64_t ax = f->source >= 0 ? a.x + a.w / 2 : b.x + b.w / 2;
        int64_t bx = f->target >= 0 ? b.x + b.w / 2 : ax;
        bool down = a.y < b.y;
        struct point p[] = { { ax, down ? a.y + a.h : a.y },
                             { ax, down ? b.y - GAP_Y / 2 : b.y + b.h + GAP_Y / 2 },
                             { bx, down ? b.y - GAP_Y / 2 : b.y + b.h + GAP_Y / 2 },
                             { bx, down ? b.y : b.y + b.h } };
        TRY(add_line(l, (struct el){ EL_MAIL, (int)i }, p, 4));
    }
    return ERR_OK;
}

enum err layout_make(struct ctx *c, const struct flow_model *m, int process, struct diagram **out)
{
    size_t n = m->node.n + 1;
    struct layout l = { .c = c, .m = m, .at = NEW_N(&c->mem, struct area, n),
                        .rank = NEW_N(&c->mem, int, n), .row = NEW_N(&c->mem, int, n),
                        .seen = NEW_N(&c->mem, unsigned char, n), .d = NEW(&c->mem, struct diagram),
                        .lane = NEW_N(&c->mem, struct area, m->lane.n + 1) };
    struct area *pools = NEW_N(&c->mem, struct area, m->pool.n + 1);
    int64_t y = 0;
    if (c->mem.failed)
        return NOMEM(c);
    if (process >= 0)
        l.d->plane = m->process.v[process].id;
    for (size_t i = 0; i < m->process.n; i++)
        if (process < 0 || (int)i == process)
            TRY(lay_process(&l, (int)i, &y));
    for (size_t i = 0; process < 0 && i < m->pool.n; i++)
        if (m->pool.v[i].process < 0)
            TRY(lay_black_box(&l, (int)i, &y, &pools[i]));
    if (process < 0)
        TRY(line_mail(&l, pools));
    *out = l.d;
    return ERR_OK;
}
