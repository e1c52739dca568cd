/* fold.c - changes into tables: the same for a change made here, received or
 * replayed.  It never refuses; every order of arrival gives the same record
 * rows byte for byte (state.h says why).
 */
#include "ledger/ledger_impl.h"

#include <stdlib.h>

/* ---- where a record's changes lie ------------------------------------------------------ */

static uint64_t hash64(const struct ledger *l, const struct str *parts, size_t n)
{
    unsigned char h[HASH_LEN];
    uint64_t v = 0;
    hash_parts(h, l->hide, parts, n);
    memcpy(&v, h, sizeof v);
    return v;
}

/* The time in an id, in 128 ms: neighbours in time are neighbours in the index. */
static uint64_t id_time(struct str id)
{
    static const char digit[] = "0123456789abcdefghjkmnpqrstvwxyz";
    uint64_t ms = 0;
    if (!id_ok(id))
        return 0;
    for (size_t i = 0; i < 10; i++)
        ms = ms << 5 | (uint64_t)(strchr(digit, id.p[i]) - digit);
    return ms >> 7 & 0x3ffffffffu;
}

int64_t gid_of(const struct ledger *l, struct str dossier, struct str kind, struct str record)
{
    const struct str parts[] = { STR("gid "), dossier, STR(" "), kind, STR(" "), record };
    return (int64_t)(id_time(record) << 29 | (hash64(l, parts, COUNT_OF(parts)) & 0x1fffffffu));
}

int64_t change_mark(const struct ledger *l, struct str change, struct str kind, struct str record)
{
    const struct str parts[] = { STR("mark "), change, STR(" "), kind, STR(" "), record };
    return (int64_t)(hash64(l, parts, COUNT_OF(parts)) >> 1);
}

/* ---- a record's row ------------------------------------------------------------------------ */

static struct str record_ad(struct arena *a, struct str dossier, struct str kind, struct str record)
{
    return str_join(a, STR("record "), record, STR(" "), kind, STR(" "), dossier);
}

enum err state_load(struct ctx *c, const struct dossier_key *key, struct str kind, struct str record,
                    struct state *out, bool *elsewhere)
{
    AUTO_ROWS r = { 0 };
    struct str sealed = { 0 }, plain;
    bool found = false, other = false;
    TRY(db_query(c, &r, "SELECT dossier, kind, body FROM record WHERE id = $1", ARGS(TEXT(record))));
    while (rows_next(&r)) {
        bool here = str_eq(row_peek(&r, 0), key_dossier(key));
        other |= !here;
        if (here && str_eq(row_peek(&r, 1), kind)) {
            found = true;
            sealed = row_str(&r, 2);
        }
    }
    TRY(rows_end(&r));
    if (elsewhere)
        *elsewhere = other;
    if (!found)
        return FAIL(c, ERR_NOT_FOUND, "record.none", "record");
    TRY(seal_open(c, key->key, record_ad(&c->mem, key_dossier(key), kind, record), sealed, &plain));
    return state_decode(c, plain, out);
}

struct group {
    struct str dossier, kind, record;
    const struct dossier_key *key;
    int64_t gid;
    bool is_new;
    struct state state;
};

static enum err group_store(struct ctx *c, const struct group *g, bool fresh)
{
    struct buf b;
    const struct state *s = &g->state;
    buf_init(&b, &c->mem, 64u << 20);
    state_encode(&b, s);
    if (b.failed)
        return FAIL(c, ERR_NOMEM, "error.too-big", "record");
    struct str body = seal_same(&c->mem, g->key->key,
                                record_ad(&c->mem, g->dossier, g->kind, g->record), buf_str(&b));
    TRY(ctx_check(c));
    int64_t conflict = state_conflict(s);
    if (g->is_new || fresh)
        return db_exec(c, "INSERT INTO record (id, dossier, kind, created_us, updated_us, conflict, body)"
                          " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            ARGS(TEXT(g->record), TEXT(g->dossier), TEXT(g->kind), INT(s->created_us),
                 INT(s->updated_us), INT(conflict), BYTES(body)));
    return db_exec(c, "UPDATE record SET created_us = $4, updated_us = $5, conflict = $6, body = $7"
                      " WHERE id = $1 AND dossier = $2 AND kind = $3",
        ARGS(TEXT(g->record), TEXT(g->dossier), TEXT(g->kind), INT(s->created_us),
             INT(s->updated_us), INT(conflict), BYTES(body)));
}

