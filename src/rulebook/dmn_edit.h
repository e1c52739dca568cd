/* dmn_edit.h - the decision tables inside a DMN text, cell by cell.
 *
 * A lawyer changes one number; the file keeps everything else byte for byte:
 * comments, order, names of spaces, the drawing.  So the text is not printed
 * from a model again; cells, rows and their places are found in it, and only
 * what was changed is replaced.
 *
 * Reads DMN that dmn_load_draft() accepts (well-formed, no document type); on
 * anything else it finds fewer tables or answers ERR_INPUT, never more.
 */
#ifndef RULEBOOK_DMN_EDIT_H
#define RULEBOOK_DMN_EDIT_H

#include "base/base.h"

struct edit_cell {
    struct str text;             /* as people read it: entities resolved */
    size_t at, end;              /* bytes of the document that a new text replaces */
    struct str pre, post;        /* what must stand around it there */
    bool fixed;                  /* not a plain text: edit the file */
};
struct edit_row {
    struct str id;               /* may be empty */
    size_t at, end;              /* the rule element */
    struct edit_cell *cell;  size_t n;       /* inputs, outputs, annotations */
};
struct edit_table {
    struct str name;             /* of its decision or knowledge model */
    struct str id, prefix, hit;  /* hit policy as written, "UNIQUE" when it is not */
    struct str label;            /* of its decision, or {0} */
    struct str *head;            /* one per column: label, or expression, or name */
    size_t n_in, n_out, n_note, room;
    struct edit_row *row;  size_t n;
    size_t rows_at;              /* where a first row would go */
};
enum { EDIT_TABLES_MAX = 400, EDIT_ROWS_MAX = 2000, EDIT_COLS_MAX = 60, EDIT_CELL_MAX = 4000 };

/* Every decision table that is a decision's or a knowledge model's own logic,
 * in order of the document.  Borrows xml. */
enum err dmn_tables(struct ctx *c, struct str xml, struct edit_table **out, size_t *n) MUST_CHECK;
struct edit_table *dmn_table_named(struct edit_table *t, size_t n, struct str name);   /* or NULL */

/* The rows as they shall be, in order: of an old row (from) or new (-1); one
 * text per column.  What is left out goes.  Rows that keep their place and
 * their texts keep their bytes. */
struct edit_to { long from; const struct str *cell; };
enum err dmn_edit(struct ctx *c, struct str xml, const struct edit_table *t, const struct edit_to *rows,
                  size_t n, struct str *out) MUST_CHECK;

/* ---- what differs between two texts ------------------------------------------------ */

enum edit_kind { EDIT_CELL, EDIT_ADDED, EDIT_REMOVED, EDIT_MOVED, EDIT_TABLE, EDIT_OTHER };
struct edit {
    enum edit_kind kind;
    struct str table, row;       /* row: its id */
    size_t place;                /* of the row, from 1, where it is (or was) */
    struct str column, before, after;
};
/* Cells by row id; then rows added, removed, moved; tables that came or went;
 * EDIT_OTHER once, when something outside the rows differs. */
enum err dmn_diff(struct ctx *c, struct str before, struct str after, struct edit **out, size_t *n) MUST_CHECK;

#endif
