/* test_web.c - every route of every desk, asked by everybody, on a small demo:
 * who is not signed in gets nothing, a form without its token does nothing,
 * what is unknown is not found, nothing answers 500, and no page shows what
 * has not been opened. */
#include "web_t.h"

#include "demo/demo.h"
#include "kinds/kinds.h"
#include "web/desks.h"
#include "work/work.h"

#define MARK "XQZ"              /* in every identity and sealed field of one case */
#define UNKNOWN "00000000000000000000000000"

static const char *const logins[] = { "codeni-filadelfia", "mtess-filadelfia", "minna-central", "fiscalia-filadelfia",
    "secretaria-filadelfia", "juzgado-penal-filadelfia", "defensa-filadelfia", "admin" };

struct party { struct house_t h; struct str token[COUNT_OF(logins)]; struct str marked; bool up; };

/* ---- the demo, and one case where every identity says MARK --------------------------------- */

static void mark_kind(struct ctx *c, struct draft *d, const char *kind, struct str id)
{
    const struct form *f = pack_form(c->node->pack, str_c(kind));
    for (size_t i = 0; f && i < form_count(f); i++) {
        const struct form_field *x = form_field(f, i);
        if (form_is_leaf(x) && x->sensitivity >= FORM_IDENTITY)
            draft_set_field(d, str_c(kind), id, str_join(&c->mem, STR("a/"), x->path),
                            str_join(&c->mem, STR(MARK " "), x->path));
        else if (form_is_leaf(x) && x->required.n && x->type == FORM_TEXT)
            draft_set_field(d, str_c(kind), id, str_join(&c->mem, STR("a/"), x->path), STR("Texto inventado"));
    }
}

static void mark_case(struct t *t, struct party *p)
{
    struct ctx *c = &p->h.c;
    struct work_case k;
    struct draft *d;
    p->marked = one_value(&p->h, "SELECT id FROM case_row WHERE office = $1 ORDER BY id LIMIT 1", STR("codeni-filadelfia"));
    CHECK(p->marked.n);
    OK(c, work_case(c, p->marked, &k));
    c->who = officer_machine(c);
    OK(c, draft_begin(c, k.id, "test.mark", &d));
    for (const struct kind_use *u = kind_uses; u->kind; u++) {
        struct str id = record_new(d);
        draft_in(d, u->slot == SLOT_JUSTICE ? k.justice : k.protection);
        draft_set(d, u->kind, id, "case", k.id);
        draft_set(d, u->kind, id, "by", STR("machine"));
        draft_set_i64(d, u->kind, id, "at", c->now_us);
        mark_kind(c, d, u->kind, id);
    }
    struct str signal = one_value(&p->h, "SELECT id FROM signal_row WHERE case_id = $1 LIMIT 1", k.id);
    draft_in(d, one_value(&p->h, "SELECT dossier FROM signal_row WHERE id = $1", signal));
    mark_kind(c, d, "signal", signal);
    work_grant(c, d, &k, STR("prosecutor"), STR("fiscalia-filadelfia"));
    work_grant(c, d, &k, STR("labour_inspector"), STR("mtess-filadelfia"));
    work_grant(c, d, &k, STR("court"), STR("juzgado-penal-filadelfia"));
    work_grant(c, d, &k, STR("defender"), STR("defensa-filadelfia"));
    OK(c, draft_commit(c, d));
    c->who = NULL;
}

static struct party *party(struct t *t)
{
    static struct party p;      /* filled once, by the first case; ended by the last */
    struct ctx *c = &p.h.c;
    if (p.up)
        return &p;
    p.up = house_fresh(t, &p.h, false);
    c->now_us = clock_now_us();
    OK(c, demo_fill(c, &(struct demo_config){ .seed = 11, .cases = 10, .signals = 16, .quiet = true }));
    mark_case(t, &p);
    for (size_t i = 0; i < COUNT_OF(logins); i++) {
        c->who = NULL;
        OK(c, session_begin(c, str_c(logins[i]), STR("amparo-demo"), (struct str){ 0 }, STR("peer-ok"), &p.token[i]));
    }
    c->who = NULL;
    return &p;
}

/* ---- paths of a route -------------------------------------------------------------------- */

