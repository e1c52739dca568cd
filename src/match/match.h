/* match.h - the same person twice: find the candidates, say why.
 *
 * A leaf that knows no case, office or right: it is given borrowed strings and
 * record ids and gives back candidates with a score and its reasons.  Nothing
 * is ever merged here; a caller proposes, a person confirms.
 *
 * The score is a Fellegi-Sunter log-likelihood ratio in bits with the prior
 * included, moved so that 0 is the default threshold: +1 means twice as likely
 * the same as not.  Scores travel as thousandths of a bit (`mbits`), because
 * no float is stored.
 *
 * Also for workplaces, employers, vehicles, phones and places: one index per
 * kind of thing; match_thing() fills what its name, owner and plate become;
 * `address`, `phones`, `ids` (a tax number) are filled as for persons, and what
 * does not apply stays empty.
 *
 * I. Fellegi, A. Sunter, "A Theory for Record Linkage", JASA 64 (1969), is the
 * model; match.md says what was added and why.
 */
#ifndef MATCH_H
#define MATCH_H

#include "base/base.h"

#include <stdio.h>

/* ---- one record, as told ------------------------------------------------
 * Everything is optional and borrowed for the call only: the index keeps
 * normal forms, never the caller's bytes. */

enum {
    MATCH_IDS = 3, MATCH_PHONES = 3,
    MATCH_FIELD_MAX = 1024      /* bytes looked at per field; the rest is ignored */
};

struct match_id {
    struct str type;            /* "ci", "dni", "passport", "case", "plate"; "" = any */
    struct str value;           /* as written, with dots and dashes */
};

struct match_record {
    struct str given;           /* all given names */
    struct str surname;         /* first surname, or all of them in order */
    struct str second;          /* second surname */
    struct str full;            /* one field with everything, when not split */
    struct str alias;           /* nickname, street name, name used by the trafficker */
    struct str birth;           /* "2009-03-14", "14/3/2009", "2009-03", "2009", "2552" */
    bool has_age;
    int age;                    /* whole years ... */
    int64_t age_on;             /* ... on this day (days since 1970); 0 = not known */
    struct str sex;             /* "f", "female", "mujer", "หญิง", "x" ...; first letter decides */
    struct match_id ids[MATCH_IDS];
    struct str phones[MATCH_PHONES];
    struct str email;
    struct str address;         /* street and house number, or free text */
    struct str house;           /* house number when it has its own field */
    struct str place;           /* city, district, compañía, village */
    struct str region;          /* department, province, county */
    struct str postcode;
    struct str nationality;
    struct str extra;           /* anything else that describes the person: occupation */
    struct str country;         /* "PY", "AR", "LR", "TH": rules for ids, phones, years; "" = all */
};

/* ---- firms, places, vehicles ----------------------------------------------
 * What goes into a record that is no person's. */

/* A firm's or a place's name without its legal form; what it is ("ranch",
 * "brick_kiln", ...: the packs' place_kind) apart, {0} when the name does not say. */
enum { MATCH_FIRM_MAX = 600 };
struct match_firm { struct str name, what; };
/* name lies in room, what is static. */
void match_firm(struct str written, char room[MATCH_FIRM_MAX], struct match_firm *out);
/* A number plate as two words: no dashes, O as 0 and I as 1.  {0}: too short to be
 * one.  As an id its type is "plate". */
enum { MATCH_PLATE_MAX = 24 };
struct str match_plate(struct str written, char room[MATCH_PLATE_MAX]);
/* What tells a thing from others, into given, surname, second, extra and the last
 * id of r; the texts lie in room.  Numbers, phones and places are the caller's. */
