/* Whole files and groups: hostile input, bonds, and how good the result is. */
#include "match/inside.h"
#include "match_people.h"
#include "t.h"

#include <unistd.h>

struct folder { char dir[64], in[96], two[96], out[96], groups[96]; };

static void folder_open(struct t *t, struct folder *d)
{
    (void)snprintf(d->dir, sizeof d->dir, "/tmp/amparo-match-XXXXXX");
    CHECK(mkdtemp(d->dir) != NULL);
    (void)snprintf(d->in, sizeof d->in, "%s/in.csv", d->dir);
    (void)snprintf(d->two, sizeof d->two, "%s/two.csv", d->dir);
    (void)snprintf(d->out, sizeof d->out, "%s/pairs.csv", d->dir);
    (void)snprintf(d->groups, sizeof d->groups, "%s/groups.csv", d->dir);
}

static void folder_close(struct folder *d)
{
    (void)unlink(d->in);
    (void)unlink(d->two);
    (void)unlink(d->out);
    (void)unlink(d->groups);
    (void)rmdir(d->dir);
}

static void put(struct t *t, const char *path, struct str s)
{
    FILE *f = fopen(path, "we");
    CHECK(f && fwrite(s.p, 1, s.n, f) == s.n);
    if (f)
        CHECK_EQ(fclose(f), 0);
}

static enum err run(struct ctx *c, const struct folder *d, struct match_report *rep)
{
    struct match_job job = { .path = { d->in }, .out = d->out, .clusters = d->groups, .threads = 2 };
    return match_csv(c, &job, rep);
}

#define BYTES(lit) { "" lit "", sizeof(lit) - 1 }

static void reads_tables_as_offices_send_them(struct t *t)
{
    static const struct str files[] = {
        BYTES("id,given,surname,dob\n1,Rosa,Zarate,2009-03-14\n2,Rosa,Zarate,2009-03-14\n"),
        BYTES("\xEF\xBB\xBFid;nombre;apellido;fecha_nacimiento\r\n1;Rosa;Zarate;14/3/2009\r\n2;Rosa;Zarate;14/3/2009"),
        BYTES("id\tfirst_name\tlast_name\tdob\n1\tRosa\tZ\xE1rate\t2009-03-14\n2\tRosa\tZ\xE1rate\t2009-03-14\n"),
        BYTES("id,name,dob\n1,\"Zarate, Rosa\",2009-03-14\n2,\"Zarate,\n Rosa\",2009-03-14\n"),
        BYTES("\xFF\xFEi\0d\0,\0n\0a\0m\0e\0,\0d\0o\0b\0\n\0" "1\0,\0R\0o\0s\0a\0 \0Z\0a\0r\0a\0t\0e\0,\0" "2\0" "0\0" "0\0" "9\0-\0" "0\0" "3\0-\0" "1\0" "4\0\n\0"
              "2\0,\0R\0o\0s\0a\0 \0Z\0a\0r\0a\0t\0e\0,\0" "2\0" "0\0" "0\0" "9\0-\0" "0\0" "3\0-\0" "1\0" "4\0\n\0"),
        BYTES("id,name,birth_year,birth_month,birth_day,employer\n1,Rosa Zarate,2009,03,14,Tienda SA\n"
              "2,Rosa Zarate,2009,3,14,\n"),
        BYTES("id,given,surname,dob\n\n\n1,Rosa,Zarate,2009-03-14\n2,Rosa,Zarate\n"),    /* short row */
    };
    struct folder d;
    folder_open(t, &d);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct ctx c;
        struct match_report rep;
        ctx_init(&c, 1 << 24);
        put(t, d.in, files[i]);
        OK(&c, run(&c, &d, &rep));
        CHECK_EQ(rep.records[0], 2);
        if (i < 6)
            CHECK_EQ(rep.above, 1);
        ctx_done(&c);
    }
    folder_close(&d);
}

static double score_written(struct t *t, const struct folder *d)
{
    double score = -100;
    FILE *f = fopen(d->out, "re");
    CHECK(f != NULL && fscanf(f, "%*[^\n]\n%*[^,],%*[^,],%lf", &score) == 1);
    CHECK(f == NULL || fclose(f) == 0);
    return score;
}

