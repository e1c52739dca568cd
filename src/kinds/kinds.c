#include "kinds/kinds.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

const struct kind_use *kind_find(struct str kind)
{
    for (const struct kind_use *u = kind_uses; u->kind; u++)
        if (str_is(kind, u->kind))
            return u;
    return NULL;
}

struct str kind_dossier(struct ctx *c, const struct kind_use *u, const struct work_case *k)
{
    if (u->slot == SLOT_PROTECTION)
        return k->protection;
    if (u->slot == SLOT_JUSTICE)
        return k->justice;
    const struct str own[] = { k->protection, k->justice, k->labour };
    size_t first = u->slot == SLOT_INQUEST;
    for (size_t i = first; i < COUNT_OF(own); i++)
        if (access_may(c, u->edit, own[i]))
            return own[i];
    return own[first];
}

/* ---- the table: which records a case has ------------------------------------------- */

const struct table kinds_tables[] = {
    { "kind_row",
      "CREATE TABLE kind_row (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL,"
      " dossier TEXT NOT NULL, officer TEXT NOT NULL, at_us BIGINT NOT NULL);"
      "CREATE INDEX kind_row_case ON kind_row (case_id, kind, at_us, id, dossier);" },
};
const size_t kinds_tables_n = COUNT_OF(kinds_tables);

enum err kinds_project(struct ctx *c, const struct record *r)
{
    struct str case_id = record_get(r, "case");
    TRY(db_exec(c, "DELETE FROM kind_row WHERE id = $1", ARGS(TEXT(r->id))));
    if (!case_id.n)
        return ERR_OK;
    return db_exec(c,
        "INSERT INTO kind_row (id, case_id, kind, dossier, officer, at_us)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        ARGS(TEXT(r->id), TEXT(case_id), TEXT(r->kind), TEXT(r->dossier),
             TEXT(record_get(r, "by")), INT(record_i64(r, "at"))));
}

enum err kind_list(struct ctx *c, struct str case_id, const char *kind, size_t limit,
                   struct kind_row **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct kind_row *row = NEW_N(&c->mem, struct kind_row, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id, kind, dossier, officer, at_us FROM kind_row WHERE case_id = $1 AND kind = $2"
        " ORDER BY at_us DESC, id DESC LIMIT $3",
        ARGS(TEXT(case_id), TEXT(str_c(kind)), INT((int64_t)limit))));
    while (k < limit && rows_next(&r))
        row[k++] = (struct kind_row){ row_str(&r, 0), row_str(&r, 1), row_str(&r, 2),
                                      row_str(&r, 3), row_i64(&r, 4) };
    TRY(rows_end(&r));
    *out = row;
    *n = k;
    return ERR_OK;
}

enum err kind_list_all(struct ctx *c, struct str case_id, size_t limit, struct kind_row **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    size_t k = 0, room = 16;
    struct kind_row *row = NEW_N(&c->mem, struct kind_row, room);
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id, kind, dossier, at_us FROM kind_row WHERE case_id = $1"
        " ORDER BY kind DESC, at_us DESC, id DESC LIMIT $2", ARGS(TEXT(case_id), INT((int64_t)limit))));
    while (k < limit && rows_next(&r)) {
        if (k == room) {
            struct kind_row *more = NEW_N(&c->mem, struct kind_row, room * 4);
            TRY(ctx_check(c));
            memcpy(more, row, k * sizeof *row);
            row = more;
            room *= 4;
        }
        row[k++] = (struct kind_row){ .id = row_str(&r, 0), .kind = row_str(&r, 1), .dossier = row_str(&r, 2),
                                      .at_us = row_i64(&r, 3) };
    }
    TRY(rows_end(&r));
    *out = row;
    *n = k;
    return ERR_OK;
}

/* ---- answers in and out ---------------------------------------------------------------- */

/* Positions of repeats are written "child.2/age": the ledger's field alphabet
 * has no brackets. */
static struct str stored_name(struct ctx *c, struct str path)
{
    struct buf b;
    buf_init(&b, &c->mem, 256);
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] != ']')
            buf_char(&b, path.p[i] == '[' ? '.' : path.p[i]);
    return str_join(&c->mem, STR("a/"), buf_str(&b));
}

