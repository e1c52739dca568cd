/* draft.c - from what a desk says to a sealed change in the writer's queue. */
#include "ledger/ledger_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { SETS_MAX = 8192, LOCK_WAIT_S = 20 };

struct draft_set { struct set set; size_t dossier, order; };
struct draft {
    struct ctx *c;
    struct ledger *l;
    struct held held;
    bool holds;
    struct str verb, reason;
    struct draft_set *sets;
    size_t n, room;
    struct { struct str id; bool fresh; } *dossiers;
    size_t dossiers_n, dossiers_room, at;
    const struct dossier_key *erase;
    enum err err;
};

/* ---- one draft per lock at a time ------------------------------------------------------ */

static struct held *holder(struct ledger *l, struct str name)
{
    struct held *h = l->held;
    while (h && !str_eq(h->name, name))
        h = h->next;
    return h;
}

static bool this_thread_holds(struct ledger *l)
{
    for (struct held *h = l->held; h; h = h->next)
        if (pthread_equal(h->owner, pthread_self()))
            return true;
    return false;
}

static pthread_cond_t *stripe(struct ledger *l, struct str name)
{
    return &l->unlocked[str_hash(name) % LOCK_STRIPES];
}

static enum err lock_locked(struct ctx *c, struct ledger *l, struct held *h)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOCK_WAIT_S;
    if (this_thread_holds(l))
        return FAIL(c, ERR_BUG, "error.internal", "a draft inside a draft");
    while (holder(l, h->name))
        if (pthread_cond_timedwait(stripe(l, h->name), &l->lock, &until) == ETIMEDOUT)
            return FAIL(c, ERR_BUSY, "ledger.locked", "another change of the same case is under way");
    if (l->stop || l->behind)
        return FAIL(c, ERR_BUSY, "ledger.behind", "tables are behind the ledger");
    h->owner = pthread_self();
    h->next = l->held;
    l->held = h;
    return ERR_OK;
}

static enum err lock_take(struct ctx *c, struct ledger *l, struct held *h)
{
    (void)pthread_mutex_lock(&l->lock);
    enum err e = lock_locked(c, l, h);
    (void)pthread_mutex_unlock(&l->lock);
    return e;
}

static void lock_give(struct draft *d)
{
    struct ledger *l = d->l;
    if (!d->holds)
        return;
    d->holds = false;
    (void)pthread_mutex_lock(&l->lock);
    for (struct held **at = &l->held; *at; at = &(*at)->next)
        if (*at == &d->held) {
            *at = d->held.next;
            break;
        }
    (void)pthread_cond_broadcast(stripe(l, d->held.name));
    (void)pthread_mutex_unlock(&l->lock);
}

/* ---- what a desk says -------------------------------------------------------------------- */

enum err draft_begin(struct ctx *c, struct str lock, const char *verb, struct draft **out)
{
    if (!c->node || !c->node->ledger || !c->db)
        return FAIL(c, ERR_BUG, "error.internal", "no ledger in this context");
    if (db_in_transaction(c->db))
        return FAIL(c, ERR_BUG, "error.internal", "draft inside a transaction");
    struct draft *d = NEW(&c->mem, struct draft);
    TRY(ctx_check(c));
    d->c = c;
    d->l = c->node->ledger;
    d->verb = arena_dup(&c->mem, str_c(verb));
    d->held.name = arena_dup(&c->mem, lock);
    TRY(ctx_check(c));
    if (!verb_ok(d->verb))
        return FAIL(c, ERR_BUG, "error.internal", "verb %s", verb);
    TRY(lock_take(c, d->l, &d->held));
    d->holds = true;
    *out = d;
    return ERR_OK;
}

static void draft_fail(struct draft *d, enum err code, const char *key, struct str what)
{
    if (!d->err)
        d->err = FAIL(d->c, code, key, "%.80s", arena_dup(&d->c->mem, str_sub(what, 0, 80)).p);
}

