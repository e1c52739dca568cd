/* set.c - everybody this node knows, in places nobody can guess, cut into pieces:
 * one piece is one letter, and as much as is held in memory at once. */
#include "inquiry/inside.h"

static uint32_t below(uint32_t n)
{
    if (n < 2)
        return 0;
    uint32_t v, least = -n % n;                      /* no place is likelier than another */
    do
        random_bytes(&v, sizeof v);
    while (v < least);
    return v % n;
}

size_t piece_size(size_t size)
{
    return size < SET_PIECE ? size : SET_PIECE;
}

/* The hidden check and the tokens anywhere; the rest is filler. */
enum err set_places(struct ctx *c, struct own_set *s)
{
    uint32_t *open = NEW_N(&c->mem, uint32_t, s->size);
    s->slot = NEW_N(&c->mem, uint32_t, s->size);
    TRY(ctx_check(c));
    for (size_t i = 0; i < s->size; i++)
        open[i] = (uint32_t)i;
    for (size_t i = 0; i <= s->n; i++) {
        size_t j = i + below((uint32_t)(s->size - i));
        if (i == s->n)
            s->check_at = open[j];
        s->slot[open[j]] = i == s->n ? SLOT_CHECK : (uint32_t)i + 1;
        open[j] = open[i];
    }
    return ERR_OK;
}

/* ---- a piece, kept until the guardian answers: lines of text --------------------------- */

static void put_n(struct buf *b, size_t v)
{
    buf_i64(b, (int64_t)v);
    buf_char(b, ' ');
}

static void put_token(struct buf *b, const struct own_set *s, size_t at, size_t token)
{
    put_n(b, at);
    put_n(b, s->token[token].n);
    buf_put(b, s->token[token]);
    put_n(b, s->first[token + 1] - s->first[token]);
    for (size_t m = s->first[token]; m < s->first[token + 1]; m++)
        buf_put(b, s->person[s->member[m]]);
}

struct str piece_text(struct ctx *c, const struct own_set *s, size_t piece)
{
    struct buf b;
    size_t each = piece_size(s->size), n = 0, check = each;
    const uint32_t *slot = s->slot + piece * each;
    buf_init(&b, &c->mem, BLOB_MAX);
    for (size_t i = 0; i < each; i++) {
        check = slot[i] == SLOT_CHECK ? i : check;
        n += slot[i] != SLOT_CHECK && slot[i] != 0;
    }
    put_n(&b, each);
    put_n(&b, check);
    put_n(&b, n);
    for (size_t i = 0; i < each; i++)
        if (slot[i] != SLOT_CHECK && slot[i] != 0)
            put_token(&b, s, i, slot[i] - 1);
    return b.failed ? (struct str){ 0 } : buf_str(&b);
}

static bool get_n(struct str *t, size_t most, size_t *out)
{
    struct str head, tail;
    int64_t v;
    if (!str_cut(*t, ' ', &head, &tail) || !str_to_i64(head, &v) || v < 0 || (uint64_t)v > most)
        return false;
    *t = tail;
    *out = (size_t)v;
    return true;
}

static bool get_token(struct str *t, const struct set_piece *p, size_t *next, struct piece_token *out)
{
    size_t at, n, persons;
    if (!get_n(t, p->size - 1, &at) || at < *next || at == p->check_at || !get_n(t, t->n, &n))
        return false;
    out->at = (uint32_t)at;
    out->text = str_sub(*t, 0, n);
    *t = str_sub(*t, n, t->n);
    if (!get_n(t, t->n / ID_LEN, &persons) || persons * ID_LEN > t->n)
        return false;
    out->persons = str_sub(*t, 0, persons * ID_LEN);
    *t = str_sub(*t, persons * ID_LEN, t->n);
    *next = at + 1;
    return true;
}

enum err piece_read(struct ctx *c, struct str t, struct set_piece *out)
{
    struct set_piece p = { .n = 0 };
    size_t check = 0, next = 0;
    bool good = get_n(&t, SET_PIECE, &p.size) && p.size && get_n(&t, p.size, &check) && get_n(&t, p.size, &p.n);
    if (good) {
        p.check_at = (uint32_t)check;
        p.token = NEW_N(&c->mem, struct piece_token, p.n + 1);
        TRY(ctx_check(c));
    }
    for (size_t i = 0; good && i < p.n; i++)
        good = get_token(&t, &p, &next, &p.token[i]);
    if (!good || t.n)
        return FAIL(c, ERR_CORRUPT, "error.internal", "stored piece of a set");
    *out = p;
    return ERR_OK;
}
