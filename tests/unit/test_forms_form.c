/* Forms read, written, read back; what is wrong is told with file, line and column. */
#include "forms/forms.h"
#include "t.h"

#include <stdlib.h>

enum { MEM = 64 * 1024 * 1024 };
#define KINDS "tests/forms/kinds"

static void tell(const struct form_notes *n)
{
    for (size_t i = 0; i < n->n; i++)
        printf("# %.*s:%d: %.*s: %.*s\n", STR_A(n->v[i].file), n->v[i].line, STR_A(n->v[i].column),
               STR_A(n->v[i].text));
}

static const struct form *visit(struct t *t, struct ctx *c)
{
    const struct form *f = NULL;
    struct form_notes notes;
    OK(c, form_load_dir(c, KINDS, "visit", &f, &notes));
    tell(&notes);
    CHECK_EQ(notes.n, 0);
    return f;
}

static void dump(struct ctx *c, const char *name, struct str xml)
{
    const char *dir = getenv("AMPARO_DUMP");
    if (!dir)
        return;
    const char *path = arena_z(&c->mem, str_join(&c->mem, str_c(dir), STR("/"), str_c(name)));
    if (path)
        (void)!file_write(c, path, xml, 0644);
}

static void fields(struct t *t)
{
    struct ctx c;
    ctx_init(&c, MEM);
    const struct form *f = visit(t, &c);
    if (!f) {
        ctx_done(&c);
        return;
    }
    CHECK_STR(form_id(f), "visit");
    CHECK_STR(form_version(f), "2026112401");
    CHECK_STR(form_title(f, STR("en")), "Visit");
    CHECK_STR(form_title(f, STR("gn")), "Visita");
    CHECK_EQ(form_langs(f), 2);
    CHECK_STR(form_lang(f, 0)->code, "es");
    CHECK_STR(form_lang(f, 1)->name, "English (en)");
    CHECK_EQ(form_lists(f), 3);
    const struct form_field *x = form_find(f, STR("family/child[3]/born"));
    CHECK(x != NULL);
    if (x) {
        CHECK_EQ(x->type, FORM_DATE);
        CHECK_EQ(x->sensitivity, FORM_IDENTITY);
        CHECK_STR(form_text(f, x->label, STR("en")), "Birth of ${family/child/name}");
        CHECK_STR(form_field(f, x->parent)->path, "family/child");
        CHECK_EQ(form_field(f, x->parent)->type, FORM_REPEAT);
    }
    x = form_find(f, STR("place"));
    CHECK(x->index && x->search && x->sensitivity == FORM_OFFICE);
    CHECK_STR(form_text(f, x->guidance, STR("es")), "Pregunte dos veces");
    CHECK_EQ(x->extras, 1);
    CHECK_STR(x->extra[0].name, "note_to_designer");
    x = form_find(f, STR("family/child/tasks"));
    CHECK_STR(x->relevant, "../age < 18");
    CHECK_EQ(x->list->n, 3);
    CHECK_STR(form_find(f, STR("district"))->choice_filter, "dept = /data/dept");
    CHECK_STR(form_find(f, STR("ok"))->owner, "officer");
    CHECK_STR(form_find(f, STR("day"))->dynamic_default, "today()");
    CHECK(form_find(f, STR("nowhere")) == NULL);
    CHECK_STR(form_setting(f, STR("style")), "pages");
    CHECK_EQ(form_find(f, STR("family"))->end - form_index(f, form_find(f, STR("family"))), 10);
    dump(&c, "visit.xml", form_xform(f));
    form_unref(f);
    ctx_done(&c);
}

/* ---- the form read back from its own XForm is the same form ---------------------------- */

static void same_texts(struct t *t, const struct form *a, struct form_texts x, const struct form *b,
                       struct form_texts y)
{
    for (size_t i = 0; i < form_langs(a); i++) {
        struct str lang = form_lang(a, i)->code, p = form_text(a, x, lang), q = form_text(b, y, lang);
        CHECK(str_eq(p, q));
        if (!str_eq(p, q))
            printf("#  \"%.*s\" / \"%.*s\"\n", STR_A(p), STR_A(q));
    }
}

