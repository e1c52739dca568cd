/* access_t.h - for tests of rights: an officer without an account, a dossier granted to
 * an office, a small case, and what she may and sees. */
#ifndef ACCESS_T_H
#define ACCESS_T_H

#include "house_t.h"

static inline struct officer somebody(const char *id, const char *office, const char *has)
{
    return (struct officer){ .id = str_c(id), .name = STR("Oficial Inventada"), .office = str_c(office),
        .agency = STR("agency"), .territory = STR("PY-19"), .roles = str_c(has) };
}

/* A dossier of a kind, granted to an office at a level; its id. */
static inline struct str dossier_for(struct t *t, struct house_t *h, const char *kind, const char *office,
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

static inline bool may(struct t *t, struct ctx *c, const char *verb, struct str dossier)
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

struct case_of { struct str dossier, person, note, sealed; };

static inline struct case_of make_case(struct t *t, struct house_t *h, const char *office, const char *fields)
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

static inline bool shows(struct t *t, struct house_t *h, struct str id, const char *field)
{
    struct record r;
    enum err e = access_record(&h->c, id, &r);
    CHECK(e == ERR_OK || e == ERR_NOT_FOUND);
    h->c.fault = (struct fault){ 0 };
    return e == ERR_OK && record_get(&r, field).n;
}

/* Sign in for real: openings belong to a session. */
static inline struct str sign_in(struct t *t, struct house_t *h, const char *office)
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

static inline void drop_grants(struct t *t, struct house_t *h, struct str dossier, const char *office, const char *basis)
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

#endif
