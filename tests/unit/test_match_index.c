/* The index: what it finds, says, forgets and survives. */
#include "match/inside.h"
#include "match_people.h"
#include "t.h"

#include <pthread.h>

static const size_t CAP = (size_t)1 << 28;

static void add(struct t *t, struct ctx *c, struct match_index *ix, const char *id,
                struct match_record r)
{
    OK(c, match_index_add(c, ix, str_c(id), &r));
}

static size_t look(struct t *t, struct ctx *c, struct match_index *ix, struct match_record r,
                   struct match_candidate **out)
{
    size_t n = 0, dropped = 0;
    OK(c, match_lookup(c, ix, &r, 20, out, &n, &dropped));
    return n;
}

#define REC(...) ((struct match_record){ __VA_ARGS__ })

/* ---- examples: asked, held, found at or above the threshold ------------------------- */

static void finds_what_it_should(struct t *t)
{
    static const struct { const char *name; struct match_record asked, held; bool found; } rows[] = {
        { "same", { .given = STR_INIT("Rosa"), .surname = STR_INIT("Zarate"), .birth = STR_INIT("2009-03-14") },
          { .given = STR_INIT("Rosa"), .surname = STR_INIT("Zárate"), .birth = STR_INIT("2009-03-14") }, true },
        { "swapped", { .given = STR_INIT("Zarate"), .surname = STR_INIT("Rosa"), .birth = STR_INIT("2009-03-14") },
          { .given = STR_INIT("Rosa"), .surname = STR_INIT("Zarate"), .birth = STR_INIT("2009-03-14") }, true },
        { "nickname", { .given = STR_INIT("Pancho"), .surname = STR_INIT("Zarate"), .birth = STR_INIT("2009-03-14") },
          { .given = STR_INIT("Francisco"), .surname = STR_INIT("Zarate"), .birth = STR_INIT("2009-03-14") }, true },
        { "age only", { .given = STR_INIT("Eleuterio"), .surname = STR_INIT("Zarate"), .second = STR_INIT("Urunaga"),
            .has_age = true, .age = 17, .age_on = 20544 },
          { .given = STR_INIT("Eleuterio"), .surname = STR_INIT("Zarate"), .second = STR_INIT("Urunaga"),
            .birth = STR_INIT("2009-03-14") }, true },
        { "joined", { .given = STR_INIT("Mariajose"), .surname = STR_INIT("Zarate"), .birth = STR_INIT("2009-03-14") },
          { .given = STR_INIT("María José"), .surname = STR_INIT("Zarate"), .birth = STR_INIT("2009-03-14") }, true },
        { "full name", { .full = STR_INIT("ZARATE URUNAGA, Rosa"), .birth = STR_INIT("2009-03-14") },
          { .given = STR_INIT("Rosa"), .surname = STR_INIT("Zarate"), .second = STR_INIT("Urunaga"),
            .birth = STR_INIT("2009-03-14") }, true },
        { "Buddhist era", { .given = STR_INIT("สมชาย"), .surname = STR_INIT("Saetang"), .birth = STR_INIT("14/03/2552") },
          { .given = STR_INIT("Somchai"), .surname = STR_INIT("Saetang"), .birth = STR_INIT("2009-03-14") }, true },
        { "day and month", { .given = STR_INIT("Kou"), .surname = STR_INIT("Gbowee"), .birth = STR_INIT("2009-05-08") },
          { .given = STR_INIT("Kou"), .surname = STR_INIT("Bowee"), .birth = STR_INIT("2009-08-05") }, true },
        { "another person", { .given = STR_INIT("Rosa"), .surname = STR_INIT("Zarate"), .birth = STR_INIT("2009-03-14") },
          { .given = STR_INIT("Pedro"), .surname = STR_INIT("Zarate"), .birth = STR_INIT("1971-10-25") }, false },
        { "another id", { .given = STR_INIT("Maria"), .surname = STR_INIT("Vera"), .birth = STR_INIT("2009"),
            .ids = { { .value = STR_INIT("4123567") } } },
          { .given = STR_INIT("Maria"), .surname = STR_INIT("Vera"), .birth = STR_INIT("2008"),
            .ids = { { .value = STR_INIT("7654981") } } }, false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        struct match_index *ix = NULL;
        struct match_candidate *cand = NULL;
        ctx_init(&c, 1 << 24);
        OK(&c, match_index_new(&c, CAP, &ix));
        add(t, &c, ix, "held", rows[i].held);
        size_t n = look(t, &c, ix, rows[i].asked, &cand);
        bool found = n == 1 && cand[0].mbits >= 0;
        if (found != rows[i].found) {
            printf("# %s: %zu found, %d\n", rows[i].name, n, n ? cand[0].mbits : 0);
            t->bad++;
        }
        match_index_free(ix);
        ctx_done(&c);
    }
}

static void bars_add_up(struct t *t)
{
    struct ctx c;
    struct match_candidate out;
    struct match_record a = REC(.given = STR("Rosa María"), .surname = STR("González"),
                                .birth = STR("2009"), .phones = { STR("0981 123 456") });
    struct match_record b = REC(.given = STR("Rosita"), .surname = STR("Gonsales"),
                                .birth = STR("2009-03-14"), .phones = { STR("+595981123456") });
    ctx_init(&c, 1 << 24);
    OK(&c, match_pair_explain(&c, NULL, &a, &b, &out));
    int64_t sum = 0;
    bool nick = false, phonetic = false, within = false;
    for (size_t i = 0; i < out.n_rows; i++) {
        const struct match_row *r = &out.rows[i];
        sum += r->mbits;
        nick |= r->what == MATCH_GIVEN && !strcmp(r->level, "nickname") && r->mbits > 0;
        phonetic |= r->what == MATCH_SURNAME && str_is(r->text, "match.surname.phonetic") &&
                    str_is(r->a, "González") && str_is(r->b, "gonsales");
        within |= r->what == MATCH_BIRTH && !strcmp(r->level, "within");
        CHECK(r->if_same >= r->if_other);
    }
    CHECK_EQ(sum, out.mbits);
    CHECK(nick && phonetic && within);
    ctx_done(&c);
}

/* ---- properties on generated people ------------------------------------------------- */

static struct match_index *filled(struct t *t, struct ctx *c, int country, int n, uint64_t seed)
{
    struct match_index *ix = NULL;
    struct fiction f = { .state = seed, .country = country };
    struct fictional p, q;
    OK(c, match_index_new(c, CAP, &ix));
    for (int i = 0; i < n; i += 2) {
        char id[ID_LEN + 1];
        people_person(&f, &p);
        (void)people_copy(&f, &p, 3, &q);
        (void)snprintf(id, sizeof id, "p%d", i);
        add(t, c, ix, id, people_record(&p));
        (void)snprintf(id, sizeof id, "p%d", i + 1);
        add(t, c, ix, id, people_record(&q));
    }
    return ix;
}

static void symmetric_whoever_asks(struct t *t)
{
    struct ctx c;
    ctx_init(&c, 1 << 24);
    for (int country = 0; country < PEOPLE_COUNTRIES; country++) {
        struct match_index *ix = filled(t, &c, country, 300, 11);
        struct memo m = { 1023, NEW_N(&c.mem, uint64_t, 1024) };
        for (uint32_t i = 0; i < 300; i++)
            for (uint32_t j = 0; j < i; j++) {
                struct evidence x, y;
                compare(ix, &m, rec_at(ix, i), rec_at(ix, j), &x);
                compare(ix, &m, rec_at(ix, j), rec_at(ix, i), &y);
                int32_t a = to_mbits(model_score(&ix->model, &x)), b = to_mbits(model_score(&ix->model, &y));
                if (a - b > 1 || b - a > 1) {
                    printf("# %s %u %u: %d and %d\n", people_code[country], i, j, a, b);
                    t->bad++;
                }
            }
        match_index_free(ix);
    }
    ctx_done(&c);
}

static void a_search_equals_the_batch(struct t *t)
{
    struct ctx c;
    struct links links = { 0 };
    size_t compared, dropped, agreed = 0;
    struct fiction f = { .state = 5, .country = PEOPLE_PY };
    struct fictional p, q;
    bool kept;
    ctx_init(&c, 1 << 26);
    struct match_index *ix = filled(t, &c, PEOPLE_PY, 600, 5);
    OK(&c, match_index_train(&c, ix, &kept));
    OK(&c, score_all(&c, ix, false, 2, -6, &links, &compared, &dropped));
    for (int i = 0; i < 600; i += 2) {
        struct match_candidate *cand;
        people_person(&f, &p);
        (void)people_copy(&f, &p, 3, &q);
        size_t n = look(t, &c, ix, people_record(&p), &cand);
        for (size_t k = 0; k < n; k++) {
            int64_t other;
            CHECK(str_to_i64(str_sub(cand[k].id, 1, 20), &other));
            if (other == i)
                continue;
            uint32_t lo = (uint32_t)(other < i ? other : i), hi = (uint32_t)(other < i ? i : other);
            bool same = false;
            for (size_t l = 0; l < links.n; l++) {
                int32_t gap = links.p[l].mbits - cand[k].mbits;
                same |= links.p[l].a == lo && links.p[l].b == hi && gap <= 1 && gap >= -1;
            }
            agreed += same;
            CHECK(same);
        }
    }
    CHECK(agreed > 200);
    free(links.p);
    match_index_free(ix);
    ctx_done(&c);
}

static void remembers_and_forgets(struct t *t)
{
    struct ctx c;
    struct match_candidate *cand;
    struct match_record r = REC(.given = STR("Rosa"), .surname = STR("Zarate"), .birth = STR("2009-03-14"));
    ctx_init(&c, 1 << 26);
    struct match_index *ix = filled(t, &c, PEOPLE_PY, 100, 3);
    add(t, &c, ix, "rosa", r);
    CHECK_EQ(match_index_count(ix), 101);
    CHECK(look(t, &c, ix, r, &cand) >= 1 && str_is(cand[0].id, "rosa"));
    OK(&c, match_index_remove(&c, ix, STR("rosa")));
    CHECK_EQ(match_index_count(ix), 100);
    size_t n = look(t, &c, ix, r, &cand);
    for (size_t i = 0; i < n; i++)
        CHECK(!str_is(cand[i].id, "rosa"));
    CHECK_EQ(match_index_remove(&c, ix, STR("rosa")), ERR_NOT_FOUND);
    c.fault = (struct fault){ 0 };
    for (int i = 0; i < 4000; i++)              /* replaced again and again: compaction */
        add(t, &c, ix, "rosa", r);
    CHECK_EQ(match_index_count(ix), 101);
    n = look(t, &c, ix, r, &cand);
    CHECK(n >= 1 && str_is(cand[0].id, "rosa"));
    for (size_t i = 1; i < n; i++)
        CHECK(!str_is(cand[i].id, "rosa"));
    CHECK_EQ(match_index_add(&c, ix, STR(""), &r), ERR_INPUT);
    match_index_free(ix);
    ctx_done(&c);
}

static void refuses_every_growth_in_turn(struct t *t)
{
    struct ctx c;
    struct match_record r = REC(.given = STR("Rosa"), .surname = STR("Zarate"), .birth = STR("2009-03-14"));
    ctx_init(&c, 1 << 24);
    for (long n = 1;; n++) {
        struct match_index *ix = NULL;
        struct match_candidate *cand;
        OK(&c, match_index_new(&c, CAP, &ix));
        ix->purse.fail_at = ix->purse.count + n;
        enum err e = match_index_add(&c, ix, STR("rosa"), &r);
        ix->purse.fail_at = 0;
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        c.fault = (struct fault){ 0 };
        CHECK_EQ(match_index_count(ix), e == ERR_OK);
        CHECK_EQ(look(t, &c, ix, r, &cand), e == ERR_OK);
        if (e)
            add(t, &c, ix, "rosa", r);
        CHECK_EQ(look(t, &c, ix, r, &cand), 1);
        match_index_free(ix);
        if (e == ERR_OK) {
            CHECK(n > 4);
            break;
        }
    }
    ctx_done(&c);
}

static void lookup_survives_every_refusal(struct t *t)
{
    struct ctx c;
    struct match_record r = REC(.given = STR("Rosa"), .surname = STR("Zarate"), .birth = STR("2009-03-14"));
    ctx_init(&c, 1 << 24);
    struct match_index *ix = filled(t, &c, PEOPLE_PY, 50, 3);
    add(t, &c, ix, "rosa", r);
    for (long n = 1; n < 1000; n++) {
        struct match_candidate *cand = NULL;
        size_t k = 0, dropped;
        struct ctx d;
        ctx_init(&d, 1 << 24);
        d.mem.fail_at = n;
        enum err e = match_lookup(&d, ix, &r, 5, &cand, &k, &dropped);
        CHECK(e == ERR_OK || (e == ERR_NOMEM && cand == NULL && k == 0));
        ctx_done(&d);
        if (e == ERR_OK) {
            CHECK(n > 5);
            break;
        }
    }
    match_index_free(ix);
    ctx_done(&c);
}

struct reader { struct match_index *ix; int found; };

static void *read_much(void *arg)
{
    struct reader *r = arg;
    struct match_record q = REC(.given = STR("Rosa"), .surname = STR("Zarate"), .birth = STR("2009-03-14"));
    for (int i = 0; i < 60; i++) {
        struct ctx c;
        struct match_candidate *cand;
        size_t n, dropped;
        ctx_init(&c, 1 << 22);
        if (match_lookup(&c, r->ix, &q, 3, &cand, &n, &dropped) == ERR_OK && n && cand[0].mbits > 0)
            r->found++;
        ctx_done(&c);
    }
    return NULL;
}

static void readers_beside_a_writer(struct t *t)
{
    struct ctx c;
    pthread_t th[2];
    struct match_record r = REC(.given = STR("Rosa"), .surname = STR("Zarate"), .birth = STR("2009-03-14"));
    struct fiction f = { .state = 9, .country = PEOPLE_PY };
    struct fictional p;
    ctx_init(&c, 1 << 24);
    struct match_index *ix = filled(t, &c, PEOPLE_PY, 50, 3);
    struct reader rd[2] = { { ix, 0 }, { ix, 0 } };
    add(t, &c, ix, "rosa", r);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_create(&th[i], NULL, read_much, &rd[i]), 0);
    for (int i = 0; i < 1000; i++) {
        char id[ID_LEN + 1];
        people_person(&f, &p);
        (void)snprintf(id, sizeof id, "w%d", i);
        add(t, &c, ix, id, people_record(&p));
    }
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(pthread_join(th[i], NULL), 0);
        CHECK_EQ(rd[i].found, 60);
    }
    match_index_free(ix);
    ctx_done(&c);
}

