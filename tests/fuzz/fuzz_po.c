/* Any bytes as a PO file: refused with file and line, or every message in it can be said. */
#include "words/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct words *w = NULL;
    struct words_file f = { STR("es.po"), { (const char *)data, size } };
    ctx_init(&c, 8 << 20);
    if (words_load(&c, &(struct words_config){ .files = &f, .files_n = 1, .bare = true }, &w) == ERR_OK) {
        for (size_t i = 0; i < words_count(w, STR("es")); i++) {
            struct str key = words_key(w, STR("es"), i);
            if (!words_has(w, STR("es"), key) || !utf8_valid(words_get(w, STR("es"), key)))
                __builtin_trap();
            (void)words_fmt(&c.mem, w, STR("es"), key, WORDS(W_INT("n", 2)));
            (void)words_args_of(&c.mem, w, STR("es"), key);
        }
        words_free(w);
    } else if (!c.fault.detail[0]) {
        __builtin_trap();
    }
    ctx_done(&c);
    return 0;
}
