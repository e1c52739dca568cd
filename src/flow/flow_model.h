/* flow_model.h - the model as the files of this room see it.  Nobody else
 * includes it: the outside has flow.h.
 *
 * Everything is an array and an index into it; -1 is "none".  All of it lives
 * in m->mem and never changes after flow_load returns. */
#ifndef FLOW_MODEL_H
#define FLOW_MODEL_H

#include "flow/flow.h"

/* ---- growing arrays in an arena ------------------------------------------- */

#define VEC(T) struct { T *v; size_t n, room; }
/* Room for n + 1 items of `size` bytes: the array, maybe moved; NULL: refused. */
void *vec_room_(struct arena *a, void *v, size_t n, size_t *room, size_t size) MUST_CHECK;
/* A zeroed new last item, or NULL when memory is refused. */
#define VEC_PUSH(a, x) __extension__ ({                                             \
    __typeof__((x)->v) p_ = vec_room_((a), (x)->v, (x)->n, &(x)->room, sizeof *p_); \
    if (p_) {                                                                       \
        (x)->v = p_;                                                                \
        p_ += (x)->n++;                                                             \
        memset(p_, 0, sizeof *p_);                                                  \
    }                                                                               \
    p_; })

#define NOMEM(c) FAIL((c), ERR_NOMEM, "memory", "flow")

/* ---- what the file says ------------------------------------------------------ */

struct expr {
    struct str text, language;
    void *prog;             /* compiled; NULL: nothing there, or not ours */
    struct str why;         /* why it did not compile */
    int line;
};

enum def_kind { DEF_MESSAGE, DEF_TIMER, DEF_SIGNAL, DEF_ERROR, DEF_ESCALATION, DEF_CONDITIONAL,
                DEF_LINK, DEF_TERMINATE, DEF_COMPENSATE, DEF_CANCEL };
/* One event definition.  A receive or send task has one of DEF_MESSAGE. */
struct def {
    enum def_kind kind;
    struct str id, ref;     /* ref: id of the message, signal, error, escalation */
    struct str name, code;  /* of what ref names; a link's own name */
    struct flow_when when;  /* timers; FLOW_NEVER with expr.prog: told at run time */
    struct expr expr;       /* a timer's text when it is not ISO 8601; a condition */
    int line;
};

enum loop_kind { LOOP_NONE, LOOP_WHILE, LOOP_EACH };
struct loop {
    enum loop_kind kind;
    bool sequential, test_before, until_given, each_given;
    int64_t max;            /* LOOP_WHILE: loopMaximum; 0 = none */
    struct expr each;       /* LOOP_EACH: how many, or over what */
    struct expr until;      /* completionCondition, or loopCondition ("go on while") */
    struct str item;        /* name of the item for conditions; may be empty */
    int line;
};

struct attr { struct str name, value; };

struct node {
    struct str id, name, doc;
    const char *tag;                  /* local name of the element */
    enum flow_kind kind;
    int line;
    int box;                          /* container it stands in */
    int inner;                        /* container of a sub-process or called process */
    int lane;
    int process;
    int *in, *out;                    /* flows */
    int n_in, n_out;
    int way_else;                     /* default flow */
    struct str way_else_ref;
    int host;                         /* boundary: what it is attached to */
    struct str host_ref;
    int *edge;                        /* boundary events attached here */
    int n_edge;
    int *sends;                       /* message flows that start here */
    int n_sends;
    struct def *def;
    int n_def;
    struct loop loop;
    struct expr until;                /* ad-hoc: completionCondition */
    struct expr script;
    struct str called;
    int link;                         /* throwing link: its catching node */
    int link_first, link_next;        /* catching: its first thrower; throwing: the next one */
    struct flow_when due;
    struct str calendar;
    bool interrupting;                /* boundary, start of an event sub-process */
    bool by_event;                    /* event sub-process */
    bool undo;                        /* for compensation only */
    bool transaction, parallel_multiple, instantiate, adhoc_sequential, keep_rest;
    bool global_task;                 /* call of a global task: done as a step */
};

struct way {                          /* sequence flow */
    struct str id, name, source_ref, target_ref;
    int source, target, box, line;
    bool conditional;
    struct expr cond;
};

/* What holds nodes: a process, or a sub-process. */
struct box {
    int node;                         /* the sub-process; -1: a process */
    int process;
    int *nodes;  int n_nodes;
    int *event_subs;  int n_event_subs;
};

