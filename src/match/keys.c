/* keys.c - the inverted-index passes: what two records must share to be looked at. */
#include "match/inside.h"

const char *const pass_name[PASS_N] = {
    "id", "phone", "email", "names", "nickname", "name-year", "birth", "name-day", "address",
    "sketch", "rare-name", "place-birth",
};

struct keys { struct key *out; size_t n; };

static uint32_t tag_of(uint64_t h)
{
    uint32_t t = (uint32_t)(h >> 32);
    return t ? t : 1;
}

uint32_t key_tag(enum pass pass, uint64_t a, uint64_t b)
{
    return tag_of(mix64(mix64(a + ((uint64_t)pass << 56)) ^ b));
}

static void put(struct keys *k, enum pass pass, uint64_t a, uint64_t b)
{
    if (k->n == KEYS_MAX)
        return;
    uint32_t tag = key_tag(pass, a, b);
    for (size_t i = 0; i < k->n; i++)
        if (k->out[i].tag == tag)
            return;
    k->out[k->n++] = (struct key){ tag, (uint8_t)pass };
}

static void name_pairs(const struct dict *d, const struct rec *r, struct keys *k)
{
    for (int i = 0; i < r->n_names; i++)
        for (int j = i + 1; j < r->n_names; j++) {
            uint32_t a = dict_tok(d, r->name[i])->block, b = dict_tok(d, r->name[j])->block;
            put(k, PASS_NAMES, a < b ? a : b, a < b ? b : a);
        }
}

/* Francisco and Pancho share a group: group and another name of the bag. */
static void nick_pairs(const struct dict *d, const struct rec *r, struct keys *k)
{
    for (int i = 0; i < r->n_names; i++) {
        const struct tok *g = dict_tok(d, r->name[i]);
        for (int n = 0; n < NICKS && g->nick[n]; n++)
            for (int j = 0; j < r->n_names; j++)
                if (j != i && r->role[j] == ROLE_SURNAME)
                    put(k, PASS_NICK, g->nick[n], dict_tok(d, r->name[j])->block);
    }
}

static void name_and_birth(const struct dict *d, const struct rec *r, struct keys *k)
{
    const struct when *b = &r->born;
    int from = b->year_lo, to = b->year_hi;
    uint32_t md = b->kind == DATE_DAY ? b->ymd % 10000 : 0;
    for (int i = 0; i < r->n_names; i++) {
        uint32_t block = dict_tok(d, r->name[i])->block;
        for (int y = from; y <= to && y <= from + 5; y++)
            put(k, PASS_NAME_YEAR, block, (uint64_t)y);
        if (md && md != 101)
            put(k, PASS_NAME_DAY, block, md);
    }
}

static void birth_keys(const struct rec *r, struct keys *k)
{
    if (r->born.kind != DATE_DAY)
        return;
    uint32_t y = r->born.ymd / 10000, m = r->born.ymd / 100 % 100, d = r->born.ymd % 100;
    put(k, PASS_BIRTH, y, (m < d ? m : d) * 100 + (m < d ? d : m));
    if (r->text[T_PLACE])
        put(k, PASS_PLACE_BIRTH, r->text[T_PLACE], m * 100 + d);
    if (r->text[T_POSTCODE])
        put(k, PASS_PLACE_BIRTH, r->text[T_POSTCODE] | UINT64_C(1) << 40, y);
}

static void address_keys(const struct dict *d, const struct rec *r, struct keys *k)
{
    if (r->text[T_STREET]) {
        uint32_t block = dict_tok(d, r->text[T_STREET])->block;
        if (r->text[T_HOUSE])
            put(k, PASS_ADDRESS, block, r->text[T_HOUSE]);
        else
            put(k, PASS_ADDRESS, r->text[T_STREET], r->text[T_PLACE] | UINT64_C(1) << 40);
        if (r->n_names)
            put(k, PASS_ADDRESS, r->text[T_STREET] | UINT64_C(1) << 41, dict_tok(d, r->name[0])->block);
    }
    if (r->text[T_POSTCODE] && r->text[T_HOUSE])
        put(k, PASS_ADDRESS, r->text[T_POSTCODE] | UINT64_C(1) << 42, r->text[T_HOUSE]);
    if (r->text[T_UNIT])
        put(k, PASS_ADDRESS, r->text[T_UNIT] | UINT64_C(1) << 43, r->born.ymd / 10000);
}

/* Locality-sensitive hashing: bands of least hashes over the bigrams of all
 * names as one bag, so two typing errors still leave shared bands. */
enum { BANDS = 4, ROWS = 2 };

