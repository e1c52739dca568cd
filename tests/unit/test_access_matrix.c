/* test_access_matrix.c - every verb asked for every capability.
 *
 * The first case prints docs/access-matrix.md by asking access_check() and
 * compares; AMPARO_WRITE_DOCS=1 writes the file instead. */
#include "access_t.h"

static const char *const roles[] = { "intake", "protection", "labour", "investigation", "prosecution",
    "court", "defence", "coordination", "service", "admin", "legislation", "oversight", "machine" };
static const char *const dossier_kinds[] = { "signal", "route", "protection", "justice", "labour", "referral", "inquiry", "directory", "unknown" };

/* ---- the matrix -------------------------------------------------------------------- */

struct cell { enum level least; unsigned kinds; };      /* least level that opens it, in which kinds */

static struct cell ask_cell(struct t *t, struct house_t *h, const char *verb, const char *role, struct str id[][3])
{
    struct officer who = somebody("officer-matrix", "office-matrix", role);
    struct cell out = { .least = LEVEL_NONE };
    bool plain = verb_find(verb)->level == LEVEL_NONE;
    h->c.who = &who;
    if (plain)
        out.least = may(t, &h->c, verb, (struct str){ 0 }) ? LEVEL_READ : LEVEL_NONE;
    for (size_t k = 0; !plain && k < COUNT_OF(dossier_kinds); k++)
        for (int level = LEVEL_WRITE; level >= LEVEL_NONE; level--) {
            bool yes = may(t, &h->c, verb, id[k][level]);
            CHECK(!yes || level != LEVEL_NONE);         /* no grant, nothing */
            if (!yes)
                break;
            out.kinds |= 1u << k;
            out.least = level == LEVEL_READ ? LEVEL_READ : out.least ? out.least : LEVEL_WRITE;
        }
    h->c.who = NULL;
    return out;
}

static void print_row(struct t *t, struct house_t *h, struct buf *b, const char *verb, struct str id[][3])
{
    unsigned kinds = 0;
    struct cell cell[COUNT_OF(roles)];
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        cell[i] = ask_cell(t, h, verb, roles[i], id);
        CHECK(!kinds || !cell[i].kinds || kinds == cell[i].kinds);  /* kinds follow from the verb alone */
        kinds |= cell[i].kinds;
    }
    buf_fmt(b, "| %s |", verb);
    for (size_t k = 0; k < COUNT_OF(dossier_kinds); k++)
        if (kinds & 1u << k)
            buf_fmt(b, " %s", dossier_kinds[k]);
    buf_put(b, STR(" |"));
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        buf_fmt(b, " %s |", !cell[i].least ? "" : !cell[i].kinds ? "yes" : cell[i].least == LEVEL_READ ? "read" : "write");
    buf_char(b, '\n');
}

static struct str print_matrix(struct t *t, struct house_t *h)
{
    struct str id[COUNT_OF(dossier_kinds)][3];
    struct buf b;
    buf_init(&b, &h->c.mem, 256 << 10);
    for (size_t k = 0; k < COUNT_OF(dossier_kinds); k++)
        for (int level = 0; level < 3; level++)
            id[k][level] = dossier_for(t, h, dossier_kinds[k], "office-matrix", (enum level)level, "own", 0, "");
    buf_put(&b, STR("# Who may do what\n\n"
        "Printed by `tests/unit/test_access_matrix.c`, which asks the program for every verb, role, kind of dossier and\n"
        "level of grant; `AMPARO_WRITE_DOCS=1 build/rel/tests/test_access_matrix` writes it again.  The verbs are rows of\n"
        "`src/access/verbs.c`; a country's own roles have these through the column `capabilities` of its `roles.csv`.\n\n"
        "`yes`: no dossier is asked.  `read`, `write`: the least grant that the officer's office, or she herself,\n"
        "must hold in a dossier of the kinds named.  Empty: never.\n\n"
        "`dossier.break_glass` is open to those of its roles that the pack names (`break_glass` of pack.ini; here the\n"
        "usual ones: without the defence, which in some countries acts for the accused).\n\n| verb | dossiers |"));
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        buf_fmt(&b, " %s |", roles[i]);
    buf_put(&b, STR("\n|---|---|"));
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        buf_put(&b, STR("---|"));
    buf_char(&b, '\n');
    for (size_t i = 0; i < verbs_n; i++)
        print_row(t, h, &b, verbs[i].name, id);
    CHECK(!b.mem->failed);
    return buf_str(&b);
}

