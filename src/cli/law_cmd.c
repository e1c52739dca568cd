#include "cli/law_cmd.h"

#include "pack/pack.h"
#include "reform/compare.h"

#include <stdio.h>

static const char *option(const struct args *a, const char *name)
{
    for (int i = 0; i + 1 < a->n; i++)
        if (!strcmp(a->v[i], name))
            return a->v[i + 1];
    return NULL;
}

/* One side as it lies on the disk: a pack's folder, or one DMN file over the
 * law of the other side's pack. */
struct side { struct pack *pack; struct dmn_model *own; struct compare_side s; };

static void side_free(struct side *x)
{
    dmn_free(x->own);
    pack_unref(x->pack);
}

static enum err side_of_pack(struct ctx *c, const char *dir, struct str file, struct side *x)
{
    const struct dmn_model *m;
    TRY(pack_load(c, dir, &x->pack));
    m = pack_decision(x->pack, file);
    if (!m)
        return FAIL(c, ERR_NOT_FOUND, "rules.no-decision", "%s has no decisions/" STR_F ".dmn", dir, STR_A(file));
    x->s = (struct compare_side){ .pack = x->pack, .model = m };
    return file_read(c, str_join(&c->mem, str_c(dir), STR("/decisions/"), file, STR(".dmn")).p, DMN_FILE_MAX, &x->s.text);
}

static enum err side_of_file(struct ctx *c, const char *path, const struct side *base, struct side *x)
{
    TRY(file_read(c, path, DMN_FILE_MAX, &x->s.text));
    TRY(dmn_load(c, str_c(path), x->s.text, NULL, 0, &x->own));
    x->s.pack = base->pack;
    x->s.model = x->own;
    return ERR_OK;
}

static enum err write_out(struct ctx *c, const struct compare *k, const char *path)
{
    struct str csv;
    TRY(compare_write(c, k, &csv));
    return file_write(c, path, csv, 0644);
}

static void print(const struct compare *k)
{
    for (size_t i = 0; i < k->lines; i++)
        for (size_t j = 0; j < k->line[i].n; j++) {
            const struct compare_entry *e = &k->line[i].entry[j];
            printf("%-10.*s %-16.*s %.*s -> %.*s  (rows %.*s -> %.*s)\n", STR_A(k->line[i].id), STR_A(e->entry),
                   STR_A(e->before), STR_A(e->after), STR_A(e->rows_before), STR_A(e->rows_after));
        }
    for (size_t i = 0; i < k->counts; i++)
        printf("%-27.*s %zu changed\n", STR_A(k->count[i].entry), k->count[i].changed);
    printf("%zu situations, %zu with another answer, %zu that could not be answered\n", k->situations, k->changed, k->failed);
}

static enum err run(struct ctx *c, const struct args *a, struct side *x, struct side *y)
{
    const char *with = option(a, "--with"), *situations = option(a, "--situations"), *out = option(a, "--out");
    struct str file = str_c(option(a, "--decision") ? option(a, "--decision") : "screening"), csv;
    struct compare k;
    if (!a->pack || !with || !situations)
        return FAIL(c, ERR_INPUT, "reform.compare-usage", "give --pack DIR --with DIR|FILE.dmn --situations FILE.csv");
    TRY(side_of_pack(c, a->pack, file, x));
    if (str_ends(str_c(with), STR(".dmn")))
        TRY(side_of_file(c, with, x, y));
    else
        TRY(side_of_pack(c, with, file, y));
    TRY(file_read(c, situations, COMPARE_CSV_MAX, &csv));
    TRY(compare_csv(c, &x->s, &y->s, compare_decision(x->s.model, file), csv, &k));
    print(&k);
    return out ? write_out(c, &k, out) : ERR_OK;
}

int cmd_law_compare(struct ctx *c, struct args *a)
{
    struct side x = { 0 }, y = { 0 };
    int rc = run(c, a, &x, &y) == ERR_OK ? 0 : cli_fail(c);
    side_free(&y);
    side_free(&x);
    return rc;
}
