/* site.c - the name, the tabs and the languages of this house. */
#include "web/web.h"

#include "access/access.h"
#include "base/node.h"
#include "db/db.h"

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

static const char *const langs[] = { "es", "en", "gn", NULL };

const struct site web_site = {
    .name = "Amparo", .tabs = tabs, .may = may_tab, .count = waiting, .langs = langs,
    .home = "/", .search = "/cases", .lock = "/lock", .language = "/language", .exit = "/salir",
    .help = "/first-days", .privacy = "/privacy",
};