static void matrix(struct t *t)
{
    struct str first = { 0 }, doc = { 0 };
    struct house_t h[2];
    int n = engines();
    for (int pg = 0; pg < n; pg++) {
        if (!house_fresh(t, &h[pg], pg))
            return;
        struct str now = print_matrix(t, &h[pg]);
        if (!pg)
            first = now;
        CHECK(str_eq(first, now));                      /* the engines agree */
    }
    struct ctx *c = &h[0].c;
    if (getenv("AMPARO_WRITE_DOCS"))
        OK(c, file_write(c, "docs/access-matrix.md", first, 0644));
    OK(c, file_read(c, "docs/access-matrix.md", 1 << 20, &doc));
    CHECK(str_eq(doc, first));
    for (int pg = 0; pg < n; pg++)
        house_end(&h[pg]);
}

/* What no change of the table may ever allow: written by hand, not from it. */
static void never(struct t *t)
{
    static const struct { const char *verb, *role; } no[] = {
        { "person.view", "coordination" }, { "person.view", "admin" }, { "person.edit", "prosecution" },
        { "person.edit", "court" }, { "person.edit", "defence" },
        { "plan.view", "labour" }, { "plan.view", "prosecution" }, { "plan.view", "court" }, { "plan.view", "defence" },
        { "plan.view", "investigation" }, { "plan.view", "coordination" },
        { "consent.view", "prosecution" }, { "consent.withdraw", "labour" }, { "consent.record", "court" },
        { "justice.view", "protection" }, { "justice.view", "intake" }, { "justice.view", "labour" },
        { "justice.view", "service" }, { "justice.view", "coordination" }, { "justice.edit", "defence" },
        { "thing.view", "protection" }, { "thing.view", "intake" }, { "thing.view", "service" }, { "thing.view", "coordination" },
        { "thing.view", "admin" }, { "thing.edit", "defence" }, { "thing.link", "defence" }, { "thing.edit", "intake" },
        { "evidence.add", "court" }, { "evidence.add", "protection" }, { "restitution.edit", "investigation" },
        { "case.view", "admin" }, { "case.export", "admin" }, { "signal.view", "admin" }, { "signal.view", "court" },
        { "dossier.open_identity", "admin" }, { "dossier.break_glass", "admin" }, { "referral.view", "admin" },
        { "dossier.open_identity", "coordination" }, { "dossier.open_identity", "machine" }, { "person.view", "machine" }, { "case.view", "machine" },
        { "admin.officers", "coordination" }, { "directory.edit", "intake" }, { "office.department", "intake" },
        { "case.close", "coordination" }, { "case.close", "labour" },
        { "person.find", "coordination" }, { "person.find", "admin" }, { "person.find_all", "coordination" },
        { "person.find_all", "court" }, { "person.find_all", "service" }, { "person.find_all", "admin" } };
    for (size_t i = 0; i < COUNT_OF(no); i++) {
        const struct verb *v = verb_find(no[i].verb);
        CHECK(v);
        struct str list = str_c(v ? v->roles : ""), item;
        while (str_next(&list, ' ', &item))
            if (str_is(item, no[i].role) || str_is(item, "*")) {
                t->bad++;
                printf("# %s must never do %s\n", no[i].role, no[i].verb);
            }
    }
    for (size_t i = 0; i < verbs_n; i++) {
        CHECK((verbs[i].level == LEVEL_NONE) == !*verbs[i].dossiers);
        CHECK(verb_find(verbs[i].name) == &verbs[i]);   /* no name twice */
        CHECK(verbs[i].level == LEVEL_NONE || !strchr(verbs[i].roles, '*'));
    }
    CHECK(!verb_find("no.such"));
}

static const struct t_case cases[] = {
    { "the matrix is what docs/access-matrix.md says", matrix },
    { "what nobody may ever", never },
};
T_MAIN(cases)
