/* force.c - the model in force on a day, and the compiled ones kept. */
#include "rulebook/text.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

#include <pthread.h>
#include <stdlib.h>

/* ---- kept models: a short list, the one not used for longest goes first ------------------ */

enum { KEPT_MAX = 24 };
struct kept {
    struct kept *next;
    char id[ID_LEN];
    struct dmn_model *model;
    long refs;
    bool listed;
};
struct rulebook {
    pthread_mutex_t lock;
    struct kept *first;              /* most recently used first */
    size_t n;
};

struct rulebook *rulebook_new(void)
{
    struct rulebook *b = calloc(1, sizeof *b);
    if (b && pthread_mutex_init(&b->lock, NULL)) {
        free(b);
        return NULL;
    }
    return b;
}

static void kept_free(struct kept *k)
{
    dmn_free(k->model);
    free(k);
}

void rulebook_free(struct rulebook *b)
{
    if (!b)
        return;
    for (struct kept *k = b->first, *next; k; k = next) {
        next = k->next;
        kept_free(k);
    }
    (void)pthread_mutex_destroy(&b->lock);
    free(b);
}

/* Found: moved to the front, one more use. */
static struct kept *find_locked(struct rulebook *b, struct str id)
{
    for (struct kept **at = &b->first; *at; at = &(*at)->next) {
        struct kept *k = *at;
        if (id.n != ID_LEN || memcmp(k->id, id.p, ID_LEN) != 0)
            continue;
        *at = k->next;
        k->next = b->first;
        b->first = k;
        k->refs++;
        return k;
    }
    return NULL;
}

/* The last that nobody uses leaves when the list is full; none such: k is not listed. */
static struct kept *list_locked(struct rulebook *b, struct kept *k)
{
    struct kept **victim = NULL, *gone = NULL;
    for (struct kept **at = &b->first; b->n >= KEPT_MAX && *at; at = &(*at)->next)
        if (!(*at)->refs)
            victim = at;
    if (victim) {
        gone = *victim;
        *victim = gone->next;
        b->n--;
    }
    if (b->n < KEPT_MAX) {
        k->listed = true;
        k->next = b->first;
        b->first = k;
        b->n++;
    }
    return gone;
}

static struct kept *kept_find(struct rulebook *b, struct str id)
{
    (void)pthread_mutex_lock(&b->lock);
    struct kept *k = find_locked(b, id);
    (void)pthread_mutex_unlock(&b->lock);
    return k;
}

static void kept_add(struct rulebook *b, struct kept *k)
{
    (void)pthread_mutex_lock(&b->lock);
    struct kept *gone = list_locked(b, k);
    (void)pthread_mutex_unlock(&b->lock);
    if (gone)
        kept_free(gone);
}

/* What a use gives back. */
struct loan { struct rulebook *book; struct kept *kept; };

void rules_let_go(struct rules_use *u)
{
    struct loan *l = u->held;
    if (!l)
        return;
    struct kept *k = l->kept;
    bool last = true;
    if (l->book && k->listed) {
        (void)pthread_mutex_lock(&l->book->lock);
        k->refs--;
        last = false;
        (void)pthread_mutex_unlock(&l->book->lock);
    }
    if (last)
        kept_free(k);
    *u = (struct rules_use){ 0 };
}

/* ---- choosing ---------------------------------------------------------------------------- */

int64_t rules_today(struct ctx *c)
{
    return pack_local_day(c->node->pack, c->now_us);
}

/* The version that holds on that day: of those in force the one that began
 * last, applied last when two began together. */
static enum err choose(struct ctx *c, struct str decision, int64_t day, struct rules_use *u)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, title, basis, provisions, from_day FROM rules_version"
        " WHERE decision = $1 AND from_day <= $2 AND (until_day = 0 OR until_day > $2)"
        " ORDER BY from_day DESC, at_us DESC, id LIMIT 1", ARGS(TEXT(decision), INT(day))));
    if (rows_next(&r))
        *u = (struct rules_use){ .version = row_str(&r, 0), .title = row_str(&r, 1), .basis = row_str(&r, 2),
            .provisions = row_str(&r, 3), .from_day = row_i64(&r, 4) };
    return rows_end(&r);
}

static enum err compile(struct ctx *c, struct str decision, struct str version, struct kept **out)
{
    struct record r;
    struct str text;
    struct dmn_model *m;
    TRY(record_load(c, version, &r));
    TRY(text_of(c, &r, &text));
    struct fault before = c->fault;
    if (text_check(c, decision, text, false, &m) != ERR_OK) {
        c->fault = before;
        return FAIL(c, ERR_CORRUPT, "rules.unreadable", "version " STR_F, STR_A(version));
    }
    struct kept *k = calloc(1, sizeof *k);
    if (!k || version.n != ID_LEN) {
        free(k);
        dmn_free(m);
        return FAIL(c, ERR_NOMEM, "error.too-big", "model of " STR_F, STR_A(version));
    }
    memcpy(k->id, version.p, ID_LEN);
    k->model = m;
    k->refs = 1;
    *out = k;
    return ERR_OK;
}

static enum err lend(struct ctx *c, struct str decision, struct rules_use *u)
{
    struct rulebook *b = c->node->rulebook;
    struct loan *l = NEW(&c->mem, struct loan);
    TRY(ctx_check(c));
    *l = (struct loan){ b, b ? kept_find(b, u->version) : NULL };
    if (!l->kept) {
        TRY(compile(c, decision, u->version, &l->kept));
        if (b)
            kept_add(b, l->kept);
    }
    u->model = l->kept->model;
    u->held = l;
    return ERR_OK;
}

enum err rules_in_force(struct ctx *c, struct str decision, int64_t day, struct rules_use *out)
{
    struct rules_use u = { 0 };
    const struct dmn_model *own = c->node->pack ? pack_decision(c->node->pack, decision) : NULL;
    if (!own)
        return FAIL(c, ERR_NOT_FOUND, "rules.no-decision", "decision " STR_F, STR_A(str_sub(decision, 0, 80)));
    TRY(choose(c, decision, day, &u));
    if (u.version.n)
        TRY(lend(c, decision, &u));
    else
        u.model = own;
    *out = u;
    return ERR_OK;
}

enum err rules_text_in_force(struct ctx *c, struct str decision, int64_t day, struct str *text, struct str *version)
{
    struct rules_use u = { 0 };
    struct record r;
    TRY(choose(c, decision, day, &u));
    if (!u.version.n)
        TRY(rules_pack_text(c, decision, text));
    else {
        TRY(record_load(c, u.version, &r));
        TRY(text_of(c, &r, text));
    }
    *version = u.version;
    return ERR_OK;
}

struct str rules_label(struct ctx *c, const struct rules_use *u)
{
    const struct pack *p = c->node->pack;
    if (!u->version.n)
        return str_join(&c->mem, p->id, STR(" "), p->version);
    return str_join(&c->mem, u->title, STR(", "), date_text(&c->mem, civil_from_days(u->from_day)));
}
