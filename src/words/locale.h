/* locale.h - what ICU knows about a language, read once.  Inside words/.
 *
 * ICU's formatters keep state and are slow to open, so patterns, names and
 * symbols are copied at load and formatted here; the copy is immutable and
 * shared by all threads.  Plural rules and collators are used through ICU's
 * const calls.  ICU has no data for Guaraní: its tables are our own, to be
 * confirmed by a speaker, with Spanish numbers and collation.
 */
#ifndef LOCALE_H
#define LOCALE_H

#include "base/base.h"
#include "words/words.h"

enum { DATE_FORMS = DATE_MONTH + 1 };

struct locale {
    struct str tag;                      /* "es" */
    struct str pattern[DATE_FORMS];      /* CLDR date patterns */
    struct str month[12], month_short[12], day[7], day_short[7];   /* day[0] = Sunday */
    struct str group, point, minus, percent;   /* percent with its space: "\u00a0%" */
    bool group_four;                     /* 1.234, not 1234 */
    int64_t era;                         /* years to add: 543 for the Buddhist era */
    void *plural, *ordinal, *collator;   /* ICU objects; NULL: own rule */
};

/* Fill l; texts go to mem.  ERR_IO when ICU's data is missing. */
enum err locale_load(struct ctx *c, struct arena *mem, struct str tag, struct locale *l) MUST_CHECK;
void locale_free(struct locale *l);

void locale_date(struct buf *b, const struct locale *l, struct civil d, enum date_form form);
void locale_int(struct buf *b, const struct locale *l, int64_t v);
void locale_decimal(struct buf *b, const struct locale *l, struct str dec);
/* The CLDR category of v in `word`, as long as that lives. */
struct str locale_plural(const struct locale *l, int64_t v, bool ordinal, char word[16]);
int locale_cmp(const struct locale *l, struct str a, struct str b);

#endif
