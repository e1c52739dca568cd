/* report.c - findings as text, and `amparo pack check`. */
#include "pack/pack.h"

#include <stdio.h>

static const char *const level_name[] = { "note", "warning", "error" };

void pack_report(struct buf *b, const struct findings *f)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct finding *x = &f->v[i];
        buf_put(b, x->file);
        if (x->line) {
            buf_char(b, ':');
            buf_i64(b, x->line);
        }
        buf_put(b, STR(": "));
        buf_put(b, str_c(level_name[x->level]));
        buf_put(b, STR(": "));
        buf_put(b, x->text);
        buf_put(b, STR(" ["));
        buf_put(b, str_c(x->key));
        buf_put(b, STR("]\n"));
    }
    buf_fmt(b, "%zu errors, %zu warnings\n", f->errors, f->warnings);
}

/* One folder; false when it could not be checked at all. */
static bool check_one(const char *dir, const struct pack_hooks *hooks, size_t *errors)
{
    struct ctx c;
    struct findings f;
    struct buf b;
    bool ok;

    ctx_init(&c, (size_t)256 << 20);
    ok = pack_check(&c, dir, hooks, &f) == ERR_OK;
    if (ok) {
        buf_init(&b, &c.mem, 8 << 20);
        pack_report(&b, &f);
        printf("%s\n", dir);
        fwrite(b.p, 1, b.n, stdout);
        *errors += f.errors;
    } else {
        fprintf(stderr, "%s: %s (%s)\n", dir, c.fault.key ? c.fault.key : "?", c.fault.detail);
    }
    ctx_done(&c);
    return ok;
}

int pack_check_cli(int argc, char **argv, const struct pack_hooks *hooks)
{
    size_t errors = 0;

    if (argc < 1) {
        fprintf(stderr, "pack check DIR [DIR...]\n");
        return 2;
    }
    for (int i = 0; i < argc; i++)
        if (!check_one(argv[i], hooks, &errors))
            return 2;
    return errors ? 1 : 0;
}
