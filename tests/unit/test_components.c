/* Every part of a page once: that it can be written, that what goes in comes
 * out escaped, and (with AMPARO_COMPONENTS=FOLDER) the files a browser looks at. */
#include "base/embed.h"
#include "base/node.h"
#include "base/who.h"
#include "page/files.h"
#include "page/map.h"
#include "page/page.h"
#include "t.h"

#include <sys/stat.h>

#define NOON_24_NOV INT64_C(1795532400000000)     /* 2026-11-24T15:00:00Z, noon in Asunción */

static const struct tab tabs[] = {
    { "work", "/work", "page.help", NULL },
    { "cases", "/cases", "page.pages", "case.read" },
    { 0 },
};
static int64_t two(struct ctx *c, const char *tab)
{
    (void)c;
    return strcmp(tab, "cases") == 0 ? 2 : 0;
}
static size_t langs(struct ctx *c, struct str out[])
{
    static const struct str all[] = { STR_INIT("es"), STR_INIT("en"), STR_INIT("gn") };
    (void)c;
    memcpy(out, all, sizeof all);
    return COUNT_OF(all);
}
static const struct site site = {
    .name = "Amparo", .tabs = tabs, .count = two, .langs = langs,
    .home = "/work", .search = "/search", .lock = "/lock", .language = "/language",
    .exit = "/leave", .help = "/help", .privacy = "/privacy",
};
static const struct officer ana = {
    .id = STR_INIT("o1"), .name = STR_INIT("Ana Ejemplo, Inspección"), .roles = STR_INIT("intake"),
};

struct env { struct ctx c; struct node node; struct words *words; struct out o; };

static void start(struct t *t, struct env *e, const char *lang)
{
    *e = (struct env){ 0 };
    ctx_init(&e->c, 16 << 20);
    e->c.now_us = NOON_24_NOV;
    e->c.lang = str_c(lang);
    e->c.node = &e->node;
    e->c.who = &ana;
    OK(&e->c, words_load(&e->c, &(struct words_config){ .zone = "America/Asuncion" }, &e->words));
    e->node.words = e->words;
    out_init(&e->o, &e->c, ROUTE_PAGE_MAX);
    e->o.site = &site;
    e->o.token = STR("token");
}

static void done(struct env *e)
{
    words_free(e->words);
    ctx_done(&e->c);
}

static bool has(const struct out *o, const char *what)
{
    size_t at;
    bool found = str_find(buf_str(&o->b), str_c(what), &at);
    if (!found)
        printf("# not in the page: %s\n", what);
    return found;
}
static bool lacks(const struct out *o, const char *what)
{
    size_t at;
    return !str_find(buf_str(&o->b), str_c(what), &at);
}

/* ---- all parts on one page -------------------------------------------------------- */

static void tasks(struct out *o)
{
    int64_t now = o->c->now_us;
    grid_begin(o, &(struct grid){ "page.pages", COLS("page.late", "page.help", "page.goal"), .tasks = true });
    grid_group(o, "time.yesterday");
    row_begin(o, TONE_LATE);
    cell(o); due(o, now - 2 * US_PER_DAY);
    cell(o); link_text(o, STR("Enviar el acta de inspección"), "/case/%s", STR("CAA-0117"));
    cell(o); tag(o, TONE_LATE, "page.late");
    row_end(o);
    grid_group(o, "time.today");
    row_begin(o, TONE_SOON);
    cell(o); due(o, now + 4 * 3600 * US_PER_S);
    cell_text(o, STR("Responder <la> derivación"));
    cell(o); tag(o, TONE_RUN, "page.help");
    row_end(o);
    row_begin(o, TONE_PLAIN);
    cell(o); due(o, now + 9 * US_PER_DAY);
    cell_text(o, STR("Plazo"));
    cell_num(o, 12345);
    row_end(o);
    grid_end(o);
    pager(o, STR("k2"), "/work?after=%s", STR("k2"));
}

