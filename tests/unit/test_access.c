/* test_access.c - the one question, asked in every way.
 *
 * The first case prints docs/access-matrix.md by asking access_check() and
 * compares; AMPARO_WRITE_DOCS=1 writes the file instead. */
#include "house_t.h"

#include "crypto/crypto.h"

static const char *const roles[] = { "intake", "protection", "labour", "investigation", "prosecution",
    "court", "defence", "coordination", "service", "admin", "legislation", "oversight", "machine" };
static const char *const dossier_kinds[] = { "signal", "route", "protection", "justice", "labour", "referral", "inquiry", "directory", "unknown" };

static struct officer somebody(const char *id, const char *office, const char *has)
{
    return (struct officer){ .id = str_c(id), .name = STR("Oficial Inventada"), .office = str_c(office),
        .agency = STR("agency"), .territory = STR("PY-19"), .roles = str_c(has) };
}

/* A dossier of a kind, granted to an office at a level; its id. */
static struct str dossier_for(struct t *t, struct house_t *h, const char *kind, const char *office,
                              enum level level, const char *basis, int64_t until_us, const char *fields)
{
    struct ctx *c = &h->c;
    const struct officer *who = c->who;
    struct draft *d;
    c->who = officer_machine(c);
    OK(c, draft_begin(c, STR("test"), "test.make", &d));
    struct str id = dossier_new(d, kind, (struct str){ 0 });
    draft_in(d, id);
    draft_set(d, "note", record_new(d), "a/text", STR("Nota inventada"));
    if (level)
        (void)grant_add(c, d, id, str_c(office), level, basis, until_us, str_c(fields));
    OK(c, draft_commit(c, d));
    c->who = who;
    return id;
}

static bool may(struct t *t, struct ctx *c, const char *verb, struct str dossier)
{
    struct verdict v;
    OK(c, access_check(c, verb, dossier, &v));
    CHECK(v.key && *v.key);
    CHECK(v.allowed == !strcmp(v.key, "access.granted"));
    CHECK(access_may(c, verb, dossier) == v.allowed);
    enum err e = access_need(c, verb, dossier);
    CHECK(v.allowed ? e == ERR_OK : e == ERR_DENIED || e == ERR_NOT_FOUND);
    c->fault = (struct fault){ 0 };
    return v.allowed;
}

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
        "Printed by `tests/unit/test_access.c`, which asks the program for every verb, role, kind of dossier and\n"
        "level of grant; `AMPARO_WRITE_DOCS=1 build/rel/tests/test_access` writes it again.  The verbs are rows of\n"
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

/* ---- grants --------------------------------------------------------------------------- */

static void drop_grants(struct t *t, struct house_t *h, struct str dossier, const char *office, const char *basis)
{
    struct ctx *c = &h->c;
    const struct officer *who = c->who;
    struct draft *d;
    c->who = officer_machine(c);
    OK(c, draft_begin(c, STR("test"), "test.drop", &d));
    OK(c, grant_withdraw(c, d, dossier, str_c(office), basis));
    OK(c, draft_commit(c, d));
    c->who = who;
}

static void grants_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct officer a = somebody("officer-a", "office-a", "protection"), b = somebody("officer-b", "office-b", "protection");
    struct verdict v;
    struct str own = dossier_for(t, h, "protection", "office-a", LEVEL_WRITE, "own", 0, "");
    struct str lent = dossier_for(t, h, "protection", "office-a", LEVEL_READ, "referral", c->now_us + 2 * HOUR, "");
    c->who = &a;
    CHECK(may(t, c, "plan.view", own));
    CHECK(may(t, c, "plan.edit", own));
    OK(c, access_check(c, "plan.view", own, &v));
    CHECK_STR(v.basis, "own");
    CHECK_EQ(v.until_us, 0);
    CHECK(may(t, c, "plan.view", lent));
    CHECK(!may(t, c, "plan.edit", lent));               /* read is not write */
    OK(c, access_check(c, "plan.view", lent, &v));
    CHECK_STR(v.basis, "referral");
    CHECK_EQ(v.until_us, c->now_us + 2 * HOUR);
    c->now_us += 2 * HOUR - 1;
    CHECK(may(t, c, "plan.view", lent));
    c->now_us += 1;
    CHECK(!may(t, c, "plan.view", lent));               /* the day came */
    CHECK(!grant_exists(c, lent, STR("office-a"), LEVEL_READ));
    c->who = &b;
    CHECK(!may(t, c, "plan.view", own));
    c->who = &a;
    drop_grants(t, h, own, "office-b", "own");          /* of another office: nothing */
    CHECK(may(t, c, "plan.edit", own));
    drop_grants(t, h, own, "office-a", "duty");         /* of another basis: nothing */
    CHECK(may(t, c, "plan.edit", own));
    drop_grants(t, h, own, "office-a", "own");
    CHECK(!may(t, c, "plan.view", own));
}

