/* find.c - findings: what is wrong in a pack, and where. */
#include "pack/read.h"

#include <stdio.h>
#include <stdlib.h>

void reader_say(struct reader *r, enum finding_level level, struct str file, int line,
                const char *key, const char *fmt, ...)
{
    struct findings *f = r->found;
    char text[400];
    va_list ap;

    f->errors += level == FINDING_ERROR;
    f->warnings += level == FINDING_WARNING;
    if (f->n == PACK_FINDINGS_MAX)
        return;
    if (f->n == f->room) {
        size_t room = f->room ? f->room * 2 : 16;
        struct finding *v = NEW_N(&r->c->mem, struct finding, room);
        if (!v)
            return;
        if (f->n)
            memcpy(v, f->v, f->n * sizeof *v);
        f->v = v;
        f->room = room;
    }
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    f->v[f->n++] = (struct finding){ level, arena_dup(&r->c->mem, file), line, key,
                                     arena_dup(&r->c->mem, str_c(text)) };
}

static int by_place(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int d = str_cmp(x->file, y->file);

    if (d)
        return d;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    d = strcmp(x->key, y->key);
    return d ? d : str_cmp(x->text, y->text);
}

void reader_sort(struct findings *f)
{
    if (f->n)
        qsort(f->v, f->n, sizeof *f->v, by_place);
}

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