static void timeline(struct out *o)
{
    int64_t now = o->c->now_us;
    const struct str tracks[] = { STR("Inspección"), STR("Policía"), STR("CODENI"), STR("Fiscalía") };
    const struct rail_item items[] = {
        { now + 14 * US_PER_DAY, 2, -1, true, false, STR("Seguimiento"), STR("CODENI. Previsto") },
        { now + 2 * US_PER_DAY, 0, -1, true, false, STR("Segunda visita"), STR("Inspección") },
        { now - 2 * US_PER_DAY, 0, -1, false, true, STR("Acta"), STR("Inspección") },
        { now - 5 * US_PER_DAY, 3, -1, false, false, STR("Carpeta fiscal"), STR("Fiscalía") },
        { now - 8 * US_PER_DAY, 2, 3, false, false, STR("Derivación"), STR("CODENI a Fiscalía") },
        { now - 12 * US_PER_DAY, 0, 2, false, false, STR("Derivación urgente"), STR("Inspección a CODENI") },
        { now - 14 * US_PER_DAY, 1, -1, false, false, STR("Aviso"), STR("Policía") },
    };
    bare_begin(o, "page.on-this-page");
    rail(o, tracks, 4, items, COUNT_OF(items));
    section_end(o);
}

static void filters(struct out *o)
{
    const struct choice v[] = { OPT("", SAY(o->c, "page.yes")), OPT("x", SAY(o->c, "page.no")) };
    filters_begin(o, "page.sections", "/work");
    ask(o, &(struct ask){ .name = "f-q", .label = "page.help", .type = "search", .optional = true });
    pick_list(o, &(struct pick){ .name = "f-list", .label = "page.goal", .options = v, .n = 2 });
    filters_end(o);
}

static void controls(struct out *o)
{
    const struct choice options[] = {
        { STR("yes"), SAY(o->c, "page.yes"), STR("con una nota"), false },
        { STR("no"), SAY(o->c, "page.no"), { 0 }, false },
        { STR("unknown"), SAY(o->c, "page.unknown"), { 0 }, false },
    };
    wrong_(o, STR("where"), STR("Escribí un lugar"));
    errors(o);
    form_begin(o, "/signal/%s", STR("a/b"));
    ask(o, &(struct ask){ .name = "where", .label = "page.search.label", .hint = "page.search.example",
                          .value = STR("\"><script>"), .width = W_L });
    ask(o, &(struct ask){ .name = "what", .label = "page.help", .rows = 3, .optional = true });
    ask_date(o, &(struct ask){ .name = "day", .label = "time.today", .value = STR("2026-11-25") });
    pick(o, &(struct pick){ .name = "sure", .label = "page.sections", .options = options, .n = 3,
                            .value = STR("no") });
    pick(o, &(struct pick){ .name = "many", .label = "page.pages", .options = options, .n = 3,
                            .many = true, .columns = true, .value = STR("yes unknown") });
    pick_list(o, &(struct pick){ .name = "list", .label = "page.goal", .options = options, .n = 3 });
    tick(o, "ok", "1", "page.yes", true);
    row_of(o);
    submit(o, BTN, "page.save");
    go_button(o, BTN_QUIET, "page.cancel", "/work");
    row_of_end(o);
    form_end(o);
}

static void side(struct out *o)
{
    sealed_begin(o, "page.sealed");
    facts_begin(o);
    fact_veiled(o, "page.search.label");
    fact(o, "page.language", STR("Guaraní"));
    facts_end(o);
    more_begin(o, "page.choose");
    act_button(o, BTN_SEAL, "page.save", "/case/%s/open", STR("x"));
    more_end(o);
    small(o, "page.privacy");
    sealed_end(o);
    o->level = 2;
    part_begin(o, "page.not-allowed");
    allow_begin(o);
    allow_item(o, ALLOW_YES, STR("Atención médica"));
    allow_item(o, ALLOW_ASK, STR("Contacto con su madre"));
    allow_item(o, ALLOW_NO, STR("Visita a la escuela"));
    allow_end(o);
    section_end(o);
    part_begin(o, "page.goal");
    const struct bar b[] = { { STR("CODENI"), 12, 20, STR("a tiempo") }, { STR("MTESS"), 7, 10, { 0 } } };
    bars(o, "page.goal", "page.sections", "page.pages", b, 2);
    section_end(o);
}

