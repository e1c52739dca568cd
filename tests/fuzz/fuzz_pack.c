/* pack.ini and the attributes of a procedure: the two texts of a pack that
 * pack/ itself parses.  First byte 'i': an ini file; anything else: BPMN. */
#include "pack/read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct pack p = { 0 };
    struct pack_index x = { 0 };
    struct findings found = { 0 };
    struct buf b;

    if (size < 1 || size > 1 << 16)
        return 0;
    struct str text = { (const char *)data + 1, size - 1 };
    ctx_init(&c, 16 << 20);
    arena_init(&x.mem, 4 << 20);
    p.index = &x;
    struct reader r = { &c, &p, &x.mem, ".", &found, NULL };
    if (data[0] == 'i' && utf8_valid(text)) {      /* reader_text refuses other bytes */
        ini_parse(&r, text);
        if (p.langs_n > PACK_LANGS_MAX || p.required_n > p.langs_n || p.open_min >= p.close_min)
            abort();
    } else if (data[0] != 'i') {
        struct pack_file f = { STR("f"), STR("procedures/f.bpmn"), text };
        if (check_procedure(&r, &f, NULL) != ERR_OK && !c.fault.key)
            abort();
    }
    buf_init(&b, &c.mem, 4 << 20);
    pack_report(&b, &found);
    arena_free(&x.mem);
    ctx_done(&c);
    return 0;
}
