#include "ledger/state.h"

#include <stdlib.h>

/* ---- a sorted list of change ids, without duplicates ---------------------------- */

struct ids { struct str *p; size_t n; };

static int id_cmp(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void ids_sort(struct ids *l)
{
    size_t k = 0;
    if (l->n)
        qsort(l->p, l->n, sizeof *l->p, id_cmp);
    for (size_t i = 0; i < l->n; i++)
        if (!k || !str_eq(l->p[k - 1], l->p[i]))
            l->p[k++] = l->p[i];
    l->n = k;
}

static bool ids_have(const struct ids *l, struct str id)
{
    return l->n && bsearch(&id, l->p, l->n, sizeof *l->p, id_cmp);
}

/* ---- applying ---------------------------------------------------------------------- */

static int later_first(const void *pa, const void *pb)
{
    const struct assign *a = pa, *b = pb;
    if (a->time_us != b->time_us)
        return a->time_us > b->time_us ? -1 : 1;
    int d = str_cmp(b->node, a->node);
    return d ? d : str_cmp(b->change, a->change);
}

static int by_field(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;
    int d = str_cmp(x->field, y->field);
    return d ? d : str_cmp(x->a.change, y->a.change);
}

static bool is_head(const struct state_field *f, struct str change)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->heads[i].change, change))
            return true;
    return false;
}

/* All that the arrivals of one field replace, sorted. */
static bool replaced_by(struct ctx *c, const struct arrival *in, size_t n, struct ids *out)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += in[i].prevs_n;
    out->n = 0;
    out->p = NEW_N(&c->mem, struct str, total + 1);
    if (!out->p)
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < in[i].prevs_n; k++)
            out->p[out->n++] = in[i].prevs[k];
    ids_sort(out);
    return true;
}

/* gone = (gone and replaced) without what has arrived. */
static enum err new_gone(struct ctx *c, struct state_field *f, const struct ids *replaced,
                         const struct ids *now, state_seen *seen, void *with, struct ids *out)
{
    out->n = 0;
    out->p = NEW_N(&c->mem, struct str, f->gone_n + replaced->n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < f->gone_n; i++)
        if (!ids_have(now, f->gone[i]))
            out->p[out->n++] = f->gone[i];
    for (size_t i = 0; i < replaced->n; i++) {
        struct str id = replaced->p[i];
        bool here = ids_have(now, id) || is_head(f, id);
        if (!here)
            TRY(seen(c, with, id, &here));
        if (!here)
            out->p[out->n++] = id;
    }
    ids_sort(out);
    return ERR_OK;
}

static enum err apply_field(struct ctx *c, struct state_field *f, const struct arrival *in, size_t n,
                            const struct ids *now, state_seen *seen, void *with)
{
    struct ids replaced, gone, was = { f->gone, f->gone_n };
    if (!replaced_by(c, in, n, &replaced))
        return ctx_check(c);
    TRY(new_gone(c, f, &replaced, now, seen, with, &gone));
    struct assign *heads = NEW_N(&c->mem, struct assign, f->n + n + 1);
    TRY(ctx_check(c));
    size_t k = 0;
    for (size_t i = 0; i < f->n; i++)
        if (!ids_have(&replaced, f->heads[i].change))
            heads[k++] = f->heads[i];
    for (size_t i = 0; i < n; i++)
        if (!ids_have(&replaced, in[i].a.change) && !ids_have(&was, in[i].a.change))
            heads[k++] = in[i].a;
    if (k > 1)
        qsort(heads, k, sizeof *heads, later_first);
    f->heads = heads;
    f->n = k;
    f->gone = gone.p;
    f->gone_n = gone.n;
    return ERR_OK;
}

static enum err arrived(struct ctx *c, const struct arrival *in, size_t n, struct ids *now)
{
    now->p = NEW_N(&c->mem, struct str, n + 1);
    TRY(ctx_check(c));
    now->n = n;
    for (size_t i = 0; i < n; i++)
        now->p[i] = in[i].a.change;
    ids_sort(now);
    return ERR_OK;
}

static void widen(struct state *s, const struct arrival *in, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t t = in[i].a.time_us;
        if (!s->created_us || t < s->created_us)
            s->created_us = t;
        if (t > s->updated_us)
            s->updated_us = t;
    }
}

/* A field nothing arrived for: a change of this record may have arrived that
 * it waited for in vain (a malformed author). */
static enum err settle(struct ctx *c, struct state_field *f, const struct ids *now,
                       state_seen *seen, void *with)
{
    struct ids none = { 0 }, gone;
    if (!f->gone_n)
        return ERR_OK;
    TRY(new_gone(c, f, &none, now, seen, with, &gone));
    f->gone = gone.p;
    f->gone_n = gone.n;
    return ERR_OK;
}

enum err state_apply(struct ctx *c, struct state *s, struct arrival *in, size_t n,
                     state_seen *seen, void *with)
{
    struct ids now;
    struct state_field *out = NEW_N(&c->mem, struct state_field, s->n + n + 1);
    size_t k = 0, i = 0, j = 0;
    TRY(ctx_check(c));
    TRY(arrived(c, in, n, &now));
    if (n)
        qsort(in, n, sizeof *in, by_field);
    while (i < s->n || j < n) {
        int d = i == s->n ? 1 : j == n ? -1 : str_cmp(s->fields[i].name, in[j].field);
        struct state_field *f = &out[k++];
        *f = d <= 0 ? s->fields[i++] : (struct state_field){ .name = in[j].field };
        size_t end = j;
        while (end < n && str_eq(in[end].field, f->name))
            end++;
        TRY(end > j ? apply_field(c, f, in + j, end - j, &now, seen, with)
                    : settle(c, f, &now, seen, with));
        j = end;
    }
    widen(s, in, n);
    s->fields = out;
    s->n = k;
    return ERR_OK;
}

