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

const uint8_t text_what[TEXTS] = {
    [T_EMAIL] = MATCH_EMAIL, [T_NATION] = MATCH_NATION, [T_STREET] = MATCH_STREET,
    [T_UNIT] = MATCH_UNIT, [T_HOUSE] = MATCH_HOUSE, [T_POSTCODE] = MATCH_POSTCODE,
    [T_PLACE] = MATCH_PLACE, [T_REGION] = MATCH_REGION, [T_EXTRA] = MATCH_EXTRA,
};

/* ---- words of the other fields ----------------------------------------------------- */

/* Two words that are not the same. */
static enum text_level level_of(struct asked *q, int field, uint32_t word)
{
    uint32_t at = asked_slot(word);
    if (q->met[at].word != word || q->met[at].round != q->round) {
        q->met[at].word = word;
        q->met[at].round = q->round;
        q->met[at].level = (uint8_t)text_level(&q->ix->dict, q->memo, q->a->text[field], word);
    }
    return (enum text_level)q->met[at].level;
}

static void unlike(struct asked *q, int field, uint32_t word, struct evidence *ev)
{
    int what = text_what[field];
    enum text_level l = level_of(q, field, word);
    if (l == TEXT_NONE)
        return;
    float x = q->text_rare[field], y = rare_word(&q->ix->dict, word, 0);
    float rare = 0.5f * ((x > y ? x : y) - q->ix->model.mean_rare[what]);
    evidence_set(ev, what, (int)l, rare > 3 ? 3 : rare < -3 ? -3 : rare);
}

static void equal_or_not(const struct asked *q, int field, bool both, bool same, struct evidence *ev)
{
    evidence_set(ev, text_what[field], same ? TEXT_EXACT : both ? TEXT_NONE : TEXT_MISSING,
                 same ? q->text_rare[field] : 0);
}

static void nation(const struct asked *q, const struct rec *b, struct evidence *ev)
{
    uint32_t x = q->a->text[T_NATION], y = b->text[T_NATION];
    equal_or_not(q, T_NATION, x && y, x && x == y, ev);
}

static void email(struct asked *q, const struct rec *b, struct evidence *ev)
{
    uint32_t x = q->a->text[T_EMAIL], y = b->text[T_EMAIL];
    if (!x)
        return;
    equal_or_not(q, T_EMAIL, y != 0, x == y, ev);
    if (!y || x == y)
        return;
    unlike(q, T_EMAIL, y, ev);
    if (q->a->mailbox && q->a->mailbox == b->mailbox)
        evidence_set(ev, MATCH_EMAIL, TEXT_NEAR, 0);
}

/* Words of the fields from T_PLACES on, all at once: b's, and which are a's. */
struct places { u32x4 word[2], same[2]; };

static struct places places_of(const struct asked *q, const struct rec *b)
{
    struct places p;
    memcpy(p.word, b->text + T_PLACES, sizeof p.word);
    for (int k = 0; k < 2; k++)
        p.same[k] = (u32x4)(p.word[k] == q->places[k]);
    return p;
}
_Static_assert(TEXTS - T_PLACES == 7, "seven texts and a nought in two vectors");

static unsigned bit_each(const u32x4 v[2])
{
    return lanes(v[0]) | lanes(v[1]) << 4;
}

/* Bits of street, house and place when their letters are not alike at all. */
static unsigned signs_far(const struct asked *q, const struct rec *b)
{
    static const i32x4 most = { SIGN_TEXT, SIGN_NUMBER, SIGN_TEXT, 0 };
    static const u32x4 long_house = { 0, SIGN_ANY, 0, 0 };
    u32x4 x = q->place_sign, y = { b->place_sign[0], b->place_sign[1], b->place_sign[2], 0 };
    u32x4 any = (x & y) | ((x | y) & long_house);
    unsigned far = lanes((u32x4)(bits_in4(x ^ y) > most) & ~any);
    return (far >> SIGN_STREET & 1) << (T_STREET - T_PLACES) | (far >> SIGN_HOUSE & 1) << (T_HOUSE - T_PLACES) |
           (far >> SIGN_PLACE & 1) << (T_PLACE - T_PLACES);
}

/* A street lies in one postcode, a postcode in one place: once the finer agrees
 * the coarser says little.  The share of strangers for whom it still would is
 * counted in training. */