/* Not yours looks like not there. */
static void not_yours_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct officer b = somebody("officer-b", "office-b", "protection");
    struct record r;
    struct fault mine, none;
    struct str d = dossier_for(t, h, "protection", "office-a", LEVEL_WRITE, "own", 0, "");
    struct str note = { 0 };
    AUTO_ROWS q = { 0 };
    c->who = &b;
    CHECK_EQ(access_need(c, "plan.view", d), ERR_NOT_FOUND);
    mine = c->fault;
    c->fault = (struct fault){ 0 };
    CHECK_EQ(access_need(c, "plan.view", STR("00000000000000000000000000")), ERR_NOT_FOUND);
    none = c->fault;
    c->fault = (struct fault){ 0 };
    CHECK(!strcmp(mine.key, none.key));                 /* the screen says the same of both */
    OK(c, db_query(c, &q, "SELECT id FROM record WHERE dossier = $1 AND kind = 'note'", ARGS(TEXT(d))));
    if (rows_next(&q))
        note = row_str(&q, 0);
    OK(c, rows_end(&q));
    CHECK(note.n);
    CHECK_EQ(access_record(c, note, &r), ERR_NOT_FOUND);
    mine = c->fault;
    c->fault = (struct fault){ 0 };
    CHECK_EQ(access_record(c, STR("00000000000000000000000000"), &r), ERR_NOT_FOUND);
    none = c->fault;
    c->fault = (struct fault){ 0 };
    CHECK(!strcmp(mine.key, none.key));
    struct officer wrong = somebody("officer-a", "office-a", "court");
    c->who = &wrong;
    REFUSED(c, ERR_DENIED, access_need(c, "plan.view", d));     /* the role is said: it is no secret */
    c->who = NULL;
    REFUSED(c, ERR_DENIED, access_need(c, "plan.view", d));
    REFUSED(c, ERR_DENIED, access_need(c, "work.mine", (struct str){ 0 }));
    REFUSED(c, ERR_DENIED, access_record(c, note, &r));
    struct verdict v;
    REFUSED(c, ERR_BUG, access_check(c, "no.such", d, &v));
    CHECK(!v.allowed);
}

static void break_glass_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct officer a = somebody("officer-a", "office-b", "protection"), mate = somebody("officer-m", "office-b", "protection");
    struct str d = dossier_for(t, h, "protection", "office-a", LEVEL_WRITE, "own", 0, "");
    struct access_line *line;
    struct verdict v;
    size_t n;
    c->who = &a;
    CHECK(!may(t, c, "plan.view", d));
    REFUSED(c, ERR_INPUT, access_break_glass(c, d, STR("  corto  ")));
    CHECK(!may(t, c, "plan.view", d));
    OK(c, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    CHECK(may(t, c, "plan.view", d));
    CHECK(!may(t, c, "plan.edit", d));                  /* reading only */
    OK(c, access_check(c, "plan.view", d, &v));
    CHECK_STR(v.basis, "break_glass");
    CHECK_EQ(v.until_us, c->now_us + HOUR);
    CHECK(!grant_exists(c, d, STR("office-b"), LEVEL_READ));
    OK(c, access_events(c, d, 10, &line, &n));
    CHECK_EQ(n, 1);
    CHECK_STR(line[0].what, "break_glass");
    CHECK_STR(line[0].officer, "officer-a");
    CHECK_STR(line[0].detail, "Riesgo de vida esta noche");
    c->who = &mate;
    CHECK(!may(t, c, "plan.view", d));                  /* by this officer only */
    c->who = &a;
    c->now_us += HOUR - 1;
    CHECK(may(t, c, "plan.view", d));
    c->now_us += 1;
    CHECK(!may(t, c, "plan.view", d));
    struct officer admin = somebody("officer-x", "office-x", "admin");
    c->who = &admin;
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    struct officer defender = somebody("officer-d", "office-d", "defence"), both = somebody("officer-e", "office-d", "defence service");
    c->who = &defender;
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    struct str setting = h->c.node->pack->break_glass, wide = STR("protection defence");
    memcpy((char *)(uintptr_t)c->node->pack + offsetof(struct pack, break_glass), &wide, sizeof wide);
    OK(c, access_break_glass(c, d, STR("Riesgo de vida esta noche")));              /* a country that allows it */
    c->who = &both;                                     /* "service" is not named there */
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    memcpy((char *)(uintptr_t)c->node->pack + offsetof(struct pack, break_glass), &setting, sizeof setting);
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    c->who = &defender;
    REFUSED(c, ERR_DENIED, access_break_glass(c, d, STR("Riesgo de vida esta noche")));
    c->who = &a;
    REFUSED(c, ERR_NOT_FOUND, access_break_glass(c, STR("00000000000000000000000000"), STR("Riesgo de vida esta noche")));
}

