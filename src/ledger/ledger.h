/* ledger.h - every change, sealed, chained, signed; and the fold into tables.
 *
 * A change is the only way anything ever happens: an officer, in an office,
 * for a dossier, with a verb and a reason, assigns values to fields of
 * records.  Desks write drafts; one writer thread makes them durable together
 * (group commit) and folds them into the tables.  A call to draft_commit()
 * returns when the change is durable and folded, so the officer reads what
 * she wrote.
 *
 * Folding is the same code for a change made here, received, or replayed; it
 * never refuses, and any order of arrival gives byte-equal tables.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include "base/base.h"
#include "crypto/crypto.h"

struct ledger;
struct db;

/* ---- records: what the fold makes of the changes ------------------------- */

/* One current value of a field.  More than one head = a conflict: authors who
 * had not seen each other.  heads[0] is the later and the one that shows. */
struct head { struct str value, change; int64_t time_us; struct str officer; };
struct field { struct str name; size_t n; const struct head *heads; };

struct record {
    struct str id, kind, dossier;
    int64_t created_us, updated_us;      /* first and last change's time */
    size_t n;
    const struct field *fields;          /* sorted by name */
    bool conflict;                       /* some field has two heads */
};
/* The shown value, or {0} when the field was never set. */
struct str record_get(const struct record *r, const char *field);
int64_t record_i64(const struct record *r, const char *field);   /* 0 when absent or no number */
bool record_is(const struct record *r, const char *field, const char *value);

/* Load one record without asking who may see it: for the fold, for access/
 * and for work/ only.  Desks and pages use access.h.  ERR_NOT_FOUND. */
enum err record_load(struct ctx *c, struct str id, struct record *out) MUST_CHECK;

/* ---- drafts ---------------------------------------------------------------- */

struct draft;
/* Start a change.  lock: the case or signal that this act concerns; two drafts
 * with the same lock wait for each other from here to commit or drop, so what
 * is checked in between stays true.  The officer and her office come from
 * c->who.  The draft lives in c->mem.  Every draft_begin is followed by
 * draft_commit or draft_drop. */
enum err draft_begin(struct ctx *c, struct str lock, const char *verb, struct draft **out) MUST_CHECK;
void draft_reason(struct draft *d, struct str reason);
/* The following sets go to this dossier: one change per dossier, all of a
 * draft made durable together. */
void draft_in(struct draft *d, struct str dossier);
/* Assign.  The value replaces what the tables show at commit.  Kind
 * [a-z_]{1,40}, field [a-z0-9_/.:-]{1,80}, value at most VALUE_MAX bytes of
 * UTF-8.  Setting a field to its present value is left out. */
void draft_set(struct draft *d, const char *kind, struct str record, const char *field, struct str value);
void draft_set_i64(struct draft *d, const char *kind, struct str record, const char *field, int64_t v);
/* For values whose field names come from a form. */
void draft_set_field(struct draft *d, struct str kind, struct str record, struct str field, struct str value);
/* An id for a record this draft makes: nothing needs to be looked up for it. */
struct str record_new(struct draft *d);
/* Durable and folded on success.  On failure nothing happened. */
enum err draft_commit(struct ctx *c, struct draft *d) MUST_CHECK;
/* The same, but does not wait for the tables: for what comes in by itself (a
 * submission, an import) and is not shown at once.  The lock is held on until
 * the fold, so the next draft of this case sees it. */
enum err draft_commit_durable(struct ctx *c, struct draft *d) MUST_CHECK;
void draft_drop(struct draft *d);
enum { VALUE_MAX = 64 * 1024, CHANGE_MAX = 1024 * 1024 };

/* ---- dossiers and blobs ---------------------------------------------------- */

/* A fresh dossier id; its key is made and kept with the first change in it.
 * kind: "signal", "route", "protection", "justice", "referral", "open", …;
 * root: the signal or case it belongs to (its own id when {0}). */
struct str dossier_new(struct draft *d, const char *kind, struct str root);
/* Destroy the key: its bodies can never be read again, its rows leave the
 * tables, the chain still verifies.  Writes the reason as a change. */
enum err dossier_erase(struct ctx *c, struct str dossier, struct str reason) MUST_CHECK;

/* Attachments: sealed with the dossier's key, named by the hash of the plain
 * bytes (64 hex digits).  Durable on return. */
enum { BLOB_MAX = 16 * 1024 * 1024 };
enum err blob_put(struct ctx *c, struct str dossier, struct str bytes, struct str *hash) MUST_CHECK;
enum err blob_get(struct ctx *c, struct str dossier, struct str hash, struct str *bytes) MUST_CHECK;

/* A keyed hash of a normalised value, for finding without storing it plain. */
struct str blind_index(struct ctx *c, const char *domain, struct str value);
/* Seal or open a small value kept in a desk's table (e.g. a TOTP secret). */
struct str node_seal(struct ctx *c, struct str plain);
enum err node_open(struct ctx *c, struct str sealed, struct str *plain) MUST_CHECK;

/* What a node says to other nodes: its two public keys, its signature, and
 * opening what was sealed to it (box_seal). */
void node_public(struct ctx *c, unsigned char sign[PUBLIC_LEN], unsigned char box[PUBLIC_LEN]);
void node_sign(struct ctx *c, struct str msg, unsigned char sig[SIG_LEN]);
enum err node_unbox(struct ctx *c, struct str sealed, struct str *plain) MUST_CHECK;

