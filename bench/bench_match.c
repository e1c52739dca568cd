/* bench_match.c - prints the figures of record matching.
 *
 *   bench_match [DIR]            the table; DIR holds labelled sets, one folder
 *                                each with records.csv and truth.csv
 *   bench_match quick [DIR]      without the million
 *   bench_match pairs [N]        only the comparisons
 *   bench_match others           only people of the second kind
 *   bench_match things           only employers, workplaces, vehicles
 *   bench_match search N         only searches among N persons
 *   bench_match match ...        the command line itself
 *   bench_match generate CC N OUT.csv TRUTH.csv SEED ERRORS
 */
#include "match/inside.h"
#include "match_others.h"
#include "match_people.h"
#include "match_things.h"

#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static char dir[64];
static const char *self;

struct file { char z[160]; };
static struct file in_dir(const char *name)
{
    struct file f;
    (void)snprintf(f.z, sizeof f.z, "%s/%s", dir, name);
    return f;
}

/* ---- generated files ------------------------------------------------------------------ */

static bool generate(int country, int64_t n, const char *csv_path, const char *truth_path,
                     int64_t seed, int most)
{
    struct fictional p, q;
    struct fiction f = { .state = (uint64_t)seed * 77, .country = country };
    FILE *csv = fopen(csv_path, "we"), *truth = fopen(truth_path, "we");
    if (!csv || !truth)
        return false;
    (void)fputs(people_csv_head(), csv);
    (void)fputs("id,entity,source,kinds\n", truth);
    int64_t k = 0;
    for (int64_t e = 0; k < n; e++) {
        people_person(&f, &p);
        int copies = people_chance(&f, 50) ? 0 : 1 + people_below(&f, 3);
        for (int i = 0; i <= copies && k < n; i++, k++) {
            char id[32];
            unsigned kinds = 0;
            q = p;
            if (i)
                kinds = people_copy(&f, &p, most, &q);
            (void)snprintf(id, sizeof id, "r%lld", (long long)((k * 2654435761) % 4294967291));
            people_csv_row(csv, id, &q);
            (void)fprintf(truth, "%s,%lld,%s,%u\n", id, (long long)e, i ? "" : "first", kinds);
        }
    }
    return fclose(csv) == 0 && fclose(truth) == 0;
}

/* ---- truth ------------------------------------------------------------------------------ */

struct known { struct str id, entity, source; uint32_t kinds, entity_no; };
struct truth { struct known *row; size_t n; uint32_t *slot; size_t slots; uint64_t pairs; bool link; };

static struct known *known_of(const struct truth *t, struct str id)
{
    size_t i = (size_t)hash_bytes(id, 1) & (t->slots - 1);
    for (; t->slot[i]; i = (i + 1) & (t->slots - 1))
        if (str_eq(t->row[t->slot[i] - 1].id, id))
            return &t->row[t->slot[i] - 1];
    return NULL;
}

static int by_entity(const void *a, const void *b)
{
    const struct known *x = a, *y = b;
    return str_cmp(x->entity, y->entity);
}

static void count_pairs(struct truth *t)
{
    qsort(t->row, t->n, sizeof *t->row, by_entity);
    t->pairs = 0;
    for (size_t i = 0, j; i < t->n; i = j) {
        for (j = i; j < t->n && str_eq(t->row[j].entity, t->row[i].entity); j++) {
            t->row[j].entity_no = (uint32_t)i;
            for (size_t k = i; k < j; k++)
                t->pairs += !t->link || !str_eq(t->row[k].source, t->row[j].source);
        }
    }
    memset(t->slot, 0, t->slots * sizeof *t->slot);
    for (size_t i = 0; i < t->n; i++) {
        size_t k = (size_t)hash_bytes(t->row[i].id, 1) & (t->slots - 1);
        while (t->slot[k])
            k = (k + 1) & (t->slots - 1);
        t->slot[k] = (uint32_t)i + 1;
    }
}

