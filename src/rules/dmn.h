/* dmn.h - inside the rules room: a loaded model and its evaluation. */
#ifndef DMN_H
#define DMN_H

#include "rules/feel.h"

enum hit { HIT_UNIQUE, HIT_FIRST, HIT_PRIORITY, HIT_ANY, HIT_COLLECT, HIT_RULE_ORDER, HIT_OUTPUT_ORDER };
enum aggregate { AGG_NONE, AGG_SUM, AGG_COUNT, AGG_MIN, AGG_MAX };

struct column {
    struct str label, name;                /* inputs: heading and expression; outputs: name */
    const struct node *expr;               /* inputs */
    const struct type *type;               /* or NULL */
    const struct node *allowed;            /* inputValues as tests, slot 0 = value */
    const struct node *fallback;           /* default output entry */
    const struct feel_list *order;         /* outputValues that are constants */
    struct index *index;                   /* inputs: rows by value, or NULL */
};
struct row {
    struct str id;
    int line;
    const struct str *text;                /* inputs, outputs, annotations, in this order */
    const struct node *const *test;        /* one per input; NULL: any value */
    const struct node *const *out;
};
struct dmn_table {
    struct str name;
    enum hit hit;
    enum aggregate aggregate;
    size_t n_in, n_out, n_note, n_rows;
    struct column *in, *out;
    struct str *note;                      /* annotation headings */
    struct row *row;
    bool indexed;                          /* every input has an index */
    int line;
};

struct requirement { const struct dmn_elem *elem; uint16_t import; };   /* import: 0 here, else 1 + index */
struct dmn_elem {
    struct dmn_node node;
    const struct dmn_model *model;
    uint32_t index;                        /* slot among the model's values */
    const struct type *type;               /* of its variable, or NULL */
    struct str var;                        /* its variable's name */
    const struct node *body;               /* decision; NULL: no logic */
    struct lambda lambda;                  /* knowledge */
    bool external;
    struct requirement *needs; size_t n_needs;
    /* decision service */
    const struct dmn_elem **params; size_t n_params;
    const struct dmn_elem **outputs; size_t n_outputs;
    int line;
};
/* A name from another model: which import, and what there. */
struct foreign { uint16_t import; const struct dmn_elem *elem; };

struct dmn_import { struct str name, ns; const struct dmn_model *model; };
struct dmn_problem { enum rules_kind kind; struct str where, text, more; const char *why; int line, row; };
struct dmn_model {
    struct arena mem;
    struct str file, name, ns;
    struct dmn_elem **elem; size_t n_elem;
    struct dmn_import *import; size_t n_import;
    struct dmn_table **table; size_t n_table, room_table;
    struct item_def *defs; size_t n_defs;
    struct dmn_problem *problem; size_t n_problem, room_problem;   /* drafts only */
};

/* One use of a model in one evaluation: values of its elements so far. */
struct instance {
    const struct dmn_model *m;
    struct feel_value inputs;              /* what the caller gave, a context */
    struct feel_value *value;
    uint8_t *state;                        /* 0 not yet, 1 being evaluated, 2 done */
    struct instance **imports;
    struct instance *root;
};
struct instance *dmn_instance_new(struct run *r, const struct dmn_model *m, struct feel_value inputs);
struct feel_value dmn_elem_value(struct run *r, struct instance *in, const struct dmn_elem *e);
struct feel_value dmn_global_value(struct run *r, const struct node *n);
struct feel_value dmn_service_call(struct run *r, const struct feel_function *f,
                               const struct feel_value *arg, size_t n);
struct feel_value dmn_table_eval(struct run *r, const struct dmn_table *t, const struct frame *f);

/* wanted.c: called before the value of e is taken. */
void dmn_want_look(struct run *r, struct instance *in, const struct dmn_elem *e);

/* index.c: which rows a value can match, as bits. */
enum { INDEX_BYTES = 64 * 1024 };
struct index *dmn_index_build(struct arena *mem, const struct dmn_table *t, size_t input, size_t max_bytes);
/* ANDs into bits; false: this value cannot be looked up. */
bool dmn_index_match(const struct index *x, const struct feel_value *v, uint64_t *bits, size_t words);
size_t dmn_index_regions(const struct index *x);
const uint64_t *dmn_index_line(const struct index *x, size_t region);
const uint64_t *dmn_index_null(const struct index *x);
enum feel_kind dmn_index_kind(const struct index *x);
size_t dmn_index_place(const struct index *x, const struct feel_value *v);
void dmn_index_say(const struct index *x, size_t region, struct buf *b);
/* The same as FEEL would write it, in no language: ]14..18[, not("a", "b"). */
void dmn_index_sign(const struct index *x, size_t region, struct buf *b);

/* What a table's cells saw, kept for dmn_explain. */
struct step_scope { const struct frame *frame; struct instance *inst; };

#endif
