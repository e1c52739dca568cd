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

/* ---- assignment -------------------------------------------------------------------- */

struct pairing {
    const struct dict *d;
    const struct rec *a, *b;
    bool loose;                 /* word order of one side was guessed */
    unsigned used_a, used_b, all_a, all_b;      /* bits */
    int straight, cross;
    float rare[4];
    uint8_t level[4];
    struct evidence *ev;
};
enum { GIVEN_1, GIVEN_2, FAMILY_1, FAMILY_2 };

static bool is_given(const struct rec *r, int i)
{
    return r->given >> i & 1;
}

/* Which slot a pair of words fills; words that changed places go by what the
 * word mostly is. */
static int slot_of(const struct pairing *p, int i, int j, bool cross)
{
    if (!cross)
        return is_given(p->a, i) ? GIVEN_1 : FAMILY_1;
    const struct tok *x = dict_tok(p->d, p->a->name[i]), *y = dict_tok(p->d, p->b->name[j]);
    return x->n[0] + y->n[0] > x->n[1] + y->n[1] ? GIVEN_1 : FAMILY_1;
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
    uint32_t a = p->a->name[i], b = p->b->name[j];
    if (l == NAME_EXACT)
        return rare_word(p->d, a, role);
    if (l == NAME_NICK)
        return nick_rare(p->d, a, b, role == 2 ? 0 : role);
    float x = rare_word(p->d, a, role), y = rare_word(p->d, b, role);
    return x > y ? x : y;
}

static void meet(struct pairing *p, int i, int j, enum name_level l)
{
    bool cross = is_given(p->a, i) != is_given(p->b, j);
    int at = slot_of(p, i, j, cross), role = cross ? 2 : at == FAMILY_1;
    bool alias = p->a->role[i] == ROLE_ALIAS || p->b->role[j] == ROLE_ALIAS;
    if (alias && l == NAME_EXACT && p->a->role[i] != p->b->role[j])
        l = NAME_NICK;
    p->used_a |= 1u << i;
    p->used_b |= 1u << j;
    if (p->level[at])
        at++;                                   /* the first filled the best slot */
    if (p->level[at])
        return;
    if (!p->loose) {
        p->straight += !cross;
        p->cross += cross;
    }
    p->level[at] = (uint8_t)l;
    p->rare[at] = pair_rare(p, i, j, l, role);
    p->ev->at[at][0] = (int8_t)i;
    p->ev->at[at][1] = (int8_t)j;
}

/* ---- which words may be one another ------------------------------------------------ */

/* bits_in of four words at once. */
static u32x4 bits_in4(u32x4 v)
{
    v -= v >> 1 & 0x55555555;
    v = (v & 0x33333333) + (v >> 2 & 0x33333333);
    v = (v + (v >> 4)) & 0x0F0F0F0F;
    v += v >> 8;
    return (v + (v >> 16)) & 63;
}

static unsigned lanes(u32x4 v)
{
#ifdef __SSE2__
    return (unsigned)__builtin_ia32_movmskps((f32x4)v);
#else
    return (v[0] & 1) | (v[1] & 2) | (v[2] & 4) | (v[3] & 8);
#endif
}

/* Bits of four names of a that may be like a word: few letters differ. */
static unsigned like_four(u32x4 names, uint32_t sign)
{
    u32x4 s = (u32x4){ 0 } + sign;
    return lanes((u32x4)(bits_in4(names ^ s) <= SIGN_NAME) | (u32x4)((names & s) >= SIGN_ANY));
}

static unsigned same_four(u32x4 names, uint32_t word)
{
    return lanes((u32x4)(names == (u32x4){ 0 } + word));
}

/* For each name of b: bits of the names of a that are it, and that may be like it. */
struct likely { uint8_t same[NAMES], like[NAMES]; };