/* Rows of a table whose fields live in c->mem. */
static bool read_truth(struct ctx *c, const char *path, bool link, struct truth *t)
{
    struct str text, field[CSV_COLUMNS];
    struct csv v;
    struct buf spare;
    size_t n, room = 1 << 21;
    if (file_read(c, path, (size_t)1 << 30, &text) || csv_open(c, text, &v))
        return false;
    buf_init(&spare, &c->mem, 1 << 20);
    *t = (struct truth){ .row = NEW_N(&c->mem, struct known, room), .slots = room * 2, .link = link };
    t->slot = NEW_N(&c->mem, uint32_t, t->slots);
    if (!t->row || !t->slot || !csv_row(&v, &spare, field, CSV_COLUMNS, &n))
        return false;
    while (t->n < room && csv_row(&v, &spare, field, CSV_COLUMNS, &n)) {
        int64_t kinds = 0;
        if (n > 3)
            (void)str_to_i64(field[3], &kinds);
        t->row[t->n++] = (struct known){ field[0], field[1], n > 2 ? field[2] : STR(""),
                                         (uint32_t)kinds, 0 };
    }
    count_pairs(t);
    return true;
}

/* ---- quality ------------------------------------------------------------------------------ */

struct pair { int32_t mbits; bool same; };
struct quality {
    double best, usual, best_at, recall_at_99, kind[ERR_KINDS];
    double merged;              /* share of clusters that hold two persons */
    size_t largest;
};

static int strongest(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->mbits < y->mbits ? 1 : x->mbits > y->mbits ? -1 : x->same - y->same;
}

static int32_t read_mbits(struct str s)
{
    int32_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        if (ascii_digit(s.p[i]))
            v = v * 10 + (s.p[i] - '0');
    return s.n && s.p[0] == '-' ? -v : v;
}

static void curve(struct pair *p, size_t n, uint64_t there, struct quality *q)
{
    size_t right = 0;
    qsort(p, n, sizeof *p, strongest);
    for (size_t i = 0; i < n; i++) {
        right += p[i].same;
        if (i + 1 < n && p[i + 1].mbits == p[i].mbits)
            continue;
        double f1 = 2.0 * (double)right / (double)(i + 1 + there);
        double precision = (double)right / (double)(i + 1);
        if (f1 > q->best) {
            q->best = f1;
            q->best_at = p[i].mbits / 1000.0;
        }
        if (p[i].mbits >= 0)
            q->usual = f1;
        if (precision >= 0.99)
            q->recall_at_99 = (double)right / (double)there;
    }
}

static bool measure(struct ctx *c, const struct truth *t, const char *pairs, const char *groups,
                    struct quality *q)
{
    struct str text, field[CSV_COLUMNS];
    struct csv v;
    struct buf spare;
    size_t n, k = 0, of_kind[ERR_KINDS] = { 0 }, found_kind[ERR_KINDS] = { 0 };
    char *found = NEW_N(&c->mem, char, t->n + 1);
    *q = (struct quality){ 0 };
    if (!found || file_read(c, pairs, (size_t)2 << 30, &text) || csv_open(c, text, &v))
        return false;
    buf_init(&spare, &c->mem, 1 << 20);
    size_t lines = 0;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    struct pair *p = NEW_N(&c->mem, struct pair, lines + 1);
    if (!p || !csv_row(&v, &spare, field, CSV_COLUMNS, &n))
        return false;
    while (csv_row(&v, &spare, field, CSV_COLUMNS, &n)) {
        struct known *a = known_of(t, field[0]), *b = known_of(t, field[1]);
        if (!a || !b || n != 3)
            return false;
        p[k] = (struct pair){ read_mbits(field[2]), a->entity_no == b->entity_no };
        if (p[k].same && p[k].mbits >= 0) {
            if (str_is(b->source, "first")) found[a - t->row] = 1;
            if (str_is(a->source, "first")) found[b - t->row] = 1;
        }
        k++;
    }
    curve(p, k, t->pairs, q);
    for (size_t i = 0; i < t->n; i++)
        for (int e = 0; e < ERR_KINDS; e++)
            if (t->row[i].kinds >> e & 1) {
                of_kind[e]++;
                found_kind[e] += found[i] != 0;
            }
    for (int e = 0; e < ERR_KINDS; e++)
        q->kind[e] = of_kind[e] ? (double)found_kind[e] / (double)of_kind[e] : -1;
    if (file_read(c, groups, (size_t)2 << 30, &text) || csv_open(c, text, &v) ||
        !csv_row(&v, &spare, field, CSV_COLUMNS, &n))
        return false;
    struct { uint32_t entity, size; bool mixed; } *g = calloc(t->n + 1, sizeof *g);
    size_t count = 0, mixed = 0;
    while (g && csv_row(&v, &spare, field, CSV_COLUMNS, &n)) {
        struct known *a = known_of(t, field[0]);
        int64_t at;
        if (!a || !str_to_i64(field[1], &at) || at < 0 || (size_t)at > t->n)
            continue;
        count += g[at].size == 0;
        if (g[at].size && g[at].entity != a->entity_no && !g[at].mixed) {
            g[at].mixed = true;
            mixed++;
        }
        g[at].entity = a->entity_no;
        if (++g[at].size > q->largest)
            q->largest = g[at].size;
    }
    free(g);
    q->merged = count ? (double)mixed / (double)count : 0;
    return true;
}

