/* test_inquiry.c - three whole nodes in one program: the asker's, the answering
 * agency's, the guardian's; what passes between them and what is refused. */
#include "inquiry_t.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct who known = { "Ysapy María", "Inventada Prueba", "2012-04-05", "0000001", "0981000001" };
static const struct who written_otherwise = { "Isapy", "Inbentada Prueva", "2012-05-04", NULL, NULL };
static const struct who other = { "Kuarahy", "Ficticio Ensayo", "2001-09-17", "0000777", "0981000777" };
static const struct who shares_phone = { "Panambi", "Imaginaria Cuento", "1999-12-30", NULL, "0981000777" };
static const struct who unknown = { "Arasunu", "Supuesto Caso", "2010-02-28", "0000999", NULL };

/* ---- the story --------------------------------------------------------------------------------- */

static void found_and_agreed(struct t *t, struct trio *x)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS);
    struct str mine = person(t, &x->h[A], &ka, &written_otherwise);
    struct work_case kb = case_of(t, &x->h[B], "py-0401", KNOWS);
    struct str theirs = person(t, &x->h[B], &kb, &known);
    (void)person(t, &x->h[B], &kb, &other);
    struct str id = ask_from(t, x, mine, ERR_OK), run = run_of(&x->h[A], id);
    whole_run(t, x);
    CHECK_STR(state(&x->h[A], run), "hit");
    CHECK_STR(state(&x->h[B], run), "question");
    CHECK_STR(state(&x->h[G], run), "served");
    CHECK(str_eq(one_value(&x->h[B], "SELECT person FROM inquiry_row WHERE run = $1", run), theirs));
    CHECK_STR(one_value(&x->h[G], "SELECT person FROM inquiry_row WHERE run = $1", run), "");
    /* purpose and case are written on all three */
    for (int i = 0; i < x->n; i++) {
        CHECK_STR(one_value(&x->h[i], "SELECT purpose FROM inquiry_row WHERE run = $1", run), "protect");
        CHECK(str_eq(one_value(&x->h[i], "SELECT case_ref FROM inquiry_row WHERE run = $1", run), ka.code));
    }
    struct ctx *b = &x->h[B].c, *a = &x->h[A].c;
    struct str at_b = one_value(&x->h[B], "SELECT id FROM inquiry_row WHERE run = $1", run);
    struct letter_fact fact[FACTS_MAX];
    struct str office;
    size_t n;
    as(t, &x->h[B], ASKS);                          /* another office of that node */
    REFUSED(b, ERR_NOT_FOUND, inquiry_answer(b, at_b, true, STR("")));
    as(t, &x->h[A], ASKS);
    REFUSED(a, ERR_CONFLICT, inquiry_agree(a, id)); /* they have not said yes */
    as(t, &x->h[B], KNOWS);
    OK(b, inquiry_answer(b, at_b, true, STR("Hablemos")));
    REFUSED(b, ERR_CONFLICT, inquiry_answer(b, at_b, false, STR("")));
    CHECK_EQ(carry(t, x, B, A, carry_out(t, x, B)), 1);
    as(t, &x->h[A], ASKS);
    OK(a, inquiry_theirs(a, id, fact, &n, &office));
    CHECK_EQ(n, 0);                                 /* nothing before both said yes */
    OK(a, inquiry_agree(a, id));
    CHECK_EQ(carry(t, x, A, B, carry_out(t, x, A)), 1);
    CHECK_EQ(carry(t, x, B, A, carry_out(t, x, B)), 1);
    CHECK_STR(state(&x->h[A], run), "shared");
    CHECK_STR(state(&x->h[B], run), "shared");
    as(t, &x->h[A], ASKS);
    OK(a, inquiry_theirs(a, id, fact, &n, &office));
    CHECK(n >= 5 && office.n);
    CHECK_STR(fact[0].name, "officer");
    bool named = false;
    for (size_t i = 0; i < n; i++)
        named = named || str_is(fact[i].value, "Ysapy María");
    CHECK(named);
    /* the run's secrets are destroyed on all three; the log stays */
    for (int i = 0; i < x->n; i++) {
        size_t did;
        machine(&x->h[i]);
        OK(&x->h[i].c, inquiry_tick(&x->h[i].c, 100, &did));
        CHECK_EQ(COUNT_ROWS(&x->h[i], "SELECT count(*) FROM record WHERE kind = 'inquiry_run'", NO_ARGS), 0);
        CHECK_EQ(COUNT_ROWS(&x->h[i], "SELECT count(*) FROM inquiry_row", NO_ARGS), 1);
        struct verify_report v;
        OK(&x->h[i].c, ledger_verify(&x->h[i].c, x->h[i].c.node->ledger, false, &v));
    }
}

