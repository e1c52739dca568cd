/* names.c - two bags of name words: who is whose counterpart. */
#include "match/inside.h"

static bool shares_nick(const struct tok *a, const struct tok *b)
{
    for (int i = 0; i < NICKS && a->nick[i]; i++)
        for (int j = 0; j < NICKS && b->nick[j]; j++)
            if (a->nick[i] == b->nick[j])
                return true;
    return false;
}

static bool sounds_alike(const struct tok *a, const struct tok *b)
{
    for (int i = 0; i < PROFILES; i++)
        if (a->sound[i] && a->sound[i] == b->sound[i])
            return true;
    return false;
}

static bool begins_with(struct str a, struct str b)
{
    return a.n < b.n ? str_starts(b, a) : str_starts(a, b);
}

static enum name_level by_letters(const struct tok *x, const struct tok *y, struct str a,
                                  struct str b)
{
    size_t longer = a.n > b.n ? a.n : b.n, shorter = a.n + b.n - longer;
    if (shorter >= 3 && longer - shorter >= 2 && begins_with(a, b))
        return NAME_FAR;
    int most = longer >= 8 ? 3 : longer >= 5 ? 2 : 1;
    if (__builtin_popcountll(x->letters ^ y->letters) > 2 * most)
        return NAME_NONE;
    int d = edit_distance(a, b, most);
    if (d > most)
        return NAME_NONE;
    if (d == 1)
        return longer >= 4 ? NAME_NEAR : NAME_FAR;
    return d == 2 && longer >= 8 ? NAME_NEAR : NAME_FAR;
}

static enum name_level word_level_now(const struct dict *d, uint32_t ta, uint32_t tb)
{
    const struct tok *x = dict_tok(d, ta), *y = dict_tok(d, tb);
    struct str a = dict_text(d, ta), b = dict_text(d, tb);
    if (a.n == 1 || b.n == 1)
        return a.p[0] == b.p[0] ? NAME_INITIAL : NAME_NONE;
    if (shares_nick(x, y))
        return NAME_NICK;
    if (sounds_alike(x, y))
        return NAME_SOUND;
    return by_letters(x, y, a, b);
}

enum name_level word_level(const struct dict *d, struct memo *m, uint32_t a, uint32_t b)
{
    if (a == b)
        return NAME_EXACT;
    uint64_t lo = a < b ? a : b, hi = a < b ? b : a, pair = hi << 32 | lo << 4;
    uint64_t *slot = &m->slot[(uint32_t)(pair * UINT64_C(0x9E3779B97F4A7C15) >> 40) & m->mask];
    if ((*slot & ~UINT64_C(15)) == pair)
        return (enum name_level)(*slot & 15);
    enum name_level l = word_level_now(d, (uint32_t)lo, (uint32_t)hi);
    *slot = pair | (uint64_t)l;
    return l;
}

/* ---- names against names, as a matrix of bytes: byte j, bit i -------------------------- */

static const cells EVERY_ROW = UINT64_C(0x0101010101010101);

/* The same columns in every row. */
static cells columns(unsigned bits_a)
{
    return bits_a * EVERY_ROW;
}

/* Whole rows: bit j becomes byte j.  NAMES is below 7, so no bit meets another. */
static cells rows(unsigned bits_b)
{
    return (bits_b * UINT64_C(0x0002040810204081) & EVERY_ROW) * 255;
}

static unsigned any_row(cells c)                /* bits of a */
{
    c |= c >> 32;
    c |= c >> 16;
    return (unsigned)(c | c >> 8) & 255;
}

static unsigned any_column(cells c)             /* bits of b; no byte is above 127 */
{
    c = (c + EVERY_ROW * 127) >> 7 & EVERY_ROW;
    return (unsigned)(c * UINT64_C(0x0102040810204080) >> 56);
}
_Static_assert(NAMES < 7, "a row is a byte, and its highest bit is free");

/* Names of a that may be like a word: few letters differ. */
static inline unsigned like(const struct asked *q, int half, uint32_t sign)
{
    u32x4 s = all4(sign);
    return lanes((u32x4)(bits_in4(q->sign[half] ^ s) < SIGN_NAME + 1) | (q->sign[half] & s));
}

static cells likeness(const struct asked *q, const struct rec *b)
{
    cells c = columns(q->a->initials) | rows(b->initials);
    for (int j = 0; j < 4; j++)
        c |= (cells)like(q, 0, b->sign[j]) << 8 * j;
    for (int j = 4; j < b->n_names; j++)
        c |= (cells)like(q, 0, b->sign[j]) << 8 * j;
    for (int j = 0; j < b->n_names && q->a->n_names > 4; j++)
        c |= (cells)like(q, 1, b->sign[j]) << (8 * j + 4);
    return c;
}

