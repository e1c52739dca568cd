/* test_access_records.c - which records and fields an officer sees: kinds of a grant,
 * identity after an opening, sealed places; and that taking away never opens. */
#include "access_t.h"

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

ON_ENGINES(kinds_filter) ON_ENGINES(redaction) ON_ENGINES(sealed) ON_ENGINES(less)

static const struct t_case cases[] = {
    { "a grant for some kinds shows only those", kinds_filter },
    { "identity shows after an opening, for ten minutes", redaction },
    { "sealed places need the role too; secrets nobody sees", sealed },
    { "taking anything away never opens anything", less },
};
T_MAIN(cases)
