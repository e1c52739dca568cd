/* inside.h - what the files of this room share; nobody outside includes it. */
#ifndef MATCH_INSIDE_H
#define MATCH_INSIDE_H

#include "match/match.h"

/* ---- memory: areas that grow in place (area.c) ---------------------------
 * An index lives long and grows, so it is neither a request nor an immutable
 * object: it owns address ranges reserved once and backed page by page, which
 * never move.  `purse` counts them against one cap and can refuse the nth
 * growth for tests. */

struct purse { size_t used, cap; long count, fail_at; };
struct area { unsigned char *p; size_t n, backed, max; };

bool area_open(struct area *a, size_t max);
void area_close(struct purse *pu, struct area *a);
/* Make room for `more` bytes beyond a->n.  False: nothing changed. */
bool area_need(struct purse *pu, struct area *a, size_t more) MUST_CHECK;

/* ---- normal forms of text (fold.c, phon.c, nick.c) ------------------------ */

enum { WORD_MAX = 30, WORDS_MAX = 24, FOLD_MAX = 512 };
struct word { const char *p; size_t n; struct str from; };   /* from: as written */
struct folded {
    char text[FOLD_MAX];
    size_t n, n_words;
    bool comma;                 /* a comma after word `comma_at` */
    size_t comma_at;
    struct word w[WORDS_MAX];
};
/* Lower case without marks, words apart; apostrophes vanish, Thai letters turn
 * into Latin ones, other scripts stay.  Invalid UTF-8 is read as Latin-1. */
void fold(struct str in, struct folded *out);

enum { PROFILES = 5 };          /* es, gn, th, lr, general */
struct sounds { uint32_t key[PROFILES], block; };
void sounds_of(struct str word, struct sounds *out);
size_t sound_spell(int profile, struct str word, char out[64]);    /* for tests, tokens */
size_t sound_block(struct str word, char out[16]);      /* sounds.block, spelled */

enum { NICKS = 3 };
/* Nickname groups a folded word belongs to, 1.. ; 0 = none.  A name and its
 * short forms share a group. */
void nicks_of(struct str word, uint16_t out[NICKS]);
size_t nick_groups(void);
struct str nick_lead(uint16_t group);       /* the name the group is about */
bool is_particle(struct str word);          /* de, del, la, da, dos, von, bin ... */
bool is_marriage_mark(struct str word);     /* vda, viuda, esposa */
bool is_title(struct str word);             /* don, mrs, nai, khun ... */

size_t plate_plain(struct str written, char out[40]);   /* as plates are compared (firm.c) */

uint64_t mix64(uint64_t x);
uint64_t hash_bytes(struct str s, uint64_t seed);

/* ---- dates (dates.c) --------------------------------------------------------- */

enum date_kind { DATE_NONE, DATE_DAY, DATE_MONTH, DATE_YEAR, DATE_AGE };
struct when {
    int32_t lo, hi;             /* days since 1970, both inclusive */
    uint32_t ymd;               /* yyyymmdd as written, even when no such day; 0 = unknown parts */
    uint32_t digits;            /* the same, one digit per four bits */
    int16_t year_lo, year_hi;
    uint8_t kind;
};
/* False: nothing that looks like a date.  Never fails otherwise. */
bool when_parse(struct str s, struct when *out);
bool when_age(int age, int64_t on, bool on_known, struct when *out);

/* Two full dates: EXACT .. NONE; an interval on either side: WITHIN, BESIDE
 * (at most two years off), APART. */
enum birth_level { BIRTH_MISSING, BIRTH_EXACT, BIRTH_SWAP, BIRTH_FIRST, BIRTH_TYPO,
                   BIRTH_DAYMONTH, BIRTH_YEAR, BIRTH_CLOSE, BIRTH_NONE,
                   BIRTH_WITHIN, BIRTH_BESIDE, BIRTH_APART, BIRTH_N };
enum birth_level birth_level(const struct when *a, const struct when *b);

/* ---- identifiers and phones (ident.c) ------------------------------------------ */

/* Letters and digits packed base 37, at most 12; 0 = nothing usable. */
uint64_t id_pack(struct str value, struct str type, struct str country, uint16_t *type_out);
uint64_t phone_pack(struct str value, struct str country);
enum same { SAME_MISSING, SAME_EXACT, SAME_NEAR, SAME_DIFF, SAME_N };
/* parity: from parity_of, to tell most unlike numbers apart at once. */
enum same packed_level(uint64_t a, uint64_t b, uint16_t parity_a, uint16_t parity_b);
uint16_t parity_of(uint64_t packed);
size_t packed_text(uint64_t v, char out[16]);
uint8_t sex_of(struct str s);               /* 0 unknown, 1 male, 2 female, 3 other */