/* ---- assignment -------------------------------------------------------------------- */

/* The words that met fill four slots: MATCH_GIVEN, MATCH_MIDDLE, MATCH_SURNAME, MATCH_SECOND. */
struct pairing {
    const struct asked *q;
    const struct rec *a, *b;
    struct evidence *ev;
    unsigned free_a, free_b;    /* bits of names that met none so far */
    bool loose;                 /* word order of one side was guessed */
    bool straight, cross;       /* some words kept their role, some changed it */
};
_Static_assert(MATCH_GIVEN == 0 && MATCH_MIDDLE == 1 && MATCH_SURNAME == 2 && MATCH_SECOND == 3, "slots");

static bool is_given(const struct rec *r, int i)
{
    return r->given >> i & 1;
}

/* Which slot a pair of words fills; words that changed places go by what the
 * word mostly is. */
static int slot_of(const struct pairing *p, int i, int j, bool cross)
{
    if (!cross)
        return is_given(p->a, i) ? MATCH_GIVEN : MATCH_SURNAME;
    const struct dict *d = &p->q->ix->dict;
    const struct tok *x = dict_tok(d, p->a->name[i]), *y = dict_tok(d, p->b->name[j]);
    return x->n[0] + y->n[0] > x->n[1] + y->n[1] ? MATCH_GIVEN : MATCH_SURNAME;
}

static float nick_rare(const struct dict *d, uint32_t a, uint32_t b, int role)
{
    const struct tok *x = dict_tok(d, a), *y = dict_tok(d, b);
    uint32_t mass = 1;
    for (int i = 0; i < NICKS && x->nick[i]; i++)
        for (int j = 0; j < NICKS && y->nick[j]; j++)
            if (x->nick[i] == y->nick[j] && d->nick_mass[x->nick[i]][role] > mass)
                mass = d->nick_mass[x->nick[i]][role];
    float all = (float)d->total[TOK_NAME][role] + 200;
    return fast_log2(((float)mass + 0.4f) / all);
}

static float pair_rare(const struct pairing *p, int i, int j, enum name_level l, int role)
{
    const struct dict *d = &p->q->ix->dict;
    uint32_t a = p->a->name[i], b = p->b->name[j];
    if (l == NAME_EXACT)
        return rare_word(d, a, role);
    if (l == NAME_NICK)
        return nick_rare(d, a, b, role == 2 ? 0 : role);
    float x = rare_word(d, a, role), y = rare_word(d, b, role);
    return x > y ? x : y;
}

static float relative(const struct match_index *ix, int what, enum name_level l, float rare)
{
    if (level_is_absolute(what, (int)l))
        return rare;
    float off = 0.5f * (rare - ix->model.mean_rare[what]);
    return off > 3 ? 3 : off < -3 ? -3 : off;
}

static void meet(struct pairing *p, int i, int j, enum name_level l)
{
    bool cross = is_given(p->a, i) != is_given(p->b, j);
    int at = slot_of(p, i, j, cross), role = cross ? 2 : at == MATCH_SURNAME;
    bool alias = p->a->role[i] == ROLE_ALIAS || p->b->role[j] == ROLE_ALIAS;
    if (alias && l == NAME_EXACT && p->a->role[i] != p->b->role[j])
        l = NAME_NICK;
    p->free_a &= ~(1u << i);
    p->free_b &= ~(1u << j);
    if (p->ev->level[at])
        at++;                                   /* the first filled the best slot */
    if (p->ev->level[at])
        return;
    p->straight |= !cross;
    p->cross |= cross;
    evidence_set(p->ev, at, (int)l, relative(p->q->ix, at, l, pair_rare(p, i, j, l, role)));
    p->ev->at[at][0] = (int8_t)i;
    p->ev->at[at][1] = (int8_t)j;
}

/* ---- equal words ----------------------------------------------------------------------- */

/* Without the greatest word, while there are more than two. */
static unsigned least_two(const uint32_t *word, unsigned met)
{
    while (bits_in(met) > 2) {
        int most = __builtin_ctz(met);
        for (unsigned left = met; left; left &= left - 1)
            if (word[__builtin_ctz(left)] > word[most])
                most = __builtin_ctz(left);
        met &= ~(1u << most);
    }
    return met;
}

/* Two slots for the names of a that met their like in one role, in the order of their
 * words' numbers, so that the result does not depend on which record is a. */
