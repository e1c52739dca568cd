/* flow_read.h - from XML elements to the arrays of the model. */
#ifndef FLOW_READ_H
#define FLOW_READ_H

#include "flow/flow_model.h"
#include "flow/flow_xml.h"

struct reader {
    struct ctx *c;
    struct flow_model *m;
    struct arena *mem;      /* = &m->mem */
};

enum err read_definitions(struct reader *r, const xmlNode *root) MUST_CHECK;
/* flow_read_node.c: one flow node; its children that are flow elements too are
 * read by read_box into a container of their own. */
bool read_is_node(const xmlNode *e);
enum err read_node(struct reader *r, const xmlNode *e, int box, int depth) MUST_CHECK;
enum err read_box(struct reader *r, const xmlNode *e, int box, int depth) MUST_CHECK;
/* Data and arrows inside an activity: kept for the drawing. */
enum err read_box_art(struct reader *r, const xmlNode *e, int box) MUST_CHECK;
bool read_is_def(const xmlNode *e);
enum err read_def(struct reader *r, const xmlNode *e, struct def *d) MUST_CHECK;
enum err read_expr(struct reader *r, const xmlNode *e, struct expr *x) MUST_CHECK;
/* Notes amparo:* attributes and vendor properties named amparo:*. */
enum err read_own(struct reader *r, const xmlNode *e, struct str id) MUST_CHECK;
/* flow_read_di.c */
enum err read_diagram(struct reader *r, const xmlNode *e) MUST_CHECK;

#endif