/* ---- edit distance (near.c) ---------------------------------------------------- */

/* Optimal string alignment distance, at most `max`; max + 1 means more. */
int edit_distance(struct str a, struct str b, int max);
int bigram_dice(struct str a, struct str b);            /* per mille */
uint64_t letters_of(struct str s);                      /* filter: an edit flips few bits */

/* Which letters a word has, folded to 30 bits; SIGN_ANY: may be like any other
 * (a nickname, an initial, another script). */
#define SIGN_ANY 0x80000000u
uint32_t sign_of(struct str s);
static inline int bits_in(uint32_t v)           /* no popcnt on the oldest machines */
{
    v -= v >> 1 & 0x55555555;
    v = (v & 0x33333333) + (v >> 2 & 0x33333333);
    return (int)(((v + (v >> 4)) & 0x0F0F0F0F) * 0x01010101 >> 24);
}
uint32_t sign_of_house(struct str s);
/* Names whose letters differ in more than this are neither near nor alike in sound;
 * texts and short house numbers not near. */
enum { SIGN_NAME = 5, SIGN_TEXT = 7, SIGN_NUMBER = 2 };

/* ---- four at once -------------------------------------------------------------------- */

typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef float f32x4 __attribute__((vector_size(16)));

static inline unsigned lanes(u32x4 v)           /* sign bits */
{
#ifdef __SSE2__
    return (unsigned)__builtin_ia32_movmskps((f32x4)v);
#else
    return v[0] >> 31 | v[1] >> 31 << 1 | v[2] >> 31 << 2 | v[3] >> 31 << 3;
#endif
}
static inline u32x4 all4(uint32_t v)
{
    return (u32x4){ 0 } + v;
}
/* bits_in of four words at once. */
static inline i32x4 bits_in4(u32x4 v)
{
    v -= v >> 1 & 0x55555555;
    v = (v & 0x33333333) + (v >> 2 & 0x33333333);
    v = (v + (v >> 4)) & 0x0F0F0F0F;
    v += v >> 8;
    return (i32x4)((v + (v >> 16)) & 63);
}

/* ---- the dictionary (dict.c) ----------------------------------------------------- */

enum tok_class { TOK_NAME, TOK_EMAIL, TOK_STREET, TOK_UNIT, TOK_HOUSE, TOK_PLACE, TOK_REGION,
                 TOK_POSTCODE, TOK_NATION, TOK_EXTRA, TOK_CLASSES };
struct tok {
    uint64_t letters;
    uint32_t text;              /* offset into dict.text */
    uint32_t n[2];              /* uses: names as given, as surname; others in [0] */
    float log_n[2];             /* log2 of the other holders, a little smoothed */
    uint32_t sound[PROFILES];
    uint32_t block;
    uint16_t nick[NICKS];
    uint8_t len, cls;
};
/* Words of a search that the index does not know: numbers with LOCAL set. */
enum { LOCAL_WORDS = 32 };
#define LOCAL 0x08000000u
struct local_words { uint32_t n; struct tok tok[LOCAL_WORDS]; char text[LOCAL_WORDS][64]; };
struct dict {
    struct local_words *local;  /* only in a search's own view of the index */
    struct area toks, text, slots;
    uint32_t n, n_slots;
    uint64_t total[TOK_CLASSES][2];
    float log_total[TOK_CLASSES][2];
    uint32_t nick_mass[512][2];
};
bool dict_open(struct dict *d, size_t max);
void dict_close(struct purse *pu, struct dict *d);
bool dict_reserve(struct purse *pu, struct dict *d, uint32_t words) MUST_CHECK;
/* 1.. ; an unknown word is added (reserve first), or kept in d->local, or is 0. */
uint32_t dict_word(struct dict *d, enum tok_class cls, struct str s, bool add);
void dict_count(struct dict *d, uint32_t t, int role, int by);
static inline struct tok *dict_tok(const struct dict *d, uint32_t t)
{
    return t & LOCAL ? &d->local->tok[t & ~LOCAL] : (struct tok *)(void *)d->toks.p + t;
}
static inline struct str dict_text(const struct dict *d, uint32_t t)
{
    const struct tok *k = dict_tok(d, t);
    return t & LOCAL ? (struct str){ d->local->text[t & ~LOCAL], k->len }
                     : (struct str){ (const char *)d->text.p + k->text, k->len };
}

