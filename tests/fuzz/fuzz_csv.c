/* CSV: cells read, written and read again are the same cells (but for the
 * apostrophe before what a spreadsheet would run). */
#include "forms/htcds.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(struct str was, struct str is)
{
    return str_eq(was, is) || (is.n == was.n + 1 && is.p[0] == '\'' && str_eq(was, str_sub(is, 1, SIZE_MAX)));
}

static void round_trip(struct ctx *c, const struct sheet *s)
{
    struct sheet again;
    struct buf b;
    buf_init(&b, &c->mem, 4 * 1024 * 1024);
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; k < s->row[i].n; k++)
            csv_put(&b, s->row[i].cell[k], k == 0);
        csv_end(&b);
    }
    if (b.failed || csv_load(c, buf_str(&b), &again) != ERR_OK) {
        if (!b.failed && !c->mem.failed)
            abort();
        return;
    }
    if (again.n != s->n)
        abort();
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->row[i].n; k++)
            if (!same(s->row[i].cell[k], sheet_cell(&again.row[i], k)))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct sheet s;
    struct htcds_import rows;
    struct str in = { (const char *)data, size };
    ctx_init(&c, 64 * 1024 * 1024);
    if (csv_load(&c, in, &s) == ERR_OK)
        round_trip(&c, &s);
    ctx_done(&c);
    ctx_init(&c, 64 * 1024 * 1024);
    (void)!htcds_load(&c, in, &rows);
    ctx_done(&c);
    return 0;
}
