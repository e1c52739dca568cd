/* explain.c - one search: candidates, best first, each with its waterfall. */
#include "match/inside.h"

#include <pthread.h>
#include <stdlib.h>

static const char *const what_name[MATCH_WHAT_N] = {
    [MATCH_GIVEN] = "given", [MATCH_MIDDLE] = "middle", [MATCH_SURNAME] = "surname",
    [MATCH_SECOND] = "second", [MATCH_ORDER] = "order", [MATCH_BIRTH] = "birth",
    [MATCH_SEX] = "sex", [MATCH_ID] = "id", [MATCH_PHONE] = "phone", [MATCH_EMAIL] = "email",
    [MATCH_STREET] = "street", [MATCH_UNIT] = "unit", [MATCH_HOUSE] = "house",
    [MATCH_POSTCODE] = "postcode", [MATCH_PLACE] = "place", [MATCH_REGION] = "region",
    [MATCH_NATION] = "nationality", [MATCH_EXTRA] = "extra", [MATCH_HOUSEHOLD] = "household",
    [MATCH_PRIOR] = "prior", [MATCH_GROUP] = "group",
};
static const char *const name_levels[] = { "missing", "exact", "nickname", "phonetic", "near",
                                           "far", "initial", "none" };
static const char *const text_levels[] = { "missing", "exact", "near", "far", "none" };
static const char *const order_levels[] = { "missing", "straight", "swapped", "mixed" };
static const char *const birth_levels[] = { "missing", "exact", "swapped", "first-of-year", "near",
                                            "day-month", "year", "close", "none", "within",
                                            "beside", "apart" };
static const char *const sex_levels[] = { "missing", "exact", "none", "implied" };
static const char *const same_levels[] = { "missing", "exact", "near", "none" };

static const char *level_name(int what, const struct evidence *ev)
{
    int l = ev->level[what];
    switch (what) {
    case MATCH_SURNAME:
        if (ev->married)
            return "married";
        return name_levels[l];
    case MATCH_GIVEN:
        return ev->joined && l == NAME_EXACT ? "joined" : name_levels[l];
    case MATCH_MIDDLE: case MATCH_SECOND: return name_levels[l];
    case MATCH_ORDER: return order_levels[l];
    case MATCH_BIRTH: return birth_levels[l];
    case MATCH_SEX: return sex_levels[l];
    case MATCH_ID: case MATCH_PHONE: return same_levels[l];
    default: return text_levels[l];
    }
}

/* ---- a search's own view of the index ------------------------------------------------ */

struct search {
    struct match_index view;        /* a shallow copy with its own unknown words */
    struct local_words local;
    struct memo memo;
    struct found found;
    struct rec rec;
    struct rec_from from;
    const struct match_record *asked;
};

enum { SEARCH_MEMO = 1 << 12 };

static void search_close(struct search *s)
{
    if (!s)
        return;
    free(s->memo.slot);
    found_close(&s->found);
    free(s);
}

static struct search *search_open(const struct match_index *ix, const struct match_record *r)
{
    struct search *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->view = *ix;
    s->view.dict.local = &s->local;
    s->memo = (struct memo){ SEARCH_MEMO - 1, calloc(SEARCH_MEMO, sizeof(uint64_t)) };
    s->asked = r;
    if (!s->memo.slot || !found_open(&s->found)) {
        search_close(s);
        return NULL;
    }
    normalise(&s->view.dict, r, false, &s->rec, &s->from);
    return s;
}

/* ---- the waterfall --------------------------------------------------------------------- */

struct telling {
    struct ctx *c;
    const struct match_index *ix;
    const struct match_record *asked;
    const struct rec_from *from;
    const struct rec *a, *b;
    const struct evidence *ev;
};

static struct str word(const struct telling *t, uint32_t tok)
{
    return tok ? arena_dup(&t->c->mem, dict_text(&t->ix->dict, tok)) : (struct str){ "", 0 };
}

static struct str number(const struct telling *t, uint64_t v)
{
    char s[16];
    size_t n = packed_text(v, s);
    return arena_dup(&t->c->mem, (struct str){ s, n });
}

