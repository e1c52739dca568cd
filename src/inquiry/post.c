/* post.c - letters that wait, and couriers. */
#include "inquiry/inside.h"

#include "base/node.h"
#include "db/db.h"

enum err inquiry_waiting(struct ctx *c, struct str to, size_t limit, struct waiting **out, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct waiting *w = NEW_N(&c->mem, struct waiting, limit);
    size_t k = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r,
        "SELECT id, to_node, run, dossier, blob FROM inquiry_letter WHERE state IN ('waiting', 'packed')"
        " AND ($1 = '' OR to_node = $1)"
        " ORDER BY made_us, id LIMIT $2", ARGS(TEXT(to), INT((int64_t)limit))));
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

/* "waiting", then perhaps "packed" (in a courier's file), then "sent". */
static enum err letter_to(struct ctx *c, struct str id, struct str to, const char *state)
{
    AUTO_ROWS r = { 0 };
    struct draft *d;
    TRY(db_query(c, &r, "SELECT dossier, run FROM inquiry_letter WHERE id = $1 AND state IN ('waiting', 'packed')"
                        " AND state <> $2 AND ($3 = '' OR to_node = $3)", ARGS(TEXT(id), TEXT(str_c(state)), TEXT(to))));
    if (!rows_next(&r))
        return rows_end(&r);
    struct str dossier = row_str(&r, 0), run = row_str(&r, 1);
    TRY(rows_end(&r));
    TRY(draft_begin(c, run, "inquiry.sent", &d));
    draft_in(d, dossier);
    draft_set(d, "inquiry_letter", id, "state", str_c(state));
    return draft_commit(c, d);
}

enum err inquiry_sent(struct ctx *c, struct str to, const struct str *id, size_t n)
{
    for (size_t i = 0; i < n; i++)
        TRY(letter_to(c, id[i], to, "sent"));
    return ERR_OK;
}

enum err inquiry_waiting_count(struct ctx *c, int64_t *n)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r, "SELECT count(*) FROM inquiry_letter WHERE state IN ('waiting', 'packed')", NO_ARGS));
    *n = rows_next(&r) ? row_i64(&r, 0) : 0;
    return rows_end(&r);
}

/* ---- by courier ------------------------------------------------------------------------------------ */

enum { WAITING_MAX = 200 };

enum err inquiry_courier_out(struct ctx *c, struct str *file, size_t *letters)
{
    struct waiting *w;
    struct buf b;
    TRY(inquiry_waiting(c, (struct str){ 0 }, WAITING_MAX, &w, letters));
    buf_init(&b, &c->mem, COURIER_MAX);
    buf_put(&b, courier_head());
    for (size_t i = 0; i < *letters; i++)
        buf_put(&b, w[i].bytes);
    if (b.failed)
        return FAIL(c, ERR_INPUT, "inquiry.file-big", "%zu letters", *letters);
    for (size_t i = 0; i < *letters; i++)
        TRY(letter_to(c, w[i].id, w[i].to, "packed"));
    *file = buf_str(&b);
    return ERR_OK;
}

/* Only what a file held: a letter that came to wait since then goes on waiting. */
enum err inquiry_carried(struct ctx *c, size_t *n)
{
    AUTO_ROWS r = { 0 };
    struct str id[WAITING_MAX];
    size_t k = 0;
    TRY(db_query(c, &r, "SELECT id FROM inquiry_letter WHERE state = 'packed' ORDER BY made_us, id LIMIT $1",
                 ARGS(INT(WAITING_MAX))));
    while (k < COUNT_OF(id) && rows_next(&r))
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