void draft_reason(struct draft *d, struct str reason)
{
    if (!text_ok(reason, REASON_MAX))
        draft_fail(d, ERR_INPUT, "change.reason", STR("reason"));
    d->reason = arena_dup(&d->c->mem, reason);
}

static size_t dossier_at(struct draft *d, struct str id)
{
    size_t i = 0;
    while (i < d->dossiers_n && !str_eq(d->dossiers[i].id, id))
        i++;
    if (i < d->dossiers_n)
        return i;
    if (d->dossiers_n == d->dossiers_room) {
        size_t room = d->dossiers_room ? d->dossiers_room * 2 : 4;
        void *p = arena_alloc_n_(&d->c->mem, room, sizeof *d->dossiers, 8);
        if (!p)
            return 0;
        if (i)
            memcpy(p, d->dossiers, i * sizeof *d->dossiers);
        d->dossiers = p;
        d->dossiers_room = room;
    }
    d->dossiers[d->dossiers_n].id = arena_dup(&d->c->mem, id);
    d->dossiers[d->dossiers_n++].fresh = false;
    return i;
}

void draft_in(struct draft *d, struct str dossier)
{
    if (!name_ok(dossier))
        draft_fail(d, ERR_INPUT, "change.dossier", dossier);
    else
        d->at = dossier_at(d, dossier);
}

static bool sets_room(struct draft *d)
{
    if (d->n < d->room)
        return true;
    size_t room = d->room ? d->room * 2 : 32;
    struct draft_set *p = room <= SETS_MAX ? NEW_N(&d->c->mem, struct draft_set, room) : NULL;
    if (!p) {
        draft_fail(d, ERR_INPUT, "change.too-big", STR("sets"));
        return false;
    }
    if (d->n)
        memcpy(p, d->sets, d->n * sizeof *p);
    d->sets = p;
    d->room = room;
    return true;
}

static void set_in(struct draft *d, size_t dossier, struct set s)
{
    struct arena *a = &d->c->mem;
    if (!kind_ok(s.kind) || !name_ok(s.record))
        draft_fail(d, ERR_BUG, "error.internal", s.kind);
    else if (!field_ok(s.field))
        draft_fail(d, ERR_INPUT, "change.field", s.field);
    else if (!text_ok(s.value, VALUE_MAX))
        draft_fail(d, ERR_INPUT, s.value.n > VALUE_MAX ? "change.value-too-long" : "change.value", s.field);
    else if (sets_room(d))
        d->sets[d->n] = (struct draft_set){
            { arena_dup(a, s.kind), arena_dup(a, s.record), arena_dup(a, s.field),
              arena_dup(a, s.value), 0, NULL }, dossier, d->n }, d->n++;
}

void draft_set_field(struct draft *d, struct str kind, struct str record, struct str field, struct str value)
{
    if (!d->dossiers_n)
        draft_fail(d, ERR_BUG, "error.internal", STR("draft_in first"));
    else
        set_in(d, d->at, (struct set){ kind, record, field, value, 0, NULL });
}

void draft_set(struct draft *d, const char *kind, struct str record, const char *field, struct str value)
{
    draft_set_field(d, str_c(kind), record, str_c(field), value);
}

void draft_set_i64(struct draft *d, const char *kind, struct str record, const char *field, int64_t v)
{
    struct buf b;
    buf_init(&b, &d->c->mem, 32);
    buf_i64(&b, v);
    draft_set(d, kind, record, field, buf_str(&b));
}

struct str dossier_new(struct draft *d, const char *kind, struct str root)
{
    struct str id = id_new(&d->c->mem, d->c->now_us);
    if (!id.n) {
        draft_fail(d, ERR_NOMEM, "error.too-big", STR("id"));
        return STR("");
    }
    size_t at = dossier_at(d, id);
    if (ctx_check(d->c) == ERR_OK)
        d->dossiers[at].fresh = true;
    set_in(d, at, (struct set){ STR("dossier"), id, STR("kind"), str_c(kind), 0, NULL });
    set_in(d, at, (struct set){ STR("dossier"), id, STR("root"), root.n ? root : id, 0, NULL });
    return id;
}

