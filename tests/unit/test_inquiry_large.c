/* test_inquiry_large.c - a set of several pieces from end to end: out of order,
 * in parts, twice, interrupted; several guardians, of whom one is absent or
 * cheats; what lies on the stack when memory gives out. */
#include "inquiry_t.h"
#include "match_people.h"

static const struct who wanted = { "Ysapy María", "Inventada Prueba", "2012-04-05", "0000001", "0981000001" };

/* ---- sizes and places --------------------------------------------------------------------------- */

static void sizes(struct t *t)
{
    static const struct { size_t tokens, size, pieces, tags; } rows[] = {
        { 0, 256, 1, 1 }, { 255, 256, 1, 1 }, { 256, 1024, 1, 1 }, { 4095, 4096, 1, 1 }, { 4096, 16384, 4, 2 },
        { 16383, 16384, 4, 2 }, { 16384, 65536, 16, 8 }, { 1000000, 1048576, 256, 128 }, { 1048575, 1048576, 256, 128 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_EQ(set_size(rows[i].tokens), rows[i].size);
        CHECK_EQ(set_pieces(rows[i].size), rows[i].pieces);
        CHECK_EQ(tag_pieces(rows[i].size), rows[i].tags);
    }
    CHECK_EQ(set_size(1048576), 0);                 /* refused, not cut off */
}

static struct own_set invented(struct ctx *c, size_t n)
{
    struct own_set s = { .n = n, .size = set_size(n) };
    s.token = NEW_N(&c->mem, struct str, n);
    s.first = NEW_N(&c->mem, uint32_t, n + 1);
    s.member = NEW_N(&c->mem, uint32_t, n + 1);
    s.person = NEW_N(&c->mem, struct str, 2);
    s.person[0] = id_new(&c->mem, HOUSE_START);
    s.person[1] = id_new(&c->mem, HOUSE_START);
    for (size_t i = 0; i < n; i++) {
        struct buf b;
        buf_init(&b, &c->mem, 40);
        buf_fmt(&b, "names-day|%06zu|x|20120405", i);
        s.token[i] = buf_str(&b);
        s.first[i] = (uint32_t)i;
        s.member[i] = i % 2;
    }
    s.first[n] = (uint32_t)n;
    s.member[n] = 0;
    return s;
}

/* Every token is in one place of one piece, and one place is the check. */
static void places(struct t *t)
{
    struct ctx c;
    ctx_init(&c, 64 << 20);
    struct own_set s = invented(&c, 5000);
    bool *seen = NEW_N(&c.mem, bool, s.n);
    size_t n = 0, later = 0, checks = 0;
    OK(&c, set_places(&c, &s));
    for (size_t i = 0; i < set_pieces(s.size); i++) {
        struct set_piece p = { 0 };
        OK(&c, piece_read(&c, piece_text(&c, &s, i), &p));
        CHECK_EQ(p.size, SET_PIECE);
        CHECK(p.check_at == SET_PIECE || (i * SET_PIECE + p.check_at == s.check_at && s.slot[s.check_at] == SLOT_CHECK));
        checks += p.check_at < SET_PIECE;
        for (size_t k = 0; k < p.n; k++) {
            size_t token = s.slot[i * SET_PIECE + p.token[k].at] - 1;
            CHECK(str_eq(p.token[k].text, s.token[token]) && !seen[token]);
            CHECK(str_eq(p.token[k].persons, s.person[token % 2]));
            seen[token] = true;
            later += token >= s.n / 2 && i < set_pieces(s.size) / 2;
            n++;
        }
    }
    CHECK_EQ(n, s.n);
    CHECK_EQ(checks, 1);
    CHECK(later > s.n / 8);                         /* no order is left: half of the later ones are in the first half */
    ctx_done(&c);
}

/* ---- many people, quickly --------------------------------------------------------------------------- */

static void set_field(struct draft *d, struct str id, const char *field, const char *value)
{
    if (value && *value)
        draft_set(d, "person", id, field, str_c(value));
}

static void some_people(struct t *t, struct house_t *h, const struct work_case *k, struct str dossier, struct fiction *f, int n)
{
    struct ctx *c = &h->c;
    struct fictional p;
    struct draft *d = NULL;
    char second[112];
    OK(c, draft_begin(c, k->id, "test.people", &d));
    draft_in(d, dossier);
    for (int i = 0; d && i < n; i++) {
        struct str id = record_new(d);
        people_person(f, &p);
        (void)snprintf(second, sizeof second, "%s %s", p.surname, p.second);
        draft_set(d, "person", id, "case", k->id);
        set_field(d, id, "a/first_name", p.given);
        set_field(d, id, "a/second_name", second);
        set_field(d, id, "a/birthdate", p.birth);
        set_field(d, id, "a/identity_number", p.id);
        set_field(d, id, "a/phone", p.phone);
        set_field(d, id, "a/role", "affected");
    }
    OK(c, draft_commit(c, d));
}

static struct str settle(struct t *t, struct trio *x, int many)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS), kb = case_of(t, &x->h[B], "py-0401", KNOWS);
    struct str mine = person(t, &x->h[A], &ka, &wanted), theirs = person(t, &x->h[B], &kb, &wanted);
    struct str dossier = one_value(&x->h[B], "SELECT dossier FROM kind_row WHERE id = $1", theirs);
    struct fiction f = { .state = 11, .country = PEOPLE_PY };
    for (int i = 0; i < many; i += 225)
        some_people(t, &x->h[B], &kb, dossier, &f, 225);
    printf("# %lld persons\n", (long long)COUNT_ROWS(&x->h[B], "SELECT count(*) FROM kind_row WHERE kind = 'person'", NO_ARGS));
    return mine;
}

