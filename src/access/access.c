/* access.c - the one question. */
#include "access/access.h"

#include "db/db.h"

static bool list_has(const char *list, struct str want)
{
    struct str rest = str_c(list), item;
    while (str_next(&rest, ' ', &item))
        if (str_eq(item, want))
            return true;
    return false;
}

static bool role_allows(const struct officer *who, const struct verb *v)
{
    struct str rest = str_c(v->roles), role;
    while (str_next(&rest, ' ', &role)) {
        struct str mine = who->roles, item;
        if (str_is(role, "*"))
            return true;
        while (str_next(&mine, ' ', &item))
            if (str_eq(item, role))
                return true;
    }
    return false;
}

bool access_role(struct ctx *c, const struct verb *v)
{
    return c->who && role_allows(c->who, v);
}

static enum err dossier_kind(struct ctx *c, struct str dossier, struct str *kind)
{
    AUTO_ROWS r = { 0 };
    *kind = (struct str){ 0 };
    TRY(db_query(c, &r, "SELECT kind FROM dossier WHERE id = $1", ARGS(TEXT(dossier))));
    if (rows_next(&r))
        *kind = row_str(&r, 0);
    return rows_end(&r);
}

/* The strongest grant in force that this officer's office, or she herself,
 * holds.  Ordered so that the answer names the widest, longest one. */
static enum err best_grant(struct ctx *c, struct str dossier, enum level need, struct verdict *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT basis, until_us FROM access_grant"
        " WHERE dossier = $1 AND (office = $2 OR office = '')"
        "   AND (officer = '' OR officer = $3)"
        "   AND level >= $4 AND (until_us = 0 OR until_us > $5)"
        " ORDER BY until_us = 0 DESC, until_us DESC, id LIMIT 1",
        ARGS(TEXT(dossier), TEXT(c->who->office), TEXT(c->who->id), INT(need), INT(c->now_us))));
    if (rows_next(&r)) {
        out->allowed = true;
        out->basis = row_str(&r, 0);
        out->until_us = row_i64(&r, 1);
        out->key = "access.granted";
    } else {
        out->key = "access.no-grant";
    }
    return rows_end(&r);
}

enum err access_check(struct ctx *c, const char *verb, struct str dossier, struct verdict *out)
{
    const struct verb *v = verb_find(verb);
    struct str kind;

    *out = (struct verdict){ .key = "access.sign-in" };
    if (!v)
        return FAIL(c, ERR_BUG, "error.internal", "no verb %s", verb);
    if (!c->who)
        return ERR_OK;
    out->key = "access.role";
    if (!role_allows(c->who, v))
        return ERR_OK;
    if (v->level == LEVEL_NONE) {
        out->allowed = true;
        out->key = "access.granted";
        return ERR_OK;
    }
    out->key = "access.no-grant";
    TRY(dossier_kind(c, dossier, &kind));
    if (!kind.n || !list_has(v->dossiers, kind))
        return ERR_OK;
    return best_grant(c, dossier, v->level, out);
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
