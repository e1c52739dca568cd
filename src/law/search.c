/* search.c - full text of a pack's law: words cut by ICU, folded, sorted once. */
#include "law/priv.h"

#include "words/words.h"

#include <stdlib.h>

enum { QUERY_WORDS = 12, QUERY_MAX = 300, TERMS_MAX = 2000000, SCRATCH_MAX = 16 << 20 };

/* ---- cutting a text ---------------------------------------------------------------- */

enum err law_pieces(struct ctx *c, const struct law *l, struct str text, struct piece **out, size_t *n)
{
    UErrorCode e = U_ZERO_ERROR;
    UText t = UTEXT_INITIALIZER;
    size_t room = text.n < PIECES_MAX ? text.n + 1 : PIECES_MAX;
    struct piece *v = NEW_N(&c->mem, struct piece, room);
    if (!v)
        return ctx_check(c);
    UBreakIterator *it = ubrk_clone(l->words, &e);
    utext_openUTF8(&t, text.p ? text.p : "", (int64_t)text.n, &e);
    if (it)
        ubrk_setUText(it, &t, &e);
    if (U_FAILURE(e)) {
        ubrk_close(it);
        utext_close(&t);
        return FAIL(c, ERR_NOMEM, "error.too-big", "word breaks: %s", u_errorName(e));
    }
    size_t k = 0;
    int32_t from = ubrk_first(it);
    for (int32_t to = ubrk_next(it); to != UBRK_DONE && k < room; from = to, to = ubrk_next(it))
        v[k++] = (struct piece){ str_sub(text, (size_t)from, (size_t)(to - from)),
                                 ubrk_getRuleStatus(it) >= UBRK_WORD_NONE_LIMIT };
    ubrk_close(it);
    utext_close(&t);
    *out = v;
    *n = k;
    return ERR_OK;
}

/* ---- building ------------------------------------------------------------------------ */

static void add_term(struct law *l, struct str word, uint32_t doc, uint32_t weight)
{
    if (l->terms_n == TERMS_MAX)
        return;
    if (l->terms_n == l->terms_room) {
        size_t room = l->terms_room ? l->terms_room * 2 : 4096;
        struct term *v = NEW_N(&l->mem, struct term, room);
        if (!v)
            return;
        if (l->terms_n)
            memcpy(v, l->term, l->terms_n * sizeof *v);
        l->term = v;
        l->terms_room = room;
    }
    l->term[l->terms_n++] = (struct term){ word, doc, weight };
}

static enum err add_text(struct ctx *c, struct law *l, struct str text, uint32_t doc, uint32_t weight)
{
    struct piece *v;
    size_t n;
    if (!text.n)
        return ERR_OK;
    struct str folded = words_fold(&l->mem, text);
    TRY(law_pieces(c, l, folded, &v, &n));
    for (size_t i = 0; i < n; i++)
        if (v[i].word)
            add_term(l, v[i].s, doc, weight);
    return ERR_OK;
}

static enum err add_label(struct ctx *c, struct law *l, const struct label *t, uint32_t doc, uint32_t weight)
{
    for (size_t i = 0; i < l->pack->langs_n; i++)
        TRY(add_text(c, l, t->in[i], doc, weight));
    return ERR_OK;
}

static enum err add_provision(struct ctx *c, struct law *l, uint32_t doc)
{
    const struct provision *v = &l->pack->provisions[doc];
    const struct instrument *i = pack_instrument(l->pack, v->instrument);
    struct str plain[] = { v->id, v->article, v->topic, v->sector, v->doubt, v->sources };
    TRY(add_label(c, l, &v->rule, doc, 4));
    TRY(add_label(c, l, &v->task, doc, 4));
    for (size_t k = 0; k < COUNT_OF(plain); k++)
        TRY(add_text(c, l, plain[k], doc, k < 4 ? 3 : 1));
    TRY(add_text(c, l, law_full_text(c, l, v), doc, 1));
    if (i) {
        TRY(add_label(c, l, &i->title, doc, 2));
        TRY(add_text(c, l, i->number, doc, 3));
    }
    for (size_t k = 0; k < l->pack->versions_n; k++)
        if (str_eq(l->pack->versions[k].provision, v->id))
            TRY(add_label(c, l, &l->pack->versions[k].rule, doc, 1));
    return ERR_OK;
}

