/* access.c - the one question. */
#include "access/access.h"
#include "access/state.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

static bool list_has(const char *list, struct str want)
{
    struct str rest = str_c(list), item;
    while (str_next(&rest, ' ', &item))
        if (str_eq(item, want))
            return true;
    return false;
}

/* A country says who may break the glass (pack.ini): where the defence acts for
 * the accused, it may not read what protects the person, whatever else its
 * officers do: every role of hers that the verb knows must be named. */
static bool country_lets(struct ctx *c, const struct verb *v)
{
    const struct pack *p = c->node ? c->node->pack : NULL;
    struct str mine = c->who->roles, item;
    while (v->glass && p && str_next(&mine, ' ', &item))
        if (list_has(v->roles, item) && !pack_has_word(p->break_glass, item))
            return false;
    return true;
}

static bool role_allows(struct ctx *c, const struct verb *v)
{
    struct str rest = str_c(v->roles), role;
    while (str_next(&rest, ' ', &role)) {
        struct str mine = c->who->roles, item;
        if (str_is(role, "*"))
            return true;
        while (str_next(&mine, ' ', &item))
            if (str_eq(item, role))
                return country_lets(c, v);
    }
    return false;
}

bool access_role(struct ctx *c, const struct verb *v)
{
    return c->who && role_allows(c, v);
}

/* ---- what this officer holds of a dossier ---------------------------------- */

static enum err holding_read(struct ctx *c, struct str dossier, struct holding *out)
{
    AUTO_ROWS r = { 0 };
    struct held_grant **last = &out->grants;
    TRY(db_query(c, &r,
        "SELECT d.kind, coalesce(g.id, ''), g.basis, g.fields, g.level, g.until_us FROM dossier d"
        " LEFT JOIN access_grant g ON g.dossier = d.id AND NOT (g.office <> $2 AND g.office <> '')"
        "   AND (g.officer = '' OR g.officer = $3) AND (g.until_us = 0 OR g.until_us > $4)"
        " WHERE d.id = $1",
        ARGS(TEXT(dossier), TEXT(c->who->office), TEXT(c->who->id), INT(c->now_us))));
    while (rows_next(&r)) {
        struct held_grant *g = row_peek(&r, 1).n ? NEW(&c->mem, struct held_grant) : NULL;
        out->kind = row_str(&r, 0);
        if (!g)
            continue;
        *g = (struct held_grant){ .id = row_str(&r, 1), .basis = row_str(&r, 2), .fields = row_str(&r, 3),
            .level = (enum level)row_i64(&r, 4), .until_us = row_i64(&r, 5) };
        *last = g;
        last = &g->next;
        access_ends(c, g->until_us);
    }
    return rows_end(&r);
}

void access_ends(struct ctx *c, int64_t until_us)
{
    if (until_us && (!c->until_us || until_us < c->until_us))
        c->until_us = until_us;
}

struct access_memo *memo_find(struct ctx *c, struct str id)
{
    int64_t hold = db_held(c->db);
    struct access_memo *m = hold ? c->memo : NULL;
    while (m && !(m->hold == hold && m->who == c->who && str_eq(m->id, id)))
        m = m->next;
    return m;
}

void memo_keep(struct ctx *c, struct access_memo *m)
{
    m->hold = db_held(c->db);
    m->who = c->who;
    if (!m->hold)
        return;
    m->next = c->memo;
    c->memo = m;
}

enum err access_holding(struct ctx *c, struct str dossier, const struct holding **out)
{
    struct access_memo *m = memo_find(c, dossier);
    if (!m) {
        m = NEW(&c->mem, struct access_memo);
        TRY(ctx_check(c));
        m->id = arena_dup(&c->mem, dossier);
        TRY(holding_read(c, dossier, &m->h));
        memo_keep(c, m);
    }
    *out = &m->h;
    return ERR_OK;
}

/* Open-ended before ending, later before earlier, then by id: the answer names
 * the widest, longest one. */
static bool wider(const struct held_grant *a, const struct held_grant *b)
{
    if ((a->until_us == 0) != (b->until_us == 0))
        return a->until_us == 0;
    return a->until_us != b->until_us ? a->until_us > b->until_us : str_cmp(a->id, b->id) < 0;
}

/* The strongest grant in force that this officer's office, or she herself, holds. */
static void best_grant(const struct holding *h, enum level need, struct verdict *out)
{
    const struct held_grant *best = NULL;
    for (const struct held_grant *g = h->grants; g; g = g->next)
        if (g->level >= need && (!best || wider(g, best)))
            best = g;
    out->key = best ? "access.granted" : "access.no-grant";
    if (best) {
        out->allowed = true;
        out->basis = best->basis;
        out->until_us = best->until_us;
    }
}

enum err access_check(struct ctx *c, const char *verb, struct str dossier, struct verdict *out)
{
    const struct verb *v = verb_find(verb);
    const struct holding *h;

    *out = (struct verdict){ .key = "access.sign-in" };
    if (!v)
        return FAIL(c, ERR_BUG, "error.internal", "no verb %s", verb);
    if (!c->who)
        return ERR_OK;
    out->key = "access.role";
    if (!role_allows(c, v))
        return ERR_OK;
    if (v->level == LEVEL_NONE) {
        out->allowed = true;
        out->key = "access.granted";
        return ERR_OK;
    }
    out->key = "access.no-grant";
    TRY(access_holding(c, dossier, &h));
    if (h->kind.n && list_has(v->dossiers, h->kind))
        best_grant(h, v->level, out);
    return ERR_OK;
}

enum err access_need(struct ctx *c, const char *verb, struct str dossier)
{
    struct verdict a;
    TRY(access_check(c, verb, dossier, &a));
    if (a.allowed)
        return ERR_OK;
    if (!strcmp(a.key, "access.no-grant"))
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "%s in " STR_F, verb, STR_A(dossier));
    return FAIL(c, ERR_DENIED, a.key, "%s in " STR_F, verb, STR_A(dossier));
}

bool access_may(struct ctx *c, const char *verb, struct str dossier)
{
    struct verdict a;
    struct fault before = c->fault;
    bool yes = access_check(c, verb, dossier, &a) == ERR_OK && a.allowed;
    c->fault = before;
    return yes;
}
