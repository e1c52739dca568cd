/* read.h - inside pack/ only: reading a folder into a pack under construction.
 *
 * Everything temporary lies in the caller's c->mem; everything the pack keeps
 * is copied into p->index->mem.  Wrong content becomes a finding and reading
 * goes on; only want of memory or of the folder itself ends it.
 */
#ifndef PACK_READ_H
#define PACK_READ_H

#include "pack/pack.h"
#include "forms/sheet.h"
#include "words/words.h"

#include <stdatomic.h>

enum {
    PACK_MEM_MAX = 64 << 20,        /* one loaded pack */
    PACK_FILE_MAX = 4 << 20,        /* one file of it */
    PACK_FINDINGS_MAX = 2000,
};

/* Which rows a map finds by id; the id is the first member of each row. */
enum map_of {
    MAP_TERRITORY, MAP_ROLE, MAP_AGENCY, MAP_OFFICE, MAP_SERVICE, MAP_SOURCE, MAP_INSTRUMENT,
    MAP_PROVISION, MAP_FORM, MAP_DECISION, MAP_PROCEDURE, MAP_TEMPLATE, MAP_GEO, MAP_LAW_TEXT, MAP_COUNT,
};
struct id_map { const void *base; size_t stride, n, mask; uint32_t *slot; };

struct pack_index {
    atomic_long refs;
    struct arena mem;
    struct id_map map[MAP_COUNT];
};

struct reader {
    struct ctx *c;
    struct pack *p;
    struct arena *mem;              /* the pack's */
    const char *dir;
    struct findings *found;
    struct words *words;            /* the pack's own, while checking; NULL before */
};

/* ---- findings (find.c) ---- */
void reader_say(struct reader *r, enum finding_level level, struct str file, int line,
                const char *key, const char *fmt, ...) PRINTF(6, 7);
void reader_sort(struct findings *f);

/* ---- files (files.c) ---- */
/* A file below the pack's folder; {0} and ERR_OK when it is not there. */
enum err reader_text(struct reader *r, const char *name, struct str *out) MUST_CHECK;
enum err read_files(struct reader *r) MUST_CHECK;       /* forms, decisions, procedures, ... */

/* ---- pack.ini (ini.c) ---- */
enum err read_ini(struct reader *r) MUST_CHECK;
void ini_parse(struct reader *r, struct str text);      /* wrong lines become findings */

/* ---- tables (table.c) ---- */
enum col_kind {
    COL_TEXT, COL_LABEL, COL_INT, COL_I64, COL_VERIFIED, COL_E4, COL_DAY, COL_YESNO,
    COL_LINE,                       /* not a column: where the line number goes */
};
struct col {
    const char *name;               /* header; a label's columns are name::LANG */
    enum col_kind kind;
    size_t at;                      /* offsetof in the row */
    bool need;                      /* may not be empty */
    int64_t otherwise;              /* numbers: when empty */
};
struct table_spec {
    const char *file;               /* "agencies.csv", or a folder ending in "/" */
    size_t row, rows_at, n_at;      /* size of a row; offsets in struct pack */
    int map;                        /* enum map_of, or -1 */
    bool optional;
    const struct col *col; size_t cols;
};
extern const struct table_spec pack_tables[];
extern const size_t pack_tables_n;
enum err read_table(struct reader *r, const struct table_spec *t) MUST_CHECK;
size_t table_count(const struct pack *p, const struct table_spec *t);
const char *table_row(const struct pack *p, const struct table_spec *t, size_t i);
int table_line(const struct table_spec *t, const char *row);
/* The file a row came from: t->file, or the one inside its folder. */
struct str table_file(struct arena *mem, const struct table_spec *t, const char *row);

/* ---- maps (lookup.c) ---- */
bool map_build(struct arena *mem, struct id_map *m, const void *base, size_t stride, size_t n);
const void *map_find(const struct id_map *m, struct str id);

/* ---- the whole (load.c) ---- */
enum err pack_read(struct ctx *c, const char *dir, struct findings *found, struct pack **out)
    MUST_CHECK;

/* ---- checks (check_*.c) ---- */
void check_references(struct reader *r);
void check_offices(struct reader *r);
void check_coverage(struct reader *r);
enum err check_decisions(struct reader *r) MUST_CHECK;
enum err check_procedures(struct reader *r, const struct pack_hooks *hooks) MUST_CHECK;
enum err check_procedure(struct reader *r, const struct pack_file *f,
                         const struct pack_hooks *hooks) MUST_CHECK;
enum err check_forms(struct reader *r) MUST_CHECK;
enum err check_words(struct reader *r) MUST_CHECK;
/* Is this message key known in the languages that must be complete?  Says so when not. */
void check_word(struct reader *r, struct str key, struct str file, int line);

#endif