struct match_thing {
    struct str name;            /* of a firm, a place, a boat */
    struct str owner;           /* or employer; of an employer the trade name */
    struct str plate;
    struct str kind;            /* {0}: what the name says it is */
    struct str description, colour;     /* of a vehicle, instead of its kind */
};
struct match_thing_room { char name[MATCH_FIRM_MAX], owner[MATCH_FIRM_MAX], extra[MATCH_FIRM_MAX], plate[MATCH_PLATE_MAX]; };
void match_thing(const struct match_thing *t, struct match_thing_room *room, struct match_record *r);
/* The same for every way of writing one telephone; {0}: not a number. */
struct str match_phone(struct str written, char room[16]);
/* The same for identity and tax numbers and plates (type "plate"). */
struct str match_number(struct str written, struct str type, struct str country, char room[16]);
/* Does the check digit fit?  RUC (PY), CUIT and CUIL (AR); anything else is
 * MATCH_CHECK_NONE: no rule known, or not written whole. */
enum match_check { MATCH_CHECK_NONE, MATCH_CHECK_FITS, MATCH_CHECK_WRONG };
enum match_check match_tax_check(struct str value, struct str country);

/* ---- an index in memory -------------------------------------------------
 * Rebuilt from the tables at start, then kept current record by record.
 * Thread-safe: any number of lookups beside one change (an internal rwlock).
 * Ids are up to ID_LEN bytes. */

struct match_index;

/* mem_cap: bytes the index may ever hold; more makes add return ERR_NOMEM. */
enum err match_index_new(struct ctx *c, size_t mem_cap, struct match_index **out) MUST_CHECK;
void match_index_free(struct match_index *ix);                  /* safe on NULL */
/* Add, or replace what `id` held.  ERR_NOMEM leaves the index as it was. */
enum err match_index_add(struct ctx *c, struct match_index *ix, struct str id,
                         const struct match_record *r) MUST_CHECK;
/* ERR_NOT_FOUND when there is no such record. */
enum err match_index_remove(struct ctx *c, struct match_index *ix, struct str id) MUST_CHECK;
size_t match_index_count(struct match_index *ix);
size_t match_index_bytes(struct match_index *ix);
/* Learn u by counting and m by EM from what the index holds now; when EM leaves
 * its bounds the curated priors stay and *kept_priors is true.  Lookups work
 * before and without this, with the priors.  Takes seconds on a million
 * records; lookups go on meanwhile except for the moment of the swap. */
enum err match_index_train(struct ctx *c, struct match_index *ix, bool *kept_priors) MUST_CHECK;

/* ---- looking someone up, while the officer is still typing --------------- */

enum match_what {
    MATCH_GIVEN, MATCH_MIDDLE, MATCH_SURNAME, MATCH_SECOND, MATCH_ORDER,
    MATCH_BIRTH, MATCH_SEX, MATCH_ID, MATCH_PHONE, MATCH_EMAIL, MATCH_STREET,
    MATCH_UNIT, MATCH_HOUSE, MATCH_POSTCODE, MATCH_PLACE, MATCH_REGION, MATCH_NATION, MATCH_EXTRA,
    MATCH_HOUSEHOLD,            /* shared things that a household shares: a discount */
    MATCH_PRIOR,                /* how rare a pair is among all pairs, and calibration */
    MATCH_GROUP,                /* agreement through other records (batch only) */
    MATCH_WHAT_N
};

/* One bar of the waterfall.  The bars of a candidate add up to its score.
 * text: catalogue key: "match." + what + "." + level, e.g. "match.surname.exact"
 * with the arguments a (as asked), b (as held, in normal form) and one_in:
 * "González: 1 in 38, +4.1 bits". */
struct match_row {
    enum match_what what;
    const char *level;          /* "exact", "nickname", "phonetic", "near", "initial", "none",
                                 * "joined", "swapped", "married", "missing", ... */
    int32_t mbits;
    int64_t one_in;             /* how rare the shared value is; 0 = not applicable */
    struct str text;
    struct str a, b;            /* in the caller's arena */
    int32_t if_same, if_other;  /* what this bar would be if the two agreed fully, or
                                 * disagreed: "what would have to change" */
};