static struct str shown_path(struct ctx *c, struct str name)
{
    struct buf b;
    bool open = false;
    buf_init(&b, &c->mem, 256);
    for (size_t i = 2; i < name.n; i++) {
        char ch = name.p[i];
        if (ch == '.') {
            buf_char(&b, '[');
            open = true;
            continue;
        }
        if (open && !ascii_digit(ch)) {
            buf_char(&b, ']');
            open = false;
        }
        buf_char(&b, ch);
    }
    if (open)
        buf_char(&b, ']');
    return buf_str(&b);
}

static bool in_repeat(const struct form *f, const struct form_field *x)
{
    for (size_t p = x->parent; p != FORM_NONE; p = form_field(f, p)->parent)
        if (form_field(f, p)->type == FORM_REPEAT)
            return true;
    return false;
}

void kind_sets(struct ctx *c, struct draft *d, struct str kind, struct str record,
               const struct form *f, const struct answers *a)
{
    for (size_t i = 0; i < a->n; i++) {
        const struct form_field *x = f ? form_find(f, a->v[i].path) : NULL;
        if (x && x->type != FORM_META)
            draft_set_field(d, kind, record, stored_name(c, a->v[i].path), a->v[i].value);
    }
    for (size_t i = 0; f && i < form_count(f); i++) {
        const struct form_field *x = form_field(f, i);
        if (form_is_leaf(x) && x->type != FORM_META && !in_repeat(f, x) && !answers_get(a, x->path).n)
            draft_set_field(d, kind, record, stored_name(c, x->path), (struct str){ 0 });
    }
}

struct answers kind_answers(struct ctx *c, const struct record *r)
{
    struct answers a = { 0 };
    for (size_t i = 0; i < r->n; i++)
        if (str_starts(r->fields[i].name, STR("a/")) && r->fields[i].heads[0].value.n)
            (void)answers_put(&c->mem, &a, shown_path(c, r->fields[i].name), r->fields[i].heads[0].value);
    return a;
}

void kind_facts(struct ctx *c, const struct form *f, const struct answers *a, struct facts *out)
{
    for (size_t i = 0; i < a->n; i++) {
        const struct form_field *x = form_find(f, a->v[i].path);
        struct str v = a->v[i].value;
        int64_t number;
        if (!x || x->sensitivity > FORM_CASE || !v.n || in_repeat(f, x))
            continue;
        const char *name = x->name.p;                  /* of the form: lives as long, NUL follows */
        if ((x->type == FORM_INT || x->type == FORM_RANGE) && str_to_i64(v, &number))
            fact_i64(c, out, name, number);
        else if (str_is(v, "yes") || str_is(v, "no"))
            fact_bool(out, name, str_is(v, "yes"));
        else if (x->type == FORM_SELECT_ONE || x->type == FORM_SELECT_MANY)
            fact_text(c, out, name, v);
    }
}

/* ---- answers as inputs of the pack's decision tables -------------------------------------- */

/* yes/no/unknown become true/false/null; numbers numbers; several choices a
 * list, "none" alone the empty one; what nobody answered is null, never "no".  A decision's input has the name of the form's field. */
static struct feel_value value_of(struct ctx *c, const struct form_field *x, struct str v)
{
    struct feel_value n, list[64];
    size_t k = 0;
    struct str item;
    if (!v.n || str_is(v, "unknown"))
        return feel_null();
    if (x->type == FORM_SELECT_MANY && str_is(v, "none"))
        return feel_list(&c->mem, NULL, 0);     /* asked, and there is none */
    if (x->type == FORM_SELECT_MANY) {
        while (k < COUNT_OF(list) && str_next(&v, ' ', &item))
            list[k++] = feel_string(item);
        return feel_list(&c->mem, list, k);
    }
    if (str_is(v, "yes") || str_is(v, "no"))
        return feel_bool(str_is(v, "yes"));
    if ((x->type == FORM_INT || x->type == FORM_DECIMAL || x->type == FORM_RANGE) && feel_number(v, &n))
        return n;
    return feel_string(v);
}

