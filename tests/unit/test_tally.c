/* test_tally.c - counts of real cases: whoever asks question after question cannot
 * subtract her way to fewer than five people. */
#include "web_t.h"

#include "checker/checker.h"
#include "kinds/kinds.h"
#include "reform/compare.h"
#include "reform/present.h"
#include "reform/tally.h"
#include "rulebook/rulebook.h"
#include "signal/signal.h"

enum { CASES = 200, QUESTIONS = 40 };

struct game {
    struct ctx c;
    struct str id[CASES];
    size_t cases, n;
    struct tally_asked asked[QUESTIONS + 1];
    size_t number[QUESTIONS + 1];
    uint64_t state;
};

static uint64_t roll(struct game *g)                    /* xorshift64*: the same games every time */
{
    g->state ^= g->state >> 12;
    g->state ^= g->state << 25;
    g->state ^= g->state >> 27;
    return g->state * UINT64_C(2685821657736338717);
}

static void game_begin(struct game *g, size_t cases, uint64_t seed)
{
    memset(g, 0, sizeof *g);
    ctx_init(&g->c, 256 << 20);
    g->state = seed * 2654435761u + 88172645463325252u;
    g->cases = cases;
    for (size_t i = 0; i < cases; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "case-%04zu", i);
        g->id[i] = arena_dup(&g->c.mem, str_c(name));
    }
}

/* One question; what it marks is given by its bytes. */
static size_t put(struct t *t, struct game *g, const bool *marked)
{
    struct str *id = NEW_N(&g->c.mem, struct str, g->cases + 1);
    struct tally_asked *a = &g->asked[g->n];
    size_t k = 0;
    bool again = false;
    for (size_t i = 0; id && i < g->cases; i++)
        if (marked[i])
            id[k++] = g->id[i];
    *a = (struct tally_asked){ .marked = { id, k } };
    OK(&g->c, tally_ask(&g->c, g->asked, g->n, a, &again));
    g->number[g->n] = tally_number(a);
    size_t told = tally_number(a);
    g->n += !again;
    return told;
}

static bool in(struct tally_set s, struct str id)
{
    for (size_t i = 0; i < s.n; i++)
        if (str_eq(s.id[i], id))
            return true;
    return false;
}

/* All that can be got by adding and subtracting: the finest groups of what was told. */
static void groups_are_large(struct t *t, struct game *g)
{
    uint64_t key[CASES];
    for (size_t i = 0; i < g->cases; i++) {
        key[i] = 0;
        for (size_t q = 0; q < g->n; q++)
            key[i] |= (uint64_t)in(g->asked[q].told, g->id[i]) << q;
    }
    for (size_t i = 0; i < g->cases; i++) {
        size_t size = 0;
        for (size_t k = 0; k < g->cases; k++)
            size += key[k] == key[i];
        CHECK(size >= TALLY_MIN);
    }
}

static size_t apart(const struct game *g, struct tally_set a, struct tally_set b)
{
    size_t n = 0;
    for (size_t i = 0; i < g->cases; i++)
        n += in(a, g->id[i]) != in(b, g->id[i]);
    return n;
}

/* The same number as an earlier question that marks the same but for fewer than five;
 * when none is so near, what is told is at most so far from what is marked. */
static void near_is_same(struct t *t, const struct game *g)
{
    for (size_t q = 0; q < g->n; q++) {
        bool near_one = g->asked[q].marked.n < TALLY_MIN, same = near_one && !g->number[q];
        for (size_t r = 0; r < q && !near_one; r++)
            if (apart(g, g->asked[q].marked, g->asked[r].marked) < TALLY_MIN) {
                near_one = true;
                same = g->number[q] == g->number[r];
            }
        CHECK(!near_one || same);
        CHECK_EQ(g->number[q] % TALLY_MIN, 0);
    }
}

/* Cell by cell: each question is the one before with a few cases more or fewer;
 * now and then another draft altogether. */
static void next_question(struct game *g, bool *marked)
{
    size_t kind = roll(g) % 8, from = roll(g) % g->cases, n = kind < 5 ? 1 + roll(g) % 6 : roll(g) % g->cases;
    if (kind == 7)
        memset(marked, 0, CASES * sizeof *marked);
    for (size_t i = 0; i < n; i++)
        marked[(from + (kind == 5 ? roll(g) : i)) % g->cases] ^= true;
}