static void found(struct t *t) { each_engine(t, found_and_agreed); }

/* Not found and "one number only" look alike to everybody but the asker. */
static void not_found(struct t *t, struct trio *x)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS), kb = case_of(t, &x->h[B], "py-0401", KNOWS);
    struct str none = person(t, &x->h[A], &ka, &unknown), weak = person(t, &x->h[A], &ka, &shares_phone);
    (void)person(t, &x->h[B], &kb, &known);
    (void)person(t, &x->h[B], &kb, &other);
    struct str first = run_of(&x->h[A], ask_from(t, x, none, ERR_OK));
    whole_run(t, x);
    struct str second = run_of(&x->h[A], ask_from(t, x, weak, ERR_OK));
    whole_run(t, x);
    CHECK_STR(state(&x->h[A], first), "none");
    CHECK_STR(state(&x->h[A], second), "weak");
    CHECK_STR(state(&x->h[B], first), "closed");
    CHECK_STR(state(&x->h[B], second), "closed");
    CHECK_STR(one_value(&x->h[B], "SELECT person FROM inquiry_row WHERE run = $1", second), "");
    CHECK_EQ(COUNT_ROWS(&x->h[B], "SELECT count(*) FROM inquiry_row", NO_ARGS), 2);     /* logged alike */
    CHECK_EQ(COUNT_ROWS(&x->h[G], "SELECT count(*) FROM inquiry_row WHERE state = 'served'", NO_ARGS), 2);
}
static void negative(struct t *t) { each_engine(t, not_found); }

/* When is what hit a person? */
static void evidence(struct t *t)
{
    static const struct { const char *token[4]; bool want; } rows[] = {
        { { "id|1" }, false }, { { "phone|1" }, false }, { { "phone|1", "phone|2" }, false },
        { { "names-day|a|b|20120405" }, true }, { { "id|1", "phone|1" }, true }, { { "phone|1", "names-year|a|b|2012" }, true },
        { { "names-year|a|b|2012" }, false }, { { "names-year|a|b|2012", "names-year|a|b|2013", "names-year|a|b|2014" }, false },
        { { "names-year|a|b|2012", "names-year|a|c|2012" }, false },
        { { "names-year|a|b|2012", "names-year|a|c|2012", "names-year|b|c|2012" }, true }, { { "-" }, false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct evidence e = { 0 };
        for (size_t k = 0; k < 4 && rows[i].token[k]; k++)
            evidence_add(&e, str_c(rows[i].token[k]));
        CHECK_EQ(enough(&e), rows[i].want);
    }
}

/* ---- limits ---------------------------------------------------------------------------------------- */

static enum err ask_one(struct ctx *c, struct str who, struct str agency, struct str purpose, bool confirmed, struct str *id)
{
    return inquiry_ask(c, &(struct inquiry_question){ .person = who, .answering = agency, .purpose = purpose, .confirmed = confirmed }, id);
}

static void quotas_hold(struct t *t, struct trio *x)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS);
    struct ctx *c = &x->h[A].c;
    struct str who = person(t, &x->h[A], &ka, &unknown), id = { 0 };
    REFUSED(c, ERR_INPUT, ask_one(c, who, x->node[B], STR("protect"), false, &id));
    REFUSED(c, ERR_INPUT, ask_one(c, who, x->node[B], STR("curiosity"), true, &id));
    REFUSED(c, ERR_INPUT, ask_one(c, who, x->node[G], STR("protect"), true, &id));     /* the guardian is nobody to ask */
    REFUSED(c, ERR_NOT_FOUND, ask_one(c, who, x->node[A], STR("protect"), true, &id));
    as(t, &x->h[A], KNOWS);
    REFUSED(c, ERR_NOT_FOUND, ask_one(c, who, x->node[B], STR("protect"), true, &id)); /* not her person */
    CHECK_EQ(COUNT_ROWS(&x->h[A], "SELECT count(*) FROM inquiry_row", NO_ARGS), 0);
    for (int i = 0; i < INQUIRY_PER_OFFICER; i++)
        (void)ask_from(t, x, who, ERR_OK);
    (void)ask_from(t, x, who, ERR_DENIED);
    CHECK_EQ(COUNT_ROWS(&x->h[A], "SELECT count(*) FROM inquiry_row", NO_ARGS), INQUIRY_PER_OFFICER);
    c->now_us += (INQUIRY_DAYS + 1) * US_PER_DAY;
    (void)ask_from(t, x, who, ERR_OK);
}
static void limits(struct t *t) { each_engine(t, quotas_hold); }

