/* The Paraguayan screening table, on examples a lawyer can read. */
#include "facts.h"

static const struct { const char *facts, *part, *want; } examples[] = {
    /* age: in doubt the younger (Childhood Code 2) */
    { "age_years=13", "age_group", "\"child\"" },
    { "age_years=14", "age_group", "\"adolescent\"" },
    { "age_years=17", "age_group", "\"adolescent\"" },
    { "age_years=18", "age_group", "\"adult\"" },
    { "age_years=18 age_doubt=adolescent_or_adult", "age_group", "\"adolescent\"" },
    { "age_years=14 age_doubt=child_or_adolescent", "age_group", "\"child\"" },
    { "looks_under_18=no", "age_group", "\"adult\"" },
    { "looks_under_18=yes", "age_group", "\"child\"" },
    { "looks_under_18=doubt", "age_group", "\"adolescent\"" },
    { "works=true", "age_group", "\"adolescent\"" },

    /* under 14: any work for others */
    { "age_years=13 works=true work_for=others", "child_labour", "\"child_labour\"" },
    { "age_years=13 works=true work_for=others", "legal_review", "false" },
    { "age_years=13 works=true work_for=family_unpaid", "child_labour", "\"possible_child_labour\"" },
    { "age_years=13 works=true work_for=family_unpaid", "legal_review", "true" },
    { "age_years=13 works=false", "child_labour", "\"not_child_labour\"" },
    { "age_years=13", "child_labour", "\"review\"" },

    /* 14: hours of Labour Code 120, boundaries */
    { "age_years=14 works=true industry=true hours_day=2", "child_labour", "\"child_labour\"" },
    { "age_years=14 works=true industry=true family_only_undertaking=true", "child_labour",
      "\"possible_child_labour\"" },
    { "age_years=14 works=true hours_day=4.5", "child_labour", "\"child_labour\"" },
    { "age_years=14 works=true hours_week=25", "child_labour", "\"child_labour\"" },
    { "age_years=14 works=true attends_school=true hours_day=3", "child_labour", "\"child_labour\"" },
    { "age_years=14 works=true hours_day=4 hours_week=24 school_completed=true medical_certificate=true "
      "representative_authorisation=true sundays_holidays=false night_work=false",
      "child_labour", "\"light_work_permitted\"" },
    { "age_years=14 works=true hours_day=4 hours_week=24 school_completed=true medical_certificate=true "
      "representative_authorisation=true sundays_holidays=false night_work=false",
      "legal_review", "true" },                                   /* the minimum age is in conflict */
    { "age_years=14 works=true hours_day=4 hours_week=24 school_completed=true medical_certificate=false",
      "child_labour", "\"child_labour\"" },
    { "age_years=14 works=true hours_day=2 hours_week=10", "child_labour", "\"possible_child_labour\"" },
    { "age_years=15 works=true hours_day=6 hours_week=36", "child_labour", "\"possible_child_labour\"" },
    { "age_years=15 works=true hours_day=6.5", "child_labour", "\"child_labour\"" },

    /* 16 and 17 */
    { "age_years=16 works=true hours_day=6 hours_week=36 night_work=false", "child_labour",
      "\"not_child_labour\"" },
    { "age_years=16 works=true hours_day=6 hours_week=36 night_work=false", "legal_review", "true" },
    { "age_years=16 works=true hours_day=6 hours_week=37 night_work=false", "child_labour",
      "\"child_labour\"" },
    { "age_years=16 works=true hours_day=5 attends_school=true night_work=false", "child_labour",
      "\"possible_child_labour\"" },
    { "age_years=17 works=true night_work=true", "child_labour", "\"hazardous\"" },
    { "age_years=17 works=true hours_day=4", "child_labour", "\"review\"" },
    { "age_years=18 works=true hours_day=14", "child_labour", "\"not_a_child\"" },

    /* the hazardous list, verified items and others */
    { "age_years=17 works=true tasks=raising_cattle", "child_labour", "\"hazardous\"" },
    { "age_years=17 works=true tasks=raising_cattle", "legal_review", "false" },
    { "age_years=17 works=true tasks=pesticides", "child_labour", "\"hazardous\"" },
    { "age_years=17 works=true tasks=pesticides", "legal_review", "true" },
    { "age_years=17 works=true sector=construction tasks=heavy_loads", "legal_review", "false" },
    { "age_years=17 works=true sector=agriculture tasks=heavy_loads", "legal_review", "true" },
    { "age_years=17 works=true tasks=none hours_day=4 hours_week=20 night_work=false", "child_labour",
      "\"not_child_labour\"" },
    { "age_years=16 works=true work_for=household_third", "child_labour", "\"hazardous\"" },

    /* criadazgo: its own path */
    { "age_years=11 works=true lives_in_third_household=true works_for_keep=true", "criadazgo", "true" },
    { "age_years=11 works=true lives_in_third_household=true works_for_keep=true", "criadazgo_path",
      "\"protection_labour_civil\"" },
    { "age_years=11 works=true lives_in_third_household=true works_for_keep=true", "child_labour",
      "\"hazardous\"" },
    { "age_years=11 works=true lives_in_third_household=true works_for_keep=true", "crime_indicated",
      "false" },
    { "age_years=11 works=true lives_in_third_household=true works_for_keep=true acts=reception "
      "purposes=servitude", "criadazgo_path", "\"criminal\"" },
    { "age_years=11 lives_in_third_household=true", "criadazgo_path", "\"ask_more\"" },
    { "age_years=30 lives_in_third_household=true works_for_keep=true", "criadazgo", "false" },
    /* with relatives: no rule frees it, none forbids it by name */
    { "age_years=11 works_for_keep=true household_is_kin=true", "criadazgo_path", "\"kin_placement\"" },
    { "age_years=11 works_for_keep=true household_is_kin=true", "legal_review", "true" },
    { "age_years=11 lives_in_third_household=true works_for_keep=true household_is_kin=true", "criadazgo_path",
      "\"kin_placement\"" },
    { "age_years=11 lives_in_third_household=true works_for_keep=true household_is_kin=false", "criadazgo_path",
      "\"protection_labour_civil\"" },
    { "age_years=11 lives_in_third_household=true works_for_keep=true household_is_kin=true acts=reception "
      "purposes=servitude", "criadazgo_path", "\"criminal\"" },

    /* forced labour */
    { "age_years=30 forced_labour_indicators=debt_bondage,withholding_of_wages", "forced_labour",
      "\"indicated\"" },
    { "age_years=30 forced_labour_indicators=debt_bondage", "forced_labour", "\"possible\"" },
    { "age_years=30 forced_labour_indicators=threats,violence", "forced_labour", "\"possible\"" },
    { "age_years=30 forced_labour_indicators=none", "forced_labour", "\"not_identified_yet\"" },
    { "age_years=30", "forced_labour", "\"not_asked\"" },
    { "age_years=15 forced_labour_indicators=threats", "forced_labour", "\"indicated\"" },
    { "age_years=15 parents_in_forced_labour=true", "forced_labour", "\"indicated\"" },
    { "age_years=30 parents_in_forced_labour=true", "forced_labour", "\"not_asked\"" },
    { "age_years=15 forced_labour_indicators=threats", "child_labour", "\"worst_form\"" },
    { "age_years=30 forced_labour_indicators=debt_bondage,withholding_of_wages", "legal_review", "true" },

    /* trafficking: means only aggravate */
    { "age_years=30 acts=transport purposes=forced_labour", "trafficking", "\"indicated\"" },
    { "age_years=30 acts=transport purposes=forced_labour", "offence", "\"py_4788_basic\"" },
    { "age_years=30 acts=transport purposes=forced_labour means=fraud", "offence",
      "\"py_4788_aggravated\"" },
    { "age_years=30 acts=transport purposes=forced_labour means=none", "offence", "\"py_4788_basic\"" },
    { "age_years=16 acts=transport purposes=forced_labour", "offence", "\"py_4788_child\"" },
    { "age_years=16 acts=transport purposes=forced_labour means=force", "offence", "\"py_4788_child\"" },
    { "age_years=30 acts=transport purposes=none", "trafficking", "\"possible\"" },
    { "age_years=30 acts=transport", "trafficking", "\"possible\"" },
    { "age_years=30 acts=none purposes=none", "trafficking", "\"not_identified_yet\"" },
    { "age_years=30 acts=none", "trafficking", "\"not_asked\"" },
    { "age_years=16 acts=reception purposes=sexual_exploitation", "worst_form", "true" },
    { "age_years=16 sexual_exploitation=true", "child_labour", "\"worst_form\"" },
    { "age_years=16 illicit_activity=true", "child_labour", "\"worst_form\"" },

    /* urgency */
    { "danger_now=true", "urgency", "\"red\"" },
    { "captivity=true", "urgency_hours", "2" },
    { "age_years=30 acts=transport purposes=servitude", "urgency", "\"orange\"" },
    { "age_years=16 works=true tasks=raising_cattle", "urgency", "\"orange\"" },
    { "age_years=13 works=true work_for=others acts=none purposes=none forced_labour_indicators=none",
      "urgency", "\"yellow\"" },
    { "age_years=30 acts=none purposes=none forced_labour_indicators=none", "urgency", "\"green\"" },
    { "age_years=30", "urgency", "\"yellow\"" },                  /* not asked is not "nothing" */
    { "age_years=30 acts=none purposes=none forced_labour_indicators=none", "status",
      "\"not_identified_yet\"" },
    { "age_years=13 works=true work_for=others", "status", "\"presumed\"" },
};