static void drafts_at_random(struct t *t)
{
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct game g;
        bool marked[CASES] = { false };
        game_begin(&g, 5 + seed * 3 % (CASES - 5), seed);
        for (size_t i = 0; i < g.cases; i++)
            marked[i] = true;
        for (size_t q = 0; q < QUESTIONS; q++) {
            (void)put(t, &g, marked);
            next_question(&g, marked);
        }
        groups_are_large(t, &g);
        near_is_same(t, &g);
        ctx_done(&g.c);
    }
}

static void span(bool *marked, size_t from, size_t to)
{
    memset(marked, 0, CASES * sizeof *marked);
    for (size_t i = from; i < to; i++)
        marked[i] = true;
}

struct example { size_t from, to, told; const char *what; };
static void examples(struct t *t)
{
    static const struct example row[] = {
        { 0, 100, 100, "all of them" },
        { 0, 0, 0, "none" },
        { 0, 4, 0, "four look like none" },
        { 10, 40, 30, "a large change is told as it is" },
        { 10, 41, 30, "one more: the same number" },
        { 10, 39, 30, "one fewer: the same number" },
        { 10, 46, 35, "six more: told" },
        { 0, 97, 100, "all but three look like all" },
        { 38, 42, 0, "four across a border" },
        { 10, 40, 30, "asked again: the same" },
    };
    struct game g;
    bool marked[CASES];
    game_begin(&g, 100, 1);
    for (size_t i = 0; i < COUNT_OF(row); i++) {
        span(marked, row[i].from, row[i].to);
        size_t told = put(t, &g, marked);
        if (told != row[i].told)
            printf("# %s: %zu\n", row[i].what, told);
        CHECK_EQ(told, row[i].told);
    }
    ctx_done(&g.c);
}

/* A, B and both together: what they have in common is one person. */
static void by_sums(struct t *t)
{
    struct game g;
    bool marked[CASES];
    game_begin(&g, 60, 1);
    span(marked, 0, 60);
    CHECK_EQ(put(t, &g, marked), 60);
    span(marked, 0, 20);
    CHECK_EQ(put(t, &g, marked), 20);
    span(marked, 19, 40);
    size_t b = put(t, &g, marked);
    span(marked, 0, 40);
    size_t both = put(t, &g, marked);
    CHECK_EQ(20 + b - both, 0);                         /* the one does not show */
    groups_are_large(t, &g);
    ctx_done(&g.c);
}

static void survives_refusals(struct t *t)
{
    struct game g;
    bool marked[CASES];
    game_begin(&g, 40, 1);
    span(marked, 0, 20);
    (void)put(t, &g, marked);
    for (long n = 1; n < 100; n++) {
        struct tally_asked a = { .marked = { g.id, 10 } };
        struct ctx d;
        bool again;
        ctx_init(&d, 1 << 20);
        d.mem.fail_at = n;
        enum err e = tally_ask(&d, g.asked, g.n, &a, &again);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        ctx_done(&d);
        if (e == ERR_OK)
            break;
        CHECK(n < 50);
    }
    ctx_done(&g.c);
}

/* ---- drafts over the pack's situations, as if they were cases ------------------------------------ */

/* Another number or another answer somewhere in the table of child labour. */
static struct str random_draft(struct game *g, struct str xml)
{
    size_t place = roll(g) % 20, at, skip = 0;
    struct str mark_in = STR("<text>&lt; "), left = xml;
    char number[32];
    for (size_t i = 0; i <= place && str_find(left, mark_in, &at); i++) {
        skip += at + mark_in.n;
        left = str_sub(xml, skip, xml.n);
    }
    size_t digits = 0;
    while (digits < left.n && ascii_digit(left.p[digits]))
        digits++;
    (void)snprintf(number, sizeof number, "%d", (int)(roll(g) % 20));
    return digits ? str_join(&g->c.mem, str_sub(xml, 0, skip), str_c(number), str_sub(xml, skip + digits, xml.n)) : xml;
}

