/* A described situation, its answer, and files of situations. */
#include "checker/checker.h"
#include "t.h"

static struct pack *pack_of(struct t *t, struct ctx *c, const char *dir)
{
    struct pack *p = NULL;
    OK(c, pack_load(c, dir, &p));
    return p;
}

/* One row of a file as a situation. */
static struct feel_value situation(struct t *t, struct ctx *c, const struct pack *p, const char *csv)
{
    struct checker_input *in;
    struct checker_situation *s = NULL;
    size_t n, k = 0;
    OK(c, checker_inputs(c, p, NULL, STR("screening"), &in, &n));
    OK(c, checker_situations(c, in, n, str_c(csv), &s, &k));
    CHECK_EQ(k, 1);
    return k ? s[0].in : feel_null();
}

static struct checker_answer answer_to(struct t *t, struct ctx *c, const struct pack *p, const char *csv)
{
    struct checker_answer a = { 0 };
    OK(c, checker_evaluate(c, p, NULL, STR("screening"), situation(t, c, p, csv), &a));
    return a;
}

/* The answer is as certain as the least certain row that fired. */
static void weakest_row_counts(struct t *t)
{
    struct ctx c;
    ctx_init(&c, 256 << 20);
    struct pack *p = pack_of(t, &c, "packs/py");
    struct checker_answer a = answer_to(t, &c, p, "age_years,works,work_for,tasks\n17,yes,others,raising_cattle\n");
    const struct checker_part *cl = checker_part(&a, "child_labour");

    CHECK(str_is(checker_says(&c, &a, "child_labour"), "hazardous"));
    CHECK(cl && str_is(cl->verdict, "hazardous") && cl->n == 1 && cl->verified == PACK_YES);
    for (size_t i = 0; i < a.n; i++) {
        enum pack_verified low = PACK_YES;
        for (size_t k = 0; k < a.part[i].n; k++) {
            CHECK(a.part[i].row[k].provisions.n > 0);
            if (a.part[i].row[k].verified < low)
                low = a.part[i].row[k].verified;
        }
        CHECK_EQ(a.part[i].verified, low);
        CHECK(a.verified <= low);
    }
    CHECK(a.provisions > 3);
    for (size_t i = 0; i < a.provisions; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(a.provision[i] != a.provision[k]);
    a = answer_to(t, &c, p, "age_years,works,tasks\n17,yes,pesticides\n");
    cl = checker_part(&a, "child_labour");
    CHECK(a.review && cl && cl->verified != PACK_YES);
    CHECK(checker_part(&a, "no such table") == NULL);
    pack_unref(p);
    ctx_done(&c);
}

/* Not known is never "no", and "none" is not a thing found. */
static void unknown_is_not_no(struct t *t)
{
    static const struct { const char *csv, *want; } rows[] = {
        { "age_years\n30\n", "not_asked" },
        { "age_years,forced_labour_indicators\n30,unknown\n", "not_asked" },
        { "age_years,forced_labour_indicators\n30,none\n", "not_identified_yet" },
        { "age_years,forced_labour_indicators\n30,debt_bondage\n", "possible" },
        { "age_years,forced_labour_indicators\n30,debt_bondage;withholding_of_wages\n", "indicated" },
        { "age_years,forced_labour_indicators\n30,\"debt_bondage, withholding_of_wages\"\n", "indicated" },
    };
    struct ctx c;
    ctx_init(&c, 256 << 20);
    struct pack *p = pack_of(t, &c, "packs/py");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct checker_answer a = answer_to(t, &c, p, rows[i].csv);
        CHECK_STR(checker_says(&c, &a, "forced_labour"), rows[i].want);
    }
    pack_unref(p);
    ctx_done(&c);
}

