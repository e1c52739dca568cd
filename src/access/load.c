/* load.c - a record as this officer may see it now. */
#include "access/access.h"
#include "access/state.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

/* Is there a grant to read, and does one of them cover this kind? */
static enum err may_read(struct ctx *c, struct str dossier, struct str kind, bool *yes)
{
    const struct holding *h;
    *yes = false;
    TRY(access_holding(c, dossier, &h));
    for (const struct held_grant *g = h->grants; g; g = g->next)
        *yes = *yes || (g->level >= LEVEL_READ && (g->fields.n == 0 || pack_has_word(g->fields, kind)));
    return ERR_OK;
}

/* Answers of a form that came from outside are stored as "a/<path>"; what no
 * form of ours knows may be anything, so it is treated as identity. */
enum sensitivity access_sensitivity(struct ctx *c, struct str kind, struct str field)
{
    bool answer = str_starts(field, STR("a/"));
    if (answer)
        field = str_sub(field, 2, field.n);
    const struct form *f = c->node->pack ? pack_form(c->node->pack, kind) : NULL;
    const struct form_field *x = f ? form_find(f, field) : NULL;
    return x ? (enum sensitivity)x->sensitivity : answer ? SENS_IDENTITY : SENS_CASE;
}

static enum sensitivity ceiling(struct ctx *c, struct str dossier)
{
    int64_t until;
    if (!access_opened(c, dossier, &until))
        return SENS_CASE;
    return officer_has(c->who, "protection") ? SENS_SEALED : SENS_IDENTITY;
}

/* The directory is open to every officer; what signs its officers in is for no screen. */
static bool is_secret(const struct record *r, struct str field)
{
    return (str_is(r->kind, "officer") && (str_is(field, "password") || str_is(field, "totp"))) ||
           (str_is(r->kind, "device") && str_is(field, "ha1"));
}

static enum err redact(struct ctx *c, struct record *r, enum sensitivity top)
{
    struct field *keep = NEW_N(&c->mem, struct field, r->n ? r->n : 1);
    size_t n = 0;
    TRY(ctx_check(c));
    /* Another form's answers may be called like ours and mean something else. */
    struct str form = record_get(r, "form");
    bool foreign = form.n && str_is(r->kind, "signal") && !str_is(form, "signal");
    for (size_t i = 0; i < r->n; i++)
        if (!is_secret(r, r->fields[i].name) &&
            (foreign && str_starts(r->fields[i].name, STR("a/")) ? SENS_IDENTITY
                 : access_sensitivity(c, r->kind, r->fields[i].name)) <= top)
            keep[n++] = r->fields[i];
    struct access_memo *m = NEW(&c->mem, struct access_memo);
    TRY(ctx_check(c));
    *m = (struct access_memo){ .id = r->id, .hidden = n < r->n };
    memo_keep(c, m);
    r->fields = keep;
    r->n = n;
    return ERR_OK;
}

enum err access_record(struct ctx *c, struct str id, struct record *out)
{
    struct record r;
    bool yes = false;
    if (!c->who)
        return FAIL(c, ERR_DENIED, "access.sign-in", "record");
    struct fault before = c->fault;
    enum err e = record_load(c, id, &r);
    c->fault = e == ERR_NOT_FOUND ? before : c->fault;
    if (e == ERR_NOT_FOUND)             /* not there and not hers are told alike */
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "record " STR_F, STR_A(id));
    TRY(e);
    TRY(may_read(c, r.dossier, r.kind, &yes));
    if (!yes)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "record " STR_F, STR_A(id));
    TRY(redact(c, &r, ceiling(c, r.dossier)));
    *out = r;
    return ERR_OK;
}

bool record_hidden(struct ctx *c, const struct record *r)
{
    struct record full;
    struct fault before = c->fault;
    const struct access_memo *m = memo_find(c, r->id);
    if (m)
        return m->hidden;
    bool hidden = record_load(c, r->id, &full) == ERR_OK && full.n > r->n;
    c->fault = before;
    return hidden;
}
