/* post.c - posting lists: key -> record numbers.
 *
 * A key is the top 32 bits of its hash; they also choose the slot, so the table
 * can grow without the keys.  Two keys that share them share a list, which
 * costs a comparison and never a match.  One record alone sits in the slot
 * itself; more live in a list of 2, 4, 8 ...; a list that would pass its cap is
 * split: every member moves to a finer key of its own, so what is found depends
 * on what is held and not on the order it came in.
 */
#include "match/inside.h"

struct slot { uint32_t tag, val; };     /* val: 0 free; record + 1; LIST | offset */
#define LIST  0x80000000u
#define SPLIT 0x80000000u
enum { HEAD = 2, FIRST_SLOTS = 4096, CLASSES = 16 };
/* list: [0] members, [1] room (power of two) | SPLIT, then records */

static const uint16_t cap_of[PASS_N] = {
    [PASS_ID] = 64, [PASS_PHONE] = 64, [PASS_EMAIL] = 64, [PASS_NAMES] = 128, [PASS_NICK] = 64,
    [PASS_NAME_YEAR] = 64, [PASS_BIRTH] = 64, [PASS_NAME_DAY] = 48, [PASS_ADDRESS] = 64,
    [PASS_SKETCH] = 64, [PASS_RARE] = 64, [PASS_PLACE_BIRTH] = 32,
};

static struct slot *slots_of(const struct post *po)
{
    return (struct slot *)(void *)po->slots.p;
}

static uint32_t *list_at(const struct post *po, uint32_t val)
{
    return (uint32_t *)(void *)po->lists.p + (val & ~LIST);
}

static uint64_t home(uint64_t n_slots, uint32_t tag)
{
    return (uint64_t)tag * n_slots >> 32;
}

static struct slot *find(const struct post *po, uint32_t tag)
{
    struct slot *s = slots_of(po);
    uint64_t i = home(po->n_slots, tag);
    while (s[i].val && s[i].tag != tag)
        i = i + 1 == po->n_slots ? 0 : i + 1;
    return &s[i];
}

/* The slots are far apart, and so are the lists: ask for all of a record's before
 * using any. */
void post_fetch(const struct post *po, const struct key *key, size_t n)
{
    if (!po->n_slots)
        return;
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(slots_of(po) + home(po->n_slots, key[i].tag));
    for (size_t i = 0; i < n; i++) {
        const struct slot *s = find(po, key[i].tag);
        if (s->val & LIST)
            __builtin_prefetch(list_at(po, s->val));
    }
}

bool post_open(struct post *po, size_t max)
{
    return area_open(&po->lists, max);
}

void post_close(struct purse *pu, struct post *po)
{
    area_close(pu, &po->slots);
    area_close(pu, &po->lists);
}

static bool more_slots(struct purse *pu, struct post *po, uint64_t n)
{
    struct post next = { .n_slots = n };
    if (!area_open(&next.slots, n * sizeof(struct slot)))
        return false;
    if (!area_need(pu, &next.slots, n * sizeof(struct slot))) {
        area_close(pu, &next.slots);
        return false;
    }
    for (uint64_t i = 0; i < po->n_slots; i++)
        if (slots_of(po)[i].val)
            *find(&next, slots_of(po)[i].tag) = slots_of(po)[i];
    area_close(pu, &po->slots);
    po->slots = next.slots;
    po->n_slots = n;
    return true;
}

/* Room for `keys` new keys, whatever lists and splits they cause: at worst every
 * key of one record splits a full list at every depth. */
bool post_reserve(struct purse *pu, struct post *po, size_t keys)
{
    enum { WORST_KEYS = KEYS_MAX * 128 * 3, WORST_BYTES = 1024 * 1024 };
    if (!area_need(pu, &po->lists, WORST_BYTES))
        return false;
    uint64_t n = po->n_slots ? po->n_slots : FIRST_SLOTS, want = po->n_keys + keys + WORST_KEYS;
    while (n / 8 * 7 < want)
        n += n / 2;
    return n == po->n_slots || more_slots(pu, po, n);
}

/* ---- lists --------------------------------------------------------------------- */

static int class_of(uint32_t room)
{
    return __builtin_ctz(room);
}

static uint32_t list_new(struct post *po, uint32_t room)
{
    int k = class_of(room);
    uint32_t at = po->free_list[k];
    if (at) {
        po->free_list[k] = list_at(po, at)[0];
    } else {
        if (po->lists.n == 0)
            po->lists.n = 4;                    /* offset 0 is nothing */
        at = (uint32_t)(po->lists.n / 4);
        po->lists.n += (HEAD + (size_t)room) * 4;
    }
    uint32_t *l = list_at(po, at);
    l[0] = 0;
    l[1] = room;
    return at;
}

static void list_free(struct post *po, uint32_t at)
{
    uint32_t *l = list_at(po, at);
    int k = class_of(l[1] & ~SPLIT);
    l[0] = po->free_list[k];
    po->free_list[k] = at;
}

/* Members really there: a list that could not be split counts more than it holds. */
static uint32_t stored(const uint32_t *l)
{
    uint32_t room = l[1] & ~SPLIT;
    return l[0] < room ? l[0] : room;
}

