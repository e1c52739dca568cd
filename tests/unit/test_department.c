/* The department page counts its own department: each person once whatever holds her
 * records together, and without reading the rows of others. */
#include "web_t.h"

#include "office/office.h"

#define SECRETARY "secretaria-filadelfia"

static void case_at(struct t *t, struct house_t *h, const char *id, const char *territory)
{
    OK(&h->c, db_exec(&h->c,
        "INSERT INTO case_row (id, code, route, protection, justice, labour, territory, title, office, officer, status,"
        " stage, left_at, urgency, cl, fl, ht, criadazgo, opened_us, updated_us)"
        " VALUES ($1, $1, '', '', '', '', $2, '', '', '', 'open', 'protection', '', '', 0, 0, 0, 0, 0, 0)",
        ARGS(TEXT(str_c(id)), TEXT(str_c(territory)))));
}

static void person_at(struct t *t, struct house_t *h, const char *id, const char *case_id)
{
    OK(&h->c, db_exec(&h->c, "INSERT INTO person_row (id, case_id, role) VALUES ($1, $2, 'affected')",
        ARGS(TEXT(str_c(id)), TEXT(str_c(case_id)))));
}

static void link_at(struct t *t, struct house_t *h, const char *id, const char *a, const char *b, int64_t same)
{
    OK(&h->c, db_exec(&h->c, "INSERT INTO thing_link (id, kind, a, b, same, officer, mbits, at_us)"
                             " VALUES ($1, 'person', $2, $3, $4, '', 0, 1)",
        ARGS(TEXT(str_c(id)), TEXT(str_c(a)), TEXT(str_c(b)), INT(same))));
}

static struct department counted(struct t *t, struct house_t *h, const char *territory)
{
    struct department d = { 0 };
    struct officer *me = NEW(&h->c.mem, struct officer);
    as(t, h, SECRETARY);
    *me = *h->c.who;
    me->territory = str_c(territory);
    h->c.who = me;
    OK(&h->c, department_of(&h->c, (struct str){ 0 }, &d));
    return d;
}

static void each_once(struct t *t, struct house_t *h)
{
    struct department one, two, all;
    int64_t had = counted(t, h, "PY").persons;
    case_at(t, h, "case-a", "PY-0501");
    case_at(t, h, "case-b", "PY-19");
    case_at(t, h, "case-c", "PY-0502");
    case_at(t, h, "case-d", "PY-16");
    person_at(t, h, "p-a", "case-a");
    person_at(t, h, "p-b", "case-b");
    person_at(t, h, "p-c", "case-c");
    person_at(t, h, "p-d", "case-d");
    link_at(t, h, "l-1", "p-a", "p-d", 1);      /* a and c are one because of d, elsewhere */
    link_at(t, h, "l-2", "p-d", "p-c", 1);
    link_at(t, h, "l-3", "p-b", "p-c", 2);      /* only proposed: counts for nobody */
    one = counted(t, h, "PY-5");
    two = counted(t, h, "PY-16");
    all = counted(t, h, "PY");
    CHECK_EQ(one.open, 2);
    CHECK_EQ(one.records, 2);
    CHECK_EQ(one.persons, 1);
    CHECK_EQ(two.records, 1);
    CHECK_EQ(two.persons, 1);                   /* in each department where she has a record */
    CHECK_EQ(all.persons, had + 2);             /* and once in the country */
    link_at(t, h, "l-4", "p-a", "p-c", 0);      /* kept apart: an older word holds, the younger does not */
    one = counted(t, h, "PY-5");
    CHECK(one.persons == 1 || one.persons == 2);
    CHECK_EQ(one.records, 2);
}

/* No statement of this desk's counts walks through a table of the whole country. */
static void nothing_is_scanned(struct t *t, struct house_t *h)
{
    size_t seen = 0;
    const struct db_literal *l;
    if (db_is_pg(h->c.db))
        return;
    for (size_t i = 0; (l = db_sql_each(i)); i++) {
        struct db_arg args[16];
        size_t n = 0;
        AUTO_ROWS r = { 0 };
        if (!strstr(l->file, "office/office.c"))
            continue;
        for (const char *p = l->sql; *p; p++)
            if (*p == '$' && (size_t)(p[1] - '0') > n)
                n = (size_t)(p[1] - '0');
        for (size_t k = 0; k < n; k++)
            args[k] = (struct db_arg)TEXT(STR("x"));
        const char *sql = str_join(&h->c.mem, STR("EXPLAIN QUERY PLAN "), str_c(l->sql), (struct str){ "", 1 }).p;
        OK(&h->c, db_query_(&h->c, h->c.db, &r, sql, args, n));
        while (rows_next(&r)) {
            struct str step = row_str(&r, 3);
            if (str_starts(step, STR("SCAN")) || holds(step, STR("obligation_due")))
                printf("# " STR_F ": %s\n", STR_A(step), l->sql);
            CHECK(!str_starts(step, STR("SCAN")) && !holds(step, STR("obligation_due")));
        }
        OK(&h->c, rows_end(&r));
        seen++;
    }
    CHECK(seen >= 8);
}

static void both(struct t *t, void (*run)(struct t *t, struct house_t *h))
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        if (house_fresh(t, &h, pg))
            run(t, &h);
        house_end(&h);
    }
}
static void once(struct t *t) { both(t, each_once); }
static void scans(struct t *t) { both(t, nothing_is_scanned); }

static const struct t_case cases[] = {
    { "each person once in her department, whatever holds her together", once },
    { "no country is walked through for one department", scans },
};
T_MAIN(cases)