/* ---- running the program -------------------------------------------------------------------- */

struct cost { double wall_s, cpu_s; size_t rss_mb; };

static bool run_match(const char *a, const char *b, const char *out, const char *groups,
                      struct cost *cost)
{
    char *argv[16];
    int n = 0;
    const char *const words[] = { self, "match", a, b ? b : "--out", b ? "--out" : out, b ? out : "--clusters",
                                  b ? "--clusters" : groups, b ? groups : "--today",
                                  b ? "--today" : "2026-04-01", b ? "2026-04-01" : NULL, NULL };
    while (words[n]) {
        argv[n] = strdup(words[n]);
        n++;
    }
    argv[n] = NULL;
    posix_spawn_file_actions_t fa;
    pid_t pid;
    int status = -1;
    struct rusage ru = { 0 };
    int64_t t0 = clock_mono_us();
    (void)posix_spawn_file_actions_init(&fa);
    (void)posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", 1, 0);
    if (posix_spawn(&pid, self, &fa, NULL, argv, environ) == 0)
        (void)wait4(pid, &status, 0, &ru);
    (void)posix_spawn_file_actions_destroy(&fa);
    cost->wall_s = (double)(clock_mono_us() - t0) / 1e6;
    cost->cpu_s = (double)ru.ru_utime.tv_sec + (double)ru.ru_utime.tv_usec / 1e6 +
                  (double)ru.ru_stime.tv_sec + (double)ru.ru_stime.tv_usec / 1e6;
    cost->rss_mb = (size_t)ru.ru_maxrss / 1024;
    for (int i = 0; i < n; i++)
        free(argv[i]);
    return status == 0;
}

static void line(const char *what, const char *value, const char *target, bool met)
{
    printf("%-44s %-36s %-22s %s\n", what, value, target, met ? "met" : "MISSED");
}

/* ---- public sets ------------------------------------------------------------------------------- */

/* febrl4 links its source A to its source B: two files. */
static bool split_sources(struct ctx *c, const char *records, const struct truth *t, struct file out[2])
{
    struct str text, rest, row;
    FILE *f[2];
    if (file_read(c, records, (size_t)1 << 30, &text))
        return false;
    for (int i = 0; i < 2; i++) {
        out[i] = in_dir(i ? "b.csv" : "a.csv");
        f[i] = fopen(out[i].z, "we");
        if (!f[i])
            return false;
    }
    rest = text;
    for (bool head = true; str_next(&rest, '\n', &row); head = false) {
        struct str id, tail;
        if (!str_cut(row, ',', &id, &tail))
            continue;
        const struct known *k = known_of(t, id);
        for (int i = 0; i < 2; i++)
            if (head || (k && str_is(k->source, i ? "B" : "A")))
                (void)fprintf(f[i], STR_F "\n", STR_A(row));
    }
    return fclose(f[0]) == 0 && fclose(f[1]) == 0;
}