/* The same day says more than the same year, and another day of that year less. */
static void births_in_three_columns_are_days(struct t *t)
{
    static const struct str files[] = {
        BYTES("id,name,birth_year,birth_month,birth_day\n1,Rosa Zarate,2009,03,14\n2,Rosa Zarate,2009,3,14\n"),
        BYTES("id,name,birth_year,birth_month,birth_day\n1,Rosa Zarate,2009,,\n2,Rosa Zarate,2009,13,14\n"),
        BYTES("id,name,birth_year,birth_month,birth_day\n1,Rosa Zarate,2009,2,28\n2,Rosa Zarate,2009,11,5\n"),
    };
    struct folder d;
    double score[COUNT_OF(files)];
    folder_open(t, &d);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct ctx c;
        struct match_report rep;
        ctx_init(&c, 1 << 24);
        put(t, d.in, files[i]);
        OK(&c, run(&c, &d, &rep));
        CHECK_EQ(rep.bad_dates, 0);
        score[i] = score_written(t, &d);
        ctx_done(&c);
    }
    CHECK(score[0] > score[1] && score[1] > score[2]);
    folder_close(&d);
}

static void says_which_line_is_wrong(struct t *t)
{
    static const struct { struct str file; size_t line; const char *key; } rows[] = {
        { BYTES(""), 1, "match.bad-csv" },
        { BYTES("\n\n"), 2, "match.bad-csv" },
        { BYTES("given,surname\nRosa,Zarate\n"), 0, "match.no-column" },
        { BYTES("id,color\n1,red\n"), 0, "match.no-column" },
        { BYTES("id,given\n1,Rosa\n,Rosa\n"), 3, "match.bad-id" },
        { BYTES("id,given\n1,Rosa\n2,Ana,x\n"), 3, "match.bad-csv" },
        { BYTES("id,given\n1,\"Rosa\n2,Ana\n"), 2, "match.bad-csv" },
        { BYTES("id,given\n1,\"Rosa\"x\n"), 2, "match.bad-csv" },
        { BYTES("id,given\n1,Ro\0sa\n"), 2, "match.bad-csv" },
        { BYTES("id,given\n1,Rosa\n1,Ana\n"), 0, "match.bad-id" },
    };
    struct folder d;
    folder_open(t, &d);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        struct match_report rep;
        ctx_init(&c, 1 << 24);
        put(t, d.in, rows[i].file);
        CHECK_EQ(run(&c, &d, &rep), ERR_INPUT);
        CHECK(c.fault.key && !strcmp(c.fault.key, rows[i].key));
        CHECK_EQ(rep.bad_line, rows[i].line);
        CHECK(access(d.out, F_OK) != 0 && access(d.groups, F_OK) != 0);    /* nothing half-done */
        ctx_done(&c);
    }
    folder_close(&d);
}

static void tells_dates_it_cannot_read(struct t *t)
{
    struct folder d;
    struct ctx c;
    struct match_report rep;
    folder_open(t, &d);
    ctx_init(&c, 1 << 24);
    put(t, d.in, STR("id,given,surname,dob\n1,Rosa,Zarate,2009-03-14\n2,Rosa,Zarate,last spring\n3,Ana,Vera,\n"
                     "4,Ana,Vera,31/02/2009\n5,Ana,Vera,99999999\n"));
    OK(&c, run(&c, &d, &rep));
    CHECK_EQ(rep.records[0], 5);
    CHECK_EQ(rep.bad_dates, 2);
    CHECK_EQ(rep.bad_date_line, 3);
    ctx_done(&c);
    folder_close(&d);
}

static void maps_columns(struct t *t)
{
    static const char *const good[] = { "id=key", "given=a", "surname=b" };
    static const char *const wrong[][1] = { { "given=zzz" }, { "colour=a" }, { "given" } };
    struct folder d;
    struct match_report rep;
    struct ctx c;
    folder_open(t, &d);
    put(t, d.in, STR("key,a,b,dob\n1,Rosa,Zarate,2009-03-14\n2,Rosa,Zarate,2009-03-14\n"));
    struct match_job job = { .path = { d.in }, .out = d.out, .clusters = d.groups, .map = good, .n_map = 3 };
    ctx_init(&c, 1 << 24);
    OK(&c, match_csv(&c, &job, &rep));
    CHECK_EQ(rep.above, 1);
    ctx_done(&c);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        ctx_init(&c, 1 << 24);
        job.map = wrong[i];
        job.n_map = 1;
        CHECK_EQ(match_csv(&c, &job, &rep), ERR_INPUT);
        ctx_done(&c);
    }
    folder_close(&d);
}

