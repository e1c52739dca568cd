/* tracker_web.h - inside reform/: pages of a reform and of its texts share these. */
#ifndef REFORM_TRACKER_WEB_H
#define REFORM_TRACKER_WEB_H

#include "page/page.h"

bool reform_may_edit(struct ctx *c);
/* Shown again with what is wrong; false: it is another kind of failure. */
bool reform_again(struct ctx *c, struct response *rs, enum err e, const char *field);

handler reform_page, reform_text_page, reform_act_text, reform_act_comment, reform_act_decide;

#endif
