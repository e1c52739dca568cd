/* rules_priv.h - inside reform/: pages of drafts and versions share these. */
#ifndef REFORM_RULES_PRIV_H
#define REFORM_RULES_PRIV_H

#include "reform/compare.h"
#include "reform/reform.h"

enum { RULES_BODY_MAX = 2 * 1024 * 1024 };

/* One rules file by name in words: "screening" -> "Evaluación". */
struct str rules_file_text(struct ctx *c, struct str decision);
struct str rules_table_text(struct ctx *c, struct str table);
enum tone rules_state_tone(struct str state);
/* Cells, rows and tables that differ, as a table. */
void edits_part(struct ctx *c, struct out *o, const struct edit *e, size_t n);
void edits_of(struct ctx *c, struct out *o, const char *heading, const struct edit *e, size_t n);
/* Versions above a newer pack, with what to do; nothing when there are none. */
enum err rules_beside_list(struct ctx *c, struct out *o, const struct rules_version *v, size_t n) MUST_CHECK;
/* Findings of a table ({0}: of all), as a list; nothing when there are none. */
void findings_part(struct ctx *c, struct out *o, const struct rules_finding *f, size_t n, struct str table);
/* says_web.c: what the engine says, in the reader's language.  A finding; the detail
 * of a refused text ("x.dmn:3:7: ')' is missing"; what is not known stays as it is);
 * the catalogue's key of a fixed phrase, NULL: none. */
struct str rules_finding_words(struct ctx *c, const struct rules_finding *f);
struct str rules_feel_words(struct ctx *c, struct str detail);
const char *rules_phrase_key(struct str english);
/* A failure the officer can answer: shown on the page at `field`, 422 or 409. */
bool rules_again(struct ctx *c, struct response *rs, enum err e, const char *field);

handler rules_version_page, rules_version_file, rules_act_withdraw;
handler rules_table_page, rules_table_act, rules_compare_page, rules_compare_csv, rules_compare_act;

#endif
