/* Any bytes as a workbook: as sheets, as an XLSForm, as HTCDS rows. */
#include "forms/htcds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = { (const char *)data, size };
    struct ctx c;
    struct htcds_import rows;
    struct form_notes notes;
    const struct form *f = NULL;
    ctx_init(&c, 48 * 1024 * 1024);
    (void)!htcds_load(&c, in, &rows);
    ctx_done(&c);
    ctx_init(&c, 48 * 1024 * 1024);
    if (form_load_xlsx(&c, STR("x"), in, &f, &notes) == ERR_OK)
        form_unref(f);
    ctx_done(&c);
    return 0;
}