struct feel_value kind_inputs(struct ctx *c, const struct form *f, const struct answers *a)
{
    struct feel_builder b;
    feel_builder_init(&b, &c->mem);
    for (size_t i = 0; i < form_count(f); i++) {
        const struct form_field *x = form_field(f, i);
        if (!form_is_leaf(x))
            continue;
        struct str v = answers_get(a, x->path);
        feel_set(&b, x->name, value_of(c, x, v));
    }
    return feel_build(&b);
}

/* ---- saving ------------------------------------------------------------------------------ */

static enum err sets(struct ctx *c, struct draft *d, const struct work_case *k, const struct kind_use *u,
                     struct str dossier, struct str id, const struct answers *a, struct facts *f)
{
    const struct form *form = pack_form(c->node->pack, str_c(u->kind));
    if (!form)
        return FAIL(c, ERR_NOT_FOUND, "kind.no-form", "%s", u->kind);
    draft_in(d, dossier);
    draft_set(d, u->kind, id, "case", k->id);
    draft_set(d, u->kind, id, "by", c->who->id);
    draft_set_i64(d, u->kind, id, "at", c->now_us);
    kind_sets(c, d, str_c(u->kind), id, form, a);
    kind_facts(c, form, a, f);
    return u->more ? u->more(c, d, k, id, a, f) : ERR_OK;
}

/* Tell the procedure: steps of this form are done, or at least the facts. */
static enum err move(struct ctx *c, struct draft *d, const struct work_case *k,
                     const struct kind_use *u, const struct facts *f, struct str step)
{
    struct obligation *o;
    struct work *w;
    size_t n;
    bool any = false;
    enum err e = work_open(c, k, &w);
    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;                          /* no procedure runs: nothing to tell */
    }
    TRY(e);
    TRY(obligation_of_case(c, k->id, &o, &n));
    for (size_t i = 0; i < n; i++) {
        bool done = false;
        if (f->stay || !str_is(o[i].state, "due") || !str_is(o[i].form, u->kind) ||
            (step.n ? !str_eq(step, o[i].id) : !str_eq(o[i].office, c->who->office)) ||
            (!str_eq(o[i].office, c->who->office) && !str_eq(k->owner, c->who->office)))
            continue;
        TRY(work_done(w, o[i].node, f, &done));
        any = any || done;
    }
    if (!any)
        TRY(work_facts(w, f));
    return work_save(w, d);
}

/* A record is saved over only as what it is, in the case and the file where it stands. */
static enum err over(struct ctx *c, const struct work_case *k, const struct kind_use *u, struct str record,
                     struct str *dossier)
{
    struct record old;
    TRY(record_load(c, record, &old));
    bool here = str_eq(old.dossier, k->protection) || str_eq(old.dossier, k->justice) || str_eq(old.dossier, k->labour);
    if (!here || !str_is(old.kind, u->kind) || !str_eq(record_get(&old, "case"), k->id))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "record " STR_F " of another kind or case", STR_A(record));
    *dossier = old.dossier;
    return ERR_OK;
}

enum err kind_save(struct ctx *c, const struct work_case *k, const struct kind_use *u,
                   struct str record, const struct answers *a, struct str step,
                   const struct kind_file *file, struct str *id)
{
    struct draft *d;
    struct facts f = { .n = 0 };
    if (file) {
        f.file_hash = file->hash;
        f.file_name = file->name;
    }
    struct str dossier = kind_dossier(c, u, k);
    if (record.n)
        TRY(over(c, k, u, record, &dossier));
    TRY(access_need(c, u->edit, dossier));
    TRY(draft_begin(c, k->id, u->edit, &d));
    struct str made = record.n ? record : id_new(&c->mem, c->now_us);
    enum err e = sets(c, d, k, u, dossier, made, a, &f);
    if (!e)
        e = move(c, d, k, u, &f, step);
    if (e) {
        draft_drop(d);
        return e;
    }
    TRY(draft_commit(c, d));
    *id = made;
    return ERR_OK;
}
