/* near.c - the rows that were folded last, still sealed, so that the next draft
 * of a case and the next fold of it need not ask the tables.
 *
 * It holds bytes of the column record.body and nothing opened: what is in
 * memory is what is on the disk.  Only the folder puts rows in, after their
 * transaction has committed.
 *
 * Other processes fold into the same tables.  A file beside them holds one
 * word, shared by all: the number of who folded last.  Whoever folds writes its
 * own number inside its transaction, before the commit.  While the word is ours
 * nobody else has folded since our rows were put in; when it is another's, they
 * are not used, and our next fold forgets them.  A foreign fold that begins
 * just after we looked is an edit at the same time (ledger.md).
 */
#include "ledger/ledger_impl.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WAYS = 4, SETS = 8192, SHARDS = 16, WORD_FILE = 4096 };
static const size_t NEAR_BYTES = 20u << 20;

struct near_row { size_t room, id_n, dossier_n, kind_n, body_n; char bytes[]; };
struct slot { struct near_row *row; uint64_t hash; bool asked, stale; };
struct shard { pthread_mutex_t lock; size_t bytes, hand; struct slot slot[SETS / SHARDS][WAYS]; };
struct near {
    uint64_t *word, own;
    struct shard shard[SHARDS];
};

struct near *near_new(struct ctx *c, struct str tables_url)
{
    if (!str_starts(tables_url, STR("sqlite:")))
        return NULL;
    int fd = tables_beside(c, tables_url, "-fold");
    void *p = fd >= 0 && ftruncate(fd, WORD_FILE) == 0
            ? mmap(NULL, WORD_FILE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (fd >= 0)
        (void)close(fd);
    struct near *r = p != MAP_FAILED ? calloc(1, sizeof *r) : NULL;
    if (!r) {
        if (p != MAP_FAILED)
            (void)munmap(p, WORD_FILE);
        if (fd >= 0)                       /* else it has been said */
            log_line(LOG_WARN, "without the word beside the tables every fold asks the tables");
        return NULL;                       /* slower, not wrong */
    }
    r->word = p;
    random_bytes(&r->own, sizeof r->own);
    r->own |= 1;                           /* even: folded past every near */
    for (size_t i = 0; i < SHARDS; i++)
        (void)pthread_mutex_init(&r->shard[i].lock, NULL);
    return r;
}

static void row_drop(struct shard *s, struct slot *at)
{
    if (at->row)
        s->bytes -= sizeof *at->row + at->row->room;
    free(at->row);
    *at = (struct slot){ 0 };
}

void near_clear(struct near *r)
{
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &r->shard[i];
        (void)pthread_mutex_lock(&s->lock);
        for (size_t k = 0; k < SETS / SHARDS * WAYS; k++)
            row_drop(s, &s->slot[k / WAYS][k % WAYS]);
        (void)pthread_mutex_unlock(&s->lock);
    }
}

void near_free(struct near *r)
{
    if (!r)
        return;
    near_clear(r);
    for (size_t i = 0; i < SHARDS; i++)
        (void)pthread_mutex_destroy(&r->shard[i].lock);
    (void)munmap(r->word, WORD_FILE);
    free(r);
}

bool near_fold(struct near *r)
{
    if (!r)
        return false;
    if (__atomic_load_n(r->word, __ATOMIC_SEQ_CST) != r->own) {
        near_clear(r);                     /* first: the word lets others at the rows */
        __atomic_store_n(r->word, r->own, __ATOMIC_SEQ_CST);
    }
    return true;
}

void near_pass(struct near *r)
{
    uint64_t other;
    if (!r)
        return;
    random_bytes(&other, sizeof other);
    __atomic_store_n(r->word, other & ~(uint64_t)1, __ATOMIC_SEQ_CST);
}

/* ---- rows ------------------------------------------------------------------------------ */

static struct str row_part(const struct near_row *w, size_t at, size_t n)
{
    return (struct str){ w->bytes + at, n };
}

static bool row_is(const struct near_row *w, const struct near_key *k)
{
    return str_eq(row_part(w, 0, w->id_n), k->record) &&
           str_eq(row_part(w, w->id_n, w->dossier_n), k->dossier) &&
           str_eq(row_part(w, w->id_n + w->dossier_n, w->kind_n), k->kind);
}