static struct str birth_text(const struct telling *t, const struct when *w)
{
    struct buf b;
    buf_init(&b, &t->c->mem, 40);
    if (w->kind == DATE_DAY)
        buf_fmt(&b, "%04u-%02u-%02u", w->ymd / 10000, w->ymd / 100 % 100, w->ymd % 100);
    else if (w->kind != DATE_NONE)
        buf_fmt(&b, "%lld-%lld", (long long)civil_from_days(w->lo).year,
                (long long)civil_from_days(w->hi).year);
    return buf_str(&b);
}

static void name_values(const struct telling *t, int slot, struct match_row *row)
{
    int i = t->ev->at[slot][0], j = t->ev->at[slot][1];
    if (i < 0)
        return;
    row->a = t->from ? arena_dup(&t->c->mem, t->from->name[i]) : word(t, t->a->name[i]);
    row->b = word(t, j < 0 ? t->a->name[i] : t->b->name[j]);
}

static void values(const struct telling *t, struct match_row *row)
{
    const struct rec *a = t->a, *b = t->b;
    switch (row->what) {
    case MATCH_GIVEN: name_values(t, 0, row); return;
    case MATCH_MIDDLE: name_values(t, 1, row); return;
    case MATCH_SURNAME: name_values(t, 2, row); return;
    case MATCH_SECOND: name_values(t, 3, row); return;
    case MATCH_BIRTH: row->a = birth_text(t, &a->born); row->b = birth_text(t, &b->born); return;
    case MATCH_ID: row->a = number(t, a->id[0]); row->b = number(t, b->id[0]); return;
    case MATCH_PHONE: row->a = number(t, a->phone[0]); row->b = number(t, b->phone[0]); return;
    case MATCH_EMAIL: row->a = word(t, a->text[T_EMAIL]); row->b = word(t, b->text[T_EMAIL]); return;
    case MATCH_STREET: row->a = word(t, a->text[T_STREET]); row->b = word(t, b->text[T_STREET]); return;
    case MATCH_UNIT: row->a = word(t, a->text[T_UNIT]); row->b = word(t, b->text[T_UNIT]); return;
    case MATCH_HOUSE: row->a = word(t, a->text[T_HOUSE]); row->b = word(t, b->text[T_HOUSE]); return;
    case MATCH_POSTCODE: row->a = word(t, a->text[T_POSTCODE]); row->b = word(t, b->text[T_POSTCODE]); return;
    case MATCH_PLACE: row->a = word(t, a->text[T_PLACE]); row->b = word(t, b->text[T_PLACE]); return;
    case MATCH_REGION: row->a = word(t, a->text[T_REGION]); row->b = word(t, b->text[T_REGION]); return;
    case MATCH_NATION: row->a = word(t, a->text[T_NATION]); row->b = word(t, b->text[T_NATION]); return;
    case MATCH_EXTRA: row->a = word(t, a->text[T_EXTRA]); row->b = word(t, b->text[T_EXTRA]); return;
    default: return;
    }
}

static bool someone_knows(const struct telling *t, int what)
{
    const struct rec *a = t->a, *b = t->b;
    switch (what) {
    case MATCH_BIRTH: return a->born.kind || b->born.kind;
    case MATCH_ID: return a->id[0] || b->id[0];
    case MATCH_PHONE: return a->phone[0] || b->phone[0];
    case MATCH_SEX: return a->sex || b->sex;
    case MATCH_PLACE: return a->text[T_PLACE] || b->text[T_PLACE];
    case MATCH_GIVEN: case MATCH_SURNAME: return a->n_names || b->n_names;
    default: return false;
    }
}

static const uint8_t worst_level[COMPARED] = {
    [MATCH_GIVEN] = NAME_NONE, [MATCH_MIDDLE] = NAME_NONE, [MATCH_SURNAME] = NAME_NONE,
    [MATCH_SECOND] = NAME_NONE, [MATCH_ORDER] = ORDER_SWAPPED, [MATCH_BIRTH] = BIRTH_NONE,
    [MATCH_SEX] = SEX_OTHER, [MATCH_ID] = SAME_DIFF, [MATCH_PHONE] = SAME_DIFF,
    [MATCH_EMAIL] = TEXT_NONE, [MATCH_STREET] = TEXT_NONE, [MATCH_UNIT] = TEXT_NONE,
    [MATCH_HOUSE] = TEXT_NONE, [MATCH_POSTCODE] = TEXT_NONE, [MATCH_PLACE] = TEXT_NONE,
    [MATCH_REGION] = TEXT_NONE, [MATCH_NATION] = TEXT_NONE, [MATCH_EXTRA] = TEXT_NONE,
};

