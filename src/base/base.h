/* base.h - the words the whole program is written in.
 *
 * Floor 0: no database, no sockets, no policy.  Everything above may include
 * this file; this file includes nothing of ours.
 */
#ifndef BASE_H
#define BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_CHECK   __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define COUNT_OF(a)  (sizeof(a) / sizeof((a)[0]))

/* ---- errors ---------------------------------------------------------- */

enum err {
    ERR_OK = 0,
    ERR_NOMEM,      /* allocation failed or the request's memory cap was hit */
    ERR_INPUT,      /* the caller's data is malformed: the user can fix it   */
    ERR_DENIED,     /* authenticated, but not allowed                        */
    ERR_NOT_FOUND,  /* no such thing, or not visible to this office          */
    ERR_CONFLICT,   /* someone else changed it first: reload and retry       */
    ERR_BUSY,       /* try again later: lock, serialization, overload        */
    ERR_CORRUPT,    /* stored or received data fails verification            */
    ERR_IO,         /* disk, network or database failure                     */
    ERR_BUG,        /* an invariant of ours is broken                        */
};

struct ctx;

/* Record why a call failed and return `code`.  The first failure wins: later
 * calls on the way up keep the original cause.  `key` is a message-catalogue
 * key that is safe to show to the user; the printf part is for operators and
 * carries identifiers, never names or case notes. */
#define FAIL(c, code, key, ...) \
    (fail_((c), (code), (key), __FILE__, __LINE__, __VA_ARGS__), (code))
void fail_(struct ctx *c, enum err code, const char *key,
           const char *file, int line, const char *fmt, ...) PRINTF(6, 7);

/* The only control-flow macro in the tree: hand an error up, unchanged. */
#define TRY(expr)                         \
    do {                                  \
        enum err try_err_ = (expr);       \
        if (try_err_ != ERR_OK)           \
            return try_err_;              \
    } while (0)

/* ---- strings: a borrowed run of bytes, not NUL-terminated ------------- */

struct str {
    const char *p;
    size_t n;
};
#define STR(lit)      ((struct str){ "" lit "", sizeof(lit) - 1 })
#define STR_INIT(lit) { "" lit "", sizeof(lit) - 1 }   /* for static tables */
#define STR_F         "%.*s"
#define STR_A(s)      (int)((s).n), (s).p              /* only short strings */

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_is(struct str a, const char *z)
{
    return a.n == strlen(z) && (a.n == 0 || memcmp(a.p, z, a.n) == 0);
}
struct str str_c(const char *z);                       /* borrow a C string  */
int str_cmp(struct str a, struct str b);               /* by bytes, then length */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_find(struct str s, struct str what, size_t *at);
struct str str_sub(struct str s, size_t from, size_t n);  /* clamped to s */
struct str str_trim(struct str s);                     /* ASCII white space  */
/* Split at the first `sep`.  False: no `sep`, nothing is written. */
bool str_cut(struct str s, char sep, struct str *head, struct str *tail);
/* Walk "a,b,c": false when nothing is left.  *rest is advanced. */
bool str_next(struct str *rest, char sep, struct str *item);
bool str_to_i64(struct str s, int64_t *out);           /* whole, canonical, in range */
uint64_t str_hash(struct str s);                       /* SipHash, keyed once per process */

static inline bool ascii_digit(char ch) { return ch >= '0' && ch <= '9'; }
static inline bool ascii_alpha(char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z'); }
static inline bool ascii_space(char ch) { return ch == ' ' || (ch >= '\t' && ch <= '\r'); }
static inline char ascii_lower(char ch) { return ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch; }

/* ---- UTF-8 ------------------------------------------------------------ */

/* True if s is well-formed UTF-8: no overlong forms, surrogates or > 10FFFF. */
bool utf8_valid(struct str s);
/* Take one code point off the front of *s (which must be valid and not empty). */
uint32_t utf8_next(struct str *s);
size_t utf8_put(char out[4], uint32_t cp);              /* bytes written */
size_t utf8_count(struct str s);                        /* code points */

/* ---- arenas ---------------------------------------------------------- */

struct arena {
    struct arena_block *top, *spare;
    size_t used, cap;      /* bytes handed out so far, and the hard limit */
    bool failed;           /* sticky: some allocation was refused */
    long fail_at;          /* tests: refuse the Nth allocation; 0 = never */
    long count;
};
void arena_init(struct arena *a, size_t cap);
void arena_free(struct arena *a);          /* safe on a zeroed arena, and twice */
/* Forget everything, keep the blocks for the next round: no malloc after
 * warm-up.  Clears `failed`. */
void arena_reset(struct arena *a);
void arena_wipe(struct arena *a);          /* the same, and what was there is overwritten */
/* Zeroed memory, or NULL and a->failed.  align must be a power of two. */
void *arena_alloc(struct arena *a, size_t size, size_t align) MUST_CHECK;
#define NEW(a, T)      ((T *)arena_alloc_n_((a), 1, sizeof(T), _Alignof(T)))
#define NEW_N(a, T, n) ((T *)arena_alloc_n_((a), (n), sizeof(T), _Alignof(T)))
void *arena_alloc_n_(struct arena *a, size_t n, size_t size, size_t align) MUST_CHECK;
struct str arena_dup(struct arena *a, struct str s);   /* {0} when refused; NUL follows */
const char *arena_z(struct arena *a, struct str s);    /* C copy; NULL if s holds NUL */

/* ---- buffers: append, append, append, check once --------------------- */

struct buf {
    struct arena *mem;
    char *p;
    size_t n, room, max;   /* max: the largest this text may ever become */
    bool failed;           /* sticky: some append did not happen */
};
void buf_init(struct buf *b, struct arena *mem, size_t max);
void buf_put(struct buf *b, struct str s);
void buf_char(struct buf *b, char ch);
void buf_i64(struct buf *b, int64_t v);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF(2, 3);  /* up to 511 bytes */
static inline struct str buf_str(const struct buf *b)
{
    return (struct str){ b->p, b->n };
}
/* Join any number of pieces into the arena: str_join(a, STR("x"), y). */
#define str_join(a, ...) str_join_((a), (const struct str[]){ __VA_ARGS__ }, \
    COUNT_OF(((const struct str[]){ __VA_ARGS__ })))
