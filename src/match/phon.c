/* phon.c - sounds of a folded word under five spellings.
 *
 * Each profile is a list of rewriting rules read left to right, the first that
 * fits wins; then runs collapse.  The rules are written for this program from
 * how officials misspell names: Spanish b/v, s/c/z, ll/y, g/j, mute h, qu/c/k,
 * x; Guarani nasal tilde, glottal stop, y/i, mb/b, nd/d (Academia de la Lengua
 * Guarani, alphabet of 2015); Thai romanised by RTGS or by ear: aspirates, r/l,
 * ch/j, final n/l/r, doubled vowels, silent endings; names of Liberia: kp/gb,
 * ph/f, k/c, -eh/-ah.  "general" keeps only the consonants.
 */
#include "match/inside.h"

enum { START = 1, END = 2, MID = 4, SOFT = 8 };   /* SOFT: before e, i, y */
struct rule { const char *from, *to; int where; };

static const struct rule rules_es[] = {
    { "ch", "C", 0 }, { "sh", "C", 0 }, { "ph", "f", 0 }, { "th", "t", 0 },
    { "tz", "s", 0 }, { "sc", "s", SOFT }, { "xc", "s", SOFT }, { "cc", "s", SOFT },
    { "x", "j", START }, { "x", "s", 0 }, { "ll", "y", 0 }, { "que", "ke", 0 },
    { "qui", "ki", 0 }, { "qu", "k", 0 }, { "gue", "ge", 0 }, { "gui", "gi", 0 },
    { "gu", "w", START }, { "hu", "w", START }, { "g", "j", SOFT }, { "c", "s", SOFT },
    { "ck", "k", 0 }, { "c", "k", 0 }, { "q", "k", 0 }, { "z", "s", 0 }, { "v", "b", 0 },
    { "h", "", 0 }, { "y", "i", END }, { "ia", "ia", 0 }, { "nb", "mb", 0 }, { "nv", "mb", 0 },
    { "np", "mp", 0 }, { "j", "j", 0 },
};
static const struct rule rules_gn[] = {
    { "mb", "b", 0 }, { "nd", "d", 0 }, { "nt", "t", 0 }, { "ng", "g", 0 }, { "nh", "n", 0 },
    { "ch", "C", 0 }, { "sh", "C", 0 }, { "x", "C", 0 }, { "qu", "k", 0 }, { "gu", "w", 0 },
    { "c", "s", SOFT }, { "c", "k", 0 }, { "q", "k", 0 }, { "v", "b", 0 }, { "z", "s", 0 },
    { "y", "i", 0 }, { "h", "", 0 }, { "ll", "j", 0 }, { "nn", "n", 0 },
};
static const struct rule rules_th[] = {
    { "phr", "p", 0 }, { "pr", "p", 0 }, { "pl", "p", 0 }, { "khr", "k", 0 }, { "kr", "k", 0 },
    { "kl", "k", 0 }, { "khl", "k", 0 }, { "tr", "t", 0 }, { "thr", "t", 0 },
    { "porn", "pon", 0 }, { "phorn", "pon", 0 }, { "orn", "on", END }, { "arn", "an", END },
    { "ern", "en", END }, { "ert", "et", END }, { "ard", "at", END }, { "art", "at", END },
    { "ti", "t", END }, { "di", "t", END }, { "dhi", "t", END }, { "thi", "t", END },
    { "tr", "t", END }, { "kdi", "k", END }, { "kdee", "k", END },
    { "bh", "p", 0 }, { "ph", "p", 0 }, { "th", "t", 0 }, { "dh", "t", 0 }, { "kh", "k", 0 },
    { "gh", "k", 0 }, { "ch", "c", 0 }, { "j", "c", 0 }, { "sh", "s", 0 }, { "ts", "s", 0 },
    { "ng", "G", 0 }, { "l", "n", END }, { "r", "n", END }, { "d", "t", END }, { "s", "t", END },
    { "b", "p", END }, { "f", "p", END }, { "g", "k", END }, { "c", "t", END },
    { "rr", "l", 0 }, { "r", "l", 0 }, { "v", "w", 0 }, { "z", "s", 0 }, { "g", "k", 0 },
    { "ee", "i", 0 }, { "oo", "u", 0 }, { "ou", "u", 0 }, { "ue", "u", 0 }, { "aa", "a", 0 },
    { "ii", "i", 0 }, { "uu", "u", 0 }, { "ay", "ai", 0 }, { "ei", "i", 0 }, { "ey", "i", 0 },
    { "ae", "e", 0 }, { "or", "o", END }, { "y", "i", END }, { "h", "", END },
};
static const struct rule rules_lr[] = {
    { "kp", "p", 0 }, { "gb", "b", 0 }, { "ph", "f", 0 }, { "th", "t", 0 }, { "wh", "w", 0 },
    { "ck", "k", 0 }, { "sh", "S", 0 }, { "ch", "C", 0 }, { "qu", "kw", 0 },
    { "eah", "a", END }, { "iah", "a", END }, { "ia", "a", END },
    { "eh", "e", END }, { "ay", "e", END }, { "ey", "e", END }, { "ee", "e", END },
    { "ie", "e", END }, { "y", "e", END }, { "i", "e", END }, { "ah", "a", END },
    { "er", "a", END }, { "or", "o", END }, { "oh", "o", END }, { "ow", "o", END },
    { "aw", "o", END }, { "u", "o", 0 }, { "ay", "e", 0 }, { "ai", "e", 0 }, { "ee", "i", 0 },
    { "c", "s", SOFT }, { "c", "k", 0 }, { "q", "k", 0 }, { "z", "s", 0 }, { "y", "i", MID },
    { "h", "", MID }, { "h", "", END }, { "oo", "o", 0 },
};
static const struct rule rules_general[] = {
    { "sch", "s", 0 }, { "tch", "c", 0 }, { "ph", "f", 0 }, { "gh", "", MID }, { "gh", "", END },
    { "kn", "n", START }, { "gn", "n", START }, { "wr", "r", START }, { "ps", "s", START },
    { "mb", "m", END }, { "ck", "k", 0 }, { "sh", "x", 0 }, { "ch", "x", 0 }, { "th", "t", 0 },
    { "dg", "j", SOFT }, { "sc", "s", SOFT }, { "c", "s", SOFT }, { "c", "k", 0 },
    { "q", "k", 0 }, { "x", "ks", 0 }, { "z", "s", 0 }, { "v", "f", 0 }, { "w", "", 0 },
    { "h", "", 0 }, { "d", "t", END }, { "g", "j", SOFT },
};
/* The coarsest: only to find candidates. */
static const struct rule rules_block[] = {
    { "ph", "p", 0 }, { "th", "t", 0 }, { "kh", "k", 0 }, { "bh", "p", 0 }, { "dh", "t", 0 },
    { "gh", "k", 0 }, { "ch", "j", 0 }, { "sh", "s", 0 }, { "kp", "p", 0 }, { "gb", "b", 0 },
    { "qu", "k", 0 }, { "gue", "ke", 0 }, { "gui", "ki", 0 }, { "g", "j", SOFT },
    { "c", "s", SOFT }, { "c", "k", 0 }, { "q", "k", 0 }, { "g", "k", 0 }, { "x", "s", 0 },
    { "z", "s", 0 }, { "v", "b", 0 }, { "f", "p", 0 }, { "d", "t", 0 }, { "r", "l", 0 },
    { "mb", "b", 0 }, { "m", "n", 0 }, { "nt", "t", 0 }, { "nd", "t", 0 }, { "h", "", 0 }, { "w", "", 0 },
    { "y", "", 0 }, { "j", "j", 0 },
};