static inline void fill(struct pairing *p, int at, unsigned met, int role)
{
    const uint32_t *word = p->a->name;
    unsigned second = met & (met - 1);
    if (second & (second - 1)) {
        met = least_two(word, met);
        second = met & (met - 1);
    }
    int x = __builtin_ctz(met | 1u << NAMES), y = __builtin_ctz(second | 1u << NAMES);
    bool turn = second && word[x] > word[y];
    int i = turn ? y : x, k = turn ? x : y;
    evidence_set(p->ev, at, met ? NAME_EXACT : 0, p->q->name_rare[role][i]);
    evidence_set(p->ev, at + 1, second ? NAME_EXACT : 0, p->q->name_rare[role][k]);
    p->ev->at[at][0] = (int8_t)(met ? i : -1);
    p->ev->at[at + 1][0] = (int8_t)(second ? k : -1);
}

/* A nickname that is the other's given name: the same word, but a nickname's worth. */
static void alias_is_nickname(struct pairing *p, cells same)
{
    for (int at = MATCH_GIVEN; at <= MATCH_MIDDLE; at++) {
        int i = p->ev->at[at][0];
        if (i < 0)
            continue;
        int j = __builtin_ctz(any_column(same & columns(1u << i)));
        if (p->a->role[i] != p->b->role[j])
            evidence_set(p->ev, at, NAME_NICK, pair_rare(p, i, j, NAME_NICK, 0));
    }
}

/* Those that changed places, likewise in order. */
static void meet_crossed(struct pairing *p, cells crossed)
{
    while (crossed) {
        int least = -1, row = 0;
        for (cells c = crossed; c; c &= c - 1) {
            int i = __builtin_ctzll(c) & 7;
            if (least < 0 || p->a->name[i] < p->a->name[least]) {
                least = i;
                row = __builtin_ctzll(c) >> 3;
            }
        }
        crossed &= ~(UINT64_C(1) << (row * 8 + least));
        meet(p, least, row, NAME_EXACT);
    }
}

static void meet_equal(struct pairing *p, cells same)
{
    const struct rec *a = p->a, *b = p->b;
    same &= columns(p->free_a & ~(unsigned)a->initials);
    cells straight = same & ~(columns(a->given) ^ rows(b->given));
    unsigned met = any_row(straight);
    p->free_a &= ~any_row(same);
    p->free_b &= ~any_column(same);
    p->straight = met != 0;
    fill(p, MATCH_GIVEN, met & a->given, 0);
    fill(p, MATCH_SURNAME, met & ~(unsigned)a->given, 1);
    if (a->alias | b->alias)
        alias_is_nickname(p, straight);
    if (same != straight)
        meet_crossed(p, same & ~straight);
}

/* ---- words left over --------------------------------------------------------------------- */

static uint64_t both_words(const struct pairing *p, int i, int j)
{
    uint64_t a = p->a->name[i], b = p->b->name[j];
    return a < b ? a << 32 | b : b << 32 | a;
}

struct alike { uint64_t words; uint16_t rank; uint8_t i, j, level; };

static bool sooner(const struct alike *x, const struct alike *y)
{
    return x->rank != y->rank ? x->rank < y->rank : x->words < y->words;
}

/* Best level first; equal levels by nearness in order, so that the result does not
 * depend on which record is a. */
static void meet_alike(struct pairing *p)
{
    struct alike found[NAMES * NAMES] __attribute__((uninitialized));
    size_t n = 0;
    cells c = likeness(p->q, p->b) & columns(p->free_a) & rows(p->free_b);
    for (; c; c &= c - 1) {
        int i = __builtin_ctzll(c) & 7, j = __builtin_ctzll(c) >> 3;
        enum name_level l = word_level(&p->q->ix->dict, p->q->memo, p->a->name[i], p->b->name[j]);
        if (l == NAME_NONE)
            continue;
        bool cross = is_given(p->a, i) != is_given(p->b, j);
        if (cross && l >= NAME_FAR)
            continue;
        int rank = ((int)l + cross * 2) * 256 + (i > j ? i - j : j - i) * 16 + i + j;
        struct alike one = { both_words(p, i, j), (uint16_t)rank, (uint8_t)i, (uint8_t)j, (uint8_t)l };
        size_t k = n++;
        for (; k > 0 && sooner(&one, &found[k - 1]); k--)
            found[k] = found[k - 1];
        found[k] = one;
    }
    for (size_t k = 0; k < n; k++)
        if ((p->free_a >> found[k].i & 1) && (p->free_b >> found[k].j & 1))
            meet(p, found[k].i, found[k].j, (enum name_level)found[k].level);
}

/* ---- joined words: mariajose and maria jose ------------------------------------------- */

static bool is_joined(const struct dict *d, uint32_t whole, uint32_t head, uint32_t tail)
{
    struct str w = dict_text(d, whole), h = dict_text(d, head), t = dict_text(d, tail);
    return w.n == h.n + t.n && str_starts(w, h) && str_ends(w, t);
}