static void public_set(const char *base, const char *name)
{
    static const struct { const char *name; double best, usual; } wanted[] = {
        { "febrl3", .998, 0 }, { "febrl4", .9996, .9992 }, { "fake1000", .90, 0 },
    };
    char records[512], truth_path[512], value[80], target[60];
    struct ctx c;
    struct truth t;
    struct quality q;
    struct cost cost;
    struct file out = in_dir("pairs.csv"), groups = in_dir("groups.csv"), half[2];
    double best = 0, usual = 0;
    ctx_init(&c, (size_t)4 << 30);
    (void)snprintf(records, sizeof records, "%s/%s/records.csv", base, name);
    (void)snprintf(truth_path, sizeof truth_path, "%s/%s/truth.csv", base, name);
    bool link = !strcmp(name, "febrl4");
    bool ok = read_truth(&c, truth_path, link, &t) && (!link || split_sources(&c, records, &t, half));
    ok = ok && run_match(link ? half[0].z : records, link ? half[1].z : NULL, out.z, groups.z, &cost) &&
         measure(&c, &t, out.z, groups.z, &q);
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        if (!strcmp(wanted[i].name, name)) {
            best = wanted[i].best;
            usual = wanted[i].usual;
        }
    if (ok) {
        (void)snprintf(value, sizeof value, "best %.4f at %.1f, default %.4f", q.best, q.best_at, q.usual);
        (void)snprintf(target, sizeof target, "best %.4f, gap .015", best);
        line(name, value, target, q.best >= best && q.usual >= usual && q.best - q.usual <= .015);
        (void)snprintf(value, sizeof value, "%.2f %%, largest %zu", q.merged * 100, q.largest);
        line("  over-merged clusters", value, "0.30 %, 20", q.merged <= .003 && q.largest <= 20);
    } else {
        line(name, c.fault.code ? c.fault.detail : "did not run", "", false);
    }
    ctx_done(&c);
}

static void public_sets(const char *base)
{
    struct ctx c;
    struct str *names;
    size_t n;
    ctx_init(&c, 1 << 20);
    if (dir_list(&c, base, &names, &n) == ERR_OK)
        for (size_t i = 0; i < n; i++) {
            char path[512];
            (void)snprintf(path, sizeof path, "%s/" STR_F "/truth.csv", base, STR_A(names[i]));
            const char *z = arena_z(&c.mem, names[i]);
            if (z && access(path, R_OK) == 0)
                public_set(base, z);
        }
    ctx_done(&c);
}

/* ---- generated people ------------------------------------------------------------------------------ */

static void country(int k, int most)
{
    struct ctx c;
    struct truth t;
    struct quality q;
    struct cost cost;
    char what[80], value[80];
    struct file csv = in_dir("g.csv"), truth = in_dir("gt.csv"), out = in_dir("pairs.csv"),
                groups = in_dir("groups.csv");
    ctx_init(&c, (size_t)4 << 30);
    if (generate(k, 10000, csv.z, truth.z, 20 + most, most) && read_truth(&c, truth.z, false, &t) &&
        run_match(csv.z, NULL, out.z, groups.z, &cost) && measure(&c, &t, out.z, groups.z, &q)) {
        (void)snprintf(what, sizeof what, "%s, 10,000 people, up to %d errors each", people_code[k], most);
        (void)snprintf(value, sizeof value, "best %.4f at %.1f, default %.4f", q.best, q.best_at, q.usual);
        line(what, value, "best .92, gap .015", q.best >= .92 && q.best - q.usual <= .015);
        (void)snprintf(value, sizeof value, "%.3f", q.recall_at_99);
        line("  recall at precision .99", value, ".80", q.recall_at_99 >= .80);
        (void)snprintf(value, sizeof value, "%.3f %.3f %.3f", q.kind[0], q.kind[1], q.kind[2]);
        line("  recall swapped, age only, nickname", value, ".85 each",
             q.kind[0] >= .85 && q.kind[1] >= .85 && (q.kind[2] < 0 || q.kind[2] >= .85));
        (void)snprintf(value, sizeof value, "%.2f %%, largest %zu", q.merged * 100, q.largest);
        line("  over-merged clusters", value, "0.30 %, 20", q.merged <= .003 && q.largest <= 20);
    } else {
        line(people_code[k], "did not run", "", false);
    }
    ctx_done(&c);
}

/* ---- people of a second kind, and files with fewer columns ------------------------------------- */

static bool generate_others(enum others_columns set, int n, const char *csv_path, const char *truth_path)
{
    struct others o = { 4711 };
    struct other p, q;
    FILE *csv = fopen(csv_path, "we"), *truth = fopen(truth_path, "we");
    if (!csv || !truth)
        return false;
    (void)fputs(others_head(set), csv);
    (void)fputs("id,entity\n", truth);
    for (int k = 0, e = 0; k < n; e++) {
        others_person(&o, &p);
        int copies = others_chance(&o, 60) ? 0 : 1 + (int)others_below(&o, 2);
        for (int i = 0; i <= copies && k < n; i++, k++) {
            char id[32];
            q = p;
            if (i)
                others_copy(&o, &p, &q);
            (void)snprintf(id, sizeof id, "q%lld", (long long)k * 7919 % 1000003);
            others_row(csv, set, id, &q);
            (void)fprintf(truth, "%s,%d\n", id, e);
        }
    }
    return fclose(csv) == 0 && fclose(truth) == 0;
}

