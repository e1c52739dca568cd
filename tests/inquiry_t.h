/* inquiry_t.h - for tests: three whole nodes in one program, the asker's, the
 * answering agency's and the guardian's, and a courier between them. */
#ifndef INQUIRY_T_H
#define INQUIRY_T_H

#include "inquiry/inside.h"

#include "web_t.h"

#include "signal/signal.h"

#define ASKS "codeni-filadelfia"
#define KNOWS "codeni-villarrica"

enum { A, B, G, H, NODES };                     /* H: a second guardian, where a test wants one */
struct trio { struct house_t h[NODES]; struct str node[NODES]; int n; struct str kept[64]; size_t kept_n; };

/* ---- three nodes that know each other -------------------------------------------------------- */

static inline void machine(struct house_t *h)
{
    h->c.who = officer_machine(&h->c);
}

static inline void pair_all(struct t *t, struct trio *x, int from, int to, bool guardian)
{
    static const char *const name[NODES] = { "Fiscalía de prueba", "Consejería de prueba", "Defensoría de prueba", "Segunda guardiana de prueba" };
    struct house_t *h = &x->h[from];
    struct str card = inquiry_card(&x->h[to].c);
    machine(h);
    OK(&h->c, inquiry_pair(&h->c, &(struct inquiry_pairing){ .card = card, .name = str_c(name[to]), .guardian = guardian }));
}

static inline bool nodes_fresh(struct t *t, struct trio *x, bool pg, int n)
{
    memset(x, 0, sizeof *x);
    x->n = n;
    for (int i = 0; i < n; i++) {
        if (!house_fresh(t, &x->h[i], pg))
            return false;
        x->node[i] = ledger_node_id(x->h[i].c.node->ledger);
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (i != j)
                pair_all(t, x, i, j, j >= G);
    return true;
}

static inline bool trio_fresh(struct t *t, struct trio *x, bool pg)
{
    return nodes_fresh(t, x, pg, H);
}

static inline void trio_end(struct trio *x)
{
    for (int i = 0; i < x->n; i++)
        house_end(&x->h[i]);
}

static inline struct work_case case_of(struct t *t, struct house_t *h, const char *territory, const char *office)
{
    struct ctx *c = &h->c;
    struct work_case k = { 0 };
    struct answers a = { 0 };
    struct str receipt, id = { 0 }, signal = { 0 };
    struct draft *d;
    c->who = NULL;
    (void)answers_put(&c->mem, &a, STR("what"), STR("Aviso inventado"));
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a,
        .territory = str_c(territory) }, &receipt, &signal));
    struct str dossier = one_value(h, "SELECT dossier FROM signal_row WHERE id = $1", signal);
    as(t, h, office);
    OK(c, draft_begin(c, signal, "test.give", &d));
    draft_in(d, dossier);
    (void)grant_add(c, d, dossier, str_c(office), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    OK(c, signal_open_case(c, signal, &(struct signal_case){ .title = STR("adolescente, casa particular"),
        .procedure = c->node->pack->procedures[0].id, .cl = true }, &id));
    OK(c, work_case(c, id, &k));
    return k;
}