/* ---- what desks hand to the fold --------------------------------------------- */

/* Runs after the fold of every record of its kind, inside the fold's
 * transaction on c->db; writes the desk's own tables from this one record. It
 * must depend on nothing but *r, so that any order gives the same rows, and find
 * the rows it changes by their key (struct table): when tables are made again, other
 * indexes come after the rows.  writes: the tables' names with spaces between; NULL: any of
 * them.  When what a projector writes has another meaning, the text of its table
 * must change, or old rows stay as they are. */
struct projector {
    const char *kind;
    enum err (*project)(struct ctx *c, const struct record *r);
    const char *writes;
};
/* A desk's derived tables: CREATE statements that run on both engines, and
 * how to empty them. */
struct table {
    const char *name, *create;
    const char *key;     /* column that holds the record's id; NULL: "id".  Erasing a
                            dossier deletes the rows whose key is an erased record. */
};

/* ---- a node's ledger ------------------------------------------------------- */

/* For whoever waits while tables are made again: read with __atomic_load_n. */
struct remaking { int64_t begun_us; int64_t thousandths; };    /* clock_mono_us; 0: nothing is being made */

struct ledger_config {
    struct str url;             /* db_open's; SQLite: the ledger's file */
    struct str tables_url;      /* SQLite: the tables' file; PostgreSQL: same as url */
    struct str key_file;
    struct str passphrase;      /* {0}: the key file is not sealed */
    struct kdf_cost cost;       /* of sealing it; {0}: the normal one (tests use less) */
    const struct projector *projectors;  size_t projectors_n;
    const struct table *tables;          size_t tables_n;
    struct remaking *remaking;           /* or NULL */
};
/* Make the key file and an empty ledger. ERR_CONFLICT when one is there. */
enum err ledger_create(struct ctx *c, const struct ledger_config *cfg) MUST_CHECK;
/* The recovery sheet: m-of-n shares of the key file's secret, as words. */
enum err ledger_shares(struct ctx *c, const struct ledger_config *cfg, int m, int n, struct str share[]) MUST_CHECK;
/* A lost key file made again from shares, sealed with cfg->passphrase. */
enum err ledger_recover(struct ctx *c, const struct ledger_config *cfg, const struct str share[], size_t n) MUST_CHECK;
/* Open, catch the tables up, start the writer.  ERR_DENIED: wrong passphrase. */
enum err ledger_open(struct ctx *c, const struct ledger_config *cfg, struct ledger **out) MUST_CHECK;
void ledger_close(struct ledger *l);
struct str ledger_node_id(const struct ledger *l);
/* A new connection to the tables for one worker thread. */
enum err ledger_connect(struct ctx *c, struct ledger *l, struct db **out) MUST_CHECK;

struct ledger_stats { int64_t changes, folded, batches, last_us, dossiers, conflicts; };
enum err ledger_stats(struct ctx *c, struct ledger_stats *out) MUST_CHECK;

/* Cheap: the last change here, and the last one in the tables. */
enum err ledger_last(struct ctx *c, int64_t *changes, int64_t *folded) MUST_CHECK;

/* Nothing of what was read at these places (db_note) has changed between the entries
 * `from` (where the tables stood before it was read) and `now` (where they stand).
 * False also means: that cannot be told. */
bool ledger_unchanged(struct ledger *l, const uint32_t *place, size_t n, int64_t from, int64_t now);

/* Chain, signatures, and that the tables equal the fold.  ERR_CORRUPT names
 * the first sequence number that fails.  chain_only: the chain and each node's
 * newest signature, which through the chain vouches for all before it. */
struct verify_report { int64_t changes, batches, records, upto; int64_t chain_us, fold_us; };
enum err ledger_verify(struct ctx *c, struct ledger *l, bool chain_only, struct verify_report *out) MUST_CHECK;
/* Drop and refold every derived table. */
enum err ledger_rebuild(struct ctx *c, struct ledger *l) MUST_CHECK;
/* One file, engine-independent, checked by a hash at its end. */
enum err ledger_backup(struct ctx *c, struct ledger *l, const char *path) MUST_CHECK;
enum err ledger_restore(struct ctx *c, const struct ledger_config *cfg, const char *path) MUST_CHECK;

/* Walk the changes of a dossier, newest first, decrypted: for "who changed
 * what" pages.  Ask access/ before calling. */
struct set {
    struct str kind, record, field, value;
    size_t prevs_n;
    const struct str *prevs;         /* ids of the changes this value replaces, sorted */
};
struct change {
    struct str id, node, dossier, verb, reason, officer, office;
    int64_t seq, time_us;            /* seq: place in this node's ledger; page with it */
    size_t n;
    const struct set *sets;
};
enum err change_list(struct ctx *c, struct str dossier, int64_t before_seq, size_t limit,
                     struct change **out, size_t *n) MUST_CHECK;
enum err change_list_record(struct ctx *c, struct str record, size_t limit,
                            struct change **out, size_t *n) MUST_CHECK;
/* What came into this node's ledger after a place, from wherever, oldest first, for
 * what follows the tables in memory; at most `limit` places are looked at, none
 * beyond upto.  *last: how far; erased changes are left out.  It asks no rights. */
enum err change_since(struct ctx *c, int64_t after_seq, int64_t upto, size_t limit,
                      struct change **out, size_t *n, int64_t *last) MUST_CHECK;

#endif