static void marks_of(struct t *t, struct game *g, const struct compare_side *a, const struct compare_side *b,
                     const struct checker_situation *s, bool *marked)
{
    struct compare_run *r;
    struct compare out;
    OK(&g->c, compare_begin(&g->c, a, b, STR("screening"), &r));
    for (size_t i = 0; i < g->cases; i++) {
        size_t before = compare_changed(r);
        OK(&g->c, compare_one(r, (struct str){ 0 }, (struct str){ 0 }, s[i].in));
        marked[i] = compare_changed(r) > before;
    }
    OK(&g->c, compare_end(r, &out));
}

static void drafts_of_the_law(struct t *t)
{
    struct game g;
    struct pack *p = NULL;
    struct checker_input *in_;
    struct checker_situation *s;
    struct str xml, csv, draft;
    size_t n, k, told = 0;
    bool marked[CASES] = { false };
    game_begin(&g, 0, 7);
    OK(&g.c, pack_load(&g.c, "packs/py", &p));
    OK(&g.c, file_read(&g.c, "packs/py/decisions/screening.dmn", 1 << 20, &xml));
    OK(&g.c, file_read(&g.c, "packs/py/situations.csv", 1 << 20, &csv));
    struct compare_side a = { p, pack_decision(p, STR("screening")), { 0 }, 0 };
    OK(&g.c, checker_inputs(&g.c, p, a.model, STR("screening"), &in_, &n));
    OK(&g.c, checker_situations(&g.c, in_, n, csv, &s, &k));
    g.cases = k < CASES ? k : CASES;
    for (size_t i = 0; i < g.cases; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "case-%04zu", i);
        g.id[i] = arena_dup(&g.c.mem, str_c(name));
        marked[i] = true;
    }
    (void)put(t, &g, marked);
    draft = xml;
    for (size_t q = 0; q < 25; q++) {
        struct dmn_model *m = NULL;
        draft = random_draft(&g, q % 5 ? draft : xml);
        OK(&g.c, dmn_load(&g.c, STR("draft.dmn"), draft, NULL, 0, &m));
        struct compare_side b = { p, m, { 0 }, 0 };
        marks_of(t, &g, &a, &b, s, marked);
        told += put(t, &g, marked) > 0;
        dmn_free(m);
    }
    CHECK(told > 0);                                    /* a law that changes much is seen to */
    printf("# %zu of 25 drafts told a number, %zu questions kept\n", told, g.n);
    groups_are_large(t, &g);
    near_is_same(t, &g);
    pack_unref(p);
    ctx_done(&g.c);
}

/* ---- in a house with cases -------------------------------------------------------------------- */

#define COUNSEL "codeni-filadelfia"
#define SECRETARY "secretaria-filadelfia"

static void screened_case(struct t *t, struct house_t *h, const char *age)
{
    const char *const v[][2] = { { "who/age_years", age }, { "work/works", "yes" }, { "work/work_for", "others" },
        { "work/tasks", "none" }, { "work/hours_day", "3" }, { "work/attends_school", "yes" } };
    struct ctx *c = &h->c;
    struct answers told = { 0 }, a = { 0 };
    struct str receipt, signal, id;
    struct work_case k;
    struct draft *d;
    c->who = NULL;
    (void)answers_put(&c->mem, &told, STR("what"), STR("Aviso inventado"));
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &told,
        .territory = STR("PY-19") }, &receipt, &signal));
    struct str dossier = one_value(h, "SELECT dossier FROM signal_row WHERE id = $1", signal);
    as(t, h, COUNSEL);
    OK(c, draft_begin(c, signal, "test.give", &d));
    draft_in(d, dossier);
    (void)grant_add(c, d, dossier, STR(COUNSEL), LEVEL_WRITE, "duty", 0, (struct str){ 0 });
    OK(c, draft_commit(c, d));
    OK(c, signal_open_case(c, signal, &(struct signal_case){ .title = STR("adolescente (prueba)"),
        .procedure = c->node->pack->procedures[0].id, .cl = true }, &id));
    OK(c, work_case(c, id, &k));
    for (size_t i = 0; i < COUNT_OF(v); i++)
        (void)answers_put(&c->mem, &a, str_c(v[i][0]), str_c(v[i][1]));
    OK(c, kind_save(c, &k, kind_find(STR("screening")), (struct str){ 0 }, &a, (struct str){ 0 }, NULL, &id));
}

