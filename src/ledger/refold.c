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

struct owner { unsigned char id[KEY_ID_LEN]; int32_t no; };        /* no: 1 and up; 0: free */
struct plan {
    struct owner *slot;          /* by key id; size a power of two */
    size_t size, n;
    int64_t *bytes;              /* per owner */
    int32_t *whose;              /* per entry: its owner; 0: no such entry */
    int64_t last, part_bytes;
};
/* Owners `from` to `to` (excluded), of the records of one slice. */
struct part { int32_t from, to; size_t slice, slices; };

static struct owner *owner_at(const struct plan *p, const unsigned char *id)
{
    uint64_t h;
    memcpy(&h, id, sizeof h);              /* key ids are random */
    size_t i = (size_t)h & (p->size - 1);
    while (p->slot[i].no && memcmp(p->slot[i].id, id, KEY_ID_LEN) != 0)
        i = (i + 1) & (p->size - 1);
    return &p->slot[i];
}

/* malloc'd, for it grows to some megabytes: what an arena outgrows it keeps. */
static bool plan_grow(struct plan *p)
{
    struct plan more = *p;
    more.size = p->size ? p->size * 2 : 4096;
    more.slot = calloc(more.size, sizeof *more.slot);
    int64_t *bytes = realloc(p->bytes, more.size * sizeof *bytes);
    if (bytes)
        p->bytes = more.bytes = bytes;
    if (!more.slot || !bytes) {
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
    struct owner *o = owner_at(p, (const unsigned char *)key.p);
    if (!o->no) {
        memcpy(o->id, key.p, KEY_ID_LEN);
        o->no = (int32_t)++p->n;
        p->bytes[o->no] = 0;
    }
    p->bytes[o->no] += bytes;
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
    p->whose = calloc((size_t)p->last + 1, sizeof *p->whose);
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
    free(p->bytes);
    free(p->whose);
}

/* The next part after *at: as many owners as fit, or a slice of a large one. */
static bool plan_next(const struct plan *p, struct part *at)
{
    if (at->slice + 1 < at->slices) {
        at->slice++;
        return true;
    }
    int64_t bytes = 0;
    int32_t end = (int32_t)p->n + 1;
    *at = (struct part){ .from = at->to, .to = at->to };
    while (at->to < end && (at->to == at->from || bytes + p->bytes[at->to] <= p->part_bytes))
        bytes += p->bytes[at->to++];
    at->slices = 1 + (size_t)(bytes / p->part_bytes);
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

static enum err part_add(struct fold *f, const struct part *at, struct items *t, const struct entry *e)
{
    struct ctx *c = f->c;
    bool erased;
    struct opened *o = NEW(&c->mem, struct opened);
    TRY(ctx_check(c));
    TRY(entry_open(c, f->l, e, &o->key, &o->ch, &erased));
    if (erased)
        return ERR_OK;
    o->ch.node = arena_dup(&c->mem, e->node);
    TRY(slice_sets(c, at, &o->ch));
    TRY(items_more(c, t));
    TRY(ctx_check(c));
    t->p[t->n++] = (struct fold_item){ &o->ch, &o->key, e->n };
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

static enum err part_read(struct fold *f, const struct plan *p, const struct part *at, struct items *t)
{
    for (int64_t n = 1; n <= p->last; ) {
        struct entry *e = NULL;
        size_t got = 0, run = run_at(p, at, n);
        if (!run) {
            n++;
            continue;
        }
        arena_reset(&f->g->mem);
        TRY(entries_read(f->g, f->l, n - 1, run, &e, &got));
        if (got != run || e[run - 1].n != n + (int64_t)run - 1)
            return FAIL(f->g, ERR_CORRUPT, "ledger.gap", "no entry %lld", (long long)n);
        for (size_t i = 0; i < run; i++)
            TRY(part_add(f, at, t, &e[i]));
        n += (int64_t)run;
    }
    return ERR_OK;
}

static enum err one_part(struct fold *f, const struct plan *p, const struct part *at)
{
    struct items t = { 0 };
    f->places_off = at->slice > 0;
    TRY(part_read(f, p, at, &t));
    return fold_items(f, t.p, t.n);
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
    struct part at = { .from = 1, .to = 1 };
    struct ctx mem, *outer = f->c;
    TRY(last_of(f->c, f->l, &p.last));
    if (*upto && *upto < p.last)
        p.last = *upto;
    ctx_init(&mem, (size_t)3 << 30);
    mem.db = outer->db;
    mem.node = outer->node;
    f->c = &mem;
    enum err e = p.last ? plan_make(f->g, f->l, &p) : ERR_OK;
    while (!e && plan_next(&p, &at)) {
        arena_reset(&mem.mem);
        e = one_part(f, &p, &at);
    }
    f->c = outer;
    f->places_off = false;
    if (e && !outer->fault.code)
        outer->fault = mem.fault.code ? mem.fault : f->g->fault;
    plan_free(&p);
    ctx_done(&mem);
    *upto = p.last;
    return e;
}
