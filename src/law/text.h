/* text.h - the text of an instrument: as people write it (Markdown), as
 * machines exchange it (Akoma Ntoso 3.0), and as a list of nodes between.
 *
 *   ---
 *   id: py-law-0
 *   title: Ley de ejemplo
 *   number: Ley 0
 *   kind: law
 *   country: py
 *   lang: es
 *   date: 2012-12-13
 *   ---
 *   # Capítulo I. Disposiciones generales
 *   ## Artículo 1. Edad mínima
 *   Texto del artículo.
 *   1. Primer inciso:
 *     a) un punto;
 *     b) otro.
 *
 * A heading's first word tells what it is (Libro, Título, Capítulo, Sección,
 * Artículo; Book, Title, Chapter, Section, Article; มาตรา …); what stands
 * before the first full stop is its number.  Lines that begin "1.", "a)" or
 * "(a)" are paragraphs of an article, two spaces deeper their points.  Anchors
 * follow the Akoma Ntoso convention (art_1__para_1__point_a) unless braces at
 * the end of the line say otherwise: {eid=art_1a kind=clause}.  A backslash
 * keeps a line from being read as one of these.
 *
 * Both forms say the same; what Akoma Ntoso has beyond this (references in the
 * text, tables, notes) is flattened to words, and the reader says how often.
 */
#ifndef LAW_TEXT_H
#define LAW_TEXT_H

#include "pack/pack.h"

enum {
    LAW_FILE_MAX = 4 << 20,     /* bytes of one file, either form */
    LAW_NODES_MAX = 5000,
    LAW_DEPTH_MAX = 40,
};

struct law_node {
    struct str kind;            /* element of Akoma Ntoso: chapter, article, paragraph, hcontainer … */
    struct str name;            /* of an hcontainer */
    struct str eid, num, heading;
    struct str text;            /* paragraphs, one per line; before the children when there are any */
    struct str wrap;            /* after the children */
    struct str status;          /* editorial: ours, not the law's words; unknown; {0} */
    int depth;                  /* 0: right below the body */
};
/* What a document says about one provision of a pack, beside the text. */
struct law_row { struct provision v; struct str lang[PACK_LANGS_MAX]; size_t langs_n; };

struct law_doc {
    struct str id, title, number, kind, country, lang, date, from, to, source, note;
    struct str unit;            /* "section" when sections are numbered through, as articles are */
    struct str at;              /* the day whose law this is, {0} as published */
    bool bill;
    struct str front;           /* preamble, one paragraph per line */
    struct law_node *node;  size_t n;
    struct law_row *row;    size_t rows_n;
    struct law_row head;        /* its title in every language, as head.v.rule */
    size_t flattened;           /* references, notes, tables that became plain words */
};

/* ERR_INPUT "law.text.malformed", the detail names the line.  Strings are
 * copied into c->mem. */
enum err law_text_read(struct ctx *c, struct str markdown, struct law_doc *out) MUST_CHECK;
enum err law_text_write(struct ctx *c, const struct law_doc *d, struct str *out) MUST_CHECK;
/* ERR_INPUT "law.akn.malformed".  Reads acts and bills. */
enum err law_akn_read(struct ctx *c, struct str xml, struct law_doc *out) MUST_CHECK;
enum err law_akn_write(struct ctx *c, const struct law_doc *d, struct str *out) MUST_CHECK;

/* Heading, text and everything below a node, as plain paragraphs. */
struct str law_node_text(struct ctx *c, const struct law_doc *d, struct str eid);

/* An instrument of a pack as a document, as it stands or on a day. */
struct law;
enum err law_export(struct ctx *c, const struct law *l, struct str instrument, const struct civil *at,
                    struct law_doc *out) MUST_CHECK;
/* The instrument of a file of law/text, and the day from which it holds. */
struct str law_text_instrument(struct str file_id, struct str *from);

/* ---- inside law/ ---- */
/* Fill in what follows from the rest: missing anchors.  False: two nodes would
 * share one that was written down. */
bool law_doc_anchor(struct arena *mem, struct law_doc *d, size_t *bad);
/* The anchor of node i when none is written; at[k]: the last node of depth k. */
struct str law_doc_derived(struct arena *mem, const struct law_doc *d, size_t i, const size_t *at);
/* "chapter" for "Capítulo"; {0}: no such word. */
struct str law_kind_of_word(struct str word);
bool law_is_item(struct str kind);              /* paragraph, point: a line in Markdown, not a heading */
bool law_is_element(struct str kind);           /* a hierarchical element of Akoma Ntoso */
/* White space made single, ends trimmed. */
struct str law_plain(struct arena *mem, struct str s);
enum err law_no_memory(struct ctx *c, enum err e) MUST_CHECK;
/* The next node of the document; NULL when full. */
struct law_node *law_node_add(struct ctx *c, struct law_doc *d, size_t *room);

#endif
