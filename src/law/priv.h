/* priv.h - inside law/ only. */
#ifndef LAW_PRIV_H
#define LAW_PRIV_H

#include "law/law.h"
#include "law/text.h"

#include <unicode/ubrk.h>

enum { LAW_MEM_MAX = 32 << 20 };

/* One word of one provision; sorted by word, then provision. */
struct term { struct str word; uint32_t doc; uint32_t weight; };

/* One file of law/text. */
struct law_text { struct str instrument, from; struct law_doc doc; };

struct law {
    struct arena mem;
    const struct pack *pack;
    struct law_citation *cite;  size_t cites_n, cites_room;     /* by provision, then use */
    struct term *term;          size_t terms_n, terms_room;
    struct law_text *text;      size_t texts_n;
    UBreakIterator *words;      /* cloned for each use */
};

enum err law_gather_citations(struct ctx *c, struct law *l, const struct procedures *procedures) MUST_CHECK;
/* ERR_INPUT when a text is malformed. */
enum err law_gather_texts(struct ctx *c, struct law *l) MUST_CHECK;
enum err law_gather_terms(struct ctx *c, struct law *l) MUST_CHECK;

/* Words, spaces and signs of a text, as ICU cuts them (Thai by dictionary). */
struct piece { struct str s; bool word; };
enum { PIECES_MAX = 4000 };
enum err law_pieces(struct ctx *c, const struct law *l, struct str text, struct piece **out, size_t *n) MUST_CHECK;

/* The full text of the articles of a provision, where the pack has one that may
 * be used; {0} otherwise. */
struct str law_full_text(struct ctx *c, const struct law *l, const struct provision *v);

const struct law_doc *law_doc_of(const struct law *l, struct str instrument, const struct civil *at);

#endif