/* ---- records: kinds, sensitivity, openings ------------------------------------------------ */

struct case_of { struct str dossier, person, note, sealed; };

static struct case_of make_case(struct t *t, struct house_t *h, const char *office, const char *fields)
{
    struct ctx *c = &h->c;
    const struct officer *who = c->who;
    struct case_of k;
    struct draft *d;
    c->who = officer_machine(c);
    OK(c, draft_begin(c, STR("test"), "test.case", &d));
    k.dossier = dossier_new(d, "protection", (struct str){ 0 });
    draft_in(d, k.dossier);
    k.person = record_new(d);
    draft_set(d, "person", k.person, "a/first_name", STR("Ysapy"));
    draft_set(d, "person", k.person, "a/age_years", STR("13"));
    draft_set(d, "person", k.person, "a/code", STR("P1"));
    draft_set(d, "person", k.person, "a/unheard_of", STR("Domicilio inventado"));
    draft_set(d, "person", k.person, "case", STR("case-1"));
    k.note = record_new(d);
    draft_set(d, "note", k.note, "case", STR("case-1"));
    (void)grant_add(c, d, k.dossier, str_c(office), LEVEL_WRITE, "own", 0, str_c(fields));
    OK(c, draft_commit(c, d));
    c->who = who;
    return k;
}

static bool shows(struct t *t, struct house_t *h, struct str id, const char *field)
{
    struct record r;
    enum err e = access_record(&h->c, id, &r);
    CHECK(e == ERR_OK || e == ERR_NOT_FOUND);
    h->c.fault = (struct fault){ 0 };
    return e == ERR_OK && record_get(&r, field).n;
}

static void kinds_filter_on(struct t *t, struct house_t *h)
{
    struct officer a = somebody("officer-a", "office-a", "protection");
    struct case_of k = make_case(t, h, "office-a", "note visit");
    h->c.who = &a;
    CHECK(shows(t, h, k.note, "case"));
    CHECK(!shows(t, h, k.person, "case"));              /* another kind of the same dossier */
    struct case_of all = make_case(t, h, "office-a", "");
    CHECK(shows(t, h, all.person, "case"));
    struct case_of like = make_case(t, h, "office-a", "notes person_x");
    CHECK(!shows(t, h, like.note, "case"));             /* whole words */
    CHECK(!shows(t, h, like.person, "case"));
}

/* Sign in for real: openings belong to a session. */
static struct str sign_in(struct t *t, struct house_t *h, const char *office)
{
    struct ctx *c = &h->c;
    struct str token = { 0 };
    as(t, h, office);
    c->who = NULL;
    OK(c, session_begin(c, str_c(office), STR(HOUSE_PASSWORD), (struct str){ 0 }, STR("peer-ok"), &token));
    OK(c, session_resume(c, token));
    CHECK(c->who && c->who->session.n);
    return token;
}