static void steps(struct out *o)
{
    sheet_begin(o, "page.next");
    steps_begin(o, true);
    step_begin(o, TONE_LATE);
    link_to(o, "page.save", "/case/%s", STR("1"));
    step_note(o, STR("Vos. Falta la firma"));
    step_side(o, STR("hace 2 días"), TONE_LATE);
    step_end(o);
    step_begin(o, TONE_DONE);
    text(o, STR("Lugar seguro"));
    step_end(o);
    steps_end(o);
    section_end(o);
}

static void whole_page(struct out *o)
{
    static const char *const sections[] = { "page.next", "page.on-this-page" };
    const struct figure f[] = { { "page.goal", 1234567, "page.late" }, { "page.pages", 8, NULL } };
    page_begin(o, &(struct page){ .title = STR("CAA-0117"), .tab = "cases",
                                  .crumbs = { { "page.help", STR("/work") }, { "page.pages", { 0 } } } });
    head_begin(o);
    text(o, STR("CAA-0117 Adolescente de 14 años"));
    head_tags(o);
    tag(o, TONE_LATE, "page.late");
    tag(o, TONE_SEAL, "page.sealed");
    head_actions(o);
    go_button(o, BTN, "page.save", "/case/%s/step", STR("CAA-0117"));
    head_end(o);
    jump(o, sections, COUNT_OF(sections));
    notice(o, TONE_SOON, "fault.help.busy");
    figures(o, f, COUNT_OF(f));
    cols_begin(o);
    steps(o);
    filters(o);
    tasks(o);
    timeline(o);
    law_result(o, &(struct law_result){ .name = STR("Trabajo peligroso"), .verdict = STR("Se cumple"),
        .why = STR("Tiene 14 años"), .cite = STR("Decreto de ejemplo, art. 1"), .cite_path = STR("/law/x"),
        .checked = STR("2026-03-01"), .tone = TONE_LATE, .review = true });
    controls(o);
    cols_side(o);
    side(o);
    cols_end(o);
    page_end(o);
}

static void keep_file(struct env *e, const char *name)
{
    const char *dir = getenv("AMPARO_COMPONENTS");
    if (!dir)
        return;
    struct str path = str_join(&e->c.mem, str_c(dir), STR("/"), str_c(name));
    if (file_write(&e->c, path.p, buf_str(&e->o.b), 0644) != ERR_OK)
        printf("# could not write %s\n", name);
}