static void same_choices(struct t *t, const struct form *a, const struct form_list *x,
                         const struct form *b, const struct form_list *y)
{
    CHECK_EQ(!x, !y);
    if (!x || !y)
        return;
    CHECK(str_eq(x->name, y->name));
    CHECK_EQ(x->n, y->n);
    for (size_t i = 0; i < x->n && i < y->n; i++) {
        CHECK(str_eq(x->choice[i].name, y->choice[i].name));
        same_texts(t, a, x->choice[i].label, b, y->choice[i].label);
        CHECK_EQ(x->choice[i].extras, y->choice[i].extras);
    }
}

static void same_field(struct t *t, const struct form *a, const struct form_field *x,
                       const struct form *b, const struct form_field *y)
{
    int before = t->bad;
    CHECK(str_eq(x->path, y->path));
    CHECK_EQ(x->type, y->type);
    CHECK_EQ(x->parent, y->parent);
    CHECK_EQ(x->end, y->end);
    CHECK(str_eq(x->relevant, y->relevant) && str_eq(x->required, y->required));
    CHECK(str_eq(x->constraint, y->constraint) && str_eq(x->calculation, y->calculation));
    CHECK(str_eq(x->choice_filter, y->choice_filter) && str_eq(x->appearance, y->appearance));
    CHECK(str_eq(x->default_value, y->default_value) && str_eq(x->dynamic_default, y->dynamic_default));
    CHECK(str_eq(x->media_type, y->media_type) && str_eq(x->preload, y->preload));
    CHECK(str_eq(x->parameters, y->parameters) && str_eq(x->repeat_count, y->repeat_count));
    same_texts(t, a, x->label, b, y->label);
    same_texts(t, a, x->hint, b, y->hint);
    same_texts(t, a, x->guidance, b, y->guidance);
    same_texts(t, a, x->constraint_message, b, y->constraint_message);
    same_texts(t, a, x->required_message, b, y->required_message);
    same_choices(t, a, x->list, b, y->list);
    if (t->bad != before)
        printf("#  at %.*s\n", STR_A(x->path));
}

static void same_form(struct t *t, const struct form *a, const struct form *b)
{
    CHECK(str_eq(form_id(a), form_id(b)));
    CHECK(str_eq(form_version(a), form_version(b)));
    CHECK_EQ(form_langs(a), form_langs(b));
    CHECK_EQ(form_count(a), form_count(b));
    for (size_t i = 0; i < form_count(a) && i < form_count(b); i++)
        same_field(t, a, form_field(a, i), b, form_field(b, i));
}

static void round_trip(struct t *t)
{
    struct ctx c;
    const struct form *b = NULL;
    struct form_notes notes;
    ctx_init(&c, MEM);
    const struct form *a = visit(t, &c);
    OK(&c, xform_load(&c, form_xform(a), &b, &notes));
    tell(&notes);
    CHECK_EQ(notes.n, 0);
    if (b) {
        same_form(t, a, b);
        CHECK(str_eq(form_xform(a), form_xform(b)));
    }
    form_unref(a);
    form_unref(b);
    ctx_done(&c);
}

/* Forms made at random out of every type keep the property. */
static struct str random_survey(struct ctx *c, unsigned seed)
{
    static const char *const types[] = {
        "text", "integer", "decimal", "date", "time", "dateTime", "select_one l", "select_multiple l",
        "rank l", "geopoint", "geotrace", "geoshape", "image", "audio", "barcode", "acknowledge", "note",
        "calculate", "hidden", "range",
    };
    struct buf b;
    int open = 0;
    char kind[8];
    buf_init(&b, &c->mem, 1 << 20);
    buf_put(&b, STR("type,name,label::es,label::en,hint::en,relevant,required,constraint,constraint_message::es,"
                    "calculation,default,parameters\n"));
    for (int i = 0; i < 40; i++) {
        seed = seed * 1103515245u + 12345u;
        unsigned r = seed >> 16;
        if (r % 9 == 0 && open < 4) {
            kind[open++] = r % 2 ? 'g' : 'r';
            buf_fmt(&b, "begin %s,g%d,G %d,,,,,,,,,\n", r % 2 ? "group" : "repeat", i, i);
            buf_fmt(&b, "text,t%d,T,,,,,,,,,\n", i);
        } else if (r % 11 == 0 && open > 0) {
            buf_fmt(&b, "end %s,,,,,,,,,,,\n", kind[--open] == 'g' ? "group" : "repeat");
        } else {
            const char *type = types[r % COUNT_OF(types)];
            bool calc = strcmp(type, "calculate") == 0, text = strcmp(type, "text") == 0;
            bool asked = !calc && strcmp(type, "hidden") != 0;
            buf_fmt(&b, "%s,q%d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", type, i, asked ? "Sí «" : "",
                    asked && r % 3 ? "Yes <&>" : "", r % 5 || !asked ? "" : "hint", i && r % 4 == 0 ? "1 = 1" : "",
                    r % 7 == 0 && strcmp(type, "note") != 0 ? "yes" : "", text ? "string-length(.) < 9" : "",
                    text ? "corto" : "", calc ? "1 + 1" : "", text && r % 2 ? "dado" : "",
                    strcmp(type, "range") == 0 ? "start=1 end=5 step=2" : "");
        }
    }
    while (open > 0)
        buf_fmt(&b, "end %s,,,,,,,,,,,\n", kind[--open] == 'g' ? "group" : "repeat");
    return buf_str(&b);
}

