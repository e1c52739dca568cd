/* web_inside.h - what the pages of this room share. */
#ifndef INQUIRY_WEB_INSIDE_H
#define INQUIRY_WEB_INSIDE_H

#include "inquiry/inquiry.h"

enum tone inquiry_tone(struct str state);
/* The same state reads differently to who asked and to who answers. */
struct str inquiry_state_words(struct ctx *c, const struct inquiry *q);

handler inquiry_list_page, inquiry_page_courier_out, inquiry_page_courier_in, inquiry_act_carried, inquiry_act_exchange;
handler inquiry_nodes_page, inquiry_act_pair, inquiry_act_unpair;
handler inquiry_guard_page, inquiry_act_pause, inquiry_act_resume;

#endif
