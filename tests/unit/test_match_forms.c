/* Normal forms and levels: tables first. */
#include "match/inside.h"
#include "t.h"

static void folds_letters_of_many_scripts(struct t *t)
{
    static const struct { const char *in, *out; } rows[] = {
        { "González", "gonzalez " }, { "  MARÍA   José ", "maria jose " }, { "Ñandutí", "nanduti " },
        { "O'Brien", "obrien " }, { "Pusó-Ygua", "puso ygua " }, { "G̃uarani", "guarani " },
        { "Jesu\xE9", "jesue " }, { "สมชาย", "smchay " }, { "Øystein Straße", "oystein strasse " },
        { "Ka\xCA\xBC" "aguasu", "kaaguasu " }, { "", "" }, { " ,;-. ", "" }, { "Ａｎａ", "ana " },
    };
    struct folded f;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fold(str_c(rows[i].in), &f);
        CHECK_STR(((struct str){ f.text, f.n }), rows[i].out);
    }
}

static void keeps_within_bounds(struct t *t)
{
    char big[8000];
    struct folded f;
    memset(big, 'a', sizeof big);
    fold((struct str){ big, sizeof big }, &f);
    CHECK(f.n <= FOLD_MAX && f.n_words <= 1);
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = i % 2 ? ' ' : 'b';
    fold((struct str){ big, sizeof big }, &f);
    CHECK_EQ(f.n_words, WORDS_MAX);
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i * 37);
    fold((struct str){ big, sizeof big }, &f);
    CHECK(f.n <= FOLD_MAX);
}

/* Two spellings sound alike in some profile, or in none. */
static bool alike(const char *a, const char *b)
{
    struct sounds x, y;
    sounds_of(str_c(a), &x);
    sounds_of(str_c(b), &y);
    for (int i = 0; i < PROFILES; i++)
        if (x.key[i] && x.key[i] == y.key[i])
            return true;
    return false;
}

static void hears_the_five_profiles(struct t *t)
{
    static const struct { const char *a, *b; } same[] = {
        { "gonzalez", "gonsales" }, { "vera", "bera" }, { "jimenez", "gimenez" },
        { "villalba", "viyalba" }, { "hernandez", "ernandes" }, { "quiroga", "kiroga" },
        { "ximena", "jimena" }, { "cecilia", "sesilia" },                       /* Spanish */
        { "mbareko", "bareko" }, { "tajy", "taji" }, { "ndavi", "davi" },       /* Guarani */
        { "phornthip", "pornthip" }, { "somchai", "somjai" }, { "prasert", "pasert" },
        { "wirat", "wilat" }, { "suchart", "suchat" }, { "malee", "mali" },     /* Thai */
        { "kpadeh", "padeh" }, { "gbowee", "bowee" }, { "konneh", "konnay" },
        { "stephen", "stefen" }, { "kollie", "colleh" },                        /* Liberia */
        { "smith", "smyth" }, { "catherine", "katherine" },                     /* general */
    };
    static const struct { const char *a, *b; } differ[] = {
        { "gonzalez", "gomez" }, { "maria", "martha" }, { "perez", "lopez" }, { "kollie", "kamara" },
        { "somchai", "somsak" }, { "juan", "jose" }, { "ana", "eva" },
    };
    for (size_t i = 0; i < COUNT_OF(same); i++)
        if (!alike(same[i].a, same[i].b)) {
            printf("# %s and %s should sound alike\n", same[i].a, same[i].b);
            t->bad++;
        }
    for (size_t i = 0; i < COUNT_OF(differ); i++)
        if (alike(differ[i].a, differ[i].b)) {
            printf("# %s and %s should not sound alike\n", differ[i].a, differ[i].b);
            t->bad++;
        }
}

static bool share_nick(const char *a, const char *b)
{
    uint16_t x[NICKS], y[NICKS];
    nicks_of(str_c(a), x);
    nicks_of(str_c(b), y);
    for (int i = 0; i < NICKS && x[i]; i++)
        for (int j = 0; j < NICKS && y[j]; j++)
            if (x[i] == y[j])
                return true;
    return false;
}

static void knows_short_forms(struct t *t)
{
    CHECK(share_nick("francisco", "pancho"));
    CHECK(share_nick("jose", "pepe"));
    CHECK(share_nick("elizabeth", "liz"));
    CHECK(share_nick("emmanuel", "emma"));
    CHECK(share_nick("ale", "alejandra") && share_nick("ale", "alejandro"));
    CHECK(!share_nick("alejandra", "alejandro"));
    CHECK(!share_nick("pedro", "pablo"));
    CHECK(nick_groups() < 512);
}

