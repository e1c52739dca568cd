/* train.c - u by counting, m by expectation-maximisation within bounds. */
#include "match/inside.h"

#include <stdlib.h>

enum { SAMPLE_PAIRS = 50 * 1000, RANDOM_PAIRS = 60 * 1000, ROUNDS = 25, NEST_RECORDS = 40000 };
static const float PRIOR_PAIRS = 25, PRIOR_RANDOM = 20;
/* A file without any duplicate must not make the next one unthinkable. */
/* Only pairs this sure teach: many pairs of a few per cent each, namesakes, would
 * otherwise add up to persons. */
static const float LEAST_MATES = 0.05f, SURE = 0.85f, SETTLED = 0.001f;

struct sample {                     /* levels and rarities of candidate pairs */
    struct evidence *ev;
    size_t n, room;
    size_t records, opposite;       /* records asked for, and possible partners in all */
};
struct work {
    const struct match_index *ix;   /* a view: its model is the one being learned */
    struct match_index *view;
    struct memo memo;
    struct asked asked;
    struct found found;
    struct sample s;
    bool link;
};

static bool other_side(const struct work *w, const struct rec *a, const struct rec *b)
{
    return !w->link || ((a->flags ^ b->flags) & REC_SOURCE_B);
}

/* ---- distributions of birth ---------------------------------------------------------- */

static void learn_births(struct work *w, struct model *mo)
{
    static const float smooth = 0.002f;
    float year[YEARS] = { 0 }, day[384] = { 0 }, all = 0, days = 0, sum = 0;
    for (uint32_t i = 0; i < w->ix->n; i++) {
        const struct when *b = &rec_at(w->ix, i)->born;
        int64_t y = b->kind == DATE_NONE ? -1 : b->year_lo - YEAR_0;
        if (y < 0 || y >= YEARS)
            continue;
        int64_t to = b->year_hi - YEAR_0;
        for (int64_t k = y; k <= to && k < YEARS; k++)
            year[k] += 1.0f / (float)(to - y + 1);
        all++;
        if (b->kind == DATE_DAY && b->lo == b->hi) {
            day[(b->ymd / 100 % 100 - 1) * 31 + b->ymd % 100 - 1]++;
            days++;
        }
    }
    if (all < 20)
        return;
    for (int y = 0; y < YEARS; y++) {
        float near = year[y] * 0.6f + (y > 0 ? year[y - 1] * 0.2f : 0) +
                     (y + 1 < YEARS ? year[y + 1] * 0.2f : 0);
        mo->years[y] = sum;
        sum += near / all * (1 - smooth) + smooth / YEARS;
    }
    mo->years[YEARS] = sum;
    for (int d = 0; d < 372; d++)
        mo->day[d] = fast_log2((day[d] + 1) / (days + 366));
}

/* ---- averages over the dictionary ------------------------------------------------------- */

static void learn_averages(struct work *w, struct model *mo)
{
    static const struct { uint8_t what, cls, role; } use[] = {
        { MATCH_GIVEN, TOK_NAME, 0 }, { MATCH_MIDDLE, TOK_NAME, 0 }, { MATCH_SURNAME, TOK_NAME, 1 },
        { MATCH_SECOND, TOK_NAME, 1 }, { MATCH_EMAIL, TOK_EMAIL, 0 }, { MATCH_STREET, TOK_STREET, 0 },
        { MATCH_UNIT, TOK_UNIT, 0 }, { MATCH_HOUSE, TOK_HOUSE, 0 }, { MATCH_POSTCODE, TOK_POSTCODE, 0 },
        { MATCH_PLACE, TOK_PLACE, 0 }, { MATCH_REGION, TOK_REGION, 0 }, { MATCH_NATION, TOK_NATION, 0 },
        { MATCH_EXTRA, TOK_EXTRA, 0 },
    };
    double square[TOK_CLASSES][2] = { { 0 } };
    const struct dict *d = &w->ix->dict;
    for (uint32_t t = 1; t <= d->n; t++) {
        const struct tok *k = dict_tok(d, t);
        for (int r = 0; r < 2; r++)
            square[k->cls][r] += (double)k->n[r] * k->n[r];
    }
    for (size_t i = 0; i < COUNT_OF(use); i++) {
        double all = (double)d->total[use[i].cls][use[i].role];
        if (all < 50)
            continue;
        mo->u[use[i].what][1] = (float)(square[use[i].cls][use[i].role] / all / all);
        mo->mean_rare[use[i].what] = fast_log2(mo->u[use[i].what][1]);
    }
}