/* ---- projecting ------------------------------------------------------------------------------ */

static enum err project_dossier(struct ctx *c, const struct record *r)
{
    return db_exec(c, "INSERT INTO dossier (id, kind, root) VALUES ($1, $2, $3)"
                      " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, root = excluded.root",
        ARGS(TEXT(r->id), TEXT(record_get(r, "kind")), TEXT(record_get(r, "root"))));
}

static bool skipped(const struct fold *f, struct str record)
{
    for (size_t i = 0; i < f->skip_n; i++)
        if (str_is(record, f->skip[i]))
            return true;
    return false;
}

static enum err project(struct fold *f, const struct group *g)
{
    struct ctx *c = f->g;
    struct record r = { .id = g->record, .kind = g->kind, .dossier = g->dossier };
    TRY(state_record(c, &g->state, &r));
    if (str_is(g->kind, "dossier") && str_eq(g->record, g->dossier))
        TRY(project_dossier(c, &r));
    if (skipped(f, g->record))
        return ERR_OK;
    for (size_t i = 0; i < f->l->cfg.projectors_n; i++) {
        const struct projector *p = &f->l->cfg.projectors[i];
        if (!str_is(g->kind, p->kind))
            continue;
        enum err e = p->project(c, &r);
        if (!e)
            e = ctx_check(c);
        if (e && e != ERR_IO && e != ERR_BUSY && e != ERR_NOMEM && f->skip_n < COUNT_OF(f->skip)) {
            log_line(LOG_ERROR, "kind %s: a record is left out of its desk's table", p->kind);
            memcpy(f->skip[f->skip_n++], g->record.p, g->record.n < sizeof f->skip[0] ? g->record.n : 0);
            f->bad = true;
        }
        TRY(e);
    }
    return ERR_OK;
}

/* ---- one record ---------------------------------------------------------------------------------- */

struct piece { const struct fold_item *it; const struct set *set; };

struct seen_with { struct ledger *l; const struct group *g; bool fresh; };
static enum err seen_before(struct ctx *c, void *with, struct str change, bool *yes)
{
    struct seen_with *w = with;
    AUTO_ROWS r = { 0 };
    *yes = false;
    if (w->fresh || w->g->is_new)
        return ERR_OK;
    TRY(db_query(c, &r, "SELECT n FROM change_index WHERE gid = $1 AND mark = $2",
        ARGS(INT(w->g->gid), INT(change_mark(w->l, change, w->g->kind, w->g->record)))));
    *yes = rows_next(&r);
    return rows_end(&r);
}

static enum err arrivals(struct ctx *c, const struct piece *p, size_t n, struct arrival **out)
{
    struct arrival *in = NEW_N(&c->mem, struct arrival, n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++) {
        const struct change *ch = p[i].it->ch;
        const struct set *s = p[i].set;
        in[i] = (struct arrival){ { ch->id, ch->node, ch->officer, s->value, ch->time_us },
                                  s->field, s->prevs_n, s->prevs };
    }
    *out = in;
    return ERR_OK;
}

/* *fresh: this entry was not folded into this record (or dossier) before. */
static enum err index_entry(struct fold *f, int64_t gid, const struct fold_item *it, struct str kind,
                            struct str record, bool *fresh)
{
    TRY(db_exec(f->g, "INSERT INTO change_index (gid, n, mark) VALUES ($1, $2, $3)"
                      " ON CONFLICT (gid, n, mark) DO NOTHING",
        ARGS(INT(gid), INT(it->n), INT(change_mark(f->l, it->ch->id, kind, record)))));
    *fresh = db_changed(f->g->db) > 0;
    return ERR_OK;
}

/* The pieces of entries that were not folded before: folding twice is folding once. */
static enum err index_pieces(struct fold *f, const struct group *g, struct piece *p, size_t *n)
{
    size_t k = 0;
    const struct fold_item *last = NULL;
    bool fresh = false;
    for (size_t i = 0; i < *n; i++) {
        struct piece x = p[i];
        if (!last || x.it->n != last->n) {
            TRY(index_entry(f, g->gid, x.it, g->kind, g->record, &fresh));
            last = x.it;
        }
        if (fresh && x.it == last)
            p[k++] = x;
    }
    *n = k;
    return ERR_OK;
}

