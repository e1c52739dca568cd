#include "reform/standards.h"

#include "forms/sheet.h"

#include <stdlib.h>

enum { FILE_BYTES = 1 << 20, ROWS_MAX = 2000, NATIONS_MAX = 24, MEM_MAX = 16 << 20 };

struct whole { struct standards s; struct arena mem; };

/* ---- a CSV file by the names of its columns ------------------------------------------------ */

struct table_of { struct ctx *c; struct arena *mem; struct str path; struct sheet sheet; };

static enum err table_open(struct ctx *c, struct arena *mem, struct str path, struct table_of *t, bool *there)
{
    struct fault before = c->fault;
    struct str text;
    const char *z = arena_z(&c->mem, path);
    enum err e = z ? file_read(c, z, FILE_BYTES, &text) : ERR_NOT_FOUND;
    *there = e == ERR_OK;
    if (e == ERR_NOT_FOUND) {
        c->fault = before;
        return ERR_OK;
    }
    TRY(e);
    *t = (struct table_of){ .c = c, .mem = mem, .path = path };
    TRY(csv_load(c, text, &t->sheet));
    if (!t->sheet.n || t->sheet.n > ROWS_MAX)
        return FAIL(c, ERR_INPUT, "reform.broken", STR_F ": no rows, or too many", STR_A(path));
    return ERR_OK;
}

static struct str at(const struct table_of *t, size_t row, const char *col)
{
    const struct sheet_row *head = &t->sheet.row[0];
    for (size_t i = 0; i < head->n; i++)
        if (str_is(str_trim(head->cell[i]), col))
            return arena_dup(t->mem, str_trim(sheet_cell(&t->sheet.row[row], i)));
    return (struct str){ 0 };
}

static enum err room(const struct table_of *t)
{
    if (t->mem->failed)
        return FAIL(t->c, ERR_NOMEM, "error.too-big", "standards");
    return ctx_check(t->c);
}

static enum err need(const struct table_of *t, size_t row, struct str value, const char *what)
{
    TRY(room(t));
    if (value.n)
        return ERR_OK;
    return FAIL(t->c, ERR_INPUT, "reform.broken", STR_F ":%d: no %s", STR_A(t->path), t->sheet.row[row].line, what);
}

static enum pack_verified verified_at(const struct table_of *t, size_t row)
{
    struct str v = at(t, row, "verified");
    return str_is(v, "yes") ? PACK_YES : str_is(v, "partly") ? PACK_PARTLY : PACK_NO;
}

/* ---- the lists -------------------------------------------------------------------------------- */

static enum err read_treaties(const struct table_of *t, struct standards *s)
{
    struct treaty *v = NEW_N(t->mem, struct treaty, t->sheet.n);
    for (size_t i = 1; v && i < t->sheet.n; i++) {
        v[i - 1] = (struct treaty){ at(t, i, "id"), at(t, i, "adopted"), at(t, i, "title::es"), at(t, i, "title::en") };
        TRY(need(t, i, v[i - 1].id, "id"));
    }
    s->treaty = v;
    s->treaties = v ? t->sheet.n - 1 : 0;
    return ERR_OK;
}

static enum err read_promises(const struct table_of *t, struct standards *s)
{
    struct promise *v = NEW_N(t->mem, struct promise, t->sheet.n);
    for (size_t i = 1; v && i < t->sheet.n; i++) {
        v[i - 1] = (struct promise){ at(t, i, "id"), at(t, i, "instrument"), at(t, i, "article"), at(t, i, "topic"),
            at(t, i, "source"), at(t, i, "text::es"), at(t, i, "text::en"), verified_at(t, i) };
        TRY(need(t, i, v[i - 1].id, "id"));
        TRY(need(t, i, v[i - 1].en, "text"));
    }
    s->promise = v;
    s->promises = v ? t->sheet.n - 1 : 0;
    return ERR_OK;
}

static enum err read_stages(const struct table_of *t, struct standards *s)
{
    struct stage *v = NEW_N(t->mem, struct stage, t->sheet.n);
    for (size_t i = 1; v && i < t->sheet.n; i++) {
        v[i - 1] = (struct stage){ at(t, i, "id"), at(t, i, "name::es"), at(t, i, "name::en"), at(t, i, "what::es"),
            at(t, i, "what::en") };
        TRY(need(t, i, v[i - 1].id, "id"));
    }
    s->stage = v;
    s->stages = v ? t->sheet.n - 1 : 0;
    return ERR_OK;
}