static void reads_dates_as_intervals(struct t *t)
{
    static const struct { const char *in; uint32_t ymd; int kind; } rows[] = {
        { "2009-03-14", 20090314, DATE_DAY }, { "14/3/2009", 20090314, DATE_DAY },
        { "3/14/2009", 20090314, DATE_DAY }, { "20090314", 20090314, DATE_DAY },
        { "14.03.2552", 20090314, DATE_DAY }, { "2552", 20090000, DATE_YEAR },
        { "2009", 20090000, DATE_YEAR }, { "2009-03", 20090300, DATE_MONTH },
        { "14 de marzo de 2009", 20090314, DATE_DAY }, { "March 14, 2009", 20090314, DATE_DAY },
        { "2009-00-00", 20090000, DATE_YEAR }, { "2009-02-31", 20090231, DATE_DAY },
        { "2009-03-14T05:00:00Z", 20090314, DATE_DAY }, { "14/03/09", 20090314, DATE_DAY },
        { "01-05-85", 19850501, DATE_DAY },
    };
    static const char *const none[] = { "", "?", "unknown", "17", "0", "99999", "--", "abril" };
    struct when w;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!when_parse(str_c(rows[i].in), &w)) {
            printf("# %s is a date\n", rows[i].in);
            t->bad++;
            continue;
        }
        CHECK_EQ(w.ymd, rows[i].ymd);
        CHECK_EQ(w.kind, rows[i].kind);
        CHECK(w.lo <= w.hi);
    }
    for (size_t i = 0; i < COUNT_OF(none); i++)
        CHECK(!when_parse(str_c(none[i]), &w));
}

static void compares_births(struct t *t)
{
    static const struct { const char *a, *b; int level; } rows[] = {
        { "2009-03-04", "2009-03-04", BIRTH_EXACT }, { "2009-03-04", "2009-04-03", BIRTH_SWAP },
        { "2009-03-04", "2552-03-04", BIRTH_EXACT }, { "2009-03-04", "2009-03-05", BIRTH_TYPO },
        { "2009-03-14", "2009-03-41", BIRTH_TYPO }, { "2009-01-01", "2009-07-20", BIRTH_FIRST },
        { "2009-03-14", "2009", BIRTH_WITHIN }, { "2009-03-14", "2010", BIRTH_BESIDE },
        { "2009-03-14", "2001", BIRTH_APART }, { "2009-03-14", "1998-03-14", BIRTH_DAYMONTH },
        { "2009-03-14", "2009-11-28", BIRTH_YEAR }, { "2009-03-14", "1971-10-25", BIRTH_NONE },
        { "2009-03-14", "", BIRTH_MISSING }, { "2009-03", "2009-03-31", BIRTH_WITHIN },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct when a = { 0 }, b = { 0 };
        if (!when_parse(str_c(rows[i].a), &a)) a = (struct when){ 0 };
        if (!when_parse(str_c(rows[i].b), &b)) b = (struct when){ 0 };
        CHECK_EQ(birth_level(&a, &b), rows[i].level);
        CHECK_EQ(birth_level(&b, &a), rows[i].level);
    }
}

static void two_ages_compare_by_their_middles(struct t *t)
{
    struct when a, b;
    static const struct { int x, y; enum birth_level level; } rows[] = {
        { 17, 17, BIRTH_WITHIN }, { 17, 18, BIRTH_WITHIN }, { 17, 19, BIRTH_BESIDE }, { 17, 20, BIRTH_BESIDE },
        { 17, 22, BIRTH_APART } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK(when_age(rows[i].x, 20544, true, &a) && when_age(rows[i].y, 20544, true, &b));
        CHECK_EQ(birth_level(&a, &b), rows[i].level);
        CHECK_EQ(birth_level(&b, &a), rows[i].level);
    }
}

static void ages_are_one_year_wide_each_way(struct t *t)
{
    struct when w;
    int64_t on = days_from_civil((struct civil){ 2026, 4, 1 });
    CHECK(when_age(17, on, true, &w));
    CHECK_EQ(civil_from_days(w.lo).year, 2007);
    CHECK_EQ(civil_from_days(w.hi).year, 2010);
    CHECK(!when_age(-1, on, true, &w));
    CHECK(!when_age(121, on, true, &w));
}