/* An asking node that does not keep its own limits meets those of the others. */
static void others_count(struct t *t, struct trio *x)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS);
    struct str who = person(t, &x->h[A], &ka, &unknown);
    int64_t real = x->h[A].c.now_us;
    struct str last = { 0 };
    for (int i = 0; i <= INQUIRY_PER_OFFICER; i++) {
        x->h[A].c.now_us = real - (i < INQUIRY_PER_OFFICER ? 8 * US_PER_DAY : 0);   /* its clock lies */
        if (i == INQUIRY_PER_OFFICER / 2)
            x->h[A].c.now_us = real - 16 * US_PER_DAY;
        last = run_of(&x->h[A], ask_from(t, x, who, ERR_OK));
    }
    x->h[A].c.now_us = real;
    struct str a = carry_out(t, x, A);
    CHECK_EQ(carry(t, x, A, B, a), INQUIRY_PER_OFFICER + 1);
    CHECK_EQ(carry(t, x, A, G, a), INQUIRY_PER_OFFICER + 1);
    CHECK_EQ(COUNT_ROWS(&x->h[B], "SELECT count(*) FROM inquiry_row WHERE state = 'refused'", NO_ARGS), 1);
    CHECK_EQ(COUNT_ROWS(&x->h[G], "SELECT count(*) FROM inquiry_row WHERE state = 'refused'", NO_ARGS), 1);
    (void)carry(t, x, B, A, carry_out(t, x, B));
    CHECK_EQ(COUNT_ROWS(&x->h[A], "SELECT count(*) FROM inquiry_row WHERE state = 'refused'", NO_ARGS), 1);
    (void)last;
}
static void counted(struct t *t) { each_engine(t, others_count); }

/* ---- what is refused, each with its reason ------------------------------------------------------------ */

struct forger { struct keys *k; };
static void forged_sign(void *arg, struct str msg, unsigned char sig[SIG_LEN])
{
    keys_sign(((struct forger *)arg)->k, msg, sig);
}

/* A letter by node `from`, with its real keys: what a dishonest partner sends. */
static struct str letter_by(struct t *t, struct trio *x, int from, int to, struct letter *l)
{
    struct ctx *c = &x->h[from].c;
    struct inquiry_peer p;
    struct str out = { 0 };
    OK(c, inquiry_peer_find(c, x->node[to], &p));
    l->from = x->node[from];
    if (!l->to.n)
        l->to = x->node[to];
    if (!l->run.n)
        l->run = id_new(&c->mem, c->now_us);
    l->id = id_new(&c->mem, c->now_us);
    if (!l->at_us)
        l->at_us = c->now_us;
    OK(c, letter_write(c, l, p.box, node_signs, c, &out));
    return out;
}

static struct letter question(struct trio *x, const struct element *e)
{
    return (struct letter){ .kind = LETTER_ASK, .purpose = STR("protect"), .case_ref = STR("X"), .officer = STR("o"),
        .office = STR("f"), .answering = x->node[B], .guardian = { x->node[G] }, .guardians = 1, .elements = e, .n = TOKENS_ASKED };
}