/* ---- a record in normal form (norm.c) ------------------------------------------------ */

enum { NAMES = 6 };
enum { ROLE_GIVEN, ROLE_SURNAME, ROLE_ALIAS };
enum { REC_LIVE = 1, REC_GUESSED = 2, REC_MARRIED = 4, REC_SOURCE_B = 8 };
/* The other fields, in the order in which they are compared. */
enum text_field { T_EMAIL, T_NATION, T_STREET, T_UNIT, T_HOUSE, T_POSTCODE, T_PLACE, T_REGION,
                  T_EXTRA, TEXTS, T_PLACES = T_STREET };
enum { SIGN_STREET, SIGN_HOUSE, SIGN_PLACE, SIGNS };
extern const uint8_t text_what[TEXTS];
struct rec {                        /* by cache line: what is looked at first comes first */
    uint32_t name[NAMES];
    uint32_t text[TEXTS + 1];       /* words of the other fields; text_what says of which; 0 */

    uint8_t n_names, given, alias, initials;    /* bits of the names that are ... */
    uint32_t sign[NAMES];           /* sign_of: to tell unlike words apart */
    uint32_t place_sign[SIGNS];     /* of street, house and place */
    struct when born;

    uint64_t id[MATCH_IDS], phone[MATCH_PHONES];
    uint64_t whole_bits, parts_bits;            /* join_bits: words that may be two, and pairs */

    uint16_t has;                   /* bits of the fields in text */
    uint8_t sex, flags;
    uint16_t id_parity[MATCH_IDS], phone_parity[MATCH_PHONES], id_type[MATCH_IDS];
    uint8_t n_given, longs;         /* longs: bits of the names of six letters or more */
    uint8_t len[NAMES], first[NAMES], last[NAMES];  /* bytes of each name; its ends */
    uint8_t role[NAMES];            /* given tokens first, then surnames, then alias */
    uint32_t mailbox;
};
/* The slice of the query each name came from, for explanations. */
struct rec_from { struct str name[NAMES]; };
enum { REC_WORDS = 20 };        /* dictionary entries one record may add */
void normalise(struct dict *d, const struct match_record *r, bool add,
               struct rec *out, struct rec_from *from);
void rec_count(struct dict *d, const struct rec *r, int by);

/* ---- keys and postings (keys.c, post.c) ---------------------------------------------------- */

enum pass { PASS_ID, PASS_PHONE, PASS_EMAIL, PASS_NAMES, PASS_NICK, PASS_NAME_YEAR, PASS_BIRTH,
            PASS_NAME_DAY, PASS_ADDRESS, PASS_SKETCH, PASS_RARE, PASS_PLACE_BIRTH, PASS_N };
extern const char *const pass_name[PASS_N];
enum { KEYS_MAX = 72 };
struct key { uint32_t tag; uint8_t pass; };
size_t keys_of(const struct dict *d, const struct rec *r, struct key out[KEYS_MAX]);
/* What an oversized key is refined by at this depth; false when nothing is left. */
bool key_refine(const struct dict *d, const struct rec *r, enum pass pass, uint32_t tag,
                int depth, uint32_t *out);

struct post {
    struct area slots, lists;
    uint64_t n_slots, n_keys;
    uint32_t free_list[16];
    size_t splits, dropped;
};
struct match_index;
bool post_open(struct post *po, size_t max);
void post_close(struct purse *pu, struct post *po);
bool post_reserve(struct purse *pu, struct post *po, size_t keys) MUST_CHECK;
void post_fetch(const struct post *po, const struct key *key, size_t n);
void post_add(struct match_index *ix, uint32_t rec, struct key k);
/* The list under key k of record r, or under the refinement that r belongs to. */
struct listed { const uint32_t *rec; uint32_t n, one, missing; uint8_t pass, points; };
bool post_list(const struct match_index *ix, const struct rec *r, struct key k, struct listed *out);
uint32_t post_count(const struct post *po, uint32_t tag);

#define key_tag match_key_tag          /* ledger has one too */
uint32_t key_tag(enum pass pass, uint64_t a, uint64_t b);

/* Candidates of one record: each once, with the first pass that found it.  What
 * shares one weak key only (one name and a year, say) is not worth comparing:
 * keys give points, two are needed. */
enum { FOUND_ROOM = 12 * 1024, FOUND_SLOTS = 32 * 1024, POINTS_NEEDED = 2,
       POINTS_FROM = 20000 };     /* in smaller indexes one is enough */
