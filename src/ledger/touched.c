/* touched.c - which of the things that pages read have changed since they were read.
 *
 * db_reads.c turns what a query reads and what a change of a row touches into places
 * of one table.  For each place we keep the last entry whose fold touched it.  Every
 * number is there before the commit that makes its rows visible, so whoever sees an
 * entry in fold_state sees its places, too.  The table speaks of the entries after
 * `since` up to `upto`; when another process has folded in between, or more was
 * touched than fits, it begins anew, and whatever was read before counts as changed.
 */
#include "ledger/ledger_impl.h"

#include <stdlib.h>

enum { LIST_MAX = 1 << 16 };

struct touched {
    int64_t since, upto;                 /* atomic */
    uint32_t list[LIST_MAX];             /* of the transaction under way; the folder's */
    size_t n;
    bool all;
    uint32_t last[DB_PLACES];            /* atomic: the entry, as far as 32 bits go */
};

static void touch(void *arg, uint32_t place)
{
    struct touched *t = arg;
    if (place == DB_PLACE_ALL || t->n == LIST_MAX)
        t->all = true;
    else
        t->list[t->n++] = place;
}

void touched_start(struct ledger *l)
{
    struct touched *t = calloc(1, sizeof *t);
    if (t && db_tell(l->tables, touch, t)) {
        t->since = t->upto = -1;
        l->touched = t;
    } else {
        free(t);                         /* then every change is a change of everything */
    }
}

void touched_free(struct ledger *l)
{
    free(l->touched);
    l->touched = NULL;
}

void touched_begin(struct touched *t)
{
    if (t) {
        t->n = 0;
        t->all = false;
    }
}

/* Readers load these in the other order. */
void touched_commit(struct touched *t, int64_t from, int64_t to)
{
    if (!t || to == from)
        return;
    if (from != t->upto || t->all || to > UINT32_MAX)
        __atomic_store_n(&t->since, t->all || to > UINT32_MAX ? to : from, __ATOMIC_SEQ_CST);
    for (size_t i = 0; i < t->n; i++)
        __atomic_store_n(&t->last[t->list[i]], (uint32_t)to, __ATOMIC_SEQ_CST);
    __atomic_store_n(&t->upto, to, __ATOMIC_SEQ_CST);
    touched_begin(t);
}

bool ledger_unchanged(struct ledger *l, const uint32_t *place, size_t n, int64_t from, int64_t now)
{
    const struct touched *t = l->touched;
    if (from == now)
        return true;
    if (!t || from > now || now > UINT32_MAX || now > __atomic_load_n(&t->upto, __ATOMIC_SEQ_CST))
        return false;
    for (size_t i = 0; i < n; i++)
        if (place[i] >= DB_PLACES || __atomic_load_n(&t->last[place[i]], __ATOMIC_SEQ_CST) > from)
            return false;
    return from >= __atomic_load_n(&t->since, __ATOMIC_SEQ_CST);
}
