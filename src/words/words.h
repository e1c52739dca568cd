/* words.h - what the program says, in every language it speaks.
 *
 * GNU PO files hold the messages: msgid is a dotted key ("referral.accept"),
 * msgstr an ICU MessageFormat pattern with named arguments.  Product words
 * live in words/<lang>.po and words/<lang>.<room>.po and are built into the
 * program; a pack adds its own folder, and a later file wins.
 *
 * struct words is immutable once made, shared by all threads, and owns all it
 * returns: a message lives as long as the catalogue.  Numbers, dates, plurals
 * and collation follow ICU's data, read once at load.
 */
#ifndef WORDS_H
#define WORDS_H

#include "base/base.h"

struct words;

/* ---- loading --------------------------------------------------------------- */

struct words_file { struct str name, bytes; };   /* name: "words/es.referral.po" */

struct words_config {
    const char *const *dirs;  size_t n;     /* folders with *.po, e.g. packs/py/words */
    const struct words_file *files;  size_t files_n;   /* or texts, after the folders */
    const char *zone;                       /* "America/Asuncion"; NULL = UTC */
    bool bare;                              /* tests: leave the built-in words out */
};
/* The built-in words, then the folders, then the files.  The language is the
 * file name up to its first dot.  ERR_INPUT with "file:line: what" as detail
 * for anything that is no PO or no MessageFormat. */
enum err words_load(struct ctx *c, const struct words_config *cfg, struct words **out) MUST_CHECK;
void words_free(struct words *w);                       /* safe on NULL */

/* Read one PO file and every message in it without keeping anything: for
 * `pack check`.  The detail names file and line. */
enum err words_check(struct ctx *c, struct words_file f) MUST_CHECK;
enum { WORDS_FILE_MAX = 4 * 1024 * 1024 };

/* ---- messages -------------------------------------------------------------- */

enum word_kind { WORD_TEXT, WORD_INT, WORD_DECIMAL, WORD_DAY, WORD_TIME };
struct word_arg {
    const char *name;
    enum word_kind kind;
    struct str s;
    int64_t i;
};
#define W_TEXT(n, v) { .name = (n), .kind = WORD_TEXT, .s = (v) }       /* a text, or the case of a select */
#define W_INT(n, v)  { .name = (n), .kind = WORD_INT, .i = (v) }        /* a count: {n} or {n, plural, …} */
#define W_DEC(n, v)  { .name = (n), .kind = WORD_DECIMAL, .s = (v) }    /* "1234.5" as text */
#define W_DAY(n, v)  { .name = (n), .kind = WORD_DAY, .i = (v) }        /* day number since 1970: a date */
#define W_TIME(n, v) { .name = (n), .kind = WORD_TIME, .i = (v) }       /* microseconds UTC: an instant */
#define WORDS(...) (const struct word_arg[]){ __VA_ARGS__ }, \
    COUNT_OF(((const struct word_arg[]){ __VA_ARGS__ }))
#define NO_WORDS NULL, (size_t)0

/* The message as it stands in the first language of lang, its fallbacks (gn →
 * es → en, every other → en) that has the key, or the key itself.  Patterns
 * come back unformatted. */
struct str words_get(const struct words *w, struct str lang, struct str key);
bool words_has(const struct words *w, struct str lang, struct str key);   /* without fallback */
/* The message with its arguments, in the arena.  A missing argument shows as
 * {name}, so that a mistake is seen and nothing fails. */
struct str words_fmt(struct arena *a, const struct words *w, struct str lang, struct str key,
                     const struct word_arg *args, size_t n);
/* A pattern that is not in the catalogue: a pack's label, a decision's text. */
struct str words_fmt_pattern(struct arena *a, const struct words *w, struct str lang,
                             struct str pattern, const struct word_arg *args, size_t n);

/* What is loaded, for tests and `pack check`. */
size_t words_langs(const struct words *w);
struct str words_lang(const struct words *w, size_t i);         /* "es" */
size_t words_count(const struct words *w, struct str lang);
struct str words_key(const struct words *w, struct str lang, size_t i);    /* sorted by bytes */
/* "n date:plural who": the arguments a message names, sorted and joined. */
struct str words_args_of(struct arena *a, const struct words *w, struct str lang, struct str key);

/* ---- dates, numbers, relative time ------------------------------------------ */

enum date_form {
    DATE_LONG,       /* 24 de noviembre de 2026   24 November 2026   24 พฤศจิกายน 2569 */
    DATE_MEDIUM,     /* 24 nov 2026               24 Nov 2026        24 พ.ย. 2569      */
    DATE_SHORT,      /* 24/11/2026                24/11/2026         24/11/2569        */
    DATE_DAY,        /* mar 24 nov                Tue 24 Nov         อ. 24 พ.ย.        */
    DATE_WEEKDAY,    /* martes 24 de noviembre    Tuesday 24 November                  */
    DATE_MONTH,      /* noviembre de 2026         November 2026      พฤศจิกายน 2569    */
};
struct str words_date(struct arena *a, const struct words *w, struct str lang,
                      struct civil d, enum date_form form);
struct str words_time(struct arena *a, const struct words *w, struct str lang, int64_t us); /* "16:00" */
/* Date and time of an instant, "24 nov 2026, 16:00". */
struct str words_instant(struct arena *a, const struct words *w, struct str lang, int64_t us);
/* "Hoy, 16:00", "Hace 2 días", "En 9 días": by calendar days of the zone. */
struct str words_relative(struct arena *a, const struct words *w, struct str lang,
                          int64_t us, int64_t now_us);
/* The same for a date without time: "Hoy", "Mañana", "Hace 2 días". */
struct str words_relative_day(struct arena *a, const struct words *w, struct str lang,
                              int64_t day, int64_t now_us);
struct str words_int(struct arena *a, const struct words *w, struct str lang, int64_t v);   /* 1.234.567 */
struct str words_decimal(struct arena *a, const struct words *w, struct str lang, struct str dec);
/* Percent with the language's spacing: "35 %" or "35%". */
struct str words_percent(struct arena *a, const struct words *w, struct str lang, int64_t v);

/* A date typed by a person: 24/11/2026, 24-11-26, 24.11.2026, 24 11 2026 or
 * 2026-11-24.  Two-digit years are 1930–2029; a year above 2400 is Buddhist. */
bool words_date_read(struct str s, struct civil *out);

/* The catalogue's time zone. */
int64_t words_local_day(const struct words *w, int64_t us);       /* day number there */
int64_t words_day_start(const struct words *w, int64_t day);      /* its midnight, UTC µs */

/* ---- sorting and searching --------------------------------------------------- */

/* Compare as the language sorts; ties by bytes, so the order is total. */
int words_cmp(const struct words *w, struct str lang, struct str a, struct str b);
/* For search: lower case, no accents (ñ stays a letter), one kind of
 * apostrophe, compatibility forms and white space made plain.  Thai vowels and
 * tones stay.  {0} when the arena is full or s is no UTF-8. */
struct str words_fold(struct arena *a, struct str s);

#endif