struct candidate { uint32_t rec; uint8_t pass, points; };
struct found {
    struct candidate *at;       /* [FOUND_ROOM] */
    size_t n;
    uint32_t *seen;             /* [FOUND_SLOTS], open hash of at + 1; as much as is needed */
    uint32_t mask, below;       /* only records numbered below */
    size_t dropped;
};

/* ---- comparing (compare.c, names.c) ---------------------------------------------------------- */

enum name_level { NAME_MISSING, NAME_EXACT, NAME_NICK, NAME_SOUND, NAME_NEAR, NAME_FAR,
                  NAME_INITIAL, NAME_NONE, NAME_N };
enum text_level { TEXT_MISSING, TEXT_EXACT, TEXT_NEAR, TEXT_FAR, TEXT_NONE, TEXT_N };
enum order_level { ORDER_NA, ORDER_STRAIGHT, ORDER_SWAPPED, ORDER_MIXED, ORDER_N };
enum sex_level { SEX_MISSING, SEX_SAME, SEX_OTHER, SEX_IMPLIED, SEX_N };
enum { LEVELS = 12, COMPARED = MATCH_HOUSEHOLD };    /* most levels; how many comparisons */

/* What two records show: one level per comparison, and how common the shared
 * value is: log2 of its frequency where the level is absolute (model.c), else
 * what to take off the level's average weight. */
struct evidence {
    uint8_t level[COMPARED];
    bool joined, married;
    float rare[COMPARED];
    uint32_t seen;              /* bits of the comparisons that may have a level */
    int8_t at[4][2];            /* given, middle, surname, second: which words met; -1: none, or
                                 * for the second the very same word */
};
static inline void evidence_set(struct evidence *ev, int what, int level, float rare)
{
    ev->level[what] = (uint8_t)level;
    ev->rare[what] = rare;
}

/* Levels of word pairs, remembered; one per thread. */
struct memo { uint32_t mask; uint64_t *slot; };
enum name_level word_level(const struct dict *d, struct memo *m, uint32_t a, uint32_t b);
enum text_level text_level(const struct dict *d, struct memo *m, uint32_t a, uint32_t b);

/* One record that many others are compared with.  What depends on it alone is made
 * once (asked_open), and the levels of its words against the words met so far are
 * kept, for candidates share theirs.  Big; borrow only. */
enum { ASKED_SLOTS = 256, NAME_LANES = 8 };
struct asked {
    u32x4 name[2], sign[2];         /* of a */
    u32x4 places[2];                /* a's words of the fields T_PLACES .. */
    u32x4 place_sign;
    f32x4 name_same[2], place_same[2], place_like[2];   /* what each adds if met again,
                                     * or at most if something like it is */
    const struct match_index *ix;
    struct memo *memo;
    const struct rec *a;
    uint32_t whats;                 /* bits of the comparisons a has something for */
    uint32_t round;
    float name_rare[2][NAME_LANES]; /* log2 of how often: by role; 0 beyond the last */
    float text_rare[TEXTS];
    float born_rare[BIRTH_N];       /* two full dates at this level */
    struct { uint32_t word, round; uint8_t level; } met[ASKED_SLOTS];
};
void asked_init(struct asked *q, const struct match_index *ix, struct memo *m);
void asked_open(struct asked *q, const struct rec *a);     /* the next record; any number */
static inline uint32_t asked_slot(uint32_t word) { return word * 0x9E3779B1u >> 24; }
_Static_assert(ASKED_SLOTS == 1 << 8, "asked_slot");

/* Names against names as a matrix of bytes: bit i of byte j says that name i of a
 * and name j of b are the same word. */
typedef uint64_t cells;
void compare_names(struct asked *q, const struct rec *b, cells same, struct evidence *ev);
void asked_compare(struct asked *q, const struct rec *b, struct evidence *ev);
/* The same, and its score; false as soon as it cannot reach `floor` bits. */
bool asked_score(struct asked *q, const struct rec *b, float floor, struct evidence *ev, float *bits);
/* Two records, once. */
void compare(const struct match_index *ix, struct memo *m, const struct rec *a,
             const struct rec *b, struct evidence *ev);

/* ---- the model (model.c, train.c) ----------------------------------------------------------------- */

enum { YEAR_0 = 1500, YEARS = 600, MOST_BITS = 22 };
/* What a level is worth: log2 m/u and log2 household/u, without u where it comes from
 * the value (shared is 1, else 0); a household's part is never more than most_home. */
