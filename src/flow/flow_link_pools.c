/* flow_link_pools.c - who does what: pools, lanes, and the messages between. */
#include "flow/flow_link.h"

/* ---- pools --------------------------------------------------------------------- */

static void pools_to_processes(struct flow_model *m)
{
    for (size_t i = 0; i < m->pool.n; i++) {
        struct pool *p = &m->pool.v[i];
        struct el el = index_ref(m, p->process_ref);
        if (el.kind != EL_PROCESS)
            continue;
        p->process = el.at;
        if (m->process.v[el.at].pool < 0)
            m->process.v[el.at].pool = (int)i;
    }
}

static void count_lanes(struct flow_model *m)
{
    for (size_t i = 0; i < m->lane.n; i++) {
        m->process.v[m->lane.v[i].process].has_lanes = true;
        m->process.v[m->lane.v[i].process].n_lanes++;
    }
}

/* A pool without lanes is its own only lane. */
static enum err pool_lanes(struct ctx *c, struct flow_model *m)
{
    for (size_t i = 0; i < m->process.n; i++) {
        const struct process *p = &m->process.v[i];
        if (p->has_lanes || p->pool < 0)
            continue;
        const struct pool *q = &m->pool.v[p->pool];
        struct lane *l = VEC_PUSH(&m->mem, &m->lane);
        if (!l)
            return NOMEM(c);
        *l = (struct lane){ .id = q->id, .name = q->name, .role = q->role, .process = (int)i,
                            .parent = -1, .line = q->line, .pool = true };
    }
    return ERR_OK;
}

/* ---- lanes ------------------------------------------------------------------------ */

static int lane_depth(const struct flow_model *m, int lane)
{
    int depth = 0;
    for (; lane >= 0; lane = m->lane.v[lane].parent)
        depth++;
    return depth;
}

/* The innermost lane that names the node wins. */
static enum err lanes_by_ref(struct ctx *c, struct flow_model *m)
{
    for (size_t i = 0; i < m->lane_ref.n; i++) {
        struct el el = index_ref(m, m->lane_ref.v[i]);
        int lane = m->lane_ref_lane.v[i];
        if (el.kind != EL_NODE) {
            if (m->lane_ref.v[i].n && el.kind == EL_NONE)
                TRY(remark_add(c, m, FLOW_WARN, "flow.lane-unknown", m->lane.v[lane].id,
                               m->lane_ref.v[i], m->lane.v[lane].line));
            continue;
        }
        struct node *n = &m->node.v[el.at];
        if (n->lane < 0 || lane_depth(m, lane) > lane_depth(m, n->lane))
            n->lane = lane;
    }
    return ERR_OK;
}

static bool inside(struct area a, int64_t x, int64_t y)
{
    return x >= a.x && x <= a.x + a.w && y >= a.y && y <= a.y + a.h;
}

/* Some tools draw lanes and forget to list what stands in them. */
static void lane_by_place(struct flow_model *m, const struct diagram *d, const struct shape *s)
{
    struct node *n = &m->node.v[s->el.at];
    int64_t x = s->at.x + s->at.w / 2, y = s->at.y + s->at.h / 2, best = INT64_MAX;
    for (size_t k = 0; k < d->shape.n; k++) {
        const struct shape *l = &d->shape.v[k];
        if (l->el.kind != EL_LANE || m->lane.v[l->el.at].process != n->process ||
            !inside(l->at, x, y) || l->at.w * l->at.h >= best)
            continue;
        best = l->at.w * l->at.h;
        n->lane = l->el.at;
    }
}

static void lanes_by_place(struct flow_model *m)
{
    if (m->lane.n > 500)
        return;
    for (size_t i = 0; i < m->diagram.n; i++) {
        const struct diagram *d = &m->diagram.v[i];
        for (size_t k = 0; k < d->shape.n; k++)
            if (d->shape.v[k].el.kind == EL_NODE && m->node.v[d->shape.v[k].el.at].lane < 0)
                lane_by_place(m, d, &d->shape.v[k]);
    }
}

static int pool_lane(const struct flow_model *m, int process)
{
    for (size_t i = m->lane.n; i-- > 0 && m->lane.v[i].pool;)
        if (m->lane.v[i].process == process)
            return (int)i;
    return -1;
}

/* From the host of a boundary event, the sub-process around, the pool. */
static void lanes_from_around(struct flow_model *m)
{
    for (size_t i = 0; i < m->node.n; i++) {           /* containers come before their content */
        struct node *n = &m->node.v[i];
        int up = m->box.v[n->box].node;
        if (n->lane < 0 && n->host >= 0)
            n->lane = m->node.v[n->host].lane;
        if (n->lane < 0 && up >= 0)
            n->lane = m->node.v[up].lane;
        if (n->lane < 0)
            n->lane = pool_lane(m, n->process);
    }
}

/* ---- message flows -------------------------------------------------------------------- */

static void mail_end(const struct flow_model *m, struct str ref, int *node, int *pool)
{
    struct el el = index_ref(m, ref);
    if (el.kind == EL_NODE) {
        *node = el.at;
        *pool = m->process.v[m->node.v[el.at].process].pool;
    } else if (el.kind == EL_POOL) {
        *pool = el.at;
    }
}

static enum err link_mail(struct ctx *c, struct flow_model *m)
{
    for (size_t i = 0; i < m->mail.n; i++) {
        struct mail *f = &m->mail.v[i];
        mail_end(m, f->source_ref, &f->source, &f->source_pool);
        mail_end(m, f->target_ref, &f->target, &f->target_pool);
        struct el el = index_ref(m, f->message_ref);
        f->message_name = el.kind == EL_THING ? m->thing.v[el.at].name : f->name;
        if ((f->source < 0 && f->source_pool < 0) || (f->target < 0 && f->target_pool < 0))
            TRY(remark_add(c, m, FLOW_WRONG, "flow.loose-message", f->id,
                           f->source < 0 && f->source_pool < 0 ? f->source_ref : f->target_ref,
                           f->line));
        if (f->source >= 0)
            m->node.v[f->source].n_sends++;
    }
    for (size_t i = 0; i < m->node.n; i++) {
        struct node *n = &m->node.v[i];
        if (n->n_sends && !(n->sends = NEW_N(&m->mem, int, (size_t)n->n_sends)))
            return NOMEM(c);
        n->n_sends = 0;
    }
    for (size_t i = 0; i < m->mail.n; i++)
        if (m->mail.v[i].source >= 0) {
            struct node *n = &m->node.v[m->mail.v[i].source];
            n->sends[n->n_sends++] = (int)i;
        }
    return ERR_OK;
}

enum err link_pools(struct ctx *c, struct flow_model *m)
{
    pools_to_processes(m);
    count_lanes(m);
    TRY(lanes_by_ref(c, m));
    lanes_by_place(m);
    TRY(pool_lanes(c, m));
    lanes_from_around(m);
    return link_mail(c, m);
}
