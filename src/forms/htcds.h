/* htcds.h - rows of the IOM Human Trafficking Case Data Standard (HTCDS) 2.0.
 *
 * Reads the official workbook and CSV files with its headers.  The workbook's
 * hidden code row and its visible title row disagree in five address columns,
 * misspell one field and leave one without a code: the visible title, which is
 * what people typed under, decides; every such case is told in the notes.
 * Field and value lists: data/htcds/ (CC BY 4.0, see SOURCES.md there).
 */
#ifndef FORMS_HTCDS_H
#define FORMS_HTCDS_H

#include "base/base.h"
#include "forms/forms.h"

struct htcds_value {
    struct str field;             /* "vic_MethodsOfControl" */
    struct str value;             /* system value; one entry per selected value */
};
struct htcds_row {
    int line;                     /* row of the sheet */
    struct htcds_value *v; size_t n;
};
struct htcds_import {
    struct htcds_row *row; size_t n;
    struct form_notes notes;      /* what could not be read, by line and column */
    size_t refused;               /* rows left out because of an error */
};
/* Bytes of an .xlsx, or of a CSV with HTCDS headers.  A row with an error is
 * left out and told; the rest is kept. */
enum err htcds_load(struct ctx *c, struct str bytes, struct htcds_import *out) MUST_CHECK;

/* The standard's spelling of a field name: "prs_First_Name" -> "prs_FirstName".
 * {0} when it is none of the standard's. */
struct str htcds_field(struct str name);
/* The system value for a value, label or known variant; {0} when there is none. */
struct str htcds_value_of(struct str field, struct str text);
bool htcds_multi(struct str field);

#endif
