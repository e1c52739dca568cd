/* load.c - a folder becomes a pack; a pack goes away with its last user. */
#include "pack/read.h"

#include <stdlib.h>

const char *pack_verified_name(enum pack_verified v)
{
    static const char *const name[] = { "no", "partly", "yes" };
    return name[v];
}

static bool same_id(const char *a, const char *b)
{
    return str_eq(*(const struct str *)(const void *)a, *(const struct str *)(const void *)b);
}

/* A map of one table, and a finding for every id that is there twice. */
static void index_table(struct reader *r, const struct table_spec *t)
{
    size_t n = table_count(r->p, t);

    if (t->map < 0)
        return;
    struct id_map *m = &r->p->index->map[t->map];
    if (!map_build(r->mem, m, table_row(r->p, t, 0), t->row, n))
        return;
    for (size_t i = 0; i < n; i++) {
        const char *row = table_row(r->p, t, i);
        const char *first = map_find(m, *(const struct str *)(const void *)row);
        if (first && first != row && same_id(first, row))
            reader_say(r, FINDING_ERROR, str_c(t->file), table_line(t, row), "pack.id-twice",
                       "\"" STR_F "\" is already on line %d",
                       STR_A(*(const struct str *)(const void *)row), table_line(t, first));
    }
}

static void index_files(struct reader *r)
{
    struct pack *p = r->p;
    struct id_map *m = p->index->map;

    (void)(map_build(r->mem, &m[MAP_FORM], p->forms, sizeof *p->forms, p->forms_n) &&
           map_build(r->mem, &m[MAP_DECISION], p->decisions, sizeof *p->decisions, p->decisions_n) &&
           map_build(r->mem, &m[MAP_PROCEDURE], p->procedures, sizeof *p->procedures, p->procedures_n) &&
           map_build(r->mem, &m[MAP_TEMPLATE], p->templates, sizeof *p->templates, p->templates_n) &&
           map_build(r->mem, &m[MAP_GEO], p->maps, sizeof *p->maps, p->maps_n) &&
           map_build(r->mem, &m[MAP_LAW_TEXT], p->law_texts, sizeof *p->law_texts, p->law_texts_n));
}

static void mark_points(struct reader *r)
{
    for (size_t i = 0; i < r->p->territories_n; i++) {
        struct territory *t = (struct territory *)(uintptr_t)&r->p->territories[i];
        t->has_point = t->lat_e4 != INT32_MAX && t->lon_e4 != INT32_MAX;
        if (t->has_point != (t->point.n != 0))
            reader_say(r, FINDING_ERROR, STR("territory/territory.csv"), t->line, "pack.bad-value",
                       "lat, lon and point belong together");
        if (!t->has_point)
            t->lat_e4 = t->lon_e4 = 0;
    }
}

static int by_day(const void *a, const void *b)
{
    const struct holiday *x = a, *y = b;
    return x->day < y->day ? -1 : x->day > y->day;
}

static void sort_holidays(struct reader *r)
{
    struct pack *p = r->p;
    int64_t *days = NEW_N(r->mem, int64_t, p->holidays_n + 1);

    if (!days)
        return;
    if (p->holidays_n)
        qsort((void *)(uintptr_t)p->holidays, p->holidays_n, sizeof *p->holidays, by_day);
    for (size_t i = 0; i < p->holidays_n; i++)
        days[i] = p->holidays[i].day;
    p->holiday_days = days;
}

static struct pack *pack_new(struct ctx *c)
{
    struct pack *p = calloc(1, sizeof *p);
    struct pack_index *x = calloc(1, sizeof *x);

    if (!p || !x) {
        free(p);
        free(x);
        return NULL;
    }
    arena_init(&x->mem, PACK_MEM_MAX);
    x->mem.fail_at = c->mem.fail_at;    /* tests refuse the pack's memory with the caller's */
    atomic_init(&x->refs, 1);
    p->index = x;
    return p;
}

static enum err read_all(struct reader *r)
{
    r->p->dir = arena_dup(r->mem, str_c(r->dir));
    TRY(read_ini(r));
    for (size_t i = 0; i < pack_tables_n; i++) {
        TRY(read_table(r, &pack_tables[i]));
        index_table(r, &pack_tables[i]);
    }
    mark_points(r);
    sort_holidays(r);
    TRY(read_files(r));
    index_files(r);
    if (r->mem->failed)
        return FAIL(r->c, ERR_NOMEM, "pack.memory", "%s", r->dir);
    return ctx_check(r->c);
}

enum err pack_read(struct ctx *c, const char *dir, struct findings *found, struct pack **out)
{
    struct pack *p = pack_new(c);

    if (!p)
        return FAIL(c, ERR_NOMEM, "pack.memory", "%s", dir);
    struct reader r = { c, p, &p->index->mem, dir, found, NULL };
    enum err e = read_all(&r);
    if (e != ERR_OK) {
        pack_unref(p);
        return e;
    }
    *out = p;
    return ERR_OK;
}

enum err pack_load(struct ctx *c, const char *dir, struct pack **out)
{
    struct findings found = { 0 };
    struct pack *p;

    TRY(pack_read(c, dir, &found, &p));
    if (!found.errors) {
        *out = p;
        return ERR_OK;
    }
    pack_unref(p);
    reader_sort(&found);
    for (size_t i = 0; i < found.n; i++)
        if (found.v[i].level == FINDING_ERROR)
            return FAIL(c, ERR_INPUT, "pack.broken", STR_F ":%d: " STR_F,
                        STR_A(found.v[i].file), found.v[i].line, STR_A(found.v[i].text));
    return FAIL(c, ERR_INPUT, "pack.broken", "%s", dir);
}

struct pack *pack_ref(struct pack *p)
{
    atomic_fetch_add_explicit(&p->index->refs, 1, memory_order_relaxed);
    return p;
}

void pack_unref(struct pack *p)
{
    if (!p)
        return;
    struct pack_index *x = p->index;
    if (atomic_fetch_sub_explicit(&x->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < p->forms_n; i++)
        form_unref(p->forms[i].form);
    for (size_t i = 0; i < p->decisions_n; i++)
        dmn_free((struct dmn_model *)(uintptr_t)p->decisions[i].model);
    arena_free(&x->mem);
    free(x);
    free(p);
}
