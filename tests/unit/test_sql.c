/* test_sql.c - every SQL literal of the program prepares on both engines. */
#include "house_t.h"

#include "demo/demo.h"
#include "web/web.h"

/* Rooms that opening a house does not ask for, so that they are linked too. */
static const uintptr_t linked[] __attribute__((used)) = { (uintptr_t)ledger_backup, (uintptr_t)ledger_verify,
    (uintptr_t)demo_fill, (uintptr_t)web_start, (uintptr_t)web_run };

/* The ledger keeps a file of its own on SQLite; its statements run there. */
static bool prepares(struct ctx *c, struct db *tables, struct db *ledger, const char *sql, struct fault *why)
{
    bool ok = db_prepare(c, tables, sql) == ERR_OK;
    *why = c->fault;
    c->fault = (struct fault){ 0 };
    ok = ok || db_prepare(c, ledger, sql) == ERR_OK;
    c->fault = (struct fault){ 0 };
    return ok;
}

static void all_prepare(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        struct db *ledger = NULL;
        size_t i = 0, desks = 0;
        if (house_fresh(t, &h, pg)) {
            struct str url = pg ? str_c(h.place.url) : str_join(&h.c.mem, STR("sqlite:"), str_c(h.place.dir), STR("/ledger.db"));
            OK(&h.c, db_open(&h.c, url, false, &ledger));
            for (const struct db_literal *l; (l = db_sql_each(i)); i++) {
                struct fault why;
                if (strstr(l->file, "tests/"))
                    continue;
                desks += !strstr(l->file, "src/ledger/");
                if (!prepares(&h.c, h.c.db, ledger, l->sql, &why)) {
                    t->bad++;
                    printf("# %s:%lld on %s: %s\n#   %s\n", l->file, (long long)l->line, pg ? "PostgreSQL" : "SQLite", why.detail, l->sql);
                }
            }
            struct fault why;
            CHECK(!prepares(&h.c, h.c.db, ledger, "SELECT no_such FROM case_row", &why));
        }
        CHECK(desks > 100);                             /* the whole program is linked in */
        printf("# %s: %zu statements\n", pg ? "PostgreSQL" : "SQLite", i);
        db_close(ledger);
        house_end(&h);
    }
}

static const struct t_case cases[] = {
    { "every statement prepares", all_prepare },
};
T_MAIN(cases)
