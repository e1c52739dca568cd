/* Packs: what loads, what is found wrong and where, and what lookups answer. */
#include "cli/pack_cmd.h"
#include "t.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SMALL[] = "tests/data/pack-small";
static const char BROKEN[] = "tests/data/pack-broken";



/* ---- folders laid over each other ------------------------------------------- */

static void put_file(const char *path, struct str bytes)
{
    FILE *f = fopen(path, "w");

    if (!f || fwrite(bytes.p, 1, bytes.n, f) != bytes.n)
        printf("# cannot write %s\n", path);
    if (f)
        fclose(f);
}

static void copy_tree(struct ctx *c, const char *from, const char *to)
{
    struct str *names, bytes;
    size_t n;

    (void)mkdir(to, 0700);
    if (dir_list(c, from, &names, &n) != ERR_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        struct str a = str_join(&c->mem, str_c(from), STR("/"), names[i]);
        struct str b = str_join(&c->mem, str_c(to), STR("/"), names[i]);
        struct stat st;
        if (stat(a.p, &st) == 0 && S_ISDIR(st.st_mode))
            copy_tree(c, a.p, b.p);
        else if (file_read(c, a.p, 1 << 20, &bytes) == ERR_OK)
            put_file(b.p, bytes);
    }
}

static void remove_tree(struct ctx *c, const char *dir)
{
    struct str *names;
    size_t n;

    if (dir_list(c, dir, &names, &n) != ERR_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        struct str a = str_join(&c->mem, str_c(dir), STR("/"), names[i]);
        if (unlink(a.p) != 0)
            remove_tree(c, a.p);
    }
    (void)rmdir(dir);
}

/* "FILE:LINE: KEY" as in the fixtures' expect files. */
static struct str place_of(struct ctx *c, const struct finding *f)
{
    struct buf b;

    buf_init(&b, &c->mem, 600);
    buf_put(&b, f->file);
    if (f->line) {
        buf_char(&b, ':');
        buf_i64(&b, f->line);
    }
    buf_put(&b, STR(": "));
    buf_put(&b, str_c(f->key));
    return buf_str(&b);
}

static void one_broken(struct t *t, const char *name)
{
    struct ctx c;
    struct findings f = { 0 };
    struct str want = { 0 };
    char dir[] = "/tmp/pack-broken-XXXXXX";
    bool found = false;

    ctx_init(&c, 64 << 20);
    CHECK(mkdtemp(dir) != NULL);
    struct str over = str_join(&c.mem, str_c(BROKEN), STR("/"), str_c(name));
    copy_tree(&c, SMALL, dir);
    copy_tree(&c, over.p, dir);
    OK(&c, file_read(&c, str_join(&c.mem, over, STR("/expect")).p, 1000, &want));
    want = str_trim(want);
    OK(&c, pack_check(&c, dir, &pack_flow_hooks, &f));
    for (size_t i = 0; i < f.n && !found; i++)
        found = str_eq(place_of(&c, &f.v[i]), want);
    if (!found) {
        t->bad++;
        printf("# %s: \"" STR_F "\" was not found, but:\n", name, STR_A(want));
        for (size_t i = 0; i < f.n; i++)
            printf("#   " STR_F "  " STR_F "\n", STR_A(place_of(&c, &f.v[i])), STR_A(f.v[i].text));
    }
    remove_tree(&c, dir);
    ctx_done(&c);
}

static void every_breakage_is_found_with_file_and_line(struct t *t)
{
    struct ctx c;
    struct str *names;
    size_t n = 0;

    ctx_init(&c, 1 << 20);
    OK(&c, dir_list(&c, BROKEN, &names, &n));
    CHECK(n >= 60);
    for (size_t i = 0; i < n; i++)
        one_broken(t, names[i].p);
    printf("# %zu broken packs\n", n);
    ctx_done(&c);
}

/* ---- packs that are right ----------------------------------------------------- */

static void check_clean(struct t *t, const char *dir, size_t warnings)
{
    struct ctx c;
    struct findings f = { 0 };

    ctx_init(&c, 64 << 20);
    OK(&c, pack_check(&c, dir, &pack_flow_hooks, &f));
    CHECK_EQ(f.errors, 0);
    CHECK_EQ(f.warnings, warnings);
    for (size_t i = 0; i < f.n; i++)
        if (f.v[i].level != FINDING_NOTE)
            printf("# " STR_F ": " STR_F "\n", STR_A(place_of(&c, &f.v[i])), STR_A(f.v[i].text));
    ctx_done(&c);
}

