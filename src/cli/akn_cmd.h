/* akn_cmd.h - `amparo law export`, `amparo law import`. */
#ifndef AKN_CMD_H
#define AKN_CMD_H

#include "cli/cli.h"

int law_cmd_export(struct ctx *c, struct args *a);
int law_cmd_import(struct ctx *c, struct args *a);

#endif
