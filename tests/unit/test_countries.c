/* test_countries.c - the same house with each country's pack: the public page and
 * its form in the languages that the pack declares, and My work in English. */
#include "web_t.h"

#include "signal/signal.h"
#include "work/work.h"

/* offered: hreflang of the public page, in order; not: one that must not be there. */
static const struct country {
    const char *pack, *offered, *not, *place, *first;
} countries[] = {
    { "packs/py", "es en gn", "th", "PY-19", "es" },
    { "packs/ar", "es en", "gn", "AR-B", "es" },
    { "packs/lr", "en", "es", "LR-BG", "en" },
    { "packs/th", "en th", "gn", "TH-10", "en" },
};

static bool country_open(struct t *t, struct house_t *h, const struct country *k)
{
    memset(h, 0, sizeof *h);
    node_place(&h->place, false);
    ctx_init(&h->c, 512 << 20);
    h->cfg = (struct node_config){ .data = str_c(h->place.dir), .pack = str_c(k->pack), .quick = true, .create = true };
    bool ok = house_reopen(t, h);
    h->c.now_us = HOUSE_START;
    return ok;
}

static void ask_in(struct house_t *h, struct str lang, struct str cookie, enum method method, struct str path,
                   const struct sent *form, size_t n, struct got *g)
{
    ctx_init(&g->c, 64 << 20);
    g->c.node = h->c.node;
    g->c.db = h->c.db;
    g->c.now_us = h->c.now_us;
    g->c.lang = web_lang_default(&g->c);
    struct request rq = { .method = method, .path = path, .form = form, .form_n = n, .session = cookie, .peer = STR("peer"), .lang = lang };
    (void)web_run(&g->c, &rq, cookie, &g->rs);
    g->body = g->rs.body.n ? g->rs.body : buf_str(&g->rs.out.b);
}

static bool offers(struct str page, struct str lang, struct arena *mem)
{
    return holds(page, str_join(mem, STR("hreflang=\""), lang, STR("\"")));
}

static void public_pages(struct t *t, struct house_t *h, const struct country *k)
{
    struct got g;
    struct str rest = str_c(k->offered), lang;
    ask_in(h, (struct str){ 0 }, (struct str){ 0 }, GET, STR("/"), NULL, 0, &g);
    CHECK_EQ(g.rs.status, 200);
    CHECK(str_eq(g.c.lang, str_c(k->first)));
    CHECK(holds(g.body, !strcmp(k->first, "en") ? STR("Information and help") : STR("Información y ayuda")));
    while (str_next(&rest, ' ', &lang))
        CHECK(offers(g.body, lang, &g.c.mem));
    CHECK(!offers(g.body, str_c(k->not), &g.c.mem));
    got_end(&g);
    rest = str_c(k->offered);
    while (str_next(&rest, ' ', &lang)) {
        ask_in(h, lang, (struct str){ 0 }, GET, STR("/report"), NULL, 0, &g);
        CHECK_EQ(g.rs.status, 200);
        CHECK(holds(g.body, STR("name=\"place\"")) && holds(g.body, str_c(k->place)));
        got_end(&g);
    }
}

/* ---- a language without English in it ------------------------------------------------ */

/* The first word of two or more Latin letters between the tags of a page that is
 * neither a name, nor English itself where it is offered. */
static struct str latin_word(struct str page)
{
    static const char *const known[] = { "Amparo", "English", "Esc", "PDF", "IP" };
    bool tag = true;
    for (size_t i = 0; i < page.n; i++) {
        if (page.p[i] == '<' || page.p[i] == '>')
            tag = page.p[i] == '<';
        size_t from = i;
        while (!tag && i < page.n && ((page.p[i] | 32) >= 'a' && (page.p[i] | 32) <= 'z'))
            i++;
        struct str word = str_sub(page, from, i - from);
        bool ok = word.n < 2;
        for (size_t k = 0; k < COUNT_OF(known); k++)
            ok = ok || str_is(word, known[k]);
        if (!ok)
            return word;
        i -= word.n > 0;
    }
    return (struct str){ 0 };
}

static void no_english(struct t *t, struct house_t *h, enum method method, const char *path,
                       const struct sent *form, size_t n, int status, bool note)
{
    struct got g;
    ask_in(h, STR("th"), (struct str){ 0 }, method, str_c(path), form, n, &g);
    CHECK_EQ(g.rs.status, status);
    CHECK(holds(g.body, STR("<html lang=\"th\">")));
    struct str word = latin_word(g.body);
    if (word.n)
        printf("# %s says: %.*s\n", path, (int)(word.n > 30 ? 30 : word.n), word.p);
    CHECK(!word.n);
    CHECK_EQ(holds(g.body, STR("class=\"foot__note\"")), note);
    got_end(&g);
}

/* Thai reads Thai from the first page to the receipt; what is no word of Thai on
 * these pages is a message or a label that has none. */
