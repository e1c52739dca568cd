/* xlsform.h - inside the room: making a form out of the sheets of an XLSForm. */
#ifndef FORMS_XLSFORM_H
#define FORMS_XLSFORM_H

#include "forms/priv.h"

enum { COLS_MAX = 256, LANGS_MAX = 40, DEPTH_MAX = 12 };

/* One column of a sheet: what it means, and for texts in which language. */
struct column { struct str head, base; size_t lang; bool known; };

struct maker {
    struct ctx *c;
    struct form *f;
    struct form_notes *notes;
    size_t note_room;
    struct str file;              /* for notes */
    struct column col[COLS_MAX];
    size_t cols;
    size_t stack[DEPTH_MAX], depth;   /* open groups */
    bool bad;
};

void maker_note(struct maker *m, int line, struct str column, const char *what, struct str which);
void maker_warn(struct maker *m, int line, struct str column, const char *what, struct str which);
struct str maker_keep(struct maker *m, struct str s);      /* into the form's arena, trimmed */
void maker_columns(struct maker *m, const struct sheet *s);
/* Texts of the columns called `base`, one per language. */
struct form_texts maker_texts(struct maker *m, const struct sheet_row *r, const char *base);
struct str maker_cell(struct maker *m, const struct sheet_row *r, const char *base);

void xlsform_choices(struct maker *m, const struct sheet *s);
void xlsform_survey(struct maker *m, const struct sheet *s);
void xlsform_settings(struct maker *m, const struct sheet *s);

/* ${name} in expressions and texts, when all names are known (xlsform_refs.c). */
void xlsform_refs(struct maker *m);
/* The path from field `from` to field `to` as expressions write it; `inner`: in [...]. */
struct str xlsform_ref(struct arena *mem, const struct form *f, size_t from, size_t to, bool inner,
                       bool whole);

/* The value of a name in "start=0 end=10", or `otherwise`. */
struct str xlsform_parameter(struct str params, const char *name, const char *otherwise);

#endif
