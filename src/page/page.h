/* page.h - the parts pages are made of.
 *
 * Each call writes one part of design's component list into an `out`.  Parts
 * that hold others come as …_begin and …_end.  Labels are message keys
 * (const char *), values are struct str and always escaped.  Nothing here
 * knows a desk; nothing here asks who may see what: the desk has asked.
 */
#ifndef PAGE_H
#define PAGE_H

#include "base/base.h"
#include "page/html.h"
#include "page/route.h"

/* ---- the frame ------------------------------------------------------------------ */

struct provision;
struct tab { const char *id, *path, *key, *verb; };   /* verb NULL: everyone signed in */

/* The site: one static object of src/web. */
enum { SITE_LANGS = 8 };
struct site {
    const char *name;                     /* "Amparo" */
    const struct tab *tabs;               /* ends with a row of zeros */
    bool (*may)(struct ctx *c, const char *verb);         /* NULL: show every tab */
    int64_t (*count)(struct ctx *c, const char *tab);     /* waiting things; NULL: none */
    /* Languages to offer on this page, at most SITE_LANGS: how many. */
    size_t (*langs)(struct ctx *c, struct str out[]);
    /* Which provisions may be relied on; NULL: as the pack says. */
    void (*law_certain)(struct ctx *c, const struct provision *const *v, size_t n, bool out[]);
    const char *home, *search, *lock, *language, *exit, *help, *privacy;   /* own paths */
};

struct crumb { const char *key; struct str path; };   /* path {0}: not a link */

struct page {
    struct str title;           /* <title>: a code or a neutral word, never a name */
    const char *title_key;      /* or a key */
    const char *tab;            /* the section that is lit; NULL: none */
    struct crumb crumbs[3];
    bool narrow;                /* forms and running text: 46rem */
    bool bleed;                 /* no .wrap: the page opens its own */
};
/* Header, tabs, main, crumbs, the "done" message.  o->open gives the public frame. */
void page_begin(struct out *o, const struct page *p);
void page_end(struct out *o);
/* A whole page that says what went wrong, for people: used by src/web. */
void page_fault(struct out *o, const struct fault *f);

/* What the quick exit shows: a recipe, nothing of ours on it. */
void page_away(struct out *o);

/* <h1>; then, if wanted, tags under it and buttons beside it:
 *   head_begin(o); text(o, title); head_tags(o); tag(…); head_actions(o); go_button(…); head_end(o); */
void heading(struct out *o, const char *key);         /* the short form */
void head_begin(struct out *o);
void head_tags(struct out *o);
void head_actions(struct out *o);
void head_end(struct out *o);
void lede(struct out *o, const char *key);            /* the sentence under a heading */

/* Main column, side column. */
void cols_begin(struct out *o);
void cols_side(struct out *o);
void cols_end(struct out *o);
void halves_begin(struct out *o);                     /* two equal columns of parts */
void halves_end(struct out *o);

/* Sections with their heading.  sheet: the one thing that matters now;
 * part: ruled; bare: heading and content. */
void sheet_begin(struct out *o, const char *key);
void part_begin(struct out *o, const char *key);
void bare_begin(struct out *o, const char *key);
void section_end(struct out *o);
/* In-page links on small screens: keys of sections of this page. */
void jump(struct out *o, const char *const *keys, size_t n);

void para(struct out *o, const char *key);            /* <p> with a message */
void para_text(struct out *o, struct str s);          /* <p> with a text, line breaks kept */
void small(struct out *o, const char *key);           /* quiet small print */
void more_begin(struct out *o, const char *key);      /* <details> */
void more_end(struct out *o);

/* ---- links and buttons ------------------------------------------------------------ */

enum button { BTN, BTN_QUIET, BTN_STOP, BTN_SEAL };
#define link_to(o, key, fmt, ...)   link_((o), (key), path_of((o)->c, fmt, ##__VA_ARGS__))
#define link_text(o, s, fmt, ...)   link_text_((o), (s), path_of((o)->c, fmt, ##__VA_ARGS__))
#define go_button(o, kind, key, fmt, ...) go_button_((o), (kind), (key), path_of((o)->c, fmt, ##__VA_ARGS__))
void link_(struct out *o, const char *key, struct str path);
void link_text_(struct out *o, struct str s, struct str path);
void go_button_(struct out *o, enum button kind, const char *key, struct str path);
/* One act without questions: a form that is one button. */
#define act_button(o, kind, key, fmt, ...) act_button_((o), (kind), (key), path_of((o)->c, fmt, ##__VA_ARGS__))
void act_button_(struct out *o, enum button kind, const char *key, struct str path);

