#include "page/files.h"

#include "base/embed.h"

static const struct { const char *end, *type; } types[] = {
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".svg", "image/svg+xml" },
    { ".html", "text/html; charset=utf-8" },
};

static struct str type_of(struct str path)
{
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_ends(path, str_c(types[i].end)))
            return str_c(types[i].type);
    return STR("application/octet-stream");
}

/* name is what follows "web/" */
static const struct embedded *find(struct str name)
{
    size_t low = 0, high = embedded_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        struct str path = str_c(embedded[mid].path);
        int d = str_starts(path, STR("web/")) ? str_cmp(str_sub(path, 4, path.n), name)
                                              : str_cmp(path, STR("web/"));
        if (d == 0)
            return &embedded[mid];
        if (d < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static size_t last_dot(struct str s)
{
    size_t i = s.n;
    while (i && s.p[i - 1] != '.')
        i--;
    return i ? i - 1 : s.n;
}

struct str static_url(struct ctx *c, const char *name)
{
    const struct embedded *f = find(str_c(name));
    struct str s = str_c(name);
    size_t dot = last_dot(s);
    if (!f)
        return STR("/static/missing");
    return str_join(&c->mem, STR("/static/"), str_sub(s, 0, dot), STR("."), str_c(f->hash),
                    str_sub(s, dot, s.n));
}

bool static_find(struct str path, struct static_file *out)
{
    char name[100];
    if (!str_starts(path, STR("/static/")))
        return false;
    path = str_sub(path, 8, path.n);
    size_t dot = last_dot(path);
    struct str stem = str_sub(path, 0, dot), ext = str_sub(path, dot, path.n);
    size_t hash_at = last_dot(stem);
    struct str hash = str_sub(stem, hash_at + 1, stem.n);
    if (hash_at + ext.n >= sizeof name)
        return false;
    memcpy(name, stem.p, hash_at);
    memcpy(name + hash_at, ext.p, ext.n);
    const struct embedded *f = find((struct str){ name, hash_at + ext.n });
    if (!f || !str_is(hash, f->hash))
        return false;
    *out = (struct static_file){ type_of(path), f->bytes, f->gzip };
    return true;
}
