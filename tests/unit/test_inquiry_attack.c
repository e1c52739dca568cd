/* test_inquiry_attack.c - everything that leaves a node in a run, and what an
 * attacker makes of it who holds a register of the whole population and the
 * asking node's own keys, but not the guardian's.  The same attacks on two
 * schemes we do not use must succeed, or this test would prove nothing. */
#include "inquiry_t.h"
#include "match_people.h"

#include <math.h>

enum { KNOWN = 90, DECOYS = 400, GRAPH = 1200, BLOOM = 300, BITS = 2048, HASHES = 8 };
static const double limit = 0.005;

/* ---- the population ------------------------------------------------------------------------- */

struct register_ { struct str token[24000]; size_t n, real; };    /* real: those of B come first */

static void add_decoys(struct ctx *c, struct register_ *r)
{
    struct fiction f = { .state = 99, .country = PEOPLE_PY };
    struct fictional p;
    for (int i = 0; i < DECOYS; i++) {
        struct match_token t[MATCH_TOKENS_MAX];
        size_t n = 0;
        people_person(&f, &p);
        struct match_record m = { .given = str_c(p.given), .surname = str_c(p.surname), .second = str_c(p.second),
            .birth = str_c(p.birth), .country = STR("PY") };
        m.ids[0] = (struct match_id){ STR("ci"), str_c(p.id) };
        if (match_tokens(c, &m, t, &n) == ERR_OK)
            for (size_t k = 0; k < n && r->n < COUNT_OF(r->token); k++)
                r->token[r->n++] = t[k].text;
    }
}

static void settle(struct t *t, struct trio *x, struct str *mine)
{
    struct fiction f = { .state = 7, .country = PEOPLE_PY };
    struct fictional p;
    struct work_case ka = case_of(t, &x->h[A], "py-1601", ASKS), kb = case_of(t, &x->h[B], "py-0401", KNOWS);
    char second[112];
    for (int i = 0; i < KNOWN; i++) {
        people_person(&f, &p);
        (void)snprintf(second, sizeof second, "%s %s", p.surname, p.second);
        struct who w = { p.given, second, p.birth, p.id, p.phone };
        as(t, &x->h[B], KNOWS);
        (void)person(t, &x->h[B], &kb, &w);
        if (i == 0) {
            as(t, &x->h[A], ASKS);
            *mine = person(t, &x->h[A], &ka, &w);
        }
    }
}

/* ---- one run, and the truth about it --------------------------------------------------------------- */

/* What left, what the asker opened, and (only to score the attacks) which tag
 * belongs to which token: recomputed with the answering node's own secrets. */
struct flat { struct str token[8192]; uint32_t at[8192]; size_t n, persons; };   /* B's set, which is one piece */
struct seen {
    struct str left[16];  size_t left_n;            /* whole courier files of B and G, and A's */
    const unsigned char *tags;  size_t tags_n;      /* opened by A */
    const struct element *blinded;  size_t blinded_n;   /* B's set as the guardian sees it */
    struct flat set;
    unsigned char (*true_tag)[TAG_LEN_];            /* per token of set */
    unsigned char seed[KEY_LEN];                    /* the asker's own blinds */
};

static struct letter opened(struct t *t, struct house_t *h, struct str file, enum letter_kind kind)
{
    struct letter l = { 0 };
    struct str rest, body;
    struct envelope e;
    struct ctx *c = &h->c;
    OK(c, courier_open(c, file, &rest));
    while (rest.n && envelope_next(c, &rest, &e) == ERR_OK)
        if (node_unbox(c, e.sealed, &body) == ERR_OK && letter_parse(c, body, &l) == ERR_OK && l.kind == kind)
            return l;
        else
            c->fault = (struct fault){ 0 };
    t->bad++;
    printf("# no letter of kind %d\n", (int)kind);
    return (struct letter){ 0 };
}

