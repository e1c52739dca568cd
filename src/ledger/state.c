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

/* ---- bytes ----------------------------------------------------------------------------
 *
 * version 1; created, updated (8 bytes each); the authors: the distinct changes
 * that heads come from, by change id, each written once; the fields: name,
 * heads as (place of author, value), gone ids.  Numbers are varints, text is
 * length and bytes. */

static void put_be(struct buf *b, uint64_t v)
{
    char t[8];
    for (int i = 0; i < 8; i++)
        t[i] = (char)(v >> (56 - 8 * i));
    buf_put(b, (struct str){ t, 8 });
}

static void put_number(struct buf *b, uint64_t v)
{
    char t[10];
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        t[n++] = (char)(v | 0x80);
    t[n++] = (char)v;
    buf_put(b, (struct str){ t, n });
}

static void put_text(struct buf *b, struct str s)
{
    put_number(b, s.n);
    buf_put(b, s);
}

static int by_change(const void *a, const void *b)
{
    return str_cmp((*(const struct assign *const *)a)->change, (*(const struct assign *const *)b)->change);
}

/* The heads' changes, sorted, each once. */
static bool authors_of(struct buf *b, const struct state *s, const struct assign ***out, size_t *out_n)
{
    size_t total = 0, n = 0, k = 0;
    for (size_t i = 0; i < s->n; i++)
        total += s->fields[i].n;
    const struct assign **p = NEW_N(b->mem, const struct assign *, total + 1);
    if (!p)
        return false;
    for (size_t i = 0; i < s->n; i++)
        for (size_t h = 0; h < s->fields[i].n; h++)
            if (!n || !str_eq(p[n - 1]->change, s->fields[i].heads[h].change))
                p[n++] = &s->fields[i].heads[h];
    if (n > 1)
        qsort(p, n, sizeof *p, by_change);
    for (size_t i = 0; i < n; i++)
        if (!k || !str_eq(p[k - 1]->change, p[i]->change))
            p[k++] = p[i];
    *out = p;
    *out_n = k;
    return true;
}

static size_t author_place(const struct assign **p, size_t n, const struct assign *a)
{
    const struct assign **hit = bsearch(&a, p, n, sizeof *p, by_change);
    return hit ? (size_t)(hit - p) : 0;
}

static void put_field(struct buf *b, const struct state_field *f, const struct assign **authors, size_t n)
{
    put_text(b, f->name);
    put_number(b, f->n);
    for (size_t k = 0; k < f->n; k++) {
        put_number(b, author_place(authors, n, &f->heads[k]));
        put_text(b, f->heads[k].value);
    }
    put_number(b, f->gone_n);
    for (size_t k = 0; k < f->gone_n; k++)
        put_text(b, f->gone[k]);
}

void state_encode(struct buf *b, const struct state *s)
{
    const struct assign **authors = NULL;
    size_t n = 0;
    if (!authors_of(b, s, &authors, &n)) {
        b->failed = true;
        return;
    }
    buf_char(b, 1);
    put_be(b, (uint64_t)s->created_us);
    put_be(b, (uint64_t)s->updated_us);
    put_number(b, n);
    for (size_t i = 0; i < n; i++) {
        put_text(b, authors[i]->change);
        put_text(b, authors[i]->node);
        put_text(b, authors[i]->officer);
        put_be(b, (uint64_t)authors[i]->time_us);
    }
    put_number(b, s->n);
    for (size_t i = 0; i < s->n; i++)
        put_field(b, &s->fields[i], authors, n);
}

/* Reading takes pieces off the front; the first thing wrong sticks. */
struct in { const unsigned char *p, *end; bool bad; };

static uint64_t get_be(struct in *in)
{
    uint64_t v = 0;
    if (in->end - in->p < 8) {
        in->bad = true;
        return 0;
    }
    for (int i = 0; i < 8; i++)
        v = v << 8 | *in->p++;
    return v;
}

static uint64_t get_number(struct in *in)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 35 && in->p < in->end; shift += 7) {
        unsigned char c = *in->p++;
        v |= (uint64_t)(c & 0x7f) << shift;
        if (!(c & 0x80))
            return v;
    }
    in->bad = true;
    return 0;
}

static struct str get_text(struct in *in)
{
    uint64_t n = get_number(in);
    if (n > (uint64_t)(in->end - in->p)) {
        in->bad = true;
        n = 0;
    }
    struct str s = { (const char *)in->p, (size_t)n };
    in->p += n;
    return s;
}

/* A count, no larger than the bytes left allow. */
static size_t get_count(struct in *in)
{
    uint64_t n = get_number(in);
    if (n > (uint64_t)(in->end - in->p)) {
        in->bad = true;
        return 0;
    }
    return (size_t)n;
}

static bool get_field(struct ctx *c, struct in *in, const struct assign *authors, size_t n,
                      struct state_field *f)
{
    f->name = get_text(in);
    f->n = get_count(in);
    f->heads = NEW_N(&c->mem, struct assign, f->n + 1);
    for (size_t k = 0; f->heads && k < f->n; k++) {
        uint64_t place = get_number(in);
        in->bad |= place >= n;
        if (!in->bad)
            f->heads[k] = authors[place];
        f->heads[k].value = get_text(in);
    }
    f->gone_n = get_count(in);
    f->gone = NEW_N(&c->mem, struct str, f->gone_n + 1);
    for (size_t k = 0; f->gone && k < f->gone_n; k++)
        f->gone[k] = get_text(in);
    return f->heads && f->gone;
}

enum err state_decode(struct ctx *c, struct str bytes, struct state *out)
{
    struct in in = { (const unsigned char *)bytes.p, (const unsigned char *)bytes.p + bytes.n, bytes.n < 19 };
    struct state s = { 0 };
    if (in.bad || *in.p++ != 1)
        return FAIL(c, ERR_CORRUPT, "ledger.record", "%zu bytes", bytes.n);
    s.created_us = (int64_t)get_be(&in);
    s.updated_us = (int64_t)get_be(&in);
    size_t n = get_count(&in);
    struct assign *authors = NEW_N(&c->mem, struct assign, n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < n; i++) {
        authors[i].change = get_text(&in);
        authors[i].node = get_text(&in);
        authors[i].officer = get_text(&in);
        authors[i].time_us = (int64_t)get_be(&in);
    }
    s.n = get_count(&in);
    s.fields = NEW_N(&c->mem, struct state_field, s.n + 1);
    TRY(ctx_check(c));
    for (size_t i = 0; i < s.n && !in.bad; i++)
        if (!get_field(c, &in, authors, n, &s.fields[i]))
            return ctx_check(c);
    if (in.bad || in.p != in.end)
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
