/* draft.c - from what a desk says to a sealed change in the writer's queue. */
#include "ledger/ledger_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { SETS_MAX = 8192, LOCK_WAIT_S = 20 };

struct draft_set { struct set set; size_t dossier, order; };
struct fresh { struct fresh *next; struct str id; };     /* made by this draft */
struct draft {
    struct ctx *c;
    struct ledger *l;
    struct held *held;
    bool open;
    struct str verb, reason;
    struct draft_set *sets;
    size_t n, room;
    struct { struct str id; bool fresh; } *dossiers;
    size_t dossiers_n, dossiers_room, at;
    const struct dossier_key *erase;
    struct fresh *fresh;
    enum err err;
};

/* ---- one draft per lock at a time ------------------------------------------------------ */

static struct stripe *stripe_of(struct ledger *l, struct str name)
{
    return &l->stripe[str_hash(name) % LOCK_STRIPES];
}

static bool is_held(const struct stripe *s, struct str name)
{
    const struct held *h = s->held;
    while (h && !str_eq(h->name, name))
        h = h->next;
    return h != NULL;
}

static enum err lock_locked(struct ctx *c, struct ledger *l, struct stripe *s, struct held *h)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOCK_WAIT_S;
    if (is_held(s, h->name))
        fold_now(l);                   /* perhaps a durable change holds it until its fold */
    while (is_held(s, h->name))
        if (pthread_cond_timedwait(&s->given, &s->lock, &until) == ETIMEDOUT)
            return FAIL(c, ERR_BUSY, "ledger.locked", "another change of the same case is under way");
    h->next = s->held;
    s->held = h;
    return ERR_OK;
}

static enum err lock_take(struct ctx *c, struct ledger *l, struct str name, struct held **out)
{
    struct stripe *s = stripe_of(l, name);
    struct held *h = malloc(sizeof *h + name.n);
    if (!h)
        return FAIL(c, ERR_NOMEM, "error.too-big", "lock");
    if (name.n)
        memcpy(h->bytes, name.p, name.n);
    h->name = (struct str){ h->bytes, name.n };
    (void)pthread_mutex_lock(&s->lock);
    enum err e = lock_locked(c, l, s, h);
    (void)pthread_mutex_unlock(&s->lock);
    if (e)
        free(h);
    else
        *out = h;
    return e;
}

void lock_give(struct ledger *l, struct held *h)
{
    if (!h)
        return;
    struct stripe *s = stripe_of(l, h->name);
    (void)pthread_mutex_lock(&s->lock);
    for (struct held **at = &s->held; *at; at = &(*at)->next)
        if (*at == h) {
            *at = h->next;
            break;
        }
    (void)pthread_cond_broadcast(&s->given);
    (void)pthread_mutex_unlock(&s->lock);
    free(h);
}

/* ---- what a desk says -------------------------------------------------------------------- */

enum err draft_begin(struct ctx *c, struct str lock, const char *verb, struct draft **out)
{
    if (!c->node || !c->node->ledger || !c->db)
        return FAIL(c, ERR_BUG, "error.internal", "no ledger in this context");
    if (db_in_transaction(c->db))
        return FAIL(c, ERR_BUG, "error.internal", "draft inside a transaction");
    db_let_go(c->db);                            /* what is decided here must be seen as it is now */
    struct draft *d = NEW(&c->mem, struct draft);
    TRY(ctx_check(c));
    d->c = c;
    d->l = c->node->ledger;
    d->verb = arena_dup(&c->mem, str_c(verb));
    TRY(ctx_check(c));
    if (!verb_ok(d->verb))
        return FAIL(c, ERR_BUG, "error.internal", "verb %s", verb);
    if (__atomic_load_n(&d->l->behind, __ATOMIC_RELAXED))
        return FAIL(c, ERR_BUSY, "ledger.behind", "tables are behind the ledger");
    if (!db_claim(c->db))
        return FAIL(c, ERR_BUG, "error.internal", "a draft inside a draft");
    enum err e = lock_take(c, d->l, lock, &d->held);
    if (e) {
        db_release(c->db);
        return e;
    }
    d->open = true;
    *out = d;
    return ERR_OK;
}

