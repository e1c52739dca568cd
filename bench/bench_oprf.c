/* bench_oprf.c - what private matching costs.  CPU time of this process, so that
 * a busy machine changes little. */
#include "oprf/oprf.h"

#include "crypto/crypto.h"
#include "inquiry/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double cpu(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6;
}

static double wall(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void row(const char *figure, double n, double s, double target)
{
    printf("%s | %.0f /s | | %.2f | %.0f /s\n", figure, n / s, target > 0 ? n / s / target : 0, target);
}

static double best(double a, double b)
{
    return a < b ? a : b;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Seconds per token in many small windows: on a shared machine the quietest
 * ones say what the code costs, the middle one what this machine gave today. */
enum { WINDOWS = 1500, WINDOW = 16 };
static bool windows(const struct scalar *key, const struct element *in, struct element *out, double *quiet, double *middle)
{
    static double v[WINDOWS];
    bool good = true;
    for (int i = 0; i < WINDOWS; i++) {
        struct timespec a, b;
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
        good = good && oprf_evaluate(key, in, WINDOW, out, 1);
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
        v[i] = ((double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9) / WINDOW;
    }
    qsort(v, WINDOWS, sizeof *v, by_size);
    *quiet = v[2];
    *middle = v[WINDOWS / 2];
    return good;
}

/* ---- a whole run: two letters' worth of a set, sealed, opened, checked ---------------- */

enum { RUN_PIECES = 2, RUN_PLACES = RUN_PIECES * SET_PIECE };
static const double million = 1048576;

struct party { struct keys *keys; };
static void signs(void *arg, struct str msg, unsigned char sig[SIG_LEN])
{
    keys_sign(((struct party *)arg)->keys, msg, sig);
}

struct clocked { double answering_cpu, guard, guard_cpu; };
struct run {
    struct ctx c;
    struct party a, g;
    struct scalar blind, unblind, key_b, key_g;
    struct str text[SET_PIECE];
    uint16_t w[SET_PIECE];
    struct element e[SET_PIECE], out[SET_PIECE], h[SET_PIECE], there[OPRF_WEIGHT], back[OPRF_WEIGHT], sum;
    struct clocked took;
    bool good;
};

/* Written by one, opened, checked and read by the other. */
static struct letter posted(struct run *r, struct party *from, struct party *to, struct letter *l)
{
    struct str bytes, body;
    struct envelope e;
    struct letter back = { 0 };
    l->run = l->from = l->to = l->id = str_c(from->keys->id);
    l->size = 4 * SET_PIECE;                         /* two of its four pieces are run */
    r->good = r->good && letter_write(&r->c, l, to->keys->box_public, signs, from, &bytes) == ERR_OK &&
              envelope_next(&r->c, &bytes, &e) == ERR_OK && box_open(&r->c, to->keys, e.sealed, &body) == ERR_OK &&
              letter_read(&r->c, body, from->keys->sign_public, &back) == ERR_OK && oprf_elements_ok(back.elements, back.n, 0);
    return back;
}

static struct letter joined(struct run *r, size_t piece)
{
    struct letter l = { .kind = LETTER_JOIN, .elements = r->e, .n = SET_PIECE, .piece = piece };
    random_bytes(r->w, sizeof r->w);
    if (piece == RUN_PIECES - 1)
        r->w[7] = 0;
    r->good = r->good && oprf_blind_many(OPRF_VERIFIED, r->text, SET_PIECE, &r->blind, r->e, 0) &&
              oprf_weigh_add(r->w, r->e, SET_PIECE, r->there, 0);
    if (piece == RUN_PIECES - 1)
        r->good = r->good && oprf_weigh_sum(r->there, &r->e[7]);
    return posted(r, &r->a, &r->g, &l);
}

static struct letter granted(struct run *r, const struct letter *join, size_t piece)
{
    struct letter l = { .kind = LETTER_GRANT, .elements = r->out, .n = SET_PIECE, .piece = piece };
    r->good = r->good && join->n == SET_PIECE && oprf_evaluate(&r->key_g, join->elements, SET_PIECE, r->out, 0);
    return posted(r, &r->g, &r->a, &l);
}

static void answered(struct run *r, const struct letter *grant, size_t piece)
{
    unsigned char value[2 * TAG_LEN_];
    if (!r->good)
        return;
    r->good = grant->n == SET_PIECE && oprf_weigh_add(r->w, grant->elements, SET_PIECE, r->back, 0) &&
              oprf_hash_many(OPRF_VERIFIED, r->text, SET_PIECE, r->h, 0) &&
              oprf_mix(&r->key_b, r->h, &r->unblind, grant->elements, SET_PIECE, r->h, 0);
    for (size_t i = 0; i < SET_PIECE; i++)
        token_out(r->text[i], &r->h[i], value);
    if (piece == RUN_PIECES - 1)
        r->good = r->good && oprf_weigh_sum(r->back, &r->sum) && same_bytes(&r->sum, &grant->elements[7], sizeof r->sum);
}

/* Each place holds a token: the dearest case. */
static void run_piece(struct run *r, size_t piece)
{
    static char text[SET_PIECE][40];
    ctx_init(&r->c, 32 << 20);
    for (size_t i = 0; i < SET_PIECE; i++) {
        int k = snprintf(text[i], sizeof text[i], "names-day|kntls|ls|%zu", piece * SET_PIECE + i);
        r->text[i] = (struct str){ text[i], (size_t)k };
    }
    double c0 = cpu();
    struct letter join = joined(r, piece);
    double t1 = wall(), c1 = cpu();
    struct letter grant = granted(r, &join, piece);
    double t2 = wall(), c2 = cpu();
    answered(r, &grant, piece);
    r->took.answering_cpu += c1 - c0 + cpu() - c2;
    r->took.guard += t2 - t1;
    r->took.guard_cpu += c2 - c1;
    ctx_done(&r->c);
}

static void scaled(const char *what, double s, double target)
{
    double all = s * million / RUN_PLACES;
    printf("%s, scaled from %d | %.0f s | | %.2f |%s\n", what, RUN_PLACES, all, target > 0 ? target / all : 0, target > 0 ? " 80 s" : "");
}

static bool whole_run(void)
{
    struct run *r = calloc(1, sizeof *r);
    if (!r)
        return false;
    r->good = (r->a.keys = keys_new(NULL)) && (r->g.keys = keys_new(NULL));
    scalar_random(&r->blind);
    scalar_random(&r->key_b);
    scalar_random(&r->key_g);
    r->good = r->good && scalar_inverse(&r->blind, &r->unblind);
    for (size_t i = 0; r->good && i < RUN_PIECES; i++)
        run_piece(r, i);
    double cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
    scaled("a set of 1,048,576 places at the guardian: letters opened, checked, served, sealed; CPU of all cores over cores", r->took.guard_cpu / cores, 80);
    scaled("the same by the clock (other people's work included)", r->took.guard, 80);
    scaled("the same set, each place a token, at the answering node, all its work; CPU over cores", r->took.answering_cpu / cores, 0);
    bool good = r->good;
    keys_free(r->a.keys);
    keys_free(r->g.keys);
    free(r);
    return good;
}

enum { ROUNDS = 3 };

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 4096;
    struct element *in = calloc(n, sizeof *in), *out = calloc(n, sizeof *out), *h = calloc(n, sizeof *h);
    uint16_t *w = calloc(n, sizeof *w);
    struct scalar key, blind;
    struct element open, sum;
    struct oprf_proof proof;
    struct ctx c;
    char text[40];
    bool good = true;
    double quiet = 0, middle = 0, evaluate = 1e9, hash = 1e9, prove = 1e9, verify = 1e9, weigh = 1e9, mix = 1e9;
    ctx_init(&c, 1 << 20);
    if (!in || !out || !h || !w || n < 64 || n > OPRF_PROOF_BATCH || crypto_start(&c) != ERR_OK)
        return 1;
    scalar_random(&key);
    scalar_random(&blind);
    good = element_of(&key, &open);
    random_bytes(w, n * sizeof *w);
    for (int r = 0; r < ROUNDS; r++) {              /* interleaved: the least disturbed round counts */
        double t0 = cpu();
        for (size_t i = 0; i < n; i++) {
            int k = snprintf(text, sizeof text, "names-day|kntls|ls|%zu", i);
            oprf_hash_to_group(OPRF_VERIFIED, (struct str){ text, (size_t)k }, &h[i]);
        }
        double t1 = cpu();
        good = good && oprf_evaluate(&blind, h, n, in, 1);
        double t2 = cpu();
        good = good && oprf_evaluate(&key, in, n, out, 1);
        double t3 = cpu();
        good = good && oprf_weigh(w, in, n, &sum);
        double t4 = cpu();
        good = good && oprf_mix(&key, h, &blind, out, n, h, 1);
        double t5 = cpu();
        hash = best(hash, t1 - t0);
        evaluate = best(evaluate, best(t2 - t1, t3 - t2));
        weigh = best(weigh, t4 - t3);
        mix = best(mix, t5 - t4);
        if (r < 2) {
            good = good && oprf_prove(OPRF_VERIFIED, &key, &open, in, out, n, NULL, &proof, 1);
            double t6 = cpu();
            good = good && oprf_verify(OPRF_VERIFIED, &open, in, out, n, &proof, 1);
            prove = best(prove, t6 - t5);
            verify = best(verify, cpu() - t6);
        }
    }
    good = good && windows(&key, in, out, &quiet, &middle);
    double w0 = wall();
    good = good && oprf_evaluate(&key, in, n, out, 0);
    double both = wall() - w0;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (!good)
        return 1;
    /* A set costs the served side one evaluation per token; the hidden check is one more in all. */
    row("OPRF tokens served and checked by the hidden sum, one core, quietest windows", 1, quiet, 13000);
    row("the same, middle window (other people's work included)", 1, middle, 13000);
    row("VOPRF tokens served with the RFC 9497 proof, one core", (double)n, evaluate + prove, 13000);
    row("tokens whose RFC 9497 proof is verified, one core", (double)n, verify, 0);
    row("tokens hashed to the group, one core", (double)n, hash, 0);
    row("answering side, all its work per token, one core", (double)n, hash + evaluate + 2 * weigh + mix, 0);
    printf("1 million tokens served, one core, quietest windows | %.0f s | | %.2f | 80 s\n", quiet * 1e6, 80 / (quiet * 1e6));
    printf("1 million tokens served, %ld cores, middle window | %.0f s | | %.2f | 80 s\n", cores, middle * 1e6 / (double)cores,
           80 / (middle * 1e6 / (double)cores));
    printf("the same by the clock, scaled from %zu tokens | %.0f s | | %.2f | 80 s\n", n, both / (double)n * 1e6, 80 / (both / (double)n * 1e6));
    good = whole_run();
    free(in);
    free(out);
    free(h);
    free(w);
    ctx_done(&c);
    return good ? 0 : 1;
}
