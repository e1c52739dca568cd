/* refold.c - reading the ledger back: the entries the tables lack, or all of
 * them at once, grouped by record so that each is folded a single time.
 */
#include "ledger/ledger_impl.h"

#include <stdlib.h>

enum { PAGE = 1000 };

static enum err entries_locked(struct ctx *c, struct ledger *l, int64_t from, size_t max,
                               struct entry *out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    size_t k = 0;
    TRY(db_query_on(c, l->reader, &r,
        "SELECT e.n, e.seq, e.time_us, d.id, e.key_id, e.body, e.hash"
        "  FROM ledger_entry e JOIN ledger_node d ON d.no = e.node"
        " WHERE e.n > $1 ORDER BY e.n LIMIT $2",
        ARGS(INT(from), INT((int64_t)max))));
    while (k < max && rows_next(&r)) {
        out[k].n = row_i64(&r, 0);
        out[k].seq = row_i64(&r, 1);
        out[k].time_us = row_i64(&r, 2);
        out[k].node = row_str(&r, 3);
        out[k].key_id = row_str(&r, 4);
        out[k].body = row_str(&r, 5);
        out[k++].hash = row_str(&r, 6);
    }
    *n = k;
    return rows_end(&r);
}

enum err entries_read(struct ctx *c, struct ledger *l, int64_t from, size_t max,
                      struct entry **out, size_t *n)
{
    struct entry *p = NEW_N(&c->mem, struct entry, max + 1);
    TRY(ctx_check(c));
    (void)pthread_mutex_lock(&l->reader_lock);
    enum err e = entries_locked(c, l, from, max, p, n);
    (void)pthread_mutex_unlock(&l->reader_lock);
    *out = p;
    return e;
}

/* ---- a gap: (from, to] one page after another ------------------------------------------- */

struct opened { struct change ch; struct dossier_key key; };

static enum err fold_page(struct fold *f, int64_t *from, int64_t to)
{
    struct ctx *c = f->c;
    struct entry *e = NULL;
    size_t n = 0, k = 0;
    TRY(entries_read(c, f->l, *from, PAGE, &e, &n));
    struct opened *o = NEW_N(&c->mem, struct opened, n + 1);
    struct fold_item *items = NEW_N(&c->mem, struct fold_item, n + 1);
    TRY(ctx_check(c));
    if (!n)
        return FAIL(c, ERR_CORRUPT, "ledger.gap", "no entry after %lld", (long long)*from);
    for (size_t i = 0; i < n && e[i].n <= to; i++) {
        bool erased;
        *from = e[i].n;
        TRY(entry_open(c, f->l, &e[i], &o[k].key, &o[k].ch, &erased));
        if (erased)
            continue;
        items[k] = (struct fold_item){ &o[k].ch, &o[k].key, e[i].n };
        k++;
    }
    return fold_items(f, items, k);
}

enum err fold_from_ledger(struct fold *f, int64_t from, int64_t to)
{
    struct ctx page, *outer = f->c;
    enum err e = ERR_OK;
    ctx_init(&page, 192u << 20);
    page.db = outer->db;
    page.node = outer->node;
    f->c = &page;
    f->near = NULL;                    /* pages do not outlive the transaction's end */
    f->near_new = NULL;
    while (!e && from < to) {
        e = fold_page(f, &from, to);
        arena_reset(&page.mem);
    }
    f->c = outer;
    if (e && !outer->fault.code)
        outer->fault = page.fault;
    ctx_done(&page);
    return e;
}

/* ---- everything, in parts that fit in memory ----------------------------------------------------
 *
 * All changes of a record are folded at once, so a part is some whole dossiers,
 * in the order in which they first appear: rows then go into the tables nearly
 * in order.  A dossier larger than a part is taken in slices, each with its own
 * records.  One pass over the entries notes whose each is; then each is read once
 * (once per slice). */

/* id: the start of the random id of the dossier's key.  Two that begin alike count
 * as one owner, which only makes their part larger.  no: 1 and up; 0: free. */
struct owner { uint32_t id; int32_t no; };
struct share { int64_t bytes; int32_t first, last; };             /* its entries lie between these */
struct plan {
    struct owner *slot;          /* by key id; size a power of two */
    size_t size, n;
    struct share *of;            /* per owner */
    int32_t *whose;              /* per entry: its owner; 0: no such entry */
    int64_t last, part_bytes;
};
/* Owners `from` to `to` (excluded), of the records of one slice; none: the end. */
struct part { int32_t from, to; size_t slice, slices; int64_t bytes; };

