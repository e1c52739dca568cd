/* bench_tck DIR [CSV] - the cases of a compatibility kit, with what they took. */
#include "rules/rules.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct ctx c;
    struct rules_tck sum;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s DIR [CSV]\n", argv[0]);
        return 2;
    }
    ctx_init(&c, (size_t)1 << 30);
    int64_t from = clock_mono_us();
    enum err e = rules_tck(&c, argv[1], argc > 2 ? argv[2] : NULL, &sum);
    if (e != ERR_OK) {
        (void)fprintf(stderr, "%s: %s\n", err_name(e), c.fault.detail);
        return 1;
    }
    (void)fprintf(stderr, "%lld ms\n", (long long)((clock_mono_us() - from) / 1000));
    (void)fwrite(sum.report.p, 1, sum.report.n, stdout);
    bool ok = sum.failed == 0;
    ctx_done(&c);
    return !ok;
}
