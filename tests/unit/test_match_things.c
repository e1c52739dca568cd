/* test_match_things.c - employers, workplaces and vehicles: what their names,
 * plates and numbers become, and how well the same ones are found again. */
#include "match/inside.h"
#include "match_things.h"
#include "t.h"

#include <stdlib.h>
#include <unistd.h>

static void names_lose_what_every_firm_has(struct t *t)
{
    static const struct { const char *written, *name, *what; } rows[] = {
        { "Ladrillería San José S.R.L.", "san jose", "brick_kiln" },
        { "LADRILLERIA SAN JOSE SRL", "san jose", "brick_kiln" },
        { "Ea. La Esperanza", "la esperanza", "ranch" },
        { "Estancia Sta. Rosa", "santa rosa", "ranch" },
        { "Quebracho S. A. C. I.", "quebracho", "" },
        { "Fictional Rubber Co., Ltd.", "fictional rubber", "" },
        { "Hnos. Inventado", "hermanos inventado", "" },
        { "S.A.", "sa", "" },                   /* nothing else is left: kept */
        { "Estancia", "estancia", "ranch" },
        { "Bar", "bar", "bar" },
        { "J. B. Supuesto", "jb supuesto", "" },
        { "", "", "" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char room[MATCH_FIRM_MAX];
        struct match_firm f;
        match_firm(str_c(rows[i].written), room, &f);
        if (!str_is(f.name, rows[i].name) || !str_is(f.what, rows[i].what)) {
            t->bad++;
            printf("# %s: \"" STR_F "\", \"" STR_F "\"\n", rows[i].written, STR_A(f.name), STR_A(f.what));
        }
    }
}

static void thai_firms_are_firms(struct t *t)
{
    char a[MATCH_FIRM_MAX], b[MATCH_FIRM_MAX];
    struct match_firm x, y;
    match_firm(STR("บริษัท สมมติ จำกัด"), a, &x);
    match_firm(STR("สมมติ"), b, &y);
    CHECK(y.name.n && str_eq(x.name, y.name));
}

static void plates_and_numbers_have_one_form(struct t *t)
{
    static const char *const same[][2] = { { "ABC 123", "abc-123" }, { "OAB 110", "0ab iio" }, { "ABCD123", "ABCD 123" }, { "1กข 1234", "1กข-1234" } };
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        char a[MATCH_PLATE_MAX], b[MATCH_PLATE_MAX];
        uint16_t type;
        CHECK(str_eq(match_plate(str_c(same[i][0]), a), match_plate(str_c(same[i][1]), b)));
        CHECK_EQ(id_pack(str_c(same[i][0]), STR("plate"), STR("PY"), &type), id_pack(str_c(same[i][1]), STR("plate"), STR("PY"), &type));
    }
    char room[MATCH_PLATE_MAX];
    CHECK(!match_plate(STR("-"), room).n);
    CHECK(str_is(match_plate(STR("Abc 123"), room), "0abc 0123"));
    char p[16], q[16];
    CHECK(str_eq(match_phone(STR("0981 123 456"), p), match_phone(STR("+595-981-123456"), q)));
    CHECK(!match_phone(STR("no tiene"), p).n);
    CHECK_EQ(match_tax_check(STR("80012345-0"), STR("PY")), match_tax_check(STR("80.012.345-0"), STR("PY")));
    int fits = 0;
    for (int d = 0; d < 10; d++) {
        char ruc[16];
        (void)snprintf(ruc, sizeof ruc, "80012345-%d", d);
        fits += match_tax_check(str_c(ruc), STR("PY")) == MATCH_CHECK_FITS;
    }
    CHECK_EQ(fits, 1);
    CHECK_EQ(match_tax_check(STR("80012345"), STR("PY")), MATCH_CHECK_NONE);
    CHECK_EQ(match_tax_check(STR("123456789"), STR("LR")), MATCH_CHECK_NONE);
    uint16_t type;                              /* a company's CUIT is not a person's DNI */
    CHECK(id_pack(STR("30-00000007-6"), STR("tax"), STR("AR"), &type) != id_pack(STR("7"), STR("dni"), STR("AR"), &type));
}