static enum err read_mapped(const struct table_of *t, const struct standards *s, struct nation *n)
{
    struct mapped *v = NEW_N(t->mem, struct mapped, t->sheet.n);
    size_t none;
    for (size_t i = 1; v && i < t->sheet.n; i++) {
        v[i - 1] = (struct mapped){ at(t, i, "requirement"), at(t, i, "provisions"), at(t, i, "reason::es"),
            at(t, i, "reason::en"), at(t, i, "source"), GAP_UNKNOWN, verified_at(t, i), t->sheet.row[i].line };
        struct str status = at(t, i, "status");
        TRY(room(t));
        if (!promise_find(s, v[i - 1].requirement, &none) || !gap_status_of(status, &v[i - 1].status))
            return FAIL(t->c, ERR_INPUT, "reform.broken", STR_F ":%d: no such requirement or status", STR_A(t->path),
                        t->sheet.row[i].line);
    }
    n->row = v;
    n->n = v ? t->sheet.n - 1 : 0;
    return ERR_OK;
}

/* ---- files -------------------------------------------------------------------------------------- */

static enum err one_file(struct ctx *c, struct whole *w, struct str path,
                         enum err (*read)(const struct table_of *, struct standards *), bool *there)
{
    struct table_of t;
    TRY(table_open(c, &w->mem, path, &t, there));
    return *there ? read(&t, &w->s) : ERR_OK;
}

static struct str upper(struct arena *mem, struct str s)
{
    struct str u = arena_dup(mem, s);
    for (size_t i = 0; i < u.n; i++)
        if (u.p[i] >= 'a' && u.p[i] <= 'z')
            ((char *)(uintptr_t)u.p)[i] = (char)(u.p[i] - 32);
    return u;
}

static enum err one_nation(struct ctx *c, struct whole *w, struct str dir, struct str id, struct nation *list)
{
    struct table_of t;
    bool there;
    if (w->s.nations == NATIONS_MAX || !w->s.promises)       /* a pack without packs/intl beside it still opens */
        return ERR_OK;
    TRY(table_open(c, &w->mem, str_join(&c->mem, dir, STR("/law/gaps.csv")), &t, &there));
    if (!there)
        return ERR_OK;
    list[w->s.nations] = (struct nation){ .id = upper(&w->mem, id) };
    TRY(read_mapped(&t, &w->s, &list[w->s.nations]));
    w->s.nations++;
    return ERR_OK;
}

/* "packs/py/" -> "packs", "py" */
static void split(struct str dir, struct str *above, struct str *own)
{
    while (dir.n > 1 && dir.p[dir.n - 1] == '/')
        dir.n--;
    size_t i = dir.n;
    while (i > 0 && dir.p[i - 1] != '/')
        i--;
    *own = str_sub(dir, i, dir.n);
    *above = i > 1 ? str_sub(dir, 0, i - 1) : i ? STR("/") : STR(".");
}

static enum err read_nations(struct ctx *c, struct whole *w, const struct pack *p, struct str above, struct str own)
{
    struct nation *list = NEW_N(&w->mem, struct nation, NATIONS_MAX);
    struct str *name;
    size_t n;
    if (!list)
        return FAIL(c, ERR_NOMEM, "error.too-big", "standards");
    w->s.nation = list;
    list[0] = (struct nation){ .id = arena_dup(&w->mem, p->country) };
    TRY(one_nation(c, w, p->dir, p->country, list));
    w->s.nations = 1;                         /* the own country is there even without a file */
    TRY(dir_list(c, arena_z(&c->mem, above), &name, &n));
    for (size_t i = 0; i < n; i++)
        if (!str_eq(name[i], own) && name[i].n && name[i].p[0] != '.')
            TRY(one_nation(c, w, str_join(&c->mem, above, STR("/"), name[i]), name[i], list));
    return ERR_OK;
}

