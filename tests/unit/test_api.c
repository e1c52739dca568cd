/* Devices, submissions, imports: on both engines, with the Paraguay pack. */
#include "api/api.h"
#include "db_t.h"
#include "http/http_auth.h"
#include "signal/served.h"
#include "signal/signal.h"
#include "web/open.h"

#include <sodium.h>
#include <sys/stat.h>
#include <zlib.h>

/* ---- a node ------------------------------------------------------------------------- */

struct api_t { struct node_t n; struct house *h; };

static bool begin(struct t *t, struct api_t *a, bool pg)
{
    *a = (struct api_t){ .h = NULL };
    node_place(&a->n, pg);
    OK(&a->n.c, house_open(&a->n.c, &(struct node_config){ .data = str_c(a->n.dir), .pack = STR("packs/py"),
        .db = pg ? str_c(a->n.url) : (struct str){ 0 }, .quick = true, .create = true }, &a->h));
    a->n.c.who = officer_machine(&a->n.c);
    a->n.c.lang = STR("es");
    return a->h != NULL;
}

static void end(struct api_t *a)
{
    house_close(&a->n.c, a->h);
    node_remove(&a->n);
    ctx_done(&a->n.c);
}

#define EACH_ENGINE(t, a) for (int pg = 0, engines_ = engines(); pg < engines_; pg++) \
    for (struct api_t a, *once_ = begin(t, &a, pg) ? &a : NULL; once_; end(&a), once_ = NULL)

#define IOM_VERSION "vSmt4GQA3C9uBMLPEVfgND"
#define IOM(more, id) "<data id=\"htcds_xlsform\" version=\"" IOM_VERSION "\">" more \
    "<meta><instanceID>" id "</instanceID></meta></data>"

static enum err take(struct ctx *c, const char *xml, struct submission_out *out)
{
    return submission_take(c, &(struct submission_in){ .xml = str_c(xml), .territory = STR("PY-19") }, out);
}

/* The fold follows a durable change; whoever takes its lock has waited for it. */
static void settle(struct t *t, struct ctx *c, struct str lock)
{
    struct draft *d;
    OK(c, draft_begin(c, lock, "signal.receive", &d));
    draft_drop(d);
}

static int64_t count(struct t *t, struct ctx *c, int which)
{
    AUTO_ROWS r = { 0 };
    if (which == 0)
        OK(c, db_query(c, &r, "SELECT count(*) FROM signal_row", NO_ARGS));
    else if (which == 1)
        OK(c, db_query(c, &r, "SELECT count(*) FROM submission", NO_ARGS));
    else
        OK(c, db_query(c, &r, "SELECT count(*) FROM submission_file", NO_ARGS));
    return rows_next(&r) ? row_i64(&r, 0) : -1;
}

static struct answers stored(struct t *t, struct ctx *c, struct str signal)
{
    struct record r;
    OK(c, record_load(c, signal, &r));
    return signal_answers(c, &r);
}

/* ---- submissions ------------------------------------------------------------------------ */

static const char odd[] = IOM("<prs_First_Name>uno</prs_First_Name><prs_first_name>dos</prs_first_name>"
    "<PRS_FIRST_NAME>tres</PRS_FIRST_NAME><vacío/><entidad id=\"x\"><label>ñ &amp; &lt;</label></entidad>"
    "<casa><Nombre>A</Nombre></casa><casa><Nombre>B</Nombre></casa>"
    "<un_nombre_de_grupo_muy_largo_que_alguien_eligió><otro_nombre_de_grupo_muy_largo><final>lejos</final>"
    "</otro_nombre_de_grupo_muy_largo></un_nombre_de_grupo_muy_largo_que_alguien_eligió>", "uuid:odd");

static void keeps_every_field(struct t *t)
{
    EACH_ENGINE(t, a) {
        struct ctx *c = &a.n.c;
        struct submission_out out;
        struct str xml;
        OK(c, take(c, odd, &out));
        settle(t, c, STR("uuid:odd"));
        struct answers s = stored(t, c, out.signal);
        CHECK_STR(answers_get(&s, STR("prs_First_Name")), "uno");
        CHECK_STR(answers_get(&s, STR("prs_first_name")), "dos");
        CHECK_STR(answers_get(&s, STR("PRS_FIRST_NAME")), "tres");
        CHECK_STR(answers_get(&s, STR("entidad/@id")), "x");
        CHECK_STR(answers_get(&s, STR("entidad/label")), "ñ & <");
        CHECK_STR(answers_get(&s, STR("casa/Nombre")), "A");
        CHECK_STR(answers_get(&s, STR("casa[2]/Nombre")), "B");
        CHECK_STR(answers_get(&s, STR("un_nombre_de_grupo_muy_largo_que_alguien_eligió/otro_nombre_de_grupo_muy_largo/final")), "lejos");
        CHECK_EQ(s.n, 9);
        OK(c, submission_xml(c, out.id, &xml));
        CHECK_STR(xml, odd);
    }
}

