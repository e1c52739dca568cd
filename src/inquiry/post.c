/* post.c - letters that wait, and couriers. */
#include "inquiry/inside.h"

#include "base/node.h"
#include "db/db.h"

enum err letters_waiting(struct ctx *c, struct str to, size_t skip, size_t limit, struct waiting **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct waiting *w = NEW_N(&c->mem, struct waiting, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id, to_node, run, dossier, blob FROM inquiry_letter WHERE state IN ('waiting', 'packed')"
        " AND ($1 = '' OR to_node = $1)"
        " ORDER BY made_us, id LIMIT $2 OFFSET $3", ARGS(TEXT(to), INT((int64_t)limit), INT((int64_t)skip))));
    struct { struct str dossier, blob; } *at = arena_alloc_n_(&c->mem, limit, sizeof *at, 8);
    TRY(ctx_check(c));
    for (; k < limit && rows_next(&r); k++) {
        w[k] = (struct waiting){ .id = row_str(&r, 0), .to = row_str(&r, 1), .run = row_str(&r, 2) };
        at[k].dossier = row_str(&r, 3);
        at[k].blob = row_str(&r, 4);
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < k; i++)
        TRY(blob_get(c, at[i].dossier, at[i].blob, &w[i].bytes));
    *out = w;
    *n = k;
    return ERR_OK;
}

enum err inquiry_waiting(struct ctx *c, struct str to, size_t limit, struct waiting **out, size_t *n)
{
    return letters_waiting(c, to, 0, limit, out, n);
}

/* "waiting", then perhaps "packed" (in a courier's file), then "sent": many at once. */
static enum err dossiers_of(struct ctx *c, struct str to, const char *state, const struct str *id, size_t n,
                            struct str *dossier, size_t *found)
{
    *found = 0;
    for (size_t i = 0; i < n; i++) {
        AUTO_ROWS r = { 0 };
        TRY(db_query(c, &r, "SELECT dossier FROM inquiry_letter WHERE id = $1 AND state IN ('waiting', 'packed')"
                            " AND state <> $2 AND ($3 = '' OR to_node = $3)", ARGS(TEXT(id[i]), TEXT(str_c(state)), TEXT(to))));
        dossier[i] = rows_next(&r) ? row_str(&r, 0) : (struct str){ 0 };
        *found += dossier[i].n > 0;
        TRY(rows_end(&r));
    }
    return ERR_OK;
}

static enum err letters_to(struct ctx *c, struct str to, const struct str *id, size_t n, const char *state)
{
    struct str *dossier = NEW_N(&c->mem, struct str, n + 1);
    struct draft *d;
    size_t found = 0;
    TRY(ctx_check(c));
    TRY(draft_begin(c, STR("letters that have gone"), "inquiry.sent", &d));
    enum err e = dossiers_of(c, to, state, id, n, dossier, &found);
    if (e || !found) {
        draft_drop(d);
        return e;
    }
    for (size_t i = 0; i < n; i++) {
        if (!dossier[i].n)
            continue;
        draft_in(d, dossier[i]);
        draft_set(d, "inquiry_letter", id[i], "state", str_c(state));
    }
    return draft_commit(c, d);
}

enum { AT_ONCE = 200 };

static enum err all_to(struct ctx *c, struct str to, const struct str *id, size_t n, const char *state)
{
    for (size_t i = 0; i < n; i += AT_ONCE)
        TRY(letters_to(c, to, id + i, n - i < AT_ONCE ? n - i : AT_ONCE, state));
    return ERR_OK;
}

enum err inquiry_sent(struct ctx *c, struct str to, const struct str *id, size_t n)
{
    return all_to(c, to, id, n, "sent");
}

enum err inquiry_waiting_count(struct ctx *c, int64_t *n)
{
    return waiting_to(c, (struct str){ 0 }, n);
}

enum err waiting_to(struct ctx *c, struct str to, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT count(*) FROM inquiry_letter WHERE state IN ('waiting', 'packed')"
                        " AND ($1 = '' OR to_node = $1)", ARGS(TEXT(to))));
    *n = rows_next(&r) ? row_i64(&r, 0) : 0;
    return rows_end(&r);
}

