/* priv.h - inside the room only: the form itself and words its files share. */
#ifndef FORMS_PRIV_H
#define FORMS_PRIV_H

#include "forms/forms.h"
#include "forms/xpath.h"

#include <stdatomic.h>

/* A secondary instance: root/item with the columns of the choices sheet, or
 * whatever a foreign form carries; `src` when it is a file. */
struct form_instance { struct str id, src, xml; };

/* An expression in the libxml2 spelling of xpath.h; empty when not given. */
struct form_exprs {
    struct str relevant, required, constraint, calculation, readonly, repeat_count, dynamic_default;
    struct str items;             /* node-set of the choices that remain */
    struct str items_value, items_label;   /* names of the children that hold value and label */
};

struct form_itext { struct str id; struct form_texts text; };

struct form {
    struct arena mem;             /* the form lives in its own arena */
    atomic_int refs;
    struct str id, version, root;
    struct form_texts title;
    struct form_lang *lang; size_t langs, lang_room;
    size_t default_lang;
    struct form_field *field; size_t fields, field_room;
    struct form_exprs *expr;      /* beside field[] */
    struct form_list *list; size_t lists, list_room;
    struct form_instance *instance; size_t instances, instance_room;
    struct form_pair *setting; size_t settings;
    struct form_itext *itext; size_t itexts, itext_room;
    struct str *repeat; size_t repeats, repeat_room;   /* "/data/child" */
    size_t *slot; size_t slots;   /* hash of paths: index + 1 */
    struct str instance_name;     /* setting: becomes the calculation of meta/instanceName */
    struct str xform;             /* the bytes served */
};

/* An empty form with one reference; NULL when memory is refused. */
struct form *form_new(struct ctx *c);
/* After the last field: repeats, hash, languages.  False when memory is refused. */
bool form_seal(struct form *f);
/* Translate every expression; problems go to the notes.  False when one is wrong. */
const struct form_instance *form_instance(const struct form *f, struct str id);
struct str form_xpath_of(struct arena *mem, const struct form *f, struct str path);  /* "/data/" + path */
bool form_expressions(struct ctx *c, struct form *f, struct form_notes *notes, size_t *room,
                      struct str file, bool strict);
bool note_put(struct ctx *c, struct form_notes *notes, size_t *room, struct form_note note);
enum { NOTES_MAX = 100, FIELDS_MAX = 4000, FORM_ARENA = 64 * 1024 * 1024 };

/* Generate the XForm of a form read from XLSForm into f->xform. */
enum err xform_write(struct ctx *c, struct form *f) MUST_CHECK;

/* "2026-11-22T10:15:00.000-03:00"; without a zone, `offset_min` holds.  False when not one. */
bool odk_instant(struct str s, int offset_min, int64_t *us);
bool odk_time(struct str s, int64_t *us);              /* "hh:mm[:ss[.fff]][zone]": time of day */

bool path_step(struct str *rest, struct str *name, int64_t *pos);   /* "a[2]/b" -> a, 2 */
struct str path_plain(struct arena *mem, struct str path);          /* without positions */

#endif