static void long_xml_comes_back(struct t *t)
{
    EACH_ENGINE(t, a) {
        struct ctx *c = &a.n.c;
        struct buf b;
        struct submission_out out;
        struct str xml;
        buf_init(&b, &c->mem, 1 << 20);
        buf_put(&b, STR("<data id=\"htcds_xlsform\" version=\"" IOM_VERSION "\">"));
        for (int i = 0; i < 4000; i++)
            buf_fmt(&b, "<t%d>áéíóú ñandú</t%d>", i, i);
        buf_put(&b, STR("<meta><instanceID>uuid:long</instanceID></meta></data>"));
        CHECK(b.n > 2 * 60 * 1024);
        OK(c, submission_take(c, &(struct submission_in){ .xml = buf_str(&b) }, &out));
        settle(t, c, STR("uuid:long"));
        OK(c, submission_xml(c, out.id, &xml));
        CHECK(str_eq(xml, buf_str(&b)));
        CHECK_EQ(stored(t, c, out.signal).n, 4001);
    }
}

static void replays_and_conflicts(struct t *t)
{
    EACH_ENGINE(t, a) {
        struct ctx *c = &a.n.c;
        struct submission_out one, two;
        OK(c, take(c, IOM("<prs_Title>a</prs_Title>", "uuid:1"), &one));
        CHECK(!one.again);
        OK(c, take(c, IOM("<prs_Title>a</prs_Title>", "uuid:1"), &two));
        CHECK(two.again && str_eq(one.signal, two.signal));
        CHECK_EQ(take(c, IOM("<prs_Title>b</prs_Title>", "uuid:1"), &two), ERR_CONFLICT);
        CHECK_EQ(count(t, c, 0), 1);
        CHECK_EQ(count(t, c, 1), 1);
    }
}

static void refuses(struct t *t)
{
    static const struct { const char *xml; enum err e; const char *key; } bad[] = {
        { "", ERR_INPUT, NULL },
        { "<data", ERR_INPUT, NULL },
        { "<data/>", ERR_INPUT, "submission.no-form" },
        { "<data id=\"htcds_xlsform\"/>", ERR_NOT_FOUND, "submission.unknown-version" },
        { "<data id=\"htcds_xlsform\" version=\"1\"/>", ERR_NOT_FOUND, "submission.unknown-version" },
        { "<data id=\"none\" version=\"1\"/>", ERR_NOT_FOUND, "submission.unknown-form" },
        { "<data id=\"htcds_xlsform\" version=\"" IOM_VERSION "\" encrypted=\"yes\"/>", ERR_INPUT, "submission.encrypted" },
        { "<data id=\"htcds_xlsform\" version=\"" IOM_VERSION "\"><prs_Title>\xff</prs_Title></data>", ERR_INPUT, "submission.not-utf8" },
    };
    EACH_ENGINE(t, a) {
        struct ctx *c = &a.n.c;
        for (size_t i = 0; i < COUNT_OF(bad); i++) {
            struct submission_out out;
            CHECK_EQ(take(c, bad[i].xml, &out), bad[i].e);
            if (bad[i].key)
                CHECK(c->fault.key && !strcmp(c->fault.key, bad[i].key));
            c->fault = (struct fault){ 0 };
        }
        CHECK_EQ(count(t, c, 0), 0);
    }
}

#define EDIT(more, id, old) "<data id=\"htcds_xlsform\" version=\"" IOM_VERSION "\">" more \
    "<meta><instanceID>" id "</instanceID><deprecatedID>" old "</deprecatedID></meta></data>"

