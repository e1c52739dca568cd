/* Any form as a page: shown, sent back, read; what the page asks is what comes back. */
#include "base/node.h"
#include "page/form_html.h"
#include "t.h"

static const char survey[] =
    "type,name,label::es,label::en,hint::es,required,relevant,constraint,constraint_message::es,sensitivity,calculation\n"
    "text,place,¿Dónde es?,Where is it?,Lo que sepas,yes,,,,\n"
    "integer,age,Edad,Age,,,,. < 120,Escribí una edad menor que 120,\n"
    "select_one yn,works,¿Trabaja?,Does she work?,,yes,,,,\n"
    "select_multiple jobs,jobs,¿En qué?,At what?,,yes,${works} = 'yes',,,\n"
    "date,seen,¿Cuándo fue?,When was it?,,,,,,\n"
    "dateTime,visit,Visita,Visit,,,,,,\n"
    "decimal,pay,Paga por día,Pay per day,,,,,,\n"
    "begin_group,contact,Contacto,Contact,,,,,,\n"
    "text,phone,Teléfono,Telephone,,,,,,identity\n"
    "end_group,,,,,,,,,\n"
    "begin_repeat,child,Niña o niño,Child,,,,,,\n"
    "text,first,Cómo le dicen,How she is called,,,,,,\n"
    "end_repeat,,,,,,,,,\n"
    "image,photo,Foto,Photo,,,,,,\n"
    "calculate,old,,,,,,,,,${age} + 1\n"
    "note,thanks,Gracias <b>,Thank you,,,,,,\n";
static const char choices[] =
    "list_name,name,label::es,label::en\n"
    "yn,yes,Sí,Yes\nyn,no,No,No\n"
    "jobs,house,Casa particular,Private home\njobs,field,Campo,Field work\n";

struct env {
    struct ctx c;
    struct node node;
    struct words *words;
    const struct form *form;
    struct out o;
    struct sent sent[100];
    struct request rq;
};

static void start(struct t *t, struct env *e, const char *lang)
{
    struct form_notes notes = { 0 };
    const struct form_source src = { STR("test"), str_c(survey), str_c(choices), { 0 } };
    *e = (struct env){ 0 };
    ctx_init(&e->c, 64 << 20);
    e->c.now_us = INT64_C(1795532400000000);
    e->c.lang = str_c(lang);
    e->c.node = &e->node;
    OK(&e->c, words_load(&e->c, &(struct words_config){ .zone = "America/Asuncion" }, &e->words));
    e->node.words = e->words;
    OK(&e->c, form_load_csv(&e->c, &src, &e->form, &notes));
    for (size_t i = 0; i < notes.n; i++)
        printf("# note: %.*s\n", STR_A(notes.v[i].text));
    out_init(&e->o, &e->c, ROUTE_PAGE_MAX);
    e->rq = (struct request){ .method = GET, .path = STR("/x") };
    e->o.rq = &e->rq;
}

static void done(struct env *e)
{
    form_unref(e->form);
    words_free(e->words);
    ctx_done(&e->c);
}

static bool has(const struct out *o, const char *what)
{
    size_t at;
    return str_find(buf_str(&o->b), str_c(what), &at);
}

static int count_of(const struct out *o, const char *what)
{
    struct str rest = buf_str(&o->b);
    size_t at;
    int n = 0;
    for (; str_find(rest, str_c(what), &at); n++)
        rest = str_sub(rest, at + 1, rest.n);
    return n;
}

#define HAS(what) do { if (!has(&e.o, what)) { t->bad++; printf("# %d: not in the page: %s\n", __LINE__, what); } } while (0)
#define LACKS(what) do { if (has(&e.o, what)) { t->bad++; printf("# %d: in the page: %s\n", __LINE__, what); } } while (0)

/* ---- a browser: takes the fields out of the page that was shown -------------------- */