/* Cut, turned, for somebody else, by another hand. */
static void refused_bytes(struct t *t, struct trio *x, const struct letter *l, struct str good)
{
    struct ctx *a = &x->h[A].c;
    struct str bytes = arena_dup(&a->mem, good), cut = str_sub(good, 0, good.n - 1), key;
    TAKES(&x->h[B], cut, "inquiry.bad-file");                       /* truncated */
    TAKES(&x->h[B], str_sub(good, 0, 20), "inquiry.bad-file");
    TAKES(&x->h[G], good, "inquiry.not-for-us");
    ((char *)(uintptr_t)bytes.p)[200] ^= 1;
    TAKES(&x->h[B], bytes, "inquiry.bad-letter");                   /* a bit turned */

    struct forger f = { keys_new(NULL) };
    struct inquiry_peer p;
    OK(a, inquiry_peer_find(a, x->node[B], &p));
    OK(a, letter_write(a, l, p.box, forged_sign, &f, &key));
    TAKES(&x->h[B], key, "inquiry.bad-signature");                  /* another's hand under her name */
    char id[ID_LEN + 1];
    node_id_of(f.k->sign_public, id);
    struct letter stranger = *l;
    stranger.from = str_c(id);
    OK(a, letter_write(a, &stranger, p.box, forged_sign, &f, &key));
    TAKES(&x->h[B], key, "inquiry.no-peer");                        /* not paired */
    keys_free(f.k);
}

/* Written by her, but not what may be written. */
static void refused_words(struct t *t, struct trio *x, const struct element *e)
{
    const struct ctx *a = &x->h[A].c;
    struct letter old = question(x, e), early = question(x, e);
    old.at_us = a->now_us - (INQUIRY_KEEP_DAYS + 1) * US_PER_DAY;
    early.at_us = a->now_us + 2 * US_PER_DAY;
    TAKES(&x->h[B], letter_by(t, x, A, B, &old), "inquiry.old-letter");
    TAKES(&x->h[B], letter_by(t, x, A, B, &early), "inquiry.old-letter");

    struct letter wrong = question(x, e);
    wrong.to = x->node[G];                                          /* sealed to B, written to G */
    TAKES(&x->h[B], letter_by(t, x, A, B, &wrong), "inquiry.not-for-us");
    wrong = question(x, e);
    wrong.answering = wrong.guardian[0] = x->node[A];
    TAKES(&x->h[B], letter_by(t, x, A, B, &wrong), "inquiry.not-for-us");
    wrong = question(x, e);
    wrong.guardian[0] = x->node[A];                                    /* a guardian of the asker's choice */
    TAKES(&x->h[B], letter_by(t, x, A, B, &wrong), "inquiry.no-guardian");
    wrong = question(x, e);                                         /* the guardian asks, and is its own guardian */
    TAKES(&x->h[B], letter_by(t, x, G, B, &wrong), "inquiry.no-guardian");
    struct element bad[TOKENS_ASKED];
    memcpy(bad, e, sizeof bad);
    memset(bad[5].b, 0, 32);
    wrong = question(x, bad);
    TAKES(&x->h[B], letter_by(t, x, A, B, &wrong), "inquiry.bad-element");      /* the identity */
    memset(bad[5].b, 0xff, 32);
    wrong = question(x, bad);
    TAKES(&x->h[B], letter_by(t, x, A, B, &wrong), "inquiry.bad-element");
    wrong = question(x, e);
    wrong.n = TOKENS_ASKED - 1;
    TAKES(&x->h[B], letter_by(t, x, A, B, &wrong), "inquiry.bad-letter");       /* sizes are fixed */
    CHECK_EQ(COUNT_ROWS(&x->h[B], "SELECT count(*) FROM inquiry_row", NO_ARGS), 0);
}