/* ---- how good it is ------------------------------------------------------------------------ */

enum { N = 1500 };
static int entity[N];
struct f1 { size_t best, usual; int at; };
static struct { int32_t mbits; bool same; } pair[1 << 18];

static int strongest(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static struct f1 measured(const char *path)
{
    FILE *in = fopen(path, "re");
    size_t n = 0, there = 0, right = 0;
    struct f1 out = { 0, 0, 0 };
    int a, b, whole, part;
    char score[32];
    if (!in || fscanf(in, "id_a,id_b,score\n") != 0)
        return out;
    while (n < COUNT_OF(pair) && fscanf(in, "%d,%d,%31[-0-9.]\n", &a, &b, score) == 3) {
        (void)sscanf(score[0] == '-' ? score + 1 : score, "%d.%d", &whole, &part);
        int32_t v = whole * 1000 + part;
        pair[n].mbits = score[0] == '-' ? -v : v;
        pair[n++].same = entity[a] == entity[b];
    }
    (void)fclose(in);
    for (int i = 0; i < N; i++)
        for (int j = i - 1; j >= 0 && entity[j] == entity[i]; j--)
            there++;
    qsort(pair, n, sizeof *pair, strongest);
    for (size_t i = 0; i < n; i++) {
        right += pair[i].same;
        size_t f1 = right * 2000 / (i + 1 + there);
        if (f1 > out.best) {
            out.best = f1;
            out.at = pair[i].mbits;
        }
        if (pair[i].mbits >= 0)
            out.usual = f1;
    }
    return out;
}

static void the_same_things_are_found(struct t *t)
{
    char in[] = "/tmp/amparo-things-XXXXXX", out[40], groups[40];
    int fd = mkstemp(in);
    CHECK(fd >= 0 && close(fd) == 0);
    (void)snprintf(out, sizeof out, "%s.p", in);
    (void)snprintf(groups, sizeof groups, "%s.g", in);
    for (int set = 0; set < THINGS_SETS; set++) {
        struct fiction f = { .state = 777 + (uint64_t)set };
        struct ctx c;
        struct match_report rep;
        FILE *to = fopen(in, "we");
        CHECK(to != NULL);
        (void)fputs(things_csv_head(set), to);
        for (int k = 0, e = 0; k < N; e++) {
            struct thing_made m;
            struct thing_row r;
            things_make_one(&f, set, &m);
            int copies = people_chance(&f, 50) ? 0 : 1 + people_below(&f, 3);
            for (int i = 0; i <= copies && k < N; i++, k++) {
                char id[16];
                things_written(&f, set, &m, i ? 1 + people_below(&f, 6) : 0, &r);
                (void)snprintf(id, sizeof id, "%d", k);
                things_csv_row(to, set, id, &r);
                entity[k] = e;
            }
        }
        CHECK_EQ(fclose(to), 0);
        ctx_init(&c, 1 << 26);
        struct match_job job = { .path = { in }, .out = out, .clusters = groups, .country = STR("PY") };
        OK(&c, match_csv(&c, &job, &rep));
        struct f1 q = measured(out);
        printf("# %s: best F1 %zu at %d, default F1 %zu of 1000; largest group %zu; priors kept %d, above %zu\n", things_name[set], q.best, q.at, q.usual, rep.largest, rep.kept_priors, rep.above);
        CHECK(q.usual >= 960 && q.best - q.usual <= 15);
        CHECK(rep.largest <= 20);
        ctx_done(&c);
    }
    (void)unlink(in);
    (void)unlink(out);
    (void)unlink(groups);
}

static const struct t_case cases[] = {
    { "names lose what every firm has", names_lose_what_every_firm_has },
    { "Thai firms are firms", thai_firms_are_firms },
    { "plates and numbers have one form", plates_and_numbers_have_one_form },
    { "the same things are found", the_same_things_are_found },
};
T_MAIN(cases)
