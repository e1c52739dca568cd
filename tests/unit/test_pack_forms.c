/* The kinds of the Paraguay pack: every expression works, every secret is marked. */
#include "pack/pack.h"
#include "t.h"

static struct pack *load(struct t *t, struct ctx *c)
{
    struct pack *p = NULL;

    ctx_init(c, 64 << 20);
    OK(c, pack_load(c, "packs/py", &p));
    if (!p)
        exit(1);
    return p;
}

static const char *sample(enum form_type type)
{
    switch (type) {
    case FORM_INT: return "3";
    case FORM_DECIMAL: return "3.5";
    case FORM_DATE: return "2026-03-02";
    case FORM_DATETIME: return "2026-03-02T10:00:00.000-03:00";
    case FORM_FILE: return "photo.jpg";
    case FORM_GEOPOINT: return "-25.28 -57.63 0 5";
    default: return "texto";
    }
}

/* Every leaf answered, selects with their k-th choice. */
static void fill(struct ctx *c, const struct form *f, size_t k, struct answers *a)
{
    for (size_t i = 0; i < form_count(f); i++) {
        const struct form_field *x = form_field(f, i);
        if (!form_is_leaf(x) || x->type == FORM_CALCULATE)
            continue;
        struct str v = x->list && x->list->n ? x->list->choice[k % x->list->n].name
                                             : str_c(sample(x->type));
        (void)answers_put(&c->mem, a, x->path, v);
    }
}

static void check_once(struct t *t, struct ctx *c, const struct form *f, const struct answers *a, bool first)
{
    struct form_env env = { .lang = STR("es"), .utc_offset_min = -180, .texts = true, .draft = first,
                            .first = first };
    struct form_result r;

    OK(c, form_check(c, f, a, &env, &r));
    for (size_t i = 0; i < r.problems; i++)
        if (r.problem[i].bad != FORM_BAD_REQUIRED && r.problem[i].bad != FORM_BAD_CONSTRAINT) {
            t->bad++;
            printf("# " STR_F ": " STR_F " %s\n", STR_A(form_id(f)), STR_A(r.problem[i].path),
                   r.problem[i].key ? r.problem[i].key : "?");
        }
}

static void every_expression_can_be_evaluated(struct t *t)
{
    struct ctx c;
    struct pack *p = load(t, &c);

    CHECK(p->forms_n >= 24);
    for (size_t i = 0; i < p->forms_n; i++) {
        struct answers none = { 0 };
        check_once(t, &c, p->forms[i].form, &none, true);
        for (size_t k = 0; k < 8; k++) {
            struct answers a = { 0 };
            fill(&c, p->forms[i].form, k, &a);
            check_once(t, &c, p->forms[i].form, &a, false);
        }
    }
    pack_unref(p);
    ctx_done(&c);
}

static void all_kinds_are_there(struct t *t)
{
    static const char *const kinds[] = { "signal", "signal_triage", "person", "case", "screening", "need",
        "care_plan", "action", "visit", "consent", "referral", "referral_answer", "fact", "evidence",
        "custody", "charge", "hearing", "judgment", "restitution", "payment", "safety_assessment",
        "best_interests", "identification", "closure", "note", "workplace", "employer", "vehicle" };
    struct ctx c;
    struct pack *p = load(t, &c);

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (!pack_form(p, str_c(kinds[i]))) {
            t->bad++;
            printf("# no form %s\n", kinds[i]);
        }
    pack_unref(p);
    ctx_done(&c);
}

/* Two answers are enough to report. */
static void a_signal_needs_two_answers(struct t *t)
{
    struct ctx c;
    struct pack *p = load(t, &c);
    struct answers a = { 0 };
    struct form_env env = { .lang = STR("es"), .utc_offset_min = -180 };
    struct form_result r;

    OK(&c, form_check(&c, pack_form(p, STR("signal")), &a, &env, &r));
    CHECK_EQ(r.problems, 2);
    (void)answers_put(&c.mem, &a, STR("what"), STR("Un niño trabaja en una olería"));
    (void)answers_put(&c.mem, &a, STR("where_text"), STR("Cerca de la escuela"));
    OK(&c, form_check(&c, pack_form(p, STR("signal")), &a, &env, &r));
    CHECK_EQ(r.problems, 0);
    pack_unref(p);
    ctx_done(&c);
}

static void secrets_are_marked(struct t *t)
{
    static const struct { const char *form, *path; enum form_sensitivity want; } rows[] = {
        { "signal", "contact_phone", FORM_IDENTITY },
        { "signal", "contact_when", FORM_IDENTITY },
        { "workplace", "address", FORM_IDENTITY },
        { "workplace", "gps", FORM_IDENTITY },
        { "workplace", "employer", FORM_IDENTITY },
        { "workplace", "phone", FORM_IDENTITY },
        { "employer", "name", FORM_IDENTITY },
        { "employer", "trade_name", FORM_IDENTITY },
        { "employer", "tax_number", FORM_IDENTITY },
        { "employer", "identity_number", FORM_IDENTITY },
        { "employer", "phone_2", FORM_IDENTITY },
        { "employer", "address", FORM_IDENTITY },
        { "vehicle", "owner", FORM_IDENTITY },
        { "vehicle", "phone", FORM_IDENTITY },
        { "person", "first_name", FORM_IDENTITY },
        { "person", "second_name", FORM_IDENTITY },
        { "person", "known_as", FORM_IDENTITY },
        { "person", "mother_name", FORM_IDENTITY },
        { "person", "identity_number", FORM_IDENTITY },
        { "person", "birthdate", FORM_IDENTITY },
        { "person", "phone", FORM_IDENTITY },
        { "person", "address", FORM_IDENTITY },
        { "safety_assessment", "shelter_address", FORM_SEALED },
        { "custody", "place", FORM_SEALED },
        { "charge", "court_file", FORM_IDENTITY },
        { "consent", "representative", FORM_IDENTITY },
        { "screening", "interpreter", FORM_IDENTITY },
        { "signal_triage", "public_answer", FORM_PUBLIC },
    };
    struct ctx c;
    struct pack *p = load(t, &c);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct form_field *x = form_find(pack_form(p, str_c(rows[i].form)), str_c(rows[i].path));
        CHECK(x != NULL);
        if (x && x->sensitivity != rows[i].want) {
            t->bad++;
            printf("# %s/%s is %s\n", rows[i].form, rows[i].path, form_sensitivity_name(x->sensitivity));
        }
    }
    pack_unref(p);
    ctx_done(&c);
}

/* Nothing public but what is meant for the person who reported. */
static void little_is_public(struct t *t)
{
    struct ctx c;
    struct pack *p = load(t, &c);
    size_t public = 0;

    for (size_t i = 0; i < p->forms_n; i++)
        for (size_t k = 0; k < form_count(p->forms[i].form); k++) {
            const struct form_field *x = form_field(p->forms[i].form, k);
            public += form_is_leaf(x) && x->sensitivity == FORM_PUBLIC;
        }
    CHECK_EQ(public, 2);
    pack_unref(p);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "every expression can be evaluated", every_expression_can_be_evaluated },
    { "all kinds are there", all_kinds_are_there },
    { "a signal needs two answers", a_signal_needs_two_answers },
    { "secrets are marked", secrets_are_marked },
    { "little is public", little_is_public },
};
T_MAIN(cases)
