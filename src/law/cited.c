/* cited.c - who relies on which provision: read once from everything a pack
 * holds. */
#include "law/priv.h"

#include "flow/flow.h"
#include "work/work.h"

#include <stdlib.h>

enum { CITATIONS_MAX = 100000 };

static void add(struct law *l, struct law_citation x)
{
    if (!pack_provision(l->pack, x.provision) || l->cites_n == CITATIONS_MAX)
        return;
    if (l->cites_n == l->cites_room) {
        size_t room = l->cites_room ? l->cites_room * 2 : 256;
        struct law_citation *v = NEW_N(&l->mem, struct law_citation, room);
        if (!v)
            return;
        if (l->cites_n)
            memcpy(v, l->cite, l->cites_n * sizeof *v);
        l->cite = v;
        l->cites_room = room;
    }
    l->cite[l->cites_n++] = x;
}

static void add_list(struct law *l, struct law_citation x, struct str ids)
{
    struct str id;
    while (str_next(&ids, ' ', &id)) {
        x.provision = id;
        if (id.n)
            add(l, x);
    }
}

/* A text that names provisions by their ids. */
static void add_named(struct law *l, struct law_citation x, struct str text)
{
    for (size_t i = 0; i < text.n;) {
        size_t from = i;
        while (i < text.n && (ascii_alpha(text.p[i]) || ascii_digit(text.p[i]) || text.p[i] == '-'))
            i++;
        x.provision = str_sub(text, from, i - from);
        if (x.provision.n > 3)
            add(l, x);
        i += i == from;
    }
}

static void of_decisions(struct law *l)
{
    const struct pack *p = l->pack;
    for (size_t i = 0; i < p->decisions_n; i++)
        for (size_t k = 0; k < dmn_nodes(p->decisions[i].model); k++) {
            const struct dmn_table *t = dmn_node(p->decisions[i].model, k)->table;
            for (size_t row = 0; t && row < dmn_table_rows(t); row++)
                add_list(l, (struct law_citation){ .use = LAW_DECISION, .where = p->decisions[i].id,
                    .part = str_join(&l->mem, dmn_table_name(t), STR(" "), dmn_row_id(t, row)) },
                    dmn_annotation(t, row, STR("provision")));
        }
}

/* A step cites for itself and for the form that is filled in it. */
static void of_steps(struct law *l, const struct procedures *procedures)
{
    const struct pack *p = l->pack;
    for (size_t i = 0; i < p->procedures_n; i++) {
        const struct flow_model *m = procedures_find(procedures, p->procedures[i].id);
        for (size_t k = 0; m && k < flow_nodes(m); k++) {
            struct flow_step s = flow_node_at(m, k);
            struct str cited = flow_attr(m, s.id, "provision"), form = flow_attr(m, s.id, "form");
            if (!cited.n)
                continue;
            struct str id = arena_dup(&l->mem, s.id), name = arena_dup(&l->mem, s.name);
            add_list(l, (struct law_citation){ .use = LAW_STEP, .where = p->procedures[i].id, .part = id,
                                               .what.in[0] = name }, cited);
            if (pack_form(p, form))
                add_list(l, (struct law_citation){ .use = LAW_FORM, .where = arena_dup(&l->mem, form), .part = id }, cited);
        }
    }
}

static void of_form(struct law *l, const struct pack_form *pf)
{
    for (size_t i = 0; i < form_count(pf->form); i++) {
        const struct form_field *f = form_field(pf->form, i);
        struct law_citation x = { .use = LAW_FORM, .where = pf->id, .part = f->name };
        for (size_t k = 0; k < f->extras; k++)
            if (str_is(f->extra[k].name, "provision"))
                add_list(l, x, f->extra[k].value);
        for (size_t k = 0; k < f->hint.n; k++)
            add_named(l, x, f->hint.v[k]);
    }
}

static void of_lists(struct law *l)
{
    const struct pack *p = l->pack;
    for (size_t i = 0; i < p->duties_n; i++)
        add_list(l, (struct law_citation){ .use = LAW_DUTY, .where = p->duties[i].id, .what = p->duties[i].what },
                 p->duties[i].provisions);
    for (size_t i = 0; i < p->services_n; i++)
        add_list(l, (struct law_citation){ .use = LAW_SERVICE, .where = p->services[i].id, .what = p->services[i].name },
                 p->services[i].provisions);
    for (size_t i = 0; i < p->templates_n; i++)
        add_named(l, (struct law_citation){ .use = LAW_TEMPLATE, .where = p->templates[i].id }, p->templates[i].text);
    for (size_t i = 0; i < p->forms_n; i++)
        of_form(l, &p->forms[i]);
    for (size_t i = 0; i < p->powers_n; i++)
        add_list(l, (struct law_citation){ .use = LAW_POWER, .where = p->powers[i].id, .what = p->powers[i].what },
                 p->powers[i].provisions);
}

static int by_provision(const void *a, const void *b)
{
    const struct law_citation *x = a, *y = b;
    int d = str_cmp(x->provision, y->provision);
    if (!d)
        d = (x->use > y->use) - (x->use < y->use);
    if (!d)
        d = str_cmp(x->where, y->where);
    return d ? d : str_cmp(x->part, y->part);
}

/* The same row may name a provision twice. */
static void settle(struct law *l)
{
    size_t n = 0;
    if (l->cites_n)
        qsort(l->cite, l->cites_n, sizeof *l->cite, by_provision);
    for (size_t i = 0; i < l->cites_n; i++)
        if (!n || by_provision(&l->cite[n - 1], &l->cite[i]) != 0)
            l->cite[n++] = l->cite[i];
    l->cites_n = n;
}

enum err law_gather_citations(struct ctx *c, struct law *l, const struct procedures *procedures)
{
    of_decisions(l);
    if (procedures)
        of_steps(l, procedures);
    of_lists(l);
    settle(l);
    return l->mem.failed ? FAIL(c, ERR_NOMEM, "pack.memory", "citations") : ERR_OK;
}

void law_cited_by(const struct law *l, struct str provision, const struct law_citation **out, size_t *n)
{
    size_t lo = 0, hi = l->cites_n, end;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(l->cite[mid].provision, provision) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (end = lo; end < l->cites_n && str_eq(l->cite[end].provision, provision);)
        end++;
    *out = l->cite + lo;
    *n = end - lo;
}

struct str law_cites(struct ctx *c, const struct law *l, enum law_use use, struct str where, struct str part)
{
    struct buf b;
    struct str last = { 0 };
    buf_init(&b, &c->mem, 64 * 1024);
    for (size_t i = 0; i < l->cites_n; i++) {
        const struct law_citation *x = &l->cite[i];
        if (x->use != use || !str_eq(x->where, where) || (part.n && !str_eq(x->part, part)) ||
            str_eq(x->provision, last))
            continue;
        if (b.n)
            buf_char(&b, ' ');
        buf_put(&b, last = x->provision);
    }
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}