static void random_round_trips(struct t *t)
{
    for (unsigned seed = 1; seed <= 60; seed++) {
        struct ctx c;
        const struct form *a = NULL, *b = NULL;
        struct form_notes notes;
        char name[32];
        ctx_init(&c, MEM);
        struct form_source s = { .name = STR("rnd"), .survey = random_survey(&c, seed),
            .choices = STR("list_name,name,label::es,label::en\nl,a,Á,A\nl,b,\"B, b\",\n") };
        OK(&c, form_load_csv(&c, &s, &a, &notes));
        tell(&notes);
        if (a)
            OK(&c, xform_load(&c, form_xform(a), &b, &notes));
        if (a && b)
            same_form(t, a, b);
        (void)snprintf(name, sizeof name, "random%02u.xml", seed);
        if (a && seed <= 12)
            dump(&c, name, form_xform(a));
        form_unref(a);
        form_unref(b);
        ctx_done(&c);
    }
}

/* ---- what is wrong ------------------------------------------------------------------------------ */

static void mistakes(struct t *t)
{
    static const struct { const char *survey, *choices; int line; const char *column, *text; } v[] = {
        { "type,name\ntxet,a\n", "", 2, "type", "no such type of question: txet" },
        { "type,name\ntext,\n", "", 2, "name", "this row has no name: text" },
        { "type,name\ntext,9a\n", "", 2, "name", "not a name: letters, digits, - _ .: 9a" },
        { "type,name\ntext,a\ntext,a\n", "", 3, "name", "this name is taken: a" },
        { "type,name\nselect_one x,a\n", "", 2, "type", "no such list of choices: x" },
        { "type,name,relevant\ntext,a,${b} = 1\n", "", 2, "relevant", "no field has this name: b" },
        { "type,name,constraint\ntext,a,. <\n", "", 2, "constraint",
          "the expression ends too early (character 4 of \". <\")" },
        { "type,name,calculation\ncalculate,a,foo(1)\n", "", 2, "calculation",
          "no such function: foo (character 5 of \"foo(1)\")" },
        { "type,name,relevant\ntext,a,/data/zz = 1\n", "", 2, "relevant",
          "this form has no such path: /data/zz (character 10 of \"/data/zz = 1\")" },
        { "type,name\nbegin group,g\ntext,a\n", "", 2, "type", "this group has no end: g" },
        { "type,name\nend repeat,\ntext,a\n", "", 2, "type", "this end has no begin of its kind" },
        { "type,name,sensitivity\ntext,a,secret\n", "", 2, "sensitivity",
          "one of public, office, case, identity, sealed: secret" },
        { "type,name,index\ntext,a,perhaps\n", "", 2, "index", "yes or no: perhaps" },
        { "type,name,type\ntext,a,b\n", "", 1, "type", "this column is there twice" },
        { "type,name\nselect_one l,a\n", "list_name,name\nl,x\nl,x\n", 3, "name",
          "this choice is in the list twice: x" },
        { "type,name\nselect_one l,a\n", "list_name,name\nl,x y\n", 2, "name",
          "a choice name may not hold a space: x y" },
        { "type,name\n", "", 0, "type", "the survey has no questions" },
        { "type,name,label\ntext,a,\"two\nlines\"\ntxet,b,x\n", "", 4, "type", "no such type of question: txet" },
    };
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        struct ctx c;
        const struct form *f = NULL;
        struct form_notes n;
        struct form_source s = { .name = STR("k"), .survey = str_c(v[i].survey), .choices = str_c(v[i].choices) };
        ctx_init(&c, MEM);
        CHECK_EQ(form_load_csv(&c, &s, &f, &n), ERR_INPUT);
        CHECK(f == NULL);
        CHECK(n.n >= 1);
        if (n.n) {
            CHECK_EQ(n.v[0].line, v[i].line);
            CHECK_STR(n.v[0].column, v[i].column);
            CHECK_STR(n.v[0].text, v[i].text);
        }
        ctx_done(&c);
    }
}