static void slot_add(struct match_index *ix, uint32_t rec, uint32_t tag, enum pass pass, int depth);

static void add_finer(struct match_index *ix, uint32_t rec, uint32_t tag, enum pass pass, int depth)
{
    uint32_t finer;
    if (key_refine(&ix->dict, rec_at(ix, rec), pass, tag, depth, &finer))
        slot_add(ix, rec, finer, pass, depth + 1);
}

/* The list is full: move its members to finer keys; it keeps only its count. */
static void split(struct match_index *ix, struct slot *s, enum pass pass, int depth)
{
    struct post *po = &ix->post;
    uint32_t old = s->val & ~LIST, tag = s->tag, at = list_new(po, 1);
    uint32_t *l = list_at(po, at), members = stored(list_at(po, old));
    l[0] = list_at(po, old)[0];
    l[1] |= SPLIT;
    s->val = LIST | at;
    po->splits++;
    for (uint32_t i = 0; i < members; i++)
        add_finer(ix, list_at(po, old)[HEAD + i], tag, pass, depth);
    list_free(po, old);
}

static bool can_refine(const struct match_index *ix, uint32_t rec, enum pass pass, int depth)
{
    uint32_t unused;
    return key_refine(&ix->dict, rec_at(ix, rec), pass, 1, depth, &unused);
}

static void list_add(struct match_index *ix, struct slot *s, uint32_t rec, enum pass pass, int depth)
{
    struct post *po = &ix->post;
    uint32_t *l = list_at(po, s->val), room = l[1] & ~SPLIT, tag = s->tag;
    if (l[1] & SPLIT) {
        l[0]++;
        add_finer(ix, rec, tag, pass, depth);
        return;
    }
    if (l[0] >= cap_of[pass]) {
        if (can_refine(ix, rec, pass, depth)) {
            split(ix, s, pass, depth);
            list_add(ix, find(po, tag), rec, pass, depth);
        } else {
            l[0]++;                             /* counted, and told to whoever asks */
            po->dropped++;
        }
        return;
    }
    if (l[0] >= room) {
        uint32_t at = list_new(po, room * 2), *to = list_at(po, at);
        l = list_at(po, s->val);
        to[0] = stored(l);
        memcpy(to + HEAD, l + HEAD, to[0] * sizeof *l);
        list_free(po, s->val & ~LIST);
        s->val = LIST | at;
        l = to;
    }
    l[HEAD + l[0]++] = rec;
}

static void slot_add(struct match_index *ix, uint32_t rec, uint32_t tag, enum pass pass, int depth)
{
    struct post *po = &ix->post;
    struct slot *s = find(po, tag);
    if (s->val == 0) {
        *s = (struct slot){ tag, rec + 1 };
        po->n_keys++;
    } else if (s->val & LIST) {
        list_add(ix, s, rec, pass, depth);
    } else if (s->val != rec + 1) {
        uint32_t at = list_new(po, 2), *l = list_at(po, at);
        l[0] = 2;
        l[HEAD] = s->val - 1;
        l[HEAD + 1] = rec;
        s->val = LIST | at;
    }
}

void post_add(struct match_index *ix, uint32_t rec, struct key k)
{
    slot_add(ix, rec, k.tag, (enum pass)k.pass, 0);
}

uint32_t post_count(const struct post *po, uint32_t tag)
{
    if (po->n_slots == 0)
        return 0;
    struct slot *s = find(po, tag);
    return s->val & LIST ? list_at(po, s->val)[0] : s->val != 0;
}

/* What sharing a key is worth: a list of many says little by itself. */
enum { FEW = 8, SOME = 24 };
static uint8_t points_of(uint8_t pass, uint32_t listed)
{
    switch (pass) {
    case PASS_ID: case PASS_PHONE: case PASS_EMAIL:
        return 2;
    case PASS_NAMES: case PASS_NICK: case PASS_BIRTH:
        return listed <= SOME ? 2 : 1;
    case PASS_RARE:
        return listed <= FEW;
    default:
        return listed <= FEW ? 2 : 1;
    }
}

bool post_list(const struct match_index *ix, const struct rec *r, struct key k, struct listed *out)
{
    const struct post *po = &ix->post;
    uint32_t tag = k.tag;
    for (int depth = 0; po->n_slots; depth++) {
        const struct slot *s = find(po, tag);
        if (s->val == 0)
            return false;
        if (!(s->val & LIST)) {
            *out = (struct listed){ .n = 1, .one = s->val - 1, .pass = k.pass,
                                    .points = points_of(k.pass, 1) };
            return true;
        }
        const uint32_t *l = list_at(po, s->val);
        if (l[1] & SPLIT) {
            if (!key_refine(&ix->dict, r, (enum pass)k.pass, tag, depth, &tag))
                return false;
            continue;
        }
        uint32_t n = stored(l);
        *out = (struct listed){ .rec = l + HEAD, .n = n, .missing = l[0] - n, .pass = k.pass,
                                .points = points_of(k.pass, l[0]) };
        return true;
    }
    return false;
}
