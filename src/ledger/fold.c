/* fold.c - changes into tables: the same for a change made here, received or
 * replayed.  It never refuses; every order of arrival gives the same record
 * rows byte for byte (state.h says why).
 */
#include "ledger/ledger_impl.h"

#include <stdlib.h>

/* ---- where a record's changes lie ------------------------------------------------------ */

/* Keyed: without the node's key nobody tells whose place this is. */
static uint64_t hash64(const struct ledger *l, const struct str *parts, size_t n)
{
    char t[256];
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        size_t more = parts[i].n < sizeof t - k ? parts[i].n : sizeof t - k;
        if (more)
            memcpy(t + k, parts[i].p, more);
        k += more;
    }
    return hash_short(l->places, (struct str){ t, k });
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

enum err state_near(struct ctx *c, struct ledger *l, const struct dossier_key *key, struct str kind,
                    struct str record, struct state *out, bool *elsewhere)
{
    struct near_key k = { record, key_dossier(key), kind };
    struct str sealed = { 0 }, plain;
    if (!near_get(l->near, &k, &c->mem, &sealed))
        return state_load(c, key, kind, record, out, elsewhere);
    if (elsewhere)
        *elsewhere = false;             /* it is here, and lives in one dossier */
    TRY(seal_open(c, key->key, record_ad(&c->mem, k.dossier, kind, record), sealed, &plain));
    return state_decode(c, plain, out);
}

struct group {
    struct str dossier, kind, record;
    const struct dossier_key *key;
    int64_t gid;
    bool is_new, guessed;              /* guessed: new by the look of its id */
    struct state state;
};

/* Once the commit is there, others may have this row from memory. */
static enum err keep_near(struct fold *f, const struct group *g, struct str body)
{
    struct arena *a = &f->c->mem;
    if (!f->near)
        return ERR_OK;
    struct near_new *w = NEW(a, struct near_new);
    TRY(ctx_check(f->c));
    *w = (struct near_new){ f->near_new, { g->record, g->dossier, g->kind }, arena_dup(a, body) };
    TRY(ctx_check(f->c));
    near_stale(f->near, &w->k);
    f->near_new = w;
    return ERR_OK;
}

void fold_committed(struct fold *f)
{
    for (const struct near_new *w = f->near_new; w; w = w->next)
        near_put(f->near, &w->k, w->body);
    f->near_new = NULL;
}

static enum err group_insert(struct ctx *c, const struct group *g, struct str body)
{
    const struct state *s = &g->state;
    return db_exec(c, "INSERT INTO record (id, dossier, kind, created_us, updated_us, conflict, body)"
                      " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id, dossier, kind) DO NOTHING",
        ARGS(TEXT(g->record), TEXT(g->dossier), TEXT(g->kind), INT(s->created_us),
             INT(s->updated_us), INT(state_conflict(s)), BYTES(body)));
}

static enum err group_update(struct ctx *c, const struct group *g, struct str body)
{
    const struct state *s = &g->state;
    return db_exec(c, "UPDATE record SET created_us = $4, updated_us = $5, conflict = $6, body = $7"
                      " WHERE id = $1 AND dossier = $2 AND kind = $3",
        ARGS(TEXT(g->record), TEXT(g->dossier), TEXT(g->kind), INT(s->created_us),
             INT(s->updated_us), INT(state_conflict(s)), BYTES(body)));
}

/* The row's sealed bytes, in `to`. */
static enum err group_seal(struct ctx *c, struct arena *to, const struct group *g, struct str *body)
{
    struct buf b;
    buf_init(&b, &c->mem, 64u << 20);
    state_encode(&b, &g->state);
    if (b.failed)
        return FAIL(c, ERR_NOMEM, "error.too-big", "record");
    *body = seal_same(to, g->key->key, record_ad(&c->mem, g->dossier, g->kind, g->record), buf_str(&b));
    return ctx_check(c);
}