static struct owner *owner_at(const struct plan *p, uint32_t id)
{
    size_t i = id & (p->size - 1);
    while (p->slot[i].no && p->slot[i].id != id)
        i = (i + 1) & (p->size - 1);
    return &p->slot[i];
}

/* malloc'd, for it grows to some megabytes: what an arena outgrows it keeps. */
static bool plan_grow(struct plan *p)
{
    struct plan more = *p;
    more.size = p->size ? p->size * 2 : 4096;
    more.slot = calloc(more.size, sizeof *more.slot);
    struct share *of = realloc(p->of, (more.size * 2 / 3 + 2) * sizeof *of);      /* no more are put in */
    if (of)
        p->of = more.of = of;
    if (!more.slot || !of) {
        free(more.slot);
        return false;
    }
    for (size_t i = 0; i < p->size; i++)
        if (p->slot[i].no)
            *owner_at(&more, p->slot[i].id) = p->slot[i];
    free(p->slot);
    *p = more;
    return true;
}

static enum err plan_entry(struct ctx *c, struct plan *p, int64_t n, struct str key, int64_t bytes)
{
    if (key.n != KEY_ID_LEN)
        return FAIL(c, ERR_CORRUPT, "ledger.key", "entry %lld", (long long)n);
    if (p->n * 3 >= p->size * 2 && !plan_grow(p))
        return FAIL(c, ERR_NOMEM, "error.too-big", "%zu dossiers", p->n);
    uint32_t id;
    memcpy(&id, key.p, sizeof id);
    struct owner *o = owner_at(p, id);
    if (!o->no) {
        o->id = id;
        o->no = (int32_t)++p->n;
        p->of[o->no] = (struct share){ .first = (int32_t)n };
    }
    p->of[o->no].bytes += bytes;
    p->of[o->no].last = (int32_t)n;
    p->whose[n] = o->no;
    return ERR_OK;
}

static enum err plan_page(struct ctx *g, struct ledger *l, struct plan *p, int64_t *from)
{
    AUTO_ROWS r = { 0 };
    int64_t before = *from;
    TRY(db_query_on(g, l->reader, &r, "SELECT n, key_id, length(body) FROM ledger_entry"
                                      " WHERE n > $1 AND n <= $2 ORDER BY n LIMIT $3",
        ARGS(INT(*from), INT(p->last), INT(PAGE))));
    while (rows_next(&r)) {
        *from = row_i64(&r, 0);
        TRY(plan_entry(g, p, *from, row_peek(&r, 1), row_i64(&r, 2)));
    }
    TRY(rows_end(&r));
    return *from > before ? ERR_OK : FAIL(g, ERR_CORRUPT, "ledger.gap", "no entry after %lld", (long long)before);
}

static enum err plan_make(struct ctx *g, struct ledger *l, struct plan *p)
{
    enum err e = ERR_OK;
    p->whose = p->last < INT32_MAX ? calloc((size_t)p->last + 1, sizeof *p->whose) : NULL;
    if (!p->whose)
        return FAIL(g, ERR_NOMEM, "error.too-big", "%lld entries", (long long)p->last);
    for (int64_t from = 0; !e && from < p->last; ) {
        arena_reset(&g->mem);
        (void)pthread_mutex_lock(&l->reader_lock);
        e = plan_page(g, l, p, &from);
        (void)pthread_mutex_unlock(&l->reader_lock);
    }
    return e;
}

static void plan_free(struct plan *p)
{
    free(p->slot);
    free(p->of);
    free(p->whose);
}

/* The next part after *at: as many owners as fit, or a slice of a large one. */
static bool plan_next(const struct plan *p, struct part *at)
{
    if (at->slice + 1 < at->slices) {
        at->slice++;
        return true;
    }
    int32_t end = (int32_t)p->n + 1;
    *at = (struct part){ .from = at->to, .to = at->to };
    while (at->to < end && (at->to == at->from || at->bytes + p->of[at->to].bytes <= p->part_bytes))
        at->bytes += p->of[at->to++].bytes;
    at->slices = 1 + (size_t)(at->bytes / p->part_bytes);
    return at->from < end;
}

/* ---- one part ---------------------------------------------------------------------------------- */

struct items { struct fold_item *p; size_t n, room; };

