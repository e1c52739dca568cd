/* case.c - the spine: a case, its three dossiers, who holds them by duty. */
#include "work/work.h"

#include "base/node.h"
#include "db/db.h"
#include "pack/pack.h"

const char *const case_stages[] = { "intake", "protection", "screening", "identification", "care",
    "investigation", "trial", "sentence", "restitution", "follow_up", "closed", NULL };

static struct work_case case_of_row(struct rows *r)
{
    return (struct work_case){ .id = row_str(r, 0), .code = row_str(r, 1), .route = row_str(r, 2),
        .protection = row_str(r, 3), .justice = row_str(r, 4), .territory = row_str(r, 5),
        .title = row_str(r, 6), .owner = row_str(r, 7), .officer = row_str(r, 8),
        .status = row_str(r, 9), .stage = row_str(r, 10), .urgency = row_str(r, 11),
        .cl = row_i64(r, 12) != 0, .fl = row_i64(r, 13) != 0, .ht = row_i64(r, 14) != 0,
        .criadazgo = row_i64(r, 15) != 0, .opened_us = row_i64(r, 16), .updated_us = row_i64(r, 17),
        .labour = row_str(r, 18) };
}

static enum err one_case(struct ctx *c, struct rows *r, struct str asked, struct work_case *out)
{
    bool found = rows_next(r);
    struct work_case k = { 0 };
    if (found)
        k = case_of_row(r);
    TRY(rows_end(r));
    if (!found)
        return FAIL(c, ERR_NOT_FOUND, "error.not-found", "case " STR_F, STR_A(asked));
    *out = k;
    return ERR_OK;
}

enum err work_case(struct ctx *c, struct str case_id, struct work_case *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, code, route, protection, justice, territory, title, office, officer, status,"
        " stage, urgency, cl, fl, ht, criadazgo, opened_us, updated_us, labour"
        " FROM case_row WHERE id = $1", ARGS(TEXT(case_id))));
    return one_case(c, &r, case_id, out);
}

enum err work_case_by_code(struct ctx *c, struct str code, struct work_case *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, code, route, protection, justice, territory, title, office, officer, status,"
        " stage, urgency, cl, fl, ht, criadazgo, opened_us, updated_us, labour"
        " FROM case_row WHERE code = $1 ORDER BY id LIMIT 1", ARGS(TEXT(code))));
    return one_case(c, &r, code, out);
}

enum err work_case_of(struct ctx *c, struct str dossier, struct work_case *out)
{
    AUTO_ROWS r = { 0 };
    TRY(db_query(c, &r,
        "SELECT id, code, route, protection, justice, territory, title, office, officer, status,"
        " stage, urgency, cl, fl, ht, criadazgo, opened_us, updated_us, labour"
        " FROM case_row WHERE route = $1 OR protection = $1 OR justice = $1 OR labour = $1 ORDER BY id LIMIT 1",
        ARGS(TEXT(dossier))));
    return one_case(c, &r, dossier, out);
}

/* "PY-7Q4M-XK2D": the country and eight random characters of the id.  40 bits:
 * a hundred thousand cases meet twice with a chance under one in two hundred;
 * links use the id, so a meeting would confuse a reader, not a record. */
static struct str code_of(struct ctx *c, struct str id)
{
    char t[9];
    for (size_t i = 0; i < 8; i++) {
        char ch = id.p[ID_LEN - 8 + i];
        t[i] = ch >= 'a' && ch <= 'z' ? (char)(ch - 32) : ch;
    }
    struct str country = c->node->pack ? c->node->pack->country : STR("XX");
    return str_join(&c->mem, country, STR("-"), ((struct str){ t, 4 }), STR("-"),
                    ((struct str){ t + 4, 4 }));
}

/* What a capability's duty opens in a case; everyone with a step sees the route. */
static const struct duty_grant { const char *capability; enum level protection, justice, labour; } duties[] = {
    { "protection",    LEVEL_WRITE, LEVEL_NONE,  LEVEL_NONE },
    { "service",       LEVEL_READ,  LEVEL_NONE,  LEVEL_NONE },
    { "labour",        LEVEL_NONE,  LEVEL_NONE,  LEVEL_WRITE },
    { "investigation", LEVEL_NONE,  LEVEL_WRITE, LEVEL_READ },
    { "prosecution",   LEVEL_NONE,  LEVEL_WRITE, LEVEL_READ },
    { "court",         LEVEL_NONE,  LEVEL_WRITE, LEVEL_READ },
    { "defence",       LEVEL_NONE,  LEVEL_READ,  LEVEL_READ },
};

static void grant_once(struct ctx *c, struct draft *d, struct str dossier, struct str office,
                       enum level level)
{
    if (level != LEVEL_NONE && dossier.n && !grant_exists(c, dossier, office, level))
        (void)grant_add(c, d, dossier, office, level, "duty", 0, (struct str){ 0 });
}

struct dossiers_open { enum level protection, justice, labour; };