static void other_people(enum others_columns set)
{
    struct ctx c;
    struct truth t;
    struct quality q;
    struct cost cost;
    char what[80], value[80];
    struct file csv = in_dir("g.csv"), truth = in_dir("gt.csv"), out = in_dir("pairs.csv"),
                groups = in_dir("groups.csv");
    ctx_init(&c, (size_t)4 << 30);
    (void)snprintf(what, sizeof what, "others, 10,000, %s", others_name[set]);
    if (generate_others(set, 10000, csv.z, truth.z) && read_truth(&c, truth.z, false, &t) &&
        run_match(csv.z, NULL, out.z, groups.z, &cost) && measure(&c, &t, out.z, groups.z, &q)) {
        (void)snprintf(value, sizeof value, "best %.4f at %.1f, default %.4f", q.best, q.best_at, q.usual);
        line(what, value, "gap .015", q.best - q.usual <= .015);
        (void)snprintf(value, sizeof value, "%.2f %%, largest %zu", q.merged * 100, q.largest);
        line("  over-merged clusters", value, "0.30 %, 20", q.merged <= .003 && q.largest <= 20);
    } else {
        line(what, "did not run", "", false);
    }
    ctx_done(&c);
}

/* ---- generated employers, workplaces, vehicles ------------------------------------------------------------ */

static bool generate_things(int set, int n, const char *csv_path, const char *truth_path)
{
    struct fiction f = { .state = 31 + (uint64_t)set };
    FILE *csv = fopen(csv_path, "we"), *truth = fopen(truth_path, "we");
    if (!csv || !truth)
        return false;
    (void)fputs(things_csv_head(set), csv);
    (void)fputs("id,entity\n", truth);
    for (int k = 0, e = 0; k < n; e++) {
        struct thing_made m;
        struct thing_row r;
        things_make_one(&f, set, &m);
        int copies = people_chance(&f, 50) ? 0 : 1 + people_below(&f, 3);
        for (int i = 0; i <= copies && k < n; i++, k++) {
            char id[32];
            things_written(&f, set, &m, i ? 1 + people_below(&f, 6) : 0, &r);
            (void)snprintf(id, sizeof id, "t%lld", (long long)k * 7919 % 1000003);
            things_csv_row(csv, set, id, &r);
            (void)fprintf(truth, "%s,%d\n", id, e);
        }
    }
    return fclose(csv) == 0 && fclose(truth) == 0;
}

static void things(void)
{
    char value[120] = "";
    bool met = true;
    size_t at = 0;
    struct file csv = in_dir("g.csv"), truth = in_dir("gt.csv"), out = in_dir("pairs.csv"),
                groups = in_dir("groups.csv");
    for (int set = 0; set < THINGS_SETS; set++) {
        struct ctx c;
        struct truth t;
        struct quality q = { 0 };
        struct cost cost;
        ctx_init(&c, (size_t)4 << 30);
        met = generate_things(set, 10000, csv.z, truth.z) && read_truth(&c, truth.z, false, &t) &&
              run_match(csv.z, NULL, out.z, groups.z, &cost) && measure(&c, &t, out.z, groups.z, &q) && met;
        at += (size_t)snprintf(value + at, sizeof value - at, "%s%.3f %.3f", at ? ", " : "", q.best, q.usual);
        met = met && q.usual >= .92 && q.best - q.usual <= .015;
        ctx_done(&c);
    }
    line("employers, workplaces, vehicles: best F1, default F1", value, ".92, gap .015", met);
}

/* ---- speed ---------------------------------------------------------------------------------------------- */

static double thread_cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct match_index *people_index(struct ctx *c, int country_no, int n, bool ids)
{
    struct match_index *ix = NULL;
    struct fiction f = { .state = 99, .country = country_no };
    struct fictional p, q;
    if (index_open(c, (size_t)4 << 30, 0, ids, &ix))
        return NULL;
    for (int i = 0; i < n; i++) {
        char id[ID_LEN + 1];
        if (i % 3 == 0)
            people_person(&f, &p);
        q = p;
        if (i % 3)
            (void)people_copy(&f, &p, 3, &q);
        struct match_record r = people_record(&q);
        (void)snprintf(id, sizeof id, "p%d", i);
        enum err e = ids ? match_index_add(c, ix, str_c(id), &r) : index_put(c, ix, &r, 0);
        if (e) {
            match_index_free(ix);
            return NULL;
        }
    }
    return ix;
}