static enum err group_load(struct fold *f, struct group *g)
{
    struct ctx *c = f->g;
    if (f->fresh) {
        g->is_new = true;
        return ERR_OK;
    }
    enum err e = state_load(c, g->key, g->kind, g->record, &g->state, NULL);
    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        g->is_new = true;
        return ERR_OK;
    }
    return e;
}

/* All pieces of one record. */
static enum err fold_group(struct fold *f, struct piece *p, size_t n)
{
    struct ctx *c = f->g;
    const struct fold_item *first = p[0].it;
    struct group g = { .dossier = first->ch->dossier, .kind = p[0].set->kind,
                       .record = p[0].set->record, .key = first->key };
    struct seen_with with = { f->l, &g, f->fresh };
    struct arrival *in = NULL;

    arena_reset(&c->mem);
    g.gid = gid_of(f->l, g.dossier, g.kind, g.record);
    TRY(index_pieces(f, &g, p, &n));
    if (!n)
        return ERR_OK;
    TRY(group_load(f, &g));
    TRY(arrivals(c, p, n, &in));
    TRY(state_apply(c, &g.state, in, n, seen_before, &with));
    TRY(group_store(c, &g, f->fresh));
    f->records++;
    return project(f, &g);
}

/* ---- many changes ------------------------------------------------------------------------------------ */

static int by_record(const void *pa, const void *pb)
{
    const struct piece *a = pa, *b = pb;
    int d = str_cmp(a->set->record, b->set->record);
    if (!d)
        d = str_cmp(a->it->ch->dossier, b->it->ch->dossier);
    if (!d)
        d = str_cmp(a->set->kind, b->set->kind);
    return d ? d : (a->it->n > b->it->n) - (a->it->n < b->it->n);
}

static bool same_group(const struct piece *a, const struct piece *b)
{
    return str_eq(a->set->record, b->set->record) && str_eq(a->set->kind, b->set->kind) &&
           str_eq(a->it->ch->dossier, b->it->ch->dossier);
}

static enum err pieces_of(struct ctx *c, const struct fold_item *items, size_t n,
                          struct piece **out, size_t *out_n)
{
    size_t total = 0, k = 0;
    for (size_t i = 0; i < n; i++)
        total += items[i].ch->n;
    struct piece *p = NEW_N(&c->mem, struct piece, total + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++)
        for (size_t s = 0; s < items[i].ch->n; s++)
            p[k++] = (struct piece){ &items[i], &items[i].ch->sets[s] };
    if (k)
        qsort(p, k, sizeof *p, by_record);
    *out = p;
    *out_n = k;
    return ERR_OK;
}

static bool is_erased(struct fold *f, struct str dossier)
{
    struct dossier_key k;
    enum err e = key_of_dossier(f->g, f->l, dossier, &k);
    f->g->fault = (struct fault){ 0 };
    return e == ERR_NOT_FOUND;
}

/* Erasures last: what they empty may have come in the same batch. */
static enum err purge(struct fold *f, const struct piece *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(p[i].set->kind, "erasure") && str_is(p[i].set->field, "dossier") &&
            str_is(p[i].it->ch->dossier, f->l->keys->id)) {
            arena_reset(&f->g->mem);
            if (is_erased(f, p[i].set->value))
                TRY(tables_purge(f->g, f->l, p[i].set->value));
        }
    return ERR_OK;
}

static enum err fold_all(struct fold *f, const struct fold_item *items, size_t n)
{
    struct piece *p = NULL;
    size_t k = 0;
    TRY(pieces_of(f->c, items, n, &p, &k));
    for (size_t i = 0, end; i < k; i = end) {
        for (end = i + 1; end < k && same_group(&p[i], &p[end]); end++)
            ;
        TRY(fold_group(f, p + i, end - i));
    }
    for (size_t i = 0; i < n; i++) {
        struct str d = items[i].ch->dossier;
        bool fresh;
        TRY(index_entry(f, gid_of(f->l, d, STR(""), d), &items[i], STR(""), d, &fresh));
    }
    return f->fresh ? ERR_OK : purge(f, p, k);
}

enum err fold_items(struct fold *f, const struct fold_item *items, size_t n)
{
    if (!n)
        return ERR_OK;
    enum err e = fold_all(f, items, n);
    if (e && !f->c->fault.code)
        f->c->fault = f->g->fault;
    return e;
}