struct str str_join_(struct arena *a, const struct str *part, size_t n);

/* ---- time --------------------------------------------------------------
 * Instants are microseconds since 1970-01-01 UTC.  A date has no zone and no
 * time: day number since 1970-01-01 in the proleptic Gregorian calendar. */

#define US_PER_S   INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)

struct civil { int64_t year; int month, day; };      /* month 1-12, day 1-31 */
int64_t days_from_civil(struct civil d);
struct civil civil_from_days(int64_t days);
bool civil_ok(struct civil d);
bool date_parse(struct str s, struct civil *out);    /* YYYY-MM-DD, real dates only */
struct str date_text(struct arena *a, struct civil d);
/* "2026-11-24T13:05:00Z" */
struct str instant_text(struct arena *a, int64_t us);
bool instant_parse(struct str s, int64_t *us);       /* also with fraction and +hh:mm */
int64_t clock_now_us(void);                          /* wall clock */
int64_t clock_mono_us(void);                         /* for durations */

/* ---- ids ----------------------------------------------------------------
 * 26 characters of lower-case Crockford base 32: 48 bits of milliseconds, then
 * 80 random bits.  Ids are text everywhere: memory, ledger, tables, URLs. */

enum { ID_LEN = 26 };
/* A fresh id in the arena; {0} when memory or the kernel's generator refuses. */
struct str id_new(struct arena *a, int64_t now_us);
bool id_ok(struct str s);

/* ---- the context one unit of work carries ----------------------------- */

struct fault {
    enum err code;
    const char *key;
    const char *file;
    int line;
    char detail[240];
};
struct db;
struct node;
struct officer;
struct ctx {
    struct arena mem;       /* lives exactly as long as the request */
    struct fault fault;     /* why the first failing call failed */
    int64_t now_us;         /* fixed per request */
    struct db *db;          /* this worker's connection to the tables; borrowed */
    struct node *node;      /* ledger, keys, packs, words: shared, see node.h */
    const struct officer *who;   /* signed-in officer in this request's arena; NULL = nobody */
    struct str lang;        /* "es", "en", "gn", "th": language of answers */
    struct access_memo *memo;    /* grants read under this request's snapshot; access/ fills it */
    int64_t until_us;       /* what was answered about rights holds no longer than this; 0: no end */
};
void ctx_init(struct ctx *c, size_t mem_cap);      /* now_us = wall clock */
void ctx_done(struct ctx *c);
enum err ctx_check(struct ctx *c) MUST_CHECK;      /* ERR_NOMEM if the arena failed */
const char *err_name(enum err e);                  /* "denied": for logs and tests */

/* ---- files ------------------------------------------------------------- */

/* The whole file into the arena.  ERR_NOT_FOUND, ERR_IO, ERR_INPUT above max. */
enum err file_read(struct ctx *c, const char *path, size_t max, struct str *out) MUST_CHECK;
/* Atomic replace: temp file, fsync, rename, fsync of the directory. mode as chmod. */
enum err file_write(struct ctx *c, const char *path, struct str data, unsigned mode) MUST_CHECK;
/* A rename to `path` is on the disk. */
enum err dir_sync(struct ctx *c, const char *path) MUST_CHECK;
/* Names in a directory without "." and "..", sorted by bytes. */
enum err dir_list(struct ctx *c, const char *path, struct str **names, size_t *n) MUST_CHECK;

/* ---- log: one line to stderr, for operators: ids, never names ----------- */

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_line(enum log_level level, const char *fmt, ...) PRINTF(2, 3);
extern enum log_level log_from;     /* set once in main before threads start */

#endif
