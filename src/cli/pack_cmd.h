/* pack_cmd.h - `amparo pack check`: the pack's own check with the procedure
 * engine's opinion of each BPMN file, which pack/ may not ask itself. */
#ifndef PACK_CMD_H
#define PACK_CMD_H

#include "pack/pack.h"

extern const struct pack_hooks pack_flow_hooks;
/* argv: the folders.  Exit status as of pack_check_cli. */
int pack_cmd_check(int argc, char **argv);

/* `amparo rules check FILE.dmn|PACKDIR...`: 0 clean, 1 findings of level error,
 * 2 something could not be read. */
int rules_cmd_check(struct ctx *c, int argc, char **argv);

#endif
