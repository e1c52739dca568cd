#include "match/inside.h"

static enum text_level text_level_now(const struct dict *d, uint32_t ta, uint32_t tb)
{
    const struct tok *x = dict_tok(d, ta), *y = dict_tok(d, tb);
    struct str a = dict_text(d, ta), b = dict_text(d, tb);
    size_t longer = a.n > b.n ? a.n : b.n, shorter = a.n + b.n - longer;
    int most = longer >= 8 ? 2 : 1;
    if (longer >= 3 && __builtin_popcountll(x->letters ^ y->letters) <= 2 * most &&
        edit_distance(a, b, most) <= most)
        return TEXT_NEAR;
    if (shorter < 4)
        return TEXT_NONE;
    int dice = bigram_dice(a, b);
    if (dice >= 800)
        return TEXT_NEAR;
    size_t at;
    bool inside = shorter >= 5 && (a.n < b.n ? str_find(b, a, &at) : str_find(a, b, &at));
    return dice >= 550 || inside ? TEXT_FAR : TEXT_NONE;
}

enum text_level text_level(const struct dict *d, struct memo *m, uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0)
        return TEXT_MISSING;
    if (a == b)
        return TEXT_EXACT;
    uint64_t lo = a < b ? a : b, hi = a < b ? b : a, pair = hi << 32 | lo << 4;
    uint64_t *slot = &m->slot[(uint32_t)(pair * UINT64_C(0x9E3779B97F4A7C15) >> 40) & m->mask];
    if ((*slot & ~UINT64_C(15)) == pair)
        return (enum text_level)(*slot & 15);
    enum text_level l = text_level_now(d, (uint32_t)lo, (uint32_t)hi);
    *slot = pair | (uint64_t)l;
    return l;
}

struct comparing {
    const struct match_index *ix;
    struct memo *m;
    const struct rec *a, *b;
    struct evidence *ev;
};

static void set(struct comparing *c, int what, int level, float rare)
{
    c->ev->level[what] = (uint8_t)level;
    c->ev->rare[what] = rare;
}

static void text(struct comparing *c, int what, uint32_t a, uint32_t b)
{
    const struct dict *d = &c->ix->dict;
    float rare = 0;
    if (!a || !b) {
        set(c, what, TEXT_MISSING, 0);
        return;
    }
    enum text_level l = text_level(d, c->m, a, b);
    if (l == TEXT_EXACT) {
        rare = rare_word(d, a, 0);
    } else if (l == TEXT_NEAR || l == TEXT_FAR) {
        float x = rare_word(d, a, 0), y = rare_word(d, b, 0);
        rare = 0.5f * ((x > y ? x : y) - c->ix->model.mean_rare[what]);
        rare = rare > 3 ? 3 : rare < -3 ? -3 : rare;
    }
    set(c, what, (int)l, rare);
}

/* ---- birth ------------------------------------------------------------------------- */

static float years_mass(const struct model *mo, int64_t from, int64_t to)
{
    int64_t lo = from - YEAR_0, hi = to - YEAR_0 + 1;
    lo = lo < 0 ? 0 : lo > YEARS - 1 ? YEARS - 1 : lo;
    hi = hi <= lo ? lo + 1 : hi > YEARS ? YEARS : hi;
    return mo->years[hi] - mo->years[lo];
}

static float log_year(const struct model *mo, uint32_t ymd)
{
    return fast_log2(years_mass(mo, ymd / 10000, ymd / 10000));
}

static float log_day(const struct model *mo, uint32_t ymd)
{
    uint32_t m = ymd / 100 % 100, d = ymd % 100;
    if (m < 1 || m > 12 || d < 1 || d > 31)
        return -8.5f;
    return mo->day[(m - 1) * 31 + d - 1];
}

static float within_rare(const struct model *mo, const struct when *a, const struct when *b)
{
    if (a->kind == DATE_DAY && b->kind == DATE_DAY)
        return log_year(mo, a->ymd);
    const struct when *w = a->hi - a->lo > b->hi - b->lo ? a : b;
    int from = w->year_lo, to = w->year_hi;
    float days = (float)(w->hi - w->lo + 1);
    float share = days / (365.25f * (float)(to - from + 1));
    return fast_log2(years_mass(mo, from, to) * (share < 1 ? share : 1));
}

