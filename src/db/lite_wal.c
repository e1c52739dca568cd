/* lite_wal.c - SQLite's log, written in large pieces.
 *
 * SQLite writes a frame of its log as two small writes that straddle the file's
 * pages; a commit of a hundred pages is two hundred system calls.  This VFS hands
 * every file to the system's own, but gathers what is appended to a log and
 * writes it at once: before the write that completes a commit frame returns (so
 * that whoever sees the commit in the index finds its frames in the file, and
 * SQLite hears of a full disk), and before anything else is asked of the file.
 * What a killed process had gathered was part of no commit.
 */
#include "db/db_impl.h"

#include <stdlib.h>

enum { FRAME_HEAD = 24, GATHER = 31 * (FRAME_HEAD + 4096) };    /* below the 128 KiB the system's VFS writes at once */

struct log_file {
    sqlite3_file base;
    sqlite3_file *real;        /* behind this struct, as large as the system's VFS asks */
    unsigned char *bytes;      /* gathered, not yet written */
    int n;
    sqlite3_int64 at;          /* where in the file they belong */
    bool commit;               /* the frame under way closes a transaction */
};

static int flush(struct log_file *f)
{
    int n = f->n;
    f->n = 0;
    return n ? f->real->pMethods->xWrite(f->real, f->bytes, n, f->at) : SQLITE_OK;
}

static int log_close(sqlite3_file *file)
{
    struct log_file *f = (struct log_file *)file;
    int rc = flush(f), closed = f->real->pMethods->xClose(f->real);
    free(f->bytes);
    f->bytes = NULL;
    return rc ? rc : closed;
}

/* Bytes 4 to 7 of a frame's head: the size of the database after the commit, 0
 * in the middle of one (sqlite.org/walformat.html). */
static bool closes(const unsigned char *head, int n)
{
    return n == FRAME_HEAD && (head[4] | head[5] | head[6] | head[7]) != 0;
}

static int log_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
    struct log_file *f = (struct log_file *)file;
    bool head = n == FRAME_HEAD;
    int rc = SQLITE_OK;
    if (f->n && (at != f->at + f->n || n > GATHER - f->n))
        rc = flush(f);
    if (!f->bytes)
        f->bytes = malloc(GATHER);
    if (rc || !f->bytes || n > GATHER)
        return rc ? rc : f->real->pMethods->xWrite(f->real, p, n, at);
    if (!f->n)
        f->at = at;
    memcpy(f->bytes + f->n, p, (size_t)n);
    f->n += n;
    bool ends = !head && f->commit;
    f->commit = closes(p, n);
    return ends ? flush(f) : SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
    struct log_file *f = (struct log_file *)file;
    int rc = flush(f);
    return rc ? rc : f->real->pMethods->xRead(f->real, p, n, at);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct log_file *f = (struct log_file *)file;
    int rc = flush(f);
    return rc ? rc : f->real->pMethods->xTruncate(f->real, size);
}

static int log_sync(sqlite3_file *file, int flags)
{
    struct log_file *f = (struct log_file *)file;
    int rc = flush(f);
    return rc ? rc : f->real->pMethods->xSync(f->real, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct log_file *f = (struct log_file *)file;
    int rc = flush(f);
    return rc ? rc : f->real->pMethods->xFileSize(f->real, size);
}

static int log_lock(sqlite3_file *file, int level)
{
    struct log_file *f = (struct log_file *)file;
    return f->real->pMethods->xLock(f->real, level);
}

static int log_unlock(sqlite3_file *file, int level)
{
    struct log_file *f = (struct log_file *)file;
    return f->real->pMethods->xUnlock(f->real, level);
}

static int log_locked(sqlite3_file *file, int *out)
{
    struct log_file *f = (struct log_file *)file;
    return f->real->pMethods->xCheckReservedLock(f->real, out);
}

static int log_control(sqlite3_file *file, int op, void *arg)
{
    struct log_file *f = (struct log_file *)file;
    return f->real->pMethods->xFileControl(f->real, op, arg);
}

static int log_sector(sqlite3_file *file)
{
    struct log_file *f = (struct log_file *)file;
    return f->real->pMethods->xSectorSize(f->real);
}

static int log_device(sqlite3_file *file)
{
    struct log_file *f = (struct log_file *)file;
    return f->real->pMethods->xDeviceCharacteristics(f->real);
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1, .xClose = log_close, .xRead = log_read, .xWrite = log_write, .xTruncate = log_truncate,
    .xSync = log_sync, .xFileSize = log_size, .xLock = log_lock, .xUnlock = log_unlock,
    .xCheckReservedLock = log_locked, .xFileControl = log_control, .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_device,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    sqlite3_vfs *real = vfs->pAppData;
    if (!(flags & SQLITE_OPEN_WAL))
        return real->xOpen(real, name, file, flags, out);
    struct log_file *f = (struct log_file *)file;
    *f = (struct log_file){ .real = (sqlite3_file *)(f + 1) };
    int rc = real->xOpen(real, name, f->real, flags, out);
    if (f->real->pMethods)
        f->base.pMethods = &log_methods;
    return rc;
}

void lite_wal_register(void)
{
    static sqlite3_vfs vfs;            /* set once, by whoever configures SQLite */
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    if (!real)
        return;
    vfs = *real;
    vfs.pNext = NULL;
    vfs.zName = "amparo";
    vfs.pAppData = real;
    vfs.szOsFile = (int)sizeof(struct log_file) + real->szOsFile;
    vfs.xOpen = vfs_open;
    (void)sqlite3_vfs_register(&vfs, 0);
}
