#include "match/inside.h"

#include <pthread.h>
#include <stdlib.h>

struct locked { pthread_rwlock_t lock; };

static pthread_rwlock_t *lock_of(const struct match_index *ix)
{
    return &((struct locked *)ix->lock)->lock;
}

/* ---- candidates ------------------------------------------------------------------- */

bool found_open(struct found *f)
{
    *f = (struct found){ .below = UINT32_MAX };
    f->at = malloc(FOUND_ROOM * sizeof *f->at);
    f->seen = calloc(FOUND_SLOTS, sizeof *f->seen);
    return f->at && f->seen;
}

void found_close(struct found *f)
{
    free(f->at);
    free(f->seen);
    *f = (struct found){ 0 };
}

static void visit(struct found *f, uint32_t rec, const struct listed *l)
{
    uint32_t i = rec * 2654435761u >> 16 & f->mask;
    for (; f->seen[i]; i = (i + 1) & f->mask) {
        struct candidate *c = &f->at[f->seen[i] - 1];
        if (c->rec == rec) {
            c->points = (uint8_t)(c->points + l->points);
            return;
        }
    }
    if (f->n == FOUND_ROOM)
        return;
    f->at[f->n++] = (struct candidate){ rec, l->pass, l->points };
    f->seen[i] = (uint32_t)f->n;
}

/* Lists hold record numbers in the order they came, so the least ones first. */
static void visit_list(struct found *f, const struct listed *l)
{
    const uint32_t *rec = l->rec ? l->rec : &l->one;
    for (uint32_t i = 0; i < l->n && rec[i] < f->below; i++)
        visit(f, rec[i], l);
}

static size_t find_lists(const struct match_index *ix, const struct rec *r, struct found *f,
                         struct listed list[KEYS_MAX])
{
    struct key key[KEYS_MAX];
    size_t n = keys_of(&ix->dict, r, key), k = 0, all = 0;
    post_fetch(&ix->post, key, n);
    for (size_t i = 0; i < n; i++) {
        if (!post_list(ix, r, key[i], &list[k]))
            continue;
        f->dropped += list[k].missing;
        if (!list[k].points)
            continue;
        __builtin_prefetch(list[k].rec);
        all += list[k++].n;
    }
    f->mask = 64;
    while (f->mask < all * 2 && f->mask < FOUND_SLOTS)
        f->mask *= 2;
    memset(f->seen, 0, f->mask * sizeof *f->seen);
    f->mask--;
    return k;
}

void index_find(const struct match_index *ix, const struct rec *r, struct found *f)
{
    struct listed list[KEYS_MAX] __attribute__((uninitialized));
    size_t n = find_lists(ix, r, f, list), kept = 0;
    int needed = ix->live < POINTS_FROM ? 1 : POINTS_NEEDED;
    f->n = 0;
    for (size_t i = 0; i < n; i++)
        visit_list(f, &list[i]);
    for (size_t i = 0; i < f->n; i++)
        if (f->at[i].points >= needed)
            f->at[kept++] = f->at[i];
    f->n = kept;
}

/* ---- open, close --------------------------------------------------------------------- */

enum { LEAST_CAP = 8 * 1024 * 1024, KEYS_EACH = 26 };

static void close_all(struct match_index *ix)
{
    dict_close(&ix->purse, &ix->dict);
    post_close(&ix->purse, &ix->post);
    area_close(&ix->purse, &ix->recs);
    area_close(&ix->purse, &ix->ids);
    area_close(&ix->purse, &ix->by_id);
    free(ix->lock);
    free(ix);
}

static bool open_all(struct match_index *ix, size_t cap)
{
    ix->purse.cap = cap;
    ix->lock = calloc(1, sizeof(struct locked));
    return ix->lock && dict_open(&ix->dict, cap) && post_open(&ix->post, cap) &&
           area_open(&ix->recs, cap) && area_open(&ix->ids, cap) &&
           pthread_rwlock_init(lock_of(ix), NULL) == 0;
}

enum err index_open(struct ctx *c, size_t cap, size_t expect, bool with_ids,
                    struct match_index **out)
{
    struct match_index *ix = calloc(1, sizeof *ix);
    if (!ix)
        return FAIL(c, ERR_NOMEM, "error.memory", "match index");
    ix->with_ids = with_ids;
    if (!open_all(ix, cap < LEAST_CAP ? LEAST_CAP : cap) ||
        !post_reserve(&ix->purse, &ix->post, expect * KEYS_EACH / 2)) {
        close_all(ix);
        return FAIL(c, ERR_NOMEM, "error.memory", "match index of %zu bytes", cap);
    }
    model_priors(&ix->model);
    *out = ix;
    return ERR_OK;
}

