/* list.c - the changes behind a dossier or a record, newest first; what came since. */
#include "ledger/ledger_impl.h"

#include <stdlib.h>

static enum err entry_at(struct ctx *c, struct ledger *l, int64_t n, struct entry *e)
{
    struct entry *p = NULL;
    size_t k = 0;
    TRY(entries_read(c, l, n - 1, 1, &p, &k));
    if (k != 1 || p->n != n)
        return FAIL(c, ERR_CORRUPT, "ledger.gap", "no entry %lld", (long long)n);
    *e = *p;
    return ERR_OK;
}

static int later_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static enum err places_of(struct rows *r, int64_t *n, size_t limit, size_t *k)
{
    for (size_t i = 0; i < limit && rows_next(r); i++)
        n[(*k)++] = row_i64(r, 0);
    return rows_end(r);
}

/* The newest rows first: what is sorted in between the two questions is then seen
 * twice and not never.  n has room for 2 * limit. */
static enum err places(struct ctx *c, int64_t gid, int64_t before, size_t limit, int64_t *n, size_t *k)
{
    AUTO_ROWS a = { 0 }, b = { 0 };
    size_t found = 0;
    *k = 0;
    TRY(db_query(c, &a, "SELECT n FROM change_recent WHERE gid = $1 AND n < $2 ORDER BY n DESC LIMIT $3",
        ARGS(INT(gid), INT(before), INT((int64_t)limit))));
    TRY(places_of(&a, n, limit, &found));
    TRY(db_query(c, &b, "SELECT n FROM change_index WHERE gid = $1 AND n < $2 ORDER BY n DESC LIMIT $3",
        ARGS(INT(gid), INT(before), INT((int64_t)limit))));
    TRY(places_of(&b, n, limit, &found));
    if (found)
        qsort(n, found, sizeof *n, later_first);
    for (size_t i = 0; i < found && *k < limit; i++)
        if (!*k || n[*k - 1] != n[i])
            n[(*k)++] = n[i];
    return ERR_OK;
}

static bool touches(const struct change *ch, struct str record)
{
    for (size_t i = 0; i < ch->n; i++)
        if (str_eq(ch->sets[i].record, record))
            return true;
    return false;
}

/* record {0}: any. The index may name an entry too many, never one too few. */
static enum err list(struct ctx *c, int64_t gid, struct str dossier, struct str record, int64_t before,
                     size_t limit, struct change **out, size_t *out_n)
{
    struct ledger *l = c->node->ledger;
    size_t k = 0, kept = 0;
    if (limit > 1000)
        limit = 1000;
    int64_t *n = NEW_N(&c->mem, int64_t, 2 * limit + 1);
    struct change *list = NEW_N(&c->mem, struct change, limit + 1);
    TRY(ctx_check(c));
    TRY(places(c, gid, before, limit, n, &k));
    for (size_t i = 0; i < k; i++) {
        struct entry e;
        struct dossier_key key;
        bool erased;
        TRY(entry_at(c, l, n[i], &e));
        TRY(entry_open(c, l, &e, &key, &list[kept], &erased));
        list[kept].seq = e.n;
        if (!erased && str_eq(list[kept].dossier, dossier) && (!record.n || touches(&list[kept], record)))
            kept++;
    }
    *out = list;
    *out_n = kept;
    return ERR_OK;
}

enum err change_list(struct ctx *c, struct str dossier, int64_t before_seq, size_t limit,
                     struct change **out, size_t *n)
{
    int64_t gid = gid_of(c->node->ledger, dossier, STR(""), dossier);
    return list(c, gid, dossier, (struct str){ 0 }, before_seq > 0 ? before_seq : INT64_MAX, limit, out, n);
}

enum err change_list_record(struct ctx *c, struct str record, size_t limit,
                            struct change **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct str dossier = { 0 }, kind = { 0 };
    TRY(db_query(c, &r, "SELECT dossier, kind FROM record WHERE id = $1"
                        " ORDER BY created_us, dossier, kind LIMIT 1", ARGS(TEXT(record))));
    bool found = rows_next(&r);
    if (found) {
        dossier = row_str(&r, 0);
        kind = row_str(&r, 1);
    }
    TRY(rows_end(&r));
    if (!found)
        return FAIL(c, ERR_NOT_FOUND, "record.none", "no such record");
    return list(c, gid_of(c->node->ledger, dossier, kind, record), dossier, record, INT64_MAX, limit, out, n);
}

enum err change_since(struct ctx *c, int64_t after_seq, int64_t upto, size_t limit,
                      struct change **out, size_t *n, int64_t *last)
{
    struct ledger *l = c->node->ledger;
    struct entry *e = NULL;
    size_t got = 0, kept = 0;
    if (limit > 1000)
        limit = 1000;
    TRY(entries_read(c, l, after_seq, limit, &e, &got));
    struct change *list = NEW_N(&c->mem, struct change, got + 1);
    TRY(ctx_check(c));
    *last = after_seq;
    for (size_t i = 0; i < got && e[i].n <= upto; i++) {
        struct dossier_key key;
        bool erased;
        TRY(entry_open(c, l, &e[i], &key, &list[kept], &erased));
        list[kept].seq = *last = e[i].n;
        kept += !erased;
    }
    *out = list;
    *n = kept;
    return ERR_OK;
}
