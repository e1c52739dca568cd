/* flow_index.c - ids to elements, growing arrays, remarks. */
#include "flow/flow_model.h"

void *vec_room_(struct arena *a, void *v, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return v;
    size_t more = *room ? *room * 2 : 8;
    void *p = arena_alloc_n_(a, more, size, _Alignof(max_align_t));
    if (!p)
        return NULL;
    if (n)
        memcpy(p, v, n * size);
    *room = more;
    return p;
}

enum err remark_add(struct ctx *c, struct flow_model *m, enum flow_severity s, const char *key,
                    struct str id, struct str arg, int line)
{
    if (m->remark.n >= FLOW_NODES_MAX)
        return ERR_OK;                  /* enough has been said */
    struct remark *r = VEC_PUSH(&m->mem, &m->remark);
    if (!r)
        return NOMEM(c);
    *r = (struct remark){ s, key, id, arg, line };
    return ERR_OK;
}

static size_t slot_of(const struct flow_model *m, struct str id)
{
    size_t at = (size_t)str_hash(id) & (m->n_slots - 1);
    while (m->slot[at].el.kind != EL_NONE && !str_eq(m->slot[at].id, id))
        at = (at + 1) & (m->n_slots - 1);
    return at;
}

static enum err grow(struct ctx *c, struct flow_model *m)
{
    struct slot *old = m->slot;
    size_t n = m->n_slots;
    size_t more = n ? n * 2 : 256;
    struct slot *fresh = NEW_N(&m->mem, struct slot, more);
    if (!fresh)
        return NOMEM(c);
    m->slot = fresh;
    m->n_slots = more;
    for (size_t i = 0; i < n; i++)
        if (old[i].el.kind != EL_NONE)
            m->slot[slot_of(m, old[i].id)] = old[i];
    return ERR_OK;
}

/* An id nobody has yet: what stands in the file, or a made one. */
static enum err id_make(struct ctx *c, struct flow_model *m, struct str *id, int line)
{
    for (size_t k = m->n_ids; k < m->n_ids + 100; k++) {
        struct buf b;
        buf_init(&b, &m->mem, id->n + 40);
        buf_put(&b, *id);
        if (id->n)
            buf_fmt(&b, "~%zu", k);
        else
            buf_fmt(&b, "_line%d_%zu", line, k);
        if (b.failed)
            return NOMEM(c);
        if (m->slot[slot_of(m, buf_str(&b))].el.kind == EL_NONE) {
            *id = buf_str(&b);
            return ERR_OK;
        }
    }
    return FAIL(c, ERR_INPUT, "flow.too-many", "line %d: too many elements with one id", line);
}

enum err index_put(struct ctx *c, struct flow_model *m, struct str *id, enum el_kind kind, int at,
                   int line)
{
    if (m->n_ids * 2 >= m->n_slots)
        TRY(grow(c, m));
    if (id->n > 512)
        *id = str_sub(*id, 0, 512);
    bool given = id->n > 0;
    if (!given || m->slot[slot_of(m, *id)].el.kind != EL_NONE) {
        struct str was = *id;
        TRY(id_make(c, m, id, line));
        if (given)
            TRY(remark_add(c, m, FLOW_WRONG, "flow.same-id", was, *id, line));
        else if (kind == EL_NODE || kind == EL_WAY || kind == EL_PROCESS)
            TRY(remark_add(c, m, FLOW_WARN, "flow.no-id", *id, (struct str){ 0 }, line));
    }
    m->slot[slot_of(m, *id)] = (struct slot){ *id, { kind, at } };
    m->n_ids++;
    return ERR_OK;
}

struct el index_get(const struct flow_model *m, struct str id)
{
    if (!m->n_slots || !id.n)
        return (struct el){ EL_NONE, -1 };
    struct el el = m->slot[slot_of(m, id)].el;
    return el.kind == EL_NONE ? (struct el){ EL_NONE, -1 } : el;
}

struct el index_ref(const struct flow_model *m, struct str qname)
{
    struct el el = index_get(m, qname);
    for (size_t i = qname.n; el.kind == EL_NONE && i > 0; i--)
        if (qname.p[i - 1] == ':')
            return index_get(m, str_sub(qname, i, qname.n));
    return el;
}

int index_node(const struct flow_model *m, struct str id)
{
    struct el el = index_get(m, id);
    return el.kind == EL_NODE ? el.at : -1;
}

int index_way(const struct flow_model *m, struct str id)
{
    struct el el = index_get(m, id);
    return el.kind == EL_WAY ? el.at : -1;
}

int index_process(const struct flow_model *m, struct str id)
{
    struct el el = index_get(m, id);
    return el.kind == EL_PROCESS ? el.at : -1;
}