static void many_identical_people_stay_quick(struct t *t)
{
    struct ctx c;
    struct match_candidate *cand;
    size_t n, dropped = 0;
    struct match_record r = REC(.given = STR("Maria"), .surname = STR("Gonzalez"));
    ctx_init(&c, 1 << 24);
    struct match_index *ix = NULL;
    OK(&c, match_index_new(&c, CAP, &ix));
    for (int i = 0; i < 5000; i++) {
        char id[ID_LEN + 1];
        (void)snprintf(id, sizeof id, "m%d", i);
        add(t, &c, ix, id, r);
    }
    OK(&c, match_lookup(&c, ix, &r, 10, &cand, &n, &dropped));
    CHECK(n <= 10);
    CHECK(dropped > 1000);                      /* counted and told */
    match_index_free(ix);
    ctx_done(&c);
}

/* A list too common to split, met by a key of another pass with the same hash. */
static void an_overfull_list_meets_another_pass(struct t *t)
{
    struct ctx c;
    struct match_record r = REC(.given = STR("Maria"), .surname = STR("Gonzalez"));
    struct match_index *ix = NULL;
    uint32_t leaf = 77;
    ctx_init(&c, 1 << 24);
    OK(&c, match_index_new(&c, CAP, &ix));
    for (int i = 0; i < 300; i++) {
        char id[ID_LEN + 1];
        (void)snprintf(id, sizeof id, "m%d", i);
        add(t, &c, ix, id, r);
    }
    for (uint32_t i = 0; i < 300; i++)
        post_add(ix, i, (struct key){ 77, PASS_ID });
    for (int depth = 0; key_refine(&ix->dict, rec_at(ix, 0), PASS_ID, leaf, depth, &leaf); depth++)
        ;
    CHECK(post_count(&ix->post, leaf) > 64);
    for (uint32_t i = 0; i < 300; i++)
        post_add(ix, i, (struct key){ leaf, PASS_PHONE });
    match_index_free(ix);
    ctx_done(&c);
}

