/* Any bytes as a table: rows into an index, then one search; no crash, bounded. */
#include "match/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 200 };

static void read_rows(struct ctx *c, struct csv *v, struct match_index *ix)
{
    struct str field[CSV_COLUMNS];
    struct buf spare;
    struct columns col;
    struct match_record r;
    struct match_candidate *out;
    struct match_job job = { .out = "" };
    struct columns_room room;
    size_t n, k, dropped, last = 0;

    buf_init(&spare, &c->mem, CSV_COLUMNS * CSV_FIELD);
    if (!csv_row(v, &spare, field, CSV_COLUMNS, &n) ||
        columns_find(c, &job, "fuzz", field, n, &col) != ERR_OK)
        return;
    for (int i = 0; i < ROWS && csv_row(v, &spare, field, CSV_COLUMNS, &n); i++) {
        if (v->line < last)
            __builtin_trap();                   /* lines only go on */
        last = v->line;
        columns_read(&col, &job, field, n, &room, &r);
        if (match_index_add(c, ix, STR("one"), &r) != ERR_OK ||
            match_lookup(c, ix, &r, 3, &out, &k, &dropped) != ERR_OK)
            return;
        for (size_t j = 0; j < k; j++) {
            int64_t sum = 0;
            for (size_t x = 0; x < out[j].n_rows; x++)
                sum += out[j].rows[x].mbits;
            if (sum != out[j].mbits)
                __builtin_trap();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c;
    struct csv v;
    struct match_index *ix = NULL;
    ctx_init(&c, 64 << 20);
    if (match_index_new(&c, 64 << 20, &ix) == ERR_OK &&
        csv_open(&c, (struct str){ (const char *)data, size }, &v) == ERR_OK)
        read_rows(&c, &v, ix);
    match_index_free(ix);
    ctx_done(&c);
    return 0;
}
