/* rules_cmd.c - "rules check": what is wrong with decision tables, for the
 * people who write them. */
#include "cli/cli.h"
#include "cli/pack_cmd.h"

#include "pack/pack.h"
#include "rules/rules.h"

#include <stdio.h>
#include <sys/stat.h>

struct tally { size_t errors, warnings, notes, models; };

static const char *level_of(enum rules_kind k, struct tally *t)
{
    switch (k) {
    case RULES_GAP:                 /* no row answers: null, which the author may want */
    case RULES_UNCHECKED:
        t->notes++;
        return "note";
    case RULES_OVERLAP:
    case RULES_UNREACHABLE:
        t->warnings++;
        return "warning";
    default:
        t->errors++;
        return "error";
    }
}

static bool known(void *arg, struct str id)
{
    return pack_provision(arg, id) != NULL;
}

static void print_finding(const struct rules_finding *f, const char *path, struct tally *t)
{
    const char *level = level_of(f->kind, t);
    printf("%s:%d: %s: %s: ", path, f->line, level, rules_kind_name(f->kind));
    if (f->table.n)
        printf("table " STR_F ", ", STR_A(f->table));
    if (f->row)
        printf("row %d, ", f->row);
    if (f->other)
        printf("and row %d, ", f->other);
    (void)fwrite(f->text.p, 1, f->text.n, stdout);
    (void)putchar('\n');
}

/* law NULL: citations are not looked up.  False: nothing could be read. */
static bool check_file(const char *path, const struct pack *law, struct tally *t)
{
    struct ctx c;
    struct str xml;
    struct dmn_model *m = NULL;
    struct rules_finding *v;
    size_t n;
    ctx_init(&c, 256u << 20);
    bool ok = file_read(&c, path, DMN_FILE_MAX, &xml) == ERR_OK;
    if (ok && dmn_load_draft(&c, str_c(path), xml, NULL, 0, &m) != ERR_OK) {
        printf("%s: error: %s\n", path, c.fault.detail);     /* bad XML: the line is in it */
        t->errors++;
    } else if (ok && rules_check(&c, m, law ? known : NULL, (void *)(uintptr_t)law, &v, &n) == ERR_OK) {
        for (size_t i = 0; i < n; i++)
            print_finding(&v[i], path, t);
    } else {
        (void)fprintf(stderr, "amparo: %s: %s\n", path, c.fault.detail);
        ok = false;
    }
    t->models++;
    dmn_free(m);
    ctx_done(&c);
    return ok;
}

/* The law that a pack's tables cite.  NULL: it cannot be read now; said so. */
static struct pack *law_of(const char *dir)
{
    struct ctx c;
    struct pack *p = NULL;
    ctx_init(&c, 256u << 20);
    if (pack_load(&c, dir, &p) != ERR_OK)
        printf("%s: note: citations are not looked up until the pack can be read (%s)\n", dir, c.fault.detail);
    ctx_done(&c);
    return p;
}

static bool check_pack(struct ctx *c, const char *dir, struct tally *t)
{
    struct str *name;
    size_t n;
    const char *decisions = arena_z(&c->mem, str_join(&c->mem, str_c(dir), STR("/decisions")));
    enum err e = decisions ? dir_list(c, decisions, &name, &n) : ERR_NOMEM;
    bool ok = e == ERR_OK;
    c->fault = (struct fault){ 0 };
    if (e == ERR_NOT_FOUND) {
        printf("%s: note: no decisions\n", dir);       /* a pack of law alone */
        return true;
    }
    if (!ok) {
        (void)fprintf(stderr, "amparo: %s/decisions cannot be read\n", dir);
        return false;
    }
    struct pack *law = law_of(dir);
    for (size_t i = 0; i < n; i++)
        if (str_ends(name[i], STR(".dmn")))
            ok = check_file(arena_z(&c->mem, str_join(&c->mem, str_c(decisions), STR("/"), name[i])), law, t) && ok;
    pack_unref(law);
    return ok;
}

/* "packs/py/decisions/x.dmn" -> "packs/py", when that is a pack. */
static const char *pack_around(struct ctx *c, const char *path)
{
    struct str s = str_c(path);
    struct stat st;
    int cut = 0;
    while (s.n && cut < 2)
        cut += s.p[--s.n] == '/';
    const char *dir = cut == 2 ? arena_z(&c->mem, s) : NULL;
    const char *ini = dir ? arena_z(&c->mem, str_join(&c->mem, s, STR("/pack.ini"))) : NULL;
    return ini && stat(ini, &st) == 0 ? dir : NULL;
}

int rules_cmd_check(struct ctx *c, int argc, char **argv)
{
    struct tally t = { 0 };
    bool ok = argc > 0;
    for (int i = 0; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode)) {
            ok = check_pack(c, argv[i], &t) && ok;
            continue;
        }
        const char *around = pack_around(c, argv[i]);
        struct pack *law = around ? law_of(around) : NULL;
        ok = check_file(argv[i], law, &t) && ok;
        pack_unref(law);
    }
    printf("%zu models: %zu errors, %zu warnings, %zu notes\n", t.models, t.errors, t.warnings, t.notes);
    return !ok ? 2 : t.errors ? 1 : 0;
}
