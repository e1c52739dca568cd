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
