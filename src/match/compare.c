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

struct comparing { struct asked *q; const struct rec *a, *b; struct evidence *ev; };

const uint8_t text_what[TEXTS] = {
    [T_EMAIL] = MATCH_EMAIL, [T_NATION] = MATCH_NATION, [T_STREET] = MATCH_STREET,
    [T_UNIT] = MATCH_UNIT, [T_HOUSE] = MATCH_HOUSE, [T_POSTCODE] = MATCH_POSTCODE,
    [T_PLACE] = MATCH_PLACE, [T_REGION] = MATCH_REGION, [T_EXTRA] = MATCH_EXTRA,
};

static enum text_level level_now(const struct asked *q, int field, const struct rec *b)
{
    const struct rec *a = q->a;
    if (field == T_NATION ||
        (field == T_STREET && signs_far(a->street_sign, b->street_sign, SIGN_TEXT)) ||
        (field == T_PLACE && signs_far(a->place_sign, b->place_sign, SIGN_TEXT)))
        return TEXT_NONE;
    return text_level(&q->ix->dict, q->memo, a->text[field], b->text[field]);
}

static enum text_level level_of(struct asked *q, int field, const struct rec *b)
{
    uint32_t word = b->text[field], at = asked_slot(word);
    if (q->a->text[field] == word)
        return TEXT_EXACT;
    if (q->met[at].word != word || q->met[at].round != q->round) {
        q->met[at].word = word;
        q->met[at].round = q->round;
        q->met[at].level = (uint8_t)level_now(q, field, b);
    }
    return (enum text_level)q->met[at].level;
}

static float alike_rare(const struct asked *q, int what, uint32_t a, uint32_t b)
{
    const struct dict *d = &q->ix->dict;
    float x = rare_word(d, a, 0), y = rare_word(d, b, 0);
    float rare = 0.5f * ((x > y ? x : y) - q->ix->model.mean_rare[what]);
    return rare > 3 ? 3 : rare < -3 ? -3 : rare;
}

static void text(struct comparing *c, int field)
{
    uint32_t a = c->a->text[field], b = c->b->text[field];
    if (!a || !b)
        return;
    int what = text_what[field];
    enum text_level l = level_of(c->q, field, c->b);
    float rare = l == TEXT_EXACT ? rare_word(&c->q->ix->dict, a, 0)
               : l != TEXT_NONE ? alike_rare(c->q, what, a, b) : 0;
    evidence_set(c->ev, what, (int)l, rare);
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
    if (a->kind != b->kind && a->kind != DATE_DAY && b->kind != DATE_DAY) {     /* a year touches an age */
        const struct when *other = w == a ? b : a;
        days += (float)(other->hi - other->lo + 1);
        to++;
    }
    float share = days / (365.25f * (float)(to - from + 1));
    return fast_log2(years_mass(mo, from, to) * (share < 1 ? share : 1));
}

static void birth(struct comparing *c)
{
    const struct model *mo = &c->q->ix->model;
    const struct when *a = &c->a->born, *b = &c->b->born;
    enum birth_level l = birth_level(a, b);
    float rare = 0;
    if (l >= BIRTH_YEAR + 1 && l <= BIRTH_NONE)     /* most pairs */
        rare = 0;
    else if (l == BIRTH_EXACT || l == BIRTH_SWAP)
        rare = log_year(mo, a->ymd) + (log_day(mo, a->ymd) > log_day(mo, b->ymd)
                                       ? log_day(mo, a->ymd) : log_day(mo, b->ymd));
    else if (l == BIRTH_WITHIN || l == BIRTH_FIRST)
        rare = within_rare(mo, a, b);
    else if (l == BIRTH_DAYMONTH)
        rare = log_day(mo, a->ymd);
    else if (l == BIRTH_YEAR)
        rare = log_year(mo, a->ymd);
    evidence_set(c->ev, MATCH_BIRTH, (int)l, rare);
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
    if (!a[0] || !b[0])
        return;
    for (int i = 0; i < MATCH_IDS && a[i]; i++)
        for (int j = 0; j < MATCH_IDS && b[j]; j++) {
            bool other_type = type_a && type_a[i] && type_b[j] && type_a[i] != type_b[j];
            if (other_type && a[i] != b[j])
                continue;                       /* a passport says nothing about a cedula */
            enum same l = packed_level(a[i], b[j], parity_a[i], parity_b[j]);
            if (best != SAME_MISSING && l >= best)
                continue;
            best = l;
            rare = l == SAME_EXACT ? rare_key(c->q->ix, pass, a[i])
                 : l == SAME_NEAR ? near_rare(a[i] < b[j] ? a[i] : b[j]) : 0;
        }
    evidence_set(c->ev, what, (int)best, rare);
}

