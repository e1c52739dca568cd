/* when.c - the texts of a provision over time, and the one of a day. */
#include "law/priv.h"

#include <stdlib.h>

static struct law_version newest(const struct provision *v)
{
    return (struct law_version){ .provision = v, .rule = v->rule, .values = v->values, .from = v->from, .to = v->to,
        .amended_by = v->amended_by, .sources = v->sources, .doubt = v->doubt, .verified = v->verified };
}

static struct law_version earlier(const struct provision *v, const struct provision_version *e)
{
    return (struct law_version){ .provision = v, .row = e, .rule = e->rule, .values = e->values, .from = e->from,
        .to = e->to, .amended_by = e->amended_by, .sources = e->sources, .doubt = e->doubt, .verified = e->verified };
}

/* Dates and years sort as texts; the newest text, and then the file's order, come last. */
static int by_time(const void *a, const void *b)
{
    const struct law_version *x = a, *y = b;
    if (!x->row != !y->row)
        return x->row ? -1 : 1;
    int d = str_cmp(x->to, y->to);
    return d ? d : x->row && y->row ? (x->row->line > y->row->line) - (x->row->line < y->row->line) : 0;
}

enum err law_versions(struct ctx *c, const struct law *l, const struct provision *v,
                      struct law_version **out, size_t *n)
{
    const struct pack *p = l->pack;
    size_t k = 0;
    struct law_version *w = NEW_N(&c->mem, struct law_version, p->versions_n + 1);
    if (!w)
        return ctx_check(c);
    for (size_t i = 0; i < p->versions_n; i++)
        if (str_eq(p->versions[i].provision, v->id))
            w[k++] = earlier(v, &p->versions[i]);
    w[k++] = newest(v);
    qsort(w, k, sizeof *w, by_time);
    *out = w;
    *n = k;
    return ERR_OK;
}

/* The instrument may have ended, and another provision may have taken this
 * one's place without a source telling when this one ended. */
static enum in_force bounded(const struct law *l, const struct provision *v, struct civil day, enum in_force in)
{
    const struct instrument *i = pack_instrument(l->pack, v->instrument);
    const struct provision *next = v->amended_by.n ? pack_provision(l->pack, v->amended_by) : NULL;
    if (in == IN_FORCE_NO)
        return in;
    if (i && i->to.n) {
        enum in_force whole = pack_within_days(STR("0001-01-01"), i->to, day);
        if (whole != IN_FORCE_YES)
            return whole;
    }
    if (next && next != v && !v->to.n && pack_in_force(next, day) != IN_FORCE_NO)
        return IN_FORCE_UNKNOWN;
    return in;
}

enum err law_at(struct ctx *c, const struct law *l, const struct provision *v, struct civil day,
                struct law_version *out, enum in_force *in)
{
    struct law_version *w = NULL;
    size_t n = 0;
    TRY(law_versions(c, l, v, &w, &n));
    if (!n)
        return FAIL(c, ERR_BUG, "error.internal", "a provision without a version");
    *out = w[n - 1];
    *in = IN_FORCE_NO;
    for (size_t i = n; i-- > 0;) {
        enum in_force now = pack_within_days(w[i].from, w[i].to, day);
        if (now <= *in)
            continue;
        *out = w[i];
        *in = now;
    }
    *in = bounded(l, v, day, *in);
    return ERR_OK;
}
