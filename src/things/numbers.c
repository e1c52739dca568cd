/* numbers.c - one telephone, document or plate in several records, of whatever
 * kind: the table of them holds keyed digests only.
 *
 * A number leads an officer to records she may see.  Of others she learns that
 * there are some, and in which department; never of a "shy" one: whoever guesses
 * the number of someone who is protected is told nothing.  Who told (the numbers
 * in signals) is not here at all.
 */
#include "things/inside.h"

#include "base/node.h"
#include "db/db.h"

struct number { const char *what; struct str digest; };
enum { NUMBERS = 6 };
static const char *const kinds[] = { "phone", "document", "plate" };

static struct str digest_of(struct ctx *c, const char *what, struct str written)
{
    char room[16];
    struct str plain = !strcmp(what, "phone") ? match_phone(written, room)
                     : match_number(written, !strcmp(what, "plate") ? STR("plate") : (struct str){ 0 },
                                    (struct str){ 0 }, room);
    if (!plain.n)
        return plain;
    return str_sub(blind_index(c, "number", str_join(&c->mem, str_c(what), STR(" "), plain)), 0, 32);
}

struct get { struct str (*get)(const void *of, struct str field); const void *of; };

static size_t read_some(struct ctx *c, const char *fields, const char *what, const struct get *from,
                        struct number out[NUMBERS], size_t n)
{
    struct str rest = str_c(fields ? fields : ""), name;
    while (n < NUMBERS && str_next(&rest, ' ', &name)) {
        struct str d = digest_of(c, what, from->get(from->of, name));
        bool again = !d.n;
        for (size_t i = 0; i < n; i++)
            again = again || str_eq(out[i].digest, d);
        if (!again)
            out[n++] = (struct number){ what, d };
    }
    return n;
}

static size_t read_numbers(struct ctx *c, const struct thing_use *u, const struct get *from, struct number out[NUMBERS])
{
    size_t n = read_some(c, u->phones, "phone", from, out, 0);
    n = read_some(c, u->numbers, "document", from, out, n);
    return read_some(c, u->plate, "plate", from, out, n);
}

static struct str of_record(const void *of, struct str field)
{
    char name[64] = "a/";
    if (field.n > sizeof name - 3)
        return (struct str){ 0 };
    memcpy(name + 2, field.p, field.n);
    return record_get(of, name);
}

static struct str of_answers(const void *of, struct str field)
{
    return answers_get(of, field);
}

/* ---- the table ----------------------------------------------------------------------------------- */

enum err numbers_project(struct ctx *c, const struct record *r)
{
    const struct thing_use *u = thing_find(r->kind);
    struct number v[NUMBERS];
    struct str case_id = record_get(r, "case");
    TRY(db_exec(c, "DELETE FROM thing_number WHERE id = $1", ARGS(TEXT(r->id))));
    if (!u || !case_id.n)
        return ERR_OK;
    size_t n = read_numbers(c, u, &(struct get){ of_record, r }, v);
    bool shy = u->shy && u->shy(r);
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(c, "INSERT INTO thing_number (id, what, number, kind, case_id, dossier, shy)"
                       " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    ARGS(TEXT(r->id), TEXT(str_c(v[i].what)), TEXT(v[i].digest), TEXT(r->kind), TEXT(case_id),
                         TEXT(r->dossier), INT(shy))));
    return ctx_check(c);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

struct hits { struct number_hit *out; size_t n, total; struct str but; bool others_too; };

static bool met_before(const struct hits *h, struct str id)
{
    for (size_t i = 0; i < h->n; i++)
        if (str_eq(h->out[i].id, id))
            return true;
    return false;
}

/* Past this a number is somebody's office, or nobody's. */
enum { ROWS_MAX = 100 };

struct holder { struct str id, kind, case_id, dossier; bool shy; };

static enum err holders(struct ctx *c, const struct number *v, struct hits *h)
{
    AUTO_ROWS r = { 0 };
    struct holder *row = NEW_N(&c->mem, struct holder, ROWS_MAX);
    size_t n = 0;
    TRY(ctx_check(c));
    TRY(db_query(c, &r, "SELECT id, kind, case_id, dossier, shy FROM thing_number WHERE number = $1 AND id <> $2"
                        " ORDER BY id DESC LIMIT 100", ARGS(TEXT(v->digest), TEXT(h->but))));
    for (; n < ROWS_MAX && rows_next(&r); n++) {
        row[n].id = row_str(&r, 0);
        row[n].kind = row_str(&r, 1);
        row[n].case_id = row_str(&r, 2);
        row[n].dossier = row_str(&r, 3);
        row[n].shy = row_i64(&r, 4) != 0;
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++) {
        const struct thing_use *u = thing_find(row[i].kind);
        if (!u || met_before(h, row[i].id))
            continue;
        bool hers;
        TRY(found_hers(c, u, row[i].id, row[i].dossier, &hers));
        if (!hers && (row[i].shy || !h->others_too))
            continue;
        h->total++;
        if (h->n < NUMBER_HITS)
            h->out[h->n++] = (struct number_hit){ .u = u, .id = row[i].id, .case_id = row[i].case_id, .dossier = row[i].dossier,
                                                     .what = v->what, .hers = hers };
    }
    return ERR_OK;
}

static enum err departments(struct ctx *c, struct number_hit *h, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct work_case k;
        TRY(work_case(c, h[i].case_id, &k));
        h[i].department = department_of_place(c, k.territory);
    }
    return ERR_OK;
}

enum err numbers_elsewhere(struct ctx *c, const struct thing_use *u, struct str but, const struct answers *a,
                           bool others_too, struct number_hit out[NUMBER_HITS], size_t *n, size_t *total)
{
    struct number v[NUMBERS];
    struct hits h = { .out = out, .but = but, .others_too = others_too };
    size_t k = read_numbers(c, u, &(struct get){ of_answers, a }, v);
    TRY(ctx_check(c));
    for (size_t i = 0; i < k; i++)
        TRY(holders(c, &v[i], &h));
    *n = h.n;
    *total = h.total;
    return departments(c, out, h.n);
}

enum err numbers_holding(struct ctx *c, struct str written, struct number_hit out[NUMBER_HITS], size_t *n)
{
    struct hits h = { .out = out };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct number v = { kinds[i], digest_of(c, kinds[i], written) };
        TRY(ctx_check(c));
        if (v.digest.n)
            TRY(holders(c, &v, &h));
    }
    *n = h.n;
    return ERR_OK;
}