struct weight { float match, home, shared, most_home; };
struct model {
    float m[COMPARED][LEVELS], u[COMPARED][LEVELS];   /* probabilities */
    struct weight weight[COMPARED][LEVELS];
    float mean_rare[COMPARED];       /* log2 of the average frequency */
    float cond[COMPARED];            /* log2 P(agree | a finer place agrees), strangers */
    float prior, prior_home;            /* log2 odds that a pair is one person, one household */
    float scale, shift;                 /* calibration: bits = scale * raw + shift */
    float years[YEARS + 1], day[384];   /* births before YEAR_0 + i; log2 of a day of the year */
    bool trained, kept_priors;
};
extern const uint8_t level_count[COMPARED];
void model_priors(struct model *mo);
void model_weights(struct model *mo);
float model_score(const struct model *mo, const struct evidence *ev);
extern const uint16_t absolute_levels[COMPARED];        /* bit per level */
static inline bool level_is_absolute(int what, int level)
{
    return absolute_levels[what] >> level & 1;
}
static const float MARRIED_LEAST = -1.0f;
/* Bits of one comparison: as match, and of household against stranger. */
static inline float model_bits(const struct model *mo, const struct evidence *ev, int what, float *home)
{
    const struct weight *w = &mo->weight[what][ev->level[what]];
    float bits = w->match - ev->rare[what], h = w->home - ev->rare[what] * w->shared;
    *home = h < w->most_home ? h : w->most_home;
    if (what == MATCH_SURNAME && ev->married && bits < MARRIED_LEAST)
        bits = MARRIED_LEAST;
    return bits < MOST_BITS ? bits : MOST_BITS;
}
struct sums { float raw, home; };
static inline void model_sum(const struct model *mo, const struct evidence *ev, int what, struct sums *s)
{
    if (ev->seen >> what & 1) {
        float home;
        s->raw += model_bits(mo, ev, what, &home);
        s->home += home;
    }
}
/* Scores add up in two parts, so that a sum broken off is the beginning of a whole one. */
static inline struct sums model_persons(const struct model *mo, const struct evidence *ev)
{
    struct sums s = { mo->prior, mo->prior_home };
    model_sum(mo, ev, MATCH_GIVEN, &s);
    model_sum(mo, ev, MATCH_MIDDLE, &s);
    model_sum(mo, ev, MATCH_SURNAME, &s);
    model_sum(mo, ev, MATCH_SECOND, &s);
    model_sum(mo, ev, MATCH_ORDER, &s);
    model_sum(mo, ev, MATCH_BIRTH, &s);
    model_sum(mo, ev, MATCH_SEX, &s);
    model_sum(mo, ev, MATCH_ID, &s);
    model_sum(mo, ev, MATCH_PHONE, &s);
    model_sum(mo, ev, MATCH_EMAIL, &s);
    model_sum(mo, ev, MATCH_NATION, &s);
    return s;
}
static inline struct sums model_places(const struct model *mo, const struct evidence *ev, struct sums s)
{
    model_sum(mo, ev, MATCH_STREET, &s);
    model_sum(mo, ev, MATCH_UNIT, &s);
    model_sum(mo, ev, MATCH_HOUSE, &s);
    model_sum(mo, ev, MATCH_POSTCODE, &s);
    model_sum(mo, ev, MATCH_PLACE, &s);
    model_sum(mo, ev, MATCH_REGION, &s);
    model_sum(mo, ev, MATCH_EXTRA, &s);
    return s;
}
/* log2 of how often a word is used in this role (0, 1; 2 = the commoner one). */
float rare_word(const struct dict *d, uint32_t t, int role);
/* log2 of how often a key such as a phone is held. */
float rare_key(const struct match_index *ix, enum pass pass, uint64_t v);
float fast_log2(float x);
float soft_plus(float x);          /* log2(1 + 2^x) */
static inline float model_total(const struct model *mo, struct sums s)
{
    return mo->scale * (s.raw - soft_plus(s.home)) + mo->shift;
}

/* ---- the index (index.c) ------------------------------------------------------------------------------- */

struct match_index {
    struct purse purse;
    struct dict dict;
    struct post post;
    struct area recs, ids, by_id;       /* by_id: open hash of record numbers + 1 */
    uint32_t n, live, n_by_id;
    struct model model;
    struct match_calibration calibration;
    bool with_ids;
    void *lock;                         /* pthread_rwlock_t */
};
static inline struct rec *rec_at(const struct match_index *ix, uint32_t i)
{
    return (struct rec *)(void *)ix->recs.p + i;
}
enum err index_open(struct ctx *c, size_t cap, size_t expect, bool with_ids,
                    struct match_index **out) MUST_CHECK;
