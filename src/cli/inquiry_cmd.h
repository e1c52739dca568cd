/* inquiry_cmd.h - private matching from the command line: cards, dry run,
 * asking, courier files.  Each gives the exit status. */
#ifndef INQUIRY_CMD_H
#define INQUIRY_CMD_H

#include "cli/cli.h"

int inquiry_cmd_card(struct ctx *c, struct args *a);
int inquiry_cmd_pair(struct ctx *c, struct args *a);
int inquiry_cmd_nodes(struct ctx *c, struct args *a);
int inquiry_cmd_out(struct ctx *c, struct args *a);
int inquiry_cmd_delivered(struct ctx *c, struct args *a);
int inquiry_cmd_in(struct ctx *c, struct args *a);
int inquiry_cmd_log(struct ctx *c, struct args *a);

#endif
