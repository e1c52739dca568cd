/* index.c - the indexes in memory: filled from the tables, current with the fold.
 *
 * What they hold is what the tables hold: nothing is added when a form is saved,
 * but whatever was folded since the last look is read from the ledger before the
 * next one, whoever wrote it: this process, another on the same database, a
 * courier's file.
 */
#include "things/inside.h"

#include "base/node.h"
#include "db/db.h"

#include <pthread.h>
#include <stdlib.h>

enum { USES_MAX = 8, PERSONS_BYTES = 96 << 20, OTHERS_BYTES = 24 << 20 };

/* One index: of a thing (u), or of another room's records (other). */
struct held { const char *kind; const struct thing_use *u; const struct index_use *other; struct match_index *ix; };


struct things {
    pthread_mutex_t lock;               /* of seen: one thread catches up at a time */
    int64_t seen;                       /* place in the ledger up to which the indexes know */
    int ready;                          /* atomic */
    size_t n;
    struct held held[USES_MAX];         /* in the order of thing_uses, then of index_uses */
};

const struct thing_use *thing_find(struct str kind)
{
    for (const struct thing_use *u = thing_uses; u->kind; u++)
        if (str_is(kind, u->kind))
            return u;
    return NULL;
}

static enum err hold(struct ctx *c, struct things *t, struct held h)
{
    if (t->n == USES_MAX)
        return FAIL(c, ERR_BUG, "error.internal", "no room for the index of %s", h.kind);
    TRY(match_index_new(c, t->n ? OTHERS_BYTES : PERSONS_BYTES, &h.ix));
    t->held[t->n++] = h;
    return ERR_OK;
}

enum err things_new(struct ctx *c, struct things **out)
{
    enum err e = ERR_OK;
    struct things *t = calloc(1, sizeof *t);
    if (!t)
        return FAIL(c, ERR_NOMEM, "error.too-big", "things");
    (void)pthread_mutex_init(&t->lock, NULL);
    for (const struct thing_use *u = thing_uses; u->kind && !e; u++)
        e = hold(c, t, (struct held){ .kind = u->kind, .u = u });
    for (const struct index_use *u = index_uses; u->kind && !e; u++)
        e = hold(c, t, (struct held){ .kind = u->kind, .other = u });
    if (e)
        things_free(t);
    else
        *out = t;
    return e;
}

void things_free(struct things *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n; i++)
        match_index_free(t->held[i].ix);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

struct match_index *things_index(struct ctx *c, const struct thing_use *u)
{
    return c->node->things->held[u - thing_uses].ix;
}

static const struct held *held_of(const struct things *t, struct str kind)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_is(kind, t->held[i].kind))
            return &t->held[i];
    return NULL;
}

struct match_index *index_of(struct ctx *c, const char *kind)
{
    const struct held *h = c->node->things ? held_of(c->node->things, str_c(kind)) : NULL;
    return h ? h->ix : NULL;
}

bool things_ready(struct ctx *c)
{
    return __atomic_load_n(&c->node->things->ready, __ATOMIC_ACQUIRE) != 0;
}

/* ---- one record ------------------------------------------------------------------------------- */

static enum err forget(struct ctx *c, const struct held *h, struct str id)
{
    c->fault = (struct fault){ 0 };
    enum err e = match_index_remove(c, h->ix, id);
    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    return e;
}

/* False: there is nothing to compare it by. */
static bool compared(struct ctx *c, const struct held *h, const struct record *r, struct match_record *out)
{
    if (h->other)
        return h->other->record(c, r, out);
    struct answers a = kind_answers(c, r);
    *out = thing_record(c, h->u, &a, record_i64(r, "at"));
    return true;
}