struct match_candidate {
    struct str id;              /* in the caller's arena */
    int32_t mbits;              /* >= 0: at or above the default threshold */
    int32_t raw_mbits;          /* before calibration: what a verdict is about */
    const char *pass;           /* the candidate pass that found it: "id", "names", ... */
    const struct match_row *rows;
    size_t n_rows;
};

enum { MATCH_FLOOR_MBITS = -6000 };        /* weaker candidates are not returned */

/* Best candidates first, at most `limit`; results live in c->mem.  dropped (may
 * be NULL) counts records that shared only keys too common to look at. */
enum err match_lookup(struct ctx *c, struct match_index *ix, const struct match_record *r,
                      size_t limit, struct match_candidate **out, size_t *n,
                      size_t *dropped) MUST_CHECK;

/* The same down to a floor of the caller's: whoever knows a number or a place and
 * nothing else finds what agrees in it, far below what would make it one person. */
enum err match_lookup_from(struct ctx *c, struct match_index *ix, const struct match_record *r,
                           int32_t floor_mbits, size_t limit, struct match_candidate **out,
                           size_t *n, size_t *dropped) MUST_CHECK;

/* The waterfall of two given records.  ix gives frequencies and weights; NULL
 * uses the priors.  out->id and out->pass are empty. */
enum err match_pair_explain(struct ctx *c, struct match_index *ix, const struct match_record *a,
                            const struct match_record *b, struct match_candidate *out) MUST_CHECK;

/* ---- what reviewers decided ----------------------------------------------- */

struct match_verdict { int32_t mbits; bool same; };     /* candidate.raw_mbits */
struct match_calibration {
    size_t verdicts, same;
    int32_t moved_mbits;        /* the threshold, against what was learned: +400 = stricter by .4 bits */
    bool used;                  /* false: too few, or out of bounds; scores are as learned */
};
enum { MATCH_VERDICTS_MIN = 20, MATCH_VERDICTS_EACH = 5, MATCH_MOVED_MAX = 4000 };
/* Recalibrate so that 0 bits is the right threshold for what people here decided:
 * a shrunken logistic fit; few verdicts move it little.  Always from all
 * verdicts there are (v may be NULL with n 0: back to what was learned).  Needs
 * MATCH_VERDICTS_MIN with MATCH_VERDICTS_EACH of both kinds; a threshold moved
 * further than MATCH_MOVED_MAX, or a slope outside 1/3 .. 3, is refused and the
 * scores stay as learned. */
enum err match_index_calibrate(struct ctx *c, struct match_index *ix, const struct match_verdict *v,
                               size_t n, struct match_calibration *out) MUST_CHECK;
void match_index_calibration(struct match_index *ix, struct match_calibration *out);

/* ---- clusters ---------------------------------------------------------------
 * Nodes are 0..n-1.  Pairs with their score go in; a cluster number per node
 * comes out.  Two clusters join only when their members agree on average, never
 * through one chain of links; a cannot-link is never crossed, a must-link
 * always kept (a must-link that contradicts a cannot-link is ERR_CONFLICT). */

struct match_link { uint32_t a, b; int32_t mbits; };
struct match_clusters {
    uint32_t *of;               /* [n] cluster number, 0.. in order of first member */
    size_t count, largest;
    struct match_link *bridges; /* links that hold two halves together: look again */
    size_t n_bridges;
};
struct match_bonds {
    const struct match_link *cannot, *must;     /* mbits unused */
    size_t n_cannot, n_must;
};
enum { MATCH_CLUSTER_MAX = 64 };            /* no cluster grows above this by itself */
enum err match_cluster(struct ctx *c, size_t n, const struct match_link *link, size_t n_link,
                       const struct match_bonds *bonds, struct match_clusters *out) MUST_CHECK;

/* ---- what persons decided, as groups ------------------------------------------
 * A bond says that two records are the same, or that they are not.  Groups
 * depend on the bonds that stand and on nothing else: undo one and its group
 * falls apart.  A bond of "same" that would put together two records somebody
 * keeps apart, directly or through others, does not hold (older bonds first). */