struct who { const char *first, *second, *birth, *id, *phone; };
static inline struct str person(struct t *t, struct house_t *h, const struct work_case *k, const struct who *w)
{
    const char *const v[][2] = { { "first_name", w->first }, { "second_name", w->second }, { "birthdate", w->birth },
        { "identity_number", w->id }, { "phone", w->phone }, { "sex", "female" }, { "role", "affected" }, { "code", "P1" } };
    struct answers a = { 0 };
    struct str id = { 0 };
    for (size_t i = 0; i < COUNT_OF(v); i++)
        if (v[i][1])
            (void)answers_put(&h->c.mem, &a, str_c(v[i][0]), str_c(v[i][1]));
    OK(&h->c, kind_save(&h->c, k, kind_find(STR("person")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
    return id;
}

/* ---- carrying letters -------------------------------------------------------------------------- */

static inline enum err courier_file(struct ctx *c, struct str *file, size_t *letters)
{
    struct courier k;
    struct str bytes;
    struct buf b;
    buf_init(&b, &c->mem, COURIER_MAX);
    TRY(inquiry_courier_begin(c, &k));
    do {
        TRY(inquiry_courier_next(c, &k, &bytes));
        buf_put(&b, bytes);
    } while (bytes.n);
    *file = buf_str(&b);
    *letters = k.n;
    return ctx_check(c);
}

static inline struct str carry_out(struct t *t, struct trio *x, int from)
{
    struct ctx *c = &x->h[from].c;
    struct str file = { 0 };
    size_t n;
    machine(&x->h[from]);
    OK(c, courier_file(c, &file, &n));
    OK(c, inquiry_carried(c, &n));
    return file;
}

static inline size_t carry(struct t *t, struct trio *x, int from, int to, struct str file)
{
    struct courier_report r = { 0 };
    struct house_t *h = &x->h[to];
    (void)from;
    machine(h);
    OK(&h->c, inquiry_courier_in(&h->c, file, &r));
    if (r.key)
        printf("# refused: %s\n", r.key);
    CHECK_EQ(r.refused, 0);
    return r.taken;
}

/* A to B and G, B to G, G to both, B to A, A to B. */
static inline void whole_run(struct t *t, struct trio *x)
{
    struct str a = carry_out(t, x, A);
    CHECK_EQ(carry(t, x, A, B, a), 1);
    CHECK_EQ(carry(t, x, A, G, a), 1);
    CHECK_EQ(carry(t, x, B, G, carry_out(t, x, B)), 1);
    struct str g = carry_out(t, x, G);
    CHECK_EQ(carry(t, x, G, B, g), 1);
    CHECK_EQ(carry(t, x, B, A, carry_out(t, x, B)), 1);
    CHECK_EQ(carry(t, x, G, A, g), 1);
    CHECK_EQ(carry(t, x, A, B, carry_out(t, x, A)), 1);
}

static inline struct str state(struct house_t *h, struct str run)
{
    return one_value(h, "SELECT state FROM inquiry_row WHERE run = $1", run);
}

static inline struct str run_of(struct house_t *h, struct str id)
{
    return one_value(h, "SELECT run FROM inquiry_row WHERE id = $1", id);
}

static inline struct str ask_from(struct t *t, struct trio *x, struct str who, enum err want)
{
    struct ctx *c = &x->h[A].c;
    struct str id = { 0 };
    as(t, &x->h[A], ASKS);
    enum err e = inquiry_ask(c, &(struct inquiry_question){ .person = who, .answering = x->node[B], .purpose = STR("protect"), .confirmed = true }, &id);
    CHECK_EQ(e, want);
    if (e)
        c->fault = (struct fault){ 0 };
    return id;
}

/* The same story on either engine. */
static inline void each_engine(struct t *t, void (*story)(struct t *, struct trio *))
{
    for (int pg = 0; pg < engines(); pg++) {
        struct trio *x = calloc(1, sizeof *x);
        if (x && trio_fresh(t, x, pg))
            story(t, x);
        if (x)
            trio_end(x);
        free(x);
    }
}

/* ---- one letter, taken as it comes ---------------------------------------------------------------- */

static inline const char *take_one(struct house_t *h, struct str letter)
{
    struct envelope e;
    struct ctx *c = &h->c;
    machine(h);
    enum err err = envelope_next(c, &letter, &e);
    if (!err)
        err = inquiry_receive(c, &e, NULL);
    const char *key = err ? c->fault.key : "taken";
    c->fault = (struct fault){ 0 };
    return key;
}
#define TAKES(h, letter, want) do { const char *key_ = take_one((h), (letter)); if (strcmp(key_, (want)) != 0) { t->bad++; \
    printf("# %s:%d: %s, want %s\n", __FILE__, __LINE__, key_, (want)); } } while (0)

/* For letter_write: with the real keys of the node whose context is arg. */
static inline void node_signs(void *arg, struct str msg, unsigned char sig[SIG_LEN])
{
    node_sign(arg, msg, sig);
}

#endif
