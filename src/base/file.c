#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum log_level log_from = LOG_INFO;

void log_line(enum log_level level, const char *fmt, ...)
{
    static const char *const name[] = { "debug", "info", "warn", "error" };
    char t[1024];
    va_list ap;

    if (level < log_from)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(t, sizeof t, fmt, ap);
    va_end(ap);
    for (char *p = t; *p; p++)
        if ((unsigned char)*p < 0x20)
            *p = ' ';                           /* one line, whatever came in */
    (void)fprintf(stderr, "amparo: %s: %s\n", name[level], t);
}

static enum err read_all(struct ctx *c, int fd, const char *path, size_t size, struct str *out)
{
    char *p = arena_alloc(&c->mem, size + 1, 16);
    size_t n = 0;
    if (!p)
        return ctx_check(c);
    while (n < size) {
        ssize_t k = read(fd, p + n, size - n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return FAIL(c, ERR_IO, "error.file", "read %s: errno %d", path, errno);
        if (k == 0)
            break;
        n += (size_t)k;
    }
    *out = (struct str){ p, n };
    return ERR_OK;
}

enum err file_read(struct ctx *c, const char *path, size_t max, struct str *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FAIL(c, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "error.file",
                    "open %s: errno %d", path, errno);
    enum err e = ERR_OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        e = FAIL(c, ERR_INPUT, "error.file", "%s is not a file", path);
    else if ((uint64_t)st.st_size > max)
        e = FAIL(c, ERR_INPUT, "error.too-big", "%s: %lld bytes, at most %zu", path,
                 (long long)st.st_size, max);
    else
        e = read_all(c, fd, path, (size_t)st.st_size, out);
    (void)close(fd);
    return e;
}

enum err dir_sync(struct ctx *c, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct str dir = slash == path ? STR("/")
                   : slash ? (struct str){ path, (size_t)(slash - path) } : STR(".");
    const char *z = arena_z(&c->mem, dir);
    int fd = z ? open(z, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        return FAIL(c, ERR_IO, "error.file", "open directory of %s: errno %d", path, errno);
    int rc = fsync(fd);
    (void)close(fd);
    return rc == 0 ? ERR_OK : FAIL(c, ERR_IO, "error.file", "fsync directory of %s", path);
}

static enum err write_all(struct ctx *c, int fd, const char *path, struct str data)
{
    while (data.n) {
        ssize_t k = write(fd, data.p, data.n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return FAIL(c, ERR_IO, "error.file", "write %s: errno %d", path, errno);
        data = str_sub(data, (size_t)k, data.n);
    }
    if (fsync(fd) != 0)
        return FAIL(c, ERR_IO, "error.file", "fsync %s: errno %d", path, errno);
    return ERR_OK;
}

enum err file_write(struct ctx *c, const char *path, struct str data, unsigned mode)
{
    struct str temp = str_join(&c->mem, str_c(path), STR(".part"));
    TRY(ctx_check(c));
    int fd = open(temp.p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
    if (fd < 0)
        return FAIL(c, ERR_IO, "error.file", "create %s: errno %d", temp.p, errno);
    enum err e = write_all(c, fd, temp.p, data);
    if (close(fd) != 0 && !e)
        e = FAIL(c, ERR_IO, "error.file", "close %s: errno %d", temp.p, errno);
    if (!e && rename(temp.p, path) != 0)
        e = FAIL(c, ERR_IO, "error.file", "rename to %s: errno %d", path, errno);
    if (e) {
        (void)unlink(temp.p);
        return e;
    }
    return dir_sync(c, path);
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum err dir_list(struct ctx *c, const char *path, struct str **names, size_t *n)
{
    DIR *d = opendir(path);
    if (!d)
        return FAIL(c, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "error.file",
                    "open directory %s: errno %d", path, errno);
    size_t room = 0, k = 0;
    struct str *list = NULL;
    for (struct dirent *e; (e = readdir(d)); ) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if (k == room) {
            room = room ? room * 2 : 16;
            struct str *more = NEW_N(&c->mem, struct str, room);
            if (!more)
                break;
            if (k)
                memcpy(more, list, k * sizeof *list);
            list = more;
        }
        list[k++] = arena_dup(&c->mem, str_c(e->d_name));
    }
    (void)closedir(d);
    TRY(ctx_check(c));
    if (k)
        qsort(list, k, sizeof *list, by_bytes);
    *names = list;
    *n = k;
    return ERR_OK;
}
