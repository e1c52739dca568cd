/* checker.h - a described situation in, the pack's answer with its rows and
 * articles out.  No case, no name, nothing stored.
 *
 * One evaluation, used by the public page, the API, batches, the screening of a
 * case and the comparison of a law with its draft.  It knows no age and no
 * article: those stand in the pack's tables.  See checker.md.
 *
 * Everything returned lives in c->mem and borrows from the pack and the model.
 */
#ifndef CHECKER_H
#define CHECKER_H

#include "forms/forms.h"
#include "pack/pack.h"
#include "rules/rules.h"

/* ---- what a decision asks ------------------------------------------------- */

/* One input: by name in the model, with the words of the form that goes with
 * it (the pack's form of the same name as the decision file). */
struct checker_input {
    struct str name;
    const struct dmn_node *node;
    const struct form *form;             /* NULL: no form has this field */
    const struct form_field *field;      /* label, hint, choices; or NULL */
};
/* The pack's own model that holds this decision; NULL: none. */
const struct dmn_model *checker_model(const struct pack *p, struct str decision);
/* Id of the pack's file that holds it (decisions/ID.dmn); {0}: none. */
struct str checker_file(const struct pack *p, struct str decision);
/* The form that asks for it; NULL: none. */
const struct form *checker_form(const struct pack *p, struct str decision);
/* m NULL: the pack's own.  In document order of the form, then of the model. */
enum err checker_inputs(struct ctx *c, const struct pack *p, const struct dmn_model *m,
                        struct str decision, struct checker_input **out, size_t *n) MUST_CHECK;
/* One answer as people and files write it: yes, no, true, false; 4.5; a choice;
 * several choices with spaces, commas or semicolons between, "none" alone for
 * "asked, and there is none".  Empty and "unknown" are null: not known.
 * False: not a value of this input. */
bool checker_value(struct ctx *c, const struct checker_input *in, struct str text, struct feel_value *out);

/* ---- the answer -------------------------------------------------------------- */

struct checker_row {
    const struct dmn_table *table;
    size_t row;                          /* from 0, as dmn_row_id takes it */
    struct str id;                       /* the rule's id in the file */
    struct str provisions;               /* ids, spaces between */
    struct str words;                    /* message key: why, in plain words; {0} none */
    enum pack_verified verified;         /* the least verified of its provisions */
};
/* One table that was consulted and in which rows fired. */
struct checker_part {
    struct str table;                    /* "child_labour" */
    struct feel_value value;
    struct str verdict;                  /* "hazardous"; {0} for lists */
    const struct checker_row *row;  size_t n;
    enum pack_verified verified;         /* the least verified of its rows */
    const struct dmn_step *step;         /* for dmn_explain */
};
struct checker_answer {
    struct str decision;
    struct feel_value value;             /* what the decision says */
    struct str problem;                  /* first reason for a null; {0} none */
    const struct checker_part *part;  size_t n;     /* in order of evaluation */
    const struct provision *const *provision;  size_t provisions;   /* cited, each once */
    enum pack_verified verified;         /* the weakest of all rows that fired */
    /* Legal review: the answer says so itself, or law that is not fully
     * verified decided.  The reasons are the doubts of provision[]. */
    bool review;
};
/* Evaluate `decision` of m (NULL: the pack's own model) for this situation, a
 * context of inputs by name; what is missing counts as not known.
 * ERR_NOT_FOUND ("checker.no-decision"), ERR_INPUT (limits), ERR_NOMEM. */
enum err checker_evaluate(struct ctx *c, const struct pack *p, const struct dmn_model *m,
                          struct str decision, struct feel_value situation,
                          struct checker_answer *out) MUST_CHECK;
/* The same with the rules in force today in this house (rulebook/rulebook.h).
 * *u is lent: let it go when the answer has been used. */
struct rules_use;
enum err checker_now(struct ctx *c, struct str decision, struct feel_value situation, struct rules_use *u,
                     struct checker_answer *out) MUST_CHECK;
/* The part of that table; NULL when it did not fire. */
const struct checker_part *checker_part(const struct checker_answer *a, const char *table);
/* An entry of the answer as text: "hazardous", "true", ""; lists have none. */
struct str checker_says(struct ctx *c, const struct checker_answer *a, const char *entry);

/* ---- two answers side by side --------------------------------------------------- */

