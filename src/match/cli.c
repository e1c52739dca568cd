#include "match/inside.h"

static const char usage[] =
    "amparo match FILE.csv [FILE2.csv] --out PAIRS.csv [options]\n"
    "  one file: the same person twice in it; two files: persons of one in the other\n"
    "  --map role=column   name a column; roles: id given middle surname second full alias\n"
    "                      birth birth_month birth_day age age_on sex nid phone email address house place region\n"
    "                      postcode nationality extra country; of firms, places, vehicles:\n"
    "                      firm owner plate looks colour (known headings need no map)\n"
    "  --clusters FILE     where the clusters go (PAIRS.csv.clusters.csv)\n"
    "  --country PY|AR|LR|TH   rules for ids and phones (all)\n"
    "  --today YYYY-MM-DD  the day on which ages were told\n"
    "  --floor BITS        weakest score written (-6); 0 is the default threshold\n"
    "  --threads N         (one per core)\n";

enum { MAPS_MAX = 64 };
struct args { struct match_job job; const char *map[MAPS_MAX]; int files; bool bad, help; };

static const char *value_of(struct args *a, int argc, char **argv, int *i)
{
    if (*i + 1 < argc)
        return argv[++*i];
    a->bad = true;
    return "";
}

static int64_t number_of(struct args *a, const char *z)
{
    int64_t v = 0;
    if (!str_to_i64(str_c(z), &v))
        a->bad = true;
    return v;
}

static void option(struct args *a, int argc, char **argv, int *i)
{
    struct str o = str_c(argv[*i]);
    struct civil day;
    if (str_is(o, "--out")) {
        a->job.out = value_of(a, argc, argv, i);
    } else if (str_is(o, "--clusters")) {
        a->job.clusters = value_of(a, argc, argv, i);
    } else if (str_is(o, "--country")) {
        a->job.country = str_c(value_of(a, argc, argv, i));
    } else if (str_is(o, "--map") && a->job.n_map < MAPS_MAX) {
        a->map[a->job.n_map++] = value_of(a, argc, argv, i);
    } else if (str_is(o, "--threads")) {
        a->job.threads = (int)number_of(a, value_of(a, argc, argv, i));
    } else if (str_is(o, "--floor")) {
        int64_t bits = number_of(a, value_of(a, argc, argv, i));
        a->bad |= bits < -90 || bits > 90;
        a->job.floor_mbits = bits == 0 ? 1 : (int32_t)bits * 1000;
    } else if (str_is(o, "--today")) {
        if (date_parse(str_c(value_of(a, argc, argv, i)), &day))
            a->job.today = days_from_civil(day);
        else
            a->bad = true;
    } else if (str_is(o, "--help")) {
        a->help = true;
    } else {
        a->bad = true;
    }
}

static void parse(struct args *a, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1])
            option(a, argc, argv, &i);
        else if (a->files < 2)
            a->job.path[a->files++] = argv[i];
        else
            a->bad = true;
    }
    a->job.map = a->map;
    a->bad |= a->files == 0 || !a->job.out;
}

static void show(const struct match_report *r, FILE *out)
{
    (void)fprintf(out, "records %zu%s", r->records[0], r->records[1] ? " + " : "");
    if (r->records[1])
        (void)fprintf(out, "%zu", r->records[1]);
    (void)fprintf(out, "\npairs compared %zu, written %zu, at or above 0 bits %zu\n",
                  r->pairs_compared, r->pairs_written, r->above);
    (void)fprintf(out, "clusters %zu, largest %zu, bridges to look at %zu\n", r->clusters,
                  r->largest, r->bridges);
    (void)fprintf(out, "keys too common: %zu refined, %zu looks left out\n", r->keys_split, r->dropped);
    if (r->bad_dates)
        (void)fprintf(out, "dates nobody can read, left out: %zu, the first on line %zu\n", r->bad_dates,
                      r->bad_date_line);
    (void)fprintf(out, "weights: %s\n", r->kept_priors ? "priors (what was learned left its bounds)"
                                                       : "learned from these files");
    (void)fprintf(out, "ms: read %lld, index %lld, learn %lld, score %lld, group %lld, write %lld; "
                  "%zu MB\n", (long long)r->us_read / 1000, (long long)r->us_index / 1000,
                  (long long)r->us_train / 1000, (long long)r->us_score / 1000,
                  (long long)r->us_cluster / 1000, (long long)r->us_write / 1000, r->bytes >> 20);
}

int match_cli(struct ctx *c, int argc, char **argv, FILE *out, FILE *errs)
{
    struct args a = { 0 };
    struct match_report rep;
    parse(&a, argc, argv);
    if (a.help || a.bad) {
        (void)fputs(usage, a.help ? out : errs);
        return a.help ? 0 : 2;
    }
    if (match_csv(c, &a.job, &rep) != ERR_OK) {
        (void)fprintf(errs, "amparo match: %s\n", c->fault.detail);
        return 1;
    }
    show(&rep, out);
    return 0;
}