/* Two districts and a river, invented. */
static const char shapes[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"A\",\"name\":\"Norte\"},\"geometry\":{\"type\":\"Polygon\","
    "\"coordinates\":[[[-58,-22],[-57,-22],[-57,-23],[-58,-23],[-58,-22]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"B\",\"name\":\"Sur <x>\"},\"geometry\":{\"type\":\"MultiPolygon\","
    "\"coordinates\":[[[[-58,-23],[-57,-23],[-57,-24],[-58,-23]]],[[[-56,-23],[-56,-24],[-56.5,-24],[-56,-23]]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Punto\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0]}},"
    "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[-58,-22.5],[-56,-23.5]]}}]}";

static void a_map(struct t *t)
{
    struct env e;
    struct geo g = { 0 };
    start(t, &e, "es");
    OK(&e.c, geo_parse(&e.c, &e.c.mem, str_c(shapes), &g));
    CHECK_EQ(g.n, 3);
    const struct map_area areas[] = {
        { STR("A"), 3, STR("Norte: 12"), STR("/territory/A") }, { STR("B"), 1, STR("Sur: 3"), { 0 } },
    };
    const struct map_pin pins[] = { { { -575000, -225000 }, PIN_HELP, 1, STR("CODENI") } };
    page_begin(&e.o, &(struct page){ .title_key = "page.sections" });
    heading(&e.o, "page.sections");
    map_draw(&e.o, &(struct map_view){ .title = STR("Casos por distrito"), .desc = STR("Dos distritos"),
        .land = &g, .water = &g, .areas = areas, .areas_n = 2, .pins = pins, .pins_n = 1 });
    page_end(&e.o);
    CHECK(has(&e.o, "class=\"land sh3\""));
    CHECK(has(&e.o, "<a href=\"/territory/A\" aria-label=\"Norte: 12\">"));
    CHECK(has(&e.o, "Sur: 3"));
    CHECK(lacks(&e.o, "<x>"));
    keep_file(&e, "map.html");

    static const char *const bad[] = {
        "", "[]", "{}", "{\"features\":{}}", "{\"features\":[{\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0]]]}}]}",
        "{\"features\":[{\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0,0],[999,0]]}}]}",
        "{\"features\":[{\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0,0],[\"x\",0]]}}]}",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        e.c.fault = (struct fault){ 0 };
        CHECK_EQ(geo_parse(&e.c, &e.c.mem, str_c(bad[i]), &g), ERR_INPUT);
    }
    done(&e);
}

/* The style sheet, scripts and images, under the names pages ask for. */
static void keep_static(struct env *e)
{
    const char *dir = getenv("AMPARO_COMPONENTS");
    for (size_t i = 0; dir && i < embedded_n; i++) {
        struct str path = str_c(embedded[i].path);
        if (!str_starts(path, STR("web/")))
            continue;
        struct str url = static_url(&e->c, embedded[i].path + 4);
        struct str to = str_join(&e->c.mem, str_c(dir), STR("/img"));
        (void)mkdir(to.p, 0755);
        to = str_join(&e->c.mem, str_c(dir), str_sub(url, 7, url.n));
        if (file_write(&e->c, to.p, embedded[i].bytes, 0644) != ERR_OK)
            printf("# could not write %s\n", to.p);
    }
}

static void work_page(struct t *t)
{
    struct env e;
    start(t, &e, "es");
    whole_page(&e.o);
    OK(&e.c, out_check(&e.o));
    CHECK(has(&e.o, "<html lang=\"es\">"));
    CHECK(has(&e.o, "Hace 2 días"));
    CHECK(has(&e.o, "Hoy, 16:00"));
    CHECK(has(&e.o, "En 9 días"));
    CHECK(has(&e.o, "12.345"));
    CHECK(has(&e.o, "value=\"25/11/2026\""));
    CHECK(has(&e.o, "action=\"/signal/a%2Fb\""));
    CHECK(has(&e.o, "value=\"&quot;&gt;&lt;script&gt;\""));
    CHECK(has(&e.o, "Responder &lt;la&gt; derivación"));
    CHECK(has(&e.o, "aria-describedby=\"f-where-h f-where-w\""));
    CHECK(has(&e.o, "value=\"unknown\" checked"));
    CHECK(has(&e.o, "Requiere revisión jurídica"));
    CHECK(has(&e.o, "name=\"f-list\">\n<option value=\"\">Sí</option>"));
    CHECK(has(&e.o, "name=\"token\" value=\"token\""));
    CHECK(lacks(&e.o, "<script>"));
    keep_file(&e, "components.html");
    keep_static(&e);
    done(&e);
}

static void public_page(struct t *t)
{
    struct env e;
    struct request rq = { .method = GET, .path = STR("/avisar"), .lang = STR("gn") };
    start(t, &e, "gn");
    e.c.who = NULL;
    e.o.open = true;
    e.o.rq = &rq;
    page_begin(&e.o, &(struct page){ .title_key = "page.help", .narrow = true });
    heading(&e.o, "page.help");
    controls(&e.o);
    link_to(&e.o, "page.help", "/avisar/%s?x=%s", STR("1"), STR("a b&c"));
    page_end(&e.o);
    OK(&e.c, out_check(&e.o));
    CHECK(has(&e.o, "lang=\"gn\" hreflang=\"gn\" aria-current"));
    CHECK(has(&e.o, "href=\"/avisar/1?x=a%20b%26c&amp;l=gn\""));
    CHECK(has(&e.o, "name=\"l\" value=\"gn\""));
    CHECK(has(&e.o, "Esẽ pya"));
    CHECK(lacks(&e.o, "Ana Ejemplo"));
    keep_file(&e, "public.html");
    done(&e);
}

static void kept_values(struct t *t)
{
    struct env e;
    const struct sent form[] = { { STR("where"), STR("Itá") }, { STR("many"), STR("no") },
                                 { STR("once"), STR("01arz3ndektsv4rrffq69g5fav") } };
    struct request rq = { .method = POST, .path = STR("/x"), .form = form, .form_n = 3 };
    start(t, &e, "en");
    e.o.rq = &rq;
    controls(&e.o);
    CHECK(has(&e.o, "value=\"Itá\""));
    CHECK(has(&e.o, "value=\"no\" checked"));
    CHECK(lacks(&e.o, "value=\"yes\" checked"));
    CHECK(has(&e.o, "One answer needs a correction"));
    CHECK(has(&e.o, "name=\"once\" value=\"01arz3ndektsv4rrffq69g5fav\""));
    done(&e);
}

static void away(struct t *t)
{
    struct env e;
    start(t, &e, "es");
    e.c.who = NULL;
    e.o.open = true;
    page_away(&e.o);
    CHECK(has(&e.o, "<li>4 huevos</li>"));
    CHECK(lacks(&e.o, "Amparo"));
    CHECK(lacks(&e.o, "<a"));
    keep_file(&e, "away.html");
    done(&e);
}

/* My work with twenty rows: what the budget of 14 kB is about. */
static void twenty_rows(struct t *t)
{
    static const struct str what[] = {
        STR_INIT("Enviar el acta de inspección a la fiscalía"), STR_INIT("Confirmar si la niña volvió a la escuela"),
        STR_INIT("Audiencia reservada: acompañar como testigo"), STR_INIT("Responder la derivación de la policía"),
        STR_INIT("Llamar a la madre en horario seguro"), STR_INIT("Segunda visita con intérprete de guaraní"),
        STR_INIT("Completar la lista de indicios"), STR_INIT("Revisar liquidación de salarios caídos"),
        STR_INIT("Plazo para pedir medida cautelar"), STR_INIT("Seguimiento a los 30 días"),
    };
    static const struct str who[] = { STR_INIT("Fiscalía, Unidad de Trata"), STR_INIT("CODENI Coronel Oviedo"),
                                      STR_INIT("Juzgado Penal, sala 2"), STR_INIT("MTESS, área jurídica") };
    struct env e;
    start(t, &e, "es");
    page_begin(&e.o, &(struct page){ .title = STR("Mi trabajo"), .tab = "work" });
    heading(&e.o, "page.sections");
    grid_begin(&e.o, &(struct grid){ "page.pages", COLS("page.late", "page.help", "page.goal", "page.sections", "page.checked"), .tasks = true });
    for (int i = 0; i < 20; i++) {
        struct buf code;
        buf_init(&code, &e.c.mem, 20);
        buf_fmt(&code, "CAA-%04d", 101 + i * 7);
        row_begin(&e.o, i < 3 ? TONE_LATE : i < 8 ? TONE_SOON : TONE_PLAIN);
        cell(&e.o); due(&e.o, NOON_24_NOV + (i - 3) * US_PER_DAY / 2);
        cell(&e.o); link_text(&e.o, what[i % 10], "/case/%s/step/%s", buf_str(&code), id_new(&e.c.mem, NOON_24_NOV));
        cell_text(&e.o, buf_str(&code));
        cell_text(&e.o, who[i % 4]);
        cell(&e.o); tag(&e.o, i < 3 ? TONE_LATE : TONE_RUN, "page.late");
        row_end(&e.o);
    }
    grid_end(&e.o);
    page_end(&e.o);
    OK(&e.c, out_check(&e.o));
    keep_file(&e, "twenty.html");
    done(&e);
}

static void faults(struct t *t)
{
    struct env e;
    start(t, &e, "en");
    page_fault(&e.o, &(struct fault){ .code = ERR_CONFLICT, .key = "page.too-large" });
    CHECK(has(&e.o, "Someone changed it first"));
    CHECK(has(&e.o, "Narrow the search"));
    keep_file(&e, "fault.html");
    done(&e);
    start(t, &e, "en");
    page_fault(&e.o, &(struct fault){ .code = ERR_IO, .key = "no.such-key" });
    CHECK(lacks(&e.o, "no.such-key"));
    done(&e);
}

static const struct t_case cases[] = {
    { "a work page with every part", work_page },
    { "a public page keeps its language", public_page },
    { "what was typed stays", kept_values },
    { "errors speak to people", faults },
    { "a map from GeoJSON", a_map },
    { "quick exit shows a recipe", away },
    { "twenty rows", twenty_rows },
};
T_MAIN(cases)