static void works(struct t *t, struct trio *x, int at)
{
    size_t did = 0;
    machine(&x->h[at]);
    OK(&x->h[at].c, inquiry_work(&x->h[at].c, &did));
}

/* The letters of a file from back to front, only those with i % step == rest. */
static struct str shuffled(struct t *t, struct ctx *c, struct str file, size_t step, size_t left)
{
    struct envelope e[600];
    struct str rest;
    struct buf b;
    size_t n = 0;
    OK(c, courier_open(c, file, &rest));
    while (n < COUNT_OF(e) && rest.n && envelope_next(c, &rest, &e[n]) == ERR_OK)
        n++;
    buf_init(&b, &c->mem, COURIER_MAX);
    buf_put(&b, courier_head());
    for (size_t i = n; i-- > 0;)
        if (i % step == left)
            buf_put(&b, e[i].whole);
    return buf_str(&b);
}

/* In two sticks, back to front, the first one read twice. */
static void carry_in_parts(struct t *t, struct trio *x, int from, int to, struct str file)
{
    struct ctx *c = &x->h[to].c;
    struct courier_report r;
    struct str one = shuffled(t, c, file, 2, 1), two = shuffled(t, c, file, 2, 0);
    size_t first = carry(t, x, from, to, one);
    machine(&x->h[to]);
    OK(c, inquiry_courier_in(c, one, &r));
    CHECK(r.taken == 0 && r.known == first && !r.refused);
    (void)carry(t, x, from, to, two);
}

static void set_stopping(struct house_t *h, int v)
{
    __atomic_store_n(h->c.node->stopping, v, __ATOMIC_RELAXED);
}

static int64_t waits_for(struct trio *x, int from, int to)
{
    return COUNT_ROWS(&x->h[from], "SELECT count(*) FROM inquiry_letter WHERE state = 'waiting' AND to_node = $1",
                      ARGS(TEXT(x->node[to])));
}