/* What the bar would be at its best and worst, other things equal. */
static void what_if(const struct model *mo, struct match_row *row)
{
    struct evidence ev = { 0 };
    int w = (int)row->what;
    float unused, usual = mo->mean_rare[w];
    if (w == MATCH_BIRTH)
        usual = -14;
    if (w == MATCH_ID || w == MATCH_PHONE)
        usual = fast_log2(mo->u[w][SAME_EXACT]);
    ev.level[w] = 1;
    ev.rare[w] = level_is_absolute(w, 1) ? usual : 0;
    row->if_same = to_mbits(mo->scale * model_bits(mo, &ev, w, &unused));
    ev.level[w] = worst_level[w];
    ev.rare[w] = 0;
    row->if_other = to_mbits(mo->scale * model_bits(mo, &ev, w, &unused));
}

static int64_t one_in(const struct evidence *ev, int what)
{
    int l = ev->level[what];
    float rare = ev->rare[what];
    if (!level_is_absolute(what, l) || rare > -0.05f || rare < -40)
        return 0;
    return (int64_t)(__builtin_exp2f(-rare) + 0.5f);
}

static struct str text_key(const struct telling *t, const char *what, const char *level)
{
    return str_join(&t->c->mem, STR("match."), str_c(what), STR("."), str_c(level));
}

static void add_row(const struct telling *t, struct match_row *row, int what, const char *level,
                    int32_t mbits)
{
    *row = (struct match_row){ .what = (enum match_what)what, .level = level, .mbits = mbits,
                               .text = text_key(t, what_name[what], level) };
}

/* Bars that add up to the score exactly: the prior takes rounding and calibration. */
static size_t waterfall(const struct telling *t, struct match_row *rows, int32_t total)
{
    const struct model *mo = &t->ix->model;
    size_t n = 0;
    int32_t sum = 0;
    float home = mo->prior_home, h;
    for (int w = 0; w < COMPARED; w++) {
        float bits = model_bits(mo, t->ev, w, &h);
        home += h;
        if (t->ev->level[w] == 0 && !someone_knows(t, w))
            continue;
        struct match_row *row = &rows[n++];
        add_row(t, row, w, level_name(w, t->ev), to_mbits(mo->scale * bits));
        row->one_in = one_in(t->ev, w);
        values(t, row);
        what_if(mo, row);
        sum += row->mbits;
    }
    int32_t shared = to_mbits(-mo->scale * soft_plus(home));
    if (shared < -10) {
        add_row(t, &rows[n++], MATCH_HOUSEHOLD, "shared", shared);
        sum += shared;
    }
    add_row(t, &rows[n++], MATCH_PRIOR, "pair", total - sum);
    return n;
}

static enum err tell(struct telling *t, int32_t mbits, struct match_candidate *out)
{
    struct match_row *rows = NEW_N(&t->c->mem, struct match_row, MATCH_WHAT_N + 1);
    if (!rows)
        return ctx_check(t->c);
    out->mbits = mbits;
    out->raw_mbits = to_mbits(((float)mbits / 1000 - t->ix->model.shift) / t->ix->model.scale);
    out->rows = rows;
    out->n_rows = waterfall(t, rows, mbits);
    return ctx_check(t->c);
}

/* ---- the best few --------------------------------------------------------------------------- */

struct hit { int32_t mbits; uint32_t rec; uint8_t pass; };

static bool better(const struct hit *x, const struct hit *y)
{
    return x->mbits != y->mbits ? x->mbits > y->mbits : x->rec < y->rec;
}

/* best[0..n) in order; keeps at most `limit`. */
static size_t insert(struct hit *best, size_t n, size_t limit, struct hit h)
{
    if (n == limit && !better(&h, &best[n - 1]))
        return n;
    size_t i = n < limit ? n : limit - 1;
    for (; i > 0 && better(&h, &best[i - 1]); i--)
        best[i] = best[i - 1];
    best[i] = h;
    return n < limit ? n + 1 : n;
}

