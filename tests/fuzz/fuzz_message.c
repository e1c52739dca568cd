/* Any text as a MessageFormat pattern, said with every kind of argument; and
 * the same bytes folded for search and read as a date. */
#include "words/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct words *catalogue(void)
{
    static struct words *w;                  /* one for the whole run of the fuzzer */
    static const struct words_file f = { STR_INIT("es.po"), STR_INIT("msgid \"a\"\nmsgstr \"b\"\n") };
    struct ctx c;
    if (!w) {
        ctx_init(&c, 4 << 20);
        if (words_load(&c, &(struct words_config){ .files = &f, .files_n = 1, .bare = true }, &w) != ERR_OK)
            __builtin_trap();
        ctx_done(&c);
    }
    return w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct str in = { (const char *)data, size };
    struct civil d;
    const struct words *w = catalogue();
    if (size > 4096)
        return 0;
    ctx_init(&c, 4 << 20);
    struct str out = words_fmt_pattern(&c.mem, w, STR("es"), in,
        WORDS(W_INT("n", 3), W_TEXT("who", STR("x")), W_DEC("x", in), W_DAY("d", 20000), W_TIME("t", 1)));
    if (utf8_valid(in) && !utf8_valid(out))
        __builtin_trap();
    struct str once = words_fold(&c.mem, in);
    if (!str_eq(once, words_fold(&c.mem, once)) && once.n)
        __builtin_trap();                    /* folding twice is folding once */
    if (words_date_read(in, &d) && !civil_ok(d))
        __builtin_trap();
    ctx_done(&c);
    return 0;
}
