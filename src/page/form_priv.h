/* form_priv.h - what showing and reading a form's page agree on.  Inside page/. */
#ifndef FORM_PRIV_H
#define FORM_PRIV_H

#include "forms/forms.h"

/* The name of a hidden field that says this question was on the page: boxes
 * send nothing when nothing is ticked. */
#define FORM_ASKED "form.asked"

struct form_env form_page_env(struct ctx *c);        /* language and zone of the request */
bool form_page_asks(const struct form_node *n);      /* is it a question on the page? */
int64_t form_page_position(struct str path);         /* "child[2]" → 2; 0 for a group */

#endif
