/* Any bytes as GeoJSON, read and drawn. */
#include "page/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct geo g;
    struct out o;
    ctx_init(&c, 32 << 20);
    if (geo_parse(&c, &c.mem, (struct str){ (const char *)data, size }, &g) == ERR_OK) {
        out_init(&o, &c, 4 << 20);
        map_draw(&o, &(struct map_view){ .title = STR("t"), .land = &g, .water = &g });
        if (!c.mem.failed && !o.b.failed && o.b.n && !str_ends(buf_str(&o.b), STR("</svg>\n")))
            __builtin_trap();
    }
    ctx_done(&c);
    return 0;
}