static void truth(struct t *t, struct trio *x, struct seen *s, const struct record *run, const struct letter *grant)
{
    struct ctx *c = &x->h[B].c;
    const int holders[] = { HOLDER_ANSWERING, HOLDER_GUARDIAN };
    struct scalar dealt[2], share, weight, key, blind, unblind;
    struct element *h = NEW_N(&c->mem, struct element, s->set.n), *b = NEW_N(&c->mem, struct element, s->set.n);
    s->true_tag = arena_alloc_n_(&c->mem, s->set.n, TAG_LEN_, 8);
    OK(c, secret_into(c, run, "own_share.0", &dealt[0], 32));
    OK(c, secret_into(c, run, "blind", &blind, 32));
    dealt[1] = grant->share;
    oprf_share_sum(dealt, 2, &share);
    CHECK(oprf_lagrange(holders, 2, HOLDER_ANSWERING, &weight) && scalar_times(&weight, &share, &key) && scalar_inverse(&blind, &unblind));
    for (size_t i = 0; i < s->set.n; i++) {
        oprf_hash_to_group(OPRF_VERIFIED, s->set.token[i], &h[i]);
        b[i] = grant->elements[s->set.at[i]];
    }
    CHECK(oprf_mix(&key, h, &unblind, b, s->set.n, h, 0));
    for (size_t i = 0; i < s->set.n; i++) {
        unsigned char out[2 * TAG_LEN_];
        token_out(s->set.token[i], &h[i], out);
        memcpy(s->true_tag[i], out, TAG_LEN_);
    }
}

static struct str keep(struct t *t, struct trio *x, struct seen *s, int from)
{
    struct str f = carry_out(t, x, from);
    s->left[s->left_n++] = f;
    return f;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(((const struct piece_token *)a)->text, ((const struct piece_token *)b)->text);
}

/* By text: the same token has the same number in every run. */
static void flatten(struct t *t, struct ctx *c, struct str text, struct flat *out)
{
    struct set_piece p = { 0 };
    OK(c, piece_read(c, text, &p));
    qsort(p.token, p.n, sizeof *p.token, by_text);
    for (size_t i = 0; i < p.n && out->n < COUNT_OF(out->token); i++) {
        out->token[out->n] = p.token[i].text;
        out->at[out->n++] = p.token[i].at;
    }
    out->persons = KNOWN;
}

static void run_once(struct t *t, struct trio *x, struct str who, struct seen *s)
{
    struct ctx *a = &x->h[A].c, *b = &x->h[B].c;
    struct inquiry q;
    struct record run;
    struct str set;
    memset(s, 0, sizeof *s);
    struct str id = run_of(&x->h[A], ask_from(t, x, who, ERR_OK)), fa = keep(t, x, s, A);
    OK(a, run_row(a, id, &q));
    OK(a, run_load(a, &q, &run));
    OK(a, secret_into(a, &run, "seed", s->seed, KEY_LEN));
    CHECK_EQ(carry(t, x, A, B, fa), 1);
    CHECK_EQ(carry(t, x, A, G, fa), 1);
    OK(b, run_row(b, id, &q));
    OK(b, run_load(b, &q, &run));
    OK(b, run_blob(b, &q, &run, "set.0", &set));
    CHECK_EQ(record_get(&run, "set.1").n, 0);
    flatten(t, b, set, &s->set);
    struct str fb = keep(t, x, s, B);
    struct letter join = opened(t, &x->h[G], fb, LETTER_JOIN);
    s->blinded = join.elements;
    s->blinded_n = join.n;
    CHECK_EQ(carry(t, x, B, G, fb), 1);
    struct str fg = keep(t, x, s, G);
    struct letter grant = opened(t, &x->h[B], fg, LETTER_GRANT);
    truth(t, x, s, &run, &grant);
    CHECK_EQ(carry(t, x, G, B, fg), 1);
    struct str fb2 = keep(t, x, s, B);
    struct letter answer = opened(t, &x->h[A], fb2, LETTER_ANSWER);
    s->tags = answer.tags;
    s->tags_n = answer.n_tags;
    CHECK_EQ(carry(t, x, B, A, fb2), 1);
    CHECK_EQ(carry(t, x, G, A, fg), 1);
    CHECK_STR(state(&x->h[A], id), "hit");
    CHECK_EQ(carry(t, x, A, B, keep(t, x, s, A)), 1);
}

/* ---- attack 1: try the whole register ------------------------------------------------------------------ */

typedef void maker(const void *key, struct str token, unsigned char out[2 * TAG_LEN_]);

static int by_tag(const void *a, const void *b)
{
    return memcmp(a, b, TAG_LEN_);
}

/* How many of the real tokens does the attacker recognise among the tags? */
static double dictionary(const struct register_ *r, const unsigned char *tags, size_t n, maker *make, const void *key)
{
    size_t hits = 0;
    for (size_t i = 0; i < r->n; i++) {
        unsigned char out[2 * TAG_LEN_];
        make(key, r->token[i], out);
        hits += bsearch(out, tags, n, TAG_LEN_, by_tag) != NULL;
    }
    return fmin(1, (double)hits / (double)r->real);     /* invented people share some tokens */
}