/* Count under the pack's tables with another limit of age in row 14. */
static struct present count_at(struct t *t, struct house_t *h, const char *age, const char *question)
{
    struct ctx *c = &h->c;
    struct present p = { 0 };
    struct dmn_model *m = NULL;
    struct str xml, was = STR("<inputEntry id=\"child_labour_14_i1\"><text>&lt; "), next;
    size_t at;
    OK(c, rules_pack_text(c, STR("screening"), &xml));
    CHECK(str_find(xml, was, &at));
    next = str_join(&c->mem, str_sub(xml, 0, at + was.n), str_c(age), str_sub(xml, at + was.n + 2, xml.n));
    OK(c, dmn_load(c, STR("draft.dmn"), next, NULL, 0, &m));
    struct compare_side a = { c->node->pack, pack_decision(c->node->pack, STR("screening")), { 0 }, 0 },
                        b = { c->node->pack, m, { 0 }, 0 };
    OK(c, present_count(c, &a, &b, STR("screening"), str_c(question), &p));
    dmn_free(m);
    return p;
}

static void in_a_house_on(struct t *t, struct house_t *h)
{
    struct ctx *c = &h->c;
    struct present p;
    struct record rec;
    struct str draft;
    for (int i = 0; i < 7; i++)
        screened_case(t, h, "15");
    for (int i = 0; i < 3; i++)
        screened_case(t, h, "17");
    as(t, h, "contrafor");
    OK(c, rules_draft_new(c, &(struct rules_draft_new){ STR("screening"), STR("Prueba"), STR("Prueba"), { 0 } }, &draft));
    as(t, h, "fiscalia-filadelfia");
    struct compare_side none = { 0 };
    REFUSED(c, ERR_DENIED, present_count(c, &none, &none, STR("screening"), STR("q"), &p));
    as(t, h, SECRETARY);
    p = count_at(t, h, "16", "q1");
    CHECK(!p.refused && p.read == 10 && p.changed == 10);       /* seven of ten: three are not told apart */
    p = count_at(t, h, "14", "q2");
    CHECK(!p.refused && p.changed == 0);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM rules_count", NO_ARGS), 2);      /* how many there are; the seven */
    p = count_at(t, h, "16", "q1");
    CHECK(p.changed == 10);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM rules_count", NO_ARGS), 2);
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'count'", NO_ARGS), 3);
    screened_case(t, h, "15");                                  /* one case more is nobody's business */
    as(t, h, SECRETARY);
    p = count_at(t, h, "16", "q1");
    CHECK(p.read == 10 && p.changed == 10);
    struct str kept = one_value(h, "SELECT id FROM rules_count WHERE id <> $1 LIMIT 1", STR("-"));
    REFUSED(c, ERR_NOT_FOUND, access_record(c, kept, &rec));    /* which cases: nobody reads it */
    for (int i = 3; i < 20; i++) {
        char q[8];
        (void)snprintf(q, sizeof q, "q%d", i);
        p = count_at(t, h, "15", q);
        CHECK_EQ(p.refused, i > COUNTS_PER_DAY);
    }
    CHECK_EQ(COUNT_ROWS(h, "SELECT count(*) FROM access_event WHERE what = 'look_limit'", NO_ARGS), 1);
    CHECK(!count_at(t, h, "16", "q1").refused);                 /* what was asked today stays answered */
    c->now_us += US_PER_DAY;
    CHECK(!count_at(t, h, "16", "q30").refused);
}

static void in_a_house(struct t *t)
{
    for (int pg = 0; pg < engines(); pg++) {
        struct house_t h;
        if (house_fresh(t, &h, pg))
            in_a_house_on(t, &h);
        house_end(&h);
    }
}

static const struct t_case cases[] = {
    { "what is told, question after question", examples },
    { "sums and differences hold no small group", by_sums },
    { "random drafts, cell by cell: no answer tells fewer than five apart", drafts_at_random },
    { "random drafts of the law over situations: the same", drafts_of_the_law },
    { "refused memory", survives_refusals },
    { "in a house: counted, kept where nobody reads, so many a day", in_a_house },
};
T_MAIN(cases)