static void redaction_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct record r;
    struct access_line *line;
    size_t n;
    int64_t until;
    struct str token = sign_in(t, h, "codeni-filadelfia");
    struct case_of k = make_case(t, h, "codeni-filadelfia", "");
    CHECK(shows(t, h, k.person, "a/age_years"));
    CHECK(!shows(t, h, k.person, "a/first_name"));
    CHECK(!shows(t, h, k.person, "a/unheard_of"));      /* what no form knows may be anything */
    OK(c, access_record(c, k.person, &r));
    CHECK(record_hidden(c, &r));
    REFUSED(c, ERR_INPUT, access_open(c, k.dossier, STR("contact"), STR("   ")));
    REFUSED(c, ERR_INPUT, access_open(c, k.dossier, STR(""), STR("Llamar a la familia")));
    CHECK(!access_opened(c, k.dossier, &until));
    OK(c, access_events(c, k.dossier, 10, &line, &n));
    CHECK_EQ(n, 0);
    OK(c, access_open(c, k.dossier, STR("contact"), STR("Llamar a la familia")));
    OK(c, access_events(c, k.dossier, 10, &line, &n));
    CHECK_EQ(n, 1);
    CHECK_STR(line[0].what, "open");
    CHECK_STR(line[0].detail, "contact: Llamar a la familia");
    CHECK(access_opened(c, k.dossier, &until));
    CHECK_EQ(until, c->now_us + 10 * MINUTE);
    CHECK(shows(t, h, k.person, "a/first_name"));
    CHECK(shows(t, h, k.person, "a/unheard_of"));
    OK(c, access_record(c, k.person, &r));
    CHECK(!record_hidden(c, &r));
    struct case_of other = make_case(t, h, "codeni-filadelfia", "");
    CHECK(!shows(t, h, other.person, "a/first_name"));  /* of that dossier only */
    c->now_us += 10 * MINUTE - 1;
    CHECK(shows(t, h, k.person, "a/first_name"));
    c->now_us += 1;
    CHECK(!shows(t, h, k.person, "a/first_name"));      /* ten minutes */
    OK(c, access_open(c, k.dossier, STR("contact"), STR("Llamar otra vez")));
    access_close(c, k.dossier);
    CHECK(!shows(t, h, k.person, "a/first_name"));
    OK(c, access_open(c, k.dossier, STR("contact"), STR("Llamar otra vez")));
    const struct officer *who = c->who;
    session_lock(c);
    c->who = NULL;
    REFUSED(c, ERR_DENIED, session_resume(c, token));
    OK(c, session_unlock(c, token, STR(HOUSE_PASSWORD)));
    c->who = NULL;
    OK(c, session_resume(c, token));
    CHECK(!shows(t, h, k.person, "a/first_name"));      /* the lock closed it */
    (void)who;
    REFUSED(c, ERR_NOT_FOUND, access_open(c, dossier_for(t, h, "protection", "office-a", LEVEL_WRITE, "own", 0, ""),
                                          STR("contact"), STR("No es de ella")));
    /* More open at once than fit: the last opened is open, and none by mistake. */
    struct case_of many[10];
    size_t open = 0;
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        many[i] = make_case(t, h, "codeni-filadelfia", "");
        OK(c, access_open(c, many[i].dossier, STR("contact"), STR("Llamar")));
        CHECK(shows(t, h, many[i].person, "a/first_name"));
    }
    for (size_t i = 0; i < COUNT_OF(many); i++)
        open += access_opened(c, many[i].dossier, &until);
    CHECK(open <= 8);
    CHECK(!shows(t, h, other.person, "a/first_name"));
    session_end(c, token);
}

/* Sealed places need an opening and the role; password hashes nobody sees. */
static void sealed_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    const struct pack *p = c->node->pack;
    static const char *const kinds[] = { "safety_assessment", "care_plan", "person", "signal", "visit", "need", "referral" };
    const char *kind = NULL;
    struct str field = { 0 };
    for (size_t i = 0; i < COUNT_OF(kinds) && !kind; i++) {
        const struct form *f = pack_form(p, str_c(kinds[i]));
        for (size_t j = 0; f && j < form_count(f) && !kind; j++)
            if (form_is_leaf(form_field(f, j)) && form_field(f, j)->sensitivity == FORM_SEALED) {
                kind = kinds[i];
                field = form_field(f, j)->path;
            }
    }
    CHECK(kind);                                        /* the pack seals places of safety */
    if (!kind)
        return;
    struct str stored = str_join(&c->mem, STR("a/"), field);
    CHECK_EQ(access_sensitivity(c, str_c(kind), stored), SENS_SEALED);
    static const char *const office[] = { "codeni-filadelfia", "mtess-filadelfia" };   /* protection; labour */
    for (size_t i = 0; i < COUNT_OF(office); i++) {
        struct draft *d;
        struct record r;
        struct str token = sign_in(t, h, office[i]);
        OK(c, draft_begin(c, STR("test"), "test.sealed", &d));
        struct str dossier = dossier_new(d, "protection", (struct str){ 0 }), id = record_new(d);
        draft_in(d, dossier);
        draft_set_field(d, str_c(kind), id, stored, STR("Casa inventada"));
        draft_set(d, kind, id, "case", STR("case-1"));
        (void)grant_add(c, d, dossier, str_c(office[i]), LEVEL_WRITE, "own", 0, (struct str){ 0 });
        OK(c, draft_commit(c, d));
        OK(c, access_record(c, id, &r));
        CHECK(!record_get(&r, arena_z(&c->mem, stored)).n);
        OK(c, access_open(c, dossier, STR("safety"), STR("Traslado de esta noche")));
        OK(c, access_record(c, id, &r));
        CHECK_EQ(record_get(&r, arena_z(&c->mem, stored)).n > 0, i == 0);
        CHECK_EQ(record_hidden(c, &r), i == 1);
        session_end(c, token);
    }
    /* The directory is open to every officer; its secrets are not. */
    struct officer_row *row;
    struct record me;
    size_t n;
    as(t, h, "codeni-filadelfia");
    OK(c, officer_list(c, STR("mtess-filadelfia"), &row, &n));
    CHECK(n);
    OK(c, access_record(c, row[0].id, &me));
    CHECK(record_get(&me, "name").n);
    CHECK(!record_get(&me, "password").n);
    CHECK(!record_get(&me, "totp").n);
}

