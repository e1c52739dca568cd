/* A law in Markdown: what is read is written as it was meant: the same nodes
 * come back, and no anchor is there twice. */
#include "law/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct law_doc d, back;
    struct str text;
    ctx_init(&c, 64 << 20);
    if (size < 65536 && law_text_read(&c, (struct str){ (const char *)data, size }, &d) == ERR_OK &&
        law_text_write(&c, &d, &text) == ERR_OK) {
        if (law_text_read(&c, text, &back) != ERR_OK ? !c.mem.failed : back.n != d.n)
            abort();
        for (size_t i = 0; !c.mem.failed && i < d.n; i++)
            if (!str_eq(d.node[i].eid, back.node[i].eid) || !str_eq(d.node[i].text, back.node[i].text) ||
                !str_eq(d.node[i].num, back.node[i].num) || d.node[i].depth != back.node[i].depth)
                abort();
    }
    ctx_done(&c);
    return 0;
}