static void birth(struct comparing *c)
{
    const struct model *mo = &c->ix->model;
    const struct when *a = &c->a->born, *b = &c->b->born;
    enum birth_level l = birth_level(a, b);
    float rare = 0;
    if (l == BIRTH_EXACT || l == BIRTH_SWAP)
        rare = log_year(mo, a->ymd) + (log_day(mo, a->ymd) > log_day(mo, b->ymd)
                                       ? log_day(mo, a->ymd) : log_day(mo, b->ymd));
    else if (l == BIRTH_WITHIN || l == BIRTH_FIRST)
        rare = within_rare(mo, a, b);
    else if (l == BIRTH_DAYMONTH)
        rare = log_day(mo, a->ymd);
    else if (l == BIRTH_YEAR)
        rare = log_year(mo, a->ymd);
    set(c, MATCH_BIRTH, (int)l, rare);
}

/* ---- numbers -------------------------------------------------------------------------- */

/* A number one stroke away from another by chance: about 9 per digit of 10^digits. */
static float near_rare(uint64_t v)
{
    char t[16];
    float n = (float)packed_text(v, t), log = 3.2f + fast_log2(n) - 3.32f * n;
    return log < -14 ? -14 : log;
}

static void numbers(struct comparing *c, int what, enum pass pass, const uint64_t *a,
                    const uint64_t *b, const uint16_t *parity_a, const uint16_t *parity_b,
                    const uint16_t *type_a, const uint16_t *type_b)
{
    enum same best = SAME_MISSING;
    float rare = 0;
    if (!a[0] || !b[0]) {
        set(c, what, SAME_MISSING, 0);
        return;
    }
    for (int i = 0; i < MATCH_IDS && a[i]; i++)
        for (int j = 0; j < MATCH_IDS && b[j]; j++) {
            bool other_type = type_a && type_a[i] && type_b[j] && type_a[i] != type_b[j];
            if (other_type && a[i] != b[j])
                continue;                       /* a passport says nothing about a cedula */
            enum same l = packed_level(a[i], b[j], parity_a[i], parity_b[j]);
            if (best != SAME_MISSING && l >= best)
                continue;
            best = l;
            rare = l == SAME_EXACT ? rare_key(c->ix, pass, a[i])
                 : l == SAME_NEAR ? near_rare(a[i] < b[j] ? a[i] : b[j]) : 0;
        }
    set(c, what, (int)best, rare);
}

static void email(struct comparing *c)
{
    text(c, MATCH_EMAIL, c->a->email, c->b->email);
    uint32_t box = c->a->mailbox;
    if (c->ev->level[MATCH_EMAIL] > TEXT_EXACT && box && box == c->b->mailbox) {
        c->ev->level[MATCH_EMAIL] = TEXT_NEAR;
        c->ev->rare[MATCH_EMAIL] = 0;
    }
}

static void exact_only(struct comparing *c, int what, uint32_t a, uint32_t b)
{
    if (!a || !b)
        set(c, what, TEXT_MISSING, 0);
    else
        set(c, what, a == b ? TEXT_EXACT : TEXT_NONE, a == b ? rare_word(&c->ix->dict, a, 0) : 0);
}

/* A given name tells the sex: agreeing on both is not two pieces of evidence. */
static void sex(struct comparing *c)
{
    uint8_t given = c->ev->level[MATCH_GIVEN];
    bool named = given >= NAME_EXACT && given <= NAME_NEAR;
    if (!c->a->sex || !c->b->sex)
        set(c, MATCH_SEX, SEX_MISSING, 0);
    else if (c->a->sex != c->b->sex)
        set(c, MATCH_SEX, SEX_OTHER, 0);
    else
        set(c, MATCH_SEX, named ? SEX_IMPLIED : SEX_SAME, 0);
}

/* A street lies in one postcode, a postcode in one place: once the finer agrees
 * the coarser says little.  The share of strangers for whom it still would is
 * counted in training. */
static void nest(struct comparing *c)
{
    static const uint8_t fine_to_coarse[] = { MATCH_STREET, MATCH_POSTCODE, MATCH_PLACE,
                                              MATCH_REGION };
    bool finer = false;
    for (size_t i = 0; i < COUNT_OF(fine_to_coarse); i++) {
        int what = fine_to_coarse[i];
        if (c->ev->level[what] != TEXT_EXACT)
            continue;
        if (finer && c->ev->rare[what] < c->ix->model.cond[what])
            c->ev->rare[what] = c->ix->model.cond[what];
        finer = true;
    }
}