static void corrects(struct t *t)
{
    EACH_ENGINE(t, a) {
        struct ctx *c = &a.n.c;
        struct submission_out one, two, three;
        OK(c, take(c, IOM("<prs_Title>a</prs_Title><prs_Email>x@example.org</prs_Email>", "uuid:1"), &one));
        OK(c, take(c, EDIT("<prs_Title>b</prs_Title>", "uuid:2", "uuid:1"), &two));
        settle(t, c, STR("uuid:1"));
        CHECK(two.edit && str_eq(one.signal, two.signal));
        struct answers s = stored(t, c, one.signal);
        CHECK_STR(answers_get(&s, STR("prs_Title")), "b");
        CHECK_STR(answers_get(&s, STR("prs_Email")), "");
        CHECK_EQ(take(c, EDIT("<prs_Title>c</prs_Title>", "uuid:3", "uuid:1"), &three), ERR_CONFLICT);
        c->fault = (struct fault){ 0 };
        CHECK_EQ(take(c, EDIT("<prs_Title>c</prs_Title>", "uuid:3", "uuid:none"), &three), ERR_NOT_FOUND);
        CHECK_EQ(count(t, c, 0), 1);
        CHECK_EQ(count(t, c, 1), 2);
    }
}

/* Memory refused at every allocation in turn: never a signal without its
 * submission, and once it succeeds exactly one of both. */
static void survives_refused_memory(struct t *t)
{
    EACH_ENGINE(t, a) {
        enum err e = ERR_NOMEM;
        for (long n = 1; e && n < 5000; n++) {
            struct ctx c;
            struct submission_out out;
            ctx_init(&c, 16 << 20);
            c.db = a.n.c.db;
            c.node = a.n.c.node;
            c.who = a.n.c.who;
            c.mem.fail_at = n;
            e = take(&c, IOM("<prs_Title>a</prs_Title>", "uuid:m"), &out);
            ctx_done(&c);
            if (e != ERR_OK)
                CHECK_EQ(e, ERR_NOMEM);
        }
        CHECK_EQ(e, ERR_OK);
        settle(t, &a.n.c, STR("uuid:m"));
        CHECK_EQ(count(t, &a.n.c, 0), 1);
        CHECK_EQ(count(t, &a.n.c, 1), 1);
    }
}

/* ---- devices ------------------------------------------------------------------------------- */

static void devices_have_credentials(struct t *t)
{
    EACH_ENGINE(t, a) {
        struct ctx *c = &a.n.c;
        struct device_new d;
        struct device found;
        char ha1[33], want[33];
        OK(c, device_add(c, STR("Teléfono 1"), STR("codeni-filadelfia"), &d));
        CHECK(d.secret.n >= 24);
        CHECK(device_find(c, d.login, &found, ha1));
        http_ha1(d.login, STR(DEVICE_REALM), d.secret, want);
        CHECK_STR(str_c(ha1), want);
        CHECK_STR(found.territory, "PY-1604");
        CHECK(!device_find(c, STR("m-none"), &found, ha1));
        CHECK_EQ(device_add(c, STR("  "), STR("codeni-filadelfia"), &d), ERR_INPUT);
        c->fault = (struct fault){ 0 };
        struct officer other = { .id = STR("o"), .office = STR("linea-147"), .roles = STR("intake") };
        c->who = &other;
        CHECK_EQ(device_disable(c, found.id, true), ERR_NOT_FOUND);
        c->fault = (struct fault){ 0 };
        other.roles = STR("service");
        CHECK_EQ(device_disable(c, found.id, true), ERR_DENIED);
        c->fault = (struct fault){ 0 };
        c->who = officer_machine(c);
        OK(c, device_disable(c, found.id, true));
        CHECK(!device_find(c, found.login, &found, ha1));
    }
}

