/* ledger_impl.h - inside ledger/: the parts and who owns them.
 *
 * Threads: workers call draft_commit() and wait; the writer makes waiting jobs
 * durable together; the folder folds what is durable into the tables.  `lock`
 * guards the two queues, a stripe its held locks, `reader_lock` the reading
 * connection; the key cache has its own lock.  Everything else is set before
 * the threads start.
 */
#ifndef LEDGER_IMPL_H
#define LEDGER_IMPL_H

#include "base/node.h"
#include "base/who.h"
#include "crypto/crypto.h"
#include "db/db.h"
#include "ledger/change.h"
#include "ledger/ledger.h"
#include "ledger/state.h"

#include <pthread.h>
#include <semaphore.h>

enum { KEY_ID_LEN = 16, CACHE_SLOTS = 8192 };
enum { REFOLD_PART_BYTES = 1 << 20 };      /* sealed; opened and sorted it is some eight times that, and two are at hand */
enum { TABLES_CACHE_KIB = 24000, TABLES_LOG_PAGES = 16000 };     /* of a connection that folds */

/* ---- dossier keys (keys.c) ---------------------------------------------------------- */

struct dossier_key {
    unsigned char id[KEY_ID_LEN];        /* what the ledger shows */
    unsigned char key[KEY_LEN];
    unsigned char n;                     /* length of dossier */
    char dossier[NAME_BYTES];
    bool erased;
};
static inline struct str key_dossier(const struct dossier_key *k)
{
    return (struct str){ k->dossier, k->n };
}
static inline struct str key_id(const struct dossier_key *k)
{
    return (struct str){ (const char *)k->id, KEY_ID_LEN };
}
struct key_cache;
/* The newest key of a dossier.  ERR_NOT_FOUND: none, or erased. */
enum err key_of_dossier(struct ctx *c, struct ledger *l, struct str dossier, struct dossier_key *out) MUST_CHECK;
/* The key a ledger row names; out->erased when it was destroyed. */
enum err key_of_row(struct ctx *c, struct ledger *l, struct str id, struct dossier_key *out) MUST_CHECK;
/* A fresh key; key_row() gives what the ledger keeps of it. */
void key_make(struct dossier_key *k, struct str dossier);
void key_tag(const struct ledger *l, struct str dossier, unsigned char tag[HASH_LEN]);
struct str key_wrap(struct ctx *c, const struct ledger *l, const struct dossier_key *k);
enum err key_unwrap(struct ctx *c, const struct ledger *l, struct str id, struct str sealed,
                    struct dossier_key *out) MUST_CHECK;
void key_remember(struct ledger *l, const struct dossier_key *k);
void key_forget(struct ledger *l, const struct dossier_key *k);
struct key_cache *key_cache_new(void);
void key_cache_free(struct key_cache *k);

/* ---- rows folded last (near.c) -------------------------------------------------------- */

struct near;
struct near_key { struct str record, dossier, kind; };
struct near *near_new(struct ctx *c, struct str tables_url);   /* NULL: there is none on this engine */
void near_free(struct near *r);                                /* these three are safe on NULL */
bool near_fold(struct near *r);      /* the folder, in its transaction; false: there is none */
void near_pass(struct near *r);      /* anybody else who folds, in the transaction */
/* The sealed bytes of a record's row, when they are at hand and still true. */
bool near_get(struct near *r, const struct near_key *k, struct arena *a, struct str *body);
/* The folder: this row is about to change; after the commit, this is the row. */
void near_stale(struct near *r, const struct near_key *k);
void near_put(struct near *r, const struct near_key *k, struct str body);
void near_clear(struct near *r);

/* ---- jobs for the writer (jobs.c; writer.c and folder.c work on them) ------------------------ */

struct job_change {
    struct change ch;            /* seq and time filled by the writer */
    struct dossier_key key;
    bool new_key;
    struct str wrapped;          /* when new_key */
    struct str body;             /* sealed */
    int64_t n;                   /* place in this ledger, by the writer */
};
/* All that a job points to is in its own memory.  The worker who waits and the
 * threads that work on it hold one reference each; the last frees it. */
