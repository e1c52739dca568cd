/* law_cmd.h - `amparo law compare`: what would change if a law did. */
#ifndef LAW_CMD_H
#define LAW_CMD_H

#include "cli/cli.h"

int cmd_law_compare(struct ctx *c, struct args *a);

#endif