/* ---- states ------------------------------------------------------------------------- */

enum tone { TONE_PLAIN, TONE_RUN, TONE_DONE, TONE_SOON, TONE_LATE, TONE_SEAL };
void tag(struct out *o, enum tone t, const char *key);
void tag_text(struct out *o, enum tone t, struct str words);
enum { COUNT_SHOWN = 100 };    /* a bubble says 99+ from here on: count no further */
void count(struct out *o, int64_t n, const char *key);   /* bubble; key says what, unseen */
void notice(struct out *o, enum tone t, const char *key);
void notice_begin(struct out *o, enum tone t);        /* holds <p>s */
void notice_end(struct out *o);
/* How a deadline stands at c->now: LATE, SOON (today or tomorrow), PLAIN. */
enum tone due_tone(struct ctx *c, int64_t due_us);
/* Relative words, then <time>.  0 = no deadline, "Sin plazo". */
void due(struct out *o, int64_t due_us);
void due_day(struct out *o, int64_t day);             /* a date without time */
void time_of(struct out *o, int64_t us);              /* <time>24 nov 2026, 16:00</time> */
void day_of(struct out *o, int64_t day);              /* <time>24 nov 2026</time> */
void date_of(struct out *o, struct str iso);          /* from "2026-11-24"; other text as it is */

/* ---- facts, tables, lists -------------------------------------------------------------- */

void facts_begin(struct out *o);
void fact(struct out *o, const char *key, struct str value);    /* left out when empty */
void fact_key(struct out *o, const char *key, const char *value_key);
void fact_begin(struct out *o, const char *key);
void fact_end(struct out *o);
void facts_end(struct out *o);

/* A table that turns into cards on phones:
 *   grid_begin(o, &(struct grid){ "work.caption", COLS("work.due", "work.what"), .tasks = true });
 *   row_begin(o, TONE_LATE); cell(o); due(o, us); cell(o); text(o, what); row_end(o);
 *   grid_end(o);
 */
struct grid {
    const char *caption;                 /* key; unseen unless .title */
    const char *const *cols;  size_t n;  /* keys; COLS(…) */
    uint64_t num;                        /* bit i: column i holds numbers */
    bool tasks;                          /* work list: denser cards */
    bool wide;                           /* many numbers: scrolls, no cards */
    bool title;                          /* show the caption */
    bool rowhead;                        /* first cell of each row is its header */
};
#define COLS(...) .cols = (const char *const[]){ __VA_ARGS__ }, \
    .n = COUNT_OF(((const char *const[]){ __VA_ARGS__ }))
void grid_begin(struct out *o, const struct grid *g);
void grid_group(struct out *o, const char *key);      /* "Vencidas", "Hoy": a row that names a group */
void row_begin(struct out *o, enum tone t);           /* LATE and SOON mark the edge */
void cell(struct out *o);                             /* next cell */
void cell_text(struct out *o, struct str s);          /* next cell, holding a text */
void cell_num(struct out *o, int64_t v);
void row_end(struct out *o);
void grid_end(struct out *o);
/* Pages by key.  next {0}: last page.  *after names the query field. */
#define pager(o, next, fmt, ...) pager_((o), (next), path_of((o)->c, fmt, ##__VA_ARGS__))
void pager_(struct out *o, struct str next, struct str path);
void empty(struct out *o, const char *key);           /* what an empty list says */

/* Next steps: mark, text, a short fact on the right. */
void steps_begin(struct out *o, bool marks);
void step_begin(struct out *o, enum tone t);          /* then the text or a link */
void step_note(struct out *o, struct str s);          /* small second line */
void step_side(struct out *o, struct str s, enum tone t);
void step_end(struct out *o);
void steps_end(struct out *o);

struct figure { const char *key; int64_t value; const char *note; };
void figures(struct out *o, const struct figure *s, size_t n);

/* ---- timeline ---------------------------------------------------------------------------- */