struct match_bond { struct str a, b, id; int64_t at_us; bool same; };
struct match_groups { struct str *who; uint32_t *up; size_t n, contradictions; };
/* Sorts b by age; the groups borrow its strings and live in c->mem. */
enum err match_groups(struct ctx *c, struct match_bond *b, size_t n, struct match_groups *out) MUST_CHECK;
/* The least id of its group, which stands for the person; the id itself when alone. */
struct str match_group_of(const struct match_groups *g, struct str id);
size_t match_group_size(const struct match_groups *g, struct str id);
/* Is somebody of x's group kept apart from somebody of y's? */
bool match_group_apart(const struct match_groups *g, const struct match_bond *b, size_t n,
                       struct str x, struct str y);

/* ---- what may be compared without showing the record -------------------------
 * Composite tokens for private matching between agencies: canonical texts, the
 * same for the same person in every office as far as normal forms reach.  They
 * are guessable and must never leave a node as they are: they go through the
 * oblivious function first.
 *
 *   id|4123567              strong     phone|81123456     strong (a household's)
 *   email|ana@example.org   strong
 *   names-day|kntls|ls|20090314   two names by sound (each pair, each long form of
 *                           a short name), birth with day and month in order of size
 *   names-year|kntls|ls|2009      the same and a year: weak, many share it */

enum match_token_kind { MATCH_TOKEN_ID, MATCH_TOKEN_PHONE, MATCH_TOKEN_EMAIL,
                        MATCH_TOKEN_NAMES_DAY, MATCH_TOKEN_NAMES_YEAR, MATCH_TOKEN_KINDS };
struct match_token { enum match_token_kind kind; struct str text; };
enum { MATCH_TOKENS_MAX = 96 };             /* strong kinds come first; more are left out */
/* Tokens live in c->mem; a record without names, dates or numbers has none. */
enum err match_tokens(struct ctx *c, const struct match_record *r,
                      struct match_token out[MATCH_TOKENS_MAX], size_t *n) MUST_CHECK;

/* ---- whole files -------------------------------------------------------------- */

/* Columns by name: map entries like "given=first_name".  Columns whose name is
 * known (given, surname, birth, dob, sex, nid, phone, ...) need no entry. */
struct match_job {
    const char *path[2];        /* path[1] NULL: find duplicates within path[0] */
    const char *const *map;     /* "role=column" */
    size_t n_map;
    const char *out;            /* id_a,id_b,score */
    const char *clusters;       /* id,cluster; NULL: out + ".clusters.csv" */
    struct str country;         /* "" = all rules */
    int threads;                /* 0 = one per core, at most 16 */
    int32_t floor_mbits;        /* write pairs from here up; 0 = MATCH_FLOOR_MBITS */
    int64_t today;              /* day on which an age without date was told; 0 = unknown */
};
struct match_report {
    size_t records[2], pairs_compared, pairs_written, above, clusters, largest, bridges;
    size_t keys_split, dropped;     /* oversized keys refined; records not looked at */
    bool kept_priors;
    size_t bytes;                   /* peak held by this room */
    int64_t us_read, us_index, us_train, us_score, us_cluster, us_write;
    size_t bad_dates, bad_date_line;    /* births nobody can read (left out), and the first one's line */
    size_t bad_line;                /* on ERR_INPUT: line of the first file that is wrong */
};
/* Both outputs are written whole or not at all.  Wrong input is ERR_INPUT with
 * the file, line and cause in the fault's detail. */
enum err match_csv(struct ctx *c, const struct match_job *job, struct match_report *rep) MUST_CHECK;

/* amparo match FILE.csv [FILE2.csv] --out pairs.csv ...; argv[0] is "match".
 * Talks to `out` and `errs`; returns the exit status. */
int match_cli(struct ctx *c, int argc, char **argv, FILE *out, FILE *errs);

#endif