static void numbers_follow_country_rules(struct t *t)
{
    static const struct { const char *a, *b, *country; int level; } rows[] = {
        { "4.123.567", "4123567", "PY", SAME_EXACT }, { "0004123567", "4123567", "", SAME_EXACT },
        { "20-30123456-3", "30.123.456", "AR", SAME_EXACT },     /* a CUIL holds the DNI */
        { "20-30123456-9", "30123456", "AR", SAME_DIFF },        /* wrong check digit: not one */
        { "4123567", "4123576", "PY", SAME_NEAR }, { "4123567", "9876543", "PY", SAME_DIFF },
        { "1111111", "1111111", "", SAME_MISSING }, { "12345678", "4123567", "", SAME_MISSING },
        { "", "4123567", "", SAME_MISSING }, { "AB123457", "ab 123457", "", SAME_EXACT },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint16_t u;
        uint64_t a = id_pack(str_c(rows[i].a), STR(""), str_c(rows[i].country), &u);
        uint64_t b = id_pack(str_c(rows[i].b), STR(""), str_c(rows[i].country), &u);
        CHECK_EQ(packed_level(a, b, parity_of(a), parity_of(b)), rows[i].level);
    }
    CHECK_EQ(phone_pack(STR("+595 981 123 456"), STR("PY")), phone_pack(STR("0981-123456"), STR("PY")));
    CHECK_EQ(phone_pack(STR("+54 9 11 5555-1234"), STR("AR")), phone_pack(STR("011 15 5555 1234"), STR("AR")));
    CHECK_EQ(phone_pack(STR("+66 81 234 5679"), STR("TH")), phone_pack(STR("081-2345679"), STR("TH")));
    CHECK_EQ(phone_pack(STR("000000"), STR("")), 0);
    CHECK_EQ(phone_pack(STR("no phone"), STR("")), 0);
}

static void edit_distance_is_osa(struct t *t)
{
    static const struct { const char *a, *b; int max, d; } rows[] = {
        { "abc", "abc", 2, 0 }, { "abc", "acb", 2, 1 }, { "abc", "abd", 2, 1 }, { "abc", "ab", 2, 1 },
        { "abcdef", "badcfe", 3, 3 }, { "abcdef", "ghijkl", 3, 4 }, { "", "abc", 3, 3 },
        { "martinez", "martines", 1, 1 }, { "benitez", "venites", 3, 2 }, { "kitten", "sitting", 3, 3 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_EQ(edit_distance(str_c(rows[i].a), str_c(rows[i].b), rows[i].max), rows[i].d);
        CHECK_EQ(edit_distance(str_c(rows[i].b), str_c(rows[i].a), rows[i].max), rows[i].d);
    }
}

/* The letter filter must never hide a pair within reach. */
static void letters_never_hide_an_edit(struct t *t)
{
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        char a[16], b[16];
        size_t n = 4 + (size_t)(seed % 8);
        for (size_t k = 0; k < n; k++)
            a[k] = b[k] = (char)('a' + (seed = mix64(seed + k + 1)) % 6);
        seed = mix64(seed + (uint64_t)i);
        b[seed % n] = (char)('a' + seed / 64 % 26);
        struct str x = { a, n }, y = { b, n };
        if (__builtin_popcountll(letters_of(x) ^ letters_of(y)) > 4) {
            t->bad++;
            break;
        }
    }
}

/* The filters of packed_level against the distance itself. */
static void numbers_one_stroke_apart_are_near(struct t *t)
{
    uint64_t seed = 11;
    for (int i = 0; i < 20000; i++) {
        char a[16], b[16];
        size_t n = 5 + (size_t)(seed % 7), at = (size_t)(seed >> 8) % n;
        for (size_t k = 0; k < n; k++)
            a[k] = b[k] = (char)('1' + (seed = mix64(seed + k + 1)) % 9);
        switch (seed >> 20 & 3) {
        case 0: b[at] = (char)('1' + (seed >> 30) % 9); break;
        case 1: if (at + 1 < n) { b[at] = a[at + 1]; b[at + 1] = a[at]; } break;
        case 2: memmove(b + at, b + at + 1, n - at - 1); break;
        default: b[at] = (char)('a' + (seed >> 30) % 26); break;
        }
        size_t m = n - ((seed >> 20 & 3) == 2);
        uint16_t unused;
        uint64_t x = id_pack((struct str){ a, n }, STR("p"), STR("LR"), &unused);
        uint64_t y = id_pack((struct str){ b, m }, STR("p"), STR("LR"), &unused);
        if (!x || !y || m < 5)
            continue;
        int d = edit_distance((struct str){ a, n }, (struct str){ b, m }, 2);
        enum same want = d == 0 ? SAME_EXACT : d == 1 ? SAME_NEAR : SAME_DIFF;
        if (packed_level(x, y, parity_of(x), parity_of(y)) != want) {
            printf("# %.*s %.*s\n", (int)n, a, (int)m, b);
            t->bad++;
            break;
        }
    }
}

