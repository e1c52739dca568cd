/* A law in Akoma Ntoso: read; what is read is written in both forms, and both
 * say the same when read again. */
#include "law/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(struct ctx *c, const struct law_doc *d)
{
    struct law_doc md, xml;
    struct str text, akn, twice;
    if (law_text_write(c, d, &text) == ERR_OK && law_text_read(c, text, &md) == ERR_OK && md.n != d->n)
        abort();
    c->fault = (struct fault){ 0 };
    if (law_akn_write(c, d, &akn) != ERR_OK)
        return;
    if (law_akn_read(c, akn, &xml) == ERR_OK && law_akn_write(c, &xml, &twice) == ERR_OK && xml.n != d->n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct law_doc d;
    ctx_init(&c, 64 << 20);
    if (law_akn_read(&c, (struct str){ (const char *)data, size }, &d) == ERR_OK)
        again(&c, &d);
    ctx_done(&c);
    return 0;
}