static void email(struct comparing *c)
{
    text(c, T_EMAIL);
    uint32_t box = c->a->mailbox;
    if (c->ev->level[MATCH_EMAIL] > TEXT_EXACT && box && box == c->b->mailbox) {
        c->ev->level[MATCH_EMAIL] = TEXT_NEAR;
        c->ev->rare[MATCH_EMAIL] = 0;
    }
}

/* A given name tells the sex: agreeing on both is not two pieces of evidence. */
static void sex(struct comparing *c)
{
    uint8_t given = c->ev->level[MATCH_GIVEN];
    bool named = given >= NAME_EXACT && given <= NAME_NEAR;
    if (c->a->sex && c->b->sex)
        evidence_set(c->ev, MATCH_SEX, c->a->sex != c->b->sex ? SEX_OTHER
                                     : named ? SEX_IMPLIED : SEX_SAME, 0);
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
        if (finer && c->ev->rare[what] < c->q->ix->model.cond[what])
            c->ev->rare[what] = c->q->ix->model.cond[what];
        finer = true;
    }
}

static void numbers_of(struct comparing *c)
{
    const struct rec *a = c->a, *b = c->b;
    numbers(c, MATCH_ID, PASS_ID, a->id, b->id, a->id_parity, b->id_parity, a->id_type, b->id_type);
    numbers(c, MATCH_PHONE, PASS_PHONE, a->phone, b->phone, a->phone_parity, b->phone_parity,
            NULL, NULL);
}

static void places(struct comparing *c)
{
    unsigned both = c->a->has & c->b->has;
    for (both &= ~0u << T_PLACES; both; both &= both - 1)
        text(c, __builtin_ctz(both));
    nest(c);
}

void asked_init(struct asked *q, const struct match_index *ix, struct memo *m)
{
    q->ix = ix;
    q->memo = m;
    q->a = NULL;
    q->round = 0;
    memset(q->met, 0, sizeof q->met);
    memset(q->sign, 0, sizeof q->sign);
}

void asked_open(struct asked *q, const struct rec *a)
{
    q->a = a;
    memcpy(q->sign, a->sign, sizeof a->sign);
    memset(q->name, 0, sizeof q->name);
    memcpy(q->name, a->name, a->n_names * sizeof *a->name);
    q->initials = 0;
    for (int i = 0; i < a->n_names; i++)
        q->initials |= (uint8_t)((a->len[i] < 2) << i);
    if (++q->round == 0) {
        memset(q->met, 0, sizeof q->met);
        q->round = 1;
    }
}

static void evidence_open(struct evidence *ev)
{
    memset(ev->level, 0, sizeof ev->level);     /* rare counts only where a level is set */
    ev->seen = 0;
    ev->joined = ev->married = false;
}

static void names_and_more(struct comparing *c)
{
    compare_names(c->q, c->b, c->ev);
    sex(c);
    email(c);
    text(c, T_NATION);
}

void asked_compare(struct asked *q, const struct rec *b, struct evidence *ev)
{
    struct comparing c = { q, q->a, b, ev };
    evidence_open(ev);
    memset(ev->rare, 0, sizeof ev->rare);
    birth(&c);
    numbers_of(&c);
    names_and_more(&c);
    places(&c);
}

void compare(const struct match_index *ix, struct memo *m, const struct rec *a,
             const struct rec *b, struct evidence *ev)
{
    struct asked q __attribute__((uninitialized));
    asked_init(&q, ix, m);
    asked_open(&q, a);
    asked_compare(&q, b, ev);
}

/* ---- bounds ------------------------------------------------------------------------------ *
 * Most candidates are nobody.  At a glance - birth, numbers, equal words - they are
 * so far below the floor that no likeness of the other words makes it good (in
 * generated people of four countries about one true pair in a thousand is lost so,
 * and half of all comparisons); and what birth, numbers and names say together
 * cannot be made good by any address. */
static const float GLANCE = 5;

static float greater(float x, float y)
{
    return x > y ? x : y;
}

/* A field like this one, not the same: the rarer of the two counts, so at most ... */
static float most_alike(const struct model *mo, int what, float rare)
{
    float off = 0.5f * (rare - mo->mean_rare[what]);
    off = off > 3 ? 3 : off < -3 ? -3 : off;
    return greater(0, greater(mo->w[what][TEXT_NEAR], mo->w[what][TEXT_FAR]) - off);
}

