/* sign.h - a lawyer of the national workgroup signs a provision she has read.
 *
 * A signature is a record of kind law_verification in the node's law dossier
 * (kind "law", no person in it): the provision, a hash of the text she had
 * before her, her verdict, the source she saw and when.  It is valid for that
 * text only: when the pack's row changes, the signature stays on record as
 * "signed for an earlier text" and raises nothing.  One signature answers for
 * one provision.
 *
 * One lawyer alone makes nothing "verified": the first signature raises at most to
 * "partly"; "yes" takes the "yes" of LAW_READERS persons, as a link between suspects
 * or a table in force takes two.  Each person counts with her last word.  A "no"
 * disputes the provision until she signs otherwise herself, or as many persons sign
 * "yes" after it.  */
#ifndef LAW_SIGN_H
#define LAW_SIGN_H

#include "law/law.h"

enum { LAW_READERS = 2 };
enum { LAW_HASH = 64 };         /* hex digits */
/* Of what a reader reads: id, instrument, article, rule and task in every
 * language, values, in force from and to, and the article's full text. */
struct str law_hash(struct ctx *c, const struct provision *v);

struct law_signing {
    enum pack_verified verdict;         /* what she found: yes, partly, no */
    struct str source, note;            /* what she read: named, at least SOURCE_MIN characters */
    struct str on;                      /* the day she saw it, YYYY-MM-DD, not in the future */
    struct str hash;                    /* of the text shown to her; ERR_CONFLICT when it is another now */
};
enum { SOURCE_MIN = 5, SIGN_NOTE_MAX = 2000 };
/* Needs "law.verify".  ERR_INPUT: "law.sign.source", "law.sign.date". */
enum err law_sign(struct ctx *c, const struct provision *v, const struct law_signing *s) MUST_CHECK;

struct law_signature { struct str id, provision, hash, verdict, source, note, on, officer, office; int64_t at_us; };
/* Of one provision, newest first. */
enum err law_signatures(struct ctx *c, struct str provision, struct law_signature **out, size_t *n) MUST_CHECK;
/* What n signatures, newest first, of any provisions, make of this one. */
void law_standing_of(struct ctx *c, const struct law_signature *s, size_t n, const struct provision *v,
                     struct law_standing *out);

extern const struct projector law_projectors[];
extern const size_t law_projectors_n;
extern const struct table law_tables[];
extern const size_t law_tables_n;

#endif