/* What the asker can compute: no key at all, and each scalar that she holds. */
static void by_scalar(const void *key, struct str token, unsigned char out[2 * TAG_LEN_])
{
    struct element h;
    oprf_hash_to_group(OPRF_VERIFIED, token, &h);
    if (key && !element_times(key, &h, &h))
        memset(&h, 0, sizeof h);
    token_out(token, &h, out);
}

static void by_keyed_hash(const void *key, struct str token, unsigned char out[2 * TAG_LEN_])
{
    unsigned char h[HASH_LEN];
    HASH(h, key, token);
    memcpy(out, h, 2 * TAG_LEN_);
}

static double try_register(const struct register_ *r, const struct seen *s)
{
    struct scalar own[2];
    double worst = dictionary(r, s->tags, s->tags_n, by_scalar, NULL);
    for (size_t i = 0; i < COUNT_OF(own); i++) {
        blind_of(s->seed, i, &own[i]);
        worst = fmax(worst, dictionary(r, s->tags, s->tags_n, by_scalar, &own[i]));
    }
    worst = fmax(worst, dictionary(r, s->tags, s->tags_n, by_keyed_hash, NULL));
    return fmax(worst, dictionary(r, s->tags, s->tags_n, by_keyed_hash, s->seed));
}

/* The other scheme: a hash under a key that both agencies share. */
static double keyed_hash_falls(const struct register_ *r, const struct flat *set)
{
    unsigned char key[KEY_LEN], *tags = calloc(set->n, TAG_LEN_);
    random_bytes(key, sizeof key);
    for (size_t i = 0; tags && i < set->n; i++) {
        unsigned char out[2 * TAG_LEN_];
        by_keyed_hash(key, set->token[i], out);
        memcpy(tags + i * TAG_LEN_, out, TAG_LEN_);
    }
    if (tags)
        qsort(tags, set->n, TAG_LEN_, by_tag);
    double rate = tags ? dictionary(r, tags, set->n, by_keyed_hash, key) : 0;
    free(tags);
    return rate;
}

/* ---- attack 2: the graph of similarities ------------------------------------------------------------------ */

/* Two n by n tables of similarities, of the coded list and of the plain one, in
 * unrelated orders.  First by how each row looks when sorted, then again and
 * again by the similarity to what is already placed. */
enum { LOOK = 24, SEEDS = 60, AGAIN = 4 };