static void sketch(const struct dict *d, const struct rec *r, struct keys *k)
{
    uint64_t least[BANDS * ROWS];
    memset(least, 0xFF, sizeof least);
    for (int i = 0; i < r->n_names; i++) {
        struct str s = dict_text(d, r->name[i]);
        for (size_t j = 0; j <= s.n; j++) {
            uint64_t g = (uint64_t)(j ? (unsigned char)s.p[j - 1] : '^') << 8 |
                         (j < s.n ? (unsigned char)s.p[j] : '$');
            uint64_t h = mix64(g * UINT64_C(0xD6E8FEB86659FD93));
            for (int b = 0; b < BANDS * ROWS; b++) {
                h = h * UINT64_C(0x2545F4914F6CDD1D) + 0x9E3779B9;
                uint64_t v = h ^ h >> 32;
                if (v < least[b])
                    least[b] = v;
            }
        }
    }
    for (uint64_t b = 0; b < BANDS && r->n_names > 1; b++)
        put(k, PASS_SKETCH, least[b * ROWS] + b, least[b * ROWS + 1]);
}

static void alone(const struct rec *r, struct keys *k)
{
    for (int i = 0; i < r->n_names; i++)
        put(k, PASS_RARE, r->name[i], 0);
    if (r->text[T_EXTRA])
        put(k, PASS_RARE, r->text[T_EXTRA] | UINT64_C(1) << 40, 0);
}

size_t keys_of(const struct dict *d, const struct rec *r, struct key out[KEYS_MAX])
{
    struct keys k = { out, 0 };
    for (int i = 0; i < MATCH_IDS && r->id[i]; i++)
        put(&k, PASS_ID, r->id[i], 0);
    for (int i = 0; i < MATCH_PHONES && r->phone[i]; i++)
        put(&k, PASS_PHONE, r->phone[i], 0);
    if (r->text[T_EMAIL])
        put(&k, PASS_EMAIL, r->text[T_EMAIL], 0);
    if (r->mailbox)
        put(&k, PASS_EMAIL, r->mailbox, 1);
    name_pairs(d, r, &k);
    nick_pairs(d, r, &k);
    birth_keys(r, &k);
    if (r->born.kind != DATE_NONE)
        name_and_birth(d, r, &k);
    address_keys(d, r, &k);
    sketch(d, r, &k);
    alone(r, &k);
    return k.n;
}

/* ---- refining what is too common ------------------------------------------------- */

enum part { PART_YEAR = 1, PART_PLACE, PART_DAY, PART_SEX, PART_GIVEN, PART_SURNAME, PART_ID };
static const uint8_t refine[PASS_N][4] = {
    [PASS_ID] = { PART_GIVEN, PART_YEAR },
    [PASS_PHONE] = { PART_GIVEN, PART_YEAR },
    [PASS_EMAIL] = { PART_GIVEN, PART_YEAR },
    [PASS_NAMES] = { PART_YEAR, PART_PLACE, PART_DAY },
    [PASS_NICK] = { PART_YEAR, PART_PLACE, PART_DAY },
    [PASS_NAME_YEAR] = { PART_PLACE, PART_SEX, PART_DAY },
    [PASS_BIRTH] = { PART_GIVEN, PART_PLACE },
    [PASS_NAME_DAY] = { PART_YEAR, PART_PLACE },
    [PASS_ADDRESS] = { PART_GIVEN, PART_YEAR },
    [PASS_SKETCH] = { PART_YEAR, PART_PLACE },
    [PASS_RARE] = { PART_PLACE, PART_YEAR },
    [PASS_PLACE_BIRTH] = { PART_GIVEN, PART_YEAR },
};

static uint32_t first_of(const struct dict *d, const struct rec *r, int role)
{
    for (int i = 0; i < r->n_names; i++)
        if (r->role[i] == role)
            return dict_tok(d, r->name[i])->block;
    return 0;
}

static uint32_t part_of(const struct dict *d, const struct rec *r, int part)
{
    switch (part) {
    case PART_YEAR: return r->born.kind == DATE_NONE ? 0 : (uint32_t)r->born.year_hi;
    case PART_PLACE: return r->text[T_PLACE] ? r->text[T_PLACE] : r->text[T_POSTCODE];
    case PART_DAY: return r->born.ymd % 10000;
    case PART_SEX: return r->sex;
    case PART_GIVEN: return first_of(d, r, ROLE_GIVEN);
    case PART_SURNAME: return first_of(d, r, ROLE_SURNAME);
    default: return (uint32_t)r->id[0];
    }
}

bool key_refine(const struct dict *d, const struct rec *r, enum pass pass, uint32_t tag,
                int depth, uint32_t *out)
{
    if (depth >= 4 || refine[pass][depth] == 0)
        return false;
    uint64_t h = mix64((uint64_t)tag << 32 | part_of(d, r, refine[pass][depth]));
    *out = tag_of(mix64(h + (uint64_t)depth + 1));
    return true;
}