static enum err load(struct ctx *c, struct whole *w, const struct pack *p)
{
    struct str above, own;
    bool there;
    split(p->dir, &above, &own);
    struct str intl = str_join(&c->mem, above, STR("/intl/"));
    TRY(one_file(c, w, str_join(&c->mem, intl, STR("instruments.csv")), read_treaties, &there));
    TRY(one_file(c, w, str_join(&c->mem, intl, STR("requirements.csv")), read_promises, &there));
    TRY(one_file(c, w, str_join(&c->mem, p->dir, STR("/law/reform_stages.csv")), read_stages, &there));
    if (!there)
        TRY(one_file(c, w, str_join(&c->mem, intl, STR("reform_stages.csv")), read_stages, &there));
    TRY(read_nations(c, w, p, above, own));
    if (w->mem.failed)
        return FAIL(c, ERR_NOMEM, "error.too-big", "standards");
    return ctx_check(c);
}

enum err standards_load(struct ctx *c, const struct pack *p, struct standards **out)
{
    struct whole *w = calloc(1, sizeof *w);
    if (!w)
        return FAIL(c, ERR_NOMEM, "error.too-big", "standards");
    arena_init(&w->mem, MEM_MAX);
    w->mem.fail_at = c->mem.fail_at;
    enum err e = load(c, w, p);
    if (e) {
        standards_free(&w->s);
        return e;
    }
    *out = &w->s;
    return ERR_OK;
}

void standards_free(struct standards *s)
{
    struct whole *w = (struct whole *)s;      /* s is its first member */
    if (!w)
        return;
    arena_free(&w->mem);
    free(w);
}

/* ---- checking ------------------------------------------------------------------------------------- */

static void check_mapped(const struct pack *p, const struct mapped *m, standards_say *say, void *arg)
{
    struct str ids = m->provisions, id;
    bool known = true;
    while (str_next(&ids, ' ', &id))
        if (id.n && !pack_provision(p, id)) {
            say(arg, m->line, STR("a provision is not in law/provisions.csv"));
            known = false;
        }
    if (!pack_source(p, m->source))
        say(arg, m->line, STR("the source is not in law/sources.csv"));
    if (known && m->verified == PACK_YES && pack_weakest(p, m->provisions) != PACK_YES)
        say(arg, m->line, STR("the row claims to be better verified than a provision it cites"));
    if (m->status != GAP_UNKNOWN && !m->es.n && !m->en.n)
        say(arg, m->line, STR("a status without a reason"));
}

void standards_check(const struct pack *p, const struct standards *s, standards_say *say, void *arg)
{
    for (size_t i = 0; s->nations && i < s->nation[0].n; i++)
        check_mapped(p, &s->nation[0].row[i], say, arg);
}

/* ---- looking up --------------------------------------------------------------------------------------- */

const char *gap_status_name(enum gap_status s)
{
    static const char *const names[] = { "unknown", "not", "partly", "met" };
    return names[s];
}

bool gap_status_of(struct str s, enum gap_status *out)
{
    for (enum gap_status i = GAP_UNKNOWN; i <= GAP_MET; i++)
        if (str_is(s, gap_status_name(i))) {
            *out = i;
            return true;
        }
    return false;
}

const struct promise *promise_find(const struct standards *s, struct str id, size_t *at_)
{
    for (size_t i = 0; s && i < s->promises; i++)
        if (str_eq(s->promise[i].id, id)) {
            *at_ = i;
            return &s->promise[i];
        }
    return NULL;
}

const struct stage *stage_find(const struct standards *s, struct str id, size_t *at_)
{
    for (size_t i = 0; s && i < s->stages; i++)
        if (str_eq(s->stage[i].id, id)) {
            *at_ = i;
            return &s->stage[i];
        }
    return NULL;
}

const struct mapped *mapped_find(const struct nation *n, struct str requirement)
{
    for (size_t i = 0; i < n->n; i++)
        if (str_eq(n->row[i].requirement, requirement))
            return &n->row[i];
    return NULL;
}

struct str two_words(struct ctx *c, struct str es, struct str en)
{
    bool spanish = str_is(c->lang, "es") || str_is(c->lang, "gn");
    return (spanish && es.n) || !en.n ? es : en;
}
