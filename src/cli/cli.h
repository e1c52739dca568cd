/* cli.h - every command, as data: dispatch, help and manual come from one table. */
#ifndef CLI_H
#define CLI_H

#include "base/base.h"

struct args { int n; char **v; const char *data, *db, *pack, *pass_file; int port; bool serve; };
struct command {
    const char *name;                   /* "pack check" */
    int (*run)(struct ctx *c, struct args *a);      /* exit status */
    const char *usage, *help;
};
extern const struct command commands[];
extern const size_t commands_n;
int cli_main(int argc, char **argv);
/* Where this node's files are and how they open, from the arguments. */
struct node_config;
void cli_config(struct ctx *c, const struct args *a, struct node_config *out);
/* Print the cause of a failure in the operator's words; returns 1. */
int cli_fail(struct ctx *c);

#endif