static void draft_fail(struct draft *d, enum err code, const char *key, struct str what)
{
    if (!d->err && ctx_check(d->c) != ERR_OK)
        d->err = ERR_NOMEM;
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
        draft_fail(d, room <= SETS_MAX ? ERR_NOMEM : ERR_INPUT, "change.too-big", STR("sets"));
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

struct str record_new(struct draft *d)
{
    struct str id = id_new(&d->c->mem, d->c->now_us);
    struct fresh *f = NEW(&d->c->mem, struct fresh);
    if (!id.n || !f) {
        draft_fail(d, ERR_NOMEM, "error.too-big", STR("id"));
        return STR("");
    }
    *f = (struct fresh){ d->fresh, id };
    d->fresh = f;
    return id;
}

static bool is_fresh(const struct draft *d, struct str record)
{
    const struct fresh *f = d->fresh;
    while (f && !str_eq(f->id, record))
        f = f->next;
    return f != NULL;
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
    if (!fresh && !is_fresh(d, first->record)) {
        bool elsewhere = false;
        enum err e = state_near(c, d->l, key, first->kind, first->record, &s, &elsewhere);
        if (e == ERR_NOT_FOUND)
            c->fault = (struct fault){ 0 };
        else
            TRY(e);
        if (elsewhere)                           /* a record lives in one dossier */
            return FAIL(c, ERR_BUG, "error.internal", "record of another dossier");
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

/* Bytes and parsed change in the job's memory: it may outlive the request. */
static enum err seal_change(struct draft *d, struct job *job, struct job_change *j, const struct change *ch)
{
    struct ctx *c = d->c, own = { .mem = job->mem };
    struct buf b;
    buf_init(&b, &c->mem, CHANGE_MAX);
    change_format(&b, ch);
    TRY(ctx_check(c));
    if (b.failed)
        return FAIL(c, ERR_INPUT, "change.too-big", "change %.26s", ch->id.p);
    struct str text = arena_dup(&own.mem, buf_str(&b));
    enum err e = text.p ? change_parse(&own, text, &j->ch) : ERR_NOMEM;     /* we obey our own grammar */
    j->ch.node = str_c(d->l->keys->id);
    if (!e) {
        struct str ad = body_ad(&own.mem, j->ch.node, key_id(&j->key));
        j->body = seal_fresh(&own.mem, j->key.key, ad, text);
        if (j->new_key)
            j->wrapped = key_wrap(&own, d->l, &j->key);
    }
    job->mem = own.mem;
    if (job->mem.failed)
        return FAIL(c, ERR_NOMEM, "error.too-big", "change");
    return e ? FAIL(c, ERR_BUG, "error.internal", "own change: %s", own.fault.detail) : ERR_OK;
}

/* The change of one dossier: sets[from..*to). */
static enum err make_change(struct draft *d, size_t from, size_t *to, struct job *job, struct job_change *j)
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
    struct change ch = { .id = id_new(&c->mem, c->now_us), .dossier = d->dossiers[at].id,
                         .verb = d->verb, .reason = d->reason, .officer = c->who ? c->who->id : none,
                         .office = c->who ? c->who->office : none, .n = k, .sets = sets };
    TRY(ctx_check(c));
    return k ? seal_change(d, job, j, &ch) : ERR_OK;
}

static enum err fill_job(struct draft *d, struct job *job)
{
    struct ctx *c = d->c;
    job->erase = d->erase;
    draft_sort(d);
    job->changes = NEW_N(&job->mem, struct job_change, d->dossiers_n + 1);
    if (!job->changes)
        return FAIL(c, ERR_NOMEM, "error.too-big", "draft");
    for (size_t i = 0; i < d->n; ) {
        struct job_change *j = &job->changes[job->changes_n];
        TRY(make_change(d, i, &i, job, j));
        job->bytes += j->body.n;
        job->changes_n += j->ch.n > 0;
    }
    if (job->bytes > 4 * (size_t)CHANGE_MAX)
        return FAIL(c, ERR_INPUT, "change.too-big", "%zu bytes in one draft", job->bytes);
    return ERR_OK;
}

static enum err commit(struct draft *d, bool durable_only)
{
    struct ctx *c = d->c;
    if (d->err)
        return d->err;
    TRY(ctx_check(c));
    if (c->fault.code)
        return c->fault.code;
    struct job *job = job_new(c, d->l);
    if (!job)
        return c->fault.code;
    enum err e = fill_job(d, job);
    if (e || !job->changes_n) {
        job_drop(d->l, job);
        return e;
    }
    job->durable_only = durable_only;
    if (durable_only) {
        job->held = d->held;
        d->held = NULL;
    }
    return job_run(c, d->l, job);
}

enum err draft_commit(struct ctx *c, struct draft *d)
{
    enum err e = commit(d, false);
    (void)c;
    draft_drop(d);
    return e;
}

enum err draft_commit_durable(struct ctx *c, struct draft *d)
{
    enum err e = commit(d, true);
    (void)c;
    draft_drop(d);
    return e;
}

void draft_drop(struct draft *d)
{
    if (!d || !d->open)
        return;
    d->open = false;
    db_release(d->c->db);
    lock_give(d->l, d->held);
    d->held = NULL;
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