static enum err index_one(struct ctx *c, const struct held *h, struct str id)
{
    struct record r;
    struct match_record m;
    enum err e = record_load(c, id, &r);
    if (e == ERR_NOT_FOUND)                      /* erased, or of a dossier this node cannot read */
        return forget(c, h, id);
    TRY(e);
    bool any = compared(c, h, &r, &m);
    TRY(ctx_check(c));
    if (!any)
        return forget(c, h, id);
    e = match_index_add(c, h->ix, id, &m);
    if (e == ERR_NOMEM) {                        /* the index is full: work goes on */
        log_line(LOG_WARN, "index of %s is full", h->kind);
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    return e;
}

/* ---- from the tables -------------------------------------------------------------------------------- */

static void page_open(struct ctx *page, const struct ctx *c)
{
    ctx_init(page, 64 << 20);                    /* a page of memory at a time */
    page->db = c->db;
    page->node = c->node;
    page->now_us = c->now_us;
}

static enum err page_close(struct ctx *page, struct ctx *c, enum err e)
{
    if (e)
        c->fault = page->fault;
    ctx_done(page);
    return e;
}

static bool stopped(const int *stop)
{
    return stop && __atomic_load_n(stop, __ATOMIC_RELAXED);
}

enum { PAGE = 500 };

static enum err ids_after(struct ctx *c, const struct held *h, struct rows *r, struct str last)
{
    if (h->other)
        return h->other->ids(c, r, last);
    return db_query(c, r, "SELECT id FROM kind_row WHERE kind = $1 AND id > $2 ORDER BY id LIMIT 500",
                    ARGS(TEXT(str_c(h->kind)), TEXT(last)));
}

static enum err load_page(struct ctx *c, const struct held *h, const int *stop, char last[ID_LEN + 1], size_t *n)
{
    struct str id[PAGE];
    AUTO_ROWS r = { 0 };
    *n = 0;
    TRY(ids_after(c, h, &r, str_c(last)));
    while (*n < PAGE && rows_next(&r))
        id[(*n)++] = row_str(&r, 0);
    TRY(rows_end(&r));
    for (size_t i = 0; i < *n && !stopped(stop); i++)
        TRY(index_one(c, h, id[i]));
    if (*n)
        memcpy(last, id[*n - 1].p, ID_LEN);
    return ERR_OK;
}

/* With enough of them the weights come from them, not from judgement; too few
 * teach nothing.  Then what reviewers decided. */
enum { ENOUGH_TO_LEARN = 2000 };

static enum err learn(struct ctx *c, const struct held *h)
{
    bool kept;
    if (!h->u)
        return ERR_OK;
    if (match_index_count(h->ix) >= ENOUGH_TO_LEARN)
        TRY(match_index_train(c, h->ix, &kept));
    return link_recalibrate(c, h->u);
}

static enum err load_kind(struct ctx *c, const struct held *h, const int *stop)
{
    char last[ID_LEN + 1] = "";
    size_t n = PAGE;
    while (n == PAGE && !stopped(stop)) {
        struct ctx page;
        page_open(&page, c);
        TRY(page_close(&page, c, load_page(&page, h, stop, last, &n)));
    }
    if (stopped(stop))
        return ERR_OK;
    struct ctx page;
    page_open(&page, c);
    return page_close(&page, c, learn(&page, h));
}

/* The place in the ledger is taken first: what is folded while the tables are read
 * is read once more. */
enum err things_load(struct ctx *c, const int *stop)
{
    struct things *t = c->node->things;
    int64_t changes, folded;
    TRY(ledger_last(c, &changes, &folded));
    for (size_t i = 0; i < t->n && !stopped(stop); i++)
        TRY(load_kind(c, &t->held[i], stop));
    if (stopped(stop))
        return ERR_OK;
    (void)pthread_mutex_lock(&t->lock);
    t->seen = folded;
    (void)pthread_mutex_unlock(&t->lock);
    __atomic_store_n(&t->ready, 1, __ATOMIC_RELEASE);
    return ERR_OK;
}

/* ---- from the ledger --------------------------------------------------------------------------------- */

/* Far behind, reading the tables again is quicker than reading the ledger. */
enum { CHUNK = 100, AT_A_LOOK = 1000, FAR_BEHIND = 50 * 1000 };

struct touched { struct { const struct held *h; struct str id; } v[CHUNK]; size_t n; bool linked[USES_MAX]; };

static void touch(const struct things *all, struct touched *t, const struct set *s)
{
    const struct held *h = held_of(all, s->kind);
    if (link_is_kind(s->kind))
        for (size_t i = 0; i < USES_MAX; i++)
            t->linked[i] = true;
    if (!h)
        return;
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->v[i].id, s->record))
            return;
    t->v[t->n].h = h;
    t->v[t->n++].id = s->record;
}

static enum err follow_change(struct ctx *c, const struct change *ch)
{
    struct touched *t = NEW(&c->mem, struct touched);
    TRY(ctx_check(c));
    for (size_t i = 0; i < ch->n;) {
        t->n = 0;
        for (; i < ch->n && t->n < CHUNK; i++)
            touch(c->node->things, t, &ch->sets[i]);
        for (size_t k = 0; k < t->n; k++)
            TRY(index_one(c, t->v[k].h, t->v[k].id));
    }
    for (const struct thing_use *u = thing_uses; u->kind; u++)
        if (t->linked[u - thing_uses])
            TRY(link_recalibrate(c, u));
    return ERR_OK;
}

static enum err follow_some(struct ctx *c, int64_t *seen, int64_t folded)
{
    struct change *ch;
    size_t n;
    int64_t last;
    TRY(change_since(c, *seen, folded, CHUNK, &ch, &n, &last));
    for (size_t i = 0; i < n; i++)
        TRY(follow_change(c, &ch[i]));
    *seen = last > *seen ? last : folded;
    return ERR_OK;
}

static enum err follow(struct ctx *c, struct things *t, int64_t most)
{
    int64_t changes, folded, from = t->seen;
    TRY(ledger_last(c, &changes, &folded));
    while (t->seen < folded && t->seen - from < most) {
        struct ctx page;
        page_open(&page, c);
        TRY(page_close(&page, c, follow_some(&page, &t->seen, folded)));
    }
    return ERR_OK;
}

enum err things_catch_up(struct ctx *c)
{
    struct things *t = c->node->things;
    if (!t || !things_ready(c))
        return ERR_OK;
    (void)pthread_mutex_lock(&t->lock);
    enum err e = follow(c, t, AT_A_LOOK);
    (void)pthread_mutex_unlock(&t->lock);
    return e;
}

enum err things_tick(struct ctx *c, size_t limit, size_t *did)
{
    struct things *t = c->node->things;
    int64_t changes, folded;
    (void)limit;
    (void)did;
    if (!t || !things_ready(c))
        return ERR_OK;
    TRY(ledger_last(c, &changes, &folded));
    (void)pthread_mutex_lock(&t->lock);
    bool far = folded - t->seen > FAR_BEHIND;
    enum err e = far ? ERR_OK : follow(c, t, INT64_MAX / 2);
    (void)pthread_mutex_unlock(&t->lock);
    return far ? things_load(c, NULL) : e;
}
