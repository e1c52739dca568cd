/* rules.h - FEEL expressions and DMN decisions (OMG DMN 1.5, level 3).
 *
 * A leaf: knows no case, no law, no database.  Text is compiled once to an
 * immutable program or model, which any number of threads may evaluate, each
 * with its own `ctx`.  What an evaluation needs and returns lives in c->mem;
 * after arena_reset the next round calls no malloc.
 *
 * FEEL has no exceptions: a wrong type or a failed lookup gives null.  So an
 * `enum err` other than ERR_OK means that nothing was decided at all:
 *   ERR_INPUT    text refused ("rules.syntax", "rules.xml", "rules.model"), or
 *                a limit below was reached ("rules.limit"); fault.detail says
 *                where ("file:line:column: reason")
 *   ERR_NOMEM    c->mem is full        ERR_NOT_FOUND  no decision of that name
 * Why a value became null is told in `problem` of the results.
 */
#ifndef RULES_H
#define RULES_H

#include "base/base.h"

/* ---- values ------------------------------------------------------------
 * A value is copied freely; what it points to is immutable and lives as long
 * as the arena it was made in.  Make values with the functions below. */

enum feel_kind {
    FEEL_NULL, FEEL_BOOL, FEEL_NUMBER, FEEL_STRING,
    FEEL_DATE, FEEL_TIME, FEEL_DATETIME,
    FEEL_DAYS,          /* days and time duration   */
    FEEL_MONTHS,        /* years and months duration */
    FEEL_LIST, FEEL_CONTEXT, FEEL_RANGE, FEEL_FUNCTION,
};

struct feel_list;
struct feel_context;
struct feel_range;
struct feel_function;

struct feel_value {
    uint8_t kind;             /* enum feel_kind */
    uint8_t zone_kind;        /* times: 0 none, 1 offset, 2 named zone */
    uint16_t zone;            /* named zone: index into a constant table */
    int32_t at;               /* offset: seconds east of UTC; durations, times: nanoseconds */
    union {
        bool b;
        uint64_t num[2];      /* IEEE 754 decimal128, binary integer encoding */
        struct str s;         /* valid UTF-8 */
        struct { int64_t sec; int32_t ns; } t;   /* DATE: days since 1970 in sec; TIME: of the
                                 day; DATETIME: local, since 1970; DAYS: length; MONTHS: months */
        const struct feel_list *list;
        const struct feel_context *context;
        const struct feel_range *range;
        const struct feel_function *function;
    };
};

struct feel_list { size_t n; const struct feel_value *v; };
struct feel_entry { struct str name; struct feel_value v; };
struct feel_context { size_t n; const struct feel_entry *e; };      /* in order of writing */
struct feel_range {
    struct feel_value lo, hi;         /* FEEL_NULL: no bound on that side */
    bool lo_closed, hi_closed;
    char op;                          /* 0, or '=' '!' when written (= x) or (!= x) */
};

static inline struct feel_value feel_null(void) { return (struct feel_value){ 0 }; }
struct feel_value feel_bool(bool b);
struct feel_value feel_i64(int64_t n);
bool feel_number(struct str text, struct feel_value *out);     /* "-12.50"; false: not a number */
struct feel_value feel_string(struct str s);                   /* borrows; must be UTF-8 */
struct feel_value feel_date(struct civil d);
struct feel_value feel_instant(int64_t us);                    /* date and time, UTC */
struct feel_value feel_seconds(int64_t s);                     /* days and time duration */
/* Date, time, date and time, or duration in its ISO 8601 spelling, as after "@". */
bool feel_temporal(struct str text, struct feel_value *out);
/* A list of a copy of v[0..n). */
struct feel_value feel_list(struct arena *a, const struct feel_value *v, size_t n);

/* Builds a context: feel_set replaces an entry of the same name.  Names and
 * values are borrowed.  Null and a->failed when memory is refused. */
struct feel_builder { struct arena *a; struct feel_entry *e; size_t n, room; };
void feel_builder_init(struct feel_builder *b, struct arena *a);
void feel_set(struct feel_builder *b, struct str name, struct feel_value v);
struct feel_value feel_build(const struct feel_builder *b);

bool feel_get(struct feel_value context, struct str name, struct feel_value *out);
bool feel_to_i64(struct feel_value v, int64_t *out);           /* whole numbers in range only */
static inline bool feel_is_true(struct feel_value v) { return v.kind == FEEL_BOOL && v.b; }
/* FEEL's "=": 1 equal, 0 not, -1 not comparable (null in FEEL). */
int feel_equal(struct feel_value a, struct feel_value b);
const char *feel_kind_name(enum feel_kind kind);               /* "date and time" */
/* JSON-like text: strings quoted, dates as FEEL literals @"...", numbers plain. */
void feel_print(struct buf *b, struct feel_value v);
/* What FEEL's string() gives: for people. */
struct str feel_text(struct arena *a, struct feel_value v);

