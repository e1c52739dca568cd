#include "reform/tally.h"

#include <stdlib.h>

/* All cases of all questions in one order; questions as rows of marks over them. */
struct board {
    struct str *id;   size_t cases;
    bool *marked, *told;                 /* rows of `cases`; the last row is the present question */
    size_t *group;    size_t groups;     /* of each case: those never told apart */
};

static int by_id(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

static size_t put_all(struct str *to, size_t k, struct tally_set s)
{
    for (size_t i = 0; i < s.n; i++)
        to[k++] = s.id[i];
    return k;
}

static void mark(const struct board *b, bool *row, struct tally_set s)
{
    for (size_t i = 0, k = 0; i < b->cases && k < s.n; i++)
        if (str_eq(b->id[i], s.id[k])) {
            row[i] = true;
            k++;
        }
}

/* Two cases are in one group when every number told so far held both or neither. */
static enum err groups_of(struct ctx *c, struct board *b, size_t rows)
{
    size_t *next = NEW_N(&c->mem, size_t, 2 * b->cases + 2);
    b->group = NEW_N(&c->mem, size_t, b->cases + 1);
    TRY(ctx_check(c));
    b->groups = b->cases ? 1 : 0;
    for (size_t r = 0; r < rows; r++) {
        size_t n = 0;
        memset(next, 0, 2 * b->groups * sizeof *next);
        for (size_t i = 0; i < b->cases; i++) {
            size_t *to = &next[2 * b->group[i] + b->told[r * b->cases + i]];
            if (!*to)
                *to = ++n;
            b->group[i] = *to - 1;
        }
        b->groups = n;
    }
    return ERR_OK;
}

static enum err board_set(struct ctx *c, const struct tally_asked *before, size_t n, const struct tally_asked *now,
                          struct board *b)
{
    size_t all = now->marked.n, k = 0;
    for (size_t i = 0; i < n; i++)
        all += before[i].marked.n + before[i].told.n;
    *b = (struct board){ .id = NEW_N(&c->mem, struct str, all + 1) };
    TRY(ctx_check(c));
    k = put_all(b->id, k, now->marked);
    for (size_t i = 0; i < n; i++)
        k = put_all(b->id, put_all(b->id, k, before[i].marked), before[i].told);
    qsort(b->id, k, sizeof *b->id, by_id);
    for (size_t i = 0; i < k; i++)
        if (!i || !str_eq(b->id[i], b->id[b->cases - 1]))
            b->id[b->cases++] = b->id[i];
    b->marked = NEW_N(&c->mem, bool, (n + 1) * b->cases + 1);
    b->told = NEW_N(&c->mem, bool, (n + 1) * b->cases + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++) {
        mark(b, b->marked + i * b->cases, before[i].marked);
        mark(b, b->told + i * b->cases, before[i].told);
    }
    mark(b, b->marked + n * b->cases, now->marked);
    return groups_of(c, b, n);
}

enum answer { ASIDE, NONE, ALL };        /* of one group; aside: divided as marked */

/* far[g]: in how many cases of group g the marks differ from those of row r. */
static void distances(const struct board *b, const bool *now, const bool *r, size_t *far)
{
    memset(far, 0, b->groups * sizeof *far);
    for (size_t i = 0; i < b->cases; i++)
        far[b->group[i]] += now[i] != (r && r[i]);
}

static enum err answer_groups(struct ctx *c, const struct board *b, size_t n, enum answer *is)
{
    const bool *now = b->marked + n * b->cases;
    size_t *far = NEW_N(&c->mem, size_t, b->groups + 1), *size = NEW_N(&c->mem, size_t, b->groups + 1);
    bool *told = NEW_N(&c->mem, bool, b->groups + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < b->cases; i++)
        size[b->group[i]]++;
    distances(b, now, NULL, far);                       /* beside "none", and beside "all" */
    for (size_t g = 0; g < b->groups; g++)
        is[g] = far[g] < TALLY_MIN ? NONE : size[g] - far[g] < TALLY_MIN ? ALL : ASIDE;
    for (size_t r = 0; r < n; r++) {
        distances(b, now, b->marked + r * b->cases, far);
        for (size_t i = 0; i < b->cases; i++)           /* the same for the whole group */
            told[b->group[i]] = b->told[r * b->cases + i];
        for (size_t g = 0; g < b->groups; g++)
            if (is[g] == ASIDE && far[g] < TALLY_MIN)
                is[g] = told[g] ? ALL : NONE;
    }
    return ERR_OK;
}

static size_t differ(const struct board *b, const bool *now, const bool *r)
{
    size_t n = 0;
    for (size_t i = 0; i < b->cases; i++)
        n += now[i] != (r && r[i]);
    return n;
}

/* The oldest question but for fewer than TALLY_MIN the same: its answer.  The first
 * of all marks nothing. */
static bool answered_before(const struct board *b, const struct tally_asked *before, size_t n,
                            struct tally_asked *now, bool *again)
{
    const bool *marked = b->marked + n * b->cases;
    size_t found = differ(b, marked, NULL) < TALLY_MIN ? n : n + 1;
    *again = !now->marked.n;
    for (size_t r = 0; r < n; r++) {
        size_t far = differ(b, marked, b->marked + r * b->cases);
        *again = *again || !far;
        if (found > n && far < TALLY_MIN)
            found = r;
    }
    now->told = found < n ? before[found].told : (struct tally_set){ 0 };
    return found <= n;
}

static enum err divided(struct ctx *c, const struct board *b, size_t n, struct tally_asked *now)
{
    const bool *marked = b->marked + n * b->cases;
    enum answer *is = NEW_N(&c->mem, enum answer, b->groups + 1);
    struct str *id = NEW_N(&c->mem, struct str, b->cases + 1);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(answer_groups(c, b, n, is));
    for (size_t i = 0; i < b->cases; i++)
        if (is[b->group[i]] == ALL || (is[b->group[i]] == ASIDE && marked[i]))
            id[k++] = b->id[i];
    now->told = (struct tally_set){ id, k };
    return ERR_OK;
}

enum err tally_ask(struct ctx *c, const struct tally_asked *before, size_t n, struct tally_asked *now, bool *again)
{
    struct board b;
    TRY(board_set(c, before, n, now, &b));
    return answered_before(&b, before, n, now, again) ? ERR_OK : divided(c, &b, n, now);
}

size_t tally_number(const struct tally_asked *a)
{
    return a->told.n - a->told.n % TALLY_MIN;
}