static struct dossiers_open duty_of(struct ctx *c, struct str role)
{
    const struct role *r = c->node->pack ? pack_role(c->node->pack, role) : NULL;
    struct dossiers_open o = { LEVEL_NONE, LEVEL_NONE, LEVEL_NONE };
    for (size_t i = 0; r && i < COUNT_OF(duties); i++)
        if (pack_has_word(r->capabilities, str_c(duties[i].capability))) {
            o.protection = duties[i].protection > o.protection ? duties[i].protection : o.protection;
            o.justice = duties[i].justice > o.justice ? duties[i].justice : o.justice;
            o.labour = duties[i].labour > o.labour ? duties[i].labour : o.labour;
        }
    return o;
}

void work_grant(struct ctx *c, struct draft *d, const struct work_case *k, struct str role,
                struct str office)
{
    const struct dossiers_open may = duty_of(c, role);
    grant_once(c, d, k->route, office, LEVEL_WRITE);
    grant_once(c, d, k->protection, office, may.protection);
    grant_once(c, d, k->justice, office, may.justice);
    grant_once(c, d, k->labour, office, may.labour);
}

/* Nobody gives what she does not hold. */
static enum level at_most_own(struct ctx *c, struct str dossier, enum level wanted)
{
    while (wanted > LEVEL_NONE && !grant_exists(c, dossier, c->who->office, wanted))
        wanted--;
    return wanted;
}

void work_grant_added(struct ctx *c, struct draft *d, const struct work_case *k, struct str role,
                      struct str office)
{
    if (str_eq(k->owner, c->who->office) && !str_eq(office, k->owner)) {
        work_grant(c, d, k, role, office);
        return;
    }
    const struct dossiers_open may = duty_of(c, role);
    grant_once(c, d, k->route, office, at_most_own(c, k->route, LEVEL_WRITE));
    grant_once(c, d, k->protection, office, at_most_own(c, k->protection, may.protection));
    grant_once(c, d, k->justice, office, at_most_own(c, k->justice, may.justice));
    grant_once(c, d, k->labour, office, at_most_own(c, k->labour, may.labour));
}

static void case_sets(struct draft *d, const struct work_case *k, const struct case_new *n)
{
    draft_in(d, k->route);
    draft_set(d, "case", k->id, "code", k->code);
    draft_set(d, "case", k->id, "protection", k->protection);
    draft_set(d, "case", k->id, "justice", k->justice);
    draft_set(d, "case", k->id, "labour", k->labour);
    draft_set(d, "case", k->id, "territory", k->territory);
    draft_set(d, "case", k->id, "title", k->title);
    draft_set(d, "case", k->id, "office", k->owner);
    draft_set(d, "case", k->id, "officer", k->officer);
    draft_set(d, "case", k->id, "status", k->status);
    draft_set(d, "case", k->id, "stage", k->stage);
    draft_set(d, "case", k->id, "urgency", k->urgency);
    draft_set_i64(d, "case", k->id, "opened", k->opened_us);
    if (n->signal.n)
        draft_set(d, "case", k->id, "signal", n->signal);
}

/* Whoever coordinates this territory sees the route: steps, never names. */
static void grant_coordination(struct ctx *c, struct draft *d, const struct work_case *k)
{
    const struct pack *p = c->node->pack;
    for (size_t i = 0; p && i < p->roles_n; i++) {
        if (!pack_has_word(p->roles[i].capabilities, STR("coordination")))
            continue;
        const struct office *o = pack_office_for(p, k->territory, p->roles[i].id);
        if (o && !str_eq(o->id, k->owner))
            grant_once(c, d, k->route, o->id, LEVEL_READ);
    }
}

enum err case_open(struct ctx *c, struct draft *d, const struct case_new *n, struct work_case *out)
{
    struct work_case k = { .id = id_new(&c->mem, c->now_us), .territory = n->territory,
        .title = n->title, .urgency = n->urgency.n ? n->urgency : STR("yellow"),
        .owner = c->who->office, .officer = c->who->id, .status = STR("open"),
        .stage = STR("intake"), .opened_us = c->now_us, .updated_us = c->now_us };
    TRY(ctx_check(c));
    k.code = code_of(c, k.id);
    k.route = dossier_new(d, "route", k.id);
    k.protection = dossier_new(d, "protection", k.id);
    k.justice = dossier_new(d, "justice", k.id);
    k.labour = dossier_new(d, "labour", k.id);
    case_sets(d, &k, n);
    TRY(case_classify(c, d, &k, n->cl, n->fl, n->ht, n->criadazgo));
    (void)grant_add(c, d, k.route, k.owner, LEVEL_WRITE, "own", 0, (struct str){ 0 });
    (void)grant_add(c, d, k.protection, k.owner, LEVEL_WRITE, "own", 0, (struct str){ 0 });
    grant_coordination(c, d, &k);
    *out = k;
    return ctx_check(c);
}

static void set_yes(struct draft *d, struct str id, const char *field, bool v, bool now)
{
    if (v || now)
        draft_set(d, "case", id, field, v ? STR("yes") : STR("no"));
}

enum err case_classify(struct ctx *c, struct draft *d, const struct work_case *k,
                       bool cl, bool fl, bool ht, bool criadazgo)
{
    draft_in(d, k->route);
    set_yes(d, k->id, "cl", cl, k->cl);
    set_yes(d, k->id, "fl", fl, k->fl);
    set_yes(d, k->id, "ht", ht, k->ht);
    set_yes(d, k->id, "criadazgo", criadazgo, k->criadazgo);
    return ctx_check(c);
}