/* What may stand for each ":name" of a route, by what comes before it. */
static size_t stand_ins(struct party *p, struct str before, struct str name, struct str found[8], struct str out[24])
{
    size_t n = 0;
    AUTO_ROWS r = { 0 };
    enum err e = ERR_OK;
    struct ctx *c = &p->h.c;
    struct str slash = before;
    if (str_is(name, "code"))
        out[n++] = one_value(&p->h, "SELECT code FROM case_row WHERE id = $1", p->marked);
    else if (str_is(name, "kind"))
        for (const struct kind_use *u = kind_uses; u->kind && n < 24; u++)
            out[n++] = str_c(u->kind);
    else if (str_starts(slash, STR("/case/")) && str_is(name, "record"))
        e = db_query(c, &r, "SELECT id FROM kind_row WHERE case_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 2", ARGS(TEXT(found[0]), TEXT(found[1].n ? found[1] : STR("evidence"))));
    else if (str_eq(slash, STR("/case/")))
        e = db_query(c, &r, "SELECT id FROM case_row ORDER BY id = $1 DESC, id LIMIT 2", ARGS(TEXT(p->marked)));
    else if (str_eq(slash, STR("/signal/")))
        e = db_query(c, &r, "SELECT id FROM signal_row ORDER BY case_id = $1 DESC, id LIMIT 8", ARGS(TEXT(p->marked)));
    else if (str_eq(slash, STR("/step/")))
        e = db_query(c, &r, "SELECT id FROM obligation ORDER BY case_id = $1 DESC, state, id LIMIT 12", ARGS(TEXT(p->marked)));
    else if (str_eq(slash, STR("/referral/")))
        e = db_query(c, &r, "SELECT id FROM referral_row ORDER BY id LIMIT 6", NO_ARGS);
    else if (str_eq(slash, STR("/dossier/")))
        e = db_query(c, &r, "SELECT id FROM dossier ORDER BY root = $1 DESC, id LIMIT 8", ARGS(TEXT(p->marked)));
    else if (str_eq(slash, STR("/office/")))
        out[n++] = STR("codeni-filadelfia");
    else if (str_eq(slash, STR("/law/")))
        out[n++] = STR("PY-L044");
    else if (str_eq(slash, STR("/law/instrument/")))
        out[n++] = STR("py-law-4788");
    while (e == ERR_OK && r.db && n < 24 && rows_next(&r))
        out[n++] = row_str(&r, 0);
    if (!n)
        out[n++] = STR(UNKNOWN);
    return n;
}

typedef void visit(struct t *t, struct party *p, const struct route *r, struct str path, void *arg);

static void expand(struct t *t, struct party *p, const struct route *r, struct str before, const char *rest,
                   struct str found[8], size_t n_found, bool unknown, visit *v, void *arg)
{
    struct ctx *c = &p->h.c;
    const char *colon = strchr(rest, ':');
    struct str out[24];
    if (!colon || n_found >= 7) {
        v(t, p, r, str_join(&c->mem, before, str_c(rest)), arg);
        return;
    }
    const char *end = strchr(colon, '/');
    end = end ? end : colon + strlen(colon);
    before = str_join(&c->mem, before, ((struct str){ rest, (size_t)(colon - rest) }));
    size_t n = unknown ? 1 : stand_ins(p, before, (struct str){ colon + 1, (size_t)(end - colon - 1) }, found, out);
    if (unknown)
        out[0] = STR(UNKNOWN);
    for (size_t i = 0; i < n; i++) {
        found[n_found] = out[i];
        found[n_found + 1] = (struct str){ 0 };
        expand(t, p, r, str_join(&c->mem, before, out[i]), end, found, n_found + 1, unknown, v, arg);
    }
}

static void each_route(struct t *t, struct party *p, bool unknown, visit *v, void *arg)
{
    for (size_t i = 0; desk_routes[i]; i++)
        for (const struct route *r = desk_routes[i]; r->path; r++) {
            struct str found[8] = { { 0 } };
            expand(t, p, r, (struct str){ 0 }, r->path, found, 0, unknown, v, arg);
        }
}

static void complain(struct t *t, const struct route *r, struct str path, const char *who, const struct got *g, const char *what)
{
    t->bad++;
    printf("# %s " STR_F " as %s: %s (status %d)\n", r->method == GET ? "GET" : "POST", STR_A(path), who, what, g->rs.status);
}

