/* form_html.h - any form of forms/ as a page part, without JavaScript.
 *
 *   form_open(o, f, "/signal/%s", id);               multipart when it asks for files
 *   TRY(form_show(c, o, f, &answers, NULL));        a first look
 *   submit(o, BTN, "page.save");
 *   form_end(o);
 *
 *   TRY(form_take(c, rq, f, &before, &res, &ok));   in the POST
 *   if (!ok) {  rs->status = 422;  … the same page with form_show(…, &res)  }
 *   else  store res.answers
 *
 * A text with the appearance "provisions" is chosen from the pack's articles in
 * force on the day that the form's field fact_date says (today, until it says one).
 *
 * Questions appear as far as the answers given make them relevant.  When the
 * answers sent open new questions, form_take says not ok and the page comes
 * back with them, everything typed kept.  Dates are read as people write them.
 */
#ifndef FORM_HTML_H
#define FORM_HTML_H

#include "base/base.h"
#include "forms/forms.h"
#include "page/page.h"

/* The questions of f.  `given` are the stored answers (may be empty); `sent`
 * is what form_take found, with its problems shown at their fields, or NULL. */
enum err form_show(struct ctx *c, struct out *o, const struct form *f,
                   const struct answers *given, const struct form_result *sent) MUST_CHECK;

#define form_open(o, f, fmt, ...) form_begin_((o), path_of((o)->c, fmt, ##__VA_ARGS__), form_has_files(f))
bool form_has_files(const struct form *f);

/* Read what form_show asked, check it.  `before`: stored answers that the page
 * did not ask (hidden, calculated, files kept); NULL: none.  *ok: complete,
 * nothing wrong, nothing new to ask.  Uploads: the answer of a file question is
 * the file's name; fetch the bytes with req_upload(rq, path). */
enum err form_take(struct ctx *c, const struct request *rq, const struct form *f,
                   const struct answers *before, struct form_result *out, bool *ok) MUST_CHECK;
/* Put the problems into o->wrong.  form_show calls it, and errors(o) after it
 * unless the page has already; so call both yourself only for another place. */
void form_wrongs(struct ctx *c, struct out *o, const struct form_result *r);

/* The answers as facts, labels and choices in c->lang; empty ones are left out.
 * may: which sensitivities this reader sees; above that the value is veiled. */
enum err form_facts(struct ctx *c, struct out *o, const struct form *f,
                    const struct answers *a, enum form_sensitivity may) MUST_CHECK;
/* One stored value as people read it: choice labels, dates, yes and no. */
struct str form_value_text(struct ctx *c, const struct form *f, const struct form_field *x,
                           struct str value);

#endif
