/* xform_read.h - inside the room: reading an XForm somebody else wrote. */
#ifndef FORMS_XFORM_READ_H
#define FORMS_XFORM_READ_H

#include "forms/priv.h"
#include "forms/xml.h"

struct xread {
    struct ctx *c;
    struct form *f;
    struct form_notes *notes;
    size_t note_room;
    const xmlNode *model, *body, *root;   /* root: of the primary instance */
    size_t *tslot, tslots;        /* itext ids */
    struct form_itext *guidance;  /* beside f->itext: texts with form="guidance" */
    bool *asked;                  /* per field: it has a control */
    bool *set;                    /* per field: an action sets it */
};

void xread_note(struct xread *r, int line, const char *what, struct str which);
struct str xread_keep(struct xread *r, struct str s);
struct str xread_attr(struct xread *r, const xmlNode *n, const char *name);   /* kept, trimmed */
/* The field that an absolute or relative reference means, seen from `from`. */
size_t xread_field(struct xread *r, size_t from, struct str ref);
/* Texts behind jr:itext('id'), or the literal in the default language. */
struct form_texts xread_texts(struct xread *r, size_t field, struct str ref, bool guidance);
struct form_texts xread_literal(struct xread *r, size_t field, struct str text);
/* Text of an element with <output value="p"/> as ${p}. */
struct str xread_mixed(struct xread *r, const xmlNode *n);
const struct form_list *xread_list(struct xread *r, struct str instance, struct str value, struct str label);

void xread_itext(struct xread *r);
void xread_body(struct xread *r);
void xread_repeats(struct xread *r, const xmlNode *n, struct str **path, size_t *count, size_t *room);

#endif