static void small_pack_is_clean(struct t *t) { check_clean(t, SMALL, 0); }
/* Two warnings on purpose: an officer, not a default, decides on charge and verdict. */
static void paraguay_is_clean(struct t *t) { check_clean(t, "packs/py", 2); }

static void refuses_what_is_no_pack(struct t *t)
{
    struct ctx c;
    struct pack *p = NULL;

    ctx_init(&c, 8 << 20);
    CHECK_EQ(pack_load(&c, "tests/data", &p), ERR_NOT_FOUND);
    CHECK(p == NULL);
    CHECK(c.fault.key && strcmp(c.fault.key, "pack.none") == 0);
    ctx_done(&c);
}

/* A pack that cannot be used says where, and nothing is kept. */
static void load_refuses_a_broken_table(struct t *t)
{
    struct ctx c;
    struct pack *p = NULL;
    char dir[] = "/tmp/pack-broken-XXXXXX";

    ctx_init(&c, 64 << 20);
    CHECK(mkdtemp(dir) != NULL);
    copy_tree(&c, SMALL, dir);
    copy_tree(&c, "tests/data/pack-broken/bad-verified", dir);
    CHECK_EQ(pack_load(&c, dir, &p), ERR_INPUT);
    CHECK(strcmp(c.fault.key, "pack.broken") == 0);
    CHECK(strncmp(c.fault.detail, "offices.csv:4: ", 15) == 0);
    remove_tree(&c, dir);
    ctx_done(&c);
}

/* ---- lookups on the small pack -------------------------------------------------- */

static void load(struct t *t, struct ctx *c, const char *dir, struct pack **p)
{
    ctx_init(c, 64 << 20);
    *p = NULL;
    OK(c, pack_load(c, dir, p));
    if (!*p)
        exit(1);
}

static void unload(struct ctx *c, struct pack *p)
{
    pack_unref(p);
    ctx_done(c);
}

static void rows_are_found_by_id(struct t *t)
{
    struct ctx c;
    struct pack *p;

    load(t, &c, SMALL, &p);
    CHECK_STR(p->id, "small");
    CHECK_EQ(p->langs_n, 2);
    CHECK_EQ(p->required_n, 2);
    CHECK_EQ(p->utc_offset_s, -3 * 3600);
    CHECK_EQ(p->open_min, 420);
    CHECK_EQ(p->looks_per_day, 7);
    CHECK_EQ(p->signals_near_days, 30);
    CHECK_STR(pack_text(p, &p->name, STR("en")), "Small");
    CHECK_STR(pack_text(p, &p->name, STR("gn")), "Chico");
    CHECK_STR(pack_text(p, &pack_role(p, STR("counsel"))->name, STR("en")), "Counsel");
    CHECK_EQ(pack_provision(p, STR("XX-2"))->verified, PACK_PARTLY);
    CHECK_EQ(pack_provision(p, STR("XX-2"))->line, 3);
    CHECK_EQ(pack_territory(p, STR("XX-12"))->lat_e4, -210000);
    CHECK_EQ(pack_territory(p, STR("XX-2"))->lon_e4, -572500);
    CHECK(!pack_territory(p, STR("XX-21"))->has_point);
    CHECK(pack_form(p, STR("tiny")) != NULL);
    CHECK(pack_decision(p, STR("tiny")) != NULL);
    CHECK(pack_procedure(p, STR("tiny")) != NULL);
    CHECK(pack_template(p, STR("letter")) != NULL);
    CHECK(pack_map(p, STR("map")) != NULL);
    CHECK(pack_role(p, STR("")) == NULL);
    CHECK(pack_role(p, STR("judge")) == NULL);
    CHECK(pack_form(p, STR("judge")) == NULL);
    CHECK_EQ(p->checks_n, 1);
    CHECK_STR(pack_value(pack_provision(p, STR("XX-1")), "age_min"), "15");
    CHECK_STR(pack_value(pack_provision(p, STR("XX-1")), "age"), "");
    CHECK_EQ(pack_weakest(p, STR("XX-1")), PACK_YES);
    CHECK_EQ(pack_weakest(p, STR("XX-1 XX-2")), PACK_PARTLY);
    CHECK_EQ(pack_weakest(p, STR("XX-3 XX-2")), PACK_NO);
    CHECK_EQ(pack_weakest(p, STR("XX-1 XX-9")), PACK_NO);
    CHECK_EQ(pack_weakest(p, STR("")), PACK_NO);
    unload(&c, p);
}

