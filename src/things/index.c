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

struct things {
    pthread_mutex_t lock;               /* of seen: one thread catches up at a time */
    int64_t seen;                       /* place in the ledger up to which the indexes know */
    int ready;                          /* atomic */
    size_t n;
    struct match_index *ix[USES_MAX];   /* in the order of thing_uses */
};

const struct thing_use *thing_find(struct str kind)
{
    for (const struct thing_use *u = thing_uses; u->kind; u++)
        if (str_is(kind, u->kind))
            return u;
    return NULL;
}

enum err things_new(struct ctx *c, struct things **out)
{
    struct things *t = calloc(1, sizeof *t);
    if (!t)
        return FAIL(c, ERR_NOMEM, "error.too-big", "things");
    (void)pthread_mutex_init(&t->lock, NULL);
    for (const struct thing_use *u = thing_uses; u->kind && t->n < USES_MAX; u++) {
        size_t cap = u == thing_uses ? PERSONS_BYTES : OTHERS_BYTES;
        enum err e = match_index_new(c, cap, &t->ix[t->n]);
        if (e) {
            things_free(t);
            return e;
        }
        t->n++;
    }
    *out = t;
    return ERR_OK;
}

void things_free(struct things *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n; i++)
        match_index_free(t->ix[i]);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

struct match_index *things_index(struct ctx *c, const struct thing_use *u)
{
    return c->node->things->ix[u - thing_uses];
}

bool things_ready(struct ctx *c)
{
    return __atomic_load_n(&c->node->things->ready, __ATOMIC_ACQUIRE) != 0;
}

/* ---- one record ------------------------------------------------------------------------------- */

static enum err forget(struct ctx *c, const struct thing_use *u, struct str id)
{
    c->fault = (struct fault){ 0 };
    enum err e = match_index_remove(c, things_index(c, u), id);
    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    return e;
}

static enum err index_one(struct ctx *c, const struct thing_use *u, struct str id)
{
    struct record r;
    enum err e = record_load(c, id, &r);
    if (e == ERR_NOT_FOUND)                      /* erased, or of a dossier this node cannot read */
        return forget(c, u, id);
    TRY(e);
    struct answers a = kind_answers(c, &r);
    struct match_record m = thing_record(c, u, &a, record_i64(&r, "at"));
    TRY(ctx_check(c));
    e = match_index_add(c, things_index(c, u), id, &m);
    if (e == ERR_NOMEM) {                        /* the index is full: work goes on */
        log_line(LOG_WARN, "index of %s is full", u->kind);
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

static enum err load_page(struct ctx *c, const struct thing_use *u, const int *stop, char last[ID_LEN + 1], size_t *n)
{
    struct str id[PAGE];
    AUTO_ROWS r = { 0 };
    *n = 0;
    TRY(db_query(c, &r, "SELECT id FROM kind_row WHERE kind = $1 AND id > $2 ORDER BY id LIMIT 500",
                 ARGS(TEXT(str_c(u->kind)), TEXT(str_c(last)))));
    while (*n < PAGE && rows_next(&r))
        id[(*n)++] = row_str(&r, 0);
    TRY(rows_end(&r));
    for (size_t i = 0; i < *n && !stopped(stop); i++)
        TRY(index_one(c, u, id[i]));
    if (*n)
        memcpy(last, id[*n - 1].p, ID_LEN);
    return ERR_OK;
}

/* With enough of them the weights come from them, not from judgement; too few
 * teach nothing.  Then what reviewers decided. */
enum { ENOUGH_TO_LEARN = 2000 };

static enum err learn(struct ctx *c, const struct thing_use *u)
{
    bool kept;
    if (match_index_count(things_index(c, u)) >= ENOUGH_TO_LEARN)
        TRY(match_index_train(c, things_index(c, u), &kept));
    return link_recalibrate(c, u);
}

static enum err load_kind(struct ctx *c, const struct thing_use *u, const int *stop)
{
    char last[ID_LEN + 1] = "";
    size_t n = PAGE;
    while (n == PAGE && !stopped(stop)) {
        struct ctx page;
        page_open(&page, c);
        TRY(page_close(&page, c, load_page(&page, u, stop, last, &n)));
    }
    if (stopped(stop))
        return ERR_OK;
    struct ctx page;
    page_open(&page, c);
    return page_close(&page, c, learn(&page, u));
}

/* The place in the ledger is taken first: what is folded while the tables are read
 * is read once more. */
enum err things_load(struct ctx *c, const int *stop)
{
    struct things *t = c->node->things;
    int64_t changes, folded;
    TRY(ledger_last(c, &changes, &folded));
    for (const struct thing_use *u = thing_uses; u->kind && !stopped(stop); u++)
        TRY(load_kind(c, u, stop));
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

struct touched { struct { const struct thing_use *u; struct str id; } v[CHUNK]; size_t n; bool linked[USES_MAX]; };

static void touch(struct touched *t, const struct set *s)
{
    const struct thing_use *u = thing_find(s->kind);
    if (link_is_kind(s->kind))
        for (size_t i = 0; i < USES_MAX; i++)
            t->linked[i] = true;
    if (!u)
        return;
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->v[i].id, s->record))
            return;
    t->v[t->n].u = u;
    t->v[t->n++].id = s->record;
}

static enum err follow_change(struct ctx *c, const struct change *ch)
{
    struct touched *t = NEW(&c->mem, struct touched);
    TRY(ctx_check(c));
    for (size_t i = 0; i < ch->n;) {
        t->n = 0;
        for (; i < ch->n && t->n < CHUNK; i++)
            touch(t, &ch->sets[i]);
        for (size_t k = 0; k < t->n; k++)
            TRY(index_one(c, t->v[k].u, t->v[k].id));
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
    if (!things_ready(c))
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
