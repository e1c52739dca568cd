/* form_priv.h - what showing and reading a form's page agree on.  Inside page/. */
#ifndef FORM_PRIV_H
#define FORM_PRIV_H

#include "forms/forms.h"

/* The name of a hidden field that says this question was on the page: boxes
 * send nothing when nothing is ticked. */
#define FORM_ASKED "form.asked"

/* A button that shows the form again with what was typed, saving nothing. */
#define FORM_AGAIN "form.again"

/* A field with the appearance "provisions" (form_law.c): its value is ids of
 * provisions, spaces between; date: the day of the facts, ISO, or {0}: today. */
struct out;
void form_provisions(struct out *o, struct str path, struct str label, struct str hint, struct str value, struct str date);
bool form_several(const struct form_field *x);         /* several answers of one name */

struct form_env form_page_env(struct ctx *c);        /* language and zone of the request */
bool form_page_asks(const struct form_node *n);      /* is it a question on the page? */
int64_t form_page_position(struct str path);         /* "child[2]" → 2; 0 for a group */

#endif