enum err match_index_new(struct ctx *c, size_t mem_cap, struct match_index **out)
{
    return index_open(c, mem_cap, 0, true, out);
}

void match_index_free(struct match_index *ix)
{
    if (!ix)
        return;
    (void)pthread_rwlock_destroy(lock_of(ix));
    close_all(ix);
}

/* ---- ids -------------------------------------------------------------------------------- */

struct str index_id(const struct match_index *ix, uint32_t rec)
{
    const char *p = (const char *)ix->ids.p + (size_t)rec * ID_LEN;
    size_t n = 0;
    while (n < ID_LEN && p[n])
        n++;
    return (struct str){ p, n };
}

static uint32_t *by_id(const struct match_index *ix)
{
    return (uint32_t *)(void *)ix->by_id.p;
}

static uint32_t *id_slot(const struct match_index *ix, uint32_t n, uint32_t *table, struct str id)
{
    uint32_t i = (uint32_t)hash_bytes(id, 5) & (n - 1);
    while (table[i] && !str_eq(index_id(ix, table[i] - 1), id))
        i = (i + 1) & (n - 1);
    return &table[i];
}

/* Records never leave the id table, they are only replaced; compaction renews it. */
static bool reserve_id(struct match_index *ix)
{
    if (!area_need(&ix->purse, &ix->ids, ID_LEN))
        return false;
    if (ix->n_by_id / 2 > ix->n + 1)
        return true;
    uint32_t n = ix->n_by_id ? ix->n_by_id * 2 : 1024;
    struct area next;
    if (!area_open(&next, (size_t)n * 4))
        return false;
    if (!area_need(&ix->purse, &next, (size_t)n * 4)) {
        area_close(&ix->purse, &next);
        return false;
    }
    for (uint32_t i = 0; i < ix->n_by_id; i++)
        if (by_id(ix)[i])
            *id_slot(ix, n, (uint32_t *)(void *)next.p, index_id(ix, by_id(ix)[i] - 1)) = by_id(ix)[i];
    area_close(&ix->purse, &ix->by_id);
    ix->by_id = next;
    ix->n_by_id = n;
    return true;
}

/* The live record of this id, or NULL. */
static struct rec *held(const struct match_index *ix, struct str id, uint32_t *number)
{
    if (!ix->n_by_id)
        return NULL;
    uint32_t v = *id_slot(ix, ix->n_by_id, by_id(ix), id);
    if (!v || !(rec_at(ix, v - 1)->flags & REC_LIVE))
        return NULL;
    *number = v - 1;
    return rec_at(ix, v - 1);
}

/* ---- adding --------------------------------------------------------------------------------- */

static bool reserve(struct match_index *ix)
{
    return dict_reserve(&ix->purse, &ix->dict, REC_WORDS) &&
           area_need(&ix->purse, &ix->recs, sizeof(struct rec));
}

static void insert_words(struct match_index *ix, const struct rec *r)
{
    ix->recs.n += sizeof *r;
    *rec_at(ix, ix->n++) = *r;
    rec_count(&ix->dict, r, 1);
    ix->live++;
}

bool index_put_keys(struct match_index *ix, uint32_t rec)
{
    struct key key[KEYS_MAX];
    if (!post_reserve(&ix->purse, &ix->post, KEYS_MAX))
        return false;
    size_t n = keys_of(&ix->dict, rec_at(ix, rec), key);
    post_fetch(&ix->post, key, n);
    for (size_t i = 0; i < n; i++)
        post_add(ix, rec, key[i]);
    return true;
}

enum err index_put_words(struct ctx *c, struct match_index *ix, const struct match_record *m,
                         uint8_t flags)
{
    struct rec r;
    if (!reserve(ix))
        return FAIL(c, ERR_NOMEM, "match.index-full", "match index at %u records", ix->n);
    normalise(&ix->dict, m, true, &r, NULL);
    r.flags |= flags;
    insert_words(ix, &r);
    return ERR_OK;
}

