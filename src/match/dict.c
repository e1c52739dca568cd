#include "match/inside.h"

enum { FIRST_SLOTS = 1024, GUESS_WEIGHT = 60 };

bool dict_open(struct dict *d, size_t max)
{
    for (int k = 0; k < TOK_CLASSES; k++)
        d->log_total[k][0] = d->log_total[k][1] = fast_log2(GUESS_WEIGHT);
    return area_open(&d->toks, max) && area_open(&d->text, max < UINT32_MAX ? max : UINT32_MAX);
}

void dict_close(struct purse *pu, struct dict *d)
{
    area_close(pu, &d->toks);
    area_close(pu, &d->text);
    area_close(pu, &d->slots);
}

static uint64_t word_hash(enum tok_class cls, struct str s)
{
    return hash_bytes(s, (uint64_t)cls + 100);
}

static uint32_t *slots_of(const struct dict *d)
{
    return (uint32_t *)(void *)d->slots.p;
}

static void slot_put(uint32_t *slot, uint32_t n, uint64_t h, uint32_t t)
{
    uint32_t i = (uint32_t)h & (n - 1);
    while (slot[i])
        i = (i + 1) & (n - 1);
    slot[i] = t;
}

static bool more_slots(struct purse *pu, struct dict *d, uint32_t want)
{
    struct area next;
    uint32_t n = d->n_slots ? d->n_slots : FIRST_SLOTS;
    while (n / 3 * 2 < want)
        n *= 2;
    if (!area_open(&next, (size_t)n * 4))
        return false;
    if (!area_need(pu, &next, (size_t)n * 4)) {
        area_close(pu, &next);
        return false;
    }
    uint32_t *slot = (uint32_t *)(void *)next.p;
    for (uint32_t t = 1; t <= d->n; t++)
        slot_put(slot, n, word_hash((enum tok_class)dict_tok(d, t)->cls, dict_text(d, t)), t);
    area_close(pu, &d->slots);
    d->slots = next;
    d->n_slots = n;
    return true;
}

bool dict_reserve(struct purse *pu, struct dict *d, uint32_t words)
{
    uint32_t want = d->n + words + 1;
    if (!area_need(pu, &d->toks, ((size_t)words + 2) * sizeof(struct tok)) ||
        !area_need(pu, &d->text, (size_t)words * 64))
        return false;
    return d->n_slots / 3 * 2 >= want || more_slots(pu, d, want);
}

/* One of the two holders of a shared value is the one asked about, so n - 1
 * others of all; a little of a guess for small indexes. */
static const float guess[TOK_CLASSES] = {
    [TOK_NAME] = 4e-3f, [TOK_EMAIL] = 1e-5f, [TOK_STREET] = 2e-3f, [TOK_UNIT] = 2e-3f,
    [TOK_HOUSE] = .01f, [TOK_PLACE] = .03f, [TOK_REGION] = .1f, [TOK_POSTCODE] = .01f,
    [TOK_NATION] = .5f, [TOK_EXTRA] = .01f,
};

static void take_logs(struct tok *k)
{
    for (int r = 0; r < 2; r++)
        k->log_n[r] = fast_log2((k->n[r] > 1 ? (float)(k->n[r] - 1) : 1) + GUESS_WEIGHT * guess[k->cls]);
}

static void fill(struct tok *k, enum tok_class cls, struct str s)
{
    k->letters = letters_of(s);
    k->cls = (uint8_t)cls;
    k->len = (uint8_t)s.n;
    take_logs(k);
    if (cls == TOK_NAME || cls == TOK_STREET || cls == TOK_PLACE) {
        struct sounds so;
        sounds_of(s, &so);
        k->block = so.block;
        if (cls == TOK_NAME) {
            memcpy(k->sound, so.key, sizeof k->sound);
            nicks_of(s, k->nick);
        }
    }
}

static uint32_t local_word(struct local_words *l, enum tok_class cls, struct str s)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (l->tok[i].cls == cls && l->tok[i].len == s.n && !memcmp(l->text[i], s.p, s.n))
            return i | LOCAL;
    if (l->n == LOCAL_WORDS)
        return 0;
    memcpy(l->text[l->n], s.p, s.n);
    l->tok[l->n] = (struct tok){ 0 };
    fill(&l->tok[l->n], cls, s);
    return l->n++ | LOCAL;
}

uint32_t dict_word(struct dict *d, enum tok_class cls, struct str s, bool add)
{
    if (s.n == 0)
        return 0;
    if (s.n > 63)
        s.n = 63;
    uint64_t h = word_hash(cls, s);
    uint32_t *slot = slots_of(d), i = (uint32_t)h & (d->n_slots - 1);
    for (; d->n_slots && slot[i]; i = (i + 1) & (d->n_slots - 1))
        if (dict_tok(d, slot[i])->cls == cls && str_eq(dict_text(d, slot[i]), s))
            return slot[i];
    if (!add || d->n_slots == 0)
        return d->local ? local_word(d->local, cls, s) : 0;
    uint32_t t = ++d->n;
    if (d->toks.n == 0)
        d->toks.n = sizeof(struct tok);         /* number 0 is nobody */
    d->toks.n += sizeof(struct tok);
    struct tok *k = dict_tok(d, t);
    *k = (struct tok){ .text = (uint32_t)d->text.n };
    memcpy(d->text.p + d->text.n, s.p, s.n);
    d->text.n += s.n;
    fill(k, cls, s);
    slot[i] = t;
    return t;
}

float rare_word(const struct dict *d, uint32_t t, int role)
{
    const struct tok *k = dict_tok(d, t);
    if (role < 2)
        return k->log_n[role] - d->log_total[k->cls][role];
    float x = k->log_n[0] - d->log_total[k->cls][0], y = k->log_n[1] - d->log_total[k->cls][1];
    return x > y ? x : y;
}

void dict_count(struct dict *d, uint32_t t, int role, int by)
{
    if (!t)
        return;
    struct tok *k = dict_tok(d, t);
    k->n[role] += (uint32_t)by;
    d->total[k->cls][role] += (uint64_t)(int64_t)by;
    d->log_total[k->cls][role] = fast_log2((float)d->total[k->cls][role] + GUESS_WEIGHT);
    take_logs(k);
    for (int i = 0; i < NICKS && k->cls == TOK_NAME; i++)
        if (k->nick[i] && k->nick[i] < COUNT_OF(d->nick_mass))
            d->nick_mass[k->nick[i]][role] += (uint32_t)by;
}