/* ---- the rows themselves -------------------------------------------------------------------- */

static void rows_are_whole(struct t *t)
{
    size_t n = 0;
    for (size_t i = 0; desk_routes[i]; i++)
        for (const struct route *r = desk_routes[i]; r->path; r++, n++) {
            CHECK(r->run && r->path[0] == '/' && r->help && *r->help);
            CHECK((r->verb != NULL) + r->open + r->any == 1);
            if (r->verb && !verb_find(r->verb)) {
                t->bad++;
                printf("# %s: no verb %s\n", r->path, r->verb);
            }
            for (size_t j = 0; j <= i; j++)
                for (const struct route *q = desk_routes[j]; q->path && q != r; q++)
                    CHECK(q->method != r->method || strcmp(q->path, r->path));
        }
    CHECK(n > 80);
    for (const struct kind_use *u = kind_uses; u->kind; u++) {
        CHECK(verb_find(u->view) && verb_find(u->edit));
        CHECK(kind_find(str_c(u->kind)) == u);
    }
}

/* ---- nobody, and forms without their token ---------------------------------------------------- */

static void as_nobody(struct t *t, struct party *p, const struct route *r, struct str path, void *arg)
{
    struct got g;
    struct sent token = { STR("token"), { 0 } };
    (void)arg;
    p->h.c.who = NULL;
    token.value = form_token(&p->h.c);          /* even with a token of the public pages */
    web_ask(&p->h, (struct str){ 0 }, r->method, path, &token, r->method == POST, &g);
    if (g.rs.status >= 500)
        complain(t, r, path, "nobody", &g, "broke");
    if (!r->open && (g.body.n || !str_starts(g.rs.location, STR("/sign-in"))))
        complain(t, r, path, "nobody", &g, "answered");
    if (holds(g.body, STR(MARK)))
        complain(t, r, path, "nobody", &g, "showed an identity");
    got_end(&g);
}

static void nobody_gets_nothing(struct t *t)
{
    each_route(t, party(t), false, as_nobody, NULL);
}

static void without_token(struct t *t, struct party *p, const struct route *r, struct str path, void *arg)
{
    static const size_t who[] = { 0, 3, 7 };
    struct sent wrong = { STR("token"), STR("00000000000000000000000000000000") };
    (void)arg;
    for (size_t i = 0; r->method == POST && i < 2 * COUNT_OF(who); i++) {
        struct got g;
        web_ask(&p->h, p->token[who[i / 2]], POST, path, &wrong, i % 2, &g);
        if (g.rs.status != 403 || g.rs.location.n)
            complain(t, r, path, logins[who[i / 2]], &g, "took a form without its token");
        got_end(&g);
    }
    struct got g;
    web_ask(&p->h, (struct str){ 0 }, POST, path, &wrong, r->method == POST, &g);
    if (r->method == POST && r->open && g.rs.status != 403)
        complain(t, r, path, "nobody", &g, "took a form without its token");
    got_end(&g);
}

static void posts_need_their_token(struct t *t)
{
    struct party *p = party(t);
    int64_t before, after, folded;
    OK(&p->h.c, ledger_last(&p->h.c, &before, &folded));
    each_route(t, p, true, without_token, NULL);
    OK(&p->h.c, ledger_last(&p->h.c, &after, &folded));
    CHECK_EQ(after, before);                            /* and nothing was written */
}

/* ---- everybody, everywhere -------------------------------------------------------------------- */

struct tally { size_t ok, refused, absent; struct str name[64]; size_t names; };