static void verdicts_move_the_threshold(struct t *t)
{
    struct ctx c;
    struct match_verdict v[200];
    struct match_record r = REC(.given = STR("Rosa"), .surname = STR("Zarate"), .birth = STR("2009-03-14"));
    struct match_candidate *cand;
    ctx_init(&c, 1 << 24);
    struct match_index *ix = filled(t, &c, PEOPLE_PY, 100, 3);
    add(t, &c, ix, "rosa", r);
    CHECK(look(t, &c, ix, r, &cand) >= 1);
    int32_t before = cand[0].mbits;
    for (int i = 0; i < 200; i++)               /* here people say "same" only above +4 bits */
        v[i] = (struct match_verdict){ -8000 + i * 100, -8000 + i * 100 >= 3000 };
    struct match_calibration k;
    OK(&c, match_index_calibrate(&c, ix, v, 200, &k));
    CHECK(k.used && k.moved_mbits > 2000 && k.moved_mbits < 4000);
    CHECK(look(t, &c, ix, r, &cand) >= 1 && cand[0].mbits != before);
    CHECK(cand[0].raw_mbits > before - 30 && cand[0].raw_mbits < before + 30);
    OK(&c, match_index_calibrate(&c, ix, v, 200, &k));  /* from all verdicts, not on top of the last */
    CHECK(k.moved_mbits > 2000 && k.moved_mbits < 4000);
    for (int i = 0; i < 200; i++)               /* the other way round: out of bounds */
        v[i].same = !v[i].same;
    OK(&c, match_index_calibrate(&c, ix, v, 200, &k));
    CHECK(!k.used && k.moved_mbits == 0);
    CHECK(look(t, &c, ix, r, &cand) >= 1 && cand[0].mbits == before);
    for (int i = 0; i < 200; i++)
        v[i] = (struct match_verdict){ i * 100, true };
    OK(&c, match_index_calibrate(&c, ix, v, 200, &k));  /* nobody ever said no */
    CHECK(!k.used && k.same == 200);
    OK(&c, match_index_calibrate(&c, ix, NULL, 0, &k));
    CHECK(!k.used && k.verdicts == 0);
    match_index_calibration(ix, &k);
    CHECK(!k.used);
    match_index_free(ix);
    ctx_done(&c);
}