static void places_nest_and_have_distances(struct t *t)
{
    struct ctx c;
    struct pack *p;
    int64_t m = -7;

    load(t, &c, SMALL, &p);
    CHECK(pack_within(p, STR("XX-11"), STR("XX")));
    CHECK(pack_within(p, STR("XX-11"), STR("XX-1")));
    CHECK(pack_within(p, STR("XX-11"), STR("XX-11")));
    CHECK(!pack_within(p, STR("XX-11"), STR("XX-2")));
    CHECK(!pack_within(p, STR("XX-1"), STR("XX-11")));
    CHECK(!pack_within(p, STR("ZZ"), STR("XX")));
    CHECK(pack_distance_m(p, STR("XX-11"), STR("XX-12"), &m));
    CHECK(m > 111000 && m < 111400);                /* one degree of latitude */
    CHECK(pack_distance_m(p, STR("XX-11"), STR("XX-11"), &m) && m == 0);
    m = -7;
    CHECK(!pack_distance_m(p, STR("XX-11"), STR("XX-21"), &m) && m == -7);
    unload(&c, p);
}

static void offices_answer_for_a_place(struct t *t)
{
    static const struct { const char *place, *role, *office; size_t n; } rows[] = {
        { "XX-11", "inspector", "labour-north", 2 },    /* its department before the country */
        { "XX-21", "inspector", "labour-all", 1 },
        { "", "inspector", "labour-all", 1 },
        { "XX-11", "counsel", "counsel-village", 1 },
        { "XX-12", "counsel", "counsel-village", 1 },   /* none of its own: the neighbour's */
        { "XX-21", "counsel", NULL, 0 },                /* another department's is not asked */
        { "XX-11", "ghost", NULL, 0 },
        { "ZZ", "inspector", NULL, 0 },
    };
    struct ctx c;
    struct pack *p;

    load(t, &c, SMALL, &p);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct office **v, *o = pack_office_for(p, str_c(rows[i].place), str_c(rows[i].role));
        size_t n;
        OK(&c, pack_offices(&c, p, str_c(rows[i].place), str_c(rows[i].role), &v, &n));
        CHECK_EQ(n, rows[i].n);
        CHECK((o != NULL) == (rows[i].office != NULL));
        CHECK(!n || v[0] == o);
        if (o && rows[i].office)
            CHECK_STR(o->id, rows[i].office);
    }
    unload(&c, p);
}

/* "care:111 line:-" : services in order, with whole kilometres. */
static struct str services_text(struct t *t, struct ctx *c, const struct pack *p,
                                const struct service_query *q)
{
    struct service_match *v;
    struct buf b;
    size_t n;

    OK(c, pack_services(c, p, q, &v, &n));
    buf_init(&b, &c->mem, 2000);
    for (size_t i = 0; i < n; i++) {
        buf_put(&b, v[i].service->id);
        buf_char(&b, ':');
        if (v[i].distance_m < 0)
            buf_char(&b, '-');
        else
            buf_i64(&b, v[i].distance_m / 1000);
        buf_char(&b, i + 1 < n ? ' ' : ';');
    }
    return buf_str(&b);
}

static void services_fit_the_person(struct t *t)
{
    static const struct { const char *need, *place, *sex, *lang; int age; const char *want; } rows[] = {
        { "health", "XX-12", "male", "", 12, "care:111 line:111;" },
        { "health", "XX-12", "male", "gn", 12, "line:111 care:111;" },   /* language first */
        { "health", "XX-12", "male", "", 17, "care:111 line:111;" },
        { "health", "XX-12", "male", "", 18, "line:111;" },
        { "health", "XX-12", "", "", -1, "care:111 line:111;" },     /* unknown excludes nothing */
        { "health", "XX-21", "", "", -1, "care:- line:-;" },         /* no point, no distance */
        { "shelter", "XX-11", "female", "gn", 30, "house:-;" },      /* hidden: no distance */
        { "shelter", "XX-11", "unknown", "", -1, "house:-;" },
        { "shelter", "XX-11", "male", "", 30, "" },
        { "shelter", "XX-21", "female", "", 30, "" },                /* serves the north only */
        { "shelter", "XX", "female", "", 30, "house:-;" },           /* asked for the country */
        { "money", "XX-11", "", "", -1, "" },
    };
    struct ctx c;
    struct pack *p;

    load(t, &c, SMALL, &p);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct service_query q = { str_c(rows[i].need), str_c(rows[i].place), str_c(rows[i].sex),
                                   str_c(rows[i].lang), rows[i].age };
        CHECK_STR(services_text(t, &c, p, &q), rows[i].want);
    }
    unload(&c, p);
}

