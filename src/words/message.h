/* message.h - ICU MessageFormat patterns with named arguments.  Inside words/.
 *
 *   {name}  {n, number}  {n, number, percent}  {d, date, long|medium|short|day|weekday|month}
 *   {t, time}  {n, plural, =0 {…} one {…} other {# …}}  {n, selectordinal, …}
 *   {x, select, a {…} other {…}}
 *
 * Apostrophes quote as in ICU: '' is one, '{' … ' quotes until the next.
 * Compiled once at load; a compiled message is immutable.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "base/base.h"
#include "words/words.h"

enum { MESSAGE_DEPTH = 6, MESSAGE_PARTS = 400 };

enum part_kind { PART_TEXT, PART_ARG, PART_NUMBER, PART_PERCENT, PART_DATE, PART_TIME,
                 PART_PLURAL, PART_ORDINAL, PART_SELECT, PART_HASH };
struct message;
struct branch { struct str word; int64_t exact; bool is_exact; const struct message *m; };
struct part {
    enum part_kind kind;
    struct str s;                    /* the text, or the argument's name */
    enum date_form form;
    int64_t offset;
    const struct branch *branch;  size_t n;
};
struct message {
    const struct part *part;  size_t n;
    struct str pattern;
    bool plain;                      /* `text` is the whole message */
    struct str text;
};

/* NULL, and *why in English, for anything that is not such a pattern; NULL and
 * *why = NULL when the arena is full. */
const struct message *message_compile(struct arena *mem, struct str pattern, const char **why);

struct locale;                       /* locale.h */
void message_put(struct buf *b, const struct message *m, const struct locale *l,
                 const struct words *w, const struct word_arg *args, size_t n);

#endif
