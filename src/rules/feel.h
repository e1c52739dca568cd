/* feel.h - inside the rules room: the tree a program is, and the words that
 * evaluate it.  Outside code includes rules.h only. */
#ifndef FEEL_H
#define FEEL_H

#include "rules/rules.h"

/* ---- numbers (number.c): IEEE decimal128; false when the result is not finite */

enum num_round { NUM_HALF_EVEN, NUM_DOWN_INF, NUM_UP_INF, NUM_TO_ZERO, NUM_HALF_UP,
                 NUM_HALF_DOWN, NUM_FROM_ZERO };

/* An integer below 2^64 with exponent 0: most numbers in rules are. */
#define NUM_INT_TOP UINT64_C(0x3040000000000000)
static inline bool num_small(const struct feel_value *v, int64_t *out)
{
    uint64_t top = v->num[1] & INT64_MAX;
    if (top != NUM_INT_TOP || v->num[0] > INT64_C(0x3fffffffffffffff))
        return false;
    *out = v->num[1] >> 63 ? -(int64_t)v->num[0] : (int64_t)v->num[0];
    return true;
}
static inline struct feel_value num_of(int64_t n)
{
    uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    return (struct feel_value){ .kind = FEEL_NUMBER,
        .num = { u, NUM_INT_TOP | (n < 0 ? UINT64_C(1) << 63 : 0) } };
}
bool num_parse(struct str text, struct feel_value *out);
int num_cmp_slow(const struct feel_value *a, const struct feel_value *b);
static inline int num_cmp(const struct feel_value *a, const struct feel_value *b)
{
    int64_t x, y;
    if (num_small(a, &x) && num_small(b, &y))
        return x < y ? -1 : x > y;
    return num_cmp_slow(a, b);
}
int num_sign(const struct feel_value *a);
struct feel_value num_neg(struct feel_value a);
bool num_add(struct feel_value a, struct feel_value b, struct feel_value *out);
bool num_sub(struct feel_value a, struct feel_value b, struct feel_value *out);
bool num_mul(struct feel_value a, struct feel_value b, struct feel_value *out);
bool num_div(struct feel_value a, struct feel_value b, struct feel_value *out);
bool num_pow(struct feel_value a, struct feel_value b, struct feel_value *out);
bool num_sqrt(struct feel_value a, struct feel_value *out);
bool num_exp(struct feel_value a, struct feel_value *out);
bool num_log(struct feel_value a, struct feel_value *out);
/* scale: digits after the point, -6111..6176. */
bool num_round(struct feel_value a, int scale, enum num_round how, struct feel_value *out);
/* Towards zero; false outside int64. */
bool num_trunc(struct feel_value a, int64_t *out);
bool num_is_int(struct feel_value a);
bool num_from_ns(int64_t sec, int32_t ns, struct feel_value *out);      /* seconds */
bool num_to_ns(struct feel_value v, int64_t *sec, int32_t *ns);
enum { NUM_TEXT_MAX = 6200 };
size_t num_text(struct feel_value a, char out[NUM_TEXT_MAX]);

/* ---- dates and times (temporal.c, zone.c) --------------------------------- */

enum { ZONE_NONE, ZONE_OFFSET, ZONE_NAMED };
#define YEAR_MAX INT64_C(999999999)
bool feel_zone_find(struct str name, uint16_t *out);
const char *feel_zone_name(uint16_t zone);
/* Seconds east of UTC at a local or (utc) an absolute time. */
bool feel_zone_offset(uint16_t zone, int64_t sec, bool utc, int32_t *offset);
bool feel_time_offset(const struct feel_value *v, int64_t *seconds);   /* false: no zone */

bool feel_date_literal(struct str s, struct feel_value *out);
bool feel_time_literal(struct str s, struct feel_value *out);
bool feel_datetime_literal(struct str s, struct feel_value *out);      /* also a bare date */
bool feel_duration_literal(struct str s, struct feel_value *out);
struct feel_value feel_date_value(int64_t days);
struct feel_value feel_months_value(int64_t months);
bool feel_days_value(int64_t sec, int64_t ns, struct feel_value *out); /* normalises ns; false: too long */
bool feel_date_in_range(int64_t days);
/* Seconds and nanoseconds on a common line; false when only one of two has a zone. */
bool feel_instant_of(const struct feel_value *v, int64_t *sec, int32_t *ns, bool *zoned);
bool feel_add_days(struct feel_value v, int64_t sec, int32_t ns, struct feel_value *out);
bool feel_add_months(struct feel_value v, int64_t months, struct feel_value *out);
bool feel_temporal_minus(struct feel_value a, struct feel_value b, struct feel_value *out);
struct feel_value feel_as_datetime(struct feel_value date);            /* midnight UTC */
struct civil feel_civil_of(struct feel_value v);
void feel_temporal_text(struct buf *b, struct feel_value v);
bool feel_temporal_get(struct feel_value v, struct str name, struct feel_value *out);

/* ---- regular expressions, XPath flavour (regex.c) ------------------------- */