/* ---- levels among strangers ---------------------------------------------------------------- */

static void learn_strangers(struct work *w, struct model *mo)
{
    static const uint8_t groups[2][2] = { { BIRTH_EXACT, BIRTH_NONE }, { BIRTH_WITHIN, BIRTH_APART } };
    float count[COMPARED][LEVELS] = { { 0 } };
    uint64_t seed = 20261122;
    uint32_t n = w->ix->n;
    struct evidence ev;
    for (int i = 0; i < RANDOM_PAIRS && n > 1; i++) {
        seed = mix64(seed + 0x9E3779B97F4A7C15);
        uint32_t x = (uint32_t)(seed % n), y = (uint32_t)((seed >> 32) % n);
        const struct rec *a = rec_at(w->ix, x), *b = rec_at(w->ix, y);
        if (x == y || !(a->flags & b->flags & REC_LIVE))
            continue;
        asked_open(&w->asked, a);
        asked_compare(&w->asked, b, &ev);
        for (int k = 0; k < COMPARED; k++)
            count[k][ev.level[k]]++;
    }
    for (int k = 0; k < COMPARED; k++) {
        if (k == MATCH_ORDER)
            continue;
        for (int g = 0; g < (k == MATCH_BIRTH ? 2 : 1); g++) {
            int from = k == MATCH_BIRTH ? groups[g][0] : 1;
            int to = k == MATCH_BIRTH ? groups[g][1] : k == MATCH_SEX ? SEX_OTHER : level_count[k] - 1;
            float all = 0;
            for (int l = from; l <= to; l++)
                all += count[k][l];
            for (int l = from; l <= to; l++)
                if (!level_is_absolute(k, l))
                    mo->u[k][l] = (count[k][l] + PRIOR_RANDOM * mo->u[k][l]) / (all + PRIOR_RANDOM);
        }
    }
}

/* ---- how much a coarse place adds to a fine one ------------------------------------------------ */

struct nest { uint32_t fine, rec; };

static int by_fine(const void *a, const void *b)
{
    const struct nest *x = a, *y = b;
    if (x->fine != y->fine)
        return x->fine < y->fine ? -1 : 1;
    return x->rec < y->rec ? -1 : x->rec > y->rec;
}

static uint32_t field(const struct rec *r, int what)
{
    switch (what) {
    case MATCH_STREET: return r->text[T_STREET];
    case MATCH_POSTCODE: return r->text[T_POSTCODE];
    case MATCH_PLACE: return r->text[T_PLACE];
    default: return r->text[T_REGION];
    }
}

/* Nothing of name or birth in common: surely two people. */
static bool strangers(const struct rec *a, const struct rec *b)
{
    for (int i = 0; i < a->n_names; i++)
        for (int j = 0; j < b->n_names; j++)
            if (a->name[i] == b->name[j])
                return false;
    return !a->born.ymd || a->born.ymd != b->born.ymd;
}