static void version_follows_content(struct t *t)
{
    struct ctx c;
    const struct form *a = NULL, *b = NULL;
    struct form_notes n;
    ctx_init(&c, MEM);
    struct form_source s = { .name = STR("k"), .survey = STR("type,name,label\ntext,a,A\n") };
    OK(&c, form_load_csv(&c, &s, &a, &n));
    s.survey = STR("type,name,label\ntext,a,B\n");
    OK(&c, form_load_csv(&c, &s, &b, &n));
    CHECK_EQ(form_version(a).n, 12);
    CHECK(!str_eq(form_version(a), form_version(b)));
    CHECK_STR(form_id(a), "k");
    form_unref(a);
    form_unref(b);
    ctx_done(&c);
}

/* Rows of a Kobo form that are no questions; files to look things up in. */
static void files_and_telephones(struct t *t)
{
    struct ctx c;
    struct form_notes n;
    const struct form *f = NULL;
    size_t at;
    ctx_init(&c, MEM);
    struct form_source s = { .name = STR("k"), .survey = STR(
        "type,name,label,calculation,choice_filter,parameters\naudit,audit,,,,\ncsv-external,places,,,,\n"
        "text,a,A,,,\ncalculate,b,,\"pulldata('towns', 'n', 'c', ${a})\",,\n"
        "select_one_from_file offices.csv,o,O,,kind = ${a},value=id label=title\n") };
    OK(&c, form_load_csv(&c, &s, &f, &n));
    CHECK_EQ(n.n, 1);
    if (f) {
        struct str xml = form_xform(f);
        CHECK(str_find(xml, STR("<instance id=\"towns\" src=\"jr://file-csv/towns.csv\">"), &at));
        CHECK(str_find(xml, STR("<instance id=\"places\" src=\"jr://file-csv/places.csv\">"), &at));
        CHECK(str_find(xml, STR("instance('offices')/root/item[kind = /data/a]\"><value ref=\"id\"/><label ref=\"title\"/>"), &at));
        CHECK_STR(form_find(f, STR("o"))->list->file, "jr://file-csv/offices.csv");
        struct answer given[] = { { STR("a"), STR("ngo") }, { STR("o"), STR("7") } };
        struct answers a = { given, 2, 2 };
        struct form_pair media[] = { { STR("offices.csv"), STR("id,title,kind\n7,Casa,ngo\n8,Otra,state\n") },
                                     { STR("towns.csv"), STR("c,n\nngo,Areguá\n") } };
        struct form_env env = { .lang = STR("es"), .media = media, .medias = 2 };
        struct form_result r;
        OK(&c, form_check(&c, f, &a, &env, &r));
        CHECK_EQ(r.problems, 0);
        CHECK_STR(answers_get(&r.answers, STR("b")), "Areguá");
        given[1].value = STR("8");
        OK(&c, form_check(&c, f, &a, &env, &r));
        CHECK_EQ(r.problems, 1);
        env.medias = 0;                              /* without the file nothing can be said */
        OK(&c, form_check(&c, f, &a, &env, &r));
        CHECK_EQ(r.problems, 0);
    }
    form_unref(f);
    ctx_done(&c);
}

/* ---- XForms from outside ---------------------------------------------------------------------------- */