enum err index_put(struct ctx *c, struct match_index *ix, const struct match_record *m,
                   uint8_t flags)
{
    TRY(index_put_words(c, ix, m, flags));
    return index_put_keys(ix, ix->n - 1)
         ? ERR_OK : FAIL(c, ERR_NOMEM, "match.index-full", "match index at %u records", ix->n);
}

static void forget(struct match_index *ix, struct rec *r)
{
    rec_count(&ix->dict, r, -1);
    r->flags &= (uint8_t)~REC_LIVE;
    ix->live--;
}

/* Dead records are skipped while few; when they are most of the index, the
 * living move together and the posting lists are made again from them. */
static bool compact(struct match_index *ix)
{
    struct post old = ix->post;
    if (ix->n - ix->live < 1000 || ix->n - ix->live < ix->live / 2)
        return true;
    ix->post = (struct post){ 0 };
    if (!post_open(&ix->post, old.lists.max) ||
        !post_reserve(&ix->purse, &ix->post, (size_t)old.n_keys)) {
        post_close(&ix->purse, &ix->post);
        ix->post = old;
        return true;                            /* not now; nothing is lost */
    }
    post_close(&ix->purse, &old);
    uint32_t n = ix->n, to = 0;
    memset(ix->by_id.p, 0, (size_t)ix->n_by_id * 4);
    for (uint32_t i = 0; i < n; i++)
        if (rec_at(ix, i)->flags & REC_LIVE) {
            if (to != i) {
                *rec_at(ix, to) = *rec_at(ix, i);
                memcpy(ix->ids.p + (size_t)to * ID_LEN, ix->ids.p + (size_t)i * ID_LEN, ID_LEN);
            }
            to++;
        }
    ix->n = to;
    ix->recs.n = to * sizeof(struct rec);
    ix->ids.n = (size_t)to * ID_LEN;
    for (uint32_t i = 0; i < to; i++) {
        struct key key[KEYS_MAX];
        size_t k = keys_of(&ix->dict, rec_at(ix, i), key);
        *id_slot(ix, ix->n_by_id, by_id(ix), index_id(ix, i)) = i + 1;
        if (!post_reserve(&ix->purse, &ix->post, KEYS_MAX))
            return false;
        for (size_t j = 0; j < k; j++)
            post_add(ix, i, key[j]);
    }
    return true;
}

static enum err add_locked(struct ctx *c, struct match_index *ix, struct str id,
                           const struct match_record *m)
{
    uint32_t old_number = 0, at = ix->n;
    if (!reserve_id(ix) || !reserve(ix) || !post_reserve(&ix->purse, &ix->post, KEYS_MAX))
        return FAIL(c, ERR_NOMEM, "match.index-full", "match index at %u records", ix->n);
    struct rec *old = held(ix, id, &old_number), r;
    normalise(&ix->dict, m, true, &r, NULL);
    if (old)
        forget(ix, old);
    memset(ix->ids.p + ix->ids.n, 0, ID_LEN);
    memcpy(ix->ids.p + ix->ids.n, id.p, id.n);
    *id_slot(ix, ix->n_by_id, by_id(ix), id) = at + 1;
    ix->ids.n += ID_LEN;
    insert_words(ix, &r);
    return index_put_keys(ix, at)               /* its room is reserved above */
         ? ERR_OK : FAIL(c, ERR_BUG, "error.internal", "keys of a record without room");
}

enum err match_index_add(struct ctx *c, struct match_index *ix, struct str id,
                         const struct match_record *m)
{
    if (id.n == 0 || id.n > ID_LEN || memchr(id.p, 0, id.n))
        return FAIL(c, ERR_INPUT, "match.bad-id", "id of %zu bytes", id.n);
    (void)pthread_rwlock_wrlock(lock_of(ix));
    enum err e = add_locked(c, ix, id, m);
    if (!e && !compact(ix))
        e = FAIL(c, ERR_NOMEM, "match.index-full", "match index compaction");
    (void)pthread_rwlock_unlock(lock_of(ix));
    return e;
}

enum err match_index_remove(struct ctx *c, struct match_index *ix, struct str id)
{
    uint32_t number;
    (void)pthread_rwlock_wrlock(lock_of(ix));
    struct rec *r = held(ix, id, &number);
    if (r)
        forget(ix, r);
    (void)pthread_rwlock_unlock(lock_of(ix));
    return r ? ERR_OK : FAIL(c, ERR_NOT_FOUND, "match.no-record", "no such record in the index");
}