static size_t best_hits(struct search *s, struct hit *best, size_t limit, int32_t floor_mbits)
{
    struct asked q __attribute__((uninitialized));
    struct evidence ev;
    size_t n = 0;
    float bits;
    asked_init(&q, &s->view, &s->memo);
    asked_open(&q, &s->rec);
    s->found.below = UINT32_MAX;
    index_find(&s->view, &s->rec, &s->found);
    for (size_t i = 0; i < s->found.n; i++) {
        const struct rec *b = rec_at(&s->view, s->found.at[i].rec);
        if (!(b->flags & REC_LIVE))
            continue;
        if (!asked_score(&q, b, (float)floor_mbits / 1000, &ev, &bits))
            continue;
        n = insert(best, n, limit, (struct hit){ to_mbits(bits), s->found.at[i].rec,
                                                 s->found.at[i].pass });
    }
    return n;
}

static enum err tell_hits(struct ctx *c, struct search *s, const struct hit *hit, size_t n,
                          struct match_candidate *out)
{
    struct evidence ev;
    for (size_t i = 0; i < n; i++) {
        const struct rec *b = rec_at(&s->view, hit[i].rec);
        struct telling t = { c, &s->view, s->asked, &s->from, &s->rec, b, &ev };
        compare(&s->view, &s->memo, &s->rec, b, &ev);
        TRY(tell(&t, hit[i].mbits, &out[i]));
        out[i].id = arena_dup(&c->mem, index_id(&s->view, hit[i].rec));
        out[i].pass = pass_name[hit[i].pass];
    }
    return ctx_check(c);
}

static enum err lookup_locked(struct ctx *c, struct match_index *ix, const struct match_record *r,
                              int32_t floor_mbits, size_t limit, struct match_candidate **out,
                              size_t *n, size_t *dropped)
{
    struct hit *best = NEW_N(&c->mem, struct hit, limit);
    struct match_candidate *list = NEW_N(&c->mem, struct match_candidate, limit);
    TRY(ctx_check(c));
    struct search *s = search_open(ix, r);
    if (!s)
        return FAIL(c, ERR_NOMEM, "error.memory", "match lookup");
    size_t k = best_hits(s, best, limit, floor_mbits);
    enum err e = tell_hits(c, s, best, k, list);
    if (!e) {
        *out = list;
        *n = k;
        if (dropped)
            *dropped = s->found.dropped;
    }
    search_close(s);
    return e;
}

enum { LIMIT_MAX = 1000 };

enum err match_lookup_from(struct ctx *c, struct match_index *ix, const struct match_record *r,
                           int32_t floor_mbits, size_t limit, struct match_candidate **out,
                           size_t *n, size_t *dropped)
{
    if (limit == 0 || limit > LIMIT_MAX)
        limit = limit ? LIMIT_MAX : 1;
    index_read_lock(ix);
    enum err e = lookup_locked(c, ix, r, floor_mbits, limit, out, n, dropped);
    index_unlock(ix);
    return e;
}

enum err match_lookup(struct ctx *c, struct match_index *ix, const struct match_record *r,
                      size_t limit, struct match_candidate **out, size_t *n, size_t *dropped)
{
    return match_lookup_from(c, ix, r, MATCH_FLOOR_MBITS, limit, out, n, dropped);
}

static enum err explain_locked(struct ctx *c, struct match_index *ix, const struct match_record *a,
                               const struct match_record *b, struct match_candidate *out)
{
    struct evidence ev;
    struct rec other;
    struct search *s = search_open(ix, a);
    if (!s)
        return FAIL(c, ERR_NOMEM, "error.memory", "match explain");
    normalise(&s->view.dict, b, false, &other, NULL);
    compare(&s->view, &s->memo, &s->rec, &other, &ev);
    struct telling t = { c, &s->view, a, &s->from, &s->rec, &other, &ev };
    struct match_candidate made = { .id = STR(""), .pass = "" };
    enum err e = tell(&t, to_mbits(model_score(&s->view.model, &ev)), &made);
    if (!e)
        *out = made;
    search_close(s);
    return e;
}

enum err match_pair_explain(struct ctx *c, struct match_index *ix, const struct match_record *a,
                            const struct match_record *b, struct match_candidate *out)
{
    struct match_index *own = NULL;
    if (!ix)
        TRY(match_index_new(c, 0, &own));
    index_read_lock(ix ? ix : own);
    enum err e = explain_locked(c, ix ? ix : own, a, b, out);
    index_unlock(ix ? ix : own);
    match_index_free(own);
    return e;
}
