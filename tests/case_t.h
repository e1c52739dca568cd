/* case_t.h - for tests: signals, cases and a person of two offices, and their forms
 * sent as a browser would. */
#ifndef CASE_T_H
#define CASE_T_H

#include "web_t.h"

#include "kinds/kinds.h"
#include "signal/signal.h"
#include "work/work.h"

#define HERE "codeni-filadelfia"
#define THERE "codeni-villarrica"

static inline struct str signal_at(struct t *t, struct house_t *h, const char *territory, const char *office)
{
    struct ctx *c = &h->c;
    struct answers a = { 0 };
    struct str receipt, id = { 0 };
    struct draft *d;
    c->who = NULL;
    (void)answers_put(&c->mem, &a, STR("what"), STR("Aviso inventado"));
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a,
        .territory = str_c(territory) }, &receipt, &id));
    struct str dossier = one_value(h, "SELECT dossier FROM signal_row WHERE id = $1", id);
    as(t, h, office);
    OK(c, draft_begin(c, id, "test.give", &d));
    draft_in(d, dossier);
    (void)grant_add(c, d, dossier, str_c(office), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    return id;
}

static inline struct work_case case_at(struct t *t, struct house_t *h, const char *territory, const char *office)
{
    struct ctx *c = &h->c;
    struct work_case k = { 0 };
    struct str id = { 0 }, signal = signal_at(t, h, territory, office);
    OK(c, signal_open_case(c, signal, &(struct signal_case){ .title = STR("adolescente, casa particular"),
        .procedure = c->node->pack->procedures[0].id, .cl = true }, &id));
    OK(c, work_case(c, id, &k));
    return k;
}

static inline struct str person_as(struct t *t, struct house_t *h, const struct work_case *k, const char *code, const char *role)
{
    const char *const v[][2] = { { "first_name", "Ysapy" }, { "second_name", "Inventada Prueba" },
        { "birthdate", "2012-04-05" }, { "mother_name", "Arami Prueba" }, { "sex", "female" }, { "role", role },
        { "identity_number", "0000001" } };
    struct answers a = { 0 };
    struct str id = { 0 };
    (void)answers_put(&h->c.mem, &a, STR("code"), str_c(code));
    for (size_t i = 0; i < COUNT_OF(v); i++)
        (void)answers_put(&h->c.mem, &a, str_c(v[i][0]), str_c(v[i][1]));
    OK(&h->c, kind_save(&h->c, k, kind_find(STR("person")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
    return id;
}

static inline struct str person_in(struct t *t, struct house_t *h, const struct work_case *k, const char *code)
{
    return person_as(t, h, k, code, "affected");
}

/* Send a form with its token; the status. */
static inline int post(struct t *t, struct house_t *h, struct str token, struct str path, const char *name, const char *value)
{
    struct got g;
    h->c.who = NULL;
    OK(&h->c, session_resume(&h->c, token));
    const struct sent form[] = { { STR("token"), form_token(&h->c) }, { str_c(name), str_c(value) } };
    web_ask(h, token, POST, path, form, 2, &g);
    int status = g.rs.status;
    got_end(&g);
    h->c.who = NULL;
    return status;
}

static inline bool page_holds(struct t *t, struct house_t *h, struct str token, struct str path, struct str what)
{
    struct got g;
    web_ask(h, token, GET, path, NULL, 0, &g);
    CHECK_EQ(g.rs.status, 200);
    bool yes = holds(g.body, what);
    got_end(&g);
    return yes;
}

static inline int64_t ledger_size(struct house_t *h)
{
    int64_t changes = 0, folded = 0;
    return ledger_last(&h->c, &changes, &folded) == ERR_OK ? changes : -1;
}

#define PATH(...) str_join(&h->c.mem, __VA_ARGS__)

#endif