void index_read_lock(struct match_index *ix)
{
    (void)pthread_rwlock_rdlock(lock_of(ix));
}

void index_unlock(struct match_index *ix)
{
    (void)pthread_rwlock_unlock(lock_of(ix));
}

size_t match_index_count(struct match_index *ix)
{
    index_read_lock(ix);
    size_t n = ix->live;
    index_unlock(ix);
    return n;
}

size_t match_index_bytes(struct match_index *ix)
{
    index_read_lock(ix);
    size_t n = ix->purse.used;
    index_unlock(ix);
    return n;
}

enum err match_index_train(struct ctx *c, struct match_index *ix, bool *kept_priors)
{
    struct model mo;
    (void)pthread_rwlock_rdlock(lock_of(ix));
    enum err e = train(c, ix, false, &mo);
    (void)pthread_rwlock_unlock(lock_of(ix));
    if (e)
        return e;
    (void)pthread_rwlock_wrlock(lock_of(ix));
    mo.scale = ix->model.scale;
    mo.shift = ix->model.shift;
    ix->model = mo;
    (void)pthread_rwlock_unlock(lock_of(ix));
    *kept_priors = mo.kept_priors;
    return ERR_OK;
}

/* ---- verdicts --------------------------------------------------------------------------------- */

/* Logistic regression of the verdict on the score, pulled towards "as it is"
 * (slope 1, shift 0) as if by PRIOR_VERDICTS others: Platt scaling, by Newton. */
static const double PRIOR_VERDICTS = 8, LEAST_SLOPE = 1 / 3.0, MOST_SLOPE = 3, LN2 = 0.6931;

static void newton(const struct match_verdict *v, size_t n, double *slope, double *shift)
{
    double g0 = -PRIOR_VERDICTS * 0.25 * *shift, g1 = -PRIOR_VERDICTS * 4 * (*slope - 1);
    double h00 = PRIOR_VERDICTS * 0.25, h01 = 0, h11 = PRIOR_VERDICTS * 4;
    for (size_t i = 0; i < n; i++) {
        double x = v[i].mbits / 1000.0, z = (*slope * x + *shift) * LN2;
        double p = z > 40 ? 1 : z < -40 ? 0 : 1 / (1 + __builtin_exp(-z));
        double d = (v[i].same ? 1 : 0) - p, q = p * (1 - p) * LN2;
        g0 += d;
        g1 += d * x;
        h00 += q;
        h01 += q * x;
        h11 += q * x * x;
    }
    double det = h00 * h11 - h01 * h01;
    *shift += (h11 * g0 - h01 * g1) / det;
    *slope += (h00 * g1 - h01 * g0) / det;
    *slope = *slope < 0.2 ? 0.2 : *slope > 4 ? 4 : *slope;
    *shift = *shift < -20 ? -20 : *shift > 20 ? 20 : *shift;
}

static bool within(const struct match_calibration *k, double slope, double moved)
{
    return k->verdicts >= MATCH_VERDICTS_MIN && k->same >= MATCH_VERDICTS_EACH &&
           k->verdicts - k->same >= MATCH_VERDICTS_EACH && slope >= LEAST_SLOPE &&
           slope <= MOST_SLOPE && moved <= MATCH_MOVED_MAX && moved >= -MATCH_MOVED_MAX;
}

enum err match_index_calibrate(struct ctx *c, struct match_index *ix, const struct match_verdict *v,
                               size_t n, struct match_calibration *out)
{
    enum { ROUNDS = 50 };
    double slope = 1, shift = 0;
    struct match_calibration made = { .verdicts = n };
    (void)c;
    for (size_t i = 0; i < n; i++)
        made.same += v[i].same;
    for (int round = 0; round < ROUNDS && n; round++)
        newton(v, n, &slope, &shift);
    double moved = -shift / slope * 1000;
    made.used = within(&made, slope, moved);
    made.moved_mbits = made.used ? (int32_t)moved : 0;
    (void)pthread_rwlock_wrlock(lock_of(ix));
    ix->model.scale = made.used ? (float)slope : 1;
    ix->model.shift = made.used ? (float)shift : 0;
    ix->calibration = made;
    (void)pthread_rwlock_unlock(lock_of(ix));
    *out = made;
    return ERR_OK;
}

void match_index_calibration(struct match_index *ix, struct match_calibration *out)
{
    index_read_lock(ix);
    *out = ix->calibration;
    index_unlock(ix);
}
