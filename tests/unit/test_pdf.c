/* Papers: pdftotext reads back what was written, on as many sheets as needed. */
#include "base/node.h"
#include "page/pdf.h"
#include "t.h"
#include "words/words.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct env { struct ctx c; struct node node; struct words *words; };

static void start(struct t *t, struct env *e, const char *lang)
{
    *e = (struct env){ 0 };
    ctx_init(&e->c, 64 << 20);
    e->c.now_us = INT64_C(1795532400000000);
    e->c.lang = str_c(lang);
    e->c.node = &e->node;
    OK(&e->c, words_load(&e->c, &(struct words_config){ .zone = "America/Asuncion" }, &e->words));
    e->node.words = e->words;
}

static void done(struct env *e)
{
    words_free(e->words);
    ctx_done(&e->c);
}

/* The text of a PDF by another program. */
static struct str read_back(struct t *t, struct ctx *c, struct str pdf)
{
    char path[] = "/tmp/test_pdf_XXXXXX", text[64];
    struct str got = { 0 };
    pid_t pid;
    int st = 1, fd = mkstemp(path);
    close(fd);
    snprintf(text, sizeof text, "%s.txt", path);
    OK(c, file_write(c, path, pdf, 0600));
    char *argv[] = { "pdftotext", "-layout", path, text, NULL };
    CHECK_EQ(posix_spawnp(&pid, "pdftotext", NULL, NULL, argv, environ), 0);
    CHECK_EQ(waitpid(pid, &st, 0), pid);
    CHECK_EQ(st, 0);
    OK(c, file_read(c, text, 4 << 20, &got));
    unlink(path);
    unlink(text);
    return got;
}

static bool has(struct str text, const char *what)
{
    size_t at;
    bool found = str_find(text, str_c(what), &at);
    if (!found)
        printf("# not on the paper: %s\n", what);
    return found;
}

static const struct pdf_paper paper = {
    .title = STR_INIT("CAA-0117"), .brand = STR_INIT("Amparo"),
    .foot = STR_INIT("Impreso por Ana Ejemplo. Copia 1 de 1. Guardar bajo llave."),
};

static void a_letter(struct t *t)
{
    struct env e;
    struct pdf *p;
    struct str bytes;
    const struct str heads[] = { STR("Institución"), STR("Plazo") }, row[] = { STR("CODENI"), STR("30 nov") };
    static const int widths[] = { 3, 1 };
    start(t, &e, "es");
    OK(&e.c, pdf_begin(&e.c, &paper, &p));
    pdf_heading(p, STR("CAA-0117 Derivación"));
    pdf_section(p, STR("Qué se pide"));
    pdf_para(p, STR("Aikotevẽ pytyvõ. Mitã mba’apo: Avañe’ẽ. Ñandutí."));
    pdf_fact(p, STR("Lengua"), STR("Guaraní"));
    pdf_sealed(p, STR("Nombre"));
    pdf_notice(p, STR("Responder antes del 25 de noviembre"));
    pdf_code(p, STR("1234 5678 9012 3456"));
    pdf_table(p, heads, widths, 2);
    pdf_row(p, row);
    pdf_table_end(p);
    pdf_tick(p, STR("Acepta ser contactada"), true);
    pdf_lines(p, STR("Observaciones"), 3);
    pdf_sign(p, STR("Firma"), STR("Sello"));
    OK(&e.c, pdf_end(p, &bytes));
    CHECK(str_starts(bytes, STR("%PDF-")));
    struct str text = read_back(t, &e.c, bytes);
    CHECK(has(text, "CAA-0117 Derivación"));
    CHECK(has(text, "Avañe’ẽ"));
    CHECK(has(text, "1234 5678 9012 3456"));
    CHECK(has(text, "CODENI"));
    CHECK(has(text, "Copia 1 de 1"));
    CHECK(has(text, "Página 1 de 1"));
    const char *keep = getenv("AMPARO_COMPONENTS");
    if (keep)
        OK(&e.c, file_write(&e.c, str_join(&e.c.mem, str_c(keep), STR("/letter.pdf")).p, bytes, 0644));
    done(&e);
}

static void thai(struct t *t)
{
    struct env e;
    struct pdf *p;
    struct str bytes;
    start(t, &e, "th");
    OK(&e.c, pdf_begin(&e.c, &paper, &p));
    pdf_para(p, STR("การคุ้มครองเด็กและแรงงานต้องเริ่มจากการฟัง"));
    OK(&e.c, pdf_end(p, &bytes));
    CHECK(has(read_back(t, &e.c, bytes), "การคุ้มครองเด็ก"));
    done(&e);
}

/* Rows are never lost between pages, heads come again, sheets are numbered. */
static void many_pages(struct t *t)
{
    struct env e;
    struct pdf *p;
    struct str bytes;
    const struct str heads[] = { STR("Cabecera"), STR("B") };
    static const int widths[] = { 1, 1 };
    start(t, &e, "es");
    OK(&e.c, pdf_begin(&e.c, &paper, &p));
    pdf_table(p, heads, widths, 2);
    for (int i = 0; i < 200; i++) {
        struct buf b;
        buf_init(&b, &e.c.mem, 40);
        buf_fmt(&b, "fila-%03d", i);
        pdf_row(p, (const struct str[]){ buf_str(&b), STR("x") });
    }
    pdf_table_end(p);
    OK(&e.c, pdf_end(p, &bytes));
    struct str text = read_back(t, &e.c, bytes);
    for (int i = 0; i < 200; i++) {
        char want[16];
        snprintf(want, sizeof want, "fila-%03d", i);
        CHECK(has(text, want));
    }
    size_t at, heads_seen = 0;
    for (struct str rest = text; str_find(rest, STR("Cabecera"), &at); heads_seen++)
        rest = str_sub(rest, at + 1, rest.n);
    CHECK(heads_seen > 3);
    CHECK(has(text, "Página 2 de "));
    done(&e);
}

static void too_many_pages(struct t *t)
{
    struct env e;
    struct pdf *p;
    struct str bytes = { 0 };
    start(t, &e, "en");
    OK(&e.c, pdf_begin(&e.c, &paper, &p));
    for (int i = 0; i < PDF_PAGES + 3; i++) {
        pdf_para(p, STR("x"));
        pdf_new_page(p);
    }
    CHECK_EQ(pdf_end(p, &bytes), ERR_NOMEM);
    CHECK(bytes.p == NULL);
    /* the same without memory for the bytes */
    ctx_done(&e.c);
    ctx_init(&e.c, 32 * 1024);
    OK(&e.c, pdf_begin(&e.c, &paper, &p));
    for (int i = 0; i < 400; i++)
        pdf_para(p, STR("El papel no alcanza para todo lo que hay que decir en este caso."));
    CHECK_EQ(pdf_end(p, &bytes), ERR_NOMEM);
    done(&e);
}

static void forget_fonts(struct t *t)
{
    (void)t;
    pango_cairo_font_map_set_default(NULL);
    FcFini();
}

static const struct t_case cases[] = {
    { "a referral letter", a_letter },
    { "Thai is shaped and stays text", thai },
    { "a table over many pages", many_pages },
    { "a paper too long is refused", too_many_pages },
    { "fonts are given back", forget_fonts },
};
T_MAIN(cases)
