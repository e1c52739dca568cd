/* parse.h - shared by the files that read FEEL text (names.c, parse.c, forms.c). */
#ifndef PARSE_H
#define PARSE_H

#include "rules/feel.h"

struct parser {
    struct compiler *k;
    struct str text;
    size_t at;
    struct scope *s;
    int nest;
    bool failed;
    size_t bad_at;              /* where, and why, for the message */
    const char *bad;
    unsigned value_uses;        /* how often `?` was met */
    unsigned closures;          /* functions written so far */
    bool endpoint;              /* inside a range's end: "[" may close it */
};

/* names.c */
bool parse_name_start(uint32_t cp);
bool parse_name_part(uint32_t cp);
void parse_space(struct parser *p);
/* Does text start with this name, white space aside?  Bytes used, or 0. */
size_t parse_name_match(struct str text, struct str name);
/* Words joined by spaces up to a keyword; 0: none. */
size_t parse_words_length(struct str text);
bool parse_at_word(struct parser *p, const char *word);
bool parse_eat_word(struct parser *p, const char *word);
bool parse_eat_mark(struct parser *p, const char *mark);
char parse_peek(struct parser *p);
/* The name at p->at: the longest that scope, members or built-ins know. */
struct str parse_scan_name(struct parser *p);
struct str parse_scan_member(struct parser *p);
/* Everything up to ':' when that could be a name; false: leave p alone. */
bool parse_scan_label(struct parser *p, struct str *out);
struct str parse_scan_words(struct parser *p);

/* parse.c */
const struct node *parse_bad(struct parser *p, const char *why);
const struct node *parse_expr(struct parser *p);
const struct node *parse_add(struct parser *p);
const struct node *parse_test(struct parser *p, bool *is_op);
struct node *parse_node(struct parser *p, enum op op, size_t pos);
const struct node *parse_kids(struct parser *p, enum op op, size_t pos,
                              const struct node *const *kid, size_t n);
struct kids { const struct node *v[64]; const struct node **more; size_t n, room; };
bool parse_kids_add(struct parser *p, struct kids *l, const struct node *n);
const struct node *const *parse_kids_done(struct parser *p, struct kids *l);

/* forms.c: for, if, some, every, function, context, list and range literals */
const struct node *parse_if(struct parser *p);
const struct node *parse_for(struct parser *p);
const struct node *parse_quantified(struct parser *p, enum op op);
const struct node *parse_function(struct parser *p);
const struct node *parse_context(struct parser *p);
const struct node *parse_bracket(struct parser *p);
const struct node *parse_paren(struct parser *p);
const struct node *parse_string(struct parser *p);
const struct node *parse_at_literal(struct parser *p);
bool parse_scan_string(struct parser *p, struct str *out);

/* typeparse.c */
const struct type *parse_type(struct parser *p);

#endif