struct job {
    struct job *next;
    struct arena mem;
    struct job_change *changes;
    size_t changes_n, bytes;
    struct str blob_name, blob_body;         /* an attachment */
    const struct dossier_key *blob_key;
    const struct dossier_key *erase;         /* a key to destroy */
    int64_t erasures;                        /* l->erasures when the keys were fetched */
    bool durable_only;                       /* wake the worker before the fold */
    struct held *held;                       /* then the folder gives this lock back */
    enum err err;
    struct fault fault;
    sem_t done;
    int refs;
};
struct job *job_new(struct ctx *c, struct ledger *l);      /* NULL: refused */
/* Hand over, wait until durable (and folded, unless durable_only), free. */
enum err job_run(struct ctx *c, struct ledger *l, struct job *j) MUST_CHECK;
void job_unref(struct ledger *l, struct job *j);
void jobs_free(struct ledger *l);
void job_drop(struct ledger *l, struct job *j);      /* one that was not handed over */
enum { UNFOLDED_MIN = 64 };          /* changes: fewer never hold anybody up */
size_t jobs_changes(const struct job *jobs);
struct timespec mono_after(int64_t us);
void pause_ms(long ms);
void to_folder(struct ledger *l, struct job *jobs);  /* durable: to be folded; waits while too much is not */
bool folder_start(struct ledger *l);
void fold_now(struct ledger *l);                     /* a lock is waited for: gather no more */
void lock_give(struct ledger *l, struct held *h);    /* frees h; safe on NULL */
enum err writer_start(struct ctx *c, struct ledger *l) MUST_CHECK;
void writer_stop(struct ledger *l);

/* ---- working logs in (keeper.c) ------------------------------------------------------------- */

struct log_work {
    int64_t start, asked;        /* in pages; its writing thread's */
    bool wanted, worked;         /* atomic: for the keeper; done, the rest is the writer's */
};
void keeper_start(struct ledger *l);        /* none on PostgreSQL */
void keeper_stop(struct ledger *l);
void log_before(struct ctx *c, struct log_work *w, struct db *db);    /* a transaction begins */
void log_after(struct ledger *l, struct log_work *w, struct db *db);  /* one was committed */

/* ---- rows of the ledger ------------------------------------------------------------------ */

enum err ledger_migrate(struct ctx *c, struct db *db) MUST_CHECK;   /* its own tables */
struct entry { int64_t n, seq, time_us; struct str node, key_id, body, hash; };
void entry_hash(unsigned char out[HASH_LEN], struct str before, const struct entry *e);
/* What a batch signs: "amparo batch 1\n", node, seq, hash.  Returns its length. */
enum { BATCH_MESSAGE_MAX = 96 };
size_t batch_message(char out[BATCH_MESSAGE_MAX], struct str node, int64_t seq, const unsigned char *hash);
struct str body_ad(struct arena *a, struct str node, struct str key_id);
/* Open and parse; *erased: its key was destroyed, nothing else is set. */
enum err entry_open(struct ctx *c, struct ledger *l, const struct entry *e,
                    struct dossier_key *key, struct change *out, bool *erased) MUST_CHECK;

/* ---- the fold (fold.c, rebuild.c) ----------------------------------------------------------- */

struct fold_item { const struct change *ch; const struct dossier_key *key; int64_t n; };
/* Fold into c->db inside the caller's transaction. scratch: an arena emptied per record.
 * On failure of a projector, *bad names the record. */
struct fold {
    struct ledger *l;
    struct ctx *c;              /* the items' memory */
    struct ctx *g;              /* scratch, emptied per record; g->db = c->db */
    bool once;                  /* by the count of what was folded, none of these was */
    struct near *near;          /* the folder's, else NULL */
    struct near_new { struct near_new *next; struct near_key k; struct str body; } *near_new;
    struct place_row { int64_t gid, n, mark; } *places;     /* for change_recent */
    size_t places_n;
    bool places_off;            /* a further slice of a dossier: its own places are kept already */
    char skip[16][NAME_BYTES + 1];  /* records whose projector failed: folded without it */
    size_t skip_n;
    bool bad;                   /* this attempt added one */
    int64_t records, upto;
    const char **only;          /* made again: just these tables */
    size_t only_n;
};
enum err fold_items(struct fold *f, const struct fold_item *items, size_t n) MUST_CHECK;
/* Into empty tables: what all changes of some records come to, made ready without a
 * table (on any thread; f->c: its memory, f->g: scratch), and written. */
