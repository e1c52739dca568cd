/* site.c - the name, the tabs and the languages of this house. */
#include "web/web.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"
#include "law/law.h"
#include "pack/pack.h"

static const struct tab tabs[] = {
    { "work",       "/work",       "tab.work",       "work.mine" },
    { "signals",    "/signals",    "tab.signals",    "signal.list" },
    { "cases",      "/cases",      "tab.cases",      "case.list" },
    { "referrals",  "/referrals",  "tab.referrals",  "referral.list" },
    { "department", "/department", "tab.department", "office.department" },
    { "directory",  "/directory",  "tab.directory",  "directory.view" },
    { "law",        "/law",        "tab.law",        "law.view" },
    { "reform",     "/reform",     "tab.reform",     "reform.edit" },
    { "admin",      "/admin",      "tab.admin",      "admin.health" },
    { 0 }
};

static bool may_tab(struct ctx *c, const char *verb)
{
    const struct verb *v = verb_find(verb);
    return v && access_role(c, v);
}

/* What waits behind a tab: signals to look at, referrals to answer. */
static int64_t waiting(struct ctx *c, const char *tab)
{
    AUTO_ROWS r = { 0 };
    struct fault before = c->fault;
    int64_t n = 0;
    enum err e = ERR_OK;
    if (!c->who)
        return 0;
    if (!strcmp(tab, "signals"))
        e = db_query(c, &r, "SELECT count(*) FROM (SELECT 1 FROM signal_row WHERE office = $1 AND due_us < 9223372036854775807"
                             " LIMIT $2) AS w", ARGS(TEXT(c->who->office), INT(COUNT_SHOWN)));
    else if (!strcmp(tab, "referrals"))
        e = db_query(c, &r, "SELECT count(*) FROM (SELECT 1 FROM referral_row WHERE to_office = $1 AND due_us < 9223372036854775807"
                             " LIMIT $2) AS w", ARGS(TEXT(c->who->office), INT(COUNT_SHOWN)));
    else
        return 0;
    if (e == ERR_OK && rows_next(&r))
        n = row_i64(&r, 0);
    c->fault = before;
    return n;
}

/* The public is offered the languages of the country's pack; officers also those
 * the house itself speaks. */
static size_t langs(struct ctx *c, struct str out[])
{
    static const struct str house[] = { STR_INIT("es"), STR_INIT("en") };
    const struct pack *p = c->node->pack;
    size_t n = 0;
    for (; p && n < p->langs_n && n < SITE_LANGS; n++)
        out[n] = p->langs[n];
    for (size_t i = 0; (!p || c->who) && i < COUNT_OF(house) && n < SITE_LANGS; i++) {
        bool there = false;
        for (size_t k = 0; k < n; k++)
            there = there || str_eq(out[k], house[i]);
        if (!there)
            out[n++] = house[i];
    }
    return n;
}

/* The pack's word, raised or disputed by the workgroup's signatures. */
static void certain(struct ctx *c, const struct provision *const *v, size_t n, bool out[])
{
    struct law_signed *s = NULL;
    struct fault before = c->fault;
    if (law_signed(c, &s) == ERR_OK)
        for (size_t i = 0; i < n; i++) {
            struct law_standing st;
            law_standing_in(c, s, v[i], &st);
            out[i] = law_certain(&st);
        }
    c->fault = before;
}

bool web_lang_ok(struct ctx *c, struct str lang)
{
    const struct pack *p = c->node->pack;
    for (size_t i = 0; p && i < p->langs_n; i++)
        if (str_eq(lang, p->langs[i]))
            return true;
    return str_is(lang, "es") || str_is(lang, "en");
}

struct str web_lang_default(struct ctx *c)
{
    const struct pack *p = c->node->pack;
    return p && p->langs_n ? p->langs[0] : STR("es");
}

const struct site web_site = {
    .name = "Amparo", .tabs = tabs, .may = may_tab, .count = waiting, .langs = langs, .law_certain = certain,
    .home = "/", .search = "/cases", .lock = "/lock", .language = "/language", .exit = "/salir",
    .help = "/first-days", .privacy = "/privacy",
};
