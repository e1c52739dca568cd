/* Any bytes as a time zone file. */
#include "words/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct zone z;
    ctx_init(&c, 4 << 20);
    if (zone_parse(&c, &c.mem, (struct str){ (const char *)data, size }, &z) == ERR_OK)
        for (int64_t us = -INT64_C(4000000000000000); us < INT64_C(4000000000000000); us += INT64_C(400000000000000)) {
            int64_t off = zone_offset_us(&z, us);
            if (off < -26 * 3600 * US_PER_S || off > 26 * 3600 * US_PER_S)
                __builtin_trap();
        }
    ctx_done(&c);
    return 0;
}