struct ready { struct record r; struct str body; };
struct ready_part { struct ready *one; size_t n; struct place_row *places; size_t places_n; };
enum err fold_ready(struct fold *f, const struct fold_item *items, size_t n, struct ready_part *out) MUST_CHECK;
enum err fold_put(struct fold *f, const struct ready_part *part) MUST_CHECK;
/* Fold entries of the ledger after what the tables have, up to `to`, in the
 * caller's transaction. */
enum err fold_from_ledger(struct fold *f, int64_t from, int64_t to) MUST_CHECK;
/* Up to max entries after place `from`, oldest first, into c->mem. */
enum err entries_read(struct ctx *c, struct ledger *l, int64_t from, size_t max,
                      struct entry **out, size_t *n) MUST_CHECK;
/* Every change up to *upto, which becomes the last there is, folded at once into the empty tables of f->c->db. */
enum err refold(struct fold *f, int64_t *upto) MUST_CHECK;
/* The derived tables: ours first, then the desks'. */
const struct table *table_at(const struct ledger *l, size_t i);   /* NULL at the end */
/* work() in one transaction on db, in memory of its own; f->bad: again without f->skip. */
enum err fold_attempt(struct ctx *c, struct fold *f, struct db *db, enum err (*work)(struct fold *f)) MUST_CHECK;
/* The same, again without the records that a desk cannot take. */
enum err fold_whole(struct ctx *c, struct ledger *l, struct db *db, int64_t upto,
                    enum err (*work)(struct fold *f)) MUST_CHECK;
void fold_contexts(struct ctx *f, struct ctx *g, struct ledger *l, struct db *db);
/* One record's stored row, given to its desks. */
enum err fold_project(struct fold *f, const struct dossier_key *key, struct str kind, struct str record,
                      struct str sealed) MUST_CHECK;
/* These on c->db.  bare: without the indexes that can wait for the rows. */
enum err tables_create(struct ctx *c, struct ledger *l) MUST_CHECK;
enum err tables_create_bare(struct ctx *c, struct ledger *l) MUST_CHECK;
enum err tables_index(struct ctx *c, struct ledger *l) MUST_CHECK;
enum err tables_drop(struct ctx *c) MUST_CHECK;
enum err drop_unknown(struct ctx *c, const struct ledger *known) MUST_CHECK;   /* NULL: all of them */
/* Desks' tables by name: dropped and made empty; their indexes. */
enum err tables_make_bare(struct ctx *c, struct ledger *l, const char *const *names, size_t n) MUST_CHECK;
enum err tables_index_of(struct ctx *c, struct ledger *l, const char *const *names, size_t n) MUST_CHECK;
/* Desks' tables whose text is not that of this program; and: now it is. */
enum err tables_changed(struct ctx *c, struct ledger *l, const char **out, size_t *n) MUST_CHECK;
enum err texts_set(struct ctx *c, struct ledger *l) MUST_CHECK;
enum err folded_get(struct ctx *c, struct db *db, int64_t *n) MUST_CHECK;
enum err folded_set(struct ctx *c, struct db *db, int64_t n) MUST_CHECK;
enum err tables_open(struct ctx *c, struct ledger *l) MUST_CHECK;      /* l->tables */
enum err tables_prepare(struct ctx *c, struct ledger *l) MUST_CHECK;   /* at open */
/* Rows of an erased dossier leave every derived table. */
enum err tables_purge(struct ctx *c, struct ledger *l, struct str dossier) MUST_CHECK;
enum err tables_catch_up(struct ctx *c, struct ledger *l, struct db *db) MUST_CHECK;
/* What this fold put into rows is true now: after its commit. */
void fold_committed(struct fold *f);
enum err places_sort_in(struct ctx *c, struct ledger *l) MUST_CHECK;    /* all of change_recent */
int64_t gid_of(const struct ledger *l, struct str dossier, struct str kind, struct str record);
int64_t change_mark(const struct ledger *l, struct str change, struct str kind, struct str record);
/* One record's stored state, opened.  ERR_NOT_FOUND.  elsewhere (or NULL): is
 * there a record of this id in another dossier? */
enum err state_load(struct ctx *c, const struct dossier_key *key, struct str kind, struct str record,
                    struct state *out, bool *elsewhere) MUST_CHECK;