static void identity(struct comparing *c)
{
    const struct rec *a = c->a, *b = c->b;
    birth(c);
    numbers(c, MATCH_ID, PASS_ID, a->id, b->id, a->id_parity, b->id_parity, a->id_type, b->id_type);
    numbers(c, MATCH_PHONE, PASS_PHONE, a->phone, b->phone, a->phone_parity, b->phone_parity,
            NULL, NULL);
    email(c);
    exact_only(c, MATCH_NATION, a->nation, b->nation);
}

static void signed_text(struct comparing *c, int what, uint32_t a, uint32_t b, uint32_t sign_a,
                        uint32_t sign_b)
{
    if (a && b && a != b && signs_far(sign_a, sign_b, SIGN_TEXT))
        set(c, what, TEXT_NONE, 0);
    else
        text(c, what, a, b);
}

static void places(struct comparing *c)
{
    const struct rec *a = c->a, *b = c->b;
    signed_text(c, MATCH_STREET, a->street, b->street, a->street_sign, b->street_sign);
    text(c, MATCH_UNIT, a->unit, b->unit);
    text(c, MATCH_HOUSE, a->house, b->house);
    text(c, MATCH_POSTCODE, a->postcode, b->postcode);
    signed_text(c, MATCH_PLACE, a->place, b->place, a->place_sign, b->place_sign);
    text(c, MATCH_REGION, a->region, b->region);
    text(c, MATCH_EXTRA, a->extra, b->extra);
    nest(c);
}

void compare(const struct match_index *ix, struct memo *m, const struct rec *a,
             const struct rec *b, struct evidence *ev)
{
    struct comparing c = { ix, m, a, b, ev };
    compare_names(ix, m, a, b, ev);
    sex(&c);
    identity(&c);
    places(&c);
}

/* The most that a text field can still add: everything if equal, else what the
 * nearest level gives. */
static float most_of(const struct model *mo, int what, uint32_t a, uint32_t b)
{
    if (!a || !b)
        return 0;
    if (a == b)
        return 20;
    float near = mo->w[what][TEXT_NEAR] + 3;
    return near > 0 ? near : 0;
}

static float most_of_signed(const struct model *mo, int what, uint32_t a, uint32_t b, uint32_t sign_a,
                            uint32_t sign_b)
{
    return a != b && signs_far(sign_a, sign_b, SIGN_TEXT) ? 0 : most_of(mo, what, a, b);
}

static float most_of_places(const struct model *mo, const struct rec *a, const struct rec *b)
{
    return most_of_signed(mo, MATCH_STREET, a->street, b->street, a->street_sign, b->street_sign) +
           most_of_signed(mo, MATCH_PLACE, a->place, b->place, a->place_sign, b->place_sign) +
           most_of(mo, MATCH_UNIT, a->unit, b->unit) + most_of(mo, MATCH_HOUSE, a->house, b->house) +
           most_of(mo, MATCH_POSTCODE, a->postcode, b->postcode) +
           most_of(mo, MATCH_REGION, a->region, b->region) +
           most_of(mo, MATCH_EXTRA, a->extra, b->extra);
}

static const uint8_t first_part[] = { MATCH_GIVEN, MATCH_MIDDLE, MATCH_SURNAME, MATCH_SECOND,
                                      MATCH_ORDER, MATCH_BIRTH, MATCH_SEX, MATCH_ID, MATCH_PHONE,
                                      MATCH_EMAIL, MATCH_NATION };
static const uint8_t last_part[] = { MATCH_STREET, MATCH_UNIT, MATCH_HOUSE, MATCH_POSTCODE,
                                     MATCH_PLACE, MATCH_REGION, MATCH_EXTRA };

bool compare_score(const struct match_index *ix, struct memo *m, const struct rec *a,
                   const struct rec *b, float floor, struct evidence *ev, float *bits)
{
    const struct model *mo = &ix->model;
    struct comparing c = { ix, m, a, b, ev };
    float raw = mo->prior, home = mo->prior_home, h;
    float least = (floor - mo->shift) / mo->scale;
    compare_names(ix, m, a, b, ev);
    sex(&c);
    identity(&c);
    for (size_t i = 0; i < COUNT_OF(first_part); i++) {
        raw += model_bits(mo, ev, first_part[i], &h);
        home += h;
    }
    if (raw + most_of_places(mo, a, b) < least)
        return false;
    places(&c);
    for (size_t i = 0; i < COUNT_OF(last_part); i++) {
        raw += model_bits(mo, ev, last_part[i], &h);
        home += h;
    }
    *bits = mo->scale * (raw - soft_plus(home)) + mo->shift;
    return *bits >= floor;
}