static enum err items_more(struct ctx *c, struct items *t)
{
    if (t->n < t->room)
        return ERR_OK;
    size_t room = t->room ? t->room * 2 : 1024;
    struct fold_item *more = NEW_N(&c->mem, struct fold_item, room);
    TRY(ctx_check(c));
    if (t->n)
        memcpy(more, t->p, t->n * sizeof *more);
    t->p = more;
    t->room = room;
    return ERR_OK;
}

/* Of a large dossier's change, what belongs to this slice. */
static enum err slice_sets(struct ctx *c, const struct part *at, struct change *ch)
{
    size_t k = 0;
    if (at->slices == 1)
        return ERR_OK;
    struct set *sets = NEW_N(&c->mem, struct set, ch->n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < ch->n; i++)
        if (str_hash(ch->sets[i].record) % at->slices == at->slice)
            sets[k++] = ch->sets[i];
    ch->sets = sets;
    ch->n = k;
    return ERR_OK;
}

/* Read and made ready on a thread of its own while the part before is written. */
struct slot { struct ctx mem; struct part at; struct items t; struct ready_part ready; enum err err; bool full; };
struct reading {
    struct ledger *l;
    const struct plan *plan;
    struct ctx g;                        /* scratch of the reader */
    struct slot slot[2];
    pthread_mutex_t lock;
    pthread_cond_t turn;
    pthread_t thread;
    bool threaded, stop;
    size_t read, taken;
    struct part at;
};

static enum err part_add(struct reading *r, struct slot *s, const struct entry *e)
{
    struct ctx *c = &s->mem;
    bool erased;
    struct opened *o = NEW(&c->mem, struct opened);
    TRY(ctx_check(c));
    TRY(entry_open(c, r->l, e, &o->key, &o->ch, &erased));
    if (erased)
        return ERR_OK;
    o->ch.node = arena_dup(&c->mem, e->node);
    TRY(slice_sets(c, &s->at, &o->ch));
    TRY(items_more(c, &s->t));
    TRY(ctx_check(c));
    s->t.p[s->t.n++] = (struct fold_item){ &o->ch, &o->key, e->n };
    return ERR_OK;
}

/* Entries n, n+1, … as far as they belong to the part. */
static size_t run_at(const struct plan *p, const struct part *at, int64_t n)
{
    size_t k = 0;
    while (k < PAGE && n + (int64_t)k <= p->last && p->whose[n + (int64_t)k] >= at->from &&
           p->whose[n + (int64_t)k] < at->to)
        k++;
    return k;
}

/* Where the first of a part's owners begins and the last of them ends. */
static void bounds(const struct plan *p, const struct part *at, int64_t *from, int64_t *to)
{
    *from = p->of[at->from].first;
    *to = 0;
    for (int32_t i = at->from; i < at->to; i++)
        if (p->of[i].last > *to)
            *to = p->of[i].last;
}

static enum err part_read(struct reading *r, struct slot *s)
{
    int64_t n, end;
    bounds(r->plan, &s->at, &n, &end);
    while (n <= end) {
        struct entry *e = NULL;
        size_t got = 0, run = run_at(r->plan, &s->at, n);
        if (!run) {
            n++;
            continue;
        }
        arena_reset(&r->g.mem);
        TRY(entries_read(&r->g, r->l, n - 1, run, &e, &got));
        if (got != run || e[run - 1].n != n + (int64_t)run - 1)
            return FAIL(&r->g, ERR_CORRUPT, "ledger.gap", "no entry %lld", (long long)n);
        for (size_t i = 0; i < run; i++)
            TRY(part_add(r, s, &e[i]));
        n += (int64_t)run;
    }
    return ERR_OK;
}

static enum err part_ready(struct reading *r, struct slot *s)
{
    struct fold f = { .l = r->l, .c = &s->mem, .g = &r->g, .places_off = s->at.slice > 0 };
    TRY(part_read(r, s));
    return fold_ready(&f, s->t.p, s->t.n, &s->ready);
}

/* False: there is no more, or it failed. */
static bool slot_fill(struct reading *r, struct slot *s)
{
    arena_reset(&s->mem.mem);
    s->t = (struct items){ 0 };
    s->ready = (struct ready_part){ 0 };
    s->err = ERR_OK;
    bool more = plan_next(r->plan, &r->at);
    s->at = more ? r->at : (struct part){ 0 };
    if (more)
        s->err = part_ready(r, s);
    if (s->err && !s->mem.fault.code)
        s->mem.fault = r->g.fault;
    return more && !s->err;
}