/* The same for a draft and for the folder: from the rows at hand when it can. */
enum err state_near(struct ctx *c, struct ledger *l, const struct dossier_key *key, struct str kind,
                    struct str record, struct state *out, bool *elsewhere) MUST_CHECK;

/* ---- made again (remake.c) ---------------------------------------------------------------------- */

/* Of a thousand: when the rows are there, and when all is done. */
enum { REMAKE_ROWS = 850, REMAKE_ALL = 1000 };
void remaking_set(struct ledger *l, int64_t done, int64_t of, int from, int to);
/* All tables folded up to an entry in a place beside the true ones: a file, or a
 * schema.  db stands in it; aside_drop() throws it away (safe on {0}). */
struct aside { struct db *db; const char *path; };
enum err aside_make(struct ctx *c, struct ledger *l, const char *name, int64_t upto, struct aside *out) MUST_CHECK;
void aside_drop(struct ctx *c, struct aside *a);
void asides_left(struct ctx *c, struct ledger *l);      /* what somebody killed left beside them goes; behind tables_lock() */
/* mine: this process has no connection to the tables but l->tables. */
enum err tables_rebuild(struct ctx *c, struct ledger *l, struct db *db, bool mine) MUST_CHECK;
enum err tables_some(struct ctx *c, struct ledger *l) MUST_CHECK;      /* whose text has changed */
/* A file that all who have the tables open share, made when missing, with their owner and
 * mode; -1: none on this engine, or (in the log) it cannot be had. */
int tables_beside(struct ctx *c, struct str tables_url, const char *end);
int tables_lock(struct ctx *c, struct ledger *l);                      /* -1: none on this engine */
void tables_unlock(int fd);

/* ---- what has changed (touched.c) -------------------------------------------------------------- */

struct touched;
void touched_start(struct ledger *l);       /* the tables are open and stand */
void touched_free(struct ledger *l);
/* The folder, around a transaction that moves the tables from one entry to another:
 * these are safe on NULL; _commit comes just before the commit. */
void touched_begin(struct touched *t);
void touched_commit(struct touched *t, int64_t from, int64_t to);

/* ---- held locks (draft.c) ---------------------------------------------------------------------- */

struct held { struct held *next; struct str name; char bytes[]; };
enum { LOCK_STRIPES = 256 };
struct stripe { pthread_mutex_t lock; pthread_cond_t given; struct held *held; };

struct ledger {
    struct arena mem;                  /* config copies; freed at close */
    struct ledger_config cfg;
    struct keys *keys;
    struct node node;                  /* what projectors see as c->node */
    struct key_cache *cache;
    struct near *near;
    struct touched *touched;           /* NULL: not on this engine */
    unsigned char places[KEY_LEN];     /* key of gids and marks */
    unsigned char hide[KEY_LEN];       /* key of tags, blob names */
    unsigned char seal[KEY_LEN];       /* node_seal */

    struct db *book, *tables;          /* writer's, folder's */
    struct db *reader;                 /* ledger reads of anyone */
    pthread_mutex_t reader_lock;

    pthread_mutex_t lock;
    pthread_cond_t for_writer, for_folder;
    struct job *to_write, **to_write_end;
    struct job *to_fold, **to_fold_end;
    bool stop, writer_on, folder_on, writer_idle;
    bool behind;                       /* atomic: durable changes that could not be folded */
    pthread_t writer, folder;
    size_t to_write_n, to_fold_n;      /* jobs to write, changes to fold */
    bool fold_hurry;                   /* somebody waits for the tables */
    size_t unfolded;                   /* changes durable, not yet in the tables */
    size_t unfolded_max;               /* as many as keep the tables near */
    pthread_cond_t folded;             /* that number fell */

    pthread_mutex_t jobs_lock;
    struct job *jobs;                  /* to be used again */
    size_t jobs_n;

    pthread_mutex_t keeper_lock;
    pthread_cond_t for_keeper;
    pthread_t keeper;
    bool keeper_on, keeper_stop;
    struct log_work book_log, tables_log;

    struct stripe stripe[LOCK_STRIPES];

    int64_t recent;                    /* rows of change_recent, about; the folder's */
    const char **purge;                /* per derived table: DELETE of one record's rows */
    int64_t erasures;                  /* atomic: keys destroyed by this process */
    bool clock_warned;
    int64_t clock_shift;               /* tests */
    int64_t part_bytes;                /* of a refold at a time; tests use less */
};

#endif