/* Share of strangers with the same `fine` who have the same `coarse`; -1 unknown. */
static float nested(struct work *w, struct nest *list, int fine, int coarse)
{
    size_t n = 0, step = w->ix->n / NEST_RECORDS + 1;
    float both = 0, all = 0;
    for (uint32_t i = 0; i < w->ix->n; i += (uint32_t)step)
        if (field(rec_at(w->ix, i), fine) && field(rec_at(w->ix, i), coarse))
            list[n++] = (struct nest){ field(rec_at(w->ix, i), fine), i };
    if (n)
        qsort(list, n, sizeof *list, by_fine);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n && j < i + 6 && list[j].fine == list[i].fine; j++) {
            const struct rec *a = rec_at(w->ix, list[i].rec), *b = rec_at(w->ix, list[j].rec);
            if (!strangers(a, b))
                continue;
            all++;
            both += field(a, coarse) == field(b, coarse);
        }
    return all < 30 ? -1 : (both + 0.5f) / (all + 1);
}

static enum err learn_nesting(struct ctx *c, struct work *w, struct model *mo)
{
    static const uint8_t chain[4] = { MATCH_STREET, MATCH_POSTCODE, MATCH_PLACE, MATCH_REGION };
    struct nest *list = calloc(NEST_RECORDS + 2, sizeof *list);
    if (!list)
        return FAIL(c, ERR_NOMEM, "error.memory", "match: nesting");
    for (int coarse = 1; coarse < 4; coarse++) {
        float best = -1;
        for (int fine = 0; fine < coarse; fine++) {
            float p = nested(w, list, chain[fine], chain[coarse]);
            best = p > best ? p : best;
        }
        if (best >= 0)
            mo->cond[chain[coarse]] = fast_log2(best);
    }
    free(list);
    return ERR_OK;
}

/* ---- candidate pairs to learn from ---------------------------------------------------------------- */

static void take_candidates(struct work *w, uint32_t rec)
{
    const struct rec *a = rec_at(w->ix, rec);
    asked_open(&w->asked, a);
    w->found.below = UINT32_MAX;
    index_find(w->ix, a, &w->found);
    for (size_t i = 0; i < w->found.n && w->s.n < w->s.room; i++) {
        const struct rec *b = rec_at(w->ix, w->found.at[i].rec);
        if (w->found.at[i].rec != rec && (b->flags & REC_LIVE) && other_side(w, a, b))
            asked_compare(&w->asked, b, &w->s.ev[w->s.n++]);
    }
    w->s.records++;
}

static void gather(struct work *w)
{
    uint32_t n = w->ix->n, step = 0x9E3779B1u % (n ? n : 1), at = n / 3;
    size_t side_b = 0;
    while (step > 1 && n % step == 0)
        step--;
    uint32_t a = n, b = step;
    while (b) {                                 /* coprime steps visit each record once */
        uint32_t t = a % b;
        a = b;
        b = t;
    }
    if (a != 1 || step == 0)
        step = 1;
    for (uint32_t i = 0; i < n; i++)
        side_b += (rec_at(w->ix, i)->flags & REC_SOURCE_B) != 0;
    for (uint32_t i = 0; i < n && w->s.n < w->s.room; i++) {
        const struct rec *r = rec_at(w->ix, at);
        if (r->flags & REC_LIVE) {
            take_candidates(w, at);
            w->s.opposite += !w->link ? n - 1
                           : (r->flags & REC_SOURCE_B) ? n - side_b : side_b;
        }
        at = (uint32_t)(((uint64_t)at + step) % n);
    }
}

/* ---- expectation, maximisation ------------------------------------------------------------------------ */

struct tally { float level[COMPARED][LEVELS]; float matches, homes; };

static float exp2_odds(float x)
{
    return x > 40 ? 1 : x < -40 ? 0 : 1 / (1 + __builtin_exp2f(-x));
}

static void expect(const struct work *w, const struct model *mo, struct tally *t)
{
    memset(t, 0, sizeof *t);
    for (size_t i = 0; i < w->s.n; i++) {
        const struct evidence *ev = &w->s.ev[i];
        float raw = mo->prior, home = mo->prior_home, h;
        for (uint32_t seen = ev->seen; seen; seen &= seen - 1) {
            raw += model_bits(mo, ev, __builtin_ctz(seen), &h);
            home += h;
        }
        float p = exp2_odds(raw - soft_plus(home));
        if (p < SURE)
            p = 0;
        t->matches += p;
        t->homes += (1 - p) * exp2_odds(home);
        if (p > 1e-3f)
            for (uint32_t seen = ev->seen; seen; seen &= seen - 1) {
                int k = __builtin_ctz(seen);
                t->level[k][ev->level[k]] += p;
            }
    }
}