static const struct profile {
    const struct rule *rule;
    size_t n;
    bool bare;                  /* drop vowels after the first letter */
} profiles[PROFILES + 1] = {
    { rules_es, COUNT_OF(rules_es), false },
    { rules_gn, COUNT_OF(rules_gn), false },
    { rules_th, COUNT_OF(rules_th), false },
    { rules_lr, COUNT_OF(rules_lr), false },
    { rules_general, COUNT_OF(rules_general), true },
    { rules_block, COUNT_OF(rules_block), true },
};

static bool vowel(char ch)
{
    return ch == 'a' || ch == 'e' || ch == 'i' || ch == 'o' || ch == 'u' || ch == 'y';
}

static bool fits(const struct rule *r, struct str w, size_t at)
{
    size_t n = strlen(r->from);
    if (at + n > w.n || memcmp(w.p + at, r->from, n) != 0)
        return false;
    bool first = at == 0, last = at + n == w.n;
    char next = last ? 0 : w.p[at + n];
    if (r->where & SOFT)
        return next == 'e' || next == 'i' || next == 'y';
    if (r->where == 0)
        return true;
    return ((r->where & START) && first) || ((r->where & END) && last && !first) ||
           ((r->where & MID) && !first && !last);
}

/* The text of the rule that fits here; *used: letters it eats. */
static const char *rewrite(const struct profile *pr, struct str w, size_t at, size_t *used)
{
    for (size_t i = 0; i < pr->n; i++)
        if (fits(&pr->rule[i], w, at)) {
            *used = strlen(pr->rule[i].from);
            return pr->rule[i].to;
        }
    *used = 1;
    return NULL;
}