/* ---- expressions ------------------------------------------------------- */

struct feel_limits {
    int64_t steps;        /* nodes visited, list items produced: default 5 million */
    int64_t time_us;      /* wall time: default 2 s */
    int depth;            /* calls inside calls: default 200 */
};
extern const struct feel_limits feel_default_limits;

enum { FEEL_TEXT_MAX = 256 * 1024, FEEL_NEST_MAX = 120 };

struct feel_program;
/* Compile an expression, or (unary) the tests of a decision table's cell with
 * the tested value as `?`.
 *
 * names   variables that the context will hold; needed only for names that
 *         hold operators or keywords ("a-b", "in and out").  Others, spaces
 *         included, are found by grammar.
 * mem     where the program lives: c->mem, or a long-lived arena. */
enum err feel_compile(struct ctx *c, struct arena *mem, struct str text, bool unary,
                      const struct str *names, size_t n,
                      const struct feel_program **out) MUST_CHECK;
/* Evaluate with `context` (FEEL_CONTEXT, or null for none) as scope. */
enum err feel_eval(struct ctx *c, const struct feel_program *p, struct feel_value context,
                   struct feel_value *out) MUST_CHECK;
/* The same with limits (NULL: default) and the first reason for a null (may be NULL). */
enum err feel_eval_with(struct ctx *c, const struct feel_program *p, struct feel_value context,
                        const struct feel_limits *limits, struct feel_value *out,
                        struct str *problem) MUST_CHECK;
/* Does `value` pass the unary tests?  1, 0, or -1 for neither. */
enum err feel_test(struct ctx *c, const struct feel_program *p, struct feel_value value,
                   struct feel_value context, int *out) MUST_CHECK;

/* ---- decision models --------------------------------------------------- */

enum { DMN_FILE_MAX = 8 * 1024 * 1024, DMN_XML_DEPTH_MAX = 200, DMN_ROWS_MAX = 20000 };

struct dmn_model;
/* Load a DMN 1.1 to 1.5 document; the first mistake in it is an error with
 * file, line and reason.  `file` names it in messages.  The model has
 * its own memory and borrows nothing; `imports` are the models it may import,
 * found by namespace, and must outlive it. */
enum err dmn_load(struct ctx *c, struct str file, struct str xml,
                  const struct dmn_model *const *imports, size_t n_imports,
                  struct dmn_model **out) MUST_CHECK;
/* The same for authors at work: what is wrong inside a decision becomes a
 * finding of rules_check, and evaluates to null.  Bad XML is still refused. */
enum err dmn_load_draft(struct ctx *c, struct str file, struct str xml,
                        const struct dmn_model *const *imports, size_t n_imports,
                        struct dmn_model **out) MUST_CHECK;
void dmn_free(struct dmn_model *m);                      /* NULL is fine */
size_t dmn_bytes(const struct dmn_model *m);             /* memory it holds */

struct str dmn_name(const struct dmn_model *m);
struct str dmn_namespace(const struct dmn_model *m);
struct str dmn_file(const struct dmn_model *m);

/* What an author may ask for and must supply. */
enum dmn_node_kind { DMN_INPUT, DMN_DECISION, DMN_KNOWLEDGE, DMN_SERVICE };
struct dmn_node {
    enum dmn_node_kind kind;
    struct str id, name, label, question, description, type;   /* type: typeRef, may be empty */
    const struct feel_list *allowed;   /* constant allowed values of its type, or NULL */
    enum feel_kind value;              /* of its type, or of the items; FEEL_NULL: any */
    bool many;                         /* its type is a list */
    const struct dmn_table *table;     /* when its logic is a decision table, or NULL */
};
size_t dmn_nodes(const struct dmn_model *m);
const struct dmn_node *dmn_node(const struct dmn_model *m, size_t i);
const struct dmn_node *dmn_find(const struct dmn_model *m, struct str name);
/* The input data that a decision needs, through all it requires, in document order. */
enum err dmn_inputs(struct ctx *c, const struct dmn_model *m, struct str decision,
                    const struct dmn_node ***out, size_t *n) MUST_CHECK;

