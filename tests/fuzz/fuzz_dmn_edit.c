/* Tables found in a DMN text; rows written back as they are must give the same
 * bytes; a changed text must be read back as it was written. */
#include "rulebook/dmn_edit.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str xml = { (const char *)data, size }, out;
    struct edit_table *t;
    struct edit *e;
    struct ctx c;
    size_t n, k;
    if (size > 64 * 1024 || !utf8_valid(xml))
        return 0;
    ctx_init(&c, 256 << 20);
    if (dmn_tables(&c, xml, &t, &n) == ERR_OK)
        for (size_t i = 0; i < n && i < 4; i++) {
            size_t cols = t[i].n_in + t[i].n_out + t[i].n_note;
            struct edit_to *to = NEW_N(&c.mem, struct edit_to, t[i].n + 1);
            for (size_t r = 0; to && r < t[i].n; r++) {
                struct str *cell = NEW_N(&c.mem, struct str, cols + 1);
                for (size_t j = 0; cell && j < cols && j < t[i].row[r].n; j++)
                    cell[j] = t[i].row[r].cell[j].text;
                to[r] = (struct edit_to){ (long)r, cell };
            }
            c.fault = (struct fault){ 0 };
            if (to && dmn_edit(&c, xml, &t[i], to, t[i].n, &out) == ERR_OK && !str_eq(out, xml))
                abort();
        }
    c.fault = (struct fault){ 0 };
    (void)!dmn_diff(&c, xml, xml, &e, &k);
    ctx_done(&c);
    return 0;
}
