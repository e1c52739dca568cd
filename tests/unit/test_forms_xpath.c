/* Every ODK function by example, through a form that calculates it. */
#include "forms/forms.h"
#include "forms/odk.h"
#include "forms/xpath.h"
#include "t.h"

#include <stdio.h>

enum { MEM = 64 * 1024 * 1024 };

/* 2026-11-24T13:05:00Z */
static const int64_t NOON_US = INT64_C(1795525500000000);

struct example { const char *expr, *want; };

/* One form with a calculate per example, checked once; names c0, c1, ... */
static void run(struct t *t, const struct example *v, size_t n)
{
    struct ctx c;
    struct buf b;
    const struct form *f = NULL;
    struct form_notes notes;
    struct form_result r;
    ctx_init(&c, MEM);
    c.now_us = NOON_US;
    buf_init(&b, &c.mem, 1 << 20);
    buf_put(&b, STR("type,name,label,calculation,parameters\r\n"
                    "text,a,A,,\r\ntext,e,E,,\r\ndate,born,Born,,\r\nselect_multiple fruit,fruits,F,,\r\n"
                    "select_one fruit,one,F,,\r\ngeopoint,here,H,,\r\n"
                    "begin repeat,kid,,,\r\ntext,name,N,,\r\ninteger,age,A,,\r\n"
                    "calculate,pos,,position(..),\r\ncalculate,older,,${age} + 1,\r\n"
                    "calculate,first,,\"indexed-repeat(${name}, ${kid}, 1)\",\r\nend repeat,,,,\r\n"));
    for (size_t i = 0; i < n; i++) {
        buf_fmt(&b, "calculate,c%zu,,", i);
        buf_char(&b, '"');
        buf_put(&b, str_c(v[i].expr));
        buf_put(&b, STR("\",\r\n"));
    }
    struct form_source src = { .name = STR("fn"), .survey = buf_str(&b),
        .choices = STR("list_name,name,label::en,label::es,zone\r\nfruit,apple,Apple,Manzana,n\r\n"
                       "fruit,pear,Pear,Pera,s\r\nfruit,fig,Fig,Higo,s\r\n") };
    OK(&c, form_load_csv(&c, &src, &f, &notes));
    for (size_t i = 0; i < notes.n; i++)
        printf("# line %d: %.*s\n", notes.v[i].line, STR_A(notes.v[i].text));
    struct answer given[] = {
        { STR("a"), STR("hello") }, { STR("born"), STR("2015-03-01") },
        { STR("fruits"), STR("apple fig") }, { STR("one"), STR("pear") },
        { STR("here"), STR("-22.35 -60.03 0 0") },
        { STR("kid[1]/name"), STR("Ana") }, { STR("kid[1]/age"), STR("9") },
        { STR("kid[2]/name"), STR("Beto") }, { STR("kid[2]/age"), STR("14") },
    };
    struct answers a = { given, COUNT_OF(given), COUNT_OF(given) };
    struct form_pair media[] = { { STR("towns.csv"),
        STR("code,town,people\r\nFI,Filadelfia,14713\r\nLP,Loma Plata,9765\r\n") } };
    struct form_env env = { .lang = STR("es"), .utc_offset_min = -180, .media = media, .medias = 1 };
    if (f)
        OK(&c, form_check(&c, f, &a, &env, &r));
    for (size_t i = 0; f && i < n; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "c%zu", i);
        struct str got = answers_get(&r.answers, str_c(name));
        if (!str_is(got, v[i].want)) {
            t->bad++;
            printf("# %s is \"%.*s\", want \"%s\"\n", v[i].expr, STR_A(got), v[i].want);
        }
    }
    if (f) {
        CHECK_STR(answers_get(&r.answers, STR("kid[1]/pos")), "1");
        CHECK_STR(answers_get(&r.answers, STR("kid[2]/pos")), "2");
        CHECK_STR(answers_get(&r.answers, STR("kid[2]/older")), "15");
        CHECK_STR(answers_get(&r.answers, STR("kid[2]/first")), "Ana");
    }
    form_unref(f);
    ctx_done(&c);
}

#define RUN(v) run(t, v, COUNT_OF(v))