size_t sound_spell(int profile, struct str w, char out[64])
{
    const struct profile *pr = &profiles[profile];
    size_t n = 0, used;
    for (size_t at = 0; at < w.n; at += used) {
        char one[2] = { w.p[at], 0 };
        const char *to = rewrite(pr, w, at, &used);
        for (const char *p = to ? to : one; *p; p++) {
            bool drop = pr->bare && vowel(*p) && at > 0;
            if (pr->bare && vowel(*p) && at == 0) {
                out[n++] = 'a';
                continue;
            }
            if (!drop && n < 60 && (n == 0 || out[n - 1] != *p))
                out[n++] = *p;
        }
    }
    return n;
}

static uint32_t key_of(struct str s, int profile)
{
    uint32_t h = (uint32_t)hash_bytes(s, (uint64_t)profile + 11);
    return h ? h : 1;
}

/* A consonant skeleton of fewer letters says too little. */
enum { BARE_MIN = 3, BLOCK_MIN_LETTERS = 2, BLOCK_LETTERS = 5 };

/* At most BLOCK_LETTERS consonants; *raw when the word is too short for that and
 * stands as written. */
static size_t block_spell(struct str w, char t[64], bool *raw)
{
    size_t n = sound_spell(PROFILES, w, t);
    if (n > BLOCK_LETTERS)
        n = BLOCK_LETTERS;
    size_t solid = n - (n > 0 && t[0] == 'a');
    *raw = (w.n && ascii_digit(w.p[0])) || solid < BLOCK_MIN_LETTERS;
    if (!*raw)
        return n;
    n = w.n < 4 ? w.n : 4;
    memcpy(t, w.p, n);
    return n;
}

size_t sound_block(struct str w, char out[16])
{
    char t[64];
    bool raw;
    size_t n = block_spell(w, t, &raw);
    memcpy(out, t, n);
    if (raw)
        out[n++] = '.';                         /* no sound is written so */
    return n;
}

void sounds_of(struct str w, struct sounds *out)
{
    char t[64];
    memset(out, 0, sizeof *out);
    bool digits = w.n && ascii_digit(w.p[0]);
    for (int i = 0; i < PROFILES && w.n > 2 && !digits; i++) {
        size_t n = sound_spell(i, w, t);
        if (n >= (profiles[i].bare ? BARE_MIN : 2))
            out->key[i] = key_of((struct str){ t, n }, i);
    }
    bool raw;
    size_t n = block_spell(w, t, &raw);
    out->block = key_of((struct str){ t, n }, PROFILES + raw);
}

uint64_t mix64(uint64_t x)
{
    x ^= x >> 31;
    x *= UINT64_C(0x9E3779B97F4A7C15);
    x ^= x >> 29;
    x *= UINT64_C(0xBF58476D1CE4E5B9);
    return x ^ x >> 32;
}

/* Not keyed: the same record must give the same keys in every process.  Lists
 * that a hostile file could make collide are capped and refined anyway. */
uint64_t hash_bytes(struct str s, uint64_t seed)
{
    uint64_t h = mix64(seed + s.n * UINT64_C(0x9E3779B97F4A7C15));
    while (s.n >= 8) {
        uint64_t v;
        memcpy(&v, s.p, 8);
        h = mix64(h ^ v);
        s = str_sub(s, 8, s.n);
    }
    uint64_t v = 0;
    if (s.n)
        memcpy(&v, s.p, s.n);
    return mix64(h ^ v ^ s.n << 56);
}