static void links_two_files(struct t *t)
{
    struct folder d;
    struct match_report rep;
    struct ctx c;
    folder_open(t, &d);
    put(t, d.in, STR("id,given,surname,dob\na1,Rosa,Zarate,2009-03-14\na2,Rosa,Zarate,2009-03-14\n"));
    put(t, d.two, STR("id,given,surname,dob\nb1,Rosa,Zarate,2009-03-14\nb2,Pedro,Vera,1980-07-07\n"));
    struct match_job job = { .path = { d.in, d.two }, .out = d.out, .clusters = d.groups };
    ctx_init(&c, 1 << 24);
    OK(&c, match_csv(&c, &job, &rep));
    CHECK_EQ(rep.above, 2);                     /* a1-b1 and a2-b1, never a1-a2 */
    ctx_done(&c);
    folder_close(&d);
}

static void the_command_line_explains_itself(struct t *t)
{
    struct ctx c;
    FILE *sink = fopen("/dev/null", "we");
    char *none[] = { (char[]){ "match" }, NULL };
    char *help[] = { (char[]){ "match" }, (char[]){ "--help" }, NULL };
    char *odd[] = { (char[]){ "match" }, (char[]){ "x.csv" }, (char[]){ "--frobnicate" }, NULL };
    char *gone[] = { (char[]){ "match" }, (char[]){ "/nonexistent.csv" }, (char[]){ "--out" },
                     (char[]){ "/nonexistent/o" }, NULL };
    ctx_init(&c, 1 << 20);
    CHECK_EQ(match_cli(&c, 1, none, sink, sink), 2);
    CHECK_EQ(match_cli(&c, 2, help, sink, sink), 0);
    CHECK_EQ(match_cli(&c, 3, odd, sink, sink), 2);
    CHECK_EQ(match_cli(&c, 4, gone, sink, sink), 1);
    ctx_done(&c);
    (void)fclose(sink);
}

/* ---- groups ------------------------------------------------------------------------- */

static uint64_t dice;
static uint32_t below(uint32_t n)
{
    dice = mix64(dice + 0x9E3779B97F4A7C15);
    return (uint32_t)(dice % n);
}

enum { NODES = 40, LINKS = 160 };
static size_t random_links(struct match_link *l)
{
    size_t n = 0;
    while (n < LINKS) {
        uint32_t a = below(NODES), b = below(NODES);
        int32_t v = (int32_t)below(23989) - 11989;
        bool seen = a == b;
        for (size_t i = 0; i < n; i++)          /* no ties: those go by record number */
            seen |= (l[i].a == a && l[i].b == b) || (l[i].a == b && l[i].b == a) || l[i].mbits == v;
        if (!seen)
            l[n++] = (struct match_link){ a, b, v };
        else if (below(50) == 0)
            break;
    }
    return n;
}

static void order_of_links_is_nothing(struct t *t)
{
    for (int round = 0; round < 60; round++) {
        struct ctx c;
        struct match_link l[LINKS], m[LINKS];
        uint32_t name[NODES];
        struct match_clusters x, y;
        ctx_init(&c, 1 << 20);
        dice = (uint64_t)round;
        size_t n = random_links(l);
        for (uint32_t i = 0; i < NODES; i++)
            name[i] = i;
        for (uint32_t i = NODES - 1; i > 0; i--) {
            uint32_t k = below(i + 1), v = name[i];
            name[i] = name[k];
            name[k] = v;
        }
        for (size_t i = 0; i < n; i++)          /* other numbers, other order, other ends */
            m[n - 1 - i] = (struct match_link){ name[l[i].b], name[l[i].a], l[i].mbits };
        OK(&c, match_cluster(&c, NODES, l, n, NULL, &x));
        OK(&c, match_cluster(&c, NODES, m, n, NULL, &y));
        CHECK_EQ(x.count, y.count);
        CHECK_EQ(x.largest, y.largest);
        for (uint32_t i = 0; i < NODES; i++)
            for (uint32_t j = 0; j < i; j++)
                CHECK((x.of[i] == x.of[j]) == (y.of[name[i]] == y.of[name[j]]));
        ctx_done(&c);
    }
}