/* A decision table as its author wrote it. */
struct dmn_table;
struct str dmn_table_name(const struct dmn_table *t);    /* its decision's or function's name */
size_t dmn_table_rows(const struct dmn_table *t);
size_t dmn_table_inputs(const struct dmn_table *t);
size_t dmn_table_outputs(const struct dmn_table *t);
struct str dmn_table_hit_policy(const struct dmn_table *t);      /* "UNIQUE", "COLLECT SUM" */
struct str dmn_input_label(const struct dmn_table *t, size_t input);
struct str dmn_output_name(const struct dmn_table *t, size_t output);
struct str dmn_input_text(const struct dmn_table *t, size_t row, size_t input);
struct str dmn_output_text(const struct dmn_table *t, size_t row, size_t output);
struct str dmn_row_id(const struct dmn_table *t, size_t row);
int dmn_row_line(const struct dmn_table *t, size_t row);         /* in the file, from 1 */
/* An annotation column's text, by its heading; {0} when there is none. */
struct str dmn_annotation(const struct dmn_table *t, size_t row, struct str column);

/* One evaluation of one table, in order of evaluation. */
struct dmn_step {
    const struct dmn_table *table;
    const uint32_t *rows;  size_t n_rows;    /* rows that fired, in order of the hit policy */
    const struct feel_value *inputs;         /* one per input column */
    struct feel_value value;
    const struct dmn_step *next;
    const void *scope;                       /* for dmn_explain */
};
struct dmn_result {
    struct feel_value value;
    struct str problem;                      /* first reason for a null; empty: none */
    const struct dmn_step *steps;            /* every table that was consulted */
};
/* Evaluate a decision, decision service or business knowledge model by name.
 * inputs  a context: input data (and, for a knowledge model, parameters) by
 *         name.  A decision given here is taken, not evaluated. */
enum err dmn_evaluate(struct ctx *c, const struct dmn_model *m, struct str name,
                      struct feel_value inputs, const struct feel_limits *limits,
                      struct dmn_result *out) MUST_CHECK;

/* What to ask next: the first input that the first undecided row needs, so that
 * a conversation asks only what matters.  An input that stands in `inputs`, be
 * it with null ("asked, not known"), is never wanted.  *out NULL: the decision
 * is settled, whatever else were asked. */
enum err dmn_wanted(struct ctx *c, const struct dmn_model *m, struct str name, struct feel_value inputs,
                    const struct dmn_node **out) MUST_CHECK;

/* Why a row fired or not: one line per input column. */
struct dmn_cell {
    struct str label, test;                  /* column heading, text of the cell */
    struct feel_value value;                 /* of the input */
    int holds;                               /* 1, 0, or -1: could not be decided */
    struct str says;                         /* "age 14 is not < 14" */
};
/* `step` comes from a result in the same c->mem, not yet reset. */
enum err dmn_explain(struct ctx *c, const struct dmn_step *step, size_t row,
                     struct dmn_cell **out, size_t *n) MUST_CHECK;

/* ---- authors' help ------------------------------------------------------ */

enum rules_kind {
    RULES_SYNTAX,         /* text that is not FEEL */
    RULES_GAP,            /* values for which no row and no default answers */
    RULES_OVERLAP,        /* two rows of a UNIQUE or differing ANY table meet */
    RULES_UNREACHABLE,    /* a row that can never fire */
    RULES_TYPE,           /* a cell that cannot be of its column's type */
    RULES_NAME,           /* a name nobody defines */
    RULES_PROVISION,      /* a cited provision that is not known */
    RULES_UNCHECKED,      /* cells too free, or too many, to look for gaps and overlaps */
};
struct rules_finding {
    enum rules_kind kind;
    struct str file, table;
    int row, other;       /* from 1; 0: none */
    int line;
    struct str text;      /* the whole sentence, in English */
    const char *says;     /* its fixed part, for a catalogue: "unknown provision"; NULL: none */
    struct str arg[3];    /* and what it speaks of; the second is a kind of values: "number" */
};
typedef bool rules_known(void *arg, struct str provision);
/* Findings about one model, in document order.  A cell of the annotation
 * column "provision" may name several ids, separated by spaces, commas or
 * semicolons; `known` (may be NULL) says whether one exists. */
enum err rules_check(struct ctx *c, const struct dmn_model *m, rules_known *known, void *arg,
                     struct rules_finding **out, size_t *n) MUST_CHECK;
const char *rules_kind_name(enum rules_kind kind);       /* "gap" */

/* ---- conformance -------------------------------------------------------- */

struct rules_tck { int64_t passed, failed; struct str report; };
/* Run every test case below `dir` (folders with .dmn and *-test-*.xml files as
 * in the DMN Technology Compatibility Kit).  report: each failure, passed and
 * failed per directory, and last the line "N passed, N failed".  csv: where to
 * write the kit's result list, or NULL.  Each case has its own memory: c->mem
 * holds the report only. */
enum err rules_tck(struct ctx *c, const char *dir, const char *csv, struct rules_tck *out) MUST_CHECK;

#endif