/* Right letters, twice or before their time. */
static void refused_order(struct t *t, struct trio *x, const struct element *e, const struct letter *l, struct str good)
{
    TAKES(&x->h[B], good, "taken");
    TAKES(&x->h[B], good, "inquiry.known");                         /* the same run again */
    struct letter again = question(x, e);
    again.run = l->run;
    TAKES(&x->h[B], letter_by(t, x, A, B, &again), "inquiry.known");

    struct oprf_deal d;
    struct element set[SET_MIN];
    for (size_t i = 0; i < SET_MIN; i++)
        element_random(&set[i]);
    CHECK(oprf_deal(2, 2, &d));
    struct letter join = { .kind = LETTER_JOIN, .run = l->run, .share = d.share[1], .elements = set, .n = SET_MIN, .size = SET_MIN };
    memcpy(join.commit[0], d.commit, sizeof join.commit[0]);
    TAKES(&x->h[G], letter_by(t, x, B, G, &join), "inquiry.not-yet");           /* before the question */
    struct letter to_g = question(x, e);
    to_g.run = l->run;
    TAKES(&x->h[G], letter_by(t, x, A, G, &to_g), "taken");
    TAKES(&x->h[G], letter_by(t, x, A, G, &join), "inquiry.known");             /* the asker plays the answering node */
    join.share = d.share[0];
    TAKES(&x->h[G], letter_by(t, x, B, G, &join), "inquiry.bad-share");
    join.share = d.share[1];
    join.n = SET_MIN - 1;
    TAKES(&x->h[G], letter_by(t, x, B, G, &join), "inquiry.bad-letter");
}

static void refusals(struct t *t, struct trio *x)
{
    struct element e[TOKENS_ASKED];
    for (size_t i = 0; i < TOKENS_ASKED; i++)
        element_random(&e[i]);
    struct letter l = question(x, e);
    struct str good = letter_by(t, x, A, B, &l);
    refused_bytes(t, x, &l, good);
    refused_words(t, x, e);
    refused_order(t, x, e, &l, good);
}
static void refused(struct t *t) { each_engine(t, refusals); }

/* The guardian opens what B sent, as it may. */
static struct letter join_of(struct t *t, struct trio *x)
{
    struct ctx *g = &x->h[G].c;
    struct waiting *w;
    size_t n;
    struct envelope e;
    struct str body;
    struct letter join = { 0 };
    machine(&x->h[B]);
    OK(&x->h[B].c, inquiry_waiting(&x->h[B].c, x->node[G], 5, &w, &n));
    CHECK_EQ(n, 1);
    OK(g, envelope_next(g, &w[0].bytes, &e));
    OK(g, node_unbox(g, e.sealed, &body));
    OK(g, letter_parse(g, body, &join));
    return join;
}

/* A guardian that answers one place of the set by another key: found out, and that
 * was its only try. */
static void other_key(struct t *t, struct trio *x, struct str mine)
{
    struct str run = run_of(&x->h[A], ask_from(t, x, mine, ERR_OK));
    struct oprf_deal d;
    struct scalar key, other_key;
    struct element set[SET_MIN];
    CHECK_EQ(carry(t, x, A, B, carry_out(t, x, A)), 1);
    struct letter join = join_of(t, x);
    scalar_random(&key);
    scalar_random(&other_key);
    CHECK(oprf_deal(2, 2, &d));
    CHECK(oprf_evaluate(&key, join.elements, join.n, set, 0));
    CHECK(element_times(&other_key, &join.elements[7], &set[7]));
    struct letter grant = { .kind = LETTER_GRANT, .run = run, .share = d.share[1], .elements = set, .n = join.n, .size = join.size };
    memcpy(grant.commit[1], d.commit, sizeof grant.commit[1]);
    TAKES(&x->h[B], letter_by(t, x, G, B, &grant), "inquiry.bad-share");
    CHECK_STR(state(&x->h[B], run), "joined");
    grant.share = d.share[0];
    TAKES(&x->h[B], letter_by(t, x, G, B, &grant), "inquiry.bad-evaluation");
    CHECK_STR(state(&x->h[B], run), "refused");
    TAKES(&x->h[B], letter_by(t, x, G, B, &grant), "inquiry.known");
    (void)carry(t, x, B, A, carry_out(t, x, B));
    CHECK_STR(state(&x->h[A], run), "refused");
    CHECK_STR(one_value(&x->h[A], "SELECT words FROM inquiry_row WHERE run = $1", run), "inquiry.bad-evaluation");
}