static int64_t at(const char *z)
{
    int64_t us = 0;
    (void)instant_parse(str_c(z), &us);
    return us;
}

static void working_days_are_local(struct t *t)
{
    static const struct { const char *from; int64_t n; const char *to; } rows[] = {
        { "2026-03-31T12:00:00Z", 1, "2026-04-01T18:00:00Z" },
        { "2026-04-01T12:00:00Z", 2, "2026-04-06T18:00:00Z" },  /* Good Friday and a week-end */
        { "2026-04-02T02:00:00Z", 1, "2026-04-02T18:00:00Z" },  /* still the 1st in local time */
        { "2026-12-24T12:00:00Z", 1, "2026-12-28T18:00:00Z" },
        { "2026-12-28T12:00:00Z", 4, NULL },                    /* holidays of 2027 unknown */
        { "2026-03-31T12:00:00Z", 0, NULL },
    };
    struct ctx c;
    struct pack *p;

    load(t, &c, SMALL, &p);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t us = 0;
        bool ok = pack_add_working_days(p, at(rows[i].from), rows[i].n, &us);
        CHECK_EQ(ok, rows[i].to != NULL);
        if (ok && rows[i].to)
            CHECK_STR(instant_text(&c.mem, us), rows[i].to);
    }
    CHECK_EQ(pack_local_day(p, 0), -1);
    CHECK_EQ(pack_day_start_us(p, pack_local_day(p, at("2026-05-05T10:00:00Z"))),
             at("2026-05-05T03:00:00Z"));
    CHECK_EQ(p->holiday_days[1], days_from_civil((struct civil){ 2026, 4, 3 }));
    unload(&c, p);
}

static void law_applies_at_the_date_of_the_facts(struct t *t)
{
    static const struct { const char *id; struct civil d; enum in_force want; } rows[] = {
        { "XX-1", { 2009, 12, 31 }, IN_FORCE_NO },
        { "XX-1", { 2010, 7, 1 }, IN_FORCE_UNKNOWN },       /* only the year is known */
        { "XX-1", { 2011, 1, 1 }, IN_FORCE_YES },
        { "XX-2", { 2010, 4, 30 }, IN_FORCE_NO },
        { "XX-2", { 2010, 5, 1 }, IN_FORCE_YES },
        { "XX-2", { 2029, 12, 31 }, IN_FORCE_YES },
        { "XX-2", { 2030, 1, 1 }, IN_FORCE_NO },
    };
    struct ctx c;
    struct pack *p;
    struct provision nothing = { 0 };

    load(t, &c, SMALL, &p);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_EQ(pack_in_force(pack_provision(p, str_c(rows[i].id)), rows[i].d), rows[i].want);
    CHECK_EQ(pack_in_force(&nothing, rows[0].d), IN_FORCE_UNKNOWN);
    unload(&c, p);
}

/* ---- Paraguay -------------------------------------------------------------------- */

static void paraguay_has_its_places_and_offices(struct t *t)
{
    static const char *const department[] = { "PY-ASU", "PY-4", "PY-5", "PY-7", "PY-12", "PY-19" };
    static const char *const role[] = { "labour_inspector", "codeni", "prosecutor", "atu", "police",
        "minna", "women_ministry", "defender", "court", "childhood_court", "coordinator", "follow_up",
        "commission", "health", "education", "indigenous_affairs", "intake", "screener" };
    struct ctx c;
    struct pack *p;
    size_t level[3] = { 0 };
    int64_t m;

    load(t, &c, "packs/py", &p);
    for (size_t i = 0; i < p->territories_n; i++)
        level[p->territories[i].level]++;
    CHECK_EQ(level[0], 1);
    CHECK_EQ(level[1], 18);
    CHECK_EQ(level[2], 250);
    for (size_t d = 0; d < COUNT_OF(department); d++)
        for (size_t r = 0; r < COUNT_OF(role); r++)
            if (!pack_office_for(p, str_c(department[d]), str_c(role[r]))) {
                t->bad++;
                printf("# nobody is %s in %s\n", role[r], department[d]);
            }
    CHECK_STR(pack_office_for(p, STR("PY-1604"), STR("codeni"))->id, "codeni-filadelfia");
    CHECK_STR(pack_office_for(p, STR("PY-1602"), STR("codeni"))->id, "codeni-filadelfia");
    CHECK_STR(pack_office_for(p, STR("PY-1602"), STR("labour_inspector"))->id, "mtess-filadelfia");
    CHECK_STR(pack_office_for(p, STR("PY-0101"), STR("labour_inspector"))->id, "mtess-central");
    CHECK_STR(pack_office_for(p, STR("PY-1602"), STR("atu"))->id, "ufetesi");
    CHECK(pack_distance_m(p, STR("PY-1604"), STR("PY-0000"), &m) && m > 400000 && m < 420000);
    unload(&c, p);
}