static void maximise_group(const struct model *base, const struct tally *t, struct model *mo,
                           int k, int from, int to)
{
    float all = 0, prior = 0;
    for (int l = from; l <= to; l++) {
        all += t->level[k][l];
        prior += base->m[k][l];
    }
    for (int l = from; l <= to && prior > 0; l++)
        mo->m[k][l] = (t->level[k][l] + PRIOR_PAIRS * base->m[k][l] / prior) / (all + PRIOR_PAIRS);
}

/* Worse levels may not weigh more than better ones (given u), nor "none" for. */
static void keep_monotone(struct model *mo)
{
    static const uint8_t names[] = { MATCH_GIVEN, MATCH_MIDDLE, MATCH_SURNAME, MATCH_SECOND };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        float *m = mo->m[names[i]], *u = mo->u[names[i]];
        for (int l = NAME_FAR; l <= NAME_FAR; l++)
            if (m[l] / u[l] > m[l - 1] / u[l - 1])
                m[l] = m[l - 1] / u[l - 1] * u[l];
        if (m[NAME_NONE] > 0.5f * u[NAME_NONE])
            m[NAME_NONE] = 0.5f * u[NAME_NONE];
    }
    for (int k = MATCH_EMAIL; k < COMPARED; k++) {
        float *m = mo->m[k], *u = mo->u[k];
        if (m[TEXT_FAR] / u[TEXT_FAR] > m[TEXT_NEAR] / u[TEXT_NEAR])
            m[TEXT_FAR] = m[TEXT_NEAR] / u[TEXT_NEAR] * u[TEXT_FAR];
        if (m[TEXT_NONE] > u[TEXT_NONE])
            m[TEXT_NONE] = u[TEXT_NONE];
    }
    for (int l = BIRTH_CLOSE; l <= BIRTH_NONE; l++)
        if (mo->m[MATCH_BIRTH][l] > mo->u[MATCH_BIRTH][l])
            mo->m[MATCH_BIRTH][l] = mo->u[MATCH_BIRTH][l];
    if (mo->m[MATCH_BIRTH][BIRTH_APART] > mo->u[MATCH_BIRTH][BIRTH_APART])
        mo->m[MATCH_BIRTH][BIRTH_APART] = mo->u[MATCH_BIRTH][BIRTH_APART];
}

/* However the data look, one person's records do not contradict each other more
 * often than this; without it EM drifts from persons to namesakes. */
static void keep_bounded(struct model *mo)
{
    static const struct { uint8_t what, level; float most; } bound[] = {
        { MATCH_GIVEN, NAME_NONE, .25f }, { MATCH_MIDDLE, NAME_NONE, .3f },
        { MATCH_SURNAME, NAME_NONE, .25f }, { MATCH_SECOND, NAME_NONE, .3f },
        { MATCH_BIRTH, BIRTH_NONE, .10f }, { MATCH_BIRTH, BIRTH_CLOSE, .12f },
        { MATCH_BIRTH, BIRTH_YEAR, .15f }, { MATCH_BIRTH, BIRTH_APART, .08f },
        { MATCH_BIRTH, BIRTH_BESIDE, .25f }, { MATCH_SEX, SEX_OTHER, .12f },
        { MATCH_ID, SAME_DIFF, .25f }, { MATCH_EMAIL, TEXT_NONE, .6f },
    };
    for (size_t i = 0; i < COUNT_OF(bound); i++) {
        float *m = &mo->m[bound[i].what][bound[i].level];
        if (*m > bound[i].most)
            *m = bound[i].most;
    }
}