static void bonds_make_groups(struct t *t)
{
    struct ctx c;
    struct match_groups g;
    ctx_init(&c, 1 << 20);
    struct match_bond b[] = {
        { STR("d"), STR("c"), STR("1"), 10, true }, { STR("c"), STR("b"), STR("2"), 20, true },
        { STR("x"), STR("y"), STR("3"), 30, true }, { STR("y"), STR("b"), STR("4"), 5, false },
        { STR("x"), STR("d"), STR("5"), 40, true },             /* would put y and b together */
    };
    for (int turn = 0; turn < 5; turn++) {                      /* whatever order they come in */
        struct match_bond first = b[0];
        memmove(b, b + 1, sizeof b - sizeof *b);
        b[4] = first;
        OK(&c, match_groups(&c, b, 5, &g));
        CHECK_STR(match_group_of(&g, STR("d")), "b");
        CHECK_STR(match_group_of(&g, STR("y")), "x");
        CHECK_STR(match_group_of(&g, STR("nobody")), "nobody");
        CHECK_EQ(match_group_size(&g, STR("c")), 3);
        CHECK_EQ(match_group_size(&g, STR("nobody")), 1);
        CHECK_EQ(g.contradictions, 1);
        CHECK(match_group_apart(&g, b, 5, STR("x"), STR("c")));
        CHECK(!match_group_apart(&g, b, 5, STR("b"), STR("c")));
    }
    OK(&c, match_groups(&c, b, 0, &g));
    CHECK_STR(match_group_of(&g, STR("d")), "d");
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "bonds make groups, whatever their order", bonds_make_groups },
    { "examples are found or not", finds_what_it_should },
    { "the bars of an explanation add up", bars_add_up },
    { "the score is the same whoever asks", symmetric_whoever_asks },
    { "a search gives what the batch gives", a_search_equals_the_batch },
    { "records come, change and go", remembers_and_forgets },
    { "every growth of the index refused in turn", refuses_every_growth_in_turn },
    { "every allocation of a search refused in turn", lookup_survives_every_refusal },
    { "readers beside a writer", readers_beside_a_writer },
    { "thousands of identical people", many_identical_people_stay_quick },
    { "an overfull list meets another pass", an_overfull_list_meets_another_pass },
    { "verdicts move the threshold", verdicts_move_the_threshold },
};
T_MAIN(cases)