struct run;
enum regex_do { REGEX_MATCHES, REGEX_REPLACE, REGEX_SPLIT };
/* Null and a reason when the pattern is wrong or takes too long. */
struct feel_value feel_regex(struct run *r, enum regex_do what, struct str text, struct str pattern,
                            struct str with, struct str flags);

/* ---- types (types.c) ------------------------------------------------------- */

enum type_kind {
    TYPE_ANY, TYPE_NULL, TYPE_BOOL, TYPE_NUMBER, TYPE_STRING, TYPE_DATE, TYPE_TIME, TYPE_DATETIME,
    TYPE_DAYS, TYPE_MONTHS, TYPE_LIST, TYPE_CONTEXT, TYPE_RANGE, TYPE_FUNCTION, TYPE_DURATION,
};
struct field { struct str name; const struct type *type; };
struct type {
    enum type_kind kind;
    struct str name;
    const struct type *of;                    /* list, range: element; function: result */
    const struct field *field; size_t n;      /* context: entries; function: parameters */
    const struct node *allowed;               /* unary tests with ? as frame slot 0, or NULL */
    const struct feel_list *values;           /* the allowed constants, when they are constants */
    bool has_fields;
};
extern const struct type type_any;
const struct type *feel_type_builtin(struct str name);
bool feel_type_holds(struct run *r, const struct type *t, const struct feel_value *v, bool allowed);
bool feel_type_conforms(const struct type *a, const struct type *b);
struct feel_value feel_type_coerce(struct run *r, const struct type *t, struct feel_value v);

/* ---- the tree --------------------------------------------------------------- */

enum op {
    OP_CONST, OP_LOCAL, OP_GLOBAL, OP_IMPORTED, OP_NAME, OP_ITEM_NAME,
    OP_NEG, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_POW,
    OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
    OP_AND, OP_OR, OP_BETWEEN, OP_IN, OP_IF, OP_FOR, OP_SOME, OP_EVERY,
    OP_PATH, OP_FILTER, OP_CALL, OP_CALL_NAMED, OP_BUILTIN, OP_FUNCTION, OP_EXTERNAL,
    OP_LIST, OP_CONTEXT, OP_RANGE, OP_OP_RANGE, OP_INSTANCE, OP_TESTS, OP_COERCE, OP_TABLE, OP_BLOCK,
    OP_RANGE_IN, OP_ERROR,
};
struct node {
    uint8_t op, flag;            /* flag: see the op in eval.c */
    uint16_t n;                  /* children in kid[] */
    uint32_t pos;                /* byte in its text, for messages */
    union {
        struct { const struct node *a, *b, *c; };
        struct { const struct node *const *kid; const void *extra; const void *more; };
        struct { uint32_t up, slot; const struct node *other; struct str name; };
        struct { const struct node *left; const struct type *type; };
        struct feel_value k;
    };
};
struct iteration { const struct node *in; const struct node *to; };      /* to: in a..to */

/* Values that names stand for, innermost first. */
struct frame {
    const struct frame *up;
    struct feel_value v[];
};

struct builtin;
struct feel_function {
    enum { FN_LAMBDA, FN_BUILTIN, FN_SERVICE, FN_EXTERNAL } how;
    const struct lambda *lambda;
    const struct frame *frame;           /* what the body sees */
    struct instance *inst;
    const struct builtin *builtin;
    const struct dmn_elem *service;
};
struct lambda {
    size_t n;
    const struct field *param;
    const struct type *result;           /* or NULL */
    const struct node *body;
    struct str name;
};

struct feel_program {
    const struct node *root;
    struct str text;
    bool unary, uses_value;
};

/* ---- one evaluation ---------------------------------------------------------- */

struct run {
    struct ctx *c;
    struct arena *mem;
    struct feel_limits limits;
    int64_t steps, next_look, started;
    int calls, nest;
    bool stopped;                        /* a limit or memory: nothing counts any more */
    const char *why;                     /* first reason for a null */
    struct str why_more;
    const struct feel_context *names;    /* scope of names found by OP_NAME */
    struct instance *inst;
    struct want *want;                   /* dmn_wanted: sees every element that is read */
    struct dmn_step *steps_first, **steps_last;
    bool tracing;
};
enum { NEST_MAX = 2500, LIST_MAX = 5 * 1000 * 1000, STRING_MAX = 16 * 1024 * 1024 };

