/* tokens.c - what of a record may be compared without showing the record. */
#include "match/inside.h"

static const char *const kind_word[MATCH_TOKEN_KINDS] = {
    [MATCH_TOKEN_ID] = "id", [MATCH_TOKEN_PHONE] = "phone", [MATCH_TOKEN_EMAIL] = "email",
    [MATCH_TOKEN_NAMES_DAY] = "names-day", [MATCH_TOKEN_NAMES_YEAR] = "names-year",
};

struct telling { struct ctx *c; struct match_token *out; size_t n; };

static void put(struct telling *t, enum match_token_kind kind, struct str body)
{
    struct str s = str_join(&t->c->mem, str_c(kind_word[kind]), STR("|"), body);
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->out[i].text, s))
            return;
    if (t->n < MATCH_TOKENS_MAX)
        t->out[t->n++] = (struct match_token){ kind, s };
}

static void put_number(struct telling *t, enum match_token_kind kind, uint64_t v)
{
    char s[16];
    size_t n = packed_text(v, s);
    put(t, kind, (struct str){ s, n });
}

/* How a name sounds at its coarsest, and so for the long forms of a short name. */
struct heard { char text[1 + NICKS][16]; uint8_t len[1 + NICKS], n; };

static void hear(struct heard *h, struct str word)
{
    h->len[h->n] = (uint8_t)sound_block(word, h->text[h->n]);
    h->n++;
}

static struct str heard_str(const struct heard *h, int k)
{
    return (struct str){ h->text[k], h->len[k] };
}

static void two_names(struct telling *t, const struct heard *a, const struct heard *b,
                      enum match_token_kind kind, struct str date)
{
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++) {
            struct str x = heard_str(a, i), y = heard_str(b, j);
            if ((i && j) || str_eq(x, y))
                continue;                       /* one short form at a time */
            bool swap = str_cmp(x, y) > 0;
            put(t, kind, str_join(&t->c->mem, swap ? y : x, STR("|"), swap ? x : y, STR("|"), date));
        }
}

static void names_and_date(struct telling *t, const struct heard *h, size_t n,
                           enum match_token_kind kind, struct str date)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            two_names(t, &h[i], &h[j], kind, date);
}

static size_t hear_names(const struct dict *d, const struct rec *r, struct heard h[NAMES])
{
    size_t n = 0;
    for (int i = 0; i < r->n_names; i++) {
        const struct tok *k = dict_tok(d, r->name[i]);
        if (k->len < 3)
            continue;
        h[n] = (struct heard){ .n = 0 };
        hear(&h[n], dict_text(d, r->name[i]));
        for (int g = 0; g < NICKS && k->nick[g]; g++)
            hear(&h[n], nick_lead(k->nick[g]));
        n++;
    }
    return n;
}

static struct str number(struct telling *t, int64_t v)
{
    struct buf b;
    buf_init(&b, &t->c->mem, 24);
    buf_i64(&b, v);
    return buf_str(&b);
}

/* Day and month in order of size: 3 April and 4 March are one token. */
static void births(struct telling *t, const struct rec *r, const struct heard *h, size_t n)
{
    const struct when *w = &r->born;
    uint32_t m = w->ymd / 100 % 100, d = w->ymd % 100;
    if (w->kind == DATE_NONE)
        return;
    if (w->kind == DATE_DAY && m * 100 + d != 101) {
        int64_t v = (int64_t)(w->ymd / 10000) * 10000 + (m < d ? m : d) * 100 + (m < d ? d : m);
        names_and_date(t, h, n, MATCH_TOKEN_NAMES_DAY, number(t, v));
    }
    for (int y = w->year_lo; y <= w->year_hi && y < w->year_lo + 4; y++)
        names_and_date(t, h, n, MATCH_TOKEN_NAMES_YEAR, number(t, y));
}

enum err match_tokens(struct ctx *c, const struct match_record *m,
                      struct match_token out[MATCH_TOKENS_MAX], size_t *n)
{
    struct local_words *local = NEW(&c->mem, struct local_words);
    struct telling t = { c, out, 0 };
    struct heard h[NAMES];
    struct rec r;
    TRY(ctx_check(c));
    local->n = 0;
    struct dict d = { .local = local };
    normalise(&d, m, false, &r, NULL);
    for (int i = 0; i < MATCH_IDS && r.id[i]; i++)
        put_number(&t, MATCH_TOKEN_ID, r.id[i]);
    for (int i = 0; i < MATCH_PHONES && r.phone[i]; i++)
        put_number(&t, MATCH_TOKEN_PHONE, r.phone[i]);
    if (r.text[T_EMAIL])
        put(&t, MATCH_TOKEN_EMAIL, dict_text(&d, r.text[T_EMAIL]));
    births(&t, &r, h, hear_names(&d, &r, h));
    TRY(ctx_check(c));
    *n = t.n;
    return ERR_OK;
}