/* ---- sessions ------------------------------------------------------------------------------ */

static enum err try_in(struct ctx *c, const char *login, const char *password, const char *code, const char *peer,
                       struct fault *why)
{
    struct str token;
    c->who = NULL;
    enum err e = session_begin(c, str_c(login), str_c(password), str_c(code), str_c(peer), &token);
    *why = c->fault;
    c->fault = (struct fault){ 0 };
    return e;
}

static void sign_in__on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct fault wrong, unknown, off, wait;
    as(t, h, "codeni-filadelfia");
    as(t, h, "mtess-filadelfia");
    CHECK_EQ(try_in(c, "codeni-filadelfia", "otra-palabra", "", "p1", &wrong), ERR_DENIED);
    CHECK_EQ(try_in(c, "nadie-aqui", "otra-palabra", "", "p2", &unknown), ERR_DENIED);
    OK(c, officer_disable(c, STR("mtess-filadelfia"), true));
    CHECK_EQ(try_in(c, "mtess-filadelfia", HOUSE_PASSWORD, "", "p3", &off), ERR_DENIED);
    CHECK(!strcmp(wrong.key, unknown.key) && !strcmp(wrong.detail, unknown.detail));
    CHECK(!strcmp(wrong.key, off.key) && !strcmp(wrong.detail, off.detail));
    OK(c, officer_disable(c, STR("mtess-filadelfia"), false));
    CHECK_EQ(try_in(c, "mtess-filadelfia", HOUSE_PASSWORD, "", "p3", &off), ERR_OK);
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p1", &off), ERR_OK);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(try_in(c, "codeni-filadelfia", "otra-palabra", "", "p4", &wrong), ERR_DENIED);
    for (int i = 0; i < 9; i++)                         /* right, too soon; asking again makes it no longer */
        CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p4", &wait), ERR_DENIED);
    CHECK(!strcmp(wrong.key, wait.key));
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p5", &wait), ERR_OK);  /* a stranger keeps nobody out */
    c->now_us += 31 * US_PER_S;
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p4", &wait), ERR_OK);
    for (int i = 0; i < 30; i++) {                      /* many names from one place */
        const char name[] = { 'n', (char)('a' + i % 26), (char)('a' + i / 26), 0 };
        CHECK_EQ(try_in(c, name, "otra-palabra", "", "p6", &wrong), ERR_DENIED);
    }
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p6", &wait), ERR_DENIED);
    struct str id, secret;
    c->who = officer_machine(c);
    struct officer_new o = { .login = STR("codeni-filadelfia"), .name = STR("Otra"), .office = STR("x"), .agency = STR("x"),
        .territory = STR("PY"), .roles = STR("codeni"), .lang = STR("es"), .password = STR(HOUSE_PASSWORD) };
    REFUSED(c, ERR_CONFLICT, officer_add(c, &o, &id, &secret));
    o.login = STR("Mayúscula");
    REFUSED(c, ERR_INPUT, officer_add(c, &o, &id, &secret));
    o.login = STR("corta");
    o.password = STR("siete77");
    REFUSED(c, ERR_INPUT, officer_add(c, &o, &id, &secret));
}