static void mistakes_have_a_line(struct t *t)
{
    static const struct { const char *csv, *says; } rows[] = {
        { "", "line 1: the file is empty" },
        { "\n", "line 1: no column names" },
        { "age_years,height\n", "line 1: no input is called \"height\"" },
        { "age_years,age_years\n", "line 1: column \"age_years\" comes twice" },
        { "age_years\n13\nold\n", "line 3, column age_years: \"old\" is not a value of it" },
        { "id,works\na,yes\nb,perhaps\n", "line 3, column works: \"perhaps\" is not a value of it" },
        { "sector\nmoon\n", "line 2, column sector: \"moon\" is not a value of it" },
        { "tasks\nheights moon\n", "line 2, column tasks: \"heights moon\" is not a value of it" },
        { "age_years\n13,4\n", "line 2: 2 cells, the heading has 1" },
        { "id,text,works\na,\"two\nlines\",yes\nb,\"and\nmore\",\"x\"\n", "line 4, column works: \"x\" is not a value of it" },
        { "works\n\"yes\"no\n", "line 2: not CSV in UTF-8, or a stray quote" },
        { "works\n\xff\n", "line 2: not CSV in UTF-8, or a stray quote" },
    };
    struct ctx c;
    struct checker_input *in;
    size_t n;
    ctx_init(&c, 256 << 20);
    struct pack *p = pack_of(t, &c, "packs/py");
    OK(&c, checker_inputs(&c, p, NULL, STR("screening"), &in, &n));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct checker_situation *s;
        size_t k;
        CHECK_EQ(checker_situations(&c, in, n, str_c(rows[i].csv), &s, &k), ERR_INPUT);
        CHECK_STR(str_c(c.fault.detail), rows[i].says);
        c.fault = (struct fault){ 0 };
    }
    pack_unref(p);
    ctx_done(&c);
}

static void rows_are_cut_as_written(struct t *t)
{
    struct ctx c;
    struct checker_input *in;
    struct checker_situation *s;
    size_t n, k;
    ctx_init(&c, 256 << 20);
    struct pack *p = pack_of(t, &c, "packs/py");
    OK(&c, checker_inputs(&c, p, NULL, STR("screening"), &in, &n));
    OK(&c, checker_situations(&c, in, n, STR("\xEF\xBB\xBFid,text,works\r\na,\"said \"\"no\"\"\ntwice\",no\r\n\r\nb,,yes"), &s, &k));
    CHECK_EQ(k, 2);
    CHECK(str_is(s[0].id, "a") && s[0].line == 2 && str_is(s[0].text, "said \"no\"\ntwice"));
    CHECK(str_is(s[1].id, "b") && s[1].line == 5 && s[1].text.n == 0);

    struct str window = STR("a\n\"b\nc"), record;
    int lines;
    CHECK(checker_record(&window, false, &record, &lines) && str_is(record, "a\n") && lines == 1);
    CHECK(!checker_record(&window, false, &record, &lines));        /* half a record: wait for more */
    CHECK(checker_record(&window, true, &record, &lines) && str_is(record, "\"b\nc"));
    CHECK(!checker_record(&window, true, &record, &lines));
    pack_unref(p);
    ctx_done(&c);
}

/* A draft changes one number; what changes is named, with the rows of both. */
static void drafts_compare(struct t *t)
{
    struct ctx c;
    struct dmn_model *draft = NULL;
    struct str xml, edited, from = STR("&gt; 6</text>"), to = STR("&gt; 8</text>");
    struct checker_change *ch;
    size_t n, at;
    ctx_init(&c, 256 << 20);
    struct pack *p = pack_of(t, &c, "packs/py");
    OK(&c, file_read(&c, "packs/py/decisions/screening.dmn", DMN_FILE_MAX, &xml));
    CHECK(str_find(xml, from, &at));
    edited = str_join(&c.mem, str_sub(xml, 0, at), to, str_sub(xml, at + from.n, SIZE_MAX));
    OK(&c, dmn_load(&c, STR("draft.dmn"), edited, NULL, 0, &draft));

    struct feel_value in = situation(t, &c, p, "age_years,works,hours_day,tasks,night_work\n15,yes,7,none,no\n");
    struct checker_answer a = { 0 }, b = { 0 };
    OK(&c, checker_evaluate(&c, p, NULL, STR("screening"), in, &a));
    OK(&c, checker_evaluate(&c, p, draft, STR("screening"), in, &b));
    OK(&c, checker_compare(&c, &a, &a, &ch, &n));
    CHECK_EQ(n, 0);
    OK(&c, checker_compare(&c, &a, &b, &ch, &n));
    bool found = false;
    for (size_t i = 0; i < n; i++)
        if (str_is(ch[i].entry, "child_labour")) {
            found = true;
            CHECK(ch[i].rows_before && ch[i].rows_after);
            CHECK(str_is(feel_text(&c.mem, ch[i].before), "child_labour"));
        }
    CHECK(found);
    dmn_free(draft);
    pack_unref(p);
    ctx_done(&c);
}