static void strings(struct t *t)
{
    static const struct example v[] = {
        { "concat(${a}, ' ', 'you')", "hello you" },
        { "concat(${name})", "AnaBeto" },
        { "join(', ', ${name})", "Ana, Beto" },
        { "join('-', 'x', ${e}, 'y')", "x--y" },
        { "substr('hello', 1, 3)", "el" },
        { "substr('hello', -3)", "llo" },
        { "substr('hello', 2, -1)", "ll" },
        { "substr('niñez', 2, 3)", "ñ" },
        { "substring-before('2026-11', '-')", "2026" },
        { "substring-after('2026-11', '-')", "11" },
        { "translate('abc', 'ab', 'AB')", "ABc" },
        { "string-length('niñez')", "5" },
        { "normalize-space('  a  b ')", "a b" },
        { "contains(${a}, 'ell')", "true" },
        { "starts-with(${a}, 'he')", "true" },
        { "ends-with(${a}, 'lo')", "true" },
        { "string-length(uuid())", "36" },
        { "string-length(uuid(12))", "12" },
        { "digest('abc', 'MD5', 'hex')", "900150983cd24fb0d6963f7d28e17f72" },
        { "digest('abc', 'SHA-1', 'hex')", "a9993e364706816aba3e25717850c26c9cd0d89d" },
        { "digest('abc', 'SHA-256', 'hex')",
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "digest('abc', 'SHA-384', 'hex')",
          "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
          "8086072ba1e7cc2358baeca134c825a7" },
        { "digest('abc', 'SHA-512', 'hex')",
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
        { "digest('abc', 'MD5')", "kAFQmDzST7DWlj99KOF/cg==" },
        { "base64-decode('aG9sYQ==')", "hola" },
        { "base64-decode('?!?!')", "" },
        { "extract-signed('AAAA', 'AAAA')", "" },
        { "string(1 + 1)", "2" },
    };
    RUN(v);
}

static void booleans(struct t *t)
{
    static const struct example v[] = {
        { "if(1 = 1, 'y', 'n')", "y" },
        { "if(${e} = '', 'empty', 'full')", "empty" },
        { "coalesce(${e}, ${a})", "hello" },
        { "once('kept')", "kept" },
        { "boolean-from-string('true')", "true" },
        { "boolean-from-string('yes')", "false" },
        { "regex('0981 123456', '[0-9]{4} [0-9]+')", "true" },
        { "regex('x0981', '[0-9]+')", "false" },
        { "checklist(1, 2, true(), false(), true())", "true" },
        { "checklist(-1, 1, true(), false(), true())", "false" },
        { "weighted-checklist(5, -1, true(), 2, true(), 3)", "true" },
        { "weighted-checklist(6, -1, true(), 2, true(), 3)", "false" },
        { "not(${a} = 'x') and true()", "true" },
        { "false() or boolean('')", "false" },
        { "selected(${fruits}, 'fig')", "true" },
        { "selected(${fruits}, 'pear')", "false" },
        { "selected-at(${fruits}, 1)", "fig" },
        { "selected-at(${fruits}, 5)", "" },
        { "count-selected(${fruits})", "2" },
        { "jr:choice-name(${one}, '${one}')", "Pera" },
        { "jr:choice-name('fig', '${one}')", "Higo" },
        { "jr:choice-name('fig', ' ../one ')", "Higo" },
        { "jr:choice-name('fig', '/data/nowhere')", "fig" },
    };
    RUN(v);
}

static void numbers(struct t *t)
{
    static const struct example v[] = {
        { "2 + 3 * 4 - 1", "13" }, { "-(2 + 1)", "-3" }, { "7 div 2", "3.5" }, { "7 mod 3", "1" },
        { "1 + 1 + 1 + 1", "4" }, { "10 - 3 - 2", "5" }, { "- - 2", "2" },
        { "int(-3.7)", "-3" }, { "round(2.5)", "3" }, { "round(3.14159, 2)", "3.14" },
        { "round(1250, -2)", "1300" }, { "number('12')", "12" }, { "number('x')", "" },
        { "sum(${age})", "23" }, { "max(${age})", "14" }, { "min(${age}, 3)", "3" },
        { "max(${e}, 4)", "4" }, { "pow(2, 10)", "1024" }, { "abs(-2)", "2" }, { "sqrt(81)", "9" },
        { "log10(1000)", "3" }, { "round(log(exp(1)), 3)", "1" }, { "exp10(2)", "100" },
        { "round(sin(pi() div 2), 6)", "1" }, { "round(cos(0), 6)", "1" }, { "tan(0)", "0" },
        { "round(asin(1), 4)", "1.5708" }, { "acos(1)", "0" }, { "round(atan(1), 4)", "0.7854" },
        { "round(atan2(1, 1), 4)", "0.7854" }, { "floor(2.7)", "2" }, { "ceiling(2.1)", "3" },
        { "random() < 1", "true" }, { "count(${kid})", "2" }, { "count(${kid}[./age > 10])", "1" },
        { "count-non-empty(/data/kid/name)", "2" }, { "${e} > 3", "false" },
        { "/data/kid/age > 13", "true" }, { "/data/kid/age < 5", "false" },
        { "3 < 4 and 4 >= 4 and 5 != 6", "true" }, { "'a' = 'a'", "true" },
    };
    RUN(v);
}

static void dates(struct t *t)
{
    static const struct example v[] = {
        { "today()", "2026-11-24" },
        { "now()", "2026-11-24T10:05:00.000-03:00" },
        { "date('2026-02-28') + 1 = date('2026-03-01')", "true" },
        { "date(20000)", "2024-10-04" },
        { "date('nonsense')", "" },
        { "number('1970-01-02')", "1" },
        { "int((today() - ${born}) div 365.25)", "11" },
        { "${born} < today()", "true" },
        { "today() >= ${born} + 100000", "false" },
        { "${born} = '2015-03-01'", "true" },
        { "format-date(${born}, '%d/%m/%Y')", "01/03/2015" },
        { "format-date('2026-11-24', '%e %b %y')", "24 nov 26" },
        { "format-date('2026-11-24', '%a %n')", "mar 11" },
        { "format-date-time('2026-11-24T23:30:15.250Z', '%Y-%m-%d %H:%M:%S.%3')", "2026-11-24 20:30:15.250" },
        { "format-date-time('2026-11-24T05:07:00-03:00', '%h:%M')", "5:07" },
        { "decimal-date-time('1970-01-02T12:00:00Z')", "1.5" },
        { "decimal-time('18:00:00.000')", "0.75" },
        { "date-time('2026-11-24T13:05:00Z')", "2026-11-24T10:05:00.000-03:00" },
        { "'2026-11-24T10:00:00-03:00' < '2026-11-24T14:00:00Z'", "true" },
    };
    RUN(v);
}

static void nodes(struct t *t)
{
    static const struct example v[] = {
        { "indexed-repeat(${name}, ${kid}, 2)", "Beto" },
        { "${kid}[2]/name", "Beto" },
        { "instance('fruit')/root/item[name = ${one}]/zone", "s" },
        { "count(instance('fruit')/root/item[zone = 's'])", "2" },
        { "pulldata('towns', 'town', 'code', 'LP')", "Loma Plata" },
        { "pulldata('towns', 'town', 'code', 'XX')", "" },
        { "pulldata('none', 'town', 'code', 'XX')", "" },
        { "count(randomize(instance('fruit')/root/item, 7))", "3" },
        { "position(${kid}[2])", "2" },
        { "local-name(.)", "c9" },
        { "name(..)", "data" },
    };
    RUN(v);
}

static void places(struct t *t)
{
    static const struct example v[] = {
        { "round(distance('0 0; 0 1'), 0)", "111319" },
        { "round(distance(${here}, '-22.35 -60.03'), 3)", "0" },
        { "round(area('0 0;0 1;1 1;1 0;0 0') div 1000000, 0)", "12391" },
        { "geofence('0.5 0.5', '0 0;0 1;1 1;1 0;0 0')", "true" },
        { "geofence('2 0.5', '0 0;0 1;1 1;1 0;0 0')", "false" },
        { "intersects('0 0;1 1;0 1;1 0')", "true" },
        { "intersects('0 0;0 1;1 1;1 0;0 0')", "false" },
    };
    RUN(v);
}

/* Nothing in the table of functions is without an example above. */
static void every_function_is_named(struct t *t)
{
    CHECK(odk_count() > 70);
    for (size_t i = 0; i < odk_count(); i++)
        CHECK(odk_find(str_c(odk_at(i)->name)) == odk_at(i));
}

static bool translate(struct ctx *c, const char *text, struct str *out, struct xpath_error *e)
{
    static const struct str repeats[] = { STR_INIT("/data/kid") };
    struct xpath_scope s = { .context = STR("/data/kid/age"), .repeat = repeats, .repeats = 1 };
    return xpath_translate(&c->mem, &s, str_c(text), out, e);
}

static void rewritten(struct t *t)
{
    static const struct example v[] = {
        { ". < 3", "odk-cmp('<',.,3)" },
        { "/data/kid/name", "current()/../name" },
        { "/data/kid", "/data/kid" },
        { "/data/kid[1]/name", "/data/kid[1]/name" },
        { "/data/a - 1", "(odk-num(/data/a) - 1)" },
        { "indexed-repeat(/data/kid/name, /data/kid, 2)", "indexed-repeat(/data/kid/name,/data/kid,2)" },
        { "orx:meta/orx:instanceID", "meta/instanceID" },
        { "../order-of or ../and", "(../order-of or ../and)" },
        { "a * b", "(odk-num(a) * odk-num(b))" },
        { "*", "*" },
        { "//x", "//x" },
        { "a | b", "a|b" },
        { "(a)[1]", "(a)[1]" },
        { "jr:itext('x')", "jr-itext('x')" },
        { "instance('l')/root/item[z = /data/a]", "instance('l')/root/item[odk-cmp('=',z,odk-root()/data/a)]" },
    };
    struct ctx c;
    struct str out;
    struct xpath_error e;
    ctx_init(&c, MEM);
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        CHECK(translate(&c, v[i].expr, &out, &e));
        if (!str_is(out, v[i].want)) {
            t->bad++;
            printf("# %s became %.*s, want %s\n", v[i].expr, STR_A(out), v[i].want);
        }
    }
    ctx_done(&c);
}