/* Word i of x is the words j and k of y: an exact match in the role of the first. */
static void meet_joined(struct pairing *p, int i, const struct rec *y, int j, int k, bool x_is_a)
{
    const struct dict *d = &p->q->ix->dict;
    unsigned one = 1u << i, two = 1u << j | 1u << k;
    int role = !is_given(y, j), at = role ? MATCH_SURNAME : MATCH_GIVEN;
    float both = rare_word(d, y->name[j], role) + rare_word(d, y->name[k], role);
    p->free_a &= ~(x_is_a ? one : two);
    p->free_b &= ~(x_is_a ? two : one);
    if (p->ev->level[at])
        at++;
    evidence_set(p->ev, at, NAME_EXACT, both < -12 ? -12 : both);
    p->ev->at[at][0] = (int8_t)(x_is_a ? i : j);
    p->ev->at[at][1] = (int8_t)(x_is_a ? j : i);
    p->ev->joined = true;
}

/* One unmatched word of x is two words of y, at least one of them unmatched. */
static bool join(struct pairing *p, const struct rec *x, const struct rec *y, bool x_is_a)
{
    unsigned free_x = x_is_a ? p->free_a : p->free_b, free_y = x_is_a ? p->free_b : p->free_a;
    for (unsigned whole = x->longs & free_x; whole; whole &= whole - 1) {
        int i = __builtin_ctz(whole);
        for (int j = 0; j < y->n_names; j++) {
            if (y->first[j] != x->first[i] || y->len[j] >= x->len[i])
                continue;
            for (int k = 0; k < y->n_names; k++)
                if (j != k && x->len[i] == y->len[j] + y->len[k] && (free_y & (1u << j | 1u << k)) &&
                    is_joined(&p->q->ix->dict, x->name[i], y->name[j], y->name[k])) {
                    meet_joined(p, i, y, j, k, x_is_a);
                    return true;
                }
        }
    }
    return false;
}

/* One way round; the bits have been looked at. */
static bool parts_fit(const struct rec *x, const struct rec *y)
{
    for (unsigned f = x->longs; f; f &= f - 1) {
        int i = __builtin_ctz(f);
        for (int j = 0; j < y->n_names; j++)
            for (int k = 0; k < y->n_names && x->first[i] == y->first[j]; k++)
                if (j != k && x->len[i] == y->len[j] + y->len[k] && x->last[i] == y->last[k])
                    return true;
    }
    return false;
}

static bool may_join(const struct rec *a, const struct rec *b)
{
    return ((a->whole_bits & b->parts_bits) && parts_fit(a, b)) ||
           ((b->whole_bits & a->parts_bits) && parts_fit(b, a));
}

/* ---- what is left -------------------------------------------------------------------------- */

/* Words on both sides that met none speak against, in the first free slot of their role. */
static void contradict(struct pairing *p, int first, unsigned left_a, unsigned left_b)
{
    uint8_t *level = p->ev->level + first;
    bool against = left_a && left_b, full = level[0] != 0;
    level[1] = (against & full & !level[1]) ? NAME_NONE : level[1];
    level[0] = (against & !full) ? NAME_NONE : level[0];
}

static void meet_rest(struct pairing *p)
{
    const struct rec *a = p->a, *b = p->b;
    if (may_join(a, b) && !join(p, a, b, true))
        (void)join(p, b, a, false);
    meet_alike(p);
    unsigned left_a = p->free_a & ~(unsigned)a->alias, left_b = p->free_b & ~(unsigned)b->alias;
    contradict(p, MATCH_GIVEN, left_a & a->given, left_b & b->given);
    contradict(p, MATCH_SURNAME, left_a & ~(unsigned)a->given, left_b & ~(unsigned)b->given);
}

void compare_names(struct asked *q, const struct rec *b, cells same, struct evidence *ev)
{
    static const uint8_t order[2][2] = { { ORDER_NA, ORDER_SWAPPED }, { ORDER_STRAIGHT, ORDER_MIXED } };
    const struct rec *a = q->a;
    struct pairing p = { .q = q, .a = a, .b = b, .ev = ev,
                         .free_a = (1u << a->n_names) - 1, .free_b = (1u << b->n_names) - 1,
                         .loose = ((a->flags | b->flags) & REC_GUESSED) != 0 };
    memset(ev->at, -1, sizeof ev->at);
    meet_equal(&p, same);
    if (p.free_a && p.free_b)
        meet_rest(&p);
    evidence_set(ev, MATCH_ORDER, p.loose ? ORDER_NA : order[p.straight][p.cross], 0);
    ev->married = ev->level[MATCH_SURNAME] == NAME_NONE && ((a->flags | b->flags) & REC_MARRIED);
}