/* A record without id: its number is ix->n before the call. */
enum err index_put(struct ctx *c, struct match_index *ix, const struct match_record *r,
                   uint8_t flags) MUST_CHECK;
/* The same in two steps, for two threads: words and counts of a record by one,
 * keys of those already there by the other. */
enum err index_put_words(struct ctx *c, struct match_index *ix, const struct match_record *r,
                         uint8_t flags) MUST_CHECK;
bool index_put_keys(struct match_index *ix, uint32_t rec) MUST_CHECK;   /* false: no memory */
struct str index_id(const struct match_index *ix, uint32_t rec);    /* borrowed */
void index_read_lock(struct match_index *ix);
void index_unlock(struct match_index *ix);
void index_find(const struct match_index *ix, const struct rec *r, struct found *f);
bool found_open(struct found *f);
void found_close(struct found *f);
enum err train(struct ctx *c, struct match_index *ix, bool link, struct model *out) MUST_CHECK;

/* ---- tables (csv.c) ----------------------------------------------------------------------------------------- */

struct csv { struct str rest; char sep; size_t line; const char *bad; };
enum { CSV_COLUMNS = 128, CSV_FIELD = 64 * 1024 };
/* The whole text as UTF-8 (BOM, UTF-16 and Latin-1 are recognised), its separator found. */
enum err csv_open(struct ctx *c, struct str bytes, struct csv *out) MUST_CHECK;
/* Next row into the arena-less scratch: fields borrow from the text, or from
 * `spare` when quotes had to be undone.  False at the end or when bad is set. */
bool csv_row(struct csv *v, struct buf *spare, struct str *field, size_t room, size_t *n);

/* ---- columns (columns.c) ------------------------------------------------------------------------------------- */

enum column { COL_ID, COL_GIVEN, COL_MIDDLE, COL_SURNAME, COL_SECOND, COL_FULL, COL_ALIAS, COL_BIRTH,
              COL_BIRTH_MONTH, COL_BIRTH_DAY, COL_AGE, COL_AGE_ON, COL_SEX, COL_NID, COL_PHONE, COL_EMAIL, COL_ADDRESS, COL_HOUSE,
              COL_PLACE, COL_REGION, COL_POSTCODE, COL_NATION, COL_EXTRA, COL_COUNTRY, COL_SOURCE,
              COL_FIRM, COL_PLATE, COL_OWNER, COL_LOOKS, COL_COLOUR, COLUMNS };
struct columns { int8_t at[COLUMNS][2]; size_t n; };    /* column number; -1 */
enum err columns_find(struct ctx *c, const struct match_job *job, const char *path,
                      const struct str *head, size_t n, struct columns *out) MUST_CHECK;
enum { BIRTH_ROOM = 16 };
struct columns_room { char given[2 * MATCH_FIELD_MAX], birth[BIRTH_ROOM]; struct match_thing_room thing; };
void columns_read(const struct columns *col, const struct match_job *job, const struct str *field,
                  size_t n, struct columns_room *room, struct match_record *out);
struct str column_of(const struct columns *col, const struct str *field, size_t n, enum column k);

/* ---- pairs (batch.c, refine.c) ---------------------------------------------------------------------------------- */

struct links { struct match_link *p; size_t n, room; bool failed; };
void links_add(struct links *l, uint32_t a, uint32_t b, int32_t mbits);
int32_t to_mbits(float bits);
/* All candidate pairs at or above the floor, on `threads` threads, in a fixed order. */
enum err score_all(struct ctx *c, const struct match_index *ix, bool link, int threads,
                   float floor, struct links *out, size_t *compared, size_t *dropped) MUST_CHECK;
/* match_cluster with groups cut at `cut`, and for each link the mean score at which its two ends met
 * (or stand now), down to `stop`.  level may be NULL. */
enum err cluster_levels(struct ctx *c, size_t n, const struct match_link *link, size_t n_link,
                        const struct match_bonds *bonds, int32_t cut, int32_t stop,
                        int32_t *level, struct match_clusters *out) MUST_CHECK;

/* Settle what candidate pairs mean together (settle.c): scores change where
 * other records agree or compete; clusters come out. */
enum err settle(struct ctx *c, const struct match_index *ix, bool link, int32_t floor,
                struct links *links, struct match_clusters *out) MUST_CHECK;

#endif