static void bonds_hold(struct t *t)
{
    for (int round = 0; round < 60; round++) {
        struct ctx c;
        struct match_link l[LINKS], no[5], yes[3];
        struct match_clusters x;
        ctx_init(&c, 1 << 20);
        dice = 1000 + (uint64_t)round;
        size_t n = random_links(l);
        for (int i = 0; i < 5; i++)             /* between halves, so that they cannot contradict */
            no[i] = (struct match_link){ below(NODES / 2), NODES / 2 + below(NODES / 2), 0 };
        for (int i = 0; i < 3; i++)
            yes[i] = (struct match_link){ below(NODES / 2), below(NODES / 2), 0 };
        struct match_bonds bonds = { no, yes, 5, 3 };
        OK(&c, match_cluster(&c, NODES, l, n, &bonds, &x));
        for (int i = 0; i < 5; i++)
            CHECK(x.of[no[i].a] != x.of[no[i].b]);
        for (int i = 0; i < 3; i++)
            CHECK(x.of[yes[i].a] == x.of[yes[i].b]);
        /* one more cannot-link never puts two together that were apart because of it */
        bonds.n_cannot = 5;
        bonds.must = no;
        bonds.n_must = 1;
        CHECK_EQ(match_cluster(&c, NODES, l, n, &bonds, &x), ERR_CONFLICT);
        ctx_done(&c);
    }
}

static void chains_do_not_close(struct t *t)
{
    enum { N = 3000 };
    static struct match_link l[N];
    struct match_clusters x;
    struct ctx c;
    ctx_init(&c, 1 << 22);
    for (uint32_t i = 0; i + 1 < N; i++)
        l[i] = (struct match_link){ i, i + 1, 4000 };
    OK(&c, match_cluster(&c, N, l, N - 1, NULL, &x));
    CHECK(x.largest <= 3);                      /* neighbours only: the ends disagree */
    for (uint32_t i = 0; i + 1 < N; i++)
        l[i] = (struct match_link){ 0, i + 1, 12000 };
    OK(&c, match_cluster(&c, N, l, N - 1, NULL, &x));
    CHECK(x.largest <= MATCH_CLUSTER_MAX);
    l[0] = (struct match_link){ 0, N, 0 };
    CHECK_EQ(match_cluster(&c, N, l, 1, NULL, &x), ERR_INPUT);
    ctx_done(&c);
}

static void two_sure_groups_with_one_weak_link_are_a_bridge(struct t *t)
{
    static const struct match_link l[] = {
        { 0, 1, 9000 }, { 2, 3, 9000 }, { 0, 2, 2500 }, { 0, 3, 2000 }, { 1, 2, 2000 }, { 1, 3, 1500 },
    };
    struct match_clusters x;
    struct ctx c;
    ctx_init(&c, 1 << 20);
    OK(&c, match_cluster(&c, 4, l, COUNT_OF(l), NULL, &x));
    CHECK_EQ(x.count, 1);
    CHECK_EQ(x.n_bridges, 1);
    ctx_done(&c);
}

/* ---- how good it is, on people nobody has seen ---------------------------------------------- */

struct score { size_t right, said, there, kind_there[ERR_KINDS], kind_right[ERR_KINDS]; };

static int entity[1 << 14];
static unsigned kinds[1 << 14];

static void write_people(struct t *t, const char *path, int country, int n, uint64_t seed)
{
    struct fiction f = { .state = seed, .country = country };
    struct fictional p, q;
    FILE *out = fopen(path, "we");
    CHECK(out != NULL);
    (void)fputs(people_csv_head(), out);
    for (int k = 0, e = 0; k < n; e++) {
        people_person(&f, &p);
        int copies = people_chance(&f, 50) ? 0 : 1 + people_below(&f, 3);
        for (int i = 0; i <= copies && k < n; i++, k++) {
            char id[16];
            q = p;
            kinds[k] = i ? people_copy(&f, &p, 3, &q) : 0;
            entity[k] = e;
            (void)snprintf(id, sizeof id, "%d", k);
            people_csv_row(out, id, &q);
        }
    }
    CHECK_EQ(fclose(out), 0);
}