static void refused(struct t *t)
{
    static const struct example v[] = {
        { "", "the expression ends too early" },
        { "1 +", "the expression ends too early" },
        { "'open", "a quote is not closed" },
        { "(1", "a closing parenthesis is missing" },
        { "a[1", "a closing bracket is missing" },
        { "system('rm')", "no such function" },
        { "document('file:///etc/passwd')", "no such function" },
        { "if(1, 2)", "wrong number of arguments" },
        { "today(1)", "wrong number of arguments" },
        { "following::x", "this axis is not part of ODK XForms" },
        { "1.2.3", "not a number" },
        { "a b", "something is left over" },
        { "$x", "a name is missing" },
    };
    struct ctx c;
    struct str out;
    struct xpath_error e;
    ctx_init(&c, MEM);
    for (size_t i = 0; i < COUNT_OF(v); i++) {
        CHECK(!translate(&c, v[i].expr, &out, &e));
        CHECK_STR(str_c(e.why), v[i].want);
    }
    ctx_done(&c);
}

/* Deep, long and wide: refused or done, but never a crash or a minute. */
static void hostile(struct t *t)
{
    struct ctx c;
    struct buf b;
    struct str out;
    struct xpath_error e;
    ctx_init(&c, MEM);
    buf_init(&b, &c.mem, 1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_char(&b, '(');
    CHECK(!translate(&c, arena_z(&c.mem, buf_str(&b)), &out, &e));
    CHECK_STR(str_c(e.why), "nested too deeply");
    buf_init(&b, &c.mem, 1 << 20);
    for (int i = 0; i < 3000; i++)
        buf_put(&b, STR("1 + "));
    buf_put(&b, STR("1"));
    CHECK(translate(&c, arena_z(&c.mem, buf_str(&b)), &out, &e));
    buf_init(&b, &c.mem, 1 << 20);
    for (int i = 0; i < 3000; i++)
        buf_put(&b, STR("a = "));
    buf_put(&b, STR("1"));
    CHECK(!translate(&c, arena_z(&c.mem, buf_str(&b)), &out, &e));
    buf_init(&b, &c.mem, 1 << 20);
    for (int i = 0; i < 20000; i++)
        buf_put(&b, STR("a"));
    CHECK(!translate(&c, arena_z(&c.mem, buf_str(&b)), &out, &e));
    CHECK_STR(str_c(e.why), "too long");
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "strings", strings }, { "booleans and selects", booleans }, { "numbers", numbers },
    { "dates", dates }, { "node-sets", nodes }, { "places", places },
    { "the table of functions", every_function_is_named }, { "rewriting", rewritten },
    { "refused expressions", refused }, { "hostile expressions", hostile },
};
T_MAIN(cases)