static void nest(const struct model *mo, struct evidence *ev)
{
    static const uint8_t fine_to_coarse[] = { MATCH_STREET, MATCH_POSTCODE, MATCH_PLACE,
                                              MATCH_REGION };
    bool finer = false;
    for (size_t i = 0; i < COUNT_OF(fine_to_coarse); i++) {
        int what = fine_to_coarse[i];
        bool same = ev->level[what] == TEXT_EXACT;
        float least = finer && same ? mo->cond[what] : -1000, rare = ev->rare[what];
        ev->rare[what] = rare < least ? least : rare;
        finer |= same;
    }
}

static void places(struct asked *q, const struct rec *b, const struct places *p, struct evidence *ev)
{
    unsigned have = q->a->has & b->has, same = bit_each(p->same);
    have >>= T_PLACES;
    same &= have;
    for (unsigned asked = q->a->has >> T_PLACES; asked; asked &= asked - 1) {
        int k = __builtin_ctz(asked);
        equal_or_not(q, T_PLACES + k, have >> k & 1, same >> k & 1, ev);
    }
    for (unsigned left = have & ~same & ~signs_far(q, b); left; left &= left - 1) {
        int field = T_PLACES + __builtin_ctz(left);
        unlike(q, field, b->text[field], ev);
    }
    nest(&q->ix->model, ev);
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

static void open_birth(struct asked *q)
{
    const struct model *mo = &q->ix->model;
    const struct when *a = &q->a->born;
    memset(q->born_rare, 0, sizeof q->born_rare);
    if (a->kind != DATE_DAY)
        return;
    float year = log_year(mo, a->ymd), day = log_day(mo, a->ymd);
    q->born_rare[BIRTH_EXACT] = year + day;
    q->born_rare[BIRTH_FIRST] = q->born_rare[BIRTH_YEAR] = year;
    q->born_rare[BIRTH_DAYMONTH] = day;
}

static float swapped_rare(const struct model *mo, uint32_t a, uint32_t b)
{
    float x = log_day(mo, a), y = log_day(mo, b);
    return log_year(mo, a) + (x > y ? x : y);
}

static void birth(const struct asked *q, const struct rec *r, struct evidence *ev)
{
    const struct when *a = &q->a->born, *b = &r->born;
    enum birth_level l = birth_level(a, b);
    float rare = q->born_rare[l];
    if (l == BIRTH_SWAP)
        rare = swapped_rare(&q->ix->model, a->ymd, b->ymd);
    else if (l == BIRTH_WITHIN)
        rare = within_rare(&q->ix->model, a, b);
    evidence_set(ev, MATCH_BIRTH, (int)l, rare);
}

/* ---- numbers -------------------------------------------------------------------------- */

/* A number one stroke away from another by chance: about 9 per digit of 10^digits. */
static float near_rare(uint64_t v)
{
    char t[16];
    float n = (float)packed_text(v, t), log = 3.2f + fast_log2(n) - 3.32f * n;
    return log < -14 ? -14 : log;
}

struct numbers { const uint64_t *v; const uint16_t *parity, *type; };

/* The nearest two of them. */
static void nearest(const struct asked *q, int what, enum pass pass, struct numbers x, struct numbers y,
                    struct evidence *ev)
{
    enum same best = SAME_MISSING;
    float rare = 0;
    for (int i = 0; i < MATCH_IDS && x.v[i]; i++)
        for (int j = 0; j < MATCH_IDS && y.v[j]; j++) {
            uint64_t a = x.v[i], b = y.v[j];
            if (x.type && x.type[i] && y.type[j] && x.type[i] != y.type[j] && a != b)
                continue;                       /* a passport says nothing about a cedula */
            enum same l = packed_level(a, b, x.parity[i], y.parity[j]);
            if (best != SAME_MISSING && l >= best)
                continue;
            best = l;
            rare = l == SAME_EXACT ? rare_key(q->ix, pass, a)
                 : l == SAME_NEAR ? near_rare(a < b ? a : b) : 0;
        }
    evidence_set(ev, what, (int)best, rare);
}

/* Most records hold one number, unlike the other's. */
static inline void numbers(const struct asked *q, int what, enum pass pass, struct numbers x, struct numbers y,
                           struct evidence *ev)
{
    bool both = y.v[0] != 0, several = (x.v[1] | y.v[1]) != 0;
    bool like = bits_in((uint32_t)(x.parity[0] ^ y.parity[0])) <= 2, types = x.type && x.type[0] != y.type[0];
    evidence_set(ev, what, both ? SAME_DIFF : SAME_MISSING, 0);
    if (both & (several | like | types))
        nearest(q, what, pass, x, y, ev);
}

static void numbers_of(const struct asked *q, const struct rec *b, struct evidence *ev)
{
    const struct rec *a = q->a;
    if (a->id[0])
        numbers(q, MATCH_ID, PASS_ID, (struct numbers){ a->id, a->id_parity, a->id_type },
                (struct numbers){ b->id, b->id_parity, b->id_type }, ev);
    if (a->phone[0])
        numbers(q, MATCH_PHONE, PASS_PHONE, (struct numbers){ a->phone, a->phone_parity, NULL },
                (struct numbers){ b->phone, b->phone_parity, NULL }, ev);
}

/* A given name tells the sex: agreeing on both is not two pieces of evidence. */
static void sex(const struct asked *q, const struct rec *b, struct evidence *ev)
{
    uint8_t given = ev->level[MATCH_GIVEN], x = q->a->sex, y = b->sex;
    bool named = given >= NAME_EXACT && given <= NAME_NEAR;
    int l = x != y ? SEX_OTHER : named ? SEX_IMPLIED : SEX_SAME;
    evidence_set(ev, MATCH_SEX, x && y ? l : SEX_MISSING, 0);
}

/* ---- one record, many others ------------------------------------------------------------ */

void asked_init(struct asked *q, const struct match_index *ix, struct memo *m)
{
    *q = (struct asked){ .ix = ix, .memo = m };
}

static float greater(float x, float y)
{
    return x > y ? x : y;
}

/* A field like this one, not the same: the rarer of the two counts, so at most ... */
static float most_alike(const struct model *mo, int what, float rare)
{
    float off = 0.5f * (rare - mo->mean_rare[what]);
    off = off > 3 ? 3 : off < -3 ? -3 : off;
    return greater(0, greater(mo->weight[what][TEXT_NEAR].match, mo->weight[what][TEXT_FAR].match) - off);
}

static void open_texts(struct asked *q)
{
    const struct model *mo = &q->ix->model;
    float same[8] = { 0 }, like[8] = { 0 };
    for (unsigned has = q->a->has; has; has &= has - 1) {
        int f = __builtin_ctz(has), k = f - T_PLACES;
        float rare = q->text_rare[f] = rare_word(&q->ix->dict, q->a->text[f], 0);
        q->whats |= 1u << text_what[f];
        if (k < 0)
            continue;
        like[k] = most_alike(mo, text_what[f], rare);
        same[k] = greater(0, mo->weight[text_what[f]][TEXT_EXACT].match - rare);
    }
    memcpy(q->places, q->a->text + T_PLACES, sizeof q->places);
    memcpy(&q->place_sign, q->a->place_sign, sizeof q->a->place_sign);
    memcpy(q->place_same, same, sizeof same);
    memcpy(q->place_like, like, sizeof like);
}

/* What a name adds is taken in whichever role is better: the same for both records of
 * a pair. */
static void open_names(struct asked *q)
{
    const struct model *mo = &q->ix->model;
    const struct rec *a = q->a;
    float same[NAME_LANES] = { 0 };
    memset(q->name, 0, sizeof q->name);
    memcpy(q->name, a->name, sizeof a->name);
    memcpy(q->sign, a->sign, sizeof a->sign);
    for (int i = 0; i < a->n_names; i++) {
        for (int role = 0; role < 2; role++)
            q->name_rare[role][i] = rare_word(&q->ix->dict, a->name[i], role);
        same[i] = greater(mo->weight[MATCH_GIVEN][NAME_EXACT].match - q->name_rare[0][i],
                          mo->weight[MATCH_SURNAME][NAME_EXACT].match - q->name_rare[1][i]);
    }
    memcpy(q->name_same, same, sizeof same);
}

void asked_open(struct asked *q, const struct rec *a)
{
    enum { NAMED = 1 << MATCH_GIVEN | 1 << MATCH_MIDDLE | 1 << MATCH_SURNAME | 1 << MATCH_SECOND | 1 << MATCH_ORDER };
    q->a = a;
    q->whats = (a->n_names ? NAMED : 0) | (uint32_t)(a->born.kind != DATE_NONE) << MATCH_BIRTH |
               (uint32_t)(a->sex != 0) << MATCH_SEX | (uint32_t)(a->id[0] != 0) << MATCH_ID |
               (uint32_t)(a->phone[0] != 0) << MATCH_PHONE;
    if (++q->round == 0) {
        memset(q->met, 0, sizeof q->met);
        q->round = 1;
    }
    open_names(q);
    open_birth(q);
    open_texts(q);
}

/* Which words of b are a's, and what they add by themselves. */
struct glance { cells same; struct places places; f32x4 bits; };

static f32x4 where(u32x4 mask, f32x4 x)
{
    return (f32x4)((u32x4)x & mask);
}

static float sum4(f32x4 v)
{
    return (v[0] + v[1]) + (v[2] + v[3]);
}

static inline u32x4 met(const struct asked *q, const struct rec *b, int half, int j, cells *same)
{
    u32x4 equal = (u32x4)(q->name[half] == all4(b->name[j]));
    *same |= (cells)lanes(equal) << (8 * j + 4 * half);
    return equal;
}

static inline void look(const struct asked *q, const struct rec *b, struct glance *g)
{
    u32x4 first = { 0 }, second = { 0 };
    cells same = 0;
    for (int j = 0; j < 4; j++)
        first |= met(q, b, 0, j, &same);
    for (int j = 4; j < b->n_names; j++)
        first |= met(q, b, 0, j, &same);
    for (int j = 0; j < b->n_names && q->a->n_names > 4; j++)
        second |= met(q, b, 1, j, &same);
    g->same = same;
    g->places = places_of(q, b);
    g->bits = where(first, q->name_same[0]) + where(second, q->name_same[1]) +
              where(g->places.same[0], q->place_same[0]) + where(g->places.same[1], q->place_same[1]);
}

static void names_and_more(struct asked *q, const struct rec *b, const struct glance *g, struct evidence *ev)
{
    compare_names(q, b, g->same, ev);
    sex(q, b, ev);
    email(q, b, ev);
    nation(q, b, ev);
}

void asked_compare(struct asked *q, const struct rec *b, struct evidence *ev)
{
    struct glance g __attribute__((uninitialized));
    memset(ev, 0, sizeof *ev);
    ev->seen = q->whats;
    look(q, b, &g);
    birth(q, b, ev);
    numbers_of(q, b, ev);
    names_and_more(q, b, &g, ev);
    places(q, b, &g.places, ev);
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

static f32x4 pick(u32x4 mask, f32x4 x, f32x4 y)
{
    return (f32x4)(((u32x4)x & mask) | ((u32x4)y & ~mask));
}

static f32x4 most_of_four(const struct asked *q, int k, const struct places *p)
{
    u32x4 none = { 0 };
    f32x4 other = pick((u32x4)(p->word[k] == none), (f32x4)none, q->place_like[k]);
    return pick(p->same[k], q->place_same[k], other);
}

static float most_of_places(const struct asked *q, const struct places *p)
{
    return sum4(most_of_four(q, 0, p) + most_of_four(q, 1, p)) + 0.01f;         /* rounding */
}

bool asked_score(struct asked *q, const struct rec *b, float floor, struct evidence *ev, float *bits)
{
    const struct model *mo = &q->ix->model;
    float least = (floor - mo->shift) / mo->scale;
    struct sums s = { mo->prior, 0 };
    struct glance g __attribute__((uninitialized));
    memset(ev->level, 0, sizeof ev->level);     /* what is asked is set, what is not asked is not read */
    ev->seen = q->whats;
    look(q, b, &g);
    birth(q, b, ev);
    numbers_of(q, b, ev);
    model_sum(mo, ev, MATCH_BIRTH, &s);
    model_sum(mo, ev, MATCH_ID, &s);
    model_sum(mo, ev, MATCH_PHONE, &s);
    if (s.raw + sum4(g.bits) + GLANCE < least)
        return false;
    names_and_more(q, b, &g, ev);
    s = model_persons(mo, ev);
    if (s.raw + most_of_places(q, &g.places) < least)
        return false;
    places(q, b, &g.places, ev);
    *bits = model_total(mo, model_places(mo, ev, s));
    return *bits >= floor;
}