/* Whatever strangers ask without signing in, however many they are, keeps no officer out. */
static void rates_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct fault why;
    as(t, h, "codeni-filadelfia");
    for (unsigned i = 0; i < 16000; i++) {
        const char peer[] = { 's', (char)('a' + i % 26), (char)('a' + i / 26 % 26), (char)('a' + i / 676), 0 };
        for (int k = 0; k < 8; k++)
            (void)access_rate(c, "check", str_c(peer), 60);
    }
    CHECK_EQ(try_in(c, "codeni-filadelfia", HOUSE_PASSWORD, "", "p8", &why), ERR_OK);
    CHECK(access_rate(c, "check", STR("p9"), 1000));
    CHECK(!access_rate(c, "check", STR("p9"), 1));
}

static void resume(struct t *t, struct house_t *h, struct str token, enum err want, const char *key)
{
    struct ctx *c = &h->c;
    c->who = NULL;
    enum err e = session_resume(c, token);
    CHECK_EQ(e, want);
    if (key)
        CHECK(c->fault.key && !strcmp(c->fault.key, key));
    c->fault = (struct fault){ 0 };
}

static void session_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str token = sign_in(t, h, "codeni-filadelfia"), path;
    int64_t start = c->now_us;
    CHECK(c->who && pack_has_word(c->who->roles, STR("protection")));      /* capabilities follow the role */
    c->now_us += 10 * MINUTE;
    resume(t, h, token, ERR_OK, NULL);
    c->now_us += 10 * MINUTE + 1;
    resume(t, h, token, ERR_DENIED, "access.locked");   /* left alone */
    CHECK(c->who);
    session_keep(c, STR("/case/x/note/new"), STR("a/text=Borrador"));
    REFUSED(c, ERR_DENIED, session_unlock(c, token, STR("otra-palabra")));
    resume(t, h, token, ERR_DENIED, "access.locked");
    OK(c, session_unlock(c, token, STR(HOUSE_PASSWORD)));
    resume(t, h, token, ERR_OK, NULL);
    CHECK_STR(session_kept(c, &path), "a/text=Borrador");
    CHECK_STR(path, "/case/x/note/new");
    REFUSED(c, ERR_DENIED, session_unlock(c, STR("0000"), STR(HOUSE_PASSWORD)));
    resume(t, h, STR("0000"), ERR_DENIED, "access.sign-in");
    resume(t, h, (struct str){ 0 }, ERR_DENIED, "access.sign-in");
    while (c->now_us <= start + 12 * HOUR - 9 * MINUTE) {
        c->now_us += 9 * MINUTE;
        resume(t, h, token, ERR_OK, NULL);
    }
    c->now_us = start + 12 * HOUR + 1;                  /* busy all day long, over all the same */
    resume(t, h, token, ERR_DENIED, "access.sign-in");
    token = sign_in(t, h, "codeni-filadelfia");
    session_end(c, token);
    resume(t, h, token, ERR_DENIED, "access.sign-in");
    token = sign_in(t, h, "codeni-filadelfia");
    OK(c, officer_set_password(c, STR("codeni-filadelfia"), STR("palabra-nueva")));
    resume(t, h, token, ERR_DENIED, "access.sign-in");
    OK(c, officer_set_password(c, STR("codeni-filadelfia"), STR(HOUSE_PASSWORD)));
    token = sign_in(t, h, "codeni-filadelfia");
    OK(c, officer_disable(c, STR("codeni-filadelfia"), true));
    resume(t, h, token, ERR_DENIED, "access.sign-in");
}

static struct str from_base32(struct ctx *c, struct str s)
{
    struct buf b;
    unsigned acc = 0;
    int bits = 0;
    buf_init(&b, &c->mem, 64);
    for (size_t i = 0; i < s.n; i++) {
        acc = acc << 5 | (unsigned)(s.p[i] >= 'A' ? s.p[i] - 'A' : s.p[i] - '2' + 26);
        bits += 5;
        if (bits >= 8)
            buf_char(&b, (char)(acc >> (bits -= 8) & 255));
    }
    return buf_str(&b);
}

