/* law_web.h - the law's pages.  All are open to anyone, except signing. */
#ifndef LAW_WEB_H
#define LAW_WEB_H

#include "law/law.h"

extern const struct route law_routes[];

/* ---- inside law/ ------------------------------------------------------------------- */

handler law_list_page, law_instrument_page, law_provision_page, law_compare_page, law_doubts_page,
    law_ratifications_page, law_powers_page, law_powers_csv, law_powers_pdf, law_sign_page, law_sign_act, law_akn_file;

/* "law.topic.minimum_age" in words; the word itself when the catalogue has none. */
#define law_word(c, prefix, s) law_word_((c), STR(prefix "."), (s))
struct str law_word_(struct ctx *c, struct str prefix, struct str s);
/* "Edad mínima: 14. Horas por día: 4." */
struct str law_values(struct ctx *c, struct str values);
/* How a text stands on a day, in words, with its tone. */
void law_force_tag(struct out *o, enum in_force in);
/* Sources with what they are and when they are from. */
void law_sources(struct ctx *c, struct out *o, const char *key, struct str sources);
/* The rows of doubts.csv that concern a provision ({0}: all) and are of a kind. */
void law_doubt_list(struct ctx *c, struct out *o, struct str provision, const char *kind);
bool law_doubted(const struct pack *p, struct str provision);

#endif