bool state_conflict(const struct state *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->fields[i].n > 1)
            return true;
    return false;
}

/* ---- bytes ---------------------------------------------------------------------------- */

static void put_be(struct buf *b, uint64_t v, int bytes)
{
    char t[8];
    for (int i = 0; i < bytes; i++)
        t[i] = (char)(v >> (8 * (bytes - 1 - i)));
    buf_put(b, (struct str){ t, (size_t)bytes });
}

static void put_text(struct buf *b, struct str s, int bytes)
{
    put_be(b, s.n, bytes);
    buf_put(b, s);
}

static void put_head(struct buf *b, const struct assign *a)
{
    put_text(b, a->change, 1);
    put_text(b, a->node, 1);
    put_be(b, (uint64_t)a->time_us, 8);
    put_text(b, a->officer, 1);
    put_text(b, a->value, 4);
}

void state_encode(struct buf *b, const struct state *s)
{
    put_be(b, 1, 1);
    put_be(b, (uint64_t)s->created_us, 8);
    put_be(b, (uint64_t)s->updated_us, 8);
    put_be(b, s->n, 4);
    for (size_t i = 0; i < s->n; i++) {
        const struct state_field *f = &s->fields[i];
        put_text(b, f->name, 1);
        put_be(b, f->n, 4);
        put_be(b, f->gone_n, 4);
        for (size_t k = 0; k < f->n; k++)
            put_head(b, &f->heads[k]);
        for (size_t k = 0; k < f->gone_n; k++)
            put_text(b, f->gone[k], 1);
    }
}

struct in { struct str left; bool bad; };

static uint64_t get_be(struct in *in, size_t bytes)
{
    uint64_t v = 0;
    if (in->left.n < bytes) {
        in->bad = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | (unsigned char)in->left.p[i];
    in->left = str_sub(in->left, bytes, in->left.n);
    return v;
}

static struct str get_text(struct in *in, size_t bytes)
{
    size_t n = (size_t)get_be(in, bytes);
    if (n > in->left.n) {
        in->bad = true;
        n = 0;
    }
    struct str s = { in->left.p, n };
    in->left = str_sub(in->left, n, in->left.n);
    return s;
}

/* A count, no larger than the bytes left allow. */
static size_t get_count(struct in *in, size_t least)
{
    size_t n = (size_t)get_be(in, 4);
    if (n > in->left.n / least) {
        in->bad = true;
        return 0;
    }
    return n;
}

static struct assign get_head(struct in *in)
{
    struct assign a;
    a.change = get_text(in, 1);
    a.node = get_text(in, 1);
    a.time_us = (int64_t)get_be(in, 8);
    a.officer = get_text(in, 1);
    a.value = get_text(in, 4);
    return a;
}

static bool get_field(struct ctx *c, struct in *in, struct state_field *f)
{
    f->name = get_text(in, 1);
    f->n = get_count(in, 15);
    f->gone_n = get_count(in, 1);
    f->heads = NEW_N(&c->mem, struct assign, f->n + 1);
    f->gone = NEW_N(&c->mem, struct str, f->gone_n + 1);
    if (!f->heads || !f->gone)
        return false;
    for (size_t k = 0; k < f->n; k++)
        f->heads[k] = get_head(in);
    for (size_t k = 0; k < f->gone_n; k++)
        f->gone[k] = get_text(in, 1);
    return true;
}

enum err state_decode(struct ctx *c, struct str bytes, struct state *out)
{
    struct in in = { bytes, false };
    struct state s = { 0 };
    if (get_be(&in, 1) != 1)
        in.bad = true;
    s.created_us = (int64_t)get_be(&in, 8);
    s.updated_us = (int64_t)get_be(&in, 8);
    s.n = get_count(&in, 9);
    s.fields = NEW_N(&c->mem, struct state_field, s.n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < s.n && !in.bad; i++)
        if (!get_field(c, &in, &s.fields[i]))
            return ctx_check(c);
    if (in.bad || in.left.n)
        return FAIL(c, ERR_CORRUPT, "ledger.record", "%zu bytes", bytes.n);
    *out = s;
    return ERR_OK;
}

enum err state_record(struct ctx *c, const struct state *s, struct record *out)
{
    struct field *fields = NEW_N(&c->mem, struct field, s->n + 1);
    size_t k = 0;
    TRY(ctx_check(c));
    for (size_t i = 0; i < s->n; i++) {
        const struct state_field *f = &s->fields[i];
        if (!f->n)
            continue;
        struct head *heads = NEW_N(&c->mem, struct head, f->n);
        TRY(ctx_check(c));
        for (size_t h = 0; h < f->n; h++)
            heads[h] = (struct head){ f->heads[h].value, f->heads[h].change,
                                      f->heads[h].time_us, f->heads[h].officer };
        fields[k++] = (struct field){ f->name, f->n, heads };
    }
    out->created_us = s->created_us;
    out->updated_us = s->updated_us;
    out->fields = fields;
    out->n = k;
    out->conflict = state_conflict(s);
    return ERR_OK;
}