/* GET pages show names of invented persons to nobody who has not opened them. */
static void as_each(struct t *t, struct party *p, const struct route *r, struct str path, void *arg)
{
    struct tally *n = arg;
    for (size_t i = 0; r->method == GET && i < COUNT_OF(logins); i++) {
        struct got g;
        web_ask(&p->h, p->token[i], GET, path, NULL, 0, &g);
        int s = g.rs.status;
        n->ok += s == 200;
        n->refused += s == 403;
        n->absent += s == 404;
        if (s != 200 && s != 403 && s != 404 && !(g.rs.location.n && s < 400) && s != 409)
            complain(t, r, path, logins[i], &g, "unexpected");
        if (s == 200 && !g.body.n && !g.rs.location.n)
            complain(t, r, path, logins[i], &g, "empty");
        if (holds(g.body, STR(MARK)))
            complain(t, r, path, logins[i], &g, "showed an identity that is not opened");
        for (size_t k = 0; k < n->names; k++)
            if (holds(g.body, n->name[k])) {
                complain(t, r, path, logins[i], &g, "showed a name");
                printf("#   " STR_F "\n", STR_A(n->name[k]));
            }
        got_end(&g);
    }
}

/* Both family names of every demo person: officers have one only. */
static void names_of(struct t *t, struct party *p, struct tally *n)
{
    struct ctx *c = &p->h.c;
    AUTO_ROWS r = { 0 };
    OK(c, db_query(c, &r, "SELECT id FROM kind_row WHERE kind = 'person' ORDER BY id", NO_ARGS));
    while (n->names < COUNT_OF(n->name) && rows_next(&r)) {
        struct record rec;
        OK(c, record_load(c, row_str(&r, 0), &rec));
        struct str v = record_get(&rec, "a/second_name");
        if (v.n && !str_starts(v, STR(MARK)))
            n->name[n->names++] = v;
    }
    OK(c, rows_end(&r));
}

static void every_page_for_every_role(struct t *t)
{
    struct party *p = party(t);
    struct tally n = { 0 };
    names_of(t, p, &n);
    CHECK(n.names >= 5);
    each_route(t, p, false, as_each, &n);
    printf("# %zu shown, %zu refused, %zu not found, %zu names looked for\n", n.ok, n.refused, n.absent, n.names);
    CHECK(n.ok > 300 && n.refused > 50 && n.absent > 100);
}

/* The same search finds what was opened: it can fail. */
static void opened_shows(struct t *t)
{
    struct party *p = party(t);
    struct ctx *c = &p->h.c;
    struct work_case k;
    struct got g;
    OK(c, work_case(c, p->marked, &k));
    struct str page = str_join(&c->mem, STR("/case/"), k.id), open = str_join(&c->mem, STR("/dossier/"), k.protection, STR("/open"));
    c->who = NULL;
    OK(c, session_resume(c, p->token[0]));
    const struct sent form[] = { { STR("token"), form_token(c) }, { STR("purpose"), STR("contact") }, { STR("reason"), STR("Llamar a la familia") } };
    web_ask(&p->h, p->token[0], POST, open, form, 3, &g);
    CHECK_EQ(g.rs.status, 303);
    got_end(&g);
    web_ask(&p->h, p->token[0], GET, page, NULL, 0, &g);
    CHECK_EQ(g.rs.status, 200);
    CHECK(holds(g.body, STR(MARK " first_name")));
    got_end(&g);
    web_ask(&p->h, p->token[2], GET, page, NULL, 0, &g);    /* opened for her, not for others */
    CHECK(!holds(g.body, STR(MARK)));
    got_end(&g);
    web_ask(&p->h, p->token[0], POST, str_join(&c->mem, STR("/dossier/"), k.protection, STR("/close")), form, 1, &g);
    CHECK_EQ(g.rs.status, 303);
    got_end(&g);
    web_ask(&p->h, p->token[0], GET, page, NULL, 0, &g);
    CHECK(!holds(g.body, STR(MARK)));
    got_end(&g);
    c->who = NULL;
}

/* ---- pages that may be given again (route .again) ------------------------------------------------ */

static void twice_as_each(struct t *t, struct party *p, const struct route *r, struct str path, void *arg)
{
    struct reuse *reuse = p->h.c.node->reuse;
    size_t *n = arg, keys;
    for (size_t i = 0; r->again && i < COUNT_OF(logins); i++) {
        struct got g[3];
        for (size_t k = 0; k < COUNT_OF(g); k++) {
            p->h.c.node->reuse = k < 2 ? reuse : NULL;
            web_ask(&p->h, p->token[i], GET, path, NULL, 0, &g[k]);
        }
        p->h.c.node->reuse = reuse;
        if (g[0].rs.status == 200 && (!same_but_keys(g[0].body, g[1].body, &keys) || !same_but_keys(g[1].body, g[2].body, &keys)))
            complain(t, r, path, logins[i], &g[1], "is another page when it is given again");
        *n += g[1].rs.status == 200 && g[1].rs.body.n;      /* given, not made */
        for (size_t k = 0; k < COUNT_OF(g); k++)
            got_end(&g[k]);
    }
}

