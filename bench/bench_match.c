#include "match/match.h"
#include "match_people.h"

static int generate(int argc, char **argv)
{
    /* generate COUNTRY N OUT.csv TRUTH.csv SEED ERRORS */
    int64_t n = 0, seed = 1, most = 3;
    int country = 0;
    struct fictional p, q;
    (void)str_to_i64(str_c(argv[3]), &n);
    if (argc > 6) (void)str_to_i64(str_c(argv[6]), &seed);
    if (argc > 7) (void)str_to_i64(str_c(argv[7]), &most);
    for (int i = 0; i < PEOPLE_COUNTRIES; i++)
        if (str_is(str_c(argv[2]), people_code[i]))
            country = i;
    struct fiction f = { .state = (uint64_t)seed * 77, .country = country };
    FILE *csv = fopen(argv[4], "w"), *truth = fopen(argv[5], "w");
    if (!csv || !truth) return 1;
    (void)fputs(people_csv_head(), csv);
    (void)fputs("id,entity,source,kinds\n", truth);
    int64_t k = 0;
    for (int64_t e = 0; k < n; e++) {
        char id[32];
        people_person(&f, &p);
        int copies = people_chance(&f, 50) ? 0 : 1 + people_below(&f, 3);
        for (int i = 0; i <= copies && k < n; i++) {
            unsigned kinds = 0;
            q = p;
            if (i) kinds = people_copy(&f, &p, (int)most, &q);
            (void)snprintf(id, sizeof id, "r%lld", (long long)((k * 2654435761) % 4294967291));
            people_csv_row(csv, id, &q);
            (void)fprintf(truth, "%s,%lld,,%u\n", id, (long long)e, kinds);
            k++;
        }
    }
    (void)fclose(csv);
    (void)fclose(truth);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 5 && str_is(str_c(argv[1]), "generate"))
        return generate(argc, argv);
    struct ctx c;
    ctx_init(&c, (size_t)4 << 30);
    int rc = match_cli(&c, argc - 1, argv + 1, stdout, stderr);
    ctx_done(&c);
    return rc;
}