static void maximise(const struct work *w, const struct model *base, const struct tally *t,
                     struct model *mo)
{
    for (int k = 0; k < COMPARED; k++) {
        if (k == MATCH_BIRTH) {
            maximise_group(base, t, mo, k, BIRTH_EXACT, BIRTH_NONE);
            maximise_group(base, t, mo, k, BIRTH_WITHIN, BIRTH_APART);
        } else if (k == MATCH_SEX) {
            maximise_group(base, t, mo, k, SEX_SAME, SEX_OTHER);
        } else {
            maximise_group(base, t, mo, k, 1, level_count[k] - 1);
        }
    }
    keep_monotone(mo);
    keep_bounded(mo);
    float pairs = (float)w->s.opposite, mates = 1 / (float)w->ix->n;
    float home = t->homes / pairs, most = 6 * mates, least = 0.002f * mates;
    float met = (t->matches + 1) / pairs;
    mo->prior = fast_log2(met < LEAST_MATES * mates ? LEAST_MATES * mates : met);
    mo->prior_home = fast_log2(home > most ? most : home < least ? least : home);
    model_weights(mo);
}

/* What no register looks like: EM has found something else than persons. */
static bool within_bounds(const struct work *w, const struct model *mo, const struct tally *t)
{
    float each = t->matches / (float)(w->s.records ? w->s.records : 1);
    if (!(each < 40) || !(each > 1e-5f))
        return false;
    float exact = mo->m[MATCH_BIRTH][BIRTH_EXACT], within = mo->m[MATCH_BIRTH][BIRTH_WITHIN];
    return exact > 0.2f && within > 0.3f && mo->m[MATCH_SURNAME][NAME_EXACT] > 0.2f;
}

static void learn_matches(struct work *w, struct model *mo)
{
    struct model base = *mo;
    struct tally t = { .matches = 0 };
    float pairs = (float)(w->s.opposite ? w->s.opposite : 1);
    mo->prior = base.prior = fast_log2(0.3f * (float)w->s.records / pairs);
    mo->prior_home = base.prior_home = fast_log2(0.1f / (float)(w->ix->n + 1));
    model_weights(mo);
    base = *mo;
    if (w->s.n < 10)
        return;
    for (int i = 0; i < ROUNDS; i++) {
        float before = t.matches;
        expect(w, mo, &t);
        maximise(w, &base, &t, mo);
        float moved = before - t.matches;
        if (i > 4 && moved < SETTLED * before && moved > -SETTLED * before)
            break;
    }
    mo->kept_priors = !within_bounds(w, mo, &t);
    if (mo->kept_priors) {
        *mo = base;
        mo->kept_priors = true;
    }
    mo->trained = true;
}

enum err train(struct ctx *c, struct match_index *ix, bool link, struct model *out)
{
    struct match_index *view = calloc(1, sizeof *view);
    struct work w = { .ix = view, .view = view, .link = link, .s.room = SAMPLE_PAIRS };
    enum err e = ERR_OK;
    w.memo = (struct memo){ (1u << 16) - 1, calloc(1u << 16, sizeof(uint64_t)) };
    w.s.ev = calloc(w.s.room, sizeof *w.s.ev);
    bool ok = view && w.memo.slot && w.s.ev && found_open(&w.found);
    if (!ok)
        e = FAIL(c, ERR_NOMEM, "error.memory", "match: training");
    if (!e) {
        *view = *ix;
        asked_init(&w.asked, view, &w.memo);
        model_priors(&view->model);
        view->model.scale = 1;
        learn_births(&w, &view->model);
        learn_averages(&w, &view->model);
        e = learn_nesting(c, &w, &view->model);
    }
    if (!e) {
        learn_strangers(&w, &view->model);
        model_weights(&view->model);
        gather(&w);
        learn_matches(&w, &view->model);
        *out = view->model;
    }
    found_close(&w.found);
    free(w.s.ev);
    free(w.memo.slot);
    free(view);
    return e;
}