/* An asker gets a half whose proof is by another key: no result. */
static void other_proof(struct t *t, struct trio *x, struct str mine)
{
    struct str run = run_of(&x->h[A], ask_from(t, x, mine, ERR_OK)), a = carry_out(t, x, A);
    struct element part[TOKENS_ASKED];
    struct oprf_deal d;
    CHECK(oprf_deal(2, 2, &d));
    CHECK_EQ(carry(t, x, A, B, a), 1);
    struct letter join = join_of(t, x);
    CHECK_EQ(carry(t, x, A, G, a), 1);
    CHECK_EQ(carry(t, x, B, G, carry_out(t, x, B)), 1);
    struct str real = carry_out(t, x, G);
    CHECK_EQ(carry(t, x, G, B, real), 1);
    CHECK_EQ(carry(t, x, B, A, carry_out(t, x, B)), 1);
    for (size_t i = 0; i < TOKENS_ASKED; i++)
        element_random(&part[i]);
    struct letter half = { .kind = LETTER_PART, .run = run, .elements = part, .n = TOKENS_ASKED };
    memcpy(half.commit[0], join.commit[0], sizeof half.commit[0]);
    memcpy(half.commit[1], d.commit, sizeof half.commit[1]);
    TAKES(&x->h[A], letter_by(t, x, G, A, &half), "inquiry.bad-proof");
    CHECK_STR(state(&x->h[A], run), "refused");
}

static void bad_guardian(struct t *t, struct trio *x)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS), kb = case_of(t, &x->h[B], "py-0401", KNOWS);
    struct str mine = person(t, &x->h[A], &ka, &known);
    (void)person(t, &x->h[B], &kb, &known);
    other_key(t, x, mine);
    other_proof(t, x, mine);
}
static void dishonest(struct t *t) { each_engine(t, bad_guardian); }

/* ---- the file -------------------------------------------------------------------------------------------- */

static void files(struct t *t, struct trio *x)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS);
    struct str mine = person(t, &x->h[A], &ka, &known);
    (void)ask_from(t, x, mine, ERR_OK);
    struct str file = carry_out(t, x, A);
    struct ctx *b = &x->h[B].c;
    struct courier_report r;
    for (size_t n = 0; n < file.n; n += 97) {                        /* cut anywhere: refused whole */
        if (n == courier_head().n || n == courier_head().n + (file.n - courier_head().n) / 2)
            continue;                                               /* between two letters is a file too */
        REFUSED(b, ERR_INPUT, inquiry_courier_in(b, str_sub(file, 0, n), &r));
    }
    CHECK_EQ(COUNT_ROWS(&x->h[B], "SELECT count(*) FROM inquiry_row", NO_ARGS), 0);
    REFUSED(b, ERR_INPUT, inquiry_courier_in(b, STR("no file of ours"), &r));
    CHECK_EQ(carry(t, x, A, B, file), 1);
    machine(&x->h[B]);
    OK(b, inquiry_courier_in(b, file, &r));                         /* the stick twice */
    CHECK(r.known == 1 && r.others == 1 && !r.taken && !r.refused);
    /* every small letter has the same size: what it says does not show by it */
    struct str rest = str_sub(file, courier_head().n, file.n);
    struct envelope e;
    while (rest.n) {
        OK(b, envelope_next(b, &rest, &e));
        CHECK_EQ(e.sealed.n, LETTER_UNIT + BOX_MORE);
    }
}
static void courier(struct t *t) { each_engine(t, files); }

/* What came to wait after the file was made is not lost when the courier is back. */
static void late_letters(struct t *t, struct trio *x)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS);
    struct str mine = person(t, &x->h[A], &ka, &known), file;
    struct ctx *c = &x->h[A].c;
    int64_t left = -1;
    size_t n = 0;
    (void)ask_from(t, x, mine, ERR_OK);
    machine(&x->h[A]);
    OK(c, courier_file(c, &file, &n));
    CHECK_EQ(n, 2);
    (void)ask_from(t, x, mine, ERR_OK);
    machine(&x->h[A]);
    OK(c, inquiry_carried(c, &n));
    CHECK_EQ(n, 2);
    OK(c, inquiry_waiting_count(c, &left));
    CHECK_EQ(left, 2);
    OK(c, courier_file(c, &file, &n));
    OK(c, courier_file(c, &file, &n));                       /* the stick was lost: made again */
    CHECK_EQ(n, 2);
    OK(c, inquiry_carried(c, &n));
    OK(c, inquiry_waiting_count(c, &left));
    CHECK_EQ(left, 0);
}
static void late(struct t *t) { each_engine(t, late_letters); }