static void thai_pages(struct t *t, struct house_t *h)
{
    static const char *const paths[] = { "/", "/report", "/receipt", "/check", "/privacy", "/sign-in" };
    struct got g;
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        no_english(t, h, GET, paths[i], NULL, 0, 200, true);
    no_english(t, h, GET, "/nothing-here", NULL, 0, 404, true);
    no_english(t, h, GET, "/salir", NULL, 0, 200, false);       /* nothing of ours */
    struct sent form[] = { { STR("token"), STR("") }, { STR("what"), STR("งานก่อสร้าง") }, { STR("where_text"), STR("กรุงเทพ") },
                           { STR("contact_wanted"), STR("no") }, { STR("form.asked"), STR("what") },
                           { STR("form.asked"), STR("where_text") }, { STR("form.asked"), STR("who_works") },
                           { STR("form.asked"), STR("signs") }, { STR("form.asked"), STR("contact_wanted") },
                           { STR("form.asked"), STR("attachment") }, { STR("receipt"), STR("0000000000000000") },
                           { STR("now"), STR("age_years") } };
    no_english(t, h, POST, "/report", form, 1, 403, true);      /* a form that expired */
    h->c.who = NULL;
    form[0].value = form_token(&h->c);
    no_english(t, h, POST, "/report", form, 1, 422, true);      /* what is missing */
    no_english(t, h, POST, "/report", form, 10, 200, true);      /* the receipt */
    no_english(t, h, POST, "/receipt", form, 11, 422, true);     /* a number that is none */
    no_english(t, h, POST, "/check", form, 12, 422, true);       /* no answer to the question */
    ask_in(h, STR("th"), (struct str){ 0 }, GET, STR("/report"), NULL, 0, &g);
    CHECK(holds(g.body, STR("\"TH-96\"")));                 /* the last of 77 provinces */
    got_end(&g);
    ask_in(h, STR("th"), (struct str){ 0 }, GET, STR("/privacy"), NULL, 0, &g);
    CHECK(holds(g.body, STR("href=\"/privacy?l=en\" lang=\"en\" hreflang=\"en\">English</a></p>")));
    got_end(&g);
}

/* The note stands where the language says it was not checked, and nowhere else. */
static void notes(struct t *t, struct house_t *h, const struct country *k)
{
    struct str rest = str_c(k->offered), lang;
    struct got g;
    while (str_next(&rest, ' ', &lang)) {
        ask_in(h, lang, (struct str){ 0 }, GET, STR("/"), NULL, 0, &g);
        CHECK_EQ(holds(g.body, STR("class=\"foot__note\"")), str_is(lang, "gn") || str_is(lang, "th"));
        got_end(&g);
    }
}

static struct str office_with(struct house_t *h, const char *capability)
{
    const struct pack *p = h->c.node->pack;
    for (size_t i = 0; i < p->offices_n; i++) {
        struct str rest = p->offices[i].roles, role;
        while (str_next(&rest, ' ', &role)) {
            const struct role *r = pack_role(p, role);
            if (r && pack_has_word(r->capabilities, str_c(capability)))
                return p->offices[i].id;
        }
    }
    return (struct str){ 0 };
}

/* A signal comes in, its office opens a case, and owes something in English. */
static void my_work(struct t *t, struct house_t *h, const struct country *k)
{
    struct ctx *c = &h->c;
    struct answers a = { 0 };
    struct str receipt, id = { 0 }, case_id = { 0 }, token = { 0 };
    struct got g;
    (void)answers_put(&c->mem, &a, STR("what"), STR("Invented"));
    OK(c, signal_receive(c, &(struct signal_in){ .channel = "web", .form = STR("signal"), .answers = &a, .territory = str_c(k->place) }, &receipt, &id));
    struct str office = one_value(h, "SELECT office FROM signal_row WHERE id = $1", id);
    CHECK(office.n);
    as(t, h, arena_z(&c->mem, office));
    OK(c, signal_open_case(c, id, &(struct signal_case){ .title = STR("adolescent, private home"), .procedure = c->node->pack->procedures[0].id, .cl = true }, &case_id));
    struct str owes = one_value(h, "SELECT office FROM obligation WHERE case_id = $1 AND state = 'due' ORDER BY due_us, id LIMIT 1", case_id);
    as(t, h, arena_z(&c->mem, owes));
    c->who = NULL;
    OK(c, session_begin(c, owes, STR(HOUSE_PASSWORD), (struct str){ 0 }, STR("peer"), &token));
    ask_in(h, STR("en"), token, GET, STR("/work"), NULL, 0, &g);
    CHECK_EQ(g.rs.status, 200);
    CHECK(holds(g.body, STR("My work")) && holds(g.body, case_id));
    CHECK(holds(g.body, STR("value=\"es\"")));              /* the officer may also have Spanish */
    got_end(&g);
    ask_in(h, STR("es"), token, GET, STR("/work"), NULL, 0, &g);
    CHECK(holds(g.body, STR("Mi trabajo")) && holds(g.body, STR("value=\"en\"")));
    got_end(&g);
    c->who = NULL;
    OK(c, session_resume(c, token));
    const struct sent form[] = { { STR("token"), form_token(c) }, { STR("l"), STR("es") }, { STR("back"), STR("/work") } };
    ask_in(h, STR("en"), token, POST, STR("/language"), form, 3, &g);
    CHECK_EQ(g.rs.status, 303);
    CHECK(g.rs.cookies_n == 1 && str_is(g.rs.cookies[0].value, "es"));
    got_end(&g);
    const struct sent other[] = { form[0], { STR("l"), STR("xx") }, form[2] };
    ask_in(h, STR("en"), token, POST, STR("/language"), other, 3, &g);
    CHECK_EQ(g.rs.cookies_n, 0);
    got_end(&g);
    c->who = NULL;
}

static void every_country(struct t *t)
{
    for (size_t i = 0; i < COUNT_OF(countries); i++) {
        struct house_t h;
        log_from = LOG_ERROR + 1;
        if (country_open(t, &h, &countries[i])) {
            public_pages(t, &h, &countries[i]);
            notes(t, &h, &countries[i]);
            if (str_is(str_c(countries[i].pack), "packs/th"))
                thai_pages(t, &h);
            CHECK(office_with(&h, "intake").n);
            my_work(t, &h, &countries[i]);
        }
        house_end(&h);
    }
}

static const struct t_case cases[] = {
    { "each pack: its languages for the public, English and Spanish for officers", every_country },
};
T_MAIN(cases)