static void examples_hold(struct t *t)
{
    struct ctx c;
    struct pack *p = NULL;

    ctx_init(&c, 128 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    for (size_t i = 0; p && i < COUNT_OF(examples); i++) {
        struct str got = answer(t, &c, p, examples[i].facts, examples[i].part);
        if (!str_is(got, examples[i].want)) {
            t->bad++;
            printf("# %s: %s is %.*s, want %s\n", examples[i].facts, examples[i].part, (int)got.n, got.p,
                   examples[i].want);
        }
    }
    pack_unref(p);
    ctx_done(&c);
}

/* Who must be told, and within how many hours. */
static void those_who_must_know_are_named(struct t *t)
{
    static const struct { const char *facts, *role; int hours; } rows[] = {
        { "age_years=12 works=true work_for=others", "codeni", 0 },
        { "age_years=12 works=true work_for=others", "labour_inspector", 24 },
        { "age_years=12 works=true work_for=others", "minna", 12 },
        { "age_years=12 danger_now=true", "police", 0 },
        { "age_years=30 acts=transport purposes=servitude", "atu", 0 },
        { "age_years=30 acts=transport purposes=servitude", "prosecutor", 0 },
        { "age_years=30 sex=female acts=transport purposes=servitude", "women_ministry", 12 },
        { "age_years=12 works=true work_for=others indigenous=true", "indigenous_affairs", 24 },
        { "age_years=30 acts=none purposes=none forced_labour_indicators=none", "codeni", -1 },
        { "age_years=12 works=true work_for=others", "prosecutor", -1 },
        { "age_years=30 sex=male acts=transport purposes=servitude", "minna", -1 },
    };
    struct ctx c;
    struct pack *p = NULL;

    ctx_init(&c, 64 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    for (size_t i = 0; p && i < COUNT_OF(rows); i++) {
        struct str got = answer(t, &c, p, rows[i].facts, "notify");
        struct buf b;
        size_t at;
        buf_init(&b, &c.mem, 200);
        buf_fmt(&b, "\"%s\", \"within_hours\": %d,", rows[i].role, rows[i].hours);
        bool named = str_find(got, rows[i].hours < 0 ? str_join(&c.mem, STR("\""), str_c(rows[i].role),
                                                                STR("\"")) : buf_str(&b), &at);
        if (named != (rows[i].hours >= 0)) {
            t->bad++;
            printf("# %s: %s in %.*s\n", rows[i].facts, rows[i].role, (int)got.n, got.p);
        }
    }
    pack_unref(p);
    ctx_done(&c);
}

/* Form and table use the same codes: each sign, asked alone, is heard. */
static void every_code_of_the_form_is_heard(struct t *t)
{
    static const struct { const char *field, *with, *part, *not; } rows[] = {
        { "tasks", "age_years=17 works=true", "child_labour", "\"review\"" },
        { "forced_labour_indicators", "age_years=30", "forced_labour", "\"not_identified_yet\"" },
        { "acts", "age_years=30 purposes=none", "trafficking", "\"not_identified_yet\"" },
        { "purposes", "age_years=30 acts=none", "trafficking", "\"not_identified_yet\"" },
        { "means", "age_years=30 acts=transport purposes=servitude", "offence", "\"py_4788_basic\"" },
    };
    struct ctx c;
    struct pack *p = NULL;

    ctx_init(&c, 128 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    for (size_t i = 0; p && i < COUNT_OF(rows); i++) {
        const struct form *f = pack_form(p, STR("screening"));
        const struct form_list *l = NULL;
        for (size_t k = 0; k < form_count(f); k++)
            if (str_is(form_field(f, k)->name, rows[i].field))
                l = form_field(f, k)->list;
        CHECK(l != NULL);
        for (size_t k = 0; l && k < l->n; k++) {
            if (str_is(l->choice[k].name, "none"))
                continue;
            struct str facts = str_join(&c.mem, str_c(rows[i].with), STR(" "), str_c(rows[i].field),
                                        STR("="), l->choice[k].name);
            struct str got = answer(t, &c, p, facts.p, rows[i].part);
            if (str_is(got, rows[i].not)) {
                t->bad++;
                printf("# %s: %s is %.*s\n", facts.p, rows[i].part, (int)got.n, got.p);
            }
        }
    }
    pack_unref(p);
    ctx_done(&c);
}

static struct str unquoted(struct str s)
{
    return s.n > 2 && s.p[0] == '"' ? str_sub(s, 1, s.n - 2) : s;
}

/* Who is to be told is a role that some office holds; what is offered is a
 * need that some service answers. */
static void answers_lead_to_somebody(struct t *t)
{
    struct ctx c;
    struct pack *p = NULL;

    ctx_init(&c, 64 << 20);
    OK(&c, pack_load(&c, "packs/py", &p));
    const struct dmn_model *m = p ? pack_decision(p, STR("screening")) : NULL;
    const struct dmn_table *told = m ? dmn_find(m, STR("notify"))->table : NULL;
    const struct dmn_table *offered = m ? dmn_find(m, STR("referrals"))->table : NULL;
    CHECK(told && offered);
    for (size_t i = 0; told && i < dmn_table_rows(told); i++) {
        struct str role = unquoted(dmn_output_text(told, i, 0));
        if (!pack_office_for(p, STR("PY-1604"), role)) {
            t->bad++;
            printf("# nobody is %.*s\n", (int)role.n, role.p);
        }
    }
    for (size_t i = 0; offered && i < dmn_table_rows(offered); i++) {
        struct service_query q = { .need = unquoted(dmn_output_text(offered, i, 0)), .age = -1 };
        struct service_match *v;
        size_t n = 0;
        OK(&c, pack_services(&c, p, &q, &v, &n));
        if (!n) {
            t->bad++;
            printf("# no service for %.*s\n", (int)q.need.n, q.need.p);
        }
    }
    pack_unref(p);
    ctx_done(&c);
}

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    return *s ^= *s << 17;
}

static void put_random(struct buf *b, uint64_t *s)
{
    static const char *const part[] = {
        "age_years=12 ", "age_years=14 ", "age_years=15 ", "age_years=16 ", "age_years=20 ",
        "works=true ", "works=false ", "work_for=others ", "work_for=household_third ", "industry=true ",
        "hours_day=2 ", "hours_day=7 ", "hours_week=20 ", "night_work=true ", "night_work=false ",
        "attends_school=true ", "lives_in_third_household=true ", "works_for_keep=true ",
        "tasks=raising_cattle ", "tasks=none ", "tasks=pesticides ", "acts=transport ", "acts=none ",
        "purposes=servitude ", "purposes=none ", "means=force ", "forced_labour_indicators=threats ",
        "forced_labour_indicators=deception,threats ", "forced_labour_indicators=none ",
        "danger_now=true ", "sex=female ", "indigenous=true ", "age_doubt=adolescent_or_adult ",
    };
    for (size_t n = 1 + next_random(s) % 12; n; n--)
        buf_put(b, str_c(part[next_random(s) % COUNT_OF(part)]));
}

/* Whatever is known: an answer in every part, never "no victim", and more
 * signs of exploitation never calm it down. */
static void no_facts_leave_it_speechless(struct t *t)
{
    static const char *const parts[] = { "age_group", "child_labour", "forced_labour", "trafficking",
        "criadazgo", "urgency", "urgency_hours", "notify", "referrals", "legal_review", "status" };
    struct pack *p = NULL;
    struct ctx c, load;
    uint64_t seed = 88172645463325252u;

    ctx_init(&load, 64 << 20);
    OK(&load, pack_load(&load, "packs/py", &p));
    ctx_init(&c, 64 << 20);
    for (int i = 0; p && i < 300; i++) {
        struct buf b;
        size_t at;
        buf_init(&b, &c.mem, 1000);
        put_random(&b, &seed);
        buf_char(&b, '\0');
        for (size_t k = 0; k < COUNT_OF(parts); k++) {
            struct str got = answer(t, &c, p, b.p, parts[k]);
            if (str_is(got, "null") || str_find(got, STR("not_a_victim"), &at)) {
                t->bad++;
                printf("# %s: %s is %.*s\n", b.p, parts[k], (int)got.n, got.p);
            }
        }
        arena_reset(&c.mem);
    }
    ctx_done(&c);
    pack_unref(p);
    ctx_done(&load);
}

static const struct t_case cases[] = {
    { "examples hold", examples_hold },
    { "those who must know are named", those_who_must_know_are_named },
    { "every code of the form is heard", every_code_of_the_form_is_heard },
    { "answers lead to somebody", answers_lead_to_somebody },
    { "no facts leave it speechless", no_facts_leave_it_speechless },
};
T_MAIN(cases)