static void settings_inflate(struct t *t)
{
    struct ctx c;
    struct str text;
    unsigned char z[4096], plain[4096];
    size_t n = 0;
    uLongf k = sizeof plain;
    ctx_init(&c, 1 << 20);
    OK(&c, collect_settings(&c, STR("https://x.example/openrosa"), STR("m-a"), STR("se\"creto"), STR("Ñandú"), &text));
    CHECK(sodium_base642bin(z, sizeof z, text.p, text.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0);
    CHECK_EQ(uncompress(plain, &k, z, (uLong)n), Z_OK);
    CHECK_STR(((struct str){ (char *)plain, k }),
        "{\"general\":{\"protocol\":\"odk_default\",\"server_url\":\"https://x.example/openrosa\",\"username\":\"m-a\","
        "\"password\":\"se\\\"creto\",\"form_update_mode\":\"match_exactly\",\"autosend\":\"wifi_and_cellular\","
        "\"delete_send\":true},\"admin\":{},\"project\":{\"name\":\"Ñandú\",\"icon\":\"A\"}}");
    ctx_done(&c);
}

/* ---- imports ---------------------------------------------------------------------------------- */

static void say_nothing(void *arg, int line, const char *what, struct str detail)
{
    size_t *n = arg;
    (void)detail;
    *n += line > 0 && !strcmp(what, "error");
}

static void imports_rows(struct t *t)
{
    static const char good[] = "prs_FirstName,vic_MethodsOfControl,prs_Birthdate\n"
        "Fulana,DebtBondage;TakesEarnings,2011-02-03\nMengano,,\n";
    static const char bad[] = "prs_FirstName,vic_MethodsOfControl,prs_Birthdate\nFulana,NoSuchValue,\nMengano,,\n";
    EACH_ENGINE(t, a) {
        struct ctx *c = &a.n.c;
        struct import_report r;
        size_t errors = 0;
        CHECK_EQ(import_htcds(c, str_c(bad), STR("PY-19"), say_nothing, &errors, &r), ERR_INPUT);
        CHECK_EQ(errors, 1);
        CHECK_EQ(count(t, c, 0), 0);
        c->fault = (struct fault){ 0 };
        OK(c, import_htcds(c, str_c(good), STR("PY-19"), say_nothing, &errors, &r));
        CHECK_EQ(r.made, 2);
        OK(c, import_htcds(c, str_c(good), STR("PY-19"), say_nothing, &errors, &r));
        CHECK_EQ(r.made, 0);
        CHECK_EQ(r.known, 2);
        CHECK_EQ(count(t, c, 0), 2);
        AUTO_ROWS q = { 0 };
        OK(c, db_query(c, &q, "SELECT id FROM signal_row ORDER BY id LIMIT 1", NO_ARGS));
        CHECK(rows_next(&q));
        struct answers s = stored(t, c, row_str(&q, 0));
        CHECK_STR(answers_get(&s, STR("prs_FirstName")), "Fulana");
        CHECK_STR(answers_get(&s, STR("vic_MethodsOfControl")), "DebtBondage;TakesEarnings");
        CHECK_STR(answers_get(&s, STR("prs_Birthdate")), "2011-02-03");
    }
}

/* ---- forms on offer ------------------------------------------------------------------------------ */

static void serves_the_iom_form_unchanged(struct t *t)
{
    struct ctx c;
    struct served *s;
    struct str file;
    ctx_init(&c, 64 << 20);
    OK(&c, served_load(&c, NULL, NULL, &s));
    OK(&c, file_read(&c, "data/htcds/htcds_xlsform.xml", 1 << 20, &file));
    const struct served_form *f = served_find(s, STR("htcds_xlsform"), (struct str){ 0 });
    CHECK(f && str_eq(f->xml, file));
    CHECK(f && served_by_md5(s, str_c(f->md5)) == f);
    served_free(s);
    ctx_done(&c);
}

static void names_the_form_it_cannot_read(struct t *t)
{
    struct ctx c;
    struct served *s = NULL;
    char dir[] = "/tmp/amparo-served.XXXXXX", path[60];
    ctx_init(&c, 64 << 20);
    CHECK(mkdtemp(dir) != NULL);
    (void)snprintf(path, sizeof path, "%s/rota.xml", dir);
    OK(&c, file_write(&c, path, STR("<h:html"), 0600));
    CHECK_EQ(served_load(&c, NULL, dir, &s), ERR_INPUT);
    CHECK(strstr(c.fault.detail, "rota.xml") != NULL);
    (void)unlink(path);
    (void)rmdir(dir);
    ctx_done(&c);
}

static const struct t_case cases[] = {
    { "a submission keeps every field under its own path, and its bytes", keeps_every_field },
    { "a long submission comes back byte for byte", long_xml_comes_back },
    { "the same bytes again are the same signal, other bytes a conflict", replays_and_conflicts },
    { "what is no submission of a form on offer is refused and leaves nothing", refuses },
    { "a correction takes the place of what it names, once", corrects },
    { "refused memory never leaves half of it", survives_refused_memory },
    { "a device has credentials of its own, until it is disabled", devices_have_credentials },
    { "settings for Collect inflate to what was meant", settings_inflate },
    { "rows of HTCDS become signals once; with an error none do", imports_rows },
    { "the IOM form is served byte for byte", serves_the_iom_form_unchanged },
    { "a form that cannot be read is named", names_the_form_it_cannot_read },
};
T_MAIN(cases)