static void pieces_whole(struct t *t, struct trio *x)
{
    struct str mine = settle(t, x, 450);
    struct str run = run_of(&x->h[A], ask_from(t, x, mine, ERR_OK)), a = carry_out(t, x, A);
    CHECK_EQ(carry(t, x, A, B, a), 1);
    CHECK_EQ(carry(t, x, A, G, a), 1);
    CHECK_STR(state(&x->h[B], run), "received");    /* long work does not hold up whoever brings a letter */
    works(t, x, B);
    CHECK_STR(state(&x->h[B], run), "joined");
    CHECK_EQ(waits_for(x, B, G), 4);
    carry_in_parts(t, x, B, G, carry_out(t, x, B));
    CHECK_STR(state(&x->h[G], run), "joined");
    works(t, x, G);
    CHECK_EQ(waits_for(x, G, B), 4);
    struct str g = carry_out(t, x, G);
    CHECK_EQ(carry(t, x, G, A, g), 1);
    carry_in_parts(t, x, G, B, g);
    CHECK_STR(state(&x->h[B], run), "granted");
    set_stopping(&x->h[B], 1);                      /* the program ends while it works: nothing has left */
    works(t, x, B);
    CHECK_STR(state(&x->h[B], run), "granted");
    CHECK_EQ(waits_for(x, B, A), 0);
    set_stopping(&x->h[B], 0);
    works(t, x, B);
    CHECK_STR(state(&x->h[B], run), "answered");
    CHECK_EQ(waits_for(x, B, A), 2);
    carry_in_parts(t, x, B, A, carry_out(t, x, B));
    CHECK_STR(state(&x->h[A], run), "hit");
    CHECK_EQ(carry(t, x, A, B, carry_out(t, x, A)), 1);
    CHECK_STR(state(&x->h[B], run), "question");
}
static void large(struct t *t)
{
    struct trio *x = calloc(1, sizeof *x);          /* the arithmetic takes its time: one engine */
    if (x && trio_fresh(t, x, false)) {
        pieces_whole(t, x);
        trio_end(x);
    }
    free(x);
}

/* ---- several guardians ------------------------------------------------------------------------------ */

static struct str letter_by(struct t *t, struct trio *x, int from, int to, struct letter *l)
{
    struct ctx *c = &x->h[from].c;
    struct inquiry_peer p;
    struct str out = { 0 };
    OK(c, inquiry_peer_find(c, x->node[to], &p));
    l->from = x->node[from];
    l->to = x->node[to];
    l->id = id_new(&c->mem, c->now_us);
    l->at_us = c->now_us;
    OK(c, letter_write(c, l, p.box, node_signs, c, &out));
    return out;
}

/* Asked with both; one of them never answers. */
static void one_absent(struct t *t, struct trio *x, struct str mine, int here, int absent)
{
    struct str run = run_of(&x->h[A], ask_from(t, x, mine, ERR_OK)), a = carry_out(t, x, A);
    CHECK_EQ(carry(t, x, A, B, a), 1);
    CHECK_EQ(carry(t, x, A, here, a), 1);
    struct str b = carry_out(t, x, B);
    CHECK_EQ(carry(t, x, B, here, b), 1);
    struct str g = carry_out(t, x, here);
    CHECK_EQ(carry(t, x, here, B, g), 1);
    CHECK_EQ(carry(t, x, here, A, g), 1);
    CHECK_EQ(carry(t, x, B, A, carry_out(t, x, B)), 1);
    CHECK_STR(state(&x->h[A], run), "hit");
    struct courier_report r;
    struct ctx *c = &x->h[A].c;
    CHECK_EQ(carry(t, x, A, absent, a), 1);         /* it comes back when all is over: nothing changes */
    CHECK_EQ(carry(t, x, B, absent, b), 1);
    struct str late = carry_out(t, x, absent);
    machine(&x->h[A]);
    OK(c, inquiry_courier_in(c, late, &r));
    CHECK(r.known == 1 && !r.taken && !r.refused);
    machine(&x->h[B]);
    OK(&x->h[B].c, inquiry_courier_in(&x->h[B].c, late, &r));
    CHECK(r.known == 1 && !r.taken && !r.refused);
    CHECK_EQ(carry(t, x, A, B, carry_out(t, x, A)), 1);
    CHECK_STR(state(&x->h[B], run), "question");
}