/* ---- commit ------------------------------------------------------------------------------------ */

static int by_place(const void *pa, const void *pb)
{
    const struct draft_set *a = pa, *b = pb;
    if (a->dossier != b->dossier)
        return a->dossier < b->dossier ? -1 : 1;
    int d = set_cmp(&a->set, &b->set);
    return d ? d : (a->order > b->order) - (a->order < b->order);
}

/* Sorted, and of several sets of one field the last. */
static void draft_sort(struct draft *d)
{
    size_t k = 0;
    if (d->n)
        qsort(d->sets, d->n, sizeof *d->sets, by_place);
    for (size_t i = 0; i < d->n; i++) {
        if (k && d->sets[k - 1].dossier == d->sets[i].dossier && !set_cmp(&d->sets[k - 1].set, &d->sets[i].set))
            k--;
        d->sets[k++] = d->sets[i];
    }
    d->n = k;
}

/* A record lives in one dossier. */
static enum err record_elsewhere(struct ctx *c, struct str record, struct str dossier)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT count(*) FROM record WHERE id = $1 AND dossier <> $2",
        ARGS(TEXT(record), TEXT(dossier))));
    bool other = rows_next(&r) && row_i64(&r, 0) > 0;
    TRY(rows_end(&r));
    return other ? FAIL(c, ERR_BUG, "error.internal", "record of another dossier") : ERR_OK;
}