static enum err pair_with(struct ctx *c, struct str card, struct str name, struct str url)
{
    return inquiry_pair(c, &(struct inquiry_pairing){ .card = card, .name = name, .url = url });
}

static void cards(struct t *t, struct trio *x)
{
    struct ctx *c = &x->h[A].c;
    struct str card = inquiry_card(&x->h[B].c), none = { 0 };
    machine(&x->h[A]);
    REFUSED(c, ERR_INPUT, pair_with(c, STR("amparo-node x y z"), STR("X"), none));
    REFUSED(c, ERR_INPUT, pair_with(c, str_sub(card, 0, card.n - 2), STR("X"), none));
    REFUSED(c, ERR_INPUT, pair_with(c, inquiry_card(c), STR("X"), none));
    REFUSED(c, ERR_INPUT, pair_with(c, card, STR(" "), none));
    REFUSED(c, ERR_INPUT, pair_with(c, card, STR("X"), STR("http://example.org")));
    REFUSED(c, ERR_INPUT, pair_with(c, card, STR("X"), STR("file:///etc/passwd")));
    OK(c, pair_with(c, card, STR("X"), STR("https://example.org/")));
    OK(c, inquiry_unpair(c, x->node[B]));
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS);
    struct str mine = person(t, &x->h[A], &ka, &known);
    (void)ask_from(t, x, mine, ERR_INPUT);                          /* no longer a partner */
    /* and its letters are refused */
    struct letter l = { .kind = LETTER_REFUSE, .words = STR("x") };
    TAKES(&x->h[A], letter_by(t, x, B, A, &l), "inquiry.no-peer");
}
static void pairing(struct t *t) { each_engine(t, cards); }

/* A node that takes the call and says nothing holds up whoever clicked for so long
 * and no longer; what waits goes on waiting. */
static void silent_peer(struct t *t, struct trio *x)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS);
    struct str mine = person(t, &x->h[A], &ka, &known), url;
    struct ctx *c = &x->h[A].c;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    struct buf b;
    int64_t left = 0;
    size_t moved = 1;
    (void)ask_from(t, x, mine, ERR_OK);
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(s >= 0 && bind(s, (const struct sockaddr *)(const void *)&at, n) == 0 && listen(s, 8) == 0 &&
          getsockname(s, (struct sockaddr *)(void *)&at, &n) == 0);
    buf_init(&b, &c->mem, 64);
    buf_fmt(&b, "http://127.0.0.1:%d", ntohs(at.sin_port));
    url = buf_str(&b);
    machine(&x->h[A]);
    OK(c, inquiry_pair(c, &(struct inquiry_pairing){ .card = inquiry_card(&x->h[B].c), .name = STR("Silencio"), .url = url }));
    OK(c, inquiry_exchange_now(c, 2, &moved));
    CHECK_EQ(moved, 0);
    OK(c, inquiry_waiting_count(c, &left));
    CHECK_EQ(left, 2);
    (void)close(s);
}
static void silent(struct t *t) { each_engine(t, silent_peer); }

static const struct t_case cases[] = {
    { "found, asked, agreed, forgotten", found },
    { "not found, and one number only", negative },
    { "what is enough to speak of a person", evidence },
    { "nothing without purpose and confirmation; so many a week", limits },
    { "the other two count too", counted },
    { "dishonest and damaged letters are refused with a reason", refused },
    { "a guardian that cheats is found out", dishonest },
    { "a courier's file: cut, twice, all letters of one size", courier },
    { "a letter that came after the courier left goes on waiting", late },
    { "a silent node holds nobody up", silent },
    { "cards and addresses", pairing },
};
T_MAIN(cases)
