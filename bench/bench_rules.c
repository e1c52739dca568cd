/* bench_rules DIR - figures of the rules engine on the files rules_peers.mjs wrote:
 * exprs.txt (one expression per line), table.dmn (decision "table"), big.dmn; and
 * the memory that the models given after it hold together.
 * Prints "name<TAB>nanoseconds<TAB>result" per line. */
#include "rules/rules.h"

#include <stdio.h>

enum { BATCH_US = 200000 };

static struct feel_value situation(struct ctx *c, struct arena *mem)
{
    struct feel_builder b, person;
    struct feel_value hours[5] = { feel_i64(3), feel_i64(8), feel_i64(0), feel_i64(5), feel_i64(6) };
    (void)c;
    feel_builder_init(&person, mem);
    feel_set(&person, STR("name"), feel_string(STR("Ana")));
    feel_set(&person, STR("born"), feel_date((struct civil){ 2012, 5, 20 }));
    feel_builder_init(&b, mem);
    feel_set(&b, STR("age"), feel_i64(13));
    feel_set(&b, STR("hours"), feel_i64(20));
    feel_set(&b, STR("night"), feel_bool(false));
    feel_set(&b, STR("school"), feel_bool(true));
    feel_set(&b, STR("sector"), feel_string(STR("fishing")));
    feel_set(&b, STR("tool"), feel_string(STR("knife")));
    feel_set(&b, STR("week"), feel_list(mem, hours, 5));
    feel_set(&b, STR("person"), feel_build(&person));
    return feel_build(&b);
}

static void report(struct ctx *c, const char *name, int64_t us, int64_t n, struct feel_value v)
{
    struct buf b;
    buf_init(&b, &c->mem, 1 << 16);
    feel_print(&b, v);
    printf("%s\t%.1f\t" STR_F "\n", name, (double)us * 1000 / (double)n, STR_A(buf_str(&b)));
}

static int bench_expression(struct str text, struct arena *keep, struct feel_value k)
{
    struct ctx c;
    const struct feel_program *p;
    struct feel_value v = { 0 };
    char name[200];
    ctx_init(&c, 16 << 20);
    if (feel_compile(&c, keep, text, false, NULL, 0, &p) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", c.fault.detail);
        return 1;
    }
    int64_t n = 0, from = clock_mono_us(), us;
    do {
        for (int i = 0; i < 1000; i++, n++) {
            arena_reset(&c.mem);
            if (feel_eval(&c, p, k, &v) != ERR_OK)
                return 1;
        }
        us = clock_mono_us() - from;
    } while (us < BATCH_US);
    (void)snprintf(name, sizeof name, STR_F, STR_A(str_sub(text, 0, 190)));
    report(&c, name, us, n, v);
    ctx_done(&c);
    return 0;
}

static int bench_table(struct str xml, struct feel_value k)
{
    struct ctx c;
    struct dmn_model *m;
    struct dmn_result r = { 0 };
    ctx_init(&c, 64 << 20);
    if (dmn_load(&c, STR("table.dmn"), xml, NULL, 0, &m) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", c.fault.detail);
        return 1;
    }
    int64_t n = 0, from = clock_mono_us(), us;
    do {
        for (int i = 0; i < 1000; i++, n++) {
            arena_reset(&c.mem);
            if (dmn_evaluate(&c, m, STR("table"), k, NULL, &r) != ERR_OK)
                return 1;
        }
        us = clock_mono_us() - from;
    } while (us < BATCH_US);
    report(&c, "#table", us, n, r.value);
    dmn_free(m);
    ctx_done(&c);
    return 0;
}

static int bench_load(struct str xml)
{
    struct ctx c;
    ctx_init(&c, 64 << 20);
    int64_t n = 0, from = clock_mono_us(), us;
    size_t bytes = 0;
    do {
        struct dmn_model *m;
        arena_reset(&c.mem);
        if (dmn_load(&c, STR("big.dmn"), xml, NULL, 0, &m) != ERR_OK) {
            (void)fprintf(stderr, "%s\n", c.fault.detail);
            return 1;
        }
        bytes = dmn_bytes(m);
        dmn_free(m);
        n++;
        us = clock_mono_us() - from;
    } while (us < BATCH_US);
    report(&c, "#load", us, n, feel_i64((int64_t)bytes));
    ctx_done(&c);
    return 0;
}

static bool read_named(struct ctx *c, const char *dir, const char *name, struct str *out)
{
    struct str path = str_join(&c->mem, str_c(dir), STR("/"), str_c(name));
    return file_read(c, arena_z(&c->mem, path), DMN_FILE_MAX, out) == ERR_OK;
}

static int bench_memory(char *const *file, int n)
{
    int64_t bytes = 0;
    for (int i = 0; i < n; i++) {
        struct ctx c;
        struct str xml;
        struct dmn_model *m;
        ctx_init(&c, 64 << 20);
        if (file_read(&c, file[i], DMN_FILE_MAX, &xml) != ERR_OK ||
            dmn_load(&c, str_c(file[i]), xml, NULL, 0, &m) != ERR_OK) {
            (void)fprintf(stderr, "%s: %s\n", file[i], c.fault.detail);
            return 1;
        }
        bytes += (int64_t)dmn_bytes(m);
        dmn_free(m);
        ctx_done(&c);
    }
    printf("#memory\t%lld\t%d\n", (long long)bytes, n);
    return 0;
}

int main(int argc, char **argv)
{
    struct ctx c;
    struct str exprs, table, big, line;
    ctx_init(&c, 64 << 20);
    if (argc < 2 || !read_named(&c, argv[1], "exprs.txt", &exprs) || !read_named(&c, argv[1], "table.dmn", &table) ||
        !read_named(&c, argv[1], "big.dmn", &big)) {
        (void)fprintf(stderr, "usage: %s DIR [MODEL.dmn...] (DIR written by bench/rules_peers.mjs)\n", argv[0]);
        return 2;
    }
    struct feel_value k = situation(&c, &c.mem);
    int bad = 0;
    while (str_next(&exprs, '\n', &line))
        if (line.n)
            bad |= bench_expression(line, &c.mem, k);
    bad |= bench_table(table, k);
    bad |= bench_load(big);
    bad |= bench_memory(argv + 2, argc - 2);
    ctx_done(&c);
    return bad;
}