static void totp_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct str id, shown;
    struct fault why;
    char code[9];
    c->who = officer_machine(c);
    OK(c, officer_add(c, &(struct officer_new){ .login = STR("con-codigo"), .name = STR("Oficial Inventada"),
        .office = STR("codeni-filadelfia"), .agency = STR("codeni"), .territory = STR("PY-19"), .roles = STR("codeni"),
        .lang = STR("es"), .password = STR(HOUSE_PASSWORD), .totp = true }, &id, &shown));
    struct str secret = from_base32(c, shown);
    CHECK_EQ(secret.n, 20);
    totp_code(secret, c->now_us / US_PER_S / 30, 6, code);
    CHECK_EQ(try_in(c, "con-codigo", HOUSE_PASSWORD, "", "q1", &why), ERR_DENIED);
    CHECK_EQ(try_in(c, "con-codigo", "otra-palabra", code, "q2", &why), ERR_DENIED);
    CHECK_EQ(try_in(c, "con-codigo", HOUSE_PASSWORD, code, "q3", &why), ERR_OK);
    CHECK_EQ(try_in(c, "con-codigo", HOUSE_PASSWORD, code, "q4", &why), ERR_DENIED);     /* not twice */
    c->now_us += 30 * US_PER_S;
    totp_code(secret, c->now_us / US_PER_S / 30, 6, code);
    CHECK_EQ(try_in(c, "con-codigo", HOUSE_PASSWORD, code, "q5", &why), ERR_OK);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM officer WHERE totp = $1", ARGS(TEXT(shown))), 0);  /* sealed */
}

static void tokens_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    c->who = NULL;
    struct str nobody = form_token(c);
    CHECK(nobody.n >= 32 && form_token_ok(c, nobody));
    CHECK(!form_token_ok(c, (struct str){ 0 }));
    CHECK(!form_token_ok(c, STR("00000000000000000000000000000000")));
    c->now_us += 5 * HOUR;
    CHECK(form_token_ok(c, nobody));
    c->now_us += HOUR;
    CHECK(!form_token_ok(c, nobody));
    nobody = form_token(c);
    (void)sign_in(t, h, "codeni-filadelfia");
    struct str mine = form_token(c);
    const struct officer *first = c->who;
    CHECK(form_token_ok(c, mine));
    CHECK(!form_token_ok(c, nobody));                   /* of the public page, not of this session */
    (void)sign_in(t, h, "mtess-filadelfia");
    CHECK(!form_token_ok(c, mine));                     /* of another session */
    c->who = first;
    c->now_us += 11 * HOUR;
    CHECK(form_token_ok(c, mine));                      /* as long as the session */
    c->who = NULL;
    CHECK(!form_token_ok(c, mine));
}

/* ---- less never opens more ---------------------------------------------------------------------- */

enum { DOSSIERS = 4 };
struct world { struct case_of k[DOSSIERS]; };
struct view { bool verb[80][DOSSIERS], field[DOSSIERS][8]; };

static void look(struct t *t, struct house_t *h, const struct world *w, struct view *v)
{
    static const char *const fields[] = { "a/first_name", "a/age_years", "a/code", "a/unheard_of", "case" };
    memset(v, 0, sizeof *v);
    for (size_t k = 0; k < DOSSIERS; k++) {
        for (size_t i = 0; i < verbs_n && i < COUNT_OF(v->verb); i++)
            if (verbs[i].level != LEVEL_NONE || k == 0)
                v->verb[i][k] = access_may(&h->c, verbs[i].name, w->k[k].dossier);
        for (size_t i = 0; i < COUNT_OF(fields); i++)
            v->field[k][i] = shows(t, h, w->k[k].person, fields[i]);
        v->field[k][5] = shows(t, h, w->k[k].note, "case");
    }
}

static bool widened(const struct view *a, const struct view *b)
{
    for (size_t k = 0; k < DOSSIERS; k++) {
        for (size_t i = 0; i < COUNT_OF(a->verb); i++)
            if (b->verb[i][k] && !a->verb[i][k])
                return true;
        for (size_t i = 0; i < COUNT_OF(a->field[k]); i++)
            if (b->field[k][i] && !a->field[k][i])
                return true;
    }
    return false;
}

static unsigned roll(uint64_t *s, unsigned n)
{
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*s >> 33) % n;
}

static void random_grant(struct t *t, struct house_t *h, const struct world *w, uint64_t *s)
{
    static const char *const offices[] = { "codeni-filadelfia", "codeni-filadelfia", "mtess-filadelfia", "" };
    static const char *const basis[] = { "own", "duty", "referral" };
    static const char *const fields[] = { "", "", "person", "note", "person note" };
    struct ctx *c = &h->c;
    struct draft *d;
    struct str dossier = w->k[roll(s, DOSSIERS)].dossier;
    OK(c, draft_begin(c, STR("test"), "test.grant", &d));
    struct str id = grant_add(c, d, dossier, str_c(offices[roll(s, 4)]), roll(s, 2) ? LEVEL_WRITE : LEVEL_READ,
        basis[roll(s, 3)], roll(s, 3) ? 0 : c->now_us + (int64_t)roll(s, 20) * MINUTE, str_c(fields[roll(s, 5)]));
    if (roll(s, 3) == 0)
        draft_set(d, "access_grant", id, "officer", c->who->id);
    OK(c, draft_commit(c, d));
}

