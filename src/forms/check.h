/* check.h - inside the room: answers laid out as a tree of nodes. */
#ifndef FORMS_CHECK_H
#define FORMS_CHECK_H

#include "forms/odk.h"
#include "forms/priv.h"

enum { NODES_MAX = 50000 };

struct knode {
    size_t field, parent;         /* indexes; parent FORM_NONE at the top */
    struct str path, value;       /* value: as answered or calculated, relevant or not */
    xmlNodePtr node;              /* its text is "" while not relevant */
    bool relevant, shown;         /* shown: what the XML node says at the moment */
};
struct tree {
    struct ctx *c;
    const struct form *f;
    xmlDocPtr doc;                /* freed by tree_free */
    struct knode *v; size_t n, room;
    size_t *slot; size_t slots;   /* paths of knodes */
    struct answers extra;
};
/* Nodes for every field, with as many repeats as the answers have (one where
 * `first` and nothing counts).  Answers without a field go to extra. */
enum err tree_build(struct ctx *c, const struct form *f, const struct answers *a, bool first,
                    struct tree *t) MUST_CHECK;
void tree_free(struct tree *t);
void tree_set(struct tree *t, struct knode *k, struct str value, bool relevant);
struct knode *tree_find(struct tree *t, struct str path);
/* The node a path without positions means, seen from `from`. */
struct knode *tree_resolve(struct tree *t, const struct knode *from, struct str plain);

#endif