/* Every pack, every input: asked by its form, and its choices are its values. */
static void every_input_is_asked(struct t *t)
{
    static const char *const dirs[] = { "packs/py", "packs/ar", "packs/lr", "packs/th" };
    for (size_t i = 0; i < COUNT_OF(dirs); i++) {
        struct ctx c;
        struct checker_input *in;
        size_t n;
        ctx_init(&c, 256 << 20);
        struct pack *p = pack_of(t, &c, dirs[i]);
        OK(&c, checker_inputs(&c, p, NULL, STR("screening"), &in, &n));
        for (size_t k = 0; k < n; k++) {
            CHECK(in[k].field != NULL);
            for (size_t j = 0; in[k].field && in[k].field->list && j < in[k].field->list->n; j++) {
                struct feel_value v;
                CHECK(checker_value(&c, &in[k], in[k].field->list->choice[j].name, &v));
            }
        }
        pack_unref(p);
        ctx_done(&c);
    }
}

static void refused(struct t *t)
{
    struct ctx c;
    struct checker_answer a;
    ctx_init(&c, 256 << 20);
    struct pack *p = pack_of(t, &c, "packs/py");
    CHECK_EQ(checker_evaluate(&c, p, NULL, STR("no_such"), feel_null(), &a), ERR_NOT_FOUND);
    c.fault = (struct fault){ 0 };
    struct feel_value in = situation(t, &c, p, "age_years,works,tasks\n17,yes,pesticides\n");
    for (long n = 1;; n++) {
        c.mem.fail_at = c.mem.count + n;
        enum err e = checker_evaluate(&c, p, NULL, STR("screening"), in, &a);
        c.mem.fail_at = 0;
        c.mem.failed = false;
        c.fault = (struct fault){ 0 };
        if (e == ERR_OK) {
            CHECK(n > 10);
            break;
        }
        CHECK_EQ(e, ERR_NOMEM);
    }
    pack_unref(p);
    ctx_done(&c);
}


/* ---- conversations --------------------------------------------------------------- */

