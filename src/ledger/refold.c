/* refold.c - reading the ledger back: the entries the tables lack, or all of
 * them at once, grouped by record so that each is folded a single time.
 */
#include "ledger/ledger_impl.h"

#include <stdlib.h>

enum { PAGE = 2000, PART_BYTES = 128 << 20 };

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

/* ---- all keys at once ------------------------------------------------------------------------ */

struct keymap { struct dossier_key *slot; size_t size; };

static size_t place(const struct keymap *m, const unsigned char *id)
{
    uint64_t h;
    memcpy(&h, id, sizeof h);              /* key ids are random */
    size_t i = (size_t)h & (m->size - 1);
    while ((m->slot[i].n || m->slot[i].erased) && memcmp(m->slot[i].id, id, KEY_ID_LEN) != 0)
        i = (i + 1) & (m->size - 1);
    return i;
}

static enum err keymap_size(struct ctx *c, struct ledger *l, struct keymap *m)
{
    AUTO_ROWS r = { 0 };
    int64_t n = 0;
    TRY(db_query_on(c, l->reader, &r, "SELECT count(*) FROM ledger_key", NO_ARGS));
    if (rows_next(&r))
        n = row_i64(&r, 0);
    TRY(rows_end(&r));
    for (m->size = 64; m->size < (size_t)n * 2; m->size *= 2)
        ;
    m->slot = NEW_N(&c->mem, struct dossier_key, m->size);
    return ctx_check(c);
}

/* One page of keys after *last; scratch holds what unwrapping needs. */
static enum err keymap_page(struct ctx *g, struct ledger *l, struct keymap *m, struct buf *last, bool *more)
{
    AUTO_ROWS r = { 0 };
    size_t n = 0;
    TRY(db_query_on(g, l->reader, &r, "SELECT id, sealed FROM ledger_key WHERE id > $1 ORDER BY id LIMIT $2",
        ARGS(BYTES(buf_str(last)), INT(PAGE))));
    for (; rows_next(&r); n++) {
        struct dossier_key k;
        struct str id = row_peek(&r, 0);
        if (id.n != KEY_ID_LEN)
            return FAIL(g, ERR_CORRUPT, "ledger.key", "id of %zu bytes", id.n);
        last->n = 0;
        buf_put(last, id);
        TRY(key_unwrap(g, l, buf_str(last), row_str(&r, 1), &k));
        m->slot[place(m, k.id)] = k;
    }
    *more = n == PAGE;
    return rows_end(&r);
}

static enum err keymap_load(struct ctx *c, struct ctx *g, struct ledger *l, struct keymap *m)
{
    struct buf last;
    bool more = true;
    (void)pthread_mutex_lock(&l->reader_lock);
    enum err e = keymap_size(c, l, m);
    buf_init(&last, &c->mem, 64);
    while (!e && more) {
        arena_reset(&g->mem);
        e = keymap_page(g, l, m, &last, &more);
    }
    (void)pthread_mutex_unlock(&l->reader_lock);
    return e;
}

/* ---- everything, in parts that fit in memory ---------------------------------------------------- */

static enum err ledger_size(struct ctx *c, struct ledger *l, int64_t *bytes, int64_t *last)
{
    AUTO_ROWS r = { 0 };
    (void)pthread_mutex_lock(&l->reader_lock);
    enum err e = db_query_on(c, l->reader, &r,
        "SELECT coalesce(sum(length(body)), 0), coalesce(max(n), 0) FROM ledger_entry", NO_ARGS);
    if (!e && rows_next(&r)) {
        *bytes = row_i64(&r, 0);
        *last = row_i64(&r, 1);
    }
    if (!e)
        e = rows_end(&r);
    (void)pthread_mutex_unlock(&l->reader_lock);
    return e;
}

struct part { struct fold *f; const struct keymap *keys; size_t at, of; struct fold_item *items; size_t n, room; };

static enum err part_add(struct part *p, const struct entry *e, const struct dossier_key *key)
{
    struct ctx *c = p->f->c;
    struct str plain, bytes;
    if (p->n == p->room) {
        size_t room = p->room ? p->room * 2 : 1024;
        struct fold_item *more = NEW_N(&c->mem, struct fold_item, room);
        TRY(ctx_check(c));
        if (p->n)
            memcpy(more, p->items, p->n * sizeof *more);
        p->items = more;
        p->room = room;
    }
    struct change *ch = NEW(&c->mem, struct change);
    TRY(seal_open(p->f->g, key->key, body_ad(&p->f->g->mem, e->node, e->key_id), e->body, &plain));
    bytes = arena_dup(&c->mem, plain);
    TRY(ctx_check(c));
    TRY(change_parse(c, bytes, ch));
    ch->node = arena_dup(&c->mem, e->node);
    ch->seq = e->seq;
    ch->time_us = e->time_us;
    TRY(ctx_check(c));
    if (!str_eq(ch->dossier, key_dossier(key)))
        return FAIL(c, ERR_CORRUPT, "ledger.dossier", "entry %lld names another dossier than its key",
                    (long long)e->n);
    p->items[p->n++] = (struct fold_item){ ch, key, e->n };
    return ERR_OK;
}

static enum err part_page(struct part *p, int64_t *from, int64_t last)
{
    struct ctx *g = p->f->g;
    struct entry *e = NULL;
    size_t n = 0;
    arena_reset(&g->mem);
    TRY(entries_read(g, p->f->l, *from, PAGE, &e, &n));
    if (!n)
        return FAIL(g, ERR_CORRUPT, "ledger.gap", "no entry after %lld", (long long)*from);
    for (size_t i = 0; i < n && e[i].n <= last; i++) {
        *from = e[i].n;
        if (e[i].key_id.n != KEY_ID_LEN)
            return FAIL(g, ERR_CORRUPT, "ledger.key", "entry %lld", (long long)e[i].n);
        const struct dossier_key *k = &p->keys->slot[place(p->keys, (const unsigned char *)e[i].key_id.p)];
        if (!k->n && !k->erased)
            return FAIL(g, ERR_CORRUPT, "ledger.key", "entry %lld names a key that is not there", (long long)e[i].n);
        if (!k->erased && (p->of == 1 || str_hash(key_dossier(k)) % p->of == p->at))
            TRY(part_add(p, &e[i], k));
    }
    return ERR_OK;
}

static enum err one_part(struct fold *f, const struct keymap *keys, size_t at, size_t of, int64_t last)
{
    struct ctx part_c, *outer = f->c;
    struct part p = { .f = f, .keys = keys, .at = at, .of = of };
    enum err e = ERR_OK;
    ctx_init(&part_c, (size_t)3 << 30);
    part_c.db = outer->db;
    part_c.node = outer->node;
    f->c = &part_c;
    for (int64_t from = 0; !e && from < last; )
        e = part_page(&p, &from, last);
    if (!e)
        e = fold_items(f, p.items, p.n);
    f->c = outer;
    if (e && !outer->fault.code)
        outer->fault = part_c.fault.code ? part_c.fault : f->g->fault;
    ctx_done(&part_c);
    return e;
}

enum err refold(struct fold *f, int64_t *upto)
{
    int64_t bytes = 0, last = 0;
    struct keymap keys = { 0 };
    TRY(ledger_size(f->c, f->l, &bytes, &last));
    if (*upto && *upto < last)
        last = *upto;
    TRY(keymap_load(f->c, f->g, f->l, &keys));
    size_t parts = 1 + (size_t)bytes / PART_BYTES;
    for (size_t i = 0; last && i < parts; i++)
        TRY(one_part(f, &keys, i, parts, last));
    *upto = last;
    return ERR_OK;
}
