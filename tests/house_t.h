/* house_t.h - for tests: a whole house (pack, procedures, words, ledger) on either
 * engine, with time in the test's hand and an officer for any office.
 *
 *     for (int pg = 0; pg < engines(); pg++) {
 *         struct house_t h;
 *         if (house_fresh(t, &h, pg)) { as(t, &h, "codeni-filadelfia"); ... }
 *         house_end(&h);
 *     }
 */
#ifndef HOUSE_T_H
#define HOUSE_T_H

#include "access/access.h"
#include "base/node.h"
#include "db_t.h"
#include "pack/pack.h"
#include "web/open.h"

#define HOUSE_PASSWORD "palabra-larga"
#define HOUR (INT64_C(3600) * US_PER_S)
#define MINUTE (INT64_C(60) * US_PER_S)

struct house_t {
    struct node_t place;            /* its folder, its schema; its own ctx is not used */
    struct ctx c;
    struct house *house;
    struct node_config cfg;
};

static inline bool house_reopen(struct t *t, struct house_t *h)
{
    h->house = NULL;
    OK(&h->c, house_open(&h->c, &h->cfg, &h->house));
    h->cfg.create = false;
    return h->house != NULL;
}

/* Monday 2 March 2026, 09:00 in Asunción (UTC-3). */
#define HOUSE_START (INT64_C(1772452800) * US_PER_S)

static inline bool house_fresh(struct t *t, struct house_t *h, bool pg)
{
    memset(h, 0, sizeof *h);
    node_place(&h->place, pg);
    ctx_init(&h->c, 512 << 20);
    h->cfg = (struct node_config){ .data = str_c(h->place.dir), .db = pg ? str_c(h->place.url) : (struct str){ 0 },
        .pack = STR("packs/py"), .quick = true, .create = true };
    bool ok = house_reopen(t, h);
    h->c.now_us = HOUSE_START;
    h->c.lang = STR("es");
    return ok;
}

static inline void house_end(struct house_t *h)
{
    house_close(&h->c, h->house);
    ctx_done(&h->c);
    node_remove(&h->place);
    ctx_done(&h->place.c);
}

/* Act as the (first) officer of an office; she is made when there is none.
 * NULL: nobody. */
static inline void as(struct t *t, struct house_t *h, const char *office)
{
    struct ctx *c = &h->c;
    struct officer_row *row;
    struct str id, secret;
    size_t n = 0;
    c->who = NULL;
    if (!office)
        return;
    OK(c, officer_list(c, str_c(office), &row, &n));
    if (!n) {
        const struct office *o = pack_office(c->node->pack, str_c(office));
        CHECK(o);
        c->who = officer_machine(c);
        OK(c, officer_add(c, &(struct officer_new){ .login = str_c(office), .name = STR("Oficial Inventada"),
            .office = o->id, .agency = o->agency, .territory = o->territory, .roles = o->roles, .lang = STR("es"),
            .password = STR(HOUSE_PASSWORD) }, &id, &secret));
        OK(c, officer_list(c, str_c(office), &row, &n));
    }
    struct officer *who = NEW(&c->mem, struct officer);
    *who = (struct officer){ .id = row[0].id, .name = row[0].name, .office = row[0].office,
        .agency = row[0].agency, .territory = row[0].territory, .roles = row[0].roles };
    c->who = who;
}

/* An error that must come: cleared, so that the next call starts fresh. */
#define REFUSED(c, want, expr) do { enum err e_ = (expr); if (e_ != (want)) { t->bad++; \
    printf("# %s:%d: %s gives %s (%s %s), want %s\n", __FILE__, __LINE__, #expr, err_name(e_), \
           (c)->fault.key ? (c)->fault.key : "-", (c)->fault.detail, err_name(want)); } \
    (c)->fault = (struct fault){ 0 }; } while (0)

/* The same in a fresh house on each engine; what is refused on purpose is not logged.
 *     static void story_on(struct t *t, struct house_t *h) { ... }
 *     ON_ENGINES(story)         makes story(t) */
static inline void on_engines(struct t *t, void (*run)(struct t *t, struct house_t *h))
{
    log_from = LOG_ERROR + 1;
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        if (house_fresh(t, &h, pg))
            run(t, &h);
        CHECK(!h.c.mem.failed);
        house_end(&h);
    }
}
#define ON_ENGINES(name) static void name(struct t *t) { on_engines(t, name##_on); }

/* One number from the tables, straight. */
#define COUNT_ROWS(h, sql, ...) __extension__ ({ AUTO_ROWS r_ = { 0 }; \
    bool got_ = db_query(&(h)->c, &r_, sql, __VA_ARGS__) == ERR_OK && rows_next(&r_); \
    got_ ? row_i64(&r_, 0) : -1; })

#endif