static uint64_t dice(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Some answer to a question, often "not known". */
static struct str some_answer(struct ctx *c, const struct checker_input *x, uint64_t *state)
{
    static const char *const numbers[] = { "0", "2", "3", "4", "6", "7", "8", "13", "14", "15", "16", "17", "18", "30", "40" };
    if (dice(state) % 5 == 0 || !x->field)
        return STR("unknown");
    if (!x->field->list)
        return str_c(numbers[dice(state) % COUNT_OF(numbers)]);
    const struct form_list *l = x->field->list;
    struct str one = l->choice[dice(state) % l->n].name;
    if (x->field->type != FORM_SELECT_MANY || str_is(one, "none"))
        return one;
    struct str two = l->choice[dice(state) % l->n].name;
    return str_is(two, "none") ? one : str_join(&c->mem, one, STR(" "), two);
}

/* What was not asked changes nothing: any answers to it give the same verdicts. */
static void same_whatever_else(struct t *t, struct ctx *c, struct checker_talk *k, uint64_t *state)
{
    static const char *const goals[] = { "age_group", "child_labour", "forced_labour", "trafficking", "criadazgo", "urgency" };
    struct checker_answer asked, full;
    OK(c, checker_evaluate(c, k->pack, NULL, k->decision, checker_talk_inputs(c, k), &asked));
    for (size_t i = 0; i < k->n; i++)
        if (!k->known[i])
            CHECK(checker_talk_say(c, k, k->in[i].name, some_answer(c, &k->in[i], state)));
    OK(c, checker_evaluate(c, k->pack, NULL, k->decision, checker_talk_inputs(c, k), &full));
    for (size_t i = 0; i < COUNT_OF(goals); i++) {
        struct str a = checker_says(c, &asked, goals[i]), b = checker_says(c, &full, goals[i]);
        if (str_eq(a, b))
            continue;
        t->bad++;
        printf("# %s is " STR_F ", after more answers " STR_F "\n", goals[i], STR_A(a), STR_A(b));
    }
}

static void what_is_not_asked_does_not_matter(struct t *t)
{
    static const char *const dirs[] = { "packs/py", "packs/ar", "packs/lr", "packs/th" };
    uint64_t state = 7;
    for (size_t d = 0; d < COUNT_OF(dirs); d++) {
        struct ctx c, one;
        size_t most = 0, least = SIZE_MAX;
        ctx_init(&c, 256 << 20);
        ctx_init(&one, 64 << 20);
        struct pack *p = pack_of(t, &c, dirs[d]);
        for (int i = 0; i < 40; i++) {
            struct checker_talk k;
            const struct checker_input *x;
            arena_reset(&one.mem);
            OK(&one, checker_talk_open(&one, p, NULL, STR("screening"), &k));
            OK(&one, checker_talk_next(&one, &k, &x));
            while (x && checker_talk_say(&one, &k, x->name, some_answer(&one, x, &state)))
                OK(&one, checker_talk_next(&one, &k, &x));
            CHECK(!x);                          /* every answer of the form was taken */
            most = k.said > most ? k.said : most;
            least = k.said < least ? k.said : least;
            same_whatever_else(t, &one, &k, &state);
        }
        printf("# %s: between %zu and %zu questions\n", dirs[d], least, most);
        CHECK(least < 12 && most < 32);
        pack_unref(p);
        ctx_done(&one);
        ctx_done(&c);
    }
}

static void answers_can_be_taken_back(struct t *t)
{
    struct ctx c;
    struct checker_talk k;
    const struct checker_input *x, *again;
    ctx_init(&c, 256 << 20);
    struct pack *p = pack_of(t, &c, "packs/py");
    OK(&c, checker_talk_open(&c, p, NULL, STR("screening"), &k));
    OK(&c, checker_talk_next(&c, &k, &x));
    CHECK(x && checker_talk_say(&c, &k, x->name, STR("unknown")));
    CHECK_EQ(k.said, 1);
    CHECK(!checker_talk_say(&c, &k, STR("no_such"), STR("yes")));
    CHECK(!checker_talk_say(&c, &k, STR("works"), STR("perhaps")));
    CHECK_EQ(k.said, 1);
    checker_talk_unsay(&k, x->name);
    OK(&c, checker_talk_next(&c, &k, &again));
    CHECK(again == x && k.said == 0);
    pack_unref(p);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "an answer is as certain as its least certain row", weakest_row_counts },
    { "not known is never no, none is nothing found", unknown_is_not_no },
    { "a mistake in a file has line and column", mistakes_have_a_line },
    { "records with line breaks inside quotes", rows_are_cut_as_written },
    { "what a draft changes, and why", drafts_compare },
    { "every input of every pack is asked by its form", every_input_is_asked },
    { "every allocation refused in turn", refused },
    { "what is not asked does not matter", what_is_not_asked_does_not_matter },
    { "answers can be taken back", answers_can_be_taken_back },
};
T_MAIN(cases)