struct process {
    struct str id, name, calendar;
    int box, line, pool;
    bool executable, has_lanes;
    size_t n_nodes, n_ways, n_lanes;
};
struct lane {
    struct str id, name, role;
    int process, parent, line;
    bool pool;
};
struct pool {
    struct str id, name, role, process_ref;
    int process, line;
    bool many;
};
struct mail {                         /* message flow */
    struct str id, name, source_ref, target_ref, message_ref, message_name;
    int source, target;               /* nodes, or -1 */
    int source_pool, target_pool;     /* the pool itself, or that of the node's process; -1 */
    int line;
};
/* message, signal, error, escalation: what event definitions refer to. */
struct thing { struct str id, name, code; const char *tag; int line; };
/* Drawn and kept, never run: data, notes, groups, associations. */
enum art_kind { ART_DATA, ART_STORE, ART_NOTE, ART_GROUP, ART_LINE };
struct art {
    struct str id, text, source_ref, target_ref;
    enum art_kind kind;
    int box, line;
    bool arrow, list;
};

enum el_kind { EL_NONE, EL_PROCESS, EL_NODE, EL_WAY, EL_LANE, EL_POOL, EL_MAIL, EL_THING, EL_ART,
               EL_DEF, EL_COLLABORATION, EL_GLOBAL_TASK };
struct el { enum el_kind kind; int at; };

/* Lengths in diagrams are hundredths of a diagram unit. */
struct area { int64_t x, y, w, h; };
struct shape {
    struct el el;
    struct str ref;
    struct area at, label;
    bool has_label, expanded, marker, horizontal;
    bool known_expanded;
    int line;
};
struct point { int64_t x, y; };
struct line {
    struct el el;
    struct str ref;
    struct point *p;  int n;
    struct area label;
    bool has_label;
    int at_line;
};
struct diagram {
    struct str id, name, plane;
    VEC(struct shape) shape;
    VEC(struct line) line;
};

/* Something the reader noticed that flow_check tells. */
struct remark { enum flow_severity severity; const char *key; struct str id, arg; int line; };

struct slot { struct str id; struct el el; };

struct flow_model {
    struct arena mem;
    const struct flow_eval *eval;
    struct str name, exporter, calendar, language;
    VEC(struct node) node;
    VEC(struct way) way;
    VEC(struct box) box;
    VEC(struct process) process;
    VEC(struct lane) lane;
    VEC(struct pool) pool;
    VEC(struct mail) mail;
    VEC(struct thing) thing;
    VEC(struct art) art;
    VEC(struct diagram) diagram;
    VEC(struct remark) remark;
    VEC(struct str) collaboration;
    VEC(struct str) foreign;          /* vendor namespaces seen */
    VEC(struct str) lane_ref;         /* flowNodeRef texts, by lane_ref_lane */
    VEC(int) lane_ref_lane;
    VEC(struct attr) attr;            /* amparo:* of any element: name is "id name" split below */
    VEC(struct str) attr_id;
    VEC(struct def) root_def;         /* event definitions outside events */
    VEC(struct str) global_task;      /* ids */
    struct slot *slot;                /* open addressing; power of two */
    size_t n_slots, n_ids;
};

/* ---- shared between the files -------------------------------------------------- */

/* flow_index.c: ids */
#define index_put flow_index_put       /* match has one too */
enum err index_put(struct ctx *c, struct flow_model *m, struct str *id, enum el_kind kind, int at,
                   int line) MUST_CHECK;   /* *id is made unique */
struct el index_get(const struct flow_model *m, struct str id);
struct el index_ref(const struct flow_model *m, struct str qname);   /* also without prefix */
int index_node(const struct flow_model *m, struct str id);           /* -1 */
int index_way(const struct flow_model *m, struct str id);
int index_process(const struct flow_model *m, struct str id);
enum err remark_add(struct ctx *c, struct flow_model *m, enum flow_severity s, const char *key,
                    struct str id, struct str arg, int line) MUST_CHECK;

/* flow_link.c: after all is read */
enum err model_link(struct ctx *c, struct flow_model *m) MUST_CHECK;
bool kind_is_activity(enum flow_kind k);
bool kind_is_step(enum flow_kind k);       /* somebody does it: the tasks, and calls of global ones */
bool node_is_step(const struct node *n);
bool kind_is_gate(enum flow_kind k);
/* The process id of a node, its lane's names. */
struct str node_process(const struct flow_model *m, const struct node *n);

#endif