/* One guardian answers by another key: it is out, the other one's answer counts. */
static void one_cheats(struct t *t, struct trio *x, struct str mine)
{
    struct str run = run_of(&x->h[A], ask_from(t, x, mine, ERR_OK)), a = carry_out(t, x, A);
    struct element set[SET_MIN];
    struct oprf_deal d;
    for (size_t i = 0; i < SET_MIN; i++)
        element_random(&set[i]);
    CHECK(oprf_deal(2, 2, &d));
    CHECK_EQ(carry(t, x, A, B, a), 1);
    struct letter grant = { .kind = LETTER_GRANT, .run = run, .share = d.share[0], .elements = set, .n = SET_MIN, .size = SET_MIN };
    memcpy(grant.commit[1], d.commit, sizeof grant.commit[1]);
    TAKES(&x->h[B], letter_by(t, x, G, B, &grant), "inquiry.bad-evaluation");
    CHECK_STR(state(&x->h[B], run), "joined");
    TAKES(&x->h[B], letter_by(t, x, G, B, &grant), "inquiry.known");
    CHECK_EQ(carry(t, x, A, H, a), 1);
    CHECK_EQ(carry(t, x, B, H, carry_out(t, x, B)), 1);
    struct str h = carry_out(t, x, H);
    CHECK_EQ(carry(t, x, H, B, h), 1);
    CHECK_EQ(carry(t, x, H, A, h), 1);
    CHECK_EQ(carry(t, x, B, A, carry_out(t, x, B)), 1);
    CHECK_STR(state(&x->h[A], run), "hit");
}

/* A guardian's no is the end only when no other is left. */
static void both_refuse(struct t *t, struct trio *x, struct str mine)
{
    struct str run = run_of(&x->h[A], ask_from(t, x, mine, ERR_OK));
    struct letter no = { .kind = LETTER_REFUSE, .run = run, .words = STR("inquiry.no-questions-left") };
    (void)carry_out(t, x, A);
    TAKES(&x->h[A], letter_by(t, x, G, A, &no), "taken");
    CHECK_STR(state(&x->h[A], run), "sent");
    TAKES(&x->h[A], letter_by(t, x, G, A, &no), "taken");           /* twice the same */
    CHECK_STR(state(&x->h[A], run), "sent");
    TAKES(&x->h[A], letter_by(t, x, H, A, &no), "taken");
    CHECK_STR(state(&x->h[A], run), "refused");
}

/* She may leave one out; a stranger is none; B takes only guardians of its own. */
static void chosen(struct t *t, struct trio *x, struct str mine)
{
    struct ctx *a = &x->h[A].c, *b = &x->h[B].c;
    struct str id = { 0 }, run;
    int64_t g = waits_for(x, A, G), h = waits_for(x, A, H);
    struct inquiry_question q = { .person = mine, .answering = x->node[B], .purpose = STR("protect"), .confirmed = true,
                                  .guardian = &x->node[H], .guardians = 1 };
    as(t, &x->h[A], ASKS);
    OK(a, inquiry_ask(a, &q, &id));
    CHECK(waits_for(x, A, G) == g && waits_for(x, A, H) == h + 1);
    q.guardian = &x->node[A];
    REFUSED(a, ERR_NOT_FOUND, inquiry_ask(a, &q, &id));
    machine(&x->h[B]);
    OK(b, inquiry_unpair(b, x->node[G]));
    run = run_of(&x->h[A], ask_from(t, x, mine, ERR_OK));
    (void)carry(t, x, A, B, carry_out(t, x, A));
    CHECK(str_eq(one_value(&x->h[B], "SELECT guardian FROM inquiry_row WHERE run = $1", run), x->node[H]));
}

static void two_guardians(struct t *t, struct trio *x)
{
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS), kb = case_of(t, &x->h[B], "py-0401", KNOWS);
    struct str mine = person(t, &x->h[A], &ka, &wanted);
    (void)person(t, &x->h[B], &kb, &wanted);
    one_absent(t, x, mine, H, G);
    one_absent(t, x, mine, G, H);
    one_cheats(t, x, mine);
    both_refuse(t, x, mine);
    chosen(t, x, mine);
}

static void guardians(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct trio *x = calloc(1, sizeof *x);
        if (x && nodes_fresh(t, x, pg, NODES))
            two_guardians(t, x);
        if (x)
            trio_end(x);
        free(x);
    }
}