static void pairs_per_second(int people)
{
    struct ctx c;
    struct found f;
    struct memo memo = { (1 << 17) - 1, calloc(1 << 17, sizeof(uint64_t)) };
    struct model mo;
    size_t n = 0, most = 3000000;
    struct { uint32_t a, b; } *p = calloc(most, sizeof *p);
    char value[80];
    float bits, sum = 0;
    ctx_init(&c, 1 << 24);
    struct match_index *ix = people_index(&c, PEOPLE_PY, people, false);
    if (!ix || !p || !memo.slot || !found_open(&f) || train(&c, ix, false, &mo))
        return;
    ix->model = mo;
    for (uint32_t i = 0; i < ix->n && n < most; i++) {
        f.below = i;
        index_find(ix, rec_at(ix, i), &f);
        for (size_t k = 0; k < f.n && n < most; k++) {
            p[n].a = f.at[k].rec;
            p[n++].b = i;
        }
    }
    for (int all = 0; all < 2; all++) {
        struct evidence ev;
        struct asked q;
        asked_init(&q, ix, &memo);
        double t0 = thread_cpu_s();
        for (size_t i = 0; i < n; i++) {
            if (i == 0 || p[i].b != p[i - 1].b)
                asked_open(&q, rec_at(ix, p[i].b));
            const char *ahead = (const char *)rec_at(ix, p[i + 8 < n ? i + 8 : i].a);
            for (int line_no = 0; line_no < 4; line_no++)
                __builtin_prefetch(ahead + 64 * line_no);
            if (asked_score(&q, rec_at(ix, p[i].a), all ? -1000 : -6, &ev, &bits))
                sum += bits;
        }
        double rate = (double)n / (thread_cpu_s() - t0) / 1e6;
        (void)snprintf(value, sizeof value, "%.2f M/s (%zu pairs)", rate, n);
        line(all ? "pairs per second, core, every comparator" : "pairs per second, core, as run", value, "5 M/s",
             rate >= 5 && sum != 0);
    }
    found_close(&f);
    match_index_free(ix);
    free(memo.slot);
    free(p);
    ctx_done(&c);
}

static void end_to_end(int64_t n, double most_s, size_t most_mb)
{
    struct cost cost;
    char what[60], value[80], target[60];
    struct file csv = in_dir("e.csv"), truth = in_dir("et.csv"), out = in_dir("ep.csv"),
                groups = in_dir("eg.csv");
    if (!generate(PEOPLE_PY, n, csv.z, truth.z, 7, 3) || !run_match(csv.z, NULL, out.z, groups.z, &cost)) {
        line("end to end", "did not run", "", false);
        return;
    }
    (void)snprintf(what, sizeof what, "%lld records end to end", (long long)n);
    (void)snprintf(value, sizeof value, "%.2f s (%.2f s cpu), %zu MB", cost.wall_s, cost.cpu_s, cost.rss_mb);
    (void)snprintf(target, sizeof target, "%.1f s, %zu MB", most_s, most_mb);
    line(what, value, target, cost.wall_s <= most_s && cost.rss_mb <= most_mb);
}