/* One thing less: a grant, a role, an opening, or time passes. */
static void take_away(struct t *t, struct house_t *h, const struct world *w, struct officer *who, uint64_t *s)
{
    struct ctx *c = &h->c;
    AUTO_ROWS r = { 0 };
    struct str dossier = w->k[roll(s, DOSSIERS)].dossier, id = { 0 }, rest = who->roles, first;
    switch (roll(s, 4)) {
    case 0:
        OK(c, db_query(c, &r, "SELECT id FROM access_grant WHERE dossier = $1 ORDER BY id LIMIT 1", ARGS(TEXT(dossier))));
        if (rows_next(&r))
            id = row_str(&r, 0);
        OK(c, rows_end(&r));
        if (id.n) {
            struct draft *d;
            OK(c, draft_begin(c, STR("test"), "test.less", &d));
            draft_in(d, dossier);
            draft_set(d, "access_grant", id, "withdrawn", STR("yes"));
            OK(c, draft_commit(c, d));
        }
        return;
    case 1:
        if (str_next(&rest, ' ', &first))
            who->roles = rest;
        return;
    case 2:
        access_close(c, dossier);
        return;
    default:
        c->now_us += (int64_t)roll(s, 6) * MINUTE;
    }
}

static void less_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    uint64_t s = 2026;
    size_t seen = 0;
    (void)sign_in(t, h, "mtess-filadelfia");
    (void)sign_in(t, h, "codeni-filadelfia");
    struct officer who = *c->who;
    struct world w;
    struct view *a = NEW(&c->mem, struct view), *b = NEW(&c->mem, struct view);
    for (size_t k = 0; k < DOSSIERS; k++)
        w.k[k] = make_case(t, h, "no-office", "");
    c->who = &who;
    for (int round = 0; round < 12; round++) {
        static const char *const sets[] = { "protection intake labour", "service coordination prosecution protection",
            "court defence admin", "labour investigation intake" };
        who.roles = str_c(sets[roll(&s, 4)]);
        for (int i = 0; i < 4; i++)
            random_grant(t, h, &w, &s);
        for (size_t k = 0; k < DOSSIERS; k++)
            if (roll(&s, 2) && access_open(c, w.k[k].dossier, STR("contact"), STR("Prueba")) != ERR_OK)
                c->fault = (struct fault){ 0 };
        look(t, h, &w, a);
        for (size_t k = 0; k < DOSSIERS; k++)
            seen += a->field[k][0];
        for (int step = 0; step < 8; step++) {
            take_away(t, h, &w, &who, &s);
            look(t, h, &w, b);
            CHECK(!widened(a, b));
            struct view *x = a;
            a = b;
            b = x;
        }
    }
    CHECK(seen > 0);                                    /* there was something to lose */
    c->who = NULL;
}

/* ---- on both engines ------------------------------------------------------------------------------ */

static void both(struct t *t, void (*run)(struct t *t, struct house_t *h))
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        if (house_fresh(t, &h, pg))
            run(t, &h);
        CHECK(!h.c.mem.failed);
        house_end(&h);
    }
}
#define BOTH(name) static void name(struct t *t) { both(t, name##_on); }
BOTH(grants) BOTH(not_yours) BOTH(break_glass) BOTH(kinds_filter) BOTH(redaction) BOTH(sealed) BOTH(sign_in_) BOTH(rates)
BOTH(session) BOTH(totp) BOTH(tokens) BOTH(less)

static const struct t_case cases[] = {
    { "the matrix is what docs/access-matrix.md says", matrix },
    { "what nobody may ever", never },
    { "grants: own, lent until a date, withdrawn", grants },
    { "not yours looks like not there", not_yours },
    { "broken glass: one hour, one officer, told", break_glass },
    { "a grant for some kinds shows only those", kinds_filter },
    { "identity shows after an opening, for ten minutes", redaction },
    { "sealed places need the role too; secrets nobody sees", sealed },
    { "wrong name, password or code answer the same; tries are slowed", sign_in_ },
    { "questions of strangers keep no officer out", rates },
    { "sessions lock, unlock, end, and die with the officer", session },
    { "a code works once", totp },
    { "form tokens belong to their session", tokens },
    { "taking anything away never opens anything", less },
};
T_MAIN(cases)
