#include "cli/akn_cmd.h"

#include "law/import.h"
#include "law/law.h"

#include <stdio.h>

static const char *option(const struct args *a, const char *name)
{
    for (int i = 0; i + 1 < a->n; i++)
        if (!strcmp(a->v[i], name))
            return a->v[i + 1];
    return NULL;
}

static enum err export(struct ctx *c, const char *dir, const char *instrument, const struct civil *at, struct str *xml)
{
    struct pack *p;
    struct law *l = NULL;
    struct law_doc d;
    TRY(pack_load(c, dir, &p));
    enum err e = law_load(c, p, NULL, &l);
    if (!e)
        e = law_export(c, l, str_c(instrument), at, &d);
    if (!e)
        e = law_akn_write(c, &d, xml);
    law_free(l);
    pack_unref(p);
    return e;
}

/* On standard output; nothing half-written. */
int law_cmd_export(struct ctx *c, struct args *a)
{
    const char *dir = a->pack ? a->pack : option(a, "--pack"), *id = option(a, "--instrument"), *at = option(a, "--at");
    struct civil day;
    struct str xml;
    if (!dir || !id || (at && !date_parse(str_c(at), &day)))
        return 2;
    if (export(c, dir, id, at ? &day : NULL, &xml) != ERR_OK)
        return cli_fail(c);
    return fwrite(xml.p, 1, xml.n, stdout) == xml.n && fflush(stdout) == 0 ? 0 : 1;
}

int law_cmd_import(struct ctx *c, struct args *a)
{
    const char *out = option(a, "--out");
    struct law_doc d;
    struct str xml;
    if (!a->n || !out || a->v[0][0] == '-')
        return 2;
    if (file_read(c, a->v[0], LAW_FILE_MAX, &xml) != ERR_OK || law_akn_read(c, xml, &d) != ERR_OK ||
        law_import(c, &d, out) != ERR_OK)
        return cli_fail(c);
    printf(STR_F ": %zu parts, %zu provisions", STR_A(d.id), d.n, d.rows_n);
    if (d.flattened)
        printf("; %zu references, notes or tables became plain words", d.flattened);
    printf("\n");
    return 0;
}