static struct str unescaped(struct ctx *c, struct str s)
{
    static const struct { const char *entity; char ch; } all[] = {
        { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#39;", '\'' },
    };
    struct buf b;
    buf_init(&b, &c->mem, 64 * 1024);
    while (s.n) {
        size_t k = 0;
        while (k < COUNT_OF(all) && !str_starts(s, str_c(all[k].entity)))
            k++;
        buf_char(&b, k < COUNT_OF(all) ? all[k].ch : s.p[0]);
        s = str_sub(s, k < COUNT_OF(all) ? strlen(all[k].entity) : 1, s.n);
    }
    return buf_str(&b);
}

static bool attr_of(struct ctx *c, struct str tag, const char *name, struct str *out)
{
    size_t at;
    struct str want = str_join(&c->mem, STR(" "), str_c(name), STR("=\""));
    if (!str_find(tag, want, &at))
        return false;
    struct str rest = str_sub(tag, at + want.n, tag.n), head = rest, tail;
    (void)str_cut(rest, '"', &head, &tail);
    *out = unescaped(c, head);
    return true;
}

static void send(struct env *e, const char *name, const char *value)
{
    e->sent[e->rq.form_n++] = (struct sent){ str_c(name), str_c(value) };
}

/* Everything the form would send as it stands: hidden, text, ticked boxes. */
static void browse(struct env *e)
{
    struct str rest = arena_dup(&e->c.mem, buf_str(&e->o.b)), tag, name, value, type;
    size_t at;
    e->rq = (struct request){ .method = POST, .path = STR("/x"), .form = e->sent };
    while (str_find(rest, STR("<input"), &at)) {
        rest = str_sub(rest, at + 6, rest.n);
        tag = rest;
        (void)str_cut(rest, '>', &tag, &rest);
        if (!attr_of(&e->c, tag, "name", &name) || !attr_of(&e->c, tag, "type", &type))
            continue;
        bool box = str_is(type, "radio") || str_is(type, "checkbox");
        size_t checked;
        if ((box && !str_find(tag, STR(" checked"), &checked)) || str_is(type, "file"))
            continue;
        if (!attr_of(&e->c, tag, "value", &value))
            value = STR("");
        e->sent[e->rq.form_n++] = (struct sent){ name, value };
    }
    out_init(&e->o, &e->c, ROUTE_PAGE_MAX);
    e->o.rq = &e->rq;
}

static void answer(struct env *e, const char *name, const char *value)
{
    for (size_t i = 0; i < e->rq.form_n; i++)
        if (str_is(e->sent[i].name, name)) {
            e->sent[i].value = str_c(value);
            return;
        }
    send(e, name, value);
}

/* ---- tests ---------------------------------------------------------------------------- */

static void shown(struct t *t)
{
    struct env e;
    struct answers a = { 0 };
    start(t, &e, "es");
    answers_put(&e.c.mem, &a, STR("seen"), STR("2026-11-24"));
    answers_put(&e.c.mem, &a, STR("place"), STR("Itá \"centro\""));
    answers_put(&e.c.mem, &a, STR("visit"), STR("2026-11-24T16:30:00.000-03:00"));
    OK(&e.c, form_show(&e.c, &e.o, e.form, &a, NULL));
    HAS("¿Dónde es?");
    HAS("Lo que sepas");
    HAS("value=\"Itá &quot;centro&quot;\"");
    HAS("value=\"24/11/2026\"");
    HAS("value=\"16:30\"");
    HAS("Edad <span class=\"opt\">");
    HAS("name=\"contact/phone\"");
    HAS("name=\"form.add\" value=\"child\"");
    HAS("Gracias &lt;b&gt;");
    HAS("type=\"file\"");
    LACKS("¿En qué?");                            /* not relevant yet */
    LACKS("name=\"old\"");
    LACKS("No s\u00e9</label>");                     /* works is required: yes or no */
    CHECK(form_has_files(e.form));
    done(&e);
}

/* Shown, answered, sent: the answers come back as they were meant. */
static void round_trip(struct t *t)
{
    struct env e;
    struct form_result r;
    bool ok;
    start(t, &e, "es");
    OK(&e.c, form_show(&e.c, &e.o, e.form, NULL, NULL));
    browse(&e);
    answer(&e, "place", " Itá & <Areguá> ");
    answer(&e, "works", "no");
    answer(&e, "seen", "24-11-26");
    answer(&e, "visit", "25/11/2026");
    answer(&e, "visit@time", "9:30");
    answer(&e, "pay", "12,50");
    answer(&e, "contact/phone", "0981");
    OK(&e.c, form_take(&e.c, &e.rq, e.form, NULL, &r, &ok));
    CHECK(ok);
    CHECK_EQ(r.problems, 0);
    CHECK_STR(answers_get(&r.answers, STR("place")), "Itá & <Areguá>");
    CHECK_STR(answers_get(&r.answers, STR("seen")), "2026-11-24");
    CHECK_STR(answers_get(&r.answers, STR("visit")), "2026-11-25T09:30:00.000-03:00");
    CHECK_STR(answers_get(&r.answers, STR("pay")), "12.50");
    CHECK_STR(answers_get(&r.answers, STR("works")), "no");

    /* and once more from what was stored */
    struct answers stored = r.answers;
    out_init(&e.o, &e.c, ROUTE_PAGE_MAX);
    e.rq = (struct request){ .method = GET, .path = STR("/x") };
    e.o.rq = &e.rq;
    OK(&e.c, form_show(&e.c, &e.o, e.form, &stored, NULL));
    browse(&e);
    OK(&e.c, form_take(&e.c, &e.rq, e.form, &stored, &r, &ok));
    CHECK(ok);
    CHECK_EQ(r.answers.n, stored.n);
    CHECK(stored.n >= 6);
    for (size_t i = 0; i < r.answers.n && i < stored.n; i++) {
        CHECK(str_eq(r.answers.v[i].path, stored.v[i].path));
        CHECK(str_eq(r.answers.v[i].value, stored.v[i].value));
    }
    done(&e);
}

static void new_questions(struct t *t)
{
    struct env e;
    struct form_result r;
    bool ok;
    start(t, &e, "en");
    OK(&e.c, form_show(&e.c, &e.o, e.form, NULL, NULL));
    browse(&e);
    answer(&e, "place", "Itá");
    answer(&e, "works", "yes");
    OK(&e.c, form_take(&e.c, &e.rq, e.form, NULL, &r, &ok));
    CHECK(!ok);
    CHECK_EQ(r.problems, 0);                      /* it was not asked: no reproach */
    OK(&e.c, form_show(&e.c, &e.o, e.form, NULL, &r));
    HAS("At what?");
    HAS("Your answers opened new questions");
    HAS("value=\"Itá\"");
    HAS("value=\"yes\" id=\"f-works\" checked");
    browse(&e);
    OK(&e.c, form_take(&e.c, &e.rq, e.form, NULL, &r, &ok));
    CHECK(!ok);
    CHECK_EQ(r.problems, 1);                      /* now it was */
    answer(&e, "jobs", "house");
    send(&e, "jobs", "field");
    OK(&e.c, form_take(&e.c, &e.rq, e.form, NULL, &r, &ok));
    CHECK(ok);
    CHECK_STR(answers_get(&r.answers, STR("jobs")), "house field");
    done(&e);
}

static void wrong_answers(struct t *t)
{
    struct env e;
    struct form_result r;
    bool ok;
    start(t, &e, "es");
    OK(&e.c, form_show(&e.c, &e.o, e.form, NULL, NULL));
    browse(&e);
    answer(&e, "age", "130");
    answer(&e, "seen", "34/11/2026");
    answer(&e, "works", "perhaps");
    send(&e, "form.asked", "nowhere");
    send(&e, "form.asked", "../place");
    OK(&e.c, form_take(&e.c, &e.rq, e.form, NULL, &r, &ok));
    CHECK(!ok);
    CHECK_EQ(r.problems, 4);
    OK(&e.c, form_show(&e.c, &e.o, e.form, NULL, &r));
    errors(&e.o);
    CHECK_EQ(count_of(&e.o, "class=\"errors\""), 1);
    HAS("Hay 4 datos para corregir");
    HAS("href=\"#f-age\"");
    HAS("Escribí una edad menor que 120");
    HAS("value=\"34/11/2026\"");
    HAS("aria-invalid=\"true\"");
    done(&e);
}

static void repeats(struct t *t)
{
    struct env e;
    struct form_result r;
    bool ok;
    start(t, &e, "es");
    OK(&e.c, form_show(&e.c, &e.o, e.form, NULL, NULL));
    for (int i = 1; i <= 3; i++) {
        char name[32];
        browse(&e);
        answer(&e, "place", "Itá");
        answer(&e, "works", "no");
        send(&e, "form.add", "child");
        OK(&e.c, form_take(&e.c, &e.rq, e.form, NULL, &r, &ok));
        CHECK(!ok);
        CHECK_EQ(r.problems, 0);
        OK(&e.c, form_show(&e.c, &e.o, e.form, NULL, &r));
        snprintf(name, sizeof name, "name=\"child[%d]/first\"", i);
        HAS(name);
    }
    browse(&e);
    answer(&e, "child[1]/first", "Uno");
    answer(&e, "child[3]/first", "Tres");
    OK(&e.c, form_take(&e.c, &e.rq, e.form, NULL, &r, &ok));
    CHECK(ok);
    CHECK_STR(answers_get(&r.answers, STR("child[1]/first")), "Uno");
    CHECK_STR(answers_get(&r.answers, STR("child[3]/first")), "Tres");
    done(&e);
}

static void files(struct t *t)
{
    struct env e;
    struct form_result r;
    bool ok;
    struct answers before = { 0 };
    const struct upload up = { STR("photo"), STR("new.jpg"), STR("image/jpeg"), STR("bytes") };
    start(t, &e, "es");
    answers_put(&e.c.mem, &before, STR("place"), STR("Itá"));
    answers_put(&e.c.mem, &before, STR("works"), STR("no"));
    answers_put(&e.c.mem, &before, STR("photo"), STR("old.jpg"));
    OK(&e.c, form_show(&e.c, &e.o, e.form, &before, NULL));
    HAS("old.jpg");
    browse(&e);
    OK(&e.c, form_take(&e.c, &e.rq, e.form, &before, &r, &ok));
    CHECK(ok);
    CHECK_STR(answers_get(&r.answers, STR("photo")), "old.jpg");
    e.rq.uploads = &up;
    e.rq.uploads_n = 1;
    OK(&e.c, form_take(&e.c, &e.rq, e.form, &before, &r, &ok));
    CHECK_STR(answers_get(&r.answers, STR("photo")), "new.jpg");
    done(&e);
}

static void facts(struct t *t)
{
    struct env e;
    struct answers a = { 0 };
    start(t, &e, "en");
    answers_put(&e.c.mem, &a, STR("place"), STR("<Itá>"));
    answers_put(&e.c.mem, &a, STR("jobs"), STR("house field"));
    answers_put(&e.c.mem, &a, STR("seen"), STR("2026-11-24"));
    answers_put(&e.c.mem, &a, STR("contact/phone"), STR("0981 secret"));
    OK(&e.c, form_facts(&e.c, &e.o, e.form, &a, FORM_CASE));
    HAS("&lt;Itá&gt;");
    HAS("Private home; Field work");
    HAS("24 November 2026");
    HAS("Telephone");
    LACKS("0981 secret");
    HAS("veil");
    OK(&e.c, form_facts(&e.c, &e.o, e.form, &a, FORM_IDENTITY));
    HAS("0981 secret");
    done(&e);
}

static const struct t_case cases[] = {
    { "a form is shown", shown },
    { "what is sent is what was meant", round_trip },
    { "answers open new questions", new_questions },
    { "wrong answers are shown where they are", wrong_answers },
    { "one more of a repeat", repeats },
    { "files kept and replaced", files },
    { "answers as facts, identity veiled", facts },
};
T_MAIN(cases)