static const struct state_field *field_of(const struct state *s, struct str name)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = str_cmp(s->fields[mid].name, name);
        if (!d)
            return &s->fields[mid];
        if (d < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static int by_id(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The heads this set replaces.  *same: it says what the tables show already. */
static enum err fill_prevs(struct ctx *c, const struct state *s, struct set *set, bool *same)
{
    const struct state_field *f = field_of(s, set->field);
    *same = f && f->n ? f->n == 1 && str_eq(f->heads[0].value, set->value) : set->value.n == 0;
    if (*same || !f || !f->n)
        return ERR_OK;
    struct str *prevs = NEW_N(&c->mem, struct str, f->n);
    TRY(ctx_check(c));
    for (size_t i = 0; i < f->n; i++)
        prevs[i] = f->heads[i].change;
    qsort(prevs, f->n, sizeof *prevs, by_id);
    set->prevs = prevs;
    set->prevs_n = f->n;
    return ERR_OK;
}

/* Prevs for the sets of one record, from sets[from] on; *to: the next record.
 * Kept sets are moved to out[*k]. */
static enum err fill_record(struct draft *d, const struct dossier_key *key, bool fresh,
                            size_t from, size_t *to, struct set *out, size_t *k)
{
    struct ctx *c = d->c;
    const struct set *first = &d->sets[from].set;
    struct state s = { 0 };
    if (!fresh) {
        enum err e = state_load(c, d->l, key, first->kind, first->record, &s);
        if (e == ERR_NOT_FOUND) {
            c->fault = (struct fault){ 0 };
            e = record_elsewhere(c, first->record, key_dossier(key));
        }
        TRY(e);
    }
    size_t i = from;
    for (; i < d->n && d->sets[i].dossier == d->sets[from].dossier &&
           str_eq(d->sets[i].set.record, first->record) && str_eq(d->sets[i].set.kind, first->kind); i++) {
        bool same;
        struct set set = d->sets[i].set;
        TRY(fill_prevs(c, &s, &set, &same));
        if (!same)
            out[(*k)++] = set;
    }
    *to = i;
    return ERR_OK;
}

static enum err seal_change(struct draft *d, struct job_change *j)
{
    struct ctx *c = d->c;
    struct buf b;
    struct change again;
    buf_init(&b, &c->mem, CHANGE_MAX);
    change_format(&b, &j->ch);
    TRY(ctx_check(c));
    if (b.failed)
        return FAIL(c, ERR_INPUT, "change.too-big", "change %.26s", j->ch.id.p);
    if (change_parse(c, buf_str(&b), &again) != ERR_OK)      /* we obey our own grammar */
        return c->fault.code == ERR_NOMEM ? ERR_NOMEM : FAIL(c, ERR_BUG, "error.internal", "own change");
    struct str ad = body_ad(&c->mem, j->ch.node, key_id(&j->key));
    j->body = seal_fresh(&c->mem, j->key.key, ad, buf_str(&b));
    if (j->new_key)
        j->wrapped = key_wrap(c, d->l, &j->key);
    return ctx_check(c);
}

/* The change of one dossier: sets[from..*to). */
static enum err make_change(struct draft *d, size_t from, size_t *to, struct job_change *j)
{
    struct ctx *c = d->c;
    size_t at = d->sets[from].dossier, k = 0, i = from;
    bool fresh = d->dossiers[at].fresh;
    struct set *sets = NEW_N(&c->mem, struct set, d->n - from);
    TRY(ctx_check(c));
    if (fresh)
        key_make(&j->key, d->dossiers[at].id);
    else
        TRY(key_of_dossier(c, d->l, d->dossiers[at].id, &j->key));
    j->new_key = fresh;
    while (i < d->n && d->sets[i].dossier == at)
        TRY(fill_record(d, &j->key, fresh, i, &i, sets, &k));
    *to = i;
    struct str none = STR("");
    j->ch = (struct change){ .id = id_new(&c->mem, c->now_us), .node = str_c(d->l->keys->id),
                             .dossier = d->dossiers[at].id, .verb = d->verb, .reason = d->reason,
                             .officer = c->who ? c->who->id : none,
                             .office = c->who ? c->who->office : none, .n = k, .sets = sets };
    TRY(ctx_check(c));
    return k ? seal_change(d, j) : ERR_OK;
}

static enum err commit(struct draft *d)
{
    struct ctx *c = d->c;
    struct job job = { 0 };
    if (d->err)
        return d->err;
    TRY(ctx_check(c));
    if (c->fault.code)
        return c->fault.code;
    (void)pthread_mutex_lock(&d->l->lock);
    job.erasures = d->l->erasures;
    (void)pthread_mutex_unlock(&d->l->lock);
    job.erase = d->erase;
    draft_sort(d);
    job.changes = NEW_N(&c->mem, struct job_change, d->dossiers_n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < d->n; ) {
        struct job_change *j = &job.changes[job.changes_n];
        TRY(make_change(d, i, &i, j));
        job.bytes += j->body.n;
        job.changes_n += j->ch.n > 0;
    }
    if (!job.changes_n)
        return ERR_OK;
    if (job.bytes > 4 * (size_t)CHANGE_MAX)
        return FAIL(c, ERR_INPUT, "change.too-big", "%zu bytes in one draft", job.bytes);
    return job_run(c, d->l, &job);
}

enum err draft_commit(struct ctx *c, struct draft *d)
{
    enum err e = commit(d);
    lock_give(d);
    (void)c;
    return e;
}

void draft_drop(struct draft *d)
{
    if (d)
        lock_give(d);
}

/* ---- the end of a dossier ------------------------------------------------------------------ */

enum err dossier_erase(struct ctx *c, struct str dossier, struct str reason)
{
    struct draft *d = NULL;
    struct dossier_key key;
    struct ledger *l = c->node->ledger;
    struct str own = str_c(l->keys->id);
    TRY(key_of_dossier(c, l, dossier, &key));
    if (str_eq(dossier, own))
        return FAIL(c, ERR_INPUT, "dossier.own", "the node's own dossier stays");
    TRY(draft_begin(c, dossier, "dossier.erase", &d));
    draft_in(d, own);
    draft_reason(d, reason);
    draft_set(d, "erasure", id_new(&c->mem, c->now_us), "dossier", dossier);
    d->erase = &key;
    return draft_commit(c, d);
}