static void *read_on(void *arg)
{
    struct reading *r = arg;
    bool more = true;
    (void)pthread_mutex_lock(&r->lock);
    while (more && !r->stop) {
        struct slot *s = &r->slot[r->read % COUNT_OF(r->slot)];
        if (s->full) {
            (void)pthread_cond_wait(&r->turn, &r->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&r->lock);
        more = slot_fill(r, s);
        (void)pthread_mutex_lock(&r->lock);
        s->full = true;
        r->read++;
        (void)pthread_cond_broadcast(&r->turn);
    }
    (void)pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* The next part that is read; without a thread it is read now. */
static struct slot *slot_take(struct reading *r)
{
    struct slot *s = &r->slot[r->taken++ % COUNT_OF(r->slot)];
    if (!r->threaded) {
        (void)slot_fill(r, s);
        return s;
    }
    (void)pthread_mutex_lock(&r->lock);
    while (!s->full)
        (void)pthread_cond_wait(&r->turn, &r->lock);
    (void)pthread_mutex_unlock(&r->lock);
    return s;
}

static void slot_give(struct reading *r, struct slot *s)
{
    (void)pthread_mutex_lock(&r->lock);
    s->full = false;
    (void)pthread_cond_broadcast(&r->turn);
    (void)pthread_mutex_unlock(&r->lock);
}

static void reading_begin(struct reading *r, const struct fold *f, const struct plan *p)
{
    *r = (struct reading){ .l = f->l, .plan = p, .at = { .from = 1, .to = 1 } };
    ctx_init(&r->g, 256u << 20);
    for (size_t i = 0; i < COUNT_OF(r->slot); i++) {
        ctx_init(&r->slot[i].mem, (size_t)3 << 30);
        r->slot[i].mem.node = f->c->node;
    }
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_cond_init(&r->turn, NULL);
    r->threaded = pthread_create(&r->thread, NULL, read_on, r) == 0;
}

static void reading_end(struct reading *r)
{
    (void)pthread_mutex_lock(&r->lock);
    r->stop = true;
    (void)pthread_cond_broadcast(&r->turn);
    (void)pthread_mutex_unlock(&r->lock);
    if (r->threaded)
        (void)pthread_join(r->thread, NULL);
    for (size_t i = 0; i < COUNT_OF(r->slot); i++)
        ctx_done(&r->slot[i].mem);
    ctx_done(&r->g);
    (void)pthread_cond_destroy(&r->turn);
    (void)pthread_mutex_destroy(&r->lock);
}

static enum err fold_slot(struct fold *f, struct slot *s)
{
    if (!s->err)
        return fold_put(f, &s->ready);
    if (!f->c->fault.code)
        f->c->fault = s->mem.fault;
    return s->err;
}

static enum err fold_parts(struct fold *f, const struct plan *p)
{
    struct reading r;
    enum err e = ERR_OK;
    bool more = true;
    int64_t done = 0, all = 0;
    for (size_t i = 1; i <= p->n; i++)
        all += p->of[i].bytes;
    reading_begin(&r, f, p);
    while (!e && more) {
        struct slot *s = slot_take(&r);
        more = s->at.from < s->at.to;
        e = fold_slot(f, s);
        done += s->at.slices ? s->at.bytes / (int64_t)s->at.slices : 0;
        remaking_set(f->l, done, all, 0, REMAKE_ROWS);
        slot_give(&r, s);
    }
    reading_end(&r);
    return e;
}

static enum err last_of(struct ctx *c, struct ledger *l, int64_t *last)
{
    AUTO_ROWS r = { 0 };
    (void)pthread_mutex_lock(&l->reader_lock);
    enum err e = db_query_on(c, l->reader, &r, "SELECT coalesce(max(n), 0) FROM ledger_entry", NO_ARGS);
    if (!e && rows_next(&r))
        *last = row_i64(&r, 0);
    if (!e)
        e = rows_end(&r);
    (void)pthread_mutex_unlock(&l->reader_lock);
    return e;
}

enum err refold(struct fold *f, int64_t *upto)
{
    struct plan p = { .part_bytes = f->l->part_bytes };
    TRY(last_of(f->c, f->l, &p.last));
    if (*upto < p.last)
        p.last = *upto;
    enum err e = p.last ? plan_make(f->g, f->l, &p) : ERR_OK;
    if (!e && p.last)
        e = fold_parts(f, &p);
    if (e && !f->c->fault.code)
        f->c->fault = f->g->fault;
    plan_free(&p);
    *upto = p.last;
    return e;
}
