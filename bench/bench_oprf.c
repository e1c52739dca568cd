/* bench_oprf.c - what private matching costs.  CPU time of this process, so that
 * a busy machine changes little. */
#include "oprf/oprf.h"

#include "crypto/crypto.h"

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
    free(in);
    free(out);
    free(h);
    free(w);
    ctx_done(&c);
    return 0;
}