static int by_time(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void searches(int n)
{
    enum { ASKED = 2000 };
    struct ctx c, d;
    static double t[ASKED];
    char what[60], value[80];
    bool kept;
    size_t hits = 0;
    ctx_init(&c, 1 << 24);
    struct match_index *ix = people_index(&c, PEOPLE_PY, n, true);
    if (!ix || match_index_train(&c, ix, &kept)) {
        line("search", "did not run", "", false);
        return;
    }
    struct fiction f = { .state = 99, .country = PEOPLE_PY };
    struct fictional p, q;
    ctx_init(&d, 1 << 24);
    for (int i = 0; i < ASKED; i++) {
        struct match_candidate *cand;
        size_t k, dropped;
        people_person(&f, &p);
        (void)people_copy(&f, &p, 3, &q);       /* keeps the stream in step with the index */
        struct match_record r = people_record(&q);
        (void)people_copy(&f, &p, 3, &q);
        int64_t t0 = clock_mono_us();
        bool ok = match_lookup(&d, ix, &r, 10, &cand, &k, &dropped) == ERR_OK;
        t[i] = (double)(clock_mono_us() - t0) / 1000;
        hits += ok && k && cand[0].mbits >= 0;
        arena_reset(&d.mem);
    }
    qsort(t, ASKED, sizeof *t, by_time);
    (void)snprintf(what, sizeof what, "one search among %d persons", n);
    (void)snprintf(value, sizeof value, "p50 %.2f ms, p99 %.2f ms", t[ASKED / 2], t[ASKED * 99 / 100]);
    line(what, value, "p50 1.5 ms, p99 5 ms", t[ASKED / 2] <= 1.5 && t[ASKED * 99 / 100] <= 5);
    size_t mb = match_index_bytes(ix) >> 20;
    (void)snprintf(value, sizeof value, "%zu MB, %zu of %d found", mb, hits, ASKED);
    line("  index", value, "600 MB", mb <= 600);
    match_index_free(ix);
    ctx_done(&d);
    ctx_done(&c);
}

static void clean(void)
{
    static const char *const names[] = { "pairs.csv", "groups.csv", "a.csv", "b.csv", "g.csv", "gt.csv",
                                         "e.csv", "et.csv", "ep.csv", "eg.csv" };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        (void)unlink(in_dir(names[i]).z);
    (void)rmdir(dir);
}

static int generate_cli(char **argv)
{
    int64_t n = 0, seed = 1, most = 3;
    int k = 0;
    bool ok = str_to_i64(str_c(argv[3]), &n) && str_to_i64(str_c(argv[6]), &seed) &&
              str_to_i64(str_c(argv[7]), &most);
    for (int i = 0; i < PEOPLE_COUNTRIES; i++)
        if (str_is(str_c(argv[2]), people_code[i]))
            k = i;
    return ok && generate(k, n, argv[4], argv[5], seed, (int)most) ? 0 : 1;
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 8 && !strcmp(argv[1], "generate"))
        return generate_cli(argv);
    if (argc > 1 && !strcmp(argv[1], "match")) {
        struct ctx c;
        ctx_init(&c, (size_t)4 << 30);
        int rc = match_cli(&c, argc - 1, argv + 1, stdout, stderr);
        ctx_done(&c);
        return rc;
    }
    if (argc == 2 && !strcmp(argv[1], "others")) {
        (void)snprintf(dir, sizeof dir, "/tmp/amparo-bench-XXXXXX");
        if (!mkdtemp(dir))
            return 1;
        for (int i = 0; i < OTHERS_SETS; i++)
            other_people((enum others_columns)i);
        clean();
        return 0;
    }
    if (argc == 2 && !strcmp(argv[1], "things")) {
        (void)snprintf(dir, sizeof dir, "/tmp/amparo-bench-XXXXXX");
        if (!mkdtemp(dir))
            return 1;
        things();
        clean();
        return 0;
    }
    int64_t among = 50000;
    if ((argc == 2 || (argc == 3 && str_to_i64(str_c(argv[2]), &among))) && !strcmp(argv[1], "pairs")) {
        pairs_per_second((int)among);
        return 0;
    }
    if (argc == 3 && !strcmp(argv[1], "search") && str_to_i64(str_c(argv[2]), &among) && among > 0 &&
        among <= 4000000) {
        searches((int)among);
        return 0;
    }
    bool quick = argc > 1 && !strcmp(argv[1], "quick");
    (void)snprintf(dir, sizeof dir, "/tmp/amparo-bench-XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%-44s %-36s %-22s\n", "what", "measured", "target");
    if (argc > 1 + quick)
        public_sets(argv[1 + quick]);
    for (int k = 0; k < PEOPLE_COUNTRIES; k++)
        country(k, 3);
    for (int k = 0; k < PEOPLE_COUNTRIES; k++)
        country(k, 6);
    for (int k = 0; k < OTHERS_SETS; k++)
        other_people((enum others_columns)k);
    things();
    pairs_per_second(50000);
    end_to_end(50000, 1.5, 150);
    searches(quick ? 100000 : 1000000);
    if (!quick)
        end_to_end(1000000, 60, 1200);
    clean();
    return 0;
}