static void look(const struct asked *q, const struct rec *b, struct likely *l)
{
    bool many = q->a->n_names > 4;
    for (int j = 0; j < b->n_names; j++) {
        unsigned same = same_four(q->name[0], b->name[j]), like = like_four(q->sign[0], b->sign[j]);
        if (many) {
            same |= same_four(q->name[1], b->name[j]) << 4;
            like |= like_four(q->sign[1], b->sign[j]) << 4;
        }
        l->same[j] = (uint8_t)same;
        l->like[j] = (uint8_t)(b->len[j] < 2 ? 255 : like | q->initials | same);
    }
}

/* Equal words, straight ones first, then those that changed places; in the order
 * of their numbers, so that the result does not depend on which record is a. */
static void meet_equal(struct pairing *p, const struct likely *l)
{
    struct { uint32_t key; uint8_t i, j; } hit[NAMES] __attribute__((uninitialized));
    size_t n = 0;
    for (int j = 0; j < p->b->n_names; j++) {
        if (!l->same[j])
            continue;
        int i = __builtin_ctz(l->same[j]);
        if (p->a->len[i] < 2)
            continue;
        bool cross = is_given(p->a, i) != is_given(p->b, j);
        uint32_t key = (uint32_t)cross << 31 | p->a->name[i];
        size_t k = n++;
        for (; k > 0 && hit[k - 1].key > key; k--)
            hit[k] = hit[k - 1];
        hit[k].key = key;
        hit[k].i = (uint8_t)i;
        hit[k].j = (uint8_t)j;
    }
    for (size_t k = 0; k < n; k++)
        meet(p, hit[k].i, hit[k].j, NAME_EXACT);
}

static uint64_t both_words(const struct pairing *p, int i, int j)
{
    uint64_t a = p->a->name[i], b = p->b->name[j];
    return a < b ? a << 32 | b : b << 32 | a;
}

struct likeness { uint64_t words; uint16_t rank; uint8_t i, j, level; };

static bool sooner(const struct likeness *x, const struct likeness *y)
{
    return x->rank != y->rank ? x->rank < y->rank : x->words < y->words;
}

/* Words left over, best level first; equal levels by nearness in order, so that
 * the result does not depend on which record is a. */
static void meet_alike(struct pairing *p, struct memo *m, const struct likely *likely)
{
    struct likeness like[NAMES * NAMES] __attribute__((uninitialized));
    size_t n = 0;
    unsigned free_a = p->all_a & ~p->used_a;
    for (unsigned fb = p->all_b & ~p->used_b; fb; fb &= fb - 1) {
        int j = __builtin_ctz(fb);
        for (unsigned fa = free_a & likely->like[j]; fa; fa &= fa - 1) {
            int i = __builtin_ctz(fa);
            enum name_level l = word_level(p->d, m, p->a->name[i], p->b->name[j]);
            bool cross = is_given(p->a, i) != is_given(p->b, j);
            if (l == NAME_NONE || (cross && l >= NAME_FAR))
                continue;
            int rank = ((int)l + cross * 2) * 256 + (i > j ? i - j : j - i) * 16 + i + j;
            struct likeness one = { both_words(p, i, j), (uint16_t)rank, (uint8_t)i, (uint8_t)j,
                                    (uint8_t)l };
            size_t k = n++;
            for (; k > 0 && sooner(&one, &like[k - 1]); k--)
                like[k] = like[k - 1];
            like[k] = one;
        }
    }
    for (size_t k = 0; k < n; k++)
        if (!(p->used_a >> like[k].i & 1) && !(p->used_b >> like[k].j & 1))
            meet(p, like[k].i, like[k].j, (enum name_level)like[k].level);
}

/* ---- joined words: mariajose and maria jose ------------------------------------------- */

static bool is_joined(const struct dict *d, uint32_t whole, uint32_t head, uint32_t tail)
{
    struct str w = dict_text(d, whole), h = dict_text(d, head), t = dict_text(d, tail);
    return w.n == h.n + t.n && str_starts(w, h) && str_ends(w, t);
}