static int by_word(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    int d = str_cmp(x->word, y->word);
    return d ? d : (x->doc > y->doc) - (x->doc < y->doc);
}

static void settle(struct law *l)
{
    size_t n = 0;
    if (l->terms_n)
        qsort(l->term, l->terms_n, sizeof *l->term, by_word);
    for (size_t i = 0; i < l->terms_n; i++) {
        if (n && by_word(&l->term[n - 1], &l->term[i]) == 0)
            l->term[n - 1].weight += l->term[i].weight;
        else
            l->term[n++] = l->term[i];
    }
    l->terms_n = n;
}

enum err law_gather_terms(struct ctx *c, struct law *l)
{
    struct ctx scratch;
    enum err e = ERR_OK;
    ctx_init(&scratch, SCRATCH_MAX);
    scratch.mem.fail_at = c->mem.fail_at;
    for (uint32_t i = 0; !e && i < l->pack->provisions_n; i++) {
        e = add_provision(&scratch, l, i);
        arena_reset(&scratch.mem);
    }
    ctx_done(&scratch);
    settle(l);
    return e || l->mem.failed ? FAIL(c, ERR_NOMEM, "pack.memory", "full text of the law") : ERR_OK;
}

/* ---- asking --------------------------------------------------------------------------- */

static size_t first_at(const struct law *l, struct str word)
{
    size_t lo = 0, hi = l->terms_n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(l->term[mid].word, word) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Every provision that has the word, or one that begins with it; a whole word
 * counts double.  seen[] tells how many words of the query were met so far. */
static void meet(const struct law *l, struct str word, unsigned nth, unsigned char *seen, int *score)
{
    for (size_t i = first_at(l, word); i < l->terms_n && str_starts(l->term[i].word, word); i++) {
        const struct term *t = &l->term[i];
        if (seen[t->doc] < nth)
            continue;
        seen[t->doc] = (unsigned char)(nth + 1);
        uint32_t w = t->weight < 40 ? t->weight : 40;
        score[t->doc] += (int)(t->word.n == word.n ? 2 * w : w);
    }
}

static int by_score(const void *a, const void *b)
{
    const struct law_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return str_cmp(x->provision->id, y->provision->id);
}

enum err law_search(struct ctx *c, const struct law *l, struct str query, size_t max, struct law_hit **out, size_t *n)
{
    struct piece *v = NULL;
    size_t pieces = 0, docs = l->pack->provisions_n, k = 0;
    unsigned words = 0;
    struct str folded = words_fold(&c->mem, str_sub(query, 0, QUERY_MAX));
    if (!folded.p && query.n)       /* cut inside a letter, or no UTF-8 */
        folded = STR("");
    TRY(law_pieces(c, l, folded, &v, &pieces));
    unsigned char *seen = NEW_N(&c->mem, unsigned char, docs + 1);
    int *score = NEW_N(&c->mem, int, docs + 1);
    struct law_hit *h = NEW_N(&c->mem, struct law_hit, docs + 1);
    if (!seen || !score || !h)
        return ctx_check(c);
    for (size_t i = 0; i < pieces && words < QUERY_WORDS; i++)
        if (v[i].word)
            meet(l, v[i].s, words++, seen, score);
    for (size_t i = 0; words && i < docs; i++)
        if (seen[i] == words)
            h[k++] = (struct law_hit){ &l->pack->provisions[i], score[i] };
    if (k)
        qsort(h, k, sizeof *h, by_score);
    *out = h;
    *n = k < max ? k : max;
    return ERR_OK;
}