static void bad_xforms(struct t *t)
{
    static const struct { const char *xml, *key; } v[] = {
        { "", "xml.size" },
        { "<a", "xml.malformed" },
        { "<a/>", "xform.not-a-form" },
        { "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "xml.doctype" },
        { "<!DOCTYPE lolz [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]><lolz>&b;</lolz>", "xml.doctype" },
        { "<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>", "xml.doctype" },
        { "<html><head><model><instance/></model></head><body/></html>", "xform.not-a-form" },
        { "<html><head><model><instance><d/></instance></model></head><body/></html>", "xform.no-id" },
    };
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        struct ctx c;
        const struct form *f = NULL;
        struct form_notes n;
        ctx_init(&c, MEM);
        CHECK_EQ(xform_load(&c, str_c(v[i].xml), &f, &n), ERR_INPUT);
        CHECK_STR(str_c(c.fault.key), v[i].key);
        ctx_done(&c);
    }
}

/* A foreign form: groups without a node, relative references, entity attributes,
 * an expression nobody knows.  Every field is kept; the oddity is a warning. */
static void foreign(struct t *t)
{
    static const char xml[] =
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'"
        " xmlns:jr='http://openrosa.org/javarosa' xmlns:e='urn:e'><h:head><h:title>F</h:title><model>"
        "<itext><translation lang='en'><text id='l'><value>Of <output value=' ../name '/></value></text></translation></itext>"
        "<instance><d id='f' version='7'><name>Ana</name><r jr:template=''><age/></r><r><age/></r><x/>"
        "<meta><instanceID/><entity dataset='p' id='' create='1'><label/></entity></meta></d></instance>"
        "<instance id='s'><root><item><v>1</v><t>One</t><k>q</k></item></root></instance>"
        "<bind nodeset='/d/r/age' type='xsd:int' relevant='/d/r/age != 3' constraint='unknown-fn(.)'/>"
        "<bind nodeset='/d/x' type='string'/><bind nodeset='/d/gone' type='string'/>"
        "</model></h:head><h:body><group><label>Only a heading</label><input ref='/d/name'><label>N</label></input></group>"
        "<group ref='/d/r'><repeat nodeset='/d/r'><input ref='age'><label ref=\"jr:itext('l')\"/></input></repeat></group>"
        "<select1 ref='/d/x'><itemset nodeset=\"instance('s')/root/item[k = 'q']\"><value ref='v'/><label ref='t'/></itemset></select1>"
        "</h:body></h:html>";
    struct ctx c;
    const struct form *f = NULL;
    struct form_notes n;
    ctx_init(&c, MEM);
    OK(&c, xform_load(&c, str_c(xml), &f, &n));
    CHECK_EQ(n.n, 2);
    if (f) {
        CHECK_STR(form_id(f), "f");
        CHECK_STR(form_find(f, STR("name"))->default_value, "Ana");
        CHECK_EQ(form_find(f, STR("r"))->type, FORM_REPEAT);
        CHECK_EQ(form_find(f, STR("r/age"))->type, FORM_INT);
        CHECK_STR(form_text(f, form_find(f, STR("r/age"))->label, STR("en")), "Of ");
        CHECK(form_find(f, STR("meta/entity/@create")) != NULL);
        CHECK(form_find(f, STR("meta/entity/label")) != NULL);
        const struct form_field *x = form_find(f, STR("x"));
        CHECK_EQ(x->type, FORM_SELECT_ONE);
        CHECK_EQ(x->list->n, 1);
        CHECK_STR(form_text(f, x->list->choice[0].label, STR("en")), "One");
        CHECK(str_eq(form_xform(f), str_c(xml)));
    }
    form_unref(f);
    ctx_done(&c);
}

/* ---- the official form of IOM ---------------------------------------------------------------------- */