static void tally(const char *path, int n, struct score *s)
{
    FILE *in = fopen(path, "re");
    int a, b, whole, part;
    char sign[2];
    static char found[1 << 14];
    memset(found, 0, sizeof found);
    *s = (struct score){ 0 };
    if (!in || fscanf(in, "id_a,id_b,score\n") != 0)
        return;
    while (fscanf(in, "%d,%d,%1[-]", &a, &b, sign) >= 2) {
        bool negative = fscanf(in, "%d.%d\n", &whole, &part) == 2 && sign[0] == '-';
        if (!negative) {
            s->said++;
            s->right += entity[a] == entity[b];
            if (entity[a] == entity[b])
                found[a > b ? a : b] = 1;
        }
        sign[0] = 0;
    }
    (void)fclose(in);
    for (int i = 0; i < n; i++) {
        for (int j = i - 1; j >= 0 && entity[j] == entity[i]; j--)
            s->there++;
        bool copy = i > 0 && entity[i - 1] == entity[i];
        for (int k = 0; k < ERR_KINDS && copy; k++)
            if (kinds[i] >> k & 1) {
                s->kind_there[k]++;
                s->kind_right[k] += found[i] != 0;
            }
    }
}

static void finds_people_nobody_has_seen(struct t *t)
{
    struct folder d;
    folder_open(t, &d);
    for (int country = 0; country < PEOPLE_COUNTRIES; country++) {
        struct ctx c;
        struct match_report rep;
        struct score s;
        enum { N = 1200 };
        ctx_init(&c, 1 << 26);
        write_people(t, d.in, country, N, 4242 + (uint64_t)country);
        struct match_job job = { .path = { d.in }, .out = d.out, .clusters = d.groups, .today = 20544 };
        OK(&c, match_csv(&c, &job, &rep));
        tally(d.out, N, &s);
        size_t f1 = s.right * 2000 / (s.said + s.there);
        printf("# %s F1 %zu of 1000 at the default threshold\n", people_code[country], f1);
        CHECK(f1 >= 940);
        CHECK(rep.largest <= 20);
        for (int k = 0; k < ERR_KINDS; k++)
            if (s.kind_there[k] >= 30 && s.kind_right[k] * 100 < s.kind_there[k] * 85) {
                printf("# %s: %zu of %zu\n", people_kind[k], s.kind_right[k], s.kind_there[k]);
                t->bad++;
            }
        ctx_done(&c);
    }
    folder_close(&d);
}

static void every_allocation_refused_in_turn(struct t *t)
{
    struct folder d;
    folder_open(t, &d);
    put(t, d.in, STR("id,given,surname,dob\n1,Rosa,Zarate,2009-03-14\n2,Rosa,Zarate,2009-03-14\n"));
    for (long n = 1; n < 100; n++) {
        struct ctx c;
        struct match_report rep;
        ctx_init(&c, 1 << 24);
        c.mem.fail_at = n;
        (void)unlink(d.out);
        enum err e = run(&c, &d, &rep);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        CHECK((access(d.out, F_OK) == 0) == (e == ERR_OK));
        ctx_done(&c);
        if (e == ERR_OK)
            break;
    }
    folder_close(&d);
}

static const struct t_case cases[] = {
    { "tables as offices send them", reads_tables_as_offices_send_them },
    { "births in three columns are days", births_in_three_columns_are_days },
    { "wrong input is told by line and leaves nothing", says_which_line_is_wrong },
    { "dates it cannot read are told", tells_dates_it_cannot_read },
    { "columns are mapped", maps_columns },
    { "two files are linked", links_two_files },
    { "the command line explains itself", the_command_line_explains_itself },
    { "groups do not depend on order", order_of_links_is_nothing },
    { "bonds hold", bonds_hold },
    { "chains do not close", chains_do_not_close },
    { "a bridge is told", two_sure_groups_with_one_weak_link_are_a_bridge },
    { "people nobody has seen are found", finds_people_nobody_has_seen },
    { "every allocation refused in turn", every_allocation_refused_in_turn },
};
T_MAIN(cases)
