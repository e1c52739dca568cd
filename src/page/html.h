/* html.h - write HTML that cannot be injected into.
 *
 * The short, easy call escapes.  Markup comes only from string literals:
 * html() does not compile with anything else, and no call writes a run-time
 * string raw.  Words come from the catalogue by literal keys.
 *
 * struct out is one page being written: its bytes, and what the writing needs
 * to know.  It lives in the request.  It never fails in between: check
 * out_check() (or c) once at the end.
 */
#ifndef HTML_H
#define HTML_H

#include "base/base.h"
#include "words/words.h"

struct site;            /* page.h: product name, tabs */
struct request;         /* route.h */

enum { REUSE_ONCE_MAX = 32 };

struct wrong { struct str field, words; struct wrong *next; };

struct out {
    struct buf b;
    struct ctx *c;                  /* language, clock, officer, words */
    const struct site *site;        /* NULL: a bare page without header */
    const struct request *rq;       /* kept values, own path; may be NULL */
    struct str token;               /* CSRF token of the session, for form_begin() */
    const struct wrong *wrong;      /* what is wrong with the form that was sent */
    bool open;                      /* a public page: light header, language in links */
    bool part;                      /* only a fragment was asked for: no header, no footer */
    int ids;                        /* next unique element id of this page */
    int64_t today;                  /* the day here; 0: not asked yet */
    struct day_said { int64_t day; struct str relative, date; } said[16];   /* days already put into words */
    enum { HEAD_TITLE, HEAD_TAGS, HEAD_ACTIONS } head;   /* how far the page head is */
    int level;                      /* heading level of the next section, 2 or 3 */
    bool marks, side;               /* the list of steps being written */
    bool filters;                   /* inside filters_begin: nothing is required there */
    bool told;                      /* errors() has spoken */
    size_t once[REUSE_ONCE_MAX], once_n;   /* where fresh form keys stand, ID_LEN bytes each; further ones are only counted */
    struct grid_state {             /* the table being written; see page.h */
        const char *const *cols;
        size_t n, at;
        uint64_t num;
        bool cards, tasks, cell, head, rowhead;
    } grid;
};

void out_init(struct out *o, struct ctx *c, size_t max);
enum err out_check(struct out *o) MUST_CHECK;        /* ERR_NOMEM when the page is too large */

#define html(o, lit) put_(o, STR(lit))                            /* markup         */
/* Pages are mostly short literals: copied here when there is room. */
static inline void put_(struct out *o, struct str s)
{
    struct buf *b = &o->b;
    if (b->failed || b->room - b->n < s.n) {
        buf_put(b, s);
        return;
    }
    if (s.n) {
        memcpy(b->p + b->n, s.p, s.n);
        b->n += s.n;
    }
}
void text(struct out *o, struct str s);                           /* element text   */
#define attr(o, name, s) attr_(o, STR(" " name "=\""), (s))
void attr_(struct out *o, struct str open, struct str s);         /* quoted value   */
#define attr_url(o, name, s) attr_url_(o, STR(" " name "=\""), (s))
/* Own paths and https: only; anything else becomes "#". */
void attr_url_(struct out *o, struct str open, struct str s);
#define attr_i64(o, name, v) attr_i64_(o, STR(" " name "=\""), (v))
void attr_i64_(struct out *o, struct str open, int64_t v);
void digits(struct out *o, int64_t v);                            /* 1234: ids, codes, SVG */
void number(struct out *o, int64_t v);                            /* 1.234 in the language */

/* ---- words -------------------------------------------------------------------- */

/* T(o, "referral.accept") writes the escaped message in c->lang.
 * TF(o, "work.late", W_INT("n", n), W_TEXT("who", name)) fills it in. */
#define T(o, key) words_out_(o, STR(key))
#define TF(o, key, ...) words_fmt_out_(o, STR(key), WORDS(__VA_ARGS__))
#define T_ATTR(o, name, key) attr(o, name, say_((o)->c, STR(key)))
#define TF_ATTR(o, name, key, ...) attr(o, name, say_fmt_((o)->c, STR(key), WORDS(__VA_ARGS__)))
/* The same as a text value: SAY(c, "case.title"), SAYF(c, "case.n", W_INT("n", 3)). */
#define SAY(c, key) say_(c, STR(key))
#define SAYF(c, key, ...) say_fmt_(c, STR(key), WORDS(__VA_ARGS__))
/* A key made at run time (states, verbs): say_join(c, "referral.state", state).
 * The prefix is a literal; every word it may meet is in the catalogue. */
#define say_join(c, prefix, s) say_join_(c, STR(prefix "."), (s))
void words_out_(struct out *o, struct str key);
void words_fmt_out_(struct out *o, struct str key, const struct word_arg *args, size_t n);
struct str say_(struct ctx *c, struct str key);
struct str say_fmt_(struct ctx *c, struct str key, const struct word_arg *args, size_t n);
struct str say_join_(struct ctx *c, struct str prefix, struct str s);
void key_out(struct out *o, const char *key);       /* a key from a static table */

/* ---- own addresses -------------------------------------------------------------- */

/* A path of ours: the format is a literal, every %s is percent-encoded (so it
 * stays one segment or one query value).  path_of(c, "/case/%s?tab=%s", id, tab)
 * takes struct str only. */
#define path_of(c, fmt, ...) path_of_((c), "" fmt "", COUNT_OF(((struct str[]){ __VA_ARGS__ })), \
                                      (const struct str[]){ __VA_ARGS__ })
struct str path_of_(struct ctx *c, const char *fmt, size_t n, const struct str *parts);
/*  href(o, "/case/%s", id) writes  href="…"; on public pages in another than
 * the site's language it carries the language along. */
#define href(o, fmt, ...) href_((o), path_of((o)->c, fmt, ##__VA_ARGS__))
void href_(struct out *o, struct str path);

/* Data for a script, as inert JSON: <script type="application/json" id=…>. */
void json_island(struct out *o, struct str id, struct str json);

#endif