static void htcds_form(struct t *t)
{
    struct ctx c;
    const struct form *a = NULL, *b = NULL;
    struct form_notes n;
    struct str xml, xlsx;
    size_t at = 0;
    ctx_init(&c, MEM);
    OK(&c, file_read(&c, "data/htcds/htcds_xlsform.xml", XFORM_MAX, &xml));
    OK(&c, file_read(&c, "data/htcds/htcds_xlsform.xlsx", XFORM_MAX, &xlsx));
    OK(&c, xform_load(&c, xml, &a, &n));
    tell(&n);
    CHECK_EQ(n.n, 0);
    OK(&c, form_load_xlsx(&c, STR("htcds_xlsform"), xlsx, &b, &n));
    tell(&n);
    CHECK_EQ(n.n, 0);
    if (a && b) {
        CHECK(str_eq(form_xform(a), xml));
        CHECK_EQ(form_count(a), 36);
        CHECK_EQ(form_count(b), 36);
        CHECK_EQ(form_find(a, STR("prs_Citizenship"))->list->n, 249);
        for (size_t i = 0; i < form_count(a); i++) {
            const struct form_field *x = form_field(a, i), *y = form_find(b, x->path);
            struct str bind = str_join(&c.mem, STR("nodeset=\"/data/"), x->path, STR("\""));
            CHECK(y && x->type == y->type);
            CHECK(!form_is_leaf(x) || str_find(xml, bind, &at));
            CHECK(y && str_eq(form_text(a, x->label, STR("en")), form_text(b, y->label, STR("en"))));
            CHECK(y && (x->list ? x->list->n : 0) == (y->list ? y->list->n : 0));
        }
        dump(&c, "htcds.xml", form_xform(a));
        dump(&c, "htcds-ours.xml", form_xform(b));
    }
    form_unref(a);
    form_unref(b);
    ctx_done(&c);
}

/* ---- exports ------------------------------------------------------------------------------------------ */

static void exports(struct t *t)
{
    struct ctx c;
    struct str s;
    size_t at;
    ctx_init(&c, MEM);
    const struct form *f = visit(t, &c);
    OK(&c, form_template_csv(&c, f, STR("es"), &s));
    CHECK(str_starts(s, STR("place,dept,district,day,family/children,family/child/name,")));
    CHECK(str_find(s, STR("\r\nLugar,Departamento,Distrito,Fecha,"), &at));
    OK(&c, form_json_schema(&c, f, STR("en"), &s));
    CHECK(str_find(s, STR("\"title\": \"Department\""), &at));
    CHECK(str_find(s, STR("\"PY-16\""), &at));
    CHECK(str_find(s, STR("\"x-sensitivity\": \"sealed\""), &at));
    form_unref(f);
    ctx_done(&c);
}

/* ---- refusal of every allocation ------------------------------------------------------------------------ */

static void memory_refused(struct t *t)
{
    struct ctx first;
    struct str survey, choices, settings, xml;
    ctx_init(&first, MEM);
    OK(&first, file_read(&first, KINDS "/visit.survey.csv", 1 << 20, &survey));
    OK(&first, file_read(&first, KINDS "/visit.choices.csv", 1 << 20, &choices));
    OK(&first, file_read(&first, KINDS "/visit.settings.csv", 1 << 20, &settings));
    const struct form *whole = visit(t, &first);
    xml = form_xform(whole);
    struct form_source s = { STR("visit"), survey, choices, settings };
    for (int kind = 0; kind < 2; kind++)
        for (long n = 1;; n += n < 200 ? 1 : 37) {
            struct ctx c;
            const struct form *f = NULL;
            struct form_notes notes;
            ctx_init(&c, MEM);
            c.mem.fail_at = n;
            enum err e = kind ? xform_load(&c, xml, &f, &notes) : form_load_csv(&c, &s, &f, &notes);
            CHECK(e == ERR_OK || e == ERR_NOMEM);
            CHECK((e == ERR_OK) == (f != NULL));
            form_unref(f);
            ctx_done(&c);
            if (e == ERR_OK) {
                printf("# about %ld allocations refused in turn\n", n - 1);
                break;
            }
            if (e != ERR_NOMEM)
                break;
        }
    form_unref(whole);
    ctx_done(&first);
}

static const struct t_case cases[] = {
    { "fields of a kind", fields },
    { "XForm and back", round_trip },
    { "random forms, XForm and back", random_round_trips },
    { "mistakes have file, line and column", mistakes },
    { "version follows content", version_follows_content },
    { "files and telephones", files_and_telephones },
    { "XForms refused", bad_xforms },
    { "a foreign XForm", foreign },
    { "the official HTCDS form", htcds_form },
    { "template and schema", exports },
    { "every allocation refused", memory_refused },
};
T_MAIN(cases)
