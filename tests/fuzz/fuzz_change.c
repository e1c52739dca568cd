/* Any bytes: parsing must not misbehave, and whatever is accepted is spelled
 * exactly as we would spell it. */
#include "ledger/change.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct change ch;
    struct str in = { (const char *)data, size };

    ctx_init(&c, 64 << 20);
    if (change_parse(&c, in, &ch) == ERR_OK) {
        struct buf again;
        buf_init(&again, &c.mem, CHANGE_MAX);
        change_format(&again, &ch);
        if (again.failed || !str_eq(buf_str(&again), in))
            abort();
    }
    ctx_done(&c);
    return 0;
}
