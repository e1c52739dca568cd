/* open.h - bring a node up: pack, procedures, words, ledger, persons index.
 * Used by every command, the demo and the tests. */
#ifndef OPEN_H
#define OPEN_H

#include "base/node.h"
#include "ledger/ledger.h"

struct web_config;
struct node_config {
    struct str data;            /* folder of the node: node.key, ledger.db, tables.db */
    struct str db;              /* "postgres:…" instead of the two files; {0}: SQLite */
    struct str pack;            /* folder of the country's pack */
    struct str passphrase;      /* {0}: the key file is not sealed */
    bool quick;                 /* cheap password hashes: demos and tests */
    bool create;                /* make the node first (init) */
    bool anew;                  /* make every page anew (web/reuse.h) */
    const struct web_config *door;   /* where to say so while tables are made again (porter.h); or NULL */
};
/* A running node and a connection for this thread in c (c->node, c->db). */
struct house;
enum err house_open(struct ctx *c, const struct node_config *cfg, struct house **out) MUST_CHECK;
void house_close(struct ctx *c, struct house *h);
struct node *house_node(struct house *h);
/* What ledger_create, ledger_restore and friends want, for the same folder. */
enum err house_ledger_config(struct ctx *c, const struct node_config *cfg, struct arena *mem,
                             struct ledger_config *out) MUST_CHECK;

#endif