/* ---- by courier ------------------------------------------------------------------------------------ */

enum { FILE_LETTERS = 4096 };

/* As many as one file holds, the oldest first; what does not fit goes with the next. */
enum err inquiry_courier_begin(struct ctx *c, struct courier *k)
{
    AUTO_ROWS r = { 0 };
    size_t bytes = courier_head().n;
    *k = (struct courier){ .id = NEW_N(&c->mem, struct str, FILE_LETTERS) };
    TRY(ctx_check(c));
    TRY(db_query(c, &r, "SELECT id, bytes FROM inquiry_letter WHERE state IN ('waiting', 'packed')"
                        " ORDER BY made_us, id LIMIT $1", ARGS(INT(FILE_LETTERS))));
    while (k->n < FILE_LETTERS && rows_next(&r) && (bytes += (size_t)row_i64(&r, 1)) <= COURIER_MAX)
        k->id[k->n++] = row_str(&r, 0);
    TRY(rows_end(&r));
    return all_to(c, (struct str){ 0 }, k->id, k->n, "packed");
}

static enum err letter_bytes(struct ctx *c, struct str id, struct str *bytes)
{
    AUTO_ROWS r = { 0 };
    *bytes = (struct str){ 0 };
    TRY(db_query(c, &r, "SELECT dossier, blob FROM inquiry_letter WHERE id = $1", ARGS(TEXT(id))));
    if (!rows_next(&r))
        return rows_end(&r);                        /* its run has ended meanwhile */
    struct str dossier = row_str(&r, 0), blob = row_str(&r, 1);
    TRY(rows_end(&r));
    return blob_get(c, dossier, blob, bytes);
}

enum err inquiry_courier_next(struct ctx *c, struct courier *k, struct str *bytes)
{
    *bytes = (struct str){ 0 };
    if (!k->begun) {
        k->begun = true;
        *bytes = courier_head();
    }
    while (!bytes->n && k->at < k->n)
        TRY(letter_bytes(c, k->id[k->at++], bytes));
    return ERR_OK;
}

/* Only what a file held: a letter that came to wait since then goes on waiting. */
enum err inquiry_carried(struct ctx *c, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct str *id = NEW_N(&c->mem, struct str, FILE_LETTERS);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r, "SELECT id FROM inquiry_letter WHERE state = 'packed' ORDER BY made_us, id LIMIT $1",
                 ARGS(INT(FILE_LETTERS))));
    while (k < FILE_LETTERS && rows_next(&r))
        id[k++] = row_str(&r, 0);
    TRY(rows_end(&r));
    TRY(inquiry_sent(c, (struct str){ 0 }, id, k));
    *n = k;
    return ERR_OK;
}

static void count_one(struct ctx *c, const struct envelope *e, struct courier_report *r)
{
    enum err err = inquiry_receive(c, e, NULL);
    if (err == ERR_OK)
        r->taken++;
    else if (err == ERR_NOT_FOUND && c->fault.key && !strcmp(c->fault.key, "inquiry.not-for-us"))
        r->others++;
    else if (err == ERR_CONFLICT && c->fault.key && !strcmp(c->fault.key, "inquiry.known"))
        r->known++;
    else {
        r->refused++;
        r->key = c->fault.key ? c->fault.key : "error.internal";
        log_line(LOG_WARN, "courier letter: %s: %s", err_name(err), c->fault.detail);
    }
    c->fault = (struct fault){ 0 };
}

enum err inquiry_courier_in(struct ctx *c, struct str file, struct courier_report *r)
{
    struct str letters, rest;
    struct envelope e;
    *r = (struct courier_report){ 0 };
    TRY(courier_open(c, file, &letters));
    for (rest = letters; rest.n;)                   /* whole, before anything is taken in */
        TRY(envelope_next(c, &rest, &e));
    for (rest = letters; rest.n;) {
        TRY(envelope_next(c, &rest, &e));
        count_one(c, &e, r);
    }
    return ERR_OK;
}