/* One unmatched word of x is two words of y, at least one of them unmatched. */
static bool join(struct pairing *p, const struct rec *x, const struct rec *y, bool x_is_a)
{
    unsigned used_x = x_is_a ? p->used_a : p->used_b, used_y = x_is_a ? p->used_b : p->used_a;
    for (unsigned free = x->longs & ~used_x; free; free &= free - 1) {
        int i = __builtin_ctz(free);
        for (int j = 0; j < y->n_names; j++) {
            if (y->first[j] != x->first[i] || y->len[j] >= x->len[i])
                continue;
            for (int k = 0; k < y->n_names; k++) {
                if (j == k || x->len[i] != y->len[j] + y->len[k] ||
                    ((used_y >> j & 1) && (used_y >> k & 1)) ||
                    !is_joined(p->d, x->name[i], y->name[j], y->name[k]))
                    continue;
                int role = !is_given(y, j), at = role ? FAMILY_1 : GIVEN_1;
                float both = rare_word(p->d, y->name[j], role) + rare_word(p->d, y->name[k], role);
                p->used_a |= x_is_a ? 1u << i : 1u << j | 1u << k;
                p->used_b |= x_is_a ? 1u << j | 1u << k : 1u << i;
                if (p->level[at])
                    at++;
                p->level[at] = NAME_EXACT;
                p->rare[at] = both < -12 ? -12 : both;
                p->ev->at[at][0] = (int8_t)(x_is_a ? i : j);
                p->ev->at[at][1] = (int8_t)(x_is_a ? j : i);
                p->ev->joined = true;
                return true;
            }
        }
    }
    return false;
}

/* ---- what is left -------------------------------------------------------------------------- */

static void contradict(struct pairing *p, int first, unsigned left_a, unsigned left_b)
{
    if (!left_a || !left_b)
        return;
    if (!p->level[first])
        p->level[first] = NAME_NONE;
    else if (!p->level[first + 1])
        p->level[first + 1] = NAME_NONE;
}

static float relative(const struct match_index *ix, int what, enum name_level l, float rare)
{
    if (level_is_absolute(what, (int)l) || l == NAME_MISSING || l == NAME_NONE)
        return rare;
    float off = 0.5f * (rare - ix->model.mean_rare[what]);
    return off > 3 ? 3 : off < -3 ? -3 : off;
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

static void meet_rest(struct pairing *p, struct memo *m, const struct likely *likely)
{
    const struct rec *a = p->a, *b = p->b;
    if (may_join(a, b) && !join(p, a, b, true))
        (void)join(p, b, a, false);
    meet_alike(p, m, likely);
    unsigned left_a = p->all_a & ~p->used_a & ~a->alias, left_b = p->all_b & ~p->used_b & ~b->alias;
    contradict(p, GIVEN_1, left_a & a->given, left_b & b->given);
    contradict(p, FAMILY_1, left_a & ~a->given, left_b & ~b->given);
}

void compare_names(struct asked *q, const struct rec *b, struct evidence *ev)
{
    static const uint8_t what[4] = { MATCH_GIVEN, MATCH_MIDDLE, MATCH_SURNAME, MATCH_SECOND };
    const struct rec *a = q->a;
    struct likely likely __attribute__((uninitialized));
    struct pairing p = { .d = &q->ix->dict, .a = a, .b = b, .ev = ev,
                         .all_a = (1u << a->n_names) - 1, .all_b = (1u << b->n_names) - 1,
                         .loose = ((a->flags | b->flags) & REC_GUESSED) != 0 };
    memset(ev->at, -1, sizeof ev->at);
    look(q, b, &likely);
    meet_equal(&p, &likely);
    if (p.used_a != p.all_a || p.used_b != p.all_b)
        meet_rest(&p, q->memo, &likely);
    for (int i = 0; i < 4; i++)
        if (p.level[i])
            evidence_set(ev, what[i], p.level[i],
                         relative(q->ix, what[i], (enum name_level)p.level[i], p.rare[i]));
    if (p.straight + p.cross)
        evidence_set(ev, MATCH_ORDER, !p.cross ? ORDER_STRAIGHT : p.straight ? ORDER_MIXED
                                    : ORDER_SWAPPED, 0);
    ev->married = p.level[FAMILY_1] == NAME_NONE && ((a->flags | b->flags) & REC_MARRIED);
}