static void reads_sex_in_four_languages(struct t *t)
{
    CHECK_EQ(sex_of(STR("F")), 2);
    CHECK_EQ(sex_of(STR("mujer")), 2);
    CHECK_EQ(sex_of(STR("M")), 1);
    CHECK_EQ(sex_of(STR("Varón")), 1);
    CHECK_EQ(sex_of(STR("ชาย")), 1);
    CHECK_EQ(sex_of(STR("หญิง")), 2);
    CHECK_EQ(sex_of(STR("x")), 3);
    CHECK_EQ(sex_of(STR("?")), 0);
    CHECK_EQ(sex_of(STR("")), 0);
}

/* ---- tokens for private matching --------------------------------------------------- */

static size_t shared_tokens(struct t *t, struct match_record a, struct match_record b,
                            enum match_token_kind kind)
{
    struct ctx c;
    struct match_token x[MATCH_TOKENS_MAX], y[MATCH_TOKENS_MAX];
    size_t nx = 0, ny = 0, same = 0;
    ctx_init(&c, 1 << 20);
    OK(&c, match_tokens(&c, &a, x, &nx));
    OK(&c, match_tokens(&c, &b, y, &ny));
    for (size_t i = 0; i < nx; i++)
        for (size_t j = 0; j < ny; j++)
            same += str_eq(x[i].text, y[j].text) && x[i].kind == kind && y[j].kind == kind;
    ctx_done(&c);
    return same;
}

static void tokens_meet_over_spelling(struct t *t)
{
    struct match_record a = { .given = STR("Francisco"), .surname = STR("González"), .second = STR("Vera"),
                              .birth = STR("2009-03-04"), .ids = { { .value = STR("4.123.567") } },
                              .phones = { STR("0981 123 456") } };
    struct match_record b = { .given = STR("Pancho"), .surname = STR("Gonsales"),
                              .birth = STR("3/4/2009"), .ids = { { .value = STR("4123567") } },
                              .phones = { STR("+595 981 123456") } };
    struct match_record other = { .given = STR("Rosa"), .surname = STR("Duarte"), .birth = STR("2009-03-04") };
    CHECK_EQ(shared_tokens(t, a, b, MATCH_TOKEN_ID), 1);
    CHECK_EQ(shared_tokens(t, a, b, MATCH_TOKEN_PHONE), 1);
    CHECK(shared_tokens(t, a, b, MATCH_TOKEN_NAMES_DAY) >= 1);
    CHECK(shared_tokens(t, a, b, MATCH_TOKEN_NAMES_YEAR) >= 1);
    for (int k = 0; k < MATCH_TOKEN_KINDS; k++)
        CHECK_EQ(shared_tokens(t, a, other, (enum match_token_kind)k), 0);
}

static void tokens_of_nothing_are_none(struct t *t)
{
    struct ctx c;
    struct match_token x[MATCH_TOKENS_MAX];
    struct match_record none = { .given = STR(" "), .birth = STR("?"), .ids = { { .value = STR("0000000") } } };
    size_t n = 9;
    ctx_init(&c, 1 << 20);
    OK(&c, match_tokens(&c, &none, x, &n));
    CHECK_EQ(n, 0);
    struct match_record much = { .given = STR("Maria Jose Alejandra"), .surname = STR("Vera Duarte Franco"),
                                 .alias = STR("Ale Pancha"), .birth = STR("2001-02-03") };
    OK(&c, match_tokens(&c, &much, x, &n));
    CHECK(n > 10 && n <= MATCH_TOKENS_MAX);
    for (c.mem.fail_at = 1; c.mem.fail_at < 300; c.mem.fail_at++) {
        struct ctx d;
        ctx_init(&d, 1 << 20);
        d.mem.fail_at = c.mem.fail_at;
        if (match_tokens(&d, &much, x, &n) == ERR_OK) {
            ctx_done(&d);
            break;
        }
        ctx_done(&d);
    }
    CHECK(c.mem.fail_at < 300);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "tokens meet over spelling", tokens_meet_over_spelling },
    { "tokens of nothing, of much, without memory", tokens_of_nothing_are_none },
    { "letters of many scripts fold", folds_letters_of_many_scripts },
    { "folding keeps its bounds", keeps_within_bounds },
    { "five spellings are heard", hears_the_five_profiles },
    { "short forms of names", knows_short_forms },
    { "dates are intervals", reads_dates_as_intervals },
    { "birth levels, both ways round", compares_births },
    { "an age is an interval", ages_are_one_year_wide_each_way },
    { "two ages compare by their middles", two_ages_compare_by_their_middles },
    { "numbers follow country rules", numbers_follow_country_rules },
    { "edit distance", edit_distance_is_osa },
    { "the letter filter hides nothing", letters_never_hide_an_edit },
    { "numbers one stroke apart are near", numbers_one_stroke_apart_are_near },
    { "sex in four languages", reads_sex_in_four_languages },
};
T_MAIN(cases)
