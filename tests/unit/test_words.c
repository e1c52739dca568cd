/* Words: PO files, messages, plurals, dates, zones, folding. */
#include "t.h"
#include "words/words.h"
#include "words/zone.h"

#include <pthread.h>

#define FILE_OF(name, text) { STR_INIT(name), STR_INIT(text) }

static struct words *load(struct t *t, struct ctx *c, const struct words_file *files, size_t n)
{
    struct words *w = NULL;
    ctx_init(c, 8 << 20);
    OK(c, words_load(c, &(struct words_config){ .files = files, .files_n = n, .bare = true,
                                                .zone = "America/Asuncion" }, &w));
    return w;
}

/* A message in one language with these arguments. */
static struct str say(struct ctx *c, const struct words *w, const char *lang, const char *pattern,
                      const struct word_arg *args, size_t n)
{
    return words_fmt_pattern(&c->mem, w, str_c(lang), str_c(pattern), args, n);
}

static const struct words_file all_langs[] = {
    FILE_OF("es.po", "msgid \"a\"\nmsgstr \"hola\"\n"), FILE_OF("en.po", "msgid \"a\"\nmsgstr \"hello\"\n"),
    FILE_OF("gn.po", "msgid \"g\"\nmsgstr \"mbaʼéichapa\"\n"), FILE_OF("th.po", "msgid \"t\"\nmsgstr \"x\"\n"),
};

