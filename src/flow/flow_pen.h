/* flow_pen.h - writing SVG: numbers, escaped text, marks of state.
 *
 * The only text that goes out unescaped is literals (svg_put takes nothing
 * else).  No style attributes: presentation attributes give a readable picture
 * without a style sheet, and any CSS rule on the classes outweighs them. */
#ifndef FLOW_PEN_H
#define FLOW_PEN_H

#include "flow/flow_run.h"

struct pen {
    struct ctx *c;
    const struct flow_model *m;
    const struct flow_view *v;
    const struct flow_run *r;         /* NULL: the bare model */
    struct buf *out;
    const struct diagram *d;
};

#define svg_put(p, lit) buf_put((p)->out, STR(lit))
void svg_num(struct pen *p, int64_t hundredths);
void svg_text(struct pen *p, struct str s);               /* escaped */
void svg_attr(struct pen *p, const char *name, int64_t hundredths);   /* ' name="1.5"' */
void svg_area(struct pen *p, struct area a);              /* x y width height */
struct str svg_word(const struct pen *p, const char *key);
/* Lines of at most `width` hundredths, centred on (x, y); at most `most` lines. */
void svg_wrap(struct pen *p, struct str s, int64_t x, int64_t y, int64_t width, int most);
/* The same from the top at y, for labels beside a shape. */
void svg_label(struct pen *p, struct str s, struct area at);
/* A name along a bar; turned when the bar stands upright. */
void svg_bar(struct pen *p, struct str s, struct area bar, bool upright);

enum state_mark { MARK_NONE, MARK_NOW, MARK_LATE, MARK_DONE, MARK_SKIPPED, MARK_EARLY };
enum state_mark mark_of(const struct pen *p, int node);
const char *mark_class(enum state_mark s);                /* "now" */
const char *mark_key(enum state_mark s);                  /* "flow.draw.now" */

/* flow_draw_node.c */
void draw_node(struct pen *p, const struct shape *s);
/* The shape of a sub-process that shows its inside. */
bool draws_inside(const struct flow_model *m, const struct diagram *d, const struct shape *s);
/* flow_layout.c: a diagram for one process or collaboration, in c->mem. */
enum err layout_make(struct ctx *c, const struct flow_model *m, int process, struct diagram **out)
    MUST_CHECK;
/* flow_view.c: nodes of a container in the order of the route. */
enum err model_order(struct ctx *c, const struct flow_model *m, const struct box *b,
                     unsigned char *seen, int **out) MUST_CHECK;

#endif