/* ---- what is left on the stack ------------------------------------------------------------------------ */

#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && !defined(__clang_analyzer__))
enum { STACK_SEEN = 0 };                            /* a sanitizer lays the stack out in its own way */
#else
enum { STACK_SEEN = 96 * 1024 };
#endif

/* Below this frame lies what the calls before left behind. */
__attribute__((noinline)) static bool on_stack(const unsigned char *secret)
{
    const volatile unsigned char *here = __builtin_frame_address(0);
    for (size_t i = 512; i + 32 < STACK_SEEN; i++) {
        size_t k = 0;
        while (k < 32 && here[-(ptrdiff_t)i + (ptrdiff_t)k] == secret[k])
            k++;
        if (k == 32)
            return true;
    }
    return false;
}

/* The nth allocation is refused, for every n: none of these secrets is left. */
static void none_left(struct t *t, struct trio *x, int at, struct str run, const char *const *field, size_t fields,
                      enum err (*act)(struct ctx *c, const struct inquiry *q))
{
    struct ctx *c = &x->h[at].c;
    struct inquiry q;
    struct record r;
    unsigned char *secret = malloc(32 * fields);
    long n = 1, tried = 0;
    enum err e = ERR_NOMEM;
    machine(&x->h[at]);
    OK(c, run_row(c, run, &q));
    OK(c, run_load(c, &q, &r));
    for (size_t i = 0; i < fields; i++)
        OK(c, secret_into(c, &r, field[i], secret + 32 * i, 32));
    for (; e && tried < 200; n += n / 6 + 1, tried++) {
        struct ctx room;
        room_begin(&room, c);
        room.mem.fail_at = room.mem.count + n;
        e = act(&room, &q);
        for (size_t i = 0; i < fields; i++)
            if (on_stack(secret + 32 * i)) {
                t->bad++;
                printf("# %s is left on the stack after refusal %ld\n", field[i], n);
            }
        room_end(&room);
    }
    CHECK_EQ(e, ERR_OK);
    CHECK(tried > 5);
    free(secret);
}

/* The finder finds, or the rest would prove nothing. */
__attribute__((noinline)) static void leave(const unsigned char *secret)
{
    volatile unsigned char copy[2048];
    for (size_t i = 0; i < 32; i++)
        copy[64 + i] = secret[i];
    (void)copy[64];
}

static void wiped(struct t *t)
{
    static const char *const guard[] = { "join_share" }, *const answer[] = { "blind", "own_share.0", "their_share.0" };
    struct trio *x = calloc(1, sizeof *x);
    unsigned char random[32];
    if (!STACK_SEEN || !x || !trio_fresh(t, x, false)) {
        free(x);
        return;
    }
    random_bytes(random, sizeof random);
    leave(random);
    CHECK(on_stack(random));
    struct str mine = settle(t, x, 0), run = run_of(&x->h[A], ask_from(t, x, mine, ERR_OK)), a = carry_out(t, x, A);
    CHECK_EQ(carry(t, x, A, B, a), 1);
    CHECK_EQ(carry(t, x, A, G, a), 1);
    set_stopping(&x->h[G], 1);                      /* it waits for us */
    (void)carry(t, x, B, G, carry_out(t, x, B));
    set_stopping(&x->h[G], 0);
    none_left(t, x, G, run, guard, COUNT_OF(guard), guard_serve);
    set_stopping(&x->h[B], 1);
    (void)carry(t, x, G, B, carry_out(t, x, G));
    set_stopping(&x->h[B], 0);
    none_left(t, x, B, run, answer, COUNT_OF(answer), answer_reply);
    trio_end(x);
    free(x);
}

static const struct t_case cases[] = {
    { "sizes, pieces, and what does not fit", sizes },
    { "every token in one place, and one place is the check", places },
    { "any one of two guardians is enough; cheats and refusals", guardians },
    { "no share or blind is left on the stack, whichever allocation fails", wiped },
    { "more than 4,096 tokens, in pieces, in parts, twice, interrupted", large },
};
T_MAIN(cases)