static void messages(struct t *t)
{
    struct ctx c;
    struct words *w = load(t, &c, all_langs, 4);
    static const struct { const char *lang, *pattern; int64_t n; const char *want; } rows[] = {
        { "es", "{n, plural, one {# tarea} other {# tareas}}", 1, "1 tarea" },
        { "es", "{n, plural, one {# tarea} other {# tareas}}", 0, "0 tareas" },
        { "es", "{n, plural, one {# tarea} many {# de tareas} other {# tareas}}", 1000000, "1.000.000 de tareas" },
        { "es", "{n, plural, one {# tarea} other {# tareas}}", 2000000, "2.000.000 tareas" },
        { "es", "{n, plural, =0 {nada} =1 {una sola} other {#}}", 1, "una sola" },
        { "en", "{n, plural, offset:1 =0 {nobody} =1 {you} one {you and # other} other {you and # others}}", 2, "you and 1 other" },
        { "en", "{n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}", 23, "23rd" },
        { "th", "{n, plural, other {# งาน}}", 1, "1 งาน" },
        { "gn", "{n, plural, one {peteĩ} other {heta}}", 1, "peteĩ" },
        { "gn", "{n, plural, one {peteĩ} other {heta}}", 5, "heta" },
        { "en", "{n}", -1234567, "-1,234,567" },
        { "es", "{n, number}", 1234, "1.234" },
        { "es", "{n, number, percent}", 35, "35\u00a0%" },
        { "en", "{n, number, percent}", 35, "35%" },
        { "en", "it''s '{n}' and {n}", 3, "it's {n} and 3" },
        { "en", "it's plain", 3, "it's plain" },
        { "en", "{m}", 3, "{m}" },
        { "en", "{n, plural, one {a {n, plural, one {b#} other {c}}} other {d}}", 1, "a b1" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(say(&c, w, rows[i].lang, rows[i].pattern, WORDS(W_INT("n", rows[i].n))), rows[i].want);
    CHECK_STR(say(&c, w, "es", "{who, select, she {ella} other {él}} y {who}",
                  WORDS(W_TEXT("who", STR("she")))), "ella y she");
    CHECK_STR(say(&c, w, "es", "{x}", WORDS(W_DEC("x", STR("-1234.50")))), "-1.234,50");
    CHECK_STR(say(&c, w, "es", "{d} / {d, date, medium}", WORDS(W_DAY("d", 20781))),
              "24 de noviembre de 2026 / 24 nov 2026");
    CHECK_STR(say(&c, w, "es", "{t, date, weekday} {t, time}", WORDS(W_TIME("t", INT64_C(1795532400000000)))),
              "martes 24 de noviembre 12:00");
    words_free(w);
    ctx_done(&c);
}

static void patterns_refused(struct t *t)
{
    static const char *const bad[] = {
        "{", "}", "{}", "{n", "{n, plural}", "{n, plural, one {x}}", "{n, plural, one x other {y}}",
        "{n, plural, other {y}", "{n, choice, 0#a}", "{n, number, currency}", "{a b}", "{n, select, {x}}",
        "{n, plural, =x {y} other {z}}", "{n, plural, offset:q other {z}}", "a } b",
        "{a,select,other{{a,select,other{{a,select,other{{a,select,other{{a,select,other{{a,select,other{{a,select,other{x}}}}}}}}}}}}}}",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct ctx c;
        struct buf b;
        ctx_init(&c, 1 << 20);
        buf_init(&b, &c.mem, 4096);
        buf_put(&b, STR("msgid \"first\"\nmsgstr \"good\"\n\nmsgid \"k\"\nmsgstr \""));
        buf_put(&b, str_c(bad[i]));
        buf_put(&b, STR("\"\n"));
        CHECK_EQ(words_check(&c, (struct words_file){ STR("x/es.po"), buf_str(&b) }), ERR_INPUT);
        if (!str_starts(str_c(c.fault.detail), STR("x/es.po:4: "))) {
            t->bad++;
            printf("# %s: %s\n", bad[i], c.fault.detail);
        }
        ctx_done(&c);
    }
}

static void po_files(struct t *t)
{
    struct ctx c;
    static const struct words_file files[] = {
        FILE_OF("words/es.po",
                "\xEF\xBB\xBF# comment\nmsgid \"\"\nmsgstr \"\"\n\"Language: es\\n\"\n\n#: where.c\n"
                "msgid \"two.lines\"\nmsgstr \"\"\n\"uno \"\n\"dos\\n\\\"tres\\\"\"\n\n"
                "#, fuzzy\nmsgid \"draft\"\nmsgstr \"borrador\"\n\n#~ msgid \"old\"\n#~ msgstr \"viejo\"\n"
                "msgid \"empty\"\nmsgstr \"\"\r\nmsgid \"late\"\r\nmsgstr \"tarde\"\r\n"),
        FILE_OF("words/en.po", "msgid \"empty\"\nmsgstr \"not empty\"\nmsgid \"draft\"\nmsgstr \"draft\"\n"),
        FILE_OF("pack/es.po", "msgid \"late\"\nmsgstr \"vencido\"\n"),
        FILE_OF("gn.po", "msgid \"g\"\nmsgstr \"x\"\n"),
    };
    struct words *w = load(t, &c, files, COUNT_OF(files));
    CHECK_STR(words_get(w, STR("es"), STR("two.lines")), "uno dos\n\"tres\"");
    CHECK_STR(words_get(w, STR("es"), STR("draft")), "draft");         /* falls to English */
    CHECK_STR(words_get(w, STR("es"), STR("empty")), "not empty");
    CHECK_STR(words_get(w, STR("es"), STR("late")), "vencido");        /* the pack's word wins */
    CHECK_STR(words_get(w, STR("gn"), STR("late")), "vencido");        /* gn → es */
    CHECK_STR(words_get(w, STR("es-AR"), STR("late")), "vencido");
    CHECK_STR(words_get(w, STR("fr"), STR("empty")), "not empty");
    CHECK_STR(words_get(w, STR("es"), STR("old")), "old");             /* a key nobody has */
    CHECK_STR(words_get(NULL, STR("es"), STR("x.y")), "x.y");
    CHECK_EQ(words_count(w, STR("es")), 2);
    CHECK_STR(words_key(w, STR("es"), 0), "late");
    words_free(w);
    ctx_done(&c);
}

static void po_refused(struct t *t)
{
    static const struct { const char *text; int line; } rows[] = {
        { "msgid \"a\"\n", 1 }, { "msgstr \"a\"\n", 1 }, { "msgid \"a\"\nmsgid \"b\"\n", 2 },
        { "msgid a\nmsgstr \"b\"\n", 1 }, { "msgid \"a\nmsgstr \"b\"\n", 1 },
        { "msgid \"a\"\nmsgstr \"b\\q\"\n", 2 }, { "msgid \"a\"\nmsgstr \"b\"c\"\n", 2 },
        { "msgctxt \"x\"\nmsgid \"a\"\nmsgstr \"b\"\n", 1 },
        { "msgid \"a\"\nmsgid_plural \"as\"\nmsgstr[0] \"b\"\n", 2 },
        { "msgid \"a\"\nmsgstr \"b\"\nmsgid \"a\"\nmsgstr \"c\"\n", 3 },
        { "msgid \"a\"\nmsgstr \"\xff\"\n", 2 }, { "msgid \"a\"\nmsgstr \"b\\\"\n", 2 }, { "junk\n", 1 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ctx c;
        char want[32];
        ctx_init(&c, 1 << 20);
        CHECK_EQ(words_check(&c, (struct words_file){ STR("es.po"), str_c(rows[i].text) }), ERR_INPUT);
        snprintf(want, sizeof want, "es.po:%d: ", rows[i].line);
        if (!str_starts(str_c(c.fault.detail), str_c(want))) {
            t->bad++;
            printf("# case %zu: %s, want %s\n", i, c.fault.detail, want);
        }
        ctx_done(&c);
    }
    struct ctx c;
    ctx_init(&c, 1 << 20);
    CHECK_EQ(words_check(&c, (struct words_file){ STR("README"), STR("") }), ERR_INPUT);
    ctx_done(&c);
}

static void dates(struct t *t)
{
    struct ctx c;
    struct words *w = load(t, &c, all_langs, 4);
    const struct civil d = { 2026, 11, 24 };
    static const struct { const char *lang; enum date_form form; const char *want; } rows[] = {
        { "es", DATE_LONG, "24 de noviembre de 2026" }, { "en", DATE_LONG, "24 November 2026" },
        { "th", DATE_LONG, "24 พฤศจิกายน 2569" }, { "gn", DATE_LONG, "24 jasypateĩ 2026" },
        { "es", DATE_MEDIUM, "24 nov 2026" }, { "en", DATE_MEDIUM, "24 Nov 2026" },
        { "es", DATE_SHORT, "24/11/2026" }, { "th", DATE_SHORT, "24/11/2569" },
        { "es", DATE_DAY, "mar 24 nov" }, { "en", DATE_DAY, "Tue 24 Nov" },
        { "es", DATE_WEEKDAY, "martes 24 de noviembre" }, { "gn", DATE_WEEKDAY, "araapy 24 jasypateĩ" },
        { "es", DATE_MONTH, "noviembre de 2026" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(words_date(&c.mem, w, str_c(rows[i].lang), d, rows[i].form), rows[i].want);

    static const struct { const char *typed; bool ok; const char *want; } typed[] = {
        { "24/11/2026", true, "2026-11-24" }, { "24-11-26", true, "2026-11-24" },
        { " 4.1.2026 ", true, "2026-01-04" }, { "2026-11-24", true, "2026-11-24" },
        { "24/11/2569", true, "2026-11-24" }, { "1 2 88", true, "1988-02-01" },
        { "29/02/2024", true, "2024-02-29" }, { "29/02/2023", false, "" }, { "34/11/2026", false, "" },
        { "24/13/2026", false, "" }, { "24/11", false, "" }, { "24/11/202", false, "" }, { "", false, "" },
        { "24/11/1700", false, "" }, { "a/b/c", false, "" }, { "24/11/2026x", false, "" },
    };
    for (size_t i = 0; i < COUNT_OF(typed); i++) {
        struct civil got;
        bool ok = words_date_read(str_c(typed[i].typed), &got);
        CHECK_EQ(ok, typed[i].ok);
        if (ok)
            CHECK_STR(date_text(&c.mem, got), typed[i].want);
    }
    words_free(w);
    ctx_done(&c);
}

static void zones(struct t *t)
{
    struct ctx c;
    struct words *w = load(t, &c, all_langs, 4);
    int64_t us;
    /* Paraguay: UTC-4 in the winter of 2023, UTC-3 all year since October 2024. */
    CHECK(instant_parse(STR("2023-07-01T03:30:00Z"), &us));
    CHECK_STR(words_time(&c.mem, w, STR("es"), us), "23:30");
    CHECK(instant_parse(STR("2026-07-01T03:30:00Z"), &us));
    CHECK_STR(words_time(&c.mem, w, STR("es"), us), "00:30");
    CHECK_STR(words_instant(&c.mem, w, STR("en"), us), "1 Jul 2026, 00:30");
    CHECK_EQ(words_local_day(w, us), days_from_civil((struct civil){ 2026, 7, 1 }));
    CHECK_EQ(words_day_start(w, words_local_day(w, us)), us - 30 * 60 * US_PER_S);
    CHECK_EQ(words_local_day(w, -1), -1);
    words_free(w);

    static const char *const bad[] = { "/etc/passwd", "../etc/passwd", "No/Where", "" };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        enum err e = words_load(&c, &(struct words_config){ .zone = bad[i], .bare = true }, &w);
        CHECK(e == ERR_INPUT || e == ERR_NOT_FOUND);
        c.fault = (struct fault){ 0 };
    }
    ctx_done(&c);
}

static void relative(struct t *t)
{
    struct ctx c;
    struct words *w;
    ctx_init(&c, 8 << 20);
    OK(&c, words_load(&c, &(struct words_config){ .zone = "America/Asuncion" }, &w));
    int64_t now = INT64_C(1795532400000000), h = 3600 * US_PER_S;
    static const struct { int64_t hours; const char *es, *en; } rows[] = {
        { 4, "Hoy, 16:00", "Today, 16:00" }, { -13, "Ayer, 23:00", "Yesterday, 23:00" },
        { 12, "Mañana, 00:00", "Tomorrow, 00:00" }, { -48, "Hace 2 días", "2 days ago" },
        { 216, "En 9 días", "In 9 days" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_STR(words_relative(&c.mem, w, STR("es"), now + rows[i].hours * h, now), rows[i].es);
        CHECK_STR(words_relative(&c.mem, w, STR("en"), now + rows[i].hours * h, now), rows[i].en);
    }
    words_free(w);
    ctx_done(&c);
}

static void folding(struct t *t)
{
    struct ctx c;
    struct words *w = load(t, &c, all_langs, 4);
    static const struct { const char *in, *want; } rows[] = {
        { "José PÉREZ", "jose perez" }, { "Ñandutí", "ñanduti" }, { "ÑANDU\u0301", "ñandu" },
        { "n\u0303", "ñ" }, { "Avañe’ẽ", "avañe'e" }, { "avañeʼe\u0303", "avañe'e" }, { "g\u0303uahe", "guahe" },
        { "  a \t b\n", "a b" }, { "ﬁn", "fin" }, { "ไทย ที่", "ไทย ที่" }, { "STRASSE", "strasse" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(words_fold(&c.mem, str_c(rows[i].in)), rows[i].want);
    CHECK(words_fold(&c.mem, STR("\xff")).p == NULL);
    CHECK(words_cmp(w, STR("es"), STR("nube"), STR("ñandú")) < 0);
    CHECK(words_cmp(w, STR("es"), STR("ñandú"), STR("oso")) < 0);
    CHECK(words_cmp(w, STR("es"), STR("ábaco"), STR("abeja")) < 0);
    CHECK(words_cmp(w, STR("es"), STR("a"), STR("a")) == 0);
    CHECK(words_cmp(w, STR("es"), STR("a"), STR("A")) != 0);
    words_free(w);
    ctx_done(&c);
}

/* es and en say the same things with the same arguments. */
/* A language not yet checked by a speaker says so, and says nothing that English
 * and Spanish do not say with the same arguments. */
static void drafts_follow(struct t *t, struct ctx *c, const struct words *w)
{
    static const char *const drafts[] = { "gn", "th" }, *const whole[] = { "es", "en" };
    for (size_t d = 0; d < COUNT_OF(drafts); d++) {
        struct str lang = str_c(drafts[d]);
        CHECK(words_has(w, lang, STR("page.unchecked")));
        CHECK(!words_has(w, str_c(whole[d]), STR("page.unchecked")));
        for (size_t i = 0; i < words_count(w, lang); i++) {
            struct str key = words_key(w, lang, i);
            if (str_is(key, "page.unchecked"))
                continue;
            CHECK(words_has(w, STR("es"), key) && words_has(w, STR("en"), key));
            CHECK(str_eq(words_args_of(&c->mem, w, lang, key), words_args_of(&c->mem, w, STR("en"), key)));
        }
    }
}

static void product_words(struct t *t)
{
    struct ctx c;
    struct words *w;
    static const char *const pair[2][2] = { { "es", "en" }, { "en", "es" } };
    ctx_init(&c, 8 << 20);
    OK(&c, words_load(&c, &(struct words_config){ 0 }, &w));
    for (size_t p = 0; p < 2; p++) {
        struct str a = str_c(pair[p][0]), b = str_c(pair[p][1]);
        for (size_t i = 0; i < words_count(w, a); i++) {
            struct str key = words_key(w, a, i);
            struct str x = words_args_of(&c.mem, w, a, key), y = words_args_of(&c.mem, w, b, key);
            if (!words_has(w, b, key) || !str_eq(x, y)) {
                t->bad++;
                printf("# %.*s: %.*s in %s, %.*s in %s\n", STR_A(key), STR_A(x), pair[p][0], STR_A(y), pair[p][1]);
            }
        }
    }
    CHECK(words_count(w, STR("es")) > 50);
    drafts_follow(t, &c, w);
    words_free(w);
    ctx_done(&c);
}

/* ---- many threads, little memory ------------------------------------------------- */

static void *talk(void *arg)
{
    const struct words *w = arg;
    struct ctx c;
    long bad = 0;
    ctx_init(&c, 8 << 20);
    for (int i = 0; i < 2000; i++) {
        struct str s = words_fmt_pattern(&c.mem, w, STR("es"),
            STR("{n, plural, one {# día} other {# días}} {d}"), WORDS(W_INT("n", i), W_DAY("d", 20781)));
        bad += !str_ends(s, STR("24 de noviembre de 2026"));
        bad += words_cmp(w, STR("es"), STR("ñ"), STR("o")) >= 0;
        bad += !str_eq(words_fold(&c.mem, STR("Ñ")), STR("ñ"));
        arena_reset(&c.mem);
    }
    ctx_done(&c);
    return (void *)bad;
}

static void threads(struct t *t)
{
    struct ctx c;
    struct words *w = load(t, &c, all_langs, 4);
    pthread_t id[4];
    for (size_t i = 0; i < 4; i++)
        CHECK_EQ(pthread_create(&id[i], NULL, talk, w), 0);
    for (size_t i = 0; i < 4; i++) {
        void *bad;
        CHECK_EQ(pthread_join(id[i], &bad), 0);
        CHECK_EQ((long)bad, 0);
    }
    words_free(w);
    ctx_done(&c);
}

static void refusals(struct t *t)
{
    static const struct words_file file = FILE_OF("es.po",
        "msgid \"a\"\nmsgstr \"{n, plural, one {x {m}} other {y {w, select, q {r} other {s}}}}\"\n"
        "msgid \"b\"\nmsgstr \"long \"\n\"text\"\n");
    long n;
    for (n = 1; n < 2000; n++) {
        struct ctx c;
        struct words *w = NULL;
        ctx_init(&c, 1 << 20);
        c.mem.fail_at = n;
        enum err e = words_load(&c, &(struct words_config){ .files = &file, .files_n = 1, .bare = true,
                                                            .zone = "America/Asuncion" }, &w);
        CHECK(e == ERR_OK || w == NULL);
        if (e != ERR_OK && e != ERR_NOMEM) {
            t->bad++;
            printf("# allocation %ld: %s %s\n", n, err_name(e), c.fault.detail);
        }
        words_free(w);
        ctx_done(&c);
        if (e == ERR_OK)
            break;
    }
    CHECK(n > 50 && n < 2000);
    printf("# %ld allocations refused in turn\n", n - 1);
}

static const struct t_case cases[] = {
    { "messages in four languages", messages },
    { "patterns that are none", patterns_refused },
    { "PO files and fallbacks", po_files },
    { "PO files that are none", po_refused },
    { "dates shown and typed", dates },
    { "local time by the zone files", zones },
    { "relative time", relative },
    { "folding and order", folding },
    { "es and en agree", product_words },
    { "four threads share a catalogue", threads },
    { "every allocation refused", refusals },
};
T_MAIN(cases)