static int down(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void looks(const float *sim, size_t n, float (*out)[LOOK])
{
    float *row = malloc(n * sizeof *row);
    for (size_t i = 0; row && i < n; i++) {
        memcpy(row, sim + i * n, n * sizeof *row);
        qsort(row, n, sizeof *row, down);
        for (size_t k = 0; k < LOOK; k++)
            out[i][k] = k < LOOK / 2 ? row[k] : row[(k - LOOK / 2 + 1) * n / (LOOK / 2 + 2)];
    }
    free(row);
}

struct placed { size_t i, guess; float margin; };

static int surest(const void *a, const void *b)
{
    float x = ((const struct placed *)a)->margin, y = ((const struct placed *)b)->margin;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* The nearest row of `known` for each of `coded`, and by how much. */
static void nearest(const float *coded, const float *known, size_t n, size_t width, struct placed *p)
{
    for (size_t i = 0; i < n; i++) {
        float first = INFINITY, second = INFINITY;
        for (size_t j = 0; j < n; j++) {
            float d = 0;
            for (size_t k = 0; k < width && d < second; k++) {
                float e = coded[i * width + k] - known[j * width + k];
                d += e * e;
            }
            if (d < first) {
                second = first;
                first = d;
                p[i].guess = j;
            } else if (d < second) {
                second = d;
            }
        }
        p[i].i = i;
        p[i].margin = second - first;
    }
    qsort(p, n, sizeof *p, surest);
}

static void graph_attack(const float *coded, const float *known, size_t n, size_t *guess)
{
    float (*a)[LOOK] = calloc(n, sizeof *a), (*b)[LOOK] = calloc(n, sizeof *b);
    float *x = calloc(n * SEEDS, sizeof *x), *y = calloc(n * SEEDS, sizeof *y);
    struct placed *p = calloc(n, sizeof *p);
    if (a && b && x && y && p) {
        looks(coded, n, a);
        looks(known, n, b);
        nearest(a[0], b[0], n, LOOK, p);
        for (int again = 0; again < AGAIN; again++) {
            for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < SEEDS; k++) {
                    x[i * SEEDS + k] = coded[i * n + p[k].i];
                    y[i * SEEDS + k] = known[i * n + p[k].guess];
                }
            nearest(x, y, n, SEEDS, p);
        }
        for (size_t i = 0; i < n; i++)
            guess[p[i].i] = p[i].guess;
    }
    free(a);
    free(b);
    free(x);
    free(y);
    free(p);
}

/* Bigrams of a text as bits: under a key, what Bloom filters hold; with the
 * attacker's own key, her copy. */
static void bloom(const unsigned char *key, struct str s, unsigned char out[BITS / 8])
{
    memset(out, 0, BITS / 8);
    for (size_t i = 0; i + 1 < s.n; i++)
        for (unsigned char k = 0; k < HASHES; k++) {
            unsigned char h[HASH_LEN];
            HASH(h, key, str_sub(s, i, 2), { (char *)&k, 1 });
            unsigned at = (h[0] | (unsigned)h[1] << 8) % BITS;
            out[at / 8] |= (unsigned char)(1 << at % 8);
        }
}

/* width: a multiple of 8. */
static float dice(const unsigned char *a, const unsigned char *b, size_t n)
{
    int both = 0, all = 0;
    for (size_t i = 0; i < n; i += 8) {
        uint64_t x, y;
        memcpy(&x, a + i, 8);
        memcpy(&y, b + i, 8);
        both += __builtin_popcountll(x & y);
        all += __builtin_popcountll(x) + __builtin_popcountll(y);
    }
    return all ? 2.0f * (float)both / (float)all : 0;
}

static float *similarities(const unsigned char *v, size_t n, size_t width)
{
    float *s = calloc(n * n, sizeof *s);
    for (size_t i = 0; s && i < n; i++)
        for (size_t j = i; j < n; j++)
            s[i * n + j] = s[j * n + i] = i == j ? 1 : dice(v + i * width, v + j * width, width);
    return s;
}

static float *text_similarities(const struct str *text, size_t n, const unsigned char *key)
{
    unsigned char *v = calloc(n, BITS / 8);
    for (size_t i = 0; v && i < n; i++)
        bloom(key, text[i], v + i * (BITS / 8));
    float *s = v ? similarities(v, n, BITS / 8) : NULL;
    free(v);
    return s;
}

/* The other scheme: one Bloom filter per person under a key nobody else has; she
 * has the same people in her register.  Without any key. */
static double bloom_falls(void)
{
    static char names[BLOOM][200];
    struct str plain[BLOOM], coded[BLOOM];
    struct fiction f = { .state = 4711, .country = PEOPLE_PY };
    struct fictional p;
    unsigned char secret[KEY_LEN], own[KEY_LEN];
    size_t guess[BLOOM] = { 0 }, right = 0;
    random_bytes(secret, sizeof secret);
    random_bytes(own, sizeof own);
    for (size_t i = 0; i < BLOOM; i++) {
        people_person(&f, &p);
        (void)snprintf(names[i], sizeof names[i], "%s %s %s %s", p.given, p.surname, p.second, p.birth);
        plain[i] = str_c(names[i]);
        coded[(i * 7 + 3) % BLOOM] = plain[i];      /* another order */
    }
    float *a = text_similarities(coded, BLOOM, secret), *b = text_similarities(plain, BLOOM, own);
    if (a && b)
        graph_attack(a, b, BLOOM, guess);
    for (size_t i = 0; i < BLOOM; i++)
        right += str_eq(coded[i], plain[guess[i]]);
    free(a);
    free(b);
    return (double)right / BLOOM;
}

/* The same on what left: tags, and, as if the guardian had shown them, the
 * blinded elements. */
static double graph_on(const struct seen *s, const unsigned char *coded, size_t width, size_t (*token_at)(const struct seen *, size_t))
{
    size_t n = s->set.n < GRAPH ? s->set.n : GRAPH, guess[GRAPH] = { 0 }, right = 0;
    unsigned char own[KEY_LEN] = { 1 };
    float *a = similarities(coded, n, width), *b = text_similarities(s->set.token, n, own);
    if (a && b)
        graph_attack(a, b, n, guess);
    for (size_t i = 0; i < n; i++)
        right += guess[i] == token_at(s, i);
    free(a);
    free(b);
    return (double)right / (double)n;
}

static size_t token_of_tag(const struct seen *s, size_t i)
{
    for (size_t k = 0; k < s->set.n; k++)
        if (!memcmp(s->true_tag[k], s->tags + i * TAG_LEN_, TAG_LEN_))
            return k;
    return SIZE_MAX;
}

static size_t token_of_blinded(const struct seen *s, size_t i)
{
    for (size_t k = 0; k < s->set.n; k++)
        if (s->set.at[k] == i)
            return k;
    return SIZE_MAX;
}

/* ---- attack 3: two runs side by side --------------------------------------------------------------------------- */

static double link_runs(const struct seen *a, const struct seen *b)
{
    size_t n = a->tags_n < b->tags_n ? a->tags_n : b->tags_n, hits = 0;
    for (size_t i = 0; i < a->tags_n; i++)
        hits += bsearch(a->tags + i * TAG_LEN_, b->tags, b->tags_n, TAG_LEN_, by_tag) != NULL;
    for (size_t i = 0; i < n; i++) {                /* by rank: the i-th of one is the i-th of the other? */
        size_t x = token_of_tag(a, i), y = token_of_tag(b, i);
        hits += x != SIZE_MAX && y != SIZE_MAX && str_eq(a->set.token[x], b->set.token[y]);
    }
    for (size_t i = 0; i < a->blinded_n; i++)       /* even with the guardian's view, by value and by place */
        for (size_t j = 0; j < b->blinded_n; j++)
            hits += !memcmp(&a->blinded[i], &b->blinded[j], sizeof *a->blinded);
    for (size_t k = 0; k < a->set.n && k < b->set.n; k++)
        hits += a->set.at[k] == b->set.at[k];
    return (double)hits / (2 * (double)a->set.n);
}

static size_t readable(const struct seen *s, const struct register_ *r)
{
    size_t hits = 0;
    for (size_t f = 0; f < s->left_n; f++)
        for (size_t i = 0; i < r->real; i += 7)
            hits += memmem(s->left[f].p, s->left[f].n, r->token[i].p, r->token[i].n) != NULL;
    return hits;
}

static void report(struct t *t, const char *what, double rate)
{
    printf("# re-identified by %s: %.2f %%\n", what, 100 * rate);
    CHECK(rate <= limit);
}

static void attack(struct t *t)
{
    struct trio *x = calloc(1, sizeof *x);
    struct register_ *r = calloc(1, sizeof *r);
    struct seen *one = calloc(1, sizeof *one), *two = calloc(1, sizeof *two);
    struct str mine = { 0 };
    if (!x || !r || !one || !two || !trio_fresh(t, x, false)) {
        t->bad++;
        printf("# three nodes could not be made\n");
        return;
    }
    settle(t, x, &mine);
    run_once(t, x, mine, one);
    run_once(t, x, mine, two);
    for (size_t i = 0; i < one->set.n; i++)
        r->token[r->n++] = one->set.token[i];
    r->real = r->n;
    add_decoys(&x->h[A].c, r);
    printf("# %zu tokens of %zu people, %zu sent; a register of %zu tokens\n", one->set.n, one->set.persons, one->tags_n, r->n);
    size_t known = 0;                               /* the truth is the truth: each token has its tag among those sent */
    for (size_t i = 0; i < one->set.n; i++)
        known += bsearch(one->true_tag[i], one->tags, one->tags_n, TAG_LEN_, by_tag) != NULL;
    CHECK_EQ(known, one->set.n);
    CHECK_EQ(readable(one, r), 0);
    report(t, "trying the register on the tags", try_register(r, one));
    report(t, "the similarity graph of the tags", 
           (graph_on(one, one->tags, TAG_LEN_, token_of_tag) + graph_on(two, two->tags, TAG_LEN_, token_of_tag)) / 2);
    report(t, "the similarity graph of the blinded set", 
           (graph_on(one, one->blinded->b, OPRF_ELEMENT, token_of_blinded) +
            graph_on(two, two->blinded->b, OPRF_ELEMENT, token_of_blinded)) / 2);
    report(t, "linking two runs", link_runs(one, two));
    double hash = keyed_hash_falls(r, &one->set), filters = bloom_falls();
    printf("# the same attacks on a keyed hash whose key is known: %.1f %%; on Bloom filters without their key: %.1f %%\n",
           100 * hash, 100 * filters);
    CHECK(hash > 0.99);                             /* these schemes fall: the attacks are real */
    CHECK(filters > 0.5);
    trio_end(x);
    free(x);
    free(r);
    free(one);
    free(two);
}

static const struct t_case cases[] = {
    { "nobody is re-identified from what leaves a node", attack },
};
T_MAIN(cases)