static struct slot *set_of(struct near *r, uint64_t hash, struct shard **shard)
{
    *shard = &r->shard[hash % SHARDS];
    return (*shard)->slot[hash / SHARDS % (SETS / SHARDS)];
}

static struct slot *row_find(struct slot *set, uint64_t hash, const struct near_key *k)
{
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].row && set[i].hash == hash && row_is(set[i].row, k))
            return &set[i];
    return NULL;
}

bool near_get(struct near *r, const struct near_key *k, struct arena *a, struct str *body)
{
    struct shard *s;
    if (!r || __atomic_load_n(r->word, __ATOMIC_SEQ_CST) != r->own)
        return false;
    uint64_t hash = str_hash(k->record);
    struct slot *set = set_of(r, hash, &s);
    (void)pthread_mutex_lock(&s->lock);
    struct slot *at = row_find(set, hash, k);
    if (at && at->stale)
        at = NULL;
    if (at) {
        const struct near_row *w = at->row;
        at->asked = true;
        *body = arena_dup(a, row_part(w, w->id_n + w->dossier_n + w->kind_n, w->body_n));
    }
    (void)pthread_mutex_unlock(&s->lock);
    return at && body->p;
}

/* From here to near_put() nobody is told of this row. */
void near_stale(struct near *r, const struct near_key *k)
{
    struct shard *s;
    uint64_t hash = str_hash(k->record);
    struct slot *set = set_of(r, hash, &s);
    (void)pthread_mutex_lock(&s->lock);
    struct slot *at = row_find(set, hash, k);
    if (at)
        at->stale = true;
    (void)pthread_mutex_unlock(&s->lock);
}

/* An empty place of the set, or that of the row nobody asked for. */
static struct slot *place_for(struct shard *s, struct slot *set)
{
    for (size_t i = 0; i < WAYS; i++)
        if (!set[i].row)
            return &set[i];
    for (;; s->hand++) {
        struct slot *at = &set[s->hand % WAYS];
        if (!at->asked) {
            row_drop(s, at);
            return at;
        }
        at->asked = false;
    }
}

/* Rows leave, in turn, until the shard is within its part of the bytes. */
static void make_room(struct shard *s, size_t more)
{
    while (s->bytes + more > NEAR_BYTES / SHARDS && s->bytes) {
        size_t i = s->hand++ % (SETS / SHARDS * WAYS);
        struct slot *at = &s->slot[i / WAYS][i % WAYS];
        if (at->asked)
            at->asked = false;
        else
            row_drop(s, at);
    }
}

static void row_write(struct near_row *w, const struct near_key *k, struct str body)
{
    const struct str part[] = { k->record, k->dossier, k->kind, body };
    char *p = w->bytes;
    for (size_t i = 0; i < COUNT_OF(part); i++) {
        if (part[i].n)
            memcpy(p, part[i].p, part[i].n);
        p += part[i].n;
    }
    w->id_n = k->record.n;
    w->dossier_n = k->dossier.n;
    w->kind_n = k->kind.n;
    w->body_n = body.n;
}

static void put_new(struct shard *s, struct slot *set, uint64_t hash, const struct near_key *k, struct str body)
{
    size_t room = (k->record.n + k->dossier.n + k->kind.n + body.n + body.n / 8 + 63) & ~(size_t)63;
    if (room > NEAR_BYTES / SHARDS / 8)
        return;
    make_room(s, sizeof(struct near_row) + room);
    struct slot *at = place_for(s, set);
    struct near_row *w = malloc(sizeof *w + room);
    if (!w)
        return;
    w->room = room;
    row_write(w, k, body);
    *at = (struct slot){ .row = w, .hash = hash };
    s->bytes += sizeof *w + room;
}

void near_put(struct near *r, const struct near_key *k, struct str body)
{
    struct shard *s;
    uint64_t hash = str_hash(k->record);
    struct slot *set = set_of(r, hash, &s);
    (void)pthread_mutex_lock(&s->lock);
    struct slot *at = row_find(set, hash, k);
    if (at && k->record.n + k->dossier.n + k->kind.n + body.n <= at->row->room) {
        row_write(at->row, k, body);
        at->stale = false;
    } else {
        if (at)
            row_drop(s, at);
        put_new(s, set, hash, k, body);
    }
    (void)pthread_mutex_unlock(&s->lock);
}