static void given_again_is_the_same(struct t *t)
{
    struct party *p = party(t);
    int64_t before, after, folded;
    size_t n = 0;
    OK(&p->h.c, ledger_last(&p->h.c, &before, &folded));
    each_route(t, p, false, twice_as_each, &n);
    OK(&p->h.c, ledger_last(&p->h.c, &after, &folded));
    CHECK_EQ(after, before);        /* what is read there is no event, so none is missed */
    CHECK(n > 20);
}

/* ---- what is not there -------------------------------------------------------------------------- */

static void at_unknown(struct t *t, struct party *p, const struct route *r, struct str path, void *arg)
{
    bool named = strchr(r->path, ':') && !r->open;
    (void)arg;
    for (size_t i = 0; named && i < COUNT_OF(logins); i++) {
        struct got g;
        p->h.c.who = NULL;
        OK(&p->h.c, session_resume(&p->h.c, p->token[i]));
        const struct sent form[] = { { STR("token"), form_token(&p->h.c) }, { STR("reason"), STR("Motivo inventado largo") },
            { STR("words"), STR("Palabras inventadas") }, { STR("office"), STR("codeni-filadelfia") }, { STR("purpose"), STR("contact") } };
        web_ask(&p->h, p->token[i], r->method, path, form, r->method == POST ? COUNT_OF(form) : 0, &g);
        int s = g.rs.status;
        bool gone = s == 404 || s == 403 || (r->method == POST && (s == 422 || s == 409));
        /* hiding what is not open, and what was reviewed, ask nothing */
        bool idle = r->method == POST && (!strcmp(r->path, "/dossier/:id/close"));
        if (!gone && !idle)
            complain(t, r, path, logins[i], &g, "answered for what is not there");
        got_end(&g);
    }
}

static void unknown_is_not_found(struct t *t)
{
    struct party *p = party(t);
    int64_t before, after, folded;
    OK(&p->h.c, ledger_last(&p->h.c, &before, &folded));
    each_route(t, p, true, at_unknown, NULL);
    OK(&p->h.c, ledger_last(&p->h.c, &after, &folded));
    CHECK_EQ(after, before);
}

/* ---- a locked screen ------------------------------------------------------------------------------ */

static void behind_lock(struct t *t, struct party *p, const struct route *r, struct str path, void *arg)
{
    struct got g;
    (void)arg;
    if (r->method != GET || r->open)
        return;
    web_ask(&p->h, p->token[0], GET, path, NULL, 0, &g);
    if (g.body.n || !str_starts(g.rs.location, STR("/lock")))
        complain(t, r, path, "a locked session", &g, "answered");
    got_end(&g);
}

static void locked_shows_nothing(struct t *t)
{
    struct party *p = party(t);
    p->h.c.who = NULL;
    OK(&p->h.c, session_resume(&p->h.c, p->token[0]));
    session_lock(&p->h.c);
    each_route(t, p, false, behind_lock, NULL);
    p->h.c.who = NULL;
}

static void the_ledger_stands(struct t *t)
{
    struct party *p = party(t);
    struct verify_report v;
    OK(&p->h.c, ledger_verify(&p->h.c, p->h.c.node->ledger, false, &v));
    CHECK(v.changes > 100);
    house_end(&p->h);
}

static const struct t_case cases[] = {
    { "every route is whole, every verb exists", rows_are_whole },
    { "who is not signed in gets nothing", nobody_gets_nothing },
    { "a form without its token does nothing", posts_need_their_token },
    { "a page given again is the page, and reading it writes nothing", given_again_is_the_same },
    { "every page for every role, and no name unopened", every_page_for_every_role },
    { "what is opened shows, to her alone, until hidden", opened_shows },
    { "what is not there is not found", unknown_is_not_found },
    { "a locked screen shows nothing", locked_shows_nothing },
    { "the ledger stands at the end", the_ledger_stands },
};
T_MAIN(cases)