static void paraguay_keeps_its_doubts(struct t *t)
{
    struct ctx c;
    struct pack *p;
    size_t weak = 0;

    load(t, &c, "packs/py", &p);
    for (size_t i = 0; i < p->provisions_n; i++) {
        const struct provision *v = &p->provisions[i];
        weak += v->verified != PACK_YES;
        CHECK(v->verified == PACK_YES || v->doubt.n);
    }
    CHECK(weak > 20);
    CHECK_EQ(pack_provision(p, STR("PY-L013"))->verified, PACK_NO);     /* the minimum age */
    CHECK_EQ(pack_provision(p, STR("PY-L055"))->verified, PACK_YES);    /* 24 hours */
    for (size_t i = 0; i < p->services_n; i++)
        CHECK_EQ(p->services[i].capacity, -1);                          /* no source gives places */
    CHECK(pack_holiday(p, days_from_civil((struct civil){ 2026, 4, 3 })) != NULL);
    CHECK(pack_holiday(p, days_from_civil((struct civil){ 2030, 4, 18 })) != NULL);
    CHECK(!pack_working_day(p, days_from_civil((struct civil){ 2027, 5, 14 })));
    CHECK(pack_working_day(p, days_from_civil((struct civil){ 2027, 5, 17 })));
    unload(&c, p);
}

static void sharing_counts(struct t *t)
{
    struct ctx c;
    struct pack *p;

    load(t, &c, SMALL, &p);
    struct pack *q = pack_ref(p);
    pack_unref(p);
    CHECK_STR(q->id, "small");
    pack_unref(NULL);
    unload(&c, q);
}

/* ---- refusal ------------------------------------------------------------------------ */

static void load_survives_every_refused_allocation(struct t *t)
{
    for (long n = 1;; n++) {
        struct ctx c;
        struct pack *p = NULL;
        ctx_init(&c, 64 << 20);
        c.mem.fail_at = n;
        enum err e = pack_load(&c, SMALL, &p);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        CHECK(e == ERR_OK ? p != NULL : p == NULL);
        pack_unref(p);
        ctx_done(&c);
        if (e == ERR_OK || t->bad) {
            printf("# %ld allocations refused in turn\n", n - 1);
            break;
        }
    }
}

static void check_survives_every_refused_allocation(struct t *t)
{
    for (long n = 1;; n++) {
        struct ctx c;
        struct findings f = { 0 };
        ctx_init(&c, 64 << 20);
        c.mem.fail_at = n;
        enum err e = pack_check(&c, SMALL, &pack_flow_hooks, &f);
        CHECK(e == ERR_OK || e == ERR_NOMEM);
        ctx_done(&c);
        if (e == ERR_OK || t->bad) {
            CHECK_EQ(f.errors, 0);
            printf("# %ld allocations refused in turn\n", n - 1);
            break;
        }
    }
}

static const struct t_case cases[] = {
    { "the small pack is clean", small_pack_is_clean },
    { "the Paraguay pack is clean", paraguay_is_clean },
    { "every breakage is found, with file and line", every_breakage_is_found_with_file_and_line },
    { "what is no pack is refused", refuses_what_is_no_pack },
    { "loading refuses a broken table", load_refuses_a_broken_table },
    { "rows are found by id", rows_are_found_by_id },
    { "places nest and have distances", places_nest_and_have_distances },
    { "offices answer for a place", offices_answer_for_a_place },
    { "services fit the person", services_fit_the_person },
    { "working days are local", working_days_are_local },
    { "law applies at the date of the facts", law_applies_at_the_date_of_the_facts },
    { "Paraguay has its places and offices", paraguay_has_its_places_and_offices },
    { "Paraguay keeps its doubts", paraguay_keeps_its_doubts },
    { "sharing counts", sharing_counts },
    { "loading survives every refused allocation", load_survives_every_refused_allocation },
    { "checking survives every refused allocation", check_survives_every_refused_allocation },
};
T_MAIN(cases)