/* *stored is false when a guess was wrong: the record is there already. */
static enum err group_store(struct fold *f, const struct group *g, bool *stored)
{
    struct ctx *c = f->g;
    struct str body;
    TRY(group_seal(c, &c->mem, g, &body));
    TRY(g->is_new ? group_insert(c, g, body) : group_update(c, g, body));
    *stored = db_changed(c->db) > 0;
    if (*stored)
        return keep_near(f, g, body);
    return g->guessed ? ERR_OK : FAIL(c, ERR_BUG, "error.internal", "a record's row comes and goes");
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

static enum err project_record(struct fold *f, const struct record *r)
{
    struct ctx *c = f->g;
    if (!f->only && str_is(r->kind, "dossier") && str_eq(r->id, r->dossier))
        TRY(project_dossier(c, r));
    if (skipped(f, r->id))
        return ERR_OK;
    for (size_t i = 0; i < f->l->cfg.projectors_n; i++) {
        const struct projector *p = &f->l->cfg.projectors[i];
        if (!str_is(r->kind, p->kind))
            continue;
        enum err e = p->project(c, r);
        if (!e)
            e = ctx_check(c);
        if (e && e != ERR_IO && e != ERR_BUSY && e != ERR_NOMEM && f->skip_n < COUNT_OF(f->skip)) {
            log_line(LOG_ERROR, "kind %s: a record is left out of its desk's table", p->kind);
            memcpy(f->skip[f->skip_n++], r->id.p, r->id.n < sizeof f->skip[0] ? r->id.n : 0);
            f->bad = true;
        }
        TRY(e);
    }
    return ERR_OK;
}

static enum err project(struct fold *f, const struct group *g)
{
    struct record r = { .id = g->record, .kind = g->kind, .dossier = g->dossier };
    TRY(state_record(f->g, &g->state, &r));
    return project_record(f, &r);
}

enum err fold_project(struct fold *f, const struct dossier_key *key, struct str kind, struct str record,
                      struct str sealed)
{
    struct group g = { .dossier = key_dossier(key), .kind = kind, .record = record, .key = key };
    struct str plain;
    TRY(seal_open(f->g, key->key, record_ad(&f->g->mem, g.dossier, kind, record), sealed, &plain));
    TRY(state_decode(f->g, plain, &g.state));
    return project(f, &g);
}

/* ---- one record ---------------------------------------------------------------------------------- */

/* start: the first bytes of the record's id, so that most comparisons are of numbers. */
struct piece { const struct fold_item *it; const struct set *set; uint64_t start[2]; };

struct seen_with { struct ledger *l; const struct group *g; bool fresh; };
static enum err seen_before(struct ctx *c, void *with, struct str change, bool *yes)
{
    struct seen_with *w = with;
    AUTO_ROWS r = { 0 };
    *yes = false;
    if (w->fresh || w->g->is_new)
        return ERR_OK;
    TRY(db_query(c, &r, "SELECT n FROM change_index WHERE gid = $1 AND mark = $2"
                        " UNION ALL SELECT n FROM change_recent WHERE gid = $1 AND mark = $2",
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

/* *fresh: this entry was not folded into this record (or dossier) before.  Where
 * the count says so, the place is only noted, for change_recent. */
static enum err index_entry(struct fold *f, int64_t gid, const struct fold_item *it, struct str kind,
                            struct str record, bool *fresh)
{
    int64_t mark = change_mark(f->l, it->ch->id, kind, record);
    *fresh = true;
    if (f->places) {
        f->places[f->places_n++] = (struct place_row){ gid, it->n, mark };
        return ERR_OK;
    }
    TRY(db_exec(f->g, "INSERT INTO change_index (gid, n, mark) VALUES ($1, $2, $3)"
                      " ON CONFLICT (gid, n, mark) DO NOTHING", ARGS(INT(gid), INT(it->n), INT(mark))));
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

/* Made by this very change, to all appearances: no assignment replaces another, and
 * the record's id is of the same millisecond as the change's. */
static bool looks_new(const struct piece *p, size_t n)
{
    enum { TIME_LEN = 10 };
    const struct change *ch = p[0].it->ch;
    for (size_t i = 0; i < n; i++)
        if (p[i].set->prevs_n)
            return false;
    return p[0].set->record.n == ID_LEN && ch->id.n == ID_LEN &&
           memcmp(p[0].set->record.p, ch->id.p, TIME_LEN) == 0;
}

static enum err group_load(struct fold *f, struct group *g)
{
    struct ctx *c = f->g;
    g->is_new = g->guessed;
    if (g->is_new)
        return ERR_OK;
    enum err e = f->near ? state_near(c, f->l, g->key, g->kind, g->record, &g->state, NULL)
                         : state_load(c, g->key, g->kind, g->record, &g->state, NULL);
    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        g->is_new = true;
        return ERR_OK;
    }
    return e;
}

static enum err group_apply(struct fold *f, struct group *g, const struct piece *p, size_t n, bool *stored)
{
    struct ctx *c = f->g;
    struct seen_with with = { f->l, g, false };
    struct arrival *in = NULL;
    g->state = (struct state){ 0 };
    TRY(group_load(f, g));
    TRY(arrivals(c, p, n, &in));
    TRY(state_apply(c, &g->state, in, n, seen_before, &with));
    return group_store(f, g, stored);
}

/* All pieces of one record. */
static enum err fold_group(struct fold *f, struct piece *p, size_t n)
{
    const struct fold_item *first = p[0].it;
    struct group g = { .dossier = first->ch->dossier, .kind = p[0].set->kind,
                       .record = p[0].set->record, .key = first->key };
    bool stored = false;

    arena_reset(&f->g->mem);
    g.gid = gid_of(f->l, g.dossier, g.kind, g.record);
    TRY(index_pieces(f, &g, p, &n));
    if (!n)
        return ERR_OK;
    g.guessed = f->once && looks_new(p, n);
    TRY(group_apply(f, &g, p, n, &stored));
    if (!stored) {
        g.guessed = false;
        TRY(group_apply(f, &g, p, n, &stored));
    }
    f->records++;
    return project(f, &g);
}

/* ---- many changes ------------------------------------------------------------------------------------ */

static int by_record(const void *pa, const void *pb)
{
    const struct piece *a = pa, *b = pb;
    for (size_t i = 0; i < COUNT_OF(a->start); i++)
        if (a->start[i] != b->start[i])
            return a->start[i] < b->start[i] ? -1 : 1;
    int d = str_cmp(a->set->record, b->set->record);
    if (!d)
        d = str_cmp(a->it->ch->dossier, b->it->ch->dossier);
    if (!d)
        d = str_cmp(a->set->kind, b->set->kind);
    return d ? d : (a->it->n > b->it->n) - (a->it->n < b->it->n);
}

static void piece_start(struct piece *p)
{
    const struct str id = p->set->record;
    unsigned char t[sizeof p->start] = { 0 };
    memcpy(t, id.p, id.n < sizeof t ? id.n : sizeof t);
    for (size_t i = 0; i < sizeof t; i++)
        p->start[i / 8] = p->start[i / 8] << 8 | t[i];
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
        for (size_t s = 0; s < items[i].ch->n; s++) {
            p[k] = (struct piece){ .it = &items[i], .set = &items[i].ch->sets[s] };
            piece_start(&p[k++]);
        }
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
            if (is_erased(f, p[i].set->value)) {
                f->near_new = NULL;
                if (f->near)
                    near_clear(f->near);
                TRY(tables_purge(f->g, f->l, p[i].set->value));
            }
        }
    return ERR_OK;
}

/* ---- where they lie: a short list, now and then sorted into the index -------------------------------
 *
 * One change touches places all over the index.  A few thousand rows are kept as
 * they come and then inserted in order: fewer pages to write. */

enum { AT_ONCE = 16, RECENT_MAX = 6000 };
#define THREE(a, b, c) "($" #a ", $" #b ", $" #c ")"

#define SIXTEEN THREE(1, 2, 3) "," THREE(4, 5, 6) "," \
        THREE(7, 8, 9) "," THREE(10, 11, 12) "," THREE(13, 14, 15) "," THREE(16, 17, 18) "," THREE(19, 20, 21) "," \
        THREE(22, 23, 24) "," THREE(25, 26, 27) "," THREE(28, 29, 30) "," THREE(31, 32, 33) "," THREE(34, 35, 36) "," \
        THREE(37, 38, 39) "," THREE(40, 41, 42) "," THREE(43, 44, 45) "," THREE(46, 47, 48)

/* sorted: straight into the index. */
static enum err places_some(struct ctx *c, const struct place_row *p, bool sorted)
{
    struct db_arg a[3 * AT_ONCE];
    for (size_t i = 0; i < AT_ONCE; i++) {
        a[3 * i] = (struct db_arg)INT(p[i].gid);
        a[3 * i + 1] = (struct db_arg)INT(p[i].n);
        a[3 * i + 2] = (struct db_arg)INT(p[i].mark);
    }
    return sorted ? db_exec(c, "INSERT INTO change_index (gid, n, mark) VALUES " SIXTEEN
                               " ON CONFLICT (gid, n, mark) DO NOTHING", a, COUNT_OF(a))
                  : db_exec(c, "INSERT INTO change_recent (gid, n, mark) VALUES " SIXTEEN, a, COUNT_OF(a));
}

static enum err sort_in(struct ctx *c)
{
    TRY(db_exec(c, "INSERT INTO change_index (gid, n, mark) SELECT gid, n, mark FROM change_recent"
                      " WHERE true ORDER BY gid, n, mark ON CONFLICT (gid, n, mark) DO NOTHING", NO_ARGS));
    return db_exec(c, "DELETE FROM change_recent", NO_ARGS);
}

enum err places_sort_in(struct ctx *c, struct ledger *l)
{
    db_hush(c->db, true);               /* the table is emptied at once, not row by row */
    enum err e = sort_in(c);
    db_hush(c->db, false);
    if (!e)
        l->recent = 0;
    return e;
}

static enum err places_keep(struct fold *f)
{
    size_t i = 0;
    const struct place_row *p = f->places;
    if (!p)
        return ERR_OK;
    for (; i + AT_ONCE <= f->places_n; i += AT_ONCE)
        TRY(places_some(f->g, p + i, false));
    for (; i < f->places_n; i++)
        TRY(db_exec(f->g, "INSERT INTO change_recent (gid, n, mark) VALUES ($1, $2, $3)",
            ARGS(INT(p[i].gid), INT(p[i].n), INT(p[i].mark))));
    f->l->recent += (int64_t)f->places_n;
    return f->l->recent > RECENT_MAX ? places_sort_in(f->g, f->l) : ERR_OK;
}

/* Room for every place the pieces can have, when they need not be asked for. */
static enum err places_begin(struct fold *f, size_t pieces, size_t items)
{
    f->places = NULL;
    f->places_n = 0;
    if (!f->once)
        return ERR_OK;
    f->places = NEW_N(&f->c->mem, struct place_row, pieces + items + 1);
    return ctx_check(f->c);
}

/* Each entry also lies in its dossier's list. */
static enum err dossier_places(struct fold *f, const struct fold_item *items, size_t n)
{
    for (size_t i = 0; i < n && !f->places_off; i++) {
        struct str d = items[i].ch->dossier;
        bool fresh;
        TRY(index_entry(f, gid_of(f->l, d, STR(""), d), &items[i], STR(""), d, &fresh));
    }
    return ERR_OK;
}

static enum err fold_all(struct fold *f, const struct fold_item *items, size_t n)
{
    struct piece *p = NULL;
    size_t k = 0;
    if (!f->near)
        near_pass(f->l->near);
    TRY(pieces_of(f->c, items, n, &p, &k));
    TRY(places_begin(f, k, n));
    for (size_t i = 0, end; i < k; i = end) {
        for (end = i + 1; end < k && same_group(&p[i], &p[end]); end++)
            ;
        TRY(fold_group(f, p + i, end - i));
    }
    TRY(dossier_places(f, items, n));
    TRY(places_keep(f));
    return purge(f, p, k);
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

/* ---- into empty tables, in two halves -------------------------------------------------------------
 *
 * fold_ready() asks no table, so another thread may do it: all that the changes of
 * whole records come to, in f->c's memory.  fold_put() writes it. */

static int by_place(const void *pa, const void *pb)
{
    const struct place_row *a = pa, *b = pb;
    if (a->gid != b->gid)
        return a->gid < b->gid ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}


static enum err ready_one(struct fold *f, struct piece *p, size_t n, struct ready *out)
{
    const struct fold_item *first = p[0].it;
    struct group g = { .dossier = first->ch->dossier, .kind = p[0].set->kind,
                       .record = p[0].set->record, .key = first->key, .is_new = true };
    struct seen_with with = { f->l, &g, true };
    struct arrival *in = NULL;
    arena_reset(&f->g->mem);
    g.gid = gid_of(f->l, g.dossier, g.kind, g.record);
    TRY(index_pieces(f, &g, p, &n));
    TRY(arrivals(f->g, p, n, &in));
    TRY(state_apply(f->g, &g.state, in, n, seen_before, &with));
    out->r = (struct record){ .id = g.record, .kind = g.kind, .dossier = g.dossier };
    TRY(group_seal(f->g, &f->c->mem, &g, &out->body));
    TRY(state_record(f->c, &g.state, &out->r));
    return ctx_check(f->c);
}

enum err fold_ready(struct fold *f, const struct fold_item *items, size_t n, struct ready_part *out)
{
    struct piece *p = NULL;
    size_t k = 0;
    *out = (struct ready_part){ 0 };
    TRY(pieces_of(f->c, items, n, &p, &k));
    out->one = NEW_N(&f->c->mem, struct ready, k + 1);
    f->places = NEW_N(&f->c->mem, struct place_row, k + n + 1);
    f->places_n = 0;
    TRY(ctx_check(f->c));
    for (size_t i = 0, end; i < k; i = end) {
        for (end = i + 1; end < k && same_group(&p[i], &p[end]); end++)
            ;
        TRY(ready_one(f, p + i, end - i, &out->one[out->n++]));
    }
    TRY(dossier_places(f, items, n));
    out->places = f->places;
    out->places_n = f->places_n;
    if (out->places_n)
        qsort(out->places, out->places_n, sizeof *out->places, by_place);
    return ERR_OK;
}

static enum err put_places(struct fold *f, const struct place_row *p, size_t n)
{
    size_t i = 0;
    for (; i + AT_ONCE <= n; i += AT_ONCE)
        TRY(places_some(f->g, p + i, true));
    for (; i < n; i++)
        TRY(db_exec(f->g, "INSERT INTO change_index (gid, n, mark) VALUES ($1, $2, $3)"
                          " ON CONFLICT (gid, n, mark) DO NOTHING",
            ARGS(INT(p[i].gid), INT(p[i].n), INT(p[i].mark))));
    return ERR_OK;
}

enum err fold_put(struct fold *f, const struct ready_part *part)
{
    for (size_t i = 0; i < part->n; i++) {
        const struct ready *r = &part->one[i];
        arena_reset(&f->g->mem);
        TRY(db_exec(f->g, "INSERT INTO record (id, dossier, kind, created_us, updated_us, conflict, body)"
                          " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            ARGS(TEXT(r->r.id), TEXT(r->r.dossier), TEXT(r->r.kind), INT(r->r.created_us),
                 INT(r->r.updated_us), INT(r->r.conflict), BYTES(r->body))));
        f->records++;
        TRY(project_record(f, &r->r));
    }
    return put_places(f, part->places, part->places_n);
}