struct checker_change {
    struct str entry;                    /* entry of the answer; the decision when it has none */
    struct feel_value before, after;
    const struct checker_part *rows_before, *rows_after;   /* why; NULL: no table of that name */
};
/* What differs between two answers to the same situation; order of lists does
 * not count.  n = 0: nothing. */
enum err checker_compare(struct ctx *c, const struct checker_answer *before,
                         const struct checker_answer *after, struct checker_change **out,
                         size_t *n) MUST_CHECK;

/* ---- situations in a file -----------------------------------------------------------
 * CSV (RFC 4180, UTF-8).  First row: names of inputs, and if wanted "id" (any
 * label of the row, no name of a person) and "text" (what happened, for readers).
 * Any other column is refused. */

enum { CHECKER_RECORD_MAX = 64 * 1024, CHECKER_ID_MAX = 120 };

struct checker_columns {
    const struct checker_input **col;  size_t n;     /* NULL: id or text */
    size_t id, text;                     /* their columns, or SIZE_MAX */
};
struct checker_situation {
    int line;                            /* of the file */
    struct str id, text;                 /* {0} when there is no such column */
    struct feel_value in;                /* every input of the decision by name */
};
/* Cut the next record off a window of the file.  False: the window holds no
 * whole record (and last is false), or is empty.  *lines: line breaks in it. */
bool checker_record(struct str *window, bool last, struct str *record, int *lines);
/* A heading row; in/n from checker_inputs.  fault.detail: "line 1: ..." */
enum err checker_columns_read(struct ctx *c, const struct checker_input *in, size_t n,
                              struct str record, struct checker_columns *out) MUST_CHECK;
/* A row.  ERR_INPUT "checker.bad-row" with fault.detail "line 7, column sector:
 * ..."; *blank: nothing in it, out is not written. */
enum err checker_situation_read(struct ctx *c, const struct checker_columns *cols,
                                const struct checker_input *in, size_t n, struct str record,
                                int line, struct checker_situation *out, bool *blank) MUST_CHECK;
/* A whole file at once; the first mistake refuses it. */
enum err checker_situations(struct ctx *c, const struct checker_input *in, size_t n, struct str csv,
                            struct checker_situation **out, size_t *count) MUST_CHECK;

/* ---- many situations, as they stream ------------------------------------------------- */

struct sheet_source;
/* Results as a sheet (page/sheet_out.h): line, id, error, one column per entry
 * of the answer, verified, rows, provisions.  A row that cannot be read has its
 * mistake in the column "error"; the others are answered. */
struct checker_batch {
    const struct pack *pack;
    struct str decision;
    int fd;                              /* reads from here when text is {0} */
    struct str text;                     /* or a whole file; lives as long as the batch */
    int64_t rows, wrong;                 /* so far */
    void (*told)(void *arg, struct str mistake);     /* NULL: only in the column */
    void *arg;
    bool house;                          /* ask for the rules in force, not the pack's file */
    struct batch_state *state;
};
/* Reads the heading row; ERR_INPUT with "line 1: ...".  b and c->mem must
 * outlive the writing. */
enum err checker_batch_open(struct ctx *c, struct checker_batch *b, struct sheet_source *out) MUST_CHECK;

/* ---- a conversation -------------------------------------------------------------------- */

struct checker_talk {
    const struct pack *pack;
    const struct dmn_model *model;
    struct str decision;
    struct checker_input *in;  size_t n;
    struct feel_value *value;            /* per input, when said */
    struct str *text;
    bool *known;                         /* said, or not to be asked */
    size_t *order;  size_t said;         /* inputs in the order they were said */
};
enum err checker_talk_open(struct ctx *c, const struct pack *p, const struct dmn_model *m,
                           struct str decision, struct checker_talk *t) MUST_CHECK;
/* Take an answer.  False: no such question, or not an answer to it. */
bool checker_talk_say(struct ctx *c, struct checker_talk *t, struct str name, struct str text);
void checker_talk_unsay(struct checker_talk *t, struct str name);
/* The next question that can still change the answer; NULL: none. */
enum err checker_talk_next(struct ctx *c, struct checker_talk *t, const struct checker_input **out) MUST_CHECK;
struct feel_value checker_talk_inputs(struct ctx *c, const struct checker_talk *t);

#endif