/* In whichever role: the same for both records of a pair. */
static float name_weight(const struct match_index *ix, uint32_t word)
{
    return greater(ix->model.w[MATCH_GIVEN][NAME_EXACT] - rare_word(&ix->dict, word, 0),
                   ix->model.w[MATCH_SURNAME][NAME_EXACT] - rare_word(&ix->dict, word, 1));
}

void asked_bounds(struct asked *q)
{
    const struct model *mo = &q->ix->model;
    float name[8] = { 0 }, same[8] = { 0 }, like[8] = { 0 };
    uint32_t word[8] = { 0 };
    for (int f = T_PLACES; f < TEXTS; f++) {
        word[f - T_PLACES] = q->a->text[f];
        if (!q->a->text[f])
            continue;
        float rare = rare_word(&q->ix->dict, q->a->text[f], 0);
        like[f - T_PLACES] = most_alike(mo, text_what[f], rare);
        same[f - T_PLACES] = greater(0, mo->w[text_what[f]][TEXT_EXACT] - rare);
    }
    for (int i = 0; i < q->a->n_names; i++)
        name[i] = name_weight(q->ix, q->a->name[i]);
    memcpy(q->name_same, name, sizeof q->name_same);
    memcpy(q->places, word, sizeof q->places);
    memcpy(q->place_same, same, sizeof q->place_same);
    memcpy(q->place_like, like, sizeof q->place_like);
}
_Static_assert(TEXTS - T_PLACES == 7, "seven texts in two vectors");

static f32x4 pick(u32x4 mask, f32x4 x, f32x4 y)
{
    return (f32x4)(((u32x4)x & mask) | ((u32x4)y & ~mask));
}

static f32x4 where(u32x4 mask, f32x4 x)
{
    return (f32x4)((u32x4)x & mask);
}

static float sum4(f32x4 v)
{
    return (v[0] + v[1]) + (v[2] + v[3]);
}

struct places { u32x4 x, y; };
static struct places places_of(const struct rec *b)
{
    struct places p;
    memcpy(&p.x, b->text + T_PLACES, sizeof p.x);
    memcpy(&p.y, b->text + TEXTS - 4, sizeof p.y);
    p.y = (u32x4){ p.y[1], p.y[2], p.y[3], 0 };
    return p;
}

/* Equal names and equal places, nothing else. */
static float at_a_glance(const struct asked *q, const struct rec *b)
{
    u32x4 met0 = { 0 }, met1 = { 0 };
    struct places p = places_of(b);
    for (int j = 0; j < b->n_names; j++) {
        u32x4 word = (u32x4){ 0 } + b->name[j];
        met0 |= (u32x4)(q->name[0] == word);
        met1 |= (u32x4)(q->name[1] == word);
    }
    return sum4(where(met0, q->name_same[0]) + where(met1, q->name_same[1]) +
                where((u32x4)(p.x == q->places[0]), q->place_same[0]) +
                where((u32x4)(p.y == q->places[1]), q->place_same[1]));
}

static f32x4 most_of_four(const struct asked *q, int k, u32x4 b)
{
    u32x4 none = { 0 };
    f32x4 other = pick((u32x4)(b == none), (f32x4)none, q->place_like[k]);
    return pick((u32x4)(b == q->places[k]), q->place_same[k], other);
}

static float most_of_places(const struct asked *q, const struct rec *b)
{
    struct places p = places_of(b);
    return sum4(most_of_four(q, 0, p.x) + most_of_four(q, 1, p.y)) + 0.01f;     /* rounding */
}

bool asked_score(struct asked *q, const struct rec *b, float floor, struct evidence *ev, float *bits)
{
    const struct model *mo = &q->ix->model;
    struct comparing c = { q, q->a, b, ev };
    float least = (floor - mo->shift) / mo->scale;
    evidence_open(ev);
    birth(&c);
    numbers_of(&c);
    float raw = mo->prior + model_raw(mo, ev, ev->seen);
    if (raw + at_a_glance(q, b) + GLANCE < least)
        return false;
    names_and_more(&c);
    raw = mo->prior + model_raw(mo, ev, ev->seen);
    if (raw + most_of_places(q, b) < least)
        return false;
    places(&c);
    if (raw + model_raw(mo, ev, ev->seen & LAST_PART) + 0.01f < least)
        return false;
    *bits = model_score(mo, ev);
    return *bits >= floor;
}