/* Newest first; up to four tracks, each an agency. */
struct rail_item {
    int64_t us;
    int track, to;               /* to: handed over to this track, or -1 */
    bool planned, late;
    struct str title, who;       /* who: agency in words, and a detail */
};
void rail(struct out *o, const struct str *tracks, size_t n, const struct rail_item *item, size_t items);

/* ---- privacy ------------------------------------------------------------------------------ */

void sealed_begin(struct out *o, const char *key);
void sealed_end(struct out *o);
void fact_veiled(struct out *o, const char *key);     /* a value not shown: bars, "reservado" */
enum allow { ALLOW_YES, ALLOW_ASK, ALLOW_NO };
void allow_begin(struct out *o);
void allow_item(struct out *o, enum allow a, struct str what);
void allow_end(struct out *o);

/* ---- forms ---------------------------------------------------------------------------------- */

/* POST form with token and idempotency key. */
#define form_begin(o, fmt, ...) form_begin_((o), path_of((o)->c, fmt, ##__VA_ARGS__), false)
#define upload_begin(o, fmt, ...) form_begin_((o), path_of((o)->c, fmt, ##__VA_ARGS__), true)
/* GET form: filters, search. */
#define filters_begin(o, key, fmt, ...) filters_begin_((o), (key), path_of((o)->c, fmt, ##__VA_ARGS__))
void form_begin_(struct out *o, struct str path, bool files);
void form_end(struct out *o);
void filters_begin_(struct out *o, const char *key, struct str path);
void filters_end(struct out *o);                      /* with its "Aplicar" */

/* What is wrong: collect, then render the form again with status 422.  The
 * summary links to the fields, each field repeats its own. */
#define wrong(o, field, key) wrong_((o), STR(field), SAY((o)->c, key))
void wrong_(struct out *o, struct str field, struct str words);
void errors(struct out *o);                           /* summary, once; nothing when all is well */
struct str kept(struct out *o, const char *name, struct str otherwise);   /* what was sent, else that */

enum width { W_FULL, W_S, W_M, W_L };
struct ask {
    const char *name, *label, *hint;      /* hint: key or NULL */
    struct str value;                     /* shown unless the form was sent */
    struct str label_text, hint_text;     /* instead of keys: a pack's own words */
    bool optional;
    enum width width;
    const char *type;                     /* "text" unless said: "tel", "email", "password", "file", "search", "number" */
    const char *autocomplete;             /* NULL: off */
    const char *accept;                   /* files */
    int rows;                             /* > 0: a text area */
    size_t max;                           /* characters; 0 = none */
};
void ask(struct out *o, const struct ask *a);         /* label, hint, error, control */
void ask_date(struct out *o, const struct ask *a);    /* text, with an example of today */

struct choice { struct str value, text, note; bool off; };
#define OPT(v, t) { .value = STR(v), .text = (t) }
struct pick {
    const char *name, *label, *hint;
    struct str label_text, hint_text;
    struct str value;                     /* several: space-separated */
    bool optional, many, hidden_label, columns;
    const struct choice *options;  size_t n;
};
void pick(struct out *o, const struct pick *p);       /* radio buttons or check boxes */
void pick_list(struct out *o, const struct pick *p);  /* <select> */
void tick(struct out *o, const char *name, const char *value, const char *key, bool on);
void hidden(struct out *o, const char *name, struct str value);
void submit(struct out *o, enum button kind, const char *key);
void submit_as(struct out *o, enum button kind, const char *key, const char *name, struct str value);
/* Several buttons in a row. */
void row_of(struct out *o);
void row_of_end(struct out *o);

/* ---- law, figures --------------------------------------------------------------------------- */

struct law_result {
    struct str name, verdict, why, cite, quote, checked;   /* checked: ISO date */
    struct str cite_path;        /* own path or https, or {0} */
    enum tone tone;
    bool review;                 /* unverified: says "legal review" */
};
void law_result(struct out *o, const struct law_result *l);

/* Bars as a table: the number is always there, the bar is decoration. */
struct bar { struct str label; int64_t value, goal; struct str note; };   /* goal 0: none */
void bars(struct out *o, const char *caption, const char *label, const char *value,
          const struct bar *b, size_t n);

#endif