void feel_run_init(struct run *r, struct ctx *c, const struct feel_limits *limits);
/* What ended the evaluation, as an error of c. */
enum err feel_run_end(struct run *r) MUST_CHECK;
struct str feel_run_problem(struct run *r);
void feel_run_stop(struct run *r, const char *why);
bool feel_run_look(struct run *r);            /* called when r->steps passes r->next_look */
static inline bool feel_run_step(struct run *r, int64_t n)
{
    r->steps += n;
    return r->steps < r->next_look ? !r->stopped : feel_run_look(r);
}
struct feel_value feel_no(struct run *r, const char *why);     /* null, with a reason */
struct feel_value feel_walk(struct run *r, const struct node *n, const struct frame *f);
struct frame *feel_frame(struct run *r, const struct frame *up, size_t n);
struct feel_value feel_call(struct run *r, struct feel_value fn, const struct feel_value *arg, size_t n);
size_t feel_function_arity(const struct feel_function *f);
/* `x in test` for a value that a test evaluated to. */
int feel_in_value(struct run *r, const struct feel_value *x, const struct feel_value *test);
int feel_cmp(const struct feel_value *a, const struct feel_value *b, int *out);  /* false: not comparable */
int feel_in_range(const struct feel_value *x, const struct feel_range *g);
bool feel_same(const struct feel_value *a, const struct feel_value *b);         /* for lists, tables */
bool feel_tests_hold(struct run *r, const struct node *tests, const struct feel_value *x,
                const struct frame *f, int *out);

/* Growing list in the arena. */
struct lister { struct run *r; struct feel_value *v; size_t n, room; };
bool feel_lister_add(struct lister *l, struct feel_value v);
struct feel_value feel_lister_done(struct lister *l);
struct feel_value feel_wrap(struct run *r, const struct feel_value *v, size_t n);   /* no copy */
struct feel_value feel_keep(struct run *r, struct str s);                         /* copies */

/* arith.c */
struct feel_value feel_arith(struct run *r, enum op op, struct feel_value a, struct feel_value b);
struct feel_value feel_negate(struct run *r, struct feel_value a);
/* property of any value: context entry, date parts, list of properties */
struct feel_value feel_path(struct run *r, struct feel_value v, struct str name);

/* builtin*.c */
typedef struct feel_value builtin_fn(struct run *r, const struct feel_value *arg, size_t n);
enum { BUILTIN_ARGS = 8 };
/* params: "name:code, ...".  Codes: n number, s string, b boolean, l list, c context,
 * f function, r range, x no list, . anything but null; then ? optional, ~ may be null; or * for
 * the rest, given as one list or one by one.  Rows of one name are overloads. */
struct builtin {
    const char *name, *params;
    builtin_fn *fn;
    uint8_t n, min, nullable;            /* these are read from params, once */
    bool rest, gather;
    char code[BUILTIN_ARGS];
    struct str param[BUILTIN_ARGS];
};
const struct builtin *builtin_find(struct str name);
struct feel_value builtin_call(struct run *r, const struct builtin *b, const struct feel_value *arg,
                               size_t n);
/* With names: the overload that has them all. */
struct feel_value builtin_call_named(struct run *r, const struct builtin *b, const struct str *name,
                                     const struct feel_value *arg, size_t n);
size_t builtin_max_args(const struct builtin *b);
struct builtin_rows { const struct builtin *row; size_t n; };
extern const struct builtin_rows builtins_number, builtins_string, builtins_list,
                                 builtins_time, builtins_range, builtins_context;
/* Longest built-in name at the start of text that holds a space; 0: none. */
size_t builtin_spaced(struct str text);

/* ---- compiling ------------------------------------------------------------------ */

enum bind { BIND_SLOT, BIND_GLOBAL, BIND_IMPORT, BIND_DYNAMIC, BIND_MEMBER };
struct bound {
    struct str name;
    enum bind how;
    uint32_t slot;
    const void *what;
};
struct scope {
    struct scope *up;
    struct bound *b; size_t n;
    bool frame;                /* stands for a frame at run time (SLOTs live in it) */
    bool filter;               /* slot 0 is an item whose entries are names too */
};
struct type_source {           /* names of item definitions */
    const struct type *(*find)(void *arg, struct str name);
    void *arg;
};
struct compiler {
    struct ctx *c;
    struct arena *mem;
    struct str file;
    int line;                           /* of the text's first line; 0: none */
    const struct str *members; size_t n_members;   /* entry names with odd characters */
    struct str odd[16]; size_t n_odd;              /* the same, met while compiling */
    const struct type_source *types;
    const struct node *(*imported)(struct compiler *, const void *what, struct str text, size_t *used);
    bool strict;                        /* unknown names are noted */
    struct str unknown;                 /* the first one */
    bool dynamic;                       /* unknown names look in the run's context */
    long work;
};
/* The expression, or NULL and a fault in c. */
const struct node *feel_compile_text(struct compiler *k, struct scope *s, struct str text);
/* Unary tests; slot 0 of the innermost frame of s is the tested value. */
const struct node *feel_compile_tests(struct compiler *k, struct scope *s, struct str text);
const struct type *feel_compile_type(struct compiler *k, struct str text);
struct node *feel_node_new(struct compiler *k, enum op op, uint32_t pos);
struct node *feel_node_const(struct compiler *k, struct feel_value v, uint32_t pos);
const struct node *feel_scope_lookup(struct compiler *k, struct scope *s, struct str name, uint32_t pos);
struct str feel_name_clean(struct compiler *k, struct str raw);     /* white space made single */

#endif
